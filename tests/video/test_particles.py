"""Small moving things: pure functions of time, smooth, inside their area, and birds that flap."""

from __future__ import annotations

from typing import get_args

import numpy as np
import pytest
from numpy.typing import NDArray

from apex_director.images.model import Layer, ParticleKind, Particles, Scene
from apex_director.video.flakes import flake_at
from apex_director.video.flock import bird_at, wing_at
from apex_director.video.model import Moment, View
from apex_director.video.particles import KINDS, draw_particles
from apex_director.video.prepare import prepare
from apex_director.video.traffic import car_at

W, H = 320, 180
SEED = np.uint32(7)
LANES = ((0.5, 0.5, 0.2, 1.0, 1.0, 10.0), (0.5, 0.5, 0.8, 1.0, -1.0, 10.0))
FLAKES = [k for k, kind in enumerate(KINDS) if kind in ("bubbles", "leaves", "petals", "embers")]


def scene() -> Scene:
    rgba = np.zeros((H * 5 // 4, W * 5 // 4, 4), np.uint8)
    rgba[..., 3] = 255
    layer = Layer(name="black", rgba=rgba, parallax=0.0)
    return Scene(family="test", width=W, height=H, overscan=1.25, layers=(layer,))


PREPARED = prepare(scene())


def drawn(
    kind: ParticleKind, seconds: float, *, seed: int = 7, shade: int = 0, **more: object
) -> NDArray[np.int64]:
    """One system on a plain frame at rest [h, w, 3]; particles are white, or black on a light
    ground.
    """
    frame = np.full((H, W), 0xFF000000 | shade * 0x010101, np.uint32)
    facts: dict[str, object] = {
        "kind": kind,
        "after": 0,
        "count": 40,
        "color": (0.0,) * 3 if shade else (1.0,) * 3,
        "lines": LANES,
        **more,
    }
    moment = Moment(
        frame=0, seconds=seconds, shot_seconds=0.0, low=0.3, mid=0.3, high=0.3, loudness=0.5,
        beat=0.0, bar=0.0, travel=seconds,
    )  # fmt: skip
    view = View(cx=W * 0.625, cy=H * 0.625, step=1.25, gain=1.0)
    draw_particles(Particles(**facts), view, PREPARED, moment, seed, frame)  # type: ignore[arg-type]
    return frame.view(np.uint8).reshape(H, W, 4)[..., :3].astype(np.int64)


@pytest.mark.parametrize("kind", get_args(ParticleKind))
def test_every_kind_shows_moves_and_depends_on_seed_and_time_alone(kind: ParticleKind) -> None:
    now = drawn(kind, 10.0)
    assert now.max() > 14
    assert (now == drawn(kind, 10.0)).all()
    assert (now != drawn(kind, 10.0, seed=8)).any()
    assert (now != drawn(kind, 10.7)).any()


@pytest.mark.parametrize("kind", get_args(ParticleKind))
def test_a_frame_later_is_almost_the_same_picture(kind: ParticleKind) -> None:
    """A thirtieth of the time makes a much smaller difference: nothing jumps or pops."""
    if kind == "rain":
        pytest.skip("rain falls farther than it is long")
    shade = 200 if kind == "birds" else 0
    base = drawn(kind, 12.0, shade=shade)
    near = np.abs(drawn(kind, 12.0 + 1 / 720, shade=shade) - base).sum()
    far = np.abs(drawn(kind, 12.0 + 1 / 24, shade=shade) - base).sum()
    assert near < 0.5 * far + 40


@pytest.mark.parametrize(
    "kind", ["birds", "bubbles", "leaves", "petals", "embers", "sand", "fireflies"]
)
def test_they_stay_inside_their_area(kind: ParticleKind) -> None:
    area = (0.3, 0.4, 0.7, 0.6)
    shade = 200 if kind in ("birds", "leaves", "petals") else 0
    for seconds in (3.0, 17.3, 41.9):
        picture = drawn(kind, seconds, shade=shade, area=area, size=0.6)
        ys, xs = np.nonzero(np.abs(picture - shade).max(axis=2) > 12)
        assert len(ys) > 0
        # the frame shows the canvas one to one; near particles stand up to 1.35 times as far out
        for place, low, high in ((xs / W, 0.3, 0.7), (ys / H, 0.4, 0.6)):
            assert place.min() > 0.5 - (0.5 - low) * 1.36 - 0.03
            assert place.max() < 0.5 + (high - 0.5) * 1.36 + 0.03


def test_birds_beat_their_wings_and_glide_between() -> None:
    t = np.arange(0.0, 14.0, 1 / 48)
    lifts = np.array([[wing_at(SEED, i, float(s))[:2] for s in t] for i in range(6)])
    swing = lifts[..., 0].max(axis=1) - lifts[..., 0].min(axis=1)
    assert (swing > 0.9).all()
    still = np.abs(np.diff(lifts[..., 0], axis=1)) < 1e-3
    assert (still.mean(axis=1) > 0.08).all(), "no bird ever glides"
    steps = np.abs(np.diff(lifts, axis=1)).max()
    assert steps < 0.35, "a wing jumps"
    beats = np.abs(np.fft.rfft(lifts[:, :, 0] - lifts[:, :, 0].mean(axis=1)[:, None]))
    hertz = np.fft.rfftfreq(len(t), 1 / 48)[beats.argmax(axis=1)]
    assert ((hertz > 1.5) & (hertz < 3.6)).all()


def test_a_flap_changes_the_silhouette() -> None:
    """The same bird seen a third of a beat later is another shape, not the same one moved."""
    rows = []
    for seconds in np.arange(6.0, 8.0, 0.12):
        picture = drawn("birds", float(seconds), shade=200, count=1, size=1.6)
        dark = (200 - picture[..., 0]).clip(0)
        ys, xs = np.nonzero(dark > 60)
        rows.append((ys.max() - ys.min() + 1) / (xs.max() - xs.min() + 1))
    assert max(rows) > 1.5 * min(rows)


def test_birds_fly_on_slow_smooth_curves_inside_their_area() -> None:
    t = np.arange(0.0, 40.0, 1 / 24)
    for i in range(8):
        path = np.array([bird_at(SEED, i, float(s), 1.0) for s in t])
        speed = np.hypot(*np.diff(path[:, :2], axis=0).T) * 24
        assert 0.005 < speed.max() < 0.25
        assert np.abs(np.diff(speed)).max() < 0.02
        assert path[:, :2].min() > 0.02
        assert path[:, :2].max() < 0.98
        assert np.allclose(np.hypot(path[:, 3], path[:, 4]), 1.0)
    left, right = (bird_at(SEED, 0, 3.0, turn) for turn in (-1.0, 1.0))
    assert left[3] != right[3]


def test_cars_keep_their_order_and_do_not_jump() -> None:
    cars = 9
    for ahead in (True, False):
        at = np.array(
            [
                [car_at(SEED, 1, j, cars, float(s), 12.0, ahead) for j in range(cars)]
                for s in np.arange(0, 30, 0.1)
            ]
        )
        assert ((at >= 0) & (at <= 1)).all()
        step = np.diff(at, axis=0)
        wraps = np.abs(step) > 0.5
        assert (step[~wraps] > 0).all() if ahead else (step[~wraps] < 0).all()
        assert np.ptp(step[~wraps]) < 1e-9, "a lane has one speed"
        ring = np.sort(at[0])
        assert np.diff(np.append(ring, ring[0] + 1)).min() > 0.3 / cars


def test_traffic_comes_with_white_and_goes_with_red_lights() -> None:
    picture = drawn("traffic", 5.0, count=24, size=2.0)
    left, right = picture[:, : W // 2].sum(axis=(0, 1)), picture[:, W // 2 :].sum(axis=(0, 1))
    assert left[2] > 0.7 * left[0]
    assert right[2] < 0.4 * right[0]
    assert (picture[: H // 2 - 6] == 0).all(), "lights above the road"


@pytest.mark.parametrize("kind", FLAKES)
def test_flakes_move_without_jumps_but_where_they_have_faded(kind: int) -> None:
    t = np.arange(0.0, 20.0, 1 / 24)
    for i in range(6):
        path = np.array([flake_at(kind, SEED, i, float(s), float(s), 1.0)[:2] for s in t])
        step = np.abs(np.diff(path, axis=0))
        reborn = (step > 0.5).any(axis=1)
        edge = np.minimum(path[:-1], 1 - path[:-1]).min(axis=1)
        assert (edge[reborn] < 0.02).all()
        assert step[~reborn].max() < 0.01
    down = np.array([flake_at(kind, SEED, 2, s, s, 1.0)[1] for s in (5.0, 5.5)])
    rises = KINDS[kind] in ("bubbles", "embers")
    assert (down[1] < down[0]) == rises or abs(down[1] - down[0]) > 0.5


def test_wind_blows_to_its_side() -> None:
    for kind in ("sand", "leaves"):
        code = KINDS.index(kind)  # type: ignore[arg-type]
        there, back = (
            np.mean([flake_at(code, SEED, i, 0.3, 0.3, w)[0] -
                     flake_at(code, SEED, i, 0.0, 0.0, w)[0] for i in range(40)
                     if 0.3 < flake_at(code, SEED, i, 0.0, 0.0, w)[0] < 0.7])
            for w in (2.0, -2.0)
        )  # fmt: skip
        assert there > back
