"""The room: light that falls where it must, layers without gaps, one composition at every size."""

from __future__ import annotations

import math
from dataclasses import replace
from functools import lru_cache
from typing import Any

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from apex_director.images.model import Scene
from apex_director.images.scenes.interior import light as il
from apex_director.images.scenes.interior import rays, shadows, trace
from apex_director.images.scenes.interior.plan import BALLROOM, KINDS, plan_room
from apex_director.images.scenes.interior.rooms import furnish
from apex_director.images.scenes.interior.scene import paint
from apex_director.images.scenes.model import MOODS, SUBJECTS, TIMES, WEATHERS, SceneSpec
from apex_director.images.scenes.palette import palette_for

EVERY = pytest.mark.parametrize("composition", range(KINDS))


def spec_of(**changes: Any) -> SceneSpec:
    base = SceneSpec(family="interior", seed=5, width=160, height=90, time_of_day="golden_hour")
    return replace(base, **changes)


@lru_cache(maxsize=40)
def painted(spec: SceneSpec) -> Scene:
    return paint(spec)


def flat(scene: Scene) -> NDArray[np.float32]:
    """The scene at rest, 0..1."""
    out: NDArray[np.float32] = np.zeros((scene.canvas_height, scene.canvas_width, 3), np.float32)
    for layer in scene.layers:
        code = layer.rgba.astype(np.float32) / np.float32(255)
        if layer.blend == "add":
            out += code[..., :3]
        else:
            out = code[..., :3] + out * (np.float32(1) - code[..., 3:])
    return np.asarray(np.clip(out, 0, 1), np.float32)


@EVERY
def test_layers_are_sound_and_close_the_picture(composition: int) -> None:
    spec = spec_of(composition=composition, subject="couple")
    scene = painted(spec)
    assert (scene.canvas_width, scene.canvas_height) == spec.canvas
    assert (scene.layers[0].rgba[..., 3] == 255).all()
    depths = [layer.parallax for layer in scene.layers if layer.blend == "over"]
    assert depths == sorted(depths)
    assert len(set(depths)) >= 5
    assert len({layer.name for layer in scene.layers}) == len(scene.layers)
    for layer in scene.layers:
        assert layer.rgba.dtype == np.uint8
        assert layer.rgba.flags.c_contiguous
        if layer.blend == "over":
            assert (layer.rgba[..., :3] <= layer.rgba[..., 3:]).all(), layer.name
    assert all(0.1 < v < 0.9 for v in scene.subject)
    assert scene.light is not None
    assert 0 < scene.light.x < 1
    assert any(r.kind == "gain" for layer in scene.layers for r in layer.reactions)


@EVERY
def test_no_gap_opens_between_wall_and_room_when_the_camera_moves(composition: int) -> None:
    scene = painted(spec_of(composition=composition, subject="couple"))
    sheets = {layer.name: layer.rgba[..., 3] / 255.0 for layer in scene.layers}
    step = max(1, round(0.02 * min(scene.canvas_width, scene.canvas_height)))
    inner = np.s_[2 * step : -2 * step, 2 * step : -2 * step]

    def seen(dx: int, dy: int) -> float:
        """Share of the picture in which the view outside shows."""
        room = np.roll(sheets["room"], (dy, dx), (0, 1))
        return float(((1 - sheets["wall"]) * (1 - room))[inner].mean())

    still = seen(0, 0)
    for move in ((step, 0), (-step, 0), (0, step), (0, -step)):
        assert seen(*move) < still * 1.25 + 0.003


@EVERY
def test_same_spec_same_bytes_and_other_seed_other_room(composition: int) -> None:
    spec = spec_of(composition=composition, width=96, height=54)
    one, two = paint(spec), paint(spec)
    for a, b in zip(one.layers, two.layers, strict=True):
        assert np.array_equal(a.rgba, b.rgba), a.name
    other = flat(paint(replace(spec, seed=6)))
    assert np.abs(flat(one) - other).mean() > 0.02


def test_compositions_are_different_pictures() -> None:
    small = [cv2.resize(flat(painted(spec_of(composition=c))), (48, 27)) for c in range(KINDS)]
    for i in range(KINDS):
        for j in range(i):
            assert np.abs(small[i] - small[j]).mean() > 0.03
    assert np.array_equal(flat(paint(spec_of(composition=KINDS))), flat(painted(spec_of())))


