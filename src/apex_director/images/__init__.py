"""The picture room: requests, the cascade of backends, and the scenes our own renderer draws."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .model import GenerationRequest, Scene

if TYPE_CHECKING:
    from .generate import generate
    from .scenes.lexicon import read_prompt
    from .schema import scene_from, scene_manifest

_LAZY = {
    "generate": "generate",
    "read_prompt": "scenes.lexicon",
    "scene_from": "schema",
    "scene_manifest": "schema",
}

__all__ = [
    "GenerationRequest",
    "Scene",
    "generate",
    "read_prompt",
    "scene_from",
    "scene_manifest",
]


def __getattr__(name: str) -> Any:
    if name not in _LAZY:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    verb = getattr(import_module(f"{__name__}.{_LAZY[name]}"), name)
    globals()[name] = verb
    return verb
