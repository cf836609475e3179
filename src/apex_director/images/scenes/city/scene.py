"""The city: a skyline from a rooftop, a street canyon, a waterfront; three slabs of blocks, their
windows and neon as light of their own that the music moves.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from apex_director.images.model import Layer, Light, Particles, Reaction, Scene, Water
from apex_director.images.scenes.airborne import flock
from apex_director.images.scenes.car_lights import RED, tail_lights
from apex_director.images.scenes.city import facade as face
from apex_director.images.scenes.city.kernels import cast_city
from apex_director.images.scenes.city.street import StreetView, street_life, wet_street
from apex_director.images.scenes.city.traffic import traffic
from apex_director.images.scenes.figures import draw_figure
from apex_director.images.scenes.finish import to_layer
from apex_director.images.scenes.foreground import LOW, Stand, ledge, moves, pier, place_figure
from apex_director.images.scenes.model import SceneSpec
from apex_director.images.scenes.palette import ScenePalette, mix, palette_for
from apex_director.images.scenes.sky import (
    paint_clouds,
    paint_disc,
    paint_sky,
    paint_stars,
    pixel_grid,
    unit,
)
from apex_director.images.scenes.staging import neutral

F32 = NDArray[np.float32]

LIT = {"dawn": 0.16, "day": 0.015, "golden_hour": 0.10, "sunset": 0.26, "dusk": 0.42, "night": 0.44}
DARKNESS = {"dawn": 0.5, "day": 0.0, "golden_hour": 0.25, "sunset": 0.6, "dusk": 0.9, "night": 1.0}
SKYLIGHT = {
    "dawn": 0.9,
    "day": 1.25,
    "golden_hour": 0.85,
    "sunset": 0.7,
    "dusk": 0.62,
    "night": 0.8,
}
CLOUDS = {"clear": 0.28, "cloudy": 0.75, "mist": 0.5, "rain": 0.85, "snow": 0.8, "storm": 0.95}


@dataclass(frozen=True, kw_only=True)
class Plan:
    """One composition: where the eye is and how the town is built; depths in blocks."""

    horizon: float
    eye: float
    focal: float
    slabs: tuple[tuple[float, float], ...]
    base: float
    spread: float
    down: tuple[float, float, float, float]
    street: float = 0.13
    avenue: float = 0.19
    canyon: bool = False
    waterfront: bool = False
    light: tuple[float, float] = (0.5, 0.5)


def _plan(spec: SceneSpec) -> Plan:
    """The composition, leaned left or right by the seed and fitted to the aspect."""
    rng = np.random.default_rng([spec.seed, 71])
    tall = spec.height > 1.15 * spec.width
    lean = float(rng.uniform(-1.0, 1.0))
    which = {"car": 1, "boat": 2}.get(spec.subject, spec.composition % 3)
    if which == 1:
        return Plan(
            horizon=0.62 if tall else 0.63, eye=0.036, focal=0.92 if tall else 0.85,
            slabs=((0.10, 1.3), (1.3, 4.6), (4.6, 26.0)), base=0.75 if tall else 0.55,
            spread=0.9, down=(0.0, 16.0, 3.4, 3.2), street=0.10, avenue=0.25, canyon=True,
            light=(0.5, 0.54),
        )  # fmt: skip
    if which == 2:
        return Plan(
            horizon=0.64 if tall else 0.615, eye=0.10, focal=1.15,
            slabs=((5.4, 8.0), (8.0, 13.0), (13.0, 40.0)), base=0.42, spread=1.1,
            down=(lean * 2.2, 9.5, 2.9 if tall else 2.5, 2.9), avenue=0.13, waterfront=True,
            light=(0.5 + 0.22 * lean, 0.56),
        )  # fmt: skip
    return Plan(
        horizon=0.46 if tall else 0.45, eye=1.12, focal=1.0,
        slabs=((1.0, 3.6), (3.6, 9.0), (9.0, 44.0)), base=0.30, spread=0.55,
        down=(lean * 1.1, 13.0, 3.9 if tall else 3.1, 3.8), light=(0.5 + 0.2 * lean, 0.42),
    )  # fmt: skip


def paint(spec: SceneSpec) -> Scene:
    """Draw a city scene of eight to ten layers."""
    pal, plan = palette_for(spec), _plan(spec)
    dark = DARKNESS.get(spec.time_of_day, 0.9)
    layers = [_sky_layer(spec, pal, plan, dark), _cloud_layer(spec, pal, plan)]
    rain = spec.weather in ("rain", "storm")
    wet = None
    for i in (2, 1, 0):
        layers += _slab_layers(spec, pal, plan, i, dark)
    if plan.waterfront:
        wet = Water(
            after=len(layers) - 1, horizon=_shore(plan), tint=_display(pal.water * 0.6),
            clarity=0.45, ripple=0.5 if rain else 0.32, glitter=0.25 * dark,
        )  # fmt: skip
    roads = len(layers) - 1
    subject, front = _foreground(spec, pal, plan)
    layers += front
    particles = [*flock(spec, pal, layers, plan.horizon, 1.0 - plan.light[0], 5 * (spec.seed % 2))]
    particles += traffic(spec, plan, roads, dark)
    if rain:
        count = 1500 if spec.weather == "storm" else 900
        particles.append(Particles(kind="rain", after=len(layers) - 1, count=count,
                                   color=_display(pal.fog + 0.2), band="loudness"))  # fmt: skip
    elif spec.weather == "snow":
        particles.append(Particles(kind="snow", after=len(layers) - 1, count=1100,
                                   color=(0.85, 0.88, 0.95), band="high"))  # fmt: skip
    return Scene(
        family="city", width=spec.width, height=spec.height, overscan=spec.overscan,
        layers=tuple(layers), water=wet, particles=tuple(particles),
        light=Light(x=plan.light[0], y=plan.light[1], color=_display(mix(pal.sun, pal.accent, 0.3)),
                    strength=0.42, rays=0.25 if spec.weather == "mist" else 0.08),
        subject=subject, not_drawn=spec.not_drawn,
    )  # fmt: skip


def _display(colour: F32) -> tuple[float, float, float]:
    code = np.clip(colour, 0.0, 1.0) ** (1 / 2.2)
    return float(code[0]), float(code[1]), float(code[2])


def _shore(plan: Plan) -> float:
    """The row where the nearest quay stands, in fractions of the canvas."""
    return plan.horizon


def _sky_layer(spec: SceneSpec, pal: ScenePalette, plan: Plan, dark: float) -> Layer:
    sky = paint_sky(spec, pal, plan.horizon, plan.light)
    if dark > 0.55 and spec.weather in ("clear", "mist"):
        sky += paint_stars(spec, plan.horizon, 0.75 * (dark - 0.4))
    u, v = pixel_grid(spec, (plan.light[0], plan.horizon), 1)
    town = mix(pal.sky[4], mix(pal.accent, pal.sun, 0.5), 0.55)
    dome = np.exp(-np.maximum(v, 0.0) * np.float32(4.5)) * np.exp(-np.abs(u) * np.float32(1.1))
    sky += (dome * np.float32(0.34 * dark))[..., None] * town
    if spec.weather in ("clear", "mist"):
        night = spec.time_of_day == "night"
        x = plan.light[0] + (0.27 if plan.light[0] < 0.5 else -0.27) * (1.0 if night else 0.0)
        y = plan.horizon * (0.36 if night else 0.86)
        if night:
            away = np.sqrt(sum(a * a for a in pixel_grid(spec, (x, y), 1)))
            halo = np.exp(-away / np.float32(0.10)) * np.float32(0.26)
            sky += halo[..., None].astype(np.float32) * mix(pal.sun, pal.rim, 0.4)
        disc = paint_disc(spec, pal, x, y, 0.042 if night else 0.034, night)
        sky = sky * (1 - disc[..., 3:]) + disc[..., :3] * np.float32(1.5 if night else 1.0)
    return to_layer("sky", sky.astype(np.float32), 0.02, seed=spec.seed)


def _cloud_layer(spec: SceneSpec, pal: ScenePalette, plan: Plan) -> Layer:
    clouds = paint_clouds(spec, pal, plan.horizon, plan.light, CLOUDS.get(spec.weather, 0.3))
    return to_layer("clouds", clouds, 0.05, drift=(0.0018, 0.0), seed=spec.seed + 1)


def _numbers(spec: SceneSpec, plan: Plan, i: int, dark: float) -> F32:
    w, h = spec.canvas
    near, far = plan.slabs[i]
    thick = {"mist": 2.6, "rain": 1.6, "storm": 1.8, "snow": 2.0, "cloudy": 1.15}.get(
        spec.weather, 1.0
    )
    num = np.zeros(27, np.float32)
    front = {"day": 0.42, "golden_hour": 0.10, "dawn": 0.12}.get(spec.time_of_day, 0.02)
    sun = {"day": 1.25, "golden_hour": 0.9, "dawn": 0.7, "sunset": 0.55, "dusk": 0.25}
    side = 1.0 if plan.light[0] >= 0.5 else -1.0
    lit = (
        LIT.get(spec.time_of_day, 0.4)
        * (0.7 if plan.canyon else 1.0)
        * (1.25 if spec.weather in ("rain", "storm") else 1.0)
    )
    values = {
        face.EYE: plan.eye, face.SCALE: plan.focal * unit(spec), face.CX: w / 2,
        face.HORIZON: plan.horizon * h, face.NEAR: near, face.FAR: far,
        face.STREET: plan.street, face.AVENUE: plan.avenue, face.BASE_H: plan.base,
        face.SPREAD_H: plan.spread, face.DOWN_X: plan.down[0], face.DOWN_Z: plan.down[1],
        face.DOWN_H: plan.down[2], face.DOWN_R: plan.down[3], face.LIT: lit,
        face.FOG_K: (0.030 if dark > 0.1 else 0.013) * thick * (1.4 if plan.canyon else 1.0),
        face.HAZE: (0.085 if dark > 0.1 else 0.03) * thick,
        face.NEON: 0.34 * dark, face.TRAFFIC: 0.30 * dark + 0.04,
        face.SUN_SIDE: side * sun.get(spec.time_of_day, 0.0) * (1.0 if thick < 1.3 else 0.4),
        face.FADE: 0.4 if i == 0 or plan.canyon or plan.waterfront else (far - near) * 0.16,
        face.CANYON: 1.0 if plan.canyon else 0.0, face.SHARE: 0.55, face.BACK: 0.5,
        face.FRONT: front, face.OPEN: 1.0 if i == 0 and not plan.waterfront else 0.0,
        face.GRAIN: 0.72 if plan.canyon else 1.0,
    }  # fmt: skip
    for place, value in values.items():
        num[place] = value
    return num


def _colours(spec: SceneSpec, pal: ScenePalette, dark: float) -> F32:
    """Colour table of the caster, linear light."""
    sky = (pal.sky[1] + pal.sky[2] + pal.sky[3]) / 3
    light = (sky + 0.10 * pal.accent * dark) * SKYLIGHT.get(spec.time_of_day, 0.8) + 0.035 * dark
    # by day the ground lights the walls too, not the blue sky alone
    ambient = neutral(np.asarray(light, np.float32), 0.6 + 0.4 * dark)
    fog = mix(pal.fog, pal.sky[3], 0.55) * np.float32(0.75 + 0.25 * (1 - dark))
    stone = mix(pal.shadow, np.asarray([0.44, 0.38, 0.33], np.float32), 0.58 + 0.2 * (1 - dark))
    warm = mix(np.asarray([1.0, 0.62, 0.26], np.float32), pal.sun, 0.22)
    cool = mix(np.asarray([0.72, 0.88, 1.0], np.float32), pal.sun, 0.3)
    neon = _vivid(pal.accent), _vivid(pal.accent2)
    lamp = np.asarray([1.0, 0.58, 0.24], np.float32) * np.float32(dark)
    ground = stone * np.float32(0.55)
    tail = np.asarray([1.0, 0.10, 0.06], np.float32)
    gain = np.float32(1.25)
    return np.stack(
        [fog, stone, ambient, pal.sun * np.float32(0.9), warm * gain, cool * gain * 0.8,
         neon[0], neon[1], lamp, ground, tail]
    ).astype(np.float32)  # fmt: skip


def _vivid(colour: F32) -> F32:
    """The colour at tube brightness, its chroma kept."""
    return (colour / max(float(colour.max()), 1e-3) * np.float32(1.1)).astype(np.float32)


def _slab_layers(
    spec: SceneSpec, pal: ScenePalette, plan: Plan, i: int, dark: float
) -> list[Layer]:
    """Blocks of one range of depth, and above them the light that the music moves."""
    w, h = spec.canvas
    num, col = _numbers(spec, plan, i, dark), _colours(spec, pal, dark)
    out, win = np.zeros((h, w, 4), np.float32), np.zeros((h, w, 3), np.float32)
    neon, ground = np.zeros((h, w, 3), np.float32), np.zeros(w, np.float32)
    cast_city(num, col, spec.seed & 0xFFFF, 3 if i == 2 else 2, out, win, neon, ground)
    name = ("near", "middle", "far")[i]
    depth = ((0.95, 0.55, 0.24) if not plan.waterfront else (0.42, 0.32, 0.2))[i]
    if plan.canyon:
        depth = (1.0, 0.5, 0.2)[i]
        view = StreetView(
            horizon=plan.horizon, eye=plan.eye, scale=plan.focal * unit(spec), avenue=plan.avenue
        )
        wet_street(spec, view, ground, out, win, neon)
        if i == 0 and dark > 0.0:
            street_life(spec, view, pal, dark, out, neon)
    out[..., 3] = np.minimum(out[..., 3], 1.0)
    layers = []
    if dark < 0.2:
        out[..., :3] += win + neon
        return [to_layer(name, out, depth, seed=spec.seed + 3 * i)]
    glow = _bloom(win * np.float32(0.6) + neon, unit(spec))
    out[..., :3] += glow * out[..., 3:] * np.float32(0.5)
    layers.append(to_layer(name, out, depth, seed=spec.seed + 3 * i))
    del out
    bands = (("low", "high"), ("mid", "high"), ("mid", "mid"))[i]
    if i == 2:
        win += neon + glow * np.float32(0.5)
        return [*layers, _light_layer("far lights", win, depth, bands[0], spec.seed + 40)]
    layers.append(_light_layer(f"{name} windows", win, depth, bands[0], spec.seed + 41 + i))
    neon += glow * np.float32(0.9)
    layers.append(_light_layer(f"{name} neon", neon, depth, bands[1], spec.seed + 51 + i))
    return layers


def _light_layer(name: str, light: F32, depth: float, band: str, seed: int) -> Layer:
    reactions = (
        Reaction(kind="gain", band=band, amount=0.85, floor=0.45),  # type: ignore[arg-type]
        Reaction(kind="twinkle", band="high", amount=0.05),
    )
    return to_layer(name, light, depth, blend="add", reactions=reactions, seed=seed)


def _bloom(light: F32, short: int) -> F32:
    """Light spilled into the air around lamps, made at a quarter of the size."""
    h, w = light.shape[:2]
    small = cv2.resize(light, (max(1, w // 4), max(1, h // 4)), interpolation=cv2.INTER_AREA)
    near = cv2.GaussianBlur(small, (0, 0), max(0.6, short / 4 * 0.006))
    wide = cv2.GaussianBlur(small, (0, 0), max(1.2, short / 4 * 0.026))
    glow = near * np.float32(0.30) + wide * np.float32(0.42)
    return np.asarray(cv2.resize(glow, (w, h), interpolation=cv2.INTER_LINEAR), np.float32)


def _rear_lamps(spec: SceneSpec, stand: Stand) -> Layer:
    """The rear lamps of the car that stands there."""
    w, h = spec.canvas
    body = draw_figure("car_rear", round(stand.height * LOW["car_rear"] * unit(spec)), spec.seed)
    light = np.zeros((h, w, 3), np.float32)
    tail_lights(light, (stand.x * w, stand.y * h), (body.shape[1], body.shape[0]), RED)
    pulse = (Reaction(kind="gain", band="beat", amount=0.5, floor=0.7), *moves("car"))
    return to_layer("rear lamps", light, 1.15, blend="add", reactions=pulse, seed=spec.seed + 91)


def _foreground(
    spec: SceneSpec, pal: ScenePalette, plan: Plan
) -> tuple[tuple[float, float], list[Layer]]:
    """The subject and what it stands on; the point of interest and the layers."""
    rng = np.random.default_rng([spec.seed, 19])
    side = -1.0 if rng.random() < 0.5 else 1.0
    light = (plan.light[0], plan.light[1])
    rain = spec.weather in ("rain", "storm")
    kind = "walker" if spec.subject in ("none", "walker") else spec.subject
    if kind == "walker" and rain:
        kind = "walker_umbrella"
    if plan.canyon and kind == "car":
        kind = "car_rear"
    if spec.subject == "birds":  # they fly (see `airborne.flock`); someone looks up at them
        kind = "walker"
    if plan.canyon:
        stand = Stand(x=0.5 + side * float(rng.uniform(0.02, 0.06)), y=0.86, height=0.19)
        if kind == "car_rear":
            stand = replace(stand, height=0.26)
        centre, made = place_figure(spec, pal, kind, stand, light, 1.15, on_ground=True)
        lamps = [_rear_lamps(spec, stand)] if kind == "car_rear" else []
        return centre, made + lamps
    if plan.waterfront and kind == "boat":
        stand = Stand(
            x=0.5 + side * float(rng.uniform(0.06, 0.2)), y=plan.horizon + 0.085, height=0.2
        )
    elif plan.waterfront:
        stand = pier(spec, side)
    else:
        stand = ledge(spec, side)
    return place_figure(spec, pal, kind, stand, light, 1.3)
