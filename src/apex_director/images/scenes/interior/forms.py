"""Furniture as solids: signed distances of rounded primitives, melted together, sphere traced and
lit by the room's own windows.

A primitive is a row of ``PRIM_SIZE`` float64 (names below), an object a row of ``OBJ_SIZE``: its
first and last primitive and its box. A prism's corners are columns of x, z, the way to the corner
before (x, z), and one over its squared length. Source: J. C. Hart, Sphere tracing, 1996.
"""

from __future__ import annotations

import math

import numpy as np
from numba import njit
from numpy.typing import NDArray

from apex_director.images.scenes.interior import light as il
from apex_director.images.scenes.interior.light import (
    lamp_light,
    mirrored,
    pool_light,
    shaded_mask,
    sky_light,
    step01,
    sun_through,
)
from apex_director.images.scenes.noise import fbm_at, hash01

F32 = NDArray[np.float32]
F64 = NDArray[np.float64]

BOX, CAPSULE, CYLINDER, ELLIPSOID, CONE, RING, PRISM = range(7)
KIND, MAT, CX, CY, CZ, COS, SIN, TIP, TILT, PA, PB, PC, ROUND, MELT, FIRST, LAST = range(16)
BX, BY, BZ, REACH = 16, 17, 18, 19  # a ball around it
PRIM_SIZE, OBJ_SIZE = 20, 8
# columns of a material
RED, GREEN, BLUE, SHINY, ROUGH, SHEEN, GLOW, GRAIN, THIN = range(9)
MAT_SIZE = 9
CLOTH, WOOD, BOOKS, PLAIN, KEYS, WEAVE = 0.0, 1.0, 2.0, 3.0, 4.0, 5.0
_FAR = 1e3
_TOUCH = 0.01  # metres that a ray may stop before what it meets


@njit(**il.EXACT)
def _prism(x, y, z, prim, corners):  # type: ignore[no-untyped-def]
    """Distance to an upright prism over a polygon in its own x and z."""
    far = max(math.sqrt(x * x + z * z) - prim[PA], abs(y) - prim[PB])
    if far > 0.2:  # a rough distance will do from afar
        return far
    first, last = int(prim[FIRST]), int(prim[LAST])
    ax, az = corners[0, first:last], corners[1, first:last]
    ex, ez, part = corners[2, first:last], corners[3, first:last], corners[4, first:last]
    best, crossed = 1e9, 0.0
    for i in range(last - first):  # branchless, so that edges are tried several at a time
        px, pz = x - ax[i], z - az[i]
        t = min(max((px * ex[i] + pz * ez[i]) * part[i], 0.0), 1.0)
        qx, qz = px - ex[i] * t, pz - ez[i] * t
        best = min(best, qx * qx + qz * qz)
        level = (pz < 0.0) != (pz < ez[i])
        left = (px * ez[i] < ex[i] * pz) == (ez[i] > 0.0)
        crossed += 1.0 if level & left else 0.0
    inside = int(crossed) & 1
    d = math.sqrt(best) * (-1.0 if inside else 1.0) + prim[ROUND]
    h = abs(y) - prim[PB] + prim[ROUND]
    return min(max(d, h), 0.0) + math.sqrt(max(d, 0.0) ** 2 + max(h, 0.0) ** 2) - prim[ROUND]


@njit(**il.EXACT)
def local(x, y, z, prim):  # type: ignore[no-untyped-def]
    """A point in a primitive's own axes: turned about y, then tipped about x."""
    px, py, pz = x - prim[CX], y - prim[CY], z - prim[CZ]
    qx, qz = px * prim[COS] - pz * prim[SIN], px * prim[SIN] + pz * prim[COS]
    return qx, py * prim[TIP] + qz * prim[TILT], qz * prim[TIP] - py * prim[TILT]


