"""What people ask of the queue: pause, order, another try, a yes; from this process and others."""

from __future__ import annotations

import functools
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from apex_director.core.errors import (
    AllBackendsFailed,
    ApexError,
    ApprovalNeeded,
    BudgetExceeded,
    Interrupted,
    StorageError,
    ValidationFailed,
)
from apex_director.jobs import attempts, control, events, owner, records
from apex_director.jobs.engine import Engine, open_engine
from apex_director.jobs.model import JobStatus
from apex_director.jobs.retry import RetryPolicy, WorkerDied, may_pass, policy_of
from apex_director.providers.outcomes import Refused, Unbilled
from tests.jobs import stories
from tests.jobs.conftest import Launch
from tests.jobs.test_durability import children, no_step_ran_after_it_was_stored, stored, until

ME = owner.this_process()


class Clock:
    """A time of day that moves when a test says so."""

    def __init__(self) -> None:
        self.now = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now


Open = Callable[..., Engine]


@pytest.fixture
def opened(home: Path) -> Iterator[Open]:
    """Open an engine with options; it is closed at the end."""
    made: list[Engine] = []

    def start(**options: object) -> Engine:
        factory = functools.partial(stories.make_ports, str(home))
        made.append(open_engine(home, stories.PRODUCTIONS, factory, 2, **options))  # type: ignore[arg-type]
        return made[-1]

    yield start
    for one in made:
        one.close()


def test_pause_from_another_process_and_resume(home: Path, program: Launch, engine: Engine) -> None:
    process = program("run", "job", 10, 0.3)
    until(lambda: stored(home / "work" / "job", 10) >= 2)
    workers = children(process.pid)
    asked = time.monotonic()
    assert events.pause(home, "job")
    assert time.monotonic() - asked < 3
    record = records.get(home, "job")
    assert (record.status, record.owner, record.pause_requested) == (JobStatus.PAUSED, None, False)
    _, said = process.communicate(timeout=10)
    assert "apex jobs resume job" in said
    assert not psutil.wait_procs(workers, timeout=2)[1]
    assert not events.pause(home, "job")
    assert engine.resume("job")["squares"] == [index**2 for index in range(10)]
    no_step_ran_after_it_was_stored(home / "work" / "job", 10)
    ended = [one["outcome"] for one in attempts.history(home)[0]["attempts"]]
    assert ended == ["paused", "completed"]


def test_cancel_ends_the_programs_a_step_has_started(home: Path, engine: Engine) -> None:
    work = home / "work"
    work.mkdir(parents=True)
    future = engine.start("job", "calling", {"folder": str(work)})
    until(lambda: len(stories.lines(work, "pids")) == 2)
    started = [psutil.Process(int(pid)) for pid in stories.lines(work, "pids")]
    workers = [psutil.Process(pid) for pid in engine._pool.pids()]
    asked = time.monotonic()
    assert events.cancel(home, "job")
    left = psutil.wait_procs([*started, *workers], timeout=5 - (time.monotonic() - asked))[1]
    assert not left
    assert isinstance(future.exception(timeout=5), Interrupted)
    detail = records.get(home, "job").detail
    assert str(home / "jobs" / "job" / "half.bin") in detail["partial_files"]
    assert detail["partial_bytes"] >= 4


def test_a_waiting_job_can_be_moved_from_anywhere(home: Path, opened: Open) -> None:
    engine = opened(max_jobs=1)
    first = engine.start("first", "film", stories.payload_for(home / "first", 2, 2.0))
    for name in ("a", "b", "c", "d"):
        engine.start(name, "film", stories.payload_for(home / name, 1))
    until(lambda: records.get(home, "first").status is JobStatus.PROCESSING)
    control.set_priority(home, "c", 5)
    control.move(home, "d", "first")
    control.move(home, "a", "last")
    assert [one.id for one in control.line_up(home)] == ["d", "c", "b", "a"]
    with pytest.raises(ValidationFailed, match="priority"):
        control.set_priority(home, "c", 6)
    with pytest.raises(ValidationFailed, match="no place"):
        control.move(home, "first", "last")
    assert first.result(20)
    until(lambda: not engine.active())
    begun = sorted("abcd", key=lambda name: records.get(home, name).started_at or "")
    assert begun == ["d", "c", "b", "a"]


