"""What `apex doctor` looks at: each check says what it found, and the cure where something is
wrong.
"""

from __future__ import annotations

import os
import platform
import sys
from collections.abc import Callable
from pathlib import Path

Finding = dict[str, str]
_DISK_WANTED = 2 * 2**30
_MEMORY_WANTED = 2 * 2**30


def _found(name: str, finding: str, *, state: str = "ok", cure: str = "") -> Finding:
    return {"name": name, "state": state, "finding": finding, "cure": cure}


def _python(home: Path) -> Finding:
    return _found("python", f"{platform.python_version()} on {platform.platform(terse=True)}")


def _processor(home: Path) -> Finding:
    from apex_director.config import available_cores

    cores = available_cores()
    return _found("processor", f"{cores} core{'s' if cores > 1 else ''} for us")


def _memory(home: Path) -> Finding:
    import psutil

    free = psutil.virtual_memory().available
    text = f"{free / 2**30:.1f} GB free"
    if free < _MEMORY_WANTED:
        return _found(
            "memory", text, state="warn", cure="1080p wants about 1 GB a core; try --preset draft."
        )
    return _found("memory", text)


def _disk(home: Path) -> Finding:
    from apex_director.media.disk import free_bytes

    free = free_bytes(home)
    text = f"{free / 2**30:.1f} GB free at {home}"
    if free < _DISK_WANTED:
        return _found(
            "disk", text, state="fail", cure="Free 2 GB, or move the studio with APEX_HOME."
        )
    return _found("disk", text)


def _studio(home: Path) -> Finding:
    from apex_director.media.disk import require_writable

    if home.exists():
        require_writable(home)
        return _found("studio", f"{home} can be written")
    return _found("studio", f"{home} will be made by the first job")


def _database(home: Path) -> Finding:
    if not (home / "apex.db").is_file():
        return _found("database", "none yet; the first job makes it")
    from apex_director.jobs import records

    damaged = [name for name in ("apex.db", "engine.db") if not _is_sound(home / name)]
    if damaged:
        return _found(
            "database",
            f"{' and '.join(damaged)} in {home} cannot be read",
            state="fail",
            cure="Restore it from a backup, or move it away to start an empty one.",
        )
    count = sum(records.count_by_status(home).values())
    return _found("database", f"{count} job{'s' if count != 1 else ''} recorded")


def _is_sound(path: Path) -> bool:
    """Whether SQLite finds no fault in a database file; one that is not there has none."""
    import sqlite3
    from contextlib import closing

    if not path.is_file():
        return True
    try:
        with closing(sqlite3.connect(path, timeout=10)) as connection:
            return bool(connection.execute("PRAGMA quick_check(1)").fetchone()[0] == "ok")
    except sqlite3.DatabaseError:
        return False


def _codecs(home: Path) -> Finding:
    from apex_director.media.codecs import missing_codecs

    missing = missing_codecs()
    if missing:
        return _found(
            "codecs",
            f"missing: {', '.join(missing)}",
            state="fail",
            cure="Reinstall PyAV from its wheel: pip install --force-reinstall 'av>=18,<19'",
        )
    return _found("codecs", "H.264, AAC, MP3, FLAC, Vorbis and Opus are built in; no ffmpeg needed")


def _kernels(home: Path) -> Finding:
    from apex_director.config import use_kernel_cache

    folder = use_kernel_cache()
    there = folder.is_dir() and any(folder.rglob("*.nbi"))
    text = "compiled" if there else "will be compiled once by the first job (under a minute)"
    parent = next(p for p in (folder, *folder.parents) if p.exists())
    if not os.access(parent, os.W_OK):
        return _found(
            "kernels",
            f"{folder} cannot be written: every run compiles anew",
            state="warn",
            cure="Set NUMBA_CACHE_DIR to a folder you own.",
        )
    return _found("kernels", text)


def _fonts(home: Path) -> Finding:
    from PIL import features

    shaped = features.check("raqm")
    if not shaped:
        return _found(
            "text",
            "Pillow has no Raqm: Arabic and Indic text is not shaped",
            state="warn",
            cure="Install Pillow from its wheel.",
        )
    return _found("text", "titles are shaped by Raqm and HarfBuzz")


def _backends(home: Path) -> Finding:
    from apex_director.bootstrap.backends import build_backends
    from apex_director.config import load_settings

    states = [(b.capabilities.name, b.ready()) for b in build_backends(load_settings(home))]
    ready = [name for name, needs in states if not needs]
    more = len(states) - len(ready)
    text = f"ready: {', '.join(ready)}"
    text += f"; {more} more can be set up: apex backends" if more else ""
    return _found("backends", text, state="ok" if ready else "fail")


_CHECKS: tuple[Callable[[Path], Finding], ...] = (
    _python,
    _processor,
    _memory,
    _disk,
    _studio,
    _database,
    _codecs,
    _kernels,
    _fonts,
    _backends,
)


def examine(home: Path) -> list[Finding]:
    """Every check's ``name``, ``state`` (ok, warn, fail), ``finding`` and ``cure``."""
    return [_checked(check, home) for check in _CHECKS]


def _checked(check: Callable[[Path], Finding], home: Path) -> Finding:
    """A check that breaks is a finding too."""
    from apex_director.core.errors import ApexError

    name = check.__name__.strip("_")
    try:
        return check(home)
    except ApexError as error:
        return _found(name, str(error), state="fail", cure=error.what_to_do)
    except (OSError, ImportError) as error:
        return _found(
            name,
            f"{type(error).__name__}: {error}",
            state="fail",
            cure=f"Install again: {sys.executable} -m pip install --force-reinstall apex-director",
        )
