"""Is everything there and whole, and what lies around that nobody needs?"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from apex_director.core.errors import StorageError
from apex_director.db.engine import transaction
from apex_director.db.tables.library import asset_uses, assets, kept_bytes
from apex_director.db.tables.money import ledger
from apex_director.media.disk import PART

from . import sql
from .model import Integrity, Orphans
from .store import BLOCK, Store, hash_of

MIN_AGE_S = 3600.0  # what nobody names is left alone for so long: somebody may be about to
_LOOK_AGAIN_S = 2.0  # a file younger than this is looked at twice before it goes
_AT_ONCE = 100  # files judged while the database is held
_PROMISED = ("assets/general", "assets/images", "assets/variants", "projects")

Finding = Mapping[str, str]


def thumbnails_of(home: Path, digest: str) -> Path:
    """The folder of an asset's thumbnails."""
    return home / "assets" / "thumbnails" / digest[:2]


def needed(connection: sa.Connection, digests: Iterable[str]) -> set[str]:
    """Of these bytes, those that a record, a person who put them, or the ledger of paid calls
    names.
    """
    asked, found = sorted(set(digests)), set[str]()
    paid = ledger.c.kept["result"].as_string()
    for start in range(0, len(asked), 400):
        some = asked[start : start + 400]
        for column in (assets.c.file_hash, kept_bytes.c.digest, paid):
            found.update(connection.scalars(sa.select(column).where(column.in_(some)).distinct()))
    return found


def drop_unneeded(home: Path, store: Store, digests: set[str]) -> int:
    """Remove bytes that nobody names any more, and their thumbnails; how many."""
    gone = 0
    with transaction(home) as connection:  # nobody can begin to need them meanwhile
        for digest in digests - needed(connection, digests):
            gone += store.delete(digest)
            for path in thumbnails_of(home, digest).glob(f"{digest}-*"):
                path.unlink(missing_ok=True)
    return gone


def check(home: Path, store: Store, *, deep: bool = True, repair: bool = False) -> Integrity:
    """Look at the bytes of every record.

    Parameters
    ----------
    deep : bool
        Read and hash them all, rather than look at their sizes alone.
    repair : bool
        Bytes that are bad or gone are taken from a promised file that still has them; promised
        files that are gone are made again. One that was changed is put aside, never lost.
    """
    found: dict[str, list[Finding]] = {"missing": [], "damaged": [], "unlinked": [], "repaired": []}
    checked = 0
    for rows in _by_content(home):
        checked += len(rows)
        _check_content(home, store, rows, found, deep=deep, repair=repair)
    for digest, size in _kept(home):
        checked += 1
        state = _state(store, digest, size, deep=deep)
        if state:
            found[state].append(_finding({"id": "", "path": ""}, digest, "kept bytes"))
    return Integrity(checked=checked, **{name: tuple(one) for name, one in found.items()})


def _by_content(home: Path) -> Iterator[list[dict[str, Any]]]:
    """Records in groups that share their bytes."""
    names = ("id", "path", "file_hash", "file_size")
    query = sa.select(*(assets.c[n] for n in names)).order_by(assets.c.file_hash, assets.c.seq)
    with sql.reading(home) as connection:
        rows = [dict(row) for row in connection.execute(query).mappings()]
    group: list[dict[str, Any]] = []
    for row in rows:
        if group and group[0]["file_hash"] != row["file_hash"]:
            yield group
            group = []
        group.append(row)
    if group:
        yield group


def _kept(home: Path) -> list[tuple[str, int]]:
    recorded = sa.select(assets.c.file_hash)
    query = sa.select(kept_bytes.c.digest, kept_bytes.c.size).where(
        kept_bytes.c.digest.not_in(recorded)
    )
    with sql.reading(home) as connection:
        return [(row[0], int(row[1])) for row in connection.execute(query)]


def _check_content(
    home: Path,
    store: Store,
    rows: list[dict[str, Any]],
    found: dict[str, list[Finding]],
    *,
    deep: bool,
    repair: bool,
) -> None:
    digest, size = rows[0]["file_hash"], rows[0]["file_size"]
    state = _state(store, digest, size, deep=deep)
    if state and repair and _restored(home, store, rows, digest):
        found["repaired"] += [_finding(row, digest, f"its bytes were {state}") for row in rows[:1]]
        state = ""
    if state:
        found[state] += [_finding(row, digest, f"its bytes are {state}") for row in rows]
        return
    for row in rows:
        wrong = _wrong_file(home, store, row, deep=deep)
        if not wrong:
            continue
        if repair:
            _relink(home, store, row)
        found["repaired" if repair else "unlinked"].append(_finding(row, digest, wrong))


