"""What a job is: a record that outlives the process that works on it."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class JobStatus(StrEnum):
    """States of a job (contract C2)."""

    PENDING = "pending"
    QUEUED = "queued"
    PROCESSING = "processing"
    PAUSED = "paused"
    WAITING = "waiting"
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELLED = "cancelled"


Rank = tuple[float, int, str, str]  # place, minus priority, creation, id
ENDED = frozenset({JobStatus.COMPLETED, JobStatus.FAILED, JobStatus.CANCELLED})
UNFINISHED = frozenset(JobStatus) - ENDED


@dataclass(frozen=True, kw_only=True)
class Owner:
    """A process that works on jobs: host name, process id, and when the process started (epoch s).

    The start tells a living owner from a stranger that was given the same id later.
    """

    host: str
    pid: int
    start: float


@dataclass(frozen=True, kw_only=True)
class JobRecord:
    """One row of the jobs table; times are ISO 8601 in UTC.

    ``detail`` holds the last progress (message, done, total, unit, fps, eta_s), of a cancelled job
    also ``partial_files``; ``attempts`` counts how often the work was taken up, ``failures`` how
    often it failed since a person asked for it. ``place`` below or above 0: moved by a person.
    """

    id: str
    kind: str
    status: JobStatus
    payload: dict[str, Any]
    created_at: str
    updated_at: str
    resume_key: str = ""
    priority: int = 3
    progress: float = 0.0
    current_stage: str = ""
    result: dict[str, Any] | None = None
    output_path: str | None = None
    quality_score: float | None = None
    error: str | None = None
    error_code: str | None = None
    error_detail: dict[str, str] | None = None
    warnings: tuple[str, ...] = ()
    detail: dict[str, Any] = field(default_factory=dict)
    cancel_requested: bool = False
    attempts: int = 0
    owner: Owner | None = None
    started_at: str | None = None
    finished_at: str | None = None
    pause_requested: bool = False
    place: float = 0.0
    failures: int = 0
    next_try_at: str | None = None

    @property
    def rank(self) -> Rank:
        """What the queue is sorted by: moved ones, then priority, then age (contract B21)."""
        return (self.place, -self.priority, self.created_at, self.id)

    @property
    def ended(self) -> bool:
        """Whether nothing more happens to the job by itself."""
        return self.status in ENDED
