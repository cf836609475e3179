"""One suite over every store of bytes: what is put comes back unchanged or not at all."""

from __future__ import annotations

import errno
import hashlib
import os
import threading
import uuid
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apex_director.assets.store import FolderStore, Store, open_store
from apex_director.core.errors import ConfigError, OutputUnwritable, StorageError
from apex_director.images.model import Bytes


@pytest.fixture(params=["folder", "memory", "file"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Store:
    urls = {"folder": "", "memory": f"memory://{uuid.uuid4().hex}", "file": f"file://{tmp_path}/f"}
    return open_store(tmp_path, urls[request.param])


def test_bytes_come_back_under_their_hash(store: Store, tmp_path: Path) -> None:
    content = os.urandom(5000)
    bytes_port: Bytes = store
    digest = bytes_port.put(content)
    assert digest == hashlib.sha256(content).hexdigest()
    assert store.put(content) == digest
    (tmp_path / "f.bin").write_bytes(b"other")
    other = store.put_file(tmp_path / "f.bin")
    assert store.put_all([content, tmp_path / "f.bin", b"third"])[:2] == [digest, other]
    assert bytes_port.get(digest) == content
    assert store.exists(digest)
    assert store.size(digest) == 5000
    assert store.age(digest) < 60
    with store.open(other) as handle:
        assert handle.read() == b"other"
    assert len(list(store)) == 3
    assert list(store) == sorted(store)
    target = tmp_path / "promised" / "a.bin"
    store.fetch(digest, target)
    assert target.read_bytes() == content
    with pytest.raises(FileExistsError):
        store.fetch(other, target)
    assert store.delete(digest)
    assert not store.delete(digest)
    assert not store.exists(digest)
    assert target.read_bytes() == content
    with pytest.raises(StorageError, match="not in the store"):
        store.get(digest)


def test_no_name_leads_out(store: Store) -> None:
    for bad in ("", "../../etc/passwd", "A" * 64, "0" * 63, "0" * 64 + "/x", "0" * 64 + "\n"):
        with pytest.raises(StorageError, match="names no content"):
            store.get(bad)


def test_damage_is_found_when_it_is_read(tmp_path: Path) -> None:
    store = FolderStore(tmp_path)
    digest = store.put(b"what was paid for")
    path = store.local(digest)
    path.chmod(0o644)
    path.write_bytes(b"what was paid foX")
    with pytest.raises(StorageError, match="damaged"):
        store.get(digest)


def test_a_half_file_of_an_older_time_is_replaced(tmp_path: Path) -> None:
    store = FolderStore(tmp_path)
    path = store.local(hashlib.sha256(b"whole").hexdigest())
    path.parent.mkdir()
    path.write_bytes(b"wh")
    assert store.get(store.put(b"whole")) == b"whole"


def test_kept_files_are_read_only(tmp_path: Path) -> None:
    store = FolderStore(tmp_path)
    assert store.local(store.put(b"x")).stat().st_mode & 0o222 == 0


def test_many_threads_put_the_same_bytes(tmp_path: Path) -> None:
    store = FolderStore(tmp_path)
    contents = [bytes([i]) * 1000 for i in range(10)]
    failed: list[Exception] = []

    def put_all() -> None:
        try:
            for one in contents:
                store.put(one)
        except Exception as error:
            failed.append(error)

    threads = [threading.Thread(target=put_all) for _ in range(6)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert failed == []
    assert len(list(store)) == 10
    assert not list(tmp_path.rglob("*.part"))


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EIO])
def test_a_full_disk_leaves_nothing_half(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int
) -> None:
    store = FolderStore(tmp_path)

    def full(_handle: int) -> None:
        raise OSError(code, os.strerror(code))

    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", full)
        with pytest.raises(OutputUnwritable):
            store.put(b"much")
    assert [p for p in tmp_path.rglob("*") if p.is_file()] == []
    assert store.get(store.put(b"much")) == b"much"


def test_a_place_that_cannot_be_written_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "blobs").write_text("in the way")
    with pytest.raises(OutputUnwritable, match="in the way"):
        FolderStore(tmp_path / "blobs").put(b"x")


def test_a_url_is_told_without_its_secrets(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        open_store(tmp_path, "nosuch://user:geheim@host/x")
    assert "geheim" not in str(caught.value)


@settings(max_examples=30, deadline=None)
@given(st.lists(st.binary(max_size=200), max_size=8))
def test_whatever_is_put_is_there_once(contents: list[bytes]) -> None:
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        store = FolderStore(Path(folder))
        digests = store.put_all(contents)
        assert [store.get(one) for one in digests] == contents
        assert list(store) == sorted(set(digests))
