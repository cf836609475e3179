"""One song, every version of it: killed on the way, taken up again, and each what it says."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from apex_director.cinematography.schema import from_json
from apex_director.media.decode import samples, video_frames
from apex_director.media.probe import probe
from tests.servers.client import Server

from .conftest import Studio

pytestmark = [pytest.mark.e2e, pytest.mark.slow, pytest.mark.timeout(900)]
Made = tuple[Path, dict[str, Any], str, bool]
KEY = "test-key-77ab-never-in-a-file"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory, song: Path) -> Made:
    """All versions of ten seconds; killed once the first one lies there, and resumed."""
    folder = tmp_path_factory.mktemp("versions")
    studio, out = Studio(folder / "studio"), folder / "out"
    words = ("music-video", str(song), "-o", str(out), "--preset", "preview", "--max-shots", "1",
             "--seed", "4", "--title", "Ten", "--also", "9:16", "--teaser", "6",
             "--canvas", "3")  # fmt: skip
    running = studio.start(*words)
    until = time.monotonic() + 400
    while not (out / "final_video.mp4").exists() and time.monotonic() < until:
        assert running.poll() is None, running.communicate()[1]
        time.sleep(0.05)
    running.kill()
    running.communicate()
    before = (out / "final_video.mp4").read_bytes()
    killed_early = not (out / "canvas.mp4").exists()
    done = studio.apex(*words, "--resume", "--json", timeout=400)
    assert done.returncode == 0, done.stderr
    assert (out / "final_video.mp4").read_bytes() == before
    return out, json.loads(done.stdout), done.stderr, killed_early


def test_all_of_them_are_listed_and_there(made: Made) -> None:
    out, result, said, killed_early = made
    assert killed_early
    assert result["success"] is True
    assert result["output_video_path"] == str(out / "final_video.mp4")
    names = ["16:9", "9:16", "teaser", "teaser 9:16", "canvas"]
    assert [v["name"] for v in result["versions"]] == names
    files = ["final_video.mp4", "final_video_9x16.mp4", "teaser.mp4", "teaser_9x16.mp4",
             "canvas.mp4"]  # fmt: skip
    for version, file in zip(result["versions"], files, strict=True):
        assert version["path"] == str(out / file)
        assert version["success"] is True
        info = probe(out / file)
        assert info.video is not None
        assert (f"{info.video.width}x{info.video.height}", info.video.frames) == (
            version["size"],
            version["frames"],
        )
        report = json.loads(Path(version["quality_report"]).read_text())
        assert report["verdict"] in {"pass", "warn"}
        assert Path(version["contact_sheet"]).stat().st_size > 0
    assert json.loads((out / "generation_result.json").read_text()) == result
    assert not list(out.rglob("*.part"))
    for name in names[1:]:
        assert f"{name}: " in said  # a progress line of its own


def test_another_aspect_is_the_same_film_in_time(made: Made) -> None:
    out, _, _, _ = made
    one, other = (
        from_json((out / f"cinematography_plan{tag}.json").read_text()) for tag in ("", "_9x16")
    )
    assert (other.format.width, other.format.height) == (360, 640)
    assert [(s.start, s.end) for s in other.shots] == [(s.start, s.end) for s in one.shots]
    assert other.titles == one.titles
    assert [s.framing for s in other.shots] != [s.framing for s in one.shots]
    sounds = [np.concatenate(list(samples(out / f"final_video{tag}.mp4"))) for tag in ("", "_9x16")]
    assert np.array_equal(*sounds)


def test_the_teaser_is_that_stretch_of_the_song(made: Made, song: Path) -> None:
    out, result, _, _ = made
    version = result["versions"][2]
    info = probe(out / "teaser.mp4")
    assert info.video is not None
    assert info.audio is not None
    start, end = version["window"]
    grid = json.loads((out / "audio_analysis.json").read_text())["beat_info"]
    assert min(abs(start - t) for t in grid["downbeats"]) <= 0.06
    assert min(abs(end - t) for t in [*grid["downbeats"], 10.0]) <= 0.03
    assert abs(end - start - version["seconds"]) < 0.01
    heard = np.concatenate(list(samples(out / "teaser.mp4"))).mean(axis=1)
    assert abs(heard[-400:]).max() < 0.02
    source = samples(song)
    whole = np.concatenate(list(source)).mean(axis=1)
    heard = heard[:: info.audio.sample_rate // source.sample_rate]  # AAC has twice the rate here
    first = round(Fraction(start).limit_denominator(24) * source.sample_rate)
    middle = slice(source.sample_rate, 3 * source.sample_rate)
    wanted = whole[first:][middle]
    assert np.corrcoef(heard[middle], wanted)[0, 1] > 0.98  # AAC keeps the wave in its place
    assert abs(heard[-400:]).max() < 0.02


def test_the_canvas_is_silent_small_and_has_no_seam(made: Made) -> None:
    out, result, _, _ = made
    info = probe(out / "canvas.mp4")
    assert info.audio is None
    assert info.size <= 8_000_000
    assert 3.0 <= result["versions"][4]["seconds"] <= 8.0
    frames = [f.y.astype(np.int16).copy() for f in video_frames(out / "canvas.mp4")]
    steps = [np.abs(a - b).mean() for a, b in pairwise(frames)]
    assert np.abs(frames[-1] - frames[0]).mean() <= 1.5 * np.median(steps)
    assert np.median(steps) > 0.15


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    with Server(tmp_path / "books.jsonl") as started:
        yield started


def test_pictures_of_every_aspect_are_on_the_bill_before_anything_is_spent(
    studio: Studio, song: Path, server: Server
) -> None:
    keys = {"GEMINI_API_KEY": KEY, "GEMINI_BASE_URL": server.base("gemini")}
    words = ("music-video", str(song), "-o", str(studio.home.parent / "out"), "--preset",
             "preview", "--max-shots", "1", "--backend", "nano_banana")  # fmt: skip
    cut = ("--teaser", "6", "--canvas", "3", "--only-cutdowns")
    plain = studio.json(*words, "--dry-run", **keys)["purchases"]
    asked = studio.json(*words, "--also", "9:16,1:1", "--canvas", "3", "--teaser", "6", code=5,
                        **keys)  # fmt: skip
    few = studio.json(*words, *cut, "--dry-run", **keys)["purchases"]
    assert plain[0]["count"] == 1
    assert "3 pictures by nano_banana" in asked["message"]  # the canvas shows that of 9:16
    assert few[0]["count"] == 2
    assert not [row for row in server.seen() if row["method"] == "POST"]
