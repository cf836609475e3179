"""kill -9, Ctrl-C, failures and cancels: what was finished stays finished."""

from __future__ import annotations

import random
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from apex_director.core.errors import ApexError, AudioDecodeError, Interrupted, ValidationFailed
from apex_director.jobs import events, records
from apex_director.jobs.engine import Engine
from apex_director.jobs.model import JobStatus
from tests.jobs import stories

Program = Callable[..., "subprocess.Popen[str]"]


def until(condition: Callable[[], object], seconds: float = 20.0) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it never came"
        time.sleep(0.02)


def stored(work: Path, shots: int) -> int:
    return sum("stored" in stories.lines(work, f"shot{index}") for index in range(shots))


def no_step_ran_after_it_was_stored(work: Path, shots: int) -> None:
    for index in range(shots):
        story = stories.lines(work, f"shot{index}")
        assert "began" not in story[story.index("stored") :], (index, story)


def children(pid: int) -> list[psutil.Process]:
    return psutil.Process(pid).children(recursive=True)


def test_killed_many_times_at_random_moments(home: Path, program: Program) -> None:
    shots, work = 16, home / "work" / "job"
    dice = random.Random(7)
    process = program("run", "job", shots, 0.1)
    kills = 0
    while process.poll() is None:
        assert process.stdout is not None
        process.stdout.readline()  # the engine is open
        try:
            process.wait(timeout=dice.uniform(0.15, 0.9) if kills < 5 else 60)
        except subprocess.TimeoutExpired:
            workers = children(process.pid)
            process.kill()
            process.wait()
            kills += 1
            assert not psutil.wait_procs(workers, timeout=3)[1], "workers outlived their parent"
            process = program("resume", "job")
    assert process.returncode == 0
    assert kills >= 3
    assert records.get(home, "job").result == {
        "squares": [index**2 for index in range(shots)],
        "pairs": [[1, 2]] * shots,
    }
    assert records.get(home, "job").attempts >= 3
    no_step_ran_after_it_was_stored(work, shots)
    began = sum(stories.lines(work, f"shot{index}").count("began") for index in range(shots))
    assert began <= shots + 4 * kills  # at most what was in flight runs twice


def test_a_new_job_takes_up_nobody_elses_work(home: Path, program: Program) -> None:
    process = program("run", "old", 12, 0.2)
    until(lambda: stored(home / "work" / "old", 12) >= 2)
    process.kill()
    process.wait()
    before = {index: stories.lines(home / "work" / "old", f"shot{index}") for index in range(12)}
    other = program("run", "new", 3, 0.5)
    assert other.wait(timeout=20) == 0
    after = {index: stories.lines(home / "work" / "old", f"shot{index}") for index in range(12)}
    assert before == after
    assert records.get(home, "old").status is JobStatus.PROCESSING
    assert [job.id for job in records.abandoned(home)] == ["old"]


def test_a_service_takes_a_dead_process_job_up_at_once(home: Path, program: Program) -> None:
    process = program("run", "job", 8, 0.2)
    until(lambda: stored(home / "work" / "job", 8) >= 2)
    process.kill()
    process.wait()
    program("serve", "-", 20)
    until(lambda: records.get(home, "job").status is JobStatus.COMPLETED, 12)
    no_step_ran_after_it_was_stored(home / "work" / "job", 8)


def test_two_engines_in_one_studio(home: Path, program: Program) -> None:
    both = [program("run", f"job{number}", 10, 0.02) for number in range(2)]
    assert [process.wait(timeout=30) for process in both] == [0, 0]
    for number in range(2):
        work = home / "work" / f"job{number}"
        began = [stories.lines(work, f"shot{index}").count("began") for index in range(10)]
        assert began == [1] * 10


def test_a_running_job_is_not_taken_twice(home: Path, program: Program, engine: Engine) -> None:
    program("run", "job", 8, 0.3)
    until(lambda: stored(home / "work" / "job", 8) >= 1)
    with pytest.raises(ValidationFailed, match="working on this job"):
        engine.resume("job")
    assert engine.take_up_abandoned() == []


