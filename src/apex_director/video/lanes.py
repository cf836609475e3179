"""Arithmetic on packed pixels: two 16-bit lanes in each half of a 32-bit word."""

from __future__ import annotations

import numpy as np
from numba import njit


@njit(cache=True)
def weave(p: np.uint32, q: np.uint32, weight: int) -> np.uint32:
    """Two pixels blended, the second with ``weight`` in 1/256."""
    v1 = np.uint32(weight)
    v0 = np.uint32(np.uint32(256) - v1)
    low, eight, half = np.uint32(0x00FF00FF), np.uint32(8), np.uint32(0x00800080)
    even = np.uint32(np.uint32(np.uint32(p & low) * v0) + np.uint32(np.uint32(q & low) * v1))
    odd = np.uint32(
        np.uint32(np.uint32(np.uint32(p >> eight) & low) * v0)
        + np.uint32(np.uint32(np.uint32(q >> eight) & low) * v1)
    )
    even = np.uint32(np.uint32(np.uint32(even + half) >> eight) & low)
    return np.uint32(even | np.uint32(np.uint32(odd + half) & np.uint32(0xFF00FF00)))


@njit(cache=True)
def put_over(under: np.uint32, p: np.uint32) -> np.uint32:
    """Premultiplied "over" of one pixel (Porter and Duff 1984)."""
    low, eight, half = np.uint32(0x00FF00FF), np.uint32(8), np.uint32(0x00800080)
    keep = np.uint32(np.uint32(255) - np.uint32(p >> np.uint32(24)))
    keep = np.uint32(keep + np.uint32(keep >> np.uint32(7)))
    even = np.uint32(np.uint32(np.uint32(under & low) * keep) + half)
    odd = np.uint32(np.uint32(np.uint32(np.uint32(under >> eight) & low) * keep) + half)
    rest = np.uint32(
        np.uint32(np.uint32(even >> eight) & low) | np.uint32(odd & np.uint32(0xFF00FF00))
    )
    return np.uint32(p + rest)
