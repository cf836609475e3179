"""What the ear hears, as frozen values. Times are seconds from the first decoded sample; frames
belong to the cut.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal, Protocol

import numpy as np
from numpy.typing import NDArray

F32 = NDArray[np.float32]
Verdict = Literal["firm", "loose", "none"]
Label = Literal[
    "intro",
    "verse",
    "pre_chorus",
    "chorus",
    "post_chorus",
    "bridge",
    "instrumental",
    "outro",
    "section",
]
ENVELOPE_HZ = 50


class SampleBlocks(Protocol):
    """A stream of sample blocks; each block is float32 [shape=(n, channels)] at ``sample_rate``."""

    @property
    def sample_rate(self) -> int: ...
    @property
    def channels(self) -> int: ...
    def __iter__(self) -> Iterator[F32]: ...


@dataclass(frozen=True, kw_only=True)
class Interval:
    """Seconds ``start_s`` to ``end_s``, half-open."""

    start_s: float
    end_s: float


@dataclass(frozen=True, kw_only=True)
class Beat:
    """One beat; ``position`` counts from 1 in its bar, ``bar`` from 0 (-1 in a pick-up); strength
    0..1.
    """

    time_s: float
    bar: int
    position: int
    strength: float


@dataclass(frozen=True, kw_only=True)
class TempoAlternative:
    """Another tempo a listener could tap, with its confidence 0..1."""

    bpm: float
    confidence: float


@dataclass(frozen=True, kw_only=True)
class Corrections:
    """What a person knows better than the ear.

    ``tempo`` in beats per minute holds the search to within 4 percent of it. ``taps_s`` are beats
    tapped by hand, seconds. ``offset_s`` moves every beat; ``bar_shift`` moves the bar lines by so
    many beats.
    """

    tempo: float | None = None
    taps_s: tuple[float, ...] = ()
    offset_s: float = 0.0
    bar_shift: int = 0


@dataclass(frozen=True, kw_only=True)
class TrustWindow:
    """How far the grid can be trusted from ``start_s`` to ``end_s``."""

    start_s: float
    end_s: float
    trust: float


@dataclass(frozen=True, kw_only=True)
class Grid:
    """The beat grid and how far it can be trusted.

    ``verdict`` is firm at trust >= 0.60, loose from 0.50, none below; with none, ``beats`` is a
    best guess that nobody may cut on, and phrases and onsets are used instead. ``windows`` tell the
    same of stretches of 20 s. ``meter`` counts beats in a bar; a beat of a ``compound`` one (6/8,
    12/8) parts into three. ``swing`` is the place of the off-beat within the beat, 0.5 straight and
    0.67 a full shuffle; None where none is heard. ``source`` tells who found the beats.
    """

    beats: tuple[Beat, ...]
    bpm: float | None
    bpm_curve: tuple[tuple[float, float], ...]
    meter: int
    trust: float
    verdict: Verdict
    regularity: float
    alternatives: tuple[TempoAlternative, ...] = ()
    windows: tuple[TrustWindow, ...] = ()
    compound: bool = False
    swing: float | None = None
    source: Literal["network", "flux", "taps", "none"] = "flux"

    @property
    def reliable(self) -> bool:
        return self.verdict != "none"

    @property
    def downbeats(self) -> tuple[float, ...]:
        return tuple(b.time_s for b in self.beats if b.position == 1)


@dataclass(frozen=True, kw_only=True)
class Section:
    """A stretch of form. ``group`` is the repeat group (A, B, ...); ``energy`` 0..1 within the
    song.
    """

    section_id: str
    start_s: float
    end_s: float
    label: Label
    group: str
    energy: float
    confidence: float

    @property
    def duration_s(self) -> float:
        return self.end_s - self.start_s


@dataclass(frozen=True, kw_only=True)
class Band:
    """One of low (kick, bass), mid (snare, voice), high (hats): onsets and an envelope at 50 Hz,
    0..1.
    """

    name: Literal["low", "mid", "high"]
    onsets_s: tuple[float, ...]
    strengths: tuple[float, ...]
    envelope: F32


@dataclass(frozen=True, kw_only=True)
class MusicEvent:
    """A drop, or what leads to one: a build-up rises into its end, a breakdown falls away.

    ``strength`` is 0..1. A drop is a moment: it ends a bar after it starts.
    """

    kind: Literal["drop", "build_up", "breakdown"]
    start_s: float
    end_s: float
    strength: float


@dataclass(frozen=True, kw_only=True)
class Chord:
    """A coarse chord: ``name`` such as ``A:min`` or ``N``."""

    start_s: float
    end_s: float
    name: str
    confidence: float


@dataclass(frozen=True, kw_only=True)
class Tone:
    """Key and chords; ``tonic`` 0..11 from C, None where no key can be heard. ``chroma`` has 12
    numbers, sum 1.
    """

    tonic: int | None
    mode: Literal["major", "minor"] | None
    confidence: float
    chroma: tuple[float, ...]
    chords: tuple[Chord, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Loudness:
    """EBU R 128 loudness; None where the signal is too quiet to gate. ``momentary`` is in LUFS at
    10 Hz.
    """

    integrated_lufs: float | None
    range_lu: float | None
    true_peak_dbtp: float | None
    momentary: F32


@dataclass(frozen=True, kw_only=True)
class Mood:
    """A rule's reading of mood, each 0..1, with the measured features behind it."""

    valence: float
    arousal: float
    features: Mapping[str, float]


@dataclass(frozen=True, kw_only=True)
class Spectrum:
    """Tone colour of the whole song, each 0..1; ``confidence`` is the share that sounds
    undistorted.
    """

    brightness: float
    energy: float
    timbre_complexity: float
    confidence: float = 0.0


@dataclass(frozen=True, kw_only=True)
class AudioAnalysis:
    """Everything the ear heard. ``duration_s`` is decoded samples over sample rate, exactly.

    ``loudness_envelope`` and ``bass_envelope`` are 0..1 at 50 Hz; ``phrases_s`` are phrase ends and
    strong points to cut on where the grid cannot be trusted, sorted. ``energy_arc`` holds a time
    and an energy 0..1 for every bar (every 2 s without a grid); ``events`` are in order of time.
    """

    sample_rate: int
    channels: int
    duration_s: float
    grid: Grid
    sections: tuple[Section, ...]
    bands: tuple[Band, Band, Band]
    loudness_envelope: F32
    tone: Tone
    loudness: Loudness
    mood: Mood
    spectrum: Spectrum
    silence: tuple[Interval, ...]
    vocals: tuple[Interval, ...]
    vocal_confidence: float
    phrases_s: tuple[float, ...]
    harmonic_rhythm: float = 0.0
    events: tuple[MusicEvent, ...] = ()
    energy_arc: tuple[tuple[float, float], ...] = ()
    bass_envelope: F32 = field(default_factory=lambda: np.zeros(0, dtype=np.float32))
    warnings: tuple[str, ...] = field(default=())
