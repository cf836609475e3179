"""Camera paths stay inside the canvas, move smoothly, and do not depend on the frame rate."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apex_director.cinematography.model import CameraMove, Framing, Grade
from apex_director.core.timeline import Span
from apex_director.images.model import Layer, Scene
from apex_director.video import plan_segments, render_segment
from apex_director.video.camera import aimed, camera_path, layer_view
from apex_director.video.curves import curves
from apex_director.video.model import CameraPath

from .pictures import Frames, board, shot, song

DEPTHS = (0.0, 0.3, 1.0, 1.6)


def path_of(move: CameraMove, framing: Framing, seconds: float = 4.0, rate: int = 24) -> CameraPath:
    frames = round(seconds * rate)
    heard = curves(song(10.0), 0, frames, Fraction(rate))
    made = shot(0, 0, frames, move=move, framing=framing)
    return camera_path(made, Span(start=0, end=frames), heard, Fraction(rate), DEPTHS)


@pytest.mark.parametrize("move", list(CameraMove))
@pytest.mark.parametrize(
    "framing", [Framing(), Framing(x=0.0, y=1.0, scale=1.05), Framing(scale=2.0)]
)
def test_no_layer_ever_shows_its_border(move: CameraMove, framing: Framing) -> None:
    path = path_of(move, framing)
    for row in range(len(path.zoom)):
        for depth in DEPTHS:
            zoom, x, y = layer_view(path, row, depth)
            assert 0.5 / zoom <= x <= 1 - 0.5 / zoom
            assert 0.5 / zoom <= y <= 1 - 0.5 / zoom


@pytest.mark.parametrize("move", [m for m in CameraMove if m is not CameraMove.STATIC])
def test_every_move_moves(move: CameraMove) -> None:
    path = path_of(move, Framing())
    first, last = layer_view(path, 4, 1.0), layer_view(path, len(path.zoom) - 5, 1.0)
    near = [abs(a - b) for a, b in zip(first, last, strict=True)]
    if move in (CameraMove.DOLLY_ZOOM, CameraMove.ORBIT):
        # The plane of interest holds still; what is far behind it moves.
        first, last = layer_view(path, 4, 0.0), layer_view(path, len(path.zoom) - 5, 0.0)
        near = [abs(a - b) for a, b in zip(first, last, strict=True)]
    assert max(near) > 0.004


def test_framing_is_kept_where_there_is_room() -> None:
    path = path_of(CameraMove.DOLLY_IN, Framing(x=0.42, y=0.55, scale=1.6))
    assert np.allclose(path.x, 0.42, atol=0.002)
    assert np.allclose(path.y, 0.55, atol=0.002)
    assert 1.55 < path.zoom[0] < 1.75


@pytest.mark.parametrize("where", [(0.5, 0.5), (0.22, 0.82), (0.78, 0.6), (0.3, 0.3)])
@pytest.mark.parametrize("scale", [1.4, 1.57, 1.76, 1.98])
def test_a_close_framing_that_aims_shows_what_the_picture_is_about(
    where: tuple[float, float], scale: float
) -> None:
    frames = 96
    heard = curves(song(10.0), 0, frames, Fraction(24))
    for lean in (0.4, 0.6):
        framing = Framing(x=lean, y=0.53, scale=scale, aim=1.0)
        made = shot(0, 0, frames, move=CameraMove.DOLLY_IN, framing=framing)
        path = camera_path(
            made, Span(start=0, end=frames), heard, Fraction(24), DEPTHS, subject=where
        )
        for row in (0, frames // 2, frames - 1):
            zoom, x, y = layer_view(path, row, 0.5)
            assert abs(where[0] - x) < 0.45 / zoom
            assert abs(where[1] - y) < 0.45 / zoom


def test_a_framing_that_does_not_aim_stays_where_it_was_put() -> None:
    framing = Framing(x=0.42, y=0.55, scale=1.6)
    assert aimed(framing, (0.9, 0.1)) == (0.42, 0.55)


RATES = (
    Fraction(24),
    Fraction(25),
    Fraction(24000, 1001),
    Fraction(30000, 1001),
    Fraction(60),
)
NAMES = ("zoom", "x", "y", "dolly", "tx", "ty")


def at_rate(move: CameraMove, rate: Fraction, seconds: float = 5.0) -> CameraPath:
    frames = round(seconds * rate)
    heard = curves(song(10.0), 0, frames, rate)
    made = shot(0, 0, frames, move=move, framing=Framing(scale=1.3))
    return camera_path(made, Span(start=0, end=frames), heard, rate, DEPTHS, native=1.25)


@pytest.mark.parametrize("move", list(CameraMove))
def test_a_path_is_the_same_at_any_frame_rate(move: CameraMove) -> None:
    """Each rate's frames lie on one path, sampled at their own times; beat and unrest included."""
    fine = at_rate(move, Fraction(600))
    fine_s = (np.arange(len(fine.zoom)) + 0.5) / 600
    for rate in RATES:
        path = at_rate(move, rate)
        frames = len(path.zoom)
        seconds = (np.arange(frames) + 0.5) / float(rate)
        # Whole frames make a shot up to a thousandth longer or shorter.
        near = 2e-5 if rate.denominator == 1 else 3e-4
        for name in NAMES:
            wanted = np.interp(seconds, fine_s, getattr(fine, name))
            assert np.abs(getattr(path, name) - wanted)[1:-1].max() < near, (rate, name)


