"""Bytes by their content: what is put comes back unchanged under its SHA-256, or not at all.

Two kinds of store have one face: a folder of this machine, and any place fsspec reaches by URL.
"""

from __future__ import annotations

import hashlib
import itertools
import os
import re
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO, Protocol

from apex_director.core.errors import StorageError
from apex_director.media.disk import PART, discard, unwritable

BLOCK = 1024 * 1024
_DIGEST = re.compile(r"[0-9a-f]{64}")
_WRITERS = 8  # files flushed to disk at the same time
_count = itertools.count()


class Store(Protocol):
    """A place for bytes; ``local`` is the file that holds them where it is one of this machine."""

    def put(self, content: bytes) -> str:
        """Keep them; their SHA-256 (hex)."""
        ...

    def put_file(self, path: Path) -> str:
        """Keep the bytes of a file; their SHA-256 (hex)."""
        ...

    def put_all(self, contents: Sequence[bytes | Path]) -> list[str]:
        """Keep several."""
        ...

    def get(self, digest: str) -> bytes:
        """The bytes, checked by their hash."""
        ...

    def open(self, digest: str) -> BinaryIO:
        """The bytes to read from, not checked."""
        ...

    def exists(self, digest: str) -> bool: ...

    def size(self, digest: str) -> int: ...

    def delete(self, digest: str) -> bool:
        """Whether there was something to remove."""
        ...

    def age(self, digest: str) -> float:
        """Seconds since it was last put."""
        ...

    def local(self, digest: str) -> Path | None: ...

    def fetch(self, digest: str, target: Path) -> None:
        """Make ``target``, which must not exist, a whole file of these bytes."""
        ...

    def __iter__(self) -> Iterator[str]: ...


def open_store(home: Path, url: str = "") -> Store:
    """The store of a studio: its own folder, or the one a URL names.

    Raises
    ------
    ConfigError, SomethingNeeded
        The URL is none, or its kind needs an extra.
    """
    if not url:
        return FolderStore(home / "assets" / "blobs")
    from .remote import store_at

    return store_at(url)


def require_digest(digest: str) -> str:
    """A SHA-256 in hex, so that no name leads out of the store.

    Raises
    ------
    StorageError
        It is none.
    """
    if not _DIGEST.fullmatch(digest):
        raise StorageError(
            "this names no content",
            where=repr(digest)[:80],
            what_to_do="Give the 64 hex digits of a SHA-256.",
        )
    return digest


class BytesMissing(StorageError):
    """Bytes that should be in the store are not there."""

    code = "bytes_missing"


def missing(digest: str, where: str) -> BytesMissing:
    """What to say of bytes that are not there."""
    return BytesMissing(
        "its bytes are not in the store",
        where=f"{where} {digest[:12]}".strip(),
        what_to_do="See what else is missing with: apex assets check",
    )


def damaged(digest: str, where: str) -> StorageError:
    """What to say of bytes that are not what they were."""
    return StorageError(
        "its bytes are damaged",
        where=f"{where} {digest[:12]}".strip(),
        what_to_do="Mend what can be mended with: apex assets check --repair",
    )


def hash_of(path: Path) -> str:
    """SHA-256 (hex) of a file's bytes."""
    with path.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()


def part_beside(path: Path) -> Path:
    """A name beside ``path`` that no other thread or process uses, to write to before renaming."""
    own = f"{os.getpid()}-{threading.get_ident()}-{next(_count)}"
    return path.with_name(f"{path.name}.{own}{PART}")


