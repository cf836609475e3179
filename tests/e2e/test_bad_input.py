"""Bad input: one clear sentence, the right exit code, no traceback, no half-made video."""

from __future__ import annotations

import json
import os
import resource
import subprocess
from pathlib import Path

import numpy as np
import pytest

from .conftest import Studio
from .songs import write_song, write_wav

pytestmark = [pytest.mark.e2e]


def _bad_songs(folder: Path) -> dict[str, Path]:
    rng = np.random.default_rng(0)
    text = folder / "words.mp3"
    text.write_text("I am not a song.\n" * 50)
    empty = folder / "empty.mp3"
    empty.touch()
    noise = folder / "noise.flac"
    noise.write_bytes(rng.bytes(4000))
    short = folder / "short.wav"
    write_wav(short, 0.1 * rng.standard_normal((6600, 1)), 22050)
    return {
        "text": text,
        "empty": empty,
        "random": noise,
        "short": short,
        "missing": folder / "nowhere.mp3",
        "folder": folder,
    }


@pytest.mark.parametrize("kind", ["text", "empty", "random", "short", "missing", "folder"])
def test_a_song_that_is_none_ends_with_3(studio: Studio, tmp_path: Path, kind: str) -> None:
    path = _bad_songs(tmp_path)[kind]
    done = studio.apex(
        "music-video", str(path), "-o", str(tmp_path / "out"), "--preset", "preview", "--json"
    )
    assert done.returncode == 3, done.stderr
    assert "Traceback" not in done.stderr
    said = json.loads(done.stdout)
    assert said["error"]
    assert said["message"]
    assert said["what_to_do"]
    assert not (tmp_path / "out" / "final_video.mp4").exists()
    if kind in {"text", "empty", "random", "short"}:
        rows = studio.json("jobs", "list", "--status", "failed")["jobs"]
        assert len(rows) == 1
        log = studio.home / "jobs" / rows[0]["job_id"] / "production_log.txt"
        assert log.stat().st_size > 0


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("--preset", "cinema"), 2),
        (("--preset", "huge"), 2),
        (("--aspect", "3:2"), 2),
        (("--fps", "fast"), 2),
        (("--resolution", "1921x1080"), 2),
        (("--max-shots", "0"), 2),
        (("--no-such-option",), 2),
        (("--plan", "nowhere.json"), 3),
        (("--lyrics", "nowhere.lrc"), 3),
    ],
)
def test_wrong_options(studio: Studio, song: Path, words: tuple[str, ...], code: int) -> None:
    done = studio.apex("music-video", str(song), *words, "--json")
    assert done.returncode == code, done.stderr
    assert "Traceback" not in done.stderr
    assert json.loads(done.stdout)["what_to_do"]


def test_a_plan_with_errors_names_the_field(studio: Studio, song: Path, tmp_path: Path) -> None:
    studio.json(
        "plan", str(song), "-o", str(tmp_path / "p"), "--preset", "preview", "--max-shots", "2"
    )
    plan = json.loads((tmp_path / "p" / "cinematography_plan.json").read_text())
    plan["shots"][0]["move"] = "teleport"
    broken = tmp_path / "broken.json"
    broken.write_text(json.dumps(plan))
    done = studio.apex(
        "music-video", str(song), "-o", str(tmp_path / "o"), "--preset", "preview",
        "--plan", str(broken), "--json",
    )  # fmt: skip
    assert done.returncode == 3
    assert "move" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_an_output_that_may_not_be_written(studio: Studio, song: Path, tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o500)
    done = studio.apex("music-video", str(song), "-o", str(closed / "out"), "--preset", "preview")
    assert done.returncode == 4


def test_an_output_with_a_file_in_the_way(studio: Studio, song: Path, tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("a file, not a folder")
    done = studio.apex(
        "music-video", str(song), "-o", str(tmp_path / "taken"), "--preset", "preview"
    )
    assert done.returncode == 4, done.stderr
    assert (tmp_path / "taken").read_text() == "a file, not a folder"


def test_a_full_disk(studio: Studio, tmp_path: Path) -> None:
    """Files cannot grow, as on a full disk: exit 4, no video, and the job can go on."""
    song = write_song(tmp_path / "song.wav", 3.0)
    studio.json("plan", str(song), "-o", str(tmp_path / "warm"), "--preset", "preview")
    words = studio.command(
        "music-video",
        str(song),
        "-o",
        str(tmp_path / "out"),
        "--preset",
        "preview",
        "--max-shots",
        "1",
    )
    limit = 600_000
    done = subprocess.run(
        words,
        env=studio.environment(),
        capture_output=True,
        text=True,
        timeout=240,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit)),
    )
    assert done.returncode == 4, done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "out" / "final_video.mp4").exists()
    again = studio.apex(*words[3:], "--resume")
    assert again.returncode == 0, again.stderr
    assert (tmp_path / "out" / "final_video.mp4").is_file()


def test_silence_is_legal_and_said(studio: Studio, tmp_path: Path) -> None:
    quiet = tmp_path / "silence.wav"
    write_wav(quiet, np.zeros((22050 * 3, 1)), 22050)
    result = studio.json(
        "music-video", str(quiet), "-o", str(tmp_path / "out"), "--preset", "preview"
    )
    assert result["success"] is True
    assert result["warnings"]
