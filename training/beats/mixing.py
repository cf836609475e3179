"""From clean tracks to something like a released mix: rooms, buses, tape, codecs, noise."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import minimum_filter1d, uniform_filter1d
from scipy.signal import butter, fftconvolve, sosfilt

RATE = 22050
F32 = NDArray[np.float32]
Rng = np.random.Generator


def band(x: F32, kind: str, hz: float | tuple[float, float], order: int = 1) -> F32:
    """Butterworth filter ("low", "high", "band") of a track."""
    limit = RATE * 0.49
    edges = np.minimum(np.atleast_1d(hz), limit)
    sos = butter(order, edges if len(edges) > 1 else edges[0], kind, fs=RATE, output="sos")
    return sosfilt(sos, x).astype(np.float32)


def level(x: F32) -> float:
    """RMS of what sounds."""
    n = len(x) // 2048 * 2048
    if not n:
        return float(np.sqrt(np.mean(x**2)) + 1e-9)
    rms = np.sqrt(np.mean(x[:n].reshape(-1, 2048) ** 2, axis=1))
    loud = rms[rms > 0.1 * rms.max()] if rms.max() > 0 else rms
    return float(np.sqrt(np.mean(loud**2)) + 1e-9)


def slow_gain(x: F32, hop: int, shape: object) -> F32:
    """Multiply by a gain curve made from the track's RMS envelope by ``shape`` (frames)."""
    frames = -(-len(x) // hop)
    padded = np.zeros(frames * hop, dtype=np.float32)
    padded[: len(x)] = x
    rms = np.sqrt(np.mean(padded.reshape(frames, hop) ** 2, axis=1)) + 1e-6
    gain = shape(rms)  # type: ignore[operator]
    times = (np.arange(frames) + 0.5) * hop
    return x * np.interp(np.arange(len(x)), times, gain).astype(np.float32)


def compressed(x: F32, rng: Rng, *, hard: float) -> F32:
    """Bus compression; ``hard`` 0..1."""
    threshold = level(x) * rng.uniform(0.4, 1.2)
    ratio = 1 - hard * rng.uniform(0.3, 0.9)
    release = int(rng.integers(3, 30))

    def curve(rms: NDArray[np.floating]) -> NDArray[np.floating]:
        over = np.maximum(rms / threshold, 1.0)
        return uniform_filter1d(over ** (ratio - 1), release, origin=-(release // 3))

    return slow_gain(x, 128, curve)


def limited(x: F32) -> F32:
    """Peaks held below full scale by a look-ahead gain."""
    hop = 64
    frames = -(-len(x) // hop)
    padded = np.zeros(frames * hop, dtype=np.float32)
    padded[: len(x)] = np.abs(x)
    need = np.minimum(1.0, 0.95 / (padded.reshape(frames, hop).max(axis=1) + 1e-6))
    gain = uniform_filter1d(minimum_filter1d(need, 9), 9)
    return (x * np.interp(np.arange(len(x)), (np.arange(frames) + 0.5) * hop, gain)).astype(
        np.float32
    )


def room(rng: Rng, seconds: float) -> F32:
    """Impulse response of a room: early reflections and a decaying, darkening tail."""
    n = int(seconds * RATE)
    tail = rng.standard_normal(n).astype(np.float32)
    tail *= np.exp(-6.9 * np.arange(n, dtype=np.float32) / n)
    tail = band(tail, "low", rng.uniform(2500, 8000))
    start = int(rng.uniform(0.0, 0.03) * RATE)
    out = np.zeros(n + start, dtype=np.float32)
    out[start:] = tail
    for _ in range(int(rng.integers(2, 6))):
        out[int(rng.uniform(0.003, 0.04) * RATE)] += rng.uniform(-3, 3)
    return out / (np.sqrt(np.sum(out**2)) + 1e-9)


def wet(x: F32, rng: Rng, seconds: float, share: float) -> F32:
    """The track with ``share`` of reverberation."""
    return x + np.float32(share) * fftconvolve(x, room(rng, seconds))[: len(x)].astype(np.float32)


def equalised(x: F32, rng: Rng, depth_db: float = 7.0) -> F32:
    """Random broad shelves and bells."""
    for hz, kind in ((150, "low"), (4000, "high")):
        gain = 10 ** (rng.uniform(-depth_db, depth_db * 0.7) / 20) - 1
        x = x + np.float32(gain) * band(x, kind, hz * rng.uniform(0.6, 1.7))
    for _ in range(int(rng.integers(0, 3))):
        centre = float(np.exp(rng.uniform(np.log(200), np.log(6000))))
        gain = 10 ** (rng.uniform(-depth_db, depth_db) / 20) - 1
        x = x + np.float32(gain) * band(x, "band", (centre * 0.75, centre * 1.33))
    return x


def crackle(n: int, rng: Rng) -> F32:
    """Vinyl: sparse clicks over rumble and hiss."""
    out = rng.standard_normal(n).astype(np.float32) * np.float32(0.15)
    clicks = rng.integers(0, n, int(n / RATE * rng.uniform(2, 25)))
    out[clicks] += rng.standard_normal(len(clicks)).astype(np.float32) * 6
    return band(out, "high", 300)


def mastered(x: F32, rng: Rng) -> F32:
    """Whatever a mix goes through until somebody drops the file on us."""
    x = x / np.float32(level(x) * 5)
    if rng.random() < 0.75:
        x = equalised(x, rng)
    if rng.random() < 0.25:
        x = wet(x, rng, rng.uniform(0.2, 1.6), rng.uniform(0.1, 0.7))
    if rng.random() < 0.6:
        x = compressed(x, rng, hard=rng.uniform(0.2, 1.0))
    if rng.random() < 0.6:
        drive = np.float32(rng.uniform(0.3, 3.5) / (level(x) * 5))
        x = np.tanh(x * drive) / drive
    x = x / np.float32(level(x) * rng.uniform(2, 7))
    x = limited(x) if rng.random() < 0.7 else np.clip(x, -0.95, 0.95)
    if rng.random() < 0.3:
        x = band(x, "low", rng.uniform(3500, 10000), 4)
    if rng.random() < 0.15:
        x = band(x, "high", rng.uniform(50, 250), 2)
    if rng.random() < 0.2:
        noise = crackle(len(x), rng) if rng.random() < 0.5 else rng.standard_normal(len(x))
        x = x + (noise * 10 ** (rng.uniform(-60, -32) / 20)).astype(np.float32)
    return np.asarray(x * np.float32(10 ** (rng.uniform(-18, 0) / 20)), dtype=np.float32)
