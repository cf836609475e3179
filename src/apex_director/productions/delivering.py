"""The step that delivers: everything a user gets, laid into the output folder, the video last."""

from __future__ import annotations

import json
import time
from fractions import Fraction
from pathlib import Path
from typing import Any

from apex_director import media, video
from apex_director.core.errors import OutputUnwritable

from .dressing import look_file
from .editorial import flash_spans, write_timelines
from .folders import Work, copy, link_or_copy, trim
from .model import Payload, Ports, Report
from .planning import analysis_at, storyboard_at, write_bible
from .request import request_from
from .singing import FILE as LYRICS_FILE
from .singing import kept_lrc, put_lyrics
from .versions import Version, version_from, versions_of

RESULT, CUTDOWNS = "generation_result.json", "cutdowns_result.json"
"""What a job has made; the second where it made cut-downs alone, beside a video or without one."""
LYRICS = ("srt", "vtt", "ass", "lrc")
"""Side files a plan's lyrics are written as."""


def destination(payload: Payload) -> Path:
    """The folder to deliver into (contract F8).

    The output folder itself, unless another job's files lie there under the names this one needs:
    then a subfolder named by the job.
    Files of the same resume key, or a video whose plan or whose lyrics, aligned by ear and
    corrected, are given back, are ours to replace.
    """
    folder = Path(payload["output_dir"])
    request = request_from(payload["request"])
    versions = versions_of(request)
    names = {name for v in versions for name in (v.file, v.rejected)}
    if not any((folder / name).exists() for name in names):
        return folder
    there = _told_by(folder / _result_name(payload))
    ours = there.get("job_id") == payload["job_id"] or (
        there.get("resume_key") and there.get("resume_key") == payload["resume_key"]
    )
    plan = request.plan_path
    given_back = bool(plan) and Path(plan).parent == folder
    lyrics = folder / LYRICS_FILE
    given_back |= request.lyrics_path == str(lyrics) and bool(kept_lrc(lyrics))
    return folder if ours or given_back else folder / str(payload["job_id"])


def _result_name(payload: Payload) -> str:
    return CUTDOWNS if payload["request"].get("only_cutdowns") else RESULT


def _told_by(path: Path) -> dict[str, Any]:
    """What a folder says of the job that made its files."""
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return told if isinstance(told, dict) else {}


def deliver(ports: Ports, payload: Payload, report: Report) -> Payload:
    """Write F1 to F6 and F8; a blocked master becomes ``rejected_video.mp4`` (contract D27)."""
    work = Work(home=ports.home, job_id=payload["job_id"])
    folder = destination(payload)
    media.require_writable(folder, int(payload["assembly"]["bytes"]))
    version = version_from(payload["version"])
    _claim(payload, folder / RESULT)
    accepted, target, _ = _named(payload, version, folder)
    storyboard, analysis = storyboard_at(payload["plan"]), analysis_at(payload["analysis"])
    _put(work.analysis, folder / "audio_analysis.json")
    _put(Path(payload["plan"]).with_name("storyboard.md"), folder / "storyboard.md")
    timelines = write_timelines(
        folder,
        storyboard,
        analysis,
        media_name=target.name,
        flashes=flash_spans(payload["check"]["report"]),
    )
    pictures = _put_pictures(payload["drawn"], folder / "generated_images")
    _place(payload, version, folder)
    payload = payload | money_of(ports, payload)
    result = result_json(payload, target, pictures, accepted=accepted)
    result["intermediate_files"] += [str(path) for path in timelines]
    media.write_json_atomic(folder / RESULT, result)
    work.note(
        "completed",
        f"{target}; {result['total_processing_time']} s in all, cost ${payload['cost_usd']:.2f}",
    )
    _put(work.log, folder / work.log.name)
    trim(work.segments, keep=frozenset(Path(p).name for p in payload["segment_files"]))
    return result


def _named(payload: Payload, version: Version, folder: Path) -> tuple[bool, Path, Path]:
    """Whether a version was accepted, its path, and the path it has where that is otherwise."""
    blocked = payload["check"]["verdict"] == "block"
    accepted = not blocked or bool(payload["request"].get("deliver_anyway", False))
    names = (version.file, version.rejected)
    target, other = (folder / name for name in (names if accepted else reversed(names)))
    return accepted, target, other


