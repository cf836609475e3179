"""Geometry: op art and posters in flat inks on paper.

Compositions: 0 spheres swelling from a lattice, 1 Bauhaus tiles of arcs and half circles, 2 a
tunnel of turned frames, 3 stripes whose phase shifts, 4 huge parts of letters. The hour chooses the
inks and whether the ground is light or dark, mood their strength and density, weather the veil.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from apex_director.images.model import Layer, Light, Particles, Reaction, Scene
from apex_director.images.scenes.figures import FIGURES, draw_figure
from apex_director.images.scenes.finish import srgb, to_layer, tone
from apex_director.images.scenes.foreground import stamp
from apex_director.images.scenes.geometry.cut import glyph_layers, tile_layers, tunnel_layers
from apex_director.images.scenes.geometry.fields import (
    Stripes,
    stripe_colour,
    stripe_phase,
    vega_layers,
)
from apex_director.images.scenes.geometry.paper import (
    Poster,
    coverage,
    cut_layer,
    on_paper,
    poster_for,
)
from apex_director.images.scenes.model import SceneSpec
from apex_director.images.scenes.palette import mix, oklab
from apex_director.images.scenes.sheets import bands
from apex_director.images.scenes.sky import enlarge, pixel_grid, unit

F32 = NDArray[np.float32]
Placed = tuple[list[Layer], tuple[float, float]]
_TALL = {"birds": 0.30, "boat": 0.34, "car": 0.20, "balloon": 0.40, "band": 0.30, "deer": 0.36}


def paint(spec: SceneSpec) -> Scene:
    """Draw the poster (see the module's words for what it can be)."""
    poster = poster_for(spec)
    rng = np.random.default_rng([spec.seed & 0x7FFFFFFF, 4400 + spec.composition % 5])
    kind = spec.composition % 5
    drawn = (vega_layers, tile_layers, tunnel_layers, _stripe_layers, glyph_layers)[kind]
    layers, place = drawn(poster, rng)
    if spec.subject in FIGURES and kind == 2:
        layers.insert(2, _figure_layer(poster, kind, place))
    elif spec.subject in FIGURES and kind != 3:
        layers = [layer for layer in layers if layer.name != "dot"]
        place = _within(poster, place)
        layers.append(_badge_layer(poster, place))
    layers.append(_light_layer(poster))
    colour = srgb(tone(mix(poster.inks[0], np.ones(3, np.float32), 0.6)))
    tint = (float(colour[0]), float(colour[1]), float(colour[2]))
    return Scene(
        family="geometry",
        width=spec.width,
        height=spec.height,
        overscan=spec.overscan,
        layers=tuple(layers),
        particles=_particles(spec, tint, len(layers) - 1),
        light=Light(x=poster.light[0], y=poster.light[1], color=tint, strength=0.08),
        subject=place,
        not_drawn=spec.not_drawn,
    )


def _stripe_layers(poster: Poster, rng: np.random.Generator) -> Placed:
    """Waves of stripes; a disc, a band and a figure stand out by their phase alone."""
    spec = poster.spec
    w, h = spec.canvas
    size = unit(spec)
    side = poster.side
    form = Stripes(
        period=float(rng.uniform(0.074, 0.096)) / poster.density,
        swing=float(rng.uniform(0.05, 0.085)) * poster.wild,
        waves=float(rng.uniform(0.75, 1.2)),
        lean=float(rng.choice((0.0, 0.35, np.pi / 2))) * side,
        salt=int(rng.integers(50)),
    )
    own, second, third = poster.inks
    if rng.random() < 0.5:
        inks, widths = [poster.ground, poster.figure], [0.5, 0.5]
    else:
        inks, widths = [poster.ground, own, poster.figure, second], [0.34, 0.16, 0.34, 0.16]
    place = (0.5 - side * 0.12, 0.46)
    layers = [to_layer("stripes", on_paper(poster, _striped(poster, form, inks, widths, 0.0)), 0.06,
                       seed=spec.seed)]  # fmt: skip
    u, v = pixel_grid(spec, place)
    r = np.sqrt(u * u + v * v)
    lively = [own, poster.ground, third, poster.figure]
    disc = _striped(poster, form, lively, [0.25] * 4, 0.5 if len(inks) == 2 else 0.38)
    shade = np.float32(1.05) - np.float32(0.20) * np.clip(r / np.float32(0.36), 0, 1) ** 2
    move = (Reaction(kind="rise", band="low", amount=0.005),
            Reaction(kind="sway", band="loudness", amount=0.004))  # fmt: skip
    disc *= np.asarray(shade, np.float32)[..., None]
    layers.append(cut_layer(poster, "disc", coverage(np.float32(0.345) - r, size), disc, 0.30,
                            0.030, move))  # fmt: skip
    hole = _striped(poster, form, [poster.figure, poster.ground], [0.5, 0.5], 0.25)
    small = (place[0] + side * 0.26 * min(1.0, w / h / 1.4), place[1] + 0.20)
    x, y = pixel_grid(spec, small)
    ring = np.abs(np.sqrt(x * x + y * y) - np.float32(0.135))
    turn = (Reaction(kind="rise", band="low", amount=0.006),)
    layers.append(cut_layer(poster, "ring", coverage(np.float32(0.052) - ring, size), hole, 0.55,
                            0.036, turn))  # fmt: skip
    if spec.subject in FIGURES:
        layers.append(_figure_layer(poster, 3, place))
    bar = np.abs(pixel_grid(spec, (0.5 + side * 0.40 / spec.overscan, 0.5))[0] + 0 * v)
    edge = _striped(poster, form, [third, poster.figure], [0.5, 0.5], 0.5)
    last = (Reaction(kind="sway", band="loudness", amount=0.006),)
    layers.append(cut_layer(poster, "bar", coverage(np.float32(0.055) - bar, size), edge, 0.95,
                            0.044, last))  # fmt: skip
    return layers, place


def _striped(
    poster: Poster, form: Stripes, inks: list[F32], widths: list[float], shift: float
) -> F32:
    spec = poster.spec
    w, h = spec.canvas
    u, v = pixel_grid(spec, (0.5, 0.5))
    out = np.empty((h, w, 3), np.float32)
    for rows, wider, inner in bands(h, 2):
        phase = stripe_phase(poster, form, u, v[wider]) + np.float32(shift)
        out[rows] = stripe_colour(phase, inks, widths)[inner]
    return out


def _figure_layer(poster: Poster, kind: int, place: tuple[float, float]) -> Layer:
    """The subject cut from paper, standing where the picture is about it."""
    spec = poster.spec
    w, h = spec.canvas
    size = unit(spec)
    tall = _TALL.get(spec.subject, 0.40) * size * (0.55 if kind == 2 else 1.0)
    mask = draw_figure(spec.subject, max(8, round(tall)), spec.seed)
    widest = 0.60 * w / spec.overscan
    if mask.shape[1] > widest:
        mask = draw_figure(spec.subject, max(8, round(tall * widest / mask.shape[1])), spec.seed)
    foot = place[1] * h + mask.shape[0] * (0.5 if kind != 2 else 0.55)
    cover = np.zeros((h, w), np.float32)
    stamp(cover, mask, place[0] * w - mask.shape[1] / 2, foot - mask.shape[0])
    ink = poster.figure
    if kind == 2:  # against the light at the tunnel's end
        ink = min((poster.ground, poster.figure), key=lambda c: float(oklab(c)[0]))
    move = (Reaction(kind="rise", band="low", amount=0.004),)
    return cut_layer(poster, spec.subject, cover, ink, 0.06 if kind == 2 else 0.60,
                     0.008 if kind == 2 else 0.026, move)  # fmt: skip


def _badge(spec: SceneSpec) -> float:
    """Radius of the subject's disc in short sides."""
    return 0.215 * float(np.clip(spec.canvas[0] / unit(spec) / 1.2, 0.85, 1.0))


def _within(poster: Poster, place: tuple[float, float]) -> tuple[float, float]:
    """The place moved in so that the subject's disc is whole in what is seen at rest."""
    spec = poster.spec
    reach = (0.03 + _badge(spec)) * unit(spec)
    room = [max(0.0, 0.5 / spec.overscan - reach / side) for side in spec.canvas]
    x, y = (0.5 + float(np.clip(p - 0.5, -r, r)) for p, r in zip(place, room, strict=True))
    return x, y


def _badge_layer(poster: Poster, place: tuple[float, float]) -> Layer:
    """The subject printed on a plain disc of paper, in the ink that stands out most from it."""
    spec = poster.spec
    w, h = spec.canvas
    size = unit(spec)
    radius = _badge(spec)
    u, v = pixel_grid(spec, place)
    disc = coverage(np.float32(radius) - np.sqrt(u * u + v * v), size)
    under = poster.inks[1]
    ink = max(
        (poster.ground, poster.figure), key=lambda c: float(np.abs(oklab(c) - oklab(under))[0])
    )
    tall = 1.36 * radius * size
    mask = draw_figure(spec.subject, max(8, round(tall)), spec.seed)
    wide = 1.62 * radius * size
    if mask.shape[1] > wide:
        mask = draw_figure(spec.subject, max(8, round(tall * wide / mask.shape[1])), spec.seed)
    shape = np.zeros((h, w), np.float32)
    foot = place[1] * h + mask.shape[0] * 0.5
    stamp(shape, mask, place[0] * w - mask.shape[1] / 2, foot - mask.shape[0])
    colour = under + (ink - under) * (shape * disc)[..., None]
    move = (Reaction(kind="rise", band="low", amount=0.005),
            Reaction(kind="sway", band="loudness", amount=0.004))  # fmt: skip
    return cut_layer(poster, spec.subject, disc, colour.astype(np.float32), 0.78, 0.036, move)


def _light_layer(poster: Poster) -> Layer:
    """A breath of light from the window the poster hangs by."""
    spec = poster.spec
    u, v = pixel_grid(spec, poster.light, 8)
    lean = u * np.float32(0.8 * poster.side) + v * np.float32(0.6)
    soft = np.exp(-np.sqrt(u * u + v * v) * np.float32(1.7)) * np.float32(0.030)
    soft = soft * (np.float32(1.0) + np.float32(0.3) * np.sin(lean * np.float32(5.0)))
    big = np.maximum(enlarge(soft.astype(np.float32), spec, 8), 0.0)
    colour = mix(poster.inks[0], np.ones(3, np.float32), 0.75)
    glow = (Reaction(kind="gain", band="loudness", amount=0.6, floor=0.6),
            Reaction(kind="gain", band="beat", amount=0.10, floor=0.95))  # fmt: skip
    return to_layer("light", (big[..., None] * colour).astype(np.float32), 0.5, blend="add",
                    reactions=glow, seed=spec.seed)  # fmt: skip


def _particles(
    spec: SceneSpec, tint: tuple[float, float, float], last: int
) -> tuple[Particles, ...]:
    if spec.weather == "snow":
        return (Particles(kind="snow", after=last, count=160, color=(0.97, 0.97, 0.98)),)
    return (Particles(kind="dust", after=last, count=40, color=tint),)
