"""The step that delivers: everything a user gets, laid into the output folder, the video last."""

from __future__ import annotations

import json
import shutil
import time
from pathlib import Path
from typing import Any

from apex_director import media, video
from apex_director.core.errors import OutputUnwritable

from .folders import Work, copy, link_or_copy, trim
from .model import Payload, Ports, Report
from .planning import analysis_at, storyboard_at

FINAL, REJECTED = "final_video.mp4", "rejected_video.mp4"
RESULT = "generation_result.json"


def destination(payload: Payload) -> Path:
    """The folder to deliver into (contract F8).

    The output folder itself, unless another job's video lies there: then a subfolder named by the
    job.
    A video of the same resume key, or one whose plan is being re-rendered, is ours to replace.
    """
    folder = Path(payload["output_dir"])
    if not any((folder / name).exists() for name in (FINAL, REJECTED)):
        return folder
    try:
        there = json.loads((folder / RESULT).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        there = {}
    ours = there.get("job_id") == payload["job_id"] or (
        there.get("resume_key") and there.get("resume_key") == payload["resume_key"]
    )
    plan = payload["request"].get("plan_path", "")
    from_its_plan = bool(plan) and Path(plan).parent == folder
    return folder if ours or from_its_plan else folder / str(payload["job_id"])


def deliver(ports: Ports, payload: Payload, report: Report) -> Payload:
    """Write F1 to F6 and F8; a blocked master becomes ``rejected_video.mp4`` (contract D27)."""
    work = Work(home=ports.home, job_id=payload["job_id"])
    folder = destination(payload)
    media.require_writable(folder, int(payload["assembly"]["bytes"]))
    blocked = payload["check"]["verdict"] == "block"
    accepted = not blocked or payload["request"].get("deliver_anyway", False)
    target = folder / (FINAL if accepted else REJECTED)
    storyboard, analysis = storyboard_at(payload["plan"]), analysis_at(payload["analysis"])
    _put(work.analysis, folder / "audio_analysis.json")
    _put(Path(payload["plan"]), folder / "cinematography_plan.json")
    _put(Path(payload["plan"]).with_name("storyboard.md"), folder / "storyboard.md")
    _put(Path(payload["check"]["sheet"]), folder / "contact_sheet.png")
    media.write_text_atomic(
        folder / "timeline.otio", video.to_otio(storyboard, target.name, analysis)
    )
    verdict = dict(payload["check"]["report"])
    if blocked and accepted:
        verdict["overridden"] = "delivered anyway, as asked"
    media.write_json_atomic(folder / "quality_report.json", verdict)
    pictures = _put_pictures(payload["drawn"], folder / "generated_images")
    other = folder / (REJECTED if accepted else FINAL)
    _put_master(work.master, other, target)
    if destination(payload) == folder:
        other.unlink(missing_ok=True)
    payload = payload | money_of(ports, payload)
    result = result_json(payload, target, pictures, accepted=accepted)
    media.write_json_atomic(folder / RESULT, result)
    work.note(
        "completed",
        f"{target}; {result['total_processing_time']} s in all, cost ${payload['cost_usd']:.2f}",
    )
    _put(work.log, folder / work.log.name)
    trim(work.segments, keep=frozenset(Path(p).name for p in payload["segment_files"]))
    return result


def money_of(ports: Ports, payload: Payload) -> Payload:
    """What the ledger says this job has cost, and what of it nobody knows yet."""
    if ports.desk is None:
        return {"cost_usd": 0.0, "held_usd": 0.0}
    spent = ports.desk.ledger.spent(job_id=payload["job_id"])
    return {"cost_usd": float(spent.settled), "held_usd": float(spent.held)}


def tidy(ports: Ports, payload: Payload, report: Report) -> Payload:
    """Remove what a delivered job no longer needs: its layers and its working master."""
    work = Work(home=ports.home, job_id=payload["job_id"])
    shutil.rmtree(work.layers, ignore_errors=True)
    work.master.unlink(missing_ok=True)
    return {}


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
        "image_generation_results": [
            {k: p[k] for k in ("picture_id", "backend", "not_drawn", "provenance", "takes")}
            for p in payload["drawn"]
        ],
        "video_assembly_result": payload["assembly"] | {"master": str(target)},
        "quality_report": str(folder / "quality_report.json"),
        "verdict": verdict["verdict"],
        "overall_quality_score": verdict["overall_quality_score"],
        "style_consistency_score": None,
        "audio_sync_score": within,
        "broadcast_compliance_score": None,
        "generated_images": pictures,
        "intermediate_files": [str(folder / n) for n in ("timeline.otio", "storyboard.md")],
        "errors": errors,
        "warnings": warnings,
        "resumed_from_checkpoint": payload["resumed"],
        "cost_usd": payload["cost_usd"],
        "held_usd": payload["held_usd"],
        "estimate": payload["estimate"],
    }
