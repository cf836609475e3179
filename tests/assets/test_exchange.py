"""Assets leave with all that is known of them and come in again as they were."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import pytest

from apex_director.assets import Asset, Library, open_library
from apex_director.core.errors import InputUnusable, OutputUnwritable
from apex_director.core.money import Usd

from .pictures import png

LEFT_OUT = {"id", "path", "created_at", "parent_id"}


def filled(library: Library) -> list[Asset]:
    parent = library.add(
        png(1), filename="a.png", prompt="öde", licence="CC0-1.0", cost_usd=Usd.of("0.0000405")
    )
    project = library.create_project("p")
    child = library.add(
        png(2),
        filename="a.png",
        tags=["x"],
        metadata={"n": {"k": 1}},
        seed=2**62,
        parent_id=parent.id,
        project_id=project.id,
        params={"steps": 3},
        inputs=[parent.id],
        quality_score=0.25,
    )
    return [child, parent, library.add(b'{"a": 1}', filename="plan.json")]


def facts(asset: Asset) -> dict[str, object]:
    return {k: v for k, v in asset.as_json().items() if k not in LEFT_OUT | {"project_id"}}


@pytest.mark.parametrize("name", ["out", "out.zip"])
def test_out_and_in_again(library: Library, tmp_path: Path, name: str) -> None:
    assets = filled(library)
    made = library.export(assets, tmp_path / name)
    other = open_library(tmp_path / "other")
    project = other.create_project("received")
    brought = other.import_manifest(made, project_id=project.id)
    by_name = {one.file_hash: one for one in brought}
    assert [facts(by_name[one.file_hash]) for one in assets] == [facts(one) for one in assets]
    child, parent = by_name[assets[0].file_hash], by_name[assets[1].file_hash]
    assert child.parent_id == parent.id
    assert parent.cost_usd == Usd.of("0.0000405")
    assert child.project_id == project.id
    assert other.check().sound
    assert len(other.import_manifest(made, project_id=project.id)) == 3
    assert other.stats()["total_files"] == 3


def test_an_export_tells_nothing_of_this_machine_and_is_the_same_twice(
    library: Library, tmp_path: Path
) -> None:
    assets = filled(library)
    one, two = (library.export(assets, tmp_path / f"{n}.zip") for n in (1, 2))
    assert one.read_bytes() == two.read_bytes()
    with zipfile.ZipFile(one) as archive:
        manifest = archive.read("manifest.json").decode()
        assert str(tmp_path) not in manifest
        for entry in json.loads(manifest)["assets"]:
            assert len(archive.read(entry["file"])) == entry["file_size"]


def test_nothing_is_overwritten(library: Library, tmp_path: Path) -> None:
    assets = filled(library)
    (tmp_path / "out.zip").write_text("mine")
    with pytest.raises(OutputUnwritable):
        library.export(assets, tmp_path / "out.zip")
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "mine").write_text("mine")
    with pytest.raises(OutputUnwritable):
        library.export(assets, tmp_path / "out")
    assert (tmp_path / "out.zip").read_text() == "mine"


def _entry(**changed: object) -> dict[str, object]:
    return {"file": "files/a.txt", "filename": "a.txt", "sha256": "0" * 64, **changed}


@pytest.mark.parametrize(
    "manifest",
    [
        "not json",
        "[]",
        '{"format": "apex-library", "version": 99, "assets": []}',
        '{"format": "apex-library", "version": 1, "assets": [1]}',
        json.dumps({"format": "apex-library", "version": 1, "assets": [_entry()]}),
        json.dumps(
            {
                "format": "apex-library",
                "version": 1,
                "assets": [_entry(file="../../outside.txt"), _entry(file="/etc/passwd")],
            }
        ),
    ],
)
@pytest.mark.parametrize("as_zip", [False, True])
def test_what_is_no_export_is_refused(
    library: Library, tmp_path: Path, manifest: str, as_zip: bool
) -> None:
    (tmp_path / "outside.txt").write_text("outside")
    folder = tmp_path / "a" / "b"
    (folder / "files").mkdir(parents=True)
    (folder / "manifest.json").write_text(manifest)
    (folder / "files" / "a.txt").write_text("words")
    if as_zip:
        with zipfile.ZipFile(tmp_path / "in.zip", "w") as archive:
            for path in folder.rglob("*"):
                archive.write(path, path.relative_to(folder))
    with pytest.raises(InputUnusable):
        library.import_manifest(tmp_path / "in.zip" if as_zip else folder)
    assert library.search() == []
