"""Onsets and envelopes of kick and bass, snare and voice, hats."""

from __future__ import annotations

from typing import Literal

import numpy as np
from numba import njit
from numpy.typing import NDArray
from scipy.ndimage import maximum_filter1d, uniform_filter1d

from .beats import LAG_S
from .features import FLUX_FPS, MEL_FPS, Features
from .model import F32, Band

NAMES: tuple[Literal["low", "mid", "high"], ...] = ("low", "mid", "high")
ATTACK_S, RELEASE_S = 0.010, 0.200
REFRACTORY_S = 0.060
_PEAK_S, _MEAN_S = 0.030, 0.150
_OVER = 0.1  # of the 90th percentile of local maxima
_FLOOR = 0.04  # flux below this is the noise of a quiet room
QUIET_DB = -75.0


def bands_of(features: Features) -> tuple[Band, Band, Band]:
    """The three bands of the song."""
    low, mid, high = (
        _band(name, features.onsets[:, i], features.levels[:, i]) for i, name in enumerate(NAMES)
    )
    return low, mid, high


def _band(name: Literal["low", "mid", "high"], flux: F32, level_db: F32) -> Band:
    times, strengths = onsets(flux, FLUX_FPS)
    return Band(
        name=name,
        onsets_s=tuple(map(float, times)),
        strengths=tuple(map(float, strengths)),
        envelope=envelope(level_db),
    )


def onsets(flux: F32, fps: float) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Onset times and strengths 0..1 of one band's flux [shape=(n,)].

    Source
    ------
    Peak picking after Boeck and Widmer, SuperFlux, DAFx 2013.
    """
    if len(flux) < 3:
        return np.zeros(0), np.zeros(0)
    crest = flux == maximum_filter1d(flux, 2 * int(_PEAK_S * fps) + 1)
    heights = flux[crest & (flux > _FLOOR)]
    if not len(heights):
        return np.zeros(0), np.zeros(0)
    mean = uniform_filter1d(flux, 2 * int(_MEAN_S * fps) + 1)
    tall = flux > mean + max(_OVER * float(np.percentile(heights, 90)), _FLOOR)
    found = np.flatnonzero(crest & tall)
    found = found[np.diff(found, prepend=-len(flux)) >= REFRACTORY_S * fps]
    if not len(found):
        return np.zeros(0), np.zeros(0)
    inner = np.clip(found, 1, len(flux) - 2)
    a, b, c = (flux[inner + k].astype(np.float64) for k in (-1, 0, 1))
    shift = np.clip(0.5 * (a - c) / np.minimum(a - 2 * b + c, -1e-9), -0.5, 0.5)
    times = np.maximum((found + np.where(found == inner, shift, 0)) / fps - LAG_S, 0.0)
    return times, np.clip(flux[found] / max(float(np.percentile(flux[found], 95)), 1e-6), 0, 1)


@njit(cache=True)
def _follow(x: F32, up: float, down: float) -> F32:
    out = np.empty_like(x)
    value = x[0]
    for i in range(x.shape[0]):
        rate = up if x[i] > value else down
        value += np.float32(rate) * (x[i] - value)
        out[i] = value
    return out


def envelope(level_db: F32) -> F32:
    """Level in dB at 50 Hz to 0..1 between its 5th and 98th percentile, fast up and slow down."""
    x = np.ascontiguousarray(level_db, dtype=np.float32)
    if not len(x) or float(np.percentile(x, 98)) < QUIET_DB:
        return np.zeros(len(x), dtype=np.float32)
    up, down = (1 - np.exp(-1 / (s * MEL_FPS)) for s in (ATTACK_S, RELEASE_S))
    smooth = _follow(np.maximum(x, QUIET_DB - 10), up, down)
    high = float(np.percentile(smooth, 98))
    low = min(max(float(np.percentile(smooth, 5)), high - 36.0), high - 9.0)
    return np.asarray(np.clip((smooth - low) / (high - low), 0, 1), dtype=np.float32)
