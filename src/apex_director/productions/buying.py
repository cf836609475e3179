"""What a plan will buy, and whether a person has said yes to it (contract D25, D30)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from apex_director import images
from apex_director.core.errors import ApprovalNeeded, BudgetExceeded
from apex_director.core.money import Usd
from apex_director.images.model import Capabilities, GenerationRequest
from apex_director.providers.model import Budget

from .model import Payload, Ports

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
        paid=cost.usd is None or cost.usd > Usd(),
        usd=cost.usd,
        basis=cost.basis,
        price_date=cost.price_date,
        waits=_waits(found.backend.capabilities),
    )


def _waits(capabilities: Capabilities) -> str:
    if capabilities.layered:
        return ""
    return "in_process" if capabilities.in_process else "network"


def purchases(expected: Sequence[Expected], each: int) -> list[Payload]:
    """The shopping list: one line per backend, model and price, paid ones only.

    Parameters
    ----------
    each : int
        Takes of every picture.
    """
    lines: dict[tuple[str, str, str], Payload] = {}
    for one in expected:
        if not one.paid:
            continue
        price = "" if one.usd is None else str(one.usd.amount)
        line = lines.setdefault(
            (one.backend, one.model, price),
            {
                "backend": one.backend,
                "model": one.model,
                "usd_each": price,
                "count": 0,
                "basis": one.basis,
                "price_date": one.price_date,
            },
        )
        line["count"] += each
    return list(lines.values())


def total(lines: Sequence[Payload]) -> Usd | None:
    """What the list comes to; None where a price is not known."""
    if any(not line["usd_each"] for line in lines):
        return None
    return sum((Usd.of(line["usd_each"]) * int(line["count"]) for line in lines), start=Usd())


def told(lines: Sequence[Payload]) -> str:
    """The list in one sentence: backend, count and US dollars."""
    parts = []
    for line in lines:
        name = f"{line['backend']} ({line['model']})" if line["model"] else line["backend"]
        what = f"{line['count']} picture{'s' if line['count'] != 1 else ''} by {name}"
        if not line["usd_each"]:
            parts.append(f"{what} at a price we do not know")
            continue
        each = Usd.of(line["usd_each"])
        dated = f", price of {line['price_date']}" if line["price_date"] else ""
        parts.append(f"{what} at {each} each{dated}: {each * int(line['count'])}")
    return "; ".join(parts)


def require_approval(
    lines: Sequence[Payload], *, approved: bool, budget: float | None, where: str
) -> None:
    """Nothing is bought that nobody has said yes to.

    Raises
    ------
    ApprovalNeeded
        The list is not empty, and neither ``--yes`` nor a budget was given.
    BudgetExceeded
        The list comes to more than the budget.
    """
    if not lines:
        return
    if not approved and budget is None:
        raise ApprovalNeeded(
            f"this will be bought: {told(lines)}",
            where=where,
            what_to_do="Say --yes to buy it, name a sum with --budget 5, or draw for nothing with "
            "--backend procedural.",
        )
    sum_of_all = total(lines)
    if budget is not None and sum_of_all is not None and sum_of_all > Usd.of(budget):
        raise BudgetExceeded(
            f"the plan comes to {sum_of_all} and the budget is {Usd.of(budget)} ({told(lines)})",
            where=where,
            what_to_do="Raise --budget, plan fewer pictures with --max-shots, or draw for nothing "
            "with --backend procedural.",
        )


def budget_json(lines: Sequence[Payload], *, approved: bool, budget: float | None) -> Payload:
    """What may be spent by each step of the job, as plain values.

    A yes without a sum is a yes to what was printed: the list once more is left for takes that a
    backend charges for and does not deliver.
    """
    sum_of_all = total(lines)
    cap = None
    if budget is not None:
        cap = str(Usd.of(budget).amount)
    elif sum_of_all is not None:
        cap = str((sum_of_all * 2).amount)
    return {"approved": bool(lines) and (approved or budget is not None), "cap": cap}


def budget_of(ports: Ports, payload: Payload) -> Budget:
    """The budget a step was given."""
    given = payload.get("budget") or {"approved": False, "cap": None}
    caps = [] if given["cap"] is None else [Usd.of(given["cap"])]
    caps += [] if ports.job_cap is None else [ports.job_cap]
    return Budget(
        approved=bool(given["approved"]), production=min(caps, default=None), day=ports.daily_cap
    )
