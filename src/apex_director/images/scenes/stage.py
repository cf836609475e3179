"""The stage: an arena with a lit truss, a singer against the light, an open-air festival; beams in
three colours on three bands, a band in silhouette, a crowd that rises with the bass.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from apex_director.images.model import BandName, Layer, Light, Particles, Reaction, Scene
from apex_director.images.scenes.audience import Row, crowd_row
from apex_director.images.scenes.figures import draw_figure, rim
from apex_director.images.scenes.finish import to_layer
from apex_director.images.scenes.foreground import stamp
from apex_director.images.scenes.lamps import glow_at
from apex_director.images.scenes.model import SceneSpec
from apex_director.images.scenes.noise import fbm
from apex_director.images.scenes.palette import ScenePalette, mix, palette_for
from apex_director.images.scenes.shapes import Stroke, fill, strokes
from apex_director.images.scenes.sky import paint_clouds, paint_sky, paint_stars, pixel_grid, unit

F32 = NDArray[np.float32]
NOT_HERE = ("boat", "car", "birds", "deer", "balloon")
BANDS: tuple[BandName, BandName, BandName] = ("low", "mid", "high")


@dataclass(frozen=True, kw_only=True)
class Lamp:
    """A beam: source (canvas fractions), direction in radians from straight down, half angle,
    length in short sides, group 0..2 and strength.
    """

    x: float
    y: float
    angle: float
    spread: float
    reach: float
    group: int
    power: float


@dataclass(frozen=True, kw_only=True, eq=False)
class Show:
    """What the layers of one concert share."""

    spec: SceneSpec
    pal: ScenePalette
    kind: int
    deck: float
    truss: float
    colours: tuple[F32, F32, F32]
    lamps: tuple[Lamp, ...]
    dark: F32


def paint(spec: SceneSpec) -> Scene:
    """Draw a concert of eleven or twelve layers."""
    show = _show(spec)
    layers = _backdrop(show)
    layers.append(_rig(show))
    layers += [_beams(show, g) for g in range(3)]
    subject, band = _performers(show)
    layers.append(band)
    layers.append(_flares(show))
    layers += _crowd(show)
    after = len(layers) - 1
    particles = [
        Particles(
            kind="dust", after=after - 3, count=220, color=_code(show.colours[2]), band="high"
        )
    ]
    if spec.mood in ("joyful", "epic"):
        particles.append(Particles(kind="sparks", after=after - 2, count=160,
                                   color=_code(show.colours[0]),
                                   band="beat", area=(0.1, 0.2, 0.9, 0.8)))  # fmt: skip
    if show.kind == 2 and spec.weather in ("rain", "storm"):
        particles.append(Particles(kind="rain", after=after, count=800, color=(0.7, 0.75, 0.85)))
    if show.kind == 2 and spec.weather == "snow":
        particles.append(Particles(kind="snow", after=after, count=800, color=(0.9, 0.92, 0.96)))
    return Scene(
        family="stage", width=spec.width, height=spec.height, overscan=spec.overscan,
        layers=tuple(layers), particles=tuple(particles),
        light=Light(x=0.5, y=show.deck - 0.14,
                    color=_code(mix(show.colours[0], show.colours[2], 0.5)),
                    strength=0.5, rays=0.25 if show.kind == 1 else 0.12),
        subject=subject,
        not_drawn=spec.not_drawn + ((spec.subject,) if spec.subject in NOT_HERE else ()),
    )  # fmt: skip


def _code(colour: F32) -> tuple[float, float, float]:
    code = np.clip(colour, 0.0, 1.0) ** (1 / 2.2)
    return float(code[0]), float(code[1]), float(code[2])


def _vivid(colour: F32, push: float = 1.45) -> F32:
    """A gel's colour: chroma pushed, brightest channel at one."""
    grey = float(colour.mean())
    strong = np.clip(grey + (colour - grey) * push, 0.015, None)
    return np.asarray(strong / float(strong.max()), np.float32)


