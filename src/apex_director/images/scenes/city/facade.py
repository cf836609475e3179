"""What a city is painted with: facades and their windows, neon, roofs, streets and traffic, each
filtered to the size of the pixel that sees it, so that the distance does not shimmer.

World units: one block is 1 wide; a floor is ``FLOOR`` high. x right, y up, z into the picture.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from apex_director.images.scenes.noise import hash01

FLOOR = 0.05
WINDOW = 0.058

# rows of the numbers table handed to the caster
(
    EYE, SCALE, CX, HORIZON, NEAR, FAR, STREET, AVENUE, BASE_H, SPREAD_H, DOWN_X, DOWN_Z, DOWN_H,
    DOWN_R, LIT, FOG_K, HAZE, NEON, TRAFFIC, SUN_SIDE, FADE, CANYON, SHARE, BACK, FRONT, GRAIN,
    OPEN,
) = range(27)  # fmt: skip
# rows of the colour table
FOG, WALL, AMBIENT, SUN, WARM, COOL, ACCENT, ACCENT2, STREETLIGHT, GROUND, TAIL = range(11)

_0, _1, _H = np.float32(0.0), np.float32(1.0), np.float32(0.5)


@njit(cache=True)
def pulse(x, width, fw):  # type: ignore[no-untyped-def]
    """Box-filtered pulse train: the share of [x - fw/2, x + fw/2] inside the windows."""
    gap = (_1 - width) * _H
    a = x - fw * _H
    b = x + fw * _H
    fa = np.floor(a)
    fb = np.floor(b)
    ia = fa * width + min(max(a - fa - gap, _0), width)
    ib = fb * width + min(max(b - fb - gap, _0), width)
    return (ib - ia) / fw


@njit(cache=True)
def _window_light(i, j, bid, seed, lit, kind):  # type: ignore[no-untyped-def]
    """Brightness and tint number of one window."""
    p = hash01(i + 7919 * bid, j, seed + 11)
    whole = hash01(bid, j, seed + 12)
    chance = lit
    if whole < lit * np.float32(0.30):
        chance = np.float32(0.92)
    elif kind == 1:
        chance = lit * np.float32(0.8)
    if p > chance:
        return _0, _0
    q = hash01(i * 3 + bid, j * 5 + 1, seed + 13)
    return np.float32(0.24) + np.float32(0.85) * q * q, hash01(i + bid * 31, j * 17, seed + 14)


@njit(cache=True)
def _pane(x, y, wide, high, bid, i, j, seed):  # type: ignore[no-untyped-def]
    """What a window shows from near: mullions, a blind half down, dark things on the sill."""
    u = (x - (_1 - wide) * _H) / wide
    v = (y - (_1 - high) * _H) / high
    bars = 1 + int(wide / np.float32(0.34))
    d = abs(u * np.float32(bars) - np.floor(u * np.float32(bars) + _H))
    light = np.float32(0.25) + np.float32(0.75) * min(
        max((d - np.float32(0.03)) * np.float32(30.0), _0), _1
    )
    blind = hash01(bid + i, j + 3, seed + 51)
    if v > _1 - blind * np.float32(0.7):
        slat = np.float32(0.62) + np.float32(0.12) * np.sin(v * np.float32(90.0))
        light *= slat
    things = np.float32(0.10) + np.float32(0.22) * hash01(
        int(np.floor(u * 6)) + i * 7, j + bid, seed + 52
    )
    if v < things:
        light *= np.float32(0.42)
    return light * (np.float32(0.8) + np.float32(0.35) * np.sin(u * np.float32(3.1416)))


@njit(cache=True)
def _band(y, low, high, fh):  # type: ignore[no-untyped-def]
    """Coverage of low < y < high seen through a pixel of height ``fh``."""
    a = min(max((y - low) / fh + _H, _0), _1)
    b = min(max((high - y) / fh + _H, _0), _1)
    return a * b


@njit(cache=True)
def _shop(along, y, fw, fh, bid, seed, num, col, res):  # type: ignore[no-untyped-def]
    """A shop on the ground floor: a lit window with goods and posts, a sign over it; in place."""
    bay = along / np.float32(0.16)
    i = int(np.floor(bay))
    taste = hash01(i, bid, seed + 27)
    wide = np.float32(0.02)
    open_ = pulse(bay, np.float32(0.86), max(fw / np.float32(0.16), wide))
    glass = open_ * _band(y, np.float32(0.005), np.float32(0.034), fh)
    post = pulse(bay * 4 + _H, np.float32(0.06), max(fw / np.float32(0.04), wide))
    goods = np.float32(0.008) + np.float32(0.012) * hash01(int(np.floor(bay * 9)), bid, seed + 28)
    shade = np.float32(0.45) + np.float32(0.75) * min(y / np.float32(0.034), _1)
    shade *= _1 - np.float32(0.55) * _band(y, _0, goods, fh)
    power = (np.float32(0.25) + np.float32(0.75) * taste) * shade * (_1 - np.float32(0.7) * post)
    sign = open_ * _band(y, np.float32(0.038), np.float32(0.047), fh)
    for c in range(3):
        lamp = col[WARM, c] if taste < np.float32(0.6) else col[COOL, c]
        if taste < np.float32(0.78):
            res[c] += (lamp * power * (np.float32(0.15) + num[LIT] * 2) - res[c]) * glass
        else:
            res[c] *= _1 - np.float32(0.6) * glass
        if taste < np.float32(0.5):
            tube = col[ACCENT, c] if taste < np.float32(0.25) else col[ACCENT2, c]
            res[6 + c] += sign * tube * np.float32(2.0) * num[NEON]


@njit(cache=True)
def _material(stuff, c):  # type: ignore[no-untyped-def]
    """Tint of a facade in a channel: brick, sandstone, concrete or metal and glass."""
    if stuff < np.float32(0.22):
        return np.float32(1.30 - 0.34 * c)
    if stuff < np.float32(0.48):
        return np.float32(1.22 - 0.20 * c)
    if stuff < np.float32(0.74):
        return _1
    return np.float32(0.72 + 0.13 * c)


@njit(cache=True)
def wall(along, span, y, top, low, fw, fh, facing, bid, seed, num, col, res):  # type: ignore[no-untyped-def]
    """Light of a facade point into ``res`` [9]: base, windows that react, neon, rgb each."""
    res[:] = _0
    r0 = hash01(bid, 3, seed + 21)
    r1 = hash01(bid, 5, seed + 22)
    r2 = hash01(bid, 7, seed + 23)
    kind = int(r0 * 4)
    tone = np.float32(0.55) + np.float32(0.9) * r1
    light = max(num[SUN_SIDE] * facing, _0) if facing != _0 else num[FRONT]

    shade = np.float32(0.62) + np.float32(0.38) * min(y / np.float32(1.2), _1)
    stuff = hash01(bid, 11, seed + 27)
    for c in range(3):
        skin = _material(stuff, c)
        res[c] = col[WALL, c] * tone * skin * (col[AMBIENT, c] * shade + col[SUN, c] * light)
        res[c] += col[STREETLIGHT, c] * np.exp(-y / np.float32(0.10)) * np.float32(0.10)
        if num[CANYON] > _H:
            ledge = pulse(
                y / np.float32(FLOOR * 0.8) + _H,
                np.float32(0.14),
                max(fh / np.float32(FLOOR), np.float32(0.02)),
            )
            res[c] *= _1 + np.float32(0.5) * ledge
    cap = top - y
    plain = top - low < np.float32(0.10)
    above_shops = num[CANYON] < _H or y > np.float32(0.052)
    if not plain and above_shops and cap > np.float32(0.018):
        pitch = np.float32(WINDOW) * num[GRAIN] * (np.float32(0.8) + np.float32(0.5) * r2)
        storey = np.float32(FLOOR) * num[GRAIN]
        gx = along / pitch
        gy = y / storey
        wide = np.float32(0.58) + np.float32(0.2) * r2
        high = np.float32(0.56)
        if kind == 1:
            wide = np.float32(0.94)
            high = np.float32(0.46)
        elif kind == 2:
            wide = np.float32(0.80)
            high = np.float32(0.86)
        fx = fw / pitch
        fy = fh / storey
        cover = pulse(gx, wide, max(fx, np.float32(0.02))) * pulse(
            gy, high, max(fy, np.float32(0.02))
        )
        lit = num[LIT] * (np.float32(0.45) + np.float32(1.1) * hash01(bid, 9, seed + 24))
        i = int(np.floor(gx))
        j = int(np.floor(gy))
        power, tint = _window_light(i, j, bid, seed, lit, kind)
        far = min(max((max(fx, fy) - np.float32(0.35)) / np.float32(0.9), _0), _1)
        mean = lit * np.float32(0.62)
        mix_power = power + (mean - power) * far
        inside = gy - np.float32(j)
        mix_power *= np.float32(0.66) + np.float32(0.56) * inside  # lamps hang from ceilings
        close = min(max(_1 - max(fx, fy) * np.float32(9.0), _0), _1)
        if close > _0:
            mix_power *= _1 - close * (
                _1 - _pane(gx - np.float32(i), inside, wide, high, bid, i, j, seed)
            )
        building_tint = r1 * np.float32(0.6) + tint * np.float32(0.4)
        if far > _H:
            building_tint = r1 * np.float32(0.6) + np.float32(0.2)
        reacts = hash01(i + bid, j // 3, seed + 15) < num[SHARE] if far < _H else r2 < num[SHARE]
        glass = np.float32(0.35) + np.float32(0.65) * y / max(top, np.float32(0.2))
        # panes hang a little askew, and some have their blinds down: each mirrors another sky
        vary = (
            np.float32(0.9) if num[CANYON] < _H else np.float32(0.28)
        )  # near, it would be patches
        askew = _1 + vary * (hash01(i + 7 * bid, j, seed + 33) - _H)
        askew += (np.float32(1.0) - askew) * far
        for c in range(3):
            pane = col[FOG, c] * np.float32(0.16) * glass + col[SUN, c] * light * np.float32(0.10)
            pane = (pane + col[AMBIENT, c] * np.float32(0.10) * glass) * askew
            res[c] += (pane - res[c] * np.float32(0.86)) * cover * np.float32(0.85)
            lamp = col[WARM, c]
            if building_tint > np.float32(0.72):
                lamp = col[ACCENT2, c]
            elif building_tint > np.float32(0.48):
                lamp = col[COOL, c]
            lamp = lamp * mix_power * cover
            res[c] += lamp * (np.float32(0.42) if reacts else _1)
            if reacts:
                res[3 + c] = lamp
    # neon: a line round the crown, vertical tubes at the corners, a shining sign
    pick = hash01(bid, 13, seed + 25)
    if pick < num[NEON]:
        first = hash01(bid, 15, seed + 26) < _H
        glow = _0
        edge = min(along, span - along)
        if pick < num[NEON] * np.float32(0.5):
            d = abs(cap - np.float32(0.012))
            glow = min(max((np.float32(0.010) - d) / max(fh, np.float32(0.003)) + _H, _0), _1)
        elif pick < num[NEON] * np.float32(0.78):
            d = abs(edge - np.float32(0.012))
            glow = min(max((np.float32(0.008) - d) / max(fw, np.float32(0.003)) + _H, _0), _1)
            glow *= np.float32(0.8)
        elif top - low > np.float32(0.3):
            sx = span * (np.float32(0.2) + np.float32(0.35) * r2)
            half = min(span * np.float32(0.16), np.float32(0.10))
            mid = low + (top - low) * np.float32(0.68)
            tall = min((top - low) * np.float32(0.18), np.float32(0.16))
            a = min(max((half - abs(along - sx)) / max(fw, np.float32(0.002)), _0), _1)
            b = min(max((tall - abs(y - mid)) / max(fh, np.float32(0.002)), _0), _1)
            stripe = np.float32(0.55) + np.float32(0.45) * np.sin(
                (y - mid) / tall * np.float32(9.0) + r1 * 6
            )
            glow = a * b * stripe * np.float32(0.62)
        for c in range(3):
            tube = col[ACCENT, c] if first else col[ACCENT2, c]
            res[6 + c] += tube * glow * np.float32(1.7)
    if num[CANYON] > _H and y < np.float32(0.052):
        _shop(along, y, fw, fh, bid, seed, num, col, res)


@njit(cache=True)
def roof(x, z, bid, seed, fz, num, col, res):  # type: ignore[no-untyped-def]
    res[:] = _0
    r1 = hash01(bid, 33, seed + 31)
    panel = hash01(int(np.floor(x * 9)), int(np.floor(z * 9)), seed + 32)
    fine = min(max(_1 - fz * 9, _0), _1)
    tone = np.float32(0.8) + np.float32(0.5) * r1 + (panel - _H) * np.float32(0.22) * fine
    for c in range(3):
        res[c] = (
            col[WALL, c]
            * tone
            * (
                col[AMBIENT, c] * np.float32(0.95)
                + col[SUN, c] * abs(num[SUN_SIDE]) * np.float32(0.45)
            )
        )


@njit(cache=True)
def _cars(across, along, fz, seed, num, col, res, moving):  # type: ignore[no-untyped-def]
    """Head and tail lights in lanes; ``across`` from the street's middle, in street halves. Where
    they are ``moving``, only the far stream is painted, in which no single one is seen.
    """
    lane = np.floor(across * np.float32(2.5))
    mid = across * np.float32(2.5) - lane - _H
    body = np.exp(-mid * mid * np.float32(38.0))
    pitch = np.float32(0.11)
    cell = along / pitch
    i = int(np.floor(cell))
    there = _1 if hash01(i, int(lane), seed + 41) < num[TRAFFIC] else _0
    f = cell - np.float32(i) - np.float32(0.3) - np.float32(0.4) * hash01(i, int(lane), seed + 42)
    dot = _0 if moving else np.exp(-f * f * np.float32(46.0)) * there
    far = min(max(fz / pitch * np.float32(1.6), _0), _1)
    dot = dot + (num[TRAFFIC] * np.float32(0.32) - dot) * far
    power = body * dot * np.float32(1.5)
    for c in range(3):
        res[6 + c] += (col[WARM, c] if across < _0 else col[TAIL, c]) * power


@njit(cache=True)
def ground(x, z, fz, seed, num, col, res):  # type: ignore[no-untyped-def]
    res[:] = _0
    nx = x - np.floor(x + _H)
    nz = z - np.floor(z + _H)
    main = abs(x) < _H and num[AVENUE] > num[STREET]
    half = num[AVENUE] if main else num[STREET]
    on_street = abs(nx) < half
    lamp_pitch = np.float32(0.25)
    lf = z / lamp_pitch - np.floor(z / lamp_pitch) - _H
    pool = np.exp(-lf * lf * np.float32(14.0))
    pool += (np.float32(0.47) - pool) * min(fz / lamp_pitch * 2, _1)
    kerb = min(max(abs(nx) / half, _0), _1)
    light = (np.float32(0.20) + np.float32(0.5) * pool * kerb) * (_1 if main else np.float32(0.75))
    for c in range(3):
        res[c] = col[GROUND, c] * (
            col[AMBIENT, c] + col[SUN, c] * abs(num[SUN_SIDE]) * np.float32(0.3)
        ) + col[STREETLIGHT, c] * light * (
            np.float32(0.22) if num[CANYON] > _H else np.float32(0.5)
        )
    if on_street and num[CANYON] < _H:
        _cars(nx / half, z, fz, seed + int(np.floor(x + _H)) * 7, num, col, res, main)
    elif not on_street and abs(nz) < num[STREET] * np.float32(0.8):
        _cars(
            nz / (num[STREET] * np.float32(0.8)),
            x,
            fz,
            seed + int(np.floor(z + _H)) * 13,
            num,
            col,
            res,
            False,
        )
    if main and num[CANYON] > _H:
        mark = np.exp(-(nx * nx) * np.float32(60000.0))
        mark *= pulse(
            z / np.float32(0.1), np.float32(0.5), max(fz / np.float32(0.1), np.float32(0.02))
        )
        for c in range(3):
            res[c] += mark * np.float32(0.12) * (col[AMBIENT, c] + col[STREETLIGHT, c])
