"""The empty room, ray by ray: walls, floor with its reflections, ceiling, window reveals."""

from __future__ import annotations

import math

import numpy as np
from numba import njit

from apex_director.images.scenes.interior import light as il
from apex_director.images.scenes.interior.forms import close_by, crowding, free_way
from apex_director.images.scenes.interior.light import (
    corner_shade,
    glass,
    hole,
    lamp_light,
    mirrored,
    pool_light,
    shaded_mask,
    sky_light,
    step01,
    sun_through,
)
from apex_director.images.scenes.interior.shadows import GRID, pitch, way
from apex_director.images.scenes.interior.surfaces import floor_look, rug_cover, seam, wall_look
from apex_director.images.scenes.noise import fbm_at

# rows of the colour table
SKY, SUN, POOLED, AMBIENT, LAMP, WALL, TRIM, FLOOR, FLOOR2, CEILING, FRAME_COL, OUTSIDE = range(12)
RUG, ART, ART2, DOOR = 12, 13, 14, 15
COLOURS = 16
# columns of a picture, mirror or door on a wall
A_SIDE, A_U0, A_U1, A_V0, A_V1, A_KIND, A_SEED = range(7)
ART_SIZE = 7


@njit(**il.EXACT)
def _art(u, v, side, foot, arts, col, own):  # type: ignore[no-untyped-def]
    """Paint a picture or door into ``own`` (rgb); the shadow it throws on the wall."""
    shadow = 1.0
    for k in range(arts.shape[0]):
        if arts[k, A_SIDE] != side:
            continue
        a, b, low, top = arts[k, A_U0], arts[k, A_U1], arts[k, A_V0], arts[k, A_V1]
        if u < a - 0.3 or u > b + 0.3 or v < low - 0.4 or v > top + 0.2:
            continue
        kind, seed = arts[k, A_KIND], int(arts[k, A_SEED])
        inside = il.span(u, a, b, foot) * il.span(v, low, top, foot)
        blur = 0.10 if kind < 2.0 else 0.05
        shadow *= 1.0 - 0.45 * il.span(u, a, b, blur) * il.span(v + 0.035, low, top, blur) * (
            1.0 - inside
        )
        if inside <= 0.0:
            continue
        edge = 0.028 if kind < 2.0 else 0.09
        frame = inside - il.span(u, a + edge, b - edge, foot) * il.span(
            v, low + edge, top - edge, foot
        )
        s, t = (u - a) / (b - a), (v - low) / (top - low)
        if kind >= 2.0:
            relief = seam(min(abs(t - 0.53), abs(s - 0.5) * (b - a)), 0.012, foot)
            field = 0.12 * seam(min(abs(s - 0.2), abs(s - 0.8)) * (b - a), 0.02, foot)
            knob = math.exp(
                -(((s - 0.9) * (b - a)) ** 2 + ((t - 0.48) * (top - low)) ** 2) / 0.0006
            )
            for c in range(3):
                paint = col[DOOR, c] * (1.0 - 0.4 * relief - field - 0.12 * frame) + 0.3 * knob
                own[c] += (paint - own[c]) * inside
            continue
        style = seed % 3
        mount = 1.0 - il.span(s, 0.12, 0.88, 0.01) * il.span(t, 0.12, 0.88, 0.01)
        n = fbm_at(s * 2.2 + seed, t * 2.2, seed, 4)
        land = step01(-0.03, 0.03, t - 0.42 - 0.22 * n)
        if style == 1:  # two fields of colour
            land = step01(-0.04, 0.04, t - 0.55 + 0.03 * n) * (0.8 + 0.3 * n)
        elif style == 2:  # a dim photograph
            land = min(max(0.35 + 0.5 * n + 0.3 * (t - 0.5), 0.0), 1.0)
        disc = step01(
            0.02,
            -0.02,
            math.sqrt(((s - 0.6) * (b - a)) ** 2 + ((t - 0.66) * (top - low)) ** 2)
            - 0.10 * (b - a),
        )
        for c in range(3):
            paint = col[ART, c] + (col[ART2, c] - col[ART, c]) * land
            if style == 0:
                paint += (0.42 - paint) * disc * land
            elif style == 2:
                paint = 0.04 + 0.30 * land
            paint += (0.62 - paint) * mount
            paint = paint * (1.0 - frame) + 0.035 * frame
            own[c] += (paint - own[c]) * inside
    return shadow


