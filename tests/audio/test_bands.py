import numpy as np
import pytest

from apex_director.audio.bands import envelope


def test_each_drum_lands_in_its_band(sounds, hear):
    rng = np.random.default_rng(5)
    out = rng.normal(0, 0.0005, sounds.rate * 24)
    times = {
        "kick": 0.5 + np.arange(22),
        "snare": 0.83 + np.arange(22),
        "hat": 0.17 + np.arange(22),
    }
    for name, when in times.items():
        sound = sounds.drum(name, rng)
        for t in when:
            sounds.put(out, sound, t, 0.6)
    low, mid, high = hear(out).bands
    for band, name in ((low, "kick"), (mid, "snare"), (high, "hat")):
        found = np.array(band.onsets_s)
        strong = found[np.array(band.strengths) > 0.5]
        away = [strong[np.abs(strong - t).argmin()] - t for t in times[name]]
        assert np.abs(away).max() < 0.015, name
        assert len(strong) < 1.6 * len(times[name]), name


def test_envelopes_are_50_hz_and_within_0_and_1(rock):
    for curve in (*(b.envelope for b in rock.analysis.bands), rock.analysis.loudness_envelope):
        assert curve.dtype == np.float32
        assert len(curve) == pytest.approx(rock.analysis.duration_s * 50, abs=2)
        assert curve.min() >= 0
        assert 0.9 < curve.max() <= 1


def test_the_envelope_rises_fast_and_falls_slowly():
    level = np.full(300, -60.0, dtype=np.float32)
    level[100:110] = -10
    curve = envelope(np.tile(level, 4))
    assert curve[102] > 0.9
    assert 0.1 < curve[118] < curve[111]
    assert curve[190] < 0.1


def test_the_low_envelope_follows_the_kick(rock):
    low = rock.analysis.bands[0].envelope
    on = np.array([low[int(t * 50) + 1 : int(t * 50) + 4].max() for t in rock.downbeats[1:-1]])
    assert np.median(on) > np.median(low) + 0.2


def test_silence_has_no_envelope_and_no_onsets(hear):
    for band in hear(np.zeros(22050 * 4)).bands:
        assert band.onsets_s == ()
        assert not band.envelope.any()
