"""Every time the work on a job was taken up: when, for how long, and how it ended."""

from __future__ import annotations

import statistics as figures
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from apex_director.db.engine import transaction
from apex_director.db.tables.jobs import attempts, jobs
from apex_director.jobs.model import JobStatus

LOST = "lost"  # outcome of an attempt whose process died
HOUR = 3600.0  # s
_SUMMARY = (
    "id",
    "kind",
    "status",
    "priority",
    "error",
    "output_path",
    "created_at",
    "started_at",
    "finished_at",
)


def begin(connection: sa.Connection, job_id: str, number: int, *, now: str, seen: str) -> None:
    """Note that the work begins; an attempt still open was lost, at the latest at ``seen``."""
    left = attempts.update().where(attempts.c.job_id == job_id, attempts.c.ended.is_(None))
    connection.execute(left.values(ended=seen, outcome=LOST))
    connection.execute(
        attempts.delete().where(attempts.c.job_id == job_id, attempts.c.number == number)
    )
    connection.execute(attempts.insert().values(job_id=job_id, number=number, began=now))


def end(
    connection: sa.Connection, job_id: str, *, now: str, outcome: str, error: str | None
) -> None:
    """Note how the job's open attempt ended; nothing happens where there is none."""
    still_open = attempts.update().where(attempts.c.job_id == job_id, attempts.c.ended.is_(None))
    connection.execute(still_open.values(ended=now, outcome=outcome, error=error))


def of_jobs(connection: sa.Connection, job_ids: Iterable[str]) -> dict[str, list[dict[str, Any]]]:
    """The attempts of some jobs, oldest first, by job."""
    found: dict[str, list[dict[str, Any]]] = {job_id: [] for job_id in job_ids}
    names = list(found)
    for first in range(0, len(names), 500):  # a statement holds a limited number of values
        query = sa.select(attempts).where(attempts.c.job_id.in_(names[first : first + 500]))
        for row in connection.execute(query.order_by(attempts.c.job_id, attempts.c.number)):
            values = dict(row._mapping)
            found[values.pop("job_id")].append(values)
    return found


def history(home: Path, days: float = 30.0) -> list[dict[str, Any]]:
    """Every job that was made or changed in the last days, newest first, with its attempts.

    Returns
    -------
    list of dict
        ``job_id``, kind, status, priority, error, output path and times of a job, and ``attempts``:
        number, began, ended, outcome and error of each.
    """
    since = (datetime.now(UTC) - timedelta(days=days)).isoformat()
    query = (
        sa.select(*(jobs.c[name] for name in _SUMMARY))
        .where(jobs.c.updated_at >= since)
        .order_by(jobs.c.created_at.desc(), jobs.c.id)
    )
    with transaction(home) as connection:
        rows = [dict(row._mapping) for row in connection.execute(query)]
        made = of_jobs(connection, [row["id"] for row in rows])
    return [
        {"job_id": row.pop("id"), **row, "attempts": made[job]}
        for row in rows
        for job in [row["id"]]
    ]


def statistics(home: Path, days: float = 30.0) -> dict[str, Any]:
    """How the studio's queue does (contract P22); every figure is 0.0 while nothing has finished.

    Parameters
    ----------
    home : Path
        Studio folder.
    days : float
        How far back rates and medians look; ``counts`` are of all jobs.

    Returns
    -------
    dict
        ``jobs_per_hour`` (completed jobs per hour in which any job was worked on),
        ``average_cost_per_job`` (USD, of completed jobs), ``success_rate`` (completed of completed
        and failed), ``median_wait_s`` (made to first taken up), ``median_run_s`` (work on a
        completed job, all attempts), ``retries``, ``counts`` by state, and ``total_jobs``.
    """
    since = (datetime.now(UTC) - timedelta(days=days)).isoformat()
    with transaction(home) as connection:
        by_state = sa.select(jobs.c.status, sa.func.count()).group_by(jobs.c.status)
        counts = {str(state): int(count) for state, count in connection.execute(by_state)}
        ended = _ended(connection, since)
        tries = of_jobs(connection, [row["id"] for row in ended])
    completed = [row for row in ended if row["status"] == JobStatus.COMPLETED]
    failed = sum(row["status"] == JobStatus.FAILED for row in ended)
    worked = [span for each in tries.values() for span in map(_span, each) if span]
    hours = _covered(worked) / HOUR
    own = [[span for span in map(_span, tries[row["id"]]) if span] for row in completed]
    waits = [
        _seconds(row["created_at"], tries[row["id"]][0]["began"])
        for row in ended
        if tries[row["id"]]
    ]
    return {
        "jobs_per_hour": len(completed) / hours if hours else 0.0,
        "average_cost_per_job": _mean([float(row["cost"] or 0.0) for row in completed]),
        "success_rate": len(completed) / (len(completed) + failed) if completed else 0.0,
        "median_wait_s": figures.median(waits) if waits else 0.0,
        "median_run_s": figures.median(map(_covered, own)) if own else 0.0,
        "retries": sum(max(0, len(each) - 1) for each in tries.values()),
        "counts": {state.value: counts.get(state.value, 0) for state in JobStatus},
        "total_jobs": sum(counts.values()),
    }


def _ended(connection: sa.Connection, since: str) -> list[Mapping[str, Any]]:
    query = sa.select(
        jobs.c.id,
        jobs.c.status,
        jobs.c.created_at,
        jobs.c.result["cost_usd"].as_float().label("cost"),
    ).where(
        jobs.c.status.in_([JobStatus.COMPLETED.value, JobStatus.FAILED.value]),
        jobs.c.finished_at >= since,
    )
    return [dict(row._mapping) for row in connection.execute(query)]


def _span(attempt: Mapping[str, Any]) -> tuple[float, float] | None:
    if attempt["ended"] is None:
        return None
    return (
        datetime.fromisoformat(attempt["began"]).timestamp(),
        datetime.fromisoformat(attempt["ended"]).timestamp(),
    )


def _covered(spans: Iterable[tuple[float, float]]) -> float:
    """Seconds in which at least one span lasts."""
    covered, reach = 0.0, float("-inf")
    for begin_s, end_s in sorted(spans):
        covered += max(0.0, end_s - max(begin_s, reach))
        reach = max(reach, end_s)
    return covered


def _seconds(begin_at: str, end_at: str) -> float:
    apart = datetime.fromisoformat(end_at) - datetime.fromisoformat(begin_at)
    return max(0.0, apart.total_seconds())


def _mean(values: list[float]) -> float:
    return sum(values) / len(values) if values else 0.0