@njit(**il.EXACT)
def distance(x, y, z, prim, corners):  # type: ignore[no-untyped-def]
    """Signed distance to one primitive."""
    kind = int(prim[KIND])
    if kind == 1:
        px, py, pz = x - prim[CX], y - prim[CY], z - prim[CZ]
        bx, by, bz = prim[PA], prim[PB], prim[PC]
        t = min(max((px * bx + py * by + pz * bz) / (bx * bx + by * by + bz * bz), 0.0), 1.0)
        px, py, pz = px - bx * t, py - by * t, pz - bz * t
        r = prim[ROUND] + (prim[FIRST] - prim[ROUND]) * t
        return math.sqrt(px * px + py * py + pz * pz) - r
    px, py, pz = local(x, y, z, prim)
    a, b, c, r = prim[PA], prim[PB], prim[PC], prim[ROUND]
    if kind == 0:
        qx, qy, qz = abs(px) - a + r, abs(py) - b + r, abs(pz) - c + r
        out = math.sqrt(max(qx, 0.0) ** 2 + max(qy, 0.0) ** 2 + max(qz, 0.0) ** 2)
        return out + min(max(qx, max(qy, qz)), 0.0) - r
    if kind == 2:
        d, h = math.sqrt(px * px + pz * pz) - a + r, abs(py) - b + r
        return min(max(d, h), 0.0) + math.sqrt(max(d, 0.0) ** 2 + max(h, 0.0) ** 2) - r
    if kind == 3:
        k = math.sqrt((px / a) ** 2 + (py / b) ** 2 + (pz / c) ** 2)
        g = math.sqrt((px / (a * a)) ** 2 + (py / (b * b)) ** 2 + (pz / (c * c)) ** 2)
        return k * (k - 1.0) / max(g, 1e-6)
    if kind == 4:
        d = math.sqrt(px * px + pz * pz)
        t = min(max(py / (2.0 * b) + 0.5, 0.0), 1.0)
        side = (d - (a + (c - a) * t)) * (2.0 * b) / math.sqrt(4.0 * b * b + (a - c) ** 2)
        return max(side, abs(py) - b) - r
    if kind == 5:
        d = math.sqrt(px * px + pz * pz) - a
        return math.sqrt(d * d + py * py) - b
    return _prism(px, py, pz, prim, corners)


@njit(**il.EXACT)
def melted(x, y, z, near, count, prims, corners):  # type: ignore[no-untyped-def]
    """Distance to the melted union of ``count`` primitives, and which of them is nearest."""
    d, mine = _FAR, -1
    for i in range(count):
        p = near[i]
        k = prims[p, MELT]
        bx, by, bz = x - prims[p, BX], y - prims[p, BY], z - prims[p, BZ]
        far = d + k + prims[p, REACH]
        if bx * bx + by * by + bz * bz > far * far:
            continue
        e = distance(x, y, z, prims[p], corners)
        if e < d:
            mine = p
        if k > 0.0 and abs(e - d) < k:
            m = 0.5 + 0.5 * (d - e) / k
            d = d + (e - d) * m - k * m * (1.0 - m)
        else:
            d = min(d, e)
    return d, mine


@njit(**il.EXACT)
def solid(x, y, z, first, last, prims, objs, corners):  # type: ignore[no-untyped-def]
    """Distance to the nearest of objects ``first`` to ``last``, and its primitive."""
    best, which = _FAR, -1
    for o in range(first, last):
        qx = max(max(objs[o, 2] - x, x - objs[o, 5]), 0.0)
        qy = max(max(objs[o, 3] - y, y - objs[o, 6]), 0.0)
        qz = max(max(objs[o, 4] - z, z - objs[o, 7]), 0.0)
        away = qx * qx + qy * qy + qz * qz
        if away > 0.09 or away > best * best:
            if away < best * best:
                best = math.sqrt(away) + 0.02
            continue
        d, mine = _FAR, -1
        for p in range(int(objs[o, 0]), int(objs[o, 1])):
            k = prims[p, MELT]
            bx, by, bz = x - prims[p, BX], y - prims[p, BY], z - prims[p, BZ]
            far = d + k + prims[p, REACH]
            if bx * bx + by * by + bz * bz > far * far:
                continue
            e = distance(x, y, z, prims[p], corners)
            if e < d:
                mine = p
            if k > 0.0 and abs(e - d) < k:
                m = 0.5 + 0.5 * (d - e) / k
                d = d + (e - d) * m - k * m * (1.0 - m)
            else:
                d = min(d, e)
        if d < best:
            best, which = d, mine
    return best, which


