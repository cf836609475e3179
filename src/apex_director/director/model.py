"""What the public verbs give back, and whom they tell."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from apex_director.productions.model import Progress

Watch = Callable[[dict[str, Any]], None]
Say = Callable[[str], None]
Ask = Callable[[str], bool]


def silent(_: Any) -> None:
    """Nobody watches."""


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """How a job ended: F5, or what a job that stopped early on request left behind."""

    job_id: str
    result: dict[str, Any]


def as_status(progress: Progress) -> dict[str, Any]:
    """A progress in the shape of a job's status (P7 with ``detail``)."""
    return {
        "current_stage": progress.stage,
        "progress_percent": int(progress.fraction * 100),
        "detail": {
            "message": progress.message,
            "done": progress.done,
            "total": progress.total,
            "unit": progress.unit,
            "fps": progress.fps,
            "eta_s": progress.eta_s,
            "notice": progress.notice,
        },
    }