@njit(**il.EXACT)
def _depth_in(u, v, u2, v2, win):  # type: ignore[no-untyped-def]
    """How deep in the reveal a ray meets it: 0 at the wall, 1 at the frame."""
    deep = 1.0
    if u2 > win[il.U1]:
        deep = min(deep, (win[il.U1] - u) / (u2 - u))
    elif u2 < win[il.U0]:
        deep = min(deep, (win[il.U0] - u) / (u2 - u))
    if v2 > win[il.V1]:
        deep = min(deep, (win[il.V1] - v) / (v2 - v))
    elif v2 < win[il.V0]:
        deep = min(deep, (win[il.V0] - v) / (v2 - v))
    return max(deep, 0.0)


@njit(**il.EXACT)
def _opening(u, v, x, y, z, vx, vy, vz, foot, side, room, wins, sun, col, out):  # type: ignore[no-untyped-def]
    """Window reveals and frames over ``out``; what is left of the wall, and free glass."""
    wall, clear = 1.0, 0.0
    for k in range(wins.shape[0]):
        win = wins[k]
        if win[il.SIDE] != side:
            continue
        cut = hole(u, v, win, 0.0, foot)
        if cut <= 0.0:
            continue
        deep = vz if side == 0.0 else abs(vx)
        step = room[il.THICK] / max(deep, 0.02)
        u2 = u + (vx if side == 0.0 else vz) * step
        v2 = v + vy * step
        inner = min(hole(u2, v2, win, 0.0, foot), cut)
        free = min(glass(u2, v2, win, foot), inner)
        frame, jamb = inner - free, cut - inner
        wall -= cut
        clear += free
        if cut - free <= 1e-9:  # nothing but glass
            continue
        sill = 1.0 if v2 < win[il.V0] else 0.0
        head = 1.0 if v2 > win[il.V1] else 0.0
        sun_along = sun[il.SX] if side == 0.0 else sun[il.SZ]
        at = -1.0 if u2 > win[il.U1] else 1.0
        graze = sill * sun[il.SY] + (1.0 - sill - head) * max(at * sun_along, 0.0) * (1.0 - head)
        lit = (0.62 + 0.25 * sill - 0.25 * head) * win[il.SHINE]
        lit *= 0.45 + 0.70 * _depth_in(u, v, u2, v2, win)
        slat = 1.0
        if (
            win[il.BLIND] > 0.0
            and abs(u2 - 0.5 * (win[il.U0] + win[il.U1]))
            < 0.5 * (win[il.U1] - win[il.U0]) - win[il.FRAME]
        ):
            slat = 1.6
        bar = glass(u2, v2, win, 0.09 + foot)  # light that creeps round the bars
        inside = sky_light(x, y, z, 0.0, 0.0, -1.0, room, wins, 0.5) if side == 0.0 else 0.12
        for c in range(3):
            own = col[FRAME_COL, c]
            reveal = (
                0.25 + 0.75 * col[WALL, c] / max(col[WALL, 0], max(col[WALL, 1], col[WALL, 2]))
            ) * 0.6
            out[c] += jamb * reveal * (col[SKY, c] * lit * 0.40 + col[AMBIENT, c])
            out[3 + c] += jamb * reveal * col[SUN, c] * graze * 0.26 * win[il.SHINE]
            glow = slat * (0.10 + 0.30 * inside) + 0.20 * bar * bar
            out[c] += frame * own * (col[SKY, c] * glow * win[il.SHINE] + 1.3 * col[AMBIENT, c])
            out[6 + c] += (jamb * reveal + frame * own) * col[LAMP, c] * 0.12 * sun[il.LAMP_ON]
    return max(wall, 0.0), clear


