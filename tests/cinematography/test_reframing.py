"""One plan in every aspect: the same cuts and frames, framings made for the frame."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest

from apex_director.cinematography import from_json, plan, reframed, to_json
from apex_director.cinematography.model import Brief, CameraMove, Format, Framing, Storyboard
from apex_director.core.frame import ASPECTS, size_for

from .songs import song

SIZES = [(s.width, s.height) for s in (size_for(a, 1080) for a in ASPECTS)]


@pytest.fixture(scope="module")
def board() -> Storyboard:
    analysis = song()
    total = round(analysis.duration_s * 24)
    fmt = Format(width=1920, height=1080, rate=Fraction(24), total_frames=total)
    return plan(Brief(title="One", artist="Two", concept="a walker by the sea"), analysis, fmt)


@pytest.mark.parametrize("size", SIZES)
def test_cuts_frames_and_titles_stay_and_the_plan_is_sound(
    board: Storyboard, size: tuple[int, int]
) -> None:
    other = reframed(board, *size)
    assert (other.format.width, other.format.height) == size
    assert other.format.total_frames == board.format.total_frames
    for mine, theirs in zip(other.shots, board.shots, strict=True):
        kept = ("start", "end", "picture_id", "transition", "move", "seed", "shot_id", "lens_mm")
        assert [getattr(mine, n) for n in kept] == [getattr(theirs, n) for n in kept]
    assert (other.titles, other.sections, other.pictures) == (
        board.titles,
        board.sections,
        board.pictures,
    )
    assert from_json(to_json(other)) == other


@pytest.mark.parametrize("size", SIZES)
def test_there_and_back_gives_the_first_framings(board: Storyboard, size: tuple[int, int]) -> None:
    back = reframed(reframed(board, *size), 1920, 1080)
    for mine, theirs in zip(back.shots, board.shots, strict=True):
        a, b = mine.framing, theirs.framing
        assert abs(a.scale - b.scale) < 0.01
        assert abs(a.x - b.x) < 0.03
        assert abs(a.y - b.y) < 0.03
        assert abs(mine.move_amount - theirs.move_amount) < 0.01


def test_another_size_of_the_same_aspect_keeps_every_framing(board: Storyboard) -> None:
    assert reframed(board, 640, 360).shots == board.shots


def test_upright_frames_hold_what_they_are_about(board: Storyboard) -> None:
    tall = reframed(board, 1080, 1920)
    for mine, theirs in zip(tall.shots, board.shots, strict=True):
        a, b = mine.framing, theirs.framing
        assert abs(a.x - 0.5) <= abs(b.x - 0.5) + 1e-9  # nearer to the middle
        assert abs(a.x - 0.5) * a.scale <= 0.2 + 1e-3  # and never at the border
    assert min(s.framing.scale for s in tall.shots) > min(s.framing.scale for s in board.shots)
    assert max(s.framing.scale for s in tall.shots) < max(s.framing.scale for s in board.shots)


def test_an_aimed_subject_rises_and_the_camera_travels_less_aside(board: Storyboard) -> None:
    framing = Framing(x=0.56, y=0.53, scale=1.6, aim=1.0)
    shot = replace(board.shots[1], framing=framing, move=CameraMove.TRUCK, move_amount=0.8)
    one = replace(board, shots=(board.shots[0], shot, *board.shots[2:]))
    tall = reframed(one, 1080, 1920).shots[1]
    assert tall.framing.y > framing.y  # the camera looks lower, so the subject stands higher
    assert tall.move_amount < 0.8
    assert reframed(one, 2520, 1080).shots[1].framing.x > framing.x
