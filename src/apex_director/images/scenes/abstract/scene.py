"""Pure colour and light: silk, ribbons, ink in water, panes of glass in beams.

Compositions: 0 silk sheets, 1 twisting ribbons, 2 ink in water, 3 glass and light. The hour decides
whether it lies in light or in the dark; mood how wild it moves; weather how veiled it is.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from apex_director.images.model import Layer, Light, Particles, Reaction, Scene
from apex_director.images.scenes import silk
from apex_director.images.scenes.abstract.glass import glass_layers
from apex_director.images.scenes.abstract.ink import ink_layers
from apex_director.images.scenes.finish import to_layer
from apex_director.images.scenes.model import SceneSpec
from apex_director.images.scenes.noise import fbm
from apex_director.images.scenes.palette import ScenePalette, mix, palette_for
from apex_director.images.scenes.planet import bright_enough
from apex_director.images.scenes.sheets import bands
from apex_director.images.scenes.sky import enlarge, pixel_grid, smoothstep, unit

F32 = NDArray[np.float32]
_ONE = np.float32(1.0)
WILD = {
    "calm": 0.55, "warm": 0.7, "melancholy": 0.6, "tense": 1.15, "joyful": 0.95, "dreamy": 0.75,
    "epic": 1.1, "dark": 0.9,
}  # fmt: skip
VEIL = {"mist": 0.22, "cloudy": 0.10, "rain": 0.06, "snow": 0.08}


@dataclass(frozen=True, kw_only=True, eq=False)
class Inks:
    """The colours of the piece: a ramp from dark to light, the dark ground, the light's own."""

    table: F32
    ground: F32
    light: F32
    sheen: F32


def paint(spec: SceneSpec) -> Scene:
    """Draw the piece (see the module's words for what it can be)."""
    pal = palette_for(spec)
    rng = np.random.default_rng([spec.seed, 9001])
    inks = _inks(pal)
    side = 1.0 if rng.integers(2) else -1.0
    kind = spec.composition % 4
    light = (0.5 + side * 0.28, 0.22)
    if kind == 0:
        layers = _silk_layers(spec, inks, rng, side)
    elif kind == 1:
        layers = _ribbon_layers(spec, inks, rng, side)
    elif kind == 2:
        layers = ink_layers(spec, pal, rng, side)
    else:
        layers = glass_layers(spec, pal, rng, side)
    layers.append(_veil_layer(spec, inks, light))
    told = () if spec.subject == "none" else (spec.subject,)
    color = bright_enough(inks.light, 0.45)
    tone = (float(color[0]), float(color[1]), float(color[2]))
    return Scene(
        family="abstract",
        width=spec.width,
        height=spec.height,
        overscan=spec.overscan,
        layers=tuple(layers),
        particles=_particles(spec, tone, len(layers) - 1),
        light=Light(x=light[0], y=light[1], color=tone, strength=0.35, rays=0.15 * (kind == 3)),
        subject=(0.5 + side * 0.06, 0.48),
        not_drawn=spec.not_drawn + told,
    )


def _inks(pal: ScenePalette) -> Inks:
    white = np.ones(3, np.float32)
    deep = mix(pal.shadow, pal.sky[0], 0.5)
    colours = [
        deep,
        mix(pal.sky[0], pal.sky[1], 0.6),
        mix(pal.accent2, pal.sky[1], 0.35),
        mix(pal.sky[2], pal.accent, 0.35),
        pal.accent,
        mix(pal.accent, pal.sun, 0.55),
        mix(pal.sun, white, 0.25),
    ]
    return Inks(
        table=silk.ramp(colours),
        ground=deep,
        light=mix(pal.sun, white, 0.4),
        sheen=mix(pal.rim, white, 0.45),
    )


def _field_layer(spec: SceneSpec, inks: Inks, turn: float, low: float, high: float) -> Layer:
    """The ground of it all: broad folds out of focus."""
    shrink = 4
    u, v = pixel_grid(spec, (0.5, 0.5), shrink)
    weave = silk.Weave(seed=spec.seed * 5 + 3, turn=turn + 0.5, folds=3.2, wild=0.7)
    height, hue = silk.folds(u, v, weave)
    size = unit(spec) / shrink
    diffuse, sheen, _ = silk.satin(height, size, (0.4, 0.6), 0.16)
    tone = low + (high - low) * (np.float32(0.35) * hue + np.float32(0.65) * diffuse)
    colour = (
        silk.look_up(inks.table, np.asarray(tone, np.float32))
        * (np.float32(0.35) + np.float32(0.9) * diffuse)[..., None]
    )
    colour += (sheen * np.float32(0.05))[..., None] * inks.sheen
    colour = cv2.GaussianBlur(colour.astype(np.float32), (0, 0), size * 0.02)
    return to_layer("field", np.maximum(enlarge(colour, spec, shrink), 0), 0.08, seed=spec.seed)