def _place(payload: Payload, version: Version, folder: Path) -> None:
    """Lay a version into the folder: its plan, its report, its contact sheet, itself at last."""
    accepted, target, other = _named(payload, version, folder)
    if version.kind == "video":  # a plan is one for the whole song
        _put(Path(payload["plan"]), folder / version.beside("cinematography_plan.json"))
    _put(Path(payload["check"]["sheet"]), folder / version.beside("contact_sheet.png"))
    _put_bible(Path(payload["plan"]), version, folder)
    _put_beside(Path(payload["plan"]), version, folder)
    verdict = dict(payload["check"]["report"])
    if accepted and verdict["verdict"] == "block":
        verdict["overridden"] = "delivered anyway, as asked"
    media.write_json_atomic(folder / version.beside("quality_report.json"), verdict)
    _put_master(Path(payload["assembly"]["master"]), other, target)
    other.unlink(missing_ok=True)


def _put_bible(plan: Path, version: Version, folder: Path) -> None:
    """The style bible of a plan for the whole song."""
    if version.kind == "video":
        write_bible(folder / version.beside("style_bible.json"), storyboard_at(str(plan)))


def _put_beside(plan: Path, version: Version, folder: Path) -> None:
    """The look of a plan, which it names; and its lyrics as side files."""
    storyboard = storyboard_at(str(plan))
    look = look_file(plan, storyboard)
    if look is not None and version.kind == "video":
        _put(look, folder / look.name)
    cards = [card for card in storyboard.titles if card.role != "title"]
    fmt = storyboard.format
    for kind in LYRICS if cards else ():
        text = video.captions(
            cards,
            kind,
            fmt.rate,
            width=fmt.width,
            height=fmt.height,
            title=storyboard.title,
            artist=storyboard.artist,
        )
        if kind == "lrc" and version.kind == "video":
            text = kept_lrc(plan) or text
        put_lyrics(folder / version.beside(f"lyrics.{kind}"), text)


def deliver_version(ports: Ports, payload: Payload, report: Report) -> Payload:
    """Lay one further version beside the video: itself, its report, its contact sheet; where it is
    the whole song, its plan.

    Payload: as :func:`deliver`, without what concerns the whole job.
    """
    work = Work(home=ports.home, job_id=payload["job_id"])
    folder = destination(payload)
    media.require_writable(folder, int(payload["assembly"]["bytes"]))
    version = version_from(payload["version"])
    _claim(payload, folder / _result_name(payload))
    accepted, target, _ = _named(payload, version, folder)
    if version.tag and version.main is False:
        _put_pictures(payload["drawn"], folder / version.beside("generated_images"))
    _place(payload, version, folder)
    work.note("completed", str(target))
    return version_json_of(payload, version, target, accepted=accepted)


def _claim(payload: Payload, path: Path) -> None:
    """Say whose files lie here before the first of them does: a job that is killed right then finds
    them again as its own.
    """
    said = {name: payload[name] for name in ("job_id", "resume_key")}
    if not said.items() <= _told_by(path).items():
        media.write_json_atomic(path, said | {"success": False, "versions": []})


def version_json_of(
    payload: Payload, version: Version, target: Path, *, accepted: bool
) -> dict[str, Any]:
    """What is told of one version in the result of the job."""
    verdict = payload["check"]["report"]
    reasons = {
        kind: [c["reason"] for c in verdict["checks"] if c["verdict"] == kind]
        for kind in ("warn", "block")
    }
    frames, rate = int(payload["assembly"]["frames"]), Fraction(payload["rate"])
    folder = target.parent
    return {
        "name": version.label,
        "kind": version.kind,
        "aspect": version.aspect,
        "path": str(target),
        "success": accepted,
        "size": str(version.size),
        "frames": frames,
        "seconds": round(float(frames / rate), 3),
        "window": [round(float(f / rate), 3) for f in payload["window"] or []] or None,
        "verdict": verdict["verdict"],
        "overall_quality_score": verdict["overall_quality_score"],
        "quality_report": str(folder / version.beside("quality_report.json")),
        "contact_sheet": str(folder / version.beside("contact_sheet.png")),
        "errors": reasons["block"],
        "warnings": reasons["warn"],
        "image_generation_results": _told(payload["drawn"]),
    }


