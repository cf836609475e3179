"""From linear light to a sheet that can be filmed: tone curve, encoding, sharpening, dither."""

from __future__ import annotations

from functools import lru_cache
from typing import Literal, cast

import cv2
import numpy as np
from numba import njit
from numpy.typing import NDArray

from apex_director.images.model import Layer, Reaction
from apex_director.images.scenes.palette import LUMA

F32 = NDArray[np.float32]

SATURATION = 1.10
_KNEE = 0.45  # linear light below it passes unchanged
_BAND = 256  # rows finished at a time: bounds memory
_SHARPEN = 0.22
_TILE = 256


@lru_cache(maxsize=1)
def _encode_table() -> F32:
    """SRGB encoding of the square root of linear light, sampled finely in the darks."""
    light = np.linspace(0.0, 1.0, 8193) ** 2
    code = np.where(light <= 0.0031308, 12.92 * light, 1.055 * light ** (1 / 2.4) - 0.055)
    return code.astype(np.float32)


def srgb(linear: F32) -> F32:
    """Display code values 0..1 of linear light 0..1."""
    place = np.sqrt(np.clip(linear, 0.0, 1.0)) * np.float32(8192)
    index = np.minimum(place.astype(np.int32), 8191)
    table = _encode_table()
    low = table[index]
    return cast(F32, low + (table[index + 1] - low) * (place - index.astype(np.float32)))


def tone(linear: F32) -> F32:
    """Filmic curve of HDR light [..., 3]: shoulder to white, highlights lose colour, 0..1."""
    luma = (linear @ LUMA)[..., None]
    colour = luma + (linear - luma) * np.float32(SATURATION)
    bright = np.clip((luma - np.float32(0.9)) * np.float32(0.30), 0.0, 0.75)
    colour = np.maximum(colour + (luma - colour) * bright, 0.0)
    room = np.float32(1.0 - _KNEE)
    over = np.maximum(colour - np.float32(_KNEE), 0.0) / room
    shoulder = np.float32(_KNEE) + room * (np.float32(1.0) - np.exp(-over))
    return cast(F32, np.where(colour > _KNEE, shoulder, colour))


@lru_cache(maxsize=4)
def _dither_tile(seed: int) -> F32:
    """Triangular noise of +-1 code, high-passed so that the eye finds no grain in it."""
    rng = np.random.default_rng(seed)
    tiles = []
    for _ in range(3):
        pair = []
        for _ in range(2):
            white = rng.random((_TILE, _TILE), np.float32)
            padded = np.pad(white, 8, mode="wrap")
            high = white - cv2.GaussianBlur(padded, (0, 0), 1.2)[8:-8, 8:-8]
            rank = np.empty(_TILE * _TILE, np.float32)
            rank[np.argsort(high.ravel(), kind="stable")] = np.arange(_TILE * _TILE)
            pair.append(rank.reshape(_TILE, _TILE) / np.float32(_TILE * _TILE) - np.float32(0.5))
        tiles.append(pair[0] + pair[1])
    return np.stack(tiles, axis=-1).astype(np.float32)


def stack(below: F32, above: F32) -> F32:
    """``above`` laid over ``below``: premultiplied linear sheets of 4 (or opaque 3) channels."""
    out = below.copy()
    lay(out, above)
    return out


def lay(sheet: F32, above: F32) -> None:
    """As `stack`, into ``sheet`` itself, for a painter that owns it."""
    touched = np.flatnonzero(above[..., 3].any(axis=1))
    if len(touched):
        rows = slice(int(touched[0]), int(touched[-1]) + 1)
        part = sheet[rows]
        part *= np.float32(1.0) - above[rows, :, 3:4]
        part += above[rows, :, : part.shape[2]]


