"""One SQLite file per studio, shared safely by every terminal, service and worker on the machine.

Every transaction begins with BEGIN IMMEDIATE: writers queue up instead of failing half-way, and
what a transaction has read stays true until it commits. WAL keeps readers from waiting.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from apex_director.core.errors import OutputUnwritable, StorageError

DATABASE = "apex.db"
HEAD = "0005"  # the newest revision under migrations/versions; a test compares them
BUSY_TIMEOUT_MS = 30_000
_PRAGMAS = (
    f"busy_timeout={BUSY_TIMEOUT_MS}",
    "foreign_keys=ON",
    "journal_mode=WAL",
    "synchronous=NORMAL",
)
_UNWRITABLE = ("readonly", "unable to open", "disk is full", "disk I/O", "permission")

_engines: dict[Path, sa.Engine] = {}
_guard = threading.Lock()


def immediate_engine(path: Path, *, pool_size: int = 20) -> sa.Engine:
    """A SQLAlchemy engine over one SQLite file: WAL, NORMAL, BEGIN IMMEDIATE always."""
    engine = sa.create_engine(
        f"sqlite:///{path}",
        connect_args={"timeout": BUSY_TIMEOUT_MS / 1000, "check_same_thread": False},
        pool_size=pool_size,
        max_overflow=0,
        pool_timeout=60,
    )

    @sa.event.listens_for(engine, "connect")
    def _prepare(connection: Any, _record: object) -> None:
        connection.isolation_level = None  # we, not the driver, say when a transaction begins
        for pragma in _PRAGMAS:
            connection.execute(f"PRAGMA {pragma}")

    @sa.event.listens_for(engine, "begin")
    def _begin(connection: sa.Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    return engine


def engine_for(home: Path) -> sa.Engine:
    """The engine of a studio's ``apex.db``, migrated; one per process and studio.

    Raises
    ------
    OutputUnwritable
        The studio folder cannot be made or written.
    StorageError
        The database is damaged, or made by a newer version of the product.
    """
    home = home.resolve()
    with _guard:
        engine = _engines.get(home)
        if engine is None or not (home / DATABASE).exists():
            engine = _opened(home)
            _engines[home] = engine
        return engine


def _opened(home: Path) -> sa.Engine:
    _make_folder(home)
    engine = immediate_engine(home / DATABASE)
    try:
        _migrate(home, engine)
    except (sa.exc.DatabaseError, sqlite3.DatabaseError) as error:
        raise storage_error(home, error) from error
    return engine


def _make_folder(home: Path) -> None:
    try:
        home.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputUnwritable(
            f"the studio folder cannot be made ({error.strerror})",
            where=str(home),
            what_to_do="Name another one with --home or APEX_HOME.",
        ) from error


def storage_error(home: Path, error: Exception) -> StorageError | OutputUnwritable:
    """What a failure of a studio's database means to its user."""
    text = str(getattr(error, "orig", error))
    where = str(home / DATABASE)
    if any(word in text for word in _UNWRITABLE):
        return OutputUnwritable(
            f"the studio's database cannot be written ({text})",
            where=str(home),
            what_to_do="Free space or rights there, or name another studio with --home.",
        )
    return StorageError(
        f"the studio's database cannot be used ({text})",
        where=where,
        what_to_do="Restore it from a backup, or move it away to start an empty one.",
    )


def revision(home: Path) -> str | None:
    """The revision the studio's tables stand at; None where there are none yet."""
    path = home / DATABASE
    if not path.exists():
        return None
    with closing(sqlite3.connect(path, timeout=BUSY_TIMEOUT_MS / 1000)) as connection:
        try:
            row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
        except sqlite3.OperationalError as error:
            if "no such table" in str(error):
                return None
            raise
    return str(row[0]) if row else None


def migrate(home: Path) -> None:
    """Bring the studio's tables up to date; nothing happens where they are.

    Two processes may call it at once: one migrates, the other waits and finds the work done.

    Raises
    ------
    OutputUnwritable, StorageError
        As :func:`engine_for`.
    """
    engine_for(home)


def _migrate(home: Path, engine: sa.Engine) -> None:
    if revision(home) == HEAD:
        return
    from alembic import command
    from alembic.config import Config
    from alembic.util.exc import CommandError

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    with engine.begin() as connection:  # holds the write lock until the last statement
        config.attributes["connection"] = connection
        try:
            command.upgrade(config, "head")
        except CommandError as error:
            raise StorageError(
                "the studio was made by a newer version of apex-director",
                where=str(home / DATABASE),
                what_to_do="Update the program, or name another studio with --home.",
                log=str(error),
            ) from error


@contextmanager
def transaction(home: Path) -> Iterator[sa.Connection]:
    """A write transaction on the studio's database: all of it happens, or nothing.

    Raises
    ------
    OutputUnwritable, StorageError
        The database cannot be opened or written.
    """
    engine = engine_for(home)
    try:
        with engine.begin() as connection:
            yield connection
    except sa.exc.IntegrityError:
        raise
    except sa.exc.DatabaseError as error:  # a damaged file shows as its plain base class
        raise storage_error(home, error) from error
