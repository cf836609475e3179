"""The light of a street: its colours by hour, weather and palette, and what signs, lamps and shops
throw on the walls and the ground.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numba import njit
from numpy.typing import NDArray

from apex_director.images.scenes.model import SceneSpec
from apex_director.images.scenes.palette import ScenePalette, luminance, mix
from apex_director.images.scenes.staging import neutral
from apex_director.images.scenes.street import walls as at
from apex_director.images.scenes.street.town import ALLEY, Town
from apex_director.images.scenes.street.view import View

F32 = NDArray[np.float32]

DARK = {"dawn": 0.55, "day": 0.0, "golden_hour": 0.22, "sunset": 0.55, "dusk": 0.86, "night": 1.0}
_THICK = {"clear": 0.75, "cloudy": 0.9, "mist": 2.2, "rain": 1.15, "snow": 1.6, "storm": 1.4}
_WALL_HIGH, _WALL_LONG = 36, 260  # cells of the maps of light
GROUND_STEP = 0.5
_GROUND_WIDE, _GROUND_LONG = 72, 220


@dataclass(frozen=True, kw_only=True)
class Feeling:
    """What a mood does to a street: how strong what shines is, how light the rest, how thick the
    air, how far it glows, and a tint (linear) with its share.
    """

    shine: float = 1.0
    rest: float = 1.0
    air: float = 1.0
    bloom: float = 1.0
    tint: tuple[float, float, float] = (1.0, 1.0, 1.0)
    share: float = 0.0


FEELINGS = {
    "warm": Feeling(shine=1.05, bloom=1.1, tint=(1.0, 0.48, 0.16), share=0.34),
    "melancholy": Feeling(shine=0.72, rest=0.9, air=1.4, tint=(0.20, 0.42, 0.85), share=0.42),
    "tense": Feeling(shine=0.85, rest=0.62, air=1.1, tint=(0.25, 0.75, 0.42), share=0.30),
    "joyful": Feeling(shine=1.22, rest=1.12, bloom=1.2, tint=(1.0, 0.50, 0.55), share=0.14),
    "dreamy": Feeling(
        shine=0.95, rest=1.08, air=1.55, bloom=2.0, tint=(0.85, 0.45, 1.0), share=0.32
    ),
    "epic": Feeling(shine=1.30, rest=0.80, air=1.15, bloom=1.5, tint=(1.0, 0.60, 0.25), share=0.12),
    "dark": Feeling(shine=0.62, rest=0.55, air=1.15, tint=(0.30, 0.42, 0.70), share=0.25),
}


@dataclass(frozen=True, kw_only=True, eq=False)
class Lights:
    """``table`` of the caster's colours [10, 3]; the four ``signs`` colours; ``walls`` [2, v, u, 3]
    and ``ground`` [z, x, 3] maps of light; ``dark`` 0 day to 1 night; ``fog`` per metre beyond
    ``fog_from`` metres; how
    strong a low ``sun`` is and how far lamps ``bloom``.
    """

    table: F32
    signs: tuple[F32, F32, F32, F32]
    walls: F32
    ground: F32
    dark: float
    fog: float
    fog_from: float
    sun: float
    bloom: float


def light_up(spec: SceneSpec, pal: ScenePalette, town: Town) -> Lights:
    """All light of a street."""
    dark = DARK.get(spec.time_of_day, 0.86)
    feeling = FEELINGS.get(spec.mood, Feeling())
    table = _felt(_table(spec, pal, dark), feeling, 0.45 if spec.palette else 1.0)
    signs = (table[at.ACCENT], table[at.ACCENT2], table[at.WARM], table[at.COOL])
    lamps = _emitters(town, signs, table, dark)
    thick = feeling.air * _THICK.get(spec.weather, 1.0) * (1.5 if town.kind == ALLEY else 1.0)
    sun = {"golden_hour": 1.0, "sunset": 0.8, "dawn": 0.55, "day": 0.15}.get(spec.time_of_day, 0.0)
    sun *= {"clear": 1.0, "cloudy": 0.45, "mist": 0.5}.get(spec.weather, 0.15)
    return Lights(
        table=table, signs=signs, walls=_wall_maps(town, lamps), ground=_ground_map(lamps),
        dark=dark, fog=0.0072 * thick * (1.0 if dark > 0.1 else 0.8),
        fog_from=2.5 if spec.weather == "mist" else 9.0, sun=sun, bloom=feeling.bloom,
    )  # fmt: skip


def _felt(table: F32, feeling: Feeling, share: float) -> F32:
    """The table of colours under a mood: tinted at its own lightness, brighter or darker."""
    out = table.copy()
    tint = np.asarray(feeling.tint, np.float32)
    tint /= luminance(tint)
    for row, weight, level in (
        (at.FOG, 1.0, feeling.rest), (at.SKYLIGHT, 0.9, feeling.rest),
        (at.LOWLIGHT, 0.8, feeling.rest), (at.HAZE, 1.0, feeling.rest),
        (at.MIRROR, 0.7, feeling.rest), (at.WARM, 0.45, feeling.shine),
        (at.COOL, 0.6, feeling.shine), (at.ACCENT, 0.12, feeling.shine),
        (at.ACCENT2, 0.12, feeling.shine), (at.STREETLAMP, 0.5, feeling.shine),
    ):  # fmt: skip
        toned = mix(table[row], tint * luminance(table[row]), feeling.share * weight * share)
        out[row] = toned * np.float32(level)
    return out


def chroma_kept(spec: SceneSpec) -> float:
    """How much of its colour the sky keeps: a grey day is grey."""
    kept = {"day": 0.75, "dawn": 0.9}.get(spec.time_of_day, 1.0)
    if spec.weather != "clear":
        kept *= {"day": 0.45, "dawn": 0.8, "dusk": 0.9}.get(spec.time_of_day, 1.0)
    return kept if not spec.palette else 0.5 + 0.5 * kept


def vivid(colour: F32, push: float = 1.35) -> F32:
    """The colour at tube brightness, its chroma raised, brightest channel one."""
    grey = float(colour.mean())
    strong = np.clip(grey + (colour - grey) * push, 0.02, None)
    return np.asarray(strong / float(strong.max()), np.float32)


def _table(spec: SceneSpec, pal: ScenePalette, dark: float) -> F32:
    keep = chroma_kept(spec)
    sky = neutral((pal.sky[1] + pal.sky[2] + pal.sky[3] * 2) / np.float32(4), keep)
    level = np.float32(0.95 - 0.30 * dark)
    floor = np.float32(0.010 * dark)
    skylight = sky * level * np.float32(1.0 - 0.48 * dark) + floor
    accent, accent2 = vivid(pal.accent), vivid(pal.accent2)
    warm = mix(np.asarray([1.0, 0.54, 0.20], np.float32), vivid(pal.sun, 1.2), 0.26)
    cool = mix(np.asarray([0.78, 0.92, 1.0], np.float32), vivid(pal.sun, 1.0), 0.25)
    lamp = mix(np.asarray([1.0, 0.56, 0.22], np.float32), vivid(pal.sun, 1.1), 0.35)
    glow = mix(pal.fog, accent, 0.30)
    warmth = mix(mix(lamp, accent, 0.35), pal.sky[4], 0.15)
    wet = np.float32(1.3 if spec.weather == "mist" else 1.0)
    day_fog = neutral(mix(pal.fog, pal.sky[4], 0.5), keep)
    fog = mix(
        day_fog * np.float32(0.92), glow * np.float32(0.10) * wet + sky * np.float32(0.40), dark
    )
    haze = mix(day_fog, warmth * np.float32(0.37) * wet + sky * np.float32(0.15), dark)
    low = (
        lamp * np.float32(0.5) + accent * np.float32(0.3) + accent2 * np.float32(0.2)
    ) * np.float32(0.055 * dark)
    mirror = neutral(mix(pal.sky[2], pal.sky[4], 0.4), keep) * np.float32(1.0 - 0.35 * dark) + floor
    rows = [fog, skylight, low, warm * 1.15, cool, accent, accent2, mirror, lamp, haze]
    return np.stack(rows).astype(np.float32)


def numbers(spec: SceneSpec, view: View, lights: Lights) -> F32:
    """The caster's table of numbers, for the whole depth of the street."""
    num = np.zeros(15, np.float32)
    values = {
        at.EYE: view.eye, at.FOCAL: view.focal, at.CX: view.centre, at.HORIZON: view.horizon,
        at.CAM_X: view.x, at.SIN: np.sin(view.yaw), at.COS: np.cos(view.yaw),
        at.FOG_K: lights.fog, at.FOG_FROM: lights.fog_from, at.GLASS: 0.9,
        at.SHOPS: 0.62 + 0.38 * lights.dark, at.GLOW: 0.55 + 0.45 * lights.dark,
        at.SNOW: 1.0 if spec.weather == "snow" else 0.0, at.NEAR: 0.5, at.FAR: 900.0,
    }  # fmt: skip
    for place, value in values.items():
        num[place] = value
    return num


