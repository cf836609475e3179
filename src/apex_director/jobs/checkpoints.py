"""Checkpoints of a studio: its database and its step results at one moment, checked by hash.

``assets/checkpoints/<id>/`` (contract F13) holds ``manifest.json`` and the parts it names. Each
part
is a consistent snapshot of its own; a job may be one step further in the one than in the other,
which costs nothing, because steps are looked up by their content. Automatic checkpoints leave out
the library's tables, which no restore rolls back; those a person makes hold everything.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import re
import shutil
import sqlite3
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psutil

from apex_director.core.errors import InputUnusable, OutputUnwritable, StorageError
from apex_director.db.engine import DATABASE, HEAD, engine_for, transaction
from apex_director.db.tables import library
from apex_director.jobs.audit import note
from apex_director.version import __version__

FORMAT = 1  # of the manifest; raised when an older program could not read it
ENGINE_DATABASE = "engine.db"
PARTS = (DATABASE, ENGINE_DATABASE)
KEEP_LAST, KEEP_DAYS = 10, 7  # automatic ones: the last ten, and one a day for a week
_CONFIG = "apex_config.json"
_MANIFEST = "manifest.json"
_ID = re.compile(r"\d{8}T\d{6}-[0-9a-f]{6}")
_BLOCK = 1 << 20


@dataclass(frozen=True, kw_only=True)
class Checkpoint:
    """A checkpoint as it is listed (contract P44); ``timestamp`` is ISO 8601 in UTC."""

    id: str
    timestamp: str
    job_count: int
    reason: str
    size_bytes: int
    automatic: bool


def folder_of(home: Path) -> Path:
    """Where a studio's checkpoints lie."""
    return home / "assets" / "checkpoints"


def create(home: Path, reason: str, *, automatic: bool = False) -> Checkpoint:
    """Keep the state of a studio as it is now, also while jobs run.

    Parameters
    ----------
    home : Path
        Studio folder.
    reason : str
        Why, for the list.
    automatic : bool
        Made by the program: without the library's tables, and removed when it is old.

    Raises
    ------
    StorageError
        A database is damaged.
    OutputUnwritable
        The folder cannot be written, or the disk is full.
    """
    engine_for(home)
    moment = datetime.now(UTC)
    name = f"{moment:%Y%m%dT%H%M%S}-{uuid.uuid4().hex[:6]}"
    making = folder_of(home) / f".{name}.{os.getpid()}"
    stamp = _stamp(home)
    try:
        making.mkdir(parents=True)
        _sweep(home)
        for part in PARTS:
            if (home / part).is_file():
                _snapshot(home / part, making / part, slim=automatic and part == DATABASE)
        manifest = {
            "format": FORMAT,
            "id": name,
            "timestamp": moment.isoformat(),
            "reason": reason,
            "automatic": automatic,
            "job_count": _count_jobs(making / DATABASE),
            "program": __version__,
            "revision": HEAD,
            "stamp": stamp,
            "config_sha256": _digest(home / _CONFIG) if (home / _CONFIG).is_file() else None,
            "parts": {
                part: {"sha256": _digest(making / part), "bytes": (making / part).stat().st_size}
                for part in PARTS
                if (making / part).is_file()
            },
        }
        _write(making / _MANIFEST, json.dumps(manifest, indent=1).encode())
        making.rename(folder_of(home) / name)
    except OSError as error:
        shutil.rmtree(making, ignore_errors=True)
        raise OutputUnwritable(
            f"the checkpoint cannot be written ({error.strerror or error})",
            where=str(folder_of(home)),
            what_to_do="Free space or rights there.",
        ) from error
    except BaseException:
        shutil.rmtree(making, ignore_errors=True)
        raise
    note(home, "checkpoint_created", id=name, reason=reason, automatic=automatic)
    return _checkpoint(manifest)


def list_checkpoints(home: Path) -> list[Checkpoint]:
    """The checkpoints of a studio, newest first; folders that say nothing readable are left out."""
    return [_checkpoint(manifest) for manifest in _manifests(home)]


def manifest_of(home: Path, checkpoint_id: str) -> dict[str, Any]:
    """What a checkpoint says of itself.

    Raises
    ------
    InputUnusable
        There is none of that id, or its manifest cannot be read.
    """
    path = folder_of(home) / checkpoint_id / _MANIFEST
    if not _ID.fullmatch(checkpoint_id) or not path.parent.is_dir():
        raise InputUnusable(
            "there is no such checkpoint",
            where=checkpoint_id,
            what_to_do="List them with: apex checkpoint list",
        )
    try:
        manifest = json.loads(path.read_bytes())
        _checkpoint(manifest)
        if not isinstance(manifest["format"], int) or not isinstance(manifest["parts"], dict):
            raise TypeError
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise InputUnusable(
            "the checkpoint is damaged (its manifest cannot be read)",
            where=checkpoint_id,
            what_to_do="Choose another one: apex checkpoint list",
        ) from error
    return dict(manifest)


def verify(home: Path, checkpoint_id: str) -> list[str]:
    """What is wrong with a checkpoint; empty when every part is as it was written.

    Raises
    ------
    InputUnusable
        There is none of that id, or its manifest cannot be read.
    """
    manifest = manifest_of(home, checkpoint_id)
    if manifest["format"] > FORMAT or str(manifest["revision"]) > HEAD:
        return ["it was made by a newer version of the program"]
    found = [] if DATABASE in manifest["parts"] else [f"{DATABASE} is not in it"]
    for name, said in manifest["parts"].items():
        path = folder_of(home) / checkpoint_id / name
        if name not in PARTS or not path.is_file():
            found.append(f"{name} is missing")
        elif path.stat().st_size != said["bytes"] or _digest(path) != said["sha256"]:
            found.append(f"{name} is not what was written")
        elif problem := integrity(path):
            found.append(f"{name}: {problem}")
    return found


