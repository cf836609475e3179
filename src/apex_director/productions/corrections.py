"""What a person knows better about the beat: their options, and the beats they tapped."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from apex_director.audio.model import Corrections
from apex_director.core.errors import InputUnusable, ValidationFailed
from apex_director.core.time import clock

from .given import text_of

if TYPE_CHECKING:
    from .request import MusicVideoRequest

FEWEST_TAPS, MOST_TAPS = 4, 100_000
"""Fewer taps tell no tempo; nobody taps more in the longest song we take."""
NEAREST_S = 0.1
"""Two taps nearer than this are no two beats (600 a minute)."""
_HOW = "Give one time a line, as seconds or m:ss.mmm, in order; four at least."
_CLOCK = re.compile(r"(?:(\d{1,3}):)?(\d{1,4}):(\d{1,2}(?:[.,]\d+)?)")
_BLANK = ("#", ";", "//", "\\")
"""What a line begins with that holds no time; Audacity tells of frequencies after a backslash."""


TEMPO, OFFSET_S, BAR_SHIFT = (30.0, 300.0), (-5.0, 5.0), (-8, 8)
"""What may be asked for: beats a minute, seconds, beats."""


def corrections_for(
    *,
    tempo: float | None = None,
    offset_s: float = 0.0,
    taps_path: str = "",
    taps_s: Sequence[float] = (),
    bar_shift: int = 0,
) -> Corrections | None:
    """What a person said of the beat, checked; None where they said nothing.

    Parameters
    ----------
    tempo : beats a minute, 30 to 300.
    offset_s : seconds every beat is moved by, -5 to 5.
    taps_path : a file of taps (:func:`read_taps`); wins over ``taps_s``.
    bar_shift : beats the bar lines are moved by, -8 to 8.

    Raises
    ------
    ValidationFailed
        A number is out of range; ``where`` names the option.
    InputUnusable
        The taps cannot be used; ``where`` names the line.
    """
    _in_range(tempo, TEMPO, "tempo", " beats a minute")
    _in_range(offset_s, OFFSET_S, "offset", " seconds")
    _in_range(bar_shift, BAR_SHIFT, "bar-shift", " beats")
    taps = read_taps(Path(taps_path)) if taps_path else tuple(taps_s)
    found = Corrections(
        tempo=None if tempo is None else float(tempo),
        taps_s=taps if taps_path or not taps else checked_taps(taps),
        offset_s=float(offset_s),
        bar_shift=int(bar_shift),
    )
    return None if found == Corrections() else found


def corrections_of(request: MusicVideoRequest) -> Corrections | None:
    """What a request corrects of the beat; None where it corrects nothing.

    Raises
    ------
    ValidationFailed, InputUnusable
        As :func:`corrections_for`.
    """
    return corrections_for(
        tempo=request.tempo,
        offset_s=request.offset_s,
        taps_path=request.taps_path,
        taps_s=request.taps_s,
        bar_shift=request.bar_shift,
    )


def as_plain(corrections: Corrections | None) -> dict[str, Any] | None:
    """Corrections as plain values, for a step's payload."""
    if corrections is None:
        return None
    return asdict(corrections) | {"taps_s": list(corrections.taps_s)}


def from_plain(values: dict[str, Any] | None) -> Corrections | None:
    """Corrections from a step's payload."""
    return Corrections(**(values | {"taps_s": tuple(values["taps_s"])})) if values else None


def _in_range(value: float | None, allowed: tuple[float, float], option: str, unit: str) -> None:
    low, high = allowed
    if value is not None and not low <= value <= high:
        raise ValidationFailed(
            f"{value:g}{unit} is out of range",
            where=option,
            what_to_do=f"Give {low:g} to {high:g}{unit}.",
        )


def read_taps(path: Path) -> tuple[float, ...]:
    """The beats in a taps file, seconds, ascending.

    One time a line (``12.5`` or ``0:12.500``), a label track of Audacity (start, end and name
    between tabs), a CSV of Sonic Visualiser (the first column), or a JSON list.

    Raises
    ------
    InputUnusable
        A line holds no time, the times do not ascend, or there are too few; ``where`` names the
        line.
    """
    text = text_of(path)
    first = text.lstrip()[:1]
    rows = _from_json(text, path) if first in ("[", "{") else _from_lines(text, path)
    return _ascending(rows, path)


def checked_taps(taps_s: Sequence[float]) -> tuple[float, ...]:
    """Taps from a script, checked as those of a file.

    Raises
    ------
    ValidationFailed
        They are no times, do not ascend, or are too few.
    """
    try:
        rows = [(k, _second(value)) for k, value in enumerate(taps_s, start=1)]
        return _ascending(rows, Path("taps_s"), "tap")
    except InputUnusable as error:
        raise ValidationFailed(
            error.what, where=error.where, what_to_do=error.what_to_do
        ) from error
    except (ValueError, TypeError, OverflowError) as error:
        raise ValidationFailed(
            "a tap is no number of seconds", where="taps_s", what_to_do=_HOW
        ) from error


