"""Rows of an older database joined with the newer ones; SQLite, attached as ``old`` to ``main``."""

from __future__ import annotations

import sqlite3

_NOT_OURS = frozenset({"alembic_version", "executors"})  # true of the live database alone


def _columns(connection: sqlite3.Connection, schema: str, table: str) -> list[str]:
    return [row[1] for row in connection.execute(f'PRAGMA {schema}.table_info("{table}")')]


def _shared(connection: sqlite3.Connection, table: str) -> list[str]:
    """Columns both know: an older checkpoint lacks new ones, which get their defaults."""
    old = set(_columns(connection, "old", table))
    return [name for name in _columns(connection, "main", table) if name in old]


def _listed(names: list[str], prefix: str = "") -> str:
    return ", ".join(f'{prefix}"{name}"' for name in names)


def replace_rows(connection: sqlite3.Connection, table: str) -> None:
    """Make a table hold what the older one holds; one that is not in it is left alone."""
    names = _shared(connection, table)
    if not names:
        return
    connection.execute(f'DELETE FROM main."{table}"')
    connection.execute(
        f'INSERT INTO main."{table}" ({_listed(names)}) SELECT {_listed(names)} FROM old."{table}"'
    )


def add_rows(connection: sqlite3.Connection) -> None:
    """Add what an older database has in any table and the newer one has not."""
    query = "SELECT name, sql FROM old.sqlite_master WHERE type = 'table'"
    tables = {row[0]: row[1] or "" for row in connection.execute(query)}
    virtual = [name for name, sql in tables.items() if sql.upper().startswith("CREATE VIRTUAL")]
    for table in tables:
        shadow = any(table == name or table.startswith(f"{name}_") for name in virtual)
        if shadow or table in _NOT_OURS or table.startswith("sqlite_"):
            continue
        if names := _shared(connection, table):
            connection.execute(
                f'INSERT OR IGNORE INTO main."{table}" ({_listed(names)}) '
                f'SELECT {_listed(names)} FROM old."{table}"'
            )


def add_bookings(connection: sqlite3.Connection) -> None:
    """Add calls and ledger entries that only the older database knows; none is ever changed.

    A call is known by its id. Its number in the newer database may be another's already, if that
    was begun anew since; then it gets a new one, and its entries follow.
    """
    names = _shared(connection, "calls")
    if not names or not _shared(connection, "ledger"):
        return
    others = [name for name in names if name != "seq"]
    missing = connection.execute(
        f"SELECT {_listed(['seq', *others])} FROM old.calls "
        "WHERE id NOT IN (SELECT id FROM main.calls) ORDER BY seq"
    ).fetchall()
    for seq, *values in missing:
        row = dict(zip(others, values, strict=True))
        row["attempt"] = _free_attempt(connection, row["key"], row["attempt"])
        taken = connection.execute("SELECT 1 FROM main.calls WHERE seq = ?", (seq,)).fetchone()
        row["seq"] = None if taken else seq
        marks = ", ".join("?" * len(row))
        connection.execute(
            f"INSERT INTO main.calls ({_listed(list(row))}) VALUES ({marks})", tuple(row.values())
        )
    _add_entries(connection)


def _free_attempt(connection: sqlite3.Connection, key: str, wanted: int) -> int:
    query = "SELECT 1 FROM main.calls WHERE key = ? AND attempt = ?"
    while connection.execute(query, (key, wanted)).fetchone():
        wanted += 1
    return wanted


def _add_entries(connection: sqlite3.Connection) -> None:
    others = [name for name in _shared(connection, "ledger") if name not in {"seq", "call"}]
    connection.execute(
        f'INSERT OR IGNORE INTO main.ledger ("call", {_listed(others)}) '
        f"SELECT m.seq, {_listed(others, 'e.')} FROM old.ledger e "
        "JOIN old.calls o ON o.seq = e.call JOIN main.calls m ON m.id = o.id "
        "WHERE NOT EXISTS (SELECT 1 FROM main.ledger k WHERE k.call = m.seq AND k.n = e.n) "
        "ORDER BY e.seq"
    )


def add_results(connection: sqlite3.Connection) -> None:
    """Add the step results that only an older engine database has."""
    connection.execute(
        "CREATE TEMP TABLE gone AS SELECT workflow_uuid FROM old.workflow_status "
        "WHERE status = 'SUCCESS' "
        "AND workflow_uuid NOT IN (SELECT workflow_uuid FROM main.workflow_status)"
    )
    query = "SELECT name FROM old.sqlite_master WHERE type = 'table'"
    for (table,) in connection.execute(query).fetchall():
        names = _shared(connection, table)
        if "workflow_uuid" in names:
            connection.execute(
                f'INSERT OR IGNORE INTO main."{table}" ({_listed(names)}) '
                f'SELECT {_listed(names)} FROM old."{table}" '
                "WHERE workflow_uuid IN (SELECT workflow_uuid FROM gone)"
            )
    connection.execute("DROP TABLE temp.gone")
