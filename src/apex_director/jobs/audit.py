"""The audit log: who asked for what was changed as a whole, one JSON object per line, for good."""

from __future__ import annotations

import contextlib
import json
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from apex_director.observability.masking import mask_value


def path_of(home: Path) -> Path:
    """Where it lies (contract F14)."""
    return home / "logs" / "audit.log"


def note(home: Path, event: str, **facts: Any) -> None:
    """Append one event; every line is written at once, so processes never mix theirs.

    A log that cannot be written stops nothing.
    """
    moment = datetime.now(UTC).isoformat()
    entry = {"timestamp": moment, "event": event, "pid": os.getpid(), **mask_value(facts)}
    line = json.dumps(entry, ensure_ascii=False, default=str) + "\n"
    with contextlib.suppress(OSError):
        path_of(home).parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(path_of(home), os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            os.write(handle, line.encode())
        finally:
            os.close(handle)
