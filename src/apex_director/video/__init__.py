"""The cut: camera, transitions, grade, titles and lyrics, segments, exchange with other editors."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .exchange import to_otio
    from .frames import render_segment, still
    from .lettering import undrawable
    from .lyrics import lyric_cards, parse_lyrics
    from .model import RENDERER_VERSION, FrameSink, LyricLine, Part, Segment
    from .segments import analysis_slice, plan_segments, segment_key
    from .sheet import Caption, contact_sheet
    from .titles import safe_area
    from .warm import warm_up

_HOME = {
    "RENDERER_VERSION": "model",
    "Caption": "sheet",
    "FrameSink": "model",
    "LyricLine": "model",
    "Part": "model",
    "Segment": "model",
    "analysis_slice": "segments",
    "contact_sheet": "sheet",
    "lyric_cards": "lyrics",
    "parse_lyrics": "lyrics",
    "plan_segments": "segments",
    "render_segment": "frames",
    "safe_area": "titles",
    "segment_key": "segments",
    "still": "frames",
    "to_otio": "exchange",
    "undrawable": "lettering",
    "warm_up": "warm",
}
__all__ = [
    "RENDERER_VERSION",
    "Caption",
    "FrameSink",
    "LyricLine",
    "Part",
    "Segment",
    "analysis_slice",
    "contact_sheet",
    "lyric_cards",
    "parse_lyrics",
    "plan_segments",
    "render_segment",
    "safe_area",
    "segment_key",
    "still",
    "to_otio",
    "undrawable",
    "warm_up",
]


def __getattr__(name: str) -> Any:
    """Import a verb when it is first used: kernels and pictures are heavy."""
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f".{_HOME[name]}", __name__), name)
