"""A street by column casting: every picture column looks along one line over the ground, meets the
walls it crosses and paints what rises above the nearer ones.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from apex_director.images.scenes.street.walls import (
    CAM_X,
    COS,
    CX,
    EYE,
    FAR,
    FOCAL,
    FOG,
    FOG_FROM,
    FOG_K,
    HAZE,
    HORIZON,
    LENGTH,
    NEAR,
    SIN,
    TOP,
    U0,
    X0,
    X1,
    Z0,
    Z1,
    wall,
)

_0, _1, _H = np.float32(0.0), np.float32(1.0), np.float32(0.5)
_MOST = 24  # walls that one column may meet


@njit(cache=True)
def air_at(d, y, num):  # type: ignore[no-untyped-def]
    """Share of the air's light between the eye and a point ``d`` metres ahead, ``y`` high."""
    low = _1 + np.float32(0.8) * np.exp(-max(y, _0) * np.float32(0.08))
    return min(_1 - np.exp(-num[FOG_K] * low * max(d - num[FOG_FROM], _0)), np.float32(0.985))


@njit(cache=True)
def _hits(walls, slope, num, depth, which, part):  # type: ignore[no-untyped-def]
    """Walls met by one column, nearest first: depths, numbers, places 0..1 on them; their count."""
    rx, rz = num[SIN] + slope * num[COS], num[COS] - slope * num[SIN]
    count = 0
    for k in range(walls.shape[0]):
        ax, az = walls[k, X0] - num[CAM_X], walls[k, Z0]
        ex, ez = walls[k, X1] - walls[k, X0], walls[k, Z1] - walls[k, Z0]
        det = rx * ez - rz * ex
        if abs(det) < np.float32(1e-9):
            continue
        d = (ax * ez - az * ex) / det
        t = (ax * rz - az * rx) / det
        if d < np.float32(0.5) or d > num[FAR] or t < _0 or t > _1:
            continue
        at = min(count, _MOST - 1)
        if count == _MOST and d > depth[at]:
            continue
        while at > 0 and depth[at - 1] > d:
            depth[at], which[at], part[at] = depth[at - 1], which[at - 1], part[at - 1]
            at -= 1
        depth[at], which[at], part[at] = d, k, t
        count = min(count + 1, _MOST)
    return count


@njit(cache=True)
def _paint(  # type: ignore[no-untyped-def]
    c, weight, slope, k, d, t, top, bottom, walls, num, col, maps, near, mid, far, tex, room, res,
    out, light,
):  # fmt: skip
    """One wall in one column, between two rows."""
    w = walls[k]
    f, eye, hr = num[FOCAL], num[EYE], num[HORIZON]
    ex, ez = w[X1] - w[X0], w[Z1] - w[Z0]
    tx, tz = ex / w[LENGTH], ez / w[LENGTH]
    rx, rz = num[SIN] + slope * num[COS], num[COS] - slope * num[SIN]
    across = abs(rx * tz - rz * tx)  # the sight's part into the wall, per metre ahead
    sideways = rx * tx + rz * tz
    fu = max(d / f / max(across, np.float32(0.02)), np.float32(1e-4))
    fy = d / f
    u = w[U0] + t * w[LENGTH]
    gu = sideways / max(across, np.float32(0.02))
    # each pixel's share of what the air adds is that of its own height
    for r in range(max(int(top), 0), min(int(bottom), out.shape[0] - 1) + 1):
        cov = min(bottom, np.float32(r + 1)) - max(top, np.float32(r))
        if cov <= _0:
            continue
        cov *= weight
        rc = max(min(np.float32(r) + _H, bottom), top)
        rise = (hr - rc) / f
        y = eye + rise * d
        gy = rise / max(across, np.float32(0.02))
        ray = np.sqrt(rx * rx + rz * rz + rise * rise)
        wall(w, u, y, gu, gy, fu, fy, across / ray, num, col, maps, near, mid, far,
             tex, room, res)  # fmt: skip
        air = air_at(d, y, num)
        clear = _1 - air
        shine = _1 - np.float32(0.80) * air
        low = np.exp(-max(y, _0) * np.float32(0.055))
        for i in range(3):
            fog = col[FOG, i] + (col[HAZE, i] - col[FOG, i]) * low
            out[r, c, i] += (res[i] * clear + fog * air) * cov
            light[r, c, i] += res[3 + i] * shine * cov
        out[r, c, 3] += cov


@njit(cache=True)
def cast_street(walls, num, col, maps, near, mid, far, out, light):  # type: ignore[no-untyped-def]
    """Paint the walls between depths ``num[NEAR]`` and ``num[FAR]``; nearer ones hide.

    ``out`` [h, w, 4] gets premultiplied light, ``light`` [h, w, 3] what shines. Both are added to.
    Below the feet of the nearest walls they go on down, so that displaced mirrors find no gap.
    """
    depth = np.zeros((2, _MOST), np.float32)
    which = np.zeros((2, _MOST), np.int64)
    part = np.zeros((2, _MOST), np.float32)
    tex, room, res = np.zeros(4, np.float32), np.zeros(3, np.float32), np.zeros(6, np.float32)
    rows = np.float32(out.shape[0])
    for c in range(out.shape[1]):
        left = (np.float32(c) + np.float32(0.25) - num[CX]) / num[FOCAL]
        right = (np.float32(c) + np.float32(0.75) - num[CX]) / num[FOCAL]
        n = _hits(walls, left, num, depth[0], which[0], part[0])
        m = _hits(walls, right, num, depth[1], which[1], part[1])
        split = n != m  # a column is halved only where an edge of a wall runs through it
        for i in range(n):
            split = split or which[0, i] != which[1, i]
        if not split:
            slope = (left + right) * _H
            n = _hits(walls, slope, num, depth[0], which[0], part[0])
        weight = _H if split else _1
        for s in range(2 if split else 1):
            if split:
                slope = left if s == 0 else right
            covered = rows
            for i in range(n if s == 0 else m):
                d = depth[s, i]
                w = walls[which[s, i]]
                foot = num[HORIZON] + num[EYE] / d * num[FOCAL]
                if num[EYE] < _0:
                    foot = rows
                top = num[HORIZON] - (w[TOP] - num[EYE]) / d * num[FOCAL]
                bottom = min(covered, foot)
                if top < bottom and d >= num[NEAR]:
                    _paint(c, weight, slope, which[s, i],
                        d,
                        part[s, i], top, bottom, walls, num, col,
                           maps, near, mid, far, tex, room, res, out, light)  # fmt: skip
                covered = min(covered, top)
                if covered <= _0:
                    break
