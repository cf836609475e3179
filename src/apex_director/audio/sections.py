"""Form: bars compared with one another, boundaries by novelty, repeats by similarity."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter1d, maximum_filter1d, uniform_filter1d

from .arc import bar_edges
from .borders import borders_of, phrase_of
from .events import events_of
from .features import MEL_FPS, Features
from .labels import Part, label
from .lengths import Named, joined
from .model import Grid, Interval, MusicEvent, Section
from .repeats import repeats_of
from .similarity import Units, novelty, units_of, unlike_before

F64 = NDArray[np.float64]
WIDTHS = (0.5, 1, 2)  # phrases on each side that changes are looked for over
LOOP_SHARE = 0.3  # what a change of a loop of chords, a phrase long, is worth
MIN_S = 6.0
GRIDLESS_MIN_S = 45.0
GRIDLESS_LEAST = 0.35  # novelty, 0..1 of the kernel's range, a boundary needs without a grid
GRIDLESS_PHRASE = 4  # stretches of 2 s
_AROUND = 8  # stretches
_APART, _OVER_MEAN = 3, 0.3  # stretches, and standard deviations, of a change of sound
APART_S = 1.0  # a drop so near a border falls on it
FEWEST = 8  # bars, or stretches of 2 s; a shorter piece is one section


def sections_of(
    features: Features,
    grid: Grid,
    vocals: tuple[Interval, ...],
    duration_s: float,
) -> tuple[tuple[Section, ...], F64]:
    """Sections that tile the song, and the changes of sound [shape=(m, 2)]: time and size 0..1.

    A song with fewer than eight beats, or under 45 s without a grid, is one section.
    """
    edges = bar_edges(grid, duration_s)
    if len(edges) < FEWEST + 1:
        return (_whole(duration_s),), np.zeros((0, 2))
    units = units_of(features, edges)
    phrase = phrase_of(edges) if grid.reliable else GRIDLESS_PHRASE
    levels = novelty(units, tuple(int(w * phrase) for w in WIDTHS))
    wide = levels[-1]
    change = levels.mean(axis=0) + LOOP_SHARE * unlike_before(units, phrase)
    peaks = _peaks(wide)
    changes = np.stack([edges[peaks], wide[peaks]], axis=1) if len(peaks) else np.zeros((0, 2))
    least = min(MIN_S, duration_s / 6)
    if grid.reliable:
        falls = [e.start_s for e in events_of(features, grid, (), duration_s) if e.kind == "drop"]
        cuts = borders_of(change, _held(edges, duration_s), phrase, least, sure_s=falls)
    elif duration_s < GRIDLESS_MIN_S:
        cuts = []
    else:
        cuts = _spaced(peaks[wide[peaks] > GRIDLESS_LEAST], wide, edges, duration_s)
    if not len(cuts):
        return (_whole(duration_s),), changes
    events = events_of(features, grid, tuple(float(edges[c]) for c in cuts), duration_s)
    made = _built(
        features, units, cuts, change, vocals, duration_s, named=grid.reliable, events=events
    )
    return made, changes


def _held(edges: F64, duration_s: float) -> F64:
    """Bar lines held to the song, whose last bar may be cut short."""
    return np.concatenate([[0.0], edges[1:-1], [duration_s]])


def _whole(duration_s: float) -> Section:
    return Section(
        section_id="s01",
        start_s=0.0,
        end_s=duration_s,
        label="section",
        group="A",
        energy=1.0,
        confidence=0.0,
    )


def _peaks(novelty: F64) -> NDArray[np.intp]:
    """Stretches at which much more changes than around them."""
    smooth = gaussian_filter1d(novelty, 0.5)
    top = novelty == maximum_filter1d(novelty, 2 * _APART + 1)
    mean = uniform_filter1d(smooth, 2 * _AROUND + 1)
    found = np.flatnonzero(top & (novelty > mean + _OVER_MEAN * float(novelty.std()) + 0.02))
    return found[found > 0]


def _spaced(peaks: NDArray[np.intp], novelty: F64, edges: F64, duration_s: float) -> list[int]:
    """Boundaries from the strongest down, at least six seconds from each other and the ends."""
    least = min(MIN_S, duration_s / 6)
    kept: list[int] = []
    for peak in sorted(peaks, key=lambda i: -novelty[i]):
        time = edges[peak]
        clear = all(abs(time - edges[other]) >= least for other in kept)
        if clear and least <= time <= duration_s - least:
            kept.append(int(peak))
    return sorted(kept)


def _built(
    features: Features,
    units: Units,
    cuts: list[int],
    change: F64,
    vocals: tuple[Interval, ...],
    duration_s: float,
    *,
    named: bool,
    events: tuple[MusicEvent, ...],
) -> tuple[Section, ...]:
    bounds = [0, *cuts, units.count]
    times = [0.0, *(float(units.edges[c]) for c in cuts), duration_s]
    groups, fits = repeats_of(units, list(pairwise(bounds)))
    steps = [float(change[c]) for c in cuts]
    if named:
        parts = _parts(groups, times, _energies(features, times), vocals, events)
        kept = joined(
            label(parts),
            groups,
            np.diff(bounds).tolist(),
            steps,
            bar_s=float(np.median(np.diff(units.edges))),
            duration_s=duration_s,
        )
    else:
        kept = [Named(first=i, stop=i + 1, label="section", group=g) for i, g in enumerate(groups)]
    ends = [1.0, *(step / max(max(steps), 1e-6) for step in steps), 1.0]
    letters = _letters(kept)
    energy = _energies(features, [times[k.first] for k in kept] + [duration_s])
    return tuple(
        Section(
            section_id=f"s{i + 1:02d}",
            start_s=times[part.first],
            end_s=times[part.stop],
            label=part.label,
            group=letters[part.group],
            energy=energy[i],
            confidence=_confidence(ends[part.first], ends[part.stop], fits[part.first : part.stop]),
        )
        for i, part in enumerate(kept)
    )


def _letters(parts: list[Named]) -> dict[int, str]:
    """A, B, ... in order of appearance."""
    order = dict.fromkeys(part.group for part in parts)
    return {group: chr(ord("A") + i) for i, group in enumerate(order)}


def _confidence(begin: float, end: float, fits: list[float]) -> float:
    """How clear the borders are, and how well the part fits its group and no other, 0..1."""
    return float(np.clip(0.25 * (begin + end) + 0.25 + float(np.mean(fits)), 0, 1))


def _parts(
    groups: list[int],
    times: list[float],
    energy: list[float],
    vocals: tuple[Interval, ...],
    events: tuple[MusicEvent, ...],
) -> list[Part]:
    """The parts with all that their names follow from."""
    builds, falls = (
        tuple(Interval(start_s=e.start_s, end_s=e.end_s) for e in events if e.kind == kind)
        for kind in ("build_up", "breakdown")
    )
    drops = [e.start_s for e in events if e.kind == "drop"]
    return [
        Part(
            group=groups[i],
            start_s=a,
            end_s=b,
            energy=energy[i],
            sung=_share(vocals, a, b),
            rising=_share(builds, a, b),
            fallen=_share(falls, a, b),
            drop=any(abs(t - a) < APART_S for t in drops),
        )
        for i, (a, b) in enumerate(pairwise(times))
    ]


def _energies(features: Features, times: list[float]) -> list[float]:
    """Loudness of each section, 0..1 between the quietest and the loudest stretch of the song."""
    level = np.maximum(features.levels[:, 3], -80.0)
    long = uniform_filter1d(level, 4 * MEL_FPS)
    high = float(np.percentile(long, 98))
    low = max(min(float(np.percentile(long, 5)), high - 6.0), high - 30.0)
    out = []
    for a, b in pairwise(times):
        part = level[int(a * MEL_FPS) : max(int(b * MEL_FPS), int(a * MEL_FPS) + 1)]
        power = 10 * np.log10(np.mean(10 ** (part / 10))) if len(part) else low
        out.append(float(np.clip((power - low) / (high - low), 0, 1)))
    return out


def _share(spans: tuple[Interval, ...], a: float, b: float) -> float:
    inside = sum(max(0.0, min(b, s.end_s) - max(a, s.start_s)) for s in spans)
    return inside / max(b - a, 1e-9)
