"""Reading the concept: which places, times, weathers, moods and subjects a person named."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from .styles import table

_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*", re.UNICODE)
_BREAKS = re.compile(r"[.,;:!?()\n\"“”]+")
_INTO = re.compile(r"\binto (?:an? |the )?([^\W_]+)")
_DRY = ("clear", "cloudy")
_TRAVELS = re.compile(r"\b(from|until|till|into|through)\b")
MAX_DETAILS = 4
MAX_DETAIL_WORDS = 4
LONGEST_PHRASE = 4
_SLOTS = ("family", "faint", "hint", "thing", "time", "weather", "mood", "subject", "colour")
_NOBODY = frozenset({"empty", "deserted", "abandoned", "uninhabited", "nobody", "unpeopled"})
_ALONE = frozenset({"lone", "alone", "lonely", "lonesome", "solitary"})
_NEGATIONS = frozenset({"no", "not", "without", "never", "nothing", "nobody", "none"})


@cache
def _silent() -> frozenset[str]:
    return frozenset(str(table("places")["silent"]["words"]).split())


@dataclass(frozen=True, kw_only=True)
class Concept:
    """What the concept says, each in the order it was named; ``details`` are phrases we have no
    word for, ``colours`` hex colours that belong to no such thing; ``travels``: it goes from one
    hour to another; ``roles`` are what a person calls a subject; ``alone``: there is one figure. An
    empty place that names no subject has the subject ``none``.
    """

    families: tuple[str, ...] = ()
    times: tuple[str, ...] = ()
    weathers: tuple[str, ...] = ()
    moods: tuple[str, ...] = ()
    subjects: tuple[str, ...] = ()
    colours: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    details: tuple[str, ...] = ()
    travels: bool = False
    roles: tuple[tuple[str, str], ...] = ()
    alone: bool = False

    def role(self, subject: str) -> str:
        """What the person calls a subject; empty where they do not."""
        return dict(self.roles).get(subject, "")


def read_concept(text: str) -> Concept:
    """Read a concept in plain words; what stands after 'no' or 'without' is not wanted.

    The phrase with the most words wins a place in the text; plurals are folded. Words that many
    places share, and things that lie at a place, name their place only where nothing better does.
    """
    found: dict[str, list[str]] = {slot: [] for slot in _SLOTS}
    words: list[str] = []
    details: list[str] = []
    said = [_WORD.findall(clause) for clause in _BREAKS.split(text.casefold())]
    for tokens in map(_without_genre, said):
        details += _read_clause(tokens, found, words)
    if found["family"]:  # then what only hinted at a place is a thing at another one
        details += found["hint"]
    alone = any(word in _ALONE for tokens in said for word in tokens)
    nobody = any(word in _NOBODY for tokens in said for word in tokens)
    subjects = tuple(dict.fromkeys(found["subject"])) or ("none",) * nobody
    if alone:
        one = {"couple": "walker", "band": "walker"}
        subjects = tuple(dict.fromkeys(one.get(s, s) for s in subjects))
    return Concept(
        families=tuple(dict.fromkeys(found["family"] or found["faint"])),
        times=tuple(dict.fromkeys(found["time"])),
        weathers=tuple(dict.fromkeys([*_before(text), *found["weather"]])),
        moods=tuple(dict.fromkeys(found["mood"])),
        subjects=subjects,
        colours=tuple(dict.fromkeys(found["colour"])),
        words=tuple(dict.fromkeys(words)),
        details=tuple(d for d in dict.fromkeys(details) if d not in _NOBODY)[:MAX_DETAILS],
        travels=bool(_TRAVELS.search(text.casefold())),
        roles=_roles(words, subjects),
        alone=alone,
    )


def _roles(words: Sequence[str], subjects: Sequence[str]) -> tuple[tuple[str, str], ...]:
    """The person's own word for each subject, where it is one that any painter knows."""
    known = table("places")["role"]
    named = {
        subject: next((w for w in words if w in known.get(subject, ())), "") for subject in subjects
    }
    return tuple((subject, word) for subject, word in named.items() if word)


