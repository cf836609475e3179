"""Snow, rain, fireflies, dust, sparks and stars: positions are a pure function of seed and time."""

from __future__ import annotations

import math

import numpy as np
from numba import njit

from apex_director.images.model import Particles

from .model import F64, U32, Moment, PreparedScene, View

KINDS = ("snow", "rain", "fireflies", "dust", "sparks", "stars")
QUIET_SHARE = 0.55
"""Share of the particles that is there when the music is silent."""


def draw_particles(
    particles: Particles, view: View, prepared: PreparedScene, moment: Moment, seed: int, frame: U32
) -> None:
    """Draw one system over what is composed so far."""
    level = moment.band(particles.band)
    height, width = frame.shape
    count = max(0, round(particles.count * min(1.0, width / height * 9 / 16 + 0.2)))
    scene = prepared.scene
    _draw(
        frame,
        KINDS.index(particles.kind),
        count,
        count * (QUIET_SHARE + (1 - QUIET_SHARE) * level),
        np.uint32(seed),
        moment.seconds,
        moment.travel,
        level,
        np.asarray(particles.color, dtype=np.float64),
        np.asarray(particles.area, dtype=np.float64),
        np.array([view.cx, view.cy, view.step, scene.canvas_width, scene.canvas_height]),
    )


@njit(cache=True)
def _hash(seed: np.uint32, index: int, salt: int) -> float:
    """A uniform number in [0, 1) from three integers (the finaliser of MurmurHash3)."""
    h = np.uint64(seed) ^ (np.uint64(index) * np.uint64(0x9E3779B1))
    h = (h ^ (np.uint64(salt) * np.uint64(0x85EBCA77))) & np.uint64(0xFFFFFFFF)
    h = ((h ^ (h >> np.uint64(16))) * np.uint64(0x85EBCA6B)) & np.uint64(0xFFFFFFFF)
    h = ((h ^ (h >> np.uint64(13))) * np.uint64(0xC2B2AE35)) & np.uint64(0xFFFFFFFF)
    h = h ^ (h >> np.uint64(16))
    return float(h) / 4294967296.0


@njit(cache=True)
def _blend(frame: U32, y: int, x: int, color: F64, amount: float, added: bool) -> None:
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
def _dot(
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
            d = math.hypot(px + 0.5 - x, py + 0.5 - y)
            cover = min(max((reach - d) / (2.0 * soft), 0.0), 1.0)
            if cover > 0.0:
                _blend(frame, py, px, color, amount * cover * cover * (3.0 - 2.0 * cover), added)


@njit(cache=True)
def _streak(
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
                _blend(frame, py, px, color, amount * fade * cover, True)


@njit(cache=True)
def _place(
    kind: int, seed: np.uint32, i: int, t: float, travel: float, depth: float
) -> tuple[float, float, float]:
    """Position in 0..1 of the area and brightness 0..1 of particle ``i`` at a time."""
    a, b, c = _hash(seed, i, 1), _hash(seed, i, 2), _hash(seed, i, 3)
    turn = 2.0 * math.pi * c
    if kind == 0:  # snow
        sway = 0.012 * math.sin(2 * math.pi * (0.17 + 0.2 * c) * t + turn)
        return (a + 0.02 * t * (0.4 + c) + sway) % 1.0, (b + 0.055 * t * (0.5 + depth)) % 1.0, 1.0
    if kind == 1:  # rain
        return (a + 0.10 * t) % 1.0, (b + 1.25 * t * (0.75 + 0.5 * depth)) % 1.0, 1.0
    if kind == 2:  # fireflies
        x = a + 0.03 * math.sin(0.5 * t + turn) + 0.015 * math.sin(1.27 * t + 3 * turn)
        y = b + 0.03 * math.cos(0.43 * t + 2 * turn) + 0.012 * math.sin(1.11 * t + turn)
        blink = 0.5 + 0.5 * math.sin(2 * math.pi * (0.16 + 0.16 * b) * t + turn)
        return x % 1.0, y % 1.0, blink * blink
    if kind == 3:  # dust
        x = a + 0.008 * travel * (0.5 + c) + 0.01 * math.sin(0.4 * t + turn)
        y = b - 0.004 * travel + 0.008 * math.sin(0.31 * t + 2 * turn)
        return x % 1.0, y % 1.0, 0.6 + 0.4 * math.sin(0.7 * t + turn)
    if kind == 4:  # sparks
        life = (b + t * (0.16 + 0.22 * c)) % 1.0
        x = a + 0.035 * math.sin(5.0 * life + turn) * life + 0.02 * life
        return x % 1.0, 1.0 - life, (1.0 - life) * min(1.0, 8.0 * life)
    twinkle = 0.6 + 0.4 * math.sin(2 * math.pi * (0.2 + 0.6 * c) * t + turn)
    return a, b, twinkle


@njit(cache=True)
def _draw(
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
) -> None:
    """All particles of a system; ``view`` is centre x, y, step, canvas width, canvas height."""
    h, w = frame.shape
    unit = h / 1080.0 if w >= h else w / 1080.0
    zoom = view[3] / (w * view[2])
    for i in range(count):
        there = min(max(shown - i, 0.0), 1.0)
        if there <= 0.0:
            break
        depth = _hash(seed, i, 4)
        u, v, light = _place(kind, seed, i, t, travel, depth)
        cx = (area[0] + u * (area[2] - area[0])) * view[3]
        cy = (area[1] + v * (area[3] - area[1])) * view[4]
        near = 1.0 if kind == 5 or kind == 2 else 0.8 + 0.6 * depth
        x = 0.5 * w + (cx - view[0]) / view[2] * near
        y = 0.5 * h + (cy - view[1]) / view[2] * near
        size = unit * zoom * near
        edge = min(1.0, 12.0 * min(u, 1.0 - u), 12.0 * min(v, 1.0 - v))
        glow = light * there
        if kind == 0:
            r = size * (0.7 + 2.2 * depth * depth)
            _dot(frame, x, y, r, max(0.7, 0.55 * r), color, (0.35 + 0.5 * depth) * there, False)
        elif kind == 1:
            _streak(frame, x, y, -0.06, size * (18.0 + 46.0 * depth), size * (0.35 + 0.5 * depth),
                    color, (0.10 + 0.22 * depth) * there)  # fmt: skip
        elif kind == 2:
            r = size * (1.0 + 1.3 * depth)
            _dot(frame, x, y, 0.4 * r, 6.5 * r, color, 0.22 * glow * edge * (1 + 0.5 * level), True)
            _dot(frame, x, y, 0.8 * r, 0.8 * r, color, 0.95 * glow * edge, True)
        elif kind == 3:
            r = size * (0.8 + 2.6 * depth * depth)
            _dot(
                frame, x, y, 0.5 * r, max(0.7, r), color, (0.07 + 0.13 * depth) * glow * edge, True
            )
        elif kind == 4:
            r = size * (0.8 + 1.0 * depth)
            _dot(frame, x, y, 0.3 * r, 4.0 * r, color, 0.18 * glow * (1 + 0.6 * level), True)
            _dot(frame, x, y, 0.7 * r, 0.7 * r, color, 0.95 * glow, True)
        else:
            r = size * (0.5 + 0.9 * depth * depth)
            _dot(
                frame,
                x,
                y,
                r,
                0.7 * unit + 0.2,
                color,
                (0.25 + 0.7 * depth) * glow * (0.8 + 0.4 * level),
                True,
            )
