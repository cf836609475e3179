"""How a command speaks: one JSON object on stdout for programs, sentences on stderr for people."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from apex_director.core.errors import ApexError


def say(text: str = "") -> None:
    """A line for people."""
    print(text, file=sys.stderr, flush=True)


def answer(value: Mapping[str, Any]) -> None:
    """The one JSON object of ``--json`` (contract D20)."""
    json.dump(value, sys.stdout, ensure_ascii=False, default=str)
    print(flush=True)


def fail(error: ApexError, *, as_json: bool) -> int:
    """Report an error and give its exit code."""
    if as_json:
        answer(error.as_json())
    say(f"apex: {error}")
    return error.exit_code


@contextmanager
def errors_reported(*, as_json: bool) -> Iterator[None]:
    """End the command with the right exit code on any error; never with a traceback."""
    import typer

    try:
        yield
    except (typer.Exit, typer.Abort, typer.TyperException):
        raise
    except ApexError as error:
        raise SystemExit(fail(error, as_json=as_json)) from None
    except KeyboardInterrupt:
        say("\napex: interrupted.")
        raise SystemExit(130) from None
    except BrokenPipeError:
        sys.stderr.close()
        raise SystemExit(0) from None
    except Exception as error:
        raise SystemExit(fail(_unforeseen(error), as_json=as_json)) from error


def _unforeseen(error: Exception) -> ApexError:
    import errno
    import os
    import traceback

    if isinstance(error, OSError) and error.errno in {errno.ENOSPC, errno.EDQUOT}:
        from apex_director.core.errors import OutputUnwritable

        return OutputUnwritable(
            "the disk is full", where=str(error.filename or ""), what_to_do="Free some space."
        )
    if os.environ.get("APEX_DEBUG"):
        traceback.print_exc()
    return ApexError(
        f"something went wrong that should not ({type(error).__name__}: {error})",
        what_to_do="Run it again with APEX_DEBUG=1 and report what it prints.",
    )
