"""Where a picture came from: every attempt of the cascade, and what was asked, sent and dropped."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from .money import Usd


@dataclass(frozen=True, kw_only=True)
class Attempt:
    """One try on one backend.

    ``outcome`` is ``made``, ``reused`` (paid for by an earlier process), ``skipped``, ``refused``,
    ``failed`` or ``unknown`` (contract D30a).
    """

    backend: str
    outcome: str
    reason: str = ""
    cost: Usd = field(default_factory=Usd)
    seconds: float = 0.0
    dropped: tuple[str, ...] = ()
    model: str = ""
    call_id: str = ""
    provider_id: str = ""
    basis: str = ""  # of the cost: reported, computed, list_price, free, unknown


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
    sent: Mapping[str, Any] = field(default_factory=dict)
    asset_id: str = ""
