"""Records of assets in the studio's database: written, merged, read."""

from __future__ import annotations

import json
import sqlite3
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from apex_director.core.errors import ApexError, ValidationFailed
from apex_director.core.ids import canonical_json, content_hash, new_job_id
from apex_director.core.money import Usd
from apex_director.db.engine import (
    BUSY_TIMEOUT_MS,
    DATABASE,
    engine_for,
    storage_error,
    transaction,
)
from apex_director.db.tables.library import (
    asset_facts,
    asset_looks,
    asset_tags,
    assets,
    kept_bytes,
    projects,
)

from .model import Asset, NewAsset
from .names import folded, numbered
from .pictures import Measured

SEEN = [column for column in assets.c if column.name != "search_text"]
"""What is read of a record."""
_AT_ONCE = 400  # values in one IN (...): well below every database's limit
_READ_PRAGMAS = (f"busy_timeout={BUSY_TIMEOUT_MS}", "query_only=ON", "cache_size=-40000")
_TEXT_MAX = 8000  # characters of a record that are searched

_readers: dict[tuple[Path, int], sa.Engine] = {}
_guard = threading.Lock()


@dataclass(frozen=True, kw_only=True)
class Prepared:
    """An asset that was looked through and whose bytes are in the store.

    ``folder`` and ``name`` say where its promised file shall lie, from the studio folder.
    """

    new: NewAsset
    digest: str
    size: int
    format: str
    name: str
    folder: str
    category: str
    tags: tuple[str, ...]
    measured: Measured | None


Place = Callable[[str, str], None]
"""Makes the promised file: (digest, path from the studio folder); FileExistsError where taken."""


def now() -> str:
    """The present, ISO 8601 in UTC."""
    return datetime.now(UTC).isoformat()


@contextmanager
def reading(home: Path) -> Iterator[sa.Connection]:
    """A connection that reads without waiting for writers.

    Raises
    ------
    OutputUnwritable, StorageError
        The database cannot be opened or read.
    """
    engine = _reader(home)
    try:
        with engine.connect() as connection:
            yield connection
    except sa.exc.DatabaseError as error:
        raise storage_error(home, error) from error


def _reader(home: Path) -> sa.Engine:
    """Writers of SQLite begin with the write lock; readers need an engine that does not."""
    engine = engine_for(home)
    if engine.dialect.name != "sqlite":
        return engine
    path = home.resolve() / DATABASE
    key = (path, path.stat().st_ino)  # a database put in its place is another one
    with _guard:
        if key not in _readers:
            _readers[key] = _reading_engine(path)
        return _readers[key]


def _reading_engine(path: Path) -> sa.Engine:
    engine = sa.create_engine(
        f"sqlite:///{path}",
        connect_args={"timeout": BUSY_TIMEOUT_MS / 1000, "check_same_thread": False},
        pool_size=20,
        max_overflow=0,
    )

    @sa.event.listens_for(engine, "connect")
    def _prepare(connection: sqlite3.Connection, _record: object) -> None:
        connection.isolation_level = None
        for pragma in _READ_PRAGMAS:
            connection.execute(f"PRAGMA {pragma}")

    return engine


def as_asset(home: Path, row: sa.RowMapping | Mapping[str, Any]) -> Asset:
    """A row as the record people see."""
    micros = row["cost_micros"]
    return Asset(
        id=row["id"],
        filename=row["filename"],
        path=home / row["path"],
        file_size=row["file_size"],
        file_hash=row["file_hash"],
        format=row["format"],
        width=row["width"],
        height=row["height"],
        created_at=row["created_at"],
        job_id=row["job_id"],
        project_id=row["project_id"],
        prompt=row["prompt"],
        backend_used=row["backend_used"],
        model=row["model"],
        seed=row["seed"],
        generation_params=row["generation_params"],
        inputs=tuple(row["inputs"]),
        cost_usd=None if micros is None else Usd.from_micros(micros),
        licence=row["licence"],
        category=row["category"],
        tags=tuple(row["tags"]),
        metadata=row["metadata"],
        quality_score=row["quality_score"],
        usage_count=row["usage_count"],
        last_used=row["last_used"],
        parent_id=row["parent_id"],
    )


