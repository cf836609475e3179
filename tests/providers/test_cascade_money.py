"""The cascade with a ledger: what is booked when, who is asked next, and what is never asked."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from apex_director.core.errors import (
    AllBackendsFailed,
    ApprovalNeeded,
    BudgetExceeded,
    InputUnusable,
    Interrupted,
    OutputUnwritable,
)
from apex_director.core.money import Usd
from apex_director.providers import (
    Candidate,
    Made,
    OutcomeUnknown,
    Refused,
    Unbilled,
    run_cascade,
)
from apex_director.providers.candidates import ledger_key
from apex_director.providers.model import Budget, Call, Cost, Desk, Kept, Purpose, Spent
from apex_director.providers.sql import open_desk

from .conftest import YES, Office, quote

FREE = quote("0")
CENTS = Usd.of("0.04")


@dataclass
class Script:
    """Each call of a backend does the next thing of its list; a paid one says that it is sent."""

    office: Office
    answers: dict[str, list[Any]]
    calls: list[tuple[str, str]] = field(default_factory=list)  # backend, provider_id it was given
    waits: list[float] = field(default_factory=list)
    store: dict[str, str] = field(default_factory=dict)

    def attempt(self, candidate: Candidate[str], call: Call) -> str:
        self.calls.append((candidate.name, call.provider_id))
        answer = self.answers[candidate.name].pop(0)
        if callable(answer):
            return str(answer(call))
        if not call.provider_id:
            call.sending()
        if isinstance(answer, BaseException):
            raise answer
        return str(answer)

    def keep(self, value: str) -> Kept:
        self.store[value] = value
        return Kept(result=value)

    def run(self, *names: str, **options: Any) -> Made[str, str]:
        candidates = options.pop("candidates", None) or [paid(name) for name in names]
        given: dict[str, Any] = {
            "what": "picture",
            "purpose": Purpose(job_id="job", item="3"),
            "desk": self.office.desk(),
            "budget": YES,
            "keep": self.keep,
            "recall": lambda _, kept: self.store[kept.result],
            "wait": self.waits.append,
        }
        return run_cascade(candidates, self.attempt, **(given | options))

    @property
    def spent(self) -> Spent:
        return self.office.ledger().spent(job_id="job")

    @property
    def asked(self) -> list[str]:
        return [name for name, _ in self.calls]


def paid(name: str, **facts: Any) -> Candidate[str]:
    given = {"quote": FREE if name.startswith("free") else quote(), "key": "request"}
    return Candidate(name=name, backend=name, **(given | facts))


@pytest.fixture
def script(office: Office) -> Callable[..., Script]:
    return lambda **answers: Script(office, {name: list(a) for name, a in answers.items()})


def test_what_was_made_is_kept_settled_and_had_again_for_nothing(script: Any) -> None:
    def reported(call: Call) -> str:
        call.sending()
        call.billed(Cost(usd=Usd.of("0.05"), basis="reported"))
        return "picture"

    one = script(a=[reported])
    made = one.run("a")
    attempt = made.trail[0]
    assert (attempt.outcome, attempt.cost, attempt.basis) == ("made", Usd.of("0.05"), "reported")
    assert (attempt.model, bool(attempt.call_id)) == ("model-1", True)
    again = one.run("a", budget=Budget())
    assert (again.value, one.asked, one.spent) == (
        "picture",
        ["a"],
        Spent(settled=Usd.of("0.05")),
    )
    assert (again.trail[0].outcome, again.trail[0].cost) == ("reused", Usd())
    assert "$0.05" in again.trail[0].reason
    one.answers["a"].append("another")
    assert one.run("a", purpose=Purpose(job_id="job", item="3", variant=1)).value == "another"


def test_it_is_kept_before_it_is_settled(script: Any) -> None:
    one = script(a=["picture"])

    def full(_: str) -> Kept:
        assert one.office.ledger().bookings()[0].state == "sending"
        raise OutputUnwritable("the disk is full")

    with pytest.raises(OutputUnwritable):
        one.run("a", keep=full)
    assert one.spent == Spent(held=CENTS)


def test_unbilled_is_given_back_and_tried_again(script: Any) -> None:
    one = script(a=[Unbilled("busy", retry_after=9.0, status=429), "picture"])
    made = one.run("a")
    assert [x.outcome for x in made.trail] == ["failed", "made"]
    assert made.trail[0].call_id != made.trail[1].call_id
    assert (one.waits, one.spent) == ([9.0], Spent(settled=CENTS))
    assert one.office.traffic().health() == {}  # its pace is no illness


def test_refused_goes_to_the_next_and_costs_what_it_says(script: Any) -> None:
    bill = Cost(usd=Usd.of("0.003"), basis="computed")
    one = script(a=[Refused("unsafe")], b=[Refused("blocked", cost=bill)], c=["picture"])
    made = one.run("a", "b", "c")
    assert [x.outcome for x in made.trail] == ["refused", "refused", "made"]
    assert [x.cost for x in made.trail] == [Usd(), Usd.of("0.003"), CENTS]
    assert one.spent == Spent(settled=Usd.of("0.043"))
    assert one.office.traffic().health() == {}


def test_a_billed_refusal_is_not_bought_again(script: Any) -> None:
    bill = Cost(usd=Usd.of("0.003"), basis="computed")
    one = script(a=[Refused("blocked", cost=bill)])
    for _ in range(2):
        with pytest.raises(AllBackendsFailed):
            one.run("a")
    assert (one.asked, one.spent) == (["a"], Spent(settled=Usd.of("0.003")))


@pytest.mark.parametrize(
    "error",
    [OutcomeUnknown("lost"), InputUnusable("no picture"), KeyError("bug")],
    ids=["unknown", "unreadable", "bug"],
)
def test_after_an_unknown_outcome_nothing_paid_is_sent(script: Any, error: Exception) -> None:
    one = script(a=[error], b=["never"], free=["drawn", "drawn"])
    made = one.run("a", "b", "free")
    assert [x.outcome for x in made.trail] == ["unknown", "skipped", "made"]
    assert (made.trail[0].cost, one.spent) == (CENTS, Spent(held=CENTS))
    again = one.run("b", "a", "free")  # another day, another order
    assert [(x.backend, x.outcome) for x in again.trail] == [
        ("a", "skipped"),
        ("b", "skipped"),
        ("free", "made"),
    ]
    assert "apex cost resolve" in again.trail[0].reason
    assert one.asked == ["a", "free", "free"]


def test_what_cannot_even_be_asked_stops_paid_backends_too(script: Any) -> None:
    one = script(a=[OutcomeUnknown("lost")], b=["never"])
    for candidate in (paid("a"), paid("a", skip="needs A_KEY")):
        with pytest.raises(AllBackendsFailed):
            one.run(candidates=[candidate, paid("b")])
    assert one.asked == ["a"]


def test_a_bug_before_sending_costs_nothing_and_the_next_is_asked(script: Any) -> None:
    def bug(_: Call) -> str:
        raise ZeroDivisionError("our own mistake")

    one = script(a=[bug], b=["picture"])
    made = one.run("a", "b")
    assert [x.outcome for x in made.trail] == ["failed", "made"]
    assert (one.asked, one.spent) == (["a", "b"], Spent(settled=CENTS))


@pytest.mark.parametrize("error", [Interrupted("stopped"), KeyboardInterrupt()])
def test_a_person_who_stops_it_leaves_the_books_in_order(script: Any, error: Any) -> None:
    def before(_: Call) -> str:
        raise error

    one = script(a=[before, error], b=[])
    with pytest.raises(type(error)):
        one.run("a", "b")
    assert one.spent == Spent()
    with pytest.raises(type(error)):
        one.run("a", "b")
    assert one.spent == Spent(held=CENTS)


def test_work_that_has_a_name_is_asked_for_and_not_sent(script: Any) -> None:
    def named(call: Call) -> str:
        call.sending()
        call.accepted("task-7", url="/7")
        raise Unbilled("the wire broke while it was asked for")

    def asked(call: Call) -> str:
        assert (call.provider_id, call.facts) == ("task-7", {"url": "/7"})
        raise Unbilled("still away")

    one = script(a=[named, asked, asked, "picture"], b=["never"])
    with pytest.raises(AllBackendsFailed) as caught:
        one.run("a", "b")
    assert one.spent == Spent(held=CENTS)
    assert "a: unknown: still away" in caught.value.log
    assert "nothing paid is sent" in caught.value.log
    made = one.run("b", "a")
    assert (made.candidate.name, made.value) == ("a", "picture")
    assert one.calls == [("a", ""), ("a", "task-7"), ("a", "task-7"), ("a", "task-7")]
    assert one.spent == Spent(settled=CENTS)


def test_work_that_is_lost_or_ended_unbilled_is_sent_anew(script: Any) -> None:
    def ended(call: Call) -> str:
        call.sending()
        call.accepted("task-7")
        raise Unbilled("the task failed", lost=True)

    one = script(a=[ended, "picture"])
    assert [x.outcome for x in one.run("a").trail] == ["failed", "made"]
    assert (one.calls, one.spent) == ([("a", ""), ("a", "")], Spent(settled=CENTS))


def test_a_lost_call_is_looked_up_by_our_own_id_where_that_can_be_done(script: Any) -> None:
    one = script(a=[Unbilled("it never arrived", lost=True), "picture"])
    ledger = one.office.ledger(7)
    mine = paid("a", owns_ids=True)
    purpose = Purpose(job_id="job", item="3")
    key = ledger_key(mine, purpose)
    lost = ledger.open(key=key, backend="a", quote=quote(), purpose=purpose, budget=YES)
    ledger.sending(lost.call_id)
    one.office.kill(7)
    made = one.run(candidates=[mine])
    assert one.calls == [("a", lost.call_id), ("a", "")]
    assert (made.value, one.spent) == ("picture", Spent(settled=CENTS))


def test_without_a_yes_work_is_asked_for_and_never_sent(script: Any) -> None:
    """How held calls are looked up at no risk: what turns out to be lost is only given back."""

    def away(call: Call) -> str:
        call.sending()
        call.accepted("task-7")
        raise Unbilled("no connection")

    again = Unbilled("no connection")
    one = script(a=[away, again, again, Unbilled("there is no such task", lost=True)])
    for budget, left in ((YES, Spent(held=CENTS)), (Budget(), Spent())):
        with pytest.raises(AllBackendsFailed):
            one.run("a", budget=budget)
        assert one.spent == left
    assert len(one.calls) == 4


def test_after_401_402_403_the_key_is_not_used_again_in_the_job(script: Any) -> None:
    one = script(a=[Refused("no credit", status=402)], b=["picture"], free=["drawn"] * 2)
    same = [paid("a", key_name="KEY"), paid("b", key_name="KEY"), paid("free")]
    made = one.run(candidates=same)
    assert [x.outcome for x in made.trail] == ["refused", "skipped", "made"]
    assert "KEY is not used again in this job" in made.trail[1].reason
    one.run(candidates=same)
    assert one.asked == ["a", "free", "free"]
    assert one.run(candidates=same[1:], purpose=Purpose(job_id="next")).value == "picture"


def test_without_a_yes_or_beyond_a_cap_only_unpaid_ones_are_asked(script: Any) -> None:
    one = script(free=["drawn"] * 2, a=["picture"])
    made = one.run("a", "free", budget=Budget())
    assert "nobody has approved" in made.trail[0].reason
    capped = Budget(approved=True, production=Usd.of("0.03"))
    made = one.run("a", "free", budget=capped)
    assert "$0.03" in made.trail[0].reason
    assert (one.asked, one.spent) == (["free", "free"], Spent())
    for budget, kind in ((Budget(), ApprovalNeeded), (capped, BudgetExceeded)):
        with pytest.raises(AllBackendsFailed) as caught:
            one.run("a", budget=budget)
        assert caught.value.__cause__.subgroup(kind)  # type: ignore[union-attr]
    nearly = Budget(approved=True, production=Usd.of("0.05"))
    assert one.run("a", budget=nearly).warnings == (
        "$0.04 of the $0.05 for this production are spent or promised.",
    )


def test_an_ill_backend_is_passed_over_by_everyone(script: Any) -> None:
    one = script(a=[Unbilled("no connection")] * 9, free=["drawn"] * 3)
    for item in "12":
        one.run("a", "free", purpose=Purpose(job_id="job", item=item))
    made = one.run("a", "free", desk=one.office.desk(2))
    assert made.trail[0].outcome == "skipped"
    assert "6 times in a row" in made.trail[0].reason
    assert one.asked == ["a", "a", "a", "free"] * 2 + ["free"]


def test_three_attempts_in_all_by_whoever_may_still_pass(script: Any) -> None:
    one = script(a=[Unbilled("busy"), "picture"], b=[Refused("no")])
    made = one.run(candidates=[paid("a", tries=1), paid("b"), paid("c", skip="needs C_KEY")])
    assert [x.backend for x in made.trail] == ["a", "b", "c", "a"]
    assert (one.asked, one.spent) == (["a", "b", "a"], Spent(settled=CENTS))


def test_equals_share_the_load_and_priority_is_kept(script: Any) -> None:
    one = script(a=["a"], b=["b"], c=["c"])
    traffic = one.office.traffic(3)
    for name in ("a", "a", "b"):
        traffic.enter(name)
    order = [paid("a", priority=1), paid("b", priority=1), paid("c", priority=2)]
    assert one.run(candidates=order).value == "b"
    assert traffic.load("b") == 1  # what was entered was left
    assert one.run(candidates=order[:1], purpose=Purpose(job_id="x")).value == "a"


def test_limits_are_kept_by_waiting(script: Any) -> None:
    one = script(a=["1", "2", "3"])
    for item in range(3):
        purpose = Purpose(job_id="job", item=str(item))
        one.run(candidates=[paid("a", per_minute=2)], purpose=purpose)
    assert one.waits == [60.0]


def test_many_threads_make_one_call(office: Office) -> None:
    """Eight threads of one process want the same picture; one buys it, the others have it."""
    sent: list[str] = []
    store: dict[str, str] = {}
    office.ledger()

    def attempt(_: Candidate[str], call: Call) -> str:
        call.sending()
        sent.append(call.id)
        time.sleep(0.2)
        return "picture"

    def keep(value: str) -> Kept:
        store[value] = value
        return Kept(result=value)

    def one(_: int) -> tuple[str, str]:
        made = run_cascade(
            [paid("a")],
            attempt,
            what="picture",
            purpose=Purpose(job_id="job"),
            desk=open_desk(office.home),
            budget=YES,
            keep=keep,
            recall=lambda _, kept: store[kept.result],
        )
        return made.value, made.trail[-1].outcome

    with ThreadPoolExecutor(8) as pool:
        values = list(pool.map(one, range(8)))
    assert len(sent) == 1
    assert sorted(values) == [("picture", "made")] + [("picture", "reused")] * 7
    assert open_desk(office.home).ledger.spent().total == CENTS


def test_what_another_process_makes_is_waited_for_and_not_made_here(script: Any) -> None:
    one = script(a=["never"], b=["never"], free=["drawn"])
    purpose = Purpose(job_id="job", item="3")
    other = one.office.ledger(7)
    call = other.open(
        key=ledger_key(paid("a"), purpose), backend="a", quote=quote(), purpose=purpose, budget=YES
    )
    other.sending(call.call_id)
    made = one.run("a", "b", "free")
    assert [x.outcome for x in made.trail] == ["skipped", "skipped", "made"]
    assert "another process" in made.trail[0].reason
    assert (one.asked, one.spent) == (["free"], Spent(reserved=CENTS))
    assert sum(one.waits) > 120


def test_what_was_paid_and_cannot_be_had_back_is_not_sent_again(script: Any) -> None:
    one = script(a=["picture"], free=["drawn"])
    one.run("a")
    one.store.clear()
    made = one.run("a", "free")
    assert [x.outcome for x in made.trail] == ["failed", "made"]
    assert "cannot be had back" in made.trail[0].reason
    assert one.asked == ["a", "free"]


def test_an_unknown_price_settles_with_what_is_reported(script: Any) -> None:
    def reported(call: Call) -> str:
        call.sending()
        call.billed(Cost(usd=Usd.of("0.07"), basis="reported"))
        return "picture"

    one = script(a=[reported])
    made = one.run(candidates=[paid("a", quote=quote(None))])
    assert (made.trail[0].cost, one.spent) == (Usd.of("0.07"), Spent(settled=Usd.of("0.07")))


def test_free_calls_leave_the_ledger_alone(script: Any) -> None:
    one = script(free=[RuntimeError("once"), "drawn"])
    made = one.run("free")
    assert [x.outcome for x in made.trail] == ["failed", "made"]
    assert (one.office.ledger().bookings(), made.trail[0].call_id) == ([], "")
    assert one.office.traffic().health()["free"]["failures"] == 0
    assert isinstance(one.office.desk(), Desk)
    assert replace(paid("free"), quote=quote(None)).paid