@njit(**il.EXACT)
def within(x, y, z, dx, dy, dz, grow, obj):  # type: ignore[no-untyped-def]
    """From where to where a ray is inside an object's box grown by ``grow``."""
    t0, t1 = 0.0, _FAR
    for axis in range(3):
        p = x if axis == 0 else (y if axis == 1 else z)
        d = dx if axis == 0 else (dy if axis == 1 else dz)
        a, b = obj[2 + axis] - grow, obj[5 + axis] + grow
        if abs(d) < 1e-7:
            if p < a or p > b:
                return 1.0, 0.0
            continue
        ta, tb = (a - p) / d, (b - p) / d
        t0, t1 = max(t0, min(ta, tb)), min(t1, max(ta, tb))
    return t0, t1


@njit(**il.EXACT)
def close_by(x, y, z, reach, objs):  # type: ignore[no-untyped-def]
    """Whether any object's box is within ``reach``."""
    for o in range(objs.shape[0]):
        qx = max(max(objs[o, 2] - x, x - objs[o, 5]), 0.0)
        qy = max(max(objs[o, 3] - y, y - objs[o, 6]), 0.0)
        qz = max(max(objs[o, 4] - z, z - objs[o, 7]), 0.0)
        if qx * qx + qy * qy + qz * qz < reach * reach:
            return True
    return False


@njit(**il.EXACT)
def _met(x, y, z, dx, dy, dz, wide, soft, obj, prims, near):  # type: ignore[no-untyped-def]
    """Which primitives of an object a cone may meet, into ``near``: how many, from where to where.

    The cone is ``wide`` at its start and grows by ``soft`` per metre.
    """
    count, enter, leave = 0, _FAR, 0.0
    for p in range(int(obj[0]), int(obj[1])):
        cx, cy, cz = prims[p, BX] - x, prims[p, BY] - y, prims[p, BZ] - z
        along = cx * dx + cy * dy + cz * dz
        ball = prims[p, REACH] + prims[p, MELT] + wide
        reach = ball + soft * max(along + ball, 0.0)  # as wide as behind the ball
        half = reach * reach - (cx * cx + cy * cy + cz * cz - along * along)
        if half <= 0.0:
            continue
        half = math.sqrt(half)
        if along + half > 0.0:
            near[count] = p
            count += 1
            enter, leave = min(enter, along - half), max(leave, along + half)
    return count, enter, leave


@njit(**il.EXACT)
def free_way(x, y, z, dx, dy, dz, soft, reach, prims, objs, corners):  # type: ignore[no-untyped-def]
    """Share of a cone of half width ``soft`` per metre that no furniture stops."""
    free = 1.0
    near = np.empty(0, np.int32)
    for o in range(objs.shape[0]):
        t, end = within(x, y, z, dx, dy, dz, 0.03 + soft * 0.4, objs[o])
        end, t = min(end, reach), max(t, 0.015)
        if t >= end:
            continue
        if near.shape[0] == 0:
            near = np.empty(prims.shape[0], np.int32)
        count, enter, leave = _met(x, y, z, dx, dy, dz, 0.002, soft, objs[o], prims, near)
        if count == 0:
            continue
        t, end = max(t, enter), min(end, leave)
        for _ in range(40):
            if t >= end or free <= 0.0:
                break
            d, _ = melted(x + dx * t, y + dy * t, z + dz * t, near, count, prims, corners)
            free = min(free, 0.5 + 0.5 * d / (soft * t + 0.002))
            t += min(max(abs(d) * 0.9, 0.02), 0.6)
    free = max(free, 0.0)
    return free * free * (3.0 - 2.0 * free)


