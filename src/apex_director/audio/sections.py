"""Form: bars compared with one another, boundaries by novelty, repeats by similarity."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from scipy.cluster.hierarchy import fcluster, linkage
from scipy.ndimage import gaussian_filter1d, maximum_filter1d, uniform_filter1d
from scipy.spatial.distance import squareform

from .beats import FEW_BEATS
from .features import MEL_FPS, TONE_FPS, Features
from .labels import label
from .model import Grid, Interval, Section
from .stretches import per_stretch

F64 = NDArray[np.float64]
CHROMA_SHARE = 0.2
COMPONENTS = 16
KERNEL_BARS = 8
SHORT_SONG = 5  # a song of fewer bars than five kernels is looked at through a smaller one
APART_BARS = 3
OVER_MEAN = 0.3  # standard deviations a boundary rises over its surroundings
JOIN = 0.62
MAX_GROUPS = 8
MIN_S = 6.0
LONG_S = 40.0  # a longer stretch is looked into again
CHANGE, NOTICED = 1.5, 0.03  # an inner boundary over the median novelty, and at all
QUARTERS = 4
GRIDLESS_S = 2.0  # stretch that stands for a bar where no bar can be heard
GRIDLESS_MIN_S = 45.0
GRIDLESS_LEAST = 0.35  # novelty, 0..1 of the kernel's range, a boundary needs without a grid


@dataclass(frozen=True, kw_only=True)
class _Units:
    """Bars, or fixed stretches: edges [shape=(n + 1,)] s, harmony [n, 48], timbre [n, <= 16]."""

    edges: F64
    harmony: F64
    timbre: F64
    sigma: float


def sections_of(
    features: Features,
    grid: Grid,
    vocals: tuple[Interval, ...],
    duration_s: float,
) -> tuple[tuple[Section, ...], F64]:
    """Sections that tile the song, and the changes of sound [shape=(m, 2)]: time and size 0..1.

    A song with fewer than eight beats, or under 45 s without a grid, is one section.
    """
    edges = _edges(grid, duration_s)
    if len(edges) < 2 * APART_BARS + 2:
        return (_whole(duration_s),), np.zeros((0, 2))
    units = _units(features, edges)
    novelty = _novelty(units)
    peaks = _boundaries(novelty)
    changes = np.stack([edges[peaks], novelty[peaks]], axis=1) if len(peaks) else np.zeros((0, 2))
    if not grid.reliable:
        if duration_s < GRIDLESS_MIN_S:
            return (_whole(duration_s),), changes
        peaks = peaks[novelty[peaks] > GRIDLESS_LEAST]
    cuts = _spaced(peaks, novelty, edges, duration_s)
    if not len(cuts):
        return (_whole(duration_s),), changes
    return _built(features, units, cuts, novelty, vocals, duration_s, named=grid.reliable), changes


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


def _edges(grid: Grid, duration_s: float) -> F64:
    """Bar lines with pick-up and tail bars, or a fixed grid."""
    down = np.array(grid.downbeats)
    if not grid.reliable or len(grid.beats) < FEW_BEATS or len(down) < 2:
        return np.arange(0.0, max(duration_s, GRIDLESS_S) + 1e-9, GRIDLESS_S)
    bar = float(np.median(np.diff(down)))
    before = down[0] - bar * np.arange(int(down[0] / bar), 0, -1)
    count = int((duration_s - down[-1]) / bar)
    return np.concatenate([before, down, down[-1] + bar * np.arange(1, count + 1)])


def _units(features: Features, edges: F64) -> _Units:
    fine = np.interp(
        np.arange(QUARTERS * (len(edges) - 1) + 1) / QUARTERS, np.arange(len(edges)), edges
    )
    chroma = per_stretch(features.chroma, TONE_FPS, fine)
    chroma /= np.maximum(np.linalg.norm(chroma, axis=1, keepdims=True), 1e-9)
    mel = per_stretch(features.mel, MEL_FPS, fine, log=True)
    n = len(edges) - 1
    wide = mel.reshape(n, -1)
    centred = wide - wide.mean(axis=0)
    _, _, axes = np.linalg.svd(centred, full_matrices=False)
    timbre = centred @ axes[:COMPONENTS].T
    pairs = np.linalg.norm(timbre[:, None] - timbre[np.linspace(0, n - 1, 64).astype(int)], axis=2)
    return _Units(
        edges=edges,
        harmony=chroma.reshape(n, -1) / np.sqrt(QUARTERS),
        timbre=timbre,
        sigma=max(float(np.median(pairs)), 1e-6),
    )


def _alike(units: _Units, a: slice | NDArray[np.intp], b: slice | NDArray[np.intp]) -> F64:
    """Similarity 0..1 of units ``a`` with units ``b`` [shape=(len a, len b)]."""
    harmony = np.clip((units.harmony[a] @ units.harmony[b].T - 0.5) / 0.5, 0, 1)
    x, y = units.timbre[a], units.timbre[b]
    apart = (x**2).sum(1)[:, None] + (y**2).sum(1)[None] - 2 * x @ y.T
    timbre = np.exp(-np.maximum(apart, 0) / units.sigma**2)
    return np.asarray(CHROMA_SHARE * harmony + (1 - CHROMA_SHARE) * timbre)


def _novelty(units: _Units) -> F64:
    """Foote's checkerboard over eight bars on each side, 0..1 [shape=(n,)].

    Source
    ------
    Foote, Automatic audio segmentation using a measure of audio novelty, ICME 2000.
    """
    n = len(units.edges) - 1
    widest = min(KERNEL_BARS, max(2, n // SHORT_SONG))
    kernels = {half: _checkerboard(half) for half in range(1, widest + 1)}
    out = np.zeros(n)
    for i in range(1, n):
        half = min(widest, i, n - i)
        near = slice(i - half, i + half)
        level = float((kernels[half] * _alike(units, near, near)).sum())
        out[i] = level * np.sqrt(half / widest)
    return np.asarray(np.clip(out, 0, 1))


def _checkerboard(half: int) -> F64:
    """Tapered kernel that gives 1 for two even blocks with nothing in common."""
    side = np.arange(-half, half) + 0.5
    taper = np.exp(-0.5 * (side / (0.5 * half)) ** 2)
    kernel = np.outer(taper, taper) * np.sign(np.outer(side, side))
    return np.asarray(kernel * 2 / np.abs(kernel).sum())


def _boundaries(novelty: F64) -> NDArray[np.intp]:
    smooth = gaussian_filter1d(novelty, 0.5)
    top = novelty == maximum_filter1d(novelty, 2 * APART_BARS + 1)
    mean = uniform_filter1d(smooth, 2 * KERNEL_BARS + 1)
    found = np.flatnonzero(top & (novelty > mean + OVER_MEAN * float(novelty.std()) + 0.02))
    return found[(found > 0)]


def _spaced(peaks: NDArray[np.intp], novelty: F64, edges: F64, duration_s: float) -> list[int]:
    """Boundaries from the strongest down, at least six seconds from each other and the ends."""
    least = min(MIN_S, duration_s / 6)
    kept: list[int] = []
    for peak in sorted(peaks, key=lambda i: -novelty[i]):
        time = edges[peak]
        clear = all(abs(time - edges[other]) >= least for other in kept)
        if clear and least <= time <= duration_s - least:
            kept.append(int(peak))
    return _split(sorted(kept), novelty, edges)


def _split(cuts: list[int], novelty: F64, edges: F64) -> list[int]:
    """Long stretches are parted where they change most, if they change at all."""
    out = []
    for a, b in pairwise([0, *cuts, len(edges) - 1]):
        out += _inner(a, b, novelty, edges)
        out.append(b)
    return out[:-1]


def _inner(a: int, b: int, novelty: F64, edges: F64) -> list[int]:
    span = edges[b] - edges[a]
    if span <= LONG_S:
        return []
    inside = np.arange(a, b)
    far = (edges[inside] - edges[a] >= span / 5) & (edges[b] - edges[inside] >= span / 5)
    top = novelty[inside] == maximum_filter1d(novelty, 2 * APART_BARS + 1)[inside]
    least = max(NOTICED, CHANGE * float(np.median(novelty[inside])))
    fit = inside[far & top & (novelty[inside] >= least)]
    if not len(fit):
        return []
    cut = int(fit[np.argmax(novelty[fit])])
    return [*_inner(a, cut, novelty, edges), cut, *_inner(cut, b, novelty, edges)]


def _groups(units: _Units, spans: list[tuple[int, int]]) -> tuple[list[int], list[float]]:
    """Repeat group of every span by its best aligned diagonal, and how well it fits there."""
    count = len(spans)
    if count < 2:
        return [1] * count, [0.5] * count
    alike = np.eye(count)
    for i in range(count):
        for j in range(i):
            alike[i, j] = alike[j, i] = _aligned(units, spans[i], spans[j])
    tree = linkage(squareform(1 - alike, checks=False), "average")
    found = fcluster(tree, 1 - JOIN, "distance")
    if found.max() > MAX_GROUPS:
        found = fcluster(tree, MAX_GROUPS, "maxclust")
    order: dict[int, int] = {}
    numbers = [order.setdefault(int(g), len(order)) for g in found]
    fits = []
    for i, number in enumerate(numbers):
        own = [alike[i, j] for j, other in enumerate(numbers) if other == number and j != i]
        others = [alike[i, j] for j, other in enumerate(numbers) if other != number]
        best = max(others, default=0.0)
        fits.append(float(np.mean(own) - best) if own else float(JOIN - best))
    return numbers, fits


def _aligned(units: _Units, a: tuple[int, int], b: tuple[int, int]) -> float:
    """Mean similarity along the best diagonal of two spans; a short one slides along the other."""
    short, long = sorted((a, b), key=lambda s: s[1] - s[0])
    block = _alike(units, slice(*short), slice(*long))
    n, m = block.shape
    return max(float(np.diagonal(block, k).mean()) for k in range(m - n + 1))


def _built(
    features: Features,
    units: _Units,
    cuts: list[int],
    novelty: F64,
    vocals: tuple[Interval, ...],
    duration_s: float,
    *,
    named: bool,
) -> tuple[Section, ...]:
    spans = list(zip([0, *cuts], [*cuts, len(units.edges) - 1], strict=True))
    times = [0.0, *(float(units.edges[c]) for c in cuts), duration_s]
    groups, fits = _groups(units, spans)
    energy = _energies(features, times)
    sung = [_share(vocals, a, b) for a, b in pairwise(times)]
    labels = label(groups, energy, sung, times) if named else None
    top = max(float(novelty[cuts].max()), 1e-6)
    edge = [1.0, *(float(novelty[c]) / top for c in cuts), 1.0]
    return tuple(
        Section(
            section_id=f"s{i + 1:02d}",
            start_s=times[i],
            end_s=times[i + 1],
            label=labels[i] if labels else "section",
            group=chr(ord("A") + groups[i]),
            energy=energy[i],
            confidence=float(
                np.clip(0.5 * (edge[i] + edge[i + 1]) / 2 + 0.5 * (0.5 + 2 * fits[i]), 0, 1)
            ),
        )
        for i in range(len(spans))
    )


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
