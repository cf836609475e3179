"""Where things are: the studio folder, and the cache of compiled kernels. Settings are read once,
in bootstrap.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from apex_director.core.errors import ConfigError


def studio_home(flag: str | Path | None = None) -> Path:
    """The studio folder (contract C8).

    ``--home``, else ``APEX_HOME``, else the nearest parent folder that holds ``apex_config.json``,
    else the user's
    data folder. The folder is not created.
    """
    if flag:
        return Path(flag).expanduser().resolve()
    if os.environ.get("APEX_HOME"):
        return Path(os.environ["APEX_HOME"]).expanduser().resolve()
    here = Path.cwd().resolve()
    for folder in (here, *here.parents):
        if (folder / "apex_config.json").is_file():
            return folder
    from platformdirs import user_data_path

    return user_data_path("apex-director", appauthor=False)


def kernel_sources_hash() -> str:
    """Hash of every source file, because numba does not notice edits in imported functions."""
    digest = hashlib.sha256()
    root = Path(__file__).parent
    for path in sorted(root.rglob("*.py")):
        text = path.read_bytes()
        if b"njit" in text:
            digest.update(path.relative_to(root).as_posix().encode() + b"\0" + text)
    return digest.hexdigest()[:16]


def sources_hash(*rooms: str) -> str:
    """Hash of every source file of the named rooms: the version of what they draw."""
    digest = hashlib.sha256()
    root = Path(__file__).parent
    for room in rooms:
        for path in sorted((root / room).rglob("*.py")):
            digest.update(path.relative_to(root).as_posix().encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:16]


def use_kernel_cache() -> Path:
    """Point numba at the user's cache folder under the sources' hash (contract D21); before numba
    is imported.

    A folder already named by ``NUMBA_CACHE_DIR`` is respected. Nothing is created here.
    """
    if "NUMBA_CACHE_DIR" not in os.environ:
        from platformdirs import user_cache_path

        folder = (
            user_cache_path("apex-director", appauthor=False) / "kernels" / kernel_sources_hash()
        )
        os.environ["NUMBA_CACHE_DIR"] = str(folder)
    return Path(os.environ["NUMBA_CACHE_DIR"])


CONFIG_NAME = "apex_config.json"
DEFAULTS: dict[str, dict[str, Any]] = {
    "backends": {
        "procedural": {
            "enabled": True,
            "priority": 100,
            "cost_per_image": 0.0,
            "quality_level": 3,
        },
    },
    "assets": {},
    "orchestrator": {
        "max_concurrent_jobs": 5,
        "checkpoint_interval": 300,
        "auto_retry": True,
        "failure_threshold": 3,
        "retry_delay": 30,
        "health_check_interval": 60,
        "workers": 0,
    },
    "estimator": {},
}
"""Sections and defaults of ``apex_config.json`` (contract D15, O1); ``workers`` 0 means one per
core.
"""


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Everything read from flags, environment and ``apex_config.json``, once, in this order of
    force.
    """

    home: Path
    workers: int
    max_concurrent_jobs: int
    sections: Mapping[str, Mapping[str, Any]]


def load_settings(home: str | Path | None = None, *, workers: int | None = None) -> Settings:
    """Read the settings of a studio; a missing file means defaults.

    Raises
    ------
    ConfigError
        ``apex_config.json`` or a variable holds something we cannot use; ``where`` names it.
    """
    folder = studio_home(home)
    sections = _merged(_config_file(folder / CONFIG_NAME))
    orchestrator = sections["orchestrator"]
    wanted = workers or _positive_env("APEX_WORKERS") or int(orchestrator["workers"])
    return Settings(
        home=folder,
        workers=wanted or available_cores(),
        max_concurrent_jobs=int(orchestrator["max_concurrent_jobs"]),
        sections=sections,
    )


def available_cores() -> int:
    """Processor cores this process may use."""
    try:
        return max(1, len(os.sched_getaffinity(0)))
    except AttributeError:  # not on macOS and Windows
        return max(1, os.cpu_count() or 1)


def _positive_env(name: str) -> int:
    text = os.environ.get(name, "").strip()
    if not text:
        return 0
    if not text.isdigit() or int(text) < 1:
        raise ConfigError(
            f"'{text}' is no number of workers", where=name, what_to_do="Give 1 or more."
        )
    return int(text)


def _config_file(path: Path) -> dict[str, Any]:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise ConfigError(
            "it is not readable JSON", where=str(path), what_to_do="Mend it, or remove it."
        ) from error
    if not isinstance(found, dict):
        raise ConfigError(
            "it must hold an object", where=str(path), what_to_do="Mend it, or remove it."
        )
    return found


def _merged(found: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    merged = {name: dict(values) for name, values in DEFAULTS.items()}
    for name, values in found.items():
        if not isinstance(values, dict):
            raise ConfigError(
                "a section must be an object", where=f"{CONFIG_NAME}: {name}", what_to_do="Mend it."
            )
        merged.setdefault(name, {}).update(values)
    for key in ("max_concurrent_jobs", "workers"):
        value = merged["orchestrator"][key]
        if not isinstance(value, int) or isinstance(value, bool) or value < 0:
            raise ConfigError(
                f"{value!r} is no whole number",
                where=f"{CONFIG_NAME}: orchestrator.{key}",
                what_to_do="Give 0 or more.",
            )
    return merged
