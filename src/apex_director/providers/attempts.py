"""One attempt on one backend, and what it means for the ledger, the traffic and the trail."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Generic, TypeVar

from apex_director.core.errors import ApexError, ApprovalNeeded, BudgetExceeded
from apex_director.core.money import Usd
from apex_director.core.provenance import Attempt
from apex_director.observability.masking import mask

from .calls import BookedCall, FreeCall
from .candidates import Candidate, ledger_key
from .faults import without_name
from .model import Booking, Budget, Call, Cost, Desk, Kept, Ledger, Purpose
from .outcomes import (
    ENDING,
    KEY_IS_NO_GOOD,
    OutcomeUnknown,
    Refused,
    Unbilled,
    outcome_of,
    speaks_of_health,
)

B = TypeVar("B")
R = TypeVar("R")
LOOKS = 90  # at a call that another process is making, at most two seconds apart
FIRST_LOOK_S, LAST_LOOK_S = 0.25, 2.0


@dataclass(frozen=True, kw_only=True)
class Done(Generic[R]):
    """What an attempt came to.

    ``answer`` holds the value if there is one; ``again`` says that a further try may pass;
    ``pending`` is a call the provider is still making, to be asked for and not sent.
    """

    answer: tuple[R] | None = None
    again: bool = False
    skipped: bool = False
    error: Exception | None = None
    pending: BookedCall | None = None


@dataclass(kw_only=True)
class Run(Generic[B, R]):
    """One run of a cascade: what it was given, and what has come of it so far.

    ``unsure`` once a paid call has an unknown outcome: only unpaid ones go on (contract D30).
    """

    attempt: Callable[[Candidate[B], Call], R]
    what: str
    purpose: Purpose
    desk: Desk | None
    budget: Budget
    keep: Callable[[R], Kept] | None
    recall: Callable[[Candidate[B], Kept], R] | None
    wait: Callable[[float], None]
    clock: Callable[[], float]
    trail: list[Attempt] = field(default_factory=list)
    errors: list[Exception] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    called: int = 0
    unsure: bool = False

    def skip(self, candidate: Candidate[B], reason: str) -> Done[R]:
        """A candidate that is not called."""
        self.trail.append(_entry(candidate, "skipped", reason=reason))
        return Done(skipped=True)

    def add(self, reason: str) -> None:
        """Say one thing more of the last attempt."""
        last = self.trail[-1]
        self.trail[-1] = replace(last, reason=f"{last.reason.rstrip('.')}; {reason}")

    def give_up(self, done: Done[R]) -> Done[R]:
        """The tries are used up: work the provider has in hand is held, and asked for later."""
        if done.pending is None or self.desk is None:
            return done
        call, last = done.pending, self.trail[-1]
        self.desk.ledger.hold(call.id, last.reason)
        self.unsure = True
        self.trail[-1] = replace(last, outcome="unknown", cost=call.booking.usd)
        return replace(done, again=False, pending=None)


def once(run: Run[B, R], candidate: Candidate[B], pending: BookedCall | None) -> Done[R]:
    """One attempt; a paid one is booked first.

    Parameters
    ----------
    pending : BookedCall
        The call of the try before, if the provider still has it in hand.
    """
    if not candidate.paid or run.desk is None:
        return _tried(run, candidate, FreeCall())
    if pending is not None:
        return _tried(run, candidate, pending)
    try:
        booking = _opened(run, candidate, run.desk.ledger)
    except (ApprovalNeeded, BudgetExceeded) as error:
        run.errors.append(error)
        return run.skip(candidate, _told(error, candidate))
    if booking.warning:
        run.warnings.append(booking.warning)
    if booking.state == "settled":
        paid = f"it was paid for before ({booking.usd}), and there is no picture of it to have back"
        earlier = f" ({booking.reason.rstrip('.')})" if booking.reason else ""
        return recalled(run, candidate, booking) or run.skip(candidate, paid + earlier)
    if not booking.fresh and booking.state != "accepted":
        run.unsure = True
        return run.skip(candidate, _why_not(booking))
    return _tried(run, candidate, BookedCall(run.desk.ledger, booking))


def recalled(run: Run[B, R], candidate: Candidate[B], booking: Booking | None) -> Done[R] | None:
    """The answer an earlier run paid for and kept; None if there is none."""
    if booking is None or booking.state != "settled" or booking.kept is None or run.recall is None:
        return None
    before = f"it was paid for before ({booking.usd})"
    started = run.clock()
    try:
        value = run.recall(candidate, booking.kept)
    except ENDING:
        raise
    except Exception as error:
        run.errors.append(error)
        reason = f"{before} and cannot be had back: {_told(error, candidate)}"
        run.trail.append(_of_booking(candidate, "failed", reason, booking))
        return Done(error=error)
    entry = _of_booking(candidate, "reused", before, booking)
    run.trail.append(replace(entry, seconds=run.clock() - started))
    return Done(answer=(value,))


def _opened(run: Run[B, R], candidate: Candidate[B], ledger: Ledger) -> Booking:
    """The booking of a call; what another process is making is waited for."""
    for number in range(LOOKS):
        booking = ledger.open(
            key=ledger_key(candidate, run.purpose),
            backend=candidate.name,
            quote=candidate.quote,
            purpose=run.purpose,
            budget=run.budget,
            owns_ids=candidate.owns_ids,
        )
        if booking.fresh or booking.state not in ("reserved", "sending"):
            break
        run.wait(min(LAST_LOOK_S, FIRST_LOOK_S * 2.0**number))
    return booking


def _why_not(booking: Booking) -> str:
    if booking.state == "held":
        return (
            f"{booking.usd} of an earlier call are held, because nobody knows what became of it "
            f"(apex cost resolve {booking.call_id})"
        )
    return "another process is making this very call, and has not finished"


def _tried(run: Run[B, R], candidate: Candidate[B], call: FreeCall | BookedCall) -> Done[R]:
    started = run.clock()
    try:
        _take_a_place(run, candidate, call)
        started = run.clock()
        value = run.attempt(candidate, call)
        bill = _close(run, candidate, call, value)
    except Exception as error:
        done = _failed(run, candidate, call, error, run.clock() - started)
        if done is None:
            raise
        return done
    except BaseException:
        _abandon(run, call)
        raise
    run.called += 1
    if run.desk is not None:
        run.desk.traffic.succeeded(candidate.name)
    entry = _entry(candidate, "made", call=call, bill=bill)
    run.trail.append(replace(entry, seconds=run.clock() - started))
    return Done(answer=(value,))


def _take_a_place(run: Run[B, R], candidate: Candidate[B], call: FreeCall | BookedCall) -> None:
    """Wait for a place in the backend's minute; to ask again for work in hand needs none."""
    if run.desk is None or not candidate.per_minute or call.provider_id:
        return
    seconds = run.desk.traffic.pace(candidate.name, candidate.per_minute)
    if seconds > 0.0:
        run.wait(seconds)


