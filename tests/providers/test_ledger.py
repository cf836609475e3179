"""The ledger: what is given back to whom, what a budget stops, that nothing is ever rewritten."""

from __future__ import annotations

import sqlite3
import time
from dataclasses import replace

import pytest
import sqlalchemy as sa

from apex_director.core.errors import (
    ApprovalNeeded,
    BudgetExceeded,
    InputUnusable,
    StorageError,
    ValidationFailed,
)
from apex_director.core.money import Usd
from apex_director.db.engine import DATABASE, transaction
from apex_director.db.tables import executors
from apex_director.providers import NotSendable
from apex_director.providers.model import Booking, Budget, Cost, Kept, Purpose, Spent
from apex_director.providers.sql import SqlLedger

from .conftest import YES, Office, quote

KEPT = Kept(result="ab" * 32, facts={"width": 512})
BILL = Cost(usd=Usd.of("0.05"), basis="reported")


def opened(ledger: SqlLedger, key: str = "k", **options: object) -> Booking:
    given = {
        "backend": "gem",
        "quote": quote(),
        "purpose": Purpose(job_id="job", item="3"),
        "budget": YES,
    }
    return ledger.open(key=key, **(given | options))


def test_a_call_that_is_made_settles_and_is_given_back(office: Office) -> None:
    ledger = office.ledger()
    booking = opened(ledger)
    assert (booking.state, booking.fresh, booking.usd) == ("reserved", True, Usd.of("0.04"))
    ledger.sending(booking.call_id)
    ledger.accepted(booking.call_id, "task-7", {"poll": "/v1/7"})
    assert ledger.spent() == Spent(reserved=Usd.of("0.04"))
    ledger.settle(booking.call_id, BILL, KEPT)
    ledger.settle(booking.call_id, BILL, KEPT)  # said twice, booked once
    again = opened(ledger)
    assert (again.call_id, again.state, again.kept, again.fresh) == (
        booking.call_id,
        "settled",
        KEPT,
        False,
    )
    assert (again.provider_id, again.facts, again.basis) == (
        "task-7",
        {"poll": "/v1/7"},
        "reported",
    )
    assert ledger.spent(job_id="job") == Spent(settled=Usd.of("0.05"))
    states = [one.state for one in ledger.history(booking.call_id)]
    assert states == ["reserved", "sending", "accepted", "settled"]


def test_one_reserved_by_a_dead_process_is_reserved_anew(office: Office) -> None:
    first = opened(office.ledger(1))
    office.kill(1)
    second = opened(office.ledger(2))
    assert second.fresh
    assert second.call_id != first.call_id
    assert office.ledger(2).spent().total == Usd.of("0.04")
    with pytest.raises(NotSendable, match="refunded"):  # were it not dead after all
        office.ledger(1).sending(first.call_id)


def test_what_dead_processes_reserved_stands_in_nobodys_way(office: Office) -> None:
    capped = Budget(approved=True, production=Usd.of("0.09"))
    opened(office.ledger(1), "a", budget=capped)
    sent = opened(office.ledger(1), "b", budget=capped)
    office.ledger(1).sending(sent.call_id)
    with pytest.raises(BudgetExceeded):
        opened(office.ledger(2), "c", budget=capped)
    office.kill(1)
    assert opened(office.ledger(2), "c", budget=capped).fresh
    assert office.ledger(2).spent() == Spent(held=Usd.of("0.04"), reserved=Usd.of("0.04"))


def test_one_being_sent_by_a_dead_process_is_held_and_never_sent_again(office: Office) -> None:
    ledger = office.ledger(1)
    first = opened(ledger)
    ledger.sending(first.call_id)
    assert not opened(office.ledger(2)).fresh  # it lives: not ours to send
    office.kill(1)
    for pid in (2, 3):
        again = opened(office.ledger(pid))
        assert (again.call_id, again.state, again.fresh) == (first.call_id, "held", False)
        with pytest.raises(NotSendable):
            office.ledger(pid).sending(again.call_id)
    assert office.ledger(2).spent() == Spent(held=Usd.of("0.04"))


def test_a_backend_that_owns_its_ids_looks_a_lost_call_up(office: Office) -> None:
    ledger = office.ledger(1)
    first = opened(ledger)
    ledger.sending(first.call_id)
    office.kill(1)
    taken = opened(office.ledger(2), owns_ids=True)
    assert (taken.call_id, taken.state, taken.fresh) == (first.call_id, "sending", True)
    assert not opened(office.ledger(3), owns_ids=True).fresh  # one process looks at a time
    office.kill(2)
    office.ledger(3).reconcile()
    assert office.ledger(3).spent().held == Usd.of("0.04")
    back = opened(office.ledger(3), owns_ids=True)
    assert (back.state, back.fresh, office.ledger(3).spent().held) == ("sending", True, Usd())
    office.ledger(3).refund(back.call_id, "it never arrived")
    assert opened(office.ledger(3), owns_ids=True).state == "reserved"


