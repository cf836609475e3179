"""The neon plain: a sliced sun over a glowing grid, with palms, monoliths or a mountain pass."""

from __future__ import annotations

from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from apex_director.images.model import Layer, Light, Particles, Reaction, Scene
from apex_director.images.scenes import flora, wireframe
from apex_director.images.scenes.airborne import flock
from apex_director.images.scenes.car_lights import tail_lights
from apex_director.images.scenes.figures import draw_figure, rim
from apex_director.images.scenes.finish import to_layer
from apex_director.images.scenes.foreground import Stand, place_figure, stamp
from apex_director.images.scenes.model import SceneSpec
from apex_director.images.scenes.noise import fbm
from apex_director.images.scenes.palette import ScenePalette, linear_from_hex, mix, palette_for
from apex_director.images.scenes.shapes import fill, strokes
from apex_director.images.scenes.sky import paint_clouds, paint_sky, paint_stars, pixel_grid, unit

F32 = NDArray[np.float32]

LOOKS = (  # the family's own colours, dark to light
    ("#12041f", "#3a0c63", "#b0148c", "#ff4f9a", "#ffd166"),
    ("#050a26", "#152a7a", "#7a2bd6", "#ff4fb8", "#5ff0ff"),
    ("#0d0221", "#3b1060", "#d61f69", "#ff7a45", "#ffe08a"),
    ("#04121f", "#0b3a5c", "#1f7fae", "#ff5f8f", "#7dfff0"),
)
TUBES = (
    ("#ff2fa0", "#29e7ff"),
    ("#38b6ff", "#ff3fc0"),
    ("#ff8a2b", "#b04bff"),
    ("#16e0d0", "#ff4f8b"),
)
LIGHT = {"dawn": 0.95, "day": 1.1, "golden_hour": 1.0, "sunset": 1.0, "dusk": 0.85, "night": 0.6}


@dataclass(frozen=True, kw_only=True, eq=False)
class Plain:
    """What the layers of one picture share."""

    spec: SceneSpec
    pal: ScenePalette
    kind: int
    horizon: float
    sun: tuple[float, float]
    radius: float
    neon: F32
    neon2: F32
    ground: F32


def paint(spec: SceneSpec) -> Scene:
    """Draw a neon scene of nine or ten layers."""
    plain = _plain(spec)
    layers = [_sky(plain), _sun(plain), _sun_glow(plain)]
    if spec.weather in ("cloudy", "rain", "storm", "mist", "snow"):
        amount = 0.4 if spec.weather == "mist" else 0.6
        clouds = paint_clouds(spec, plain.pal, plain.horizon, plain.sun, amount)
        layers.append(to_layer("clouds", clouds, 0.06, drift=(0.002, 0.0), seed=spec.seed + 5))
    layers += _range(plain, far=True)
    if plain.kind != 1:
        layers += _range(plain, far=False)
    layers += _floor(plain)
    if plain.kind == 1:
        layers += _monoliths(plain)
    subject, front = _front(plain)
    layers += front
    return Scene(
        family="neon_grid", width=spec.width, height=spec.height, overscan=spec.overscan,
        layers=tuple(layers), particles=_particles(plain, layers),
        light=Light(x=plain.sun[0], y=plain.sun[1],
                    color=_code(mix(plain.pal.sun, plain.neon, 0.4)),
                    strength=0.5, rays=0.08),
        subject=subject,
        not_drawn=(*spec.not_drawn, "boat") if spec.subject == "boat" else spec.not_drawn,
    )  # fmt: skip


def _code(colour: F32) -> tuple[float, float, float]:
    code = np.clip(colour, 0.0, 1.0) ** (1 / 2.2)
    return float(code[0]), float(code[1]), float(code[2])


def _tube(colour: F32) -> F32:
    grey = float(colour.mean())
    strong = np.clip(grey + (colour - grey) * 1.4, 0.02, None)
    return np.asarray(strong / float(strong.max()), np.float32)


