"""Jobs of one process that do not run yet: in line, or kept back until their next try."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from pathlib import Path

from apex_director.core.errors import StorageError
from apex_director.jobs import control, records
from apex_director.jobs.model import JobRecord
from apex_director.jobs.queue import Line
from apex_director.jobs.telling import Watch
from apex_director.productions.model import Production


@dataclass(frozen=True, kw_only=True)
class Ticket:
    """What a job needs once it is its turn.

    ``foreground``: somebody waits for it, so it begins also while the queue is paused, and a
    failure is told at once instead of tried again. ``anew``: a person asked for it.
    """

    production: Production
    watch: Watch | None
    afresh: bool = False
    foreground: bool = False
    anew: bool = True


class Waiting:
    """Who waits, and in which order; safe for threads."""

    def __init__(self, home: Path) -> None:
        self._home = home
        self._lock = threading.RLock()
        self._line: Line[Ticket] = Line()
        self._later: dict[str, Ticket] = {}

    def __len__(self) -> int:
        """How many stand in line."""
        return len(self._line)

    def put(self, record: JobRecord, ticket: Ticket) -> None:
        """Put a job in line."""
        with self._lock:
            self._line.put(
                record.id,
                ticket,
                priority=record.priority,
                created_at=record.created_at,
                place=record.place,
            )

    def keep_back(self, job_id: str, ticket: Ticket) -> None:
        """Keep a job out of line until the next try its record names."""
        with self._lock:
            self._later[job_id] = ticket

    def kept_back(self) -> list[str]:
        """Those that wait for their next try."""
        return list(self._later)

    def line_up_due(self, now: float) -> None:
        """Put those in line whose time has come, or was brought forward by somebody."""
        later = self.kept_back()
        for record in control.due(self._home, later, records.moment(now)) if later else ():
            with self._lock:
                if ticket := self._later.pop(record.id, None):
                    self.put(record, ticket)

    def remove(self, job_id: str) -> bool:
        """Forget a job; False where it does not wait."""
        with self._lock:
            return self._line.remove(job_id) or self._later.pop(job_id, None) is not None

    def refresh(self) -> bool:
        """Take over the order people have asked for; whether the studio's queue is paused."""
        try:
            ids = self._line.ids()
            ranks = control.ranks(self._home, ids) if len(ids) > 1 else {}
            paused = control.queue_paused(self._home)
        except StorageError:  # a busy moment: the order known is good enough
            return False
        with self._lock:
            self._line.arrange(ranks)
        return paused

    def next(self, *, paused: bool) -> tuple[str, Ticket] | None:
        """The first in line that may begin."""
        with self._lock:
            return self._line.pop(lambda ticket: ticket.foreground or not paused)
