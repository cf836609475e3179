"""Worker processes that run steps: started as plain programs, killed at once when asked.

Each of the pool's lanes is a thread here with one worker process of its own; it takes the oldest
waiting task, sends it over a pipe and listens until the answer comes. A worker that dies is
replaced and its task tried once more. When this process dies, the pipes close and the workers go.

Steps that mostly wait for somebody else's machine have lanes of their own (:meth:`Pool.hands`), so
that they neither wait for a core nor keep one from the others.
"""

from __future__ import annotations

import contextlib
import json
import os
import pickle
import signal
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil

from apex_director.core.errors import ApexError
from apex_director.jobs import wire
from apex_director.jobs.call import wrapped
from apex_director.jobs.retry import WorkerDied
from apex_director.jobs.worker_main import SINGLE_THREADED
from apex_director.productions.model import Payload, Ports, Report, Step

TRIES = 2
MOST_HANDS = 8  # worker processes of a pool that may wait on the network at once
LEAST_FREE = 512 * 2**20  # bytes; with less memory left no further one is started
LOG_LIMIT = 5 * 1024 * 1024
LOG_TAIL = 4000
# The worker sees the same modules as its parent, wherever those were imported from.
_PROGRAM = (
    "import sys, json; sys.path[:] = json.loads(sys.argv.pop());"
    "from apex_director.jobs.worker_main import main; main()"
)


class StepStopped(Exception):
    """The step's worker was ended because its job was cancelled, paused or failed elsewhere."""


@dataclass(eq=False, kw_only=True)
class _Task:
    number: int
    job_id: str
    name: str
    step: bytes
    payload: Payload
    on_progress: Report
    waits: bool = False
    future: Future[Payload] = field(default_factory=Future)
    stopped: bool = False
    started: int = 0


