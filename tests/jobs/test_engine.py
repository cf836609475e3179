"""What the engine promises a story, a watcher and a queue; the inline engine promises the same."""

from __future__ import annotations

import errno
import functools
import pickle
import time
from concurrent.futures import Future
from pathlib import Path

import pytest

from apex_director.core.errors import (
    ApexError,
    ConfigError,
    OutputUnwritable,
    StorageError,
    ValidationFailed,
)
from apex_director.jobs import bind, bound, events, records
from apex_director.jobs.call import wrapped
from apex_director.jobs.engine import Engine, open_engine
from apex_director.jobs.inline import InlineRunner
from apex_director.jobs.model import JobStatus
from apex_director.jobs.pool import Pool
from apex_director.jobs.queue import Line
from apex_director.productions.model import Payload, Ports, Progress, Report
from tests.jobs import stories


def thread_counts(ports: Ports, payload: Payload, report: Report) -> Payload:
    import os

    import cv2
    import numba

    print("this must not reach the pipe")
    return {"cv2": cv2.getNumThreads(), "numba": numba.config.NUMBA_NUM_THREADS, "pid": os.getpid()}


def unjson(ports: Ports, payload: Payload, report: Report) -> Payload:
    return {"path": Path("x")}


def slow(ports: Ports, payload: Payload, report: Report) -> Payload:
    time.sleep(0.2)
    stories.mark(payload["folder"], "order", payload["name"])
    return {}


def make_pool(home: Path) -> Pool:
    return Pool(functools.partial(stories.make_ports, str(home)), 1, home / "logs" / "workers.log")


def test_inline_and_durable_engines_agree(home: Path, engine: Engine) -> None:
    ports = stories.make_ports(str(home))
    inline = InlineRunner(stories.FILM, ports)
    expected = inline.run(stories.payload_for(home / "inline", 5))
    watched: list[Progress] = []
    result = engine.run(
        "job", "film", stories.payload_for(home / "durable", 5), watch=watched.append
    )
    assert result == expected
    assert result["pairs"] == [[1, 2]] * 5  # JSON's values, whether fresh or stored
    assert {one.stage for one in watched} == {one.stage for one in inline.reports}
    assert records.get(home, "job").warnings == tuple(inline.warnings) == ("shot 1 is dark",)


def test_progress_never_falls_and_reaches_the_record(home: Path, engine: Engine) -> None:
    watched: list[Progress] = []
    engine.run("job", "film", stories.payload_for(home / "work", 6, 0.1), watch=watched.append)
    fractions = [one.fraction for one in watched]
    assert fractions == sorted(fractions)
    status = records.as_p7(records.get(home, "job"))
    assert status["progress"] == 1.0
    assert status["progress_percent"] == 100
    assert status["current_stage"] == "completed"
    log = (home / "jobs" / "job" / "production_log.txt").read_text()
    assert "audio_analysis listening" in log
    assert "warning: shot 1 is dark" in log


def test_events_follow_a_job_to_its_end(home: Path, engine: Engine) -> None:
    engine.start("job", "film", stories.payload_for(home / "work", 8, 0.15))
    seen = list(events.events(home, "job", poll_s=0.05, timeout_s=20))
    assert seen[-1].status is JobStatus.COMPLETED
    assert len({one.progress for one in seen}) > 2
    assert any(one.detail.get("total") == 8 for one in seen)


def test_one_engine_per_process_is_shared(home: Path, engine: Engine, tmp_path: Path) -> None:
    again = open_engine(home, {}, functools.partial(stories.make_ports, str(home)), workers=2)
    assert again is engine
    again.close()
    assert engine.run("job", "film", stories.payload_for(home / "work", 1))["squares"] == [0]
    with pytest.raises(StorageError, match="another studio"):
        open_engine(tmp_path / "other", {}, functools.partial(stories.make_ports, "x"), workers=1)
    with pytest.raises(ValidationFailed, match="no production"):
        engine.start("job2", "opera", {})


