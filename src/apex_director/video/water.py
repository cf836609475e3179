"""Moving water: what is above the horizon, mirrored, bent by two scrolling fields of waves."""

from __future__ import annotations

from functools import cache

import numpy as np
from numba import njit
from numpy.typing import NDArray

from .camera import layer_view
from .lanes import weave
from .model import F32, F64, U32, CameraPath, Moment, PreparedScene, View
from .prepare import MIP
from .tiles import TILE_H, TILE_W

FIELD = 256
"""Side of the periodic wave fields, in samples."""
CELL = 2
"""Waves are worked out for cells of this many pixels of a row."""
NEAR_PARALLAX = 1.2
"""Water at the lower edge moves with the camera like a near layer."""


@cache
def wave_slopes() -> F32:
    """Slopes of a periodic sea in two directions [float32, shape=(256, 256, 2), about unit size].

    Source: band-limited Gaussian field with a k^-1.4 amplitude spectrum, longer across the view.
    """
    rng = np.random.Generator(np.random.PCG64(771))
    spectrum = np.fft.fft2(rng.standard_normal((FIELD, FIELD)))
    f = np.fft.fftfreq(FIELD) * FIELD
    k = np.hypot(f[None, :] * 1.0, f[:, None] * 0.6)
    shape = np.where((k > 2.5) & (k < 42), np.maximum(k, 1.0) ** -1.4, 0.0)
    slopes = [
        np.fft.ifft2(spectrum * shape * 2j * np.pi * axis / FIELD).real
        for axis in (f[None, :], f[:, None])
    ]
    field = np.stack([s / s.std() for s in slopes], axis=-1)
    return np.ascontiguousarray(field.astype(np.float32))


def water_rows(prepared: PreparedScene, view: View, height: int) -> tuple[float, float]:
    """The horizon and the lower end of the water, in rows of the frame."""
    scene = prepared.scene
    assert scene.water is not None
    horizon = _screen_y(scene.water.horizon * scene.canvas_height, view, height)
    span = (scene.water.bottom - scene.water.horizon) * scene.canvas_height / view.step
    return horizon, horizon + max(span, 1.0)


def draw_water(
    prepared: PreparedScene,
    view: View,
    path: CameraPath,
    row: int,
    moment: Moment,
    hidden: NDArray[np.bool_],
    frame: U32,
) -> None:
    """Fill the rows of the water, but for the tiles that nearer layers hide."""
    scene = prepared.scene
    water = scene.water
    assert water is not None
    height, width = frame.shape
    horizon, end = water_rows(prepared, view, height)
    near = layer_view(path, row, NEAR_PARALLAX)
    glitter = water.glitter * (0.65 + 0.7 * moment.high)
    lamp = scene.light.x if scene.light else 0.5
    lamp_x = 0.5 * width + (lamp * scene.canvas_width - view.cx) / view.step
    lamp_color = scene.light.color if scene.light else (1.0, 1.0, 1.0)
    _water(
        frame,
        hidden,
        prepared.rest,
        wave_slopes(),
        np.array(
            [horizon, end - horizon, view.cx, view.cy, view.step, near[1] * scene.canvas_width]
        ),
        _packed_color(water.tint),
        np.asarray(lamp_color, dtype=np.float32),
        np.array([water.clarity, water.ripple, glitter, lamp_x]),
        moment.seconds,
    )


def mirror_light(prepared: PreparedScene, view: View, height: int, light: F32) -> None:
    """Put the mirrored picture into the light buffer too, so that reflections glow."""
    water = prepared.scene.water
    assert water is not None
    horizon = _screen_y(water.horizon * prepared.scene.canvas_height, view, height) / MIP
    rows = light.shape[0]
    for y in range(max(0, round(horizon)), rows):
        depth = (y + 0.5 - horizon) / max(1.0, rows - horizon)
        share = np.float32(water.clarity + (0.9 - water.clarity) * np.exp(-3.2 * depth))
        source = min(max(round(2 * horizon - y - 1), 0), rows - 1)
        tint = np.asarray(water.tint, dtype=np.float32)
        light[y] = light[source] * share + tint * (np.float32(1.0) - share)


def _packed_color(rgb: tuple[float, float, float]) -> np.uint32:
    r, g, b = (round(255 * min(max(v, 0.0), 1.0)) for v in rgb)
    return np.uint32(0xFF000000 | r | g << 8 | b << 16)


def _screen_y(canvas_y: float, view: View, height: int) -> float:
    return 0.5 * height + (canvas_y - view.cy) / view.step


@njit(cache=True)
def _wave_line(field: F32, v: float, out: F32) -> None:
    """One line across the field at ``v`` periods, with one sample repeated [shape=(257, 2)]."""
    y = (v - np.floor(v)) * FIELD
    y0 = int(y)
    w = np.float32(y - y0)
    a, b = field[y0 & (FIELD - 1)], field[(y0 + 1) & (FIELD - 1)]
    for x in range(FIELD):
        out[x, 0] = a[x, 0] + (b[x, 0] - a[x, 0]) * w
        out[x, 1] = a[x, 1] + (b[x, 1] - a[x, 1]) * w
    out[FIELD] = out[0]


@njit(cache=True)
def _waves(line: F32, start: float, step: float, share: float, nx: F32, ny: F32) -> None:
    """Add a share of the slopes along a row; ``start`` and ``step`` in periods per cell."""
    at = np.float64(start - np.floor(start)) * FIELD
    s = np.float32(share)
    for x in range(len(nx)):
        p = at + x * step * FIELD
        k = int(np.floor(p))
        w = np.float32(p - k)
        k &= FIELD - 1
        j = np.uint64(k)
        i = j + np.uint64(1)
        nx[x] += (line[j, 0] + (line[i, 0] - line[j, 0]) * w) * s
        ny[x] += (line[j, 1] + (line[i, 1] - line[j, 1]) * w) * s


