"""Takes of one picture: made by whichever backend, judged, and the best of them kept.

A flat picture that was paid for is on the studio's shelf (shelf.py) before its call is settled. A
scene of layers is drawn again from its seed.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from apex_director import images
from apex_director.core.errors import AllBackendsFailed
from apex_director.core.fingerprint import fingerprint
from apex_director.images.model import (
    Drawn,
    GenerationRequest,
    GenerationResult,
    ImageBackend,
)
from apex_director.images.quality.model import Look, Scored
from apex_director.providers.model import Budget, Call, Cost, Purpose

from . import shelf
from .model import Payload, Ports
from .shelf import numbered, provenance_json

RGB = NDArray[np.uint8]
Develop = Callable[[GenerationResult], RGB]
MAX_CANDIDATES = 8
RETAKES = 2  # more than were asked for, while none reaches the wanted score


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """How a picture shall be made.

    ``prefer`` names a backend to try first, ``expect`` the one that should answer (a picture it
    made for an earlier job is taken from the shelf), ``allowed`` the paid ones a person said yes to
    (None: any within the budget), ``candidates`` how many takes are judged, ``min_score`` 0..1
    below which up to two more are made (0: whatever comes is taken).
    """

    job_id: str
    item: str
    prefer: str = ""
    expect: str = ""
    allowed: frozenset[str] | None = None
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


def most_takes(candidates: int, min_score: float) -> int:
    """How many takes of a picture are made at most."""
    return min(MAX_CANDIDATES, candidates + (RETAKES if min_score > 0 else 0))


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
    limit = most_takes(wanted.candidates, wanted.min_score)
    while True:
        try:
            # A take of our own renderer is no rival to one that was bought: it is what is left.
            flat = bool(takes and takes[0].blob)
            takes.append(_take(ports, request, wanted, len(takes), develop, flat_only=flat))
        except AllBackendsFailed:
            if not takes:
                raise
            limit = len(takes)
        if not takes[0].blob and wanted.expect not in {"", takes[0].made.provenance.backend}:
            limit = len(takes)
        choice = images.choose(
            [take.scored for take in takes], threshold=wanted.min_score, look=wanted.look
        )
        enough = len(takes) >= min(wanted.candidates, limit)
        if enough and not images.again(choice, len(takes), limit):
            return Takes(takes=tuple(takes), index=choice.index, reason=choice.reason)


def _take(
    ports: Ports,
    request: GenerationRequest,
    wanted: Wanted,
    number: int,
    develop: Develop,
    *,
    flat_only: bool,
) -> Take:
    asked = numbered(request, number)
    backends = [b for b in ports.backends if not (flat_only and b.capabilities.layered)]
    buyer = images.expected(asked, backends, prefer=wanted.prefer)
    model = buyer.quote.model if buyer and buyer.paid and buyer.name == wanted.expect else None
    with _one_buyer(ports, asked, wanted, model, number):
        made = _had_before(ports, asked, wanted, model, number) or images.generate(
            asked,
            backends,
            prefer=wanted.prefer,
            desk=ports.desk,
            budget=wanted.budget,
            allowed=wanted.allowed,
            purpose=Purpose(job_id=wanted.job_id, item=wanted.item, variant=number),
            store=ports.library,
            attempt=_by_the_shelf(ports, asked, number),
        )
    flat = bool(made.drawn.original) and ports.library is not None
    rgb = develop(made)
    scored = Scored(
        score=images.score(rgb, look=wanted.look, scorers=images.scorers()[0]),
        fingerprint=fingerprint(rgb),
        name=wanted.item,
    )
    blob: str = ports.library.put(made.drawn.original) if flat and ports.library else ""
    return Take(number=number, made=made, rgb=rgb, scored=scored, blob=blob)


def _one_buyer(
    ports: Ports, asked: GenerationRequest, wanted: Wanted, model: str | None, number: int
) -> AbstractContextManager[None]:
    """Nobody else buys the same picture meanwhile; ``model`` None where nothing is bought."""
    if model is None:
        return nullcontext()
    return shelf.alone(shelf.shelf_path(ports, asked, wanted.expect, model, number))


def _had_before(
    ports: Ports, asked: GenerationRequest, wanted: Wanted, model: str | None, number: int
) -> GenerationResult | None:
    """What the paid backend that should answer has made for an earlier job."""
    if model is None:
        return None
    drawn = shelf.take(ports, asked, wanted.expect, model, number)
    return None if drawn is None else shelf.result_of(drawn, asked, wanted.expect, model)


def _by_the_shelf(ports: Ports, asked: GenerationRequest, number: int) -> images.AttemptOne:
    """Calls a backend, unless it has made the picture before (one that stands in for another may
    have, too); what is bought lies on the shelf before its call is settled.
    """

    def attempt(backend: ImageBackend, request: GenerationRequest, call: Call) -> Drawn:
        can = backend.capabilities
        if not can.paid:
            return backend.generate(request, call)
        model = backend.quote(request).model
        had = None if call.provider_id else shelf.take(ports, asked, can.name, model, number)
        if had is not None:
            note = "made before; the same picture is not paid for twice"
            call.billed(Cost(source=note))
            return replace(had, cost=Cost(source=note), notes=(*had.notes, note))
        drawn = backend.generate(request, call)
        shelf.put(ports, asked, drawn, can.name, model, number)
        return drawn

    return attempt
