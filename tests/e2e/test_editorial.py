"""A finished video goes to an editor and back, and one of its shots is made anew."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import opentimelineio as otio

from .conftest import Studio


def _plan(out: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((out / "cinematography_plan.json").read_text())
    return found


def test_timelines_lie_beside_the_video_and_come_back(
    finished: tuple[Studio, Path, dict[str, Any]], tmp_path: Path
) -> None:
    studio, out, result = finished
    names = {"otio", "edl", "fcpxml", "fcp7.xml", "csv", "json"}
    assert {p.name.removeprefix("timeline.") for p in out.glob("timeline.*")} == names
    told = studio.json("export", result["job_id"], "--format", "edl", "-o", str(tmp_path))
    text = (tmp_path / "timeline.edl").read_text()
    assert told["files"] == [str(tmp_path / "timeline.edl")]
    assert "SOURCE FILE: ../" in text
    shots = _plan(out)["shots"]
    timeline = otio.adapters.read_from_file(str(out / "timeline.otio"))
    track = timeline.video_tracks()[0]
    clips = list(track.find_clips())
    assert len(clips) == len(shots) > 2
    track.remove(clips[1])
    edit = tmp_path / "recut.otio"
    otio.adapters.write_to_file(timeline, str(edit))
    facts = studio.json("import", str(out), str(edit), "-o", str(tmp_path / "plan.json"))
    assert facts["shots"] == len(shots) - 1
    assert facts["notes"]
    again = json.loads((tmp_path / "plan.json").read_text())
    assert again["shots"][-1]["end"] == shots[-1]["end"]
    wrong = studio.json("import", str(out), str(out / "storyboard.md"), code=3)
    assert "no timeline we read" in wrong["message"]


def test_one_shot_is_made_anew_and_can_be_taken_back(
    finished: tuple[Studio, Path, dict[str, Any]], tmp_path: Path
) -> None:
    studio, made, _ = finished
    out = tmp_path / "video"
    shutil.copytree(made, out)
    before, bytes_before = _plan(out), (out / "final_video.mp4").read_bytes()
    shot = before["shots"][0]
    dry = studio.json("reroll", str(out), "1", "--prompt", "a boat at night", "--dry-run")
    assert dry["shot"] == shot["shot_id"]
    assert 0 < dry["frames_to_render"] < dry["frames_in_all"]
    assert dry["pictures_to_make"] == 1
    assert _plan(out) == before
    told = studio.json("reroll", str(out), "1", "--prompt", "a boat at night")
    assert told["reroll"]["frames_to_render"] == dry["frames_to_render"]
    after = _plan(out)
    pictures = {p["picture_id"]: p for p in after["pictures"]}
    assert pictures[after["shots"][0]["picture_id"]]["prompt"] == "a boat at night"
    assert [s["end"] for s in after["shots"]] == [s["end"] for s in before["shots"]]
    assert (out / "final_video.mp4").read_bytes() != bytes_before
    takes = studio.json("reroll", str(out), shot["shot_id"], "--list")["takes"]
    assert [(t["take"], t["present"]) for t in takes] == [(1, False), (2, True)]
    assert all(Path(t["still"]).is_file() for t in takes)
    assert not (out / "cinematography_plan.next.json").exists()
    back = studio.json("reroll", str(out), "1", "--take", "1")
    assert back["reroll"]["pictures_to_make"] == 0
    assert back["reroll"]["frames_to_render"] == 0
    assert (out / "final_video.mp4").read_bytes() == bytes_before
    refused = studio.json("reroll", str(out), "77", code=2)
    assert refused["where"] == "shot"
