"""Small songs made on the spot: a beat, a chord, nothing borrowed."""

from __future__ import annotations

import wave
from pathlib import Path

import numpy as np


def write_song(path: Path, seconds: float = 6.0, bpm: float = 120.0, sr: int = 22050) -> Path:
    """A kick on every beat, a hat between, a chord that changes with the bar; 16-bit stereo WAV."""
    t = np.arange(int(seconds * sr)) / sr
    rng = np.random.default_rng(5)
    out = np.zeros_like(t)
    beat = 60 / bpm
    for k in range(int(seconds / beat)):
        start = int(k * beat * sr)
        n = min(int(0.2 * sr), len(t) - start)
        x = np.arange(n) / sr
        accent = 1.0 if k % 4 == 0 else 0.7
        out[start : start + n] += (
            accent * np.sin(2 * np.pi * (50 * x + 4 * np.exp(-30 * x))) * np.exp(-14 * x)
        )
        half = int((k + 0.5) * beat * sr)
        m = max(0, min(int(0.05 * sr), len(t) - half))
        out[half : half + m] += 0.2 * rng.standard_normal(m) * np.exp(-np.arange(m) / sr * 90)
    chords = ((220, 262, 330), (175, 220, 262), (131, 165, 196), (196, 247, 294))
    bar = (t // (4 * beat)).astype(int) % 4
    for k, notes in enumerate(chords):
        for hz in notes:
            out += 0.08 * (bar == k) * np.sin(2 * np.pi * hz * t)
    write_wav(path, np.stack([out, out], axis=1) * 0.5, sr)
    return path


def write_wav(path: Path, sound: np.ndarray, sr: int) -> None:
    """float [shape=(n, channels)] to a 16-bit WAV."""
    with wave.open(str(path), "wb") as handle:
        handle.setnchannels(sound.shape[1])
        handle.setsampwidth(2)
        handle.setframerate(sr)
        handle.writeframes((np.clip(sound, -1, 1) * 32767).astype("<i2").tobytes())
