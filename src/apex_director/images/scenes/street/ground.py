"""The wet ground of a street: asphalt and pavement in perspective, puddles, markings, snow, and
over it the mirrored street, drawn out in long smears where the ground is rough.
"""

from __future__ import annotations

import cv2
import numpy as np
from numba import njit
from numpy.typing import NDArray

from apex_director.images.scenes.city.facade import pulse
from apex_director.images.scenes.model import SceneSpec
from apex_director.images.scenes.noise import fbm_at, hash01, value_at
from apex_director.images.scenes.street.light import GROUND_STEP, Lights
from apex_director.images.scenes.street.town import ALLEY, CROSSING, Town
from apex_director.images.scenes.street.view import SHRINK

F32 = NDArray[np.float32]

_WET = {"clear": 0.62, "cloudy": 0.66, "mist": 0.8, "rain": 1.0, "storm": 1.0, "snow": 0.5}
_POOLS = {"clear": 0.42, "cloudy": 0.46, "mist": 0.5, "rain": 0.62, "storm": 0.7, "snow": 0.3}
# the table of numbers
(
    EYE, FOCAL, CX, HORIZON, CAM_X, SIN, COS, HALF, KERB, KIND, WET, POOLS, SNOW, GAP0, GAP1, RAIN,
    FOG_K, ZEBRA, FOG_FROM,
) = range(19)  # fmt: skip
_0, _1, _H = np.float32(0.0), np.float32(1.0), np.float32(0.5)


@njit(cache=True)
def _smooth(low, high, x):  # type: ignore[no-untyped-def]
    t = min(max((x - low) / (high - low), _0), _1)
    return t * t * (np.float32(3.0) - np.float32(2.0) * t)


@njit(cache=True)
def _between(v, low, high, f):  # type: ignore[no-untyped-def]
    return min(max((v - low) / f + _H, _0), _1) * min(max((high - v) / f + _H, _0), _1)


@njit(cache=True)
def _stones(x, z, fx, fz, seed):  # type: ignore[no-untyped-def]
    """Setts of an alley: relative tone and how hollow the joint is."""
    pitch = np.float32(0.16)
    row = np.floor(z / pitch)
    sx = x / pitch + _H * (row - np.floor(row * _H) * 2)
    fade = max(_1 - fz / pitch * np.float32(1.4), _0)
    wide = max(fx / pitch, np.float32(0.05))
    long = max(fz / pitch, np.float32(0.05))
    joint = _1 - pulse(sx, np.float32(0.86), wide) * pulse(z / pitch, np.float32(0.84), long)
    own = hash01(int(np.floor(sx)), int(row), seed + 3) - _H
    return _1 + (own * np.float32(0.7) - np.float32(0.45) * joint) * fade, joint * fade


