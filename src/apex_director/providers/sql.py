"""The ledger and the traffic of a studio in its ``apex.db``: the one place of this room that
stores. What the rules are stands in ledger.py, breaker.py and pacing.py.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

import sqlalchemy as sa

from apex_director.core.errors import InputUnusable, ValidationFailed
from apex_director.core.money import Usd
from apex_director.db.engine import engine_for, storage_error, transaction
from apex_director.db.tables import executors, money
from apex_director.observability.masking import mask

from . import breaker as rules
from .ledger import FOLLOWS, LEADS_TO, Event, admit, costs_nothing, deltas
from .living import Maker, runs, this_process
from .model import Booking, Budget, CallState, Cost, Desk, Kept, Purpose, Quote, Spent
from .outcomes import NotSendable
from .pacing import WINDOW_S, next_place

LEASE_S = 15.0  # a process of another host lives while its lease is younger
GRACE_S = 900.0  # or while what it did last is
BAR_OUTSIDE_JOBS_S = 600.0

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


def open_desk(home: Path) -> Desk:
    """The ledger and the traffic of a studio."""
    return Desk(ledger=SqlLedger(home), traffic=SqlTraffic(home))


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

    @property
    def _me(self) -> Maker:
        return self._given or this_process()  # asked each time: a fork is another process

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
            head = _newest(connection, key)
            if head is not None:
                known = self._known(connection, head, owns_ids)
                if known is not None:
                    return known
            attempt = 1 if head is None else head.call_attempt + 1
            return self._reserve(connection, key, attempt, backend, quote, purpose, budget)

    def _known(self, connection: sa.Connection, head: Any, owns_ids: bool) -> Booking | None:
        """The newest call of a key as whoever asks for it again may have it; None: ask anew."""
        state, lives = head.state, self._lives(connection, head)
        if state == "refunded" or (state == "settled" and head.event == "resolve"):
            return None
        if state == "settled" or (state == "accepted" and lives):
            return _booking(head)
        if state == "accepted" or (state == "held" and head.provider_id):
            return self._append(connection, head, "accepted", reason="asked for again by its id")
        if state == "held" or (state == "sending" and not lives):
            if owns_ids:
                taken = self._append(connection, head, "sending", reason="looked up by our own id")
                return replace(taken, fresh=True)
            if state == "held":
                return _booking(head)
            return self._append(
                connection, head, "hold", reason="its process ended before the answer came"
            )
        if state == "reserved" and not lives:
            self._append(connection, head, "refund", reason="its process ended before it was sent")
            return None
        return _booking(head)

    def _reserve(
        self,
        connection: sa.Connection,
        key: str,
        attempt: int,
        backend: str,
        quote: Quote,
        purpose: Purpose,
        budget: Budget,
    ) -> Booking:
        at = _iso(self._now())
        warning = admit(
            backend,
            quote,
            budget,
            self._production(connection, purpose, budget),
            Spent() if budget.day is None else _sums(connection, money.ledger.c.day == at[:10]),
        )
        me = asdict(self._me)
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

    def _production(self, connection: sa.Connection, purpose: Purpose, budget: Budget) -> Spent:
        """What this production has spent; outside any job, what this process has."""
        if budget.production is None:
            return Spent()
        if purpose.job_id:
            return _sums(connection, money.ledger.c.job_id == purpose.job_id)
        mine = sa.select(money.calls.c.seq).where(
            money.calls.c.job_id == "",
            money.calls.c.host == self._me.host,
            money.calls.c.pid == self._me.pid,
            money.calls.c.start == self._me.start,
        )
        return _sums(connection, money.ledger.c.call.in_(mine))

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
            self._append(connection, head, "sending")

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
        self._write(call_id, "refund", reason=reason, usd=0)

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
            return self._append(
                connection,
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
        changed = []
        with transaction(self._home) as connection:
            query = _HEADS.where(money.ledger.c.state.in_(("reserved", "sending")))
            if job_id is not None:
                query = query.where(money.calls.c.job_id == job_id)
            for head in connection.execute(query).all():
                if self._lives(connection, head):
                    continue
                event, reason = "hold", "its process ended before the answer came"
                if head.state == "reserved":
                    event, reason = "refund", "its process ended before it was sent"
                changed.append(self._append(connection, head, cast(Event, event), reason=reason))
        return changed

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
                self._append(connection, head, event, **fields)

    def _append(self, connection: sa.Connection, head: Any, event: Event, **fields: Any) -> Booking:
        """Write one event after a call's last one; what it does not say stays as it was."""
        last = {c.name: getattr(head, c.name) for c in money.ledger.c if c.name in head._fields}
        state = fields.get("state") or LEADS_TO[event]
        row = last | {"reason": "", "state": state} | fields
        row |= {"n": head.n + 1, "event": event, "at": _iso(self._now()), **asdict(self._me)}
        row |= asdict(deltas(head.state, head.usd, state, row["usd"]))
        row["reason"] = mask(row["reason"])
        del row["seq"]
        connection.execute(money.ledger.insert().values(**row))
        return _booking(_of(connection, head.call_id))

    def _lives(self, connection: sa.Connection, head: Any) -> bool:
        """Whether the process of a call's last event is still there."""
        maker = Maker(host=head.host, pid=head.pid, start=head.start)
        if maker.here or maker == self._me:
            return self._runs(maker)
        if self._now() - datetime.fromisoformat(head.at).timestamp() < GRACE_S:
            return True
        beat = connection.execute(
            sa.select(sa.func.max(executors.c.beat)).where(
                executors.c.host == maker.host, executors.c.pid == maker.pid
            )
        ).scalar()
        return beat is not None and self._now() - beat < LEASE_S


