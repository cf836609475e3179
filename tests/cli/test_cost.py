"""`apex cost` and `apex cost resolve`."""

from __future__ import annotations

import socket
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from apex_director.core.money import Usd
from apex_director.db.engine import migrate
from apex_director.jobs import records
from apex_director.providers.living import Maker
from apex_director.providers.model import Booking, Budget, Cost, Purpose, Quote
from apex_director.providers.sql import SqlLedger

from .conftest import Said

Apex = Callable[..., Said]
JOB = "11111111-2222-4333-8444-555555555555"
PRICE = Cost(usd=Usd.of("0.04"), basis="list_price", price_date="2026-11-01", source="list")


def call(ledger: SqlLedger, item: str, job_id: str = JOB) -> Booking:
    return ledger.open(
        key=f"{item:0>64}",
        backend="minimax",
        quote=Quote(model="image-01", cost=PRICE),
        purpose=Purpose(job_id=job_id, item=item),
        budget=Budget(approved=True),
    )


@pytest.fixture
def ledger(home: Path) -> SqlLedger:
    """A settled call of 0.05 (0.04 quoted), a held one, one given back; one outside any job."""
    migrate(home)
    records.create(home, "image", {}, job_id=JOB)
    ledger = SqlLedger(home)
    settled, held, back = (call(ledger, name) for name in ("1", "2", "3"))
    ledger.sending(settled.call_id)
    ledger.settle(settled.call_id, Cost(usd=Usd.of("0.05"), basis="reported"), None)
    ledger.sending(held.call_id)
    ledger.hold(held.call_id, "the answer was lost")
    ledger.refund(back.call_id, "it was refused")
    other = call(ledger, "4", job_id="")
    ledger.sending(other.call_id)
    ledger.settle(other.call_id, PRICE, None)
    return ledger


def test_an_empty_studio_has_spent_nothing_and_is_not_made(apex: Apex, home: Path) -> None:
    told = apex("cost", "--json").json
    assert told["total"] == {"settled_usd": 0.0, "reserved_usd": 0.0, "held_usd": 0.0}
    assert told["day"]["left_usd"] == 10.0
    assert not home.exists()


def test_estimate_against_actual(apex: Apex, ledger: SqlLedger) -> None:
    told = apex("cost", "--json").json
    assert told["total"] == {"settled_usd": 0.09, "reserved_usd": 0.0, "held_usd": 0.04}
    first, outside = told["jobs"]
    assert (first["job_id"], outside["job_id"]) == (JOB, "")
    assert first["estimate_usd"] == 0.12
    assert (first["settled_usd"], first["held_usd"], first["calls"]) == (0.05, 0.04, 3)
    assert {(row["basis"], row["calls"]) for row in first["backends"]} == {
        ("reported", 1),
        ("list_price", 2),
    }
    assert told["day"]["left_usd"] == 9.87
    text = apex("cost").err
    assert "as the provider reported" in text
    assert "list price of 2026-11-01" in text
    assert "the answer was lost" in text
    assert "$9.87 left" in text


def test_one_job_and_one_day(apex: Apex, ledger: SqlLedger) -> None:
    assert [j["job_id"] for j in apex("cost", "--job", "1111", "--json").json["jobs"]] == [JOB]
    assert apex("cost", "--job", "9999").code == 3
    assert apex("cost", "--day", "2020-01-01", "--json").json["jobs"] == []
    today = datetime.now(UTC).date().isoformat()
    assert len(apex("cost", "--day", today, "--json").json["jobs"]) == 2
    assert apex("cost", "--day", "yesterday").code == 2


def test_a_cap_that_is_nearly_reached_is_told(
    apex: Apex, ledger: SqlLedger, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DAILY_BUDGET_USD", "0.15")
    assert apex("cost", "--json").json["day"]["near_cap"]
    assert "nearly reached" in apex("cost").err
    monkeypatch.setenv("DAILY_BUDGET_USD", "0.05")
    assert apex("cost", "--json").json["day"]["over_cap"]
    text = apex("cost").err
    assert "over the cap" in text
    assert "nearly" not in text


def test_what_was_counted_names_the_date_of_its_prices(apex: Apex, ledger: SqlLedger) -> None:
    counted = call(ledger, "5")
    ledger.sending(counted.call_id)
    cost = Cost(usd=Usd.of("0.03"), basis="computed", price_date="2026-11-01")
    ledger.settle(counted.call_id, cost, None)
    assert "computed from its usage at prices of 2026-11-01" in apex("cost").err


def test_what_a_dead_process_reserved_is_given_back(
    apex: Apex, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    migrate(home)
    gone = SqlLedger(home, me=Maker(host=socket.gethostname(), pid=2**22 + 1, start=1.0))
    reserved, sent = call(gone, "1", job_id=""), call(gone, "2", job_id="")
    gone.sending(sent.call_id)
    said = apex("cost", "resolve", sent.call_id[:8], "--not-paid", "--json")
    assert said.json["state"] == "refunded"  # nobody had looked at the sums before
    assert SqlLedger(home).bookings(states=("reserved", "sending")) == []
    assert apex("cost", "resolve", reserved.call_id, "--paid").code == 3


def test_a_person_says_what_became_of_a_held_call(apex: Apex, ledger: SqlLedger) -> None:
    (held,) = apex("cost", "--json").json["held"]
    assert held["reason"] == "the answer was lost"
    assert held["age_s"] >= 0
    assert apex("cost", "resolve", held["call_id"]).code == 2  # neither paid nor not
    assert apex("cost", "resolve", held["call_id"], "--not-paid", "--usd", "1").code == 2
    assert apex("cost", "resolve", held["call_id"], "--paid", "--not-paid").code == 2
    assert apex("cost", "resolve", "zzzz", "--paid").code == 3
    said = apex("cost", "resolve", held["call_id"][:8], "--paid", "--usd", "0.03", "--json")
    assert (said.json["state"], said.json["usd"]) == ("settled", 0.03)
    told = apex("cost", "--json").json
    assert told["held"] == []
    assert told["total"]["settled_usd"] == 0.12
    again = apex("cost", "resolve", held["call_id"][:8], "--not-paid", "--json")
    assert again.code == 3
    assert "was resolved before" in again.json["message"]
    assert "a person says it was paid" in again.json["message"]
    assert "$0.03" in again.json["message"]
