"""Where the walls stand, where the windows are and how the light falls: five rooms, each composed
in the picture and only then measured in metres, so that every aspect has a room of its own.

0 a drawing room with tall windows at a third, 1 a loft with a row of windows, 2 close by a window,
against the light, 3 a ballroom, 4 a wall that the window's light falls on.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from apex_director.images.scenes.interior import light as il
from apex_director.images.scenes.interior.shell import COLOURS
from apex_director.images.scenes.model import SceneSpec
from apex_director.images.scenes.palette import (
    ScenePalette,
    from_oklab,
    linear_from_hex,
    luminance,
    mix,
    oklab,
)

F32 = NDArray[np.float32]
F64 = NDArray[np.float64]

SALON, LOFT, WINDOW, BALLROOM, WALL_LIGHT = range(5)
KINDS = 5

SUN_POWER = {"dawn": 3.0, "day": 3.9, "golden_hour": 3.7, "sunset": 3.1, "dusk": 0.0, "night": 0.62}
SUN_HEIGHT = {
    "dawn": 21.0,
    "day": 39.0,
    "golden_hour": 26.0,
    "sunset": 20.0,
    "dusk": 20.0,
    "night": 33.0,
}
SUN_LEFT = {"clear": 1.0, "cloudy": 0.42, "mist": 0.34, "rain": 0.10, "snow": 0.22, "storm": 0.05}
SUN_SOFT = {"clear": 0.016, "cloudy": 0.05, "mist": 0.07, "rain": 0.14, "snow": 0.09, "storm": 0.16}
SKY_POWER = {
    "dawn": 1.7,
    "day": 3.1,
    "golden_hour": 1.7,
    "sunset": 1.4,
    "dusk": 1.15,
    "night": 0.40,
}
SKY_LEFT = {"clear": 1.0, "cloudy": 1.15, "mist": 1.2, "rain": 1.0, "snow": 1.2, "storm": 0.75}
LAMP_HOURS = {
    "dusk": 1.0,
    "night": 1.0,
    "sunset": 0.35,
    "dawn": 0.0,
    "day": 0.0,
    "golden_hour": 0.0,
}

WALLS = (
    "b9ae9c",
    "8f9a86",
    "7f8c99",
    "b08d62",
    "a4705a",
    "56665c",
    "5a5c66",
    "b39a90",
    "c4c0b6",
    "6f7f86",
)
WOODS = (("8a6440", "6b4a2e"), ("5a3b26", "40291b"), ("a98a64", "8d6f4c"), ("3a2c24", "2a201b"),
         ("7a5236", "8f6a48"))  # fmt: skip
STONES = (("a8a49c", "8e8a84"), ("7f7d7c", "6c6a6a"))


def lamp_level(spec: SceneSpec) -> float:
    """How brightly the room's own lamp burns, 0..1."""
    dull = spec.weather in ("rain", "storm") and spec.time_of_day != "day"
    return max(LAMP_HOURS.get(spec.time_of_day, 0.0), 0.5 if dull else 0.0)


@dataclass(frozen=True, kw_only=True, eq=False)
class Room:
    """A room in the kernels' tables, and what the furniture maker wants to know of it.

    ``side`` is where the windows are (-1 left, 1 right); ``scale`` pixels per metre at the end
    wall.
    """

    kind: int
    side: float
    table: F64
    wins: F64
    sun: F64
    colours: F32
    scale: float
    tall: bool
    share: float

    def get(self, column: int) -> float:
        """One number of the room's table."""
        return float(self.table[column])

    def at(self, x: float, y: float, z: float) -> tuple[float, float]:
        """Where a point is on the canvas, in pixels."""
        t = self.table
        k = t[il.FOCAL] / z
        return float(t[il.VX] + x * k), float(t[il.VY] - (y - t[il.EYE]) * k)

    def pixels(self, z: float) -> float:
        """Pixels per metre at depth ``z``."""
        return float(self.table[il.FOCAL] / z)


