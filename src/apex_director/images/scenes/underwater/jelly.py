"""Jellyfish that glow: a clear bell with bright edges, ribs, frilled arms and trailing threads."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from apex_director.images.scenes.model import SceneSpec
from apex_director.images.scenes.noise import fbm
from apex_director.images.scenes.palette import mix
from apex_director.images.scenes.shapes import Stroke, fill, soften, stroke_polygon
from apex_director.images.scenes.sky import smoothstep, unit

F32 = NDArray[np.float32]
_ONE = np.float32(1.0)


@dataclass(frozen=True, kw_only=True)
class Jelly:
    """A jellyfish: its bell's middle (0..1 of the canvas), half width in short sides, lean in
    radians (clockwise), how far it is closed (0 flat, 1 tall), brightness and which hue leads.
    """

    x: float
    y: float
    size: float
    lean: float
    closed: float
    power: float
    hue: int
    salt: int
    threads: int = 22


def put_jelly(light: F32, spec: SceneSpec, tints: tuple[F32, F32], pale: F32, one: Jelly) -> None:
    """Add a jellyfish's light to a sheet [canvas_h, canvas_w, 3], in place."""
    w, h = spec.canvas
    r = one.size * unit(spec)
    wide, tall = int(r * 4.4) + 4, int(r * 8.2) + 4
    cx, rim_y = wide / 2, r * 2.2
    rng = np.random.default_rng([spec.seed & 0x7FFFFFFF, 9100 + one.salt])
    lead, other = tints[one.hue % 2], tints[(one.hue + 1) % 2]
    box = np.zeros((tall, wide, 3), np.float32)
    bell, organ = _bell(tall, wide, cx, rim_y, r, one)
    arms = _arms(tall, wide, cx, rim_y, r, rng)
    threads = _threads(tall, wide, cx, rim_y, r, one, rng)
    white = mix(lead, pale, 0.55)
    for c in range(3):
        box[..., c] = (
            bell * (lead[c] * np.float32(0.72) + white[c] * np.float32(0.28))
            + organ * other[c]
            + arms * (other[c] * np.float32(0.5) + white[c] * np.float32(0.35))
            + threads * (lead[c] * np.float32(0.7) + white[c] * np.float32(0.2))
        )
    glow = cv2.GaussianBlur(box, (0, 0), max(1.0, r * 0.22))
    box += glow * np.float32(0.42)
    turn = cv2.getRotationMatrix2D((cx, rim_y), -np.degrees(one.lean), 1.0)
    reach = int(r * 8.5)
    size = 2 * reach
    turn[:, 2] += (reach - cx, reach - rim_y)
    placed = cv2.warpAffine(box, turn, (size, size), flags=cv2.INTER_LINEAR)
    y0, x0 = round(one.y * h) - reach, round(one.x * w) - reach
    a, b, c0, d = max(0, y0), min(h, y0 + size), max(0, x0), min(w, x0 + size)
    if a < b and c0 < d:
        light[a:b, c0:d] += placed[a - y0 : b - y0, c0 - x0 : d - x0] * np.float32(one.power)


def _bell(tall: int, wide: int, cx: float, rim_y: float, r: float, one: Jelly) -> tuple[F32, F32]:
    """Light of the clear shell and of the organs within it."""
    high = r * (0.62 + 0.62 * one.closed)
    x = ((np.arange(wide, dtype=np.float32) + np.float32(0.5 - cx)) / np.float32(r))[None, :]
    up = ((np.float32(rim_y) - np.arange(tall, dtype=np.float32) - np.float32(0.5)) / high)[:, None]
    # the rim is an ellipse seen a little from below, scalloped into lappets
    dip = np.float32(0.20) * np.sqrt(np.maximum(_ONE - np.minimum(x * x, _ONE), 0.0))
    lappet = np.float32(0.035) * np.abs(np.sin(np.arcsin(np.clip(x, -1, 1)) * np.float32(13.0)))
    low = up + dip * np.float32(0.62) + lappet
    t = np.clip(up, -0.3, 1.0)
    half = np.sqrt(np.maximum(_ONE - np.maximum(t, 0.0) ** np.float32(2.25), 0.0))
    half = half * (_ONE + np.float32(0.05) * np.exp(-((t - np.float32(0.05)) ** 2) / 0.02))
    s = np.abs(x) / np.maximum(half, np.float32(1e-3))
    px = np.float32(r)
    inside = np.clip((half - np.abs(x)) * px * np.float32(0.6) + np.float32(0.5), 0, 1)
    inside = inside * np.clip(low * px * np.float32(0.9) + np.float32(0.5), 0, 1) * (up < 1)
    sc = np.minimum(s, np.float32(0.995))
    shell = np.float32(0.16) / np.sqrt(_ONE - sc * sc + np.float32(0.012))
    phi = np.arcsin(sc) * np.sign(x)
    ribs = np.float32(0.5) + np.float32(0.5) * np.cos(phi * np.float32(16.0))
    ribs = ribs**6 * np.float32(0.34) * smoothstep(1.0, 0.05, up)
    crown = np.exp(-((up - np.float32(0.93)) ** 2) / np.float32(0.012)) * np.float32(0.10)
    edge = np.exp(-np.abs(low) * np.float32(16.0)) * np.float32(0.42)
    veil = fbm(
        (phi * np.float32(2.5)).astype(np.float32), (up * np.float32(2.2)).astype(np.float32),
        one.salt + 3, 3,
    )  # fmt: skip
    light = (shell + ribs + crown + edge) * (_ONE + np.float32(0.35) * veil)
    bell = light * inside * (np.float32(0.62) + np.float32(0.38) * smoothstep(-0.1, 0.8, up))
    organ = np.zeros_like(bell)
    for k in range(4):
        ox = np.float32((k - 1.5) * 0.235)
        oy = np.float32(0.46 + 0.07 * (1 - abs(k - 1.5)))
        d = np.sqrt(((x - ox) / np.float32(0.15)) ** 2 + ((up - oy) / np.float32(0.15)) ** 2)
        ring = np.exp(-((d - np.float32(0.85)) ** 2) * np.float32(9.0))
        organ += ring * np.float32(0.42) + np.exp(-d * d) * np.float32(0.10)
    soft = fbm(
        (x * np.float32(5)).astype(np.float32) + up * 0, up * np.float32(5) + x * 0, one.salt, 3
    )
    organ *= inside * (np.float32(0.8) + np.float32(0.5) * soft)
    return bell.astype(np.float32), np.maximum(organ, 0).astype(np.float32)


