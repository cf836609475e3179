"""The plan file: exact round trips, and one clear sentence for every kind of mistake."""

from __future__ import annotations

import json
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import pytest

from apex_director.cinematography import from_json, to_json
from apex_director.cinematography.model import Storyboard
from apex_director.core.errors import PlanInvalid

from .songs import song
from .test_plan import direct

Edit = Callable[[dict[str, Any]], None]


@pytest.fixture(scope="module")
def film() -> Storyboard:
    return direct(song(), Fraction(30000, 1001), title="Flut", artist="Ä|", seed=2**40)


def test_round_trip_is_exact_and_text_is_stable(film: Storyboard) -> None:
    text = to_json(film)
    assert from_json(text) == film
    assert to_json(from_json(text)) == text
    assert json.loads(text)["format"]["rate"] == "30000/1001"
    assert "Ä|" in text
    assert max(len(line) for line in text.splitlines() if '": "' not in line) < 220


def test_editing_one_prompt_changes_one_picture(film: Storyboard) -> None:
    raw = json.loads(to_json(film))
    raw["pictures"][3]["prompt"] = "A red door in a white wall."
    edited = from_json(json.dumps(raw))
    changed = [a.picture_id for a, b in zip(film.pictures, edited.pictures, strict=True) if a != b]
    assert changed == [film.pictures[3].picture_id]
    assert (edited.shots, edited.sections, edited.grade) == (film.shots, film.sections, film.grade)


def put(path: str, value: object) -> Edit:
    def edit(raw: dict[str, Any]) -> None:
        *way, last = path.split(".")
        place: Any = raw
        for step in way:
            place = place[int(step)] if step.isdigit() else place[step]
        place[last] = value

    return edit


def drop(path: str) -> Edit:
    def edit(raw: dict[str, Any]) -> None:
        *way, last = path.split(".")
        place: Any = raw
        for step in way:
            place = place[int(step)] if step.isdigit() else place[step]
        del place[int(last) if last.isdigit() else last]

    return edit


MISTAKES: list[tuple[str, Edit, tuple[str, ...]]] = [
    ("missing key", drop("shots.2.picture_id"), ("shots[2].picture_id", "s003", "missing")),
    ("missing block", drop("format"), ("format", "missing")),
    ("typo in a key", put("pictures.1.promt", "x"), ("pictures[1].promt", "Did you mean 'prompt'")),
    ("gap", put("shots.1.start", 400), ("shots[1].start", "s002", "gap after s001", "Write 2")),
    ("overlap", put("shots.1.start", 10), ("shots[1].start", "s002", "overlaps s001")),
    ("first shot late", put("shots.0.start", 5), ("shots[0].start", "Write 0")),
    ("ends early", drop("shots.-1"), ("the last shot", "the video at")),
    ("empty shot", put("shots.4.end", 0), ("shots[4]", "holds no frame")),
    ("unknown picture", put("shots.5.picture_id", "p999"), ("shots[5].picture_id", "p999", "p001")),
    ("unknown section", put("shots.5.section_id", "x"), ("shots[5].section_id", "chorus_2")),
    ("unknown family", put("pictures.0.family", "swamp"),
     ("pictures[0].family", "swamp", "alpine")),
    ("unknown hour", put("pictures.0.time_of_day", "tea"), ("time_of_day", "golden_hour")),
    ("unknown move", put("shots.3.move", "dolly"),
     ("shots[3].move", "s004", "dolly_in", "whip_pan")),
    ("unknown size", put("shots.3.size", "huge"), ("shots[3].size", "extreme_wide")),
    ("transition too long", put("shots.1.transition", {"kind": "crossfade", "frames": 9999}),
     ("shots[1].transition.frames", "s002", "does not fit")),
    ("cut with a length", put("shots.8.transition", {"kind": "cut", "frames": 3}),
     ("shots[8].transition.frames", "Write 0")),
    ("transition at the start", put("shots.0.transition", {"kind": "crossfade", "frames": 8}),
     ("shots[0]", "nothing to come from")),
    ("bad rate", put("format.rate", "fast"), ("format.rate", "24/1")),
    ("bad size", put("format.width", 641), ("format", "even sides")),
    ("bad colour", put("pictures.2.palette", ["red", "#000000", "#ffffff"]),
     ("pictures[2].palette[0]", "red", "#1b2a4c")),
    ("scale", put("shots.2.framing.scale", 0.2), ("shots[2].framing.scale", "from 1 to 4")),
    ("text for a number", put("shots.2.energy", "loud"), ("shots[2].energy", "loud", "number")),
    ("half a frame", put("shots.2.end", 10.5), ("shots[2].end", "10.5", "integer")),
    ("twin ids", put("shots.1.shot_id", "s001"), ("shots[1]", "s001", "twice")),
    ("path as id", put("pictures.0.picture_id", "../x"), ("pictures[0]", "cannot name a file")),
    ("empty prompt", put("pictures.0.prompt", " "), ("pictures[0].prompt", "empty")),
    ("no shots", put("shots", []), ("shots", "no shots")),
    ("version", put("version", 9), ("version", "Write version 1")),
    ("title outside", put("titles.0.end", 10**7), ("titles[0]", "inside the video")),
]  # fmt: skip


@pytest.mark.parametrize(("name", "edit", "words"), MISTAKES, ids=[m[0] for m in MISTAKES])
def test_mistakes_are_named(
    film: Storyboard, name: str, edit: Edit, words: tuple[str, ...]
) -> None:
    raw = json.loads(to_json(film))
    if name == "ends early":
        raw["shots"].pop()
    else:
        edit(raw)
    with pytest.raises(PlanInvalid) as problem:
        from_json(json.dumps(raw), where="my_plan.json")
    said = str(problem.value)
    assert problem.value.where.startswith("my_plan.json")
    assert problem.value.what_to_do
    assert "\n" not in said
    for word in words:
        assert word in said, said


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", ("no JSON", "line 1")),
        ("{'a': 1}", ("no JSON",)),
        ("[1, 2]", ("no storyboard",)),
        ('{"version": NaN}', ("NaN",)),
        ('{"version": 1, "version": 1}', ("stands twice",)),
        ("[" * 100_000, ("nested",)),
        ("\x00\x01", ("no JSON",)),
    ],
)
def test_what_is_no_plan_at_all(text: str, words: tuple[str, ...]) -> None:
    with pytest.raises(PlanInvalid) as problem:
        from_json(text, where="x.json")
    for word in words:
        assert word in str(problem.value)
    assert problem.value.exit_code == 3
