"""The pens of small moving things: numbers from a seed, soft dots, lines and coverage, blended."""

from __future__ import annotations

import math

import numpy as np
from numba import njit

from .model import F32, F64, U32


@njit(cache=True)
def hashed(seed: np.uint32, index: int, salt: int) -> float:
    """A uniform number in [0, 1) from three integers (the finaliser of MurmurHash3)."""
    h = np.uint64(seed) ^ (np.uint64(index) * np.uint64(0x9E3779B1))
    h = (h ^ (np.uint64(salt) * np.uint64(0x85EBCA77))) & np.uint64(0xFFFFFFFF)
    h = ((h ^ (h >> np.uint64(16))) * np.uint64(0x85EBCA6B)) & np.uint64(0xFFFFFFFF)
    h = ((h ^ (h >> np.uint64(13))) * np.uint64(0xC2B2AE35)) & np.uint64(0xFFFFFFFF)
    h = h ^ (h >> np.uint64(16))
    return float(h) / 4294967296.0


@njit(cache=True)
def blend(frame: U32, y: int, x: int, color: F64, amount: float, added: bool) -> None:
    """Add light to a pixel, or cover it, by an amount 0..1."""
    p = frame[y, x]
    out = np.uint32(p & np.uint32(0xFF000000))
    for k in range(3):
        shift = np.uint32(8 * k)
        old = float((p >> shift) & np.uint32(255))
        goal = 255.0 * color[k]
        new = old + goal * amount if added else old + (goal - old) * amount
        out = np.uint32(out | np.uint32(np.uint32(int(min(new + 0.5, 255.0))) << shift))
    frame[y, x] = out


@njit(cache=True)
def dot(
    frame: U32,
    x: float,
    y: float,
    radius: float,
    soft: float,
    color: F64,
    amount: float,
    added: bool,
) -> None:
    """A round spot: full inside ``radius - soft``, gone at ``radius + soft`` (pixels)."""
    h, w = frame.shape
    reach = radius + soft
    for py in range(max(0, int(y - reach)), min(h, int(y + reach) + 2)):
        for px in range(max(0, int(x - reach)), min(w, int(x + reach) + 2)):
            d = (px + 0.5 - x) ** 2 + (py + 0.5 - y) ** 2
            if d >= reach * reach:
                continue
            cover = min((reach - math.sqrt(d)) / (2.0 * soft), 1.0)
            if cover > 0.0:
                blend(frame, py, px, color, amount * cover * cover * (3.0 - 2.0 * cover), added)


@njit(cache=True)
def streak(
    frame: U32, x: float, y: float, dx: float, length: float, half: float, color: F64, amount: float
) -> None:
    """A falling line of light with soft sides and ends; ``dx`` is its slant per pixel of fall."""
    h, w = frame.shape
    for py in range(max(0, int(y)), min(h, int(y + length) + 1)):
        t = (py + 0.5 - y) / length
        fade = min(max(4.0 * t * (1.0 - t), 0.0), 1.0)
        mid = x + (py + 0.5 - y) * dx
        for px in range(max(0, int(mid - half - 1)), min(w, int(mid + half + 1) + 1)):
            cover = min(max(half + 0.5 - abs(px + 0.5 - mid), 0.0), 1.0)
            if cover > 0.0:
                blend(frame, py, px, color, amount * fade * cover, True)


@njit(cache=True)
def capsule(
    cover: F32, x0: float, y0: float, x1: float, y1: float, r0: float, r1: float, full: float
) -> None:
    """Raise ``cover`` to the coverage of a tapered line, in pixels of that array; ends are round.

    A radius under half a pixel is drawn as half a pixel, fainter by as much.
    """
    h, w = cover.shape
    dx, dy = x1 - x0, y1 - y0
    long = max(dx * dx + dy * dy, 1e-9)
    most = max(r0, r1, 0.5) + 1.0
    top, low = max(0, int(min(y0, y1) - most)), min(h, int(max(y0, y1) + most) + 1)
    left, right = max(0, int(min(x0, x1) - most)), min(w, int(max(x0, x1) + most) + 1)
    for py in range(top, low):
        qy = py + 0.5 - y0
        for px in range(left, right):
            qx = px + 0.5 - x0
            t = min(max((qx * dx + qy * dy) / long, 0.0), 1.0)
            ex, ey = qx - t * dx, qy - t * dy
            r = r0 + (r1 - r0) * t
            thick = max(r, 0.5)
            value = min(max(thick + 0.5 - math.sqrt(ex * ex + ey * ey), 0.0), 1.0)
            value *= full * min(1.0, r / 0.5)
            if value > cover[py, px]:
                cover[py, px] = np.float32(value)


@njit(cache=True)
def press(frame: U32, cover: F32, x0: int, y0: int, color: F64, amount: float, added: bool) -> None:
    """Blend a coverage array whose corner lies at (``x0``, ``y0``) of the frame."""
    h, w = frame.shape
    for j in range(max(0, -y0), min(cover.shape[0], h - y0)):
        for i in range(max(0, -x0), min(cover.shape[1], w - x0)):
            if cover[j, i] > 0.0:
                blend(frame, y0 + j, x0 + i, color, amount * cover[j, i], added)
