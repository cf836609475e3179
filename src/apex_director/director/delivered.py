"""A delivered video found again: by its job, its folder or its plan."""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from apex_director.cinematography.model import Storyboard
from apex_director.core.errors import InputUnusable, JobNotFound, PlanInvalid

from .foreground import find_job
from .studio import settings_of

if TYPE_CHECKING:
    from apex_director.jobs.model import JobRecord

PLAN, RESULT, ANALYSIS = (
    "cinematography_plan.json",
    "generation_result.json",
    "audio_analysis.json",
)


@dataclass(frozen=True, kw_only=True)
class Delivered:
    """Where a video was delivered, and the job that made it, where this studio knows it."""

    folder: Path
    plan: Path
    job: JobRecord | None

    @property
    def video(self) -> str:
        """The name of the video in its folder."""
        rejected = (self.folder / "rejected_video.mp4").is_file()
        final = (self.folder / "final_video.mp4").is_file()
        return "rejected_video.mp4" if rejected and not final else "final_video.mp4"

    def storyboard(self) -> Storyboard:
        """Its plan.

        Raises
        ------
        PlanInvalid
            The plan has been broken since.
        """
        from apex_director.cinematography.schema import from_json

        try:
            text = self.plan.read_text(encoding="utf-8-sig")
        except (OSError, UnicodeDecodeError) as error:
            raise PlanInvalid(
                "the plan cannot be read as text",
                where=str(self.plan),
                what_to_do="Give a JSON plan.",
            ) from error
        return from_json(text, where=str(self.plan))

    def document(self, name: str) -> dict[str, Any]:
        """One of its JSON files; empty where it is missing or broken."""
        with suppress(OSError, ValueError):
            told = json.loads((self.folder / name).read_text(encoding="utf-8"))
            if isinstance(told, dict):
                return told
        return {}


def delivered(where: str, *, home: str | None = None) -> Delivered:
    """Find a delivered video.

    Parameters
    ----------
    where : a job's id or its beginning, an output folder, or a plan file in one.

    Raises
    ------
    JobNotFound
        There is no such job and no such folder.
    InputUnusable
        No plan lies there.
    """
    path = Path(where).expanduser()
    if path.is_dir() or path.suffix == ".json":
        folder = (path if path.is_dir() else path.parent).resolve()
        plan = folder / PLAN if path.is_dir() else path.resolve()
        return Delivered(folder=folder, plan=_existing(plan), job=_job_of(folder, home))
    record = find_job(settings_of(home).home, where)
    target = record.output_path or ""
    if not target:
        raise InputUnusable(
            "this job has delivered nothing yet",
            where=record.id,
            what_to_do=f"Finish it first: apex jobs resume {record.id}",
        )
    folder = Path(target).parent
    return Delivered(folder=folder, plan=_existing(folder / PLAN), job=record)


def _existing(plan: Path) -> Path:
    if plan.is_file():
        return plan
    raise InputUnusable(
        "no plan lies there",
        where=str(plan),
        what_to_do="Name the folder of a video made by apex music-video, or its job.",
    )


def _job_of(folder: Path, home: str | None) -> JobRecord | None:
    try:
        told = json.loads((folder / RESULT).read_text(encoding="utf-8"))
        return find_job(settings_of(home).home, str(told["job_id"]))
    except (OSError, ValueError, KeyError, TypeError, JobNotFound):
        return None
