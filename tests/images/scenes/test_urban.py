"""City, forest, neon plain and stage: depth, light that reacts, honest pixels, one composition at
every size.
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
from apex_director.images.scenes import forest, neon_grid, stage, wireframe
from apex_director.images.scenes.city import kernels as city_kernels
from apex_director.images.scenes.city import scene as city
from apex_director.images.scenes.model import SceneSpec
from apex_director.images.scenes.palette import palette_for

PAINTERS = {
    "city": city.paint,
    "forest": forest.paint,
    "neon_grid": neon_grid.paint,
    "stage": stage.paint,
}
EVERY = pytest.mark.parametrize("family", sorted(PAINTERS))


@lru_cache(maxsize=24)
def painted(spec: SceneSpec) -> Scene:
    return PAINTERS[spec.family](spec)


def spec_of(family: str, **changes: Any) -> SceneSpec:
    return replace(SceneSpec(family=family, seed=5, width=256, height=144), **changes)


def flat(scene: Scene) -> NDArray[np.float32]:
    """The scene at rest."""
    out: NDArray[np.float32] = np.zeros((scene.canvas_height, scene.canvas_width, 3), np.float32)
    for layer in scene.layers:
        code = layer.rgba.astype(np.float32) / np.float32(255)
        if layer.blend == "add":
            out += code[..., :3]
        else:
            out = code[..., :3] + out * (np.float32(1) - code[..., 3:])
    return np.asarray(np.clip(out, 0, 1), np.float32)


@EVERY
@pytest.mark.parametrize("composition", [0, 1, 2])
def test_depth_light_and_contracts(family: str, composition: int) -> None:
    spec = spec_of(family, composition=composition, time_of_day="night")
    scene = painted(spec)
    assert scene.family == family
    assert (scene.canvas_width, scene.canvas_height) == spec.canvas
    depths = [layer.parallax for layer in scene.layers if layer.blend == "over"]
    assert len(scene.layers) >= 6
    assert len(set(depths)) >= 4
    assert depths == sorted(depths), "a farther sheet lies over a nearer one"
    assert max(depths) - min(depths) > 0.35
    lights = [layer for layer in scene.layers if layer.blend == "add"]
    bands = {r.band for layer in lights for r in layer.reactions if r.kind == "gain"}
    assert bands
    for layer in scene.layers:
        assert layer.rgba.dtype == np.uint8
        assert layer.rgba.flags.c_contiguous
        if layer.blend == "over":
            assert (layer.rgba[..., :3] <= layer.rgba[..., 3:]).all(), layer.name
    first = scene.layers[0]
    assert (first.rgba[..., 3] == 255).all(), "the farthest sheet must close the picture"
    if scene.water is not None:
        assert scene.water.after < len(scene.layers)
    for x in scene.subject:
        assert 0.1 < x < 0.9


@EVERY
def test_the_three_compositions_and_the_seeds_are_different_pictures(family: str) -> None:
    small = [
        cv2.resize(flat(painted(spec_of(family, composition=c, seed=s))), (48, 27))
        for c, s in ((0, 5), (1, 5), (2, 5), (0, 6))
    ]
    for i in range(len(small)):
        for j in range(i):
            assert np.abs(small[i] - small[j]).mean() > 0.015


@EVERY
def test_same_spec_same_bytes(family: str) -> None:
    spec = spec_of(family)
    one, two = painted(spec), PAINTERS[family](spec)
    for a, b in zip(one.layers, two.layers, strict=True):
        assert np.array_equal(a.rgba, b.rgba), a.name


@EVERY
def test_one_composition_at_every_size(family: str) -> None:
    large = flat(painted(spec_of(family, width=512, height=288)))
    small = flat(painted(spec_of(family)))
    a, b = (cv2.resize(p, (64, 36), interpolation=cv2.INTER_AREA) for p in (large, small))
    assert np.abs(a - b).mean() < 0.045


@EVERY
@pytest.mark.parametrize("size", [(108, 192), (128, 128), (112, 140), (252, 108)])
def test_every_aspect_is_filled(family: str, size: tuple[int, int]) -> None:
    scene = painted(spec_of(family, width=size[0], height=size[1], composition=1))
    picture = flat(scene)
    assert picture.std() > 0.05
    assert picture.max() > 0.5
    columns = np.abs(np.diff(picture.mean(axis=(0, 2))))
    assert columns.max() < 0.35, "a seam"


@EVERY
def test_hour_weather_and_song_palette_show(family: str) -> None:
    def mean(**changes: Any) -> NDArray[np.float32]:
        picture = flat(painted(spec_of(family, **changes)))
        return np.asarray(picture.reshape(-1, 3).mean(axis=0), np.float32)

    day, night = mean(time_of_day="day"), mean(time_of_day="night")
    if family in ("city", "forest"):
        assert day.mean() > 1.2 * night.mean()
    red = mean(palette=("#140304", "#5a0f12", "#c03028", "#ffb090"))
    green = mean(palette=("#03140a", "#0f5a2a", "#28c060", "#b0ffd0"))
    assert red[0] - red[1] > green[0] - green[1] + 0.03
    rain = painted(spec_of(family, weather="rain", width=96, height=54, composition=2))
    assert any(p.kind == "rain" for p in rain.particles)


@EVERY
def test_skies_have_no_wide_plateau(family: str) -> None:
    scene = painted(spec_of(family, width=512, height=288, time_of_day="dusk"))
    sky = scene.layers[0].rgba[: scene.canvas_height // 3, :, :3].astype(np.int32)
    for row in sky[::7]:
        same = np.all(np.diff(row, axis=0) == 0, axis=1)
        longest = max(len(run) for run in "".join("x" if s else " " for s in same).split(" "))
        assert longest <= 32


def _cast(width: int, height: int, sub: int) -> NDArray[np.float32]:
    spec = SceneSpec(family="city", seed=4, width=width, height=height, overscan=1.25)
    w, h = spec.canvas
    plan = city._plan(spec)
    num = city._numbers(spec, plan, 1, 1.0)
    col = city._colours(spec, palette_for(spec), 1.0)
    out, win = np.zeros((h, w, 4), np.float32), np.zeros((h, w, 3), np.float32)
    neon, ground = np.zeros((h, w, 3), np.float32), np.zeros(w, np.float32)
    city_kernels.cast_city(num, col, 4, sub, out, win, neon, ground)
    return np.concatenate([out, win, neon], axis=-1)


def test_columns_are_covered_once_and_roof_lines_are_soft() -> None:
    out = _cast(320, 180, 2)
    alpha = out[..., 3]
    assert alpha.max() < 1.0 + 1e-4, "a pixel was painted twice"
    falling = np.diff(alpha, axis=0)
    assert falling.min() > -1.0 - 1e-4
    part = (alpha > 0.02) & (alpha < 0.98)
    assert part.sum() > 0.4 * out.shape[1], "roof lines have no half tones"


def test_far_windows_converge_to_their_mean() -> None:
    """Casting at twice the size and averaging must give the same light: nothing shimmers."""
    small, large = _cast(320, 192, 2), _cast(640, 384, 2)
    h, w = small.shape[:2]
    folded = large[: 2 * h, : 2 * w].reshape(h, 2, w, 2, 10).mean(axis=(1, 3))
    lights = small[..., 4:7].sum(), folded[..., 4:7].sum()
    assert lights[0] == pytest.approx(lights[1], rel=0.15)


def test_floor_lines_keep_their_light_towards_the_horizon() -> None:
    spec = SceneSpec(family="neon_grid", seed=1, width=640, height=360)
    lines, _ = wireframe.floor_grid(spec, 0.5, 0.2, 0.3, 0.03)
    assert lines.min() >= 0.0
    assert lines.max() <= 1.0
    far = lines[2:10]
    assert far.std() < 0.25 * lines[60:].std() + 0.05, "the distance sparkles"
    assert np.abs(np.diff(lines[3:40].mean(axis=1))).max() < 0.6


def test_neon_hides_the_lines_behind_it() -> None:
    spec = SceneSpec(family="neon_grid", seed=1, width=320, height=180)
    back = np.asarray([(50.0, 50.0), (250.0, 50.0), (250.0, 150.0), (50.0, 150.0)])
    front = np.asarray([(100.0, 70.0), (200.0, 70.0), (200.0, 160.0), (100.0, 160.0)])
    _, _, alone = wireframe.draw_faces(spec, [(back, 0.5)], 2.0, (0, 200))
    _, _, both = wireframe.draw_faces(spec, [(back, 0.5), (front, 0.5)], 2.0, (0, 200))
    assert alone[150, 150] > 0.5
    assert both[150, 150] < 0.05
    assert both[70, 150] > 0.5


def test_what_cannot_stand_here_is_named() -> None:
    assert "boat" in forest.paint(spec_of("forest", subject="boat")).not_drawn
    assert "deer" in stage.paint(spec_of("stage", subject="deer")).not_drawn


def test_the_crowd_rises_with_the_bass_and_nearer_rows_rise_more() -> None:
    rows = [x for x in stage.paint(spec_of("stage")).layers if x.name.startswith("crowd")]
    amounts = [r.amount for x in rows for r in x.reactions if r.kind == "rise" and r.band == "low"]
    assert len(amounts) == 4
    assert amounts == sorted(amounts)
