"""Which job runs when in one process, and how each ends in its record."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, wait
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from apex_director.core.errors import ApexError, Interrupted, OutputUnwritable, StorageError
from apex_director.jobs import owner, records
from apex_director.jobs.model import JobRecord, JobStatus
from apex_director.jobs.pool import Pool
from apex_director.jobs.queue import Line
from apex_director.jobs.run import Launch, Run, as_error
from apex_director.jobs.telling import Telling, Watch
from apex_director.observability.logs import get_logger
from apex_director.productions.model import Payload, Production

STOP_S = 2.0


class Store(Protocol):
    """Keeps what the steps of jobs gave, beyond the end of this process."""

    def finished(self, job_id: str) -> dict[str, Payload]:
        """Results by step key; what was begun and not ended is cleared away."""
        ...

    def forget(self, job_id: str) -> None:
        """Drop every result of a job."""
        ...

    def launcher(self, job_id: str) -> Launch:
        """How a step of that job is started so that its result is stored."""
        ...

    def begin(self, run: Run, attempt: int, payload: Payload) -> Future[Payload]:
        """Tell the job's story in the background."""
        ...


@dataclass(frozen=True, kw_only=True)
class Ticket:
    """What a job in line needs once it is its turn."""

    production: Production
    watch: Watch | None
    afresh: bool


def stopped_error(job_id: str, status: JobStatus | None) -> Interrupted:
    """The error of a job that was stopped by a person."""
    word = "cancelled" if status is JobStatus.CANCELLED else "interrupted"
    return Interrupted(
        f"the job was {word}", where=job_id, what_to_do=f"Go on with: apex jobs resume {job_id}"
    )


class Dispatch:
    """The jobs of one process: at most ``max_jobs`` run, the others stand in line."""

    def __init__(self, home: Path, pool: Pool, store: Store, max_jobs: int) -> None:
        self._home, self._pool, self._store, self._max_jobs = home, pool, store, max(1, max_jobs)
        self._me = owner.this_process()
        self._lock = threading.RLock()
        self._line: Line[Ticket] = Line()
        self._runs: dict[str, Run | None] = {}  # None while a job is being set up
        self._log = get_logger("jobs")
        self.futures: dict[str, Future[Payload]] = {}  # of every job here that has not ended

    def enter(self, record: JobRecord, ticket: Ticket) -> Future[Payload]:
        """Take a job up, now or when it is its turn.

        Raises
        ------
        ValidationFailed
            A living process works on it.
        """
        with self._lock:
            if record.id in self.futures:
                return self.futures[record.id]
            records.claim(self._home, record.id, self._me, queued=True)
            future: Future[Payload] = Future()
            self.futures[record.id] = future
            self._line.put(
                record.id, ticket, priority=record.priority, created_at=record.created_at
            )
        self._admit()
        return future

    def stop(self, job_id: str, status: JobStatus) -> None:
        """Stop a job of this process and wait until it has ended, two seconds at most."""
        with self._lock:
            future = self.futures.get(job_id)
            waits = self._line.remove(job_id)
        if future is None:
            return
        if waits:
            self._settle(job_id, None, stopped_error(job_id, status), status)
        elif run := self._set_up(job_id):
            run.stop(status)
            wait([future], timeout=STOP_S)
            if not future.done():  # the story itself is busy; it leaves at its next step
                self._record_end(job_id, None, stopped_error(job_id, status), status)

    def flush(self) -> None:
        """Store progress that was held back, and stop the jobs somebody wants cancelled."""
        for run in [run for run in self._runs.values() if run is not None]:
            run.telling.flush()
        if self.futures:
            for job_id in records.cancel_requests(self._home, self._me):
                self.stop(job_id, JobStatus.CANCELLED)

    def _set_up(self, job_id: str) -> Run | None:
        """The job's run, waiting a moment for one that is just being made."""
        until = time.monotonic() + STOP_S
        while job_id in self._runs and time.monotonic() < until:
            if run := self._runs.get(job_id):
                return run
            time.sleep(0.01)
        return None

    def _admit(self) -> None:
        while True:
            with self._lock:
                if len(self._runs) >= self._max_jobs or not (found := self._line.pop()):
                    return
                job_id, ticket = found
                self._runs[job_id] = None
            # a thread, because callers may be inside an event loop, where the store refuses work
            threading.Thread(target=self._begin, args=(job_id, ticket), daemon=True).start()

    def _begin(self, job_id: str, ticket: Ticket) -> None:
        try:
            self._set_going(job_id, ticket)
        except Exception as error:
            self._settle(job_id, None, as_error(error, self._home), None)

    def _set_going(self, job_id: str, ticket: Ticket) -> None:
        record = records.claim(self._home, job_id, self._me)
        if ticket.afresh:
            self._store.forget(job_id)
        run = Run(
            job_id,
            ticket.production,
            self._pool,
            Telling(self._home, job_id, ticket.watch, record.progress),
            self._store.finished(job_id),
            self._store.launcher(job_id),
        )
        with self._lock:
            self._runs[job_id] = run
        self._note(run, f"attempt {record.attempts} begins")
        future = self._store.begin(run, record.attempts, record.payload)
        future.add_done_callback(lambda ended: self._ended(run, ended))

    def _ended(self, run: Run, future: Future[Payload]) -> None:
        error = future.exception()
        with contextlib.suppress(ApexError):
            run.telling.flush()
        if error is None:
            self._note(run, "completed")
            self._settle(run.job_id, future.result(), None, None)
        elif run.stopped is not None:
            self._note(run, run.stopped.value)
            problem: ApexError = stopped_error(run.job_id, run.stopped)
            self._settle(run.job_id, None, problem, run.stopped)
        else:
            problem = as_error(error, self._home)
            self._note(run, f"failed: {problem}\n{problem.log}")
            self._settle(run.job_id, None, problem, None)

    def _settle(
        self,
        job_id: str,
        result: Payload | None,
        error: ApexError | None,
        stopped: JobStatus | None,
    ) -> None:
        """Record the end of a job, tell whoever waits for it, and let the next one in."""
        try:
            self._record_end(job_id, result, error, stopped)
        except ApexError as problem:
            error = error or problem
        with self._lock:
            future = self.futures.pop(job_id, None)
            self._runs.pop(job_id, None)
        if future is not None:
            if error is None:
                future.set_result(result or {})
            else:
                future.set_exception(error)
        self._admit()

    def _record_end(
        self,
        job_id: str,
        result: Payload | None,
        error: ApexError | None,
        stopped: JobStatus | None,
    ) -> None:
        ends: dict[JobStatus, Callable[[Path, str], JobRecord]] = {
            JobStatus.CANCELLED: records.cancelled,
            JobStatus.PAUSED: records.paused,
        }
        if stopped is not None:
            ends[stopped](self._home, job_id)
        elif error is not None:
            records.fail(self._home, job_id, error)
            self._log.error("job failed", job=job_id, code=error.code, error=str(error))
        else:
            records.conclude(self._home, job_id, result or {})

    def _note(self, run: Run, text: str) -> None:
        self._log.info(text.splitlines()[0], job=run.job_id)
        with contextlib.suppress(OSError, OutputUnwritable, StorageError):
            run.telling.log.write("job", text)
