"""Mountains: a lake under peaks, ridges over a sea of fog, a valley with a lone summit."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from apex_director.images.model import Layer, Particles, Reaction, Scene, Water
from apex_director.images.scenes.finish import lay, srgb, to_layer, tone
from apex_director.images.scenes.fog import fog_sea
from apex_director.images.scenes.ground import bank, ground_line, grove, side_line
from apex_director.images.scenes.model import SceneSpec
from apex_director.images.scenes.palette import ScenePalette, mix, palette_for
from apex_director.images.scenes.ranges import Range, paint_range, summits
from apex_director.images.scenes.shapes import ridge
from apex_director.images.scenes.sky import unit
from apex_director.images.scenes.staging import (
    Sun,
    aloft,
    birds,
    interest,
    key_light,
    land_light,
    left_out,
    mist,
    place_sun,
    put_subject,
    rng_for,
    sky_layers,
    weather_particles,
)
from apex_director.images.scenes.terrain import View

F32 = NDArray[np.float32]
_STANDING = ("walker", "couple", "deer", "dancer")
_HORIZON = (0.60, 0.55, 0.66)


def _lake(spec: SceneSpec, pal: ScenePalette, sun: Sun, lead: float) -> Scene:
    horizon = 0.60
    view = View(horizon=horizon, eye=1.0)
    layers = sky_layers(spec, pal, horizon, sun)
    far = Range(near=62, far=118, summits=summits(spec, 21, -lead * 0.55, 6, 19.0), floor=4.0,
                cells=30, salt=301, snow=0.42, fog=0.0085, steps=360)  # fmt: skip
    sheet, _ = paint_range(spec, pal, view, sun, far)
    lay(sheet, mist(spec, pal.fog, horizon - 0.01, 0.045, 0.62, 31))
    layers.append(to_layer("far range", sheet, 0.10))
    mid = Range(near=26, far=60, summits=summits(spec, 22, lead, 5, 14.5), floor=1.1, cells=19,
                salt=401, snow=0.50, fog=0.0060, steps=560, green=3.2)  # fmt: skip
    sheet, _ = paint_range(spec, pal, view, sun, mid)
    shore = horizon + 0.033 * unit(spec) / spec.canvas[1]
    lay(sheet, mist(spec, pal.fog, shore - 0.008, 0.026, 0.55, 32))
    layers.append(to_layer("peaks", sheet, 0.20))
    layers += aloft(spec, pal, horizon, sun)
    low = np.full(spec.canvas[0], (shore + 0.002) * spec.canvas[1], np.float32)
    spans = ((-0.02, 0.40), (0.44, 0.62), (0.64, 1.02))
    wood = grove(spec, pal, sun, low, 900, 0.034 * unit(spec), spans, 33, 0.40)
    beach = low - np.float32(0.004) * unit(spec) - np.abs(ground_line(spec, 0.0, 0.006, 35))
    strip = ridge(beach, spec.canvas[1])[..., None]
    soil = mix(pal.fog, pal.shadow, 0.62)
    lay(wood, np.concatenate([strip * soil, strip], -1))
    lay(wood, mist(spec, pal.fog, shore + 0.001, 0.007, 0.5, 34))
    layers.append(to_layer("far shore", wood, 0.30))
    tint = srgb(tone(mix(pal.water, pal.shadow, 0.35)))
    ripple = {"storm": 0.9, "rain": 0.7, "cloudy": 0.4}.get(spec.weather, 0.25)
    water = Water(
        after=len(layers) - 1,
        horizon=shore,
        tint=(float(tint[0]), float(tint[1]), float(tint[2])),
        clarity=0.62,
        ripple=ripple,
        glitter=0.35,
    )
    layers += _near_shore(spec, pal, sun, shore)
    away = -1.0 if sun.x > 0.5 else 1.0
    stand = (
        (0.5 - 0.13 * away, shore + 0.05) if spec.subject == "boat" else (0.5 + 0.24 * away, 0.8)
    )
    place = interest(spec, sun, horizon, (0.5 + lead * 0.5, horizon - 0.1), stand)
    return _scene(spec, pal, sun, layers, water, place)


def _near_shore(spec: SceneSpec, pal: ScenePalette, sun: Sun, shore: float) -> list[Layer]:
    size, w, h = unit(spec), *spec.canvas
    away = -1.0 if sun.x > 0.5 else 1.0
    spit = side_line(spec, 0.86, 0.13, 41, away)
    side = ((-0.02, 0.24),) if away < 0 else ((0.76, 1.02),)
    wood = grove(spec, pal, sun, spit, 120, 0.15 * size, side, 42, 0.7)
    spit_sheet = bank(spec, pal, spit, 0.014 * size, 43)
    lay(spit_sheet, wood)
    if spec.subject in _STANDING:
        x = w * (0.5 + 0.24 * away)
        foot = (x, float(spit[int(x)]) + 0.006 * size)
        spit_sheet = put_subject(spit_sheet, spec, pal, foot, 0.105 * size, sun.side)
    if spec.subject == "boat":
        row = (shore + 0.075) * h
        place = (w * (0.5 - 0.13 * away), row)
        spit_sheet = put_subject(spit_sheet, spec, pal, place, 0.085 * size, sun.side)
    layers = [to_layer("spit", spit_sheet, 0.62)]
    near = side_line(spec, 0.96, 0.09, 51, 0.0)
    spans = ((-0.02, 0.17), (0.87, 1.02)) if w > h else ((-0.05, 0.16), (0.9, 1.05))
    wood = grove(spec, pal, sun, near, 64, 0.46 * size, spans, 52, 1.0)
    sheet = wood
    lay(sheet, bank(spec, pal, near, 0.045 * size, 53))
    sway = (Reaction(kind="sway", band="loudness", amount=0.0012),)
    layers.append(to_layer("near trees", sheet, 1.15, reactions=sway))
    return layers


def _ridges(spec: SceneSpec, pal: ScenePalette, sun: Sun, lead: float) -> Scene:
    """Ridge after ridge above a sea of fog, and a rocky ledge to stand on."""
    horizon = 0.55
    layers = sky_layers(spec, pal, horizon, sun)
    rows = (
        (95.0, 150.0, 25.0, 0.0095, 34.0, 0.10, 0.50),
        (58.0, 92.0, 17.5, 0.0100, 24.0, 0.17, 0.55),
        (34.0, 56.0, 9.0, 0.0115, 15.0, 0.30, 0.80),
        (17.0, 31.0, 4.6, 0.0130, 9.0, 0.50, 2.0),
    )
    view = View(horizon=horizon, eye=5.6)
    haze = mix(pal.fog, pal.sky[4], 0.2)
    for k, (near, far, high, fog, cells, parallax, snow) in enumerate(rows):
        place = lead if k == 1 else (-1) ** k * 0.6 * lead
        chain = Range(near=near, far=far, summits=summits(spec, 60 + k, place, 6 - k // 2, high),
                      floor=high * 0.34, cells=cells, salt=500 + 40 * k, snow=snow, fog=fog,
                      steps=400, green=(0.0, 0.0, 4.0, 9.0)[k])  # fmt: skip
        sheet, crest = paint_range(spec, pal, view, sun, chain, to_bottom=True)
        if k == 3:
            wood = grove(spec, pal, sun, crest, 260, 0.040 * unit(spec), ((0.0, 1.0),), 71, 0.6)
            lay(wood, sheet)
            sheet = wood
        row = horizon + (0.02, 0.05, 0.13, 0.36)[k]
        lay(sheet, mist(spec, haze, row, 0.05 + 0.02 * k, (0.97, 0.97, 0.9, 0.5)[k], 72 + k))
        layers.append(to_layer(f"ridge {k + 1}", sheet, parallax))
        if k > 1:
            top = horizon + (0.095, 0.215)[k - 2]
            waves = fog_sea(spec, pal, haze, sun, top, 76 + 20 * k)
            drift = (0.0016 * sun.side, 0.0)
            layers.append(to_layer(f"fog {k - 1}", waves, parallax + 0.06, drift=drift))
    layers += aloft(spec, pal, horizon, sun)
    layers.append(_ledge(spec, pal, sun))
    stand = (0.25 if sun.x > 0.5 else 0.75, 0.84)
    place = interest(spec, sun, horizon, (0.5 + lead * 0.4, horizon), stand)
    return _scene(spec, pal, sun, layers, None, place)


def _ledge(spec: SceneSpec, pal: ScenePalette, sun: Sun) -> Layer:
    size, w = unit(spec), spec.canvas[0]
    away = -1.0 if sun.x > 0.5 else 1.0
    line = side_line(spec, 0.95, 0.17, 81, away)
    sheet = bank(spec, pal, line, 0.026 * size, 83)
    spans = ((-0.02, 0.16),) if away < 0 else ((0.84, 1.02),)
    wood = grove(spec, pal, sun, line, 24, 0.34 * size, spans, 82, 1.0)
    lay(wood, sheet)
    sheet = wood
    if spec.subject in _STANDING:
        x = w * (0.5 + 0.25 * away)
        foot = (x, float(line[int(x)]) + 0.006 * size)
        sheet = put_subject(sheet, spec, pal, foot, 0.15 * size, sun.side)
    return to_layer("ledge", sheet, 1.1)


def _valley(spec: SceneSpec, pal: ScenePalette, sun: Sun, lead: float) -> Scene:
    """One great summit over wooded hills and a meadow with pines."""
    horizon = 0.66
    view = View(horizon=horizon, eye=1.6)
    layers = sky_layers(spec, pal, horizon, sun)
    back = Range(near=75, far=130, summits=summits(spec, 91, -lead, 6, 17.0), floor=6.0, cells=32,
                 salt=601, snow=0.40, fog=0.0085, steps=320)  # fmt: skip
    sheet, _ = paint_range(spec, pal, view, sun, back, to_bottom=True)
    lay(sheet, mist(spec, pal.fog, horizon - 0.05, 0.06, 0.5, 92))
    layers.append(to_layer("far range", sheet, 0.10))
    main = Range(near=36, far=74, summits=((lead * 0.8, 0.36, 26.0), (lead * 0.8 - 0.5, 0.22, 12.0),
                 (lead * 0.8 + 0.62, 0.26, 13.5)), floor=2.5, cells=22, salt=701, snow=0.40,
                 fog=0.0052, steps=600, green=4.2)  # fmt: skip
    sheet, _ = paint_range(spec, pal, view, sun, main, to_bottom=True)
    lay(sheet, mist(spec, pal.fog, horizon - 0.03, 0.035, 0.7, 93))
    layers.append(to_layer("summit", sheet, 0.18))
    for k, (base, tall, parallax) in enumerate(((0.685, 0.035, 0.32), (0.755, 0.066, 0.5))):
        line = ground_line(spec, base, 0.05 + 0.02 * k, 94 + k, 0.05 * (-1) ** k)
        hill = _woods(spec, pal, sun, line, tall, 0.25 + 0.3 * k, 96 + 50 * k)
        lay(hill, mist(spec, pal.fog, base + 0.07, 0.02, 0.30 - 0.12 * k, 100 + k))
        layers.append(to_layer(f"woods {k + 1}", hill, parallax))
    layers += aloft(spec, pal, horizon, sun)
    layers.append(_meadow(spec, pal, sun, lead))
    stand = (0.5 - 0.16 * float(np.sign(lead)), 0.8)
    place = interest(spec, sun, horizon, (0.5 + lead * 0.5, horizon - 0.2), stand)
    return _scene(spec, pal, sun, layers, None, place)


def _woods(
    spec: SceneSpec, pal: ScenePalette, sun: Sun, line: F32, tall: float, near: float, salt: int
) -> F32:
    """A wooded hillside: rows of trees, each lower and darker row before the last."""
    size = unit(spec)
    w, h = spec.canvas
    sheet = np.zeros((h, w, 4), np.float32)
    leaf = np.array([0.028, 0.046, 0.024], np.float32) * land_light(spec, pal, 0.4)
    for k in range(4):
        depth = k / 3
        ground = (line + np.float32(0.14 * size * depth**1.3)).astype(np.float32)
        part = near + 0.16 * depth
        cover = ridge(ground, h)[..., None]
        lay(sheet, np.concatenate([cover * mix(pal.fog, leaf, 0.62 + 0.33 * part), cover], -1))
        height = tall * size * (0.8 + 0.55 * depth)
        span = ((-0.02, 1.02),)
        lay(
            sheet, grove(spec, pal, sun, ground, round(11 / tall), height, span, salt + 7 * k, part)
        )
    return sheet


def _meadow(spec: SceneSpec, pal: ScenePalette, sun: Sun, lead: float) -> Layer:
    size, w = unit(spec), spec.canvas[0]
    line = ground_line(spec, 0.86, 0.02, 110, 0.05 * np.sign(lead))
    sheet = bank(spec, pal, line, 0.022 * size, 111)
    spans = ((0.02, 0.12), (0.86, 0.98)) if lead > 0 else ((0.0, 0.14), (0.90, 0.99))
    wood = grove(spec, pal, sun, line, 22, 0.30 * size, spans, 112, 0.95)
    lay(wood, sheet)
    sheet = wood
    if spec.subject in _STANDING:
        x = w * (0.5 - 0.16 * np.sign(lead))
        foot = (float(x), float(line[int(x)]) + 0.008 * size)
        sheet = put_subject(sheet, spec, pal, foot, 0.13 * size, sun.side)
    return to_layer("meadow", sheet, 1.05)


def _scene(
    spec: SceneSpec, pal: ScenePalette, sun: Sun, layers: list[Layer], water: Water | None,
    subject: tuple[float, float],
) -> Scene:  # fmt: skip
    extra = {"dusk": "fireflies", "golden_hour": "dust", "dawn": "dust"}.get(spec.time_of_day, "")
    horizon = _HORIZON[spec.composition % 3]
    particles: tuple[Particles, ...] = (
        *birds(spec, pal, layers, horizon, sun, 4 if spec.seed % 3 == 1 else 0),
        *weather_particles(spec, len(layers) - 2, extra),
    )
    rays = {"golden_hour": 0.35, "dawn": 0.35, "sunset": 0.25}.get(spec.time_of_day, 0.0)
    return Scene(
        family="alpine",
        width=spec.width,
        height=spec.height,
        overscan=spec.overscan,
        layers=tuple(layers),
        water=water,
        particles=particles,
        light=key_light(spec, pal, sun, rays if sun.shown else 0.0),
        subject=subject,
        not_drawn=left_out(spec, (*_STANDING, "boat") if water else _STANDING),
    )


def paint(spec: SceneSpec) -> Scene:
    """Mountains in one of three compositions: lake, ridges over fog, valley."""
    pal = palette_for(spec)
    rng = rng_for(spec, 1)
    lead = float(rng.choice((-1.0, 1.0)) * rng.uniform(0.26, 0.40))
    horizon = _HORIZON[spec.composition % 3]
    sun = place_sun(spec, 0.5 - lead * rng.uniform(0.45, 0.7), horizon)
    return (_lake, _ridges, _valley)[spec.composition % 3](spec, pal, sun, lead)
