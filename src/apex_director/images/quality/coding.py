"""What coding and generation leave in a picture: banding, blocks, and other artefacts."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from .model import RGB8

F32 = NDArray[np.float32]
I16 = NDArray[np.int16]

FLAT_RUN = 3  # pixels without any change on both sides of a step
GREATEST_STEP = 48  # code values; above this it is an edge somebody drew
WIDEST_BAND = 0.33  # of a line: further apart, two steps are no staircase
BAND = 0.8  # squared step per smooth pixel that scores one half: 64 values a channel, about
BLOCK = 8  # pixels, the transform of JPEG (ITU-T T.81)
LEAST_STEP = 0.05  # code values: keeps the ratio of two nothings at one
MOST_STEP = 24.0  # code values: one hard edge on the grid is no block
CHANCE = 1.04  # how far the greatest of eight positions stands out where there is no grid
BLOCK_POWER = 0.6  # quality 88 keeps four fifths, quality 45 about one half
DEAD = 0.06  # of the picture: this much without any content scores 1/e
STUCK = 0.002  # of all pixels, stuck bright and dark: scores 1/e
ENLARGED = 0.95  # so many pairs within an enlarged pixel are equal
DOUBLED = 0.25  # how much more pairs repeat within a blown-up pixel than across two


def banding(rgb: RGB8) -> tuple[float, float]:
    """(score, strength) of staircases in what should be smooth.

    A step between two runs of exactly equal values, at least `FLAT_RUN` pixels each, is a band's
    border when it is one of three that go the same way by about as much; a dithered or noisy
    gradient has none, and flat graphics go up and down. Strength is the sum of squared steps over
    the pixels that lie in such runs; a step of one code value is what 8 bits are, and counts for
    nothing.
    """
    total, smooth = 0.0, 0
    for c in range(3):
        plane = rgb[..., c].astype(np.int16)
        for turned in (plane, plane.T):
            one, two = _steps(np.ascontiguousarray(turned))
            total, smooth = total + one, smooth + two
    area = max(smooth, rgb.size // 20, 1)
    strength = total / area
    return 1.0 / (1.0 + strength / BAND), strength


def _steps(plane: I16) -> tuple[float, int]:
    if plane.shape[1] < 2 * FLAT_RUN + 2:
        return 0.0, 0
    change = plane[:, 1:] - plane[:, :-1]
    still = change == 0
    run = still[:, : -FLAT_RUN + 1].copy()
    for k in range(1, FLAT_RUN):
        run &= still[:, k : still.shape[1] - FLAT_RUN + 1 + k]
    middle = change[:, FLAT_RUN:-FLAT_RUN]
    border = run[:, : middle.shape[1]] & run[:, FLAT_RUN + 1 : FLAT_RUN + 1 + middle.shape[1]]
    border &= (middle != 0) & (np.abs(middle) <= GREATEST_STEP)
    rows, columns = np.nonzero(border)
    step = middle[rows, columns].astype(np.float64)
    stairs = step[_stairs(rows, columns, step, plane.shape[1])]
    return float((stairs**2 - 1.0).sum()), int(run.sum())


def _stairs(
    rows: NDArray[np.intp], columns: NDArray[np.intp], step: NDArray[np.float64], width: int
) -> NDArray[np.bool_]:
    """Which borders are one of three in a row that go the same way by about as much."""
    size = np.abs(step)
    linked = (rows[1:] == rows[:-1]) & (np.diff(columns) <= width * WIDEST_BAND)
    linked &= (step[1:] * step[:-1] > 0) & (
        np.maximum(size[1:], size[:-1]) <= 2 * np.minimum(size[1:], size[:-1])
    )
    three = linked[1:] & linked[:-1]
    found = np.zeros(len(rows), bool)
    for shift in range(3):
        found[shift : shift + len(three)] |= three
    return found


def blockiness(grey: F32) -> tuple[float, float]:
    """(score, ratio) of the steps on the 8-pixel grid to those elsewhere; 1 is no grid.

    A step is what a change exceeds the slope on both sides by. The grid may begin anywhere, as in
    a crop. Blocks of the colour planes alone are not seen.

    Source
    ------
    Wang, Sheikh and Bovik 2002, "No-reference perceptual quality assessment of JPEG compressed
    images".
    """
    if min(grey.shape) < 4 * BLOCK:
        return 1.0, 1.0
    across, down = _phases(grey), _phases(np.ascontiguousarray(grey.T))
    ratio = float(np.sqrt(_peak(across) * _peak(down)))
    return float(ratio**-BLOCK_POWER), ratio


def _phases(grey: F32) -> F32:
    """Step at each of the eight positions: the median over the columns that stand there, so that
    one wall or horizon decides nothing.
    """
    change = np.diff(grey, axis=1)
    step = np.abs(change[:, 1:-1] - (change[:, :-2] + change[:, 2:]) * np.float32(0.5))
    columns = np.minimum(step, np.float32(MOST_STEP)).mean(axis=0)
    columns = columns[: len(columns) // BLOCK * BLOCK].reshape(-1, BLOCK)
    return np.asarray(np.median(columns, axis=0))


def _peak(phases: F32) -> float:
    usual = float(np.median(phases))
    ratio = (float(phases.max()) + LEAST_STEP) / (usual + LEAST_STEP)
    return max(ratio / CHANCE, 1.0)


def artefacts(rgb: RGB8, grey: F32) -> tuple[float, tuple[str, ...]]:
    """(score, what was found): dead areas, stuck pixels, pixels blown up without filtering."""
    dead, stuck, doubled = _dead(rgb), _stuck(grey), _doubled(rgb)
    found = []
    if dead > 0.01:
        found.append(f"{dead:.0%} of the picture is one empty colour from edge to edge")
    if stuck > 0.0003:
        found.append(f"{stuck:.2%} of the pixels are stuck")
    if doubled > 0.05:
        found.append("its pixels are enlarged copies of fewer")
    score = np.exp(-dead / DEAD - stuck / STUCK) / (1.0 + (doubled / DOUBLED) ** 2)
    return float(score), tuple(found)


def _dead(rgb: RGB8) -> float:
    """Share of rows or columns at the border that are one colour from edge to edge: bars, or the
    rest of a file that broke off.
    """
    shares = []
    for turned in (rgb, rgb.transpose(1, 0, 2)):
        plain = (turned[:, ::16] == turned[:, :1]).all(axis=(1, 2))
        plain[plain] = (turned[plain] == turned[plain][:, :1]).all(axis=(1, 2))
        first = (turned[:, 0] == turned[0, 0]).all(axis=1) & plain
        last = (turned[:, 0] == turned[-1, 0]).all(axis=1) & plain
        shares.append((_leading(first) + _leading(last[::-1])) / len(plain))
    return min(max(shares), 1.0)


def _leading(flags: NDArray[np.bool_]) -> int:
    """How many are set before the first that is not; fewer than four are chance."""
    count = len(flags) if flags.all() else int(flags.argmin())
    return count if count >= 4 else 0


def _stuck(grey: F32) -> float:
    """Share of single pixels that stand out from all eight neighbours far more than those differ,
    counted only as far as bright and dark ones balance: stars and sparks are bright alone, and are
    no fault.
    """
    import cv2

    if min(grey.shape) < 3:
        return 0.0
    ring = np.ones((3, 3), np.uint8)
    ring[1, 1] = 0
    edge = cv2.BORDER_REPLICATE
    most = cv2.dilate(grey, ring, borderType=edge)
    least = cv2.erode(grey, ring, borderType=edge)
    limit = np.maximum(2.0 * (most - least), np.float32(40.0))
    bright, dark = grey - most > limit, least - grey > limit
    return 2.0 * min(float(bright.mean()), float(dark.mean()))


def _doubled(rgb: RGB8) -> float:
    """How much more often equal pixels stand within an enlarged pixel than across two of them.

    Every border must show it: where only every second one does, it is a block of a transform.
    """
    worst = 0.0
    for plane in (rgb[..., 1], np.ascontiguousarray(rgb[..., 1].T)):
        for factor in (2, 3, 4):
            period = 2 * factor
            columns = plane.shape[1] // period * period
            if columns < 4 * period:
                continue
            same = (plane[:, : columns - 1] == plane[:, 1:columns]).mean(axis=0)
            share = np.append(same, 0.0).reshape(-1, period)[:-1].mean(axis=0)
            across = max(float(share[factor - 1]), float(share[period - 1]))
            inside = float(np.delete(share, (factor - 1, period - 1)).min())
            if inside > ENLARGED:
                worst = max(worst, inside - across)
    return worst
