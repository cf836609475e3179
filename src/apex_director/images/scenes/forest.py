"""The forest: a hall of trunks against the light, a spruce wood in mist, a path to a clearing."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
from numpy.typing import NDArray

from apex_director.images.model import Layer, Light, Particles, Reaction, Scene
from apex_director.images.scenes import flora
from apex_director.images.scenes.airborne import blown, flock
from apex_director.images.scenes.finish import to_layer
from apex_director.images.scenes.foreground import Stand, place_figure
from apex_director.images.scenes.model import SceneSpec
from apex_director.images.scenes.noise import fbm
from apex_director.images.scenes.palette import ScenePalette, mix, palette_for
from apex_director.images.scenes.shapes import Stroke, fill, strokes
from apex_director.images.scenes.sky import paint_disc, paint_stars, pixel_grid, smoothstep, unit
from apex_director.images.scenes.woodland import (
    BRIGHT,
    Wood,
    fade,
    spruces,
    tones,
    trunks,
    undergrowth,
    veil,
)

F32 = NDArray[np.float32]

DEPTHS = 5
AIR = (0.86, 0.66, 0.42, 0.18, 0.03)  # how much of each rank the air has swallowed
PARALLAX = (0.14, 0.28, 0.48, 0.78, 1.2)
GROUND = (0.640, 0.672, 0.715, 0.785, 0.885)  # rows where the ranks stand
_HIDDEN = 0.16  # of the height that a rank's ground goes on behind the next
NOT_HERE = ("boat", "car", "balloon")
NO_FIGURE = (*NOT_HERE, "birds")


def paint(spec: SceneSpec) -> Scene:
    """Draw a forest scene of seven to nine layers."""
    wood = _wood(spec)
    layers = [_backdrop(wood)]
    subject = (0.5, 0.55)
    figure: list[Layer] = []
    for rank in range(DEPTHS):
        if rank == 3:
            layers.append(_shafts(wood))
        if rank == 4:  # before the last rank alone: mist over the feet would bleach them
            subject, figure = _subject(wood)
            layers += figure
        layers.append(_rank_layer(wood, rank))
    layers.append(_frame(wood))
    return Scene(
        family="forest", width=spec.width, height=spec.height, overscan=spec.overscan,
        layers=tuple(layers),
        particles=(
            *(replace(p, after=3) for p in flock(spec, wood.pal, layers, 0.72, wood.light[0])),
            *_particles(wood, len(layers) - 1),
        ),
        light=Light(x=wood.light[0], y=wood.light[1], color=_code(wood.pal.sun), strength=0.4,
                    rays=0.2 if spec.time_of_day == "night" else 0.5),
        subject=subject if figure else (wood.light[0], 0.55),
        not_drawn=spec.not_drawn + ((spec.subject,) if spec.subject in NOT_HERE else ()),
    )  # fmt: skip


def _code(colour: F32) -> tuple[float, float, float]:
    code = np.clip(colour, 0.0, 1.0) ** (1 / 2.2)
    return float(code[0]), float(code[1]), float(code[2])


def _wood(spec: SceneSpec) -> Wood:
    rng = np.random.default_rng([spec.seed, 211])
    pal = palette_for(spec)
    kind = spec.composition % 3
    high = {"day": 0.22, "night": 0.27}.get(spec.time_of_day, 0.40)
    light = (0.5 + float(rng.uniform(-0.16, 0.16)) * (0.35 if kind == 2 else 1.0), high)
    if kind == 2:
        light = (light[0], max(high, 0.36))
    leaf = mix(np.asarray([0.035, 0.07, 0.03], np.float32), pal.shadow, 0.45)
    return Wood(
        spec=spec, pal=pal, air=_air(spec, pal, light), light=light,
        body=(pal.shadow * np.float32(0.55)).astype(np.float32), moss=leaf, kind=kind,
        snow=spec.weather == "snow", clearing=0.13 if kind == 2 else 0.0,
        guest=_guest(spec, kind, light[0]),
    )  # fmt: skip


def _air(spec: SceneSpec, pal: ScenePalette, light: tuple[float, float]) -> F32:
    """Colour of far air everywhere: fog, brighter round the light, darker under the crowns."""
    u, v = pixel_grid(spec, light, 4)
    d = np.sqrt((u * 0.9) ** 2 + (v * 0.8) ** 2)
    power = np.float32(BRIGHT.get(spec.time_of_day, 0.9))
    near = np.exp(-((d / 0.16) ** 1.35))
    wide = np.exp(-((d / 0.52) ** 1.25))
    uneven = fbm((u * 2.1).astype(np.float32), (v * 2.8).astype(np.float32), spec.seed + 7, 4)
    fog = mix(pal.fog, mix(pal.sky[2], np.asarray([0.10, 0.22, 0.15], np.float32), 0.30), 0.35)
    fog = fog * np.float32(0.42) * power
    warm = mix(pal.sun, pal.sky[4], 0.45) * power
    thick = {"mist": 1.15, "rain": 0.7, "storm": 0.5}.get(spec.weather, 0.95)
    shade = np.clip(0.80 + 0.30 * uneven + 0.10 * v, 0.3, 1.4) * (0.55 + 0.45 * np.exp(-d * 0.9))
    air = fog * shade[..., None] + warm * (wide * 0.62 * thick + near * 0.85)[..., None]
    air *= (1.0 - 0.35 * smoothstep(0.12, 0.62, np.asarray(v, np.float32)))[..., None]
    w, h = spec.canvas
    big = cv2.resize(
        air.astype(np.float32), (u.shape[1] * 4, v.shape[0] * 4), interpolation=cv2.INTER_CUBIC
    )
    return np.asarray(np.maximum(big[:h, :w], 0.0), np.float32)


def _backdrop(wood: Wood) -> Layer:
    spec = wood.spec
    sky = wood.air.copy()
    if spec.time_of_day == "night" and spec.weather in ("clear", "mist"):
        sky += paint_stars(spec, 0.6, 0.5)
        disc = paint_disc(spec, wood.pal, wood.light[0], wood.light[1], 0.055, True)
        sky = sky * (1 - disc[..., 3:]) + disc[..., :3] * np.float32(1.1)
    rng = np.random.default_rng([spec.seed, 23])
    w, h = spec.canvas
    for i in range(3):  # the wood goes on: faint stems that dissolve in the light
        lines: list[Stroke] = []
        for x in rng.uniform(0, w, round(46 * w / h)):
            half = unit(spec) * 0.0022 * float(rng.uniform(0.5, 1.5))
            lean = float(rng.normal(0, 0.012)) * h
            lines.append((np.asarray([(x, h * 0.66), (x + lean, -10.0)]), half * 2.2, half * 1.3))
        if wood.kind == 1:
            break
        cover = cv2.GaussianBlur(strokes(h, w, lines, 2), (0, 0), max(0.8, unit(spec) * 0.0014))
        cover = cover * np.float32(0.07 + 0.05 * i)
        last = int(np.flatnonzero(cover.any(axis=1))[-1]) + 1
        dim = np.asarray([0.75, 0.62, 0.60], np.float32)
        sky[:last] *= np.float32(1.0) - cover[:last, :, None] * dim
    return to_layer("light", sky.astype(np.float32), 0.05, seed=spec.seed)


def _ground_line(wood: Wood, rank: int) -> F32:
    w, h = wood.spec.canvas
    x = (np.arange(w, dtype=np.float32) - w / 2) / np.float32(unit(wood.spec))
    wave = fbm(
        x * np.float32(1.6 + 0.3 * rank), np.zeros(w, np.float32), wood.spec.seed + 31 * rank, 4
    )
    drop = GROUND[rank] + (0.012 if wood.kind == 2 else 0.0)
    line = h * drop + unit(wood.spec) * wave * np.float32(0.020 + 0.006 * rank)
    if wood.kind == 2:
        line += unit(wood.spec) * np.float32(0.012 * rank) * np.exp(-((x / 0.16) ** 2))
    return np.asarray(line, np.float32)


def _rank_layer(wood: Wood, rank: int) -> Layer:
    spec = wood.spec
    w, h = spec.canvas
    rng = np.random.default_rng([spec.seed, 300 + rank])
    sheet = np.zeros((h, w, 4), np.float32)
    line = _ground_line(wood, rank)
    _ground(wood, rank, line, sheet)
    body, glow = tones(wood, rank)
    if wood.kind == 1:
        spruces(wood, rank, rng, line, sheet, body)
    else:
        trunks(wood, rank, rng, line, sheet, body, glow)
    undergrowth(wood, rank, rng, line, sheet, body)
    _fade(wood, rank, sheet)
    if rank < 4:
        _mist(wood, rank, sheet)
    name = ("farthest", "far", "middle", "near", "nearest")[rank] + " trees"
    reactions = (Reaction(kind="sway", band="mid", amount=0.0012),) if rank == 4 else ()
    return to_layer(name, sheet, PARALLAX[rank], reactions=reactions, seed=spec.seed + rank)


def _ground(wood: Wood, rank: int, line: F32, sheet: F32) -> None:
    spec = wood.spec
    w, h = spec.canvas
    top = max(0, int(line.min()) - 2)
    # below the next rank's line nothing shows, however the camera moves the two apart
    last = h if rank == DEPTHS - 1 else min(h, round(h * (GROUND[rank + 1] + _HIDDEN)))
    rows = np.arange(top, last, dtype=np.float32)[:, None] + np.float32(0.5)
    cover = np.clip(rows - line[None, :] + np.float32(0.5), 0.0, 1.0)
    short = np.float32(unit(spec))
    x = (np.arange(w, dtype=np.float32)[None, :] - w / 2) / short
    below = (rows - line[None, :]) / short
    depth = np.float32(6.0) / (below + np.float32(0.10))
    rough = fbm((x * depth).astype(np.float32), depth.astype(np.float32), spec.seed + 17 + rank, 4)
    base = wood.moss * np.float32(1.0)
    if wood.snow:
        base = mix(wood.pal.fog, np.ones(3, np.float32), 0.35) * np.float32(0.55)
    pool = np.exp(-(((x * short / w + 0.5 - wood.light[0]) / 0.22) ** 2)) * np.exp(-below * 3.0)
    lit = wood.pal.sun * np.float32(0.16 * BRIGHT.get(spec.time_of_day, 0.9) * (1 - 0.12 * rank))
    colour = (
        base * np.clip(0.9 + 0.85 * rough, 0.15, 2.0)[..., None] * (0.55 + 0.6 * pool)[..., None]
    )
    colour = colour + (pool * (0.6 + 0.5 * rough))[..., None] * lit
    if wood.kind == 2:
        colour = _path(wood, x, rows, colour, rough)
    part = sheet[top:last]
    part[..., :3] = colour * cover[..., None]
    part[..., 3] = cover


def _path(wood: Wood, x: F32, rows: F32, colour: F32, rough: F32) -> F32:
    """A trodden path that winds from the viewer to the light."""
    h = wood.spec.canvas[1]
    t = np.clip((rows / h - 0.64) / 0.36, 0.0, 1.0)
    middle = (wood.light[0] - 0.5) * wood.spec.canvas[0] / unit(wood.spec) * (
        1 - t
    ) + 0.05 * np.sin(t * 5.0 + wood.spec.seed % 6)
    half = 0.018 + 0.24 * t**1.3
    inside = smoothstep(1.25, 0.7, np.asarray(np.abs(x - middle) / half + 0.25 * rough, np.float32))
    earth = mix(wood.moss, wood.pal.sun, 0.34) * np.float32(
        1.15 * BRIGHT.get(wood.spec.time_of_day, 0.9)
    )
    tone = np.clip(1.05 + 0.5 * rough - 0.55 * t, 0.2, 1.6)
    return np.asarray(
        colour + (earth * tone[..., None] - colour) * inside[..., None] * 0.85, np.float32
    )


def _fade(wood: Wood, rank: int, sheet: F32) -> None:
    """Aerial perspective: the air over this rank, in place."""
    thick = {"mist": 1.12, "rain": 1.05, "snow": 1.05}.get(wood.spec.weather, 0.96)
    t = np.float32(min(AIR[rank] * thick, 0.95))
    fade(sheet, wood.air, t)


def _mist(wood: Wood, rank: int, sheet: F32) -> None:
    """A sheet of ground mist laid over the rank, in place."""
    spec = wood.spec
    u, v = pixel_grid(spec, (0.5, GROUND[rank] - 0.012), 4)
    size = np.float32(1.2 + 0.5 * (4 - rank))
    smoke = fbm(
        (u * size).astype(np.float32), (v * size * 3.4).astype(np.float32), spec.seed + 61 + rank, 5
    )
    high = 0.085 if spec.weather != "mist" else 0.16
    band = np.exp(-((np.maximum(v, 0) / high) ** 1.4)) * np.exp(-((np.minimum(v, 0) / 0.10) ** 2))
    amount = {"mist": 0.8, "clear": 0.42, "rain": 0.55}.get(spec.weather, 0.5)
    density = np.clip(band * (0.62 + 0.75 * smoke), 0.0, 1.0) * np.float32(amount)
    w, h = spec.canvas
    wide = cv2.resize(
        density.astype(np.float32), (u.shape[1] * 4, v.shape[0] * 4), interpolation=cv2.INTER_CUBIC
    )
    veil(sheet, wide[:h, :w], wood.air, np.float32(1.06))


def _shafts(wood: Wood) -> Layer:
    """Soft light falling through the crowns, as light that breathes with the song."""
    spec = wood.spec
    u, v = pixel_grid(spec, (wood.light[0], wood.light[1] - 0.30), 2)
    angle = np.arctan2(u, np.maximum(-v, 0.02)).astype(np.float32)
    far = np.sqrt(u * u + v * v)
    beams = fbm(angle * np.float32(7.0), np.zeros_like(angle), spec.seed + 71, 4)
    fine = fbm(angle * np.float32(19.0), np.zeros_like(angle), spec.seed + 72, 2)
    ray = np.clip(beams * 1.3 + fine * 0.35 + 0.05, 0.0, 1.0) ** 1.5
    reach = np.exp(-((angle / 0.62) ** 2)) * smoothstep(0.10, 0.34, far.astype(np.float32))
    ray *= reach * np.exp(-far * 1.15) * np.where(-v > 0.02, 1.0, 0.0)
    strength = {"night": 0.15, "dusk": 0.24, "day": 0.30}.get(spec.time_of_day, 0.38)
    if spec.weather in ("rain", "storm"):
        strength *= 0.3
    light = (ray * strength)[..., None] * mix(wood.pal.sun, wood.pal.sky[4], 0.3)
    w, h = spec.canvas
    light = cv2.GaussianBlur(light.astype(np.float32), (0, 0), max(0.8, unit(spec) * 0.0022))
    big = cv2.resize(light, (u.shape[1] * 2, v.shape[0] * 2), interpolation=cv2.INTER_LINEAR)
    reactions = (
        Reaction(kind="gain", band="low", amount=0.5, floor=0.7),
        Reaction(kind="sway", band="mid", amount=0.004),
    )
    return to_layer("shafts", np.maximum(big[:h, :w], 0.0), 0.4, blend="add", reactions=reactions,
                    seed=spec.seed + 70)  # fmt: skip


def _guest(spec: SceneSpec, kind: int, light_x: float) -> float | None:
    """Where the subject stands (0..1 of the canvas width), None if the wood is empty."""
    if spec.subject in NO_FIGURE or (spec.subject == "none" and kind != 2):
        return None
    rng = np.random.default_rng([spec.seed, 401])
    side = 1.0 if rng.random() < 0.5 else -1.0
    off = 0.02 if kind == 2 else float(rng.uniform(0.05, 0.12))
    return light_x + side * off


def _subject(wood: Wood) -> tuple[tuple[float, float], list[Layer]]:
    spec = wood.spec
    if wood.guest is None:
        return (0.5, 0.5), []
    kind = "walker" if spec.subject == "none" else spec.subject
    if kind == "walker" and spec.weather in ("rain", "storm"):
        kind = "walker_umbrella"
    spot = Stand(x=wood.guest, y=0.80, height=0.24)
    return place_figure(spec, wood.pal, kind, spot, wood.light, 0.9, name="subject")


def _frame(wood: Wood) -> Layer:
    """Out-of-focus leaves close to the lens in the upper corners and grass along the bottom."""
    spec = wood.spec
    w, h = spec.canvas
    rng = np.random.default_rng([spec.seed, 501])
    size = unit(spec) * 0.030
    polygons: list[NDArray[np.float64]] = []
    for corner in (0.0, 1.0):
        for _ in range(70):
            x = corner * w + (1 - 2 * corner) * abs(float(rng.normal(0, 0.075))) * w
            y = abs(float(rng.normal(0, 0.085))) * h
            polygons += flora.leaves(rng, x, y, size * 1.6, 7, size * float(rng.uniform(0.8, 1.5)))
    line = np.full(w, h * 0.985, np.float32)
    blades = flora.grass(rng, 0, w, line, round(130 * w / h / 1.78), unit(spec) * 0.15)
    cover = np.maximum(
        fill(h, w, polygons, 2) if not wood.snow and wood.kind != 1 else 0.0,
        strokes(h, w, blades, 2),
    )
    cover = cv2.GaussianBlur(np.asarray(cover, np.float32), (0, 0), max(0.8, unit(spec) * 0.0042))
    sheet = np.zeros((h, w, 4), np.float32)
    sheet[..., 3] = cover
    dark = wood.moss * np.float32(0.35) + wood.body * np.float32(0.25)
    drawn = cover.any(axis=1)
    sheet[drawn, :, :3] = cover[drawn, :, None] * dark
    reactions = (Reaction(kind="sway", band="low", amount=0.003),)
    return to_layer("frame", sheet, 1.6, reactions=reactions,
                    seed=spec.seed + 8)  # fmt: skip


def _particles(wood: Wood, after: int) -> tuple[Particles, ...]:
    spec = wood.spec
    if spec.weather == "snow":
        return (
            Particles(kind="snow", after=after, count=900, color=(0.9, 0.92, 0.96), band="high"),
        )
    if spec.weather in ("rain", "storm"):
        return (
            Particles(kind="rain", after=after, count=700, color=(0.6, 0.66, 0.7), band="high"),
        )
    if spec.time_of_day in ("night", "dusk", "sunset"):
        return (Particles(kind="fireflies", after=after - 1, count=70, color=(0.95, 0.9, 0.45),
                          band="high", area=(0.0, 0.3, 1.0, 0.95)),)  # fmt: skip
    dust = Particles(
        kind="dust", after=after - 1, count=230, color=_code(wood.pal.sun), band="high"
    )
    if wood.kind == 1:
        return (dust,)
    gold = mix(np.asarray([0.62, 0.30, 0.05], np.float32), wood.pal.accent, 0.25)
    lit = wood.pal.sun * np.float32(0.45 * BRIGHT.get(spec.time_of_day, 0.9) + 0.15)
    return dust, blown(spec, "leaves", after - 1, 34, gold * lit, size=1.25)
