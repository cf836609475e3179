"""Hosted image models as data: what they are called, can do and cost, and when they go.

Ids come and go within months, so nothing in the code names one but as a default. Prices are those
of a date and of a source, in ``catalogue.json`` beside this file; a price nobody told us is None,
which is never zero.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

from apex_director.core.money import Usd

from .model import Cost

Status = Literal["ga", "deprecated", "retired"]
MAX_HOPS = 8  # replacements that were themselves replaced


@dataclass(frozen=True, kw_only=True)
class Model:
    """One hosted model.

    ``prices`` are US dollars of one picture by size ("" for any), ``tokens`` US dollars per million
    of ``input``, ``text`` and ``image`` tokens where the answer counts them, ``thinking`` how many
    tokens of thought to reserve for by thinking level. ``confidence``: A the vendor's own words, B
    two sources that agree, C one source or an inference.
    """

    id: str
    backend: str
    status: Status
    released: str = ""  # ISO date
    retires_on: str = ""  # ISO date
    replacement: str = ""
    sizes: tuple[str, ...] = ()
    aspects: tuple[str, ...] = ()
    max_references: int = 0
    prices: Mapping[str, str] = field(default_factory=dict)
    tokens: Mapping[str, str] = field(default_factory=dict)
    thinking: Mapping[str, int] = field(default_factory=dict)
    price_date: str = ""  # ISO date
    source: str = ""
    confidence: str = "C"
    note: str = ""

    def gone(self, today: date) -> bool:
        """Whether it no longer answers on that day."""
        if self.retires_on:
            return date.fromisoformat(self.retires_on) <= today
        return self.status == "retired"


@dataclass(frozen=True, kw_only=True)
class Resolved:
    """The id to send for a name, and a sentence if that is another one."""

    id: str
    note: str = ""


def as_of() -> str:
    """The ISO date the catalogue was last checked."""
    return str(_data()["as_of"])


def model(name: str) -> Model | None:
    """A model by its id or another name of it; None if we do not know it."""
    return _models().get(_data()["aliases"].get(name, name))


def models(backend: str = "") -> tuple[Model, ...]:
    """All models, or those of one backend, retired ones included."""
    return tuple(m for m in _models().values() if backend in {"", m.backend})


def resolve(name: str, today: date | None = None) -> Resolved:
    """The present id for a name: aliases are followed, and retired models to what replaced them.

    Parameters
    ----------
    name : str
        An id, or a name such as "imagen". One we do not know is taken as it is.
    today : date
        The day of asking; the clock's (UTC) if not given.
    """
    day = today or _today()
    wanted = _data()["aliases"].get(name, name)
    found, why = _models().get(wanted), ""
    for _ in range(MAX_HOPS):
        if found is None or not found.gone(day) or not found.replacement:
            break
        why = why or f"'{found.id}' was shut down" + (
            f" on {found.retires_on}" if found.retires_on else ""
        )
        found = _models().get(found.replacement)
    present = found.id if found is not None else wanted
    if why:
        return Resolved(id=present, note=f"{why}; {present} draws in its place")
    if present != name:
        return Resolved(id=present, note=f"'{name}' means {present} today")
    return Resolved(id=present, note=_farewell(found, day))


def price(name: str, size: str = "") -> Cost:
    """The list price of one picture; ``usd`` None where we do not know it."""
    found = model(name)
    listed = None if found is None else found.prices.get(size, found.prices.get(""))
    if found is None or listed is None:
        return Cost(usd=None, basis="unknown")
    return Cost(
        usd=Usd.of(listed), basis="list_price", price_date=found.price_date, source=found.source
    )


def counted(name: str, *, input: int = 0, text: int = 0, image: int = 0) -> Cost | None:
    """What so many tokens cost; None for a model that is not priced by them.

    Parameters
    ----------
    name : str
        Model id.
    input, text, image : int
        Tokens taken in, written (thought included) and drawn.
    """
    found = model(name)
    if found is None or not found.tokens:
        return None
    million = sum(
        Decimal(found.tokens[kind]) * count
        for kind, count in (("input", input), ("text", text), ("image", image))
    )
    return Cost(
        usd=Usd.of(Decimal(million) / 1_000_000),
        basis="computed",
        price_date=found.price_date,
        source=found.source,
    )


def _farewell(found: Model | None, day: date) -> str:
    if found is None or not found.retires_on:
        return ""
    if found.gone(day):
        return f"'{found.id}' was shut down on {found.retires_on}"
    move = f"; move to {found.replacement}" if found.replacement else ""
    return f"'{found.id}' will be shut down on {found.retires_on}{move}"


def _today() -> date:
    from datetime import UTC, datetime

    return datetime.now(UTC).date()


@lru_cache(maxsize=1)
def _data() -> Mapping[str, Any]:
    data: Mapping[str, Any] = json.loads(
        Path(__file__).with_name("catalogue.json").read_text(encoding="utf-8")
    )
    return data


@lru_cache(maxsize=1)
def _models() -> Mapping[str, Model]:
    made = {}
    for row in _data()["models"]:
        plain: dict[str, Any] = {k: tuple(v) if isinstance(v, list) else v for k, v in row.items()}
        made[row["id"]] = Model(**plain)
    return made
