"""Loudness of a stream of samples: integrated, range, momentary, true peak, in one pass.

Source: ITU-R BS.1770-5 (weighting, gates, true peak), EBU R 128, EBU Tech 3342 (range).
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator

import numpy as np
from numba import njit
from numpy.typing import NDArray

from .model import F32, LoudnessReading

F64 = NDArray[np.float64]
ABSOLUTE_GATE = -70.0  # LUFS
RELATIVE_GATE = -10.0  # LU under the ungated mean
RANGE_GATE = -20.0  # LU, EBU Tech 3342
FLOOR = -120.0  # LUFS shown for digital silence
_TAPS = 12  # per phase
_STEPS_HZ = 10


def k_weighting(rate: int) -> F64:
    """Both biquads of the K-weighting at any sample rate [shape=(2, 5): b0 b1 b2 a1 a2].

    The analogue prototypes reproduce the table of BS.1770 at 48 kHz.
    """
    shelf = _shelf(rate, 1681.974450955533, 3.999843853973347, 0.7071752369554196)
    return np.array([shelf, _high_pass(rate, 38.13547087602444, 0.5003270373238773)])


def _shelf(rate: int, f0: float, gain: float, q: float) -> list[float]:
    k, vh = math.tan(math.pi * min(f0 / rate, 0.45)), 10.0 ** (gain / 20.0)
    vb = vh**0.4996667741545416
    a0 = 1.0 + k / q + k * k
    return [
        (vh + vb * k / q + k * k) / a0,
        2.0 * (k * k - vh) / a0,
        (vh - vb * k / q + k * k) / a0,
        2.0 * (k * k - 1.0) / a0,
        (1.0 - k / q + k * k) / a0,
    ]


def _high_pass(rate: int, f0: float, q: float) -> list[float]:
    k = math.tan(math.pi * f0 / rate)
    a0 = 1.0 + k / q + k * k
    return [1.0, -2.0, 1.0, 2.0 * (k * k - 1.0) / a0, (1.0 - k / q + k * k) / a0]


def channel_weights(channels: int) -> F64:
    """Weights in FFmpeg's channel order: surrounds 1.41, the low-frequency channel 0."""
    known = {
        4: [1, 1, 1.41, 1.41],
        5: [1, 1, 1, 1.41, 1.41],
        6: [1, 1, 1, 0, 1.41, 1.41],
        7: [1, 1, 1, 0, 1.41, 1.41, 1.41],
        8: [1, 1, 1, 0, 1.41, 1.41, 1.41, 1.41],
    }
    return np.array(known.get(channels, [1.0] * channels), dtype=np.float64)


def peak_filter(rate: int) -> F32:
    """Polyphase interpolator [shape=(phases, taps), float32]: 4x below 96 kHz, then 2x, then 1x."""
    factor = 4 if rate < 96000 else 2 if rate < 192000 else 1
    length = factor * _TAPS
    n = np.arange(length) - (length - 1) / 2
    window = np.kaiser(length, 5.0)
    taps = np.sinc(n / factor) * window
    phases = taps.reshape(_TAPS, factor).T
    return np.ascontiguousarray(phases / phases.sum(axis=1, keepdims=True), dtype=np.float32)


@njit(cache=True)
def _measure(
    block: F32,
    biquads: F64,
    weights: F64,
    state: F64,
    history: F32,
    phases: F32,
    clock: F64,
    energies: F64,
) -> int:
    """Filter a block, add up weighted energy per 100 ms, follow the true peak.

    ``clock`` holds [samples into the step, step length, energy so far, peak, steps so far] and is
    carried; ``state`` [channels, 4] and ``history`` [channels, 2 * taps] too. Returns how many
    finished steps were written to ``energies``.
    """
    n, channels = block.shape
    taps = phases.shape[1]
    done = 0
    b0, b1, b2, a1, a2 = biquads[0]
    c1, c2 = biquads[1, 3], biquads[1, 4]
    peak = np.float32(clock[3])
    at = int(clock[0])
    length = int(clock[1])
    energy = clock[2]
    steps = clock[4]
    slot = int(clock[5])
    for i in range(n):
        for c in range(channels):
            raw = block[i, c]
            x = np.float64(raw)
            if not math.isfinite(x):
                raw, x = np.float32(0.0), np.float64(0.0)
            history[c, slot] = raw
            history[c, slot + taps] = raw
            for p in range(phases.shape[0]):
                total = np.float32(0.0)
                for t in range(taps):
                    total += phases[p, t] * history[c, slot + 1 + t]
                if total < 0:
                    total = -total
                if total > peak:
                    peak = total
            if abs(raw) > peak:
                peak = abs(raw)
            w = x - a1 * state[c, 0] - a2 * state[c, 1]
            y = b0 * w + b1 * state[c, 0] + b2 * state[c, 1]
            state[c, 1] = state[c, 0]
            state[c, 0] = w
            z = y - c1 * state[c, 2] - c2 * state[c, 3]
            out = z - 2.0 * state[c, 2] + state[c, 3]
            state[c, 3] = state[c, 2]
            state[c, 2] = z
            energy += weights[c] * out * out
        slot = slot + 1 if slot + 1 < taps else 0
        at += 1
        if at >= length:
            energies[done] = energy / length
            done += 1
            steps += 1.0
            at, energy = 0, 0.0
            length = int((steps + 1.0) * clock[6] + 0.5) - int(steps * clock[6] + 0.5)
    for c in range(channels):
        for k in range(4):
            if abs(state[c, k]) < 1e-30:
                state[c, k] = 0.0
    clock[0], clock[1], clock[2], clock[3] = at, length, energy, peak
    clock[4], clock[5] = steps, slot
    return done


