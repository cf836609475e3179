"""The promised names, used as the contract's examples use them."""

from __future__ import annotations

import asyncio
import os
import threading
import time
from pathlib import Path

import pytest

from apex_director.assets import AssetInUse
from apex_director.core.asset_manager import AssetManager, AssetRecord
from apex_director.core.errors import ValidationFailed
from apex_director.schemas import JOB_STATES, asset_schema, job_schema

from .pictures import png

X5 = (
    "id filename path file_size file_hash format width height created_at job_id project_id prompt "
    "backend_used generation_params category tags metadata quality_score usage_count last_used "
    "parent_id"
)


def test_the_examples_of_the_contract(tmp_path: Path) -> None:
    manager = AssetManager(base_dir=tmp_path)
    project = manager.create_project("Album", description="ten songs")
    path = manager.store_asset(
        {
            "content": png(1),
            "filename": "cover.png",
            "metadata": {"song": 3},
            "category": "images",
            "tags": ["cover", "night"],
            "backend_used": "sdxl",
            "prompt": "a pier at night",
            "cost_usd": 0.04,
        },
        project,
    )
    assert isinstance(path, Path)
    assert path.parent == tmp_path / "projects" / project / "assets"
    general = manager.store_asset({"content": png(2), "filename": "other.png"})
    assert general.parent == tmp_path / "assets" / "general"
    (record,) = manager.search_assets("PIER", "images", ["night", "unknown"])
    assert isinstance(record, AssetRecord)
    assert Path(record) == path
    assert os.stat(record).st_size == record.file_size
    assert [record[name] for name in X5.split()] == [getattr(record, n) for n in X5.split()]
    for asked in (
        {"backend": "sdxl"},
        {"format_filter": [".png"], "project_id": project},
        {"metadata_filter": {"song": 3}},
        {"song": 3},
        {"prompt": "a pier at night", "limit": 1},
    ):
        assert manager.search_assets(**asked) == [record]
    assert len(manager.search_assets()) == 2
    stats = manager.get_storage_stats()
    assert stats["total_files"] == 2
    assert stats["total_size_mb"] > 0
    assert stats["by_category"]["images"]["files"] == 2
    assert stats["by_backend"]["sdxl"]["files"] == 1
    assert manager.get_asset(record.id) == record
    manager.library.use(record.id, job_id="job")
    with pytest.raises(AssetInUse):
        manager.delete_asset(record.id)
    stray = tmp_path / "assets" / "general" / "stray.txt"
    stray.write_text("x")
    assert manager.cleanup_orphans()["files_without_record"] == ["assets/general/stray.txt"]
    assert manager.cleanup_orphans(dry_run=False)["removed_files"] == 1
    assert not stray.exists()
    with pytest.raises(KeyError):
        manager.get_asset("unknown")
    for bad in (
        {},
        {"content": png(1)},
        {"content": b"", "filename": "a.txt"},
        {"content": 3, "filename": "a"},
    ):
        with pytest.raises(ValidationFailed):
            manager.store_asset(bad)


def test_inside_a_loop_and_in_threads(tmp_path: Path) -> None:
    manager = AssetManager(tmp_path, {"assets": {}})

    async def inside() -> Path:
        return manager.store_asset({"content": b"1", "filename": "a.txt"})

    assert asyncio.run(inside()).read_bytes() == b"1"
    threads = [
        threading.Thread(
            target=manager.store_asset, args=({"content": b"%d" % n, "filename": "a.txt"},)
        )
        for n in range(2, 10)
    ]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert len(manager.search_assets("a.txt")) == 9


def test_a_thousand_assets(tmp_path: Path) -> None:
    manager = AssetManager(tmp_path)
    began = time.process_time()
    for number in range(100):
        manager.store_asset(
            {"content": b"%d" % number, "filename": f"{number}.txt", "tags": [f"t{number % 7}"]}
        )
    stored = time.process_time() - began
    began = time.process_time()
    assert len(manager.search_assets(tags=["t3"])) == 14
    assert time.process_time() - began < 1.0
    assert stored * 10 < 60.0


def test_the_promised_verbs_work_on_the_present_studio(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from apex_director.director import library, studio

    monkeypatch.setenv("APEX_HOME", str(tmp_path))
    monkeypatch.setitem(studio.process, "home", None)
    manager = library.get_asset_manager()
    assert manager is library.get_asset_manager()
    assert manager.base_dir == tmp_path
    manager.store_asset({"content": png(1), "filename": "a.png", "tags": ["x"]})
    assert [one.filename for one in library.search_assets(tags=["x"])] == ["a.png"]
    assert library.get_storage_stats()["total_files"] == 1


def test_the_schema_is_that_of_the_records(tmp_path: Path) -> None:
    from apex_director.jobs.model import JobStatus

    manager = AssetManager(tmp_path)
    manager.store_asset({"content": png(1), "filename": "a.png"})
    (record,) = manager.search_assets()
    schema = asset_schema()
    plain = record.as_json()
    assert set(plain) == set(schema["properties"]) == set(schema["required"]) >= set(X5.split())
    kinds = {"string": str, "integer": int, "number": (int, float), "object": dict, "array": list}
    for name, value in plain.items():
        allowed = schema["properties"][name]["type"]
        names = [allowed] if isinstance(allowed, str) else allowed
        assert any(value is None if n == "null" else isinstance(value, kinds[n]) for n in names)
    assert set(JOB_STATES) == {one.value for one in JobStatus}
    assert set(job_schema()["required"]) <= set(job_schema()["properties"])


def test_provenance_told_as_metadata_is_searched_like_any_other(tmp_path: Path) -> None:
    manager = AssetManager(tmp_path)
    told = {"prompt": "a quiet harbour", "backend": "nano_banana", "quality_score": 0.8, "take": 2}
    manager.store_asset({"content": png(5), "filename": "a.png", "metadata": told})
    manager.store_asset({"content": png(6), "filename": "b.png", "metadata": {"prompt": 7}})
    assert [a.filename for a in manager.search_assets("harbour")] == ["a.png"]
    (found,) = manager.search_assets(backend="nano_banana")
    assert (found["prompt"], found["quality_score"]) == ("a quiet harbour", 0.8)
    assert found["metadata"]["take"] == 2
