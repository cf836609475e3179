"""Assets out of the library and into another one: files with a manifest of all that is known."""

from __future__ import annotations

import hashlib
import json
import shutil
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import Any

from apex_director.core.errors import InputUnusable, OutputUnwritable
from apex_director.core.money import Usd
from apex_director.media.disk import beside, unwritable, write_json_atomic

from . import intake, kinds
from .model import Asset, NewAsset
from .names import numbered, safe_name
from .store import Store

MANIFEST = "manifest.json"
FORMAT, VERSION = "apex-library", 1
_EPOCH = (1980, 1, 1, 0, 0, 0)  # the zip format's own; the same selection, the same bytes
_MAX_MANIFEST = 256 * 1024 * 1024


def export(home: Path, store: Store, assets: Sequence[Asset], target: Path) -> Path:
    """Copy assets and ``manifest.json`` (hashes, provenance, licences) into a new folder, or into
    a zip where the name ends so.

    Raises
    ------
    OutputUnwritable
        Something of that name is there, or it cannot be written.
    StorageError
        Bytes of an asset are gone or damaged.
    """
    if target.exists() and not (target.is_dir() and not any(target.iterdir())):
        raise OutputUnwritable(
            "something of that name is there",
            where=str(target),
            what_to_do="Name a new folder or zip.",
        )
    files = _names(assets)
    manifest = {
        "format": FORMAT,
        "version": VERSION,
        "assets": [_described(home, one, files[one.id]) for one in assets],
    }
    if target.suffix.lower() == ".zip":
        _write_zip(store, assets, files, manifest, target)
    else:
        _write_folder(store, assets, files, manifest, target)
    return target


def _names(assets: Sequence[Asset]) -> dict[str, str]:
    """A file of its own for every asset."""
    names: dict[str, str] = {}
    taken: set[str] = set()
    for asset in assets:
        tries = (numbered(asset.filename, asset.file_hash, n) for n in range(len(assets) + 2))
        name = next(one for one in tries if one.lower() not in taken)
        taken.add(name.lower())
        names[asset.id] = f"files/{name}"
    return names


def _described(home: Path, asset: Asset, file: str) -> dict[str, Any]:
    facts = asset.as_json()
    facts["path"] = asset.path.relative_to(home).as_posix()  # nothing of this machine goes out
    facts["cost_usd"] = None if asset.cost_usd is None else str(asset.cost_usd.amount)
    return {"file": file, "sha256": asset.file_hash, **facts}


def _write_folder(
    store: Store,
    assets: Sequence[Asset],
    files: Mapping[str, str],
    manifest: Mapping[str, Any],
    target: Path,
) -> None:
    part = target.with_name(f"{target.name}.part")
    try:
        shutil.rmtree(part, ignore_errors=True)
        for asset in assets:
            path = part / files[asset.id]
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(store.get(asset.file_hash))
        write_json_atomic(part / MANIFEST, manifest)
        if target.is_dir():
            target.rmdir()
        part.rename(target)
    except OSError as error:
        raise unwritable(error, target) from error
    finally:
        shutil.rmtree(part, ignore_errors=True)


def _write_zip(
    store: Store,
    assets: Sequence[Asset],
    files: Mapping[str, str],
    manifest: Mapping[str, Any],
    target: Path,
) -> None:
    with beside(target) as part, zipfile.ZipFile(part, "w", zipfile.ZIP_STORED) as archive:
        text = json.dumps(manifest, indent=1, ensure_ascii=False) + "\n"
        archive.writestr(zipfile.ZipInfo(MANIFEST, _EPOCH), text)
        for asset in assets:
            archive.writestr(zipfile.ZipInfo(files[asset.id], _EPOCH), store.get(asset.file_hash))


def bring_in(home: Path, store: Store, source: Path, project_id: str | None) -> list[Asset]:
    """Take in an export: every file is checked by its hash and looked through like any other.

    Raises
    ------
    InputUnusable
        It is no export, a file is missing or is not what the manifest says.
    ValidationFailed
        A file is none that the library keeps.
    """
    with _reader(source) as read:
        manifest = _manifest(read, source)
        renamed: dict[str, str] = {}
        brought = []
        for entry in _parents_first(manifest):
            content = read(_file(entry, source))
            asset = intake.take_in(
                home, store, [_new(entry, content, project_id, renamed, source)]
            )[0]
            renamed[str(entry.get("id"))] = asset.id
            brought.append(asset)
        return brought


