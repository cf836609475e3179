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
    request = checked(MusicVideoRequest(audio_path=str(song), plan_path=str(plan)))
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
