"""Files a person gives beside the song, read and refused before any work is done."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from apex_director import audio, video
from apex_director.cinematography.model import Storyboard
from apex_director.cinematography.schema import from_json
from apex_director.core.errors import InputUnusable, PlanInvalid
from apex_director.video.model import LyricLine

LONGEST_CARD = 300  # characters; nobody can read more on a card
MOST_LINES = 1000
LARGEST_TEXT = 4 * 2**20  # bytes; the words of ten thousand songs are no one song's
LARGEST_LOOK = 64 * 2**20  # bytes; a cube of 129 a side, written out at length, has some 60 MB
_UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")


def decoded(raw: bytes) -> str:
    """The text of bytes, whatever encoding a person's editor left it in.

    UTF-8 with or without a mark, UTF-16 with a mark or plainly without one, else Windows-1252.
    """
    for encoding in ("utf-8-sig", _utf16(raw), "cp1252"):
        try:
            if encoding and "\0" not in (text := raw.decode(encoding)):
                return text.lstrip("\ufeff")
        except UnicodeDecodeError:
            continue
    return raw.decode("latin-1")


def _utf16(raw: bytes) -> str:
    """The kind of UTF-16 that bytes look like; empty where they do not."""
    if raw[:2] in _UTF16_MARKS:
        return "utf-16"
    head = raw[:400]
    for kind, high in (("utf-16-le", head[1::2]), ("utf-16-be", head[0::2])):
        if len(raw) % 2 == 0 and high and high.count(0) > 0.4 * len(high):
            return kind
    return ""


def text_of(path: Path) -> str:
    """The text in a file.

    Raises
    ------
    InputUnusable
        It cannot be read, is too large for a text, or holds no text.
    """
    raw = _bytes_of(path, LARGEST_TEXT, "a text")
    text = decoded(raw)
    odd = sum(1 for c in text[:4000] if ord(c) < 32 and c not in "\t\r\n\f\v\x1b")
    if odd > 0.02 * min(len(text), 4000):
        raise InputUnusable(
            "it is no text file",
            where=str(path),
            what_to_do="Save it as plain text (UTF-8), not as a document of a word processor.",
        )
    return text


@dataclass(frozen=True, kw_only=True)
class Words:
    """Lyrics as they were given: ``lines`` with their times, or ``text`` that has none."""

    lines: tuple[LyricLine, ...] = ()
    text: str = ""


def lyrics_from(path: Path) -> Words:
    """The lyrics in a file: those of .lrc and .srt with their times, plain text without.

    An .lrc without any time is plain text.

    Raises
    ------
    InputUnusable
        It cannot be read, holds no words, or a line is too long to show.
    """
    text, kind = text_of(path), path.suffix.lower()
    if kind == ".txt" or (kind == ".lrc" and not video.timed(text)):
        lines = audio.read_verses(text)
        _check_lines([line.text for line in lines], path)
        return Words(text=text)
    try:
        timed = video.parse_lyrics(text, kind)
    except InputUnusable as error:
        place = error.where.removeprefix("lyrics")
        raise InputUnusable(
            error.what, where=f"{path}{place}", what_to_do=error.what_to_do
        ) from error
    _check_lines([line.text for line in timed], path)
    return Words(lines=timed)


def _check_lines(lines: Sequence[str], path: Path) -> None:
    """Refuse what no song holds and no picture shows."""
    if not lines:
        raise InputUnusable(
            "no words were found in the lyrics",
            where=str(path),
            what_to_do="Paste the words into it, a line each, with an empty line between stanzas.",
        )
    if len(lines) > MOST_LINES:
        raise InputUnusable(
            f"{len(lines)} lines are no one song's lyrics",
            where=str(path),
            what_to_do=f"Give {MOST_LINES} lines at most.",
        )
    longest = max(map(len, lines))
    if longest > LONGEST_CARD:
        raise InputUnusable(
            f"a line of {longest} characters is too long to show",
            where=str(path),
            what_to_do=f"Break it into lines of {LONGEST_CARD} at most.",
        )


def plan_from(path: Path) -> Storyboard:
    """The plan in a file.

    Raises
    ------
    PlanInvalid
        It cannot be read, or has errors.
    """
    try:
        text = decoded(path.read_bytes())
    except OSError as error:
        raise PlanInvalid(
            "the plan cannot be read as text", where=str(path), what_to_do="Give a JSON plan."
        ) from error
    storyboard = from_json(text, where=str(path))
    for index, card in enumerate(storyboard.titles):
        if max(len(card.text), len(card.subtext)) > LONGEST_CARD:
            raise PlanInvalid(
                f"{max(len(card.text), len(card.subtext))} characters are too many for a card",
                where=f"{path}: titles[{index}]",
                what_to_do=f"Give {LONGEST_CARD} at most.",
            )
    return storyboard


def check_plan(path: Path, *, look: bool = True) -> None:
    """Refuse a plan that has errors or, with ``look``, whose look is none.

    Raises
    ------
    PlanInvalid, InputUnusable
        It has, or is.
    """
    named = plan_from(path).grade.lut
    if look and named:
        check_look(path.parent / named)


def look_bytes(path: Path) -> bytes:
    """The bytes of a .cube file.

    Raises
    ------
    InputUnusable
        It cannot be read, or is too large for a look.
    """
    try:
        return _bytes_of(path, LARGEST_LOOK, "a look")
    except InputUnusable as error:
        large = path.is_file() and path.stat().st_size > LARGEST_LOOK
        raise InputUnusable(
            error.what,
            where=error.where,
            what_to_do="Export it with 33 or 65 points a side."
            if large
            else "Put the .cube file beside the plan, or name one with --lut.",
        ) from error


def check_look(path: Path) -> None:
    """Refuse a .cube file that is none.

    Raises
    ------
    InputUnusable
        It cannot be read, or is none.
    """
    video.read_cube(look_bytes(path), where=str(path))


def _bytes_of(path: Path, most: int, what: str) -> bytes:
    try:
        size = path.stat().st_size
        if size > most:
            raise InputUnusable(
                f"{size >> 20} MB are too large for {what}",
                where=str(path),
                what_to_do=f"Give a file of {most >> 20} MB at most.",
            )
        return path.read_bytes()
    except OSError as error:
        raise InputUnusable(
            f"it cannot be read ({error.strerror or error})",
            where=str(path),
            what_to_do="Check the path and that you may read the file.",
        ) from error
