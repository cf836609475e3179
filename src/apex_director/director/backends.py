"""The studio's image backends, seen and tried; and pictures made in one go."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from apex_director.config import Settings
from apex_director.core.errors import (
    ApexError,
    ApprovalNeeded,
    BackendUnavailable,
    ConfigError,
    ValidationFailed,
)
from apex_director.core.money import Usd

from .studio import ready, settings_of

AT_ONCE = 1  # pictures of a batch drawn here at a time: each takes a few hundred MB
WAITING = 3  # where others may draw, most of the time is waiting


@dataclass(frozen=True, kw_only=True)
class Price:
    """What a try of a backend will cost; ``usd`` None: nobody knows."""

    backend: str
    model: str
    usd: Usd | None
    basis: str
    price_date: str

    @property
    def paid(self) -> bool:
        """Whether it costs money, or may."""
        return self.usd is None or self.usd > Usd()

    def __str__(self) -> str:
        model = f" ({self.model})" if self.model and self.model != self.backend else ""
        if not self.paid:
            return f"one picture by {self.backend}{model}: nothing to pay"
        if self.usd is None:
            return f"one picture by {self.backend}{model} at a price we do not know"
        dated = f", price of {self.price_date}" if self.price_date else ""
        return f"one picture by {self.backend}{model}: {self.usd}{dated}"


def backend_states(home: str | None = None, *, ask: bool = False) -> list[dict[str, Any]]:
    """Every backend of the studio: its state, the cure, its model, price, limits and health.

    Parameters
    ----------
    ask : bool
        Ask each that could be used how it is; it costs nothing.

    Raises
    ------
    ConfigError
        The settings or the key file cannot be used.
    """
    from apex_director.bootstrap.states import states_of

    return states_of(settings_of(home), ask=ask)


def backend_faults(home: str | None = None) -> list[ConfigError]:
    """What is wrong with the settings as a whole, the variables, the keys and each backend."""
    from apex_director.bootstrap.states import faults_of

    try:
        return faults_of(settings_of(home))
    except ConfigError as error:
        return [error]


def test_backend(
    name: str, *, home: str | None, approve: Callable[[Price], bool]
) -> dict[str, Any]:
    """Make one small real picture with a backend, booked in the ledger, kept in the library.

    Parameters
    ----------
    approve : callable
        Shown the price before anything is sent; False ends it.

    Returns
    -------
    dict
        As contract P54, and ``cost_usd`` and ``price``.

    Raises
    ------
    ValidationFailed
        There is no such backend.
    BackendUnavailable
        It needs something first; the message names the cure.
    ApprovalNeeded
        It costs money and nobody said yes.
    AllBackendsFailed
        It made no picture.
    """
    from apex_director.bootstrap.picture import Asking
    from apex_director.bootstrap.states import sample

    settings = ready(home)
    backend = _backend(settings, name)
    if needs := backend.ready():
        raise BackendUnavailable(needs, where=name)
    quote = backend.quote(sample())
    price = Price(
        backend=name,
        model=quote.model,
        usd=quote.cost.usd,
        basis=quote.cost.basis,
        price_date=quote.cost.price_date,
    )
    if not approve(price):
        raise ApprovalNeeded(
            str(price), where=name, what_to_do=f"Say yes with: apex backends test {name} --yes"
        )
    asking = Asking(only=name, approved=True, filename=f"test_{name}.png")
    made = asyncio.run(_draw(settings, sample(), asking))
    cost = sum((Usd.of(entry["cost_usd"]) for entry in made["attempts"]), start=Usd())
    return made | {"cost_usd": float(cost), "price": str(price)}


test_backend.__test__ = False  # type: ignore[attr-defined]  # its name is the contract's, no test


def _backend(settings: Settings, name: str) -> Any:
    from apex_director.bootstrap.backends import build_backends, disabled_backends

    backends = build_backends(settings)
    for backend in backends:
        if backend.capabilities.name == name:
            return backend
    if name in disabled_backends(settings):
        raise BackendUnavailable(
            "it is switched off",
            where=name,
            what_to_do=f"Switch it on with: apex config set backends.{name}.enabled true",
        )
    known = ", ".join(b.capabilities.name for b in backends)
    raise ValidationFailed(
        f"'{name}' is no backend of this studio", where="NAME", what_to_do=f"Choose one of {known}."
    )


async def batch_generate(
    items: Sequence[Any],
    *,
    home: str | None = None,
    prefer: str = "",
    approved: bool = False,
    budget_usd: float | None = None,
) -> list[dict[str, Any]]:
    """Make several pictures; results in the order of the items (contract P16, D7).

    Parameters
    ----------
    items : sequence of GenerationRequest, str or mapping
    approved, budget_usd
        Let paid backends be used, up to a sum in US dollars for all together.

    Returns
    -------
    list of dict
        As contract P54; a failed item has ``image_path`` None and ``error``.
    """
    from apex_director.bootstrap.picture import Asking, as_request

    settings = ready(home)
    asking = Asking(prefer=prefer, approved=approved, budget_usd=budget_usd)
    elsewhere = approved or budget_usd is not None
    hands = asyncio.Semaphore(WAITING if elsewhere else AT_ONCE)

    async def one(item: Any) -> dict[str, Any]:
        async with hands:
            try:
                return await _draw(settings, as_request(item, {}), asking)
            except ApexError as error:
                return _failed(str(error))
            except (TypeError, ValueError) as error:
                return _failed(f"the item cannot be drawn ({error})")

    return list(await asyncio.gather(*(one(item) for item in items)))


def _failed(error: str) -> dict[str, Any]:
    return {"image_path": None, "metadata": {}, "backend": None, "attempts": [], "error": error}


async def _draw(settings: Settings, request: Any, asking: Any) -> dict[str, Any]:
    from apex_director.bootstrap.backends import build_backends
    from apex_director.bootstrap.hooked import plain_hook
    from apex_director.bootstrap.picture import make_picture

    return await make_picture(request, build_backends(settings), plain_hook, settings, asking)
