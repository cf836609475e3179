"""Where things are: the studio folder, and the cache of compiled kernels. Settings are read once,
in bootstrap.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import stat
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from apex_director.core.errors import ConfigError, OutputUnwritable


def studio_home(flag: str | Path | None = None) -> Path:
    """The studio folder (contract C8).

    ``--home``, else ``APEX_HOME``, else the nearest parent folder that holds ``apex_config.json``,
    else the user's
    data folder. The folder is not created.
    """
    if flag:
        return _named_home(flag, "--home")
    if os.environ.get("APEX_HOME"):
        return _named_home(os.environ["APEX_HOME"], "APEX_HOME")
    with contextlib.suppress(FileNotFoundError):  # the current folder may have been removed
        here = Path.cwd().resolve()
        for folder in (here, *here.parents):
            if (folder / "apex_config.json").is_file():
                return folder
    from platformdirs import user_data_path

    return user_data_path("apex-director", appauthor=False)


def _named_home(text: str | Path, where: str) -> Path:
    try:
        return Path(text).expanduser().resolve()
    except (OSError, RuntimeError, ValueError) as error:
        raise ConfigError(
            f"'{text}' leads nowhere", where=where, what_to_do="Name a whole path."
        ) from error


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

    A folder already named by ``NUMBA_CACHE_DIR`` is respected. Where the user's cache folder cannot
    be written (a read-only home), a folder of the user's own under the system's temporary one is
    made and takes its place; otherwise nothing is created here.

    Raises
    ------
    OutputUnwritable
        There is no place at all for them.
    """
    if "NUMBA_CACHE_DIR" not in os.environ:
        from platformdirs import user_cache_path

        cache = user_cache_path("apex-director", appauthor=False)
        if not _can_be_made(cache):
            cache = _temporary_cache(cache)
        os.environ["NUMBA_CACHE_DIR"] = str(cache / "kernels" / kernel_sources_hash())
    return Path(os.environ["NUMBA_CACHE_DIR"])


def _can_be_made(folder: Path) -> bool:
    """Whether a folder is there and ours to write, or can be made."""
    try:
        there = next(path for path in (folder, *folder.parents) if path.exists())
        return there.is_dir() and os.access(there, os.W_OK | os.X_OK)
    except OSError:
        return False


def _temporary_cache(wanted: Path) -> Path:
    """A private folder that later runs find again: what lies in it is loaded as machine code, so a
    folder that somebody else may have filled is never taken.
    """
    user = os.getuid() if hasattr(os, "getuid") else 0
    try:
        folder = Path(tempfile.gettempdir()) / f"apex-director-{user}"
        folder.mkdir(mode=0o700, exist_ok=True)
        found = folder.lstat()
        ours = stat.S_ISDIR(found.st_mode) and (os.name == "nt" or found.st_uid == user)
        if ours and not found.st_mode & 0o022:
            return folder
        return Path(tempfile.mkdtemp(prefix="apex-director-"))
    except OSError as error:
        raise OutputUnwritable(
            "there is no folder we may keep compiled kernels in",
            where=str(wanted),
            what_to_do="Set NUMBA_CACHE_DIR to a folder you own.",
        ) from error


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
    if not text.isdecimal() or int(text) < 1:
        raise ConfigError(
            f"'{text}' is no number of workers", where=name, what_to_do="Give 1 or more."
        )
    return int(text)


def _config_file(path: Path) -> dict[str, Any]:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except NotADirectoryError as error:
        raise OutputUnwritable(
            "the studio folder is a file",
            where=str(path.parent),
            what_to_do="Name a folder with --home or APEX_HOME.",
        ) from error
    except OSError as error:
        raise ConfigError(
            f"it cannot be read ({(error.strerror or str(error)).lower()})",
            where=str(path),
            what_to_do="Mend it, or remove it.",
        ) from error
    except ValueError as error:
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
