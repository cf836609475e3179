"""A stretch of a film is a film of its own, whatever is cut."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apex_director.cinematography import excerpt_of, from_json, plan, to_json
from apex_director.cinematography.excerpt import SHORTEST_SHOT_S
from apex_director.cinematography.model import (
    Brief,
    CardWord,
    Format,
    Storyboard,
    TitleCard,
    TransitionKind,
)
from apex_director.core.errors import PlanInvalid
from apex_director.core.timeline import Span, covers

from .songs import song

RATE = Fraction(24)


@cache
def board() -> Storyboard:
    analysis = song()
    total = round(analysis.duration_s * 24)
    fmt = Format(width=640, height=360, rate=RATE, total_frames=total)
    lines = tuple(
        TitleCard(start=k, end=k + 60, text=f"line {k}", role="lyric")
        for k in range(100, total - 100, 90)
    )
    return plan(Brief(title="One", artist="Two"), analysis, fmt, lines)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 3000), st.integers(2, 1500))
def test_every_stretch_is_a_sound_plan(start: int, length: int) -> None:
    whole = board()
    total = whole.format.total_frames
    span = Span(start=min(start, total - 2), end=min(min(start, total - 2) + length, total))
    part = excerpt_of(whole, span)
    assert part.format.total_frames == len(span)
    assert covers([Span(start=s.start, end=s.end) for s in part.shots], len(span))
    assert from_json(to_json(part)) == part
    assert part.shots[0].transition.kind is TransitionKind.CUT
    assert {p.picture_id for p in part.pictures} == {s.picture_id for s in part.shots}
    cuts = {s.start for s in whole.shots}
    assert {s.start + span.start for s in part.shots[1:]} <= cuts  # no cut that was none before
    shortest = min((s.frames for s in whole.shots), default=0)
    if len(part.shots) > 1:
        assert min(s.frames for s in part.shots) >= min(shortest, SHORTEST_SHOT_S * RATE - 1)


def test_all_of_a_film_is_that_film() -> None:
    whole = board()
    part = excerpt_of(whole, Span(start=0, end=whole.format.total_frames))
    assert part.shots == whole.shots
    assert part.pictures == whole.pictures
    assert [c for c in part.titles if c.role == "lyric"] == [
        c for c in whole.titles if c.role == "lyric"
    ]


def test_a_leftover_of_a_frame_goes_to_its_neighbour() -> None:
    whole = board()
    first, second = whole.shots[2], whole.shots[3]
    part = excerpt_of(whole, Span(start=second.start - 1, end=second.end + 2))
    assert [s.shot_id for s in part.shots] == [second.shot_id]
    assert first.shot_id not in {s.shot_id for s in part.shots}


def test_the_title_opens_it_and_lyrics_keep_their_place() -> None:
    word = CardWord(start=990, end=1020, text="sung")
    line = TitleCard(start=980, end=1060, text="sung", role="lyric", words=(word,))
    whole = replace(board(), titles=(*(c for c in board().titles if c.role == "title"), line))
    part = excerpt_of(whole, Span(start=1000, end=1720))
    title, sung = part.titles if part.titles[0].role == "title" else part.titles[::-1]
    assert title.start < 24
    assert title.end - title.start == whole.titles[0].end - whole.titles[0].start
    assert (sung.start, sung.end) == (0, 60)
    assert (sung.words[0].start, sung.words[0].end) == (0, 20)
    short = excerpt_of(whole, Span(start=1000, end=1120))  # no room for a title of 3.5 s
    assert [c.role for c in short.titles] == ["lyric"]


def test_a_stretch_beyond_the_end_is_refused() -> None:
    with pytest.raises(PlanInvalid):
        excerpt_of(board(), Span(start=0, end=board().format.total_frames + 1))
