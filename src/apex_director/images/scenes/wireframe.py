"""Neon geometry: a glowing floor grid in perspective, faceted mountains and monoliths with bright
edges, hidden lines removed.
"""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from apex_director.images.scenes.model import SceneSpec
from apex_director.images.scenes.noise import fbm, ridged
from apex_director.images.scenes.sky import unit

F32 = NDArray[np.float32]
Face = tuple[NDArray[np.float64], float]
SUPER = 2
SHIFT = 4


def _train(x: F32, width: float, footprint: F32) -> F32:
    """Box-filtered lines of ``width`` at every whole number: coverage 0..1 at any distance."""
    a, b = x - footprint / 2 + width / 2, x + footprint / 2 + width / 2
    low, high = np.floor(a), np.floor(b)
    inside = high * width + np.minimum(b - high, width) - low * width - np.minimum(a - low, width)
    return np.asarray(inside / footprint, np.float32)


def _halo(x: F32, size: float, footprint: F32) -> F32:
    """Glow round lines at whole numbers, fading to its mean when a pixel spans many of them."""
    d = np.abs(x - np.round(x))
    mean = 2.0 * size * (1.0 - np.exp(-0.5 / size))
    blend = np.clip((footprint - 0.35) / 0.9, 0.0, 1.0)
    return np.asarray(np.exp(-d / size) * (1 - blend) + mean * blend, np.float32)


def floor_grid(
    spec: SceneSpec, horizon: float, eye: float, cell: float, width: float
) -> tuple[F32, F32]:
    """Lines and glow of the floor [shape=(rows below the horizon, canvas_w)], light 0..1.

    ``eye`` and ``cell`` are in short sides of the canvas, ``width`` a line's share of its cell.
    """
    w, h = spec.canvas
    short = unit(spec)
    top = int(horizon * h)
    down = np.maximum(np.arange(top, h, dtype=np.float32) + 0.5 - np.float32(horizon * h), 0.25)
    z = (eye * short / down / cell).astype(np.float32)[:, None]
    x = ((np.arange(w, dtype=np.float32) + 0.5 - w / 2) / np.float32(short))[
        None, :
    ] * z + np.float32(0.5)
    fx = np.broadcast_to(z / np.float32(short), (z.size, 1)).astype(np.float32)
    fz = (z * cell / (eye * short) * z).astype(np.float32)
    across = _train(x, width, np.maximum(fx, 1e-4))
    deep = np.broadcast_to(_train(z, width * 1.25, np.maximum(fz, 1e-4)), across.shape)
    lines = 1.0 - (1.0 - np.clip(across, 0, 1)) * (1.0 - np.clip(deep, 0, 1))
    glow = _halo(x, 0.075, fx) + _halo(z, 0.075, fz)
    far = np.exp(-np.maximum(z - 3.0, 0.0) / 26.0)
    return np.asarray(lines * far, np.float32), np.asarray(glow * far, np.float32)


