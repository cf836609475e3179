"""A score as sound, made with numpy alone: one stereo track for each player."""

from __future__ import annotations

from collections import defaultdict
from functools import cache

import numpy as np
from numpy.typing import NDArray
from scipy.signal import butter, lfilter, sosfilt

from .drums import LEVEL, RATE, SIDE, stroke
from .score import Score

F32 = NDArray[np.float32]
_TABLE = 2048
# weights of harmonics: a slope, or spelled out; attack and decay in seconds (0: it stays); release
VOICES = {
    "bass": (1.6, 0.006, 0.6, 0.05), "saw_bass": (1.0, 0.002, 0.4, 0.02),
    "sub": (3.0, 0.003, 0.9, 0.03), "wobble": (0.9, 0.004, 0.0, 0.02),
    "dist": (0.9, 0.003, 2.5, 0.03), "guitar": (1.3, 0.002, 0.5, 0.04),
    "steel": (1.1, 0.001, 0.7, 0.1), "nylon": (1.7, 0.002, 0.5, 0.12),
    "piano": (1.5, 0.001, 0.9, 0.12), "organ": (1.2, 0.01, 0.0, 0.04),
    "pad": (1.4, 0.25, 0.0, 0.35), "strings": (1.1, 0.09, 0.0, 0.15),
    "brass": (0.9, 0.035, 0.0, 0.06), "supersaw": (1.0, 0.006, 0.0, 0.08),
    "pluck": (1.1, 0.002, 0.2, 0.05), "vibes": (2.6, 0.001, 0.9, 0.3),
    "voice": (1.0, 0.05, 0.0, 0.08),
}  # fmt: skip
MIX = {
    "bass": 0.5, "saw_bass": 0.4, "sub": 0.7, "wobble": 0.4, "dist": 0.14, "guitar": 0.2,
    "steel": 0.2, "nylon": 0.28, "piano": 0.22, "organ": 0.1, "pad": 0.12, "strings": 0.16,
    "brass": 0.18, "supersaw": 0.14, "pluck": 0.2, "vibes": 0.22, "voice": 0.42,
}  # fmt: skip
PAN = {"guitar": -0.4, "steel": 0.4, "piano": 0.2, "organ": -0.3, "pad": 0.1, "strings": -0.2,
       "pluck": 0.35, "vibes": 0.3, "dist": -0.05}  # fmt: skip
_FORMANTS = ((700, 1100), (450, 1900), (350, 2300), (500, 900))


def tracks(score: Score, *, seconds: float, kit: str, human: float, seed: int) -> dict[str, F32]:
    """Mono tracks [shape=(n,), float32] of every player, and of drums by their place."""
    rng = np.random.default_rng(seed)
    n = int(seconds * RATE)
    out: defaultdict[str, F32] = defaultdict(lambda: np.zeros(n, np.float32))
    for note in score.notes:
        start, end = (
            float(score.timing.seconds(b)) for b in (note.start, note.start + note.length)
        )
        at = max(0.0, start + rng.normal(0, human))
        sound = note_of(note.part, note.pitch, max(2, round((end - start) * 40)))
        _lay(out[note.part], sound, at, note.velocity)
    for hit in score.hits:
        at = max(0.0, float(score.timing.seconds(hit.start)) + rng.normal(0, human))
        sound = stroke(kit, hit.drum, int(rng.integers(3)))
        place = f"drums{SIDE.get(hit.drum, 0.0):+.1f}"
        _lay(out[place], sound, at, hit.velocity**1.5 * LEVEL[hit.drum])
    return {name: _effect(name, track) for name, track in out.items()}


def _lay(track: F32, sound: F32, at: float, gain: float) -> None:
    start = round(at * RATE)
    m = min(len(sound), len(track) - start)
    if m > 0:
        track[start : start + m] += np.float32(gain) * sound[:m]