def _emitters(
    town: Town, signs: tuple[F32, F32, F32, F32], table: F32, dark: float
) -> NDArray[np.float32]:
    """Things that shine [n, 7]: place, then light."""
    rows: list[list[float]] = []
    for sign in town.signs:
        area = (sign.x1 - sign.x0) * (sign.y1 - sign.y0)
        c = signs[sign.colour] * np.float32(0.55 * min(area, 3.5) * (0.25 + 0.75 * dark))
        steps = max(1, round((sign.y1 - sign.y0) / 1.5))
        for k in range(steps):
            y = sign.y0 + (sign.y1 - sign.y0) * (k + 0.5) / steps
            rows.append([(sign.x0 + sign.x1) / 2, y, sign.z, *(c / steps)])
    for x, z, arm in town.lamps:
        rows.append([x + arm, 7.0, z, *(table[at.STREETLAMP] * np.float32(7.0 * dark))])
    for row in town.walls:  # shops light the pavement before them
        if row[at.UNIT] <= 0 or row[at.Z1] <= row[at.Z0] or row[at.Z0] > 100:
            continue
        side = 1.0 if row[at.X0] > 0 else -1.0
        for k in range(round(float(row[at.LENGTH] / row[at.UNIT]))):
            z = row[at.Z0] + (k + 0.5) * row[at.UNIT]
            c = table[at.WARM] * np.float32(0.55 * (0.15 + 0.85 * dark))
            rows.append([row[at.X0] - side * 0.5, 2.0, z, *c])
    return np.asarray(rows or [[0.0] * 6], np.float32)