@pytest.mark.parametrize("size", [(90, 160), (120, 120), (96, 120), (210, 90)])
@EVERY
def test_every_aspect_is_composed(composition: int, size: tuple[int, int]) -> None:
    scene = paint(spec_of(composition=composition, width=size[0], height=size[1], subject="walker"))
    picture = flat(scene)
    assert picture.std() > 0.06
    assert picture.max() > 0.5
    assert (picture.max(axis=-1) < 0.02).mean() < 0.2
    assert all(0.1 < v < 0.9 for v in scene.subject)


def test_one_composition_at_every_resolution() -> None:
    for composition in range(KINDS):
        large = flat(paint(spec_of(composition=composition, width=320, height=180)))
        small = flat(painted(spec_of(composition=composition)))
        a, b = (cv2.resize(p, (40, 22), interpolation=cv2.INTER_AREA) for p in (large, small))
        assert np.abs(a - b).mean() < 0.03


def test_every_word_of_the_vocabulary_can_be_painted() -> None:
    for n in range(12):
        spec = spec_of(
            seed=n,
            width=80,
            height=46,
            composition=n,
            time_of_day=TIMES[n % len(TIMES)],
            weather=WEATHERS[(n + n // 6) % len(WEATHERS)],
            mood=MOODS[n % len(MOODS)],
            subject=SUBJECTS[n % len(SUBJECTS)],
        )
        scene = paint(spec)
        assert np.isfinite(flat(scene)).all()
        strange = spec.subject in ("boat", "car", "birds", "deer", "balloon")
        assert (spec.subject in scene.not_drawn) == strange


def test_hour_and_weather_show() -> None:
    day = painted(spec_of(time_of_day="day"))
    night = painted(spec_of(time_of_day="night"))
    assert day.layers[0].rgba.mean() > 1.5 * night.layers[0].rgba.mean(), "the view"
    assert flat(day).mean() > 1.1 * flat(night).mean()
    moved = {layer.name: layer for layer in night.layers}
    assert any(r.kind == "breathe" for r in moved["room light"].reactions), "the lamp breathes"
    lit = {layer.name: layer for layer in day.layers}["room light"]
    assert any(r.band == "loudness" for r in lit.reactions), "the sun follows the song"
    for weather in ("rain", "snow"):
        falling = [p for p in painted(spec_of(weather=weather)).particles if p.kind == weather]
        assert [p.after for p in falling] == [0], "it falls outside, behind the wall"


def test_a_songs_palette_is_obeyed() -> None:
    def mean(*palette: str) -> NDArray[np.float32]:
        picture = flat(paint(spec_of(palette=palette)))
        return np.asarray(picture.reshape(-1, 3).mean(axis=0), np.float32)

    red = mean("#140304", "#5a0f12", "#c03028", "#ffb090")
    green = mean("#03140a", "#0f5a2a", "#28c060", "#b0ffd0")
    assert red[0] - red[1] > green[0] - green[1] + 0.08


def test_someone_stands_in_the_room() -> None:
    empty = flat(painted(spec_of(composition=0)))
    for subject in ("walker", "couple", "dancer", "band"):
        other = flat(paint(spec_of(composition=0, subject=subject)))
        assert (np.abs(empty - other).max(axis=-1) > 0.1).mean() > 0.004, subject


def _one_window() -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """A bare room with one window of 2 x 2 m whose sun falls straight towards the viewer."""
    room = plan_room(spec_of(), palette_for(spec_of())).table.copy()
    room[il.XL], room[il.XR], room[il.HIGH], room[il.DEEP], room[il.THICK] = -5, 5, 4, 8, 0.0
    win = np.zeros((1, il.WINDOW_SIZE))
    win[0, [il.U0, il.U1, il.V0, il.V1]] = (-1, 1, 1, 3)
    win[0, [il.COLS, il.ROWS, il.SHEER, il.SHINE]] = 1
    sun = np.zeros(il.SUN_SIZE)
    sun[il.SY], sun[il.SZ], sun[il.SIZE] = math.sin(math.pi / 4), math.cos(math.pi / 4), 0.02
    return room, win, sun


def test_the_pool_of_light_lies_where_geometry_wants_it() -> None:
    room, win, sun = _one_window()
    along = [il.sun_through(0.0, 0.0, z, room, win, sun) for z in (7.6, 6.0, 4.4)]
    assert along == [0.0, pytest.approx(1.0), 0.0]  # 45 degrees: from 5 to 7 metres
    across = [il.sun_through(x, 0.0, 6.0, room, win, sun) for x in (-1.2, 0.0, 1.2)]
    assert across == [0.0, pytest.approx(1.0), 0.0]
    win[0, il.COLS], win[0, il.BAR] = 2, 0.2
    assert il.sun_through(0.0, 0.0, 6.0, room, win, sun) < 0.2, "the bar's shadow"


def test_penumbra_grows_with_distance() -> None:
    room, win, sun = _one_window()

    def wide(drop: float) -> int:
        """Samples in half light across the pool's edge, ``drop`` metres below the window."""
        xs = np.linspace(0.7, 1.3, 601)
        z = 8.0 - drop
        lit = np.array([il.sun_through(x, 2.0 - drop, z, room, win, sun) for x in xs])
        return int(((lit > 0.02) & (lit < 0.98)).sum())

    assert wide(3.0) > 2.5 * wide(1.0)


def test_panes_integrate_exactly() -> None:
    at = np.linspace(-1.0, 1.0, 4001)
    share = np.mean([il.panes(u, -1.0, 1.0, 4, 0.1, 1e-3) for u in at])
    assert share == pytest.approx(1.0 - 4 * 0.1 / 2.0, abs=0.005)
    assert il.panes(0.0, -1.0, 1.0, 4, 0.1, 2.0) == pytest.approx(0.8, abs=1e-6)


@EVERY
def test_a_ray_meets_in_its_square_what_it_meets_in_the_whole_room(composition: int) -> None:
    spec = spec_of(composition=composition)
    pal = palette_for(spec)
    room = plan_room(spec, pal)
    prims, objs, corners, _ = furnish(spec, pal, room).store.tables()
    width, height = spec.canvas
    rows, cols = -(-height // rays.TILE), -(-width // rays.TILE)
    melts = rays.melts_of(objs, prims)
    begin, met = rays.squares_of(0, len(objs), room.table, prims, objs, melts, rows, cols)
    everything = np.arange(len(prims), dtype=np.int32)
    owner = np.zeros(len(prims) + 1, np.int64)
    for k, row in enumerate(objs):
        owner[int(row[0]) : int(row[1])] = k
    tables = np.zeros(len(prims) + 1, np.int32), prims, objs, corners
    pixel, eye = 1.0 / room.get(il.FOCAL), room.get(il.EYE)
    wide = trace.AROUND * pixel, 2.0 * trace.BLOCK * pixel * float(objs[:, 7].max()), 0.0

    def way(x: float, y: float) -> tuple[float, float, float, float]:
        ray = np.array([(x - room.get(il.VX)) * pixel, (room.get(il.VY) - y) * pixel, 1.0])
        dx, dy, dz = ray / np.linalg.norm(ray)
        return dx, dy, dz, eye

    hits = strays = empty = 0
    for y, x in np.random.default_rng(3).uniform((0, 0), (height, width), (1500, 2)):
        square = int(y) // rays.TILE * cols + int(x) // rays.TILE
        mine = begin[square], begin[square + 1], met, owner, melts
        block = (x // trace.BLOCK + 0.5) * trace.BLOCK, (y // trace.BLOCK + 0.5) * trace.BLOCK
        far, wanted, _, _ = rays.follow(
            *way(x, y), 0, len(prims), everything, owner, melts, pixel, trace.GROW, 0.0, *tables
        )
        _, around, _, start = rays.follow(*way(*block), *mine, *wide, *tables)
        if around < 0:
            empty += 1
            strays += wanted >= 0
            continue
        t, which, _, _ = rays.follow(*way(x, y), *mine, pixel, trace.GROW, start, *tables)
        strays += which != wanted or abs(t - far) > pixel * far
        hits += which >= 0
    assert hits > 20
    assert empty > 200
    assert strays <= 2  # those that graze an edge


@pytest.mark.parametrize("size", [(1920, 1080), (960, 540), (480, 270)])
def test_floor_shadows_are_those_of_every_pixel(size: tuple[int, int]) -> None:
    spec = spec_of(composition=BALLROOM, width=size[0], height=size[1])
    room = plan_room(spec, palette_for(spec))
    prims, objs, corners, _ = furnish(spec, palette_for(spec), room).store.tables()
    width, height = spec.canvas
    apart, every = shadows.pitch(room.table), max(1, size[0] // 320)
    errors: list[float] = []
    for mirror in (False, True):
        ways = np.full((height // apart + 2, width // apart + 2), -1.0, np.float32)
        rest = room.table, room.sun, prims, objs, corners
        for row in range(round(height * 0.7), height, every):
            for column in range(0, width, every):
                exact = shadows.way_from(row, column, mirror, *rest)
                errors.append(abs(exact - shadows.way(row, column, mirror, ways, *rest)))
    assert np.count_nonzero(np.asarray(errors) > 0.1) <= 5
    assert float(np.mean(errors)) < 0.002
