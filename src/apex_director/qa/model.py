"""What the final check measured, and its verdict (contract D27)."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Literal, Protocol

import numpy as np
from numpy.typing import NDArray

U8 = NDArray[np.uint8]

Verdict = Literal["pass", "warn", "block"]


@dataclass(frozen=True, kw_only=True)
class Check:
    """One measured figure against its limit. ``where`` holds time spans or places, in words."""

    id: str
    measured: float | str | None
    limit: float | str | None
    unit: str
    verdict: Verdict
    reason: str
    where: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Marks:
    """What in a song a cut may lie on, in seconds, sorted.

    ``changes_s`` are the borders between sections; ``accents_s`` the few strongest strokes of the
    song, ``onsets_s`` every strong one; ``drops_s`` where everything comes in.
    """

    changes_s: tuple[float, ...] = ()
    phrases_s: tuple[float, ...] = ()
    onsets_s: tuple[float, ...] = ()
    accents_s: tuple[float, ...] = ()
    drops_s: tuple[float, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Sync:
    """The scorecard of a cut; None where there is nothing to measure.

    The first five are cuts against the nearest analysed beat. ``phrase_share`` and
    ``phrase_median_ms`` stand in for them where the song has no beat to trust: cuts against phrase
    ends and strong onsets. ``section_hits`` and ``section_near`` are the shares of section changes
    with a cut within a frame, and within half a beat. ``accent_hits`` is the share of the song's
    strongest accents and drops with a cut on them, ``cuts_on_accents`` the share of cuts that lie
    on a strong onset. ``score`` is 0..1, ``grade`` the same in a word, ``summary`` in a sentence.
    """

    median_frames: float | None = None
    worst_frames: float | None = None
    p95_ms: float | None = None
    within_one_frame: float | None = None
    downbeat_share: float | None = None
    measured_against: Literal["beats", "phrases", "nothing"] = "nothing"
    cuts: int = 0
    median_ms: float | None = None
    worst_ms: float | None = None
    p95_frames: float | None = None
    phrase_share: float | None = None
    phrase_median_ms: float | None = None
    section_changes: int = 0
    section_hits: float | None = None
    section_near: float | None = None
    accents: int = 0
    accent_hits: float | None = None
    cuts_on_accents: float | None = None
    drops: int = 0
    drop_hits: float | None = None
    transitions: int = 0
    transitions_on_beat: float | None = None
    score: float | None = None
    grade: str | None = None
    summary: str = ""


@dataclass(frozen=True, kw_only=True)
class FlashSpan:
    """Frames ``start`` to ``end`` (half-open) in which flashes exceed the limit, and of which
    kind.
    """

    start: int
    end: int
    kind: Literal["luminance", "red"]
    flashes_per_second: float
    area: float


@dataclass(frozen=True, kw_only=True)
class Report:
    """The whole check."""

    verdict: Verdict
    overall_quality_score: float
    checks: tuple[Check, ...]
    sync: Sync
    flashes: tuple[FlashSpan, ...] = ()


class Picture(Protocol):
    """What the check needs of a decoded frame: uint8 4:2:0 planes, limited-range BT.709."""

    @property
    def y(self) -> U8: ...
    @property
    def u(self) -> U8: ...
    @property
    def v(self) -> U8: ...


@dataclass(frozen=True, kw_only=True)
class MasterFacts:
    """What is known about a master besides its pictures.

    Durations in seconds, loudness in LUFS, peaks in dBTP; None where there is nothing to measure.
    ``cuts`` are frame numbers; ``grid_verdict`` is the ear's: firm, loose or none.
    ``song_duration_s`` is the part of the song the video is meant to cover; ``transitions`` are
    those of the cuts that are the middle of a transition.
    """

    rate: Fraction
    width: int
    height: int
    expected_frames: int
    song_duration_s: float
    container_frames: int
    video_codec: str
    pix_fmt: str
    color_range: str
    color_space: str
    color_primaries: str
    color_trc: str
    video_duration_s: float | None
    audio_codec: str
    audio_channels: int
    audio_duration_s: float | None
    audio_copied: bool
    cuts: tuple[int, ...] = ()
    beats_s: tuple[float, ...] = ()
    downbeats_s: tuple[float, ...] = ()
    grid_verdict: str = "none"
    marks: Marks = Marks()
    transitions: tuple[int, ...] = ()
    song_lufs: float | None = None
    master_lufs: float | None = None
    song_peak_dbtp: float | None = None
    master_peak_dbtp: float | None = None


@dataclass(frozen=True, kw_only=True)
class Stretch:
    """Frames ``start`` to ``end`` (half-open) of one unbroken state."""

    start: int
    end: int


@dataclass(frozen=True, kw_only=True)
class Stillness:
    """What the pictures did: black and frozen stretches, movement per frame (mean absolute
    difference in code values of a small picture, cuts left out), share of pixels out of range.
    """

    black: tuple[Stretch, ...]
    frozen: tuple[Stretch, ...]
    motion: float
    out_of_range: float
    frames: int


@dataclass(frozen=True, kw_only=True)
class Taming:
    """Frames ``start`` to ``end`` (half-open, ``end`` may lie behind the video's) to be tamed, and
    how strongly, 0..1.
    """

    start: int
    end: int
    strength: float
