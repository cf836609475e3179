"""The ledger of a studio in its ``apex.db``; its rules stand in rules.py."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from apex_director.core.errors import BudgetExceeded, InputUnusable, ValidationFailed
from apex_director.core.money import Usd
from apex_director.db.engine import engine_for, storage_error, transaction
from apex_director.db.tables import executors, money
from apex_director.observability.masking import mask
from apex_director.providers.living import Maker, runs, this_process
from apex_director.providers.model import (
    Booking,
    Budget,
    CallState,
    Cost,
    Kept,
    Purpose,
    Quote,
    Spent,
)
from apex_director.providers.outcomes import NotSendable

from .rules import FOLLOWS, LEADS_TO, Event, admit, costs_nothing, deltas

LEASE_S = 15.0  # a process of another host lives while its lease is younger
GRACE_S = 900.0  # or while what it did last is

_LEFT: dict[Event, str] = {
    "refund": "its process ended before it was sent",
    "hold": "its process ended before the answer came",
}
_later = money.ledger.alias("later")
_COLUMNS = (
    *(c.label(f"call_{c.name}") for c in money.calls.c),
    *(c for c in money.ledger.c if c.name not in ("reserved", "held", "settled")),
)
_HEADS = (
    sa.select(*_COLUMNS)
    .join(money.ledger, money.ledger.c.call == money.calls.c.seq)
    .where(
        ~sa.exists()
        .where(_later.c.call == money.ledger.c.call, _later.c.n > money.ledger.c.n)
        .correlate(money.ledger)
    )
)
"""Every call with its last event."""


@contextmanager
def _on_disk(home: Path) -> Iterator[sa.Connection]:
    """A transaction that a power failure cannot undo: what says that a paid request leaves."""
    engine = engine_for(home)
    try:
        with engine.connect() as connection:
            raw = connection.connection.driver_connection
            lite = engine.dialect.name == "sqlite" and raw is not None
            if lite and raw is not None:
                raw.execute("PRAGMA synchronous=FULL")
            try:
                with connection.begin():
                    yield connection
            finally:
                if lite and raw is not None:
                    raw.execute("PRAGMA synchronous=NORMAL")
    except sa.exc.IntegrityError:
        raise
    except sa.exc.DatabaseError as error:
        raise storage_error(home, error) from error


@dataclass(frozen=True, kw_only=True)
class _Pen:
    """Who writes, and when; ``runs`` says whether another process of this host still does."""

    me: Maker
    now: float
    runs: Callable[[Maker], bool]


class SqlLedger:
    """The ledger of a studio (see providers.model.Ledger).

    Parameters
    ----------
    home : Path
        The studio folder.
    me : Maker
        Who writes; by default this process.
    alive : callable
        Whether a process of this host still runs.
    now : callable
        Seconds since the epoch.
    """

    def __init__(
        self,
        home: Path,
        *,
        me: Maker | None = None,
        alive: Callable[[Maker], bool] = runs,
        now: Callable[[], float] = time.time,
    ) -> None:
        self._home, self._given, self._runs, self._now = home, me, alive, now

    def _pen(self) -> _Pen:
        me = self._given or this_process()  # asked each time: a fork is another process
        return _Pen(me=me, now=self._now(), runs=self._runs)

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
        """What is known of this call, or a fresh reservation; see the Protocol."""
        if costs_nothing(quote):
            raise ValueError("a call that costs nothing is not booked")
        with transaction(self._home) as connection:
            pen, head = self._pen(), _newest(connection, key)
            known = None if head is None else _known(connection, pen, head, owns_ids)
            if known is not None:
                return known
            attempt = 1 if head is None else head.call_attempt + 1
            given = (key, attempt, backend, quote, purpose, budget)
            try:
                return _reserve(connection, pen, *given)
            except BudgetExceeded:
                if not _sweep(connection, pen, purpose.job_id):
                    raise
                return _reserve(connection, pen, *given)

    def find(self, keys: Sequence[str]) -> Mapping[str, Booking]:
        """The newest call of each key that has one."""
        with transaction(self._home) as connection:
            found = {key: _newest(connection, key) for key in dict.fromkeys(keys)}
        return {key: _booking(head) for key, head in found.items() if head is not None}

    def sending(self, call_id: str) -> None:
        """The request leaves now.

        Raises
        ------
        NotSendable
            The call is not reserved (any more).
        """
        with _on_disk(self._home) as connection:
            head = _of(connection, call_id)
            if head.state not in FOLLOWS["sending"]:
                raise NotSendable(
                    f"the call is {head.state}, so its request may not be sent",
                    where=head.call_backend,
                    what_to_do="See apex cost for what became of it.",
                )
            _append(connection, self._pen(), head, "sending")

    def accepted(self, call_id: str, provider_id: str, facts: Mapping[str, Any]) -> None:
        """The provider has named the work."""
        self._write(call_id, "accepted", provider_id=provider_id, facts=dict(facts))

    def settle(self, call_id: str, cost: Cost, kept: Kept | None, reason: str = "") -> None:
        """It was made and paid; a price nobody told is what was reserved."""
        price: dict[str, Any] = {}
        if cost.usd is not None:
            price = {"usd": cost.usd.micros, "basis": cost.basis}
            price |= {"price_date": cost.price_date, "source": cost.source}
        self._write(call_id, "settle", kept=asdict(kept) if kept else None, reason=reason, **price)

    def refund(self, call_id: str, reason: str) -> None:
        """It cost nothing, for certain."""
        self._write(call_id, "refund", reason=reason)

    def hold(self, call_id: str, reason: str, usd: Usd | None = None) -> None:
        """Nobody knows whether it was made and billed."""
        self._write(call_id, "hold", reason=reason, **({} if usd is None else {"usd": usd.micros}))

    def resolve(self, call_id: str, *, paid: bool, usd: Usd | None = None) -> Booking:
        """A person says what became of a held call.

        Raises
        ------
        InputUnusable
            There is no such call.
        ValidationFailed
            It is not held, or the amount is below zero.
        """
        if usd is not None and usd < Usd():
            raise ValidationFailed("an amount cannot be below zero", where="usd")
        with transaction(self._home) as connection:
            head = _of(connection, call_id)
            if head.state not in FOLLOWS["resolve"]:
                raise ValidationFailed(
                    f"the call is {head.state}, not held",
                    where=call_id,
                    what_to_do="Only held calls wait for a decision; see apex cost.",
                )
            amount = (head.usd if usd is None else usd.micros) if paid else 0
            return _append(
                connection,
                self._pen(),
                head,
                "resolve",
                state="settled" if paid else "refunded",
                usd=amount,
                reason="a person says it was paid" if paid else "a person says it was not paid",
            )

    def reconcile(self, *, job_id: str | None = None) -> list[Booking]:
        """Give back what dead processes had only reserved, hold what they were sending.

        What the provider had named stays as it is, to be polled. Returns the calls that changed.
        """
        with transaction(self._home) as connection:
            return _sweep(connection, self._pen(), job_id)

    def spent(self, *, job_id: str | None = None, day: str | None = None) -> Spent:
        """Sums of a job, of the calls opened on a day (ISO date, UTC), of both, or of all."""
        wanted = []
        if job_id is not None:
            wanted.append(money.ledger.c.job_id == job_id)
        if day is not None:
            wanted.append(money.ledger.c.day == day)
        with transaction(self._home) as connection:
            return _sums(connection, *wanted)

    def bookings(
        self, *, job_id: str | None = None, states: Sequence[CallState] = (), limit: int = 0
    ) -> list[Booking]:
        """Calls as they stand, newest first."""
        query = _HEADS.order_by(money.calls.c.seq.desc())
        if job_id is not None:
            query = query.where(money.calls.c.job_id == job_id)
        if states:
            query = query.where(money.ledger.c.state.in_(list(states)))
        with transaction(self._home) as connection:
            return [_booking(r) for r in connection.execute(query.limit(limit or None)).all()]

    def history(self, call_id: str) -> list[Booking]:
        """A call after each of its events, oldest first.

        Raises
        ------
        InputUnusable
            There is no such call.
        """
        events = (
            sa.select(*_COLUMNS)
            .join(money.ledger, money.ledger.c.call == money.calls.c.seq)
            .where(money.calls.c.id == call_id)
            .order_by(money.ledger.c.n)
        )
        with transaction(self._home) as connection:
            _of(connection, call_id)
            return [_booking(row) for row in connection.execute(events).all()]

    def _write(self, call_id: str, event: Event, **fields: Any) -> None:
        with transaction(self._home) as connection:
            head = _of(connection, call_id)
            if head.state in FOLLOWS[event]:
                _append(connection, self._pen(), head, event, **fields)


def _known(connection: sa.Connection, pen: _Pen, head: Any, owns_ids: bool) -> Booking | None:
    """The newest call of a key as whoever asks for it again may have it; None: ask anew."""
    state, lives = head.state, _lives(connection, pen, head)
    if state == "refunded" or (state == "settled" and head.event == "resolve"):
        return None
    if state == "settled" or (state == "accepted" and lives):
        return _booking(head)
    if state == "accepted" or (state == "held" and head.provider_id):
        return _append(connection, pen, head, "accepted", reason="asked for again by its id")
    if state == "held" or (state == "sending" and not lives):
        if owns_ids:
            taken = _append(connection, pen, head, "sending", reason="looked up by our own id")
            return replace(taken, fresh=True)
        if state == "held":
            return _booking(head)
        return _append(connection, pen, head, "hold", reason=_LEFT["hold"])
    if state == "reserved" and not lives:
        _append(connection, pen, head, "refund", reason=_LEFT["refund"])
        return None
    return _booking(head)


def _reserve(
    connection: sa.Connection,
    pen: _Pen,
    key: str,
    attempt: int,
    backend: str,
    quote: Quote,
    purpose: Purpose,
    budget: Budget,
) -> Booking:
    at = _iso(pen.now)
    warning = admit(
        backend,
        quote,
        budget,
        _production(connection, pen, purpose, budget),
        Spent() if budget.day is None else _sums(connection, money.ledger.c.day == at[:10]),
    )
    me = asdict(pen.me)
    call_id, micros = str(uuid.uuid4()), (quote.cost.usd or Usd()).micros
    seq = connection.execute(
        money.calls.insert()
        .values(
            id=call_id,
            key=key,
            attempt=attempt,
            backend=backend,
            model=quote.model,
            **asdict(purpose),
            day=at[:10],
            **me,
            opened_at=at,
        )
        .returning(money.calls.c.seq)
    ).scalar_one()
    connection.execute(
        money.ledger.insert().values(
            call=seq,
            n=1,
            event="reserve",
            state="reserved",
            usd=micros,
            **asdict(deltas(None, 0, "reserved", micros)),
            job_id=purpose.job_id,
            day=at[:10],
            basis=quote.cost.basis,
            price_date=quote.cost.price_date,
            source=quote.cost.source,
            provider_id="",
            facts={},
            kept=None,
            reason="",
            **me,
            at=at,
        )
    )
    head = _newest(connection, key)
    return replace(_booking(head), fresh=True, warning=warning)


def _production(connection: sa.Connection, pen: _Pen, purpose: Purpose, budget: Budget) -> Spent:
    """What this production has spent; outside any job, what this process has."""
    if budget.production is None:
        return Spent()
    if purpose.job_id:
        return _sums(connection, money.ledger.c.job_id == purpose.job_id)
    mine = sa.select(money.calls.c.seq).where(
        money.calls.c.job_id == "",
        money.calls.c.host == pen.me.host,
        money.calls.c.pid == pen.me.pid,
        money.calls.c.start == pen.me.start,
    )
    return _sums(connection, money.ledger.c.call.in_(mine))


def _append(
    connection: sa.Connection, pen: _Pen, head: Any, event: Event, **fields: Any
) -> Booking:
    """Write one event after a call's last one; what it does not say stays as it was."""
    last = {c.name: getattr(head, c.name) for c in money.ledger.c if c.name in head._fields}
    state = fields.get("state") or LEADS_TO[event]
    row = last | {"reason": "", "state": state} | fields
    row |= {"n": head.n + 1, "event": event, "at": _iso(pen.now), **asdict(pen.me)}
    if state == "refunded":
        row["usd"] = 0
    row |= asdict(deltas(head.state, head.usd, state, row["usd"]))
    row["reason"] = mask(row["reason"])
    del row["seq"]
    connection.execute(money.ledger.insert().values(**row))
    return _booking(_of(connection, head.call_id))