@njit(cache=True)
def _rest_at(rest: F32, x: float, y: float) -> np.uint32:
    """The flat picture at a canvas position, for what the frame does not show."""
    rows, cols = rest.shape[0], rest.shape[1]
    fx = min(max(x / MIP - 0.5, 0.0), cols - 1.001)
    fy = min(max(y / MIP - 0.5, 0.0), rows - 1.001)
    x0, y0 = int(fx), int(fy)
    wx, wy = np.float32(fx - x0), np.float32(fy - y0)
    out = np.uint32(0xFF000000)
    for k in range(3):
        top = rest[y0, x0, k] + (rest[y0, x0 + 1, k] - rest[y0, x0, k]) * wx
        low = rest[y0 + 1, x0, k] + (rest[y0 + 1, x0 + 1, k] - rest[y0 + 1, x0, k]) * wx
        value = np.uint32(int(np.float32(255.0) * (top + (low - top) * wy) + np.float32(0.5)))
        out = np.uint32(out | np.uint32(value << np.uint32(8 * k)))
    return out


@njit(cache=True)
def _lighten(p: np.uint32, lamp: F32, amount: float) -> np.uint32:
    out = np.uint32(p & np.uint32(0xFF000000))
    for k in range(3):
        v = float((p >> np.uint32(8 * k)) & np.uint32(255)) + 255.0 * amount * lamp[k]
        out = np.uint32(out | np.uint32(np.uint32(int(min(v, 255.0))) << np.uint32(8 * k)))
    return out


@njit(cache=True)
def _water(
    frame: U32,
    hidden: NDArray[np.bool_],
    rest: F32,
    field: F32,
    view: F64,
    tint: np.uint32,
    lamp: F32,
    look: F64,
    t: float,
) -> None:
    """``view``: horizon and span in pixels, centre x, y, step, near centre; ``look``: clarity,
    ripple, glitter, lamp x in pixels.
    """
    h, w = frame.shape
    horizon, span, step = view[0], view[1], view[4]
    clarity, ripple, glitter, lamp_x = look[0], look[1], look[2], look[3]
    cells = (w + CELL - 1) // CELL
    nx, ny = np.empty(cells, np.float32), np.empty(cells, np.float32)
    line = np.empty((FIELD + 1, 2), np.float32)
    deepest = int(np.floor(horizon)) - 1
    for y in range(max(0, int(np.floor(horizon))), h):
        d = (y + 0.5 - horizon) / span
        if d <= 0.0 or d > 1.0:
            continue
        cover = min(1.0, y + 1.0 - horizon)
        inverse = 1.0 / (d + 0.035)
        far = view[2] + (view[5] - view[2]) * min(1.0, d)
        share = clarity + (0.93 - clarity) * np.exp(-3.2 * d)
        # Waves grow with nearness; towards the horizon they fall below a pixel and average out.
        calm = min(1.0, d * 14.0)
        bend_y = ripple * (0.012 + 0.16 * d) * h * calm * 0.42
        bend_x = ripple * (0.004 + 0.07 * d) * h * calm * 0.42
        start = ((0.5 * CELL - 0.5 * w) * step + far - view[2]) / (w * step) * inverse
        across = CELL / w * inverse
        nx[:] = np.float32(0.0)
        ny[:] = np.float32(0.0)
        _wave_line(field, 0.55 * inverse + 0.045 * t, line)
        _waves(line, 0.30 * start + 0.010 * t, 0.30 * across, 0.6, nx, ny)
        _wave_line(field, 0.53 * inverse - 0.046 * t, line)
        _waves(line, 0.71 * start - 0.013 * t, 0.71 * across, 0.4, nx, ny)
        flare = 1.0 / (w * (0.10 + 0.35 * d))
        base = 2.0 * horizon - (y + 0.5) - bend_y * 0.6 - 0.5
        spark_gain = glitter * (1.0 - 0.45 * d)
        row = frame[y]
        veil = hidden[y // TILE_H]
        for cell in range(cells):
            if veil[cell * CELL // TILE_W]:
                continue
            my = base + bend_y * ny[cell]
            crest = min(max(share + 0.10 * ny[cell] * calm, 0.05), 0.96)
            crest_weight = int(crest * 256.0)
            shift = int(np.floor(bend_x * nx[cell] + 0.5))
            off = (cell * CELL - lamp_x) * flare + 0.6 * nx[cell] * 0.1
            spark = (ny[cell] - 0.42) * 1.5
            shine = 0.0
            if spark > 0.0 and -1.0 < off < 1.0:
                shine = spark_gain * min(1.0, spark) * (1.0 - off * off) ** 2
            top = min(max(int(np.floor(my)), 0), deepest - 1)
            down = min(max(int((min(my, deepest) - top) * 256.0), 0), 256)
            for px in range(cell * CELL, min(cell * CELL + CELL, w)):
                sx = min(max(px + shift, 0), w - 1)
                if my >= 0.0:
                    p = weave(frame[top, sx], frame[top + 1, sx], down)
                else:
                    canvas_x = view[2] + (sx + 0.5 - 0.5 * w) * step
                    p = _rest_at(rest, canvas_x, view[3] + (my - 0.5 * h) * step)
                p = weave(tint, p, crest_weight)
                if shine > 0.0:
                    p = _lighten(p, lamp, shine)
                row[px] = weave(row[px], p, int(cover * 256.0)) if cover < 1.0 else p
