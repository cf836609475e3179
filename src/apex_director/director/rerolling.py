"""A shot made anew: what that changes is told first, then only that is made."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from apex_director.cinematography.model import PicturePlan, Shot, Storyboard
from apex_director.core.errors import InputUnusable, ValidationFailed
from apex_director.productions.folders import NEXT_PLAN

from .delivered import Delivered, delivered
from .model import Ask, Outcome, Say, Watch, silent

if TYPE_CHECKING:
    from apex_director.productions.request import MusicVideoRequest
    from apex_director.productions.rerolling import KeptTake


@dataclass(frozen=True, kw_only=True)
class Change:
    """What a shot shall show instead: a new picture by ``prompt`` and ``seed``, or an earlier
    ``take`` again.
    """

    prompt: str = ""
    seed: int | None = None
    take: int | None = None


@dataclass(frozen=True, kw_only=True)
class Terms:
    """What may be spent on it, and by whom it shall be drawn."""

    backend: str = ""
    approved: bool = False
    budget_usd: float | None = None


def list_takes(where: str, shot: str, *, home: str | None = None) -> list[dict[str, Any]]:
    """Every take a shot of a delivered video has had, in order; the present one is marked.

    Raises
    ------
    ApexError
        There is no such video, or no such shot in it.
    """
    from apex_director.productions.rerolling import number_of, picture_of, shot_named, takes_of

    found = delivered(where, home=home)
    board = found.storyboard()
    one = shot_named(board, shot)
    now = replace(picture_of(board, one), picture_id="")
    takes = takes_of(found.folder, one.shot_id)
    rows = [_told(take, now) for take in takes]
    if not any(row["present"] for row in rows):
        still = found.folder / "generated_images" / f"{one.picture_id}.png"
        rows.append(
            {
                "take": number_of(takes, now),
                "prompt": now.prompt,
                "seed": now.seed,
                "backend": now.backend,
                "still": str(still) if still.is_file() else None,
                "present": True,
            }
        )
    return rows


def _told(take: KeptTake, now: PicturePlan) -> dict[str, Any]:
    return {
        "take": take.number,
        "prompt": take.picture.prompt,
        "seed": take.picture.seed,
        "backend": take.backend,
        "still": str(take.still) if take.still else None,
        "present": replace(take.picture, picture_id="") == now,
    }


def reroll(
    where: str,
    shot: str,
    change: Change,
    *,
    terms: Terms | None = None,
    dry_run: bool = False,
    home: str | None = None,
    watch: Watch = silent,
    say: Say = silent,
    ask: Ask | None = None,
) -> Outcome:
    """Make one shot of a delivered video anew and render what that changes; every take is kept.

    What will be drawn and cut, and how long that takes, is said before anything is done.

    Parameters
    ----------
    where : a job's id, an output folder, or a plan file in one.
    shot : its id on the contact sheet, or its number.
    dry_run : only say what it would change.

    Raises
    ------
    ApexError
        What went wrong, with its exit code; the video and its plan are as they were.
    """
    from apex_director.productions.rerolling import (
        expect_take,
        keep_take,
        picture_of,
        shot_named,
        takes_of,
    )

    found = delivered(where, home=home)
    board = found.storyboard()
    one = shot_named(board, shot)
    before = picture_of(board, one)
    after, picture = _changed(found, board, one, change, len(takes_of(found.folder, one.shot_id)))
    request = _request(found, terms or Terms())
    facts, lines = _impact(found, request, after, home, watch)
    facts |= {"shot": one.shot_id, "prompt": picture.prompt, "seed": picture.seed}
    for line in lines:
        say(line)
    if others := _others(request):
        say(f"Brought up to date with it, where it shows there: {', '.join(others)}")
    if dry_run:
        return Outcome(job_id="", result={"dry_run": True, **facts})
    keep_take(found.folder, one, before)
    expect_take(found.folder, one)
    outcome = _render(found, request, after, home, watch, say, ask)
    target = Path(outcome.result["output_video_path"]).parent
    kept = keep_take(target, one, picture)
    return Outcome(
        job_id=outcome.job_id, result=outcome.result | {"reroll": facts | {"take": kept.number}}
    )


def _changed(
    found: Delivered, board: Storyboard, shot: Shot, change: Change, takes: int
) -> tuple[Storyboard, PicturePlan]:
    from apex_director.productions import rerolling

    if change.take is None:
        return rerolling.rerolled(
            board, shot, prompt=change.prompt, seed=change.seed, takes=max(1, takes)
        )
    if change.prompt or change.seed is not None:
        raise ValidationFailed(
            "an earlier take has its own prompt and seed",
            where="take",
            what_to_do="Give --take alone, or a new --prompt or --seed.",
        )
    had = rerolling.takes_of(found.folder, shot.shot_id)
    kept = {take.number: take for take in had}
    present = rerolling.number_of(had, rerolling.picture_of(board, shot))
    if change.take == present or change.take not in kept:
        others = ", ".join(str(number) for number in kept if number != present)
        raise ValidationFailed(
            f"take {present} is what shot {shot.shot_id} shows now"
            if change.take == present
            else f"shot {shot.shot_id} has no take {change.take}",
            where="take",
            what_to_do=(f"It also has {others}. " if others else "It has no other yet. ")
            + "For a new one leave --take out.",
        )
    return rerolling.with_picture(board, shot, kept[change.take].picture)


def _request(found: Delivered, terms: Terms) -> MusicVideoRequest:
    """The job's own request, for the plan that is to come; what a person said of money is new."""
    from apex_director.productions.request import request_from

    if found.job is None or "audio_path" not in found.job.payload.get("request", {}):
        raise InputUnusable(
            "this studio does not know the job that made this video, nor its song",
            where=str(found.folder),
            what_to_do="Edit its plan and render it: apex music-video SONG --plan "
            f"{found.plan} -o {found.folder}",
        )
    request = request_from(dict(found.job.payload["request"]))
    return replace(
        request,
        plan_path=str(found.folder / NEXT_PLAN),
        output_dir=str(found.folder),
        # The plan has lyrics and look, as they were made then.
        lyrics_path="",
        karaoke=False,
        lyrics_nudge_s=0.0,
        burn_lyrics=True,
        lut_path="",
        stop_at="deliver",
        backend_preference=terms.backend or request.backend_preference,
        approved=terms.approved,
        budget_usd=terms.budget_usd,
    )


