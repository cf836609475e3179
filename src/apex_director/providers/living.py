"""Which process makes a call, and whether it is still there."""

from __future__ import annotations

import functools
import os
import socket
from dataclasses import dataclass

CLOCK_SLACK_S = 2.0  # the system may state one process's start a little differently over time


@dataclass(frozen=True, kw_only=True)
class Maker:
    """A process, told from a later one of the same number by its start (epoch seconds)."""

    host: str
    pid: int
    start: float

    @property
    def here(self) -> bool:
        return self.host == socket.gethostname()


@functools.cache
def _maker_of(pid: int) -> Maker:
    import psutil

    return Maker(host=socket.gethostname(), pid=pid, start=psutil.Process(pid).create_time())


def this_process() -> Maker:
    """The identity of the calling process."""
    return _maker_of(os.getpid())


def same(one: Maker, other: Maker) -> bool:
    """Whether two identities are one process."""
    return (one.host, one.pid) == (other.host, other.pid) and (
        abs(one.start - other.start) < CLOCK_SLACK_S
    )


def runs(maker: Maker) -> bool:
    """Whether a process of this host still runs; a zombie does not."""
    import psutil

    if same(maker, this_process()):
        return True
    try:
        process = psutil.Process(maker.pid)
        if process.status() == psutil.STATUS_ZOMBIE:
            return False
        return abs(float(process.create_time()) - maker.start) < CLOCK_SLACK_S
    except psutil.AccessDenied:
        return True
    except psutil.NoSuchProcess:
        return False
