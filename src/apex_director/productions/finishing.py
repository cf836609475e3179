"""The steps that finish: join the segments under the song, check the master."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from apex_director import media, qa, video
from apex_director.audio.model import AudioAnalysis
from apex_director.cinematography.model import Shot, Storyboard
from apex_director.core.errors import AssemblyError
from apex_director.core.time import clock, seconds_at
from apex_director.media.model import LoudnessReading
from apex_director.media.probe import probe
from apex_director.qa.model import MasterFacts
from apex_director.qa.model import Report as Checked
from apex_director.qa.schema import report_to_json

from .folders import Work
from .keeping import sound_kept, trim_sounds
from .model import Payload, Ports, Progress, Report
from .planning import analysis_at, storyboard_at
from .watching import seen_of

MOST_THUMBS = 96


def assemble(ports: Ports, payload: Payload, report: Report) -> Payload:
    """Join the segments by stream copy and lay the song under them.

    Payload: ``segments`` (paths), ``frame_counts``, ``song``, ``out``, ``rate``, ``title``,
    ``artist``.
    """
    report(Progress(stage="video_assembly", fraction=0.88, message="joining the segments"))
    tags = {k: payload[k] for k in ("title", "artist") if payload.get(k)}
    song, rate = Path(payload["song"]), Fraction(payload["rate"])
    kept = sound_kept(ports, song, sum(payload["frame_counts"]), rate)
    made = media.join(
        [Path(p) for p in payload["segments"]],
        song,
        Path(payload["out"]),
        rate=rate,
        frame_counts=payload["frame_counts"],
        tags=tags,
        kept=kept,
    )
    if kept is not None:
        trim_sounds(kept)
    Work(home=ports.home, job_id=payload["job_id"]).note(
        "video_assembly", f"{made.frames} frames joined; sound: {made.audio_codec}, {made.reason}"
    )
    return {
        "master": payload["out"],
        "audio_codec": made.audio_codec,
        "audio_copied": made.audio_copied,
        "audio_reason": made.reason,
        "frames": made.frames,
        "bytes": Path(payload["out"]).stat().st_size,
    }


def _measured(path: Path) -> LoudnessReading:
    """Loudness as any player plays it: lossy songs decode to peaks beyond full scale, which nobody
    ever hears.
    """
    stream = media.samples(path)
    meter = media.LoudnessMeter(stream.sample_rate, stream.channels)
    for block in stream:
        meter.push(np.clip(block, -1.0, 1.0))
    reading: LoudnessReading = meter.result()
    return reading


def _facts(
    storyboard: Storyboard, analysis: AudioAnalysis, payload: Payload, master: Path
) -> MasterFacts:
    """Everything the check needs to know that is not in the picture itself."""
    info = probe(master)
    picture, sound = info.video, info.audio
    if picture is None or sound is None:
        raise AssemblyError("the joined file lacks its picture or its sound", where=str(master))
    heard, grid, fmt = _measured(master), analysis.grid, storyboard.format
    anew = payload["own_sound"] or _beyond_scale(analysis)
    song = _measured(Path(payload["song"])) if anew else analysis.loudness
    return MasterFacts(
        rate=fmt.rate,
        width=fmt.width,
        height=fmt.height,
        expected_frames=fmt.total_frames,
        song_duration_s=analysis.duration_s,
        container_frames=picture.frames,
        video_codec=picture.codec,
        pix_fmt=picture.pix_fmt,
        color_range=picture.color_range,
        color_space=picture.color_space,
        color_primaries=picture.color_primaries,
        color_trc=picture.color_trc,
        video_duration_s=_seconds(picture.duration),
        audio_codec=sound.codec,
        audio_channels=sound.channels,
        audio_duration_s=_seconds(sound.duration),
        audio_copied=bool(payload["audio_copied"]),
        cuts=tuple(shot.start for shot in storyboard.shots if shot.start > 0),
        beats_s=tuple(b.time_s for b in grid.beats) if grid.reliable else (),
        downbeats_s=grid.downbeats if grid.reliable else (),
        grid_verdict=grid.verdict,
        marks=qa.marks_of(analysis),
        transitions=tuple(s.start for s in storyboard.shots if s.start and s.transition.frames),
        song_lufs=song.integrated_lufs,
        master_lufs=heard.integrated_lufs,
        song_peak_dbtp=song.true_peak_dbtp,
        master_peak_dbtp=heard.true_peak_dbtp,
    )


def _beyond_scale(analysis: AudioAnalysis) -> bool:
    peak = analysis.loudness.true_peak_dbtp
    return peak is not None and peak > 0.0


def _seconds(duration: Fraction | None) -> float | None:
    return None if duration is None else float(duration)


def check(ports: Ports, payload: Payload, report: Report) -> Payload:
    """Judge the master by every frame of it; draw the contact sheet from what was seen.

    Payload: ``master``, ``segments`` (what it was joined from), ``song``, ``own_sound`` (the song
    was cut, so the analysis knows nothing of
    its loudness), ``plan``, ``analysis``, ``audio_copied``, ``sheet`` (path).
    Returns the report (contract D27) and the spans in which flashes exceed the limit.
    """
    storyboard, analysis = storyboard_at(payload["plan"]), analysis_at(payload["analysis"])
    master = Path(payload["master"])
    total = storyboard.format.total_frames

    def tell(done: int, total: int) -> None:
        share = min(1.0, done / max(1, total))
        report(
            Progress(
                stage="quality_assurance",
                fraction=0.90 + 0.09 * share,
                message="watching the master",
                done=done,
                total=total,
                unit="frames",
            )
        )

    step = max(1, -(-len(storyboard.shots) // MOST_THUMBS))
    shown = storyboard.shots[::step]
    wanted = {(shot.start + shot.end) // 2: shot.shot_id for shot in shown}
    starts = [segment.start for segment in video.plan_segments(storyboard)]
    seen = seen_of(master, [Path(p) for p in payload["segments"]], starts, wanted)
    facts = _facts(storyboard, analysis, payload, master)
    found = qa.check_seen(seen.frames, facts, progress=tell)
    thumbs = {name: seen.thumbs[at] for at, name in wanted.items() if at in seen.thumbs}
    draw_sheet(storyboard, shown, thumbs, Path(payload["sheet"]))
    Work(home=ports.home, job_id=payload["job_id"]).note("quality_assurance", _verdict_line(found))
    taming = qa.taming_for(found.flashes, total, storyboard.format.rate)
    return {
        "report": report_to_json(found),
        "verdict": found.verdict,
        "score": found.overall_quality_score,
        "tame": [[t.start, t.end, t.strength] for t in taming],
        "sheet": payload["sheet"],
    }


def _verdict_line(found: Checked) -> str:
    problems = [c.reason for c in found.checks if c.verdict != "pass"]
    return f"{found.verdict}, score {found.overall_quality_score:.2f}. {' '.join(problems)}".strip()


def draw_sheet(
    storyboard: Storyboard,
    shots: Iterable[Shot],
    thumbs: dict[str, NDArray[np.uint8]],
    path: Path,
) -> None:
    rate = storyboard.format.rate
    labels = {s.section_id: s.label for s in storyboard.sections}
    pictures, captions = [], []
    for shot in shots:
        if shot.shot_id in thumbs:
            pictures.append(thumbs[shot.shot_id])
            at = clock(float(seconds_at(shot.start, rate)))
            detail = f"{shot.size.value}, {shot.move.value}".replace("_", " ")
            section = labels.get(shot.section_id, "").replace("_", " ")
            captions.append(
                video.Caption(number=shot.shot_id, time=at, section=section, detail=detail)
            )
    sheet = video.contact_sheet(
        pictures,
        captions,
        title=storyboard.title,
        subtitle=storyboard.artist,
        palette=storyboard.palette,
    )
    media.write_png(path, sheet)
