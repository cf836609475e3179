"""What landscapes share: where the light stands, mist between ranges, subjects, banks of grass."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from apex_director.images.model import Layer, Light, Particles, Reaction
from apex_director.images.scenes.airborne import flock, paint_balloon
from apex_director.images.scenes.finish import srgb, to_layer, tone
from apex_director.images.scenes.model import SceneSpec
from apex_director.images.scenes.noise import fbm
from apex_director.images.scenes.palette import ScenePalette, luminance, mix
from apex_director.images.scenes.sky import (
    enlarge,
    paint_clouds,
    paint_disc,
    paint_sky,
    paint_stars,
    pixel_grid,
    smoothstep,
    unit,
)

F32 = NDArray[np.float32]

AIRBORNE = ("birds", "balloon")
ON_THE_BEAT = ("dancer", "band")
"""Subjects that `dancing` draws on a sheet of their own."""
POWER = {  # direct light on the land, where the sky is about 1 by day
    "dawn": 1.15, "day": 2.0, "golden_hour": 1.7, "sunset": 1.25, "dusk": 0.7, "night": 0.28,
}  # fmt: skip
_CLOUDS = {"clear": 0.30, "cloudy": 0.72, "mist": 0.35, "rain": 0.85, "snow": 0.75, "storm": 0.95}
_STARS = {"dusk": 0.38, "night": 1.0}
_CLEAR_AIR = {"clear": 1.0, "cloudy": 0.55, "mist": 0.5}


@dataclass(frozen=True, kw_only=True)
class Sun:
    """Sun or moon on the canvas: place in fractions, radius in short sides."""

    x: float
    y: float
    radius: float
    moon: bool
    shown: bool

    @property
    def side(self) -> float:
        """-1 when it stands left, 1 when right."""
        return float(np.clip((self.x - 0.5) * 5.0, -1.0, 1.0))


def place_sun(spec: SceneSpec, x: float, horizon: float) -> Sun:
    """The light over ``horizon`` at canvas column ``x``: low at the day's ends, high at noon."""
    lift = {
        "dawn": 0.14, "day": 0.62, "golden_hour": 0.30, "sunset": 0.13, "dusk": 0.02, "night": 0.55,
    }.get(spec.time_of_day, 0.2)  # fmt: skip
    moon = spec.time_of_day == "night"
    shown = spec.weather in ("clear", "cloudy", "mist") and spec.time_of_day != "dusk"
    if spec.width < spec.height:
        lift = min(lift * 0.8, 0.5)
    radius = {"day": 0.026, "night": 0.036}.get(spec.time_of_day, 0.034)
    return Sun(x=x, y=horizon * (1.0 - lift), radius=radius, moon=moon, shown=shown)


def rng_for(spec: SceneSpec, salt: int) -> np.random.Generator:
    """Random numbers of one part of one scene."""
    return np.random.default_rng([spec.seed & 0x7FFFFFFF, salt])


def sky_layers(
    spec: SceneSpec, pal: ScenePalette, horizon: float, sun: Sun, *, stars: float = 1.0
) -> list[Layer]:
    """Sky, stars, sun or moon with its halo, clouds: the first sheets of a landscape."""
    place = (sun.x, sun.y)
    sky = paint_sky(spec, pal, horizon, place)
    moon = paint_disc(spec, pal, *place, sun.radius, True) if sun.moon and sun.shown else None
    if moon is not None:
        sky = moon[..., :3] + sky * (1 - moon[..., 3:])
    layers = [to_layer("sky", sky, 0.02, seed=spec.seed)]
    amount = _STARS.get(spec.time_of_day, 0.0) * _CLEAR_AIR.get(spec.weather, 0.0) * stars
    if amount > 0.05:
        light = paint_stars(spec, horizon, amount)
        if moon is not None:
            light *= 1 - moon[..., 3:]
            u, v = pixel_grid(spec, place)
            light *= (1 - np.exp(-(u * u + v * v) * np.float32(60.0)))[..., None]
        twinkle = (
            Reaction(kind="twinkle", band="high", amount=0.35),
            Reaction(kind="gain", band="high", amount=0.5, floor=0.8),
        )
        layers.append(to_layer("stars", light, 0.02, blend="add", reactions=twinkle))
    cover = _CLOUDS.get(spec.weather, 0.3) * (0.85 + 0.3 * rng_for(spec, 5).random())
    clouds = paint_clouds(spec, pal, horizon, place, cover)
    speed = 0.004 if spec.weather == "storm" else 0.0018
    layers.append(to_layer("clouds", clouds, 0.045, drift=(speed * (1 if sun.side < 0 else -1), 0)))
    layers.append(_halo(spec, pal, sun))  # before the clouds it would show through them grey
    return layers


