"""The stretch of a song that shows it best, and an analysis cut to a stretch."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from .model import (
    ENVELOPE_HZ,
    F32,
    AudioAnalysis,
    Band,
    Chord,
    Grid,
    Interval,
    Loudness,
    MusicEvent,
    Section,
    TrustWindow,
)

LABEL_WORTH = {
    "chorus": 1.0,
    "post_chorus": 0.9,
    "instrumental": 0.6,
    "pre_chorus": 0.55,
    "bridge": 0.5,
    "verse": 0.4,
    "section": 0.4,
    "intro": 0.15,
    "outro": 0.1,
}
"""How much a stretch of each kind tells of a song."""
HOOKS = ("chorus", "post_chorus")
LOUD_SHARE, LABEL_SHARE = 0.45, 0.35
HOOK_BEGINS, SECTION_BEGINS, PHRASE_BEGINS = 0.2, 0.1, 0.04
"""What it counts that a stretch begins where a chorus, another section, or four bars begin."""
NEAR_S = 0.15
MOMENTARY_HZ = 10
STEADY_S = 60.0


def best_window(analysis: AudioAnalysis, seconds: float) -> Interval:
    """The stretch of about so many seconds that shows a song best: loud, of its chorus, and
    beginning where that does.

    With a grid that can be trusted it runs from a downbeat to the downbeat that is nearest to the
    length wanted; otherwise from a phrase or a section, for exactly that long. A song that is no
    longer is its own best stretch.
    """
    if seconds >= analysis.duration_s - 0.5:
        return Interval(start_s=0.0, end_s=analysis.duration_s)
    windows = _on_bars(analysis, seconds) or _on_phrases(analysis, seconds)
    loud = [_mean(analysis.loudness_envelope, w) for w in windows]
    most = max(*loud, 1e-6)
    worth = [
        LOUD_SHARE * level / most + LABEL_SHARE * _label_worth(analysis, w) + _entry(analysis, w)
        for w, level in zip(windows, loud, strict=True)
    ]
    return windows[max(range(len(windows)), key=lambda i: (round(worth[i], 6), -i))]


def bar_seconds(analysis: AudioAnalysis, at_s: float) -> float | None:
    """How long a bar lasts around a time; None where the grid cannot be trusted."""
    bars = _bars(analysis)
    if len(bars) < 2:
        return None
    first = min(max(0, bisect_left(bars, at_s) - 2), len(bars) - 2)
    return float(np.median(np.diff(bars[first : first + 6])))


def _bars(analysis: AudioAnalysis) -> tuple[float, ...]:
    """Downbeats that may be cut on, and the song's end where a bar ends there."""
    grid = analysis.grid
    if not grid.reliable:
        return ()
    bars = [t for t in grid.downbeats if 0.0 <= t < analysis.duration_s]
    if len(bars) > 1 and abs(analysis.duration_s - 2 * bars[-1] + bars[-2]) < NEAR_S:
        bars.append(analysis.duration_s)
    return tuple(bars)


def _on_bars(analysis: AudioAnalysis, seconds: float) -> list[Interval]:
    bars = _bars(analysis)
    out = []
    for at, start in enumerate(bars[:-1]):
        wanted = start + seconds
        after = min(max(bisect_left(bars, wanted), at + 1), len(bars) - 1)
        end = min(bars[max(at + 1, after - 1) : after + 1], key=lambda t: abs(t - wanted))
        if abs(end - wanted) <= 0.75 * (bars[at + 1] - start):
            out.append(Interval(start_s=start, end_s=end))
    return out


def _on_phrases(analysis: AudioAnalysis, seconds: float) -> list[Interval]:
    last = analysis.duration_s - seconds
    starts = {s.start_s for s in analysis.sections} | set(analysis.phrases_s) | {last}
    return [
        Interval(start_s=start, end_s=start + seconds)
        for start in sorted(starts)
        if 0.0 <= start <= last
    ]


def _mean(envelope: F32, window: Interval) -> float:
    first = min(int(window.start_s * ENVELOPE_HZ), max(0, len(envelope) - 1))
    part = envelope[first : max(first + 1, int(window.end_s * ENVELOPE_HZ))]
    return float(part.mean()) if len(part) else 0.0


