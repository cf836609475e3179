"""Checkpoints: made while jobs run, checked, gone back to; money is never rolled back."""

from __future__ import annotations

import asyncio
import json
import sqlite3
import time
from collections.abc import Iterable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from apex_director.core.errors import InputUnusable, StorageError
from apex_director.core.money import Usd
from apex_director.db.engine import DATABASE, transaction
from apex_director.db.tables import money
from apex_director.db.tables.jobs import jobs
from apex_director.jobs import attempts, checkpoints, control, records
from apex_director.jobs.audit import path_of
from apex_director.jobs.engine import Engine
from apex_director.jobs.model import JobStatus
from apex_director.jobs.restoring import restore
from apex_director.providers.model import Budget, Cost, Kept, Purpose, Quote
from apex_director.providers.sql import open_desk
from tests.jobs import stories
from tests.jobs.conftest import Launch
from tests.jobs.test_durability import no_step_ran_after_it_was_stored, stored, until

APPROVED = Budget(approved=True)


def pay(home: Path, job_id: str, key: str, usd: str = "0.04") -> str:
    """One settled call in the studio's ledger."""
    ledger = open_desk(home).ledger
    cost = Cost(usd=Usd.of(usd), basis="reported")
    quote, purpose = Quote(model="m", cost=cost), Purpose(job_id=job_id, item=key)
    booking = ledger.open(
        key=key * 8, backend="cloud", quote=quote, purpose=purpose, budget=APPROVED
    )
    ledger.sending(booking.call_id)
    ledger.settle(booking.call_id, cost, Kept(result="f" * 64))
    return booking.call_id


def entries(home: Path) -> list[tuple[Any, ...]]:
    with transaction(home) as connection:
        calls = connection.execute(sa.select(money.calls).order_by(money.calls.c.seq)).all()
        ledger = connection.execute(sa.select(money.ledger).order_by(money.ledger.c.seq)).all()
    return [tuple(row) for row in (*calls, *ledger)]


def _without_stamp(rows: Iterable[sa.Row[Any]]) -> list[dict[str, Any]]:
    return [{**row._mapping, "updated_at": ""} for row in rows]


def audit(home: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path_of(home).read_text().splitlines()]


def test_made_while_a_job_runs_and_gone_back_to(
    home: Path, program: Launch, engine: Engine
) -> None:
    process = program("run", "job", 12, 0.15)
    until(lambda: stored(home / "work" / "job", 12) >= 3)
    made = checkpoints.create(home, "in the middle")
    assert checkpoints.verify(home, made.id) == []
    assert (made.job_count, made.reason, made.automatic) == (1, "in the middle", False)
    busy = restore(home, made.id)
    assert not busy
    assert busy.busy
    assert "pause or cancel it first" in busy.reason
    process.kill()
    process.wait()
    records.cancelled(home, "job")
    found = restore(home, made.id)
    assert found.done
    assert checkpoints.verify(home, found.safety) == []
    record = records.get(home, "job")
    assert (record.status, record.owner) == (JobStatus.QUEUED, None)
    assert 0 < record.progress < 1
    assert attempts.history(home)[0]["attempts"][0]["outcome"] == "lost"
    assert engine.take_up_abandoned() == ["job"]
    until(lambda: records.get(home, "job").ended)
    result = records.get(home, "job").result
    assert result is not None
    assert result["squares"] == [index**2 for index in range(12)]
    no_step_ran_after_it_was_stored(home / "work" / "job", 12)


def test_jobs_queue_and_history_return_and_what_came_since_goes(home: Path, engine: Engine) -> None:
    engine.run("done", "film", stories.payload_for(home / "done", 1))
    records.create(home, "film", {}, job_id="waiting", priority=5)
    control.pause_queue(home)
    with transaction(home) as connection:
        before = connection.execute(sa.select(jobs).order_by(jobs.c.id)).all()
    made = checkpoints.create(home, "now")
    control.resume_queue(home)
    records.cancelled(home, "waiting")
    records.create(home, "film", {}, job_id="later")
    with transaction(home) as connection:
        connection.execute(jobs.delete().where(jobs.c.id == "done"))
    found = restore(home, made.id)
    assert (found.done, found.jobs, found.dropped) == (True, 2, ("later",))
    with transaction(home) as connection:
        after = connection.execute(sa.select(jobs).order_by(jobs.c.id)).all()
    assert _without_stamp(after) == _without_stamp(before)
    assert control.queue_paused(home)
    assert engine.resume("done")["squares"] == [0]
    assert restore(home, found.safety).done  # and forth again
    assert {one.id for one in records.list_jobs(home)} == {"waiting", "later"}
    words = [(one["event"], one.get("done")) for one in audit(home)]
    assert ("checkpoint_restore", True) in words


