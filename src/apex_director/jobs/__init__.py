"""Work that survives: records, progress, a durable engine and an inline one for tests.

This package is what every worker process imports first, so it stays light. Import the rest by
module: ``jobs.records``, ``jobs.engine`` (the durable one), ``jobs.inline``, ``jobs.events``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from apex_director.productions.model import Ports

__all__ = ["bind", "bound"]

_bound: list[Ports] = []


def bind(ports: Ports) -> None:
    """Give this process the outside world its steps work with; a second call replaces the first."""
    _bound[:] = [ports]


def bound() -> Ports:
    """The ports bound in this process.

    Raises
    ------
    RuntimeError
        Nothing was bound: a fault of the program, not of the user.
    """
    if not _bound:
        raise RuntimeError("jobs.bind(ports) must be called before a step runs")
    return _bound[0]
