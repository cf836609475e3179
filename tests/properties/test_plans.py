"""Any legal analysis gives a plan that covers the song exactly once, for any rate and any cap."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from apex_director.audio.model import (
    AudioAnalysis,
    Beat,
    Interval,
    MusicEvent,
    Section,
    TrustWindow,
)
from apex_director.cinematography import from_json, plan, to_json
from apex_director.cinematography.form import min_shot_frames
from apex_director.cinematography.model import Brief, Format, TransitionKind
from apex_director.cinematography.styles import directors, genres
from apex_director.core.time import frames_for
from apex_director.core.timeline import Span, covers

from ..cinematography.songs import analysis

LABELS = ("intro", "verse", "pre_chorus", "chorus", "post_chorus", "bridge", "instrumental",
          "outro", "section")  # fmt: skip
RATES = st.one_of(
    st.sampled_from(
        [*map(Fraction, (24, 25, 30, 50, 60)), Fraction(24000, 1001), Fraction(30000, 1001)]
    ),
    st.fractions(min_value=1, max_value=120, max_denominator=1001),
)
UNIT = st.floats(0, 1)


@st.composite
def analyses(draw: st.DrawFn) -> AudioAnalysis:
    seconds = draw(st.one_of(st.floats(0.3, 3.0), st.floats(3.0, 240.0)))

    def times(most: int) -> list[float]:
        return sorted(draw(st.lists(UNIT, max_size=most, unique=True)))

    edges = [0.0, *(t * seconds for t in times(9) if t > 0), seconds]
    sections = tuple(
        Section(
            section_id=f"s{i}",
            start_s=a,
            end_s=b,
            label=draw(st.sampled_from(LABELS)),
            group=draw(st.sampled_from("ABCDE")),
            energy=draw(UNIT),
            confidence=0.5,
        )
        for i, (a, b) in enumerate(pairwise(edges))
        if b > a
    )
    beat_s, meter = draw(st.floats(0.22, 1.8)), draw(st.integers(1, 7))
    wobble = draw(st.floats(0, 0.2))
    count = int(seconds / beat_s)
    beats = tuple(
        Beat(
            time_s=max(0.0, (i + wobble * ((i * 7919 % 13) / 13 - 0.5)) * beat_s),
            bar=i // meter,
            position=i % meter + 1,
            strength=0.5,
        )
        for i in range(count)
    )
    pause = sorted(draw(st.tuples(UNIT, UNIT)))
    silence = (Interval(start_s=pause[0] * seconds, end_s=pause[1] * seconds),)
    happened = draw(
        st.lists(
            st.tuples(st.sampled_from(["drop", "build_up", "breakdown"]), UNIT, UNIT, UNIT),
            max_size=8,
        )
    )
    doubted = draw(st.lists(st.tuples(UNIT, UNIT, UNIT), max_size=5))
    return analysis(
        duration_s=seconds,
        events=tuple(
            MusicEvent(
                kind=kind,  # type: ignore[arg-type]
                start_s=a * seconds,
                end_s=min(seconds, (a + 0.3 * b) * seconds),
                strength=strength,
            )
            for kind, a, b, strength in happened
        ),
        windows=tuple(
            TrustWindow(start_s=min(a, b) * seconds, end_s=max(a, b) * seconds, trust=trust)
            for a, b, trust in doubted
        ),
        sections=draw(st.sampled_from([sections, ()])),
        beats=draw(st.sampled_from([beats, beats[: count // 3], ()])),
        bpm=draw(st.sampled_from([60 / beat_s, None])),
        meter=meter,
        verdict=draw(st.sampled_from(["firm", "loose", "none"])),
        valence=draw(UNIT),
        arousal=draw(UNIT),
        mode=draw(st.sampled_from(["major", "minor"])),
        phrases=tuple(t * seconds for t in times(12)),
        onsets=tuple(t * seconds for t in times(12)),
        silence=silence if draw(st.booleans()) else (),
    )


@settings(max_examples=100, deadline=None)
@given(
    heard=analyses(),
    rate=RATES,
    seed=st.integers(0, 2**31 - 1),
    max_shots=st.one_of(st.none(), st.integers(1, 30), st.integers(31, 500)),
    per_minute=st.one_of(st.none(), st.floats(0.5, 200)),
    genre=st.sampled_from([*genres(), "polka"]),
    style=st.sampled_from(["", *directors()]),
    size=st.sampled_from([(640, 360), (360, 640), (480, 480), (384, 480), (840, 360)]),
    concept=st.sampled_from(
        ["", "a storm at sea at night", "dancers in a neon desert", "op art", "a lamplit room"]
    ),
)
def test_a_plan_covers_any_song_exactly_once(
    heard: AudioAnalysis,
    rate: Fraction,
    seed: int,
    max_shots: int | None,
    per_minute: float | None,
    genre: str,
    style: str,
    size: tuple[int, int],
    concept: str,
) -> None:
    total = frames_for(heard.duration_s, rate)
    fmt = Format(width=size[0], height=size[1], rate=rate, total_frames=total)
    brief = Brief(
        title="T", genre=genre, style=style, concept=concept, seed=seed,
        max_shots=max_shots, shots_per_minute=per_minute,
    )  # fmt: skip
    film = plan(brief, heard, fmt)

    assert covers([Span(start=s.start, end=s.end) for s in film.shots], total)
    assert covers([Span(start=s.start, end=s.end) for s in film.sections], total)
    assert len(film.pictures) <= (max_shots or len(film.shots))
    assert {s.picture_id for s in film.shots} == {p.picture_id for p in film.pictures}
    if len(film.shots) > 1:
        assert min(s.frames for s in film.shots) >= min_shot_frames(fmt)
    acts = film.treatment.acts
    assert covers([Span(start=a.start, end=a.end) for a in acts], total)
    assert 1 <= len(acts) <= 3
    assert 0 <= film.treatment.peak < total
    for left, right in pairwise(film.shots):
        assert (left.picture_id, left.framing) != (right.picture_id, right.framing)
        assert (left.size, left.move) != (right.size, right.move)
        if right.transition.kind is not TransitionKind.CUT:
            assert 0 < right.transition.frames < min(left.frames, right.frames)
    assert plan(brief, heard, fmt) == film
    turned = plan(brief, heard, replace(fmt, width=fmt.height, height=fmt.width))
    assert turned.shots == film.shots  # one cut for every aspect
    assert turned.pictures == film.pictures
    assert from_json(to_json(film)) == film
