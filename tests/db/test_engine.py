"""The studio's database: made once, by whoever comes first, and never half."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
import sqlalchemy as sa

from apex_director.core.errors import OutputUnwritable, StorageError
from apex_director.db.engine import (
    DATABASE,
    HEAD,
    engine_for,
    immediate_engine,
    migrate,
    revision,
    transaction,
)
from apex_director.db.tables import executors, metadata

MIGRATE = "import sys; from pathlib import Path; from apex_director.db.engine import migrate;"


def test_migrations_make_the_tables_the_code_knows(tmp_path: Path) -> None:
    assert revision(tmp_path) is None
    migrate(tmp_path)
    migrate(tmp_path)
    assert revision(tmp_path) == HEAD
    found = sa.inspect(engine_for(tmp_path))
    for table in metadata.sorted_tables:
        stored = {one["name"]: one for one in found.get_columns(table.name)}
        assert list(stored) == [column.name for column in table.columns]
        for column in table.columns:
            assert stored[column.name]["nullable"] == column.nullable
            assert str(stored[column.name]["type"]) == str(column.type.compile())
        indexed = {name for one in found.get_indexes(table.name) for name in one["column_names"]}
        assert indexed == {column.name for column in table.columns if column.index}


def test_head_is_the_newest_revision() -> None:
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    import apex_director.db.migrations as folder

    config = Config()
    config.set_main_option("script_location", str(Path(folder.__file__).parent))
    assert ScriptDirectory.from_config(config).get_current_head() == HEAD


def test_several_processes_migrate_at_once(tmp_path: Path) -> None:
    program = f"{MIGRATE} migrate(Path(sys.argv[1]))"
    command = [sys.executable, "-c", program, str(tmp_path / "studio")]
    started = [subprocess.Popen(command, stderr=subprocess.PIPE, text=True) for _ in range(4)]
    assert [(one.communicate()[1], one.returncode) for one in started] == [("", 0)] * 4
    assert revision(tmp_path / "studio") == HEAD


def test_pragmas_and_immediate_transactions(tmp_path: Path) -> None:
    engine = immediate_engine(tmp_path / "x.db")
    with engine.begin() as connection:
        pragma = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "synchronous", "busy_timeout", "foreign_keys")
        }
        impatient = sqlite3.connect(tmp_path / "x.db", timeout=0)
        with pytest.raises(sqlite3.OperationalError, match="locked"):
            impatient.execute("BEGIN IMMEDIATE")  # a mere reader of ours already holds the lock
    assert pragma == {
        "journal_mode": "wal",
        "synchronous": 1,
        "busy_timeout": 30_000,
        "foreign_keys": 1,
    }
    engine.dispose()


def test_a_transaction_happens_whole_or_not(tmp_path: Path) -> None:
    row = {"host": "h", "pid": 1, "start": 1.0, "beat": 2.0}
    with pytest.raises(RuntimeError), transaction(tmp_path) as connection:  # noqa: PT012
        connection.execute(executors.insert().values(**row))
        raise RuntimeError
    with transaction(tmp_path) as connection:
        assert connection.execute(sa.select(executors)).all() == []


def test_a_damaged_or_newer_studio_is_one_sentence(tmp_path: Path) -> None:
    damaged = tmp_path / "damaged"
    damaged.mkdir()
    (damaged / DATABASE).write_bytes(b"not a database at all" * 100)
    with pytest.raises(StorageError, match="cannot be used"):
        migrate(damaged)
    newer = tmp_path / "newer"
    migrate(newer)
    with transaction(newer) as connection:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))
    program = f"{MIGRATE} migrate(Path(sys.argv[1]))"
    said = subprocess.run(
        [sys.executable, "-c", program, str(newer)], capture_output=True, text=True, check=False
    )
    assert "made by a newer version" in said.stderr


def test_a_studio_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(OutputUnwritable, match="cannot be made"):
        migrate(tmp_path / "file" / "studio")