class LoudnessMeter:
    """Measures blocks of samples as they pass; memory grows by ten numbers a second."""

    def __init__(self, sample_rate: int, channels: int) -> None:
        self._step = sample_rate / _STEPS_HZ
        self._biquads, self._weights = k_weighting(sample_rate), channel_weights(channels)
        self._phases = peak_filter(sample_rate)
        self._state = np.zeros((channels, 4))
        self._history = np.zeros((channels, 2 * _TAPS), dtype=np.float32)
        # at, length, energy, peak, steps, ring slot, exact step length
        self._clock = np.array([0.0, int(self._step + 0.5), 0.0, 0.0, 0.0, 0.0, self._step])
        self._energies: list[F64] = []

    def push(self, block: F32) -> None:
        """Measure float32 samples [shape=(n, channels)]; NaN and infinities count as silence."""
        room = np.zeros(int(len(block) / self._step) + 2)
        samples = np.ascontiguousarray(block, dtype=np.float32)
        done = _measure(
            samples,
            self._biquads,
            self._weights,
            self._state,
            self._history,
            self._phases,
            self._clock,
            room,
        )
        if done:
            self._energies.append(room[:done].copy())

    def result(self) -> LoudnessReading:
        """The figures of everything pushed so far."""
        steps = np.concatenate(self._energies) if self._energies else np.zeros(0)
        momentary, short = _sliding(steps, 4), _sliding(steps, 30)
        peak = float(self._clock[3])
        shown = np.maximum(_lufs(momentary), FLOOR).astype(np.float32)
        lead = np.full(min(3, len(steps)), FLOOR, dtype=np.float32)
        return LoudnessReading(
            integrated_lufs=_integrated(momentary),
            range_lu=_range(short),
            true_peak_dbtp=20.0 * math.log10(peak) if peak > 1e-6 else None,
            momentary=np.concatenate([lead, shown]),
        )


def _sliding(steps: F64, width: int) -> F64:
    """Means over ``width`` neighbouring steps."""
    if len(steps) < width:
        return np.zeros(0)
    total = np.concatenate([[0.0], np.cumsum(steps)])
    return np.asarray(np.maximum(total[width:] - total[:-width], 0.0) / width)


def _lufs(energy: F64) -> F64:
    return np.asarray(-0.691 + 10.0 * np.log10(np.maximum(energy, 1e-20)))


def _gated(energy: F64, relative: float) -> F64:
    loud = energy[_lufs(energy) >= ABSOLUTE_GATE]
    if not len(loud):
        return loud
    return np.asarray(loud[_lufs(loud) >= float(_lufs(loud.mean(keepdims=True))[0]) + relative])


def _integrated(momentary: F64) -> float | None:
    kept = _gated(momentary, RELATIVE_GATE)
    return float(_lufs(kept.mean(keepdims=True))[0]) if len(kept) else None


def _range(short: F64) -> float | None:
    kept = _gated(short, RANGE_GATE)
    if not len(kept):
        return None
    low, high = np.percentile(_lufs(kept), [10, 95])
    return float(high - low)


def through(blocks: Iterable[F32], meter: LoudnessMeter) -> Iterator[F32]:
    """Hand blocks on unchanged while a meter listens."""
    for block in blocks:
        meter.push(block)
        yield block