class SqlTraffic:
    """What all workers of a studio know of its backends (see providers.model.Traffic)."""

    def __init__(
        self,
        home: Path,
        *,
        me: Maker | None = None,
        alive: Callable[[Maker], bool] = runs,
        now: Callable[[], float] = time.time,
    ) -> None:
        self._home, self._given, self._runs, self._now = home, me, alive, now

    @property
    def _me(self) -> Maker:
        return self._given or this_process()

    def admit(self, backend: str) -> str:
        """Empty when it may be called, else why its breaker stands open."""
        with transaction(self._home) as connection:
            before = _breaker(connection, backend)
            after, passes = rules.let_through(before, self._now())
            _store(connection, backend, before, after)
        if passes:
            return ""
        until = datetime.fromtimestamp(max(after.until, self._now()), UTC)
        return (
            f"it failed {after.failures} times in a row and is tried again after "
            f"{until:%H:%M:%S} UTC (last: {after.reason.rstrip('.')})"
        )

    def pace(self, backend: str, per_minute: int) -> float:
        """Take the next free place in its minute; seconds to wait until it comes (0: now)."""
        if per_minute <= 0:
            return 0.0
        now, table = self._now(), money.places
        with transaction(self._home) as connection:
            connection.execute(
                table.delete().where(table.c.backend == backend, table.c.at < now - WINDOW_S)
            )
            taken = connection.execute(
                sa.select(table.c.at).where(table.c.backend == backend).order_by(table.c.at)
            )
            place = next_place(list(taken.scalars()), per_minute, now)
            if place == now:
                connection.execute(
                    table.delete().where(
                        table.c.backend == backend, table.c.at > now
                    )  # of a clock that was set back
                )
            connection.execute(table.insert().values(backend=backend, at=place))
        return place - now

    def succeeded(self, backend: str) -> None:
        """It answered as it should."""
        with transaction(self._home) as connection:
            before = _breaker(connection, backend)
            _store(connection, backend, before, rules.succeeded(before, self._now()))

    def failed(self, backend: str, reason: str) -> None:
        """It failed in a way that speaks of its health."""
        with transaction(self._home) as connection:
            before = _breaker(connection, backend)
            after = rules.failed(before, self._now(), mask(reason))
            _store(connection, backend, before, after)

    def enter(self, backend: str) -> None:
        """A call is under way."""
        row = {"backend": backend, "at": self._now(), **asdict(self._me)}
        with transaction(self._home) as connection:
            connection.execute(money.flights.insert().values(**row))

    def leave(self, backend: str) -> None:
        """A call of this process has ended."""
        table, me = money.flights, self._me
        mine = sa.select(sa.func.min(table.c.id)).where(
            table.c.backend == backend,
            table.c.host == me.host,
            table.c.pid == me.pid,
            table.c.start == me.start,
        )
        with transaction(self._home) as connection:
            connection.execute(table.delete().where(table.c.id == mine.scalar_subquery()))
            before = _breaker(connection, backend)
            _store(connection, backend, before, rules.ended(before))

    def load(self, backend: str) -> int:
        """Calls under way now; what dead processes left behind is swept."""
        table = money.flights
        with transaction(self._home) as connection:
            rows = connection.execute(
                sa.select(table.c.id, table.c.host, table.c.pid, table.c.start, table.c.at).where(
                    table.c.backend == backend
                )
            ).all()
            makers = {Maker(host=r.host, pid=r.pid, start=r.start) for r in rows}
            dead = {m for m in makers if m.here and not self._runs(m)}
            gone = [
                r.id
                for r in rows
                if Maker(host=r.host, pid=r.pid, start=r.start) in dead
                or (r.host not in {m.host for m in makers if m.here} and self._old(r.at))
            ]
            if gone:
                connection.execute(table.delete().where(table.c.id.in_(gone)))
        return len(rows) - len(gone)

    def _old(self, at: float) -> bool:
        return self._now() - at > GRACE_S

    def bar(self, job_id: str, key_name: str, reason: str) -> None:
        """Nothing more is sent with that key in that job while the process that found out lives."""
        key = {"job_id": job_id, "key_name": key_name, **asdict(self._me)}
        table = money.bars
        with transaction(self._home) as connection:
            connection.execute(table.delete().where(*(table.c[k] == v for k, v in key.items())))
            connection.execute(table.insert().values(**key, reason=mask(reason), at=self._now()))

    def barred(self, job_id: str, key_name: str) -> str:
        """Why that key is not used in that job; empty if it may be.

        A bar ends with the process that set it, so that a job which a person takes up again after
        paying the bill is not barred for ever. Outside jobs it concerns the process itself alone,
        for ten minutes.
        """
        table = money.bars
        with transaction(self._home) as connection:
            rows = connection.execute(
                sa.select(table).where(table.c.job_id == job_id, table.c.key_name == key_name)
            ).all()
        for row in rows:
            maker = Maker(host=row.host, pid=row.pid, start=row.start)
            if not job_id and (maker != self._me or self._now() - row.at > BAR_OUTSIDE_JOBS_S):
                continue
            if maker == self._me or (self._runs(maker) if maker.here else not self._old(row.at)):
                return str(row.reason)
        return ""

    def unbar(self, job_id: str) -> None:
        """A person takes the job up again: its keys may be tried once more."""
        with transaction(self._home) as connection:
            connection.execute(money.bars.delete().where(money.bars.c.job_id == job_id))

    def health(self) -> Mapping[str, Mapping[str, Any]]:
        """By backend: state, failures in a row, reason, until and since (ISO times)."""
        with transaction(self._home) as connection:
            rows = connection.execute(sa.select(money.breakers)).all()
        return {
            row.backend: {
                "state": row.state,
                "failures": row.failures,
                "reason": row.reason,
                "until": _iso(row.until) if row.until else "",
                "since": _iso(row.since) if row.since else "",
            }
            for row in rows
        }


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


def _breaker(connection: sa.Connection, backend: str) -> rules.Breaker:
    row = connection.execute(
        sa.select(money.breakers).where(money.breakers.c.backend == backend)
    ).first()
    if row is None:
        return rules.Breaker()
    return rules.Breaker(**{k: v for k, v in row._mapping.items() if k != "backend"})


def _store(
    connection: sa.Connection, backend: str, before: rules.Breaker, after: rules.Breaker
) -> None:
    if after == before:
        return
    table, row = money.breakers, asdict(after)
    done = connection.execute(table.update().where(table.c.backend == backend).values(**row))
    if not done.rowcount:
        connection.execute(table.insert().values(backend=backend, **row))


def _iso(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="microseconds")
