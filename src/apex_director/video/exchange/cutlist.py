"""What every format of exchange is written from: events and marks in whole frames."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, Literal

from apex_director.audio.model import AudioAnalysis
from apex_director.cinematography.model import Shot, Storyboard, TransitionKind
from apex_director.core.time import frame_at
from apex_director.core.timeline import Span

START_HOURS = 1
"""Timelines begin at 01:00:00:00, as editors expect of a programme."""

MarkKind = Literal["section", "downbeat", "beat", "flash"]


@dataclass(frozen=True, kw_only=True)
class Event:
    """Frames ``start`` to ``end`` (half-open) of the timeline show the video from ``source`` on."""

    name: str
    start: int
    end: int
    source: int
    comment: str
    facts: Mapping[str, Any] = field(default_factory=dict)

    @property
    def frames(self) -> int:
        return self.end - self.start


@dataclass(frozen=True, kw_only=True)
class Mark:
    """A marker over ``frames`` frames (0: a point) from ``start`` on."""

    kind: MarkKind
    name: str
    start: int
    frames: int = 0
    comment: str = ""


@dataclass(frozen=True, kw_only=True)
class CutList:
    """A cut in whole frames at an exact rate. ``media`` is the finished video's path relative to
    the file the list is written to.
    """

    title: str
    artist: str
    media: str
    rate: Fraction
    frames: int
    width: int
    height: int
    sample_rate: int
    channels: int
    events: tuple[Event, ...]
    marks: tuple[Mark, ...]
    facts: Mapping[str, Any] = field(default_factory=dict)

    @property
    def nominal(self) -> int:
        """Frames a second of timecode counts: 24 for 23.976."""
        return max(1, round(self.rate))

    @property
    def ntsc(self) -> bool:
        """Whether the rate is a nominal one slowed by 1000/1001."""
        return self.rate == Fraction(self.nominal * 1000, 1001)

    @property
    def origin(self) -> int:
        """Frames of timecode before the timeline's first."""
        return START_HOURS * 3600 * self.nominal


def cut_list(
    storyboard: Storyboard, media: str, analysis: AudioAnalysis, flashes: Iterable[Span] = ()
) -> CutList:
    """The cut of a storyboard, with marks on its sections, beats and flash warnings.

    Parameters
    ----------
    media : the finished video's path, relative to where the list will lie.
    flashes : spans of frames the final check warned of.
    """
    fmt, grid = storyboard.format, analysis.grid
    return CutList(
        title=" ".join(storyboard.title.split()) or "Untitled",
        artist=storyboard.artist,
        media=media,
        rate=fmt.rate,
        frames=fmt.total_frames,
        width=fmt.width,
        height=fmt.height,
        sample_rate=analysis.sample_rate,
        channels=analysis.channels,
        events=tuple(_event(shot) for shot in storyboard.shots),
        marks=tuple(sorted(_marks(storyboard, analysis, flashes), key=lambda m: m.start)),
        facts={
            "artist": storyboard.artist,
            "genre": storyboard.genre,
            "rate": f"{fmt.rate.numerator}/{fmt.rate.denominator}",
            "seed": storyboard.seed,
            "bpm": grid.bpm,
            "grid": grid.verdict,
        },
    )


def _event(shot: Shot) -> Event:
    facts: dict[str, Any] = {
        "picture": shot.picture_id,
        "section": shot.section_id,
        "size": shot.size.value,
        "lens_mm": shot.lens_mm,
        "move": shot.move.value,
        "energy": round(shot.energy, 4),
        "seed": shot.seed,
        "reason": shot.reason,
    }
    told = f"{shot.size}, {shot.move}".replace("_", " ")
    if shot.transition.kind is not TransitionKind.CUT:
        kind, frames = shot.transition.kind.value, shot.transition.frames
        facts["transition"] = {"kind": kind, "frames": frames, "curve": shot.transition.curve}
        told += f"; begins with a {kind.replace('_', ' ')} of {frames} frames"
    return Event(
        name=shot.shot_id,
        start=shot.start,
        end=shot.end,
        source=shot.start,
        comment=told,
        facts=facts,
    )


def _marks(
    storyboard: Storyboard, analysis: AudioAnalysis, flashes: Iterable[Span]
) -> Iterable[Mark]:
    for section in storyboard.sections:
        yield Mark(
            kind="section",
            name=f"{section.label} {section.group}".strip(),
            start=section.start,
            frames=section.end - section.start,
            comment=section.note,
        )
    yield from _beats(analysis, storyboard.format.rate, storyboard.format.total_frames)
    for span in flashes:
        yield Mark(
            kind="flash",
            name="flashing",
            start=span.start,
            frames=len(span),
            comment="flashes beyond the limit of photosensitive safety",
        )


def _beats(analysis: AudioAnalysis, rate: Fraction, total: int) -> Iterable[Mark]:
    """Every beat of a grid that can be trusted; the first of a bar is a downbeat."""
    if not analysis.grid.reliable:
        return
    bar = 0
    for beat in analysis.grid.beats:
        first = beat.position == 1
        bar += first
        frame = frame_at(beat.time_s, rate)
        if 0 <= frame < total:
            name = f"bar {bar}" if first else f"beat {bar}.{beat.position}"
            yield Mark(kind="downbeat" if first else "beat", name=name, start=frame)