@contextmanager
def _reader(source: Path) -> Iterator[Callable[[str], bytes]]:
    """How a file of an export is read, by its name in it."""
    folder = source.parent if source.name == MANIFEST else source
    if folder.is_dir():
        yield lambda name: _from_folder(folder, name, source)
        return
    try:
        with zipfile.ZipFile(source) as archive:
            yield lambda name: _from_zip(archive, name, source)
    except (OSError, zipfile.BadZipFile) as error:
        raise _unusable(source, "it is no export of a library") from error


def _from_folder(folder: Path, name: str, source: Path) -> bytes:
    path = folder / name
    try:
        if not path.resolve().is_relative_to(folder.resolve()):
            raise _unusable(source, f"{name} leads out of it")
        if path.stat().st_size > _limit(name):
            raise _unusable(source, f"{name} is too large")
        return path.read_bytes()
    except OSError as error:
        raise _unusable(source, f"{name} is missing") from error


def _from_zip(archive: zipfile.ZipFile, name: str, source: Path) -> bytes:
    try:
        with archive.open(name) as handle:
            content = handle.read(_limit(name) + 1)
    except (KeyError, RuntimeError, zipfile.BadZipFile) as error:
        raise _unusable(source, f"{name} is missing or damaged") from error
    if len(content) > _limit(name):
        raise _unusable(source, f"{name} is too large")
    return content


def _limit(name: str) -> int:
    return _MAX_MANIFEST if name == MANIFEST else max(kinds.MAX_BYTES.values())


def _manifest(read: Callable[[str], bytes], source: Path) -> list[dict[str, Any]]:
    try:
        found = json.loads(read(MANIFEST))
    except ValueError as error:
        raise _unusable(source, "its manifest is not readable") from error
    entries = found.get("assets") if isinstance(found, dict) else None
    known = isinstance(found, dict) and found.get("format") == FORMAT
    if not known or not isinstance(entries, list) or found.get("version") != VERSION:
        raise _unusable(source, "its manifest is none of a library, or of a newer one")
    if not all(isinstance(one, dict) for one in entries):
        raise _unusable(source, "its manifest is damaged")
    return entries


def _parents_first(entries: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Every asset after the one it was made from, so that the link can be set at once."""
    inside = {str(one.get("id")) for one in entries}
    ordered: list[dict[str, Any]] = []
    done: set[str] = set()
    waiting = list(entries)
    while waiting:
        ready = [
            one
            for one in waiting
            if one.get("parent_id") not in inside or one.get("parent_id") in done
        ]
        ready = ready or waiting[:1]
        ordered += ready
        done |= {str(one.get("id")) for one in ready}
        taken = {id(one) for one in ready}
        waiting = [one for one in waiting if id(one) not in taken]
    return ordered


def _file(entry: Mapping[str, Any], source: Path) -> str:
    name = str(entry.get("file", ""))
    parts = PurePosixPath(name).parts
    if len(parts) != 2 or parts[0] != "files" or safe_name(parts[1]) != parts[1]:
        raise _unusable(source, f"{name!r} is no file of an export")
    return name


def _new(
    entry: Mapping[str, Any],
    content: bytes,
    project_id: str | None,
    renamed: Mapping[str, str],
    source: Path,
) -> NewAsset:
    name = str(entry.get("filename") or PurePosixPath(str(entry["file"])).name)
    if hashlib.sha256(content).hexdigest() != entry.get("sha256"):
        raise _unusable(source, f"{name} is not what the manifest says")
    try:
        cost = entry.get("cost_usd")
        return NewAsset(
            content=content,
            filename=name,
            category=str(entry.get("category") or ""),
            tags=[str(tag) for tag in entry.get("tags") or ()],
            metadata=dict(entry.get("metadata") or {}),
            project_id=project_id,
            job_id=str(entry.get("job_id") or ""),
            prompt=str(entry.get("prompt") or ""),
            backend=str(entry.get("backend_used") or ""),
            model=str(entry.get("model") or ""),
            seed=None if entry.get("seed") is None else int(entry["seed"]),
            params=dict(entry.get("generation_params") or {}),
            inputs=[str(one) for one in entry.get("inputs") or ()],
            cost_usd=None if cost is None else Usd.of(str(cost)),
            licence=str(entry.get("licence") or ""),
            quality_score=entry.get("quality_score"),
            parent_id=renamed.get(str(entry.get("parent_id"))),
        )
    except (TypeError, ValueError, ArithmeticError) as error:
        raise _unusable(source, f"what it says of {name} is damaged") from error


def _unusable(source: Path, what: str) -> InputUnusable:
    return InputUnusable(
        what, where=str(source), what_to_do="Give a folder or zip made by: apex assets export"
    )
