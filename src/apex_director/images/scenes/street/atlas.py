"""What stands behind the glass of shops: back walls, things on display, and the strips of abstract
signs over the windows; drawn once per seed as tiles that the facades sample.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from apex_director.images.scenes import people
from apex_director.images.scenes.figures import draw_figure
from apex_director.images.scenes.silhouette import rasterise

U8 = NDArray[np.uint8]
F32 = NDArray[np.float32]

HIGH, WIDE = 256, 512
BACKS, SHOWS, STRIPS = 6, 4, 6  # tiles of each kind, in this order
_SUPER = 2


def _canvas(level: float = 0.0) -> F32:
    return np.full((HIGH * _SUPER, WIDE * _SUPER, 4), level, np.float32)


def _box(
    tile: F32, x0: float, y0: float, x1: float, y1: float, colour: tuple[float, ...], a: float = 1.0
) -> None:
    """A filled box; x, y in 0..1 from the lower left."""
    h, w = tile.shape[:2]
    rows = slice(max(0, round((1 - y1) * h)), max(0, round((1 - y0) * h)))
    part = tile[rows, max(0, round(x0 * w)) : max(0, round(x1 * w))]
    part[..., :3] = colour
    part[..., 3] = a


def _shape(tile: F32, points: list[tuple[float, float]], colour: tuple[float, ...]) -> None:
    h, w = tile.shape[:2]
    at = np.asarray([(x * w, (1 - y) * h) for x, y in points])
    cv2.fillPoly(tile, [np.round(at * 16).astype(np.int32)], (*colour, 1.0), cv2.LINE_AA, 4)


def _round(tile: F32, x: float, y: float, rx: float, ry: float, colour: tuple[float, ...]) -> None:
    t = np.linspace(0, 2 * np.pi, 25)[:-1]
    _shape(tile, [(x + rx * float(np.cos(a)), y + ry * float(np.sin(a))) for a in t], colour)


def _wall(rng: np.random.Generator, low: float, high: float) -> F32:
    """A plain back wall, lighter under its lamps."""
    tile = _canvas(1.0)
    h, w = tile.shape[:2]
    rise = np.linspace(high, low, h, dtype=np.float32)[:, None]
    x = np.linspace(0, 1, w, dtype=np.float32)[None, :]
    pools = np.zeros((1, w), np.float32)
    for k in range(4):
        centre = (k + 0.5 + float(rng.uniform(-0.1, 0.1))) / 4
        pools += np.exp(-(((x - np.float32(centre)) / np.float32(0.09)) ** 2))
    tint = np.asarray([1.0, rng.uniform(0.86, 1.0), rng.uniform(0.74, 0.95)], np.float32)
    tile[..., :3] = (rise * (0.72 + 0.5 * pools))[..., None] * tint
    return tile


def _colour(rng: np.random.Generator, low: float = 0.08, high: float = 0.8) -> tuple[float, ...]:
    hue = float(rng.random())
    warm = np.asarray([0.0, 0.10, 0.22]) if rng.random() < 0.65 else np.asarray([0.0, 0.33, 0.67])
    c = 0.62 + 0.30 * np.cos(2 * np.pi * (hue * 0.5 + warm))
    c = c * rng.uniform(low, high)
    return float(c[0]), float(c[1]), float(c[2])


def _bottles(rng: np.random.Generator) -> F32:
    tile = _wall(rng, 0.35, 0.6)
    for row in range(4):
        y = 0.14 + 0.2 * row
        _box(tile, 0.04, y, 0.96, y + 0.17, (0.95, 0.82, 0.6))
        x = 0.05
        while x < 0.93:
            wide = float(rng.uniform(0.008, 0.016))
            tall = float(rng.uniform(0.07, 0.13))
            c = _colour(rng, 0.1, 0.85)
            _box(tile, x, y, x + wide, y + tall * 0.7, c)
            _box(tile, x + wide * 0.3, y + tall * 0.7, x + wide * 0.7, y + tall, c)
            x += wide + float(rng.uniform(0.003, 0.012))
        _box(tile, 0.03, y - 0.014, 0.97, y, (0.12, 0.07, 0.04))
    _box(tile, 0.0, 0.0, 1.0, 0.12, (0.16, 0.09, 0.05))
    return tile


def _clothes(rng: np.random.Generator) -> F32:
    tile = _wall(rng, 0.55, 0.85)
    for left, right in ((0.05, 0.42), (0.55, 0.95)):
        _box(tile, left, 0.70, right, 0.712, (0.1, 0.09, 0.08))
        x = left + 0.01
        while x < right - 0.03:
            wide, long = float(rng.uniform(0.016, 0.034)), float(rng.uniform(0.25, 0.46))
            c = _colour(rng, 0.06, 0.6)
            _shape(
                tile,
                [
                    (x + wide * 0.3, 0.69),
                    (x + wide * 0.7, 0.69),
                    (x + wide, 0.66),
                    (x + wide * 1.05, 0.69 - long),
                    (x, 0.69 - long),
                    (x, 0.66),
                ],
                c,
            )
            x += wide * float(rng.uniform(0.7, 1.1))
    _box(tile, 0.45, 0.12, 0.52, 0.78, (0.95, 0.96, 1.0))
    _box(tile, 0.0, 0.0, 1.0, 0.06, (0.2, 0.15, 0.11))
    return tile


def _books(rng: np.random.Generator) -> F32:
    tile = _canvas(1.0)
    tile[..., :3] = (0.10, 0.06, 0.035)
    for row in range(6):
        y = 0.06 + 0.15 * row
        for bay in range(4):
            x, end = 0.02 + 0.245 * bay, 0.02 + 0.245 * bay + 0.225
            _box(tile, x, y, end, y + 0.135, (0.34, 0.24, 0.14))
            while x < end - 0.012:
                wide = float(rng.uniform(0.005, 0.014))
                if rng.random() < 0.93:
                    _box(tile, x, y, x + wide, y + float(rng.uniform(0.08, 0.125)), _colour(rng))
                x += wide + 0.001
    h = tile.shape[0]
    tile[..., :3] *= np.linspace(1.5, 0.6, h, dtype=np.float32)[:, None, None]
    return tile


def _cafe(rng: np.random.Generator) -> F32:
    tile = _wall(rng, 0.5, 0.7)
    _box(tile, 0.0, 0.0, 1.0, 0.30, (0.22, 0.13, 0.08))
    for k in range(5):
        x, y = 0.08 + 0.19 * k + float(rng.uniform(-0.02, 0.02)), float(rng.uniform(0.44, 0.54))
        wide, tall = float(rng.uniform(0.04, 0.07)), float(rng.uniform(0.12, 0.2))
        _box(tile, x - 0.006, y - 0.012, x + wide + 0.006, y + tall + 0.012, (0.08, 0.05, 0.04))
        _box(tile, x, y, x + wide, y + tall, _colour(rng, 0.25, 0.9))
    for k in range(6):
        x = (k + 0.5) / 6
        _box(tile, x - 0.001, 0.84, x + 0.001, 1.0, (0.03, 0.03, 0.03))
        _round(tile, x, 0.80, 0.022, 0.045, (2.0, 1.75, 1.25))
    return tile


def _salon(rng: np.random.Generator) -> F32:
    tile = _wall(rng, 0.7, 0.95)
    for k in range(3):
        x = 0.2 + 0.3 * k
        _round(tile, x, 0.56, 0.062, 0.19, (1.7, 1.65, 1.55))
        _round(tile, x, 0.56, 0.053, 0.165, (0.42, 0.45, 0.5))
        _box(tile, x - 0.08, 0.30, x + 0.08, 0.325, (0.15, 0.11, 0.08))
    for x in rng.uniform(0.03, 0.97, 5):
        for _ in range(9):
            a, long = float(rng.uniform(0.5, 2.6)), float(rng.uniform(0.08, 0.2))
            tip = (x + long * 0.5 * float(np.cos(a)), 0.14 + long * float(np.sin(a)))
            _shape(tile, [(x - 0.004, 0.1), tip, (x + 0.004, 0.1)], (0.05, 0.16, 0.06))
        _box(tile, x - 0.014, 0.0, x + 0.014, 0.1, (0.3, 0.2, 0.14))
    return tile


def _deli(rng: np.random.Generator) -> F32:
    tile = _wall(rng, 0.6, 0.9)
    for row in range(16):
        _box(tile, 0.0, 0.06 * row, 1.0, 0.06 * row + 0.003, (0.42, 0.42, 0.40))
    _box(tile, 0.05, 0.62, 0.95, 0.86, (0.07, 0.07, 0.075))
    for k in range(4):
        for line in range(4):
            x = 0.08 + 0.22 * k
            end = x + float(rng.uniform(0.06, 0.15))
            _box(tile, x, 0.65 + 0.05 * line, end, 0.665 + 0.05 * line, (0.8, 0.78, 0.7))
    _box(tile, 0.0, 0.0, 1.0, 0.40, (0.16, 0.12, 0.1))
    _box(tile, 0.03, 0.18, 0.97, 0.36, (1.7, 1.5, 1.1))
    for k in range(34):
        x = 0.04 + 0.0275 * k
        for y in (0.19, 0.28):
            _round(tile, x, y + 0.02, 0.012, 0.03, _colour(rng, 0.2, 0.75))
    return tile


def _mannequins(rng: np.random.Generator) -> F32:
    """Dressed figures: a pale head, a garment to its hem, legs."""
    tile = _canvas()
    h, w = tile.shape[:2]
    for x in (0.13, 0.36, 0.62, 0.86):
        c = np.asarray(_colour(rng, 0.05, 0.45), np.float32)
        hem = float(rng.uniform(0.22, 0.48))
        parts = people.body(people.STANDING, build=0.88) + people.coat(hem, 0.02, 0.0)
        mask = rasterise(parts, round(0.60 * h * float(rng.uniform(0.94, 1.0))))
        rows = np.linspace(1.0, 0.0, len(mask), dtype=np.float32)[:, None, None]
        pale = np.asarray([0.42, 0.38, 0.34], np.float32)
        colour = np.where(rows > 0.865, pale, np.where(rows > hem, c, pale * np.float32(0.5)))
        picture = np.concatenate(
            [np.broadcast_to(colour, (*mask.shape, 3)), np.ones((*mask.shape, 1))], -1
        )
        x0 = round(w * (x + float(rng.uniform(-0.03, 0.03))) - mask.shape[1] / 2)
        part = tile[h - len(mask) :, max(0, x0) : x0 + mask.shape[1]]
        m = mask[:, max(0, -x0) : max(0, -x0) + part.shape[1], None]
        part *= 1 - m
        part += m * picture[:, : part.shape[1]].astype(np.float32)
    return tile


def _plants(rng: np.random.Generator) -> F32:
    tile = _canvas()
    for k in range(13):
        x = (k + 0.5) / 13 + float(rng.uniform(-0.025, 0.025))
        base = float(rng.uniform(0.05, 0.12))
        for _ in range(16):
            a, long = float(rng.uniform(0.4, 2.75)), float(rng.uniform(0.08, 0.3))
            tip = (x + long * 0.4 * float(np.cos(a)), base + long * float(np.sin(a)))
            side = float(rng.uniform(0.002, 0.006))
            green = float(rng.uniform(0.04, 0.2))
            _shape(
                tile, [(x - side, base), tip, (x + side, base)], (green * 0.4, green, green * 0.4)
            )
            if rng.random() < 0.3:
                _round(tile, *tip, 0.007, 0.015, _colour(rng, 0.4, 0.9))
        _shape(tile, [(x - 0.022, base), (x + 0.022, base), (x + 0.016, 0.0), (x - 0.016, 0.0)],
               (0.22, 0.14, 0.1))  # fmt: skip
    return tile


def _guests(rng: np.random.Generator) -> F32:
    """People at small tables, dark against the room."""
    tile = _canvas()
    h, w = tile.shape[:2]
    dark = (0.035, 0.028, 0.025)
    for k in range(4):
        x = 0.13 + 0.25 * k + float(rng.uniform(-0.03, 0.03))
        _box(tile, x - 0.05, 0.235, x + 0.05, 0.25, dark)
        _box(tile, x - 0.003, 0.0, x + 0.003, 0.24, dark)
        _round(tile, x + 0.012, 0.27, 0.006, 0.024, (1.3, 1.0, 0.6))
        for s in (-1.0, 1.0):
            if rng.random() > 0.72:
                continue
            # a bust of 0.9 m in a tile of 3 m by about 6 m
            mask = draw_figure("head", round(0.31 * h), int(rng.integers(1 << 20)))
            mask = cv2.resize(mask, (round(mask.shape[1] * w / h / 2), mask.shape[0]))
            y0, x0 = (
                round((0.50 + 0.02 * rng.random()) * h),
                round((x + s * 0.07) * w) - mask.shape[1] // 2,
            )
            x0 = int(np.clip(x0, 0, w - mask.shape[1]))
            middle = (x0 + mask.shape[1] / 2) / w
            _box(tile, middle - 0.028, 0.0, middle + 0.028, 0.22, dark)
            part = tile[y0 : y0 + mask.shape[0], x0 : x0 + mask.shape[1]]
            m = mask[: part.shape[0], :, None]
            part *= 1 - m
            part += m * np.asarray([*dark, 1.0], np.float32)
    return tile


def _goods(rng: np.random.Generator) -> F32:
    """Bags, boxes and flasks on low plinths."""
    tile = _canvas()
    for k in range(8):
        x, top = (k + 0.5) / 8 + float(rng.uniform(-0.02, 0.02)), float(rng.uniform(0.03, 0.13))
        pale = float(rng.uniform(0.14, 0.30))
        _box(tile, x - 0.036, 0.0, x + 0.036, top, (pale * 0.55, pale * 0.53, pale * 0.5))
        _box(tile, x - 0.038, top, x + 0.038, top + 0.012, (pale, pale, pale * 0.95))
        y, c = top + 0.012, _colour(rng, 0.08, 0.5)
        kind = int(rng.integers(3))
        if kind == 0:  # a bag with its handle
            _round(tile, x, y + 0.085, 0.013, 0.045, c)
            _round(tile, x, y + 0.085, 0.010, 0.034, (0.0, 0.0, 0.0))
            _shape(
                tile,
                [(x - 0.019, y + 0.085), (x + 0.019, y + 0.085), (x + 0.023, y), (x - 0.023, y)],
                c,
            )
        elif kind == 1:  # flasks
            for dx in (-0.018, 0.0, 0.018):
                tall = float(rng.uniform(0.04, 0.09))
                _box(tile, x + dx - 0.006, y, x + dx + 0.006, y + tall, _colour(rng, 0.15, 0.7))
                _box(
                    tile,
                    x + dx - 0.002,
                    y + tall,
                    x + dx + 0.002,
                    y + tall + 0.02,
                    (0.1, 0.09, 0.08),
                )
        else:  # a pair of shoes, a hat
            for dx in (-0.013, 0.013):
                _shape(
                    tile,
                    [
                        (x + dx - 0.010, y),
                        (x + dx + 0.012, y),
                        (x + dx + 0.012, y + 0.015),
                        (x + dx - 0.002, y + 0.03),
                        (x + dx - 0.010, y + 0.05),
                    ],
                    c,
                )
    tile[tile[..., 3] == 0, :3] = 0.0
    return tile


def _strip(rng: np.random.Generator) -> F32:
    """Bars, rings and lozenges in a row: a sign that shines and says nothing; light is in alpha."""
    tile = _canvas()
    x, kind = 0.08, int(rng.integers(3))
    white, none = (1, 1, 1), (0, 0, 0)
    while x < 0.90:
        wide = float(rng.uniform(0.03, 0.05))
        pick = float(rng.random())
        if kind == 0:
            tall = 0.08 + 0.2 * float(rng.random())
            _box(tile, x, 0.5 - tall, x + 0.012, 0.5 + tall, white)
            wide = 0.012
        elif pick < 0.4:
            _round(tile, x + wide / 2, 0.5, wide / 2, 0.26, white)
            _round(tile, x + wide / 2, 0.5, wide / 2 - 0.011, 0.26 - 0.09, none)
        elif pick < 0.7:
            wide *= 2.0 + kind
            _box(tile, x, 0.45, x + wide, 0.55, white)
        else:
            _shape(tile, [(x, 0.5), (x + wide / 2, 0.76), (x + wide, 0.5), (x + wide / 2, 0.24)],
                   white)  # fmt: skip
        x += wide + 0.016
    tile[..., 3] = tile[..., 0]
    return tile


_MAKERS: tuple[Callable[[np.random.Generator], F32], ...] = (
    _bottles, _clothes, _books, _cafe, _salon, _deli, _mannequins, _plants, _guests, _goods,
    *([_strip] * STRIPS),
)  # fmt: skip


@lru_cache(maxsize=3)
def atlas(seed: int) -> tuple[U8, U8, U8]:
    """Tiles [n, 256, 512, 4] and the same at a quarter and a sixteenth of the size, for the
    distance. Values are the square root of light in 0..2 and of cover 0..1; premultiplied.
    """
    levels: list[list[U8]] = [[], [], []]
    for i, make in enumerate(_MAKERS):
        tile = make(np.random.default_rng([seed, 900 + i]))
        tile[..., :3] *= tile[..., 3:]
        for k in range(3):
            size = (WIDE >> (2 * k), HIGH >> (2 * k))
            small = np.clip(cv2.resize(tile, size, interpolation=cv2.INTER_AREA), 0.0, 2.0)
            small[..., :3] *= np.float32(0.5)
            levels[k].append(np.sqrt(np.minimum(small, 1.0)) * np.float32(255))
    a, b, c = (np.round(np.stack(level)).astype(np.uint8) for level in levels)
    return a, b, c
