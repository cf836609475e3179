"""Op art fields: lattices swollen into spheres, stripes whose phase shifts where a figure stands.

Every edge is covered by its distance over its own gradient, and cells too small for the pixels melt
into their mean, so that nothing aliases at any size.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from apex_director.images.model import BandName, Layer, Reaction
from apex_director.images.scenes.finish import to_layer
from apex_director.images.scenes.geometry.paper import Poster, coverage, cut_layer, on_paper
from apex_director.images.scenes.noise import fbm
from apex_director.images.scenes.palette import mix
from apex_director.images.scenes.sheets import bands
from apex_director.images.scenes.sky import pixel_grid, smoothstep, unit

F32 = NDArray[np.float32]
_ONE = np.float32(1.0)


@dataclass(frozen=True, kw_only=True)
class Ball:
    """A sphere (or with negative ``swell`` a hollow) in the lattice: centre in short sides from the
    canvas's middle, right and up; which ink leads.
    """

    x: float
    y: float
    radius: float
    swell: float
    ink: int


def _slopes(a: F32) -> tuple[F32, F32]:
    gy, gx = np.gradient(a)
    return np.asarray(gx, np.float32), np.asarray(gy, np.float32)


def lattice(a: F32, b: F32, colours: tuple[F32, F32, F32, F32], fill: F32) -> F32:
    """Colour [h, w, 3] of a checker with a disc in every cell at lattice places ``a``, ``b``.

    Parameters
    ----------
    colours : two grounds and the discs on each.
    fill : float32 [shape=(h, w)]
        Radius of the discs in cells, at most 0.5.
    """
    ax, ay = _slopes(a)
    bx, by = _slopes(b)
    ca, cb = a - np.floor(a) - np.float32(0.5), b - np.floor(b) - np.float32(0.5)
    odd = (np.floor(a) + np.floor(b)) % 2 > 0.5
    wa, wb = np.hypot(ax, ay) + np.float32(1e-5), np.hypot(bx, by) + np.float32(1e-5)
    own_a = np.clip((np.float32(0.5) - np.abs(ca)) / wa + np.float32(0.5), 0.0, 1.0)
    own_b = np.clip((np.float32(0.5) - np.abs(cb)) / wb + np.float32(0.5), 0.0, 1.0)
    own = own_a * own_b + (_ONE - own_a) * (_ONE - own_b)
    first = np.where(odd, _ONE - own, own)[..., None]
    ground = colours[0] * first + colours[1] * (_ONE - first)
    r = np.sqrt(ca * ca + cb * cb) + np.float32(1e-5)
    steep = np.hypot(ca * ax + cb * bx, ca * ay + cb * by) / r + np.float32(1e-5)
    disc = np.clip((fill - r) / steep + np.float32(0.5), 0.0, 1.0)[..., None]
    dots = np.where(odd[..., None], colours[3], colours[2])
    out = ground + (dots - ground) * disc
    mean = (colours[0] + colours[1]) * np.float32(0.3) + (colours[2] + colours[3]) * np.float32(0.2)
    lost = smoothstep(0.28, 0.75, np.maximum(wa, wb))[..., None]
    return np.asarray(out + (mean - out) * lost, np.float32)


def _turned(u: F32, v: F32, turn: float) -> tuple[F32, F32]:
    c, s = np.float32(np.cos(turn)), np.float32(np.sin(turn))
    return u * c + v * s, v * c - u * s


def vega_layers(
    poster: Poster, rng: np.random.Generator
) -> tuple[list[Layer], tuple[float, float]]:
    """A lattice, and spheres that swell out of it at three depths."""
    spec = poster.spec
    w, h = spec.canvas
    size = unit(spec)
    wide, high = w / size / 2 / spec.overscan, h / size / 2 / spec.overscan
    pitch = float(rng.uniform(0.050, 0.062)) / poster.density
    turn = float(rng.choice((0.0, 0.0, np.pi / 4, 0.26))) * poster.side
    side = poster.side
    k = float(np.clip(max(wide, high) / 0.66, 0.74, 1.0))
    if high > wide * 1.1:  # upright: the spheres stand one over another
        spots = ((-side * wide * 0.14, high * 0.20), (side * wide * 0.48, -high * 0.42),
                 (side * wide * 0.50, high * 0.78))  # fmt: skip
    else:
        spots = ((-side * wide * 0.28, high * 0.06), (side * wide * 0.58, -high * 0.40),
                 (side * wide * 0.50, high * 0.64))  # fmt: skip
    jitter = rng.uniform(-0.03, 0.03, (3, 2))
    (mx, my), (sx, sy), (tx, ty) = np.asarray(spots) + jitter
    main = Ball(x=mx, y=my, radius=0.35 * k, swell=1.0, ink=0)
    second = Ball(x=sx, y=sy, radius=0.21 * k, swell=1.0, ink=1)
    third = Ball(x=tx, y=ty, radius=0.145 * k, swell=-1.0, ink=2)
    near = Ball(x=-side * wide * 1.02, y=-high * 0.98, radius=0.25 * k, swell=1.0, ink=2)
    u, v = pixel_grid(spec, (0.5, 0.5))
    field = np.empty((h, w, 3), np.float32)
    pale = mix(poster.ground, poster.ink(1), 0.16)
    calm = mix(poster.figure, poster.ground, 0.16)
    inked = (poster.ground, calm, mix(calm, poster.ground, 0.10), pale)
    for rows, wider, inner in bands(h, 2):
        uu, vv = _billowing(u, v[wider], 0.055 * poster.wild, spec.seed)
        a, b = _turned(uu, vv, turn)
        drift = fbm(uu * np.float32(0.9), vv * np.float32(0.9), spec.seed + 5, 2)
        discs = np.float32(0.30) + np.float32(0.10 * poster.wild) * drift
        strip = lattice(a / np.float32(pitch), b / np.float32(pitch), inked, discs)[inner]
        field[rows] = on_paper(poster, strip, rows)
    layers = [to_layer("lattice", field, 0.06, seed=spec.seed)]
    depth = ((third, 0.16, "hollow"), (second, 0.34, "small sphere"), (main, 0.58, "sphere"),
             (near, 0.98, "near sphere"))  # fmt: skip
    beats: tuple[BandName, ...] = ("high", "mid", "loudness", "loudness")
    for (ball, parallax, name), band in zip(depth, beats, strict=True):
        if name == "small sphere" and spec.subject != "none":
            continue  # the subject stands there
        move = (Reaction(kind="rise", band="low", amount=0.005 * parallax + 0.001),
                Reaction(kind="sway", band=band,
                amount=0.004 * parallax + 0.001))  # fmt: skip
        layers.append(_ball_layer(poster, name, ball, pitch, turn, parallax, move))
    seen = main if spec.subject == "none" else second
    place = (0.5 + seen.x * size / w, 0.5 - seen.y * size / h)
    return layers, place


def _billowing(u: F32, v: F32, amount: float, seed: int) -> tuple[F32, F32]:
    """The plane of the lattice, gently pushed about as cloth is."""
    k = np.float32(amount)
    turn = np.float32((seed % 13) * 0.48)
    x = (
        u
        + k * np.sin(v * np.float32(2.6) + turn)
        + np.float32(0.6) * k * np.sin(u * 2 + v * 3 + turn)
    )
    y = (
        v
        + k * np.sin(u * np.float32(2.2) - turn)
        + np.float32(0.6) * k * np.sin(u * 3 - v * 2 + turn)
    )
    return x.astype(np.float32), y.astype(np.float32)


def _ball_layer(
    poster: Poster, name: str, ball: Ball, pitch: float, turn: float, parallax: float,
    move: tuple[Reaction, ...],
) -> Layer:  # fmt: skip
    """The lattice seen on a sphere, round in the light, with its shadow on what lies behind."""
    spec = poster.spec
    w, h = spec.canvas
    size = unit(spec)
    u, v = pixel_grid(spec, (0.5, 0.5))
    x, y = u - np.float32(ball.x), v - np.float32(ball.y)
    rows = np.flatnonzero(np.abs(y[:, 0]) < ball.radius * 1.03)
    cols = np.flatnonzero(np.abs(x[0]) < ball.radius * 1.03)
    cover = np.zeros((h, w), np.float32)
    colour = np.zeros((h, w, 3), np.float32)
    if len(rows) and len(cols):
        cut = np.s_[int(rows[0]) : int(rows[-1]) + 1, int(cols[0]) : int(cols[-1]) + 1]
        x, y = x[:, cut[1]], y[cut[0]]
        r = np.sqrt(x * x + y * y) / np.float32(ball.radius)
        rc = np.minimum(r, np.float32(0.995))
        if ball.swell > 0:
            reach = (
                np.float32(0.18) * rc
                + np.float32(0.82) * (np.arcsin(rc) * np.float32(2 / np.pi)) ** 1.22
            )
        else:
            reach = np.sin(rc * np.float32(np.pi / 2)) ** np.float32(0.86)
        k = reach / np.maximum(rc, np.float32(1e-4))
        a, b = _turned(np.float32(ball.x) + x * k, np.float32(ball.y) + y * k, turn)
        own = poster.ink(ball.ink)
        pair = (poster.ground, own, poster.figure, poster.ground)
        if ball.ink == 0:
            pair = (own, poster.figure, poster.ground, poster.ink(2))
        fill = np.float32(0.43) - np.float32(0.17) * rc * rc
        colour[cut] = lattice(a / np.float32(pitch), b / np.float32(pitch), pair, fill)
        nz = np.sqrt(np.maximum(_ONE - rc * rc, 0.0))
        sign = np.float32(1.0 if ball.swell > 0 else -0.8)
        toward = (x * np.float32(0.50 * poster.side) + y * np.float32(0.62)) / np.float32(
            ball.radius
        )
        light = np.float32(0.42) + np.float32(0.42) * nz + np.float32(0.42) * toward * sign
        if ball.swell < 0:  # the rim's own shadow falls into a hollow
            fall = toward * np.float32(1.4) + rc * rc * rc
            light = light - np.float32(0.55) * smoothstep(0.45, 1.55, fall)
        shine = np.clip(nz * np.float32(0.60) + toward * sign, 0, 1) ** 14 * np.float32(0.10)
        colour[cut] = colour[cut] * np.clip(light, 0.10, 1.25)[..., None] + shine[..., None]
        cover[cut] = coverage((_ONE - r) * np.float32(ball.radius), size)
    lift = 0.016 + 0.085 * ball.radius if ball.swell > 0 else 0.006
    return cut_layer(poster, name, cover, colour, parallax, lift, move, dark=0.62)


@dataclass(frozen=True, kw_only=True)
class Stripes:
    """Waving stripes: their period and swing in short sides, waves per short side, lean."""

    period: float
    swing: float
    waves: float
    lean: float
    salt: int


def stripe_phase(poster: Poster, form: Stripes, u: F32, v: F32) -> F32:
    """Where in the run of stripes each place lies, in periods [h, w]."""
    a, b = _turned(u, v, form.lean)
    slow = fbm(a * np.float32(0.55), b * np.float32(0.4), poster.spec.seed + form.salt, 2)
    wave = np.sin(
        a * np.float32(form.waves * 2 * np.pi) + slow * np.float32(2.2) + np.float32(form.salt)
    )
    swell = np.float32(form.swing) * (np.float32(0.65) + np.float32(0.6) * slow)
    # stripes crowd and spread, never by more than a third
    crowd = np.float32(0.05) * np.sin(b * np.float32(4.2) + np.float32(form.salt))
    return np.asarray((b + swell * wave + crowd) / np.float32(form.period), np.float32)


def stripe_colour(phase: F32, inks: list[F32], widths: list[float]) -> F32:
    """A repeating run of inks [h, w, 3], each ``widths`` of a period wide (they sum to 1)."""
    gy, gx = np.gradient(phase)
    steep = np.hypot(gx, gy).astype(np.float32) + np.float32(1e-5)
    t = phase - np.floor(phase)
    ends = np.cumsum(widths)
    # ink k starts where k-1 ends; each edge is soft by one pixel of its own gradient
    before = np.clip(t / steep + np.float32(0.5), 0.5, 1.0)
    wrap = np.clip((t - _ONE) / steep + np.float32(0.5), 0.0, 0.5)
    value = np.broadcast_to(inks[0], (*phase.shape, 3)).copy()
    for k in range(1, len(inks)):
        step = np.clip((t - np.float32(ends[k - 1])) / steep + np.float32(0.5), 0.0, 1.0)[..., None]
        value += (inks[k] - inks[k - 1]) * step
    value += (inks[-1] - inks[0]) * (_ONE - before)[..., None]
    value += (inks[0] - inks[-1]) * wrap[..., None]
    mean = sum(ink * np.float32(width) for ink, width in zip(inks, widths, strict=True))
    lost = smoothstep(0.30, 0.75, steep / np.float32(min(widths) * 2))[..., None]
    return np.asarray(value + (mean - value) * lost, np.float32)