def _finding(row: Mapping[str, Any], digest: str, what: str) -> Finding:
    return {"id": row["id"], "path": row["path"], "file_hash": digest, "what": what}


def _state(store: Store, digest: str, size: int, *, deep: bool) -> str:
    """Empty when the bytes are whole, else ``missing`` or ``damaged``."""
    if not store.exists(digest):
        return "missing"
    if store.size(digest) != size:
        return "damaged"
    if not deep:
        return ""
    running = hashlib.sha256()
    try:
        with store.open(digest) as handle:
            while block := handle.read(BLOCK):
                running.update(block)
    except (StorageError, OSError):
        return "damaged"
    return "" if running.hexdigest() == digest else "damaged"


def _restored(home: Path, store: Store, rows: list[dict[str, Any]], digest: str) -> bool:
    """Whether a promised file still had the bytes, and the store has them again."""
    for row in rows:
        path = home / row["path"]
        if path.is_file() and hash_of(path) == digest:
            store.delete(digest)
            return store.put_file(path) == digest
    return False


def _wrong_file(home: Path, store: Store, row: Mapping[str, Any], *, deep: bool) -> str:
    """What is wrong with a promised file; empty when it is a link to the bytes, or like them."""
    path, local = home / row["path"], store.local(row["file_hash"])
    if not path.is_file():
        return "its file is missing"
    if local is not None and path.samefile(local):
        return ""
    same = path.stat().st_size == row["file_size"]
    return (
        "" if same and (not deep or hash_of(path) == row["file_hash"]) else "its file was changed"
    )


def _relink(home: Path, store: Store, row: Mapping[str, Any]) -> None:
    path = home / row["path"]
    if path.exists():
        path.rename(path.with_name(f"{path.stem}-changed-{time.time_ns():x}{path.suffix}"))
    store.fetch(row["file_hash"], path)


def cleanup(
    home: Path, store: Store, *, dry_run: bool = True, min_age_s: float = MIN_AGE_S
) -> Orphans:
    """Find what belongs to nothing and, unless it is a dry run, remove it.

    Everything is judged twice: first at leisure, then again while the database is held, so that
    what is being added meanwhile stays. Bytes, thumbnails and unfinished files go when they are
    older than ``min_age_s``; files in promised places when nobody has changed them in between.
    """
    files = [*_stray_files(home), *_stray_parts(home)]
    blobs = _stray_blobs(home, store)
    old_blobs = [d for d in blobs if store.age(d) >= min_age_s]
    old_files = [p for p in files if _may_go(home, p, min_age_s)]
    seen = {path: _mark(path) for path in old_files}
    lost, in_use = _lost_records(home, store)
    size = sum(mark[0] for mark in seen.values()) + sum(_size(store, d) for d in old_blobs)
    young = [*(_relative(home, p) for p in files if p not in seen), *(set(blobs) - set(old_blobs))]
    removed, dropped = 0, 0
    if not dry_run:
        if any(time.time_ns() - mark[1] < _LOOK_AGAIN_S * 1e9 for mark in seen.values()):
            time.sleep(_LOOK_AGAIN_S)
        removed = _remove_files(home, seen) + _drop_blobs(home, store, old_blobs)
        dropped = _remove_records(home, store, lost)
    return Orphans(
        dry_run=dry_run,
        files=(*(_relative(home, p) for p in seen), *(f"blob {d}" for d in old_blobs)),
        records=tuple(lost),
        too_young=tuple(sorted(young)),
        in_use=tuple(in_use),
        bytes=size,
        removed_files=removed,
        removed_records=dropped,
    )


def _relative(home: Path, path: Path) -> str:
    return path.relative_to(home).as_posix()


def _mark(path: Path) -> tuple[int, int]:
    """What tells a file that somebody is writing: its size and its newest time."""
    try:
        stat = path.stat()
    except OSError:
        return (0, 0)
    return (stat.st_size, max(stat.st_mtime_ns, stat.st_ctime_ns))


