"""Camera paths stay inside the canvas, move smoothly, and do not depend on the frame rate."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from apex_director.cinematography.model import CameraMove, Framing
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


@pytest.mark.parametrize("move", [CameraMove.DOLLY_IN, CameraMove.HANDHELD])
def test_a_path_is_the_same_at_any_frame_rate(move: CameraMove) -> None:
    slow, fast = path_of(move, Framing(), rate=20), path_of(move, Framing(), rate=60)
    # Frame k at 20 fps has its middle at frame 3k + 1 of 60 fps.
    slow_x, fast_x = slow.x - slow.x[-1], fast.x[1::3] - fast.x[-1]
    assert np.allclose(slow_x[2:-2], fast_x[2:-2], atol=0.003)
    assert np.allclose(slow.dolly[2:-2], fast.dolly[1::3][2:-2], atol=0.004)


def blobs() -> Scene:
    """Six soft dots on grey, drawn on a 1.25 times larger canvas."""
    height, width = 450, 800
    y, x = np.mgrid[0:height, 0:width].astype(np.float64)
    light = np.full((height, width), 40.0)
    for cx in (250, 400, 550):
        for cy in (170, 280):
            light += 170 * np.exp(-((x - cx) ** 2 + (y - cy) ** 2) / (2 * 9.0**2))
    rgba = np.repeat(np.round(light)[..., None], 4, axis=2).astype(np.uint8)
    rgba[..., 3] = 255
    layer = Layer(name="blobs", rgba=rgba, parallax=1.0)
    return Scene(family="test", width=640, height=360, overscan=1.25, layers=(layer,))


def tracked(move: CameraMove) -> np.ndarray:
    """Centres of the six dots in every frame [shape=(frames, 6, 2), pixels]."""
    storyboard = board((shot(0, 0, 72, move=move, move_amount=0.6),), 640, 360, reactivity=0.0)
    flat = storyboard.grade.__class__(vignette=0.0, grain=0.0, bloom=0.0)
    storyboard = storyboard.__class__(**{**storyboard.__dict__, "grade": flat})
    sink = Frames(640, 360)
    render_segment(storyboard, plan_segments(storyboard)[0], {"p0": blobs()}, song(10), sink)
    frames = [np.frombuffer(f, np.uint8)[: 640 * 360].reshape(360, 640) for f in sink.kept[:50]]
    return np.array([_centres(frame.astype(np.float64)) for frame in frames])


def _centres(frame: np.ndarray) -> list[tuple[float, float]]:
    y, x = np.mgrid[0:360, 0:640]
    out = []
    for gx in range(3):
        for gy in range(2):
            near = (np.abs(x - (200 + 120 * gx)) < 58) & (np.abs(y - (136 + 88 * gy)) < 42)
            weight = np.where(near, np.maximum(frame - 70.0, 0.0), 0.0)
            out.append(((weight * x).sum() / weight.sum(), (weight * y).sum() / weight.sum()))
    return out


@pytest.mark.parametrize("move", [CameraMove.DOLLY_IN, CameraMove.PAN])
def test_jitter_is_below_a_twentieth_of_a_pixel(move: CameraMove) -> None:
    centres = tracked(move)
    travelled = np.abs(centres[-1] - centres[0]).max()
    jitter = np.diff(centres, n=2, axis=0)
    assert travelled > 4.0
    assert np.sqrt((jitter**2).mean()) < 0.05
