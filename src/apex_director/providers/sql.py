"""The ledger and the traffic of a studio, stored in its ``apex.db``."""

from __future__ import annotations

from pathlib import Path

from .books.sql import SqlLedger
from .model import Desk
from .traffic.sql import SqlTraffic

__all__ = ["SqlLedger", "SqlTraffic", "open_desk"]


def open_desk(home: Path) -> Desk:
    """Where every call to an outsider of this studio passes."""
    return Desk(ledger=SqlLedger(home), traffic=SqlTraffic(home))
