"""One shot's picture made anew: the plan with that change alone, and every take that was made.

Takes lie beside the video, ``takes/<shot>/take-01.json`` with its picture ``take-01.png``; none is
ever overwritten, and any of them can be taken back.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from apex_director import media
from apex_director.cinematography.model import PicturePlan, Shot, Storyboard
from apex_director.cinematography.schema import from_json, to_json
from apex_director.core.errors import ApexError, StorageError, ValidationFailed
from apex_director.core.ids import seed_for

from .folders import copy

FOLDER = "takes"
LONGEST_PROMPT = 5000  # contract X1
_EXPECTED = "expected.json"
_TAKE = re.compile(r"take-(\d{2,})\.json")
_PICTURE = TypeAdapter(PicturePlan)


@dataclass(frozen=True, kw_only=True)
class KeptTake:
    """A picture a shot has had. ``still`` is its graded picture, None where it was never made."""

    number: int
    picture: PicturePlan
    backend: str
    still: Path | None


def shot_named(storyboard: Storyboard, name: str) -> Shot:
    """A shot by its id, or by its number alone: ``s004``, ``4``.

    Raises
    ------
    ValidationFailed
        The plan has no such shot.
    """
    known = {shot.shot_id: shot for shot in storyboard.shots}
    asked = f"s{int(name):03d}" if name.isdecimal() and len(name) < 6 else name
    if asked in known:
        return known[asked]
    near = get_close_matches(asked, known, n=3) or [*known][:3]
    raise ValidationFailed(
        f"there is no shot '{name}' in this plan",
        where="shot",
        what_to_do=f"Look at contact_sheet.png for its name, such as {', '.join(near)}.",
    )


def rerolled(
    storyboard: Storyboard, shot: Shot, *, prompt: str = "", seed: int | None = None, takes: int = 1
) -> tuple[Storyboard, PicturePlan]:
    """The plan in which one shot gets a picture of its own; shots that shared its picture keep it.

    Parameters
    ----------
    prompt : what it shall show instead; empty keeps the prompt.
    seed : another seed; None draws one from the old seed and the number of takes so far.

    Raises
    ------
    ValidationFailed
        The prompt is too long, or prompt and seed are what they were.
    """
    before = picture_of(storyboard, shot)
    if len(prompt) > LONGEST_PROMPT:
        raise ValidationFailed(
            f"{len(prompt)} characters are too many",
            where="prompt",
            what_to_do=f"Give {LONGEST_PROMPT} at most.",
        )
    wanted = " ".join(prompt.split()) or before.prompt
    if seed is None:
        kept = wanted != before.prompt
        seed = before.seed if kept else seed_for(before.seed, "take", takes + 1) % 2**31
    if (wanted, seed) == (before.prompt, before.seed):
        raise ValidationFailed(
            "this is the picture the shot has",
            where="reroll",
            what_to_do="Give another --prompt or --seed, or neither for a fresh seed.",
        )
    picture = replace(before, prompt=wanted, seed=seed)
    if wanted != before.prompt:
        picture = replace(picture, subject="none")  # what the new words do not name is not wanted
    return with_picture(storyboard, shot, picture)


def with_picture(
    storyboard: Storyboard, shot: Shot, picture: PicturePlan
) -> tuple[Storyboard, PicturePlan]:
    """The plan in which a shot shows another picture, under a name of its own; pictures that no
    shot shows any more are left out.
    """
    shared = any(
        s.picture_id == shot.picture_id for s in storyboard.shots if s.shot_id != shot.shot_id
    )
    same = next((p for p in storyboard.pictures if _look(p) == _look(picture)), None)
    others = {p.picture_id for p in storyboard.pictures}
    if same is not None:
        named = same
    elif shared:
        named = replace(picture, picture_id=_free_name(shot, others))
    else:
        named = replace(picture, picture_id=shot.picture_id)
    shots = tuple(
        replace(s, picture_id=named.picture_id) if s.shot_id == shot.shot_id else s
        for s in storyboard.shots
    )
    used = {s.picture_id for s in shots}
    kept = [p for p in storyboard.pictures if p.picture_id in used - {named.picture_id}]
    order = [p.picture_id for p in storyboard.pictures]
    place = order.index(shot.picture_id) + (named.picture_id not in order)
    pictures = sorted(
        [*kept, named],
        key=lambda p: order.index(p.picture_id) if p.picture_id in order else place - 0.5,
    )
    return replace(storyboard, shots=shots, pictures=tuple(pictures)), named


def _look(picture: PicturePlan) -> PicturePlan:
    return replace(picture, picture_id="")


def _free_name(shot: Shot, taken: Collection[str]) -> str:
    number = 2
    while (name := f"{shot.picture_id}-{shot.shot_id}-{number}") in taken:
        number += 1
    return name


def picture_of(storyboard: Storyboard, shot: Shot) -> PicturePlan:
    """The picture a shot shows."""
    return next(p for p in storyboard.pictures if p.picture_id == shot.picture_id)


def save_plan(path: Path, storyboard: Storyboard) -> None:
    """Write a plan file, whole or not at all.

    Raises
    ------
    OutputUnwritable
        The folder cannot be written.
    """
    media.write_text_atomic(path, to_json(storyboard))


def takes_of(folder: Path, shot_id: str) -> list[KeptTake]:
    """Every take of a shot that was kept beside a video, in the order they were made.

    Raises
    ------
    StorageError
        One of them cannot be read.
    """
    found = []
    for path in sorted((folder / FOLDER / shot_id).glob("take-*.json")):
        number = _TAKE.fullmatch(path.name)
        if number is None:
            continue
        try:
            told = json.loads(path.read_text(encoding="utf-8"))
            picture = _PICTURE.validate_python(told["picture"])
        except (OSError, ValueError, KeyError, TypeError, ValidationError) as error:
            raise StorageError(
                "a kept take cannot be read",
                where=str(path),
                what_to_do="Remove the file; the video itself is not touched.",
            ) from error
        still = path.with_suffix(".png")
        found.append(
            KeptTake(
                number=int(number[1]),
                picture=picture,
                backend=str(told.get("backend", "")),
                still=still if still.is_file() else None,
            )
        )
    return sorted(found, key=lambda take: take.number)


def number_of(takes: Sequence[KeptTake], picture: PicturePlan) -> int:
    """The number of a picture among a shot's takes; the next free one where it is not kept yet."""
    same = (take.number for take in takes if _look(take.picture) == _look(picture))
    return next(same, max((take.number for take in takes), default=0) + 1)


