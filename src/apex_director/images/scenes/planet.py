"""Worlds: lit spheres textured by noise in three dimensions (no seam at a pole), air, rings."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numba import njit
from numpy.typing import NDArray

from apex_director.images.scenes.palette import LUMA, mix
from apex_director.images.scenes.sky import smoothstep

F32 = NDArray[np.float32]
_ONE = np.float32(1.0)
_TWO = np.float32(2.0)


@dataclass(frozen=True, kw_only=True, eq=False)
class World:
    """A planet or moon; colours are linear, ``light`` the direction to its sun (x right, y up, z to
    the viewer), ``air`` 0..1 how thick its atmosphere, ``ring`` outer radius in planet radii or 0.
    """

    kind: Literal["ocean", "gas", "rock"]
    seed: int
    light: tuple[float, float, float]
    sun: F32
    low: F32
    land: F32
    high: F32
    sky: F32
    air: float = 0.6
    ring: float = 0.0
    tilt: float = 0.35


@njit(cache=True)
def _lattice(ix, iy, iz, seed):  # type: ignore[no-untyped-def]
    h = np.uint32(ix * 0x8DA6B343 + iy * 0xD8163841 + iz * 0xCB1AB31F + seed * 0x9E3779B1)
    h = np.uint32(h ^ np.uint32(h >> np.uint32(15)))
    h = np.uint32(h * np.uint32(0x2C1B3C6D))
    h = np.uint32(h ^ np.uint32(h >> np.uint32(13)))
    h = np.uint32(h * np.uint32(0x297A2D39))
    h = np.uint32(h ^ np.uint32(h >> np.uint32(16)))
    return np.float32(np.uint32(h >> np.uint32(8))) * np.float32(2.0**-23) - _ONE


@njit(cache=True)
def _value3(x, y, z, seed):  # type: ignore[no-untyped-def]
    flx, fly, flz = np.floor(x), np.floor(y), np.floor(z)
    ix, iy, iz = np.int64(flx), np.int64(fly), np.int64(flz)
    u, v, w = np.float32(x - flx), np.float32(y - fly), np.float32(z - flz)
    u = u * u * u * (u * (u * np.float32(6.0) - np.float32(15.0)) + np.float32(10.0))
    v = v * v * v * (v * (v * np.float32(6.0) - np.float32(15.0)) + np.float32(10.0))
    w = w * w * w * (w * (w * np.float32(6.0) - np.float32(15.0)) + np.float32(10.0))
    total = np.float32(0.0)
    for dz in range(2):
        kz = w if dz else _ONE - w
        for dy in range(2):
            ky = kz * (v if dy else _ONE - v)
            a = _lattice(ix, iy + dy, iz + dz, seed)
            b = _lattice(ix + 1, iy + dy, iz + dz, seed)
            total += ky * (a + u * (b - a))
    return total


@njit(cache=True)
def _fbm3(x, y, z, seed, octaves):  # type: ignore[no-untyped-def]
    total, amp, norm = np.float32(0.0), _ONE, np.float32(0.0)
    for octave in range(octaves):
        total += amp * _value3(x, y, z, seed + octave)
        norm += amp
        amp *= np.float32(0.53)
        # turned about two axes, so that the lattice shows nowhere
        x, z = (
            (x * np.float32(0.8) - z * np.float32(0.6)) * np.float32(2.03),
            (x * np.float32(0.6) + z * np.float32(0.8)) * np.float32(2.03),
        )
        x, y = (
            x * np.float32(0.6) - y * np.float32(1.624) + np.float32(7.7),
            x * np.float32(0.8) + y * np.float32(1.218) - np.float32(3.1),
        )
    return total / norm * np.float32(1.7)


@njit(cache=True)
def _surface(px, py, pz, kind, seed, octaves, ground, cloud):  # type: ignore[no-untyped-def]
    """Height (or band) and cloud of points on the unit sphere, each about -1..1."""
    for i in range(px.size):
        x, y, z = px[i], py[i], pz[i]
        if kind == 1:  # gas: bands along latitude, torn by a warp that follows them
            a = _fbm3(x * _TWO, y * np.float32(5.0), z * _TWO, seed, 4)
            b = _fbm3(x * np.float32(4.5), y * np.float32(16.0), z * np.float32(4.5), seed + 9, 5)
            lat = y + np.float32(0.045) * a + np.float32(0.022) * b
            c = _fbm3(np.float32(0.4), lat * np.float32(6.5), np.float32(0.2), seed + 20, 4)
            storm = _fbm3(
                x * np.float32(7.0) + a, lat * np.float32(26.0), z * np.float32(7.0), seed + 31, 4
            )
            ground[i] = c * np.float32(1.15) + np.float32(0.28) * storm
            cloud[i] = b
        else:
            s = np.float32(1.25) if kind == 0 else np.float32(1.7)
            a = _fbm3(x * s, y * s, z * s, seed + 50, 4)
            b = _fbm3(x * s + np.float32(4.1), y * s, z * s - np.float32(2.3), seed + 60, 4)
            k = np.float32(0.55)
            ground[i] = _fbm3(x * s + k * a, y * s + k * b, z * s - k * a, seed, octaves)
            if kind == 0:  # weather systems: a slow warp swirls fine wisps along the latitudes
                q = np.float32(2.1)
                cloud[i] = _fbm3(
                    x * q + np.float32(1.1) * b,
                    y * q * np.float32(1.9) + np.float32(0.9) * a,
                    z * q + np.float32(1.1) * a,
                    seed + 80,
                    octaves,
                )


def _craters(x: F32, y: F32, z: F32, seed: int, count: int) -> F32:
    """Height of craters: bowls with raised rims, few big, many small."""
    rng = np.random.default_rng(seed & 0x7FFFFFFF)
    out = np.zeros_like(x)
    for _ in range(count):
        axis = rng.normal(size=3)
        axis /= np.linalg.norm(axis)
        size = 0.035 + 0.16 * rng.random() ** 4
        near = np.float32(axis[0]) * x + np.float32(axis[1]) * y + np.float32(axis[2]) * z
        d = np.sqrt(np.maximum(np.float32(2.0) - _TWO * near, 0.0)) / np.float32(size)
        bowl = np.where(d < 1, d * d - 1, 0) * np.float32(0.9)
        wall = np.exp(-((d - np.float32(1.0)) ** 2) * np.float32(14.0)) * np.float32(0.55)
        out += (bowl + wall) * np.float32(size * 2.2)
    return out


def _shade_ground(world: World, x: F32, y: F32, z: F32, px: float) -> tuple[F32, F32, F32]:
    """Albedo [n, 3], cloud cover [n] and relief height [n] of points on the sphere."""
    octaves = int(np.clip(np.log2(max(px, 8.0)), 4, 9))
    ground, cloud = np.empty_like(x), np.zeros_like(x)
    kind = {"ocean": 0, "gas": 1, "rock": 2}[world.kind]
    _surface(x, y, z, kind, world.seed & 0xFFFFF, octaves, ground, cloud)
    if world.kind == "gas":
        t = np.clip(ground * np.float32(0.5) + np.float32(0.5), 0, 1)[:, None]
        albedo = world.low + (world.land - world.low) * smoothstep(0.1, 0.55, t)
        albedo = albedo + (world.high - albedo) * smoothstep(0.5, 0.95, t)
        return albedo, np.zeros_like(x), ground * np.float32(0.01)
    if world.kind == "rock":
        height = ground * np.float32(0.10) + _craters(x, y, z, world.seed, 46)
        t = smoothstep(-0.6, 0.6, ground)[:, None]
        return world.low + (world.land - world.low) * t, np.zeros_like(x), height
    coast = smoothstep(0.06, 0.10, ground)[:, None]
    inland = smoothstep(0.10, 0.75, ground)[:, None]
    shelf = smoothstep(-0.25, 0.08, ground)[:, None]
    sea = world.low * (np.float32(0.55) + np.float32(0.75) * shelf)
    land = world.land + (world.high - world.land) * inland
    ice = smoothstep(0.90, 0.97, np.abs(y) + np.float32(0.07) * ground)[:, None]
    albedo = sea + (land - sea) * coast
    albedo = albedo + (np.float32(0.85) - albedo) * ice
    cover = smoothstep(0.10, 0.72, cloud) ** np.float32(1.3) * np.float32(0.95)
    return albedo, cover, np.maximum(ground, 0.06) * np.float32(0.028)


def _axis(x: F32, y: F32, z: F32, tilt: float) -> tuple[F32, F32, F32]:
    cos, sin = np.float32(np.cos(tilt)), np.float32(np.sin(tilt))
    lean = np.float32(0.35)
    x, y = x * cos + y * sin, y * cos - x * sin
    y, z = y * np.sqrt(_ONE - lean * lean) + z * lean, z * np.sqrt(_ONE - lean * lean) - y * lean
    return x, y, z


def paint_world(world: World, u: F32, v: F32, px: float) -> F32:
    """The world, its air and its ring as premultiplied HDR light [h, w, 4].

    Parameters
    ----------
    u, v : float32 [shape=(1, w)], [shape=(h, 1)]
        Right and up from its centre in its radii.
    px : float
        Its radius in pixels.
    """
    r2 = u * u + v * v
    r = np.sqrt(r2)
    cover = np.clip((_ONE - r) * np.float32(px) + np.float32(0.5), 0, 1)
    out = np.zeros((*r.shape, 4), np.float32)
    inside = cover > 0
    disc = _lit_disc(world, u, v, r, inside, px)
    out[..., :3][inside] = disc * cover[inside][:, None]
    out[..., 3] = cover
    halo = _halo(world, u, v, r) * (np.float32(1.0) - cover)
    out[..., :3] += halo[..., None] * world.sky
    return _with_ring(world, out, u, v) if world.ring else out


def _lit_disc(world: World, u: F32, v: F32, r: F32, inside: NDArray[np.bool_], px: float) -> F32:
    """Light [n, 3] of the pixels inside the disc."""
    shrunk = np.minimum(r[inside], np.float32(0.99999)) / np.maximum(r[inside], np.float32(1e-6))
    x = (np.broadcast_to(u, r.shape)[inside] * shrunk).astype(np.float32)
    y = (np.broadcast_to(v, r.shape)[inside] * shrunk).astype(np.float32)
    z = np.sqrt(np.maximum(_ONE - x * x - y * y, np.float32(1e-6)))
    albedo, cloud, height = _shade_ground(world, *_axis(x, y, z.astype(np.float32), world.tilt), px)
    light = np.array(world.light, np.float32)
    light /= np.linalg.norm(light)
    facing = x * light[0] + y * light[1] + z * light[2]
    relief = _relief(height, inside, light, px)
    relief *= (_ONE - cloud) * smoothstep(-0.2, 0.3, facing)
    day = smoothstep(-0.10, 0.42, facing + relief)
    shadow = _cloud_shadow(cloud, inside, light, px)
    albedo = albedo * (np.float32(1.0) - np.float32(0.55) * shadow[:, None])
    albedo = albedo + (np.float32(0.92) - albedo) * cloud[:, None]
    glow = world.sun * day[:, None] * np.float32(1.15)
    dusk = np.exp(-((facing / np.float32(0.16)) ** 2))[:, None] * np.float32(0.35 * world.air)
    out = albedo * (
        glow + dusk * mix(world.sun, world.sky, 0.15)
    ) + albedo * world.sky * np.float32(0.010)
    if world.kind == "ocean":  # the sun's glint on open water
        half = light + np.array([0, 0, 1], np.float32)
        half /= np.linalg.norm(half)
        mirror = np.maximum(x * half[0] + y * half[1] + z * half[2], 0.0)
        calm = (np.float32(1.0) - cloud) * (height <= np.float32(0.00169))
        out += (calm * (mirror**90 * np.float32(0.9)))[:, None] * world.sun
    rim = (_ONE - z) ** 3 * np.float32(1.5) + (_ONE - z) ** 1.2 * np.float32(0.25)
    air = rim * smoothstep(-0.30, 0.55, facing) * np.float32(world.air)
    haze = np.minimum(air * np.float32(0.8), 0.9)[:, None]
    lit: F32 = out * (np.float32(1.0) - haze) + air[:, None] * world.sky * np.float32(1.8)
    return lit


def _grid_of(values: F32, inside: NDArray[np.bool_]) -> F32:
    grid = np.zeros(inside.shape, np.float32)
    grid[inside] = values
    return grid


def _relief(height: F32, inside: NDArray[np.bool_], light: F32, px: float) -> F32:
    """How much a slope faces the light, from differences on the screen."""
    grid = _grid_of(height, inside)
    gy, gx = np.gradient(grid)
    slope = -(gx * light[0] - gy * light[1]) * np.float32(px * 0.9)
    facing: F32 = np.clip(slope[inside], -0.6, 0.6)
    return facing


def _cloud_shadow(cloud: F32, inside: NDArray[np.bool_], light: F32, px: float) -> F32:
    if not cloud.any():
        return cloud
    step = px * 0.012
    grid = _grid_of(cloud, inside)
    moved: F32 = np.roll(grid, (round(light[1] * step), round(-light[0] * step)), (0, 1))[inside]
    return moved


def _halo(world: World, u: F32, v: F32, r: F32) -> F32:
    """Scattered light outside the limb: bright on the side of the sun."""
    light = np.array(world.light, np.float32)
    light /= np.linalg.norm(light)
    away = np.maximum(r - _ONE, 0.0)
    facing = (u * light[0] + v * light[1]) / np.maximum(r, np.float32(1e-3))
    back = np.float32(0.45) * max(0.0, -float(light[2]))
    side = smoothstep(-0.55, 0.9, facing + back)
    thin = np.exp(-away * np.float32(60.0)) * np.float32(1.15)
    wide = np.exp(-away * np.float32(13.0)) * np.float32(0.33)
    fade = smoothstep(0.42, 0.25, away)
    light_out: F32 = (thin + wide) * side * fade * np.float32(world.air)
    return light_out


def _ring_texture(radius: F32, world: World) -> tuple[F32, F32]:
    """Opacity and brightness over the radius (1 = outer edge): gaps, ringlets, soft ends."""
    flat = np.ascontiguousarray(radius.ravel() * np.float32(1.0), np.float32)
    coarse, fine = np.empty_like(flat), np.zeros_like(flat)
    zero = np.zeros_like(flat)
    _surface(flat * np.float32(9.0), zero, zero, 2, world.seed % 9973, 5, coarse, fine)
    ringlets = np.empty_like(flat)
    _surface(flat * np.float32(46.0), zero, zero, 2, world.seed % 9949 + 5, 3, ringlets, fine)
    tone = (coarse * np.float32(0.5) + ringlets * np.float32(0.22)).reshape(radius.shape)
    body = smoothstep(0.52, 0.58, radius) * smoothstep(1.0, 0.985, radius)
    gap = _ONE - np.float32(0.92) * np.exp(
        -(((radius - np.float32(0.80)) / np.float32(0.012)) ** 2)
    )
    return body * gap * np.clip(np.float32(0.62) + tone, 0.05, 0.95), np.clip(
        np.float32(0.8) + tone * np.float32(0.5), 0.2, 1.4
    )


def _with_ring(world: World, ball: F32, u: F32, v: F32) -> F32:
    """The world with its ring, the far half behind it and the near half before it."""
    cos, sin = np.float32(np.cos(world.tilt)), np.float32(np.sin(world.tilt))
    lean = np.float32(0.27)
    x = u * cos + v * sin
    y = (v * cos - u * sin) / lean
    radius = np.sqrt(x * x + y * y) / np.float32(world.ring)
    opacity, bright = _ring_texture(radius.astype(np.float32), world)
    light = np.array(world.light, np.float32)
    light /= np.linalg.norm(light)
    # the planet's shadow: points of the ring behind it as its sun sees them
    z = -y * np.sqrt(_ONE - lean * lean)
    along = u * light[0] + v * light[1] + z * light[2]
    off = np.sqrt(np.maximum(u * u + v * v + z * z - along * along, 0.0))
    lit = _ONE - (np.float32(0.96) * smoothstep(1.03, 0.97, off)) * (along < 0)
    tint = mix(world.high, world.sun, 0.4) * np.float32(0.85)
    through = np.float32(0.65 + 0.5 * abs(float(light[2])))
    ring = np.zeros_like(ball)
    ring[..., :3] = (opacity * bright * lit * through)[..., None] * tint
    ring[..., 3] = opacity
    front = (y < 0)[..., None]
    near, far = np.where(front, ring, 0), np.where(front, 0, ring)
    alpha = ball[..., 3:]
    # a thin soft shadow of the ring on the ball
    line = np.exp(-((((v * cos - u * sin) + np.float32(0.10)) / np.float32(0.05)) ** 2))
    ball = ball.copy()
    ball[..., :3] *= (_ONE - np.float32(0.5) * line * (ball[..., 3] > 0))[..., None]
    whole = ball + far * (_ONE - alpha)
    out: F32 = (near + whole * (_ONE - near[..., 3:])).astype(np.float32)
    return out


def bright_enough(colour: F32, least: float) -> F32:
    """A colour lifted in light, not in hue, to at least this luminance."""
    luma = float(colour @ LUMA)
    return colour * np.float32(max(1.0, least / max(luma, 1e-4)))
