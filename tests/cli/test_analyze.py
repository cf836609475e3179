"""`apex analyze`: X6 and nothing else on stdout, a page, a click track, corrections."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from apex_director import media
from apex_director.cli.analyze import plot_named
from apex_director.cli.heard import event_lines, form_lines

from .conftest import Said

Apex = Callable[..., Said]
RATE = 22050
BPM = 120.0


@pytest.fixture(scope="module")
def song(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Twelve seconds of four on the floor with hats between and a bass note on every bar."""
    rng = np.random.default_rng(3)
    n = int(12.2 * RATE)
    out, t = 0.001 * rng.standard_normal(n), np.arange(RATE // 5) / RATE
    kick = np.sin(2 * np.pi * 55 * t) * np.exp(-t / 0.06)
    hat = rng.standard_normal(RATE // 20) * np.exp(-np.arange(RATE // 20) / 300)
    for k, at in enumerate(np.arange(0.2, 12.0, 30 / BPM)):
        start = round(at * RATE)
        sound = kick if k % 2 == 0 else 0.3 * hat
        out[start : start + len(sound)] += sound[: n - start]
        if k % 8 == 0:
            bar = out[start : start + 2 * RATE]
            bar += 0.2 * np.sin(2 * np.pi * 110 * np.arange(len(bar)) / RATE)
    out *= 0.8 / np.abs(out).max()
    path = tmp_path_factory.mktemp("song") / "four_floor.wav"
    media.write_sound(path, [out[:, None].astype(np.float32)], sample_rate=RATE, layout="mono")
    return path


def test_one_object_on_stdout_and_the_files_beside(apex: Apex, song: Path, tmp_path: Path) -> None:
    clicks = tmp_path / "clicks.flac"
    said = apex(
        *("analyze", str(song), "--plot", "--json", "--click", str(clicks), "-o", str(tmp_path))
    )
    assert said.code == 0, said.err
    beats = said.json["beat_info"]
    assert beats["bpm"] == pytest.approx(BPM, rel=0.02)
    with Image.open(tmp_path / "four_floor_analysis.png") as page:
        assert page.width > 3000
        assert len(page.convert("RGB").resize((200, 140)).getcolors(1 << 16) or []) > 100
    stream = media.samples(clicks)
    heard, before = (np.concatenate(list(s))[:, 0] for s in (stream, media.samples(song)))
    assert (stream.sample_rate, len(heard)) == (RATE, len(before))
    assert np.abs(heard).max() < 0.9
    assert "page: " in said.err
    assert "click track: " in said.err
    assert sorted(p.name for p in tmp_path.iterdir() if p.is_file()) == [
        "audio_analysis.json",
        "clicks.flac",
        "four_floor_analysis.png",
    ]


def test_corrections_reach_the_ear(apex: Apex, song: Path) -> None:
    plain = apex("analyze", str(song), "--json").json["beat_info"]
    moved = apex("analyze", str(song), "--json", "--tempo", "120", "--bar-shift", "1")
    assert moved.code == 0, moved.err
    beats = moved.json["beat_info"]
    assert beats["bpm"] == pytest.approx(120.0, rel=0.04)
    assert beats["downbeats"]
    assert not set(beats["downbeats"]) & set(plain["downbeats"])
    assert apex("analyze", str(song), "--tempo", "5").code == 2
    assert apex("analyze", str(song), "--taps", "there_are_none.txt").code == 3


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("--click", "clicks.mp3"), 2),
        (("--plot", "page.jpg"), 2),
        (("--click", "{song}/in/a/file.wav"), 4),
    ],
)
def test_a_name_that_cannot_be_written_is_refused_at_once(
    apex: Apex, song: Path, words: tuple[str, ...], code: int
) -> None:
    named = [word.format(song=song) for word in words]
    said = apex("analyze", str(song), *named, "--json")
    assert said.code == code
    assert said.json["what_to_do"]


def test_the_song_is_never_overwritten(apex: Apex, song: Path) -> None:
    before = song.read_bytes()
    assert apex("analyze", str(song), "--click", str(song)).code == 2
    assert song.read_bytes() == before


def test_plot_needs_no_name() -> None:
    assert plot_named(["a.mp3", "--plot"]) == ["a.mp3", "--plot=auto"]
    assert plot_named(["--plot", "a.mp3", "--json"]) == ["--plot=auto", "a.mp3", "--json"]
    assert plot_named(["--plot", "a.SVG", "a.mp3"]) == ["--plot", "a.SVG", "a.mp3"]


def test_the_form_is_a_table_with_bars_as_musicians_count_them() -> None:
    beats = [0.5 * k for k in range(32)]
    found = {
        "beat_info": {
            "grid": {"verdict": "firm"},
            "beats": beats,
            "bars": [k // 4 for k in range(32)],
            "positions": [k % 4 + 1 for k in range(32)],
        },
        "section_info": {
            "form": "AB",
            "sections": [
                {
                    "start_time": start,
                    "end_time": end,
                    "label": label,
                    "repeat_group": group,
                    "energy": 0.5,
                }
                for start, end, label, group in (
                    (0.0, 8.0, "verse", "A"),
                    (8.0, 16.0, "pre_chorus", "B"),
                )
            ],
        },
        "vocal_info": {"intervals": [{"start": 8.0, "end": 12.0}]},
        "events": [{"kind": "drop", "start": 8.0, "end": 10.0, "strength": 1.0}],
    }
    lines = form_lines(found)
    assert lines[2].split() == ["1", "0:00", "-", "0:08", "A", "verse", "4", "0%", "####"]
    assert lines[3].split() == ["5", "0:08", "-", "0:16", "B", "pre-chorus", "4", "50%", "####"]
    assert event_lines(found)[0].split(maxsplit=1)[1] == "0:08 (bar 5)"
    found["beat_info"]["grid"]["verdict"] = "none"
    assert form_lines(found)[2].split()[0] == "0:00"


def test_without_the_library_that_draws_the_next_step_is_named(
    apex: Apex, song: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("apex_director.video.songpage.available", lambda: False)
    said = apex("analyze", str(song), "--plot", "--json")
    assert said.code == 5
    assert "pip install" in said.json["what_to_do"]
