"""Panes of glass, rings and beams: the composition of `abstract` made of straight light."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from apex_director.images.model import Layer, Reaction
from apex_director.images.scenes import silk
from apex_director.images.scenes.finish import to_layer
from apex_director.images.scenes.model import SceneSpec
from apex_director.images.scenes.noise import fbm
from apex_director.images.scenes.palette import ScenePalette, mix
from apex_director.images.scenes.planet import bright_enough
from apex_director.images.scenes.sheets import bands
from apex_director.images.scenes.sky import enlarge, pixel_grid, smoothstep, unit

F32 = NDArray[np.float32]
_ONE = np.float32(1.0)


def glass_layers(
    spec: SceneSpec, pal: ScenePalette, rng: np.random.Generator, side: float
) -> list[Layer]:
    """A dark room of colour, a great disc, slanted panes at three depths, beams between them."""
    turn = side * float(rng.uniform(0.30, 0.62))
    table = silk.ramp(
        [
            bright_enough(mix(pal.sky[1], pal.accent2, 0.3), 0.06),
            bright_enough(pal.accent2, 0.16),
            bright_enough(mix(pal.accent2, pal.accent, 0.5), 0.20),
            bright_enough(pal.accent, 0.26),
            bright_enough(mix(pal.accent, pal.sun, 0.7), 0.42),
        ]
    )
    centre = (0.5 - side * 0.10 + float(rng.uniform(-0.04, 0.04)), 0.46)
    layers = [_room_layer(spec, pal, centre), _disc_layer(spec, table, centre, rng)]
    layers.append(_beam_layer(spec, pal, turn, rng))
    for n in range(3):
        layers += _pane_layers(spec, table, turn, n, rng)
    return layers


def _room_layer(spec: SceneSpec, pal: ScenePalette, centre: tuple[float, float]) -> Layer:
    shrink = 8
    u, v = pixel_grid(spec, centre, shrink)
    r = np.sqrt(u * u + v * v)
    drift = fbm(u * np.float32(0.8), v * np.float32(0.8), spec.seed + 3, 3)
    glow = np.exp(-r * np.float32(2.0)) * (_ONE + np.float32(0.25) * drift)
    low = mix(pal.shadow, pal.sky[0], 0.5)
    low = low * np.float32(min(1.0, 0.05 / max(float(low.max()), 1e-4)))
    top = mix(pal.sky[1], pal.sky[2], 0.5)
    top = top * np.float32(min(1.0, 0.20 / max(float(top.max()), 1e-4)))
    colour = low + (top - low) * np.clip(glow, 0, 1.2)[..., None]
    return to_layer("room", np.maximum(enlarge(colour.astype(np.float32), spec, shrink), 0), 0.04)


def _disc_layer(
    spec: SceneSpec, table: F32, centre: tuple[float, float], rng: np.random.Generator
) -> Layer:
    """A great glowing disc with fine rings about it."""
    size = float(unit(spec))
    u, v = pixel_grid(spec, centre)
    r = np.sqrt(u * u + v * v)
    radius = np.float32(0.215)
    inside = np.clip((radius - r) * np.float32(size) + np.float32(0.5), 0, 1)
    slope = np.clip(np.float32(0.5) + v / (radius * 2), 0, 1)
    colour = silk.look_up(table, np.float32(0.25) + np.float32(0.75) * slope)
    colour *= (np.float32(0.25) + np.float32(1.35) * slope * slope)[..., None]
    alpha = inside * np.float32(0.96)
    out = np.concatenate([colour * alpha[..., None], alpha[..., None]], axis=-1)
    hair = np.float32(max(1.0, size * 0.0011))
    tone = table[int(len(table) * 0.8)]
    for k in range(5):
        at = np.float32(0.265 + 0.052 * k + rng.uniform(-0.008, 0.008))
        start, span = float(rng.uniform(0, 6.28)), float(rng.uniform(2.2, 5.6))
        angle = np.mod(np.arctan2(v, u) - np.float32(start), np.float32(2 * np.pi))
        part = smoothstep(0.0, 0.5, angle) * smoothstep(span, span - 0.9, angle)
        line = np.clip(
            hair * np.float32(0.5) + np.float32(0.5) - np.abs(r - at) * np.float32(size), 0, 1
        )
        share = line * part * np.float32(0.75 - 0.09 * k) * (_ONE - inside)
        out[..., :3] += share[..., None] * tone
        out[..., 3] += share
    return to_layer(
        "disc",
        out.astype(np.float32),
        0.14,
        reactions=(Reaction(kind="rise", band="low", amount=0.004),),
        seed=spec.seed,
    )


def _beam_layer(spec: SceneSpec, pal: ScenePalette, turn: float, rng: np.random.Generator) -> Layer:
    """Soft parallel beams that cross the room and swell with the beat."""
    shrink = 2
    u, v = pixel_grid(spec, (0.5, 0.5), shrink)
    cos, sin = np.float32(np.cos(turn + np.pi / 2)), np.float32(np.sin(turn + np.pi / 2))
    a, b = u * cos + v * sin, v * cos - u * sin
    out = np.zeros(a.shape, np.float32)
    for _ in range(6):
        at, wide = float(rng.uniform(-0.9, 0.9)), float(rng.uniform(0.012, 0.075))
        spread = np.float32(wide) * (_ONE + np.float32(0.9) * np.maximum(np.float32(0.9) - a, 0))
        out += np.exp(-(((b - np.float32(at)) / spread) ** 2)) * np.float32(rng.uniform(0.03, 0.10))
    dust = np.float32(0.8) + np.float32(0.35) * fbm(
        a * np.float32(1.8), b * np.float32(3.5), spec.seed + 31, 4
    )
    out *= dust * smoothstep(-1.1, 0.7, a)
    colour = bright_enough(mix(pal.sun, pal.accent, 0.3), 0.5)
    big = np.maximum(enlarge(out.astype(np.float32), spec, shrink), 0)
    return to_layer(
        "beams",
        (big[..., None] * colour).astype(np.float32),
        0.3,
        blend="add",
        reactions=(
            Reaction(kind="gain", band="beat", amount=0.9, floor=0.55),
            Reaction(kind="sway", band="loudness", amount=0.006),
        ),
        seed=spec.seed,
    )


@dataclass(frozen=True, kw_only=True)
class _Pane:
    """A slanted pane: centre and half sides in short sides, its lean in radians, its hue 0..1."""

    x: float
    y: float
    long: float
    wide: float
    lean: float
    hue: float


def _panes(spec: SceneSpec, turn: float, number: int, rng: np.random.Generator) -> list[_Pane]:
    """The panes of one depth; every third stands across the others."""
    w, h = spec.canvas
    size = unit(spec)
    out = []
    for k in range((4, 3, 2)[number]):
        across = np.pi / 2 if (k + number) % 3 == 2 else 0.0
        out.append(
            _Pane(
                lean=turn + float(rng.uniform(-0.10, 0.10)) + across,
                x=float(rng.uniform(-0.85, 0.85)) * max(w, h) / size / 2,
                y=float(rng.uniform(-0.38, 0.38)) * h / size,
                long=float(rng.uniform(0.28, 0.62)) * (1 + 0.35 * number),
                wide=float(rng.uniform(0.035, 0.13)) * (1 + 0.4 * number),
                hue=float(rng.uniform(0.1, 0.75)),
            )
        )
    return out


def _lay_pane(sheet: F32, bevel: F32, pane: _Pane, u: F32, v: F32, table: F32, size: float) -> None:
    """Lay a pane over a sheet [h, w, 4] and its bevel's light [h, w, 3], in place."""
    cos, sin = np.float32(np.cos(pane.lean)), np.float32(np.sin(pane.lean))
    x, y = u - np.float32(pane.x), v - np.float32(pane.y)
    a, b = x * cos + y * sin, y * cos - x * sin
    inside = np.minimum(np.float32(pane.long) - np.abs(a), np.float32(pane.wide) - np.abs(b))
    cover = np.clip(inside * np.float32(size) + np.float32(0.5), 0, 1)
    along = np.clip(a / np.float32(2 * pane.long) + np.float32(0.5), 0, 1)
    up = np.clip(b / np.float32(2 * pane.wide) + np.float32(0.5), 0, 1)
    colour = silk.look_up(table, np.clip(np.float32(pane.hue) + np.float32(0.25) * along, 0, 1))
    power = np.float32(0.35) + np.float32(1.0) * along * along
    glass = np.float32(0.05) + np.float32(0.62) * along**2.2
    alpha = cover * glass * (np.float32(0.85) + np.float32(0.15) * up)
    sheet *= (_ONE - alpha)[..., None]
    sheet[..., :3] += colour * (alpha * power)[..., None]
    sheet[..., 3] += alpha
    deep = np.maximum(inside, 0)
    line = np.exp(deep * np.float32(-420)) + np.float32(0.12) * np.exp(deep * np.float32(-60))
    gleam = cover * line * (np.float32(0.12) + np.float32(0.9) * along * along * up)
    bevel *= (_ONE - np.float32(0.5) * cover)[..., None]
    bevel += gleam[..., None] * table[int((len(table) - 1) * min(1.0, pane.hue + 0.3))]


