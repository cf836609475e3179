"""Lyrics with times: LRC and SRT, and the cards they become."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from fractions import Fraction
from itertools import pairwise

from apex_director.cinematography.model import TitleCard
from apex_director.core.errors import InputUnusable
from apex_director.core.time import frame_at

from .model import LyricLine

LONGEST_S = 7.0
"""A line without a known end stands at most this long."""
LEAD_S = 0.15
"""A line appears this much before it is sung, so that it can be read."""
SHORTEST_S = 0.6

_STAMP = re.compile(r"\[(\d{1,3}):(\d{1,2})(?:[.:](\d{1,3}))?\]")
_TAG = re.compile(r"^\[([a-zA-Z#]+):(.*)\]\s*$")
_WORD = re.compile(r"<\d{1,3}:\d{1,2}(?:[.:]\d{1,3})?>")


def parse_lyrics(text: str, suffix: str) -> tuple[LyricLine, ...]:
    """Read the text of a lyrics file.

    Parameters
    ----------
    suffix : ``.lrc`` (offset tag, several stamps per line, word stamps stripped) or ``.srt``.

    Raises
    ------
    InputUnusable
        The suffix is another one, or no timed line is found.
    """
    kind = suffix.lower()
    if kind not in (".lrc", ".srt"):
        raise InputUnusable(
            f"'{suffix}' is no lyrics format we read",
            where="lyrics",
            what_to_do="Give an .lrc or .srt file.",
        )
    clean = text.lstrip("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    lines = _lrc(clean) if kind == ".lrc" else _srt(clean)
    if not any(line.text for line in lines):
        shape = "[00:12.50]words" if kind == ".lrc" else "00:00:12,500 --> 00:00:15,000"
        raise InputUnusable(
            "no timed line was found in the lyrics",
            where="lyrics",
            what_to_do=f"Each line needs its time, such as {shape}.",
        )
    return tuple(line for line in lines if line.text)


def lyric_cards(
    lines: Sequence[LyricLine], rate: Fraction, total_frames: int
) -> tuple[TitleCard, ...]:
    """Lines as cards in frames: never two at once, none beyond the end of the video."""
    cards: list[TitleCard] = []
    ordered = sorted((line for line in lines if line.text), key=lambda line: line.start_s)
    for k, line in enumerate(ordered):
        start = max(0, frame_at(max(0.0, line.start_s - LEAD_S), rate))
        end = frame_at(max(line.end_s, line.start_s + SHORTEST_S), rate)
        if k + 1 < len(ordered):
            end = min(end, frame_at(max(0.0, ordered[k + 1].start_s - LEAD_S), rate))
        start, end = max(start, cards[-1].end if cards else 0), min(end, total_frames)
        if end > start:
            cards.append(TitleCard(start=start, end=end, text=line.text, role="lyric"))
    return tuple(cards)


def _lrc(text: str) -> tuple[LyricLine, ...]:
    """Each stamp begins a line; an empty line ends the one before it."""
    offset = 0.0
    found: list[tuple[float, str]] = []
    for number, row in enumerate(text.split("\n"), start=1):
        tag = _TAG.match(row.strip())
        if tag and tag[1].lower() == "offset":
            offset = _offset(tag[2], number)
            continue
        stamps = list(_STAMP.finditer(row))
        if stamps:
            words = " ".join(_WORD.sub("", _STAMP.sub("", row)).split())
            found += [(_seconds(stamp), words) for stamp in stamps]
    # A positive offset shows the words sooner, as players have it.
    times = sorted((max(0.0, at - offset), words) for at, words in found)
    ends = [b for (_, _), (b, _) in pairwise(times)] + [float("inf")]
    return tuple(
        LyricLine(start_s=at, end_s=min(end, at + LONGEST_S), text=words)
        for (at, words), end in zip(times, ends, strict=False)
    )


def _seconds(stamp: re.Match[str]) -> float:
    part = stamp[3] or "0"
    return int(stamp[1]) * 60 + int(stamp[2]) + int(part) / float(10 ** len(part))


def _offset(value: str, number: int) -> float:
    try:
        milliseconds = float(value.strip())
        if not math.isfinite(milliseconds):
            raise ValueError(value)
        return milliseconds / 1000.0
    except ValueError:
        raise InputUnusable(
            f"the offset '{value.strip()}' is no number of milliseconds",
            where=f"lyrics, line {number}",
            what_to_do="Write it like [offset:+250].",
        ) from None


def _srt(text: str) -> tuple[LyricLine, ...]:
    import pysubs2

    try:
        subs = pysubs2.SSAFile.from_string(text, format_="srt")
    except (pysubs2.Pysubs2Error, ValueError) as error:
        raise InputUnusable(
            "the lyrics are no SRT file",
            where="lyrics",
            what_to_do="Check its times, such as 00:00:12,500 --> 00:00:15,000.",
            log=str(error),
        ) from error
    return tuple(
        LyricLine(
            start_s=max(0.0, event.start / 1000),
            end_s=max(event.end, event.start) / 1000,
            text=" ".join(event.plaintext.split()),
        )
        for event in subs
    )
