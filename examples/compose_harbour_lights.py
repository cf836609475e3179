"""Composes and renders "Harbour Lights", the song of the demo: 104 BPM, D minor, 44 seconds.

    .venv/bin/python examples/compose_harbour_lights.py examples/harbour_lights.ogg

Form in bars of four: intro 4, verse 4, chorus 4, bridge 2, chorus 4, and a ring-out. Everything is
synthesised here with numpy and scipy from fixed seeds; no sample of anybody else's is used.
"""

from __future__ import annotations

import sys
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray
from scipy import signal

F64 = NDArray[np.float64]
SR = 48_000
BPM = 104
BEAT = 60 / BPM
BAR = 4 * BEAT
FORM = [("intro", 4), ("verse", 4), ("chorus", 4), ("bridge", 2), ("chorus", 4), ("end", 1)]
CHORDS = {  # midi notes per bar: D minor, B flat, F, C and their neighbours
    "intro": [[50, 57, 62, 65], [46, 53, 62, 65], [50, 57, 62, 65], [43, 50, 58, 62]],
    "verse": [[50, 57, 62, 65], [46, 53, 58, 65], [53, 57, 60, 65], [48, 55, 60, 64]],
    "chorus": [[46, 53, 58, 62], [48, 55, 60, 64], [50, 57, 62, 65], [53, 57, 60, 69]],
    "bridge": [[43, 50, 58, 62], [45, 52, 57, 61]],
    "end": [[50, 57, 62, 65]],
}
MELODY = [  # (bar, beat, length in beats, midi note) over the four bars of a chorus
    (0, 0.0, 1.5, 74), (0, 1.5, 0.5, 72), (0, 2.0, 1.0, 70), (0, 3.0, 1.0, 69),
    (1, 0.0, 1.5, 72), (1, 1.5, 0.5, 70), (1, 2.0, 2.0, 67),
    (2, 0.0, 1.0, 69), (2, 1.0, 1.0, 70), (2, 2.0, 0.5, 72), (2, 2.5, 1.5, 74),
    (3, 0.0, 1.5, 77), (3, 1.5, 0.5, 76), (3, 2.0, 2.0, 72),
]  # fmt: skip
VERSE_LINE = [(0, 0.5, 1.0, 69), (0, 2.0, 1.5, 65), (1, 0.5, 1.0, 65), (1, 2.5, 1.0, 62),
              (2, 0.5, 1.0, 69), (2, 2.0, 1.5, 72), (3, 0.5, 2.5, 67)]  # fmt: skip


def hz(midi: float) -> float:
    return float(440.0 * 2 ** ((midi - 69) / 12))


def envelope(n: int, attack: float, release: float, hold: float | None = None) -> F64:
    t = np.arange(n) / SR
    end = n / SR if hold is None else hold
    rise = np.clip(t / max(attack, 1e-4), 0, 1)
    fall = np.where(t > end - release, np.exp(-(t - (end - release)) * 5 / release), 1.0)
    return rise * fall * np.clip((n / SR - t) / 0.004, 0, 1)


def lowpass(x: F64, cutoff: float, order: int = 2) -> F64:
    return np.asarray(signal.sosfilt(signal.butter(order, cutoff, fs=SR, output="sos"), x))


def highpass(x: F64, cutoff: float) -> F64:
    return np.asarray(signal.sosfilt(signal.butter(2, cutoff, "high", fs=SR, output="sos"), x))


def saw(frequency: float, n: int, phase: float = 0.0) -> F64:
    """Band-limited enough: additive, up to 9 kHz."""
    t = np.arange(n) / SR
    out = np.zeros(n)
    for k in range(1, max(2, int(min(40, 9000 / frequency)))):
        out += np.sin(2 * np.pi * (k * frequency * t + k * phase)) / k
    return out * 0.6


class Mix:
    """A stereo bus: things are added at a time, with a gain and a place."""

    def __init__(self, seconds: float) -> None:
        self.bus = np.zeros((int(seconds * SR), 2))

    def add(self, sound: F64, at: float, gain: float = 1.0, pan: float = 0.0) -> None:
        start = int(at * SR)
        end = min(start + len(sound), len(self.bus))
        part = sound[: end - start] * gain
        self.bus[start:end, 0] += part * np.cos((pan + 1) * np.pi / 4)
        self.bus[start:end, 1] += part * np.sin((pan + 1) * np.pi / 4)


def kick() -> F64:
    t = np.arange(int(0.36 * SR)) / SR
    sweep = 48 * t + (165 - 48) / 32 * (1 - np.exp(-32 * t))
    body = np.sin(2 * np.pi * sweep) * np.exp(-t * 9)
    return np.tanh(1.6 * body) + 0.25 * np.exp(-t * 420)


