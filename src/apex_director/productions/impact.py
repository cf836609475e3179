"""What an edited plan will draw, cut and cost anew, against what this studio has made already."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from apex_director import estimation
from apex_director.audio.model import AudioAnalysis
from apex_director.cinematography.model import PicturePlan, Storyboard
from apex_director.estimation.model import Estimate, Generation
from apex_director.images.model import GenerationRequest

from . import shelf
from .buying import Expected, expect
from .folders import Work
from .forecasting import OURS, planned_quotes
from .keeping import layers_kept
from .listening import listen, listening
from .model import Payload, Ports, Report
from .planning import Cutter, analysis_at, plan, request_for, segments_of, storyboard_at
from .request import MusicVideoRequest, delivery_of

NEW, AGAIN, SHELF, CACHED = "new", "again", "shelf", "cached"


@dataclass(frozen=True, kw_only=True)
class PictureChange:
    """What becomes of one picture of the plan.

    ``state`` is ``new`` (never made), ``again`` (made before, but its layers are needed for new
    cuts), ``shelf`` (paid for before and taken from the shelf) or ``cached`` (nothing to do).
    """

    picture_id: str
    backend: str
    paid: bool
    state: str

    @property
    def drawn(self) -> bool:
        """Whether it is made anew, with all it takes and costs."""
        return self.state in {NEW, AGAIN}


@dataclass(frozen=True, kw_only=True)
class SegmentChange:
    """A stretch of frames ``start`` to ``end`` that is cut anew, and the shots in it."""

    index: int
    start: int
    end: int
    shots: tuple[str, ...]

    @property
    def frames(self) -> int:
        return self.end - self.start


@dataclass(frozen=True, kw_only=True)
class Impact:
    """What rendering a plan would do now."""

    pictures: tuple[PictureChange, ...]
    segments: tuple[SegmentChange, ...]
    segments_in_all: int
    frames_in_all: int
    forecast: Estimate
    notes: tuple[str, ...] = ()

    @property
    def frames(self) -> int:
        """To be rendered."""
        return sum(segment.frames for segment in self.segments)

    @property
    def drawn(self) -> tuple[PictureChange, ...]:
        """Pictures that are made anew."""
        return tuple(p for p in self.pictures if p.drawn)

    @property
    def bought(self) -> tuple[PictureChange, ...]:
        """Those of them that cost money."""
        return tuple(p for p in self.drawn if p.paid)


def preview(
    ports: Ports,
    request: MusicVideoRequest,
    folder: Path,
    history: Sequence[Generation] = (),
    *,
    report: Report,
) -> Impact:
    """Listen to a song, plan it (or read the plan named) and compare with what is cached.

    Parameters
    ----------
    folder : Path
        Where analysis and plan are written; the output folder stays as it is.

    Raises
    ------
    ApexError
        The song or the plan cannot be used.
    """
    heard = listen(ports, listening(request, folder / "audio_analysis.json"), report)
    plain = asdict(request) | {"color_palette": list(request.color_palette)}
    planned = plan(
        ports,
        {
            "request": plain,
            "analysis": heard["analysis"],
            "tags": heard["tags"],
            "out": str(folder / "cinematography_plan.json"),
        },
        report,
    )
    board, analysis = storyboard_at(planned["plan"]), analysis_at(heard["analysis"])
    return impact_of(ports, request, board, analysis, planned, history)


def impact_of(
    ports: Ports,
    request: MusicVideoRequest,
    storyboard: Storyboard,
    analysis: AudioAnalysis,
    planned: Payload,
    history: Sequence[Generation] = (),
) -> Impact:
    """Compare a plan with what lies in the studio's caches.

    Parameters
    ----------
    planned : mapping
        What the planning step gave for this plan: its ``picture_keys``.
    history : sequence of Generation
        What the estimator learns from.
    """
    work = Work(home=ports.home, job_id="")
    rows = {row["picture_id"]: row for row in planned["picture_keys"]}
    stories = {name: _story(work, row) for name, row in rows.items()}
    keys = {name: _pixels(stories[name], row) for name, row in rows.items()}
    cutter = Cutter(version=ports.cut, encoder=delivery_of(request).preset.x264)
    segments = segments_of(storyboard, analysis, keys, cutter)
    anew = [s for s in segments if not (work.segments / f"{s['key']}.mp4").is_file()]
    needed = {name for segment in anew for name in segment["pictures"]}
    asked = {p.picture_id: request_for(storyboard, p) for p in storyboard.pictures}
    expected = {
        p.picture_id: expect(ports, asked[p.picture_id], request.backend_preference or p.backend)
        for p in storyboard.pictures
    }
    pictures = [
        _picture(ports, p, asked[p.picture_id], expected[p.picture_id], request.candidates,
                 known=stories[p.picture_id] is not None,
                 needed=p.picture_id in needed and not layers_kept(ports.home, keys[p.picture_id]))
        for p in storyboard.pictures
    ]  # fmt: skip
    drawn = [expected[p.picture_id] for p in pictures if p.drawn]
    return Impact(
        pictures=tuple(pictures),
        segments=tuple(_segment(storyboard, row) for row in anew),
        segments_in_all=len(segments),
        frames_in_all=storyboard.format.total_frames,
        forecast=_forecast(ports, request, storyboard, anew, drawn, history),
        notes=_notes(ports, request, expected),
    )


def _notes(
    ports: Ports, request: MusicVideoRequest, expected: Mapping[str, Expected]
) -> tuple[str, ...]:
    """What a person should know of a backend that was asked for and cannot be used."""
    wanted = request.backend_preference
    if not wanted or any(one.backend == wanted for one in expected.values()):
        return ()
    needs = next((b.ready() for b in ports.backends if b.capabilities.name == wanted), "")
    others = sorted({one.backend or OURS for one in expected.values()})
    return (f"{wanted} cannot be used now ({needs}); this is for {', '.join(others)}.",)


def _story(work: Work, row: Payload) -> Payload | None:
    """How a picture was made, if it was and its still is there; one that somebody else had to draw
    is made again.
    """
    still = work.stills / f"{row['key']}.png"
    try:
        told: Payload = json.loads(still.with_suffix(".json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    if not still.is_file() or told.get("backend") != (row["expect"] or told.get("backend")):
        return None
    return told


def _pixels(story: Payload | None, row: Payload) -> str:
    """What names the picture's pixels in the keys of its segments."""
    return str((story or {}).get("take_key") or row["key"])