@njit(cache=True)
def _gather(points, lamps, nx, ny, nz, out):  # type: ignore[no-untyped-def]
    least = np.float32(0.35)
    zero = np.float32(0.0)
    for i in range(points.shape[0]):
        for k in range(lamps.shape[0]):
            x = lamps[k, 0] - points[i, 0]
            y = lamps[k, 1] - points[i, 1]
            z = lamps[k, 2] - points[i, 2]
            facing = x * nx + y * ny + z * nz
            if facing <= zero:
                continue
            square = x * x + y * y + z * z + least
            share = facing / (square * np.sqrt(square))
            for c in range(3):
                out[i, c] += share * lamps[k, 3 + c]


def _falling(points: F32, lamps: F32, normal: tuple[float, float, float]) -> F32:
    """Light [..., 3] of all lamps on points [..., 3] facing ``normal``."""
    flat, total = points.reshape(-1, 3), np.zeros((points.size // 3, 3), np.float32)
    nx, ny, nz = (np.float32(v) for v in normal)
    _gather(flat, lamps, nx, ny, nz, total)
    return total.reshape(points.shape)


def _wall_maps(town: Town, lamps: F32) -> F32:
    v = np.arange(_WALL_HIGH, dtype=np.float32) * np.float32(at.MAP_STEP)
    u = np.arange(0, _WALL_LONG, 2, dtype=np.float32) * np.float32(at.MAP_STEP) - 12
    maps = []
    for side in (-1.0, 1.0):
        points = np.zeros((len(v), len(u), 3), np.float32)
        points[..., 0], points[..., 1], points[..., 2] = side * town.half, v[:, None], u[None, :]
        near = _falling(points, lamps, (-side, 0.0, 0.0))
        maps.append(np.repeat(near, 2, axis=1))
    return np.ascontiguousarray(np.stack(maps))


def _ground_map(lamps: F32) -> F32:
    x = (np.arange(_GROUND_WIDE, dtype=np.float32) - _GROUND_WIDE // 2) * np.float32(GROUND_STEP)
    z = np.arange(_GROUND_LONG, dtype=np.float32) * np.float32(GROUND_STEP)
    points = np.zeros((_GROUND_LONG, _GROUND_WIDE, 3), np.float32)
    points[..., 0], points[..., 2] = x[None, :], z[:, None]
    return _falling(points, lamps, (0.0, 1.0, 0.0))
