"""The look of a picture, and how far it is from the one that was wanted."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from apex_director.core.color import ciede2000, parse_hex, srgb_to_lab, to_hex

from .attention import View, view
from .model import FULL_SATURATION, FULL_WARMTH, RGB8, Look, Style

F64 = NDArray[np.float64]

COLOURS = 5  # a palette as the storyboard writes it, from dark to light
CLUSTERS = 12  # colours a picture is summed up by
FAR_COLOUR = 16.0  # CIEDE2000: this far on average scores 1/e
COVERAGE = 0.35  # share of "every wanted colour is there" in the distance, the rest "no other is"
FULL_CONTRAST = 0.30  # standard deviation of OKLab lightness
KEY_TOLERANCE, CONTRAST_TOLERANCE = 0.20, 0.30
WARMTH_TOLERANCE, SATURATION_TOLERANCE = 0.22, 0.30


def look_of(rgb: RGB8) -> Look:
    """The look a picture [uint8 sRGB, shape=(h, w, 3)] has."""
    return look_at(view(rgb))


def look_at(seen: View) -> Look:
    """The look of a picture that was already looked at."""
    light = seen.lab[..., 0]
    chroma = np.hypot(seen.lab[..., 1], seen.lab[..., 2])
    warmth = 0.5 + float(seen.lab[..., 2].mean()) / FULL_WARMTH
    vivid = float(chroma.mean()) / FULL_SATURATION
    return Look(
        palette=_palette(seen),
        key=_unit(float(light.mean())),
        warmth=_unit(warmth),
        contrast=_unit(float(light.std()) / FULL_CONTRAST),
        saturation=_unit(vivid / (1.0 + vivid)),
    )


def style(seen: View, wanted: Look) -> Style:
    """How close a picture is to a look: palette, light (key and contrast), grade (warmth and
    saturation).
    """
    has = look_at(seen)
    return Style(
        palette=palette_closeness(seen, wanted.palette) if wanted.palette else None,
        light=_closeness(
            (has.key, wanted.key, KEY_TOLERANCE),
            (has.contrast, wanted.contrast, CONTRAST_TOLERANCE),
        ),
        grade=_closeness(
            (has.warmth, wanted.warmth, WARMTH_TOLERANCE),
            (has.saturation, wanted.saturation, SATURATION_TOLERANCE),
        ),
    )


def palette_closeness(seen: View, palette: Sequence[str]) -> float:
    """How well a picture's colours are those of a palette, in mean CIEDE2000.

    Colours between two neighbours of the palette count as its own, since light mixes them. What is
    in the picture and not in the palette counts by its area, what is in the palette and not in the
    picture by its share of the palette.
    """
    wanted = srgb_to_lab(np.stack([parse_hex(c) for c in palette]))
    wanted = wanted[np.argsort(wanted[:, 0], kind="stable")]
    between = [a + (b - a) * t for a, b in pairwise(wanted) for t in (1 / 3, 2 / 3)]
    allowed = np.concatenate([wanted, np.stack(between)]) if between else wanted
    colours, shares = clusters(seen)
    apart = ciede2000(colours[:, None], allowed[None])
    foreign = float(shares @ apart.min(axis=1))
    missing = float(apart[shares > 0.01, : len(wanted)].min(axis=0).mean())
    distance = (1 - COVERAGE) * foreign + COVERAGE * missing
    return float(np.exp(-((distance / FAR_COLOUR) ** 2)))


def clusters(seen: View) -> tuple[F64, F64]:
    """(CIELAB colours [shape=(n, 3)], their shares) that sum a picture up: k-means from fixed seeds
    spread over lightness, so that the same picture always gives the same.
    """
    pixels = srgb_to_lab(seen.rgb[::2, ::2].reshape(-1, 3) / 255.0)
    order = np.argsort(pixels[:, 0] + 0.1 * pixels[:, 2], kind="stable")
    places = np.linspace(0, len(order) - 1, 2 * CLUSTERS + 1)[1::2].astype(int)
    centres = pixels[order[places]]
    for _ in range(8):
        nearest = _nearest(pixels, centres)
        counts = np.bincount(nearest, minlength=CLUSTERS)
        sums = np.stack([np.bincount(nearest, pixels[:, c], CLUSTERS) for c in range(3)], axis=1)
        centres = np.where(counts[:, None] > 0, sums / np.maximum(counts, 1)[:, None], centres)
    counts = np.bincount(_nearest(pixels, centres), minlength=CLUSTERS)
    return centres[counts > 0], counts[counts > 0] / counts.sum()


def _nearest(pixels: F64, centres: F64) -> NDArray[np.intp]:
    return np.asarray(((centres**2).sum(axis=1) - 2 * pixels @ centres.T).argmin(axis=1))


def _palette(seen: View) -> tuple[str, ...]:
    """The mean colour of each fifth of a picture by lightness, from dark to light."""
    pixels = seen.rgb.reshape(-1, 3) / 255.0
    order = np.argsort(seen.lab[..., 0].ravel(), kind="stable")
    fifths = [part for part in np.array_split(order, COLOURS) if len(part)]
    return tuple(to_hex(pixels[part].mean(axis=0)) for part in fifths)


def _closeness(*asked: tuple[float | None, float | None, float]) -> float | None:
    off = [((a - b) / t) ** 2 for a, b, t in asked if a is not None and b is not None]
    return float(np.exp(-0.5 * sum(off) / len(off))) if off else None


def _unit(value: float) -> float:
    return float(min(max(value, 0.0), 1.0))
