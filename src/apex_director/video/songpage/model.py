"""What a page of a song is made of."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

F32 = NDArray[np.float32]


@dataclass(frozen=True, kw_only=True)
class Waveform:
    """A song's outline: ``low`` and ``high`` samples and the root mean square ``level`` of every
    1 / ``rate_hz`` seconds, each float32 [shape=(n,)], full scale 1.
    """

    low: F32
    high: F32
    level: F32
    rate_hz: int


@dataclass(frozen=True, kw_only=True)
class System:
    """One row of a page: the song from ``start_s`` to ``end_s``, ``width_s`` seconds wide."""

    start_s: float
    end_s: float
    width_s: float


@dataclass(frozen=True, kw_only=True)
class Lane:
    """A strip of a system: its name in the margin, and its place in inches below the system's
    top.
    """

    name: str
    top: float
    height: float
