"""The command as other programs meet it: streams, settings and signals of every kind."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from .conftest import Studio
from .songs import write_song

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.skipif(sys.platform != "linux", reason="closes streams as a Linux shell does"),
]


def _shell(studio: Studio, script: str, **more: str) -> subprocess.CompletedProcess[str]:
    """Run a shell script in which ``$APEX`` is the command."""
    command = f"{sys.executable} -m apex_director.cli"
    return subprocess.run(
        ["bash", "-c", script],
        env=studio.environment(APEX=command, **more),
        capture_output=True,
        text=True,
        timeout=60,
    )


@pytest.mark.parametrize(
    ("script", "code"),
    [
        ("$APEX jobs list --json >&-", 0),
        ("$APEX jobs list 2>&-", 0),
        ("$APEX jobs list --json | head -c 0; exit ${PIPESTATUS[0]}", 0),
        ("$APEX jobs show nothing --json >&- 2>&- <&-", 3),
        ("$APEX jobs show nothing --json 2>/dev/full >/dev/null", 3),
        ("$APEX jobs list --json >/dev/full", 4),
        ("$APEX --version >/dev/full", 4),
    ],
)
def test_closed_and_full_streams(studio: Studio, script: str, code: int) -> None:
    done = _shell(studio, script)
    assert done.returncode == code, done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("words", ["jobs show nothing", "music-video", "nonsense", "jobs list -x"])
def test_one_json_object_and_nothing_else(studio: Studio, words: str) -> None:
    done = _shell(studio, f"$APEX {words} --json 2>&-")
    found = json.loads(done.stdout)
    assert {"error", "message", "where", "what_to_do"} == set(found)
    assert done.returncode in {2, 3}


def test_a_current_folder_that_was_removed(studio: Studio, song: Path, tmp_path: Path) -> None:
    gone = tmp_path / "gone"
    script = f"mkdir {gone}; cd {gone}; rmdir {gone};"
    done = _shell(studio, f"{script} $APEX music-video '{song}' --json")
    assert done.returncode == 4
    assert "-o" in json.loads(done.stdout)["what_to_do"]
    done = _shell(studio, f"{script} unset APEX_HOME; $APEX jobs list", HOME=str(tmp_path))
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    ("content", "code"), [("{", 2), ('{"orchestrator": 3}', 2), (None, 4)]
)  # None: the studio folder is a file
def test_settings_that_cannot_be_used(tmp_path: Path, content: str | None, code: int) -> None:
    home = tmp_path / "studio"
    if content is None:
        home.touch()
    else:
        home.mkdir()
        (home / "apex_config.json").write_text(content)
    assert (
        Studio(home)
        .json("jobs", "list", code=code)["where"]
        .startswith(("apex_config.json", str(home)))
    )


@pytest.mark.parametrize("name", ["apex.db", "engine.db"])
def test_a_damaged_database_is_named(studio: Studio, song: Path, tmp_path: Path, name: str) -> None:
    studio.apex("init", str(studio.home))
    (studio.home / name).write_bytes(os.urandom(5000))
    for left in studio.home.glob(f"{name}-*"):
        left.unlink()
    said = studio.json("music-video", str(song), "-o", str(tmp_path / "out"), code=1)
    assert said["error"] == "storage_error"
    assert said["where"] == str(studio.home / name)
    checks = {c["name"]: c for c in studio.json("doctor", code=5)["checks"]}
    assert checks["database"]["state"] == "fail"


def test_sigterm_leaves_a_job_that_can_go_on(studio: Studio, song: Path, tmp_path: Path) -> None:
    running = studio.start("music-video", str(song), "-o", str(tmp_path / "out"), "--json")
    assert running.stderr is not None
    assert any("listening" in line for line in running.stderr)
    running.send_signal(signal.SIGTERM)
    said, _ = running.communicate(timeout=20)
    assert running.returncode == 130
    assert "apex jobs resume" in json.loads(said)["what_to_do"]
    assert studio.json("jobs", "list")["jobs"][0]["status"] == "paused"
    assert not (tmp_path / "out").exists()


def test_two_at_once_with_one_song_and_one_folder(studio: Studio, tmp_path: Path) -> None:
    song = write_song(tmp_path / "song.wav", 3.0)
    out = tmp_path / "out"
    words = ("music-video", str(song), "-o", str(out), "--preset", "preview", "--max-shots", "1")
    both = [studio.start(*words, "--json") for _ in range(2)]
    for one in both:
        said, told = one.communicate(timeout=120)
        assert one.returncode == 0, told
        assert json.loads(said)["resumed_from_checkpoint"] is False
    assert (out / "final_video.mp4").is_file()
    assert not list(out.rglob("*.part"))
    assert not list(studio.home.rglob("*.part"))


BLOCKS = """
import sys
from apex_director import qa
from dataclasses import replace

judge = qa.check_seen

def block(*words, **more):
    found = judge(*words, **more)
    first = replace(found.checks[0], verdict="block", reason="Blocked to see what follows.")
    return replace(found, verdict="block", checks=(first, *found.checks[1:]))

if sys.argv[0] == "-c":
    qa.check_seen = block
"""


def test_a_blocked_master_and_its_delivery_all_the_same(studio: Studio, tmp_path: Path) -> None:
    song, out = write_song(tmp_path / "song.wav", 3.0), tmp_path / "out"
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "sitecustomize.py").write_text(BLOCKS)
    words = ("music-video", str(song), "-o", str(out), "--preset", "preview", "--max-shots", "1")
    stern = {"PYTHONPATH": str(tmp_path / "site")}
    result = studio.json(*words, code=6, **stern)
    assert result["success"] is False
    assert result["output_path"] == str(out / "rejected_video.mp4")
    assert not (out / "final_video.mp4").exists()
    job = studio.json("jobs", "show", result["job_id"])
    assert job["status"] == "failed"
    assert job["error"].startswith("quality_blocked")
    assert job["warnings"] == result["warnings"]
    assert studio.json(*words, "--resume", code=6, **stern)["job_id"] == result["job_id"]
    again = studio.json(*words, "--resume", "--deliver-anyway", **stern)
    assert (again["job_id"], again["success"]) == (result["job_id"], True)
    assert again["resumed_from_checkpoint"] is True
    assert (out / "final_video.mp4").is_file()
    assert not (out / "rejected_video.mp4").exists()
    assert "overridden" in json.loads((out / "quality_report.json").read_text())
    assert studio.json("jobs", "show", result["job_id"])["status"] == "completed"
    assert not list(out.rglob("*.part"))


def test_kernels_are_kept_where_the_users_cache_cannot_be(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    code = "from apex_director.config import use_kernel_cache; print(use_kernel_cache())"
    kept = {k: v for k, v in os.environ.items() if k != "NUMBA_CACHE_DIR"}
    done = subprocess.run(
        [sys.executable, "-c", code],
        env=kept | {"XDG_CACHE_HOME": str(tmp_path / "file" / "x"), "TMPDIR": str(tmp_path)},
        capture_output=True,
        text=True,
        check=True,
    )
    folder = Path(done.stdout.strip())
    assert folder.is_relative_to(tmp_path)
    private = next(p for p in folder.parents if p.parent == tmp_path)
    assert private.stat().st_mode & 0o077 == 0
