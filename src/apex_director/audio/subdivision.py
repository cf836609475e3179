"""How a beat parts: into two, into a long and a short, into three."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from .beats import LAG_S
from .features import FLUX_FPS
from .model import F32

F64 = NDArray[np.float64]
_BINS = 48
_LEAST = 16  # beats
_LONG = 1.5  # an interval this many times the median is a pause
_HEARD = 0.15  # what the off-beat must show beside the beat
_LOW, _HIGH = 0.42, 0.72  # where an off-beat can be: dotted eighths lie beyond
_THIRDS = 1.5  # how much thirds must outweigh halves
_BOTH = 0.3  # the weaker third against the stronger; in swing the first third is silent


def profile(act: F32, times: F64) -> F64:
    """Mean flux activation over the course of a beat, less its lowest [shape=(48,)]."""
    gaps = np.diff(times)
    use = gaps < _LONG * np.median(gaps)
    at = times[:-1][use][:, None] + gaps[use][:, None] * (np.arange(_BINS) / _BINS)[None, :]
    values = np.interp((at + LAG_S) * FLUX_FPS, np.arange(len(act)), act)
    mean = values.mean(axis=0)
    return np.asarray(mean - np.percentile(mean, 20))


def swing_of(act: F32, times: F64) -> float | None:
    """Place of the off-beat within the beat, 0.5 straight to about 0.67; None if none is heard."""
    if len(times) < _LEAST:
        return None
    course = profile(act, times)
    first, last = int(_LOW * _BINS), int(np.ceil(_HIGH * _BINS))
    top = first + int(course[first : last + 1].argmax())
    on = _centre(course, int(np.argmax(np.roll(course, _BINS // 4)[: _BINS // 2])) - _BINS // 4)
    if course[top] < _HEARD * max(float(course[[0, 1, -1]].max()), 1e-6):
        return None
    return (_centre(course, top) - on) / _BINS


def _centre(course: F64, top: int) -> float:
    """Centroid of the peak at a bin, in bins."""
    around = np.arange(top - 2, top + 3)
    weight = np.maximum(course[around % _BINS] - 0.3 * course[top % _BINS], 0)
    return float((weight * around).sum() / max(weight.sum(), 1e-9))


def is_compound(act: F32, times: F64) -> bool:
    """Whether the beat parts into three, both thirds heard, rather than into two."""
    if len(times) < _LEAST:
        return False
    course = profile(act, times)
    one, half, two = (_near(course, share) for share in (1 / 3, 1 / 2, 2 / 3))
    if min(one, two) < _BOTH * max(one, two) or one < _HEARD * _near(course, 0.0):
        return False
    return (one + two) / 2 > _THIRDS * max(half, 1e-6)


def _near(course: F64, share: float) -> float:
    at = round(share * _BINS)
    return float(np.mean([course[(at + k) % _BINS] for k in (-1, 0, 1)]))
