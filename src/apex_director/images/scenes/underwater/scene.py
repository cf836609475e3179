"""Under water: a reef valley in shafts of sun, the surface seen from below, a kelp forest, the
glowing deep.

Compositions: 0 reef valley, 1 looking up at Snell's window, 2 kelp forest, 3 jellyfish in the deep.
The hour colours the light, weather is the height of the waves and the murk, mood the rays.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from apex_director.images.model import BandName, Layer, Light, Particles, Reaction, Scene
from apex_director.images.scenes.finish import lay, srgb, to_layer, tone
from apex_director.images.scenes.model import SceneSpec
from apex_director.images.scenes.palette import mix
from apex_director.images.scenes.planet import bright_enough
from apex_director.images.scenes.sky import unit
from apex_director.images.scenes.staging import rng_for
from apex_director.images.scenes.terrain import View
from apex_director.images.scenes.underwater.frame import ledge_line, ledge_sheet
from apex_director.images.scenes.underwater.jelly import Jelly, put_jelly
from apex_director.images.scenes.underwater.kelp import Stand, kelp_sheet
from apex_director.images.scenes.underwater.light import (
    Sea,
    Waves,
    god_rays,
    level_at,
    open_water,
    sea_for,
    water_colour,
    waves_for,
    with_light,
)
from apex_director.images.scenes.underwater.reef import Reach, Valley, paint_bed
from apex_director.images.scenes.underwater.surface import Gaze, looking_up, shimmering
from apex_director.images.scenes.underwater.swim import School, Swimmer, put_school, put_swimmer

F32 = NDArray[np.float32]
SWIMS = {"walker": "freediver", "couple": "two_divers", "dancer": "drifter"}
_DRIFTING = (  # nothing in water starts at once: swell and slow loudness, no beats
    Reaction(kind="sway", band="loudness", amount=0.006),
    Reaction(kind="bob", amount=0.004),
)


def paint(spec: SceneSpec) -> Scene:
    """Draw the sea from within, in one of four compositions."""
    return (_reef, _window, _kelp, _deep)[spec.composition % 4](spec)


def _lead(spec: SceneSpec) -> tuple[np.random.Generator, float]:
    rng = rng_for(spec, 8100)
    return rng, float(rng.choice((-1.0, 1.0)))


def _wide(spec: SceneSpec, share: float) -> float:
    """A length in short sides that never takes more than ``share`` of the picture's width."""
    return share * spec.canvas[0] / unit(spec)


def _empty(spec: SceneSpec) -> F32:
    w, h = spec.canvas
    return np.zeros((h, w, 4), np.float32)


def _reef(spec: SceneSpec) -> Scene:
    rng, side = _lead(spec)
    w, h = spec.canvas
    light = (0.5 + side * float(rng.uniform(0.10, 0.20)), 0.02)
    sea = with_light(sea_for(spec, light), top=0.60, foot=0.16, glow=0.50, spread=0.40)
    waves = waves_for(spec.seed, sea.rough)
    layers = [_column(spec, sea, waves, Gaze(pitch=0.30, focal=0.8, depth=4.2), 0.45)]
    view = View(horizon=0.60, eye=1.0, focal=0.95)
    land = Valley(wide=1.5, left=1.9 - 0.5 * side, right=1.9 + 0.5 * side, bend=0.8 * side,
                  mounds=float(rng.uniform(0.3, 0.8)))  # fmt: skip
    foot = view.focal * view.eye / ((1 - view.horizon) * h / min(w, h))
    far = Reach(near=8.5, far=42.0, steps=260, corals=60)
    bed = paint_bed(spec, sea, waves, view, land, far)
    if spec.subject == "boat":
        ship = Swimmer(kind="wreck", x=0.5 - side * 0.06, y=0.565, long=min(0.50, _wide(spec,
        0.34)),
                       depth=7.0, turn=-0.10 * side, flip=side > 0, dapple=0.5)  # fmt: skip
        put_swimmer(bed, spec, sea, waves, ship)
    layers.append(to_layer("far reef", bed, 0.16, seed=spec.seed + 1))
    layers.append(_rays(spec, sea, "far rays", 0.10, (light[0], -0.30), 31, 13.0, 0.8))
    mid = Reach(near=4.6, far=9.5, steps=270, corals=140)
    layers.append(to_layer("reef", paint_bed(spec, sea, waves, view, land, mid), 0.42))
    life, place = _reef_life(spec, sea, waves, rng, side)
    layers.append(to_layer("life", life, 0.34, reactions=_DRIFTING, drift=(0.004 * side, 0.0)))
    near = Reach(near=foot * 0.7, far=5.2, steps=300, corals=66, to_bottom=True)
    ground = paint_bed(spec, sea, waves, view, land, near)
    line = ledge_line(spec, 0.09 - 0.06 * side, 0.09 + 0.06 * side, -0.16, 71, 0.30)
    front = ledge_sheet(spec, sea, line, depth=1.1, corals=46, tall=0.20, dim=0.26, salt=71)
    lay(ground, front)
    layers.append(to_layer("near reef", ground, 0.9, seed=spec.seed + 2))
    layers.append(_rays(spec, sea, "rays", 0.6, (light[0] + 0.03, -0.25), 57, 8.0, 0.95))
    return _scene(spec, sea, layers, place, (*SWIMS, "boat"), rays=0.22)


