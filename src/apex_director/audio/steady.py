"""One pulse for a song played to a click: where the tracker slid to the off-beat, it goes back."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from .beats import LAG_S
from .model import F32

F64 = NDArray[np.float64]
MOST_BEATS = 3000  # a longer file is a mix or a broadcast, not one pulse
LEAST_BEATS = 24
PAUSE = 2.5  # a gap of this many beats ends a run
_SEARCH = 0.012  # periods this share around the tracked one
_STEP_BEATS = 0.2  # two neighbouring periods part by this much of a beat over the song
NEAR_S, NEAR = 0.022, 0.035  # a beat this near (s, share of the period) agrees with the pulse
KEEP_S = 0.040  # a beat this near to the pulse keeps its own time
AGREE = 0.75  # share of beats that must agree before a song counts as played to a click
ON = 0.30  # share that must lie on the pulse itself


def steadied(act: F32, times: F64, fps: float, lag_s: float = LAG_S) -> F64:
    """`one_phase` for every run of beats: after a pause the music may start anew anywhere."""
    if len(times) < LEAST_BEATS:
        return times
    gaps = np.diff(times)
    starts = np.flatnonzero(gaps > PAUSE * np.median(gaps)) + 1
    return np.concatenate([one_phase(act, run, fps, lag_s) for run in np.split(times, starts)])


def one_phase(act: F32, times: F64, fps: float, lag_s: float = LAG_S) -> F64:
    """Beats of a click-steady song in one phase; the same beats where the tempo is free.

    Parameters
    ----------
    act : float32 [shape=(n,)]
        Beat activation at ``fps``.
    times : [shape=(m,)]
        Tracked beats, seconds.
    lag_s : float
        How long after an attack the activation peaks.

    A tracker follows the strongest pulse it hears now, so a quiet passage with busy off-beats
    moves it by half a beat. Folding the whole song over one period shows which phase carries the
    most. It is used only if three quarters of the tracked beats lie on that pulse or its quarters:
    with a free tempo they would be spread evenly.
    """
    if not LEAST_BEATS <= len(times) <= MOST_BEATS:
        return times
    first, last = int(max(0.0, times[0] - 0.1) * fps), int((times[-1] + 0.1) * fps) + 1
    tracked = float(np.median(np.diff(times))) * fps
    period, phase = _pulse(act[first:last], tracked, len(times))
    phase += first
    period_s, phase_s = period / fps, phase / fps - lag_s
    period_s, phase_s = _fitted(times, period_s, phase_s)
    away = (times - phase_s + period_s / 2) % period_s - period_s / 2
    quarter = (times - phase_s + period_s / 8) % (period_s / 4) - period_s / 8
    near = min(NEAR_S, NEAR * period_s)
    if np.mean(np.abs(quarter) < near) < AGREE or np.mean(np.abs(away) < near) < ON:
        return times
    first = int(np.ceil((times[0] - phase_s) / period_s - 0.5))
    last = int(np.floor((times[-1] - phase_s) / period_s + 0.5))
    pulse = phase_s + period_s * np.arange(first, last + 1)
    pulse = pulse[pulse >= 0]
    after = np.clip(np.searchsorted(times, pulse), 1, len(times) - 1)
    nearest = np.where(
        np.abs(times[after] - pulse) < np.abs(times[after - 1] - pulse),
        times[after],
        times[after - 1],
    )
    return np.asarray(np.where(np.abs(nearest - pulse) < KEEP_S, nearest, pulse))


def _pulse(act: F32, tracked: float, beats: int) -> tuple[float, float]:
    """Period and phase in frames whose fold over the song peaks highest."""
    frames = np.flatnonzero(act > 0.1).astype(np.float64)
    weight = act[frames.astype(np.int64)].astype(np.float64)
    bins = max(8, int(tracked))
    best = (-1.0, tracked, 0.0)
    steps = int(np.ceil(_SEARCH * beats / _STEP_BEATS))
    for k in range(-steps, steps + 1):
        period = tracked * (1 + _SEARCH * k / steps)
        place = (frames % period) * (bins / period)
        folded = np.bincount(place.astype(np.int64) % bins, weight, bins)
        smooth = folded + 0.5 * (np.roll(folded, 1) + np.roll(folded, -1))
        top = int(smooth.argmax())
        if smooth[top] > best[0]:
            best = (float(smooth[top]), period, (top + 0.5) * period / bins)
    return best[1], best[2]


def _fitted(times: F64, period: float, phase: float) -> tuple[float, float]:
    """Period and phase by least squares over the beats that lie on the pulse."""
    for near in (0.05, 0.03):
        number = np.rint((times - phase) / period)
        on = np.abs(times - phase - number * period) < near
        if np.count_nonzero(on) < LEAST_BEATS / 2:
            break
        period, phase = (float(v) for v in np.polyfit(number[on], times[on], 1))
    return period, phase
