"""What a picture is worth: measured, never guessed."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from .model import (
    STRATEGIES,
    Aesthetic,
    Choice,
    Composition,
    FileScorer,
    Look,
    Score,
    Scored,
    Scorer,
    Strategy,
    Style,
    Technical,
)

if TYPE_CHECKING:
    from .judge import score, shot_score
    from .looks import look_for
    from .schema import as_json
    from .scorers import discover
    from .style import look_of

_LAZY = {
    "as_json": "schema",
    "discover": "scorers",
    "look_for": "looks",
    "look_of": "style",
    "score": "judge",
    "shot_score": "judge",
}

__all__ = [
    "STRATEGIES",
    "Aesthetic",
    "Choice",
    "Composition",
    "FileScorer",
    "Look",
    "Score",
    "Scored",
    "Scorer",
    "Strategy",
    "Style",
    "Technical",
    "as_json",
    "discover",
    "look_for",
    "look_of",
    "score",
    "shot_score",
]


def __getattr__(name: str) -> Any:
    if name not in _LAZY:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    verb = getattr(import_module(f".{_LAZY[name]}", __name__), name)
    globals()[name] = verb
    return verb
