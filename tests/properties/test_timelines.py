"""Time and spans: what is cut and joined again is what it was, and frames keep their time."""

from __future__ import annotations

from fractions import Fraction
from functools import reduce
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apex_director.core.errors import ValidationFailed
from apex_director.core.time import frame_at, frames_for, seconds_at, timecode
from apex_director.core.timeline import Span, covers, join, spans_between, split

RATES = st.one_of(
    st.sampled_from([Fraction(24), Fraction(24000, 1001), Fraction(30000, 1001), Fraction(60)]),
    st.fractions(min_value=1, max_value=120, max_denominator=1001),
)
FRAMES = st.integers(0, 10**7)
TOTALS = st.integers(1, 5000)


@st.composite
def cuts(draw: st.DrawFn) -> tuple[int, list[int]]:
    total = draw(TOTALS)
    return total, draw(st.lists(st.integers(-5, total + 5), max_size=40))


@given(cuts())
def test_what_is_cut_anywhere_and_joined_is_whole(drawn: tuple[int, list[int]]) -> None:
    total, at = drawn
    spans = spans_between(at, total)
    assert covers(spans, total)
    assert reduce(join, spans) == Span(start=0, end=total)
    assert sum(map(len, spans)) == total
    assert spans_between([s.start for s in spans], total) == spans


@given(cuts(), st.data())
def test_splitting_or_joining_one_span_keeps_the_cover(
    drawn: tuple[int, list[int]], data: st.DataObject
) -> None:
    total, at = drawn
    spans = spans_between(at, total)
    number = data.draw(st.integers(0, len(spans) - 1))
    span = spans[number]
    if len(span) > 1:
        frame = data.draw(st.integers(span.start + 1, span.end - 1))
        parts = split(span, frame)
        assert covers([*spans[:number], *parts, *spans[number + 1 :]], total)
        assert frame in parts[1]
        assert frame not in parts[0]
    if number:
        joined = join(spans[number - 1], span)
        assert covers([*spans[: number - 1], joined, *spans[number + 1 :]], total)


@given(st.integers(0, 500), st.integers(3, 500), st.data())
def test_the_order_of_two_cuts_does_not_matter(
    start: int, length: int, data: st.DataObject
) -> None:
    span = Span(start=start, end=start + length)
    inside = st.integers(start + 1, start + length - 1)
    first, second = sorted(data.draw(st.tuples(inside, inside).filter(lambda p: p[0] != p[1])))
    left, rest = split(span, first)
    most, right = split(span, second)
    assert (left, *split(rest, second)) == (*split(most, first), right)
    for outside in (start, start + length, start - 1):
        with pytest.raises(ValidationFailed):
            split(span, outside)
    with pytest.raises(ValidationFailed):
        join(left, right)


@given(cuts())
def test_each_frame_lies_in_exactly_one_span(drawn: tuple[int, list[int]]) -> None:
    total, at = drawn
    spans = spans_between(at, total)
    for frame in {0, total - 1, *(c for c in at if 0 <= c < total)}:
        assert sum(frame in span for span in spans) == 1
    assert not any(total in span for span in spans)


@given(FRAMES, FRAMES, RATES)
def test_times_of_frames_add_up(one: int, other: int, rate: Fraction) -> None:
    assert seconds_at(one, rate) + seconds_at(other, rate) == seconds_at(one + other, rate)
    assert frame_at(seconds_at(one, rate), rate) == one
    assert (seconds_at(one, rate) < seconds_at(other, rate)) == (one < other)


@given(st.fractions(0, 7200, max_denominator=10**6), st.fractions(0, 7200), RATES)
def test_frames_follow_time(one: Fraction, other: Fraction, rate: Fraction) -> None:
    low, high = sorted((one, other))
    assert frame_at(low, rate) <= frame_at(high, rate)
    assert abs(seconds_at(frame_at(one, rate), rate) - one) <= 1 / (2 * rate)
    assert frames_for(one, rate) >= 1


@given(st.lists(st.fractions(0, 600, max_denominator=48000), max_size=30), RATES)
def test_cuts_on_beats_cover_the_song_at_any_rate(beats: list[Fraction], rate: Fraction) -> None:
    total = frames_for(600, rate)
    spans = spans_between([frame_at(b, rate) for b in beats], total)
    assert covers(spans, total)
    for left, right in pairwise(spans):
        assert any(frame_at(b, rate) == right.start == left.end for b in beats)


@given(st.integers(0, 10**6), st.integers(1, 10**4), RATES)
def test_timecodes_are_in_order_and_never_repeat(frame: int, step: int, rate: Fraction) -> None:
    def fields(text: str) -> tuple[int, ...]:
        return tuple(int(part) for part in text.split(":"))

    assert fields(timecode(frame, rate)) < fields(timecode(frame + step, rate))