def test_the_ledger_is_never_rolled_back(home: Path) -> None:
    records.create(home, "film", {}, job_id="job")
    first = pay(home, "job", "a")
    made = checkpoints.create(home, "before paying")
    second = pay(home, "job", "b", "0.5")
    pay(home, "other", "c")
    before = entries(home)
    found = restore(home, made.id)
    assert found.reconciled == ("job",)
    assert entries(home) == before
    ledger = open_desk(home).ledger
    assert ledger.spent(job_id="job").settled == Usd.of("0.54")
    (warning,) = records.get(home, "job").warnings
    assert "$0.50 booked for this job since" in warning
    quote = Quote(model="m", cost=Cost(usd=Usd.of("0.5"), basis="list_price"))
    again = ledger.open(
        key="b" * 8,
        backend="cloud",
        quote=quote,
        purpose=Purpose(job_id="job", item="b"),
        budget=APPROVED,
    )
    assert (again.call_id, again.state) == (second, "settled")  # nothing is sent twice
    assert first != second


def test_bookings_only_the_checkpoint_knows_are_added(home: Path) -> None:
    records.create(home, "film", {}, job_id="job")
    old = pay(home, "job", "a")
    made = checkpoints.create(home, "with a call")
    kept = (home / "assets").rename(home.parent / "assets")
    for path in home.glob(f"{DATABASE}*"):
        path.unlink()
    new = pay(home, "late", "a")  # the same number, and the same key, in a fresh ledger
    kept.rename(home / "assets")
    assert restore(home, made.id).done
    bookings = open_desk(home).ledger.bookings()
    assert {one.call_id for one in bookings} == {old, new}
    assert open_desk(home).ledger.spent().settled == Usd.of("0.08")
    assert restore(home, made.id).done  # a second time adds nothing
    assert open_desk(home).ledger.spent().settled == Usd.of("0.08")


def test_the_unknown_and_the_damaged_are_refused(home: Path) -> None:
    records.create(home, "film", {}, job_id="job")
    for name in ("20260101T000000-abcdef", "../../etc", ""):
        with pytest.raises(InputUnusable, match="no such checkpoint"):
            checkpoints.verify(home, name)
        assert restore(home, name).reason == "there is no such checkpoint"
    made = checkpoints.create(home, "good")
    folder = checkpoints.folder_of(home) / made.id
    part = folder / DATABASE
    good = part.read_bytes()
    for bad in (good[:-100], good[:5000] + b"\xff" + good[5001:], b""):
        part.write_bytes(bad)
        assert checkpoints.verify(home, made.id) == [f"{DATABASE} is not what was written"]
        found = restore(home, made.id)
        assert not found.done
        assert not found.busy
        assert not found.safety
    part.unlink()
    assert checkpoints.verify(home, made.id) == [f"{DATABASE} is missing"]
    manifest = (folder / "manifest.json").read_text()
    (folder / "manifest.json").write_text(manifest.replace('"format": 1', '"format": 99'))
    assert "newer version" in restore(home, made.id).reason
    (folder / "manifest.json").write_text(manifest[:40])
    assert "manifest cannot be read" in restore(home, made.id).reason
    assert checkpoints.list_checkpoints(home) == []
    said = [one["reason"] for one in audit(home) if one["event"] == "checkpoint_restore"]
    assert len(said) == 8
    assert all(said)


def test_a_damaged_database_is_set_aside(home: Path) -> None:
    records.create(home, "film", {}, job_id="job")
    call = pay(home, "job", "a")
    made = checkpoints.create(home, "good")
    with transaction(home) as connection:
        connection.exec_driver_sql("SELECT 1")
    for suffix in ("-wal", "-shm"):
        (home / f"{DATABASE}{suffix}").unlink(missing_ok=True)
    (home / DATABASE).write_bytes(b"no database" * 1000)
    with pytest.raises(StorageError):
        checkpoints.create(home, "bad")
    assert restore(home, made.id).done
    assert records.get(home, "job").status is JobStatus.PENDING
    assert [one.call_id for one in open_desk(home).ledger.bookings()] == [call]
    assert len(list(home.glob(f"{DATABASE}.damaged-*"))) == 1


def test_an_older_checkpoint_without_the_newest_columns(home: Path) -> None:
    records.create(home, "film", {"a": 1}, job_id="job")
    made = checkpoints.create(home, "old")
    folder = checkpoints.folder_of(home) / made.id
    with closing(sqlite3.connect(folder / DATABASE)) as connection:
        connection.execute("ALTER TABLE jobs DROP COLUMN place")
        connection.execute("DROP TABLE attempts")
        connection.commit()
    manifest = json.loads((folder / "manifest.json").read_text())
    manifest["parts"][DATABASE] = {
        "sha256": checkpoints._digest(folder / DATABASE),
        "bytes": (folder / DATABASE).stat().st_size,
    }
    (folder / "manifest.json").write_text(json.dumps(manifest | {"revision": "0004"}))
    records.cancelled(home, "job")
    assert restore(home, made.id).done
    assert records.get(home, "job").payload == {"a": 1}
    assert records.get(home, "job").place == 0.0