def within_song(corrections: Corrections | None, duration_s: float) -> None:
    """Refuse taps that lie after the song's end.

    Raises
    ------
    InputUnusable
        One does; ``what`` names it.
    """
    late = [t for t in (corrections.taps_s if corrections else ()) if t > duration_s]
    if late:
        raise InputUnusable(
            f"the tap at {clock(late[0])} lies after the song's end at {clock(duration_s)}",
            where="taps",
            what_to_do="Use the taps of this song, in seconds from its beginning.",
        )


def _from_lines(text: str, path: Path) -> list[tuple[int, float]]:
    """(line, seconds) of every line that holds one; a first line may name the columns."""
    rows: list[tuple[int, float]] = []
    for number, line in enumerate(text.splitlines(), start=1):
        cell = _first_cell(line)
        if not cell or cell.startswith(_BLANK):
            continue
        try:
            rows.append((number, _second(cell)))
        except ValueError:
            if not rows and re.match(r"[A-Za-z_ ]+$", cell):
                continue  # the names of the columns
            raise InputUnusable(
                f"'{cell[:40]}' is no time", where=f"{path}, line {number}", what_to_do=_HOW
            ) from None
    return rows


def _first_cell(line: str) -> str:
    """The first column, between tabs, semicolons or commas; a comma may be the decimal sign."""
    for mark in ("\t", ";"):
        line = line.strip().split(mark)[0]
    plain = line.strip().strip('"')
    decimal = re.fullmatch(r"[\d:]+,\d+", plain)
    return (plain if decimal else plain.split(",")[0]).strip().strip('"').split(" ")[0]


def _from_json(text: str, path: Path) -> list[tuple[int, float]]:
    """Numbers, texts or objects with a time, in a list or under ``beats`` or ``taps``."""
    try:
        told = json.loads(text)
    except (ValueError, RecursionError) as error:
        line = getattr(error, "lineno", 1)
        raise InputUnusable(
            "the taps begin like JSON and are none",
            where=f"{path}, line {line}",
            what_to_do="Give a list of seconds, such as [0.52, 1.04, 1.56, 2.08].",
        ) from error
    if isinstance(told, dict):
        told = next((told[k] for k in ("taps", "beats", "times") if k in told), None)
    if not isinstance(told, list):
        raise InputUnusable("the taps are no list", where=str(path), what_to_do=_HOW)
    rows = []
    for number, value in enumerate(told, start=1):
        try:
            one = value.get("time", value.get("start")) if isinstance(value, dict) else value
            rows.append((number, _second(one)))
        except (ValueError, TypeError, OverflowError):
            raise InputUnusable(
                "a number of more than 300 digits is no time"
                if isinstance(value, int)
                else f"'{str(value)[:40]}' is no time",
                where=f"{path}, item {number}",
                what_to_do=_HOW,
            ) from None
    return rows


def _second(value: object) -> float:
    """Seconds of a number, ``12.5``, ``12,5``, ``m:ss.mmm`` or ``h:mm:ss``."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise ValueError(value)
    if isinstance(value, str) and (told := _CLOCK.fullmatch(value.strip())):
        hours, minutes, seconds = int(told[1] or 0), int(told[2]), told[3].replace(",", ".")
        return 3600.0 * hours + 60.0 * minutes + float(seconds)
    found = float(value.strip().replace(",", ".")) if isinstance(value, str) else float(value)
    if not math.isfinite(found):
        raise ValueError(value)
    return found


def _ascending(
    rows: Sequence[tuple[int, float]], path: Path, unit: str = "line"
) -> tuple[float, ...]:
    if not FEWEST_TAPS <= len(rows) <= MOST_TAPS:
        few = len(rows) < FEWEST_TAPS
        raise InputUnusable(
            f"{len(rows)} taps are too {'few' if few else 'many'} to follow",
            where=str(path),
            what_to_do=f"Tap {FEWEST_TAPS} beats at least."
            if few
            else f"Give {MOST_TAPS} at most.",
        )
    before = -math.inf
    for number, at in rows:
        if at < 0.0 or at - before < NEAREST_S:
            what = (
                f"the tap at {at:g} s lies before the song begins"
                if at < 0.0
                else f"the tap at {at:g} s does not follow the one at {before:g} s"
            )
            raise InputUnusable(what, where=f"{path}, {unit} {number}", what_to_do=_HOW)
        before = at
    return tuple(at for _, at in rows)
