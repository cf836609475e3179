"""Lyrics as side files: SRT, WebVTT, ASS with karaoke, enhanced LRC."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from apex_director.cinematography.model import TitleCard
from apex_director.core.errors import ValidationFailed
from apex_director.core.time import frame_at, seconds_at

from .lyrics import LEAD_S
from .titles import safe_area

FORMATS = ("srt", "vtt", "ass", "lrc")
SUNG, UNSUNG = (255, 252, 244), (172, 170, 166)


def captions(
    cards: Sequence[TitleCard],
    kind: str,
    rate: Fraction,
    *,
    width: int = 1920,
    height: int = 1080,
    title: str = "",
    artist: str = "",
) -> str:
    """The lyric cards of a plan as the text of a subtitle file.

    Parameters
    ----------
    kind : ``srt``, ``vtt``, ``ass`` (words lit up by ``\\kf`` where they are known) or ``lrc``
        (with stamps of words where they are known).
    rate : frames per second of the cards.

    Raises
    ------
    ValidationFailed
        The kind is another one.
    """
    lines = [card for card in cards if card.role in ("lyric", "caption")]
    if kind not in FORMATS:
        raise ValidationFailed(
            f"'{kind}' is no subtitle format we write",
            where="captions",
            what_to_do=f"Choose of {', '.join(FORMATS)}.",
        )
    if kind == "lrc":
        return _lrc(lines, rate, title, artist)
    return _subtitles(lines, kind, rate, width, height, title)


def _subtitles(
    cards: Sequence[TitleCard], kind: str, rate: Fraction, width: int, height: int, title: str
) -> str:
    import pysubs2

    subs = pysubs2.SSAFile()
    if kind == "ass":
        subs.info |= {"PlayResX": str(width), "PlayResY": str(height), "Title": _plain(title)}
        subs.styles["Default"] = _style(width, height)
    for card in cards:
        event = pysubs2.SSAEvent(start=_ms(card.start, rate), end=_ms(card.end, rate))
        if kind == "ass":
            event.text = _karaoke(card, rate) if card.words else _ass_text(card.text)
        else:
            event.plaintext = _plain(card.text)
        subs.append(event)
    return str(subs.to_string(kind))


def _style(width: int, height: int) -> Any:
    """Below the middle, inside the safe area; sung words in the primary colour."""
    import pysubs2

    left, _, right, bottom = safe_area(width, height)
    return pysubs2.SSAStyle(
        fontname="Noto Sans",
        fontsize=round(0.052 * min(width, height)),
        primarycolor=pysubs2.Color(*SUNG),
        secondarycolor=pysubs2.Color(*UNSUNG),
        outlinecolor=pysubs2.Color(0, 0, 0, 90),
        outline=max(1.0, min(width, height) / 540),
        shadow=0,
        alignment=pysubs2.Alignment.BOTTOM_CENTER,
        marginl=round(left * width),
        marginr=round((1 - right) * width),
        marginv=round((1 - bottom) * height),
    )


def _karaoke(card: TitleCard, rate: Fraction) -> str:
    """Each word with its length in hundredths; what lies between words is waited for by ``\\k``.

    Lengths are differences of rounded times, so that rounding never adds up.
    """
    at = _cs(card.start, rate)
    parts = []
    for number, word in enumerate(card.words):
        start, end = _cs(word.start, rate), _cs(word.end, rate)
        if start > at:
            parts.append(f"{{\\k{start - at}}}")
        space = " " if number + 1 < len(card.words) else ""
        parts.append(f"{{\\kf{end - start}}}{_ass_text(word.text)}{space}")
        at = end
    return "".join(parts)


def _ass_text(text: str) -> str:
    """Braces would open an override, a backslash an escape."""
    shown = _plain(text).replace("\\", "\\\u2060")
    return shown.replace("{", "\\{").replace("}", "\\}")


def _plain(text: str) -> str:
    return " ".join(text.split())


def _lrc(cards: Sequence[TitleCard], rate: Fraction, title: str, artist: str) -> str:
    rows = [f"[{tag}:{_plain(said)}]" for tag, said in (("ti", title), ("ar", artist)) if said]
    for number, card in enumerate(cards):
        start = card.words[0].start if card.words else _sung_at(card, rate)
        words = " ".join(f"<{_stamp(w.start, rate)}> {_plain(w.text)}" for w in card.words)
        last = f" <{_stamp(card.words[-1].end, rate)}>" if card.words else ""
        rows.append(f"[{_stamp(start, rate)}]{words or _plain(card.text)}{last}")
        after = cards[number + 1].start if number + 1 < len(cards) else None
        if after is None or after > card.end:
            rows.append(f"[{_stamp(card.end, rate)}]")  # an empty line ends the one before
    return "\n".join(rows) + "\n"


def _sung_at(card: TitleCard, rate: Fraction) -> int:
    """The frame a card's line is sung at: cards stand some time before it."""
    return min(card.end, card.start + frame_at(LEAD_S, rate)) if card.start else 0


def _stamp(frame: int, rate: Fraction) -> str:
    minutes, rest = divmod(_cs(frame, rate), 6000)
    return f"{minutes:02d}:{rest // 100:02d}.{rest % 100:02d}"


def _cs(frame: int, rate: Fraction) -> int:
    return round(seconds_at(frame, rate) * 100)


def _ms(frame: int, rate: Fraction) -> int:
    return round(seconds_at(frame, rate) * 1000)
