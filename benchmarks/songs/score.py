"""What is played: notes, drums, form and chords, counted in beats."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np

from .timing import Timing

NAMES = ("C", "C#", "D", "Eb", "E", "F", "F#", "G", "Ab", "A", "Bb", "B")
LOW = frozenset({"kick", "tom"})
KINDS = {  # drums that count as kick, snare or hats
    "kick": "kick", "snare": "snare", "clap": "snare", "hat": "hat", "open": "hat",
}  # fmt: skip


class Note(NamedTuple):
    """One note: beats, MIDI number, loudness 0..1 and who plays it."""

    start: float
    length: float
    pitch: int
    velocity: float
    part: str


class Hit(NamedTuple):
    """One stroke of a drum."""

    start: float
    drum: str
    velocity: float


class Stretch(NamedTuple):
    """A stretch of form: its label, its repeat group, its bars."""

    label: str
    group: str
    bars: int


class ChordAt(NamedTuple):
    """A chord from ``start`` to ``end``, in beats; ``quality`` is maj or min."""

    start: float
    end: float
    root: int
    quality: str


@dataclass(frozen=True, kw_only=True)
class Score:
    """A whole piece. ``tonic`` and ``mode`` are None where there is no key.

    ``compound`` says that a beat parts into three; ``swing`` is the place of the off-beat within
    the beat; ``drops`` are beats; ``named`` that the labels are what a listener would call them.
    """

    timing: Timing
    meter: int
    notes: tuple[Note, ...]
    hits: tuple[Hit, ...]
    form: tuple[Stretch, ...]
    chords: tuple[ChordAt, ...] = ()
    tonic: int | None = None
    mode: str | None = None
    compound: bool = False
    swing: float | None = None
    drops: tuple[float, ...] = ()
    named: bool = False
    extra: dict[str, Any] = field(default_factory=dict)

    @property
    def beats(self) -> int:
        return sum(part.bars for part in self.form) * self.meter


def truth_of(score: Score, *, shift_s: float, duration_s: float) -> dict[str, Any]:
    """Everything a listener could be asked about a score, in seconds of its recording.

    ``shift_s`` is how much later the recording plays than the score says.
    """
    timing = score.timing

    def at(beat: float) -> float:
        return round(float(timing.seconds(beat)) + shift_s, 4)

    beats = np.round(timing.counted[: score.beats - timing.first_beat] + shift_s, 4)
    first = -timing.first_beat % score.meter
    truth: dict[str, Any] = {
        "beats": beats.tolist(),
        "downbeats": beats[first :: score.meter].tolist(),
        "meter": score.meter,
        "compound": score.compound,
        "swing": score.swing,
        "tempo": _tempo(beats),
        "sections": _sections(score, at, duration_s),
        "named": score.named,
        "key": None if score.tonic is None else f"{NAMES[score.tonic]} {score.mode}",
        "chords": [[at(c.start), at(c.end), f"{NAMES[c.root]}:{c.quality}"] for c in score.chords],
        "drums": _drums(score, at),
        "drops": [at(beat) for beat in score.drops],
        "free": [],
        **score.extra,
    }
    if timing.first_beat:
        truth["free"] = [{"start": 0.0, "end": round(float(beats[0]) - 0.2, 3)}]
    return truth


def _tempo(beats: Any) -> float | None:
    """The tempo one could name; None where it never settles."""
    steps = np.diff(beats)
    bpm = 60 / np.median(steps)
    near = np.abs(60 / steps / bpm - 1) < 0.04
    return round(float(60 / steps[near].mean()), 3) if near.mean() > 0.5 else None


def _sections(score: Score, at: Any, duration_s: float) -> list[dict[str, Any]]:
    out, bar = [], 0
    for part in score.form:
        start, end = at(bar * score.meter), at((bar + part.bars) * score.meter)
        bar += part.bars
        out.append({"start": start, "end": end, "label": part.label, "group": part.group})
    out[0]["start"], out[-1]["end"] = 0.0, round(duration_s, 4)
    return out


def _drums(score: Score, at: Any) -> dict[str, list[float]] | None:
    """Strokes by kind, and under ``*_any`` everything else that starts in the same band."""
    if not score.hits:
        return None
    out = {kind: sorted({at(h.start) for h in score.hits if KINDS.get(h.drum) == kind})
           for kind in ("kick", "snare", "hat")}  # fmt: skip
    every = sorted({at(h.start) for h in score.hits} | {at(n.start) for n in score.notes})
    low = {at(h.start) for h in score.hits if h.drum in LOW}
    low |= {at(n.start) for n in score.notes if n.pitch <= 48}
    return out | {"low_any": sorted(low), "mid_any": every, "high_any": every}
