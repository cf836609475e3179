"""Broad-leaved trees: a barked trunk, boughs, and a crown of leaves set one by one in lit domes."""

from __future__ import annotations

from typing import cast

import numpy as np
from numba import njit
from numpy.typing import NDArray

from apex_director.images.scenes.flora import Trunk, branches, paint_trunk
from apex_director.images.scenes.meadow.plants import Light
from apex_director.images.scenes.shapes import Stroke, fill, strokes

F32 = NDArray[np.float32]
_TURNS = 12
LOBES = 15


def broad_tree(height: float, seed: int, leaf: F32, bark: F32, light: Light, bare: bool) -> F32:
    """A tree, premultiplied linear light [h, w, 4], its foot at the lowest middle.

    Parameters
    ----------
    height : float
        In pixels.
    leaf, bark : float32 [shape=(3,)]
        Albedo.
    bare : bool
        Winter: only the boughs.
    """
    rng = np.random.default_rng([seed, 91])
    h, w = int(height) + 6, int(height * 1.3) + 8
    sheet = np.zeros((h, w, 4), np.float32)
    thick = height * 0.065
    wood = bark * (light.sky * np.float32(0.7) + light.sun * np.float32(0.25))
    top = int(h * 0.44)
    lean = float(rng.normal(0, 0.02)) * height
    trunk = Trunk(
        x=w / 2, y=h - 1.0 - top, half=thick / 2, lean=lean, bend=height * 0.008, seed=seed, top=0.0
    )
    glance = bark * light.sun * np.float32(1.6)
    paint_trunk(
        sheet[top:], trunk, wood, glance, light.side, bark=0.5 if height > 90 else 0.0, birch=False
    )
    cover = strokes(h, w, _boughs(rng, w / 2 + lean * 0.6, h, height, thick, bare))[..., None]
    sheet *= 1 - cover
    sheet[..., :3] += wood * cover
    sheet[..., 3:] += cover
    if not bare:
        _crown(sheet, height, rng, leaf, light)
    return sheet


def _boughs(
    rng: np.random.Generator, x: float, h: int, height: float, thick: float, bare: bool
) -> list[Stroke]:
    lines: list[Stroke] = []
    for k in range(7):
        angle = np.pi / 2 + (k - 3) * 0.36 + float(rng.normal(0, 0.08))
        reach = float(rng.uniform(0.36, 0.5) if bare else rng.uniform(0.22, 0.32))
        start = h * (0.64 - 0.03 * (k % 3))
        lines += branches(rng, x, start, angle, height * reach, thick * 0.5, 3 if bare else 2)
    return lines


def _leaf_stock(long: float) -> F32:
    """Coverage of one leaf in several turns [turns, n, n]."""
    n = int(np.ceil(long)) + 3
    t = np.linspace(0, 1, 7)
    half = 0.30 * np.sin(np.pi * t**0.8)
    ring = np.concatenate([np.stack([t - 0.5, half], 1), np.stack([t - 0.5, -half], 1)[-2:0:-1]])
    out = []
    for k in range(_TURNS):
        a = 2 * np.pi * k / _TURNS + 0.2
        turn = np.array([[np.cos(a), np.sin(a)], [-np.sin(a), np.cos(a)]])
        out.append(fill(n, n, [ring @ turn * long + n / 2]))
    return np.stack(out)


@njit(cache=True)
def _set_leaves(sheet, stock, pick, left, top, colour):  # type: ignore[no-untyped-def]
    """Lay leaves over a premultiplied sheet, one after the other."""
    h, w = sheet.shape[:2]
    n = stock.shape[1]
    one = np.float32(1.0)
    for k in range(pick.size):
        for sy in range(n):
            y = top[k] + sy
            if y < 0 or y >= h:
                continue
            for sx in range(n):
                x = left[k] + sx
                cover = stock[pick[k], sy, sx]
                if cover <= np.float32(0.0) or x < 0 or x >= w:
                    continue
                for c in range(3):
                    sheet[y, x, c] += (colour[k, c] - sheet[y, x, c]) * cover
                sheet[y, x, 3] += (one - sheet[y, x, 3]) * cover


def _lobes(rng: np.random.Generator, height: float, h: int, w: int) -> list[tuple[float, ...]]:
    """Domes of the crown, far to near: x, y, radius in pixels and depth -1..1."""
    lobes = []
    for k in range(LOBES):
        a = 2.4 * k + float(rng.normal(0, 0.3))
        r = ((k + 0.6) / LOBES) ** 0.55
        lobes.append(
            (
                w / 2 + np.cos(a) * r * height * 0.40,
                h - height * 0.57 - np.sin(a) * r * height * 0.26,
                height * float(rng.uniform(0.125, 0.19)) * (1.15 - 0.35 * r),
                float(rng.uniform(-1, 1)) * (1 - 0.5 * r),
            )
        )
    return sorted(lobes, key=lambda lobe: lobe[3])


def _crown(sheet: F32, height: float, rng: np.random.Generator, leaf: F32, light: Light) -> None:
    h, w = sheet.shape[:2]
    long = max(2.2, height * 0.0115)
    stock = _leaf_stock(long)
    toward = np.array([light.side * 0.75, 0.60, 0.28])
    toward /= np.linalg.norm(toward)
    for x, y, r, depth in _lobes(rng, height, h, w):
        count = int(3.0 * np.pi * (r / long) ** 2) + 12
        far = rng.random(count) ** 0.5 * (1 + 0.16 * np.abs(rng.normal(0, 1, count)))
        a = rng.uniform(0, 2 * np.pi, count)
        px, py = np.cos(a) * far, np.sin(a) * far  # py up
        pz = np.sqrt(np.maximum(1 - px * px - py * py, 0.02))
        order = np.argsort(pz + rng.normal(0, 0.25, count), kind="stable")
        facing = px * toward[0] + py * toward[1] + pz * toward[2]
        lit = np.clip(facing * 0.75 + 0.25, 0, 1) ** 1.6
        edge = np.clip(px * toward[0] + py * toward[1], 0, 1) * far  # lit through from behind
        sky = (0.30 + 0.30 * np.clip(py + 0.3, 0, 1)) * (0.85 + 0.15 * depth)
        sun = 0.95 * lit * (0.8 + 0.2 * depth) + 0.35 * edge
        tone = sky[:, None] * light.sky + sun[:, None] * light.sun
        colour = leaf * tone * rng.uniform(0.72, 1.28, count)[:, None]
        _set_leaves(
            sheet,
            stock,
            rng.integers(_TURNS, size=count),
            _whole(x + px * r * 1.15 - stock.shape[1] / 2)[order],
            _whole(y - py * r * 0.88 - stock.shape[1] / 2)[order],
            colour.astype(np.float32)[order],
        )


def _whole(places: NDArray[np.float64]) -> NDArray[np.int64]:
    return cast(NDArray[np.int64], np.round(places).astype(np.int64))
