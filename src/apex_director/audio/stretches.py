"""Stretches of a series: where a mask holds, and means between given times."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

F64 = NDArray[np.float64]
_PIECE = 512


def runs(mask: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """Half-open index ranges of the True stretches of a mask [shape=(n,)]."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], mask, [False]]).astype(np.int8)))
    return [(int(a), int(b)) for a, b in edges.reshape(-1, 2)]


def per_stretch(
    series: NDArray[np.floating],
    fps: float,
    edges_s: F64,
    *,
    log: bool = False,
    decibel: bool = False,
) -> F64:
    """Means of a series [shape=(n, d)] between consecutive times [shape=(m + 1,)].

    With ``log``, means of log(1 + 1000 x); with ``decibel``, means of the power of a series in dB.
    Works through the series piece by piece.
    """
    index = np.clip(np.rint(edges_s * fps).astype(int), 0, len(series))
    out = np.zeros((max(0, len(index) - 1), series.shape[1]))
    for start in range(0, len(out), _PIECE):
        cuts = index[start : start + _PIECE + 1]
        part = series[cuts[0] : cuts[-1]].astype(np.float32)
        part = np.log1p(np.float32(1000) * part) if log else part
        part = np.float32(10) ** (part / np.float32(10)) if decibel else part
        long = np.flatnonzero(np.diff(cuts) > 0)
        if len(long):
            sums = np.add.reduceat(part, cuts[long] - cuts[0], axis=0)
            out[start + long] = sums / np.diff(cuts)[long][:, None]
    return out
