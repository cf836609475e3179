"""Plans with intent: acts, motifs that develop, a climax on the frame, and words that are true."""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from fractions import Fraction
from itertools import combinations, pairwise
from statistics import fmean

import numpy as np
import pytest
from numpy.typing import NDArray

from apex_director.audio.model import AudioAnalysis, MusicEvent, TrustWindow
from apex_director.cinematography import from_json, plan, to_json, to_markdown, treatment_for
from apex_director.cinematography.colours import brightness
from apex_director.cinematography.grammar import JUMP
from apex_director.cinematography.lexicon import read_concept
from apex_director.cinematography.model import (
    LENS_MM,
    Act,
    Brief,
    Format,
    PaletteStep,
    Shot,
    ShotSize,
    Storyboard,
    TransitionKind,
)
from apex_director.cinematography.styles import directors, oklab_of, table
from apex_director.core.color import ciede2000, parse_hex, srgb_to_lab
from apex_director.core.errors import PlanInvalid
from apex_director.core.time import frame_at, frames_for
from apex_director.video.grading import apply_colour

from .songs import POP_FORM, song
from .test_plan import direct, shots_of
from .test_styles import TEN

SIZES = tuple(ShotSize)
CLUB = (
    ("intro", "I", 8, 0.4), ("instrumental", "A", 16, 0.6), ("bridge", "C", 16, 0.4),
    ("chorus", "B", 16, 0.9), ("bridge", "C", 8, 0.35), ("chorus", "B", 16, 0.92),
    ("outro", "I", 8, 0.3),
)  # fmt: skip
BAR_S = 4 * 60 / 128
DROP_S = 40 * BAR_S + 0.013  # the bar line as it was heard: off the grid by less than a frame
EVENTS = (
    MusicEvent(kind="build_up", start_s=32 * BAR_S, end_s=DROP_S, strength=0.9),
    MusicEvent(kind="drop", start_s=DROP_S, end_s=DROP_S + BAR_S, strength=1.0),
    MusicEvent(kind="breakdown", start_s=56 * BAR_S, end_s=64 * BAR_S, strength=0.8),
)


def club(events: tuple[MusicEvent, ...] = EVENTS) -> AudioAnalysis:
    return song(CLUB, bpm=128, arousal=0.8, events=events)


def format_of(heard: AudioAnalysis, rate: Fraction = Fraction(24)) -> Format:
    return Format(
        width=1920, height=1080, rate=rate, total_frames=frames_for(heard.duration_s, rate)
    )


def between(film: Storyboard, start_s: float, end_s: float) -> list[Shot]:
    rate = film.format.rate
    return [s for s in film.shots if start_s - 0.02 <= s.start / rate < end_s - 0.02]


# Acts and treatment


def test_three_acts_turn_where_the_form_does() -> None:
    film = direct(song())
    acts = film.treatment.acts
    starts = {s.start for s in film.sections}
    assert [a.number for a in acts] == [1, 2, 3]
    assert acts[0].start == 0
    assert acts[-1].end == film.format.total_frames
    assert all(a.turn == a.end and a.end in starts for a in acts[:-1])
    assert acts[-1].turn == film.treatment.peak
    assert film.treatment.climax == "chorus_6"
    assert "bridge" in acts[1].turning_point  # which is where act two gives way
    assert all(a.intent and a.turning_point for a in acts)


def test_a_song_in_one_piece_has_acts_and_a_peak_on_a_cut() -> None:
    film = direct(song((("section", "A", 32, 0.6),), bpm=100))
    cuts = {s.start for s in film.shots}
    assert len(film.treatment.acts) == 3
    assert {a.start for a in film.treatment.acts} <= cuts
    assert film.treatment.peak in cuts
    assert film.treatment.peak > 0


def test_music_that_falls_away_is_told_otherwise() -> None:
    fading = (("chorus", "B", 16, 0.9), ("verse", "A", 24, 0.5), ("outro", "O", 16, 0.15))
    titles = [a.title for a in direct(song(fading)).treatment.acts]
    assert titles != [a.title for a in direct(song()).treatment.acts]
    assert titles[-1] == "Letting go"