def _reef_life(
    spec: SceneSpec, sea: Sea, waves: Waves, rng: np.random.Generator, side: float
) -> tuple[F32, tuple[float, float]]:
    """The subject in the open water and a school below it; where the picture's interest lies."""
    sheet = _empty(spec)
    kind = SWIMS.get(spec.subject, "")
    if not kind and spec.subject != "boat":
        kind = ("whale", "manta", "turtle", "")[int(rng.integers(4))]
    place = (0.5 - side * 0.13, 0.40)
    if spec.subject == "boat":
        place = (0.5 - side * 0.06, 0.52)
    thick = School(
        x0=0.5 - side * 0.36, y0=0.50, x1=0.5 + side * 0.20, y1=0.36, bow=0.10 * side, thick=0.075,
        count=130, long=0.026, depth=6.5, salt=int(rng.integers(99)),
    )  # fmt: skip
    put_school(sheet, spec, sea, thick)
    sizes = {"whale": 0.72, "manta": 0.42, "turtle": 0.26, "freediver": 0.36, "two_divers": 0.40,
             "drifter": 0.36}  # fmt: skip
    turns = {"whale": 0.14, "manta": 0.10, "turtle": 1.0, "freediver": 1.0, "two_divers": 0.35}
    if kind:
        who = Swimmer(
            kind=kind, x=place[0], y=place[1] - (0.03 if kind == "whale" else 0.0),
            long=min(sizes[kind], _wide(spec, 0.52 if kind == "whale" else 0.34)),
            depth={"whale": 7.5}.get(kind, 3.6),
            turn=side * turns.get(kind, 0.0) * (-1 if kind != "whale" else 1),
            flip=side < 0, salt=5,
        )  # fmt: skip
        put_swimmer(sheet, spec, sea, waves, who)
    few = School(
        x0=0.5 + side * 0.42, y0=0.62, x1=0.5 - side * 0.30, y1=0.56, bow=-0.05 * side, thick=0.05,
        count=26, long=0.046, depth=3.4, slim=0.0, salt=int(rng.integers(99)) + 100,
    )  # fmt: skip
    put_school(sheet, spec, sea, few)
    return sheet, place