def integrity(path: Path) -> str:
    """Empty where SQLite finds a database sound, else its first complaint."""
    try:
        with contextlib.closing(sqlite3.connect(path, timeout=30)) as connection:
            said = str(connection.execute("PRAGMA quick_check(1)").fetchone()[0])
    except sqlite3.DatabaseError as error:
        return str(error)
    return "" if said == "ok" else said


def automatic(home: Path, every_s: float) -> Checkpoint | None:
    """Make an automatic checkpoint unless one is fresh or nothing has changed, and drop old ones.

    Raises
    ------
    StorageError, OutputUnwritable
        As :func:`create`.
    """
    known = next((one for one in _manifests(home) if one["automatic"]), None)
    if known is not None:
        age = datetime.now(UTC) - datetime.fromisoformat(known["timestamp"])
        if age < timedelta(seconds=0.9 * every_s) or known["stamp"] == _stamp(home):
            return None
    made = create(home, "automatic", automatic=True)
    prune(home)
    return made


def prune(home: Path, *, now: datetime | None = None) -> list[str]:
    """Remove automatic checkpoints beyond the last ten and one a day for a week; their ids."""
    own = [one for one in list_checkpoints(home) if one.automatic]
    oldest = ((now or datetime.now(UTC)) - timedelta(days=KEEP_DAYS)).isoformat()
    kept = {one.id for one in own[:KEEP_LAST]}
    days: set[str] = set()
    for one in own:  # newest first: the last of each day stays
        if one.timestamp >= oldest and one.timestamp[:10] not in days:
            days.add(one.timestamp[:10])
            kept.add(one.id)
    gone = [one.id for one in own if one.id not in kept]
    for name in gone:
        shutil.rmtree(folder_of(home) / name, ignore_errors=True)
    return gone


def _manifests(home: Path) -> list[dict[str, Any]]:
    found = []
    with contextlib.suppress(FileNotFoundError):
        for name in os.listdir(folder_of(home)):
            with contextlib.suppress(InputUnusable):
                found.append(manifest_of(home, name))
    return sorted(found, key=lambda one: (one["timestamp"], one["id"]), reverse=True)


def _checkpoint(manifest: dict[str, Any]) -> Checkpoint:
    return Checkpoint(
        id=str(manifest["id"]),
        timestamp=str(manifest["timestamp"]),
        job_count=int(manifest["job_count"]),
        reason=str(manifest["reason"]),
        size_bytes=sum(int(part["bytes"]) for part in manifest["parts"].values()),
        automatic=bool(manifest["automatic"]),
    )


def _snapshot(source: Path, target: Path, *, slim: bool) -> None:
    """Copy a live database as it is at one moment."""
    try:
        with (
            contextlib.closing(sqlite3.connect(source, timeout=30)) as live,
            contextlib.closing(sqlite3.connect(target)) as copy,
        ):
            live.backup(copy)
            copy.execute("PRAGMA journal_mode=DELETE")  # one file, nothing beside it
            if slim:
                _leave_out_library(copy)
    except sqlite3.DatabaseError as error:
        raise _damaged(source, str(error)) from error
    if problem := integrity(target):
        raise _damaged(source, problem)
    with target.open("rb+") as handle:
        os.fsync(handle.fileno())


def _damaged(path: Path, problem: str) -> StorageError:
    return StorageError(
        f"the database cannot be copied ({problem})",
        where=str(path),
        what_to_do="See `apex checkpoint list` for an earlier state to restore.",
    )


def _leave_out_library(copy: sqlite3.Connection) -> None:
    known = {row[0] for row in copy.execute("SELECT name FROM sqlite_master WHERE type='table'")}
    tables = [table.name for table in vars(library).values() if hasattr(table, "columns")]
    with contextlib.suppress(sqlite3.OperationalError):  # an index this SQLite cannot open stays
        for name in (library.TEXT_INDEX, *tables):
            if name in known:
                copy.execute(f'DROP TABLE "{name}"')
    copy.commit()
    copy.execute("VACUUM")


def _stamp(home: Path) -> list[Any]:
    """Changes whenever something has that a restore would bring back or add."""
    with transaction(home) as connection:
        return [
            connection.exec_driver_sql(query).scalar()
            for query in (
                "SELECT MAX(updated_at) FROM jobs",
                "SELECT COUNT(*) FROM jobs",
                "SELECT MAX(seq) FROM ledger",
                "SELECT MAX(id) FROM generations",
                "SELECT MAX(since) FROM queue",
            )
        ]


def _count_jobs(path: Path) -> int:
    with contextlib.closing(sqlite3.connect(path)) as connection:
        return int(connection.execute("SELECT COUNT(*) FROM jobs").fetchone()[0])


def _digest(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as handle:
        while block := handle.read(_BLOCK):
            digest.update(block)
    return digest.hexdigest()


def _write(path: Path, data: bytes) -> None:
    with path.open("wb") as handle:
        handle.write(data)
        handle.flush()
        os.fsync(handle.fileno())


def _sweep(home: Path) -> None:
    """Remove what processes that died left half made."""
    for path in folder_of(home).glob(".*-*.*"):
        pid = path.name.rpartition(".")[2]
        if pid.isdecimal() and not psutil.pid_exists(int(pid)):
            shutil.rmtree(path, ignore_errors=True)
