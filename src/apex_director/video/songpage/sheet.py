"""Ink on paper: shapes and text placed in inches from the upper left corner."""

from __future__ import annotations

import io
import logging
import warnings
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..lettering import DISPLAY, FONTS, TEXT, Style, line_width
from ..lettering import _cjk_font as cjk_font
from .palette import INK, PAPER

F64 = NDArray[np.float64]
_DPI = 200
_TALLEST_PX = 16000  # what viewers and printers open without complaint
_ALSO = "DejaVu Sans"  # comes with matplotlib; has the signs our own fonts lack


class Sheet:
    """A page being drawn; every place and size is in inches, every font size in points."""

    def __init__(self, width: float, height: float) -> None:
        from matplotlib.figure import Figure

        # Its advice on fonts of the system is of no use to anybody: the page brings its own.
        logging.getLogger("matplotlib").setLevel(logging.ERROR)
        self.width, self.height = width, height
        self.figure = Figure(figsize=(width, height), facecolor=PAPER)
        self.axes: Any = self.figure.add_axes((0.0, 0.0, 1.0, 1.0))
        self.axes.set_xlim(0, width)
        self.axes.set_ylim(height, 0)
        self.axes.axis("off")

    def rect(
        self,
        x: float,
        y: float,
        w: float,
        h: float,
        color: str,
        *,
        alpha: float = 1.0,
        edge: str = "none",
        hatch: str = "",
        z: float = 1,
    ) -> None:
        """A filled rectangle; with ``hatch`` its strokes are drawn in the edge colour."""
        from matplotlib.patches import Rectangle

        self.axes.add_patch(
            Rectangle(
                (x, y),
                w,
                h,
                facecolor=color,
                edgecolor=edge,
                alpha=alpha,
                linewidth=0.5 if edge != "none" and not hatch else 0.0,
                hatch=hatch or None,
                zorder=z,
            )
        )

    def fill(
        self, x: F64, top: F64, bottom: F64 | float, color: str, *, alpha: float = 1.0, z: float = 2
    ) -> None:
        """The area between two curves."""
        self.axes.fill_between(x, top, bottom, color=color, alpha=alpha, linewidth=0, zorder=z)

    def line(
        self,
        x: Sequence[float] | F64,
        y: Sequence[float] | F64,
        color: str,
        width: float = 0.8,
        *,
        z: float = 3,
        dashes: tuple[float, ...] = (),
    ) -> None:
        """A line through points, ``width`` in points."""
        from matplotlib.lines import Line2D

        line = Line2D(x, y, color=color, linewidth=width, zorder=z, solid_joinstyle="round")
        if dashes:
            line.set_dashes(dashes)
        self.axes.add_line(line)

    def verticals(
        self,
        x: Sequence[float] | F64,
        top: float | F64,
        bottom: float,
        color: str,
        width: float = 0.6,
        *,
        z: float = 3,
    ) -> None:
        """Upright strokes at many places."""
        if len(x):
            self.axes.vlines(x, top, bottom, colors=color, linewidth=width, zorder=z)

    def polygon(self, points: Sequence[tuple[float, float]], color: str, *, z: float = 4) -> None:
        """A filled polygon."""
        from matplotlib.patches import Polygon

        self.axes.add_patch(Polygon(points, closed=True, facecolor=color, linewidth=0, zorder=z))

    def text(
        self,
        x: float,
        y: float,
        words: str,
        size: float,
        color: str = INK,
        *,
        align: str = "left",
        display: bool = False,
        z: float = 5,
    ) -> None:
        """Words on a baseline at ``y``."""
        self.axes.text(
            x,
            y,
            _plain(words),
            color=color,
            ha=align,
            va="baseline",
            fontproperties=_font(words, display),
            fontsize=size,
            zorder=z,
        )

    def bytes_of(self, kind: str) -> bytes:
        """The page as a PNG, SVG or PDF; the same page gives the same bytes."""
        import matplotlib

        told = {"png": {"Software": None}, "svg": {"Date": None}, "pdf": {"CreationDate": None}}
        dpi = min(_DPI, int(_TALLEST_PX / self.height))
        out = io.BytesIO()
        # Letters of an SVG are outlines, so that it looks alike where our fonts are not installed.
        with (
            matplotlib.rc_context({"svg.hashsalt": "apex", "svg.fonttype": "path"}),
            warnings.catch_warnings(),
        ):
            warnings.simplefilter("ignore")
            self.figure.savefig(out, format=kind, dpi=dpi, metadata=told[kind], facecolor=PAPER)
        return out.getvalue()


def text_width(words: str, size: float, *, display: bool = False) -> float:
    """How wide words are, in inches."""
    style = Style(family=DISPLAY if display else TEXT, size=100.0)
    return line_width(words, style) / 100.0 * size / 72.0


def fitting(choices: Sequence[str], size: float, room: float) -> str:
    """The first of some wordings that fits into so many inches; empty if none does."""
    return next((words for words in choices if text_width(words, size) <= room), "")


def _font(words: str, display: bool) -> Any:
    """The bundled font, by its file; for words it lacks signs of, whatever has them."""
    from matplotlib.font_manager import FontProperties, get_font

    own = FONTS / f"{DISPLAY if display else TEXT}-Medium.ttf"
    known = get_font(own)
    if all(known.get_char_index(ord(c)) for c in words if not c.isspace()):
        return FontProperties(fname=str(own))
    return FontProperties(family=_stand_ins(own.stem), weight=500)


@cache
def _stand_ins(first: str) -> list[str]:
    """Every bundled font by name, the wanted one first, then one that comes with matplotlib."""
    from matplotlib import font_manager

    names = {}
    for path in sorted(FONTS.glob("*.ttf")):
        font_manager.fontManager.addfont(path)
        names[path.stem] = font_manager.get_font(path).family_name
    rest = [name for stem, name in names.items() if stem != first]
    system = [font_manager.get_font(path).family_name for path in _installed()]
    return [names[first], *rest, *system, _ALSO]


def _installed() -> list[Path]:
    """The font for Chinese, Japanese and Korean, where one is installed; none is bundled."""
    from matplotlib import font_manager

    path = cjk_font()
    if path is not None:
        font_manager.fontManager.addfont(path)
    return [path] if path is not None else []


def _plain(words: str) -> str:
    """Text that is no formula, whatever signs it holds."""
    return words.replace("$", r"\$")
