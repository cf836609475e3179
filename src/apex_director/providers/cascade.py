"""Backends in order until one makes it: every attempt is kept, only listed errors move on."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from apex_director.core.errors import AllBackendsFailed, ApexError
from apex_director.core.ids import seed_for
from apex_director.core.money import Usd
from apex_director.core.provenance import Attempt

from .outcomes import Unbilled, outcome_of

B = TypeVar("B")
R = TypeVar("R")
LEAST_ATTEMPTS = 3  # of a request in all, also with one backend (contract B3)
FIRST_WAIT, LONGEST_WAIT = 0.5, 30.0  # seconds


@dataclass(frozen=True, kw_only=True)
class Candidate(Generic[B]):
    """One backend in the order of trying.

    ``skip`` is why it cannot be used (empty: it can); ``cost`` that of one call; ``dropped`` what
    of the request it does not understand; ``tries`` how often it is called if errors may pass.
    """

    name: str
    backend: B
    skip: str = ""
    cost: Usd = field(default_factory=Usd)
    dropped: tuple[str, ...] = ()
    tries: int = LEAST_ATTEMPTS


@dataclass(frozen=True, kw_only=True)
class Made(Generic[B, R]):
    """What came of a cascade: the value, who made it, and the whole trail."""

    value: R
    candidate: Candidate[B]
    trail: tuple[Attempt, ...]


def run_cascade(
    candidates: Sequence[Candidate[B]],
    attempt: Callable[[Candidate[B]], R],
    *,
    what: str,
    seed: int = 0,
    wait: Callable[[float], None] = time.sleep,
    clock: Callable[[], float] = time.monotonic,
) -> Made[B, R]:
    """Try backends in order until one answers.

    Parameters
    ----------
    candidates : sequence of Candidate
        In the order of trying.
    attempt : callable
        Makes one call with a candidate and returns what is wanted; raises otherwise.
    what : str
        What is wanted, for the error: "picture of shot 3".
    seed : int
        Seed of the jitter, so that a run can be told again.
    wait, clock : callables
        Sleep and monotonic time in seconds.

    Raises
    ------
    AllBackendsFailed
        None answered; ``log`` lists each attempt, the cause is the group of their errors.
    """
    trail: list[Attempt] = []
    errors: list[Exception] = []
    held = False
    for candidate in candidates:
        reason = candidate.skip or _money_reason(candidate, held=held)
        if reason:
            trail.append(Attempt(backend=candidate.name, outcome="skipped", reason=reason))
            continue
        for number in range(_tries(candidates, candidate, trail)):
            if number:
                wait(_pause(errors[-1], seed, candidate.name, number))
            started = clock()
            try:
                value = attempt(candidate)
            except Exception as error:
                outcome = outcome_of(error, paid=candidate.cost > Usd())
                if not outcome:
                    raise
                errors.append(error)
                trail.append(_failed(candidate, outcome, error, clock() - started))
                held = held or outcome == "unknown"
                if outcome != "failed":
                    break
            else:
                trail.append(_made(candidate, clock() - started))
                return Made(value=value, candidate=candidate, trail=tuple(trail))
    raise _nobody(what, trail) from (ExceptionGroup(what, errors) if errors else None)


def _money_reason(candidate: Candidate[B], *, held: bool) -> str:
    if held and candidate.cost > Usd():
        return "an earlier paid call has an unknown outcome, so nothing paid is sent (D30)"
    return ""


def _tries(candidates: Sequence[Candidate[B]], now: Candidate[B], trail: Sequence[Attempt]) -> int:
    """How often to call this one; the last usable one makes up for what is missing to three."""
    usable = [c for c in candidates if not c.skip]
    called = sum(a.outcome != "skipped" for a in trail)
    missing = LEAST_ATTEMPTS - called if now is usable[-1] else 1
    return max(1, now.tries, missing)


def _pause(error: Exception, seed: int, name: str, number: int) -> float:
    """Seconds until the next try: exponential with jitter, or what the backend asked for."""
    jitter = seed_for("retry", seed, name, number) / 0x7FFFFFFF
    backoff = min(LONGEST_WAIT, FIRST_WAIT * 2.0 ** (number - 1)) * (0.5 + 0.5 * jitter)
    return max(backoff, error.retry_after) if isinstance(error, Unbilled) else backoff


def _made(candidate: Candidate[B], seconds: float) -> Attempt:
    return Attempt(
        backend=candidate.name,
        outcome="made",
        cost=candidate.cost,
        seconds=seconds,
        dropped=candidate.dropped,
    )


def _failed(candidate: Candidate[B], outcome: str, error: Exception, seconds: float) -> Attempt:
    reason = str(error) if isinstance(error, ApexError) else f"{type(error).__name__}: {error}"
    return Attempt(
        backend=candidate.name,
        outcome=outcome,
        reason=reason,
        cost=candidate.cost if outcome == "unknown" else Usd(),  # held until it is known
        seconds=seconds,
        dropped=candidate.dropped,
    )


def _nobody(what: str, trail: Sequence[Attempt]) -> AllBackendsFailed:
    lines = [f"{a.backend}: {a.outcome}: {a.reason}" for a in trail]
    last: dict[str, Attempt] = {a.backend: a for a in trail}
    told = "; ".join(f"{name}: {a.reason.rstrip('.')}" for name, a in last.items())
    return AllBackendsFailed(
        f"no backend could make the {what}" + (f" ({told})" if told else ""),
        where="backends",
        what_to_do="See `apex doctor` for what each backend needs.",
        log="\n".join(lines) or "no backend is set up",
    )