def _label_worth(analysis: AudioAnalysis, window: Interval) -> float:
    """What the sections inside are worth, by the time they take; strong ones more."""
    total = 0.0
    for section in analysis.sections:
        shared = min(section.end_s, window.end_s) - max(section.start_s, window.start_s)
        if shared > 0:
            total += shared * (0.6 * LABEL_WORTH[section.label] + 0.4 * section.energy)
    return total / max(window.end_s - window.start_s, 1e-6)


def _entry(analysis: AudioAnalysis, window: Interval) -> float:
    """What its beginning is worth."""
    start = window.start_s
    inside = [s for s in analysis.sections if s.start_s - NEAR_S <= start < s.end_s]
    if not inside:
        return 0.0
    section = inside[-1]
    before = [t for t in _bars(analysis) if section.start_s - NEAR_S <= t < start - NEAR_S]
    if abs(section.start_s - start) <= NEAR_S or (analysis.grid.reliable and not before):
        return HOOK_BEGINS if section.label in HOOKS else SECTION_BEGINS
    return PHRASE_BEGINS if analysis.grid.reliable and len(before) % 4 == 0 else 0.0


def sliced(analysis: AudioAnalysis, start_s: float, end_s: float) -> AudioAnalysis:
    """The analysis of a stretch, its times counted from where it begins.

    What can only be said of a whole (key, mood, spectrum, trust) stays; integrated loudness does
    not, for it has to be measured.

    Parameters
    ----------
    start_s, end_s : float
        In seconds, within the song.
    """
    part = Interval(start_s=max(0.0, start_s), end_s=min(end_s, analysis.duration_s))
    loudness = analysis.loudness.momentary
    rows = slice(round(part.start_s * MOMENTARY_HZ), round(part.end_s * MOMENTARY_HZ))
    low, mid, high = (_band(band, part) for band in analysis.bands)
    return replace(
        analysis,
        duration_s=part.end_s - part.start_s,
        grid=_grid(analysis.grid, part),
        sections=tuple(s for old in analysis.sections if (s := _section(old, part)) is not None),
        bands=(low, mid, high),
        loudness_envelope=_resampled(analysis.loudness_envelope, part),
        tone=replace(
            analysis.tone,
            chords=tuple(c for old in analysis.tone.chords if (c := _chord(old, part)) is not None),
        ),
        loudness=Loudness(
            integrated_lufs=None, range_lu=None, true_peak_dbtp=None, momentary=loudness[rows]
        ),
        silence=_within(analysis.silence, part),
        vocals=_within(analysis.vocals, part),
        phrases_s=_times(analysis.phrases_s, part),
        events=tuple(e for old in analysis.events if (e := _event(old, part)) is not None),
        energy_arc=_arc(analysis.energy_arc, part),
        bass_envelope=_resampled(analysis.bass_envelope, part),
        warnings=(),
    )


def _event(event: MusicEvent, part: Interval) -> MusicEvent | None:
    start, end = max(event.start_s, part.start_s), min(event.end_s, part.end_s)
    if end <= start or (event.kind == "drop" and event.start_s < part.start_s):
        return None  # a drop that has fallen is no drop any more
    return replace(event, start_s=start - part.start_s, end_s=end - part.start_s)


def _arc(arc: Sequence[tuple[float, float]], part: Interval) -> tuple[tuple[float, float], ...]:
    """The arc within a stretch; the bar it begins in counts from its beginning."""
    moved = [(t - part.start_s, energy) for t, energy in arc if t < part.end_s]
    before = [(0.0, energy) for t, energy in moved if t <= 0][-1:]
    return (*before, *((t, energy) for t, energy in moved if t > 0))


def _windows(windows: Sequence[TrustWindow], part: Interval) -> tuple[TrustWindow, ...]:
    cut = (
        replace(w, start_s=max(w.start_s, part.start_s), end_s=min(w.end_s, part.end_s))
        for w in windows
    )
    return tuple(
        replace(w, start_s=w.start_s - part.start_s, end_s=w.end_s - part.start_s)
        for w in cut
        if w.end_s > w.start_s
    )


