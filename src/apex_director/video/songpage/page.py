"""The page: head with the song's facts, its form at a glance, systems, legend."""

from __future__ import annotations

import numpy as np

from apex_director.audio.model import AudioAnalysis

from . import palette as p
from .lanes import Staff, draw_system
from .layout import FOOT, MARGIN_LEFT, MARGIN_RIGHT, WIDTH, layout_of
from .model import Waveform
from .sheet import Sheet, fitting, text_width
from .words import facts

_EDGE = 0.5
_TITLE_PT, _VALUE_PT = 27.0, 12.5
_GLANCE = (1.62, 0.40)  # top and height of the form at a glance, inches


def song_page(
    analysis: AudioAnalysis, wave: Waveform, *, title: str, subtitle: str = "", kind: str = "png"
) -> bytes:
    """A song as a page, in about 72 s a system.

    Parameters
    ----------
    analysis : AudioAnalysis
        What was heard.
    wave : Waveform
        The song's outline.
    title, subtitle : str
        Its name, and who plays it.
    kind : str
        ``png``, ``svg`` or ``pdf``.

    Returns
    -------
    bytes
        The file's content; the same input gives the same bytes.
    """
    downbeats = analysis.grid.downbeats if analysis.grid.reliable else ()
    layout = layout_of(analysis.duration_s, downbeats)
    sheet = Sheet(WIDTH, layout.height)
    colors = p.group_colors([s.group for s in analysis.sections])
    _head(sheet, analysis, title, subtitle)
    _glance(sheet, analysis, colors)
    for k, (system, top) in enumerate(zip(layout.systems, layout.tops, strict=True)):
        staff = Staff(
            sheet=sheet,
            analysis=analysis,
            system=system,
            layout=layout,
            top=top,
            first=k == 0,
            colors=colors,
        )
        draw_system(staff, wave)
    _legend(sheet, layout.height)
    return sheet.bytes_of(kind)


def _head(sheet: Sheet, analysis: AudioAnalysis, title: str, subtitle: str) -> None:
    """Name on the left; a row of facts below it."""
    room = WIDTH - 2 * _EDGE
    size = _TITLE_PT * min(1.0, room * 0.72 / max(text_width(title, _TITLE_PT, display=True), 1e-6))
    sheet.text(_EDGE, 0.72, title, size, display=True)
    if subtitle:
        x = _EDGE + text_width(title, size, display=True) + 0.25
        sheet.text(x, 0.72, subtitle, 12, p.SOFT)
    sheet.line([_EDGE, WIDTH - _EDGE], [0.90, 0.90], p.INK, 1.1)
    told = facts(analysis)
    widths = [
        max(text_width(value, _VALUE_PT), text_width(small, p.SMALL_PT), 0.6)
        for _, value, small in told
    ]
    gap = (room - sum(widths)) / max(1, len(told) - 1)
    x = _EDGE
    for (name, value, small), width in zip(told, widths, strict=True):
        sheet.text(x, 1.07, name, p.TINY_PT + 0.5, p.SOFT)
        sheet.text(x, 1.28, value, _VALUE_PT)
        sheet.text(x, 1.43, small, p.SMALL_PT, p.SOFT)
        x += width + gap


def _glance(sheet: Sheet, analysis: AudioAnalysis, colors: dict[str, str]) -> None:
    """The whole song as one strip: its form, and the arc of its energy above it."""
    top, height = _GLANCE
    left, right = MARGIN_LEFT, WIDTH - MARGIN_RIGHT
    scale = (right - left) / max(analysis.duration_s, 1e-6)
    below, strip = top + height, 0.15
    sheet.text(left - 0.12, below - 0.045, "at a glance", p.TINY_PT + 0.5, p.SOFT, align="right")
    for section in analysis.sections:
        x, w = left + section.start_s * scale, section.duration_s * scale
        sheet.rect(x, below - strip, w - 0.012, strip, colors[section.group], z=2)
        name = section.label.replace("_", "-").capitalize()
        words = fitting([f"{section.group} {name}", section.group], p.TINY_PT, w - 0.08)
        if words:
            sheet.text(x + 0.04, below - 0.045, words, p.TINY_PT)
    arc = np.array(analysis.energy_arc, dtype=np.float64).reshape(-1, 2)
    if len(arc):
        xs = np.repeat(np.append(arc[:, 0], analysis.duration_s), 2)[1:-1] * scale + left
        ys = below - strip - 0.03 - (height - strip - 0.03) * np.clip(np.repeat(arc[:, 1], 2), 0, 1)
        sheet.fill(xs, ys, below - strip - 0.03, p.ENERGY_FILL, z=1)
        sheet.line(xs, ys, p.ENERGY, 0.8)
    for event in analysis.events:
        if event.kind == "drop":
            at = left + event.start_s * scale
            sheet.polygon([(at - 0.05, top - 0.09), (at + 0.05, top - 0.09), (at, top)], p.ACCENT)