def no_asset(asset_id: str) -> AssetNotFound:
    """What to say of an id nobody knows."""
    return AssetNotFound(
        "no asset of that id in this studio",
        where=str(asset_id)[:80],
        what_to_do="See what there is with: apex assets list",
    )


class AssetNotFound(ApexError, KeyError):
    """No asset of that id in this studio."""

    code, exit_code, http_status = "asset_not_found", 3, 404


def row_of(connection: sa.Connection, asset_id: str) -> dict[str, Any]:
    """The row of an asset, ``seq`` included.

    Raises
    ------
    AssetNotFound
        There is none.
    """
    found = connection.execute(sa.select(*SEEN).where(assets.c.id == asset_id)).mappings().first()
    if found is None:
        raise no_asset(asset_id)
    return dict(found)


def rows_of_hashes(connection: sa.Connection, digests: Iterable[str]) -> list[dict[str, Any]]:
    """The rows that hold any of these bytes."""
    rows: list[dict[str, Any]] = []
    for some in _chunks(sorted(set(digests))):
        found = connection.execute(sa.select(*SEEN).where(assets.c.file_hash.in_(some)))
        rows += [dict(one) for one in found.mappings()]
    return rows


def _chunks(values: Sequence[Any]) -> Iterator[Sequence[Any]]:
    for start in range(0, len(values), _AT_ONCE):
        yield values[start : start + _AT_ONCE]


def search_text(path: str, filename: str, prompt: str, tags: Iterable[str]) -> str:
    """What a search for words looks through: path, file name, prompt and tags (contract P36)."""
    name = "" if path.endswith(filename) else filename
    return folded("\n".join([path, name, prompt, *tags]))[:_TEXT_MAX]


def fact_value(value: Any) -> str:
    """A metadata value as it is compared: equal values, equal text."""
    if isinstance(value, float) and value.is_integer() and abs(value) < 2**53:
        value = int(value)
    text = canonical_json(value)
    return text if len(text) <= 80 else content_hash(text)


def add(home: Path, batch: Sequence[Prepared], place: Place) -> list[Asset]:
    """Record a batch in one transaction: new bytes of a project become a record with its promised
    file, known ones lend their tags and metadata to the record that is there.

    Raises
    ------
    ValidationFailed
        A project or a parent does not exist.
    StorageError, OutputUnwritable
        The bytes have gone from the store; the database or the studio cannot be written.
    """
    placed: list[Path] = []
    try:
        with transaction(home) as connection:
            return _add(connection, home, batch, place, placed)
    except BaseException:
        for path in placed:
            path.unlink(missing_ok=True)
        raise


def _add(
    connection: sa.Connection,
    home: Path,
    batch: Sequence[Prepared],
    place: Place,
    placed: list[Path],
) -> list[Asset]:
    _require_known(connection, batch)
    known = {
        (row["project_id"], row["file_hash"]): row
        for row in rows_of_hashes(connection, (one.digest for one in batch))
    }
    fresh: dict[tuple[str, str], Prepared] = {}
    again: list[Prepared] = []
    for one in batch:
        key = (one.new.project_id or "", one.digest)
        if key in known or key in fresh:
            again.append(one)
        else:
            fresh[key] = one
    taken = _taken_paths(connection, fresh.values())
    for key, one in fresh.items():
        path = _placed(connection, home, one, taken, place, placed)
        known[key] = _new_row(one, path)
    _insert(connection, [known[key] for key in fresh], list(fresh.values()))
    for one in again:
        key = (one.new.project_id or "", one.digest)
        known[key] = _merge(connection, known[key], one)
    ordered = ((one.new.project_id or "", one.digest) for one in batch)
    return [as_asset(home, known[key]) for key in ordered]


