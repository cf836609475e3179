"""The studio's records, in its database: what the estimator learns from."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from apex_director.core.money import Usd
from apex_director.db.engine import transaction
from apex_director.db.tables.history import generations

from .model import Generation, Range

KEPT_DAYS = 30  # contract B11
MOST = 500  # records that one question looks at


class History:
    """The records of one studio; every method is one transaction.

    Parameters
    ----------
    home : Path
        Studio folder; its database is made when it is first needed.
    days : int
        How long records are kept.
    """

    def __init__(self, home: Path, days: int = KEPT_DAYS) -> None:
        self.home, self.days = home, days

    def add(self, generation: Generation) -> bool:
        """Remember one; False where its ``source`` is known already.

        Raises
        ------
        OutputUnwritable, StorageError
            The database cannot be written.
        """
        return self.add_all([generation]) == 1

    def add_all(self, found: Iterable[Generation], *, now: datetime | None = None) -> int:
        """Remember several and forget those that are too old; how many were new.

        Raises
        ------
        OutputUnwritable, StorageError
            The database cannot be written.
        """
        moment = now or datetime.now(UTC)
        oldest = (moment - timedelta(days=self.days)).isoformat()
        dated = [g if g.at else replace(g, at=moment.isoformat()) for g in found]
        rows = {g.source or str(i): _row(g) for i, g in enumerate(dated) if g.at >= oldest}
        with transaction(self.home) as connection:
            connection.execute(generations.delete().where(generations.c.at < oldest))
            new = [row for row in rows.values() if not _known(connection, row["source"])]
            if new:
                connection.execute(generations.insert(), new)
        return len(new)

    def recent(
        self,
        kind: str,
        backend: str = "",
        days: int = 0,
        limit: int = MOST,
        *,
        now: datetime | None = None,
    ) -> list[Generation]:
        """The newest records of a kind, oldest first; of one backend where it is named.

        ``days`` 0 goes back as far as they are kept.

        Raises
        ------
        OutputUnwritable, StorageError
            The database cannot be read.
        """
        since = ((now or datetime.now(UTC)) - timedelta(days=days or self.days)).isoformat()
        table = generations.c
        query = sa.select(generations).where(table.kind == kind, table.at >= since)
        if backend:
            query = query.where(table.backend == backend)
        with transaction(self.home) as connection:
            rows = connection.execute(query.order_by(table.at.desc(), table.id.desc()).limit(limit))
            return [_generation(row) for row in rows][::-1]

    def sources(self, prefix: str) -> set[str]:
        """The sources known already that begin like this.

        Raises
        ------
        OutputUnwritable, StorageError
            The database cannot be read.
        """
        column = generations.c.source
        query = sa.select(column).where(column.startswith(prefix, autoescape=True))
        with transaction(self.home) as connection:
            return {str(value) for value in connection.scalars(query)}


def _known(connection: sa.Connection, source: str | None) -> bool:
    if source is None:
        return False
    query = sa.select(generations.c.id).where(generations.c.source == source)
    return connection.execute(query).first() is not None


def _row(one: Generation) -> dict[str, Any]:
    told = one.predicted
    return {
        "kind": one.kind,
        "backend": one.backend,
        "model": one.model,
        "width": one.width,
        "height": one.height,
        "frames": one.frames,
        "steps": one.steps,
        "quality": one.quality,
        "prompt_complexity": one.prompt_complexity,
        "workers": one.workers,
        "prior_s": one.prior_s,
        "predicted_p10": told.p10 if told else None,
        "predicted_p50": told.p50 if told else None,
        "predicted_p90": told.p90 if told else None,
        "seconds": one.seconds,
        "quoted_micros": None if one.quoted_usd is None else one.quoted_usd.micros,
        "paid_micros": None if one.usd is None else one.usd.micros,
        "success": one.success,
        "at": one.at,
        "source": one.source or None,
    }


def _generation(row: sa.Row[Any]) -> Generation:
    value = row._mapping
    told = None
    if value["predicted_p50"] is not None:
        told = Range(
            p10=value["predicted_p10"], p50=value["predicted_p50"], p90=value["predicted_p90"]
        )
    plain = {
        name: value[name]
        for name in (
            *("kind", "backend", "model", "width", "height", "frames", "steps", "quality"),
            *("prompt_complexity", "workers", "prior_s", "seconds", "success", "at"),
        )
    }
    return Generation(
        **plain,
        predicted=told,
        quoted_usd=_usd(value["quoted_micros"]),
        usd=_usd(value["paid_micros"]),
        source=value["source"] or "",
    )


def _usd(micros: int | None) -> Usd | None:
    return None if micros is None else Usd.from_micros(micros)
