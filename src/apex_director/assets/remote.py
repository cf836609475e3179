"""The store by URL: memory, S3, Google, Azure and whatever else fsspec reaches."""

from __future__ import annotations

import hashlib
import io
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO, cast
from urllib.parse import urlsplit

from apex_director.core.errors import ApexError, ConfigError, SomethingNeeded, StorageError
from apex_director.media.disk import discard, unwritable

from .store import (
    FolderStore,
    Store,
    damaged,
    missing,
    part_beside,
    require_digest,
    take_name,
)

_WHOLE = frozenset({"memory", "s3", "s3a", "gs", "gcs", "abfs", "az", "adl"})
"""Where an object appears when all of it has arrived; elsewhere it is renamed into place."""
_EXTRAS = {"s3": "pip install 'apex-director[s3]'", "gs": "pip install gcsfs"}
_FRESH_S = 6 * 3600  # what lies there longer is put again, so that it counts as young
_SENDERS = 8


def store_at(url: str) -> Store:
    """The store a URL names.

    Raises
    ------
    ConfigError
        It is no URL we can use; what it may hold of names and passwords is not repeated.
    SomethingNeeded
        Its kind needs a package that is not installed.
    """
    scheme = urlsplit(url).scheme.lower()
    if scheme in {"file", "local"}:
        return FolderStore(Path(urlsplit(url).path))
    import fsspec  # type: ignore[import-untyped]

    try:
        files, root = fsspec.core.url_to_fs(url)
    except ImportError as error:
        raise SomethingNeeded(
            f"a store at {scheme}:// needs a package that is not installed",
            where="assets.store_url",
            what_to_do=f"Install it: {_EXTRAS.get(scheme, 'see fsspec for its name')}",
        ) from error
    except Exception as error:
        raise ConfigError(
            "this names no place for a store",
            where="assets.store_url",
            what_to_do="Give a URL such as s3://bucket/library, or leave it out.",
        ) from error
    return UrlStore(files, str(root).rstrip("/"), scheme or "file")


class UrlStore:
    """Bytes under ``<root>/ab/<hash>`` of an fsspec file system."""

    def __init__(self, files: Any, root: str, scheme: str) -> None:
        self._files, self._root, self._scheme = files, root, scheme

    def _key(self, digest: str) -> str:
        return f"{self._root}/{require_digest(digest)[:2]}/{digest}"

    @contextmanager
    def _told(self, digest: str) -> Iterator[None]:
        """Any failure of the other side as one of ours; its words may hold keys and stay out."""
        try:
            yield
        except (ApexError, KeyboardInterrupt):
            raise
        except FileNotFoundError as error:
            raise missing(digest, f"{self._scheme} store") from error
        except Exception as error:
            raise StorageError(
                f"the store does not answer as it should ({type(error).__name__})",
                where=f"{self._scheme} store {digest[:12]}",
                what_to_do="Check assets.store_url, its rights and the network, then try again.",
            ) from None

    def put(self, content: bytes) -> str:
        """Keep bytes; their SHA-256 (hex).

        Raises
        ------
        StorageError
            The other side refused.
        """
        digest = hashlib.sha256(content).hexdigest()
        with self._told(digest):
            if not self._has(digest, len(content)):
                self._send(self._key(digest), content)
        return digest

    def _send(self, key: str, content: bytes) -> None:
        self._files.makedirs(key.rpartition("/")[0], exist_ok=True)
        if self._scheme in _WHOLE:
            self._files.pipe_file(key, content)
            return
        part = str(part_beside(Path(key)))
        self._files.pipe_file(part, content)
        self._files.mv(part, key)

    def _has(self, digest: str, size: int) -> bool:
        try:
            found = self._files.info(self._key(digest))
        except FileNotFoundError:
            return False
        return int(found.get("size") or 0) == size and _age(found) < _FRESH_S

    def put_file(self, path: Path) -> str:
        """Keep the bytes of a file; their SHA-256 (hex)."""
        return self.put(path.read_bytes())

    def put_all(self, contents: Sequence[bytes | Path]) -> list[str]:
        """Keep several, side by side."""
        with ThreadPoolExecutor(_SENDERS) as pool:
            return list(pool.map(self._put, contents))

    def _put(self, content: bytes | Path) -> str:
        return self.put(content) if isinstance(content, bytes) else self.put_file(content)

    def get(self, digest: str) -> bytes:
        """The bytes, checked by their hash.

        Raises
        ------
        StorageError
            They are not there, are damaged, or the other side refused.
        """
        with self._told(digest):
            content = bytes(self._files.cat_file(self._key(digest)))
            if hashlib.sha256(content).hexdigest() != digest:
                raise damaged(digest, f"{self._scheme} store")
            return content

    def open(self, digest: str) -> BinaryIO:
        """The bytes to read from."""
        return cast(BinaryIO, io.BytesIO(self.get(digest)))

    def exists(self, digest: str) -> bool:
        """Whether it is there.

        Raises
        ------
        StorageError
            The other side refused to say.
        """
        with self._told(digest):
            return bool(self._files.exists(self._key(digest)))

    def size(self, digest: str) -> int:
        """Bytes.

        Raises
        ------
        StorageError
            They are not there, or the other side refused.
        """
        with self._told(digest):
            return int(self._files.info(self._key(digest))["size"])

    def age(self, digest: str) -> float:
        """Seconds since it was last put; 0 where nobody can tell."""
        with self._told(digest):
            try:
                return _age(self._files.info(self._key(digest)), unknown=0.0)
            except FileNotFoundError:
                return 0.0

    def delete(self, digest: str) -> bool:
        """Remove the bytes.

        Raises
        ------
        StorageError
            The other side refused.
        """
        with self._told(digest):
            try:
                self._files.rm_file(self._key(digest))
            except FileNotFoundError:
                return False
            return True

    def local(self, digest: str) -> None:
        """Nothing of it is a file of this machine."""

    def fetch(self, digest: str, target: Path) -> None:
        """Make ``target`` a copy of the bytes.

        Raises
        ------
        FileExistsError
            Something lies there.
        StorageError, OutputUnwritable
            The bytes cannot be had; the operating system refused to write.
        """
        if target.exists():
            raise FileExistsError(target)
        content = self.get(digest)
        part = part_beside(target)
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            part.write_bytes(content)
            take_name(part, target)
        except FileExistsError:
            raise
        except OSError as error:
            raise unwritable(error, target) from error
        finally:
            discard(part)

    def __iter__(self) -> Iterator[str]:
        """Every digest, in order."""
        with self._told("all"):
            self._files.invalidate_cache()
            found = self._files.find(self._root) if self._files.exists(self._root) else []
            names = (str(one).rpartition("/")[2] for one in found)
            yield from sorted(n for n in names if len(n) == 64)


def _age(found: dict[str, Any], unknown: float = float("inf")) -> float:
    """Seconds since an object was written, by whatever name its kind tells the time."""
    for name in ("mtime", "LastModified", "last_modified", "updated", "created"):
        value = found.get(name)
        if isinstance(value, str):
            try:
                value = datetime.fromisoformat(value)
            except ValueError:
                continue
        if isinstance(value, datetime):
            return max(0.0, time.time() - value.timestamp())
        if isinstance(value, int | float):
            return max(0.0, time.time() - float(value))
    return unknown