@njit(**il.EXACT)
def wall_soft(x, v, z, side, room, wins, sun, prims, objs, corners, soft):  # type: ignore[no-untyped-def]
    """All light on a wall that changes slowly: open air, sky, sunlit floor, lamp."""
    nx = 1.0 if side == 1.0 else (-1.0 if side == 2.0 else 0.0)
    nz = -1.0 if side == 0.0 else 0.0
    u = x if side == 0.0 else z
    ao = corner_shade(x, v, z, room, int(side))
    if close_by(x, v, z, 0.40, objs):
        ao *= crowding(x + nx * 0.02, v, z + nz * 0.02, nx, 0.0, nz, prims, objs, corners)
    sky = sky_light(x, v, z, nx, 0.0, nz, room, wins, 0.30)
    for k in range(wins.shape[0]):  # light that the reveal throws on the wall around it
        if wins[k, il.SIDE] == side:
            sky += 0.10 * hole(u, v, wins[k], 0.10, 0.5) * wins[k, il.SHINE]
    soft[0] = ao
    soft[1] = sky * ao
    soft[2] = pool_light(x, v, z, nx, 0.0, nz, wins) * ao
    soft[3] = lamp_light(x, v, z, nx, 0.0, nz, sun) * (0.6 + 0.4 * ao)


@njit(**il.EXACT)
def floor_soft(x, z, room, wins, sun, prims, objs, corners, cards, soft):  # type: ignore[no-untyped-def]
    """As `wall_soft` for the floor, in the shade of what stands on it."""
    ao = corner_shade(x, 0.0, z, room, 3)
    for k in range(cards.shape[0]):  # the dark where people's feet meet the floor
        if cards[k, 3] < 0.0:
            u = (x - 0.5 * (cards[k, 1] + cards[k, 2])) / (
                0.05 + 0.16 * (cards[k, 2] - cards[k, 1])
            )
            v = (z - cards[k, 0]) / 0.13
            ao *= 1.0 - 0.6 * math.exp(-u * u - v * v)
    sky = sky_light(x, 0.0, z, 0.0, 1.0, 0.0, room, wins, 0.12)
    lamp = lamp_light(x, 0.0, z, 0.0, 1.0, 0.0, sun)
    if close_by(x, 0.0, z, 0.45, objs):
        ao *= crowding(x, 0.005, z, 0.0, 1.0, 0.0, prims, objs, corners)
        sky *= 0.35 + 0.65 * free_way(x, 0.01, z, 0.0, 1.0, 0.0, 0.9, 1.4, prims, objs, corners)
    if lamp > 0.002:
        tx, ty, tz = _to_lamp(x, z, sun)
        lamp *= 0.35 + 0.65 * free_way(x, 0.01, z, tx, ty, tz, 0.12, 2.5, prims, objs, corners)
    soft[0] = ao
    soft[1] = sky * ao
    soft[2] = pool_light(x, 0.0, z, 0.0, 1.0, 0.0, wins) * ao
    soft[3] = lamp * ao


@njit(**il.EXACT)
def ceiling_soft(x, z, room, wins, sun, soft):  # type: ignore[no-untyped-def]
    """As `wall_soft` for the ceiling."""
    y = room[il.HIGH]
    ao = corner_shade(x, y, z, room, 4)
    soft[0] = ao
    soft[1] = sky_light(x, y, z, 0.0, -1.0, 0.0, room, wins, 0.30) * ao
    soft[2] = pool_light(x, y, z, 0.0, -1.0, 0.0, wins) * ao
    soft[3] = lamp_light(x, y, z, 0.0, -1.0, 0.0, sun)


