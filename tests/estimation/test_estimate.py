"""Forecasts: more work takes longer, hands help, history corrects, and the words say it."""

from __future__ import annotations

from fractions import Fraction

import pytest

from apex_director.cinematography import plan
from apex_director.cinematography.model import Brief, Format, Storyboard
from apex_director.core.errors import ValidationFailed
from apex_director.core.money import Usd
from apex_director.estimation import Work, as_json, describe, estimate
from apex_director.estimation.model import Estimate, Generation, PictureQuote, Record

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
    assert (made.confidence, made.cold) == (0.3, True)
    assert "cold start: no history yet" in describe(made)
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
    assert 2**0.8 < warm.seconds.p50 / cold.seconds.p50 < 2.05
    assert width(warm) < width(cold)
    assert 0.7 < warm.confidence <= 0.95
    assert "18 earlier jobs" in warm.basis
    wild = [Record(predicted_s=100, actual_s=100 * r) for r in (0.2, 1.0, 5.0) * 6]
    unsure = estimate(board, preset="high", workers=2, history=wild)
    assert width(unsure) > width(warm)


def width(made: Estimate) -> float:
    return made.seconds.p90 / made.seconds.p10


def paid(count: int, *, usd: str | None = "0.0336", together: int = 2) -> PictureQuote:
    return PictureQuote(
        backend="nano_banana",
        model="gemini-nano-banana-2.1",
        usd=None if usd is None else Usd.of(usd),
        basis="list_price",
        price_date="2026-11",
        count=count,
        together=together,
    )


def test_the_bill_names_backend_count_and_dollars() -> None:
    """Contract D25."""
    made = estimate(film(), preset="high", workers=2, pictures=[paid(14)])
    line = (
        "nano_banana (gemini-nano-banana-2.1) 14 pictures x $0.0336 = $0.47, list price of 2026-11"
    )
    assert line in describe(made)
    assert made.usd.p10 == Usd.of("0.0336") * 14 <= made.usd.p50 <= made.usd.p90
    assert as_json(made)["lines"][0]["usd_each"] == 0.0336
    unknown = estimate(film(), preset="high", workers=2, pictures=[paid(14, usd=None)])
    assert "price not known" in describe(unknown)
    assert "at a price nobody knows" in describe(unknown)
    assert unknown.unpriced == 14
    assert as_json(unknown)["lines"][0]["usd"] is None


def test_waiting_for_others_does_not_shrink_with_cores() -> None:
    def waiting(workers: int) -> float:
        made = estimate(film(), preset="preview", workers=workers, pictures=[paid(14)])
        return next(s.seconds for s in made.stages if s.name == "image_generation")

    assert waiting(16) == pytest.approx(waiting(2), rel=0.15)
    side_by_side = estimate(film(), preset="preview", workers=2, pictures=[paid(14, together=7)])
    one_by_one = estimate(film(), preset="preview", workers=2, pictures=[paid(14, together=1)])
    assert side_by_side.seconds.p50 < 0.5 * one_by_one.seconds.p50


def test_others_pictures_are_learned_from_their_own_records() -> None:
    board, quotes = film(), [paid(14)]
    slow = [
        Generation(kind="image", backend="nano_banana", seconds=100.0, at=str(i)) for i in range(30)
    ]
    cold = estimate(board, preset="preview", workers=2, pictures=quotes)
    warm = estimate(board, preset="preview", workers=2, pictures=quotes, history=slow)
    assert warm.seconds.p50 > 2.2 * cold.seconds.p50
    assert warm.records == 30


def test_what_is_there_already_takes_nothing() -> None:
    board = film()
    whole = estimate(board, preset="high", workers=2)
    part = estimate(board, preset="high", workers=2, work=Work(frames=240, pictures=1))
    none = estimate(board, preset="high", workers=2, work=Work(frames=0, pictures=0))
    assert none.seconds.p50 < part.seconds.p50 < 0.4 * whole.seconds.p50
    assert (part.frames, part.pictures) == (240, 1)
    assert (whole.frames, whole.pictures) == (board.format.total_frames, len(board.pictures))


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
