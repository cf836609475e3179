"""The surface seen from below: Snell's window, the mirror around it, the sun broken by waves."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

import cv2
import numpy as np
from numpy.typing import NDArray

from apex_director.images.scenes.model import SceneSpec
from apex_director.images.scenes.noise import fbm
from apex_director.images.scenes.sky import pixel_grid, smoothstep
from apex_director.images.scenes.underwater.light import Sea, Waves, level_at, sampled, water_colour

F32 = NDArray[np.float32]
_ONE = np.float32(1.0)
WATER_INDEX = 1.333


@dataclass(frozen=True, kw_only=True)
class Gaze:
    """How the eye looks: ``pitch`` in radians up from level, ``focal`` and ``depth`` below the
    surface in short sides and world units; ``zenith`` is the column it turns about (0..1) and
    ``row`` where the line of sight meets the canvas.
    """

    pitch: float
    focal: float
    depth: float
    column: float = 0.5
    row: float = 0.5


def directions(spec: SceneSpec, gaze: Gaze, shrink: int) -> tuple[F32, F32, F32]:
    """Unit directions right, up and ahead of every pixel [h, w]."""
    u, v = pixel_grid(spec, (gaze.column, gaze.row), shrink)
    cos, sin = np.float32(np.cos(gaze.pitch)), np.float32(np.sin(gaze.pitch))
    f = np.float32(gaze.focal)
    up, ahead = v * cos + f * sin, f * cos - v * sin
    inverse = _ONE / np.sqrt(u * u + v * v + f * f)
    shape = (v.shape[0], u.shape[1])
    dx, dy, dz = u * inverse, up * inverse, ahead * inverse
    x, y, z = (np.broadcast_to(d, shape).astype(np.float32) for d in (dx, dy, dz))
    return x, y, z


def surface_light(
    spec: SceneSpec, sea: Sea, waves: Waves, gaze: Gaze, sun: tuple[float, float, float],
    *, shrink: int = 2, index: float = WATER_INDEX, steep: float = 1.0,
) -> tuple[F32, F32, F32]:  # fmt: skip
    """Sky that comes through, its share of the sky's light, and the way to it (world units), each
    [h, w] at ``1/shrink``; rays that never reach the surface have a huge way.

    ``sun`` points at it above the water (x, up, ahead). An ``index`` below water's own opens the
    window wider than nature does.
    Source: Snell's law, Schlick's approximation of Fresnel's.
    """
    dx, dy, dz = directions(spec, gaze, shrink)
    rise = np.maximum(dy, np.float32(0.012))
    way: F32 = np.asarray(np.float32(gaze.depth) / rise, np.float32)
    x: F32 = np.asarray(dx * way + np.float32((spec.seed % 97) * 0.31), np.float32)
    z: F32 = np.asarray(dz * way, np.float32)
    pixel = np.float32(shrink / (min(spec.canvas) * gaze.focal) * 0.7)
    grain: F32 = np.asarray(way * pixel / np.maximum(rise, np.float32(0.05)), np.float32)
    sx, sz = _ripples(waves, x, z, grain, steep)
    nlen = _ONE / np.sqrt(_ONE + sx * sx + sz * sz)
    nx, ny, nz = -sx * nlen, nlen, -sz * nlen
    cos_i = np.clip(dx * nx + dy * ny + dz * nz, 0.0, 1.0)
    n = np.float32(index)
    sin_t2: F32 = np.asarray(n * n * (_ONE - cos_i * cos_i), np.float32)
    cos_t = np.sqrt(np.maximum(_ONE - sin_t2, 0.0))
    reflect = np.float32(0.02) + np.float32(0.98) * (_ONE - cos_t) ** 5
    share: F32 = np.asarray((_ONE - reflect) * smoothstep(1.20, 0.80, sin_t2), np.float32)
    bend = cos_t - n * cos_i
    tx, ty, tz = n * dx + bend * nx, n * dy + bend * ny, n * dz + bend * nz
    sky = _sky(spec, sea, (tx, ty, tz), sun)
    # the light that small waves gather in the last hand's breadth of water
    net = sampled(waves.caustic, x * np.float32(1.1), z * np.float32(1.1), grain * np.float32(1.1))
    sky *= np.float32(0.77) + np.float32(0.23) * np.clip(net, 0.3, 2.2)
    far = np.where(dy > np.float32(0.02), way, np.float32(1e3))
    return sky, share, np.asarray(far, np.float32)


def _ripples(waves: Waves, x: F32, z: F32, grain: F32, steep: float) -> tuple[F32, F32]:
    """Slopes of the surface: the patch of waves, and again larger and smaller."""
    sx, sz = sampled(waves.slope_x, x, z, grain), sampled(waves.slope_z, x, z, grain)
    for scale, share, shift in ((0.37, 0.35, 1.0), (2.3, 0.45, 3.0)):
        k, s = np.float32(scale), np.float32(share)
        a, b = z * k + np.float32(shift), x * k
        sx += s * sampled(waves.slope_x, a, b, grain * k)
        sz += s * sampled(waves.slope_z, a, b, grain * k)
    return sx * np.float32(steep), sz * np.float32(steep)


def _sky(
    spec: SceneSpec, sea: Sea, to: tuple[F32, F32, F32], sun: tuple[float, float, float]
) -> F32:
    """Light of the sky in directions (right, up, ahead): brighter low, sun, glow and clouds."""
    tx, ty, tz = to
    length = np.maximum(np.sqrt(tx * tx + ty * ty + tz * tz), np.float32(1e-4))
    toward = np.clip((tx * sun[0] + ty * sun[1] + tz * sun[2]) / length, 0.0, 1.0)
    low = _ONE - np.clip(ty / length, 0.0, 1.0)
    disc = toward ** np.float32(900.0) * np.float32(7.0)
    halo = toward ** np.float32(46.0) * np.float32(0.70) + toward**6 * np.float32(0.50)
    over = np.maximum(ty, 0.0) + np.float32(0.35) * length
    shift = np.float32(spec.seed % 31)
    cloud = fbm(
        np.asarray(tx / over * np.float32(1.3) + shift, np.float32),
        np.asarray(tz / over * np.float32(1.3), np.float32),
        spec.seed + 7,
        3,
    )
    base = (np.float32(0.48) + np.float32(0.25) * low) * (_ONE + np.float32(0.30) * cloud)
    return np.asarray(base + (halo + disc) * np.float32(sea.power), np.float32)


def looking_up(
    spec: SceneSpec, sea: Sea, waves: Waves, gaze: Gaze, sun: tuple[float, float, float]
) -> tuple[F32, F32]:
    """The whole canvas as the eye below sees it [canvas_h, canvas_w, 3], and the window's share of
    light [canvas_h, canvas_w].
    """
    shrink = 2
    sky, share, way = surface_light(spec, sea, waves, gaze, sun, shrink=shrink, steep=0.62)
    w, h = spec.canvas
    x: F32 = (
        (np.arange(sky.shape[1], dtype=np.float32) + np.float32(0.5)) * np.float32(shrink / w)
    )[None, :]
    y: F32 = (
        (np.arange(sky.shape[0], dtype=np.float32) + np.float32(0.5)) * np.float32(shrink / h)
    )[:, None]
    around = level_at(spec, sea, x, y)
    # what the mirror shows is the deep below, lighter where it faces the light
    mirror = np.float32(0.16) + np.float32(0.42) * np.maximum(around - np.float32(0.1), 0.0)
    level = mirror + (np.float32(0.30) + np.float32(0.80) * sky - mirror) * share
    through = np.exp(-way * np.float32(sea.murk * 0.9))
    level = around + (level - around) * through
    colour = water_colour(sea, _full(np.maximum(level, 0.0).astype(np.float32), w, h, shrink))
    return colour, _full((share * through).astype(np.float32), w, h, shrink)


def shimmering(
    spec: SceneSpec, sea: Sea, waves: Waves, gaze: Gaze, sun: tuple[float, float, float],
    *, index: float, amount: float,
) -> F32:  # fmt: skip
    """Level to add where the surface shows far off, at a grazing view [canvas_h, canvas_w]."""
    w, h = spec.canvas
    sky, share, way = surface_light(spec, sea, waves, gaze, sun, shrink=2, index=index)
    through = np.exp(-way * np.float32(sea.murk * 1.3))
    gleam = share * (sky - np.float32(0.26)) * through
    return _full((gleam * np.float32(amount)).astype(np.float32), w, h, 2)


def _full(field: F32, w: int, h: int, shrink: int) -> F32:
    size = (field.shape[1] * shrink, field.shape[0] * shrink)
    return cast(F32, cv2.resize(field, size, interpolation=cv2.INTER_CUBIC)[:h, :w])
