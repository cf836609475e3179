"""What one production leaves for the next: pictures in layers, within their room; takes filed."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from apex_director import media
from apex_director.cinematography.schema import to_json
from apex_director.productions import drawing, keeping
from apex_director.productions.folders import NEXT_PLAN, Work
from apex_director.productions.keeping import layers_kept, sound_kept, take_layers, tidy
from apex_director.productions.model import Payload, Ports
from apex_director.productions.rerolling import expect_take, keep_take, picture_of, takes_of
from tests.video.pictures import board, shot

PIXELS = np.arange(256, dtype=np.uint8).reshape(8, 8, 4)


def _nothing(_: object) -> None:
    return None


def _ports(home: Path) -> Ports:
    return Ports(home=home, backends=(), workers=1, cut="cut")


def _tidied(home: Path, job: str, plan: str = "") -> None:
    tidy(_ports(home), {"job_id": job, "plan_path": plan}, _nothing)


def _layers(home: Path, job: str, key: str) -> Path:
    folder = Work(home=home, job_id=job).layers / key
    media.write_layers(folder, {"layer_00": PIXELS}, {keeping.TAKE: f"take of {key}"})
    return folder


def test_layers_go_from_job_to_job_and_belong_to_one_at_a_time(tmp_path: Path) -> None:
    first = _layers(tmp_path, "a", "sea")
    assert not layers_kept(tmp_path, "take of sea")
    _tidied(tmp_path, "a")
    assert not first.parent.exists()
    assert layers_kept(tmp_path, "take of sea")
    second = Work(home=tmp_path, job_id="b").layers / "sea"
    assert take_layers(tmp_path, "take of sea", second)
    assert np.array_equal(media.read_layers(second)[1]["layer_00"], PIXELS)
    assert not layers_kept(tmp_path, "take of sea")
    assert not take_layers(tmp_path, "take of sea", second.with_name("again"))
    assert not take_layers(tmp_path, "", second.with_name("again"))


def test_layers_that_are_not_whole_are_no_layers(tmp_path: Path) -> None:
    _layers(tmp_path, "a", "sea")
    _tidied(tmp_path, "a")
    kept = tmp_path / "cache" / "layers" / "take of sea"
    next(kept.glob("layer_*")).unlink()
    mine = Work(home=tmp_path, job_id="b").layers / "sea"
    assert not take_layers(tmp_path, "take of sea", mine)
    assert not mine.exists()


def test_those_used_longest_ago_leave_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for age, key in enumerate(("new", "old", "older")):
        _layers(tmp_path, key, key)
        _tidied(tmp_path, key)
        os.utime(tmp_path / "cache" / "layers" / f"take of {key}", (1e6 - age, 1e6 - age))
    one = sum(p.stat().st_size for p in (tmp_path / "cache" / "layers" / "take of new").iterdir())
    monkeypatch.setattr(keeping, "LAYERS_BYTES", 2 * one)
    _tidied(tmp_path, "none")
    kept = {path.name for path in (tmp_path / "cache" / "layers").iterdir()}
    assert kept == {"take of new", "take of old"}
    monkeypatch.setattr(media, "free_bytes", lambda _: 0)
    _tidied(tmp_path, "none")
    assert not list((tmp_path / "cache" / "layers").iterdir())  # a full disk keeps nothing


def test_a_known_picture_takes_its_kept_layers(tmp_path: Path) -> None:
    _layers(tmp_path, "a", "sea")
    _tidied(tmp_path, "a")
    still = tmp_path / "sea.png"
    still.write_bytes(b"png")
    facts = {"backend": "procedural", "job_id": "a", keeping.TAKE: "take of sea"}
    still.with_suffix(".json").write_text(json.dumps(facts))
    folder = Work(home=tmp_path, job_id="b").layers / "sea"
    payload: Payload = {"job_id": "b", "needed_by": [str(tmp_path / "cut.mp4")]}
    story = still.with_suffix(".json")

    def known(more: Payload) -> Payload | None:
        return drawing._known(_ports(tmp_path), payload | more, folder, still, story)

    assert known({"expect": "cloud"}) is None  # somebody else's picture is not taken for it
    assert not folder.exists()
    assert known({}) == facts | {"reused": True}
    assert folder.is_dir()


def test_a_song_is_kept_by_its_bytes_and_the_videos_length(tmp_path: Path) -> None:
    song, rate = tmp_path / "song.wav", Fraction(24)
    song.write_bytes(b"RIFF one")
    named = sound_kept(_ports(tmp_path), song, 96, rate)
    assert named == sound_kept(_ports(tmp_path), song, 96, rate)
    others = [sound_kept(_ports(tmp_path), song, 97, rate)]
    others += [sound_kept(replace(_ports(tmp_path), cut="other"), song, 96, rate)]
    song.write_bytes(b"RIFF two")
    others += [sound_kept(_ports(tmp_path), song, 96, rate)]
    assert named not in others
    assert len(set(others)) == 3
    assert sound_kept(replace(_ports(tmp_path), cut=""), song, 96, rate) is None


def test_a_take_is_filed_by_whoever_ends_the_job(tmp_path: Path) -> None:
    """A reroll that was interrupted and resumed ends in another process than it began in."""
    before = board((shot(1, 0, 24, "p0"), shot(2, 24, 48, "p1")))
    one = before.shots[1]
    (tmp_path / "generated_images").mkdir()
    keep_take(tmp_path, one, picture_of(before, one))
    expect_take(tmp_path, one)
    pictures = (before.pictures[0], replace(before.pictures[1], seed=99))
    plan = tmp_path / NEXT_PLAN
    plan.write_text(to_json(replace(before, pictures=pictures)))
    _tidied(tmp_path / "studio", "a", str(plan))
    assert [take.picture.seed for take in takes_of(tmp_path, one.shot_id)][1:] == [99]
    assert not plan.exists()
    assert {p.name for p in (tmp_path / "takes").iterdir()} == {one.shot_id}
    _tidied(tmp_path / "studio", "a", str(plan))  # told again after a crash: nothing is left to do
    assert len(takes_of(tmp_path, one.shot_id)) == 2
