"""Whatever backends answer and wherever a process dies: nothing is sent twice, the sums hold."""

from __future__ import annotations

import itertools
import os
import sqlite3
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field, replace
from random import Random
from typing import Any

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from apex_director.core.errors import AllBackendsFailed, OutputUnwritable, ValidationFailed
from apex_director.core.money import Usd
from apex_director.db.engine import DATABASE
from apex_director.providers import Candidate, OutcomeUnknown, Refused, Unbilled, run_cascade
from apex_director.providers.model import Budget, Call, Cost, Desk, Kept, Purpose, Quote

from .conftest import Office

EXAMPLES = int(os.environ.get("APEX_TEST_MONEY_EXAMPLES", "12"))
PROCESSES = 40  # one after another, in each example
NUMBERS = itertools.count()
PRICE, CAP = Usd.of("0.04"), Usd.of("0.50")
BILLED_LESS = Cost(usd=Usd.of("0.031"), basis="reported")


class Killed(BaseException):
    """The process is gone: nothing of it runs any more."""


class Breach(BaseException):
    """What must never be; no cascade can pass over it."""


def never(breach: bool, what: str) -> None:
    if breach:
        raise Breach(what)


@dataclass
class Mortal:
    """A desk that ends its process at the n-th thing it is told, before or after writing it."""

    desk: Desk
    die_at: int | None
    after: bool = False
    told: int = 0

    def part(self, name: str) -> Any:
        return _Part(self, getattr(self.desk, name))

    def count(self) -> bool:
        self.told += 1
        if self.die_at is not None and self.told > self.die_at:
            raise Killed
        return self.told == self.die_at


@dataclass
class _Part:
    mortal: Mortal
    real: Any

    def __getattr__(self, name: str) -> Callable[..., Any]:
        def told(*given: Any, **named: Any) -> Any:
            dies = self.mortal.count()
            if dies and not self.mortal.after:
                raise Killed
            answer = getattr(self.real, name)(*given, **named)
            if dies:
                raise Killed
            return answer

        return told


@dataclass
class Provider:
    """What the providers count: who sent what, and what it will be billed."""

    sent: list[tuple[str, str]] = field(default_factory=list)  # (key, call id)
    bills: dict[str, Usd] = field(default_factory=dict)  # by call id
    tasks: dict[str, str] = field(default_factory=dict)  # task -> call id

    def take(self, key: str, call: Call, bill: Usd | None) -> None:
        self.sent.append((key, call.id))
        if bill is not None:
            self.bills[call.id] = bill

    @property
    def total(self) -> Usd:
        return sum(self.bills.values(), start=Usd())


AT_ONCE = ("unbilled", "unbilled_sent", "refused", "no_key", "lost", "bug", "stopped")
AFTER_ALL = ("billed_less", "refused_billed", "lost_billed", "garbled", "stopped_sent", "disk_full")
OF_TASKS = ("twice", "never", "gone", "failed_task", "down")
FAULTS = (*AT_ONCE, *AFTER_ALL, *OF_TASKS)