@njit(**il.EXACT)
def _soft_grid(plane, room, wins, sun, prims, objs, corners, cards, box, out):  # type: ignore[no-untyped-def]
    """Slow light of ``plane`` (0 end wall, 1, 2 sides, 3 floor, 4 ceiling) at every ``GRID``-th
    pixel where it is seen; beyond its edges it goes on as it is there.
    """
    deep, focal, eye, high = room[il.DEEP], room[il.FOCAL], room[il.EYE], room[il.HIGH]
    drop = eye if plane == 3 else high - eye
    reach = -room[il.XL] if plane == 1 else room[il.XR]
    for j in range(out.shape[0]):
        for i in range(out.shape[1]):
            sx = (box[2] + i * GRID + 0.5 - room[il.VX]) / focal
            sy = (room[il.VY] - box[0] - j * GRID - 0.5) / focal
            down = -sy if plane == 3 else sy
            out_ = -sx if plane == 1 else sx
            level, side = down / drop, out_ / reach
            mine = 1.0 / deep if plane == 0 else (level if plane > 2 else side)
            other = max(abs(sx) / (room[il.XR] if sx > 0.0 else -room[il.XL]), 1.0 / deep)
            if plane == 1 or plane == 2:
                other = max(abs(sy) / (high - eye if sy > 0.0 else eye), 1.0 / deep)
            margin = 3.0 * GRID / focal * (1.0 / drop + 1.0 / reach + 1.0)
            if plane > 0 and mine < other - margin:
                continue
            z = deep if plane == 0 else min(1.0 / max(mine, 1e-4), deep)
            x = min(max(sx * z, room[il.XL]), room[il.XR])
            v = min(max(eye + sy * z, 0.0), high)
            if plane == 3:
                floor_soft(x, z, room, wins, sun, prims, objs, corners, cards, out[j, i])
            elif plane == 4:
                ceiling_soft(x, z, room, wins, sun, out[j, i])
            else:
                x = room[il.XL] if plane == 1 else (room[il.XR] if plane == 2 else x)
                wall_soft(x, v, z, float(plane), room, wins, sun, prims, objs, corners, out[j, i])


@njit(**il.EXACT)
def _look(grid, row, column, soft):  # type: ignore[no-untyped-def]
    """The grid at a pixel, bilinear."""
    fy, fx = row / GRID, column / GRID
    j, i = int(fy), int(fx)
    ay, ax = fy - j, fx - i
    for c in range(4):
        top = grid[j, i, c] * (1.0 - ax) + grid[j, i + 1, c] * ax
        low = grid[j + 1, i, c] * (1.0 - ax) + grid[j + 1, i + 1, c] * ax
        soft[c] = top * (1.0 - ay) + low * ay


@njit(**il.EXACT)
def paint_wall(x, y, z, vx, vy, vz, foot, side, room, wins, sun, col, arts, prims, objs, corners,  # type: ignore[no-untyped-def]
               cards, masks, soft, own, out):  # fmt: skip
    """Light of a wall point into ``out``: base rgb, sun rgb, lamp rgb, cover."""
    out[:] = 0.0
    u = x if side == 0.0 else z
    v = y
    left, clear = _opening(u, v, x, y, z, vx, vy, vz, foot, side, room, wins, sun, col, out)
    out[9] = 1.0 - clear
    if left <= 0.002:
        return
    v = min(max(y, 0.0), room[il.HIGH])
    light, trim = wall_look(u, v, foot, room, side)
    for c in range(3):
        own[c] = (col[WALL, c] + (col[TRIM, c] - col[WALL, c]) * trim) * light
    shadow = _art(u, v, side, foot, arts, col, own)
    nx = 1.0 if side == 1.0 else (-1.0 if side == 2.0 else 0.0)
    nz = -1.0 if side == 0.0 else 0.0
    dim = shadow * (0.35 if y < 0.0 else 1.0)
    facing = nx * sun[il.SX] + nz * sun[il.SZ]
    lit = 0.0
    if facing > 0.01:
        lit = sun_through(x, v, z, room, wins, sun) * facing
        if lit > 0.002:
            lit *= free_way(x + nx * 0.01, v, z + nz * 0.01, sun[il.SX], sun[il.SY], sun[il.SZ],
                            sun[il.SIZE], 9.0, prims, objs, corners)  # fmt: skip
            lit *= shaded_mask(
                x, v, z, sun[il.SX], sun[il.SY], sun[il.SZ], sun[il.SIZE], cards, masks
            )
    for c in range(3):
        shade = col[SKY, c] * soft[1] + col[POOLED, c] * soft[2] + col[AMBIENT, c] * soft[0]
        out[c] += left * own[c] * shade * dim
        out[3 + c] += left * own[c] * col[SUN, c] * lit
        out[6 + c] += left * own[c] * col[LAMP, c] * soft[3] * shadow


