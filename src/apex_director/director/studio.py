"""The studio folder and its state: made, read, seen at a glance."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

from apex_director.config import (
    CONFIG_NAME,
    Settings,
    load_settings,
    studio_home,
    use_kernel_cache,
)
from apex_director.core.errors import ValidationFailed

_SUBJECTS = {
    **dict.fromkeys(("codecs", "kernels", "text", "fonts"), "dependencies"),
    **dict.fromkeys(("studio", "database"), "configuration"),
    "backends": "backends",
}
process: dict[str, Any] = {}
"""What this process has chosen and opened: ``home``, ``engine``, ``settings``, ``since``."""


def initialize(base_dir: str | Path | None = None) -> list[Path]:
    """Make a studio folder: its folders and ``apex_config.json``. Safe to repeat (contract P1).

    Parameters
    ----------
    base_dir : path, optional
        The current folder where not given (contract C8).

    Returns
    -------
    list of Path
        What was made; empty the second time.

    Raises
    ------
    OutputUnwritable
        The folder cannot be written.
    """
    from apex_director.bootstrap import make_studio

    home = studio_home(base_dir or ".")
    made = make_studio(home)
    process["home"] = str(home)
    return made


def settings_of(home: str | Path | None) -> Settings:
    return load_settings(home or process.get("home"))


def ready(home: str | Path | None) -> Settings:
    """The settings of a studio that certainly exists."""
    settings = settings_of(home)
    if not (settings.home / CONFIG_NAME).is_file():
        from apex_director.bootstrap import make_studio

        make_studio(settings.home)
    use_kernel_cache()
    return settings


def require_backend(settings: Settings, name: str, *, where: str = "backend") -> None:
    """A backend that is asked for by name is one this studio has.

    Raises
    ------
    ValidationFailed
        It has none of that name.
    """
    if not name:
        return
    from apex_director.bootstrap.backends import build_backends

    known = [backend.capabilities.name for backend in build_backends(settings)]
    if name not in known:
        raise ValidationFailed(
            f"'{name}' is no backend of this studio",
            where=where,
            what_to_do=f"Choose one of {', '.join(known)}.",
        )


def get_system_status(*, home: str | None = None) -> dict[str, Any]:
    """The studio at a glance (contract P8); rates are 0.0 while nothing has finished."""
    from apex_director.jobs import records
    from apex_director.jobs.model import JobStatus

    settings = settings_of(home)
    counts = records.count_by_status(settings.home)
    done, failed = counts[JobStatus.COMPLETED], counts[JobStatus.FAILED]
    running = "engine" in process and process["settings"].home == settings.home
    return {
        "orchestrator": {
            "status": "running" if running else "stopped",
            "uptime_seconds": time.monotonic() - process["since"] if running else 0.0,
            "active_processors": settings.workers if running else 0,
            "max_concurrent_jobs": settings.max_concurrent_jobs,
        },
        "jobs": {
            "active_jobs": counts[JobStatus.PROCESSING],
            "total_queued": counts[JobStatus.QUEUED] + counts[JobStatus.PENDING],
            "completed_jobs": done,
            "failed_jobs": failed,
            "priority_breakdown": _by_priority(settings.home),
        },
        "performance": {"success_rate": done / (done + failed) if done + failed else 0.0},
        "backends": _backends(settings),
        "assets": _assets(settings.home),
    }


def _assets(home: Path) -> dict[str, Any]:
    from apex_director.bootstrap import library_stats

    return library_stats(home)


def _by_priority(home: Path) -> dict[str, int]:
    from apex_director.jobs import records
    from apex_director.jobs.model import JobStatus

    waiting = records.list_jobs(home, status={JobStatus.QUEUED, JobStatus.PENDING})
    return {str(p): sum(r.priority == p for r in waiting) for p in range(1, 6)}


def _backends(settings: Settings) -> dict[str, Any]:
    """Those that are set up, and how many of them can be called now: a breaker may stand open."""
    from apex_director.bootstrap.states import states_of

    rows = states_of(settings, ask=False)
    states = {row["name"]: row["state"] for row in rows}
    set_up = [name for name, state in states.items() if state not in {"needs", "disabled"}]
    ready = [name for name in set_up if states[name] == "ready"]
    percent = 100.0 * len(ready) / len(set_up) if set_up else 0.0
    return {"availability_percent": percent, "ready": ready, "states": states}


def get_orchestrator() -> Any:
    """The process-wide orchestrator of the present studio (contract P9); needs no loop, starts no
    work.
    """
    home = settings_of(None).home
    if process.get("orchestrator_of") != home:
        from apex_director.bootstrap import make_orchestrator

        process.update(orchestrator=make_orchestrator(home), orchestrator_of=home)
    return process["orchestrator"]


def run_diagnostics() -> dict[str, Any]:
    """What `apex doctor` finds, by subject (contract P18): system, dependencies, configuration,
    backends.
    """
    subjects: dict[str, Any] = {
        "system": [],
        "dependencies": [],
        "configuration": [],
        "backends": [],
    }
    for check in examine():
        subjects[_SUBJECTS.get(check["name"], "system")].append(check)
    return subjects


def examine(*, home: str | None = None) -> list[dict[str, str]]:
    """What `apex doctor` found: each check's ``name``, ``state``, ``finding`` and ``cure``.

    Raises
    ------
    ConfigError
        The settings themselves cannot be read.
    """
    from apex_director.bootstrap.examination import examine as examined

    return examined(settings_of(home).home)