def _window(spec: SceneSpec) -> Scene:
    rng, side = _lead(spec)
    w, h = spec.canvas
    size = unit(spec)
    tall = h > 1.1 * w
    middle = (0.5 + side * (0.03 if tall else 0.07), 0.40)
    sea = with_light(sea_for(spec, middle), top=0.40, foot=0.10, glow=0.42, spread=0.36)
    waves = waves_for(spec.seed, sea.rough)
    pitch = 1.40
    focal = 0.34 if not tall else 0.40
    # the zenith stands above the line of sight; the window's middle a little above that
    row = middle[1] + 2.1 * focal / np.tan(pitch) * size / h
    gaze = Gaze(pitch=pitch, focal=focal, depth=3.2, column=middle[0], row=float(row))
    low = {"day": 0.92, "night": 0.85}.get(spec.time_of_day, 0.62)
    sun = np.array([side * 0.30, low, -0.05])
    sun /= np.linalg.norm(sun)
    picture, _ = looking_up(spec, sea, waves, gaze, (float(sun[0]), float(sun[1]), float(sun[2])))
    layers = [to_layer("surface", picture, 0.03, seed=spec.seed)]
    far = _empty(spec)
    for k in range(2):
        ring = School(
            x0=middle[0] - 0.36 * (1 - 2 * k), y0=middle[1] + 0.02,
            x1=middle[0] + 0.36 * (1 - 2 * k),
            y1=middle[1] + 0.05, bow=0.30 + 0.05 * k, thick=0.06, count=120, long=0.020, depth=4.0,
            salt=11 + k,
        )  # fmt: skip
        put_school(far, spec, sea, ring)
    layers.append(to_layer("fish", far, 0.18, reactions=_DRIFTING))
    layers.append(_rays(spec, sea, "far rays", 0.08, middle, 31, 9.0, 0.45, fan=9.0, start=0.6))
    layers.append(_window_subject(spec, sea, waves, rng, side, middle))
    line = ledge_line(spec, 0.20 + 0.09 * side, 0.20 - 0.09 * side, -0.05, 77, 0.32)
    frame = ledge_sheet(spec, sea, line, depth=1.6, corals=60, tall=0.17, dim=0.26, salt=77)
    layers.append(_rays(spec, sea, "rays", 0.5, middle, 57, 6.0, 0.5, fan=9.0, start=0.8))
    layers.append(to_layer("ledge", frame, 0.95, seed=spec.seed + 3))
    return _scene(
        spec, sea, layers, (middle[0] - side * 0.04, middle[1] + 0.02), (*SWIMS, "boat"), rays=0.3
    )


def _window_subject(
    spec: SceneSpec, sea: Sea, waves: Waves, rng: np.random.Generator, side: float,
    middle: tuple[float, float],
) -> Layer:  # fmt: skip
    kinds = {**SWIMS, "boat": "hull_below"}
    kind = kinds.get(spec.subject) or str(
        rng.choice(("whale_below", "manta", "turtle", "shark_below", "freediver"))
    )
    sizes = {"whale_below": 0.40, "manta": 0.44, "turtle": 0.30, "shark_below": 0.42,
             "hull_below": 0.26, "drifter": 0.40}  # fmt: skip
    who = Swimmer(
        kind=kind, x=middle[0] - side * 0.02, y=middle[1] + 0.035,
        long=min(sizes.get(kind, 0.36), _wide(spec, 0.46)), depth=0.7,
        turn=side * float(rng.uniform(0.25, 0.75)), flip=bool(rng.random() < 0.5), dapple=0.15,
        lit=0.30, salt=9,
    )  # fmt: skip
    sheet = _empty(spec)
    put_swimmer(sheet, spec, sea, waves, who)
    return to_layer("subject", sheet, 0.40, reactions=_DRIFTING, drift=(0.003 * side, -0.001))


