"""One picture from whichever backend answers first, with the whole story of how it was made."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from functools import partial

from apex_director.core.provenance import Provenance
from apex_director.images.model import (
    Bytes,
    Drawn,
    GenerationRequest,
    GenerationResult,
    ImageBackend,
    Layer,
    Scene,
)
from apex_director.providers import Candidate, Made, run_cascade
from apex_director.providers.model import Budget, Call, Desk, Kept, Purpose

from .policy import adapt, order

AttemptOne = Callable[[ImageBackend, GenerationRequest, Call], Drawn]


def _ask(backend: ImageBackend, request: GenerationRequest, call: Call) -> Drawn:
    return backend.generate(request, call)


def generate(
    request: GenerationRequest,
    backends: Sequence[ImageBackend],
    *,
    prefer: str = "",
    desk: Desk | None = None,
    budget: Budget | None = None,
    purpose: Purpose | None = None,
    store: Bytes | None = None,
    allowed: Collection[str] | None = None,
    attempt: AttemptOne = _ask,
    wait: Callable[[float], None] = time.sleep,
) -> GenerationResult:
    """Make a picture with the first backend that can.

    Parameters
    ----------
    request : GenerationRequest
        What is wanted; ``width`` and ``height`` are those of the finished video.
    backends : sequence of ImageBackend
        In order of priority; none is used that is not in it.
    prefer : str
        Name of a backend to try before the others.
    desk, budget, purpose
        Where calls are booked, what may be spent, what this one is for. Without a desk no paid
        backend is called.
    store : Bytes
        Where paid pictures are kept before they are settled; without it no paid backend is called.
    allowed : collection of str, optional
        Names of the paid backends a person has said yes to; any where not given.
    attempt : callable
        Makes one call; every call of the cascade goes through it.
    wait : callable
        Sleeps the given seconds between tries.

    Returns
    -------
    GenerationResult
        The scene in the size asked for, and the trail of every attempt.

    Raises
    ------
    AllBackendsFailed
        No backend made it.
    ValidationFailed
        The preferred backend does not exist.
    """

    def one(candidate: Candidate[ImageBackend], call: Call) -> Drawn:
        backend = candidate.backend
        return attempt(backend, adapt(request, backend.capabilities), call)

    made = run_cascade(
        [_permitted(c, allowed) for c in order(request, backends, prefer=prefer)],
        one,
        what=f"picture {request.scene_id}" if request.scene_id else "picture",
        seed=request.seed,
        purpose=purpose or Purpose(),
        desk=desk if store is not None else None,
        budget=budget or Budget(),
        keep=None if store is None else partial(_kept, store=store),
        recall=None if store is None else partial(_recalled, store=store, request=request),
        wait=wait,
    )
    drawn = made.value
    return GenerationResult(
        scene=fitted(drawn, request.width, request.height),
        provenance=provenance_of(request, made),
        drawn=drawn,
    )


def _permitted(
    candidate: Candidate[ImageBackend], allowed: Collection[str] | None
) -> Candidate[ImageBackend]:
    if allowed is None or not candidate.paid or candidate.name in allowed or candidate.skip:
        return candidate
    return replace(candidate, skip="nobody has said yes to buying from it")


def _kept(drawn: Drawn, *, store: Bytes) -> Kept:
    from .keeping import keep

    return keep(drawn, store)


def _recalled(
    _candidate: Candidate[ImageBackend], kept: Kept, *, store: Bytes, request: GenerationRequest
) -> Drawn:
    from .keeping import recall

    return recall(kept, store, request.width, request.height)


def fitted(drawn: Drawn, width: int, height: int) -> Scene:
    """The scene in the size of the video; a flat picture is resampled once, from its own bytes."""
    scene = drawn.scene
    if (scene.width, scene.height) != (width, height) and drawn.original:
        from .flat import flat_scene

        return flat_scene(drawn.original, width, height)
    return enlarge(scene, width, height)


def enlarge(scene: Scene, width: int, height: int) -> Scene:
    """The scene at another picture size, its layers resampled bicubically; itself if it fits."""
    if (scene.width, scene.height) == (width, height):
        return scene
    canvas = (
        round(scene.canvas_width * width / scene.width / 2) * 2,
        round(scene.canvas_height * height / scene.height / 2) * 2,
    )
    layers = tuple(_resized(layer, canvas) for layer in scene.layers)
    return replace(scene, width=width, height=height, layers=layers)


def _resized(layer: Layer, canvas: tuple[int, int]) -> Layer:
    import cv2
    import numpy as np

    rgba = cv2.resize(layer.rgba, canvas, interpolation=cv2.INTER_CUBIC)
    if layer.blend == "over":  # bicubic overshoot may not leave colour above its alpha
        rgba[..., :3] = np.minimum(rgba[..., :3], rgba[..., 3:])
    return replace(layer, rgba=rgba)


def provenance_of(request: GenerationRequest, made: Made[ImageBackend, Drawn]) -> Provenance:
    """How a picture came to be: who made it, of what, after which attempts."""
    from .keeping import sent_json

    drawn, capabilities = made.value, made.candidate.backend.capabilities
    scene, sent = drawn.scene, drawn.sent
    family = f"{capabilities.name}/{scene.family}" if scene.family else capabilities.name
    notes = [*drawn.notes, *made.warnings]
    made_at = (sent.width or scene.width, sent.height or scene.height)
    if made_at != (request.width, request.height):
        fitting = "enlarged" if made_at[0] * made_at[1] < request.width * request.height else "cut"
        notes.append(
            f"made at {made_at[0]}x{made_at[1]} and {fitting} to {request.width}x{request.height}"
        )
    left_out = tuple(dict.fromkeys((*made.candidate.dropped, *drawn.dropped)))
    if left_out:
        notes.append(f"not understood by {capabilities.name}: {', '.join(left_out)}")
    if scene.not_drawn:
        notes.append(f"not drawn: {', '.join(scene.not_drawn)}")
    return Provenance(
        backend=capabilities.name,
        model=drawn.model or family,
        prompt=sent.prompt or request.prompt,
        seed=request.seed if sent.seed is None else sent.seed,
        trail=made.trail,
        licence=drawn.licence,
        notes=tuple(notes),
        sent=sent_json(sent),
    )