def test_pictures_follow_a_treatment_that_was_rewritten() -> None:
    heard, brief = song(), Brief(genre="classical", seed=3)
    fmt = format_of(heard)
    own = treatment_for(brief, heard, fmt)
    assert plan(brief, heard, fmt, treatment=own).treatment.acts == own.acts
    red = ("#180404", "#4a0c0c", "#8f1d1d", "#d33b2f", "#ffd9c8")
    first, second, third = own.acts
    changed = replace(
        own,
        acts=(
            replace(first, hours=("night",), weather="storm", tightness=-2.0, pace=0.5),
            replace(second, hours=("day",), weather="clear", tightness=2.0, pace=2.0),
            third,
        ),
        palette_script=tuple(replace(s, colours=red) for s in own.palette_script),
    )
    before, after = plan(brief, heard, fmt), plan(brief, heard, fmt, treatment=changed)

    def seen(film: Storyboard, act: Act) -> list[Shot]:
        return [s for s in film.shots if act.start <= s.start < act.end]

    pictures = {p.picture_id: p for p in after.pictures}
    act_one = [pictures[s.picture_id] for s in seen(after, first)]
    assert {(p.time_of_day, p.weather) for p in act_one} == {("night", "storm")}
    act_two = [pictures[s.picture_id] for s in seen(after, second)]
    assert {(p.time_of_day, p.weather) for p in act_two} == {("day", "clear")}
    assert len(seen(after, first)) > len(seen(before, first))
    assert len(seen(after, second)) < len(seen(before, second))

    def near(film: Storyboard, act: Act) -> float:
        return fmean(SIZES.index(s.size) for s in seen(film, act))

    assert near(after, second) - near(after, first) > near(before, second) - near(before, first)
    reds = [fmean(oklab_of(c)[1] for c in p.palette) for p in after.pictures]
    assert fmean(reds) > fmean(oklab_of(c)[1] for p in before.pictures for c in p.palette) + 0.03
    assert after.treatment.acts[0].weather == "storm"


@pytest.mark.parametrize(
    ("path", "value", "words"),
    [
        ("acts.1.start", 7, ("treatment.acts[1].start", "holds frames")),
        ("acts.2.end", 9999999, ("treatment.acts[2].end", "the video at")),
        ("acts.0.hours", ["tea"], ("treatment.acts[0].hours", "golden_hour")),
        ("acts.0.pace", 0, ("treatment.acts[0].pace", "from 0.25 to 4")),
        ("motifs.0.family", "swamp", ("treatment.motifs[0].family", "alpine")),
        ("palette_script.0.colours", ["red"], ("palette_script[0].colours", "no palette")),
        ("peak", -1, ("treatment.peak", "out of range")),
    ],
)
def test_mistakes_in_a_treatment_are_named(
    path: str, value: object, words: tuple[str, ...]
) -> None:
    raw = json.loads(to_json(direct(song())))
    *way, last = path.split(".")
    place = raw["treatment"]
    for step in way:
        place = place[int(step) if step.isdigit() else step]
    place[last] = value
    with pytest.raises(PlanInvalid) as problem:
        from_json(json.dumps(raw))
    for word in words:
        assert word in str(problem.value)


def test_a_plan_from_before_treatments_loads() -> None:
    film = direct(song())
    raw = json.loads(to_json(film))
    del raw["treatment"], raw["bible"]
    old = from_json(json.dumps(raw))
    assert old.shots == film.shots
    assert not old.treatment.acts
    assert "## Acts" not in to_markdown(old)


# Motifs


@pytest.mark.parametrize("genre", ["cinematic", "pop", "ballad"])
def test_motifs_come_back_changed_and_meet_in_the_finale(genre: str) -> None:
    film = direct(song(), genre=genre)
    motifs = {m.name: m for m in film.treatment.motifs}
    labels = {s.section_id: s for s in film.sections}
    for motif in motifs.values():
        groups = {labels[r.section_id].group for r in motif.returns}
        assert groups == set(motif.groups)
        assert motif.returns[0].change.startswith("introduced")
        assert all(not r.change.startswith("introduced") for r in motif.returns[1:])
    chorus = next(m for m in motifs.values() if "B" in m.groups)
    assert len({r.change for r in chorus.returns}) == 3
    first = film.sections[0].motif
    if first != chorus.name:
        assert f"joined by the {first}" in chorus.returns[-1].change
        pictures = {p.picture_id: p for p in film.pictures}
        finale = [s for s in film.shots if s.section_id == film.treatment.climax]
        assert {first, chorus.name} <= {pictures[s.picture_id].motif for s in finale}
        assert len({pictures[s.picture_id].time_of_day for s in finale}) == 1