class Pool:
    """Runs steps in up to ``workers`` processes.

    Parameters
    ----------
    ports_factory : Callable[[], Ports]
        Builds what steps work with; a module-level function or a partial of one, called first in
        every worker, before any step is imported.
    workers : int
        How many steps run at once.
    log : Path
        Where whatever the workers print is appended.
    """

    def __init__(self, ports_factory: Callable[[], Ports], workers: int, log: Path) -> None:
        self.workers = max(1, workers)
        self._setup = pickle.dumps(ports_factory)
        self._log = log
        self._waiting: dict[bool, deque[_Task]] = {False: deque(), True: deque()}
        self._hands = 0  # wanted by all batches under way
        self._changed = threading.Condition()
        self._lanes: list[_Lane] = []
        self._closed = False
        self._numbers = 0

    def warm(self) -> None:
        """Start the first worker now, so that it is ready when the first step comes."""
        with self._changed:
            if not self._lanes:
                self._add_lane(warm=True)

    @contextlib.contextmanager
    def hands(self, count: int) -> Iterator[None]:
        """Have up to ``count`` workers (eight in all) for steps submitted with ``waits``, started
        when there is work for them and ended when nobody wants any.
        """
        with self._changed:
            self._hands += count
        try:
            yield
        finally:
            with self._changed:
                self._hands -= count
                self._changed.notify_all()

    def submit(
        self,
        job_id: str,
        name: str,
        step: Step,
        payload: Payload,
        on_progress: Report,
        *,
        waits: bool = False,
    ) -> Future[Payload]:
        """Run a step as soon as a worker is free; progress is told from a thread of the pool.

        ``waits``: by one of the :meth:`hands`.

        Raises
        ------
        ApexError
            The step is no importable function.
        """
        try:
            blob = pickle.dumps(step)
        except (pickle.PicklingError, AttributeError) as error:
            raise ApexError("a step must be a module's own function", where=name) from error
        with self._changed:
            if self._closed:
                raise StepStopped(name)
            self._numbers += 1
            task = _Task(
                number=self._numbers,
                job_id=job_id,
                name=name,
                step=blob,
                payload=payload,
                on_progress=on_progress,
                waits=waits,
            )
            self._waiting[waits].append(task)
            if self._wants_lane(waits):
                self._add_lane(warm=False, waits=waits)
            self._changed.notify_all()
        return task.future

    def _wants_lane(self, waits: bool) -> bool:
        lanes = [lane for lane in self._lanes if lane.waits == waits]
        if sum(lane.task is None for lane in lanes) >= len(self._waiting[waits]):
            return False
        if not waits:
            return len(lanes) < self.workers
        if len(lanes) >= min(MOST_HANDS, max(1, self._hands)):
            return False
        return not lanes or psutil.virtual_memory().available > LEAST_FREE

    def cancel(self, job_id: str) -> None:
        """End every waiting and running step of a job now; their futures raise StepStopped."""
        with self._changed:
            dropped = []
            for line in self._waiting.values():
                dropped += [task for task in line if task.job_id == job_id]
                remaining = [task for task in line if task.job_id != job_id]
                line.clear()
                line.extend(remaining)
            for lane in self._lanes:
                if lane.task is not None and lane.task.job_id == job_id:
                    lane.task.stopped = True
                    lane.kill()
        for task in dropped:
            task.future.set_exception(StepStopped(task.name))

    def close(self) -> None:
        """End every worker; whatever ran is stopped."""
        with self._changed:
            self._closed = True
            lanes = list(self._lanes)
            jobs = {task.job_id for line in self._waiting.values() for task in line}
            jobs |= {lane.task.job_id for lane in self._lanes if lane.task is not None}
            self._changed.notify_all()
        for job_id in jobs:
            self.cancel(job_id)
        for lane in lanes:
            lane.kill()
        for lane in lanes:
            lane.join(timeout=2)

    def pids(self) -> list[int]:
        """The process ids of the living workers."""
        return [pid for lane in list(self._lanes) if (pid := lane.pid()) is not None]

    def next_task(self, lane: _Lane) -> _Task | None:
        """The oldest waiting task of the lane's kind, now the lane's; None when the pool is closed
        or has no use for the lane any more.
        """
        line = self._waiting[lane.waits]
        with self._changed:
            while not line and not self._closed and (self._hands or not lane.waits):
                self._changed.wait()
            if self._closed or not line:
                self._lanes.remove(lane)
                return None
            lane.task = line.popleft()
            return lane.task

    def settle(self, lane: _Lane, outcome: Payload | Exception) -> None:
        """Free the lane and hand the task's outcome over."""
        with self._changed:
            task, lane.task = lane.task, None
        assert task is not None
        if isinstance(outcome, Exception):
            task.future.set_exception(StepStopped(task.name) if task.stopped else outcome)
        else:
            task.future.set_result(outcome)

    def spawn(self) -> subprocess.Popen[bytes]:
        """Start one worker process and tell it how to build its ports."""
        with self._worker_log() as log:
            process = subprocess.Popen(
                [sys.executable, "-c", _PROGRAM, json.dumps(sys.path)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                env={**os.environ, **SINGLE_THREADED},
                process_group=0,  # Ctrl-C at the terminal is the parent's to answer
            )
        assert process.stdin is not None
        with contextlib.suppress(OSError):  # died already: the reader will see it
            wire.send(process.stdin, ("setup", self._setup))
        return process

    def log_tail(self) -> str:
        """The last lines any worker printed."""
        try:
            return self._log.read_bytes()[-LOG_TAIL:].decode(errors="replace")
        except OSError:
            return ""

    def _worker_log(self) -> Any:
        try:
            self._log.parent.mkdir(parents=True, exist_ok=True)
            too_long = self._log.exists() and self._log.stat().st_size > LOG_LIMIT
            return self._log.open("wb" if too_long else "ab")
        except OSError:
            return open(os.devnull, "wb")

    def _add_lane(self, *, warm: bool, waits: bool = False) -> None:
        lane = _Lane(self, warm=warm, waits=waits)
        self._lanes.append(lane)
        lane.start()


class _Lane(threading.Thread):
    """One worker process and the thread that talks to it."""

    def __init__(self, pool: Pool, *, warm: bool, waits: bool) -> None:
        super().__init__(name="apex-lane", daemon=True)
        self.waits = waits
        self.task: _Task | None = None
        self._pool = pool
        self._warm = warm
        self._process: subprocess.Popen[bytes] | None = None
        self._killed = False
        self._guard = threading.Lock()

    def run(self) -> None:
        """Take tasks until the pool closes."""
        if self._warm:
            self._living()
        while (task := self._pool.next_task(self)) is not None:
            outcome: Payload | Exception
            try:
                outcome = self._serve(task)
            except Exception as error:
                outcome = error
            self._pool.settle(self, outcome)
        with self._guard:
            self._bury(self._process)

    def pid(self) -> int | None:
        """The worker's process id while it lives."""
        process = self._process
        return process.pid if process is not None and process.poll() is None else None

    def kill(self) -> None:
        """End the worker process at once; the next task gets a new one."""
        with self._guard:
            self._killed = True
            if self._process is not None:
                _end_tree(self._process)

    def _living(self) -> subprocess.Popen[bytes]:
        with self._guard:
            old = self._process
            if old is None or self._killed or old.poll() is not None:
                self._bury(old)
                self._process = self._pool.spawn()
                self._killed = False
            assert self._process is not None
            return self._process

    @staticmethod
    def _bury(process: subprocess.Popen[bytes] | None) -> None:
        if process is None:
            return
        _end_tree(process)
        process.wait()
        for stream in (process.stdin, process.stdout):
            if stream is not None:
                with contextlib.suppress(OSError):
                    stream.close()

    def _serve(self, task: _Task) -> Payload:
        """Run the task in the worker, in a second one if the first dies.

        Raises
        ------
        ApexError
            What the step raised, or that the worker died twice.
        StepStopped
            The task was cancelled.
        """
        while True:
            task.started += 1
            process = self._living()
            if task.stopped:
                raise StepStopped(task.name)
            answer = self._converse(process, task)
            if answer is not None:
                return answer
            code = process.wait()
            _end_group(process.pid)
            if task.stopped or self._killed:
                raise StepStopped(task.name)
            if task.started >= TRIES:
                raise self._death(task, code)

    def _converse(self, process: subprocess.Popen[bytes], task: _Task) -> Payload | None:
        """The task's result; None when the worker died before it came."""
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            wire.send(process.stdin, ("task", task.number, task.name, task.step, task.payload))
            while (message := wire.receive(process.stdout)) is not None:
                if message[0] == "error":
                    raise _revived(message, task.name)
                if message[1] != task.number:
                    continue
                if message[0] == "done":
                    result: Payload = message[2]
                    return result
                task.on_progress(message[2])
        except OSError:
            return None
        return None

    def _death(self, task: _Task, code: int) -> ApexError:
        cause = f"exit code {code}"
        if code < 0:
            with contextlib.suppress(ValueError):
                cause = signal.Signals(-code).name
        killed = code == -signal.SIGKILL
        return WorkerDied(
            f"the worker process died {TRIES} times ({cause})"
            + (", probably for want of memory" if killed else ""),
            where=task.name,
            what_to_do="Free memory or use fewer workers, then resume the job.",
            log=self._pool.log_tail(),
        )


def _end_tree(process: subprocess.Popen[bytes]) -> None:
    """Kill a living worker and whatever programs its step has started."""
    below: list[psutil.Process] = []
    if process.poll() is not None:
        return
    with contextlib.suppress(psutil.Error):
        below = psutil.Process(process.pid).children(recursive=True)
    process.kill()
    _end_group(process.pid)
    for child in below:  # those that have left the worker's group
        with contextlib.suppress(psutil.Error):
            child.kill()


def _end_group(leader: int) -> None:
    """Kill what is left of a worker's process group, of which the worker was the leader."""
    if hasattr(os, "killpg"):
        with contextlib.suppress(OSError):
            os.killpg(leader, signal.SIGKILL)


def _revived(message: tuple[Any, ...], name: str) -> ApexError:
    """The exception a worker sent, as itself where it is one of ours."""
    _, _, blob, text, trace = message
    error = None
    if blob is not None:
        with contextlib.suppress(Exception):
            error = pickle.loads(blob)
    if isinstance(error, ApexError):
        return error
    found = wrapped(error if isinstance(error, Exception) else RuntimeError(text), name)
    found.log = str(trace)
    return found
