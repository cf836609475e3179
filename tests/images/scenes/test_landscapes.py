"""Alpine, ocean, dunes and aurora: whole scenes, small."""

from __future__ import annotations

import os
import subprocess
import sys
from hashlib import sha256
from itertools import pairwise

import cv2
import numpy as np
import pytest

from apex_director.images.model import Scene
from apex_director.images.scenes import alpine, aurora, dunes, ocean
from apex_director.images.scenes.model import SceneSpec

FAMILIES = {"alpine": alpine, "ocean": ocean, "dunes": dunes, "aurora": aurora}


def spec(family: str, **changes: object) -> SceneSpec:
    facts: dict[str, object] = {
        "family": family,
        "seed": 11,
        "width": 320,
        "height": 180,
        "time_of_day": "night" if family == "aurora" else "sunset",
    }
    return SceneSpec(**{**facts, **changes})  # type: ignore[arg-type]


def paint(family: str, **changes: object) -> Scene:
    scene: Scene = FAMILIES[family].paint(spec(family, **changes))
    return scene


def at_rest(scene: Scene) -> np.ndarray:
    """Layers laid over one another; the water mirrors without waves."""
    h = scene.canvas_height
    out = np.zeros((*scene.layers[0].rgba.shape[:2], 3), np.float32)
    for i, layer in enumerate(scene.layers):
        sheet = layer.rgba.astype(np.float32) / 255
        keep = 1.0 if layer.blend == "add" else 1 - sheet[..., 3:]
        out = np.minimum(out * keep + sheet[..., :3], 1.0)
        if scene.water is not None and scene.water.after == i:
            row = round(scene.water.horizon * h)
            rows = np.clip(2 * row - np.arange(row, h) - 1, 0, row)
            out[row:] = 0.6 * out[rows] + 0.4 * np.array(scene.water.tint)
    return out


def digest(scene: Scene) -> str:
    whole = sha256()
    for layer in scene.layers:
        whole.update(layer.rgba.tobytes())
    return whole.hexdigest()


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("composition", [0, 1, 2])
@pytest.mark.parametrize("size", [(320, 180), (180, 320)])
def test_a_scene_is_complete(family: str, composition: int, size: tuple[int, int]) -> None:
    scene = paint(family, composition=composition, width=size[0], height=size[1])
    s = spec(family, width=size[0], height=size[1])
    assert len(scene.layers) >= 5
    assert len({layer.name for layer in scene.layers}) == len(scene.layers)
    assert {layer.rgba.shape for layer in scene.layers} == {(s.canvas[1], s.canvas[0], 4)}
    assert (scene.layers[0].rgba[..., 3] == 255).all()
    over = [layer for layer in scene.layers if layer.blend == "over"]
    assert all((layer.rgba[..., :3] <= layer.rgba[..., 3:]).all() for layer in over)
    depths = [layer.parallax for layer in over]
    assert depths[0] < 0.1 < 0.8 < max(depths) <= 1.4 or family == "ocean"
    assert any(layer.reactions for layer in scene.layers)
    picture = at_rest(scene)
    assert np.isfinite(picture).all()
    assert picture.std() > 0.04
    assert 0.02 < picture.mean() < 0.85


@pytest.mark.parametrize("family", FAMILIES)
def test_same_seed_same_bytes_and_another_seed_another_picture(family: str) -> None:
    first = paint(family)
    assert digest(first) == digest(paint(family))
    other = paint(family, seed=12)
    assert np.abs(at_rest(first) - at_rest(other)).mean() > 0.02


@pytest.mark.parametrize("family", FAMILIES)
def test_compositions_hours_and_palettes_differ(family: str) -> None:
    pictures = [at_rest(paint(family, composition=c)) for c in range(3)]
    assert all(np.abs(a - b).mean() > 0.02 for a, b in pairwise(pictures))
    own = at_rest(paint(family, palette=("#102010", "#40a060", "#e0ffe0")))
    assert np.abs(own - pictures[0]).mean() > 0.02
    if family != "aurora":
        noon = at_rest(paint(family, time_of_day="day")).mean()
        assert noon > 1.5 * at_rest(paint(family, time_of_day="night")).mean()