def test_automatic_ones_are_made_when_something_changed_and_dropped_in_time(home: Path) -> None:
    records.create(home, "film", {}, job_id="job")
    assert checkpoints.automatic(home, 0.0)
    assert checkpoints.automatic(home, 0.0) is None  # nothing has changed
    records.cancelled(home, "job")
    assert checkpoints.automatic(home, 3600.0) is None  # one is fresh
    made = checkpoints.automatic(home, 0.0)
    assert made is not None
    folder = checkpoints.folder_of(home)
    with closing(sqlite3.connect(folder / made.id / DATABASE)) as connection:
        tables = {row[0] for row in connection.execute("SELECT name FROM sqlite_master")}
    assert "assets" not in tables
    assert {"jobs", "calls", "ledger", "generations"} <= tables
    assert restore(home, made.id).done


def test_retention(home: Path) -> None:
    now = datetime(2026, 11, 21, 12, tzinfo=UTC)
    manual = checkpoints.create(home, "mine")
    for hours in range(0, 24 * 12, 4):
        moment = now - timedelta(hours=hours)
        name = f"{moment:%Y%m%dT%H%M%S}-{hours:06x}"
        source = checkpoints.folder_of(home) / manual.id / "manifest.json"
        manifest = json.loads(source.read_text())
        manifest |= {"id": name, "timestamp": moment.isoformat(), "automatic": True}
        target = checkpoints.folder_of(home) / name
        target.mkdir()
        (target / "manifest.json").write_text(json.dumps(manifest))
    checkpoints.prune(home, now=now)
    kept = checkpoints.list_checkpoints(home)
    own = [one for one in kept if one.automatic]
    assert manual.id in {one.id for one in kept}
    newest = [now - timedelta(hours=hours) for hours in range(0, 40, 4)]
    assert [datetime.fromisoformat(one.timestamp) for one in own[:10]] == newest
    days = [one.timestamp[:10] for one in own[10:]]
    assert days == sorted(set(days), reverse=True)
    assert len({one.timestamp[:10] for one in own}) == 8  # today and a week
    assert all(one.timestamp >= (now - timedelta(days=7)).isoformat() for one in own)


def test_an_engine_keeps_checkpoints(home: Path, engine: Engine) -> None:
    engine.keep_checkpoints(0.2)
    engine.start("job", "film", stories.payload_for(home / "work", 4, 0.2)).result(20)
    until(lambda: len(checkpoints.list_checkpoints(home)) >= 2, 5)
    assert all(one.automatic for one in checkpoints.list_checkpoints(home))
    for one in checkpoints.list_checkpoints(home):
        assert checkpoints.verify(home, one.id) == []


def test_the_promised_faces(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from apex_director.core.checkpoint import CheckpointManager
    from apex_director.director import checkpoints as verbs

    monkeypatch.setenv("APEX_HOME", str(home))
    manager = CheckpointManager(home)
    made = asyncio.run(manager.create_checkpoint("by hand"))
    (row,) = asyncio.run(manager.list_checkpoints())
    assert (row["id"], row["job_count"], row["reason"]) == (made, 0, "by hand")
    assert set(row) == {"id", "timestamp", "job_count", "reason", "size_bytes", "automatic"}

    async def inside_a_loop() -> list[bool]:
        return [await manager.restore(made), await verbs.restore_from_checkpoint("nothing")]

    assert asyncio.run(inside_a_loop()) == [True, False]
    assert isinstance(verbs.get_checkpoint_manager(), CheckpointManager)
    assert verbs.get_checkpoint_manager() is verbs.get_checkpoint_manager()


def test_creating_is_quick_beside_a_writer(home: Path) -> None:
    """A writer in the middle of a transaction neither stops a checkpoint nor is seen in it."""
    records.create(home, "film", {}, job_id="job")
    with closing(sqlite3.connect(home / DATABASE, isolation_level=None)) as writer:
        stamp = checkpoints._stamp(home)
        writer.execute("BEGIN IMMEDIATE")
        writer.execute("UPDATE jobs SET kind = 'half'")
        target = home / "copy.db"
        began = time.monotonic()
        checkpoints._snapshot(home / DATABASE, target, slim=False)
        assert time.monotonic() - began < 5
        writer.execute("ROLLBACK")
    with closing(sqlite3.connect(target)) as copy:
        assert copy.execute("SELECT kind FROM jobs").fetchone() == ("film",)
    assert checkpoints._stamp(home) == stamp