def _told(drawn: list[Payload]) -> list[Payload]:
    names = ("picture_id", "backend", "not_drawn", "provenance", "takes")
    return [{name: picture[name] for name in names} for picture in drawn]


def money_of(ports: Ports, payload: Payload) -> Payload:
    """What the ledger says this job has cost, and what of it nobody knows yet."""
    if ports.desk is None:
        return {"cost_usd": 0.0, "held_usd": 0.0}
    spent = ports.desk.ledger.spent(job_id=payload["job_id"])
    return {"cost_usd": float(spent.settled), "held_usd": float(spent.held)}


def _put(source: Path, target: Path) -> None:
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        link_or_copy(source, target) if target.suffix in {".mp4", ".txt"} else copy(source, target)
    except OSError as error:
        raise OutputUnwritable(
            f"it cannot be written ({error.strerror or error})",
            where=str(target),
            what_to_do="Free space or choose another folder with -o, then run again with --resume.",
        ) from error


def _put_master(master: Path, before: Path, target: Path) -> None:
    """Deliver the master; one that was delivered under its other name, or tidied away since, is
    taken from where it lies.
    """
    if master.is_file():
        _put(master, target)
    elif before.is_file():
        _put(before, target)
    elif not target.is_file():
        raise OutputUnwritable(
            "the finished master is gone",
            where=str(master),
            what_to_do="Make it again: the same command without --resume; its cuts are cached.",
        )


def _put_pictures(drawn: list[Payload], folder: Path) -> list[str]:
    placed = []
    folder.mkdir(parents=True, exist_ok=True)
    wanted = set()
    for picture in drawn:
        still = Path(picture["still"])
        name = f"{picture['picture_id']}.png"
        _put(still, folder / name)
        _put(still.with_suffix(".json"), folder / f"{picture['picture_id']}.json")
        wanted |= {name, f"{picture['picture_id']}.json"}
        placed.append(str(folder / name))
    return placed


def result_json(
    payload: Payload, target: Path, pictures: list[str], *, accepted: bool
) -> dict[str, Any]:
    """The ``MusicVideoResult`` of F5; what was not measured is null."""
    verdict = payload["check"]["report"]
    within = verdict["sync"]["within_one_frame"]
    warnings = [*payload["warnings"]]
    warnings += [c["reason"] for c in verdict["checks"] if c["verdict"] == "warn"]
    errors = [c["reason"] for c in verdict["checks"] if c["verdict"] == "block"]
    folder = target.parent
    if folder.name == payload["job_id"]:
        warnings.append(f"Another video lies in {folder.parent}; this one was put into {folder}.")
    version = version_json_of(payload, version_from(payload["version"]), target, accepted=accepted)
    version.pop("image_generation_results")
    return {
        "success": accepted,
        "job_id": payload["job_id"],
        "resume_key": payload["resume_key"],
        "output_video_path": str(target),
        "output_path": str(target),
        "quality_score": verdict["overall_quality_score"],
        "total_processing_time": round(time.time() - payload["began"], 2),
        "audio_analysis": str(folder / "audio_analysis.json"),
        "cinematography_plan": str(folder / "cinematography_plan.json"),
        "image_generation_results": _told(payload["drawn"]),
        "video_assembly_result": payload["assembly"] | {"master": str(target)},
        "quality_report": str(folder / "quality_report.json"),
        "verdict": verdict["verdict"],
        "overall_quality_score": verdict["overall_quality_score"],
        "style_consistency_score": None,
        "audio_sync_score": within,
        "broadcast_compliance_score": None,
        "generated_images": pictures,
        "intermediate_files": [str(folder / "storyboard.md")],
        "errors": errors,
        "warnings": warnings,
        "resumed_from_checkpoint": payload["resumed"],
        "cost_usd": payload["cost_usd"],
        "held_usd": payload["held_usd"],
        "estimate": payload["estimate"],
        "versions": [version],
    }
