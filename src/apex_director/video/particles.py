"""Small moving things, drawn per frame: every position is a pure function of seed and time.

Snow, rain, fireflies, dust, sparks and stars are drawn here; birds, traffic and flakes (leaves,
petals, bubbles, embers, sand) by modules of their own.
"""

from __future__ import annotations

import math
from typing import get_args

import numpy as np
from numba import njit

from apex_director.images.model import ParticleKind, Particles

from .flakes import draw_flakes
from .flock import draw_birds
from .model import F64, U32, Moment, PreparedScene, View
from .specks import dot, hashed, streak
from .traffic import draw_traffic

KINDS: tuple[ParticleKind, ...] = get_args(ParticleKind)
QUIET_SHARE = 0.55
"""Share of the particles that is there when the music is silent."""
RAIN_DRIFT, RAIN_FALL = 0.10, 1.25
"""Widths and heights of its area that rain crosses in a second."""
GATHERED = ("birds", "traffic")
"""Kinds whose number depends neither on the picture's shape nor on the music."""


def draw_particles(
    particles: Particles, view: View, prepared: PreparedScene, moment: Moment, seed: int, frame: U32
) -> None:
    """Draw one system over what is composed so far."""
    level = moment.band(particles.band)
    height, width = frame.shape
    kind = KINDS.index(particles.kind)
    spread = 1.0 if particles.kind in GATHERED else min(1.0, width / height * 9 / 16 + 0.2)
    count = max(0, round(particles.count * spread))
    quiet = 1.0 if particles.kind in GATHERED else QUIET_SHARE
    shown = count * (quiet + (1 - quiet) * level)
    own, scene = np.uint32(seed), prepared.scene
    color = np.asarray(particles.color, dtype=np.float64)
    area = np.asarray(particles.area, dtype=np.float64)
    place = np.array([view.cx, view.cy, view.step, scene.canvas_width, scene.canvas_height])
    now, size, wind = moment.seconds, particles.size, particles.wind
    if particles.kind == "birds":
        draw_birds(frame, count, shown, own, now, color, area, place, size, wind)
    elif particles.kind == "traffic":
        lines = np.asarray(particles.lines, dtype=np.float64).reshape(-1, 6)
        draw_traffic(frame, shown, own, now, level, color, lines, place, size)
    elif kind > KINDS.index("traffic"):
        draw_flakes(
            frame, kind, count, shown, own, now, moment.travel, level, color, area, place, size,
            wind,
        )  # fmt: skip
    else:
        _draw(frame, kind, count, shown, own, now, moment.travel, level, color, area, place, size)


@njit(cache=True)
def _place(
    kind: int, seed: np.uint32, i: int, t: float, travel: float, depth: float
) -> tuple[float, float, float]:
    """Position in 0..1 of the area and brightness 0..1 of particle ``i`` at a time."""
    a, b, c = hashed(seed, i, 1), hashed(seed, i, 2), hashed(seed, i, 3)
    turn = 2.0 * math.pi * c
    if kind == 0:  # snow
        sway = 0.012 * math.sin(2 * math.pi * (0.17 + 0.2 * c) * t + turn)
        return (a + 0.02 * t * (0.4 + c) + sway) % 1.0, (b + 0.055 * t * (0.5 + depth)) % 1.0, 1.0
    if kind == 1:  # rain
        return (a + RAIN_DRIFT * t) % 1.0, (b + RAIN_FALL * t * (0.75 + 0.5 * depth)) % 1.0, 1.0
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
    scale: float,
) -> None:
    """All particles of a system; ``view`` is centre x, y, step, canvas width, canvas height."""
    h, w = frame.shape
    unit = h / 1080.0 if w >= h else w / 1080.0
    zoom = view[3] / (w * view[2])
    for i in range(count):
        there = min(max(shown - i, 0.0), 1.0)
        if there <= 0.0:
            break
        depth = hashed(seed, i, 4)
        u, v, light = _place(kind, seed, i, t, travel, depth)
        cx = (area[0] + u * (area[2] - area[0])) * view[3]
        cy = (area[1] + v * (area[3] - area[1])) * view[4]
        near = 1.0 if kind == 5 or kind == 2 else 0.8 + 0.6 * depth
        x = 0.5 * w + (cx - view[0]) / view[2] * near
        y = 0.5 * h + (cy - view[1]) / view[2] * near
        size = unit * zoom * near * scale
        edge = min(1.0, 12.0 * min(u, 1.0 - u), 12.0 * min(v, 1.0 - v))
        glow = light * there
        if kind == 0:
            r = size * (0.7 + 2.2 * depth * depth)
            dot(frame, x, y, r, max(0.7, 0.55 * r), color, (0.35 + 0.5 * depth) * there, False)
        elif kind == 1:  # drawn out the way it falls; most are far, thin and faint
            far = depth * depth
            slant = RAIN_DRIFT * (area[2] - area[0]) * view[3]
            slant /= RAIN_FALL * (0.75 + 0.5 * depth) * (area[3] - area[1]) * view[4]
            streak(frame, x, y, slant, size * (24.0 + 58.0 * far), size * (0.30 + 0.48 * far),
                   color, (0.09 + 0.17 * far) * there)  # fmt: skip
        elif kind == 2:
            r = size * (1.0 + 1.3 * depth)
            dot(frame, x, y, 0.4 * r, 6.5 * r, color, 0.22 * glow * edge * (1 + 0.5 * level), True)
            dot(frame, x, y, 0.8 * r, 0.8 * r, color, 0.95 * glow * edge, True)
        elif kind == 3:
            r = size * (0.8 + 2.6 * depth * depth)
            dot(frame, x, y, 0.5 * r, max(0.7, r), color, (0.07 + 0.13 * depth) * glow * edge, True)
        elif kind == 4:
            r = size * (0.8 + 1.0 * depth)
            dot(frame, x, y, 0.3 * r, 4.0 * r, color, 0.18 * glow * (1 + 0.6 * level), True)
            dot(frame, x, y, 0.7 * r, 0.7 * r, color, 0.95 * glow, True)
        else:
            r = size * (0.5 + 0.9 * depth * depth)
            dot(
                frame,
                x,
                y,
                r,
                0.7 * unit + 0.2,
                color,
                (0.25 + 0.7 * depth) * glow * (0.8 + 0.4 * level),
                True,
            )
