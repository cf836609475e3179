"""Near ground: lines to stand on, banks of grass, groves of conifers."""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

from apex_director.images.scenes.conifers import paint_stand, scatter, stand
from apex_director.images.scenes.model import SceneSpec
from apex_director.images.scenes.noise import fbm
from apex_director.images.scenes.palette import ScenePalette, mix
from apex_director.images.scenes.shapes import fill, ridge, stroke_polygon
from apex_director.images.scenes.sky import smoothstep, unit
from apex_director.images.scenes.staging import POWER, Sun, land_light, rng_for

F32 = NDArray[np.float32]


def ground_line(spec: SceneSpec, base: float, swell: float, salt: int, tilt: float = 0.0) -> F32:
    """Rows [canvas_w] of a ground line about ``base`` (0..1), swelling in short sides."""
    w, h = spec.canvas
    x = (np.arange(w, dtype=np.float32) - np.float32(w / 2)) / np.float32(unit(spec))
    wave = fbm(x * np.float32(1.3), np.zeros_like(x), spec.seed + salt, 5)
    return np.asarray(base * h + (wave * swell + x * tilt) * unit(spec), np.float32)


def side_line(spec: SceneSpec, base: float, rise: float, salt: int, side: float) -> F32:
    """A bank that falls away from one side (or, for ``side`` 0, from both) to below the canvas."""
    w, h = spec.canvas
    x = np.linspace(-1.0, 1.0, w, dtype=np.float32)
    toward = np.abs(x) if side == 0 else np.float32(side) * x
    slope = smoothstep(-0.35 if side else 0.25, 1.0, toward) * np.float32(rise)
    return np.asarray(ground_line(spec, base, 0.022, salt) - slope * h, np.float32)


def grove(
    spec: SceneSpec, pal: ScenePalette, sun: Sun, ground: F32, count: int, height: float,
    spans: tuple[tuple[float, float], ...], salt: int, near: float,
) -> F32:  # fmt: skip
    """Stands of spruce on a ground line; ``near`` 0..1 is how dark and how clear of mist."""
    w, h = spec.canvas
    rng = rng_for(spec, salt)
    trees = []
    for a, b in spans:
        share = max(1, round(count * (b - a)))
        trees += scatter(rng, share, (a * w, b * w), ground, height)
    cover, lit = stand(h, w, trees, sun.side or 0.4)
    leaf = np.array([0.034, 0.046, 0.032], np.float32) * land_light(spec, pal, 0.55)
    leaf *= np.float32(1.0 - 0.5 * near)  # near trees stand against the light
    dark = mix(pal.fog, mix(leaf, pal.shadow * np.float32(0.5), 0.3), 0.66 + 0.34 * near)
    rim = pal.rim * np.float32(0.20 * POWER.get(spec.time_of_day, 1.0) + 0.02) * np.float32(near**4)
    return paint_stand(cover, lit, dark, rim, pal.fog, ground, 0.0)


def bank(spec: SceneSpec, pal: ScenePalette, line: F32, length: float, salt: int) -> F32:
    """Near ground under ``line``, grown with grass."""
    w, h = spec.canvas
    size = np.float32(unit(spec))
    sheet = np.zeros((h, w, 4), np.float32)
    y0 = int(np.clip(line.min() - 1.5 * length, 0, h - 1))
    cover = ridge(line - np.float32(y0), h - y0)
    light = land_light(spec, pal, 0.5)
    soil = np.array([0.030, 0.032, 0.018], np.float32) * light
    rows = np.arange(y0, h, dtype=np.float32)[:, None]
    below = (rows - line[None, :]).clip(min=0.0) / size
    shade = np.float32(0.25) + np.float32(0.75) * np.exp(below * np.float32(-6.0))
    sheet[y0:, :, :3] = (soil * shade[..., None]) * cover[..., None]
    sheet[y0:, :, 3] = cover
    leaf = np.array([0.085, 0.105, 0.042], np.float32) * light
    rim = pal.rim * np.float32(0.16 * POWER.get(spec.time_of_day, 1.0) + 0.012)
    return turf(spec, sheet, line, length, salt, leaf, rim)


