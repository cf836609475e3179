"""The street in the rain: four compositions at every hour, weather and shape; wet ground that
mirrors; light that reacts; one picture per seed.
"""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from typing import Any

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from apex_director.images.model import Scene
from apex_director.images.scenes.model import TIMES, WEATHERS, SceneSpec
from apex_director.images.scenes.palette import palette_for
from apex_director.images.scenes.street import town as street_town
from apex_director.images.scenes.street.cars import car_mesh
from apex_director.images.scenes.street.light import light_up
from apex_director.images.scenes.street.scene import paint
from apex_director.images.scenes.street.tone import as_added
from apex_director.images.scenes.street.view import cut_near

F32 = NDArray[np.float32]
SIZES = {
    "16:9": (160, 90),
    "9:16": (90, 160),
    "1:1": (112, 112),
    "4:5": (100, 124),
    "21:9": (210, 90),
}


@lru_cache(maxsize=64)
def painted(spec: SceneSpec) -> Scene:
    return paint(spec)


def spec_of(**changes: Any) -> SceneSpec:
    base = SceneSpec(
        family="street", seed=5, width=160, height=90, time_of_day="night", weather="rain"
    )
    return replace(base, **changes)


def flat(scene: Scene) -> F32:
    """The scene at rest."""
    out: F32 = np.zeros((scene.canvas_height, scene.canvas_width, 3), np.float32)
    for layer in scene.layers:
        code = layer.rgba.astype(np.float32) / np.float32(255)
        if layer.blend == "add":
            out += code[..., :3]
        else:
            out = code[..., :3] + out * (np.float32(1) - code[..., 3:])
    return np.asarray(np.clip(out, 0, 1), np.float32)


def sound(scene: Scene, spec: SceneSpec) -> None:
    """What every scene of the family keeps to."""
    assert (scene.canvas_width, scene.canvas_height) == spec.canvas
    assert 5 <= len(scene.layers) <= 7
    assert (scene.layers[0].rgba[..., 3] == 255).all(), "the farthest sheet must close the picture"
    depths = [layer.parallax for layer in scene.layers if layer.blend == "over"]
    assert depths == sorted(depths)
    for layer in scene.layers:
        assert layer.rgba.dtype == np.uint8
        assert layer.rgba.flags.c_contiguous
        if layer.blend == "over":
            assert (layer.rgba[..., :3] <= layer.rgba[..., 3:]).all(), layer.name
    assert all(0.1 < x < 0.9 for x in scene.subject)
    assert scene.light is not None
    picture = flat(scene)
    assert picture.std() > 0.06
    behind = replace(scene, layers=tuple(x for x in scene.layers if x.parallax < 1.2))
    steps = np.abs(np.diff(flat(behind).mean(axis=(0, 2))))
    assert steps.max() < 0.3, "a seam"
    assert min(picture[k].mean() for k in (0, -1)) > 0.01, "a gap at the border"
    assert min(picture[:, k].mean() for k in (0, -1)) > 0.01, "a gap at the border"


@pytest.mark.parametrize("composition", range(4))
@pytest.mark.parametrize("shape", SIZES)
def test_every_composition_fills_every_shape(composition: int, shape: str) -> None:
    width, height = SIZES[shape]
    spec = spec_of(width=width, height=height, composition=composition, subject="walker")
    sound(painted(spec), spec)


@pytest.mark.parametrize("hour", TIMES)
def test_every_hour_in_every_weather(hour: str) -> None:
    """Each hour in three weathers, each weather at three hours."""
    first = TIMES.index(hour) % 2
    for k, weather in enumerate(WEATHERS[first::2]):
        spec = spec_of(
            time_of_day=hour, weather=weather, composition=k + first, width=80, height=46
        )
        scene = painted(spec)
        sound(scene, spec)
        kinds = {p.kind for p in scene.particles}
        wanted = {"rain": {"rain"}, "storm": {"rain"}, "snow": {"snow"}}.get(weather, set())
        assert kinds == wanted


def test_same_spec_same_bytes() -> None:
    spec = spec_of(subject="walker")
    one, two = painted(spec), paint(spec)
    for a, b in zip(one.layers, two.layers, strict=True):
        assert np.array_equal(a.rgba, b.rgba), a.name


def test_seeds_and_compositions_are_different_pictures() -> None:
    cases = [(0, 5), (1, 5), (2, 5), (3, 5), (0, 6), (2, 6)]
    small = [cv2.resize(flat(painted(spec_of(composition=c, seed=s))), (48, 27)) for c, s in cases]
    for i in range(len(small)):
        for j in range(i):
            assert np.abs(small[i] - small[j]).mean() > 0.02


def test_one_composition_at_every_size() -> None:
    large, small = (
        cv2.resize(
            flat(painted(spec_of(width=w, height=h))), (64, 36), interpolation=cv2.INTER_AREA
        )
        for w, h in ((480, 270), (160, 90))
    )
    assert np.abs(large - small).mean() < 0.05


