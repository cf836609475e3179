"""Calling a step: plain JSON in and out, and errors a person can read; shared by every runner."""

from __future__ import annotations

import errno
import json
import traceback
from collections import Counter

from apex_director.core.errors import ApexError, OutputUnwritable
from apex_director.core.ids import content_hash
from apex_director.productions.model import Payload, Ports, Production, Report, Step

_UNWRITABLE = frozenset({errno.ENOSPC, errno.EFBIG, errno.EDQUOT, errno.EROFS, errno.EACCES})


def as_json(payload: Payload, where: str) -> Payload:
    """The payload as it reads back from storage, so that fresh and resumed runs see one value.

    Raises
    ------
    ApexError
        It holds something JSON has no word for.
    """
    try:
        plain = json.loads(json.dumps(payload))
    except (TypeError, ValueError) as error:
        raise ApexError(f"a step's values must be plain JSON ({error})", where=where) from error
    if not isinstance(plain, dict):
        raise ApexError("a step takes and gives a mapping", where=where)
    return plain


def call(step: Step, ports: Ports, payload: Payload, report: Report, name: str) -> Payload:
    """Run one step on plain values.

    Raises
    ------
    ApexError
        What the step raised; any other exception is wrapped, its traceback in ``log``.
    """
    try:
        result = step(ports, payload, report)
    except ApexError:
        raise
    except Exception as error:
        raise wrapped(error, name) from error
    return as_json(result, name)


def wrapped(error: Exception, where: str) -> ApexError:
    """An unforeseen exception as one of ours, its traceback kept for the log."""
    if isinstance(error, ApexError):
        return error
    log = "".join(traceback.format_exception(error))
    if isinstance(error, OSError) and error.errno in _UNWRITABLE:
        return OutputUnwritable(
            (error.strerror or "it cannot be written").lower(),
            where=str(error.filename or where),
            what_to_do="Free space or rights there, then resume the job.",
            log=log,
        )
    if isinstance(error, MemoryError):
        return ApexError(
            "there is not enough memory",
            where=where,
            what_to_do="Use fewer workers or a smaller picture, then resume the job.",
            log=log,
        )
    return ApexError(
        f"{type(error).__name__}: {error}",
        where=where,
        what_to_do="This is a fault of the program; the job's log has the details.",
        log=log,
    )


def find_step(production: Production, name: str) -> Step:
    """The named step of a production.

    Raises
    ------
    ApexError
        It has none of that name.
    """
    step = production.steps.get(name)
    if step is None:
        raise ApexError(f"{production.kind} has no step of that name", where=name)
    return step


class Keys:
    """Names every step of a story by its content: step name, payload, and how often it was seen.

    The same story asks for the same keys in every run, whatever was finished before.
    """

    def __init__(self) -> None:
        self._seen: Counter[str] = Counter()

    def key(self, name: str, payload: Payload) -> str:
        """The key of the next call of that step with that payload."""
        content = f"{name}:{content_hash(name, payload)[:32]}"
        self._seen[content] += 1
        return f"{content}:{self._seen[content]}"
