"""What an HTTP answer that is no success means for money and for the next try (contract D30a)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

from apex_director.core.errors import ApexError

from .model import Cost
from .outcomes import OutcomeUnknown, Refused, Unbilled

LONGEST_WAIT = 24 * 3600.0  # seconds a service may ask us to wait


@dataclass(frozen=True, kw_only=True)
class Told:
    """What a service says in its own words about an answer.

    ``status`` replaces the HTTP status where that misleads (200 with an error, 429 that means an
    empty account, 400 that means a wrong key); ``retry_after`` are seconds; ``cost`` is what it
    bills all the same.
    """

    message: str = ""
    status: int = 0
    retry_after: float = 0.0
    what_to_do: str = ""
    cost: Cost | None = None


_CURES = {
    400: "Change the request, or choose another backend.",
    401: "Check the key.",
    402: "Top up the account, or choose another backend.",
    403: "Check what the key may do, or choose another backend.",
    404: "Check the model and the base address.",
}
_WORDS = {
    400: "it refuses the request",
    401: "it does not know the key",
    402: "the account is empty",
    403: "it does not allow this",
    404: "it does not know this model or address",
    408: "it waited too long for the request",
    413: "the request is too large for it",
    422: "it refuses the request",
    429: "it is asked too often",
    503: "it is overloaded",
}


def of_status(
    name: str, status: int, *, told: Told, wait: float | None, paid_generation: bool
) -> ApexError | None:
    """The error an answer stands for, None for a good one.

    Parameters
    ----------
    name : str
        The backend.
    status : int
        HTTP status, or what the service's own words make of it.
    told : Told
        Those words, without secrets.
    wait : float or None
        Seconds it asks us to wait; None if it does not.
    paid_generation : bool
        Whether the request may have made, and billed, something.
    """
    if 200 <= status < 300:
        return None
    text = told.message or _WORDS.get(status, f"it answered with status {status}")
    where = f"{name} (HTTP {status})"
    if status in {408, 429} or (status == 503 and wait is not None):
        return Unbilled(
            text,
            where=where,
            what_to_do=told.what_to_do or "Try again later.",
            retry_after=wait or 0.0,
            status=status,
        )
    if status < 500:
        cure = told.what_to_do or _CURES.get(status, _CURES[400])
        return Refused(text, where=where, what_to_do=cure, status=status, cost=told.cost)
    return unanswered(name, text, where=where, paid_generation=paid_generation, status=status)


def unanswered(
    name: str,
    what: str,
    *,
    where: str = "",
    paid_generation: bool,
    status: int = 0,
    cost: Cost | None = None,
) -> ApexError:
    """The error of a request that left whole and got no answer that says what became of it."""
    where = where or name
    if paid_generation:
        cure = "See the account, then settle it with: apex cost resolve"
        return OutcomeUnknown(what, where=where, what_to_do=cure, cost=cost)
    return Unbilled(what, where=where, what_to_do="Try again later.", status=status)


def without_name(text: str, name: str) -> str:
    """An error's words without the backend they begin with, for where its name stands already."""
    begin = re.match(rf"{re.escape(name)}(?: picture)?(?: \((HTTP \d+)\))?: ", text)
    if begin is None:
        return text
    return (f"{begin[1]}: " if begin[1] else "") + text[begin.end() :]


def retry_after(text: str) -> float:
    """Seconds of a ``Retry-After``: a number, or an HTTP date; 0 if it is neither.

    Source: RFC 9110, 10.2.3.
    """
    text = text.strip()
    try:
        seconds = float(text)
    except ValueError:
        try:
            when = parsedate_to_datetime(text)
        except (ValueError, TypeError):
            return 0.0
        if when.tzinfo is None:
            when = when.replace(tzinfo=UTC)
        seconds = (when - datetime.now(UTC)).total_seconds()
    return min(LONGEST_WAIT, max(0.0, seconds)) if seconds == seconds else 0.0


def told_of(data: Any) -> Told:
    """The words of the usual error bodies: ``{error: {message}}``, ``{error}``, ``{detail}``,
    ``{message}``.
    """
    if isinstance(data, list) and data:
        data = data[0]
    if not isinstance(data, Mapping):
        return Told()
    for name in ("error", "detail", "message", "errors"):
        found = data.get(name)
        if isinstance(found, Mapping):
            found = found.get("message") or found.get("detail") or ""
        if isinstance(found, list) and found:
            first = found[0]
            found = first.get("msg", "") if isinstance(first, Mapping) else first
        if isinstance(found, str) and found:
            return Told(message=found)
    return Told()