@dataclass(frozen=True, kw_only=True)
class _Frame:
    """The end wall in the picture: its edges, the horizon, and the eye's height in metres."""

    left: float
    right: float
    top: float
    foot: float
    horizon: float
    vanish: float
    eye: float
    focal: float


def kind_of(spec: SceneSpec) -> int:
    """The composition's room."""
    return spec.composition % KINDS


def _frame(spec: SceneSpec, kind: int, side: float) -> _Frame:
    w, h = spec.canvas
    r = w / h
    up = float(np.clip((1.25 - r) / 0.65, 0.0, 1.0))  # 0 wide, 1 as tall as a phone
    wide = float(np.clip((r - 1.9) / 0.5, 0.0, 1.0))
    rng = np.random.default_rng([spec.seed, 7, kind])
    drift = float(rng.uniform(-0.02, 0.02))
    if kind == LOFT:
        mid = 0.5 - side * (0.15 + 0.02 * wide) * (1 - 0.35 * up) + drift
        half = 0.145 - 0.03 * wide + 0.10 * up
        box = (mid - half, mid + half, 0.235 + 0.03 * up, 0.605)
        view = (0.475, mid - side * 0.02, 1.5, 0.92 - 0.22 * up)
    elif kind == WINDOW:
        box = (-0.10, 1.10, -0.06 + 0.03 * up, 0.93 - 0.10 * up)
        view = (0.50, 0.5 + side * 0.05, 1.34, 1.25 - 0.30 * up)
    elif kind == BALLROOM:
        wall = 0.085 - 0.06 * up - 0.03 * wide
        box = (wall, 1.0 - wall, 0.045 + 0.04 * up, 0.655 - 0.01 * up)
        view = (0.475, 0.5 + drift, 1.6, 0.86 - 0.18 * up)
    elif kind == WALL_LIGHT:
        left = (-0.06, 0.94) if side > 0 else (0.06, 1.06)
        box = (*left, -0.04, 0.80 - 0.05 * up)
        view = (0.50, 0.5 - side * 0.06, 1.22, 1.15 - 0.30 * up)
    else:
        wall = 0.07 - 0.03 * up
        box = (wall + drift, 1.0 - wall + drift, 0.055 + 0.05 * up, 0.755 - 0.055 * up)
        view = (0.49, 0.5 - side * 0.05 + drift, 1.38, 1.02 - 0.22 * up)
    return _Frame(left=box[0], right=box[1], top=box[2], foot=box[3], horizon=view[0],
                  vanish=view[1], eye=view[2], focal=view[3])  # fmt: skip


def plan_room(spec: SceneSpec, pal: ScenePalette) -> Room:
    """The room of a scene."""
    w, h = spec.canvas
    kind = kind_of(spec)
    rng = np.random.default_rng([spec.seed, 3])
    side = 1.0 if rng.random() < 0.5 else -1.0
    f = _frame(spec, kind, side)
    metre = f.eye / ((f.foot - f.horizon) * h)  # metres per pixel on the end wall
    table = np.zeros(il.ROOM_SIZE)
    table[il.XL], table[il.XR] = (f.left - f.vanish) * w * metre, (f.right - f.vanish) * w * metre
    table[il.HIGH] = f.eye + (f.horizon - f.top) * h * metre
    table[il.FOCAL] = f.focal * h
    table[il.DEEP] = metre * table[il.FOCAL]
    table[il.THICK] = {BALLROOM: 0.42, LOFT: 0.34}.get(kind, 0.26)
    table[il.EYE], table[il.VX], table[il.VY] = f.eye, f.vanish * w, f.horizon * h
    table[il.SEED] = spec.seed & 0xFFFFF
    _finishes(kind, table, rng)
    wins = _windows(spec, kind, side, table, rng)
    sun = _sun(spec, kind, side, table, wins, rng)
    colours = _colours(spec, pal, kind, rng)
    return Room(
        kind=kind,
        side=side,
        table=table,
        wins=wins,
        sun=sun,
        colours=colours,
        scale=1.0 / metre,
        tall=spec.height > 1.15 * spec.width,
        share=w / h,
    )