def _show(spec: SceneSpec) -> Show:
    pal = palette_for(spec)
    kind = spec.composition % 3
    tall = spec.height > 1.15 * spec.width
    white = mix(pal.sun, np.ones(3, np.float32), 0.45)
    colours = (_vivid(pal.accent), _vivid(pal.accent2), white / max(float(white.max()), 1e-3))
    deck = 0.655 if kind != 1 else 0.70
    truss = (0.20, 0.17, 0.30)[kind] + (0.08 if tall and kind == 0 else 0.0)
    return Show(
        spec=spec, pal=pal, kind=kind, deck=deck, truss=truss, colours=colours,
        lamps=tuple(_lamps(spec, kind, deck, truss)),
        dark=(pal.shadow * np.float32(0.35)).astype(np.float32),
    )  # fmt: skip


def _truss_y(show_kind: int, truss: float, x: float) -> float:
    """The truss hangs in a shallow arc."""
    return truss + (0.05 * (2 * x - 1) ** 2 if show_kind != 2 else 0.0)


def _lamps(spec: SceneSpec, kind: int, deck: float, truss: float) -> list[Lamp]:
    rng = np.random.default_rng([spec.seed, 17])
    w = spec.canvas[0]
    wide = w / unit(spec)
    lamps: list[Lamp] = []
    count = int(np.clip(round(8 * wide), 7, 17))
    cross = float(rng.uniform(0.5, 1.1)) * (1 if rng.random() < 0.5 else -1)
    left, right = (0.06, 0.94) if kind != 2 else (0.24, 0.76)
    for i in range(count):
        t = (i + 0.5) / count
        x = left + (right - left) * t
        swing = -(t - 0.5) * 1.7 * cross + float(rng.normal(0, 0.05))
        if kind == 2:
            swing = (t - 0.5) * 2.5
        lamps.append(Lamp(x=x, y=_truss_y(kind, truss, x) + 0.018, angle=swing, spread=0.042,
                          reach=0.95, group=i % 3, power=0.62))  # fmt: skip
    uprights = max(4, round(4.5 * wide))
    for i in range(uprights):
        t = (i + 0.5) / uprights
        x = left + 0.02 + (right - left - 0.04) * t
        angle = np.pi - (t - 0.5) * (2.1 if kind != 1 else 1.2) + float(rng.normal(0, 0.06))
        lamps.append(Lamp(x=x, y=deck - 0.008, angle=angle, spread=0.03, reach=0.9,
                          group=(i + 1) % 3, power=0.5))  # fmt: skip
    if kind == 1:
        for i in range(15):
            angle = np.pi + (i - 7) / 7 * 1.55
            lamps.append(Lamp(x=0.5, y=deck - 0.17, angle=angle, spread=0.05, reach=1.1,
                              group=(i * 2) % 3, power=0.42))  # fmt: skip
        lamps.append(Lamp(x=0.5, y=0.02, angle=0.0, spread=0.11, reach=1.6, group=2, power=0.7))
    return lamps


def _backdrop(show: Show) -> list[Layer]:
    spec, pal = show.spec, show.pal
    w, h = spec.canvas
    if show.kind == 2:
        light = (0.5 + 0.25 * (1 if spec.seed % 2 else -1), show.deck - 0.06)
        sky = paint_sky(spec, pal, show.deck, light) * np.float32(0.8)
        if spec.time_of_day in ("dusk", "night") and spec.weather == "clear":
            sky += paint_stars(spec, show.deck, 0.5)
        cloudy = {"clear": 0.25, "cloudy": 0.7, "rain": 0.8, "storm": 0.9}.get(spec.weather, 0.4)
        clouds = paint_clouds(spec, pal, show.deck, light, cloudy)
        return [to_layer("sky", sky.astype(np.float32), 0.03, seed=spec.seed),
                to_layer("clouds", clouds, 0.06, drift=(0.0015, 0.0),
                         seed=spec.seed + 1)]  # fmt: skip
    u, v = pixel_grid(spec, (0.5, show.deck - 0.10), 4)
    d = np.sqrt((u * 0.75) ** 2 + v**2)
    smoke = fbm((u * 1.7).astype(np.float32), (v * 2.3).astype(np.float32), spec.seed + 4, 5)
    glow = np.exp(-d * 2.7) * (0.8 + 0.55 * smoke)
    centre = np.exp(-((d / 0.22) ** 2)) * (0.55 if show.kind == 1 else 0.12)
    tint = mix(show.colours[0], show.colours[1], 0.35) * np.float32(0.42)
    hall = mix(pal.shadow, pal.sky[1], 0.35) * np.float32(0.5)
    room = hall * (0.6 + 0.4 * np.exp(-np.abs(u) * 0.8))[..., None] * np.ones_like(d)[..., None]
    room = room + glow[..., None] * tint + centre[..., None] * show.colours[2]
    big = cv2.resize(
        room.astype(np.float32), (u.shape[1] * 4, v.shape[0] * 4), interpolation=cv2.INTER_CUBIC
    )
    big = np.maximum(big[:h, :w], 0.0)
    if show.kind == 0:
        big += _led_wall(show, None)
    return [to_layer("hall", big, 0.1, seed=spec.seed)]


