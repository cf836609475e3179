"""Which job runs when in one process, and how each ends in its record."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, wait
from pathlib import Path
from typing import Protocol

from apex_director.core.errors import ApexError, Interrupted, OutputUnwritable, StorageError
from apex_director.jobs import control, owner, records
from apex_director.jobs.model import JobRecord, JobStatus
from apex_director.jobs.pool import Pool
from apex_director.jobs.retry import RetryPolicy, may_pass, waits_for_person
from apex_director.jobs.run import Launch, Run, as_error
from apex_director.jobs.telling import Telling
from apex_director.jobs.waiting import Ticket, Waiting
from apex_director.observability.logs import get_logger
from apex_director.productions.model import Payload

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


def stopped_error(job_id: str, status: JobStatus | None) -> Interrupted:
    """The error of a job that was stopped by a person."""
    word = "cancelled" if status is JobStatus.CANCELLED else "interrupted"
    return Interrupted(
        f"the job was {word}", where=job_id, what_to_do=f"Go on with: apex jobs resume {job_id}"
    )


def record_end(
    home: Path,
    job_id: str,
    result: Payload | None,
    error: ApexError | None,
    stopped: JobStatus | None,
) -> None:
    """Write down how the work on a job ended: stopped, failed, waiting for a person, or done."""
    ends: dict[JobStatus, Callable[[Path, str], JobRecord]] = {
        JobStatus.CANCELLED: records.cancelled,
        JobStatus.PAUSED: records.paused,
    }
    if stopped is not None:
        ends[stopped](home, job_id)
    elif error is not None and waits_for_person(error):
        records.waiting_for_approval(home, job_id, str(error), error=error)
    elif error is not None:
        records.fail(home, job_id, error)
        get_logger("jobs").error("job failed", job=job_id, code=error.code, error=str(error))
    else:
        records.conclude(home, job_id, result or {})


def note(run: Run, text: str) -> None:
    """Add to the job's log and to the studio's."""
    get_logger("jobs").info(text.splitlines()[0], job=run.job_id)
    with contextlib.suppress(OSError, OutputUnwritable, StorageError):
        run.telling.log.write("job", text)


class Dispatch:
    """The jobs of one process: at most ``max_jobs`` run, the others stand in line.

    ``clock`` gives epoch seconds; a job whose failure may pass stays out of line until its time.
    """

    def __init__(
        self,
        home: Path,
        pool: Pool,
        store: Store,
        max_jobs: int,
        retry: RetryPolicy,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._home, self._pool, self._store, self._max_jobs = home, pool, store, max(1, max_jobs)
        self._retry, self.clock = retry, clock
        self._me = owner.this_process()
        self._lock = threading.RLock()
        self._waiting = Waiting(home)
        self._runs: dict[str, Run | None] = {}  # None while a job is being set up
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
            record = records.claim(self._home, record.id, self._me, queued=True, anew=ticket.anew)
            future: Future[Payload] = Future()
            self.futures[record.id] = future
            self._waiting.put(record, ticket)
        self._admit()
        return future

    def stop(self, job_id: str, status: JobStatus, *, let_go: bool = True) -> None:
        """Stop a job of this process and wait until it has ended, two seconds at most.

        ``let_go``: record its end even where its story is busy and leaves only at its next step.
        """
        with self._lock:
            future = self.futures.get(job_id)
            waits = self._waiting.remove(job_id)
        if future is None:
            return
        if waits:
            self._settle(job_id, None, stopped_error(job_id, status), status)
        elif run := self._set_up(job_id):
            run.stop(status)
            wait([future], timeout=STOP_S)
            if let_go and not future.done():
                record_end(self._home, job_id, None, stopped_error(job_id, status), status)

    def leave(self) -> None:
        """Pause what runs or stands in line; what waits for its next try stays queued, for whoever
        takes up unfinished work.
        """
        for job_id in self._waiting.kept_back():
            self._waiting.remove(job_id)
            with contextlib.suppress(ApexError):
                control.release(self._home, job_id)
            if future := self.futures.pop(job_id, None):
                future.set_exception(stopped_error(job_id, JobStatus.QUEUED))
        for job_id in list(self.futures):
            self.stop(job_id, JobStatus.PAUSED)

    def active(self) -> list[str]:
        """Jobs here that run or stand in line; those that wait for their next try do not."""
        kept_back = self._waiting.kept_back()
        return [job_id for job_id in list(self.futures) if job_id not in kept_back]

    def flush(self) -> None:
        """Store progress that was held back, stop the jobs somebody wants stopped, and begin those
        whose time has come.
        """
        for run in [run for run in list(self._runs.values()) if run is not None]:
            run.telling.flush()
        if not self.futures:
            return
        for job_id in records.cancel_requests(self._home, self._me):
            self.stop(job_id, JobStatus.CANCELLED)
        for job_id in control.pause_requests(self._home, self._me):
            self.stop(job_id, JobStatus.PAUSED, let_go=False)
        self._waiting.line_up_due(self.clock())
        self._admit()

    def _set_up(self, job_id: str) -> Run | None:
        """The job's run, waiting a moment for one that is just being made."""
        until = time.monotonic() + STOP_S
        while job_id in self._runs and time.monotonic() < until:
            if run := self._runs.get(job_id):
                return run
            time.sleep(0.01)
        return None

    def _admit(self) -> None:
        while len(self._waiting) and len(self._runs) < self._max_jobs:
            paused = self._waiting.refresh()
            with self._lock:
                if len(self._runs) >= self._max_jobs:
                    return
                found = self._waiting.next(paused=paused)
                if found is None:
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
        record = records.claim(self._home, job_id, self._me, anew=False)
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
        note(run, f"attempt {record.attempts} begins")
        future = self._store.begin(run, record.attempts, record.payload)
        future.add_done_callback(lambda ended: self._ended(run, ticket, ended))

    def _ended(self, run: Run, ticket: Ticket, future: Future[Payload]) -> None:
        error = future.exception()
        with contextlib.suppress(ApexError):
            run.telling.flush()
        if error is None:
            note(run, "completed")
            self._settle(run.job_id, future.result(), None, None)
        elif run.stopped is not None:
            note(run, run.stopped.value)
            problem: ApexError = stopped_error(run.job_id, run.stopped)
            self._settle(run.job_id, None, problem, run.stopped)
        else:
            problem = as_error(error, self._home)
            note(run, f"failed: {problem}\n{problem.log}")
            if not self._postponed(run, ticket, problem):
                self._settle(run.job_id, None, problem, None)

    def _postponed(self, run: Run, ticket: Ticket, error: ApexError) -> bool:
        """Whether the job is tried again later by itself; at a terminal its user is told how."""
        if not may_pass(error):
            return False
        if ticket.foreground:
            hint = f"It may pass; try again with: apex jobs retry {run.job_id}"
            error.what_to_do = f"{error.what_to_do} {hint}".strip()
            return False
        self._waiting.keep_back(run.job_id, ticket)
        with self._lock:
            self._runs.pop(run.job_id, None)
        try:
            record = control.try_later(self._home, run.job_id, error, self._retry, self.clock())
        except ApexError:
            record = None
        if record is None:  # no further try; False where a stop came first and has settled it
            return not self._waiting.remove(run.job_id)
        note(run, str(record.detail["message"]))
        self._admit()
        return True

    def _settle(
        self,
        job_id: str,
        result: Payload | None,
        error: ApexError | None,
        stopped: JobStatus | None,
    ) -> None:
        """Record the end of a job, tell whoever waits for it, and let the next one in."""
        try:
            record_end(self._home, job_id, result, error, stopped)
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
