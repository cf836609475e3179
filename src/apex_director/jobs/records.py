"""The jobs of a studio: made, found, moved on, ended. Every change is one transaction.

Progress never falls, an ended job is never changed by a late report, and a job has at most one
living owner at a time.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from apex_director.core.errors import (
    ApexError,
    ApprovalNeeded,
    JobNotFound,
    ValidationFailed,
)
from apex_director.core.ids import new_job_id
from apex_director.db.engine import transaction
from apex_director.db.tables import jobs
from apex_director.jobs import attempts, partial
from apex_director.jobs import owner as owners
from apex_director.jobs.model import ENDED, JobRecord, JobStatus, Owner
from apex_director.productions.model import Payload, Progress

BEGIN_S = 60.0  # how long a process may take to begin what it has recorded
NO_OWNER: dict[str, Any] = {"owner_host": None, "owner_pid": None, "owner_start": None}


def now() -> str:
    """This moment as the tables keep it."""
    return datetime.now(UTC).isoformat()


def moment(epoch_s: float) -> str:
    """Epoch seconds as the tables keep a time."""
    return datetime.fromtimestamp(epoch_s, UTC).isoformat()


def record_of(row: sa.Row[Any]) -> JobRecord:
    """A row of the jobs table as a value."""
    values = dict(row._mapping)
    host, pid, start = (values.pop(f"owner_{part}") for part in ("host", "pid", "start"))
    values["owner"] = None if host is None else Owner(host=host, pid=pid, start=start)
    values["status"] = JobStatus(values["status"])
    values["warnings"] = tuple(values["warnings"])
    return JobRecord(**values)


def read(connection: sa.Connection, job_id: str) -> JobRecord:
    """One job, inside a transaction.

    Raises
    ------
    JobNotFound
        There is none of that id.
    """
    row = connection.execute(sa.select(jobs).where(jobs.c.id == job_id)).first()
    if row is None:
        raise JobNotFound(
            "there is no such job in this studio",
            where=job_id,
            what_to_do="List the jobs with: apex jobs list",
        )
    return record_of(row)


def write(connection: sa.Connection, job_id: str, **values: Any) -> None:
    """Change columns of one job, inside a transaction."""
    connection.execute(jobs.update().where(jobs.c.id == job_id).values(updated_at=now(), **values))


def create(
    home: Path,
    kind: str,
    payload: Payload,
    *,
    resume_key: str = "",
    priority: int = 3,
    job_id: str | None = None,
    status: JobStatus = JobStatus.PENDING,
) -> JobRecord:
    """Record a new job.

    Parameters
    ----------
    home : Path
        Studio folder.
    kind, payload
        The production's kind and what its story is given (JSON).
    resume_key : str
        What a repeated request is recognised by (contract D22).
    priority : int
        1 to 5, 5 is served first.
    job_id : str, optional
        A fresh UUID4 where not given.

    Raises
    ------
    ValidationFailed
        The priority is none, or the id is taken.
    """
    if not 1 <= priority <= 5:
        raise ValidationFailed(
            f"{priority} is no priority", where="priority", what_to_do="Give 1 to 5, 5 is first."
        )
    made_at = now()
    record = JobRecord(
        id=job_id or new_job_id(),
        kind=kind,
        status=status,
        payload=payload,
        resume_key=resume_key,
        priority=priority,
        created_at=made_at,
        updated_at=made_at,
    )
    row = {column.name: getattr(record, column.name, None) for column in jobs.columns}
    row |= {"status": status.value, "warnings": [], **NO_OWNER}
    try:
        with transaction(home) as connection:
            connection.execute(jobs.insert().values(**row))
    except sa.exc.IntegrityError as error:
        raise ValidationFailed(
            "a job of that id exists", where=record.id, what_to_do="Leave the id out."
        ) from error
    return record


def get(home: Path, job_id: str) -> JobRecord:
    """One job.

    Raises
    ------
    JobNotFound
        There is none of that id.
    """
    with transaction(home) as connection:
        return read(connection, job_id)


def list_jobs(
    home: Path,
    *,
    status: Collection[JobStatus] | None = None,
    kind: str | None = None,
    limit: int | None = None,
) -> list[JobRecord]:
    """The jobs of the studio, newest first."""
    query = sa.select(jobs).order_by(jobs.c.created_at.desc(), jobs.c.id)
    if status is not None:
        query = query.where(jobs.c.status.in_([one.value for one in status]))
    if kind is not None:
        query = query.where(jobs.c.kind == kind)
    with transaction(home) as connection:
        return [record_of(row) for row in connection.execute(query.limit(limit))]


def find_by_key(home: Path, resume_key: str) -> list[JobRecord]:
    """The jobs with that resume key, newest first."""
    query = sa.select(jobs).where(jobs.c.resume_key == resume_key)
    with transaction(home) as connection:
        rows = connection.execute(query.order_by(jobs.c.created_at.desc(), jobs.c.id))
        return [record_of(row) for row in rows]


def count_by_status(home: Path) -> dict[JobStatus, int]:
    """How many jobs stand in each state; states without jobs count 0."""
    query = sa.select(jobs.c.status, sa.func.count()).group_by(jobs.c.status)
    with transaction(home) as connection:
        found = {str(name): int(count) for name, count in connection.execute(query)}
    return {status: found.get(status.value, 0) for status in JobStatus}


def claim(
    home: Path, job_id: str, owner: Owner, *, queued: bool = False, anew: bool = True
) -> JobRecord:
    """Make a process the owner of a job, at most one at a time, and set it to processing.

    Parameters
    ----------
    home, job_id, owner
        Studio folder, job, and the process that takes it up.
    queued : bool
        The job waits in the process's line for now.
    anew : bool
        A person asked for it: its failures are counted from the start.

    Raises
    ------
    JobNotFound
        There is none of that id.
    ValidationFailed
        A living process works on it.
    """
    held = get(home, job_id).owner
    free = held is None or owners.same(held, owner) or not owners.is_alive(home, held)
    with transaction(home) as connection:
        record = read(connection, job_id)
        if record.owner is not None and not (free and record.owner == held):
            raise _busy(job_id, record.owner)
        taken = _taken(record, owner, queued)
        write(connection, job_id, **taken, **({"failures": 0} if anew else {}))
        if not queued:
            number, seen = taken["attempts"], record.updated_at
            attempts.begin(connection, job_id, number, now=now(), seen=seen)
        return read(connection, job_id)


def _taken(record: JobRecord, owner: Owner, queued: bool) -> dict[str, Any]:
    values: dict[str, Any] = {
        "owner_host": owner.host,
        "owner_pid": owner.pid,
        "owner_start": owner.start,
        "status": JobStatus.QUEUED.value,
        "finished_at": None,
        "next_try_at": None,
        "error": None,
        "error_code": None,
        "error_detail": None,
    }
    if record.owner is None or not owners.same(record.owner, owner):
        # what was asked of it while it waits in this process's line still holds
        values |= {"cancel_requested": False, "pause_requested": False}
    if not queued:
        values |= {
            "status": JobStatus.PROCESSING.value,
            "attempts": record.attempts + 1,
            "started_at": record.started_at or now(),
        }
    return values


def set_payload(home: Path, job_id: str, payload: Payload) -> JobRecord:
    """Change what a job's story is given when it is taken up next.

    Raises
    ------
    JobNotFound
        There is none of that id.
    ValidationFailed
        A living process works on it.
    """
    held = get(home, job_id).owner
    if held is not None and owners.is_alive(home, held):
        raise _busy(job_id, held)
    with transaction(home) as connection:
        read(connection, job_id)
        write(connection, job_id, payload=payload)
        return read(connection, job_id)


def _busy(job_id: str, owner: Owner) -> ValidationFailed:
    return ValidationFailed(
        f"process {owner.pid} on {owner.host} is working on this job",
        where=job_id,
        what_to_do=f"Watch it with: apex jobs show {job_id}",
    )


def update_progress(
    home: Path, job_id: str, progress: Progress, *, warnings: Collection[str] = ()
) -> None:
    """Store the last progress of a running job; the caller keeps to four calls a second.

    The stored fraction never falls; a job that has ended, or waits, keeps what it has.
    """
    with transaction(home) as connection:
        record = read(connection, job_id)
        if record.status is not JobStatus.PROCESSING:
            return
        write(
            connection,
            job_id,
            progress=max(record.progress, min(1.0, progress.fraction)),
            current_stage=progress.stage,
            detail=progress_detail(progress),
            warnings=_joined(record.warnings, (*warnings, progress.warning)),
        )


def progress_detail(progress: Progress) -> dict[str, Any]:
    """What a progress says beyond stage and fraction, as stored with the job."""
    return {
        "message": progress.message,
        "done": progress.done,
        "total": progress.total,
        "unit": progress.unit,
        "fps": progress.fps,
        "eta_s": progress.eta_s,
    }


def _joined(kept: Collection[str], new: Collection[str]) -> list[str]:
    return list(dict.fromkeys([*kept, *(text for text in new if text)]))


def _end(home: Path, job_id: str, status: JobStatus, **values: Any) -> JobRecord:
    with transaction(home) as connection:
        record = read(connection, job_id)
        if record.ended:
            return record
        ended: dict[str, Any] = {"finished_at": now()} if status in ENDED else {}
        if told := (values.get("result") or {}).get("warnings"):
            ended["warnings"] = _joined(record.warnings, told)
        open_ends = {"pause_requested": False, "next_try_at": None}
        write(connection, job_id, status=status.value, **open_ends, **ended, **NO_OWNER, **values)
        error = values.get("error")
        attempts.end(connection, job_id, now=now(), outcome=status.value, error=error)
        return read(connection, job_id)


def conclude(home: Path, job_id: str, result: Payload) -> JobRecord:
    """The story is told: done, stopped early on request, or finished and not accepted.

    A result that names ``stopped_at`` waits for a person and can be taken up again; one with
    ``success`` false has failed, its ``errors`` say why (contract D27).
    """
    if "stopped_at" in result:
        return _end(home, job_id, JobStatus.WAITING, result=result)
    if result.get("success") is False:
        reasons = " ".join(result.get("errors", [])) or "the final check blocked it"
        return _end(
            home,
            job_id,
            JobStatus.FAILED,
            result=result,
            output_path=result.get("output_path"),
            quality_score=_score(result),
            error=f"quality_blocked: {reasons}",
            error_code="quality_blocked",
        )
    return finish(home, job_id, result)


def _score(result: Payload) -> float | None:
    score = result.get("quality_score")
    return None if score is None else float(score)


def finish(home: Path, job_id: str, result: Payload) -> JobRecord:
    """The job is done. ``output_path`` and ``quality_score`` are taken from the result."""
    return _end(
        home,
        job_id,
        JobStatus.COMPLETED,
        progress=1.0,
        current_stage="completed",
        result=result,
        output_path=result.get("output_path"),
        quality_score=_score(result),
    )


def fail(home: Path, job_id: str, error: ApexError) -> JobRecord:
    """The job ended with an error, kept with its text, code and parts (contract D20)."""
    return _end(
        home,
        job_id,
        JobStatus.FAILED,
        # Contract B26 and D27: these two are recognised by the beginning of their text.
        error=f"{error.code}: {error}" if error.code == "audio_not_decodable" else str(error),
        error_code=error.code,
        error_detail=error.as_json(),
    )


def cancelled(home: Path, job_id: str) -> JobRecord:
    """The job was ended by a person; what it had made so far stays and is listed."""
    detail = get(home, job_id).detail | partial.files_of(home, job_id)
    return _end(home, job_id, JobStatus.CANCELLED, cancel_requested=True, detail=detail)


def paused(home: Path, job_id: str) -> JobRecord:
    """The job was interrupted, belongs to nobody, and can be resumed."""
    return _end(home, job_id, JobStatus.PAUSED)


def waiting_for_approval(
    home: Path, job_id: str, reason: str, *, error: ApexError | None = None
) -> JobRecord:
    """The job needs a person's word before it goes on; ``reason`` says which."""
    code = error.code if error else ApprovalNeeded.code
    parts = error.as_json() if error else {"error": code, "message": reason}
    return _end(home, job_id, JobStatus.WAITING, error=reason, error_code=code, error_detail=parts)