@pytest.mark.parametrize("move", list(CameraMove))
def test_a_move_is_eased(move: CameraMove) -> None:
    """It has no corner: speed changes by small steps; it is slower at its ends than half-way."""
    made = shot(0, 0, 240, move=move)
    even = curves(song(10.0), 0, 240, Fraction(60))
    even = replace(even, travel=np.arange(240) / 60, kick=np.zeros(240, np.float32))
    path = camera_path(made, Span(start=0, end=240), even, Fraction(60), DEPTHS)
    for name in NAMES:
        speed = np.diff(getattr(path, name))
        if np.abs(speed).max() < 1e-7:
            continue
        turns = speed.min() < 0 < speed.max()
        jerks = np.abs(np.diff(speed)) / np.abs(speed).max()
        assert jerks.max() < 0.14, name
        if not turns and move is not CameraMove.WHIP_PAN:
            middle = np.abs(speed[60:180]).mean()
            assert min(abs(speed[0]), abs(speed[-1])) < 0.8 * middle


def test_a_hand_trembles_slowly() -> None:
    """A hand-held camera's unrest lies between 0.15 and 2 Hz: nothing of it is a shake."""
    frames, rate = 1200, Fraction(24)
    heard = curves(song(50.0), 0, frames, rate)
    made = shot(0, 0, frames, move=CameraMove.HANDHELD)
    path = camera_path(made, Span(start=0, end=frames), heard, rate, DEPTHS)
    for unrest in (path.x, path.y):
        power = np.abs(np.fft.rfft((unrest - unrest.mean()) * np.hanning(frames))) ** 2
        hertz = np.fft.rfftfreq(frames, 1 / 24)
        assert power[hertz > 2.0].sum() < 1e-4 * power.sum()
        assert power[hertz < 0.12].sum() < 0.05 * power.sum()
        assert unrest.std() > 0.001


@pytest.mark.parametrize("scale", [1.0, 1.3, 1.76])
@pytest.mark.parametrize("sign", [1, -1])
def test_a_dolly_zoom_keeps_the_subjects_size(scale: float, sign: int) -> None:
    heard = curves(song(10.0), 0, 96, Fraction(24))
    made = shot(
        0, 0, 96, move=CameraMove.DOLLY_ZOOM, framing=Framing(scale=scale), move_direction=sign
    )
    path = camera_path(made, Span(start=0, end=96), heard, Fraction(24), DEPTHS, 0.0)
    size = path.zoom * path.dolly
    assert size.max() / size.min() < 1.01
    far = path.zoom
    assert far.max() / far.min() > 1.06