def _halo(spec: SceneSpec, pal: ScenePalette, sun: Sun) -> Layer:
    """The disc of the sun as added light (a clipped sun would mirror grey), and a living halo."""
    u, v = pixel_grid(spec, (sun.x, sun.y), 2)
    r = np.sqrt(u * u + v * v)
    # added light is added after encoding: its strength is meant in display values
    strength = {"night": 0.16, "day": 0.16, "dusk": 0.14}.get(spec.time_of_day, 0.22)
    glow = (np.exp(-r / np.float32(0.16)) * np.float32(strength)) ** 2.2
    if sun.moon and sun.shown:  # its seas would drown in light
        glow = glow * smoothstep(sun.radius * 0.85, sun.radius * 1.1, r)
    halo = enlarge((glow[..., None] * mix(pal.sun, pal.rim, 0.4)).astype(np.float32), spec, 2)
    if sun.shown and not sun.moon:
        disc = paint_disc(spec, pal, sun.x, sun.y, sun.radius, False)
        halo = np.maximum(halo, 0.0) + disc[..., :3]
    pulse = (Reaction(kind="gain", band="low", amount=0.4, floor=0.85),)
    return to_layer("sun", np.maximum(halo, 0.0), 0.025, blend="add", reactions=pulse)


def key_light(spec: SceneSpec, pal: ScenePalette, sun: Sun, rays: float = 0.0) -> Light:
    """The scene's light for bloom and rays."""
    colour = srgb(tone(mix(pal.sun, pal.rim, 0.4)))
    strength = {"night": 0.35, "day": 0.45, "dusk": 0.3}.get(spec.time_of_day, 0.6)
    if not sun.shown:
        strength *= 0.5
    return Light(
        x=sun.x,
        y=sun.y,
        color=(float(colour[0]), float(colour[1]), float(colour[2])),
        strength=strength,
        rays=rays,
    )


