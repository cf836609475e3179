"""The song's form on the video's frame grid: sections as stretches that cover it exactly once."""

from __future__ import annotations

import math
from bisect import bisect_left
from collections import Counter
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from apex_director.audio.model import ENVELOPE_HZ, AudioAnalysis, Section
from apex_director.core.time import frame_at

from .model import Format

MIN_SHOT_S = 0.4  # shorter pictures are not read, only flicker
SNAP_S = 0.5  # a section edge moves at most this far to a beat
DROP_SNAP_S = 0.75  # and this far to a drop, which is what its section begins with


@dataclass(frozen=True, kw_only=True)
class Stretch:
    """A section in frames. ``ordinal`` counts its label from 1, ``returns`` how often its group
    was heard before, ``lift`` is energy against the mean of the song.
    """

    section_id: str
    label: str
    group: str
    start: int
    end: int
    energy: float
    ordinal: int
    returns: int

    @property
    def frames(self) -> int:
        return self.end - self.start


def min_shot_frames(fmt: Format) -> int:
    """The least frames of a shot."""
    return max(1, math.ceil(MIN_SHOT_S * fmt.rate))


def stretches(analysis: AudioAnalysis, fmt: Format) -> tuple[Stretch, ...]:
    """Sections as stretches of frames from 0 to ``fmt.total_frames``, without gap or overlap.

    Edges are moved to a drop close by, else to the nearest bar line or beat where the grid can be
    trusted; what is too short for a shot joins its neighbour.
    """
    total = fmt.total_frames
    ordered = sorted(analysis.sections, key=lambda s: (s.start_s, s.end_s))
    edges = [(0, ordered[0] if ordered else _whole(analysis))]
    least = min_shot_frames(fmt)
    for section in ordered[1:]:
        frame = frame_at(_snapped(section.start_s, analysis), fmt.rate)
        if frame - edges[-1][0] >= least and total - frame >= least:
            edges.append((frame, section))
        elif frame - edges[-1][0] < least and _longer(section, edges[-1][1]):
            edges[-1] = (edges[-1][0], section)
    return _numbered(edges, total)


def _whole(analysis: AudioAnalysis) -> Section:
    return Section(
        section_id="s1",
        start_s=0.0,
        end_s=analysis.duration_s,
        label="section",
        group="A",
        energy=0.5,
        confidence=0.0,
    )


def _longer(one: Section, other: Section) -> bool:
    return one.duration_s > other.duration_s


def _snapped(seconds: float, analysis: AudioAnalysis) -> float:
    """A drop close by, else the bar line within half a second, else the beat within it, else the
    edge as it was.
    """
    drops = [e.start_s for e in analysis.events if e.kind == "drop" and math.isfinite(e.start_s)]
    drop = min(drops, key=lambda t: abs(t - seconds), default=None)
    if drop is not None and abs(drop - seconds) <= DROP_SNAP_S:
        return max(0.0, drop)
    if not analysis.grid.reliable:
        return seconds
    for times in (analysis.grid.downbeats, tuple(b.time_s for b in analysis.grid.beats)):
        at = bisect_left(times, seconds)
        near = min(times[max(0, at - 1) : at + 1], key=lambda t: abs(t - seconds), default=None)
        if near is not None and abs(near - seconds) <= SNAP_S:
            return near
    return seconds


def _numbered(edges: list[tuple[int, Section]], total: int) -> tuple[Stretch, ...]:
    labels: Counter[str] = Counter()
    groups: Counter[str] = Counter()
    names: Counter[str] = Counter()
    out = []
    for (start, section), (end, _) in pairwise([*edges, (total, edges[-1][1])]):
        labels[section.label] += 1
        names[section.section_id] += 1
        twin = f"-{names[section.section_id]}" if names[section.section_id] > 1 else ""
        out.append(
            Stretch(
                section_id=f"{section.section_id or 'section'}{twin}",
                label=section.label,
                group=section.group or section.section_id,
                start=start,
                end=end,
                energy=_unit(section.energy),
                ordinal=labels[section.label],
                returns=groups[section.group or section.section_id],
            )
        )
        groups[section.group or section.section_id] += 1
    return tuple(out)


def _unit(value: float) -> float:
    return min(1.0, max(0.0, float(value))) if math.isfinite(value) else 0.5


@dataclass(frozen=True, kw_only=True, eq=False)
class Loudness:
    """The loudness envelope spread over 0..1, with fast means over spans of seconds."""

    sums: np.ndarray[tuple[int], np.dtype[np.float64]]

    def mean(self, start_s: float, end_s: float) -> float:
        """Mean over a span, 0.5 where there is none."""
        count = len(self.sums) - 1
        a = min(max(0, round(start_s * ENVELOPE_HZ)), count)
        b = min(max(a, round(end_s * ENVELOPE_HZ)), count)
        return float((self.sums[b] - self.sums[a]) / (b - a)) if b > a else 0.5


def loudness_of(analysis: AudioAnalysis) -> Loudness:
    """The song's loudness relative to its own quiet and loud places (5th to 95th percentile)."""
    envelope = np.nan_to_num(np.asarray(analysis.loudness_envelope, dtype=np.float64))
    if envelope.size:
        low, high = (float(v) for v in np.percentile(envelope, (5, 95)))
        spread = high - low
        flat = np.full_like(envelope, 0.5)
        envelope = np.clip((envelope - low) / spread, 0, 1) if spread > 1e-3 else flat
    return Loudness(sums=np.concatenate([[0.0], np.cumsum(envelope)]))


def energy_at(stretch: Stretch, loudness: Loudness, start_s: float, end_s: float) -> float:
    """Energy of a moment: mostly its section's, partly how loud it is there."""
    return 0.68 * stretch.energy + 0.32 * loudness.mean(start_s, end_s)
