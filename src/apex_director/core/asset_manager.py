"""The asset manager by its promised name (contract P34 to P39): a face over the library."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from apex_director.assets import Asset as AssetRecord
from apex_director.assets import Library, open_library

__all__ = ["AssetManager", "AssetRecord"]


class AssetManager:
    """Assets of one studio.

    Parameters
    ----------
    base_dir : path, optional
        The studio folder; the present studio where not given.
    config : mapping, optional
        The settings, or their section ``assets``.
    """

    def __init__(
        self,
        base_dir: str | Path | None = None,
        config: Mapping[str, Any] | None = None,
    ) -> None:
        from apex_director.config import load_settings
        from apex_director.director.studio import settings_of

        settings = settings_of(None) if base_dir is None else load_settings(base_dir)
        section = settings.sections["assets"] if config is None else config
        self.base_dir: Path = settings.home
        self.library: Library = open_library(settings.home, section.get("assets", section))

    def create_project(self, name: str, description: str = "") -> str:
        """Begin a project; its id (contract P34).

        Raises
        ------
        StorageError
            It cannot be kept.
        """
        return self.library.create_project(name, description).id

    def store_asset(self, asset_data: Mapping[str, Any], project_id: str | None = None) -> Path:
        """Keep ``content`` under ``filename``, with whatever else is known of it; its file
        (contract P35).

        Raises
        ------
        ValidationFailed
            It is too large, is not what its name says, or the name is none.
        StorageError
            It cannot be kept.
        """
        from apex_director.assets.intake import from_mapping

        data = dict(asset_data) if project_id is None else {**asset_data, "project_id": project_id}
        return self.library.add_many([from_mapping(data)])[0].path

    def search_assets(
        self,
        query: str = "",
        category: str = "",
        tags: Sequence[str] | None = None,
        *,
        backend: str | None = None,
        format_filter: Sequence[str] | None = None,
        metadata_filter: Mapping[str, Any] | None = None,
        project_id: str | None = None,
        limit: int | None = None,
        **filters: Any,
    ) -> list[AssetRecord]:
        """Records for which every condition holds, newest first (contract P36)."""
        if backend is not None:
            filters["backend_used"] = backend
        return self.library.search(
            query,
            category=category,
            tags=tags or (),
            formats=format_filter or (),
            metadata=metadata_filter or {},
            project_id=project_id,
            limit=limit,
            **filters,
        )

    def get_storage_stats(self) -> dict[str, Any]:
        """How much there is (contract P37)."""
        return self.library.stats()

    def cleanup_orphans(self, dry_run: bool = True) -> dict[str, Any]:
        """Files without a record and records without a file (contract P39)."""
        return self.library.cleanup_orphans(dry_run).as_json()

    def get_asset(self, asset_id: str) -> AssetRecord:
        """A record by its id.

        Raises
        ------
        KeyError
            There is none.
        """
        return self.library.get_asset(asset_id)

    def delete_asset(self, asset_id: str) -> bool:
        """Remove an asset; refused while a job or a variant needs it.

        Raises
        ------
        KeyError
            There is none.
        """
        self.library.delete(asset_id)
        return True
