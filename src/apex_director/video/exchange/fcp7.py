"""The cut as Final Cut Pro 7 XML (xmeml 5), which Premiere, Resolve and Avid read."""

from __future__ import annotations

from urllib.parse import quote
from xml.etree import ElementTree as ET

from apex_director.core.time import timecode

from .cutlist import CutList, Mark
from .markup import clean, document, put

FILE = "file-1"


def to_fcp7(cut: CutList) -> str:
    """A sequence on its own timecode; all times are whole frames of the sequence's rate.

    Source: Final Cut Pro XML Interchange Format, version 5.
    """
    root = ET.Element("xmeml", version="5")
    sequence = put(root, "sequence", id="sequence-1")
    put(sequence, "name", cut.title)
    put(sequence, "duration", cut.frames)
    _rate(sequence, cut)
    start = put(sequence, "timecode")
    _rate(start, cut)
    put(start, "string", timecode(cut.origin, cut.rate))
    put(start, "frame", cut.origin)
    put(start, "displayformat", "NDF")
    tracks = put(sequence, "media")
    _video(tracks, cut)
    _audio(tracks, cut)
    for mark in cut.marks:
        _marker(sequence, mark)
    return document(root, "xmeml")


def _rate(parent: ET.Element, cut: CutList) -> None:
    rate = put(parent, "rate")
    put(rate, "timebase", cut.nominal)
    put(rate, "ntsc", "TRUE" if cut.ntsc else "FALSE")


def _video(tracks: ET.Element, cut: CutList) -> None:
    video = put(tracks, "video")
    _picture(put(video, "format"), cut)
    track = put(video, "track")
    for number, event in enumerate(cut.events, start=1):
        item = _item(track, cut, f"clipitem-{number}", event.name)
        _times(item, event.start, event.end, event.source)
        _file(item, cut, whole=number == 1)
        comments = put(item, "comments")
        put(comments, "mastercomment1", event.comment)
    put(track, "enabled", "TRUE")
    put(track, "locked", "FALSE")


def _audio(tracks: ET.Element, cut: CutList) -> None:
    audio = put(tracks, "audio")
    characteristics = put(put(audio, "format"), "samplecharacteristics")
    put(characteristics, "depth", 16)
    put(characteristics, "samplerate", cut.sample_rate)
    for channel in range(1, cut.channels + 1):
        track = put(audio, "track")
        item = _item(track, cut, f"clipitem-a{channel}", "song")
        _times(item, 0, cut.frames, 0)
        _file(item, cut, whole=False)
        source = put(item, "sourcetrack")
        put(source, "mediatype", "audio")
        put(source, "trackindex", channel)
        put(track, "outputchannelindex", channel)


def _item(track: ET.Element, cut: CutList, name: str, shown: str) -> ET.Element:
    item = put(track, "clipitem", id=name)
    put(item, "name", shown)
    put(item, "enabled", "TRUE")
    put(item, "duration", cut.frames)
    _rate(item, cut)
    return item


def _times(item: ET.Element, start: int, end: int, source: int) -> None:
    for name, frame in (
        ("start", start),
        ("end", end),
        ("in", source),
        ("out", source + end - start),
    ):
        put(item, name, frame)


def _file(item: ET.Element, cut: CutList, *, whole: bool) -> None:
    """The finished video: told in full once, then by its id."""
    file = put(item, "file", id=FILE)
    if not whole:
        return
    put(file, "name", cut.media.rsplit("/", 1)[-1])
    put(file, "pathurl", quote(cut.media))
    _rate(file, cut)
    put(file, "duration", cut.frames)
    start = put(file, "timecode")
    _rate(start, cut)
    put(start, "string", timecode(0, cut.rate))
    put(start, "frame", 0)
    put(start, "displayformat", "NDF")
    tracks = put(file, "media")
    _picture(put(tracks, "video"), cut)
    audio = put(tracks, "audio")
    characteristics = put(audio, "samplecharacteristics")
    put(characteristics, "samplerate", cut.sample_rate)
    put(audio, "channelcount", cut.channels)


def _picture(parent: ET.Element, cut: CutList) -> None:
    characteristics = put(parent, "samplecharacteristics")
    _rate(characteristics, cut)
    put(characteristics, "width", cut.width)
    put(characteristics, "height", cut.height)
    put(characteristics, "pixelaspectratio", "square")
    put(characteristics, "fielddominance", "none")


def _marker(sequence: ET.Element, mark: Mark) -> None:
    marker = put(sequence, "marker")
    put(marker, "name", mark.name)
    put(marker, "comment", clean(f"{mark.kind}: {mark.comment}" if mark.comment else mark.kind))
    put(marker, "in", mark.start)
    put(marker, "out", mark.start + mark.frames if mark.frames else -1)
