"""From beat frames to beats: refined times, active stretches, bar numbers."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import maximum_filter1d

from .features import FLUX_FPS, MEL_FPS, Features
from .model import F32, Beat
from .stretches import runs

F64 = NDArray[np.float64]
Frames = NDArray[np.int64]
LAG_S = -0.005  # activation peaks this long after the attack (before it); fitted on clicks
NETWORK_LAG_S = 0.0  # the same of the network's
FEW_BEATS = 8  # below this nothing can be said about bars or form
LEAST_GAP_S = 0.1
_QUIET_SHARE = 0.08
_MARGIN_S = 0.3
_LAST_S = 0.1  # so near to the end nothing can be cut any more
_PAUSE_S = 1.5  # after so long without sound the music may start anew anywhere
_SILENT_SHARE = 0.02
_NEAR_S = 0.012  # how far the network may err about an attack that the flux shows exactly
_FLUX_MASS = 0.3


def refine(act: F32, frames: Frames, fps: float, lag_s: float = LAG_S) -> F64:
    """Beat times in seconds: each frame moved to the activation's centroid within two frames."""
    if not len(frames):
        return np.zeros(0)
    around = frames[:, None] + np.arange(-2, 4 if fps > MEL_FPS else 3)
    weight = act[np.clip(around, 0, len(act) - 1)].astype(np.float64)
    weight[(around < 0) | (around >= len(act))] = 0
    total = weight.sum(axis=1)
    centre = (weight * around).sum(axis=1) / np.maximum(total, 1e-9)
    return np.asarray(np.maximum(np.where(total > 0.05, centre, frames) / fps - lag_s, 0.0))


def sharpened(flux: F32, times: F64) -> F64:
    """Beat times drawn to the attacks that the finer flux activation shows beside them."""
    if not len(times):
        return times
    at = np.rint((times + LAG_S) * FLUX_FPS).astype(int)
    around = at[:, None] + np.arange(-3, 4)
    weight = flux[np.clip(around, 0, len(flux) - 1)].astype(np.float64)
    weight[(around < 0) | (around >= len(flux))] = 0
    when = around / FLUX_FPS - LAG_S
    weight *= np.exp(-0.5 * ((when - times[:, None]) / _NEAR_S) ** 2)
    mass = weight.sum(axis=1)
    attack = (weight * when).sum(axis=1) / np.maximum(mass, 1e-9)
    share = mass / (mass + _FLUX_MASS)
    return np.asarray(np.maximum(times + share * (attack - times), 0.0))


def active(features: Features, times: F64) -> NDArray[np.bool_]:
    """Which times lie where the song sounds, so that no beat is claimed before or after it, nor on
    its very last instant.
    """
    level = features.fullness
    if not len(level) or not len(times):
        return np.zeros(len(times), dtype=bool)
    loud = level > _QUIET_SHARE * float(np.percentile(level, 95))
    near = maximum_filter1d(loud.astype(np.uint8), 2 * int(_MARGIN_S * MEL_FPS) + 1)
    index = np.clip(np.rint(times * MEL_FPS).astype(int), 0, len(level) - 1)
    return np.asarray((near[index] > 0) & (times < len(level) / MEL_FPS - _LAST_S))


def pauses(features: Features) -> tuple[tuple[int, int], ...]:
    """Half-open ranges of frames at MEL_FPS in which nothing sounds for long."""
    level = features.fullness
    quiet = level <= _SILENT_SHARE * float(np.percentile(level, 95)) if len(level) else level > 0
    return tuple((a, b) for a, b in runs(quiet) if b - a >= _PAUSE_S * MEL_FPS)


def apart(times: F64) -> F64:
    """The same times without those that follow another at once."""
    if not len(times):
        return times
    return np.asarray(times[np.concatenate([[True], np.diff(times) > LEAST_GAP_S])])


def strength_of(act: F32, times: F64) -> F64:
    """Flux activation at every beat against the strongest of the song, 0..1."""
    crest = maximum_filter1d(act, 5)
    at = np.clip(np.rint((times + LAG_S) * FLUX_FPS).astype(int), 0, len(act) - 1)
    top = max(float(np.percentile(crest[at], 95)), 1e-6)
    return np.asarray(np.clip(crest[at] / top, 0, 1), dtype=np.float64)


def in_bars(times: F64, strength: F64, place: NDArray[np.int64]) -> tuple[Beat, ...]:
    """Beats with bar numbers from 0 (-1 in a pick-up) and positions from 1."""
    bar = np.cumsum(place == 0) - 1
    return tuple(
        Beat(time_s=float(t), bar=int(b), position=int(p) + 1, strength=float(s))
        for t, b, p, s in zip(times, bar, place, strength, strict=True)
    )