def _silk_layers(spec: SceneSpec, inks: Inks, rng: np.random.Generator, side: float) -> list[Layer]:
    """Three sheets of satin, each with a hem that shades the one behind, and their sheen as
    light.
    """
    wild = WILD.get(spec.mood, 0.8) * (1.25 if spec.weather == "storm" else 1.0)
    turn = float(rng.uniform(0.35, 0.75)) * side
    w, h = spec.canvas
    if h > w * 1.05:
        turn += 0.35 * side
    u, v = pixel_grid(spec, (0.5, 0.5))
    layers = [_field_layer(spec, inks, turn, 0.02, 0.42)]
    spans = ((0.05, 0.55), (0.30, 0.85), (0.0, 0.62))
    order = rng.permutation(3)
    levels = (0.30, -0.02, -0.36)
    reach = max(w, h) / unit(spec)
    for n in range(3):
        lean = turn + float(rng.uniform(-0.22, 0.22))
        weave = silk.Weave(
            seed=spec.seed * 11 + n * 97, turn=lean, folds=float(rng.uniform(6.5, 11.0)), wild=wild
        )
        level = levels[n] * (0.75 + 0.25 * reach) + float(rng.uniform(-0.05, 0.05))
        layers += _sheet(spec, inks, u, v, weave, level, spans[order[n]], n, (0.55 * side, 0.7))
    return layers


def _sheet(
    spec: SceneSpec, inks: Inks, u: F32, v: F32, weave: silk.Weave, level: float,
    span: tuple[float, float], number: int, light: tuple[float, float],
) -> list[Layer]:  # fmt: skip
    size = float(unit(spec))
    height, hue = silk.folds(u, v, weave)
    sheet, shine = np.empty((*height.shape, 4), np.float32), np.empty_like(height)
    swing = 0.20 + 0.14 * weave.wild
    for rows, wide, inner in bands(len(height), silk.margin(size)):
        inside = silk.hem(u, v[wide], weave.seed, weave.turn, level, swing)
        # the hem rolls over: the sheet stands up from what lies behind
        relief = height[wide] + np.float32(0.16) * np.exp(-((inside / np.float32(0.022)) ** 2))
        lit = silk.satin(relief, size, light, 0.30)
        diffuse, sheen, graze = (part[inner] for part in lit)
        relief, inside = relief[inner], inside[inner]
        tone = span[0] + (span[1] - span[0]) * np.clip(
            hue[rows] * np.float32(0.65) + relief * np.float32(0.30) - np.float32(0.05), 0, 1
        )
        colour = silk.look_up(inks.table, tone)
        valley = smoothstep(-0.05, 0.75, relief)
        power = diffuse * (np.float32(0.12) + np.float32(0.88) * valley) * np.float32(1.55)
        colour *= (power + np.float32(0.03))[..., None]
        colour += (graze * np.float32(0.16) * diffuse)[..., None] * inks.sheen
        cover = silk.hem_cover(inside, size)
        shadow = silk.hem_shadow(inside, 0.11) * np.float32(0.62) * (_ONE - cover)
        dark = (shadow * np.float32(0.25))[..., None] * inks.ground
        sheet[rows, :, :3] = colour * cover[..., None] + dark
        sheet[rows, :, 3] = cover + shadow
        shine[rows] = sheen * cover
    del height, hue
    parallax = (0.22, 0.5, 0.9)[number]
    moving = (Reaction(kind="sway", band="loudness", amount=0.004 + 0.002 * number),)
    body = to_layer(f"sheet_{number}", sheet, parallax, reactions=moving, seed=spec.seed + number)
    del sheet
    gleam = shine[..., None] * (inks.sheen * np.float32(0.30))
    band = ("low", "mid", "high")[number]
    glow = to_layer(
        f"sheen_{number}",
        gleam.astype(np.float32),
        parallax,
        blend="add",
        reactions=(*moving, Reaction(kind="gain", band=band, amount=0.9, floor=0.6)),  # type: ignore[arg-type]
        seed=spec.seed,
    )
    return [body, glow]


def _ribbon_layers(
    spec: SceneSpec, inks: Inks, rng: np.random.Generator, side: float
) -> list[Layer]:
    """Families of ribbons at three depths, each a fan of bands that twist together."""
    turn = float(rng.uniform(0.15, 0.45)) * side
    w, h = spec.canvas
    if h > w * 1.05:
        turn += 0.6 * side
    u, v = pixel_grid(spec, (0.5, 0.5))
    layers = [_field_layer(spec, inks, turn, 0.0, 0.26)]
    wild = WILD.get(spec.mood, 0.8)
    for n in range(3):
        base = silk.Ribbon(
            seed=spec.seed * 13 + n * 71,
            turn=turn + float(rng.uniform(-0.3, 0.3)),
            level=(0.16, -0.04, -0.22)[n] + float(rng.uniform(-0.06, 0.06)),
            width=(0.10, 0.15, 0.21)[n],
            swing=0.30 + 0.22 * wild,
            twist=(1.1 + 0.8 * wild) * (1 if rng.integers(2) else -1),
            phase=float(rng.uniform(0, 6.28)),
        )
        layers += _fan(spec, inks, u, v, base, n, rng)
    return layers


