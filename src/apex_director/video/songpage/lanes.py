"""The lanes of a system: bars, form, events, sound, bands, chords, energy, tempo, time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from apex_director.audio.model import ENVELOPE_HZ, AudioAnalysis, MusicEvent
from apex_director.core.time import clock

from . import palette as p
from .layout import MARGIN_LEFT, Layout
from .model import F32, Lane, System, Waveform
from .sheet import Sheet, fitting, text_width
from .words import chord_name, in_flats, section_words

F64 = NDArray[np.float64]
Reduce = Callable[..., Any]
_MOST_POINTS = 2600  # of a curve in one system; more than the printer's dots
_BAR_STEPS = (1, 4, 8, 16, 32, 64, 128, 256)
_TIME_STEPS = (1, 2, 5, 10, 15, 30, 60, 120, 300)


@dataclass(frozen=True, kw_only=True)
class Staff:
    """One system on the sheet: what it shows, where its top is, and how time becomes inches."""

    sheet: Sheet
    analysis: AudioAnalysis
    system: System
    layout: Layout
    top: float
    first: bool
    colors: dict[str, str]

    def x(self, seconds: float) -> float:
        return MARGIN_LEFT + (seconds - self.system.start_s) * self.layout.per_second

    def xs(self, seconds: F64) -> F64:
        return MARGIN_LEFT + (seconds - self.system.start_s) * self.layout.per_second

    def lane(self, name: str) -> tuple[float, float]:
        """Upper and lower edge of a lane."""
        lane: Lane = self.layout.lanes[name]
        return self.top + lane.top, self.top + lane.top + lane.height

    def span(self, start_s: float, end_s: float) -> tuple[float, float] | None:
        """The part of a stretch that this system shows."""
        a, b = max(start_s, self.system.start_s), min(end_s, self.system.end_s)
        return (a, b) if b > a else None

    def shows(self, seconds: float) -> bool:
        return self.system.start_s <= seconds < self.system.end_s


def draw_system(staff: Staff, wave: Waveform) -> None:
    """Everything of one system."""
    _names(staff)
    _bars(staff)
    _form(staff)
    _events(staff)
    _sound(staff, wave)
    _voice(staff)
    _bands(staff)
    _chords(staff)
    _energy(staff)
    _tempo(staff)
    _time(staff)


def _names(staff: Staff) -> None:
    """The lanes' names in the margin; in full in the first system."""
    full = {
        "form": "form",
        "sound": "sound",
        "voice": "voice (likely)",
        "high": "high · hats",
        "mid": "mid · snare, voice",
        "low": "low · kick",
        "bass": "bass",
        "chords": "chords",
        "energy": "energy",
        "tempo": "tempo, trust",
        "bars": "bars" if staff.analysis.grid.reliable else "phrases",
        "time": "time",
    }
    for name, words in full.items():
        above, below = staff.lane(name)
        said = words if staff.first else words.split(" · ")[0].removesuffix(" (likely)")
        y = (above + below) / 2 + 0.032
        staff.sheet.text(MARGIN_LEFT - 0.12, y, said, p.TINY_PT + 0.5, p.SOFT, align="right")


def _bars(staff: Staff) -> None:
    """Bar lines with their numbers, beats between them; phrase points where there is no grid."""
    below = staff.lane("bars")[1]
    foot = staff.lane("tempo")[1]
    staff.sheet.line(
        [staff.x(staff.system.start_s), staff.x(staff.system.end_s)],
        [below, below],
        p.INK,
        0.7,
    )
    if not staff.analysis.grid.reliable:
        points = [staff.x(t) for t in staff.analysis.phrases_s if staff.shows(t)]
        staff.sheet.verticals(points, below - 0.10, below, p.INK, 0.8)
        return
    beats = [b for b in staff.analysis.grid.beats if staff.shows(b.time_s)]
    downs = [b for b in beats if b.position == 1]
    step = bar_step(staff)
    numbered = [b for b in downs if b.bar >= 0 and b.bar % step == 0]
    if _apart(staff, 60 / (staff.analysis.grid.bpm or 120)) >= 0.045:
        quiet = [staff.x(b.time_s) for b in beats if b.position != 1]
        staff.sheet.verticals(quiet, below - 0.045, below, p.SOFT, 0.5)
    shown = downs if step <= 8 else numbered
    staff.sheet.verticals([staff.x(b.time_s) for b in shown], below - 0.09, below, p.INK, 0.8)
    top = staff.lane("sound")[0]
    staff.sheet.verticals([staff.x(b.time_s) for b in shown], top, foot, p.HAIRLINE, 0.5, z=0.5)
    lines = [staff.x(b.time_s) for b in numbered if b.bar % max(4, step) == 0]
    staff.sheet.verticals(lines, top, foot, p.BARLINE, 0.6, z=0.6)
    for beat in numbered:
        words = str(beat.bar + 1)
        staff.sheet.text(
            staff.x(beat.time_s), below - 0.115, words, p.TINY_PT + 0.8, p.INK, align="center"
        )


