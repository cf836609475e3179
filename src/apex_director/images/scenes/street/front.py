"""What stands so near that it is out of focus: a post at the kerb, a lantern over an alley."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from apex_director.images.model import Layer, Reaction
from apex_director.images.scenes.model import SceneSpec
from apex_director.images.scenes.sheets import Box, box_grid, box_layer
from apex_director.images.scenes.sky import smoothstep, unit
from apex_director.images.scenes.street.light import Lights
from apex_director.images.scenes.street.town import ALLEY, SHOPFRONT, Town

F32 = NDArray[np.float32]

_NEAR = 1.35  # parallax
_SEEN = 0.1  # of the canvas on each side lies outside the finished picture at rest


def front_layers(spec: SceneSpec, town: Town, lights: Lights) -> list[Layer]:
    """The nearest sheet, if this street has one: empty but for one soft shape."""
    rng = np.random.default_rng([spec.seed & 0x7FFFFFFF, 831])
    if town.kind == ALLEY:
        return [_lantern(spec, town, lights, rng)]
    if town.kind == SHOPFRONT:
        return [_post(spec, town, lights)]
    return []


def _box(spec: SceneSpec, x0: float, y0: float, x1: float, y1: float) -> Box:
    w, h = spec.canvas
    return (
        max(0, round(y0 * h)),
        min(h, round(y1 * h)),
        max(0, round(x0 * w)),
        min(w, round(x1 * w)),
    )


def _lantern(spec: SceneSpec, town: Town, lights: Lights, rng: np.random.Generator) -> Layer:
    """A paper lantern close to the lens, a soft ball of light in an upper corner."""
    w, h = spec.canvas
    r = 0.062 * float(rng.uniform(0.85, 1.15))
    x = 0.5 + town.side * (0.5 - _SEEN - 1.9 * r * unit(spec) / w)
    y = _SEEN + 1.75 * r * unit(spec) / h
    px = 1.6 * r * unit(spec)
    box = _box(spec, x - px / w, 0.0, x + px / w, y + px / h)
    u, v = box_grid(spec, x, y, box)
    d = np.sqrt((u / np.float32(1.05 * r)) ** 2 + (v / np.float32(r)) ** 2)
    ball = smoothstep(1.14, 0.86, d)
    heart = np.exp(-(((u / r) ** 2) * 0.9 + ((v / r + 0.25) ** 2) * 1.1))
    ribs = 1 - 0.06 * np.cos(v / r * 16)
    power = np.float32(0.28 + 0.72 * lights.dark)
    colour = lights.signs[2 if rng.random() < 0.6 else 0]
    light = (0.22 + 0.85 * heart) * ribs * power
    warm = colour + np.asarray([0.22, 0.18, 0.10], np.float32) * heart[..., None]
    string = smoothstep(0.010, 0.004, np.abs(u)) * (v > r * 0.8)
    alpha = np.maximum(ball, string * np.float32(0.8))
    body = lights.table[1] * np.float32(0.05)
    rgb = (light[..., None] * warm + body) * ball[..., None]
    sheet = np.concatenate([rgb, alpha[..., None]], axis=-1).astype(np.float32)
    sway = (Reaction(kind="breathe", amount=0.002),)
    return box_layer("lantern", sheet, box, spec, _NEAR, reactions=sway)


def _post(spec: SceneSpec, town: Town, lights: Lights) -> Layer:
    """A post at the kerb, its side towards the shops lit."""
    w, _ = spec.canvas
    half = 0.0105
    x = 0.5 - town.side * (0.5 - _SEEN - 0.045)
    reach = 3.2 * half * unit(spec) / w
    box = _box(spec, x - reach, 0.0, x + reach, 1.0)
    u, v = box_grid(spec, x, 0.5, box)
    alpha = smoothstep(half * 1.3, half * 0.7, np.abs(u)) * np.ones_like(v)
    lit = smoothstep(-0.2, 1.0, (u * np.float32(town.side / half)).astype(np.float32))
    warm = lights.signs[2] * np.float32(0.05 + 0.10 * lights.dark) + lights.table[1] * np.float32(
        0.06
    )
    rgb = (lights.table[1] * np.float32(0.02) + lit[..., None] * warm) * alpha[..., None]
    sheet = np.concatenate([rgb, alpha[..., None]], axis=-1).astype(np.float32)
    return box_layer("post", sheet, box, spec, _NEAR)
