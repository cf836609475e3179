"""Sunlight that hangs in the air of a room."""

from __future__ import annotations

import math

from numba import njit

from apex_director.images.scenes.interior import light as il
from apex_director.images.scenes.interior.light import ray_out, shaded_mask, sun_through
from apex_director.images.scenes.noise import fbm_at


@njit(**il.EXACT)
def _scattered(t, sx, sy, room, wins, sun, cards, masks, steps):  # type: ignore[no-untyped-def]
    """Sunlight that dust scatters into a ray of slopes ``sx``, ``sy`` before depth ``t``."""
    eye, seed = room[il.EYE], int(room[il.SEED]) + 300
    toward = (sx * sun[il.SX] + sy * sun[il.SY] + sun[il.SZ]) / math.sqrt(sx * sx + sy * sy + 1.0)
    phase = 0.35 + 0.65 / (1.0 + 6.0 * (1.0 - toward)) * 2.0
    total = 0.0
    for k in range(steps):
        z = t * (k + 0.5) / steps
        x, y = sx * z, eye + sy * z
        lit = sun_through(x, y, z, room, wins, sun)
        if lit > 0.003:
            lit *= shaded_mask(
                x, y, z, sun[il.SX], sun[il.SY], sun[il.SZ], sun[il.SIZE], cards, masks
            )
            haze = 0.75 + 0.55 * fbm_at(x * 0.9 + 0.4 * z, y * 0.9 - 0.3 * z, seed, 2)
            total += lit * max(haze, 0.1)
    return total * t / steps * phase


@njit(**il.EXACT)
def air(room, wins, sun, cards, masks, depth, shrink, steps, whole, before):  # type: ignore[no-untyped-def]  # fmt: skip
    """Sunlight that dust scatters along each ray, at ``1/shrink`` of the size: before the walls
    into ``whole``, before what stands at ``depth`` into ``before``.
    """
    focal = room[il.FOCAL]
    for py in range(whole.shape[0]):
        for px in range(whole.shape[1]):
            sx = ((px + 0.5) * shrink - room[il.VX]) / focal
            sy = (room[il.VY] - (py + 0.5) * shrink) / focal
            t, _ = ray_out(0.0, room[il.EYE], 0.0, sx, sy, 1.0, room)
            whole[py, px] = _scattered(t, sx, sy, room, wins, sun, cards, masks, steps)
            before[py, px] = whole[py, px]
            if depth[py, px] < t:
                before[py, px] = _scattered(depth[py, px], sx, sy, room, wins, sun, cards, masks,
                                            steps)  # fmt: skip


@njit(**il.EXACT)
def veil(sheet, light, share):  # type: ignore[no-untyped-def]
    """Add ``share`` of the air's light to what is drawn on a premultiplied sheet."""
    for py in range(sheet.shape[0]):
        for px in range(sheet.shape[1]):
            if sheet[py, px, 3] > 0.0:
                for c in range(3):
                    sheet[py, px, c] += light[py, px, c] * sheet[py, px, 3] * share