def _plain(spec: SceneSpec) -> Plain:
    own = spec if spec.palette else replace(spec, palette=LOOKS[spec.seed % len(LOOKS)])
    pal = palette_for(own)
    pair = TUBES[spec.seed % len(TUBES)]
    tubes = (
        (pal.accent, pal.accent2)
        if spec.palette
        else (linear_from_hex(pair[0]), linear_from_hex(pair[1]))
    )
    rng = np.random.default_rng([spec.seed, 311])
    kind = spec.composition % 3
    tall = spec.height > 1.15 * spec.width
    horizon = 0.575 if not tall else 0.60
    radius = (0.235, 0.20, 0.27)[kind] * (1.1 if tall else 1.0)
    side = 0.0 if kind != 1 else float(rng.uniform(-0.05, 0.05))
    up = radius * unit(spec) / spec.canvas[1]
    return Plain(
        spec=spec, pal=pal, kind=kind, horizon=horizon,
        sun=(0.5 + side, horizon - up * (0.70, 0.95, 0.55)[kind]), radius=radius,
        neon=_tube(tubes[0]), neon2=_tube(tubes[1]),
        ground=(mix(pal.shadow, pal.sky[0], 0.4) * np.float32(0.5)).astype(np.float32),
    )  # fmt: skip


def _sky(plain: Plain) -> Layer:
    spec = plain.spec
    sky = paint_sky(spec, plain.pal, plain.horizon, None) * np.float32(
        LIGHT.get(spec.time_of_day, 0.9)
    )
    if spec.weather in ("clear", "mist"):
        sky += paint_stars(
            spec, plain.horizon, 0.8 if spec.time_of_day in ("night", "dusk") else 0.45
        )
    u, v = pixel_grid(spec, (plain.sun[0], plain.horizon))
    haze = np.exp(-np.abs(v) * (9.0 if spec.weather != "mist" else 5.0)) * (
        0.35 + 0.65 * np.exp(-np.abs(u) * 1.2)
    )
    sky += (haze * np.float32(0.30))[..., None] * mix(plain.neon, plain.pal.sky[4], 0.5)
    return to_layer("sky", sky.astype(np.float32), 0.02, seed=spec.seed)


def _sun(plain: Plain) -> Layer:
    """The disc with its slices: gaps that widen towards the horizon."""
    spec = plain.spec
    px = plain.radius * unit(spec)
    u, v = pixel_grid(spec, plain.sun)
    u, v = u / np.float32(plain.radius), v / np.float32(plain.radius)
    cover = np.clip((1.0 - np.sqrt(u * u + v * v)) * px + 0.5, 0.0, 1.0)
    gaps = np.zeros_like(v)
    y = 0.02
    for k in range(8):
        thick = 0.018 + 0.0165 * k
        middle = -(y + thick / 2)
        gaps = np.maximum(gaps, np.clip((thick / 2 - np.abs(v - middle)) * px + 0.5, 0.0, 1.0))
        y += 0.125
    cover = cover * (1.0 - gaps)
    t = np.clip(0.5 - v / 2, 0.0, 1.0)
    top = mix(plain.pal.sun, np.asarray([1.0, 0.78, 0.22], np.float32), 0.62) * np.float32(0.92)
    low = mix(plain.neon, plain.pal.accent, 0.5) * np.float32(0.8)
    middle_colour = mix(top, low, 0.55)
    a, b = np.clip(t * 2, 0, 1)[..., None], np.clip(t * 2 - 1, 0, 1)[..., None]
    colour = (top * (1 - a) + middle_colour * a) * (1 - b) + low * b
    sheet = np.concatenate([colour * cover[..., None], cover[..., None]], axis=-1)
    return to_layer("sun", sheet.astype(np.float32), 0.05, seed=spec.seed + 1)


def _sun_glow(plain: Plain) -> Layer:
    u, v = pixel_grid(plain.spec, plain.sun)
    d = np.sqrt(u * u + v * v) / np.float32(plain.radius)
    outside = (
        np.exp(-np.maximum(d - 1.0, 0.0) * 2.6) * 0.34
        + np.exp(-np.maximum(d - 1.0, 0.0) * 9.0) * 0.22
    )
    inside = 0.10 + 0.90 * np.clip((d - 0.97) / 0.06, 0.0, 1.0)
    light = (outside * inside)[..., None] * mix(plain.neon, plain.pal.sun, 0.25)
    reactions = (
        Reaction(kind="gain", band="low", amount=0.7, floor=0.55),
        Reaction(kind="breathe", band="loudness", amount=0.05),
    )
    return to_layer("sun glow", light.astype(np.float32), 0.05, blend="add", reactions=reactions,
                    seed=plain.spec.seed + 2)  # fmt: skip


