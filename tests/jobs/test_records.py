"""The record of a job: what may change it, and what may not."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from apex_director.core.errors import JobNotFound, OutputUnwritable, ValidationFailed
from apex_director.jobs import owner, records
from apex_director.jobs.model import JobStatus, Owner
from apex_director.productions.model import Progress

DEAD = Owner(host=owner.this_process().host, pid=os.getpid(), start=1.0)
FAR = Owner(host="another-host", pid=7, start=1.0)


def at(fraction: float, stage: str = "image_generation", warning: str = "") -> Progress:
    return Progress(stage=stage, fraction=fraction, done=1, total=4, unit="shots", warning=warning)


def test_a_job_from_beginning_to_end(tmp_path: Path) -> None:
    made = records.create(tmp_path, "film", {"a": [1]}, resume_key="k")
    assert records.get(tmp_path, made.id) == made
    records.claim(tmp_path, made.id, owner.this_process())
    records.update_progress(tmp_path, made.id, at(0.5, warning="dark"))
    records.update_progress(tmp_path, made.id, at(0.3, stage="video_assembly", warning="dark"))
    running = records.get(tmp_path, made.id)
    assert (running.progress, running.current_stage) == (0.5, "video_assembly")
    assert running.warnings == ("dark",)
    assert running.detail["total"] == 4
    records.finish(tmp_path, made.id, {"output_path": "v.mp4", "quality_score": 0.9})
    records.update_progress(tmp_path, made.id, at(0.1, stage="late"))
    records.fail(tmp_path, made.id, OutputUnwritable("late"))
    status = records.as_p7(records.get(tmp_path, made.id))
    assert list(status) == [
        "job_id",
        "kind",
        "status",
        "progress",
        "progress_percent",
        "current_stage",
        "output_path",
        "quality_score",
        "error",
        "created_at",
        "started_at",
        "finished_at",
        "warnings",
    ]
    assert status["status"] == "completed"
    assert status["output_path"] == "v.mp4"
    assert status["quality_score"] == 0.9
    assert status["created_at"].endswith("+00:00")
    assert status["created_at"] <= status["started_at"] <= status["finished_at"]


def test_lists_are_newest_first_and_filtered(tmp_path: Path) -> None:
    ids = [records.create(tmp_path, "film", {}, resume_key=key).id for key in "aba"]
    records.cancelled(tmp_path, ids[1])
    assert [job.id for job in records.list_jobs(tmp_path)] == ids[::-1]
    assert [job.id for job in records.find_by_key(tmp_path, "a")] == [ids[2], ids[0]]
    found = records.list_jobs(tmp_path, status={JobStatus.PENDING}, kind="film", limit=1)
    assert [job.id for job in found] == [ids[2]]
    counts = records.count_by_status(tmp_path)
    assert (counts[JobStatus.PENDING], counts[JobStatus.CANCELLED]) == (2, 1)
    assert counts[JobStatus.FAILED] == 0


def test_unknown_and_wrong_jobs(tmp_path: Path) -> None:
    with pytest.raises(JobNotFound, match="apex jobs list"):
        records.get(tmp_path, "nobody")
    with pytest.raises(KeyError):
        records.request_cancel(tmp_path, "nobody")
    with pytest.raises(ValidationFailed, match="priority"):
        records.create(tmp_path, "film", {}, priority=6)
    records.create(tmp_path, "film", {}, job_id="one")
    with pytest.raises(ValidationFailed, match="exists"):
        records.create(tmp_path, "film", {}, job_id="one")


def test_only_the_dead_lose_their_jobs(tmp_path: Path) -> None:
    me = owner.this_process()
    job = records.create(tmp_path, "film", {}).id
    records.claim(tmp_path, job, DEAD)  # the process id lives, its start is another's
    assert [one.id for one in records.abandoned(tmp_path)] == [job]
    assert records.claim(tmp_path, job, me).attempts == 2
    assert records.abandoned(tmp_path) == []
    with pytest.raises(ValidationFailed, match="working on this job"):
        records.claim(tmp_path, job, FAR)


def test_the_payload_changes_only_while_nobody_works(tmp_path: Path) -> None:
    job = records.create(tmp_path, "film", {"a": 1}).id
    assert records.set_payload(tmp_path, job, {"a": 2}).payload == {"a": 2}
    records.claim(tmp_path, job, owner.this_process())
    with pytest.raises(ValidationFailed, match="working on this job"):
        records.set_payload(tmp_path, job, {"a": 3})


def test_another_host_is_judged_by_its_lease(tmp_path: Path) -> None:
    job = records.create(tmp_path, "film", {}).id
    owner.beat(tmp_path, FAR)
    records.claim(tmp_path, job, FAR)
    assert records.abandoned(tmp_path) == []
    owner.end_lease(tmp_path, FAR)
    assert [one.id for one in records.abandoned(tmp_path)] == [job]


def test_cancelling_what_nobody_works_on(tmp_path: Path) -> None:
    me = owner.this_process()
    job = records.create(tmp_path, "film", {}).id
    assert records.request_cancel(tmp_path, job)
    assert records.get(tmp_path, job).status is JobStatus.CANCELLED
    assert not records.request_cancel(tmp_path, job)
    mine = records.claim(tmp_path, records.create(tmp_path, "film", {}).id, me).id
    assert records.request_cancel(tmp_path, mine)
    assert records.get(tmp_path, mine).status is JobStatus.PROCESSING
    assert records.cancel_requests(tmp_path, me) == [mine]
