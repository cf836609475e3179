"""A person's word: tempo, taps, offset and bar lines."""

import numpy as np
import pytest

from apex_director.audio.features import FrontEnd
from apex_director.audio.grid import grid_of
from apex_director.audio.model import Corrections


def _features(samples):
    front = FrontEnd()
    front.push(np.asarray(samples, dtype=np.float32))
    return front.finish()


@pytest.fixture(scope="module")
def piece(sounds):
    made = sounds.band_piece(110, 40)
    made.features = _features(made.samples)
    made.grid = grid_of(made.features)
    return made


def _times(grid):
    return np.array([b.time_s for b in grid.beats])


def _away(true, found):
    return np.array([np.abs(found - t).min() for t in true[2:-2]])


def _tapped(beats, lag, seed=3):
    """Fifteen seconds of taps by a hand that strays, misses three and slips once."""
    rng = np.random.default_rng(seed)
    some = beats[(beats > 12) & (beats < 27)]
    some = np.delete(some + lag + rng.normal(0, 0.02, len(some)), [3, 4, 9])
    return tuple(sorted([*some, some[5] + 0.06]))


@pytest.mark.parametrize("factor", [0.5, 2.0])
def test_a_told_tempo_decides_the_level(piece, factor):
    told = grid_of(piece.features, Corrections(tempo=110 * factor * 1.02))
    assert told.bpm == pytest.approx(110 * factor, rel=0.01)
    halves = np.sort(np.concatenate([piece.beats, (piece.beats[1:] + piece.beats[:-1]) / 2]))
    level = halves if factor == 2 else piece.beats[::2]
    assert np.median(_away(level, _times(told))) < 0.03
    assert told.reliable


@pytest.mark.parametrize("lag", [-0.06, 0.14])
def test_taps_with_a_lag_and_slips_lead_the_whole_song(piece, lag):
    led = grid_of(piece.features, Corrections(taps_s=_tapped(piece.beats, lag)))
    assert led.source == "taps"
    assert led.bpm == pytest.approx(110, rel=0.01)
    assert _away(piece.beats, _times(led)).max() < 0.04


def test_taps_between_the_beats_move_the_beats_there(piece):
    between = (piece.beats[1:] + piece.beats[:-1]) / 2
    led = grid_of(piece.features, Corrections(taps_s=_tapped(between, 0.01)))
    assert _away(between, _times(led)).max() < 0.04


def test_taps_stand_where_nothing_else_can_be_followed(sounds):
    features = _features(sounds.unmetred("drone", 30))
    taps = tuple(np.arange(8, 16, 0.6))
    led = grid_of(features, Corrections(taps_s=taps))
    assert led.verdict == "loose"
    assert _away(np.array(taps), _times(led)).max() < 0.02
    assert _times(led)[0] < 1
    assert _times(led)[-1] > 28


def test_a_told_tempo_stands_where_nothing_else_can_be_followed(sounds):
    told = grid_of(_features(sounds.unmetred("noise", 20)), Corrections(tempo=100))
    assert told.verdict == "loose"
    assert told.bpm == pytest.approx(100, rel=0.06)


def test_silence_has_no_beat_whatever_is_said():
    told = grid_of(_features(np.zeros(22050 * 12)), Corrections(tempo=100))
    assert told.verdict == "none"
    assert told.beats == ()


@pytest.mark.parametrize("offset", [0.25, -0.04])
def test_an_offset_moves_every_beat_by_just_that(piece, offset):
    moved = _times(grid_of(piece.features, Corrections(offset_s=offset)))
    for t in _times(piece.grid)[2:-2] + offset:
        assert np.abs(moved - t).min() < 1e-9
    assert len(moved) == pytest.approx(len(piece.grid.beats), abs=1)


def test_bar_lines_move_by_whole_beats(piece):
    moved = grid_of(piece.features, Corrections(bar_shift=1))
    assert _times(moved).tolist() == _times(piece.grid).tolist()
    before = {round(b.time_s, 6): b.position for b in piece.grid.beats}
    for beat in moved.beats:
        assert beat.position == (before[round(beat.time_s, 6)] - 2) % 4 + 1
    assert grid_of(piece.features, Corrections(bar_shift=4)) == piece.grid


def test_a_told_beat_is_vouched_for_in_every_window_that_holds_it(sounds):
    features = _features(sounds.unmetred("noise", 60))
    told = grid_of(features, Corrections(taps_s=tuple(np.arange(8, 20, 0.6))))
    assert len(told.windows) > 1
    assert all(w.trust >= 0.5 for w in told.windows)


def test_slow_taps_are_followed_at_their_own_pace(sounds):
    features = _features(sounds.unmetred("drone", 90))
    taps = np.concatenate([np.arange(1, 46, 5.0), np.arange(47.1, 80, 2.1)])
    led = _times(grid_of(features, Corrections(taps_s=tuple(taps))))
    assert _away(taps, led).max() < 0.1
