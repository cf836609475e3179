"""Pasted lyrics as lines in stanzas: headings, repeats and blank lines understood."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal

from .model import Label

Part = Label | Literal[""]
MOST_REPEATS = 16

_NAMES: dict[Part, tuple[str, ...]] = {
    "chorus": (
        *("chorus", "refrain", "hook", "coro", "estribillo", "ritornello", "refrao", "ref"),
        *("kehrvers", "refren", "refreng", "omkvaed", "kertosae", "nakarat", "припев", "приспів"),
        *("サビ", "副歌", "후렴"),
    ),
    "verse": (
        *("verse", "strophe", "couplet", "estrofa", "verso", "strofa", "vers", "zwrotka", "kita"),
        *("куплет", "主歌", "aメロ", "bメロ", "절"),
    ),
    "pre_chorus": ("prechorus", "prerefrain", "precoro", "preestribillo", "bridgetochorus"),
    "post_chorus": ("postchorus", "postrefrain", "poschorus"),
    "bridge": ("bridge", "brucke", "middle8", "puente", "ponte", "pont", "cpart", "бридж"),
    "intro": ("intro", "introduction", "вступление"),
    "outro": ("outro", "coda", "ending", "schluss", "final"),
    "instrumental": (
        *("instrumental", "solo", "guitarsolo", "break", "interlude", "zwischenspiel", "drop"),
        *("проигрыш", "間奏", "간주"),
    ),
}
_LABELS = {name: label for label, names in _NAMES.items() for name in names}
_BRACKETED = re.compile(r"^[\[(\{<\u3010\uff3b]\s*(.+?)\s*[\])\}>\u3011\uff3d]\s*(.*?)$")
_TIMES = r"(?:[x\u00d7*]\s*(\d{1,2})|(\d{1,2})\s*(?:[x\u00d7]|times))"
_REPEAT = re.compile(rf"^[\[(]?\s*(?:repeat\s+)?(?:{_TIMES})\s*[\])]?\s*[.:]?$", re.I)
_TAIL = re.compile(rf"\s*[\[(]\s*{_TIMES}\s*[\])]\s*$|\s+{_TIMES}\s*$", re.I)
_TAG = re.compile(r"^\[(ti|ar|al|au|by|re|ve|length|offset|la|id|lr|tool|#)\s*:.*\]\s*$", re.I)


@dataclass(frozen=True, kw_only=True)
class VerseLine:
    """A line to be sung; ``stanza`` counts from 0, ``part`` is what its heading calls it."""

    text: str
    stanza: int
    part: Part = ""


@dataclass(frozen=True)
class _Stanza:
    part: Part
    name: str
    lines: tuple[str, ...]


def read_verses(text: str) -> tuple[VerseLine, ...]:
    """The lines of pasted lyrics in the order they are sung.

    Blank lines part stanzas. ``[Chorus]``, ``(Verse 2)`` and ``Refrain:`` are headings and are not
    sung; one with nothing below it repeats the stanza of that name. ``x2`` after a line repeats
    it, on a line of its own the stanza.
    """
    stanzas = _repeated(list(_stanzas(text)))
    return tuple(
        VerseLine(text=line, stanza=number, part=stanza.part)
        for number, stanza in enumerate(s for s in stanzas if s.lines)
        for line in stanza.lines
    )


def _stanzas(text: str) -> Iterator[_Stanza]:
    """Stanzas as they are written; a heading without lines is one without lines."""
    part: Part = ""
    name, headed, times = "", False, 1
    lines: list[str] = []
    for row in [*text.replace("\r\n", "\n").replace("\r", "\n").split("\n"), ""]:
        line = _clean(row)
        if _TAG.match(line):
            continue
        heading = _heading(line)
        again = _REPEAT.match(line)
        if again and lines:
            yield from [_Stanza(part, name, tuple(lines))] * _count(again)
            part, name, headed, lines = "", "", False, []
        elif (heading or not line) and (lines or (headed and heading)):
            yield from [_Stanza(part, name, tuple(lines))] * times
            part, name, headed, times, lines = "", "", False, 1, []
        if heading:
            part, name, times = heading
            headed = True
        elif line and not again:
            lines += _line(line)
    if headed and not lines:
        yield from [_Stanza(part, name, ())] * times


def _heading(line: str) -> tuple[Part, str, int] | None:
    """What part a line announces, under which name and how many times; None where it is sung."""
    inside = _BRACKETED.match(line)
    body = inside[1] if inside else line
    tail = _TIMES_AT_END.search(body if not (inside and inside[2]) else f"{body} {inside[2]}")
    times = _count(tail) if tail else 1
    body = _TIMES_AT_END.sub("", body).strip()
    told, colon, rest = body.partition(":")
    if inside and inside[2] and not _REPEAT.match(inside[2]):
        return None
    name = _key(told)
    label = _LABELS.get(re.sub(r"\d+$|[ivx]+$", "", name) or name) or _LABELS.get(name)
    if label is None:
        square = line.startswith("[") and inside is not None and not rest
        return ("", _key(body), times) if square and len(body) < 30 else None
    bare = not inside and not (colon and not rest.strip()) and not told.isupper()
    return None if bare and not _numbered(told) else (label, name, times)


_TIMES_AT_END = re.compile(rf"[\s,(\[]*{_TIMES}\s*[\])]?\s*$", re.I)


def _numbered(text: str) -> bool:
    """A bare name alone on its line, such as ``Verse 2`` or ``Chorus``; no sentence."""
    return len(text.split()) <= 2 and text[:1].isupper()


def _key(text: str) -> str:
    """A name as it is looked up: without accents, spaces, dashes and case."""
    plain = unicodedata.normalize("NFD", text.casefold())
    return "".join(c for c in plain if c.isalnum())


def _clean(row: str) -> str:
    shown = "".join(c for c in row if unicodedata.category(c) not in ("Cc", "Cf") or c == "\t")
    return " ".join(shown.split())


def _line(line: str) -> list[str]:
    """A line as many times as it is sung."""
    tail = _TAIL.search(line)
    sung = _TAIL.sub("", line) if tail else line
    if not any(c.isalnum() for c in sung):
        return []
    return [sung] * (_count(tail) if tail else 1)


def _count(found: re.Match[str]) -> int:
    told = next((g for g in found.groups() if g), "1")
    return max(1, min(MOST_REPEATS, int(told)))


def _repeated(stanzas: list[_Stanza]) -> list[_Stanza]:
    """Headings without lines filled with the last stanza of their name, else of their part."""
    out: list[_Stanza] = []
    for stanza in stanzas:
        lines = stanza.lines
        if not lines and stanza.part not in ("", "instrumental", "intro", "outro"):
            known = [s for s in out if s.lines and s.part == stanza.part]
            same = [s for s in known if s.name == stanza.name]
            lines = (same or known or [stanza])[-1].lines
        out.append(replace(stanza, lines=lines))
    return out