def mountain_faces(
    spec: SceneSpec,
    horizon: float,
    seed: int,
    height: float,
    valley: float,
    span: float,
    near: float,
) -> list[Face]:
    """Triangles of a range on the horizon, far to near, each with its brightness 0..1.

    ``valley`` is the half width kept flat in the middle, ``near`` the depth of the first row.
    """
    w, h = spec.canvas
    short = unit(spec)
    cols = round(26 * span * w / short / 1.78)
    rows = 7
    gx = np.linspace(-1.0, 1.0, cols + 1) * span * w / short / 2 * 1.1
    depth = near * (1.0 + 0.30 * np.arange(rows))[::-1]
    px, py = np.empty((rows, cols + 1)), np.empty((rows, cols + 1))
    up = np.empty((rows, cols + 1))
    for r, z in enumerate(depth):
        x = gx * z / near + (0.5 if r % 2 else 0.0) * (gx[1] - gx[0])
        tall = (
            ridged((x * 0.85).astype(np.float32), np.full_like(x, z, np.float32), seed, 3) * 0.5
            + 0.6
        )
        rough = fbm((x * 3.0).astype(np.float32), np.full_like(x, z * 2.0, np.float32), seed + 5, 2)
        rise = np.clip((np.abs(x) / z * near - valley) / 0.35, 0.0, 1.0)
        back = min(1.0, 0.15 + 0.36 * (rows - 1 - r))
        up[r] = np.maximum(tall + 0.20 * rough, 0.04) * rise**1.3 * height * back * (r < rows - 1)
        px[r] = w / 2 + x / z * near * short
        py[r] = horizon * h - (up[r] * near / z) * short + (near / z) * 0.012 * short
    faces: list[Face] = []
    for r in range(rows - 1):
        for c in range(cols):
            a, b = (px[r, c], py[r, c]), (px[r, c + 1], py[r, c + 1])
            d, e = (px[r + 1, c], py[r + 1, c]), (px[r + 1, c + 1], py[r + 1, c + 1])
            slope = (up[r, c + 1] - up[r, c]) / height * np.sign(gx[c])
            if max(up[r, c], up[r, c + 1], up[r + 1, c], up[r + 1, c + 1]) < 0.03 * height:
                continue
            for tri in ((a, b, d), (b, e, d)):
                lit = float(np.clip(0.42 - 1.1 * slope + (0.12 if tri[0] == a else 0.0), 0.05, 1.0))
                faces.append((np.asarray(tri), lit))
    return faces


def monolith_faces(
    spec: SceneSpec, horizon: float, eye: float, rng: np.random.Generator
) -> list[Face]:
    """Slabs in two receding avenues, far to near: front and inner side of each."""
    w, h = spec.canvas
    short = unit(spec)

    def at(x: float, y: float, z: float) -> tuple[float, float]:
        return w / 2 + x / z * short, horizon * h + (eye - y) / z * short

    faces: list[Face] = []
    for k in range(11, -1, -1):
        z = 0.62 * 1.27**k
        for side in (-1.0, 1.0):
            x0 = side * (0.42 + 0.16 * float(rng.random()))
            x1 = x0 + side * float(rng.uniform(0.16, 0.34))
            tall = float(rng.uniform(0.22, 0.62)) * (1.0 + 0.10 * k)
            deep = z * 1.0 + 0.18 + 0.03 * k
            cut = tall * float(rng.choice([1.0, 0.86, 1.0, 0.8]))
            inner = [at(x0, 0, z), at(x0, tall, z), at(x0, tall, deep), at(x0, 0, deep)]
            front = [at(x0, 0, z), at(x1, 0, z), at(x1, cut, z), at(x0, tall, z)]
            faces.append((np.asarray(inner), 0.8))
            faces.append((np.asarray(front), 0.25))
    return faces


def draw_faces(
    spec: SceneSpec, faces: Sequence[Face], line_px: float, rows: tuple[int, int]
) -> tuple[F32, F32, F32]:
    """Coverage, shade and neon edges [each shape=(rows[1] - rows[0], canvas_w)] of opaque faces.

    Drawn far to near at twice the size: every face hides the lines behind it.
    """
    w = spec.canvas[0]
    top, bottom = rows
    size = ((bottom - top) * SUPER, w * SUPER)
    cover, shade, edge = (np.zeros(size, np.uint8) for _ in range(3))
    thick = max(1, round(line_px * SUPER))
    for points, lit in faces:
        corner = np.round((points - (0.0, float(top))) * SUPER * (1 << SHIFT)).astype(np.int32)
        cv2.fillConvexPoly(cover, corner, 255, cv2.LINE_AA, SHIFT)
        cv2.fillConvexPoly(shade, corner, int(255 * lit), cv2.LINE_8, SHIFT)
        cv2.fillConvexPoly(edge, corner, 0, cv2.LINE_8, SHIFT)
        cv2.polylines(edge, [corner], True, 255, thick, cv2.LINE_AA, SHIFT)
    half = [
        cv2.resize(m, (w, bottom - top), interpolation=cv2.INTER_AREA).astype(np.float32)
        / np.float32(255)
        for m in (cover, shade, edge)
    ]
    return half[0], half[1], half[2]
