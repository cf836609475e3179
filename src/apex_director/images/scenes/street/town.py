"""A street as it is built: the composition and its camera, the houses on both sides, where signs,
lamps and wires hang; drawn from the seed, fitted to the picture's shape.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from apex_director.images.scenes.model import SceneSpec
from apex_director.images.scenes.noise import hash01
from apex_director.images.scenes.street import walls as at
from apex_director.images.scenes.street.view import View

F32 = NDArray[np.float32]

CANYON, SHOPFRONT, CROSSING, ALLEY = range(4)

# albedo of what houses are made of, linear; the last number: laid in bricks
_STONES = (
    (0.30, 0.125, 0.085, 1.0), (0.24, 0.10, 0.07, 1.0), (0.40, 0.35, 0.28, 0.0),
    (0.34, 0.33, 0.32, 0.0), (0.18, 0.185, 0.20, 0.0), (0.14, 0.19, 0.20, 0.0),
    (0.42, 0.30, 0.20, 0.0), (0.22, 0.17, 0.15, 1.0),
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Sign:
    """A sign that stands out from a wall at ``z``: from ``x0`` to ``x1``, ``y0`` to ``y1``."""

    x0: float
    x1: float
    y0: float
    y1: float
    z: float
    colour: int  # 0 accent, 1 second accent, 2 warm, 3 cool
    look: int


@dataclass(frozen=True, kw_only=True)
class Awning:
    """A cloth over a shop: from ``z0`` to ``z1`` at the wall ``x``, ``out`` metres deep."""

    x: float
    side: float
    z0: float
    z1: float
    out: float
    seed: int


@dataclass(frozen=True, kw_only=True, eq=False)
class Town:
    """One street. ``half`` is where the houses stand, ``kerb`` where the roadway ends; ``gap`` the
    depths of a crossing street (empty when both are 0); ``split`` the depth where the near sheet
    of the picture ends; ``side`` the side of the street the picture leans to.
    """

    kind: int
    view: View
    half: float
    kerb: float
    gap: tuple[float, float]
    split: float
    end: float
    side: float
    walls: F32
    signs: tuple[Sign, ...]
    awnings: tuple[Awning, ...]
    lamps: tuple[tuple[float, float, float], ...]  # x, z, arm towards x
    wires: tuple[tuple[float, float, float], ...]  # height, z, sag


def build(spec: SceneSpec) -> Town:
    """The street of a spec."""
    rng = np.random.default_rng([spec.seed & 0x7FFFFFFF, 701])
    kind = spec.composition % 4
    side = -1.0 if rng.random() < 0.5 else 1.0
    w, h = spec.canvas
    wide = float(np.log2(w / h))
    half = 5.7 + 1.5 * wide + float(rng.uniform(-0.3, 0.6))
    if kind == ALLEY:
        half = 1.95 + 0.28 * wide + float(rng.uniform(-0.1, 0.2))
    elif kind == SHOPFRONT:
        half = 5.4 + 0.5 * wide
    elif kind == CROSSING:
        half = max(5.2, half)
    pavement = float(np.clip(0.36 * half, 1.5, 2.8))
    kerb = half - pavement if kind != ALLEY else half - 0.25
    view = _camera(spec, kind, side, half)
    gap = (-30.0, 23.5) if kind == CROSSING else (0.0, 0.0)
    end = float(rng.uniform(120.0, 230.0)) if kind != ALLEY else float(rng.uniform(46.0, 70.0))
    if kind in (CANYON, SHOPFRONT) and rng.random() < 0.75:
        far = float(rng.uniform(38.0, 60.0))
        gap = (far, far + 13.0)
    split = {CANYON: 17.0, SHOPFRONT: 13.0, CROSSING: 20.0, ALLEY: 9.0}[kind]
    walls, fronts = _houses(rng, kind, half, gap, end)
    return Town(
        kind=kind, view=view, half=half, kerb=kerb, gap=gap, split=split, end=end, side=side,
        walls=walls, signs=tuple(_signs(rng, kind, fronts, side)),
        awnings=tuple(_awnings(rng, kind, fronts, side)), lamps=tuple(_lamps(rng, kind, kerb, gap)),
        wires=tuple(_wires(rng, kind)),
    )  # fmt: skip


def _camera(spec: SceneSpec, kind: int, side: float, half: float) -> View:
    w, h = spec.canvas
    tall = h > 1.1 * w
    focal = float(np.sqrt(w * h)) * (0.92 if tall else 1.04)
    horizon, eye, lean, x = 0.565, 1.5, 0.125, 0.36 * half
    yaw = 0.0
    if kind == SHOPFRONT:
        horizon, eye, x = 0.56, 1.55, half - 2.15
        yaw = side * float(np.arctan((0.10 if tall else 0.17) * w / focal))
        lean = 0.0
    elif kind == CROSSING:
        horizon, eye, lean, x = 0.545, 1.9, 0.115, 1.1
    elif kind == ALLEY:
        horizon, eye, lean, x = 0.585, 1.42, 0.055, 0.30 * half
    if tall:
        horizon += 0.02
        lean *= 0.75
    return View(
        width=w, height=h, x=side * x, eye=eye, yaw=yaw, focal=focal,
        centre=(0.5 + side * lean) * w, horizon=horizon * h,
    )  # fmt: skip


def _style(rng: np.random.Generator, kind: int) -> dict[int, float]:
    """How one house looks."""
    red, green, blue, brick = _STONES[int(rng.integers(len(_STONES)))]
    tone = float(rng.uniform(0.65, 1.1))
    grey = (red + green + blue) / 3
    red, green, blue = (0.62 * c + 0.38 * grey for c in (red, green, blue))
    form = int(rng.integers(4))
    wide = (0.44, 0.54, 0.80, 0.36)[form] + float(rng.uniform(-0.04, 0.06))
    return {
        at.FLOOR: float(rng.uniform(3.1, 3.7)) * (0.9 if kind == ALLEY else 1.0),
        at.BAY: (2.3, 2.9, 3.6, 1.9)[form] * float(rng.uniform(0.9, 1.1)),
        at.WIN_W: wide,
        at.WIN_H: (0.58, 0.56, 0.62, 0.72)[form],
        at.RED: red * tone,
        at.GREEN: green * tone,
        at.BLUE: blue * tone,
        at.BRICK: brick,
        at.LIT: float(rng.uniform(0.16, 0.5)),
        at.UNIT: float(rng.uniform(4.6, 7.2)) * (0.62 if kind == ALLEY else 1.0),
        at.BASE: float(rng.uniform(3.8, 4.3)),
        at.BID: float(rng.integers(1, 4000)),
    }


def _open_house(rng: np.random.Generator, number: float, warm: bool) -> float:
    """A number for a near house whose shops are open, well lit and, if asked, warm: the kernels
    draw all of a house from it.
    """
    for _ in range(60):
        bid = int(number)
        units = range(4)
        open_ = all(hash01(i, bid, 30) > at.SHUT for i in units)
        bright = all(hash01(i, bid, 35) > 0.3 for i in units[:3])
        if open_ and bright and not (warm and any(hash01(i, bid, 36) > 0.62 for i in units[:3])):
            break
        number = float(rng.integers(1, 4000))
    return number


def _wall(
    a: tuple[float, float], b: tuple[float, float], top: float, style: dict[int, float],
    kind: int, shops: bool, plan: int, u0: float,
) -> F32:  # fmt: skip
    row = np.zeros(at.COLUMNS, np.float32)
    for column, value in style.items():
        row[column] = value
    long = float(np.hypot(b[0] - a[0], b[1] - a[1]))
    row[at.X0], row[at.Z0], row[at.X1], row[at.Z1] = *a, *b
    row[at.TOP], row[at.KIND], row[at.MAP], row[at.LENGTH] = top, kind, plan, long
    row[at.U0] = u0
    row[at.BAY] = long / max(1, round(long / style[at.BAY]))
    row[at.UNIT] = long / max(1, round(long / style[at.UNIT])) if shops else 0.0
    return row


def _houses(
    rng: np.random.Generator, kind: int, half: float, gap: tuple[float, float], end: float
) -> tuple[F32, list[tuple[float, float, float, float, float]]]:
    """The table of walls, and each front's (side, x, z0, z1, top)."""
    rows: list[F32] = []
    fronts: list[tuple[float, float, float, float, float]] = []
    low, high = (8.5, 15.0) if kind == ALLEY else (11.0, 27.0)
    for side in (-1.0, 1.0):
        z = -8.0 + float(rng.uniform(-3.0, 0.0))
        while z < end:
            long = float(rng.uniform(4.5, 7.5)) if kind == ALLEY else float(rng.uniform(8.0, 15.0))
            if gap[0] <= z < gap[1]:
                z = gap[1]
            z1 = min(z + long, end)
            if z < gap[0] < z1 + 3.0:
                z1 = gap[0]
            style = _style(rng, kind)
            if z < 14.0:
                style[at.BID] = _open_house(rng, style[at.BID], kind == SHOPFRONT)
            x = side * (half + float(rng.choice((0.0, 0.12, 0.3))))
            floors = round(float(rng.uniform(low, high)) / style[at.FLOOR])
            top = style[at.BASE] + floors * style[at.FLOOR] + float(rng.uniform(0.9, 1.6))
            plan = 0 if side < 0 else 1
            rows.append(_wall((x, z), (x, z1), top, style, at.FRONT, True, plan, z))
            corner = abs(z - gap[1]) < 0.01 and gap[1] > 0
            deep = (x, x + side * (46.0 if corner else 14.0))
            far = _wall((deep[0], z), (deep[1], z), top, style, at.FRONT if corner else at.GABLE,
                        corner, -1, 0.0)  # fmt: skip
            rows.append(far)
            if rng.random() < 0.6:  # a stair head or a second, set-back floor
                back, more = 2.5 + float(rng.uniform(0.0, 3.0)), float(rng.uniform(1.6, 3.4))
                mid, span = (z + z1) / 2, (z1 - z) * float(rng.uniform(0.15, 0.42))
                bx = x + side * back
                rows.append(_wall((bx, mid - span), (bx, mid + span), top + more, style, at.GABLE,
                                  False, -1, 0.0))  # fmt: skip
                rows.append(_wall((bx, mid - span), (bx + side * 6, mid - span), top + more, style,
                                  at.GABLE, False, -1, 0.0))  # fmt: skip
            fronts.append((side, x, z, z1, top))
            z = z1
    rows += _backdrop(rng, kind, end, gap)
    return np.stack(rows).astype(np.float32), fronts


