"""Light in a room: what of the sun and the sky comes through its windows to a point, what a ray
sees; scalar kernels for others.

Metres, x right, y up, z away from the eye at (0, eye, 0). Tables are float64 and laid out by the
names below.
"""

from __future__ import annotations

import math
from typing import Any

from numba import njit

from apex_director.images.scenes.noise import fbm_at

# How kernels of a room are compiled. Only such freedom as changes no result: with more of it the
# copies of a function in two kernels round differently, and which of them is called depends on
# what was compiled before, so that a second run drew other pixels than the first.
EXACT: dict[str, Any] = {"cache": True, "error_model": "numpy", "fastmath": {"nnan", "ninf", "nsz"}}

# columns of the room
XL, XR, HIGH, DEEP, THICK, EYE, VX, VY, FOCAL = 0, 1, 2, 3, 4, 5, 6, 7, 8
FLOOR_KIND, WALL_KIND, DADO, SKIRT, CROWN, GLOSS, ACROSS, BOARD, SEED = (
    9,
    10,
    11,
    12,
    13,
    14,
    15,
    16,
    17,
)
RUG_X, RUG_Z, RUG_A, RUG_B, RUG_ROUND, BEAMS, RELIEF = 18, 19, 20, 21, 22, 23, 24
ROOM_SIZE = 25
# columns of a window; u runs along its wall, v up
SIDE, U0, U1, V0, V1, ARCH, COLS, ROWS, BAR, FRAME = 0, 1, 2, 3, 4, 5, 6, 7, 8, 9
BLIND, SLIT, LEFT, RIGHT, SHEER, POOL_X, POOL_Z, POOL, SHINE = 10, 11, 12, 13, 14, 15, 16, 17, 18
WINDOW_SIZE = 19
BACK_WALL, LEFT_WALL, RIGHT_WALL = 0.0, 1.0, 2.0
# columns of the sun
SX, SY, SZ, SIZE, DAPPLE, SUN_SEED, LAMP_X, LAMP_Y, LAMP_Z, LAMP_ON, LAMP_DOWN = range(11)
SUN_SIZE = 11


@njit(**EXACT)
def _open(x, a, b, count, bar):  # type: ignore[no-untyped-def]
    """How much of [a, x] is glass when [a, b] has ``count`` panes between bars."""
    x = min(max(x, a), b) - a
    cell = (b - a) / count
    k = min(math.floor(x / cell), count - 1.0)
    return k * (cell - bar) + min(max(x - k * cell - 0.5 * bar, 0.0), cell - bar)


@njit(**EXACT)
def panes(x, a, b, count, bar, blur):  # type: ignore[no-untyped-def]
    """Share of glass within ``blur`` metres about ``x``: an exact box filter."""
    half = 0.5 * max(blur, 1e-4)
    return (_open(x + half, a, b, count, bar) - _open(x - half, a, b, count, bar)) / (2.0 * half)


@njit(**EXACT)
def span(x, a, b, blur):  # type: ignore[no-untyped-def]
    """Soft 1 inside [a, b], ``blur`` metres wide at its ends."""
    half = 0.5 * max(blur, 1e-4)
    return (min(max(x + half, a), b) - min(max(x - half, a), b)) / (2.0 * half)


@njit(**EXACT)
def step01(a, b, x):  # type: ignore[no-untyped-def]
    """Hermite ramp from 0 at ``a`` to 1 at ``b``."""
    t = min(max((x - a) / (b - a), 0.0), 1.0)
    return t * t * (3.0 - 2.0 * t)


@njit(**EXACT)
def hole(u, v, win, grow, blur):  # type: ignore[no-untyped-def]
    """The window's opening, ``grow`` metres larger, soft by ``blur``."""
    a, b = win[U0] - grow, win[U1] + grow
    low, top = win[V0] - grow, win[V1] + grow
    inside = span(u, a, b, blur) * span(v, low, top, blur)
    if win[ARCH] > 0.5 and inside > 0.0:
        r = 0.5 * (b - a)
        spring = top - r
        if v > spring - blur:
            du, dv = u - 0.5 * (a + b), max(v - spring, 0.0)
            inside *= min(max((r - math.sqrt(du * du + dv * dv)) / max(blur, 1e-4) + 0.5, 0.0), 1.0)
    return inside


