"""The cut as an OpenTimelineIO timeline."""

from __future__ import annotations

import opentimelineio as otio

from .cutlist import CutList, Event, Mark

_COLOURS = {
    "section": otio.schema.MarkerColor.GREEN,
    "downbeat": otio.schema.MarkerColor.RED,
    "beat": otio.schema.MarkerColor.ORANGE,
    "flash": otio.schema.MarkerColor.MAGENTA,
}


def to_otio(cut: CutList) -> str:
    """OTIO JSON: one clip per shot with its reasons in the metadata, the song, and the marks.

    Source: OpenTimelineIO schema Timeline.1.
    """
    timeline = otio.schema.Timeline(name=cut.title)
    timeline.global_start_time = _time(cut, cut.origin)
    timeline.metadata["apex_director"] = dict(cut.facts)
    pictures = otio.schema.Track(name="V1", kind=otio.schema.TrackKind.Video)
    pictures.extend([_clip(cut, event) for event in cut.events])
    pictures.markers.extend([_marker(cut, mark) for mark in cut.marks])
    sound = otio.schema.Track(name="A1", kind=otio.schema.TrackKind.Audio)
    sound.append(
        otio.schema.Clip(
            name="song", media_reference=_media(cut), source_range=_range(cut, 0, cut.frames)
        )
    )
    timeline.tracks.extend([pictures, sound])
    return str(otio.adapters.write_to_string(timeline, "otio_json"))


def _time(cut: CutList, frame: int) -> otio.opentime.RationalTime:
    return otio.opentime.RationalTime(frame, float(cut.rate))


def _range(cut: CutList, start: int, frames: int) -> otio.opentime.TimeRange:
    return otio.opentime.TimeRange(_time(cut, start), _time(cut, frames))


def _media(cut: CutList) -> otio.schema.ExternalReference:
    whole = _range(cut, 0, cut.frames)
    return otio.schema.ExternalReference(target_url=cut.media, available_range=whole)


def _clip(cut: CutList, event: Event) -> otio.schema.Clip:
    clip = otio.schema.Clip(
        name=event.name,
        media_reference=_media(cut),
        source_range=_range(cut, event.source, event.frames),
    )
    clip.metadata["apex_director"] = dict(event.facts)
    return clip


def _marker(cut: CutList, mark: Mark) -> otio.schema.Marker:
    return otio.schema.Marker(
        name=mark.name,
        marked_range=_range(cut, mark.start, mark.frames),
        color=_COLOURS[mark.kind],
        comment=mark.comment,
        metadata={"apex_director": {"kind": mark.kind}},
    )
