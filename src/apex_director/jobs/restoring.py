"""Going back to a checkpoint: jobs, attempts, queue and history return, money never does.

The ledger is append-only (contract D30): what was booked since stays, what only the checkpoint
knows
is added. Step results are named by their content, so those made since stay too and those that are
missing come back. Assets are left as they are.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from apex_director.core.errors import ApexError, InputUnusable, StorageError
from apex_director.core.money import Usd
from apex_director.db.engine import DATABASE, migrate
from apex_director.jobs import owner as owners
from apex_director.jobs import records
from apex_director.jobs.audit import note
from apex_director.jobs.checkpoints import (
    ENGINE_DATABASE,
    PARTS,
    create,
    folder_of,
    integrity,
    verify,
)
from apex_director.jobs.model import ENDED, JobStatus, Owner
from apex_director.jobs.union import add_bookings, add_results, add_rows, replace_rows

ROLLED_BACK = ("jobs", "attempts", "queue", "generations")
_UNFINISHED = tuple(sorted(status.value for status in set(JobStatus) - ENDED))


@dataclass(frozen=True, kw_only=True)
class Restored:
    """What became of a restore; ``reason`` says why nothing was done, ``busy`` that a process was
    at work.

    ``safety`` is the checkpoint of the state before; ``jobs`` counts what is there now; ``dropped``
    are jobs made since the checkpoint; ``reconciled`` unfinished jobs with money booked since.
    """

    done: bool
    reason: str = ""
    busy: bool = False
    safety: str = ""
    jobs: int = 0
    dropped: tuple[str, ...] = ()
    reconciled: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return self.done


def restore(home: Path, checkpoint_id: str) -> Restored:
    """Go back to a checkpoint; the outcome stands in the audit log.

    Refused, with nothing changed, for an unknown or damaged checkpoint and while a living process
    works on jobs of the studio. The present state is kept as a checkpoint first. Jobs that were
    being worked on are put back into the queue and belong to nobody.

    Parameters
    ----------
    home : Path
        Studio folder; its own database may be damaged or gone.
    checkpoint_id : str
        As ``list_checkpoints`` names it.

    Raises
    ------
    StorageError, OutputUnwritable
        The studio folder cannot be written; nothing was changed.
    """
    home = home.resolve()
    try:
        found = _restored(home, checkpoint_id)
    except InputUnusable as error:
        found = Restored(done=False, reason=error.what)
    except ApexError as error:
        note(home, "checkpoint_restore", id=checkpoint_id, done=False, reason=str(error))
        raise
    note(
        home,
        "checkpoint_restore",
        id=checkpoint_id,
        done=found.done,
        reason=found.reason,
        safety=found.safety,
        jobs=found.jobs,
        dropped=list(found.dropped),
        reconciled=list(found.reconciled),
    )
    return found


def _restored(home: Path, checkpoint_id: str) -> Restored:
    if problems := verify(home, checkpoint_id):
        reason = f"the checkpoint cannot be used ({'; '.join(problems)})"
        return Restored(done=False, reason=reason)
    sound = not (home / DATABASE).is_file() or not integrity(home / DATABASE)
    dead: set[Owner] = set()
    safety = ""
    if sound:
        migrate(home)
        busy, dead = _owners(home)
        if busy:
            return Restored(done=False, reason=busy, busy=True)
        safety = create(home, f"before going back to {checkpoint_id}").id
    else:
        _set_aside(home, DATABASE)
        migrate(home)
    source = folder_of(home) / checkpoint_id
    _restore_engine(home, source / ENGINE_DATABASE)
    with _attached(home / DATABASE, source / DATABASE) as connection:
        if busy := _taken_meanwhile(connection, dead):
            return Restored(done=False, reason=busy, busy=True, safety=safety)
        before = {row[0] for row in connection.execute("SELECT id FROM main.jobs")}
        for table in ROLLED_BACK:
            replace_rows(connection, table)
        add_bookings(connection)
        if not sound:
            add_rows(connection)
        _settle_jobs(connection)
        reconciled = _reconciled(connection)
        after = {row[0] for row in connection.execute("SELECT id FROM main.jobs")}
    return Restored(
        done=True,
        safety=safety,
        jobs=len(after),
        dropped=tuple(sorted(before - after)),
        reconciled=reconciled,
    )


def _owners(home: Path) -> tuple[str, set[Owner]]:
    """Why nothing may be restored now, if so; and the dead that still own jobs."""
    states = {JobStatus.PROCESSING, JobStatus.QUEUED}
    dead = set()
    for record in records.list_jobs(home, status=states):
        if record.owner is None:
            continue
        if owners.is_alive(home, record.owner):
            who = f"process {record.owner.pid} on {record.owner.host}"
            return f"{who} is working on job {record.id}; pause or cancel it first", set()
        dead.add(record.owner)
    return "", dead


def _taken_meanwhile(connection: sqlite3.Connection, dead: set[Owner]) -> str:
    query = "SELECT id, owner_host, owner_pid, owner_start FROM main.jobs WHERE owner_pid NOT NULL"
    for job_id, host, pid, start in connection.execute(query):
        if Owner(host=host, pid=pid, start=start) not in dead:
            return f"a process has just taken up job {job_id}; pause or cancel it first"
    return ""


@contextlib.contextmanager
def _attached(live: Path, old: Path) -> Iterator[sqlite3.Connection]:
    """The live database as ``main`` and a copy of the checkpoint's as ``old``, in one transaction.

    Raises
    ------
    StorageError
        The live database refuses.
    """
    copy = live.with_name(f".{old.name}.{os.getpid()}.restoring")
    try:
        shutil.copyfile(old, copy)  # attaching may write beside it, and a checkpoint never changes
        with contextlib.closing(sqlite3.connect(live, timeout=30, isolation_level=None)) as conn:
            conn.execute("ATTACH DATABASE ? AS old", (str(copy),))
            conn.execute("BEGIN IMMEDIATE")
            try:
                yield conn
            except BaseException:
                conn.execute("ROLLBACK")
                raise
            conn.execute("COMMIT")
    except (sqlite3.DatabaseError, OSError) as error:
        raise StorageError(
            f"the checkpoint cannot be brought back ({error})",
            where=str(live),
            what_to_do="Nothing was changed; see that no other program holds the database.",
        ) from error
    finally:
        for path in copy.parent.glob(f"{copy.name}*"):
            path.unlink(missing_ok=True)


def _restore_engine(home: Path, old: Path) -> None:
    """Bring back step results that are gone; those of today stay."""
    live = home / ENGINE_DATABASE
    if not old.is_file():
        return
    if live.is_file() and integrity(live):
        _set_aside(home, ENGINE_DATABASE)
    if not live.is_file():
        part = live.with_name(f".{live.name}.{os.getpid()}.restoring")
        shutil.copyfile(old, part)
        part.replace(live)
        return
    with _attached(live, old) as connection:
        add_results(connection)


def _set_aside(home: Path, name: str) -> None:
    """Move a damaged database away; nothing is deleted."""
    assert name in PARTS
    moment = f"{datetime.now(UTC):%Y%m%dT%H%M%S}"
    for suffix in ("", "-wal", "-shm"):
        path = home / f"{name}{suffix}"
        if path.exists():
            path.rename(home / f"{name}.damaged-{moment}{suffix}")


def _settle_jobs(connection: sqlite3.Connection) -> None:
    """What was being worked on then belongs to nobody now; what was asked of it is done."""
    now = records.now()
    open_states = ",".join("?" * len(_UNFINISHED))
    connection.execute(
        "UPDATE main.attempts SET outcome = 'lost', ended = began WHERE ended IS NULL"
    )
    connection.execute(
        "UPDATE main.jobs SET owner_host = NULL, owner_pid = NULL, owner_start = NULL, "
        "updated_at = ?, status = CASE WHEN cancel_requested THEN 'cancelled' "
        "WHEN pause_requested THEN 'paused' WHEN status = 'processing' THEN 'queued' "
        "ELSE status END, finished_at = CASE WHEN cancel_requested THEN ? END, "
        f"pause_requested = 0 WHERE status IN ({open_states})",
        (now, now, *_UNFINISHED),
    )


def _reconciled(connection: sqlite3.Connection) -> tuple[str, ...]:
    """Warn at unfinished jobs for which calls were booked since the checkpoint."""
    open_states = ",".join("?" * len(_UNFINISHED))
    query = (
        "SELECT j.id, j.warnings, n.events - COALESCE(o.events, 0), "
        "n.usd - COALESCE(o.usd, 0) FROM main.jobs j JOIN (SELECT job_id, COUNT(*) AS events, "
        "SUM(settled + held + reserved) AS usd FROM main.ledger GROUP BY job_id) n "
        "ON n.job_id = j.id LEFT JOIN (SELECT job_id, COUNT(*) AS events, "
        "SUM(settled + held + reserved) AS usd FROM old.ledger GROUP BY job_id) o "
        f"ON o.job_id = j.id WHERE j.status IN ({open_states}) "
        "AND n.events > COALESCE(o.events, 0) ORDER BY j.id"
    )
    if not connection.execute("SELECT 1 FROM old.sqlite_master WHERE name = 'ledger'").fetchone():
        return ()
    found = connection.execute(query, _UNFINISHED).fetchall()
    for job_id, warnings, _events, micros in found:
        text = (
            f"went back to a checkpoint; the ledger has {Usd.from_micros(micros)} booked for this "
            "job since, and what was paid for is not sent again"
        )
        joined = [*json.loads(warnings), text]
        connection.execute(
            "UPDATE main.jobs SET warnings = ? WHERE id = ?", (json.dumps(joined), job_id)
        )
    return tuple(row[0] for row in found)