def _require_known(connection: sa.Connection, batch: Sequence[Prepared]) -> None:
    for column, wanted, what, cure in (
        (projects.c.id, {one.new.project_id for one in batch}, "project", "projects"),
        (assets.c.id, {one.new.parent_id for one in batch}, "parent asset", "list"),
    ):
        names = sorted(name for name in wanted if name)
        for some in _chunks(names):
            found = set(connection.scalars(sa.select(column).where(column.in_(some))))
            if lost := set(some) - found:
                raise ValidationFailed(
                    f"there is no {what} of that id",
                    where=min(lost)[:80],
                    what_to_do=f"See what there is with: apex assets {cure}",
                )


def _taken_paths(connection: sa.Connection, fresh: Iterable[Prepared]) -> set[str]:
    """Of the paths that will be tried first, those that other records have."""
    tried = sorted({path for one in fresh for path in (_path(one, 0), _path(one, 1))})
    taken: set[str] = set()
    for some in _chunks(tried):
        taken.update(connection.scalars(sa.select(assets.c.path).where(assets.c.path.in_(some))))
    return taken


def _path(one: Prepared, attempt: int) -> str:
    return f"{one.folder}/{numbered(one.name, one.digest, attempt)}"


def _placed(
    connection: sa.Connection,
    home: Path,
    one: Prepared,
    taken: set[str],
    place: Place,
    placed: list[Path],
) -> str:
    """Make the promised file under the first free name."""
    for attempt in range(1000):
        path = _path(one, attempt)
        if path in taken or (attempt > 1 and _is_recorded(connection, path)):
            continue
        try:
            place(one.digest, path)
        except FileExistsError:
            continue
        taken.add(path)
        placed.append(home / path)
        return path
    raise ValidationFailed(
        "a thousand files have that name already", where=one.name, what_to_do="Give it another one."
    )


def _is_recorded(connection: sa.Connection, path: str) -> bool:
    query = sa.select(assets.c.seq).where(assets.c.path == path)
    return connection.scalar(query) is not None


def _new_row(one: Prepared, path: str) -> dict[str, Any]:
    new = one.new
    metadata = plain(dict(new.metadata), "metadata")
    return {
        "id": new_job_id(),
        "path": path,
        "filename": one.name,
        "category": one.category,
        "tags": list(one.tags),
        "metadata": metadata,
        "created_at": now(),
        "accessed_at": None,
        "file_size": one.size,
        "file_hash": one.digest,
        "format": one.format,
        "width": one.measured.width if one.measured else None,
        "height": one.measured.height if one.measured else None,
        "job_id": new.job_id,
        "project_id": new.project_id or "",
        "prompt": new.prompt,
        "backend_used": new.backend,
        "model": new.model,
        "seed": new.seed,
        "generation_params": plain(dict(new.params), "params"),
        "inputs": [str(one) for one in new.inputs],
        "cost_micros": None if new.cost_usd is None else new.cost_usd.micros,
        "licence": new.licence,
        "quality_score": new.quality_score,
        "usage_count": 0,
        "last_used": None,
        "parent_id": new.parent_id,
        "copies_avoided": 0,
        "search_text": search_text(path, one.name, new.prompt, one.tags),
    }


def plain(values: dict[str, Any], where: str) -> dict[str, Any]:
    """Values as JSON has them, paths and the like as text.

    Raises
    ------
    ValidationFailed
        Something JSON cannot hold.
    """
    try:
        plain: dict[str, Any] = json.loads(canonical_json(values))
    except (TypeError, ValueError, RecursionError) as error:
        raise ValidationFailed(
            f"it holds something JSON cannot ({error})",
            where=where,
            what_to_do="Give text, numbers, lists and mappings.",
        ) from error
    return plain


