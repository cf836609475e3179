"""Kernels of the tetrahedral look-up: in floating point, and packed into one word for layers."""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

from .model import F32, F64, U8

U64 = NDArray[np.uint64]

LEVELS = 8191
"""Steps of a packed entry: three of 13 bits, times weights of eight, fit one 64-bit word."""
_LANE = np.uint64((1 << 21) - 1)
_TO_CODE = np.float32(255.0 / (256 * LEVELS))


@njit(cache=True)
def look_up(place: F64, table: F32, out: F64) -> None:
    """Colours at places [shape=(m, 3), red, green, blue, in entries] of a table
    [shape=(n, n, n, 3), indexed blue, green, red].

    The cell of a place is cut into six tetrahedra along its grey diagonal; the corners are passed
    in the order of the fractions, largest first.
    """
    n = table.shape[0]
    for i in range(place.shape[0]):
        cell = np.empty(3, np.int64)
        part = np.empty(3, np.float64)
        for k in range(3):
            cell[k] = min(int(place[i, k]), n - 2)
            part[k] = place[i, k] - cell[k]
        a = 0
        if part[1] > part[a]:
            a = 1
        if part[2] > part[a]:
            a = 2
        c = 2
        if part[1] < part[c]:
            c = 1
        if part[0] < part[c]:
            c = 0
        if a == c:  # all three alike: any order of corners gives the same
            a, c = 0, 2
        b = 3 - a - c
        for k in range(3):
            out[i, k] = (1.0 - part[a]) * table[cell[2], cell[1], cell[0], k]
        last = 1.0
        for step in range(3):
            axis = a if step == 0 else (b if step == 1 else c)
            after = b if step == 0 else c
            cell[axis] += 1
            last = part[axis] - (part[after] if step < 2 else 0.0)
            for k in range(3):
                out[i, k] += last * table[cell[2], cell[1], cell[0], k]


def pack(table: F32) -> U64:
    """A table [shape=(n, n, n, 3)] with each entry in one word [uint64, shape=(n ** 3,)]."""
    steps = np.round(np.clip(table, 0.0, 1.0).astype(np.float64) * LEVELS).astype(np.uint64)
    words = steps[..., 0] | steps[..., 1] << np.uint64(21) | steps[..., 2] << np.uint64(42)
    return np.ascontiguousarray(words.ravel())


@njit(cache=True)
def _found(packed: U64, n: int, red: int, green: int, blue: int) -> np.uint64:
    """The looked-up colour in three 21-bit lanes; arguments in 1/256 of an entry."""
    fr, fg, fb = red & 255, green & 255, blue & 255
    at = ((blue >> 8) * n + (green >> 8)) * n + (red >> 8)
    # Fraction and stride travel together, so that one sorting network orders both.
    kr, kg, kb = fr << 16 | 1, fg << 16 | n, fb << 16 | n * n
    top, low = max(kr, kg), min(kr, kg)
    mid = min(top, kb)
    top = max(top, kb)
    mid, low = max(mid, low), min(mid, low)
    f1, f2, f3 = top >> 16, mid >> 16, low >> 16
    second = at + (top & 65535)
    third = second + (mid & 65535)
    out = packed[np.uint64(at)] * np.uint64(256 - f1)
    # A fraction of nought has weight nought: its corner may lie beyond the table.
    if f1 > 0:
        out += packed[np.uint64(second)] * np.uint64(f1 - f2)
        if f2 > 0:
            out += packed[np.uint64(third)] * np.uint64(f2 - f3)
            if f3 > 0:
                out += packed[np.uint64(third + (low & 65535))] * np.uint64(f3)
    return np.uint64(out)


