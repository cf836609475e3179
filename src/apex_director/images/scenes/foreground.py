"""Where the subject stands: rooftop ledge, pier, open ground; drawn with its rim light."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from apex_director.images.model import Layer
from apex_director.images.scenes.figures import draw_figure, rim
from apex_director.images.scenes.finish import to_layer
from apex_director.images.scenes.model import SceneSpec
from apex_director.images.scenes.palette import ScenePalette
from apex_director.images.scenes.shapes import fill
from apex_director.images.scenes.sky import unit

F32 = NDArray[np.float32]
Polygon = NDArray[np.float64]

AIRBORNE = {"birds": 0.16, "balloon": 0.24}
LOW = {"car": 0.42, "car_rear": 0.42, "boat": 1.25, "deer": 0.85, "band": 0.8}


@dataclass(frozen=True, kw_only=True)
class Stand:
    """Feet at (``x``, ``y``) in fractions of the canvas, a person ``height`` of its short side
    tall; ``ground`` are polygons in canvas fractions it stands on.
    """

    x: float
    y: float
    height: float
    ground: tuple[tuple[tuple[float, float], ...], ...] = ()


def ledge(spec: SceneSpec, side: float) -> Stand:
    """A rooftop parapet along the bottom with machine rooms, vents and an aerial at its ends."""
    rng = np.random.default_rng([spec.seed, 83])
    w = spec.canvas[0]
    k = unit(spec) / w
    top = 0.845
    shapes: list[tuple[tuple[float, float], ...]] = [
        ((0.0, top), (1.0, top), (1.0, 1.0), (0.0, 1.0)),
    ]
    for end in (-1.0, 1.0):
        x = 0.5 + end * (0.30 + 0.07 * float(rng.random()))
        half, tall = 0.055 * k + 0.02, float(rng.uniform(0.06, 0.13))
        shapes.append(_box(x, top, half, tall))
        shapes.append(_box(x + half * 0.3, top - tall, half * 0.45, 0.02))
        mast = x - end * half * 0.5
        high = float(rng.uniform(0.10, 0.2))
        shapes.append(_box(mast, top - tall, 0.0016 * k, high))
        shapes += [
            _box(mast, top - tall - high * (0.55 + 0.18 * j), 0.02 * k * (1 - j * 0.2), 0.003)
            for j in range(3)
        ]
    vent = 0.5 - side * 0.09
    shapes.append(_box(vent, top, 0.013 * k, 0.035))
    shapes.append(_box(vent, top - 0.035, 0.02 * k, 0.008))
    return Stand(x=0.5 + side * float(rng.uniform(0.10, 0.17)) * min(1.0, k * 1.6), y=top + 0.002,
                 height=0.30, ground=tuple(shapes))  # fmt: skip


def pier(spec: SceneSpec, side: float) -> Stand:
    """A wooden jetty reaching in from one side, with bollards and a lamp post."""
    rng = np.random.default_rng([spec.seed, 89])
    w, _ = spec.canvas
    k = unit(spec) / w
    y = 0.86
    tip = 0.5 - side * 0.06
    out = 1.02 if side > 0 else -0.02
    shapes: list[tuple[tuple[float, float], ...]] = [
        ((tip, y), (out, y), (out, y + 0.022), (tip, y + 0.022)),
    ]
    for i in range(9):
        x = tip + side * (0.012 + 0.075 * i)
        shapes.append(_box(x, y + 0.16, 0.008 * k, 0.16 + (0.022 if i % 2 else 0.0)))
    lamp = tip + side * 0.30
    shapes.append(_box(lamp, y, 0.0035 * k, 0.25))
    shapes.append(_box(lamp - side * 0.014 * k, y - 0.245, 0.018 * k, 0.007))
    stand = tip + side * float(rng.uniform(0.07, 0.13))
    return Stand(x=stand, y=y + 0.002, height=0.24, ground=tuple(shapes))


def _box(x: float, y: float, half: float, tall: float) -> tuple[tuple[float, float], ...]:
    return ((x - half, y - tall), (x + half, y - tall), (x + half, y), (x - half, y))


def stamp(canvas: F32, cover: F32, left: float, top: float) -> None:
    """Lay a coverage sprite over ``canvas`` in place, keeping the larger of the two."""
    y0, x0 = round(top), round(left)
    h, w = cover.shape
    a, b = max(0, y0), min(canvas.shape[0], y0 + h)
    c, d = max(0, x0), min(canvas.shape[1], x0 + w)
    if a < b and c < d:
        part = canvas[a:b, c:d]
        np.maximum(part, cover[a - y0 : b - y0, c - x0 : d - x0], out=part)


def place_figure(
    spec: SceneSpec,
    pal: ScenePalette,
    kind: str,
    stand: Stand,
    light: tuple[float, float],
    parallax: float,
    *,
    on_ground: bool = False,
    name: str = "foreground",
) -> tuple[tuple[float, float], list[Layer]]:
    """A silhouette layer with rim light; the point of interest (0..1) and the layer.

    ``on_ground`` adds a soft shadow that falls away from the light.
    """
    w, h = spec.canvas
    short = unit(spec)
    cover = np.zeros((h, w), np.float32)
    if stand.ground:
        polygons: Sequence[Polygon] = [np.asarray(p) * (w, h) for p in stand.ground]
        cover = fill(h, w, polygons)
    size = stand.height * (AIRBORNE[kind] / 0.3 if kind in AIRBORNE else LOW.get(kind, 1.0))
    figure = draw_figure(kind, round(size * short), spec.seed)
    most = 0.8 * w
    if figure.shape[1] > most:
        figure = draw_figure(kind, round(size * short * most / figure.shape[1]), spec.seed)
    x, y = stand.x * w, stand.y * h
    if kind in AIRBORNE:
        y = h * 0.34
    left, top = x - figure.shape[1] / 2, y - figure.shape[0]
    left = min(max(left, 0.12 * w), 0.88 * w - figure.shape[1])
    shadow = np.zeros_like(cover)
    leaps = kind == "dancer"
    if on_ground and not leaps and kind not in AIRBORNE:
        _cast_shadow(shadow, figure, left, y, light, (w, h))
    if (leaps or not on_ground) and kind not in AIRBORNE and not stand.ground:
        _contact(shadow, left + figure.shape[1] / 2, y, figure.shape[0])
    stamp(cover, figure, left, top)
    away = (light[0] * w - x, light[1] * h - (top + figure.shape[0] * 0.4))
    edge = rim(cover, away, max(1.5, short * 0.0045))
    body = pal.shadow * np.float32(0.35)
    sheet = np.zeros((h, w, 4), np.float32)
    sheet[..., 3] = np.maximum(cover, shadow * np.float32(0.75))
    glow = mix_rim(pal)
    sheet[..., :3] = cover[..., None] * body + edge[..., None] * glow
    centre = (left + figure.shape[1] / 2) / w, (top + figure.shape[0] * 0.4) / h
    return centre, [to_layer(name, sheet, parallax, seed=spec.seed + 90)]


def _contact(shadow: F32, x: float, y: float, tall: int) -> None:
    """The soft dark where feet meet the ground."""
    half, flat = tall * 0.22, tall * 0.035
    rows = np.arange(-int(3 * flat), int(3 * flat) + 1, dtype=np.float32)[:, None] / np.float32(
        flat
    )
    cols = np.arange(-int(3 * half), int(3 * half) + 1, dtype=np.float32)[None, :] / np.float32(
        half
    )
    spot = 0.8 * np.exp(-(rows**2) - cols**2)
    stamp(shadow, spot.astype(np.float32), x - cols.shape[1] / 2, y - rows.shape[0] / 2)


def mix_rim(pal: ScenePalette) -> F32:
    """Rim colour: the sky's light with a touch of the accent."""
    return (pal.rim * np.float32(0.55) + pal.accent * np.float32(0.18)).astype(np.float32)


def _cast_shadow(
    shadow: F32,
    figure: F32,
    left: float,
    foot: float,
    light: tuple[float, float],
    size: tuple[int, int],
) -> None:
    """The figure laid flat towards the viewer, blurred with distance."""
    fh, fw = figure.shape
    long = round(fh * 0.5)
    flat = cv2.resize(figure[::-1], (fw, long), interpolation=cv2.INTER_AREA)
    lean = float(np.clip((left + fw / 2 - light[0] * size[0]) / (0.25 * size[0] + 1), -1.0, 1.0))
    pad = long
    wide = cv2.copyMakeBorder(flat, 0, 0, pad, pad, cv2.BORDER_CONSTANT, value=0.0)
    shear = np.asarray([[1, lean * 0.7, 0], [0, 1, 0]], np.float32)
    laid = cv2.warpAffine(wide, shear, (wide.shape[1], wide.shape[0]))
    soft = cv2.GaussianBlur(laid, (0, 0), max(0.8, fh * 0.012))
    fade = np.linspace(1.0, 0.1, long, dtype=np.float32)[:, None]
    stamp(shadow, np.asarray(soft * fade, np.float32), left - pad, foot - fh * 0.01)
