"""What keeps calls in bounds, in ``apex.db``; the rules stand in breaker.py and pacing.py."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from apex_director.db.engine import transaction
from apex_director.db.tables import money
from apex_director.observability.masking import mask
from apex_director.providers.living import Maker, runs, this_process

from . import breaker as rules
from .pacing import WINDOW_S, next_place

BAR_OUTSIDE_JOBS_S = 600.0
LOST_S = 900.0  # after which a call of another host is not under way any more


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
        return self._now() - at > LOST_S

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
