"""Lyrics with times: LRC and SRT, and the cards they become."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import accumulate, pairwise

from apex_director.cinematography.model import CardWord, TitleCard
from apex_director.core.errors import InputUnusable
from apex_director.core.time import frame_at

from .model import LyricLine, LyricWord

LONGEST_S = 7.0
"""A line without a known end stands at most this long."""
LEAD_S = 0.15
"""A line appears this much before it is sung, so that it can be read."""
SHORTEST_S = 0.6
LONGEST_PAUSE_S = 0.3
"""A line stands through a pause no longer than this."""
LONGEST_WORD_S = 2.0
"""A last word without a known end is sung at most this long."""
SLOWEST_LETTER_S = 0.22
"""A line without times of its words is sung no slower than this; the rest of it is held."""

_STAMP = re.compile(r"\[(\d{1,3}):(\d{1,2})(?:[.:](\d{1,3}))?\]")
_BROKEN = re.compile(r"\[(?:\d+|[A-Za-z]{1,2}):[^\]]{0,8}(?:\]|$)")
"""What begins a line like a time and is none; tags have longer names, or are known ones."""
_LIKE_TIME = re.compile(r"\[\d+:")
_SHORT_TAGS = frozenset({"ti", "ar", "al", "au", "by", "re", "ve", "la", "#"})
_TAG = re.compile(r"^\[([a-zA-Z#]+):(.*)\]\s*$")
_WORD = re.compile(r"<(\d{1,3}):(\d{1,2})(?:[.:](\d{1,3}))?>")


def parse_lyrics(text: str, suffix: str) -> tuple[LyricLine, ...]:
    """Read the text of a lyrics file.

    Parameters
    ----------
    suffix : ``.lrc`` (offset tag, several stamps per line, stamps of words) or ``.srt``.

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


def timed(text: str) -> bool:
    """Whether the text of an LRC file has any time in it."""
    rows = [row.strip() for row in text.splitlines()]
    return any(_STAMP.search(row) or _LIKE_TIME.match(row) for row in rows)


def lyrics_lrc(
    lines: Sequence[LyricLine], *, title: str = "", artist: str = "", note: str = ""
) -> str:
    """Lines as the text of an LRC file to be corrected by hand: exact times, a line each.

    A line whose time is a guess stands under a tag that says so; an empty line ends the one before
    it. ``note`` is a sentence for whoever opens the file.
    """
    head = (("ti", title), ("ar", artist), ("by", note))
    rows = [f"[{tag}:{' '.join(said.split())}]" for tag, said in head if said]
    for number, line in enumerate(lines):
        rows += ["[#:the next line's time is a guess]"] if line.loose else []
        rows.append(f"[{_clock(line.start_s)}]{' '.join(line.text.split())}")
        after = lines[number + 1].start_s if number + 1 < len(lines) else math.inf
        if after - line.end_s > LONGEST_PAUSE_S:
            rows.append(f"[{_clock(line.end_s)}]")
    return "\n".join(rows) + "\n"


def _clock(seconds: float) -> str:
    minutes, rest = divmod(round(max(0.0, seconds) * 100), 6000)
    return f"{minutes:02d}:{rest // 100:02d}.{rest % 100:02d}"


def lyric_cards(
    lines: Sequence[LyricLine],
    rate: Fraction,
    total_frames: int,
    *,
    karaoke: bool = False,
    nudge_s: float = 0.0,
    burn: bool = True,
) -> tuple[TitleCard, ...]:
    """Lines as cards in frames: never two at once, none beyond the end of the video.

    Parameters
    ----------
    karaoke : give each card its words, to be lit up as they are sung; words without times of their
        own share their line's time by their length.
    nudge_s : all lines this much later (earlier where negative).
    burn : whether they are drawn; else they are captions, for the side files alone.
    """
    cards: list[TitleCard] = []
    moved = (_nudged(line, nudge_s) for line in lines if line.text)
    ordered = sorted((m for m in moved if m.end_s > 0.0), key=lambda line: line.start_s)
    for k, line in enumerate(ordered):
        start = max(0, frame_at(max(0.0, line.start_s - LEAD_S), rate))
        end = frame_at(max(line.end_s, line.start_s + SHORTEST_S), rate)
        if k + 1 < len(ordered):
            end = min(end, frame_at(max(0.0, ordered[k + 1].start_s - LEAD_S), rate))
        start, end = max(start, cards[-1].end if cards else 0), min(end, total_frames)
        if end > start:
            cards.append(
                TitleCard(
                    start=start,
                    end=end,
                    text=line.text,
                    role="lyric" if burn else "caption",
                    words=_card_words(line, rate, start, end) if karaoke and not line.loose else (),
                )
            )
    return tuple(cards)


def _nudged(line: LyricLine, by: float) -> LyricLine:
    start, end = max(0.0, line.start_s + by), max(0.0, line.end_s + by)
    return replace(line, start_s=start, end_s=end, words=_moved(line.words, by))


def _card_words(line: LyricLine, rate: Fraction, start: int, end: int) -> tuple[CardWord, ...]:
    """The words in frames inside their card, in order."""
    out: list[CardWord] = []
    at = start
    for word in line.words or shared(line):
        first = min(max(frame_at(word.start_s, rate), at), end)
        last = min(max(frame_at(word.end_s, rate), first), end)
        out.append(CardWord(start=first, end=last, text=word.text))
        at = last
    return tuple(out)


