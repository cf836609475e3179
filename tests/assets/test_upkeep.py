"""Damage is found and mended, and only what belongs to nothing is cleaned up."""

from __future__ import annotations

import os
import threading
import time
from pathlib import Path

import pytest

from apex_director.assets import Asset, Library, open_library, upkeep
from apex_director.assets.store import FolderStore
from apex_director.core.errors import StorageError
from apex_director.db.engine import transaction
from apex_director.db.tables.money import ledger

from .pictures import png


def blob(library: Library, asset: Asset) -> Path:
    assert isinstance(library.store, FolderStore)
    return library.store.local(asset.file_hash)


def spoil(path: Path, content: bytes) -> None:
    path.chmod(0o644)
    path.write_bytes(content)


def files(library: Library) -> set[str]:
    found = (p for p in library.home.rglob("*") if p.is_file() and "apex.db" not in p.name)
    return {p.relative_to(library.home).as_posix() for p in found}


def aged(path: Path, hours: float = 3) -> None:
    when = time.time() - hours * 3600
    os.utime(path, (when, when))


def test_damage_of_every_kind_is_named(library: Library) -> None:
    kept = [library.add(png(seed), filename=f"{seed}.png") for seed in range(5)]
    paid = library.put(b"paid for")
    assert library.check().sound
    content = bytearray(png(0))
    content[-20] ^= 1
    spoil(blob(library, kept[0]), bytes(content))  # the promised file is the same file
    blob(library, kept[1]).unlink()
    kept[1].path.unlink()
    spoil(blob(library, kept[2]), png(2)[:-1])
    kept[3].path.unlink()
    assert isinstance(library.store, FolderStore)
    library.store.local(paid).unlink()
    found = library.check()
    assert found.checked == 6
    assert not found.sound
    assert {one["id"] for one in found.damaged} == {kept[0].id, kept[2].id}
    assert {one["id"] for one in found.missing} == {kept[1].id, ""}
    assert [one["id"] for one in found.unlinked] == [kept[3].id]
    quick = library.check(deep=False)
    assert {one["id"] for one in quick.damaged} == {kept[2].id}
    with pytest.raises(StorageError, match="damaged"):
        library.get(kept[0].file_hash)


def test_what_a_duplicate_still_has_is_mended(tmp_path: Path) -> None:
    library = open_library(tmp_path / "studio")
    project = library.create_project("p")
    one = library.add(png(1), filename="a.png")
    two = library.add(png(1), filename="a.png", project_id=project.id)
    two.path.unlink()
    two.path.write_bytes(png(1))  # a copy, as on a file system without links
    spoil(blob(library, one), b"\0" * one.file_size)
    lost = library.add(png(2), filename="b.png")
    lost.path.unlink()
    edited = library.add(png(3), filename="c.png")
    edited.path.unlink()
    edited.path.write_bytes(b"somebody's own")
    found = library.check(repair=True)
    assert found.sound
    assert library.get(one.file_hash) == png(1)
    assert all(p.path.read_bytes() == library.get(p.file_hash) for p in (one, two, lost, edited))
    aside = list(edited.path.parent.glob("c-changed-*.png"))
    assert [p.read_bytes() for p in aside] == [b"somebody's own"]
    assert library.check().as_json()["repaired"] == []


def test_orphans_are_shown_first_and_go_only_when_told(library: Library) -> None:
    kept = library.add(png(1), filename="a.png")
    library.thumbnail(kept.id)
    paid = library.put(png(7))
    whole = files(library)
    stray = library.home / "assets" / "general" / "stray.png"
    stray.write_bytes(b"nobody's")
    left = library.store.put(b"left by a killed process")
    old = library.store.put(b"left long ago")
    assert isinstance(library.store, FolderStore)
    aged(library.store.local(old))
    part = library.store.local(old).with_name("x.1-2-3.part")
    part.write_bytes(b"half")
    shown = library.cleanup_orphans()
    assert shown.files == ("assets/general/stray.png", f"blob {old}")
    assert set(shown.too_young) == {left, part.relative_to(library.home).as_posix()}
    assert (shown.removed_files, shown.bytes) == (0, len(b"nobody's") + len(b"left long ago"))
    assert stray.exists()
    done = library.cleanup_orphans(dry_run=False)
    assert done.removed_files == 2
    assert files(library) - whole == {
        library.store.local(left).relative_to(library.home).as_posix(),
        part.relative_to(library.home).as_posix(),
    }
    library.cleanup_orphans(dry_run=False, min_age_s=0)
    assert files(library) == whole
    assert library.get(paid) == png(7)
    assert library.check().sound


def test_records_without_bytes_go_unless_somebody_needs_them(library: Library) -> None:
    gone, used, mendable = (library.add(png(n), filename=f"{n}.png") for n in range(3))
    library.use(used.id, job_id="job")
    for one in (gone, used, mendable):
        blob(library, one).unlink()
    for one in (gone, used):
        one.path.unlink()
    shown = library.cleanup_orphans()
    assert (shown.records, shown.in_use) == ((gone.id,), (used.id,))
    assert library.cleanup_orphans(dry_run=False).removed_records == 1
    assert {one.id for one in library.search()} == {used.id, mendable.id}
    assert library.check(repair=True).repaired[0]["id"] == mendable.id
    assert library.get(mendable.file_hash) == png(2)


def test_what_was_paid_for_is_never_an_orphan(library: Library) -> None:
    digest = library.store.put(png(5))
    words = ("host", "day", "basis", "price_date", "source", "provider_id", "reason", "at")
    numbers = ("usd", "reserved", "held", "settled", "pid", "start")
    row = dict.fromkeys(words, "") | dict.fromkeys(numbers, 0) | {"call": 1, "n": 1, "facts": {}}
    row |= {"event": "settle", "state": "settled", "job_id": "j"}
    with transaction(library.home) as connection:
        connection.execute(ledger.insert(), [row | {"kept": {"result": digest, "facts": {}}}])
    assert library.cleanup_orphans(dry_run=False, min_age_s=0).removed_files == 0
    assert library.get(digest) == png(5)


def test_a_file_that_is_being_written_stays(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    growing = library.home / "assets" / "general" / "growing.bin"
    growing.parent.mkdir(parents=True)
    growing.write_bytes(b"1")

    def grow(_seconds: float) -> None:
        growing.write_bytes(b"12")

    monkeypatch.setattr(upkeep.time, "sleep", grow)
    library.cleanup_orphans(dry_run=False)
    assert growing.exists()


def test_cleaning_up_while_others_add_loses_nothing(library: Library) -> None:
    stop = threading.Event()
    failed: list[Exception] = []

    def clean() -> None:
        while not stop.is_set():
            try:
                upkeep._drop_blobs(library.home, library.store, list(library.store))
            except Exception as error:
                failed.append(error)
                return

    cleaner = threading.Thread(target=clean)
    cleaner.start()
    try:
        kept = [library.add(png(n % 25), filename=f"{n}.png", tags=[f"t{n}"]) for n in range(60)]
        paid = [library.put(png(100 + n)) for n in range(20)]
    finally:
        stop.set()
        cleaner.join()
    assert failed == []
    assert len({one.id for one in kept}) == 25
    assert library.check().sound
    assert [library.get(one) for one in paid] == [png(100 + n) for n in range(20)]
