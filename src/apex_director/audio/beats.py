"""From beat frames to beats in bars: refined times, active stretches, metre and downbeats."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import maximum_filter1d

from .features import FLUX_FPS, MEL_FPS, TONE_FPS, Features
from .model import F32, Beat
from .stretches import per_stretch

F64 = NDArray[np.float64]
Frames = NDArray[np.int64]
LAG_S = -0.005  # activation peaks this long after the attack (before it); fitted on clicks
_QUIET_SHARE = 0.08
_MARGIN_S = 0.3
RESTART, RESTART_AFTER_PAUSE = 60.0, 6.0  # in units of accent
THREE = 0.8  # how much the accents must favour three, which is rare
FEW_BEATS = 8  # below this nothing can be said about bars or form


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """Mean activation on the beats, half-way between them, and the gap between odd and even."""

    at: float
    off: float
    alternation: float


def refine(act: F32, frames: Frames, fps: float) -> F64:
    """Beat times in seconds: each frame moved to the activation's centroid within two frames."""
    if not len(frames):
        return np.zeros(0)
    around = frames[:, None] + np.arange(-2, 4)
    weight = act[np.clip(around, 0, len(act) - 1)].astype(np.float64)
    weight[(around < 0) | (around >= len(act))] = 0
    total = weight.sum(axis=1)
    centre = (weight * around).sum(axis=1) / np.maximum(total, 1e-9)
    return np.asarray(np.maximum(np.where(total > 0.05, centre, frames) / fps - LAG_S, 0.0))


def active(features: Features, times: F64) -> NDArray[np.bool_]:
    """Which times lie where the song sounds, so that no beat is claimed before or after it."""
    level = features.fullness
    if not len(level) or not len(times):
        return np.zeros(len(times), dtype=bool)
    loud = level > _QUIET_SHARE * float(np.percentile(level, 95))
    near = maximum_filter1d(loud.astype(np.uint8), 2 * int(_MARGIN_S * MEL_FPS) + 1)
    index = np.clip(np.rint(times * MEL_FPS).astype(int), 0, len(level) - 1)
    return np.asarray(near[index] > 0)


def evidence(act: F32, times: F64, fps: float) -> Evidence:
    """What the activation says about the beats' metrical level."""
    if len(times) < 3:
        return Evidence(at=0.0, off=0.0, alternation=0.0)
    crest = maximum_filter1d(act, 5)
    index = np.rint((times + LAG_S) * fps).astype(int)
    middle = np.rint((times[:-1] + times[1:]) / 2 * fps + LAG_S * fps).astype(int)
    on = crest[np.clip(index, 0, len(act) - 1)]
    off = crest[np.clip(middle, 0, len(act) - 1)]
    gap = abs(float(on[::2].mean()) - float(on[1::2].mean()))
    return Evidence(at=float(on.mean()), off=float(off.mean()), alternation=gap)


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


def positions(times: F64, accent: F64, meter: int) -> NDArray[np.int64]:
    """Position of every beat in its bar, from 0; the count may restart where the accents insist.

    A restart costs as much as some bars of clear accents, less after a pause in the beats.
    """
    gap = np.diff(times, prepend=times[0])
    cost = np.where(gap > 1.5 * np.median(np.diff(times)), RESTART_AFTER_PAUSE, RESTART)
    value = np.zeros(meter)
    back = np.zeros((len(times), meter), dtype=np.int64)
    for i, x in enumerate(accent):
        straight = np.roll(value, 1)
        top = int(value.argmax())
        jump = value[top] - cost[i]
        back[i] = np.where(straight >= jump, (np.arange(meter) - 1) % meter, top)
        value = np.maximum(straight, jump)
        value[0] += x
        value[1:] -= x / (meter - 1)
    out = np.empty(len(times), dtype=np.int64)
    out[-1] = int(value.argmax())
    for i in range(len(times) - 1, 0, -1):
        out[i - 1] = back[i, out[i]]
    return out


def in_bars(times: F64, strength: F64, place: NDArray[np.int64]) -> tuple[Beat, ...]:
    """Beats with bar numbers from 0 (-1 in a pick-up) and positions from 1."""
    bar = np.cumsum(place == 0) - 1
    return tuple(
        Beat(time_s=float(t), bar=int(b), position=int(p) + 1, strength=float(s))
        for t, b, p, s in zip(times, bar, place, strength, strict=True)
    )
