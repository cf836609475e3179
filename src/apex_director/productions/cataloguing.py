"""Made pictures go into the studio's library, with all that is known of how they came to be."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from apex_director.core.errors import ApexError
from apex_director.core.money import Usd

from .folders import Work
from .model import Payload, Ports
from .takes import Take, Takes

SUFFIXES = {"image/png": ".png", "image/jpeg": ".jpg", "image/webp": ".webp"}


def into_library(
    ports: Ports, payload: Payload, item: str, takes: Takes, still: Path
) -> list[Payload]:
    """Add the takes of a picture to the library; what is told of each, with its ``asset_id``.

    Flat pictures go in as their provider made them; of layered ones the chosen take's still does.
    A library that cannot be written costs a line in the job's log, never the video.
    """
    told = takes.facts()
    if ports.library is None:
        return told
    for index, take in enumerate(takes.takes):
        chosen = index == takes.index
        if not take.blob and not chosen:
            continue
        try:
            told[index]["asset_id"] = _add(ports, payload, item, take, still, chosen=chosen)
        except ApexError as error:
            note = f"{item} take {take.number + 1} is not in the library: {error}"
            Work(home=ports.home, job_id=payload["job_id"]).note("image_generation", note)
    return told


def _add(
    ports: Ports, payload: Payload, item: str, take: Take, still: Path, *, chosen: bool
) -> str:
    drawn, provenance = take.made.drawn, take.made.provenance
    suffix = SUFFIXES.get(drawn.media_type, ".png")
    name = f"{item}_take{take.number + 1}{suffix}"
    content: bytes | Path = drawn.original if take.blob else still
    asset = ports.library.add(  # type: ignore[union-attr]
        content,
        filename=name,
        category="images",
        tags=("take", "chosen") if chosen else ("take",),
        job_id=payload["job_id"],
        **described(provenance_of=take),
        metadata={
            "picture_id": item,
            "take": take.number + 1,
            "chosen": chosen,
            "trail": [f"{a.backend} {a.outcome} {a.reason}".strip() for a in provenance.trail],
        },
    )
    return str(asset.id)


def described(*, provenance_of: Take) -> dict[str, Any]:
    """Provenance of a take as the library's own fields."""
    made, score = provenance_of.made, provenance_of.scored.score.overall
    sent = made.provenance.sent
    cost = sum((a.cost for a in made.provenance.trail), start=Usd())
    if cost == Usd() and made.drawn.cost.usd is not None:
        cost = made.drawn.cost.usd  # paid by an earlier job
    return {
        "prompt": made.provenance.prompt,
        "backend": made.provenance.backend,
        "model": made.provenance.model,
        "seed": made.provenance.seed,
        "params": {k: sent[k] for k in ("width", "height", "negative_prompt") if k in sent},
        "cost_usd": cost,
        "licence": made.provenance.licence,
        "quality_score": score,
    }
