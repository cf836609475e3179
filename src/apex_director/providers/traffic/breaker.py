"""The breaker of one backend as plain functions over its state (contract B4).

After five failures in a row it opens for a minute, then lets three calls through at a time to see;
three successes in a row close it, one failure opens it again. Three failures mark it degraded.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

State = Literal["healthy", "degraded", "open", "half_open"]
OPENS_AFTER, DEGRADED_AFTER = 5, 3  # failures in a row
OPEN_S = 60.0
TRIALS = 3  # calls let through at a time while it is half open


@dataclass(frozen=True, kw_only=True)
class Breaker:
    """What all workers know of a backend's health; times in epoch seconds.

    ``trials`` are the calls let through since it was half open and not yet ended, ``passed`` the
    successes among them.
    """

    failures: int = 0
    state: State = "healthy"
    since: float = 0.0
    until: float = 0.0
    trials: int = 0
    passed: int = 0
    trial_at: float = 0.0
    reason: str = ""


def let_through(breaker: Breaker, now: float) -> tuple[Breaker, bool]:
    """Whether one more call may be made, and the breaker after that was asked."""
    if breaker.state in ("healthy", "degraded"):
        return breaker, True
    if breaker.state == "open":
        if now < breaker.until:
            return breaker, False
        breaker = replace(breaker, state="half_open", since=now, trials=0, passed=0)
    if breaker.trials >= TRIALS and now - breaker.trial_at < OPEN_S:
        return breaker, False  # a trial that never ended is given up after a minute
    trials = 0 if breaker.trials >= TRIALS else breaker.trials
    return replace(breaker, trials=trials + 1, trial_at=now), True


def ended(breaker: Breaker) -> Breaker:
    """A call has ended, however: its trial place is free."""
    return replace(breaker, trials=max(0, breaker.trials - 1))


def succeeded(breaker: Breaker, now: float) -> Breaker:
    """A call was answered as it should."""
    if breaker.state == "half_open" and breaker.passed + 1 < TRIALS:
        return replace(breaker, passed=breaker.passed + 1)
    if breaker.state == "open":  # begun before it opened: says nothing about now
        return breaker
    return Breaker(since=breaker.since if breaker.state == "healthy" else now)


def failed(breaker: Breaker, now: float, reason: str) -> Breaker:
    """A call failed in a way that speaks of the backend's health."""
    failures = breaker.failures + 1
    if breaker.state == "open":
        return replace(breaker, failures=failures, reason=reason)
    if breaker.state == "half_open" or failures >= OPENS_AFTER:
        return Breaker(
            failures=failures, state="open", since=now, until=now + OPEN_S, reason=reason
        )
    if failures >= DEGRADED_AFTER:
        since = breaker.since if breaker.state == "degraded" else now
        return Breaker(failures=failures, state="degraded", since=since, reason=reason)
    return replace(breaker, failures=failures, reason=reason)
