"""What the library keeps and answers: records of assets, projects, reports."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, Literal, TypedDict

from apex_director.core.money import Usd

Sort = Literal["newest", "oldest", "name", "largest", "best", "most_used"]
SORTS: tuple[Sort, ...] = ("newest", "oldest", "name", "largest", "best", "most_used")


class Known(TypedDict, total=False):
    """What may be said of an asset when it is added; see :class:`NewAsset`."""

    category: str
    tags: Sequence[str]
    metadata: Mapping[str, Any]
    project_id: str | None
    job_id: str
    prompt: str
    backend: str
    model: str
    seed: int | None
    params: Mapping[str, Any]
    inputs: Sequence[str]
    cost_usd: Usd | None
    licence: str
    quality_score: float | None
    parent_id: str | None
    path: str | Path | None


@dataclass(frozen=True, kw_only=True)
class NewAsset:
    """Something to keep, and what is known of it.

    ``content`` are the bytes, or the file that holds them. ``category`` empty means what the file
    is (images, audio, video, data, documents, fonts). ``inputs`` are ids or hashes of what it was
    made with, ``cost_usd`` None where nobody knows. ``path`` is where its promised file shall lie,
    from the studio folder; otherwise the project's ``assets``, or ``assets/general``.
    """

    content: bytes | Path
    filename: str
    category: str = ""
    tags: Sequence[str] = ()
    metadata: Mapping[str, Any] = field(default_factory=dict)
    project_id: str | None = None
    job_id: str = ""
    prompt: str = ""
    backend: str = ""
    model: str = ""
    seed: int | None = None
    params: Mapping[str, Any] = field(default_factory=dict)
    inputs: Sequence[str] = ()
    cost_usd: Usd | None = None
    licence: str = ""
    quality_score: float | None = None
    parent_id: str | None = None
    path: str | Path | None = None


@dataclass(frozen=True, kw_only=True)
class Asset:
    """A record of the library (contract X5): usable as a path, by attribute and by key.

    ``path`` is its file, ``file_hash`` the SHA-256 (hex) of its bytes, ``cost_usd`` what it was
    paid for or None where nobody knows; times are ISO 8601 in UTC.
    """

    id: str
    filename: str
    path: Path
    file_size: int
    file_hash: str
    format: str
    width: int | None = None
    height: int | None = None
    created_at: str
    job_id: str = ""
    project_id: str = ""
    prompt: str = ""
    backend_used: str = ""
    model: str = ""
    seed: int | None = None
    generation_params: Mapping[str, Any] = field(default_factory=dict)
    inputs: tuple[str, ...] = ()
    cost_usd: Usd | None = None
    licence: str = ""
    category: str
    tags: tuple[str, ...] = ()
    metadata: Mapping[str, Any] = field(default_factory=dict)
    quality_score: float | None = None
    usage_count: int = 0
    last_used: str | None = None
    parent_id: str | None = None

    def __fspath__(self) -> str:
        """Its file."""
        return str(self.path)

    def __getitem__(self, name: str) -> Any:
        """A field by its name.

        Raises
        ------
        KeyError
            There is no such field.
        """
        if name not in _FIELDS:
            raise KeyError(name)
        return getattr(self, name)

    def __iter__(self) -> Iterator[str]:
        return iter(_FIELDS)

    def keys(self) -> tuple[str, ...]:
        """The names of its fields."""
        return _FIELDS

    def get(self, name: str, default: Any = None) -> Any:
        """A field by its name, or the default."""
        return getattr(self, name) if name in _FIELDS else default

    def as_json(self) -> dict[str, Any]:
        """Its fields as JSON values; money in US dollars."""
        plain = {name: getattr(self, name) for name in _FIELDS}
        plain["path"] = str(self.path)
        plain["cost_usd"] = None if self.cost_usd is None else float(self.cost_usd)
        for name in ("tags", "inputs"):
            plain[name] = list(plain[name])
        for name in ("metadata", "generation_params"):
            plain[name] = dict(plain[name])
        return plain


_FIELDS: tuple[str, ...] = tuple(one.name for one in fields(Asset))


@dataclass(frozen=True, kw_only=True)
class Match:
    """An asset found by likeness; ``distance`` 0 the same, 1 nothing in common."""

    asset: Asset
    distance: float


@dataclass(frozen=True, kw_only=True)
class Use:
    """Where an asset is used: in which job, and in what place of it (shot, role)."""

    job_id: str
    place: str
    used_at: str


@dataclass(frozen=True, kw_only=True)
class Project:
    """A named group of assets with a folder of its own."""

    id: str
    name: str
    description: str
    created_at: str
    assets: int = 0

    def as_json(self) -> dict[str, Any]:
        """Its fields as JSON values."""
        return {one.name: getattr(self, one.name) for one in fields(self)}


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What is searched for; empty fields ask for nothing. ``fields`` are equalities on fields of
    the record, ``metadata`` on its metadata, ``tags`` any of them.
    """

    text: str = ""
    category: str = ""
    tags: tuple[str, ...] = ()
    formats: tuple[str, ...] = ()
    project_id: str | None = None
    created_after: str = ""
    created_before: str = ""
    min_quality: float | None = None
    metadata: Mapping[str, Any] = field(default_factory=dict)
    fields: Mapping[str, Any] = field(default_factory=dict)
    sort: Sort = "newest"
    limit: int | None = 50
    offset: int = 0


@dataclass(frozen=True, kw_only=True)
class Integrity:
    """What a check found; every entry names an asset's id, file and what is wrong with it."""

    checked: int
    missing: tuple[Mapping[str, str], ...] = ()
    damaged: tuple[Mapping[str, str], ...] = ()
    unlinked: tuple[Mapping[str, str], ...] = ()
    repaired: tuple[Mapping[str, str], ...] = ()

    @property
    def sound(self) -> bool:
        """Whether every asset's bytes are there and are what they were."""
        return not (self.missing or self.damaged or self.unlinked)

    def as_json(self) -> dict[str, Any]:
        """Its fields as JSON values."""
        found = {
            name: [dict(one) for one in getattr(self, name)]
            for name in ("missing", "damaged", "unlinked", "repaired")
        }
        return {"checked": self.checked, "sound": self.sound, **found}


@dataclass(frozen=True, kw_only=True)
class Orphans:
    """What belongs to nothing: files without a record, records without bytes.

    ``too_young`` are left alone for now, because somebody may be about to use them; ``in_use`` are
    records without bytes that are kept, because a job or another asset names them.
    """

    dry_run: bool
    files: tuple[str, ...] = ()
    records: tuple[str, ...] = ()
    too_young: tuple[str, ...] = ()
    in_use: tuple[str, ...] = ()
    bytes: int = 0
    removed_files: int = 0
    removed_records: int = 0

    def as_json(self) -> dict[str, Any]:
        """Its fields as JSON values."""
        return {
            "dry_run": self.dry_run,
            "files_without_record": list(self.files),
            "records_without_file": list(self.records),
            "too_young": list(self.too_young),
            "in_use": list(self.in_use),
            "size_mb": round(self.bytes / 2**20, 3),
            "removed_files": self.removed_files,
            "removed_records": self.removed_records,
        }
