"""Checkpoints of a studio: made, listed, checked, gone back to (contract P13, P44, B22)."""

from __future__ import annotations

import asyncio
from dataclasses import asdict
from importlib import import_module
from typing import TYPE_CHECKING, Any

from .studio import process, ready, settings_of

if TYPE_CHECKING:
    from apex_director.jobs.restoring import Restored


async def create_checkpoint(reason: str = "manual", *, home: str | None = None) -> str:
    """Keep the state of the studio as it is now, also while jobs run; its id.

    Raises
    ------
    OutputUnwritable, StorageError
        It cannot be written, or a database is damaged.
    """
    from apex_director.jobs import checkpoints

    folder = ready(home).home
    return (await asyncio.to_thread(checkpoints.create, folder, reason)).id


async def list_checkpoints(*, home: str | None = None) -> list[dict[str, Any]]:
    """The checkpoints, newest first (contract P44)."""
    return await asyncio.to_thread(checkpoint_list, home=home)


async def restore_from_checkpoint(checkpoint_id: str, *, home: str | None = None) -> bool:
    """Go back to a checkpoint; False, with the reason in the audit log, for an unknown or damaged
    one and while a living process works on jobs.

    Raises
    ------
    OutputUnwritable, StorageError
        The studio cannot be written; nothing was changed.
    """
    return bool(await asyncio.to_thread(restore_now, checkpoint_id, home=home))


def checkpoint_list(*, home: str | None = None) -> list[dict[str, Any]]:
    """As :func:`list_checkpoints`, without a loop."""
    from apex_director.jobs import checkpoints

    return [asdict(one) for one in checkpoints.list_checkpoints(settings_of(home).home)]


def verify_checkpoint(checkpoint_id: str, *, home: str | None = None) -> list[str]:
    """What is wrong with a checkpoint; empty when it is as it was written.

    Raises
    ------
    InputUnusable
        There is none of that id, or it cannot be read.
    """
    from apex_director.jobs import checkpoints

    return checkpoints.verify(settings_of(home).home, checkpoint_id)


def restore_now(checkpoint_id: str, *, home: str | None = None) -> Restored:
    """Go back to a checkpoint, and say what became of it.

    Raises
    ------
    OutputUnwritable, StorageError
        The studio cannot be written; nothing was changed.
    """
    from apex_director.jobs import restoring

    return restoring.restore(settings_of(home).home, checkpoint_id)


def get_checkpoint_manager() -> Any:
    """The one ``CheckpointManager`` of this process (contract P9)."""
    if "checkpoint_manager" not in process:
        face = import_module("apex_director.core.checkpoint")  # a face imports us (contract D31)
        process["checkpoint_manager"] = face.CheckpointManager()
    return process["checkpoint_manager"]
