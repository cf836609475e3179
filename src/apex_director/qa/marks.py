"""What in a song a cut may lie on: section changes, phrases, accents, drops."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from apex_director.audio.model import ENVELOPE_HZ, AudioAnalysis

from .model import Marks

F64 = NDArray[np.float64]
TOGETHER_S = 0.03  # onsets of several bands nearer than this are one stroke
APART_S = 2.0  # of two accents nearer than this only the stronger one is asked for
EVERY_S = 8.0  # one accent is asked for in so many seconds of song
STRONG = 67.0  # percentile of strength from which an onset is a strong one
_RISE_S = (0.3, 0.1)  # before and after an onset, to hear whether it begins something louder


def marks_of(analysis: AudioAnalysis) -> Marks:
    """The places of a song that a cut should meet.

    A stroke of several bands at once, and one that begins something louder, is the stronger accent;
    the strongest are taken, one in eight seconds, two seconds apart at least.
    """
    last = analysis.duration_s
    times, strengths = _strokes(analysis)
    return Marks(
        changes_s=tuple(s.start_s for s in analysis.sections if 0.05 < s.start_s < last - 0.05),
        phrases_s=tuple(analysis.phrases_s),
        onsets_s=_strong(times, strengths),
        accents_s=_accents(times, strengths, max(1, round(last / EVERY_S))),
        drops_s=tuple(e.start_s for e in analysis.events if e.kind == "drop"),
    )


def _strokes(analysis: AudioAnalysis) -> tuple[F64, F64]:
    """Onsets of all bands, those at one moment joined, with the sum of their strengths."""
    pairs = [(t, s) for b in analysis.bands for t, s in zip(b.onsets_s, b.strengths, strict=True)]
    if not pairs:
        return np.zeros(0), np.zeros(0)
    found = np.array(sorted(pairs), dtype=np.float64)
    group = np.concatenate([[0], np.cumsum(np.diff(found[:, 0]) > TOGETHER_S)])
    count = np.bincount(group)
    times = np.bincount(group, weights=found[:, 0]) / count
    strengths = np.bincount(group, weights=found[:, 1])
    return times, strengths + 2.0 * _rise(analysis, times)


def _rise(analysis: AudioAnalysis, times: F64) -> F64:
    swell = np.asarray(analysis.loudness_envelope, dtype=np.float64)
    if not len(swell):
        return np.zeros(len(times))
    at = (np.arange(len(swell)) + 0.5) / ENVELOPE_HZ
    after, before = (
        np.interp(times + _RISE_S[1], at, swell),
        np.interp(times - _RISE_S[0], at, swell),
    )
    return np.maximum(0.0, after - before)


def _strong(times: F64, strengths: F64) -> tuple[float, ...]:
    if not len(times):
        return ()
    return tuple(times[strengths >= np.percentile(strengths, STRONG)].tolist())


def _accents(times: F64, strengths: F64, most: int) -> tuple[float, ...]:
    kept: list[float] = []
    for index in np.lexsort((times, -strengths)):
        if len(kept) == most:
            break
        if all(abs(times[index] - t) >= APART_S for t in kept):
            kept.append(float(times[index]))
    return tuple(sorted(kept))
