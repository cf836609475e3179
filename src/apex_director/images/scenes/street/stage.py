"""The sheets of a street: walls cast, ground laid, everything that stands there set in from far to
near, and the same once more upside down for the wet ground.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from apex_director.images.scenes.model import SceneSpec
from apex_director.images.scenes.palette import ScenePalette
from apex_director.images.scenes.sky import smoothstep
from apex_director.images.scenes.street import fittings as fit
from apex_director.images.scenes.street import walls as at
from apex_director.images.scenes.street.atlas import atlas
from apex_director.images.scenes.street.cars import Mesh, car_mesh, park
from apex_director.images.scenes.street.cast import cast_street
from apex_director.images.scenes.street.ground import lay_ground, smears
from apex_director.images.scenes.street.life import PLAYING, Life
from apex_director.images.scenes.street.light import Lights, numbers
from apex_director.images.scenes.street.people import stand
from apex_director.images.scenes.street.sheet import Sheet
from apex_director.images.scenes.street.signs import hang_sign
from apex_director.images.scenes.street.town import ALLEY, CROSSING, Town
from apex_director.images.scenes.street.tram import run_tram
from apex_director.images.scenes.street.view import SHRINK, View

F32 = NDArray[np.float32]
Thing = tuple[float, Callable[[Sheet], None]]

_OVERLAP = 0.7  # a far sheet begins at this share of the depth where the near one ends
FARTHEST = 1200.0


@dataclass(frozen=True, kw_only=True, eq=False)
class Stage:
    """What all sheets of one street share."""

    spec: SceneSpec
    pal: ScenePalette
    town: Town
    lights: Lights
    life: Life
    sky: F32
    things: tuple[Thing, ...]


def things(spec: SceneSpec, town: Town, lights: Lights, life: Life) -> tuple[Thing, ...]:
    """Everything to set into the street with its depth, farthest first."""
    view, out = town.view, list[Thing]()
    second, vanish = lights.signs[1], view.vanishing()[0] * view.width
    meshes: dict[float, Mesh] = {}
    snow = spec.weather == "snow"

    def add(x: float, z: float, what: Callable[[Sheet], None]) -> None:
        out.append((view.depth(x, z), what))

    for sign in town.signs:
        colour = lights.signs[sign.colour]
        add(sign.x0, sign.z, lambda s, g=sign, c=colour: hang_sign(s, g, second, c))  # type: ignore[misc]
    for cloth in town.awnings:
        add(cloth.x, cloth.z0, lambda s, c=cloth: fit.stretch_awning(s, c, snow))  # type: ignore[misc]
    for x, z, arm in town.lamps:
        add(x, z, lambda s, a=x, b=z, c=arm: fit.stand_lamp(s, a, b, c))  # type: ignore[misc]
    for wire in town.wires:
        add(0.0, wire[1], lambda s, w=wire: fit.string_wire(s, town.half, w))  # type: ignore[misc]
    for car in (*life.cars, *((life.hero_car,) if life.hero_car else ())):
        mesh = meshes.get(car.tall) or meshes.setdefault(car.tall, car_mesh(car.tall))
        add(car.x, car.z, lambda s, c=car, m=mesh: park(s, c, m, snow))  # type: ignore[misc]
    globe = globe_place(town, life)
    if globe is not None:
        add(*globe, lambda s: fit.stand_globe(s, *globe))
    edge = lights.table[9] * np.float32(1.5) + lights.signs[2] * np.float32(0.12 * lights.dark)
    for who in life.people:
        weight = (0.12, 1.0) if view.place(who.x, 1.0, who.z)[0] < vanish else (1.0, 0.12)
        sides = edge * np.float32(weight[0]), edge * np.float32(weight[1])
        add(who.x, who.z, lambda s, p=who, e=sides: stand(s, p, *e))  # type: ignore[misc]
    if town.kind == ALLEY:
        strings = fit.lantern_strings(town, [lights.signs[0], lights.signs[2], lights.signs[1]])
        for string in strings:
            add(0.0, string[0], lambda s, g=string: fit.hang_lanterns(s, town.half, g))  # type: ignore[misc]
    if town.kind == CROSSING:
        for x, z, arm, state in _signals(spec, town):
            add(x, z, lambda s, a=(x, z, arm, state): fit.stand_signal(s, *a))  # type: ignore[misc]
        if life.tram:
            run = life.tram
            add(0.0, run[2], lambda s: run_tram(s, *run, spec.seed))
    return tuple(sorted(out, key=lambda thing: -thing[0]))


def globe_place(town: Town, life: Life) -> tuple[float, float] | None:
    """Where the lamp of those who play or dance stands, x and z: beside and a little behind."""
    if life.hero is None or life.hero.kind not in PLAYING:
        return None
    away = 1.35 if life.hero.kind == "dancer" else 0.55
    return life.hero.x + town.side * away, life.hero.z + 0.7


def _signals(spec: SceneSpec, town: Town) -> list[tuple[float, float, float, int]]:
    state = (0, 0, 2)[spec.seed % 3]
    x = town.kerb + 0.5
    return [
        (town.side * x, 12.6, -town.side * 2.4, state),
        (-town.side * x, 22.6, town.side * 2.4, state),
    ]


def cast(stage: Stage, view: View, near: float, far: float) -> Sheet:
    """A sheet with the walls of a range of depth."""
    num = numbers(stage.spec, view, stage.lights)
    num[at.NEAR], num[at.FAR] = near, far
    out = np.zeros((view.height, view.width, 4), np.float32)
    light = np.zeros((view.height, view.width, 3), np.float32)
    lights, tiles = stage.lights, atlas(stage.spec.seed & 0x7FFFFFFF)
    cast_street(stage.town.walls, num, lights.table, lights.walls, *tiles, out, light)
    return Sheet(view, lights, out, light)


def set_in(stage: Stage, sheet: Sheet, near: float, far: float) -> None:
    """Everything between two depths, farthest first."""
    for depth, draw in stage.things:
        if near < depth <= far:
            draw(sheet)


def mirror(stage: Stage) -> F32:
    """The street upside down under the eye, sharp and smeared [3, h, w, 6]."""
    view = stage.town.view.mirrored(SHRINK)
    sheet = cast(stage, view, 0.5, FARTHEST)
    set_in(stage, sheet, 0.5, FARTHEST)
    rows = round(stage.town.view.horizon)
    sky = stage.sky[max(0, rows - view.height * SHRINK) : rows]
    small = cv2.resize(sky, (view.width, max(1, len(sky) // SHRINK)), interpolation=cv2.INTER_AREA)
    missing = max(0, view.height - len(small))
    small = cv2.copyMakeBorder(small, missing, 0, 0, 0, cv2.BORDER_REPLICATE)[-view.height :]
    clear = 1 - np.minimum(sheet.out[..., 3:], 1)
    sheet.out[..., :3] += small * clear
    return smears(stage.town.view.height, sheet.out, sheet.light)


def sheets(stage: Stage) -> tuple[F32, Sheet, Sheet]:
    """The backmost picture, and the far and the near sheet with their light."""
    split = stage.town.split
    row0, ground, shine, depth = lay_ground(stage.spec, stage.town, stage.lights, mirror(stage))
    back = stage.sky.copy()
    back[row0:] = ground
    far = cast(stage, stage.town.view, split * _OVERLAP, FARTHEST)
    near = cast(stage, stage.town.view, 0.5, split)
    _under(far, row0, ground, shine, smoothstep(split * 0.5, split * 0.62, depth))
    _under(near, row0, ground, shine, smoothstep(split, split * 0.80, depth))
    set_in(stage, far, split, FARTHEST)
    set_in(stage, near, 0.5, split)
    return back, far, near


def _under(sheet: Sheet, row0: int, ground: F32, shine: F32, share: F32) -> None:
    """Ground below the walls of a sheet, where ``share`` is."""
    part = sheet.out[row0:]
    free = (1 - np.minimum(part[..., 3], 1)) * share
    part[..., :3] += ground * free[..., None]
    part[..., 3] += free
    sheet.light[row0:] += shine * free[..., None]