def _kelp(spec: SceneSpec) -> Scene:
    rng, side = _lead(spec)
    w = spec.canvas[0]
    light = (0.5 + side * float(rng.uniform(0.08, 0.15)), 0.14)
    sea = with_light(sea_for(spec, light), top=0.66, foot=0.12, glow=0.52, spread=0.40)
    waves = waves_for(spec.seed, sea.rough)
    layers = [_column(spec, sea, waves, Gaze(pitch=0.55, focal=0.8, depth=3.4), 0.45)]
    push = -side * float(rng.uniform(0.05, 0.14))
    reach = w / unit(spec)

    def stand(count: int, gap: float, depth: float, salt: int, **form: float) -> Stand:
        places = []
        for _ in range(max(2, round(count * reach / 1.78))):
            x = float(rng.uniform(0.02, 0.98))
            if abs(x - light[0] + side * 0.10) < gap:  # a lane of open water towards the light
                x = x + (gap if x > light[0] - side * 0.10 else -gap)
            places.append(x)
        return Stand(columns=tuple(places), foot=1.04, top=-0.08, depth=depth, salt=salt,
                     long=form["long"], gap=form["every"], push=push)  # fmt: skip

    far = stand(16, 0.05, 9.0, 1, long=0.075, every=0.024)
    layers.append(to_layer("far kelp", kelp_sheet(spec, sea, far), 0.14, reactions=_swaying(0.003)))
    layers.append(_rays(spec, sea, "far rays", 0.10, (light[0], -0.12), 31, 12.0, 0.8))
    mid = stand(8, 0.12, 4.2, 2, long=0.135, every=0.044)
    layers.append(to_layer("kelp", kelp_sheet(spec, sea, mid), 0.40, reactions=_swaying(0.007)))
    life, place = _kelp_life(spec, sea, waves, rng, side, light[0] - side * 0.10)
    layers.append(to_layer("life", life, 0.50, reactions=_DRIFTING, drift=(-0.003 * side, 0.0)))
    edge = 0.5 - 0.5 / spec.overscan
    columns = tuple(
        x + float(rng.uniform(-0.03, 0.03))
        for x in (edge + 0.03, edge + 0.13 * (1 if side > 0 else 0.4), 1 - edge - 0.04,
                  1 - edge - 0.13 * (1 if side < 0 else 0.4))
    )  # fmt: skip
    near = Stand(columns=columns, foot=1.06, top=-0.10, long=0.26, gap=0.085, push=push * 0.6,
                 depth=1.1, salt=3)  # fmt: skip
    front = kelp_sheet(spec, sea, near)
    line = ledge_line(spec, 0.12 + 0.05 * side, 0.12 - 0.05 * side, 0.02, 83, 0.40)
    lay(front, ledge_sheet(spec, sea, line, depth=1.6, corals=26, tall=0.10, dim=0.22, salt=83))
    layers.append(_rays(spec, sea, "rays", 0.6, (light[0], -0.10), 57, 8.0, 0.9))
    layers.append(to_layer("near kelp", front, 0.95, reactions=_swaying(0.004), seed=spec.seed))
    return _scene(spec, sea, layers, place, (*SWIMS,), rays=0.3)


def _kelp_life(
    spec: SceneSpec, sea: Sea, waves: Waves, rng: np.random.Generator, side: float, lane: float
) -> tuple[F32, tuple[float, float]]:
    sheet = _empty(spec)
    place = (lane, 0.50)
    put_school(sheet, spec, sea, School(
        x0=lane - side * 0.30, y0=0.36, x1=lane + side * 0.26, y1=0.44, bow=-0.06 * side,
        thick=0.09, count=90, long=0.030, depth=3.6, slim=0.1,
        salt=int(rng.integers(99))))  # fmt: skip
    kind = SWIMS.get(spec.subject) or ("turtle", "", "freediver")[int(rng.integers(3))]
    if kind:
        size = {"turtle": 0.26, "freediver": 0.34, "two_divers": 0.38, "drifter": 0.38}[kind]
        put_swimmer(sheet, spec, sea, waves, Swimmer(
            kind=kind, x=place[0], y=place[1], long=min(size, _wide(spec, 0.4)), depth=2.4,
            turn=-side * float(rng.uniform(0.15, 0.6)), flip=side < 0, salt=3,
            lit=0.8))  # fmt: skip
    put_school(sheet, spec, sea, School(
        x0=lane + side * 0.34, y0=0.70, x1=lane - side * 0.22, y1=0.62, bow=0.05 * side,
        thick=0.05, count=18, long=0.05, depth=2.2, slim=0.0,
        salt=int(rng.integers(99)) + 100))  # fmt: skip
    return sheet, place