def bar_step(staff: Staff) -> int:
    """Every how many bars there is room for a number."""
    grid = staff.analysis.grid
    bar_s = 60 / (grid.bpm or 120) * grid.meter
    return next((n for n in _BAR_STEPS if _apart(staff, n * bar_s) >= 0.36), _BAR_STEPS[-1])


def _apart(staff: Staff, seconds: float) -> float:
    return seconds * staff.layout.per_second


def _form(staff: Staff) -> None:
    """Sections as blocks in the colour of their repeat group, labelled; their tint behind the
    sound.
    """
    above, below = staff.lane("form")
    first, last = staff.lane("sound")
    foot = staff.lane("tempo")[1]
    for section in staff.analysis.sections:
        part = staff.span(section.start_s, section.end_s)
        if part is None:
            continue
        a, b = staff.x(part[0]), staff.x(part[1])
        color = staff.colors[section.group]
        staff.sheet.rect(a, above, b - a, below - above, color, z=2)
        staff.sheet.rect(a, first, b - a, last - first, color, alpha=0.26, z=0.3)
        words = fitting(section_words(section, staff.analysis), p.SMALL_PT, b - a - 0.14)
        if words:
            staff.sheet.text(a + 0.07, below - 0.058, words, p.SMALL_PT)
        if section.start_s > 0.05 and staff.shows(section.start_s):
            staff.sheet.verticals([a], above, foot, p.SOFT, 0.8, z=2.5)


def _events(staff: Staff) -> None:
    """Build-ups and breakdowns as hairpins, drops as marks that stand over the sound.

    Where a build-up begins within a breakdown one hairpin stands for both, and says so.
    """
    above, below = staff.lane("events")
    rises = [e for e in staff.analysis.events if e.kind == "build_up"]
    falls = [e for e in staff.analysis.events if e.kind == "breakdown"]
    for event in rises:
        both = any(_shared(event, other) > 0.5 for other in falls)
        _hairpin(staff, event, "breakdown, build-up" if both else "build-up")
    for event in falls:
        if all(_shared(event, other) <= 0.5 for other in rises):
            _hairpin(staff, event, "breakdown")
    for event in staff.analysis.events:
        if event.kind == "drop" and staff.shows(event.start_s):
            _drop(staff, staff.x(event.start_s), above, below)


def _shared(event: MusicEvent, other: MusicEvent) -> float:
    """How much of an event another one covers, as a share of the shorter."""
    common = min(event.end_s, other.end_s) - max(event.start_s, other.start_s)
    shorter = min(event.end_s - event.start_s, other.end_s - other.start_s)
    return max(0.0, common) / max(shorter, 1e-6)


def _hairpin(staff: Staff, event: MusicEvent, name: str) -> None:
    part = staff.span(event.start_s, event.end_s)
    if part is None:
        return
    above, below = staff.lane("events")
    middle, opening = (above + below) / 2, (below - above) / 2 - 0.02
    shares = [(t - event.start_s) / (event.end_s - event.start_s) for t in part]
    if event.kind == "breakdown":
        shares = [1 - s for s in shares]
    xs = [staff.x(t) for t in part]
    for side in (-1, 1):
        staff.sheet.line(xs, [middle + side * opening * s for s in shares], p.INK, 1.0)
    words = fitting([name, name.split(", ")[-1]], p.TINY_PT, xs[1] - xs[0] - 0.5)
    if words:
        x, room = sum(xs) / 2, text_width(words, p.TINY_PT) + 0.08
        staff.sheet.rect(x - room / 2, above, room, below - above, p.PAPER, z=3.5)
        staff.sheet.text(x, middle + 0.032, words, p.TINY_PT, align="center")


def _drop(staff: Staff, x: float, above: float, below: float) -> None:
    half = 0.062
    staff.sheet.polygon([(x - half, above + 0.02), (x + half, above + 0.02), (x, below)], p.ACCENT)
    staff.sheet.verticals([x], below, staff.lane("sound")[1], p.ACCENT, 1.2, z=4)
    staff.sheet.text(x + half + 0.03, below - 0.035, "drop", p.TINY_PT, p.ACCENT)


