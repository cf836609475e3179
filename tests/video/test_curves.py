"""Curves are bounded, follow the beat, and are the same wherever one begins to read them."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from apex_director.core.errors import ValidationFailed
from apex_director.video.curves import curves
from apex_director.video.model import Curves
from apex_director.video.transitions import CURVES, ease

from .pictures import song

RATE = Fraction(24)
NAMES = ("low", "mid", "high", "loudness", "beat", "bar", "bar_phase", "downbeat")


def test_every_curve_lies_between_nought_and_one() -> None:
    heard = curves(song(8.0), 0, 240, RATE)
    for name in NAMES:
        values = getattr(heard, name)
        assert values.shape == (240,)
        assert 0.0 <= values.min() <= values.max() <= 1.0


@pytest.mark.parametrize("start", [1, 37, 150])
def test_a_frame_hears_the_same_wherever_reading_begins(start: int) -> None:
    whole, late = curves(song(8.0), 0, 192, RATE), curves(song(8.0), start, 192, RATE)
    for name in (*NAMES, "travel"):
        assert np.allclose(getattr(whole, name)[start:], getattr(late, name), atol=1e-6)


def test_pulses_peak_on_beats_and_bars() -> None:
    heard = curves(song(8.0, bpm=120), 0, 192, RATE)
    beats, bars = np.arange(12, 180, 12), np.arange(48, 180, 48)
    assert all(heard.beat[f] > heard.beat[f - 1] + 0.4 for f in beats)
    assert all(heard.beat[f] > heard.beat[f + 5] for f in beats)
    assert [f for f in range(1, 192) if heard.downbeat[f]] == [int(b) for b in bars]
    assert all(heard.bar_phase[f] < 0.05 < 0.9 < heard.bar_phase[f - 1] for f in bars)


def test_without_a_grid_onsets_pulse_and_bars_rest() -> None:
    heard: Curves = curves(song(8.0, verdict="none"), 0, 192, RATE)
    assert heard.beat.max() > 0.8
    assert heard.bar.max() == heard.downbeat.max() == 0.0


def test_travel_grows_faster_where_the_song_is_louder() -> None:
    heard = curves(song(9.0), 0, 216, RATE)
    speed = np.diff(heard.travel)
    assert (speed > 0).all()
    assert np.corrcoef(speed[24:190], heard.loudness[25:191])[0, 1] > 0.9


@pytest.mark.parametrize("curve", CURVES)
def test_easing_runs_from_nought_to_one_without_turning_back(curve: str) -> None:
    values = [ease(curve, t / 50) for t in range(-5, 56)]
    assert values[0] == 0.0
    assert values[-1] == 1.0
    assert values == sorted(values)


def test_an_unknown_curve_is_refused() -> None:
    with pytest.raises(ValidationFailed, match="wobble"):
        ease("wobble", 0.5)
