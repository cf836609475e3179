"""`apex jobs`: what is said of jobs whose process has ended, of pauses and of a yes."""

from __future__ import annotations

import socket
from collections.abc import Callable
from pathlib import Path

import pytest

from apex_director.db.engine import migrate
from apex_director.jobs import records
from apex_director.jobs.model import Owner
from apex_director.productions.image import KIND, ImageRequest, payload_for

from .conftest import Said

Apex = Callable[..., Said]
JOB = "11111111-2222-4333-8444-555555555555"
GONE = Owner(host=socket.gethostname(), pid=2**22 + 1, start=1.0)


@pytest.fixture
def job(home: Path) -> str:
    migrate(home)
    records.create(home, "image", {"request": {"prompt": "a harbour"}}, job_id=JOB)
    return JOB


def test_a_job_whose_process_is_gone_says_so_and_how_to_go_on(
    apex: Apex, home: Path, job: str
) -> None:
    records.claim(home, job, GONE)
    (row,) = apex("jobs", "list", "--json").json["jobs"]
    assert (row["status"], row["process_ended"]) == ("processing", True)
    told = "processing (its process has ended; apex jobs resume 11111111)"
    assert told in apex("jobs", "list").err
    assert told in apex("jobs", "show", job).err


def test_a_job_at_work_does_not(apex: Apex, home: Path, job: str) -> None:
    from apex_director.jobs.owner import this_process

    records.claim(home, job, this_process())
    assert apex("jobs", "show", job, "--json").json["process_ended"] is False
    assert "has ended" not in apex("jobs", "list").err


def test_a_pause_that_is_none_says_why(apex: Apex, home: Path, job: str) -> None:
    assert apex("jobs", "pause", job, "--json").json["paused"]
    said = apex("jobs", "pause", job)
    assert (said.code, "paused already" in said.err) == (0, True)
    records.claim(home, job, GONE)
    records.waiting_for_approval(home, job, "$1 for 3 pictures")
    said = apex("jobs", "pause", job, "--json")
    assert (said.code, said.json["paused"]) == (0, False)
    assert f"apex jobs approve {job}" in said.json["reason"]
    records.cancelled(home, job)
    said = apex("jobs", "pause", job)
    assert (said.code, "has ended (cancelled)" in said.err) == (0, True)


def test_a_yes_for_later_names_the_command_that_goes_on(apex: Apex, home: Path, job: str) -> None:
    records.claim(home, job, GONE)
    records.waiting_for_approval(home, job, "$1 for 3 pictures")
    said = apex("jobs", "approve", job, "--later", "--budget", "2", "--json")
    assert said.code == 0, said.err
    assert said.json["status"] == "queued"
    assert f"apex jobs resume {job}" in said.err
    request = records.get(home, job).payload["request"]
    assert (request["approved"], request["budget_usd"]) == (True, 2.0)


def test_a_yes_goes_on_at_once(apex: Apex, home: Path) -> None:
    migrate(home)
    asked = ImageRequest(prompt="a calm harbour", width=256, height=256)
    payload = payload_for(asked, home=home, job_id=JOB)
    records.create(home, KIND, payload, job_id=JOB)
    records.claim(home, JOB, GONE)
    records.waiting_for_approval(home, JOB, "$1 for 3 pictures")
    said = apex("jobs", "approve", JOB[:6], "--json")
    assert said.code == 0, said.err
    assert Path(said.json["image_path"]).is_file()
    assert records.get(home, JOB).status == "completed"
