"""Sums of uncertain times: what jobs have in common adds up, what they have apart evens out.

Adding P90s would say that everything goes wrong at once. Each total is drawn many times instead,
with fixed seeds, so that the same question has the same answer.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from apex_director.core.ids import seed_for

from .model import Range

F64 = NDArray[np.float64]
DRAWS = 2005  # so that 0.1, 0.5 and 0.9 fall on a draw each
SINGLY = 64  # items drawn one by one; the rest of a long row by its mean and spread
Z90 = 1.2815515655446004  # standard normal quantile of 0.9
GRID = 63  # points over which a long row's mean and spread are taken


@dataclass(frozen=True, kw_only=True)
class Part:
    """``count`` like pieces of work of one ``group``, ``together`` of them under way at once.

    ``shared`` 0..1 is how much of their uncertainty the pieces of a group have in common.
    """

    each: Range
    count: int = 1
    group: str = ""
    shared: float = 1.0
    together: int = 1


def total(parts: Sequence[Part], *, side_by_side: bool = False) -> Range:
    """P10, P50, P90 of all parts, group after group.

    Parameters
    ----------
    side_by_side : bool
        Within a group, as many pieces at once as it takes; else one after the other.
    """
    groups: dict[str, list[Part]] = {}
    for part in parts:
        if part.count > 0:
            groups.setdefault(part.group, []).append(part)
    if not groups:
        return Range(p10=0.0, p50=0.0, p90=0.0)
    if sum(part.count for part in parts) == 1:
        return next(part.each for part in parts if part.count)
    drawn = np.zeros(DRAWS)
    for group in groups.values():
        drawn = drawn + _drawn(group, max(p.together for p in group) if side_by_side else 1)
    # Rounded, as the way through logarithms leaves its mark on the last digits.
    low, middle, high = (
        float(f"{v:.9g}") for v in np.quantile(drawn, (0.1, 0.5, 0.9), method="hazen")
    )
    return Range(p10=low, p50=middle, p90=high)


def _normal(*name: object) -> F64:
    """A column of the same standard normal draws for the same name, evened out over quantiles."""
    order = np.random.default_rng(seed_for(*name)).permutation(DRAWS)
    return normal_scores(DRAWS)[order]


@lru_cache(maxsize=8)
def normal_scores(count: int) -> F64:
    """Standard normal quantiles at the middles of ``count`` equal shares."""
    normal = NormalDist()
    return np.array([normal.inv_cdf((k + 0.5) / count) for k in range(count)])


def _ranked(values: F64) -> F64:
    """Standard normal draws in the order of the values, so that one piece alone is itself."""
    found: F64 = normal_scores(DRAWS)[values.argsort().argsort()]
    return found


def _seconds(each: Range, z: F64) -> F64:
    """The value at standard normal ``z``: log-normal on either side of the median."""
    middle = max(each.p50, 1e-9)
    up = math.log(max(each.p90, middle) / middle) / Z90
    down = math.log(middle / min(max(each.p10, 1e-9), middle)) / Z90
    found: F64 = middle * np.exp(z * np.where(z > 0, up, down))
    return found


def _drawn(parts: Sequence[Part], together: int) -> F64:
    """The time of one group, drawn many times. One more piece never takes less in any draw."""
    group = parts[0].group
    common, rows = _normal("shared", group), np.arange(DRAWS)
    lanes = np.zeros((DRAWS, max(1, min(together, sum(p.count for p in parts)))))
    rest, piece = np.zeros(DRAWS), 0
    for part in parts:
        shared, apart = common * math.sqrt(part.shared), math.sqrt(1 - part.shared)
        singly = min(part.count, max(0, SINGLY - piece))
        for _ in range(singly):
            z = _ranked(shared + apart * _normal("piece", group, piece))
            lanes[rows, lanes.argmin(axis=1)] += _seconds(part.each, z)
            piece += 1
        if part.count > singly:
            rest = rest + _row(part.each, part.count - singly, shared, apart, group)
    done: F64 = lanes.max(axis=1) + rest / lanes.shape[1]
    return done


def _row(each: Range, count: int, shared: F64, apart: float, group: str) -> F64:
    """Many like pieces, by their mean and spread in each draw."""
    scores = normal_scores(GRID)
    values = np.stack([_seconds(each, shared + apart * score) for score in scores])
    spread = values.std(axis=0) * math.sqrt(count) * _normal("rest", group)
    found: F64 = np.maximum(0.0, count * values.mean(axis=0) + spread)
    return found
