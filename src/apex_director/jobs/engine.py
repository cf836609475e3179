"""The durable engine: a job is a workflow, every step of it a child workflow named by its content.

The only file that imports dbos. What ended is stored in ``<home>/engine.db`` before the story sees
it, under ``<job>:<step>:<hash of its payload>:<n>``; taking a job up again tells the story anew and
hands it the stored results, so a crash, a pause or a failure costs the unfinished steps alone.

Nothing is ever put on a queue that another process polls, and every process is an executor of its
own: opening an engine starts no older work. A job has one owner at a time (``records.claim``).
"""

from __future__ import annotations

import atexit
import contextlib
import logging
import os
import signal
import sqlite3
import sys
import threading
import time
import uuid
import zlib
from collections.abc import Callable, Mapping
from concurrent.futures import Future, wait
from importlib.metadata import version
from pathlib import Path

import sqlalchemy as sa
from dbos import DBOS, DBOSConfig, SetWorkflowID

from apex_director.core.errors import (
    Interrupted,
    JobNotFound,
    StorageError,
    ValidationFailed,
)
from apex_director.db.engine import engine_for, immediate_engine, transaction
from apex_director.jobs import events, owner, records
from apex_director.jobs.attendant import Attendant, Keeper
from apex_director.jobs.dispatch import Dispatch, stopped_error
from apex_director.jobs.model import JobRecord, JobStatus
from apex_director.jobs.pool import Pool
from apex_director.jobs.retry import RetryPolicy
from apex_director.jobs.run import Launch, Run, Stopped
from apex_director.jobs.telling import Watch
from apex_director.jobs.waiting import Ticket
from apex_director.productions.model import Payload, Ports, Production

DATABASE = "engine.db"
VERSION = "1"  # of what is stored; raised only when older work cannot be taken up any more
MAX_JOBS = 5  # contract B21
CHECKPOINT_S = 300.0  # contract B22

_live: dict[str, Run] = {}
_open: list[Engine] = []
_opening = threading.RLock()


@DBOS.workflow(name="apex.step")
def _step(job_id: str, key: str, name: str, payload: Payload) -> Payload:
    return _live[job_id].perform(key, name, payload)


@DBOS.workflow(name="apex.job")
def _job(job_id: str, payload: Payload) -> Payload:
    run = _live[job_id]
    try:
        return run.tell_story(payload)
    except Stopped:
        raise stopped_error(job_id, run.stopped) from None


class _DurableStore:
    """Results of steps as outcomes of workflows in ``engine.db``."""

    def finished(self, job_id: str) -> dict[str, Payload]:
        """Results by step key; workflows left by dead or failed attempts are deleted."""
        prefix = f"{job_id}:"
        steps = DBOS.list_workflows(workflow_id_prefix=prefix, load_input=False)
        done = [step for step in steps if step.status == "SUCCESS"]
        told = DBOS.list_workflows(
            workflow_id_prefix=f"{job_id}/", load_input=False, load_output=False
        )
        stale = [one.workflow_id for one in (*told, *steps) if one.status != "SUCCESS"]
        if stale:
            DBOS.delete_workflows(stale)
        return {step.workflow_id.removeprefix(prefix): step.output or {} for step in done}

    def forget(self, job_id: str) -> None:
        """Drop every result of a job."""
        prefixes = [f"{job_id}:", f"{job_id}/"]
        found = DBOS.list_workflows(
            workflow_id_prefix=prefixes, load_input=False, load_output=False
        )
        if found:
            DBOS.delete_workflows([one.workflow_id for one in found])

    def launcher(self, job_id: str) -> Launch:
        """Starts steps as child workflows, in this process and on no queue."""

        def launch(key: str, name: str, payload: Payload) -> Future[Payload]:
            with SetWorkflowID(f"{job_id}:{key}"):
                handle = DBOS.start_workflow(_step, job_id, key, name, payload)
            future: Future[Payload] | None = getattr(handle, "future", None)
            if future is None:  # stored by another process; claim and finished() rule that out
                raise StorageError("a step is being run elsewhere", where=f"{job_id} {name}")
            return future

        return launch

    def begin(self, run: Run, attempt: int, payload: Payload) -> Future[Payload]:
        """Tell the story in a workflow of its own for every attempt."""
        _live[run.job_id] = run
        with SetWorkflowID(f"{run.job_id}/{attempt}-{uuid.uuid4().hex[:6]}"):
            handle = DBOS.start_workflow(_job, run.job_id, payload)
        future: Future[Payload] = handle.future  # type: ignore[attr-defined]
        future.add_done_callback(lambda _: _live.pop(run.job_id, None))
        return future


