"""What a room is made of: boards, herringbone, marble and concrete underfoot; plaster, panels and
brick around; every line as wide as it is, or as a pixel. Scalar kernels for `interior_shell`.
"""

from __future__ import annotations

import math

from numba import njit

from apex_director.images.scenes.interior import light as il
from apex_director.images.scenes.noise import fbm_at, hash01

BOARDS, HERRINGBONE, MARBLE, CONCRETE = 0.0, 1.0, 2.0, 3.0
PLASTER, PANELS, BRICK = 0.0, 1.0, 2.0


@njit(**il.EXACT)
def seam(d, wide, foot):  # type: ignore[no-untyped-def]
    """Cover of a line ``wide`` metres about d = 0 seen by a pixel of ``foot`` metres."""
    half = 0.5 * foot
    return max(min(d + half, 0.5 * wide) - max(d - half, -0.5 * wide), 0.0) / max(foot, 1e-5)


@njit(**il.EXACT)
def ledge(d, wide, foot):  # type: ignore[no-untyped-def]
    """A moulding about d = 0: dark on its lower edge, light on its upper."""
    w = max(wide, 0.7 * foot)
    if abs(d) > 3.6 * w:
        return 0.0
    fade = min(1.0, wide / max(foot, 1e-5) * 1.5)
    return fade * (math.exp(-(((d - 0.7 * w) / w) ** 2)) - math.exp(-(((d + 0.7 * w) / w) ** 2)))


@njit(**il.EXACT)
def _fade(size, foot):  # type: ignore[no-untyped-def]
    """How much of a texture of ``size`` metres a pixel can still show."""
    return 1.0 / (1.0 + (2.2 * foot / size) ** 2)


@njit(**il.EXACT)
def _board(long, across, wide, length, fl, fa, seed):  # type: ignore[no-untyped-def]
    """One plank floor: (lightness, warm-cool lean, gloss)."""
    row = math.floor(across / wide)
    at = long / length + hash01(int(row), 3, seed) * 7.0
    piece = math.floor(at)
    tone = hash01(int(row), int(piece) + 11, seed)
    lean = hash01(int(row), int(piece) + 77, seed)
    grain = fbm_at(long * 1.7 + 19.0 * tone, across * 26.0 + 41.0 * lean, seed, 4)
    fine = fbm_at(long * 5.0 + 9.0 * lean, across * 110.0, seed + 5, 2)
    ring = math.sin(
        (across / wide * 5.0 + 1.6 * fbm_at(long * 0.8, across * 5.0 + 30.0 * tone, seed + 2, 2))
        * 6.2832
    )
    light = 0.84 + 0.30 * tone * _fade(wide, fa)
    light += (0.20 * grain + 0.06 * ring) * _fade(0.05, fa) * _fade(0.5, fl)
    light += 0.13 * fine * _fade(0.012, fa)
    edge = across / wide - row
    gap = seam(min(edge, 1.0 - edge) * wide, 0.0055, fa)
    end = at - piece
    gap = max(gap, seam(min(end, 1.0 - end) * length, 0.0045, fl))
    round_off = 0.10 * math.exp(-min(edge, 1.0 - edge) * wide / 0.012) * _fade(0.02, fa)
    return light * (1.0 - 0.74 * gap) - round_off, lean, (0.72 + 0.5 * tone) * (1.0 - 0.7 * gap)


@njit(**il.EXACT)
def _herringbone(x, z, wide, fx, fz, seed):  # type: ignore[no-untyped-def]
    n = 5
    a, b = (x + z) / (1.41421356 * wide), (x - z) / (1.41421356 * wide)
    i, j = math.floor(a), math.floor(b)
    k = int(i - j) % (2 * n)
    if k < n:
        long, across = k + a - i, b - j
        first, second = int(i) - k, int(j)
    else:
        long, across = 2 * n - 1 - k + b - j, a - i
        first, second = int(i), int(j) - (2 * n - 1 - k) + 5000
    tone, lean = hash01(first, second, seed), hash01(first, second + 991, seed)
    foot = math.sqrt(fx * fz)
    grain = fbm_at(long * wide * 3.0 + 31.0 * tone, across * wide * 30.0 + 17.0 * lean, seed, 3)
    turned = 0.10 if k < n else -0.10  # the two directions throw the light back differently
    light = (
        0.90 + (0.24 * (tone - 0.5) + turned) * _fade(wide, foot) + 0.18 * grain * _fade(0.04, foot)
    )
    gap = max(
        seam(min(across, 1.0 - across) * wide, 0.004, foot),
        seam(min(long, n - long) * wide, 0.004, foot),
    )
    return light * (1.0 - 0.7 * gap), lean, (0.8 + 0.35 * tone + turned) * (1.0 - 0.6 * gap)