@njit(cache=True)
def _surface(x, z, fx, fz, seed, num, res):  # type: ignore[no-untyped-def]
    """What the ground is at a place; ``res``: albedo, white paint, puddle 0..1, snow 0..1."""
    road = abs(x) < num[KERB] or num[GAP0] + np.float32(2.5) < z < num[GAP1] - np.float32(2.2)
    grain = value_at(x * np.float32(23.0), z * np.float32(17.0), seed) * max(
        _1 - fz * np.float32(14.0), _0
    )
    slow = fbm_at(x * np.float32(0.55), z * np.float32(0.28), seed + 1, 3)
    wear = value_at(x * np.float32(1.9), z * np.float32(0.5), seed + 2)
    albedo, paint, hollow = np.float32(0.050), _0, _0
    if num[KIND] > np.float32(2.5):
        tone, hollow = _stones(x, z, fx, fz, seed)
        albedo = np.float32(0.085) * tone
        gutter = np.exp(-x * x * np.float32(9.0))
        hollow = max(hollow * np.float32(0.5), gutter * np.float32(0.6))
    elif road:
        albedo *= _1 + np.float32(0.30) * grain + np.float32(0.25) * wear
        if num[ZEBRA] > _0 and num[ZEBRA] < z < num[ZEBRA] + np.float32(3.4):
            bars = pulse(
                x / np.float32(1.05), np.float32(0.5), max(fx / np.float32(1.05), np.float32(0.01))
            )
            paint = bars * _between(z, num[ZEBRA], num[ZEBRA] + np.float32(3.4), fz)
            paint *= _1 if abs(x) < num[KERB] - np.float32(0.2) else _0
        if num[ZEBRA] > _0 and num[GAP1] - np.float32(3.0) < z < num[GAP1] - np.float32(0.4):
            paint = pulse(
                x / np.float32(1.05), np.float32(0.5), max(fx / np.float32(1.05), np.float32(0.01))
            )
            paint *= _1 if abs(x) < num[KERB] - np.float32(0.2) else _0
        if not (num[GAP0] < z < num[GAP1]):
            dash = pulse(
                z / np.float32(7.0), np.float32(0.45), max(fz / np.float32(7.0), np.float32(0.01))
            )
            line = _between(x, np.float32(-0.07), np.float32(0.07), fx) * dash
            edge = _between(abs(x), num[KERB] - np.float32(2.25), num[KERB] - np.float32(2.15), fx)
            paint = max(line, edge * np.float32(0.8))
        paint *= np.float32(0.72) + np.float32(0.5) * wear - np.float32(0.25) * abs(grain)
        rut = np.exp(-((abs(abs(x) - num[KERB] * np.float32(0.45)) - np.float32(0.75)) ** 2) * 5)
        run = np.exp(-(((num[KERB] - abs(x)) * np.float32(1.5)) ** 2))
        hollow = max(np.float32(0.25) * rut, np.float32(0.5) * run)
    else:
        slab = np.float32(0.62)
        shift = x / slab + _H * (np.floor(z / slab) - np.floor(np.floor(z / slab) * _H) * 2)
        fade = max(_1 - fz / slab * np.float32(1.6), _0)
        joint = _1 - pulse(shift, np.float32(0.965), max(fx / slab, np.float32(0.015))) * pulse(
            z / slab, np.float32(0.965), max(fz / slab, np.float32(0.015))
        )
        own = hash01(int(np.floor(shift)), int(np.floor(z / slab)), seed + 4) - _H
        albedo = np.float32(0.105) * (
            _1 + (np.float32(0.4) * own - np.float32(0.55) * joint) * fade + np.float32(0.1) * grain
        )
        stone = _between(abs(x), num[KERB], num[KERB] + np.float32(0.22), fx)
        if not (num[GAP0] < z < num[GAP1]):
            albedo += stone * np.float32(0.07)
        hollow = own * np.float32(0.15) * fade - np.float32(0.12)
    level = np.float32(0.62) * slow + np.float32(0.5) * hollow + np.float32(0.08) * grain
    edge = num[POOLS] * np.float32(0.75)
    pool = _smooth(np.float32(0.50) - edge, np.float32(0.62) - edge, level)
    fall = _0
    if num[SNOW] > _0:
        lane = abs(abs(x) - num[KERB] * np.float32(0.48))
        track = np.exp(-((lane - np.float32(0.78)) ** 2) * np.float32(9.0)) if road else _0
        if num[GAP0] + np.float32(2.5) < z < num[GAP1] - np.float32(2.2):
            lane = abs(z - (num[GAP0] + num[GAP1]) * _H)
            track = np.exp(-((lane - np.float32(2.0)) ** 2) * np.float32(1.2))
        trod = np.float32(0.35) * _smooth(
            _0, np.float32(0.5), value_at(x * np.float32(2.3), z * np.float32(1.1), seed + 6)
        )
        amount = np.float32(0.80 if road else 1.12) - np.float32(1.25) * track - trod
        amount += np.float32(0.5) * slow
        fall = _smooth(np.float32(0.25), np.float32(0.75), amount)
        pool *= _1 - fall
    res[0], res[1], res[2], res[3] = albedo, min(max(paint, _0), _1), pool, fall


@njit(cache=True)
def _mirror(img, x, y, k, out):  # type: ignore[no-untyped-def]
    """Bilinear sample of mirrored street ``k`` at a pixel place into ``out`` [6]."""
    h, w = img.shape[1], img.shape[2]
    px = min(max(x - _H, _0), np.float32(w - 1))
    py = min(max(y - _H, _0), np.float32(h - 1))
    x0, y0 = int(px), int(py)
    x1, y1 = min(x0 + 1, w - 1), min(y0 + 1, h - 1)
    fx, fy = px - np.float32(x0), py - np.float32(y0)
    for c in range(6):
        top = img[k, y0, x0, c] * (_1 - fx) + img[k, y0, x1, c] * fx
        low = img[k, y1, x0, c] * (_1 - fx) + img[k, y1, x1, c] * fx
        out[c] = top * (_1 - fy) + low * fy


