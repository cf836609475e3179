"""Pictures that were paid for, found again by what was asked: never bought twice in one studio.

An entry is written before the call is settled, beside the library and not in a cache, because to
lose it is to pay again. It names the bytes, which the library keeps.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from apex_director import images, media
from apex_director.core.errors import StorageError
from apex_director.core.ids import content_hash, seed_for
from apex_director.core.provenance import Attempt, Provenance
from apex_director.images.model import Drawn, GenerationRequest, GenerationResult

from .model import Ports

try:
    import fcntl
except ImportError:  # not on Windows
    fcntl = None  # type: ignore[assignment]


def numbered(request: GenerationRequest, number: int) -> GenerationRequest:
    """What is asked for the n-th take of a picture: the same with a seed of its own."""
    if not number:
        return request
    return replace(request, seed=seed_for(request.seed, "take", number))


def shelf_path(
    ports: Ports, request: GenerationRequest, backend: str, model: str, number: int
) -> Path:
    """Where a picture that this backend's model made for this request is remembered."""
    key = content_hash(images.request_key(request), backend, model, number)
    return ports.home / "assets" / "metadata" / "takes" / key[:2] / f"{key}.json"


@contextmanager
def alone(entry: Path) -> Iterator[None]:
    """One process at a time has this picture made: whoever comes second finds it on the shelf.

    The lock ends with its process, however that dies.
    """
    if fcntl is None:
        yield
        return
    entry.parent.mkdir(parents=True, exist_ok=True)
    with entry.with_suffix(".lock").open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def put(
    ports: Ports, asked: GenerationRequest, drawn: Drawn, backend: str, model: str, number: int
) -> None:
    """Remember a picture; its bytes are in the library already or go there now."""
    if ports.library is None or not drawn.original:
        return
    path = shelf_path(ports, asked, backend, model, number)
    if path.is_file():
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    entry = {
        "blob": ports.library.put(drawn.original),
        "drawn": images.facts_of(drawn),
        "backend": backend,
        "prompt": asked.prompt,
    }
    media.write_json_atomic(path, entry)


def take(
    ports: Ports, asked: GenerationRequest, backend: str, model: str, number: int
) -> Drawn | None:
    """The picture, if any job of this studio has paid for it.

    Raises
    ------
    StorageError
        It should be there and cannot be read now, which is no reason to buy it again.
    """
    path = shelf_path(ports, asked, backend, model, number)
    if ports.library is None or not path.is_file():
        return None
    try:
        kept = json.loads(path.read_text(encoding="utf-8"))
        drawn: Drawn = images.recall_drawn(
            kept["blob"], kept["drawn"], ports.library, asked.width, asked.height
        )
        return drawn
    except StorageError as error:
        raise StorageError(
            f"a picture that was paid for cannot be read now ({error.what})",
            where=error.where or str(path),
            what_to_do=f"See: apex assets check. To have it made and paid anew, delete {path}",
        ) from error
    except (KeyError, TypeError, ValueError) as error:
        raise StorageError(
            "a picture that was paid for cannot be found again, because its entry is damaged",
            where=str(path),
            what_to_do="Restore it from a backup, or delete it to have the picture made anew.",
        ) from error


def result_of(drawn: Drawn, asked: GenerationRequest, backend: str, model: str) -> GenerationResult:
    """A picture from the shelf as if it had just been made, at no cost."""
    before = drawn.cost.usd
    paid = "at a price nobody knows" if before is None else f"for {before}"
    reused = Attempt(
        backend=backend,
        outcome="reused",
        reason=f"made before {paid}; the same picture is not paid for twice",
        model=model,
    )
    provenance = Provenance(
        backend=backend,
        model=drawn.model or model,
        prompt=drawn.sent.prompt or asked.prompt,
        seed=asked.seed if drawn.sent.seed is None else drawn.sent.seed,
        trail=(reused,),
        licence=drawn.licence,
        notes=drawn.notes,
        sent=images.sent_json(drawn.sent),
    )
    return GenerationResult(scene=drawn.scene, provenance=provenance, drawn=drawn)


def provenance_json(provenance: Provenance) -> dict[str, Any]:
    """A picture's trail as JSON values; costs in US dollars."""
    return {
        "backend": provenance.backend,
        "model": provenance.model,
        "prompt": provenance.prompt,
        "seed": provenance.seed,
        "licence": provenance.licence,
        "notes": list(provenance.notes),
        "sent": dict(provenance.sent),
        "attempts": [attempt_json(attempt) for attempt in provenance.trail],
    }


def attempt_json(attempt: Attempt) -> dict[str, Any]:
    """One attempt of a trail as JSON values; its cost in US dollars."""
    return {
        "backend": attempt.backend,
        "outcome": attempt.outcome,
        "reason": attempt.reason,
        "cost_usd": float(attempt.cost),
        "basis": attempt.basis,
        "seconds": round(attempt.seconds, 3),
        "dropped": list(attempt.dropped),
        "model": attempt.model,
        "call_id": attempt.call_id,
        "provider_id": attempt.provider_id,
    }
