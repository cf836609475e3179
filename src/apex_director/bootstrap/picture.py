"""One picture for whoever asks in code: drawn through a hook, developed, laid into the library."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from apex_director.config import CONFIG_NAME, Settings, use_kernel_cache
from apex_director.core.errors import ValidationFailed
from apex_director.core.money import Usd
from apex_director.images.model import (
    Drawn,
    GenerationRequest,
    GenerationResult,
    ImageBackend,
)
from apex_director.productions.cataloguing import SUFFIXES
from apex_director.productions.shelf import attempt_json
from apex_director.providers import Made
from apex_director.providers.model import Budget, Desk, Purpose

from .backends import is_ours
from .hooked import IN_MEMORY, Books, Hook, Picture, fly, in_thread
from .strangers import Strangers

if TYPE_CHECKING:
    from apex_director.assets import Library

FIELDS = frozenset(f.name for f in fields(GenerationRequest))
SIDE = 1024  # pixels of a picture that is asked for by words alone (contract P4)


@dataclass(frozen=True, kw_only=True)
class Asking:
    """What a caller wants beside the picture itself.

    ``approved`` says that paid backends may be used, ``budget_usd`` the same up to a sum;
    ``written`` names the backends a person approved by writing their key into the code. ``only``
    is the one backend that may be used, ``tries`` how often each is called at most.
    """

    prefer: str = ""
    only: str = ""
    approved: bool = False
    budget_usd: float | None = None
    written: frozenset[str] = frozenset()
    hooked: bool = False
    tries: int | None = None
    item: str = ""
    job_id: str = ""
    filename: str = ""
    keywords: Mapping[str, Any] = field(default_factory=dict)


def as_request(wanted: object, named: Mapping[str, Any]) -> GenerationRequest:
    """A request from a request, a text or a mapping, with single fields named beside it.

    A request keeps its own size; what is asked for by words is square unless they are given.

    Raises
    ------
    ValidationFailed
        It is none of these, has no prompt, or names a field there is not.
    """
    given = {key: value for key, value in named.items() if key in FIELDS and value is not None}
    if isinstance(wanted, GenerationRequest):
        request = replace(wanted, **given)
    else:
        plain: Mapping[str, Any] = {"prompt": wanted} if isinstance(wanted, str) else {}
        plain = wanted if isinstance(wanted, Mapping) else plain
        strange = sorted(set(plain) - FIELDS)
        if strange:
            raise ValidationFailed(
                f"there is no field '{strange[0]}'",
                where="request",
                what_to_do=f"Fields are {', '.join(sorted(FIELDS))}.",
            )
        square = {"prompt": "", "width": SIDE, "height": SIDE}
        request = GenerationRequest(**{**square, **plain, **given})
    if not isinstance(request.prompt, str) or not request.prompt.strip():
        raise ValidationFailed(
            "a picture needs a prompt", where="prompt", what_to_do="Say what shall be seen."
        )
    return replace(request, references=tuple(request.references))


def studio_of(settings: Settings) -> Settings:
    """The same settings, their studio certainly there."""
    from . import make_studio

    if not (settings.home / CONFIG_NAME).is_file():
        make_studio(settings.home)
    use_kernel_cache()
    return settings


async def make_picture(
    request: GenerationRequest,
    backends: Sequence[ImageBackend],
    hook: Hook,
    settings: Settings,
    asking: Asking,
    strangers: Strangers | None = None,
) -> dict[str, Any]:
    """Make one picture through the hook, and tell of it as contract P54 does.

    Parameters
    ----------
    strangers : Strangers
        What this process knows of backends that are its own.

    Returns
    -------
    dict
        ``image_path``, ``metadata``, ``backend``, ``attempts`` (each call that was made, in order);
        ``asset_id`` and ``score`` where there are any.

    Raises
    ------
    AllBackendsFailed
        No backend made it; ``log`` lists each attempt.
    ValidationFailed
        The preferred backend does not exist.
    """
    from apex_director.assets import open_library
    from apex_director.providers.sql import open_desk

    await asyncio.wrap_future(in_thread(partial(studio_of, settings)))
    desk = open_desk(settings.home)
    library = open_library(settings.home, settings.sections.get("assets", {}))
    names = frozenset(
        b.capabilities.name for b in backends if asking.hooked or not is_ours_booked(b)
    )
    made = await fly(
        request,
        _chosen(backends, asking.only),
        hook,
        Books(
            purpose=Purpose(job_id=asking.job_id, item=asking.item or f"direct:{uuid.uuid4()}"),
            budget=_budget(settings, asking),
            desk=Desk(
                ledger=desk.ledger,
                traffic=(strangers or Strangers()).traffic(desk.traffic, names),
            ),
            store=library,
        ),
        prefer=asking.prefer,
        barred=_unapproved(request, backends, asking),
        tries=asking.tries,
        keywords=asking.keywords,
    )
    told: dict[str, Any] = await asyncio.wrap_future(
        in_thread(partial(_shelved, request, made, library, asking))
    )
    return told


def is_ours_booked(backend: ImageBackend) -> bool:
    """Whether its health is the studio's affair: a backend of ours, not an object of the caller."""
    from apex_director.images.backends.outside import OutsideBackend

    return not isinstance(backend, OutsideBackend) and is_ours(backend)


