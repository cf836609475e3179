"""Northern lights: curtains over a frozen lake, over a fell, over a snowy forest."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numba import njit
from numpy.typing import NDArray

from apex_director.images.model import Layer, Light, Particles, Reaction, Scene, Water
from apex_director.images.scenes.finish import lay, srgb, to_layer, tone
from apex_director.images.scenes.ground import ground_line, grove, side_line
from apex_director.images.scenes.model import SceneSpec
from apex_director.images.scenes.noise import fbm, fbm_at
from apex_director.images.scenes.palette import (
    ScenePalette,
    from_oklab,
    linear_from_hex,
    luminance,
    mix,
    oklab,
    palette_for,
)
from apex_director.images.scenes.ranges import Range, paint_range, summits
from apex_director.images.scenes.shapes import ridge
from apex_director.images.scenes.sky import enlarge, paint_sky, paint_stars, unit
from apex_director.images.scenes.staging import (
    Sun,
    aloft,
    birds,
    interest,
    left_out,
    mist,
    neutral,
    put_subject,
    rng_for,
)
from apex_director.images.scenes.terrain import View

F32 = NDArray[np.float32]
_STANDING = ("walker", "couple", "deer", "dancer")
_MASK = 0x7FFFFFFF
# lower edge, body and upper fringe of a curtain: oxygen green, and nitrogen's violet or red
_LOOKS = (
    ("d8ffb0", "2bff9c", "5a3cff"),
    ("c8fff0", "18e8b0", "b43cff"),
    ("f4ffa8", "4dff6a", "ff3c78"),
    ("b8f8ff", "22c8ff", "7a4cff"),
)


@njit(cache=True)
def _curtains(rows, u, strips, seed, out):  # type: ignore[no-untyped-def]
    """Brightness of curtains by height over their own foot: channels edge, body, fringe.

    ``strips`` [k, 8]: base elevation, swing, waves, height, brightness, seed offset, and the
    place and width across of its brightest stretch. Each column
    adds a ray whose foot follows a folded line; rays are bright where the curtain turns edge-on.
    """
    one = np.float32(1.0)
    for k in range(strips.shape[0]):
        base, swing, waves = strips[k, 0], strips[k, 1], strips[k, 2]
        tall, bright = strips[k, 3], strips[k, 4]
        s = seed + np.int64(strips[k, 5])
        for i in range(u.size):
            x = u[i]
            fold = fbm_at(x * waves, base * np.float32(3.0), s, 3)
            fine = fbm_at(x * waves * np.float32(3.6) + fold, np.float32(1.5), s + 20, 2)
            foot = base + swing * fold + swing * np.float32(0.22) * fine
            # where the line turns back on itself the eye looks along the sheet
            ahead = fbm_at((x + np.float32(0.02)) * waves, base * np.float32(3.0), s, 3)
            turn = abs(ahead - fold) * np.float32(16.0)
            along = np.float32(0.45) + np.float32(0.75) / (one + turn * turn)
            rays = fbm_at(x * np.float32(26.0) + fold * np.float32(6.0), foot, s + 40, 3)
            hair = fbm_at(x * np.float32(120.0) + fold * np.float32(20.0), foot, s + 60, 2)
            patch = fbm_at(x * np.float32(1.1), np.float32(7.7), s + 80, 2)
            off = (x - strips[k, 6]) / strips[k, 7]
            window = np.exp(-off * off)
            patch_light = max(np.float32(0.0), np.float32(0.50) + np.float32(1.25) * patch)
            light = bright * along * (np.float32(0.05) + window * (np.float32(0.12) + patch_light))
            ray = max(
                np.float32(0.12),
                np.float32(0.78) + np.float32(0.55) * rays + np.float32(0.22) * hair,
            )
            reach = tall * (np.float32(0.62) + np.float32(0.55) * (rays + patch * np.float32(0.6)))
            reach = max(reach, tall * np.float32(0.22))
            veil = np.float32(0.75) + np.float32(0.25) * ray
            for j in range(rows.size):
                h = rows[j] - foot
                if h < np.float32(-0.05) or h > reach * np.float32(4.5):
                    continue
                if h < 0:
                    rim = np.exp(-(h * h) * np.float32(5200.0))
                    out[j, i, 0] += light * ray * rim * np.float32(0.55)
                    out[j, i, 1] += light * ray * rim * (np.float32(0.40) + veil * np.float32(0.42))
                else:
                    q = h / reach
                    low = np.exp(-q * np.float32(7.0))
                    mid = np.exp(-q * np.float32(2.3))
                    top = q * q * np.exp(-q * np.float32(2.1)) * np.float32(1.5)
                    out[j, i, 0] += light * ray * low * np.float32(0.55)
                    out[j, i, 1] += light * (ray * low * np.float32(0.40) + veil * ray * mid * 0.42)
                    out[j, i, 2] += light * ray * top * np.float32(0.30)


def _colours(spec: SceneSpec, pal: ScenePalette) -> tuple[F32, F32, F32]:
    if spec.palette:
        body = _vivid(pal.accent)
        return mix(body, np.ones(3, np.float32), 0.5), body, _vivid(pal.accent2)
    edge, body, fringe = (linear_from_hex(c) for c in _LOOKS[spec.seed % len(_LOOKS)])
    return edge, body, fringe


def _vivid(colour: F32) -> F32:
    """A light of this hue: bright and full."""
    lab = oklab(colour)
    chroma = max(float(np.hypot(lab[1], lab[2])), 1e-3)
    lab[1:] *= max(1.0, 0.19 / chroma)
    lab[0] = max(float(lab[0]), 0.74)
    return from_oklab(lab)


def _curtain_layer(
    spec: SceneSpec, colours: tuple[F32, F32, F32], horizon: float, salt: int, count: int,
    reach: tuple[float, float], strength: float,
) -> F32:  # fmt: skip
    """Curtains between two elevations (short sides over the horizon), as added light [h, w, 3]."""
    w, h = spec.canvas
    shrink = 2
    rng = rng_for(spec, salt)
    size = np.float32(unit(spec))
    cols = (np.arange(-(-w // shrink), dtype=np.float32) * shrink - w / 2) / size
    rows = (np.float32(horizon * h) - np.arange(-(-h // shrink), dtype=np.float32) * shrink) / size
    strips = np.empty((count, 8), np.float32)
    half = w / 2 / float(size)
    for k in range(count):
        t = (k + rng.uniform(0.2, 0.8)) / count
        strips[k] = (
            reach[0] + (reach[1] - reach[0]) * t,
            rng.uniform(0.12, 0.26),
            rng.uniform(0.6, 1.2),
            rng.uniform(0.20, 0.34) * (0.7 + 0.6 * t),
            strength * rng.uniform(0.7, 1.15) * (0.75 + 0.4 * t),
            100 * k + salt,
            rng.uniform(-0.75, 0.75) * half,
            rng.uniform(0.55, 0.95) * half,
        )
    small = np.zeros((rows.size, cols.size, 3), np.float32)
    _curtains(rows.astype(np.float32), cols.astype(np.float32), strips, spec.seed & _MASK, small)
    edge, body, fringe = colours
    colour = small[..., :1] * edge + small[..., 1:2] * body + small[..., 2:] * fringe
    fade = np.clip(rows / np.float32(0.05), 0.0, 1.0)[:, None, None]
    colour *= fade.astype(np.float32)
    # added light is encoded: without this knee its faintest veil would grey the whole sky
    light = luminance(colour)[..., None]
    colour *= light / (light + np.float32(0.11)) * np.float32(1.2)
    return np.maximum(enlarge(colour.astype(np.float32), spec, shrink), 0.0)


def _sky(
    spec: SceneSpec, pal: ScenePalette, colours: tuple[F32, F32, F32], horizon: float
) -> list[Layer]:
    """Night sky, stars, a far and a near group of curtains."""
    size = unit(spec)
    tall = horizon * spec.canvas[1] / size
    sky = paint_sky(spec, pal, horizon, None)
    glow = mist(spec, colours[1] * np.float32(0.10), horizon - 0.10, 0.20, 0.5, 700)
    sky = sky + glow[..., :3]
    layers = [to_layer("sky", sky, 0.02, seed=spec.seed)]
    clear = {"clear": 1.0, "cloudy": 0.6, "mist": 0.6}.get(spec.weather, 0.5)
    twinkle = (
        Reaction(kind="twinkle", band="high", amount=0.4),
        Reaction(kind="gain", band="high", amount=0.5, floor=0.8),
    )
    stars = paint_stars(spec, horizon, 0.95 * clear)
    layers.append(to_layer("stars", stars, 0.02, blend="add", reactions=twinkle))
    far = (
        Reaction(kind="gain", band="mid", amount=0.45, floor=0.75),
        Reaction(kind="breathe", amount=0.008),
    )
    near = (
        Reaction(kind="gain", band="mid", amount=0.7, floor=0.65),
        Reaction(kind="sway", band="mid", amount=0.004),
        Reaction(kind="breathe", amount=0.012),
    )
    light = _curtain_layer(spec, colours, horizon, 710, 2, (0.08, 0.22), 0.26)
    layers.append(
        to_layer("far curtains", light, 0.03, blend="add", drift=(0.0012, 0.0), reactions=far)
    )
    light = _curtain_layer(
        spec, colours, horizon, 720, 2 + spec.seed % 2, (0.22, min(0.56, tall * 0.66)), 0.80
    )
    layers.append(
        to_layer("near curtains", light, 0.045, blend="add", drift=(-0.002, 0.0), reactions=near)
    )
    return layers


def _lights(pal: ScenePalette, colours: tuple[F32, F32, F32]) -> ScenePalette:
    """The palette under the aurora: its green falls on snow and fills the shadows."""
    top, high, mid, low, rim = pal.sky
    body = colours[1]
    return replace(
        pal,
        sky=(top * np.float32(0.55), high * np.float32(0.6),
             mix(mid, body * np.float32(0.10), 0.45), mix(low, body * np.float32(0.22), 0.55),
             mix(rim, body * np.float32(0.30), 0.55)),
        sun=mix(colours[0], body, 0.55) * np.float32(1.7),
        fog=mix(pal.fog * np.float32(0.7), body * np.float32(0.20), 0.45),
        rim=mix(colours[0], body, 0.4),
        shadow=mix(pal.shadow, body * np.float32(0.03), 0.3),
    )  # fmt: skip


def _snow(spec: SceneSpec, pal: ScenePalette, line: F32, salt: int, bright: float) -> F32:
    """Snow under a line: soft drifts lit by the sky, blue in their hollows, sparkling near by."""
    w, h = spec.canvas
    size = np.float32(unit(spec))
    sheet = np.zeros((h, w, 4), np.float32)
    y0 = int(np.clip(line.min() - 2, 0, h - 1))
    cover = ridge(line - np.float32(y0), h - y0)
    rows: F32 = np.arange(y0, h, dtype=np.float32)[:, None]
    below: F32 = np.maximum(rows - line[None, :], np.float32(0.0)) / size
    cols = np.arange(w, dtype=np.float32)[None, :] / size
    depth: F32 = np.float32(1.0) / (below * np.float32(3.0) + np.float32(0.25))
    drift = fbm(cols * depth * np.float32(1.1), depth * np.float32(1.7), spec.seed + salt, 3)
    fine = fbm(cols * np.float32(60.0), rows / size * np.float32(110.0), spec.seed + salt + 1, 2)
    slope = np.gradient(drift, axis=1).astype(np.float32) * size * np.float32(0.013)
    shade = np.clip(
        np.float32(0.62) + slope + np.float32(0.26) * drift + np.float32(0.05) * fine, 0.1, 1.6
    )
    edge = np.exp(below * np.float32(-42.0))
    glow = (shade * np.float32(0.75) + edge * np.float32(0.55)) * np.float32(bright)
    glow *= np.float32(0.45) + np.float32(0.55) * np.exp(below * np.float32(-4.0))
    light = neutral(mix(pal.sky[3], pal.rim * np.float32(0.34), 0.55), 0.62)
    cool = mix(pal.sky[1], pal.sky[2], 0.5)
    colour = glow[..., None] * light + cool * np.float32(0.55 * bright)
    sheet[y0:, :, :3] = colour * cover[..., None]
    sheet[y0:, :, 3] = cover
    return sheet


def _mountains(
    spec: SceneSpec, pal: ScenePalette, view: View, sun: Sun, lead: float, high: float
) -> list[Layer]:
    far = Range(near=60, far=110, summits=summits(spec, 731, -lead, 6, high * 1.5), floor=3.0,
                cells=26, salt=801, snow=0.10, fog=0.007, steps=360)  # fmt: skip
    sheet, _ = paint_range(spec, pal, view, sun, far)
    row = view.horizon - 0.008
    lay(sheet, mist(spec, pal.fog, row, 0.04, 0.5, 732))
    layers = [to_layer("far range", sheet, 0.09)]
    mid = Range(near=26, far=58, summits=summits(spec, 733, lead, 6, high), floor=1.0, cells=17,
                salt=811, snow=0.16, fog=0.006, steps=560)  # fmt: skip
    sheet, _ = paint_range(spec, pal, view, sun, mid)
    lay(sheet, mist(spec, pal.fog, row + 0.025, 0.02, 0.45, 734))
    layers.append(to_layer("peaks", sheet, 0.18))
    return layers


def _frozen_lake(
    spec: SceneSpec, pal: ScenePalette, sky: list[Layer], sun: Sun, lead: float, horizon: float
) -> Scene:
    size, (w, h) = unit(spec), spec.canvas
    view = View(horizon=horizon, eye=1.0)
    layers = sky + _mountains(spec, pal, view, sun, lead, 9.5)
    shore = horizon + 0.034 * size / h
    low = np.full(w, (shore + 0.002) * h, np.float32)
    beach = ridge(low - np.float32(0.004 * size) - np.abs(ground_line(spec, 0.0, 0.005, 741)), h)
    wood = grove(spec, pal, sun, low, 1100, 0.036 * size, ((-0.02, 1.02),), 742, 0.75)
    snow = mix(pal.fog, pal.rim * np.float32(0.06), 0.3)
    lay(wood, np.concatenate([beach[..., None] * snow, beach[..., None]], -1))
    layers.append(to_layer("far shore", wood, 0.28))
    tint = srgb(tone(mix(pal.sky[1], pal.shadow, 0.4)))
    water = Water(after=len(layers) - 1, horizon=shore, clarity=0.72, ripple=0.12, glitter=0.15,
                  tint=(float(tint[0]), float(tint[1]), float(tint[2])))  # fmt: skip
    layers += aloft(spec, pal, horizon, sun)
    side = -float(np.sign(lead))
    line = side_line(spec, 0.90, 0.10, 743, side)
    sheet = grove(spec, pal, sun, line, 150, 0.16 * size, _sides(side, 0.27), 744, 0.85)
    lay(sheet, _snow(spec, pal, line, 745, 0.8))
    x = w * (0.5 + 0.20 * side)
    if spec.subject in _STANDING:
        foot = (x, float(line[int(x)]) + 0.008 * size)
        sheet = put_subject(sheet, spec, pal, foot, 0.12 * size, sun.side)
    layers.append(to_layer("bank", sheet, 0.65))
    near = side_line(spec, 0.97, 0.11, 746, 0.0)
    sheet = grove(spec, pal, sun, near, 60, 0.46 * size, ((-0.03, 0.15), (0.88, 1.03)), 747, 1.0)
    lay(sheet, _snow(spec, pal, near, 748, 0.55))
    layers.append(to_layer("near trees", sheet, 1.15))
    place = interest(spec, sun, horizon, (x / w, horizon - 0.15), (x / w, 0.82))
    return _scene(spec, pal, layers, water, place)


def _sides(side: float, share: float) -> tuple[tuple[float, float], ...]:
    return ((-0.02, share),) if side < 0 else ((1 - share, 1.02),)


def _fell(
    spec: SceneSpec, pal: ScenePalette, sky: list[Layer], sun: Sun, lead: float, horizon: float
) -> Scene:
    """A bare white fell with a lone figure under the whole sky."""
    size, (w, h) = unit(spec), spec.canvas
    view = View(horizon=horizon, eye=2.2)
    layers = sky + _mountains(spec, pal, view, sun, lead, 7.0)
    layers += aloft(spec, pal, horizon, sun)
    for k, (base, swell, parallax, bright) in enumerate(
        ((horizon + 0.045, 0.035, 0.38, 0.62), (0.80, 0.05, 0.68, 0.72), (0.90, 0.03, 1.1, 0.55))
    ):
        line = ground_line(spec, base, swell, 760 + k, 0.09 * (-1) ** k * float(np.sign(lead)))
        sheet = np.zeros((h, w, 4), np.float32)
        if k < 2:
            spans = ((-0.02, 0.30), (0.62, 1.02)) if k == 0 else _sides(float(np.sign(lead)), 0.22)
            tall, count = ((0.05, 300), (0.13, 130))[k]
            sheet = grove(spec, pal, sun, line, count, tall * size, spans, 764 + k, 0.7 + 0.2 * k)
        lay(sheet, _snow(spec, pal, line, 768 + k, bright))
        if k == 1 and spec.subject in _STANDING:
            x = w * (0.5 - 0.17 * float(np.sign(lead)))
            foot = (x, float(line[int(x)]) + 0.006 * size)
            sheet = put_subject(sheet, spec, pal, foot, 0.12 * size, sun.side)
        layers.append(to_layer(("far snow", "snow field", "near snow")[k], sheet, parallax))
    x = 0.5 - 0.17 * float(np.sign(lead))
    return _scene(spec, pal, layers, None, interest(spec, sun, horizon, (x, 0.62), (x, 0.74)))


def _clearing(
    spec: SceneSpec, pal: ScenePalette, sky: list[Layer], sun: Sun, lead: float, horizon: float
) -> Scene:
    """Looking up from a snowy clearing between tall spruces."""
    size, w = unit(spec), spec.canvas[0]
    layers = list(sky)
    layers += aloft(spec, pal, horizon, sun)
    rows = (
        (horizon + 0.02, 0.075, 900, 0.45, 0.25, ((-0.02, 1.02),)),
        (horizon + 0.07, 0.20, 150, 0.70, 0.48, ((-0.02, 0.30), (0.68, 1.02))),
        (0.93, 0.62, 52, 1.0, 1.05, ((-0.04, 0.17), (0.85, 1.04))),
    )
    for k, (base, tall, count, near, parallax, spans) in enumerate(rows):
        line = ground_line(spec, base, 0.014 + 0.008 * k, 780 + k)
        sheet = grove(spec, pal, sun, line, count, tall * size, spans, 784 + k, near)
        lay(sheet, _snow(spec, pal, line, 788 + k, 0.62 - 0.04 * k))
        if k < 2:
            lay(sheet, mist(spec, pal.fog, base + 0.01, 0.02, 0.4 - 0.15 * k, 792 + k))
        if k == 1 and spec.subject in _STANDING:
            x = w * (0.5 + 0.12 * float(np.sign(lead)))
            foot = (x, float(line[int(x)]) + 0.02 * size)
            sheet = put_subject(sheet, spec, pal, foot, 0.13 * size, sun.side)
        layers.append(to_layer(("far wood", "wood", "near spruces")[k], sheet, parallax))
    x = 0.5 + 0.12 * float(np.sign(lead))
    place = interest(spec, sun, horizon, (x, horizon - 0.1), (x, horizon + 0.06))
    return _scene(spec, pal, layers, None, place)


def _scene(
    spec: SceneSpec, pal: ScenePalette, layers: list[Layer], water: Water | None,
    subject: tuple[float, float],
) -> Scene:  # fmt: skip
    snow: tuple[Particles, ...] = ()
    if spec.weather in ("snow", "storm", "mist"):
        count = 1000 if spec.weather != "mist" else 160
        snow = (
            Particles(kind="snow", after=len(layers) - 2, count=count, color=(0.85, 1.0, 0.97)),
        )
    colour = srgb(tone(pal.rim))
    dim = Sun(x=0.5, y=0.2, radius=0.03, moon=True, shown=False)
    return Scene(
        family="aurora",
        width=spec.width,
        height=spec.height,
        overscan=spec.overscan,
        layers=tuple(layers),
        water=water,
        particles=(*birds(spec, pal, layers, 0.6, dim), *snow),
        light=Light(
            x=0.5,
            y=0.25,
            color=(float(colour[0]), float(colour[1]), float(colour[2])),
            strength=0.35,
            band="mid",
        ),
        subject=subject,
        not_drawn=left_out(spec, _STANDING),
    )


def paint(spec: SceneSpec) -> Scene:
    """Northern lights in one of three compositions: frozen lake, fell, clearing.

    The lights need the dark: every hour but dusk is drawn as night, and a day in the request is
    named in ``not_drawn``.
    """
    hour = spec.time_of_day if spec.time_of_day in ("night", "dusk") else "night"
    words = spec.not_drawn if hour == spec.time_of_day else (*spec.not_drawn, spec.time_of_day)
    spec = replace(spec, time_of_day=hour, not_drawn=words)
    rng = rng_for(spec, 701)
    lead = float(rng.choice((-1.0, 1.0)) * rng.uniform(0.28, 0.42))
    choice = spec.composition % 3
    horizon = (0.60, 0.66, 0.70)[choice]
    pal = palette_for(spec)
    colours = _colours(spec, pal)
    sun = Sun(x=0.5 - lead, y=0.2, radius=0.03, moon=True, shown=False)
    top, high, mid, low, rim = (c * np.float32(0.6) for c in pal.sky)
    sky = _sky(spec, replace(pal, sky=(top, high, mid, low, rim)), colours, horizon)
    pal = _lights(pal, colours)
    return (_frozen_lake, _fell, _clearing)[choice](spec, pal, sky, sun, lead, horizon)
