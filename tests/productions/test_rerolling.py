"""One shot made anew changes nothing else, and no take is ever lost."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, cast

import numpy as np
import pytest
from PIL import Image

from apex_director.cinematography.model import Storyboard
from apex_director.cinematography.schema import from_json, to_json
from apex_director.core.errors import StorageError, ValidationFailed
from apex_director.director.delivered import Delivered
from apex_director.director.rerolling import NEXT_PLAN, Change, Terms, _changed, _request
from apex_director.productions.request import checked
from apex_director.productions.rerolling import (
    keep_take,
    picture_of,
    rerolled,
    shot_named,
    takes_of,
    with_picture,
)
from tests.video.pictures import board, shot

if TYPE_CHECKING:
    from apex_director.jobs.model import JobRecord


def _board() -> Storyboard:
    """Four shots: the first and third share p0, the others have their own."""
    shots = (
        shot(1, 0, 24, "p0"),
        shot(2, 24, 48, "p1"),
        shot(3, 48, 72, "p0"),
        shot(4, 72, 96, "p2"),
    )
    return board(shots)


def test_a_shots_own_picture_changes_in_place() -> None:
    before = _board()
    one = shot_named(before, "2")
    after, picture = rerolled(before, one, prompt="a  red\nlighthouse")
    assert (picture.picture_id, picture.prompt) == ("p1", "a red lighthouse")
    assert picture.seed == picture_of(before, one).seed
    assert after.shots == before.shots
    changed = [a.picture_id for a, b in zip(after.pictures, before.pictures, strict=True) if a != b]
    assert changed == ["p1"]
    assert from_json(to_json(after)) == after


def test_a_shared_picture_stays_for_the_other_shots() -> None:
    before = _board()
    after, picture = rerolled(before, shot_named(before, "s003"), takes=3)
    assert picture.picture_id not in {"p0", "p1", "p2"}
    assert picture.seed != picture_of(before, before.shots[2]).seed
    assert picture.prompt == picture_of(before, before.shots[2]).prompt
    assert [s.picture_id for s in after.shots] == ["p0", "p1", picture.picture_id, "p2"]
    assert {p.picture_id for p in before.pictures} < {p.picture_id for p in after.pictures}
    again, other = rerolled(after, shot_named(after, "1"))
    assert other.picture_id == "p0"
    assert len(again.pictures) == len(after.pictures)


def test_each_take_has_its_own_seed_and_the_same_one_every_time() -> None:
    before = _board()
    one = before.shots[1]
    seeds = [rerolled(before, one, takes=n)[1].seed for n in range(1, 6)]
    assert len({*seeds, picture_of(before, one).seed}) == 6
    assert seeds == [rerolled(before, one, takes=n)[1].seed for n in range(1, 6)]


def test_going_back_to_an_old_picture_gives_the_old_plan() -> None:
    before = _board()
    one = shot_named(before, "3")
    old = picture_of(before, one)
    after, _ = rerolled(before, one)
    back, picture = with_picture(after, shot_named(after, "3"), old)
    assert picture.picture_id == "p0"
    assert back == before


@pytest.mark.parametrize(
    ("name", "change", "where"),
    [("9", {}, "shot"), ("x", {}, "shot"), ("1", {"prompt": "a" * 6000}, "prompt")],
)
def test_what_cannot_be_rerolled_is_told(name: str, change: dict[str, str], where: str) -> None:
    with pytest.raises(ValidationFailed) as caught:
        rerolled(_board(), shot_named(_board(), name), **change)
    assert caught.value.where == where
    assert caught.value.what_to_do


def test_the_same_picture_again_is_refused() -> None:
    before = _board()
    with pytest.raises(ValidationFailed, match="the picture the shot has"):
        rerolled(before, before.shots[0], seed=picture_of(before, before.shots[0]).seed)


def test_takes_are_kept_once_each_with_their_pictures(tmp_path: Path) -> None:
    before = _board()
    one = before.shots[1]
    old = picture_of(before, one)
    made = tmp_path / "generated_images"
    made.mkdir()
    Image.fromarray(np.full((4, 4, 3), 90, np.uint8)).save(made / "p1.png")
    (made / "p1.json").write_text(json.dumps({"backend": "procedural"}))
    first = keep_take(tmp_path, one, old)
    assert (first.number, first.backend) == (1, "procedural")
    assert keep_take(tmp_path, one, old).number == 1
    _, new = rerolled(before, one)
    Image.fromarray(np.full((4, 4, 3), 200, np.uint8)).save(made / "p1.png")
    assert keep_take(tmp_path, one, new).number == 2
    takes = takes_of(tmp_path, one.shot_id)
    assert [t.number for t in takes] == [1, 2]
    assert [replace(t.picture, picture_id="") for t in takes] == [
        replace(old, picture_id=""),
        replace(new, picture_id=""),
    ]
    stills = [np.asarray(Image.open(t.still))[0, 0, 0] for t in takes if t.still]
    assert stills == [90, 200]
    (tmp_path / "takes" / one.shot_id / "take-01.json").write_text("{")
    with pytest.raises(StorageError, match="cannot be read"):
        takes_of(tmp_path, one.shot_id)


def test_the_take_that_is_shown_is_not_gone_back_to(tmp_path: Path) -> None:
    before = _board()
    one = before.shots[1]
    found = Delivered(folder=tmp_path, plan=tmp_path / "plan.json", job=None)

    def refused(now: Storyboard, take: int) -> str:
        with pytest.raises(ValidationFailed) as caught:
            _changed(found, now, one, Change(take=take), 1)
        return f"{caught.value.what}. {caught.value.what_to_do}"

    assert refused(before, 1).startswith("take 1 is what shot s002 shows now. It has no other yet")
    assert refused(before, 2).startswith("shot s002 has no take 2")
    keep_take(tmp_path, one, picture_of(before, one))
    after, picture = rerolled(before, one)
    assert refused(after, 2).startswith("take 2 is what shot s002 shows now. It also has 1.")
    keep_take(tmp_path, one, picture)
    assert refused(after, 2).startswith("take 2 is what shot s002 shows now. It also has 1.")
    assert _changed(found, after, one, Change(take=1), 1)[1].seed == picture_of(before, one).seed


def test_the_plans_own_lyrics_and_look_are_not_asked_for_again(tmp_path: Path) -> None:
    """A video with karaoke and a look is rendered again from its plan, which holds both."""
    song, plan = tmp_path / "song.wav", tmp_path / NEXT_PLAN
    song.write_bytes(b"RIFF")
    plan.write_text(to_json(_board()))
    asked = {
        "audio_path": str(song),
        "lyrics_path": "gone.lrc",
        "karaoke": True,
        "lyrics_nudge_s": 0.5,
        "burn_lyrics": True,
        "lut_path": "gone.cube",
        "quality_preset": "preview",
        "also": ["9:16"],
    }
    job = SimpleNamespace(payload={"request": asked})
    found = Delivered(folder=tmp_path, plan=plan, job=cast("JobRecord", job))
    request = checked(_request(found, Terms(budget_usd=2.0)))
    assert request.plan_path == str(plan)
    assert (request.quality_preset, request.also, request.budget_usd) == ("preview", ("9:16",), 2.0)
    assert not request.approved
