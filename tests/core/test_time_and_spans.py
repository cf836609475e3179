"""Exact time: rates, frames, spans; the algebra that plans rest on."""

from __future__ import annotations

import pickle
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from apex_director.core.color import (
    ciede2000,
    linear_to_oklab,
    linear_to_srgb,
    oklab_to_linear,
    parse_hex,
    srgb_to_lab,
    srgb_to_linear,
    to_hex,
)
from apex_director.core.errors import ApexError, JobNotFound, ValidationFailed
from apex_director.core.time import (
    duration_words,
    frame_at,
    frames_for,
    parse_rate,
    seconds_at,
    timecode,
)
from apex_director.core.timeline import Span, covers, join, spans_between, split

RATES = [Fraction(24), Fraction(25), Fraction(30000, 1001), Fraction(24000, 1001), Fraction(60)]


def test_ntsc_rates_are_exact() -> None:
    assert parse_rate("23.976") == Fraction(24000, 1001)
    assert parse_rate("29.97") == Fraction(30000, 1001)
    assert parse_rate("30000/1001") == Fraction(30000, 1001)
    assert parse_rate(25) == 25
    for bad in ("0", "-24", "fast", "1/0", "1000", "nan", "inf"):
        with pytest.raises(ValidationFailed):
            parse_rate(bad)


def test_lengths_are_said_in_words() -> None:
    said = [duration_words(s) for s in (0.2, 14.2, 120, 130, 3599.7, 3725)]
    assert said == ["0 s", "14 s", "2 min", "2 min 10 s", "1 h", "1 h 2 min"]


@given(st.integers(0, 10**6), st.sampled_from(RATES))
def test_a_frames_time_gives_the_frame_back(frame: int, rate: Fraction) -> None:
    assert frame_at(seconds_at(frame, rate), rate) == frame


@given(st.floats(0.01, 7200), st.sampled_from(RATES))
def test_frames_cover_a_duration_within_one(seconds: float, rate: Fraction) -> None:
    assert abs(frames_for(seconds, rate) / rate - Fraction(seconds)) <= 1 / rate


def test_timecode_counts_at_the_nominal_rate() -> None:
    assert timecode(86400, Fraction(24)) == "01:00:00:00"
    assert timecode(31, Fraction(30000, 1001)) == "00:00:01:01"


@given(st.integers(0, 500), st.integers(2, 500), st.data())
def test_split_then_join_gives_the_span(start: int, length: int, data: st.DataObject) -> None:
    span = Span(start=start, end=start + length)
    at = data.draw(st.integers(start + 1, start + length - 1))
    left, right = split(span, at)
    assert join(left, right) == span
    assert len(left) + len(right) == len(span)


@given(st.lists(st.integers(-10, 300), max_size=30), st.integers(1, 250))
def test_spans_between_cuts_cover_everything_once(cuts: list[int], total: int) -> None:
    assert covers(spans_between(cuts, total), total)


def test_gaps_and_overlaps_do_not_cover() -> None:
    assert not covers([Span(start=0, end=4), Span(start=5, end=9)], 9)
    assert not covers([Span(start=0, end=5), Span(start=4, end=9)], 9)
    assert not covers([Span(start=0, end=8)], 9)


def test_errors_survive_the_pickle_and_keep_their_facts() -> None:
    error = JobNotFound("there is no such job", where="abc", what_to_do="List them.", log="tail")
    back = pickle.loads(pickle.dumps(error))
    assert isinstance(back, KeyError)
    assert isinstance(back, ApexError)
    assert (str(back), back.log, back.exit_code) == (str(error), "tail", 3)
    assert str(error) == "abc: there is no such job. List them."


@given(st.tuples(*[st.integers(0, 255)] * 3))
def test_colour_round_trips(rgb: tuple[int, int, int]) -> None:
    code = "#{:02x}{:02x}{:02x}".format(*rgb)
    assert to_hex(parse_hex(code)) == code
    linear = srgb_to_linear(parse_hex(code))
    assert np.allclose(linear_to_srgb(linear), parse_hex(code), atol=1e-6)
    assert np.allclose(oklab_to_linear(linear_to_oklab(linear)), linear, atol=1e-6)


@pytest.mark.parametrize(
    ("one", "two", "distance"),
    [  # Sharma, Wu and Dalal 2005, table 1
        ((50.0, 2.6772, -79.7751), (50.0, 0.0, -82.7485), 2.0425),
        ((50.0, -1.3802, -84.2814), (50.0, 0.0, -82.7485), 1.0),
        ((50.0, 2.5, 0.0), (73.0, 25.0, -18.0), 27.1492),
        ((22.7233, 20.0904, -46.6940), (23.0331, 14.9730, -42.5619), 2.0373),
        ((2.0776, 0.0795, -1.1350), (0.9033, -0.0636, -0.5514), 0.9082),
    ],
)
def test_ciede2000_agrees_with_the_published_pairs(
    one: tuple[float, ...], two: tuple[float, ...], distance: float
) -> None:
    assert float(ciede2000(one, two)) == pytest.approx(distance, abs=1e-4)


def test_white_is_white_in_lab() -> None:
    assert np.allclose(srgb_to_lab([1.0, 1.0, 1.0]), [100.0, 0.0, 0.0], atol=1e-3)