def _lives(connection: sa.Connection, pen: _Pen, head: Any) -> bool:
    """Whether the process of a call's last event is still there."""
    maker = Maker(host=head.host, pid=head.pid, start=head.start)
    if maker.here or maker == pen.me:
        return pen.runs(maker)
    if pen.now - datetime.fromisoformat(head.at).timestamp() < GRACE_S:
        return True
    beat = connection.execute(
        sa.select(sa.func.max(executors.c.beat)).where(
            executors.c.host == maker.host, executors.c.pid == maker.pid
        )
    ).scalar()
    return beat is not None and pen.now - beat < LEASE_S


def _sweep(connection: sa.Connection, pen: _Pen, job_id: str | None) -> list[Booking]:
    """Close what dead processes left behind, of one job or of all; what changed."""
    query = _HEADS.where(money.ledger.c.state.in_(("reserved", "sending")))
    if job_id is not None:
        query = query.where(money.calls.c.job_id == job_id)
    changed = []
    for head in connection.execute(query).all():
        if _lives(connection, pen, head):
            continue
        event: Event = "refund" if head.state == "reserved" else "hold"
        changed.append(_append(connection, pen, head, event, reason=_LEFT[event]))
    return changed


def _newest(connection: sa.Connection, key: str) -> Any:
    """The newest call of a key with its last event; None if there is none."""
    query = _HEADS.where(money.calls.c.key == key).order_by(money.calls.c.attempt.desc()).limit(1)
    return connection.execute(query).first()


