"""Is the process that owned this job still there? Same host: ask the system; else: its lease."""

from __future__ import annotations

import functools
import os
import socket
import time
from pathlib import Path

import psutil
import sqlalchemy as sa
from sqlalchemy.dialects.sqlite import insert

from apex_director.db.engine import transaction
from apex_director.db.tables import executors
from apex_director.jobs.model import Owner

LEASE_S = 15.0
CLOCK_SLACK_S = 2.0  # the system may state one process's start a little differently over time


@functools.cache
def _owner_of(pid: int) -> Owner:
    return Owner(host=socket.gethostname(), pid=pid, start=psutil.Process(pid).create_time())


def this_process() -> Owner:
    """The identity of the calling process."""
    return _owner_of(os.getpid())


def same(one: Owner, other: Owner) -> bool:
    """Whether two identities are one process."""
    return (one.host, one.pid) == (other.host, other.pid) and (
        abs(one.start - other.start) < CLOCK_SLACK_S
    )


def is_alive(home: Path, owner: Owner) -> bool:
    """Whether the owner still runs: by pid and start time here, by its lease on another host."""
    if owner.host == socket.gethostname():
        return _runs_here(owner)
    with transaction(home) as connection:
        beat = connection.execute(
            sa.select(executors.c.beat).where(
                executors.c.host == owner.host, executors.c.pid == owner.pid
            )
        ).scalar()
    return beat is not None and time.time() - beat < LEASE_S


def _runs_here(owner: Owner) -> bool:
    try:
        process = psutil.Process(owner.pid)
        if process.status() == psutil.STATUS_ZOMBIE:
            return False
        return abs(float(process.create_time()) - owner.start) < CLOCK_SLACK_S
    except psutil.AccessDenied:
        return True
    except psutil.NoSuchProcess:
        return False


def beat(home: Path, owner: Owner) -> None:
    """Renew the lease of a process; leases long out of date are dropped on the way."""
    now = time.time()
    key = {"host": owner.host, "pid": owner.pid, "start": owner.start}
    row = insert(executors).values(**key, beat=now)
    with transaction(home) as connection:
        connection.execute(
            row.on_conflict_do_update(index_elements=list(key), set_={"beat": row.excluded.beat})
        )
        connection.execute(executors.delete().where(executors.c.beat < now - 86_400))


def end_lease(home: Path, owner: Owner) -> None:
    """Take the process's lease back when it closes its engine."""
    with transaction(home) as connection:
        connection.execute(
            executors.delete().where(
                executors.c.host == owner.host,
                executors.c.pid == owner.pid,
                executors.c.start == owner.start,
            )
        )