def _finishes(kind: int, table: F64, rng: np.random.Generator) -> None:
    """Floor, walls and mouldings."""
    floor = {LOFT: (0.0, 3.0), BALLROOM: (1.0, 2.0, 1.0)}.get(kind, (0.0, 0.0, 1.0))
    table[il.FLOOR_KIND] = float(rng.choice(floor))
    table[il.BOARD] = float(rng.uniform(0.13, 0.19))
    table[il.ACROSS] = 0.0 if kind != SALON else float(rng.random() < 0.3)
    table[il.GLOSS] = {BALLROOM: 0.85, LOFT: 0.5}.get(kind, float(rng.uniform(0.40, 0.75)))
    table[il.WALL_KIND] = 2.0 if kind == LOFT and rng.random() < 0.75 else 0.0
    old = rng.random()
    table[il.SKIRT] = 0.10 if kind == LOFT else 0.18
    table[il.CROWN] = 0.0 if kind == LOFT else (0.30 if kind == BALLROOM else 0.14)
    if kind in (SALON, BALLROOM) or (kind == WINDOW and old < 0.5):
        table[il.DADO] = 0.95 if old < 0.6 or kind == BALLROOM else 0.0
        table[il.RELIEF] = float(rng.uniform(1.2, 1.9)) if old < 0.75 or kind == BALLROOM else 0.0
    if kind == LOFT:
        table[il.BEAMS] = 2.2


def _window(
    side: float,
    u: float,
    wide: float,
    low: float,
    top: float,
    cols: int,
    rows: int,
    *,
    arch: bool = False,
    bar: float = 0.034,
    frame: float = 0.065,
) -> list[float]:
    row = [0.0] * il.WINDOW_SIZE
    row[il.SIDE], row[il.U0], row[il.U1] = side, u - wide / 2, u + wide / 2
    row[il.V0], row[il.V1], row[il.ARCH] = low, top, float(arch)
    row[il.COLS], row[il.ROWS], row[il.BAR], row[il.FRAME] = cols, rows, bar, frame
    row[il.SLIT], row[il.SHEER], row[il.SHINE] = 0.55, 1.0, 1.0
    return row


def _windows(spec: SceneSpec, kind: int, side: float, table: F64, rng: np.random.Generator) -> F64:
    """The windows of a room; their pools of light are filled in by `_sun`."""
    wall = il.RIGHT_WALL if side > 0 else il.LEFT_WALL
    deep = float(table[il.DEEP])
    panes = int(rng.integers(3, 6))
    if kind == LOFT:
        rows = _row_of_windows(table, wall, rng)
    elif kind == WALL_LIGHT:
        tall = float(rng.uniform(1.9, 2.3))
        places = (2.5, 4.4) if rng.random() < 0.4 else (2.5,)
        rows = [_window(wall, deep - z, 1.5, 0.9, 0.9 + tall, 2, panes, bar=0.05) for z in places]
    elif kind == WINDOW:
        rows = [_wide_window(spec, side, table, rng)]
    elif kind == BALLROOM:
        rows = _hall_windows(spec, table, rng)
    else:
        rows = _salon_windows(spec, side, table, panes, rng)
    return np.asarray(rows)


def _row_of_windows(table: F64, wall: float, rng: np.random.Generator) -> list[list[float]]:
    """All along one side, every 2.2 m; often one in the end wall."""
    deep, high, pitch = float(table[il.DEEP]), float(table[il.HIGH]), 2.2
    places = [deep - 1.1 - pitch * k for k in range(round(deep / pitch))]
    rows = [
        _window(wall, z, 1.35, 0.75, high - 0.55, 3, 6, bar=0.03)
        for z in places
        if z >= 1.0 or z == places[0]
    ]
    if rng.random() < 0.6:
        mid = 0.5 * (table[il.XL] + table[il.XR])
        rows.append(_window(0.0, mid, 1.5, 0.9, high - 0.7, 3, 5))
    return rows


