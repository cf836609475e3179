"""Finding assets: by words, by fields, in an order; one query each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from apex_director.core.errors import ValidationFailed
from apex_director.db.tables.library import TEXT_INDEX, asset_facts, asset_tags, assets

from .model import SORTS, Asset, Wanted
from .names import folded
from .sql import SEEN, as_asset, fact_value

_UNASKED = {"seq", "path", "tags", "metadata", "generation_params", "inputs", "search_text"}
FIELDS = frozenset(column.name for column in assets.c) - _UNASKED
"""Fields of a record that can be asked for by equality; other names are metadata."""
_ALIASES = {"backend": "backend_used"}
_CONDITIONS = frozenset(one.name for one in fields(Wanted)) - {"text"}
_AT_ONCE = 400  # values in one IN (...)
_TRIGRAMS = 12  # at most so many of a word are looked up; the text itself decides
_text = sa.table(TEXT_INDEX, sa.column("rowid"), sa.column(TEXT_INDEX))


def wanted_of(text: str, conditions: Mapping[str, Any]) -> Wanted:
    """Conditions by name as one value: those of :class:`Wanted`, and equalities on fields of the
    record or on its metadata.

    Raises
    ------
    ValidationFailed
        An order or limit that we do not offer.
    """
    own = {name: value for name, value in conditions.items() if name in _CONDITIONS}
    for name in ("tags", "formats"):
        if name in own:
            given = own[name] or ()
            own[name] = (given,) if isinstance(given, str) else tuple(given)
    own["metadata"] = own.get("metadata") or {}
    rest = {name: value for name, value in conditions.items() if name not in own}
    wanted = Wanted(text=text, **{**own, "fields": {**own.get("fields", {}), **rest}})
    _require_offered(wanted)
    return wanted


def _require_offered(wanted: Wanted) -> None:
    if wanted.sort not in SORTS:
        raise ValidationFailed(
            f"'{wanted.sort}' is no order", where="sort", what_to_do=f"Use {', '.join(SORTS)}."
        )
    if (wanted.limit is not None and wanted.limit < 0) or wanted.offset < 0:
        raise ValidationFailed(
            "a limit is 0 or more", where="limit", what_to_do="Leave it out to have all."
        )


def find(connection: sa.Connection, home: Path, wanted: Wanted) -> list[Asset]:
    """The records that are wanted, in the order that is wanted."""
    if wanted.sort in {"newest", "oldest"}:
        query = _query(connection, wanted, sa.select(*SEEN))
        return [as_asset(home, row) for row in connection.execute(query).mappings()]
    # What has to be sorted first is sorted by its numbers alone, not with all its columns.
    seqs = list(connection.scalars(_query(connection, wanted, sa.select(assets.c.seq))))
    records = numbered(connection, home, seqs)
    return [records[seq] for seq in seqs if seq in records]


def narrows(wanted: Wanted) -> bool:
    """Whether anything but order and number is asked for."""
    return bool(wanted.text) or any(True for _ in _conditions(wanted))


def among(connection: sa.Connection, wanted: Wanted, seqs: list[int]) -> set[int]:
    """Those of the numbered records that are wanted."""
    query = sa.select(assets.c.seq).where(assets.c.seq.in_(seqs), *_conditions(wanted))
    for word in _words(wanted.text):
        query = query.where(_contains(word))
    return set(connection.scalars(query))


def number_of(connection: sa.Connection, asset_id: str) -> int:
    """The number of an asset; 0 where there is none of that id."""
    return connection.scalar(sa.select(assets.c.seq).where(assets.c.id == asset_id)) or 0


def numbered(connection: sa.Connection, home: Path, seqs: list[int]) -> dict[int, Asset]:
    """Records by their numbers."""
    found: dict[int, Asset] = {}
    for start in range(0, len(seqs), _AT_ONCE):
        query = sa.select(*SEEN).where(assets.c.seq.in_(seqs[start : start + _AT_ONCE]))
        rows = connection.execute(query).mappings()
        found.update((row["seq"], as_asset(home, row)) for row in rows)
    return found


def _query(connection: sa.Connection, wanted: Wanted, query: sa.Select[Any]) -> sa.Select[Any]:
    words = _words(wanted.text)
    indexed = [word for word in words if len(word) >= 3]
    query = query.where(*_conditions(wanted), *(_contains(word) for word in words))
    if indexed and _has_text_index(connection):
        query = query.where(assets.c.seq.in_(_matches(indexed)))
    query = query.order_by(*_order(wanted.sort))
    if wanted.limit is not None:
        query = query.limit(wanted.limit)
    return query.offset(wanted.offset) if wanted.offset else query


def _words(text: str) -> list[str]:
    """The words of a query, each of which must occur; what stands in quotes is one."""
    words: list[str] = []
    for index, part in enumerate(folded(text).split('"')):
        words += [" ".join(part.split())] if index % 2 else part.split()
    return [word for word in words if word]


def _contains(word: str) -> sa.ColumnElement[bool]:
    return assets.c.search_text.contains(word, autoescape=True)


def _has_text_index(connection: sa.Connection) -> bool:
    if connection.dialect.name != "sqlite":
        return False
    known = "SELECT 1 FROM sqlite_master WHERE name = ?"
    return connection.exec_driver_sql(known, (TEXT_INDEX,)).first() is not None


def _matches(words: list[str]) -> sa.Select[Any]:
    """Records in which every three letters of every word occur, in any place."""
    grams = {word[i : i + 3] for word in words for i in range(len(word) - 2)}
    chosen = sorted(grams)[:: max(1, len(grams) // (_TRIGRAMS * len(words)))]
    phrase = " AND ".join('"' + gram.replace('"', '""') + '"' for gram in chosen)
    match: sa.ColumnElement[bool] = _text.c[TEXT_INDEX].op("MATCH")(phrase)
    return sa.select(_text.c.rowid).where(match)


def _conditions(wanted: Wanted) -> Iterable[sa.ColumnElement[bool]]:
    if wanted.category:
        yield assets.c.category == wanted.category.strip().lower()
    if wanted.tags:
        any_of = asset_tags.c.tag.in_([folded(" ".join(tag.split()))[:200] for tag in wanted.tags])
        yield assets.c.seq.in_(sa.select(asset_tags.c.asset_seq).where(any_of))
    if wanted.formats:
        yield assets.c.format.in_([one.lower().lstrip(".") for one in wanted.formats])
    if wanted.project_id is not None:
        yield assets.c.project_id == wanted.project_id
    if wanted.created_after:
        yield assets.c.created_at >= wanted.created_after
    if wanted.created_before:
        yield assets.c.created_at < wanted.created_before
    if wanted.min_quality is not None:
        yield assets.c.quality_score >= wanted.min_quality
    equal, metadata = _divided(wanted)
    for name, value in equal.items():
        yield assets.c[name].is_(None) if value is None else assets.c[name] == value
    for name, value in metadata.items():
        yield assets.c.seq.in_(
            sa.select(asset_facts.c.asset_seq).where(
                asset_facts.c.name == name[:120], asset_facts.c.value == fact_value(value)
            )
        )


def _divided(wanted: Wanted) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
    """Equalities on fields of the record, and those on its metadata."""
    equal, metadata = {}, dict(wanted.metadata)
    for given, value in wanted.fields.items():
        name = _ALIASES.get(given, given)
        if name in FIELDS:
            equal[name] = value
        else:
            metadata[given] = value
    return equal, metadata


def _order(sort: str) -> list[Any]:
    newest = assets.c.seq.desc()
    orders: dict[str, list[Any]] = {
        "newest": [newest],
        "oldest": [assets.c.seq],
        "name": [assets.c.filename, assets.c.seq],
        "largest": [assets.c.file_size.desc(), newest],
        "best": [assets.c.quality_score.desc().nulls_last(), newest],
        "most_used": [assets.c.usage_count.desc(), newest],
    }
    return orders[sort]
