"""What a person may ask of the queue from any process: pause, order, another try.

The process that works on a job sees what is asked within a second (jobs.attendant).
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

import sqlalchemy as sa

from apex_director.core.errors import ApexError, ValidationFailed
from apex_director.db.engine import transaction
from apex_director.db.tables.jobs import jobs, queue
from apex_director.jobs import attempts, records
from apex_director.jobs import owner as owners
from apex_director.jobs.model import ENDED, JobRecord, JobStatus, Owner, Rank
from apex_director.jobs.retry import RetryPolicy

ALL = "jobs"  # the queue's one row
_IN_LINE = (JobStatus.PENDING, JobStatus.QUEUED)
_AT_REST = ENDED | {JobStatus.PAUSED, JobStatus.WAITING}


def request_pause(home: Path, job_id: str) -> bool:
    """Ask for a running or queued job to be paused; False where there is nothing to pause.

    A job nobody living works on is paused at once, another one by its owner within seconds; it can
    be resumed from where it stood.

    Raises
    ------
    JobNotFound
        There is none of that id.
    """
    record = records.get(home, job_id)
    if record.status in _AT_REST:
        return False
    if record.owner is None or not owners.is_alive(home, record.owner):
        return records.paused(home, job_id).status is JobStatus.PAUSED
    with transaction(home) as connection:
        if records.read(connection, job_id).status in _AT_REST:
            return False
        records.write(connection, job_id, pause_requested=True)
    return True


def pause_requests(home: Path, owner: Owner) -> list[str]:
    """The jobs of a process that somebody wants paused."""
    query = sa.select(jobs.c.id).where(
        jobs.c.pause_requested.is_(True),
        jobs.c.owner_host == owner.host,
        jobs.c.owner_pid == owner.pid,
        jobs.c.status.not_in([one.value for one in _AT_REST]),
    )
    with transaction(home) as connection:
        return [str(row[0]) for row in connection.execute(query)]


def set_priority(home: Path, job_id: str, priority: int) -> JobRecord:
    """Give a job that waits another priority; a place it was moved to is given up.

    Raises
    ------
    JobNotFound
        There is none of that id.
    ValidationFailed
        It is no priority, or the job does not wait.
    """
    if not 1 <= priority <= 5:
        raise ValidationFailed(
            f"{priority} is no priority", where="priority", what_to_do="Give 1 to 5, 5 is first."
        )
    return _rearrange(home, job_id, priority=priority, place=0.0)


def move(home: Path, job_id: str, to: Literal["first", "last"]) -> JobRecord:
    """Put a job that waits before or behind all others, whatever their priorities.

    Raises
    ------
    JobNotFound
        There is none of that id.
    ValidationFailed
        The job does not wait, or there is no such place.
    """
    if to not in ("first", "last"):
        raise ValidationFailed(
            f"{to!r} is no place in the queue", where="to", what_to_do="Give first or last."
        )
    waiting = [jobs.c.status.in_([one.value for one in _IN_LINE]), jobs.c.id != job_id]
    ends = sa.select(sa.func.min(jobs.c.place), sa.func.max(jobs.c.place)).where(*waiting)
    with transaction(home) as connection:
        lowest, highest = connection.execute(ends).one()
    place = min(0.0, lowest or 0.0) - 1.0 if to == "first" else max(0.0, highest or 0.0) + 1.0
    return _rearrange(home, job_id, place=place)


def _rearrange(home: Path, job_id: str, **values: Any) -> JobRecord:
    with transaction(home) as connection:
        record = records.read(connection, job_id)
        if record.status not in {*_IN_LINE, JobStatus.PAUSED, JobStatus.WAITING}:
            raise ValidationFailed(
                f"it is {record.status}, so it has no place in the queue any more",
                where=job_id,
                what_to_do="Only jobs that wait can be put elsewhere.",
            )
        records.write(connection, job_id, **values)
        return records.read(connection, job_id)


def line_up(home: Path) -> list[JobRecord]:
    """The jobs that wait, in the order they will be served."""
    return sorted(records.list_jobs(home, status=set(_IN_LINE)), key=lambda record: record.rank)


def ranks(home: Path, job_ids: list[str]) -> dict[str, Rank]:
    """Where some jobs stand in the queue now."""
    query = sa.select(jobs.c.id, jobs.c.place, jobs.c.priority, jobs.c.created_at)
    with transaction(home) as connection:
        rows = connection.execute(query.where(jobs.c.id.in_(job_ids)))
        return {row.id: (row.place, -row.priority, row.created_at, row.id) for row in rows}


def pause_queue(home: Path) -> None:
    """From now on no waiting job of the studio begins; what runs goes on."""
    _set_queue(home, paused=True)


def resume_queue(home: Path) -> None:
    """Let waiting jobs begin again."""
    _set_queue(home, paused=False)


def _set_queue(home: Path, *, paused: bool) -> None:
    values = {"paused": paused, "since": records.now()}
    with transaction(home) as connection:
        known = connection.execute(queue.update().where(queue.c.name == ALL).values(**values))
        if not known.rowcount:
            connection.execute(queue.insert().values(name=ALL, **values))


def queue_paused(home: Path) -> bool:
    """Whether somebody has stopped the queue."""
    with transaction(home) as connection:
        query = sa.select(queue.c.paused).where(queue.c.name == ALL)
        return bool(connection.execute(query).scalar())


def try_later(
    home: Path, job_id: str, error: ApexError, policy: RetryPolicy, now: float
) -> JobRecord | None:
    """A failed job goes back into the queue until its next try; it stays its owner's.

    Parameters
    ----------
    home, job_id, error
        Studio folder, job, and why it failed.
    policy : RetryPolicy
        How often it is tried, and when.
    now : float
        Epoch seconds.

    Returns
    -------
    JobRecord or None
        None where it was tried often enough, or was stopped meanwhile.
    """
    with transaction(home) as connection:
        record = records.read(connection, job_id)
        failures = record.failures + 1
        delay = policy.delay_after(failures)
        if delay is None or record.status is not JobStatus.PROCESSING:
            return None
        due = records.moment(now + delay)
        clock = datetime.fromtimestamp(now + delay).strftime("%H:%M")
        said = f"tries again at {clock}, attempt {failures + 1} of {policy.tries}"
        records.write(
            connection,
            job_id,
            status=JobStatus.QUEUED.value,
            failures=failures,
            next_try_at=due,
            error=str(error),
            error_code=error.code,
            error_detail=error.as_json(),
            detail=record.detail | {"message": said, "next_try_at": due},
        )
        outcome = JobStatus.FAILED.value
        attempts.end(connection, job_id, now=records.now(), outcome=outcome, error=str(error))
        return records.read(connection, job_id)


def try_now(home: Path, job_id: str) -> bool:
    """Bring a job's next try forward to now; False where none was planned.

    Raises
    ------
    JobNotFound
        There is none of that id.
    """
    with transaction(home) as connection:
        record = records.read(connection, job_id)
        if record.status is not JobStatus.QUEUED or record.next_try_at is None:
            return False
        records.write(connection, job_id, next_try_at=records.moment(0.0))
        return True


def due(home: Path, job_ids: Collection[str], at: str) -> list[JobRecord]:
    """Those of some jobs whose planned try has come."""
    query = sa.select(jobs).where(jobs.c.id.in_(job_ids), jobs.c.next_try_at <= at)
    with transaction(home) as connection:
        return [records.record_of(row) for row in connection.execute(query)]


def release(home: Path, job_id: str) -> None:
    """A queued job belongs to nobody from now on: whoever takes up unfinished work may have it."""
    with transaction(home) as connection:
        if records.read(connection, job_id).status is JobStatus.QUEUED:
            records.write(connection, job_id, **records.NO_OWNER)
