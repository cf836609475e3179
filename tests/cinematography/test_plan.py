"""The director's choices: pace, motifs, palette, words, titles, on songs built for the purpose."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from fractions import Fraction
from itertools import pairwise
from statistics import median

import pytest

from apex_director.audio.model import AudioAnalysis, Interval
from apex_director.cinematography import plan, review, to_json
from apex_director.cinematography.colours import brightness
from apex_director.cinematography.model import (
    Brief,
    Format,
    Shot,
    ShotSize,
    Storyboard,
    TitleCard,
    TransitionKind,
)
from apex_director.core.errors import ValidationFailed
from apex_director.core.time import frames_for

from .songs import POP_FORM, analysis, song


def direct(heard: AudioAnalysis, rate: Fraction = Fraction(24), **wishes: object) -> Storyboard:
    fmt = Format(
        width=1920, height=1080, rate=rate, total_frames=frames_for(heard.duration_s, rate)
    )
    return plan(Brief(**wishes), heard, fmt)  # type: ignore[arg-type]


def shots_of(storyboard: Storyboard, label: str) -> list[Shot]:
    names = {s.section_id for s in storyboard.sections if s.label == label}
    return [s for s in storyboard.shots if s.section_id in names]


def beat_distances(storyboard: Storyboard, heard: AudioAnalysis) -> list[float]:
    """Frames between each cut and the nearest analysed beat."""
    beats = [float(b.time_s * storyboard.format.rate) for b in heard.grid.beats]
    return [min(abs(s.start - b) for b in beats) for s in storyboard.shots[1:]]


def mean_brightness(storyboard: Storyboard, shots: Iterable[Shot]) -> float:
    palettes = {p.picture_id: p.palette for p in storyboard.pictures}
    values = [brightness(palettes[s.picture_id]) for s in shots]
    return sum(values) / len(values)


@pytest.mark.parametrize("rate", [Fraction(24), Fraction(30000, 1001), Fraction(25), Fraction(60)])
@pytest.mark.parametrize(("bpm", "meter"), [(71.3, 4), (120.0, 3), (174.0, 4)])
def test_cuts_lie_within_half_a_frame_of_a_beat(rate: Fraction, bpm: float, meter: int) -> None:
    heard = song(bpm=bpm, meter=meter)
    far = beat_distances(direct(heard, rate), heard)
    assert median(far) < 0.5
    assert max(far) <= 0.5 + 1e-6


def test_most_long_shots_begin_on_a_bar_line() -> None:
    heard = song(bpm=100)
    storyboard = direct(heard, genre="classical")
    bars = {round(t * 24) for t in heard.grid.downbeats}
    on = [any(abs(s.start - b) <= 1 for b in bars) for s in storyboard.shots]
    assert sum(on) / len(on) > 0.8


def test_every_section_edge_is_a_cut() -> None:
    heard = song(bpm=93)
    storyboard = direct(heard)
    starts = {s.start for s in storyboard.shots}
    assert [s.label for s in storyboard.sections] == [row[0] for row in POP_FORM]
    assert all(section.start in starts for section in storyboard.sections)


@pytest.mark.parametrize("genre", ["cinematic", "electronic", "ballad", "rock"])
def test_choruses_are_shorter_and_brighter_than_verses(genre: str) -> None:
    storyboard = direct(song(bpm=112), genre=genre)
    chorus, verse = shots_of(storyboard, "chorus"), shots_of(storyboard, "verse")
    assert median(s.frames for s in chorus) <= 0.7 * median(s.frames for s in verse)
    assert mean_brightness(storyboard, chorus) > mean_brightness(storyboard, verse) + 0.05


def test_repeats_share_their_motif_and_develop_it() -> None:
    storyboard = direct(song())
    for group in ("A", "B"):
        worlds = {(s.family, s.motif) for s in storyboard.sections if s.group == group}
        assert len(worlds) == 1
    assert len({s.motif for s in storyboard.sections if s.group in "ABC"}) == 3
    pictures = {p.picture_id: p for p in storyboard.pictures}
    first_of = []
    for section in (s for s in storyboard.sections if s.group == "B"):
        own = next(s for s in storyboard.shots if s.section_id == section.section_id)
        first_of.append(pictures[own.picture_id])
    rising = [brightness(p.palette) for p in first_of]
    assert rising == sorted(rising)
    assert len({p.prompt for p in first_of}) == 3


def test_a_returning_place_keeps_its_seed_when_only_the_light_has_changed() -> None:
    pictures = direct(song(), concept="a lighthouse by the sea, from dusk to night").pictures
    by_seed: dict[int, set[str]] = {}
    for picture in pictures:
        by_seed.setdefault(picture.seed, set()).add(picture.time_of_day)
    assert any(len(hours) > 1 for hours in by_seed.values())
    assert all(
        a.motif == b.motif
        for a, b in pairwise(sorted(pictures, key=lambda p: p.seed))
        if a.seed == b.seed
    )


def test_the_film_opens_and_ends_wide_and_details_come_after_the_place() -> None:
    storyboard = direct(song())
    assert storyboard.shots[0].size is ShotSize.EXTREME_WIDE
    assert storyboard.shots[-1].size is ShotSize.EXTREME_WIDE
    wide = {ShotSize.EXTREME_WIDE, ShotSize.WIDE, ShotSize.MEDIUM_WIDE}
    seen: set[str] = set()
    for section in storyboard.sections:
        if section.group not in seen and section.label != "outro":
            first = next(s for s in storyboard.shots if s.section_id == section.section_id)
            assert first.size in wide, section
            seen.add(section.group)


@pytest.mark.parametrize("max_shots", [None, 1, 2, 5])
@pytest.mark.parametrize("genre", ["pop", "ambient", "action"])
def test_no_two_neighbours_are_alike(genre: str, max_shots: int | None) -> None:
    storyboard = direct(song(bpm=128), genre=genre, max_shots=max_shots)
    assert len(storyboard.pictures) <= (max_shots or 1000)
    for left, right in pairwise(storyboard.shots):
        assert (left.picture_id, left.framing) != (right.picture_id, right.framing)
        assert (left.size, left.move) != (right.size, right.move)
        if left.picture_id == right.picture_id:
            assert left.size != right.size
    assert review(storyboard) == ()


@pytest.mark.parametrize("wanted", [6.0, 12.0, 24.0, 60.0])
def test_shots_per_minute_steers_the_average(wanted: float) -> None:
    heard = song(bpm=120)
    storyboard = direct(heard, shots_per_minute=wanted)
    made = len(storyboard.shots) / heard.duration_s * 60
    assert made == pytest.approx(wanted, rel=0.2)


def test_the_same_brief_gives_the_same_plan_and_another_seed_another() -> None:
    heard = song()
    assert to_json(direct(heard, seed=4)) == to_json(direct(heard, seed=4))
    assert direct(heard, seed=4).pictures != direct(heard, seed=5).pictures


def test_two_songs_get_different_worlds() -> None:
    calm = song(bpm=72, valence=0.75, arousal=0.2, mode="major")
    dark = song(bpm=138, valence=0.25, arousal=0.85, mode="minor")
    one, other = (
        {s.family for s in direct(heard, genre="neutral").sections} for heard in (calm, dark)
    )
    assert one != other


def test_concept_words_win_and_reach_every_prompt() -> None:
    storyboard = direct(
        song(mode="major", valence=0.9),
        genre="country",
        concept="A melancholy night drive through the city in the rain, paper cranes, no people",
    )
    assert {p.family for p in storyboard.pictures} == {"city"}
    assert {p.weather for p in storyboard.pictures} == {"rain"}
    assert {p.time_of_day for p in storyboard.pictures} == {"night"}
    assert {p.mood for p in storyboard.pictures} == {"melancholy"}
    assert {p.subject for p in storyboard.pictures} == {"car"}
    for picture in storyboard.pictures:
        for word in ("city", "rain", "night", "melancholy", "a car", "paper cranes"):
            assert word in picture.prompt, (word, picture.prompt)


def test_two_hours_in_the_concept_make_the_way_of_the_light() -> None:
    storyboard = direct(song(), concept="from dawn to sunset in the mountains")
    hours = {p.picture_id: p.time_of_day for p in storyboard.pictures}
    assert hours[storyboard.shots[0].picture_id] == "dawn"
    assert hours[storyboard.shots[-1].picture_id] == "sunset"
    assert set(hours.values()) == {"dawn", "day", "golden_hour", "sunset"}
    both = direct(song(), concept="dawn and sunset in the mountains")
    assert {p.time_of_day for p in both.pictures} == {"dawn", "sunset"}


def test_without_a_beat_cuts_lie_on_phrases() -> None:
    phrases = tuple(7.3 * i for i in range(1, 12))
    heard = analysis(duration_s=90.0, verdict="none", phrases=phrases, sections=song().sections[:1])
    storyboard = direct(heard)
    at = {round(p * 24) for p in phrases}
    inner = [s.start for s in storyboard.shots[1:]]
    assert inner
    assert sum(s in at for s in inner) >= 0.8 * len(inner)
    assert any("phrases" in w for w in storyboard.warnings)


@pytest.mark.parametrize(("seconds", "most"), [(0.5, 1), (1.0, 2), (8.0, 1), (180.0, 2)])
def test_silence_and_tiny_songs_give_one_or_two_shots(seconds: float, most: int) -> None:
    heard = analysis(
        duration_s=seconds, verdict="none", silence=(Interval(start_s=0, end_s=seconds),)
    )
    storyboard = direct(heard, title="Quiet")
    assert 1 <= len(storyboard.shots) <= most
    assert storyboard.titles[0].end <= storyboard.format.total_frames


def test_one_second_with_a_beat_is_one_or_two_shots() -> None:
    heard = song((("verse", "A", 1, 0.9),), bpm=240)
    assert len(direct(heard, genre="action").shots) <= 2


def test_calm_passages_melt_and_peaks_cut() -> None:
    storyboard = direct(song(), genre="cinematic")
    kinds = {
        label: {
            s.transition.kind
            for before, s in pairwise(shots_of(storyboard, label))
            if before.section_id == s.section_id
        }
        for label in ("verse", "chorus")
    }
    assert TransitionKind.CROSSFADE in kinds["verse"]
    assert TransitionKind.CUT in kinds["chorus"]
    assert kinds["chorus"].isdisjoint({TransitionKind.CROSSFADE, TransitionKind.DIP_TO_BLACK})
    used = [s.transition.kind for s in storyboard.shots]
    assert TransitionKind.DIP_TO_BLACK in used
    assert used.count(TransitionKind.DIP_TO_WHITE) <= 1


def test_title_and_lyrics() -> None:
    heard = song()
    fmt = Format(width=640, height=360, rate=Fraction(24), total_frames=4800)
    lines = (
        TitleCard(start=100, end=150, text="first line", role="lyric"),
        TitleCard(start=4790, end=4900, text="last line", role="lyric"),
        TitleCard(start=5000, end=5100, text="beyond the end", role="lyric"),
        TitleCard(start=200, end=210, text="  ", role="lyric"),
    )
    titles = plan(Brief(title="Tide", artist="Us"), heard, fmt, lines).titles
    assert titles[0] == TitleCard(start=12, end=96, text="Tide", subtext="Us")
    assert titles[1:] == (lines[0], replace(lines[1], end=4800))
    assert plan(Brief(artist="Us"), heard, fmt).titles[0].text == "Us"
    assert plan(Brief(), heard, fmt).titles == ()


def test_reasons_are_readable_sentences() -> None:
    storyboard = direct(song())
    for shot in storyboard.shots:
        assert shot.reason[0].isupper()
        assert shot.reason.endswith(".")
        assert f"energy {shot.energy:.2f}" in shot.reason
    returns = [s.reason for s in storyboard.shots if "motif returns" in s.reason]
    assert any("brighter" in r for r in returns)
    assert len({s.reason.split(": ")[1] for s in storyboard.shots}) > 12


@pytest.mark.parametrize(
    ("field", "value"), [("max_shots", 0), ("shots_per_minute", -2.0), ("palette", ("mauvish",))]
)
def test_wrong_wishes_are_told(field: str, value: object) -> None:
    with pytest.raises(ValidationFailed) as problem:
        direct(song(), **{field: value})
    assert problem.value.where == field
    assert problem.value.what_to_do