def snare(rng: np.random.Generator) -> F64:
    t = np.arange(int(0.3 * SR)) / SR
    noise = highpass(rng.standard_normal(len(t)), 1400) * np.exp(-t * 19)
    tone = np.sin(2 * np.pi * 186 * t) * np.exp(-t * 30)
    return np.asarray(0.55 * noise + 0.6 * tone)


def hat(rng: np.random.Generator, length: float) -> F64:
    t = np.arange(int(length * 4 * SR)) / SR
    return np.asarray(highpass(rng.standard_normal(len(t)), 7500) * np.exp(-t / length))


def pluck(midi: float, seconds: float, rng: np.random.Generator) -> F64:
    """A plucked string: noise in a damped delay line (Karplus and Strong 1983)."""
    period = int(SR / hz(midi))
    excitation = np.zeros(int(seconds * SR))
    excitation[:period] = lowpass(rng.uniform(-1, 1, period), 5200, 1)
    a = np.zeros(period + 2)
    a[0], a[period], a[period + 1] = 1.0, -0.4975, -0.4975
    return np.asarray(signal.lfilter([1.0], a, excitation))


def pad(
    notes: list[int], seconds: float, cutoff: float, rng: np.random.Generator
) -> tuple[F64, F64]:
    n = int((seconds + 0.7) * SR)
    sides = []
    for side in (0, 1):
        voice = np.zeros(n)
        for note in notes[1:]:
            for detune in (-0.07, 0.05, 0.11 - 0.2 * side):
                voice += saw(hz(note + detune), n, float(rng.random()))
        sides.append(lowpass(voice, cutoff, 3) * envelope(n, 0.25, 0.7))
    return sides[0], sides[1]


def lead(midi: float, seconds: float) -> F64:
    n = int((seconds + 0.15) * SR)
    t = np.arange(n) / SR
    vibrato = 0.09 * np.sin(2 * np.pi * 5.1 * t) * np.clip((t - 0.2) / 0.4, 0, 1)
    phase = 2 * np.pi * np.cumsum(hz(midi) * 2 ** (vibrato / 12)) / SR
    tone = (
        np.sin(phase) + 0.42 * np.sin(2 * phase) + 0.2 * np.sin(3 * phase) + 0.1 * np.sin(5 * phase)
    )
    return np.asarray(tone * envelope(n, 0.03, 0.18, seconds + 0.1))


def bass(midi: float, seconds: float) -> F64:
    n = int(seconds * SR)
    tone = 0.8 * np.sin(2 * np.pi * hz(midi) * np.arange(n) / SR) + 0.5 * lowpass(
        saw(hz(midi), n), 420
    )
    return np.asarray(np.tanh(1.2 * tone) * envelope(n, 0.008, 0.06))


def drums(
    mix: Mix, name: str, bar_s: float, bar: int, bars: int, rng: np.random.Generator
) -> list[float]:
    """One bar of drums; returns the times of its kicks, for the ducking."""
    kicks = {"verse": [0, 2.5], "chorus": [0, 1, 2, 3], "bridge": [0]}.get(name, [])
    for beat in kicks:
        mix.add(kick(), bar_s + beat * BEAT, 0.9)
    for beat in {"verse": [1, 3], "chorus": [1, 3]}.get(name, []):
        mix.add(snare(rng), bar_s + beat * BEAT, 0.55, 0.05)
    steps = {"verse": 8, "chorus": 16, "intro": 4}.get(name, 0)
    for step in range(steps):
        late = step * 4 * BEAT / steps
        open_hat = name == "chorus" and step % 4 == 2
        loud = (0.17 if step % 2 == 0 else 0.1) * (0.6 if name == "intro" else 1.0)
        mix.add(hat(rng, 0.11 if open_hat else 0.028), bar_s + late, loud, 0.25)
    if name in {"verse", "bridge"} and bar == bars - 1:  # a fill leads into the chorus
        for step in range(8):
            mix.add(
                snare(rng), bar_s + (2 + step / 4) * BEAT, 0.18 + 0.05 * step, -0.1 + 0.03 * step
            )
    return [bar_s + beat * BEAT for beat in kicks]


