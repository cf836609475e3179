"""The sea: open water under sun or moon, a headland and its shore, stacks of rock in the surf."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from apex_director.images.model import Layer, Reaction, Scene, Water
from apex_director.images.scenes.finish import lay, srgb, to_layer, tone
from apex_director.images.scenes.foreground import pier, place_figure
from apex_director.images.scenes.ground import bank, side_line
from apex_director.images.scenes.model import SceneSpec
from apex_director.images.scenes.noise import fbm, ridged
from apex_director.images.scenes.palette import ScenePalette, mix, palette_for
from apex_director.images.scenes.ranges import Range, paint_range
from apex_director.images.scenes.sky import pixel_grid, smoothstep, unit
from apex_director.images.scenes.staging import (
    Sun,
    aloft,
    birds,
    dancing,
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
_ON_JETTY = ("walker", "couple", "dancer")
_HORIZON = (0.56, 0.53, 0.55)
_ROUGH = {"clear": 0.42, "cloudy": 0.55, "mist": 0.22, "rain": 0.7, "snow": 0.45, "storm": 1.0}
_STRIP = 0.016  # short sides of far sea that is painted, above the moving water


def _sea_rows(spec: SceneSpec, row: float) -> tuple[int, F32, F32]:
    """First row below ``row``, and right/down of it in short sides: [1, w], [h', 1]."""
    u, v = pixel_grid(spec, (0.5, row))
    first = int(np.ceil(row * spec.canvas[1]))
    return first, u, np.maximum(-v[first:], np.float32(1e-4))


def _far_sea(spec: SceneSpec, pal: ScenePalette, horizon: float) -> F32:
    """The last strip of sea before the horizon, too flat to mirror anything sharp."""
    w, h = spec.canvas
    sheet = np.zeros((h, w, 4), np.float32)
    first, u, d = _sea_rows(spec, horizon)
    last = min(h, first + int(0.05 * unit(spec)))
    d = d[: last - first]
    lines = fbm(u * np.float32(9.0), d * np.float32(420.0), spec.seed + 61, 3)
    deep = np.clip(d / np.float32(0.03), 0.0, 1.0)[..., None]
    near = mix(pal.sky[3], pal.water, 0.55)
    far = mix(pal.sky[4], pal.water, 0.42)
    colour = far + (near - far) * deep
    colour = colour * (np.float32(1.0) + np.float32(0.16) * lines[..., None])
    cover = np.clip(np.arange(first, last) + 1 - horizon * h, 0.0, 1.0).astype(np.float32)
    sheet[first:last, :, :3] = colour * cover[:, None, None]
    sheet[first:last, :, 3] = cover[:, None]
    return sheet


def _swell(spec: SceneSpec, pal: ScenePalette, row: float) -> F32:
    """Waves between the mirror and the eye: dark troughs, sky on the crests, foam in a storm."""
    w, h = spec.canvas
    sheet = np.zeros((h, w, 4), np.float32)
    first, u, d = _sea_rows(spec, row)
    z = np.float32(0.16) / (d + np.float32(0.035))
    x = u * z
    bend = fbm(x * np.float32(1.1), z * np.float32(2.0), spec.seed + 70, 2)
    wave = ridged(
        x * np.float32(2.4) + np.float32(0.3) * bend,
        z * np.float32(7.5) + np.float32(0.9) * bend,
        spec.seed + 71,
        5,
    )
    rough = np.float32(_ROUGH.get(spec.weather, 0.4))
    near = smoothstep(0.0, 0.30, d)
    trough = smoothstep(0.15, -0.75, wave) * (np.float32(0.10) + np.float32(0.42) * near)
    crest = smoothstep(0.18, 0.80, wave) * (np.float32(0.10) + np.float32(0.26) * near)
    deep = mix(pal.water, pal.shadow, 0.45)
    shine = mix(pal.sky[3], pal.sky[2], 0.3)
    cut = float(0.86 - 0.55 * max(0.0, float(rough) - 0.4))
    torn = fbm(x * np.float32(30.0), z * np.float32(50.0), spec.seed + 72, 3)
    foam = smoothstep(cut, cut + 0.16, wave + np.float32(0.20) * torn) * near * rough
    white = land_light(spec, pal, 0.5) * np.float32(0.75)
    alpha = (trough + crest) * np.minimum(rough * np.float32(1.7), 1.0)
    share = (crest / np.maximum(trough + crest, np.float32(1e-4)))[..., None]
    colour = deep + (shine - deep) * share
    sheet[first:, :, :3] = colour * (alpha * (1 - foam))[..., None] + white * foam[..., None]
    sheet[first:, :, 3] = alpha * (1 - foam) + foam
    sheet[..., 3] = np.clip(sheet[..., 3], 0.0, 1.0)
    return sheet


def _glitter(spec: SceneSpec, pal: ScenePalette, row: float, sun: Sun) -> F32:
    """The path of light under sun or moon: sparks that grow and part towards the viewer."""
    w, h = spec.canvas
    light = np.zeros((h, w, 3), np.float32)
    first, u, d = _sea_rows(spec, row)
    across = u - np.float32((sun.x - 0.5) * w / unit(spec))
    rough = np.float32(0.6 + 0.8 * _ROUGH.get(spec.weather, 0.4))
    width = (np.float32(sun.radius * 1.1) + np.float32(0.42) * d) * rough
    path = np.exp(-((across / width) ** 2)) + np.float32(0.10) * np.exp(
        -np.abs(across) / (np.float32(3.2) * width)
    )
    grain = np.float32(0.010) + np.float32(0.085) * d**0.75
    sparks = fbm(across / grain * np.float32(0.36), d**0.55 * np.float32(130.0), spec.seed + 81, 3)
    far = np.exp(-d * np.float32(3.6))
    cut = np.float32(0.30) - np.float32(0.42) * path * far
    spark = np.clip((sparks - cut) * np.float32(3.0), 0.0, 1.0) ** 1.5
    strength = {"night": 0.34, "day": 0.5, "dusk": 0.22, "golden_hour": 0.75}.get(
        spec.time_of_day, 0.6
    )
    amount = path * spark * (np.float32(0.30) + np.float32(0.70) * far) * np.float32(strength)
    light[first:] = amount[..., None] * mix(pal.sun, pal.sky[4], 0.25)
    return light


def mirrored(sheet: F32, row: int, clarity: float, px: float) -> F32:
    """The sheet's part above ``row`` turned over below it, rippled by up to ``px`` and fading."""
    h, w = sheet.shape[:2]
    depth = min(row, h - row)
    out = np.zeros_like(sheet)
    if depth < 2:
        return out
    flipped = cv2.GaussianBlur(
        np.ascontiguousarray(sheet[row - depth : row][::-1]),
        (0, 0),
        0.6,
        sigmaY=max(0.6, px * 0.35),
    )
    y = np.arange(depth, dtype=np.float32)
    wave = fbm(y * np.float32(0.42 / max(px, 0.5)), np.zeros_like(y), 17, 3)
    shift = wave * np.float32(px * 1.7) * np.minimum(y / np.float32(12 * px + 1), 1.0)
    columns = np.arange(w, dtype=np.float32)[None, :] + shift[:, None]
    rows = np.broadcast_to(y[:, None], columns.shape).astype(np.float32)
    turned = cv2.remap(flipped, columns, rows, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    fade = np.float32(clarity) * np.exp(-y / np.float32(max(depth * 0.45, 1.0)))
    out[row : row + depth] = turned * fade[:, None, None]
    return out


def _boat(spec: SceneSpec, pal: ScenePalette, sun: Sun, x: float, row: float, tall: float) -> Layer:
    w, h = spec.canvas
    size = unit(spec)
    sheet = np.zeros((h, w, 4), np.float32)
    foot = round(row * h)
    sheet = put_subject(sheet, spec, pal, (x * w, foot), tall * size, sun.side, "boat")
    out = mirrored(sheet, foot - 1, 0.62, 0.005 * size)
    lay(out, sheet)
    sheet = out
    bob = (Reaction(kind="bob", amount=0.0035), Reaction(kind="rise", band="low", amount=0.002))
    return to_layer("boat", sheet, 0.55, reactions=bob)


def _rocks(
    spec: SceneSpec, pal: ScenePalette, view: View, sun: Sun, chain: Range, name: str,
    parallax: float,
) -> Layer:  # fmt: skip
    """Rocks in the water with their own mirror image and a line of surf at their feet."""
    w, h = spec.canvas
    size = unit(spec)
    sheet, _ = paint_range(spec, pal, view, sun, chain)
    foot = round(view.horizon * h + view.focal * size * view.eye / (chain.near * 1.12))
    foot = min(foot, h - 2)
    sheet[foot:] = 0.0
    base = cv2.blur(sheet[max(0, foot - 3) : foot, :, 3].mean(axis=0)[None, :], (9, 1))[0]
    out = mirrored(sheet, foot, 0.55, 0.006 * size)
    lay(out, sheet)
    rows = np.arange(h, dtype=np.float32)[:, None]
    cols = np.arange(w, dtype=np.float32)[None, :] / np.float32(size)
    ragged = fbm(cols * np.float32(30.0), rows / np.float32(size) * 60, spec.seed + chain.salt, 3)
    away = np.abs(rows - np.float32(foot) - np.float32(0.004 * size) * ragged)
    surf = np.exp(-((away / np.float32(0.0045 * size)) ** 2)) * base[None, :]
    surf *= np.clip(np.float32(0.55) + np.float32(0.6) * ragged, 0.0, 1.0)
    white = land_light(spec, pal, 0.45) * np.float32(0.8)
    lay(out, np.concatenate([surf[..., None] * white, surf[..., None]], axis=-1))
    return to_layer(name, out, parallax)


def _water(
    spec: SceneSpec, pal: ScenePalette, layers: list[Layer], row: float, ripple: float
) -> Water:
    tint = srgb(tone(mix(pal.water, pal.shadow, 0.25)))
    return Water(
        after=len(layers) - 1,
        horizon=row,
        tint=(float(tint[0]), float(tint[1]), float(tint[2])),
        clarity=0.42,
        ripple=min(1.0, ripple * (0.6 + _ROUGH.get(spec.weather, 0.4))),
        glitter=0.5,
    )


def _surface(spec: SceneSpec, pal: ScenePalette, row: float, sun: Sun) -> list[Layer]:
    swing = (
        Reaction(kind="bob", amount=0.0022),
        Reaction(kind="sway", band="low", amount=0.0015),
    )
    layers = [to_layer("swell", _swell(spec, pal, row), 0.42, reactions=swing)]
    if spec.weather in ("clear", "cloudy", "mist"):
        shine = (
            Reaction(kind="gain", band="high", amount=0.55, floor=0.7),
            Reaction(kind="twinkle", band="high", amount=0.25),
        )
        path = _glitter(spec, pal, row, sun)
        if spec.time_of_day == "dusk" or spec.weather != "clear":
            path *= np.float32(0.5)
        layers.append(to_layer("glitter", path, 0.30, blend="add", reactions=shine))
    return layers


def _open(spec: SceneSpec, pal: ScenePalette, sun: Sun, lead: float) -> Scene:
    """Open water, islands at the edge of sight, a boat on the other third."""
    horizon = 0.56 if spec.width > spec.height else 0.54
    layers = sky_layers(spec, pal, horizon, sun)
    view = View(horizon=horizon, eye=0.30)
    rng = rng_for(spec, 201)
    places = tuple(
        (float(lead * s), float(rng.uniform(0.12, 0.26)), float(rng.uniform(1.8, 4.2)))
        for s in (0.95, 1.5, -1.25)
    )
    isles = Range(near=60, far=95, summits=places, floor=-0.4, cells=26, salt=210, snow=9.0,
                  fog=0.013, steps=240, green=3.0, sharp=0.6)  # fmt: skip
    sheet, _ = paint_range(spec, pal, view, sun, isles)
    lay(sheet, _far_sea(spec, pal, horizon))
    haze = mix(pal.sky[4], pal.fog, 0.4)
    lay(sheet, mist(spec, haze, horizon - 0.002, 0.012, 0.5, 211))
    layers.append(to_layer("isles", sheet, 0.08))
    layers += aloft(spec, pal, horizon, sun)
    row = horizon + _STRIP * unit(spec) / spec.canvas[1]
    water = _water(spec, pal, layers, row, 0.62)
    layers += _surface(spec, pal, row, sun)
    x = 0.5 + lead * 0.42
    if spec.subject == "boat":
        layers.append(_boat(spec, pal, sun, x, horizon + 0.055, 0.23))
    stand = (x, horizon)
    if spec.subject in _ON_JETTY:
        stand = _jetty(spec, pal, sun, lead, layers)
    place = interest(spec, sun, horizon, (sun.x, horizon), stand)
    return _scene(spec, pal, sun, layers, water, place, ("boat", *_ON_JETTY))


def _jetty(
    spec: SceneSpec, pal: ScenePalette, sun: Sun, lead: float, layers: list[Layer]
) -> tuple[float, float]:
    """A jetty from the side away from the light with the subject on it; where that stands."""
    place = pier(spec, float(np.sign(lead)))
    stand, made = place_figure(spec, pal, spec.subject, place, (sun.x, sun.y), 1.1, name="jetty")
    layers += made
    return stand


def _coast(spec: SceneSpec, pal: ScenePalette, sun: Sun, lead: float) -> Scene:
    """A headland reaching into the sea, and a grassy shore to stand on."""
    horizon, size, (w, _) = 0.53, unit(spec), spec.canvas
    layers = sky_layers(spec, pal, horizon, sun)
    view = View(horizon=horizon, eye=0.30)
    side = float(np.sign(lead))
    cape = Range(near=22, far=42, summits=((side * 1.05, 0.42, 6.6), (side * 0.52, 0.16, 3.4),
                 (side * 0.30, 0.08, 1.6)), floor=-0.3, cells=11, salt=220, snow=9.0, fog=0.011,
                 steps=420, green=3.6, sharp=0.8)  # fmt: skip
    far = Range(near=60, far=95, summits=((side * 0.55, 0.5, 4.6), (-side * 1.2, 0.2, 2.4)),
                floor=-0.3, cells=26, salt=221, snow=9.0, fog=0.015, steps=240,
                green=3.0)  # fmt: skip
    sheet, _ = paint_range(spec, pal, view, sun, far)
    haze = mix(pal.sky[4], pal.fog, 0.4)
    lay(sheet, _far_sea(spec, pal, horizon))
    lay(sheet, mist(spec, haze, horizon, 0.014, 0.5, 222))
    layers.append(to_layer("far coast", sheet, 0.08))
    sheet, _ = paint_range(spec, pal, view, sun, cape)
    lay(sheet, mist(spec, haze, horizon, 0.016, 0.45, 223))
    layers.append(to_layer("cape", sheet, 0.16))
    layers += aloft(spec, pal, horizon, sun)
    row = horizon + _STRIP * size / spec.canvas[1]
    water = _water(spec, pal, layers, row, 0.55)
    layers += _surface(spec, pal, row, sun)
    if spec.subject == "boat":
        layers.append(_boat(spec, pal, sun, 0.5 - lead * 0.25, horizon + 0.05, 0.16))
    line = side_line(spec, 0.93, 0.17, 230, -side)
    shore = bank(spec, pal, line, 0.030 * size, 231)
    dancers: list[Layer] = []
    if spec.subject in _STANDING:
        x = w * (0.5 - 0.21 * side)
        foot = (x, float(line[int(x)]) + 0.008 * size)
        dancers = dancing(spec, pal, foot, 0.16 * size, sun.side, 1.1)
        if not dancers:
            shore = put_subject(shore, spec, pal, foot, 0.16 * size, sun.side)
    sway = (Reaction(kind="sway", band="loudness", amount=0.001),)
    layers += [to_layer("shore", shore, 1.1, reactions=sway), *dancers]
    boat = (0.5 - lead * 0.25, horizon)
    stand = boat if spec.subject == "boat" else (0.5 - 0.21 * side, 0.82)
    place = interest(spec, sun, horizon, (0.5 + lead * 0.4, horizon), stand)
    return _scene(spec, pal, sun, layers, water, place, (*_STANDING, "boat"))


def _stacks(spec: SceneSpec, pal: ScenePalette, sun: Sun, lead: float) -> Scene:
    """Towers of rock in the surf, far and near."""
    horizon = 0.55
    size = unit(spec)
    layers = sky_layers(spec, pal, horizon, sun)
    view = View(horizon=horizon, eye=0.62)
    haze = mix(pal.sky[4], pal.fog, 0.4)
    sheet = _far_sea(spec, pal, horizon)
    lay(sheet, mist(spec, haze, horizon, 0.012, 0.5, 240))
    layers.append(to_layer("far sea", sheet, 0.08))
    layers += aloft(spec, pal, horizon, sun)
    row = horizon + _STRIP * size / spec.canvas[1]
    water = _water(spec, pal, layers, row, 0.7)
    layers += _surface(spec, pal, row, sun)
    far = Range(near=17, far=25, summits=((lead * 1.15, 0.055, 5.2), (lead * 1.55, 0.11, 6.6),
                (lead * 0.72, 0.032, 3.2), (-lead * 1.9, 0.05, 2.6)), floor=-0.5, cells=5.5,
                salt=250, snow=9.0, fog=0.014, steps=330, sharp=0.85, block=True,
                stone=0.10)  # fmt: skip
    layers.append(_rocks(spec, pal, view, sun, far, "stacks", 0.36))
    if spec.subject == "boat":
        layers.append(_boat(spec, pal, sun, 0.5 - lead * 0.15, horizon + 0.075, 0.15))
    near = Range(near=4.6, far=6.6, summits=((-lead * 2.2, 0.16, 1.9), (-lead * 1.6, 0.06, 0.95),
                 (lead * 2.5, 0.10, 0.85)), floor=-0.3, cells=2.2, salt=260, snow=9.0,
                 fog=0.012, steps=420, sharp=0.85, block=True, stone=0.07)  # fmt: skip
    layers.append(_rocks(spec, pal, view, sun, near, "near rocks", 0.85))
    stacks = (0.5 + lead * 0.5, horizon - 0.08)
    stand = (0.5 - lead * 0.15, horizon)
    if spec.subject in _ON_JETTY:
        stand = _jetty(spec, pal, sun, lead, layers)
    place = interest(spec, sun, horizon, stacks, stand)
    return _scene(spec, pal, sun, layers, water, place, ("boat", *_ON_JETTY))


def _scene(
    spec: SceneSpec, pal: ScenePalette, sun: Sun, layers: list[Layer], water: Water,
    subject: tuple[float, float], drawn: tuple[str, ...],
) -> Scene:  # fmt: skip
    rays = {"golden_hour": 0.3, "dawn": 0.3, "sunset": 0.35}.get(spec.time_of_day, 0.0)
    return Scene(
        family="ocean",
        width=spec.width,
        height=spec.height,
        overscan=spec.overscan,
        layers=tuple(layers),
        water=water,
        particles=(
            *birds(
                spec, pal, layers, _HORIZON[spec.composition % 3], sun, 6 if spec.seed % 3 else 4
            ),
            *weather_particles(spec, len(layers) - 1),
        ),
        light=key_light(spec, pal, sun, rays if sun.shown else 0.0),
        subject=subject,
        not_drawn=left_out(spec, drawn),
    )


def paint(spec: SceneSpec) -> Scene:
    """The sea in one of three compositions: open water, coast, stacks."""
    pal = palette_for(spec)
    rng = rng_for(spec, 200)
    lead = float(rng.choice((-1.0, 1.0)) * rng.uniform(0.30, 0.42))
    choice = spec.composition % 3
    horizon = _HORIZON[choice]
    sun = place_sun(spec, 0.5 - lead * rng.uniform(0.30, 0.55), horizon)
    return (_open, _coast, _stacks)[choice](spec, pal, sun, lead)
