"""A person's yes to what a job will buy (contract D25)."""

from __future__ import annotations

from typing import Any

from apex_director.core.errors import ValidationFailed

from .foreground import find_job
from .model import Outcome, Say, Watch, silent
from .studio import ready


def approve_job(
    job_id: str, *, budget: float | None = None, home: str | None = None
) -> dict[str, Any]:
    """Say yes to what a waiting job will buy; it goes on when it is taken up next.

    Parameters
    ----------
    job_id : str
        The job, or the first characters of its id.
    budget : float, optional
        US dollars it may spend at most; without it, what its plan came to.

    Returns
    -------
    dict
        The job's state (contract P7).

    Raises
    ------
    JobNotFound
        There is none of that id.
    ValidationFailed
        The job has ended, or somebody works on it.
    """
    from apex_director.jobs import records
    from apex_director.jobs.model import JobStatus

    settings = ready(home)
    record = find_job(settings.home, job_id)
    if record.ended:
        raise ValidationFailed(
            f"the job has ended ({record.status.value})",
            where=record.id,
            what_to_do="Start it again.",
        )
    payload = approved_payload(record.payload, budget)
    changed = records.set_payload(settings.home, record.id, payload)
    if changed.status is JobStatus.WAITING:
        changed = records.approve(settings.home, record.id)
    return dict(records.as_p7(changed))


def approved_payload(payload: dict[str, Any], budget: float | None) -> dict[str, Any]:
    """What the job's story is given from now on."""
    said = {"approved": True, "budget_usd": budget}
    return dict(payload) | {"request": dict(payload["request"]) | said}


def approve_and_go_on(
    job_id: str,
    *,
    budget: float | None = None,
    home: str | None = None,
    watch: Watch = silent,
    say: Say = silent,
) -> Outcome:
    """As :func:`approve_job`, and work on the job in this process until it ends.

    Raises
    ------
    ApexError
        What went wrong.
    """
    from .foreground import resume_job

    approve_job(job_id, budget=budget, home=home)
    return resume_job(job_id, home=home, watch=watch, say=say)
