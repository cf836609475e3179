"""The steps of the canvas: a silent loop of one picture, rendered, and looked at."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from apex_director import audio, media, qa, video
from apex_director.cinematography.model import Storyboard
from apex_director.core.errors import AssemblyError
from apex_director.media.model import X264, VideoStream
from apex_director.media.probe import probe
from apex_director.media.silent import write_silent
from apex_director.qa.model import Check, MasterFacts, Verdict
from apex_director.qa.model import Report as Checked
from apex_director.qa.schema import report_to_json

from .drawing import scene_of
from .dressing import look_of
from .finishing import draw_sheet
from .folders import Work
from .model import Payload, Ports, Progress, Report
from .planning import analysis_at, storyboard_at
from .request import CANVAS_S
from .watching import watched

LOOP = X264(preset="medium", crf=8, gop_seconds=CANVAS_S[1] + 2)
"""Finer than a video: a loop is short, and where coarse frames follow on a keyframe one sees it."""
MOST_BYTES = 8 * 10**6
ROOM = 0.92  # of the bytes the encoder may use; the rest is the container's, and for safety
BUFFER_S = 2.0  # the encoder may run ahead of its rate by so much (media/encode.py)
SEAM = 1.5  # times the usual step between neighbours
STAGE = "video_assembly"
LOOKED_AT = ("black", "freeze", "flashes", "flashes_extended", "motion", "levels")
"""What the check of every master finds that holds for a loop without sound, too."""
_TELL_EVERY = 6  # frames
_SCORES: dict[Verdict, float] = {"pass": 1.0, "warn": 0.5, "block": 0.0}


def canvas(ports: Ports, payload: Payload, report: Report) -> Payload:
    """Render the loop and lay it out for players.

    Payload: ``plan``, ``analysis``, ``window`` (frames of the whole film the picture comes from),
    ``picture`` (a row as :func:`draw` takes), ``out``.
    """
    began = time.monotonic()
    storyboard = storyboard_at(payload["plan"])
    fmt = storyboard.format
    out = Path(payload["out"])
    seconds = float(fmt.total_frames / fmt.rate)
    settings = within(LOOP, seconds)
    whole = analysis_at(payload["analysis"])
    heard = audio.levelled(whole, *(float(frame / fmt.rate) for frame in payload["window"]))
    scene = scene_of(ports, payload["picture"], report)
    drawn = out.with_name(f"{out.stem}_picture.mp4")
    with media.SegmentEncoder(drawn, fmt.width, fmt.height, fmt.rate, settings) as sink:
        video.render_loop(
            storyboard,
            scene,
            heard,
            sink,
            on_frame=_teller(report, fmt.total_frames),
            lut=look_of(payload["plan"], storyboard),
        )
    tags = {"title": storyboard.title, "artist": storyboard.artist}
    size = write_silent(drawn, out, frames=fmt.total_frames, tags=tags)
    drawn.unlink(missing_ok=True)
    took = round(time.monotonic() - began, 2)
    Work(home=ports.home, job_id=payload["job_id"]).note(
        STAGE, f"canvas, a loop of {fmt.total_frames} frames and {size} bytes in {took} s"
    )
    return {
        "master": str(out),
        "audio_codec": "",
        "audio_copied": False,
        "audio_reason": "a canvas has no sound",
        "frames": fmt.total_frames,
        "bytes": size,
    }


def within(settings: X264, seconds: float) -> X264:
    """The encoder's settings held to what so many seconds may weigh."""
    most = int(MOST_BYTES * 8 * ROOM / (seconds + BUFFER_S) / 1000)
    kept = min(settings.maxrate_kbps or most, most)
    return replace(settings, maxrate_kbps=kept)


def _teller(report: Report, total: int) -> Any:
    def tell(frame: int) -> None:
        if frame % _TELL_EVERY == 0:
            done = frame + 1
            report(
                Progress(
                    stage=STAGE,
                    fraction=0.70 + 0.18 * done / total,
                    message="the loop",
                    done=done,
                    total=total,
                    unit="frames",
                )
            )

    return tell


@dataclass(kw_only=True)
class Seam:
    """Steps between neighbouring frames, and the one from the last frame to the first, as mean
    absolute differences of luma.
    """

    steps: list[float] = field(default_factory=list)
    _first: NDArray[np.int16] | None = None
    _last: NDArray[np.int16] | None = None

    def watch(self, frames: Iterable[Any]) -> Iterator[Any]:
        """Hand the frames on."""
        for frame in frames:
            now = frame.y.astype(np.int16)
            if self._last is None:
                self._first = now
            else:
                self.steps.append(float(np.abs(now - self._last).mean()))
            self._last = now
            yield frame

    @property
    def closing(self) -> float:
        """From the last frame to the first."""
        if self._first is None or self._last is None:
            return 0.0
        return float(np.abs(self._first - self._last).mean())

    @property
    def usual(self) -> float:
        return float(np.median(self.steps)) if self.steps else 0.0


