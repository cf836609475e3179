"""What falls, rises and is blown: leaves, petals, bubbles, embers, sand."""

from __future__ import annotations

import math

import numpy as np
from numba import njit

from .model import F64, U32
from .specks import blend, capsule, dot, hashed, press

BUBBLES, LEAVES, PETALS, EMBERS, SAND = 8, 9, 10, 11, 12
"""Places of these kinds in ``ParticleKind``."""


@njit(cache=True)
def flake_at(
    kind: int, seed: np.uint32, i: int, t: float, travel: float, wind: float
) -> tuple[float, float, float]:
    """Place in 0..1 of the area and how far along its life a flake is (0..1)."""
    a, b, c = hashed(seed, i, 1), hashed(seed, i, 2), hashed(seed, i, 3)
    depth = hashed(seed, i, 4)
    turn = 2.0 * math.pi * c
    if kind == BUBBLES:  # in loose columns, the large ones faster and less straight
        life = (b + t * (0.045 + 0.075 * depth)) % 1.0
        column = 0.08 + 0.84 * hashed(seed, i % 6, 5) + 0.10 * (a - 0.5) * (0.4 + life)
        x = column if i % 3 else a
        sway = 0.010 * math.sin((1.6 + 1.5 * c) * t + turn) + 0.012 * math.sin(0.37 * t + 2 * turn)
        return (x + sway * (0.35 + life)) % 1.0, 1.0 - life, life
    if kind == EMBERS:
        life = (b + t * (0.07 + 0.10 * c)) % 1.0
        curl = 0.030 * math.sin(5.5 * life + turn) + 0.012 * math.sin(13.0 * life + 3 * turn)
        return (a + (curl + 0.10 * wind * life) * life) % 1.0, 1.0 - life, life
    if kind == SAND:  # in gusts that cross the land
        gust = 0.05 * math.sin(0.55 * t + 5.0 * b)
        x = a + wind * ((0.16 + 0.26 * depth) * t + gust)
        return x % 1.0, (b + 0.010 * math.sin(2.3 * t + turn)) % 1.0, 0.5
    life = (b + t * (0.030 + 0.030 * depth + 0.008 * c) * (1.0 if kind == LEAVES else 0.72)) % 1.0
    swing = 0.016 * math.sin((1.15 + 0.7 * c) * t + turn) + 0.010 * math.sin(0.43 * t + 2.0 * turn)
    drift = wind * (0.014 * t * (0.5 + depth) + 0.006 * travel * c)
    return (a + drift + swing) % 1.0, life, life


@njit(cache=True)
def _blade(
    frame: U32, x: float, y: float, long: float, turn: float, flat: float, petal: bool,
    color: F64, amount: float,
) -> None:  # fmt: skip
    """One leaf (pointed, with a midrib) or petal (an egg): half its length ``long`` pixels, turned
    by ``turn``, its width shortened to ``flat`` of itself.
    """
    h, w = frame.shape
    cos, sin = math.cos(turn), math.sin(turn)
    half = max(long * (0.66 if petal else 0.44) * flat, 0.55)
    reach = long + 1.5
    for py in range(max(0, int(y - reach)), min(h, int(y + reach) + 2)):
        for px in range(max(0, int(x - reach)), min(w, int(x + reach) + 2)):
            dx, dy = px + 0.5 - x, py + 0.5 - y
            p, q = (dx * cos + dy * sin) / long, (dy * cos - dx * sin) / half
            if abs(p) >= 1.0 + 1.0 / long:
                continue
            inner = max(0.0, 1.0 - p * p)
            edge = math.sqrt(inner) * (1.0 + 0.32 * p) if petal else inner * (1.0 - 0.18 * p)
            cover = min(max((edge - abs(q)) * half + 0.5, 0.0), 1.0)
            cover *= min(max((1.0 - abs(p)) * long + 0.5, 0.0), 1.0)
            if cover > 0.0:
                blend(frame, py, px, color, amount * cover, False)


@njit(cache=True)
def _leaf(
    frame: U32, x: float, y: float, size: float, seed: np.uint32, i: int, t: float, petal: bool,
    color: F64, own: F64, amount: float,
) -> None:  # fmt: skip
    """A leaf or petal as it tumbles now: its side to us shows light or shade."""
    a, c = hashed(seed, i, 6), hashed(seed, i, 3)
    spin = 6.283 * a + 1.1 * math.sin((1.15 + 0.7 * c) * t + 6.283 * c + 1.2) + 0.25 * t * (a - 0.5)
    roll = math.cos((1.3 + 1.4 * a) * t + 6.283 * a)
    dim = 0.13 if petal else 0.30  # light goes through a petal
    shade = (1.0 - dim + dim * roll) * (0.85 + 0.25 * hashed(seed, i, 7))
    own[0] = min(1.0, color[0] * shade * (0.90 + 0.24 * a))
    own[1] = min(1.0, color[1] * shade * (1.06 - 0.22 * a))
    own[2] = min(1.0, color[2] * shade)
    _blade(frame, x, y, size, spin, 0.16 + 0.84 * abs(roll), petal, own, amount)


