"""Transitions are the exception, have a reason, and fit the look, the music and the shots."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apex_director.cinematography.joins import (
    LIMITS,
    STYLES,
    WIPES,
    Border,
    flow_of,
    liking_for,
    style_for,
    transition,
    why,
)
from apex_director.cinematography.model import CameraMove, Transition, TransitionKind
from apex_director.cinematography.plan_rules import sides
from apex_director.cinematography.styles import directors, genres
from apex_director.core.errors import ValidationFailed
from apex_director.video.transitions import CURVES, frames_before

K = TransitionKind
INSIDE = Border(
    left_frames=72,
    right_frames=72,
    left_energy=0.5,
    right_energy=0.5,
    jump=0.0,
    between_sections=False,
    to_label="verse",
    silent=False,
)
CHORUS = replace(INSIDE, between_sections=True, to_label="chorus", right_energy=0.8, jump=0.3)
GLADLY = dict.fromkeys(TransitionKind, 1.0)


def kind(border: Border, liking: dict[K, float] | None = None, roll: float = 0.1) -> K:
    chosen = STYLES["minimal"] if liking is None else liking
    return transition(border, 24.0, 0.5, {}, roll, chosen).kind


def test_each_kind_has_its_place() -> None:
    calm = replace(INSIDE, left_energy=0.2, right_energy=0.2)
    busy = replace(INSIDE, left_energy=0.8, right_energy=0.8)
    section = replace(INSIDE, between_sections=True)
    assert kind(INSIDE, GLADLY) is K.CUT
    assert kind(calm) is K.CROSSFADE
    assert kind(replace(calm, alike=True), GLADLY) is K.MATCH_DISSOLVE
    assert kind(busy, GLADLY) is K.CUT
    assert kind(replace(busy, flow=1), GLADLY) is K.WHIP_PAN
    assert kind(replace(busy, flow=1)) is K.CUT
    assert kind(replace(section, jump=-0.4), GLADLY) is K.DIP_TO_BLACK
    assert kind(replace(section, silent=True), GLADLY) is K.DIP_TO_BLACK
    assert kind(CHORUS, GLADLY) is K.LIGHT_LEAK
    assert kind(replace(CHORUS, jump=0.5)) is K.DIP_TO_WHITE
    assert kind(replace(section, returns=True, alike=True), GLADLY) is K.MATCH_DISSOLVE
    assert kind(section, GLADLY) is K.LUMA_WIPE
    loud = replace(section, left_energy=0.7, right_energy=0.7)
    assert kind(replace(loud, flow=1), GLADLY) is K.WIPE_LEFT
    assert kind(replace(loud, flow=-1), GLADLY) is K.WIPE_RIGHT
    assert kind(replace(loud, jump=0.2), GLADLY) is K.WIPE_UP
    assert kind(replace(loud, jump=-0.2), GLADLY) is K.WIPE_DOWN


def test_only_downbeats_and_phrases_carry_one() -> None:
    off = replace(INSIDE, left_energy=0.2, right_energy=0.2, strong=False, alike=True, flow=1)
    assert {kind(off, GLADLY, r / 20) for r in range(20)} == {K.CUT}


def test_a_film_is_mostly_cut_whatever_is_liked() -> None:
    rng = random.Random(3)
    used: Counter[K] = Counter()
    for n in range(200):
        border = replace(
            CHORUS if n % 8 == 0 else INSIDE,
            left_energy=rng.random(),
            right_energy=rng.random(),
            alike=rng.random() < 0.3,
            flow=rng.choice((-1, 0, 1)),
        )
        used[transition(border, 24.0, 0.5, used, rng.random(), GLADLY).kind] += 1
    assert used[K.CUT] > 0.6 * 200
    assert all(used[k] <= most for k, most in LIMITS.items())
    assert sum(used[k] for k in WIPES) <= 2
    assert len(used) >= 5


@settings(max_examples=300, deadline=None)
@given(
    border=st.builds(
        Border,
        left_frames=st.integers(10, 400),
        right_frames=st.integers(10, 400),
        left_energy=st.floats(0, 1),
        right_energy=st.floats(0, 1),
        jump=st.floats(-1, 1),
        between_sections=st.booleans(),
        to_label=st.sampled_from(["verse", "chorus", "outro", "bridge"]),
        silent=st.booleans(),
        returns=st.booleans(),
        alike=st.booleans(),
        flow=st.sampled_from([-1, 0, 1]),
    ),
    rate=st.sampled_from([23.976, 24.0, 25.0, 60.0]),
    beat=st.floats(0.25, 1.2),
    roll=st.floats(0, 1),
)
def test_a_transition_fits_between_its_shots_and_is_explained(
    border: Border, rate: float, beat: float, roll: float
) -> None:
    made = transition(border, rate, beat, {}, roll, GLADLY)
    if made.kind is K.CUT:
        assert (made.frames, why(made, border)) == (0, "")
        return
    assert made.frames % 2 == 0
    assert made.frames >= max(4, 0.16 * rate)
    assert made.frames <= 0.4 * min(border.left_frames, border.right_frames)
    assert made.frames <= 1.6 * rate
    if made.kind is K.WHIP_PAN:
        assert 0.3 <= made.frames / rate <= 0.5
    assert why(made, border)


def test_every_look_has_a_style() -> None:
    for genre in genres():
        for director in ("", *directors()):
            assert style_for(genre, director) in STYLES
            assert all(0 <= v <= 1 for v in liking_for(genre, director).values())
    assert liking_for("pop", style="minimal") == {}
    assert liking_for("jazz") == {}
    assert liking_for("indie")[K.LIGHT_LEAK] > liking_for("cinematic")[K.LIGHT_LEAK]
    assert liking_for("jazz", style="cinematic") == STYLES["cinematic"]
    with pytest.raises(ValidationFailed, match="professional"):
        liking_for("pop", style="fancy")


def test_a_whip_never_turns_against_a_shot() -> None:
    pan, push = CameraMove.PAN, CameraMove.DOLLY_IN
    assert flow_of(pan, -1, pan, -1) == -1
    assert flow_of(pan, 1, pan, -1) == 0
    assert flow_of(push, 1, pan, -1) == -1
    assert flow_of(pan, 1, push, 1) == 1
    assert flow_of(pan, -1, push, 1) == 0
    assert flow_of(push, 1, push, 1) == 0


def test_the_rules_and_the_renderer_agree_on_where_the_cut_lies() -> None:
    for kind_ in TransitionKind:
        for curve in CURVES:
            for frames in (2, 7, 12, 31):
                before, after = sides(Transition(kind=kind_, frames=frames, curve=curve))
                assert before == frames_before(kind_, curve, frames)
                assert before + after == frames
