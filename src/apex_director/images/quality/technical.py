"""How well a picture is made, at its own size: sharpness, noise, exposure."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from .model import RGB8

F32 = NDArray[np.float32]

FINE, COARSE = 1.0, 2.0  # pixels: the two blurs an edge is compared under
STRONGEST = 90.0  # percentile: the edges that tell, so that a soft sky does not
SHARPEST = 65.0  # percentile: what is in focus, so that a soft background does not
SOFT_EDGE = 2.4  # pixels at 1080 lines: an edge this soft scores one half
NOISE_TILE = 16  # wavelet coefficients a side
SMOOTHEST = 12.0  # percentile of tiles that show noise and no texture
GRAIN = 6.0  # code values: noise this strong scores one half
FROM_EDGES = 5.0  # an edge stands this many times above the noise
WHITE_WIDTH, BLACK_WIDTH = 1.2, 2.0  # code values: how soft "clipped" is
WHITE_SHARE, BLACK_SHARE = 0.08, 0.5  # of the picture: clipped this much scores 1/e


def luma(rgb: RGB8) -> F32:
    """Luma in code values [float32, shape=(h, w)] (ITU-R BT.601 weights)."""
    import cv2

    return np.asarray(cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY), np.float32)


def edge_width(grey: F32, noise: float = 0.0) -> float | None:
    """Width of the sharpest strong edges in pixels; None without edges.

    The gradient of an edge falls by a known ratio when the edge is blurred again, so the ratio
    tells how soft it was: the width is the sigma of a Gaussian edge as it stands under a blur of
    one pixel. Thin lines come out narrower than a step.

    Source
    ------
    Zhuo and Sim 2011, "Defocus map estimation from a single image".
    """
    import cv2

    if min(grey.shape) < 8:
        return None
    fine, coarse = (
        cv2.magnitude(cv2.Sobel(soft, cv2.CV_32F, 1, 0), cv2.Sobel(soft, cv2.CV_32F, 0, 1))
        for soft in (cv2.GaussianBlur(grey, (0, 0), sigma) for sigma in (FINE, COARSE))
    )
    crest = fine >= cv2.dilate(fine, np.ones((3, 3), np.uint8))
    floor = max(float(np.percentile(fine[::2, ::2], STRONGEST)), FROM_EDGES * 0.7 * noise, 2.0)
    chosen = crest & (fine >= floor)
    if int(chosen.sum()) < 16:
        return None
    ratio = float(np.percentile(fine[chosen] / np.maximum(coarse[chosen], 1e-3), SHARPEST))
    return float(np.sqrt((COARSE**2 - FINE**2) / (max(ratio, 1.005) ** 2 - 1)))


def sharpness(width: float, lines: int) -> float:
    """1 for edges as sharp as pixels allow, one half at `SOFT_EDGE` (in proportion to the size)."""
    half = SOFT_EDGE * max(lines / 1080.0, 0.75)
    return 1.0 / (1.0 + (width / half) ** 2)


def noise_level(rgb: RGB8) -> float:
    """Standard deviation of the noise in code values, from the finest diagonal detail of the
    smoothest tiles that are neither black nor white.

    Source
    ------
    Donoho and Johnstone 1994 (diagonal wavelet detail); Liu, Tanaka and Okutomi 2013 (weak texture
    only).
    """
    grey = luma(rgb)
    level = _tile_noise(grey, grey)
    half = rgb[: rgb.shape[0] // 2 * 2, : rgb.shape[1] // 2 * 2].astype(np.float32)
    colour = [_tile_noise(half[..., c] - half[..., 1], grey) / np.sqrt(2.0) for c in (0, 2)]
    return float(np.sqrt(level**2 + 0.25 * max(colour) ** 2))


def _tile_noise(plane: F32, grey: F32) -> float:
    rows, columns = (n // 2 * 2 for n in plane.shape)
    a, b = plane[:rows:2, :columns:2], plane[:rows:2, 1:columns:2]
    c, d = plane[1:rows:2, :columns:2], plane[1:rows:2, 1:columns:2]
    detail = np.abs(a - b - c + d) * np.float32(0.5)
    side = min(NOISE_TILE, *detail.shape)
    if side < 2:
        return 0.0
    spread = _tiles(detail, side) * np.sqrt(np.pi / 2)
    light = _tiles(grey[:rows:2, :columns:2], side)
    fair = (light > 12) & (light < 243)
    judged = spread[fair] if fair.mean() > 0.04 else spread
    return float(np.percentile(judged, SMOOTHEST))


def _tiles(plane: F32, side: int) -> F32:
    rows, columns = plane.shape[0] // side, plane.shape[1] // side
    cut = plane[: rows * side, : columns * side].reshape(rows, side, columns, side)
    return np.asarray(cut.mean(axis=(1, 3)))


def quietness(level: float) -> float:
    """1 without noise, one half at `GRAIN` code values."""
    return 1.0 / (1.0 + (level / GRAIN) ** 2)


def exposure(rgb: RGB8) -> tuple[float, float, float]:
    """(score, share of clipped white, share of crushed black).

    A highlight is lost where two channels end at white: a single one is a saturated colour, and
    counts for a third. A shadow is lost where all three end at black. Shares are soft at the ends.
    """
    codes = np.arange(256)
    near_white = np.exp(-(255 - codes) / WHITE_WIDTH)
    near_black = np.exp(-codes / BLACK_WIDTH)
    low, middle, high = _sorted(rgb)
    white = float((2 * _mean_of(near_white, middle) + _mean_of(near_white, high)) / 3)
    del low
    black = _mean_of(near_black, high)
    score = np.exp(-white / WHITE_SHARE) * np.exp(-black / BLACK_SHARE)
    return float(score), white, black


def _sorted(rgb: RGB8) -> tuple[RGB8, RGB8, RGB8]:
    r, g, b = rgb[..., 0], rgb[..., 1], rgb[..., 2]
    low, high = np.minimum(np.minimum(r, g), b), np.maximum(np.maximum(r, g), b)
    middle = np.maximum(np.minimum(r, g), np.minimum(np.maximum(r, g), b))
    return low, middle, high


def _mean_of(weight: NDArray[np.float64], plane: RGB8) -> float:
    counts = np.bincount(plane.ravel(), minlength=256)
    return float(counts @ weight / max(plane.size, 1))