def _without_genre(tokens: Sequence[str]) -> list[str]:
    """The words of a clause without those that name the music: a rock anthem has no rock in it."""
    music, kinds = table("places")["music"], table("places")["music"]["kinds"]
    kept: list[str] = []
    phrase_ends = 0
    for at, word in enumerate(tokens):
        size, slots = _longest(tokens, at)
        phrase_ends = max(phrase_ends, at + size if size > 1 else 0)
        near = {*tokens[max(0, at - 1) : at], *tokens[at + 1 : at + 2]}
        whole = len([w for w in tokens if w not in _silent()]) == 1
        plain = not slots and (whole or near & {*kinds})
        if at >= phrase_ends and word in kinds and (plain or near & {*music["nouns"]}):
            continue
        kept.append(word)
    named = len(kept) < len(tokens)
    return [w for w in kept if not (named and w in music["nouns"] and w not in music["seen"])]


def _before(text: str) -> list[str]:
    """The weather before the one a film goes into: 'into a storm' begins under clouds."""
    goal = _INTO.search(text.casefold())
    slots = _longest([goal.group(1)], 0)[1] if goal else ()
    return ["cloudy"] if any(s == "weather" and v not in _DRY for s, v in slots) else []


def _read_clause(tokens: Sequence[str], found: dict[str, list[str]], words: list[str]) -> list[str]:
    """Fill the slots from one clause; gives back its phrases without a slot."""
    phrases: list[list[str]] = [[]]
    at, denied = 0, False
    while at < len(tokens):
        word = tokens[at]
        if word in _NEGATIONS:
            denied = True
        size, slots = _longest(tokens, at)
        thing = ("thing", "") in slots or ("colour", "") in slots
        thing = thing and (("thing", "") in slots or _colours_a_thing(tokens, at + size))
        if not denied:
            words += [_single(w) for w in tokens[at : at + size] if w not in _silent()]
            for slot, value in slots:
                if value and not (slot == "colour" and thing):
                    found[slot].append(value)
            if slots and {slot for slot, _ in slots} == {"faint"}:
                found["hint"].append(" ".join(tokens[at : at + size]))
        if (slots and not thing) or denied or word in _silent() or len(word) < 3:
            phrases.append([])
        else:
            phrases[-1] += tokens[at : at + size]
        at += size
        if word in {"but", "and"}:
            denied = False
    return [" ".join(p[:MAX_DETAIL_WORDS]) for p in phrases if p]


def _colours_a_thing(tokens: Sequence[str], at: int) -> bool:
    """Whether the words from here on are a thing we have no place for: 'a red lighthouse'."""
    if at >= len(tokens) or tokens[at] in _silent():
        return False
    slots = _longest(tokens, at)[1]
    if ("colour", "") in slots:
        return _colours_a_thing(tokens, at + 1)
    return not slots or ("thing", "") in slots


def _longest(tokens: Sequence[str], at: int) -> tuple[int, tuple[tuple[str, str], ...]]:
    phrases = _phrases()
    for size in range(LONGEST_PHRASE, 0, -1):
        key = tuple(_single(w) for w in tokens[at : at + size])
        if len(key) == size and key in phrases:
            return size, phrases[key]
    return 1, ()


def _single(word: str) -> str:
    word = re.sub(r"['’]s?$", "", word)
    if len(word) > 4 and word.endswith("ies"):
        return word[:-3] + "y"
    if len(word) > 5 and word.endswith(("ches", "shes", "xes", "sses")):
        return word[:-2]
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

    faint = set(places["faint"]["words"].split())
    for family, row in places["family"].items():
        add("family", family, [w for w in row["words"] if w not in faint])
        add("faint", family, [w for w in row["words"] if w in faint])
        add("faint", family, row["things"])
        add("thing", "", row["things"])
    for name, colour in places["colour"].items():
        add("colour", colour, [name])
        add("colour", "", [name])  # marks the word itself, for what it colours may claim it
    for slot in ("time", "weather", "mood", "subject"):
        for value, phrases in places[slot].items():
            add(slot, value, phrases)
    return {key: tuple(pairs) for key, pairs in rows.items()}


def motif_words(words: Sequence[str]) -> frozenset[str]:
    """A motif's own words in the form :class:`Concept` keeps them."""
    return frozenset(_single(w) for w in words)
