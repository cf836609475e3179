"""The beat grid of a song and how far it can be trusted."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import median_filter

from .beats import FEW_BEATS, active, in_bars, strength_of
from .features import MEL_FPS, Features
from .level import alternatives
from .meter import accents, counted, meter_of, positions, shifted
from .model import F32, Corrections, Grid, TempoAlternative, TrustWindow
from .subdivision import is_compound, swing_of
from .taps import continued, led
from .tracking import Heard, Track, down_share, found_in, hear, tempo_of
from .trust import LOOSE, regularity, verdict_of, windows_of

__all__ = ["grid_of", "no_grid", "tempo_of", "verdict_of"]

F64 = NDArray[np.float64]
I64 = NDArray[np.int64]


def grid_of(
    features: Features, corrections: Corrections | None = None, act: F32 | None = None
) -> Grid:
    """Track the beats and judge them.

    Parameters
    ----------
    features : Features
        The song's features.
    corrections : Corrections
        What a person knows better. A tempo or taps decide the metrical level, and the grid is at
        least loose wherever the song sounds. ``offset_s`` is added to every beat as it stands:
        +0.25 moves the grid by a quarter of a second exactly. ``bar_shift`` moves the bar lines.
    act : float32 [shape=(n,) or (m, 2)]
        Activation of another tracker: of beats at FLUX_FPS in place of the band flux (the network
        is then left out), or of beats and downbeats at MEL_FPS in place of the network's.
    """
    wishes = corrections or Corrections()
    heard = hear(features, wishes, act)
    found = found_in(features, heard)
    times = _told(features, heard, found) if heard.told else found.times
    if len(times) >= FEW_BEATS and (heard.told or found.trust >= LOOSE):
        return _grid(features, heard, replace(found, times=times), wishes)
    windows = windows_of(heard.flux, _beat(heard), times, _end(features))
    if len(times) < FEW_BEATS:
        return no_grid(windows=windows)
    return no_grid(
        trust=found.trust, bpm=tempo_of(times), regularity=regularity(times), windows=windows
    )


def _grid(features: Features, heard: Heard, found: Track, wishes: Corrections) -> Grid:
    times = found.times
    bpm = tempo_of(times)
    accent = accents(features, heard.flux, times)
    swing, compound = swing_of(heard.flux, times), is_compound(heard.flux, times)
    if heard.net is not None:
        down = down_share(heard.net, times)
        place, meter = counted(times, down, accent, compound=compound)
    else:
        meter = meter_of(accent)
        place = positions(times, accent, meter)
    place = shifted(place, meter, wishes.bar_shift)
    trust = max(found.trust, LOOSE) if heard.told else found.trust
    windows = windows_of(heard.flux, _beat(heard), times, _end(features))
    if heard.told:
        windows = tuple(_vouched(w, times) for w in windows)
    strength = strength_of(heard.flux, times)
    times, place, strength = _moved(features, times, place, strength, meter, wishes.offset_s)
    return Grid(
        beats=in_bars(times, strength, place),
        bpm=bpm,
        bpm_curve=_curve(times),
        meter=meter,
        trust=trust,
        verdict=verdict_of(trust),
        regularity=regularity(times),
        alternatives=alternatives(bpm, found.evidence, found.readings),
        windows=windows,
        compound=compound,
        swing=None if compound else swing,
        source="taps" if heard.taps is not None else found.source,
    )


def _vouched(window: TrustWindow, times: F64) -> TrustWindow:
    """A window with beats in it, once a person has told where they are."""
    held = np.any((times >= window.start_s) & (times < window.end_s))
    return replace(window, trust=max(window.trust, LOOSE)) if held else window


def no_grid(
    *,
    trust: float = 0.0,
    bpm: float | None = None,
    regularity: float = 0.0,
    windows: tuple[TrustWindow, ...] = (),
) -> Grid:
    """A grid without beats, for a song whose beat cannot be trusted."""
    guess = () if bpm is None else (TempoAlternative(bpm=bpm, confidence=min(trust, 0.49)),)
    return Grid(
        beats=(),
        bpm=None,
        bpm_curve=(),
        meter=4,
        trust=trust,
        verdict="none",
        regularity=regularity,
        alternatives=guess,
        windows=windows,
        source="none",
    )


def _beat(heard: Heard) -> F32 | None:
    return None if heard.net is None else heard.net[:, 0]


def _end(features: Features) -> float:
    return len(features.mel) / MEL_FPS


def _told(features: Features, heard: Heard, found: Track) -> F64:
    """The heard beats led by what a person said; even ones where nothing can be followed."""
    times, end = found.times, _end(features)
    if heard.taps is not None and found.trust < LOOSE:
        times = continued(heard.taps, end)
    elif heard.taps is not None:
        times = led(times, heard.taps, end)
    elif heard.tempo is not None and len(times) < FEW_BEATS:
        times = np.arange(0.0, end, 60.0 / heard.tempo)
    return times[active(features, times)]


def _moved(
    features: Features, times: F64, place: I64, strength: F64, meter: int, by: float
) -> tuple[F64, I64, F64]:
    """Every beat ``by`` seconds later; what leaves the song is dropped, what is missing at its
    edge is added.
    """
    if by == 0 or len(times) < 2:
        return times, place, strength
    end, step = _end(features), float(np.median(np.diff(times)))
    moved = times + by
    before = np.arange(moved[0] - step, min(0.0, by), -step)[::-1] if by > 0 else np.zeros(0)
    before = before[(before >= 0) & active(features, before)]
    after = np.arange(moved[-1] + step, end, step) if by < 0 else np.zeros(0)
    after = after[active(features, after)]
    all_times = np.concatenate([before, moved, after])
    all_place = np.concatenate(
        [
            (place[0] - np.arange(len(before), 0, -1)) % meter,
            place,
            (place[-1] + np.arange(1, len(after) + 1)) % meter,
        ]
    )
    all_strength = np.concatenate(
        [np.full(len(before), strength[0]), strength, np.full(len(after), strength[-1])]
    )
    keep = (all_times >= 0) & (all_times < end)
    return all_times[keep], all_place[keep], all_strength[keep]


def _curve(times: F64) -> tuple[tuple[float, float], ...]:
    """Tempo at every fourth beat, median of the nine intervals around it."""
    smooth = median_filter(np.diff(times), size=9, mode="nearest")
    return tuple((float(times[i]), 60.0 / float(smooth[i])) for i in range(0, len(smooth), 4))
