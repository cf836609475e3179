"""What a job that was ended early leaves behind: kept, and listed with it (contract B24)."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

MOST = 200  # names listed; all are counted


def files_of(home: Path, job_id: str) -> dict[str, Any]:
    """The files in the job's work folder.

    Returns
    -------
    dict
        ``partial_files``: the first paths in the order of their names; ``partial_count`` and
        ``partial_bytes`` of all.
    """
    found: list[tuple[str, int]] = []
    for folder, _, names in os.walk(home / "jobs" / job_id):
        for name in names:
            path = os.path.join(folder, name)
            try:
                found.append((path, os.stat(path).st_size))
            except OSError:  # it went just now
                continue
    found.sort()
    return {
        "partial_files": [path for path, _ in found[:MOST]],
        "partial_count": len(found),
        "partial_bytes": sum(size for _, size in found),
    }