def mist(spec: SceneSpec, colour: F32, row: float, thick: float, amount: float, salt: int) -> F32:
    """A sheet of mist [canvas_h, canvas_w, 4] about ``row`` (0..1), ``thick`` in short sides."""
    w, h = spec.canvas
    sheet = np.zeros((h, w, 4), np.float32)
    half = 3.6 * thick * unit(spec)
    first = int(np.clip((row * h - half) // 4, 0, h // 4))
    last = int(np.clip((row * h + half) // 4 + 2, 0, -(-h // 4)))
    if first >= last:
        return sheet
    u, v = pixel_grid(spec, (0.5, row), 4)
    v = v[first:last]
    waft = fbm(u * np.float32(1.7), v * np.float32(7.0), spec.seed + salt, 4)
    band = np.exp(-((v / np.float32(thick)) ** 2) * np.float32(0.5))
    alpha = np.clip(band * (np.float32(0.62) + np.float32(0.62) * waft), 0.0, 1.0)
    rows = slice(first * 4, min(h, last * 4))
    alpha = enlarge(alpha.astype(np.float32), spec, 4)[: rows.stop - rows.start]
    alpha = np.clip(alpha, 0.0, 1.0) * np.float32(amount)
    sheet[rows, :, :3] = alpha[..., None] * colour
    sheet[rows, :, 3] = alpha
    return sheet


def aloft(spec: SceneSpec, pal: ScenePalette, horizon: float, sun: Sun) -> list[Layer]:
    """A balloon in the sky, if it is the subject, on the side away from the light; it rises slowly.

    Birds are no layer: they fly (see `airborne.flock`).
    """
    if spec.subject != "balloon":
        return []
    w, h = spec.canvas
    x, tall = _air_side(sun), 0.20 * unit(spec)
    sheet = np.zeros((h, w, 4), np.float32)
    sheet = put_subject(sheet, spec, pal, (x * w, (horizon - 0.17) * h), tall, sun.side)
    slow = (Reaction(kind="bob", amount=0.004),)
    return [to_layer("balloon", sheet, 0.35, drift=(0.0035, -0.0045), reactions=slow)]


def birds(
    spec: SceneSpec, pal: ScenePalette, layers: list[Layer], horizon: float, sun: Sun, few: int = 0
) -> tuple[Particles, ...]:
    """A flock on the side away from the light if birds are the subject; else ``few`` far ones."""
    return flock(spec, pal, layers, horizon, _air_side(sun), few)


def interest(
    spec: SceneSpec,
    sun: Sun,
    horizon: float,
    place: tuple[float, float],
    stand: tuple[float, float] | None = None,
) -> tuple[float, float]:
    """What the picture is about, 0..1 of the canvas: what flies, else the figure at ``stand``, else
    the landmark at ``place``.
    """
    if spec.subject in AIRBORNE:
        low = 0.0 if spec.subject == "birds" else 0.06  # so that a close framing keeps the land too
        return 0.6 * _air_side(sun) + 0.4 * place[0], horizon - low
    return stand if stand is not None and spec.subject != "none" else place


def _air_side(sun: Sun) -> float:
    return 0.5 + (0.17 if sun.x < 0.5 else -0.17)


def left_out(spec: SceneSpec, drawn: tuple[str, ...]) -> tuple[str, ...]:
    """The words that had no effect, and the subject if this scene cannot place it."""
    if spec.subject in ("none", *AIRBORNE, *drawn):
        return spec.not_drawn
    return (*spec.not_drawn, spec.subject)


def put_subject(
    sheet: F32,
    spec: SceneSpec,
    pal: ScenePalette,
    foot: tuple[float, float],
    height: float,
    light_side: float,
    kind: str = "",
) -> F32:
    """The scene's subject in silhouette with rim light, drawn into a premultiplied sheet.

    ``foot`` is where it stands (canvas pixels), ``height`` in pixels.
    """
    from apex_director.images.scenes.figures import draw_figure, rim

    mask = draw_figure(kind or spec.subject, max(6, round(height)), spec.seed)
    if (kind or spec.subject) == "dancer" and mask.shape[1] > 1.1 * mask.shape[0]:  # a leap
        mask = draw_figure("dancer", max(6, round(0.72 * height)), spec.seed)
        foot = (foot[0], foot[1] - 0.30 * height)
    edge = rim(mask, (light_side or 0.3, -0.6), max(1.0, min(height * 0.018, 0.0016 * unit(spec))))
    power = np.float32(min(1.2, POWER.get(spec.time_of_day, 1.0) + 0.25))
    if (kind or spec.subject) == "balloon":
        late = {"night": 0.9, "dusk": 0.7, "sunset": 0.3, "dawn": 0.25}.get(spec.time_of_day, 0.0)
        cloth = paint_balloon(mask, pal, light_side or 0.3, float(power), spec.seed, late)
    else:
        cloth = np.zeros((*mask.shape, 4), np.float32)
        cloth[..., :3] = pal.shadow * np.float32(0.6) * mask[..., None]
    h, w = mask.shape
    y0, x0 = round(foot[1]) - h, round(foot[0] - w / 2)
    top, left = max(0, y0), max(0, x0)
    bottom, right = min(sheet.shape[0], y0 + h), min(sheet.shape[1], x0 + w)
    if top >= bottom or left >= right:
        return sheet
    cut = np.s_[top - y0 : bottom - y0, left - x0 : right - x0]
    mask, edge = mask[cut][..., None], edge[cut][..., None]
    out = sheet.copy()
    colour = cloth[cut][..., :3] + edge * pal.rim * power
    area = out[top:bottom, left:right]
    area *= 1 - mask
    area[..., :3] += colour
    area[..., 3:] += mask
    return out


def dancing(
    spec: SceneSpec,
    pal: ScenePalette,
    foot: tuple[float, float],
    height: float,
    side: float,
    parallax: float,
) -> list[Layer]:
    """Whoever dances or plays, on a sheet of their own that the beat moves; else nothing."""
    if spec.subject not in ON_THE_BEAT:
        return []
    w, h = spec.canvas
    sheet = put_subject(np.zeros((h, w, 4), np.float32), spec, pal, foot, height, side)
    small = spec.subject == "band"
    beat = Reaction(kind="rise", band="beat", amount=0.0015 if small else 0.004)
    sway = Reaction(kind="sway", band="bar", amount=0.001 if small else 0.003)
    return [to_layer(spec.subject, sheet, parallax, reactions=(beat, sway))]


def weather_particles(spec: SceneSpec, after: int, extra: str = "") -> tuple[Particles, ...]:
    """Snow or rain by the weather; else ``extra`` (dust, fireflies) or nothing."""
    if spec.weather == "snow":
        return (Particles(kind="snow", after=after, count=1100, color=(0.95, 0.97, 1.0)),)
    if spec.weather in ("rain", "storm"):
        return (Particles(kind="rain", after=after, count=1800, color=(0.75, 0.82, 0.9)),)
    if not extra:
        return ()
    if extra == "fireflies":
        box = (0.0, 0.55, 1.0, 1.0)
        return (
            Particles(kind="fireflies", after=after, count=60, color=(1.0, 0.86, 0.45), area=box),
        )
    return (Particles(kind="dust", after=after, count=130, color=(1.0, 0.92, 0.8)),)


def land_light(spec: SceneSpec, pal: ScenePalette, facing: float = 0.5) -> F32:
    """All light on open ground: the sky's and ``facing`` of the sun's."""
    power = POWER.get(spec.time_of_day, 1.0)
    if spec.weather in ("rain", "storm", "snow"):
        power *= 0.35
    return ambient(pal) + mix(pal.sun, pal.sky[4], 0.35) * np.float32(power * facing)


def ambient(pal: ScenePalette) -> F32:
    """Light from the whole sky on the land."""
    return mix(pal.sky[1], pal.sky[3], 0.35)


def neutral(colour: F32, keep: float) -> F32:
    """The colour with only ``keep`` of its chroma, at its own luminance."""
    grey = np.full(3, float(luminance(colour)), np.float32)
    return mix(grey, colour, keep)


def span(spec: SceneSpec, share: float) -> float:
    """A length in pixels from short sides."""
    return share * unit(spec)
