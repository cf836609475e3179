"""Taming flashes: brightness and colour of each place follow the picture slowly, detail stays.

Not a blend of pictures, which would smear movement: per cell the mean light is low-passed in time
and the picture is darkened or lifted to it, as a camera's exposure would be.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from fractions import Fraction

import cv2
import numpy as np
from numba import njit

from .grid import F32, grid_shape, linear_curve, measure_cells, small_planes
from .model import U8, FlashSpan, Taming

MARGIN_S = 0.5  # before and after a span, to come and go unseen
JOIN_S = 1.0  # spans closer than this are one
SLOWEST_S = 0.8  # time constant at full strength: the swing of a 3.5 Hz strobe falls under 10 %
WORST_HZ = 3.5  # the slowest rhythm that exceeds the limit
GENTLE = 0.9  # up to here the light of places is evened out; above, pixels are blended too
_GAMMA = 2.2
_RED_HOLD_S = 1.0
_DESATURATE = 0.8  # of saturated red, which leaves R / (R + G + B) under 0.8


def taming_for(spans: Sequence[FlashSpan], total_frames: int, rate: Fraction) -> tuple[Taming, ...]:
    """Where and how strongly to tame: spans with margins, neighbours joined.

    Faster flashes need less: a low-pass takes more of them. What still flashes afterwards is to be
    tamed again with strength 1. A stretch that reaches the video's end ends behind it, because
    nothing follows that it would have to lead back to.
    """
    margin, gap = math.ceil(MARGIN_S * rate), math.ceil(JOIN_S * rate)
    merged: list[Taming] = []
    for span in sorted(spans, key=lambda s: s.start):
        start, end = max(0, span.start - margin), span.end + margin
        if end >= total_frames:
            end = total_frames + margin
        needed = 1.25 * WORST_HZ / max(span.flashes_per_second, WORST_HZ)
        strength = GENTLE * min(1.0, max(0.7, needed))
        if merged and start - merged[-1].end < gap:
            last = merged.pop()
            start, end = last.start, max(end, last.end)
            strength = max(strength, last.strength)
        merged.append(Taming(start=start, end=end, strength=round(strength, 3)))
    return tuple(merged)


@njit(cache=True)
def _apply(y: U8, u: U8, v: U8, maps: F32) -> None:
    """Change planes in place; ``maps`` [shape=(h/2, w/2, 5)]: luma gain and lift, chroma
    gain, Cb and Cr offset.
    """
    height, width = y.shape
    rows, columns = u.shape
    half = np.float32(0.5)
    for i in range(rows):
        for j in range(columns):
            gain, lift, colour = maps[i, j, 0], maps[i, j, 1], maps[i, j, 2]
            for row in range(2 * i, min(2 * i + 2, height)):
                for column in range(2 * j, min(2 * j + 2, width)):
                    code = (np.float32(y[row, column]) - np.float32(16.0)) * gain
                    code += lift * np.float32(219.0) + np.float32(16.0) + half
                    y[row, column] = int(min(max(code, np.float32(16.0)), np.float32(235.0)))
            cb = (np.float32(u[i, j]) - np.float32(128.0)) * colour
            cb += maps[i, j, 3] * np.float32(224.0) + np.float32(128.0) + half
            cr = (np.float32(v[i, j]) - np.float32(128.0)) * colour
            cr += maps[i, j, 4] * np.float32(224.0) + np.float32(128.0) + half
            u[i, j] = int(min(max(cb, np.float32(16.0)), np.float32(240.0)))
            v[i, j] = int(min(max(cr, np.float32(16.0)), np.float32(240.0)))


@njit(cache=True)
def _blend(plane: U8, state: F32, follow: np.float32, weight: np.float32) -> None:
    """Let ``state`` follow a plane, and bring the plane to it by ``weight``."""
    for i in range(plane.shape[0]):
        for j in range(plane.shape[1]):
            now = np.float32(plane[i, j])
            state[i, j] += follow * (now - state[i, j])
            plane[i, j] = int(now + weight * (state[i, j] - now) + np.float32(0.5))


class Calmer:
    """Tames one stretch of frames, given in order.

    Up to strength 0.9 the light of places is evened out; above it pixels are also blended over
    time, for flicker finer than the cells. ``frames`` is the stretch's length, whose last half
    second leads back to the untamed picture; None never does.

    A worker that begins inside a stretch first shows the untamed frames before its own to
    :meth:`observe`, and then gets the same pixels as one that began at the stretch's start.
    """

    def __init__(
        self, width: int, height: int, rate: Fraction, strength: float, frames: int | None = None
    ) -> None:
        self._shape = grid_shape(width, height)
        self._curve = linear_curve()
        seconds = SLOWEST_S * min(1.0, max(strength / GENTLE, 0.05))
        self._follow = np.float32(1.0 - math.exp(-1.0 / (float(rate) * seconds)))
        self._forget = np.float32(math.exp(-1.0 / (float(rate) * _RED_HOLD_S)))
        self._frames = frames
        self._out, self._index = max(1, round(MARGIN_S * rate)), 0
        self._blends = strength > GENTLE
        self._light: F32 | None = None
        self._colour: F32 | None = None
        self._red = np.zeros(self._shape, dtype=np.float32)
        self._states: list[F32] = []

    def observe(self, y: U8, u: U8, v: U8) -> None:
        """Follow a frame of the stretch without changing it."""
        if self._blends:
            self.apply(y.copy(), u.copy(), v.copy())
        else:
            self._maps(y, u, v, self._weight())

    def apply(self, y: U8, u: U8, v: U8) -> None:
        """Tame the next frame in place: writable uint8 planes, limited-range BT.709."""
        weight = self._weight()
        _apply(y, u, v, _spread(self._maps(y, u, v, weight), u.shape))
        if self._blends:
            if not self._states:
                self._states = [p.astype(np.float32) for p in (y, u, v)]
            for plane, state in zip((y, u, v), self._states, strict=True):
                _blend(plane, state, self._follow, weight)

    def _weight(self) -> np.float32:
        """How much of the taming holds: all of it, but for the way back at the end."""
        left = math.inf if self._frames is None else self._frames - self._index
        self._index += 1
        return np.float32(min(1.0, max(0.0, left / self._out)))

    def _maps(self, y: U8, u: U8, v: U8, weight: np.float32) -> F32:
        """Luma gain and lift, chroma gain, Cb and Cr offset [shape=(5, rows, columns)]."""
        small = small_planes(y, u, v)
        cells = measure_cells(*small, self._curve, self._shape)
        pale, offset = self._paler(cells[1], cells[2:])
        # Paler colour has another luminance: light is measured after it.
        after = _recoloured(small, pale, offset)
        light = measure_cells(*after, self._curve, self._shape)[0]
        if self._light is None:
            self._light = light
        self._light = self._light + self._follow * (light - self._light)
        gain, lift = _towards(light, self._light)
        maps = np.stack([gain - 1.0, lift, gain * pale - 1.0, gain * offset[0], gain * offset[1]])
        maps *= weight
        maps[[0, 2]] += 1.0
        return np.asarray(maps, dtype=np.float32)

    def _paler(self, red: F32, chroma: F32) -> tuple[F32, F32]:
        """Gain and offset of chroma: saturated red pales for a while, colours follow slowly."""
        self._red = np.maximum(self._red * self._forget, np.minimum(red / np.float32(20.0), 1.0))
        if self._colour is None:
            self._colour = chroma
        self._colour = self._colour + self._follow * (chroma - self._colour)
        pale = np.asarray(1.0 - np.float32(_DESATURATE) * self._red, dtype=np.float32)
        return pale, np.asarray((self._colour - chroma) * pale, dtype=np.float32)


def _spread(cells: F32, shape: tuple[int, ...]) -> F32:
    """Cell values [shape=(n, rows, columns)] over pixels [shape=(h, w, n)], smoothly."""
    packed = np.ascontiguousarray(np.moveaxis(cells, 0, -1))
    wide = cv2.resize(packed, (shape[1], shape[0]), interpolation=cv2.INTER_LINEAR)
    return np.asarray(wide, dtype=np.float32)


def _recoloured(small: tuple[U8, U8, U8], pale: F32, offset: F32) -> tuple[U8, U8, U8]:
    """Small planes as they will look with their chroma changed."""
    wide = _spread(np.stack([pale, offset[0], offset[1]]), small[0].shape)
    u, v = (
        np.clip((p - 128.0) * wide[..., 0] + wide[..., i] * 224.0 + 128.5, 16, 240).astype(np.uint8)
        for i, p in ((1, small[1].astype(np.float32)), (2, small[2].astype(np.float32)))
    )
    return small[0], u, v


def _towards(light: F32, wanted: F32) -> tuple[F32, F32]:
    """Gain and lift of code values that bring mean light to the wanted one.

    Darkening scales (black stays black); brightening lifts the shadows (white stays white).
    """
    power = np.float32(1.0 / _GAMMA)
    has = np.power(np.clip(light, 1e-4, 0.999), power)
    wants = np.power(np.clip(wanted, 1e-4, 0.999), power)
    dims = wants <= has
    gain = np.where(dims, wants / has, (1.0 - wants) / (1.0 - has)).astype(np.float32)
    return gain, np.where(dims, 0.0, 1.0 - gain).astype(np.float32)
