"""Kernels that lay one layer of a scene over the frame, sampled at sub-pixel positions.

Two 16-bit lanes travel in each 32-bit word: vertical lerp of two rows, horizontal lerp, "over",
all with 8-bit weights. Only the gather of neighbours is scalar; every other loop is written so that
the compiler turns it into vector code. Tiles in which a layer is empty are skipped, and so is
everything behind a tile that an opaque layer fills.
"""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

from .model import U8, U32
from .prepare import TILE

TILE_W, TILE_H = 48, 16
"""Output tile, small enough to follow silhouettes."""
RUN = 12
"""At most this many neighbouring tiles are drawn in one go; their rows fit the first cache."""

_LOW = np.uint32(0x00FF00FF)
_HIGH = np.uint32(0xFF00FF00)
_ROUND = np.uint32(0x00800080)
_EIGHT = np.uint32(8)
_ONE = np.uint64(1)


@njit(cache=True)
def axis_table(size: int, canvas: int, centre: float, step: float) -> tuple[NDArray[np.int32], U32]:
    """Left sample (int32) and its right neighbour's weight in 1/256 (uint32) of each output pixel.

    ``centre`` is the looked-at canvas position in pixels, ``step`` canvas pixels per output pixel;
    pixel centres lie at halves; positions beyond the canvas repeat its edge.
    """
    first = np.empty(size, np.int32)
    weight = np.empty(size, np.uint32)
    for i in range(size):
        at = centre + (i + 0.5 - 0.5 * size) * step - 0.5
        at = min(max(at, 0.0), canvas - 1.0)
        left = min(int(at), canvas - 2)
        first[i] = left
        weight[i] = np.uint32(int((at - left) * 256.0 + 0.5))
    return first, weight


@njit(cache=True)
def tile_cover(
    bounds: U8, xs: NDArray[np.int32], ys: NDArray[np.int32], least: U8, most: U8
) -> None:
    """Write the least and greatest alpha a layer can have in each output tile."""
    h, w = len(ys), len(xs)
    for ty in range(least.shape[0]):
        y0 = ys[ty * TILE_H] // TILE
        y1 = (ys[min(h, (ty + 1) * TILE_H) - 1] + 1) // TILE
        for tx in range(least.shape[1]):
            x0 = xs[tx * TILE_W] // TILE
            x1 = (xs[min(w, (tx + 1) * TILE_W) - 1] + 1) // TILE
            low, high = np.uint8(255), np.uint8(0)
            for y in range(y0, y1 + 1):
                for x in range(x0, x1 + 1):
                    low = min(low, bounds[0, y, x])
                    high = max(high, bounds[1, y, x])
            least[ty, tx] = low
            most[ty, tx] = high


@njit(cache=True)
def _lerp(first: U32, second: U32, weights: U32, out: U32) -> None:
    """Blend two rows of pixels, the second by its weight in 1/256."""
    for x in range(len(out)):
        p, q = first[x], second[x]
        v1 = weights[x]
        v0 = np.uint32(np.uint32(256) - v1)
        even = np.uint32(np.uint32(np.uint32(p & _LOW) * v0) + np.uint32(np.uint32(q & _LOW) * v1))
        p, q = np.uint32(np.uint32(p >> _EIGHT) & _LOW), np.uint32(np.uint32(q >> _EIGHT) & _LOW)
        odd = np.uint32(np.uint32(np.uint32(p * v0) + np.uint32(q * v1)) + _ROUND)
        even = np.uint32(np.uint32(np.uint32(even + _ROUND) >> _EIGHT) & _LOW)
        out[x] = np.uint32(even | np.uint32(odd & _HIGH))


@njit(cache=True)
def _lerp_rows(first: U32, second: U32, weight: int, out: U32) -> None:
    """Blend two rows of pixels by one weight in 1/256."""
    v1 = np.uint32(weight)
    v0 = np.uint32(np.uint32(256) - v1)
    for x in range(len(out)):
        p, q = first[x], second[x]
        even = np.uint32(np.uint32(np.uint32(p & _LOW) * v0) + np.uint32(np.uint32(q & _LOW) * v1))
        p, q = np.uint32(np.uint32(p >> _EIGHT) & _LOW), np.uint32(np.uint32(q >> _EIGHT) & _LOW)
        odd = np.uint32(np.uint32(np.uint32(p * v0) + np.uint32(q * v1)) + _ROUND)
        even = np.uint32(np.uint32(np.uint32(even + _ROUND) >> _EIGHT) & _LOW)
        out[x] = np.uint32(even | np.uint32(odd & _HIGH))


@njit(cache=True)
def _gather(row: U32, at: U32, first: U32, second: U32) -> None:
    """Pick each output pixel's two neighbours; unsigned indices spare numba's wrap-around test."""
    for x in range(len(at)):
        k = np.uint64(at[x])
        first[x] = row[k]
        second[x] = row[k + _ONE]


