"""The light buffer: bloom, shafts and pulses at an eighth of the size, screened over all."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numba import njit

from .model import F32
from .prepare import MIP

# Workers are processes, one per core; threads inside them would only get in each other's way.
cv2.setNumThreads(1)

THRESHOLD = 0.66
"""Display luma from which a thing glows."""
NARROW, WIDE = 1.6, 3.2
"""Gaussian sigmas: the narrow in cells of the buffer, the wide in cells of its half size."""
RAY_STEPS = 5


@dataclass(frozen=True, kw_only=True)
class Lamp:
    """The key light in this frame, in cells of the buffer; colour already scaled by its pulse."""

    x: float
    y: float
    radius: float
    color: tuple[float, float, float]
    rays: float


def buffer_shape(width: int, height: int) -> tuple[int, int]:
    """Rows and columns of the light buffer of a frame."""
    return -(-height // MIP), -(-width // MIP)


@njit(cache=True)
def _mip_row(mip: F32, at: float, out: F32) -> None:
    """One line of a mip between two of its rows [shape=(cols * 4,)]."""
    rows = mip.shape[0]
    at = min(max(at, 0.0), rows - 1.0)
    top = min(int(at), max(rows - 2, 0))
    w = np.float32(at - top)
    a, b = mip[top], mip[min(top + 1, rows - 1)]
    for k in range(len(out)):
        out[k] = a[k] + (b[k] - a[k]) * w


@njit(cache=True)
def lay_mip(
    dst: F32,
    mip: F32,
    cx: float,
    cy: float,
    step: float,
    width: int,
    height: int,
    gain: float,
    added: bool,
) -> None:
    """Lay a layer's mip [shape=(rows, cols * 4)] over the buffer [shape=(rows, cols, 3)], seen as
    the full layer is seen.

    ``cx``, ``cy`` and ``step`` are those of the full-size tables, in canvas pixels.
    """
    cols = mip.shape[1] // 4
    line = np.empty(mip.shape[1], np.float32)
    g, one = np.float32(gain), np.float32(1.0)
    left, weight = np.empty(dst.shape[1], np.uint32), np.empty(dst.shape[1], np.float32)
    for x in range(dst.shape[1]):
        fx = (cx + ((x + 0.5) * MIP - 0.5 * width) * step) / MIP - 0.5
        fx = min(max(fx, 0.0), cols - 1.0)
        x0 = min(int(fx), cols - 2)
        left[x], weight[x] = np.uint32(4 * x0), np.float32(fx - x0)
    for y in range(dst.shape[0]):
        _mip_row(mip, (cy + ((y + 0.5) * MIP - 0.5 * height) * step) / MIP - 0.5, line)
        row = dst[y]
        for x in range(dst.shape[1]):
            k, w1 = np.uint64(left[x]), weight[x]
            w0 = one - w1
            r = line[k] * w0 + line[k + np.uint64(4)] * w1
            gr = line[k + np.uint64(1)] * w0 + line[k + np.uint64(5)] * w1
            b = line[k + np.uint64(2)] * w0 + line[k + np.uint64(6)] * w1
            keep = one
            if not added:
                keep = one - (line[k + np.uint64(3)] * w0 + line[k + np.uint64(7)] * w1)
            row[x, 0] = row[x, 0] * keep + r * g
            row[x, 1] = row[x, 1] * keep + gr * g
            row[x, 2] = row[x, 2] * keep + b * g


@njit(cache=True)
def _bright(picture: F32, tint: F32, out: F32) -> None:
    """What glows: colour weighted by a soft knee above the threshold."""
    t0, span = np.float32(THRESHOLD), np.float32(1.0 - THRESHOLD)
    for y in range(picture.shape[0]):
        for x in range(picture.shape[1]):
            r, g, b = picture[y, x, 0], picture[y, x, 1], picture[y, x, 2]
            luma = np.float32(0.2126) * r + np.float32(0.7152) * g + np.float32(0.0722) * b
            top = max(luma, np.float32(0.72) * max(r, max(g, b)))
            t = min(max((top - t0) / span, np.float32(0.0)), np.float32(1.0))
            t = t * t
            out[y, x, 0] = min(r, np.float32(1.0)) * t * tint[0]
            out[y, x, 1] = min(g, np.float32(1.0)) * t * tint[1]
            out[y, x, 2] = min(b, np.float32(1.0)) * t * tint[2]


def glow(picture: F32, strength: float, tint: tuple[float, float, float], lamp: Lamp | None) -> F32:
    """Bloom, shafts and the lamp's pulse [float32, shape=(3, rows, cols), 0..1].

    Parameters
    ----------
    picture : the frame at an eighth of its size [shape=(rows, cols, 3)].
    strength : of the bloom, 0..1.
    tint : factor per channel, the grade's slope.
    """
    bright = np.empty_like(picture)
    _bright(picture, np.asarray(tint, dtype=np.float32), bright)
    narrow = cv2.GaussianBlur(bright, (0, 0), NARROW, borderType=cv2.BORDER_REPLICATE)
    small = cv2.resize(bright, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
    small = cv2.GaussianBlur(small, (0, 0), WIDE, borderType=cv2.BORDER_REPLICATE)
    wide = cv2.resize(small, (picture.shape[1], picture.shape[0]), interpolation=cv2.INTER_LINEAR)
    out = (np.float32(0.38 * strength) * narrow) + (np.float32(0.40 * strength) * wide)
    if lamp is not None:
        _shine(out, lamp)
        if lamp.rays > 0.0:
            _cast(out, _shafts(bright, lamp), lamp)
    return np.ascontiguousarray(np.clip(out, 0.0, 0.9).transpose(2, 0, 1), dtype=np.float32)


def _shine(out: F32, lamp: Lamp) -> None:
    """Add the lamp's own round glow."""
    rows, cols = out.shape[:2]
    gx = np.exp(-0.5 * ((np.arange(cols) + 0.5 - lamp.x) / lamp.radius) ** 2).astype(np.float32)
    gy = np.exp(-0.5 * ((np.arange(rows) + 0.5 - lamp.y) / lamp.radius) ** 2).astype(np.float32)
    level = gy[:, None] * gx[None, :]
    for c, color in enumerate(lamp.color):
        out[..., c] += level * np.float32(color)


def _shafts(bright: F32, lamp: Lamp) -> F32:
    """Light shafts: each step averages the glow with a copy enlarged about the lamp."""
    level = np.maximum(np.maximum(bright[..., 0], bright[..., 1]), bright[..., 2])
    rows, cols = level.shape
    scale = 0.86
    for _ in range(RAY_STEPS):
        matrix = np.array([[scale, 0, lamp.x * (1 - scale)], [0, scale, lamp.y * (1 - scale)]])
        flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
        moved = cv2.warpAffine(
            level, matrix, (cols, rows), flags=flags, borderMode=cv2.BORDER_CONSTANT
        )
        level = np.float32(0.5) * (level + moved)
        scale = scale * scale
    return np.asarray(np.float32(lamp.rays * 0.65) * level, np.float32)


def _cast(out: F32, shafts: F32, lamp: Lamp) -> None:
    """Add the shafts in the lamp's hue."""
    color = np.asarray(lamp.color, dtype=np.float32)
    color /= np.float32(max(float(color.max()), 1e-6))
    for c in range(3):
        out[..., c] += shafts * color[c]
