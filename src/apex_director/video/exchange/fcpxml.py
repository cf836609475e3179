"""The cut as FCPXML, on exact fractions, which Final Cut Pro and Resolve read."""

from __future__ import annotations

from fractions import Fraction
from urllib.parse import quote
from xml.etree import ElementTree as ET

from .cutlist import CutList, Event, Mark
from .markup import document, put

VERSION = "1.8"
"""Old enough for every Resolve and Final Cut Pro in use."""
FORMAT, ASSET = "r1", "r2"


def to_fcpxml(cut: CutList) -> str:
    """A library with one project; every time is a multiple of the frame's duration.

    Source: FCPXML 1.8 document type definition.
    """
    root = ET.Element("fcpxml", version=VERSION)
    _resources(put(root, "resources"), cut)
    event = put(put(root, "library"), "event", name=cut.title)
    project = put(event, "project", name=cut.title)
    sequence = put(
        project,
        "sequence",
        format=FORMAT,
        duration=_time(cut, cut.frames),
        tcStart=_time(cut, cut.origin),
        tcFormat="NDF",
    )
    spine = put(sequence, "spine")
    for number, shot in enumerate(cut.events):
        clip = _clip(spine, cut, shot)
        if number == 0:
            _song(clip, cut)
        for mark in cut.marks:
            if shot.start <= mark.start < shot.end:
                _marker(clip, cut, shot, mark)
    return document(root, "fcpxml")


def _resources(resources: ET.Element, cut: CutList) -> None:
    put(
        resources,
        "format",
        id=FORMAT,
        frameDuration=_time(cut, 1),
        width=str(cut.width),
        height=str(cut.height),
        colorSpace="1-1-1 (Rec. 709)",
    )
    put(
        resources,
        "asset",
        id=ASSET,
        name=cut.media.rsplit("/", 1)[-1],
        src=quote(cut.media if "/" in cut.media else f"./{cut.media}"),
        start="0s",
        duration=_time(cut, cut.frames),
        hasVideo="1",
        format=FORMAT,
        hasAudio="1",
        audioSources="1",
        audioChannels=str(cut.channels),
        audioRate=str(cut.sample_rate),
    )


def _clip(spine: ET.Element, cut: CutList, shot: Event) -> ET.Element:
    clip = put(
        spine,
        "asset-clip",
        ref=ASSET,
        name=shot.name,
        offset=_time(cut, cut.origin + shot.start),
        start=_time(cut, shot.source),
        duration=_time(cut, shot.frames),
        format=FORMAT,
        tcFormat="NDF",
        srcEnable="video",
    )
    put(clip, "note", shot.comment)
    return clip


def _song(first: ET.Element, cut: CutList) -> None:
    """The whole song, connected below the first clip, so that the picture can be cut alone."""
    put(
        first,
        "asset-clip",
        ref=ASSET,
        name="song",
        lane="-1",
        offset="0s",
        start="0s",
        duration=_time(cut, cut.frames),
        srcEnable="audio",
        audioRole="music",
    )


def _marker(clip: ET.Element, cut: CutList, shot: Event, mark: Mark) -> None:
    """A marker stands in the clip's own time."""
    put(
        clip,
        "marker",
        start=_time(cut, shot.source + mark.start - shot.start),
        duration=_time(cut, 1),
        value=mark.name,
        note=f"{mark.kind}: {mark.comment}" if mark.comment else mark.kind,
    )


def _time(cut: CutList, frames: int) -> str:
    """Frames as an exact fraction of seconds over the rate's own timescale."""
    at = Fraction(frames) / cut.rate
    if at.denominator == 1:
        return f"{at.numerator}s"
    return f"{frames * cut.rate.denominator}/{cut.rate.numerator}s"
