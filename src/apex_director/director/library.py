"""The library of the present studio by its promised verbs (contract P9, P10)."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .studio import settings_of

if TYPE_CHECKING:
    from apex_director.core import AssetManager, AssetRecord

_managers: dict[Path, AssetManager] = {}
_guard = threading.Lock()


def get_asset_manager() -> AssetManager:
    """The asset manager of the present studio, one per process.

    Raises
    ------
    ConfigError, SomethingNeeded
        The settings name a store that cannot be used.
    """
    from apex_director.core import AssetManager

    home = settings_of(None).home
    with _guard:
        if home not in _managers:
            _managers[home] = AssetManager(home)
        return _managers[home]


def search_assets(
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
    """Assets of the present studio for which every condition holds, newest first (contract P36)."""
    return get_asset_manager().search_assets(
        query,
        category,
        tags,
        backend=backend,
        format_filter=format_filter,
        metadata_filter=metadata_filter,
        project_id=project_id,
        limit=limit,
        **filters,
    )


def get_storage_stats() -> dict[str, Any]:
    """How much the library of the present studio holds (contract P37)."""
    return get_asset_manager().get_storage_stats()
