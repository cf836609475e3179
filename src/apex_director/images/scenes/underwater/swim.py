"""Creatures and schools of fish in the water: lit from above, dappled, veiled by distance."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from apex_director.images.scenes.model import SceneSpec
from apex_director.images.scenes.palette import mix
from apex_director.images.scenes.shapes import fill
from apex_director.images.scenes.silhouette import rim
from apex_director.images.scenes.sky import smoothstep, unit
from apex_director.images.scenes.underwater.life import creature
from apex_director.images.scenes.underwater.light import (
    SPAN,
    TILE,
    Sea,
    Waves,
    drowned,
    level_at,
    sampled,
)

F32 = NDArray[np.float32]
F64 = NDArray[np.float64]
_ONE = np.float32(1.0)


@dataclass(frozen=True, kw_only=True)
class Swimmer:
    """A creature at (``x``, ``y``) of the canvas, ``long`` short sides to its unit, ``depth`` world
    units away; ``dapple`` 0..1 is how much light of the waves plays on it.
    """

    kind: str
    x: float
    y: float
    long: float
    depth: float
    turn: float = 0.0
    flip: bool = False
    dapple: float = 0.6
    lit: float = 1.0
    salt: int = 0


def put_swimmer(sheet: F32, spec: SceneSpec, sea: Sea, waves: Waves, who: Swimmer) -> None:
    """Draw a creature over a premultiplied sheet [canvas_h, canvas_w, 4], in place."""
    w, h = spec.canvas
    size = who.long * unit(spec)
    cover = creature(who.kind, size, who.turn, who.flip, spec.seed + who.salt)
    ch, cw = cover.shape
    y0, x0 = round(who.y * h - ch / 2), round(who.x * w - cw / 2)
    a, b, c, d = max(0, y0), min(h, y0 + ch), max(0, x0), min(w, x0 + cw)
    if a >= b or c >= d:
        return
    x = ((np.arange(x0, x0 + cw, dtype=np.float32) + np.float32(0.5)) / np.float32(w))[None, :]
    y = ((np.arange(y0, y0 + ch, dtype=np.float32) + np.float32(0.5)) / np.float32(h))[:, None]
    rgb = _lit_body(spec, sea, waves, cover, who, size)
    level = level_at(spec, sea, x, y)
    rgb = drowned(sea, rgb, np.full_like(cover, who.depth), level)
    cut = np.s_[a - y0 : b - y0, c - x0 : d - x0]
    part = sheet[a:b, c:d]
    part *= (_ONE - cover[cut])[..., None]
    part[..., :3] += rgb[cut] * cover[cut][..., None]
    part[..., 3] += cover[cut]


def _lit_body(
    spec: SceneSpec, sea: Sea, waves: Waves, cover: F32, who: Swimmer, size: float
) -> F32:
    """The body's own colour: round, light on its back, its belly in shade, edges that glow."""
    wide = cv2.copyMakeBorder(cover, 3, 3, 3, 3, cv2.BORDER_CONSTANT, value=0.0)
    inner = cv2.distanceTransform((wide > 0.5).astype(np.uint8), cv2.DIST_L2, 5)[3:-3, 3:-3]
    bulge = np.sqrt(np.minimum(inner / np.float32(0.055 * size), 1.0)) * np.float32(0.055 * size)
    bulge = cv2.GaussianBlur(bulge, (0, 0), max(1.0, size * 0.010))
    gy = cv2.Sobel(bulge, cv2.CV_32F, 0, 1, ksize=3, scale=0.125)
    gx = cv2.Sobel(bulge, cv2.CV_32F, 1, 0, ksize=3, scale=0.125)
    inverse = _ONE / np.sqrt(gx * gx + gy * gy + np.float32(0.36))
    side = np.float32(np.clip((sea.light[0] - who.x) * 2.0, -0.7, 0.7))
    facing = np.clip((gy * np.float32(1.0) - gx * side) * inverse, 0.0, 1.0)
    h, w = cover.shape
    px = (np.arange(w, dtype=np.float32) / np.float32(size) * np.float32(1.9))[None, :]
    pz = (np.arange(h, dtype=np.float32) / np.float32(size) * np.float32(2.6))[:, None]
    px, pz = (
        np.broadcast_to(px + np.float32(who.salt), cover.shape),
        np.broadcast_to(pz, cover.shape),
    )
    foot = np.full(cover.shape, max(2.0 / size, SPAN / TILE) * 1.5, np.float32)
    net = np.clip(sampled(waves.caustic, px, pz, foot), 0.0, 4.0)
    play = _ONE + np.float32(who.dapple * min(1.0, sea.rays + 0.1)) * (net - _ONE)
    down = mix(sea.tone(0.9), sea.sun, 0.4)
    round_about = sea.tone(0.40)
    hide = mix(sea.tone(0.35), sea.body, 0.55)
    hide = hide / np.float32(max(float(hide.max()), 1e-3)) * np.float32(0.30)
    power = np.float32(who.lit * (0.12 + 1.05 * sea.power))
    edge = rim(cover, (float(side), -1.0), max(0.8, min(size * 0.010, 0.004 * unit(spec))))
    light = (facing * play * power)[..., None] * down
    colour = hide * (light + round_about * np.float32(0.55))
    return np.asarray(colour + (edge * power * np.float32(0.22))[..., None] * down, np.float32)


