"""The segment cache stays under its limit, and a delivery lands where it belongs (contract F8)."""

from __future__ import annotations

import json
import os
from pathlib import Path

from apex_director.productions.delivering import FINAL, RESULT, destination
from apex_director.productions.folders import link_or_copy, trim


def _file(path: Path, size: int, age: int) -> None:
    path.write_bytes(b"x" * size)
    os.utime(path, (1_000_000 - age, 1_000_000 - age))


def test_the_least_recently_used_go_first_and_those_in_use_stay(tmp_path: Path) -> None:
    for name, age in (("old.mp4", 30), ("older.mp4", 40), ("kept.mp4", 50), ("new.mp4", 1)):
        _file(tmp_path / name, 100, age)
    assert trim(tmp_path, 250, keep=frozenset({"kept.mp4"})) == 200
    assert {p.name for p in tmp_path.iterdir()} == {"kept.mp4", "new.mp4"}
    assert trim(tmp_path, 250, keep=frozenset()) == 0


def _payload(folder: Path, job: str, key: str, plan: str = "") -> dict[str, object]:
    return {
        "output_dir": str(folder),
        "job_id": job,
        "resume_key": key,
        "request": {"plan_path": plan},
    }


def test_another_jobs_video_keeps_its_place(tmp_path: Path) -> None:
    assert destination(_payload(tmp_path, "a", "k")) == tmp_path
    (tmp_path / FINAL).write_bytes(b"video")
    assert destination(_payload(tmp_path, "b", "other")) == tmp_path / "b"
    (tmp_path / RESULT).write_text(json.dumps({"job_id": "a", "resume_key": "k"}))
    assert destination(_payload(tmp_path, "a", "k")) == tmp_path
    assert destination(_payload(tmp_path, "b", "k")) == tmp_path
    assert destination(_payload(tmp_path, "b", "other")) == tmp_path / "b"
    plan = str(tmp_path / "cinematography_plan.json")
    assert destination(_payload(tmp_path, "b", "other", plan)) == tmp_path


def test_a_link_replaces_what_was_there(tmp_path: Path) -> None:
    source, target = tmp_path / "a.mp4", tmp_path / "b.mp4"
    source.write_bytes(b"new")
    target.write_bytes(b"old")
    link_or_copy(source, target)
    assert target.read_bytes() == b"new"
    assert not list(tmp_path.glob("*.part"))
