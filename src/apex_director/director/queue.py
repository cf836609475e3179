"""The queue of a studio: cancel, pause, order, try again, look back (contract P6, P22, B21-B24).

What changes something is async (contract D4); what only looks works without a loop.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any, Literal

from apex_director.core.errors import ValidationFailed

from .foreground import find_job
from .studio import settings_of


async def cancel_job(job_id: str, *, home: str | None = None) -> bool:
    """Cancel a job of any production, wherever it runs, within five seconds (contract P6, B24).

    Returns
    -------
    bool
        True if it was waiting or running and is now cancelled; False if it had ended.

    Raises
    ------
    JobNotFound
        There is none of that id.
    """
    from apex_director.jobs import events

    folder = settings_of(home).home
    return await asyncio.to_thread(events.cancel, folder, job_id)


async def pause_job(job_id: str, *, home: str | None = None) -> bool:
    """Pause a running or waiting job, wherever it is; it resumes from where it stood.

    Returns
    -------
    bool
        True once it stands still; False if there was nothing to pause.

    Raises
    ------
    JobNotFound
        There is none of that id.
    """
    from apex_director.jobs import events

    return await asyncio.to_thread(events.pause, settings_of(home).home, job_id)


async def retry_job(job_id: str, *, home: str | None = None) -> bool:
    """Try a failed, paused or cancelled job again in this process, in the background.

    One that waits for its next try in a living process is tried there, at once.

    Returns
    -------
    bool
        False if it is running or done already.

    Raises
    ------
    JobNotFound
        There is none of that id.
    """
    return await asyncio.to_thread(_retry, job_id, home)


def _retry(job_id: str, home: str | None) -> bool:
    from apex_director.jobs import owner, records
    from apex_director.jobs.model import JobStatus

    from .background import engine_of

    folder = settings_of(home).home
    record = records.get(folder, job_id)
    if record.status in (JobStatus.COMPLETED, JobStatus.PROCESSING):
        return False
    if record.owner is not None and owner.is_alive(folder, record.owner):
        return hastened(job_id, home=home)
    engine_of(home).start_resume(job_id)
    return True


async def set_job_priority(job_id: str, priority: int, *, home: str | None = None) -> None:
    """Give a waiting job another priority, 1 to 5, 5 first.

    Raises
    ------
    JobNotFound
        There is none of that id.
    ValidationFailed
        It is no priority, or the job does not wait.
    """
    from apex_director.jobs import control

    await asyncio.to_thread(control.set_priority, settings_of(home).home, job_id, priority)


async def move_job(job_id: str, to: Literal["first", "last"], *, home: str | None = None) -> None:
    """Put a waiting job before or behind all others.

    Raises
    ------
    JobNotFound
        There is none of that id.
    ValidationFailed
        The job does not wait.
    """
    from apex_director.jobs import control

    await asyncio.to_thread(control.move, settings_of(home).home, job_id, to)


async def pause_queue(*, home: str | None = None) -> None:
    """Let no further waiting job of the studio begin; what runs goes on."""
    from apex_director.jobs import control

    await asyncio.to_thread(control.pause_queue, settings_of(home).home)


async def resume_queue(*, home: str | None = None) -> None:
    """Let waiting jobs begin again."""
    from apex_director.jobs import control

    await asyncio.to_thread(control.resume_queue, settings_of(home).home)


def queue_paused(*, home: str | None = None) -> bool:
    """Whether the studio's queue stands still."""
    from apex_director.jobs import control

    return control.queue_paused(settings_of(home).home)


def get_statistics(*, home: str | None = None, days: float = 30.0) -> dict[str, Any]:
    """How the queue does (contract P22): rates, costs, medians and counts; 0.0 while nothing has
    finished.
    """
    from apex_director.jobs import attempts

    _check_days(days)
    return attempts.statistics(settings_of(home).home, days)


def history(*, home: str | None = None, days: float = 30.0) -> list[dict[str, Any]]:
    """The jobs of the last days, newest first, each with its ``attempts``."""
    from apex_director.jobs import attempts

    _check_days(days)
    return attempts.history(settings_of(home).home, days)


def _check_days(days: float) -> None:
    if not 0 < days <= 36_500:
        raise ValidationFailed(
            f"{days} is no number of days", where="days", what_to_do="Give more than 0."
        )


def waiting_jobs(*, home: str | None = None) -> list[dict[str, Any]]:
    """P7 of the jobs that wait, in the order they will be served."""
    from apex_director.jobs import control, records

    return [dict(records.as_p7(one)) for one in control.line_up(settings_of(home).home)]


def hastened(job_id: str, *, home: str | None = None) -> bool:
    """Whether a living process keeps the job for its next try, and was told to try now.

    Raises
    ------
    JobNotFound
        There is none of that id.
    """
    from apex_director.jobs import control, owner, records

    folder = settings_of(home).home
    held = records.get(folder, job_id).owner
    alive = held is not None and owner.is_alive(folder, held)
    return alive and control.try_now(folder, job_id)


def put_back(state: Mapping[str, Any], home: str | None = None) -> dict[str, Any]:
    """A job that was approved while it waited goes back into the queue; its state (P7)."""
    from apex_director.jobs import records
    from apex_director.jobs.model import JobStatus

    folder, job_id = settings_of(home).home, str(state["job_id"])
    if records.get(folder, job_id).status is JobStatus.WAITING:
        records.approve(folder, job_id)
    return dict(records.as_p7(records.get(folder, job_id)))


def left_behind(*, home: str | None = None) -> set[str]:
    """Ids of unfinished jobs whose process has ended without them."""
    from apex_director.jobs import owner, records
    from apex_director.jobs.model import JobStatus

    folder = settings_of(home).home
    states = {JobStatus.PENDING, JobStatus.QUEUED, JobStatus.PROCESSING}
    return {
        job.id
        for job in records.list_jobs(folder, status=states)
        if job.owner is not None and not owner.is_alive(folder, job.owner)
    }


def job_state(job_id: str, *, home: str | None = None) -> dict[str, Any]:
    """P7 of one job of a studio.

    Raises
    ------
    JobNotFound
        There is none of that id.
    """
    from apex_director.jobs import records

    return dict(records.as_p7(records.get(settings_of(home).home, job_id)))


def job_request(job_id: str, *, home: str | None = None) -> dict[str, Any]:
    """What a job was asked for.

    Raises
    ------
    JobNotFound
        There is none of that id.
    """
    from apex_director.jobs import records

    payload = records.get(settings_of(home).home, job_id).payload
    return dict(payload.get("request", payload))


def whole_id(job_id: str, *, home: str | None = None) -> str:
    """The id that begins like that.

    Raises
    ------
    JobNotFound
        None, or more than one, does.
    """
    return find_job(settings_of(home).home, job_id).id
