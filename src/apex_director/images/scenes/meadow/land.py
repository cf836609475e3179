"""Rolling country: round hills in perspective, with meadows, ploughed strips and hedges on them."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from apex_director.images.scenes.model import SceneSpec
from apex_director.images.scenes.noise import fbm
from apex_director.images.scenes.palette import ScenePalette, luminance, mix
from apex_director.images.scenes.sky import smoothstep
from apex_director.images.scenes.staging import POWER, Sun, ambient
from apex_director.images.scenes.terrain import (
    View,
    aerial,
    cast_land,
    normals,
    shadows,
    slab,
)

F32 = NDArray[np.float32]
_ONE = np.float32(1.0)
DULL = {"rain": 0.4, "storm": 0.3, "snow": 0.45, "mist": 0.7, "cloudy": 0.75}
SNOW = np.array([0.74, 0.78, 0.86], np.float32)


@dataclass(frozen=True, kw_only=True)
class Hills:
    """A belt of hills between two depths; ``high`` and ``cells`` in world units (eye height about
    one), ``fields`` how many strips of crops, ``bump`` a knoll at (place -1..1, height).
    """

    near: float
    far: float
    high: float
    cells: float
    salt: int
    fog: float
    steps: int
    fields: float = 0.0
    base: float = 0.0
    bump: tuple[float, float] = (0.0, 0.0)
    path: bool = False


def greens(spec: SceneSpec, pal: ScenePalette) -> tuple[F32, F32, F32]:
    """Albedo of fresh grass, dry grass and crops, leaning towards the palette's own hues."""
    fresh = np.array([0.080, 0.130, 0.034], np.float32)
    dry = np.array([0.230, 0.190, 0.070], np.float32)
    if spec.palette:
        fresh = _lean(fresh, pal.sky[2], 0.45)
        dry = _lean(dry, pal.accent, 0.45)
    crop = _lean(np.array([0.20, 0.17, 0.05], np.float32), pal.accent, 0.35)
    if spec.mood in ("melancholy", "dark"):
        fresh = mix(fresh, dry, 0.30) * np.float32(0.85)
    return fresh, dry, crop


def _lean(colour: F32, toward: F32, share: float) -> F32:
    """A hue between two, at the first one's luminance."""
    out = mix(colour, toward, share)
    return out * np.float32(float(luminance(colour)) / max(float(luminance(out)), 1e-4))


def _heights(spec: SceneSpec, hills: Hills, x: F32, z: F32, u: F32, half: float) -> F32:
    k = np.float32(1.0 / hills.cells)
    shape = fbm(x * k, z * k * np.float32(1.4), spec.seed * 13 + hills.salt, 3, 2.0, 0.36)
    # the field falls away at its near side, so that the belt before it can hide its foot
    deep = (z - np.float32(hills.near)) / np.float32(hills.far - hills.near)
    rise = smoothstep(0.0, 0.32, deep)
    place, high = hills.bump
    d = (u[:, None] / np.float32(half) - np.float32(place)) / np.float32(0.42)
    knoll = np.float32(high) * np.exp(-d * d) * smoothstep(0.05, 0.5, deep)
    return (
        np.float32(hills.base) + (np.float32(0.55) + shape) * np.float32(hills.high) * rise + knoll
    ).astype(np.float32)