def _neon(edge: F32, colour: F32, short: int, power: float = 1.0) -> F32:
    """A tube: white-hot core, saturated line, two halos [h, w, 3]."""
    near = cv2.GaussianBlur(edge, (0, 0), max(0.9, 0.0032 * short))
    wide = cv2.resize(edge, None, fx=0.25, fy=0.25, interpolation=cv2.INTER_AREA)
    wide = cv2.GaussianBlur(wide, (0, 0), max(0.8, 0.0036 * short))
    wide = cv2.resize(wide, edge.shape[::-1], interpolation=cv2.INTER_LINEAR)
    body = (edge * 0.95 + near * 0.75 + wide * 0.85)[..., None] * colour
    return np.asarray((body + (edge * edge * 0.22)[..., None]) * np.float32(power), np.float32)


def _range(plain: Plain, *, far: bool) -> list[Layer]:
    spec = plain.spec
    w, h = spec.canvas
    short = unit(spec)
    if far:
        clear = max(0.22, plain.radius * short / w + 0.07)  # no slope before the sun
        faces = wireframe.mountain_faces(spec, plain.horizon, spec.seed + 3, 0.13, clear, 1.35, 1.0)
        depth, colour, name = 0.14, plain.neon2, "far range"
    else:
        valley_scale = min(1.0, 0.35 + 0.37 * w / short)
        tall = 0.25 if plain.kind == 0 else 0.40
        valley = (0.38 if plain.kind == 0 else 0.26) * valley_scale
        faces = wireframe.mountain_faces(
            spec, plain.horizon + 0.006, spec.seed + 9, tall, valley, 1.2, 1.0
        )
        depth, colour, name = 0.3, plain.neon2, "near range"
    high = min(int(plain.horizon * h), int((0.60 if not far else 0.25) * short))
    rows = (int(plain.horizon * h) - high, min(h, int(plain.horizon * h + 0.03 * short)))
    line = (0.0010 if far else 0.0016) * short
    cover, shade, edge = wireframe.draw_faces(spec, faces, line, rows)
    sheet, light = np.zeros((h, w, 4), np.float32), np.zeros((h, w, 3), np.float32)
    haze = np.linspace(0.0, 1.0, rows[1] - rows[0], dtype=np.float32)[:, None, None] ** 2.5
    dark = plain.ground * np.float32(0.8) + shade[..., None] * mix(
        plain.pal.sky[1], plain.neon, 0.4
    ) * np.float32(0.22)
    fog = mix(plain.pal.sky[4], plain.neon, 0.4) * np.float32(0.30 if far else 0.16)
    sheet[rows[0] : rows[1], :, :3] = (dark * (1 - haze * 0.6) + fog * haze) * cover[..., None]
    sheet[rows[0] : rows[1], :, 3] = cover
    glow = _neon(edge, colour, short, 0.42 if far else 0.72)
    light[rows[0] : rows[1]] = glow
    sheet[..., :3] += light * sheet[..., 3:] * np.float32(0.45)
    reactions = (Reaction(kind="gain", band="mid", amount=0.8, floor=0.4),)
    return [
        to_layer(name, sheet, depth, seed=spec.seed + 10 + far),
        to_layer(
            name + " lines",
            light,
            depth,
            blend="add",
            reactions=reactions,
            seed=spec.seed + 12 + far,
        ),
    ]


