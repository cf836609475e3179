"""Cloth in light: folds as a height field, lit like satin; sheets with a hem and a shadow below;
ribbons that twist.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

import cv2
import numpy as np
from numba import njit
from numpy.typing import NDArray

from apex_director.images.scenes.noise import fbm_at
from apex_director.images.scenes.palette import from_oklab, oklab
from apex_director.images.scenes.sky import smoothstep

F32 = NDArray[np.float32]
_ONE = np.float32(1.0)


@dataclass(frozen=True, kw_only=True)
class Weave:
    """How a sheet folds: direction in radians, folds per short side, how wild, and its seed."""

    seed: int
    turn: float
    folds: float
    wild: float


def ramp(colours: list[F32], count: int = 2048) -> F32:
    """A table [count, 3] through linear colours, smooth in OKLab."""
    knots = np.linspace(0, 1, len(colours))
    at = np.linspace(0, 1, count)
    labs = np.stack([oklab(c) for c in colours])
    table = np.stack([np.interp(at, knots, labs[:, c]) for c in range(3)], axis=-1)
    kernel = np.hanning(count // len(colours) * 2 + 1)
    kernel /= kernel.sum()
    pad = len(kernel) // 2
    wide = np.pad(table, ((pad, pad), (0, 0)), mode="edge")
    soft = np.stack([np.convolve(wide[:, c], kernel, mode="valid") for c in range(3)], axis=-1)
    return from_oklab(soft.astype(np.float32))


def look_up(table: F32, t: F32) -> F32:
    """Colours [..., 3] of a ramp at ``t`` 0..1."""
    index = np.clip(t * np.float32(len(table) - 1), 0, len(table) - 1).astype(np.int32)
    return cast(F32, table[index])


@njit(cache=True)
def _folds(u, v, cos, sin, folds, wild, seed, height, hue):  # type: ignore[no-untyped-def]
    """Height and a slow hue (each about 0..1) of a sheet at columns ``u`` and rows ``v``."""
    for j in range(v.size):
        for i in range(u.size):
            a = u[i] * cos + v[j] * sin
            b = v[j] * cos - u[i] * sin
            n1 = fbm_at(a * np.float32(0.55), b * np.float32(0.85), seed, 3)
            n2 = fbm_at(a * np.float32(0.6) + np.float32(7.3), b * np.float32(0.9), seed + 7, 3)
            k = np.float32(0.35) * n2
            n3 = fbm_at(a * np.float32(1.1) + k, b * np.float32(1.6) - k, seed + 17, 3)
            w = b * folds + wild * np.float32(3.4) * n1 + wild * np.float32(0.8) * n3
            s = np.sin(w)
            # round backs and narrow valleys; a fold rises and dies along its length
            big = np.sqrt(s * s + np.float32(0.012))
            live = min(max(np.float32(0.55) + np.float32(0.9) * n2, np.float32(0.08)), _ONE)
            w2 = b * folds * np.float32(2.1) + wild * np.float32(4.5) * n2 + np.float32(1.7) * n1
            s2 = np.sin(w2)
            small = np.sqrt(s2 * s2 + np.float32(0.02)) * (_ONE - np.float32(0.55) * live)
            fine = fbm_at(a * np.float32(1.6), w * np.float32(1.3), seed + 27, 3)
            height[j, i] = (
                big * live
                + np.float32(0.30) * small
                + np.float32(0.30) * n3
                + np.float32(0.045) * fine
            )
            hue[j, i] = np.float32(0.5) + np.float32(0.55) * n1 + np.float32(0.22) * n3


def folds(u: F32, v: F32, weave: Weave) -> tuple[F32, F32]:
    """Height and slow hue [shape=(h, w)] of a folded sheet; ``u`` [1, w], ``v`` [h, 1] in short
    sides.
    """
    x, y = np.ascontiguousarray(u.ravel()), np.ascontiguousarray(v.ravel())
    height, hue = (np.empty((y.size, x.size), np.float32) for _ in range(2))
    _folds(
        x,
        y,
        np.float32(np.cos(weave.turn)),
        np.float32(np.sin(weave.turn)),
        np.float32(weave.folds),
        np.float32(weave.wild),
        weave.seed & 0xFFFFF,
        height,
        hue,
    )
    return height, hue


def margin(unit_px: float) -> int:
    """Rows of neighbours that `satin` looks at."""
    return int(4 * max(0.7, unit_px / 1000)) + 3


def satin(
    height: F32, unit_px: float, light: tuple[float, float], depth: float
) -> tuple[F32, F32, F32]:
    """Diffuse light, sharp sheen and grazing sheen (each 0..1) of a height field.

    Parameters
    ----------
    unit_px : float
        Pixels per short side.
    light : (x, y)
        Direction to the light in the picture, right and up.
    depth : float
        How high the folds stand.
    """
    soft = cv2.GaussianBlur(height, (0, 0), max(0.7, unit_px / 1000))
    k = np.float32(unit_px / 8 * depth)
    gx = cv2.Sobel(soft, cv2.CV_32F, 1, 0, ksize=3) * k
    gy = cv2.Sobel(soft, cv2.CV_32F, 0, 1, ksize=3) * -k
    inverse = _ONE / np.sqrt(_ONE + gx * gx + gy * gy)
    to = np.array([light[0], light[1], 0.75], np.float32)
    to /= np.linalg.norm(to)
    half = to + np.array([0, 0, 1], np.float32)
    half /= np.linalg.norm(half)
    facing = (-gx * to[0] - gy * to[1] + to[2]) * inverse
    mirror = np.maximum((-gx * half[0] - gy * half[1] + half[2]) * inverse, 0.0)
    diffuse = np.clip(facing * np.float32(0.72) + np.float32(0.22), 0, 1) ** 2
    glance = mirror**24
    sheen = glance * np.float32(0.35) + glance**4 * np.float32(0.9)
    graze = (_ONE - inverse) ** 2
    return diffuse, sheen, graze


def hem(u: F32, v: F32, seed: int, turn: float, level: float, swing: float) -> F32:
    """Signed distance (about, in short sides) from a sheet's curved hem; inside is positive."""
    from apex_director.images.scenes.noise import fbm

    cos, sin = np.float32(np.cos(turn)), np.float32(np.sin(turn))
    a, b = u * cos + v * sin, v * cos - u * sin
    shape = np.broadcast_shapes(a.shape, b.shape)
    line = np.linspace(-3, 3, 2400, dtype=np.float32)
    wave = fbm(line * np.float32(0.75), np.zeros_like(line), seed + 61, 4, 2.0, 0.36)
    wave = wave * np.float32(swing)
    a = np.broadcast_to(a, shape)
    at = np.clip((a + 3) * np.float32(2399 / 6), 0, 2398.99)
    low = at.astype(np.int32)
    curve = wave[low] + (wave[low + 1] - wave[low]) * (at - low.astype(np.float32))
    slope = np.gradient(wave, line)[low].astype(np.float32)
    away = (np.float32(level) + curve - b) / np.sqrt(_ONE + slope * slope)
    return cast(F32, away.astype(np.float32, copy=False))