def test_more_jobs_than_allowed_wait_in_line(home: Path) -> None:
    engine = open_engine(
        home,
        stories.PRODUCTIONS,
        functools.partial(stories.make_ports, str(home)),
        workers=2,
        max_jobs=1,
    )
    try:
        first = engine.start("first", "film", stories.payload_for(home / "first", 2, 0.4))
        late = engine.start("late", "film", stories.payload_for(home / "late", 1), priority=2)
        soon = engine.start("soon", "film", stories.payload_for(home / "soon", 1), priority=5)
        never = engine.start("never", "film", stories.payload_for(home / "never", 1), priority=1)
        assert records.get(home, "late").status is JobStatus.QUEUED
        assert engine.cancel("never")
        for future in (first, soon, late):
            future.result(timeout=20)
    finally:
        engine.close()
    begun = {name: records.get(home, name).started_at for name in ("first", "soon", "late")}
    assert begun["first"] < begun["soon"] < begun["late"]  # type: ignore[operator]
    assert isinstance(never.exception(), ApexError)
    assert not (home / "never" / "prepare.txt").exists()


def test_line_serves_priority_then_age() -> None:
    line: Line[str] = Line()
    for job_id, priority, created in (("a", 3, "2"), ("b", 3, "1"), ("c", 5, "3"), ("d", 1, "0")):
        line.put(job_id, job_id.upper(), priority=priority, created_at=created)
    assert line.remove("d")
    assert not line.remove("d")
    order = []
    while found := line.pop():
        order.append(found)
    assert order == [("c", "C"), ("b", "B"), ("a", "A")]


def test_workers_are_single_threaded_and_may_print(home: Path) -> None:
    pool = make_pool(home)
    try:
        result = pool.submit("j", "threads", thread_counts, {}, lambda said: None).result(30)
        assert result["cv2"] == 1
        assert result["numba"] == 1
        assert pool.pids() == [result["pid"]]
        with pytest.raises(ApexError, match="plain JSON"):
            pool.submit("j", "unjson", unjson, {}, lambda said: None).result(10)
        with pytest.raises(ApexError, match="module's own function"):
            pool.submit("j", "local", lambda ports, payload, report: {}, {}, lambda said: None)
    finally:
        pool.close()
    assert pool.pids() == []
    assert "must not reach" in (home / "logs" / "workers.log").read_text()


def test_ports_that_cannot_be_built_are_the_errors_of_the_step(home: Path) -> None:
    pool = Pool(stories.broken_ports, 1, home / "workers.log")
    try:
        with pytest.raises(ConfigError, match="the settings are wrong"):
            pool.submit("j", "slow", slow, {}, lambda said: None).result(20)
    finally:
        pool.close()


def test_cancel_drops_what_waits_and_spares_the_others(home: Path) -> None:
    pool = make_pool(home)
    home.mkdir()

    def submit(job_id: str, name: str) -> Future[Payload]:
        return pool.submit(
            job_id, "slow", slow, {"folder": str(home), "name": name}, lambda said: None
        )

    try:
        gone = [submit("x", "x0"), submit("x", "x1")]
        kept = submit("y", "y0")
        pool.cancel("x")
        kept.result(20)
        assert all(future.exception(5) is not None for future in gone)
        assert stories.lines(home, "order") == ["y0"]
    finally:
        pool.close()


def test_a_full_disk_is_no_fault_of_ours() -> None:
    full = OSError(errno.ENOSPC, "No space left on device", "/out/final_video.mp4")
    error = wrapped(full, "assemble")
    assert isinstance(error, OutputUnwritable)
    assert str(error).startswith("/out/final_video.mp4: no space left on device. Free space")
    assert "OSError" in error.log


def test_bound_ports() -> None:
    ports = stories.make_ports("/nowhere")
    bind(ports)
    assert bound() is ports
    assert pickle.loads(pickle.dumps(ports)) == ports