def _floor(plain: Plain) -> list[Layer]:
    """The dark floor with the sun's path on it, and the grid as light of its own."""
    spec = plain.spec
    w, h = spec.canvas
    short = unit(spec)
    top = int(plain.horizon * h)
    eye = (0.20, 0.17, 0.15)[plain.kind]
    lines, halo = wireframe.floor_grid(spec, plain.horizon, eye, 0.30, 0.026)
    down = ((np.arange(top, h, dtype=np.float32) + 0.5 - plain.horizon * h) / short)[:, None]
    cover = np.clip(np.arange(top, h, dtype=np.float32) + 1.0 - plain.horizon * h, 0.0, 1.0)[
        :, None
    ]
    x = (np.arange(w, dtype=np.float32)[None, :] - plain.sun[0] * w) / np.float32(short)
    z = (0.2 / (down + 0.012)).astype(np.float32)
    deep = np.broadcast_to(z * np.float32(4.0), (z.size, w))
    ripple = fbm((x * z * 0.8).astype(np.float32), deep, spec.seed + 21, 3)
    path = np.exp(-((x / (plain.radius * 0.85 + down * 0.25)) ** 2)) * np.exp(-down * 3.0)
    path = path * np.clip(0.55 + 0.75 * ripple, 0.05, 1.2)
    near_haze = np.exp(-down * 26.0)
    wet = {"rain": 1.5, "storm": 1.4}.get(spec.weather, 1.0)
    colour = (
        plain.ground * (0.9 - 0.5 * np.clip(down * 1.4, 0, 1))[..., None]
        + (path * 0.36 * wet)[..., None] * mix(plain.pal.sun, plain.neon, 0.55)
        + (halo * 0.050)[..., None] * plain.neon
        + (near_haze * 0.34)[..., None] * mix(plain.neon, plain.pal.sky[4], 0.45)
    )
    sheet, light = np.zeros((h, w, 4), np.float32), np.zeros((h, w, 3), np.float32)
    sheet[top:, :, :3] = colour * cover[..., None]
    sheet[top:, :, 3] = cover
    core = lines * cover
    light[top:] = (core * 0.85 + halo * 0.115 * cover)[..., None] * plain.neon + (core**2 * 0.22)[
        ..., None
    ]
    reactions = (
        Reaction(kind="gain", band="low", amount=0.9, floor=0.42),
        Reaction(kind="twinkle", band="high", amount=0.03),
    )
    return [
        to_layer("floor", sheet, 0.42, seed=spec.seed + 30),
        to_layer("grid", light, 0.42, blend="add", reactions=reactions, seed=spec.seed + 31),
    ]


def _monoliths(plain: Plain) -> list[Layer]:
    spec = plain.spec
    h = spec.canvas[1]
    short = unit(spec)
    rng = np.random.default_rng([spec.seed, 331])
    faces = wireframe.monolith_faces(spec, plain.horizon, 0.17, rng)
    cover, shade, edge = wireframe.draw_faces(spec, faces, 0.0021 * short, (0, h))
    u, v = pixel_grid(spec, (plain.sun[0], plain.horizon))
    warm = np.exp(-np.abs(u) * 1.6) * np.exp(-np.abs(v) * 1.6)
    face = plain.ground * np.float32(0.75) + (shade * (0.10 + 0.9 * warm))[..., None] * mix(
        plain.neon, plain.pal.sun, 0.3
    ) * np.float32(0.20)
    floor_glow = np.exp(-np.abs(v + 0.06) * 11.0)[..., None] * plain.neon * np.float32(0.13)
    sheet = np.concatenate([(face + floor_glow) * cover[..., None], cover[..., None]], axis=-1)
    light = _neon(edge, plain.neon2, short, 0.8)
    sheet[..., :3] += light * cover[..., None] * np.float32(0.35)
    reactions = (Reaction(kind="gain", band="mid", amount=0.9, floor=0.4),)
    return [
        to_layer("monoliths", sheet.astype(np.float32), 0.62, seed=spec.seed + 40),
        to_layer(
            "monolith edges", light, 0.62, blend="add", reactions=reactions, seed=spec.seed + 41
        ),
    ]


_ROAD = ("none", "car", "boat")  # a grid is driven on, not sailed


def _front(plain: Plain) -> tuple[tuple[float, float], list[Layer]]:
    spec = plain.spec
    layers: list[Layer] = []
    if plain.kind == 0:
        layers.append(_palms(plain, 0.72, 0.70, 2, 0.62))
    if spec.subject in (*_ROAD, "birds"):  # birds fly before the sun (see `_particles`)
        layers += _car(plain)
        subject = (0.5, 0.78) if spec.subject in _ROAD else (0.5, 0.5)
    else:
        stand = Stand(x=0.5, y=0.83, height=0.25)
        subject, figure = place_figure(spec, plain.pal, spec.subject, stand, plain.sun, 0.95,
                                       on_ground=True, name="subject")  # fmt: skip
        layers += figure
    if plain.kind == 0:
        layers.append(_palms(plain, 1.25, 1.0, 1, 0.92))
    return subject, layers