def test_the_light_of_a_section_does_not_turn_to_and_fro() -> None:
    for genre in ("cinematic", "electronic", "indie"):
        film = direct(song(), genre=genre)
        air = {p.picture_id: (p.time_of_day, p.weather) for p in film.pictures}
        for section in film.sections:
            way = [air[s.picture_id] for s in film.shots if s.section_id == section.section_id]
            turns = [a for a, b in pairwise(way) if a != b]
            assert len(turns) == len(set(turns)) <= 2, section.section_id


@pytest.mark.parametrize("max_shots", [None, 3])
def test_looks_at_one_picture_are_really_different(max_shots: int | None) -> None:
    film = direct(song(bpm=128), genre="action", max_shots=max_shots)
    for left, right in pairwise(film.shots):
        if left.picture_id == right.picture_id:
            a, b = left.framing.scale, right.framing.scale
            assert max(a, b) >= JUMP * min(a, b)
    if max_shots is None:
        looks = [sum(s.picture_id == p.picture_id for s in film.shots) for p in film.pictures]
        assert max(looks) <= 9
        assert fmean(looks) <= 5.2


# Drops, build-ups, breakdowns, and a beat that is lost


@pytest.mark.parametrize("rate", [Fraction(24), Fraction(25), Fraction(24000, 1001), Fraction(60)])
def test_the_drop_gets_the_cut_and_the_boldest_picture(rate: Fraction) -> None:
    film = direct(club(), rate, genre="electronic")
    frame = frame_at(DROP_S, rate)
    at = next(i for i, s in enumerate(film.shots) if s.start == frame)
    shot, before = film.shots[at], film.shots[at - 1]
    assert film.treatment.peak == frame or film.treatment.climax != shot.section_id
    assert shot.transition.kind is TransitionKind.CUT
    assert shot.picture_id not in {s.picture_id for s in film.shots[:at]}
    assert shot.move_amount == 1.0
    assert abs(SIZES.index(shot.size) - SIZES.index(before.size)) >= 2
    assert any(s.start == frame for s in film.sections)


def test_a_drop_inside_a_section_is_cut_on_and_is_the_peak() -> None:
    inside = MusicEvent(kind="drop", start_s=44.5 * BAR_S, end_s=45.5 * BAR_S, strength=1.0)
    film = direct(club((inside,)), genre="electronic")
    frame = frame_at(inside.start_s, Fraction(24))
    assert film.treatment.peak == frame
    shot = next(s for s in film.shots if s.start == frame)
    assert "cut on a drop" in shot.reason
    assert "climax" in shot.reason
    assert shot.picture_id not in {s.picture_id for s in film.shots if s.start < frame}


def test_shots_shorten_towards_the_drop_and_are_held_in_a_breakdown() -> None:
    with_events, without = direct(club(), genre="rock"), direct(club(()), genre="rock")
    build = between(with_events, 32 * BAR_S, DROP_S)
    half = len(build) // 2
    assert fmean(s.frames for s in build[-3:]) <= 0.6 * fmean(s.frames for s in build[:2])
    assert fmean(SIZES.index(s.size) for s in build[half:]) > 2.5
    assert any("build-up" in s.reason for s in build)
    held, free = (between(f, 56 * BAR_S, 64 * BAR_S) for f in (with_events, without))
    assert len(held) < len(free)


def test_where_the_beat_is_lost_cuts_lie_on_sounds() -> None:
    lost = (40.0, 80.0)
    onsets = tuple(0.37 + 1.73 * i for i in range(100))
    heard = song(
        bpm=120,
        windows=tuple(
            TrustWindow(
                start_s=20.0 * i,
                end_s=20.0 * (i + 1),
                trust=0.2 if lost[0] <= 20.0 * i < lost[1] else 0.8,
            )
            for i in range(10)
        ),
        onsets=onsets,
    )
    film = direct(heard, genre="pop")
    sounds = {frame_at(t, Fraction(24)) for t in (*onsets, *heard.phrases_s)}
    beats = {frame_at(b.time_s, Fraction(24)) for b in heard.grid.beats}
    section = {s.start for s in film.sections}
    inside = [s.start for s in between(film, lost[0] + 2.5, lost[1] - 2.5)]
    outside = [s.start for s in film.shots if not lost[0] - 2.5 <= s.start / 24 <= lost[1] + 2.5]
    assert len(inside) > 5
    assert all(f in sounds or f in section for f in inside)
    assert all(f in beats for f in outside)


