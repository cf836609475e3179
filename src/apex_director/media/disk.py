"""Writing to disk: beside and renamed, so that nobody ever sees half a file, and with errors a
person can act on.
"""

from __future__ import annotations

import errno
import glob
import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import psutil

from apex_director.core.errors import OutputUnwritable

_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_RIGHTS = {errno.EACCES, errno.EPERM, errno.EROFS}
PART = ".part"
_ELSEWHERE = "choose another place (-o for the video, --home for the studio)"


def part_of(path: Path) -> Path:
    """Where this process writes a file before it gets its name: ``<name>.<process id>.part``.

    Two processes may make the same file at once, and whoever is last replaces it whole.
    """
    return path.with_name(f"{path.name}.{os.getpid()}{PART}")


def sweep(path: Path) -> None:
    """Remove what killed processes left of a file."""
    with suppress(OSError):
        for part in path.parent.glob(f"{glob.escape(path.name)}.*{PART}"):
            owner = part.name.removesuffix(PART).rpartition(".")[2]
            if owner.isdecimal() and not psutil.pid_exists(int(owner)):
                discard(part)


def unwritable(error: OSError, path: Path) -> OutputUnwritable:
    """What an operating system's refusal to write means for the person who waits."""
    # numpy tells of a write that fell short without an error number
    if error.errno in _FULL or "requested and" in str(error):
        what, cure = "the disk is full", f"Free some space, or {_ELSEWHERE}."
    elif error.errno in _RIGHTS:
        what, cure = "you may not write here", f"Ask for the right to, or {_ELSEWHERE}."
    elif error.errno in {errno.ENOTDIR, errno.EEXIST, errno.EISDIR}:
        what = "something else of that name is in the way"
        cure = f"Move it away, or {_ELSEWHERE}."
    else:
        what = f"it cannot be written ({error.strerror or error})"
        cure = f"Check the folder, or {_ELSEWHERE}."
    return OutputUnwritable(what, where=str(path), what_to_do=cure)


@contextmanager
def beside(path: Path) -> Iterator[Path]:
    """Give ``<name>.<process id>.part`` to write to; flush it to disk and rename it on success,
    remove it on any error or cancellation.

    Raises
    ------
    OutputUnwritable
        The operating system refused to write.
    """
    part = part_of(path)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        sweep(path)
        yield part
        settle(part, path)
    except OSError as error:
        discard(part)
        raise unwritable(error, path) from error
    except BaseException:
        discard(part)
        raise


def discard(part: Path) -> None:
    """Remove an unfinished file, whatever state its folder is in."""
    with suppress(OSError):
        part.unlink(missing_ok=True)


def settle(part: Path, path: Path) -> None:
    """Flush a finished part file to disk and give it its name."""
    with part.open("rb+") as handle:
        os.fsync(handle.fileno())
    part.replace(path)


def write_text_atomic(path: Path, text: str) -> None:
    """Write UTF-8 text as a whole or not at all.

    Raises
    ------
    OutputUnwritable
        The operating system refused to write.
    """
    with beside(path) as part:
        part.write_text(text, encoding="utf-8")


def write_bytes_atomic(path: Path, content: bytes) -> None:
    """Write bytes as a whole or not at all.

    Raises
    ------
    OutputUnwritable
        The operating system refused to write.
    """
    with beside(path) as part:
        part.write_bytes(content)


def write_json_atomic(path: Path, value: Any) -> None:
    """Write readable JSON as a whole or not at all.

    Raises
    ------
    OutputUnwritable
        The operating system refused to write.
    """
    with beside(path) as part, part.open("w", encoding="utf-8") as handle:
        # Written as it is made: the whole text of a long song's analysis would cost 100 MB.
        json.dump(value, handle, indent=1, ensure_ascii=False)
        handle.write("\n")


def free_bytes(folder: Path) -> int:
    """Bytes free for us where a folder is, or will be."""
    there = folder.resolve()
    while not there.exists() and there != there.parent:
        there = there.parent
    return shutil.disk_usage(there).free


def require_writable(folder: Path, needed_bytes: int = 0) -> None:
    """Make a folder, prove that a file can be written in it, and that it has room.

    Raises
    ------
    OutputUnwritable
        No rights, a file in the way, or too little space.
    """
    probe = folder / f".apex-write-test-{os.getpid()}"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        probe.write_bytes(b"apex")
        probe.unlink(missing_ok=True)
    except OSError as error:
        discard(probe)
        raise unwritable(error, folder) from error
    free = free_bytes(folder)
    if free < needed_bytes:
        have, need = free / 2**20, needed_bytes / 2**20
        raise OutputUnwritable(
            f"only {have:.0f} MB are free and about {need:.0f} MB are needed",
            where=str(folder),
            what_to_do=f"Free some space, or {_ELSEWHERE}.",
        )
