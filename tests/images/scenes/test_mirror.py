"""The light of a production comes from one side: a scene lit otherwise is turned about."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from apex_director.images.model import Light, Particles
from apex_director.images.scenes import SceneSpec, paint
from apex_director.images.scenes.mirror import MIDDLE, lit_from, mirrored
from tests.video.pictures import scene


def test_a_mirrored_scene_is_turned_whole_and_back() -> None:
    lanes = ((0.1, 0.5, 0.3, 0.9, 1.0, 8.0),)
    some = Particles(kind="traffic", after=1, count=2, color=(1, 1, 1), lines=lanes)
    one = replace(scene(64, 36), subject=(0.2, 0.6), particles=(some,))
    other = mirrored(one)
    assert np.array_equal(other.layers[2].rgba[:, ::-1], one.layers[2].rgba)
    assert other.subject == (0.8, 0.6)
    assert other.light is not None
    assert other.light.x == pytest.approx(0.38)
    assert other.particles[0].lines[0][:4] == pytest.approx((0.9, 0.5, 0.7, 0.9))
    again = mirrored(other)
    assert again.particles[0].lines[0] == pytest.approx(lanes[0])
    assert all(
        np.array_equal(a.rgba, b.rgba) for a, b in zip(again.layers, one.layers, strict=True)
    )


@pytest.mark.parametrize("side", ["left", "right", ""])
def test_light_in_the_middle_or_none_or_any_side_stays(side: str) -> None:
    one = scene(64, 36)
    dark = replace(one, light=None)
    central = replace(one, light=Light(x=0.5 + MIDDLE / 2, y=0.2, color=(1, 1, 1)))
    assert lit_from(dark, side) is dark
    assert lit_from(central, side) is central
    assert (lit_from(one, side) is one) == (side in {"", "right"})


@pytest.mark.parametrize("family", ["ocean", "meadow"])
def test_pictures_of_one_production_are_lit_from_one_side(family: str) -> None:
    for seed in (1, 2, 3):
        spec = SceneSpec(family=family, seed=seed, width=96, height=54, light_side="left")
        light = paint(spec).light
        assert light is not None
        assert light.x <= 0.5 + MIDDLE
