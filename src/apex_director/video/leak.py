"""A light leak: warm stray light that sweeps over the frame, as if a camera's back let day in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from apex_director.core.color import (
    linear_to_oklab,
    linear_to_srgb,
    oklab_to_linear,
    parse_hex,
    srgb_to_linear,
)

from .model import F32, F64

WARM_HUE = 66.0
"""Degrees of OKLab towards which stray light leans: what film lets through is amber."""
EMBER_HUE = 40.0
"""The hue of its weak edges, deeper and redder."""
CORE_SHARE = 0.6
"""How much of the colour of the brightest light is its core's."""
WAVES = 9
"""Plane waves that make the unevenness of the light."""
_WARM_LIGHT = "#ffd9a0"
"""Where the production has no palette."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Leak:
    """The stray light of one transition: two colours in display values, and its seeded shape."""

    core: F32
    ember: F32
    tilt: float
    side: float
    hertz: F64
    turns: F64
    blobs: F64


def make_leak(seed: int, palette: Sequence[str]) -> Leak:
    """Draw a leak's shape from a seed, its colours from the light end of the palette."""
    rng = np.random.Generator(np.random.PCG64(seed & 0x7FFFFFFF))
    angle, pitch = rng.uniform(0.0, 2 * np.pi, WAVES), np.geomspace(0.45, 2.6, WAVES)
    return Leak(
        core=_warmed(palette[-1] if palette else _WARM_LIGHT, WARM_HUE, 0.88, 0.15),
        ember=_warmed(palette[-2] if len(palette) > 1 else _WARM_LIGHT, EMBER_HUE, 0.60, 0.30),
        tilt=float(rng.uniform(-0.45, 0.45)),
        side=1.0 if rng.random() < 0.5 else -1.0,
        hertz=np.stack([pitch * np.cos(angle), pitch * np.sin(angle)]),
        turns=rng.uniform(0.0, 2 * np.pi, WAVES),
        blobs=rng.uniform(0.0, 1.0, (3, 3)),
    )


def leaked(light: F32, leak: Leak, time: float, level: float) -> F32:
    """The light over a frame with the stray light screened onto it [shape=(3, rows, cols)].

    Parameters
    ----------
    time : 0..1, one half on the beat, where the light stands in the middle of the frame.
    level : 0..1, its strength there.
    """
    if level <= 0.0:
        return light
    glow = _glow(leak, light.shape[1], light.shape[2], time)
    hot = glow * glow
    ember, core = leak.ember[:, None, None], leak.core[:, None, None]
    colour = ember * (glow - CORE_SHARE * hot) + core * (CORE_SHARE * hot)
    return np.asarray(1.0 - (1.0 - light) * (1.0 - np.float32(level) * colour), dtype=np.float32)


def _warmed(colour: str, hue: float, lightness: float, chroma: float) -> F32:
    """A colour of the palette, brought most of the way to a warm light [sRGB, shape=(3,)]."""
    lab = linear_to_oklab(srgb_to_linear(parse_hex(colour)))
    turn = np.radians(hue)
    warm = np.array([lightness, chroma * np.cos(turn), chroma * np.sin(turn)])
    mixed = np.concatenate([[0.35 * lab[0] + 0.65 * warm[0]], 0.28 * lab[1:] + 0.72 * warm[1:]])
    return np.clip(linear_to_srgb(oklab_to_linear(mixed)), 0.0, 1.0).astype(np.float32)


def _glow(leak: Leak, rows: int, cols: int, time: float) -> F32:
    """How bright the light is over the frame, 0..1 [shape=(rows, cols)]."""
    aspect = cols / rows
    y, x = np.mgrid[0:rows, 0:cols].astype(np.float64)
    x, y = ((x + 0.5) / cols - 0.5) * leak.side, (y + 0.5) / rows - 0.5
    u, v = x * max(1.0, aspect), y * max(1.0, 1.0 / aspect)
    along = leak.hertz[:, :, None, None]
    phase = (
        leak.turns[:, None, None] + 2.2 * (time - 0.5) * np.sign(np.sin(leak.turns))[:, None, None]
    )
    waves = np.sin(2 * np.pi * (along[0] * u + along[1] * v) + phase)
    size = 1.0 / np.hypot(*leak.hertz)[:, None, None]
    cloud = (waves * size).sum(axis=0) / np.sqrt((size**2).sum() / 2)
    # The sheet of light crosses the frame, bent by the clouds in it.
    place = 1.5 * (time - 0.5)
    off = x + leak.tilt * y - place + 0.11 * cloud
    sheet = np.exp(-0.5 * (off / np.where(off > 0, 0.10, 0.24)) ** 2)
    total = sheet * (0.95 + 0.28 * cloud)
    for bx, by, wide in leak.blobs:
        dx = x - (0.8 * bx - 0.4) - 0.8 * place
        dy = y - 1.1 * (by - 0.5)
        round_ = (dx**2 + dy**2) / (0.09 + 0.12 * wide) ** 2
        total += 0.5 * np.exp(-0.5 * round_) * np.clip(0.8 + 0.3 * cloud, 0.0, 1.0)
    lit = 1.0 - np.exp(-1.4 * np.maximum(total, 0.0))
    return np.asarray(lit * (0.25 + 0.75 * lit), dtype=np.float32)
