"""What a call was paid for, kept so that it can be had again without paying twice."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import TypeAdapter, ValidationError

from apex_director.core.errors import StorageError
from apex_director.core.money import Usd
from apex_director.images.flat import flat_scene
from apex_director.images.model import Bytes, Drawn, Sent
from apex_director.providers.model import Cost, Kept

_SENT = TypeAdapter(Sent)
_WORDS = TypeAdapter(tuple[str, ...])


def keep(drawn: Drawn, store: Bytes) -> Kept:
    """Store a flat picture's own bytes, and all that was said of it beside them."""
    return Kept(result=store.put(drawn.original), facts=facts_of(drawn))


def facts_of(drawn: Drawn) -> dict[str, Any]:
    """Everything of a drawn picture but its pixels, as JSON values."""
    cost = drawn.cost
    return {
        "media_type": drawn.media_type,
        "model": drawn.model,
        "sent": sent_json(drawn.sent),
        "dropped": list(drawn.dropped),
        "provider_id": drawn.provider_id,
        "notes": list(drawn.notes),
        "licence": drawn.licence,
        "cost": {
            "usd": None if cost.usd is None else str(cost.usd.amount),
            "basis": cost.basis,
            "price_date": cost.price_date,
            "source": cost.source,
        },
    }


def sent_json(sent: Sent) -> dict[str, Any]:
    """What was sent, as JSON values."""
    plain: dict[str, Any] = _SENT.dump_python(sent, mode="json")
    return plain


def recall(kept: Kept, store: Bytes, width: int, height: int) -> Drawn:
    """The picture a settled call was kept as, as :func:`recall_drawn`."""
    return recall_drawn(kept.result, kept.facts, store, width, height)


def recall_drawn(
    blob: str, facts: Mapping[str, Any], store: Bytes, width: int, height: int
) -> Drawn:
    """The picture that was kept under a hash, as a scene of the size wanted now.

    Raises
    ------
    StorageError
        What was kept is gone or damaged.
    """
    try:
        content = store.get(blob)
        return Drawn(
            scene=flat_scene(content, width, height),
            original=content,
            media_type=str(facts["media_type"]),
            model=str(facts["model"]),
            sent=_SENT.validate_python(facts["sent"]),
            dropped=_WORDS.validate_python(facts["dropped"]),
            provider_id=str(facts["provider_id"]),
            notes=_WORDS.validate_python(facts["notes"]),
            licence=str(facts["licence"]),
            cost=_cost(facts["cost"]),
        )
    except (KeyError, TypeError, ValueError, ValidationError, OSError) as error:
        raise StorageError(
            "a picture that was paid for cannot be read any more",
            where=blob[:12],
            what_to_do="See what the library says: apex assets check",
        ) from error


def _cost(facts: Mapping[str, Any]) -> Cost:
    usd = facts["usd"]
    return Cost(
        usd=None if usd is None else Usd.of(usd),
        basis=facts["basis"],
        price_date=str(facts["price_date"]),
        source=str(facts["source"]),
    )
