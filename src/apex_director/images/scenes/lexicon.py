"""From a sentence to numbers: what a prompt asks for in the renderer's own vocabulary.

Phrases of `words` are found longest first. What stands after 'no', 'without', 'not' ... up to the
clause's end is not wanted. Per slot (place, time, weather, mood, subject) the value with the most
words wins, then the earlier one. What had no effect is told, never dropped in silence; so is a
thing that lies at a place we draw without it: a lighthouse leads to the sea and is told as missing.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np

from apex_director.core.color import (
    linear_to_oklab,
    linear_to_srgb,
    oklab_to_linear,
    parse_hex,
    srgb_to_linear,
    to_hex,
)
from apex_director.core.errors import ValidationFailed
from apex_director.core.ids import seed_for

from . import FAMILIES
from .model import MOODS, SUBJECTS, TIMES, WEATHERS, SceneSpec
from .place_words import COMPOSITIONS, FAINT, SHOWS_TOO, THINGS
from .words import COLOUR_SHADES, COLOURS, NEGATIONS, SCOPE_ENDS, SILENT, WORDS

_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*|[.,;:!?\n()]", re.UNICODE)
_NEGATION_REACH = 6  # words after 'no' that it may deny
_LONGEST_TOLD = 32  # letters of a word that is told as not drawn
_FAINT_WEIGHT = 0.4  # of a word that decides only where nothing better is said
COMPOSITION_DRAW = 60  # a multiple of 2 to 6: families take it modulo how many they have

VOCABULARY: dict[str, tuple[str, ...]] = {
    "family": tuple(FAMILIES),
    "time_of_day": TIMES,
    "weather": WEATHERS,
    "mood": MOODS,
    "subject": SUBJECTS,
}
MOOD_FAMILIES: dict[str, tuple[str, ...]] = {
    "calm": ("ocean", "alpine", "meadow"),
    "warm": ("meadow", "dunes", "ocean"),
    "melancholy": ("forest", "ocean", "alpine"),
    "tense": ("city", "neon_grid", "abstract"),
    "joyful": ("meadow", "stage", "abstract"),
    "dreamy": ("nebula", "aurora", "abstract"),
    "epic": ("alpine", "nebula", "dunes"),
    "dark": ("city", "forest", "nebula"),
}
"""Where to go when the words name no place."""

MOOD_TIMES: dict[str, str] = {
    "calm": "golden_hour",
    "warm": "golden_hour",
    "melancholy": "dusk",
    "tense": "night",
    "joyful": "day",
    "dreamy": "dawn",
    "epic": "sunset",
    "dark": "night",
}
"""When it is when the words do not say."""


@dataclass(frozen=True, kw_only=True)
class Found:
    """A phrase of the lexicon in a text: its first word's number, and what it may decide."""

    at: int
    text: str
    weight: float
    slots: tuple[tuple[str, str], ...]
    denied: bool
    thing: bool = False


def read_prompt(
    prompt: str,
    *,
    width: int,
    height: int,
    seed: int,
    palette: Sequence[str] = (),
    family: str = "",
    hints: Mapping[str, Any] | None = None,
) -> SceneSpec:
    """Read a sentence as a scene.

    Parameters
    ----------
    prompt : str
        Any text in any script; English words are understood.
    width, height : int
        The finished picture in pixels.
    seed : int
        Decides what the words leave open.
    palette : sequence of str
        Hex colours from dark to light; empty: the prompt's colour words, else the family's own.
    family : str
        A scene family that wins over the words.
    hints : mapping
        A plan's own words that win over the prompt's: ``time_of_day``, ``weather``, ``mood``,
        ``subject``, ``composition``, ``light_side``; ``negative_prompt`` denies. With
        ``prompt_first`` true they only fill what the prompt leaves open. Other keys are ignored.

    Raises
    ------
    ValidationFailed
        ``family`` or a colour is not one we know.
    """
    hints = hints or {}
    _check_family(family)
    tokens = tokenize(prompt)
    found, unknown, tints = find_phrases(tokens)
    denied = {pair for item in found if item.denied and not item.thing for pair in item.slots}
    denied -= {pair for item in found if not item.denied for pair in item.slots}
    denied |= _denied_by(str(hints.get("negative_prompt") or ""))
    wishes = {slot: _votes(found, slot, denied) for slot in VOCABULARY}
    given = {slot: _hint(hints, slot) for slot in VOCABULARY}
    given["family"] = family or given["family"]
    said = {slot: _winner(wishes[slot]) for slot in VOCABULARY}
    first, second = (said, given) if hints.get("prompt_first") else (given, said)
    chosen = {slot: first[slot] or second[slot] for slot in VOCABULARY}
    chosen = _filled(chosen, seed, denied)
    colours = tuple(to_hex(parse_hex(c)) for c in palette) or _palette_in(tokens, tints)
    spelt = _WORD.findall(_folded(prompt))
    lone = {*tints} - {item.at for item in found}
    return SceneSpec(
        family=chosen["family"],
        seed=seed,
        width=width,
        height=height,
        palette=colours,
        time_of_day=chosen["time_of_day"],
        weather=chosen["weather"],
        mood=chosen["mood"],
        subject=chosen["subject"],
        composition=_composition(found, chosen["family"], hints, seed),
        light_side=str(hints.get("light_side") or ""),
        not_drawn=_told(found, unknown if colours else [*unknown, *lone], chosen, spelt),
    )


