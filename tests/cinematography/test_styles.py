"""Looks: ten genres that can be told apart, director styles, palettes, and words we do not know."""

from __future__ import annotations

from itertools import combinations
from statistics import mean, median

import pytest

from apex_director.cinematography.lexicon import read_concept
from apex_director.cinematography.model import LENS_MM, Brief, ShotSize
from apex_director.cinematography.motifs import Motif
from apex_director.cinematography.styles import (
    directors,
    genres,
    look_for,
    named_palettes,
    oklab_of,
    palette_of,
    table,
)
from apex_director.cinematography.vocabulary import MOODS, SUBJECTS, TIMES, WEATHERS
from apex_director.core.color import ciede2000, parse_hex, srgb_to_lab
from apex_director.core.errors import ValidationFailed

from .songs import song
from .test_plan import direct

TEN = (
    "cinematic", "electronic", "rock", "pop", "hip-hop",
    "jazz", "classical", "indie", "ambient", "ballad",
)  # fmt: skip


def palette_distance(one: tuple[str, ...], other: tuple[str, ...]) -> float:
    pairs = zip(one, other, strict=True)
    return mean(
        float(ciede2000(srgb_to_lab(parse_hex(a)), srgb_to_lab(parse_hex(b)))) for a, b in pairs
    )


def test_ten_genres_give_ten_films() -> None:
    heard = song(bpm=108)
    films = {genre: direct(heard, genre=genre) for genre in TEN}
    pairs = list(combinations(TEN, 2))
    lengths = {g: median(s.frames for s in f.shots) for g, f in films.items()}
    apart = [abs(lengths[a] - lengths[b]) >= 0.2 * min(lengths[a], lengths[b]) for a, b in pairs]
    assert sum(apart) >= len(pairs) / 2
    for a, b in pairs:
        assert palette_distance(films[a].palette, films[b].palette) >= 8, (a, b)
    worlds = [tuple(s.family for s in f.sections) for f in films.values()]
    assert len(set(worlds)) >= 8


def test_every_genre_and_style_of_the_contract_has_a_look() -> None:
    contract = {
        "cinematic", "electronic", "rock", "pop", "hip-hop", "jazz", "classical", "indie", "r&b",
        "country", "reggae", "ambient", "ballad", "narrative", "film_noir", "sci_fi", "horror",
        "thriller", "romance", "action",
    }  # fmt: skip
    assert set(genres()) == contract
    for genre in genres():
        look = look_for(Brief(genre=genre))
        assert look.warnings == ()
        light = [oklab_of(c)[0] for c in look.palette]
        assert light == sorted(light), genre
    assert len(directors()) == 9
    heard = song()
    plain = direct(heard)
    for style in directors():
        film = direct(heard, style=style)
        assert film.style == style
        assert film.grade != plain.grade
        assert film.palette != plain.palette
        assert {s.move for s in film.shots} <= {
            *table("looks")["style"][style]["moves"], "dolly_in", "dolly_out", "truck"
        }  # fmt: skip


def test_a_style_changes_pace_lens_and_framing_measurably() -> None:
    heard = song()
    slow, fast = direct(heard, style="denis_villeneuve"), direct(heard, style="michel gondry")
    assert len(slow.shots) < 0.7 * len(fast.shots)
    wes = direct(heard, style="Wes Anderson")
    assert {s.framing.x for s in wes.shots} == {0.5}
    assert any(s.lens_mm != LENS_MM[s.size] for s in wes.shots if s.size is ShotSize.MEDIUM)


@pytest.mark.parametrize(
    ("word", "genre"),
    [("Hip Hop", "hip-hop"), ("RnB", "r&b"), ("EDM", "electronic"), ("film noir", "film_noir"),
     ("Sci-Fi", "sci_fi"), ("", "cinematic")],
)  # fmt: skip
def test_other_spellings_of_a_genre(word: str, genre: str) -> None:
    look = look_for(Brief(genre=word))
    assert (look.genre, look.warnings) == (genre, ())


def test_an_unknown_word_gives_a_neutral_look_and_a_warning() -> None:
    look = look_for(Brief(genre="polka", style="like my grandmother"))
    assert look.genre == "neutral"
    assert len(look.warnings) == 2
    assert "polka" in look.warnings[0]
    assert "like my grandmother" in look.words
    assert "Did you mean electronic" in look_for(Brief(genre="elektronic")).warnings[0]


def test_palettes_by_name_and_by_colour() -> None:
    assert set(named_palettes()) == {
        "warm_sunset", "cool_night", "neon_pulse", "earth_tones", "monochrome"
    }  # fmt: skip
    assert palette_of(["Warm Sunset"])[0] == named_palettes()["warm_sunset"][0]
    five = palette_of(["#ff8800"])
    light = [oklab_of(c)[0] for c in five]
    assert len(five) == 5
    assert light == sorted(light)
    with pytest.raises(ValidationFailed, match="sunsetty"):
        palette_of(["sunsetty"])


def test_a_persons_palette_reaches_every_picture() -> None:
    film = direct(song(), palette=("monochrome",))
    for picture in film.pictures:
        for colour in picture.palette:
            assert float(abs(oklab_of(colour)[1:]).max()) < 0.03


def test_reading_a_concept() -> None:
    concept = read_concept(
        "Two lovers walking on a snowy beach at golden hour; no boats. An old red lighthouse!"
    )
    assert concept.families == ("ocean",)
    assert concept.times == ("golden_hour",)
    assert concept.weathers == ("snow",)
    assert concept.subjects[0] == "couple"
    assert "boat" not in concept.subjects
    assert "old red lighthouse" in concept.details
    assert read_concept("") == read_concept("the and of")


def test_the_tables_use_only_words_the_renderer_draws() -> None:
    places = table("places")
    for slot, words in (("time", TIMES), ("weather", WEATHERS), ("mood", MOODS)):
        assert set(places[slot]) == set(words)
    for row in places["family"].values():
        assert set(row["weathers"]) <= set(WEATHERS)
        assert set(row.get("times", ())) <= set(TIMES)
        for motif in row["motif"]:
            assert set(motif["subjects"]) <= set(SUBJECTS)
            assert set(motif) == {"name", *Motif.__dataclass_fields__} - {"family"}
    for hours in table("looks")["arc"].values():
        assert set(hours) <= set(TIMES)
