"""Takes of one picture: made by whichever backend, judged, and the best of them kept.

A flat picture may have been paid for, so its bytes go onto the shelf of the studio before anything
else is done with them: any later job that asks for the same picture finds it there. A scene of
layers is drawn again from its seed.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from apex_director import images, media
from apex_director.core.errors import AllBackendsFailed, StorageError
from apex_director.core.fingerprint import fingerprint
from apex_director.core.ids import content_hash, seed_for
from apex_director.core.money import Usd
from apex_director.core.provenance import Attempt, Provenance
from apex_director.images.model import Drawn, GenerationRequest, GenerationResult
from apex_director.images.quality.model import Look, Scored
from apex_director.providers.model import Budget, Purpose

from .model import Payload, Ports

RGB = NDArray[np.uint8]
Develop = Callable[[GenerationResult], RGB]
MAX_CANDIDATES = 8
RETAKES = 2  # more than were asked for, while none reaches the wanted score


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """How a picture shall be made.

    ``prefer`` names a backend to try first, ``expect`` the one that should answer (a picture it
    made for an earlier job is taken from the shelf), ``candidates`` how many takes are judged,
    ``min_score`` 0..1 below which up to two more are made (0: whatever comes is taken).
    """

    job_id: str
    item: str
    prefer: str = ""
    expect: str = ""
    candidates: int = 1
    min_score: float = 0.0
    budget: Budget
    look: Look | None = None


@dataclass(frozen=True, kw_only=True, eq=False)
class Take:
    """One picture that was made; ``blob`` is the hash of its own bytes, empty for layers."""

    number: int
    made: GenerationResult
    rgb: RGB
    scored: Scored
    blob: str

    def facts(self, *, chosen: bool, reason: str) -> Payload:
        """What is told of this take."""
        return {
            "take": self.number,
            "backend": self.made.provenance.backend,
            "model": self.made.provenance.model,
            "seed": self.made.provenance.seed,
            "blob": self.blob,
            "score": images.score_as_json(self.scored.score),
            "shot_score": images.shot_score(self.scored.score),
            "chosen": chosen,
            "reason": reason if chosen else "",
            "provenance": provenance_json(self.made.provenance),
        }


@dataclass(frozen=True, kw_only=True, eq=False)
class Takes:
    """All takes of a picture in the order they were made, and which is kept and why."""

    takes: tuple[Take, ...]
    index: int
    reason: str

    @property
    def best(self) -> Take:
        return self.takes[self.index]

    def facts(self) -> list[Payload]:
        """What is told of every take."""
        return [
            take.facts(chosen=i == self.index, reason=self.reason)
            for i, take in enumerate(self.takes)
        ]


def make_takes(ports: Ports, request: GenerationRequest, wanted: Wanted, develop: Develop) -> Takes:
    """Make as many takes as are wanted, judge them, keep the best.

    Parameters
    ----------
    develop : callable
        Gives the finished still uint8 [shape=(h, w, 3)] a take is judged by.

    Raises
    ------
    AllBackendsFailed
        Not even one could be made. Later ones that fail are left out.
    """
    takes: list[Take] = []
    limit = min(MAX_CANDIDATES, wanted.candidates + (RETAKES if wanted.min_score > 0 else 0))
    while True:
        try:
            takes.append(_take(ports, request, wanted, len(takes), develop))
        except AllBackendsFailed:
            if not takes:
                raise
            limit = len(takes)
        choice = images.choose(
            [take.scored for take in takes], threshold=wanted.min_score, look=wanted.look
        )
        enough = len(takes) >= min(wanted.candidates, limit)
        if enough and not images.again(choice, len(takes), limit):
            return Takes(takes=tuple(takes), index=choice.index, reason=choice.reason)


def _take(
    ports: Ports, request: GenerationRequest, wanted: Wanted, number: int, develop: Develop
) -> Take:
    asked = (
        request if number == 0 else replace(request, seed=seed_for(request.seed, "take", number))
    )
    made = _from_shelf(ports, asked, wanted.expect, number) or images.generate(
        asked,
        ports.backends,
        prefer=wanted.prefer,
        desk=ports.desk,
        budget=wanted.budget,
        purpose=Purpose(job_id=wanted.job_id, item=wanted.item, variant=number),
        store=ports.library,
    )
    blob = _onto_shelf(ports, asked, made, number)
    rgb = develop(made)
    scored = Scored(
        score=images.score(rgb, look=wanted.look, scorers=images.scorers()[0]),
        fingerprint=fingerprint(rgb),
        name=wanted.item,
    )
    return Take(number=number, made=made, rgb=rgb, scored=scored, blob=blob)


def shelf_path(ports: Ports, request: GenerationRequest, backend: str, number: int) -> Path:
    """Where a flat picture that was made for this request is remembered."""
    key = content_hash(images.request_key(request), backend, number)
    return ports.home / "cache" / "takes" / key[:2] / f"{key}.json"


def _onto_shelf(
    ports: Ports, request: GenerationRequest, made: GenerationResult, number: int
) -> str:
    """Remember a flat picture by what was asked; the hash of its bytes, empty for layers."""
    if not made.drawn.original or ports.library is None:
        return ""
    blob: str = ports.library.put(made.drawn.original)
    path = shelf_path(ports, request, made.provenance.backend, number)
    if not path.is_file():
        path.parent.mkdir(parents=True, exist_ok=True)
        media.write_json_atomic(
            path,
            {
                "blob": blob,
                "drawn": images.facts_of(made.drawn),
                "provenance": provenance_json(made.provenance),
            },
        )
    return blob


def _from_shelf(
    ports: Ports, request: GenerationRequest, expect: str, number: int
) -> GenerationResult | None:
    """The same picture, if any job of this studio has had it made before."""
    path = shelf_path(ports, request, expect, number)
    if ports.library is None or not expect or not path.is_file():
        return None
    try:
        kept = json.loads(path.read_text(encoding="utf-8"))
        drawn: Drawn = images.recall_drawn(
            kept["blob"], kept["drawn"], ports.library, request.width, request.height
        )
        provenance = provenance_from(kept["provenance"])
    except (StorageError, OSError, ValueError, KeyError, TypeError):
        path.unlink(missing_ok=True)  # damaged or gone: it is made again
        return None
    cost = sum((a.cost for a in provenance.trail), start=Usd())
    reused = Attempt(
        backend=provenance.backend,
        outcome="reused",
        reason=f"made before for {cost}; the same picture is not paid for twice",
        model=provenance.model,
    )
    return GenerationResult(
        scene=drawn.scene, provenance=replace(provenance, trail=(reused,)), drawn=drawn
    )


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
        "attempts": [
            {
                "backend": a.backend,
                "outcome": a.outcome,
                "reason": a.reason,
                "cost_usd": float(a.cost),
                "basis": a.basis,
                "seconds": round(a.seconds, 3),
                "dropped": list(a.dropped),
                "model": a.model,
                "call_id": a.call_id,
                "provider_id": a.provider_id,
            }
            for a in provenance.trail
        ],
    }


def provenance_from(facts: dict[str, Any]) -> Provenance:
    """The inverse of :func:`provenance_json`."""
    return Provenance(
        backend=facts["backend"],
        model=facts["model"],
        prompt=facts["prompt"],
        seed=int(facts["seed"]),
        licence=facts["licence"],
        notes=tuple(facts["notes"]),
        sent=facts["sent"],
        trail=tuple(
            Attempt(
                backend=a["backend"],
                outcome=a["outcome"],
                reason=a["reason"],
                cost=Usd.of(a["cost_usd"]),
                basis=a["basis"],
                seconds=float(a["seconds"]),
                dropped=tuple(a["dropped"]),
                model=a["model"],
                call_id=a["call_id"],
                provider_id=a["provider_id"],
            )
            for a in facts["attempts"]
        ),
    )