def _others(request: MusicVideoRequest) -> list[str]:
    """The further versions of the video, by name."""
    cut = {"teaser": request.teaser_s, "canvas": request.canvas_s}
    return [*request.also, *(name for name, seconds in cut.items() if seconds is not None)]


def _impact(
    found: Delivered,
    request: MusicVideoRequest,
    board: Storyboard,
    home: str | None,
    watch: Watch,
) -> tuple[dict[str, Any], list[str]]:
    """What rendering the changed plan would do now."""
    from .estimating import change_facts, preview_change

    with _next_plan(found, board) as plan:
        facts = change_facts(
            preview_change(replace(request, plan_path=str(plan)), home=home, watch=watch)
        )
    return facts, list(facts.pop("text"))


def _render(
    found: Delivered,
    request: MusicVideoRequest,
    board: Storyboard,
    home: str | None,
    watch: Watch,
    say: Say,
    ask: Ask | None,
) -> Outcome:
    """Render the changed plan into the same folder. A job that was interrupted still needs its
    plan, so it stays until the video is there.
    """
    from .foreground import make_music_video

    with _next_plan(found, board, keep=True):
        return make_music_video(request, home=home, watch=watch, say=say, ask=ask)


@contextmanager
def _next_plan(found: Delivered, board: Storyboard, *, keep: bool = False) -> Iterator[Path]:
    """The changed plan beside the present one; ``keep`` leaves it there after an error."""
    from apex_director.productions.rerolling import save_plan

    path = found.folder / NEXT_PLAN
    save_plan(path, board)
    done = False
    try:
        yield path
        done = True
    finally:
        if done or not keep:
            path.unlink(missing_ok=True)
