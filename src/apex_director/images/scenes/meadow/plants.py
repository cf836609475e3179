"""Flowers, blades and broad-leaved trees as small pictures with coverage, and how they are set."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from apex_director.images.scenes.palette import ScenePalette, mix
from apex_director.images.scenes.planet import bright_enough
from apex_director.images.scenes.shapes import fill, strokes

F32 = NDArray[np.float32]
Polygon = NDArray[np.float64]
KINDS = ("poppy", "daisy", "lavender", "buttercup", "cornflower")


@dataclass(frozen=True, kw_only=True, eq=False)
class Light:
    """All light on a plant: of the open sky, of the sun through and on it, and the sun's side."""

    sky: F32
    sun: F32
    side: float


def _petal(x: float, y: float, turn: float, long: float, wide: float) -> Polygon:
    t = np.linspace(0, 1, 9)
    half = wide * np.sin(np.pi * t**0.75) ** 0.8
    ring = np.concatenate([np.stack([t * long, half], 1), np.stack([t * long, -half], 1)[-2:0:-1]])
    c, s = np.cos(turn), np.sin(turn)
    return np.asarray(ring @ np.array([[c, s], [-s, c]]) + (x, y))


def _paint(sheet: F32, polygons: Sequence[Polygon], colour: F32) -> None:
    cover = fill(sheet.shape[0], sheet.shape[1], polygons)[..., None]
    sheet *= 1 - cover
    sheet[..., :3] += colour * cover
    sheet[..., 3:] += cover


def flower(kind: str, size: float, tint: F32, leaf: F32, light: Light, seed: int) -> F32:
    """One flower on its stem, premultiplied linear light [h, w, 4]; ``size`` is its height in
    pixels, the root at the middle of the lowest row.
    """
    rng = np.random.default_rng([seed, 57])
    h, w = int(size) + 4, int(size * 0.62) + 6
    sheet = np.zeros((h, w, 4), np.float32)
    lean = float(rng.normal(0, 0.09)) * size
    head = (w / 2 + lean, h - size * float(rng.uniform(0.80, 0.90)))
    t = np.linspace(0, 1, 7)
    stem = np.stack([w / 2 + lean * t**1.7, h - (h - head[1]) * t], 1)
    green = leaf * (light.sky + light.sun * np.float32(0.55))
    cover = strokes(h, w, [(stem, max(0.8, size * 0.028), max(0.6, size * 0.018))])[..., None]
    sheet[..., :3] += green * cover
    sheet[..., 3:] += cover
    blades = []
    for _ in range(2):
        up = float(rng.uniform(0.15, 0.5))
        turn = float(rng.choice((-1, 1))) * float(rng.uniform(0.5, 1.0)) - np.pi / 2
        root = (w / 2 + lean * up**1.7, h - (h - head[1]) * up)
        blades.append(_petal(*root, turn, size * 0.22, size * 0.024))
    _paint(sheet, blades, green * np.float32(0.9))
    shade = light.sky + light.sun * np.float32(0.62)
    glow = light.sky + light.sun * np.float32(1.15)
    _HEADS[kind](sheet, head, size, tint, (shade, glow), rng)
    return sheet


def _fan(
    x: float, y: float, turn: float, reach: float, open_: float, rng: np.random.Generator
) -> Polygon:
    """A broad crumpled petal: a fan about ``turn`` with a wavy edge."""
    a = np.linspace(-open_, open_, 17)
    wave = 1 + 0.05 * np.sin(a * 9 + float(rng.uniform(0, 6))) + rng.normal(0, 0.012, 17)
    r = reach * np.cos(a / open_ * 1.25) ** 0.32 * wave
    edge = np.stack([x + np.cos(turn + a) * r, y + np.sin(turn + a) * r * 0.82], 1)
    return np.concatenate([[(x, y)], edge])


def _poppy(sheet: F32, head: tuple[float, float], size: float, tint: F32,
           light: tuple[F32, F32], rng: np.random.Generator) -> None:  # fmt: skip
    x, y = head
    r = size * 0.20
    up, lean = -np.pi / 2, float(rng.normal(0, 0.25))
    y0 = y + r * 0.35
    _paint(sheet, [_fan(x, y0, up + lean, r * 1.02, 1.05, rng)], tint * light[1])
    _paint(sheet, [_fan(x, y0, up + lean, r * 0.72, 0.9, rng)], tint * light[1] * np.float32(0.82))
    sides = [_fan(x, y0, up + lean + a, r * 0.98, 0.72, rng) for a in (-1.35, 1.35)]
    _paint(sheet, sides, tint * light[0])
    inner = [_fan(x, y0, up + lean + a, r * 0.66, 0.5, rng) for a in (-1.25, 1.25)]
    _paint(sheet, inner, tint * light[0] * np.float32(0.78))
    a = np.linspace(0, 2 * np.pi, 16)
    dark = np.array([0.02, 0.015, 0.02], np.float32)
    heart = np.stack(
        [x + lean * r * 0.2 + np.cos(a) * r * 0.24, y0 - r * 0.22 + np.sin(a) * r * 0.2], 1
    )
    _paint(sheet, [heart], dark * light[0])
    _paint(
        sheet,
        [_fan(x, y0 + r * 0.22, up + lean * 0.6, r * 0.60, 1.25, rng)],
        tint * light[0] * np.float32(0.88),
    )
    _paint(
        sheet,
        [_fan(x, y0 + r * 0.26, up + lean * 0.6, r * 0.36, 1.0, rng)],
        tint * light[0] * np.float32(0.66),
    )


