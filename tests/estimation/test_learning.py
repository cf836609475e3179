"""What is learned from records: towards the truth, no further than they say, for any input."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apex_director.estimation.learning import Band, Learned, Sample, features, sample
from apex_director.estimation.model import Generation, Range

BAND = Band(low=0.6, high=3.0)
X = features(1.0, 30, 0.3, 2)


def samples(ratios: list[float], x: tuple[float, ...] = X) -> list[Sample]:
    return [Sample(x=x, y=math.log(r)) for r in ratios]


def noisy(count: int, *, seed: int, spread: float = 0.3, level: float = 2.0) -> list[float]:
    draws = np.random.default_rng(seed).standard_normal(count)
    return [float(level * math.exp(spread * z)) for z in draws]


def test_without_records_the_prior_speaks() -> None:
    found = Learned([], BAND).at(X)
    assert (found.p10, found.p50, found.p90) == (0.6, 1.0, 3.0)
    assert (found.records, found.confidence, found.shared) == (0, 0.3, 1.0)


def test_it_comes_to_the_truth() -> None:
    """Log-normal with median 2: P10 and P90 are 1.36 and 2.94."""
    off = []
    for count in (2, 10, 100, 300):
        found = [Learned(samples(noisy(count, seed=s)), BAND).at(X) for s in range(6)]
        off.append(np.mean([abs(math.log(f.p50 / 2)) for f in found]))
    assert off[0] > 2 * off[1]
    assert max(off[1:]) < 0.15
    assert off[-1] < 0.1
    last = found[-1]
    assert last.p10 == pytest.approx(1.36, rel=0.2)
    assert last.p90 == pytest.approx(2.94, rel=0.2)


def test_intervals_hold_what_they_promise() -> None:
    """Each record is forecast from those before it, on a backend that doubles half way."""
    held, told = 0, []
    for seed in range(2):
        ratios = noisy(60, seed=seed) + [2 * r for r in noisy(60, seed=seed + 50)]
        known = samples(ratios)
        for n in range(10, len(known), 3):
            found = Learned(known[:n], BAND).at(X)
            held += found.p10 <= ratios[n] <= found.p90
            told.append(found.confidence)
    assert 0.74 <= held / len(told) <= 0.9
    assert np.mean(told[-50:]) == pytest.approx(held / len(told), abs=0.1)


def test_confidence_is_the_measured_share_of_what_was_told() -> None:
    def told(inside: list[bool]) -> float:
        known = [Sample(x=X, y=0.0, inside=one) for one in inside]
        return Learned(known, BAND).at(X).confidence

    assert told([True] * 3) < told([True] * 50) <= 0.95
    assert told([True, False] * 40) == pytest.approx(0.5, abs=0.02)
    assert told([False] * 40) < 0.05


def test_size_that_the_prior_does_not_know_is_found() -> None:
    random = np.random.default_rng(4)
    known = []
    for _ in range(120):
        size = float(random.choice([0.25, 1.0, 4.0]))
        y = 0.5 * math.log(size) + 0.1 * random.standard_normal()
        known.append(Sample(x=features(size, 30, 0.3, 2), y=float(y)))
    learned = Learned(known, BAND)
    small, large = (learned.at(features(size, 30, 0.3, 2)) for size in (0.25, 4.0))
    assert large.p50 / small.p50 == pytest.approx(4.0, rel=0.35)  # sixteen times the size, rooted
    assert small.p90 / small.p10 < 2


def test_larger_is_never_quicker_whatever_history_says() -> None:
    random = np.random.default_rng(5)
    known = [
        Sample(x=features(s, int(n), 0.3, 2), y=float(-0.6 * math.log(s) - 0.4 * math.log(n)))
        for s, n in zip(random.uniform(0.1, 4, 80), random.uniform(10, 60, 80), strict=True)
    ]
    learned = Learned(known, BAND)
    by_size = [learned.at(features(s, 30, 0.3, 2)) for s in (0.05, 0.3, 1.0, 4.0, 16.0)]
    by_steps = [learned.at(features(1.0, n, 0.3, 2)) for n in (1, 10, 30, 60, 100)]
    for row in (by_size, by_steps):
        for name in ("p10", "p50", "p90"):
            values = [getattr(f, name) for f in row]
            assert values == sorted(values)


@settings(max_examples=20, deadline=None)
@given(
    st.lists(st.floats(-6.9, 6.9, allow_nan=False), max_size=60),
    st.floats(0.004, 4.2),
    st.integers(1, 100),
)
def test_for_any_history(logs: list[float], size: float, steps: int) -> None:
    known = [
        Sample(x=features(0.5 + i % 3, 20 + i % 7, (i % 5) / 5, 1), y=y) for i, y in enumerate(logs)
    ]
    x = features(size, steps, 0.5, 4)
    found = Learned(known, BAND).at(x)
    assert 0 < found.p10 <= found.p50 <= found.p90 < math.inf
    assert 0 <= found.confidence <= 0.95
    assert 0 < found.shared <= 1
    assert found == Learned(known, BAND).at(x)


def test_what_says_nothing_is_no_sample() -> None:
    good = Generation(kind="image", backend="b", width=1000, height=1000, seconds=20.0)
    found = sample(good, 10.0)
    assert found is not None
    assert found.y == pytest.approx(math.log(2))
    assert found.inside is None
    told = Generation(kind="image", backend="b", seconds=20.0, predicted=Range(p10=1, p50=2, p90=3))
    assert sample(told, 10.0) is not None
    assert sample(told, 10.0).inside is False  # type: ignore[union-attr]
    for broken in (
        (good, 0.0),
        (good, math.nan),
        (good, 1e-9),
        (Generation(kind="image", backend="b", seconds=0.0), 10.0),
        (Generation(kind="image", backend="b", seconds=math.inf), 10.0),
        (Generation(kind="image", backend="b", seconds=9.0, success=False), 10.0),
    ):
        assert sample(*broken) is None