def _wide_window(spec: SceneSpec, side: float, table: F64, rng: np.random.Generator) -> list[float]:
    """One that nearly fills the picture."""
    w, h = spec.canvas
    metre, high = table[il.DEEP] / table[il.FOCAL], table[il.HIGH]
    span = float(min(2.9, 0.74 * w * metre))
    at = float((0.5 + side * 0.04 - table[il.VX] / w) * w * metre)
    low = 0.78 if rng.random() < 0.7 else 0.40
    top = float(min(high - 0.22, 1.34 + 0.415 * h * metre))
    cols = int(rng.choice((2, 3, 4))) if span > 1.8 else 2
    arch = bool(rng.random() < 0.2) and top - low > 0.75 * span
    rows = int(rng.choice((1, 2, 3)))
    return _window(0.0, at, span, low, top, cols, rows, bar=0.05, frame=0.08, arch=arch)


def _hall_windows(spec: SceneSpec, table: F64, rng: np.random.Generator) -> list[list[float]]:
    """Three or five tall ones, mostly arched."""
    room, high = float(table[il.XR] - table[il.XL]), float(table[il.HIGH])
    count = 5 if room > 13 else 3
    if spec.width < spec.height:
        count = 1 if room < 5.0 else (2 if room < 5.6 else 3)
    pitch, mid = room / count, 0.5 * float(table[il.XL] + table[il.XR])
    wide, arch = min(2.1, pitch * 0.60), bool(rng.random() < 0.8)
    places = [mid + (k - (count - 1) / 2) * pitch for k in range(count)]
    return [_window(0.0, u, wide, 0.22, high - 0.75, 3, 7, arch=arch, bar=0.04) for u in places]


def _salon_windows(
    spec: SceneSpec, side: float, table: F64, panes: int, rng: np.random.Generator
) -> list[list[float]]:
    """One or two at a third of the picture, three where it is very wide."""
    w, high = spec.canvas[0], float(table[il.HIGH])
    metre = float(table[il.DEEP] / table[il.FOCAL])
    wide = float(rng.uniform(1.35, 1.75))
    at = (0.5 + side * 0.185 - float(table[il.VX]) / w) * w * metre
    low, top = (0.12 if rng.random() < 0.6 else 0.62), high - float(rng.uniform(0.40, 0.6))
    arch = bool(rng.random() < 0.22)
    edge = (float(table[il.XR]) if side > 0 else -float(table[il.XL])) - 0.35
    wide = min(wide, 1.8 * (edge - side * at))
    gap = wide * 1.42
    places = [at]
    if rng.random() < 0.55 and side * at + gap + wide / 2 < edge:
        places.append(at + side * gap)
    if spec.width > 1.9 * spec.height:
        places.append(at - side * gap)
    return [_window(0.0, u, wide, low, top, 2, panes, arch=arch) for u in places]


