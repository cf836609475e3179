"""The analysis as curves of one value per frame, equal wherever a segment happens to begin."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

import numpy as np

from apex_director.audio.model import ENVELOPE_HZ, AudioAnalysis, Band

from .model import F32, F64, Curves

BEAT_DECAY_S = 0.22
BAR_DECAY_S = 0.6
SMOOTH_S = {"low": 0.05, "mid": 0.08, "high": 0.05, "loudness": 0.12}
"""Standard deviation of the smoothing of each envelope, in seconds."""
KICK_HZ = 200.0
"""Times a second at which the camera's pulse is worked out before frames read it."""
KICK_SMOOTH_S = 0.036
"""Its softening: a beat's jump is felt and not seen as a jerk."""
TRAVEL_FLOOR = 0.55
TRAVEL_GAIN = 0.9
"""Camera speed is floor + gain x slow loudness: about 1 in a verse, more in a chorus."""
TRAVEL_SMOOTH_S = 0.6


def curves(analysis: AudioAnalysis, start: int, end: int, rate: Fraction) -> Curves:
    """Sample the analysis at the middle of each frame from ``start`` to ``end``."""
    times: F64 = (np.arange(start, end) + 0.5) / np.float64(rate)
    low, mid, high = (_sampled(b.envelope, times, SMOOTH_S[b.name]) for b in _bands(analysis))
    bars = np.asarray(analysis.grid.downbeats if analysis.grid.reliable else (), dtype=np.float64)
    phase, first = _bar_phase(bars, times, 1.0 / float(rate))
    return Curves(
        start=start,
        low=low,
        mid=mid,
        high=high,
        loudness=_sampled(analysis.loudness_envelope, times, SMOOTH_S["loudness"]),
        beat=_beat_pulse(analysis, times),
        bar=_pulse(bars, np.ones(len(bars)), times, BAR_DECAY_S),
        bar_phase=phase,
        downbeat=first,
        travel=_travel(analysis.loudness_envelope, times),
        kick=_kick(analysis, times),
    )


def _bands(analysis: AudioAnalysis) -> list[Band]:
    """Low, mid and high, whatever their order in the analysis."""
    by_name = {band.name: band for band in analysis.bands}
    return [by_name[name] for name in ("low", "mid", "high")]


def _beat_pulse(analysis: AudioAnalysis, times: F64) -> F32:
    """Beats where the grid can be trusted, else the onsets of the low band."""
    if analysis.grid.reliable:
        hits: Sequence[float] = [b.time_s for b in analysis.grid.beats]
        strengths: Sequence[float] = [0.5 + 0.5 * b.strength for b in analysis.grid.beats]
    else:
        band = _bands(analysis)[0]
        hits, strengths = band.onsets_s, band.strengths
    return _pulse(np.asarray(hits, float), np.asarray(strengths, float), times, BEAT_DECAY_S)


def _kick(analysis: AudioAnalysis, times: F64) -> F32:
    """Bass on the beat, softened on a grid of its own, so that every frame rate feels it alike."""
    reach = 3.0 * KICK_SMOOTH_S + 2.0 / KICK_HZ
    first, last = np.floor((times[[0, -1]] + (-reach, reach)) * KICK_HZ) if len(times) else (0, 0)
    fine: F64 = np.arange(first, last + 2) / KICK_HZ
    low = _sampled(_bands(analysis)[0].envelope, fine, SMOOTH_S["low"])
    hard = np.asarray(_beat_pulse(analysis, fine) * low, dtype=np.float64)
    soft = _gauss(hard, KICK_SMOOTH_S * KICK_HZ)
    return np.clip(np.interp(times, fine, soft), 0.0, 1.0).astype(np.float32)


def _pulse(hits: F64, strengths: F64, times: F64, decay: float) -> F32:
    """The strongest of the last two hits, each decaying exponentially."""
    out = np.zeros(len(times))
    if not len(hits):
        return out.astype(np.float32)
    last = np.searchsorted(hits, times, side="right") - 1
    for back in (0, 1):
        at = np.clip(last - back, 0, len(hits) - 1)
        level = strengths[at] * np.exp(-np.maximum(times - hits[at], 0.0) / decay)
        out = np.where(last - back >= 0, np.maximum(out, level), out)
    return np.clip(out, 0.0, 1.0).astype(np.float32)


def _bar_phase(bars: F64, times: F64, frame_s: float) -> tuple[F32, F32]:
    if len(bars) < 2:
        return np.zeros(len(times), np.float32), np.zeros(len(times), np.float32)
    at = np.searchsorted(bars, times, side="right") - 1
    left = bars[np.clip(at, 0, len(bars) - 2)]
    length = np.maximum(bars[np.clip(at, 0, len(bars) - 2) + 1] - left, 1e-3)
    phase = np.mod((times - left) / length, 1.0)
    first = (at >= 0) & (times - bars[np.clip(at, 0, len(bars) - 1)] < frame_s)
    return phase.astype(np.float32), first.astype(np.float32)


def _sampled(envelope: F32, times: F64, sigma_s: float) -> F32:
    """Smooth a 50 Hz envelope with a Gaussian and read it at the given times."""
    if not len(envelope) or not len(times):
        return np.zeros(len(times), np.float32)
    reach = int(np.ceil(3 * sigma_s * ENVELOPE_HZ)) + 2
    first = int(np.floor(times[0] * ENVELOPE_HZ)) - reach
    last = int(np.ceil(times[-1] * ENVELOPE_HZ)) + reach + 1
    index = np.clip(np.arange(first, last), 0, len(envelope) - 1)
    smooth = _gauss(np.asarray(envelope, dtype=np.float64)[index], sigma_s * ENVELOPE_HZ)
    grid = (np.arange(first, last) + 0.5) / ENVELOPE_HZ
    return np.clip(np.interp(times, grid, smooth), 0.0, 1.0).astype(np.float32)


def _gauss(values: F64, sigma: float) -> F64:
    """Gaussian smoothing by explicit shifted sums, whose bits do not depend on the window."""
    reach = max(1, int(np.ceil(3 * sigma)))
    weights = np.exp(-0.5 * (np.arange(-reach, reach + 1) / max(sigma, 1e-6)) ** 2)
    weights /= weights.sum()
    padded = np.pad(values, reach, mode="edge")
    out = np.zeros(len(values))
    for k, weight in enumerate(weights):
        out += weight * padded[k : k + len(values)]
    return out


def _travel(envelope: F32, times: F64) -> F64:
    """Integral from the song's beginning of a speed that follows slow loudness."""
    if not len(envelope):
        return np.asarray(times, dtype=np.float64)
    slow = _gauss(np.asarray(envelope, dtype=np.float64), TRAVEL_SMOOTH_S * ENVELOPE_HZ)
    total = np.concatenate([[0.0], np.cumsum(TRAVEL_FLOOR + TRAVEL_GAIN * slow)]) / ENVELOPE_HZ
    edges = np.arange(len(total)) / ENVELOPE_HZ
    after = np.maximum(times - edges[-1], 0.0) * TRAVEL_FLOOR
    return np.asarray(np.interp(times, edges, total) + after)
