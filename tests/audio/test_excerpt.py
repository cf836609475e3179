"""The best stretch of a song, and an analysis cut to it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from tests.cinematography.songs import song

from apex_director.audio import bar_seconds, best_window, from_x6, levelled, sliced, to_x6
from apex_director.audio.model import ENVELOPE_HZ
from apex_director.core.time import parse_rate


@pytest.mark.parametrize("seconds", [15.0, 30.0, 33.0])
def test_it_begins_with_the_strongest_chorus_and_holds_whole_bars(seconds: float) -> None:
    heard = song()  # 120 BPM in 4: a bar lasts 2 s
    window = best_window(heard, seconds)
    last = [s for s in heard.sections if s.label == "chorus"][-1]
    assert window.start_s == last.start_s
    assert window.start_s in heard.grid.downbeats
    length = window.end_s - window.start_s
    assert length % 2.0 == pytest.approx(0.0, abs=1e-9)
    assert abs(length - seconds) <= 1.0


def test_without_a_grid_it_is_exactly_as_long_as_wanted() -> None:
    heard = song(verdict="none")
    window = best_window(heard, 21.3)
    assert window.end_s - window.start_s == pytest.approx(21.3)
    assert window.start_s in {s.start_s for s in heard.sections} | set(heard.phrases_s)
    assert bar_seconds(heard, 10.0) is None


def test_a_short_song_is_its_own_best_stretch() -> None:
    heard = song((("section", "A", 4, 0.5),))
    window = best_window(heard, 30.0)
    assert (window.start_s, window.end_s) == (0.0, heard.duration_s)


def test_bars_are_as_long_as_the_tempo_says() -> None:
    assert bar_seconds(song(bpm=100), 60.0) == pytest.approx(2.4)


def test_times_count_from_the_beginning_of_the_stretch() -> None:
    heard = song()
    part = sliced(heard, 40.0, 52.0)
    assert part.duration_s == 12.0
    assert part.grid.beats[0].time_s == 0.0
    assert part.grid.beats[0].bar == 0
    assert part.grid.beats[0].position == 1
    assert max(b.time_s for b in part.grid.beats) < 12.0
    assert part.sections[0].start_s == 0.0
    assert part.sections[-1].end_s <= 12.0
    assert part.loudness.integrated_lufs is None


def test_envelopes_keep_their_place_between_two_values() -> None:
    ramp = np.linspace(0.0, 1.0, 60 * ENVELOPE_HZ, dtype=np.float32)
    heard = replace(song(), loudness_envelope=ramp, duration_s=60.0)
    part = sliced(heard, 10.013, 20.0)
    at = (10.013 + 0.5 / ENVELOPE_HZ) / 60.0
    assert part.loudness_envelope[0] == pytest.approx(at, abs=2e-4)
    assert len(part.loudness_envelope) == 500


def test_a_slice_can_be_written_and_read() -> None:
    part = sliced(song(), 41.3, 60.0)
    document = to_x6(
        part, path="a", format="wav", rate=parse_rate("24"), total_frames=449, timestamp=""
    )
    again = from_x6(document)
    assert [b.time_s for b in again.grid.beats] == pytest.approx(
        [b.time_s for b in part.grid.beats], abs=1e-5
    )


def test_nothing_happens_in_what_is_levelled() -> None:
    still = levelled(song(), 40.0, 44.0)
    assert np.ptp(still.loudness_envelope) == 0
    assert all(np.ptp(b.envelope) == 0 and not b.onsets_s for b in still.bands)
    assert not still.grid.reliable
    assert still.loudness_envelope[0] > 0


def test_a_chorus_that_begins_before_its_first_bar_is_begun_with_that_bar() -> None:
    heard = song()
    late = tuple(replace(b, time_s=b.time_s + 0.9) for b in heard.grid.beats)
    heard = replace(heard, grid=replace(heard.grid, beats=late[:-4]))
    last = [s for s in heard.sections if s.label == "chorus"][-1]
    assert best_window(heard, 30.0).start_s == pytest.approx(last.start_s + 0.9)