# What a person said, and who is in the film


@pytest.mark.parametrize("concept", ["a lone runner by the sea", "a girl alone in the city"])
def test_a_lone_figure_is_one_figure(concept: str) -> None:
    film = direct(song(valence=0.8), genre="romance", concept=concept)
    assert not {p.subject for p in film.pictures} & {"couple", "band"}
    role = "runner" if "runner" in concept else "girl"
    assert any(f"lone {role}" in p.prompt for p in film.pictures)
    assert film.bible.characters[0].name == f"the {role}"
    assert direct(song(), concept="a lonely lighthouse").bible.characters[0].subject != "couple"


@pytest.mark.parametrize(
    "concept", ["an empty apartment at dawn", "a deserted street", "an abandoned hall, nobody left"]
)
def test_nobody_is_in_an_empty_place(concept: str) -> None:
    film = direct(song(valence=0.8), genre="jazz", concept=concept)
    assert {p.subject for p in film.pictures} == {"none"}
    assert not film.bible.characters
    assert not any(word in p.prompt for p in film.pictures for word in ("with empty", "deserted"))
    assert not any("could not be shown" in w for w in film.warnings)


def test_an_empty_place_with_a_figure_has_that_figure() -> None:
    film = direct(song(), concept="an empty beach and a lone boat")
    assert {p.subject for p in film.pictures} == {"boat"}


@pytest.mark.parametrize(
    ("concept", "kept"),
    [
        ("a rock anthem in the desert", ()),
        ("indie rock, on the road", ()),
        ("a pop song about boats", ()),
        ("a red rock in the desert", ("red rock",)),
    ],
)
def test_words_of_music_are_not_things(concept: str, kept: tuple[str, ...]) -> None:
    read = read_concept(concept)
    assert not any("rock" in d or "pop" in d for d in read.details if d not in kept)
    if kept:
        assert "rock" in read.words or kept[0] in read.details
    else:
        assert not {"rock", "pop", "indie", "anthem", "song"} & {*read.words}


def test_prompts_use_the_words_of_the_bible() -> None:
    film = direct(song(valence=0.3), genre="thriller", concept="a dancer and a man in a ballroom")
    words = {c.subject: c.words for c in film.bible.characters}
    places = {(p.family, p.name): p.words for p in film.bible.places}
    assert set(words) == {p.subject for p in film.pictures if p.subject != "none"} | set(words)
    for picture in film.pictures:
        assert places[picture.family, picture.motif] in picture.prompt
        if picture.subject != "none":
            assert words[picture.subject] in picture.prompt
    people = [c for c in film.bible.characters if c.subject in {"walker", "dancer"}]
    assert all(set(c.wardrobe) <= set(film.palette) for c in people)
    fields = {"overall_style", "color_palette", "lighting_profile", "camera_profile",
              "mood_descriptors", "characters", "places"}  # fmt: skip
    bible = asdict(film.bible)
    assert set(bible) == fields
    assert all(bible.values())
    assert set(bible["color_palette"]) == {
        "primary", "secondary", "accent", "neutral", "skin_tones"
    }  # fmt: skip
    assert from_json(to_json(film)) == film


# Looks


def graded(film: Storyboard) -> NDArray[np.float64]:
    """The five mean colours of a film's palettes under its grade, weighted by time [CIELAB]."""
    time = {p.picture_id: 0 for p in film.pictures}
    for shot in film.shots:
        time[shot.picture_id] += shot.frames
    swatch = np.array([[parse_hex(c) for c in p.palette] for p in film.pictures], np.float64)
    shown = apply_colour(swatch, film.grade)
    labs = srgb_to_lab(np.clip(np.asarray(shown, np.float64), 0, 1))
    weights = np.array([time[p.picture_id] for p in film.pictures], np.float64)
    return np.average(labs, axis=0, weights=weights)


