"""Deep space: gas lit by young stars, dark dust before it, worlds with air and rings, star fields.

Compositions: 0 a world rising in a corner with its moon, 1 a ringed giant, 2 the nebula alone with
its cluster, 3 an eclipse. The hour sets the colours and how much of a world is lit; the weather how
thick dust and haze are; a subject that stands on ground gets a ridge to stand on.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from apex_director.images.model import Layer, Light, Particles, Reaction, Scene
from apex_director.images.scenes.finish import to_layer
from apex_director.images.scenes.model import SceneSpec
from apex_director.images.scenes.nebula import gas as gas_of
from apex_director.images.scenes.noise import fbm, ridged
from apex_director.images.scenes.palette import ScenePalette, mix, palette_for
from apex_director.images.scenes.planet import World, bright_enough, paint_world
from apex_director.images.scenes.shapes import ridge
from apex_director.images.scenes.sheets import (
    box_around,
    box_grid,
    box_layer,
    spikes,
    standing_subject,
)
from apex_director.images.scenes.sky import enlarge, paint_stars, pixel_grid, smoothstep, unit

F32 = NDArray[np.float32]
_ONE = np.float32(1.0)
STANDING = frozenset(("walker", "couple", "deer", "band", "dancer"))
PHASE = {"dawn": -0.55, "day": 0.75, "golden_hour": 0.35, "sunset": 0.05, "dusk": -0.2}
DUST = {"clear": 0.0, "cloudy": 0.12, "mist": 0.05, "rain": 0.06, "snow": 0.0, "storm": 0.2}
TORN = {"calm": 0.24, "warm": 0.3, "melancholy": 0.3, "dreamy": 0.4, "tense": 0.5, "epic": 0.46}


@dataclass(frozen=True, kw_only=True)
class _Body:
    """A world on the canvas: centre (0..1 of it), radius in its short sides, and its sun's side."""

    x: float
    y: float
    radius: float
    light: tuple[float, float, float]
    kind: str
    ring: float = 0.0


@dataclass(frozen=True, kw_only=True)
class _Stage:
    """Where things stand: the cluster's star, the band's direction, the worlds far to near."""

    star: tuple[float, float]
    turn: float
    width: float
    bodies: tuple[_Body, ...]
    eclipse: bool = False


def paint(spec: SceneSpec) -> Scene:
    """Draw the scene (see the module's words for what it can be)."""
    pal = palette_for(spec)
    rng = np.random.default_rng([spec.seed, 7001])
    stage = _stage(spec, rng)
    far, near = _nebula_layers(spec, pal, stage)
    layers = [far, _star_layer(spec), near, _lamp_layer(spec, pal, stage, rng)]
    layers.append(_glow_layer(spec, pal, stage))
    layers += [_body_layer(spec, pal, body, n) for n, body in enumerate(stage.bodies)]
    if stage.eclipse:
        layers.insert(-1, _corona_layer(spec, pal, stage.bodies[0]))
    stands = spec.subject in STANDING
    if stands:
        layers.append(_ground_layer(spec, pal, stage, rng))
    told = () if stands or spec.subject == "none" else (spec.subject,)
    interest = stage.bodies[0] if stage.bodies else None
    return Scene(
        family="nebula",
        width=spec.width,
        height=spec.height,
        overscan=spec.overscan,
        layers=tuple(layers),
        particles=_particles(spec, pal, len(layers) - 1),
        light=Light(
            x=stage.star[0],
            y=stage.star[1],
            color=_triple(bright_enough(pal.sun, 0.5)),
            strength=0.45,
            rays=0.25,
        ),
        subject=(interest.x, interest.y) if interest else stage.star,
        not_drawn=spec.not_drawn + told,
    )