def _of(connection: sa.Connection, call_id: str) -> Any:
    head = connection.execute(_HEADS.where(money.calls.c.id == call_id)).first()
    if head is None:
        raise InputUnusable(
            "no call of that id is in the ledger",
            where=call_id,
            what_to_do="See apex cost for the calls there are.",
        )
    return head


def _sums(connection: sa.Connection, *wanted: sa.ColumnElement[bool]) -> Spent:
    columns = (money.ledger.c.settled, money.ledger.c.reserved, money.ledger.c.held)
    query = sa.select(*(sa.func.coalesce(sa.func.sum(c), 0) for c in columns)).where(*wanted)
    settled, reserved, held = (Usd.from_micros(int(x)) for x in connection.execute(query).one())
    return Spent(settled=settled, reserved=reserved, held=held)


def _booking(head: Any) -> Booking:
    kept = head.kept
    return Booking(
        call_id=head.call_id,
        key=head.call_key,
        backend=head.call_backend,
        model=head.call_model,
        state=head.state,
        usd=Usd.from_micros(head.usd),
        basis=head.basis,
        purpose=Purpose(job_id=head.call_job_id, item=head.call_item, variant=head.call_variant),
        provider_id=head.provider_id,
        facts=head.facts,
        kept=Kept(result=kept["result"], facts=kept["facts"]) if kept else None,
        reason=head.reason,
        opened_at=head.call_opened_at,
        updated_at=head.at,
        price_date=head.price_date,
        source=head.source,
    )


def _iso(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="microseconds")