def test_ten_genres_look_different_under_their_grades() -> None:
    heard = song(bpm=108)
    films = {genre: direct(heard, genre=genre) for genre in TEN}
    looks = {genre: graded(film) for genre, film in films.items()}
    apart = {
        (a, b): float(np.median(ciede2000(looks[a], looks[b]))) for a, b in combinations(TEN, 2)
    }
    assert min(apart.values()) >= 8, min(apart, key=lambda k: apart[k])
    sets = {frozenset(p.family for p in film.pictures) for film in films.values()}
    assert len(sets) == len(TEN)


WIDER = ("denis_villeneuve", "michel_gondry", "david_fincher", "guillermo_del_toro")
LONGER = ("ridley_scott", "spike_jonze")


def test_director_styles_go_the_way_they_claim() -> None:
    heard = song(bpm=110)
    plain = direct(heard, genre="neutral")
    rows = table("looks")["style"]

    def length(film: Storyboard) -> float:
        return fmean(s.frames for s in film.shots)

    def lean(film: Storyboard) -> float:
        return fmean(abs(s.framing.x - 0.5) * s.framing.scale for s in film.shots)

    def far(film: Storyboard, palette: tuple[str, ...]) -> float:
        pairs = zip(film.palette, palette, strict=True)
        return fmean(
            float(ciede2000(srgb_to_lab(parse_hex(a)), srgb_to_lab(parse_hex(b)))) for a, b in pairs
        )

    for name in directors():
        film, row = direct(heard, genre="neutral", style=name), rows[name]
        if abs(row["pace"] - 1.0) >= 0.1:
            assert (length(film) > length(plain)) == (row["pace"] > 1.0), name
        if row["centred"] >= 0.5:
            assert lean(film) < 0.8 * lean(plain), name
        lenses = [(s.lens_mm, LENS_MM[s.size]) for s in film.shots]
        told = fmean(mm / usual for mm, usual in lenses)
        assert fmean(mm != usual for mm, usual in lenses) > 0.5, name
        if name in WIDER:
            assert told < 0.95, name
        if name in LONGER:
            assert told > 1.08, name
        if name == "wes_anderson":  # one lens for nearly everything, which is what makes it flat
            assert max(mm for mm, _ in lenses) <= 2.7 * min(mm for mm, _ in lenses)
        own = tuple(row["palette"])
        assert far(film, own) < far(plain, own), name


def test_choruses_are_brighter_and_shorter_whatever_the_style() -> None:
    for style in ("", "wes_anderson", "denis_villeneuve"):
        film = direct(song(bpm=96), genre="indie", style=style)
        palettes = {p.picture_id: p.palette for p in film.pictures}
        light = {
            label: fmean(brightness(palettes[s.picture_id]) for s in shots_of(film, label))
            for label in ("verse", "chorus")
        }
        assert light["chorus"] > light["verse"] + 0.04
        cut = {
            label: fmean(s.frames for s in shots_of(film, label)) for label in ("verse", "chorus")
        }
        assert cut["chorus"] < 0.8 * cut["verse"]


def test_every_shot_says_where_it_is_and_why() -> None:
    film = direct(song())
    assert all(", bar " in s.reason for s in film.shots)
    texts = [s.reason.split(": ", 1)[1] for s in film.shots]
    assert max(texts.count(t) for t in texts) <= 3
    named = [s for s in film.shots if "here act" in s.reason]
    assert [s.start for s in named] == [a.start for a in film.treatment.acts[1:]]
    assert POP_FORM[0][0].capitalize() in film.shots[0].reason


def test_the_script_holds_the_accent_back_for_the_chorus() -> None:
    film = direct(song(), genre="cinematic")
    steps = {s.section_id: s for s in film.treatment.palette_script}
    strongest = int(np.argmax([np.hypot(*oklab_of(c)[1:]) for c in film.palette[1:]])) + 1

    def strength(step: PaletteStep) -> float:
        return float(np.hypot(*oklab_of(step.colours[strongest])[1:]))

    verse, chorus = steps["verse_1"], steps["chorus_2"]
    assert strength(verse) < 0.8 * strength(chorus)
    assert strength(steps[film.treatment.climax]) == max(map(strength, steps.values()))
    assert "held back" in verse.why
