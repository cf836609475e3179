"""What the studio has spent, promised and holds, and a person's word on what is held."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from apex_director.core.errors import InputUnusable, ValidationFailed
from apex_director.core.money import Usd

from .studio import settings_of


def costs(*, home: str | None = None, job: str = "", day: str = "") -> dict[str, Any]:
    """Estimate against actual by job and by backend, what is held, and what is left of the caps.

    Parameters
    ----------
    job : str
        One job alone, by its id or the first characters of it.
    day : str
        Calls opened on one day alone (ISO date, UTC); the cap shown is that day's.

    Returns
    -------
    dict
        ``day{}``, ``total{}``, ``jobs[]``, ``backends[]``, ``held[]``; amounts in US dollars.

    Raises
    ------
    JobNotFound
        There is no such job.
    ValidationFailed
        It is no day.
    """
    from apex_director.bootstrap import books

    settings = settings_of(home)
    ledger = books.open_ledger(settings.home)
    if ledger is not None:
        ledger.reconcile()
    wanted_day = books.checked_day(day)
    job_id = _job_id(settings.home, job) if job else None
    told: dict[str, Any] = {"day": books.day_of(settings, ledger, wanted_day)}
    cap = settings.job_budget
    told["job_cap_usd"] = None if cap is None else float(cap)
    if ledger is None:
        nothing = {"settled_usd": 0.0, "reserved_usd": 0.0, "held_usd": 0.0}
        return told | {"total": nothing, "jobs": [], "backends": [], "held": []}
    bookings = [
        b for b in ledger.bookings(job_id=job_id) if not day or b.opened_at[:10] == wanted_day
    ]
    planned = {} if not bookings else _planned(settings.home, job_id)
    return told | {
        "total": books.sums(books.total_of(bookings)),
        "jobs": books.job_rows(ledger, bookings, planned),
        "backends": books.backend_rows(bookings),
        "held": books.held_rows(ledger, job_id, datetime.now(UTC)),
    }


def resolve_call(
    call: str, *, paid: bool, usd: float | None = None, home: str | None = None
) -> dict[str, Any]:
    """Say what became of a held call (contract D30).

    Parameters
    ----------
    call : str
        Its id, or the first characters of it.
    paid : bool
        Whether the provider billed it.
    usd : float, optional
        What it billed in US dollars; the amount held where not given.

    Raises
    ------
    InputUnusable
        No held call begins like that, or more than one; one that was resolved before stands.
    ValidationFailed
        An amount was given for a call that was not paid, or one below zero.
    """
    from apex_director.bootstrap import books

    if usd is not None and not paid:
        raise ValidationFailed(
            "a call that was not paid has no amount", where="--usd", what_to_do="Leave it out."
        )
    settings = settings_of(home)
    ledger = books.require(books.open_ledger(settings.home), settings.home)
    ledger.reconcile()
    known = [b for b in ledger.bookings() if b.call_id.startswith(call)] if call else []
    held = [b for b in known if b.state == "held"]
    if len(held) != 1:
        raise InputUnusable(
            "more than one held call begins like that" if held else books.why_not_held(known),
            where=call,
            what_to_do="See what is held with: apex cost",
        )
    amount = None if usd is None else Usd.of(usd)
    return books.call_row(ledger.resolve(held[0].call_id, paid=paid, usd=amount))


def _job_id(home: Path, job: str) -> str:
    from .foreground import find_job

    return find_job(home, job).id


def _planned(home: Path, job_id: str | None) -> dict[str, Usd | None]:
    """What the plan of each job came to, where its result tells."""
    from apex_director.jobs import records
    from apex_director.productions.buying import total

    found = [records.get(home, job_id)] if job_id else records.list_jobs(home)
    known = {}
    for record in found:
        lines = (record.result or {}).get("purchases")
        if lines:
            known[record.id] = total(lines)
    return known
