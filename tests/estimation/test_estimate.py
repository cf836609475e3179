"""Forecasts: more work takes longer, hands help, history corrects, and the words say it."""

from __future__ import annotations

from fractions import Fraction

import pytest

from apex_director.cinematography import plan
from apex_director.cinematography.model import Brief, Format, Storyboard
from apex_director.core.errors import ValidationFailed
from apex_director.estimation import as_json, describe, estimate
from apex_director.estimation.model import Record

from ..cinematography.songs import song


def film(width: int = 1920, height: int = 1080) -> Storyboard:
    fmt = Format(width=width, height=height, rate=Fraction(24), total_frames=4800)
    return plan(Brief(), song(), fmt)


def test_the_prior_agrees_with_the_measured_song() -> None:
    """RENDER section 4c: 5040 frames and 16 scenes at fast crf 18 took about 4.2 minutes."""
    made = estimate(film(), preset="high", workers=2)
    assert 180 < made.seconds.p50 < 330
    assert made.seconds.p10 < made.seconds.p50 < made.seconds.p90
    assert sum(s.seconds for s in made.stages) == pytest.approx(made.seconds.p50, abs=0.3)
    assert (made.confidence, made.basis) == (0.3, "measured prior")
    assert str(made.usd.p90) == "$0.00"


def test_more_pixels_and_fewer_hands_take_longer() -> None:
    def middle(board: Storyboard, preset: str, workers: int) -> float:
        return estimate(board, preset=preset, workers=workers).seconds.p50

    big, small = film(), film(640, 360)
    assert middle(small, "preview", 2) < 0.25 * middle(big, "high", 2)
    assert middle(big, "web", 2) < middle(big, "high", 2)
    assert middle(big, "high", 4) < middle(big, "high", 2) < middle(big, "high", 1)


def test_history_corrects_and_narrows() -> None:
    board = film()
    cold = estimate(board, preset="high", workers=2)
    history = [Record(predicted_s=100, actual_s=100 * r) for r in (1.9, 2.0, 2.1) * 6]
    warm = estimate(board, preset="high", workers=2, history=history)
    assert warm.seconds.p50 == pytest.approx(cold.seconds.p50 * 2**0.8, rel=0.01)
    assert warm.seconds.p90 / warm.seconds.p10 < cold.seconds.p90 / cold.seconds.p10
    assert 0.8 < warm.confidence <= 0.95
    assert "18 earlier jobs" in warm.basis
    wild = [Record(predicted_s=100, actual_s=100 * r) for r in (0.2, 1.0, 5.0) * 6]
    unsure = estimate(board, preset="high", workers=2, history=wild)
    assert unsure.confidence < warm.confidence
    assert unsure.seconds.p90 / unsure.seconds.p10 > warm.seconds.p90 / warm.seconds.p10


def test_useless_records_are_left_out() -> None:
    board = film()
    broken = [Record(predicted_s=0, actual_s=5), Record(predicted_s=3, actual_s=float("nan"))]
    assert estimate(board, preset="draft", workers=2, history=broken) == estimate(
        board, preset="draft", workers=2
    )


def test_words_and_json() -> None:
    made = estimate(film(), preset="high", workers=2)
    assert "4800 frames" in describe(made)
    assert "$0.00" in describe(made)
    assert as_json(made)["seconds"]["p50"] == made.seconds.p50
    assert set(as_json(made)["stages"]) == {
        "audio_analysis", "image_generation", "video_assembly", "quality_assurance"
    }  # fmt: skip


@pytest.mark.parametrize(("preset", "workers"), [("cinema", 2), ("high", 0)])
def test_what_cannot_be_forecast(preset: str, workers: int) -> None:
    with pytest.raises(ValidationFailed):
        estimate(film(), preset=preset, workers=workers)