@njit(cache=True)
def _bubble(frame: U32, x: float, y: float, r: float, color: F64, amount: float) -> None:
    """A clear ball: bright rim that is strongest below, a breath of light inside, a highlight."""
    h, w = frame.shape
    rim = max(0.9, 0.16 * r)
    for py in range(max(0, int(y - r - 1)), min(h, int(y + r + 1) + 1)):
        for px in range(max(0, int(x - r - 1)), min(w, int(x + r + 1) + 1)):
            dx, dy = px + 0.5 - x, py + 0.5 - y
            d = math.sqrt(dx * dx + dy * dy)
            inside = min(max(r + 0.5 - d, 0.0), 1.0)
            if inside <= 0.0:
                continue
            edge = min(max(1.0 - (r - d) / (2.0 * rim), 0.0), 1.0)
            if edge <= 0.0 and r < 6.0:
                continue
            lit = 0.62 + 0.38 * (dy / max(r, 1.0))
            blend(frame, py, px, color, amount * inside * (0.07 + 0.72 * edge * edge * lit), True)
    if r > 1.8:
        dot(frame, x - 0.34 * r, y - 0.38 * r, 0.14 * r, max(0.6, 0.12 * r), color, amount, True)


@njit(cache=True)
def _ember(
    frame: U32, x: float, y: float, tail_x: float, tail_y: float, r: float, color: F64, own: F64,
    cool: float, amount: float,
) -> None:  # fmt: skip
    """A glowing flake with the little way it just went; it cools to red."""
    own[0], own[1], own[2] = color[0], color[1] * (1.0 - 0.55 * cool), color[2] * (1.0 - 0.8 * cool)
    dot(frame, x, y, 0.0, 5.5 * r, own, 0.34 * amount, True)
    x0, y0 = int(min(x, tail_x) - r) - 2, int(min(y, tail_y) - r) - 2
    high = int(abs(y - tail_y) + 2 * r) + 5
    cover = np.zeros((high, int(abs(x - tail_x) + 2 * r) + 5), np.float32)
    capsule(cover, x - x0, y - y0, tail_x - x0, tail_y - y0, 0.8 * r, 0.35 * r, 1.0)
    press(frame, cover, x0, y0, own, amount, True)


@njit(cache=True)
def _blown(frame: U32, x: float, y: float, long: float, half: float, color: F64, a: float) -> None:
    """A level streak of sand, gone at both ends."""
    h, w = frame.shape
    for px in range(max(0, int(x - long)), min(w, int(x + long) + 1)):
        q = (px + 0.5 - x) / long
        fade = max(0.0, 1.0 - q * q)
        for py in range(max(0, int(y - half - 1)), min(h, int(y + half + 1) + 1)):
            cover = min(max(half + 0.5 - abs(py + 0.5 - y), 0.0), 1.0)
            blend(frame, py, px, color, a * fade * cover, True)


@njit(cache=True)
def draw_flakes(
    frame: U32,
    kind: int,
    count: int,
    shown: float,
    seed: np.uint32,
    t: float,
    travel: float,
    level: float,
    color: F64,
    area: F64,
    view: F64,
    size: float,
    wind: float,
) -> None:
    """All flakes of a system; ``view`` is centre x, y, step, canvas width, canvas height."""
    h, w = frame.shape
    unit = (h if w >= h else w) / 1080.0 * view[3] / (w * view[2]) * size
    own = np.empty(3)
    for i in range(count):
        there = min(max(shown - i, 0.0), 1.0)
        if there <= 0.0:
            break
        depth = hashed(seed, i, 4)
        u, v, life = flake_at(kind, seed, i, t, travel, wind)
        near = 0.9 + 0.45 * depth if kind != SAND else 1.0 + 0.2 * depth
        x = 0.5 * w + ((area[0] + u * (area[2] - area[0])) * view[3] - view[0]) / view[2] * near
        y = 0.5 * h + ((area[1] + v * (area[3] - area[1])) * view[4] - view[1]) / view[2] * near
        edge = min(1.0, 12.0 * min(u, 1.0 - u), 12.0 * min(v, 1.0 - v)) * there
        if edge <= 0.0 or x < -80.0 or x > w + 80.0 or y < -80.0 or y > h + 80.0:
            continue
        if kind == BUBBLES:
            r = unit * near * (1.0 + 6.5 * depth**3) * (0.75 + 0.25 * life)
            _bubble(frame, x, y, max(r, 0.6), color, (0.35 + 0.4 * depth) * edge)
        elif kind == EMBERS:
            r = unit * near * (0.9 + 1.5 * depth * depth)
            flicker = 0.8 + 0.2 * math.sin(2 * math.pi * (0.7 + 0.6 * depth) * t + 9.0 * depth)
            before = flake_at(kind, seed, i, t - 0.03, travel, wind)
            back_x = (before[0] - u) * (area[2] - area[0]) * view[3] / view[2] * near
            back_y = (before[1] - v) * (area[3] - area[1]) * view[4] / view[2] * near
            if abs(before[0] - u) > 0.5 or abs(before[1] - v) > 0.5:
                back_x, back_y = 0.0, 0.0
            glow = min(1.0, 9.0 * life) * (1.0 - life) ** 0.6 * flicker * edge
            _ember(frame, x, y, x + back_x, y + back_y, r, color, own, life,
                   glow * (0.75 + 0.25 * level))  # fmt: skip
        elif kind == SAND:
            _blown(frame, x, y, unit * near * (14.0 + 34.0 * depth), unit * (0.35 + 0.55 * depth),
                   color, (0.05 + 0.10 * depth) * edge * (0.7 + 0.6 * level))  # fmt: skip
        else:
            r = unit * near * ((2.4 + 5.2 * depth**2) if kind == LEAVES else (1.9 + 3.8 * depth**2))
            _leaf(frame, x, y, max(r, 0.8), seed, i, t, kind == PETALS, color, own, 0.92 * edge)
