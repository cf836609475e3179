"""The blur of a camera that whips sideways: light gathered along the way while the shutter is open.

Each row is a strip of both shots side by side, mirrored where it goes beyond them. A box as long as
the way travelled is summed in linear light from running sums, so that no copy of an edge is left
standing and no energy is lost (Potmesil and Chakravarty 1983, with a box for the shutter).
"""

from __future__ import annotations

from functools import cache

import numpy as np
from numba import njit
from numpy.typing import NDArray

from apex_director.core.color import linear_to_srgb, srgb_to_linear

from .model import F32, F64, U32
from .prepare import MIP

LEAST_PIXELS = 1.25
"""A smear shorter than this cannot be told from none."""
BEYOND, MOST_BEYOND = 0.9, 0.45
"""How fast the smear grows beyond a picture's own frame, and by how many frame widths at most."""
_ONE = np.uint64(1)
_STEPS = 65535
"""Steps of the table back from linear light: fine enough for the darkest code values."""


@cache
def _tables() -> tuple[F32, F32]:
    """Linear light of each code value [shape=(256,)], and code values of linear light."""
    light = srgb_to_linear(np.arange(256) / 255.0).astype(np.float32)
    code = (255.0 * linear_to_srgb(np.arange(_STEPS + 1) / _STEPS)).astype(np.float32)
    return light, code


def swept(
    new: U32,
    old: U32,
    light: F32,
    old_light: F32,
    *,
    swing: float,
    smear: float,
    way: float,
    sign: int,
) -> F32:
    """The view along a strip of two shots while the camera moves; gives the light that goes over.

    Parameters
    ----------
    new, old : uint32 [shape=(h, w)], packed RGB; the view is written into ``new``.
    light, old_light : float32 [shape=(3, rows, cols)], the light over each shot.
    swing, smear, way : frame widths gone so far, gone while the shutter is open, and in all.
    sign : 1 when the camera turns to the right, -1 to the left.
    """
    width = new.shape[1]
    whole = 2 * round(0.5 * way * width)
    seam = (whole + width) // 2
    decode, encode = _tables()
    length = max(1.0, smear * width)
    _sweep(new, old, swing * width, length, seam, whole, sign < 0, decode, encode)
    out = np.empty_like(light)
    args = swing * width / MIP, max(1.0, length / MIP), seam / MIP, whole / MIP
    _sweep_light(out, light, old_light, *args, sign < 0)
    return out


def smeared(frame: U32, light: F32, smear: float) -> F32:
    """One shot smeared sideways by ``smear`` frame widths, in place; gives its light smeared."""
    if smear * frame.shape[1] < LEAST_PIXELS:
        return light
    return swept(frame, frame, light, light, swing=0.0, smear=smear, way=1e4, sign=1)


@njit(cache=True)
def _mirrored(k: int, width: int) -> int:
    """Where a pixel of an endless row of a picture and its mirror images lies in the picture."""
    k %= 2 * width
    return k if k < width else 2 * width - 1 - k


@njit(cache=True)
def _places(
    first: int, width: int, seam: int, whole: int, flip: bool, out: NDArray[np.int32]
) -> None:
    """The column each place of the strip shows; those of the new shot are ``-1 - column``."""
    for j in range(len(out)):
        k = first + j
        column = _mirrored(k, width) if k < seam else _mirrored(k - whole, width)
        if flip:
            column = width - 1 - column
        out[j] = column if k < seam else -1 - column


@njit(cache=True)
def _boxes(count: int, at: float, width: int, old: float, new: float, length: float) -> F64:
    """Both ends of the boxes around the places from ``at`` on [shape=(2, width)], in a row of
    ``count`` sums; longer beyond the two pictures' own frames, which begin at ``old`` and ``new``.

    There the strip shows mirror images, and no shape of theirs shall be known again.
    """
    low, high = old + 0.5 * width, new + 0.5 * width
    last = count - 1.001
    out = np.empty((2, width), np.float64)
    for i in range(width):
        place = at + i
        beyond = min(abs(place - low), abs(place - high)) - 0.5 * width
        size = length + min(max(beyond, 0.0) * BEYOND, MOST_BEYOND * width)
        out[0, i] = min(max(place - 0.5 * size, 0.0), last)
        out[1, i] = min(max(place + 0.5 * size, 0.0), last)
    return out