def test_named_work_is_given_back_to_be_polled_even_when_it_is_held(office: Office) -> None:
    ledger = office.ledger(1)
    first = opened(ledger)
    ledger.sending(first.call_id)
    ledger.accepted(first.call_id, "task-7", {})
    office.kill(1)
    again = opened(office.ledger(2))
    assert (again.call_id, again.state, again.provider_id) == (first.call_id, "accepted", "task-7")
    office.ledger(2).hold(again.call_id, "it never finished")
    assert office.ledger(2).spent() == Spent(held=Usd.of("0.04"))
    assert opened(office.ledger(2)).state == "accepted"
    assert office.ledger(2).spent() == Spent(reserved=Usd.of("0.04"))


def test_a_late_answer_counts_and_a_late_refund_does_not(office: Office) -> None:
    ledger = office.ledger(1)
    late, settled = opened(ledger, "late"), opened(ledger, "settled")
    ledger.refund(late.call_id, "thought to be dead")
    ledger.settle(late.call_id, BILL, KEPT)
    ledger.settle(settled.call_id, BILL, KEPT)
    ledger.refund(settled.call_id, "expired")
    ledger.hold(settled.call_id, "expired")
    assert ledger.spent() == Spent(settled=Usd.of("0.10"))


def test_a_person_resolves_held_calls_and_only_those(office: Office) -> None:
    ledger = office.ledger()
    calls = [opened(ledger, key) for key in ("a", "b", "c", "d")]
    for call in calls[:3]:
        ledger.sending(call.call_id)
        ledger.hold(call.call_id, "connection lost")
    assert [b.key for b in ledger.bookings(states=("held",))] == ["c", "b", "a"]
    assert ledger.resolve(calls[0].call_id, paid=True).state == "settled"
    assert ledger.resolve(calls[1].call_id, paid=True, usd=Usd.of("0.01")).usd == Usd.of("0.01")
    assert ledger.resolve(calls[2].call_id, paid=False).state == "refunded"
    assert ledger.spent() == Spent(settled=Usd.of("0.05"), reserved=Usd.of("0.04"))
    for call in (calls[0], calls[3]):
        with pytest.raises(ValidationFailed, match="not held"):
            ledger.resolve(call.call_id, paid=False)
    with pytest.raises(InputUnusable, match="no call"):
        ledger.resolve("nothing", paid=True)
    assert all(opened(ledger, key).fresh for key in ("a", "b", "c"))  # the person let it go on


def test_paid_and_without_a_result_is_not_paid_again(office: Office) -> None:
    ledger = office.ledger()
    call = opened(ledger)
    ledger.settle(call.call_id, BILL, None, "safety block, billed")
    again = opened(ledger)
    assert (again.state, again.kept, again.fresh) == ("settled", None, False)
    assert again.reason == "safety block, billed"


def test_nothing_is_bought_unasked_or_beyond_a_cap(office: Office) -> None:
    ledger = office.ledger()
    with pytest.raises(ApprovalNeeded, match=r"\$0.04 a call.*--yes"):
        opened(ledger, budget=Budget())
    capped = Budget(approved=True, production=Usd.of("0.15"))
    calls = [opened(ledger, key, budget=capped) for key in ("a", "b")]
    assert not any(call.warning for call in calls)
    assert opened(ledger, "c", budget=capped).warning.startswith("$0.12 of the $0.15")
    ledger.settle(calls[0].call_id, Cost(usd=Usd.of("0.05"), basis="reported"), KEPT)
    ledger.hold(calls[1].call_id, "lost")
    with pytest.raises(BudgetExceeded) as caught:
        opened(ledger, "d", budget=capped)
    assert "$0.13 of the $0.15" in str(caught.value)
    assert "$0.04 of it held" in str(caught.value)
    assert "--budget to at least $0.17" in str(caught.value)
    assert opened(ledger, "a", budget=Budget()).state == "settled"  # what is paid needs no yes
    other = Purpose(job_id="other")
    assert opened(ledger, "e", budget=capped, purpose=other).fresh
    assert len(ledger.bookings()) == 4  # what was refused left nothing behind


def test_the_day_is_that_of_utc_and_counts_every_job(office: Office) -> None:
    ledger, capped = office.ledger(), Budget(approved=True, day=Usd.of("0.08"))
    opened(ledger, "a", budget=capped)
    assert "day (UTC)" in opened(ledger, "b", budget=capped, purpose=Purpose(job_id="two")).warning
    with pytest.raises(BudgetExceeded, match="go on tomorrow"):
        opened(ledger, "c", budget=capped)
    office.time += 86_400
    assert opened(ledger, "c", budget=capped).fresh
    assert ledger.spent(day=opened(ledger, "c").opened_at[:10]).total == Usd.of("0.04")


def test_outside_jobs_a_budget_is_that_of_the_process(office: Office) -> None:
    capped, nowhere = Budget(approved=True, production=Usd.of("0.05")), Purpose()
    opened(office.ledger(1), "a", budget=capped, purpose=nowhere)
    with pytest.raises(BudgetExceeded):
        opened(office.ledger(1), "b", budget=capped, purpose=nowhere)
    assert opened(office.ledger(2), "b", budget=capped, purpose=nowhere).fresh