def _fan(
    spec: SceneSpec, inks: Inks, u: F32, v: F32, base: silk.Ribbon, number: int,
    rng: np.random.Generator,
) -> list[Layer]:  # fmt: skip
    size = float(unit(spec))
    shape = (v.shape[0], u.shape[1])
    sheet = np.zeros((*shape, 4), np.float32)
    gleam = np.zeros(shape, np.float32)
    hue = float(rng.uniform(0.2, 0.75))
    for k in range((5, 4, 3)[number]):
        band = silk.Ribbon(
            seed=base.seed,
            turn=base.turn + 0.035 * k,
            level=base.level + base.width * 0.55 * k,
            width=base.width * (1 - 0.12 * k),
            swing=base.swing * (1 + 0.10 * k),
            twist=base.twist,
            phase=base.phase + 0.42 * k,
        )
        for rows, _, _ in bands(shape[0]):
            _lay_ribbon(sheet[rows], gleam[rows], inks, silk.ribbon(u, v[rows], band, size), hue)
        hue += 0.10
    parallax = (0.2, 0.48, 0.9)[number]
    moving = (Reaction(kind="sway", band="mid", amount=0.004 + 0.003 * number),)
    out = [
        to_layer(f"ribbons_{number}", sheet, parallax, reactions=moving, seed=spec.seed + number)
    ]
    del sheet
    light = (gleam * np.float32(0.20))[..., None] * inks.sheen
    band_name = ("low", "mid", "high")[number]
    out.append(
        to_layer(
            f"gleam_{number}",
            light.astype(np.float32),
            parallax,
            blend="add",
            reactions=(*moving, Reaction(kind="gain", band=band_name, amount=1.0, floor=0.5)),  # type: ignore[arg-type]
            seed=spec.seed,
        )
    )
    return out


def _lay_ribbon(
    sheet: F32, gleam: F32, inks: Inks, drawn: tuple[F32, F32, F32], hue: float
) -> None:
    """Lay a ribbon over a sheet and its gleam, in place."""
    cover, angle, across = drawn
    touched = np.flatnonzero(cover.any(axis=1))
    if not len(touched):
        return
    rows = slice(int(touched[0]), int(touched[-1]) + 1)
    cover, angle, across = cover[rows], angle[rows], across[rows]
    tilt = angle + across * np.float32(0.55)
    face = np.abs(np.cos(tilt))
    shade = np.float32(0.07) + np.float32(0.80) * face**1.6
    tone = np.float32(hue) + np.float32(0.22) * np.sin(tilt) + across * np.float32(0.1)
    colour = silk.look_up(inks.table, np.clip(tone, 0.06, 0.97)) * shade[..., None]
    edge = smoothstep(0.90, 1.0, np.abs(across)) * np.float32(0.35)
    colour += edge[..., None] * inks.sheen * shade[..., None]
    alpha = cover * np.float32(0.93)
    rest = _ONE - alpha
    part = sheet[rows]
    part *= rest[..., None]
    part[..., :3] += colour * alpha[..., None]
    part[..., 3] += alpha
    spark = np.maximum(np.cos(tilt - np.float32(0.5)), 0) ** 60
    gleam[rows] = gleam[rows] * rest + spark * alpha


def _veil_layer(spec: SceneSpec, inks: Inks, light: tuple[float, float]) -> Layer:
    """A breath of light over everything, thicker in mist."""
    shrink = 8
    u, v = pixel_grid(spec, light, shrink)
    soft = np.exp(-np.sqrt(u * u + v * v) * np.float32(2.6)) * np.float32(0.05)
    drift = fbm(u * np.float32(1.4), v * np.float32(1.8), spec.seed + 55, 4)
    soft = soft + np.float32(VEIL.get(spec.weather, 0.0)) * np.clip(0.45 + 0.5 * drift, 0, 1) * 0.5
    big = np.maximum(enlarge(soft.astype(np.float32), spec, shrink), 0)
    return to_layer(
        "veil",
        (big[..., None] * inks.light).astype(np.float32),
        0.6,
        blend="add",
        drift=(0.002, 0.0),
        reactions=(Reaction(kind="gain", band="loudness", amount=0.8, floor=0.6),),
        seed=spec.seed,
    )


def _particles(
    spec: SceneSpec, tone: tuple[float, float, float], last: int
) -> tuple[Particles, ...]:
    kinds = {"rain": "sparks", "snow": "snow", "storm": "sparks"}
    kind = kinds.get(spec.weather, "dust")
    count = 90 if kind == "dust" else 180
    return (Particles(kind=kind, after=last, count=count, color=tone, band="high"),)  # type: ignore[arg-type]
