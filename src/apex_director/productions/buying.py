"""What a plan will buy, and whether a person has said yes to it (contract D25, D30)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from apex_director import images
from apex_director.core.errors import ApprovalNeeded, BudgetExceeded, SomethingNeeded
from apex_director.core.money import Usd
from apex_director.images.model import Capabilities, GenerationRequest
from apex_director.providers.model import Budget

from . import shelf
from .folders import Work
from .model import Payload, Ports, Progress, Report

NETWORK_HANDS = 6  # pictures waited for at once; each backend's own limits hold besides
IN_PROCESS_HANDS = 1


@dataclass(frozen=True, kw_only=True)
class Expected:
    """Who will draw a picture if nothing goes wrong, and for how much; ``usd`` None: not known.

    ``waits``: ``network`` where drawing is mostly waiting, ``in_process`` where it takes a model
    into this process, empty for our own renderer.
    """

    backend: str
    model: str
    paid: bool
    usd: Usd | None
    basis: str
    price_date: str
    waits: str = ""


def expect(ports: Ports, request: GenerationRequest, prefer: str) -> Expected:
    """Who will draw this; an empty name where nobody can be used."""
    found = images.expected(request, ports.backends, prefer=prefer)
    if found is None:
        return Expected(backend="", model="", paid=False, usd=Usd(), basis="free", price_date="")
    cost = found.quote.cost
    return Expected(
        backend=found.name,
        model=found.quote.model,
        paid=found.paid,
        usd=cost.usd,
        basis=cost.basis,
        price_date=cost.price_date,
        waits=_waits(found.backend.capabilities),
    )


def missing_takes(ports: Ports, request: GenerationRequest, expected: Expected, count: int) -> int:
    """How many of the takes of a picture no earlier job has paid for."""
    return sum(
        not shelf.shelf_path(
            ports, shelf.numbered(request, n), expected.backend, expected.model, n
        ).is_file()
        for n in range(count)
    )


def _waits(capabilities: Capabilities) -> str:
    if capabilities.layered:
        return ""
    return "in_process" if capabilities.in_process else "network"


def purchases(wanted: Sequence[tuple[Expected, int, int]]) -> list[Payload]:
    """The shopping list: one line per backend and model, paid ones only.

    Parameters
    ----------
    wanted : sequence of (Expected, takes, takes at most)
        Every picture; takes that were paid for before are not counted.
    """
    lines: dict[tuple[str, str], Payload] = {}
    for one, each, most in wanted:
        if not one.paid or not most:
            continue
        line = lines.setdefault(
            (one.backend, one.model),
            {
                "backend": one.backend,
                "model": one.model,
                "count": 0,
                "most": 0,
                "usd": "0",
                "usd_most": "0",
                "basis": one.basis,
                "price_date": one.price_date,
            },
        )
        line["count"] += each
        line["most"] += most
        for name, count in (("usd", each), ("usd_most", most)):
            known = line[name] and one.usd is not None
            line[name] = str((Usd.of(line[name]) + one.usd * count).amount) if known else ""  # type: ignore[operator]
    return list(lines.values())


def total(lines: Sequence[Payload]) -> Usd | None:
    """What the list comes to at most; None where a price is not known."""
    if any(not line["usd_most"] for line in lines):
        return None
    return sum((Usd.of(line["usd_most"]) for line in lines), start=Usd())


def told(lines: Sequence[Payload]) -> str:
    """The list in one sentence: backend, count and US dollars."""
    parts = []
    for line in lines:
        name = f"{line['backend']} ({line['model']})" if line["model"] else line["backend"]
        what = f"{line['count']} picture{'s' if line['count'] != 1 else ''} by {name}"
        if not line["usd_most"]:
            parts.append(f"{what} at a price we do not know")
            continue
        dated = f", price of {line['price_date']}" if line["price_date"] else ""
        parts.append(f"{what} for {Usd.of(line['usd'])}{dated}{_more(line)}")
    return "; ".join(parts)


def _more(line: Payload) -> str:
    if line["most"] == line["count"]:
        return ""
    return f" (with retakes up to {line['most']} for {Usd.of(line['usd_most'])})"


def approve(ports: Ports, payload: Payload, report: Report) -> Payload:
    """The step before anything is bought: what may be spent, once a person has said yes to it.

    Payload: ``lines`` (of :func:`purchases`), ``approved``, ``budget_usd``, ``where``, ``stage``.
    Gives ``budget``: ``approved``, ``cap`` in US dollars, ``allowed`` (backends; None: any).

    Raises
    ------
    ApprovalNeeded
        The list is not empty, and neither ``--yes`` nor a budget was given.
    BudgetExceeded
        The list comes to more than the budget, or than a cap of the settings leaves.
    """
    lines: list[Payload] = payload["lines"]
    budget, sum_of_all = payload["budget_usd"], total(lines)
    if not lines:
        return {"budget": None}
    if not payload["approved"] and budget is None:
        raise ApprovalNeeded(
            f"this will be bought: {told(lines)}",
            where=payload["where"],
            what_to_do="Say --yes to buy it, name a sum with --budget 5, or draw for nothing with "
            "--backend procedural.",
        )
    _require_room(ports, lines, sum_of_all, budget, payload)
    cap = Usd.of(budget) if budget is not None else sum_of_all
    report(Progress(stage=payload["stage"], fraction=0.15, notice=f"Buying {told(lines)}."))
    Work(home=ports.home, job_id=payload["job_id"]).note("approval", f"buying {told(lines)}")
    allowed = None if budget is not None else sorted({line["backend"] for line in lines})
    return {
        "budget": {
            "approved": True,
            "cap": None if cap is None else str(cap.amount),
            "allowed": allowed,
        }
    }


def _require_room(
    ports: Ports,
    lines: Sequence[Payload],
    needed: Usd | None,
    budget: float | None,
    payload: Payload,
) -> None:
    """The whole list fits into what may be spent, before the first picture of it is bought."""
    caps = [] if budget is None else [(Usd.of(budget), "the budget", "Raise --budget")]
    if ports.job_cap is not None:
        caps.append((ports.job_cap, "what one job may cost", "Raise budget.per_job_usd"))
    if ports.daily_cap is not None and ports.desk is not None:
        ports.desk.ledger.reconcile()
        today = datetime.now(UTC).date().isoformat()
        spent = ports.desk.ledger.spent(day=today).total
        left = ports.daily_cap - spent if spent < ports.daily_cap else Usd()
        caps.append((left, "what today's cap leaves", "Raise budget.per_day_usd"))
    if needed is None and caps:
        unknown = next(line["backend"] for line in lines if not line["usd_most"])
        raise SomethingNeeded(
            f"the price of {unknown} is not known, so no budget can be kept with it",
            where=payload["where"],
            what_to_do=f"Say what a picture costs: apex config set backends.{unknown}."
            "cost_per_image 0.04",
        )
    for cap, name, way in caps:
        if needed is not None and needed > cap:
            raise BudgetExceeded(
                f"the plan comes to {needed} and {name} is {cap} ({told(lines)})",
                where=payload["where"],
                what_to_do=f"{way}, plan fewer pictures with --max-shots, or draw for nothing "
                "with --backend procedural.",
            )


def budget_of(ports: Ports, payload: Payload) -> Budget:
    """The budget a step was given."""
    given = payload.get("budget") or {"approved": False, "cap": None}
    caps = [] if given["cap"] is None else [Usd.of(given["cap"])]
    caps += [] if ports.job_cap is None else [ports.job_cap]
    return Budget(
        approved=bool(given["approved"]), production=min(caps, default=None), day=ports.daily_cap
    )


def allowed_of(payload: Payload) -> frozenset[str] | None:
    """The paid backends a person said yes to; None where a sum was named and any may be used."""
    given = payload.get("budget") or {"allowed": []}
    return None if given["allowed"] is None else frozenset(given["allowed"])
