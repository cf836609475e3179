"""Reading the concept: which places, times, weathers, moods and subjects a person named."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from .styles import table

_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*", re.UNICODE)
_BREAKS = re.compile(r"[.,;:!?()\n\"“”]+")
_TRAVELS = re.compile(r"\b(from|until|till|into|through)\b")
MAX_DETAILS = 4
MAX_DETAIL_WORDS = 4
_NEGATIONS = frozenset({"no", "not", "without", "never", "nothing", "nobody", "none"})


@cache
def _silent() -> frozenset[str]:
    return frozenset(str(table("places")["silent"]["words"]).split())


@dataclass(frozen=True, kw_only=True)
class Concept:
    """What the concept says, each in the order it was named; ``details`` are phrases we have no
    word for; ``travels``: it goes from one hour to another.
    """

    families: tuple[str, ...] = ()
    times: tuple[str, ...] = ()
    weathers: tuple[str, ...] = ()
    moods: tuple[str, ...] = ()
    subjects: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    details: tuple[str, ...] = ()
    travels: bool = False


def read_concept(text: str) -> Concept:
    """Read a concept in plain words; what stands after 'no' or 'without' is not wanted.

    The phrase with the most words wins a place in the text; plurals are folded.
    """
    found: dict[str, list[str]] = {
        slot: [] for slot in ("family", "time", "weather", "mood", "subject")
    }
    words: list[str] = []
    details: list[str] = []
    for clause in _BREAKS.split(text.casefold()):
        tokens = _WORD.findall(clause)
        details += _read_clause(tokens, found, words)
    return Concept(
        families=tuple(dict.fromkeys(found["family"])),
        times=tuple(dict.fromkeys(found["time"])),
        weathers=tuple(dict.fromkeys(found["weather"])),
        moods=tuple(dict.fromkeys(found["mood"])),
        subjects=tuple(dict.fromkeys(found["subject"])),
        words=tuple(dict.fromkeys(words)),
        details=tuple(dict.fromkeys(details))[:MAX_DETAILS],
        travels=bool(_TRAVELS.search(text.casefold())),
    )


def _read_clause(tokens: Sequence[str], found: dict[str, list[str]], words: list[str]) -> list[str]:
    """Fill the slots from one clause; gives back its phrases without a slot."""
    phrases: list[list[str]] = [[]]
    at, denied = 0, False
    while at < len(tokens):
        word = tokens[at]
        if word in _NEGATIONS:
            denied = True
        size, slots = _longest(tokens, at)
        if not denied:
            words += [_single(w) for w in tokens[at : at + size] if w not in _silent()]
            for slot, value in slots:
                found[slot].append(value)
        if slots or denied or word in _silent() or len(word) < 3:
            phrases.append([])
        else:
            phrases[-1].append(word)
        at += size
        if word in {"but", "and"}:
            denied = False
    return [" ".join(p[:MAX_DETAIL_WORDS]) for p in phrases if p]


def _longest(tokens: Sequence[str], at: int) -> tuple[int, tuple[tuple[str, str], ...]]:
    phrases = _phrases()
    for size in (3, 2, 1):
        key = tuple(_single(w) for w in tokens[at : at + size])
        if len(key) == size and key in phrases:
            return size, phrases[key]
    return 1, ()


def _single(word: str) -> str:
    word = re.sub(r"['’]s?$", "", word)
    if len(word) > 4 and word.endswith("ies"):
        return word[:-3] + "y"
    return word[:-1] if len(word) > 3 and word.endswith("s") and word[-2] not in "su" else word


@cache
def _phrases() -> Mapping[tuple[str, ...], tuple[tuple[str, str], ...]]:
    """Phrase in single words -> the (slot, value) pairs it means."""
    places = table("places")
    rows: dict[tuple[str, ...], list[tuple[str, str]]] = {}

    def add(slot: str, value: str, phrases: Sequence[str]) -> None:
        for phrase in phrases:
            key = tuple(_single(w) for w in _WORD.findall(phrase))
            if (slot, value) not in rows.setdefault(key, []):
                rows[key].append((slot, value))

    for family, row in places["family"].items():
        add("family", family, row["words"])
    for slot in ("time", "weather", "mood", "subject"):
        for value, phrases in places[slot].items():
            add(slot, value, phrases)
    return {key: tuple(pairs) for key, pairs in rows.items()}


def motif_words(words: Sequence[str]) -> frozenset[str]:
    """A motif's own words in the form :class:`Concept` keeps them."""
    return frozenset(_single(w) for w in words)
