import itertools

import numpy as np
import pytest

from apex_director.audio import decode as room
from apex_director.audio import tracking
from apex_director.audio.decode import decode
from apex_director.audio.features import FrontEnd
from apex_director.audio.grid import grid_of

FPS = 50.0


def _activations(beats, meter, seconds, *, missing=0.1, extra=0.1, seed=1):
    """Pulses where beats are, some left out, some half-way between, over noise."""
    rng = np.random.default_rng(seed)
    act = np.zeros((int(seconds * FPS), 2), dtype=np.float32)
    x = np.arange(len(act)) / FPS

    def pulse(column, at, height):
        act[:, column] = np.maximum(act[:, column], height * np.exp(-(((x - at) / 0.022) ** 2)))

    for i, (now, then) in enumerate(itertools.pairwise(beats)):
        if rng.random() > missing:
            pulse(0, now, rng.uniform(0.5, 0.95))
        if i % meter == 0 and rng.random() > 2 * missing:
            pulse(1, now, rng.uniform(0.3, 0.85))
        if rng.random() < extra:
            pulse(0, (now + then) / 2, rng.uniform(0.3, 0.8))
    act[:, 0] = np.maximum(act[:, 0], act[:, 1])
    return np.clip(act + 0.08 * rng.random(act.shape), 0, 1).astype(np.float32)


def _clock(bpm, seconds, drift=0.0, end=1.0):
    beats, t = [], 0.5
    while t < seconds:
        beats.append(t)
        pace = 1 + (end - 1) * t / seconds
        t += 60 / (bpm * pace) * (1 + drift * np.sin(len(beats) / 11))
    return np.array(beats)


def _hits(true, found, near=0.04):
    return np.mean([np.abs(found - t).min() < near for t in true])


@pytest.mark.parametrize(
    ("bpm", "meter", "drift"),
    [(62, 4, 0.0), (78, 4, 0.03), (128.7, 4, 0.0), (140, 3, 0.03), (201, 4, 0.0)],
)
def test_beats_and_bars_between_frames(bpm, meter, drift):
    beats = _clock(bpm, 60, drift)
    found = decode(_activations(beats, meter, 60), FPS, bpm / 1.25, bpm * 1.25)
    times = found.frames / FPS
    assert len(times) == pytest.approx(len(beats), abs=2)
    assert _hits(beats[2:-2], times) > 0.98
    assert _hits(beats[meter:-meter:meter], times[found.place == 0]) > 0.95
    assert np.mean(found.meter == meter) > 0.95


def test_a_ramp_is_followed():
    beats = _clock(88, 90, end=1.6)
    found = decode(_activations(beats, 4, 90), FPS, 80, 155)
    assert _hits(beats[2:-2], found.frames / FPS) > 0.97


def test_windows_change_nothing(monkeypatch):
    beats = _clock(117, 150, 0.02)
    act = _activations(beats, 4, 150)
    whole = decode(act, FPS, 95, 145)
    monkeypatch.setattr(room, "WINDOW_S", 50.0)
    parts = decode(act, FPS, 95, 145)
    assert np.array_equal(whole.frames, parts.frames)
    assert np.array_equal(whole.place, parts.place)


def test_after_a_pause_the_beat_starts_anew():
    first, second = _clock(120, 30), 33.21 + _clock(120, 30)
    act = _activations(first, 4, 64) + _activations(second, 4, 64, seed=2)
    found = decode(act, FPS, 100, 150, pauses=((1500, 1670),)).frames / FPS
    assert _hits(second[1:-2], found) > 0.97
    assert not ((found > 30.1) & (found < 33.3)).any()


def test_nothing_to_search():
    assert len(decode(np.zeros((10, 2), dtype=np.float32), FPS, 100, 150).frames) == 0


def test_a_long_file_is_read_in_stretches(sounds, monkeypatch):
    front = FrontEnd()
    piece = sounds.band_piece(112, 90)
    front.push(piece.samples.astype(np.float32))
    features = front.finish()
    monkeypatch.setattr(tracking, "LONG_S", 40.0)
    monkeypatch.setattr(tracking, "WINDOW_S", 45.0)
    times = np.array([b.time_s for b in grid_of(features).beats])
    assert _hits(piece.beats[1:-2], times) > 0.99
    assert np.diff(times).max() < 1.2 * 60 / 112
    assert np.diff(times).min() > 0.8 * 60 / 112
