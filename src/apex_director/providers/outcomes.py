"""What a failed call to a backend means for money and for the next try (contract D30a).

unbilled   no connection, DNS, 429, 503 with Retry-After     tried again
refused    400, 401, 402, 403, 404, safety                   next backend
unknown    lost after the whole request was sent and paid    held; unpaid backends only
failed     any exception of a backend that costs nothing     tried again
failed     any other exception before a paid request left    next backend
unknown    any other exception after it left                 held; unpaid backends only
"""

from __future__ import annotations

from typing import Any

from apex_director.core.errors import (
    ApexError,
    BackendUnavailable,
    ConfigError,
    InputUnusable,
    Interrupted,
    OutputUnwritable,
    PathNotAllowed,
    SomethingNeeded,
    StorageError,
    ValidationFailed,
)

from .model import Cost


class Unbilled(BackendUnavailable):
    """The call cost nothing and may pass later, after ``retry_after`` seconds if given.

    After the provider has named the work (``Call.accepted``), or while a call of an earlier process
    is looked for, this only means "ask again": a new request is sent if ``lost`` says that the work
    is not there, or ended without being billed. ``status`` is the HTTP status, 0 if there was none.
    """

    def __init__(
        self,
        what: str,
        *,
        where: str = "",
        what_to_do: str = "",
        log: str = "",
        retry_after: float = 0.0,
        status: int = 0,
        lost: bool = False,
    ) -> None:
        super().__init__(what, where=where, what_to_do=what_to_do, log=log)
        self.retry_after, self.status, self.lost = retry_after, status, lost

    def __reduce__(self) -> tuple[Any, ...]:
        kept = {"retry_after": self.retry_after, "status": self.status, "lost": self.lost}
        return (*super().__reduce__(), kept)


class Refused(BackendUnavailable):
    """The backend said no and would say no again.

    ``cost`` is what it says it bills all the same (nothing, unless given); after ``status`` 401,
    402 or 403 its key is not used again in the job.
    """

    def __init__(
        self,
        what: str,
        *,
        where: str = "",
        what_to_do: str = "",
        log: str = "",
        status: int = 0,
        cost: Cost | None = None,
    ) -> None:
        super().__init__(what, where=where, what_to_do=what_to_do, log=log)
        self.status, self.cost = status, cost

    def __reduce__(self) -> tuple[Any, ...]:
        return (*super().__reduce__(), {"status": self.status, "cost": self.cost})


class OutcomeUnknown(BackendUnavailable):
    """A paid call was sent whole and its answer was lost: it may have been made and billed.

    ``cost`` is the amount to hold if it is known better than from the quote.
    """

    def __init__(
        self,
        what: str,
        *,
        where: str = "",
        what_to_do: str = "",
        log: str = "",
        cost: Cost | None = None,
    ) -> None:
        super().__init__(what, where=where, what_to_do=what_to_do, log=log)
        self.cost = cost

    def __reduce__(self) -> tuple[Any, ...]:
        return (*super().__reduce__(), {"cost": self.cost})


class NotSendable(ApexError):
    """The call was refunded, held or sent meanwhile: its request may not leave (again)."""

    code = "call_not_sendable"


REFUSING: tuple[type[ApexError], ...] = (
    Refused,
    ValidationFailed,
    InputUnusable,
    PathNotAllowed,
    ConfigError,
)
"""Errors that another backend may not have, and that no second try can change."""

ENDING: tuple[type[BaseException], ...] = (
    Interrupted,
    OutputUnwritable,
    StorageError,
    MemoryError,
)
"""Errors of this machine or of the person who stopped it: no backend is tried after them."""


KEY_IS_NO_GOOD = frozenset({401, 402, 403})
"""HTTP statuses after which a key is not used again in a job (contract D30a)."""

TOO_MANY = 429


def speaks_of_health(error: Exception, outcome: str) -> bool:
    """Whether a failure says that the backend is ill, and not the request, the key or the pace."""
    if isinstance(error, NotSendable) or (isinstance(error, Unbilled) and error.status == TOO_MANY):
        return False
    return outcome in ("failed", "unknown")


def outcome_of(error: Exception, *, paid: bool, sent: bool = False) -> str:
    """The trail's word for an error, ``refused``, ``unknown`` or ``failed``; empty if it must be
    raised at once.

    Parameters
    ----------
    error : Exception
        What the backend raised.
    paid : bool
        Whether its calls cost money.
    sent : bool
        Whether the request has left. After that only an error that says what became of the money
        (``Refused``, ``Unbilled``) gives a paid call back; every other leaves it unknown.
    """
    if isinstance(error, ENDING):
        return ""
    if isinstance(error, Refused):
        return "refused"
    if isinstance(error, Unbilled):
        return "failed"
    if isinstance(error, OutcomeUnknown) or (paid and sent):
        return "unknown" if paid else "failed"
    if isinstance(error, (*REFUSING, SomethingNeeded)):
        return "refused"
    return "failed"
