"""Whether a picture's hues belong together."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from .attention import View

F64 = NDArray[np.float64]

BINS = 72
COLOURED = 0.02  # OKLab chroma below which a pixel has no hue
LEAST_COLOUR = 0.02  # of the picture: less than this is a grey picture
FAR_HUE = 10.0  # degrees: this far outside the template on average scores 1/e
TEMPLATES: dict[str, tuple[tuple[float, float], ...]] = {
    "one hue": ((0.0, 18.0),),
    "neighbouring hues": ((0.0, 93.6),),
    "a hue and a touch of its neighbour at a right angle": ((0.0, 79.2), (90.0, 18.0)),
    "opposite hues": ((0.0, 18.0), (180.0, 18.0)),
    "a family and its opposite": ((0.0, 93.6), (180.0, 18.0)),
    "two families": ((0.0, 93.6), (180.0, 93.6)),
    "half the circle": ((0.0, 180.0),),
}
"""Sectors (centre, width) in degrees: the types i, V, L, I, Y, X, T of the source."""


def harmony(seen: View) -> tuple[float, str] | None:
    """(score, name of the scheme) of a picture's hues; None for a picture without colour.

    Hues are weighted by chroma and measured by how far they lie outside the best turned template,
    so that every palette is judged by its inner order and none by its place on the circle. Wide
    templates forgive more, so each is charged for its width.

    Source
    ------
    Cohen-Or, Sorkine, Gal, Leyvand and Xu 2006, "Color harmonization"; OKLab hues in place of HSV.
    """
    a, b = seen.lab[..., 1].ravel(), seen.lab[..., 2].ravel()
    chroma = np.hypot(a, b)
    coloured = chroma > COLOURED
    if coloured.mean() < LEAST_COLOUR:
        return None
    hue = np.degrees(np.arctan2(b[coloured], a[coloured])) % 360
    counts = np.bincount((hue * BINS / 360).astype(int) % BINS, chroma[coloured], BINS)
    counts = counts / counts.sum()
    best, name = max((_fit(counts, sectors), name) for name, sectors in TEMPLATES.items())
    return best, name


def _fit(counts: F64, sectors: tuple[tuple[float, float], ...]) -> float:
    """The best score over all turns of a template."""
    at = (np.arange(BINS) + 0.5) * 360 / BINS
    off = np.full(BINS, 360.0)
    for centre, width in sectors:
        apart = np.abs((at - centre + 180) % 360 - 180)
        off = np.minimum(off, np.maximum(apart - width / 2, 0.0))
    turns = np.stack([np.roll(off, k) for k in range(BINS)])
    outside = float((turns @ counts).min())
    breadth = sum(width for _, width in sectors) / 360.0
    return float(np.exp(-outside / FAR_HUE) * (1.0 - 0.3 * breadth))
