"""Chains of mountains: where their summits stand, what grows on them, how the light falls."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from apex_director.images.scenes.model import SceneSpec
from apex_director.images.scenes.noise import fbm
from apex_director.images.scenes.palette import ScenePalette, mix
from apex_director.images.scenes.sky import smoothstep, unit
from apex_director.images.scenes.staging import POWER, Sun, ambient, neutral, rng_for
from apex_director.images.scenes.terrain import (
    View,
    aerial,
    cast_land,
    hollows,
    normals,
    octaves_for,
    peaks,
    shadows,
    slab,
)

F32 = NDArray[np.float32]


@dataclass(frozen=True, kw_only=True)
class Range:
    """A chain of mountains between two depths.

    ``summits`` are (place -1..1 of the half width, width in short sides, height in world units);
    ``cells`` is how many world units one noise cell spans; ``block`` gives towers and tables for
    cones, ``stone`` is the albedo of bare rock.
    """

    near: float
    far: float
    summits: tuple[tuple[float, float, float], ...]
    floor: float
    cells: float
    salt: int
    snow: float
    fog: float
    steps: int = 420
    sharp: float = 0.75
    green: float = 0.0
    block: bool = False
    stone: float = 0.20


def _envelope(spec: SceneSpec, chain: Range, u: F32) -> F32:
    half = np.float32(spec.canvas[0] / unit(spec) / 2)
    tall = np.float32(1.22 if spec.height > spec.width else 1.0)
    total = np.full_like(u, max(chain.floor, 0.0) ** 5)
    for place, width, height in chain.summits:
        d = (u - np.float32(place) * half) / np.float32(width)
        if chain.block:
            cone = np.exp(-((d * d) ** 2)) * (1 + np.float32(0.10) * d)
        else:
            cone = np.exp(-(np.sqrt(d * d + np.float32(0.03)) - np.float32(0.17)) * 1.15)
        total += (np.float32(height) * cone) ** 5  # a soft maximum: no crease between summits
    return total ** np.float32(0.2) * tall + np.float32(min(chain.floor, 0.0))


def _heights(spec: SceneSpec, chain: Range, x: F32, z: F32, u: F32, octaves: int) -> F32:
    scale = np.float32(1.0 / chain.cells)
    shape = peaks(x * scale, z * scale, spec.seed * 13 + chain.salt, octaves, 0.30, chain.sharp)
    deep = (z - np.float32(chain.near)) / np.float32(chain.far - chain.near)
    rise = smoothstep(0.0, 0.5, deep) * (1 - np.float32(0.45) * smoothstep(0.5, 1.0, deep))
    slow = np.float32(0.9) * scale
    bend = fbm(x[::4, ::4] * slow, z[::4, ::4] * slow, spec.seed + chain.salt + 5, 2)
    bend = cv2.resize(bend, (x.shape[1], x.shape[0]), interpolation=cv2.INTER_LINEAR)
    body = _envelope(spec, chain, u[:, None] + np.float32(0.07) * bend) * (
        np.float32(0.34) + np.float32(0.78) * shape
    )
    return (body * rise - np.float32(0.05)).astype(np.float32)


def _ground(
    spec: SceneSpec, pal: ScenePalette, chain: Range, x: F32, z: F32, h: F32, up: F32
) -> F32:
    """Rock with layers, forest on low gentle slopes, snow on high and flat ground: albedo."""
    scale = np.float32(3.2 / chain.cells)
    patch = fbm(x * scale, z * scale, spec.seed + chain.salt + 71, 4)
    stone = neutral(mix(pal.fog, pal.shadow, 0.35), 0.35)
    stone = stone / np.float32(max(float(stone.mean()), 1e-3)) * np.float32(chain.stone)
    if chain.block:  # bare towers show their cracks and layers
        crack = fbm(x * scale * 4, h * np.float32(1.1) + z * scale, spec.seed + chain.salt + 72, 4)
        patch = patch * np.float32(0.7) + crack * np.float32(0.9)
    bands = np.sin(h * np.float32(3.1) + patch * np.float32(6.0)) * np.float32(0.07)
    albedo = stone * (np.float32(1.0) + np.float32(0.35) * patch + bands)[..., None]
    if chain.green > 0:
        leaf = np.array([0.040, 0.062, 0.038], np.float32)
        low = smoothstep(chain.green * 1.15, chain.green * 0.55, h + np.float32(0.9) * patch)
        cover = low * smoothstep(0.42, 0.66, up)
        albedo = albedo + (leaf - albedo) * cover[..., None]
    top = max(s[2] for s in chain.summits)
    line = chain.snow * top
    if spec.weather == "snow":
        line *= 0.4
    deep = smoothstep(line - 0.16 * top, line + 0.22 * top, h + patch * np.float32(0.22 * top))
    white = deep * smoothstep(0.34, 0.62, up + np.float32(0.10) * patch)
    return albedo + (np.array([0.84, 0.87, 0.92], np.float32) - albedo) * white[..., None]


def paint_range(
    spec: SceneSpec,
    pal: ScenePalette,
    view: View,
    sun: Sun,
    chain: Range,
    *,
    to_bottom: bool = False,
) -> tuple[F32, F32]:
    """A chain as premultiplied light [canvas_h, canvas_w, 4] and its sky line [canvas_w]."""
    land = slab(spec, view, chain.near, chain.far, chain.steps)
    z = land.depth
    octaves = octaves_for(land, chain.cells, 9)
    height = _heights(spec, chain, land.x, z, land.u, octaves)
    nx, up, nz = normals(land, height)
    side = sun.side if abs(sun.side) > 0.25 else 0.6
    toward = np.array([side * 0.86, 0.52, -0.12 if not sun.moon else 0.1], np.float32)
    toward /= np.linalg.norm(toward)
    facing = np.clip(nx * toward[0] + up * toward[1] + nz * toward[2], 0.0, 1.0)
    top = max(s[2] for s in chain.summits)
    lit = shadows(land, height, (toward[0], toward[1], toward[2]), top * 1.6)
    albedo = _ground(spec, pal, chain, land.x, z, height, up)
    power = np.float32(POWER.get(spec.time_of_day, 1.0))
    if spec.weather in ("rain", "storm", "snow"):
        power *= np.float32(0.35)
    warm = mix(pal.sun, pal.sky[4], 0.35)
    sky = ambient(pal) * np.float32(0.7)
    open_sky = hollows(height, land.x.shape[0] // 40) * (np.float32(0.55) + np.float32(0.45) * up)
    direct = facing * lit * (power * np.float32(1.25))
    colour = albedo
    for c in range(3):
        colour[..., c] *= direct * warm[c] + open_sky * sky[c]
    colour = aerial(spec, pal, land, colour, chain.fog, sun.x)
    return cast_land(spec, view, land, height, colour, to_bottom=to_bottom)


def summits(
    spec: SceneSpec, salt: int, lead: float, count: int, high: float
) -> tuple[tuple[float, float, float], ...]:
    """One leading summit at ``lead`` and lesser ones around it, never evenly spaced."""
    rng = rng_for(spec, salt)
    found = [(lead, 0.30, high)]
    for k in range(count):
        place = -1.05 + 2.1 * (k + rng.uniform(0.15, 0.85)) / count
        gap = abs(place - lead)
        if gap < 0.28:
            continue
        found.append((place, rng.uniform(0.16, 0.30), high * rng.uniform(0.34, 0.72)))
    return tuple(found)
