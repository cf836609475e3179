"""When every beat of a piece falls."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

F64 = NDArray[np.float64]
_LAST_BEATS = 24.0  # over which a drifting tempo forgets where it was


@dataclass(frozen=True, kw_only=True)
class Timing:
    """Seconds of beats 0, 1, 2 ...; music halts for ``halt_s`` seconds before ``halt_beat``.

    Beats before ``first_beat`` are played too freely to be counted.
    """

    beats_s: F64
    halt_beat: int = -1
    halt_s: float = 0.0
    first_beat: int = 0

    def seconds(self, beat: float | F64) -> F64:
        """Seconds of any place, in beats."""
        place = np.asarray(beat, dtype=np.float64)
        known = np.arange(len(self.beats_s))
        inside = np.interp(place, known, self.beats_s)
        step = self.beats_s[-1] - self.beats_s[-2]
        late = np.maximum(0, place - known[-1]) * step
        halted = self.halt_s * (place >= self.halt_beat) if self.halt_beat >= 0 else 0.0
        return np.asarray(inside + late + halted)

    @property
    def counted(self) -> F64:
        """Seconds of the beats a listener can count."""
        return self.seconds(np.arange(self.first_beat, len(self.beats_s), dtype=np.float64))


def steady(bpm: float, beats: int, *, lead_s: float = 0.0) -> Timing:
    """The same tempo throughout, after ``lead_s`` seconds of nothing."""
    return Timing(beats_s=lead_s + np.arange(beats) * 60 / bpm)


def halting(bpm: float, beats: int, *, at: int, halt_s: float) -> Timing:
    """One tempo with a silence before beat ``at``."""
    return Timing(beats_s=np.arange(beats) * 60 / bpm, halt_beat=at, halt_s=halt_s)


def drifting(bpm: float, beats: int, rng: np.random.Generator, *, depth: float = 0.05) -> Timing:
    """A random walk of tempo within ``depth`` of ``bpm``."""
    walk = np.zeros(beats)
    for k in range(1, beats):
        walk[k] = walk[k - 1] * (1 - 1 / _LAST_BEATS) + rng.normal(0, 1)
    walk *= depth / np.abs(walk).max()
    return Timing(beats_s=_sum(bpm * (1 + walk)))


def ramp(first_bpm: float, last_bpm: float, beats: int) -> Timing:
    """A tempo that rises evenly from the first bar to the last."""
    return Timing(beats_s=_sum(np.linspace(first_bpm, last_bpm, beats)))


def after_rubato(bpm: float, beats: int, rng: np.random.Generator, *, free: int) -> Timing:
    """``free`` beats that come and go by a third and more, then a steady tempo."""
    tempo = np.full(beats, float(bpm))
    tempo[:free] *= rng.uniform(0.5, 1.0, free)
    return Timing(beats_s=_sum(tempo), first_beat=free)


def _sum(tempo: F64) -> F64:
    return np.concatenate([[0.0], np.cumsum(60 / tempo[:-1])])
