"""Bars, swing, compound time and trust, from activations with exact truth."""

import numpy as np
import pytest

from apex_director.audio import network
from apex_director.audio.features import FLUX_FPS, FrontEnd
from apex_director.audio.grid import grid_of
from apex_director.audio.level import Evidence, Reading, alternatives, centres, worth_reading
from apex_director.audio.meter import counted, shifted
from apex_director.audio.subdivision import is_compound, swing_of
from apex_director.audio.trust import joint_trust, windows_of

BEATS = 0.5 + np.arange(64) * 0.6


def _flux(*places):
    """Pulses at shares of every beat, the first ones strongest."""
    act = np.zeros(int((BEATS[-1] + 2) * FLUX_FPS), dtype=np.float32)
    for strength, place in zip((0.9, 0.6, 0.6), places, strict=False):
        at = np.rint((BEATS + place * 0.6 - 0.005) * FLUX_FPS).astype(int)
        for k, share in ((-1, 0.5), (0, 1.0), (1, 0.5)):
            act[at + k] = np.maximum(act[at + k], strength * share)
    return act


@pytest.mark.parametrize("place", [0.5, 0.58, 2 / 3])
def test_swing_is_the_place_of_the_off_beat(place):
    assert swing_of(_flux(0, place), BEATS) == pytest.approx(place, abs=0.02)
    assert not is_compound(_flux(0, place), BEATS)


def test_beats_alone_do_not_swing():
    assert swing_of(_flux(0), BEATS) is None


def test_three_parts_are_compound():
    assert is_compound(_flux(0, 1 / 3, 2 / 3), BEATS)


@pytest.mark.parametrize(("meter", "compound"), [(4, False), (3, False), (2, True)])
def test_bars_follow_the_downbeats(meter, compound):
    rng = np.random.default_rng(meter)
    down = np.clip(0.15 + 0.1 * rng.random(64), 0, 1)
    down[1::meter] = 0.7
    down[5:9] = 0.3
    place, found = counted(BEATS, down, rng.normal(0, 0.5, 64), compound=compound)
    assert found == meter
    assert np.array_equal(np.flatnonzero(place == 0), np.arange(1, 64, meter))


def test_bars_start_anew_after_a_pause():
    times = np.concatenate([BEATS, BEATS + 45.3])
    down = np.full(128, 0.2)
    down[0:64:4] = 0.8
    down[66::4] = 0.8
    place, _ = counted(times, down, np.zeros(128), compound=False)
    assert np.flatnonzero(place == 0).tolist() == [*range(0, 64, 4), *range(66, 128, 4)]


def test_bar_lines_move_across_a_pick_up():
    place = np.array([2, 3, 0, 1, 2, 3, 0, 1])
    assert shifted(place, 4, 1).tolist() == [1, 2, 3, 0, 1, 2, 3, 0]
    assert shifted(place, 4, -1).tolist() == [3, 0, 1, 2, 3, 0, 1, 2]


def test_alternatives_tell_what_was_heard():
    steady = alternatives(120, Evidence(at=0.9, off=0.05, alternation=0.02))
    assert [a.bpm for a in steady] == [60, 240]
    busy = alternatives(80, Evidence(at=0.9, off=0.8, alternation=0.02))
    assert busy[0].bpm == 160
    assert busy[0].confidence > 0.8


def test_three_against_two_is_told_where_it_is_close():
    clear = Evidence(at=0.8, off=0.3, alternation=0)
    beats = Reading(bpm=120, network=-140, flux=-276, evidence=clear)
    dotted = Reading(bpm=80, network=-140.5, flux=-276, evidence=clear)
    far = Reading(bpm=160, network=-150, flux=-290, evidence=clear)
    told = alternatives(120, clear, (beats, dotted, far))
    assert [round(a.bpm) for a in told if round(a.bpm / 120, 2) not in (0.5, 2)] == [80]


def test_beats_in_three_parts_are_preferred_to_three_against_two():
    dotted = Evidence(at=0.8, off=0.02, alternation=0.1, thirds=0.5)
    straight = Evidence(at=0.8, off=0.4, alternation=0.0, thirds=0.01)
    bars = Evidence(at=0.9, off=0.02, alternation=0.0, thirds=0.88)
    assert [e.in_three for e in (dotted, straight, bars)] == [True, False, False]
    six = Reading(bpm=66, network=-140.8, flux=-275, evidence=dotted)
    three = Reading(bpm=99, network=-139, flux=-275.6, evidence=straight)
    assert six.value > three.value


def test_tempi_are_read_where_the_flux_allows():
    by_flux = dict.fromkeys(centres(100), -300.0) | {100.0: -275.0, 200.0: -277.0}
    assert worth_reading(by_flux) == [100.0, 200.0]
    assert all(42 <= c <= 240 for c in centres(60))


def test_one_tracker_alone_makes_a_loose_grid_at_most():
    assert joint_trust(0.8, 0.2) == 0.8
    assert 0.5 <= joint_trust(0.4, 0.8) < 0.6
    assert joint_trust(0.3, 0.4) == 0.3


def test_windows_tell_where_the_beat_is_lost():
    frames = np.zeros(3000, dtype=np.float32)
    frames[np.rint(BEATS[:33] * 50).astype(int)] = 0.9
    trusts = [w.trust for w in windows_of(_flux(0), frames, np.arange(0.5, 59, 0.6), 60.0)]
    assert trusts[0] > 0.8
    assert trusts[2] < 0.2


def test_without_weights_the_flux_finds_the_beat(sounds, monkeypatch):
    monkeypatch.setattr(network, "available", lambda: False)
    front = FrontEnd()
    front.push(sounds.band_piece(112, 20).samples.astype(np.float32))
    grid = grid_of(front.finish())
    assert grid.source == "flux"
    assert grid.verdict == "firm"
    assert grid.bpm == pytest.approx(112, rel=0.01)
