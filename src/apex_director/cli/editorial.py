"""`apex export` and `apex import`: the cut to another editor and back."""

from __future__ import annotations

from typing import Annotated

import typer

from . import options as o
from .output import answer, errors_reported, say


def register(app: typer.Typer) -> None:
    """Add the commands to the application."""
    app.command("export")(export)
    app.command("import")(import_)


def export(
    context: typer.Context,
    job: Annotated[str, typer.Argument(help="The job's id, or the folder of its video.")],
    formats: Annotated[
        str,
        typer.Option("--format", help="Of otio, edl, fcpxml, fcp7, csv, json; all if not given."),
    ] = "",
    output: Annotated[
        str, typer.Option("-o", "--output", help="Folder; beside the video if not given.")
    ] = "",
    as_json: o.Json = False,
) -> None:
    """Write a finished video's timeline for an editor: OTIO, EDL, FCPXML, FCP7 XML, tables.

    Example: apex export song_video --format fcpxml,edl
    """
    with errors_reported(as_json=as_json):
        from apex_director.director.editorial import export_timelines

        wanted = [part.strip().lower() for part in formats.split(",") if part.strip()]
        files = export_timelines(job, wanted, home=context.obj, output_dir=output)
        for path in files:
            say(path)
        if as_json:
            answer({"files": files})


def import_(
    context: typer.Context,
    job: Annotated[str, typer.Argument(help="The video it was exported from: job or folder.")],
    timeline: Annotated[str, typer.Argument(help="The edited .otio, .edl, .fcpxml or .xml.")],
    output: Annotated[str, typer.Option("-o", "--output", help="The plan to write.")] = "",
    as_json: o.Json = False,
) -> None:
    """Turn a timeline that was changed in an editor back into a plan to be rendered.

    Example: apex import song_video recut.edl && apex music-video song.mp3 --plan
    song_video/cinematography_plan.edited.json -o song_video
    """
    with errors_reported(as_json=as_json):
        from apex_director.director.editorial import import_edit

        facts = import_edit(job, timeline, home=context.obj, output=output)
        for note in facts["notes"]:
            say(f"note: {note}")
        changed = f"{len(facts['changed'])} changed" if facts["changed"] else "none changed"
        say(f"{facts['plan']}  ({facts['shots']} shots, {changed})")
        say(f"Render it with: {facts['render']}")
        if as_json:
            answer(facts)
