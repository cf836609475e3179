"""The grade: ASC CDL, as a pure function on pictures and as tables for the last pass."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from apex_director.cinematography.model import Grade

from .model import F32

LUMA = (0.2126, 0.7152, 0.0722)
"""Rec.709 weights, which the ASC CDL names for saturation too."""


def apply_cdl(rgb: ArrayLike, grade: Grade) -> NDArray[np.float64]:
    """Slope, offset, power, then saturation; the input is left untouched.

    Parameters
    ----------
    rgb : [shape=(..., 3)] display values in 0..1.

    Source: ASC Color Decision List 1.2.
    """
    value = np.asarray(rgb, dtype=np.float64) * grade.slope + grade.offset
    value = np.clip(value, 0.0, 1.0) ** np.asarray(grade.power)
    luma = (value @ np.asarray(LUMA))[..., None]
    return np.asarray(np.clip(luma + grade.saturation * (value - luma), 0.0, 1.0))


def cdl_table(grade: Grade) -> F32:
    """Slope, offset and power per channel for every 8-bit value [shape=(3, 256), float32, 0..1]."""
    plain = Grade(slope=grade.slope, offset=grade.offset, power=grade.power, saturation=1.0)
    steps = np.repeat(np.arange(256)[:, None] / 255.0, 3, axis=1)
    return np.ascontiguousarray(apply_cdl(steps, plain).T.astype(np.float32))


def is_plain(grade: Grade) -> bool:
    """True when slope, offset and power change nothing."""
    return (grade.slope, grade.offset, grade.power) == ((1, 1, 1), (0, 0, 0), (1, 1, 1))