def _daisy(sheet: F32, head: tuple[float, float], size: float, tint: F32,
           light: tuple[F32, F32], rng: np.random.Generator) -> None:  # fmt: skip
    x, y = head
    r, flat = size * 0.15, float(rng.uniform(0.45, 0.8))
    petals = []
    for k in range(13):
        a = 2 * np.pi * k / 13 + float(rng.normal(0, 0.06))
        ring = _petal(0, 0, a, r, r * 0.17)
        petals.append(ring * (1, flat) + (x, y))
    _paint(sheet, petals[::2], tint * light[0] * np.float32(0.85))
    _paint(sheet, petals[1::2], tint * light[1] * np.float32(0.9))
    eye = np.array([0.75, 0.45, 0.05], np.float32)
    round_ = np.linspace(0, 2 * np.pi, 14)
    disc = np.stack([x + np.cos(round_) * r * 0.32, y + np.sin(round_) * r * 0.32 * flat], 1)
    _paint(sheet, [disc], eye * light[0])


def _lavender(sheet: F32, head: tuple[float, float], size: float, tint: F32,
              light: tuple[F32, F32], rng: np.random.Generator) -> None:  # fmt: skip
    x, y = head
    for k in range(9):
        at = y - size * 0.06 + size * 0.036 * k
        wide = size * 0.045 * (0.5 + 0.5 * np.sin(np.pi * (k + 1) / 10))
        buds = [
            _petal(x, at, a + float(rng.normal(0, 0.2)), wide * 1.5, wide * 0.5)
            for a in (-2.7, -1.57, -0.45)
        ]
        _paint(sheet, buds, tint * (light[1] if k % 2 else light[0]) * np.float32(0.95))


def _buttercup(sheet: F32, head: tuple[float, float], size: float, tint: F32,
               light: tuple[F32, F32], rng: np.random.Generator) -> None:  # fmt: skip
    x, y = head
    r, flat = size * 0.105, float(rng.uniform(0.5, 0.85))
    rings = [
        _petal(0, 0, 2 * np.pi * k / 5 + 0.3, r, r * 0.48) * (1, flat) + (x, y) for k in range(5)
    ]
    _paint(sheet, rings[:3], tint * light[1])
    _paint(sheet, rings[3:], tint * light[0])
    a = np.linspace(0, 2 * np.pi, 10)
    _paint(sheet, [np.stack([x + np.cos(a) * r * 0.3, y + np.sin(a) * r * 0.3 * flat], 1)],
           tint * light[0] * np.float32(0.6))  # fmt: skip


def _cornflower(sheet: F32, head: tuple[float, float], size: float, tint: F32,
                light: tuple[F32, F32], rng: np.random.Generator) -> None:  # fmt: skip
    x, y = head
    r = size * 0.14
    for ring, (reach, count) in enumerate(((1.0, 11), (0.65, 8))):
        rays = [
            _petal(x, y, -np.pi * (0.02 + 0.96 * k / (count - 1)) + float(rng.normal(0, 0.1)),
                   r * reach, r * 0.13)
            for k in range(count)
        ]  # fmt: skip
        _paint(sheet, rays, tint * light[1 - ring] * np.float32(1.0 - 0.2 * ring))
    cup = _petal(x, y + r * 0.55, -np.pi / 2, r * 0.6, r * 0.24)
    _paint(sheet, [cup], np.array([0.05, 0.08, 0.03], np.float32) * light[0])


_HEADS = {
    "poppy": _poppy,
    "daisy": _daisy,
    "lavender": _lavender,
    "buttercup": _buttercup,
    "cornflower": _cornflower,
}


def tints(pal: ScenePalette, own: bool) -> dict[str, F32]:
    """Petal albedo of each kind; ``own`` colours lean to the scene's palette."""
    white = np.ones(3, np.float32)
    base = {
        "poppy": np.array([0.62, 0.055, 0.03], np.float32),
        "daisy": np.array([0.80, 0.80, 0.78], np.float32),
        "lavender": np.array([0.26, 0.15, 0.55], np.float32),
        "buttercup": np.array([0.78, 0.52, 0.03], np.float32),
        "cornflower": np.array([0.10, 0.17, 0.62], np.float32),
    }
    share = 0.75 if own else 0.15
    lead = bright_enough(pal.accent, 0.18)
    other = bright_enough(pal.accent2, 0.18)
    return {
        "poppy": mix(base["poppy"], lead, share),
        "daisy": mix(base["daisy"], mix(lead, white, 0.7), share * 0.6),
        "lavender": mix(base["lavender"], other, share),
        "buttercup": mix(base["buttercup"], mix(lead, pal.sun, 0.4), share),
        "cornflower": mix(base["cornflower"], other, share),
    }


def paste(sheet: F32, sprite: F32, x: float, y: float, dim: float = 1.0) -> None:
    """Lay a premultiplied sprite over a sheet in place, its lowest middle at (x, y) in pixels."""
    h, w = sprite.shape[:2]
    y0, x0 = round(y) - h, round(x) - w // 2
    a, b = max(0, y0), min(sheet.shape[0], y0 + h)
    c, d = max(0, x0), min(sheet.shape[1], x0 + w)
    if a >= b or c >= d:
        return
    part = sprite[a - y0 : b - y0, c - x0 : d - x0]
    area = sheet[a:b, c:d]
    area *= 1 - part[..., 3:]
    area[..., :3] += part[..., :3] * np.float32(dim)
    area[..., 3:] += part[..., 3:]
