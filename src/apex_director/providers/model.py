"""What a call to an outsider is: what it is for, what it will and did cost, and who keeps count.

A backend sees its call through :class:`Call` and says three things to it, in this order:
``sending``
just before the request leaves, ``accepted`` as soon as the provider has named the work, ``billed``
when the answer tells the price. The cascade tells the rest to the :class:`Desk`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

from apex_director.core.money import Usd

Basis = Literal["reported", "computed", "list_price", "free", "unknown"]
"""Where a price comes from: the provider's own figure, its counted usage times a price, the price
list of a date, nothing to pay, or nobody knows.
"""

CallState = Literal["reserved", "sending", "accepted", "settled", "refunded", "held"]


@dataclass(frozen=True, kw_only=True)
class Cost:
    """What one call costs. ``usd`` None means not known, which is never zero."""

    usd: Usd | None = field(default_factory=Usd)
    basis: Basis = "free"
    price_date: str = ""  # ISO date of the price list
    source: str = ""


@dataclass(frozen=True, kw_only=True)
class Quote:
    """What a call will cost, before it is made; ``model`` is the id that will be sent."""

    model: str = ""
    cost: Cost = field(default_factory=Cost)


@dataclass(frozen=True, kw_only=True)
class Purpose:
    """What a call is for. The same purpose, backend and request is the same call: what was paid
    for it once is never paid again.

    ``job_id`` empty means outside any job; ``item`` is the picture, ``variant`` which of several.
    """

    job_id: str = ""
    item: str = ""
    variant: int = 0


class Call(Protocol):
    """One call as the backend that makes it sees it."""

    @property
    def id(self) -> str:
        """UUID4 text of this call: the id to give where a provider lets us choose it."""
        ...

    @property
    def provider_id(self) -> str:
        """The provider's name of this work if an earlier process sent it already: poll, do not
        send.
        """
        ...

    @property
    def facts(self) -> Mapping[str, Any]:
        """What :meth:`accepted` was told by the earlier process."""
        ...

    def sending(self) -> None:
        """The request leaves now: from here on its outcome is unknown until it is told."""
        ...

    def accepted(self, provider_id: str, **facts: Any) -> None:
        """The provider has taken the work and named it; stored before anything else happens."""
        ...

    def billed(self, cost: Cost) -> None:
        """What the answer says it cost; without this the quote is settled."""
        ...


@dataclass(frozen=True, kw_only=True)
class Kept:
    """Where the answer of a call is kept, so that it need not be paid for twice.

    ``result`` is the content hash of its bytes, ``facts`` whatever else is needed to have it back.
    """

    result: str
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Booking:
    """A call as the ledger knows it."""

    call_id: str
    key: str
    backend: str
    model: str
    state: CallState
    usd: Usd  # reserved, held or settled at present
    basis: Basis = "list_price"
    purpose: Purpose = field(default_factory=Purpose)
    provider_id: str = ""
    facts: Mapping[str, Any] = field(default_factory=dict)
    kept: Kept | None = None
    reason: str = ""
    opened_at: str = ""
    updated_at: str = ""
    fresh: bool = False  # reserved just now for whoever asked: the only one who may send it
    warning: str = ""  # a cap is nearly reached, in one sentence
    price_date: str = ""
    source: str = ""  # of the price


@dataclass(frozen=True, kw_only=True)
class Budget:
    """What may be spent: the caps of one production and of one day (UTC). None: no cap."""

    approved: bool = False  # a person has said yes, or named a sum (contract D25)
    production: Usd | None = None
    day: Usd | None = None


@dataclass(frozen=True, kw_only=True)
class Spent:
    """Sums of the ledger; ``reserved`` is promised, ``held`` waits for a person."""

    settled: Usd = field(default_factory=Usd)
    reserved: Usd = field(default_factory=Usd)
    held: Usd = field(default_factory=Usd)

    @property
    def total(self) -> Usd:
        return self.settled + self.reserved + self.held


class Ledger(Protocol):
    """Who paid what, append-only; every method is one transaction."""

    def open(
        self,
        *,
        key: str,
        backend: str,
        quote: Quote,
        purpose: Purpose,
        budget: Budget,
        owns_ids: bool = False,
    ) -> Booking:
        """What is known of this call, or a fresh reservation (``fresh`` is True).

        A call of the same key that is settled or held is given as it stands. One the provider has
        named is given back to be polled, a held one too. One that was being sent when its process
        died comes back ``held``; if the backend owns its ids it comes back ``sending`` and
        ``fresh``, to be looked up by our own id. One that was only reserved is refunded and
        reserved anew. What a living process is making is given as it stands, not ``fresh``.

        Raises
        ------
        ApprovalNeeded
            A paid call was not approved.
        BudgetExceeded
            The reservation would pass a cap.
        """
        ...

    def find(self, keys: Sequence[str]) -> Mapping[str, Booking]:
        """The newest call of each key that has one."""
        ...

    def sending(self, call_id: str) -> None:
        """The request leaves now; on the disk before it returns.

        Raises
        ------
        NotSendable
            The call is not reserved (any more): nothing may be sent.
        """
        ...

    def accepted(self, call_id: str, provider_id: str, facts: Mapping[str, Any]) -> None: ...

    def settle(self, call_id: str, cost: Cost, kept: Kept | None, reason: str = "") -> None: ...

    def refund(self, call_id: str, reason: str) -> None: ...

    def hold(self, call_id: str, reason: str, usd: Usd | None = None) -> None: ...

    def resolve(self, call_id: str, *, paid: bool, usd: Usd | None = None) -> Booking:
        """A person says what became of a held call."""
        ...

    def reconcile(self, *, job_id: str | None = None) -> list[Booking]:
        """Give back what dead processes had only reserved, hold what they were sending."""
        ...

    def spent(self, *, job_id: str | None = None, day: str | None = None) -> Spent: ...

    def bookings(
        self, *, job_id: str | None = None, states: Sequence[CallState] = (), limit: int = 0
    ) -> list[Booking]:
        """Newest first."""
        ...


class Traffic(Protocol):
    """What all workers of a studio know together of a backend: its health and its pace."""

    def admit(self, backend: str) -> str:
        """Empty when it may be called, else why its breaker stands open."""
        ...

    def pace(self, backend: str, per_minute: int) -> float:
        """Take the next free place in its minute; seconds to wait until it comes (0: now)."""
        ...

    def succeeded(self, backend: str) -> None: ...

    def failed(self, backend: str, reason: str) -> None: ...

    def enter(self, backend: str) -> None: ...

    def leave(self, backend: str) -> None: ...

    def load(self, backend: str) -> int:
        """Calls under way now, of all workers."""
        ...

    def bar(self, job_id: str, key_name: str, reason: str) -> None:
        """After 401, 402 or 403 nothing more is sent with that key in that job (contract D30a)."""
        ...

    def barred(self, job_id: str, key_name: str) -> str: ...

    def health(self) -> Mapping[str, Mapping[str, Any]]:
        """By backend: ``state`` healthy, degraded, open or half_open; ``failures``, ``reason``,
        ``until`` (ISO time), ``since``.
        """
        ...


@dataclass(frozen=True, kw_only=True)
class Desk:
    """Where every call to an outsider passes: the ledger and the traffic of one studio."""

    ledger: Ledger
    traffic: Traffic
