"""A picture as a coarse grid of cells in linear light: what flash screening and taming look at.

Cells of an eightieth of the long side average grain, rain and fine texture away, which the
guidelines exempt, and are far smaller than the areas they limit.
"""

from __future__ import annotations

import cv2
import numpy as np
from numba import njit
from numpy.typing import NDArray

from .model import U8

F32 = NDArray[np.float32]
LONG_SIDE = 320
CELLS = 80
_CURVE = 1024


def linear_curve() -> F32:
    """sRGB code value 0..1 in 1024 steps to relative luminance (IEC 61966-2-1, as WCAG asks)."""
    code = np.arange(_CURVE + 1) / _CURVE
    light = np.where(code <= 0.04045, code / 12.92, ((code + 0.055) / 1.055) ** 2.4)
    return np.asarray(light, dtype=np.float32)


def grid_shape(width: int, height: int) -> tuple[int, int]:
    """Rows and columns of cells of a picture."""
    cell = max(width, height) / CELLS
    return max(1, round(height / cell)), max(1, round(width / cell))


def small_planes(y: U8, u: U8, v: U8) -> tuple[U8, U8, U8]:
    """All three planes at one size, at most 320 pixels on the long side."""
    height, width = y.shape
    scale = min(1.0, LONG_SIDE / max(width, height))
    size = max(1, round(width * scale)), max(1, round(height * scale))
    return _sized(y, size), _sized(u, size), _sized(v, size)


def _sized(plane: U8, size: tuple[int, int]) -> U8:
    if plane.shape == (size[1], size[0]):
        return plane
    shrinks = plane.shape[1] > size[0]
    way = cv2.INTER_AREA if shrinks else cv2.INTER_NEAREST
    return np.asarray(cv2.resize(plane, size, interpolation=way), dtype=np.uint8)


@njit(cache=True)
def cell_means(y: U8, u: U8, v: U8, curve: F32, out: F32) -> None:
    """Per cell: relative luminance, saturated-red value, mean Cb, mean Cr (code values).

    ``out`` [shape=(4, rows, columns)]. The red value of a pixel is (R - G - B) x 320 where
    R / (R + G + B) >= 0.8 in linear light, else 0 (WCAG 2.3.1).
    """
    height, width = y.shape
    rows, columns = out.shape[1], out.shape[2]
    one, top = np.float32(1.0), np.float32(_CURVE)
    for row in range(rows):
        y0, y1 = row * height // rows, max(row * height // rows + 1, (row + 1) * height // rows)
        for column in range(columns):
            x0 = column * width // columns
            x1 = max(x0 + 1, (column + 1) * width // columns)
            light = red = cb_sum = cr_sum = np.float32(0.0)
            for i in range(y0, y1):
                for j in range(x0, x1):
                    luma = (np.float32(y[i, j]) - np.float32(16.0)) / np.float32(219.0)
                    cb = (np.float32(u[i, j]) - np.float32(128.0)) / np.float32(224.0)
                    cr = (np.float32(v[i, j]) - np.float32(128.0)) / np.float32(224.0)
                    r = luma + np.float32(1.5748) * cr
                    g = luma - np.float32(0.187324) * cb - np.float32(0.468124) * cr
                    b = luma + np.float32(1.8556) * cb
                    r = curve[int(min(max(r, np.float32(0.0)), one) * top)]
                    g = curve[int(min(max(g, np.float32(0.0)), one) * top)]
                    b = curve[int(min(max(b, np.float32(0.0)), one) * top)]
                    light += (
                        np.float32(0.2126) * r + np.float32(0.7152) * g + np.float32(0.0722) * b
                    )
                    if r >= np.float32(0.8) * (r + g + b):
                        red += max(np.float32(0.0), r - g - b) * np.float32(320.0)
                    cb_sum += cb
                    cr_sum += cr
            count = np.float32((y1 - y0) * (x1 - x0))
            out[0, row, column] = light / count
            out[1, row, column] = red / count
            out[2, row, column] = cb_sum / count
            out[3, row, column] = cr_sum / count


def measure_cells(y: U8, u: U8, v: U8, curve: F32, shape: tuple[int, int]) -> F32:
    """The cells of one small picture [shape=(4, rows, columns), float32]; see
    :func:`cell_means` and :func:`small_planes`.
    """
    out = np.empty((4, *shape), dtype=np.float32)
    cell_means(y, u, v, curve, out)
    return out
