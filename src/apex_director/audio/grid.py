"""The beat grid and how far it can be trusted: a measured value, not a wish."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import maximum_filter1d, median_filter

from .beats import (
    FEW_BEATS,
    LAG_S,
    Evidence,
    accents,
    active,
    evidence,
    in_bars,
    meter_of,
    positions,
    refine,
)
from .features import FLUX_FPS, Features
from .model import F32, Corrections, Grid, TempoAlternative, Verdict
from .steady import steadied
from .tempo import MAX_BPM, MIN_BPM, TempoRange, activation, track

F64 = NDArray[np.float64]
FIRM, LOOSE = 0.60, 0.50
_STEADY = 0.06  # intervals within this share of the median make the tempo
_WINDOW_S = 12.0
# Measured value to trust. The middle points lie between synthetic music with a beat (lowest: bowed
# strings) and without (free piano, speech, rain, drones), which fall on opposite sides of both.
PULSE = ((0.0, 0.19, 0.27, 0.35, 0.70, 1.0), (0.0, 0.40, 0.50, 0.60, 0.85, 1.0))
SHARP = ((0.0, 0.15, 0.20, 0.25, 0.50, 0.8), (0.0, 0.38, 0.50, 0.60, 0.85, 1.0))


def grid_of(
    features: Features, corrections: Corrections | None = None, act: F32 | None = None
) -> Grid:
    """Track the beats and judge them.

    Parameters
    ----------
    features : Features
        The song's features.
    corrections : Corrections
        What a person knows better about the beat.
    act : float32 [shape=(n,)]
        Beat activation at FLUX_FPS from another tracker; band flux where none is given.
    """
    act = activation(features.flux, FLUX_FPS) if act is None else act
    tempo = corrections.tempo if corrections else None
    limits = TempoRange(low=tempo / 1.04, high=tempo * 1.04) if tempo else None
    times = refine(act, track(act, FLUX_FPS, limits), FLUX_FPS)
    times = times[active(features, times)]
    times = times[np.concatenate([[True], np.diff(times) > 0.1])] if len(times) else times
    if len(times) < FEW_BEATS:
        return no_grid()
    trust = trust_of(act, times)
    if trust < LOOSE:
        return no_grid(trust=trust, bpm=tempo_of(times), regularity=regularity(times))
    times = steadied(act, times, FLUX_FPS)
    times = times[active(features, times)]
    heard, bpm = evidence(act, times, FLUX_FPS), tempo_of(times)
    accent = accents(features, act, times)
    meter = meter_of(accent)
    place = positions(times, accent, meter)
    return Grid(
        beats=in_bars(times, _strength(act, times), place),
        bpm=bpm,
        bpm_curve=_curve(times),
        meter=meter,
        trust=trust,
        verdict=verdict_of(trust),
        regularity=regularity(times),
        alternatives=_alternatives(bpm, heard),
    )


def verdict_of(trust: float) -> Verdict:
    """firm from 0.60, loose from 0.50, none below."""
    return "firm" if trust >= FIRM else "loose" if trust >= LOOSE else "none"


def tempo_of(times: F64) -> float:
    """Mean tempo of the intervals within six percent of the median one."""
    gaps = np.diff(times)
    middle = float(np.median(gaps))
    near = gaps[np.abs(gaps - middle) <= _STEADY * middle]
    return 60.0 / float(near.mean() if len(near) else middle)


def regularity(times: F64) -> float:
    """One minus the mean relative change from one interval to the next, 0..1."""
    gaps = np.diff(times)
    if len(gaps) < 2:
        return 0.0
    return float(np.clip(1 - 4 * np.mean(np.abs(np.diff(gaps)) / gaps[:-1]), 0, 1))


def no_grid(*, trust: float = 0.0, bpm: float | None = None, regularity: float = 0.0) -> Grid:
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
    )


def _strength(act: F32, times: F64) -> F64:
    crest = maximum_filter1d(act, 5)
    at = np.clip(np.rint((times + LAG_S) * FLUX_FPS).astype(int), 0, len(act) - 1)
    top = max(float(np.percentile(crest[at], 95)), 1e-6)
    return np.asarray(np.clip(crest[at] / top, 0, 1), dtype=np.float64)


def _curve(times: F64) -> tuple[tuple[float, float], ...]:
    """Tempo at every fourth beat, median of the nine intervals around it."""
    smooth = median_filter(np.diff(times), size=9, mode="nearest")
    return tuple((float(times[i]), 60.0 / float(smooth[i])) for i in range(0, len(smooth), 4))


def _alternatives(bpm: float, heard: Evidence) -> tuple[TempoAlternative, ...]:
    """Twice and half the tempo, with what the activation says for each."""
    scale = max(heard.at, 1e-6)
    double = float(np.clip(heard.off / scale, 0, 1))
    half = float(np.clip(0.25 + heard.alternation / scale, 0, 1))
    found = [(bpm * 2, double), (bpm / 2, half)]
    return tuple(
        TempoAlternative(bpm=b, confidence=c) for b, c in sorted(found, key=lambda v: -v[1])
    )


def cues(act: F32, times: F64) -> dict[str, float]:
    """The measurements behind the trust value."""
    crest = maximum_filter1d(act, 5)
    at = np.clip(np.rint((times + LAG_S) * FLUX_FPS).astype(int), 0, len(act) - 1)
    span = act[at[0] : at[-1] + 1]
    on = float(crest[at].mean())
    peaks = (span == maximum_filter1d(span, 7)) & (span > 0.1)
    energy = float((span[peaks] ** 2).sum())
    grid = _subdivisions(times)
    where = (np.flatnonzero(peaks) + at[0]) / FLUX_FPS - LAG_S
    nearest = grid[np.clip(np.searchsorted(grid, where), 1, len(grid) - 1)]
    before = grid[np.clip(np.searchsorted(grid, where) - 1, 0, len(grid) - 1)]
    away = np.minimum(np.abs(nearest - where), np.abs(where - before))
    fits = float((span[peaks] ** 2)[away < 0.025].sum()) / max(energy, 1e-9)
    by_chance = min(1.0, 0.05 * (len(grid) / max(times[-1] - times[0], 1e-6)))
    return {
        "on": on,
        "contrast": on / max(float(np.sqrt(np.mean(span**2))), 1e-6),
        "sharp": on - float(crest[at[0] : at[-1] + 1].mean()),
        "grid": (fits - by_chance) / max(1 - by_chance, 1e-6),
        "pulse": _pulse(act),
        "regular": regularity(times),
        "density": float(peaks.sum()) / max(times[-1] - times[0], 1e-6),
    }


def _subdivisions(times: F64) -> F64:
    """The beats and the points half-way."""
    return np.sort(np.concatenate([times, (times[:-1] + times[1:]) / 2]))


def _pulse(act: F32) -> float:
    """Median over windows of the autocorrelation's best value at a lag a beat can have."""
    size, low = int(_WINDOW_S * FLUX_FPS), int(60 / MAX_BPM * FLUX_FPS)
    high = int(60 / MIN_BPM * 2 * FLUX_FPS)
    values = []
    for start in range(0, max(1, len(act) - size // 2), size // 2):
        part = act[start : start + size].astype(np.float64)
        if len(part) < high * 2 or part.max() < 0.1:
            continue
        part = part - part.mean()
        spectrum = np.abs(np.fft.rfft(part, 2 * size)) ** 2
        corr = np.fft.irfft(spectrum)[: high + 1]
        corr = corr / (len(part) - np.arange(high + 1)) * len(part) / max(corr[0], 1e-9)
        values.append(float(corr[low:].max()))
    return float(np.median(values)) if values else 0.0


def trust_of(act: F32, times: F64) -> float:
    """How far the beats can be trusted, 0..1: the weaker of how clearly the activation repeats and
    how far it rises on the beats over its neighbourhood.

    Speech, rain and free playing have sharp attacks that do not repeat; drones and swells repeat
    without attacks.
    """
    c = cues(act, times)
    clear = float(np.interp(c["pulse"], *PULSE))
    sharp = float(np.interp(c["sharp"], *SHARP))
    return min(clear, sharp)
