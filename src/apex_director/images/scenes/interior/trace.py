"""Furniture drawn into sheets, its edges sampled again; curtains hung in folds."""

from __future__ import annotations

import math

import numpy as np
from numba import njit

from apex_director.images.scenes.interior import light as il
from apex_director.images.scenes.interior.forms import shade
from apex_director.images.scenes.interior.light import glass, hole, step01, sun_through
from apex_director.images.scenes.interior.rays import TILE, follow, melts_of, squares_of
from apex_director.images.scenes.noise import fbm_at

BLOCK = 4  # pixels along a block that one wide ray finds empty; a divisor of TILE
# That ray stops within 0.35 times so many pixels of anything and steps half as many at least: what
# it passes lies farther from it than the rays of its block do.
AROUND = 14.0
GROW = 0.005  # metres that the box of an object is wider than it
AGAIN = 3  # an edge pixel is sampled AGAIN x AGAIN times


@njit(**il.EXACT)
def _ray(px, py, room):  # type: ignore[no-untyped-def]
    sx, sy = (px - room[il.VX]) / room[il.FOCAL], (room[il.VY] - py) / room[il.FOCAL]
    size = math.sqrt(sx * sx + sy * sy + 1.0)
    return sx / size, sy / size, 1.0 / size


@njit(**il.EXACT)
def draw_forms(first, last, room, wins, sun, col, prims, objs, corners,  # type: ignore[no-untyped-def]
               mats, cards, masks, box, base, key, lamp, depth, seen):  # fmt: skip
    """Objects ``first`` to ``last`` over the rows and columns of ``box``; ``depth`` and ``seen``
    (primitive + 1) stay for what is laid between.
    """
    pixel = 1.0 / room[il.FOCAL]
    eye = room[il.EYE]
    out = np.zeros(9)
    owner = np.zeros(prims.shape[0] + 1, np.int64)
    for o in range(first, last):
        for p in range(int(objs[o, 0]), int(objs[o, 1])):
            owner[p] = o
    cols, wide = -(-depth.shape[1] // TILE), -(-depth.shape[1] // BLOCK)
    melts, near = melts_of(objs, prims), np.zeros(prims.shape[0] + 1, np.int32)
    begin, met = squares_of(first, last, room, prims, objs, melts, -(-depth.shape[0] // TILE), cols)
    starts = np.full(-(-depth.shape[0] // BLOCK) * wide, -1.0)
    deep = 0.0
    for o in range(first, last):
        deep = max(deep, objs[o, 7])
    for block in range((box[0] // BLOCK) * wide, -(-box[1] // BLOCK) * wide):
        y0, x0 = block // wide * BLOCK, block % wide * BLOCK
        if x0 + BLOCK <= box[2] or x0 >= box[3]:
            continue
        k = y0 // TILE * cols + x0 // TILE
        if begin[k] == begin[k + 1]:
            continue
        dx, dy, dz = _ray(x0 + 0.5 * BLOCK, y0 + 0.5 * BLOCK, room)
        _, which, _, start = follow(dx, dy, dz, eye, begin[k], begin[k + 1], met, owner, melts,
                                    AROUND * pixel, 2.0 * BLOCK * pixel * deep, 0.0, near, prims,
                                    objs, corners)  # fmt: skip
        if which < 0:
            continue
        starts[block] = start
        for py in range(max(y0, box[0]), min(y0 + BLOCK, box[1])):
            for px in range(max(x0, box[2]), min(x0 + BLOCK, box[3])):
                dx, dy, dz = _ray(px + 0.5, py + 0.5, room)
                t, which, _, _ = follow(dx, dy, dz, eye, begin[k], begin[k + 1], met, owner, melts,
                                        pixel, GROW, start, near, prims, objs, corners)  # fmt: skip
                if which >= 0 and t * dz < depth[py, px]:
                    depth[py, px] = t * dz
                    seen[py, px] = which + 1
    for py in range(box[0], box[1]):
        for px in range(box[2], box[3]):
            mine = seen[py, px]
            edge = False
            for q in range(4):
                qy = min(max(py + (q - 1 if q % 2 == 0 else 0), box[0]), box[1] - 1)
                qx = min(max(px + (q - 2 if q % 2 == 1 else 0), box[2]), box[3] - 1)
                if (
                    seen[qy, qx] != mine
                    or abs(depth[qy, qx] - depth[py, px]) > 0.03 * depth[py, px]
                ):
                    edge = True
            if mine == 0 and not edge:
                continue
            start = starts[py // BLOCK * wide + px // BLOCK]
            if start < 0.0:
                continue
            k = py // TILE * cols + px // TILE
            count = AGAIN if edge else 1
            share = 1.0 / (count * count)
            last_seen = -1
            for s in range(count * count):
                ax, ay = (s % count + 0.5) / count, (s // count + 0.5) / count
                dx, dy, dz = _ray(px + ax, py + ay, room)
                if edge:
                    t, which, thing, _ = follow(
                        dx, dy, dz, eye, begin[k], begin[k + 1], met, owner, melts, pixel, GROW,
                        start, near, prims, objs, corners,
                    )  # fmt: skip
                else:
                    t, which, thing = depth[py, px] / dz, mine - 1, owner[mine - 1]
                if which < 0:
                    continue
                if which != last_seen or s == 4:  # a primitive is much the same all over a pixel
                    last_seen = which
                    shade(
                        dx * t,
                        eye + dy * t,
                        dz * t,
                        dx,
                        dy,
                        dz,
                        which,
                        thing,
                        pixel * t,
                        room,
                        wins,
                        sun,
                        col,
                        prims,
                        objs,
                        corners,
                        mats,
                        cards,
                        masks,
                        melts[thing],
                        near,
                        out,
                    )
                for c in range(3):
                    base[py, px, c] += out[c] * share
                    key[py, px, c] += out[3 + c] * share
                    lamp[py, px, c] += out[6 + c] * share
                base[py, px, 3] += share


@njit(**il.EXACT)
def _hang(v, win, right, swept, seed):  # type: ignore[no-untyped-def]
    """The free edge of a curtain at height ``v``."""
    cover = win[il.RIGHT] if right else win[il.LEFT]
    top = win[il.V1] + 0.14
    s = min(max(v / top, 0.0), 1.0)
    edge = cover + 0.035 * math.sin(v * 2.3 + seed) + 0.02 * math.sin(v * 5.1 + 2.0 * seed)
    if swept > 0.5:  # gathered by a band at two fifths of the height
        tie = 0.36
        belly = (s - tie) / (1.0 - tie) if s > tie else (tie - s) / tie * 0.62
        edge = -0.10 + (cover * 1.35 + 0.10) * (0.12 + 0.88 * step01(0.0, 1.0, belly))
    return edge


@njit(**il.EXACT)
def _rod(win, room, col, foot, out):  # type: ignore[no-untyped-def]
    """The rail a curtain hangs from, a dark line with knobs."""
    v = win[il.V1] + 0.15
    a, b = win[il.U0] - 0.30, win[il.U1] + 0.30
    for py in range(out.shape[0]):
        y = room[il.EYE] + (room[il.VY] - py - 0.5) * foot
        if abs(y - v) > 0.06 + foot:
            continue
        for px in range(out.shape[1]):
            u = (px + 0.5 - room[il.VX]) * foot
            knob = 0.034 - math.sqrt(min((u - a) ** 2, (u - b) ** 2) + (y - v) ** 2)
            cover = max(
                il.span(u, a, b, foot) * il.span(y, v - 0.013, v + 0.013, foot),
                min(max(knob / foot + 0.5, 0.0), 1.0),
            )
            if cover > 0.0:
                shine = 0.5 + 1.6 * step01(0.0, 0.016, y - v + 0.004)
                for c in range(3):
                    light = (col[3, c] * 1.2 + col[0, c] * 0.02) * 0.16 * shine
                    out[py, px, c] = light * cover + out[py, px, c] * (1.0 - cover)
                out[py, px, 3] = cover + out[py, px, 3] * (1.0 - cover)


@njit(**il.EXACT)
def drape(win, room, wins, sun, col, cloth, thick, swept, out):  # type: ignore[no-untyped-def]
    """Both curtains of a window in the end wall into ``out`` [h, w, 4], premultiplied light."""
    deep, focal = room[il.DEEP] - 0.10, room[il.FOCAL]
    foot = deep / focal
    top, seed = win[il.V1] + 0.14, room[il.SEED] % 17.0
    low = 0.02 if win[il.V0] < 0.5 or thick > 0.5 else win[il.V0] - 0.22
    outer = 0.24
    y0 = max(0, int(room[il.VY] - (top - room[il.EYE]) / foot) - 2)
    y1 = min(out.shape[0], int(room[il.VY] - (low - room[il.EYE]) / foot) + 3)
    for py in range(y0, y1):
        v = room[il.EYE] + (room[il.VY] - py - 0.5) * foot
        for side in range(2):
            right = side == 1
            edge = _hang(v, win, right, swept, seed + 3.0 * side)
            a = win[il.U1] - edge if right else win[il.U0] - outer
            b = win[il.U1] + outer if right else win[il.U0] + edge
            if b - a < 0.05:
                continue
            x0 = max(0, int(room[il.VX] + a / foot) - 2)
            x1 = min(out.shape[1], int(room[il.VX] + b / foot) + 3)
            for px in range(x0, x1):
                u = (px + 0.5 - room[il.VX]) * foot
                s = (u - a) / (b - a)
                cover = il.span(u, a, b, foot) * il.span(v, low, top, foot)
                if cover <= 0.0:
                    continue
                drop = top - v
                n = fbm_at(u * 1.3 + 7.0 * side, v * 0.35, int(room[il.SEED]) + 70, 2)
                folds = 5.5 if swept < 0.5 else 4.2
                phase = 6.2832 * folds * (s + 0.10 * n * min(1.0, drop)) + 0.6 * side
                wave = math.sin(phase) + 0.35 * math.sin(2.1 * phase + 1.3 + 1.5 * n)
                slope = math.cos(phase) + 0.7 * math.cos(2.1 * phase + 1.3 + 1.5 * n)
                soft = step01(0.0, 0.35, drop)
                open_ = hole(u, v, win, 0.0, 0.10) * win[il.SHINE]
                if win[il.V0] > v:
                    open_ *= 0.3
                clear = glass(u, v, win, 0.12) * open_
                through = (0.16 + 0.84 * clear) * (0.62 + 0.30 * wave * soft) * (1.0 - thick)
                front = il.sky_light(u, v, deep, 0.25 * slope, 0.0, -1.0, room, wins, 0.3)
                hit = (
                    sun_through(u, v, deep, room, wins, sun) * (1.0 - thick) * min(1.0, open_) ** 2
                )
                lamp = il.lamp_light(u, v, deep - 0.05, 0.3 * slope * soft, 0.0, -1.0, sun)
                crease = 0.62 + 0.38 * step01(-1.2, 0.4, wave * soft)
                side_lit = 0.5 + 0.30 * slope * soft * (1.0 if right else -1.0)
                see = 0.90 if thick > 0.5 else 0.78 + 0.16 * wave * soft
                alpha = cover * min(max(see, 0.0), 1.0)
                for c in range(3):
                    light = col[0, c] * (0.36 * through + 0.8 * front + 0.05 * side_lit * open_)
                    light += col[1, c] * hit * 0.16 * (0.7 + 0.4 * wave * soft)
                    light += col[3, c] * 1.1 + col[4, c] * lamp
                    value = cloth[c] * light * crease * alpha
                    out[py, px, c] = value + out[py, px, c] * (1.0 - alpha)
                out[py, px, 3] = alpha + out[py, px, 3] * (1.0 - alpha)
    _rod(win, room, col, foot, out)
