"""The rules of the ledger as plain functions: which event may follow which, what it does to the
sums, and what a budget lets pass.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from apex_director.core.errors import ApprovalNeeded, BudgetExceeded
from apex_director.core.money import Usd
from apex_director.providers.model import Budget, CallState, Quote, Spent

Event = Literal["reserve", "sending", "accepted", "settle", "refund", "hold", "resolve"]

WARN_AT = 4, 5  # of a cap: 80 %

FOLLOWS: dict[Event, frozenset[CallState]] = {
    "reserve": frozenset(),
    "sending": frozenset({"reserved"}),
    "accepted": frozenset({"reserved", "sending", "accepted", "held"}),
    # A late answer is the truth, even after a person said that nothing had been paid.
    "settle": frozenset({"reserved", "sending", "accepted", "held", "refunded"}),
    "refund": frozenset({"reserved", "sending", "accepted", "held"}),
    "hold": frozenset({"reserved", "sending", "accepted"}),
    "resolve": frozenset({"held"}),
}
"""The states an event may follow; elsewhere it says nothing new and is not written."""

LEADS_TO: dict[Event, CallState] = {
    "reserve": "reserved",
    "sending": "sending",
    "accepted": "accepted",
    "settle": "settled",
    "refund": "refunded",
    "hold": "held",
}
"""The state after an event; ``resolve`` leads to settled or refunded."""


@dataclass(frozen=True, kw_only=True)
class Deltas:
    """What one event adds to the three sums, in micro-dollars; a negative number takes away."""

    reserved: int = 0
    held: int = 0
    settled: int = 0

    def __add__(self, other: Deltas) -> Deltas:
        return Deltas(
            reserved=self.reserved + other.reserved,
            held=self.held + other.held,
            settled=self.settled + other.settled,
        )


def weight(state: CallState | None, micros: int) -> Deltas:
    """What a call in a state stands for in the sums."""
    if state in ("reserved", "sending", "accepted"):
        return Deltas(reserved=micros)
    if state == "held":
        return Deltas(held=micros)
    return Deltas(settled=micros) if state == "settled" else Deltas()


def deltas(before: CallState | None, had: int, after: CallState, has: int) -> Deltas:
    """What changes in the sums when a call goes from one state and amount to another."""
    taken = weight(before, had)
    back = Deltas(reserved=-taken.reserved, held=-taken.held, settled=-taken.settled)
    return back + weight(after, has)


def costs_nothing(quote: Quote) -> bool:
    """Whether a call of this quote is free; an unknown price is not."""
    return quote.cost.usd is not None and quote.cost.usd <= Usd()


def admit(backend: str, quote: Quote, budget: Budget, production: Spent, day: Spent) -> str:
    """Whether a budget lets one more call pass; a warning when a cap is nearly reached.

    Parameters
    ----------
    production, day : Spent
        What is settled, reserved and held of this production, and of this day, without the call.

    Raises
    ------
    ApprovalNeeded
        Nobody has said yes to paid calls.
    BudgetExceeded
        A cap would be passed, or the price is not known and there is a cap.
    """
    price = quote.cost.usd
    if not budget.approved:
        told = "at a price nobody knows" if price is None else f"for {price} a call"
        raise ApprovalNeeded(
            f"it works {told}, and nobody has approved that",
            where=backend,
            what_to_do="Say --yes, name a sum with --budget USD, or use an unpaid backend.",
        )
    if price is None and (budget.production is not None or budget.day is not None):
        raise BudgetExceeded(
            f"the price of {quote.model or backend} is not known, so no budget can be kept with it",
            where=backend,
            what_to_do=f"Say what a picture costs: apex config set "
            f"backends.{backend}.cost_per_image 0.04. Or use another backend.",
        )
    amount = price or Usd()
    warnings = [
        _within(backend, amount, spent, cap, name, way)
        for spent, cap, name, way in (
            (production, budget.production, "production", "Raise --budget"),
            (day, budget.day, "day (UTC)", "Raise the daily cap, go on tomorrow"),
        )
        if cap is not None
    ]
    return " ".join(one for one in warnings if one)


def _within(backend: str, amount: Usd, spent: Spent, cap: Usd, name: str, way: str) -> str:
    """A warning or nothing; the three parts of what is spent are told where they matter."""
    total = spent.total + amount
    if total > cap:
        held = f", {spent.held} of it held (see apex cost)" if spent.held > Usd() else ""
        raise BudgetExceeded(
            f"one more call costs {amount}, and {spent.total} of the {cap} for this "
            f"{name} are spent or promised{held}",
            where=backend,
            what_to_do=f"{way} to at least {total}, or use an unpaid backend."
            if name == "production"
            else f"{way}, or use an unpaid backend.",
        )
    if total.micros * WARN_AT[1] >= cap.micros * WARN_AT[0]:
        return f"{total} of the {cap} for this {name} are spent or promised."
    return ""
