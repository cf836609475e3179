"""A song on one page, wrapped into systems like a score: what the ear heard, for a musician.

Pure: an analysis and a waveform in, the bytes of a PNG, SVG or PDF out. Matplotlib loads when a
page is drawn.
"""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec
from typing import Any

_HOMES = {"chord_name": "words", "facts": "words", "longest_chords": "words", "song_page": "page"}
__all__ = ["available", "chord_name", "facts", "longest_chords", "song_page"]


def available() -> bool:
    """Whether the library that draws is installed."""
    return find_spec("matplotlib") is not None


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f".{_HOMES[name]}", __name__), name)
