"""The cascade: order, retries, what moves on, what ends it, and what it remembers."""

from __future__ import annotations

import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apex_director.core.errors import (
    AllBackendsFailed,
    Interrupted,
    OutputUnwritable,
    ValidationFailed,
)
from apex_director.core.money import Usd
from apex_director.providers import Candidate, Refused, Unbilled, run_cascade
from apex_director.providers.model import Call, Cost, Quote


class Script:
    """Answers each call of a backend by its list of outcomes: an exception is raised."""

    def __init__(self, **answers: list[object]) -> None:
        self.answers = {name: list(given) for name, given in answers.items()}
        self.calls: list[str] = []
        self.waits: list[float] = []

    def attempt(self, candidate: Candidate[str], call: Call) -> object:
        self.calls.append(candidate.name)
        answer = self.answers[candidate.name].pop(0)
        if isinstance(answer, BaseException):
            raise answer
        return answer

    def run(self, *candidates: Candidate[str]):
        return run_cascade(
            candidates, self.attempt, what="picture", wait=self.waits.append, clock=lambda: 1.0
        )


def backend(name: str, *, usd: str = "0", skip: str = "", tries: int = 3) -> Candidate[str]:
    quote = Quote(cost=Cost(usd=Usd.of(usd), basis="list_price" if float(usd) else "free"))
    return Candidate(name=name, backend=name, quote=quote, skip=skip, tries=tries)


def test_first_that_answers_wins_and_nothing_else_is_called() -> None:
    script = Script(a=["picture"])
    made = script.run(backend("a"), backend("b"))
    assert (made.value, made.candidate.name, script.calls) == ("picture", "a", ["a"])
    assert [(x.outcome, x.basis) for x in made.trail] == [("made", "free")]


def test_without_a_ledger_nothing_paid_is_called() -> None:
    script = Script(b=["picture"])
    made = script.run(backend("a", usd="0.04"), backend("b"))
    assert script.calls == ["b"]
    assert "no ledger" in made.trail[0].reason


def test_two_failures_then_success_are_exactly_three_calls() -> None:
    script = Script(a=[RuntimeError("once"), RuntimeError("twice"), "picture"])
    made = script.run(backend("a"))
    assert script.calls == ["a", "a", "a"]
    assert [x.outcome for x in made.trail] == ["failed", "failed", "made"]
    assert "RuntimeError: once" in made.trail[0].reason
    assert len(script.waits) == 2
    assert script.waits[1] > script.waits[0] * 0.9


def test_single_backend_gets_three_attempts_even_if_it_asks_for_one() -> None:
    script = Script(a=[OSError("x"), OSError("x"), "picture"])
    assert script.run(backend("a", tries=1)).value == "picture"


def test_last_usable_backend_makes_up_the_missing_attempts() -> None:
    script = Script(a=[OSError("x")], b=[OSError("x"), "picture"])
    assert script.run(backend("a", tries=1), backend("b", tries=1)).value == "picture"
    assert script.calls == ["a", "b", "b"]


def test_refusal_is_not_repeated_and_the_next_backend_takes_over() -> None:
    script = Script(a=[Refused("the prompt was refused")], b=["picture"])
    made = script.run(backend("a"), backend("b"))
    assert script.calls == ["a", "b"]
    assert [(x.backend, x.outcome) for x in made.trail] == [("a", "refused"), ("b", "made")]
    assert made.trail[0].cost == Usd()


def test_unbilled_waits_as_long_as_the_backend_asks() -> None:
    script = Script(a=[Unbilled("busy", retry_after=17.0), "picture"])
    script.run(backend("a"))
    assert script.waits == [17.0]


def test_a_wait_of_minutes_is_not_waited_for() -> None:
    script = Script(a=[Unbilled("busy", retry_after=121.0)], b=["picture"])
    made = script.run(backend("a"), backend("b"))
    assert (script.calls, script.waits) == (["a", "b"], [])
    assert "asks to wait 121 s" in made.trail[0].reason


@pytest.mark.parametrize("error", [Interrupted("stopped"), OutputUnwritable("disk is full")])
def test_errors_of_this_machine_end_the_cascade(error: Exception) -> None:
    script = Script(a=[error], b=["picture"])
    with pytest.raises(type(error)):
        script.run(backend("a"), backend("b"))


def test_skipped_backends_leave_their_reason() -> None:
    script = Script(b=["picture"])
    made = script.run(backend("a", skip="needs GEMINI_API_KEY"), backend("b"))
    assert made.trail[0].outcome == "skipped"
    assert made.trail[0].reason == "needs GEMINI_API_KEY"


def test_all_failing_tells_every_attempt_and_keeps_the_causes() -> None:
    script = Script(a=[Refused("not allowed")], b=[ValidationFailed("too wide")])
    with pytest.raises(AllBackendsFailed) as caught:
        script.run(backend("a"), backend("b"), backend("c", skip="no key"))
    error = caught.value
    assert error.log.splitlines() == [
        "a: refused: not allowed.",
        "b: refused: too wide.",
        "c: skipped: no key",
    ]
    assert isinstance(error.__cause__, ExceptionGroup)
    assert len(error.__cause__.exceptions) == 2
    assert "no key" in str(pickle.loads(pickle.dumps(error)))


def test_no_backend_at_all_says_so() -> None:
    with pytest.raises(AllBackendsFailed) as caught:
        Script().run()
    assert caught.value.log == "no backend is set up"


def test_unbilled_survives_pickling_with_its_wait() -> None:
    again = pickle.loads(pickle.dumps(Unbilled("busy", where="minimax", retry_after=4.5)))
    assert (again.what, again.where, again.retry_after) == ("busy", "minimax", 4.5)
    bill = Cost(usd=Usd.of("0.02"), basis="reported")
    refused = pickle.loads(pickle.dumps(Refused("no", status=402, cost=bill)))
    assert (refused.status, refused.cost) == (402, bill)


@given(st.lists(st.integers(0, 4), min_size=1, max_size=5))
def test_at_least_three_calls_before_giving_up_and_never_after_success(fails: list[int]) -> None:
    """Each unpaid backend fails so many times and then answers."""
    names = [f"b{n}" for n in range(len(fails))]
    script = Script(
        **{n: [OSError("x")] * k + ["picture"] * 9 for n, k in zip(names, fails, strict=True)}
    )
    try:
        made = script.run(*(backend(n) for n in names))
    except AllBackendsFailed:
        assert len(script.calls) >= 3
        assert min(fails) >= 3
    else:
        assert sum(a.outcome == "made" for a in made.trail) == 1
        assert made.trail[-1].outcome == "made"
        assert len(made.trail) == len(script.calls)