@pytest.mark.parametrize("family", FAMILIES)
def test_one_spec_is_one_composition_at_any_resolution(family: str) -> None:
    small = at_rest(paint(family, width=320, height=180))
    large = at_rest(paint(family, width=960, height=540))
    size = (80, 45)
    a = cv2.resize(small, size, interpolation=cv2.INTER_AREA)
    b = cv2.resize(large, size, interpolation=cv2.INTER_AREA)
    assert np.abs(a - b).mean() < 0.035
    assert np.corrcoef(a.ravel(), b.ravel())[0, 1] > 0.93


@pytest.mark.parametrize(
    ("family", "subject"),
    [("alpine", "walker"), ("ocean", "boat"), ("dunes", "couple"), ("aurora", "deer"),
     ("alpine", "dancer"), ("ocean", "walker"), ("dunes", "car"), ("dunes", "balloon")],
)  # fmt: skip
def test_the_subject_is_drawn_inside_the_picture(family: str, subject: str) -> None:
    s = spec(family, subject=subject)
    with_one, without = at_rest(paint(family, subject=subject)), at_rest(paint(family))
    changed = np.abs(with_one - without).max(axis=2) > 0.08
    ys, xs = np.nonzero(changed)
    assert len(ys) > 12
    margin = (1 - 1 / s.overscan) / 2
    w, h = s.canvas
    assert margin * w < np.median(xs) < (1 - margin) * w
    assert margin * h < ys.max() < (1 - margin) * h + 0.35 * h
    assert paint(family, subject=subject).not_drawn == ()


def test_what_cannot_be_drawn_is_named() -> None:
    assert paint("dunes", subject="boat", not_drawn=("piano",)).not_drawn == ("piano", "boat")
    assert "day" in paint("aurora", time_of_day="day").not_drawn


@pytest.mark.parametrize("weather", ["rain", "snow", "storm", "mist", "cloudy"])
def test_weather_shows(weather: str) -> None:
    scene = paint("alpine", weather=weather)
    assert np.abs(at_rest(scene) - at_rest(paint("alpine"))).mean() > 0.015
    kinds = {p.kind for p in scene.particles}
    assert kinds >= {"rain": {"rain"}, "storm": {"rain"}, "snow": {"snow"}}.get(weather, set())


def test_silhouettes_have_no_one_pixel_staircase() -> None:
    """The outline of dunes and peaks moves by fractions of a row, not by whole rows."""
    for family, name in (("dunes", "far dunes"), ("alpine", "far range")):
        layer = next(v for v in paint(family, width=640, height=360).layers if v.name == name)
        alpha = layer.rgba[..., 3].astype(np.float64) / 255
        top = alpha.shape[0] - alpha.sum(axis=0)
        fraction = top - np.floor(top)
        assert ((fraction > 0.05) & (fraction < 0.95)).mean() > 0.6


def test_bytes_do_not_depend_on_threads() -> None:
    code = (
        "from apex_director.config import use_kernel_cache; use_kernel_cache()\n"
        "import cv2, hashlib\n"
        "from apex_director.images.scenes import dunes\n"
        "from apex_director.images.scenes.model import SceneSpec\n"
        "s = SceneSpec(family='dunes', seed=4, width=256, height=144)\n"
        "whole = b''.join(v.rgba.tobytes() for v in dunes.paint(s).layers)\n"
        "print(hashlib.sha256(whole).hexdigest())"
    )
    answers = {
        subprocess.run(
            [sys.executable, "-c", code],
            env={**os.environ, "NUMBA_NUM_THREADS": n, "OMP_NUM_THREADS": n},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for n in ("1", "2")
    }
    assert len(answers) == 1
