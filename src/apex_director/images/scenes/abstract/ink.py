"""Ink let into water, at three depths: the composition of `abstract` with plumes."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from apex_director.images.model import Layer, Reaction
from apex_director.images.scenes import ink, silk
from apex_director.images.scenes.finish import to_layer
from apex_director.images.scenes.model import SceneSpec
from apex_director.images.scenes.noise import fbm
from apex_director.images.scenes.palette import ScenePalette, mix
from apex_director.images.scenes.planet import bright_enough
from apex_director.images.scenes.sky import enlarge, pixel_grid, unit

F32 = NDArray[np.float32]
_ONE = np.float32(1.0)
BRIGHT_HOURS = frozenset(("dawn", "day", "golden_hour"))


def ink_layers(
    spec: SceneSpec, pal: ScenePalette, rng: np.random.Generator, side: float
) -> list[Layer]:
    """Water in light or in the dark, and plumes far, middle and near, each with its lit edge."""
    bright = spec.time_of_day in BRIGHT_HOURS and spec.mood not in ("dark", "tense")
    layers = [_water_layer(spec, pal, bright, side)]
    table = _table(pal, bright)
    for n in range(3):
        layers += _plume_layers(spec, pal, table, bright, n, rng, side)
    return layers


def _table(pal: ScenePalette, bright: bool) -> F32:
    """Ink colours by tint."""
    black = np.zeros(3, np.float32)
    if bright:
        deep = mix(pal.accent2, black, 0.35)
        return silk.ramp(
            [mix(pal.shadow, deep, 0.35), deep, mix(pal.accent, black, 0.25), pal.accent]
        )
    return silk.ramp(
        [
            bright_enough(mix(pal.accent2, pal.sky[1], 0.4), 0.10),
            bright_enough(pal.accent2, 0.22),
            bright_enough(mix(pal.accent2, pal.accent, 0.5), 0.25),
            bright_enough(pal.accent, 0.30),
            bright_enough(mix(pal.accent, pal.sun, 0.6), 0.5),
        ]
    )


def _water_layer(spec: SceneSpec, pal: ScenePalette, bright: bool, side: float) -> Layer:
    shrink = 8
    u, v = pixel_grid(spec, (0.5 + 0.22 * side, 0.12), shrink)
    r = np.sqrt(u * u + v * v)
    drift = fbm(u * np.float32(0.9), v * np.float32(1.2), spec.seed + 5, 4)
    glow = np.exp(-r * np.float32(1.9)) * (_ONE + np.float32(0.18) * drift)
    if bright:
        top = mix(mix(pal.sky[4], np.ones(3, np.float32), 0.45), pal.sun, 0.25) * np.float32(0.85)
        low = mix(pal.sky[3], pal.sky[2], 0.5) * np.float32(0.8)
    else:
        top = mix(pal.sky[1], pal.sky[2], 0.35) * np.float32(0.8)
        low = mix(pal.shadow, pal.sky[0], 0.4) * np.float32(0.7)
    colour = low + (top - low) * np.clip(glow * np.float32(1.15), 0, 1.2)[..., None]
    return to_layer("water", np.maximum(enlarge(colour.astype(np.float32), spec, shrink), 0), 0.05)


def _drops(spec: SceneSpec, number: int, rng: np.random.Generator, side: float) -> F32:
    """Where the ink was let in: from above, or in a wide picture from a side too."""
    w, h = spec.canvas
    half_w, half_h = w / unit(spec) / 2, h / unit(spec) / 2
    count = (7, 5, 3)[number]
    size = (0.22, 0.26, 0.22)[number]
    out = []
    for k in range(count):
        place = side * half_w * (0.62 * (k / max(count - 1, 1)) * 2 - 0.62)
        out.append(
            (
                place * 0.8 + rng.uniform(-0.12, 0.12),
                half_h * rng.uniform(-0.6, 0.62),
                size * rng.uniform(0.7, 1.25),
                rng.uniform(0.0, 1.0),
            )
        )
    return np.array(out, np.float32)


def _plume_layers(
    spec: SceneSpec, pal: ScenePalette, table: F32, bright: bool, number: int,
    rng: np.random.Generator, side: float,
) -> list[Layer]:  # fmt: skip
    shrink = (3, 2, 3)[number]
    u, v = pixel_grid(spec, (0.5, 0.5), shrink)
    wild = {"calm": 0.8, "tense": 1.35, "epic": 1.25, "dark": 1.1}.get(spec.mood, 1.0)
    density, tint = ink.plume(
        u, v, spec.seed * 17 + number * 53, _drops(spec, number, rng, side),
        pace=0.020 * wild, rise=-0.006, steps=(16, 22, 20)[number],
    )  # fmt: skip
    size = unit(spec) / shrink
    # out of focus before and behind; the middle only so far that no thread is a row of pixels
    density = cv2.GaussianBlur(density, (0, 0), max(0.7, size * (0.0035, 0.001, 0.004)[number]))
    lit = ink.relief(density, size, (0.5 * side, 0.8))
    shade = np.float32(0.80 if bright else 0.55) + np.float32(0.28 if bright else 0.48) * lit
    alpha = ink.opacity(density, 1.9 if bright else 1.5) * np.float32((0.75, 0.92, 0.95)[number])
    thick = np.clip(density * np.float32(0.55), 0, 1)
    tone = np.clip(
        tint * np.float32(0.8) + np.float32(0.22) * lit + np.float32(0.1) * (_ONE - thick), 0, 1
    )
    colour = (
        silk.look_up(table, tone)
        * np.maximum(shade, 0.05)[..., None]
        * np.float32(1.0 if bright else 1.35)
    )
    sheet = np.concatenate([colour * alpha[..., None], alpha[..., None]], axis=-1)
    parallax = (0.2, 0.5, 1.0)[number]
    moving = (
        Reaction(kind="rise", band="low", amount=0.004),
        Reaction(kind="breathe", band="bar", amount=0.02),
    )
    drift = ((0.0008, -0.0006), (-0.001, -0.001), (0.0016, -0.0012))[number]
    big = np.maximum(enlarge(sheet.astype(np.float32), spec, shrink), 0)
    big[..., 3] = np.minimum(big[..., 3], 1)
    layer = to_layer(f"ink_{number}", big, parallax, drift=drift, reactions=moving, seed=spec.seed)
    edge = np.maximum(lit, 0) ** 3 * alpha * (_ONE - np.float32(0.6) * alpha)
    gleam = np.maximum(enlarge(edge.astype(np.float32), spec, shrink), 0)[..., None]
    light = bright_enough(mix(pal.sun, pal.accent, 0.25), 0.5) * np.float32(0.08 if bright else 0.5)
    band = ("low", "mid", "high")[number]
    glow = to_layer(
        f"edge_{number}",
        (gleam * light).astype(np.float32),
        parallax,
        blend="add",
        drift=drift,
        reactions=(*moving, Reaction(kind="gain", band=band, amount=1.0, floor=0.5)),  # type: ignore[arg-type]
        seed=spec.seed,
    )
    return [layer, glow]
