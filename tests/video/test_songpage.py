"""The page of a song: its layout, its words, the same bytes each time."""

from __future__ import annotations

import io
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from apex_director.audio.model import (
    AudioAnalysis,
    Band,
    Beat,
    Chord,
    Grid,
    Interval,
    Loudness,
    Mood,
    MusicEvent,
    Section,
    Spectrum,
    TempoAlternative,
    Tone,
    TrustWindow,
)
from apex_director.video.songpage import chord_name, facts, longest_chords, song_page
from apex_director.video.songpage.layout import WIDTH, layout_of
from apex_director.video.songpage.model import Waveform
from apex_director.video.songpage.palette import ACCENT, GROUPS
from apex_director.video.songpage.words import swing_words

SECONDS = 80.0


def heard() -> AudioAnalysis:
    rng = np.random.default_rng(1)
    times = np.arange(0.0, SECONDS, 0.5)
    swell = rng.random(int(SECONDS * 50), dtype=np.float32)
    band = Band(name="low", onsets_s=(1.0, 2.0), strengths=(1.0, 0.4), envelope=swell)
    return AudioAnalysis(
        sample_rate=44100,
        channels=2,
        duration_s=SECONDS,
        grid=Grid(
            beats=tuple(
                Beat(time_s=float(t), bar=i // 4, position=i % 4 + 1, strength=1.0)
                for i, t in enumerate(times)
            ),
            bpm=120.0,
            bpm_curve=((0.0, 118.0), (40.0, 122.0)),
            meter=4,
            trust=0.7,
            verdict="firm",
            regularity=1.0,
            alternatives=(
                TempoAlternative(bpm=240.0, confidence=0.6),
                TempoAlternative(bpm=60.0, confidence=0.4),
            ),
            windows=(
                TrustWindow(start_s=0.0, end_s=40.0, trust=0.8),
                TrustWindow(start_s=40.0, end_s=80.0, trust=0.3),
            ),
            swing=0.66,
        ),
        sections=tuple(
            Section(
                section_id=f"s{k}",
                start_s=20.0 * k,
                end_s=20.0 * (k + 1),
                label="pre_chorus",
                group="AB"[k % 2],
                energy=0.5,
                confidence=1.0,
            )
            for k in range(4)
        ),
        bands=(band, replace(band, name="mid"), replace(band, name="high")),
        loudness_envelope=swell,
        tone=Tone(
            tonic=0,
            mode="minor",
            confidence=0.9,
            chroma=(1 / 12,) * 12,
            chords=(
                Chord(start_s=0.0, end_s=40.0, name="D#:maj", confidence=0.9),
                Chord(start_s=40.0, end_s=80.0, name="N", confidence=0.9),
            ),
        ),
        loudness=Loudness(
            integrated_lufs=-9.0,
            range_lu=5.0,
            true_peak_dbtp=0.4,
            momentary=np.zeros(1, dtype=np.float32),
        ),
        mood=Mood(valence=0.8, arousal=0.2, features={}),
        spectrum=Spectrum(brightness=0.5, energy=0.5, timbre_complexity=0.5),
        silence=(Interval(start_s=70.0, end_s=80.0),),
        vocals=(Interval(start_s=20.0, end_s=40.0),),
        vocal_confidence=0.7,
        phrases_s=(10.0, 30.0),
        events=(
            MusicEvent(kind="build_up", start_s=10.0, end_s=20.0, strength=0.7),
            MusicEvent(kind="drop", start_s=20.0, end_s=22.0, strength=0.9),
        ),
        energy_arc=tuple((float(t), 0.5) for t in range(0, 80, 2)),
        bass_envelope=swell,
    )


WAVE = Waveform(
    low=np.full(4000, -0.5, np.float32),
    high=np.full(4000, 0.5, np.float32),
    level=np.full(4000, 0.2, np.float32),
    rate_hz=50,
)


def pixels(page: bytes) -> np.ndarray:
    with Image.open(io.BytesIO(page)) as image:
        return np.asarray(image.convert("RGB"))


def count(rgb: np.ndarray, color: str) -> int:
    wanted = np.array([int(color[i : i + 2], 16) for i in (1, 3, 5)], dtype=np.uint8)
    return int((rgb[::2, ::2] == wanted).all(axis=2).sum()) * 4


def test_what_was_heard_is_on_the_page() -> None:
    rgb = pixels(song_page(heard(), WAVE, title="A song for $2", subtitle="Nobody"))
    assert rgb.shape[1] == round(WIDTH * 200)
    a, b, drop = (count(rgb, color) for color in (*GROUPS[:2], ACCENT))
    assert a > 50_000
    assert b == pytest.approx(a, rel=0.15)  # both sound for 40 s
    assert drop > 400
    without = pixels(song_page(replace(heard(), events=()), WAVE, title="A song for $2"))
    assert count(without, ACCENT) < drop / 2  # the legend's own mark is left


def test_a_song_without_anything_has_a_page_too_and_always_the_same() -> None:
    bare = replace(
        heard(),
        duration_s=0.0,
        grid=Grid(
            beats=(),
            bpm=None,
            bpm_curve=(),
            meter=4,
            trust=0.1,
            verdict="none",
            regularity=0.0,
        ),
        sections=(),
        phrases_s=(),
        vocals=(),
        silence=(),
        events=(),
        energy_arc=(),
        tone=Tone(tonic=None, mode=None, confidence=0.0, chroma=(0.0,) * 12),
    )
    empty = np.zeros(0, dtype=np.float32)
    wave = Waveform(low=empty, high=empty, level=empty, rate_hz=50)
    page = song_page(bare, wave, title="שיר", kind="svg")
    assert page.startswith(b"<?xml")
    assert song_page(bare, wave, title="שיר", kind="svg") == page
    assert b"font-family" not in page  # letters are outlines: no font is needed to see it


@settings(max_examples=60, deadline=None)
@given(st.floats(0.0, 7200.0), st.floats(0.4, 8.0), st.floats(0.0, 3.0))
def test_systems_cover_the_song_once(duration_s: float, bar_s: float, first_s: float) -> None:
    bars = np.arange(first_s, duration_s, bar_s)
    layout = layout_of(duration_s, bars)
    assert layout.systems[0].start_s == 0.0
    assert layout.systems[-1].end_s == duration_s
    assert all(a.end_s == b.start_s for a, b in pairwise(layout.systems))
    assert all(s.end_s - s.start_s <= s.width_s + 1e-9 for s in layout.systems)
    assert len(layout.systems) <= 13
    tall = layout.system_height
    assert all(b - a >= tall for a, b in pairwise(layout.tops))
    assert layout.tops[-1] + tall < layout.height


def test_systems_begin_with_a_bar() -> None:
    bars = np.arange(0.3, 200.0, 2.0)
    layout = layout_of(200.0, bars)
    assert len(layout.systems) == 3
    assert all(min(abs(bars - s.start_s)) < 1e-9 for s in layout.systems[1:])


def test_words_are_a_musicians() -> None:
    told = {name: (value, small) for name, value, small in facts(heard())}
    assert told["tempo"] == ("120.0 BPM", "or 60.0 at half, 240.0 at double")
    assert told["metre"] == ("4/4", "shuffle (66%)")
    assert told["key"] == ("C minor", "sure")
    assert told["voice"][0] == "25%"
    assert told["mood"][0] == "calm, warm"
    assert [chord_name(c, flats=True) for c in ("D#:maj", "A#:min", "C:maj", "N")] == [
        *("Eb", "Bbm", "C", "N.C.")
    ]
    assert longest_chords(heard().tone) == "Eb"
    assert swing_words(0.5) == "straight"
    waltz = replace(heard(), grid=replace(heard().grid, meter=2, compound=True))
    assert {n: v for n, v, _ in facts(waltz)}["metre"] == "6/8"
