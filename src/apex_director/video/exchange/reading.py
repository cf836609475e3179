"""An edit that comes back: OTIO, EDL, FCPXML or FCP7 XML as clips in whole frames."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Any
from xml.etree import ElementTree as ET

from apex_director.core.errors import InputUnusable
from apex_director.core.time import parse_rate

from .markup import parsed


@dataclass(frozen=True, kw_only=True)
class Cut:
    """Frames ``start`` to ``end`` (half-open, from the timeline's own beginning) show the clip
    ``name`` from its frame ``source`` on; it begins with a dissolve of ``dissolve`` frames centred
    on ``start``.
    """

    name: str
    start: int
    end: int
    source: int
    dissolve: int = 0


@dataclass(frozen=True, kw_only=True)
class Edit:
    """The cuts of one video track in order, and what a person should know of the reading."""

    cuts: tuple[Cut, ...]
    notes: tuple[str, ...] = ()


def read_edit(text: str, suffix: str, rate: Fraction, *, where: str = "edit") -> Edit:
    """Read a timeline that was changed in an editor.

    Parameters
    ----------
    suffix : ``.otio``, ``.edl``, ``.fcpxml`` or ``.xml`` (FCP7; FCPXML is recognised too).
    rate : the plan's frames per second, at which the edit must run.
    where : how messages name the file.

    Raises
    ------
    InputUnusable
        The format is another one, the text is broken, the edit runs at another rate, or it has
        several video tracks.
    """
    kind = suffix.lower()
    if kind == ".xml" and "<fcpxml" in text:
        kind = ".fcpxml"
    if kind not in READABLE:
        raise InputUnusable(
            f"'{suffix}' is no timeline we read",
            where=where,
            what_to_do=f"Export it as one of {', '.join(READABLE)}.",
        )
    edit = READABLE[kind](text.lstrip("\ufeff"), rate, where)
    if not edit.cuts:
        raise InputUnusable(
            "no clip stands on the timeline",
            where=where,
            what_to_do="Export the timeline that holds the video's shots.",
        )
    return edit


def _same_rate(found: Fraction, rate: Fraction, where: str) -> None:
    if abs(found - rate) > Fraction(1, 200):
        raise InputUnusable(
            f"it runs at {float(found):g} frames a second and the plan at {float(rate):g}",
            where=where,
            what_to_do="Set the sequence to the plan's rate and export again.",
        )


def _one_track(count: int, where: str) -> None:
    if count > 1:
        raise InputUnusable(
            f"it has clips on {count} video tracks",
            where=where,
            what_to_do="Bring the shots to one track (flatten the sequence), then export again.",
        )


# OpenTimelineIO


def _otio(text: str, rate: Fraction, where: str) -> Edit:
    import opentimelineio as otio

    try:
        timeline = otio.adapters.read_from_string(text, "otio_json")
        tracks = [t for t in timeline.video_tracks() if any(t.find_clips())]
    except (otio.exceptions.OTIOError, ValueError, AttributeError, TypeError) as error:
        raise InputUnusable(
            "the file is no OpenTimelineIO timeline",
            where=where,
            what_to_do="Export the timeline again as .otio.",
            log=str(error),
        ) from error
    _one_track(len(tracks), where)
    cuts, notes = [], []
    dissolve = 0
    for item in tracks[0] if tracks else ():
        if isinstance(item, otio.schema.Transition):
            dissolve = _frames(item.in_offset + item.out_offset, rate, where)
            continue
        if isinstance(item, otio.schema.Clip):
            place = tracks[0].range_of_child(item)
            start = _frames(place.start_time, rate, where)
            cuts.append(
                Cut(
                    name=item.name,
                    start=start,
                    end=start + _frames(place.duration, rate, where),
                    source=_frames(item.trimmed_range().start_time, rate, where),
                    dissolve=dissolve,
                )
            )
            if item.effects:
                notes.append(f"the effects of {item.name} are not taken over")
        dissolve = 0
    return Edit(cuts=tuple(cuts), notes=tuple(notes))


def _frames(time: Any, rate: Fraction, where: str) -> int:
    found = Fraction(float(time.rate)).limit_denominator(1001)
    if found > 1:  # a time of nothing may come without a rate
        _same_rate(found, rate, where)
    return round(float(time.value))


# CMX3600

_TIMECODE = r"(\d{2}:\d{2}:\d{2}[:;.]\d{2})"
_EVENT = re.compile(
    rf"^(\d+)\s+(\S+)\s+(\S+)\s+([CDKW]\S*)\s+(\d+\s+)?{_TIMECODE}\s+{_TIMECODE}\s+{_TIMECODE}\s+"
    rf"{_TIMECODE}\s*$"
)
_NAME = re.compile(r"^\*\s*(FROM|TO) CLIP NAME:\s*(.*\S)\s*$", re.IGNORECASE)


def _edl(text: str, rate: Fraction, where: str) -> Edit:
    drop = bool(re.search(r"^FCM:\s*DROP|\d;\d\d\b", text, re.IGNORECASE | re.MULTILINE))
    rows: list[dict[str, int | str]] = []
    notes: list[str] = []
    pictures = True
    for number, line in enumerate(text.splitlines(), start=1):
        event, name = _EVENT.match(line.strip()), _NAME.match(line.strip())
        if event:
            pictures = "V" in event[3].upper()
        if event and pictures:
            times = [
                _timecode(event[k], rate, drop, f"{where}, line {number}") for k in range(6, 10)
            ]
            hour = _timecode(f"{event[8][:2]}:00:00:00", rate, drop, where)
            rows.append(
                {
                    "number": event[1],
                    "name": event[2],
                    "hour": hour,
                    "source": times[0],
                    "start": times[2],
                    "end": times[3],
                    "dissolve": int(event[5] or 0),
                }
            )
        elif name and rows and pictures:
            _named(rows, name[1].upper(), name[2])
        elif re.match(r"^M2\s", line):
            notes.append(f"the speed change in line {number} is not taken over")
    shown = [row for row in rows if int(row["end"]) > int(row["start"])]
    origin = min((int(row["hour"]) for row in shown), default=0)
    cuts = [_from_row(row, origin) for row in shown]
    return Edit(cuts=tuple(_meeting(cuts)), notes=tuple(notes))


def _named(rows: list[dict[str, int | str]], which: str, name: str) -> None:
    """A dissolve's first line is the clip it leaves, its second the one it leads to."""
    pair = len(rows) > 1 and rows[-2]["number"] == rows[-1]["number"]
    rows[-2 if pair and which == "FROM" else -1]["name"] = name


def _from_row(row: dict[str, int | str], origin: int) -> Cut:
    """A dissolve begins at its record-in; its middle is the cut."""
    dissolve = int(row["dissolve"])
    late = dissolve // 2
    return Cut(
        name=str(row["name"]),
        start=int(row["start"]) - origin + late,
        end=int(row["end"]) - origin,
        source=int(row["source"]) + late,
        dissolve=dissolve,
    )


def _meeting(cuts: list[Cut]) -> Iterator[Cut]:
    """A clip left by a dissolve goes on to the dissolve's middle."""
    for number, cut in enumerate(cuts):
        after = cuts[number + 1] if number + 1 < len(cuts) else None
        if after is not None and after.dissolve and cut.end == after.start - after.dissolve // 2:
            yield Cut(name=cut.name, start=cut.start, end=after.start, source=cut.source,
                      dissolve=cut.dissolve)  # fmt: skip
        else:
            yield cut


def _timecode(text: str, rate: Fraction, drop: bool, where: str) -> int:
    """Frames since 00:00:00:00; drop-frame counts skip numbers, not frames (SMPTE 12M)."""
    hours, minutes, seconds, frames = (int(part) for part in re.split("[:;.]", text))
    base = max(1, round(rate))
    if frames >= base or minutes > 59 or seconds > 59:
        raise InputUnusable(
            f"'{text}' is no timecode at {float(rate):g} frames a second",
            where=where,
            what_to_do="Export the EDL at the plan's rate.",
        )
    total = ((hours * 60 + minutes) * 60 + seconds) * base + frames
    if not drop or base % 30:
        return total
    skipped = hours * 60 + minutes
    return total - base // 15 * (skipped - skipped // 10)


# Final Cut Pro


def _fcpxml(text: str, rate: Fraction, where: str) -> Edit:
    root = parsed(text, where)
    sequence = root.find(".//sequence")
    spine = sequence.find("spine") if sequence is not None else None
    if sequence is None or spine is None:
        raise InputUnusable(
            "it holds no sequence", where=where, what_to_do="Export the project, not a clip."
        )
    frame = root.find(f".//format[@id='{sequence.get('format')}']")
    if frame is not None and frame.get("frameDuration"):
        _same_rate(1 / _seconds(frame.get("frameDuration"), where), rate, where)
    origin = _seconds(sequence.get("tcStart"), where)
    cuts, dissolve, lanes = [], 0, set()
    for item in spine:
        if item.tag == "transition":
            dissolve = round(_seconds(item.get("duration"), where) * rate)
            continue
        if item.tag in {"asset-clip", "clip", "video", "ref-clip", "sync-clip"}:
            start = round((_seconds(item.get("offset"), where) - origin) * rate)
            cuts.append(
                Cut(
                    name=item.get("name", ""),
                    start=start,
                    end=start + round(_seconds(item.get("duration"), where) * rate),
                    source=round(_seconds(item.get("start"), where) * rate),
                    dissolve=dissolve,
                )
            )
            lanes |= {c.get("lane", "") for c in item if c.get("srcEnable") != "audio"}
        dissolve = 0
    _one_track(1 + any(lane.isdigit() and int(lane) > 0 for lane in lanes), where)
    return Edit(cuts=tuple(cuts))


def _seconds(text: str | None, where: str) -> Fraction:
    try:
        return Fraction((text or "0s").removesuffix("s"))
    except (ValueError, ZeroDivisionError) as error:
        raise InputUnusable(
            f"'{text}' is no time",
            where=where,
            what_to_do="Export the timeline again from the editor.",
        ) from error


def _fcp7(text: str, rate: Fraction, where: str) -> Edit:
    root = parsed(text, where)
    sequence = root.find(".//sequence")
    if root.tag != "xmeml" or sequence is None:
        raise InputUnusable(
            "it holds no sequence of Final Cut Pro 7 XML",
            where=where,
            what_to_do="Export the sequence as Final Cut Pro XML.",
        )
    base, ntsc = _number(sequence, "rate/timebase"), sequence.findtext("rate/ntsc", "FALSE")
    if base:
        found = Fraction(base * 1000, 1001) if ntsc.upper() == "TRUE" else Fraction(base)
        _same_rate(parse_rate(found), rate, where)
    tracks = [t for t in sequence.findall("media/video/track") if t.find("clipitem") is not None]
    _one_track(len(tracks), where)
    return Edit(cuts=tuple(_track_cuts(tracks[0])) if tracks else ())


def _track_cuts(track: ET.Element) -> Iterator[Cut]:
    """A clip whose edge is -1 meets a transition there; the cut is the transition's middle."""
    items = [item for item in track if item.tag in {"clipitem", "transitionitem"}]
    for number, item in enumerate(items):
        if item.tag != "clipitem":
            continue
        before = items[number - 1] if number else None
        after = items[number + 1] if number + 1 < len(items) else None
        start, end, source = (_number(item, name) for name in ("start", "end", "in"))
        dissolve = 0
        if start < 0 and before is not None:
            low, high = _number(before, "start"), _number(before, "end")
            dissolve, start = high - low, (low + high) // 2
            source += start - low
        if end < 0 and after is not None:
            end = (_number(after, "start") + _number(after, "end")) // 2
        name = item.findtext("name", "")
        yield Cut(name=name, start=start, end=end, source=source, dissolve=dissolve)


def _number(element: ET.Element, path: str) -> int:
    text = (element.findtext(path) or "0").strip()
    return int(text) if re.fullmatch(r"-?\d{1,9}", text) else 0


READABLE: dict[str, Callable[[str, Fraction, str], Edit]] = {
    ".otio": _otio,
    ".edl": _edl,
    ".fcpxml": _fcpxml,
    ".xml": _fcp7,
}
"""Formats that can come back, by the file's ending."""