def _pane_layers(
    spec: SceneSpec, table: F32, turn: float, number: int, rng: np.random.Generator
) -> list[Layer]:
    """Slanted panes: clear glass that tints and lightens, and the bright bevel as light."""
    u, v = pixel_grid(spec, (0.5, 0.5))
    shape = (v.shape[0], u.shape[1])
    sheet, bevel = np.zeros((*shape, 4), np.float32), np.zeros((*shape, 3), np.float32)
    for pane in _panes(spec, turn, number, rng):
        for rows, _, _ in bands(shape[0]):
            _lay_pane(sheet[rows], bevel[rows], pane, u, v[rows], table, float(unit(spec)))
    parallax = (0.3, 0.6, 1.05)[number]
    moving = (Reaction(kind="sway", band="bar", amount=0.003 + 0.003 * number),)
    panes = to_layer(f"panes_{number}", sheet, parallax, reactions=moving, seed=spec.seed + number)
    del sheet
    bevel *= np.float32(1.3)
    band = ("low", "mid", "high")[number]
    glow = to_layer(
        f"bevels_{number}",
        bevel,
        parallax,
        blend="add",
        reactions=(*moving, Reaction(kind="gain", band=band, amount=1.1, floor=0.45)),  # type: ignore[arg-type]
        seed=spec.seed,
    )
    return [panes, glow]