def _backdrop(
    rng: np.random.Generator, kind: int, end: float, gap: tuple[float, float]
) -> list[F32]:
    """What closes the street far away, and the crossing street's own ends."""
    rows: list[F32] = []
    x = -70.0
    while x < 70.0:
        wide = float(rng.uniform(9.0, 18.0))
        style = _style(rng, CANYON)
        tall = float(rng.uniform(14.0, 34.0)) + (30.0 if rng.random() < 0.16 else 0.0)
        if kind == ALLEY:
            tall *= 0.55
        z = end + float(rng.uniform(8.0, 20.0)) if kind != ALLEY else end + 9.0
        rows.append(_wall((x, z), (x + wide, z), tall, style, at.FRONT, True, -1, 0.0))
        x += wide
    if gap[1] > 0:
        for side in (-1.0, 1.0):
            for k in range(3):
                style = _style(rng, CANYON)
                x = side * (56.0 + 12.0 * k)
                tall = float(rng.uniform(14.0, 30.0))
                rows.append(_wall((x, gap[1] - 60.0), (x, gap[1]), tall, style, at.FRONT, True, -1,
                                  0.0))  # fmt: skip
    return rows


def _signs(
    rng: np.random.Generator, kind: int, fronts: list[tuple[float, float, float, float, float]],
    side: float,
) -> list[Sign]:  # fmt: skip
    signs: list[Sign] = []
    for house, x, z0, z1, top in fronts:
        if z1 < 2.5 or z0 > 90.0:
            continue
        count = int(rng.integers(1, 4)) if kind == ALLEY else int(rng.choice((0, 1, 1, 2)))
        for k in range(count):
            z = z0 + (z1 - z0) * (k + float(rng.uniform(0.25, 0.75))) / count
            nearest = 5.5 if kind == ALLEY else 7.0
            if z < nearest or (kind == SHOPFRONT and house == side and z < 11.0):
                continue
            low = float(rng.uniform(2.7, 4.0)) if kind == ALLEY else float(rng.uniform(3.9, 5.2))
            tall = float(rng.choice((0.9, 1.5, 2.6, 3.8, 5.2))) * float(rng.uniform(0.9, 1.1))
            wide = float(rng.uniform(0.62, 0.9)) if tall > 1.3 else tall
            if kind == ALLEY:
                tall, wide = tall * 0.62, wide * 0.8
            tall = min(tall, top - low - 1.5)
            if tall < 0.5:
                continue
            gap = float(rng.uniform(0.12, 0.35))
            inner = x - house * (gap + wide)
            pick = int(rng.choice((0, 0, 0, 1, 1, 1, 2, 2, 3)))
            signs.append(Sign(x0=min(inner, x - house * gap), x1=max(inner, x - house * gap),
                              y0=low, y1=low + tall, z=z, colour=pick,
                              look=int(rng.integers(1 << 20))))  # fmt: skip
    return signs