def _swaying(amount: float) -> tuple[Reaction, ...]:
    return (
        Reaction(kind="sway", band="loudness", amount=amount),
        Reaction(kind="bob", amount=amount * 0.25),
    )


def _deep(spec: SceneSpec) -> Scene:
    rng, side = _lead(spec)
    w, h = spec.canvas
    light = (0.5 + side * 0.16, -0.06)
    sea = sea_for(spec, light)
    sea = with_light(sea, top=0.34, foot=0.03, glow=0.30, spread=0.42)
    layers = [to_layer("water", open_water(spec, sea), 0.03, seed=spec.seed)]
    layers.append(_rays(spec, sea, "far rays", 0.08, (light[0], -0.35), 31, 9.0, 0.7))
    white = np.ones(3, np.float32)
    tints = tuple(
        bright_enough(c / np.float32(max(float(c.max()), 1e-3)), 0.30) for c in sea.corals
    )
    pale = mix(sea.sun, white, 0.4)
    hero, at = (0.5 - side * 0.11, 0.33), (0.5 + side * 0.15, 0.58)
    kind = SWIMS.get(spec.subject)
    groups = (("far jellies", 0.16, 9, 0.030, 0.16), ("jellies", 0.38, 4, 0.068, 0.42))
    for number, (name, parallax, count, size, power) in enumerate(groups):
        glow = np.zeros((h, w, 3), np.float32)
        for k in range(round(count * max(1.0, w / h / 1.4))):
            x, y = float(rng.uniform(0.10, 0.90)), float(rng.uniform(0.14, 0.84))
            if number and abs(x - hero[0]) < 0.20 and abs(y - hero[1]) < 0.42:
                x = hero[0] + side * float(rng.uniform(0.26, 0.42))
            if number and kind and abs(x - at[0]) < 0.12 and abs(y - at[1]) < 0.3:
                y = 0.2 * y
            put_jelly(glow, spec, (tints[0], tints[1]), pale, Jelly(
                x=x, y=y, size=size * float(rng.uniform(0.7, 1.4)), lean=float(rng.normal(0, 0.3)),
                closed=float(rng.random()), power=power * float(rng.uniform(0.6, 1.1)),
                hue=int(rng.integers(2)), salt=number * 50 + k, threads=12))  # fmt: skip
        layers.append(_glowing(name, glow, parallax, "mid", 0.004 + 0.004 * number))
    glow = np.zeros((h, w, 3), np.float32)
    put_jelly(glow, spec, (tints[0], tints[1]), pale, Jelly(
        x=hero[0], y=hero[1], size=min(0.17, _wide(spec, 0.17)),
        lean=side * float(rng.uniform(0.1, 0.3)),
        closed=float(rng.uniform(0.3, 0.7)), power=0.95, hue=int(rng.integers(2)), salt=99,
        threads=30))  # fmt: skip
    layers.append(_glowing("jellyfish", glow, 0.62, "low", 0.010))
    front = _empty(spec)
    place = hero
    if kind:
        waves = waves_for(spec.seed, sea.rough)
        put_swimmer(front, spec, sea, waves, Swimmer(
            kind=kind, x=at[0], y=at[1], long=min(0.26, _wide(spec, 0.3)), depth=1.6,
            turn=side * 0.5, flip=side > 0, salt=3, lit=1.6, dapple=0.1))  # fmt: skip
        place = (0.5 * (hero[0] + at[0]), 0.5 * (hero[1] + at[1]))
    line = ledge_line(spec, 0.13 + 0.06 * side, 0.13 - 0.06 * side, 0.0, 91, 0.40)
    lay(front, ledge_sheet(spec, sea, line, depth=1.2, corals=34, tall=0.13, dim=0.30, salt=91))
    layers.append(to_layer("ledge", front, 0.95, reactions=()))
    return _scene(spec, sea, layers, place, tuple(SWIMS), rays=0.0, count=260)


