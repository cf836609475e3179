"""The cut as tables: CSV for a spreadsheet, JSON for a program."""

from __future__ import annotations

import csv
import io
import json

from apex_director.core.time import seconds_at, timecode

from .cutlist import CutList

COLUMNS = (
    *("shot", "start_frame", "end_frame", "frames", "start_s", "end_s", "timecode"),
    *("section", "picture", "size", "move", "transition", "comment"),
)
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def to_csv(cut: CutList) -> str:
    """One row per shot; end frames are exclusive.

    Cells that a spreadsheet would take for a formula begin with an apostrophe.
    """
    text = io.StringIO()
    rows = csv.writer(text, lineterminator="\n")
    rows.writerow(COLUMNS)
    for event in cut.events:
        facts = event.facts
        transition = facts.get("transition", {}).get("kind", "cut")
        start, end = seconds_at(event.start, cut.rate), seconds_at(event.end, cut.rate)
        row = [
            event.name, event.start, event.end, event.frames, f"{float(start):.3f}",
            f"{float(end):.3f}", timecode(cut.origin + event.start, cut.rate),
            facts.get("section", ""), facts.get("picture", ""), facts.get("size", ""),
            facts.get("move", ""), transition, event.comment,
        ]  # fmt: skip
        rows.writerow(_cell(value) for value in row)
    return text.getvalue()


def _cell(value: object) -> object:
    risky = isinstance(value, str) and value.startswith(_FORMULA)
    return f"'{value}" if risky else value


def to_json(cut: CutList) -> str:
    """Events and marks in whole frames, with the rate as a fraction."""
    told = {
        "title": cut.title,
        "artist": cut.artist,
        "media": cut.media,
        "rate": f"{cut.rate.numerator}/{cut.rate.denominator}",
        "frames": cut.frames,
        "width": cut.width,
        "height": cut.height,
        "start_timecode": timecode(cut.origin, cut.rate),
        "events": [
            {"shot": e.name, "start": e.start, "end": e.end, "source": e.source, **e.facts}
            for e in cut.events
        ],
        "marks": [
            {"kind": m.kind, "name": m.name, "start": m.start, "frames": m.frames}
            for m in cut.marks
        ],
    }
    return json.dumps(told, ensure_ascii=False, indent=1) + "\n"
