"""Sums of ranges: within the sums of their ends, growing with every piece, narrower when apart."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apex_director.estimation.model import Range
from apex_director.estimation.sums import Part, normal_scores, total

EACH = Range(p10=10.0, p50=20.0, p90=50.0)


def test_one_piece_is_itself() -> None:
    assert total([Part(each=EACH)]) == EACH
    assert total([]) == Range(p10=0, p50=0, p90=0)


def test_what_is_shared_adds_up_and_what_is_not_evens_out() -> None:
    together = total([Part(each=EACH, count=20, shared=1.0)])
    assert (together.p10, together.p50, together.p90) == pytest.approx((200, 400, 1000), rel=0.02)
    apart = total([Part(each=EACH, count=20, shared=0.0)])
    assert apart.p10 > 1.5 * together.p10
    assert apart.p90 < 0.7 * together.p90
    mean = 20 * 26.0  # of this two-sided log-normal, about
    assert apart.p50 == pytest.approx(mean, rel=0.1)


def test_backends_are_independent_of_each_other() -> None:
    one = total([Part(each=EACH, count=2, group="a")])
    two = total([Part(each=EACH, group="a"), Part(each=EACH, group="b")])
    assert two.p90 < one.p90
    assert two.p10 > one.p10


@pytest.mark.parametrize("side_by_side", [False, True])
@pytest.mark.parametrize("shared", [0.0, 0.4, 1.0])
def test_one_more_never_takes_less(side_by_side: bool, shared: float) -> None:
    rows = [
        total([Part(each=EACH, count=n, shared=shared, together=4)], side_by_side=side_by_side)
        for n in (1, 2, 3, 8, 63, 64, 65, 66, 70, 200, 10_000)
    ]
    for before, after in pairwise(rows):
        assert before.p10 <= after.p10 + 1e-9
        assert before.p50 <= after.p50 + 1e-9
        assert before.p90 <= after.p90 + 1e-9


def test_side_by_side_is_quicker_but_not_than_its_longest() -> None:
    alone = total([Part(each=EACH, count=12, shared=0.5)])
    beside = total([Part(each=EACH, count=12, shared=0.5, together=6)], side_by_side=True)
    assert beside.p50 < alone.p50 / 3
    assert beside.p50 > EACH.p50


@settings(max_examples=30, deadline=None)
@given(
    st.lists(
        st.tuples(st.floats(0.01, 1e4), st.floats(1, 5), st.floats(1, 5), st.integers(1, 30)),
        min_size=1,
        max_size=4,
    ),
    st.floats(0, 1),
)
def test_sums_lie_within_the_sums_of_the_ends(
    rows: list[tuple[float, float, float, int]], shared: float
) -> None:
    parts = [
        Part(each=Range(p10=m / a, p50=m, p90=m * b), count=n, group=str(i), shared=shared)
        for i, (m, a, b, n) in enumerate(rows)
    ]
    found = total(parts)
    assert found == total(parts)
    assert found.p10 <= found.p50 <= found.p90
    assert found.p10 >= 0.99 * sum(p.each.p10 * p.count for p in parts)
    assert found.p90 <= 1.35 * sum(p.each.p90 * p.count for p in parts)


def test_scores_are_normal() -> None:
    scores = normal_scores(2001)
    assert scores[1000] == pytest.approx(0, abs=1e-9)
    assert scores[1800] == pytest.approx(1.2815, abs=0.01)