def _chosen(backends: Sequence[ImageBackend], only: str) -> Sequence[ImageBackend]:
    if not only:
        return backends
    chosen = [backend for backend in backends if backend.capabilities.name == only]
    if not chosen:
        names = ", ".join(backend.capabilities.name for backend in backends)
        raise ValidationFailed(
            f"'{only}' is no backend of this studio",
            where="backend",
            what_to_do=f"Choose one of {names}." if names else "Register one first.",
        )
    return chosen


def _budget(settings: Settings, asking: Asking) -> Budget:
    """The tighter of what the caller and the studio allow."""
    named = None if asking.budget_usd is None else Usd.of(asking.budget_usd)
    caps = [cap for cap in (named, settings.job_budget) if cap is not None]
    return Budget(
        approved=asking.approved or asking.budget_usd is not None or bool(asking.written),
        production=min(caps, default=None),
        day=settings.daily_budget,
    )


def _unapproved(
    request: GenerationRequest, backends: Sequence[ImageBackend], asking: Asking
) -> dict[str, str]:
    """Paid backends nobody said yes to, where others were approved by their key."""
    if asking.approved or asking.budget_usd is not None:
        return {}
    told = "it costs money, and nobody has approved that (approved=True, or budget_usd=5)"
    return {
        b.capabilities.name: told
        for b in backends
        if b.capabilities.name not in asking.written
        and not b.ready()
        and b.quote(request).cost.usd != Usd()
    }


def _shelved(
    request: GenerationRequest,
    made: Made[ImageBackend, Picture],
    library: Library,
    asking: Asking,
) -> dict[str, Any]:
    """The picture as a file of the library, in exactly the size asked for; a file the backend made
    itself stays where it is and is recorded.
    """
    picture = made.value
    trail = [attempt_json(attempt) for attempt in made.trail]
    told = picture.told.get("metadata")
    metadata: dict[str, Any] = {
        **(told if isinstance(told, Mapping) else {}),
        "backend": made.candidate.name,
        "prompt": request.prompt,
        "trail": trail,
        "warnings": [*made.warnings, *([picture.warning] if picture.warning else [])],
    }
    result: dict[str, Any] = {
        "image_path": str(picture.told.get("image_path") or IN_MEMORY),
        "metadata": metadata,
        "backend": made.candidate.name,
        "attempts": [entry for entry in trail if entry["outcome"] != "skipped"],
    }
    if picture.drawn is None:
        return result
    name = asking.filename or f"picture_{uuid.uuid4().hex[:12]}.png"
    if not picture.content:
        return result | _developed(request, made, picture.drawn, library, asking, name)
    asset = library.add(
        picture.content,
        filename=f"{Path(name).stem}{SUFFIXES.get(picture.drawn.media_type, '.png')}",
        job_id=asking.job_id,
        prompt=request.prompt,
        backend=made.candidate.name,
        seed=request.seed,
        metadata=metadata,
    )
    fetched = urlsplit(result["image_path"]).scheme.lower() in {"http", "https"}
    where = {"image_path": str(asset.path)} if fetched else {}
    return result | where | {"asset_id": asset.id}


def _developed(
    request: GenerationRequest,
    made: Made[ImageBackend, Picture],
    drawn: Drawn,
    library: Library,
    asking: Asking,
    name: str,
) -> dict[str, Any]:
    """The finished picture, and its provider's own bytes, untouched, as its parent."""
    from apex_director.images.asking import fitted, provenance_of
    from apex_director.images.quality import score
    from apex_director.productions.image import develop

    alone = Made(value=drawn, candidate=made.candidate, trail=made.trail, warnings=made.warnings)
    provenance = provenance_of(request, alone)
    scene = fitted(drawn, request.width, request.height)
    rgb = develop(GenerationResult(scene=scene, provenance=provenance, drawn=drawn))
    judged = score(rgb).overall
    metadata: dict[str, Any] = {
        **made.value.told.get("metadata", {}),
        "backend": provenance.backend,
        "model": provenance.model,
        "prompt": provenance.prompt,
        "seed": provenance.seed,
        "width": request.width,
        "height": request.height,
        "licence": provenance.licence,
        "sent": dict(provenance.sent),
        "warnings": [*made.warnings, *provenance.notes],
        "trail": [attempt_json(attempt) for attempt in made.trail],
    }
    known: dict[str, Any] = {
        "job_id": asking.job_id,
        "prompt": provenance.prompt,
        "backend": provenance.backend,
        "model": provenance.model,
        "seed": provenance.seed,
        "licence": provenance.licence,
        "cost_usd": sum((attempt.cost for attempt in made.trail), start=Usd()),
    }
    asset = library.add(
        _png(rgb),
        filename=name,
        metadata=metadata,
        parent_id=_original(drawn, library, name, known),
        quality_score=judged,
        **known,
    )
    return {
        "image_path": str(asset.path),
        "asset_id": asset.id,
        "score": judged,
        "metadata": metadata,
    }


def _original(drawn: Drawn, library: Library, name: str, known: Mapping[str, Any]) -> str | None:
    if not drawn.original:
        return None
    suffix = SUFFIXES.get(drawn.media_type, ".png")
    asset = library.add(
        drawn.original,
        filename=f"{Path(name).stem}_original{suffix}",
        tags=("original",),
        **known,
    )
    return str(asset.id)


def _png(rgb: Any) -> bytes:
    import io

    from PIL import Image

    buffer = io.BytesIO()
    Image.fromarray(rgb).save(buffer, format="PNG", compress_level=4)
    return buffer.getvalue()