def _led_wall(show: Show, group: int | None) -> F32:
    """Bars of a video wall behind the band; ``group`` picks those that follow one band of the song,
    None the dim glass of all of them.
    """
    spec = show.spec
    w, h = spec.canvas
    short = unit(spec)
    out = np.zeros((h, w, 3), np.float32)
    half = min(0.36 * w, 0.62 * short)
    bars = 36
    pitch = 2 * half / bars
    top, foot = (show.truss + 0.085) * h, (show.deck - 0.012) * h
    rng = np.random.default_rng([spec.seed, 29])
    walk = np.cumsum(rng.normal(0, 0.16, bars))
    level = np.clip(
        0.55 + 0.35 * np.sin(np.linspace(0, 9, bars) + spec.seed) + 0.25 * walk / 2, 0.12, 1.0
    )
    rows = np.arange(int(top), int(foot) + 1)
    for b in range(bars):
        if group is not None and (b // 2) % 3 != group:
            continue
        x0 = w / 2 - half + b * pitch
        a, z = int(np.ceil(x0 + pitch * 0.14)), int(x0 + pitch * 0.86)
        height = (foot - rows) / (foot - top)
        cell = np.clip(np.abs(((foot - rows) / (pitch * 0.72)) % 1.0 - 0.5) * 6.0 - 0.6, 0.0, 1.0)
        on = np.clip((level[b] - height) * 24.0 + 0.5, 0.0, 1.0)
        colour = show.colours[0] * (1 - height)[:, None] + show.colours[1] * height[:, None]
        power = 0.030 + (0.05 * on if group is None else 0.34 * on - 0.03)
        strip = (colour * (cell * power)[:, None]).astype(np.float32)
        out[rows[0] : rows[-1] + 1, a : z + 1] += np.maximum(strip, 0.0)[:, None, :]
    return out


def _rig(show: Show) -> Layer:
    """Truss, towers, hanging speakers and lamp housings."""
    spec = show.spec
    w, h = spec.canvas
    short = unit(spec)
    lines: list[Stroke] = []
    solid: list[NDArray[np.float64]] = []
    left, right = (-0.02, 1.02) if show.kind != 2 else (0.20, 0.80)
    deep = 0.034 * short
    bays = max(10, round(26 * w / h / 1.78))
    xs = np.linspace(left, right, bays + 1)
    upper = np.asarray([(x * w, _truss_y(show.kind, show.truss, x) * h - deep) for x in xs])
    lower = upper + np.asarray([0.0, deep])
    bar = max(1.0, 0.0045 * short)
    lines += [(upper, bar, bar), (lower, bar, bar)]
    for i in range(bays):
        lines.append((np.stack([lower[i], (upper[i] + upper[i + 1]) / 2]), bar * 0.55, bar * 0.55))
        lines.append(
            (np.stack([(upper[i] + upper[i + 1]) / 2, lower[i + 1]]), bar * 0.55, bar * 0.55)
        )
    for lamp in show.lamps:
        if abs(lamp.angle) < 1.6 and lamp.y > 0.05:
            x, y = lamp.x * w, lamp.y * h
            s = 0.0125 * short
            c, n = np.cos(lamp.angle), np.sin(lamp.angle)
            box = np.asarray([(-0.55, -1.1), (0.55, -1.1), (0.75, 0.5), (-0.75, 0.5)]) * s
            solid.append(box @ np.asarray([[c, -n], [n, c]]) + (x, y))
    for side in (-1.0, 1.0):
        lines += _tower(show, side)
        solid += _line_array(show, side)
    if show.kind == 2:
        solid += _roof(show)
    cover = np.maximum(strokes(h, w, lines, 4), fill(h, w, solid, 4))
    edge = rim(cover, (0.0, 1.0), max(1.0, 0.003 * short))
    sheet = np.zeros((h, w, 4), np.float32)
    sheet[..., 3] = cover
    glow = mix(show.colours[0], show.colours[2], 0.4) * np.float32(0.30)
    sheet[..., :3] = cover[..., None] * show.dark + edge[..., None] * glow
    return to_layer("rig", sheet, 0.32, seed=spec.seed + 2)


def _tower(show: Show, side: float) -> list[Stroke]:
    w, h = show.spec.canvas
    short = unit(show.spec)
    x = (0.5 + side * (0.40 if show.kind != 2 else 0.27)) * w
    half = 0.016 * short
    top, foot = _truss_y(show.kind, show.truss, x / w) * h, show.deck * h
    bar = max(0.9, 0.0036 * short)
    lines: list[Stroke] = [
        (np.asarray([(x + s * half, top), (x + s * half, foot)]), bar, bar) for s in (-1, 1)
    ]
    n = max(4, round((foot - top) / (half * 2)))
    for i in range(n):
        y0, y1 = top + (foot - top) * i / n, top + (foot - top) * (i + 1) / n
        a, b = (-1, 1) if i % 2 else (1, -1)
        lines.append((np.asarray([(x + a * half, y0), (x + b * half, y1)]), bar * 0.6, bar * 0.6))
    return lines


def _line_array(show: Show, side: float) -> list[NDArray[np.float64]]:
    """A hanging column of speakers, curved inwards at its foot."""
    w, h = show.spec.canvas
    short = unit(show.spec)
    x = (0.5 + side * (0.345 if show.kind != 2 else 0.315)) * w
    y = (_truss_y(show.kind, show.truss, x / w) + 0.05) * h
    turn, out = 0.0, []
    for _ in range(9):
        box = np.asarray([(-1.0, 0.0), (1.0, 0.0), (0.92, 0.52), (-0.92, 0.52)]) * (0.022 * short)
        c, s = np.cos(turn), np.sin(turn)
        out.append(box @ np.asarray([[c, s], [-s, c]]) + (x, y))
        y += 0.0135 * short * np.cos(turn)
        x += side * -0.0135 * short * np.sin(abs(turn))
        turn += side * 0.055
    return out


def _roof(show: Show) -> list[NDArray[np.float64]]:
    """The vaulted roof of an open-air stage."""
    w, h = show.spec.canvas
    t = np.linspace(0.0, np.pi, 40)
    y = show.truss * h - 0.03 * unit(show.spec)
    outer = np.stack([w * (0.5 - 0.325 * np.cos(t)), y - 0.115 * h * np.sin(t)], 1)
    inner = np.stack(
        [w * (0.5 - 0.30 * np.cos(t)), y + 0.03 * unit(show.spec) - 0.095 * h * np.sin(t)], 1
    )
    return [np.concatenate([outer, inner[::-1]])]


def _beams(show: Show, group: int) -> Layer:
    """The beams of one colour, thick with haze, as light that follows one band."""
    spec = show.spec
    w, h = spec.canvas
    short = np.float32(unit(spec))
    shrink = 2
    xs = (np.arange(-(-w // shrink), dtype=np.float32) + 0.5) * shrink / short
    ys = ((np.arange(-(-h // shrink), dtype=np.float32) + 0.5) * shrink / short)[:, None]
    light = np.zeros((ys.shape[0], xs.shape[0]), np.float32)
    for lamp in show.lamps:
        if lamp.group == group:
            _add_beam(light, xs, ys, lamp, (w / float(short), h / float(short)))
    haze = fbm(
        (xs[None, :] * 2.1).astype(np.float32),
        (ys * 3.0).astype(np.float32),
        spec.seed + 13 * group,
        4,
    )
    light *= np.clip(0.85 + 0.55 * haze, 0.25, 1.5)
    if show.kind == 2 and spec.time_of_day in ("day", "dawn", "golden_hour"):
        light *= np.float32(0.35)
    core = np.clip(light - 0.35, 0.0, None)
    rgb = light[..., None] * show.colours[group] + (core * 0.5)[..., None] * show.colours[2]
    big = cv2.resize(rgb, (xs.size * shrink, ys.size * shrink), interpolation=cv2.INTER_LINEAR)
    big = big[:h, :w]
    if show.kind == 0:
        big = big + _led_wall(show, group)
    reactions = (
        Reaction(kind="gain", band=BANDS[group], amount=1.0, floor=0.30),
        Reaction(kind="sway", band=BANDS[(group + 1) % 3], amount=(0.012, -0.012, 0.008)[group]),
    )
    name = ("first", "second", "white")[group] + " beams"
    return to_layer(name, big.astype(np.float32), 0.36 + 0.02 * group, blend="add",
                    reactions=reactions,
                    seed=spec.seed + 20 + group)  # fmt: skip


def _add_beam(light: F32, xs: F32, ys: F32, lamp: Lamp, size: tuple[float, float]) -> None:
    """Add a soft cone to ``light`` in place; coordinates in short sides, direction 0 is down."""
    dx, dy = np.sin(lamp.angle), np.cos(lamp.angle)
    px, py = xs - np.float32(lamp.x * size[0]), ys - np.float32(lamp.y * size[1])
    along = px[None, :] * np.float32(dx) + py * np.float32(dy)
    across = px[None, :] * np.float32(dy) - py * np.float32(dx)
    ahead = np.maximum(along, 0.0)
    wide = np.float32(0.0055) + ahead * np.float32(lamp.spread)
    shape = np.exp(-((across / wide) ** 2) * np.float32(1.5))
    fall = (np.float32(0.012) / (wide + np.float32(0.006))) ** np.float32(0.55)
    fade = np.exp(-((ahead / np.float32(lamp.reach)) ** 2) * np.float32(1.4))
    start = np.clip(along * np.float32(220.0), 0.0, 1.0)
    light += shape * fall * fade * start * np.float32(lamp.power)


def _performers(show: Show) -> tuple[tuple[float, float], Layer]:
    """Deck, amplifiers, monitors and whoever plays, against the light."""
    spec = show.spec
    w, h = spec.canvas
    short = unit(spec)
    deck = show.deck * h
    left, right = (-0.02 * w, 1.02 * w) if show.kind != 2 else (0.18 * w, 0.82 * w)
    polygons = [
        np.asarray([(left, deck), (right, deck), (right, deck + 0.12 * h), (left, deck + 0.12 * h)])
    ]
    kind = {"none": "band" if show.kind != 1 else "singer", "walker": "singer"}.get(
        spec.subject, spec.subject
    )
    if kind in NOT_HERE:
        kind = "band"
    tall = {"band": (0.185, 0.2, 0.10)[show.kind]}.get(kind, (0.25, 0.36, 0.13)[show.kind])
    if kind == "band":
        polygons += _amps(show, tall * short)
    for s in (-1.0, 1.0):
        x = w / 2 + s * 0.10 * short
        wedge = np.asarray([(-1.0, 0.0), (-0.55, -0.75), (0.65, -0.95), (1.05, 0.0)])
        polygons.append(wedge * (0.013 * short) + (x, deck))
    cover = fill(h, w, polygons, 4)
    figure = draw_figure(kind, round(tall * short), spec.seed)
    most = 0.74 * w if show.kind != 2 else 0.40 * w
    if figure.shape[1] > most:
        figure = draw_figure(kind, round(tall * short * most / figure.shape[1]), spec.seed)
    fh, fw = figure.shape
    stamp(cover, figure, w / 2 - fw / 2, deck - fh + 0.004 * short)
    edge = np.maximum(
        rim(cover, (-0.5, -1.0), 0.0032 * short), rim(cover, (0.5, -1.0), 0.0032 * short)
    )
    sheet = np.zeros((h, w, 4), np.float32)
    sheet[..., 3] = cover
    glow = mix(show.colours[1], show.colours[2], 0.55) * np.float32(0.75)
    sheet[..., :3] = cover[..., None] * show.dark * np.float32(0.6) + edge[..., None] * glow
    _deck_light(show, sheet, deck)
    return (0.5, (deck - fh * 0.5) / h), to_layer("band", sheet, 0.5, seed=spec.seed + 30)


def _amps(show: Show, tall: float) -> list[NDArray[np.float64]]:
    """Stacks of cabinets behind the players."""
    w, h = show.spec.canvas
    deck = show.deck * h
    out = []
    for x in (-2.42, -2.02, 2.02, 2.42):
        for level in range(2):
            cx, y = w / 2 + x * tall * 0.86, deck - level * tall * 0.33
            half = tall * 0.165
            out.append(
                np.asarray(
                    [
                        (cx - half, y),
                        (cx + half, y),
                        (cx + half, y - tall * 0.32),
                        (cx - half, y - tall * 0.32),
                    ]
                )
            )
    return out


def _deck_light(show: Show, sheet: F32, deck: float) -> None:
    """Light lying on the boards and the stage's front edge, in place."""
    h, w = sheet.shape[:2]
    short = unit(show.spec)
    y0, y1 = int(deck), min(h, int(deck + 0.12 * h))
    rows = (np.arange(y0, y1, dtype=np.float32) - np.float32(deck))[:, None] / np.float32(short)
    x = (np.arange(w, dtype=np.float32)[None, :] - w / 2) / np.float32(short)
    shine = np.exp(-((x / 0.5) ** 2)) * (np.exp(-rows / 0.004) * 0.9 + np.exp(-rows / 0.02) * 0.10)
    tint = mix(show.colours[0], show.colours[2], 0.5)
    sheet[y0:y1, :, :3] += (shine[..., None] * tint * sheet[y0:y1, :, 3:]).astype(np.float32)


def _flares(show: Show) -> Layer:
    """The lamps themselves: cores, halos and a thin horizontal streak."""
    spec = show.spec
    w, h = spec.canvas
    short = unit(spec)
    light = np.zeros((h, w, 3), np.float32)
    for lamp in show.lamps:
        if lamp.y < 0.05 or (show.kind == 1 and abs(lamp.x - 0.5) < 1e-6):
            continue
        colour = mix(show.colours[lamp.group], show.colours[2], 0.35)
        x, y = lamp.x * w, lamp.y * h
        glow_at(light, x, y, 0.0052 * short, colour * np.float32(1.1))
        thin = max(0.7, 0.0011 * short)
        y0, y1 = int(y - 3 * thin), int(y + 3 * thin) + 1
        x0, x1 = max(0, int(x - 0.08 * short)), min(w, int(x + 0.08 * short))
        gx = np.exp(-np.abs(np.arange(x0, x1) + 0.5 - x) / (0.016 * short))
        gy = np.exp(-(((np.arange(y0, y1) + 0.5 - y) / thin) ** 2))
        light[y0:y1, x0:x1] += (gy[:, None] * gx[None, :] * 0.5)[..., None].astype(
            np.float32
        ) * colour
    reactions = (
        Reaction(kind="gain", band="beat", amount=0.6, floor=0.7),
        Reaction(kind="twinkle", band="high", amount=0.06),
    )
    return to_layer("lamps", light, 0.34, blend="add", reactions=reactions, seed=spec.seed + 31)


def _crowd(show: Show) -> list[Layer]:
    spec = show.spec
    sizes = (
        (0.036, 0.058, 0.098, 0.17),
        (0.030, 0.052, 0.092, 0.165),
        (0.022, 0.042, 0.082, 0.155),
    )[show.kind]
    feet = (0.735, 0.785, 0.845, 0.925)
    if show.kind == 2:
        feet = (0.695, 0.745, 0.815, 0.915)
    grow = 1.3 if spec.height > 1.15 * spec.width else 1.0
    layers = []
    for i in range(4):
        share = (0.30, 0.34, 0.36, 0.40)[i] * {"calm": 0.5, "melancholy": 0.4}.get(spec.mood, 1.0)
        row = Row(
            y=feet[i],
            size=sizes[i] * (1.0 + (grow - 1.0) * i / 3),
            arms=share,
            seed=spec.seed * 7 + i,
            ranks=(5, 3, 2, 1)[i],
        )
        tint = mix(show.colours[i % 2], show.colours[2], 0.35) * np.float32(
            (0.55, 0.48, 0.42, 0.36)[i]
        )
        haze = mix(show.colours[0], show.colours[1], 0.4) * np.float32(
            (0.060, 0.030, 0.010, 0.0)[i]
        )
        sheet = crowd_row(spec, row, show.dark * np.float32(0.5) + haze, tint)
        reactions = (
            Reaction(kind="rise", band="low", amount=(0.006, 0.009, 0.013, 0.018)[i]),
            Reaction(kind="sway", band="bar", amount=(0.002, -0.003, 0.004, -0.005)[i]),
        )
        layers.append(to_layer(f"crowd {i + 1}", sheet, (0.72, 0.9, 1.15, 1.5)[i],
                               reactions=reactions,
                               seed=spec.seed + 50 + i))  # fmt: skip
    return layers
