"""One picture from whichever backend answers first, with the whole story of how it was made."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import replace

from apex_director.core.provenance import Provenance
from apex_director.images.model import (
    GenerationRequest,
    GenerationResult,
    ImageBackend,
    Layer,
    Scene,
)
from apex_director.providers import Candidate, Made, run_cascade

from .policy import adapt, order

AttemptOne = Callable[[ImageBackend, GenerationRequest], Scene]


def _ask(backend: ImageBackend, request: GenerationRequest) -> Scene:
    return backend.generate(request)


def generate(
    request: GenerationRequest,
    backends: Sequence[ImageBackend],
    *,
    prefer: str = "",
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

    def one(candidate: Candidate[ImageBackend]) -> Scene:
        backend = candidate.backend
        return attempt(backend, adapt(request, backend.capabilities))

    made = run_cascade(
        order(request, backends, prefer=prefer),
        one,
        what=f"picture {request.scene_id}" if request.scene_id else "picture",
        seed=request.seed,
        wait=wait,
    )
    return GenerationResult(
        scene=enlarge(made.value, request.width, request.height),
        provenance=_provenance(request, made),
    )


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


def _provenance(request: GenerationRequest, made: Made[ImageBackend, Scene]) -> Provenance:
    capabilities, scene = made.candidate.backend.capabilities, made.value
    sent = adapt(request, capabilities)
    notes = []
    if (scene.width, scene.height) != (request.width, request.height):
        notes.append(
            f"made at {scene.width}x{scene.height} and enlarged to {request.width}x{request.height}"
        )
    if made.candidate.dropped:
        notes.append(f"not understood by {capabilities.name}: {', '.join(made.candidate.dropped)}")
    if scene.not_drawn:
        notes.append(f"not drawn: {', '.join(scene.not_drawn)}")
    return Provenance(
        backend=capabilities.name,
        model=f"{capabilities.name}/{scene.family}" if scene.family else capabilities.name,
        prompt=sent.prompt,
        seed=sent.seed,
        trail=made.trail,
        notes=tuple(notes),
    )
