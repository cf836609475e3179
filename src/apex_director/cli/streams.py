"""The three standard streams, made safe: a program that calls us may close any of them."""

from __future__ import annotations

import contextlib
import os
import sys
from typing import TextIO

_STANDARD = (("stdin", "r"), ("stdout", "w"), ("stderr", "w"))


def stand_in() -> None:
    """Put the null device where a standard stream was closed.

    Otherwise the next file that is opened takes the stream's number, and a worker that closes its
    standard output closes that file.
    """
    for number, (name, mode) in enumerate(_STANDARD):
        try:
            os.fstat(number)
        except OSError:
            null = os.open(os.devnull, os.O_RDWR)  # the lowest free number: this one
            if null != number:
                os.dup2(null, number)
                os.close(null)
        if getattr(sys, name) is None:
            setattr(sys, name, os.fdopen(number, mode, encoding="utf-8", closefd=False))


def silence(stream: TextIO) -> None:
    """Send the rest of a stream nowhere, so that the interpreter's last flush cannot fail."""
    with contextlib.suppress(OSError, ValueError):
        null = os.open(os.devnull, os.O_WRONLY)
        os.dup2(null, stream.fileno())
        os.close(null)


def settle() -> None:
    """Flush what was printed; a reader that has gone is no error of ours."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except (OSError, ValueError):
            silence(stream)