def _sun(
    spec: SceneSpec, kind: int, side: float, table: F64, wins: F64, rng: np.random.Generator
) -> F64:
    """Direction and softness of the key light, leaves before it, blinds; pools are set in
    ``wins``.
    """
    sun = np.zeros(il.SUN_SIZE)
    lift = math.radians(SUN_HEIGHT.get(spec.time_of_day, 28.0) + float(rng.uniform(-2.5, 2.5)))
    turn = float(rng.uniform(0.24, 0.52)) * side  # the sun stands outwards, so pools lie inwards
    if kind == LOFT:
        turn = side * float(rng.uniform(1.18, 1.42))
        lift = max(lift, math.radians(27.0))
    elif kind == WALL_LIGHT:
        # from behind the viewer's shoulder, so aimed that the pool hangs on the end wall
        metre = table[il.DEEP] / table[il.FOCAL]
        aim = (0.5 - side * float(rng.uniform(-0.04, 0.12))) * spec.canvas[0] - table[il.VX]
        wall = table[il.XR] if side > 0 else table[il.XL]
        away = table[il.DEEP] - 0.5 * (wins[0, il.U0] + wins[0, il.U1])
        turn = math.atan2(wall - aim * metre, -away)
        lift = math.radians(float(rng.uniform(12.0, 17.0)))
        reach = math.hypot(wall - aim * metre, away) * math.tan(lift)
        wins[:, il.V0], wins[:, il.V1] = (wins[:, v] - 2.0 + 1.55 + reach for v in (il.V0, il.V1))
    elif kind == BALLROOM:
        turn = float(rng.uniform(-0.42, 0.42))
        lift = max(lift, math.radians(25.0))
    elif kind == SALON:
        lift = max(lift, math.radians(24.0))
    sun[il.SX], sun[il.SY], sun[il.SZ] = (
        math.cos(lift) * math.sin(turn), math.sin(lift), math.cos(lift) * math.cos(turn),
    )  # fmt: skip
    sun[il.SIZE] = SUN_SOFT.get(spec.weather, 0.03)
    sun[il.DAPPLE] = (
        0.62
        if spec.weather in ("clear", "cloudy") and rng.random() < 0.55 and kind != LOFT
        else 0.0
    )
    if spec.time_of_day == "night":
        sun[il.DAPPLE] = 0.0
    sun[il.SUN_SEED] = (spec.seed * 13 + 5) & 0xFFFF
    noir = spec.mood in ("tense", "dark") or spec.time_of_day == "night"
    if (
        noir
        and kind in (SALON, WINDOW, WALL_LIGHT)
        and rng.random() < (0.75 if spec.mood == "tense" else 0.5)
    ):
        wins[:, il.BLIND] = 0.075
        wins[:, il.ROWS] = 1.0
    elif kind in (SALON, WINDOW, BALLROOM) and rng.random() < 0.8:
        wide = wins[:, il.U1] - wins[:, il.U0]
        heavy = kind == BALLROOM
        cover = float(rng.uniform(0.10, 0.26))
        wins[:, il.LEFT] = wins[:, il.RIGHT] = wide * (0.12 if heavy else cover)
        wins[:, il.SHEER] = 0.08 if heavy else 0.42
    _pools(table, wins, sun)
    return sun


def _pools(table: F64, wins: F64, sun: F64) -> None:
    for win in wins:
        u, v = 0.5 * (win[il.U0] + win[il.U1]), 0.45 * win[il.V0] + 0.55 * win[il.V1]
        t = v / sun[il.SY]
        if win[il.SIDE] == il.BACK_WALL:
            x, z = u - sun[il.SX] * t, table[il.DEEP] - sun[il.SZ] * t
        else:
            wall = table[il.XL] if win[il.SIDE] == il.LEFT_WALL else table[il.XR]
            x, z = wall - sun[il.SX] * t, u - sun[il.SZ] * t
        win[il.POOL_X] = min(max(x, table[il.XL] + 0.3), table[il.XR] - 0.3)
        win[il.POOL_Z] = min(max(z, 0.5), table[il.DEEP] - 0.4)
        area = (win[il.U1] - win[il.U0]) * (win[il.V1] - win[il.V0])
        win[il.POOL] = 0.055 * min(area, 6.0)


def _grey(colour: F32, keep: float, level: float) -> F32:
    """The colour with ``keep`` of its chroma, at luminance ``level``."""
    lab = oklab(colour)
    lab[1:] *= keep
    out = from_oklab(lab)
    return np.asarray(out * np.float32(level / max(float(luminance(out)), 1e-4)), np.float32)


