"""Clouds of gas and dust lit by young stars: warped noise, light marched through dust, relief."""

from __future__ import annotations

from typing import cast

import cv2
import numpy as np
from numba import njit
from numpy.typing import NDArray

from apex_director.images.scenes.noise import fbm_at, ridged_at, value_at

F32 = NDArray[np.float32]
_ONE = np.float32(1.0)
_SHRINK = 4


@njit(cache=True)
def _billow_at(x, y, seed, octaves):  # type: ignore[no-untyped-def]
    """Folded noise: round heads parted by creases, about -1..1; the shape of dust."""
    total, norm, amp = np.float32(0.0), np.float32(0.0), _ONE
    for octave in range(octaves):
        total += amp * (_ONE - np.float32(2.6) * abs(value_at(x, y, seed + octave)))
        norm += amp
        amp *= np.float32(0.52)
        x, y = (
            (x * np.float32(0.8) - y * np.float32(0.6)) * np.float32(2.07) + np.float32(3.7),
            (x * np.float32(0.6) + y * np.float32(0.8)) * np.float32(2.07) - np.float32(8.1),
        )
    return total / norm


@njit(cache=True)
def _clouds(u, v, wx, wy, seed, torn, gas, thread, dust):  # type: ignore[no-untyped-def]
    """Gas, filaments and dust (each about -1..1) at columns ``u``, rows ``v``, bent by a warp."""
    for j in range(v.size):
        for i in range(u.size):
            x = u[i] + wx[j, i] * torn
            y = v[j] + wy[j, i] * torn
            g = fbm_at(x * np.float32(1.9), y * np.float32(1.9), seed + 11, 7)
            gas[j, i] = g
            bend = np.float32(0.16) * g
            thread[j, i] = ridged_at(
                x * np.float32(2.3) + bend, y * np.float32(2.3) - bend, seed + 31, 6
            )
            soft = fbm_at(x * np.float32(1.25), y * np.float32(1.25), seed + 51, 4)
            heads = _billow_at(x * np.float32(2.7) + bend, y * np.float32(2.7) + bend, seed + 71, 6)
            dust[j, i] = soft * np.float32(0.85) + heads * np.float32(0.34)


@njit(cache=True)
def _warp(u, v, seed, wx, wy):  # type: ignore[no-untyped-def]
    """Three levels of domain warp, slow enough to be made small and enlarged."""
    for j in range(v.size):
        for i in range(u.size):
            x, y = u[i], v[j]
            ax = fbm_at(x * np.float32(0.9), y * np.float32(0.9), seed + 101, 3)
            ay = fbm_at(x * np.float32(0.9) + np.float32(5.2), y * np.float32(0.9), seed + 111, 3)
            k = np.float32(0.8)
            bx = fbm_at(x * np.float32(1.5) + k * ax, y * np.float32(1.5) + k * ay, seed + 121, 4)
            by = fbm_at(x * np.float32(1.5) + k * ay, y * np.float32(1.5) - k * ax, seed + 131, 4)
            k = np.float32(0.5)
            wx[j, i] = np.float32(0.55) * ax + k * bx
            wy[j, i] = np.float32(0.55) * ay + k * by


@njit(cache=True)
def _light_through(dust, sx, sy, depth, steps, out):  # type: ignore[no-untyped-def]
    """Transmittance of dust from a star at pixel (sx, sy) to every pixel."""
    h, w = dust.shape
    for j in range(h):
        for i in range(w):
            dx = np.float32(sx - i)
            dy = np.float32(sy - j)
            far = np.sqrt(dx * dx + dy * dy)
            total = np.float32(0.0)
            for s in range(1, steps + 1):
                t = np.float32(s) / np.float32(steps + 1)
                x = min(max(np.float32(i) + dx * t, np.float32(0.0)), np.float32(w - 1.001))
                y = min(max(np.float32(j) + dy * t, np.float32(0.0)), np.float32(h - 1.001))
                a = np.int64(x)
                b = np.int64(y)
                fx = x - np.float32(a)
                fy = y - np.float32(b)
                top = dust[b, a] + fx * (dust[b, a + 1] - dust[b, a])
                low = dust[b + 1, a] + fx * (dust[b + 1, a + 1] - dust[b + 1, a])
                total += top + fy * (low - top)
            out[j, i] = np.exp(-depth * total * far / np.float32(steps * h))


