"""The director and the painter give a place the same words, and the documentation lists them."""

from __future__ import annotations

import runpy
from pathlib import Path

from apex_director.cinematography.lexicon import read_concept
from apex_director.cinematography.styles import table
from apex_director.images.scenes.lexicon import find_phrases, read_prompt, tokenize
from apex_director.images.scenes.place_words import FAINT, PLACES, THINGS
from apex_director.images.scenes.words import COLOURS, WORDS

ROOT = Path(__file__).parents[2]


def family_of(text: str) -> str:
    return read_prompt(text, width=64, height=36, seed=1).family


def test_a_word_that_leads_the_director_leads_the_painter() -> None:
    places = table("places")
    for family, row in places["family"].items():
        for phrase in [*row["words"], *row["things"]]:
            if read_concept(phrase).families == (family,) and not _of_another_slot(phrase):
                assert family_of(phrase) in (family, *_kin(phrase)), (family, phrase)


def _of_another_slot(phrase: str) -> bool:
    """Whether the painter reads a figure or a weather where the director knows a place."""
    slots = ("subject", "weather", "mood", "time_of_day")
    return any((slot, value) in _pairs(phrase) for slot in slots for value in WORDS[slot])


def _pairs(phrase: str) -> set[tuple[str, str]]:
    return {pair for item in find_phrases(tokenize(phrase))[0] for pair in item.slots}


def _kin(phrase: str) -> tuple[str, ...]:
    """Families that claim the phrase in the painter's table as well."""
    return tuple(f for f, phrases in PLACES.items() if phrase in phrases.split("|"))


def test_a_place_the_painter_knows_the_director_knows() -> None:
    faint = set(FAINT.split())
    for family, phrases in PLACES.items():
        for phrase in phrases.split("|"):
            if phrase not in faint and phrase not in COLOURS:
                assert family in (*read_concept(phrase).families, *_kin(phrase)), phrase
                assert read_concept(phrase).families, phrase
    for family, things in THINGS.items():
        for thing in things.split("|"):
            concept = read_concept(f"a {thing}")
            assert concept.families == (family,), thing
            assert any(thing.split()[0] in detail for detail in concept.details), thing


def test_the_documentation_is_written_from_the_tables() -> None:
    made = runpy.run_path(str(ROOT / "scripts/write_lexicon.py"))["text"]()
    assert (ROOT / "docs/lexicon.md").read_text(encoding="utf-8") == made, (
        "run scripts/write_lexicon.py"
    )
