"""How far a prior is wrong, learned from what happened: quantiles of log(actual / prior).

With few records the robust quantiles of what happened are drawn to the prior's own band (contract
B11). With enough of them a quantile regression takes their place, so that size, steps, prompt and
workers may have effects that the prior does not know. Either is then widened or narrowed until, on
the records that came after those it was made from, P10 and P90 were passed one time in ten each.

Source: Koenker and Bassett (1978), regression quantiles; Romano, Patterson and Candes (2019),
conformalized quantile regression; Gibbs and Candes (2021), adaptive conformal inference.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from .model import Generation

F64 = NDArray[np.float64]
LEVELS = (0.1, 0.5, 0.9)
FULL_HISTORY, MOST_WEIGHT = 10, 0.8  # contract B11
LEAST_CONFIDENCE, MOST_CONFIDENCE = 0.3, 0.95  # contract B11
BELIEF = 2.0  # records that the 0.3 of a cold start counts for in the measured coverage
RECENT = 60  # records whose quantiles count while there are too few for a regression
ENOUGH, BLOCK, WINDOW = 40, 20, 200  # records: for a regression, between two of them, in one
CALIBRATION = 40  # records that the widening looks back on
REPLAY = 100  # records over which coverage is measured
EARLIEST = 4  # record that may judge those before it
PENALTY = 0.01  # of the regression's slopes (L1), on standardised features
ADAPT = 0.02  # step by which a passed limit moves the wanted share of passing
SMALL = 2.0  # records by which the spread of few values is widened
WILD = math.log(1000.0)  # a ratio beyond this is a broken clock, not a slow machine
RISING = 2  # the first features, size and steps, can only add time


@dataclass(frozen=True, kw_only=True)
class Band:
    """Factors of P10 and P90 about a prior that nothing has corrected yet."""

    low: float
    high: float


@dataclass(frozen=True, kw_only=True)
class Sample:
    """What one record says: its features, log(actual / prior), and whether it lay in the interval
    that was forecast for it (None where none was).
    """

    x: tuple[float, ...]
    y: float
    inside: bool | None = None


@dataclass(frozen=True, kw_only=True)
class Factors:
    """Factors on a prior, and how they were found.

    ``confidence`` is the measured coverage; ``shared`` 0..1 how much of the uncertainty jobs of one
    kind have in common (all of it where nothing is known: a slow machine is slow for all).
    """

    p10: float
    p50: float
    p90: float
    records: int
    confidence: float
    shared: float


def features(
    megapixels: float, steps: int, prompt_complexity: float, workers: int
) -> tuple[float, ...]:
    """What may explain that a prior is wrong; backend and kind do by a model of their own each."""
    return (
        math.log(max(megapixels, 1e-3)),
        math.log(max(steps, 1)),
        prompt_complexity,
        math.log(max(workers, 1)),
    )


def sample(record: Generation, prior_s: float) -> Sample | None:
    """A record as a sample; None where it says nothing about time."""
    if not record.success or not prior_s > 0 or not record.seconds > 0:
        return None
    y = math.log(record.seconds) - math.log(prior_s)
    if not math.isfinite(y) or abs(y) > WILD:
        return None
    told = record.predicted
    inside = None if told is None else told.p10 <= record.seconds <= told.p90
    x = features(record.megapixels, record.steps, record.prompt_complexity, record.workers)
    return Sample(x=x, y=y, inside=inside)


class Learned:
    """What the records of one kind and backend say, ready to be asked about any work.

    Parameters
    ----------
    samples : sequence of Sample
        Of the same kind and backend, oldest first.
    band : Band
        The prior's own.
    """

    def __init__(self, samples: Sequence[Sample], band: Band) -> None:
        self._samples, self._band, n = samples, band, len(samples)
        self._replay = _Replay()
        self._weight = min(n / FULL_HISTORY, MOST_WEIGHT)
        for i in range(max(EARLIEST, n - REPLAY), n):
            self._replay.see(_raw(samples, i, samples[i].x, band, self._weight), samples[i].y)
        self._confidence = _confidence(samples, self._replay.inside)

    def at(self, x: tuple[float, ...]) -> Factors:
        """What to multiply a prior with, for work of these features."""
        n, band = len(self._samples), self._band
        if n == 0:
            return Factors(p10=band.low, p50=1.0, p90=band.high, records=0,
                           confidence=LEAST_CONFIDENCE, shared=1.0)  # fmt: skip
        low, middle, high = np.exp(
            self._replay.corrected(_raw(self._samples, n, x, band, self._weight))
        )
        return Factors(p10=float(low), p50=float(middle), p90=float(high), records=n,
                       confidence=self._confidence, shared=self._replay.shared(n))  # fmt: skip


class _Replay:
    """Goes through history as if it came anew: forecasts each record from those before it, and
    learns from how far it was beside.
    """

    def __init__(self) -> None:
        self.beside: list[F64] = []  # signed distances of what happened to P10, P50, P90
        self.inside: list[bool] = []
        self.share = [LEVELS[0], 1 - LEVELS[2]]  # of passing below and above, adapted

    def corrected(self, raw: F64) -> F64:
        """P10, P50, P90 of the log ratio, moved to where they would have been right lately."""
        seen = self.beside[-CALIBRATION:]
        if not seen:
            return raw
        beside, m = np.array(seen), len(seen)
        ends, centre = m / (m + 5.0), m / (m + 1.0)  # how far so few may move it
        low = -_upper(-beside[:, 0], 1 - self.share[0])
        high = _upper(beside[:, 2], 1 - self.share[1])
        middle = float(np.median(beside[-CALIBRATION // 2 :, 1]))
        moved: F64 = np.sort(np.add(raw, (ends * low, centre * middle, ends * high)))
        return moved

    def see(self, raw: F64, y: float) -> None:
        """A record, after it was forecast."""
        low, _, high = self.corrected(raw)
        self.inside.append(bool(low <= y <= high))
        for side, passed in enumerate((y < low, y > high)):
            wanted = self.share[side] + ADAPT * (LEVELS[0] - passed)
            self.share[side] = min(0.2, max(0.02, wanted))
        self.beside.append(y - raw)

    def shared(self, records: int) -> float:
        """The share of the uncertainty that the next jobs have in common: what is not known of the
        middle, or the correlation of one job's error with the next one's.
        """
        unknown = 4.0 / (records + 4.0)
        middle = np.array([b[1] for b in self.beside[-RECENT:]])
        if len(middle) < 8 or float(np.std(middle)) < 1e-9:
            return unknown
        ahead, behind = middle[1:] - middle.mean(), middle[:-1] - middle.mean()
        together = float((ahead * behind).sum() / (middle.var() * len(middle)))
        return min(1.0, max(unknown, together))


def _upper(scores: F64, level: float) -> float:
    """The conformal quantile: as many scores below it as would be with the next one counted."""
    place = math.ceil((len(scores) + 1) * level)
    return float(np.sort(scores)[min(place, len(scores)) - 1])


def _raw(samples: Sequence[Sample], n: int, x: tuple[float, ...], band: Band, weight: float) -> F64:
    """Quantiles of log(actual / prior) as the first ``n`` samples tell them, drawn to the band.

    ``weight`` is theirs; in a replay it is today's, so that today's way is what is judged.
    """
    prior = np.log([band.low, 1.0, band.high])
    told = _regressed(samples, n, x) if n >= ENOUGH else _observed(samples[max(0, n - RECENT) : n])
    drawn: F64 = np.sort((1 - weight) * prior + weight * told)
    return drawn


def _observed(samples: Sequence[Sample]) -> F64:
    """Quantiles of few values: the median, and distances to it that do not trust the extremes."""
    y = np.array([s.y for s in samples])
    middle = float(np.median(y))
    found: F64 = middle + (np.quantile(y, LEVELS) - middle) * (1 + SMALL / len(y))
    return found


def _regressed(samples: Sequence[Sample], n: int, x: tuple[float, ...]) -> F64:
    """Quantiles at ``x`` of a regression on the samples up to the last whole block."""
    last = n // BLOCK * BLOCK
    used = samples[max(0, last - WINDOW) : last]
    table = np.array([[*s.x, s.y] for s in used])
    low, high, lines = _fit(table.tobytes(), table.shape)
    within = np.clip(np.array(x), low, high)
    found: F64 = lines[:, 0] + lines[:, 1:] @ within
    return found


@lru_cache(maxsize=256)
def _fit(table: bytes, shape: tuple[int, int]) -> tuple[F64, F64, F64]:
    """Smallest and largest features, and the lines [shape=(3, 1 + features)] of P10, P50, P90."""
    values = np.frombuffer(table).reshape(shape)
    x, y = values[:, :-1], values[:, -1]
    lines = np.array([_line(x, y, level) for level in LEVELS])
    return x.min(axis=0), x.max(axis=0), lines


def _line(x: F64, y: F64, level: float) -> F64:
    """Intercept and slopes of one regression quantile; a picture does not get quicker by being
    larger or having more steps, so such slopes are left out.
    """
    from sklearn.linear_model import QuantileRegressor  # type: ignore[import-untyped]

    used = [j for j in range(x.shape[1]) if np.ptp(x[:, j]) > 1e-6]
    while True:
        line = np.zeros(1 + x.shape[1])
        if not used:
            line[0] = np.quantile(y, level)
            return line
        mean, scale = x[:, used].mean(axis=0), x[:, used].std(axis=0)
        model = QuantileRegressor(quantile=level, alpha=PENALTY, solver="highs")
        model.fit((x[:, used] - mean) / scale, y)
        slopes = np.asarray(model.coef_) / scale
        falling = [j for j, slope in zip(used, slopes, strict=True) if j < RISING and slope < 0]
        if not falling:
            line[0] = float(model.intercept_) - float(slopes @ mean)
            line[[1 + j for j in used]] = slopes
            return line
        used = [j for j in used if j not in falling]


def _confidence(samples: Sequence[Sample], replayed: Sequence[bool]) -> float:
    """The share of past intervals that held what happened: those that were told, else those that
    would have been; few of them count little.
    """
    recent = samples[-REPLAY:]
    again: list[bool | None] = [None] * (len(recent) - len(replayed)) + list(replayed)
    found = [
        own if told.inside is None else told.inside for told, own in zip(recent, again, strict=True)
    ]
    held = [one for one in found if one is not None]
    measured = (LEAST_CONFIDENCE * BELIEF + sum(held)) / (BELIEF + len(held))
    return min(MOST_CONFIDENCE, measured)