def test_the_song_s_palette_and_the_hour_show() -> None:
    def mean(**changes: Any) -> F32:
        return np.asarray(flat(painted(spec_of(**changes))).mean(axis=(0, 1)), np.float32)

    red = mean(palette=("#140304", "#5a0f12", "#c03028", "#ffb090"))
    green = mean(palette=("#03140a", "#0f5a2a", "#28c060", "#b0ffd0"))
    assert red[0] - red[1] > green[0] - green[1] + 0.05
    assert mean(time_of_day="day").mean() > 1.15 * mean(time_of_day="night").mean()
    sad, warm = mean(mood="melancholy"), mean(mood="warm")
    assert warm[0] - warm[2] > sad[0] - sad[2] + 0.02


def test_wet_ground_mirrors_what_shines_above_it() -> None:
    """Columns that are bright above the horizon are bright below it, far more than by chance."""
    spec = spec_of(width=320, height=180, weather="clear")
    lights = [x for x in painted(spec).layers if x.blend == "add"]
    shine = sum(x.rgba[..., :3].astype(np.float32).sum(axis=2) for x in lights)
    row = round(street_town.build(spec).view.horizon)
    above = shine[row // 3 : row - 4].mean(axis=0)
    below = shine[row + 12 :].mean(axis=0)
    assert below.mean() > 0.05 * above.mean()
    assert np.corrcoef(above, below)[0, 1] > 0.25


def test_light_reacts_gently_on_two_bands() -> None:
    lights = [x for x in painted(spec_of()).layers if x.blend == "add"]
    gains = [r for x in lights for r in x.reactions if r.kind == "gain"]
    assert {r.band for r in gains} == {"low", "mid"}
    for r in gains:
        assert r.floor >= 0.7
        assert r.amount <= 0.5, "a lit window is no strobe"


@pytest.mark.parametrize(
    ("subject", "layer"),
    [("walker", "walker"), ("couple", "couple"), ("band", "band"), ("dancer", "dancer"),
     ("birds", "birds")],
)  # fmt: skip
def test_subjects_stand_in_a_sheet_of_their_own(subject: str, layer: str) -> None:
    scene = painted(spec_of(subject=subject))
    sheet = next(x for x in scene.layers if x.name == layer)
    _, cols = np.nonzero(sheet.rgba[..., 3] > 40)
    assert len(cols) > 8
    assert abs(cols.mean() / scene.canvas_width - scene.subject[0]) < 0.12
    assert scene.not_drawn == ()


def test_what_cannot_stand_here_is_named() -> None:
    assert painted(spec_of(subject="deer")).not_drawn == ("deer",)
    assert painted(spec_of(subject="car", composition=3)).not_drawn == ("car",)
    assert painted(spec_of(subject="car", composition=0)).not_drawn == ()


def test_light_added_after_encoding_looks_as_if_added_before() -> None:
    base = np.full((4, 4, 3), 0.08, np.float32)
    light = np.linspace(0.0, 0.4, 48, dtype=np.float32).reshape(4, 4, 3)

    def code(v: F32) -> F32:
        v = np.where(v > 0.45, 0.45 + 0.55 * (1 - np.exp((0.45 - v) / 0.55)), v)
        low = v <= 0.0031308
        return np.asarray(
            np.where(low, 12.92 * v, 1.055 * np.maximum(v, 1e-9) ** (1 / 2.4) - 0.055)
        )

    wanted = code(base + light)
    got = code(base) + code(as_added(base, light.copy()))
    assert np.abs(got - wanted).max() < 0.004


def test_shapes_are_cut_at_the_eye() -> None:
    quad = np.asarray([(-1.0, 0.0, 2.0), (1.0, 0.0, 2.0), (1.0, 0.0, -2.0), (-1.0, 0.0, -2.0)])
    kept = cut_near(quad)
    assert len(kept) == 4
    assert kept[:, 2].min() > 0.4
    assert len(cut_near(quad - (0.0, 0.0, 9.0))) == 0


def test_a_car_is_closed_and_as_large_as_cars_are() -> None:
    mesh = car_mesh(1.0)
    low, high = mesh.corners.min(axis=(0, 1)), mesh.corners.max(axis=(0, 1))
    assert np.allclose(low[1], 0.0, atol=0.02)
    assert 1.3 < high[1] < 1.6
    assert 1.7 < high[0] - low[0] < 2.0
    assert 4.2 < high[2] - low[2] < 4.6
    lengths = np.linalg.norm(mesh.normals, axis=2)
    assert (lengths > 0.5).all()


def test_near_shops_are_open_and_lamps_stand_at_the_kerb() -> None:
    for seed in range(6):
        spec = spec_of(seed=seed, composition=1)
        town = street_town.build(spec)
        assert 0 < town.kerb < town.half
        assert all(abs(abs(x) - town.kerb) < 1.0 for x, _, _ in town.lamps)
        lights = light_up(spec, palette_for(spec), town)
        assert np.isfinite(lights.walls).all()
        assert lights.ground.max() > 0.05
