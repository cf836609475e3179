"""How a command speaks: one JSON object on stdout for programs, sentences on stderr for people."""

from __future__ import annotations

import contextlib
import json
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from apex_director.core.errors import ApexError, Interrupted, OutputUnwritable

from .streams import silence


def say(text: str = "") -> None:
    """A line for people; where nobody can hear it the work goes on."""
    try:
        print(text, file=sys.stderr, flush=True)
    except (OSError, ValueError):
        silence(sys.stderr)


def answer(value: Mapping[str, Any]) -> None:
    """The one JSON object of ``--json`` (contract D20).

    Raises
    ------
    OutputUnwritable
        Standard output refuses it; a reader that has gone is no error.
    """
    plain = "utf" not in (sys.stdout.encoding or "ascii").lower()
    encoder = json.JSONEncoder(ensure_ascii=plain, default=str)
    _print(encoder.iterencode(value))


def answer_text(text: str) -> None:
    """A line of plain text on stdout.

    Raises
    ------
    OutputUnwritable
        As :func:`answer`.
    """
    _print([text])


def _print(pieces: Iterable[str]) -> None:
    """Write piece by piece (an hour of analysis is 20 MB of text), then flush: errors show here."""
    try:
        for piece in pieces:
            sys.stdout.write(piece)
        print(flush=True)
    except BrokenPipeError:
        silence(sys.stdout)
    except (OSError, ValueError) as error:
        silence(sys.stdout)
        raise OutputUnwritable(
            f"the answer cannot be written ({error})",
            where="standard output",
            what_to_do="Send it to a place with room.",
        ) from error


def ago(moment: str) -> str:
    """An ISO time as people say it: ``3 minutes ago``."""
    from datetime import UTC, datetime

    when = datetime.fromisoformat(moment)
    when = when if when.tzinfo else when.replace(tzinfo=UTC)
    return seconds_ago(int((datetime.now(UTC) - when).total_seconds()))


def seconds_ago(seconds: int) -> str:
    """A while since: ``2 hours ago``, ``just now``."""
    for name, size in (("day", 86400), ("hour", 3600), ("minute", 60)):
        count = seconds // size
        if count > 0:
            return f"{count} {name}{'s' if count != 1 else ''} ago"
    return "just now"


def fail(error: ApexError, *, as_json: bool) -> int:
    """Report an error and give its exit code."""
    if as_json:
        with contextlib.suppress(OutputUnwritable):
            answer(error.as_json())
    say(f"apex: {error}")
    return error.exit_code


def interrupted(*, as_json: bool) -> int:
    """Report that a person stopped the command before a job of its own could say so."""
    return fail(
        Interrupted("interrupted", what_to_do="Unfinished jobs are in: apex jobs list"),
        as_json=as_json,
    )


@contextmanager
def errors_reported(*, as_json: bool) -> Iterator[None]:
    """End the command with the right exit code on any error; never with a traceback."""
    import typer

    try:
        yield
    except (typer.Exit, typer.Abort, typer.TyperException):
        raise
    except KeyboardInterrupt:
        raise SystemExit(interrupted(as_json=as_json)) from None
    except Exception as error:
        raise SystemExit(fail(as_apex_error(error), as_json=as_json)) from error


def as_apex_error(error: Exception) -> ApexError:
    """Any exception as one of ours, in a sentence a person can use."""
    import errno
    import os
    import traceback

    if isinstance(error, ApexError):
        return error
    if isinstance(error, OSError) and error.errno in {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}:
        return OutputUnwritable(
            "the disk is full", where=str(error.filename or ""), what_to_do="Free some space."
        )
    if os.environ.get("APEX_DEBUG"):
        traceback.print_exc()
    return ApexError(
        f"something went wrong that should not ({type(error).__name__}: {error})",
        what_to_do="Run it again with APEX_DEBUG=1 and report what it prints.",
    )