def approve(home: Path, job_id: str) -> JobRecord:
    """The word was given: the job is back in the queue, for whoever takes it up.

    Raises
    ------
    JobNotFound
        There is none of that id.
    ValidationFailed
        It does not wait for anybody.
    """
    with transaction(home) as connection:
        record = read(connection, job_id)
        if record.status is not JobStatus.WAITING:
            raise ValidationFailed(
                f"it is {record.status}, not waiting for approval",
                where=job_id,
                what_to_do=f"See: apex jobs show {job_id}",
            )
        blank = dict.fromkeys(("error", "error_code", "error_detail"))
        write(connection, job_id, status=JobStatus.QUEUED.value, failures=0, **blank)
        return read(connection, job_id)


def request_cancel(home: Path, job_id: str) -> bool:
    """Ask for a job to be ended; False where it has ended already.

    A job nobody living works on is cancelled at once, another one by its owner within seconds.

    Raises
    ------
    JobNotFound
        There is none of that id.
    """
    record = get(home, job_id)
    if record.ended:
        return False
    if record.owner is None or not owners.is_alive(home, record.owner):
        return cancelled(home, job_id).status is JobStatus.CANCELLED
    with transaction(home) as connection:
        write(connection, job_id, cancel_requested=True)
    return True


def cancel_requests(home: Path, owner: Owner) -> list[str]:
    """The jobs of a process that somebody wants ended."""
    query = sa.select(jobs.c.id).where(
        jobs.c.cancel_requested.is_(True),
        jobs.c.owner_host == owner.host,
        jobs.c.owner_pid == owner.pid,
        jobs.c.status.not_in([one.value for one in ENDED]),
    )
    with transaction(home) as connection:
        return [str(row[0]) for row in connection.execute(query)]


