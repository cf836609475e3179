"""Open country: hills under a great sky, flowers and grass before the lens.

Compositions: 0 a field of flowers, 1 a lone tree on a rise, 2 rolling farmland with a winding path.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from apex_director.images.model import Layer, Particles, Reaction, Scene
from apex_director.images.scenes.airborne import blown
from apex_director.images.scenes.finish import lay, to_layer
from apex_director.images.scenes.flora import grass
from apex_director.images.scenes.ground import ground_line, turf
from apex_director.images.scenes.meadow import plants as plants
from apex_director.images.scenes.meadow.broad_tree import broad_tree
from apex_director.images.scenes.meadow.land import DULL, Hills, greens, paint_hills
from apex_director.images.scenes.model import SceneSpec
from apex_director.images.scenes.noise import fbm
from apex_director.images.scenes.palette import ScenePalette, luminance, mix, palette_for
from apex_director.images.scenes.shapes import fill, ridge, stroke_polygon, strokes
from apex_director.images.scenes.sky import unit
from apex_director.images.scenes.staging import (
    POWER,
    Sun,
    aloft,
    ambient,
    birds,
    dancing,
    interest,
    key_light,
    land_light,
    left_out,
    mist,
    place_sun,
    put_subject,
    rng_for,
    sky_layers,
    weather_particles,
)
from apex_director.images.scenes.terrain import View

F32 = NDArray[np.float32]
_STANDING = ("walker", "couple", "deer", "dancer", "band")
_LEAST_HORIZON = 0.13  # linear light where sky meets land
_HORIZON = (0.57, 0.66, 0.50)
_MIXES = (
    ("poppy", "poppy", "daisy", "cornflower"),
    ("lavender", "lavender", "daisy", "buttercup"),
    ("daisy", "buttercup", "buttercup", "poppy"),
    ("cornflower", "lavender", "daisy", "poppy"),
)


@dataclass(frozen=True, kw_only=True, eq=False)
class _Place:
    """What every part of one meadow shares."""

    spec: SceneSpec
    pal: ScenePalette
    sun: Sun
    view: View
    kind: int
    lead: float
    light: plants.Light


def paint(spec: SceneSpec) -> Scene:
    """Draw the scene (see the module's words for what it can be)."""
    place = _place(spec)
    pal, sun = place.pal, place.sun
    layers = sky_layers(spec, pal, place.view.horizon, sun)
    layers += [_belt_layer(place, n) for n in range(3 if place.kind == 2 else 2)]
    layers += aloft(spec, pal, place.view.horizon, sun)
    if place.kind == 1:
        layers += _rise_layers(place)
    layers += _field_layers(place)
    layers.append(_front_layer(place))
    extra = {"dusk": "fireflies", "night": "fireflies"}.get(spec.time_of_day, "dust")
    return Scene(
        family="meadow",
        width=spec.width,
        height=spec.height,
        overscan=spec.overscan,
        layers=tuple(layers),
        particles=(
            *birds(spec, pal, layers, place.view.horizon, sun, 5 if spec.seed % 3 else 0),
            *_on_the_wind(place, len(layers) - 2),
            *weather_particles(spec, len(layers) - 2, extra),
        ),
        light=key_light(spec, pal, sun, 0.25 if sun.shown and not sun.moon else 0.0),
        subject=_interest(place),
        not_drawn=left_out(spec, _STANDING),
    )


def _on_the_wind(place: _Place, after: int) -> tuple[Particles, ...]:
    """Petals of this meadow's flowers, by day and when nothing heavier falls."""
    spec = place.spec
    if spec.weather in ("rain", "storm", "snow") or spec.time_of_day in ("night", "dusk"):
        return ()
    tints = plants.tints(place.pal, bool(spec.palette))
    kind = _MIXES[(spec.seed + spec.composition) % len(_MIXES)][0]
    lit = place.light.sky + place.light.sun * np.float32(1.3)
    petal = mix(tints[kind], np.ones(3, np.float32), 0.5) * lit
    petal *= np.float32(max(1.0, 0.75 / max(float(luminance(petal)), 1e-3)))
    box = (0.0, place.view.horizon - 0.10, 1.0, 1.0)
    return (blown(spec, "petals", after, 34, petal, size=1.15, area=box),)


def _interest(place: _Place) -> tuple[float, float]:
    """The figure on the near meadow or by the tree, else the tree or the far hills."""
    horizon = place.view.horizon
    landmark = (0.5 + place.lead * 0.5, horizon - (0.10 if place.kind == 1 else 0.02))
    stand = (landmark[0], horizon) if place.kind == 1 else (0.5 + place.lead * 0.45, horizon + 0.16)
    return interest(place.spec, place.sun, horizon, landmark, stand)


def _seen(pal: ScenePalette) -> ScenePalette:
    """The palette with enough light to see the land by: a stormy night keeps its forms."""
    lift = np.float32(min(4.0, max(1.0, _LEAST_HORIZON / max(float(luminance(pal.sky[4])), 1e-4))))
    lifted = {f.name: getattr(pal, f.name) * lift for f in fields(pal) if f.name != "sky"}
    top, high, mid, low, rim = (stop * lift for stop in pal.sky)
    return replace(pal, sky=(top, high, mid, low, rim), **lifted)


def _place(spec: SceneSpec) -> _Place:
    pal = _seen(palette_for(spec))
    rng = rng_for(spec, 701)
    kind = spec.composition % 3
    lead = float(rng.choice((-1.0, 1.0)) * rng.uniform(0.24, 0.36))
    horizon = _HORIZON[kind] + (0.04 if spec.height > spec.width else 0.0)
    sun = place_sun(spec, 0.5 - lead * float(rng.uniform(0.5, 0.8)), horizon)
    power = POWER.get(spec.time_of_day, 1.0) * DULL.get(spec.weather, 1.0)
    light = plants.Light(
        sky=ambient(pal) * np.float32(0.95),
        sun=mix(pal.sun, pal.sky[4], 0.3) * np.float32(power * 0.85),
        side=sun.side or 0.4,
    )
    view = View(horizon=horizon, eye=(1.7, 1.7, 3.2)[kind])
    return _Place(spec=spec, pal=pal, sun=sun, view=view, kind=kind, lead=lead, light=light)


def _belts(place: _Place) -> tuple[Hills, ...]:
    """The belts of hills of a composition, far to near."""
    if place.kind == 2:
        return (
            Hills(near=70, far=150, high=9.5, cells=34, salt=11, fog=0.0105, steps=260, base=1.0,
                  fields=1.6),
            Hills(near=30, far=72, high=4.2, cells=20, salt=23, fog=0.0105, steps=380, fields=1.8,
                  base=0.2),
            Hills(near=9, far=31, high=1.35, cells=12, salt=37, fog=0.009, steps=460, fields=1.2,
                  base=-0.1, path=True),
        )  # fmt: skip
    far = Hills(near=80, far=170, high=8.5, cells=46, salt=11, fog=0.0115, steps=240, base=1.4,
                fields=1.2)  # fmt: skip
    mid = Hills(near=22, far=78, high=2.3 if place.kind else 3.0, cells=22, salt=23, fog=0.0115,
                steps=420, fields=1.3, base=-0.1)  # fmt: skip
    return far, mid


def _belt_layer(place: _Place, number: int) -> Layer:
    spec, pal = place.spec, place.pal
    hills = _belts(place)[number]
    sheet, crest = paint_hills(spec, pal, place.view, place.sun, hills)
    _hedges(place, sheet, crest, number)
    size = unit(spec) / spec.canvas[1]
    row = place.view.horizon + (0.004, 0.045, 0.12)[number] * size
    amount = {"mist": 0.85, "rain": 0.5, "snow": 0.4}.get(spec.weather, 0.26)
    if spec.time_of_day in ("dawn", "dusk"):
        amount = min(0.9, amount + 0.22)
    lay(sheet, mist(spec, pal.fog, row, 0.018 + 0.016 * number, amount, 720 + number))
    return to_layer(
        f"hills {number + 1}", sheet, (0.10, 0.2, 0.38)[number], seed=spec.seed + number
    )


def _hedges(place: _Place, sheet: F32, crest: F32, number: int) -> None:
    """Trees and bushes along the crest and in rows across the slopes."""
    spec, pal = place.spec, place.pal
    rng = rng_for(spec, 740 + number)
    size = unit(spec)
    tall = (0.016, 0.034, 0.062)[number] * size
    leaf = np.array([0.040, 0.062, 0.026], np.float32)
    far = (0.62, 0.34, 0.12)[number]
    bare = spec.weather == "snow"
    fogged = plants.Light(
        sky=place.light.sky * np.float32(1 - far), sun=place.light.sun * np.float32(1 - far),
        side=place.light.side,
    )  # fmt: skip
    bark = np.array([0.05, 0.04, 0.03], np.float32)
    stock = [
        broad_tree(tall * s, spec.seed + 13 * k, leaf, bark, fogged, bare)
        for k, s in enumerate((0.7, 0.9, 1.1, 1.35))
    ]
    for sprite in stock:
        sprite[..., :3] += sprite[..., 3:] * pal.fog * np.float32(far * 0.8)
    w = spec.canvas[0]
    rows = (3, 5, 2)[number]
    for k in range(rows):
        centre, spread = rng.uniform(-0.05, 1.05) * w, rng.uniform(0.03, 0.12) * w
        below = 0.0 if k < 2 else rng.uniform(0.01, 0.05) * size * (number + 1)
        count = int(rng.integers(4, 14))
        for x in np.sort(rng.normal(centre, spread, count)):
            column = int(np.clip(x, 0, w - 1))
            plants.paste(
                sheet,
                stock[int(rng.integers(4))],
                float(x),
                float(crest[column]) + below + tall * 0.24,
            )


def _rise_layers(place: _Place) -> list[Layer]:
    """The rise with the lone tree, and who stands beneath it."""
    spec, pal = place.spec, place.pal
    w, h = spec.canvas
    size = unit(spec)
    base = ground_line(spec, place.view.horizon + 0.10, 0.012, 751)
    x = np.arange(w, dtype=np.float32)
    at = (0.5 + place.lead * 0.55) * w
    line = base - np.float32(0.105 * size) * np.exp(-(((x - at) / (0.42 * size)) ** 2))
    line = line.astype(np.float32)
    sheet = _slope(place, line, 0.012 * size, 753)
    tall = min(0.46 * size, 0.42 * h)
    fresh = greens(spec, pal)[0]
    leaf = mix(
        fresh * np.float32(0.75),
        np.array([0.16, 0.09, 0.02], np.float32),
        0.25 * (spec.mood in ("melancholy", "warm")),
    )
    bark = np.array([0.06, 0.045, 0.035], np.float32)
    tree = broad_tree(tall, spec.seed, leaf, bark, place.light, spec.weather == "snow")
    _tree_shade(sheet, line, at, size, place.light.side)
    plants.paste(sheet, tree, at, float(line[int(at)]) + 0.010 * size)
    _grass_at(place, sheet, at, line, tall * 0.07)
    dancers: list[Layer] = []
    if spec.subject in _STANDING:
        px = at + (0.16 if place.lead < 0 else -0.16) * size
        foot = (float(px), float(line[int(np.clip(px, 0, w - 1))]) + 0.006 * size)
        dancers = dancing(spec, pal, foot, 0.105 * size, place.sun.side, 0.5)
        if not dancers:
            sheet = put_subject(sheet, spec, pal, foot, 0.105 * size, place.sun.side)
    sway = (Reaction(kind="sway", band="loudness", amount=0.0008),)
    return [to_layer("rise", sheet, 0.5, reactions=sway, seed=spec.seed + 5), *dancers]


def _grass_at(place: _Place, sheet: F32, at: float, line: F32, reach: float) -> None:
    """Blades of grass before the foot of a tree."""
    rng = rng_for(place.spec, 757)
    size = unit(place.spec)
    y = round(float(line[int(at)]) + 0.014 * size)
    tall = 0.020 * size
    x0, y0 = int(at - reach * 2.2), int(y - tall * 1.4)
    wide, high = int(reach * 4.4), int(tall * 1.8)
    ys = np.full(wide, y - y0, np.float32)
    light = land_light(place.spec, place.pal, 0.62 * DULL.get(place.spec.weather, 1.0))
    for tone in (0.75, 1.15):
        lines = grass(rng, reach * 0.6, wide - reach * 0.6, ys, 70, tall)
        cover = strokes(high, wide, lines)
        fresh, dry, _ = greens(place.spec, place.pal)
        colour = mix(fresh, dry, 0.22) * light * np.float32(tone * 1.35)
        sprite = np.concatenate([cover[..., None] * colour, cover[..., None]], axis=-1)
        plants.paste(sheet, sprite, x0 + wide / 2, y0 + high)


def _tree_shade(sheet: F32, line: F32, at: float, size: float, side: float) -> None:
    """The tree's shadow on the slope, away from the light."""
    h, w = sheet.shape[:2]
    x = (np.arange(w, dtype=np.float32) - np.float32(at + side * -0.10 * size)) / np.float32(size)
    y = (np.arange(h, dtype=np.float32)[:, None] - line[None, :]) / np.float32(size)
    far = (x[None, :] / np.float32(0.24)) ** 2 + ((y - np.float32(0.022)) / np.float32(0.022)) ** 2
    sheet[..., :3] *= (1 - np.float32(0.55) * np.exp(-far))[..., None]


def _slope(place: _Place, line: F32, tall: float, salt: int) -> F32:
    """Ground under a line, grown with tufts of grass."""
    spec, pal = place.spec, place.pal
    fresh, dry, _ = greens(spec, pal)
    light = land_light(spec, pal, 0.62 * DULL.get(spec.weather, 1.0))
    grass = mix(fresh, dry, 0.22)
    if spec.weather == "snow":
        grass = mix(dry, np.array([0.6, 0.63, 0.7], np.float32), 0.72)
    cover = ridge(line, spec.canvas[1])
    sheet = np.concatenate(
        [cover[..., None] * (grass * light * np.float32(0.75)), cover[..., None]], axis=-1
    )
    rim = pal.rim * np.float32(0.14 * POWER.get(spec.time_of_day, 1.0) + 0.01)
    turf_of = turf(spec, sheet, line, tall, salt, grass * light * np.float32(1.95), rim)
    # turf darkens fast towards the lens; an open field stays in the light
    below = np.maximum(np.arange(spec.canvas[1], dtype=np.float32)[:, None] - line[None, :], 0)
    below /= np.float32(unit(spec))
    was = np.float32(0.30) + np.float32(0.70) * np.exp(below / np.float32(-0.11))
    want = np.float32(0.50) + np.float32(0.50) * np.exp(below / np.float32(-0.28))
    turf_of[..., :3] *= (want / was)[..., None]
    return turf_of


def _field_layers(place: _Place) -> list[Layer]:
    """The near meadow with its flowers, small far off and larger towards the lens."""
    spec, pal = place.spec, place.pal
    h = spec.canvas[1]
    size = unit(spec)
    base = place.view.horizon + (0.075, 0.155, 0.235)[place.kind] * min(1.0, 1.3 * size / h)
    line = ground_line(spec, base, 0.030, 761, -0.10 * np.sign(place.lead))
    sheet = _slope(place, line, 0.013 * size, 763)
    if spec.weather != "snow":
        _bloom(place, sheet, line, (0.024, 0.115), (3600, 1500, 1200)[place.kind], 767)
    dancers: list[Layer] = []
    if spec.subject in _STANDING and place.kind != 1:
        w = spec.canvas[0]
        x = w * (0.5 + place.lead * 0.45)
        foot = (float(x), float(line[int(x)]) + 0.035 * size)
        dancers = dancing(spec, pal, foot, 0.15 * size, place.sun.side, 0.72)
        if not dancers:
            sheet = put_subject(sheet, spec, pal, foot, 0.15 * size, place.sun.side)
    sway = (Reaction(kind="sway", band="loudness", amount=0.0018),)
    return [to_layer("field", sheet, 0.72, reactions=sway, seed=spec.seed + 6), *dancers]


def _stock(place: _Place, size: float, count: int, salt: int) -> list[F32]:
    """Flowers of this meadow's mix at one size."""
    spec, pal = place.spec, place.pal
    mixed = _MIXES[(spec.seed + spec.composition) % len(_MIXES)]
    colours = plants.tints(pal, bool(spec.palette))
    leaf = greens(spec, pal)[0] * np.float32(1.1)
    lit = plants.Light(
        sky=place.light.sky * np.float32(0.8), sun=place.light.sun * np.float32(0.95),
        side=place.light.side,
    )  # fmt: skip
    out = []
    for k in range(count):
        kind = mixed[k % len(mixed)]
        wide = {"poppy": 1.0, "lavender": 1.05, "daisy": 0.85, "buttercup": 0.8}.get(kind, 0.95)
        out.append(plants.flower(kind, size * wide, colours[kind], leaf, lit, spec.seed + salt + k))
    return out


def _bloom(
    place: _Place, sheet: F32, line: F32, sizes: tuple[float, float], count: int, salt: int
) -> None:
    """Scatter flowers in drifts from the line down to the foot of the picture."""
    spec = place.spec
    rng = rng_for(spec, salt)
    w, h = sheet.shape[1], sheet.shape[0]
    size = unit(spec)
    levels = np.geomspace(sizes[0], sizes[1], 5)
    stock = [_stock(place, float(s) * size, 8, salt + 31 * n) for n, s in enumerate(levels)]
    count = int(count * (w * h) / (size * size) / 1.78)
    deep = rng.random(count) ** 1.55
    xs = rng.uniform(-0.02, 1.02, count) * w
    drift = fbm(
        (xs / size * 1.9).astype(np.float32), (deep * 3.2).astype(np.float32), spec.seed + salt, 3
    )
    keep = rng.random(count) < np.clip(0.40 + 1.5 * drift, 0.03, 1.0)
    species = np.clip((drift * 5 + rng.normal(0, 1.2, count) + 4), 0, 7).astype(int)
    reach = h - float(line.min())
    for i in np.argsort(deep):
        if not keep[i]:
            continue
        column = int(np.clip(xs[i], 0, w - 1))
        y = float(line[column]) + deep[i] * reach * 1.08
        level = min(4, int(deep[i] * 5))
        dim = float(0.62 + 0.38 * np.exp(-deep[i] * 2.0) + rng.uniform(-0.06, 0.10))
        tall = stock[level][0].shape[0]
        plants.paste(sheet, stock[level][species[i]], xs[i], y + tall * 0.45, dim)


def _front_layer(place: _Place) -> Layer:
    """Tall grass and a few great flowers right before the lens, a little out of focus."""
    spec, pal = place.spec, place.pal
    rng = rng_for(spec, 781)
    w, h = spec.canvas
    size = unit(spec)
    sheet = np.zeros((h, w, 4), np.float32)
    fresh, dry, _ = greens(spec, pal)
    light = land_light(spec, pal, 0.5 * DULL.get(spec.weather, 1.0))
    foot = np.float32(1.03 * h)
    for tone, count in ((0.40, 260), (0.75, 210), (1.25, 130)):
        blades = []
        for _ in range(int(count * w / size / 1.78)):
            x = float(rng.uniform(-0.03, 1.03)) * w
            edge = abs(x / w - 0.5) * 2
            tall = size * float(rng.uniform(0.05, 0.13)) * (0.75 + 1.05 * edge**2)
            bend = tall * float(rng.normal(0.10 * place.light.side, 0.34))
            t = np.linspace(0, 1, 7)
            path = np.stack(
                [x + bend * t**1.9, foot - (tall + 0.06 * size) * t * (1 - 0.10 * t**2)], 1
            )
            blades.append(stroke_polygon(path, size * float(rng.uniform(0.004, 0.008)), 0.4))
        cover = fill(h, w, blades, 2)[..., None]
        colour = mix(fresh, dry, float(rng.uniform(0.1, 0.5))) * light * np.float32(tone * 1.25)
        sheet *= 1 - cover
        sheet[..., :3] += colour * cover
        sheet[..., 3:] += cover
    if spec.weather != "snow":
        flowers = _stock(place, 0.20 * size, 8, 791)
        for k in range(int(9 * w / size / 1.78) + 4):
            x = float(rng.uniform(0, 1))
            x = x * 0.36 if k % 2 else 1 - x * 0.36
            y = h * float(rng.uniform(1.0, 1.07))
            plants.paste(
                sheet, flowers[int(rng.integers(8))], x * w, y, float(rng.uniform(0.6, 0.95))
            )
    top = int(np.clip(0.6 * h, 0, h - 8))
    sheet[top:] = cv2.GaussianBlur(sheet[top:], (0, 0), max(0.6, size * 0.0016))
    sway = (
        Reaction(kind="sway", band="loudness", amount=0.006),
        Reaction(kind="breathe", amount=0.003),
    )
    return to_layer("front", sheet, 1.3, reactions=sway, seed=spec.seed + 7)
