"""Watching and ending jobs from any process, through their records alone."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

from apex_director.jobs import control, records
from apex_director.jobs.model import JobRecord, JobStatus

POLL_S = 0.25
CANCEL_S = 5.0  # contract B24, and for a pause


def events(
    home: Path, job_id: str, *, poll_s: float = POLL_S, timeout_s: float | None = None
) -> Iterator[JobRecord]:
    """The job's record now and whenever it changes, until it has ended or stands still.

    Parameters
    ----------
    home, job_id
        Studio folder and job.
    poll_s : float
        Seconds between looks.
    timeout_s : float, optional
        Stop after that long without an end.

    Raises
    ------
    JobNotFound
        There is none of that id.
    """
    until = None if timeout_s is None else time.monotonic() + timeout_s
    seen = ""
    while True:
        record = records.get(home, job_id)
        if record.updated_at != seen:
            seen = record.updated_at
            yield record
        if record.ended or record.status in (JobStatus.PAUSED, JobStatus.WAITING):
            return
        if until is not None and time.monotonic() >= until:
            return
        time.sleep(poll_s)


def cancel(home: Path, job_id: str, *, timeout_s: float = CANCEL_S) -> bool:
    """End a job, whoever works on it, and wait until it has; False where it had ended already.

    Raises
    ------
    JobNotFound
        There is none of that id.
    """
    if not records.request_cancel(home, job_id):
        return False
    until = time.monotonic() + timeout_s
    while time.monotonic() < until:
        if records.get(home, job_id).ended:
            break
        records.request_cancel(home, job_id)  # settles it should its owner die meanwhile
        time.sleep(0.1)
    return records.get(home, job_id).status is JobStatus.CANCELLED


def pause(home: Path, job_id: str, *, timeout_s: float = CANCEL_S) -> bool:
    """Pause a job, whoever works on it, and wait until it stands still; False where it had nothing
    to pause, or its process does not answer.

    Raises
    ------
    JobNotFound
        There is none of that id.
    """
    until = time.monotonic() + timeout_s
    asked = control.request_pause(home, job_id)
    while asked and time.monotonic() < until:
        if records.get(home, job_id).status is JobStatus.PAUSED:
            return True
        time.sleep(0.1)
        control.request_pause(home, job_id)  # settles it should its owner die meanwhile
    return asked and records.get(home, job_id).status is JobStatus.PAUSED