def _may_go(home: Path, path: Path, min_age_s: float) -> bool:
    own = _relative(home, path).startswith(("assets/thumbnails/", "assets/blobs/"))
    if not own and not path.name.endswith(PART):
        return True
    return (time.time_ns() - _mark(path)[1]) / 1e9 >= min_age_s


def _stray_files(home: Path) -> list[Path]:
    """Promised files without a record, and thumbnails of nothing."""
    strays = []
    for some in _handfuls(_promised_files(home)):
        names = {_relative(home, path): path for path in some}
        with sql.reading(home) as connection:
            known = set(
                connection.scalars(sa.select(assets.c.path).where(assets.c.path.in_(list(names))))
            )
        strays += [path for name, path in names.items() if name not in known]
    for some in _handfuls((home / "assets" / "thumbnails").rglob("*.webp")):
        digests = {path: path.name.rpartition("-")[0] for path in some}
        with sql.reading(home) as connection:
            wanted = needed(connection, digests.values())
        strays += [path for path, digest in digests.items() if digest not in wanted]
    return sorted(strays)


def _promised_files(home: Path) -> Iterator[Path]:
    for name in _PROMISED:
        pattern = "*/assets/**/*" if name == "projects" else "**/*"
        for path in (home / name).glob(pattern):
            if path.is_file() and not path.is_symlink() and not path.name.endswith(PART):
                yield path


def _stray_parts(home: Path) -> list[Path]:
    folders = [home / name for name in (*_PROMISED, "assets/blobs", "assets/thumbnails")]
    return sorted(path for folder in folders for path in folder.rglob(f"*{PART}"))


def _handfuls(paths: Iterable[Path]) -> Iterator[list[Path]]:
    some: list[Path] = []
    for path in paths:
        some.append(path)
        if len(some) == _AT_ONCE:
            yield some
            some = []
    if some:
        yield some


def _stray_blobs(home: Path, store: Store) -> list[str]:
    digests = list(store)
    with sql.reading(home) as connection:
        return sorted(set(digests) - needed(connection, digests))


def _size(store: Store, digest: str) -> int:
    try:
        return store.size(digest)
    except StorageError:
        return 0


def _lost_records(home: Path, store: Store) -> tuple[list[str], list[str]]:
    """Records whose bytes are nowhere any more: those that may go, and those somebody needs."""
    there = set(store)
    lost = []
    for rows in _by_content(home):
        if rows[0]["file_hash"] in there:
            continue
        files = [home / row["path"] for row in rows]
        if not any(path.is_file() and hash_of(path) == rows[0]["file_hash"] for path in files):
            lost += [row["id"] for row in rows]
    with sql.reading(home) as connection:
        used = {one for one in lost if _is_needed(connection, one)}
    return [one for one in lost if one not in used], sorted(used)


def _is_needed(connection: sa.Connection, asset_id: str) -> bool:
    mine = sa.select(assets.c.seq).where(assets.c.id == asset_id)
    used = sa.select(asset_uses.c.job_id).where(asset_uses.c.asset_seq.in_(mine)).limit(1)
    child = sa.select(assets.c.id).where(assets.c.parent_id == asset_id).limit(1)
    return connection.scalar(used) is not None or connection.scalar(child) is not None


def _remove_files(home: Path, seen: Mapping[Path, tuple[int, int]]) -> int:
    removed = 0
    for some in _handfuls(seen):
        names = [_relative(home, path) for path in some]
        with transaction(home) as connection:
            known = set(
                connection.scalars(sa.select(assets.c.path).where(assets.c.path.in_(names)))
            )
            for path, name in zip(some, names, strict=True):
                if name not in known and path.exists() and _mark(path) == seen[path]:
                    path.unlink()
                    removed += 1
    return removed


def _drop_blobs(home: Path, store: Store, digests: list[str]) -> int:
    dropped = 0
    for start in range(0, len(digests), _AT_ONCE):
        dropped += drop_unneeded(home, store, set(digests[start : start + _AT_ONCE]))
    return dropped


def _remove_records(home: Path, store: Store, lost: list[str]) -> int:
    removed = 0
    for asset_id in lost:
        with transaction(home) as connection:
            row = connection.execute(
                sa.select(assets.c.file_hash).where(assets.c.id == asset_id)
            ).first()
            if row is None or store.exists(row[0]) or _is_needed(connection, asset_id):
                continue
            connection.execute(assets.delete().where(assets.c.id == asset_id))
            removed += 1
    return removed
