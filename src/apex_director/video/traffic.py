"""Traffic: cars as pairs of lights in lanes that run to a vanishing point."""

from __future__ import annotations

import math

import numpy as np
from numba import njit

from .model import F64, U32
from .specks import blend, dot, hashed

TRIP = 11.0
"""Seconds a car takes along a lane that is twelve times deeper at its far end."""
SMALLEST_BODY = 5.0
"""Cars under this many pixels of width are only lights."""
LARGEST_GLOW = 30.0
"""Pixels of glow about a lamp at most."""


@njit(cache=True)
def car_at(
    seed: np.uint32, lane: int, j: int, cars: int, t: float, reach: float, ahead: bool
) -> float:
    """How far a car is along its lane, 0 at the far end to 1 at the near one; all cars of a lane
    keep its speed, so that none runs through another.
    """
    pace = (0.8 + 0.4 * hashed(seed, lane, 41)) / (TRIP * (0.35 + 0.65 * (reach - 1.0) / 11.0))
    gap = (j + 0.55 * hashed(seed, 97 * lane + j, 43)) / cars
    u = hashed(seed, lane, 42) + gap + pace * t
    u -= math.floor(u)
    return float(u if ahead else 1.0 - u)


@njit(cache=True)
def _body(frame: U32, x: float, foot: float, wide: float, amount: float) -> None:
    """The dark shape between two lights: a low rounded box, a narrower cabin, its shadow."""
    h, w = frame.shape
    night = np.zeros(3)
    tall, half = 0.70 * wide, 0.5 * wide
    for py in range(max(0, int(foot - tall - 1)), min(h, int(foot) + 2)):
        up = (foot - py - 0.5) / tall
        if up < -0.05 or up > 1.02:
            continue
        if up < 0.5:
            side = half * min(1.0, 0.90 + 0.5 * max(up, 0.0))
        else:
            q = (up - 0.5) / 0.5
            side = half * (0.80 - 0.16 * q - 0.20 * q * q * q)
        ends = min(max((0.5 - abs(up - 0.5)) * tall + 0.5, 0.0), 1.0)
        for px in range(max(0, int(x - side - 1)), min(w, int(x + side + 1) + 1)):
            cover = min(max(side + 0.5 - abs(px + 0.5 - x), 0.0), 1.0) * ends
            if cover > 0.0:
                blend(frame, py, px, night, 0.82 * cover * amount, False)


@njit(cache=True)
def _pool(
    frame: U32, x: float, y: float, rx: float, ry: float, color: F64, amount: float
) -> None:  # fmt: skip
    """Light lying on the road: a soft ellipse."""
    h, w = frame.shape
    for py in range(max(0, int(y - ry)), min(h, int(y + ry) + 1)):
        q = ((py + 0.5 - y) / ry) ** 2
        for px in range(max(0, int(x - rx)), min(w, int(x + rx) + 1)):
            p = 1.0 - q - ((px + 0.5 - x) / rx) ** 2
            if p > 0.0:
                blend(frame, py, px, color, amount * p * p, True)


@njit(cache=True)
def _lights(
    frame: U32, x: float, foot: float, wide: float, color: F64, amount: float, ahead: bool
) -> None:
    """Two lamps, their glow and their shine on the road."""
    lamp = max(0.055 * wide, 0.7)
    faint = min(1.0, 0.25 + 0.075 * wide / 0.6)
    y = foot - 0.34 * wide
    glow = min((9.0 if ahead else 6.0) * lamp, LARGEST_GLOW)
    for side in (-0.38, 0.38):
        lx = x + side * wide
        dot(frame, lx, y, 0.0, glow, color, (0.40 if ahead else 0.30) * amount * faint, True)
        dot(frame, lx, y, lamp, max(0.6, 0.6 * lamp), color, amount * faint, True)
        if ahead:
            white = np.ones(3)
            dot(frame, lx, y, 0.6 * lamp, 0.6, white, 0.7 * amount * faint, True)
        if wide > SMALLEST_BODY:  # a wet road draws a lamp out towards the viewer
            _pool(frame, lx, foot + 0.42 * wide, 0.16 * wide, 0.55 * wide, color, 0.20 * amount)
    if ahead and wide > SMALLEST_BODY:
        _pool(frame, x, foot + 0.25 * wide, 0.9 * wide, 0.40 * wide, color, 0.10 * amount)


@njit(cache=True)
def draw_traffic(
    frame: U32,
    shown: float,
    seed: np.uint32,
    t: float,
    level: float,
    color: F64,
    lines: F64,
    view: F64,
    size: float,
) -> None:
    """Draw all lanes [shape=(n, 6)]; ``view`` is centre x, y, step, canvas width and height.

    ``shown`` is how many cars there are in all lanes together.
    """
    h, w = frame.shape
    lanes = lines.shape[0]
    tail = np.array([1.0, 0.10, 0.05])
    near_wide = 0.05 * size * min(view[3], view[4]) / view[2]
    for lane in range(lanes):
        x0, y0, x1, y1, way, reach = lines[lane]
        cars = math.ceil(shown / lanes)
        if cars < 1:
            break
        ahead = way > 0.0
        first, least = 0, 2.0
        for j in range(cars):
            u = car_at(seed, lane, j, cars, t, reach, ahead)
            if u < least:
                first, least = j, u
        for k in range(cars):  # the farthest first, the others in the lane's order
            j = (first + (k if ahead else cars - k)) % cars
            u = car_at(seed, lane, j, cars, t, reach, ahead)
            z = reach + (1.0 - reach) * u
            s = u if reach <= 1.001 else (1.0 / z - 1.0 / reach) / (1.0 - 1.0 / reach)
            x = 0.5 * w + ((x0 + s * (x1 - x0)) * view[3] - view[0]) / view[2]
            y = 0.5 * h + ((y0 + s * (y1 - y0)) * view[4] - view[1]) / view[2]
            wide = near_wide / (z if reach > 1.001 else 1.0)
            here = min(1.0, 7.0 * u, 12.0 * (1.0 - u), max(0.0, shown / lanes - j + 0.999))
            if here <= 0.0 or x < -2 * wide or x > w + 2 * wide:
                continue
            if wide > SMALLEST_BODY:
                _body(frame, x, y, wide, here)
            lamp = here * (0.86 + 0.14 * level)
            _lights(frame, x, y, wide, color if ahead else tail, lamp, ahead)