@njit(**EXACT)
def glass(u, v, win, blur):  # type: ignore[no-untyped-def]
    """Share of free glass about a point of the window's plane: frame, bars, blind."""
    f = win[FRAME]
    inside = hole(u, v, win, -f, blur)
    if inside <= 0.0:
        return 0.0
    a, b, low, top = win[U0] + f, win[U1] - f, win[V0] + f, win[V1] - f
    inside *= panes(u, a, b, win[COLS], win[BAR], blur)
    if win[ROWS] > 1.5:
        inside *= min(1.0, panes(v, low, top, win[ROWS], win[BAR], blur) + 1e-9)
    if win[BLIND] > 0.0:
        count = max(1.0, math.floor((top - low) / win[BLIND]))
        inside *= panes(v, low, top, count, (top - low) / count * (1.0 - win[SLIT]), blur)
    return inside


@njit(**EXACT)
def drawn(u, win, blur):  # type: ignore[no-untyped-def]
    """What curtains leave of the light at ``u``."""
    soft = 0.05 + blur
    free = span(u, win[U0] + win[LEFT], win[U1] - win[RIGHT], soft)
    return win[SHEER] + (1.0 - win[SHEER]) * free


@njit(**EXACT)
def _dapple(u, v, sun, blur):  # type: ignore[no-untyped-def]
    """Leaves before the window, far out of focus."""
    if sun[DAPPLE] <= 0.0:
        return 1.0
    n = fbm_at(u * 2.6, v * 2.6, int(sun[SUN_SEED]), 2)
    soft = 0.22 + 2.0 * blur
    return 1.0 - sun[DAPPLE] * step01(-soft, soft, n - 0.06)


@njit(**EXACT)
def sun_through(x, y, z, room, wins, sun):  # type: ignore[no-untyped-def]
    """Share of the sun that reaches a point through all windows, its penumbra growing with
    distance.
    """
    total = 0.0
    for k in range(wins.shape[0]):
        win = wins[k]
        if win[SIDE] == 0.0:
            s, gap = sun[SZ], room[DEEP] - z
        elif win[SIDE] == 1.0:
            s, gap = -sun[SX], x - room[XL]
        else:
            s, gap = sun[SX], room[XR] - x
        if s < 1e-3 or gap < -room[THICK]:
            continue
        t = (gap + room[THICK]) / s
        v = y + sun[SY] * t
        if v < win[V0] - 0.3 or v > win[V1] + 0.3:
            continue
        along = sun[SX] if win[SIDE] == 0.0 else sun[SZ]
        start = x if win[SIDE] == 0.0 else z
        u = start + along * t
        if u < win[U0] - 0.3 or u > win[U1] + 0.3:
            continue
        blur = max(sun[SIZE] * t, 0.004)
        lit = glass(u, v, win, blur)
        if lit <= 0.0:
            continue
        near = gap / s
        if near > 0.0:
            lit *= hole(
                start + along * near, y + sun[SY] * near, win, 0.0, max(sun[SIZE] * near, 0.004)
            )
            lit *= drawn(start + along * near, win, sun[SIZE] * near)
        total += lit * _dapple(u, v, sun, sun[SIZE] * t) * win[SHINE]
    return min(total, 1.0)


