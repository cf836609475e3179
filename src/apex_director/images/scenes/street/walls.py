"""Facades at street level, shaded at one point: shops with rooms behind their glass, signs over
them, floors of windows, cornices; each filtered to the size of the pixel that sees it.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from apex_director.images.scenes.city.facade import pulse
from apex_director.images.scenes.noise import hash01, value_at

# columns of the table of walls
(
    X0, Z0, X1, Z1, TOP, U0, KIND, BID, FLOOR, BAY, WIN_W, WIN_H, RED, GREEN, BLUE, LIT, UNIT, MAP,
    BASE, LENGTH, BRICK, TURN,
) = range(22)  # fmt: skip
COLUMNS = 22
FRONT, GABLE, DISTANT = 0, 1, 2  # kinds
# the table of numbers
(
    EYE, FOCAL, CX, HORIZON, CAM_X, SIN, COS, FOG_K, FOG_FROM, GLASS, SHOPS, SNOW, NEAR, FAR, GLOW,
) = range(15)  # fmt: skip
# rows of the table of colours
FOG, SKYLIGHT, LOWLIGHT, WARM, COOL, ACCENT, ACCENT2, MIRROR, STREETLAMP, HAZE = range(10)

TILE = 6.0  # metres of a shop that one tile shows
SHUT = 0.10  # share of shops that are closed
MAP_STEP = 0.5  # metres per cell of the maps of light on walls
_0, _1, _H = np.float32(0.0), np.float32(1.0), np.float32(0.5)


@njit(cache=True)
def band(y, low, high, f):  # type: ignore[no-untyped-def]
    """Coverage of low < y < high through a pixel of size ``f``."""
    return min(max((y - low) / f + _H, _0), _1) * min(max((high - y) / f + _H, _0), _1)


@njit(cache=True)
def _texel(tiles, n, x, y, res):  # type: ignore[no-untyped-def]
    """Bilinear sample of tile ``n`` at 0..1 (y up) into ``res`` [4], linear light."""
    h, w = tiles.shape[1], tiles.shape[2]
    px = min(max(x, _0), _1) * np.float32(w) - _H
    py = (_1 - min(max(y, _0), _1)) * np.float32(h) - _H
    x0, y0 = int(np.floor(px)), int(np.floor(py))
    fx, fy = np.float32(px - x0), np.float32(py - y0)
    xa, xb = max(x0, 0), min(x0 + 1, w - 1)
    ya, yb = max(y0, 0), min(y0 + 1, h - 1)
    for c in range(4):
        v = (np.float32(tiles[n, ya, xa, c]) * (_1 - fx) + np.float32(tiles[n, ya, xb, c]) * fx) * (
            _1 - fy
        ) + (
            np.float32(tiles[n, yb, xa, c]) * (_1 - fx) + np.float32(tiles[n, yb, xb, c]) * fx
        ) * fy
        v *= np.float32(1 / 255)
        res[c] = v * v * (np.float32(2.0) if c < 3 else _1)


@njit(cache=True)
def sample(near, mid, far, n, x, y, fw, res):  # type: ignore[no-untyped-def]
    """As `_texel` from the level that suits ``fw``, the share of a tile that one pixel sees."""
    if fw < np.float32(0.006):
        _texel(near, n, x, y, res)
    elif fw < np.float32(0.03):
        _texel(mid, n, x, y, res)
    else:
        _texel(far, n, x, y, res)


@njit(cache=True)
def _room(u, y, gu, gy, wide, fu, i, bid, near, mid, far, tex, res):  # type: ignore[no-untyped-def]
    """Light of a shop behind its glass at (u, y) of a unit ``wide`` metres: walls, ceiling, floor
    and back wall where the line of sight meets them, goods in the window before that; into ``res``.
    """
    deep, ceiling = np.float32(4.2), np.float32(3.15)
    span = max(wide, np.float32(TILE))
    q, face = deep, 0
    if gu > np.float32(1e-4):
        side = (wide - u) / gu
    elif gu < np.float32(-1e-4):
        side = -u / gu
    else:
        side = np.float32(1e6)
    if side < q:
        q, face = side, 1
    if gy > np.float32(1e-4):
        up = (ceiling - y) / gy
        if up < q:
            q, face = up, 2
    elif gy < np.float32(-1e-4):
        down = (np.float32(0.1) - y) / gy
        if down < q:
            q, face = down, 3
    hx, hy = u + gu * q, y + gy * q
    dim = _1 - np.float32(0.35) * q / deep
    taste = hash01(i, bid, 31)
    if face == 0:
        back = int(hash01(i, bid, 32) * np.float32(5.999))
        sample(near, mid, far, back, hx / span, hy / ceiling, fu / span, tex)
        for c in range(3):
            res[c] = tex[c] * np.float32(0.95)
    elif face == 1:
        side_tile = int(hash01(i, bid, 40) * np.float32(5.999))
        sample(near, mid, far, side_tile, q / deep, hy / ceiling, fu / deep, tex)
        for c in range(3):
            res[c] = tex[c] * np.float32(0.62)
    elif face == 2:
        lx = hx / np.float32(1.25) - np.floor(hx / np.float32(1.25)) - _H
        lq = q / np.float32(1.3) - np.floor(q / np.float32(1.3)) - _H
        lamp = np.exp(-(lx * lx + lq * lq) * np.float32(70.0))
        mean = np.float32(0.045)
        spread = min(max(fu * np.float32(3.0), _0), _1)
        lamp = lamp + (mean - lamp) * spread
        for c in range(3):
            res[c] = np.float32(0.30) + np.float32(3.6) * lamp
    else:
        for c in range(3):
            res[c] = (np.float32(0.15) + np.float32(0.10) * q / deep) * (
                _1 - np.float32(0.2) * np.float32(c)
            )
    # lamps under the ceiling throw their light on the upper walls and the middle of the room
    pool = np.exp(-((hy - np.float32(2.15)) ** 2) * np.float32(0.9))
    pool = np.float32(0.38) + np.float32(0.85) * pool
    ahead = q / deep - np.float32(0.55)
    pool *= np.float32(0.62) + np.float32(0.48) * np.exp(-ahead * ahead * np.float32(5.0))
    if face >= 2:
        pool = dim
    for c in range(3):
        res[c] *= pool
    shown = np.float32(0.45)
    if q > shown and taste > np.float32(0.12):
        sx, sy = (u + gu * shown) / span, (y + gy * shown - np.float32(0.45)) / np.float32(3.0)
        if sy > _0 and sx > _0 and sx * span < wide:
            tile = 6 + int(hash01(i, bid, 33) * np.float32(3.999))
            sample(near, mid, far, tile, sx, sy, fu / span, tex)
            for c in range(3):
                res[c] = res[c] * (_1 - tex[3]) + tex[c] * np.float32(0.8)


@njit(cache=True)
def _tint(pick, col, c):  # type: ignore[no-untyped-def]
    if pick < np.float32(0.62):
        return col[WARM, c]
    if pick < np.float32(0.84):
        return col[COOL, c]
    lead = col[ACCENT, c] if pick < np.float32(0.93) else col[ACCENT2, c]
    return lead * _H + np.float32(0.3)


@njit(cache=True)
def _shop(w, u, y, gu, gy, fu, fy, mirror, num, col, near, mid, far, tex, room, res):  # type: ignore[no-untyped-def]
    """The ground floor at (u, y) metres of its wall; base light 0..2 and shining light 3..5 of
    ``res`` are changed in place.
    """
    bid = int(w[BID])
    i = int(np.floor(u / w[UNIT]))
    x = u - np.float32(i) * w[UNIT]
    wide = w[UNIT]
    kind = hash01(i, bid, 30)
    post = np.float32(0.28)
    sash = band(x, post, wide - post, fu)
    frame = max(fu, np.float32(0.004))
    tall = max(fy, np.float32(0.004))
    glass = sash * band(y, np.float32(0.48), np.float32(2.74), fy)
    door_at = post if hash01(i, bid, 34) < _H else wide - post - np.float32(1.05)
    door = band(x, door_at, door_at + np.float32(1.05), fu)
    low_glass = door * band(y, np.float32(0.10), np.float32(0.55), fy)
    glass = max(glass, low_glass)
    # bars between panes, the frame of the door, the transom
    pane = np.float32(1.32)
    bars = pulse(x / pane + _H, np.float32(0.045), max(frame / pane, np.float32(0.01))) * (
        _1 - door
    )
    edge = (
        abs(x - door_at) if x - door_at < np.float32(0.5) else abs(x - door_at - np.float32(1.05))
    )
    bars = max(bars, min(max((np.float32(0.045) - edge) / frame + _H, _0), _1))
    bars = max(bars, band(y, np.float32(2.18), np.float32(2.24), tall))
    bars = max(bars, band(y, np.float32(0.48), np.float32(0.53), tall) * (_1 - door))
    open_ = glass * (_1 - bars)
    dark = np.float32(0.42)
    for c in range(3):  # painted joinery
        res[c] += (res[c] * dark - res[c]) * sash * band(y, np.float32(0.0), np.float32(2.86), fy)
    if kind < np.float32(SHUT):
        slats = pulse(y / np.float32(0.09), _H, max(fy / np.float32(0.09), np.float32(0.05)))
        for c in range(3):
            res[c] *= _1 + (np.float32(0.75) + np.float32(0.5) * slats) * glass
    else:
        _room(x, y, gu, gy, wide, fu, i, bid, near, mid, far, tex, room)
        power = num[SHOPS] * (np.float32(0.45) + np.float32(0.75) * hash01(i, bid, 35))
        hue = hash01(i, bid, 36)
        for c in range(3):
            lamp = _tint(hue, col, c)
            res[c] += (lamp * room[c] * np.float32(0.10) + mirror * col[MIRROR, c] - res[c]) * open_
            res[3 + c] += lamp * room[c] * power * open_
    # the board over the window
    board = sash * band(y, np.float32(2.92), np.float32(3.58), fy)
    look = hash01(i, bid, 37)
    for c in range(3):
        paint = np.float32(0.5) if look < _H else np.float32(1.15)
        res[c] += (res[c] * paint - res[c]) * board
    if kind >= np.float32(SHUT) and look > np.float32(0.30):
        tile = 10 + int(hash01(i, bid, 38) * np.float32(5.999))
        sample(
            near,
            mid,
            far,
            tile,
            x / wide,
            (y - np.float32(2.92)) / np.float32(0.66),
            fu / wide,
            tex,
        )
        neon = hash01(i, bid, 39)
        boxed = neon > np.float32(0.72)  # a box of light with dark marks, else shining marks
        shape = board * ((_1 - np.float32(0.9) * tex[3]) * np.float32(0.36) if boxed else tex[3])
        for c in range(3):
            lead = col[ACCENT, c] if neon < np.float32(0.38) else col[ACCENT2, c]
            if neon > np.float32(0.6):
                lead = col[WARM, c]
            halo = board * np.float32(0.05)
            res[3 + c] += lead * (shape * np.float32(1.9) + halo) * num[GLOW]
    drop = band(y, np.float32(3.58), np.float32(3.72), fy)
    under = band(y, np.float32(2.80), np.float32(2.92), fy)
    for c in range(3):
        res[c] *= (_1 + np.float32(0.8) * drop) * (_1 - np.float32(0.55) * under)
        res[c] += drop * num[SNOW] * col[SKYLIGHT, c] * np.float32(0.5)


@njit(cache=True)
def _window(w, i, j, x, y, gy, fu, fy, mirror, num, col, res, cover):  # type: ignore[no-untyped-def]
    """One window of the upper floors at (x, y) 0..1 of its opening, ``cover`` of it seen."""
    bid = int(w[BID])
    p = hash01(i + 7919 * bid, j, 11)
    whole = hash01(bid, j, 12)
    chance = w[LIT] * (np.float32(2.6) if whole < np.float32(0.16) else np.float32(0.75))
    far = min(max((fu - np.float32(0.5)) / np.float32(1.5), _0), _1)
    power = _0
    hue = hash01(i + bid * 31, j * 17, 14)
    if p < chance:
        q = hash01(i * 3 + bid, j * 5 + 1, 13)
        power = np.float32(0.16) + np.float32(0.62) * q * q
        drape = hash01(i + bid, j, 51)
        up = np.float32(0.55) + np.float32(0.65) * min(max(y - gy * np.float32(0.12), _0), _1)
        side = abs(x - _H) * np.float32(2.0)
        if drape < np.float32(0.45):
            fold = np.float32(0.72) + np.float32(0.16) * np.sin(x * np.float32(46.0))
            up *= _1 + (fold - _1) * min(max((side - np.float32(0.35)) * np.float32(9.0), _0), _1)
        elif drape < np.float32(0.7):
            up *= np.float32(0.62) if y > _1 - drape else _1
        thing = np.float32(0.08) + np.float32(0.25) * hash01(int(x * 5) + i * 7, j + bid, 52)
        if y < thing and fu < np.float32(0.4):
            up *= np.float32(0.35)
        power *= up
    power += (min(chance, _1) * np.float32(0.30) - power) * far
    bars = max(
        band(x, np.float32(0.47), np.float32(0.53), max(fu * np.float32(0.6), np.float32(0.02))),
        band(y, np.float32(0.60), np.float32(0.65), max(fy * np.float32(0.6), np.float32(0.02))),
    ) * (_1 - far)
    tilt = np.float32(0.55) + np.float32(0.9) * hash01(i + bid, j * 3, 53)
    shut = np.float32(0.28) if hash01(bid + i * 5, j, 54) < np.float32(0.12) else _1
    for c in range(3):
        pane = mirror * tilt * col[MIRROR, c] * (np.float32(0.6) + np.float32(0.4) * y)
        pane = pane * (_1 - bars) + res[c] * np.float32(0.55) * bars
        lamp = _tint(hue * np.float32(0.9), col, c) * power * (_1 - bars) * shut
        res[c] += (pane + lamp * np.float32(0.35) - res[c]) * cover
        res[3 + c] += lamp * cover * np.float32(0.8) * num[SHOPS]


@njit(cache=True)
def wall(w, u, y, gu, gy, fu, fy, grazing, num, col, maps, near, mid, far, tex, room, res):  # type: ignore[no-untyped-def]
    """Light of a wall point into ``res`` [6]: what it gives back, and what shines, rgb each.

    ``u``, ``y`` metres along and up; ``gu``, ``gy`` how far the sight moves sideways and up per
    metre into the wall; ``fu``, ``fy`` metres a pixel covers; ``grazing`` cosine to the normal.
    """
    res[:] = _0
    along = u - w[U0]
    y = max(y, _0)
    stain = value_at(u * np.float32(0.35), y * np.float32(0.12), int(w[BID]))
    streak = value_at(u * np.float32(3.1), y * np.float32(0.10), int(w[BID]) + 7)
    tone = _1 + np.float32(0.14) * stain + np.float32(0.10) * streak
    if w[BRICK] > _H and fy < np.float32(0.12):
        row = np.floor(y / np.float32(0.085))
        joint = pulse(
            y / np.float32(0.085), np.float32(0.16), max(fy / np.float32(0.085), np.float32(0.1))
        )
        shift = u / np.float32(0.25) + _H * (row - np.floor(row * _H) * 2)
        joint = max(
            joint, pulse(shift, np.float32(0.06), max(fu / np.float32(0.25), np.float32(0.05)))
        )
        own = hash01(int(np.floor(shift)), int(row), 61) - _H
        fade = max(_1 - fy * np.float32(9.0), _0)
        tone *= _1 + (np.float32(0.35) * own - np.float32(0.30) * joint) * fade
    open_sky = np.float32(0.45) + np.float32(0.55) * min(y / max(w[TOP], np.float32(6.0)), _1)
    m = int(w[MAP])
    for c in range(3):
        light = col[SKYLIGHT, c] * open_sky + col[LOWLIGHT, c] * np.exp(-y * np.float32(0.16))
        if m < 0:  # no map: the light of shops and lamps at the height where it falls
            light += col[LOWLIGHT, c] * np.float32(2.6) * np.exp(-y * np.float32(0.13))
        if m >= 0:
            mu = max((u + np.float32(12.0)) / np.float32(MAP_STEP), _0)
            mv = y / np.float32(MAP_STEP)
            a, b = min(int(mu), maps.shape[2] - 2), min(int(mv), maps.shape[1] - 2)
            fa, fb = min(np.float32(mu - a), _1), min(np.float32(mv - b), _1)
            light += (maps[m, b, a, c] * (_1 - fa) + maps[m, b, a + 1, c] * fa) * (_1 - fb) + (
                maps[m, b + 1, a, c] * (_1 - fa) + maps[m, b + 1, a + 1, c] * fa
            ) * fb
        res[c] = w[RED + c] * tone * light
    slope = _1 - min(grazing, _1)
    mirror = num[GLASS] * (np.float32(0.16) + np.float32(0.84) * slope * slope * slope)
    if w[UNIT] > _0 and y < w[BASE]:
        _shop(w, along, y, gu, gy, fu, fy, mirror, num, col, near, mid, far, tex, room, res)
        return
    cap = w[TOP] - y
    up = (y - w[BASE]) / w[FLOOR]
    ledge = band(up - np.floor(up), np.float32(0.93), np.float32(1.0), fy / w[FLOOR])
    shade = band(up - np.floor(up), np.float32(0.86), np.float32(0.93), fy / w[FLOOR])
    fade = max(_1 - fy / w[FLOOR] * np.float32(4.0), _0)
    for c in range(3):
        res[c] *= _1 + (np.float32(0.45) * ledge - np.float32(0.38) * shade) * fade
    if int(w[KIND]) == 1 and hash01(int(w[BID]), 3, 62) < np.float32(0.6):
        pass  # a blind gable
    elif cap > np.float32(1.0) and up > _0:
        bay = along / w[BAY]
        i, j = int(np.floor(bay)), int(np.floor(up))
        fx, fh = fu / w[BAY], fy / w[FLOOR]
        cover = pulse(bay, w[WIN_W], max(fx, np.float32(0.02))) * pulse(
            up + np.float32(0.04), w[WIN_H], max(fh, np.float32(0.02))
        )
        trim = pulse(
            bay, min(w[WIN_W] + np.float32(0.10), np.float32(0.97)), max(fx, np.float32(0.02))
        ) * pulse(
            up + np.float32(0.04),
            min(w[WIN_H] + np.float32(0.10), np.float32(0.95)),
            max(fh, np.float32(0.02)),
        )
        for c in range(3):
            res[c] *= _1 + np.float32(0.32) * max(trim - cover, _0)
        x = (bay - np.float32(i) - (_1 - w[WIN_W]) * _H) / w[WIN_W]
        v = (up + np.float32(0.04) - np.floor(up + np.float32(0.04)) - (_1 - w[WIN_H]) * _H) / w[
            WIN_H
        ]
        j = int(np.floor(up + np.float32(0.04)))
        _window(w, i, j, min(max(x, _0), _1), min(max(v, _0), _1), gy,
                fx / w[WIN_W], fh / w[WIN_H], mirror, num, col, res, cover)  # fmt: skip
    crown = band(cap, np.float32(-1.0), np.float32(0.35), fy)
    under = band(cap, np.float32(0.35), np.float32(0.85), fy)
    for c in range(3):
        res[c] *= (_1 + np.float32(0.7) * crown) * (_1 - np.float32(0.5) * under)
        res[c] += (
            num[SNOW]
            * col[SKYLIGHT, c]
            * np.float32(0.6)
            * band(cap, np.float32(-1.0), np.float32(0.16), fy)
        )
