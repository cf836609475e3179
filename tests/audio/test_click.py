"""A click track: exact to the sample, heard, never beyond full scale."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from apex_director.audio import click_track, clicked
from apex_director.audio.click import BEAT, CEILING, DOWNBEAT, PHRASE, ClickTrack, levels
from apex_director.audio.model import Loudness

RATE = 22050


def loud(lufs: float | None, peak: float | None) -> Loudness:
    return Loudness(
        integrated_lufs=lufs,
        range_lu=None,
        true_peak_dbtp=peak,
        momentary=np.zeros(1, dtype=np.float32),
    )


def onsets(clicks: np.ndarray, rate: int) -> np.ndarray:
    """Times at which sound begins after 50 ms without."""
    above = np.flatnonzero(np.abs(clicks) > 1e-4)
    begins = above[np.diff(above, prepend=-rate) > 0.05 * rate]
    return begins / rate


def test_clicks_lie_on_the_beats_within_a_sample(rock: SimpleNamespace) -> None:
    analysis = rock.analysis
    track = click_track(analysis)
    assert track.kind == "beats"
    song = np.stack([rock.samples, 0.5 * rock.samples], axis=1).astype(np.float32)
    # Blocks whose borders fall into clicks.
    parts = [song[k : k + 7001] for k in range(0, len(song), 7001)]
    out = np.concatenate(list(clicked(parts, RATE, track)))
    assert out.shape == song.shape
    clicks = out - song * np.float32(track.song_gain)
    assert np.allclose(clicks[:, 0], clicks[:, 1], atol=1e-6)
    found = onsets(clicks[:, 0], RATE)
    beats = np.array([b.time_s for b in analysis.grid.beats])
    assert len(found) == len(beats)
    assert np.abs(found - beats).max() < 1e-4
    whole = np.concatenate(list(clicked([song], RATE, track)))
    assert np.array_equal(whole, out)


def test_downbeats_sound_higher() -> None:
    track = ClickTrack(
        kind="beats",
        times_s=(0.1, 0.6, 1.1),
        voices=(DOWNBEAT, BEAT, PHRASE),
        song_gain=1.0,
        click_gain=0.5,
    )
    out = np.concatenate(list(clicked([np.zeros((RATE * 2, 1), np.float32)], RATE, track)))[:, 0]
    pitches = []
    for start in track.times_s:
        piece = out[round(start * RATE) : round((start + 0.05) * RATE)]
        spectrum = np.abs(np.fft.rfft(piece, 1 << 14))
        pitches.append(float(np.argmax(spectrum) * RATE / (1 << 14)))
    assert pitches == pytest.approx([DOWNBEAT.pitch, BEAT.pitch, PHRASE.pitch], rel=0.03)


@pytest.mark.parametrize(
    ("lufs", "peak"), [(-6.0, 3.0), (-9.0, 0.0), (-14.0, -1.0), (-30.0, -12.0), (None, None)]
)
def test_a_click_is_heard_and_nothing_clips(lufs: float | None, peak: float | None) -> None:
    song, click = levels(loud(lufs, peak), [DOWNBEAT, BEAT])
    highest = 0.0 if peak is None else min(1.0, 10 ** (peak / 20))
    assert song * highest + click * 10 ** (DOWNBEAT.level_db / 20) <= CEILING + 1e-9
    if lufs is not None:
        over = 20 * np.log10(click) - (lufs + 20 * np.log10(song))
        assert over >= 8.9


def test_samples_that_are_no_numbers_become_silence() -> None:
    track = ClickTrack(kind="beats", times_s=(), voices=(), song_gain=0.5, click_gain=0.5)
    song = np.array([[np.nan], [np.inf], [-3.0], [0.5]], dtype=np.float32)
    (out,) = clicked([song], RATE, track)
    assert out[:, 0].tolist() == [0.0, 0.0, -0.5, 0.25]


def test_without_a_beat_phrases_are_knocked(
    sounds: SimpleNamespace, hear: Callable[..., object]
) -> None:
    analysis: object = hear(sounds.unmetred("drone", 12))
    track = click_track(replace(analysis, phrases_s=(2.0, 5.5)))  # type: ignore[type-var]
    assert (track.kind, track.times_s) == ("phrases", (2.0, 5.5))
    assert set(track.voices) == {PHRASE}
    assert click_track(replace(analysis, phrases_s=())).kind == "none"  # type: ignore[type-var]
