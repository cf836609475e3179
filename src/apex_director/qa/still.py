"""Black, frozen and moving: what the pictures did over time."""

from __future__ import annotations

from fractions import Fraction

import numpy as np

from .model import Stillness, Stretch
from .seeing import Glance

FROZEN_STEP = 0.06  # mean absolute difference in code values of the small picture
CUT_STEP = 12.0  # differences above this are cuts, not movement
SHORTEST_BLACK_S = 0.2
SHORTEST_FROZEN_S = 1.0


class StillMeter:
    """Watches luma frame by frame."""

    def __init__(self, rate: Fraction) -> None:
        self.rate = rate
        self._previous: np.ndarray[tuple[int, ...], np.dtype[np.float32]] | None = None
        self._black: list[bool] = []
        self._steps: list[float] = []
        self._outside = 0.0

    def push(self, seen: Glance) -> None:
        """Take in the next frame."""
        small = seen.thumb.astype(np.float32)
        self._outside += seen.outside
        self._black.append(seen.black)
        if self._previous is not None:
            self._steps.append(float(np.abs(small - self._previous).mean()))
        self._previous = small

    def result(self) -> Stillness:
        """What was seen so far."""
        frozen = [False, *(step < FROZEN_STEP for step in self._steps)]
        frozen = [f and not b for f, b in zip(frozen, self._black, strict=False)]
        moving = [step for step in self._steps if step < CUT_STEP]
        count = len(self._black)
        return Stillness(
            black=_stretches(self._black, SHORTEST_BLACK_S * self.rate),
            frozen=_stretches(frozen, SHORTEST_FROZEN_S * self.rate),
            motion=float(np.median(moving)) if moving else 0.0,
            out_of_range=self._outside / count if count else 0.0,
            frames=count,
        )


def _stretches(flags: list[bool], shortest: float) -> tuple[Stretch, ...]:
    found: list[Stretch] = []
    start = None
    for i, flag in enumerate([*flags, False]):
        if flag and start is None:
            start = i
        elif not flag and start is not None:
            if i - start >= shortest:
                found.append(Stretch(start=start, end=i))
            start = None
    return tuple(found)
