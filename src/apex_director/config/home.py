"""Where things are: the studio folder, and the cache of compiled kernels."""

from __future__ import annotations

import contextlib
import hashlib
import os
import stat
import tempfile
from pathlib import Path

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
    root = Path(__file__).parents[1]  # the package
    for path in sorted(root.rglob("*.py")):
        text = path.read_bytes()
        if b"njit" in text:
            digest.update(path.relative_to(root).as_posix().encode() + b"\0" + text)
    return digest.hexdigest()[:16]


_SOURCES = frozenset({".py", ".npz"})
"""Code, and the trained weights that decide what it hears."""


def sources_hash(*rooms: str) -> str:
    """Hash of every source file and weight of the named rooms (or single files): the version of
    what they draw or hear.
    """
    digest = hashlib.sha256()
    root = Path(__file__).parents[1]  # the package
    for room in rooms:
        place = root / room
        held = [place] if place.is_file() else sorted(place.rglob("*"))
        for path in (p for p in held if p.suffix in _SOURCES):
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


def available_cores() -> int:
    """Processor cores this process may use."""
    try:
        return max(1, len(os.sched_getaffinity(0)))
    except AttributeError:  # not on macOS and Windows
        return max(1, os.cpu_count() or 1)
