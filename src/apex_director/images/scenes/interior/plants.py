"""Plants of a room as cut-outs, leaf by leaf: rubber tree, monstera, palm, twigs, tulips."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from apex_director.images.scenes.figures import rim
from apex_director.images.scenes.interior.cards import Card, Lit
from apex_director.images.scenes.silhouette import spline

F32 = NDArray[np.float32]
F64 = NDArray[np.float64]


@dataclass(kw_only=True)
class _Leaves:
    """Leaf polygons gathered in metres (y up) with their own lightness, far ones first."""

    shapes: list[tuple[F64, float, float]]

    def add(self, outline: F64, light: float, clear: float) -> None:
        self.shapes.append((outline, light, clear))


def plant_card(
    kind: str,
    x: float,
    z: float,
    y: float,
    height: float,
    seed: int,
    pixels: float,
    lit: Lit,
    green: F32,
    *,
    near: bool = False,
) -> Card:
    """A plant whose stem leaves its pot at (``x``, ``y``): rubber tree, monstera, palm or twigs."""
    rng = np.random.default_rng([seed, 733])
    leaves = _Leaves(shapes=[])
    {"ficus": _ficus, "monstera": _monstera, "palm": _palm, "twigs": _twigs, "tulips": _tulips}[
        kind
    ](rng, leaves, height)
    every = np.concatenate([s[0] for s in leaves.shapes])
    low, top = every.min(axis=0) - 0.02, every.max(axis=0) + 0.02
    scale = 2.0
    px = pixels * scale
    w, h = (max(4, math.ceil(v * px / scale)) for v in (top - low))
    big_w, big_h = int(w * scale), int(h * scale)
    sheet = np.zeros((big_h, big_w, 4), np.float32)
    for outline, light, clear in leaves.shapes:
        points = np.round((outline - (low[0], top[1])) * (px, -px) * 16).astype(np.int32)
        tint = green * (lit.front * np.float32(light)) + (
            green
            * np.asarray([1.35, 1.25, 0.45], np.float32)
            * lit.through
            * np.float32(clear * 0.8)
        )
        if kind == "tulips" and clear > 1.0:
            tint = lit.through * np.asarray([0.9, 0.30, 0.22], np.float32) * np.float32(0.5 * light)
        cv2.fillPoly(sheet, [points], [*(float(c) for c in tint), 1.0], cv2.LINE_8, 4)
    small = cv2.resize(sheet, (w, h), interpolation=cv2.INTER_AREA)
    edge = rim(np.ascontiguousarray(small[..., 3]), lit.side, max(0.8, pixels * 0.006))
    small[..., :3] += edge[..., None] * lit.rim * np.float32(0.10)
    return Card(
        z=z,
        x0=x + low[0],
        x1=x + low[0] + w / pixels,
        y0=y + top[1] - h / pixels,
        y1=y + top[1],
        rgba=small,
        near=near,
    )


def _leaf(
    at: tuple[float, float], angle: float, long: float, wide: float, bend: float, tip: float = 0.5
) -> F64:
    """Outline of a leaf from its stalk: ``bend`` curls it down, ``tip`` is where it is widest."""
    t = np.linspace(0.0, 1.0, 15)
    half = wide * np.sin(np.pi * t ** (0.55 + 0.45 * tip)) ** 0.85 * (1.0 - 0.35 * t**3)
    turn = angle + bend * t
    steps = np.stack([np.cos(turn), np.sin(turn)], 1) * (long / 14)
    spine = np.cumsum(steps, axis=0) - steps[:1] + at
    normal = np.stack([-np.sin(turn), np.cos(turn)], 1)
    return np.concatenate([spine + normal * half[:, None], (spine - normal * half[:, None])[::-1]])


def _stalk(points: Sequence[tuple[float, float]], w0: float, w1: float) -> F64:
    path = spline(tuple(points), 8, closed=False)
    step = np.gradient(path, axis=0)
    size = np.maximum(np.hypot(step[:, 0], step[:, 1]), 1e-9)
    normal = np.stack([-step[:, 1], step[:, 0]], 1) / size[:, None]
    half = np.linspace(w0, w1, len(path))[:, None] / 2
    return np.concatenate([path + normal * half, (path - normal * half)[::-1]])


def _ficus(rng: np.random.Generator, leaves: _Leaves, height: float) -> None:
    for s in range(int(rng.integers(2, 4))):
        lean = float(rng.uniform(-0.16, 0.16)) + 0.10 * (s - 1)
        top = height * float(rng.uniform(0.72, 1.0))
        stem = [
            (0.02 * (s - 1), 0.0),
            (lean * 0.4, top * 0.4),
            (lean * 1.0, top * 0.8),
            (lean * 1.2, top),
        ]
        leaves.add(_stalk(stem, 0.022, 0.009), 0.30, 0.0)
        path = spline(tuple(stem), 10, closed=False)
        for k in range(int(15 * top / 1.2)):
            at = path[int(len(path) * (0.22 + 0.78 * (k + 1) / (16 * top / 1.2 + 1))) - 1]
            side = -1.0 if k % 2 else 1.0
            angle = (0.5 + float(rng.uniform(-0.35, 0.5))) * side + (math.pi if side < 0 else 0.0)
            long = float(rng.uniform(0.15, 0.25))
            outline = _leaf(
                (float(at[0]), float(at[1])),
                angle,
                long,
                long * 0.24,
                -side * float(rng.uniform(0.4, 1.1)),
            )
            light = float(rng.uniform(0.45, 1.0))
            leaves.add(outline, light, float(rng.uniform(0.0, 0.8)) ** 2)
            leaves.add(
                _leaf((float(at[0]), float(at[1])), angle, long * 0.96, long * 0.012, -side * 0.7),
                light * 1.5,
                0.1,
            )


def _monstera(rng: np.random.Generator, leaves: _Leaves, height: float) -> None:
    count = int(rng.integers(9, 13))
    for k in range(count):
        share = (k + 0.5) / count
        angle = math.pi * (0.10 + 0.80 * ((k * 0.618 + float(rng.uniform(-0.05, 0.05))) % 1.0))
        reach = height * (0.45 + 0.5 * share) * (0.75 + 0.25 * math.sin(angle))
        end = (math.cos(angle) * reach * 0.72, max(0.12, math.sin(angle) * reach))
        mid = (end[0] * 0.35, end[1] * 0.62)
        leaves.add(_stalk([(0.0, 0.0), mid, end], 0.014, 0.007), 0.45, 0.15)
        size = height * float(rng.uniform(0.17, 0.25))
        down = -0.5 * math.pi + (angle - 0.5 * math.pi) * -0.9
        _split_leaf(rng, leaves, end, down, size)


def _split_leaf(
    rng: np.random.Generator, leaves: _Leaves, at: tuple[float, float], turn: float, size: float
) -> None:
    """A heart-shaped leaf with deep cuts."""
    t = np.linspace(-math.pi, math.pi, 90)
    r = (
        1.0
        - 0.42 * np.cos(t) * (np.abs(t) < 3.2)
        - 0.25 * np.exp(-((np.abs(t) - math.pi) ** 2) * 6)
    )
    shape = np.stack([size * 0.62 * r * np.sin(t), size * (0.55 - 0.85 * np.cos(t) * r * 0.62)], 1)
    cuts = np.zeros_like(t)
    for c in (0.75, 1.15, 1.55, 1.95):
        for lobe in (-1, 1):
            place = lobe * (math.pi - c) + float(rng.uniform(-0.06, 0.06))
            cuts += np.exp(-(((t - place) / 0.055) ** 2)) * 0.52
    centre = np.asarray([0.0, size * 0.42])
    shape = centre + (shape - centre) * (1.0 - np.clip(cuts, 0, 0.6))[:, None]
    flat = float(rng.uniform(0.65, 1.0))
    shape[:, 0] *= flat
    a = turn - 0.5 * math.pi
    c, s = math.cos(a), math.sin(a)
    placed = (
        np.stack([shape[:, 0] * c - shape[:, 1] * s, shape[:, 0] * s + shape[:, 1] * c], 1) + at
    )
    light = float(rng.uniform(0.4, 1.05))
    leaves.add(placed, light, float(rng.uniform(0.0, 0.8)) ** 2)
    spine = np.asarray([(0.0, 0.0), (0.0, size * 0.95)])
    ends = np.stack([spine[:, 0] * c - spine[:, 1] * s, spine[:, 0] * s + spine[:, 1] * c], 1) + at
    leaves.add(_stalk([tuple(ends[0]), tuple(ends[1])], 0.006, 0.002), light * 1.5, 0.1)


def _palm(rng: np.random.Generator, leaves: _Leaves, height: float) -> None:
    count = int(rng.integers(9, 13))
    for k in range(count):
        angle = math.pi * (0.16 + 0.68 * ((k * 0.618) % 1.0)) + float(rng.uniform(-0.08, 0.08))
        long = height * float(rng.uniform(0.75, 1.05))
        t = np.linspace(0.0, 1.0, 26)
        fall = (angle - 0.5 * math.pi) * 1.15
        turn = 0.5 * math.pi + (angle - 0.5 * math.pi) * 0.55 + fall * t**1.6
        spine = np.cumsum(np.stack([np.cos(turn), np.sin(turn)], 1) * (long / 25), axis=0)
        light = float(rng.uniform(0.4, 0.95))
        clear = float(rng.uniform(0.0, 0.8)) ** 2
        leaves.add(_stalk([tuple(p) for p in spine[::5]], 0.010, 0.003), light * 0.9, 0.05)
        for i in range(6, 26):
            fringe = height * 0.26 * math.sin(math.pi * min(1.0, 0.18 + 0.86 * (i - 6) / 19)) + 0.02
            for side in (-1.0, 1.0):
                a = float(turn[i]) + side * (0.75 - 0.25 * i / 26) + float(rng.uniform(-0.05, 0.05))
                leaf = _leaf(
                    (float(spine[i, 0]), float(spine[i, 1])),
                    a,
                    fringe,
                    0.0085,
                    -0.5 * math.cos(a),
                    0.3,
                )
                leaves.add(leaf, light * float(rng.uniform(0.8, 1.15)), clear)


def _twigs(rng: np.random.Generator, leaves: _Leaves, height: float) -> None:
    for _ in range(int(rng.integers(5, 8))):
        angle = 0.5 * math.pi + float(rng.normal(0.0, 0.34))
        _twig(rng, leaves, (0.0, 0.0), angle, height * float(rng.uniform(0.65, 1.0)), 0.008, 2)


def _twig(
    rng: np.random.Generator,
    leaves: _Leaves,
    at: tuple[float, float],
    angle: float,
    long: float,
    wide: float,
    depth: int,
) -> None:
    points, a = [at], angle
    for _ in range(5):
        a += float(rng.normal(0.0, 0.16))
        points.append(
            (points[-1][0] + math.cos(a) * long / 5, points[-1][1] + math.sin(a) * long / 5)
        )
    leaves.add(_stalk(points, wide, wide * 0.4), 0.35, 0.0)
    for k in range(2, 6):
        if depth > 0 and rng.random() < 0.75:
            turn = a + float(rng.choice([-1.0, 1.0])) * float(rng.uniform(0.4, 0.8))
            _twig(rng, leaves, points[k], turn, long * 0.42, wide * 0.6, depth - 1)
        if depth < 2:
            leaf = _leaf(
                points[k],
                a + float(rng.uniform(-1.0, 1.0)),
                0.05,
                0.013,
                float(rng.uniform(-0.6, 0.6)),
            )
            leaves.add(leaf, float(rng.uniform(0.6, 1.0)), float(rng.uniform(0.2, 1.0)))


def _tulips(rng: np.random.Generator, leaves: _Leaves, height: float) -> None:
    for k in range(int(rng.integers(7, 11))):
        lean = float(rng.normal(0.0, 0.16))
        top = height * float(rng.uniform(0.7, 1.0))
        end = (lean * 1.3, top)
        leaves.add(_stalk([(0.0, 0.0), (lean * 0.3, top * 0.5), end], 0.010, 0.007), 0.8, 0.3)
        if k % 2:
            leaves.add(
                _leaf((0.0, 0.02), 0.5 * math.pi - lean * 2.4, top * 0.8, 0.020, -lean * 3.0),
                0.8,
                0.5,
            )
        for turn in (-0.30, 0.30, 0.0):
            bud = _leaf(
                (end[0], end[1] - 0.01),
                0.5 * math.pi - lean + turn * 0.6,
                0.075,
                0.021,
                -turn * 0.8,
                0.4,
            )
            leaves.add(bud, float(rng.uniform(0.7, 1.1)), 1.2)