def _palms(plain: Plain, depth: float, size: float, each: int, foot: float) -> Layer:
    """Palms on both sides, farther ones first."""
    spec = plain.spec
    w, h = spec.canvas
    short = unit(spec)
    rng = np.random.default_rng([spec.seed, 341, round(size * 100)])
    cover = np.zeros((h, w), np.float32)
    for side in (-1.0, 1.0):
        for k in range(each):
            tall = (
                short
                * size
                * float(rng.uniform(0.46, 0.60))
                * (1.0 - 0.22 * k)
                * (1.0 if w >= h else 1.25)
            )
            away = 0.285 + 0.10 * k if size < 1 else 0.375 + 0.03 * float(rng.random())
            away += 0.0 if w >= h else 0.055
            x = w * (0.5 + side * (away + float(rng.uniform(-0.015, 0.02))))
            y = (
                h * (foot + (0.05 if size < 1 else 0.12) * (1 - 0.6 * k))
                if size >= 1
                else h * (0.66 + 0.05 * (1 - k))
            )
            lines, leaflets = flora.palm(rng, x, y, tall)
            cover = np.maximum(cover, np.maximum(strokes(h, w, lines, 4), fill(h, w, leaflets, 4)))

    left, right = (rim(cover, (d, -0.45), max(1.2, 0.0035 * short)) for d in (1.0, -1.0))
    edge = np.concatenate([left[:, : w // 2], right[:, w // 2 :]], axis=1)
    glow = mix(plain.neon, plain.pal.sun, 0.35) * np.float32(0.55 if size < 1 else 0.75)
    sheet = np.zeros((h, w, 4), np.float32)
    sheet[..., 3] = cover
    sheet[..., :3] = cover[..., None] * plain.ground * np.float32(0.5) + edge[..., None] * glow

    reactions = (Reaction(kind="sway", band="mid", amount=0.002),)
    return to_layer(
        "palms" if size < 1 else "near palms",
        sheet,
        depth,
        reactions=reactions,
        seed=spec.seed + 60,
    )


def _car(plain: Plain) -> list[Layer]:
    """A coupe driving into the sun: dark paint, rim light, a bar of tail lights."""
    spec = plain.spec
    w, h = spec.canvas
    short = unit(spec)
    body = draw_figure("car_rear", round(0.135 * short), spec.seed)
    ch, cw = body.shape
    x, foot = w * 0.5, h * 0.845
    cover = np.zeros((h, w), np.float32)
    stamp(cover, body, x - cw / 2, foot - ch)
    edge = rim(cover, (0.0, -1.0), 0.004 * short)
    rows = ((np.arange(h, dtype=np.float32) - (foot - ch)) / ch)[:, None]
    sheen = (
        np.exp(-(((rows - 0.42) / 0.07) ** 2)) * 0.10
        + np.exp(-(((rows - 0.62) / 0.03) ** 2)) * 0.03
    )
    sheet = np.zeros((h, w, 4), np.float32)
    under = np.zeros_like(cover)
    gx = np.exp(-(((np.arange(w) - x) / (cw * 0.42)) ** 4))[None, :]
    gy = np.exp(-(((np.arange(h) - foot) / (ch * 0.07)) ** 2))[:, None]
    under += (gx * gy * 0.85).astype(np.float32)
    sheet[..., 3] = np.maximum(cover, under)
    paint_colour = plain.ground * np.float32(0.55) + np.float32(0.003)
    sheet[..., :3] = cover[..., None] * (paint_colour + sheen[..., None] * plain.neon) + edge[
        ..., None
    ] * mix(plain.pal.sun, plain.neon, 0.4) * np.float32(0.7)
    light = np.zeros((h, w, 3), np.float32)
    tail_lights(light, (x, foot), (cw, ch), plain.neon)
    reactions = (Reaction(kind="gain", band="beat", amount=0.8, floor=0.6),)
    return [
        to_layer("car", sheet.astype(np.float32), 0.95, seed=spec.seed + 70),
        to_layer("tail lights", light, 0.95, blend="add", reactions=reactions, seed=spec.seed + 71),
    ]


def _particles(plain: Plain, layers: list[Layer]) -> tuple[Particles, ...]:
    spec, after = plain.spec, len(layers) - 1
    tint = _code(mix(plain.neon, np.ones(3, np.float32), 0.4))
    if spec.weather in ("rain", "storm"):
        return (Particles(kind="rain", after=after, count=800, color=tint),)
    if spec.weather == "snow":
        return (Particles(kind="snow", after=after, count=800, color=(0.9, 0.9, 1.0)),)
    over = flock(spec, plain.pal, layers, plain.horizon, plain.sun[0])
    return (
        *over,
        Particles(
            kind="stars", after=0, count=60, color=(0.95, 0.95, 1.0), area=(0.0, 0.0, 1.0, 0.4)
        ),
        Particles(kind="sparks", after=after, count=60, color=tint, area=(0.0, 0.45, 1.0, 1.0)),
    )
