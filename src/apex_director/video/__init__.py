"""The cut: camera, transitions, grade, titles and lyrics, segments, exchange with other editors."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .exchange import TIMELINE_WRITERS, CutList, cut_list, edited, read_edit
    from .frames import render_segment, still
    from .grading import grade
    from .lettering import undrawable
    from .loop import render_loop
    from .lut import Cube, read_cube, write_cube
    from .lyrics import lyric_cards, lyrics_lrc, parse_lyrics, timed
    from .model import RENDERER_VERSION, FrameSink, LyricLine, Part, Segment
    from .segments import analysis_slice, plan_segments, segment_key
    from .sheet import Caption, contact_sheet
    from .stills_in_motion import MOTIONS, ken_burns, motion, transition
    from .subtitles import captions
    from .titles import safe_area
    from .warm import warm_up

_HOME = {
    "MOTIONS": "stills_in_motion",
    "RENDERER_VERSION": "model",
    "Caption": "sheet",
    "Cube": "lut",
    "CutList": "exchange",
    "TIMELINE_WRITERS": "exchange",
    "FrameSink": "model",
    "LyricLine": "model",
    "Part": "model",
    "Segment": "model",
    "analysis_slice": "segments",
    "captions": "subtitles",
    "contact_sheet": "sheet",
    "cut_list": "exchange",
    "edited": "exchange",
    "grade": "grading",
    "ken_burns": "stills_in_motion",
    "lyric_cards": "lyrics",
    "lyrics_lrc": "lyrics",
    "motion": "stills_in_motion",
    "parse_lyrics": "lyrics",
    "plan_segments": "segments",
    "read_cube": "lut",
    "read_edit": "exchange",
    "render_loop": "loop",
    "render_segment": "frames",
    "safe_area": "titles",
    "segment_key": "segments",
    "still": "frames",
    "timed": "lyrics",
    "transition": "stills_in_motion",
    "undrawable": "lettering",
    "warm_up": "warm",
    "write_cube": "lut",
}
__all__ = [
    "MOTIONS",
    "RENDERER_VERSION",
    "TIMELINE_WRITERS",
    "Caption",
    "Cube",
    "CutList",
    "FrameSink",
    "LyricLine",
    "Part",
    "Segment",
    "analysis_slice",
    "captions",
    "contact_sheet",
    "cut_list",
    "edited",
    "grade",
    "ken_burns",
    "lyric_cards",
    "lyrics_lrc",
    "motion",
    "parse_lyrics",
    "plan_segments",
    "read_cube",
    "read_edit",
    "render_loop",
    "render_segment",
    "safe_area",
    "segment_key",
    "still",
    "timed",
    "transition",
    "undrawable",
    "warm_up",
    "write_cube",
]


def __getattr__(name: str) -> Any:
    """Import a verb when it is first used: kernels and pictures are heavy."""
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f".{_HOME[name]}", __name__), name)
