"""Which failures may pass by themselves, and when a job is tried again (contract B23)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from apex_director.core.errors import (
    AllBackendsFailed,
    ApexError,
    ApprovalNeeded,
    BudgetExceeded,
    StorageError,
    ValidationFailed,
)

LONGEST_DELAY_S = 3600.0


class WorkerDied(ApexError):
    """The process a step ran in died, and a second one too."""

    code = "worker_died"


@dataclass(frozen=True, kw_only=True)
class RetryPolicy:
    """How often and when a failed job is tried again by itself.

    Parameters
    ----------
    auto : bool
        Whether it is at all.
    delay_s : float
        Seconds before the second try; doubled before every further one.
    tries : int
        Failures after which the job stays failed.
    """

    auto: bool = True
    delay_s: float = 30.0
    tries: int = 3

    def delay_after(self, failures: int) -> float | None:
        """Seconds to wait after that many failures; None where it stays failed."""
        if not self.auto or failures >= self.tries:
            return None
        return min(LONGEST_DELAY_S, self.delay_s * 2.0 ** (max(1, failures) - 1))


NEVER = RetryPolicy(auto=False)


def policy_of(orchestrator: Mapping[str, Any]) -> RetryPolicy:
    """The policy a studio's settings name (contract O1, section ``orchestrator``).

    Raises
    ------
    ValidationFailed
        ``retry_delay`` or ``failure_threshold`` is no number that can be used.
    """
    auto = orchestrator.get("auto_retry", True)
    try:
        delay = float(orchestrator.get("retry_delay", 30))
        tries = int(orchestrator.get("failure_threshold", 3))
    except (TypeError, ValueError) as error:
        raise _no_policy() from error
    if not isinstance(auto, bool) or delay < 0 or tries < 1:
        raise _no_policy()
    return RetryPolicy(auto=auto, delay_s=delay, tries=tries)


def _no_policy() -> ValidationFailed:
    return ValidationFailed(
        "the retry settings cannot be used",
        where="apex_config.json: orchestrator",
        what_to_do="auto_retry is true or false, retry_delay seconds, failure_threshold 1 or more.",
    )


def may_pass(error: ApexError) -> bool:
    """Whether the same work may succeed later without a person doing anything.

    True for a worker that died, a busy database, an outsider that could not be reached or is
    overloaded, and a cascade in which at least one backend failed like that. Bad input, refusals,
    budgets and approvals never pass by themselves.
    """
    if isinstance(error, ApprovalNeeded | BudgetExceeded):
        return False
    stated = getattr(error, "may_pass", None)
    if isinstance(stated, bool):
        return stated
    if isinstance(error, StorageError):
        return "locked" in error.what or "busy" in error.what
    if isinstance(error, AllBackendsFailed):
        return any(_passing_line(line) for line in error.log.splitlines())
    # An outsider's error that knows how long to wait (providers.outcomes) cost nothing.
    return isinstance(error, WorkerDied) or hasattr(error, "retry_after")


def _passing_line(line: str) -> bool:
    """A line of a cascade's trail is ``backend: outcome: reason``."""
    return line.partition(": ")[2].partition(":")[0] == "failed"


def waits_for_person(error: ApexError) -> bool:
    """Whether the job only waits for somebody's word: an approval, or what became of held money."""
    return isinstance(error, ApprovalNeeded) or bool(getattr(error, "waits_for_person", False))
