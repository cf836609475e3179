"""`apex reroll`: one shot of a finished video made anew."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from . import options as o
from .asking import at_terminal
from .music_video import tell_outcome
from .output import answer, errors_reported, say
from .progress import ProgressLine


def register(app: typer.Typer) -> None:
    """Add the command to the application."""
    app.command("reroll")(reroll)


def reroll(
    context: typer.Context,
    job: Annotated[str, typer.Argument(help="The job's id, or the folder of its video.")],
    shot: Annotated[str, typer.Argument(help="The shot on the contact sheet: s004, or 4.")],
    prompt: Annotated[str, typer.Option(help="What it shall show instead.")] = "",
    seed: Annotated[
        int | None, typer.Option(help="Another seed; a fresh one where no prompt is given.")
    ] = None,
    take: Annotated[int | None, typer.Option(help="Go back to an earlier take.")] = None,
    backend: o.Backend = "",
    yes: o.Yes = False,
    budget: o.Budget = None,
    list_only: Annotated[bool, typer.Option("--list", help="List the shot's takes.")] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only say what would be made, and how long it takes.")
    ] = False,
    as_json: o.Json = False,
) -> None:
    """Make one shot anew and render only what that changes; every earlier take is kept.

    Example: apex reroll song_video s004 --prompt "a lighthouse in a storm at night"
    """
    with errors_reported(as_json=as_json):
        if list_only:
            _list(job, shot, context.obj, as_json=as_json)
            return
        from apex_director.director.rerolling import Change, Terms
        from apex_director.director.rerolling import reroll as make_anew

        with ProgressLine() as progress:
            outcome = make_anew(
                job,
                shot,
                Change(prompt=prompt, seed=seed, take=take),
                terms=Terms(backend=backend, approved=yes, budget_usd=budget),
                dry_run=dry_run,
                home=context.obj,
                watch=progress.show,
                say=say,
                ask=progress.paused(at_terminal(as_json=as_json)),
            )
        if dry_run:
            if as_json:
                answer(outcome.result)
            return
        raise typer.Exit(tell_outcome(outcome, as_json=as_json))


def _list(job: str, shot: str, home: str | None, *, as_json: bool) -> None:
    from apex_director.director.rerolling import list_takes

    takes: list[dict[str, Any]] = list_takes(job, shot, home=home)
    for one in takes:
        mark = "*" if one["present"] else " "
        say(f"{mark} take {one['take']}  seed {one['seed']}  {one['backend'] or 'procedural'}")
        say(f"    {one['prompt']}")
        if one["still"]:
            say(f"    {one['still']}")
    if as_json:
        answer({"takes": takes})
