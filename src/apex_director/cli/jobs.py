"""`apex jobs`: list, show, history, stats; cancel, pause, resume, retry, approve, priority."""

from __future__ import annotations

import asyncio
from typing import Annotated, Any

import typer

from apex_director.core.errors import ValidationFailed

from . import options as o
from .output import answer, errors_reported, say
from .progress import ProgressLine, line

JobId = Annotated[str, typer.Argument(help="A job's id, or its first characters.")]
JobOrAll = Annotated[
    str, typer.Argument(help="A job's id, or its first characters; not with --all.")
]
Days = Annotated[float, typer.Option(help="How far back, in days.")]
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
        from apex_director.director import list_job_status, queue

        rows = list_job_status(home=context.obj, status=status, limit=limit)
        left = queue.left_behind(home=context.obj)
        rows = [row | {"process_ended": row["job_id"] in left} for row in rows]
        if as_json:
            answer({"jobs": rows})
            return
        for row in rows:
            when, state = _when(row["created_at"]), f"{row['status']:<10}"
            if row["process_ended"]:
                state = _left(row)
            say(
                f"{row['job_id']}  {when}  {row['kind']:<12} {state} "
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
        from apex_director.director import job_status, queue

        status = job_status(job_id, home=context.obj)
        status["process_ended"] = status["job_id"] in queue.left_behind(home=context.obj)
        if as_json:
            answer({k: v for k, v in status.items() if k != "detail"})
            return
        state = _left(status) if status["process_ended"] else status["status"]
        say(f"{status['job_id']}  {status['kind']}  {state}")
        say(line(status, 0.0).rsplit("  (", 1)[0])
        for name in ("output_path", "error", "created_at", "started_at", "finished_at"):
            if status[name]:
                say(f"{name:<13}{status[name]}")
        for text in status["warnings"]:
            say(f"warning: {text}")


@group.command("cancel")
def cancel(context: typer.Context, job_id: JobId, as_json: o.Json = False) -> None:
    """Cancel a job; it ends within seconds and stays in the list, with the files it had made.

    Example: apex jobs cancel 3f2a9c
    """
    with errors_reported(as_json=as_json):
        from apex_director.director import cancel_job_now, job_status

        job_id = str(job_status(job_id, home=context.obj)["job_id"])
        done = cancel_job_now(job_id, home=context.obj)
        detail = job_status(job_id, home=context.obj)["detail"] if done else {}
        files = detail.get("partial_files", [])
        if as_json:
            answer({"job_id": job_id, "cancelled": done, "partial_files": files})
        say("cancelled." if done else "it had already ended; nothing to cancel.")
        if files:
            say(f"{detail['partial_count']} files it had made stay, the first is {files[0]}")


@group.command("pause")
def pause(
    context: typer.Context,
    job_id: JobOrAll = "",
    whole: Annotated[bool, typer.Option("--all", help="The whole queue: no job begins.")] = False,
    as_json: o.Json = False,
) -> None:
    """Pause a running or queued job, or the whole queue; what is finished of it stays finished.

    Example: apex jobs pause 3f2a9c
    """
    with errors_reported(as_json=as_json):
        from apex_director.director import queue

        if _whole_queue(job_id, whole):
            asyncio.run(queue.pause_queue(home=context.obj))
            _tell({"queue": "paused"}, "The queue is paused; what runs goes on.", as_json=as_json)
            return
        job_id = queue.whole_id(job_id, home=context.obj)
        before = queue.job_state(job_id, home=context.obj)["status"]
        done = asyncio.run(queue.pause_job(job_id, home=context.obj))
        text = f"paused. Go on with: apex jobs resume {job_id}"
        why = "" if done else _not_paused(before, job_id)
        told = {"job_id": job_id, "paused": done} | ({"reason": why} if why else {})
        _tell(told, why or text, as_json=as_json)


@group.command("resume")
def resume(
    context: typer.Context,
    job_id: JobOrAll = "",
    whole: Annotated[bool, typer.Option("--all", help="The whole queue: jobs begin.")] = False,
    as_json: o.Json = False,
) -> None:
    """Go on with an unfinished, failed or cancelled job, or with the whole queue; finished steps
    are not done again.

    Example: apex jobs resume 3f2a9c
    """
    with errors_reported(as_json=as_json):
        from apex_director.director import queue

        if _whole_queue(job_id, whole):
            asyncio.run(queue.resume_queue(home=context.obj))
            _tell({"queue": "running"}, "Waiting jobs begin again.", as_json=as_json)
            return
        _work_on(context, job_id, as_json=as_json)


@group.command("retry")
def retry(context: typer.Context, job_id: JobId, as_json: o.Json = False) -> None:
    """Try a failed job again, from where it failed; one that waits for its next try, at once.

    Example: apex jobs retry 3f2a9c
    """
    with errors_reported(as_json=as_json):
        from apex_director.director import queue

        job_id = queue.whole_id(job_id, home=context.obj)
        if queue.hastened(job_id, home=context.obj):
            text = "The process that keeps it tries again now."
            _tell({"job_id": job_id, "hastened": True}, text, as_json=as_json)
            return
        _work_on(context, job_id, as_json=as_json)


@group.command("approve")
def approve(
    context: typer.Context,
    job_id: JobId,
    budget: Annotated[float | None, typer.Option(help="At most so many US dollars.")] = None,
    later: Annotated[bool, typer.Option("--later", help="Only say yes; work on it later.")] = False,
    as_json: o.Json = False,
) -> None:
    """Say yes to what a waiting job will buy, and go on with it.

    Example: apex jobs approve 3f2a9c --budget 5
    """
    with errors_reported(as_json=as_json):
        from apex_director.director import approve_and_go_on, approve_job, queue

        from .music_video import tell_outcome

        if later:
            said = approve_job(job_id, budget=budget, home=context.obj)
            state = queue.put_back(said, context.obj)
            text = f"approved. Go on with: apex jobs resume {state['job_id']}"
            _tell(state, text, as_json=as_json)
            return
        with ProgressLine() as progress:
            outcome = approve_and_go_on(
                job_id, budget=budget, home=context.obj, watch=progress.show, say=say
            )
        raise typer.Exit(tell_outcome(outcome, as_json=as_json))


@group.command("priority")
def priority(
    context: typer.Context,
    job_id: JobId,
    value: Annotated[int | None, typer.Argument(help="1 to 5, 5 is served first.")] = None,
    first: Annotated[bool, typer.Option("--first", help="Before all others.")] = False,
    last: Annotated[bool, typer.Option("--last", help="Behind all others.")] = False,
    as_json: o.Json = False,
) -> None:
    """Give a waiting job another priority, or move it to an end of the queue.

    Example: apex jobs priority 3f2a9c 5
    """
    with errors_reported(as_json=as_json):
        from apex_director.director import queue

        if (value is not None) + first + last != 1:
            raise ValidationFailed(
                "say one thing", where="priority", what_to_do="Give 1 to 5, or --first, or --last."
            )
        job_id = queue.whole_id(job_id, home=context.obj)
        if value is not None:
            asyncio.run(queue.set_job_priority(job_id, value, home=context.obj))
        else:
            asyncio.run(queue.move_job(job_id, "first" if first else "last", home=context.obj))
        place = [one["job_id"] for one in queue.waiting_jobs(home=context.obj)]
        number = place.index(job_id) + 1 if job_id in place else None
        text = f"number {number} of {len(place)} that wait." if number else "done."
        _tell({"job_id": job_id, "place": number, "waiting": len(place)}, text, as_json=as_json)


@group.command("stats")
def stats(context: typer.Context, days: Days = 30.0, as_json: o.Json = False) -> None:
    """Show how the queue does: rates, costs, waiting and run times.

    Example: apex jobs stats --days 7
    """
    with errors_reported(as_json=as_json):
        from apex_director.director import queue

        found = queue.get_statistics(home=context.obj, days=days)
        if as_json:
            answer(found)
            return
        say(f"{found['jobs_per_hour']:.1f} jobs an hour of work, {found['retries']} taken up again")
        say(f"{100 * found['success_rate']:.0f} % of those that ended have succeeded")
        say(f"${found['average_cost_per_job']:.4f} a finished job")
        say(f"waited {found['median_wait_s']:.1f} s, ran {found['median_run_s']:.1f} s (medians)")
        say(", ".join(f"{count} {state}" for state, count in found["counts"].items() if count))
        if queue.queue_paused(home=context.obj):
            say("The queue is paused. Go on with: apex jobs resume --all")


@group.command("history")
def history(context: typer.Context, days: Days = 30.0, as_json: o.Json = False) -> None:
    """Show the jobs of the last days, with every attempt.

    Example: apex jobs history --days 7
    """
    with errors_reported(as_json=as_json):
        from apex_director.director import queue

        rows = queue.history(home=context.obj, days=days)
        if as_json:
            answer({"jobs": rows})
            return
        for row in rows:
            say(f"{row['job_id']}  {_when(row['created_at'])}  {row['kind']:<12} {row['status']}")
            for one in row["attempts"]:
                end = f"{_when(one['ended'])} {one['outcome']}" if one["ended"] else "not ended"
                say(f"  {one['number']:2d}  {_when(one['began'])} to {end}  {one['error'] or ''}")
        if not rows:
            say("No jobs in that time.")


def _left(row: dict[str, Any]) -> str:
    return f"{row['status']} (its process has ended; apex jobs resume {row['job_id'][:8]})"


def _not_paused(status: str, job_id: str) -> str:
    """Why a job cannot be paused, in words."""
    said = {
        "waiting": f"it waits for your yes and stands still already: apex jobs approve {job_id}",
        "paused": f"it is paused already. Go on with: apex jobs resume {job_id}",
    }
    if status in said:
        return said[status]
    ended = status in {"completed", "failed", "cancelled"}
    return f"it has ended ({status}); nothing to pause." if ended else "its process did not answer."


def _whole_queue(job_id: str, whole: bool) -> bool:
    """Whether the queue is meant.

    Raises
    ------
    ValidationFailed
        Neither a job nor the queue was named, or both.
    """
    if whole == bool(job_id):
        raise ValidationFailed(
            "say which job, or --all", where="job", what_to_do="See them with: apex jobs list"
        )
    return whole


def _work_on(context: typer.Context, job_id: str, *, as_json: bool) -> None:
    from apex_director.director import resume_job

    from .asking import at_terminal
    from .music_video import tell_outcome

    with ProgressLine() as progress:
        ask = progress.paused(at_terminal(as_json=as_json))
        outcome = resume_job(job_id, home=context.obj, watch=progress.show, say=say, ask=ask)
    raise typer.Exit(tell_outcome(outcome, as_json=as_json))


def _tell(facts: dict[str, Any], text: str, *, as_json: bool) -> None:
    if as_json:
        answer(facts)
    say(text)


def _when(moment: str) -> str:
    return moment[:16].replace("T", " ")