def _tuft(rng: np.random.Generator, tall: float) -> tuple[F32, F32]:
    """One tuft of grass: coverage, and brightness of its blades (brighter at the tips)."""
    h, w = int(tall * 1.15) + 3, int(tall * 1.7) + 4
    t = np.linspace(0.0, 1.0, 6)
    cover = np.zeros((h, w), np.float32)
    shade = np.zeros((h, w), np.float32)
    fade = np.linspace(1.0, 0.25, h, dtype=np.float32)[:, None]
    for _ in range(4):
        blades = []
        for _ in range(7):
            reach = tall * rng.uniform(0.4, 1.0)
            bend = reach * rng.normal(0.12, 0.30)
            x = w / 2 + rng.normal(0, tall * 0.22)
            path = np.stack([x + bend * t**2, h - reach * t * (1 - 0.15 * t)], 1)
            blades.append(stroke_polygon(path, max(0.9, tall * 0.05), 0.3))
        part = fill(h, w, blades)
        tint = np.float32(rng.uniform(0.55, 1.25))
        shade = shade * (1 - part) + part * tint * fade
        cover = cover + part * (1 - cover)
    return cover, np.asarray(shade / np.maximum(cover, np.float32(1e-3)), np.float32)


def turf(
    spec: SceneSpec, sheet: F32, line: F32, tall: float, salt: int, albedo: F32, rim: F32
) -> F32:
    """A field of grass from the ground line down, tufts growing towards the viewer, on a sheet.

    ``albedo`` is the lit colour of the grass, ``rim`` the light its far edge catches; ``tall`` is
    the height of the farthest tufts in pixels.
    """
    w, h = spec.canvas
    size = unit(spec)
    rng = rng_for(spec, salt)
    out = sheet.copy()
    scales = (1.0, 1.5, 2.2, 3.2)
    stock = [_tuft(rng, tall * s) for s in scales for _ in range(5)]
    room = (max(c.shape[0] for c, _ in stock), max(c.shape[1] for c, _ in stock))
    sprites = np.zeros((len(stock), *room, 2), np.float32)
    for k, (cover, shade) in enumerate(stock):
        sprites[k, -cover.shape[0] :, : cover.shape[1], 0] = cover
        sprites[k, -cover.shape[0] :, : cover.shape[1], 1] = shade
    widths = np.array([c.shape[1] for c, _ in stock])
    x = np.arange(w, dtype=np.float32) / np.float32(size)
    patches = fbm(x * np.float32(5.0), np.zeros_like(x), spec.seed + salt, 3)
    down, deepest = 0.0, h - float(line.min())
    while down < deepest + tall * 3:
        level = min(3, int(down / (0.05 * size)))
        step = tall * scales[level] * 0.42
        dark = 0.30 + 0.70 * float(np.exp(-down / (0.11 * size)))
        catch = float(np.exp(-down / (0.018 * size)))
        place = np.arange(-step, w + step, step)
        px = (place + rng.normal(0, step * 0.6, len(place))).astype(np.int64)
        column = np.clip(px, 0, w - 1)
        foot = (line[column] + down + rng.normal(0, step * 0.3, len(place))).astype(np.int64) + 2
        pick = rng.integers(5, size=len(place)) + 5 * level
        patch = (np.float32(dark) * (1 + np.float32(0.35) * patches[column]))[:, None]
        colour = (albedo * patch + rim * np.float32(catch)).astype(np.float32)
        _plant(out, sprites, pick, px - widths[pick] // 2, foot, colour)
        down += step * 0.55
    return out


@njit(cache=True)
def _plant(out, sprites, pick, left, foot, colour):  # type: ignore[no-untyped-def]
    """Lay tufts over a premultiplied sheet, one after the other."""
    h, w = out.shape[:2]
    tall, wide = sprites.shape[1:3]
    for k in range(pick.size):
        for sy in range(tall):
            y = foot[k] - tall + sy
            if y < 0 or y >= h:
                continue
            for sx in range(wide):
                x = left[k] + sx
                cover = sprites[pick[k], sy, sx, 0]
                if cover <= np.float32(0.0) or x < 0 or x >= w:
                    continue
                rest = np.float32(1.0) - cover
                light = sprites[pick[k], sy, sx, 1] * cover
                for c in range(3):
                    out[y, x, c] = out[y, x, c] * rest + light * colour[k, c]
                out[y, x, 3] = out[y, x, 3] * rest + cover
