"""A worker process: one step at a time, one thread, gone as soon as its parent is gone.

Started as a plain program (never by multiprocessing), so a user's script needs no
``if __name__ == "__main__"`` guard and is never imported again.
"""

from __future__ import annotations

import contextlib
import io
import os
import pickle
import queue
import signal
import sys
import threading
import time
import traceback
from collections.abc import Callable
from typing import Any, BinaryIO

from apex_director.jobs import bind, bound, wire
from apex_director.productions.model import Progress

SINGLE_THREADED = {
    "NUMBA_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "OPENCV_FOR_THREADS_NUM": "1",
}
PROGRESS_EVERY_S = 0.1
PARENT_CHECK_S = 1.0
SETUP = -1  # the task number of what happens before the first task
Send = Callable[[tuple[Any, ...]], None]


def main() -> None:
    """Serve the parent over the standard streams until it closes them."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _end_when_orphaned()
    commands, answers = _private_streams()
    tasks: queue.SimpleQueue[tuple[Any, ...]] = queue.SimpleQueue()
    threading.Thread(target=_read, args=(commands, tasks), daemon=True).start()
    threading.Thread(target=_die_with, args=(os.getppid(),), daemon=True).start()
    send = _locked_sender(answers)
    try:
        bind(pickle.loads(tasks.get()[1])())
    except Exception as error:
        send(("error", SETUP, _pickled(error), _brief(error), traceback.format_exc()))
        return
    while True:
        _, number, name, step, payload = tasks.get()
        _run(send, number, name, step, payload)


def _private_streams() -> tuple[BinaryIO, BinaryIO]:
    """Keep the pipes for the protocol; whatever libraries print goes to the worker log."""
    commands, answers = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    os.dup2(2, 1)
    if isinstance(sys.stdout, io.TextIOWrapper):  # a pipe's buffer would hold lines back
        sys.stdout.reconfigure(line_buffering=True)
    return commands, answers


def _end_when_orphaned() -> None:
    """Have Linux kill this process with the lane that started it, even inside a compiled kernel."""
    if sys.platform != "linux":
        return
    import ctypes

    set_parent_death_signal = 1  # PR_SET_PDEATHSIG, linux/prctl.h
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(set_parent_death_signal, signal.SIGKILL, 0, 0, 0)


def _read(commands: BinaryIO, tasks: queue.SimpleQueue[tuple[Any, ...]]) -> None:
    while True:
        message = wire.receive(commands)
        if message is None:
            os._exit(0)
        tasks.put(message)


def _die_with(parent: int) -> None:
    """Where the system does not do it, and somebody else has inherited the pipe's other end."""
    while os.getppid() == parent:
        time.sleep(PARENT_CHECK_S)
    os._exit(0)


def _run(send: Send, number: int, name: str, step: bytes, payload: dict[str, Any]) -> None:
    from apex_director.jobs.call import call

    report = _reporter(send, number)
    try:
        result = call(pickle.loads(step), bound(), payload, report, name)
    except Exception as error:
        send(("error", number, _pickled(error), _brief(error), traceback.format_exc()))
    else:
        send(("done", number, result))


def _locked_sender(answers: BinaryIO) -> Send:
    lock = threading.Lock()  # a step may report from a thread of its own

    def send(message: tuple[Any, ...]) -> None:
        with lock:
            wire.send(answers, message)

    return send


def _brief(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"


def _reporter(send: Send, number: int) -> Callable[[Progress], None]:
    """Pass progress on at most ten times a second; warnings and new stages always."""
    last: list[tuple[float, str]] = [(0.0, "")]

    def report(progress: Progress) -> None:
        now = time.monotonic()
        told, stage = last[0]
        if now - told < PROGRESS_EVERY_S and stage == progress.stage and not _must_tell(progress):
            return
        last[0] = (now, progress.stage)
        send(("progress", number, progress))

    return report


def _must_tell(progress: Progress) -> bool:
    return bool(progress.warning or progress.notice)


def _pickled(error: Exception) -> bytes | None:
    try:
        data = pickle.dumps(error)
        pickle.loads(data)
    except Exception:
        return None
    return data


if __name__ == "__main__":
    main()
