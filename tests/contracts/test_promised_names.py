"""Every promised name of contract 1.1 and 1.2, from a plain script in a studio nobody has made.

The scripts print what they saw; each test here is a row or a few of the contract.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import uuid
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

import apex_director as apex
from tests.e2e.songs import write_song

HERE = Path(__file__).parent
P7 = {
    *("job_id", "kind", "status", "progress", "progress_percent", "current_stage", "output_path"),
    *("quality_score", "error", "created_at", "started_at", "finished_at", "warnings"),
}
P19 = {
    *("APEXOrchestrator", "AssetManager", "BackendInterface", "BackendFactory", "BackendManager"),
    *("CinematicImageGenerator", "GenerationRequest", "MusicVideoRequest", "JobNotFound"),
}
F10 = {
    *("images", "metadata", "cache", "exports", "projects", "thumbnails", "variants"),
    *("checkpoints", "general"),
}
X5 = {
    *("id", "filename", "path", "file_size", "file_hash", "format", "width", "height", "job_id"),
    *("created_at", "project_id", "prompt", "backend_used", "generation_params", "category"),
    *("tags", "metadata", "quality_score", "usage_count", "last_used", "parent_id"),
}
F5 = {
    *("success", "job_id", "output_video_path", "total_processing_time", "audio_analysis"),
    *("cinematography_plan", "image_generation_results", "video_assembly_result"),
    *("quality_report", "overall_quality_score", "style_consistency_score", "audio_sync_score"),
    *("broadcast_compliance_score", "generated_images", "intermediate_files", "errors"),
    *("warnings", "resumed_from_checkpoint"),
}
HEAVY = ("cv2", "librosa", "numba", "torch", "scipy", "sklearn", "dbos", "fastapi", "httpx", "av")


def run(*words: str | Path, cwd: Path) -> subprocess.CompletedProcess[str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("APEX_")}
    return subprocess.run(
        [sys.executable, *map(str, words)],
        cwd=cwd,
        env=kept | {"APEX_WORKERS": "2"},
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )


def told(done: subprocess.CompletedProcess[str]) -> dict[str, Any]:
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    (line,) = done.stdout.splitlines()  # a script hears nothing it did not ask for
    said: dict[str, Any] = json.loads(line)
    return said


def is_kind(refusal: list[Any], *kinds: str) -> bool:
    return set(kinds) <= set(refusal[0])


@pytest.fixture(scope="module")
def studio(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("tour") / "studio"


@pytest.fixture(scope="module")
def tour(studio: Path) -> dict[str, Any]:
    return told(run(HERE / "plain_tour.py", studio, cwd=studio.parent))


@pytest.fixture(scope="module")
def videos(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    folder = tmp_path_factory.mktemp("videos")
    song = write_song(folder / "song.wav", 2.0)
    said = told(run(HERE / "plain_video.py", folder / "studio", song, folder / "out", cwd=folder))
    return said | {"folder": folder}


@pytest.mark.parametrize("name", sorted({*apex.__all__, *P19}))
def test_every_name_of_the_package_is_there(name: str) -> None:
    assert name in apex.__all__
    assert getattr(apex, name) is not None


def test_importing_makes_nothing_prints_nothing_and_stays_light(tmp_path: Path) -> None:
    """Contract C7: every module, alone; the promised ones first, in a process of their own."""
    code = f"import sys, apex_director; print([m for m in {HEAVY!r} if m in sys.modules])"
    done = run("-c", code, cwd=tmp_path)
    assert (done.stdout, done.stderr) == ("[]\n", "")
    promised = (
        *("orchestrator", "backend_manager", "asset_manager", "checkpoint", "estimator", "config"),
    )
    for module in (*(f"core.{name}" for name in promised), "schemas"):
        done = run("-c", f"import apex_director.{module}", cwd=tmp_path)
        assert (done.returncode, done.stdout, done.stderr) == (0, "", ""), module
    every = (
        "import importlib, pkgutil, sys, threading, apex_director as a\n"
        "names = [m.name for m in pkgutil.walk_packages(a.__path__, 'apex_director.')]\n"
        "only_run = ('.__main__', '.migrations.env')  # by python -m and by Alembic\n"
        "[importlib.import_module(n) for n in names if not n.endswith(only_run)]\n"
        "from apex_director import *\n"
        "assert len(names) > 100 and threading.active_count() == 1, threading.enumerate()\n"
    )
    done = run("-c", every, cwd=tmp_path)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert list(tmp_path.iterdir()) == []


def test_a_studio_is_made_once(tour: dict[str, Any], studio: Path) -> None:
    """P1, P2, P9, F10."""
    assert tour["made_again"] == []
    assert {f"assets/{name}" for name in F10} | {"apex_config.json"} <= set(tour["made"])
    assert all((studio / name).exists() for name in tour["made"])
    sections = json.loads((studio / "apex_config.json").read_text())
    assert {"backends", "assets", "orchestrator", "estimator"} <= set(sections)
    assert tour["version"] == apex.__version__
    assert tour["instances"] == [True] * 4


def test_jobs_of_a_script(tour: dict[str, Any]) -> None:
    """P4 to P7, C1 to C3, C5."""
    assert [uuid.UUID(one).version for one in tour["ids"]] == [4] * 4
    assert tour["first"]["status"] in {"pending", "queued", "processing"}
    assert set(tour["first"]) >= P7
    *done, stopped = tour["last"]
    for status in done:
        assert (status["status"], status["progress"], status["error"]) == ("completed", 1.0, None)
        assert status["progress_percent"] == 100
        assert Path(status["output_path"]).is_file()
        assert 0 <= status["quality_score"] <= 1
        times = [status[name] for name in ("created_at", "started_at", "finished_at")]
        assert times == sorted(times)
        assert all(datetime.fromisoformat(time).utcoffset() is not None for time in times)
    assert [one["job_id"] for one in tour["last"]] == tour["ids"]
    assert stopped["status"] == "cancelled"
    assert [tour["cancelled"], tour["cancelled_again"], tour["cancelled_done"]] == [True] + [
        False
    ] * 2


def test_a_job_nobody_knows(tour: dict[str, Any]) -> None:
    """D3."""
    for refusal in tour["unknown_job"]:
        assert is_kind(refusal, "JobNotFound", "KeyError")


def test_what_is_refused(tour: dict[str, Any]) -> None:
    """P4, P5, X1: the error names the field, and nothing has begun."""
    for name, refusal in tour["bad_jobs"].items():
        assert is_kind(refusal, "ValidationFailed", "ValueError"), name
        assert refusal[1] == name
    assert [one[1] for one in tour["bad_batch"]] == ["jobs[1].prompt", "jobs[0]", "jobs", "jobs"]
    assert all(is_kind(one, "ValidationFailed") for one in tour["bad_batch"])
    assert tour["jobs_kept"] == 4


def test_the_studio_at_a_glance(tour: dict[str, Any]) -> None:
    """P8, P22: with no loop running, before and after."""
    before, after = tour["system_before"], tour["system_after"]
    assert set(before) >= {"orchestrator", "jobs", "performance", "backends", "assets"}
    assert before["jobs"]["active_jobs"] == 0
    assert before["orchestrator"]["status"] == after["orchestrator"]["status"] == "stopped"
    assert tour["running"]["status"] == "running"
    assert tour["running"]["uptime_seconds"] > 0
    assert before["backends"]["availability_percent"] == 100.0
    assert after["performance"]["success_rate"] == 1.0
    assert after["jobs"]["completed_jobs"] == 3
    for name in ("jobs_per_hour", "average_cost_per_job", "success_rate"):
        assert tour["statistics_before"][name] == 0.0
        assert isinstance(tour["statistics_before"][name], float)
        assert isinstance(tour["statistics_after"][name], float)
    assert tour["statistics_after"]["jobs_per_hour"] > 0
    assert tour["statistics_after"]["counts"]["completed"] == 3
    assert set(tour["diagnostics"]) == {"system", "dependencies", "configuration", "backends"}


def test_the_library(tour: dict[str, Any]) -> None:
    """P10, P34, P35, P37, P39."""
    first, again, other, general = tour["stored"]
    project = first.split("/")[1]
    assert first == again == f"projects/{project}/assets/cover.json"
    assert other != first
    assert Path(other).parent == Path(first).parent
    assert general == "assets/general/words.txt"
    assert tour["stored_kind"] == [True, True]
    assert tour["stats"]["total_files"] == 6
    assert tour["stats"]["total_size_mb"] > 0
    assert tour["stats"]["by_category"]["data"]["files"] == 2
    assert tour["stats"]["by_backend"]["procedural"]["files"] == 3
    assert tour["stats"]["duplicates_avoided"] == 1
    assert all(is_kind(one, "ValidationFailed") for one in tour["bad_assets"])
    assert all(is_kind(one, "KeyError") for one in tour["unknown_asset"])
    assert tour["orphans"] == [["assets/general/stray.txt"], True]
    assert tour["cleaned"] == [1, False]
    assert tour["deleted"] == [True, False]


def test_assets_are_found(tour: dict[str, Any]) -> None:
    """P36."""
    first, *_ = tour["ids"]
    newest = set(tour["found"].pop("by backend"))
    assert len(newest) == 2  # as many as were asked for
    assert newest < {f"{one[:8]}.png" for one in tour["ids"][:3]}
    assert tour["found"] == {
        "by tags, any of them": ["cover.json"],
        "by category": ["cover.json", "cover.json"],
        "by format": ["words.txt"],
        "by metadata": ["cover.json"],
        "by a filter": ["cover.json"],
        "by project and words": ["cover.json", "cover.json"],
        "by the metadata of a job": [f"{first[:8]}.png"],
        "by nothing there": [],
    }
    assert tour["positional"] == ["cover.json"]


def test_a_record_is_a_path_and_a_mapping(tour: dict[str, Any]) -> None:
    """P38, D5, X5."""
    record = tour["record"]
    assert set(record) >= X5
    assert len(bytes.fromhex(record["file_hash"])) == 32
    assert (record["width"], record["height"], record["format"]) == (128, 72, "png")
    assert record["job_id"] == tour["ids"][0]
    assert record["prompt"] == "a lighthouse above fog"
    assert record["backend_used"] == "procedural"
    assert record["metadata"]["campaign"] == "spring"
    assert record["seed"] == 3
    assert tour["record_ways"] == [True] * 3
    assert is_kind(tour["record_unknown"], "KeyError")
    assert tour["same_asset"]


def test_estimates(tour: dict[str, Any]) -> None:
    """P11, P12, P42, P43, B11."""
    forecast = tour["forecast"]
    assert forecast["estimated_cost"] == 0.0
    assert forecast["estimated_time_seconds"] > 0
    assert 0 < forecast["confidence_score"] <= 0.95
    assert set(forecast["factors"]) == {"resolution", "steps", "prompt_complexity"}
    assert forecast["backend_suggestions"]
    assert uuid.UUID(forecast["estimate_id"])
    assert tour["forecast_hour"] == 3600.0
    assert tour["taught"] > 10 * forecast["estimated_time_seconds"]
    count, cost, seconds = tour["batched"]
    assert (count, cost) == (3, 0.0)
    assert seconds > tour["taught"]
    assert all(is_kind(one, "ValidationFailed") for one in tour["bad_estimates"])


def test_checkpoints(tour: dict[str, Any]) -> None:
    """P13, P23, P44, B22."""
    rows = tour["checkpoints"]
    assert [row["id"] for row in rows] == tour["checkpoint_ids"]
    assert [(row["reason"], row["job_count"]) for row in rows] == [("after", 5), ("before", 4)]
    for row in rows:
        assert set(row) == {"id", "timestamp", "job_count", "reason", "size_bytes", "automatic"}
        assert row["automatic"] is False
        assert row["size_bytes"] > 0
    assert rows[0]["timestamp"] > rows[1]["timestamp"]
    assert tour["not_restored"] == [False, False]
    assert tour["restored"] == [True, True]
    assert is_kind(tour["gone"], "JobNotFound")
    assert tour["after_restoring"] == tour["late_job"] == "completed"
    is_job, same, status, created, prompt = tour["job"]
    assert (is_job, same, status, prompt) == (True, True, "completed", "a lighthouse above fog")
    assert created == tour["first"]["created_at"]


def test_backends(tour: dict[str, Any]) -> None:
    """P24 to P33, P53, P54, D6, B1, B3, B6, B12."""
    assert tour["hooked"] == [3, "a.jpg"]
    assert tour["drawn"]["backend"] == "procedural"
    assert tour["drawn_there"]
    assert tour["drawn"]["metadata"]["backend"] == "procedural"
    assert tour["ours_was_asked"] == ["a boat", 128, 72, 4]
    assert (tour["ours"]["backend"], tour["ours"]["metadata"]["by"]) == ("ours", "us")
    assert (tour["bare"]["backend"], tour["bare"]["image_path"]) == ("bare", "bare.png")
    assert "asset_id" not in tour["bare"]
    assert tour["bare"]["metadata"]["warnings"]
    assert tour["ours_left"]
    can = {"max_resolution", "supported_formats", "quality_levels", "special_features"}
    assert set(tour["ours_can"]) >= can
    assert tour["ours_can"]["quality_levels"] == [1, 2, 3, 4, 5]
    assert tour["ours_is"][0] is True
    assert tour["ours_is"][1]["healthy"] is True
    kind, log = tour["none_left"]
    assert kind == "AllBackendsFailed"
    for name in ("nano_banana", "imagen", "minimax", "sdxl"):
        assert f"{name}: skipped: needs " in log
        assert tour["health"][1][name]["healthy"] is False
    assert {"image_path", "metadata"} <= set(tour["single"])
    assert "procedural" not in tour["health"][0]
    assert tour["health"][1]["procedural"]["healthy"] is True
    assert all(tour["factory"].values())
    assert tour["procedural"] is True
    assert tour["unknown_backend"][0][0] == "ValueError"
    assert tour["unknown_backend"][1].startswith("Unknown backend type: crayon")
    assert "hidden" not in tour["custom"]


def test_a_batch_of_pictures(tour: dict[str, Any]) -> None:
    """P16, D7: the length and order of the input; a failed item says why."""
    first, failed, third, fourth = tour["batch"]
    for made, prompt in ((first, "fog"), (third, "fog"), (fourth, "two boats")):
        assert Path(made["image_path"]).is_file()
        assert made["metadata"]["prompt"] == prompt
    assert failed["image_path"] is None
    assert "needs a prompt" in failed["error"]


def test_settings(tour: dict[str, Any], studio: Path) -> None:
    """P45, O1: of the studio that was initialised, wherever the script runs."""
    sections, warnings, path = tour["config"]
    assert tour["urls"] == ["", ""]
    assert path == str(studio / "apex_config.json")
    assert warnings == []
    assert set(sections) >= {"backends", "assets", "orchestrator", "estimator"}
    assert sections["orchestrator"]["max_concurrent_jobs"] == 2
    kept = json.loads((studio / "apex_config.json").read_text())
    assert kept["orchestrator"]["max_concurrent_jobs"] == 2
    assert all(is_kind(one, "ConfigError") for one in tour["bad_config"])
    assert tour["bad_config"][0][1].endswith("orchestrator.max_concurrent_jobs")


def test_music_videos_that_cannot_be(videos: dict[str, Any]) -> None:
    """P14, P18, D8: what is missing is refused; what cannot be decoded fails in the job."""
    assert "FileNotFoundError" in videos["no_song"]
    assert "FileNotFoundError" in videos["no_batch"]
    assert "ValidationFailed" in videos["no_such_option"]
    assert "ValidationFailed" in videos["no_shots"]
    assert videos["nothing_began"] == 0
    undecodable = videos["undecodable"]
    assert (undecodable["status"], undecodable["output_path"]) == ("failed", None)
    assert "noise.mp3" in undecodable["error"]
    assert not list(videos["folder"].glob("out/noise/*.mp4"))


def test_music_videos(videos: dict[str, Any]) -> None:
    """P14, P15, P17, P18, D23, F5."""
    assert (videos["cancelled"], videos["cancelled_ended"]) == (True, False)
    assert videos["stopped"]["status"] == "cancelled"
    assert videos["stopped"]["kind"] == "music_video"
    assert {*videos["result"], "audio_analysis"} >= F5
    assert videos["result"]["success"] is True
    assert Path(videos["result"]["output_video_path"]).name == "final_video.mp4"
    assert videos["again"]
    assert videos["better_is_new"]
    assert videos["better"]["status"] == "completed"
    assert videos["last"]["status"] in {"queued", "processing"}
    left = videos["folder"] / "out" / "two"  # made after the last line of the script
    assert {"final_video.mp4", "audio_analysis.json", "production_log.txt"} <= {
        one.name for one in left.iterdir()
    }