def hem_cover(inside: F32, unit_px: float) -> F32:
    """Coverage 0..1 of a sheet from its signed distance."""
    return cast(F32, np.clip(inside * np.float32(unit_px) + np.float32(0.5), 0, 1))


def hem_shadow(inside: F32, reach: float) -> F32:
    """The soft shadow a sheet casts outside its hem, 0..1, ``reach`` in short sides."""
    outside = np.maximum(-inside, 0.0)
    return cast(F32, np.exp(-outside * np.float32(3.2 / reach)) * smoothstep(reach * 2, 0, outside))


@dataclass(frozen=True, kw_only=True)
class Ribbon:
    """A band that twists along its way; lengths in short sides, angles in radians."""

    seed: int
    turn: float
    level: float
    width: float
    swing: float
    twist: float
    phase: float


def ribbon(u: F32, v: F32, band: Ribbon, unit_px: float) -> tuple[F32, F32, F32]:
    """Coverage 0..1, the angle of its face in radians, and place across -1..1 [shape=(h, w)]."""
    from apex_director.images.scenes.noise import fbm

    cos, sin = np.float32(np.cos(band.turn)), np.float32(np.sin(band.turn))
    a, b = u * cos + v * sin, v * cos - u * sin
    line = np.linspace(-3, 3, 3000, dtype=np.float32)
    none = np.zeros_like(line)
    middle = fbm(line * np.float32(0.55), none, band.seed, 2) * np.float32(band.swing)
    middle += np.float32(band.level)
    drift = fbm(line * np.float32(0.5), none, band.seed + 5, 2)
    angle = np.float32(band.phase) + line * np.float32(band.twist) + drift * np.float32(1.6)
    swell = np.float32(0.75) + np.float32(0.5) * fbm(line * np.float32(0.6), none, band.seed + 9, 2)
    half = np.maximum(np.abs(np.cos(angle)) * swell, np.float32(0.012)) * np.float32(band.width)
    slope = np.gradient(middle, line).astype(np.float32)
    at = np.clip(
        (np.broadcast_to(a, np.broadcast_shapes(a.shape, b.shape)) + 3) * (2999 / 6), 0, 2998.9
    )
    low = at.astype(np.int32)
    part = (at - low).astype(np.float32)

    def along(table: F32) -> F32:
        return cast(F32, table[low] + (table[low + 1] - table[low]) * part)

    away, wide = b - along(middle), along(half)
    steep = np.sqrt(_ONE + along(slope) ** 2)
    # a band seen edge-on is a hair: what lies across it would only flicker
    across = away / wide * np.clip(wide * np.float32(unit_px / 8), 0, 1)
    cover = np.clip((wide - np.abs(away)) / steep * np.float32(unit_px) + np.float32(0.5), 0, 1)
    return cover, along(angle), np.clip(across, -1, 1).astype(np.float32)
