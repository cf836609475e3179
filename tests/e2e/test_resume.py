"""kill -9 and Ctrl-C: the work goes on where it stopped, and nothing finished is done twice."""

from __future__ import annotations

import signal
import time
from pathlib import Path

import pytest

from apex_director.media.decode import video_frames

from .conftest import Studio

pytestmark = [pytest.mark.e2e, pytest.mark.slow]


def _words(song: Path, out: Path) -> tuple[str, ...]:
    return ("music-video", str(song), "-o", str(out), "--preset", "preview", "--max-shots", "3",
            "--title", "Six Seconds", "--artist", "Nobody", "--seed", "4")  # fmt: skip


def _segments(studio: Studio) -> dict[str, int]:
    folder = studio.home / "cache" / "segments"
    if not folder.is_dir():
        return {}
    return {p.name: p.stat().st_ino for p in folder.iterdir() if p.suffix == ".mp4"}


def _wait_for_segments(studio: Studio, count: int) -> None:
    until = time.monotonic() + 120
    while len(_segments(studio)) < count and time.monotonic() < until:
        time.sleep(0.02)


def test_kill_and_resume_gives_the_same_video(
    studio: Studio, finished: tuple[Studio, Path, dict[str, object]], song: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    running = studio.start(*_words(song, out))
    _wait_for_segments(studio, 2)
    running.kill()
    running.wait()
    survived = _segments(studio)
    assert survived
    assert not (out / "final_video.mp4").exists()
    done = studio.apex(*_words(song, out), "--resume")
    assert done.returncode == 0, done.stderr
    after = _segments(studio)
    assert {name: after[name] for name in survived} == survived, "a finished segment was redone"
    reference = finished[1] / "final_video.mp4"
    ours = [f.y.tobytes() for f in video_frames(out / "final_video.mp4")]
    assert ours == [f.y.tobytes() for f in video_frames(reference)]


def test_ctrl_c_ends_with_130_and_says_how_to_resume(
    studio: Studio, song: Path, tmp_path: Path
) -> None:
    running = studio.start(*_words(song, tmp_path / "out"))
    _wait_for_segments(studio, 1)
    running.send_signal(signal.SIGINT)
    _, said = running.communicate(timeout=20)
    assert running.returncode == 130, said
    assert "apex jobs resume" in said
    assert "Traceback" not in said
    job = studio.json("jobs", "list")["jobs"][0]
    assert job["status"] in {"paused", "processing"}
    resumed = studio.apex("jobs", "resume", job["job_id"])
    assert resumed.returncode == 0, resumed.stderr
    assert (tmp_path / "out" / "final_video.mp4").is_file()


def test_cancel_from_another_terminal(studio: Studio, song: Path, tmp_path: Path) -> None:
    running = studio.start(*_words(song, tmp_path / "out"))
    _wait_for_segments(studio, 1)
    job = studio.json("jobs", "list")["jobs"][0]
    began = time.monotonic()
    assert studio.json("jobs", "cancel", job["job_id"])["cancelled"] is True
    running.communicate(timeout=20)
    assert time.monotonic() - began < 10
    assert running.returncode == 130
    assert studio.json("jobs", "show", job["job_id"])["status"] == "cancelled"
    assert not (tmp_path / "out" / "final_video.mp4").exists()