def _cut(staff: Staff, values: F32, rate: float, reduce: Reduce) -> tuple[F64, F64]:
    """Times and values of a curve within the system, thinned to what can be seen."""
    first = max(0, int(staff.system.start_s * rate))
    last = min(len(values), int(np.ceil(staff.system.end_s * rate)) + 1)
    part = np.asarray(values[first:last], dtype=np.float64)
    group = max(1, -(-len(part) // _MOST_POINTS))
    if group > 1:
        kept = len(part) // group * group
        rows = part[:kept].reshape(-1, group)
        part = np.asarray(reduce(rows, axis=1))
    times = (first + (np.arange(len(part)) + 0.5) * group) / rate
    return staff.xs(np.clip(times, staff.system.start_s, staff.system.end_s)), part


def _sound(staff: Staff, wave: Waveform) -> None:
    """The waveform: its outline, and its level within; silence hatched."""
    above, below = staff.lane("sound")
    middle, half = (above + below) / 2, (below - above) / 2
    for silence in staff.analysis.silence:
        part = staff.span(silence.start_s, silence.end_s)
        if part is None:
            continue
        a, b = staff.x(part[0]), staff.x(part[1])
        staff.sheet.rect(a, above, b - a, 2 * half, p.PAPER, edge=p.FAINT, hatch="////", z=0.4)
        words = fitting(["silence"], p.TINY_PT, b - a - 0.1)
        if words:
            room = text_width(words, p.TINY_PT) + 0.1
            staff.sheet.rect((a + b - room) / 2, middle - 0.07, room, 0.14, p.PAPER, z=4)
            staff.sheet.text((a + b) / 2, middle + 0.032, words, p.TINY_PT, p.SOFT, align="center")
    x, high = _cut(staff, wave.high, wave.rate_hz, np.max)
    _, low = _cut(staff, wave.low, wave.rate_hz, np.min)
    _, level = _cut(staff, wave.level, wave.rate_hz, np.mean)
    if len(x):
        scale = 0.97 / tallest(wave)
        high, low, level = (half * np.clip(v * scale, -0.97, 0.97) for v in (high, low, level))
        staff.sheet.fill(x, middle - high, middle - low, p.WAVE)
        staff.sheet.fill(x, middle - level, middle + level, p.WAVE_CORE)


def tallest(wave: Waveform) -> float:
    """What fills the lane: the highest sample but for a few single peaks."""
    peaks = np.maximum(wave.high, -wave.low)
    return max(float(np.percentile(peaks, 99.7)) if len(peaks) else 0.0, 1e-6)


def _voice(staff: Staff) -> None:
    above, below = staff.lane("voice")
    middle = (above + below) / 2
    ends = [staff.x(staff.system.start_s), staff.x(staff.system.end_s)]
    staff.sheet.line(ends, [middle, middle], p.HAIRLINE, 0.6, z=1)
    for interval in staff.analysis.vocals:
        part = staff.span(interval.start_s, interval.end_s)
        if part is not None:
            a, b = staff.x(part[0]), staff.x(part[1])
            staff.sheet.rect(a, above + 0.005, b - a, below - above - 0.01, p.VOICE, z=2)


def _bands(staff: Staff) -> None:
    """Envelopes of the bands, with a stroke for each onset, the taller the stronger."""
    low, mid, high = staff.analysis.bands
    rows = (("high", high), ("mid", mid), ("low", low))
    thin = _apart(staff, 1.0) >= 0.09
    for name, band in rows:
        above, below = staff.lane(name)
        _envelope(staff, band.envelope, above, below, p.BAND)
        if not thin:
            continue
        hits = [
            (staff.x(t), below - (below - above) * (0.25 + 0.75 * min(1.0, s)))
            for t, s in zip(band.onsets_s, band.strengths, strict=True)
            if staff.shows(t)
        ]
        if hits:
            tops = np.array([top for _, top in hits])
            staff.sheet.verticals([x for x, _ in hits], tops, below, p.INK, 0.45)
    above, below = staff.lane("bass")
    _envelope(staff, staff.analysis.bass_envelope, above, below, p.BAND_BASS)


def _envelope(staff: Staff, envelope: F32, above: float, below: float, color: str) -> None:
    ends = [staff.x(staff.system.start_s), staff.x(staff.system.end_s)]
    staff.sheet.line(ends, [below, below], p.FAINT, 0.4, z=2.2)
    x, values = _cut(staff, envelope, ENVELOPE_HZ, np.max)
    if len(x):
        height = (below - above) * np.clip(values, 0, 1)
        staff.sheet.fill(x, below - height, below, color, alpha=0.55)


def _chords(staff: Staff) -> None:
    """Chord names where they change; one that does not fit is a tick."""
    above, below = staff.lane("chords")
    ticks, flats = [], in_flats(staff.analysis.tone)
    for chord in staff.analysis.tone.chords:
        part = staff.span(chord.start_s, chord.end_s)
        name = chord_name(chord.name, flats=flats)
        if part is None:
            continue
        a, b = staff.x(part[0]), staff.x(part[1])
        ticks.append(a)
        words = fitting([name], p.SMALL_PT, b - a - 0.03)
        if words:
            color = p.FAINT if name == "N.C." else p.INK
            staff.sheet.text(a + 0.035, below - 0.045, words, p.SMALL_PT, color)
    staff.sheet.verticals(ticks, above + 0.03, below, p.FAINT, 0.6)


def _energy(staff: Staff) -> None:
    """Energy, bar by bar, as a step that lasts until the next."""
    above, below = staff.lane("energy")
    arc = staff.analysis.energy_arc
    xs: list[float] = []
    ys: list[float] = []
    for k, (start, value) in enumerate(arc):
        end = arc[k + 1][0] if k + 1 < len(arc) else staff.analysis.duration_s
        part = staff.span(start, end)
        if part is not None:
            y = below - (below - above) * float(np.clip(value, 0, 1))
            xs += [staff.x(part[0]), staff.x(part[1])]
            ys += [y, y]
    if xs:
        staff.sheet.fill(np.array(xs), np.array(ys), below, p.ENERGY_FILL, z=0.9)
        staff.sheet.line(xs, ys, p.ENERGY, 0.9)


def _tempo(staff: Staff) -> None:
    """The tempo's curve over a strip that tells how far the grid can be trusted."""
    above, below = staff.lane("tempo")
    strip = below - 0.065
    _trust(staff, strip, below)
    grid = staff.analysis.grid
    if not grid.reliable or not grid.bpm or not grid.bpm_curve:
        words = "no steady beat: cuts follow phrases and strong onsets"
        staff.sheet.text(
            staff.x(staff.system.start_s) + 0.03, strip - 0.06, words, p.TINY_PT, p.SOFT
        )
        return
    curve = np.array(grid.bpm_curve)
    low, high = tempo_range(grid.bpm, curve[:, 1])
    place = (
        strip - 0.02 - (strip - 0.02 - above) * np.clip((curve[:, 1] - low) / (high - low), 0, 1)
    )
    start, end = staff.system.start_s, staff.system.end_s
    inside = (curve[:, 0] > start) & (curve[:, 0] < end)
    times = np.concatenate([[start], curve[inside, 0], [end]])
    staff.sheet.line(staff.xs(times), np.interp(times, curve[:, 0], place), p.TEMPO, 1.1)
    ends = [staff.x(start), staff.x(end)]
    for y in (above, strip - 0.02):
        staff.sheet.line(ends, [y, y], p.HAIRLINE, 0.5, z=0.8)
    x = ends[1] + 0.05
    staff.sheet.text(x, above + 0.045, f"{high:.0f}", p.TINY_PT - 0.5, p.SOFT)
    staff.sheet.text(x, strip - 0.01, f"{low:.0f}", p.TINY_PT - 0.5, p.SOFT)


def tempo_range(bpm: float, values: F64) -> tuple[float, float]:
    """The tempi a lane spans: all there are, and six percent to either side at least."""
    low, high = np.percentile(values, (2, 98))
    return min(float(low), bpm * 0.94), max(float(high), bpm * 1.06)


def _trust(staff: Staff, above: float, below: float) -> None:
    """Firm, loose, none, by windows; one colour for the whole song where there are none."""
    grid = staff.analysis.grid
    windows = [(w.start_s, w.end_s, trust_word(w.trust)) for w in grid.windows]
    windows = windows or [(0.0, staff.analysis.duration_s, grid.verdict)]
    for start, end, word in windows:
        part = staff.span(start, end)
        if part is None:
            continue
        a, b = staff.x(part[0]), staff.x(part[1])
        if word == "none":
            staff.sheet.rect(a, above, b - a, below - above, p.PAPER, edge=p.FAINT, z=1.5)
        else:
            staff.sheet.rect(a, above, b - a, below - above, p.TRUST[word], z=1.5)


def trust_word(trust: float) -> str:
    """firm from 0.60, loose from 0.50, none below."""
    return "firm" if trust >= 0.60 else "loose" if trust >= 0.50 else "none"


def _time(staff: Staff) -> None:
    """Minutes and seconds below the system."""
    above, below = staff.lane("time")
    step = next((s for s in _TIME_STEPS if _apart(staff, s) >= 0.8), _TIME_STEPS[-1])
    ends = [staff.x(staff.system.start_s), staff.x(staff.system.end_s)]
    staff.sheet.line(ends, [above, above], p.FAINT, 0.5)
    first = int(np.ceil(staff.system.start_s / step - 1e-9)) * step
    times = np.arange(first, staff.system.end_s + 1e-6, step)
    staff.sheet.verticals(staff.xs(times), above, above + 0.035, p.SOFT, 0.6)
    for seconds in times:
        staff.sheet.text(
            staff.x(seconds), below, clock(float(seconds)), p.TINY_PT + 0.3, p.SOFT, align="center"
        )
