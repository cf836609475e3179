"""A finished video once more, with its weakest pictures made anew (contract P18)."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from apex_director.core.errors import ValidationFailed
from apex_director.core.ids import seed_for

from .foreground import find_job
from .studio import ready

WEAKEST_SHARE = 0.25  # of the pictures, at least one


async def improve_quality(
    job_id: str, *, approved: bool = False, budget: float | None = None
) -> str:
    """Start a video that redoes the pictures of a job which scored least; the new job's id.

    Everything else is taken from what the first job cached, so only the segments that show a new
    picture are rendered again. An earlier yes to paid pictures is none to these: without
    ``approved`` or a ``budget`` in US dollars the job waits.

    Raises
    ------
    JobNotFound
        There is none of that id.
    ValidationFailed
        The job is no music video, or has not delivered one.
    """
    said = {"approved": approved, "budget_usd": budget}
    return await asyncio.to_thread(_improve, job_id, said)


def _improve(job_id: str, said: Mapping[str, Any]) -> str:
    from .background import submit_request

    settings = ready(None)
    record = find_job(settings.home, job_id)
    result: Mapping[str, Any] = record.result or {}
    plan = Path(str(result.get("cinematography_plan", "")))
    if record.kind != "music_video" or not plan.is_file():
        raise ValidationFailed(
            "there is no finished music video to improve",
            where=job_id,
            what_to_do="Name a job whose video was delivered; see: apex jobs list",
        )
    weak = weakest(result["image_generation_results"])
    edited = json.loads(plan.read_text(encoding="utf-8"))
    for picture in edited["pictures"]:
        if picture["picture_id"] in weak:
            picture["seed"] = seed_for(picture["seed"], "improve", record.id)
    target = plan.with_name("improved_plan.json")
    _write(target, edited)
    return submit_request({**record.payload["request"], **said, "plan_path": str(target)})


def weakest(pictures: list[Mapping[str, Any]]) -> frozenset[str]:
    """Ids of the pictures that scored least: a quarter of them, at least one."""

    def score(picture: Mapping[str, Any]) -> float:
        kept = [take for take in picture.get("takes", ()) if take["chosen"]]
        return float(kept[0]["score"]["overall"]) if kept else 1.0

    ranked = sorted(pictures, key=lambda p: (score(p), str(p["picture_id"])))
    count = max(1, round(len(ranked) * WEAKEST_SHARE))
    return frozenset(str(p["picture_id"]) for p in ranked[:count])


def _write(path: Path, value: Mapping[str, Any]) -> None:
    part = path.with_suffix(".part")
    part.write_text(json.dumps(value, indent=2, ensure_ascii=False), encoding="utf-8")
    part.replace(path)