def _ground(spec: SceneSpec, pal: ScenePalette, hills: Hills, x: F32, z: F32) -> F32:
    """Albedo: patches of grass, strips of crops along the slopes, wind in the blades."""
    fresh, dry, crop = greens(spec, pal)
    k = np.float32(1.0 / hills.cells)
    patch = fbm(x * k * 2, z * k * 2, spec.seed + hills.salt + 31, 4)
    fine = fbm(x * k * 14, z * k * 14, spec.seed + hills.salt + 41, 3)
    wind = fbm(x * k * 5, z * k * 1.6, spec.seed + hills.salt + 51, 3)
    part = smoothstep(-0.1, 0.7, patch)[..., None]
    albedo = fresh + (dry - fresh) * part * np.float32(0.55)
    if hills.fields > 0:
        # strips lie at an angle to the view: an edge that ran straight away would stand upright
        turned = x * np.float32(0.80) + z * np.float32(0.60)
        across = z * np.float32(0.80) - x * np.float32(0.60)
        cell = np.floor((turned + np.float32(1.3) * patch) * k * np.float32(hills.fields))
        band = np.floor((across + np.float32(2.0) * patch) * k * np.float32(hills.fields * 0.8))
        pick = np.mod(np.sin(cell * np.float32(12.99) + band * np.float32(78.2)) * 43758.5, 1.0)
        sown = (pick > 0.55)[..., None]
        rows = np.float32(1.0) + np.float32(0.10) * np.sin(
            turned * k * np.float32(hills.fields * 60)
        )
        field = np.where((pick > 0.8)[..., None], crop * 1.35, mix(fresh, crop, 0.5))
        whole = np.where(sown, field * rows[..., None], albedo * (0.85 + 0.3 * pick[..., None]))
        # the belt's foot is drawn down to where the next belt hides it: no edge may reach it
        deep = (z - np.float32(hills.near)) / np.float32(hills.far - hills.near)
        albedo = albedo + (whole - albedo) * smoothstep(0.06, 0.24, deep)[..., None]
    albedo = albedo * (_ONE + np.float32(0.22) * fine + np.float32(0.16) * wind)[..., None]
    if spec.weather == "snow":
        lie = smoothstep(-0.75, 0.25, patch + np.float32(0.4) * fine)[..., None]
        albedo = albedo + (SNOW - albedo) * lie * np.float32(0.94)
    return albedo.astype(np.float32)


def _path(spec: SceneSpec, hills: Hills, x: F32, z: F32) -> F32:
    """Coverage of a winding path that leads away into the picture."""
    along = z / np.float32(hills.cells)
    bend = fbm(along * np.float32(0.9), np.zeros_like(along), spec.seed + 77, 2)
    middle = bend * np.float32(hills.cells * 0.42) - np.float32(hills.near * 0.05)
    away: F32 = (np.abs(x - middle) / np.float32(0.06 * hills.cells)).astype(np.float32)
    return smoothstep(1.0, 0.72, away)


def paint_hills(
    spec: SceneSpec, pal: ScenePalette, view: View, sun: Sun, hills: Hills
) -> tuple[F32, F32]:
    """A belt of hills: premultiplied light [canvas_h, canvas_w, 4], and its sky line [canvas_w]."""
    land = slab(spec, view, hills.near, hills.far, hills.steps)
    z = np.ascontiguousarray(land.depth)
    height = _heights(spec, hills, land.x, z, land.u, float(land.u[-1]))
    nx, up, nz = normals(land, height)
    side = sun.side if abs(sun.side) > 0.25 else 0.6
    toward = np.array([side * 0.80, 0.45, 0.10], np.float32)
    toward /= np.linalg.norm(toward)
    facing = np.clip(nx * toward[0] + up * toward[1] + nz * toward[2], 0.0, 1.0)
    lit = shadows(land, height, (toward[0], toward[1], toward[2]), hills.high * 2.0)
    lit = np.float32(0.42) + np.float32(0.58) * cv2.GaussianBlur(lit, (0, 0), 3.0)
    albedo = _ground(spec, pal, hills, land.x, z)
    if hills.path:
        way = _path(spec, hills, land.x, z)[..., None]
        soil = mix(greens(spec, pal)[1], pal.fog, 0.35) * np.float32(0.95)
        albedo = albedo + (soil - albedo) * way * np.float32(0.85)
    power = np.float32(POWER.get(spec.time_of_day, 1.0) * DULL.get(spec.weather, 1.0))
    warm = mix(pal.sun, pal.sky[4], 0.30)
    # grass is lit through from behind: slopes under a low sun glow
    through = np.clip(-nz * np.float32(0.8) + np.float32(0.35), 0, 1) * np.float32(0.35)
    direct = (facing * np.float32(1.30) + through) * lit * power
    light = direct[..., None] * warm + (np.float32(0.55) + np.float32(0.45) * up)[
        ..., None
    ] * ambient(pal) * np.float32(0.8)
    colour = aerial(spec, pal, land, albedo * light * np.float32(1.45), hills.fog, sun.x)
    return cast_land(spec, view, land, height, colour, to_bottom=True)