class Studio:
    """Three paid backends (one answers at once, one names a task, one takes our id) and a free."""

    def __init__(self, office: Office, name: str) -> None:
        self.office, self.name = office, name
        self.provider, self.store, self.pids = Provider(), {}, itertools.count(10)
        self.budget = Budget(approved=True, production=CAP)
        self.faults: list[str] = []

    def candidates(self, free: bool, luck: Random) -> list[Candidate[str]]:
        quote = Quote(model="m", cost=Cost(usd=PRICE, basis="list_price"))
        kinds = [
            Candidate(name=f"{self.name}-{kind}", backend=kind, quote=quote, key=kind, priority=n)
            for n, kind in enumerate(luck.sample(("sync", "task", "owned"), 3))
        ]
        facts = {"sync": {"key_name": "A_KEY", "per_minute": 1000}, "owned": {"owns_ids": True}}
        kinds = [replace(one, **facts.get(one.backend, {})) for one in kinds]
        last = Candidate(name=f"{self.name}-free", backend="free", priority=9)
        return [*kinds, last] if free else kinds

    def attempt(self, candidate: Candidate[str], call: Call) -> str:
        fault = self.faults.pop(0) if self.faults else "made"
        key = f"{candidate.name}/{self.item}"
        if candidate.backend == "free":
            return "free" if fault != "bug" else self._raise(RuntimeError("free failed"))
        if fault in ("unbilled", "stopped", "bug") and not call.provider_id:
            raise {
                "unbilled": Unbilled("no connection"),
                "stopped": KeyboardInterrupt(),
                "bug": KeyError("bug"),
            }[fault]
        if call.provider_id:
            return self._asked(candidate, call, fault)
        call.sending()
        self.nobody_else_may_have_it(call)
        if fault in ("unbilled_sent", "refused", "no_key", "lost"):
            self.provider.take(key, call, None)
            raise {
                "unbilled_sent": Unbilled("busy", status=429),
                "refused": Refused("unsafe"),
                "no_key": Refused("no credit", status=402),
                "lost": OutcomeUnknown("connection lost"),
            }[fault]
        bill = BILLED_LESS.usd if fault == "billed_less" else PRICE
        self.provider.take(key, call, bill)
        if candidate.backend == "task":
            task = f"task-{len(self.provider.tasks)}"
            self.provider.tasks[task] = call.id
            call.accepted(task)
        return self._ended(call, fault)

    def nobody_else_may_have_it(self, call: Call) -> None:
        """Nothing is sent for a picture that is paid for, or may be, here or elsewhere."""
        for one in self.ledger.bookings(job_id=self.name):
            if one.purpose.item == self.item and one.call_id != call.id:
                never(one.state not in ("reserved", "refunded", "settled"), f"sent beside {one}")
                never(one.state == "settled" and one.kept is not None, f"bought beside {one}")

    def _asked(self, candidate: Candidate[str], call: Call, fault: str) -> str:
        """By the name of the task, or by our own id."""
        owned = candidate.backend == "owned"
        never(candidate.backend == "sync", "asked for what has no name")
        call_id = call.provider_id if owned else self.provider.tasks[call.provider_id]
        if fault in ("down", "unbilled", "unbilled_sent"):
            raise Unbilled("no connection")
        if call_id not in self.provider.bills:
            raise Unbilled("it never arrived", lost=True)
        return self._ended(call, fault)

    def _ended(self, call: Call, fault: str) -> str:
        bill = self.provider.bills[call.id]
        if fault == "failed_task":
            del self.provider.bills[call.id]
            raise Unbilled("the task failed and is not billed", lost=True)
        if fault == "gone":
            del self.provider.bills[call.id]
            raise Refused("the task was turned down and is not billed")
        if bill != PRICE:
            call.billed(BILLED_LESS)
        if fault == "twice":
            call.sending()
            raise Breach("it was let go twice")
        if fault in ("lost_billed", "never"):
            raise OutcomeUnknown("no answer came")
        if fault == "refused_billed":
            raise Refused("unsafe, and billed", cost=Cost(usd=bill, basis="reported"))
        if fault == "garbled":
            raise ValidationFailed("this is no picture")
        if fault == "stopped_sent":
            raise KeyboardInterrupt
        return f"picture of {call.id}{' no room' if fault == 'disk_full' else ''}"

    def _raise(self, error: Exception) -> str:
        raise error

    def keep(self, picture: str) -> Kept:
        if picture.endswith("no room"):
            raise OutputUnwritable("the disk is full")
        self.store[str(len(self.store))] = picture
        return Kept(result=str(len(self.store) - 1))

    def one_process(self, luck: Random) -> None:
        """It makes one picture, or dies on the way."""
        item, free = luck.randrange(12), luck.random() < 0.3
        faults = [luck.choice(FAULTS if luck.random() < 0.6 else ("made",)) for _ in range(6)]
        die_at = luck.randrange(1, 25) if luck.random() < 0.4 else None
        after = luck.random() < 0.5
        pid, self.item, self.faults = next(self.pids), str(item), list(faults)
        self.office.time += 61.0
        mortal = Mortal(self.office.desk(pid), die_at, after)
        try:
            made = run_cascade(
                self.candidates(free, luck),
                self.attempt,
                what="picture",
                purpose=Purpose(job_id=self.name, item=self.item),
                desk=Desk(ledger=mortal.part("ledger"), traffic=mortal.part("traffic")),
                budget=self.budget,
                keep=self.keep,
                recall=lambda _, kept: self.store[kept.result],
                wait=lambda _: None,
                clock=lambda: 0.0,
            )
        except Killed:
            self.office.kill(pid)
        except (AllBackendsFailed, KeyboardInterrupt, OutputUnwritable):
            self.nothing_left_open(pid)
        else:
            self.nothing_left_open(pid)
            self.trail_is_true(made)

    def trail_is_true(self, made: Any) -> None:
        costs = {a.call_id: a.cost for a in made.trail if a.outcome == "made" and a.call_id}
        for call_id, cost in costs.items():
            assert self.provider.bills[call_id] == cost
        reused = [a for a in made.trail if a.outcome == "reused"]
        if reused:
            assert made.value.startswith("picture")
            assert reused[-1].cost == Usd()

    def nothing_left_open(self, pid: int) -> None:
        """A process that ends in order leaves nothing half-way but what the provider has named."""
        query = (
            "SELECT count(*) FROM ledger AS one WHERE pid = ? AND job_id = ? AND state IN "
            "('reserved', 'sending') AND NOT EXISTS (SELECT 1 FROM ledger AS later WHERE "
            "later.call = one.call AND later.n > one.n)"
        )
        with closing(sqlite3.connect(self.office.home / DATABASE)) as connection:
            assert connection.execute(query, (pid, self.name)).fetchone() == (0,)

    @property
    def ledger(self) -> Any:
        return self.office.ledger(1)

    def put_in_order(self) -> None:
        self.ledger.reconcile(job_id=self.name)
        spent = self.ledger.spent(job_id=self.name)
        named = self.ledger.bookings(job_id=self.name, states=("accepted",))
        assert spent.reserved == sum((b.usd for b in named), start=Usd())

    def resolve(self, number: int) -> None:
        """A person looks at the provider's bill."""
        held = self.ledger.bookings(job_id=self.name, states=("held",))
        if number < len(held):
            bill = self.provider.bills.get(held[number].call_id)
            self.ledger.resolve(held[number].call_id, paid=bill is not None, usd=bill)

    def sums_hold(self) -> None:
        spent = self.ledger.spent(job_id=self.name)
        assert spent.settled <= self.provider.total <= spent.total
        assert spent.total <= CAP
        assert min(spent.settled, spent.reserved, spent.held) >= Usd()

    def nothing_is_sent_twice(self) -> None:
        assert max(Counter(c for _, c in self.provider.sent).values(), default=0) <= 1
        events = {b.call_id: (b.state, b.reason) for b in self.ledger.bookings(job_id=self.name)}
        standing = Counter(
            key
            for key, call_id in self.provider.sent
            if events[call_id][0] != "refunded" and "a person says" not in events[call_id][1]
        )
        assert max(standing.values(), default=0) <= 1


@pytest.fixture(scope="module")
def studio(tmp_path_factory: pytest.TempPathFactory) -> Office:
    return Office(tmp_path_factory.mktemp("money") / "studio")


@settings(max_examples=EXAMPLES, deadline=None, phases=[Phase.generate])
@given(st.integers(0, 2**63))
def test_money_holds_whatever_happens(studio: Office, seed: int) -> None:
    money, luck = Studio(studio, f"e{next(NUMBERS)}"), Random(seed)
    for _ in range(PROCESSES):
        step = luck.random()
        if step < 0.08:
            money.put_in_order()
        elif step < 0.16:
            money.resolve(luck.randrange(4))
        else:
            money.one_process(luck)
        money.sums_hold()
        money.nothing_is_sent_twice()