def tokenize(text: str) -> list[str]:
    """Words and stops of a text, case and plural folded: ``Lights.`` gives ``light`` and ``.``"""
    return [_singular(token) for token in _WORD.findall(_folded(text))]


def _folded(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold()


def find_phrases(tokens: Sequence[str]) -> tuple[list[Found], list[int], list[int]]:
    """The lexicon's phrases in a text, longest first from the left; the numbers of the words left
    over, and of the colours.
    """
    found: list[Found] = []
    unknown: list[int] = []
    tints: list[int] = []
    table, longest = _table()
    denied_until, at = -1, 0
    while at < len(tokens):
        word = tokens[at]
        if word in SCOPE_ENDS or not word[0].isalnum():
            denied_until = -1
        elif word in NEGATIONS:
            denied_until = at + _NEGATION_REACH
        reach = range(min(longest, len(tokens) - at), 0, -1)
        size = next((n for n in reach if tuple(tokens[at : at + n]) in table), 0)
        denied = at <= denied_until
        if size:
            found.append(_item(at, tuple(tokens[at : at + size]), table, denied))
        if not denied and word in COLOURS and size <= 1:
            tints.append(at)
        elif not size and not denied and word[0].isalnum() and word not in _silent():
            unknown.append(at)
        at += max(1, size)
    return found, unknown, tints


def _item(
    at: int,
    phrase: tuple[str, ...],
    table: Mapping[tuple[str, ...], tuple[tuple[str, str], ...]],
    denied: bool,
) -> Found:
    thing = phrase in _things()
    faint = thing or (len(phrase) == 1 and phrase[0] in _faint())
    weight = _FAINT_WEIGHT if faint else len(phrase) + 0.5 if len(phrase) > 1 else 1.0
    return Found(
        at=at,
        text=" ".join(phrase),
        weight=weight,
        slots=table[phrase],
        denied=denied,
        thing=thing,
    )


@cache
def _things() -> frozenset[tuple[str, ...]]:
    return frozenset(tuple(tokenize(p)) for row in THINGS.values() for p in row.split("|"))


@cache
def _table() -> tuple[dict[tuple[str, ...], tuple[tuple[str, str], ...]], int]:
    table: dict[tuple[str, ...], list[tuple[str, str]]] = {}
    for slot, values in WORDS.items():
        for value, phrases in values.items():
            for phrase in phrases.split("|"):
                table.setdefault(tuple(tokenize(phrase)), []).append((slot, value))
    for family, phrases in THINGS.items():
        for phrase in phrases.split("|"):
            table.setdefault(tuple(tokenize(phrase)), []).append(("family", family))
    for family, shown in COMPOSITIONS.items():
        for phrase in shown:
            table.setdefault(tuple(tokenize(phrase)), []).append((f"composition:{family}", phrase))
    return {k: tuple(v) for k, v in table.items()}, max(map(len, table))


@cache
def _faint() -> frozenset[str]:
    return frozenset(map(_singular, FAINT.split()))


@cache
def _silent() -> frozenset[str]:
    return (
        frozenset(_singular(w) for w in SILENT.split())
        | {_singular(w) for w in COLOURS}
        | {*NEGATIONS}
    )


def _singular(word: str) -> str:
    word = re.sub(r"['’]s?$", "", word)
    if len(word) > 4 and word.endswith("ies"):
        return word[:-3] + "y"
    if len(word) > 5 and word.endswith(("ches", "shes", "xes", "sses")):
        return word[:-2]
    if len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is")):
        return word[:-1]
    return word


def _check_family(family: str) -> None:
    if family and family not in FAMILIES:
        raise ValidationFailed(
            f"'{family}' is no scene family",
            where="family",
            what_to_do=f"Choose one of {', '.join(FAMILIES)}.",
        )


def _votes(
    found: Sequence[Found], slot: str, denied: set[tuple[str, str]]
) -> dict[str, tuple[float, int]]:
    """Per value of a slot: how much speaks for it, and where it is first named."""
    votes: dict[str, tuple[float, int]] = {}
    for item in found:
        for name, value in item.slots:
            if name == slot and not item.denied and (slot, value) not in denied:
                weight, first = votes.get(value, (0.0, item.at))
                votes[value] = (weight + item.weight, first)
    return votes


def _winner(votes: Mapping[str, tuple[float, int]]) -> str:
    return min(votes, key=lambda v: (-votes[v][0], votes[v][1]), default="")


def _denied_by(negative_prompt: str) -> set[tuple[str, str]]:
    found = find_phrases(tokenize(negative_prompt))[0]
    return {pair for item in found if not item.thing for pair in item.slots}


def _hint(hints: Mapping[str, Any], slot: str) -> str:
    value = str(hints.get(slot) or "")
    return value if value in VOCABULARY[slot] else ""


def _filled(chosen: dict[str, str], seed: int, denied: set[tuple[str, str]]) -> dict[str, str]:
    """What the words left open, from mood and seed."""
    mood = chosen["mood"] or "calm"
    places = [f for f in MOOD_FAMILIES[mood] if ("family", f) not in denied] or list(FAMILIES)
    return {
        "family": chosen["family"] or places[seed_for("place", seed) % len(places)],
        "time_of_day": chosen["time_of_day"] or MOOD_TIMES[mood],
        "weather": chosen["weather"] or "clear",
        "mood": mood,
        "subject": chosen["subject"] or "none",
    }


def _composition(found: Sequence[Found], family: str, hints: Mapping[str, Any], seed: int) -> int:
    hint = hints.get("composition")
    if isinstance(hint, int) and not isinstance(hint, bool) and hint >= 0:
        return hint
    shown = COMPOSITIONS.get(family, {})
    wanted = [
        (-item.weight, item.at, shown[text])
        for item in found
        if not item.denied
        for slot, text in item.slots
        if slot == f"composition:{family}"
    ]
    return min(wanted)[2] if wanted else seed_for("composition", seed) % COMPOSITION_DRAW


def _told(
    found: Sequence[Found], unknown: Sequence[int], chosen: Mapping[str, str], spelt: Sequence[str]
) -> tuple[str, ...]:
    """Words without effect, as they are spelt, in the order of the text, each once."""
    lost = [
        (item.at, item.at + len(item.text.split()))
        for item in found
        if not item.denied
        and item.text not in COLOURS
        and (item.thing or not any(_took_effect(pair, chosen) for pair in item.slots))
    ]
    told: dict[str, str] = {}
    for start, end in sorted([*lost, *((at, at + 1) for at in unknown)]):
        text = re.sub(r"['’]s?$", "", " ".join(spelt[start:end]))
        told.setdefault(_singular(text), text[:_LONGEST_TOLD])
    return tuple(told.values())


def _took_effect(pair: tuple[str, str], chosen: Mapping[str, str]) -> bool:
    slot, value = pair
    if slot.startswith("composition:"):
        return slot.removeprefix("composition:") == chosen["family"]
    if slot == "family" and value in SHOWS_TOO.get(chosen["family"], ()):
        return True
    return chosen[slot] == value


def _palette_in(tokens: Sequence[str], tints: Sequence[int]) -> tuple[str, ...]:
    """A palette from dark to light out of at least two colour words, with a dark and a light end.

    A single colour is too little to say how light falls, so the family's own palette stays and the
    colour is told.
    """
    labs = []
    for at in tints:
        lab = linear_to_oklab(srgb_to_linear(parse_hex(COLOURS[tokens[at]])))
        lab[0] *= COLOUR_SHADES.get(tokens[at - 1], 1.0) if at else 1.0
        labs.append(lab)
    labs = [lab for n, lab in enumerate(labs) if not any(np.allclose(lab, o) for o in labs[:n])]
    if len(labs) < 2:
        return ()
    ramp = sorted(labs[:4], key=lambda lab: float(lab[0]))
    dark, light = ramp[0].copy(), ramp[-1].copy()
    dark[0], light[0] = min(dark[0] * 0.55, 0.25), max(light[0], 0.9)
    dark[1:] *= 0.8
    light[1:] *= 0.45
    return tuple(to_hex(linear_to_srgb(oklab_to_linear(lab))) for lab in (dark, *ramp, light))
