"""Seeded gradient noise: the raw material of clouds, mountains, sand and light.

Everything is float32 and free of global state; ``*_at`` are scalar kernels for use in others.
"""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

F32 = NDArray[np.float32]

_ONE = np.float32(1.0)
_HALF = np.float32(0.5)
_TWO = np.float32(2.0)
_THREE = np.float32(3.0)
_TO_UNIT = np.float32(1.0 / 32768.0)
_TO_01 = np.float32(1.0 / 4294967296.0)
_SPREAD = np.float32(1.45)
_COS = np.float32(0.8)
_SIN = np.float32(0.6)
_SHIFT = np.float32(17.3)
_MASK = 0x7FFFFFFF


@njit(cache=True)
def hash32(ix, iy, seed):  # type: ignore[no-untyped-def]
    """Mix two cell numbers and a seed to 32 bits (a murmur-style finaliser)."""
    # every product is cast back: uint32 * uint32 promotes to uint64 and would leave its range
    h = np.uint32(ix * 0x8DA6B343 + iy * 0xD8163841 + seed * 0xCB1AB31F)
    h = np.uint32(h ^ np.uint32(h >> np.uint32(15)))
    h = np.uint32(h * np.uint32(0x2C1B3C6D))
    h = np.uint32(h ^ np.uint32(h >> np.uint32(12)))
    h = np.uint32(h * np.uint32(0x297A2D39))
    return np.uint32(h ^ np.uint32(h >> np.uint32(15)))


@njit(cache=True)
def hash01(ix, iy, seed):  # type: ignore[no-untyped-def]
    """Uniform float32 in [0, 1) of a cell."""
    return np.float32(np.uint32(hash32(ix, iy, seed) >> np.uint32(8))) * np.float32(2.0**-24)


@njit(cache=True)
def _corner(ix, iy, seed, fx, fy):  # type: ignore[no-untyped-def]
    h = hash32(ix, iy, seed)
    gx = np.float32(np.uint32(h & np.uint32(0xFFFF))) * _TO_UNIT - _ONE
    gy = np.float32(np.uint32(h >> np.uint32(16))) * _TO_UNIT - _ONE
    return gx * fx + gy * fy, gx, gy


@njit(cache=True)
def noise_grad_at(x, y, seed):  # type: ignore[no-untyped-def]
    """Gradient noise and its two analytic derivatives: (value about -1..1, d/dx, d/dy)."""
    flx = np.floor(x)
    fly = np.floor(y)
    ix = np.int64(flx)
    iy = np.int64(fly)
    fx = np.float32(x - flx)
    fy = np.float32(y - fly)
    u = fx * fx * fx * (fx * (fx * np.float32(6.0) - np.float32(15.0)) + np.float32(10.0))
    v = fy * fy * fy * (fy * (fy * np.float32(6.0) - np.float32(15.0)) + np.float32(10.0))
    du = np.float32(30.0) * fx * fx * (fx * (fx - _TWO) + _ONE)
    dv = np.float32(30.0) * fy * fy * (fy * (fy - _TWO) + _ONE)
    a, ax, ay = _corner(ix, iy, seed, fx, fy)
    b, bx, by = _corner(ix + 1, iy, seed, fx - _ONE, fy)
    c, cx, cy = _corner(ix, iy + 1, seed, fx, fy - _ONE)
    d, dx, dy = _corner(ix + 1, iy + 1, seed, fx - _ONE, fy - _ONE)
    k = a - b - c + d
    value = a + u * (b - a) + v * (c - a) + u * v * k
    gx = ax + u * (bx - ax) + v * (cx - ax) + u * v * (ax - bx - cx + dx)
    gy = ay + u * (by - ay) + v * (cy - ay) + u * v * (ay - by - cy + dy)
    gx += du * (b - a + v * k)
    gy += dv * (c - a + u * k)
    return value * _SPREAD, gx * _SPREAD, gy * _SPREAD


@njit(cache=True)
def value_at(x, y, seed):  # type: ignore[no-untyped-def]
    """One octave of gradient noise at a point, about -1..1."""
    flx = np.floor(x)
    fly = np.floor(y)
    ix = np.int64(flx)
    iy = np.int64(fly)
    fx = np.float32(x - flx)
    fy = np.float32(y - fly)
    u = fx * fx * fx * (fx * (fx * np.float32(6.0) - np.float32(15.0)) + np.float32(10.0))
    v = fy * fy * fy * (fy * (fy * np.float32(6.0) - np.float32(15.0)) + np.float32(10.0))
    a = _corner(ix, iy, seed, fx, fy)[0]
    b = _corner(ix + 1, iy, seed, fx - _ONE, fy)[0]
    c = _corner(ix, iy + 1, seed, fx, fy - _ONE)[0]
    d = _corner(ix + 1, iy + 1, seed, fx - _ONE, fy - _ONE)[0]
    top = a + u * (b - a)
    return (top + v * (c + u * (d - c) - top)) * _SPREAD


