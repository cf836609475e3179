"""Anti-aliased silhouettes: filled polygons, ridge lines, tapered strokes, as coverage masks."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import cast

import cv2
import numpy as np
from numpy.typing import NDArray

F32 = NDArray[np.float32]
Polygon = NDArray[np.floating]
Stroke = tuple[Polygon, float, float]

_STRIP = 96  # rows rasterised at a time, so that supersampling costs little memory
_SHIFT = 4  # fractional bits cv2 keeps of a vertex


def fill(canvas_h: int, canvas_w: int, polygons: Iterable[Polygon], supersample: int = 4) -> F32:
    """Coverage 0..1 of the union of polygons (each [n, 2] of x, y in pixels, may leave the canvas).

    Pixel (0, 0) covers x and y from 0 to 1; an edge between two pixels leaves no half tone.
    """
    shapes = [p for p in polygons if len(p) >= 3]
    out = np.zeros((canvas_h, canvas_w), np.float32)
    if not shapes:
        return out
    points = np.concatenate(shapes, dtype=np.float64)
    starts = np.cumsum([0, *(len(p) for p in shapes)])
    tops = np.minimum.reduceat(points[:, 1], starts[:-1])
    bottoms = np.maximum.reduceat(points[:, 1], starts[:-1])
    scale = supersample * (1 << _SHIFT)
    # cv2 places integer coordinates at pixel centres
    places = np.round(points * scale - 0.5 * (1 << _SHIFT)).astype(np.int32)
    for y0 in range(0, canvas_h, _STRIP):
        y1 = min(y0 + _STRIP, canvas_h)
        inside = np.flatnonzero((tops < y1) & (bottoms > y0))
        if not len(inside):
            continue
        big = np.zeros(((y1 - y0) * supersample, canvas_w * supersample), np.uint8)
        own = places - np.array([0, y0 * scale], np.int32)
        for i in inside:
            cv2.fillPoly(big, [own[starts[i] : starts[i + 1]]], 255, shift=_SHIFT)
        out[y0:y1] = cv2.resize(big, (canvas_w, y1 - y0), interpolation=cv2.INTER_AREA)
    out *= np.float32(1 / 255)
    return out


def ridge(ys: F32, canvas_h: int) -> F32:
    """Coverage of everything below a line: ``ys`` [shape=(w,)] holds its row in each column.

    Exact vertically; four interpolated sub-columns soften steep flanks.
    """
    line = np.asarray(ys, np.float32)
    x = np.arange(line.size, dtype=np.float32)
    rows = np.arange(1, canvas_h + 1, dtype=np.float32)[:, None]
    out = np.zeros((canvas_h, line.size), np.float32)
    for dx in (-0.375, -0.125, 0.125, 0.375):
        sub = np.interp(x + dx, x, line).astype(np.float32)
        out += np.clip(rows - sub, 0.0, 1.0)
    out *= np.float32(0.25)
    return out


def stroke_polygon(points: Polygon, width0: float, width1: float) -> Polygon:
    """The outline [n, 2] of a line that tapers from ``width0`` to ``width1`` pixels."""
    path = np.asarray(points, np.float64)
    tangent = np.empty_like(path)
    tangent[1:-1] = (path[2:] - path[:-2]) / 2.0
    tangent[0], tangent[-1] = path[1] - path[0], path[-1] - path[-2]
    length = np.maximum(np.hypot(tangent[:, 0], tangent[:, 1]), 1e-6)
    normal = np.stack([-tangent[:, 1], tangent[:, 0]], axis=1) / length[:, None]
    half = np.linspace(width0 / 2, width1 / 2, len(path))[:, None]
    return cast(Polygon, np.concatenate([path + normal * half, (path - normal * half)[::-1]]))


def strokes(canvas_h: int, canvas_w: int, lines: Sequence[Stroke], supersample: int = 4) -> F32:
    """Coverage of tapered lines, each ``(points [n, 2], first width, last width)`` in pixels."""
    return fill(canvas_h, canvas_w, [stroke_polygon(*line) for line in lines], supersample)


def soften(mask: F32, px: float) -> F32:
    """The mask blurred by a Gaussian of ``px`` pixels."""
    if px <= 0.05:
        return mask
    return cast(F32, cv2.GaussianBlur(mask, (0, 0), px, borderType=cv2.BORDER_REPLICATE))