@njit(**il.EXACT)
def _marble(x, z, wide, fx, fz, seed):  # type: ignore[no-untyped-def]
    u, v = x / wide, z / wide
    i, j = math.floor(u), math.floor(v)
    ex, ez = min(u - i, 1.0 - u + i) * wide, min(v - j, 1.0 - v + j) * wide
    dark = 1.0 if int(i + j) % 2 == 0 else 0.0
    soft_x, soft_z = 0.5 * min(1.0, ex / (0.5 * fx)) + 0.5, 0.5 * min(1.0, ez / (0.5 * fz)) + 0.5
    both = 0.5 + (2.0 * soft_x - 1.0) * (2.0 * soft_z - 1.0) * (dark - 0.5)
    far = _fade(wide * 1.5, math.sqrt(fx * fz))
    dark = 0.5 + (both - 0.5) * far
    n = fbm_at(x * 3.1 + 13.0 * hash01(int(i), int(j), seed), z * 3.1, seed, 5)
    vein = math.exp(-abs(n) * 16.0) * _fade(0.08, fz)
    light = 1.0 - 0.72 * dark + (0.14 - 0.30 * (1.0 - dark)) * vein + 0.10 * n * _fade(0.2, fz)
    gap = max(seam(ex, 0.004, fx), seam(ez, 0.004, fz))
    return light * (1.0 - 0.5 * gap), 0.5, 1.5 * (1.0 - 0.5 * gap)


@njit(**il.EXACT)
def floor_look(x, z, fx, fz, room):  # type: ignore[no-untyped-def]
    """Lightness, lean of hue 0..1 and gloss of the floor at a point; ``fx``, ``fz`` its pixel."""
    seed = int(room[il.SEED])
    kind = room[il.FLOOR_KIND]
    wear = fbm_at(x * 0.55, z * 0.55, seed + 60, 3)
    if kind == 1.0:
        light, lean, gloss = _herringbone(x, z, room[il.BOARD] * 0.55, fx, fz, seed)
    elif kind == 2.0:
        light, lean, gloss = _marble(x, z, 0.62, fx, fz, seed)
    elif kind == 3.0:
        n = fbm_at(x * 1.1, z * 1.1, seed, 5)
        fine = fbm_at(x * 14.0, z * 14.0, seed + 4, 3)
        light, lean = 0.95 + 0.16 * n + 0.10 * fine * _fade(0.1, fz), 0.5 + 0.4 * n
        gloss = 0.8 + 0.6 * n
        joint = min(abs(x - 3.0 * round(x / 3.0)), abs(z - 3.0 * round(z / 3.0)))
        light *= 1.0 - 0.4 * seam(joint, 0.012, max(fx, fz))
    elif room[il.ACROSS] > 0.5:
        light, lean, gloss = _board(x, z, room[il.BOARD], 2.1, fx, fz, seed)
    else:
        light, lean, gloss = _board(z, x, room[il.BOARD], 2.1, fz, fx, seed)
    return light * (1.0 + 0.10 * wear), lean, gloss * (1.0 - 0.35 * wear)


@njit(**il.EXACT)
def rug_cover(x, z, fx, fz, room):  # type: ignore[no-untyped-def]
    """Cover of the rug, and its lightness (border, weave)."""
    if room[il.RUG_A] <= 0.0:
        return 0.0, 1.0
    u, v = (x - room[il.RUG_X]) / room[il.RUG_A], (z - room[il.RUG_Z]) / room[il.RUG_B]
    r = math.sqrt(u * u + v * v) if room[il.RUG_ROUND] > 0.5 else max(abs(u), abs(v))
    if r > 1.1:
        return 0.0, 1.0
    soft = (
        1.2
        * math.sqrt((fx / room[il.RUG_A] * u) ** 2 + (fz / room[il.RUG_B] * v) ** 2)
        / max(r, 0.1)
    )
    soft = max(soft, 0.006)
    cover = min(max((1.0 - r) / soft + 0.5, 0.0), 1.0)
    light = (
        1.0
        + 0.30 * il.step01(0.02, 0.0, abs(r - 0.86) - 0.03)
        - 0.22 * il.step01(0.02, 0.0, abs(r - 0.74) - 0.012)
    )
    light += 0.16 * fbm_at(x * 60.0, z * 60.0, int(room[il.SEED]) + 8, 2) * _fade(0.02, fz)
    light += 0.10 * fbm_at(x * 2.5, z * 2.5, int(room[il.SEED]) + 9, 3)
    return cover, light