def _insert(connection: sa.Connection, rows: list[dict[str, Any]], batch: list[Prepared]) -> None:
    if not rows:
        return
    made = connection.execute(
        assets.insert().returning(assets.c.seq, assets.c.id), rows, execution_options=_BULK
    )
    seqs = {asset_id: seq for seq, asset_id in made}
    looks = []
    for row, one in zip(rows, batch, strict=True):
        row["seq"] = seqs[row["id"]]
        if one.measured:
            looks.append({"asset_seq": row["seq"], "look": one.measured.look.pack()})
    write_tags(connection, [(row["seq"], tag) for row in rows for tag in row["tags"]])
    write_facts(connection, [(row["seq"], row["metadata"]) for row in rows])
    if looks:
        connection.execute(asset_looks.insert(), looks)


_BULK = {"insertmanyvalues_page_size": 30}


def write_tags(connection: sa.Connection, tags: Sequence[tuple[int, str]]) -> None:
    """Tags for search, of assets that have none yet."""
    if tags:
        rows = [{"asset_seq": seq, "tag": folded(tag)[:200]} for seq, tag in tags]
        connection.execute(asset_tags.insert(), rows)


def write_facts(
    connection: sa.Connection, metadata: Sequence[tuple[int, Mapping[str, Any]]]
) -> None:
    """Metadata for search, of assets that have none yet."""
    rows = [
        {"asset_seq": seq, "name": name[:120], "value": fact_value(value)}
        for seq, values in metadata
        for name, value in values.items()
    ]
    if rows:
        connection.execute(asset_facts.insert(), rows)


def _merge(connection: sa.Connection, row: dict[str, Any], one: Prepared) -> dict[str, Any]:
    """The same bytes once more: tags and metadata join, empty fields are filled."""
    have = {folded(tag) for tag in row["tags"]}
    changed: dict[str, Any] = {
        "tags": [*row["tags"], *(tag for tag in one.tags if folded(tag) not in have)],
        "metadata": {**row["metadata"], **plain(dict(one.new.metadata), "metadata")},
        "copies_avoided": row["copies_avoided"] + 1,
    }
    offered = _new_row(one, row["path"])
    for name in ("job_id", "prompt", "backend_used", "model", "licence", "generation_params"):
        changed[name] = row[name] or offered[name]
    for name in ("seed", "cost_micros", "quality_score", "parent_id"):
        changed[name] = offered[name] if row[name] is None else row[name]
    if changed["parent_id"] == row["id"]:
        changed["parent_id"] = None
    changed["inputs"] = row["inputs"] or offered["inputs"]
    return rewrite(connection, row, changed)


def rewrite(
    connection: sa.Connection, row: Mapping[str, Any], changed: Mapping[str, Any]
) -> dict[str, Any]:
    """Change fields of a record, and what search keeps of them; the row as it then is."""
    after = {**row, **changed}
    seq, values = row["seq"], dict(changed)
    if {"tags", "prompt"} & set(changed):
        values["search_text"] = search_text(
            after["path"], after["filename"], after["prompt"], after["tags"]
        )
    connection.execute(assets.update().where(assets.c.seq == seq).values(**values))
    if after["tags"] != row["tags"]:
        connection.execute(asset_tags.delete().where(asset_tags.c.asset_seq == seq))
        write_tags(connection, [(seq, tag) for tag in after["tags"]])
    if after["metadata"] != row["metadata"]:
        connection.execute(asset_facts.delete().where(asset_facts.c.asset_seq == seq))
        write_facts(connection, [(seq, after["metadata"])])
    return after


def keep(home: Path, digest: str, size: int) -> None:
    """Note that somebody needs these bytes who keeps no record of them."""
    with transaction(home) as connection:
        known = connection.scalar(sa.select(kept_bytes).where(kept_bytes.c.digest == digest))
        if known is None:
            row = {"digest": digest, "size": size, "kept_at": now()}
            connection.execute(kept_bytes.insert().values(**row))