@njit(cache=True)
def _means(sums: F64, boxes: F64, out: F32) -> None:
    """Means of boxes, from running sums."""
    for i in range(len(out)):
        a, b = boxes[0, i], boxes[1, i]
        left, right = np.uint64(a), np.uint64(b)
        begin = sums[left] + (a - left) * (sums[left + _ONE] - sums[left])
        end = sums[right] + (b - right) * (sums[right + _ONE] - sums[right])
        out[i] = np.float32((end - begin) / (b - a))


@njit(cache=True)
def _sweep(
    new: U32,
    old: U32,
    shift: float,
    length: float,
    seam: int,
    whole: int,
    flip: bool,
    decode: F32,
    encode: F32,
) -> None:
    height, width = new.shape
    reach = 0.5 * (length + MOST_BEYOND * width) + 1.0
    first = int(np.floor(shift - reach))
    places = np.empty(width + int(2.0 * reach) + 3, np.int32)
    _places(first, width, seam, whole, flip, places)
    n, at = len(places), shift + 0.5 - first
    sums = np.zeros((n + 1, 3), np.float64)
    boxes = _boxes(n + 1, at, width, -first, whole - first, length)
    left, right = boxes[0].astype(np.int64), boxes[1].astype(np.int64)
    top = np.float32(len(encode) - 1)
    for y in range(height):
        r = g = b = 0.0
        for j in range(n):
            k = places[j]
            p = old[y, k] if k >= 0 else new[y, -1 - k]
            r += decode[p & np.uint32(255)]
            g += decode[np.uint32(p >> np.uint32(8)) & np.uint32(255)]
            b += decode[np.uint32(p >> np.uint32(16)) & np.uint32(255)]
            sums[j + 1, 0], sums[j + 1, 1], sums[j + 1, 2] = r, g, b
        for x in range(width):
            # Ordered noise (Jimenez 2014) hides the steps of 8 bits in the long smooth gradients.
            noise = np.float32(0.06711056) * np.float32(x) + np.float32(0.00583715) * np.float32(y)
            noise = np.float32(52.9829189) * (noise - np.floor(noise))
            noise = noise - np.floor(noise)
            word = np.uint32(0xFF000000)
            low, high = np.uint64(left[x]), np.uint64(right[x])
            u, v = boxes[0, x] - left[x], boxes[1, x] - right[x]
            size = boxes[1, x] - boxes[0, x]
            for c in range(3):
                begin = sums[low, c] + u * (sums[low + _ONE, c] - sums[low, c])
                end = sums[high, c] + v * (sums[high + _ONE, c] - sums[high, c])
                value = min(max(np.float32((end - begin) / size), np.float32(0.0)), np.float32(1.0))
                code = encode[int(value * top + np.float32(0.5))] + noise
                code = min(code, np.float32(255.0))
                word = np.uint32(word | np.uint32(np.uint32(int(code)) << np.uint32(8 * c)))
            new[y, width - 1 - x if flip else x] = word


@njit(cache=True)
def _sweep_light(
    out: F32,
    new: F32,
    old: F32,
    shift: float,
    length: float,
    seam: float,
    whole: float,
    flip: bool,
) -> None:
    width = new.shape[2]
    reach = 0.5 * (length + MOST_BEYOND * width) + 1.0
    first = int(np.floor(shift - reach))
    places = np.empty(width + int(2.0 * reach) + 3, np.int32)
    _places(first, width, int(seam + 0.5), int(whole + 0.5), flip, places)
    sums = np.zeros(len(places) + 1, np.float64)
    at = shift + 0.5 - first
    boxes = _boxes(len(sums), at, width, -first, whole - first, length)
    row = np.empty(width, np.float32)
    for c in range(new.shape[0]):
        for y in range(new.shape[1]):
            total = 0.0
            for j in range(len(places)):
                k = places[j]
                total += old[c, y, k] if k >= 0 else new[c, y, -1 - k]
                sums[j + 1] = total
            _means(sums, boxes, row)
            for x in range(width):
                out[c, y, width - 1 - x if flip else x] = row[x]
