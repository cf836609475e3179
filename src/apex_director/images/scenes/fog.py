"""A sea of fog seen from above: rolls behind rolls, their crests lit by the low sun."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from apex_director.images.scenes.model import SceneSpec
from apex_director.images.scenes.noise import fbm
from apex_director.images.scenes.palette import ScenePalette, mix
from apex_director.images.scenes.sky import enlarge, pixel_grid, smoothstep, unit
from apex_director.images.scenes.staging import POWER, Sun

F32 = NDArray[np.float32]
ROLLS = 8


def fog_sea(
    spec: SceneSpec, pal: ScenePalette, haze: F32, sun: Sun, row: float, salt: int
) -> F32:  # fmt: skip
    """Fog from ``row`` (0..1) to the foot of the canvas, premultiplied [canvas_h, canvas_w, 4]."""
    w, h = spec.canvas
    first = max(0, int((row * h - 0.09 * unit(spec)) // 4))
    u, v = pixel_grid(spec, (0.5, row), 4)
    down = -v[first:]
    reach = np.float32((1.0 - row) * h / unit(spec))
    power = np.float32(POWER.get(spec.time_of_day, 1.0))
    side = np.abs(u - np.float32((sun.x - 0.5) * w / unit(spec)))
    toward = np.exp(-side * np.float32(1.1)) if sun.shown else np.full_like(side, 0.25)
    crest = mix(pal.sun, pal.sky[4], 0.35) * power * np.float32(0.30)
    shade = mix(haze, mix(pal.sky[1], pal.sky[2], 0.6), 0.42) * np.float32(0.86)
    rgb = np.zeros((down.shape[0], u.shape[1], 3), np.float32)
    alpha = np.zeros(rgb.shape[:2], np.float32)
    for k in range(ROLLS):
        t = k / (ROLLS - 1)
        near = np.float32(0.40 + 0.60 * t)
        heap = _heaps(u, 2.6 / (0.35 + t), spec.seed + salt + 11 * k)
        line = reach * np.float32(0.04 + 0.95 * t**1.35) - heap * np.float32(0.16) * near
        below = down - line
        soft = np.float32(0.012 + 0.030 * t)
        cover = smoothstep(0.0, float(soft), below) * np.float32(0.62 + 0.30 * t)
        wisp = fbm(u * np.float32(4.5 / near) * np.float32(0.5), below * np.float32(9.0 / near) +
                   heap, spec.seed + salt + 5 * k, 3)  # fmt: skip
        top = np.exp(-np.maximum(below, 0.0) / np.float32(0.035 + 0.06 * t))
        lit = top * (np.float32(0.35) + np.float32(0.9) * toward) * (1 + np.float32(0.5) * wisp)
        body = shade + (haze - shade) * np.clip(top + np.float32(0.25) * wisp, 0, 1)[..., None]
        colour = body + np.clip(lit, 0.0, 2.0)[..., None] * crest
        rgb += (colour - rgb) * cover[..., None]
        alpha += (1 - alpha) * cover
    sheet = np.zeros((h, w, 4), np.float32)
    small = np.concatenate([rgb, alpha[..., None]], axis=-1)
    big = np.maximum(enlarge(small, spec, 4)[: h - 4 * first], 0.0)
    big[..., 3] = np.minimum(big[..., 3], 1.0)
    sheet[4 * first :] = big
    return sheet


def _heaps(u: F32, scale: float, seed: int) -> F32:
    """Heights 0..1 of billows along a roll: round heads, creases between them."""
    zero = np.zeros_like(u)
    wide = fbm(u * np.float32(scale * 0.6), zero, seed, 2)
    head = 1 - np.abs(fbm(u * np.float32(scale * 1.5), zero, seed + 3, 2)) * np.float32(1.8)
    fine = 1 - np.abs(fbm(u * np.float32(scale * 4.0), zero, seed + 7, 2)) * np.float32(1.8)
    body = np.float32(0.5) + wide * np.float32(0.7)
    return np.asarray(body + np.float32(0.22) * head + np.float32(0.08) * fine, np.float32)
