"""Which backend is tried when, and with what of the request: preference, size, what it
understands.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from apex_director.core.errors import ValidationFailed
from apex_director.core.ids import bytes_hash, content_hash
from apex_director.images.model import Capabilities, GenerationRequest, ImageBackend
from apex_director.providers import Candidate

PREFERRED, TOO_SMALL, OURS = -1, 10_000, 100_000  # places in the order, whatever is configured


def order(
    request: GenerationRequest, backends: Sequence[ImageBackend], *, prefer: str = ""
) -> list[Candidate[ImageBackend]]:
    """Backends in the order of trying (contract B1, B5).

    The preferred one comes first, then the given order; a backend too small for the picture waits
    until the larger ones have been tried. Our own renderer, the only one of layers, comes last
    unless it is preferred: it is what a picture falls back on.

    Raises
    ------
    ValidationFailed
        No backend has the preferred name.
    """
    names = [backend.capabilities.name for backend in backends]
    if prefer and prefer not in names:
        raise ValidationFailed(
            f"'{prefer}' is no backend of this studio",
            where="backend",
            what_to_do=f"Choose one of {', '.join(names)}." if names else "Set one up first.",
        )
    ranked = sorted(
        backends,
        key=lambda b: (
            b.capabilities.name != prefer,
            b.capabilities.layered,
            not fits(b.capabilities, request),
        ),
    )
    return [_placed(candidate_for(request, b), b, request, prefer) for b in ranked]


def _placed(
    candidate: Candidate[ImageBackend],
    backend: ImageBackend,
    request: GenerationRequest,
    prefer: str,
) -> Candidate[ImageBackend]:
    """Equals share the load, but nobody shares with the one that was asked for, with those too
    small for the picture, or with our own renderer.
    """
    can = backend.capabilities
    if can.name == prefer:
        return replace(candidate, priority=PREFERRED)
    step = 0 if fits(can, request) else TOO_SMALL
    return replace(candidate, priority=can.priority + step + (OURS if can.layered else 0))


def expected(
    request: GenerationRequest, backends: Sequence[ImageBackend], *, prefer: str = ""
) -> Candidate[ImageBackend] | None:
    """Who will draw this, if nothing goes wrong: the first that can be used, or None."""
    return next((c for c in order(request, backends, prefer=prefer) if not c.skip), None)


def adapt(request: GenerationRequest, capabilities: Capabilities) -> GenerationRequest:
    """The request as this backend can be asked: without what it does not understand, and within
    its largest size at the same aspect, sides even.
    """
    width, height = _size(capabilities, request)
    return replace(
        request,
        width=width,
        height=height,
        seed=0 if capabilities.seed == "none" else request.seed,
        negative_prompt="" if capabilities.negative_prompt == "none" else request.negative_prompt,
        references=request.references[: capabilities.max_references],
    )


def candidate_for(request: GenerationRequest, backend: ImageBackend) -> Candidate[ImageBackend]:
    """One backend with what the cascade must know of it for this request."""
    capabilities = backend.capabilities
    sent = adapt(request, capabilities)
    return Candidate(
        name=capabilities.name,
        backend=backend,
        skip=backend.ready(),
        quote=backend.quote(sent),
        key=request_key(sent),
        dropped=dropped(request, capabilities),
        tries=capabilities.tries,
        per_minute=capabilities.per_minute,
        key_name=capabilities.key_name,
        owns_ids=capabilities.owns_ids,
        priority=capabilities.priority,
    )


def request_key(request: GenerationRequest) -> str:
    """Names a request by everything a backend is told; reference files by their bytes."""
    return content_hash(
        *(request.prompt, request.negative_prompt, request.width, request.height),
        *(request.steps, request.guidance_scale, request.quality_level, request.style),
        *(request.seed, [_reference_key(reference) for reference in request.references]),
    )


def _reference_key(reference: str) -> str:
    try:
        with Path(reference).open("rb") as handle:
            return bytes_hash(iter(lambda: handle.read(1 << 20), b""))
    except (OSError, ValueError):
        return reference


def dropped(request: GenerationRequest, capabilities: Capabilities) -> tuple[str, ...]:
    """What of the request this backend will not be told."""
    sent = adapt(request, capabilities)
    asked = ("seed", "negative_prompt", "references", "width", "height")
    return tuple(name for name in asked if getattr(sent, name) != getattr(request, name))


def fits(capabilities: Capabilities, request: GenerationRequest) -> bool:
    """Whether the backend makes pictures of that size."""
    return request.width <= capabilities.max_width and request.height <= capabilities.max_height


def _size(capabilities: Capabilities, request: GenerationRequest) -> tuple[int, int]:
    if fits(capabilities, request):
        return request.width, request.height
    scale = min(capabilities.max_width / request.width, capabilities.max_height / request.height)
    return (
        max(2, int(request.width * scale / 2) * 2),
        max(2, int(request.height * scale / 2) * 2),
    )
