"""Scores of odd pictures, the weights, custom scorers, looks, and what is told."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from dataclasses import fields, is_dataclass, replace
from importlib.metadata import EntryPoint
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apex_director.core.errors import ValidationFailed
from apex_director.images.quality import (
    Look,
    Score,
    as_json,
    discover,
    look_for,
    look_of,
    score,
    scorers,
    shot_score,
)
from apex_director.images.quality.coding import artefacts, banding
from apex_director.images.quality.lines import tilt
from apex_director.images.quality.technical import luma, noise_level

from .pictures import RGB8, benchmark, scene


def floats(value: Any) -> Iterator[float]:
    if isinstance(value, float):
        yield value
    elif is_dataclass(value):
        for part in fields(value):
            yield from floats(getattr(value, part.name))


@settings(max_examples=25, deadline=None)
@given(
    height=st.integers(1, 40), width=st.integers(1, 40), top=st.integers(0, 255),
    grey=st.booleans(), seed=st.integers(0, 99),
)  # fmt: skip
def test_any_picture_has_a_score_between_0_and_1(
    height: int, width: int, top: int, grey: bool, seed: int
) -> None:
    rgb = np.random.default_rng(seed).integers(0, top + 1, (height, width, 3)).astype(np.uint8)
    if grey:
        rgb = np.repeat(rgb[..., :1], 3, axis=2)
    judged = score(rgb, look=Look(palette=("#102030",), key=0.4, warmth=0.5))
    found = list(floats(judged))
    assert found
    assert all(math.isfinite(v) and 0 <= v <= 1 for v in found)
    assert 0 <= (shot_score(judged) or 0.0) <= 1
    json.dumps(as_json(judged))


@pytest.mark.parametrize("colour", [(0, 0, 0), (255, 255, 255), (90, 120, 40)])
@pytest.mark.parametrize("shape", [(1, 1), (2, 300), (240, 320)])
def test_an_empty_picture_is_worth_nothing(
    colour: tuple[int, int, int], shape: tuple[int, int]
) -> None:
    rgb = np.full((*shape, 3), colour, np.uint8)
    judged = score(rgb)
    assert judged.overall == 0.0
    assert "nothing is drawn" in judged.reasons[0]


def test_what_cannot_be_measured_is_null_and_not_a_number_made_up() -> None:
    grey = np.repeat(scene()[..., :1], 3, axis=2)
    judged = score(grey)
    assert judged.aesthetic
    assert judged.aesthetic.color_harmony is None
    assert judged.style is None
    cloud = benchmark().blur(np.random.default_rng(1).integers(0, 255, (90, 160, 3), np.uint8), 5)
    assert tilt(cloud) is None
    assert as_json(judged)["aesthetic"]["color_harmony"] is None


def test_the_picture_is_left_as_it_was_and_scored_the_same_again() -> None:
    rgb = scene()
    before = rgb.copy()
    assert score(rgb) == score(rgb)
    assert np.array_equal(rgb, before)
    flipped = rgb[::-1, ::-1][::-1, ::-1]
    assert score(flipped) == score(rgb)


@pytest.mark.parametrize("bad", [np.zeros((4, 4), np.uint8), np.zeros((4, 4, 3)), "picture.png"])
def test_what_is_no_picture_is_refused(bad: Any) -> None:
    with pytest.raises(ValidationFailed):
        score(bad)


def test_strategies_measure_their_own_part() -> None:
    rgb = scene()
    technical, aesthetic = score(rgb, strategy="technical"), score(rgb, strategy="aesthetic")
    assert technical.aesthetic is None
    assert technical.technical
    assert aesthetic.technical is None
    assert aesthetic.aesthetic
    both = score(rgb).overall
    ends = sorted((technical.overall, aesthetic.overall))
    assert ends[0] <= both <= ends[1]
    with pytest.raises(ValidationFailed, match="no quality strategy"):
        score(rgb, strategy="taste")  # type: ignore[arg-type]


def test_the_shot_score_has_the_weights_of_the_contract() -> None:
    judged = score(scene(), look=look_of(scene(4)))
    assert judged.style
    base = shot_score(judged)
    assert base is not None
    worse = replace(judged, style=replace(judged.style, palette=0.0, light=0.0, grade=0.0))
    full = replace(judged, style=replace(judged.style, palette=1.0, light=1.0, grade=1.0))
    assert (shot_score(full) or 0) - (shot_score(worse) or 0) == pytest.approx(0.25)
    assert judged.aesthetic
    flat = dict.fromkeys(("thirds", "lines", "symmetry", "depth", "framing"), 0.0)
    low, high = (
        replace(
            judged,
            aesthetic=replace(
                judged.aesthetic, composition=replace(judged.aesthetic.composition, **values)
            ),
        )
        for values in (flat, {**flat, "thirds": 1.0})
    )
    assert (shot_score(high) or 0) - (shot_score(low) or 0) == pytest.approx(0.25 * 0.3)


@pytest.mark.parametrize("sigma", [3.0, 8.0, 20.0])
def test_noise_is_measured_in_code_values_and_texture_is_none(sigma: float) -> None:
    clean = scene(3, 360, 640)
    grain = np.random.default_rng(2).normal(0, sigma, clean.shape)
    noisy = np.clip(np.rint(clean + grain), 0, 255).astype(np.uint8)
    assert noise_level(noisy) == pytest.approx(sigma, rel=0.35)
    assert noise_level(clean) < 1.0


@pytest.mark.parametrize("degrees", [-6.0, -2.0, 0.0, 3.0])
def test_a_tilt_is_measured_in_degrees(degrees: float) -> None:
    import cv2

    rgb = scene(3, 360, 640)
    turn = cv2.getRotationMatrix2D((320, 180), -degrees, 1.3)
    found = tilt(cv2.warpAffine(rgb, turn, (640, 360), flags=cv2.INTER_CUBIC))
    assert found == pytest.approx(degrees, abs=0.5)


def test_a_few_slanting_lines_are_no_horizon() -> None:
    """Ridges and dunes lean by nature; too little agrees to say the picture does."""
    import cv2

    rgb = scene(3, 360, 640)
    hills = cv2.GaussianBlur(np.repeat(rgb[:1], 360, axis=0), (0, 0), 3.0)
    for x, lean in ((40, 0.06), (250, -0.1), (430, 0.16)):
        cv2.line(hills, (x, 200), (x + 150, 200 + round(150 * lean)), (20, 30, 20), 3)
    assert tilt(hills) is None


def test_flat_graphics_and_dithered_gradients_are_not_banded() -> None:
    poster = np.full((240, 320, 3), 30, np.uint8)
    poster[60:180, 80:240] = (200, 60, 40)
    poster[100:140, 120:200] = (230, 200, 60)
    assert banding(poster)[0] > 0.95
    ramp = np.linspace(40, 90, 640)[None, :, None] + np.zeros((240, 1, 3))
    dither = np.random.default_rng(4).random(ramp.shape) - 0.5
    assert banding(np.rint(ramp + dither).astype(np.uint8))[0] > 0.95
    assert banding((np.rint(ramp) // 8 * 8).astype(np.uint8))[0] < 0.75


def test_a_broken_off_file_bars_and_enlarged_pixels_are_artefacts() -> None:
    rgb = scene()
    torn, barred = rgb.copy(), rgb.copy()
    torn[130:] = 128
    barred[:30], barred[-30:] = 0, 0
    small = rgb[::3, ::3]
    enlarged = np.repeat(np.repeat(small, 3, axis=0), 3, axis=1)
    clean = artefacts(rgb, luma(rgb))[0]
    assert clean > 0.97
    for broken in (torn, barred, enlarged):
        value, words = artefacts(broken, luma(broken))
        assert value < 0.6
        assert words
    stars = np.zeros((200, 300, 3), np.uint8)
    spots = np.random.default_rng(5).integers(0, 200, (80, 2))
    stars[spots[:, 0], spots[:, 1]] = 255
    stars[::7, ::5] |= np.random.default_rng(6).integers(1, 9, stars[::7, ::5].shape, np.uint8)
    assert not any("stuck" in word for word in artefacts(stars, luma(stars))[1])
    pepper = rgb.copy()
    pepper[spots[::2, 0], spots[::2, 1]], pepper[spots[1::2, 0], spots[1::2, 1]] = 255, 0
    value, words = artefacts(pepper, luma(pepper))
    assert value < 0.8
    assert "stuck" in words[0]


class Half:
    name = "half"

    def score(self, rgb: RGB8) -> float:
        rgb[:] = 0
        return 0.5


class Broken:
    name = "broken"

    def score(self, rgb: RGB8) -> float:
        raise RuntimeError("no weights")


class OfFiles:
    async def score_image(self, image_path: str, criteria: Any) -> dict[str, float]:
        with open(image_path, "rb") as file:
            assert file.read(4) == b"\x89PNG"
        return {"overall_score": 1.0}


class Quitting:
    name = "quitting"

    async def score(self, rgb: RGB8) -> float:
        raise SystemExit(3)


def answering(value: Any) -> Any:
    def rubbish(rgb: RGB8) -> Any:
        return value

    return rubbish


def test_scorers_of_others_count_by_their_weight() -> None:
    rgb = scene()
    alone = score(rgb).overall
    heavy = score(rgb, scorers=[Half()], weights={"half": 100.0})
    assert heavy.custom == {"half": 0.5}
    assert heavy.overall == pytest.approx(0.5, abs=0.01)
    assert score(rgb, scorers=[Half()], weights={"half": 0.0}).overall == pytest.approx(alone)
    assert min(0.5, alone) < score(rgb, scorers=[Half()]).overall < max(0.5, alone)
    assert score(rgb, scorers=[OfFiles()]).custom == {"OfFiles": 1.0}


async def _inside_a_loop(rgb: RGB8) -> Score:
    return score(rgb, scorers=[OfFiles()])


def test_a_file_scorer_works_inside_a_running_loop() -> None:
    import asyncio

    assert asyncio.run(_inside_a_loop(scene())).custom == {"OfFiles": 1.0}


@pytest.mark.parametrize(
    "offered",
    [Broken(), Quitting(), *map(answering, (float("nan"), 7.0, None, "good", True)), object()],
)
def test_a_scorer_that_fails_is_named_and_left_out(offered: Any) -> None:
    rgb = scene()
    judged = score(rgb, scorers=[offered, Half()])
    assert judged.custom == {"half": 0.5}
    assert any("was left out" in reason for reason in judged.reasons)
    assert judged.overall == score(rgb, scorers=[Half()]).overall


def test_scorers_are_found_by_entry_point(monkeypatch: pytest.MonkeyPatch) -> None:
    points = [
        EntryPoint("calm", f"{__name__}:Half", scorers.GROUP),
        EntryPoint("gone", "no_such_module_here:Scorer", scorers.GROUP),
    ]

    class Loaded:
        def __init__(self, name: str) -> None:
            self.name = name

        def load(self) -> Any:
            if self.name == "gone":
                return points[1].load()
            return Half

    monkeypatch.setattr(
        "importlib.metadata.entry_points", lambda group: [Loaded("gone"), Loaded("calm")]
    )
    found, failed = discover()
    assert [type(one) for one in found] == [Half]
    assert len(failed) == 1
    assert "gone" in failed[0]
    assert discover(["calm"])[1] == ()


def test_reasons_name_the_worst_first() -> None:
    noisy = benchmark().noise(scene(), 5)
    judged = score(benchmark().burnt(noisy, 3))
    assert "noisy" in judged.reasons[0]
    assert any("burnt" in reason for reason in judged.reasons)


def test_a_plan_s_words_become_a_look() -> None:
    night, day = look_for(time_of_day="night"), look_for(time_of_day="day")
    assert night.key is not None
    assert day.key is not None
    assert night.key < day.key
    assert look_for() == Look()
    assert look_for(time_of_day="tea time", mood="hungry") == Look()
    warm = look_for(("#2c2236", "#d07f54", "#ffd8a4"), "golden_hour", "joyful")
    cold = look_for(("#040817", "#274a74", "#d5e4ff"), "night", "melancholy")
    assert (warm.warmth or 0) > (cold.warmth or 0) + 0.2
    assert (look_for((), "night", "dark", "storm").key or 0) >= 0.0
    with pytest.raises(ValidationFailed):
        look_for(("blue",))


def test_the_look_of_a_picture_is_its_own() -> None:
    rgb = scene()
    close = score(rgb, look=look_of(rgb)).style
    other = score(benchmark().turned(rgb, 5), look=look_of(rgb)).style
    assert close
    assert other
    assert close.light == pytest.approx(1.0)
    assert (close.palette or 0) > 0.8 > 0.5 > (other.palette or 1)
