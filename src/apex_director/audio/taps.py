"""Beats tapped by hand: their tempo, their phase, and how they lead the beats that were heard."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from .model import F32

F64 = NDArray[np.float64]
SHARE = 1.06  # the search stays within this ratio of the tapped tempo
FEWEST = 4
_SLIP = 0.4  # a tap this soon (share of the interval) after another is a slip
_WHOLE = 0.3  # a gap this far (share) from a whole number of intervals says nothing
_LOCAL = 5  # intervals whose median is the tempo there
_LAGS_S = np.arange(-0.12, 0.2001, 0.01)  # people tap early on a screen, late through a cable
_LAG_SHARE = 0.38  # more than this of the interval would be another phase
_LAG_PRICE = 1.5  # activation per squared share of the interval
_AGREE = 0.7  # mean resultant length of the taps' phases from which the heard beats are right


@dataclass(frozen=True, kw_only=True)
class Taps:
    """Tapped beats, slips taken out and gaps filled; ``lag_s`` is how late the hand was throughout,
    ``interval_s`` their interval, and the shortest and longest local one.
    """

    times_s: F64
    lag_s: float
    interval_s: float
    shortest_s: float
    longest_s: float

    @property
    def bpm(self) -> float:
        return 60.0 / self.interval_s


def fitted(taps_s: tuple[float, ...], act: F32, fps: float) -> Taps | None:
    """Tempo and beats of taps with slips and gaps; None for fewer than four.

    Parameters
    ----------
    taps_s : tuple of float
        Seconds, in any order.
    act : float32 [shape=(n,)]
        Beat activation at ``fps``, to find the lag between hand and sound.
    """
    taps = np.unique(np.asarray(taps_s, dtype=np.float64))
    if len(taps) >= FEWEST:
        taps = taps[np.concatenate([[True], np.diff(taps) > _SLIP * np.median(np.diff(taps))])]
    if len(taps) < FEWEST:
        return None
    interval = _interval(taps)
    filled = _filled(taps, interval)
    gaps = np.diff(filled)
    size = min(_LOCAL, len(gaps))
    local = np.median(np.lib.stride_tricks.sliding_window_view(gaps, size), axis=1)
    return Taps(
        times_s=filled,
        lag_s=_lag(taps, interval, act, fps),
        interval_s=interval,
        shortest_s=float(local.min()),
        longest_s=float(local.max()),
    )


def led(times: F64, taps: Taps, end_s: float) -> F64:
    """The heard beats in the taps' phase; the taps themselves, gone on with, where they disagree.

    Parameters
    ----------
    times : [shape=(n,)]
        Beats heard at the tapped tempo, seconds.
    taps : Taps
    end_s : float
        End of the song.

    The hand's lag is a constant, so what counts is where in the heard beat the taps fall: near the
    beat, it is right; near the half, every beat moves there; all over, nothing steady was heard.
    """
    own = taps.times_s - taps.lag_s
    inside = own[(own > times[0]) & (own < times[-1])] if len(times) else times
    if len(inside) < FEWEST:
        return continued(taps, end_s)
    phase = np.interp(inside, times, np.arange(len(times))) % 1.0
    mean = np.exp(2j * np.pi * phase).mean()
    if abs(mean) < _AGREE:
        return continued(taps, end_s)
    if abs(np.angle(mean)) < np.pi / 2:
        return times
    middle = (times[:-1] + times[1:]) / 2
    first, last = (3 * times[0] - times[1]) / 2, (3 * times[-1] - times[-2]) / 2
    return np.asarray([t for t in (first, *middle, last) if 0 <= t < end_s])


def continued(taps: Taps, end_s: float) -> F64:
    """The tapped beats, and on at their interval to both ends of the song."""
    before = np.arange(taps.times_s[0] - taps.interval_s, 0.0, -taps.interval_s)[::-1]
    after = np.arange(taps.times_s[-1] + taps.interval_s, end_s, taps.interval_s)
    return np.concatenate([before, taps.times_s, after])


def _interval(taps: F64) -> float:
    """The interval that the taps' gaps are whole multiples of."""
    gaps = np.diff(taps)
    interval = float(np.median(gaps))
    for _ in range(3):
        steps = np.maximum(1, np.rint(gaps / interval))
        good = np.abs(gaps / interval - steps) < _WHOLE
        if not good.any():
            break
        interval = float(gaps[good].sum() / steps[good].sum())
    return interval


def _filled(taps: F64, interval: float) -> F64:
    """The taps with the missed ones between them, evenly spaced."""
    out = [np.array([taps[0]])]
    for before, after in pairwise(taps):
        steps = max(1, round((after - before) / interval))
        out.append(before + (after - before) * np.arange(1, steps + 1) / steps)
    return np.concatenate(out)


def _lag(taps: F64, interval: float, act: F32, fps: float) -> float:
    """The one lag under which the taps lie on the most activation, small ones preferred."""
    best, found = -np.inf, 0.0
    for lag in _LAGS_S[np.abs(_LAGS_S) <= _LAG_SHARE * interval]:
        at = np.rint((taps - lag) * fps).astype(int)
        at = at[(at >= 0) & (at < len(act))]
        value = float(np.median(act[at]) + act[at].mean()) if len(at) else 0.0
        value -= _LAG_PRICE * (float(lag) / interval) ** 2
        if value > best:
            best, found = value, float(lag)
    return found