@njit(cache=True)
def _noise(x: int, y: int, salt: int) -> np.uint64:
    """Three uniform numbers of 21 bits in one word, by place (the finaliser of SplitMix64)."""
    h = np.uint64(x) * np.uint64(0x9E3779B97F4A7C15)
    h ^= (np.uint64(y) + np.uint64(salt) * np.uint64(0x632BE5AB)) * np.uint64(0xD1B54A32D192ED03)
    h = (h ^ (h >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    h = (h ^ (h >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return np.uint64(h ^ (h >> np.uint64(31)))


@njit(cache=True)
def _code(lane: np.uint64) -> np.float32:
    return np.float32(np.int64(lane & _LANE)) * _TO_CODE


@njit(cache=True)
def _dither(noise: np.uint64) -> np.float32:
    return np.float32(np.int64(noise & _LANE)) * np.float32(1.0 / (1 << 21))


@njit(cache=True)
def _below_row(below: F32, mip: int, y: int, line: F32) -> None:
    """What lies under row ``y`` [shape=(cols * 3,), 0..255], between two rows of the mip."""
    rows = below.shape[0]
    at = min(max((y + 0.5) / mip - 0.5, 0.0), rows - 1.0)
    top = min(int(at), max(rows - 2, 0))
    w = np.float32(at - top)
    a, b = below[top], below[min(top + 1, rows - 1)]
    for x in range(below.shape[1]):
        for k in range(3):
            line[3 * x + k] = (a[x, k] + (b[x, k] - a[x, k]) * w) * np.float32(255.0)


@njit(cache=True)
def look_up_layer(
    rgba: U8, below: F32, mip: int, packed: U64, n: int, added: bool, salt: int, out: U8
) -> None:
    """Grade one premultiplied layer so that, laid over the graded ``below``, it looks as the two
    laid over each other and graded then.

    With S the layer over (or added to) B, what lies below, and G the table: G(S) less the share of
    G(B) that stays visible. Opaque pixels are simply looked up. Alpha is kept, colour is dithered.

    Parameters
    ----------
    below : float32 [shape=(rows, cols, 3), 0..1], the ungraded picture below at 1/``mip`` size.
    packed : of :func:`pack`, ``n`` entries a side.
    salt : sets the noise of this layer apart.
    """
    h, w = rgba.shape[0], rgba.shape[1]
    cols = below.shape[1]
    line = np.empty(cols * 3, np.float32)
    scale = (n - 1) * 256
    table = np.empty(256, np.int64)
    for v in range(256):
        table[v] = v * scale // 255
    fine = np.float32(scale / 255.0)
    most = np.float32(255.0)
    for y in range(h):
        ready = False
        row, made = rgba[y], out[y]
        for x in range(w):
            r, g, b, a = row[x, 0], row[x, 1], row[x, 2], row[x, 3]
            made[x, 3] = a
            if (added and r == 0 and g == 0 and b == 0) or (not added and a == 0):
                made[x, 0], made[x, 1], made[x, 2] = 0, 0, 0
                continue
            noise = _noise(x, y, salt)
            n1, n2 = noise >> np.uint64(21), noise >> np.uint64(42)
            if not added and a == 255:
                s = _found(packed, n, table[r], table[g], table[b])
                made[x, 0] = np.uint8(_code(s) + _dither(noise))
                made[x, 1] = np.uint8(_code(s >> np.uint64(21)) + _dither(n1))
                made[x, 2] = np.uint8(_code(s >> np.uint64(42)) + _dither(n2))
                continue
            if not ready:
                _below_row(below, mip, y, line)
                ready = True
            at = min(max((x + 0.5) / mip - 0.5, 0.0), cols - 1.0)
            left = min(int(at), max(cols - 2, 0))
            i, j = 3 * left, 3 * min(left + 1, cols - 1)
            share = np.float32(at - left)
            br = line[i] + (line[j] - line[i]) * share
            bg = line[i + 1] + (line[j + 1] - line[i + 1]) * share
            bb = line[i + 2] + (line[j + 2] - line[i + 2]) * share
            keep = np.float32(1.0)
            if not added:
                keep = np.float32(255 - np.int64(a)) * np.float32(1.0 / 255.0)
            s = _found(
                packed, n,
                int(min(np.float32(r) + keep * br, most) * fine),
                int(min(np.float32(g) + keep * bg, most) * fine),
                int(min(np.float32(b) + keep * bb, most) * fine),
            )  # fmt: skip
            u = _found(packed, n, int(br * fine), int(bg * fine), int(bb * fine))
            limit = most if added else np.float32(a)
            low = np.float32(0.0)
            v0 = _code(s) - keep * _code(u)
            v1 = _code(s >> np.uint64(21)) - keep * _code(u >> np.uint64(21))
            v2 = _code(s >> np.uint64(42)) - keep * _code(u >> np.uint64(42))
            made[x, 0] = np.uint8(min(max(v0 + _dither(noise), low), limit))
            made[x, 1] = np.uint8(min(max(v1 + _dither(n1), low), limit))
            made[x, 2] = np.uint8(min(max(v2 + _dither(n2), low), limit))
