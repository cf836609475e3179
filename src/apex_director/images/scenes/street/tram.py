"""A tram that crosses the picture: a long lit side of windows with people in them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from apex_director.images.scenes.figures import draw_figure
from apex_director.images.scenes.street.cars import dim
from apex_director.images.scenes.street.sheet import Sheet

F32 = NDArray[np.float32]

LONG, LOW, HIGH = 19.0, 0.32, 3.35
_ROUND = 0.10


def _side(seed: int, dense: float, livery: F32, second: F32) -> tuple[F32, F32, F32]:
    """Albedo, cover and lit share of a tram's side [h, w], its nose to the right."""
    w, h = round(LONG * dense), round((HIGH - LOW) * dense)
    rng = np.random.default_rng([seed, 21])
    yy = np.linspace(HIGH, LOW, h, dtype=np.float32)[:, None]
    xx = np.linspace(0, LONG, w, dtype=np.float32)[None, :]
    colour = np.empty((h, w, 3), np.float32)
    colour[:] = livery
    cream = np.asarray([0.34, 0.32, 0.27], np.float32)
    colour[np.broadcast_to(yy > 1.28, (h, w))] = cream
    colour[np.broadcast_to(yy > 3.0, (h, w))] = livery * np.float32(0.6)
    colour[np.broadcast_to(yy < 0.62, (h, w))] = (0.02, 0.02, 0.022)
    colour[np.broadcast_to(abs(yy - 1.22) < 0.045, (h, w))] = second * np.float32(0.35)
    # the nose is rounded in plan, seen as a slope, and at its top and tail
    nose = LONG - 0.55 * np.clip((yy - 1.3) / 2.0, 0, 1) ** 1.6
    tail = 0.10 * np.clip((yy - 2.9) / 0.45, 0, 1)
    soft = np.float32(dense)
    shape = np.clip((nose - xx) * soft, 0, 1) * np.clip((xx - tail) * soft, 0, 1)
    roof = HIGH - 0.10 * np.clip((xx - LONG + 1.2) / 1.2, 0, 1) ** 2
    shape = shape * np.clip((roof - yy) * soft, 0, 1)
    light = np.zeros((h, w), np.float32)
    x, k = 0.45, 0
    while x < LONG - 1.9:
        door = k % 4 == 2
        wide, low = (1.25, 0.62) if door else (1.5, 1.42)
        glass = _pane(xx, yy, x, x + wide, low, 2.72, dense)
        if door:
            glass = glass * (1 - np.clip(1.5 - np.abs(xx - x - wide / 2) * dense / 2.0, 0, 1))
        rise = 0.42 + 0.62 * np.clip((yy - 1.2) / 1.5, 0, 1) ** 1.5
        rise = rise + 0.7 * np.exp(-(((yy - 2.58) / 0.05) ** 2))
        seats = (
            0.55 * np.clip((1.72 - yy) * 9, 0, 1) * (np.abs(np.mod(xx * 1.25, 1.0) - 0.5) < 0.34)
        )
        rise = rise * (1 - seats) * (1 - 0.6 * (np.abs(np.mod(xx + 0.3, 1.7) - 0.85) < 0.018))
        light = np.maximum(light, glass * rise)
        x, k = x + wide + 0.16, k + 1
    cab = _pane(xx, yy, LONG - 1.75, LONG - 0.40, 1.35, 2.72, dense) * np.clip(
        (nose - 0.10 - xx) * soft, 0, 1
    )
    colour = colour * (1 - np.maximum(light > 0, cab > 0.5)[..., None] * np.float32(0.93))
    _riders(rng, light, dense)
    return colour, shape.astype(np.float32), light


