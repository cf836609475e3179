"""A script without a main guard submits work; the interpreter stays until it has ended."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil

from apex_director.jobs import records
from apex_director.jobs.model import JobStatus

ROOT = Path(__file__).parents[2]
SCRIPT = Path(__file__).parent / "plain_script.py"


def start(home: Path, seconds: float) -> subprocess.Popen[str]:
    program = (
        f"import sys, runpy; sys.path.insert(0, {str(ROOT)!r}); sys.argv[0] = {str(SCRIPT)!r};"
        f"runpy.run_path({str(SCRIPT)!r}, run_name='__main__')"
    )
    return subprocess.Popen(
        [sys.executable, "-c", program, str(home), str(seconds)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_submitted_work_is_finished_before_the_script_leaves(tmp_path: Path) -> None:
    script = start(tmp_path, 0.2)
    said, complained = script.communicate(timeout=30)
    assert script.returncode == 0
    assert complained == ""
    assert said.count("script begins") == 1  # no worker ran the script again
    (job,) = records.list_jobs(tmp_path)
    assert said.split()[-1] == job.id
    assert job.status is JobStatus.COMPLETED
    assert job.result is not None
    assert job.result["squares"] == [0, 1, 4, 9]


def test_ctrl_c_while_it_stays_leaves_the_job_paused(tmp_path: Path) -> None:
    script = start(tmp_path, 60)
    assert script.stdout is not None
    while "submitted" not in script.stdout.readline():
        pass
    deadline = time.monotonic() + 20
    while not (tmp_path / "work" / "shot1.txt").exists():
        assert time.monotonic() < deadline
        time.sleep(0.05)
    workers = psutil.Process(script.pid).children()
    script.send_signal(signal.SIGINT)
    _, complained = script.communicate(timeout=8)
    (job,) = records.list_jobs(tmp_path)
    assert job.status is JobStatus.PAUSED
    assert job.owner is None
    assert f"Go on with: apex jobs resume {job.id}" in complained
    assert "Traceback" not in complained
    assert script.returncode == -signal.SIGINT
    assert not psutil.wait_procs(workers, timeout=1)[1]
