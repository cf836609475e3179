"""Cars as small meshes: a body lofted over stations, glass, wheels and lamps, rasterised with a
depth buffer, so that one car is right from every side; and a tram.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

import cv2
import numpy as np
from numba import njit
from numpy.typing import NDArray

from apex_director.images.scenes.noise import fbm
from apex_director.images.scenes.street.light import Lights
from apex_director.images.scenes.street.sheet import Sheet
from apex_director.images.scenes.street.view import F64

F32 = NDArray[np.float32]

PAINT, GLASS, TAIL, HEAD, DARK, PLATE, RIM = range(7)
_SUPER = 3
# z from the rear, half width, height and half width of the waist line, height of the roof
_STATIONS = np.asarray([
    (0.00, 0.78, 0.70, 0.70, 0.72), (0.05, 0.86, 0.86, 0.74, 0.90), (0.42, 0.90, 0.93, 0.74, 0.985),
    (0.78, 0.905, 0.945, 0.70, 1.07), (1.32, 0.91, 0.945, 0.60, 1.37),
    (1.90, 0.91, 0.935, 0.60, 1.43),
    (2.48, 0.91, 0.925, 0.59, 1.40), (3.12, 0.905, 0.91, 0.70, 1.03),
    (3.50, 0.90, 0.88, 0.72, 0.95),
    (4.05, 0.87, 0.80, 0.70, 0.84), (4.30, 0.80, 0.66, 0.64, 0.70), (4.36, 0.72, 0.56, 0.58, 0.60),
])  # fmt: skip
LONG = 4.36
# albedo of everything but the paint, and how polished each material is
_COLOURS = ((0.004,) * 3, (0.10, 0.006, 0.006), (0.25,) * 3, (0.012,) * 3, (0.35, 0.34, 0.30),
            (0.16,) * 3)  # fmt: skip
_GLOSS = np.asarray([1.0, 0.75, 0.6, 0.9, 0.22, 0.3, 0.7], np.float32)


@dataclass(frozen=True, kw_only=True)
class Car:
    """Where a car stands (its middle), whether it drives away from the eye, its shape and paint.

    ``turn`` in radians: 0 along the street, pi / 2 across it.
    """

    x: float
    z: float
    turn: float
    tall: float
    long: float
    paint: tuple[float, float, float]
    lamps: bool


@dataclass(frozen=True, eq=False)
class Mesh:
    """Triangles [n, 3, 3] with a normal per corner and a material each."""

    corners: F64
    normals: F64
    material: NDArray[np.int64]


def _ring(station: NDArray[np.float64], tall: float) -> F64:
    z, wide, belt, top_wide, roof = station
    low = 0.24 + 0.10 * float(z < 0.03 or z > 4.2)
    lift = tall if roof - belt > 0.1 else 1.0
    top = belt + (roof - belt) * lift
    half = [(wide * 0.94, low), (wide, low + 0.14), (wide * 1.01, 0.56), (wide * 0.985, belt),
            (top_wide, top - 0.035), (top_wide * 0.62, top + 0.004),
            (0.0, top + 0.015)]  # fmt: skip
    right = [(x, y, z) for x, y in half]
    return np.asarray(right + [(-x, y, zz) for x, y, zz in right[-2::-1]])


def _material(j: int, i: int) -> int:
    """Of the strip ``j`` round the body between stations ``i`` and ``i + 1``."""
    cabin = 3 <= i <= 6
    if j in (3, 8) and cabin:
        return GLASS
    if j in (4, 5, 6, 7) and i in (3, 6):
        return GLASS
    return DARK if j in (0, 11) else PAINT


@lru_cache(maxsize=8)
def car_mesh(tall: float) -> Mesh:
    """A car with its rear at z = 0, x about the middle, wheels on y = 0."""
    rings = np.stack([_ring(s, tall) for s in _STATIONS])
    n, m = rings.shape[:2]
    tris: list[F64] = []
    norms: list[F64] = []
    mats: list[int] = []
    along = np.gradient(rings, axis=0)
    around = np.gradient(rings, axis=1)
    smooth = np.cross(around, along)
    smooth /= np.maximum(np.linalg.norm(smooth, axis=2, keepdims=True), 1e-9)
    for i in range(n - 1):
        for j in range(m - 1):
            for a, b, c in (
                ((i, j), (i + 1, j), (i + 1, j + 1)),
                ((i, j), (i + 1, j + 1), (i, j + 1)),
            ):
                tris.append(np.stack([rings[a], rings[b], rings[c]]))
                norms.append(np.stack([smooth[a], smooth[b], smooth[c]]))
                mats.append(_material(j, i))
    for end, sign in ((0, -1.0), (n - 1, 1.0)):
        mid = rings[end].mean(axis=0)
        for j in range(m):
            tris.append(np.stack([rings[end][j], rings[end][(j + 1) % m], mid]))
            norms.append(np.tile((0.0, 0.12, sign), (3, 1)))
            mats.append(PAINT)
    for quad, normal, material in _panels(rings):
        for order in ((0, 1, 2), (0, 2, 3)):
            tris.append(quad[list(order)])
            norms.append(np.tile(normal, (3, 1)))
            mats.append(material)
    return Mesh(np.stack(tris), np.stack(norms), np.asarray(mats, np.int64))


def _panels(rings: F64) -> list[tuple[F64, tuple[float, float, float], int]]:
    """Lamps, plates, bumpers, door lines and wheels."""
    flat: list[tuple[F64, tuple[float, float, float], int]] = []

    def upright(
        x0: float, x1: float, y0: float, y1: float, z: float, sign: float, kind: int
    ) -> None:
        quad = np.asarray([(x0, y1, z), (x1, y1, z), (x1, y0, z), (x0, y0, z)])
        flat.append((quad, (0.0, 0.1, sign), kind))

    for s in (-1.0, 1.0):
        upright(s * 0.44, s * 0.77, 0.60, 0.71, -0.02, -1.0, TAIL)
        upright(s * 0.40, s * 0.70, 0.50, 0.60, 4.385, 1.0, HEAD)
        for z in (0.80, 3.50):
            flat += _wheel(s, z)
        for z0, z1 in ((1.86, 1.93),):  # the pillar between the doors
            a, b = rings[5], rings[5]
            k = 3 if s > 0 else 9
            top = 4 if s > 0 else 8
            quad = np.asarray(
                [
                    (a[k][0] * 1.004, a[k][1], z0),
                    (a[k][0] * 1.004, a[k][1], z1),
                    (b[top][0] * 1.01, b[top][1], z1),
                    (b[top][0] * 1.01, b[top][1], z0),
                ]
            )
            flat.append((quad, (s, 0.2, 0.0), DARK))
    upright(-0.44, 0.44, 0.655, 0.675, -0.02, -1.0, TAIL)
    upright(-0.26, 0.26, 0.44, 0.55, -0.025, -1.0, PLATE)
    upright(-0.26, 0.26, 0.36, 0.46, 4.39, 1.0, PLATE)
    upright(-0.76, 0.76, 0.26, 0.38, -0.022, -1.0, DARK)
    upright(-0.60, 0.60, 0.30, 0.48, 4.38, 1.0, DARK)
    return flat


def _wheel(side: float, z: float) -> list[tuple[F64, tuple[float, float, float], int]]:
    t = np.linspace(0, 2 * np.pi, 19)
    faces: list[tuple[F64, tuple[float, float, float], int]] = []
    out, inner = side * 0.925, side * 0.70
    for a, b in pairwise(t):
        for r0, r1, kind, push in ((0.0, 0.20, RIM, 0.004), (0.20, 0.325, DARK, 0.0)):
            quad = np.asarray([(out + side * push, 0.325 + r * np.sin(v), z + r * np.cos(v))
                               for r, v in ((r0, a), (r1, a), (r1, b), (r0, b))])  # fmt: skip
            faces.append((quad, (side, 0.0, 0.0), kind))
        tread = np.asarray([(x, 0.325 + 0.325 * np.sin(v), z + 0.325 * np.cos(v))
                            for x, v in ((out, a), (inner, a), (inner, b), (out, b))])  # fmt: skip
        mid = (a + b) / 2
        faces.append((tread, (0.0, float(np.sin(mid)), float(np.cos(mid))), DARK))
    return faces


@njit(cache=True)
def _raster(tri, normal, world, mats, depth, which, nrm, pos):  # type: ignore[no-untyped-def]
    """Fill the nearest triangle of every pixel; ``tri`` [n, 3, 3] is column, row, 1 / depth."""
    h, w = depth.shape
    for k in range(tri.shape[0]):
        x0, y0, x1, y1, x2, y2 = (
            tri[k, 0, 0], tri[k, 0, 1], tri[k, 1, 0], tri[k, 1, 1], tri[k, 2, 0], tri[k, 2, 1],
        )  # fmt: skip
        area = (x1 - x0) * (y2 - y0) - (x2 - x0) * (y1 - y0)
        if abs(area) < 1e-9:
            continue
        for r in range(max(0, int(min(y0, y1, y2))), min(h - 1, int(max(y0, y1, y2))) + 1):
            for c in range(max(0, int(min(x0, x1, x2))), min(w - 1, int(max(x0, x1, x2))) + 1):
                px, py = c + 0.5, r + 0.5
                b = ((px - x0) * (y2 - y0) - (x2 - x0) * (py - y0)) / area
                g = ((x1 - x0) * (py - y0) - (px - x0) * (y1 - y0)) / area
                a = 1.0 - b - g
                if a < -1e-6 or b < -1e-6 or g < -1e-6:
                    continue
                near = a * tri[k, 0, 2] + b * tri[k, 1, 2] + g * tri[k, 2, 2]
                if near <= depth[r, c]:
                    continue
                depth[r, c] = near
                which[r, c] = mats[k]
                for i in range(3):
                    nrm[r, c, i] = a * normal[k, 0, i] + b * normal[k, 1, i] + g * normal[k, 2, i]
                    pos[r, c, i] = a * world[k, 0, i] + b * world[k, 1, i] + g * world[k, 2, i]


def park(sheet: Sheet, car: Car, mesh: Mesh, snow: bool) -> None:
    """One car laid into a sheet, its lamps with their halos, its shadow on the ground."""
    view = sheet.view
    cos, sin = float(np.cos(car.turn)), float(np.sin(car.turn))
    local = mesh.corners - (0.0, 0.0, LONG / 2)
    local = local * (1.0, 1.0, car.long)

    def turned(v: F64) -> F64:
        return np.stack([v[..., 0] * cos + v[..., 2] * sin, v[..., 1],
                         v[..., 2] * cos - v[..., 0] * sin], axis=-1)  # fmt: skip

    world = turned(local) + np.asarray([car.x, 0.0, car.z])
    seen = view.camera(world.reshape(-1, 3))
    if (seen[:, 2] < 1.2).any():
        return
    flat = view.pixels(seen)
    low, high = np.floor(flat.min(axis=0)) - 2, np.ceil(flat.max(axis=0)) + 2
    w, h = (high - low).astype(int)
    if high[0] < 0 or low[0] > view.width or w < 4 or h < 3 or w > 3 * view.width:
        return
    k = 1 if view.eye < 0 else _SUPER if w < 400 else 2  # the ground blurs what it mirrors
    tri = np.concatenate([(flat - low) * k, 1.0 / seen[:, 2:]], axis=1).reshape(-1, 3, 3)
    depth, which = np.zeros((h * k, w * k)), np.full((h * k, w * k), -1, np.int64)
    nrm = np.zeros((h * k, w * k, 3), np.float32)
    pos = np.zeros((h * k, w * k, 3), np.float32)
    _raster(tri, turned(mesh.normals), world, mesh.material, depth, which, nrm, pos)
    body, glow = _shade(sheet, car, which, nrm, pos, snow)
    full = (which >= 0).astype(np.float32)
    mask = cv2.resize(full, (w, h), interpolation=cv2.INTER_AREA)
    body = cv2.resize(body * full[..., None], (w, h), interpolation=cv2.INTER_AREA)
    glow = cv2.resize(glow * full[..., None], (w, h), interpolation=cv2.INTER_AREA)
    x, y, d = int(low[0]), int(low[1]), view.depth(car.x, car.z)
    if view.eye > 0:
        _shadow(sheet, car, turned)
    sheet.cover(mask, x, y, body / np.maximum(mask, 1e-4)[..., None], d, 0.8)
    sheet.shine(glow, x, y, d, 0.8)
    if car.lamps:
        _lamps(sheet, car, turned)


def _surroundings(mirror: F32, lights: Lights, seed: int) -> F32:
    """What a car's skin shows in directions [h, w, 3]: dark walls, lit shops low on both sides,
    rows
    of lamps, the glow at the end of the street, a strip of sky between the roofs.
    """
    table, dark = lights.table, np.float32(lights.dark)
    side, up = np.abs(mirror[..., 0:1]), mirror[..., 1:2]
    round_ = np.arctan2(mirror[..., 0], mirror[..., 2]) * np.float32(5.0)
    streaks = fbm(round_, mirror[..., 1] * np.float32(6.0), seed, 2)[..., None]
    shops = np.clip(streaks * 3.5 - 0.2, 0, 1.6) * np.exp(-((up - 0.12) ** 2) * 45)
    shops = shops * np.clip(side * 2.2 - 0.3, 0, 1)
    lamps = np.exp(-((side - 0.42) ** 2) * 26) * np.exp(-((up - 0.34) ** 2) * 18)
    end = np.exp(-(side**2) * 9) * np.exp(-((up - 0.06) ** 2) * 60)
    end = end * np.clip(mirror[..., 2:3], 0, 1)
    strip = np.exp(-(side**2) * 14) * np.clip(up * 2.2 - 0.5, 0, 1)
    walls = table[9] * np.float32(0.16) + table[1] * np.float32(0.25)
    walls = walls + lamps * table[8] * (np.float32(1.6) * dark) + end * table[9] * np.float32(1.3)
    above = walls * np.exp(-np.maximum(up, 0) * 4)
    above = above + table[7] * np.float32(1.25) * (strip + np.float32(0.10))
    ground = table[1] * np.float32(0.05) + table[2] * np.float32(0.3)
    t = np.clip(up * np.float32(3.0) + np.float32(0.5), 0, 1)
    warm = (
        table[3] * (np.float32(0.25) + np.float32(0.45) * dark) + table[5] * np.float32(0.2) * dark
    )
    return np.asarray(ground * (1 - t) + above * t + shops * warm, np.float32)


def _shade(
    sheet: Sheet, car: Car, which: NDArray[np.int64], nrm: F32, pos: F32, snow: bool
) -> tuple[F32, F32]:
    """What the body gives back (the street in its polish, itself) and what shines from it."""
    table, view = sheet.lights.table, sheet.view
    sight = pos - np.asarray([view.x, view.eye, 0.0], np.float32)
    sight /= np.maximum(np.sqrt((sight * sight).sum(axis=-1, keepdims=True)), np.float32(1e-4))
    nrm = nrm / np.maximum(np.sqrt((nrm * nrm).sum(axis=-1, keepdims=True)), np.float32(1e-4))
    facing = (nrm * sight).sum(axis=-1, keepdims=True)
    nrm = np.where(facing > 0, -nrm, nrm)
    cosine = np.abs(facing)
    world = _surroundings(sight + 2 * cosine * nrm, sheet.lights, int(car.z * 10) & 0xFFFF)
    fresnel = np.float32(0.09) + np.float32(0.60) * (1 - cosine) ** 4
    up = nrm[..., 1:2]
    lit = table[1] * np.clip(np.float32(0.45) + np.float32(0.55) * up, 0, 1) + table[2]
    index = np.maximum(which, 0)
    colours = np.asarray((car.paint, *_COLOURS), np.float32)
    albedo = colours[index]
    if snow:
        lies = np.clip((up - 0.55) * 4, 0, 1) * (index[..., None] != GLASS)
        albedo = albedo * (1 - lies) + np.float32(0.7) * lies
        fresnel = fresnel * (1 - lies)
    body = albedo * lit + fresnel * _GLOSS[index][..., None] * world
    glow = np.zeros_like(body)
    if car.lamps:
        tail = np.asarray([1.0, 0.05, 0.03], np.float32) * np.float32(1.5)
        head = np.asarray([1.0, 0.94, 0.82], np.float32) * np.float32(2.4)
        glow += (which == TAIL)[..., None] * tail + (which == HEAD)[..., None] * head
        glow += (which == PLATE)[..., None] * np.float32(0.12)
    return body.astype(np.float32), glow.astype(np.float32)


def _shadow(sheet: Sheet, car: Car, turned) -> None:  # type: ignore[no-untyped-def]
    t = np.linspace(0, 2 * np.pi, 33)[:-1]
    for size, level in ((1.18, 0.28), (1.06, 0.34), (0.95, 0.42)):
        ring = np.stack(
            [
                np.sign(np.cos(t)) * np.abs(np.cos(t)) ** 0.45 * 0.92 * size,
                np.zeros(32),
                np.sign(np.sin(t)) * np.abs(np.sin(t)) ** 0.45 * 2.2 * car.long * size,
            ],
            1,
        )
        points = turned(ring) + np.asarray([car.x, 0.01, car.z])
        flat = sheet.view.outline(points)
        if flat is None:
            continue
        dim(sheet, flat, level)


def dim(sheet: Sheet, flat: F64, level: float) -> None:
    """Take ``level`` of the light inside a polygon [n, 2] of the picture away, softly."""
    from apex_director.images.scenes.shapes import fill, soften

    x, y, w, h = sheet._box(flat)
    if w < 2 or h < 2:
        return
    mask = soften(fill(h, w, [flat - (x, y)], 2), max(0.8, h * 0.05)) * np.float32(level)
    part, light, cut = sheet._part(mask.shape, x, y)
    if cut is not None:
        part[..., :3] *= 1 - mask[cut][..., None]
        light *= 1 - mask[cut][..., None] * np.float32(0.9)


def _lamps(sheet: Sheet, car: Car, turned) -> None:  # type: ignore[no-untyped-def]
    red, white = (
        np.asarray([1.0, 0.05, 0.03], np.float32),
        np.asarray([1.0, 0.92, 0.76], np.float32),
    )
    for s in (-1.0, 1.0):
        for z, y, colour, size in ((-0.03, 0.655, red * np.float32(0.8), 0.10),
                                   (LONG + 0.03, 0.55, white * np.float32(1.9), 0.13)):  # fmt: skip
            back = turned(np.asarray([[0.0, 0.0, 1.0 if z > 1 else -1.0]]))[0]
            at = turned(np.asarray([[s * 0.6, y, (z - LONG / 2) * car.long]]))[0] + (
                car.x,
                0.0,
                car.z,
            )
            to = np.asarray([sheet.view.x, 0.0, 0.0]) - at
            facing = float(back @ to) / max(float(np.linalg.norm(to)), 1e-6)
            if facing > -0.25:  # seen from the side a lamp still has a glow
                facing = max(facing, 0.2)
                x, y_, z_ = (float(v) for v in at)
                sheet.lamp(x, y_, z_, size, np.asarray(colour * np.float32(facing), np.float32))