@njit(**il.EXACT)
def paint_level(x, z, vx, vy, vz, fx, fz, up, room, wins, sun, col, prims, objs, corners,  # type: ignore[no-untyped-def]
                cards, masks, row, column, ways, soft, own, out):  # fmt: skip
    """Light of a floor (``up`` = 1) or ceiling point into ``out``.

    ``ways`` keeps what furniture leaves of the sun and of the floor's reflection at nodes
    (`pitch`), and is filled where ``row`` and ``column`` ask for it.
    """
    out[:] = 0.0
    out[9] = 1.0
    if up < 0.0:
        rough = 1.0 + 0.05 * fbm_at(x * 0.8, z * 0.8, int(room[il.SEED]) + 90, 3)
        if room[il.BEAMS] > 0.0:
            at = z / room[il.BEAMS]
            d = abs(at - math.floor(at) - 0.5) * room[il.BEAMS]
            rough *= (
                1.0
                - 0.62 * step01(0.13 + fz, 0.13 - fz, d)
                - 0.12 * math.exp(-max(d - 0.13, 0.0) / 0.10)
            )
        for c in range(3):
            own[c] = col[CEILING, c] * rough
            shade = (
                col[SKY, c] * soft[1] + col[POOLED, c] * soft[2] * 1.4 + col[AMBIENT, c] * soft[0]
            )
            out[c] = own[c] * shade
            out[6 + c] = own[c] * col[LAMP, c] * soft[3]
        return
    light, lean, gloss = floor_look(x, z, fx, fz, room)
    rug, weave = rug_cover(x, z, fx, fz, room)
    for c in range(3):
        wood = (col[FLOOR, c] + (col[FLOOR2, c] - col[FLOOR, c]) * lean) * light
        own[c] = wood + (col[RUG, c] * weave - wood) * rug
    lit = sun_through(x, 0.0, z, room, wins, sun) * sun[il.SY]
    if lit > 0.002:
        lit *= way(row, column, False, ways[0], room, sun, prims, objs, corners)
        lit *= shaded_mask(
            x, 0.0, z, sun[il.SX], sun[il.SY], sun[il.SZ], sun[il.SIZE], cards, masks
        )
    rough = 0.030 + 0.05 * max(1.2 - gloss, 0.0)
    win, wall, plane = mirrored(x, 0.0, z, vx, -vy, vz, rough, room, wins)
    grazing = (1.0 - min(-vy, 1.0)) ** 5
    shine = room[il.GLOSS] * gloss * (0.06 + 0.94 * grazing) * (1.0 - 0.92 * rug)
    if shine > 0.004:
        free = way(row, column, True, ways[1], room, sun, prims, objs, corners)
        free *= shaded_mask(x, 0.0, z, vx, -vy, vz, 0.03, cards, masks)
        shine *= 0.12 + 0.88 * free
    tone = WALL if plane < 3 else CEILING
    for c in range(3):
        seen = col[OUTSIDE, c] * win + col[tone, c] * (col[SKY, c] * wall + col[AMBIENT, c]) * (
            1.0 - win
        )
        out[c] = own[c] * (
            col[SKY, c] * soft[1] + col[POOLED, c] * soft[2] * 0.3 + col[AMBIENT, c] * soft[0]
        )
        out[c] += (seen - out[c]) * min(shine, 0.9)
        out[3 + c] = own[c] * col[SUN, c] * lit * (1.0 - 0.5 * min(shine, 0.9))
        out[6 + c] = own[c] * col[LAMP, c] * soft[3]


@njit(**il.EXACT)
def _to_lamp(x, z, sun):  # type: ignore[no-untyped-def]
    dx, dy, dz = sun[il.LAMP_X] - x, sun[il.LAMP_Y], sun[il.LAMP_Z] - z
    r = math.sqrt(dx * dx + dy * dy + dz * dz) + 1e-6
    return dx / r, dy / r, dz / r


@njit(**il.EXACT)
def _put(light, share, row, column, base, key, lamp):  # type: ignore[no-untyped-def]
    """Add ``share`` of a shaded point to the three sheets."""
    for c in range(3):
        base[row, column, c] += light[c] * share
        key[row, column, c] += light[3 + c] * share
        lamp[row, column, c] += light[6 + c] * share
    base[row, column, 3] += light[9] * share


