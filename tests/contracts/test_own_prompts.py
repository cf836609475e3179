"""What the director writes, the built-in renderer reads whole and draws whole."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from importlib import import_module

import pytest

from apex_director.cinematography import plan
from apex_director.cinematography.model import Brief, Format, Storyboard
from apex_director.cinematography.styles import genres, table
from apex_director.core.time import frames_for
from apex_director.images.scenes.lexicon import read_prompt
from apex_director.images.scenes.model import SceneSpec
from tests.cinematography.songs import song

RATE = Fraction(24)
MOODS = ((0.2, 0.2), (0.3, 0.6), (0.3, 0.8), (0.5, 0.2), (0.5, 0.7), (0.8, 0.2), (0.8, 0.6))
"""Valence and arousal: one pair for each mood word of a song."""


def board(genre: str, style: str, mood: tuple[float, float], seed: int) -> Storyboard:
    heard = song(valence=mood[0], arousal=mood[1])
    heard = replace(heard, mood=replace(heard.mood, valence=mood[0], arousal=mood[1]))
    fmt = Format(width=640, height=360, rate=RATE, total_frames=frames_for(heard.duration_s, RATE))
    return plan(Brief(genre=genre, style=style, seed=seed), heard, fmt)


def read(storyboard: Storyboard) -> list[tuple[str, SceneSpec]]:
    """Every picture's prompt and what is read from it; the plan's own words only fill gaps."""
    return [
        (
            p.prompt,
            read_prompt(
                p.prompt,
                width=640,
                height=360,
                seed=p.seed,
                palette=p.palette,
                family=p.family,
                hints={"negative_prompt": p.negative_prompt},
            ),
        )
        for p in storyboard.pictures
    ]


@pytest.mark.parametrize("genre", genres())
def test_every_word_of_our_prompts_has_an_effect(genre: str) -> None:
    for number, style in enumerate(["", *table("looks")["style"]]):
        storyboard = board(genre, style, MOODS[number % len(MOODS)], number)
        for (prompt, spec), picture in zip(read(storyboard), storyboard.pictures, strict=True):
            assert not spec.not_drawn, prompt
            assert (spec.time_of_day, spec.weather, spec.mood, spec.subject) == (
                picture.time_of_day,
                picture.weather,
                picture.mood,
                picture.subject,
            ), prompt


def test_the_place_alone_names_its_family() -> None:
    for family, row in table("places")["family"].items():
        for motif in row["motif"]:
            spec = read_prompt(motif["place"], width=64, height=36, seed=1)
            assert spec.family == family, motif["place"]


def test_the_places_of_a_family_are_different_compositions() -> None:
    for family, row in table("places")["family"].items():
        numbers = [
            {
                read_prompt(m["place"], width=64, height=36, seed=s, family=family).composition
                for s in range(4)
            }
            for m in row["motif"]
        ]
        assert all(len(n) == 1 for n in numbers), family  # the words decide, not the seed
        assert len(set().union(*numbers)) == len(row["motif"]), family


@pytest.mark.slow
def test_every_figure_of_every_place_is_drawn() -> None:
    for family, row in table("places")["family"].items():
        module = import_module(f"apex_director.images.scenes.{family}")
        hour = row.get("times", ["day"])[0]
        for motif in row["motif"]:
            for subject in motif["subjects"]:
                spec = read_prompt(
                    motif["place"],
                    width=96,
                    height=54,
                    seed=3,
                    family=family,
                    hints={"subject": subject, "time_of_day": hour},
                )
                assert not module.paint(spec).not_drawn, (motif["place"], subject)
