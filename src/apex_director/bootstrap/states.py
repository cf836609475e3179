"""What is known of every backend of a studio: its state, the cure, its price, its health."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from apex_director.config import Settings
from apex_director.core.errors import ApexError, ConfigError
from apex_director.images.model import GenerationRequest, Health, ImageBackend
from apex_director.providers.faults import without_name
from apex_director.providers.model import Booking, Quote

from .backends import (
    ADDRESS_VARIABLES,
    TABLE,
    build_backends,
    disabled_backends,
    make_backend,
    section_of,
)

SERVERS = frozenset({"a1111", "comfyui", "openai_compatible", "custom"})
OURS = ("its process ended", "it was stopped", "a person says")  # reasons that are not a backend's
LOOKED_BACK = 200  # newest calls in which a failure is looked for
SMALL = 512  # pixels a side of the picture a test makes, and whose price is shown


HERE = (
    "free, because it is on this machine; set backends.openai_compatible.cost_per_image if it "
    "passes on to a paid service"
)


def sample(width: int = SMALL, height: int = SMALL) -> GenerationRequest:
    """The request a backend is tried with."""
    return GenerationRequest(
        prompt="a calm ocean at sunrise under a clear sky",
        width=width,
        height=height,
        steps=30,
        guidance_scale=7.5,
        quality_level=1,
        seed=1,
    )


def states_of(settings: Settings, *, ask: bool) -> list[dict[str, Any]]:
    """Every backend as JSON values, in the order of trying; those that are switched off last.

    Parameters
    ----------
    ask : bool
        Ask each that could be used how it is, with a call that costs nothing.
    """
    backends = build_backends(settings)
    told: list[Health | None] = [None] * len(backends)
    if ask:
        with ThreadPoolExecutor(max_workers=8) as pool:
            told = list(pool.map(_asked, backends))
    traffic, failures = known_health(settings.home), last_failures(settings.home)
    rows = []
    for place, (backend, health) in enumerate(zip(backends, told, strict=True), start=1):
        name = backend.capabilities.name
        row = _row(backend, health, traffic.get(name, {}), place)
        rows.append(row | {"note": _note(settings, row)} | failures.get(name, {}))
    return rows + [_switched_off(settings, name) for name in disabled_backends(settings)]


def _asked(backend: ImageBackend) -> Health | None:
    if backend.ready():
        return None
    try:
        return backend.check()
    except Exception as error:  # whatever another's code raises
        return Health(healthy=False, status="unhealthy", cure=str(error) or type(error).__name__)


def known_health(home: Path) -> Mapping[str, Mapping[str, Any]]:
    """The breakers of a studio; nothing where it has none yet."""
    from apex_director.db.engine import DATABASE

    if not (home / DATABASE).is_file():
        return {}
    from apex_director.providers.sql import open_desk

    return open_desk(home).traffic.health()


def last_failures(home: Path) -> dict[str, dict[str, str]]:
    """Of backends whose newest call that ended did not make a picture: why, and when (ISO)."""
    from .books import open_ledger

    ledger = open_ledger(home)
    ended = (
        []
        if ledger is None
        else ledger.bookings(states=("settled", "refunded", "held"), limit=LOOKED_BACK)
    )
    newest: dict[str, Booking] = {}
    for booking in sorted(ended, key=lambda b: b.updated_at, reverse=True):
        if not booking.reason.startswith(OURS) or booking.state == "settled":
            newest.setdefault(booking.backend, booking)
    return {
        name: {"last_failure": booking.reason, "last_failure_at": booking.updated_at}
        for name, booking in newest.items()
        if booking.state != "settled"
    }


def _row(
    backend: ImageBackend,
    health: Health | None,
    breaker: Mapping[str, Any],
    place: int,
) -> dict[str, Any]:
    can, needs = backend.capabilities, backend.ready()
    quote = _quoted(backend)
    cost = quote.cost if quote else None
    usd = cost.usd if cost else None
    return {
        "name": can.name,
        **_state(can.name, needs, health, breaker),
        "model": (quote.model if quote else "") or can.model,
        "price": {
            "usd": None if usd is None else float(usd),
            "basis": cost.basis if cost else "",
            "date": cost.price_date if cost else "",
            "source": cost.source if cost else "",
        },
        "paid": usd is None or float(usd) > 0 if quote else can.paid,
        "priority": can.priority,
        "place": place,
        "limits": {
            "max_width": can.max_width,
            "max_height": can.max_height,
            "aspects": list(can.aspects),
            "references": can.max_references,
            "seed": can.seed,
            "negative_prompt": can.negative_prompt,
            "per_minute": can.per_minute,
            "timeout_s": can.timeout_s,
            "tries": can.tries,
        },
        "key": can.key_name,
        "address": ADDRESS_VARIABLES.get(can.name, ""),
        "breaker": breaker.get("state", "healthy"),
        "failures": breaker.get("failures", 0),
        "last_failure": breaker.get("reason", ""),
        "last_failure_at": "",
        "response_s": health.response_s if health else None,
    }


def _note(settings: Settings, row: Mapping[str, Any]) -> str:
    """That the model a person named, or the name itself, is another one today (contract D17); and
    why a service that others take money for is free.
    """
    from apex_director.providers import catalogue

    name, section = row["name"], settings.sections.get("backends", {}).get(row["name"], {})
    named = str(section.get("model") or (name if name == "imagen" else ""))
    told = catalogue.resolve(named).note if named else ""
    unset = name == "openai_compatible" and section.get("cost_per_image") is None
    here = HERE if unset and row["price"]["usd"] == 0 else ""
    return "; ".join(filter(None, (told, here)))


def _quoted(backend: ImageBackend) -> Quote | None:
    """The price of a small picture, also where a key is missing; None where nobody can say."""
    from apex_director.images.backends.outside import UnusableBackend

    if isinstance(backend, UnusableBackend):
        return None
    try:
        return backend.quote(sample())
    except ApexError:
        return None


def _state(
    name: str, needs: str, health: Health | None, breaker: Mapping[str, Any]
) -> dict[str, str]:
    """``ready``, ``needs``, ``unhealthy``, ``retired`` or ``not asked``, why, and the cure.

    A server of one's own is ready when it has said so; elsewhere the key has to do.
    """
    if needs:
        return {"state": "retired" if _gone(needs) else "needs", "reason": needs, "cure": needs}
    if health is not None and not health.healthy:
        cure = without_name(health.cure, name)
        return {
            "state": "retired" if _gone(health.status) else "unhealthy",
            "reason": cure or health.status,
            "cure": cure,
        }
    if breaker.get("state") in ("open", "half_open"):
        until = str(breaker.get("until", ""))
        return {
            "state": "unhealthy",
            "reason": str(breaker.get("reason", "")),
            "cure": f"It is tried again by itself after {until[:19]}." if until else "",
        }
    unsure = health is None and name in SERVERS
    return {
        "state": "not asked" if unsure else "ready",
        "reason": "",
        "cure": "apex backends --check" if unsure else "",
    }


def _gone(text: str) -> bool:
    return "retired" in text.lower() or "was shut down" in text.lower()


def _switched_off(settings: Settings, name: str) -> dict[str, Any]:
    can = make_backend(name, {}).capabilities if name in TABLE else None
    return {
        "name": name,
        "state": "disabled",
        "reason": "it is switched off",
        "cure": f"apex config set backends.{name}.enabled true",
        "model": can.model if can else "",
        "price": {"usd": None, "basis": "", "date": "", "source": ""},
        "paid": can.paid if can else False,
        "priority": dict(settings.sections["backends"].get(name, {})).get("priority"),
        "place": None,
        "limits": {},
        "key": can.key_name if can else "",
        "address": ADDRESS_VARIABLES.get(name, ""),
        "breaker": "healthy",
        "failures": 0,
        "last_failure": "",
        "last_failure_at": "",
        "response_s": None,
        "note": "",
    }


def faults_of(settings: Settings) -> list[ConfigError]:
    """Settings that a backend cannot be built from, and addresses we do not speak to.

    Raises
    ------
    ConfigError
        The key file cannot be used.
    """
    from apex_director.images.backends.outside import UnusableBackend

    broken = [
        ConfigError(backend.reason, where=backend.name, what_to_do=backend.cure)
        for backend in build_backends(settings)
        if isinstance(backend, UnusableBackend)
    ]
    return broken + [fault for name in TABLE if (fault := _address_fault(settings, name))]


def _address_fault(settings: Settings, name: str) -> ConfigError | None:
    from apex_director.providers.addresses import base_address

    section = section_of(settings, name)
    for key in ("base_url", "endpoint"):
        if section.get(key):
            try:
                base_address(str(section[key]), ADDRESS_VARIABLES.get(name, f"backends.{name}"))
            except ConfigError as error:
                return error
    return None
