"""A studio whose processes are named by the test: who is alive, and what time it is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from apex_director.core.money import Usd
from apex_director.providers.living import Maker, this_process
from apex_director.providers.model import Budget, Cost, Desk, Quote
from apex_director.providers.sql import SqlLedger, SqlTraffic

YES = Budget(approved=True)


@dataclass
class Office:
    """Desks for made-up processes of this host, and a clock that stands until it is moved."""

    home: Path
    time: float = 1_800_000_000.0
    alive: set[int] = field(default_factory=set)

    def maker(self, pid: int) -> Maker:
        return Maker(host=this_process().host, pid=pid, start=1000.0 + pid)

    def _options(self, pid: int) -> dict[str, Callable[..., object] | Maker]:
        self.alive.add(pid)
        return {
            "me": self.maker(pid),
            "alive": lambda maker: maker.pid in self.alive,
            "now": lambda: self.time,
        }

    def ledger(self, pid: int = 1) -> SqlLedger:
        return SqlLedger(self.home, **self._options(pid))

    def traffic(self, pid: int = 1) -> SqlTraffic:
        return SqlTraffic(self.home, **self._options(pid))

    def desk(self, pid: int = 1) -> Desk:
        return Desk(ledger=self.ledger(pid), traffic=self.traffic(pid))

    def kill(self, pid: int) -> None:
        self.alive.discard(pid)


@pytest.fixture
def office(tmp_path: Path) -> Office:
    return Office(tmp_path / "studio")


def quote(usd: str | None = "0.04") -> Quote:
    basis = "unknown" if usd is None else "list_price"
    cost = Cost(usd=None if usd is None else Usd.of(usd), basis=basis, price_date="2026-11-01")
    return Quote(model="model-1", cost=cost)
