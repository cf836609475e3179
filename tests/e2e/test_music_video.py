"""A song in, a finished video out: what lies in the output folder, and that it is what it says."""

from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path
from typing import Any

import opentimelineio as otio
import pytest

from apex_director.cinematography.schema import from_json
from apex_director.media.decode import video_frames
from apex_director.media.probe import probe

from .conftest import Studio

pytestmark = [pytest.mark.e2e]
Finished = tuple[Studio, Path, dict[str, Any]]
FILES = (
    "final_video.mp4",
    "audio_analysis.json",
    "cinematography_plan.json",
    "storyboard.md",
    "timeline.otio",
    "production_log.txt",
    "quality_report.json",
    "contact_sheet.png",
    "generation_result.json",
)


def test_everything_promised_is_there(finished: Finished) -> None:
    _, out, result = finished
    for name in FILES:
        assert (out / name).stat().st_size > 0, name
    assert list((out / "generated_images").glob("*.png"))
    assert not list(out.rglob("*.part"))
    assert result["success"] is True
    assert result["output_video_path"] == str(out / "final_video.mp4")
    assert json.loads((out / "generation_result.json").read_text()) == result


def test_the_video_is_as_long_as_the_song_and_says_its_colours(finished: Finished) -> None:
    _, out, _ = finished
    info = probe(out / "final_video.mp4")
    assert info.video is not None
    assert info.audio is not None
    frames = sum(1 for _ in video_frames(out / "final_video.mp4"))
    assert abs(Fraction(frames) / info.video.rate - 10) <= 1 / info.video.rate
    assert (info.video.width, info.video.height, info.video.pix_fmt) == (640, 360, "yuv420p")
    assert (info.video.color_space, info.video.color_range) == ("bt709", "tv")
    assert info.audio.codec == "aac"


def test_the_report_passes_and_cuts_are_on_the_beat(finished: Finished) -> None:
    _, out, _ = finished
    report = json.loads((out / "quality_report.json").read_text())
    assert report["verdict"] in {"pass", "warn"}
    assert {c["id"] for c in report["checks"]} >= {
        "duration",
        "streams",
        "flashes",
        "black",
        "freeze",
    }
    assert report["sync"]["median_frames"] is None or report["sync"]["median_frames"] <= 0.5


def test_plan_and_timeline_can_be_read_by_others(finished: Finished) -> None:
    _, out, _ = finished
    storyboard = from_json((out / "cinematography_plan.json").read_text(), where="plan")
    timeline = otio.adapters.read_from_file(str(out / "timeline.otio"))
    clips = list(timeline.video_tracks()[0].find_clips())
    assert len(clips) == len(storyboard.shots)
    assert [c.source_range.duration.value for c in clips] == [s.frames for s in storyboard.shots]


def test_editing_one_shot_renders_one_segment(
    finished: Finished, song: Path, tmp_path: Path
) -> None:
    studio, out, _ = finished
    plan = json.loads((out / "cinematography_plan.json").read_text())
    last = plan["shots"][-1]
    last["move"] = "pan" if last["move"] != "pan" else "tilt"
    last["transition"] = {"kind": "cut", "frames": 0, "curve": "linear"}
    edited = tmp_path / "edited.json"
    edited.write_text(json.dumps(plan))
    before = {p.name for p in (studio.home / "cache" / "segments").glob("*.mp4")}
    result = studio.json(
        "music-video", str(song), "-o", str(tmp_path / "again"), "--preset", "preview",
        "--plan", str(edited),
    )  # fmt: skip
    after = {p.name for p in (studio.home / "cache" / "segments").glob("*.mp4")}
    assert result["success"] is True
    assert len(after - before) == 1


def test_a_finished_job_answers_at_once(finished: Finished, song: Path) -> None:
    studio, out, result = finished
    again = studio.json(
        "music-video", str(song), "-o", str(out), "--preset", "preview", "--max-shots", "3",
        "--title", "Six Seconds", "--artist", "Nobody", "--seed", "4", "--resume",
    )  # fmt: skip
    assert again["job_id"] == result["job_id"]


def test_another_jobs_video_is_not_overwritten(finished: Finished, song: Path) -> None:
    studio, out, _ = finished
    first = (out / "final_video.mp4").read_bytes()
    other = studio.json(
        "music-video", str(song), "-o", str(out), "--preset", "preview", "--max-shots", "2",
        "--seed", "9",
    )  # fmt: skip
    assert Path(other["output_video_path"]).parent == out / other["job_id"]
    assert (out / "final_video.mp4").read_bytes() == first


def test_jobs_can_be_listed_and_shown(finished: Finished) -> None:
    studio, _, result = finished
    rows = studio.json("jobs", "list")["jobs"]
    assert result["job_id"] in {row["job_id"] for row in rows}
    shown = studio.json("jobs", "show", result["job_id"][:8])
    assert shown["status"] == "completed"
    assert shown["progress"] == 1.0
    assert shown["output_path"] == result["output_video_path"]


def test_one_and_two_workers_make_the_same_pixels(
    finished: Finished, song: Path, tmp_path: Path
) -> None:
    studio, _, _ = finished
    alone = Studio(tmp_path / "alone")
    alone.json(
        "music-video", str(song), "-o", str(tmp_path / "out"), "--preset", "preview",
        "--max-shots", "3", "--title", "Six Seconds", "--artist", "Nobody", "--seed", "4",
        APEX_WORKERS="1",
    )  # fmt: skip
    theirs = studio.home / "cache" / "segments"
    for path in (alone.home / "cache" / "segments").glob("*.mp4"):
        assert path.read_bytes() == (theirs / path.name).read_bytes()


def test_stop_at_plan_then_resume(studio: Studio, song: Path, tmp_path: Path) -> None:
    words = ("music-video", str(song), "-o", str(tmp_path / "out"), "--preset", "preview",
             "--max-shots", "2", "--aspect", "9:16")  # fmt: skip
    stopped = studio.json(*words, "--stop-at", "plan")
    assert stopped["stopped_at"] == "plan"
    assert not (tmp_path / "out" / "final_video.mp4").exists()
    done = studio.json(*words, "--resume")
    assert done["job_id"] == stopped["job_id"]
    info = probe(tmp_path / "out" / "final_video.mp4")
    assert info.video is not None
    assert (info.video.width, info.video.height) == (360, 640)
