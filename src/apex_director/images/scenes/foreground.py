"""Where the subject stands: a roof, a pier, open ground; drawn with its rim light."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from apex_director.images.model import Layer, Reaction
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
    """A rooftop along the bottom: a low wall with a railing, a water tank on legs at one end, a
    machine room with aerials at the other, a cable between them.
    """
    rng = np.random.default_rng([spec.seed, 83])
    w = spec.canvas[0]
    k = unit(spec) / w
    top = 0.872
    shapes: list[tuple[tuple[float, float], ...]] = [
        ((0.0, top), (1.0, top), (1.0, 1.0), (0.0, 1.0)),
        *_railing(top, k),
    ]
    x = 0.5 - side * (0.31 + 0.05 * float(rng.random()))
    tank, peak = _tank(x, top, k, float(rng.uniform(0.9, 1.15)))
    far = 0.5 + side * (0.35 + 0.04 * float(rng.random()))
    room, mast = _machine_room(rng, far, top, k, side)
    shapes += tank + room + _cable(peak, mast)
    stand = 0.5 + side * float(rng.uniform(0.08, 0.16)) * min(1.0, k * 1.6)
    return Stand(x=stand, y=top + 0.002, height=0.30, ground=tuple(shapes))


def _railing(top: float, k: float) -> list[tuple[tuple[float, float], ...]]:
    high = 0.048
    out = [_box(0.5, top - high + 0.0035, 0.5, 0.0035), _box(0.5, top - high * 0.5, 0.5, 0.0018)]
    count = round(0.5 / (0.075 * k))
    return out + [
        _box(0.5 + i * 0.075 * k, top, 0.0016 * k, high) for i in range(-count, count + 1)
    ]


def _tank(
    x: float, top: float, k: float, size: float
) -> tuple[list[tuple[tuple[float, float], ...]], tuple[float, float]]:
    """A wooden tank under a cone on four legs with braces; and its peak."""
    half, legs, body, cone = 0.058 * k * size, 0.062 * size, 0.105 * size, 0.040 * size
    low = top - legs
    out = [_box(x + s * half * p, top, 0.0028 * k, legs) for s in (-1, 1) for p in (0.42, 0.86)]
    for s in (-1.0, 1.0):
        a, b, t = x - s * half * 0.86, x + s * half * 0.86, 0.0025
        out.append(((a, top - t), (a, top), (b, low + t), (b, low)))
    out.append(_box(x, low + 0.006, half * 1.02, 0.009))
    out.append(
        (
            (x - half * 0.94, low),
            (x + half * 0.94, low),
            (x + half, low - body),
            (x - half, low - body),
        )
    )
    roof = low - body
    out.append(((x - half * 1.1, roof), (x + half * 1.1, roof), (x, roof - cone)))
    out.append(_box(x + half * 1.22, low, 0.0014 * k, body))  # the ladder's rail
    return out, (x, roof - cone)


def _machine_room(
    rng: np.random.Generator, x: float, top: float, k: float, side: float
) -> tuple[list[tuple[tuple[float, float], ...]], tuple[float, float]]:
    """A lift's machine room with vents, a dish and an aerial; and the aerial's tip."""
    half, tall = 0.075 * k, float(rng.uniform(0.075, 0.105))
    out = [_box(x, top, half, tall), _box(x, top - tall, half * 1.06, 0.007)]
    vent = x - side * half * 1.6
    out += [_box(vent, top, half * 0.34, 0.034), _box(vent, top - 0.034, half * 0.42, 0.006)]
    pipe = x - side * half * 2.3
    out += [
        _box(pipe, top, 0.006 * k, 0.055),
        _box(pipe - side * 0.006 * k, top - 0.049, 0.012 * k, 0.011),
    ]
    mast = x + side * half * 0.45
    high = float(rng.uniform(0.12, 0.17))
    low = top - tall
    out.append(_box(mast, low, 0.0018 * k, high))
    out += [
        _box(mast, low - high * (0.62 + 0.16 * j), (0.026 - 0.006 * j) * k, 0.0028)
        for j in range(3)
    ]
    turn = np.linspace(-0.5 * np.pi, 0.5 * np.pi, 14)
    dx, dy = x - side * half * 0.5, low - 0.030
    lean = 0.55
    bowl = [
        (
            dx - side * (0.030 * np.cos(a) * 0.45 + 0.030 * np.sin(a) * lean) * k,
            dy + 0.030 * np.sin(a),
        )
        for a in turn
    ]
    out.append(tuple((float(px), float(py)) for px, py in bowl))
    out.append(_box(dx, low, 0.0022 * k, 0.028))
    return out, (mast, low - high)


def _cable(a: tuple[float, float], b: tuple[float, float]) -> list[tuple[tuple[float, float], ...]]:
    """A thin sagging line between two points."""
    t = np.linspace(0.0, 1.0, 24)
    x, y = a[0] + (b[0] - a[0]) * t, a[1] + (b[1] - a[1]) * t + 0.075 * 4 * t * (1 - t) * 0.8
    upper = [(float(p), float(q)) for p, q in zip(x, y, strict=True)]
    return [(*upper, *((p, q + 0.0013) for p, q in reversed(upper)))]


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
    reactions: tuple[Reaction, ...] = (),
) -> tuple[tuple[float, float], list[Layer]]:
    """A silhouette layer with rim light; the point of interest (0..1) and the layer.

    ``on_ground`` adds a soft shadow that falls away from the light.
    """
    w, h = spec.canvas
    short = unit(spec)
    cover = np.zeros((h, w), np.float32)
    floor = np.zeros((h, w), np.float32)
    if stand.ground:
        polygons: Sequence[Polygon] = [np.asarray(p) * (w, h) for p in stand.ground]
        floor = fill(h, w, polygons)
        cover = floor.copy()
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
    edge = _edge(cover, away, max(1.2, short * 0.0036))
    body = pal.shadow * np.float32(0.35)
    sheet = np.zeros((h, w, 4), np.float32)
    sheet[..., 3] = np.maximum(cover, shadow * np.float32(0.75))
    glow = mix_rim(pal)
    drawn = np.flatnonzero(cover.any(axis=1))
    rows = slice(drawn[0], drawn[-1] + 1) if drawn.size else slice(0)
    edge[rows] *= 1 - np.float32(0.55) * floor[rows]
    sheet[rows, :, :3] = cover[rows, :, None] * body + edge[rows, :, None] * glow
    if stand.ground:  # the sky lies on what one stands on, less and less towards the lens
        below = (
            np.arange(h, dtype=np.float32)[:, None] / np.float32(h) - np.float32(stand.y)
        ) / 0.03
        lit = np.exp(-np.maximum(below, 0.0)) * (below > -0.02) * np.float32(0.05) * floor
        sheet[..., :3] += lit[..., None] * pal.sky[3]
    centre = (left + figure.shape[1] / 2) / w, (top + figure.shape[0] * 0.4) / h
    return centre, [
        to_layer(name, sheet, parallax, reactions=reactions or moves(kind), seed=spec.seed + 90)
    ]


def _edge(cover: F32, away: tuple[float, float], width: float) -> F32:
    """Rim light on a canvas of which little is covered."""
    out = np.zeros_like(cover)
    rows, cols = np.flatnonzero(cover.any(axis=1)), np.flatnonzero(cover.any(axis=0))
    if rows.size:
        box = np.s_[rows[0] : rows[-1] + 1, cols[0] : cols[-1] + 1]
        out[box] = rim(np.ascontiguousarray(cover[box]), away, width)
    return out


def moves(kind: str) -> tuple[Reaction, ...]:
    """How a subject is never quite still: who dances does so on the bass, a boat rocks."""
    match kind:
        case "dancer":
            bounce = Reaction(kind="rise", band="beat", amount=0.006)
            return bounce, Reaction(kind="sway", band="bar", amount=0.004)
        case "band":
            return (Reaction(kind="rise", band="beat", amount=0.0025),)
        case "boat":
            return Reaction(kind="bob", amount=0.0035), Reaction(
                kind="rise", band="low", amount=0.002
            )
        case "balloon" | "birds":
            return (Reaction(kind="bob", amount=0.006),)
        case "car" | "car_rear" | "car_side":
            return (Reaction(kind="bob", amount=0.0012),)
        case _:
            return ()


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
