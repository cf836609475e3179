"""Pitch classes from spectral peaks, and the song's tuning."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.fft import rfft

from .model import F32
from .pcm import RATE

F64 = NDArray[np.float64]
TONE_FFT, TONE_HOP, PITCH_FFT = 4096, 882, 8192
FINE = 120  # bins of 10 cents
COARSE = 36  # bins of a third of a semitone
LOW_HZ, HIGH_HZ = 65.0, 2100.0
CENTRE_HZ = 300.0  # weight of a peak falls off around here
_WIDTH_OCT = 1.2


@dataclass(frozen=True, kw_only=True)
class _Peaks:
    rows: NDArray[np.intp]
    hz: F64
    weight: F64


def _peaks(magnitude: F32, size: int) -> _Peaks:
    """Local maxima from 65 to 2100 Hz above twice the frame's median, at parabolic frequencies."""
    step = RATE / size
    lo, hi = int(LOW_HZ / step), int(HIGH_HZ / step) + 2
    mid = magnitude[:, lo:hi]
    left, right = magnitude[:, lo - 1 : hi - 1], magnitude[:, lo + 1 : hi + 1]
    floor = np.maximum(2 * np.median(mid[:, ::2], axis=1), 1e-5)[:, None]
    rows, cols = np.nonzero((mid > left) & (mid >= right) & (mid > floor))
    a, b, c = (np.log(np.maximum(m[rows, cols], 1e-12)) for m in (left, mid, right))
    shift = 0.5 * (a - c) / np.minimum(a - 2 * b + c, -1e-9)
    hz = (cols + lo + np.clip(shift, -0.5, 0.5)) * step
    fall = np.exp(-0.5 * (np.log2(hz / CENTRE_HZ) / _WIDTH_OCT) ** 2)
    return _Peaks(rows=rows, hz=hz, weight=np.sqrt(mid[rows, cols]) * fall)


def fine_chroma(frames: F32) -> F64:
    """Sum over frames [shape=(k, 8192)] of their normalised pitch classes [shape=(120,)]."""
    window = np.hanning(frames.shape[1] + 1)[:-1].astype(np.float32)
    magnitude = np.abs(rfft(frames * (window * (2 / window.sum())), axis=1))
    found = _peaks(magnitude, PITCH_FFT)
    grid = np.zeros((len(frames), FINE))
    bins = np.rint(FINE * np.log2(found.hz / 261.6256)).astype(int) % FINE
    np.add.at(grid, (found.rows, bins), found.weight)
    total = grid.sum(axis=1, keepdims=True)
    return np.asarray((grid / np.maximum(total, 1e-9)).sum(axis=0))


def chroma_frames(magnitude: F32) -> tuple[F32, F32]:
    """Pitch classes [shape=(k, 36)], each frame's maximum 1, and the share of energy in peaks."""
    found = _peaks(magnitude, TONE_FFT)
    place = COARSE * np.log2(found.hz / 261.6256)
    low = np.floor(place).astype(int)
    part = place - low
    grid = np.zeros(len(magnitude) * COARSE)
    base = found.rows * COARSE
    grid += np.bincount(base + low % COARSE, found.weight * (1 - part), len(grid))
    grid += np.bincount(base + (low + 1) % COARSE, found.weight * part, len(grid))
    rows = grid.reshape(-1, COARSE)
    top = rows.max(axis=1, keepdims=True)
    return (rows / np.maximum(top, 1e-9)).astype(np.float32), _tonality(magnitude, found)


def _tonality(magnitude: F32, found: _Peaks) -> F32:
    """Energy of the peaks' main lobes over all energy from 65 to 2100 Hz, corrected for noise."""
    step = RATE / TONE_FFT
    power = magnitude**2
    span = power[:, int(LOW_HZ / step) : int(HIGH_HZ / step) + 2].sum(axis=1)
    cols = np.rint(found.hz / step).astype(int)
    lobe = sum(power[found.rows, cols + k] for k in (-1, 0, 1))
    strong = magnitude[found.rows, cols] > 8 * np.median(magnitude[:, 10:400], axis=1)[found.rows]
    tonal = np.bincount(found.rows, lobe * strong, len(magnitude))
    return np.asarray(np.clip(tonal / np.maximum(span, 1e-12), 0, 1), dtype=np.float32)


def tuning(pitch: F64) -> float:
    """Offset of the song from A440 in semitones, -0.5..0.5, from the fine pitch classes."""
    angle = np.exp(2j * np.pi * np.arange(FINE) / 10)
    return float(np.angle((pitch * angle).sum()) / (2 * np.pi)) if pitch.sum() > 0 else 0.0


def fold(pitch: F64, offset: float) -> F64:
    """Fine pitch classes to twelve, weighted cos^2 around each semitone; sums to 1."""
    place = np.arange(FINE) / 10 - offset
    away = (place[:, None] - np.arange(12) + 6) % 12 - 6
    weight = np.where(np.abs(away) < 0.5, np.cos(np.pi * away) ** 2, 0)
    chroma = pitch @ weight
    return np.asarray(chroma / chroma.sum() if chroma.sum() > 0 else np.full(12, 1 / 12))


def fold_frames(chroma: NDArray[np.floating], offset: float) -> F32:
    """Frames of 36 bins to twelve semitones at the song's tuning [shape=(n, 12)]."""
    place = np.arange(COARSE) / 3 - offset
    away = np.abs((place[:, None] - np.arange(12) + 6) % 12 - 6)
    weight = np.maximum(0, 1 - away / 0.67).astype(np.float32)
    return chroma.astype(np.float32) @ weight