def open_engine(
    home: Path,
    productions: Mapping[str, Production],
    ports_factory: Callable[[], Ports],
    workers: int,
    *,
    max_jobs: int = MAX_JOBS,
    retry: RetryPolicy | None = None,
    clock: Callable[[], float] = time.time,
) -> Engine:
    """Open the engine of a studio; nothing that was left unfinished starts by itself.

    One engine per process: a second call for the same studio returns the open one, which closes
    when each caller has closed it.

    Parameters
    ----------
    home : Path
        Studio folder.
    productions : Mapping[str, Production]
        What can be run, by kind; steps are functions of importable modules.
    ports_factory : Callable[[], Ports]
        Picklable; called once in every worker.
    workers : int
        Worker processes.
    max_jobs : int
        Jobs worked on at once; more wait in line (contract B21).
    retry : RetryPolicy, optional
        When jobs nobody waits for are tried again by themselves (contract B23); those of
        :meth:`Engine.run` and :meth:`Engine.resume` never are.
    clock : callable
        Epoch seconds, for the times of those tries.

    Raises
    ------
    StorageError
        Another studio's engine is open in this process, or the database cannot be used.
    OutputUnwritable
        The studio folder cannot be written.
    """
    home = home.resolve()
    with _opening:
        if _open:
            if _open[0].home != home:
                raise StorageError(
                    "another studio is open in this process",
                    where=str(_open[0].home),
                    what_to_do="Close it first, or use a process for each.",
                )
            _open[0].share()
            return _open[0]
        pool = Pool(ports_factory, workers, home / "logs" / "workers.log")
        engine_for(home)
        pool.warm()
        try:
            store = _open_dbos(home)
        except BaseException:
            pool.close()
            raise
        dispatch = Dispatch(home, pool, _DurableStore(), max_jobs, retry or RetryPolicy(), clock)
        _open.append(Engine(home, productions, pool, dispatch, store))
        return _open[0]


def _open_dbos(home: Path) -> sa.Engine:
    path = home / DATABASE
    _quiet()
    store = immediate_engine(path)
    try:
        if not _migrated(path):
            with transaction(home):  # one process at a time
                DBOS.migrate(f"sqlite:///{path}")
                _mark(path)
        config: DBOSConfig = {
            "name": "apex",
            "system_database_url": f"sqlite:///{path}",
            "system_database_engine": store,
            "run_migrations": False,
            "application_version": VERSION,
            "executor_id": f"{owner.this_process().host}-{uuid.uuid4().hex}",
            "log_level": "WARNING",
            "notification_listener_polling_interval_sec": 0.2,
        }
        DBOS(config=config)
        DBOS.launch()
        return store
    except (sa.exc.DatabaseError, sqlite3.DatabaseError, OSError) as error:
        raise StorageError(
            f"the engine's database cannot be opened ({getattr(error, 'orig', error)})",
            where=str(path),
            what_to_do="Move it away to start an empty one; finished videos are not in it.",
        ) from error


def _migrated(path: Path) -> bool:
    """Whether the tables are those the installed dbos makes, by the mark :func:`_mark` left."""
    if not path.exists():
        return False
    with contextlib.closing(sqlite3.connect(path, timeout=30)) as connection:
        return bool(connection.execute("PRAGMA user_version").fetchone()[0] == _tables_version())


def _mark(path: Path) -> None:
    with contextlib.closing(sqlite3.connect(path, timeout=30)) as connection:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute(f"PRAGMA user_version={_tables_version()}")


def _tables_version() -> int:
    return zlib.crc32(version("dbos").encode()) & 0x7FFFFFFF


