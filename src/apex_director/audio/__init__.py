"""The ear: sample blocks become an `AudioAnalysis`; heavy libraries load on first use."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .excerpt import bar_seconds, best_window, levelled, sliced
    from .listen import analyse
    from .schema import from_x6, to_x6

__all__ = ["analyse", "bar_seconds", "best_window", "from_x6", "levelled", "sliced", "to_x6"]
_HOME = {
    "analyse": ".listen",
    "bar_seconds": ".excerpt",
    "best_window": ".excerpt",
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
