"""Ranks of trees: trunks with boughs and leaves, spruces, grass and ferns, laid on a sheet."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numba import njit
from numpy.typing import NDArray

from apex_director.images.scenes import flora
from apex_director.images.scenes.conifers import Tree, stand
from apex_director.images.scenes.figures import rim
from apex_director.images.scenes.model import SceneSpec
from apex_director.images.scenes.palette import ScenePalette, mix
from apex_director.images.scenes.shapes import Stroke, fill, strokes
from apex_director.images.scenes.sky import unit

F32 = NDArray[np.float32]

COUNT = (46, 27, 15, 8, 4)  # trunks per 16:9 picture
HALF = (0.0042, 0.0068, 0.0115, 0.0205, 0.041)  # half widths in short sides
BRIGHT = {"dawn": 1.0, "day": 0.92, "golden_hour": 1.0, "sunset": 0.85, "dusk": 0.62, "night": 0.42}


@dataclass(frozen=True, eq=False, kw_only=True)
class Wood:
    """What every rank of trees shares: the air, the light and the kind of wood."""

    spec: SceneSpec
    pal: ScenePalette
    air: F32
    light: tuple[float, float]
    body: F32
    moss: F32
    kind: int
    snow: bool
    clearing: float
    guest: float | None


def tones(wood: Wood, rank: int) -> tuple[F32, F32]:
    """Bark in shade, and the light that grazes it, before the air is laid over."""
    power = BRIGHT.get(wood.spec.time_of_day, 0.9)
    bark = mix(wood.body, np.asarray([0.06, 0.045, 0.035], np.float32), 0.35)
    glow = mix(wood.pal.rim, wood.pal.sun, 0.5) * np.float32(0.34 * power * (0.6 + 0.4 * rank / 4))
    return bark.astype(np.float32), glow.astype(np.float32)


@njit(cache=True)
def over(sheet, cover, colour, light, glow):  # type: ignore[no-untyped-def]
    """Lay ``colour`` [3] with ``light`` [h, w] of the colour ``glow`` over the sheet in place."""
    one = np.float32(1.0)
    for y in range(sheet.shape[0]):
        for x in range(sheet.shape[1]):
            a = cover[y, x]
            if a != 0.0:
                for c in range(3):
                    own = colour[c] + light[y, x] * glow[c]
                    sheet[y, x, c] = sheet[y, x, c] * (one - a) + own * a
                sheet[y, x, 3] = sheet[y, x, 3] * (one - a) + a


@njit(cache=True)
def veil(sheet, cover, air, share):  # type: ignore[no-untyped-def]
    """Lay ``share`` of the air [h, w, 3] with ``cover`` over the sheet in place."""
    one = np.float32(1.0)
    for y in range(sheet.shape[0]):
        for x in range(sheet.shape[1]):
            a = min(max(cover[y, x], np.float32(0.0)), one)
            if a != 0.0:
                for c in range(3):
                    sheet[y, x, c] = sheet[y, x, c] * (one - a) + air[y, x, c] * share * a
                sheet[y, x, 3] = sheet[y, x, 3] * (one - a) + a


@njit(cache=True)
def fade(sheet, air, share):  # type: ignore[no-untyped-def]
    """Let ``share`` of a premultiplied sheet be swallowed by the air [h, w, 3] before it."""
    for y in range(sheet.shape[0]):
        for x in range(sheet.shape[1]):
            a = sheet[y, x, 3]
            if a != 0.0:
                for c in range(3):
                    sheet[y, x, c] += (air[y, x, c] * a - sheet[y, x, c]) * share


def _lay(
    wood: Wood,
    sheet: F32,
    cover: F32,
    colour: F32,
    glow: F32,
    edge_px: float,
    extra: F32 | None = None,
) -> None:
    """Lay a silhouette over the sheet in place, its edge towards the light brightened by ``glow``.

    ``extra`` is more light of the same colour [h, w]. Only the rows it touches are worked on.
    """
    touched = np.flatnonzero(cover.any(axis=1))
    if not len(touched):
        return
    h, w = cover.shape
    a, b = max(0, int(touched[0]) - 1), min(h, int(touched[-1]) + 2)
    part = np.ascontiguousarray(cover[a:b])
    light = rim(part, (wood.light[0] * w - w / 2, -0.42 * h), edge_px)
    if extra is not None:
        light = light + extra[a:b]
    over(sheet[a:b], part, colour, light, glow)


def _spots(wood: Wood, rng: np.random.Generator, count: int, rank: int) -> list[float]:
    """Evenly jittered places across the canvas, kept off the clearing and the near middle."""
    w = wood.spec.canvas[0]
    hole = (
        wood.clearing * (1.0 + 0.55 * rank) if wood.clearing else (0.0, 0, 0.03, 0.08, 0.17)[rank]
    )
    hole *= unit(wood.spec) / w * 1.6
    if wood.guest is not None and rank > 2:
        hole = max(hole, (0.17 if rank == 3 else 0.24) * unit(wood.spec) / w)
    middle = wood.light[0] if rank < 3 else 0.5
    if wood.guest is not None and rank > 2:
        middle = wood.guest
    spots = []
    for i in range(count):
        x = (i + 0.5 + float(rng.uniform(-0.42, 0.42))) / count * 1.04 - 0.02
        if abs(x - middle) < hole:
            x = middle + np.sign(x - middle + 1e-6) * (hole + 0.04 * float(rng.random()))
        spots.append(x * w)
    return spots


def trunks(
    wood: Wood, rank: int, rng: np.random.Generator, line: F32, sheet: F32, body: F32, glow: F32
) -> None:
    spec = wood.spec
    w, h = spec.canvas
    short = unit(spec)
    birch = wood.kind == 0 and spec.seed % 3 == 1
    count = max(2 if rank == 4 else 3, round(COUNT[rank] * w / h / 1.78))
    twigs: list[Stroke] = []
    for x in _spots(wood, rng, count, rank):
        half = HALF[rank] * short * float(rng.uniform(0.6, 1.3))
        foot = float(line[int(np.clip(x, 0, w - 1))]) + short * float(
            rng.uniform(0.002, 0.02 + 0.012 * rank)
        )
        trunk = flora.Trunk(
            x=x, y=min(foot, h + half * 2), half=half, lean=float(rng.normal(0, 0.022)) * h,
            bend=half * float(rng.uniform(0.15, 0.5)), seed=int(rng.integers(1 << 20)),
        )  # fmt: skip
        side = 1.0 if wood.light[0] * w > x else -1.0
        near = float(np.exp(-abs(wood.light[0] * w - x) / (0.45 * w)))
        flora.paint_trunk(sheet, trunk, body, glow * np.float32(0.35 + 0.9 * near), side,
                          bark=(0.0, 0.0, 0.35, 0.55, 0.7)[rank], birch=birch)  # fmt: skip
        twigs += _boughs(rng, trunk, rank, h)
    if twigs:
        cover = strokes(h, w, twigs, 3)
        _lay(
            wood, sheet, cover, body, glow * np.float32(0.5), max(1.0, 0.0016 * short * (1 + rank))
        )
    _foliage(wood, rank, rng, sheet, body, twigs)


def _boughs(rng: np.random.Generator, trunk: flora.Trunk, rank: int, h: int) -> list[Stroke]:
    out: list[Stroke] = []
    if rank == 0:
        return out
    for _ in range(int(rng.integers(1, 4)) + (rank > 2)):
        y = h * float(rng.uniform(0.05, 0.48))
        side = 1.0 if rng.random() < 0.5 else -1.0
        row = np.asarray([y], np.float32)
        x = float(trunk.centre(row)[0]) + side * float(trunk.radius(row)[0]) * 0.6
        up = float(rng.uniform(0.15, 0.75))
        angle = up if side > 0 else np.pi - up
        long = trunk.half * float(rng.uniform(5.5, 10.0)) + h * 0.03
        out += flora.branches(rng, x, y, angle, long, trunk.half * 0.34, min(rank, 3))
    return out


def _foliage(
    wood: Wood, rank: int, rng: np.random.Generator, sheet: F32, body: F32, twigs: list[Stroke]
) -> None:
    """Leaves on the twigs and a ragged roof of crowns along the top."""
    spec = wood.spec
    if wood.snow or spec.mood in ("dark", "melancholy") or rank == 0:
        return
    w, h = spec.canvas
    size = unit(spec) * (0.003, 0.004, 0.006, 0.0095, 0.014)[rank]
    polygons: list[NDArray[np.float64]] = []
    for path, first, _ in twigs:
        if first < 0.003 * unit(spec) and rng.random() < 0.34:
            x, y = path[-1]
            polygons += flora.leaves(rng, float(x), float(y), size * 2.6, 7, size)
    for _ in range(round((26, 30, 26, 20, 12)[rank] * w / h)):
        x, y = float(rng.uniform(0, w)), abs(float(rng.normal(0.0, 0.055))) * h
        edge = abs(x / w - wood.light[0])
        polygons += flora.leaves(
            rng, x, y - 0.02 * h + 0.10 * h * (edge - 0.25), size * 5.0, 22, size * 1.15
        )
    cover = fill(h, w, [p[:, :2] for p in polygons], 3)
    glow = np.exp(-((np.arange(w, dtype=np.float32) / w - wood.light[0]) ** 2) / 0.05)
    green = wood.moss * np.float32(0.9) + body * np.float32(0.4)
    through = mix(wood.pal.sun, np.asarray([0.35, 0.5, 0.08], np.float32), 0.5)
    lit = through * np.float32(0.22 * BRIGHT.get(spec.time_of_day, 0.9))
    last = int(np.flatnonzero(cover.any(axis=1))[-1]) + 1 if cover.any() else 0
    over(sheet[:last], cover[:last], green, np.tile(glow.astype(np.float32), (last, 1)), lit)


def spruces(
    wood: Wood, rank: int, rng: np.random.Generator, line: F32, sheet: F32, body: F32
) -> None:
    spec = wood.spec
    w, h = spec.canvas
    short = unit(spec)
    count = max(3, round((40, 27, 16, 9, 4)[rank] * w / h / 1.78))
    trees: list[Tree] = []
    for x in _spots(wood, rng, count, rank):
        tall = short * (0.26, 0.36, 0.54, 0.80, 1.15)[rank] * float(rng.uniform(0.6, 1.15))
        tall *= 0.70 + 0.9 * min(abs(x / w - wood.light[0]), 0.45)
        foot = float(line[int(np.clip(x, 0, w - 1))]) + short * 0.012
        slim = float(rng.uniform(0.95, 1.35))
        trees.append(Tree(x=x, y=foot, height=tall, seed=int(rng.integers(1 << 20)), slim=slim))
    cover, twigs = stand(h, w, trees, 0.0)
    green = wood.moss * np.float32(0.55) + body * np.float32(0.6)
    glow = wood.pal.rim * np.float32(0.26 * BRIGHT.get(spec.time_of_day, 0.9))
    extra = twigs * np.float32(0.35)
    if wood.snow:
        glow = mix(wood.pal.fog, np.ones(3, np.float32), 0.4) * np.float32(0.5)
        extra = rim(cover, (0.0, -1.0), short * 0.009) + twigs
    _lay(wood, sheet, cover, green, glow, short * (0.0016 + 0.0009 * rank), extra)


def undergrowth(
    wood: Wood, rank: int, rng: np.random.Generator, line: F32, sheet: F32, body: F32
) -> None:
    if wood.snow:
        return
    spec = wood.spec
    w, h = spec.canvas
    tall = unit(spec) * (0.010, 0.015, 0.024, 0.040, 0.085)[rank]
    lines = flora.grass(
        rng, 0, w, line, round((150, 200, 230, 240, 210)[rank] * w / h / 1.78), tall
    )
    blades: list[NDArray[np.float64]] = []
    for _ in range((0, 0, 5, 6, 5)[rank]):
        x = float(rng.uniform(0, w))
        if wood.kind == 2 and abs(x / w - 0.5) < 0.2:
            continue
        y = float(line[int(np.clip(x, 0, w - 1))]) + unit(spec) * 0.01 * rank
        stems, leaflets = flora.fern(rng, x, y, tall * float(rng.uniform(1.2, 1.9)))
        lines += stems
        blades += leaflets
    cover = strokes(h, w, lines, 3)
    if blades:
        cover = np.maximum(cover, fill(h, w, blades, 3))
    colour = wood.moss * np.float32(0.6) + body * np.float32(0.4)
    glow = wood.pal.rim * np.float32(0.16 * BRIGHT.get(spec.time_of_day, 0.9))
    _lay(wood, sheet, cover, colour, glow, max(1.0, unit(spec) * 0.002))
