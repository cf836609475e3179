"""What a person asks for comes down to one format, and one key to resume by."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest

from apex_director.core.errors import InputUnusable, ValidationFailed
from apex_director.productions.request import (
    MusicVideoRequest,
    checked,
    delivery_of,
    request_from,
    resume_key,
)


@pytest.fixture
def song(tmp_path: Path) -> Path:
    path = tmp_path / "song.wav"
    path.write_bytes(b"RIFF")
    return path


@pytest.mark.parametrize(
    ("aspect", "preset", "size"),
    [
        ("16:9", "high", "1920x1080"),
        ("9:16", "web", "1080x1920"),
        ("1:1", "high", "1080x1080"),
        ("4:5", "web", "1080x1350"),
        ("21:9", "high", "2520x1080"),
        ("16:9", "preview", "640x360"),
        ("9:16", "draft", "720x1280"),
    ],
)
def test_aspect_keeps_the_short_side(aspect: str, preset: str, size: str) -> None:
    request = MusicVideoRequest(audio_path="x", aspect=aspect, quality_preset=preset)
    assert str(delivery_of(request).size) == size


def test_resolution_and_rate_win_over_the_preset() -> None:
    request = MusicVideoRequest(audio_path="x", target_resolution="1280x720", target_fps="23.976")
    delivery = delivery_of(request)
    assert str(delivery.size) == "1280x720"
    assert delivery.rate == Fraction(24000, 1001)


def test_the_key_names_song_options_and_output(song: Path, tmp_path: Path) -> None:
    first = checked(MusicVideoRequest(audio_path=str(song), output_dir=str(tmp_path / "a")))
    key = resume_key(first, "song")
    assert key == resume_key(replace(first, stop_at="plan", deliver_anyway=True), "song")
    assert key == resume_key(replace(first, audio_path="elsewhere/same-bytes.wav"), "song")
    others = [
        resume_key(first, "another song"),
        resume_key(replace(first, seed=1), "song"),
        resume_key(replace(first, genre="rock"), "song"),
        resume_key(replace(first, output_dir=str(tmp_path / "b")), "song"),
    ]
    assert len({key, *others}) == 5


def test_the_key_follows_the_plans_content(song: Path, tmp_path: Path) -> None:
    plan = tmp_path / "plan.json"
    plan.write_text("{}")
    request = replace(checked(MusicVideoRequest(audio_path=str(song))), plan_path=str(plan))
    before = resume_key(request, "song")
    plan.write_text("{ }")
    assert resume_key(request, "song") != before


def test_what_is_wrong_is_named(song: Path) -> None:
    with pytest.raises(ValidationFailed, match="max-shots"):
        checked(MusicVideoRequest(audio_path=str(song), max_shots=0))
    with pytest.raises(ValidationFailed, match="unknown option 'speed'"):
        request_from({"audio_path": str(song), "speed": 2})
    with pytest.raises(InputUnusable, match="folder"):
        checked(MusicVideoRequest(audio_path=str(song.parent)))
    with pytest.raises(ValidationFailed, match="lrc"):
        checked(MusicVideoRequest(audio_path=str(song), lyrics_path=str(song)))


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("max_shots", "3"),
        ("max_shots", True),
        ("seed", 1.5),
        ("seed", 2**63),
        ("genre", b"rock"),
        ("shots_per_minute", float("nan")),
        ("target_fps", ["24"]),
        ("color_palette", [1]),
        ("song_title", "x" * 301),
        ("concept", "x" * 5001),
        ("concept", "a\udcff"),
        ("artist_name", "a\0b"),
    ],
)
def test_values_of_the_wrong_kind_are_refused_before_work_begins(
    song: Path, field: str, value: object
) -> None:
    with pytest.raises(ValidationFailed) as caught:
        checked(request_from({"audio_path": song, field: value}))
    assert field.replace("_", "-") in caught.value.where.replace("_", "-")


def test_none_means_decide_from_the_music(song: Path) -> None:
    request = request_from({"audio_path": song, "concept": None, "target_fps": 24, "seed": None})
    assert (request.concept, request.target_fps, request.seed) == ("", "24", 0)


def test_a_name_that_is_no_text_cannot_be_used(tmp_path: Path) -> None:
    with pytest.raises(InputUnusable, match="no text"):
        checked(MusicVideoRequest(audio_path=str(tmp_path / "b\udcffd.wav")))


def test_titles_are_set_in_one_line() -> None:
    from apex_director.productions.directing import LONGEST_CARD, _one_line

    assert _one_line("Two\nLines\t\x1b[0m  and\x7f more") == "Two Lines [0m and more"
    assert len(_one_line("x" * 9999)) == LONGEST_CARD
