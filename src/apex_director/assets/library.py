"""The library of a studio: everything made or brought in, kept once, found again."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Unpack

import numpy as np
from numpy.typing import NDArray

from . import exchange, grouping, intake, likeness, records, sql, upkeep
from .model import Asset, Integrity, Known, Match, NewAsset, Orphans, Project, Use, Wanted
from .pictures import THUMBNAIL, look_of
from .search import find, wanted_of
from .store import Store, open_store

Picture = str | Path | bytes | NDArray[np.uint8]
DUPLICATE = 0.08  # core.fingerprint: resized, recompressed or slightly corrected copies stay below


def open_library(home: Path, config: Mapping[str, Any] | None = None) -> Library:
    """The library of a studio.

    Parameters
    ----------
    config : mapping, optional
        The section ``assets`` of the settings: ``store_url`` (``STORAGE_URL`` goes before it) and
        ``embedding_model``.

    Raises
    ------
    ConfigError, SomethingNeeded
        The store's URL is none, or its kind needs an extra.
    """
    config = config or {}
    url = os.environ.get("STORAGE_URL", "").strip() or str(config.get("store_url") or "")
    model = str(config.get("embedding_model") or likeness.MODEL)
    return Library(home.resolve(), open_store(home.resolve(), url), embedding_model=model)


class Library:
    """Assets of one studio; safe to share between threads, and between processes by its folder.

    It is also a store of bytes by content (``put``, ``get``): what is put so is kept although no
    record names it, and never counts as an orphan.
    """

    def __init__(
        self,
        home: Path,
        store: Store,
        *,
        embedding_model: str = likeness.MODEL,
        embed: likeness.Embed | None = None,
    ) -> None:
        self.home, self.store = home, store
        self._model, self._embed = embedding_model, embed
        self._looks = likeness.look_rows()
        self._meanings: Any = None
        self._guard = threading.Lock()

    def put(self, content: bytes) -> str:
        """Keep bytes that somebody needs without a record; their SHA-256 (hex)."""
        digest = self.store.put(content)
        sql.keep(self.home, digest, len(content))
        if not self.store.exists(digest):  # a clean-up came in between; now it knows
            self.store.put(content)
        return digest

    def get(self, digest: str) -> bytes:
        """Bytes by their SHA-256, checked."""
        return self.store.get(digest)

    def add(self, content: bytes | Path, *, filename: str, **known: Unpack[Known]) -> Asset:
        """Keep an asset, of which ``known`` are fields of :class:`NewAsset`; the same bytes in the
        same project join the record that is there.

        Raises
        ------
        ValidationFailed, PathNotAllowed
            The bytes are not what the name says, are too large, or the name is none; the path
            leads out of the library.
        StorageError, OutputUnwritable
            It cannot be kept.
        """
        return self.add_many([NewAsset(content=content, filename=filename, **known)])[0]

    def add_many(self, items: Iterable[NewAsset]) -> list[Asset]:
        """Keep several, a few hundred to a transaction; as :meth:`add`."""
        return intake.take_in_all(self.home, self.store, items)

    def get_asset(self, asset_id: str) -> Asset:
        """A record by its id, or by its beginning where only one has it."""
        return records.get(self.home, asset_id)

    def file_of(self, asset_id: str) -> Path:
        """The asset's file, made again from the store where it is missing."""
        return records.file_of(self.store, self.get_asset(asset_id))

    def change(
        self,
        asset_id: str,
        *,
        add_tags: Sequence[str] = (),
        remove_tags: Sequence[str] = (),
        metadata: Mapping[str, Any] | None = None,
        **fields: Any,
    ) -> Asset:
        """Change tags, metadata (None removes a name) and ``records.CHANGEABLE`` fields."""
        return records.change(
            self.home, asset_id, list(add_tags), list(remove_tags), metadata or {}, fields
        )

    def delete(self, asset_id: str, *, force: bool = False) -> None:
        """Remove an asset, and its bytes with their last record; refused while it is needed."""
        records.delete(self.home, self.store, asset_id, force=force)

    def use(self, asset_id: str, *, job_id: str, where: str = "") -> Asset:
        """Note that a job uses it, and in what place (shot, role)."""
        return records.use(self.home, asset_id, job_id, where)

    def release(self, *, job_id: str, asset_id: str | None = None) -> int:
        """A job needs its assets (or one of them) no longer; how many uses ended."""
        return records.release(self.home, job_id, asset_id)

    def uses(self, asset_id: str) -> list[Use]:
        """Where an asset is used."""
        return records.uses(self.home, asset_id)

    def variants(self, asset_id: str) -> list[Asset]:
        """What was made from it, oldest first."""
        return records.variants(self.home, asset_id)

    def lineage(self, asset_id: str) -> list[Asset]:
        """What it was made from, nearest first."""
        return records.lineage(self.home, asset_id)

    def create_project(self, name: str, description: str = "") -> Project:
        """Begin a project."""
        return grouping.create(self.home, name, description)

    def projects(self) -> list[Project]:
        """All projects, oldest first, with how many assets each has."""
        return grouping.listed(self.home)

    def delete_project(self, project_id: str, *, with_assets: bool = False) -> int:
        """Remove a project; with its assets only where that is said. How many went with it."""
        return grouping.delete(self.home, self.store, project_id, with_assets=with_assets)

    def search(
        self,
        text: str = "",
        *,
        like: str | Asset | Picture | None = None,
        meaning: str = "",
        **conditions: Any,
    ) -> list[Asset]:
        """Find assets; every condition must hold.

        Parameters
        ----------
        text
            Words that must all occur in path, file name, prompt or tags; "in quotes" as one.
        like, meaning
            Most alike first (an asset, its id, a file or pixels); nearest in meaning first, where
            a sentence-embedding package is installed.
        conditions
            ``category``; ``tags`` and ``formats`` (any of them); ``project_id``;
            ``created_after``, ``created_before`` (ISO); ``min_quality``; ``metadata`` (equality);
            ``sort`` (newest, oldest, name, largest, best, most_used), ``limit`` (50; None: all),
            ``offset``. Any other name is an equality on that field of the record (``backend``,
            ``model``, ``job_id`` ...) or else on its metadata.

        Raises
        ------
        SomethingNeeded
            Search by meaning is not installed.
        ValidationFailed
            ``like`` is neither an asset nor a picture; an unknown order.
        """
        wanted = wanted_of(text, conditions)
        if like is not None:
            return [match.asset for match in self._alike(like, wanted)]
        if meaning:
            return [match.asset for match in self._meant(meaning, wanted)]
        with sql.reading(self.home) as connection:
            return find(connection, self.home, wanted)

    def similar(
        self, like: str | Asset | Picture, *, limit: int | None = 20, within: float = 1.0
    ) -> list[Match]:
        """The most alike pictures with their distance (core.fingerprint), nearest first."""
        return self._alike(like, Wanted(limit=limit), within=within)

    def near_duplicates(self, like: str | Asset | Picture) -> list[Match]:
        """Resized, recompressed or slightly corrected copies of a picture."""
        return self.similar(like, limit=None, within=DUPLICATE)

    def _alike(
        self, like: str | Asset | Picture, wanted: Wanted, within: float = 1.0
    ) -> list[Match]:
        asset = records.named(self.home, like)
        picture: Any = like if asset is None else self.file_of(asset.id)
        without = "" if asset is None else asset.id
        stored = None if asset is None else records.look(self.home, asset.id)
        look = stored or look_of(picture)
        return likeness.alike(self.home, self._looks, look, wanted, within=within, without=without)

    def _meant(self, meaning: str, wanted: Wanted) -> list[Match]:
        with self._guard:
            self._embed = self._embed or likeness.local_model(self._model)
        likeness.learn_meanings(self.home, self._model, self._embed)
        vector = self._embed([meaning])[0]
        with self._guard:
            self._meanings = self._meanings or likeness.meaning_rows(self._model, len(vector))
        return likeness.meant(self.home, self._meanings, vector, wanted)

    def thumbnail(self, asset_id: str, size: int = THUMBNAIL) -> Path | None:
        """A small WebP of a picture or of a video's first frame; None for what cannot be seen."""
        return records.thumbnail(self.home, self.store, self.get_asset(asset_id), size)

    def stats(self) -> dict[str, Any]:
        """How much there is (contract P37)."""
        return records.stats(self.home)

    def check(self, *, deep: bool = True, repair: bool = False) -> Integrity:
        """Whether all bytes are there and are what they were; ``deep`` reads them all."""
        return upkeep.check(self.home, self.store, deep=deep, repair=repair)

    def cleanup_orphans(
        self, dry_run: bool = True, *, min_age_s: float = upkeep.MIN_AGE_S
    ) -> Orphans:
        """Files that no record names, and records whose bytes are gone (contract P39)."""
        return upkeep.cleanup(self.home, self.store, dry_run=dry_run, min_age_s=min_age_s)

    def export(self, selection: Iterable[str | Asset], target: Path) -> Path:
        """Copy assets with a manifest into a new folder, or a zip where the name ends so."""
        chosen = [a if isinstance(a, Asset) else self.get_asset(a) for a in selection]
        return exchange.export(self.home, self.store, chosen, target)

    def import_manifest(self, source: Path, *, project_id: str | None = None) -> list[Asset]:
        """Take in what :meth:`export` wrote, checked by its hashes."""
        return exchange.bring_in(self.home, self.store, source, project_id)