def _stage(spec: SceneSpec, rng: np.random.Generator) -> _Stage:
    """Compose for the aspect: what hangs left in a wide picture hangs low in a tall one."""
    w, h = spec.canvas
    tall, flip = h > w * 1.05, bool(rng.integers(2))
    jitter = rng.uniform(-0.03, 0.03, 6)
    lit = PHASE.get(spec.time_of_day, -0.35)
    rock_light = (0.75, 0.45, lit + 0.25)

    def at(x: float, y: float) -> tuple[float, float]:
        return (1 - x if flip else x), y

    def toward(light: tuple[float, float, float]) -> tuple[float, float, float]:
        return (-light[0] if flip else light[0]), light[1], light[2]

    kind = spec.composition % 4
    if kind == 0:
        star = at(0.60 + jitter[0], 0.34 + jitter[1]) if not tall else at(0.60, 0.26)
        world = at(0.24, 0.86) if not tall else at(0.28, 0.88)
        moon = at(0.78 + jitter[2], 0.27 + jitter[3]) if not tall else at(0.74, 0.50)
        bodies = (
            _Body(
                x=world[0], y=world[1], radius=0.47 + jitter[4],
                light=toward((0.62, 0.66, lit + 0.2)), kind="ocean",
            ),
            _Body(x=moon[0], y=moon[1], radius=0.048, light=toward(rock_light), kind="rock"),
        )  # fmt: skip
        return _Stage(star=star, turn=rng.uniform(-0.7, 0.7), width=0.62, bodies=bodies)
    if kind == 1:
        star = at(0.30 + jitter[0], 0.36 + jitter[1]) if not tall else at(0.34, 0.24)
        world = at(0.64 + jitter[2], 0.50) if not tall else at(0.54, 0.60)
        moon = at(0.22, 0.70 + jitter[3]) if not tall else at(0.20, 0.80)
        bodies = (
            _Body(
                x=world[0], y=world[1], radius=0.185 + jitter[4] * 0.4,
                light=toward((-0.8, 0.42, lit + 0.45)), kind="gas", ring=2.15,
            ),
            _Body(
                x=moon[0], y=moon[1], radius=0.03, light=toward((-0.7, 0.4, lit + 0.3)),
                kind="rock",
            ),
        )  # fmt: skip
        return _Stage(star=star, turn=rng.uniform(-0.6, 0.6), width=0.55, bodies=bodies)
    if kind == 2:
        star = at(0.47 + jitter[0] * 2, 0.40 + jitter[1] * 2)
        moon = at(0.80 + jitter[2], 0.72) if not tall else at(0.76, 0.80)
        moons = (
            _Body(x=moon[0], y=moon[1], radius=0.034, light=toward((-0.7, 0.6, 0.1)), kind="gas"),
        )
        return _Stage(star=star, turn=rng.uniform(-1.2, 1.2), width=0.85, bodies=moons)
    centre = at(0.5 + jitter[0], 0.46 if not tall else 0.42)
    dark = _Body(x=centre[0], y=centre[1], radius=0.225, light=(0.12, 0.30, -1.0), kind="rock")
    return _Stage(star=centre, turn=rng.uniform(-0.4, 0.4), width=0.7, bodies=(dark,), eclipse=True)


def _inks(pal: ScenePalette) -> tuple[F32, F32, F32, F32, F32]:
    """Light of the hot core, the ionised gas, the outer gas, the far gas, and the dark."""
    hot = bright_enough(mix(pal.sun, np.ones(3, np.float32), 0.35), 0.8)
    warm = bright_enough(pal.accent, 0.30)
    cool = bright_enough(pal.accent2, 0.26)
    outer = bright_enough(mix(pal.sky[2], pal.sky[3], 0.4), 0.12)
    dark = mix(pal.shadow, pal.sky[0], 0.35)
    return hot, warm, cool, outer, dark * np.float32(min(1.0, 0.012 / max(float(dark.max()), 1e-4)))


