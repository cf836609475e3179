"""The promised classes, from a plain thread, without a loop and inside one."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from apex_director.core.errors import JobNotFound, ValidationFailed
from apex_director.core.orchestrator import APEXOrchestrator, Job, ProgressNotifier
from apex_director.director import queue, studio
from apex_director.director.background import stop_orchestrator
from apex_director.jobs import records

SMALL = {"width": 64, "height": 64, "seed": 1}


@pytest.fixture
def studio_of(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setenv("APEX_WORKERS", "1")
    before = dict(studio.process)
    yield tmp_path
    asyncio.run(stop_orchestrator())
    studio.process.clear()
    studio.process.update(before)


def test_jobs_of_an_orchestrator(studio_of: Path) -> None:
    before = threading.active_count()
    made = APEXOrchestrator({"orchestrator": {"max_concurrent_jobs": 2}}, studio_of)
    assert list(studio_of.iterdir()) == []  # making one makes nothing, and starts nothing
    assert threading.active_count() == before
    assert made.get_statistics()["jobs_per_hour"] == 0.0

    async def use() -> tuple[list[str], bool]:
        one = await made.submit_job({"prompt": "a boat", "generation_params": SMALL})
        two = await made.submit_batch(
            [{"prompt": "a tree", **SMALL, "priority": 5}, {"prompt": "a hill", **SMALL}]
        )
        return [one, *two], await made.cancel_job(two[1])

    ids, cancelled = asyncio.run(use())
    asyncio.run(stop_orchestrator())
    assert (made.get_job_status(ids[2])["status"] == "cancelled") is cancelled
    assert asyncio.run(queue.retry_job(ids[2], home=str(studio_of))) is cancelled
    asyncio.run(stop_orchestrator())
    assert made.get_job_status(ids[2])["status"] == "completed"
    states = [made.get_job_status(job_id)["status"] for job_id in ids]
    assert states[:2] == ["completed", "completed"]
    job = made.get_job(ids[0])
    assert isinstance(job, Job)
    assert (job.id, job.job_id, job.status) == (ids[0], ids[0], "completed")
    assert job.request["prompt"] == "a boat"
    assert job.progress_percent == 100
    found = made.get_statistics()
    assert found["jobs_per_hour"] > 0
    assert found["success_rate"] == 1.0
    assert made.get_system_status()["jobs"]["completed_jobs"] >= 2
    config = json.loads((studio_of / "apex_config.json").read_text())
    assert config["orchestrator"]["max_concurrent_jobs"] == 2
    with pytest.raises(JobNotFound):
        made.get_job("nobody")
    with pytest.raises(ValidationFailed):
        asyncio.run(made.submit_job({"prompt": ""}))


def test_verbs_of_the_queue_inside_a_loop_and_in_a_thread(studio_of: Path) -> None:
    home = str(studio_of)
    for name in ("a", "b"):
        records.create(studio_of, "image", {"request": {"prompt": name}}, job_id=name)

    async def use() -> list[Any]:
        await queue.set_job_priority("b", 5, home=home)
        first = [one["job_id"] for one in queue.waiting_jobs(home=home)]
        await queue.move_job("a", "first", home=home)
        second = [one["job_id"] for one in queue.waiting_jobs(home=home)]
        paused = await queue.pause_job("a", home=home)
        again = await queue.pause_job("a", home=home)
        return [first, second, paused, again, await queue.cancel_job("b", home=home)]

    answers: list[Any] = []
    thread = threading.Thread(target=lambda: answers.append(asyncio.run(use())))
    thread.start()
    thread.join()
    assert answers == [[["b", "a"], ["a", "b"], True, False, True]]
    assert {one["job_id"]: one["status"] for one in queue.history(home=home)} == {
        "a": "paused",
        "b": "cancelled",
    }
    with pytest.raises(JobNotFound):
        asyncio.run(queue.cancel_job("nobody", home=home))
    with pytest.raises(ValidationFailed):
        queue.get_statistics(home=home, days=0)


def test_an_observer_that_raises_stops_nobody() -> None:
    notifier, heard = ProgressNotifier(), []

    def broken(progress: float, status: str) -> None:
        raise RuntimeError("deaf")

    def listener(progress: float, status: str) -> None:
        heard.append((progress, status))

    notifier.attach(broken)
    notifier.attach(listener)
    notifier.attach(listener)
    notifier.notify(0.5, "drawing")
    notifier.detach(listener)
    notifier.detach(listener)
    notifier.notify(1.0, "done")
    assert heard == [(0.5, "drawing")]