def _wander(
    rng: np.random.Generator, x: float, y: float, long: float, r: float, wild: float, drift: float
) -> NDArray[np.float64]:
    t = np.linspace(0.0, 1.0, 60)
    a, b = float(rng.uniform(0, 6.3)), float(rng.uniform(0, 6.3))
    side = (
        np.sin(t * 4.2 + a) * 0.22 + np.sin(t * 10.5 + b) * 0.07
    ) * wild * t**0.8 + drift * t**1.4
    return np.stack([x + side * r, y + t * long], axis=1)


def _fading(cover: F32, top: float, long: float) -> F32:
    y = (np.arange(cover.shape[0], dtype=np.float32) - np.float32(top)) / np.float32(long)
    return cover * smoothstep(1.02, 0.05, y)[:, None]


def _arms(tall: int, wide: int, cx: float, rim_y: float, r: float, rng: np.random.Generator) -> F32:
    """Four frilled ribbons under the mouth."""
    out = np.zeros((tall, wide), np.float32)
    long = r * float(rng.uniform(2.4, 3.6))
    for k in range(4):
        x = cx + (k - 1.5) * 0.16 * r
        path = _wander(rng, x, rim_y - 0.25 * r, long, r, 1.3, (k - 1.5) * 0.16)
        t = np.linspace(0, 1, len(path))
        frill = 0.10 + 0.055 * np.sin(t * 46 + k) + 0.05 * np.sin(t * 23 + 2 * k)
        half = r * frill * np.sin(np.pi * np.clip(t * 0.93 + 0.07, 0, 1)) ** 0.7
        tangent = np.gradient(path, axis=0)
        normal = np.stack([-tangent[:, 1], tangent[:, 0]], 1)
        normal /= np.hypot(*normal.T)[:, None]
        ribbon = np.concatenate(
            [path + normal * half[:, None], (path - normal * half[:, None] * 0.7)[::-1]]
        )
        cover = fill(tall, wide, [ribbon])
        rims = cover - soften(cover, max(0.8, r * 0.02)) * cover
        out += cover * np.float32(0.10) + rims * np.float32(0.55)
    return _fading(soften(out, max(0.5, r * 0.006)), rim_y, long)


def _threads(
    tall: int, wide: int, cx: float, rim_y: float, r: float, one: Jelly, rng: np.random.Generator
) -> F32:
    """Long fine tentacles from the rim, each ending where it likes."""
    out = np.zeros((tall, wide), np.float32)
    drift = float(rng.uniform(-0.25, 0.25))
    for k in range(3):
        long = r * (5.4, 4.2, 2.8)[k]
        lines: list[Stroke] = []
        for _ in range(one.threads // 3):
            at = float(rng.uniform(-0.96, 0.96))
            foot = rim_y + 0.12 * r * np.sqrt(1 - at * at)
            reach = long * float(rng.uniform(0.75, 1.0))
            path = _wander(rng, cx + at * r * 0.98, foot, reach, r, 1.0, drift + at * 0.25)
            lines.append((path, max(0.9, r * 0.016), max(0.7, r * 0.008)))
        cover = fill(tall, wide, [stroke_polygon(*line) for line in lines])
        out += _fading(cover, rim_y, long) * np.float32(0.34)
    return out
