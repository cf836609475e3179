"""Segments hold every frame once; a key changes with the pixels and with nothing else."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apex_director.cinematography.model import (
    CameraMove,
    Framing,
    Storyboard,
    TitleCard,
    Transition,
    TransitionKind,
)
from apex_director.core.errors import PlanInvalid
from apex_director.video import analysis_slice, plan_segments, segment_key
from apex_director.video.segments import transition_spans, visible_spans

from .pictures import board, dissolve, shot, song

HASHES = {f"p{k}": f"hash{k}" for k in range(9)}


def keys(storyboard: Storyboard, hashes: dict[str, str] = HASHES, **extra: object) -> list[str]:
    heard = song(60.0)
    return [
        segment_key(storyboard, s, hashes, analysis_slice(storyboard, s, heard), **extra)
        for s in plan_segments(storyboard)
    ]


def three() -> Storyboard:
    return board(
        (
            shot(0, 0, 50, "p0"),
            shot(1, 50, 120, "p1", transition=dissolve(12)),
            shot(2, 120, 200, "p2"),
        )
    )


@settings(max_examples=200, deadline=None)
@given(
    lengths=st.lists(st.integers(1, 700), min_size=1, max_size=9),
    moves=st.lists(
        st.tuples(st.sampled_from(list(TransitionKind)), st.integers(0, 60)), min_size=9, max_size=9
    ),
)
def test_every_frame_belongs_to_exactly_one_segment(
    lengths: list[int], moves: list[tuple[TransitionKind, int]]
) -> None:
    shots, at = [], 0
    for k, length in enumerate(lengths):
        kind, frames = moves[k]
        shots.append(
            shot(k, at, at + length, f"p{k}", transition=Transition(kind=kind, frames=frames))
        )
        at += length
    storyboard = board(tuple(shots))
    segments = plan_segments(storyboard)
    assert [s.start for s in segments] == [0, *(s.end for s in segments[:-1])]
    assert segments[-1].end == at
    assert all(s.frames > 0 for s in segments)
    for segment in segments:
        covered = {f for p in segment.parts for f in range(p.start, p.end)}
        assert covered == set(range(segment.start, segment.end))
        if segment.transition:
            span = segment.transition
            assert segment.start <= span.start < span.end <= segment.end
            assert sum(s.transition == span for s in segments) == 1
    seen = visible_spans(storyboard)
    for span in transition_spans(storyboard):
        if span and span.outgoing is not None:
            assert seen[span.outgoing].end >= span.end
            assert seen[span.incoming].start <= span.start


def test_a_transition_belongs_to_the_incoming_shot() -> None:
    first, melt, second, third = plan_segments(three())
    edges = [(s.start, s.end) for s in (first, melt, second, third)]
    assert edges == [(0, 44), (44, 56), (56, 120), (120, 200)]
    assert melt.transition is not None
    assert (melt.transition.start, melt.transition.end) == (44, 56)
    assert melt.picture_ids == ("p0", "p1")
    assert (first.picture_ids, second.picture_ids) == (("p0",), ("p1",))
    assert second.transition is None


def test_long_shots_are_split_evenly() -> None:
    segments = plan_segments(board((shot(0, 0, 500, "p0"),)))
    assert [s.frames for s in segments] == [166, 167, 167]


def test_editing_a_shot_changes_its_own_key_alone() -> None:
    before = three()
    edited = replace(before.shots[2], move=CameraMove.PAN, reason="another")
    after = keys(replace(before, shots=(*before.shots[:2], edited)))
    same = [a == b for a, b in zip(keys(before), after, strict=True)]
    assert same == [True, True, True, False]


def test_editing_a_shot_under_a_dissolve_changes_it_and_the_dissolve() -> None:
    before = three()
    edited = replace(before.shots[0], framing=Framing(x=0.4, y=0.5, scale=1.2))
    after = keys(replace(before, shots=(edited, *before.shots[1:])))
    assert [a == b for a, b in zip(keys(before), after, strict=True)] == [
        False,
        False,
        True,
        True,
    ]


@pytest.mark.parametrize(
    "change",
    [
        {"title": "Other"},
        {"artist": "Other"},
        {"logline": "Other"},
        {"warnings": ("x",)},
        {"palette": ("#000000",)},
    ],
)
def test_words_change_no_key(change: dict[str, object]) -> None:
    assert keys(three()) == keys(replace(three(), **change))  # type: ignore[arg-type]


def test_pictures_grade_titles_version_and_encoder_do() -> None:
    plain = keys(three())
    assert keys(three(), HASHES | {"p2": "new"})[:3] == plain[:3]
    assert keys(three(), HASHES | {"p2": "new"})[3] != plain[3]
    graded = keys(replace(three(), grade=replace(three().grade, saturation=0.5)))
    assert not set(graded) & set(plain)
    titled = keys(replace(three(), titles=(TitleCard(start=0, end=40, text="A"),)))
    assert [a == b for a, b in zip(titled, plain, strict=True)] == [False, True, True, True]
    assert not set(keys(three(), renderer_version="other")) & set(plain)
    assert not set(keys(three(), extra={"crf": 20})) & set(plain)


def test_the_song_elsewhere_does_not_matter() -> None:
    storyboard, heard = three(), song(60.0)
    late = replace(heard, loudness_envelope=heard.loudness_envelope.copy())
    late.loudness_envelope[2000:] = 0.0
    for segment in plan_segments(storyboard):
        assert analysis_slice(storyboard, segment, heard) == analysis_slice(
            storyboard, segment, late
        )
    late.loudness_envelope[100:300] = 0.0
    last = plan_segments(storyboard)[-1]
    assert analysis_slice(storyboard, last, heard) != analysis_slice(storyboard, last, late)


def test_gaps_in_a_plan_are_refused() -> None:
    with pytest.raises(PlanInvalid, match="s001"):
        plan_segments(board((shot(0, 0, 50), shot(1, 52, 90))))