def _pane(xx: F32, yy: F32, x0: float, x1: float, y0: float, y1: float, dense: float) -> F32:
    """A window with round corners, 0..1."""
    cx, cy = (x0 + x1) / 2, (y0 + y1) / 2
    dx = np.abs(xx - cx) - (x1 - x0) / 2 + _ROUND
    dy = np.abs(yy - cy) - (y1 - y0) / 2 + _ROUND
    out = (
        np.hypot(np.maximum(dx, 0), np.maximum(dy, 0)) + np.minimum(np.maximum(dx, dy), 0) - _ROUND
    )
    return np.asarray(np.clip(0.5 - out * dense, 0, 1), np.float32)


def _riders(rng: np.random.Generator, light: F32, dense: float) -> None:
    """Heads and shoulders against the light inside, in place."""
    h, w = light.shape
    for _ in range(22):
        x, top = float(rng.uniform(0.5, LONG - 2.0)), float(rng.uniform(1.75, 2.25))
        mask = draw_figure("head", max(6, round(0.95 * dense)), int(rng.integers(1 << 20)))
        y0, x0 = round((HIGH - top) * dense), round(x * dense - mask.shape[1] / 2)
        y1, x1 = min(h, y0 + mask.shape[0]), min(w, x0 + mask.shape[1])
        if x0 < 0 or y1 <= y0 or x1 <= x0:
            continue
        light[y0:y1, x0:x1] *= 1 - 0.86 * mask[: y1 - y0, : x1 - x0]


def run_tram(sheet: Sheet, nose: float, way: float, z: float, seed: int) -> None:
    """A tram across the street at depth ``z``: its nose at x ``nose``, driving to the side
    ``way``.
    """
    view, lights = sheet.view, sheet.lights
    _, _, scale = view.place(nose, 1.0, z)
    if scale <= 0:
        return
    dense = float(np.clip(scale, 10.0, 150.0))
    livery = lights.signs[0] * np.float32(0.10) + np.float32(0.015)
    colour, shape, light = _side(seed, dense, livery, lights.signs[1])
    table = lights.table
    h = colour.shape[0]
    fall = np.linspace(1.0, 0.55, h, dtype=np.float32)[:, None, None]
    body = colour * (
        table[1] * fall + table[2] * np.float32(2.2) + table[8] * np.float32(0.10 * lights.dark)
    )
    sheen = np.linspace(1.0, 0.0, h, dtype=np.float32)[:, None, None] ** 3
    body = body + table[7] * np.float32(0.10) * sheen
    power = np.float32(0.45 + 0.55 * lights.dark)
    warm = table[3] * np.float32(0.75) + np.float32(0.18)
    glow = (light * shape)[..., None] * warm * power
    picture = np.concatenate([body * shape[..., None], shape[..., None]], axis=-1).astype(
        np.float32
    )
    if way < 0:
        picture, glow = picture[:, ::-1], glow[:, ::-1]
    x0, x1 = (nose - LONG, nose) if way > 0 else (nose, nose + LONG)
    if view.eye > 0:
        ground = np.asarray(
            [(x0, 0.0, z - 0.5), (x1, 0.0, z - 0.5), (x1, 0.0, z + 1.6), (x0, 0.0, z + 1.6)]
        )
        flat = view.outline(ground)
        if flat is not None:
            dim(sheet, flat, 0.75)
    corners = np.asarray([(x0, HIGH, z), (x1, HIGH, z), (x1, LOW, z), (x0, LOW, z)])
    sheet.card(
        np.ascontiguousarray(picture), np.ascontiguousarray(glow.astype(np.float32)), corners
    )
    iron = np.asarray([0.018, 0.019, 0.022], np.float32)
    mid = nose - way * LONG * 0.45
    sheet.line(
        np.asarray([(mid, HIGH, z + 1), (mid - way * 0.8, 4.3, z + 1), (mid, 5.35, z + 1)]),
        0.05,
        iron,
        0.8,
    )
    sheet.line(np.asarray([(-60.0, 5.4, z + 1), (60.0, 5.4, z + 1)]), 0.02, iron, 0.8)
    head = np.asarray([1.0, 0.93, 0.78], np.float32)
    sheet.lamp(nose - way * 0.10, 0.85, z - 0.1, 0.13, head * np.float32(1.2))
