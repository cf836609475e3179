"""From a running job to whoever watches: the record, the job's log, and callers in this process."""

from __future__ import annotations

import dataclasses
import threading
import time
from collections.abc import Callable
from pathlib import Path

from apex_director.jobs import records
from apex_director.observability.joblog import JobLog
from apex_director.productions.model import Progress

EVERY_S = 0.25
Watch = Callable[[Progress], None]


def log_path(home: Path, job_id: str) -> Path:
    """Where a job's own log lies (contract D21)."""
    return home / "jobs" / job_id / "production_log.txt"


class Telling:
    """Passes progress on: at once to watchers here, four times a second to the record.

    Stages, messages and warnings that are new go to the job's log. The fraction never falls.
    """

    def __init__(self, home: Path, job_id: str, watch: Watch | None, floor: float) -> None:
        self.log = JobLog(log_path(home, job_id))
        self.home = home
        self._job_id, self._watch = job_id, watch
        self._floor = floor
        self._last: Progress | None = None
        self._unsaved = False
        self._saved_at = 0.0
        self._said = ("", "")
        self._warnings: list[str] = []
        self._lock = threading.Lock()

    def tell(self, progress: Progress) -> None:
        """Take one progress."""
        with self._lock:
            self._floor = max(self._floor, min(1.0, progress.fraction))
            progress = dataclasses.replace(progress, fraction=self._floor)
            new_stage = self._last is None or self._last.stage != progress.stage
            self._last, self._unsaved = progress, True
            self._note(progress)
            if new_stage or progress.warning or time.monotonic() - self._saved_at >= EVERY_S:
                self._save()
        if self._watch is not None:
            self._watch(progress)

    def warn(self, text: str) -> None:
        """Keep a warning that belongs to no progress of the whole job."""
        with self._lock:
            stage = self._last.stage if self._last else ""
            self._note_warning(stage, text)
            if self._last is not None:
                self._save()

    def flush(self) -> None:
        """Store what the throttle held back."""
        with self._lock:
            if self._unsaved:
                self._save()

    def _note(self, progress: Progress) -> None:
        self._note_warning(progress.stage, progress.warning)
        counted = progress.total > 0 and progress.done < progress.total
        said = (progress.stage, "" if counted else progress.message)
        if said != self._said:
            self._said = said
            self.log.write(progress.stage, progress.message or "begins")

    def _note_warning(self, stage: str, text: str) -> None:
        if text and text not in self._warnings:
            self._warnings.append(text)
            self.log.write(stage or "job", f"warning: {text}")

    def _save(self) -> None:
        if self._last is not None:
            records.update_progress(
                self.home, self._job_id, self._last, warnings=tuple(self._warnings)
            )
        self._unsaved, self._saved_at = False, time.monotonic()