def _effect(name: str, track: F32) -> F32:
    """What a player's amplifier does to all of his notes together."""
    if name == "dist":
        track = np.tanh(9 * track)
        return np.asarray(sosfilt(butter(2, [90, 5200], "band", fs=RATE, output="sos"), track))
    if name in ("wobble", "saw_bass"):
        return np.asarray(np.tanh(1.5 * track), dtype=np.float32)
    return track


@cache
def _table(slope: float, harmonics: int, odd: bool) -> F32:
    k = np.arange(1, harmonics + 1)
    phase = 2 * np.pi * np.arange(_TABLE + 1) / _TABLE
    weights = k**-slope * (1.0 if not odd else (k % 2 * 0.8 + 0.2))
    wave = np.sin(np.outer(phase, k) + 0.7 * k) @ weights
    return np.asarray(wave / np.abs(wave).max(), dtype=np.float32)


@cache
def note_of(voice: str, pitch: int, length_40: int) -> F32:
    """One note of ``length_40`` fortieths of a second and its release."""
    slope, attack, decay, release = VOICES[voice]
    hold = length_40 / 40
    n = int((hold + release) * RATE)
    t = np.arange(n) / RATE
    hz = 440 * 2 ** ((pitch - 69) / 12)
    if voice == "voice":
        made = _sung(hz, t, pitch)
    else:
        most = max(1, min(40, int(9000 / hz)))
        made = _partials(voice, hz, t, slope, most)
    made *= np.minimum(1, t / attack)
    if decay:
        made *= np.exp(-t / (decay * (220 / hz) ** 0.3))
    made *= np.clip((hold + release - t) / release, 0, 1)
    return made.astype(np.float32)


def _partials(voice: str, hz: float, t: NDArray[np.float64], slope: float, most: int) -> F32:
    odd = voice in ("organ", "pluck")
    table = _table(slope, most, odd)
    detunes = {"supersaw": (-9, -4, 0, 5, 10), "pad": (-7, 0, 6), "strings": (-6, 0, 7)}
    cents = detunes.get(voice, (0,))
    made = np.zeros(len(t), np.float32)
    for k, cent in enumerate(cents):
        phase = hz * 2 ** (cent / 1200) * t + 0.37 * k
        if voice in ("strings", "brass"):
            phase = phase + 0.0012 * hz / 5.3 * np.sin(2 * np.pi * (5.3 + 0.2 * k) * t)
        made += table[((phase % 1) * _TABLE).astype(np.int32)]
    made /= len(cents)
    if voice in ("guitar", "steel", "nylon", "piano", "bass", "pluck", "saw_bass"):
        dull = _table(slope + 1.4, most, odd)[((hz * t % 1) * _TABLE).astype(np.int32)]
        bright = np.exp(-t / 0.12).astype(np.float32)
        made = bright * made + (1 - bright) * dull
    if voice == "wobble":
        dull = _table(2.6, most, odd)[((hz * t % 1) * _TABLE).astype(np.int32)]
        sweep = (0.5 + 0.5 * np.cos(2 * np.pi * 4 * t)).astype(np.float32)
        made = sweep * made + (1 - sweep) * dull
    return made


def _sung(hz: float, t: NDArray[np.float64], pitch: int) -> F32:
    """A voice: glides in from below, trembles, and speaks one of four vowels."""
    glide = 1 - 0.11 * np.exp(-t / 0.06)
    tremble = 1 + 0.025 * np.sin(2 * np.pi * 5.6 * t) * np.clip((t - 0.15) / 0.2, 0, 1)
    phase = np.cumsum(hz * glide * tremble) / RATE
    wave = _table(1.0, max(1, min(40, int(7000 / hz))), False)
    made = wave[((phase % 1) * _TABLE).astype(np.int32)]
    out = 0.25 * made
    for f in _FORMANTS[pitch % 4]:
        r = np.exp(-np.pi * 110 / RATE)
        tone = lfilter([1 - r], [1, -2 * r * np.cos(2 * np.pi * f / RATE), r * r], made)
        out = out + tone / max(1e-6, float(np.abs(tone).max()))
    return np.asarray(out / np.abs(out).max(), dtype=np.float32)
