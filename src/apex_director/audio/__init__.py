"""The ear: sample blocks become an `AudioAnalysis`; heavy libraries load on first use."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .click import click_track, clicked
    from .excerpt import bar_seconds, best_window, levelled, sliced
    from .listen import analyse
    from .lyrics import AlignedLine, align
    from .schema import from_x6, to_x6
    from .verses import VerseLine, read_verses
    from .voice import Voice, voice_of

__all__ = [
    "AlignedLine",
    "VerseLine",
    "Voice",
    "align",
    "analyse",
    "bar_seconds",
    "best_window",
    "click_track",
    "clicked",
    "from_x6",
    "levelled",
    "read_verses",
    "sliced",
    "to_x6",
    "voice_of",
]
_HOME = {
    "AlignedLine": ".lyrics",
    "VerseLine": ".verses",
    "Voice": ".voice",
    "align": ".lyrics",
    "read_verses": ".verses",
    "voice_of": ".voice",
    "analyse": ".listen",
    "bar_seconds": ".excerpt",
    "best_window": ".excerpt",
    "click_track": ".click",
    "clicked": ".click",
    "from_x6": ".schema",
    "sliced": ".excerpt",
    "levelled": ".excerpt",
    "to_x6": ".schema",
}


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    value = getattr(import_module(_HOME[name], __name__), name)
    globals()[name] = value
    return value