_PROFILE = np.array(
    [(0.50, 0.0), (0.44, 0.055), (0.30, 0.125), (0.14, 0.165), (0.04, 0.215), (-0.06, 0.185),
     (-0.12, 0.125), (-0.26, 0.055), (-0.33, 0.035), (-0.40, 0.085), (-0.52, 0.175), (-0.47, 0.02),
     (-0.47, -0.02), (-0.52, -0.165), (-0.40, -0.080), (-0.33, -0.035), (-0.24, -0.060),
     (-0.10, -0.130), (-0.06, -0.175), (0.02, -0.150), (0.14, -0.150), (0.30, -0.115),
     (0.44, -0.045)]
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class School:
    """Fish along a bowed stream from (``x0``, ``y0``) to (``x1``, ``y1``) of the canvas, ``thick``
    short sides across, each ``long`` short sides; ``slim`` 0..1 makes them thinner.
    """

    x0: float
    y0: float
    x1: float
    y1: float
    bow: float
    thick: float
    count: int
    long: float
    depth: float
    slim: float = 0.3
    salt: int = 0


def put_school(sheet: F32, spec: SceneSpec, sea: Sea, school: School) -> None:
    """Draw a school over a premultiplied sheet, in place: far fish first, bellies lit."""
    w, h = spec.canvas
    size = float(unit(spec))
    rng = np.random.default_rng([spec.seed & 0x7FFFFFFF, 8800 + school.salt])
    start = np.array([school.x0 * w, school.y0 * h])
    end = np.array([school.x1 * w, school.y1 * h])
    way = end - start
    long = max(float(np.hypot(*way)), 1.0)
    normal = np.array([-way[1], way[0]]) / long
    t = np.clip(rng.beta(1.7, 1.7, school.count), 0.0, 1.0)
    swell = np.sin(np.pi * np.clip(t, 0.04, 0.96)) ** 0.7 * (0.75 + 0.25 * np.sin(t * 9 + 1.3))
    off = rng.normal(0.0, 0.36, school.count) * school.thick * size * swell
    bow = school.bow * size
    arc = np.sin(np.pi * t) * bow
    place = start + way * t[:, None] + normal * (arc + off)[:, None]
    slope = np.pi * np.cos(np.pi * t) * bow
    head = way + normal * slope[:, None]
    turn = np.arctan2(head[:, 1], head[:, 0]) + rng.normal(0.0, 0.13, school.count)
    near = rng.random(school.count)
    order = np.argsort(near, kind="stable")
    for group in np.array_split(order, 3):
        depth = school.depth * (1.35 - 0.6 * float(near[group].mean()))
        bodies, backs = [], []
        for i in group:
            length = school.long * size * (0.55 + 0.7 * near[i])
            short = 0.70 + 0.30 * float(rng.random())  # some turn towards the eye
            flex = float(rng.uniform(-0.10, 0.10))
            shape = _PROFILE * (short, 1.0 - 0.45 * school.slim)
            shape = shape + np.stack(
                [np.zeros(len(shape)), flex * np.maximum(0.1 - shape[:, 0], 0) ** 1.5 * 2], axis=1
            )
            c, s = np.cos(turn[i]), np.sin(turn[i])
            if c < 0:  # backs stay up
                shape = shape * (1.0, -1.0)
            spin = np.array([[c, s], [-s, c]])
            bodies.append((shape * (1, -1)) @ spin * length + place[i])
            belly = shape.copy()
            belly[:, 1] = (
                np.minimum(belly[:, 1], -0.045 * (1 if c >= 0 else -1))
                if c >= 0
                else (np.maximum(belly[:, 1], 0.045))
            )
            belly = belly[(shape[:, 0] > -0.34)]
            backs.append((belly * (1, -1)) @ spin * length + place[i])
        _lay_fish(sheet, spec, sea, bodies, backs, depth)


def _lay_fish(
    sheet: F32, spec: SceneSpec, sea: Sea, bodies: list[F64], bellies: list[F64], depth: float
) -> None:
    w, h = spec.canvas
    if not bodies:
        return
    top = max(0, int(min(p[:, 1].min() for p in bodies)) - 2)
    last = min(h, int(max(p[:, 1].max() for p in bodies)) + 3)
    if top >= last:
        return
    shift = (0.0, float(top))
    cover = fill(last - top, w, [p - shift for p in bodies])
    bright = fill(last - top, w, [p - shift for p in bellies])
    x = ((np.arange(w, dtype=np.float32) + np.float32(0.5)) / np.float32(w))[None, :]
    y = ((np.arange(top, last, dtype=np.float32) + np.float32(0.5)) / np.float32(h))[:, None]
    level = level_at(spec, sea, x, y)
    down = mix(sea.tone(0.9), sea.sun, 0.4)
    # silver sides mirror the water about them, brightest where the light is near
    around = smoothstep(0.15, 0.95, level)
    back = mix(sea.tone(0.22), sea.body, 0.6) * np.float32(0.8)
    silver = (
        (np.float32(0.06) + np.float32(0.34) * around)[..., None]
        * down
        * np.float32(0.25 + 0.9 * sea.power)
    )
    own: F32 = np.asarray(back + (silver - back) * bright[..., None], np.float32)
    rgb = drowned(sea, own, np.full_like(cover, depth), level)
    part = sheet[top:last]
    part *= (_ONE - cover)[..., None]
    part[..., :3] += rgb * cover[..., None]
    part[..., 3] += cover
