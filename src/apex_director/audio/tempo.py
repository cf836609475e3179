"""Tempo and beats from an activation: band flux, and an exact semi-Markov Viterbi search over
(beat time, interval).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numba import njit
from numpy.typing import NDArray
from scipy.ndimage import convolve1d, maximum_filter1d, uniform_filter1d

from .model import F32

MIN_BPM, MAX_BPM = 55.0, 215.0
PRIOR_BPM, PRIOR_OCTAVES = 120.0, 0.8
PRIOR_WEIGHT = 8.0  # chosen with GAIN on synthetic pieces of 66 to 178 BPM
GAIN = 2.0
LAMBDA = 100.0  # how stiff the tempo is; Krebs, Boeck and Widmer, ISMIR 2015
ON_SHARE = 16  # the first sixteenth of an interval is the beat
FLOOR = 0.03
CEILING = 0.98
WEIGHTS = (1.0, 0.7, 0.7, 0.7)
WINDOW_S, OVERLAP_S = 300.0, 20.0
_REACH = 0.16  # intervals may change by this share from one beat to the next


@dataclass(frozen=True, kw_only=True)
class TempoRange:
    """Tempi the search may use, beats per minute, and how strongly 120 is preferred."""

    low: float = MIN_BPM
    high: float = MAX_BPM
    prior_weight: float = PRIOR_WEIGHT


def activation(flux: F32, fps: float) -> F32:
    """Beat activation 0..0.98 [shape=(n,)] from band fluxes [shape=(n, 4)]."""
    out = np.zeros(len(flux), dtype=np.float32)
    if not len(flux):
        return out
    for band, weight in enumerate(WEIGHTS):
        x = flux[:, band].astype(np.float32)
        crest = maximum_filter1d(x, int(0.5 * fps), mode="nearest")
        level = uniform_filter1d(crest, int(6 * fps), mode="nearest")
        floor = 0.15 * float(np.percentile(crest, 95))
        out += np.float32(weight) * x / np.maximum(level, max(floor, 1e-3))
    out /= np.float32(sum(WEIGHTS))
    hann = np.hanning(5)[1:-1]
    out = convolve1d(out, (hann / hann.sum()).astype(np.float32), mode="nearest")
    out -= np.float32(0.5) * uniform_filter1d(out, int(0.4 * fps), mode="nearest")
    return np.asarray(np.clip(out * np.float32(GAIN), 0, CEILING), dtype=np.float32)


@njit(cache=True)
def _search(
    on: NDArray[np.float64],
    off: NDArray[np.float64],
    first: int,
    prior: NDArray[np.float64],
    reach: float,
    stiff: float,
    begin: int,
) -> tuple[NDArray[np.int64], NDArray[np.int64], float]:
    """Beat frames of the best path, the interval state after each, and the path's value.

    ``on`` and ``off`` are running sums [shape=(n + 1,)] of the log probabilities of a frame being
    beat or not; ``first`` is the shortest interval, ``prior`` [shape=(intervals,)] the log prior
    of each, added at every beat. ``begin`` is the interval state at frame 0, -1 for a free start.
    """
    total = on.shape[0] - 1
    count = prior.shape[0]
    longest = first + count - 1
    ring = np.full((longest + 1, count), -np.inf)
    back = np.zeros((total + 1, count), dtype=np.uint16)
    value = np.empty(count)
    low = np.empty(count, dtype=np.int64)
    high = np.empty(count, dtype=np.int64)
    change = np.empty((count, count))
    for b in range(count):
        low[b] = max(0, int(np.ceil((first + b) * (1 - reach))) - first)
        high[b] = min(count - 1, int((first + b) * (1 + reach)) - first)
        norm = 0.0
        for a in range(low[b], high[b] + 1):
            change[b, a] = -stiff * abs((first + b) / (first + a) - 1.0)
            norm += np.exp(change[b, a])
        for a in range(low[b], high[b] + 1):
            change[b, a] -= np.log(norm)
    best_end, end_s, end_d = -np.inf, 0, 0
    for t in range(total + 1):
        slot = t % (longest + 1)
        for d in range(count):
            start = t - first - d
            if start < 0:
                value[d] = -np.inf
                continue
            lit = max(1, (first + d) // 16)
            value[d] = (
                ring[start % (longest + 1), d]
                + on[start + lit]
                - on[start]
                + off[t]
                - off[start + lit]
            )
        for d in range(count):
            top, who = -np.inf, 65535
            for a in range(low[d], high[d] + 1):
                v = value[a] + change[d, a]
                if v > top:
                    top, who = v, a
            if begin < 0 and t <= first + d and off[t] - 4.0 > top:
                top, who = off[t] - 4.0, 65535
            elif begin == d and t == 0:
                top, who = 0.0, 65535
            ring[slot, d] = top + prior[d]
            back[t, d] = who
            if t + first + d >= total and t < total:
                lit = min(total, t + max(1, (first + d) // 16))
                end = ring[slot, d] + on[lit] - on[t] + off[total] - off[lit]
                if end > best_end:
                    best_end, end_s, end_d = end, t, d
    beats = np.empty(total // first + 3, dtype=np.int64)
    states = np.empty(total // first + 3, dtype=np.int64)
    n, t, d = 0, end_s, end_d
    while True:
        beats[n], states[n] = t, d
        n += 1
        who = back[t, d]
        if who == 65535:
            break
        d = int(who)
        t = t - first - d
    return beats[:n][::-1].copy(), states[:n][::-1].copy(), best_end


def track(act: F32, fps: float, limits: TempoRange | None = None) -> NDArray[np.int64]:
    """Beat frames [shape=(n,)] of the most likely beat sequence; empty where none fits.

    Parameters
    ----------
    act : float32 [shape=(n,)]
        Beat activation 0..1 at ``fps``, from band flux or from any other tracker.
    limits : TempoRange
        Where a tempo is known, a narrower range.

    Source
    ------
    The bar-pointer model of Krebs, Boeck, Widmer, An efficient state-space model for joint tempo
    and meter tracking, ISMIR 2015, as an explicit-duration search.
    """
    limits = limits or TempoRange()
    first, last = round(60 * fps / limits.high), round(60 * fps / limits.low)
    if len(act) < 2 * last or float(act.max(initial=0)) <= FLOOR:
        return np.zeros(0, dtype=np.int64)
    octaves = np.log2(60 * fps / np.arange(first, last + 1) / PRIOR_BPM) / PRIOR_OCTAVES
    prior = -0.5 * limits.prior_weight * octaves**2
    return _in_windows(act, fps, first, prior)


def value_at(act: F32, fps: float, low: float, high: float) -> float:
    """Log likelihood of a second of the activation under the best beats in a range of tempi."""
    first, last = round(60 * fps / high), round(60 * fps / low)
    if len(act) < 2 * last:
        return -np.inf
    prior = np.zeros(last - first + 1)
    value = _search(*_logs(act), first, prior, _REACH, LAMBDA, -1)[2]
    return float(value) * fps / len(act)


def _logs(act: F32) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Running sums of the log probabilities of a frame being beat or not [shape=(n + 1,)]."""
    p = np.maximum(act, FLOOR).astype(np.float64)
    on = np.concatenate([[0.0], np.cumsum(np.log(p))])
    off = np.concatenate([[0.0], np.cumsum(np.log((1 - p) / (ON_SHARE - 1)))])
    return on, off


def _in_windows(act: F32, fps: float, first: int, prior: NDArray[np.float64]) -> NDArray[np.int64]:
    """Search a long file window by window, each from where the one before stood."""
    found, at, begin = [], 0, -1
    while True:
        rest = len(act) - at
        last = rest <= (WINDOW_S + OVERLAP_S) * fps
        part = act[at : at + (rest if last else int(WINDOW_S * fps))]
        beats, states, _ = _search(*_logs(part), first, prior, _REACH, LAMBDA, begin)
        cut = int(np.searchsorted(beats, len(part) - OVERLAP_S * fps))
        if last or not 1 <= cut < len(beats):
            found.append(beats + at)
            return np.concatenate(found)
        found.append(beats[:cut] + at)
        at, begin = at + int(beats[cut]), int(states[cut])