@njit(cache=True)
def _over(row: U32, top: U32) -> None:
    """Premultiplied "over" (Porter and Duff 1984)."""
    for x in range(len(row)):
        d, p = row[x], top[x]
        keep = np.uint32(np.uint32(255) - np.uint32(p >> np.uint32(24)))
        keep = np.uint32(keep + np.uint32(keep >> np.uint32(7)))
        even = np.uint32(np.uint32(np.uint32(d & _LOW) * keep) + _ROUND)
        odd = np.uint32(np.uint32(np.uint32(np.uint32(d >> _EIGHT) & _LOW) * keep) + _ROUND)
        under = np.uint32(np.uint32(np.uint32(even >> _EIGHT) & _LOW) | np.uint32(odd & _HIGH))
        row[x] = np.uint32(p + under)


@njit(cache=True)
def _clip_lanes(v: np.uint32) -> np.uint32:
    """Two 10-bit lanes, each limited to 255."""
    spill = np.uint32(np.uint32(v >> _EIGHT) & np.uint32(0x00030003))
    spill = np.uint32(np.uint32(spill | np.uint32(spill >> np.uint32(1))) & np.uint32(0x00010001))
    return np.uint32(np.uint32(v | np.uint32(spill * np.uint32(255))) & _LOW)


@njit(cache=True)
def _add(row: U32, light: U32, gain: int) -> None:
    """Add light times gain/128, limited to 255; alpha is kept."""
    g = np.uint32(gain)
    for x in range(len(row)):
        d, p = row[x], light[x]
        even = np.uint32(np.uint32(np.uint32(p & _LOW) * g) >> np.uint32(7))
        even = np.uint32(np.uint32(even & np.uint32(0x01FF01FF)) + np.uint32(d & _LOW))
        odd = np.uint32(
            np.uint32(np.uint32(np.uint32(p >> _EIGHT) & np.uint32(0xFF)) * g) >> np.uint32(7)
        )
        odd = np.uint32(odd + np.uint32(np.uint32(d >> _EIGHT) & _LOW))
        row[x] = np.uint32(_clip_lanes(even) | np.uint32(_clip_lanes(odd) << _EIGHT))


@njit(cache=True)
def lay(
    dst: U32,
    src: U32,
    xs: NDArray[np.int32],
    wx: U32,
    ys: NDArray[np.int32],
    wy: U32,
    modes: U8,
    gain: int,
) -> None:
    """Lay a layer over ``dst`` in the tiles whose mode says so.

    Parameters
    ----------
    modes : uint8 [shape=(tiles_h, tiles_w)]: 0 skip, 1 over, 2 replace, 3 add.
    gain : 0 to 256 in 1/128, for added layers only.
    """
    h, w = dst.shape
    mixed = np.empty(src.shape[1] + 2, np.uint32)
    first, second = np.empty(RUN * TILE_W, np.uint32), np.empty(RUN * TILE_W, np.uint32)
    top, at = np.empty(RUN * TILE_W, np.uint32), np.empty(RUN * TILE_W, np.uint32)
    for ty in range(modes.shape[0]):
        tx = 0
        while tx < modes.shape[1]:
            mode, begin = modes[ty, tx], tx
            tx += 1
            if mode == 0:
                continue
            # Neighbouring tiles of one mode are drawn together: longer loops, fewer calls.
            while tx < modes.shape[1] and tx - begin < RUN and modes[ty, tx] == mode:
                tx += 1
            x0, x1 = begin * TILE_W, min(w, tx * TILE_W)
            n, left = x1 - x0, xs[x0]
            right = xs[x1 - 1] + 2
            for i in range(n):
                at[i] = np.uint32(xs[x0 + i] - left)
            for y in range(ty * TILE_H, min(h, (ty + 1) * TILE_H)):
                _lerp_rows(
                    src[ys[y], left:right], src[ys[y] + 1, left:right], wy[y], mixed[: right - left]
                )
                _gather(mixed, at[:n], first[:n], second[:n])
                if mode == 2:
                    _lerp(first, second, wx[x0:x1], dst[y, x0:x1])
                    continue
                _lerp(first, second, wx[x0:x1], top[:n])
                if mode == 1:
                    _over(dst[y, x0:x1], top)
                else:
                    _add(dst[y, x0:x1], top, gain)


@njit(cache=True)
def mix_frames(dst: U32, other: U32, weight: int) -> None:
    """Blend ``other`` into ``dst`` with ``weight`` in 1/256."""
    v1 = np.uint32(weight)
    v0 = np.uint32(256 - weight)
    for y in range(dst.shape[0]):
        row, new = dst[y], other[y]
        for x in range(len(row)):
            p, q = row[x], new[x]
            even = np.uint32(np.uint32(p & _LOW) * v0) + np.uint32(np.uint32(q & _LOW) * v1)
            p, q = (
                np.uint32(np.uint32(p >> _EIGHT) & _LOW),
                np.uint32(np.uint32(q >> _EIGHT) & _LOW),
            )
            odd = np.uint32(np.uint32(np.uint32(p * v0) + np.uint32(q * v1)) + _ROUND)
            low = np.uint32(np.uint32(np.uint32(even) + _ROUND) >> _EIGHT)
            row[x] = np.uint32(np.uint32(low & _LOW) | np.uint32(odd & _HIGH))
