"""What is done with an asset once it is there: read, changed, used, shown small, removed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from apex_director.core.errors import ValidationFailed
from apex_director.core.fingerprint import Fingerprint
from apex_director.db.engine import transaction
from apex_director.db.tables.library import asset_looks, asset_uses, assets

from . import sql
from .model import Asset, Use
from .names import clean_category, clean_tags, folded
from .pictures import write_thumbnail
from .store import Store
from .upkeep import drop_unneeded, thumbnails_of

CHANGEABLE = frozenset({"prompt", "licence", "category", "quality_score", "job_id", "parent_id"})
_MOVING = frozenset({"mp4", "m4v", "mov", "mkv", "webm"})
_SHORTEST = 4  # letters of an id that may stand for it


class AssetInUse(ValidationFailed):
    """An asset that a job or a variant needs is not removed."""

    code, exit_code, http_status = "asset_in_use", 5, 409


def get(home: Path, asset_id: str) -> Asset:
    """A record by its id, or by the first letters of it where no other begins so.

    Raises
    ------
    AssetNotFound
        There is none, or there are several.
    """
    text = str(asset_id)
    with sql.reading(home) as connection:
        query = sa.select(*sql.SEEN).where(assets.c.id == text)
        row = connection.execute(query).mappings().first()
        if row is None and len(text) >= _SHORTEST and set(text) <= set("0123456789abcdef-"):
            query = sa.select(*sql.SEEN).where(assets.c.id.startswith(text)).limit(2)
            rows = connection.execute(query).mappings().all()
            row = rows[0] if len(rows) == 1 else None
        if row is None:
            raise sql.no_asset(text)
        return sql.as_asset(home, row)


def named(home: Path, like: object) -> Asset | None:
    """The asset somebody means by a record or an id; None for a file or pixels.

    Raises
    ------
    AssetNotFound
        A text that is neither an id nor a file.
    """
    if isinstance(like, Asset):
        return like
    if not isinstance(like, str):
        return None
    try:
        return get(home, like)
    except sql.AssetNotFound:
        if Path(like).is_file():
            return None
        raise


def look(home: Path, asset_id: str) -> Fingerprint | None:
    """How an asset looks; None for what is no picture."""
    query = (
        sa.select(asset_looks.c.look)
        .join(assets, assets.c.seq == asset_looks.c.asset_seq)
        .where(assets.c.id == asset_id)
    )
    with sql.reading(home) as connection:
        packed = connection.scalar(query)
    return None if packed is None else Fingerprint.unpack(packed)


def file_of(store: Store, asset: Asset) -> Path:
    """The asset's file; where it is missing it is made again from the store.

    Raises
    ------
    StorageError, OutputUnwritable
        Its bytes are gone too; it cannot be written.
    """
    if not asset.path.is_file():
        try:
            store.fetch(asset.file_hash, asset.path)
        except FileExistsError:  # another process was faster
            return asset.path
    return asset.path


def change(
    home: Path,
    asset_id: str,
    add_tags: Sequence[str],
    remove_tags: Sequence[str],
    metadata: Mapping[str, Any],
    fields: Mapping[str, Any],
) -> Asset:
    """Change what is known of an asset; its bytes never change.

    Raises
    ------
    AssetNotFound, ValidationFailed
        No such asset; a field that cannot be changed or a value it cannot have.
    """
    if unknown := set(fields) - CHANGEABLE:
        raise ValidationFailed(
            f"{min(unknown)} cannot be changed",
            where=min(unknown),
            what_to_do=f"These can: {', '.join(sorted(CHANGEABLE))}.",
        )
    asset_id = get(home, asset_id).id
    with transaction(home) as connection:
        row = sql.row_of(connection, asset_id)
        changed = dict(fields)
        if "category" in fields:
            changed["category"] = clean_category(fields["category"])
        if fields.get("parent_id"):
            _require_parent(connection, asset_id, fields["parent_id"])
        gone = {folded(tag) for tag in clean_tags(remove_tags)} if remove_tags else set()
        kept = [tag for tag in row["tags"] if folded(tag) not in gone]
        changed["tags"] = list(clean_tags([*kept, *add_tags]))
        joined = {**row["metadata"], **sql.plain(dict(metadata), "metadata")}
        changed["metadata"] = {
            k: v for k, v in joined.items() if k not in metadata or v is not None
        }
        return sql.as_asset(home, sql.rewrite(connection, row, changed))


def _require_parent(connection: sa.Connection, asset_id: str, parent_id: str) -> None:
    """A parent that is there and that was not itself made from the asset."""
    step: str | None = parent_id
    while step:
        if step == asset_id:
            raise ValidationFailed(
                "an asset cannot be its own ancestor", where="parent_id", what_to_do="Name another."
            )
        step = sql.row_of(connection, step)["parent_id"]


def use(home: Path, asset_id: str, job_id: str, place: str) -> Asset:
    """Note that a job uses an asset; the same use counts once.

    Raises
    ------
    AssetNotFound
        There is none of that id.
    """
    asset_id = get(home, asset_id).id
    with transaction(home) as connection:
        row, when = sql.row_of(connection, asset_id), sql.now()
        mine = sa.and_(
            asset_uses.c.asset_seq == row["seq"],
            asset_uses.c.job_id == job_id,
            asset_uses.c.place == place[:200],
        )
        known = connection.execute(asset_uses.update().where(mine).values(used_at=when)).rowcount
        changed: dict[str, Any] = {"last_used": when, "accessed_at": when}
        if not known:
            connection.execute(
                asset_uses.insert().values(
                    asset_seq=row["seq"], job_id=job_id, place=place[:200], used_at=when
                )
            )
            changed["usage_count"] = row["usage_count"] + 1
        return sql.as_asset(home, sql.rewrite(connection, row, changed))


def release(home: Path, job_id: str, asset_id: str | None) -> int:
    """End the uses of a job; how many there were. What was used stays counted."""
    query = asset_uses.delete().where(asset_uses.c.job_id == job_id)
    if asset_id is not None:
        mine = sa.select(assets.c.seq).where(assets.c.id == asset_id)
        query = query.where(asset_uses.c.asset_seq.in_(mine))
    with transaction(home) as connection:
        return int(connection.execute(query).rowcount)


def uses(home: Path, asset_id: str) -> list[Use]:
    """Where an asset is used, oldest first."""
    asset_id = get(home, asset_id).id
    query = (
        sa.select(asset_uses)
        .join(assets, assets.c.seq == asset_uses.c.asset_seq)
        .where(assets.c.id == asset_id)
        .order_by(asset_uses.c.used_at, asset_uses.c.place)
    )
    with sql.reading(home) as connection:
        return [
            Use(job_id=row.job_id, place=row.place, used_at=row.used_at)
            for row in connection.execute(query)
        ]


def variants(home: Path, asset_id: str) -> list[Asset]:
    """What was made from an asset, oldest first."""
    asset_id = get(home, asset_id).id
    query = sa.select(*sql.SEEN).where(assets.c.parent_id == asset_id).order_by(assets.c.seq)
    with sql.reading(home) as connection:
        return [sql.as_asset(home, row) for row in connection.execute(query).mappings()]


def lineage(home: Path, asset_id: str) -> list[Asset]:
    """What an asset was made from, nearest first."""
    chain: list[Asset] = []
    step = get(home, asset_id).parent_id
    while step and step not in {one.id for one in chain}:
        try:
            chain.append(get(home, step))
        except sql.AssetNotFound:
            break
        step = chain[-1].parent_id
    return chain


def delete(home: Path, store: Store, asset_id: str, *, force: bool = False) -> None:
    """Remove an asset: its record and promised file, and its bytes when nothing else needs them.

    Raises
    ------
    AssetNotFound, AssetInUse
        There is none of that id; a job or a variant needs it.
    """
    asset_id = get(home, asset_id).id
    with transaction(home) as connection:
        row = sql.row_of(connection, asset_id)
        if not force:
            _require_unused(connection, row)
        remove_row(connection, home, row)
    drop_unneeded(home, store, {row["file_hash"]})


def remove_row(connection: sa.Connection, home: Path, row: Mapping[str, Any]) -> None:
    """Remove a record and its promised file; the bytes stay in the store."""
    connection.execute(
        assets.update().where(assets.c.parent_id == row["id"]).values(parent_id=None)
    )
    connection.execute(assets.delete().where(assets.c.seq == row["seq"]))
    (home / row["path"]).unlink(missing_ok=True)


def _require_unused(connection: sa.Connection, row: Mapping[str, Any]) -> None:
    by = connection.scalar(
        sa.select(asset_uses.c.job_id).where(asset_uses.c.asset_seq == row["seq"]).limit(1)
    )
    child = connection.scalar(sa.select(assets.c.id).where(assets.c.parent_id == row["id"]))
    if by is not None or child is not None:
        needs = f"job {by}" if by is not None else f"its variant {child}"
        raise AssetInUse(
            f"{needs} needs it",
            where=row["filename"],
            what_to_do="Remove that first, or insist with: apex assets delete --force",
        )


def thumbnail(home: Path, store: Store, asset: Asset, size: int) -> Path | None:
    """A small WebP of an asset, made once; None for what cannot be seen.

    Raises
    ------
    ValidationFailed, OutputUnwritable
        A size we do not offer; it cannot be written.
    """
    if not 16 <= size <= 2048:
        raise ValidationFailed(
            f"{size} pixels is no thumbnail", where="size", what_to_do="Give 16 to 2048."
        )
    video = asset.width is None
    if video and asset.format not in _MOVING:
        return None
    target = thumbnails_of(home, asset.file_hash) / f"{asset.file_hash}-{size}.webp"
    if target.is_file():
        return target
    made = write_thumbnail(file_of(store, asset), target, size, video=video)
    return target if made else None


def stats(home: Path) -> dict[str, Any]:
    """How many assets there are and how large they are (contract P37)."""
    size = sa.func.coalesce(sa.func.sum(assets.c.file_size), 0)
    with sql.reading(home) as connection:
        total = connection.execute(
            sa.select(
                sa.func.count(), size, sa.func.coalesce(sa.func.sum(assets.c.copies_avoided), 0)
            )
        ).one()
        distinct = sa.select(assets.c.file_hash, assets.c.file_size).distinct().subquery()
        stored = connection.execute(
            sa.select(sa.func.count(), sa.func.coalesce(sa.func.sum(distinct.c.file_size), 0))
        ).one()
        groups = {
            name: {
                str(row[0]): {"files": int(row[1]), "size_mb": _mb(row[2])}
                for row in connection.execute(
                    sa.select(column, sa.func.count(), size).group_by(column).order_by(column)
                )
            }
            for name, column in (
                ("by_category", assets.c.category),
                ("by_backend", assets.c.backend_used),
                ("by_project", assets.c.project_id),
            )
        }
    for name in ("by_backend", "by_project"):
        groups[name].pop("", None)
    return {
        "total_files": int(total[0]),
        "total_size_mb": _mb(total[1]),
        "stored_size_mb": _mb(stored[1]),
        **groups,
        "duplicates_avoided": int(total[2]) + int(total[0]) - int(stored[0]),
    }


def _mb(size: int) -> float:
    return round(int(size) / 2**20, 3)