@njit(**il.EXACT)
def crowding(x, y, z, nx, ny, nz, prims, objs, corners):  # type: ignore[no-untyped-def]
    """Ambient occlusion by furniture, 1 free to 0 shut in."""
    taken, weight = 0.0, 1.0
    for h in (0.05, 0.22):
        d, _ = solid(x + nx * h, y + ny * h, z + nz * h, 0, objs.shape[0], prims, objs, corners)
        taken += weight * max(h - d, 0.0) / h
        weight *= 0.55
    return max(1.0 - 0.55 * taken, 0.12)


@njit(**il.EXACT)
def _bumps(x, y, z, prim, mat, seed):  # type: ignore[no-untyped-def]
    """Relative lightness of a material's own texture."""
    grain = mat[GRAIN]
    if grain == 0.0:
        folds = fbm_at(x * 6.0 + z * 2.0, y * 6.0, seed, 3)
        thread = fbm_at(x * 90.0, y * 90.0 + z * 60.0, seed + 3, 2)
        return 1.0 + 0.14 * folds + 0.10 * thread
    px, py, pz = local(x, y, z, prim)
    if grain == 1.0:
        long = fbm_at(px * 3.0 + py * 2.0, (py + pz) * 34.0, seed + 5, 3)
        return 1.0 + 0.22 * long
    if grain == 2.0:
        return _books(px, py, pz, prim, seed)
    if grain == 4.0:
        u = (px / prim[PA] * 0.5 + 0.5) * 52.0
        edge = abs(u - math.floor(u) - 0.5)
        return 0.25 if edge > 0.44 else 1.0
    if grain == 5.0:
        return 1.0 + 0.10 * fbm_at(px * 60.0 + pz * 60.0, py * 60.0, seed + 6, 2)
    return 1.0


