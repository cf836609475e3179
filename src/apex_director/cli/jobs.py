"""`apex jobs list|show|cancel|resume`."""

from __future__ import annotations

from typing import Annotated

import typer

from . import options as o
from .output import answer, errors_reported, say
from .progress import ProgressLine, line

JobId = Annotated[str, typer.Argument(help="A job's id, or its first characters.")]
group = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode=None,
    help="The jobs of this studio.\n\nExample: apex jobs list",
)


def register(app: typer.Typer) -> None:
    """Add the group to the application."""
    app.add_typer(group, name="jobs")


@group.command("list")
def list_jobs(
    context: typer.Context,
    status: Annotated[str, typer.Option(help="Only this state, such as failed.")] = "",
    limit: Annotated[int, typer.Option(help="At most so many.")] = 20,
    as_json: o.Json = False,
) -> None:
    """List jobs, newest first.

    Example: apex jobs list --status failed
    """
    with errors_reported(as_json=as_json):
        from apex_director.director import list_job_status

        rows = list_job_status(home=context.obj, status=status, limit=limit)
        if as_json:
            answer({"jobs": rows})
            return
        for row in rows:
            when = row["created_at"][:16].replace("T", " ")
            say(
                f"{row['job_id']}  {when}  {row['kind']:<12} {row['status']:<10} "
                f"{row['progress_percent']:3d} %  {row['output_path'] or row['error'] or ''}"
            )
        if not rows:
            say("No jobs yet. Make one with: apex music-video song.mp3")


@group.command("show")
def show(context: typer.Context, job_id: JobId, as_json: o.Json = False) -> None:
    """Show one job.

    Example: apex jobs show 3f2a9c
    """
    with errors_reported(as_json=as_json):
        from apex_director.director import job_status

        status = job_status(job_id, home=context.obj)
        if as_json:
            answer({k: v for k, v in status.items() if k != "detail"})
            return
        say(f"{status['job_id']}  {status['kind']}  {status['status']}")
        say(line(status, 0.0).rsplit("  (", 1)[0])
        for name in ("output_path", "error", "created_at", "started_at", "finished_at"):
            if status[name]:
                say(f"{name:<13}{status[name]}")
        for text in status["warnings"]:
            say(f"warning: {text}")


@group.command("cancel")
def cancel(context: typer.Context, job_id: JobId, as_json: o.Json = False) -> None:
    """Cancel a job; it ends within seconds and stays in the list.

    Example: apex jobs cancel 3f2a9c
    """
    with errors_reported(as_json=as_json):
        from apex_director.director import cancel_job_now, job_status

        job_id = str(job_status(job_id, home=context.obj)["job_id"])
        done = cancel_job_now(job_id, home=context.obj)
        if as_json:
            answer({"job_id": job_id, "cancelled": done})
        say("cancelled." if done else "it had already ended; nothing to cancel.")


@group.command("resume")
def resume(context: typer.Context, job_id: JobId, as_json: o.Json = False) -> None:
    """Go on with an unfinished, failed or cancelled job; finished steps are not done again.

    Example: apex jobs resume 3f2a9c
    """
    with errors_reported(as_json=as_json):
        from apex_director.director import resume_job

        from .music_video import tell_outcome

        with ProgressLine() as progress:
            outcome = resume_job(job_id, home=context.obj, watch=progress.show, say=say)
        raise typer.Exit(tell_outcome(outcome, as_json=as_json))
