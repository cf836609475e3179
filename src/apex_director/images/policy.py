"""Which backend is tried when, and with what of the request: preference, size, what it
understands.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from apex_director.core.errors import ValidationFailed
from apex_director.core.money import Usd
from apex_director.images.model import Capabilities, GenerationRequest, ImageBackend
from apex_director.providers import Candidate


def order(
    request: GenerationRequest, backends: Sequence[ImageBackend], *, prefer: str = ""
) -> list[Candidate[ImageBackend]]:
    """Backends in the order of trying (contract B1, B5).

    The preferred one comes first, then the given order; a backend too small for the picture waits
    until every other one has been tried.

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
        key=lambda b: (b.capabilities.name != prefer, not _fits(b.capabilities, request)),
    )
    return [_candidate(request, backend) for backend in ranked]


def adapt(request: GenerationRequest, capabilities: Capabilities) -> GenerationRequest:
    """The request as this backend can be asked: without what it does not understand, and within
    its largest size at the same aspect, sides even.
    """
    width, height = _size(capabilities, request)
    return replace(
        request,
        width=width,
        height=height,
        seed=request.seed if capabilities.seeds else 0,
        negative_prompt=request.negative_prompt if capabilities.negative_prompt else "",
        references=request.references if capabilities.references else (),
    )


def _candidate(request: GenerationRequest, backend: ImageBackend) -> Candidate[ImageBackend]:
    capabilities = backend.capabilities
    return Candidate(
        name=capabilities.name,
        backend=backend,
        skip=backend.ready(),
        cost=Usd.of(capabilities.usd_per_image),
        dropped=_dropped(request, capabilities),
    )


def _dropped(request: GenerationRequest, capabilities: Capabilities) -> tuple[str, ...]:
    sent = adapt(request, capabilities)
    asked = ("seed", "negative_prompt", "references", "width", "height")
    return tuple(name for name in asked if getattr(sent, name) != getattr(request, name))


def _fits(capabilities: Capabilities, request: GenerationRequest) -> bool:
    return request.width <= capabilities.max_width and request.height <= capabilities.max_height


def _size(capabilities: Capabilities, request: GenerationRequest) -> tuple[int, int]:
    if _fits(capabilities, request):
        return request.width, request.height
    scale = min(capabilities.max_width / request.width, capabilities.max_height / request.height)
    return (
        max(2, int(request.width * scale / 2) * 2),
        max(2, int(request.height * scale / 2) * 2),
    )
