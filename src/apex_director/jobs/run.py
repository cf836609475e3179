"""One job being worked on in this process: the Runner its story sees, whatever stores the results.

The durable engine hands in what was finished before and a way to launch a step that is stored when
it ends; this file knows nothing else of it.
"""

from __future__ import annotations

import contextlib
import queue
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from apex_director.core.errors import ApexError
from apex_director.db.engine import storage_error
from apex_director.jobs.call import Keys, as_json, find_step, wrapped
from apex_director.jobs.model import JobStatus
from apex_director.jobs.pool import Pool, StepStopped
from apex_director.jobs.telling import Telling
from apex_director.productions.model import Payload, Production, Progress, Report

Launch = Callable[[str, str, Payload], "Future[Payload]"]  # key, step name, payload
SETTLE_S = 2.0


class Stopped(BaseException):
    """Leaves the story from inside a runner's call; no ``except Exception`` of a story holds it."""


class Run:
    """Runs a production's steps in the pool, each result stored before the story sees it.

    Parameters
    ----------
    job_id, production, pool, telling
        The job, its story and steps, the workers, and whom to tell.
    finished : Mapping[str, Payload]
        Results of earlier attempts by step key; these steps never run again.
    launch : Launch
        Starts a step whose result will be stored; the future ends after that.
    """

    def __init__(
        self,
        job_id: str,
        production: Production,
        pool: Pool,
        telling: Telling,
        finished: Mapping[str, Payload],
        launch: Launch,
    ) -> None:
        self._job_id, self._production, self._pool = job_id, production, pool
        self.telling = telling
        self._finished, self._launch = finished, launch
        self._keys = Keys()
        self._heard: dict[str, Report] = {}
        self._waits: set[str] = set()  # keys of steps that mostly wait for somebody else's machine
        self._events: queue.SimpleQueue[tuple[Any, ...]] = queue.SimpleQueue()
        self._batch = 0
        self._stop_lock = threading.Lock()
        self.stopped: JobStatus | None = None

    @property
    def job_id(self) -> str:
        """The job's id."""
        return self._job_id

    @property
    def resumed(self) -> bool:
        """Whether results of an earlier attempt are used."""
        return bool(self._finished)

    def tell_story(self, payload: Payload) -> Payload:
        """Run the whole story.

        Raises
        ------
        ApexError
            A step or the story failed.
        Stopped
            The run was stopped from outside.
        """
        try:
            return as_json(self._production.story(self, as_json(payload, "story")), "story")
        except Exception as error:
            if self.stopped is not None:
                raise Stopped from error
            raise as_error(error, self.telling.home) from error

    def step(self, name: str, payload: Payload) -> Payload:
        """Run one named step, once for all; its progress counts as the job's."""
        return self._gather(name, [payload], None, lambda _index, said: self.report(said))[0]

    def map(
        self,
        name: str,
        payloads: Sequence[Payload],
        on_done: Callable[[int, Payload], None] | None = None,
        on_progress: Callable[[int, Progress], None] | None = None,
        hands: int | None = None,
    ) -> list[Payload]:
        """Run a step for many payloads on all workers, or on so many ``hands`` of its own; results
        in the payloads' order.
        """

        def heard(index: int, progress: Progress) -> None:
            if progress.warning:
                self.telling.warn(progress.warning)
            if on_progress:
                on_progress(index, progress)

        if hands is None:
            return self._gather(name, payloads, on_done, heard)
        with self._pool.hands(max(1, hands)):
            return self._gather(name, payloads, on_done, heard, hands=max(1, hands))

    def report(self, progress: Progress) -> None:
        """Tell whoever watches this job."""
        self._check()
        self.telling.tell(progress)

    def perform(self, key: str, name: str, payload: Payload) -> Payload:
        """Execute one step in a worker; called by the engine from the step's own thread.

        Raises
        ------
        ApexError
            What the step raised.
        StepStopped
            The job was stopped.
        """
        if self.stopped is not None:
            raise StepStopped(name)
        step, heard, waits = find_step(self._production, name), self._heard[key], key in self._waits
        return self._pool.submit(self._job_id, name, step, payload, heard, waits=waits).result()

    def stop(self, status: JobStatus) -> None:
        """End the running steps and leave the story; the first reason given counts."""
        with self._stop_lock:
            self.stopped = self.stopped or status
        self._events.put(("stop", 0, 0))
        self._pool.cancel(self._job_id)

    def _check(self) -> None:
        if self.stopped is not None:
            raise Stopped

    def _gather(
        self,
        name: str,
        payloads: Sequence[Payload],
        on_done: Callable[[int, Payload], None] | None,
        on_progress: Callable[[int, Progress], None],
        hands: int | None = None,
    ) -> list[Payload]:
        self._check()
        find_step(self._production, name)
        self._batch += 1
        plain = [as_json(payload, name) for payload in payloads]
        keys = [self._keys.key(name, payload) for payload in plain]
        if hands is not None:
            self._waits.update(keys)
        at_once = hands or 2 * self._pool.workers
        results: dict[int, Payload] = {}
        for index, key in enumerate(keys):
            if key in self._finished:
                results[index] = self._finished[key]
                if on_done:
                    on_done(index, results[index])
        waiting = [index for index in range(len(keys)) if index not in results]
        running: dict[int, Future[Payload]] = {}
        try:
            while waiting or running:
                while waiting and len(running) < at_once:
                    index = waiting.pop(0)
                    running[index] = self._begin(name, index, keys[index], plain[index])
                kind, index, value = self._next_event()
                if kind == "progress":
                    on_progress(index, value)
                else:
                    results[index] = running.pop(index).result()
                    if on_done:
                        on_done(index, results[index])
        except BaseException:
            self._abandon(running.values())
            raise
        return [results[index] for index in range(len(keys))]

    def _begin(self, name: str, index: int, key: str, payload: Payload) -> Future[Payload]:
        batch, events = self._batch, self._events
        self._heard[key] = lambda progress: events.put(("progress", batch, index, progress))
        future = self._launch(key, name, payload)
        future.add_done_callback(lambda _: events.put(("done", batch, index, None)))
        return future

    def _next_event(self) -> tuple[str, int, Any]:
        while True:
            event = self._events.get()
            self._check()
            if event[1] == self._batch:
                return event[0], event[2], event[3]

    def _abandon(self, running: Any) -> None:
        """After a failure: end the other steps and let them settle before the job ends."""
        self._pool.cancel(self._job_id)
        until = time.monotonic() + SETTLE_S
        for future in list(running):
            with contextlib.suppress(Exception):
                future.result(timeout=max(0.0, until - time.monotonic()))


def as_error(error: BaseException, home: Path) -> ApexError:
    """Any exception of a run as one of ours."""
    if isinstance(error, sa.exc.DatabaseError):
        return storage_error(home, error)
    return wrapped(error if isinstance(error, Exception) else RuntimeError(repr(error)), "story")
