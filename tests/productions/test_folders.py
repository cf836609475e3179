"""The segment cache stays under its limit, and a delivery lands where it belongs (contract F8)."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from apex_director.productions.delivering import RESULT, destination
from apex_director.productions.folders import copy, link_or_copy, trim


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
        "request": {"audio_path": "song.ogg", "plan_path": plan},
    }


def test_another_jobs_video_keeps_its_place(tmp_path: Path) -> None:
    assert destination(_payload(tmp_path, "a", "k")) == tmp_path
    (tmp_path / "final_video.mp4").write_bytes(b"video")
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


def test_a_link_to_itself_leaves_nothing_beside_it(tmp_path: Path) -> None:
    source, target = tmp_path / "a.txt", tmp_path / "b.txt"
    source.write_bytes(b"log")
    link_or_copy(source, target)
    link_or_copy(source, target)
    assert {p.name for p in tmp_path.iterdir()} == {"a.txt", "b.txt"}


def test_what_a_killed_process_left_is_swept_and_a_living_ones_is_not(tmp_path: Path) -> None:
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    stale = tmp_path / f"b.mp4.{gone.pid}.part"
    living = tmp_path / f"b.mp4.{os.getppid()}.part"
    source = tmp_path / "a.mp4"
    for path in (stale, living, source):
        path.write_bytes(b"x")
    copy(source, tmp_path / "b.mp4")
    assert not stale.exists()
    assert living.exists()
    assert (tmp_path / "b.mp4").read_bytes() == b"x"
