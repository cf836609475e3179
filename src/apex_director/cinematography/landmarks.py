"""What the song does besides its sections, on the frame grid: drops, build-ups, breakdowns, and the
stretches in which its beat cannot be trusted.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from apex_director.audio.model import AudioAnalysis, MusicEvent
from apex_director.core.time import frame_at

from .model import Format

LEAST_DROP = 0.2  # a weaker one is a bar that is a little louder
WEAK_TRUST = 0.50  # below it the beats of a window are a guess (the grid's own verdict "none")
BUILD_PULL = 0.75  # how much shorter shots have become at the end of a build-up
BREAK_HOLD = 1.7  # how much longer shots are held while the music falls away


@dataclass(frozen=True, kw_only=True)
class Landmark:
    """Frames ``start`` to ``end`` of an event, and how strong it is, 0..1."""

    start: int
    end: int
    strength: float


@dataclass(frozen=True, kw_only=True)
class Landmarks:
    """Events in order of time; ``weak`` are spans of frames without a beat to rely on."""

    drops: tuple[Landmark, ...] = ()
    build_ups: tuple[Landmark, ...] = ()
    breakdowns: tuple[Landmark, ...] = ()
    weak: tuple[tuple[int, int], ...] = ()

    def rise(self, frame: int) -> float:
        """How far a build-up has come at a frame, 0..1 by its strength; 0 outside of one."""
        for build in self.build_ups:
            if build.start <= frame < build.end:
                done = (frame - build.start) / (build.end - build.start)
                return done * (0.5 + 0.5 * build.strength)
        return 0.0

    def holds(self, frame: int) -> bool:
        """Whether the music falls away at a frame."""
        return any(b.start <= frame < b.end for b in self.breakdowns)

    def hurry(self, frame: int) -> float:
        """Factor on shot lengths at a frame: towards a drop shorter, in a breakdown longer."""
        if self.holds(frame):
            return BREAK_HOLD
        return 1.0 - BUILD_PULL * self.rise(frame)

    def drop_at(self, frame: int) -> Landmark | None:
        """The drop that falls on a frame."""
        return next((d for d in self.drops if d.start == frame), None)


def landmarks_of(analysis: AudioAnalysis, fmt: Format) -> Landmarks:
    """The song's events and weak windows in frames of the video; what lies outside is left out."""
    return Landmarks(
        drops=tuple(
            d for d in _of("drop", analysis.events, fmt) if d.start and d.strength >= LEAST_DROP
        ),
        build_ups=_of("build_up", analysis.events, fmt),
        breakdowns=_of("breakdown", analysis.events, fmt),
        weak=_weak(analysis, fmt),
    )


def _of(kind: str, events: Sequence[MusicEvent], fmt: Format) -> tuple[Landmark, ...]:
    found: dict[int, Landmark] = {}
    for event in events:
        sound = all(math.isfinite(v) for v in (event.start_s, event.end_s, event.strength))
        if event.kind != kind or not sound or event.end_s <= event.start_s:
            continue
        start = frame_at(max(0.0, event.start_s), fmt.rate)
        end = min(fmt.total_frames, max(start + 1, frame_at(event.end_s, fmt.rate)))
        strength = min(1.0, max(0.0, event.strength))
        if start < fmt.total_frames and (start not in found or found[start].strength < strength):
            found[start] = Landmark(start=start, end=end, strength=strength)
    return tuple(found[start] for start in sorted(found))


def _weak(analysis: AudioAnalysis, fmt: Format) -> tuple[tuple[int, int], ...]:
    """Spans no window of trust vouches for; windows may overlap, and the best of them counts."""
    windows = [
        (frame_at(max(0.0, w.start_s), fmt.rate), frame_at(max(0.0, w.end_s), fmt.rate), w.trust)
        for w in analysis.grid.windows
        if math.isfinite(w.start_s) and math.isfinite(w.end_s) and w.end_s > w.start_s
    ]
    edges = sorted({e for a, b, _ in windows for e in (a, b) if e <= fmt.total_frames})
    out: list[tuple[int, int]] = []
    for a, b in pairwise(edges):
        here = [trust for start, end, trust in windows if start <= a and b <= end]
        if not here or max(here) >= WEAK_TRUST:
            continue
        if out and out[-1][1] == a:
            out[-1] = (out[-1][0], b)
        else:
            out.append((a, b))
    return tuple(out)
