"""The versions a request asks for: names, sizes, order, and what is refused."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest

from apex_director.core.errors import InputUnusable, ValidationFailed
from apex_director.core.timeline import Span
from apex_director.media.model import X264
from apex_director.productions.canvas import MOST_BYTES, within
from apex_director.productions.cutdowns import FADE_IN_S, _too_much_asked, teaser_window
from apex_director.productions.looping import loop_seconds
from apex_director.productions.request import (
    MusicVideoRequest,
    checked,
    request_from,
    resume_key,
)
from apex_director.productions.versions import version_from, version_json, versions_of
from tests.cinematography.songs import song as heard

ASKED = MusicVideoRequest(audio_path="x", quality_preset="preview")


@pytest.fixture
def song(tmp_path: Path) -> Path:
    path = tmp_path / "song.wav"
    path.write_bytes(b"RIFF")
    return path


def test_a_plain_request_is_one_video() -> None:
    (only,) = versions_of(ASKED)
    assert (only.file, only.tag, only.label, str(only.size)) == (
        "final_video.mp4",
        "",
        "16:9",
        "640x360",
    )


def test_every_version_has_names_of_its_own() -> None:
    asked = replace(ASKED, also=("9:16", "16:9", "1:1"), teaser_s=30, canvas_s=6)
    made = versions_of(asked)
    assert [v.file for v in made] == [
        "final_video.mp4",
        "final_video_9x16.mp4",
        "final_video_1x1.mp4",
        "teaser.mp4",
        "teaser_9x16.mp4",
        "teaser_1x1.mp4",
        "canvas.mp4",
    ]
    assert [v.label for v in made][3:5] == ["teaser", "teaser 9:16"]
    assert made[1].beside("quality_report.json") == "quality_report_9x16.json"
    assert made[4].beside("contact_sheet.png") == "contact_sheet_teaser_9x16.png"
    assert made[1].beside("generated_images") == "generated_images_9x16"
    assert {str(v.size) for v in made} == {"640x360", "360x640", "360x360"}
    assert len({v.rejected for v in made} | {v.file for v in made}) == 2 * len(made)
    assert [version_from(version_json(v)) for v in made] == list(made)


def test_cutdowns_alone_and_an_upright_canvas_whatever_the_main_aspect() -> None:
    asked = replace(ASKED, aspect="21:9", teaser_s=15, canvas_s=4, only_cutdowns=True)
    assert [(v.file, str(v.size)) for v in versions_of(asked)] == [
        ("teaser.mp4", "840x360"),
        ("canvas.mp4", "360x640"),
    ]


@pytest.mark.parametrize(
    ("field", "value", "where"),
    [
        ("teaser_s", 4.9, "teaser"),
        ("teaser_s", 121, "teaser"),
        ("teaser_s", float("nan"), "teaser"),
        ("teaser_s", "30", "teaser_s"),
        ("canvas_s", 2.9, "canvas"),
        ("canvas_s", 9, "canvas"),
        ("also", "9:16,3:2", "also"),
        ("also", [9], "also"),
        ("lyrics_nudge_s", 11, "lyrics-nudge"),
        ("lut_strength", 1.1, "lut-strength"),
        ("lut_path", "look.png", "look.png"),
        ("karaoke", "yes", "karaoke"),
        ("only_cutdowns", True, "only-cutdowns"),
    ],
)
def test_what_cannot_be_made_is_refused_before_work_begins(
    song: Path, field: str, value: object, where: str
) -> None:
    with pytest.raises(ValidationFailed) as caught:
        checked(request_from({"audio_path": song, field: value}))
    assert caught.value.where == where


def test_a_look_counts_by_its_content(song: Path, tmp_path: Path) -> None:
    with pytest.raises(InputUnusable):
        checked(MusicVideoRequest(audio_path=str(song), lut_path=str(tmp_path / "none.cube")))
    look, twin = tmp_path / "a.cube", tmp_path / "b.cube"
    for path in (look, twin):
        path.write_text("LUT_1D_SIZE 2\n0 0 0\n1 1 1\n")
    base = checked(MusicVideoRequest(audio_path=str(song), lut_path=str(look)))
    key = resume_key(base, "song")
    assert resume_key(replace(base, lut_path=str(twin)), "song") == key
    look.write_text("LUT_1D_SIZE 2\n0 0 0\n1 1 0.5\n")
    assert resume_key(base, "song") != key
    changes = (("also", ("9:16",)), ("teaser_s", 30.0), ("canvas_s", 6.0), ("karaoke", True))
    others = [replace(base, lut_path="", **{name: value}) for name, value in changes]
    assert len({resume_key(one, "song") for one in others}) == 4


@pytest.mark.parametrize("rate", [Fraction(24), Fraction(30000, 1001)])
def test_a_teaser_hears_its_first_beat_whole(rate: Fraction) -> None:
    analysis = heard()
    total = round(analysis.duration_s * rate)
    window = teaser_window(analysis, rate, total, 30)
    beat = min(analysis.grid.downbeats, key=lambda t: abs(t - window.start / rate))
    assert FADE_IN_S <= beat - window.start / rate <= FADE_IN_S + 1 / rate
    bars = float((window.end - window.start) / rate) / 2.0
    assert abs(bars - round(bars)) * 2.0 <= 2.5 / rate
    whole = teaser_window(analysis, rate, total, 10_000)
    assert (whole.start, whole.end) == (0, total)


@pytest.mark.parametrize(("wish", "bpm", "seconds"), [(6, 120, 6), (5, 100, 4.8), (3, 85, 5.647)])
def test_a_loop_holds_whole_bars_of_three_to_eight_seconds(
    wish: float, bpm: float, seconds: float
) -> None:
    assert loop_seconds(heard(bpm=bpm), wish, 60.0) == pytest.approx(seconds, abs=0.01)
    assert loop_seconds(heard(verdict="none"), wish, 60.0) == wish


@pytest.mark.parametrize("seconds", [3.0, 6.0, 8.0])
def test_the_encoder_cannot_outgrow_what_a_canvas_may_weigh(seconds: float) -> None:
    rate = within(X264(), seconds).maxrate_kbps * 1000 / 8
    assert rate * (seconds + 2.0) <= MOST_BYTES
    assert within(X264(maxrate_kbps=100), seconds).maxrate_kbps == 100


def test_a_teaser_longer_than_its_song_is_told() -> None:
    rate = Fraction(24)
    assert _too_much_asked(Span(start=0, end=312), 312, rate, 13.5) == ()
    assert _too_much_asked(Span(start=24, end=264), 1000, rate, 30.0) == ()
    (told,) = _too_much_asked(Span(start=0, end=312), 312, rate, 30.0)
    assert told == "The song lasts 0:13; the teaser of 30 s shows all of it."
    (told,) = _too_much_asked(Span(start=0, end=288), 312, rate, 30.0)
    assert "shows 0:12 of it" in told
