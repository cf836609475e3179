"""The studio's ledger, as sums a person reads."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any

from apex_director.config import Settings
from apex_director.core.errors import ConfigError
from apex_director.core.money import Usd
from apex_director.providers.model import Booking, Spent

if TYPE_CHECKING:
    from apex_director.providers.sql import SqlLedger

LATEST_JOBS = 20
UNDER_WAY = ("reserved", "sending", "accepted")


def open_ledger(home: Path) -> SqlLedger | None:
    """The ledger of a studio; None where there is no database yet."""
    from apex_director.db.engine import DATABASE

    if not (home / DATABASE).is_file():
        return None
    from apex_director.providers.sql import SqlLedger

    return SqlLedger(home)


def day_of(settings: Settings, ledger: SqlLedger | None, day: str) -> dict[str, Any]:
    """What a day (UTC) has cost, its cap, and what is left of it."""
    spent = Spent() if ledger is None else ledger.spent(day=day)
    cap = settings.daily_budget
    left = None if cap is None else max(Usd(), cap - spent.total)
    near = cap is not None and spent.total.amount >= cap.amount * _share(settings)
    return {
        "day": day,
        **sums(spent),
        "cap_usd": None if cap is None else float(cap),
        "left_usd": None if left is None else float(left),
        "near_cap": near,
        "over_cap": cap is not None and spent.total > cap,
    }


def _share(settings: Settings) -> Any:
    return Usd.of(settings.warn_at).amount


def sums(spent: Spent) -> dict[str, float]:
    """The three sums in US dollars."""
    return {
        "settled_usd": float(spent.settled),
        "reserved_usd": float(spent.reserved),
        "held_usd": float(spent.held),
    }


def job_rows(
    ledger: SqlLedger, bookings: Sequence[Booking], planned: Mapping[str, Usd | None]
) -> list[dict[str, Any]]:
    """Estimate against actual, one row per job, newest first; calls outside any job last.

    Parameters
    ----------
    planned : mapping
        What each job's plan came to, where it is known; None where a price was not.
    """
    order = list(dict.fromkeys(b.purpose.job_id for b in bookings))
    order.sort(key=lambda job_id: not job_id)  # stable: newest first, no job last
    return [
        _job_row(ledger, job_id, [b for b in bookings if b.purpose.job_id == job_id], planned)
        for job_id in order[:LATEST_JOBS]
    ]


def _job_row(
    ledger: SqlLedger, job_id: str, mine: Sequence[Booking], planned: Mapping[str, Usd | None]
) -> dict[str, Any]:
    quoted = sum((ledger.history(b.call_id)[0].usd for b in mine), start=Usd())
    plan = planned.get(job_id)
    estimate = plan if plan is not None else quoted
    spent = total_of(mine)
    return {
        "job_id": job_id,
        "estimate_usd": float(estimate),
        "estimate_of": "plan" if plan is not None else "quotes of the calls made",
        **sums(spent),
        "actual_usd": float(spent.settled),
        "difference_usd": float(spent.settled - estimate),
        "calls": len(mine),
        "backends": backend_rows(mine),
    }


def backend_rows(bookings: Iterable[Booking]) -> list[dict[str, Any]]:
    """Sums by backend, model and basis of the price."""

    def kind(b: Booking) -> tuple[str, str, str]:
        return b.backend, b.model, b.basis

    rows = []
    for (backend, model, basis), group in groupby(sorted(bookings, key=kind), key=kind):
        mine = list(group)
        dates = sorted({b.price_date for b in mine if b.price_date})
        rows.append(
            {
                "backend": backend,
                "model": model,
                "basis": basis,
                "price_date": dates[-1] if dates else "",
                "calls": len(mine),
                **sums(total_of(mine)),
            }
        )
    return rows


def total_of(bookings: Iterable[Booking]) -> Spent:
    """The three sums of some calls."""
    settled, reserved, held = Usd(), Usd(), Usd()
    for b in bookings:
        settled += b.usd if b.state == "settled" else Usd()
        held += b.usd if b.state == "held" else Usd()
        reserved += b.usd if b.state in UNDER_WAY else Usd()
    return Spent(settled=settled, reserved=reserved, held=held)


def held_rows(ledger: SqlLedger, job_id: str | None, now: datetime) -> list[dict[str, Any]]:
    """Calls of which nobody knows what became, with their age and the reason."""
    rows = []
    for b in ledger.bookings(job_id=job_id, states=("held",)):
        since = datetime.fromisoformat(b.updated_at or b.opened_at)
        since = since if since.tzinfo else since.replace(tzinfo=UTC)
        rows.append(call_row(b) | {"age_s": max(0, int((now - since).total_seconds()))})
    return rows


def call_row(b: Booking) -> dict[str, Any]:
    """One call as JSON values."""
    return {
        "call_id": b.call_id,
        "job_id": b.purpose.job_id,
        "item": b.purpose.item,
        "backend": b.backend,
        "model": b.model,
        "state": b.state,
        "usd": float(b.usd),
        "basis": b.basis,
        "provider_id": b.provider_id,
        "reason": b.reason,
        "opened_at": b.opened_at,
        "updated_at": b.updated_at,
    }


def why_not_held(known: Sequence[Booking]) -> str:
    """Why none of these calls can be decided on."""
    if len(known) != 1:
        return "no held call has that id" if not known else "none of the calls like that is held"
    (one,) = known
    how = {"settled": f"settled at {one.usd}", "refunded": "given back"}.get(one.state, "under way")
    when = f" on {one.updated_at[:19].replace('T', ' ')} (UTC)" if one.updated_at else ""
    why = f": {one.reason.rstrip('.')}" if one.reason else ""
    if one.reason.startswith("a person says"):
        return f"the call was resolved before{when}, {how}{why}; that stands"
    return f"the call is not held, it is {how}{when}{why}"


def checked_day(day: str) -> str:
    """An ISO date; today (UTC) where none is given.

    Raises
    ------
    ValidationFailed
        It is no date.
    """
    from apex_director.core.errors import ValidationFailed

    if not day:
        return datetime.now(UTC).date().isoformat()
    try:
        return datetime.strptime(day, "%Y-%m-%d").date().isoformat()
    except ValueError:
        raise ValidationFailed(
            f"'{day}' is no day", where="--day", what_to_do="Write it as 2026-11-21 (UTC)."
        ) from None


def require(ledger: SqlLedger | None, home: Path) -> SqlLedger:
    """The ledger, certainly there.

    Raises
    ------
    ConfigError
        The studio has none yet.
    """
    if ledger is None:
        raise ConfigError(
            "nothing has been paid for in this studio",
            where=str(home),
            what_to_do="Name the studio with --home.",
        )
    return ledger
