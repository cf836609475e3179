"""The energy of a song, bar by bar."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import maximum_filter1d

from .features import FLUX_FPS, MEL_FPS, Features
from .model import Grid
from .stretches import per_stretch

F64 = NDArray[np.float64]
GRIDLESS_S = 2.0  # stretch that stands for a bar where no bar can be heard
FEW_BEATS = 8  # below this nothing can be said about bars or form
LEVEL, ATTACKS, BRIGHT = 0.60, 0.25, 0.15  # shares of loudness, attacks and treble in energy
_LEVEL_DB, _ATTACKS, _BRIGHT_DB = (6.0, 30.0), (0.15, 1e9), (4.0, 30.0)  # least and widest range


def bar_edges(grid: Grid, duration_s: float) -> F64:
    """Bar lines with pick-up and tail bars [shape=(n + 1,)] s, or a fixed grid without a beat."""
    down = np.array(grid.downbeats)
    if not grid.reliable or len(grid.beats) < FEW_BEATS or len(down) < 2:
        return np.arange(0.0, max(duration_s, GRIDLESS_S) + 1e-9, GRIDLESS_S)
    bar = float(np.median(np.diff(down)))
    before = down[0] - bar * np.arange(int(down[0] / bar), 0, -1)
    count = int((duration_s - down[-1]) / bar)
    return np.concatenate([before, down, down[-1] + bar * np.arange(1, count + 1)])


def level_rows(features: Features, edges: F64) -> F64:
    """Mean power in dB of low, mid, high and all between times [shape=(n, 4)]."""
    power = per_stretch(features.levels, MEL_FPS, edges, decibel=True)
    return np.asarray(10 * np.log10(np.maximum(power, 1e-12)))


def energies(features: Features, edges: F64) -> F64:
    """Energy 0..1 of every stretch between times [shape=(n,)]: loudness, attacks and treble, each
    between the least and the most of this song.
    """
    level = level_rows(features, edges)
    attacks = per_stretch(features.flux, FLUX_FPS, edges).mean(axis=1)
    spans = np.maximum(np.diff(edges), 1e-6)
    parts = (
        (LEVEL, _scaled(level[:, 3], spans, *_LEVEL_DB)),
        (ATTACKS, _scaled(attacks, spans, *_ATTACKS)),
        (BRIGHT, _scaled(level[:, 2], spans, *_BRIGHT_DB)),
    )
    return np.asarray(sum(share * part for share, part in parts))


def _scaled(values: F64, spans: F64, least: float, widest: float) -> F64:
    """Values to 0..1 between what 5 and 95 percent of the time lie under."""
    order = np.argsort(values, kind="stable")
    under = np.cumsum(spans[order]) / spans.sum()
    low, high = (float(np.interp(q, under, values[order])) for q in (0.05, 0.95))
    low = min(max(low, high - widest), high - least)
    return np.asarray(np.clip((values - low) / (high - low), 0, 1))


def energy_arc_of(
    features: Features, grid: Grid, duration_s: float
) -> tuple[tuple[float, float], ...]:
    """Time and energy 0..1 of every bar, or of every 2 s without a grid."""
    if duration_s <= 0 or not len(features.levels):
        return ()
    edges = bar_edges(grid, duration_s)
    if edges[0] > 0:
        edges = np.concatenate([[0.0], edges])
    edges = np.append(edges[(edges < duration_s - 0.05) | (edges <= 0)], duration_s)
    if not (maximum_filter1d(features.levels[:, 3], 5) > -75.0).any():
        return tuple((float(t), 0.0) for t in edges[:-1])
    arc = energies(features, edges)
    return tuple((float(t), float(e)) for t, e in zip(edges[:-1], arc, strict=True))