@njit(**il.EXACT)
def _panel(u, v, a, b, low, top, foot):  # type: ignore[no-untyped-def]
    """Relief of one framed field."""
    if u < a - 0.06 or u > b + 0.06 or v < low - 0.06 or v > top + 0.06:
        return 0.0
    edge = 0.06 + 3.0 * foot
    if u > a + edge and u < b - edge and v > low + edge and v < top - edge:
        return 0.0
    out = 0.0
    inside_u, inside_v = il.span(u, a, b, foot), il.span(v, low, top, foot)
    out += (ledge(v - top, 0.012, foot) - ledge(v - low, 0.012, foot)) * inside_u
    out += 0.7 * (ledge(u - b, 0.012, foot) - ledge(u - a, 0.012, foot)) * inside_v
    return out


@njit(**il.EXACT)
def wall_look(u, v, foot, room, side):  # type: ignore[no-untyped-def]
    """Lightness of a wall, and how far it is painted as woodwork (0 wall, 1 trim)."""
    seed = int(room[il.SEED]) + 17 * int(side)
    high, dado, skirt, crown = room[il.HIGH], room[il.DADO], room[il.SKIRT], room[il.CROWN]
    light = 1.0 + 0.07 * fbm_at(u * 0.9, v * 0.9, seed, 4)
    light += 0.035 * fbm_at(u * 9.0, v * 9.0, seed + 3, 3) * _fade(0.1, foot)
    trim, relief = 0.0, 0.0
    if room[il.WALL_KIND] == 2.0:
        row = math.floor(v / 0.078)
        at = u / 0.235 + 0.5 * (int(row) % 2)
        brick = math.floor(at)
        tone = hash01(int(brick), int(row), seed)
        eu, ev = (
            min(at - brick, 1.0 - at + brick) * 0.235,
            min(v / 0.078 - row, 1.0 - v / 0.078 + row) * 0.078,
        )
        joint = max(seam(eu, 0.013, foot), seam(ev, 0.013, foot))
        rough = fbm_at(u * 22.0, v * 22.0, seed + 5, 3)
        keep = _fade(0.10, foot)
        light *= 1.0 + (0.42 * (tone - 0.5) + 0.20 * rough) * keep - 0.22 * joint
        relief += 0.20 * keep * ledge(v - (row + 0.5) * 0.078, 0.034, foot)
    if dado > 0.0:
        trim = il.span(v, -1.0, dado, foot)
        relief += 0.9 * ledge(v - dado, 0.022, foot) + 0.4 * ledge(v - dado + 0.06, 0.012, foot)
        k = math.floor(u / 0.92)
        relief += 0.8 * _panel(
            u, v, k * 0.92 + 0.1, k * 0.92 + 0.82, skirt + 0.10, dado - 0.13, foot
        )
    if room[il.RELIEF] > 0.0:
        wide = room[il.RELIEF]
        k = math.floor(u / wide)
        low = (dado if dado > 0.0 else skirt) + 0.22
        top = high - crown - 0.26
        relief += 0.8 * _panel(u, v, k * wide + 0.13, (k + 1) * wide - 0.13, low, top, foot)
        relief += 0.5 * _panel(
            u, v, k * wide + 0.19, (k + 1) * wide - 0.19, low + 0.06, top - 0.06, foot
        )
    if skirt > 0.0:
        trim = max(trim, il.span(v, -1.0, skirt, foot))
        relief += ledge(v - skirt, 0.014, foot) + 0.6 * ledge(v - skirt + 0.035, 0.008, foot)
    if crown > 0.0:
        trim = max(trim, il.span(v, high - crown, high + 1.0, foot))
        relief -= 0.8 * ledge(v - high + crown, 0.02, foot) + 0.5 * ledge(
            v - high + 0.5 * crown, 0.02, foot
        )
    return max(light + 0.26 * relief, 0.1), trim
