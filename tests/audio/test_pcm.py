import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apex_director.audio.pcm import RATE, Intake


def _through(samples, rate, cuts=()):
    intake = Intake(rate, samples.shape[1])
    out = []
    for block in np.split(samples.astype(np.float32), list(cuts)):
        if len(block):
            out += list(intake.push(block))
    out.append(intake.finish())
    return intake, np.concatenate(out)


def _tone(seconds, rate, hz=440.0, gain=0.5):
    return gain * np.sin(2 * np.pi * hz * np.arange(int(seconds * rate)) / rate)


@pytest.mark.parametrize("rate", [8000, 11025, 22050, 44100, 96000, 192000])
def test_every_rate_becomes_the_same_tone(rate):
    _, mono = _through(_tone(2.0, rate)[:, None], rate)
    assert len(mono) == pytest.approx(2 * RATE, abs=2)
    peak = np.abs(np.fft.rfft(mono * np.hanning(len(mono)))).argmax() * RATE / len(mono)
    assert peak == pytest.approx(440, abs=1)


def test_channels_that_cancel_are_still_heard():
    left = _tone(3, RATE)
    intake, mono = _through(np.stack([left, -left], axis=1), RATE)
    assert intake.used_one_channel
    assert np.abs(mono).max() == pytest.approx(0.5, rel=0.01)


def test_one_side_only_is_the_mean_and_one_of_eight_is_itself():
    left = _tone(3, RATE)
    _, two = _through(np.stack([left, 0 * left], axis=1), RATE)
    assert np.abs(two).max() == pytest.approx(0.25, rel=0.01)
    _, eight = _through(np.stack([left] + [0 * left] * 7, axis=1), RATE)
    assert np.abs(eight).max() == pytest.approx(0.5, rel=0.01)


def test_what_is_no_number_becomes_silence():
    samples = _tone(2, RATE)[:, None]
    samples[1000:3000] = np.nan
    samples[5] = np.inf
    intake, mono = _through(samples, RATE)
    assert intake.bad_samples == 2001
    assert np.isfinite(mono).all()
    assert not mono[1000:3000].any()


def test_silence_is_found_to_the_frame_and_an_offset_is_silent():
    samples = np.concatenate([_tone(2, 44100), np.full(44100, 0.2), _tone(1, 44100)])[:, None]
    intake, _ = _through(samples, 44100)
    (gap,) = intake.silence()
    assert gap.start_s == pytest.approx(2.0, abs=0.051)
    assert gap.end_s == pytest.approx(3.0, abs=0.051)


@settings(max_examples=25, deadline=None)
@given(st.lists(st.integers(1, 44099), max_size=6, unique=True).map(sorted))
def test_cutting_into_blocks_changes_nothing(cuts):
    rng = np.random.default_rng(3)
    samples = rng.normal(0, 0.1, (44100, 2))
    samples[9000:40000] *= 1e-5
    whole, mono = _through(samples, 22050)
    parts, again = _through(samples, 22050, cuts)
    assert np.allclose(mono, again, atol=1e-6)
    assert whole.silence() == parts.silence()
    assert np.allclose(whole.levels_db(), parts.levels_db(), atol=1e-3)
