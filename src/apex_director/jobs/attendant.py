"""What a process with an open engine does beside the work, twice a second."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable
from pathlib import Path

from apex_director.core.errors import ApexError
from apex_director.jobs import checkpoints, owner
from apex_director.observability.logs import get_logger

EVERY_S = 0.5
BEAT_S = owner.LEASE_S / 5


class Attendant(threading.Thread):
    """Renews the process's lease, stores progress and answers requests, takes up dead ones' work.

    Parameters
    ----------
    home : Path
        Studio folder.
    flush : callable
        Stores what was held back, ends what somebody wants ended, begins what is due.
    take_up : callable
        Resumes abandoned jobs; called once per lease renewal while ``takes_up`` is set.
    """

    def __init__(
        self, home: Path, flush: Callable[[], None], take_up: Callable[[], object]
    ) -> None:
        super().__init__(name="apex-attendant", daemon=True)
        self.takes_up = False
        self._home, self._flush, self._take_up = home, flush, take_up
        self._me = owner.this_process()
        self._leaving = threading.Event()
        owner.beat(home, self._me)

    def run(self) -> None:
        """Attend until :meth:`leave`; trouble is logged and tried again."""
        last_beat = 0.0
        while not self._leaving.wait(EVERY_S):
            try:
                self._flush()
                if time.monotonic() - last_beat >= BEAT_S:
                    owner.beat(self._home, self._me)
                    last_beat = time.monotonic()
                    if self.takes_up:
                        self._take_up()
            except Exception as error:
                get_logger("jobs").warning("the job attendant stumbled", error=repr(error))

    def leave(self) -> None:
        """Stop attending."""
        self._leaving.set()

    def end_lease(self) -> None:
        """Give the process's lease back, once it attends no more."""
        self.join(timeout=2 * EVERY_S)
        with contextlib.suppress(ApexError):
            owner.end_lease(self._home, self._me)


class Keeper(threading.Thread):
    """Makes a checkpoint every so often; a thread of its own, so that a cancel never waits for it.

    Parameters
    ----------
    home : Path
        Studio folder.
    every_s : float
        Seconds between two.
    """

    def __init__(self, home: Path, every_s: float) -> None:
        super().__init__(name="apex-keeper", daemon=True)
        self._home, self._every_s = home, every_s
        self._leaving = threading.Event()

    def run(self) -> None:
        """Keep until :meth:`leave`; trouble is logged and tried again."""
        while not self._leaving.wait(self._every_s):
            try:
                checkpoints.automatic(self._home, self._every_s)
            except Exception as error:
                get_logger("jobs").warning("no checkpoint could be made", error=repr(error))

    def leave(self) -> None:
        """Make no more; waits for one that is being made."""
        self._leaving.set()
        self.join(timeout=5.0)
