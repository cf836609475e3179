"""The step that ends a job of several versions: one result that lists them all."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from apex_director import media

from .delivering import CUTDOWNS, RESULT, money_of
from .folders import Work, link_or_copy
from .model import Payload, Ports, Report

_ORDER = ("pass", "warn", "block")


def conclude(ports: Ports, payload: Payload, report: Report) -> Payload:
    """Write the result of the whole job beside what it made.

    Payload: ``delivered`` (what each version's delivery gave, the video's first where ``whole``),
    ``warnings``, ``estimate``, ``began``, ``resumed``, ``resume_key``.
    """
    work = Work(home=ports.home, job_id=payload["job_id"])
    first, *others = payload["delivered"]
    if payload["whole"]:
        before, versions = dict(first), [*first["versions"], *others]
    else:
        before, versions = _before(payload, first), payload["delivered"]
    path = Path(versions[0]["path"])
    result = before | _summed(payload, versions, before) | money_of(ports, payload)
    media.write_json_atomic(path.with_name(RESULT if payload["whole"] else CUTDOWNS), result)
    work.note("completed", f"{len(versions)} versions; {result['total_processing_time']} s in all")
    link_or_copy(work.log, path.with_name(work.log.name))
    return result


def _summed(payload: Payload, versions: Sequence[Payload], before: Payload) -> dict[str, Any]:
    """What is true of all versions together; a blocked one makes the job blocked."""
    further = versions[1:] if payload["whole"] else versions
    told = {
        kind: [f"{v['name']}: {text}" for v in further for text in v[kind]]
        for kind in ("errors", "warnings")
    }
    said = [*before["warnings"], *payload["warnings"], *told["warnings"]]
    return {
        "success": all(v["success"] for v in versions),
        "verdict": max((v["verdict"] for v in versions), key=_ORDER.index),
        "warnings": list(dict.fromkeys(said)),
        "errors": [*before["errors"], *told["errors"]],
        "total_processing_time": round(time.time() - payload["began"], 2),
        "resumed_from_checkpoint": payload["resumed"],
        "versions": list(versions),
    }


def _before(payload: Payload, first: Payload) -> dict[str, Any]:
    """What a job that made cut-downs alone says in place of the video's own result."""
    return {
        "success": False,
        "job_id": payload["job_id"],
        "resume_key": payload["resume_key"],
        "output_video_path": first["path"],
        "output_path": first["path"],
        "quality_score": first["overall_quality_score"],
        "quality_report": first["quality_report"],
        "overall_quality_score": first["overall_quality_score"],
        "image_generation_results": first["image_generation_results"],
        "errors": [],
        "warnings": [],
        "estimate": payload["estimate"],
    }