def _quiet() -> None:
    """The engine's own messages go to our log files, never to the terminal."""
    theirs, ours = logging.getLogger("dbos"), logging.getLogger("apex_director")
    theirs.handlers = list(ours.handlers) or [logging.NullHandler()]
    theirs.propagate = False


class Engine:
    """Runs jobs of one studio in this process; made by :func:`open_engine`."""

    def __init__(
        self,
        home: Path,
        productions: Mapping[str, Production],
        pool: Pool,
        dispatch: Dispatch,
        database: sa.Engine,
    ) -> None:
        self.home = home
        self._productions, self._pool, self._database = dict(productions), pool, database
        self._dispatch = dispatch
        self._users = 1
        self._attendant = Attendant(home, self._dispatch.flush, self.take_up_abandoned)
        self._attendant.start()
        self._keeper: Keeper | None = None

    def run(
        self,
        job_id: str,
        kind: str,
        payload: Payload,
        *,
        priority: int = 3,
        watch: Watch | None = None,
    ) -> Payload:
        """Run a job to its end and return its result; parameters as :meth:`start`.

        Raises
        ------
        ApexError
            What the story or a step raised; the job is recorded as failed and can be resumed.
        Interrupted
            Ctrl-C, or the job was cancelled; after Ctrl-C it can be resumed.
        """
        self._production(kind)
        record = _recorded(self.home, job_id, kind, payload, priority)
        return self._wait(job_id, self._enter(record, watch, foreground=True))

    def start(
        self,
        job_id: str,
        kind: str,
        payload: Payload,
        *,
        priority: int = 3,
        watch: Watch | None = None,
    ) -> Future[Payload]:
        """Begin a job in the background, or put it in line; the interpreter stays for its end.

        Parameters
        ----------
        job_id : str
            A recorded job, or a new id, which is recorded now.
        kind, payload
            Which production, and what its story is given.
        priority : int
            1 to 5, 5 first, for a new record.
        watch : callable, optional
            Called with every progress, from a thread of the engine; it must return quickly.

        Raises
        ------
        ValidationFailed
            No production of that kind, or a living process works on the job already.
        """
        self._production(kind)
        return self._enter(_recorded(self.home, job_id, kind, payload, priority), watch)

    def resume(self, job_id: str, *, watch: Watch | None = None, afresh: bool = False) -> Payload:
        """Take a job up where it stands and run it to its end; a finished one answers at once.

        ``afresh`` forgets the results of its steps, for when their files are gone.

        Raises
        ------
        JobNotFound
            There is none of that id.
        ApexError
            As :meth:`run`.
        """
        future = self.start_resume(job_id, watch=watch, afresh=afresh, foreground=True)
        return self._wait(job_id, future)

    def start_resume(
        self,
        job_id: str,
        *,
        watch: Watch | None = None,
        afresh: bool = False,
        foreground: bool = False,
    ) -> Future[Payload]:
        """As :meth:`resume`, in the background; ``foreground`` where somebody waits all the same,
        so that a failure is told instead of tried again.
        """
        record = records.get(self.home, job_id)
        self._production(record.kind)
        if record.status is JobStatus.COMPLETED and not afresh:
            done: Future[Payload] = Future()
            done.set_result(record.result or {})
            return done
        return self._enter(record, watch, afresh=afresh, foreground=foreground)

    def take_up_abandoned(self) -> list[str]:
        """Resume every unfinished job that nobody living works on and whose time has come; their
        ids (contract D22).
        """
        taken = []
        for record in records.abandoned(self.home, at=records.moment(self._dispatch.clock())):
            if record.kind in self._productions and record.id not in self._dispatch.futures:
                with contextlib.suppress(ValidationFailed):  # another process was faster
                    self._enter(record, None, anew=False)
                    taken.append(record.id)
        return taken

    def keep_taking_up(self) -> None:
        """From now on resume abandoned jobs whenever a process dies: for services and workers."""
        self._attendant.takes_up = True

    def keep_checkpoints(self, every_s: float = CHECKPOINT_S) -> None:
        """From now on make a checkpoint that often, where anything has changed (contract B22)."""
        if self._keeper is None and every_s > 0:
            self._keeper = Keeper(self.home, every_s)
            self._keeper.start()

    def cancel(self, job_id: str) -> bool:
        """End a job and its workers within seconds; False where it had ended already.

        Raises
        ------
        JobNotFound
            There is none of that id.
        """
        if job_id not in self._dispatch.futures:
            return events.cancel(self.home, job_id)
        self._dispatch.stop(job_id, JobStatus.CANCELLED)
        return records.get(self.home, job_id).status is JobStatus.CANCELLED

    def pause(self, job_id: str) -> None:
        """Stop a job of this process; it belongs to nobody then and can be resumed."""
        self._dispatch.stop(job_id, JobStatus.PAUSED)

    def active(self) -> list[str]:
        """Ids of the jobs of this process that run or stand in line."""
        return self._dispatch.active()

    def wait_all(self) -> None:
        """Return when no job of this process runs or waits; Ctrl-C pauses them all.

        Raises
        ------
        Interrupted
            Ctrl-C was pressed.
        """
        try:
            while self._dispatch.futures:
                wait(list(self._dispatch.futures.values()), timeout=1.0)
        except KeyboardInterrupt:
            stopped = list(self._dispatch.futures)
            for job_id in stopped:
                self.pause(job_id)
            raise stopped_error(", ".join(stopped), JobStatus.PAUSED) from None

    def close(self) -> None:
        """Pause what still runs, end the workers and leave the studio."""
        with _opening:
            self._users -= 1
            if self._users > 0 or self not in _open:
                return
            self._attendant.leave()
            if self._keeper is not None:
                self._keeper.leave()
            self._dispatch.leave()
            self._pool.close()
            DBOS.destroy(workflow_completion_timeout_sec=0)
            self._attendant.end_lease()
            self._database.dispose()
            _open.remove(self)

    def share(self) -> None:
        """Count one more user, who will call :meth:`close` too."""
        self._users += 1

    def _production(self, kind: str) -> Production:
        if kind not in self._productions:
            raise _no_production(kind, ", ".join(sorted(self._productions)))
        return self._productions[kind]

    def _enter(self, record: JobRecord, watch: Watch | None, **how: bool) -> Future[Payload]:
        ticket = Ticket(production=self._production(record.kind), watch=watch, **how)
        return self._dispatch.enter(record, ticket)

    def _wait(self, job_id: str, future: Future[Payload]) -> Payload:
        try:
            while not wait([future], timeout=1.0).done:
                pass
        except KeyboardInterrupt:
            self.pause(job_id)
            raise stopped_error(job_id, JobStatus.PAUSED) from None
        return future.result()