def test_order_and_requests_outlive_the_process(home: Path, opened: Open) -> None:
    dead = owner.this_process().__class__(host=ME.host, pid=ME.pid, start=1.0)
    for name, priority in (("old", 2), ("urgent", 5), ("last", 5), ("mine", 1)):
        payload = stories.payload_for(home / name, 1)
        records.create(home, "film", payload, job_id=name, priority=priority)
        records.claim(home, name, dead, queued=True)
    control.move(home, "mine", "first")
    control.move(home, "last", "last")
    assert [one.id for one in records.abandoned(home)] == ["mine", "urgent", "old", "last"]
    engine = opened(max_jobs=1)
    assert engine.take_up_abandoned() == ["mine", "urgent", "old", "last"]
    until(lambda: not engine.active())
    begun = [records.get(home, name).started_at or "" for name in ("mine", "urgent", "old", "last")]
    assert begun == sorted(begun)


def test_a_paused_queue_begins_nothing_but_what_somebody_waits_for(
    home: Path, engine: Engine
) -> None:
    control.pause_queue(home)
    waiting = engine.start("waiting", "film", stories.payload_for(home / "waiting", 1))
    assert engine.run("mine", "film", stories.payload_for(home / "mine", 2))["squares"] == [0, 1]
    time.sleep(0.7)
    assert records.get(home, "waiting").status is JobStatus.QUEUED
    assert control.queue_paused(home)
    control.resume_queue(home)
    assert waiting.result(10)["squares"] == [0]


def test_a_fault_that_may_pass_is_tried_again_at_its_time(home: Path, opened: Open) -> None:
    clock = Clock()
    engine = opened(retry=RetryPolicy(delay_s=30, tries=3), clock=clock)
    work = home / "work"
    future = engine.start("job", "trying", stories.payload_for(work, 1) | {"faults": 2})
    for failures, delay in ((1, 30.0), (2, 60.0)):
        until(lambda n=failures: records.get(home, "job").failures == n)  # type: ignore[misc]
        record = records.get(home, "job")
        assert record.status is JobStatus.QUEUED
        assert record.next_try_at == records.moment(clock.now + delay)
        assert f"attempt {failures + 1} of 3" in record.detail["message"]
        assert record.error == "the worker went away. Wait."
        assert engine.active() == []
        clock.now += delay - 1
        time.sleep(0.7)
        assert len(stories.lines(work, "tries")) == failures  # not before its time
        clock.now += 1
    assert future.result(10) == {"tries": 3}
    tries = attempts.history(home)[0]["attempts"]
    assert [one["outcome"] for one in tries] == ["failed", "failed", "completed"]
    assert attempts.statistics(home)["retries"] == 2


def test_tries_run_out_and_a_person_starts_the_count_anew(home: Path, opened: Open) -> None:
    engine = opened(retry=RetryPolicy(delay_s=0, tries=2))
    payload = stories.payload_for(home / "work", 1) | {"faults": 3}
    with pytest.raises(WorkerDied):
        engine.start("job", "trying", payload).result(10)
    assert records.get(home, "job").status is JobStatus.FAILED
    assert len(stories.lines(home / "work", "tries")) == 2
    assert engine.start_resume("job").result(10) == {"tries": 4}


def test_somebody_who_waits_is_told_at_once(home: Path, engine: Engine) -> None:
    payload = stories.payload_for(home / "work", 1) | {"faults": 1}
    with pytest.raises(WorkerDied, match="try again with: apex jobs retry job"):
        engine.run("job", "trying", payload)
    assert records.get(home, "job").status is JobStatus.FAILED
    assert engine.resume("job") == {"tries": 2}


def test_bad_input_is_never_tried_again(home: Path, opened: Open) -> None:
    engine = opened(retry=RetryPolicy(delay_s=0))
    payload = stories.payload_for(home / "work", 1)
    (home / "work" / "fail-shot0").touch()
    with pytest.raises(ApexError, match="no sound"):
        engine.start("job", "film", payload).result(10)
    assert records.get(home, "job").attempts == 1


def test_a_planned_try_survives_its_process(home: Path, opened: Open) -> None:
    clock = Clock()
    engine = opened(retry=RetryPolicy(delay_s=30), clock=clock)
    payload = stories.payload_for(home / "work", 1) | {"faults": 1}
    future = engine.start("job", "trying", payload)
    until(lambda: records.get(home, "job").next_try_at)
    engine.close()
    assert isinstance(future.exception(1), Interrupted)
    record = records.get(home, "job")
    assert (record.status, record.owner, record.failures) == (JobStatus.QUEUED, None, 1)
    again = opened(retry=RetryPolicy(delay_s=30), clock=clock)
    assert again.take_up_abandoned() == []
    clock.now += 30
    assert again.take_up_abandoned() == ["job"]
    until(lambda: records.get(home, "job").ended)
    assert records.get(home, "job").result == {"tries": 2}


