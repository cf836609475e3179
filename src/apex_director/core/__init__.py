"""The vocabulary every room shares: exact time, spans of frames, colour, money, ids, errors. No
I/O.

The promised names of contract 1.2 (``BackendManager``, ``AssetManager`` ...) are reached here too;
they are faces, loaded when first used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .asset_manager import AssetManager, AssetRecord
    from .backend_manager import (
        BackendFactory,
        BackendInterface,
        BackendManager,
        CustomBackend,
        GoogleImagenBackend,
        ImageGenerationException,
        MiniMaxBackend,
        NanoBananaBackend,
        SDXLBackend,
    )
    from .checkpoint import CheckpointManager
    from .config import ConfigManager, settings
    from .estimator import EstimationEngine
    from .orchestrator import APEXOrchestrator, Job, ProgressNotifier

_HOMES = {
    "APEXOrchestrator": "orchestrator",
    "AssetManager": "asset_manager",
    "AssetRecord": "asset_manager",
    "BackendFactory": "backend_manager",
    "BackendInterface": "backend_manager",
    "BackendManager": "backend_manager",
    "CheckpointManager": "checkpoint",
    "ConfigManager": "config",
    "CustomBackend": "backend_manager",
    "EstimationEngine": "estimator",
    "GoogleImagenBackend": "backend_manager",
    "ImageGenerationException": "backend_manager",
    "Job": "orchestrator",
    "MiniMaxBackend": "backend_manager",
    "NanoBananaBackend": "backend_manager",
    "ProgressNotifier": "orchestrator",
    "SDXLBackend": "backend_manager",
    "settings": "config",
}

__all__ = [
    "APEXOrchestrator",
    "AssetManager",
    "AssetRecord",
    "BackendFactory",
    "BackendInterface",
    "BackendManager",
    "CheckpointManager",
    "ConfigManager",
    "CustomBackend",
    "EstimationEngine",
    "GoogleImagenBackend",
    "ImageGenerationException",
    "Job",
    "MiniMaxBackend",
    "NanoBananaBackend",
    "ProgressNotifier",
    "SDXLBackend",
    "settings",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f".{_HOMES[name]}", __name__), name)
