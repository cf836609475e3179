"""Spruces as polygons: drooping branches with hanging twigs, and their lit upper edges."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from apex_director.images.scenes.shapes import Polygon, fill, soften, stroke_polygon
from apex_director.images.scenes.sky import smoothstep

F32 = NDArray[np.float32]
_STAMPED = 190.0  # pixels; below it one drawing serves many trees


@dataclass(frozen=True, kw_only=True)
class Tree:
    """Where a tree stands (foot, in canvas pixels), how tall it is, and its own seed."""

    x: float
    y: float
    height: float
    seed: int
    slim: float = 1.0


def _branch(
    rng: np.random.Generator, tree: Tree, side: float, level: float, reach: float
) -> tuple[Polygon, Polygon]:
    """One branch: its outline, and the thin line of light along its top."""
    size = tree.height
    steps = int(np.clip(reach * size / 5.5, 3, 15))
    small = float(np.clip(1.0 - size / 260.0, 0.0, 1.0))  # far trees close up to a solid cone
    t = np.linspace(0.0, 1.0, steps + 1)
    droop = rng.uniform(0.30, 0.62) * (1.15 - 0.75 * level)
    up = rng.uniform(0.05, 0.22)
    xs = tree.x + side * reach * size * t
    top = tree.y - size * level + size * reach * (droop * t - up * t**3)
    body = size * (0.010 + 0.10 * reach) * (1.0 - t) ** 0.8 * (1.0 + 1.6 * small)
    teeth = np.where(np.arange(steps + 1) % 2 == 1, 1.0, 0.25) * rng.uniform(0.5, 1.3, steps + 1)
    hang = size * reach * 0.26 * np.sin(np.pi * np.clip(t * 0.9 + 0.1, 0, 1)) * teeth
    low = top + body + hang
    low[-1] = top[-1]
    jitter = np.zeros(steps + 1)
    jitter[1:-1] = rng.uniform(-0.35, 0.35, steps - 1) * reach * size / steps
    outline = np.concatenate([np.stack([xs, top], 1), np.stack([xs + jitter, low], 1)[::-1]])
    begin = min(int(rng.uniform(0.45, 0.9) * steps), steps - 1)
    line = np.stack([xs, top + size * 0.0018], 1)[begin:]
    return outline, stroke_polygon(line, max(size * 0.0030, 0.6), max(size * 0.0012, 0.35))


def conifer(tree: Tree, light_side: float) -> tuple[list[Polygon], list[Polygon]]:
    """The polygons of a spruce and those of its lit twigs (towards ``light_side`` -1..1)."""
    rng = np.random.default_rng(tree.seed & 0x7FFFFFFF)
    size = tree.height
    lean = rng.uniform(-0.012, 0.012) * size
    trunk = np.array([[tree.x, tree.y + 2.0], [tree.x + lean, tree.y - size]])
    body: list[Polygon] = [stroke_polygon(trunk, size * 0.026, size * 0.0022)]
    lit: list[Polygon] = []
    whorls = int(np.clip(size / 9.5, 9, 40))
    first = rng.uniform(0.02, 0.10)
    width = rng.uniform(0.155, 0.205) * tree.slim
    for k in range(whorls):
        level = first + (0.985 - first) * (k / whorls) ** 0.94
        free = 1.0 - level
        shape = width * (free**0.82) * (1.0 - 0.25 * np.exp(-((level - first) / 0.05)))
        for side in (-1.0, 1.0):
            if rng.random() < 0.06:
                continue  # a branch is missing here and there
            reach = shape * rng.uniform(0.62, 1.18) + 0.006
            outline, line = _branch(rng, tree, side, level + rng.uniform(-0.007, 0.007), reach)
            body.append(outline)
            if size > 90 and rng.random() < 0.03 + 0.33 * max(0.0, side * light_side):
                lit.append(line)
        for _ in range(2 if size > 160 else 1):  # branches that point at us or away
            reach = shape * rng.uniform(0.15, 0.55) + 0.004
            side = 1.0 if rng.random() < 0.5 else -1.0
            body.append(_branch(rng, tree, side, level, reach)[0])
    return body, lit


def stand(canvas_h: int, canvas_w: int, trees: list[Tree], light_side: float) -> tuple[F32, F32]:
    """Coverage of a stand of trees and of the light on its twigs, each [canvas_h, canvas_w].

    Small trees are stamped from a few dozen drawings, large ones drawn each for itself.
    """
    body: list[Polygon] = []
    lit: list[Polygon] = []
    small: list[Tree] = []
    for tree in trees:
        if tree.height < _STAMPED:
            small.append(tree)
            continue
        shape, lines = conifer(tree, light_side)
        body += shape
        lit += lines
    cover = fill(canvas_h, canvas_w, body)
    light = np.minimum(fill(canvas_h, canvas_w, lit), cover) if lit else np.zeros_like(cover)
    _stamp(cover, small)
    return cover, light


@lru_cache(maxsize=160)
def _sprite(height: float, variant: int) -> F32:
    pad = 4
    half = height * 0.32 + pad
    tree = Tree(x=half, y=height + pad, height=height, seed=9000 + variant)
    return fill(int(height + 2 * pad), int(2 * half), conifer(tree, 0.0)[0])


def _stamp(cover: F32, trees: list[Tree]) -> None:
    drawn: dict[tuple[int, int], F32] = {}
    h, w = cover.shape
    for tree in trees:
        key = (round(np.log(max(tree.height, 4.0)) * 8), tree.seed % 7)
        if key not in drawn:
            drawn[key] = _sprite(float(np.exp(key[0] / 8)), key[1])
        sprite = drawn[key] if tree.seed & 8 else drawn[key][:, ::-1]
        y0 = round(tree.y) + 4 - sprite.shape[0]
        x0 = round(tree.x) - sprite.shape[1] // 2
        a, b = max(0, y0), min(h, y0 + sprite.shape[0])
        c, d = max(0, x0), min(w, x0 + sprite.shape[1])
        if a < b and c < d:
            part = sprite[a - y0 : b - y0, c - x0 : d - x0]
            cover[a:b, c:d] += part * (1 - cover[a:b, c:d])


def paint_stand(
    cover: F32, lit: F32, dark: F32, rim: F32, mist: F32, ground: F32, fade: float
) -> F32:
    """A stand as premultiplied linear light [h, w, 4].

    ``dark`` body colour, ``rim`` light added on twigs and thin edges, ``mist`` the colour that
    swallows the feet: from the ground line [w] upwards over ``fade`` pixels (0 for none).
    """
    h, w = cover.shape
    sheet = np.zeros((h, w, 4), np.float32)
    touched = np.flatnonzero(cover.any(axis=1))
    if not len(touched):
        return sheet
    rows = slice(int(touched[0]), int(touched[-1]) + 1)
    solid = cover[rows]
    thin = np.clip(solid - soften(solid, max(1.2, min(h, w) / 620)), 0.0, 1.0)
    glow = soften(lit[rows], 0.6) * np.float32(0.42) + thin * np.float32(0.75)
    colour = dark + glow[..., None] * rim
    if fade > 0:
        above = np.arange(rows.start, rows.stop, dtype=np.float32)[:, None] - ground[None, :]
        amount = smoothstep(-fade, 0.0, above)[..., None] * np.float32(0.4)
        colour += (mist - colour) * amount
    sheet[rows, :, :3] = colour * solid[..., None]
    sheet[rows, :, 3] = solid
    return sheet


def scatter(
    rng: np.random.Generator,
    count: int,
    span: tuple[float, float],
    ground: F32,
    height: float,
    spread: float = 0.4,
) -> list[Tree]:
    """``count`` trees between two columns standing on ``ground`` [canvas_w] rows, clumped."""
    xs = rng.uniform(span[0], span[1], count)
    centres = rng.uniform(span[0], span[1], max(2, count // 9))
    pull = rng.random(count) < 0.6
    width = (span[1] - span[0]) / max(4, len(centres) * 2)
    xs[pull] = rng.choice(centres, int(pull.sum())) + rng.normal(0, width, int(pull.sum()))
    trees = []
    for x in np.sort(xs):
        column = int(np.clip(x, 0, ground.size - 1))
        tall = height * (1.0 - spread + 2 * spread * rng.random() ** 1.3)
        trees.append(
            Tree(
                x=float(x),
                y=float(ground[column]) + height * 0.03,
                height=tall,
                seed=int(rng.integers(1 << 30)),
                slim=rng.uniform(0.85, 1.2),
            )
        )
    return trees
