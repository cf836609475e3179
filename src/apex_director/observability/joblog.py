"""The production log: dated plain text, one line per event, kept beside the production's files."""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from apex_director.observability.masking import mask


@dataclass(frozen=True)
class JobLog:
    """Appends lines like ``2026-11-21T10:51:56+00:00 image_generation shot 3 of 40`` to one file.

    Every line is one ``write`` on a descriptor opened for appending, so several processes may write
    the same log and lines never mix. Secrets are masked.

    Parameters
    ----------
    path : Path
        The log file; its folder is made when the first line is written.
    """

    path: Path

    def write(self, stage: str, message: str) -> None:
        """Append one event; line breaks of the message become `` | ``."""
        text = " | ".join(part.strip() for part in mask(message).splitlines() if part.strip())
        now = datetime.now(UTC).isoformat(timespec="seconds")
        line = f"{now} {stage} {text}\n".encode()
        self.path.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(self.path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
        try:
            os.write(handle, line)
        finally:
            os.close(handle)
