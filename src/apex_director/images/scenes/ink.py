"""Ink in water: drops carried backwards through a divergence-free flow, so that they curl and
thread as they would.
"""

from __future__ import annotations

from typing import cast

import cv2
import numpy as np
from numba import njit
from numpy.typing import NDArray

from apex_director.images.scenes.noise import noise_grad_at, value_at
from apex_director.images.scenes.sky import smoothstep

F32 = NDArray[np.float32]
_ONE = np.float32(1.0)


@njit(cache=True)
def _carry(u, v, seed, steps, pace, rise, xs, ys):  # type: ignore[no-untyped-def]
    """Where the water at columns ``u``, rows ``v`` came from."""
    for j in range(v.size):
        for i in range(u.size):
            x = u[i]
            y = v[j]
            for step in range(steps):
                # the curl of a noise potential has no sources: threads stretch and never tear
                _, ax, ay = noise_grad_at(x * np.float32(1.15), y * np.float32(1.15), seed)
                _, bx, by = noise_grad_at(x * np.float32(2.6), y * np.float32(2.6), seed + 3)
                _, cx, cy = noise_grad_at(x * np.float32(6.1), y * np.float32(6.1), seed + 5)
                late = np.float32(step) / np.float32(steps)
                fine = np.float32(0.16) * (_ONE - late)
                x -= pace * (ay + np.float32(0.45) * by + fine * cy)
                y += pace * (ax + np.float32(0.45) * bx + fine * cx) + rise
            xs[j, i] = x
            ys[j, i] = y


@njit(cache=True)
def _fading_fbm(x, y, seed, scale, octaves, stretch):  # type: ignore[no-untyped-def]
    """Fractal noise whose octaves fade before they become finer than the picture can show."""
    total, norm, amp = np.float32(0.0), np.float32(0.0), _ONE
    for octave in range(octaves):
        keep = min(max(np.float32(1.6) - np.float32(3.2) * scale * stretch, np.float32(0.0)), _ONE)
        if keep > np.float32(0.0):
            total += keep * amp * value_at(x * scale, y * scale, seed + octave)
        norm += amp
        amp *= np.float32(0.5)
        scale *= np.float32(2.1)
    return total / norm * np.float32(1.25)


@njit(cache=True)
def _inked(xs, ys, stretch, seed, drops, density, tint):  # type: ignore[no-untyped-def]
    """Ink density and tint of carried places: ask the drops [n, 4] (x, y, radius, tint)."""
    for j in range(xs.shape[0]):
        for i in range(xs.shape[1]):
            x, y, s = xs[j, i], ys[j, i], stretch[j, i]
            total = np.float32(0.0)
            hue = np.float32(0.0)
            rough = _fading_fbm(x, y, seed + 11, np.float32(4.0), 4, s)
            for d in range(drops.shape[0]):
                dx = (x - drops[d, 0]) / drops[d, 2]
                dy = (y - drops[d, 1]) / drops[d, 2]
                q = np.float32(1.0) - np.sqrt(dx * dx + dy * dy) + np.float32(0.32) * rough
                q = min(max(q * np.float32(1.6), np.float32(0.0)), _ONE)
                q = q * q * (np.float32(3.0) - np.float32(2.0) * q)
                total += q
                hue += q * drops[d, 3]
            fibre = _fading_fbm(x, y, seed + 21, np.float32(13.0), 4, s)
            density[j, i] = total * (np.float32(0.52) + np.float32(0.95) * fibre)
            tint[j, i] = hue / max(total, np.float32(1e-4))


def _stretch(xs: F32, ys: F32) -> F32:
    """How far apart neighbouring pixels came from, in short sides."""
    away = np.zeros_like(xs)
    for axis in (0, 1):
        dx, dy = np.gradient(xs, axis=axis), np.gradient(ys, axis=axis)
        np.maximum(away, np.sqrt(dx * dx + dy * dy), out=away)
    return cast(F32, cv2.blur(away, (3, 3)))


def plume(
    u: F32, v: F32, seed: int, drops: NDArray[np.float32], *, pace: float, rise: float, steps: int
) -> tuple[F32, F32]:
    """Density (0 and up) and tint 0..1 of ink [shape=(h, w)].

    Parameters
    ----------
    drops : float32 [shape=(n, 4)]
        Where it was let in: x right and y up in short sides, radius, tint.
    pace, rise : float
        Step of the flow and of the steady sinking, in short sides.

    Source: Bridson et al., Curl-noise for procedural fluid flow, 2007.
    """
    x, y = np.ascontiguousarray(u.ravel()), np.ascontiguousarray(v.ravel())
    xs, ys, density, tint = (np.empty((y.size, x.size), np.float32) for _ in range(4))
    key = seed & 0xFFFFF
    _carry(x, y, key, steps, np.float32(pace), np.float32(rise), xs, ys)
    _inked(xs, ys, _stretch(xs, ys), key, np.ascontiguousarray(drops, np.float32), density, tint)
    return np.maximum(density, 0.0), tint


def relief(density: F32, unit_px: float, light: tuple[float, float]) -> F32:
    """How much the cloud of ink faces a light, -1..1: it reads as a volume."""
    body = np.sqrt(density)
    soft = cv2.GaussianBlur(body, (0, 0), max(0.8, unit_px / 260))
    k = np.float32(unit_px / 8 * 0.16)
    gx = cv2.Sobel(soft, cv2.CV_32F, 1, 0, ksize=3) * k
    gy = cv2.Sobel(soft, cv2.CV_32F, 0, 1, ksize=3) * k
    slope = -(gx * np.float32(light[0]) - gy * np.float32(light[1]))
    return cast(F32, slope / np.sqrt(_ONE + slope * slope))


def opacity(density: F32, strength: float) -> F32:
    """Absorbed share of light 0..1; thin ink is clear, thick ink closes."""
    return cast(
        F32, (_ONE - np.exp(-density * np.float32(strength))) * smoothstep(0, 0.08, density)
    )