@njit(cache=True)
def fbm_at(x, y, seed, octaves, lacunarity=_TWO, gain=_HALF):  # type: ignore[no-untyped-def]
    """Fractal sum of octaves at a point, about -1..1; each octave is turned to hide the grid."""
    total = np.float32(0.0)
    norm = np.float32(0.0)
    amp = _ONE
    px = np.float32(x)
    py = np.float32(y)
    for octave in range(octaves):
        total += amp * value_at(px, py, seed + octave)
        norm += amp
        amp *= gain
        qx = (px * _COS - py * _SIN) * lacunarity + _SHIFT
        py = (px * _SIN + py * _COS) * lacunarity - _SHIFT
        px = qx
    return total / norm * np.float32(1.25)


@njit(cache=True)
def ridged_at(x, y, seed, octaves, lacunarity=_TWO, gain=_HALF):  # type: ignore[no-untyped-def]
    """Ridged multifractal at a point, about -1..1 with sharp crests at the top."""
    total = np.float32(0.0)
    norm = np.float32(0.0)
    amp = _ONE
    weight = _ONE
    px = np.float32(x)
    py = np.float32(y)
    for octave in range(octaves):
        r = _ONE - min(abs(value_at(px, py, seed + octave)) * np.float32(1.3), _ONE)
        r = r * r * weight
        weight = min(r * _TWO, _ONE)
        total += amp * r
        norm += amp
        amp *= gain
        qx = (px * _COS - py * _SIN) * lacunarity + _SHIFT
        py = (px * _SIN + py * _COS) * lacunarity - _SHIFT
        px = qx
    return total / norm * _TWO - _ONE


@njit(cache=True)
def _fill(x, y, seed, octaves, lacunarity, gain, kind, out):  # type: ignore[no-untyped-def]
    for i in range(x.size):
        if kind == 0:
            out[i] = fbm_at(x[i], y[i], seed, octaves, lacunarity, gain)
        else:
            out[i] = ridged_at(x[i], y[i], seed, octaves, lacunarity, gain)


def _run(x: F32, y: F32, seed: int, octaves: int, lacunarity: float, gain: float, kind: int) -> F32:
    shape = np.broadcast_shapes(x.shape, y.shape)
    flat_x = np.ascontiguousarray(np.broadcast_to(x, shape), np.float32).ravel()
    flat_y = np.ascontiguousarray(np.broadcast_to(y, shape), np.float32).ravel()
    out = np.empty(flat_x.size, np.float32)
    _fill(
        flat_x,
        flat_y,
        seed & _MASK,
        octaves,
        np.float32(lacunarity),
        np.float32(gain),
        kind,
        out,
    )
    return out.reshape(shape)


def fbm(x: F32, y: F32, seed: int, octaves: int, lacunarity: float = 2.0, gain: float = 0.5) -> F32:
    """Fractal noise, about -1..1, at float32 points ``x``, ``y`` of equal (or broadcast) shape."""
    return _run(x, y, seed, octaves, lacunarity, gain, 0)


def ridged(
    x: F32, y: F32, seed: int, octaves: int, lacunarity: float = 2.0, gain: float = 0.5
) -> F32:
    """Ridged multifractal, about -1..1, at float32 points ``x``, ``y``."""
    return _run(x, y, seed, octaves, lacunarity, gain, 1)


def warped(x: F32, y: F32, seed: int, octaves: int, amount: float) -> F32:
    """Fractal noise whose domain is bent by two slower noises: smoke, silk, cirrus.

    ``amount`` is the bend in noise cells (0.5 gentle, 2 torn).
    Source: I. Quilez, domain warping.
    """
    shape = np.broadcast_shapes(x.shape, y.shape)
    bx = np.broadcast_to(x, shape)
    by = np.broadcast_to(y, shape)
    slow = max(octaves - 2, 1)
    wx = fbm(bx, by, seed + 101, slow)
    wy = fbm(bx + np.float32(5.2), by + np.float32(1.3), seed + 211, slow)
    k = np.float32(amount)
    return fbm(bx + k * wx, by + k * wy, seed, octaves)