def _glowing(name: str, light: F32, parallax: float, band: BandName, amount: float) -> Layer:
    moving = (
        Reaction(kind="gain", band=band, amount=0.18, floor=0.86),
        Reaction(kind="breathe", amount=0.08),
        Reaction(kind="rise", band="low", amount=amount * 0.4),
        Reaction(kind="bob", amount=amount * 0.6),
        Reaction(kind="sway", band="loudness", amount=amount * 0.6),
    )
    return to_layer(name, light, parallax, blend="add", reactions=moving)


def _column(spec: SceneSpec, sea: Sea, waves: Waves, gaze: Gaze, amount: float) -> Layer:
    """The open water and the surface above it."""
    w, h = spec.canvas
    sun = np.array([(sea.light[0] - 0.5) * 0.8, 0.75, 0.55])
    sun /= np.linalg.norm(sun)
    toward = (float(sun[0]), float(sun[1]), float(sun[2]))
    more = shimmering(spec, sea, waves, gaze, toward, index=1.16, amount=amount)
    water = open_water(spec, sea)
    x = ((np.arange(w, dtype=np.float32) + np.float32(0.5)) / np.float32(w))[None, :]
    rows = np.flatnonzero((more > 0.002).any(axis=1))
    if len(rows):
        last = int(rows[-1]) + 1
        y = ((np.arange(last, dtype=np.float32) + np.float32(0.5)) / np.float32(h))[:, None]
        level = level_at(spec, sea, x, y)
        lit = water_colour(sea, level + np.maximum(more[:last], 0.0))
        water[:last] += lit - water_colour(sea, level)
    return to_layer("water", np.maximum(water, 0.0), 0.03, seed=spec.seed)


def _rays(
    spec: SceneSpec, sea: Sea, name: str, parallax: float, source: tuple[float, float], salt: int,
    count: float, reach: float, **form: float,
) -> Layer:  # fmt: skip
    light = god_rays(spec, sea, source, salt, count=count, reach=reach, **form)
    moving = (
        Reaction(kind="gain", band="low", amount=0.24, floor=0.86),
        Reaction(kind="twinkle", amount=0.20),
        Reaction(kind="sway", band="loudness", amount=0.010),
    )
    return to_layer(name, light, parallax, blend="add", reactions=moving, seed=spec.seed)


def _scene(
    spec: SceneSpec, sea: Sea, layers: list[Layer], place: tuple[float, float],
    drawn: tuple[str, ...], *, rays: float, count: int = 150, bubbling: int = 34,
) -> Scene:  # fmt: skip
    colour = srgb(tone(sea.sun * np.float32(0.8)))
    motes = srgb(tone(mix(sea.sun, bright_enough(sea.corals[0], 0.3), 0.25)))
    clear = srgb(tone(mix(sea.tone(0.92), sea.sun, 0.35) * np.float32(0.35 + 0.55 * sea.power)))
    told = () if spec.subject in ("none", *drawn) else (spec.subject,)
    last = len(layers) - 1
    bubbles = Particles(kind="bubbles", after=max(0, last - 1), count=bubbling, band="mid",
                        color=(float(clear[0]), float(clear[1]), float(clear[2])),
                        area=(0.06, 0.10, 0.94, 1.0))  # fmt: skip
    dust = Particles(kind="dust", after=last, count=count,
                     color=(float(motes[0]), float(motes[1]), float(motes[2])))  # fmt: skip
    return Scene(
        family="underwater",
        width=spec.width,
        height=spec.height,
        overscan=spec.overscan,
        layers=tuple(layers),
        particles=(bubbles, dust),
        light=Light(
            x=sea.light[0],
            y=max(0.03, sea.light[1]),
            color=(float(colour[0]), float(colour[1]), float(colour[2])),
            strength=0.26 * sea.power,
            rays=rays * min(1.0, sea.rays),
        ),
        subject=place,
        not_drawn=spec.not_drawn + told,
    )
