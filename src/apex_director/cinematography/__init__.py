"""The director's mind: brief and analysis in, a storyboard a person can read and edit out."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from .excerpt import excerpt_of
from .lint import review
from .plan import (
    plan,
    treatment_for,
)  # eager: the verb and its module share a name, and the verb must win
from .reframing import reframed

if TYPE_CHECKING:
    from .schema import from_json, to_json
    from .storyboard_md import to_markdown

__all__ = [
    "excerpt_of",
    "from_json",
    "plan",
    "reframed",
    "review",
    "to_json",
    "to_markdown",
    "treatment_for",
]

_HOMES = {"from_json": "schema", "to_json": "schema", "to_markdown": "storyboard_md"}


def __getattr__(name: str) -> Any:
    """Load a verb that needs pydantic on first use, so that importing the room stays light."""
    if name in _HOMES:
        return getattr(import_module(f".{_HOMES[name]}", __name__), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
