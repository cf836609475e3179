"""Who and what moves in a street: cars at the kerb and in the lanes, a tram, passers-by; and the
one
the picture is about.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from apex_director.images.scenes.model import SceneSpec
from apex_director.images.scenes.street.cars import Car
from apex_director.images.scenes.street.light import Lights
from apex_director.images.scenes.street.people import Person
from apex_director.images.scenes.street.town import ALLEY, CANYON, CROSSING, SHOPFRONT, Town

F32 = NDArray[np.float32]

_PAINTS = (
    (0.05, 0.053, 0.06), (0.12, 0.125, 0.13), (0.045, 0.012, 0.014), (0.015, 0.03, 0.055),
           (0.17, 0.17, 0.165), (0.02, 0.035, 0.03))  # fmt: skip
ON_FOOT = ("walker", "couple", "band", "dancer")
PLAYING = ("band", "dancer")  # they get a lamp of their own


@dataclass(frozen=True, kw_only=True, eq=False)
class Life:
    """``cars`` and ``people`` of the street; the hero is one of either, or none; ``tram`` is its
    near end's x, its direction and its z.
    """

    cars: tuple[Car, ...]
    people: tuple[Person, ...]
    hero: Person | None
    hero_car: Car | None
    tram: tuple[float, float, float] | None


def wet_weather(spec: SceneSpec) -> bool:
    """Whether people carry umbrellas."""
    return spec.weather in ("rain", "storm", "snow")


def populate(spec: SceneSpec, town: Town, lights: Lights) -> Life:
    """Everybody in a street."""
    rng = np.random.default_rng([spec.seed & 0x7FFFFFFF, 811])
    hero = _hero(rng, spec, town, lights) if spec.subject in ON_FOOT else None
    hero_car = _hero_car(rng, town) if spec.subject == "car" and town.kind != ALLEY else None
    cars = _cars(rng, town) if town.kind != ALLEY else []
    tram = None
    if town.kind == CROSSING and hero_car is None and rng.random() < 0.62:
        tram = (-town.side * float(rng.uniform(-1.0, 1.6)), -town.side, 16.2)
    elif town.kind == CROSSING and hero_car is None:
        cars.append(_car(rng, town.side * float(rng.uniform(2.0, 3.5)), 15.5,
                         np.pi / 2 * (1 if rng.random() < 0.5 else -1), True))  # fmt: skip
    folk = _passers(rng, spec, town, lights, hero)
    return Life(cars=tuple(cars), people=tuple(folk), hero=hero, hero_car=hero_car, tram=tram)


def _car(rng: np.random.Generator, x: float, z: float, turn: float, lamps: bool) -> Car:
    tall = float(rng.choice((1.0, 1.0, 1.18, 1.3)))
    return Car(x=x, z=z, turn=turn, tall=tall, long=float(rng.uniform(0.92, 1.05)),
               paint=_PAINTS[int(rng.integers(len(_PAINTS)))], lamps=lamps)  # fmt: skip


def _cars(rng: np.random.Generator, town: Town) -> list[Car]:
    """Parked along the kerbs; driving on the right, away or towards the eye."""
    cars: list[Car] = []
    first = {CANYON: 11.5, SHOPFRONT: 12.0, CROSSING: 30.0}[town.kind]
    for side in (-1.0, 1.0):
        z = first + float(rng.uniform(0.0, 5.0)) + (4.0 if side == town.side else 0.0)
        while z < 95.0:
            if rng.random() < 0.62 and not (town.gap[0] - 4 < z < town.gap[1] + 4):
                cars.append(
                    _car(rng, side * (town.kerb - 0.98), z, 0.0 if side > 0 else np.pi, False)
                )
            z += float(rng.uniform(5.4, 9.0))
    lane = (town.kerb - 2.0) * 0.52 if town.kerb > 3.9 else 0.0
    z = {CANYON: 17.0, SHOPFRONT: 16.0, CROSSING: 34.0}[town.kind] + float(rng.uniform(0.0, 6.0))
    while z < 110.0:
        away = rng.random() < 0.55
        if town.kerb > 3.9 or away:
            cars.append(_car(rng, lane if away else -lane, z, 0.0 if away else np.pi, True))
        z += float(rng.uniform(7.0, 22.0))
    return cars


def _across(town: Town, share: float, d: float) -> float:
    """World x of canvas column ``share`` at depth ``d``, for a place on the ground."""
    view = town.view
    slope = (share * view.width - view.centre) / view.focal
    return float(view.x + d * (np.sin(view.yaw) + slope * np.cos(view.yaw)))


def _along(town: Town, share: float, d: float) -> float:
    view = town.view
    slope = (share * view.width - view.centre) / view.focal
    return float(d * (np.cos(view.yaw) - slope * np.sin(view.yaw)))


def _cloth(rng: np.random.Generator, lights: Lights) -> tuple[float, float, float]:
    """An umbrella's colour: mostly dark, some in one of the street's own colours."""
    pick = rng.random()
    if pick < 0.35:
        return 0.05, 0.052, 0.06
    c = lights.signs[int(rng.integers(3))] * np.float32(0.55 if pick < 0.7 else 0.3)
    return float(c[0]), float(c[1]), float(c[2])


def _hero(rng: np.random.Generator, spec: SceneSpec, town: Town, lights: Lights) -> Person:
    d = {CANYON: 8.3, SHOPFRONT: 7.6, CROSSING: 9.6, ALLEY: 7.6}[town.kind]
    d *= 1.12 if spec.height > spec.width else 1.0
    share = (
        0.5 - town.side * {CANYON: 0.115, SHOPFRONT: 0.015, CROSSING: 0.13, ALLEY: 0.05}[town.kind]
    )
    kind, tall, cloth = spec.subject, 1.76, None
    if kind in ("walker", "couple") and wet_weather(spec):
        kind = f"{kind}_umbrella"
        tall *= 1.205 if spec.subject == "walker" else 1.215
        lead = lights.signs[int(rng.integers(2))] * np.float32(0.8)
        red = np.asarray([0.75, 0.03, 0.03], np.float32)
        c = red if not spec.palette and rng.random() < 0.5 else lead
        cloth = (float(c[0]), float(c[1]), float(c[2]))
    if kind == "band":
        tall, d = 1.86, d * 1.15
    if kind == "dancer":
        tall = 1.9
    return Person(kind=kind, x=_across(town, share, d), z=_along(town, share, d), tall=tall,
                  seed=spec.seed, cloth=cloth)  # fmt: skip


def _hero_car(rng: np.random.Generator, town: Town) -> Car:
    if town.kind == CROSSING:
        return _car(rng, -town.side * 1.2, 13.6, np.pi / 2 * town.side, True)
    d = 10.5 if town.kind == CANYON else 11.5
    share = 0.5 - town.side * (0.10 if town.kind == CANYON else 0.11)
    car = _car(rng, _across(town, share, d), _along(town, share, d), 0.0, True)
    return Car(
        x=car.x, z=car.z, turn=0.0, tall=1.0, long=1.0, paint=(0.03, 0.032, 0.036), lamps=True
    )


def _passers(
    rng: np.random.Generator, spec: SceneSpec, town: Town, lights: Lights, hero: Person | None
) -> list[Person]:
    folk: list[Person] = []
    taken = [town.view.place(hero.x, 0.0, hero.z)] if hero is not None else []
    if hero is not None and hero.kind in PLAYING:  # they spread over metres
        col, row, scale = taken[0]
        taken = [(col, row, scale * 4.5)]
    count = {"melancholy": 4, "dark": 4, "tense": 4, "joyful": 12}.get(spec.mood, 8)
    umbrellas = wet_weather(spec)
    for k in range(count):
        side = -1.0 if rng.random() < 0.5 else 1.0
        if town.kind == ALLEY:
            x, z = float(rng.uniform(-0.6, 0.6)) * town.half, float(rng.uniform(12.0, 40.0))
        else:
            x = side * float(rng.uniform(town.kerb + 0.5, town.half - 0.5))
            z = float(rng.uniform(11.0, 44.0))
        if town.kind == CROSSING:
            z = float(rng.uniform(24.5, 42.0)) if k % 4 else float(rng.uniform(9.4, 11.2))
            x = x if k % 4 else float(rng.uniform(-0.8, 0.8)) * town.kerb
        here = town.view.place(x, 0.0, z)
        if z < 18.0 and any(abs(a[0] - here[0]) < 0.72 * (a[2] + here[2]) for a in taken):
            continue
        taken.append(here)
        kind = "walker_umbrella" if umbrellas and rng.random() < 0.85 else "walker"
        tall = float(rng.uniform(1.6, 1.84)) * (1.205 if kind != "walker" else 1.0)
        folk.append(Person(kind=kind, x=x, z=z, tall=tall, seed=int(rng.integers(1 << 20)),
                           cloth=_cloth(rng, lights) if kind != "walker" else None))  # fmt: skip
    return folk
