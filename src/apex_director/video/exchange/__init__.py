"""The edit for people who go on in their own editor, and back: OTIO, EDL, FCPXML, FCP7 XML, tables.

Every clip refers to the finished video with exactly the frames it shows there, so the timeline
plays as the master does; transitions are part of these pictures and stand as notes.
"""

from __future__ import annotations

from .cutlist import CutList, Event, Mark, cut_list
from .edl import to_edl
from .fcp7 import to_fcp7
from .fcpxml import to_fcpxml
from .otio_json import to_otio
from .reading import READABLE, Edit, read_edit
from .returning import edited
from .tables import to_csv, to_json

TIMELINE_WRITERS = {
    "otio": (to_otio, "timeline.otio"),
    "edl": (to_edl, "timeline.edl"),
    "fcpxml": (to_fcpxml, "timeline.fcpxml"),
    "fcp7": (to_fcp7, "timeline.fcp7.xml"),
    "csv": (to_csv, "timeline.csv"),
    "json": (to_json, "timeline.json"),
}
"""Formats by name: what writes a cut list as text, and the usual file name."""

__all__ = [
    "READABLE",
    "TIMELINE_WRITERS",
    "CutList",
    "Edit",
    "Event",
    "Mark",
    "cut_list",
    "edited",
    "read_edit",
    "to_csv",
    "to_edl",
    "to_fcp7",
    "to_fcpxml",
    "to_json",
    "to_otio",
]
