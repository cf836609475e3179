"""What comes in: looked through, stored, recorded, in this order, so that whoever is killed in
between leaves bytes without a record and never a record without bytes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields, replace
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any

from apex_director.core.errors import InputUnusable, ValidationFailed
from apex_director.core.money import Usd

from . import kinds, sql
from .model import Asset, NewAsset
from .names import clean_category, clean_tags, safe_name, safe_path
from .pictures import measure
from .store import Store, copy_whole, part_beside, take_name

MAX_PROMPT = 5000  # contract X1
_AT_ONCE = 250  # assets recorded in one transaction
_SEEDS = range(-(2**63), 2**63)


def take_in_all(home: Path, store: Store, items: Iterable[NewAsset]) -> list[Asset]:
    """Keep any number of assets, a few hundred to a transaction; as :func:`take_in`."""
    kept: list[Asset] = []
    waiting = iter(items)
    while batch := list(islice(waiting, _AT_ONCE)):
        kept += take_in(home, store, batch)
    return kept


def take_in(home: Path, store: Store, batch: Sequence[NewAsset]) -> list[Asset]:
    """Keep a batch of assets, all of them or none of their records.

    Raises
    ------
    ValidationFailed, PathNotAllowed, InputUnusable
        One of them is not what it says, has no name we can use, or cannot be read.
    StorageError, OutputUnwritable
        They cannot be kept.
    """
    prepared = [_prepared(home, new) for new in batch]
    contents = [one.new.content for one in prepared]
    digests = store.put_all(contents)
    ready = [replace(p, digest=d) for p, d in zip(prepared, digests, strict=True)]
    sources = dict(zip(digests, contents, strict=True))
    return sql.add(home, ready, partial(_place, home, store, sources))


def _place(
    home: Path, store: Store, sources: Mapping[str, bytes | Path], digest: str, path: str
) -> None:
    """Make the promised file: a hard link where the store has files, else a copy."""
    target = home / path
    local = store.local(digest)
    if local is None:
        _write(target, sources[digest])
        return
    if not local.is_file():
        # A clean-up took them before their record was there; now the database is held, and
        # clean-ups wait for it.
        store.put_all([sources[digest]])
    try:
        store.fetch(digest, target)
    except FileExistsError:
        if not (target.is_file() and target.samefile(local)):
            raise  # else it is what a killed process left of the same addition


def _write(target: Path, content: bytes | Path) -> None:
    if isinstance(content, Path):
        copy_whole(content, target)
        return
    part = part_beside(target)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        part.write_bytes(content)
        part.chmod(0o444)
        take_name(part, target)
    finally:
        part.unlink(missing_ok=True)


def _prepared(home: Path, new: NewAsset) -> sql.Prepared:
    """Everything that can be wrong with an asset is found before anything is stored."""
    content = new.content
    if isinstance(content, bytearray | memoryview):
        content = bytes(content)
    if not isinstance(content, bytes | Path):
        raise ValidationFailed(
            f"content is {type(content).__name__}",
            where="content",
            what_to_do="Give bytes, or a file as a pathlib.Path.",
        )
    name = safe_name(new.filename)
    head, size = _head(content)
    kind = kinds.kind_of(name, head)
    if size > kinds.limit_of(kind):
        limit = kinds.limit_of(kind) >> 20
        raise kinds.ContentRefused(
            f"it has {size / 2**20:.1f} MB", where=name, what_to_do=f"At most {limit} MB are kept."
        )
    found = kinds.extension_of(head)
    if kinds.extension(name) not in kinds.KINDS and found:
        name = safe_name(f"{name}.{found}")
    whole = content
    if not kind.picture and (kind.matches is None or kinds.extension(name) == "pdf"):
        whole = content if isinstance(content, bytes) else content.read_bytes()
        kinds.inspect_whole(name, kind, whole)
    _check_fields(new)
    folder, name = _where(home, new, name)
    return sql.Prepared(
        new=replace(new, content=content),
        digest="",
        size=size,
        format=kinds.extension(name)[:16],
        name=name,
        folder=folder,
        category=clean_category(new.category or kind.category),
        tags=clean_tags(new.tags),
        measured=measure(content, name) if kind.picture else None,
    )


def _head(content: bytes | Path) -> tuple[bytes, int]:
    if isinstance(content, bytes):
        return content[: kinds.HEAD], len(content)
    try:
        with content.open("rb") as handle:
            return handle.read(kinds.HEAD), content.stat().st_size
    except OSError as error:
        raise InputUnusable(
            f"it cannot be read ({(error.strerror or str(error)).lower()})",
            where=str(content),
            what_to_do="Name a file that is there and that you may read.",
        ) from error


def _where(home: Path, new: NewAsset, name: str) -> tuple[str, str]:
    """Folder and name of the promised file."""
    if new.path is not None:
        path = safe_path(home, new.path)
        if path.suffix.lower() != Path(name).suffix.lower():
            raise ValidationFailed(
                "path and filename end differently",
                where=str(new.path),
                what_to_do=f"End it with {Path(name).suffix}.",
            )
        return path.parent.as_posix(), path.name
    if not new.project_id:
        return "assets/general", name
    return f"projects/{safe_name(new.project_id)}/assets", name


def _check_fields(new: NewAsset) -> None:
    _require(isinstance(new.prompt, str), "prompt", "it is no text", "Give text.")
    _require(
        len(new.prompt) <= MAX_PROMPT, "prompt", "it is too long", f"At most {MAX_PROMPT} letters."
    )
    score = new.quality_score
    _require(
        score is None or 0.0 <= score <= 1.0,
        "quality_score",
        f"{score} is no score",
        "Give 0 to 1.",
    )
    _require(
        new.seed is None or new.seed in _SEEDS, "seed", f"{new.seed} is no seed", "Give 64 bits."
    )


def _require(good: bool, where: str, what: str, cure: str) -> None:
    if not good:
        raise ValidationFailed(what, where=where, what_to_do=cure)


_NAMES = {"backend_used": "backend", "generation_params": "params", "license": "licence"}
"""Names of the record (contract X5) that an addition knows by shorter ones."""


_FROM_METADATA: Mapping[str, tuple[type, ...]] = {
    **dict.fromkeys(("prompt", "backend", "model", "licence", "job_id"), (str,)),
    "seed": (int,),
    "quality_score": (float, int),
    "cost_usd": (float, int),
}
"""Fields of a record that callers of the mapping style tell in its metadata (contract P35)."""


def _fits(name: str, value: Any) -> bool:
    if isinstance(value, bool) or not isinstance(value, _FROM_METADATA[name]):
        return False
    return name != "quality_score" or (isinstance(value, int | float) and 0 <= value <= 1)


def from_mapping(data: Mapping[str, Any]) -> NewAsset:
    """An addition given as a mapping: ``content`` and ``filename``, and any field of
    :class:`NewAsset` or of the record; other names join the metadata.

    Raises
    ------
    ValidationFailed
        Content or filename is missing.
    """
    for name in ("content", "filename"):
        if data.get(name) is None:
            raise ValidationFailed(
                f"{name} is missing", where=name, what_to_do="Give content and filename."
            )
    known = {one.name for one in fields(NewAsset)}
    given = {_NAMES.get(name, name): value for name, value in data.items() if value is not None}
    values = {name: value for name, value in given.items() if name in known}
    rest = {name: value for name, value in given.items() if name not in known}
    values["metadata"] = {**(values.get("metadata") or {}), **rest}
    for name, value in values["metadata"].items():  # provenance that was told as metadata
        field_name = _NAMES.get(name, name)
        if field_name in _FROM_METADATA and _fits(field_name, value):
            values.setdefault(field_name, value)
    cost = values.get("cost_usd")
    if cost is not None and not isinstance(cost, Usd):
        values["cost_usd"] = Usd.of(cost)
    return NewAsset(**values)
