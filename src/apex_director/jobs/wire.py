"""How the engine's process and its workers talk: pickled tuples in length-prefixed frames.

Parent to worker: ``("setup", factory)``, ``("task", number, name, step, payload)``.
Worker to parent: ``("progress", number, Progress)``, ``("done", number, payload)``,
``("error", number, pickled exception or None, text, traceback)``. Both ends are one program on one
machine and the pipe is theirs alone, so pickle is safe here.
"""

from __future__ import annotations

import pickle
import struct
from typing import IO, Any

_LENGTH = struct.Struct(">Q")


def send(stream: IO[bytes], message: tuple[Any, ...]) -> None:
    """Write one frame whole.

    Raises
    ------
    OSError
        The other end is gone.
    """
    body = pickle.dumps(message, protocol=pickle.HIGHEST_PROTOCOL)
    stream.write(_LENGTH.pack(len(body)) + body)
    stream.flush()


def receive(stream: IO[bytes]) -> tuple[Any, ...] | None:
    """Read one frame; None when the other end has closed or died."""
    head = _exactly(stream, _LENGTH.size)
    if head is None:
        return None
    body = _exactly(stream, _LENGTH.unpack(head)[0])
    return None if body is None else pickle.loads(body)


def _exactly(stream: IO[bytes], count: int) -> bytes | None:
    parts: list[bytes] = []
    while count:
        part = stream.read(count)
        if not part:
            return None
        parts.append(part)
        count -= len(part)
    return b"".join(parts)
