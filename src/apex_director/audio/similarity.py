"""How alike the bars of a song sound, and how much changes from one to the next."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .features import FLUX_FPS, MEL_FPS, TONE_FPS, Features
from .stretches import per_stretch

F64 = NDArray[np.float64]
HARMONY, TIMBRE, RHYTHM = 0.35, 0.42, 0.23  # shares of similarity
COMPONENTS = 16
QUARTERS, SLOTS = 4, 16  # parts of a bar that timbre and harmony, and rhythm, are looked at in
SHORT_SONG = 5  # a song of fewer bars than five kernels is looked at through a smaller one
_SAMPLE = 64


@dataclass(frozen=True, kw_only=True)
class Units:
    """Bars, or fixed stretches: edges [shape=(n + 1,)] s, harmony [n, 48], timbre [n, <= 16],
    rhythm [n, 48]; the sigmas are usual distances.
    """

    edges: F64
    harmony: F64
    timbre: F64
    rhythm: F64
    timbre_sigma: float
    rhythm_sigma: float

    @property
    def count(self) -> int:
        return len(self.edges) - 1


def units_of(features: Features, edges: F64) -> Units:
    """What every bar between ``edges`` [shape=(n + 1,)] s sounds like."""
    quarters = _parted(edges, QUARTERS)
    chroma = per_stretch(features.chroma, TONE_FPS, quarters)
    chroma /= np.maximum(np.linalg.norm(chroma, axis=1, keepdims=True), 1e-9)
    n = len(edges) - 1
    wide = per_stretch(features.mel, MEL_FPS, quarters, log=True).reshape(n, -1)
    centred = wide - wide.mean(axis=0)
    _, axes = np.linalg.eigh(centred.T @ centred)
    timbre = centred @ axes[:, ::-1][:, :COMPONENTS]
    attacks = per_stretch(features.onsets, FLUX_FPS, _parted(edges, SLOTS))
    attacks /= np.maximum(np.percentile(attacks, 95, axis=0), 1e-6)
    rhythm = np.sqrt(attacks).reshape(n, -1)
    return Units(
        edges=edges,
        harmony=chroma.reshape(n, -1) / np.sqrt(QUARTERS),
        timbre=timbre,
        rhythm=rhythm,
        timbre_sigma=_usual(timbre),
        rhythm_sigma=_usual(rhythm),
    )


def _parted(edges: F64, parts: int) -> F64:
    at = np.arange(parts * (len(edges) - 1) + 1) / parts
    return np.interp(at, np.arange(len(edges)), edges)


def _usual(rows: F64) -> float:
    some = rows[np.linspace(0, len(rows) - 1, _SAMPLE).astype(int)]
    apart = (rows**2).sum(1)[:, None] + (some**2).sum(1)[None] - 2 * rows @ some.T
    return max(float(np.median(np.sqrt(np.maximum(apart, 0)))), 1e-6)


def alike(units: Units, a: slice, b: slice) -> F64:
    """Similarity 0..1 of units ``a`` with units ``b`` [shape=(len a, len b)]."""
    harmony = np.clip((units.harmony[a] @ units.harmony[b].T - 0.5) / 0.5, 0, 1)
    timbre = _near(units.timbre[a], units.timbre[b], units.timbre_sigma)
    rhythm = _near(units.rhythm[a], units.rhythm[b], units.rhythm_sigma)
    return np.asarray(HARMONY * harmony + TIMBRE * timbre + RHYTHM * rhythm)


def _near(x: F64, y: F64, sigma: float) -> F64:
    apart = (x**2).sum(1)[:, None] + (y**2).sum(1)[None] - 2 * x @ y.T
    return np.asarray(np.exp(-np.maximum(apart, 0) / sigma**2))


def novelty(units: Units, widths: tuple[int, ...]) -> F64:
    """Foote's checkerboard over so many bars on each side, 0..1 [shape=(widths, n)].

    Source
    ------
    Foote, Automatic audio segmentation using a measure of audio novelty, ICME 2000.
    """
    n = units.count
    widest = min(max(widths), max(2, n // SHORT_SONG))
    kernels = {half: _checkerboard(half) for half in range(1, widest + 1)}
    out = np.zeros((len(widths), n))
    for i in range(1, n):
        reach = min(widest, i, n - i)
        near = alike(units, slice(i - reach, i + reach), slice(i - reach, i + reach))
        for row, width in enumerate(widths):
            wanted = min(width, widest)
            half = min(wanted, reach)
            part = near[reach - half : reach + half, reach - half : reach + half]
            out[row, i] = float((kernels[half] * part).sum()) * np.sqrt(half / wanted)
    return np.asarray(np.clip(out, 0, 1))


def unlike_before(units: Units, bars: int) -> F64:
    """How unlike the bars from each one on are to as many bars before it, 0..1 [shape=(n,)]: where
    a loop of chords or a pattern gives way to another, though the sound goes on.
    """
    n = units.count
    own = np.zeros(n)
    for i in range(bars, n):
        own[i] = 1 - float(alike(units, slice(i, i + 1), slice(i - bars, i - bars + 1))[0, 0])
    total = np.concatenate([[0.0], np.cumsum(own)])
    ends = np.minimum(np.arange(n) + bars, n)
    out = (total[ends] - total[:-1]) / np.maximum(ends - np.arange(n), 1)
    out[:1] = 0.0
    return np.asarray(out)


def _checkerboard(half: int) -> F64:
    """Tapered kernel that gives 1 for two even blocks with nothing in common."""
    side = np.arange(-half, half) + 0.5
    taper = np.exp(-0.5 * (side / (0.5 * half)) ** 2)
    kernel = np.outer(taper, taper) * np.sign(np.outer(side, side))
    return np.asarray(kernel * 2 / np.abs(kernel).sum())
