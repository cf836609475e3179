"""Backends in order until one makes it: every attempt is kept, and nothing is paid for twice.

What a call means for money is written down before anything else happens with it: reserved before
it is sent, kept before it is settled, held when nobody knows. See books/rules.py for the rules and
attempts.py for one attempt.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import groupby
from typing import TypeVar

from apex_director.core.errors import AllBackendsFailed
from apex_director.core.ids import seed_for
from apex_director.core.provenance import Attempt

from .attempts import Done, Run, once, recalled
from .candidates import LEAST_ATTEMPTS, Candidate, Made, ledger_key
from .model import Booking, Budget, Call, Desk, Kept, Purpose
from .outcomes import Unbilled

B = TypeVar("B")
R = TypeVar("R")
FIRST_WAIT, LONGEST_WAIT = 0.5, 30.0  # seconds
LONGEST_ASKED_WAIT = 120.0  # seconds of Retry-After that are waited for; beyond it we move on
AFTER_SENDING = frozenset({"sending", "accepted", "held"})


def run_cascade(
    candidates: Sequence[Candidate[B]],
    attempt: Callable[[Candidate[B], Call], R],
    *,
    what: str,
    seed: int = 0,
    purpose: Purpose | None = None,
    desk: Desk | None = None,
    budget: Budget | None = None,
    keep: Callable[[R], Kept] | None = None,
    recall: Callable[[Candidate[B], Kept], R] | None = None,
    wait: Callable[[float], None] = time.sleep,
    clock: Callable[[], float] = time.monotonic,
) -> Made[B, R]:
    """Try backends in order until one answers.

    Parameters
    ----------
    candidates : sequence of Candidate
        In the order of trying.
    attempt : callable
        Makes one call with a candidate and returns what is wanted; raises otherwise. A paid
        backend says to its call when the request leaves.
    what : str
        What is wanted, for the error: "picture of shot 3".
    seed : int
        Seed of the jitter, so that a run can be told again.
    purpose, desk, budget
        What the call is for, where it is booked, what may be spent. Without a desk no paid backend
        is called, and nothing is known of the others' health.
    keep : callable
        Stores an answer that was paid for, before it is settled.
    recall : callable
        Has a kept answer back, so that it is not paid for again.
    wait, clock : callables
        Sleep and monotonic time in seconds.

    Raises
    ------
    AllBackendsFailed
        None answered; ``log`` lists each attempt with its cure, the cause is the group of their
        errors (a BudgetExceeded or ApprovalNeeded among them where money was the obstacle).
    """
    run: Run[B, R] = Run(
        attempt=attempt,
        what=what,
        purpose=purpose or Purpose(),
        desk=desk,
        budget=budget or Budget(),
        keep=keep,
        recall=recall,
        wait=wait,
        clock=clock,
    )
    may_pass: list[Candidate[B]] = []
    for candidate, known in _what_is_known_first(run, _by_load(candidates, desk)):
        done = recalled(run, candidate, known) or _offer(
            run, candidate, max(1, candidate.tries), seed
        )
        if done.answer is not None:
            return _made(run, candidate, done.answer[0])
        if done.again:
            may_pass.append(candidate)
        if done.skipped and known is not None and known.state in AFTER_SENDING:
            run.unsure = True  # what became of it cannot even be asked
    while may_pass and run.called < LEAST_ATTEMPTS:  # the last one makes up for what is missing
        last = may_pass[-1]
        done = _offer(run, last, LEAST_ATTEMPTS - run.called, seed, later=True)
        if done.answer is not None:
            return _made(run, last, done.answer[0])
        if not done.again:
            may_pass.pop()
    raise _nobody(run) from (ExceptionGroup(what, run.errors) if run.errors else None)


def _by_load(candidates: Sequence[Candidate[B]], desk: Desk | None) -> list[Candidate[B]]:
    """The given order, but of neighbours of equal priority the one with less to do first."""
    ordered: list[Candidate[B]] = []
    for _, group in groupby(candidates, key=lambda c: c.priority):
        equals = list(group)
        if desk is not None and len(equals) > 1:
            load = {c.name: desk.traffic.load(c.name) for c in equals}
            equals.sort(key=lambda c: load[c.name])
        ordered += equals
    return ordered


def _what_is_known_first(
    run: Run[B, R], candidates: Sequence[Candidate[B]]
) -> list[tuple[Candidate[B], Booking | None]]:
    """Each candidate with its last call for this purpose; those that may have been paid first.

    Otherwise a second run would buy a picture here that the first one had bought, or had been
    buying, there.
    """
    keys = [ledger_key(c, run.purpose) for c in candidates if c.paid]
    found = run.desk.ledger.find(keys) if run.desk is not None and keys else {}
    pairs = [(c, found.get(ledger_key(c, run.purpose)) if c.paid else None) for c in candidates]
    run.unsure = run.unsure or _open_elsewhere(run, keys)

    def later(pair: tuple[Candidate[B], Booking | None]) -> bool:
        booking = pair[1]
        if booking is None:
            return True
        return booking.state not in AFTER_SENDING and booking.kept is None

    return sorted(pairs, key=later)


def _open_elsewhere(run: Run[B, R], keys: Sequence[str]) -> bool:
    """Whether a call for this very purpose has an unknown outcome under another key: its model or
    its words have changed since, and what it was for may be paid already.
    """
    if run.desk is None or not keys or not run.purpose.job_id:
        return False
    calls = run.desk.ledger.bookings(
        job_id=run.purpose.job_id, states=("sending", "accepted", "held")
    )
    return any(b.purpose == run.purpose and b.key not in keys for b in calls)


def _obstacle(run: Run[B, R], candidate: Candidate[B]) -> str:
    """Why a candidate is not called, as far as that can be told before its call is booked."""
    if candidate.skip:
        return candidate.skip
    if candidate.paid and run.unsure:
        return (
            "an earlier paid call has an unknown outcome, so nothing paid is sent (see apex cost)"
        )
    if run.desk is None:
        return "it costs money, and no ledger is at hand to book it" if candidate.paid else ""
    if candidate.key_name:
        barred = run.desk.traffic.barred(run.purpose.job_id, candidate.key_name)
        if barred:
            return f"{candidate.key_name} is not used again in this job: {barred}"
    return ""


def _offer(
    run: Run[B, R], candidate: Candidate[B], tries: int, seed: int, *, later: bool = False
) -> Done[R]:
    """Call one candidate until it answers, or a further try makes no sense."""
    reason = _obstacle(run, candidate)
    traffic = run.desk.traffic if run.desk is not None else None
    if traffic is not None and not reason and not later:
        reason = traffic.admit(candidate.name)
    if reason:
        return run.skip(candidate, reason)
    if traffic is None:
        return _tries(run, candidate, tries, seed, later)
    traffic.enter(candidate.name)
    try:
        return _tries(run, candidate, tries, seed, later)
    finally:
        traffic.leave(candidate.name)


def _tries(run: Run[B, R], candidate: Candidate[B], tries: int, seed: int, later: bool) -> Done[R]:
    done: Done[R] = Done()
    for number in range(tries):
        if number or later:
            run.wait(_pause(done.error, seed, candidate.name, number + later))
        done = once(run, candidate, done.pending)
        asked = done.error.retry_after if isinstance(done.error, Unbilled) else 0.0
        if asked > LONGEST_ASKED_WAIT:
            run.add(f"it asks to wait {asked:.0f} s, longer than {LONGEST_ASKED_WAIT:.0f} s")
            done = replace(done, again=False)
        if not done.again:
            break
    return run.give_up(done)


def _pause(error: Exception | None, seed: int, name: str, number: int) -> float:
    """Seconds until the next try: exponential with jitter, or what the backend asked for."""
    jitter = seed_for("retry", seed, name, number) / 0x7FFFFFFF
    backoff = min(LONGEST_WAIT, FIRST_WAIT * 2.0 ** (number - 1)) * (0.5 + 0.5 * jitter)
    return max(backoff, error.retry_after) if isinstance(error, Unbilled) else backoff


def _made(run: Run[B, R], candidate: Candidate[B], value: R) -> Made[B, R]:
    return Made(
        value=value,
        candidate=candidate,
        trail=tuple(run.trail),
        warnings=tuple(dict.fromkeys(run.warnings)),
    )


def _nobody(run: Run[B, R]) -> AllBackendsFailed:
    lines = [f"{a.backend}: {a.outcome}: {a.reason}" for a in run.trail]
    last: dict[str, Attempt] = {a.backend: a for a in run.trail}
    told = "; ".join(f"{name}: {a.reason.rstrip('.')}" for name, a in last.items())
    held = " apex cost shows what is held, and how to resolve it." if run.unsure else ""
    return AllBackendsFailed(
        f"no backend could make the {run.what}" + (f" ({told})" if told else ""),
        where="backends",
        what_to_do=f"See `apex backends` for what each one needs.{held}",
        log="\n".join(lines) or "no backend is set up",
    )
