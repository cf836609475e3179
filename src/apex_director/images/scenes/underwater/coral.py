"""Corals, sponges and sea fans as drawn growths, lit from above and veiled by the water."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

import cv2
import numpy as np
from numpy.typing import NDArray

from apex_director.images.scenes.model import SceneSpec
from apex_director.images.scenes.noise import fbm
from apex_director.images.scenes.palette import mix
from apex_director.images.scenes.shapes import Polygon, fill, stroke_polygon
from apex_director.images.scenes.silhouette import rim
from apex_director.images.scenes.sky import unit
from apex_director.images.scenes.underwater.light import Sea, level_at, water_colour

F32 = NDArray[np.float32]
F64 = NDArray[np.float64]
_ONE = np.float32(1.0)
Shape = list[Polygon]  # in units of its own height: x right, y up, foot at the origin


@dataclass(frozen=True, kw_only=True, eq=False)
class Garden:
    """Corals far to near: foot ``x``, ``y`` in pixels, depth ``z``, height ``tall`` in pixels."""

    x: F64
    y: F64
    z: F64
    tall: F64
    seed: int
    dim: float = 1.0

    @classmethod
    def empty(cls) -> Garden:
        none = np.zeros(0)
        return cls(x=none, y=none, z=none, tall=none, seed=0)


def _limb(points: list[tuple[float, float]], thick: float, thin: float) -> Polygon:
    return stroke_polygon(np.asarray(points, np.float64), thick, thin)


def _knob(x: float, y: float, r: float) -> Polygon:
    a = np.linspace(0, 2 * np.pi, 13)[:-1]
    return np.stack([x + r * np.cos(a), y + r * np.sin(a)], axis=1)


def staghorn(rng: np.random.Generator) -> Shape:
    """Forking antlers with blunt tips."""
    out: Shape = []

    def grow(x: float, y: float, turn: float, long: float, thick: float, left: int) -> None:
        bow = float(rng.uniform(-0.25, 0.25))
        mx, my = x + np.sin(turn) * long * 0.5, y + np.cos(turn) * long * 0.5
        ex, ey = mx + np.sin(turn + bow) * long * 0.5, my + np.cos(turn + bow) * long * 0.5
        out.append(_limb([(x, y), (mx, my), (ex, ey)], thick, thick * 0.74))
        out.append(_knob(ex, ey, thick * 0.37))
        if left:
            for _ in range(2 if rng.random() < 0.75 else 3):
                lean = turn * 0.8 + float(rng.uniform(-0.75, 0.75))
                size = long * float(rng.uniform(0.62, 0.9))
                grow(float(ex), float(ey), lean, size, thick * 0.74, left - 1)

    for turn in np.linspace(-0.75, 0.75, 4):
        start = float(turn) + float(rng.uniform(-0.15, 0.15))
        grow(float(turn) * 0.12, -0.05, start, 0.30, 0.075, 3)
    return out


def sea_fan(rng: np.random.Generator) -> Shape:
    """A flat net of fine twigs."""
    out: Shape = []
    lean = float(rng.uniform(-0.25, 0.25))

    def grow(x: float, y: float, turn: float, long: float, thick: float, left: int) -> None:
        ex, ey = x + np.sin(turn) * long, y + np.cos(turn) * long
        out.append(_limb([(x, y), (float(ex), float(ey))], thick, thick * 0.8))
        if left:
            for s in (-1.0, 1.0):
                swing = s * float(rng.uniform(0.16, 0.46))
                grow(float(ex), float(ey), turn + swing, long * float(rng.uniform(0.72, 0.95)),
                     max(0.009, thick * 0.74), left - 1)  # fmt: skip

    grow(0.0, -0.03, lean, 0.16, 0.042, 6)
    return out


def tubes(rng: np.random.Generator) -> Shape:
    """A cluster of sponge pipes of different heights."""
    out: Shape = []
    for _ in range(int(rng.integers(4, 8))):
        x = float(rng.uniform(-0.16, 0.16))
        long = float(rng.uniform(0.40, 0.95))
        lean = x * 1.6 + float(rng.uniform(-0.10, 0.10))
        end = (x + lean * long, long)
        mid = (x + lean * long * 0.4, long * 0.5)
        wide = float(rng.uniform(0.09, 0.14))
        out.append(_limb([(x, -0.05), mid, end], wide * 0.75, wide * 1.1))
        lip = _knob(*end, wide * 0.55)
        lip[:, 1] = end[1] + (lip[:, 1] - end[1]) * 0.45
        out.append(lip)
    return out


def table(rng: np.random.Generator) -> Shape:
    """A wide plate on a stem, its rim ragged."""
    out: Shape = [_limb([(0, -0.05), (0.02, 0.25), (0.0, 0.45)], 0.22, 0.34)]
    tops = int(rng.integers(1, 4))
    for k in range(tops):
        a = np.linspace(0, 2 * np.pi, 40, endpoint=False)
        wide = float(rng.uniform(0.55, 0.95)) * (1 - 0.22 * k)
        ragged = 1 + 0.07 * np.sin(a * 9 + k) + 0.05 * rng.normal(size=40)
        y = 0.48 + 0.17 * k
        dish = 0.055 * ragged * np.sin(a)
        out.append(np.stack([0.08 * k + wide * ragged * np.cos(a), y + dish], axis=1))
        if k:
            out.append(_limb([(0.04 * k, y - 0.2), (0.08 * k, y)], 0.18, 0.3))
    return out


def dome(rng: np.random.Generator) -> Shape:
    """A boulder of brain coral, lobed."""
    a = np.linspace(0.0, 2 * np.pi, 48, endpoint=False)
    lobes = 1 + 0.05 * np.sin(a * float(rng.integers(5, 9)) + rng.uniform(0, 6))
    wide = float(rng.uniform(0.55, 0.85))
    return [
        np.stack(
            [wide * lobes * np.cos(a), np.where(a < np.pi, 0.72, 0.26) * lobes * np.sin(a)], axis=1
        )
    ]


def whips(rng: np.random.Generator) -> Shape:
    """Long soft rods bent one way by the current."""
    out: Shape = []
    drift = float(rng.uniform(-0.5, 0.5))
    for _ in range(int(rng.integers(7, 13))):
        x = float(rng.uniform(-0.2, 0.2))
        long = float(rng.uniform(0.5, 1.15))
        t = np.linspace(0, 1, 9)
        bend = (drift + float(rng.uniform(-0.25, 0.25))) * t**2 * long * 0.7
        curl = 0.05 * np.sin(t * 7 + float(rng.uniform(0, 6))) * t
        path = np.stack([x * (1 + t) + bend + curl, t * long - 0.04], axis=1)
        out.append(stroke_polygon(path, 0.034, 0.016))
    return out


def tuft(rng: np.random.Generator) -> Shape:
    """A low bush of soft fingers."""
    out: Shape = []
    for _ in range(26):
        turn = float(rng.normal(0, 0.62))
        long = float(rng.uniform(0.3, 0.62))
        x = turn * 0.22
        mid = (x + np.sin(turn) * long * 0.5, np.cos(turn) * long * 0.55)
        end = (x + np.sin(turn * 1.2) * long, np.cos(turn * 1.1) * long)
        out.append(_limb([(x, -0.06), mid, end], 0.075, 0.05))
        out.append(_knob(*end, 0.034))
    return out


KINDS: tuple[Callable[[np.random.Generator], Shape], ...] = (
    staghorn, sea_fan, tubes, table, dome, whips, tuft,
)  # fmt: skip
_STATURE = (1.0, 1.25, 0.95, 0.62, 0.42, 1.35, 0.55)
_VARIANTS = 4
_CHANCE = (0.22, 0.16, 0.13, 0.13, 0.12, 0.08, 0.16)


@dataclass(frozen=True, kw_only=True, eq=False)
class _Growth:
    """One growth: the points of all its polygons [n, 2], and where each polygon begins and ends."""

    points: F64
    ends: tuple[int, ...]

    def placed(self, scale: tuple[float, float], foot: tuple[float, float]) -> _Growth:
        return _Growth(points=self.points * scale + foot, ends=self.ends)

    def polygons(self, top: int) -> Iterator[Polygon]:
        """Its polygons as rows are counted from ``top``."""
        points = self.points - (0.0, float(top))
        return (points[a:b] for a, b in pairwise(self.ends))


@lru_cache(maxsize=4)
def _templates(seed: int) -> tuple[tuple[_Growth, ...], ...]:
    """A few growths of every kind, made once for a scene."""
    rng = np.random.default_rng([seed, 6200])
    return tuple(tuple(_joined(kind(rng)) for _ in range(_VARIANTS)) for kind in KINDS)


def _joined(shape: Shape) -> _Growth:
    ends = np.cumsum([0, *(len(p) for p in shape)])
    return _Growth(points=np.concatenate(shape), ends=tuple(int(e) for e in ends))


def coral_bands(spec: SceneSpec, sea: Sea, garden: Garden) -> Iterator[tuple[slice, F32]]:
    """The corals of a garden, far half first: rows of the canvas and premultiplied light on them
    [rows, canvas_w, 4].
    """
    if not len(garden.x):
        return
    rng = np.random.default_rng([garden.seed & 0x7FFFFFFF, 6201])
    count = len(garden.x)
    kinds = rng.choice(len(KINDS), size=count, p=np.asarray(_CHANCE))
    models = rng.integers(0, _VARIANTS, count)
    hues = rng.integers(0, 3, count)
    flips = rng.choice((-1.0, 1.0), count)
    templates = _templates(spec.seed & 0x7FFFFFFF)
    grown: list[_Growth] = []
    for i in range(count):
        size = garden.tall[i] * _STATURE[kinds[i]]
        foot = (garden.x[i], garden.y[i] + size * 0.03)
        scale = (flips[i] * size, -size)
        grown.append(templates[kinds[i]][models[i]].placed(scale, foot))
    # far gardens are small: their overlaps need no shading of their own
    for half in np.array_split(np.arange(count), 1 if garden.z.min() > 8.0 else 2):
        groups = [[grown[i] for i in half if hues[i] == hue] for hue in range(3)]
        size = float(np.median(garden.tall[half]))
        depth = float(np.median(garden.z[half]))
        tones = rng.uniform(0.18, 0.34, 3) * garden.dim
        feet = [_foot(garden.x[i], garden.y[i], garden.tall[i] * _STATURE[kinds[i]]) for i in half]
        band = _grown(spec, sea, groups, feet, tones, size, depth, garden.dim)
        if band is not None:
            yield band


def _foot(x: float, y: float, size: float) -> Polygon:
    return _knob(x, y - 0.06 * size, 0.30 * size)


def _grown(
    spec: SceneSpec, sea: Sea, groups: list[list[_Growth]], feet: Shape, tones: F64, size: float,
    depth: float, dim: float,
) -> tuple[slice, F32] | None:  # fmt: skip
    w, h = spec.canvas
    rows = np.concatenate([one.points[:, 1] for group in groups for one in group])
    top, last = max(0, int(rows.min()) - 3), min(h, int(rows.max()) + 3)
    if top >= last:
        return None
    own = (sea.corals[0], sea.corals[1], mix(sea.tone(0.6), sea.sun, 0.35))
    band = np.zeros((last - top, w, 4), np.float32)
    for colour, tone, group in zip(own, tones, groups, strict=True):
        if not group:
            continue
        cover = fill(last - top, w, [p for one in group for p in one.polygons(top)])
        tint = mix(colour, sea.tone(0.45), 0.30)
        tint = tint / np.float32(max(float(tint.max()), 1e-3)) * np.float32(tone)
        rest = _ONE - cover
        for c in range(3):
            band[..., c] = band[..., c] * rest + cover * tint[c]
        band[..., 3] = band[..., 3] * rest + cover
    shade = fill(last - top, w, [p - (0.0, float(top)) for p in feet], 1)
    shade = cv2.resize(shade, (-(-w // 3), -(-len(shade) // 3)), interpolation=cv2.INTER_AREA)
    shade = cv2.GaussianBlur(shade, (0, 0), max(0.6, size * 0.05))
    _shade(spec, sea, band, shade, top, size, depth, dim)
    return slice(top, last), band


def _shade(
    spec: SceneSpec, sea: Sea, band: F32, feet: F32, top: int, size: float, depth: float, dim: float
) -> None:
    """Light from above on the tips, dark in the mass of the branches, the water's veil over it."""
    w, h = spec.canvas
    cover = band[..., 3]
    small = cv2.resize(cover, (-(-w // 3), -(-len(cover) // 3)), interpolation=cv2.INTER_AREA)
    mass = cv2.GaussianBlur(small, (0, 0), max(0.6, size * 0.075))
    mass = np.maximum(mass, feet * np.float32(0.85))
    mass = cv2.resize(mass, (w, len(cover)), interpolation=cv2.INTER_LINEAR)
    above = _ONE - np.clip(mass * np.float32(1.25), 0.0, 0.9)
    side = (sea.light[0] - 0.5) * 1.4
    edge = rim(cover, (side, -1.0), max(1.0, min(size * 0.045, 0.003 * unit(spec))))
    down = mix(sea.tone(0.9), sea.sun, 0.45)
    x = ((np.arange(w, dtype=np.float32) + np.float32(0.5)) / np.float32(w))[None, :]
    y = np.arange(top, top + len(cover), dtype=np.float32) + np.float32(0.5)
    y = (y / np.float32(h))[:, None]
    u, v = x[:, ::2] * np.float32(w / unit(spec)), y[::2] * np.float32(h / unit(spec))
    mottle = fbm(u * np.float32(38.0), v * np.float32(38.0), spec.seed + 71, 2)
    mottle = cv2.resize(mottle, (w, len(cover)), interpolation=cv2.INTER_LINEAR)
    power = np.float32(0.25 + 1.0 * sea.power)
    lit = (np.float32(0.16) + np.float32(1.1) * above) * (_ONE + np.float32(0.28) * mottle) * power
    shine = edge * np.float32(0.22 * min(1.0, dim * 1.6)) * power * above
    through = np.exp(-np.float32(depth) * sea.extinction)
    veil = water_colour(sea, level_at(spec, sea, x[:, ::4], y[::4]))
    veil = cv2.resize(veil, (w, len(cover)), interpolation=cv2.INTER_LINEAR)
    for c in range(3):
        colour = (band[..., c] * lit + shine) * down[c]
        band[..., c] = colour * through[c] + cover * veil[..., c] * (_ONE - through[c])