def _colours(spec: SceneSpec, pal: ScenePalette, kind: int, rng: np.random.Generator) -> F32:
    """The colour table of the kernels, linear light or albedo."""
    c = np.zeros((COLOURS, 3), np.float32)
    night = spec.time_of_day == "night"
    sky = mix(pal.sky[1], pal.sky[3], 0.52)
    if night:
        sky = mix(mix(pal.sky[3], pal.sky[4], 0.6), pal.accent, 0.28)
    level = SKY_POWER.get(spec.time_of_day, 1.5) * SKY_LEFT.get(spec.weather, 1.0)
    c[0] = _grey(sky, 0.38 if spec.time_of_day == "day" else 0.66, level)
    power = SUN_POWER.get(spec.time_of_day, 3.0) * SUN_LEFT.get(spec.weather, 0.5)
    pale = 0.30 if spec.time_of_day == "day" else 0.12
    key = mix(mix(pal.sun, pal.rim, 0.4), np.ones(3, np.float32), pale)
    if night:
        key = mix(pal.sun, pal.accent, 0.25)
    c[1] = key / max(float(luminance(key)), 1e-3) * np.float32(power)
    walls, wood, wood2, trim = _materials(spec, pal, kind, rng)
    c[2] = c[1] * mix(wood, walls, 0.3) * np.float32(1.9)
    cool = _grey(mix(pal.sky[1], pal.sky[2], 0.5), 0.40 if spec.time_of_day == "day" else 0.66, 1.0)
    open_ = 1.9 if kind == WALL_LIGHT else 1.0  # most of that room lies behind the viewer
    c[3] = cool * np.float32((0.056 * level + 0.023) * open_)
    lamp = mix(np.asarray([1.0, 0.56, 0.22], np.float32), pal.accent, 0.12)
    c[4] = lamp * np.float32(1.9)
    c[5], c[6], c[7], c[8] = walls, trim, wood, wood2
    c[9] = mix(trim, walls, 0.25)
    c[10] = trim * np.float32(0.8) if rng.random() < 0.7 else mix(wood2, pal.shadow, 0.4)
    c[11] = c[0] * np.float32(0.85)
    rug = _grey(pal.accent2 if rng.random() < 0.5 else pal.accent, 0.55, 0.16)
    c[12], c[13], c[14] = rug, _grey(pal.accent, 0.5, 0.11), _grey(pal.accent2, 0.4, 0.26)
    c[15] = mix(trim, wood, 0.35)
    return c


def _materials(
    spec: SceneSpec, pal: ScenePalette, kind: int, rng: np.random.Generator
) -> tuple[F32, F32, F32, F32]:
    """Wall, floor, second floor and trim albedo: the seed's, drawn to the palette."""
    wall = linear_from_hex(str(rng.choice(WALLS)))
    pairs = STONES if kind == LOFT and rng.random() < 0.35 else WOODS
    first, second = (linear_from_hex(v) for v in pairs[int(rng.integers(len(pairs)))])
    own = 0.72 if spec.palette else 0.22
    hue = mix(pal.sky[2], pal.fog, 0.5)
    wall = mix(wall, _grey(hue, 0.8, float(luminance(wall))), own)
    floor_hue = mix(pal.shadow, pal.sky[1], 0.45)
    share = 0.5 if spec.palette else 0.12
    first = mix(first, _grey(floor_hue, 0.8, float(luminance(first))), share)
    second = mix(second, _grey(floor_hue, 0.8, float(luminance(second))), share)
    trim = mix(mix(wall, np.full(3, 0.62, np.float32), 0.55), pal.fog, 0.12)
    dim = {"dark": 0.62, "tense": 0.75, "melancholy": 0.85}.get(spec.mood, 1.0)
    if rng.random() < 0.3:  # panelling in the wall's own colour
        trim = wall * np.float32(0.92)
    return wall * np.float32(dim), first, second, trim * np.float32(dim)