def _grid(grid: Grid, part: Interval) -> Grid:
    beats = [b for b in grid.beats if part.start_s <= b.time_s < part.end_s]
    first = min((b.bar for b in beats if b.position == 1), default=0)
    moved = (replace(b, time_s=b.time_s - part.start_s, bar=max(-1, b.bar - first)) for b in beats)
    curve = [(t - part.start_s, bpm) for t, bpm in grid.bpm_curve]
    before = [bpm for t, bpm in curve if t <= 0][-1:]
    inside = [(t, bpm) for t, bpm in curve if 0 < t < part.end_s - part.start_s]
    return replace(
        grid,
        beats=tuple(moved),
        bpm_curve=(*((0.0, bpm) for bpm in before), *inside),
        windows=_windows(grid.windows, part),
    )


def _section(section: Section, part: Interval) -> Section | None:
    start, end = max(section.start_s, part.start_s), min(section.end_s, part.end_s)
    if end <= start:
        return None
    return replace(section, start_s=start - part.start_s, end_s=end - part.start_s)


def _chord(chord: Chord, part: Interval) -> Chord | None:
    start, end = max(chord.start_s, part.start_s), min(chord.end_s, part.end_s)
    if end <= start:
        return None
    return replace(chord, start_s=start - part.start_s, end_s=end - part.start_s)


def _within(spans: Sequence[Interval], part: Interval) -> tuple[Interval, ...]:
    cut = ((max(s.start_s, part.start_s), min(s.end_s, part.end_s)) for s in spans)
    return tuple(
        Interval(start_s=a - part.start_s, end_s=b - part.start_s) for a, b in cut if a < b
    )


def _times(times: Sequence[float], part: Interval) -> tuple[float, ...]:
    return tuple(t - part.start_s for t in times if part.start_s <= t < part.end_s)


def _band(band: Band, part: Interval) -> Band:
    hits = [
        (t - part.start_s, strength)
        for t, strength in zip(band.onsets_s, band.strengths, strict=True)
        if part.start_s <= t < part.end_s
    ]
    return replace(
        band,
        onsets_s=tuple(t for t, _ in hits),
        strengths=tuple(strength for _, strength in hits),
        envelope=_resampled(band.envelope, part),
    )


def _resampled(envelope: F32, part: Interval) -> F32:
    """An envelope read anew from where the stretch begins, which may lie between two values."""
    if not len(envelope):
        return envelope
    count = max(1, int(np.ceil((part.end_s - part.start_s) * ENVELOPE_HZ)))
    at = part.start_s + (np.arange(count) + 0.5) / ENVELOPE_HZ
    known = (np.arange(len(envelope)) + 0.5) / ENVELOPE_HZ
    return np.interp(at, known, envelope).astype(np.float32)


def levelled(analysis: AudioAnalysis, start_s: float, end_s: float) -> AudioAnalysis:
    """A minute in which nothing happens: every level is what it mostly is in a stretch, and no
    beat, onset or border stands out. For pictures that go round and round to no sound.

    Parameters
    ----------
    start_s, end_s : float
        In seconds, within the song.
    """
    part = sliced(analysis, start_s, end_s)
    low, mid, high = (
        replace(band, onsets_s=(), strengths=(), envelope=_constant(band.envelope))
        for band in part.bands
    )
    return replace(
        part,
        duration_s=STEADY_S,
        grid=replace(part.grid, beats=(), verdict="none"),
        sections=(),
        bands=(low, mid, high),
        loudness_envelope=_constant(part.loudness_envelope),
        silence=(),
        vocals=(),
        phrases_s=(),
        events=(),
        energy_arc=(),
        bass_envelope=_constant(part.bass_envelope),
    )


def _constant(envelope: F32) -> F32:
    level = float(np.median(envelope)) if len(envelope) else 0.0
    return np.full(int(STEADY_S * ENVELOPE_HZ), level, dtype=np.float32)