def _nebula_layers(spec: SceneSpec, pal: ScenePalette, stage: _Stage) -> tuple[Layer, Layer]:
    """The far gas (opaque) and the near dust with its lit edges."""
    hot, warm, cool, outer, dark = _inks(pal)
    size = float(unit(spec))
    u, v = pixel_grid(spec, stage.star)
    torn = TORN.get(spec.mood, 0.36) + (0.12 if spec.weather == "storm" else 0.0)
    cloud, thread, dust = gas_of.clouds(u, v, spec.seed * 7 + 13, torn)
    r = np.sqrt(u * u + v * v)
    envelope = v * np.float32(np.cos(stage.turn)) - u * np.float32(np.sin(stage.turn))
    envelope = np.exp(-((envelope / np.float32(stage.width)) ** 2))
    envelope *= np.float32(0.30) + np.float32(0.9) * np.exp(-r * np.float32(1.1))
    low = 0.12 - DUST.get(spec.weather, 0.0)
    thinned: F32 = dust - np.float32(0.42) * np.exp(-r * np.float32(3.2)).astype(np.float32)
    opacity = smoothstep(low, low + 0.42, thinned)
    clear = gas_of.light_through(opacity, stage.star, 5.5)
    fall = clear / (np.float32(0.45) + np.float32(2.2) * r + np.float32(1.8) * r * r)
    del clear, thinned
    relief = gas_of.facing(cloud + np.float32(0.5) * thread, u, v, size)
    far = _far_gas((hot, warm, cool, outer, dark), cloud, thread, relief, r, envelope, fall)
    # dust inside the gas swallows blue before red
    lanes = smoothstep(low - 0.55, low + 0.30, dust - np.float32(0.3) * thread)
    for c, swallow in enumerate((1.5, 2.1, 2.5)):
        far[..., c] = dark[c] + (far[..., c] - dark[c]) * np.exp(-np.float32(swallow) * lanes)
    del lanes, relief, r
    far_layer = to_layer("nebula_far", far, 0.04, seed=spec.seed)
    del far, cloud
    front = gas_of.facing(dust, u, v, size)
    near = _near_dust((hot, warm, cool, outer, dark), opacity, thread, front, envelope, fall)
    reactions = (Reaction(kind="breathe", band="bar", amount=0.02),)
    return far_layer, to_layer(
        "dust", near, 0.13, drift=(0.0006, 0.0), reactions=reactions, seed=spec.seed + 1
    )


def _far_gas(
    inks: tuple[F32, F32, F32, F32, F32],
    cloud: F32,
    thread: F32,
    relief: F32,
    r: F32,
    envelope: F32,
    fall: F32,
) -> F32:
    hot, warm, cool, outer, dark = inks
    body = smoothstep(-0.60, 0.80, cloud)
    body = body * body * np.float32(1.7)
    threads = smoothstep(-0.25, 0.75, thread)
    threads = threads * threads * np.float32(1.6)
    # the inner gas is ionised and cold of hue, a shell of warm gas surrounds it
    shell = smoothstep(0.10, 0.55, r + np.float32(0.45) * cloud)
    rim = smoothstep(0.50, 1.20, r + np.float32(0.30) * thread)
    soft = np.float32(1.0) + np.float32(0.30) * relief
    power = envelope * body * soft * (np.float32(0.22) + np.float32(0.75) * fall)
    wisp = (
        threads
        * envelope
        * (np.float32(0.10) + np.float32(0.50) * fall)
        * (np.float32(0.25) + body)
    )
    out = np.empty((*r.shape, 3), np.float32)
    core = np.exp(-r * np.float32(11.0)) * (np.float32(0.6) + body)
    for c in range(3):
        hue = cool[c] + (warm[c] - cool[c]) * shell
        hue = hue + (outer[c] - hue) * rim
        glow = hue * (power + np.float32(0.05) * envelope)
        glow += (hue * np.float32(0.75) + hot[c] * np.float32(0.18)) * wisp
        out[..., c] = dark[c] + glow + hot[c] * core * np.float32(0.30)
    return out