def abandoned(home: Path, *, at: str | None = None) -> list[JobRecord]:
    """Unfinished jobs nobody living works on, in the order of the queue.

    Those whose process is dead; those put back into the queue, from the moment of their next try
    on (``at``, now where not given); those recorded a minute ago and never begun.
    """
    by = at or now()
    begun_by_now = (datetime.fromisoformat(by) - timedelta(seconds=BEGIN_S)).isoformat()
    states = {JobStatus.PROCESSING, JobStatus.QUEUED, JobStatus.PENDING}
    found = []
    for record in list_jobs(home, status=states):
        if record.next_try_at is not None and record.next_try_at > by:
            continue
        if record.owner is not None:
            free = not owners.is_alive(home, record.owner)
        else:
            free = record.status is JobStatus.QUEUED or record.updated_at < begun_by_now
        if free:
            found.append(record)
    return sorted(found, key=lambda record: record.rank)


def as_p7(record: JobRecord) -> Mapping[str, Any]:
    """The mapping ``get_job_status`` promises (contract P7, C3)."""
    return {
        "job_id": record.id,
        "kind": record.kind,
        "status": record.status.value,
        "progress": record.progress,
        "progress_percent": int(record.progress * 100 + 1e-9),
        "current_stage": record.current_stage or None,
        "output_path": record.output_path,
        "quality_score": record.quality_score,
        "error": record.error,
        "created_at": record.created_at,
        "started_at": record.started_at,
        "finished_at": record.finished_at,
        "warnings": list(record.warnings),
    }