class FolderStore:
    """Bytes in a folder: ``ab/<hash>``, read-only files, flushed before they get their name."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def local(self, digest: str) -> Path:
        """Where the file lies or would lie."""
        return self.folder / require_digest(digest)[:2] / digest

    def put(self, content: bytes) -> str:
        """Keep bytes; their SHA-256 (hex).

        Raises
        ------
        OutputUnwritable
            No rights, or a full disk; nothing half stays behind.
        """
        digest = hashlib.sha256(content).hexdigest()
        if not self._has(digest, len(content)):
            self._write(digest, content)
        return digest

    def put_file(self, path: Path) -> str:
        """Keep the bytes of a file; their SHA-256 (hex).

        Raises
        ------
        InputUnusable, OutputUnwritable
            It cannot be read; the store cannot be written.
        """
        digest = hash_of(path)
        if not self._has(digest, path.stat().st_size):
            self._write(digest, path)
        return digest

    def put_all(self, contents: Sequence[bytes | Path]) -> list[str]:
        """Keep several; most of the time goes into flushing, which runs side by side."""
        if len(contents) < 2:
            return [self._put(one) for one in contents]
        with ThreadPoolExecutor(_WRITERS) as pool:
            return list(pool.map(self._put, contents))

    def _put(self, content: bytes | Path) -> str:
        return self.put(content) if isinstance(content, bytes) else self.put_file(content)

    def _has(self, digest: str, size: int) -> bool:
        """Whether it lies there whole; then it counts as put now."""
        path = self.local(digest)
        try:
            if path.stat().st_size != size:
                return False
            os.utime(path)
        except OSError:
            return False
        return True

    def _write(self, digest: str, content: bytes | Path) -> None:
        path = self.local(digest)
        part = part_beside(path)
        try:
            _make(path.parent)
            found = _write_flushed(part, content)
            if found != digest:
                raise StorageError(
                    "it changed while it was read", where=str(content), what_to_do="Try again."
                )
            part.replace(path)
            _flush_folder(path.parent)
        except OSError as error:
            discard(part)
            raise unwritable(error, path) from error
        except BaseException:
            discard(part)
            raise

    def get(self, digest: str) -> bytes:
        """The bytes, checked by their hash.

        Raises
        ------
        StorageError
            They are not there, or are damaged.
        """
        with self.open(digest) as handle:
            content = handle.read()
        if hashlib.sha256(content).hexdigest() != digest:
            raise damaged(digest, str(self.folder))
        return content

    def open(self, digest: str) -> BinaryIO:
        """The bytes to read from, not checked.

        Raises
        ------
        StorageError
            They are not there, or cannot be read.
        """
        try:
            return self.local(digest).open("rb")
        except FileNotFoundError as error:
            raise missing(digest, str(self.folder)) from error
        except OSError as error:
            raise StorageError(
                f"its bytes cannot be read ({error.strerror})",
                where=str(self.local(digest)),
                what_to_do="Check the folder's rights.",
            ) from error

    def exists(self, digest: str) -> bool:
        """Whether it is there."""
        return self.local(digest).is_file()

    def size(self, digest: str) -> int:
        """Bytes.

        Raises
        ------
        StorageError
            They are not there.
        """
        try:
            return self.local(digest).stat().st_size
        except OSError as error:
            raise missing(digest, str(self.folder)) from error

    def age(self, digest: str) -> float:
        """Seconds since it was last put; 0 where it is not there."""
        with suppress(OSError):
            return max(0.0, time.time() - self.local(digest).stat().st_mtime)
        return 0.0

    def delete(self, digest: str) -> bool:
        """Remove the bytes; hard links to them stay.

        Raises
        ------
        OutputUnwritable
            The operating system refused.
        """
        path = self.local(digest)
        try:
            path.unlink()
        except FileNotFoundError:
            return False
        except OSError as error:
            raise unwritable(error, path) from error
        return True

    def fetch(self, digest: str, target: Path) -> None:
        """Make ``target`` a hard link to the bytes, or a copy where links cannot be.

        Raises
        ------
        FileExistsError
            Something lies there.
        StorageError, OutputUnwritable
            The bytes are not there; the operating system refused to write.
        """
        source = self.local(digest)
        try:
            _make(target.parent)
            os.link(source, target)
            return
        except FileExistsError:
            raise
        except FileNotFoundError as error:
            if not source.exists():
                raise missing(digest, str(self.folder)) from error
        except OSError:
            pass  # another file system, too many links, or one that has none
        copy_whole(source, target)

    def __iter__(self) -> Iterator[str]:
        """Every digest, in order."""
        if self.folder.is_dir():
            for shelf in sorted(self.folder.iterdir()):
                if shelf.is_dir():
                    yield from sorted(p.name for p in shelf.iterdir() if _DIGEST.fullmatch(p.name))


def copy_whole(source: Path, target: Path) -> None:
    """Copy a file as a whole or not at all.

    Raises
    ------
    FileExistsError
        Something lies at ``target``.
    OutputUnwritable
        The operating system refused to write.
    """
    part = part_beside(target)
    try:
        _make(target.parent)
        _write_flushed(part, source)
        take_name(part, target)
    except FileExistsError:
        raise
    except OSError as error:
        raise unwritable(error, target) from error
    finally:
        discard(part)


def take_name(part: Path, target: Path) -> None:
    """Give a finished file its name, never over another one's.

    Raises
    ------
    FileExistsError
        Something lies at ``target``.
    """
    try:
        os.link(part, target)
    except FileExistsError:
        raise
    except OSError:
        # No links here: the name is reserved by an empty file, which is then replaced.
        os.close(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o644))
        part.replace(target)


def _write_flushed(part: Path, content: bytes | Path) -> str:
    """Write a new read-only file down to the disk; the SHA-256 of what was written."""
    digest = hashlib.sha256()
    handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o444)
    with os.fdopen(handle, "wb") as out:
        for block in _blocks(content):
            digest.update(block)
            out.write(block)
        out.flush()
        os.fsync(out.fileno())
    return digest.hexdigest()


def _blocks(content: bytes | Path) -> Iterator[bytes]:
    if isinstance(content, bytes):
        yield content
        return
    with content.open("rb") as handle:
        while block := handle.read(BLOCK):
            yield block


def _make(folder: Path) -> None:
    if not folder.is_dir():
        folder.mkdir(parents=True, exist_ok=True)


def _flush_folder(folder: Path) -> None:
    """So that a new name survives a power cut too; not every system can."""
    with suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
