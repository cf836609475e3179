"""A city by column casting: every picture column walks through the street grid front to back and
paints what rises above what it has already covered.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from apex_director.images.scenes.city.facade import (
    AVENUE,
    BACK,
    BASE_H,
    CANYON,
    CX,
    DOWN_H,
    DOWN_R,
    DOWN_X,
    DOWN_Z,
    EYE,
    FADE,
    FAR,
    FLOOR,
    FOG,
    FOG_K,
    HAZE,
    HORIZON,
    NEAR,
    OPEN,
    SCALE,
    SPREAD_H,
    STREET,
    ground,
    roof,
    wall,
)
from apex_director.images.scenes.noise import hash01

_0, _1, _H = np.float32(0.0), np.float32(1.0), np.float32(0.5)


@njit(cache=True)
def _tier(box, k, x0, x1, z0, z1, h):  # type: ignore[no-untyped-def]
    box[k, 0], box[k, 1], box[k, 2], box[k, 3], box[k, 4] = x0, x1, z0, z1, h


@njit(cache=True)
def lot(ix, iz, seed, num, box):  # type: ignore[no-untyped-def]
    """Fill ``box`` [4, 5] (x0, x1, z0, z1, height), each tier inside the one below; their count."""
    r0 = hash01(ix, iz, seed)
    r1 = hash01(ix, iz, seed + 1)
    r2 = hash01(ix, iz, seed + 2)
    r3 = hash01(ix, iz, seed + 3)
    side = num[STREET]
    left = num[AVENUE] if ix == 0 else side
    right = num[AVENUE] if ix == -1 else side
    jitter = np.float32(0.05)
    x0 = np.float32(ix) + left + (jitter * r1 if num[CANYON] < _H else _0)
    x1 = np.float32(ix + 1) - right - (jitter * r2 if num[CANYON] < _H else _0)
    z0 = np.float32(iz) + side * np.float32(0.8) + jitter * r3
    z1 = np.float32(iz + 1) - side * np.float32(0.8) - jitter * r1
    dx = (np.float32(ix) + _H - num[DOWN_X]) / num[DOWN_R]
    dz = (np.float32(iz) + _H - num[DOWN_Z]) / (num[DOWN_R] * np.float32(1.3))
    core = np.exp(-dx * dx - dz * dz)
    h = num[BASE_H] * (np.float32(0.55) + np.float32(0.9) * r0)
    h += num[SPREAD_H] * r1 * r1 * r1 + num[DOWN_H] * core * (np.float32(0.12) + r2 * r2 * r3 * 2)
    fade = min(max((np.float32(iz) + _H - num[NEAR]) / num[FADE], np.float32(0.25)), _1)
    h *= fade
    if num[CANYON] < _H:  # no tower leaves the picture
        room = num[HORIZON] * np.float32(0.66) * max(np.float32(iz), num[NEAR]) / num[SCALE]
        h = min(h, num[EYE] + room)
    h = np.float32(np.floor(h / np.float32(FLOOR)) + 1) * np.float32(FLOOR)
    tall = h > np.float32(1.0)
    w = x1 - x0
    d = z1 - z0
    if tall and num[CANYON] < _H:
        # towers are slimmer than their lot, on a podium
        podium = np.float32(0.25) + np.float32(0.3) * r2
        _tier(box, 0, x0, x1, z0, z1, podium)
        slim = np.float32(0.10) + np.float32(0.18) * r3
        px = w * slim
        pz = d * slim
        shift = (r0 - _H) * w * np.float32(0.16)
        body = h * (np.float32(0.72) + np.float32(0.2) * r1)
        _tier(box, 1, x0 + px + shift, x1 - px + shift, z0 + pz, z1 - pz, body)
        step = np.float32(0.10) + np.float32(0.12) * r1
        _tier(
            box, 2, x0 + px + shift + w * step, x1 - px + shift - w * step,
            z0 + pz + d * step, z1 - pz - d * step, h,
        )  # fmt: skip
        if r0 > np.float32(0.45):
            mx = (box[2, 0] + box[2, 1]) * _H
            mz = (box[2, 2] + box[2, 3]) * _H
            thin = max(np.float32(0.008), mz / num[SCALE] * np.float32(0.7))
            mast = h * (np.float32(1.12) + np.float32(0.12) * r3)
            _tier(box, 3, mx - thin, mx + thin, mz - thin, mz + thin, mast)
            return 4
        return 3
    _tier(box, 0, x0, x1, z0, z1, h)
    if r2 < np.float32(0.25):
        sx = w * np.float32(0.16)
        sz = d * np.float32(0.16)
        more = np.float32(FLOOR) * np.float32(2 + int(r3 * 4))
        _tier(box, 1, x0 + sx, x1 - sx, z0 + sz, z1 - sz, h + more)
        return 2
    # stair head and machines on the roof
    ax = w * (np.float32(0.12) + np.float32(0.4) * r3)
    az = d * (np.float32(0.15) + np.float32(0.35) * r0)
    sx = w * (np.float32(0.16) + np.float32(0.18) * r1)
    head = h + np.float32(0.035) + np.float32(0.03) * r2
    _tier(box, 1, x0 + ax, x0 + ax + sx, z0 + az, z0 + az + sx, head)
    return 2


@njit(cache=True)
def _put(r, c, cov, z, y, num, col, res, out, win, neon):  # type: ignore[no-untyped-def]
    """Add one shaded sample behind the air between it and the eye."""
    air = _1 - np.exp(-num[FOG_K] * max(z - num[BACK], _0))
    low = np.exp(-max(y, _0) / np.float32(0.45)) * (_1 - np.exp(-num[HAZE] * z))
    air = min(air + low * (_1 - air), np.float32(0.985))
    keep = (_1 - air) * cov
    glow = (_1 - air * np.float32(0.72)) * cov
    for k in range(3):
        out[r, c, k] += res[k] * keep + col[FOG, k] * air * cov
        win[r, c, k] += res[3 + k] * glow
        neon[r, c, k] += res[6 + k] * glow
        out[r, c, k] += res[6 + k] * glow * np.float32(0.45)
    out[r, c, 3] += cov


@njit(cache=True)
def _column(c, sub, weight, num, col, seed, box, z_out, res, out, win, neon, ground_row):  # type: ignore[no-untyped-def]
    rows = out.shape[0]
    s = num[SCALE]
    hr = num[HORIZON]
    eye = num[EYE]
    slope = (np.float32(c) + sub - num[CX]) / s
    covered = np.float32(rows)
    first_wall = np.float32(-1.0)
    z = num[NEAR]
    iz = int(np.floor(z))
    ix = int(np.floor(slope * z))
    if num[OPEN] < _H:  # a slab begins a little before its first block, so that none shows a gap
        covered = min(covered, hr + eye / (z * np.float32(0.72)) * s)
    while z < num[FAR]:
        # the block the column is in, and where it leaves it
        next_z = np.float32(iz + 1)
        step_x = 0
        if slope > _0:
            side_z = np.float32(ix + 1) / slope
            if side_z < next_z:
                next_z = side_z
                step_x = 1
        elif slope < _0:
            side_z = np.float32(ix) / slope
            if side_z < next_z:
                next_z = side_z
                step_x = -1
        n = lot(ix, iz, seed, num, box)
        bid = (ix * 73 + iz * 1009) & 0xFFFF
        last_in = _0
        hits = 0

        low = _0
        for k in range(n):
            a, b, tx = box[k, 2], box[k, 3], False
            if abs(slope) > np.float32(1e-6):
                e0, e1 = box[k, 0] / slope, box[k, 1] / slope
                if e0 > e1:
                    e0, e1 = e1, e0
                if e0 > a:
                    a, tx = e0, True
                b = min(b, e1)
            elif box[k, 0] > _0 or box[k, 1] < _0:
                b = a
            if b <= a or b <= num[NEAR]:
                break
            a = max(a, num[NEAR])
            h = box[k, 4]
            if k == 0:
                # the street up to this wall
                foot = hr + eye / a * s
                if foot < covered:
                    r1 = min(int(covered), rows - 1)
                    for r in range(max(int(foot), 0), r1 + 1):
                        cov = min(covered, np.float32(r + 1)) - max(foot, np.float32(r))
                        if cov > _0:
                            rc = max(min(np.float32(r) + _H, covered), foot)
                            gz = eye * s / max(rc - hr, np.float32(0.05))
                            fz = gz * gz / (eye * s)
                            ground(slope * gz, gz, fz, seed, num, col, res)
                            _put(r, c, cov * weight, gz, _0, num, col, res, out, win, neon)
                    covered = foot
                if first_wall < _0:
                    first_wall = foot
            else:
                covered = _span_roof(c, weight, covered, last_in, a, box[k - 1, 4], slope, bid,
                                     seed,
                                     num, col, res, out, win, neon)  # fmt: skip
            top_row = hr - (h - eye) / a * s
            if top_row < covered:
                fh = a / s
                if tx:
                    wx0 = box[k, 2]
                    along = a - wx0
                    span = box[k, 3] - wx0
                    fw = a / s / max(abs(slope), np.float32(0.02))
                    facing = -_1 if slope > _0 else _1  # walls of right-hand blocks face left
                else:
                    wx0 = box[k, 0]
                    along = slope * a - wx0
                    span = box[k, 1] - wx0
                    fw = a / s
                    facing = _0
                r1 = min(int(covered), rows - 1)
                lower = np.float32(low)
                for r in range(max(int(top_row), 0), r1 + 1):
                    cov = min(covered, np.float32(r + 1)) - max(top_row, np.float32(r))
                    if cov > _0:
                        rc = max(min(np.float32(r) + _H, covered), top_row)
                        y = eye + (hr - rc) / s * a
                        own = bid + k * 17 + (5 if tx else 0)  # each face has its own look
                        wall(along, span, y, h, lower, fw, fh, facing, own,
                              seed, num, col, res)  # fmt: skip
                        if k == 3 and h - y < max(np.float32(0.012), 2 * fh):
                            res[6] += np.float32(2.2)
                            res[7] += np.float32(0.25)
                            res[8] += np.float32(0.18)
                        _put(r, c, cov * weight, a, y, num, col, res, out, win, neon)
                covered = top_row
            last_in = a
            low = h
            z_out[k] = b
            hits = k + 1
        for k in range(hits - 1, -1, -1):
            covered = _span_roof(c, weight, covered, last_in, z_out[k], box[k, 4], slope, bid, seed,
                                 num, col, res, out, win, neon)  # fmt: skip
            last_in = z_out[k]
        z = next_z + np.float32(1e-5)
        if step_x == 0:
            iz += 1
        else:
            ix += step_x
        if covered <= _0:
            break
    foot = hr + eye / num[FAR] * s
    if foot < covered:
        r1 = min(int(covered), rows - 1)
        for r in range(max(int(foot), 0), r1 + 1):
            cov = min(covered, np.float32(r + 1)) - max(foot, np.float32(r))
            if cov > _0:
                rc = max(min(np.float32(r) + _H, covered), foot)
                gz = eye * s / max(rc - hr, np.float32(0.05))
                ground(slope * gz, gz, gz * gz / (eye * s), seed, num, col, res)
                _put(r, c, cov * weight, gz, _0, num, col, res, out, win, neon)
        if first_wall < _0:
            first_wall = foot
    ground_row[c] += first_wall * weight


@njit(cache=True)
def _span_roof(c, weight, covered, z0, z1, h, slope, bid, seed, num, col, res, out, win, neon):  # type: ignore[no-untyped-def]
    """Paint a flat roof between two depths; the new covered row."""
    s = num[SCALE]
    hr = num[HORIZON]
    drop = num[EYE] - h
    if drop <= np.float32(1e-4) or z1 <= z0:
        return covered
    top_row = hr + drop / z1 * s
    if top_row >= covered:
        return covered
    rows = out.shape[0]
    r1 = min(int(covered), rows - 1)
    for r in range(max(int(top_row), 0), r1 + 1):
        cov = min(covered, np.float32(r + 1)) - max(top_row, np.float32(r))
        if cov > _0:
            rc = max(min(np.float32(r) + _H, covered), top_row)
            z = drop * s / max(rc - hr, np.float32(0.05))
            roof(slope * z, z, bid, seed, z * z / (drop * s), num, col, res)
            if z1 - z < np.float32(0.012) or z - z0 < np.float32(0.008):
                for k in range(3):
                    res[k] *= np.float32(1.5)
            _put(r, c, cov * weight, z, h, num, col, res, out, win, neon)
    return top_row


@njit(cache=True)
def cast_city(num, col, seed, subs, out, win, neon, ground_row):  # type: ignore[no-untyped-def]
    """Paint one range of depth.

    ``out`` [h, w, 4] gets premultiplied light, ``win`` and ``neon`` [h, w, 3] the light that
    music moves, ``ground_row`` [w] where the first walls stand. All are added to.
    """
    box = np.zeros((4, 5), np.float32)
    res = np.zeros(9, np.float32)
    z_out = np.zeros(4, np.float32)
    weight = np.float32(1.0) / np.float32(subs)
    for c in range(out.shape[1]):
        for i in range(subs):
            sub = (np.float32(i) + _H) * weight
            _column(c, sub, weight, num, col, seed, box, z_out, res, out, win, neon, ground_row)