def _near_dust(
    inks: tuple[F32, F32, F32, F32, F32],
    opacity: F32,
    thread: F32,
    front: F32,
    envelope: F32,
    fall: F32,
) -> F32:
    hot, warm, _, outer, dark = inks
    out = np.empty((*opacity.shape, 4), np.float32)
    veil = opacity * np.float32(0.94)
    edge = np.maximum(front, 0.0)
    edge = edge * edge * (np.float32(1.0) - opacity) * np.float32(2.0)
    power = np.minimum(fall, 1.3) * envelope
    texture = np.float32(0.7) + np.float32(0.5) * np.maximum(thread, -1)
    shade = (np.float32(0.05) + np.float32(0.20) * np.maximum(front + 0.15, 0)) * power * texture
    for c in range(3):
        lit = dark[c] * np.float32(0.7) + (outer[c] * 0.75 + warm[c] * 0.25) * shade
        glint = (warm[c] * np.float32(0.6) + hot[c] * np.float32(0.4)) * edge * power
        out[..., c] = (lit + glint) * veil
    out[..., 3] = veil
    return out


def _star_layer(spec: SceneSpec) -> Layer:
    thin = 0.55 if spec.weather in ("mist", "cloudy", "storm") else 0.95
    light = paint_stars(spec, 1.6, thin)
    reactions = (
        Reaction(kind="twinkle", band="high", amount=0.35),
        Reaction(kind="gain", band="high", amount=0.5, floor=0.85),
    )
    return to_layer("stars", light, 0.02, blend="add", reactions=reactions, seed=spec.seed)


def _lamp_layer(
    spec: SceneSpec, pal: ScenePalette, stage: _Stage, rng: np.random.Generator
) -> Layer:
    """A young cluster about the star and a few lamps elsewhere, with diffraction spikes."""
    w, h = spec.canvas
    size = unit(spec)
    out = np.zeros((h, w, 3), np.float32)
    cold = np.array([0.72, 0.86, 1.15], np.float32)
    count = 26
    for n in range(count):
        far = n >= count * 0.6
        x = rng.uniform(0, w) if far else stage.star[0] * w + rng.normal() * 0.10 * size
        y = rng.uniform(0, h) if far else stage.star[1] * h + rng.normal() * 0.08 * size
        power = float((1 - rng.random()) ** -0.55 * 0.22)
        tint = mix(cold, bright_enough(pal.sun, 0.8), float(rng.random() ** 2))
        spikes(out, x, y, tint * np.float32(min(power, 1.1)), size * 0.035 * min(power + 0.2, 1.4))
    if not stage.eclipse:
        spikes(out, stage.star[0] * w, stage.star[1] * h, cold * np.float32(1.5), size * 0.13)
    reactions = (
        Reaction(kind="twinkle", band="high", amount=0.2),
        Reaction(kind="gain", band="high", amount=0.7, floor=0.75),
    )
    return to_layer("lamps", out, 0.07, blend="add", reactions=reactions, seed=spec.seed + 2)


def _world(spec: SceneSpec, pal: ScenePalette, body: _Body, number: int) -> World:
    white = np.ones(3, np.float32)
    tilt = 0.2 + 0.5 * ((spec.seed * 31 + number * 17) % 100) / 100
    grey = mix(mix(pal.fog, white, 0.25), np.full(3, 0.3, np.float32), 0.6)
    rock = World(
        kind="rock",
        seed=spec.seed * 3 + number * 101,
        light=body.light,
        sun=bright_enough(mix(pal.sun, white, 0.45), 0.85),
        sky=bright_enough(mix(pal.accent2, pal.sky[2], 0.3), 0.28),
        low=grey * np.float32(0.35),
        land=grey,
        high=grey,
        air=0.0,
        tilt=tilt,
    )
    if body.kind == "ocean":
        return replace(
            rock,
            kind="ocean",
            low=mix(pal.water, pal.accent2, 0.25) * np.float32(0.8),
            land=mix(pal.accent, pal.shadow, 0.45),
            high=mix(pal.accent, white, 0.35),
            air=0.95 if spec.weather != "mist" else 1.2,
        )
    if body.kind == "gas":
        return replace(
            rock,
            kind="gas",
            low=mix(pal.accent, pal.shadow, 0.35),
            land=mix(pal.sun, pal.accent, 0.35),
            high=mix(pal.sun, white, 0.45),
            air=0.45,
            ring=body.ring,
            tilt=-tilt if body.light[0] < 0 else tilt,
        )
    return rock


