"""Builds every port once from the settings; the only place that knows which backends exist."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from apex_director.config import (
    CONFIG_NAME,
    DEFAULTS,
    Settings,
    load_settings,
    sources_hash,
    use_kernel_cache,
)
from apex_director.productions.model import Ports, Production

if TYPE_CHECKING:
    from apex_director.jobs.engine import Engine


FOLDERS = (
    *(f"assets/{n}" for n in ("images", "metadata", "cache", "exports", "projects", "thumbnails")),
    *(f"assets/{n}" for n in ("variants", "checkpoints", "general")),
    "jobs",
    "cache/segments",
    "logs",
    "projects",
)


def make_studio(home: Path) -> list[Path]:
    """Make a studio's folders, settings file and database; gives what was not there before.

    Raises
    ------
    OutputUnwritable
        The folder cannot be written.
    """
    from apex_director.db.engine import migrate
    from apex_director.media.disk import require_writable, write_json_atomic

    require_writable(home)
    made = []
    for name in FOLDERS:
        folder = home / name
        if not folder.is_dir():
            folder.mkdir(parents=True, exist_ok=True)
            made.append(folder)
    config = home / CONFIG_NAME
    if not config.exists():
        write_json_atomic(config, DEFAULTS)
        made.append(config)
    migrate(home)
    return made


def ports_for(home: str, workers: int) -> Ports:
    """The ports of a studio; called in every process that runs steps, so it takes plain values
    alone.
    """
    use_kernel_cache()
    from apex_director.assets import open_library
    from apex_director.providers.sql import open_desk

    from .backends import build_backends

    settings = load_settings(home)
    folder = Path(home)
    return Ports(
        home=folder,
        backends=build_backends(settings),
        workers=workers,
        ear=sources_hash(
            "audio", "media/decode.py", "media/loudness.py", "productions/listening.py"
        ),
        eye=sources_hash("images/scenes", "images/backends/procedural.py", "images/flat.py"),
        cut=sources_hash("video", "images/scenes", "media"),
        desk=open_desk(folder),
        library=open_library(folder, settings.sections["assets"]),
        daily_cap=settings.daily_budget,
        job_cap=settings.job_budget,
    )


def productions() -> Mapping[str, Production]:
    """Every production this studio can make, by kind."""
    from apex_director.productions import image, music_video

    return {one.PRODUCTION.kind: one.PRODUCTION for one in (music_video, image)}


def open_studio_engine(settings: Settings) -> Engine:
    """The durable engine of a studio, with its ports bound in every worker."""
    from apex_director.jobs.engine import open_engine
    from apex_director.jobs.retry import policy_of
    from apex_director.observability.logs import configure

    configure(settings.home)
    factory = partial(ports_for, str(settings.home), settings.workers)
    return open_engine(
        settings.home,
        productions(),
        factory,
        settings.workers,
        max_jobs=settings.max_concurrent_jobs,
        retry=policy_of(settings.sections["orchestrator"]),
    )


def library_stats(home: Path) -> dict[str, Any]:
    """How much the library of a studio holds (contract P37)."""
    from apex_director.assets import open_library

    return open_library(home).stats()


def make_orchestrator(home: Path) -> Any:
    """The promised face over jobs and queue, for the studio there."""
    from apex_director.core import APEXOrchestrator

    return APEXOrchestrator(base_dir=home)
