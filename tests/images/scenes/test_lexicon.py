"""Sentences to scenes: places, hours, weather, subjects, negations, colours, and honesty."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apex_director.core.errors import ValidationFailed
from apex_director.images.scenes.lexicon import VOCABULARY, read_prompt
from apex_director.images.scenes.model import SceneSpec
from apex_director.images.scenes.place_words import COMPOSITIONS, THINGS
from apex_director.images.scenes.words import COLOURS, WORDS


def read(prompt: str, **more: Any) -> SceneSpec:
    return read_prompt(prompt, **{"width": 640, "height": 360, "seed": 1, **more})


def test_a_storyboard_sentence_is_read_whole() -> None:
    spec = read(
        "Wide shot of a lone walker on the ridge above an alpine lake at dusk, mist in the valley, "
        "melancholy, palette of deep indigo and rose"
    )
    assert (spec.family, spec.time_of_day, spec.weather) == ("alpine", "dusk", "mist")
    assert (spec.mood, spec.subject) == ("melancholy", "walker")
    assert 3 <= len(spec.palette) <= 6
    assert spec.not_drawn == ()


@pytest.mark.parametrize(
    ("prompt", "expected"),
    [
        ("waves on a beach at sunrise", {"family": "ocean", "time_of_day": "dawn"}),
        ("NEON STREETS, downtown, after dark, raining", {"family": "street", "weather": "rain"}),
        ("sunbeams between redwood trees", {"family": "forest"}),
        ("stars over the ocean", {"family": "ocean"}),
        ("a road along the coast", {"family": "ocean"}),
        ("sand dunes under a blazing midday sun", {"family": "dunes", "time_of_day": "day"}),
        ("a ringed planet and a nebula", {"family": "nebula", "composition": 1}),
        ("a synthwave grid with palms", {"family": "neon_grid"}),
        ("northern lights over a frozen lake", {"family": "aurora"}),
        ("a lone tree among wildflowers", {"family": "meadow", "composition": 1}),
        ("band on stage, festival crowd", {"family": "stage", "subject": "band"}),
        ("ink in water, slow", {"family": "abstract", "composition": 2}),
        ("a red hot air balloon above the hills", {"subject": "balloon", "family": "meadow"}),
        ("two lovers hand in hand by the sea", {"subject": "couple", "family": "ocean"}),
        ("mountain lake, snowfall, grand and majestic", {"weather": "snow", "mood": "epic"}),
    ],
)
def test_words_choose_the_scene(prompt: str, expected: dict[str, Any]) -> None:
    spec = read(prompt)
    assert {name: getattr(spec, name) for name in expected} == expected


@pytest.mark.parametrize(
    ("prompt", "subject"),
    [
        ("a city street, no people", "none"),
        ("an empty beach without boats or birds at dawn", "none"),
        ("no people, a single boat on the lake", "boat"),
        ("never a bird in the sky but a deer in the field", "deer"),
    ],
)
def test_negations_are_respected_to_the_end_of_their_clause(prompt: str, subject: str) -> None:
    assert read(prompt).subject == subject


def test_negation_does_not_swallow_the_hour() -> None:
    assert read("no boats at dawn on the sea").time_of_day == "dawn"
    assert read("a meadow, no rain", hints={"negative_prompt": "people"}).weather == "clear"


def test_negative_prompt_denies() -> None:
    spec = read("a walker in the rain in the city", hints={"negative_prompt": "people, rain"})
    assert (spec.subject, spec.weather, spec.family) == ("none", "clear", "city")


def test_longest_phrase_wins() -> None:
    assert read("a frozen lake").family == "aurora"
    assert read("a lake").family == "alpine"
    assert read("a palm grove in a neon grid").family in ("neon_grid", "forest")


def test_what_cannot_be_drawn_is_told_in_order_and_once() -> None:
    spec = read("A dragon and a trombone above the sea, another dragon in the city")
    assert spec.family == "ocean"
    assert spec.not_drawn == ("dragon", "trombone", "city")


@pytest.mark.parametrize(
    ("prompt", "expected"),
    [
        ("a neon-lit alley", {"family": "street", "composition": 3}),
        ("Rainy Tokyo crossing", {"family": "street", "weather": "rain", "composition": 2}),
        ("empty apartment at dawn", {"family": "interior", "time_of_day": "dawn"}),
        ("rain on the window", {"family": "interior", "weather": "rain"}),
        ("a coral reef", {"family": "underwater", "composition": 0}),
        ("fish in the sea", {"family": "underwater"}),
        ("op art", {"family": "geometry"}),
        ("a woman crossing the desert", {"family": "dunes", "subject": "walker"}),
        ("a tree in the desert", {"family": "dunes"}),
        ("neon lights over the city", {"family": "street"}),
    ],
)
def test_what_people_write(prompt: str, expected: dict[str, Any]) -> None:
    spec = read(prompt)
    assert {name: getattr(spec, name) for name in expected} == expected


def test_who_sees_a_street_is_not_told_that_the_city_is_missing() -> None:
    assert read("a street in the city").not_drawn == ()
    assert read("fish in the sea").not_drawn == ()


NOUNS = (
    "lighthouse bridge train castle horse guitar piano dog cat wolf bear lion tiger elephant "
    "dragon unicorn robot spaceship rocket ufo alien astronaut satellite church cathedral "
    "pyramid camel cactus oasis temple ruins statue fountain windmill barn tractor cow sheep "
    "butterfly rabbit swing village cottage cabin tent campfire bonfire fireworks rainbow "
    "waterfall river volcano ski whale dolphin shark octopus submarine shipwreck mermaid pier "
    "anchor surfer helicopter airplane airport subway metro tram bus bicycle motorcycle "
    "scooter billboard carousel circus clown mask crown sword knight king queen witch ghost "
    "skeleton skull angel fire flame candle mirror clock book typewriter television radio "
    "telephone bathtub bed vase door coffee wine cigarette violin saxophone trumpet drum "
    "microphone turntable penguin igloo iceberg husky snowman "
)


@pytest.mark.parametrize("noun", NOUNS.split())
def test_things_nobody_draws_are_told_as_they_are_spelt(noun: str) -> None:
    assert read(f"A {noun} at dusk, calm").not_drawn == (noun,)
    assert read(f"no {noun}, calm dusk over the sea").not_drawn == ()


def test_a_thing_leads_to_its_place_only_where_nothing_better_is_said() -> None:
    for family, things in THINGS.items():
        for thing in things.split("|"):
            assert read(f"a {thing}").family == family, thing
            other = "desert" if family != "dunes" else "mountains"
            spec = read(f"a {thing} in the {other}")
            assert (spec.family, thing in spec.not_drawn) == (
                "dunes" if other == "desert" else "alpine",
                True,
            ), thing


def test_a_colour_without_effect_is_told_and_a_denied_one_is_not() -> None:
    assert read("a teal sea").not_drawn == ("teal",)
    assert read("a teal and gold sea").not_drawn == ()
    assert read("a sea, no teal, no gold") == read("a sea, no red, no blue")


def test_denied_things_are_not_told_as_missing() -> None:
    assert read("a quiet sea, no dragons").not_drawn == ()


def test_plan_words_win_and_unknown_ones_are_ignored() -> None:
    hints = {"time_of_day": "night", "weather": "hail", "mood": "epic", "composition": 2}
    spec = read("a sunny calm meadow in the mist", hints=hints, family="ocean")
    assert (spec.family, spec.time_of_day, spec.weather) == ("ocean", "night", "mist")
    assert (spec.mood, spec.composition) == ("epic", 2)


def test_given_palette_wins_over_colour_words() -> None:
    spec = read("teal and gold sea", palette=("#101820", "#F0E0D0"))
    assert spec.palette == ("#101820", "#f0e0d0")
    assert read("a teal sea").palette == ()


def test_palette_from_words_runs_from_dark_to_light() -> None:
    palette = read("sea in crimson, navy and gold").palette
    luma = [sum(int(c[i : i + 2], 16) for i in (1, 3, 5)) for c in palette]
    assert luma == sorted(luma)
    assert len(palette) == 5


def test_what_words_leave_open_follows_mood_and_seed() -> None:
    families = {read("something dreamy", seed=n).family for n in range(30)}
    assert families == {"nebula", "aurora", "abstract"}
    assert read("x", seed=3) == read("x", seed=3)


@pytest.mark.parametrize("bad", [{"family": "kitchen"}, {"palette": ("blue",)}])
def test_wrong_options_are_refused(bad: dict[str, Any]) -> None:
    with pytest.raises(ValidationFailed):
        read("a sea", **bad)


def test_every_value_of_the_vocabulary_can_be_said() -> None:
    for slot, values in VOCABULARY.items():
        spoken = set(WORDS[slot])
        assert spoken | {"none"} >= set(values), slot
        assert spoken <= set(values), slot
    assert set(COMPOSITIONS) <= set(VOCABULARY["family"])


def test_each_phrase_decides_what_the_table_says() -> None:
    for slot in ("time_of_day", "weather", "mood", "subject"):
        for value, phrases in WORDS[slot].items():
            for phrase in phrases.split("|"):
                assert getattr(read(phrase), slot) == value, phrase


VOCAL = st.sampled_from(
    [p for values in WORDS.values() for ps in values.values() for p in ps.split("|")]
    + list(COLOURS)
    + ["no", "without", ",", ".", "but", "at", "dragon", "'", "’s"]
)


@settings(max_examples=200)
@given(st.text(max_size=300) | st.lists(VOCAL, max_size=30).map(" ".join), st.integers(0, 2**31))
def test_any_text_gives_a_scene_we_can_draw(text: str, seed: int) -> None:
    spec = read(text, seed=seed)
    assert spec.family in VOCABULARY["family"]
    assert spec.time_of_day in VOCABULARY["time_of_day"]
    assert spec.weather in VOCABULARY["weather"]
    assert spec.mood in VOCABULARY["mood"]
    assert spec.subject in VOCABULARY["subject"]
    assert spec.composition >= 0
    assert len(spec.palette) in (0, 3, 4, 5, 6)
    assert all(0 < len(word) <= 32 for word in spec.not_drawn)
    assert spec == read(text, seed=seed)
