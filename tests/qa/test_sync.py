"""The scorecard of a cut: exact on constructed music, and bad marks for a cut that is late."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from itertools import pairwise

import numpy as np
import pytest

from apex_director.audio.model import (
    AudioAnalysis,
    Band,
    Beat,
    Grid,
    Loudness,
    Mood,
    MusicEvent,
    Section,
    Spectrum,
    Tone,
)
from apex_director.core.time import frame_at
from apex_director.qa import marks_of, measure_sync
from apex_director.qa.model import Marks, Sync

RATE = Fraction(24)
BEAT_S = 0.5
SONG_S = 64.0
DROPS = (32.0,)


def song(shift_s: float = 0.0) -> AudioAnalysis:
    """A minute at 120 BPM in four sections: kicks on the bar, a snare on the third beat, a drop."""
    times = np.arange(0.0, SONG_S - 1.0, BEAT_S) + shift_s
    beats = tuple(
        Beat(time_s=float(t), bar=i // 4, position=i % 4 + 1, strength=1.0)
        for i, t in enumerate(times)
    )
    bars = tuple(float(t) for t in times[::4])
    backbeats = tuple(float(t) for t in times[2::4])
    swell = np.full(int(SONG_S * 50), 0.4, dtype=np.float32)
    swell[int(DROPS[0] * 50) :] = 0.9
    nothing = np.zeros(int(SONG_S * 50), dtype=np.float32)
    edges = [0.0, *(shift_s + t for t in (16.0, 32.0, 48.0)), SONG_S]
    return AudioAnalysis(
        sample_rate=44100,
        channels=2,
        duration_s=SONG_S,
        grid=Grid(
            beats=beats,
            bpm=120.0,
            bpm_curve=((0.0, 120.0),),
            meter=4,
            trust=0.9,
            verdict="firm",
            regularity=1.0,
        ),
        sections=tuple(
            Section(
                section_id=f"s{k}",
                start_s=a,
                end_s=b,
                label="verse",
                group="A",
                energy=0.5,
                confidence=1.0,
            )
            for k, (a, b) in enumerate(pairwise(edges))
        ),
        bands=(
            Band(name="low", onsets_s=bars, strengths=(1.0,) * len(bars), envelope=nothing),
            Band(
                name="mid",
                onsets_s=backbeats,
                strengths=(0.4,) * len(backbeats),
                envelope=nothing,
            ),
            Band(name="high", onsets_s=(), strengths=(), envelope=nothing),
        ),
        loudness_envelope=swell,
        tone=Tone(tonic=0, mode="major", confidence=0.9, chroma=(1 / 12,) * 12),
        loudness=Loudness(
            integrated_lufs=-9.0,
            range_lu=5.0,
            true_peak_dbtp=0.0,
            momentary=np.zeros(1, dtype=np.float32),
        ),
        mood=Mood(valence=0.5, arousal=0.5, features={}),
        spectrum=Spectrum(brightness=0.5, energy=0.5, timbre_complexity=0.5),
        silence=(),
        vocals=(),
        vocal_confidence=0.0,
        phrases_s=tuple(float(t) + shift_s for t in range(4, 64, 4)),
        events=tuple(
            MusicEvent(kind="drop", start_s=t + shift_s, end_s=t + shift_s + 2.0, strength=1.0)
            for t in DROPS
        ),
    )


def score(heard: AudioAnalysis, cuts: list[int], *, beats: bool = True) -> Sync:
    return measure_sync(
        cuts,
        [b.time_s for b in heard.grid.beats] if beats else [],
        heard.grid.downbeats if beats else [],
        RATE,
        marks=marks_of(heard),
        transition_frames=cuts[1:3],
    )


BARS = [frame_at(t, RATE) for t in np.arange(2.0, 63.0, 2.0)]


def test_a_cut_on_every_bar_is_tight() -> None:
    sync = score(song(), BARS)
    assert (sync.median_frames, sync.worst_frames, sync.median_ms, sync.worst_ms) == (0, 0, 0, 0)
    assert (sync.within_one_frame, sync.downbeat_share) == (1.0, 1.0)
    assert (sync.section_changes, sync.section_hits, sync.section_near) == (3, 1.0, 1.0)
    assert (sync.drops, sync.drop_hits, sync.cuts_on_accents) == (1, 1.0, 1.0)
    assert (sync.transitions, sync.transitions_on_beat) == (2, 1.0)
    assert sync.accents == round(SONG_S / 8)
    assert (sync.score, sync.grade) == (1.0, "tight")
    assert f"{len(BARS)} of {len(BARS)} cuts" in sync.summary


@pytest.mark.parametrize("late_s", [BEAT_S / 2, -BEAT_S / 2])
def test_half_a_beat_beside_the_music_scores_badly(late_s: float) -> None:
    on, off = score(song(), BARS), score(song(late_s), BARS)
    assert off.median_frames == pytest.approx(6.0)
    assert off.median_ms == pytest.approx(250.0)
    assert (off.within_one_frame, off.downbeat_share, off.transitions_on_beat) == (0, 0, 0)
    assert (off.section_hits, off.drop_hits) == (0.0, 0.0)
    assert on.score is not None
    assert off.score is not None
    assert off.score < 0.1 < 0.9 < on.score
    assert off.grade == "off"


def test_a_beat_late_is_on_the_beat_and_beside_the_form() -> None:
    sync = score(song(), [cut + 12 for cut in BARS])
    assert sync.within_one_frame == 1.0
    assert (sync.downbeat_share, sync.section_hits, sync.section_near) == (0.0, 0.0, 0.0)
    assert sync.grade == "uneven"


def test_section_changes_count_as_near_within_half_a_beat() -> None:
    cuts = [frame_at(t, RATE) for t in (16.2, 32.0, 48.3)]
    sync = score(song(), cuts)
    assert sync.section_hits == pytest.approx(1 / 3, abs=1e-3)
    assert sync.section_near == pytest.approx(2 / 3, abs=1e-3)


def test_without_a_beat_phrases_and_strong_onsets_stand_in() -> None:
    heard = song()
    sync = score(heard, BARS, beats=False)
    assert sync.measured_against == "phrases"
    assert (sync.median_frames, sync.within_one_frame, sync.downbeat_share) == (None, None, None)
    assert (sync.phrase_share, sync.phrase_median_ms) == (1.0, 0.0)
    assert sync.grade == "tight"
    assert "no steady beat" in sync.summary
    late = score(song(BEAT_S / 2), BARS, beats=False)
    assert (late.phrase_share, late.grade) == (0.0, "off")


def test_random_cuts_score_as_chance_does() -> None:
    rng = np.random.default_rng(5)
    cuts = sorted(rng.choice(np.arange(1, int(SONG_S * 24)), len(BARS), replace=False).tolist())
    sync = score(song(), cuts)
    assert sync.score is not None
    assert sync.score < 0.4
    assert sync.grade == "off"


def test_the_strongest_strokes_are_the_accents() -> None:
    heard = song()
    marks = marks_of(heard)
    assert marks.changes_s == (16.0, 32.0, 48.0)
    assert marks.drops_s == DROPS
    assert DROPS[0] in marks.accents_s
    assert all(t % 2.0 == 0.0 for t in marks.accents_s)
    assert min(np.diff(marks.accents_s)) >= 2.0
    low = heard.bands[0]
    doubled = replace(heard, bands=(low, replace(low, name="mid"), heard.bands[2]))
    assert marks_of(doubled).accents_s == marks.accents_s


def test_nothing_to_measure_is_said_and_blames_nobody() -> None:
    assert measure_sync([], (), (), RATE).summary == "There is no cut."
    empty = measure_sync([24], (), (), RATE, marks=Marks())
    assert (empty.measured_against, empty.grade, empty.score) == ("nothing", None, None)
    assert empty.summary
