"""Build-ups, breakdowns and drops: how the bass goes away and comes back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import maximum_filter1d

from .arc import bar_edges, energies, level_rows
from .features import FLUX_FPS, MEL_FPS, Features
from .model import Grid, MusicEvent
from .stretches import per_stretch, runs

F64 = NDArray[np.float64]
DROP_DB = 6.0  # the bass rises by so much within a bar
GONE_DB = 6.0  # bass so far under the song's usual full bass is gone
BREAKDOWN_BARS = 4
BUILD_BARS = (8, 7, 6, 5, 4)
FEWEST_BARS = 12  # a shorter piece has no form to speak of
RISE = 1.0  # sum of what rises, each in units of a plain rise, where full bass comes back
AT_BORDER = 0.5  # ... and what it is worth that a build-up begins with a section
RISE_ALONE = 1.6  # ... and where it does not
_PLAIN_DB, _PLAIN_OCTAVES, _PLAIN_ATTACKS = 6.0, 0.5, 0.8
_FULL_DB = 4.0  # under the song's usual full bass, still full


@dataclass(frozen=True, kw_only=True)
class _Bars:
    """By bar: edges [shape=(n + 1,)] s, bass dB, energy 0..1; by half bar: treble dB, brightness in
    octaves, attacks in units of their mean [shape=(2 n,)].
    """

    edges: F64
    bass: F64
    energy: F64
    treble: F64
    bright: F64
    attacks: F64


def events_of(
    features: Features, grid: Grid, borders: tuple[float, ...], duration_s: float
) -> tuple[MusicEvent, ...]:
    """Build-ups, breakdowns and drops in order of time; none without a grid.

    Parameters
    ----------
    borders : tuple of float
        Where sections begin, seconds.
    """
    edges = bar_edges(grid, duration_s)
    if not grid.reliable or len(edges) < FEWEST_BARS + 1:
        return ()
    bars = _bars(features, edges)
    full = float(np.percentile(bars.bass, 80))
    returns = _returns(bars, full)
    builds = _builds(bars, returns, borders)
    gone = [(a, b) for a, b in runs(bars.bass < full - GONE_DB) if b - a >= 2]
    found = [
        *_drops(bars, returns, builds, gone),
        *(_event("build_up", bars, a, b, rise / 3) for a, b, rise in builds),
        *_falls(bars, gone, builds, duration_s),
    ]
    return tuple(sorted(found, key=lambda e: (e.start_s, e.kind)))


def _event(
    kind: Literal["drop", "build_up", "breakdown"], bars: _Bars, a: int, b: int, strength: float
) -> MusicEvent:
    return MusicEvent(
        kind=kind,
        start_s=float(bars.edges[a]),
        end_s=float(bars.edges[b]),
        strength=float(np.clip(strength, 0, 1)),
    )


def _bars(features: Features, edges: F64) -> _Bars:
    halves = np.interp(np.arange(2 * len(edges) - 1) / 2, np.arange(len(edges)), edges)
    treble = level_rows(features, halves)[:, 2]
    bright = per_stretch(features.centroid[:, None], MEL_FPS, halves)[:, 0]
    attacks = per_stretch(features.flux, FLUX_FPS, halves)[:, 1:].mean(axis=1)
    return _Bars(
        edges=edges,
        bass=level_rows(features, edges)[:, 0],
        energy=energies(features, edges),
        treble=np.maximum(treble, float(np.percentile(treble, 95)) - 40.0),
        bright=np.log2(np.maximum(bright, 100.0)),
        attacks=attacks / max(float(attacks.mean()), 1e-6),
    )


def _returns(bars: _Bars, full: float) -> dict[int, float]:
    """Bars with which full bass comes back, and by how many dB."""
    count = len(bars.bass)
    after = np.array([bars.bass[i : i + 2].mean() for i in range(count)])
    before = np.array([bars.bass[max(0, i - 2) : max(i, 1)].mean() for i in range(count)])
    rise = after - before
    top = rise == maximum_filter1d(rise, 5)
    found = top & (rise >= DROP_DB) & (after >= full - _FULL_DB)
    return {int(i): float(rise[i]) for i in np.flatnonzero(found) if 2 <= i < count - 2}


def _builds(
    bars: _Bars, returns: dict[int, float], borders: tuple[float, ...]
) -> list[tuple[int, int, float]]:
    """First bar, bar after the last, and how much rises, of every build-up, none over another."""
    starts = {int(np.abs(bars.edges - t).argmin()) for t in borders}
    found = []
    for end in starts | set(returns):
        led = [
            (_rise(bars, end - n, end) + (AT_BORDER if end - n in starts else 0.0), end - n)
            for n in BUILD_BARS
            if end - n >= 0
        ]
        start = max(led, default=(0.0, 0))[1]
        rise = _rise(bars, start, end) if led else 0.0
        needed = RISE if end in returns else RISE_ALONE
        if rise >= needed and end < len(bars.energy) - 1 and _arrives(bars, start, end):
            found.append((end in returns, rise, start, end))
    kept: list[tuple[int, int, float]] = []
    for _, rise, start, end in sorted(found, reverse=True):
        if all(end <= a or start >= b for a, b, _ in kept):
            kept.append((start, end, rise))
    out: list[tuple[int, int, float]] = []
    for start, end, rise in sorted(kept):
        if out and start == out[-1][1]:  # one that goes on rising past a border
            out[-1] = (out[-1][0], end, out[-1][2] + rise)
        else:
            out.append((start, end, rise))
    return out


def _rise(bars: _Bars, a: int, b: int) -> float:
    """How much treble, brightness and attacks rise over bars ``a`` to ``b``, steadily."""
    total = 0.0
    for series, plain in (
        (bars.treble, _PLAIN_DB),
        (bars.bright, _PLAIN_OCTAVES),
        (bars.attacks, _PLAIN_ATTACKS),
    ):
        part = series[2 * a : 2 * b]
        x = np.linspace(-0.5, 0.5, len(part))
        slope = float((x @ part) / (x @ x))
        spread = float(part.std())
        steady = abs(float(np.corrcoef(x, part)[0, 1])) if spread > 1e-9 else 0.0
        total += np.clip(slope / plain, -1, 1.5) * steady
    return float(total)


def _arrives(bars: _Bars, a: int, b: int) -> bool:
    """Whether bars from ``b`` are what the bars before it led to."""
    after = slice(b, b + 4)
    return bool(
        bars.energy[after].mean() > bars.energy[a:b].mean() + 0.08
        or bars.bass[after].mean() > bars.bass[a:b].mean() + DROP_DB / 2
    )


def _drops(
    bars: _Bars,
    returns: dict[int, float],
    builds: list[tuple[int, int, float]],
    gone: list[tuple[int, int]],
) -> list[MusicEvent]:
    """Full bass that comes back after a build-up or a breakdown."""
    ends = {b for _, b, _ in builds} | {b for a, b in gone if b - a >= BREAKDOWN_BARS and a > 0}
    return [
        _event("drop", bars, i, i + 1, (rise - DROP_DB) / 12 + 0.5)
        for i, rise in returns.items()
        if any(abs(i - end) <= 1 for end in ends)
    ]


def _falls(
    bars: _Bars,
    gone: list[tuple[int, int]],
    builds: list[tuple[int, int, float]],
    duration_s: float,
) -> list[MusicEvent]:
    """Breakdowns: the bass goes from a song that had it, and comes back; up to the build-up."""
    out = []
    for a, b in gone:
        ends = bars.edges[b] > duration_s - 2 * (bars.edges[1] - bars.edges[0])
        if a < BREAKDOWN_BARS or b - a < BREAKDOWN_BARS or ends:
            continue
        stop = next((start for start, end, _ in builds if start < b and end > a), b)
        if stop - a >= BREAKDOWN_BARS // 2:
            depth = float(bars.bass[:a].max() - bars.bass[a:stop].mean())
            out.append(_event("breakdown", bars, a, stop, depth / 24))
    return out