def _no_production(kind: str, known: str) -> ValidationFailed:
    return ValidationFailed(
        f"there is no production of the kind {kind!r}",
        where="kind",
        what_to_do=f"Choose one of: {known}.",
    )


def _recorded(home: Path, job_id: str, kind: str, payload: Payload, priority: int) -> JobRecord:
    try:
        return records.get(home, job_id)
    except JobNotFound:
        return records.create(home, kind, payload, job_id=job_id, priority=priority)


def _before_exit() -> None:
    """The interpreter stays until its jobs have ended; Ctrl-C leaves them paused."""
    for engine in tuple(_open):
        left = engine.active()
        if getattr(sys, "last_type", None) is not KeyboardInterrupt:
            try:
                engine.wait_all()
                left = []
            except Interrupted:
                atexit.register(_die_interrupted)
        for job_id in left:
            print(f"Interrupted. Go on with: apex jobs resume {job_id}", file=sys.stderr)
        while engine in _open:
            engine.close()


def _die_interrupted() -> None:
    """Leave as a program that Ctrl-C ended does, so that a shell's chain of commands stops."""
    for stream in (sys.stdout, sys.stderr):
        stream.flush()
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    os.kill(os.getpid(), signal.SIGINT)


# Threads of executors are refused new work once the interpreter leaves, so ours must come first.
getattr(threading, "_register_atexit", atexit.register)(_before_exit)