def test_a_planned_try_can_be_brought_forward_or_cancelled(home: Path, opened: Open) -> None:
    engine = opened(retry=RetryPolicy(delay_s=3000))
    for name in ("now", "never"):
        payload = stories.payload_for(home / name, 1) | {"faults": 1}
        engine.start(name, "trying", payload)
        until(lambda name=name: records.get(home, name).next_try_at)  # type: ignore[misc]
    assert control.try_now(home, "now")
    assert events.cancel(home, "never")
    until(lambda: records.get(home, "now").status is JobStatus.COMPLETED)
    assert records.get(home, "never").status is JobStatus.CANCELLED
    assert not control.try_now(home, "never")


def test_what_may_pass() -> None:
    trail = "cloud: skipped: no key\nlocal: failed: it is out\ncloud: refused: said no"
    passing: list[ApexError] = [
        WorkerDied("x"),
        Unbilled("busy"),
        StorageError("the studio's database cannot be used (database is locked)"),
        AllBackendsFailed("none", log=trail),
    ]
    lasting: list[ApexError] = [
        Refused("no"),
        StorageError("the database is damaged"),
        AllBackendsFailed("none", log="cloud: refused: the request failed: x"),
        ApprovalNeeded("x"),
        BudgetExceeded("x"),
        ValidationFailed("x"),
        ApexError("a fault of ours"),
    ]
    assert [may_pass(error) for error in passing] == [True] * 4
    assert [may_pass(error) for error in lasting] == [False] * 7


def test_the_policy_of_the_settings() -> None:
    policy = policy_of({"auto_retry": True, "retry_delay": 30, "failure_threshold": 3})
    assert [policy.delay_after(failures) for failures in (1, 2, 3)] == [30.0, 60.0, None]
    assert policy_of({"auto_retry": False}).delay_after(1) is None
    with pytest.raises(ValidationFailed, match="retry settings"):
        policy_of({"retry_delay": "soon"})


def test_a_job_that_needs_a_yes_waits_for_it(home: Path, engine: Engine) -> None:
    with pytest.raises(ApprovalNeeded):
        engine.start("job", "buying", {"approved": False}).result(10)
    record = records.get(home, "job")
    assert (record.status, record.owner) == (JobStatus.WAITING, None)
    assert (record.error_code, record.finished_at) == ("approval_needed", None)
    assert record.error == "$5.00 would be spent. Approve it."
    assert records.abandoned(home) == []
    records.set_payload(home, "job", {"approved": True})
    assert records.approve(home, "job").status is JobStatus.QUEUED
    with pytest.raises(ValidationFailed, match="not waiting"):
        records.approve(home, "job")
    assert engine.take_up_abandoned() == ["job"]
    until(lambda: records.get(home, "job").ended)
    assert attempts.statistics(home)["average_cost_per_job"] == 5.0


def test_statistics_of_an_empty_studio_and_of_work(home: Path, engine: Engine) -> None:
    empty = attempts.statistics(home)
    names = ("jobs_per_hour", "average_cost_per_job", "success_rate", "median_run_s")
    assert [empty[name] for name in names] == [0.0] * 4
    for number in range(3):
        engine.run(f"job{number}", "film", stories.payload_for(home / str(number), 1))
    (home / "bad").mkdir()
    (home / "bad" / "fail-shot0").touch()
    with pytest.raises(ApexError):
        engine.run("bad", "film", stories.payload_for(home / "bad", 1))
    found = attempts.statistics(home)
    assert found["success_rate"] == 0.75
    assert found["counts"]["completed"] == 3
    assert found["total_jobs"] == 4
    assert found["median_run_s"] > 0
    assert 3600 * 3 / found["jobs_per_hour"] >= 3 * found["median_run_s"] * 0.5


def test_hands_wait_together_beside_the_workers(home: Path, engine: Engine) -> None:
    work = home / "work"
    work.mkdir(parents=True)
    payload = {"folder": str(work), "naps": 6, "seconds": 1.2, "hands": 3}
    naps = engine.start("naps", "napping", payload)
    until(lambda: len(stories.lines(work, "naps")) >= 3)
    film = engine.run("film", "film", stories.payload_for(home / "film", 2))
    assert film["squares"] == [0, 1]  # the workers were free for it
    pids = naps.result(30)["pids"]
    assert 2 <= len(pids) <= 3
    inside = peak = 0
    for word in stories.lines(work, "naps"):
        inside += 1 if word == "in" else -1
        peak = max(peak, inside)
    assert peak == 3
    until(lambda: not any(psutil.pid_exists(pid) for pid in pids), 5)
