"""Where a picture came from: every attempt of the cascade, and what was asked, sent and dropped."""

from __future__ import annotations

from dataclasses import dataclass, field

from .money import Usd


@dataclass(frozen=True, kw_only=True)
class Attempt:
    """One try on one backend.

    ``outcome`` is ``made``, ``skipped``, ``refused``, ``failed`` or ``unknown`` (contract D30a).
    """

    backend: str
    outcome: str
    reason: str = ""
    cost: Usd = field(default_factory=Usd)
    seconds: float = 0.0
    dropped: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Provenance:
    """The whole trail of one made picture."""

    backend: str
    model: str
    prompt: str
    seed: int
    trail: tuple[Attempt, ...]
    licence: str = ""
    notes: tuple[str, ...] = ()
