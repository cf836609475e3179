"""Shadows and reflections of furniture on the floor, followed closely only where they change."""

from __future__ import annotations

import math

from numba import njit

from apex_director.images.scenes.interior import light as il
from apex_director.images.scenes.interior.forms import free_way

GRID = 4  # pixels between the nodes at which slow light is found
_STEP = 0.08  # of a shadow between its nodes: where it changes more, each pixel is followed


@njit(**il.EXACT)
def way_from(row, column, mirror, room, sun, prims, objs, corners):  # type: ignore[no-untyped-def]
    """What furniture leaves of the reflection, or of the sun, at the floor under a pixel."""
    sx = (column + 0.5 - room[il.VX]) / room[il.FOCAL]
    sy = (room[il.VY] - row - 0.5) / room[il.FOCAL]
    z = min(room[il.EYE] / max(-sy, 1e-4), room[il.DEEP])
    if mirror:
        size = math.sqrt(sx * sx + sy * sy + 1.0)
        return free_way(sx * z, 0.01, z, sx / size, -sy / size, 1.0 / size, 0.03, 8.0,
                        prims, objs, corners)  # fmt: skip
    return free_way(sx * z, 0.006, z, sun[il.SX], sun[il.SY], sun[il.SZ], sun[il.SIZE] + 0.004, 9.0,
                    prims, objs, corners)  # fmt: skip


@njit(**il.EXACT)
def pitch(room):  # type: ignore[no-untyped-def]
    """Pixels between the nodes of `way`: near enough that no leg of a chair hides between them."""
    return max(1, min(GRID, int(room[il.FOCAL] / 280.0)))


@njit(**il.EXACT)
def way(row, column, mirror, ways, room, sun, prims, objs, corners):  # type: ignore[no-untyped-def]
    """As `way_from`, found at nodes and between them wherever they differ by a visible step."""
    if objs.shape[0] == 0:
        return 1.0
    apart = pitch(room)
    j, i = row // apart, column // apart
    low, high = 1.0, 0.0
    for k in range(4):
        b, a = j + k // 2, i + k % 2
        if ways[b, a] < 0.0:
            ways[b, a] = way_from(b * apart, a * apart, mirror, room, sun, prims, objs, corners)
        low, high = min(low, ways[b, a]), max(high, ways[b, a])
    if high - low > _STEP:
        return way_from(row, column, mirror, room, sun, prims, objs, corners)
    ay, ax = row / apart - j, column / apart - i
    top = ways[j, i] * (1.0 - ax) + ways[j, i + 1] * ax
    return top * (1.0 - ay) + (ways[j + 1, i] * (1.0 - ax) + ways[j + 1, i + 1] * ax) * ay
