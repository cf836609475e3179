"""Who may be asked, and what comes of asking."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Generic, TypeVar

from apex_director.core.ids import content_hash
from apex_director.core.money import Usd
from apex_director.core.provenance import Attempt

from .books.rules import costs_nothing
from .model import Purpose, Quote

B = TypeVar("B")
R = TypeVar("R")
LEAST_ATTEMPTS = 3  # of a request in all, also with one backend (contract B3)


@dataclass(frozen=True, kw_only=True)
class Candidate(Generic[B]):
    """One backend in the order of trying.

    ``skip`` is why it cannot be used (empty: it can); ``quote`` what one call will cost; ``key``
    names the request on this backend by its content; ``dropped`` what of the request it does not
    understand; ``tries`` how often it is called if errors may pass; ``per_minute`` how many calls
    may leave in a minute (0: any); ``key_name`` the variable its key comes from; ``owns_ids``
    whether a lost call can be found again. Neighbours of equal ``priority`` share the load.
    """

    name: str
    backend: B
    skip: str = ""
    quote: Quote = field(default_factory=Quote)
    key: str = ""
    dropped: tuple[str, ...] = ()
    tries: int = LEAST_ATTEMPTS
    per_minute: int = 0
    key_name: str = ""
    owns_ids: bool = False
    priority: int = 100

    @property
    def cost(self) -> Usd:
        """The price of one call; zero where it is not known."""
        return self.quote.cost.usd or Usd()

    @property
    def paid(self) -> bool:
        """Whether a call costs money, or may."""
        return not costs_nothing(self.quote)


@dataclass(frozen=True, kw_only=True)
class Made(Generic[B, R]):
    """What came of a cascade: the value, who made it, and the whole trail.

    ``warnings`` are for a person: a cap that is nearly reached.
    """

    value: R
    candidate: Candidate[B]
    trail: tuple[Attempt, ...]
    warnings: tuple[str, ...] = ()


def ledger_key(candidate: Candidate[B], purpose: Purpose) -> str:
    """What names a call in the ledger: what for, on which backend and model, and the request."""
    return content_hash(purpose, candidate.name, candidate.quote.model, candidate.key)
