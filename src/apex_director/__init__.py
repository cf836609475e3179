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
    from .core.errors import ApexError, JobNotFound
    from .director import (
        cancel_music_video_job,
        generate_music_video,
        get_job_status,
        get_system_status,
        initialize,
        start_orchestrator,
        stop_orchestrator,
        submit_music_video_job,
    )
    from .images.model import GenerationRequest
    from .productions.request import MusicVideoRequest

_HOMES = {
    "ApexError": "core.errors",
    "JobNotFound": "core.errors",
    "GenerationRequest": "images.model",
    "MusicVideoRequest": "productions.request",
    "cancel_music_video_job": "director",
    "generate_music_video": "director",
    "get_job_status": "director",
    "get_system_status": "director",
    "initialize": "director",
    "start_orchestrator": "director",
    "stop_orchestrator": "director",
    "submit_music_video_job": "director",
}

__all__ = [
    "ApexError",
    "GenerationRequest",
    "JobNotFound",
    "MusicVideoRequest",
    "__version__",
    "cancel_music_video_job",
    "generate_music_video",
    "get_job_status",
    "get_system_status",
    "initialize",
    "start_orchestrator",
    "stop_orchestrator",
    "submit_music_video_job",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f".{_HOMES[name]}", __name__), name)
