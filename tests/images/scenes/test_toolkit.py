"""The scene toolkit: noise, palettes, skies, silhouettes, finishing."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apex_director.images.scenes import conifers, finish, noise, palette, shapes, sky
from apex_director.images.scenes.model import MOODS, TIMES, WEATHERS, SceneSpec


def spec(**changes: object) -> SceneSpec:
    facts: dict[str, object] = {"family": "alpine", "seed": 3, "width": 320, "height": 180}
    return SceneSpec(**{**facts, **changes})  # type: ignore[arg-type]


def longest_plateau(rgb: np.ndarray) -> int:
    """Longest run of equal pixels along any row or column."""
    longest = 0
    for picture in (rgb, rgb.transpose(1, 0, 2)):
        same = (picture[:, 1:] == picture[:, :-1]).all(axis=2)
        run = np.zeros(same.shape[0], int)
        for column in same.T:
            run = (run + 1) * column
            longest = max(longest, int(run.max()))
    return longest + 1


# --- noise ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", [noise.fbm, noise.ridged])
def test_noise_fills_its_range_and_depends_on_the_seed(kind) -> None:  # type: ignore[no-untyped-def]
    y, x = np.mgrid[0:200, 0:200].astype(np.float32) * np.float32(0.07)
    a, b = kind(x, y, 5, 5), kind(x, y, 6, 5)
    assert a.dtype == np.float32
    assert np.array_equal(a, kind(x, y, 5, 5))
    assert -1.6 < a.min() < -0.4
    assert 0.3 < a.max() < 1.6
    assert abs(np.corrcoef(a.ravel(), b.ravel())[0, 1]) < 0.2


@given(st.integers(0, 2**63 - 1), st.integers(-(2**40), 2**40), st.integers(-(2**40), 2**40))
@settings(max_examples=60, deadline=None)
def test_hash_stays_in_unit_range_for_any_cell_and_seed(seed: int, ix: int, iy: int) -> None:
    value = noise.hash01(ix, iy, seed)
    assert 0.0 <= value < 1.0


def test_hash_is_uniform() -> None:
    values = np.array([noise.hash01(i % 64, i // 64, 9) for i in range(4096)])
    counts, _ = np.histogram(values, 16, (0, 1))
    assert counts.min() > 256 * 0.75
    assert counts.max() < 256 * 1.25


def test_noise_gradient_matches_differences() -> None:
    step = 1e-2
    for x, y in ((0.3, 0.7), (5.42, -3.31), (-12.9, 8.05)):
        value, dx, dy = noise.noise_grad_at(np.float32(x), np.float32(y), 4)
        assert value == pytest.approx(noise.value_at(np.float32(x), np.float32(y), 4), abs=1e-5)
        right = noise.value_at(np.float32(x + step), np.float32(y), 4)
        left = noise.value_at(np.float32(x - step), np.float32(y), 4)
        assert dx == pytest.approx((right - left) / (2 * step), abs=0.01)
        up = noise.value_at(np.float32(x), np.float32(y + step), 4)
        down = noise.value_at(np.float32(x), np.float32(y - step), 4)
        assert dy == pytest.approx((up - down) / (2 * step), abs=0.01)


# --- palette -------------------------------------------------------------------------------------


@given(st.lists(st.floats(0, 2, width=32), min_size=3, max_size=3))
@settings(max_examples=50, deadline=None)
def test_oklab_and_back(rgb: list[float]) -> None:
    colour = np.array(rgb, np.float32)
    assert np.allclose(palette.from_oklab(palette.oklab(colour)), colour, atol=2e-3)


def test_each_hour_has_a_look_of_its_own_and_night_is_darkest() -> None:
    light = {}
    for hour in TIMES:
        pal = palette.palette_for(spec(time_of_day=hour))
        light[hour] = float(np.mean([palette.luminance(c) for c in pal.sky]))
    assert len({round(v, 4) for v in light.values()}) == len(TIMES)
    assert min(light, key=light.__getitem__) == "night"
    assert max(light, key=light.__getitem__) in ("day", "dawn")


def test_weather_takes_colour_and_mood_moves_light() -> None:
    def chroma(pal: palette.ScenePalette) -> float:
        return float(np.mean([np.hypot(*palette.oklab(c)[1:]) for c in pal.sky]))

    clear = palette.palette_for(spec(time_of_day="sunset"))
    assert all(
        chroma(palette.palette_for(spec(time_of_day="sunset", weather=w))) < chroma(clear)
        for w in WEATHERS[1:]
    )
    by_mood = [palette.palette_for(spec(mood=m)).sky[3] for m in MOODS]
    assert len({tuple(np.round(c, 4)) for c in by_mood}) == len(MOODS)


def test_own_palette_runs_from_dark_zenith_to_light_horizon() -> None:
    pal = palette.palette_for(spec(palette=("#f6c177", "#191724", "#eb6f92", "#31748f")))
    light = [float(palette.luminance(c)) for c in pal.sky]
    assert light == sorted(light)
    assert light[-1] > 4 * light[0]


# --- finishing -----------------------------------------------------------------------------------


@pytest.mark.parametrize("hour", TIMES)
@pytest.mark.parametrize("size", [(640, 360), (360, 640)])
def test_a_sky_has_no_flat_plateau(hour: str, size: tuple[int, int]) -> None:
    s = spec(time_of_day=hour, width=size[0], height=size[1])
    pal = palette.palette_for(s)
    layer = finish.to_layer("sky", sky.paint_sky(s, pal, 0.6, None), 0.0)
    assert longest_plateau(layer.rgba[: int(0.6 * s.canvas[1]), :, :3]) <= 32


def test_dither_keeps_the_mean() -> None:
    flat = np.full((128, 256, 3), palette.linear_from_hex("#406080"), np.float32)
    layer = finish.to_layer("flat", flat, 0.0)
    wanted = finish.srgb(finish.tone(flat))[0, 0] * 255
    assert np.allclose(layer.rgba[..., :3].reshape(-1, 3).mean(axis=0), wanted, atol=0.05)


def test_layers_are_premultiplied_and_the_input_is_untouched() -> None:
    rng = np.random.default_rng(1)
    alpha = rng.random((90, 160, 1), np.float32)
    alpha[:20] = 0
    light = np.concatenate([alpha * rng.random((90, 160, 3), np.float32) * 3, alpha], axis=-1)
    before = light.copy()
    rgba = finish.to_layer("x", light, 0.5).rgba
    assert np.array_equal(light, before)
    assert (rgba[..., :3] <= rgba[..., 3:]).all()
    assert not rgba[:15].any()


def test_kernel_agrees_with_the_tone_curve() -> None:
    ramp = np.geomspace(1e-3, 8, 256, dtype=np.float32)[None, :, None] * np.ones(3, np.float32)
    layer = finish.to_layer("ramp", np.repeat(ramp, 32, axis=0), 0.0)
    wanted = finish.srgb(finish.tone(ramp))[0] * 255
    assert np.abs(layer.rgba[8:24, :, :3].mean(axis=0) - wanted)[4:-4].max() < 1.6
    assert wanted[-1, 0] > 250
    assert (np.diff(wanted[:, 0]) >= 0).all()


# --- shapes --------------------------------------------------------------------------------------


def test_fill_covers_the_exact_area() -> None:
    triangle = np.array([[10.3, 5.2], [90.7, 40.1], [20.9, 110.6]])
    (ax, ay), (bx, by), (cx, cy) = triangle
    area = abs((bx - ax) * (cy - ay) - (cx - ax) * (by - ay)) / 2
    assert shapes.fill(128, 128, [triangle]).sum() == pytest.approx(area, rel=0.015)


def test_a_shallow_edge_has_no_staircase() -> None:
    cover = shapes.fill(40, 400, [np.array([[0, 10], [400, 24], [400, 40], [0, 40]])])
    edge = cover.sum(axis=0)
    slope = np.diff(edge)
    assert slope.max() < 0.3
    assert slope.min() > -0.3


def test_a_ridge_is_exact_to_a_fraction_of_a_row() -> None:
    line = np.linspace(10.0, 14.0, 200, dtype=np.float32)
    assert np.allclose(shapes.ridge(line, 32).sum(axis=0), 32 - line, atol=0.02)


def test_strokes_taper() -> None:
    path = np.stack([np.linspace(10, 190, 20), np.full(20, 30.0)], axis=1)
    cover = shapes.strokes(60, 200, [(path, 12.0, 2.0)])
    widths = cover.sum(axis=0)
    assert widths[15] > 10
    assert widths[185] < 3.5


def test_a_tree_stands_where_it_was_planted() -> None:
    tree = conifers.Tree(x=150.0, y=280.0, height=240.0, seed=5)
    cover, lit = conifers.stand(300, 300, [tree], 1.0)
    rows = np.flatnonzero(cover.max(axis=1) > 0.5)
    assert abs(rows[0] - 40) < 14
    assert abs(rows[-1] - 281) < 4
    across = (cover.sum(axis=0) * np.arange(300)).sum() / cover.sum()
    assert abs(across - 150) < 8
    assert (lit <= cover + 1e-6).all()
    half = (cover > 0.05) & (cover < 0.95)
    assert half.sum() > 0.5 * rows.size  # its outline is soft everywhere


# --- sky -----------------------------------------------------------------------------------------


def test_moon_has_seas_and_the_sun_is_hdr() -> None:
    s = spec(width=640, height=360, time_of_day="night")
    pal = palette.palette_for(s)
    moon = sky.paint_disc(s, pal, 0.5, 0.5, 0.1, True)
    inside = moon[..., :3][moon[..., 3] >= 1.0]
    assert inside.std() > 0.05
    assert ((moon[..., 3] > 0.02) & (moon[..., 3] < 0.98)).sum() > 100
    sun = sky.paint_disc(spec(time_of_day="day"), pal, 0.5, 0.5, 0.1, False)
    assert sun[..., :3].max() > 2.0


def test_stars_fade_to_the_horizon_and_clouds_grow_with_their_amount() -> None:
    s = spec(width=640, height=360, time_of_day="night")
    pal = palette.palette_for(s)
    stars = sky.paint_stars(s, 0.7, 1.0)
    h = s.canvas[1]
    assert stars[: h // 3].mean() > 3 * stars[int(0.6 * h) : int(0.7 * h)].mean()
    assert not stars[int(0.72 * h) :].max() > 0.02
    cover = [sky.paint_clouds(s, pal, 0.7, (0.3, 0.4), a)[..., 3].mean() for a in (0.1, 0.5, 0.9)]
    assert cover[0] < cover[1] < cover[2]