def test_an_unknown_price_is_never_zero(office: Office) -> None:
    ledger, unknown = office.ledger(), quote(None)
    with pytest.raises(ApprovalNeeded, match="nobody knows"):
        opened(ledger, quote=unknown, budget=Budget())
    with pytest.raises(BudgetExceeded, match="not known"):
        opened(ledger, quote=unknown, budget=Budget(approved=True, production=Usd.of(5)))
    call = opened(ledger, quote=unknown)
    assert (call.usd, call.basis) == (Usd(), "unknown")
    ledger.settle(call.call_id, BILL, KEPT)
    assert ledger.spent().settled == Usd.of("0.05")
    with pytest.raises(ValueError, match="not booked"):
        opened(ledger, "free", quote=quote("0"))


def test_rows_are_never_changed_or_taken_away(office: Office) -> None:
    opened(office.ledger())
    for table in ("calls", "ledger"):
        for verb in (f"UPDATE {table} SET job_id = ''", f"DELETE FROM {table}"):
            with (
                pytest.raises((sa.exc.IntegrityError, StorageError), match="append-only"),
                transaction(office.home) as connection,
            ):
                connection.execute(sa.text(verb))


def test_another_host_is_judged_by_its_lease(office: Office) -> None:
    away = replace(office.maker(1), host="elsewhere")
    ledger = SqlLedger(office.home, me=away, alive=lambda _: True, now=lambda: office.time)
    call = opened(ledger)
    ledger.sending(call.call_id)
    assert opened(office.ledger(2)).state == "sending"  # it was heard of a moment ago
    office.time += 3600
    with transaction(office.home) as connection:
        lease = {"host": "elsewhere", "pid": 1, "start": away.start, "beat": office.time - 5}
        connection.execute(executors.insert().values(**lease))
    assert opened(office.ledger(2)).state == "sending"
    office.time += 60
    assert opened(office.ledger(2)).state == "held"


def test_secrets_in_reasons_are_not_stored(office: Office) -> None:
    ledger = office.ledger()
    call = opened(ledger)
    ledger.refund(call.call_id, "GET https://x/?api_key=AIzaSyA1234567890123456789012 failed")
    office.traffic().failed("gem", "Authorization: Bearer abcdef0123456789")
    office.traffic().bar("job", "GEMINI_API_KEY", "token=abcdef0123456789 was refused")
    with sqlite3.connect(office.home / DATABASE) as connection:
        everything = "\n".join(connection.iterdump())
    assert "AIzaSyA1234567890123456789012" not in everything
    assert "abcdef0123456789" not in everything


NUMBERS = "WITH RECURSIVE n(i) AS (SELECT 2 UNION ALL SELECT i + 1 FROM n WHERE i <= 100000)"
MANY = (
    f"{NUMBERS} INSERT INTO calls SELECT i, 'c' || i, 'k' || i, 1, 'gem', 'm', 'j' || (i % 100), "
    "'', 0, '2026-11-20', 'h', 1, 1.0, '2026-11-20T10:00:00+00:00' FROM n",
    *(
        f"{NUMBERS} INSERT INTO ledger SELECT i * 2 + {n}, i, {n} + 1, '', {state}, 1, {sums}, "
        "'j' || (i % 100), '2026-11-20', '', '', '', '', '{}', 'null', '', 'h', 1, 1.0, "
        "'2026-11-20T10:00:00+00:00' FROM n"
        for n, state, sums in (
            (0, "'reserved'", "1, 0, 0"),
            (1, "iif(i % 5000, 'settled', 'held')", "-1, iif(i % 5000, 0, 1), iif(i % 5000, 1, 0)"),
        )
    ),
)


def test_a_hundred_thousand_calls_stay_fast(office: Office) -> None:
    """Sums of a production and of a day, the newest calls, the few held ones, one more call."""
    ledger = office.ledger()
    opened(ledger)
    with transaction(office.home) as connection:
        for statement in MANY:
            connection.exec_driver_sql(statement)
    took = {}
    for name, ask in {
        "job": lambda: ledger.spent(job_id="j7"),
        "day": lambda: ledger.spent(day="2026-11-20"),
        "all": lambda: ledger.spent(),
        "held": lambda: ledger.bookings(states=("held",)),
        "newest": lambda: ledger.bookings(limit=50),
        "of job": lambda: ledger.bookings(job_id="j7"),
        "open": lambda: opened(ledger, "new", budget=Budget(approved=True, day=Usd.of(10))),
    }.items():
        started = time.perf_counter()
        ask()
        took[name] = time.perf_counter() - started
    assert len(ledger.bookings(states=("held",))) == 20
    assert ledger.spent(day="2026-11-20").held.micros == 20
    assert max(took.values()) < 1.0, took  # about 0.1 on an idle machine
