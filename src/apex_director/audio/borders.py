"""Where one part of a song ends and the next begins: the best set of bar lines, all together."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import uniform_filter1d

F64 = NDArray[np.float64]
SURROUND = 6  # phrases around a bar line that it is held against
LEAST_SPREAD = 0.03  # novelty, 0..1; a song that changes less than this has no borders
THRESHOLD = 0.4  # standard deviations over its surroundings that make a bar line a border
LONGEST = 64  # phrases
_SHORT_S, _WIDE_S = 1.6, 4.5  # bars beyond these come eight and two to a phrase, others four
SURE = 1.5  # standard deviations that something known otherwise is worth
_ODD, _HALF, _ONE = 0.9, 0.5, 0.12  # cost of parts no multiple of a half, of one, of two phrases
_LONG, _LONG_MOST = 0.2, 2.0  # cost of every phrase over four, and in all
_NOTHING = 0.15  # standard deviations under which nothing changes that could be a border


def phrase_of(edges: F64) -> int:
    """Bars in a phrase, which lasts some eight seconds: a bar may be counted at half or twice its
    length.
    """
    bar = float(np.median(np.diff(edges)))
    return 8 if bar < _SHORT_S else 2 if bar > _WIDE_S else 4


def borders_of(
    change: F64, edges: F64, phrase: int, least_s: float, *, sure_s: Sequence[float] = ()
) -> list[int]:
    """Bars that begin a new part, the first excluded.

    The set is chosen as a whole: change at the borders against the cost of parts that are no
    multiple of one or two phrases, which most parts are.

    Parameters
    ----------
    change : [shape=(n,)]
        How much changes at the beginning of every bar, 0..1.
    edges : [shape=(n + 1,)]
        Bar lines in seconds.
    phrase : int
        Bars in a phrase.
    least_s : float
        No part is shorter.
    sure_s : sequence of float
        Seconds at which something begins that is known otherwise, a drop.
    """
    n = len(change)
    gain = gains(change, phrase)
    for time in sure_s:
        gain[int(np.abs(edges[:-1] - time).argmin())] += SURE
    value = np.full(n + 1, -np.inf)
    value[0] = 0.0
    back = np.zeros(n + 1, dtype=np.int64)
    for end in range(1, n + 1):
        first = max(0, end - LONGEST * phrase)
        starts = np.arange(first, end)
        fits = edges[end] - edges[starts] >= least_s
        cost = _costs(end - starts, phrase, ends=(starts == 0) | (end == n))
        total = np.where(fits, value[starts] - cost, -np.inf)
        best = int(total.argmax())
        back[end] = starts[best]
        value[end] = total[best] + (gain[end] if end < n else 0.0)
    if not np.isfinite(value[n]):
        return []
    out, at = [], n
    while at > 0:
        at = int(back[at])
        out.append(at)
    return [b for b in out[::-1] if b > 0]


def gains(change: F64, phrase: int) -> F64:
    """What a border at every bar is worth, in standard deviations; under 0 it is worth nothing."""
    around = uniform_filter1d(change, SURROUND * phrase + 1, mode="nearest")
    spread = max(float(change.std()), LEAST_SPREAD)
    rise = (change - around) / spread
    return np.asarray(np.where(rise > _NOTHING, rise, -_LONG_MOST) - THRESHOLD)


def _costs(bars: NDArray[np.int64], phrase: int, *, ends: NDArray[np.bool_]) -> F64:
    """Cost of parts of so many bars; at the ends of the song any length may be."""
    shape = np.where(bars % (2 * phrase) == 0, 0.0, np.where(bars % phrase == 0, _ONE, _HALF))
    shape = np.where(bars % (phrase // 2) > 0, _ODD, shape)
    long = np.maximum(bars / phrase - 4, 0)
    return np.asarray(np.where(ends, 0.0, shape) + np.minimum(_LONG * long, _LONG_MOST))
