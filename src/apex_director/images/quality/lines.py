"""Whether what should stand level stands level."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from .model import RGB8

F64 = NDArray[np.float64]

LINE_AREA = 640 * 640  # pixels: enough for a quarter of a degree
SHORTEST = 0.04  # of the picture's diagonal
REACH = 12.0  # degrees: a line further off was never meant to be level
PEAK = 0.8  # degrees: how closely parallel lines agree
LEAST_LENGTH = 1.0  # of the diagonal: all agreeing lines together; fewer would be a guess
LEAST_AGREEMENT = 0.35  # share of all nearly level lines that agree
HALF_TILT = 4.0  # degrees: this far off scores one half


def tilt(rgb: RGB8) -> float | None:
    """Degrees by which the picture's level and upright lines lean, clockwise positive; None where
    too few agree (no horizon, no walls).

    Straight pieces are found by grouping pixels of one gradient direction, then the lean most of
    their length agrees on is taken.

    Source
    ------
    Grompone von Gioi et al. 2012, "LSD: a line segment detector".
    """
    angles, lengths, diagonal = _segments(rgb)
    if not len(angles):
        return None
    near = np.abs(angles) <= REACH
    angles, lengths = angles[near], lengths[near]
    if not len(angles):
        return None
    weight = lengths**1.5
    grid = np.arange(-REACH, REACH + 0.05, 0.1)
    density = np.exp(-0.5 * ((grid[:, None] - angles[None]) / PEAK) ** 2) @ weight
    top = float(grid[int(density.argmax())])
    agree = np.abs(angles - top) <= 2 * PEAK
    if lengths[agree].sum() < LEAST_LENGTH * diagonal:
        return None
    if weight[agree].sum() < LEAST_AGREEMENT * weight.sum():
        return None
    return float((angles[agree] * weight[agree]).sum() / weight[agree].sum())


def levelness(degrees: float) -> float:
    """1 for level, one half at `HALF_TILT` degrees."""
    return 1.0 / (1.0 + (degrees / HALF_TILT) ** 2)


def _segments(rgb: RGB8) -> tuple[F64, F64, float]:
    """(lean in degrees from level or upright, length in pixels, the picture's diagonal)."""
    import cv2

    height, width = rgb.shape[:2]
    scale = min(1.0, float(np.sqrt(LINE_AREA / (height * width))))
    grey = cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY)
    if scale < 1.0:
        size = (max(1, round(width * scale)), max(1, round(height * scale)))
        grey = cv2.resize(grey, size, interpolation=cv2.INTER_AREA)
    diagonal = float(np.hypot(*grey.shape))
    if min(grey.shape) < 16:
        return np.zeros(0), np.zeros(0), diagonal
    found = cv2.createLineSegmentDetector().detect(grey)[0]
    if found is None:
        return np.zeros(0), np.zeros(0), diagonal
    x1, y1, x2, y2 = np.asarray(found, np.float64).reshape(-1, 4).T
    length = np.hypot(x2 - x1, y2 - y1)
    long = length >= SHORTEST * diagonal
    angle = np.degrees(np.arctan2(y2 - y1, x2 - x1))
    lean = (angle + 45.0) % 90.0 - 45.0
    return lean[long], length[long], diagonal
