"""Birds: a loose flock that wheels on slow curves, beats its wings and glides."""

from __future__ import annotations

import math

import numpy as np
from numba import njit

from .model import F64, U32
from .specks import capsule, hashed, press

BEND = 6
"""Points along a wing."""
ROUND = 26.0
"""Seconds a flock takes to wheel round once."""
LOOK_UP = 0.44
"""Sine of the angle under which the birds are seen from below."""


@njit(cache=True)
def bird_at(
    seed: np.uint32, i: int, t: float, turn: float
) -> tuple[float, float, float, float, float]:
    """Where bird ``i`` is and how it flies.

    Returns place in 0..1 of the area (x, y), nearness (1 the middle of the flock's round), and the
    cosine and sine of its heading (right, away from the viewer). ``turn`` is the side it wheels to.
    """
    far = 0.0 if i % 5 < 3 else 1.0
    a, b, c = hashed(seed, i, 21), hashed(seed, i, 22), hashed(seed, i, 23)
    start = 2.0 * math.pi * hashed(seed, int(far), 24)
    speed = 2.0 * math.pi / (ROUND * (1.0 + 0.35 * far)) * (1.0 if turn >= 0.0 else -1.0)
    wander = 0.10 * math.sin(2 * math.pi * (0.031 + 0.02 * c) * t + 6.0 * a)
    angle = start + speed * t - 1.25 * (a - 0.5) + wander
    wide = 0.35 - 0.05 * far
    depth = 1.35 + 0.42 * math.sin(angle) + 0.16 * (b - 0.5) + 0.75 * far
    x = 0.5 + (wide * math.cos(angle) + 0.10 * (c - 0.5) * (1.0 + 0.3 * math.sin(0.23 * t + 9 * b)))
    lift = 0.07 * math.sin(2 * math.pi * 0.043 * t + 5.0 * b) + 0.34 * (b - 0.5)
    y = 0.5 + 0.16 * math.sin(angle) - 0.06 * far + lift
    run, away = -math.sin(angle) * speed, 0.9 * math.cos(angle) * speed
    pace = max(math.hypot(run, away), 1e-9)
    return x, y, 1.35 / depth, run / pace, away / pace


@njit(cache=True)
def wing_at(seed: np.uint32, i: int, t: float) -> tuple[float, float, float]:
    """The lift of the inner and of the outer wing (radians over the level) and of the body, in
    spans: a stroke led by the shoulder, and between strokes a glide on arched wings.
    """
    a, b = hashed(seed, i, 31), hashed(seed, i, 32)
    beat = 2.0 * math.pi * ((2.1 + 0.9 * a) * t + b)
    rest = math.sin(2.0 * math.pi * (t / (5.0 + 4.0 * b) + a))
    work = min(max((rest + 0.45) / 0.7, 0.0), 1.0)
    work = work * work * (3.0 - 2.0 * work)
    inner = 0.20 * (1.0 - work) + work * (0.14 + 0.58 * math.sin(beat))
    outer = -0.12 * (1.0 - work) + work * (-0.04 + 0.78 * math.sin(beat - 0.95))
    return inner, outer, -0.035 * work * math.sin(beat - 0.3)


