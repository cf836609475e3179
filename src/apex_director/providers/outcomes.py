"""What a failed call to a backend means for money and for the next try (contract D30a).

unbilled   no connection, DNS, 429, 503 with Retry-After     tried again
refused    400, 401, 402, 403, 404, safety                   next backend
unknown    lost after the whole request was sent and paid    held; unpaid backends only
failed     any exception of a backend that costs nothing     tried again
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


class Unbilled(BackendUnavailable):
    """The call cost nothing and may pass later, after ``retry_after`` seconds if given."""

    def __init__(
        self,
        what: str,
        *,
        where: str = "",
        what_to_do: str = "",
        log: str = "",
        retry_after: float = 0.0,
    ) -> None:
        super().__init__(what, where=where, what_to_do=what_to_do, log=log)
        self.retry_after = retry_after

    def __reduce__(self) -> tuple[Any, ...]:
        return (*super().__reduce__(), {"retry_after": self.retry_after})


class Refused(BackendUnavailable):
    """The backend said no and would say no again."""


class OutcomeUnknown(BackendUnavailable):
    """A paid call was sent whole and its answer was lost: it may have been made and billed."""


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


def outcome_of(error: Exception, *, paid: bool) -> str:
    """The trail's word for an error, ``refused``, ``unknown`` or ``failed``; empty if it must be
    raised at once.

    Parameters
    ----------
    error : Exception
        What the backend raised.
    paid : bool
        Whether its calls cost money; an unlisted error of a paid backend is never passed over.
    """
    if isinstance(error, ENDING):
        return ""
    if isinstance(error, REFUSING):
        return "refused"
    if isinstance(error, OutcomeUnknown):
        return "unknown"
    if isinstance(error, Unbilled):
        return "failed"
    if isinstance(error, SomethingNeeded):
        return "refused"
    return "" if paid else "failed"
