"""The flash screen against clips whose verdict is known (contract D29)."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from apex_director.qa import FlashMeter

from .pictures import RATE, Clip, H, W, bars, corner, grey, pan, planes, strobe

RED = (255, 0, 0)
EVERYWHERE = np.arange(W)[None, :] % 20 < np.full((H, 1), 4)  # a fifth of every field
BOARD = (np.indices((H, W)) // 40).sum(axis=0).astype(np.uint8)
MORE = np.arange(W)[None, :] % 32 < np.full((H, 1), 10)


def screened(clip: Clip, frames: int = 72, rate: Fraction = RATE) -> FlashMeter:
    meter = FlashMeter(rate, W, H)
    for p in planes(clip, frames):
        meter.push(p.y, p.u, p.v)
    return meter


SAFE = {
    "steady": lambda i: grey(200),
    "2 Hz": strobe(2),
    "3 Hz": strobe(3),
    "2 Hz red": strobe(2, 0, RED),
    "4 Hz, small steps": strobe(4, 120, 138),
    "4 Hz, both bright": strobe(4, 232, 255),
    "4 Hz, a small corner": strobe(4, mask=corner(0.02)),
    "4 Hz, a fifth of every field": strobe(4, mask=EVERYWHERE),
    "slow pan": pan(3),
    "pan": pan(16),
    "whip pan": pan(40),
    "bars that move": bars(80, 8),
    "bars that move fast": bars(80, 14),
    "broad bars that move fast": bars(160, 24),
    "snow": lambda i: np.repeat(
        np.random.default_rng(i).integers(0, 256, (H, W, 1), dtype=np.uint8), 3, axis=2
    ),
}
HARMFUL = {
    "3.5 Hz": strobe(3.5),
    "4 Hz": strobe(4),
    "12 Hz": strobe(12),
    "4 Hz, low contrast": strobe(4, 100, 150),
    "4 Hz, just over a quarter": strobe(4, mask=corner(0.27)),
    "4 Hz, a third of every field": strobe(4, mask=MORE),
    "4 Hz, over a quarter of one field": strobe(4, mask=corner(0.036)),
    "4 Hz over a pan": lambda i: np.maximum(pan(4)(i), strobe(4)(i)),
    "counterphase": lambda i: np.repeat((255 * ((BOARD + i // 3) % 2))[..., None], 3, axis=2),
}


@pytest.mark.parametrize("name", list(SAFE))
def test_what_is_safe_passes(name: str) -> None:
    assert screened(SAFE[name]).spans() == ()


@pytest.mark.parametrize("name", list(HARMFUL))
def test_what_can_harm_is_found(name: str) -> None:
    spans = screened(HARMFUL[name]).spans()
    assert spans, name
    assert spans[0].flashes_per_second > 3
    assert spans[0].area > 0.25


def test_saturated_red_counts_where_luminance_does_not() -> None:
    spans = screened(strobe(4, 0, (100, 0, 0))).spans()
    assert {s.kind for s in spans} == {"red"}
    assert screened(strobe(4, 0, (40, 40, 100))).spans() == ()


@pytest.mark.parametrize("rate", [Fraction(25), Fraction(30000, 1001), Fraction(60)])
def test_the_limit_is_the_same_at_any_rate(rate: Fraction) -> None:
    frames = round(3 * rate)
    assert screened(strobe(3, rate=rate), frames, rate).spans() == ()
    assert screened(strobe(4, rate=rate), frames, rate).spans()


def test_the_place_of_a_burst_is_named() -> None:
    clip = strobe(4)
    meter = screened(lambda i: clip(i) if 72 <= i < 108 else grey(0), 168)
    (span,) = meter.spans()
    assert 66 <= span.start <= 75
    assert 105 <= span.end <= 132


def test_five_seconds_of_quick_flashes_are_a_warning() -> None:
    assert screened(strobe(2), 160).extended() == ()
    meter = screened(strobe(3), 160)
    assert meter.spans() == ()
    assert [s.kind for s in meter.extended()] == ["luminance"]
    assert screened(strobe(3), 100).extended() == ()


def test_a_full_size_picture_is_judged_alike() -> None:
    clip = strobe(4, mask=corner(0.27))
    meter = FlashMeter(RATE, 4 * W, 4 * H)
    for p in planes(lambda i: clip(i).repeat(4, axis=0).repeat(4, axis=1), 40):
        meter.push(p.y, p.u, p.v)
    assert meter.spans()
