"""APEX Director: an AI production studio.

Rooms, in the order a production passes through them: core, config, media, providers, db, assets,
audio, cinematography, images, video, qa, estimation, productions, director, jobs, observability,
bootstrap, cli. The public names below are loaded when first used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from .version import __version__

if TYPE_CHECKING:
    from .core.asset_manager import AssetManager
    from .core.backend_manager import BackendFactory, BackendInterface, BackendManager
    from .core.errors import ApexError, JobNotFound
    from .core.orchestrator import APEXOrchestrator
    from .director import (
        approve_job,
        cancel_music_video_job,
        generate_music_video,
        get_job_status,
        get_system_status,
        improve_quality,
        initialize,
        run_diagnostics,
        start_orchestrator,
        stop_orchestrator,
        submit_batch,
        submit_batch_music_videos,
        submit_generation_job,
        submit_music_video_job,
    )
    from .director.backends import batch_generate
    from .director.checkpoints import (
        create_checkpoint,
        get_checkpoint_manager,
        restore_from_checkpoint,
    )
    from .director.estimating import (
        add_generation_record,
        estimate_generation_cost_time,
        get_estimator,
    )
    from .director.library import get_asset_manager, get_storage_stats, search_assets
    from .director.queue import cancel_job, get_statistics
    from .director.studio import get_orchestrator
    from .images import CinematicImageGenerator
    from .images.model import GenerationRequest
    from .productions.request import MusicVideoRequest

_HOMES = {
    "APEXOrchestrator": "core.orchestrator",
    "ApexError": "core.errors",
    "AssetManager": "core.asset_manager",
    "BackendFactory": "core.backend_manager",
    "BackendInterface": "core.backend_manager",
    "BackendManager": "core.backend_manager",
    "CinematicImageGenerator": "images",
    "GenerationRequest": "images.model",
    "JobNotFound": "core.errors",
    "MusicVideoRequest": "productions.request",
    "add_generation_record": "director.estimating",
    "approve_job": "director",
    "batch_generate": "director.backends",
    "cancel_job": "director.queue",
    "cancel_music_video_job": "director",
    "create_checkpoint": "director.checkpoints",
    "estimate_generation_cost_time": "director.estimating",
    "generate_music_video": "director",
    "get_asset_manager": "director.library",
    "get_checkpoint_manager": "director.checkpoints",
    "get_estimator": "director.estimating",
    "get_job_status": "director",
    "get_orchestrator": "director.studio",
    "get_statistics": "director.queue",
    "get_storage_stats": "director.library",
    "get_system_status": "director",
    "improve_quality": "director",
    "initialize": "director",
    "restore_from_checkpoint": "director.checkpoints",
    "run_diagnostics": "director",
    "search_assets": "director.library",
    "start_orchestrator": "director",
    "stop_orchestrator": "director",
    "submit_batch": "director",
    "submit_batch_music_videos": "director",
    "submit_generation_job": "director",
    "submit_music_video_job": "director",
}

__all__ = [
    "APEXOrchestrator",
    "ApexError",
    "AssetManager",
    "BackendFactory",
    "BackendInterface",
    "BackendManager",
    "CinematicImageGenerator",
    "GenerationRequest",
    "JobNotFound",
    "MusicVideoRequest",
    "__version__",
    "add_generation_record",
    "approve_job",
    "batch_generate",
    "cancel_job",
    "cancel_music_video_job",
    "create_checkpoint",
    "estimate_generation_cost_time",
    "generate_music_video",
    "get_asset_manager",
    "get_checkpoint_manager",
    "get_estimator",
    "get_job_status",
    "get_orchestrator",
    "get_statistics",
    "get_storage_stats",
    "get_system_status",
    "improve_quality",
    "initialize",
    "restore_from_checkpoint",
    "run_diagnostics",
    "search_assets",
    "start_orchestrator",
    "stop_orchestrator",
    "submit_batch",
    "submit_batch_music_videos",
    "submit_generation_job",
    "submit_music_video_job",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f".{_HOMES[name]}", __name__), name)
