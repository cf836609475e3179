"""Bars: which beats come first, how many make a bar, and how a beat parts."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import maximum_filter1d

from .beats import LAG_S
from .features import FLUX_FPS, MEL_FPS, TONE_FPS, Features
from .model import F32
from .stretches import per_stretch

F64 = NDArray[np.float64]
I64 = NDArray[np.int64]
RESTART, RESTART_AFTER_PAUSE = 60.0, 6.0  # in units of accent
THREE = 0.8  # how much the accents must favour three, which is rare
METRES = (4, 3, 2)
METRE_PRICE = (0.0, 0.05, 0.8)  # nats a beat that each must fit better than the first
TWO_IN_COMPOUND = 0.1  # 6/8 is as common as 12/8, 2/4 hard to tell from 4/4
ANEW, ANEW_AFTER_PAUSE = 20.0, 3.0  # price, in nats, of a bar that breaks off
ACCENT_WEIGHT = 0.6  # nats per standard score of accent, beside the network's
SURE = 3.0  # the network's word counts for at most so many nats


def accents(features: Features, act: F32, times: F64) -> F64:
    """How much each beat sounds like the first of a bar: bass attack, new timbre, new harmony."""
    edges = np.append(times, times[-1] + np.median(np.diff(times)))
    timbre = per_stretch(features.mel, MEL_FPS, edges, log=True)
    chroma = per_stretch(features.chroma, TONE_FPS, edges)
    low = maximum_filter1d(features.onsets[:, 0] + features.flux[:, 0], 5)
    at = np.clip(np.rint((times + LAG_S) * FLUX_FPS).astype(int), 0, len(low) - 1)
    loud = maximum_filter1d(act, 5)[at]
    parts = (
        (1.0, low[at]),
        (0.8, _change(timbre)),
        (1.2, _change(chroma / np.maximum(np.linalg.norm(chroma, axis=1, keepdims=True), 1e-9))),
        (0.3, loud),
    )
    return np.asarray(sum(weight * _standard(part) for weight, part in parts))


def meter_of(accent: F64) -> int:
    """Beats in a bar, 3 or 4, by the best of all seven phases over the song."""
    best, found = -np.inf, 4
    for meter, share in ((4, 1.0), (3, THREE)):
        for phase in range(meter):
            first = accent[phase::meter]
            rest = np.delete(accent, np.arange(phase, len(accent), meter))
            if not len(first) or not len(rest):
                continue
            gain = float(first.mean() - rest.mean()) * np.sqrt(len(first) * (meter - 1) / meter)
            if gain * share > best:
                best, found = gain * share, meter
    return found


def positions(times: F64, accent: F64, meter: int) -> I64:
    """Place of every beat in its bar, from 0; the count may restart where the accents insist.

    A restart costs as much as some bars of clear accents, less after a pause in the beats.
    """
    value = np.where(after_pause(times), RESTART_AFTER_PAUSE, RESTART)
    gain = np.tile(-accent[:, None] / (meter - 1), (1, meter))
    gain[:, 0] = accent
    return _best_places(gain, value)


def counted(times: F64, down: F64, accent: F64, *, compound: bool) -> tuple[I64, int]:
    """Place of every beat in its bar, from 0, and beats in a bar, by the network and the accents.

    Parameters
    ----------
    times : [shape=(n,)]
        Beats, seconds.
    down : [shape=(n,)]
        Share of the network's beat activation that is downbeat, 0..1, at each beat.
    accent : [shape=(n,)]
        `accents`.
    compound : bool
        Whether the beats part into three.
    """
    word = firstness(down, accent)
    price = np.where(after_pause(times), ANEW_AFTER_PAUSE, ANEW)
    prices = (*METRE_PRICE[:2], TWO_IN_COMPOUND if compound else METRE_PRICE[2])
    best: tuple[float, I64, int] | None = None
    for meter, dearer in zip(METRES, prices, strict=True):
        gain = np.zeros((len(times), meter))
        gain[:, 0] = word
        place = _best_places(gain, price)
        breaks = np.flatnonzero(place[1:] != (place[:-1] + 1) % meter) + 1
        value = float(word[place == 0].sum() - price[breaks].sum()) - dearer * len(times)
        if best is None or value > best[0]:
            best = (value, place, meter)
    assert best is not None
    return best[1], best[2]


def firstness(down: F64, accent: F64) -> F64:
    """Nats for each beat being the first of a bar, from the network's share and the accents."""
    share = np.clip(down, 1e-3, 1 - 1e-3)
    return np.asarray(np.clip(np.log(share / (1 - share)), -SURE, SURE) + ACCENT_WEIGHT * accent)


def after_pause(times: F64) -> NDArray[np.bool_]:
    """Which beats follow a gap in the beats."""
    gap = np.diff(times, prepend=times[0])
    return np.asarray(gap > 1.5 * np.median(np.diff(times)))


def shifted(place: I64, meter: int, by: int) -> I64:
    """The same bars with their lines ``by`` beats later."""
    index = np.arange(len(place)) - by
    inside = np.clip(index, 0, len(place) - 1)
    return np.asarray((place[inside] + index - inside) % meter, dtype=np.int64)


def _best_places(gain: F64, restart: F64) -> I64:
    """Places with the highest sum of ``gain`` [shape=(n, meter)], restarts paid for."""
    meter = gain.shape[1]
    value = np.zeros(meter)
    back = np.zeros(gain.shape, dtype=np.int64)
    for i, row in enumerate(gain):
        straight = np.roll(value, 1)
        top = int(value.argmax())
        jump = value[top] - restart[i]
        back[i] = np.where(straight >= jump, (np.arange(meter) - 1) % meter, top)
        value = np.maximum(straight, jump) + row
    out = np.empty(len(gain), dtype=np.int64)
    out[-1] = int(value.argmax())
    for i in range(len(gain) - 1, 0, -1):
        out[i - 1] = back[i, out[i]]
    return out


def _change(rows: F64) -> F64:
    out = np.zeros(len(rows))
    out[1:] = np.linalg.norm(np.diff(rows, axis=0), axis=1)
    return out


def _standard(x: NDArray[np.floating]) -> F64:
    """Standard score within a moving neighbourhood, limited to 3, so that no stretch rules."""
    wide = np.asarray(x, dtype=np.float64)
    size = min(len(wide), 33)
    kernel = np.ones(size)
    weight = np.convolve(np.ones(len(wide)), kernel, mode="same")
    mean = np.convolve(wide, kernel, mode="same") / weight
    spread = np.sqrt(np.convolve((wide - mean) ** 2, kernel, mode="same") / weight)
    return np.clip((wide - mean) / np.maximum(spread, 1e-6), -3, 3)
