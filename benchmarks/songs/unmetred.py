"""Sound without a beat, and speech."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
import wave
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.signal import butter, lfilter, resample_poly, sosfilt

from .mixing import room
from .synth import RATE, note_of

F32 = NDArray[np.float32]
WORDS = (
    "The harbour was quiet that morning, and nobody had thought of the boats. "
    "We walked along the wall until the light came up, slowly, over the roofs. "
    "She said that every town has a street which nobody remembers building. "
    "I counted seven windows, two of them open, and a door without a number. "
    "By noon the wind had turned. There was nothing left to carry, so we sat down and talked. "
    "Later, much later, someone asked what we had been waiting for; no one knew. "
)


def missing() -> str | None:
    """What is not installed, in words, or None."""
    return None if shutil.which("espeak-ng") else "espeak-ng"


def stereo(sound: NDArray[np.floating], *, peak: float = 0.7) -> F32:
    """Mono to two equal channels at a peak."""
    wide = np.stack([sound, sound], axis=1) if sound.ndim == 1 else sound
    return (wide * (peak / np.abs(wide).max())).astype(np.float32)


def drone(seconds: float, seed: int) -> F32:
    """Low strings that swell and never start."""
    rng = np.random.default_rng(seed)
    t = np.arange(int(seconds * RATE)) / RATE
    out = np.zeros(len(t))
    for hz in (65.4, 98.0, 130.8, 196.2, 294.0):
        for harmonic in (1, 2, 3):
            swell = 1 + 0.6 * np.sin(2 * np.pi * rng.uniform(0.02, 0.11) * t + rng.uniform(0, 6))
            bend = 0.4 * np.sin(2 * np.pi * rng.uniform(0.05, 0.2) * t)
            out += swell * np.sin(2 * np.pi * hz * harmonic * t + bend) / harmonic**1.5
    return room(stereo(out), seed, seconds=3.0) + stereo(out, peak=0.4)


def rain(seconds: float, seed: int) -> F32:
    """Drops at random over a hiss."""
    rng = np.random.default_rng(seed)
    n = int(seconds * RATE)
    out = 0.02 * rng.standard_normal(n)
    for at in np.flatnonzero(rng.random(int(seconds * 1000)) < 0.06):
        m = int(rng.uniform(0.003, 0.02) * RATE)
        start = int(at * RATE / 1000)
        if start + m < n:
            drop = rng.standard_normal(m) * np.exp(-np.arange(m) / (m / 5))
            out[start : start + m] += rng.uniform(0.05, 0.6) * drop
    return stereo(sosfilt(butter(1, 900, "high", fs=RATE, output="sos"), out))


def noise(seconds: float, seed: int) -> F32:
    """Surf: noise that falls 3 dB an octave and swells slowly."""
    rng = np.random.default_rng(seed)
    n = int(seconds * RATE)
    spectrum = np.fft.rfft(rng.standard_normal(n))
    spectrum[1:] /= np.sqrt(np.arange(1, len(spectrum)))
    t = np.arange(n) / RATE
    swell = 1 + 0.5 * np.sin(2 * np.pi * 0.07 * t) + 0.3 * np.sin(2 * np.pi * 0.113 * t + 1)
    return stereo(np.fft.irfft(spectrum, n) * swell)


def free_notes(seconds: float, seed: int, *, voice: str, typical_s: float) -> F32:
    """Notes that come when they come, their gaps spread over a factor of four."""
    rng = np.random.default_rng(seed)
    n = int(seconds * RATE)
    out, t = np.zeros(n), 0.3
    while t < seconds - 1.5:
        for pitch in rng.choice([45, 48, 52, 55, 57, 60, 64, 67, 69, 72], rng.integers(1, 4)):
            note = note_of(voice, int(pitch), int(rng.integers(20, 90)))
            start = int((t + rng.uniform(0, 0.06)) * RATE)
            m = min(len(note), n - start)
            out[start : start + m] += rng.uniform(0.3, 1) * note[:m]
        t += float(np.clip(rng.lognormal(np.log(typical_s), 0.6), 0.12, 5))
    return stereo(out) + 0.2 * room(stereo(out), seed, seconds=2.0)


def chimes(seconds: float, seed: int) -> F32:
    """Bells in the wind: clusters and pauses."""
    rng = np.random.default_rng(seed)
    n = int(seconds * RATE)
    out, t = 0.001 * rng.standard_normal(n), 0.0
    while t < seconds - 3:
        for _ in range(rng.integers(1, 7)):
            t += rng.exponential(0.25)
            hz = float(rng.choice([523, 659, 784, 988, 1175, 1480]))
            m = max(0, min(int(2.5 * RATE), n - int(t * RATE)))
            x = np.arange(m) / RATE
            ring = sum(np.sin(2 * np.pi * hz * k * x) * np.exp(-x * k / 0.7) / k for k in (1, 2.76))
            out[int(t * RATE) : int(t * RATE) + m] += rng.uniform(0.2, 1) * ring
        t += rng.exponential(1.5)
    return stereo(out)


def applause(seconds: float, seed: int) -> F32:
    """A crowd, each clapping at a rate of his own."""
    rng = np.random.default_rng(seed)
    n = int(seconds * RATE)
    out = np.zeros(n)
    grain = rng.standard_normal(600) * np.exp(-np.arange(600) / 90)
    for _ in range(60):
        rate, t = rng.uniform(3.0, 5.5), rng.uniform(0, 3)
        while t < seconds - 0.1:
            start = int(t * RATE)
            out[start : start + 600] += rng.uniform(0.1, 0.5) * grain
            t += rng.normal(1 / rate, 0.04)
    return stereo(sosfilt(butter(1, [600, 5000], "band", fs=RATE, output="sos"), out))


def mumble(seconds: float, seed: int) -> F32:
    """Syllables with the rhythm of speech, made of a buzz and formants."""
    rng = np.random.default_rng(seed)
    n = int(seconds * RATE)
    out, t = 1e-4 * rng.standard_normal(n), 0.2
    while t < seconds - 0.6:
        span = float(np.clip(rng.lognormal(np.log(0.17), 0.35), 0.08, 0.45))
        x = np.arange(int(span * RATE)) / RATE
        pitch = rng.uniform(105, 175) * (1 + rng.uniform(-0.25, 0.25) * x / span)
        buzz = 2 * (np.cumsum(pitch) / RATE % 1) - 1
        for f in (rng.uniform(300, 800), rng.uniform(900, 2300)):
            r = np.exp(-np.pi * 90 / RATE)
            buzz = lfilter([1 - r], [1, -2 * r * np.cos(2 * np.pi * f / RATE), r * r], buzz) * 20
        start = int(t * RATE)
        out[start : start + len(x)] += buzz / np.abs(buzz).max() * np.hanning(len(x))
        t += span + (rng.uniform(0.3, 1.1) if rng.random() < 0.15 else rng.uniform(0.0, 0.05))
    return stereo(out)


def speech(seconds: float, *, voice: str, words_per_minute: int) -> F32:
    """Read aloud by espeak-ng, as long as asked."""
    parts, held = [], 0.0
    while held < seconds:
        part = _spoken(voice, words_per_minute)
        parts.append(part)
        held += len(part) / RATE
    return stereo(np.concatenate(parts)[: int(seconds * RATE)])


def _spoken(voice: str, words_per_minute: int) -> F32:
    with tempfile.TemporaryDirectory() as folder:
        made = Path(folder) / "speech.wav"
        subprocess.run(
            ["espeak-ng", "-v", voice, "-s", str(words_per_minute), "-w", str(made), WORDS],
            check=True, capture_output=True, timeout=60,
        )  # fmt: skip
        with wave.open(str(made)) as handle:
            raw = np.frombuffer(handle.readframes(handle.getnframes()), dtype="<i2") / 32768
            return resample_poly(raw, RATE, handle.getframerate()).astype(np.float32)
