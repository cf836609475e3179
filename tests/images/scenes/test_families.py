"""The registry, and the families of space, of pure colour and of open country."""

from __future__ import annotations

import importlib
from functools import cache

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from apex_director.cinematography.model import FAMILIES as PLANNED
from apex_director.core.errors import ValidationFailed
from apex_director.images.model import Scene
from apex_director.images.scenes import FAMILIES, paint
from apex_director.images.scenes.model import MOODS, SUBJECTS, TIMES, WEATHERS, SceneSpec

OURS = {"nebula": 4, "abstract": 4, "meadow": 3}
SHOWN = [(family, n) for family, count in OURS.items() for n in range(count)]


@cache
def scene(
    family: str, composition: int, seed: int = 3, width: int = 240, height: int = 136
) -> Scene:
    spec = SceneSpec(family=family, seed=seed, width=width, height=height, composition=composition)
    return paint(spec)


def picture(of: Scene) -> NDArray[np.float32]:
    """The layers laid over one another at rest [canvas_h, canvas_w, 3]."""
    out = np.zeros((of.canvas_height, of.canvas_width, 3), np.float32)
    for layer in of.layers:
        rgb = layer.rgba[..., :3].astype(np.float32)
        if layer.blend == "add":
            out = np.minimum(out + rgb, 255)
        else:
            out = out * (1 - layer.rgba[..., 3:].astype(np.float32) / 255) + rgb
    return out


def test_registry_holds_exactly_the_planned_families() -> None:
    assert tuple(FAMILIES) == PLANNED


@pytest.mark.parametrize("family", PLANNED)
def test_every_family_has_a_module_that_paints(family: str) -> None:
    assert callable(importlib.import_module(FAMILIES[family]).paint)


def test_unknown_family_is_refused() -> None:
    with pytest.raises(ValidationFailed, match="kitchen"):
        paint(SceneSpec(family="kitchen", seed=1, width=64, height=64))


@pytest.mark.parametrize(("family", "composition"), SHOWN)
def test_layers_for_parallax(family: str, composition: int) -> None:
    made = scene(family, composition)
    assert len(made.layers) >= 4
    assert len({layer.parallax for layer in made.layers}) >= 4
    assert any(layer.reactions for layer in made.layers)
    assert len({layer.name for layer in made.layers}) == len(made.layers)
    assert all(0 <= x <= 1 for x in made.subject)


@pytest.mark.parametrize(("family", "composition"), SHOWN)
def test_pictures_have_depth_of_tone_and_are_not_blown(family: str, composition: int) -> None:
    seen = picture(scene(family, composition))
    grey = seen.mean(axis=-1)
    assert np.percentile(grey, 95) - np.percentile(grey, 5) > 45
    assert float((seen.min(axis=-1) > 250).mean()) < 0.12
    assert float((seen.max(axis=-1) < 3).mean()) < 0.25


@pytest.mark.parametrize(("family", "composition"), SHOWN)
def test_compositions_and_seeds_differ(family: str, composition: int) -> None:
    one = picture(scene(family, composition))
    other = picture(scene(family, (composition + 1) % OURS[family]))
    reseeded = picture(scene(family, composition, seed=4))
    assert np.abs(one - other).mean() > 8
    assert np.abs(one - reseeded).mean() > 4


@pytest.mark.parametrize(("family", "composition"), SHOWN)
def test_composition_does_not_depend_on_resolution(family: str, composition: int) -> None:
    small = picture(scene(family, composition))
    large = picture(scene(family, composition, width=480, height=272))
    size = (30, 17)
    a, b = (cv2.resize(p, size, interpolation=cv2.INTER_AREA) for p in (small, large))
    assert np.abs(a - b).mean() < 7


@pytest.mark.parametrize(("family", "composition"), SHOWN)
def test_tall_pictures_are_composed_anew(family: str, composition: int) -> None:
    tall = scene(family, composition, width=136, height=240)
    assert tall.canvas_height > tall.canvas_width
    grey = picture(tall).mean(axis=-1)
    assert np.percentile(grey, 95) - np.percentile(grey, 5) > 35


@pytest.mark.parametrize("family", OURS)
def test_same_spec_same_bytes(family: str) -> None:
    spec = SceneSpec(family=family, seed=8, width=160, height=90, subject="walker")
    one, two = paint(spec), paint(spec)
    assert [a.name for a in one.layers] == [b.name for b in two.layers]
    assert all(np.array_equal(a.rgba, b.rgba) for a, b in zip(one.layers, two.layers, strict=True))


@pytest.mark.parametrize("family", OURS)
def test_every_word_of_the_vocabulary_can_be_painted(family: str) -> None:
    for n in range(10):
        spec = SceneSpec(
            family=family,
            seed=n,
            width=112,
            height=64,
            composition=n,
            time_of_day=TIMES[n % len(TIMES)],
            weather=WEATHERS[n % len(WEATHERS)],
            mood=MOODS[n % len(MOODS)],
            subject=SUBJECTS[n],
            palette=("#0b1026", "#5a2a6b", "#e0607e", "#ffd9a0") if n % 2 else (),
            not_drawn=("trombone",),
        )
        made = paint(spec)
        assert made.not_drawn[0] == "trombone"
        assert set(made.not_drawn[1:]) <= {spec.subject}


@pytest.mark.parametrize(("family", "composition"), SHOWN)
def test_backgrounds_have_no_flat_bands(family: str, composition: int) -> None:
    ground = scene(family, composition, width=480, height=272).layers[0].rgba[..., :3]
    same = (np.diff(ground.astype(np.int16), axis=1) == 0).all(axis=-1)
    lit = ground[:, 1:].max(axis=-1) > 6
    longest = 0
    run = np.zeros(same.shape[0], int)
    for column in range(same.shape[1]):
        run = np.where(same[:, column] & lit[:, column], run + 1, 0)
        longest = max(longest, int(run.max()))
    assert longest <= 32


@pytest.mark.parametrize(
    ("family", "composition", "name"), [("meadow", 2, "hills 2"), ("abstract", 1, "ribbons_2")]
)
def test_silhouettes_have_soft_edges(family: str, composition: int, name: str) -> None:
    made = scene(family, composition, width=480, height=272)
    alpha = next(layer for layer in made.layers if layer.name == name).rgba[..., 3].astype(int)
    top = np.argmax(alpha > 4, axis=0)
    columns = np.flatnonzero((top > 2) & (alpha.max(axis=0) > 200))
    hard = alpha[top[columns], columns] > 232  # full at once: a stair
    assert len(columns) > 50
    assert float(hard.mean()) < 0.35


def test_palette_colours_the_picture() -> None:
    red, blue = (
        paint(SceneSpec(family="abstract", seed=2, width=160, height=90, palette=colours))
        for colours in (("#200406", "#b01020", "#ffc0b0"), ("#040820", "#1030b0", "#b0d0ff"))
    )
    r, b = picture(red).mean(axis=(0, 1)), picture(blue).mean(axis=(0, 1))
    assert r[0] > r[2] * 1.3
    assert b[2] > b[0] * 1.3
