"""Beats and bars together: an exact search over tempo, place in the bar and metre on a network's
activations.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numba import njit
from numpy.typing import NDArray

from .model import F32
from .tempo import OVERLAP_S, WINDOW_S

F64 = NDArray[np.float64]
I64 = NDArray[np.int64]
FLOOR = 0.03  # a beat may be missed by the network at this price
STEP = 1.02  # one tempo state to the next
REACH = 5  # tempo states a beat may differ from the one before
LAMBDA = 100.0  # how stiff the tempo is; Krebs, Boeck and Widmer, ISMIR 2015
OFF_SHARE = 15.0  # frames without a beat for each with one, in the mean
JITTER = 0.8  # frames; a beat may lie between two of them
CHANGE = 1e-3  # chance that the metre changes at a bar line
METRES = (4, 3)
METRE_PRIOR = {2: 0.02, 3: 0.2, 4: 0.78}


@dataclass(frozen=True, kw_only=True)
class Decoded:
    """Beats of the best path: ``frames``, ``place`` in the bar from 0, ``meter``; each
    [shape=(n,)]. ``score`` is the mean log likelihood of a frame.
    """

    frames: I64
    place: I64
    meter: I64
    score: float = 0.0


@njit(cache=True)
def _search(
    beat: NDArray[np.float64],
    down: NDArray[np.float64],
    off: NDArray[np.float64],
    tau: NDArray[np.float64],
    starts: NDArray[np.int64],
    metre_prior: NDArray[np.float64],
    begin: NDArray[np.int64],
    floats: NDArray[np.float64],
    reach: int,
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64], float]:
    """Frame, tempo state and position state of every beat of the best path, and its value.

    ``beat`` and ``down`` are log probabilities of a frame being a beat inside a bar or its first,
    ``off`` the running sum of not being one [shape=(n + 1,)]; ``tau`` the tempo states in frames;
    ``starts`` the first position state of each metre, and their end; ``begin`` holds tempo and
    position to start from, or -1; ``floats`` the stiffness, jitter and log chance of a change.
    """
    stiff, jitter, change_cost = floats[0], floats[1], floats[2]
    total = beat.shape[0]
    tempi, places, metres = tau.shape[0], starts[-1], starts.shape[0] - 1
    longest = int(tau[tempi - 1]) + 3
    ring = np.full((longest + 1, tempi, places), -np.inf)
    arrived = np.empty((tempi, places))
    back_tempo = np.zeros((total + 1, tempi, places), dtype=np.uint8)
    back_length = np.zeros((total + 1, tempi, places), dtype=np.uint16)
    back_metre = np.zeros((total + 1, tempi, metres), dtype=np.uint8)
    change = np.full((tempi, tempi), -np.inf)
    for a in range(tempi):
        norm = 0.0
        for b in range(max(0, a - reach), min(tempi, a + reach + 1)):
            norm += np.exp(-stiff * abs(tau[b] / tau[a] - 1.0))
        for b in range(max(0, a - reach), min(tempi, a + reach + 1)):
            change[b, a] = -stiff * abs(tau[b] / tau[a] - 1.0) - np.log(norm)
    closing = np.empty(metres)
    first = np.zeros(places, dtype=np.bool_)
    for m in range(metres):
        first[starts[m]] = True
    best, end_t, end_k, end_q = -np.inf, 0, 0, 0
    for t in range(total + 1):
        slot = t % (longest + 1)
        for k in range(tempi):
            middle = int(np.rint(tau[k]))
            for q in range(places):
                top, who = -np.inf, 0
                for n in range(middle - 1, middle + 2):
                    s = t - n
                    if s < 0:
                        continue
                    lit = down[s] if first[q] else beat[s]
                    v = ring[s % (longest + 1), k, q] + lit + off[t] - off[s + 1]
                    v -= 0.5 * ((n - tau[k]) / jitter) ** 2
                    if v > top:
                        top, who = v, n
                arrived[k, q] = top
                back_length[t, k, q] = who
        for k in range(tempi):
            for m in range(metres):
                closing[m] = arrived[k, starts[m + 1] - 1]
            for m in range(metres):
                for q in range(starts[m + 1] - 1, starts[m], -1):
                    arrived[k, q] = arrived[k, q - 1]
            for m in range(metres):
                top, who = closing[m], m
                for other in range(metres):
                    v = closing[other] + change_cost
                    if other != m and v > top:
                        top, who = v, other
                arrived[k, starts[m]] = top
                back_metre[t, k, m] = who
        for k in range(tempi):
            for m in range(metres):
                for q in range(starts[m], starts[m + 1]):
                    top, who = -np.inf, 255
                    for a in range(max(0, k - reach), min(tempi, k + reach + 1)):
                        v = arrived[a, q] + change[k, a]
                        if v > top:
                            top, who = v, a
                    if begin[0] < 0 and t <= tau[k]:
                        v = off[t] + metre_prior[m]
                        if v > top:
                            top, who = v, 255
                    elif begin[0] >= 0 and t == 0 and k == begin[0] and q == begin[1]:
                        top, who = 0.0, 255
                    ring[slot, k, q] = top
                    back_tempo[t, k, q] = who
                    if t < total and t + tau[k] + 1 >= total:
                        lit = down[t] if first[q] else beat[t]
                        v = top + lit + off[total] - off[t + 1]
                        if v > best:
                            best, end_t, end_k, end_q = v, t, k, q
    count = int(total / max(1.0, tau[0] - 1.5)) + 3
    frames = np.empty(count, dtype=np.int64)
    tempo = np.empty(count, dtype=np.int64)
    place = np.empty(count, dtype=np.int64)
    n, t, k, q = 0, end_t, end_k, end_q
    while n < count:
        frames[n], tempo[n], place[n] = t, k, q
        n += 1
        who = back_tempo[t, k, q]
        if who == 255:
            break
        k = int(who)
        if first[q]:
            for m in range(metres):
                if starts[m] == q:
                    q = starts[back_metre[t, k, m] + 1] - 1
                    break
        else:
            q -= 1
        t -= int(back_length[t, k, q])
    return frames[:n][::-1].copy(), tempo[:n][::-1].copy(), place[:n][::-1].copy(), best


def decode(
    act: F32,
    fps: float,
    low: float,
    high: float,
    *,
    metres: tuple[int, ...] = METRES,
    pauses: tuple[tuple[int, int], ...] = (),
) -> Decoded:
    """The most likely beats and bars within a range of tempi.

    Parameters
    ----------
    act : float32 [shape=(n, 2)]
        Beat and downbeat activation, 0..1, at ``fps``; the first includes the second.
    low, high : float
        The range, beats per minute.
    metres : tuple of int
        Beats a bar may have.
    pauses : tuple of pairs of int
        Frames, half-open, in which nothing sounds; after one the beat may start anywhere.

    Long files are searched in windows, each from where the one before stood some time before its
    end, so that memory stays bounded.

    Source
    ------
    Boeck, Krebs, Widmer, Joint beat and downbeat tracking with recurrent neural networks, ISMIR
    2016, as an explicit-duration search whose tempi lie between frames.
    """
    found = [
        _windowed(act[a:b], fps, low, high, metres, a) for a, b in _sounding(len(act), pauses, fps)
    ]
    found = [part for part in found if len(part.frames)]
    if not found:
        none = np.zeros(0, dtype=np.int64)
        return Decoded(frames=none, place=none, meter=none)
    weight = [len(part.frames) for part in found]
    return Decoded(
        frames=np.concatenate([part.frames for part in found]),
        place=np.concatenate([part.place for part in found]),
        meter=np.concatenate([part.meter for part in found]),
        score=float(np.average([part.score for part in found], weights=weight)),
    )


def _sounding(total: int, pauses: tuple[tuple[int, int], ...], fps: float) -> list[tuple[int, int]]:
    """Half-open ranges of frames between the pauses, those of a second and more."""
    edges, start = [], 0
    for a, b in pauses:
        if a > start:
            edges.append((start, min(total, a)))
        start = b
    if start < total:
        edges.append((start, total))
    return [(a, b) for a, b in edges if b - a > fps]


def _windowed(
    act: F32, fps: float, low: float, high: float, metres: tuple[int, ...], shift: int
) -> Decoded:
    tau = _tempi(60 * fps / high, 60 * fps / low)
    starts = np.concatenate([[0], np.cumsum(metres)]).astype(np.int64)
    prior = np.log(np.array([METRE_PRIOR[m] for m in metres]) / sum(METRE_PRIOR[m] for m in metres))
    floats = np.array([LAMBDA, JITTER, np.log(CHANGE)])
    frames: list[I64] = []
    states: list[I64] = []
    values: list[float] = []
    at, begin = 0, np.array([-1, -1], dtype=np.int64)
    while len(act) - at > 2 * tau[0]:
        last = len(act) - at <= (WINDOW_S + OVERLAP_S) * fps
        part = act[at:] if last else act[at : at + int(WINDOW_S * fps)]
        f, k, q, value = _search(*_logs(part), tau, starts, prior, begin, floats, REACH)
        values.append(value / len(part))
        cut = len(f) if last else int(np.searchsorted(f, len(part) - OVERLAP_S * fps))
        if last or cut < 1 or cut >= len(f):
            frames.append(f + at + shift)
            states.append(q)
            break
        frames.append(f[:cut] + at + shift)
        states.append(q[:cut])
        begin = np.array([k[cut], q[cut]], dtype=np.int64)
        at += int(f[cut])
    place = np.concatenate(states) if states else np.zeros(0, dtype=np.int64)
    metre = np.searchsorted(starts, place, side="right") - 1
    return Decoded(
        frames=np.concatenate(frames) if frames else np.zeros(0, dtype=np.int64),
        place=place - starts[metre] if len(place) else place,
        meter=np.array(metres, dtype=np.int64)[metre] if len(place) else place,
        score=float(np.mean(values)) if values else 0.0,
    )


def _tempi(shortest: float, longest: float) -> F64:
    """Tempo states in frames, evenly spaced in ratio."""
    count = max(3, round(np.log(longest / shortest) / np.log(STEP)) + 1)
    return np.asarray(np.geomspace(shortest, longest, count))


def _logs(act: F32) -> tuple[F64, F64, F64]:
    """Log probabilities of a beat inside the bar, of its first, and the running sum of none."""
    both = act[:, 0].astype(np.float64)
    first = np.minimum(act[:, 1].astype(np.float64), 0.98)
    beat = np.log(np.clip(both - first, FLOOR, 0.98))
    down = np.log(np.maximum(first, FLOOR))
    none = np.log(np.clip(1 - both, 0.02, 1 - FLOOR) / OFF_SHARE)
    return beat, down, np.concatenate([[0.0], np.cumsum(none)])
