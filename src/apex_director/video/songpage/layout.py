"""Where things stand on a page: systems of equal length, lanes below each other, in inches."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from .model import Lane, System

WIDTH = 16.54  # inches, the long side of A3 (ISO 216)
A3_HEIGHT = 11.69
MARGIN_LEFT, MARGIN_RIGHT = 1.18, 0.5
HEAD, FOOT, BETWEEN = 2.28, 0.82, 0.30
LANES = (
    ("bars", 0.25, 0.02),
    ("form", 0.20, 0.03),
    ("events", 0.15, 0.02),
    ("sound", 0.56, 0.03),
    ("voice", 0.07, 0.05),
    ("high", 0.155, 0.02),
    ("mid", 0.155, 0.02),
    ("low", 0.155, 0.02),
    ("bass", 0.155, 0.06),
    ("chords", 0.16, 0.05),
    ("energy", 0.25, 0.05),
    ("tempo", 0.25, 0.03),
    ("time", 0.16, 0.0),
)
"""Name, height and the gap below each lane of a system, in inches."""
_ROWS = ((6 * 60, 72.0), (15 * 60, 90.0), (30 * 60, 150.0), (60 * 60, 300.0))
_LONGEST_ROW = 600.0
_OVERFULL = 0.15  # of a system: so much more music is set a little tighter instead
_TO_A_BAR = 0.08  # of a system: how far its end is moved to meet a bar line
_SHORTEST = 4.0  # s


@dataclass(frozen=True, kw_only=True)
class Layout:
    """A page: its height in inches, its systems with the y of their tops, and their lanes."""

    height: float
    systems: tuple[System, ...]
    tops: tuple[float, ...]
    lanes: dict[str, Lane]

    @property
    def per_second(self) -> float:
        """Inches a second takes."""
        return (WIDTH - MARGIN_LEFT - MARGIN_RIGHT) / self.systems[0].width_s

    @property
    def system_height(self) -> float:
        return max(lane.top + lane.height for lane in self.lanes.values())


def layout_of(duration_s: float, downbeats_s: Sequence[float] = ()) -> Layout:
    """Systems for a song: about 72 s each, longer ones for long songs; like those of a score they
    begin with a bar where there is one near.
    """
    wanted = next((row for longest, row in _ROWS if duration_s <= longest), _LONGEST_ROW)
    count = max(1, math.ceil(duration_s / wanted - _OVERFULL))
    edges = _edges(duration_s, count, np.asarray(downbeats_s, dtype=np.float64))
    width = max(_SHORTEST, max(b - a for a, b in pairwise(edges)))
    systems = tuple(System(start_s=a, end_s=b, width_s=width) for a, b in pairwise(edges))
    lanes = _lanes()
    tall = max(lane.top + lane.height for lane in lanes.values())
    needed = HEAD + len(systems) * (tall + BETWEEN) + FOOT
    height = max(needed, A3_HEIGHT if len(systems) == 3 else needed)
    gap = BETWEEN + (height - needed) / len(systems)
    tops = tuple(HEAD + k * (tall + gap) for k in range(len(systems)))
    return Layout(height=height, systems=systems, tops=tops, lanes=lanes)


def _edges(
    duration_s: float, count: int, downbeats_s: np.ndarray[tuple[int, ...], np.dtype[np.float64]]
) -> list[float]:
    """Where systems meet: even shares of the song, each moved to the nearest bar line."""
    even = [duration_s * k / count for k in range(count + 1)]
    inner = []
    for edge in even[1:-1]:
        near = float(downbeats_s[np.abs(downbeats_s - edge).argmin()]) if len(downbeats_s) else edge
        inner.append(near if abs(near - edge) <= _TO_A_BAR * duration_s / count else edge)
    return [0.0, *inner, duration_s]


def _lanes() -> dict[str, Lane]:
    out, y = {}, 0.0
    for name, height, gap in LANES:
        out[name] = Lane(name=name, top=y, height=height)
        y += height + gap
    return out