def _picture(
    ports: Ports,
    picture: PicturePlan,
    request: GenerationRequest,
    expected: Expected,
    candidates: int,
    *,
    known: bool,
    needed: bool,
) -> PictureChange:
    backend = expected.backend or OURS
    shelved = backend != OURS and all(
        _on_shelf(ports, request, expected, number) for number in range(candidates)
    )
    if known and not needed:
        state = CACHED
    elif shelved:
        state = SHELF
    else:
        state = AGAIN if known else NEW
    return PictureChange(
        picture_id=picture.picture_id, backend=backend, paid=expected.paid, state=state
    )


def _on_shelf(ports: Ports, request: GenerationRequest, expected: Expected, number: int) -> bool:
    """Whether a take was paid for by any job of this studio."""
    asked = shelf.numbered(request, number)
    path = shelf.shelf_path(ports, asked, expected.backend, expected.model, number)
    return path.is_file()


def _segment(storyboard: Storyboard, row: Payload) -> SegmentChange:
    start, end = int(row["start"]), int(row["end"])
    shots = tuple(s.shot_id for s in storyboard.shots if s.start < end and s.end > start)
    return SegmentChange(index=int(row["index"]), start=start, end=end, shots=shots)


def _forecast(
    ports: Ports,
    request: MusicVideoRequest,
    storyboard: Storyboard,
    anew: Sequence[Payload],
    drawn: Sequence[Expected],
    history: Sequence[Generation],
) -> Estimate:
    quotes = planned_quotes(drawn, each=request.candidates, workers=ports.workers)
    frames = sum(int(row["end"]) - int(row["start"]) for row in anew)
    own = sum(quote.count for quote in quotes if quote.backend == OURS)
    return estimation.estimate(
        storyboard,
        preset=request.quality_preset,
        workers=ports.workers,
        history=history,
        pictures=quotes,
        work=estimation.Work(frames=frames, pictures=own),
    )


def describe(impact: Impact) -> list[str]:
    """The change in sentences for people."""
    forecast = estimation.describe(impact.forecast)
    if not impact.segments and not impact.drawn:
        cached = "Nothing is made anew: every cut of this plan is cached."
        return [*impact.notes, cached, f"Estimate: {forecast}"]
    names = ", ".join(f"{p.picture_id} ({p.backend})" for p in impact.drawn)
    lines = [
        f"Pictures to make: {len(impact.drawn)} of {len(impact.pictures)}"
        + (f": {names}" if names else "")
        + (f"; {len(impact.bought)} of them cost money" if impact.bought else ""),
        f"Cuts to render: {len(impact.segments)} of {impact.segments_in_all}, "
        f"{impact.frames} of {impact.frames_in_all} frames",
        f"Estimate: {forecast}",
    ]
    lines[:0] = impact.notes
    shelf = [p.picture_id for p in impact.pictures if p.state == SHELF]
    if shelf:
        lines.insert(len(lines) - 1, f"Paid for before and not again: {', '.join(shelf)}")
    return lines


def as_json(impact: Impact) -> dict[str, Any]:
    """The change as JSON values."""
    return {
        "pictures": [
            {"picture_id": p.picture_id, "backend": p.backend, "paid": p.paid, "state": p.state}
            for p in impact.pictures
        ],
        "segments": [
            {"index": s.index, "start": s.start, "end": s.end, "shots": list(s.shots)}
            for s in impact.segments
        ],
        "pictures_to_make": len(impact.drawn),
        "pictures_to_buy": len(impact.bought),
        "segments_to_cut": len(impact.segments),
        "segments_in_all": impact.segments_in_all,
        "frames_to_render": impact.frames,
        "frames_in_all": impact.frames_in_all,
        "estimate": estimation.as_json(impact.forecast),
        "notes": list(impact.notes),
    }
