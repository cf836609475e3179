"""What the windows look out on, out of focus: sky over trees, roofs or hills, lamps at night; and
the drops on their panes.
"""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
from numpy.typing import NDArray

from apex_director.images.model import Layer, Reaction
from apex_director.images.scenes.finish import to_layer
from apex_director.images.scenes.interior import light as il
from apex_director.images.scenes.interior.plan import WINDOW, Room
from apex_director.images.scenes.model import SceneSpec
from apex_director.images.scenes.noise import fbm
from apex_director.images.scenes.palette import ScenePalette, mix
from apex_director.images.scenes.sky import paint_clouds, paint_disc, paint_sky, paint_stars, unit

F32 = NDArray[np.float32]
GLARE = {"dawn": 1.1, "day": 1.35, "golden_hour": 1.1, "sunset": 1.1, "dusk": 0.95, "night": 1.1}
_CLOUDS = {"clear": 0.3, "cloudy": 0.7, "mist": 0.5, "rain": 0.85, "snow": 0.75, "storm": 0.95}
_SHRINK = 3


def outside(spec: SceneSpec, pal: ScenePalette, room: Room) -> F32:
    """The view as opaque linear light [canvas_h, canvas_w, 3]."""
    w, h = spec.canvas
    small = replace(
        spec, width=max(32, spec.width // _SHRINK), height=max(32, spec.height // _SHRINK)
    )
    horizon = room.get(il.VY) / h
    sun = room.sun
    k = room.get(il.FOCAL) / max(float(sun[il.SZ]), 0.2)
    light = (
        float(np.clip((room.get(il.VX) + sun[il.SX] * k) / w, 0.1, 0.9)),
        float(np.clip((room.get(il.VY) - sun[il.SY] * k) / h, 0.04, horizon - 0.04)),
    )
    sky = paint_sky(small, pal, horizon, light)
    night = spec.time_of_day == "night"
    if night and spec.weather in ("clear", "cloudy", "mist"):
        sky += paint_stars(small, horizon, 0.3)
        disc = paint_disc(small, pal, *light, 0.045, True)
        sky = sky * (1 - disc[..., 3:]) + disc[..., :3] * np.float32(1.5)
    clouds = paint_clouds(small, pal, horizon, light, _CLOUDS.get(spec.weather, 0.4))
    sky = sky * (1 - clouds[..., 3:]) + clouds[..., :3]
    sky *= np.float32(GLARE.get(spec.time_of_day, 1.2))
    _town_or_trees(small, spec, pal, sky, horizon)
    focus = 0.005 if room.kind == WINDOW else 0.0025
    sky = cv2.GaussianBlur(sky, (0, 0), max(0.6, focus * unit(small)))
    if spec.weather in ("mist", "rain", "snow", "storm"):
        veil = mix(pal.fog, pal.sky[4], 0.5) * np.float32(GLARE.get(spec.time_of_day, 1.0) * 0.9)
        sky += (veil - sky) * np.float32(
            {"mist": 0.55, "rain": 0.25, "snow": 0.35, "storm": 0.2}[spec.weather]
        )
    big = cv2.resize(sky.astype(np.float32), (w, h), interpolation=cv2.INTER_CUBIC)
    return np.asarray(np.maximum(big, 0.0), np.float32)


def _town_or_trees(
    small: SceneSpec, spec: SceneSpec, pal: ScenePalette, sky: F32, horizon: float
) -> None:
    """Silhouettes in three depths over the horizon, in place."""
    h, w = sky.shape[:2]
    rng = np.random.default_rng([spec.seed, 51])
    style = int(rng.integers(3))
    dull = {
        "day": 0.62,
        "golden_hour": 0.55,
        "dawn": 0.5,
        "sunset": 0.36,
        "dusk": 0.26,
        "night": 0.11,
    }
    bright = np.float32(dull.get(spec.time_of_day, 0.3))
    green = (
        np.asarray([0.17, 0.22, 0.10], np.float32)
        if style != 1
        else np.asarray([0.30, 0.28, 0.29], np.float32)
    )
    if spec.weather == "snow":
        green = np.asarray([0.62, 0.66, 0.72], np.float32)
    x = (np.arange(w, dtype=np.float32) / np.float32(min(small.canvas)))[None, :]
    y = (np.arange(h, dtype=np.float32) / np.float32(min(small.canvas)))[:, None]
    line = horizon * h / min(small.canvas)
    for k in range(3):
        depth = 1.0 - k / 3.0  # the farthest first
        colour = mix(
            green * bright * 1.3, pal.fog * (bright + np.float32(0.25)), 0.30 + 0.48 * depth
        )
        if style == 1:
            top = _roofs(rng, w, float(x[0, -1]), line, k)
            edge = np.clip((y - top[None, :]) * min(small.canvas) + 0.5, 0.0, 1.0)
        else:
            rise = (0.05, 0.075, 0.05)[k] if style == 0 else (0.09, 0.05, 0.02)[k]
            crown = fbm(
                x * np.float32(2.2 + 1.6 * k), np.full_like(x, 3.3 * k), spec.seed + 5 * k, 3
            )[0]
            top = line + 0.010 * k - rise * (0.75 + 1.1 * crown) - (0.03 if style == 0 else 0.0)
            if style == 0:
                leaf = fbm(x * np.float32(24.0), y * np.float32(24.0), spec.seed + 40 + k, 4)
                edge = np.clip(
                    (y - top[None, :] + 0.030 * leaf) * min(small.canvas) * 0.35 + 0.5, 0.0, 1.0
                )
                colour = colour[None, None] * (1.0 + 0.55 * leaf[..., None])
            else:
                edge = np.clip((y - top[None, :]) * min(small.canvas) + 0.5, 0.0, 1.0)
                patch = fbm(
                    x * np.float32(5.0 + 4 * k),
                    (y - top[None, :]) * np.float32(30.0),
                    spec.seed + 60 + k,
                    3,
                )
                colour = colour[None, None] * (1.0 + 0.5 * patch[..., None])
        sky += (np.asarray(colour, np.float32) - sky) * edge[..., None].astype(np.float32)


def _roofs(rng: np.random.Generator, columns: int, wide: float, line: float, k: int) -> F32:
    """The skyline of a row of houses: the row of each column's top."""
    top = np.full(columns, line + 0.02 * k, np.float32)
    x = 0.0
    while x < wide:
        run = float(rng.uniform(0.05, 0.13)) * (1 + 0.4 * k)
        a, b = int(x / wide * columns), int((x + run) / wide * columns)
        tall = float(rng.uniform(0.03, 0.13)) * (1.25 - 0.25 * k)
        top[a:b] = line + 0.02 * k - tall
        if rng.random() < 0.5:
            c = a + (b - a) // 2
            top[c : c + max(1, (b - a) // 7)] -= 0.02
        x += run
    return top


def night_lamps(spec: SceneSpec, pal: ScenePalette, room: Room) -> Layer | None:
    """Lamps and lit windows far off, as discs of the lens; only when it is dark outside."""
    amount = {"night": 1.0, "dusk": 0.75, "sunset": 0.25}.get(spec.time_of_day, 0.0)
    if amount <= 0.0:
        return None
    w, h = spec.canvas
    rng = np.random.default_rng([spec.seed, 57])
    light = np.zeros((h // 2, w // 2, 3), np.float32)
    size = (0.013 if room.kind == WINDOW else 0.007) * unit(spec) / 2
    warm = np.asarray([1.0, 0.56, 0.22], np.float32)
    hues = (
        warm,
        warm,
        mix(warm, pal.accent, 0.75),
        mix(pal.accent2, pal.accent, 0.3),
        np.asarray([0.9, 0.85, 0.8], np.float32),
    )
    line = room.get(il.VY) / h
    for _ in range(int(170 * amount * max(1.0, w / h))):
        x = float(rng.random()) * w / 2
        y = (line + 0.045 - 0.085 * float(rng.random()) ** 2.2 + 0.09 * float(rng.random())) * h / 2
        r = size * float(rng.uniform(0.5, 1.25))
        hue = hues[int(rng.integers(len(hues)))] * np.float32(
            float(rng.uniform(0.05, 0.5)) ** 1.5 * 0.9
        )
        _disc(light, x, y, r, hue)
    big = cv2.resize(light, (w, h), interpolation=cv2.INTER_LINEAR)
    twinkle = (Reaction(kind="gain", band="high", amount=0.5, floor=0.75),
               Reaction(kind="twinkle", band="high", amount=0.06))  # fmt: skip
    return to_layer(
        "lamps outside", np.maximum(big, 0.0), 0.11, blend="add", reactions=twinkle, seed=spec.seed
    )


def _disc(light: F32, x: float, y: float, r: float, colour: F32) -> None:
    reach = int(r) + 2
    h, w = light.shape[:2]
    a, b = max(0, int(y) - reach), min(h, int(y) + reach + 1)
    c, d = max(0, int(x) - reach), min(w, int(x) + reach + 1)
    if a >= b or c >= d:
        return
    dy = (np.arange(a, b, dtype=np.float32) + np.float32(0.5 - y))[:, None]
    dx = (np.arange(c, d, dtype=np.float32) + np.float32(0.5 - x))[None, :]
    far = np.sqrt(dx * dx + dy * dy)
    cover = np.clip(r - far + 0.5, 0.0, 1.0)
    ring = 0.75 + 0.35 * np.clip(far / max(r, 0.5), 0.0, 1.0) ** 4
    light[a:b, c:d] += (cover * ring)[..., None] * colour


def drops(spec: SceneSpec, view: F32, room: Room) -> Layer | None:
    """Raindrops and their runs on the panes: each shows the view upside down."""
    if spec.weather not in ("rain", "storm"):
        return None
    w, h = spec.canvas
    rng = np.random.default_rng([spec.seed, 59])
    blurred = cv2.GaussianBlur(
        cv2.resize(view, (w // 8, h // 8), interpolation=cv2.INTER_AREA), (0, 0), 3.0
    )
    sheet = np.zeros((h, w, 4), np.float32)
    for win in room.wins:
        if win[il.SIDE] != 0:
            continue
        x0, y0 = room.at(win[il.U0], win[il.V1], room.get(il.DEEP) + room.get(il.THICK))
        x1, y1 = room.at(win[il.U1], win[il.V0], room.get(il.DEEP) + room.get(il.THICK))
        scale = 0.0052 * unit(spec) * (1.0 if room.kind == WINDOW else 0.62)
        count = int(min(620, 0.020 * (x1 - x0) * (y1 - y0) / max(scale * scale, 1.0)))
        for _ in range(count):
            r = scale * float(rng.uniform(0.25, 1.0)) ** 1.6 + 0.5
            x, y = float(rng.uniform(x0, x1)), float(rng.uniform(y0, y1))
            if rng.random() < 0.05:
                _run(sheet, blurred, rng, x, y, r)
            _drop(sheet, blurred, x, y, r)
    return to_layer("drops", sheet, 0.40, seed=spec.seed)


def _drop(sheet: F32, view: F32, x: float, y: float, r: float) -> None:
    h, w = sheet.shape[:2]
    reach = int(r * 1.3) + 2
    a, b = max(0, int(y) - reach), min(h, int(y) + reach + 1)
    c, d = max(0, int(x) - reach), min(w, int(x) + reach + 1)
    if a >= b or c >= d:
        return
    dy = ((np.arange(a, b, dtype=np.float32) + np.float32(0.5 - y)) / np.float32(r * 1.2))[:, None]
    dx = ((np.arange(c, d, dtype=np.float32) + np.float32(0.5 - x)) / np.float32(r))[None, :]
    far = np.sqrt(dx * dx + dy * dy)
    cover = np.clip((1.0 - far) * r + 0.5, 0.0, 1.0)
    above = view[
        min(max(int(y / 8) - 6, 0), view.shape[0] - 1), min(int(max(x, 0) / 8), view.shape[1] - 1)
    ]
    below = view[
        min(int(max(y, 0) / 8) + 8, view.shape[0] - 1), min(int(max(x, 0) / 8), view.shape[1] - 1)
    ]
    t = np.clip(0.5 + 0.6 * dy, 0.0, 1.0)[..., None]
    colour = (below * 0.7) * (1 - t) + (above * 1.1) * t
    colour = colour * (0.55 + 0.45 * np.clip(1.2 - far, 0.0, 1.0))[..., None]
    spark = np.exp(-((dx + 0.35) ** 2 + (dy + 0.4) ** 2) * 14.0)[..., None] * above * 0.9
    part = sheet[a:b, c:d]
    alpha = (cover * 0.85)[..., None].astype(np.float32)
    part *= 1 - alpha
    part[..., :3] += (colour + spark) * alpha
    part[..., 3:] += alpha


def _run(sheet: F32, view: F32, rng: np.random.Generator, x: float, y: float, r: float) -> None:
    """The wet track above a drop that has run down."""
    long = float(rng.uniform(10.0, 34.0)) * r
    steps = max(4, int(long / (r * 1.1)))
    for k in range(steps):
        at = k / steps
        _drop(
            sheet,
            view,
            x + r * 0.8 * float(np.sin(at * 7.0 + x)),
            y - long * (1 - at),
            r * (0.16 + 0.34 * at * at),
        )
