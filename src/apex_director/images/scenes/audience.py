"""A crowd from behind: rows of people, each one drawn over the last with a rim of stage light."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from apex_director.images.scenes.figures import draw_scaled, rim
from apex_director.images.scenes.model import SceneSpec
from apex_director.images.scenes.sky import unit

F32 = NDArray[np.float32]

VARIANTS = 6  # drawings of each kind per row
WIDTH = 0.47  # shoulders, figure units


@dataclass(frozen=True, kw_only=True)
class Row:
    """People whose shoulders are at ``y`` (0..1 of the canvas), one figure unit being ``size``
    short sides of it; ``arms`` is the share with raised arms, ``ranks`` how many stand behind
    one another.
    """

    y: float
    size: float
    arms: float
    seed: int
    ranks: int


def crowd_row(spec: SceneSpec, row: Row, body: F32, glow: F32) -> F32:
    """One sheet of audience [shape=(h, w, 4), float32, premultiplied linear].

    Parameters
    ----------
    body, glow : float32 [shape=(3,)]
        Colour of the silhouettes and of the light on their upper edges.
    """
    w, h = spec.canvas
    unit_px = row.size * unit(spec) * 2.0
    rng = np.random.default_rng([row.seed & 0x7FFFFFFF, 97])
    drawn: dict[tuple[str, int, int], tuple[F32, F32]] = {}
    sheet = np.zeros((h, w, 4), np.float32)
    for rank in range(row.ranks):
        step = unit_px * WIDTH * (0.82 + 0.10 * rng.random())
        base = row.y * h + rank * unit_px * 0.17
        x = -step * float(rng.random())
        while x < w + step:
            kind, variant, turn = _who(rng, row.arms, x / w)
            key = (kind, variant, turn)
            if key not in drawn:
                cover = draw_scaled(kind, unit_px, row.seed % 1000 * 10 + variant)
                light = (0.55 * turn, -1.0)
                drawn[key] = (cover, rim(cover, light, max(1.2, unit_px * 0.032)))
            y = base + unit_px * float(rng.normal(0.0, 0.05))
            _lay(sheet, drawn[key], x, y + unit_px * 0.42, body, glow)
            x += step * float(rng.uniform(0.78, 1.22))
    _close(sheet, row.y * h + row.ranks * unit_px * 0.17 + unit_px * 0.25, body)
    return sheet


def _who(rng: np.random.Generator, arms: float, at: float) -> tuple[str, int, int]:
    pick = float(rng.random())
    kind = "hands" if pick < arms * 0.45 else "hand" if pick < arms else "head"
    turn = 1 if at < 0.36 else -1 if at > 0.64 else 0
    return kind, int(rng.integers(VARIANTS)), turn


def _lay(sheet: F32, person: tuple[F32, F32], x: float, foot: float, body: F32, glow: F32) -> None:
    """Draw one person over the sheet in place, the foot row of the sprite at ``foot``."""
    cover, edge = person
    ph, pw = cover.shape
    y0, x0 = round(foot) - ph, round(x - pw / 2)
    h, w = sheet.shape[:2]
    a, b = max(0, y0), min(h, y0 + ph)
    c, d = max(0, x0), min(w, x0 + pw)
    if a >= b or c >= d:
        return
    k = cover[a - y0 : b - y0, c - x0 : d - x0, None]
    e = edge[a - y0 : b - y0, c - x0 : d - x0, None]
    place = sheet[a:b, c:d]
    place *= 1.0 - k
    place[..., :3] += body * k + glow * e
    place[..., 3:] += k


def _close(sheet: F32, y: float, body: F32) -> None:
    """Everything below the row is people too."""
    top = min(sheet.shape[0], max(0, int(y)))
    soft = np.clip((np.arange(top, sheet.shape[0]) - y) / 6.0 + 0.5, 0.0, 1.0).astype(np.float32)
    a = soft[:, None, None]
    part = sheet[top:]
    part *= 1.0 - a
    part[..., :3] += body * a
    part[..., 3:] += a
