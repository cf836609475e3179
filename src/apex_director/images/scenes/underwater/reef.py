"""The bed of the sea in perspective: a sandy valley with the waves' light on it, between reefs."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from apex_director.images.scenes.finish import lay
from apex_director.images.scenes.model import SceneSpec
from apex_director.images.scenes.noise import fbm
from apex_director.images.scenes.palette import mix
from apex_director.images.scenes.sky import smoothstep, unit
from apex_director.images.scenes.staging import rng_for
from apex_director.images.scenes.terrain import (
    Slab,
    View,
    cast_land,
    hollows,
    normals,
    octaves_for,
    peaks,
    slab,
)
from apex_director.images.scenes.underwater.coral import Garden, coral_bands
from apex_director.images.scenes.underwater.light import Sea, Waves, drowned, level_at, sampled

F32 = NDArray[np.float32]
_ONE = np.float32(1.0)
CELLS = 2.6  # world units of one noise cell of rock


@dataclass(frozen=True, kw_only=True)
class Valley:
    """The lie of the land: walls rise ``wide`` world units from the axis, ``left`` and ``right``
    high; ``bend`` is how far the axis wanders, ``mounds`` how many rocks stand on the sand.
    """

    wide: float
    left: float
    right: float
    bend: float
    mounds: float = 0.5
    salt: int = 0


@dataclass(frozen=True, kw_only=True)
class Reach:
    """A depth range drawn on one sheet, and how many corals grow on it."""

    near: float
    far: float
    steps: int
    corals: int
    rise: float = 1.0
    to_bottom: bool = False


def bed_height(
    spec: SceneSpec, land: Valley, x: F32, z: F32, octaves: int, rise: float
) -> tuple[F32, F32]:
    """Height of the bed at world points [w, n], and how much of it is rock 0..1."""
    seed = spec.seed * 17 + land.salt
    axis = np.float32(land.bend) * np.sin(z * np.float32(0.21) + np.float32(spec.seed % 7))
    off = x - axis
    shape = peaks(x / np.float32(CELLS), z / np.float32(CELLS), seed, octaves, 0.30, 0.42)
    slow = fbm(x[::4, ::4] * np.float32(0.33), z[::4, ::4] * np.float32(0.33), seed + 40, 2)
    slow = _bigger(slow, x.shape)
    edge = np.abs(off) + np.float32(0.75) * slow
    wall = smoothstep(land.wide * 0.75, land.wide + 1.9, edge)
    lean = smoothstep(-0.4, 0.4, off)
    high = np.float32(land.left) + np.float32(land.right - land.left) * lean
    rock = wall * high * (np.float32(0.22) + np.float32(1.05) * shape)
    spots = smoothstep(1.02 - 0.55 * land.mounds, 1.5 - 0.5 * land.mounds, slow + shape)
    rock = np.maximum(rock, spots * np.float32(0.75) * shape) * np.float32(rise)
    # no wall stands so near that its foot would leave the picture below
    rock = rock * smoothstep(1.5, 3.3, z) - np.float32(0.25) * smoothstep(2.2, 1.2, z)
    ripple = np.sin(z * np.float32(21) + slow * np.float32(9) + x * np.float32(2.0))
    sand = np.float32(0.05) * slow + np.float32(0.035) * edge + np.float32(0.006) * ripple
    stone = smoothstep(0.05, 0.20, rock)
    return (sand + rock).astype(np.float32), stone


def _bigger(small: F32, shape: tuple[int, ...]) -> F32:
    big = cv2.resize(small, (shape[1], shape[0]), interpolation=cv2.INTER_CUBIC)
    return np.asarray(big, np.float32)


def paint_bed(
    spec: SceneSpec, sea: Sea, waves: Waves, view: View, land: Valley, reach: Reach
) -> F32:
    """One depth range of the valley as premultiplied light [canvas_h, canvas_w, 4]."""
    strip = slab(spec, view, reach.near, reach.far, reach.steps)
    z = strip.depth
    height, stone = bed_height(spec, land, strip.x, z, octaves_for(strip, CELLS, 8), reach.rise)
    colour = _lit(spec, sea, waves, strip, height, stone)
    rows = (
        view.horizon
        + (view.eye - height) * np.float32(view.focal * unit(spec) / spec.canvas[1]) / z
    )
    across = np.linspace(0.0, 1.0, z.shape[0], dtype=np.float32)[:, None]
    level = level_at(spec, sea, across, rows)
    colour = drowned(sea, colour, z, level)
    sheet, _ = cast_land(spec, view, strip, height, colour, to_bottom=reach.to_bottom)
    if reach.corals:
        garden = _garden(spec, strip, rows, stone, reach, land.salt, view)
        for rows_of, part in coral_bands(spec, sea, garden):
            _shadowed(sheet[rows_of], part[..., 3], unit(spec) * 0.012)
            lay(sheet[rows_of], part)
    return sheet


def _shadowed(sheet: F32, cover: F32, size: float) -> None:
    """Darken what lies close behind and below a growth, in place: it stands, it does not hang."""
    h, w = cover.shape
    near = cv2.resize(cover, (-(-w // 4), -(-h // 4)), interpolation=cv2.INTER_AREA)
    near = cv2.GaussianBlur(near, (0, 0), max(0.6, size / 4))
    near = cv2.resize(near, (w, h), interpolation=cv2.INTER_LINEAR)
    sheet[..., :3] *= (_ONE - np.float32(0.62) * np.clip(near * 1.6, 0, 1))[..., None]


def _lit(spec: SceneSpec, sea: Sea, waves: Waves, strip: Slab, height: F32, stone: F32) -> F32:
    """The bed in the light that comes down through the waves, before the water's own veil."""
    z = strip.depth
    nx, up, nz = normals(strip, height)
    side = np.float32(np.clip((sea.light[0] - 0.5) * 2.0, -0.6, 0.6))
    facing = np.clip(nx * side + up * np.float32(0.86) - nz * np.float32(0.26), 0.0, 1.0)
    pixel = z * (strip.u[1] - strip.u[0])
    along = np.gradient(strip.z)[None, :].astype(np.float32)
    footprint = np.maximum(pixel * np.float32(1.2), along * np.float32(0.35))
    net = sampled(waves.caustic, strip.x * np.float32(1.6), z * np.float32(1.6), footprint * 1.6)
    wide = sampled(waves.caustic, z * np.float32(0.7) + 2, strip.x * np.float32(0.7), footprint)
    net = net * (np.float32(0.35) + np.float32(0.65) * wide)
    bright = np.clip(net, 0.0, 5.0) ** np.float32(0.85)
    gather = np.float32(0.36 * min(1.0, sea.rays + 0.25))
    light = facing * (_ONE + gather * (bright - _ONE)) * np.float32(1.15 * sea.power + 0.12)
    open_above = hollows(height, strip.x.shape[0] // 40) * (np.float32(0.5) + np.float32(0.5) * up)
    seed = spec.seed + 331
    grain = fbm(strip.x * np.float32(3.1), z * np.float32(3.1), seed, 4)
    crack = fbm(strip.x * np.float32(5.0), height * np.float32(6) + z * np.float32(2), seed + 9, 3)
    sand = mix(sea.tone(0.97), sea.sun, 0.35) * np.float32(0.50)
    rock = mix(sea.tone(0.5), sea.body, 0.5)
    rock = rock / np.float32(max(float(rock.max()), 1e-3)) * np.float32(0.20)
    growth = smoothstep(0.05, 0.6, grain + np.float32(0.6) * crack)
    tints = [mix(rock, c, 0.5) * np.float32(0.85) for c in sea.corals]
    which = smoothstep(-0.2, 0.2, fbm(strip.x * np.float32(0.7), z * np.float32(0.7), seed + 5, 2))
    down = mix(sea.tone(0.9), sea.sun, 0.4)
    round_about = sea.tone(0.42)
    out = np.empty((*height.shape, 3), np.float32)
    for c in range(3):
        coral = tints[0][c] + (tints[1][c] - tints[0][c]) * which
        bare = rock[c] * (_ONE + np.float32(0.5) * crack)
        ground = bare + (coral - bare) * growth * np.float32(0.75)
        dune = sand[c] * (_ONE + np.float32(0.10) * grain)
        albedo = dune + (ground - dune) * stone
        out[..., c] = albedo * (light * down[c] + open_above * round_about[c] * np.float32(0.8))
    return out


def _garden(
    spec: SceneSpec, strip: Slab, rows: F32, stone: F32, reach: Reach, salt: int, view: View
) -> Garden:  # fmt: skip
    """Places on the visible rock of a slab where corals stand."""
    h = spec.canvas[1]
    seen = np.minimum.accumulate(rows, axis=1)
    good = (rows <= seen + 0.002) & (stone > 0.75) & (rows < 1.05)
    column, step = np.nonzero(good)
    if not len(column):
        return Garden.empty()
    rng = rng_for(spec, 6100 + salt + round(reach.near * 10))
    # even over the picture, not over the vertices, which crowd near the eye
    crest = np.exp(-(rows[column, step] - rows.min(axis=1)[column]) * 10.0) + 0.16
    px, pz = strip.x[column, step], strip.z[step]
    crowd = fbm(px * np.float32(1.5), pz * np.float32(1.5), spec.seed + salt + 47, 3)
    weight = np.gradient(strip.z)[step] * crest * (0.006 + smoothstep(0.05, 0.5, crowd))
    weight = weight.astype(np.float64)
    pick = rng.choice(len(column), size=reach.corals, p=weight / weight.sum())
    z = strip.z[step[pick]]
    order = np.argsort(-z, kind="stable")
    x = column[pick][order].astype(np.float64) + 0.5
    y = rows[column[pick], step[pick]][order].astype(np.float64) * h
    z = z[order]
    size = np.exp(rng.normal(-1.85, 0.42, len(z))).clip(0.07, 0.42)
    tall = size * view.focal * unit(spec) / z
    return Garden(x=x, y=y, z=z.astype(np.float64), tall=tall, seed=spec.seed + salt)
