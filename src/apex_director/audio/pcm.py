"""Blocks at native rate become one clean mono stream at 22 050 Hz; silence is found on the way."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import soxr
from numpy.typing import NDArray

from .model import F32, Interval
from .stretches import runs

F64 = NDArray[np.float64]
RATE = 22050  # Hz, the rate every feature is computed at
SILENCE_DBFS = -60.0
SILENCE_MIN_S = 0.5
SILENCE_FPS = 20  # frames of 50 ms
ANTIPHASE = 0.2  # mean below this share of the loudest channel's RMS: the channels cancel
_SLICE_S = 2  # decisions are made on slices of this length, whatever the blocks
_MEMORY_S = 20.0  # the channel choice follows this much of the past
_RAMP_S = 0.02


class Intake:
    """Cleans, mixes and resamples a stream, and keeps what only the native samples can tell.

    Parameters
    ----------
    sample_rate : int
        Native rate, Hz.
    channels : int
        Channels of every block.
    """

    def __init__(self, sample_rate: int, channels: int) -> None:
        self.sample_rate, self.channels = sample_rate, channels
        self.samples = self.bad_samples = self.clipped = 0
        self.used_one_channel = False
        self._resampler = (
            None if sample_rate == RATE else soxr.ResampleStream(sample_rate, RATE, 1, "float32")
        )
        self._rest = np.zeros((0, channels), dtype=np.float32)
        self._energy = np.zeros(channels + 1)
        self._gains = np.full(channels, 1.0 / channels, dtype=np.float32)
        self._edge = 0  # index of the next silence frame
        self._frame = np.zeros((3, channels))  # n, sum, sum of squares of the open frame
        self._levels: list[F64] = []

    def push(self, block: F32) -> Iterator[F32]:
        """Yield mono pieces at 22 050 Hz for one block float32 [shape=(n, channels)]."""
        step = self.sample_rate * _SLICE_S
        waiting = np.asarray(block, dtype=np.float32).reshape(-1, self.channels)
        if len(self._rest):
            waiting = np.concatenate([self._rest, waiting])
        whole = len(waiting) // step * step
        for start in range(0, whole, step):
            yield self._take(waiting[start : start + step], last=False)
        self._rest = waiting[whole:].copy()

    def finish(self) -> F32:
        """What was still waiting, and the resampler's last samples."""
        last = self._take(self._rest, last=True)
        if self._frame[0, 0] > 0:
            self._levels.append(_variance(self._frame)[None, :])
        return last

    @property
    def duration_s(self) -> float:
        return self.samples / self.sample_rate

    def levels_db(self) -> F32:
        """RMS of the loudest channel without its offset, dBFS, in frames of 50 ms."""
        if not self._levels:
            return np.zeros(0, dtype=np.float32)
        power = np.concatenate(self._levels).max(axis=1)
        return np.asarray(10.0 * np.log10(np.maximum(power, 1e-14)), dtype=np.float32)

    def silence(self) -> tuple[Interval, ...]:
        """Stretches of half a second or more under -60 dBFS in every channel."""
        quiet = self.levels_db() < SILENCE_DBFS
        return tuple(
            Interval(start_s=a / SILENCE_FPS, end_s=min(b / SILENCE_FPS, self.duration_s))
            for a, b in runs(quiet)
            if (b - a) / SILENCE_FPS >= SILENCE_MIN_S
        )

    def _take(self, x: F32, *, last: bool) -> F32:
        mono = self._mix(self._clean(x)) if len(x) else np.zeros(0, dtype=np.float32)
        return self._resample(mono, last=last)

    def _clean(self, x: F32) -> F32:
        finite = np.isfinite(x)
        if not finite.all():
            self.bad_samples += int(x.size - np.count_nonzero(finite))
            x = np.where(finite, x, np.float32(0))
        self.clipped += int(np.count_nonzero(np.abs(x) >= 0.999))
        self._measure(x)
        return x

    def _measure(self, x: F32) -> None:
        begin, end = self.samples, self.samples + len(x)
        self.samples = end
        last = end * SILENCE_FPS // self.sample_rate + 1
        edges = np.arange(self._edge + 1, last + 1) * self.sample_rate // SILENCE_FPS
        cuts = np.concatenate([[0], edges[edges < end] - begin])
        wide = x.astype(np.float64)
        sums = np.stack([np.add.reduceat(wide, cuts), np.add.reduceat(wide**2, cuts)], axis=1)
        counts = np.diff(np.append(cuts, len(x)))
        full = np.concatenate([np.repeat(counts[:, None, None], x.shape[1], 2), sums], axis=1)
        full[0] += self._frame
        self._frame = full[-1]
        self._edge += len(full) - 1
        if len(full) > 1:
            self._levels.append(np.stack([_variance(f) for f in full[:-1]]))

    def _mix(self, x: F32) -> F32:
        if self.channels == 1:
            return x[:, 0]
        mean = x.mean(axis=1)
        keep = np.exp(-len(x) / (self.sample_rate * _MEMORY_S))
        now = np.append(np.square(x, dtype=np.float64).sum(axis=0), np.sum(mean**2))
        self._energy = self._energy * keep + now
        best = int(np.argmax(self._energy[:-1]))
        gains = np.full(self.channels, 1.0 / self.channels, dtype=np.float32)
        if self._energy[-1] < ANTIPHASE**2 * self._energy[best]:
            gains = np.eye(self.channels, dtype=np.float32)[best]
            self.used_one_channel = True
        mono = x @ gains
        if self.samples > len(x) and not np.array_equal(gains, self._gains):
            n = min(len(x), int(self.sample_rate * _RAMP_S))
            ramp = np.linspace(0, 1, n, dtype=np.float32)
            mono[:n] = mono[:n] * ramp + (x[:n] @ self._gains) * (1 - ramp)
        self._gains = gains
        return np.asarray(mono, dtype=np.float32)

    def _resample(self, mono: F32, *, last: bool) -> F32:
        if self._resampler is None:
            return mono
        return np.asarray(self._resampler.resample_chunk(mono, last=last), dtype=np.float32)


def _variance(frame: F64) -> F64:
    n = np.maximum(frame[0], 1.0)
    return np.asarray(np.maximum(frame[2] / n - (frame[1] / n) ** 2, 0.0))
