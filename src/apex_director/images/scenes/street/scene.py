"""The street: a city street in the rain seen from where one stands in it; down its middle, along
a shop front, at a crossing, in an alley. Wet ground mirrors signs and lamps in long smears.
"""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
from numpy.typing import NDArray

from apex_director.images.model import Layer, Light, Particles, Reaction, Scene
from apex_director.images.scenes.figures import draw_figure
from apex_director.images.scenes.finish import srgb, to_layer, tone
from apex_director.images.scenes.model import SceneSpec
from apex_director.images.scenes.palette import LUMA, ScenePalette, mix, palette_for
from apex_director.images.scenes.sky import paint_clouds, paint_disc, paint_sky, paint_stars, unit
from apex_director.images.scenes.street.fittings import pool_of_light, vapour
from apex_director.images.scenes.street.front import front_layers
from apex_director.images.scenes.street.life import populate
from apex_director.images.scenes.street.light import Lights, chroma_kept, light_up
from apex_director.images.scenes.street.people import dress, figure_mask, mirrored_figure
from apex_director.images.scenes.street.sheet import Sheet
from apex_director.images.scenes.street.stage import Stage, globe_place, sheets, things
from apex_director.images.scenes.street.tone import as_added, bloom
from apex_director.images.scenes.street.town import ALLEY, Town, build

F32 = NDArray[np.float32]

NOT_HERE = ("boat", "deer", "balloon")
_CLOUDS = {"clear": 0.3, "cloudy": 0.75, "mist": 0.6, "rain": 0.85, "snow": 0.85, "storm": 0.95}
_HAZY = {"mist": 2.3, "rain": 1.25, "storm": 1.3, "snow": 1.35}


def paint(spec: SceneSpec) -> Scene:
    """Draw a street of six or seven layers."""
    stage = _stage(spec)
    back, far, near = sheets(stage)
    layers = [to_layer("sky", back, 0.03, seed=spec.seed)]
    layers += _lit_layers(stage, back, far, near)
    subject, hero = _hero(stage)
    layers += hero
    layers += front_layers(spec, stage.town, stage.lights)
    return Scene(
        family="street", width=spec.width, height=spec.height, overscan=spec.overscan,
        layers=tuple(layers), particles=_particles(spec, stage, len(layers) - 1),
        light=_key(spec, stage), subject=subject, not_drawn=_left_out(spec, stage.town),
    )  # fmt: skip


def _left_out(spec: SceneSpec, town: Town) -> tuple[str, ...]:
    absent = spec.subject in NOT_HERE or (spec.subject == "car" and town.kind == ALLEY)
    return (*spec.not_drawn, spec.subject) if absent else spec.not_drawn


def _stage(spec: SceneSpec) -> Stage:
    pal, town = palette_for(spec), build(spec)
    lights = light_up(spec, pal, town)
    life = populate(spec, town, lights)
    return Stage(
        spec=spec,
        pal=pal,
        town=town,
        lights=lights,
        life=life,
        sky=_sky(spec, pal, town, lights),
        things=things(spec, town, lights, life),
    )


