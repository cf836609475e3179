"""Writing to disk: beside and renamed, so that nobody ever sees half a file, and with errors a
person can act on.
"""

from __future__ import annotations

import errno
import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from apex_director.core.errors import OutputUnwritable

_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_RIGHTS = {errno.EACCES, errno.EPERM, errno.EROFS}
PART = ".part"


def unwritable(error: OSError, path: Path) -> OutputUnwritable:
    """What an operating system's refusal to write means for the person who waits."""
    if error.errno in _FULL:
        what, cure = "the disk is full", "Free some space, or choose another folder with -o."
    elif error.errno in _RIGHTS:
        what, cure = "you may not write here", "Choose a folder you own with -o."
    elif error.errno in {errno.ENOTDIR, errno.EEXIST, errno.EISDIR}:
        what = "something else of that name is in the way"
        cure = "Move it away, or choose another folder with -o."
    else:
        what = f"it cannot be written ({error.strerror or error})"
        cure = "Check the folder, or choose another one with -o."
    return OutputUnwritable(what, where=str(path), what_to_do=cure)


@contextmanager
def beside(path: Path) -> Iterator[Path]:
    """Give ``<name>.part`` to write to; flush it to disk and rename it on success, remove it on
    any error or cancellation.

    Raises
    ------
    OutputUnwritable
        The operating system refused to write.
    """
    part = path.with_name(path.name + PART)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
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
    probe = folder / ".apex-write-test"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        probe.write_bytes(b"apex")
        probe.unlink()
    except OSError as error:
        discard(probe)
        raise unwritable(error, folder) from error
    free = free_bytes(folder)
    if free < needed_bytes:
        have, need = free / 2**20, needed_bytes / 2**20
        raise OutputUnwritable(
            f"only {have:.0f} MB are free and about {need:.0f} MB are needed",
            where=str(folder),
            what_to_do="Free some space, or choose another folder with -o.",
        )
