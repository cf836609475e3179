"""The step that cuts: one segment of the plan in, an encoded file named by its content out."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from apex_director import media, qa, video
from apex_director.audio.model import AudioAnalysis
from apex_director.cinematography.model import Storyboard
from apex_director.images.model import Scene
from apex_director.media.model import X264

from .drawing import scene_of
from .dressing import look_of
from .folders import Work, touch
from .model import Payload, Ports, Progress, Report
from .planning import Tame, analysis_at, storyboard_at
from .watching import watch

if TYPE_CHECKING:
    from apex_director.video.model import FrameSink, Segment

STAGE = "video_assembly"
U8 = NDArray[np.uint8]
_TELL_EVERY_S = 0.4
_MOST_SCENES = 3
_scenes: OrderedDict[str, Scene] = OrderedDict()


@dataclass(frozen=True, kw_only=True, eq=False)
class _Film:
    """Everything needed to render any segment of one video."""

    storyboard: Storyboard
    analysis: AudioAnalysis
    segments: tuple[Segment, ...]
    scene: Callable[[str], Scene]
    tame: tuple[Tame, ...]
    lut: video.Cube | None

    def render(
        self, segment: Segment, into: FrameSink, on_frame: Callable[[int], None] | None = None
    ) -> None:
        """Draw every frame of a segment, reactions lowered where it is tamed."""
        scenes = {name: self.scene(name) for name in segment.picture_ids}
        video.render_segment(
            self.storyboard,
            segment,
            scenes,
            self.analysis,
            into,
            tame=_strengths(self.tame, segment.start, segment.end),
            on_frame=on_frame,
            lut=self.lut,
        )


def cut(ports: Ports, payload: Payload, report: Report) -> Payload:
    """Render and encode one segment, and look at what was encoded.

    Payload: ``plan``, ``analysis``, ``index``, ``out`` (path named by the segment's key),
    ``pictures`` (rows as :func:`draw` takes), ``encoder``, ``tame`` [(start, end, strength)].
    A segment that is already there is not rendered again.
    """
    out = Path(payload["out"])
    storyboard = storyboard_at(payload["plan"])
    segments = video.plan_segments(storyboard)
    segment = segments[payload["index"]]
    if out.is_file():
        touch(out)
        return {"out": str(out), "frames": segment.frames, "reused": True, "seconds": 0.0}
    began = time.monotonic()
    rows = {row["picture_id"]: row for row in payload["pictures"]}
    film = _Film(
        storyboard=storyboard,
        analysis=analysis_at(payload["analysis"]),
        segments=segments,
        scene=lambda name: _scene(ports, rows[name], report),
        tame=tuple((int(a), int(b), float(c)) for a, b, c in payload["tame"]),
        lut=look_of(payload["plan"], storyboard),
    )
    fmt = storyboard.format
    settings = X264(**payload["encoder"])
    with media.SegmentEncoder(out, fmt.width, fmt.height, fmt.rate, settings) as sink:
        calmed = _Calmed(sink, film, segment) if film.tame else sink
        film.render(segment, calmed, _teller(report, segment))
    watch(out, _middles(storyboard, segment))
    seconds = round(time.monotonic() - began, 2)
    shown = ", ".join(part.shot_id for part in segment.parts)
    Work(home=ports.home, job_id=payload["job_id"]).note(
        STAGE, f"segment {segment.index + 1} ({shown}), {segment.frames} frames in {seconds} s"
    )
    return {"out": str(out), "frames": segment.frames, "reused": False, "seconds": seconds}


def _middles(storyboard: Storyboard, segment: Segment) -> list[int]:
    """The middle frames of the shots whose middle lies in a segment, counted from its first."""
    middles = {(s.start + s.end) // 2 for s in storyboard.shots}
    return sorted(m - segment.start for m in middles if segment.start <= m < segment.end)


def _scene(ports: Ports, row: Payload, report: Report) -> Scene:
    """The scene of a picture, the last few kept in this worker."""
    folder = row["layers"]
    if folder not in _scenes:
        _scenes[folder] = scene_of(ports, row, report)
        while len(_scenes) > _MOST_SCENES:
            _scenes.popitem(last=False)
    _scenes.move_to_end(folder)
    return _scenes[folder]


def _strengths(tame: Iterable[Tame], start: int, end: int) -> list[float]:
    """How much each frame from ``start`` to ``end`` is calmed, 0..1."""
    out = [0.0] * (end - start)
    for first, last, strength in tame:
        for frame in range(max(start, first), min(end, last)):
            out[frame - start] = max(out[frame - start], strength)
    return out


class _Calmed:
    """A sink that calms flashes on the way to the encoder.

    Calming looks back to where its stretch began, so frames of earlier segments are drawn again for
    it to see; a frame's pixels then do not depend on where segments begin.
    """

    def __init__(self, inner: FrameSink, film: _Film, segment: Segment) -> None:
        self.inner, self.frame = inner, segment.start
        fmt = film.storyboard.format
        self.stretches = [
            (start, end, _calmer(fmt.width, fmt.height, fmt.rate, strength, end - start))
            for start, end, strength in film.tame
        ]
        self.held: tuple[U8, U8, U8] | None = None
        earliest = min(start for start, _, _ in film.tame)
        for before in film.segments:
            if before.end > earliest and before.start < segment.start:
                film.render(before, _Watched(self, fmt.width, fmt.height, before.start))

    def calm(self, frame: int, planes: tuple[U8, U8, U8]) -> None:
        """Calm a frame in place, in every stretch it lies in, one after the other."""
        for start, end, calmer in self.stretches:
            if start <= frame < end:
                calmer.apply(*planes)

    def planes(self) -> tuple[U8, U8, U8]:
        self.held = self.inner.planes()
        return self.held

    def write(self) -> None:
        if self.held is not None:
            self.calm(self.frame, self.held)
        self.frame += 1
        self.inner.write()


class _Watched:
    """A sink that keeps nothing: earlier frames, drawn for the calming to see."""

    def __init__(self, calmed: _Calmed, width: int, height: int, start: int) -> None:
        self.calmed, self.frame = calmed, start
        half = (height // 2, width // 2)
        self.buffers = tuple(np.empty(s, np.uint8) for s in ((height, width), half, half))

    def planes(self) -> tuple[U8, U8, U8]:
        y, u, v = self.buffers
        return y, u, v

    def write(self) -> None:
        self.calmed.calm(self.frame, self.planes())
        self.frame += 1


def _calmer(width: int, height: int, rate: Fraction, strength: float, frames: int) -> Any:
    return qa.Calmer(width, height, rate, strength, frames)


def _teller(report: Report, segment: Segment) -> Callable[[int], None]:
    last = [0.0]

    def tell(frame: int) -> None:
        now, done = time.monotonic(), frame + 1 - segment.start
        if now - last[0] >= _TELL_EVERY_S:
            last[0] = now
            report(
                Progress(
                    stage=STAGE,
                    fraction=done / segment.frames,
                    message=f"segment {segment.index + 1}",
                    done=done,
                    total=segment.frames,
                    unit="frames",
                )
            )

    return tell
