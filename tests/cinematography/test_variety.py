"""What keeps films apart: places, palettes, figures, light, and the words of a concept."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations, pairwise
from statistics import mean

import pytest

from apex_director.audio.model import AudioAnalysis
from apex_director.cinematography.colours import brightness
from apex_director.cinematography.lexicon import read_concept
from apex_director.cinematography.model import FAMILIES, Storyboard
from apex_director.cinematography.styles import genres, oklab_of, table
from apex_director.core.color import ciede2000, parse_hex, srgb_to_lab

from .songs import POP_FORM, song
from .test_plan import direct

SONGS = tuple(
    song(bpm=bpm, tonic=tonic, valence=valence, arousal=arousal, mode=mode)
    for bpm, tonic, valence, arousal, mode in (
        (84, 0, 0.4, 0.5, "minor"),
        (128, 3, 0.6, 0.8, "major"),
        (104, 5, 0.45, 0.4, "major"),
        (112, 8, 0.6, 0.6, "minor"),
        (76, 10, 0.55, 0.25, "major"),
        (126, 1, 0.5, 0.65, "minor"),
    )
)


def families_of(film: Storyboard) -> frozenset[str]:
    return frozenset(p.family for p in film.pictures)


def distance(one: Storyboard, other: Storyboard) -> float:
    pairs = zip(one.palette, other.palette, strict=True)
    return mean(
        float(ciede2000(srgb_to_lab(parse_hex(a)), srgb_to_lab(parse_hex(b)))) for a, b in pairs
    )


@pytest.mark.parametrize("genre", ["cinematic", "pop", "ambient", "hip-hop", "film_noir"])
def test_songs_of_one_genre_make_different_films(genre: str) -> None:
    films = [direct(heard, genre=genre) for heard in SONGS]
    assert len({families_of(f) for f in films}) >= 4
    apart = [distance(a, b) for a, b in combinations(films, 2)]
    assert mean(apart) >= (1.5 if genre == "film_noir" else 4.5)  # noir is grey
    worlds = [(families_of(f), f.palette) for f in films]
    assert len(set(worlds)) == len(films)
    assert direct(SONGS[0], genre=genre) == films[0]


def test_every_family_is_home_to_some_film() -> None:
    seen: set[str] = set()
    for genre in genres():
        for heard in SONGS[:3]:
            seen |= {s.family for s in direct(heard, genre=genre).sections}
    assert seen == set(FAMILIES)


def test_a_film_goes_through_two_to_five_places_and_slow_ones_through_fewer() -> None:
    counts = {
        genre: [len(families_of(direct(heard, genre=genre))) for heard in SONGS[:4]]
        for genre in ("ambient", "classical", "pop", "action", "cinematic")
    }
    assert all(2 <= n <= 5 for row in counts.values() for n in row)
    assert mean(counts["ambient"]) < mean(counts["pop"])


@pytest.mark.parametrize("concept", ["", "the sea and the desert", "city, forest and space"])
@pytest.mark.parametrize("genre", ["rock", "indie", "classical"])
def test_sections_that_follow_one_another_lie_in_different_places(genre: str, concept: str) -> None:
    film = direct(song(POP_FORM[1:-1]), genre=genre, concept=concept)
    for left, right in pairwise(film.sections):
        if left.group != right.group and len({s.family for s in film.sections}) > 2:
            assert left.family != right.family, (left.section_id, right.section_id)


def test_figures_a_person_asks_for_take_turns() -> None:
    film = direct(song(), concept="boats and lovers by the sea")
    assert {p.subject for p in film.pictures} == {"boat", "couple"}
    assert not any("could not be shown" in w for w in film.warnings)
    alone = direct(song(), concept="a dancer on the ocean and a boat")
    assert any("dancer of the concept" in w for w in alone.warnings)


@pytest.mark.parametrize("concept", ["storm at night in the desert", "a dark rainy forest", ""])
def test_weather_and_mood_leave_a_picture_bright_enough_to_see(concept: str) -> None:
    film = direct(song(valence=0.2, arousal=0.9), genre="rock", concept=concept)
    dims = {"storm": 0.5, "rain": 0.8}
    for picture in film.pictures:
        left = brightness(picture.palette) * dims.get(picture.weather, 1.0)
        assert left > 0.28, (picture.weather, picture.mood, left)


def test_colours_of_the_concept_lead_the_palette() -> None:
    plain = direct(song(), genre="indie")
    red = direct(song(), genre="indie", concept="a crimson desert")
    hue = [oklab_of(c)[1] for c in red.palette[1:4]]
    assert mean(hue) > mean(oklab_of(c)[1] for c in plain.palette[1:4]) + 0.02
    assert read_concept("an old red lighthouse").colours == ()
    assert read_concept("teal and orange dunes").colours == (
        table("places")["colour"]["teal"],
        table("places")["colour"]["orange"],
    )
    assert direct(song(), concept="crimson", palette=("#204060",)).palette == (
        direct(song(), palette=("#204060",)).palette
    )


@pytest.mark.parametrize(
    ("concept", "families", "details"),
    [
        ("a lighthouse", {"ocean"}, "lighthouse"),
        ("a guitar in the desert", {"dunes"}, "guitar"),
        ("a tree in the desert", {"dunes"}, "tree"),
        ("a neon-lit alley in Tokyo", {"street"}, ""),
        ("no trains, an empty apartment", {"interior"}, ""),
        ("light below the waves", {"underwater"}, ""),
    ],
)
def test_concepts_lead_to_their_places(concept: str, families: set[str], details: str) -> None:
    read = read_concept(concept)
    assert set(read.families) == families
    assert any(details in d for d in read.details) if details else read.details == ()


def test_shots_of_a_film_vary() -> None:
    film = direct(song(), genre="cinematic")
    assert len({s.size for s in film.shots}) >= 5
    assert len({s.move for s in film.shots}) >= 5
    assert len({p.subject for p in film.pictures}) >= 2
    assert len({p.motif for p in film.pictures}) >= 5


def test_a_song_heard_a_little_differently_is_another_song() -> None:
    heard: AudioAnalysis = SONGS[0]
    other = replace(heard, tone=replace(heard.tone, tonic=heard.tone.tonic + 1))
    assert direct(heard).palette != direct(other).palette