def expect_take(folder: Path, shot: Shot) -> None:
    """Note beside a video that a shot of it is made anew, so that the take is kept whoever ends the
    job.

    Raises
    ------
    OutputUnwritable
        The folder cannot be written.
    """
    media.write_json_atomic(folder / FOLDER / _EXPECTED, {"shot": shot.shot_id})


def keep_expected(plan: Path) -> None:
    """Keep the take that a delivered video was made anew for, if it was; its ``plan`` goes."""
    folder = plan.parent
    note = folder / FOLDER / _EXPECTED
    with suppress(OSError, ValueError, KeyError, TypeError, ApexError):
        name = json.loads(note.read_text(encoding="utf-8"))["shot"]
        storyboard = from_json(plan.read_text(encoding="utf-8"))
        shot = shot_named(storyboard, name)
        keep_take(folder, shot, picture_of(storyboard, shot))
    for path in (note, plan):
        path.unlink(missing_ok=True)


def keep_take(folder: Path, shot: Shot, picture: PicturePlan) -> KeptTake:
    """Keep the picture a shot of a delivered video has now; one that is kept already stays.

    Raises
    ------
    OutputUnwritable
        The folder cannot be written.
    """
    takes = takes_of(folder, shot.shot_id)
    number = number_of(takes, picture)
    known = next((take for take in takes if take.number == number), None)
    if known is not None and known.still is not None:
        return known
    target = folder / FOLDER / shot.shot_id / f"take-{number:02d}.json"
    made = folder / "generated_images" / f"{picture.picture_id}.png"
    still = target.with_suffix(".png") if made.is_file() else None
    if still is not None:
        still.parent.mkdir(parents=True, exist_ok=True)
        copy(made, still)
    facts = _made_by(made.with_suffix(".json"))
    backend = str(facts.get("backend", picture.backend))
    told = {"take": number, "shot": shot.shot_id, "backend": backend, "picture": asdict(picture)}
    media.write_json_atomic(target, told)
    return KeptTake(number=number, picture=picture, backend=backend, still=still)


def _made_by(path: Path) -> dict[str, Any]:
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return told if isinstance(told, dict) else {}