def play_bar(
    dry: Mix, wet: Mix, name: str, bar_s: float, bar: int, rng: np.random.Generator
) -> None:
    """Harmony and melody of one bar."""
    chord = CHORDS[name][bar % len(CHORDS[name])]
    loud = {"intro": 0.045, "verse": 0.035, "chorus": 0.06, "bridge": 0.055, "end": 0.055}[name]
    bright = {"intro": 900.0, "verse": 1100.0, "chorus": 2900.0, "bridge": 1500.0, "end": 1300.0}[
        name
    ]
    left, right = pad(chord, BAR, bright, rng)
    wet.add(left, bar_s, loud, -0.8)
    wet.add(right, bar_s, loud, 0.8)
    order = [1, 2, 3, 2, 1, 3, 2, 3] if name != "chorus" else [3, 1, 2, 3, 2, 3, 1, 2]
    if name != "end":
        for step, index in enumerate(order):
            note = chord[index] + (12 if name != "intro" else 0)
            accent = 0.5 if step % 4 else 0.75
            wet.add(
                pluck(note, 1.3, rng), bar_s + step * BEAT / 2, accent * 0.5, 0.6 * (-1) ** step
            )
    if name in {"verse", "chorus", "bridge"}:
        pattern = [0, 1.5, 2.5, 3] if name == "chorus" else [0, 2.5]
        for beat, until in zip(pattern, [*pattern[1:], 4], strict=True):
            dry.add(bass(chord[0] - 12, (until - beat) * BEAT * 0.92), bar_s + beat * BEAT, 0.4)
    line = {"chorus": MELODY, "verse": VERSE_LINE}.get(name, [])
    for at, beat, length, note in line:
        if at == bar:
            wet.add(
                lead(note, length * BEAT), bar_s + beat * BEAT, 0.15 if name == "chorus" else 0.1
            )


def reverb(x: F64, rng: np.random.Generator) -> F64:
    t = np.arange(int(2.2 * SR)) / SR
    tails = [lowpass(rng.standard_normal(len(t)), 5200, 1) * np.exp(-t * 3.1) for _ in range(2)]
    out = np.stack([signal.fftconvolve(x[:, c], tails[c])[: len(x)] for c in range(2)], axis=1)
    return np.asarray(out / np.sqrt(np.sum(tails[0] ** 2)))


def riser(seconds: float, rng: np.random.Generator) -> F64:
    t = np.arange(int(seconds * SR)) / SR
    noise = rng.standard_normal(len(t))
    return np.asarray(highpass(noise, 2500) * (t / seconds) ** 2.5)


def section_levels(n: int) -> F64:
    """The mixing desk's fader: choruses full, verses and bridge held back [shape=(n,)]."""
    level = {"intro": 1.2, "verse": 0.55, "chorus": 1.0, "bridge": 0.5, "end": 1.3}
    bars = np.repeat([level[name] for name, _ in FORM], [count for _, count in FORM])
    steps = bars[np.minimum((np.arange(n) / SR / BAR).astype(int), len(bars) - 1)]
    return lowpass(np.concatenate([np.full(SR, steps[0]), steps]), 6.0, 1)[SR:]


def compose() -> F64:
    """The finished song [shape=(n, 2), float64, peak -1.5 dBFS]."""
    rng = np.random.default_rng(1987)
    bars = sum(count for _, count in FORM)
    dry, wet, beat_bus = Mix(bars * BAR), Mix(bars * BAR), Mix(bars * BAR)
    kicks: list[float] = []
    at = 0.0
    for name, count in FORM:
        for bar in range(count):
            play_bar(dry, wet, name, at, bar, rng)
            kicks += drums(beat_bus, name, at, bar, count, rng)
            at += BAR
        following = at
        if name in {"verse", "bridge"}:
            wet.add(riser(BAR, rng), following - BAR, 0.07)
            beat_bus.add(hat(rng, 0.5), following, 0.3, -0.2)
    n = len(dry.bus)
    duck = np.ones(n)
    for kick_s in kicks:
        start = int(kick_s * SR)
        shape = 1 - 0.45 * np.exp(-np.arange(int(0.3 * SR)) / SR * 11)
        duck[start : start + len(shape)] *= shape[: n - start]
    music = (wet.bus + 0.3 * reverb(wet.bus, rng)) * duck[:, None] + dry.bus * duck[:, None] ** 0.7
    out = music + beat_bus.bus + 0.06 * reverb(beat_bus.bus, rng)
    out *= section_levels(n)[:, None]
    fade = np.clip((n - np.arange(n)) / (1.6 * SR), 0, 1) ** 1.5
    out = np.tanh(out * 1.15 * fade[:, None])
    return np.asarray(out / np.max(np.abs(out)) * 10 ** (-1.5 / 20))


def write_opus(path: Path, sound: F64) -> None:
    """Ogg Opus at 128 kb/s, with its title."""
    with av.open(str(path), "w", format="ogg") as container:
        container.metadata.update({"title": "Harbour Lights", "artist": "APEX Director"})
        stream = container.add_stream("libopus", rate=SR, layout="stereo", bit_rate=128_000)
        for start in range(0, len(sound), 960):
            block = np.zeros((960, 2), dtype=np.float32)
            part = sound[start : start + 960]
            block[: len(part)] = part
            frame = av.AudioFrame.from_ndarray(block.reshape(1, -1), format="flt", layout="stereo")
            frame.sample_rate, frame.pts = SR, start
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))


if __name__ == "__main__":
    write_opus(Path(sys.argv[1] if len(sys.argv) > 1 else "harbour_lights.ogg"), compose())