def _close(run: Run[B, R], candidate: Candidate[B], call: FreeCall | BookedCall, value: R) -> Cost:
    """Keep what was paid for, and only then settle it."""
    bill = call.bill or candidate.quote.cost
    if isinstance(call, BookedCall) and run.desk is not None:
        kept = run.keep(value) if run.keep is not None else None
        run.desk.ledger.settle(call.id, bill, kept)
        if bill.usd is None:
            return replace(bill, usd=call.booking.usd)
    return bill


def _failed(
    run: Run[B, R],
    candidate: Candidate[B],
    call: FreeCall | BookedCall,
    error: Exception,
    seconds: float,
) -> Done[R] | None:
    """What an error means; None if it must be raised."""
    booked = isinstance(call, BookedCall)
    outcome = outcome_of(error, paid=booked, sent=isinstance(call, BookedCall) and call.sent)
    if not outcome:
        _abandon(run, call)
        return None
    run.errors.append(error)
    run.called += 1
    in_hand = booked and bool(call.provider_id) and isinstance(error, Unbilled) and not error.lost
    entry = _entry(candidate, outcome, reason=_told(error, candidate), call=call)
    if isinstance(call, BookedCall) and run.desk is not None and not in_hand:
        entry = replace(entry, cost=_book(run.desk.ledger, call, outcome, error, entry.reason))
    run.trail.append(replace(entry, seconds=seconds))
    run.unsure = run.unsure or outcome == "unknown"
    _tell_traffic(run, candidate, outcome, error)
    return Done(
        again=outcome == "failed" and (isinstance(error, Unbilled) or not booked),
        error=error,
        pending=call if in_hand and isinstance(call, BookedCall) else None,
    )


def _book(ledger: Ledger, call: BookedCall, outcome: str, error: Exception, told: str) -> Usd:
    """Tell the ledger of a failure; what it costs, or may."""
    cost = error.cost if isinstance(error, Refused | OutcomeUnknown) else None
    if outcome == "unknown":
        held = cost.usd if cost is not None else None
        ledger.hold(call.id, told, held)
        return call.booking.usd if held is None else held
    if outcome == "refused" and cost is not None and cost.usd is not None and cost.usd > Usd():
        ledger.settle(call.id, cost, None, told)
        return cost.usd
    ledger.refund(call.id, told)
    return Usd()


def _tell_traffic(run: Run[B, R], candidate: Candidate[B], outcome: str, error: Exception) -> None:
    if run.desk is None:
        return
    traffic, told = run.desk.traffic, _told(error, candidate)
    if isinstance(error, Refused) and error.status in KEY_IS_NO_GOOD and candidate.key_name:
        traffic.bar(run.purpose.job_id, candidate.key_name, told)
    if speaks_of_health(error, outcome):
        traffic.failed(candidate.name, told)


def _abandon(run: Run[B, R], call: FreeCall | BookedCall) -> None:
    """The run ends here: what was not sent is given back, what was sent is held.

    Work the provider has named is left as it is, to be asked for by the next run.
    """
    if not isinstance(call, BookedCall) or run.desk is None or call.named:
        return
    with suppress(Exception):  # the database may be what failed; the next run finds it as it stands
        if call.sent:
            run.desk.ledger.hold(call.id, "it was stopped before the answer was kept")
        else:
            run.desk.ledger.refund(call.id, "it was stopped before it was sent")


def _told(error: Exception, candidate: Candidate[B]) -> str:
    text = str(error) if isinstance(error, ApexError) else f"{type(error).__name__}: {error}"
    return mask(without_name(text, candidate.name))


def _entry(
    candidate: Candidate[B],
    outcome: str,
    *,
    reason: str = "",
    call: FreeCall | BookedCall | None = None,
    bill: Cost | None = None,
) -> Attempt:
    return Attempt(
        backend=candidate.name,
        outcome=outcome,
        reason=reason,
        cost=Usd() if bill is None else bill.usd or Usd(),
        dropped=() if outcome == "skipped" else candidate.dropped,
        model=candidate.quote.model,
        call_id=call.id if isinstance(call, BookedCall) else "",
        provider_id=call.provider_id if call is not None else "",
        basis=(bill or candidate.quote.cost).basis,
    )


def _of_booking(candidate: Candidate[B], outcome: str, reason: str, booking: Booking) -> Attempt:
    """What an earlier run paid costs this one nothing."""
    return replace(
        _entry(candidate, outcome, reason=reason),
        model=booking.model,
        call_id=booking.call_id,
        provider_id=booking.provider_id,
        basis=booking.basis,
    )
