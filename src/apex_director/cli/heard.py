"""An analysis as lines for people: facts, what to do about a weak beat, the form as a table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from apex_director.core.time import clock

from .output import say

Facts = Sequence[tuple[str, str, str]]
_WIDTH = 10
_ENERGY = 8  # signs of a full bar
ADVICE = {
    "firm": "Cuts follow the beat.",
    "loose": "Some cuts may sit beside the beat. Listen with --click check.wav; if it is "
    "wrong, give --tempo BPM, or tap along and give --taps FILE.",
    "none": "No beat can be trusted, so cuts follow phrases and strong onsets. If you can tap one, "
    "give --tempo BPM or --taps FILE, and listen with --click check.wav.",
}


def tell(found: Mapping[str, Any], facts: Facts, *, corrected: bool = False) -> None:
    """Say what was heard.

    Parameters
    ----------
    found : mapping
        X6.
    facts : sequence of (name, value, small print)
        The same in words.
    corrected : bool
        Whether a person already told the beat.
    """
    for name, value, small in facts:
        say(f"{name:<{_WIDTH}}{value}{f'  ({small})' if small else ''}")
        if name == "tempo":
            _tell_drift(found["beat_info"])
    verdict = found["beat_info"]["grid"]["verdict"]
    if found["beat_info"]["grid"].get("source") == "taps":
        say(f"{'':<{_WIDTH}}The beats are the ones you tapped, carried on through the song.")
    elif not (corrected and verdict != "firm"):
        say(f"{'':<{_WIDTH}}{ADVICE[verdict]}")
    else:
        say(f"{'':<{_WIDTH}}Listen to your correction with --click check.wav.")
    for line in form_lines(found):
        say(line)
    for line in event_lines(found):
        say(line)
    for text in found["warnings"]:
        say(f"warning: {text}")


def _tell_drift(beats: Mapping[str, Any]) -> None:
    """A tempo that wanders, in its range."""
    curve = sorted(point["bpm"] for point in beats["tempo_curve"])
    if not curve or beats["grid"]["verdict"] == "none":
        return
    low, high = curve[len(curve) // 20], curve[-1 - len(curve) // 20]
    if high > 1.03 * low:
        say(f"{'':<{_WIDTH}}it moves between {low:.0f} and {high:.0f}")


def form_lines(found: Mapping[str, Any]) -> list[str]:
    """The form as a table: bar and time, label and repeat group, bars, voice, energy."""
    sections = found["section_info"]["sections"]
    if not sections:
        return []
    downbeats = _downbeats(found)
    bar = "  bar" if downbeats else ""
    bars = " bars" if downbeats else ""
    lines = [
        f"{'form':<{_WIDTH}}{found['section_info']['form']}",
        f"{bar}   time             section        {bars:<5} voice  energy".rstrip(),
    ]
    for section in sections:
        start, end = section["start_time"], section["end_time"]
        inside = [n for n, t in downbeats if start - 0.1 <= t < end - 0.1]
        first = f"{inside[0]:>5}" if inside else "     " if downbeats else ""
        count = f"{len(inside):>5}" if downbeats else "     "
        span = f"{clock(start):>7} - {clock(end):<7}"
        label = section["label"].replace("_", "-")
        voice = f"{_voice(found, start, end):>4.0%}"
        level = "#" * max(1, round(section["energy"] * _ENERGY))
        group = section["repeat_group"]
        lines.append(f"{first} {span}  {group:<2} {label:<12} {count}  {voice}  {level}")
    return lines


def _downbeats(found: Mapping[str, Any]) -> list[tuple[int, float]]:
    """(number as a musician counts, seconds) of every bar; empty where no grid is to be trusted."""
    beats = found["beat_info"]
    if beats["grid"]["verdict"] == "none":
        return []
    rows = zip(beats["beats"], beats["bars"], beats["positions"], strict=True)
    return [(bar + 1, time) for time, bar, position in rows if position == 1 and bar >= 0]


def _voice(found: Mapping[str, Any], start: float, end: float) -> float:
    """Which share of a stretch is sung."""
    sung = (
        max(0.0, min(v["end"], end) - max(v["start"], start))
        for v in found["vocal_info"]["intervals"]
    )
    return float(sum(sung) / max(end - start, 1e-6))


def event_lines(found: Mapping[str, Any]) -> list[str]:
    """Drops, build-ups and breakdowns, each kind on a line."""
    downbeats = _downbeats(found)
    lines = []
    for kind, name in (("drop", "drops"), ("build_up", "build-ups"), ("breakdown", "breakdowns")):
        places = [
            _place(e["start"], downbeats) for e in found.get("events", ()) if e["kind"] == kind
        ]
        if places:
            lines.append(f"{name:<{_WIDTH}} {', '.join(places)}")
    return lines


def _place(seconds: float, downbeats: Sequence[tuple[int, float]]) -> str:
    begun = [number for number, t in downbeats if t <= seconds + 0.1]
    return f"{clock(seconds)} (bar {begun[-1]})" if begun else clock(seconds)
