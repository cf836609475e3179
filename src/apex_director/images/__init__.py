"""The picture room: requests, the cascade of backends, and the scenes our own renderer draws."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .model import GenerationRequest, Scene

if TYPE_CHECKING:
    from .asking import AttemptOne, generate
    from .faces import CinematicImageGenerator
    from .flat import fitted_picture, flat_scene
    from .keeping import facts_of, recall_drawn, sent_json
    from .policy import expected, request_key
    from .quality import as_json as score_as_json
    from .quality import discover as scorers
    from .quality import look_for, score, shot_score
    from .scenes.lexicon import read_prompt
    from .schema import scene_from, scene_manifest
    from .selection import again, choose

_LAZY = {
    "CinematicImageGenerator": ("faces", "CinematicImageGenerator"),
    "AttemptOne": ("asking", "AttemptOne"),
    "again": ("selection", "again"),
    "choose": ("selection", "choose"),
    "expected": ("policy", "expected"),
    "facts_of": ("keeping", "facts_of"),
    "fitted_picture": ("flat", "fitted_picture"),
    "flat_scene": ("flat", "flat_scene"),
    "generate": ("asking", "generate"),
    "look_for": ("quality", "look_for"),
    "read_prompt": ("scenes.lexicon", "read_prompt"),
    "recall_drawn": ("keeping", "recall_drawn"),
    "request_key": ("policy", "request_key"),
    "scene_from": ("schema", "scene_from"),
    "scene_manifest": ("schema", "scene_manifest"),
    "score": ("quality", "score"),
    "score_as_json": ("quality", "as_json"),
    "scorers": ("quality", "discover"),
    "sent_json": ("keeping", "sent_json"),
    "shot_score": ("quality", "shot_score"),
}

__all__ = [
    "AttemptOne",
    "CinematicImageGenerator",
    "GenerationRequest",
    "Scene",
    "again",
    "choose",
    "expected",
    "facts_of",
    "fitted_picture",
    "flat_scene",
    "generate",
    "look_for",
    "read_prompt",
    "recall_drawn",
    "request_key",
    "scene_from",
    "scene_manifest",
    "score",
    "score_as_json",
    "scorers",
    "sent_json",
    "shot_score",
]


def __getattr__(name: str) -> Any:
    if name not in _LAZY:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    module, verb = _LAZY[name]
    found = getattr(import_module(f"{__name__}.{module}"), verb)
    globals()[name] = found
    return found
