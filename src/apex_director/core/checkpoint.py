"""``CheckpointManager`` under its promised name (contract P44): a face over jobs.checkpoints."""

from __future__ import annotations

from pathlib import Path
from typing import Any


class CheckpointManager:
    """Makes, lists and restores checkpoints of one studio.

    Parameters
    ----------
    base_dir : path, optional
        Studio folder; else the current one (contract C8).
    """

    def __init__(self, base_dir: str | Path | None = None) -> None:
        self._home = None if base_dir is None else str(base_dir)

    async def list_checkpoints(self) -> list[dict[str, Any]]:
        """Newest first: ``id``, ``timestamp``, ``job_count``, ``reason``, ``size_bytes``,
        ``automatic``.
        """
        from apex_director.director import checkpoints

        return await checkpoints.list_checkpoints(home=self._home)

    async def create_checkpoint(self, reason: str = "manual") -> str:
        """Keep the state as it is now; its id.

        Raises
        ------
        OutputUnwritable, StorageError
            It cannot be written, or a database is damaged.
        """
        from apex_director.director import checkpoints

        return await checkpoints.create_checkpoint(reason, home=self._home)

    async def restore(self, checkpoint_id: str) -> bool:
        """Go back to a checkpoint; False, with the reason in the audit log, where it cannot be."""
        from apex_director.director import checkpoints

        return await checkpoints.restore_from_checkpoint(checkpoint_id, home=self._home)
