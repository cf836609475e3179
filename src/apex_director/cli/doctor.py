"""`apex doctor` and `apex init`: is everything here that the work needs?"""

from __future__ import annotations

from typing import Annotated

import typer

from . import options as o
from .output import answer, errors_reported, say

_MARKS = {"ok": "ok     ", "warn": "warning", "fail": "FAILED "}


def register(app: typer.Typer) -> None:
    """Add the commands to the application."""
    app.command("doctor")(doctor)
    app.command("init")(init)


def doctor(context: typer.Context, as_json: o.Json = False) -> None:
    """Check this machine: Python, codecs, disk, memory, database, fonts, backends.

    Example: apex doctor
    """
    with errors_reported(as_json=as_json):
        from apex_director.director import examine

        findings = examine(home=context.obj)
        failed = [f for f in findings if f["state"] == "fail"]
        if as_json:
            answer({"ok": not failed, "checks": findings})
        for found in findings:
            say(f"{_MARKS[found['state']]}  {found['name']:<10} {found['finding']}")
            if found["cure"]:
                say(f"{'':<20}{found['cure']}")
        raise typer.Exit(5 if failed else 0)


def init(
    folder: Annotated[str, typer.Argument(help="The studio folder; the current one.")] = ".",
    as_json: o.Json = False,
) -> None:
    """Make a studio folder with its apex_config.json.

    Example: apex init ~/studio
    """
    with errors_reported(as_json=as_json):
        from apex_director.director import initialize

        made = [str(path) for path in initialize(folder)]
        if as_json:
            answer({"made": made})
        say(f"{len(made)} folders and files made." if made else "Already a studio; nothing to do.")