@njit(**il.EXACT)
def _books(px, py, pz, prim, seed):  # type: ignore[no-untyped-def]
    """Spines on shelves: what a point of a bookcase's front reflects."""
    if pz > -prim[PC] + 0.03:
        return 0.5
    tall = 2.0 * prim[PB]
    rows = max(2.0, math.floor(tall / 0.34))
    v = (py / tall + 0.5) * rows
    row = math.floor(v)
    fv = (v - row) * tall / rows
    if fv < 0.03:
        return 0.75
    u = px / 0.034 + 31.0 * hash01(int(row), 7, seed)
    book = math.floor(u)
    thick = 0.25 * hash01(int(book), int(row) + 3, seed)
    high = (0.55 + 0.4 * hash01(int(book), int(row), seed)) * tall / rows
    if hash01(int(book) // 5, int(row) + 40, seed) < 0.16:
        high *= 0.15
    if fv > high or u - book < 0.08 + thick * 0.2:
        return 0.10
    light = 0.35 + 1.2 * hash01(int(book), int(row) + 9, seed) ** 2
    band = 1.25 if abs(fv - 0.75 * high) < 0.008 else 1.0
    return light * band * (1.0 - 0.35 * abs((u - book) - 0.5))


@njit(**il.EXACT)
def _normal(x, y, z, obj, melt, eps, near, prims, corners):  # type: ignore[no-untyped-def]
    """The way out of an object at a point of its surface; ``near`` is scratch."""
    count, reach = 0, melt + 3.0 * eps + _TOUCH
    for p in range(int(obj[0]), int(obj[1])):
        bx, by, bz = x - prims[p, BX], y - prims[p, BY], z - prims[p, BZ]
        if bx * bx + by * by + bz * bz > (reach + prims[p, REACH]) ** 2:
            continue
        if distance(x, y, z, prims[p], corners) < reach:
            near[count] = p
            count += 1
    nx, ny, nz = 0.0, 0.0, 0.0
    for i in range(4):
        sx = 1.0 if i == 0 or i == 3 else -1.0
        sy = 1.0 if i == 1 or i == 3 else -1.0
        sz = 1.0 if i == 2 or i == 3 else -1.0
        d, _ = melted(x + sx * eps, y + sy * eps, z + sz * eps, near, count, prims, corners)
        nx, ny, nz = nx + sx * d, ny + sy * d, nz + sz * d
    size = math.sqrt(nx * nx + ny * ny + nz * nz) + 1e-12
    return nx / size, ny / size, nz / size


@njit(**il.EXACT)
def shade(x, y, z, vx, vy, vz, which, thing, pixel, room, wins, sun, col, prims, objs,  # type: ignore[no-untyped-def]
          corners, mats, cards, masks, melt, near, out):  # fmt: skip
    """Light of a point on a primitive into ``out``: base rgb, then what the key light adds.

    ``melt`` is the widest melting of its object, ``near`` scratch.
    """
    prim = prims[which]
    mat = mats[int(prim[MAT])]
    nx, ny, nz = _normal(x, y, z, objs[thing], melt, pixel * 0.6 + 0.0012, near, prims, corners)
    seed = int(room[il.SEED]) + 11 * int(prim[MAT])
    tex = _bumps(x, y, z, prim, mat, seed)
    ao = crowding(x, y, z, nx, ny, nz, prims, objs, corners)
    ao *= 0.45 + 0.55 * step01(-0.02, 0.30, y + 0.25 * max(ny, 0.0))
    sky = sky_light(x, y, z, nx, ny, nz, room, wins, 0.10 + 0.5 * mat[THIN]) * ao
    pool = pool_light(x, y, z, nx, ny, nz, wins) * ao
    facing = nx * sun[il.SX] + ny * sun[il.SY] + nz * sun[il.SZ]
    lit = 0.0
    if facing > 0.0 or mat[THIN] > 0.0:
        ox, oy, oz = x + nx * 0.02, y + ny * 0.02, z + nz * 0.02
        lit = sun_through(ox, oy, oz, room, wins, sun)
        if lit > 0.001:
            lit *= free_way(ox, oy, oz, sun[il.SX], sun[il.SY], sun[il.SZ],
                            sun[il.SIZE] * 1.5 + 0.01, 9.0, prims, objs, corners)  # fmt: skip
            lit *= shaded_mask(
                ox, oy, oz, sun[il.SX], sun[il.SY], sun[il.SZ], sun[il.SIZE], cards, masks
            )
        lit *= max(facing, 0.0) + mat[THIN] * 0.5 * max(-facing, 0.0)
    lamp = lamp_light(x, y, z, nx, ny, nz, sun) * (0.5 + 0.5 * ao)
    seen = max(-(nx * vx + ny * vy + nz * vz), 0.0)
    rim = (1.0 - seen) ** 3
    k = 2.0 * (nx * vx + ny * vy + nz * vz)
    rx, ry, rz = vx - k * nx, vy - k * ny, vz - k * nz
    win, wall, plane = 0.0, 0.0, 3
    if mat[SHINY] > 0.0:
        win, wall, plane = mirrored(x, y, z, rx, ry, rz, mat[ROUGH], room, wins)
    fresnel = mat[SHINY] + (1.0 - mat[SHINY]) * (1.0 - seen) ** 5 * (1.0 - mat[ROUGH])
    fresnel *= 0.35 + 0.65 * ao
    tone = 7 if plane == 3 else 5
    sheen = rim * mat[SHEEN] * (0.25 + sky * 3.0)
    lift = 0.5 + 0.5 * ny
    for c in range(3):
        own = mat[c] * tex
        if mat[GRAIN] == 2.0 and tex > 0.2:  # book spines wander about the shelf's hue
            own = own * (0.6 + 0.8 * hash01(int(tex * 997.0), c, seed))
        base = own * (col[0, c] * sky + col[2, c] * pool + col[3, c] * ao * (0.6 + 0.4 * lift))
        base += fresnel * (col[11, c] * win + col[tone, c] * (col[0, c] * wall + col[3, c]))
        base += sheen * col[0, c] * (0.3 * own + 0.05)
        out[c] = base + mat[GLOW] * col[4, c] * (0.75 + 0.25 * seen)
        out[3 + c] = own * (col[1, c] * lit)
        out[6 + c] = own * col[4, c] * lamp