@njit(**EXACT)
def sky_light(x, y, z, nx, ny, nz, room, wins, wrap):  # type: ignore[no-untyped-def]
    """Light of the sky through the windows on a small surface, each window as four lamps."""
    total = 0.0
    for k in range(wins.shape[0]):
        win = wins[k]
        part = 0.25 * (win[U1] - win[U0]) * (win[V1] - win[V0]) * win[SHINE]
        part *= 1.0 - 0.6 * min(1.0, (win[LEFT] + win[RIGHT]) / (win[U1] - win[U0])) * (
            1.0 - win[SHEER]
        )
        for q in range(4):
            u = win[U0] + (0.25 + 0.5 * (q % 2)) * (win[U1] - win[U0])
            v = win[V0] + (0.25 + 0.5 * (q // 2)) * (win[V1] - win[V0])
            if win[SIDE] == 0.0:
                dx, dz = u - x, room[DEEP] + 0.12 - z
                facing = dz
            elif win[SIDE] == 1.0:
                dx, dz = room[XL] - 0.12 - x, u - z
                facing = -dx
            else:
                dx, dz = room[XR] + 0.12 - x, u - z
                facing = dx
            if facing <= 0.0:
                continue
            dy = v - y
            r2 = dx * dx + dy * dy + dz * dz
            r = math.sqrt(r2) + 1e-6
            turned = ((nx * dx + ny * dy + nz * dz) / r + wrap) / (1.0 + wrap)
            if turned > 0.0:
                total += part * turned * (facing / r) / (3.1416 * r2 + part)
    return total


@njit(**EXACT)
def _glance(x, y, z, nx, ny, nz, room, wins):  # type: ignore[no-untyped-def]
    """As `sky_light` with one lamp per window, for what is only seen in a reflection."""
    total = 0.0
    for k in range(wins.shape[0]):
        win = wins[k]
        part = (win[U1] - win[U0]) * (win[V1] - win[V0]) * win[SHINE]
        u, dy = 0.5 * (win[U0] + win[U1]), 0.5 * (win[V0] + win[V1]) - y
        if win[SIDE] == 0.0:
            dx, dz = u - x, room[DEEP] + 0.12 - z
            facing = dz
        elif win[SIDE] == 1.0:
            dx, dz = room[XL] - 0.12 - x, u - z
            facing = -dx
        else:
            dx, dz = room[XR] + 0.12 - x, u - z
            facing = dx
        r2 = dx * dx + dy * dy + dz * dz + 1e-6
        turned = nx * dx + ny * dy + nz * dz
        if facing > 0.0 and turned > 0.0:
            total += part * turned * facing / (r2 * (3.1416 * r2 + part))
    return total


@njit(**EXACT)
def pool_light(x, y, z, nx, ny, nz, wins):  # type: ignore[no-untyped-def]
    """Light thrown back by the sunlit pools on the floor."""
    total = 0.0
    for k in range(wins.shape[0]):
        win = wins[k]
        if win[POOL] <= 0.0:
            continue
        dx, dy, dz = win[POOL_X] - x, -0.05 - y, win[POOL_Z] - z
        r2 = dx * dx + dy * dy + dz * dz
        r = math.sqrt(r2) + 1e-6
        turned = ((nx * dx + ny * dy + nz * dz) / r + 0.35) / 1.35
        if turned > 0.0:
            total += win[POOL] * turned / (r2 + 1.2)
    return total


@njit(**EXACT)
def lamp_light(x, y, z, nx, ny, nz, sun):  # type: ignore[no-untyped-def]
    """Light of the room's own lamp: cones above and below its shade, a glow through it."""
    if sun[LAMP_ON] <= 0.0:
        return 0.0
    dx, dy, dz = sun[LAMP_X] - x, sun[LAMP_Y] - y, sun[LAMP_Z] - z
    r2 = dx * dx + dy * dy + dz * dz
    r = math.sqrt(r2) + 1e-6
    turned = ((nx * dx + ny * dy + nz * dz) / r + 0.12) / 1.12
    if turned <= 0.0:
        return 0.0
    lift = -dy / r  # 1 straight above the lamp, -1 below
    cone = 0.30 + sun[LAMP_DOWN] * step01(-0.50, -0.80, lift) + 0.9 * step01(0.62, 0.86, lift)
    return sun[LAMP_ON] * turned * cone / (r2 + 0.10)


@njit(**EXACT)
def _fold(d, near, short, wide, long):  # type: ignore[no-untyped-def]
    """What two walls that meet leave of the light at distance ``d`` from their corner."""
    if d > 6.0 * long:
        return 1.0
    out = 1.0 - wide * math.exp(-d / long)
    return out if d > 6.0 * short else out - near * math.exp(-d / short)


@njit(**EXACT)
def corner_shade(x, y, z, room, which):  # type: ignore[no-untyped-def]
    """Ambient occlusion of a point on plane ``which`` (0 back, 1/2 sides, 3 floor, 4 ceiling)."""
    out = 1.0
    if which != 0:
        out *= _fold(max(room[DEEP] - z, 0.0), 0.40, 0.32, 0.16, 1.3)
    if which != 1 and which != 2:
        for d in (x - room[XL], room[XR] - x):
            out *= _fold(max(d, 0.0), 0.38, 0.32, 0.16, 1.3)
    if which != 3:
        out *= _fold(max(y, 0.0), 0.38, 0.22, 0.10, 1.0)
    if which != 4:
        out *= _fold(max(room[HIGH] - y, 0.0), 0.40, 0.30, 0.18, 1.2)
    return out


@njit(**EXACT)
def ray_out(x, y, z, dx, dy, dz, room):  # type: ignore[no-untyped-def]
    """Where a ray inside the room meets it: distance, and plane (0 back, 1, 2 sides,
    3 floor, 4 ceiling, 5 none).
    """
    t, which = 60.0, 5
    if dz > 1e-5 and (room[DEEP] - z) / dz < t:
        t, which = (room[DEEP] - z) / dz, 0
    if dx < -1e-5 and (room[XL] - x) / dx < t:
        t, which = (room[XL] - x) / dx, 1
    if dx > 1e-5 and (room[XR] - x) / dx < t:
        t, which = (room[XR] - x) / dx, 2
    if dy < -1e-5 and -y / dy < t:
        t, which = -y / dy, 3
    if dy > 1e-5 and (room[HIGH] - y) / dy < t:
        t, which = (room[HIGH] - y) / dy, 4
    return max(t, 0.0), which


@njit(**EXACT)
def mirrored(x, y, z, dx, dy, dz, rough, room, wins):  # type: ignore[no-untyped-def]
    """What a glossy surface sees: (share of window, light on the wall or floor seen, its plane)."""
    t, which = ray_out(x, y, z, dx, dy, dz, room)
    px, py, pz = x + dx * t, y + dy * t, z + dz * t
    seen = 0.0
    blur = rough * t + 0.01
    for k in range(wins.shape[0]):
        win = wins[k]
        if win[SIDE] != which or which > 2:
            continue
        u = px if which == 0 else pz
        if u < win[U0] - blur or u > win[U1] + blur or py < win[V0] - blur or py > win[V1] + blur:
            continue
        if which == 0:
            seen += glass(px, py, win, blur) * drawn(px, win, blur) * win[SHINE]
        else:
            seen += glass(pz, py, win, blur) * drawn(pz, win, blur) * win[SHINE]
    if which == 5:
        return 0.0, 0.25, 5
    nx = 1.0 if which == 1 else (-1.0 if which == 2 else 0.0)
    ny = 1.0 if which == 3 else (-1.0 if which == 4 else 0.0)
    nz = -1.0 if which == 0 else 0.0
    light = _glance(px, py, pz, nx, ny, nz, room, wins)
    return min(seen, 1.0), light * corner_shade(px, py, pz, room, which), which


@njit(**EXACT)
def shaded_mask(x, y, z, dx, dy, dz, size, cards, masks):  # type: ignore[no-untyped-def]
    """What upright cut-outs leave of a beam: each card is z, x0, x1, y0, y1, mask number."""
    free = 1.0
    for k in range(cards.shape[0]):
        if abs(dz) < 0.05:
            continue
        t = (cards[k, 0] - z) / dz
        if t < 0.02:
            continue
        u = (x + dx * t - cards[k, 1]) / (cards[k, 2] - cards[k, 1])
        v = (cards[k, 4] - (y + dy * t)) / (cards[k, 4] - cards[k, 3])
        if u <= 0.0 or u >= 1.0 or v <= 0.0 or v >= 1.0:
            continue
        n = masks.shape[2]
        m = int(cards[k, 5])
        fx, fy = u * (n - 1), v * (n - 1)
        ix, iy = int(fx), int(fy)
        ix2, iy2 = min(ix + 1, n - 1), min(iy + 1, n - 1)
        ax, ay = fx - ix, fy - iy
        blur = min(1.0, t * size * 2.2 / 0.12)
        near = 0.0
        for level in range(2):
            top = masks[m, level, iy, ix] * (1 - ax) + masks[m, level, iy, ix2] * ax
            low = masks[m, level, iy2, ix] * (1 - ax) + masks[m, level, iy2, ix2] * ax
            near += (top * (1 - ay) + low * ay) * (blur if level == 1 else 1.0 - blur)
        free *= 1.0 - near
    return free