@njit(cache=True)
def _half(frame_x: F64, frame_y: F64, radius: F64, side: float, pose: F64, span: float) -> None:
    """Points and half widths (pixels from the bird's middle) of one wing.

    ``pose`` is heading right, heading away, inner lift, outer lift, roll.
    """
    fx, fz = pose[0], pose[1]
    tilt = side * pose[4]
    c1, s1 = math.cos(pose[2] + tilt), math.sin(pose[2] + tilt)
    c2, s2 = math.cos(pose[3] + tilt), math.sin(pose[3] + tilt)
    # shoulder, wrist and tip: along the wing (out), up, forward; in spans
    out0, up0, on0 = 0.025, 0.012, 0.03
    out1, up1, on1 = 0.025 + 0.20 * c1, 0.012 + 0.20 * s1, 0.075
    out2, up2, on2 = out1 + 0.29 * c2, up1 + 0.29 * s2, -0.075
    for k in range(BEND):
        q = k / (BEND - 1.0)
        # a conic through the wrist: twice its weight keeps the elbow of a gull
        w0, w1, w2 = (1 - q) * (1 - q), 3.2 * q * (1 - q), q * q
        whole = w0 + w1 + w2
        out = (w0 * out0 + w1 * out1 + w2 * out2) / whole
        up = (w0 * up0 + w1 * up1 + w2 * up2) / whole
        on = (w0 * on0 + w1 * on1 + w2 * on2) / whole
        x = fx * on - fz * out * side
        z = fz * on + fx * out * side
        frame_x[k] = x * span
        frame_y[k] = -(up - z * LOOK_UP) * span
        radius[k] = (0.040 + 0.030 * q - 0.066 * q * q) * (1.0 if k < BEND - 1 else 0.2)
    for k in range(BEND):  # a chord along the heading seems as thick as it stands off the wing
        a, b = max(0, k - 1), min(BEND - 1, k + 1)
        dx, dy = frame_x[b] - frame_x[a], frame_y[b] - frame_y[a]
        long = max(math.hypot(dx, dy), 1e-6)
        chord = abs(fx * dy - fz * LOOK_UP * dx) / long
        radius[k] = span * (radius[k] * max(0.85 * chord, 0.13) + 0.004)


@njit(cache=True)
def draw_birds(
    frame: U32,
    count: int,
    shown: float,
    seed: np.uint32,
    t: float,
    color: F64,
    area: F64,
    view: F64,
    size: float,
    turn: float,
) -> None:
    """Draw a flock; ``view`` is centre x, y, step, canvas width, canvas height."""
    h, w = frame.shape
    unit = (h if w >= h else w) / 1080.0 * view[3] / (w * view[2])
    wing_x, wing_y, radius = np.empty(BEND), np.empty(BEND), np.empty(BEND)
    pose = np.empty(5)
    for i in range(count):
        there = min(max(shown - i, 0.0), 1.0)
        if there <= 0.0:
            break
        u, v, near, fx, fz = bird_at(seed, i, t, turn)
        inner, outer, bob = wing_at(seed, i, t)
        span = 58.0 * unit * size * near * (0.8 + 0.4 * hashed(seed, i, 33))
        x = 0.5 * w + ((area[0] + u * (area[2] - area[0])) * view[3] - view[0]) / view[2]
        y = 0.5 * h + ((area[1] + v * (area[3] - area[1])) * view[4] - view[1]) / view[2]
        y += bob * span
        reach = int(0.62 * span) + 3
        if x < -reach or x > w + reach or y < -reach or y > h + reach:
            continue
        x0, y0 = int(x) - reach, int(y) - reach
        mx, my = x - x0, y - y0
        cover = np.zeros((2 * reach + 1, 2 * reach + 1), np.float32)
        roll = 0.34 * (1.0 if turn >= 0.0 else -1.0) * (0.5 + 0.5 * hashed(seed, i, 34))
        pose[0], pose[1], pose[2], pose[3], pose[4] = fx, fz, inner, outer, roll
        for side in (-1.0, 1.0):
            _half(wing_x, wing_y, radius, side, pose, span)
            for k in range(BEND - 1):
                capsule(
                    cover, mx + wing_x[k], my + wing_y[k], mx + wing_x[k + 1], my + wing_y[k + 1],
                    radius[k], radius[k + 1], 1.0,
                )  # fmt: skip
        fore, aft, thick = 0.19 * span, -0.18 * span, 0.024 * span
        rise = fz * LOOK_UP
        capsule(cover, mx + fx * fore, my + rise * fore, mx + fx * 0.06 * span,
                my + rise * 0.06 * span, 0.3 * thick, thick, 1.0)  # fmt: skip
        capsule(cover, mx + fx * 0.06 * span, my + rise * 0.06 * span, mx + fx * aft,
                my + rise * aft, thick, 0.45 * thick, 1.0)  # fmt: skip
        air = min(1.0, 0.52 + 0.48 * (near - 0.5) / 0.6)
        press(frame, cover, x0, y0, color, air * there, False)