@njit(**il.EXACT)
def back_wall(room, wins, sun, col, arts, prims, objs, corners, cards, masks, box, base, key, lamp):  # type: ignore[no-untyped-def]  # fmt: skip
    """The end wall over rows and columns ``box`` (y0, y1, x0, x1), beyond its own corners too."""
    deep, focal = room[il.DEEP], room[il.FOCAL]
    light, own, soft = np.zeros(10), np.zeros(3), np.zeros(4)
    grid = np.zeros(((box[1] - box[0]) // GRID + 2, (box[3] - box[2]) // GRID + 2, 4), np.float32)
    _soft_grid(0, room, wins, sun, prims, objs, corners, cards, box, grid)
    for py in range(box[0], box[1]):
        for px in range(box[2], box[3]):
            sx, sy = (px + 0.5 - room[il.VX]) / focal, (room[il.VY] - py - 0.5) / focal
            x, y = sx * deep, room[il.EYE] + sy * deep
            _look(grid, py - box[0], px - box[2], soft)
            paint_wall(x, y, deep, sx, sy, 1.0, deep / focal, 0.0, room, wins, sun, col, arts,
                       prims, objs, corners, cards, masks, soft, own, light)  # fmt: skip
            _put(light, 1.0, py, px, base, key, lamp)


@njit(**il.EXACT)
def tunnel(room, wins, sun, col, arts, prims, objs, corners, cards, masks, base, key, lamp):  # type: ignore[no-untyped-def]  # fmt: skip
    """Floor, ceiling and side walls, open where the end wall is; edges exact in the picture."""
    deep, focal, eye = room[il.DEEP], room[il.FOCAL], room[il.EYE]
    light, own, soft = np.zeros(10), np.zeros(3), np.zeros(4)
    box = np.array([0, base.shape[0], 0, base.shape[1]])
    grids = np.zeros((5, base.shape[0] // GRID + 2, base.shape[1] // GRID + 2, 4), np.float32)
    apart = pitch(room)
    ways = np.full((2, base.shape[0] // apart + 2, base.shape[1] // apart + 2), -1.0, np.float32)
    for plane in range(1, 5):
        _soft_grid(plane, room, wins, sun, prims, objs, corners, cards, box, grids[plane])
    for py in range(base.shape[0]):
        for px in range(base.shape[1]):
            sx, sy = (px + 0.5 - room[il.VX]) / focal, (room[il.VY] - py - 0.5) / focal
            # nearness 1/z of each plane is linear in the picture: so are the edges between them
            drop = eye if sy < 0.0 else room[il.HIGH] - eye
            reach = -room[il.XL] if sx < 0.0 else room[il.XR]
            level, side, end = abs(sy) / drop, abs(sx) / reach, 1.0 / deep
            gl, gs = 1.0 / (drop * focal), 1.0 / (reach * focal)
            top, grade = (level, gl) if level > side else (side, gs)
            cover = min(max((top - end) / grade + 0.5, 0.0), 1.0)
            if cover <= 0.0:
                continue
            flat = min(max((level - side) / math.sqrt(gl * gl + gs * gs) + 0.5, 0.0), 1.0)
            size = math.sqrt(sx * sx + sy * sy + 1.0)
            if flat > 0.0:
                z = 1.0 / max(level, 1e-6)
                z = min(z, deep)
                up = 1.0 if sy < 0.0 else -1.0
                _look(grids[3 if up > 0.0 else 4], py, px, soft)
                paint_level(sx * z, z, sx / size, sy / size, 1.0 / size, z / focal,
                            z * z / (focal * drop), up, room, wins, sun, col, prims, objs, corners,
                            cards, masks, py, px, ways, soft, own, light)  # fmt: skip
                _put(light, cover * flat, py, px, base, key, lamp)
            if flat < 1.0:
                z = min(1.0 / max(side, 1e-6), deep)
                which = 1.0 if sx < 0.0 else 2.0
                _look(grids[int(which)], py, px, soft)
                x = room[il.XL] if sx < 0.0 else room[il.XR]
                foot = math.sqrt(z / focal * z * z / (focal * reach))
                paint_wall(x, eye + sy * z, z, sx, sy, 1.0, foot, which, room, wins, sun, col, arts,
                           prims, objs, corners, cards, masks, soft, own, light)  # fmt: skip
                _put(light, cover * (1.0 - flat), py, px, base, key, lamp)