def test_ctrl_c_pauses_and_the_job_can_be_resumed(
    home: Path, program: Program, engine: Engine
) -> None:
    process = program("run", "job", 10, 0.3)
    until(lambda: stored(home / "work" / "job", 10) >= 2)
    workers = children(process.pid)
    pressed = time.monotonic()
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=10)
    assert time.monotonic() - pressed < 3
    assert "Interrupted: job: the job was interrupted. Go on with: apex jobs resume job" in said
    assert not psutil.wait_procs(workers, timeout=1)[1]
    record = records.get(home, "job")
    assert (record.status, record.owner) == (JobStatus.PAUSED, None)
    assert engine.resume("job")["squares"] == [index**2 for index in range(10)]
    no_step_ran_after_it_was_stored(home / "work" / "job", 10)


def test_cancel_from_another_process(home: Path, program: Program) -> None:
    process = program("run", "job", 4, 30)
    until(lambda: stories.lines(home / "work" / "job", "shot1"))
    workers = children(process.pid)
    asked = time.monotonic()
    assert events.cancel(home, "job")
    assert time.monotonic() - asked < 5
    assert not psutil.wait_procs(workers, timeout=5 - (time.monotonic() - asked))[1]
    assert process.wait(timeout=5) != 0
    assert records.get(home, "job").status is JobStatus.CANCELLED
    assert not events.cancel(home, "job")


def test_cancel_here_spares_other_jobs(home: Path, engine: Engine) -> None:
    long = engine.start("long", "film", stories.payload_for(home / "long", 2, 30))
    short = engine.start("short", "film", stories.payload_for(home / "short", 6, 0.1))
    until(lambda: stories.lines(home / "long", "shot1"))
    assert engine.cancel("long")
    with pytest.raises(Interrupted, match="cancelled"):
        long.result(timeout=5)
    assert short.result(timeout=20)["squares"] == [0, 1, 4, 9, 16, 25]
    assert records.get(home, "long").status is JobStatus.CANCELLED


def test_a_failing_step_travels_and_the_job_resumes_from_it(home: Path, engine: Engine) -> None:
    work = home / "work"
    payload = stories.payload_for(work, 8)
    (work / "fail-shot5").touch()
    with pytest.raises(AudioDecodeError) as caught:
        engine.run("job", "film", payload)
    assert caught.value.as_json() == {
        "error": "audio_not_decodable",
        "message": "no sound in it",
        "where": "song.mp3",
        "what_to_do": "Try another.",
    }
    record = records.get(home, "job")
    assert (record.status, record.error_code) == (JobStatus.FAILED, "audio_not_decodable")
    assert record.error == "audio_not_decodable: song.mp3: no sound in it. Try another."
    (work / "fail-shot5").unlink()
    finished = [index for index in range(8) if "stored" in stories.lines(work, f"shot{index}")]
    assert engine.resume("job")["squares"] == [index**2 for index in range(8)]
    assert stories.lines(work, "prepare") == ["began"]
    for index in finished:
        assert stories.lines(work, f"shot{index}").count("began") == 1
    assert records.get(home, "job").error is None


def test_a_fault_of_ours_is_one_sentence_with_its_traceback_in_the_log(
    home: Path, engine: Engine
) -> None:
    payload = stories.payload_for(home / "work", 2)
    (home / "work" / "bug-shot0").touch()
    with pytest.raises(ApexError, match="shot: LookupError: a fault of ours") as caught:
        engine.run("job", "film", payload)
    assert "stories.py" in caught.value.log
    log = (home / "jobs" / "job" / "production_log.txt").read_text()
    assert "LookupError" in log


def test_a_worker_that_dies_once_is_replaced_and_twice_is_an_error(
    home: Path, engine: Engine
) -> None:
    payload = stories.payload_for(home / "work", 3)
    (home / "work" / "die-shot1").write_text("once")
    assert engine.run("once", "film", payload)["squares"] == [0, 1, 4]
    assert stories.lines(home / "work", "shot1") == ["began", "began", "stored"]
    (home / "work" / "die-shot2").write_text("always")
    with pytest.raises(ApexError, match=r"died 2 times \(SIGKILL\)"):
        engine.run("twice", "film", payload | {"seconds": 0.001})
    assert records.get(home, "twice").status is JobStatus.FAILED


def test_a_finished_job_answers_at_once_or_afresh(home: Path, engine: Engine) -> None:
    payload = stories.payload_for(home / "work", 3)
    first = engine.run("job", "film", payload)
    assert engine.resume("job") == first
    assert stories.lines(home / "work", "shot0").count("began") == 1
    assert engine.resume("job", afresh=True) == first
    assert stories.lines(home / "work", "shot0").count("began") == 2