def _body_layer(spec: SceneSpec, pal: ScenePalette, body: _Body, number: int) -> Layer:
    reach = body.radius * (max(body.ring, 1.42) + 0.02)
    box = box_around(spec, body.x, body.y, reach)
    u, v = box_grid(spec, body.x, body.y, box)
    radius = np.float32(body.radius)
    light = paint_world(
        _world(spec, pal, body, number), u / radius, v / radius, body.radius * unit(spec)
    )
    big = body.radius > 0.1
    return box_layer(f"world_{number}", light, box, spec, 0.32 if big else 0.22)


def _corona_layer(spec: SceneSpec, pal: ScenePalette, body: _Body) -> Layer:
    """The light behind an eclipse: streamers of the corona and the last bead of sun."""
    shrink = 2
    u, v = pixel_grid(spec, (body.x, body.y), shrink)
    radius = np.float32(body.radius)
    r = np.sqrt(u * u + v * v) / radius
    angle = np.arctan2(v, u)
    cx, sy = np.cos(angle) * np.float32(1.7), np.sin(angle) * np.float32(1.7)
    rays = fbm(cx, sy, spec.seed + 900, 6, 2.1, 0.62)
    away = np.maximum(r - _ONE, 0)
    inner = np.exp(-away * np.float32(7.0))
    outer = np.exp(-away * (np.float32(1.9) - np.float32(1.1) * rays))
    ring = np.exp(-(((r - _ONE) * np.float32(26.0)) ** 2))
    bead = np.exp(-np.sqrt((u - radius * 0.37) ** 2 + (v - radius * 0.93) ** 2) * np.float32(26.0))
    power = inner * 0.5 + outer * (np.float32(0.16) + np.float32(0.14) * rays) + ring * 0.6
    hot = bright_enough(mix(pal.sun, np.ones(3, np.float32), 0.5), 0.9)
    tint = bright_enough(mix(pal.sun, pal.accent, 0.4), 0.5)
    light = power[..., None] * tint + (inner * inner * 0.35 + bead * 2.0)[..., None] * hot
    return to_layer(
        "corona",
        np.maximum(enlarge(light.astype(np.float32), spec, shrink), 0.0),
        0.3,
        blend="add",
        reactions=(Reaction(kind="gain", band="low", amount=0.45, floor=0.8),),
        seed=spec.seed,
    )


def _glow_layer(spec: SceneSpec, pal: ScenePalette, stage: _Stage) -> Layer:
    """Soft light of the cluster that swells with the bass."""
    shrink = 4
    u, v = pixel_grid(spec, stage.star, shrink)
    r = np.sqrt(u * u + v * v)
    fade = smoothstep(0.9, 0.3, r)
    soft = (np.exp(-r * np.float32(5.0)) * np.float32(0.07) + np.exp(-r * 16) * 0.10) * fade
    w, h = spec.canvas
    big = cv2.resize(soft.astype(np.float32), (w, h), interpolation=cv2.INTER_CUBIC)
    hot = mix(bright_enough(pal.sun, 0.7), pal.accent, 0.3)
    return to_layer(
        "glow",
        np.maximum(big, 0)[..., None] * hot,
        0.1,
        blend="add",
        reactions=(Reaction(kind="gain", band="low", amount=0.9, floor=0.55),),
        seed=spec.seed,
    )


