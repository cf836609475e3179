"""How exactly the cuts lie on the music."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

import numpy as np

from .model import Sync


def measure_sync(
    cut_frames: Sequence[int],
    beats_s: Sequence[float],
    downbeats_s: Sequence[float],
    rate: Fraction,
) -> Sync:
    """Distances of cuts from the nearest analysed beat; the first frame is no cut.

    A cut can only lie on a whole frame, so half a frame is the least one can promise.
    ``downbeat_share`` is the share of cuts within a frame of a bar's first beat.
    """
    cuts = np.array(sorted({c for c in cut_frames if c > 0}), dtype=np.float64)
    if not len(cuts) or not len(beats_s):
        return Sync(
            median_frames=None,
            worst_frames=None,
            p95_ms=None,
            within_one_frame=None,
            downbeat_share=None,
        )
    errors = _distances(cuts, beats_s, rate)
    bars = _distances(cuts, downbeats_s, rate) if len(downbeats_s) else np.full(len(cuts), np.inf)
    return Sync(
        median_frames=float(np.median(errors)),
        worst_frames=float(errors.max()),
        p95_ms=float(np.percentile(errors, 95) / float(rate) * 1000.0),
        within_one_frame=float((errors <= 1.0).mean()),
        downbeat_share=float((bars <= 1.0).mean()),
    )


def _distances(
    cuts: np.ndarray[tuple[int, ...], np.dtype[np.float64]], times: Sequence[float], rate: Fraction
) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    """Frames from each cut to the nearest of the times."""
    marks = np.sort(np.asarray(times, dtype=np.float64)) * float(rate)
    right = np.clip(np.searchsorted(marks, cuts), 0, len(marks) - 1)
    left = np.clip(right - 1, 0, len(marks) - 1)
    return np.asarray(np.minimum(np.abs(marks[left] - cuts), np.abs(marks[right] - cuts)))
