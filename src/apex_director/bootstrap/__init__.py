"""Builds every port once from the settings; the only place that knows which backends exist."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from .config import Settings, use_kernel_cache
from .productions.model import Ports, Production

if TYPE_CHECKING:
    from .jobs.engine import Engine


def ports_for(home: str, workers: int) -> Ports:
    """The ports of a studio; called in every process that runs steps, so it takes plain values
    alone.
    """
    use_kernel_cache()
    from .images.backends.procedural import ProceduralBackend

    return Ports(home=Path(home), backends=(ProceduralBackend(),), workers=workers)


def productions() -> Mapping[str, Production]:
    """Every production this studio can make, by kind."""
    from .productions.music_video import PRODUCTION

    return {PRODUCTION.kind: PRODUCTION}


def open_studio_engine(settings: Settings) -> Engine:
    """The durable engine of a studio, with its ports bound in every worker."""
    from .jobs.engine import open_engine

    factory = partial(ports_for, str(settings.home), settings.workers)
    return open_engine(settings.home, productions(), factory, settings.workers)
