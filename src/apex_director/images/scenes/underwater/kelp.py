"""Giant kelp: long stems with floats and ruffled blades, lit through by the sun."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from apex_director.images.scenes.model import SceneSpec
from apex_director.images.scenes.noise import fbm
from apex_director.images.scenes.palette import mix
from apex_director.images.scenes.shapes import Polygon, fill, stroke_polygon
from apex_director.images.scenes.sky import enlarge, pixel_grid, smoothstep, unit
from apex_director.images.scenes.underwater.light import Sea, drowned, level_at

F32 = NDArray[np.float32]
F64 = NDArray[np.float64]
_ONE = np.float32(1.0)


@dataclass(frozen=True, kw_only=True)
class Stand:
    """Stems of one depth: their columns (0..1), the foot's row, the blades' ``long`` and the gap
    between them in short sides, the current's push, and how deep in the water they stand.
    """

    columns: tuple[float, ...]
    foot: float
    top: float
    long: float
    gap: float
    push: float
    depth: float
    salt: int


def _blade(
    rng: np.random.Generator, x: float, y: float, turn: float, long: float, droop: float
) -> Polygon:
    """A ruffled lance from (x, y) towards ``turn`` (0 right, up positive), bending by ``droop``."""
    t = np.linspace(0.0, 1.0, 15)
    bend = turn + droop * t + 0.22 * np.sin(t * 5.0 + float(rng.uniform(0, 6.3)))
    step = long / 14
    px = x + np.concatenate([[0.0], np.cumsum(np.cos(bend[:-1]) * step)])
    py = y - np.concatenate([[0.0], np.cumsum(np.sin(bend[:-1]) * step)])
    face = 0.35 + 0.65 * float(rng.random())  # blades turn their edge to the eye
    half = long * 0.088 * face * np.sin(np.pi * np.clip(t, 0.02, 1.0) ** 0.62) ** 0.8
    ruffle = 1.0 + 0.20 * np.sin(t * 26.0 + float(rng.uniform(0, 6.3)))
    nx, ny = np.sin(bend), np.cos(bend)
    left = np.stack([px + nx * half * ruffle, py + ny * half * ruffle], axis=1)
    right = np.stack([px - nx * half, py - ny * half], axis=1)
    return np.concatenate([left, right[::-1]])


def _float(x: float, y: float, turn: float, size: float) -> Polygon:
    a = np.linspace(0, 2 * np.pi, 15)[:-1]
    along, across = size * (1 + np.cos(a)), size * 0.55 * np.sin(a)
    c, s = np.cos(turn), np.sin(turn)
    return np.stack([x + along * c - across * s, y - along * s - across * c], axis=1)


def _stem(
    spec: SceneSpec, stand: Stand, column: float, rng: np.random.Generator,
    tones: list[list[Polygon]],
) -> None:  # fmt: skip
    """One kelp's polygons, sorted into ``tones`` (dark, middle, bright)."""
    w, h = spec.canvas
    size = unit(spec)
    foot, top = stand.foot * h, stand.top * h
    count = max(8, int((foot - top) / (0.02 * size)))
    t = np.linspace(0.0, 1.0, count)
    phase, swing = float(rng.uniform(0, 6.3)), float(rng.uniform(0.5, 1.2))
    sway = 0.045 * swing * np.sin(t * 3.6 + phase) * t + 0.018 * np.sin(t * 9 + phase * 2) * t
    x = column * w + (sway + stand.push * t**1.6) * size
    y = foot + (top - foot) * t
    path = np.stack([x, y], axis=1)
    thick = max(1.0, 0.024 * stand.long * size * 1.6)
    tones[0].append(stroke_polygon(path, thick * 1.3, thick * 0.8))
    along = np.concatenate([[0.0], np.cumsum(np.hypot(np.diff(x), np.diff(y)))])
    place = stand.gap * size * float(rng.uniform(0.4, 1.0))
    side = 1.0 if rng.random() < 0.5 else -1.0
    while place < along[-1]:
        px, py = float(np.interp(place, along, x)), float(np.interp(place, along, y))
        up = 1.0 - float(np.interp(place, along, 1 - t))
        lean = float(rng.uniform(0.25, 0.95))
        turn = lean if side > 0 else np.pi - lean
        turn += 0.5 * np.sign(stand.push) * (-1) * min(1.0, abs(stand.push) * 3)
        length = stand.long * size * float(rng.uniform(0.65, 1.15)) * (0.65 + 0.5 * up)
        knob = length * 0.050
        tone = tones[int(rng.choice(3, p=(0.30, 0.42, 0.28)))]
        tones[1].append(_float(px, py, turn, knob))
        bx, by = px + 2 * knob * np.cos(turn), py - 2 * knob * np.sin(turn)
        droop = float(rng.uniform(-1.15, 0.25)) * (1 if side > 0 else -1)
        tone.append(_blade(rng, bx, by, turn, length, droop))
        side = -side
        place += stand.gap * size * float(rng.uniform(0.7, 1.3))


def kelp_sheet(spec: SceneSpec, sea: Sea, stand: Stand) -> F32:
    """A stand of kelp as premultiplied light [canvas_h, canvas_w, 4]."""
    w, h = spec.canvas
    rng = np.random.default_rng([spec.seed & 0x7FFFFFFF, 7300 + stand.salt])
    tones: list[list[Polygon]] = [[], [], []]
    for column in stand.columns:
        _stem(spec, stand, column, rng, tones)
    x = ((np.arange(w, dtype=np.float32) + np.float32(0.5)) / np.float32(w))[None, :]
    y = ((np.arange(h, dtype=np.float32) + np.float32(0.5)) / np.float32(h))[:, None]
    level = level_at(spec, sea, x, y)
    du = (x - np.float32(sea.light[0])) * np.float32(w / unit(spec))
    dv = (y - np.float32(sea.light[1])) * np.float32(h / unit(spec))
    behind = np.exp(-np.sqrt(du * du + dv * dv) / np.float32(0.48))
    veil = drowned(sea, np.zeros(3, np.float32), stand.depth, level)
    through = np.exp(-np.float32(stand.depth) * sea.extinction)
    leaf = sea.leaf * (np.float32(0.35) + np.float32(0.65) * sea.sun)
    leaf = leaf / np.float32(max(float(leaf.max()), 1e-3))
    dark = mix(sea.body, sea.tone(0.22), 0.25) + leaf * np.float32(0.006)
    u, v = pixel_grid(spec, (0.5, 0.5), 2)
    streaks = fbm(u * np.float32(22.0), v * np.float32(30.0), spec.seed + 51 + stand.salt, 2)
    streaks = _ONE + np.float32(0.38) * enlarge(streaks, spec, 2)
    sheet = np.zeros((h, w, 4), np.float32)
    shine = np.float32(0.12 + 0.9 * sea.power)
    for n, polygons in enumerate(tones):
        cover = fill(h, w, polygons)
        glow = (np.float32(0.03) + np.float32(1.25) * behind) * np.float32((0.05, 0.34, 0.80)[n])
        glow = glow * shine + np.float32((0.0, 0.020, 0.060)[n]) * smoothstep(0.1, 0.9, level)
        glow = glow * streaks
        part = sheet
        part *= (_ONE - cover)[..., None]
        for c in range(3):
            lit = dark[c] + glow * leaf[c]
            part[..., c] += cover * (lit * through[c] + veil[..., c])
        part[..., 3] += cover
    soft = max(0.0, (0.9 - stand.depth) * unit(spec) * 0.004)
    return cv2.GaussianBlur(sheet, (0, 0), soft) if soft > 0.3 else sheet
