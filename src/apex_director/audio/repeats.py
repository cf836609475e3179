"""Which parts of a song repeat each other."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.cluster.hierarchy import fcluster, linkage
from scipy.spatial.distance import squareform

from .similarity import Units, alike

F64 = NDArray[np.float64]
JOIN = (0.55, 0.80)  # between these similarities two parts may be taken for the same
MAX_GROUPS = 8


def repeats_of(units: Units, spans: list[tuple[int, int]]) -> tuple[list[int], list[float]]:
    """Repeat group of every span of bars, in order of appearance, and how well it fits there."""
    count = len(spans)
    if count < 2:
        return [1] * count, [0.5] * count
    same = np.eye(count)
    for i in range(count):
        for j in range(i):
            same[i, j] = same[j, i] = _aligned(units, spans[i], spans[j])
    tree = linkage(squareform(1 - same, checks=False), "average")
    join = _join(tree[:, 2])
    found = fcluster(tree, 1 - join, "distance")
    if found.max() > MAX_GROUPS:
        found = fcluster(tree, MAX_GROUPS, "maxclust")
    order: dict[int, int] = {}
    numbers = [order.setdefault(int(g), len(order)) for g in found]
    fits = []
    for i, number in enumerate(numbers):
        own = [same[i, j] for j, other in enumerate(numbers) if other == number and j != i]
        others = [same[i, j] for j, other in enumerate(numbers) if other != number]
        best = max(others, default=0.0)
        fits.append(float(np.mean(own) - best) if own else float(join - best))
    return numbers, fits


def _join(heights: F64) -> float:
    """The similarity from which parts are the same: the middle of the widest gap between those at
    which groups join, for some songs repeat themselves exactly and others never.
    """
    low, high = JOIN
    steps = np.sort(1 - heights)
    steps = np.concatenate([[low], steps[(steps > low) & (steps < high)], [high]])
    widest = int(np.diff(steps).argmax())
    return float(steps[widest] + steps[widest + 1]) / 2


def _aligned(units: Units, a: tuple[int, int], b: tuple[int, int]) -> float:
    """Mean similarity along the best diagonal of two spans; a short one slides along the other."""
    short, long = sorted((a, b), key=lambda s: s[1] - s[0])
    block = alike(units, slice(*short), slice(*long))
    n, m = block.shape
    return max(float(np.diagonal(block, k).mean()) for k in range(m - n + 1))
