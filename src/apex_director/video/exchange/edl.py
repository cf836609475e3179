"""The cut as a CMX3600 edit decision list."""

from __future__ import annotations

from collections.abc import Iterable

from apex_director.core.errors import ValidationFailed
from apex_director.core.time import timecode

from .cutlist import CutList, Event, Mark

REEL = "AX"
"""The reel name of files that have none."""
MOST_FRAMES = 99  # a frame field of timecode has two digits
TITLE_LENGTH = 70
_COLOURS = {"section": "GREEN", "downbeat": "RED", "beat": "YELLOW", "flash": "MAGENTA"}


def to_edl(cut: CutList) -> str:
    """Events with exclusive out points in non-drop timecode; marks as ``LOC`` notes.

    Raises
    ------
    ValidationFailed
        The rate has more frames a second than timecode can count.

    Source: SMPTE 258M and the CMX 3600 conventions.
    """
    if cut.nominal > MOST_FRAMES:
        raise ValidationFailed(
            f"an EDL cannot count {cut.nominal} frames a second",
            where="edl",
            what_to_do="Use fcpxml or otio for this video.",
        )
    lines = [f"TITLE: {_plain(cut.title)[:TITLE_LENGTH]}", "FCM: NON-DROP FRAME", ""]
    for number, event in enumerate(cut.events, start=1):
        lines += _event(cut, number, event)
    lines.append(_line(cut, len(cut.events) + 1, "AA", (0, cut.frames), (0, cut.frames)))
    lines += [f"* FROM CLIP NAME: {_plain(cut.title)}", f"* SOURCE FILE: {_plain(cut.media)}", ""]
    return "\n".join(lines)


def _event(cut: CutList, number: int, event: Event) -> Iterable[str]:
    source = (event.source, event.source + event.frames)
    yield _line(cut, number, "V", source, (event.start, event.end))
    yield f"* FROM CLIP NAME: {_plain(event.name)}"
    yield f"* SOURCE FILE: {_plain(cut.media)}"
    yield f"* COMMENT: {_plain(event.comment)}"
    for mark in cut.marks:
        if event.start <= mark.start < event.end:
            yield _marker(cut, mark)
    yield ""


def _line(
    cut: CutList, number: int, channel: str, source: tuple[int, int], record: tuple[int, int]
) -> str:
    times = [*source, *(cut.origin + frame for frame in record)]
    shown = " ".join(timecode(frame, cut.rate) for frame in times)
    return f"{number:03d}  {REEL:<8} {channel:<5} C        {shown}"


def _marker(cut: CutList, mark: Mark) -> str:
    at = timecode(cut.origin + mark.start, cut.rate)
    return f"* LOC: {at} {_COLOURS[mark.kind]:<8}{_plain(mark.name)}"


def _plain(text: str) -> str:
    """Text on one line: a line break would begin an event."""
    return " ".join(text.split())
