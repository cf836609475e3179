"""What work will take in time and money, as ranges learned from what earlier work took."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .complexity import prompt_complexity
from .estimate import Work, estimate, prior_seconds
from .pictures import estimate_batch, estimate_generation, prior_of
from .throughput import together
from .wanted import Wanted, wanted_of
from .words import as_json, describe, describe_generation, lines_json, range_json, usd_json

if TYPE_CHECKING:
    from .sql import History

__all__ = [
    "History",
    "Wanted",
    "Work",
    "as_json",
    "describe",
    "describe_generation",
    "estimate",
    "estimate_batch",
    "estimate_generation",
    "lines_json",
    "prior_of",
    "prior_seconds",
    "prompt_complexity",
    "range_json",
    "together",
    "usd_json",
    "wanted_of",
]


def __getattr__(name: str) -> Any:
    """The store needs a database, which a forecast does not."""
    if name != "History":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from .sql import History

    return History
