"""Rays from the eye to furniture: each tries only what stands in its own square of the picture.

Furniture is small in a room, and an object's box is mostly air; sphere tracing costs most where a
ray passes close by and meets nothing. Squares name the primitives that may be met in them, and a
primitive's ball says from where to where.
"""

from __future__ import annotations

import math

import numpy as np
from numba import njit

from apex_director.images.scenes.interior import light as il
from apex_director.images.scenes.interior.forms import (
    BX,
    BY,
    BZ,
    COS,
    CX,
    CY,
    CZ,
    FIRST,
    KIND,
    MELT,
    PA,
    PB,
    PC,
    REACH,
    ROUND,
    SIN,
    TILT,
    TIP,
    melted,
    within,
)

TILE = 16  # pixels along a square
STEPS = 240
_FAR = 1e3
_NEAR = 0.3  # metres before the eye nearer than which nothing is bounded
_SPARE = 1.5  # pixels around what a square may show: rays within a pixel, and hits beside an edge


@njit(**il.EXACT)
def _half(prim, out):  # type: ignore[no-untyped-def]
    """Centre and half sizes of an upright box in the room that holds a primitive."""
    kind = int(prim[KIND])
    if kind == 6:  # a prism's corners are elsewhere: its ball
        out[0], out[1], out[2] = prim[BX], prim[BY], prim[BZ]
        out[3], out[4], out[5] = prim[REACH], prim[REACH], prim[REACH]
        return
    if kind == 1:
        thick = max(prim[ROUND], prim[FIRST])
        for k in range(3):
            out[k] = prim[CX + k] + 0.5 * prim[PA + k]
            out[3 + k] = 0.5 * abs(prim[PA + k]) + thick
        return
    a, b, c = prim[PA], prim[PB], prim[PC]
    if kind == 2:
        c = a
    elif kind == 4:
        a = max(a, c) + prim[ROUND]
        b, c = b + prim[ROUND], a
    elif kind == 5:
        a, c = a + b, a + b
    up = b * abs(prim[TIP]) + c * abs(prim[TILT])
    deep = c * abs(prim[TIP]) + b * abs(prim[TILT])
    out[0], out[1], out[2] = prim[CX], prim[CY], prim[CZ]
    out[3] = a * abs(prim[COS]) + deep * abs(prim[SIN])
    out[4] = up
    out[5] = a * abs(prim[SIN]) + deep * abs(prim[COS])


@njit(**il.EXACT)
def _squares(prim, grow, room, rows, cols, held, out):  # type: ignore[no-untyped-def]
    """Rows and columns of squares in which a primitive may be seen, into ``out``."""
    _half(prim, held)
    low, high, left, right = 1e9, -1e9, 1e9, -1e9
    for i in range(8):
        x = held[0] + (held[3] + grow) * (1.0 if i & 1 else -1.0)
        y = held[1] + (held[4] + grow) * (1.0 if i & 2 else -1.0) - room[il.EYE]
        z = max(held[2] + (held[5] + grow) * (1.0 if i & 4 else -1.0), _NEAR)
        px, py = room[il.VX] + room[il.FOCAL] * x / z, room[il.VY] - room[il.FOCAL] * y / z
        left, right = min(left, px), max(right, px)
        low, high = min(low, py), max(high, py)
    out[0] = max(0, math.floor((low - _SPARE) / TILE))
    out[1] = min(rows, math.floor((high + _SPARE) / TILE) + 1)
    out[2] = max(0, math.floor((left - _SPARE) / TILE))
    out[3] = min(cols, math.floor((right + _SPARE) / TILE) + 1)


@njit(cache=True)
def squares_of(first, last, room, prims, objs, melts, rows, cols):  # type: ignore[no-untyped-def]
    """The primitives of objects ``first`` to ``last`` that may be met in each square, in order.

    Returns
    -------
    begin : int64 [shape=(rows * cols + 1,)]
        Where each square's begin in the other.
    met : int32
        Primitives, square by square.
    """
    begin = np.zeros(rows * cols + 1, np.int64)
    held, box = np.zeros(6), np.zeros(4, np.int64)
    for o in range(first, last):
        for p in range(int(objs[o, 0]), int(objs[o, 1])):
            _squares(prims[p], melts[o], room, rows, cols, held, box)
            for r in range(box[0], box[1]):
                for c in range(box[2], box[3]):
                    begin[r * cols + c + 1] += 1
    for k in range(rows * cols):
        begin[k + 1] += begin[k]
    met = np.zeros(max(begin[rows * cols], 1), np.int32)
    at = begin.copy()
    for o in range(first, last):
        for p in range(int(objs[o, 0]), int(objs[o, 1])):
            _squares(prims[p], melts[o], room, rows, cols, held, box)
            for r in range(box[0], box[1]):
                for c in range(box[2], box[3]):
                    met[at[r * cols + c]] = p
                    at[r * cols + c] += 1
    return begin, met


@njit(cache=True)
def melts_of(objs, prims):  # type: ignore[no-untyped-def]
    """How far the primitives of each object may swell where they melt together, and a little."""
    out = np.zeros(objs.shape[0])
    for o in range(objs.shape[0]):
        for p in range(int(objs[o, 0]), int(objs[o, 1])):
            out[o] = max(out[o], prims[p, MELT])
        out[o] += 0.005
    return out


@njit(**il.EXACT)
def follow(dx, dy, dz, eye, begin, end, met, owner, melts, pixel, grow, start, near, prims,  # type: ignore[no-untyped-def]
           objs, corners):  # fmt: skip
    """Follow a unit ray from the eye among the primitives of its square, ``met[begin:end]``.

    ``owner`` names their objects, ``grow`` widens their boxes, before ``start`` nothing is met,
    ``near`` is scratch. Gives the distance, the primitive met (-1 if none), its object, and the
    last distance at which it was not yet near.
    """
    best, which, thing, since = _FAR, -1, -1, 0.0
    i = begin
    while i < end:
        o = owner[met[i]]
        count, enter, leave = 0, _FAR, 0.0
        while i < end and owner[met[i]] == o:
            p = met[i]
            i += 1
            cx, cy, cz = prims[p, BX], prims[p, BY] - eye, prims[p, BZ]
            along = cx * dx + cy * dy + cz * dz
            reach = prims[p, REACH] + melts[o] + pixel * max(along, 0.0)
            half = reach * reach - (cx * cx + cy * cy + cz * cz - along * along)
            if half <= 0.0:
                continue
            half = math.sqrt(half)
            if along + half <= 0.0 or along - half >= best:
                continue
            near[count] = p
            count += 1
            enter, leave = min(enter, along - half), max(leave, along + half)
        if count == 0:
            continue
        t, stop = within(0.0, eye, 0.0, dx, dy, dz, grow, objs[o])
        t, stop = max(max(t, enter), start), min(min(stop, leave), best)
        last = t
        for _ in range(STEPS):
            if t >= stop:
                break
            d, p = melted(dx * t, eye + dy * t, dz * t, near, count, prims, corners)
            if d < pixel * t * 0.35:
                best, which, thing, since = t, p, o, last
                break
            last = t
            t += max(d * 0.93, pixel * t * 0.5)
    return best, which, thing, since
