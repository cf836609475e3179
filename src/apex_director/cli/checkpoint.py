"""`apex checkpoint create|list|verify|restore`."""

from __future__ import annotations

import asyncio
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from apex_director.core.errors import InputUnusable, SomethingNeeded

from . import options as o
from .output import answer, errors_reported, say

if TYPE_CHECKING:
    from apex_director.jobs.restoring import Restored

CheckpointId = Annotated[str, typer.Argument(help="As `apex checkpoint list` names it.")]
group = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode=None,
    help="Keep the state of the studio's jobs, and go back to it. What was paid is never rolled "
    "back.\n\nExample: apex checkpoint create --reason 'before the update'",
)


def register(app: typer.Typer) -> None:
    """Add the group to the application."""
    app.add_typer(group, name="checkpoint")


@group.command("create")
def create(
    context: typer.Context,
    reason: Annotated[str, typer.Option(help="Why, for the list.")] = "manual",
    as_json: o.Json = False,
) -> None:
    """Keep the state as it is now, also while jobs run.

    Example: apex checkpoint create --reason "before the update"
    """
    with errors_reported(as_json=as_json):
        from apex_director.director import checkpoints

        made = asyncio.run(checkpoints.create_checkpoint(reason, home=context.obj))
        found = next(
            one for one in checkpoints.checkpoint_list(home=context.obj) if one["id"] == made
        )
        if as_json:
            answer(found)
        say(f"{made}  {found['job_count']} jobs, {found['size_bytes'] / 2**20:.1f} MB")


@group.command("list")
def list_all(context: typer.Context, as_json: o.Json = False) -> None:
    """List checkpoints, newest first.

    Example: apex checkpoint list
    """
    with errors_reported(as_json=as_json):
        from apex_director.director import checkpoints

        rows = checkpoints.checkpoint_list(home=context.obj)
        if as_json:
            answer({"checkpoints": rows})
            return
        for row in rows:
            say(
                f"{row['id']}  {row['timestamp'][:16].replace('T', ' ')}  "
                f"{row['job_count']:5d} jobs  {row['size_bytes'] / 2**20:8.1f} MB  {row['reason']}"
            )
        if not rows:
            say("No checkpoints yet. Make one with: apex checkpoint create")


@group.command("verify")
def verify(context: typer.Context, checkpoint_id: CheckpointId, as_json: o.Json = False) -> None:
    """Check that a checkpoint is as it was written.

    Example: apex checkpoint verify 20261121T142322-a1b2c3
    """
    with errors_reported(as_json=as_json):
        from apex_director.director import checkpoints

        problems = checkpoints.verify_checkpoint(checkpoint_id, home=context.obj)
        if problems:
            raise InputUnusable(
                f"the checkpoint is damaged ({'; '.join(problems)})",
                where=checkpoint_id,
                what_to_do="Choose another one: apex checkpoint list",
            )
        if as_json:
            answer({"id": checkpoint_id, "sound": True})
        say("It is as it was written.")


@group.command("restore")
def restore(context: typer.Context, checkpoint_id: CheckpointId, as_json: o.Json = False) -> None:
    """Go back to a checkpoint; the present state is kept as a checkpoint first.

    Jobs, their order and the estimator's history return. The ledger and the library stay as they
    are.

    Example: apex checkpoint restore 20261121T142322-a1b2c3
    """
    with errors_reported(as_json=as_json):
        from apex_director.director import checkpoints

        found = checkpoints.restore_now(checkpoint_id, home=context.obj)
        if not found.done:
            _refused(checkpoint_id, found)
        if as_json:
            answer({"id": checkpoint_id, **asdict(found)})
        say(f"Back at {checkpoint_id}: {found.jobs} jobs.")
        if found.safety:
            say(f"The state before is in {found.safety}.")
        for job_id in found.dropped:
            say(f"made since, and only in that checkpoint now: {job_id}")
        for job_id in found.reconciled:
            say(f"paid for since, and not sent again: {job_id}")


def _refused(checkpoint_id: str, found: Restored) -> None:
    """Raise what a refusal means for the exit code."""
    if found.busy:
        raise SomethingNeeded(found.reason, where=checkpoint_id, what_to_do="Then restore again.")
    raise InputUnusable(
        found.reason, where=checkpoint_id, what_to_do="Choose another one: apex checkpoint list"
    )