def _legend(sheet: Sheet, height: float) -> None:
    """What each mark means, in one row at the foot."""
    y = height - FOOT + 0.42
    sheet.line([_EDGE, WIDTH - _EDGE], [y - 0.22, y - 0.22], p.INK, 0.6)
    x = _EDGE
    for draw, words in (
        (_mark_beats, "bar, beat"),
        (_mark_group, "same letter and colour: the same music returns"),
        (_mark_build, "build-up"),
        (_mark_break, "breakdown"),
        (_mark_drop, "drop"),
        (_mark_silence, "silence"),
        (_mark_voice, "voice"),
        (_mark_onset, "onsets over a band's level"),
        (_mark_energy, "energy"),
        (_mark_trust, "grid firm, loose, none"),
    ):
        width = draw(sheet, x, y)
        sheet.text(x + width + 0.07, y, words, p.SMALL_PT, p.INK)
        x += width + 0.07 + text_width(words, p.SMALL_PT) + 0.28
    sheet.text(WIDTH - _EDGE, y + 0.2, "APEX Director", p.TINY_PT, p.SOFT, align="right")


def _mark_beats(sheet: Sheet, x: float, y: float) -> float:
    sheet.line([x, x + 0.26], [y + 0.01] * 2, p.INK, 0.7)
    sheet.verticals([x + 0.02, x + 0.24], y - 0.08, y + 0.01, p.INK, 0.8)
    sheet.verticals([x + 0.075, x + 0.13, x + 0.185], y - 0.035, y + 0.01, p.SOFT, 0.5)
    return 0.26


def _mark_group(sheet: Sheet, x: float, y: float) -> float:
    for k in range(3):
        sheet.rect(x + k * 0.16, y - 0.085, 0.15, 0.11, p.GROUPS[k])
        sheet.text(x + k * 0.16 + 0.075, y - 0.003, "ABC"[k], p.TINY_PT, align="center")
    return 0.48


def _hairpin(sheet: Sheet, x: float, y: float, opening: tuple[float, float]) -> float:
    for side in (-1, 1):
        ends = [y - 0.03 + side * 0.05 * share for share in opening]
        sheet.line([x, x + 0.3], ends, p.INK, 1.0)
    return 0.3


def _mark_build(sheet: Sheet, x: float, y: float) -> float:
    return _hairpin(sheet, x, y, (0.0, 1.0))


def _mark_break(sheet: Sheet, x: float, y: float) -> float:
    return _hairpin(sheet, x, y, (1.0, 0.0))


def _mark_drop(sheet: Sheet, x: float, y: float) -> float:
    sheet.polygon([(x, y - 0.09), (x + 0.12, y - 0.09), (x + 0.06, y + 0.02)], p.ACCENT)
    return 0.12


def _mark_silence(sheet: Sheet, x: float, y: float) -> float:
    sheet.rect(x, y - 0.09, 0.26, 0.11, p.PAPER, edge=p.FAINT, hatch="////")
    return 0.26


def _mark_voice(sheet: Sheet, x: float, y: float) -> float:
    sheet.rect(x, y - 0.06, 0.26, 0.055, p.VOICE)
    return 0.26


def _mark_onset(sheet: Sheet, x: float, y: float) -> float:
    places = np.linspace(x, x + 0.26, 9)
    swell = y + 0.01 - 0.09 * np.array([0.2, 0.9, 0.6, 0.4, 0.3, 0.8, 0.6, 0.4, 0.2])
    sheet.fill(places, swell, y + 0.01, p.BAND, alpha=0.55)
    sheet.verticals([places[1], places[5]], y - 0.085, y + 0.01, p.INK, 0.6)
    return 0.26


def _mark_energy(sheet: Sheet, x: float, y: float) -> float:
    steps = np.array([x, x + 0.09, x + 0.09, x + 0.18, x + 0.18, x + 0.26])
    level = y + 0.01 - np.array([0.03, 0.03, 0.06, 0.06, 0.09, 0.09])
    sheet.fill(steps, level, y + 0.01, p.ENERGY_FILL)
    sheet.line(steps, level, p.ENERGY, 0.9)
    return 0.26


def _mark_trust(sheet: Sheet, x: float, y: float) -> float:
    for k, word in enumerate(("firm", "loose", "none")):
        edge = p.FAINT if word == "none" else "none"
        sheet.rect(x + k * 0.16, y - 0.06, 0.15, 0.065, p.TRUST[word], edge=edge)
    return 0.47
