import numpy as np
import pytest

from apex_director.audio import beats as beats_room
from apex_director.audio.features import FLUX_FPS
from apex_director.audio.grid import grid_of, tempo_of, verdict_of
from apex_director.audio.steady import steadied
from apex_director.audio.tempo import TempoRange, track


def _f(true, found, near=0.07):
    true, found = (np.asarray(v)[np.asarray(v) > 5] for v in (true, found))
    if not len(found):
        return 0.0
    hits = sum(np.abs(found - t).min() < near for t in true)
    return 2 * hits / (len(true) + len(found))


@pytest.mark.parametrize(
    ("bpm", "meter", "drift"), [(78, 4, 0.0), (100, 4, 0.03), (124, 4, 0.0), (140, 3, 0.0)]
)
def test_beats_bars_and_tempo_of_music(sounds, hear, bpm, meter, drift):
    piece = sounds.band_piece(bpm, 32, meter=meter, drift=drift, seed=bpm)
    grid = hear(piece.samples).grid
    times = [b.time_s for b in grid.beats]
    assert grid.verdict == "firm"
    assert _f(piece.beats, times, 0.035) > 0.97
    assert grid.meter == meter
    assert _f(piece.downbeats, grid.downbeats) > 0.95
    assert grid.bpm == pytest.approx(60 / np.diff(piece.beats).mean(), rel=0.015 + drift)
    assert sorted(round(a.bpm / grid.bpm, 2) for a in grid.alternatives) == [0.5, 2.0]
    assert all(0 <= a.confidence <= 1 for a in grid.alternatives)


def test_beats_lie_on_the_attack(rock):
    times = np.array([b.time_s for b in rock.analysis.grid.beats])
    away = [times[np.abs(times - t).argmin()] - t for t in rock.beats[2:-2]]
    assert abs(np.median(away)) < 0.008


@pytest.mark.parametrize("kind", ["noise", "drone", "piano", "rain", "speech"])
def test_sound_without_a_beat_gets_none(sounds, hear, kind):
    heard = hear(sounds.unmetred(kind, 30))
    assert heard.grid.verdict == "none"
    assert heard.grid.beats == ()
    assert heard.grid.bpm is None
    assert heard.grid.trust < 0.5
    assert any("No steady beat" in w for w in heard.warnings)
    assert len(heard.sections) == 1
    assert kind in ("noise", "drone") or len(heard.phrases_s) > 3


def test_an_off_beat_passage_does_not_turn_the_beat(sounds, hear):
    piece = sounds.band_piece(96, 60, offbeats_from_to=(22, 42))
    found = [b.time_s for b in hear(piece.samples).grid.beats]
    assert _f(piece.beats, found) > 0.97


def test_a_free_tempo_is_left_alone():
    times = np.cumsum(0.5 + 0.06 * np.sin(np.arange(80) / 9))
    act = np.zeros(int(times[-1] * FLUX_FPS) + 200, dtype=np.float32)
    act[np.rint(times * FLUX_FPS).astype(int)] = 0.9
    assert np.array_equal(steadied(act, times, FLUX_FPS), times)


def test_a_known_tempo_narrows_the_search(sounds):
    act = np.zeros(4000, dtype=np.float32)
    act[50::50] = 0.9
    free = track(act, 100.0)
    held = track(act, 100.0, TempoRange(low=58, high=62))
    assert np.median(np.diff(free)) == 50
    assert np.median(np.diff(held)) == 100


def test_few_beats_are_no_grid(sounds, hear):
    heard = hear(sounds.band_piece(100, 4.0).samples)
    assert heard.grid.beats == ()
    assert len(heard.sections) == 1


def test_beats_pause_with_the_music_and_the_bars_go_on(sounds, hear):
    piece = sounds.band_piece(120, 24)
    gap = np.zeros(int(5.25 * sounds.rate))
    grid = hear(np.concatenate([piece.samples, gap, piece.samples])).grid
    times = np.array([b.time_s for b in grid.beats])
    assert not ((times > 24.8) & (times < 28.8)).any()
    again = piece.downbeats + len(piece.samples) / sounds.rate + 5.25
    assert _f(np.concatenate([piece.downbeats, again]), grid.downbeats) > 0.9


def test_bars_are_counted_without_a_gap(rock):
    beats = rock.analysis.grid.beats
    assert [b.bar for b in beats] == sorted(b.bar for b in beats)
    assert {b.position for b in beats} == {1, 2, 3, 4}
    assert all(0 <= b.strength <= 1 for b in beats)


def test_tempo_is_not_the_frame_grid():
    times = np.round(np.arange(60) * 0.4137, 2)
    assert tempo_of(times) == pytest.approx(60 / 0.4137, rel=1e-3)


def test_verdicts_follow_the_contract():
    assert [verdict_of(t) for t in (0.6, 0.59, 0.5, 0.49)] == ["firm", "loose", "loose", "none"]


def test_another_activation_can_be_used(sounds):
    from apex_director.audio.features import FrontEnd

    front = FrontEnd()
    piece = sounds.band_piece(110, 20)
    front.push(piece.samples.astype(np.float32))
    features = front.finish()
    act = np.zeros(len(features.flux), dtype=np.float32)
    shifted = piece.beats[:-1] + 0.2
    at = np.rint((shifted + beats_room.LAG_S) * FLUX_FPS).astype(int)
    for k in (-1, 0, 1):
        act[at + k] = 0.9
    found = [b.time_s for b in grid_of(features, act=act).beats]
    assert _f(shifted, found, 0.015) > 0.95