def _ground_layer(
    spec: SceneSpec, pal: ScenePalette, stage: _Stage, rng: np.random.Generator
) -> Layer:
    """A dark ridge of rock at the foot of the picture, and who stands on it."""
    w, h = spec.canvas
    u, _ = pixel_grid(spec, (0.5, 0.5))
    x = u[0]
    stand = float(rng.uniform(0.42, 0.58))
    hill = np.exp(-(((x * unit(spec) / w + 0.5 - stand) / 0.28) ** 2)) * np.float32(0.05)
    rough = fbm(x * np.float32(3.0), np.zeros_like(x), spec.seed + 41, 7) * np.float32(0.030)
    crags = np.maximum(ridged(x * np.float32(4.5), np.zeros_like(x), spec.seed + 45, 5), 0.0)
    rough += crags * np.float32(0.022)
    flat = np.exp(-(((x * unit(spec) / w + 0.5 - stand) / 0.03) ** 2))
    top = (np.float32(0.845) - (hill + rough * (1 - flat)) * unit(spec) / h) * np.float32(h)
    cover = ridge(top, h)
    rows = np.arange(h, dtype=np.float32)[:, None]
    deep = np.maximum(rows - top[None, :], 0) / np.float32(unit(spec))
    edge = np.exp(-deep * np.float32(190)) * np.float32(0.45) + np.exp(-deep * 16) * np.float32(
        0.03
    )
    side = 1.0 if stage.star[0] > stand else -1.0
    relief = _relief(spec, x, deep, side)
    body = mix(pal.shadow, np.zeros(3, np.float32), 0.55)
    rim = bright_enough(mix(pal.rim, pal.accent, 0.3), 0.3)
    lit = edge * np.clip(0.6 + relief, 0, 1.5) + relief * np.exp(-deep * 9) * np.float32(0.13)
    out = np.concatenate(
        [(body + np.maximum(lit, 0)[..., None] * rim) * cover[..., None], cover[..., None]], axis=-1
    )
    ground = float(np.interp(stand * w, np.arange(w), top)) / h
    stood = standing_subject(spec, pal, stand, ground + 0.004, 0.17, side)
    if stood is not None:
        figure, (y0, y1, x0, x1) = stood
        out[y0:y1, x0:x1] = figure + out[y0:y1, x0:x1] * (1 - figure[..., 3:])
    return to_layer("ridge", out.astype(np.float32), 0.8, seed=spec.seed)


def _relief(spec: SceneSpec, x: F32, deep: F32, side: float) -> F32:
    """Light 0..1 on broken rock seen at a low angle, from the star's side; ``deep`` in short sides
    below the sky line.
    """
    far = np.float32(1.0) / (deep * np.float32(5.0) + np.float32(0.22))
    across, along = x[None, :] * far * np.float32(4.2), far * np.float32(4.6)
    across = np.broadcast_to(across, deep.shape).astype(np.float32)
    step = np.float32(0.05 * side)
    seed = spec.seed + 43
    here = ridged(across, along.astype(np.float32), seed, 5)
    there = ridged(across + step, along.astype(np.float32), seed, 5)
    slope = np.clip((here - there) * np.float32(2.4), -1.0, 1.0)
    fade = np.clip(deep * np.float32(60.0), 0.0, 1.0)  # the far edge is too fine to show relief
    return np.asarray(np.float32(0.30) + slope * np.float32(0.7) * fade, np.float32).clip(0, 1)


def _particles(spec: SceneSpec, pal: ScenePalette, last: int) -> tuple[Particles, ...]:
    color = _triple(np.minimum(bright_enough(mix(pal.sun, pal.accent, 0.35), 0.5), 1.0))
    dust = Particles(kind="dust", after=last, count=160, color=color)
    if spec.weather in ("snow", "rain", "storm"):  # ice grains, and the embers of a torn sky
        if spec.weather == "snow":
            return (dust, Particles(kind="snow", after=last, count=220, color=color))
        return (dust, Particles(kind="sparks", after=last, count=220, color=color))
    return (dust,)


def _triple(rgb: F32) -> tuple[float, float, float]:
    return float(rgb[0]), float(rgb[1]), float(rgb[2])
