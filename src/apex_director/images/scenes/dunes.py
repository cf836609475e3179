"""Sand: a sea of dunes, one great crest, tables of rock behind the sand."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import cast

import cv2
import numpy as np
from numpy.typing import NDArray

from apex_director.images.model import Layer, Particles, Scene
from apex_director.images.scenes.airborne import blown
from apex_director.images.scenes.finish import lay, to_layer
from apex_director.images.scenes.model import SceneSpec
from apex_director.images.scenes.noise import fbm
from apex_director.images.scenes.palette import ScenePalette, mix, palette_for
from apex_director.images.scenes.ranges import Range, paint_range
from apex_director.images.scenes.sky import smoothstep, unit
from apex_director.images.scenes.staging import (
    POWER,
    Sun,
    aloft,
    ambient,
    birds,
    dancing,
    interest,
    key_light,
    left_out,
    mist,
    place_sun,
    put_subject,
    rng_for,
    sky_layers,
    weather_particles,
)
from apex_director.images.scenes.terrain import (
    Slab,
    View,
    aerial,
    cast_land,
    hollows,
    normals,
    shadows,
    slab,
)

F32 = NDArray[np.float32]
_STANDING = ("walker", "couple", "deer", "dancer", "car")
_HORIZON = (0.53, 0.60, 0.57)
_SAND = np.array([0.58, 0.405, 0.25], np.float32)  # albedo of dry quartz sand with iron


@dataclass(frozen=True, kw_only=True)
class Field:
    """A field of dunes in a range of depth: wave length and height in world units."""

    near: float
    far: float
    length: float
    height: float
    salt: int
    fog: float = 0.010
    steps: int = 460
    heading: float = 0.5
    crest: tuple[float, float, float] | None = None
    nearest: bool = False


def _dune(phase: F32) -> tuple[F32, F32]:
    """Profile 0..1 of a dune over its phase: long windward back, sharp crest, steep slip face."""
    p = phase - np.floor(phase)
    top = np.float32(0.70)
    back = np.clip(p / top, 0.0, 1.0)
    lee = np.clip((p - top) / (1 - top), 0.0, 1.0)
    rise = back * back * (np.float32(1.9) - np.float32(0.9) * back)
    fall = (1 - lee) ** np.float32(1.35)
    return np.where(p < top, rise, fall), lee


def _slow(x: F32, z: F32, seed: int, octaves: int) -> F32:
    """Noise far coarser than the grid: evaluated at every fourth vertex, then enlarged."""
    small = fbm(x[::4, ::4], z[::4, ::4], seed, octaves)
    return cast(F32, cv2.resize(small, x.shape[::-1], interpolation=cv2.INTER_LINEAR))


def _waves(field: Field, spec: SceneSpec, x: F32, z: F32) -> F32:
    """Transverse dunes that bend, fork and die out."""
    seed = spec.seed * 7 + field.salt
    k = np.float32(1.0 / field.length)
    bend = _slow(x * k * np.float32(0.42), z * k * np.float32(0.42), seed, 3)
    turn = np.float32(field.heading + 0.18 * (rng_for(spec, 300).random() - 0.5))
    along = (x * np.float32(np.sin(turn)) + z * np.float32(np.cos(turn))) * k
    big, _ = _dune(along + np.float32(1.05) * bend)
    swell = _slow(x * k * np.float32(0.30), z * k * np.float32(0.55), seed + 11, 2)
    strength = np.clip(np.float32(0.62) + np.float32(0.62) * swell, 0.12, 1.3)
    cross = _slow(x * k * np.float32(0.8) + 3, z * k * np.float32(0.8), seed + 21, 2)
    small, _ = _dune(along * np.float32(2.3) + x * k * np.float32(0.5) + np.float32(1.3) * cross)
    body = big * strength + np.float32(0.17) * small * (1 - big * strength * np.float32(0.7))
    return cast(F32, (body + np.float32(0.35) * swell) * np.float32(field.height))


def _great_crest(field: Field, x: F32, z: F32, seed: int) -> F32:
    """One dune with an S-shaped knife edge that climbs to a summit."""
    assert field.crest is not None
    place, width, height = field.crest
    deep = (z - np.float32(field.near)) / np.float32(field.far - field.near)
    side = np.float32(np.sign(place) or 1.0)
    wander = fbm(z * np.float32(0.045), np.zeros_like(z), seed + 5, 2) * np.float32(2.2)
    line = (
        np.float32(place)
        + side * np.float32(7.0) * np.sin(deep * np.float32(4.4) + 0.6) * (1 - deep)
        + wander
    )
    off = (x - line) * side
    back = np.clip(1 + off / np.float32(width), 0.0, 1.0) ** 1.25
    lee = np.clip(1 - off / np.float32(width * 0.55), 0.0, 1.0) ** 1.1
    ridge_height = (
        np.float32(height)
        * (np.float32(0.10) + np.float32(0.9) * smoothstep(0.0, 0.62, deep))
        * (1 - np.float32(0.6) * smoothstep(0.66, 1.0, deep))
    )
    return cast(F32, np.where(off < 0, back, lee) * ridge_height)


def _ripples(field: Field, spec: SceneSpec, land: Slab, z: F32) -> tuple[F32, F32]:
    """Slopes of wind ripples (x, z), fading with distance so that they never alias."""
    seed = spec.seed + field.salt + 51
    pixel = float(land.u[1] - land.u[0])
    bend = _slow(land.x * np.float32(0.55), z * np.float32(0.55), seed, 3)
    out_x, out_z = np.zeros_like(land.x), np.zeros_like(land.x)
    for length, weight in ((0.11, 0.17), (0.34, 0.12)):
        seen = np.exp(-((land.z * np.float32(pixel * 7.0 / length)) ** 2))
        if seen[0] < 0.02:
            continue
        turn = 0.55 if length < 0.2 else 0.75
        wave = np.float32(2 * np.pi / length)
        phase = (
            land.x * np.float32(np.sin(turn)) + z * np.float32(np.cos(turn))
        ) * wave + bend * np.float32(9.0)
        slope = (
            np.cos(phase + np.float32(0.5) * np.sin(phase)) * (seen * np.float32(weight))[None, :]
        )
        out_x += slope * np.float32(np.sin(turn))
        out_z += slope * np.float32(np.cos(turn))
    return out_x, out_z


def _grain(field: Field, spec: SceneSpec, land: Slab) -> F32:
    """Speckle of single grains, where the eye is near enough to see any."""
    out = np.zeros_like(land.x)
    seen = np.exp(-((land.z * np.float32(float(land.u[1] - land.u[0]) * 90.0)) ** 2))
    count = int((seen > 0.02).sum())
    if count:
        fine = np.float32(38.0)
        z = np.broadcast_to(land.z[None, :count], (land.x.shape[0], count))
        noise = fbm(land.x[:, :count] * fine, z * fine, spec.seed + field.salt + 62, 2)
        out[:, :count] = noise * seen[None, :count]
    return out


def _sand(spec: SceneSpec, pal: ScenePalette) -> F32:
    if not spec.palette:
        return _SAND
    own = mix(_SAND, pal.rim, 0.55)
    return own * np.float32(0.42 / max(float(own.mean()), 1e-3))


def _settled(field: Field, height: F32, z: F32) -> F32:
    """Crests as round as the grid can carry, and the near edge sunk out of sight.

    The slab before it covers what lies below; an edge left standing would show as a wall.
    """
    soft = cv2.GaussianBlur(height, (0, 0), sigmaX=2.6, sigmaY=0.8)
    if field.nearest:
        return cast(F32, soft)
    edge = smoothstep(0.0, 0.20, (z - np.float32(field.near)) / np.float32(field.far - field.near))
    low = np.float32(-0.55 * field.height)
    return cast(F32, low + (soft - low) * edge[None, :])


def paint_field(
    spec: SceneSpec, pal: ScenePalette, view: View, sun: Sun, field: Field
) -> tuple[F32, F32]:
    """A field of dunes as premultiplied light [canvas_h, canvas_w, 4] and its sky line."""
    land = slab(spec, view, field.near, field.far, field.steps)
    z = land.depth
    height = _waves(field, spec, land.x, z)
    if field.crest is not None:
        great = _great_crest(field, land.x, z, spec.seed + field.salt)
        height = np.maximum(height * np.float32(0.5), great + height * np.float32(0.06))
    height = _settled(field, height.astype(np.float32), land.z)
    nx, up, nz = normals(land, height)
    rx, rz = _ripples(field, spec, land, z)
    calm = smoothstep(0.62, 0.86, up)  # slip faces avalanche: no ripples there
    nx, nz = nx + rx * calm * up, nz + rz * calm * up
    side = sun.side if abs(sun.side) > 0.25 else 0.6
    low = 0.62 if spec.time_of_day == "day" else 0.34
    toward = np.array([side * 0.88, low, 0.22], np.float32)
    toward /= np.linalg.norm(toward)
    facing = np.clip(nx * toward[0] + up * toward[1] + nz * toward[2], 0.0, 1.0)
    lit = shadows(land, height, (toward[0], toward[1], toward[2]), field.height * 5.0)
    power = np.float32(POWER.get(spec.time_of_day, 1.0) * 1.30)
    if spec.weather in ("rain", "storm", "snow"):
        power *= np.float32(0.35)
    patch = _slow(land.x * np.float32(0.5), z * np.float32(0.9), spec.seed + field.salt + 61, 3)
    grain = _grain(field, spec, land)
    texture = np.float32(1.0) + np.float32(0.10) * patch + np.float32(0.16) * grain
    ridge = cv2.blur(height, (15, 1))
    crest = np.clip((height - ridge) / np.float32(field.height * 0.02), 0, 1)
    white = np.ones(3, np.float32)
    warm = mix(mix(pal.sun, pal.sky[4], 0.30), white, 0.22)
    if sun.moon:
        power *= np.float32(1.7)
    direct = facing * lit * power * (1 + np.float32(0.35) * crest)
    open_sky = np.float32(0.50) + np.float32(0.45) * up
    shade = hollows(height, land.x.shape[0] // 60)
    sand, sky, bounce = _sand(spec, pal), ambient(pal), warm * np.float32(0.10) * power
    colour = np.empty((*height.shape, 3), np.float32)
    for c in range(3):
        fill = (open_sky * sky[c] + bounce[c]) * shade
        colour[..., c] = texture * sand[c] * (direct * warm[c] + fill)
    colour = aerial(spec, pal, land, colour, field.fog, sun.x)
    return cast_land(spec, view, land, height, colour, to_bottom=True)


def _add_fields(
    spec: SceneSpec, pal: ScenePalette, view: View, sun: Sun, fields: tuple[Field, ...],
    parallaxes: tuple[float, ...], stand_on: int, stand_x: float, tall: float,
) -> list[Layer]:  # fmt: skip
    layers: list[Layer] = []
    dancers: list[Layer] = []
    names = ("far dunes", "middle dunes", "dunes", "near dune")[-len(fields) :]
    dust = mix(pal.fog, pal.sky[4], 0.45)
    h = spec.canvas[1]
    reach = view.eye * view.focal * unit(spec) / ((1.0 - view.horizon) * h)  # depth at the foot
    for k, (field, parallax) in enumerate(zip(fields, parallaxes, strict=True)):
        if k == len(fields) - 1:
            field = replace(field, near=min(field.near, reach * 0.8), nearest=True)
        sheet, crest = paint_field(spec, pal, view, sun, field)
        if k == stand_on and spec.subject in _STANDING:
            column = int(stand_x * spec.canvas[0])
            foot = (float(column), float(crest[column]) + 0.006 * unit(spec))
            kind = "car_side" if spec.subject == "car" else spec.subject
            size = tall * unit(spec) * (0.5 if kind == "car_side" else 1.0)
            dancers = dancing(spec, pal, foot, size, sun.side, parallax)
            if not dancers:
                sheet = put_subject(sheet, spec, pal, foot, size, sun.side, kind)
        if k < len(fields) - 1:
            row = float(np.median(crest)) / spec.canvas[1] + 0.035 + 0.02 * k
            lay(sheet, _over_land(sheet, mist(spec, dust, row, 0.030, 0.42, 310 + k)))
        layers.append(to_layer(names[k], sheet, parallax))
        if k == stand_on:
            layers += dancers
    return layers


def _over_land(sheet: F32, veil: F32) -> F32:
    """The veil only where the sheet is covered: dust hugs the sand."""
    return veil * sheet[..., 3:4]


def _sea(spec: SceneSpec, pal: ScenePalette, sun: Sun, lead: float) -> Scene:
    horizon = 0.53
    layers = sky_layers(spec, pal, horizon, sun, stars=0.9)
    layers += aloft(spec, pal, horizon, sun)
    view = View(horizon=horizon, eye=3.6)
    fields = (
        Field(near=70, far=170, length=30, height=4.6, salt=401, fog=0.0085, steps=522),
        Field(near=27, far=76, length=15, height=2.9, salt=421, fog=0.0065, steps=609),
        Field(near=11.5, far=31, length=8.0, height=1.55, salt=441, fog=0.0045, steps=667),
        Field(near=4.4, far=14, length=5.2, height=0.72, salt=461, fog=0.002, steps=812),
    )
    x = 0.5 + lead * 0.62
    layers += _add_fields(spec, pal, view, sun, fields, (0.09, 0.22, 0.5, 1.0), 2, x, 0.115)
    place = interest(spec, sun, horizon, (x, horizon + 0.06), (x, horizon + 0.06))
    return _scene(spec, pal, sun, layers, place, _STANDING)


def _crest(spec: SceneSpec, pal: ScenePalette, sun: Sun, lead: float) -> Scene:
    horizon = 0.60
    layers = sky_layers(spec, pal, horizon, sun, stars=0.9)
    layers += aloft(spec, pal, horizon, sun)
    view = View(horizon=horizon, eye=2.6)
    fields = (
        Field(near=70, far=170, length=32, height=4.2, salt=501, fog=0.0085, steps=493),
        Field(near=14, far=78, length=14, height=2.2, salt=521, fog=0.0050, steps=899,
              crest=(lead * 17.0, 24.0, 13.5)),
        Field(near=4.6, far=18, length=6.5, height=0.85, salt=541, fog=0.002, steps=812),
    )  # fmt: skip
    x = 0.5 - lead * 0.30
    layers += _add_fields(spec, pal, view, sun, fields, (0.09, 0.32, 1.0), 2, x, 0.12)
    place = interest(spec, sun, horizon, (0.5 + lead * 0.5, horizon - 0.1), (x, horizon + 0.12))
    return _scene(spec, pal, sun, layers, place, _STANDING)


def _tables(spec: SceneSpec, pal: ScenePalette, sun: Sun, lead: float) -> Scene:
    horizon = 0.57
    layers = sky_layers(spec, pal, horizon, sun, stars=0.9)
    view = View(horizon=horizon, eye=3.0)
    far = Range(near=85, far=130, summits=((lead * 0.9, 0.16, 19.0), (lead * 2.0, 0.2, 15.0),
                (-lead * 1.3, 0.10, 13.0), (-lead * 2.3, 0.22, 16.0)), floor=1.5, cells=26,
                salt=601, snow=9.0, fog=0.0080, steps=300, block=True, stone=0.26,
                sharp=0.85)  # fmt: skip
    rust = _rusty(pal)
    sheet, _ = paint_range(spec, rust, view, sun, far, to_bottom=True)
    layers.append(to_layer("far tables", sheet, 0.08))
    near = Range(near=44, far=72, summits=((lead * 1.45, 0.17, 17.5), (lead * 0.95, 0.035, 12.0)),
                 floor=0.8, cells=15, salt=621, snow=9.0, fog=0.0062, steps=609, block=True,
                 stone=0.26, sharp=0.85)  # fmt: skip
    sheet, _ = paint_range(spec, rust, view, sun, near, to_bottom=True)
    dust = mix(pal.fog, pal.sky[4], 0.45)
    lay(sheet, mist(spec, dust, horizon + 0.035, 0.03, 0.5, 631))
    layers.append(to_layer("tables", sheet, 0.16))
    layers += aloft(spec, pal, horizon, sun)
    fields = (
        Field(near=13, far=40, length=10.0, height=1.5, salt=641, fog=0.0055, steps=667),
        Field(near=4.4, far=16, length=6.0, height=0.80, salt=661, fog=0.002, steps=812),
    )
    x = 0.5 - lead * 0.45
    layers += _add_fields(spec, pal, view, sun, fields, (0.45, 1.0), 0, x, 0.075)
    place = interest(spec, sun, horizon, (0.5 + lead * 0.4, horizon - 0.06), (x, horizon + 0.04))
    return _scene(spec, pal, sun, layers, place, _STANDING)


def _rusty(pal: ScenePalette) -> ScenePalette:
    """The palette with its shadow turned to iron red: the stone of mesas."""
    rust = np.array([0.30, 0.095, 0.045], np.float32)
    return replace(pal, shadow=mix(pal.shadow, rust, 0.85))


def _air(
    spec: SceneSpec, pal: ScenePalette, sun: Sun, layers: list[Layer]
) -> tuple[Particles, ...]:
    """Sand that creeps over the land, in a storm (or what would be rain) in gusts up to the sky."""
    horizon = _HORIZON[spec.composition % 3]
    storm = spec.weather in ("rain", "storm")
    grains = mix(pal.sky[4], pal.rim, 0.5) * np.float32(0.9)
    box = (0.0, horizon - (0.25 if storm else 0.01), 1.0, 1.0)
    sand = blown(spec, "sand", len(layers) - 1, 420 if storm else 130, grains, area=box)
    flying = birds(spec, pal, layers, horizon, sun)
    if storm:
        return (*flying, sand)
    return (*flying, sand, *weather_particles(spec, len(layers) - 2, "dust"))


def _scene(
    spec: SceneSpec, pal: ScenePalette, sun: Sun, layers: list[Layer],
    subject: tuple[float, float], drawn: tuple[str, ...],
) -> Scene:  # fmt: skip
    particles = _air(spec, pal, sun, layers)
    rays = {"golden_hour": 0.3, "dawn": 0.25, "sunset": 0.3}.get(spec.time_of_day, 0.0)
    return Scene(
        family="dunes",
        width=spec.width,
        height=spec.height,
        overscan=spec.overscan,
        layers=tuple(layers),
        particles=particles,
        light=key_light(spec, pal, sun, rays if sun.shown else 0.0),
        subject=subject,
        not_drawn=left_out(spec, drawn),
    )


def paint(spec: SceneSpec) -> Scene:
    """Sand in one of three compositions: a sea of dunes, a great crest, tables of rock."""
    pal = palette_for(spec)
    rng = rng_for(spec, 299)
    lead = float(rng.choice((-1.0, 1.0)) * rng.uniform(0.28, 0.40))
    choice = spec.composition % 3
    horizon = _HORIZON[choice]
    sun = place_sun(spec, 0.5 - lead * rng.uniform(0.35, 0.6), horizon)
    return (_sea, _crest, _tables)[choice](spec, pal, sun, lead)
