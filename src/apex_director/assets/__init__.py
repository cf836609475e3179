"""The library: bytes kept once by their content, with records of where they came from."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from .model import Asset, Integrity, Match, NewAsset, Orphans, Project, Use

if TYPE_CHECKING:
    from .library import Library, open_library
    from .records import AssetInUse
    from .sql import AssetNotFound
    from .store import Store, open_store

_HOMES = {
    "AssetInUse": "records",
    "AssetNotFound": "sql",
    "Library": "library",
    "Store": "store",
    "open_library": "library",
    "open_store": "store",
}

__all__ = [
    "Asset",
    "AssetInUse",
    "AssetNotFound",
    "Integrity",
    "Library",
    "Match",
    "NewAsset",
    "Orphans",
    "Project",
    "Store",
    "Use",
    "open_library",
    "open_store",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f".{_HOMES[name]}", __name__), name)
