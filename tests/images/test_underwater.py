"""Under water: whole scenes, small."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
from numpy.typing import NDArray

from apex_director.images.model import Scene
from apex_director.images.scenes import paint
from apex_director.images.scenes.model import MOODS, SUBJECTS, TIMES, WEATHERS, SceneSpec
from apex_director.images.scenes.underwater.life import CREATURES, creature
from apex_director.images.scenes.underwater.light import drowned, level_at, sea_for, waves_for

COMPOSITIONS = range(4)
DRAWN = {
    0: {"walker", "couple", "dancer", "boat"},
    1: {"walker", "couple", "dancer", "boat"},
    2: {"walker", "couple", "dancer"},
    3: {"walker", "couple", "dancer"},
}


def spec(**changes: object) -> SceneSpec:
    facts: dict[str, object] = {
        "family": "underwater", "seed": 11, "width": 160, "height": 90, "time_of_day": "day",
    }  # fmt: skip
    return SceneSpec(**{**facts, **changes})  # type: ignore[arg-type]


@cache
def painted(wanted: SceneSpec) -> Scene:
    return paint(wanted)


def scene(**changes: object) -> Scene:
    return painted(spec(**changes))


def at_rest(made: Scene) -> NDArray[np.float32]:
    """The layers laid over one another at rest [canvas_h, canvas_w, 3], 0..1."""
    out = np.zeros((made.canvas_height, made.canvas_width, 3), np.float32)
    for layer in made.layers:
        sheet = layer.rgba.astype(np.float32) / 255
        keep = 1.0 if layer.blend == "add" else 1 - sheet[..., 3:]
        out = np.minimum(out * keep + sheet[..., :3], 1.0)
    return out


@pytest.mark.parametrize("composition", COMPOSITIONS)
@pytest.mark.parametrize("size", [(160, 90), (90, 160), (112, 112), (190, 82)])
def test_a_scene_is_complete_at_every_aspect(composition: int, size: tuple[int, int]) -> None:
    made = scene(composition=composition, width=size[0], height=size[1])
    assert 4 <= len(made.layers) <= 7
    assert len({layer.name for layer in made.layers}) == len(made.layers)
    wanted = spec(width=size[0], height=size[1]).canvas
    assert {layer.rgba.shape for layer in made.layers} == {(wanted[1], wanted[0], 4)}
    assert (made.layers[0].rgba[..., 3] == 255).all()
    over = [layer for layer in made.layers if layer.blend == "over"]
    assert all((layer.rgba[..., :3] <= layer.rgba[..., 3:]).all() for layer in over)
    depths = [layer.parallax for layer in made.layers]
    assert min(depths) < 0.1 < 0.8 < max(depths) <= 1.2
    assert any(layer.reactions for layer in made.layers)
    assert made.light is not None
    assert 0 <= made.light.y <= 1
    assert all(0.2 < p < 0.8 for p in made.subject)
    grey = at_rest(made).mean(axis=-1)
    assert np.percentile(grey, 95) - np.percentile(grey, 5) > 0.14
    assert float((grey > 0.985).mean()) < 0.12


@pytest.mark.parametrize("composition", COMPOSITIONS)
def test_same_spec_same_bytes_and_another_seed_another_picture(composition: int) -> None:
    one, two = scene(composition=composition), paint(spec(composition=composition))
    assert all(np.array_equal(a.rgba, b.rgba) for a, b in zip(one.layers, two.layers, strict=True))
    other = at_rest(scene(composition=composition, seed=12))
    assert np.abs(at_rest(one) - other).mean() > 0.025


def test_every_word_of_the_vocabulary_can_be_painted() -> None:
    for n, subject in enumerate(SUBJECTS):
        made = paint(
            spec(
                width=112, height=64, composition=n, time_of_day=TIMES[n % 6],
                weather=WEATHERS[(n * 5) % 6], mood=MOODS[n % 8], subject=subject,
                palette=("#0b1026", "#5a2a6b", "#e0607e", "#ffd9a0") if n % 2 else (),
                not_drawn=("trombone",),
            )
        )  # fmt: skip
        drawn = {"none", *DRAWN[n % 4]}
        assert made.not_drawn == (("trombone",) if subject in drawn else ("trombone", subject))
        assert (made.layers[0].rgba[..., 3] == 255).all()


@pytest.mark.parametrize("composition", COMPOSITIONS)
def test_hours_differ_and_night_is_darker(composition: int) -> None:
    day, night = (at_rest(scene(composition=composition, time_of_day=t)) for t in ("day", "night"))
    assert day.mean() > 1.25 * night.mean()
    assert night.mean() > 0.03
    gold = at_rest(scene(composition=composition, time_of_day="golden_hour")).mean(axis=(0, 1))
    sea = day.mean(axis=(0, 1))
    assert gold[0] / gold[2] > 1.15 * sea[0] / sea[2]


def test_the_song_s_palette_colours_the_water() -> None:
    for composition in (1, 3):
        red, blue = (
            at_rest(scene(composition=composition, palette=p)).mean(axis=(0, 1))
            for p in (("#200406", "#b01020", "#ffc0b0"), ("#040820", "#1030b0", "#b0d0ff"))
        )
        assert red[0] / red[2] > 1.6 * blue[0] / blue[2]


@pytest.mark.parametrize("composition", [0, 1])
def test_subjects_change_the_middle_of_the_picture(composition: int) -> None:
    empty, diver = (at_rest(scene(composition=composition, subject=s)) for s in ("boat", "couple"))
    rows, columns = np.nonzero(np.abs(empty - diver).max(axis=2) > 0.08)
    assert len(rows) > 20
    assert 0.2 < np.median(columns) / empty.shape[1] < 0.8


def test_one_spec_is_one_composition_at_any_resolution() -> None:
    import cv2

    for composition in COMPOSITIONS:
        small, large = (
            cv2.resize(at_rest(scene(composition=composition, width=w, height=h)), (40, 22),
                       interpolation=cv2.INTER_AREA)
            for w, h in ((160, 90), (320, 180))
        )  # fmt: skip
        assert np.abs(small - large).mean() < 0.05
        assert np.corrcoef(small.ravel(), large.ravel())[0, 1] > 0.92


def test_water_swallows_what_it_lacks_first() -> None:
    sea = sea_for(spec(), (0.5, 0.0))
    assert sea.extinction[0] > sea.extinction[2]  # red dies before blue in a blue sea
    white = np.ones((1, 1, 3), np.float32)
    level = level_at(
        spec(), sea, np.full((1, 1), 0.5, np.float32), np.full((1, 1), 0.5, np.float32)
    )
    near, far = (drowned(sea, white, np.full((1, 1), z, np.float32), level) for z in (2.0, 400.0))
    veil = drowned(sea, white * 0, np.full((1, 1), 400.0, np.float32), level)
    assert np.abs(far - veil).max() < 0.02 < np.abs(near - veil).min()


def test_waves_keep_their_light_and_have_no_seam() -> None:
    waves = waves_for(4, 0.5)
    light = waves.caustic[0]
    assert abs(float(light.mean()) - 1.0) < 1e-3
    assert float(light.max()) > 2.5  # lines of light, not a mist
    inside = np.abs(np.diff(light, axis=1)).mean()
    assert np.abs(light[:, 0] - light[:, -1]).mean() < 1.6 * inside


@pytest.mark.parametrize("kind", sorted(CREATURES))
def test_creatures_are_whole_and_smooth(kind: str) -> None:
    cover = creature(kind, 120.0, 0.4, False, 3)
    assert 0.05 < float(cover.mean()) < 0.9
    edge = float(((cover > 0.02) & (cover < 0.98)).sum())
    assert edge > 0.5 * np.sqrt(float(cover.sum()))
