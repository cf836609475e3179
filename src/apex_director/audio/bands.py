"""Onsets and envelopes of kick and bass, snare and voice, hats."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numba import njit
from numpy.typing import NDArray
from scipy.ndimage import maximum_filter1d, median_filter, uniform_filter1d

from .beats import LAG_S
from .features import FLUX_FPS, MEL_FPS, Features
from .model import F32, Band

NAMES: tuple[Literal["low", "mid", "high"], ...] = ("low", "mid", "high")
ATTACK_S, RELEASE_S = 0.010, 0.200
REFRACTORY_S = 0.060
_MEAN_S = 0.100
_FLOOR = 0.04  # flux below this is the noise of a quiet room
QUIET_DB = -75.0


@dataclass(frozen=True, kw_only=True)
class Picking:
    """What an onset stands out from: the highest within ``peak_s`` on each side, and ``over`` its
    neighbourhood's mean, in parts of the 90th percentile of local maxima. Low notes rise slowly
    and beat with each other, hats are quick and many; chosen on thirty-six pieces.
    """

    peak_s: float = 0.030
    over: float = 0.10


PICKING = {
    "low": Picking(peak_s=0.050, over=0.12),
    "mid": Picking(),
    "high": Picking(over=0.04),
}
_LOW_LATE_S = 0.010  # low bands rise later: kicks of 46 pieces 14 ms by median, clean ones not
_ECHO_S = 0.090  # so soon after a low onset,
_ECHO = 0.8  # and under this share of its strength, another is its beating
_UNDER_DB, _RISE_DB = 16.0, 2.0  # a low onset's level under the loudest bass, and its rise
_HELD_S = 0.40  # what sounds for less than half of it is a stroke, not a held note
_HELD_DB = 24.0  # what lies further under the loudest bass is the tail of a stroke
_STROKE_DB = 3.0  # a held note is heard this far over its median level


def bands_of(features: Features) -> tuple[Band, Band, Band]:
    """The three bands of the song."""
    low, mid, high = (
        _band(name, features.onsets[:, i], features.levels[:, i]) for i, name in enumerate(NAMES)
    )
    return low, mid, high


def _band(name: Literal["low", "mid", "high"], flux: F32, level_db: F32) -> Band:
    times, strengths = onsets(flux, FLUX_FPS, PICKING[name])
    if name == "low":
        real = _low_rises(times, level_db)
        times, strengths = _without_echoes(times[real], strengths[real])
        times = np.maximum(times - _LOW_LATE_S, 0.0)
    return Band(
        name=name,
        onsets_s=tuple(map(float, times)),
        strengths=tuple(map(float, strengths)),
        envelope=envelope(level_db),
    )


def _without_echoes(
    times: NDArray[np.float64], strengths: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Onsets but those that follow a stronger one too closely: low notes beat with each other."""
    kept: list[int] = []
    for i in range(len(times)):
        near = kept and times[i] - times[kept[-1]] < _ECHO_S
        if not (near and strengths[i] < _ECHO * strengths[kept[-1]]):
            kept.append(i)
    return times[kept], strengths[kept]


def _low_rises(times: NDArray[np.float64], level_db: F32) -> NDArray[np.bool_]:
    """Which onsets bring bass: the flux works on logarithms and also hears the little that a snare
    leaves down there.
    """
    if not len(times):
        return np.zeros(0, dtype=bool)
    at = np.clip(np.rint(times * MEL_FPS).astype(int), 0, len(level_db) - 1)
    after = np.max([level_db[np.minimum(at + k, len(level_db) - 1)] for k in range(4)], axis=0)
    before = np.min([level_db[np.maximum(at - k, 0)] for k in (1, 2, 3)], axis=0)
    loud = after >= float(np.percentile(level_db, 98)) - _UNDER_DB
    return np.asarray(loud & ((after - before >= _RISE_DB) | (at < 3)))


def onsets(
    flux: F32, fps: float, how: Picking = PICKING["mid"]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Onset times and strengths 0..1 of one band's flux [shape=(n,)].

    Source
    ------
    Peak picking after Boeck and Widmer, SuperFlux, DAFx 2013.
    """
    if len(flux) < 3:
        return np.zeros(0), np.zeros(0)
    crest = flux == maximum_filter1d(flux, 2 * int(how.peak_s * fps) + 1)
    heights = flux[crest & (flux > _FLOOR)]
    if not len(heights):
        return np.zeros(0), np.zeros(0)
    mean = uniform_filter1d(flux, 2 * int(_MEAN_S * fps) + 1)
    tall = flux > mean + max(how.over * float(np.percentile(heights, 90)), _FLOOR)
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
    low, high = _range(x)
    return np.asarray(np.clip((_smooth(x) - low) / (high - low), 0, 1), dtype=np.float32)


def _smooth(level_db: F32) -> F32:
    up, down = (1 - np.exp(-1 / (s * MEL_FPS)) for s in (ATTACK_S, RELEASE_S))
    return _follow(np.maximum(level_db, np.float32(QUIET_DB - 10)), up, down)  # type: ignore[no-any-return]


def _range(level_db: F32) -> tuple[float, float]:
    smooth = _smooth(level_db)
    high = float(np.percentile(smooth, 98))
    return min(max(float(np.percentile(smooth, 5)), high - 36.0), high - 9.0), high


def bass_envelope(level_db: F32) -> F32:
    """Held bass 0..1 at 50 Hz from the low band's level in dB [shape=(n,)], up to the loudest of
    the low envelope: a kick drum alone hardly shows in it, for its strokes are short.
    """
    x = np.ascontiguousarray(level_db, dtype=np.float32)
    if not len(x) or float(np.percentile(x, 98)) < QUIET_DB:
        return np.zeros(len(x), dtype=np.float32)
    size = 2 * int(_HELD_S * MEL_FPS / 2) + 1
    held = median_filter(x, size=size, mode="constant", cval=-120.0) + np.float32(_STROKE_DB)
    high = _range(x)[1]
    low = high - _HELD_DB
    smooth = _smooth(np.minimum(x, held))
    return np.asarray(np.clip((smooth - low) / (high - low), 0, 1), dtype=np.float32)
