"""What is to be forecast, read from a mapping and checked against the limits of X1."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from apex_director.core.errors import ValidationFailed

LONGEST_PROMPT = 5000  # characters
MOST_PICTURES = 100_000
LIMITS: dict[str, tuple[float, float, bool]] = {
    "width": (64, 2048, True),
    "height": (64, 2048, True),
    "steps": (1, 100, True),
    "quality_level": (1, 5, True),
    "guidance_scale": (1, 20, False),
    "priority": (1, 5, True),
    "count": (1, MOST_PICTURES, True),
}
"""Smallest, largest, and whether it is a whole number (contract X1)."""

DEFAULTS = {"width": 1024, "height": 1024, "steps": 30, "quality_level": 3, "count": 1}


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """So many pictures of one prompt; ``backend`` empty: whichever comes first."""

    prompt: str
    width: int
    height: int
    steps: int
    quality: int
    count: int
    backend: str

    @property
    def megapixels(self) -> float:
        return self.width * self.height / 1e6


def wanted_of(params: Mapping[str, Any], prompt: str) -> Wanted:
    """Check and read ``params``; names we do not know are left alone.

    Raises
    ------
    ValidationFailed
        A value is of the wrong kind or outside its limits; ``where`` names it.
    """
    if not isinstance(params, Mapping):
        raise ValidationFailed(
            f"{type(params).__name__} holds no settings",
            where="params",
            what_to_do="Give a mapping, such as {'width': 1024, 'height': 1024}.",
        )
    if not isinstance(prompt, str) or len(prompt) > LONGEST_PROMPT:
        raise ValidationFailed(
            "the prompt is no text"
            if not isinstance(prompt, str)
            else f"{len(prompt)} characters are too many",
            where="prompt",
            what_to_do=f"Give a text of at most {LONGEST_PROMPT} characters.",
        )
    values = DEFAULTS | {
        name: _number(name, params[name]) for name in LIMITS if _given(params, name)
    }
    backend = params.get("backend") or params.get("backend_preference") or ""
    if not isinstance(backend, str):
        raise ValidationFailed(
            f"{backend!r} is no name", where="backend", what_to_do="Name one backend."
        )
    return Wanted(
        prompt=prompt,
        width=int(values["width"]),
        height=int(values["height"]),
        steps=int(values["steps"]),
        quality=int(values["quality_level"]),
        count=int(values["count"]),
        backend=backend,
    )


def _given(params: Mapping[str, Any], name: str) -> bool:
    return params.get(name) is not None


def _number(name: str, value: Any) -> int | float:
    low, high, whole = LIMITS[name]
    kind = "whole number" if whole else "number"
    good = isinstance(value, int | float) and not isinstance(value, bool)
    if not good or not math.isfinite(value) or (whole and value != int(value)):
        raise ValidationFailed(
            f"{value!r} is no {kind}", where=name, what_to_do=f"Give {low:g} to {high:g}."
        )
    if not low <= value <= high:
        raise ValidationFailed(
            f"{value} is outside {low:g} to {high:g}",
            where=name,
            what_to_do=f"Give {low:g} to {high:g}.",
        )
    return int(value) if whole else float(value)
