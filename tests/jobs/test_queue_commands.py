"""`apex jobs` and `apex checkpoint`: what they say, and how they end (contract D19, D20)."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from apex_director.cli import checkpoint, jobs
from apex_director.jobs import control, records
from apex_director.jobs.model import JobStatus
from apex_director.jobs.retry import RetryPolicy, WorkerDied
from tests.jobs.test_control import ME


@pytest.fixture
def app(home: Path) -> typer.Typer:
    made = typer.Typer()

    @made.callback()
    def root(context: typer.Context) -> None:
        context.obj = str(home)

    jobs.register(made)
    checkpoint.register(made)
    return made


def asked(app: typer.Typer, *words: str, code: int = 0) -> dict[str, Any]:
    """What a command answers with --json."""
    done = CliRunner().invoke(app, [*words, "--json"])
    assert done.exit_code == code, done.output
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_order_pause_and_cancel(app: typer.Typer, home: Path) -> None:
    for name in ("one", "two", "three"):
        records.create(home, "film", {}, job_id=name)
    assert asked(app, "jobs", "priority", "thr", "5")["place"] == 1
    assert asked(app, "jobs", "priority", "one", "--last") == {
        "job_id": "one",
        "place": 3,
        "waiting": 3,
    }
    assert asked(app, "jobs", "pause", "one") == {"job_id": "one", "paused": True}
    assert asked(app, "jobs", "pause", "--all") == {"queue": "paused"}
    assert control.queue_paused(home)
    assert asked(app, "jobs", "resume", "--all") == {"queue": "running"}
    answer = asked(app, "jobs", "cancel", "two")
    assert answer == {"job_id": "two", "cancelled": True, "partial_files": []}
    counts = asked(app, "jobs", "stats")["counts"]
    assert (counts["paused"], counts["cancelled"], counts["pending"]) == (1, 1, 1)
    rows = asked(app, "jobs", "history", "--days", "1")["jobs"]
    assert {row["job_id"]: row["status"] for row in rows}["two"] == "cancelled"


def test_what_cannot_be_done(app: typer.Typer, home: Path) -> None:
    records.create(home, "film", {}, job_id="one")
    for words, code in (
        (("jobs", "pause"), 2),
        (("jobs", "pause", "one", "--all"), 2),
        (("jobs", "pause", "nobody"), 3),
        (("jobs", "priority", "one", "9"), 2),
        (("jobs", "priority", "one"), 2),
        (("jobs", "stats", "--days", "0"), 2),
        (("checkpoint", "verify", "nothing"), 3),
        (("checkpoint", "restore", "nothing"), 3),
    ):
        answer = asked(app, *words, code=code)
        assert answer["message"]
        assert answer["what_to_do"]


def test_a_planned_try_is_shown_and_brought_forward(app: typer.Typer, home: Path) -> None:
    records.create(home, "film", {}, job_id="one")
    records.claim(home, "one", ME)
    control.try_later(home, "one", WorkerDied("it died"), RetryPolicy(), 4_000_000_000.0)
    done = CliRunner().invoke(app, ["jobs", "show", "one"])
    assert "tries again at" in done.output
    assert "attempt 2 of 3" in done.output
    assert asked(app, "jobs", "retry", "one") == {"job_id": "one", "hastened": True}
    assert records.get(home, "one").next_try_at == records.moment(0.0)


def test_checkpoints_from_the_command_line(app: typer.Typer, home: Path) -> None:
    records.create(home, "film", {}, job_id="one")
    made = asked(app, "checkpoint", "create", "--reason", "before")
    assert (made["reason"], made["job_count"], made["automatic"]) == ("before", 1, False)
    assert asked(app, "checkpoint", "list")["checkpoints"] == [made]
    assert asked(app, "checkpoint", "verify", made["id"]) == {"id": made["id"], "sound": True}
    records.cancelled(home, "one")
    assert asked(app, "checkpoint", "restore", made["id"])["jobs"] == 1
    assert records.get(home, "one").status is JobStatus.PENDING
    records.claim(home, "one", ME)
    refused = asked(app, "checkpoint", "restore", made["id"], code=5)
    assert "is working on job one" in refused["message"]
    (home / "assets" / "checkpoints" / made["id"] / "apex.db").write_bytes(b"")
    assert "damaged" in asked(app, "checkpoint", "verify", made["id"], code=3)["message"]


def test_the_rooms_load_nothing_heavy() -> None:
    code = (
        "import sys, apex_director.cli.jobs, apex_director.cli.checkpoint,"
        "apex_director.core.orchestrator, apex_director.core.checkpoint;"
        "print([m for m in ('dbos', 'sqlalchemy', 'numpy', 'psutil') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