def clouds(u: F32, v: F32, seed: int, torn: float) -> tuple[F32, F32, F32]:
    """Gas, filaments and dust, each about -1..1 [shape=(h, w)].

    Parameters
    ----------
    u, v : float32 [shape=(1, w)], [shape=(h, 1)]
        Place in short sides.
    torn : float
        Strength of the warp: 0.2 quiet, 0.7 torn.

    Source: I. Quilez, domain warping.
    """
    x, y = np.ascontiguousarray(u.ravel()), np.ascontiguousarray(v.ravel())
    shape = (y.size, x.size)
    small_x, small_y = _every(x, _SHRINK), _every(y, _SHRINK)
    wx, wy = (np.empty((small_y.size, small_x.size), np.float32) for _ in range(2))
    _warp(small_x, small_y, seed & 0xFFFFF, wx, wy)
    wx, wy = _grown(wx, shape), _grown(wy, shape)
    gas, thread, dust = (np.empty(shape, np.float32) for _ in range(3))
    _clouds(x, y, wx, wy, seed & 0xFFFFF, np.float32(torn), gas, thread, dust)
    return gas, thread, dust


def _grown(small: F32, shape: tuple[int, int]) -> F32:
    """Enlarged without the ripple of a cubic: its derivatives are looked at."""
    big = cv2.resize(small, shape[::-1], interpolation=cv2.INTER_LINEAR)
    return cast(F32, cv2.GaussianBlur(big, (0, 0), 0.8 * _SHRINK))


def _every(places: F32, shrink: int) -> F32:
    """Centres of about ``size / shrink`` equal cells over the same stretch."""
    count = max(2, round(places.size / shrink))
    step = float(places[-1] - places[0]) / max(places.size - 1, 1)
    left = float(places[0]) - step / 2
    cell = step * places.size / count
    return (left + cell * (np.arange(count) + 0.5)).astype(np.float32)


def light_through(dust: F32, star: tuple[float, float], depth: float) -> F32:
    """How much of a star's light (at 0..1 of the sheet) reaches each point through dust
    [shape=(h, w)], 0..1.
    """
    h, w = dust.shape
    small_w, small_h = max(8, round(w / 6)), max(8, round(h / 6))
    small = cv2.resize(dust, (small_w, small_h), interpolation=cv2.INTER_AREA)
    out = np.empty_like(small)
    _light_through(
        small, np.float32(star[0] * small_w), np.float32(star[1] * small_h),
        np.float32(depth), 28, out,
    )  # fmt: skip
    out = cv2.GaussianBlur(out, (0, 0), 1.2)
    return cast(F32, cv2.resize(out, (w, h), interpolation=cv2.INTER_CUBIC))


def facing(height: F32, u: F32, v: F32, unit_px: float) -> F32:
    """How much a relief faces a light at the origin of ``u``, ``v``: -1..1 [shape=(h, w)]."""
    soft = cv2.GaussianBlur(height, (0, 0), max(0.8, unit_px / 420))
    gx = cv2.Sobel(soft, cv2.CV_32F, 1, 0, ksize=3, scale=unit_px / 8)
    gy = cv2.Sobel(soft, cv2.CV_32F, 0, 1, ksize=3, scale=unit_px / 8)
    far = np.sqrt(u * u + v * v) + np.float32(0.05)
    slope = (gx * u - gy * v) / far
    return cast(F32, slope / np.sqrt(np.float32(9.0) + slope * slope))