def check_canvas(ports: Ports, payload: Payload, report: Report) -> Payload:
    """Watch the loop as a player shows it, over its seam, and judge it.

    Payload: ``plan``, ``analysis``, ``master``, ``sheet`` (path).
    """
    storyboard, master = storyboard_at(payload["plan"]), Path(payload["master"])
    report(Progress(stage="quality_assurance", fraction=0.90, message="watching the loop"))
    seam = Seam()
    thumbs: dict[int, NDArray[np.uint8]] = {}
    shots = storyboard.shots
    middle = (shots[0].start + shots[0].end) // 2
    frames = seam.watch(watched(media.video_frames(master), frozenset({middle}), thumbs))
    found = _judged(storyboard, master, frames, seam)
    shown = {shots[0].shot_id: thumbs[middle]} if middle in thumbs else {}
    draw_sheet(storyboard, shots, shown, Path(payload["sheet"]))
    problems = " ".join(c.reason for c in found.checks if c.verdict != "pass")
    said = f"canvas: {found.verdict}, score {found.overall_quality_score:.2f}. {problems}".strip()
    Work(home=ports.home, job_id=payload["job_id"]).note("quality_assurance", said)
    return {
        "report": report_to_json(found),
        "verdict": found.verdict,
        "score": found.overall_quality_score,
        "tame": [],
        "sheet": payload["sheet"],
    }


def _judged(storyboard: Storyboard, master: Path, frames: Iterable[Any], seam: Seam) -> Checked:
    info = probe(master)
    if info.video is None:
        raise AssemblyError("the loop lacks its picture", where=str(master))
    seen: Checked = qa.check_master(frames, _facts(storyboard, info.video))
    kept = [check for check in seen.checks if check.id in LOOKED_AT]
    checks = (
        *_outside(storyboard, info.video, silent=info.audio is None, size=info.size),
        _smooth(seam),
        *kept,
    )
    verdicts = [check.verdict for check in checks]
    verdict = max(verdicts, key=list(_SCORES).index)
    score = sum(_SCORES[found] for found in verdicts) / len(checks)
    return replace(seen, verdict=verdict, overall_quality_score=round(score, 4), checks=checks)


def _facts(storyboard: Storyboard, picture: VideoStream) -> MasterFacts:
    fmt = storyboard.format
    return MasterFacts(
        rate=fmt.rate,
        width=fmt.width,
        height=fmt.height,
        expected_frames=fmt.total_frames,
        song_duration_s=float(fmt.total_frames / fmt.rate),
        container_frames=picture.frames,
        video_codec=picture.codec,
        pix_fmt=picture.pix_fmt,
        color_range=picture.color_range,
        color_space=picture.color_space,
        color_primaries=picture.color_primaries,
        color_trc=picture.color_trc,
        video_duration_s=float(picture.duration or 0),
        audio_codec="",
        audio_channels=0,
        audio_duration_s=None,
        audio_copied=False,
    )


def _outside(
    storyboard: Storyboard, picture: VideoStream, *, silent: bool, size: int
) -> tuple[Check, ...]:
    """What can be said of the file without looking at its frames."""
    fmt = storyboard.format
    seconds = Fraction(picture.frames) / fmt.rate
    low, high = CANVAS_S
    whole = picture.frames == fmt.total_frames and low - 0.05 <= seconds <= high + 0.05
    stored = (picture.codec, picture.pix_fmt, picture.color_range, picture.color_space)
    usual = stored == ("h264", "yuv420p", "tv", "bt709")
    return (
        Check(
            id="duration",
            measured=round(float(seconds), 3),
            limit=f"{low:g} to {high:g}",
            unit="s",
            verdict="pass" if whole else "block",
            reason="The loop is as long as planned."
            if whole
            else f"{fmt.total_frames} frames were planned, {picture.frames} are there.",
        ),
        Check(
            id="streams",
            measured=", ".join(stored) + ("" if silent else ", with sound"),
            limit="h264, yuv420p, bt709 tv, no sound",
            unit="",
            verdict="pass" if silent and usual else "block",
            reason="It is stored the way every player expects, without a sound track."
            if silent and usual
            else "Players may show it wrongly, or it has a sound track.",
        ),
        Check(
            id="size",
            measured=size,
            limit=MOST_BYTES,
            unit="bytes",
            verdict="pass" if size <= MOST_BYTES else "block",
            reason="It is small enough to be uploaded."
            if size <= MOST_BYTES
            else "It is larger than a canvas may be.",
        ),
    )


def _smooth(seam: Seam) -> Check:
    times = seam.closing / max(seam.usual, 1e-6)
    return Check(
        id="loop",
        measured=round(times, 3),
        limit=SEAM,
        unit="times the usual step between frames",
        verdict="pass" if times <= SEAM else "warn",
        reason="The last frame leads on to the first as smoothly as any two."
        if times <= SEAM
        else "The step from the last frame to the first can be seen.",
    )
