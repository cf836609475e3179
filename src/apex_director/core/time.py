"""Exact time: rates and times are fractions or whole frames; seconds appear only at display."""

from __future__ import annotations

import math
from fractions import Fraction

from .errors import ValidationFailed

MIN_RATE, MAX_RATE = Fraction(1), Fraction(120)
_NTSC = {"23.976": 24, "23.98": 24, "29.97": 30, "47.952": 48, "59.94": 60, "119.88": 120}


def parse_rate(text: str | float | Fraction) -> Fraction:
    """Read a frame rate exactly: ``24``, ``"30000/1001"``, ``"23.976"`` (the NTSC rate it
    abbreviates).

    Returns
    -------
    Fraction
        Frames per second.

    Raises
    ------
    ValidationFailed
        The text is no rate, or lies outside 1 to 120 frames per second.
    """
    shown = str(text)
    try:
        rate = Fraction(_NTSC[shown] * 1000, 1001) if shown in _NTSC else Fraction(shown)
    except (ValueError, ZeroDivisionError):
        rate = Fraction(0)
    if not MIN_RATE <= rate <= MAX_RATE:
        raise ValidationFailed(
            f"'{shown}' is no frame rate from 1 to 120",
            where="fps",
            what_to_do="Use for example 24, 25, 23.976 or 30000/1001.",
        )
    return rate


def frame_at(seconds: float | Fraction, rate: Fraction) -> int:
    """Nearest frame number to a time; halves go up, so that equal beats give equal steps."""
    return math.floor(Fraction(seconds) * rate + Fraction(1, 2))


def frames_for(duration: float | Fraction, rate: Fraction) -> int:
    """Whole frames that cover a duration: within one frame of it, and at least one."""
    return max(1, frame_at(duration, rate))


def seconds_at(frame: int, rate: Fraction) -> Fraction:
    """Time of a frame's beginning, exactly.

    >>> seconds_at(48, Fraction(24))
    Fraction(2, 1)
    """
    return Fraction(frame) / rate


def timecode(frame: int, rate: Fraction) -> str:
    """Non-drop ``HH:MM:SS:FF`` counted at the nominal (rounded) rate.

    >>> timecode(25, Fraction(24))
    '00:00:01:01'
    """
    base = max(1, round(rate))
    seconds, ff = divmod(frame, base)
    minutes, ss = divmod(seconds, 60)
    hh, mm = divmod(minutes, 60)
    return f"{hh:02d}:{mm:02d}:{ss:02d}:{ff:02d}"


def clock(seconds: float) -> str:
    """``m:ss`` or ``h:mm:ss`` for people."""
    total = max(0, round(seconds))
    hours, rest = divmod(total, 3600)
    minutes, ss = divmod(rest, 60)
    return f"{hours}:{minutes:02d}:{ss:02d}" if hours else f"{minutes}:{ss:02d}"


def duration_words(seconds: float) -> str:
    """A length for a sentence.

    >>> duration_words(14.2), duration_words(130), duration_words(120), duration_words(3725)
    ('14 s', '2 min 10 s', '2 min', '1 h 2 min')
    """
    total = max(0, round(seconds))
    hours, rest = divmod(total, 3600)
    minutes, ss = divmod(rest, 60)
    parts = [(hours, "h"), (minutes, "min"), (0 if hours else ss, "s")]
    return " ".join(f"{count} {unit}" for count, unit in parts if count) or "0 s"