def _sky(spec: SceneSpec, pal: ScenePalette, town: Town, lights: Lights) -> F32:
    """The strip over the street: sky, its lights, clouds, and the town's glow near the ground."""
    x, y = town.view.vanishing()
    w, h = spec.canvas
    place = (x, y - 0.04)
    half = replace(spec, width=spec.width // 2, height=spec.height // 2)  # soft, and half hidden
    sky = paint_sky(half, pal, y, place)
    clouds = paint_clouds(half, pal, y, place, _CLOUDS.get(spec.weather, 0.4))
    sky = cv2.resize(
        sky * (1 - clouds[..., 3:]) + clouds[..., :3], (w, h), interpolation=cv2.INTER_CUBIC
    )
    grey = (sky @ LUMA)[..., None]
    sky = grey + (sky - grey) * np.float32(chroma_kept(spec))
    if lights.dark > 0.8 and spec.weather == "clear":
        sky += paint_stars(spec, y, 0.5)
    if lights.sun > 0.3:
        disc = paint_disc(spec, pal, x, y - 0.075, 0.030, False)
        sky = sky * (1 - disc[..., 3:]) + disc[..., :3]
    up = (np.float32(y * h) - np.arange(h, dtype=np.float32)) / np.float32(unit(spec))
    glow = np.exp(-np.maximum(up, 0) * np.float32(3.2)) * np.float32(0.7)
    if spec.weather in ("rain", "storm", "mist", "snow"):
        glow = np.maximum(glow, np.float32(0.25))
    fog = (
        lights.table[0]
        + (lights.table[9] - lights.table[0]) * np.exp(-np.maximum(up, 0) * 6)[:, None]
    )
    share = (glow * np.float32(0.35 + 0.45 * lights.dark))[:, None, None]
    return np.asarray(sky * (1 - share) + fog[:, None, :] * share, np.float32)


def _lit_layers(stage: Stage, back: F32, far: Sheet, near: Sheet) -> list[Layer]:
    """Far and near street, over each the light that the music moves."""
    spec, short = stage.spec, unit(stage.spec)
    haze = _HAZY.get(spec.weather, 1.0) * stage.lights.bloom
    np.minimum(far.out[..., 3], 1, out=far.out[..., 3])
    np.minimum(near.out[..., 3], 1, out=near.out[..., 3])
    layers = [to_layer("street", far.out, 0.42, seed=spec.seed + 1)]
    below = back * (1 - far.out[..., 3:]) + far.out[..., :3]
    rest = 1 - near.out[..., 3:]
    glow = bloom(near.light + far.light * rest, short, haze)
    lit = below + far.light
    layers.append(
        _light_layer("far lights", as_added(below, far.light), 0.42, "low", spec.seed + 2)
    )
    layers.append(to_layer("near street", near.out, 0.85, seed=spec.seed + 3))
    base = lit * rest + near.out[..., :3]
    near.light[:] += glow
    _far_glow(stage, near.light)
    _sun_haze(stage, near.light)
    globe = globe_place(stage.town, stage.life)
    if globe is not None:
        pool_of_light(near, *globe, 0.16 * stage.lights.dark)
    _steam(stage, near.light)
    layers.append(
        _light_layer("near lights", as_added(base, near.light), 0.85, "mid", spec.seed + 4)
    )
    return layers


def _light_layer(name: str, light: F32, depth: float, band: str, seed: int) -> Layer:
    reactions = (
        Reaction(kind="gain", band=band, amount=0.36, floor=0.84),  # type: ignore[arg-type]
        Reaction(kind="twinkle", band="high", amount=0.035),
    )
    return to_layer(name, light, depth, blend="add", reactions=reactions, seed=seed)


def _far_glow(stage: Stage, light: F32) -> None:
    """What all lamps of a long street leave in its air where it ends; in place."""
    x, y = stage.town.view.vanishing()
    h, w = light.shape[:2]
    size = np.float32(unit(stage.spec))
    u = (np.arange(w, dtype=np.float32) - np.float32(x * w)) / size
    v = (np.float32((y - 0.02) * h) - np.arange(h, dtype=np.float32)) / size
    across = np.exp(-np.abs(u) * np.float32(7.0))
    up = np.exp(-np.maximum(v, -v * np.float32(2.6)) * np.float32(5.0))
    rows, cols = np.flatnonzero(up > 0.004), np.flatnonzero(across > 0.004)
    box = np.s_[rows[0] : rows[-1] + 1, cols[0] : cols[-1] + 1]
    power = np.float32(0.20 * stage.lights.dark) * np.float32(
        _HAZY.get(stage.spec.weather, 0.8) * stage.lights.bloom
    )
    wide = up[box[0], None] * across[None, box[1]] * power
    light[box] += wide[..., None] * stage.lights.table[9]


def _sun_haze(stage: Stage, light: F32) -> None:
    """A low sun at the end of the street, spread in the wet air; in place."""
    if stage.lights.sun <= 0.0:
        return
    x, y = stage.town.view.vanishing()
    h, w = light.shape[:2]
    u = (np.arange(w, dtype=np.float32) - np.float32(x * w)) / np.float32(unit(stage.spec))
    v = (np.arange(h, dtype=np.float32) - np.float32((y - 0.05) * h)) / np.float32(unit(stage.spec))
    r = np.sqrt(u[None, :] ** 2 + v[:, None] ** 2)
    veil = np.exp(-r * np.float32(3.8)) * np.float32(0.16) + np.exp(
        -r * np.float32(11)
    ) * np.float32(0.5)
    light += (veil * np.float32(stage.lights.sun))[..., None] * stage.pal.sun


def _steam(stage: Stage, light: F32) -> None:
    rng = np.random.default_rng([stage.spec.seed & 0x7FFFFFFF, 823])
    if stage.lights.dark < 0.2 or rng.random() < 0.25:
        return
    town = stage.town
    x = town.side * float(rng.uniform(0.1, 0.5)) * town.kerb
    z = float(rng.uniform(13.0, 19.0)) if town.kind != ALLEY else float(rng.uniform(10.0, 14.0))
    colour = stage.lights.table[9] * np.float32(0.55) + stage.lights.table[8] * np.float32(0.05)
    sheet = Sheet(town.view, stage.lights, np.zeros((1, 1, 4), np.float32), light)
    light += vapour(sheet, x, z, stage.spec.seed & 0xFFFF, colour, 1.0)


def _hero(stage: Stage) -> tuple[tuple[float, float], list[Layer]]:
    """Who the picture is about, with the dark that wet ground shows of them."""
    spec, view, hero = stage.spec, stage.town.view, stage.life.hero
    vx, vy = view.vanishing()
    w, h = spec.canvas
    if stage.life.hero_car is not None:
        car = stage.life.hero_car
        col, row, _ = view.place(car.x, 0.8, car.z)
        return (_inside(col / w), _inside(row / h)), []
    if spec.subject == "birds":
        return _flock(stage)
    if hero is None:
        return (_inside(0.7 * vx + 0.15), _inside(vy - 0.02)), []
    col, row, scale = view.place(hero.x, 0.0, hero.z)
    mask = figure_mask(hero.kind, max(8, round(hero.tall * scale)), hero.seed)
    if mask.shape[1] > 0.7 * w:
        mask = figure_mask(hero.kind, round(mask.shape[0] * 0.7 * w / mask.shape[1]), hero.seed)
    sheet = Sheet(
        view, stage.lights, np.zeros((h, w, 4), np.float32), np.zeros((1, 1, 3), np.float32)
    )
    half = mask.shape[1] / 2
    col = float(np.clip(col, 0.12 * w + half, 0.88 * w - half)) if 2 * half < 0.7 * w else w / 2
    x, y = round(col - half), round(row) - mask.shape[0]
    _cast_down(sheet, mask, x, round(row), stage)
    signs, dark = stage.lights.signs, stage.lights.dark
    sky_rim = stage.lights.table[7] * np.float32(0.9)
    main, weak = (0.70, 0.22) if stage.town.side < 0 else (0.20, 0.75)
    left = signs[0] * np.float32(main * dark) + sky_rim * np.float32(0.5 - 0.4 * dark)
    right = signs[2] * np.float32(weak * dark) + sky_rim * np.float32(0.5 - 0.4 * dark)
    if stage.lights.sun > 0.3:
        left = right = stage.pal.sun * np.float32(0.9)
    colour = dress(mask, hero, Sheet(view, stage.lights, sheet.out, sheet.light), left, right, 1.0)
    a, b = max(0, y), min(h, y + mask.shape[0])
    part = sheet.out[a:b, x : x + mask.shape[1]]
    m = mask[a - y : b - y, ..., None]
    part *= 1 - m
    part[..., :3] += colour[a - y : b - y] * m
    part[..., 3:] += m
    centre = (_inside(col / w), _inside((row - 0.62 * mask.shape[0]) / h))
    breathe = (Reaction(kind="breathe", amount=0.0012),)
    return centre, [to_layer(spec.subject, sheet.out, 1.0, reactions=breathe, seed=spec.seed + 5)]


def _cast_down(sheet: Sheet, mask: F32, x: int, row: int, stage: Stage) -> None:
    """The figure upside down in the wet ground, as a lack of light, and its weight at the feet."""
    tall = mask.shape[0]
    dim = mirrored_figure(mask, tall * 0.02) * np.float32(
        0.35 if stage.spec.weather == "snow" else 0.62
    )
    row -= max(2, round(0.011 * tall))  # the soles of a figure are not its last row
    h = sheet.out.shape[0]
    a, b = max(0, row), min(h, row + tall)
    if a >= b:
        return
    v = (np.arange(a - row, b - row, dtype=np.float32) / np.float32(tall * 0.016))[:, None]
    foot = cv2.GaussianBlur(
        mask[-max(2, round(0.05 * tall)) :].max(axis=0)[None, :], (0, 0), tall * 0.012
    )
    weight = np.exp(-((v - 1) ** 2)) * np.minimum(foot * np.float32(0.9), 0.6)
    share = np.maximum(dim[a - row : b - row], weight)[..., None]
    part = sheet.out[a:b, x : x + dim.shape[1]]
    part[..., :3] += share * (stage.lights.table[1] * np.float32(0.03))
    part[..., 3:] += share


def _flock(stage: Stage) -> tuple[tuple[float, float], list[Layer]]:
    spec = stage.spec
    w, h = spec.canvas
    vx, vy = stage.town.view.vanishing()
    mask = draw_figure("birds", max(8, round(0.11 * unit(spec))), spec.seed)
    x, y = round(vx * w - mask.shape[1] / 2), round((vy - 0.30) * h)
    sheet = np.zeros((h, w, 4), np.float32)
    a, c = max(0, y), max(0, x)
    part = sheet[a : y + mask.shape[0], c : x + mask.shape[1]]
    seen = mask[a - y :, c - x :][: part.shape[0], : part.shape[1], None]
    part[..., :3] = seen * stage.pal.shadow * np.float32(0.5)
    part[..., 3:] = seen
    layer = to_layer("birds", sheet, 0.5, drift=(0.008, -0.001), seed=spec.seed + 5)
    return (_inside(vx), _inside(vy - 0.16)), [layer]


def _inside(share: float) -> float:
    return float(np.clip(share, 0.16, 0.84))


def _particles(spec: SceneSpec, stage: Stage, last: int) -> tuple[Particles, ...]:
    haze = srgb(tone(mix(stage.lights.table[9], np.full(3, 0.8, np.float32), 0.5)))
    colour = (float(haze[0]), float(haze[1]), float(haze[2]))
    if spec.weather in ("rain", "storm"):
        count = 1500 if spec.weather == "storm" else 950
        return (Particles(kind="rain", after=last, count=count, color=colour, band="loudness"),)
    if spec.weather == "snow":
        return (Particles(kind="snow", after=last, count=1100, color=(0.92, 0.94, 0.98)),)
    return ()


def _key(spec: SceneSpec, stage: Stage) -> Light:
    x, y = stage.town.view.vanishing()
    colour = (
        stage.pal.sun
        if stage.lights.sun > 0.3
        else mix(stage.lights.table[8], stage.pal.accent, 0.3)
    )
    code = srgb(tone(np.asarray(colour, np.float32)))
    strength = 0.35 + 0.25 * stage.lights.sun
    rays = 0.35 * stage.lights.sun + (0.2 if spec.weather == "mist" else 0.05)
    return Light(x=x, y=y - 0.05, color=(float(code[0]), float(code[1]), float(code[2])),
                 strength=strength, rays=min(rays, 0.5))  # fmt: skip