@njit(cache=True)
def _ripple(x, z, seed, num):  # type: ignore[no-untyped-def]
    """Rings that drops make on standing water: how far they bend the mirror, sideways and up."""
    if num[RAIN] <= _0:
        return _0, _0
    cell = np.float32(0.42)
    i, j = int(np.floor(x / cell)), int(np.floor(z / cell))
    bx, bz = _0, _0
    for di in range(-1, 2):
        for dj in range(-1, 2):
            if hash01(i + di, j + dj, seed + 21) > num[RAIN]:
                continue
            cx = (np.float32(i + di) + hash01(i + di, j + dj, seed + 22)) * cell
            cz = (np.float32(j + dj) + hash01(i + di, j + dj, seed + 23)) * cell
            age = hash01(i + di, j + dj, seed + 24)
            r = np.sqrt((x - cx) ** 2 + (z - cz) ** 2)
            ring = r - np.float32(0.03) - age * np.float32(0.26)
            wave = np.exp(-((ring * np.float32(26.0)) ** 2)) * np.sin(ring * np.float32(95.0))
            wave *= (_1 - age) / max(r, np.float32(0.03))
            bx += wave * (x - cx)
            bz += wave * (z - cz)
    return bx, bz


@njit(cache=True)
def pave(row0, seed, num, mirrors, ground_map, skylight, lowlight, fog, haze, out, light, depth):  # type: ignore[no-untyped-def]
    """Paint the ground from ``row0`` down.

    ``mirrors`` [3, h, w, 6]: the street upside down, sharp, smeared and long smeared; base light,
    then what shines. ``out`` and ``light`` [rows, w, 3] are set, ``depth`` [rows, w] too.
    """
    res, a = np.zeros(4, np.float32), np.zeros(6, np.float32)
    b, c6 = np.zeros(6, np.float32), np.zeros(6, np.float32)
    f, eye = num[FOCAL], num[EYE]
    bottom = np.float32(mirrors.shape[1])
    shrink = np.float32(SHRINK)
    for r in range(out.shape[0]):
        below = max(np.float32(r + row0) + _H - num[HORIZON], np.float32(0.35))
        d = f * eye / below
        fx, fz = d / f, d * d / (f * eye)
        ray = np.sqrt(d * d + eye * eye)
        steep = eye / ray
        shine = np.float32(0.07) + np.float32(0.93) * (_1 - steep) ** np.float32(3.4)
        near = min(np.float32(9.0) / d, _1)
        air = min(
            _1 - np.exp(-num[FOG_K] * np.float32(1.8) * max(d - num[FOG_FROM], _0)),
            np.float32(0.985),
        )
        for c in range(out.shape[1]):
            slope = (np.float32(c) + _H - num[CX]) / f
            x = num[CAM_X] + d * (num[SIN] + slope * num[COS])
            z = d * (num[COS] - slope * num[SIN])
            depth[r, c] = d
            _surface(x, z, fx, fz, seed, num, res)
            albedo, paint, pool, fall = res[0], res[1], res[2], res[3]
            fade = min(np.float32(26.0) / d, _1)
            bump = value_at(x * np.float32(6.0), z * np.float32(2.2), seed + 8) * near
            swell = value_at(x * np.float32(1.1), z * np.float32(0.5), seed + 9) * fade
            bx, bz = _0, _0
            if d < np.float32(16.0) and num[RAIN] > _0:
                bx, bz = _ripple(x, z, seed, num)
                weak = min(np.float32(4.5) / d, _1) ** 2 * np.float32(0.8)
                bx, bz = bx * weak, bz * weak
            sx = np.float32(c) + _H
            sy = bottom - below / shrink
            soft = f * np.float32(0.010) / shrink
            calm = pool * pool
            px = (
                sx / shrink
                + (bump * (_1 - calm) + swell * np.float32(0.5)) * soft
                + bx * f * np.float32(0.028)
            )
            py = (
                sy
                + (bump * (_1 - calm) * np.float32(1.6) + swell) * soft
                + bz * f * np.float32(0.04)
            )
            _mirror(mirrors, px, py, 0, a)
            _mirror(mirrors, px, py, 1, b)
            _mirror(mirrors, px, py, 2, c6)
            speck = value_at(x * np.float32(13.0), z * np.float32(4.5), seed + 12) * max(
                _1 - fz * 3, _0
            )
            coarse = value_at(x * np.float32(2.6), z * np.float32(0.9), seed + 13) * fade
            rough = (_1 + np.float32(0.65) * speck + np.float32(0.45) * coarse) * num[WET]
            rough = max(rough, np.float32(0.12))
            keep = _1 - fall * np.float32(0.94)
            mu = min(
                max(x / np.float32(GROUND_STEP) + np.float32(ground_map.shape[1] // 2), _0),
                np.float32(ground_map.shape[1] - 1.001),
            )
            mv = min(max(z / np.float32(GROUND_STEP), _0), np.float32(ground_map.shape[0] - 1.001))
            i, j = int(mu), int(mv)
            fu, fv = mu - np.float32(i), mv - np.float32(j)
            for k in range(3):
                lit = (ground_map[j, i, k] * (_1 - fu) + ground_map[j, i + 1, k] * fu) * (
                    _1 - fv
                ) + (ground_map[j + 1, i, k] * (_1 - fu) + ground_map[j + 1, i + 1, k] * fu) * fv
                lit += skylight[k] * np.float32(0.85) + lowlight[k]
                body = albedo * (_1 - np.float32(0.35) * num[WET]) + paint * np.float32(0.30)
                body += (np.float32(0.68) - body) * fall
                fog_k = fog[k] + (haze[k] - fog[k]) * np.float32(0.9)
                smear0 = np.float32(0.30) * b[k] + np.float32(0.70) * c6[k]
                smear1 = np.float32(0.34) * b[3 + k] + np.float32(1.9) * c6[3 + k]
                m0 = (smear0 * rough * np.float32(0.72) * (_1 - pool) + a[k] * pool) * shine * keep
                m1 = (
                    (smear1 * rough * np.float32(0.95) * (_1 - pool) + a[3 + k] * pool)
                    * shine
                    * keep
                )
                base = body * lit * (_1 - shine * num[WET] * np.float32(0.6) * keep) + m0
                out[r, c, k] = base * (_1 - air) + fog_k * air
                light[r, c, k] = m1 * (_1 - np.float32(0.75) * air)


def _numbers(spec: SceneSpec, town: Town, lights: Lights) -> F32:
    view = town.view
    num = np.zeros(19, np.float32)
    rain = {"rain": 0.42, "storm": 0.6, "mist": 0.03}.get(spec.weather, 0.0)
    values = {
        EYE: view.eye,
        FOCAL: view.focal,
        CX: view.centre,
        HORIZON: view.horizon,
        CAM_X: view.x,
        SIN: np.sin(view.yaw),
        COS: np.cos(view.yaw),
        HALF: town.half,
        KERB: town.kerb,
        KIND: 3.0 if town.kind == ALLEY else 0.0,
        WET: _WET.get(spec.weather, 0.7),
        POOLS: _POOLS.get(spec.weather, 0.4),
        SNOW: 1.0 if spec.weather == "snow" else 0.0,
        GAP0: 9.3 if town.kind == CROSSING else town.gap[0],
        GAP1: town.gap[1] if town.gap[1] > 0 else -1.0,
        RAIN: rain,
        FOG_K: lights.fog,
        FOG_FROM: lights.fog_from,
        ZEBRA: 8.0 if town.kind == CROSSING else 0.0,
    }
    for place, value in values.items():
        num[place] = value
    return num


def smears(high: int, base: F32, light: F32) -> F32:
    """The mirrored street [3, h, w, 6]: as it is, smeared down the picture, and smeared long."""
    size, (h, w) = high / SHRINK, light.shape[:2]
    stack = np.empty((3, h, w, 6), np.float32)
    for half, picture in enumerate((np.ascontiguousarray(base[..., :3]), light)):
        part = slice(3 * half, 3 * half + 3)
        stack[0, ..., part] = cv2.GaussianBlur(picture, (0, 0), 0.7)
        for k, (wide, long, fold) in enumerate(((0.0016, 0.022, 2), (0.0040, 0.125, 8))):
            # so long a blur is as good on rows folded together
            small = cv2.resize(picture, (w, max(4, h // fold)), interpolation=cv2.INTER_AREA)
            down = max(0.8, long * size * len(small) / h)
            soft = cv2.GaussianBlur(small, (0, 0), max(0.5, wide * size), None, down,
                                    cv2.BORDER_REPLICATE)  # fmt: skip
            stack[k + 1, ..., part] = cv2.resize(soft, (w, h), interpolation=cv2.INTER_LINEAR)
    return stack


def lay_ground(
    spec: SceneSpec, town: Town, lights: Lights, mirrors: F32
) -> tuple[int, F32, F32, F32]:
    """The first row of the ground, and from there its base light, what shines in it [rows, w, 3]
    and how far ahead it is [rows, w].
    """
    w, h = spec.canvas
    row0 = int(np.floor(town.view.horizon))
    out, light = np.zeros((h - row0, w, 3), np.float32), np.zeros((h - row0, w, 3), np.float32)
    depth = np.zeros((h - row0, w), np.float32)
    col = lights.table
    pave(row0, spec.seed & 0xFFFF, _numbers(spec, town, lights), mirrors, lights.ground, col[1],
         col[2], col[0], col[9], out, light, depth)  # fmt: skip
    return row0, out, light, depth
