"""The edit as an OpenTimelineIO timeline, for people who go on in their own editor."""

from __future__ import annotations

from fractions import Fraction

import opentimelineio as otio

from apex_director.audio.model import AudioAnalysis
from apex_director.cinematography.model import Shot, Storyboard, TransitionKind
from apex_director.core.time import frame_at

from .segments import transition_spans

_TRANSITION_NAMES = {
    TransitionKind.CROSSFADE: "SMPTE_Dissolve",
    TransitionKind.DIP_TO_BLACK: "Custom_Transition",
    TransitionKind.DIP_TO_WHITE: "Custom_Transition",
}


def to_otio(storyboard: Storyboard, media_name: str, analysis: AudioAnalysis) -> str:
    """The cut as OTIO JSON.

    One clip per shot refers to the finished video, with the reasons of the shot in its metadata;
    transitions, markers on sections and downbeats. Times are whole frames at the video's rate.
    """
    rate = storyboard.format.rate
    timeline = otio.schema.Timeline(name=storyboard.title or "Untitled")
    timeline.global_start_time = _time(0, rate)
    timeline.metadata["apex_director"] = {
        "artist": storyboard.artist,
        "genre": storyboard.genre,
        "rate": f"{rate.numerator}/{rate.denominator}",
        "seed": storyboard.seed,
        "bpm": analysis.grid.bpm,
        "grid": analysis.grid.verdict,
    }
    pictures = otio.schema.Track(name="V1", kind=otio.schema.TrackKind.Video)
    for number, shot in enumerate(storyboard.shots):
        transition = _transition(storyboard, number)
        if transition is not None:
            pictures.append(transition)
        pictures.append(_clip(storyboard, shot, media_name))
    for marker in _markers(storyboard, analysis):
        pictures.markers.append(marker)
    timeline.tracks.append(pictures)
    timeline.tracks.append(_sound(storyboard, media_name))
    return str(otio.adapters.write_to_string(timeline, "otio_json"))


def _time(frame: int, rate: Fraction) -> otio.opentime.RationalTime:
    return otio.opentime.RationalTime(frame, float(rate))


def _range(start: int, frames: int, rate: Fraction) -> otio.opentime.TimeRange:
    return otio.opentime.TimeRange(_time(start, rate), _time(frames, rate))


def _media(storyboard: Storyboard, name: str) -> otio.schema.ExternalReference:
    fmt = storyboard.format
    whole = _range(0, fmt.total_frames, fmt.rate)
    return otio.schema.ExternalReference(target_url=name, available_range=whole)


def _clip(storyboard: Storyboard, shot: Shot, media_name: str) -> otio.schema.Clip:
    clip = otio.schema.Clip(
        name=shot.shot_id,
        media_reference=_media(storyboard, media_name),
        source_range=_range(shot.start, shot.frames, storyboard.format.rate),
    )
    clip.metadata["apex_director"] = {
        "picture": shot.picture_id,
        "section": shot.section_id,
        "size": shot.size.value,
        "lens_mm": shot.lens_mm,
        "move": shot.move.value,
        "energy": round(shot.energy, 4),
        "seed": shot.seed,
        "reason": shot.reason,
    }
    return clip


def _transition(storyboard: Storyboard, number: int) -> otio.schema.Transition | None:
    span = transition_spans(storyboard)[number]
    if span is None or span.outgoing is None:
        return None
    rate, cut = storyboard.format.rate, storyboard.shots[number].start
    return otio.schema.Transition(
        name=span.kind.value,
        transition_type=_TRANSITION_NAMES[span.kind],
        in_offset=_time(cut - span.start, rate),
        out_offset=_time(span.end - cut, rate),
        metadata={"apex_director": {"kind": span.kind.value, "curve": span.curve}},
    )


def _markers(storyboard: Storyboard, analysis: AudioAnalysis) -> list[otio.schema.Marker]:
    rate, total = storyboard.format.rate, storyboard.format.total_frames
    out = [
        otio.schema.Marker(
            name=f"{s.label} {s.group}".strip(),
            marked_range=_range(s.start, s.end - s.start, rate),
            color=otio.schema.MarkerColor.GREEN,
            metadata={"apex_director": {"kind": "section", "energy": round(s.energy, 4)}},
        )
        for s in storyboard.sections
    ]
    bars = analysis.grid.downbeats if analysis.grid.reliable else ()
    for number, seconds in enumerate(bars, start=1):
        frame = frame_at(seconds, rate)
        if frame < total:
            out.append(
                otio.schema.Marker(
                    name=f"bar {number}",
                    marked_range=_range(frame, 0, rate),
                    color=otio.schema.MarkerColor.RED,
                    metadata={"apex_director": {"kind": "downbeat", "seconds": float(seconds)}},
                )
            )
    return out


def _sound(storyboard: Storyboard, media_name: str) -> otio.schema.Track:
    fmt = storyboard.format
    track = otio.schema.Track(name="A1", kind=otio.schema.TrackKind.Audio)
    track.append(
        otio.schema.Clip(
            name="song",
            media_reference=_media(storyboard, media_name),
            source_range=_range(0, fmt.total_frames, fmt.rate),
        )
    )
    return track