def shared(line: LyricLine) -> tuple[LyricWord, ...]:
    """A line's time shared among its words by their number of letters."""
    words = line.text.split()
    sizes = [1 + sum(c.isalnum() for c in word) for word in words]
    whole = min(line.end_s, line.start_s + SLOWEST_LETTER_S * sum(sizes)) - line.start_s
    edges = [0, *accumulate(sizes)]
    times = [line.start_s + whole * edge / edges[-1] for edge in edges]
    return tuple(
        LyricWord(start_s=a, end_s=b, text=word)
        for word, (a, b) in zip(words, pairwise(times), strict=True)
    )


@dataclass(frozen=True, kw_only=True)
class _Row:
    """A line of an LRC file as it was found: ``sung`` is where a last stamp ends it."""

    start: float
    text: str
    words: tuple[LyricWord, ...]
    sung: float | None


def _lrc(text: str) -> tuple[LyricLine, ...]:
    """Each stamp begins a line; an empty line ends the one before it."""
    offset = 0.0
    rows: list[_Row] = []
    for number, row in enumerate(text.split("\n"), start=1):
        tag = _TAG.match(row.strip())
        if tag and tag[1].lower() == "offset":
            offset = _offset(tag[2], number)
            continue
        left = _STAMP.sub("", row).strip()
        if _BROKEN.match(left) and left[1:].partition(":")[0].lower() not in _SHORT_TAGS:
            raise InputUnusable(
                f"'{left[:24]}' is no time",
                where=f"lyrics, line {number}",
                what_to_do="Write it like [01:23.45], minutes, seconds and hundredths.",
            )
        stamps = [_seconds(stamp) for stamp in _STAMP.finditer(row)]
        if stamps:
            rows += _rows(_STAMP.sub("", row), stamps)
    rows.sort(key=lambda row: row.start)
    # A positive offset shows the words sooner, as players have it.
    moved = [replace(row, start=max(0.0, row.start - offset)) for row in rows]
    ends = [row.start for row in moved[1:]] + [float("inf")]
    return tuple(_line(row, end, offset) for row, end in zip(moved, ends, strict=False))


def _rows(body: str, stamps: Sequence[float]) -> list[_Row]:
    """A line at each of its stamps; a repeated line repeats the rhythm of its words."""
    words, sung = _timed_words(body, stamps[0])
    text = " ".join(w.text for w in words) if words else _untagged(body)
    return [
        _Row(
            start=at,
            text=text,
            words=_moved(words, at - stamps[0]),
            sung=None if sung is None else sung + at - stamps[0],
        )
        for at in stamps
    ]


def _line(row: _Row, follows: float, offset: float) -> LyricLine:
    """A line until the next one begins, at the latest."""
    words = _moved(row.words, -offset)
    last = row.start + LONGEST_S if row.sung is None else max(row.start, row.sung - offset)
    last = min(follows, max(last, words[-1].end_s) if words else last)
    inside = tuple(replace(w, end_s=min(w.end_s, last)) for w in words if w.start_s < last)
    whole = inside if len(inside) == len(words) else ()
    return LyricLine(start_s=row.start, end_s=last, text=row.text, words=whole)


def _untagged(body: str) -> str:
    return " ".join(_WORD.sub("", body).split())


def _timed_words(body: str, start: float) -> tuple[tuple[LyricWord, ...], float | None]:
    """The words of a line with stamps, and where a stamp after the last word ends the line.

    A stamp inside a word splits it into syllables, which are joined again.
    """
    stamps = list(_WORD.finditer(body))
    if not stamps:
        return (), None
    pieces = [(start, body[: stamps[0].start()])]
    ends = [*(stamp.start() for stamp in stamps[1:]), len(body)]
    pieces += [
        (_seconds(stamp), body[stamp.end() : end]) for stamp, end in zip(stamps, ends, strict=True)
    ]
    out: list[LyricWord] = []
    glued = False
    for k, (at, text) in enumerate(pieces):
        follows = pieces[k + 1][0] if k + 1 < len(pieces) else at + LONGEST_WORD_S
        if glued and out and text[:1].strip():
            head, _, text = text.partition(" ")
            out[-1] = replace(out[-1], text=out[-1].text + head, end_s=max(at, follows))
        if spoken := text.split():
            piece = LyricLine(start_s=at, end_s=max(at, follows), text=" ".join(spoken))
            out += shared(piece) if len(spoken) > 1 else [_one(piece)]
        glued = bool(text) and not text[-1].isspace() and bool(text.strip())
    ended = pieces[-1][0] if not pieces[-1][1].strip() else None
    return tuple(out), ended


def _one(line: LyricLine) -> LyricWord:
    return LyricWord(start_s=line.start_s, end_s=line.end_s, text=line.text)


def _moved(words: Sequence[LyricWord], by: float) -> tuple[LyricWord, ...]:
    return tuple(
        replace(w, start_s=max(0.0, w.start_s + by), end_s=max(0.0, w.end_s + by)) for w in words
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