def _awnings(
    rng: np.random.Generator, kind: int, fronts: list[tuple[float, float, float, float, float]],
    side: float,
) -> list[Awning]:  # fmt: skip
    cloths: list[Awning] = []
    for house, x, z0, z1, _ in fronts:
        if z1 < 3.0 or z0 > 70.0 or rng.random() < 0.45:
            continue
        if kind == SHOPFRONT and house == side and z0 < 9.0:
            continue
        long = z1 - z0
        start = max(z0 + 0.3 + float(rng.uniform(0.0, 0.3)) * long, 4.0)
        stop = min(z1 - 0.3, start + float(rng.uniform(3.5, 6.0)))
        if stop - start > 1.5:
            cloths.append(Awning(x=x, side=house, z0=start, z1=stop,
                                 out=float(rng.uniform(1.0, 1.5)) * (0.6 if kind == ALLEY else 1.0),
                                 seed=int(rng.integers(1 << 20))))  # fmt: skip
    return cloths


def _lamps(
    rng: np.random.Generator, kind: int, kerb: float, gap: tuple[float, float]
) -> list[tuple[float, float, float]]:
    if kind == ALLEY:
        return []
    lamps: list[tuple[float, float, float]] = []
    pitch = float(rng.uniform(17.0, 22.0))
    first = 24.5 if kind == CROSSING else float(rng.uniform(9.0, 13.0))
    for k in range(7):
        for side in (-1.0, 1.0):
            z = first + pitch * (k + (0.5 if side > 0 else 0.0))
            if gap[0] + 0.5 < z < gap[1] - 0.5:
                continue
            lamps.append((side * (kerb + 0.35), z, -side * 1.5))
    return lamps


def _wires(rng: np.random.Generator, kind: int) -> list[tuple[float, float, float]]:
    wires: list[tuple[float, float, float]] = []
    z = 6.0 if kind != ALLEY else 3.5
    while z < (80.0 if kind != ALLEY else 40.0):
        high = float(rng.uniform(6.5, 11.0)) if kind != ALLEY else float(rng.uniform(3.6, 6.5))
        wires.append((high, z, float(rng.uniform(0.25, 0.8))))
        z += float(rng.uniform(3.0, 12.0)) * (0.45 if kind == ALLEY else 1.0)
    return wires