@njit(cache=True)
def _encode(linear, table, luma, flat, out):  # type: ignore[no-untyped-def]
    """Tone and encode rows to display code 0..1; premultiplied unless ``flat``. As `tone`."""
    one = np.float32(1.0)
    zero = np.float32(0.0)
    knee = np.float32(_KNEE)
    room = one - knee
    last = np.float32(table.size - 1)
    for y in range(linear.shape[0]):
        for x in range(linear.shape[1]):
            alpha = one
            if not flat:
                alpha = min(max(linear[y, x, 3], zero), one)
                out[y, x, 3] = alpha
                if alpha <= np.float32(1e-4):
                    out[y, x, 0] = zero
                    out[y, x, 1] = zero
                    out[y, x, 2] = zero
                    continue
            part = one / alpha
            r = linear[y, x, 0] * part
            g = linear[y, x, 1] * part
            b = linear[y, x, 2] * part
            light = r * luma[0] + g * luma[1] + b * luma[2]
            pale = min(max((light - np.float32(0.9)) * np.float32(0.30), zero), np.float32(0.75))
            keep = np.float32(SATURATION) * (one - pale)
            for c in range(3):
                v = max(light + (linear[y, x, c] * part - light) * keep, zero)
                if v > knee:
                    v = knee + room * (one - np.exp((knee - v) / room))
                place = np.sqrt(v) * last
                k = min(int(place), table.size - 2)
                low = table[k]
                out[y, x, c] = (low + (table[k + 1] - low) * (place - np.float32(k))) * alpha


@njit(cache=True)
def _columns(linear, pad):  # type: ignore[no-untyped-def]
    """The columns of rows between which something is drawn, and ``pad`` to either side."""
    h, w = linear.shape[:2]
    left, right = w, 0
    for y in range(h):
        x = 0
        while x < left and linear[y, x, 3] <= 0.0:
            x += 1
        left = min(left, x)
        x = w
        while x > right and linear[y, x - 1, 3] <= 0.0:
            x -= 1
        right = max(right, x)
    return max(left - pad, 0), min(right + pad, w)


@njit(cache=True)
def _quantise(code, soft, noise, y0, row, column, mode, out):  # type: ignore[no-untyped-def]
    """Sharpen, dither and round rows from ``y0`` of ``code``; mode 0 opaque, 1 over, 2 add."""
    one = np.float32(1.0)
    zero = np.float32(0.0)
    full = np.float32(255.0)
    half = np.float32(0.5)
    size = noise.shape[0]
    gain = np.float32(_SHARPEN)
    for y in range(out.shape[0]):
        ny = (y + row) % size
        for x in range(out.shape[1]):
            nx = (x + column) % size
            limit = full
            weight = one
            if mode == 1:
                a = code[y + y0, x, 3]
                a = min(max(a + (a - soft[y + y0, x, 3]) * gain, zero), one)
                limit = np.floor(a * full + half)
                weight = limit / full  # empty pixels stay empty
            out[y, x, 3] = np.uint8(limit)
            for c in range(3):
                v = code[y + y0, x, c]
                v = (v + (v - soft[y + y0, x, c]) * gain) * full
                if mode == 2:
                    weight = min(max(v * half, zero), one)
                v = min(max(v + noise[ny, nx, c] * weight + half, zero), limit + np.float32(0.49))
                out[y, x, c] = np.uint8(v)


def to_layer(
    name: str,
    linear: F32,
    parallax: float,
    *,
    blend: Literal["over", "add"] = "over",
    drift: tuple[float, float] = (0.0, 0.0),
    reactions: tuple[Reaction, ...] = (),
    seed: int = 0,
) -> Layer:
    """A finished sheet of linear HDR light.

    Parameters
    ----------
    linear : float32 [shape=(h, w, 4) premultiplied, or (h, w, 3) opaque], linear Rec.709
        Untouched. For ``blend="add"`` three channels of light are enough and alpha is ignored.
    """
    h, w, channels = linear.shape
    mode = 2 if blend == "add" else channels - 3
    flat = mode != 1
    sigma = max(0.7, min(h, w) / 1350.0)
    pad = int(3 * sigma) + 2
    noise = _dither_tile(seed & 3)
    out = np.zeros((h, w, 4), np.uint8)
    for y0 in range(0, h, _BAND):
        y1 = min(y0 + _BAND, h)
        a, b = max(0, y0 - pad), min(h, y1 + pad)
        left, right = (0, w) if flat else _columns(linear[a:b], 2 * pad)
        if left >= right:
            continue
        code = np.empty((b - a, right - left, 3 if flat else 4), np.float32)
        _encode(linear[a:b, left:right], _encode_table(), LUMA, flat, code)
        soft = cv2.GaussianBlur(code, (0, 0), sigma)
        _quantise(code, soft, noise, y0 - a, y0, left, mode, out[y0:y1, left:right])
    return Layer(
        name=name,
        rgba=out,
        parallax=parallax,
        blend=blend,
        drift=drift,
        reactions=reactions,
    )
