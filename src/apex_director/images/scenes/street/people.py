"""People in a street: passers-by under umbrellas, and the one the picture is about, dark against
the lights with a rim of them on both sides.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from apex_director.images.scenes import people
from apex_director.images.scenes.figures import draw_figure, rim
from apex_director.images.scenes.silhouette import Part, moved, rasterise
from apex_director.images.scenes.street.sheet import Sheet
from apex_director.images.scenes.street.view import SHRINK

F32 = NDArray[np.float32]

CANOPY = 0.183  # share of an umbrella figure that is the cloth
_WIDE = {"band": 0.86, "couple": 1.0, "dancer": 1.0}


@dataclass(frozen=True, kw_only=True)
class Person:
    """Somebody at a place, ``tall`` metres (with an umbrella), ``cloth`` the umbrella's colour."""

    kind: str
    x: float
    z: float
    tall: float
    seed: int
    cloth: tuple[float, float, float] | None = None


@lru_cache(maxsize=48)
def figure_mask(kind: str, px: int, seed: int) -> F32:
    """Coverage of a figure [px, w]; besides those of `figures`, a couple under one umbrella."""
    if kind != "couple_umbrella":
        return draw_figure(kind, px, seed)
    rng = np.random.default_rng([seed, 7])
    parts: list[Part] = people.couple(rng)
    cloth = moved(people.umbrella(), 0.0, 0.02, 1.0)
    wide = [
        Part(points=tuple((x * 1.30, y) for x, y in p.points), radii=p.radii, sharp=p.sharp,
             cut=p.cut, fine=p.fine)
        for p in cloth
    ]  # fmt: skip
    return rasterise([*parts, *wide], px)


def stand(sheet: Sheet, who: Person, left: F32, right: F32, strength: float = 1.0) -> None:
    """One person in a sheet; ``left`` and ``right`` the light that comes past them."""
    col, row, scale = sheet.view.place(who.x, 0.0, who.z)
    below = sheet.view.eye < 0  # mirrored: the same figure at half the size
    px = round(who.tall * scale * (SHRINK if below else 1))
    if scale <= 0 or px < 7 or px > 4 * sheet.view.height:
        return
    mask = figure_mask(who.kind, px, who.seed)
    if below:
        size = max(1, mask.shape[1] // SHRINK), max(1, px // SHRINK)
        mask = np.asarray(cv2.resize(mask, size, interpolation=cv2.INTER_AREA), np.float32)
    d = sheet.view.depth(who.x, who.z)
    colour = dress(mask, who, sheet, left, right, strength)
    x, y = round(col - mask.shape[1] / 2), round(row) - mask.shape[0]
    if not below:
        _foot(sheet, col, row, scale)
    sheet.cover(mask, x, y, colour, d, 1.0)


def dress(mask: F32, who: Person, sheet: Sheet, left: F32, right: F32, strength: float) -> F32:
    """Colours [h, w, 3] of a figure: near black, its rims, the cloth that light comes through."""
    h, w = mask.shape
    table, dark = sheet.lights.table, sheet.lights.dark
    body = table[1] * np.float32(0.030 + 0.02 * (1 - dark)) + table[2] * np.float32(0.08)
    colour = np.empty((h, w, 3), np.float32)
    colour[:] = body
    reach = max(1.0, h * 0.008)
    round_ = cv2.GaussianBlur(mask, (0, 0), max(1.0, h * 0.022))
    lean = cv2.Sobel(round_, cv2.CV_32F, 1, 0, ksize=3) * np.float32(h * 0.011)
    fall = np.linspace(1.0, 0.45, h, dtype=np.float32)[:, None]
    for light, side in ((left, -1.0), (right, 1.0)):
        edge = rim(mask, (side, -0.12), reach) / np.maximum(mask, np.float32(0.05))
        soft = np.maximum(lean * np.float32(-side), 0) * np.float32(0.05)  # the coat is round
        colour += ((edge * fall + soft) * np.float32(strength))[..., None] * light
    if who.cloth is not None:
        rows = max(1, round(CANOPY * h))
        v = np.linspace(0, 1, rows, dtype=np.float32)[:, None, None]
        u = np.abs(np.linspace(-1, 1, w, dtype=np.float32))[None, :, None]
        rib = 1 - 0.25 * np.exp(-((np.mod(u * 2.5, 1.0) - 0.5) ** 2) * 90)
        cloth = np.asarray(who.cloth, np.float32)
        lit = table[1] * np.float32(0.75) + table[2] * np.float32(1.6) + table[9] * np.float32(0.45)
        through = cloth * lit * (np.float32(0.45) + np.float32(0.55) * v) * rib
        colour[:rows] = colour[:rows] * np.float32(0.8) + through
    return colour


def _foot(sheet: Sheet, col: float, row: float, scale: float) -> None:
    from apex_director.images.scenes.street.cars import dim

    t = np.linspace(0, 2 * np.pi, 17)[:-1]
    flat = 0.30 * sheet.view.eye / max(sheet.view.focal / scale, 1.0)
    ring = np.stack([col + 0.30 * scale * np.cos(t), row + flat * scale * np.sin(t)], 1)
    clear = 1.0 - sheet.air(sheet.view.focal / scale, 0.0)[0]
    dim(sheet, ring, 0.45 * clear)


def mirrored_figure(mask: F32, soft: float) -> F32:
    """What wet ground shows of a figure: upside down, more smeared away from the feet."""
    flipped = np.ascontiguousarray(mask[::-1])
    h = flipped.shape[0]
    long = cv2.GaussianBlur(flipped, (0, 0), max(0.6, soft * 0.35), None, max(1.0, soft * 2.2))
    t = np.linspace(0, 1, h, dtype=np.float32)[:, None]
    return np.asarray(
        (flipped * (1 - t) ** 2 + long * (1 - (1 - t) ** 2)) * (1 - 0.75 * t), np.float32
    )
