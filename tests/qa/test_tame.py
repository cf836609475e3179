"""A strobe that was tamed passes the screen, and what did not flash stays as it was."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest

from apex_director.qa import Calmer, FlashMeter, taming_for
from apex_director.qa.model import FlashSpan, Taming

from .pictures import RATE, Clip, H, Planes, W, corner, grey, planes, strobe, texture

FRAMES = 84


def spans_of(frames: list[Planes]) -> tuple[FlashSpan, ...]:
    meter = FlashMeter(RATE, W, H)
    for p in frames:
        meter.push(p.y, p.u, p.v)
    return meter.spans()


def tamed(frames: list[Planes], plan: tuple[Taming, ...]) -> list[Planes]:
    out = [Planes(p.y.copy(), p.u.copy(), p.v.copy()) for p in frames]
    for taming in plan:
        calmer = Calmer(W, H, RATE, taming.strength, taming.end - taming.start)
        for p in out[taming.start : taming.end]:
            calmer.apply(p.y, p.u, p.v)
    return out


def textured(clip: Clip) -> Clip:
    wide = texture()[:, :W, None].astype(np.float64)
    return lambda i: (clip(i) * 0.6 + wide * 0.4).astype(np.uint8)


STROBES = {
    "4 Hz": strobe(4),
    "12 Hz": strobe(12),
    "grey": strobe(4, 60, 200),
    "red": strobe(4, 0, (255, 0, 0)),
    "red and grey": strobe(4, (110, 110, 110), (255, 0, 0)),
    "a quarter": strobe(4, mask=corner(0.27)),
    "over a picture": textured(strobe(5)),
    "in the middle": lambda i: strobe(4)(i) if 24 <= i < 54 else grey(30),
}


@pytest.mark.parametrize("name", list(STROBES))
def test_a_tamed_strobe_passes(name: str) -> None:
    frames = list(planes(STROBES[name], FRAMES))
    spans = spans_of(frames)
    assert spans
    assert spans_of(tamed(frames, taming_for(spans, FRAMES, RATE))) == ()


@pytest.mark.parametrize("name", ["spots", "red"])
def test_what_still_flashes_passes_the_second_time(name: str) -> None:
    rows, columns = np.indices((H, W))
    spots = (rows % 40 < 23) & (columns % 40 < 23)
    clip = strobe(4, mask=spots) if name == "spots" else STROBES["red"]
    frames = list(planes(clip, FRAMES))
    plan = tuple(replace(t, strength=1.0) for t in taming_for(spans_of(frames), FRAMES, RATE))
    assert spans_of(tamed(frames, plan)) == ()


def test_a_calm_picture_is_left_alone() -> None:
    frames = list(planes(textured(lambda i: grey(90)), 30))
    after = tamed(frames, (Taming(start=0, end=30, strength=0.9),))
    assert max(np.abs(a.y.astype(int) - b.y).max() for a, b in zip(frames, after, strict=True)) <= 1


def test_a_worker_that_begins_in_the_middle_gets_the_same_pixels() -> None:
    frames = list(planes(STROBES["over a picture"], 40))
    taming = Taming(start=0, end=40, strength=1.0)
    whole = tamed(frames, (taming,))
    late = Calmer(W, H, RATE, taming.strength, taming.end - taming.start)
    for p in frames[:25]:
        late.observe(p.y, p.u, p.v)
    for expected, p in zip(whole[25:], frames[25:], strict=True):
        late.apply(p.y, p.u, p.v)
        assert np.array_equal(p.y, expected.y)
        assert np.array_equal(p.v, expected.v)


def test_neighbouring_spans_become_one_with_margins() -> None:
    def span(start: int, end: int) -> FlashSpan:
        return FlashSpan(start=start, end=end, kind="red", flashes_per_second=4.0, area=1.0)

    plan = taming_for([span(100, 130), span(160, 190), span(300, 330)], 335, Fraction(24))
    assert [(t.start, t.end) for t in plan] == [(88, 202), (288, 347)]
