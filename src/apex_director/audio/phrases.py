"""Where to cut when nothing can be counted: ends of phrases, strong onsets, changes of sound."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter1d, maximum_filter1d, minimum_filter1d

from .features import MEL_FPS
from .model import F32, Band, Interval

APART_S = 1.2  # two points to cut on are at least this far from each other
_DIP = 0.18  # an energy minimum this far under its surroundings ends a phrase


def phrases_of(
    loudness: F32,
    bands: tuple[Band, Band, Band],
    changes: NDArray[np.float64],
    silence: tuple[Interval, ...],
    duration_s: float,
) -> tuple[float, ...]:
    """Points to cut on, sorted, seconds.

    Parameters
    ----------
    loudness : float32 [shape=(n,)]
        Envelope 0..1 at 50 Hz.
    changes : [shape=(m, 2)]
        Time and size 0..1 of changes of the whole sound.
    """
    points = [*_dips(loudness), *((float(t), 0.7 + float(v)) for t, v in changes)]
    points += [
        (t, 0.9 * s)
        for band in bands
        for t, s in zip(band.onsets_s, band.strengths, strict=True)
        if s > 0.6
    ]
    points += [(gap.end_s, 2.0) for gap in silence] + [(gap.start_s, 1.5) for gap in silence]
    return _thin(points, duration_s)


def _dips(loudness: F32) -> list[tuple[float, float]]:
    """Local minima of the smoothed envelope and how deep each is."""
    if len(loudness) < MEL_FPS:
        return []
    smooth = gaussian_filter1d(loudness.astype(np.float64), 0.12 * MEL_FPS)
    around = maximum_filter1d(smooth, int(1.6 * MEL_FPS))
    low = (smooth == minimum_filter1d(smooth, int(0.8 * MEL_FPS))) & (around - smooth > _DIP)
    return [(i / MEL_FPS, float(around[i] - smooth[i]) + 0.5) for i in np.flatnonzero(low)]


def _thin(points: list[tuple[float, float]], duration_s: float) -> tuple[float, ...]:
    """Keep the strongest points that stay ``APART_S`` from one another and from both ends."""
    taken = np.zeros(int(duration_s * 20) + 2, dtype=bool)
    reach = int(APART_S * 20)
    kept = []
    for time, _ in sorted(points, key=lambda p: (-p[1], p[0])):
        if not APART_S / 2 <= time <= duration_s - APART_S / 2:
            continue
        at = int(time * 20)
        if not taken[max(0, at - reach + 1) : at + reach].any():
            taken[at] = True
            kept.append(time)
    return tuple(sorted(kept))