def test_an_orbit_moves_near_and_far_against_each_other() -> None:
    path = path_of(CameraMove.ORBIT, Framing(scale=1.2))
    ways = []
    for depth in (0.0, 1.0, 1.6):
        first, last = layer_view(path, 0, depth)[1], layer_view(path, len(path.zoom) - 1, depth)[1]
        ways.append(last - first)
    assert ways[0] * ways[2] < 0
    assert abs(ways[1]) < 0.2 * min(abs(ways[0]), abs(ways[2]))


@pytest.mark.parametrize("scale", [1.2, 1.25, 1.3])
@pytest.mark.parametrize("move", [CameraMove.PAN, CameraMove.STATIC, CameraMove.TRUCK])
def test_a_camera_does_not_dwell_where_pixels_meet_pixels(move: CameraMove, scale: float) -> None:
    heard = curves(song(10.0), 0, 96, Fraction(24))
    made = shot(0, 0, 96, move=move, framing=Framing(scale=scale))
    span = Span(start=0, end=96)
    path = camera_path(made, span, heard, Fraction(24), DEPTHS, 0.0, native=1.25)
    assert np.abs(path.zoom / 1.25 - 1.0).min() > 0.01
    assert np.abs(path.zoom / scale - 1.0).max() < 0.10


@settings(max_examples=60, deadline=None)
@given(
    move=st.sampled_from(list(CameraMove)),
    framing=st.builds(
        Framing,
        x=st.floats(0, 1),
        y=st.floats(0, 1),
        scale=st.floats(1.0, 2.4),
        aim=st.floats(0, 1),
    ),
    depths=st.lists(st.floats(0.0, 4.0), min_size=1, max_size=4),
    subject=st.tuples(st.floats(0, 1), st.floats(0, 1)),
    seconds=st.floats(0.1, 30.0),
    amount=st.floats(0, 1),
    sign=st.sampled_from([1, -1]),
)
def test_no_border_shows_whatever_is_asked(
    move: CameraMove,
    framing: Framing,
    depths: list[float],
    subject: tuple[float, float],
    seconds: float,
    amount: float,
    sign: int,
) -> None:
    frames = max(1, round(24 * seconds))
    heard = curves(_SONG, 0, frames, Fraction(24))
    made = shot(0, 0, frames, move=move, framing=framing, move_amount=amount, move_direction=sign)
    span = Span(start=0, end=frames)
    path = camera_path(made, span, heard, Fraction(24), depths, 2.0, subject, 1.25)
    for row in {0, frames // 3, frames // 2, frames - 1}:
        for depth in depths:
            zoom, x, y = layer_view(path, row, depth)
            assert 0.5 / zoom <= x <= 1 - 0.5 / zoom
            assert 0.5 / zoom <= y <= 1 - 0.5 / zoom


_SONG = song(31.0)


def test_a_whip_pans_frames_are_smeared_along_its_way_only() -> None:
    noise = np.random.Generator(np.random.PCG64(2)).integers(0, 255, (226, 400), dtype=np.uint8)
    rgba = np.repeat(noise[..., None], 4, axis=2)
    rgba[..., 3] = 255
    layer = Layer(name="noise", rgba=rgba, parallax=1.0)
    scene = Scene(family="test", width=320, height=180, overscan=1.25, layers=(layer,))
    plain = Grade(vignette=0.0, grain=0.0, bloom=0.0)
    storyboard = board((shot(0, 0, 30, move=CameraMove.WHIP_PAN),), grade=plain, reactivity=0.0)
    sink = Frames(320, 180)
    render_segment(storyboard, plan_segments(storyboard)[0], {"p0": scene}, song(8), sink)

    def edges(number: int, axis: int) -> float:
        luma = np.frombuffer(sink.kept[number], np.uint8)[: 320 * 180].reshape(180, 320)
        return float(np.abs(np.diff(luma.astype(float), axis=axis)).mean())

    assert edges(0, 1) < 0.35 * edges(0, 0)  # at full speed
    assert edges(18, 1) > 0.8 * edges(18, 0)  # at rest
