"""The camera is smooth in the pixels: dots tracked through real frames follow the ideal path.

Every move is filmed through the compositor and the last pass. The dots' centroids may leave the
path the camera was given by a second difference of a twentieth of a pixel RMS at most, and fine
texture may not breathe by more than one hundredth. A zoom by whole-pixel crops fails both ways of
moving that are not ours.
"""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from apex_director.cinematography.model import CameraMove, Framing, Grade, Storyboard
from apex_director.core.timeline import Span
from apex_director.images.model import Layer, Scene
from apex_director.video import plan_segments, render_segment
from apex_director.video.camera import camera_path, layer_view
from apex_director.video.curves import curves
from apex_director.video.model import CameraPath

from .pictures import Frames, board, shot, song

W, H = 960, 540
CW, CH = 1200, 676
FRAMES, SHOWN = 36, 24
FLAT = Grade(vignette=0.0, grain=0.0, bloom=0.0)
JITTER_PX = 0.05  # RMS of the second difference against the ideal path
FLICKER = 0.01  # of sharpness, about its own slow course
DEPTH = 0.6  # parallax of the dots, so that a dolly zoom moves them too
SIGMA = 11.0  # of a dot, in canvas pixels
DOTS = [(x, y) for x in (330, 480, 620, 760, 880) for y in (250, 420)]


@cache
def dots() -> Scene:
    """Ten soft dots on grey and a patch of fine texture, on a 1.25 times larger canvas."""
    y, x = np.mgrid[0:CH, 0:CW].astype(np.float64)
    light = np.full((CH, CW), 40.0)
    for cx, cy in DOTS:
        near = (slice(cy - 60, cy + 60), slice(cx - 60, cx + 60))
        light[near] += 170 * np.exp(
            -((x[near] + 0.5 - cx) ** 2 + (y[near] + 0.5 - cy) ** 2) / (2 * SIGMA**2)
        )
    noise = np.random.Generator(np.random.PCG64(3)).uniform(40.0, 200.0, (90, 900))
    light[500:590, 150:1050] = noise
    rgba = np.repeat(np.round(light)[..., None], 4, axis=2).astype(np.uint8)
    rgba[..., 3] = 255
    layer = Layer(name="dots", rgba=rgba, parallax=DEPTH)
    return Scene(family="test", width=W, height=H, overscan=1.25, layers=(layer,))


def storyboard(move: CameraMove, framing: Framing) -> Storyboard:
    made = shot(0, 0, FRAMES, move=move, move_amount=0.8, framing=framing)
    return board((made,), W, H, reactivity=0.0, grade=FLAT)


def filmed(move: CameraMove, framing: Framing) -> np.ndarray:
    """Luma of the first frames of a shot [float32, shape=(frames, H, W)]."""
    plan, sink = storyboard(move, framing), Frames(W, H)
    sink.write = lambda: sink.kept.append(sink._y.tobytes())  # type: ignore[method-assign]
    segment = plan_segments(plan)[0]
    render_segment(plan, segment, {"p0": dots()}, song(10), sink)
    kept = [np.frombuffer(f, np.uint8).reshape(H, W) for f in sink.kept[:SHOWN]]
    return np.stack(kept).astype(np.float32)


def ideal(move: CameraMove, framing: Framing) -> CameraPath:
    plan = storyboard(move, framing)
    heard = curves(song(10), 0, FRAMES, plan.format.rate)
    span = Span(start=0, end=FRAMES)
    return camera_path(plan.shots[0], span, heard, plan.format.rate, (DEPTH,), 0.0, native=CW / W)


def on_screen(path: CameraPath, frame: int) -> np.ndarray:
    """Where the dots should stand [shape=(dots, 2), pixels]."""
    zoom, cx, cy = layer_view(path, frame, DEPTH)
    step = min(CW / W, CH / H) / zoom
    at = np.asarray(DOTS, dtype=np.float64)
    return np.stack(
        [0.5 * W + (at[:, 0] - cx * CW) / step, 0.5 * H + (at[:, 1] - cy * CH) / step], axis=1
    )


def tracked(frame: np.ndarray, near: np.ndarray) -> np.ndarray:
    """Centroids of the dots about where they should stand [shape=(dots, 2)]."""
    out = np.empty_like(near)
    for k, (px, py) in enumerate(near):
        left, top = round(px) - 40, round(py) - 40
        window = np.maximum(frame[top : top + 80, left : left + 80] - 60.0, 0.0).astype(np.float64)
        y, x = np.mgrid[top : top + 80, left : left + 80] + 0.5
        out[k] = (window * x).sum() / window.sum(), (window * y).sum() / window.sum()
    return out


def jitter(frames: np.ndarray, path: CameraPath) -> float:
    """RMS second difference of the dots' distance from the ideal path [pixels]."""
    off = []
    for number, frame in enumerate(frames):
        wanted = on_screen(path, number)
        off.append(tracked(frame, wanted) - wanted)
    return float(np.sqrt((np.diff(np.array(off), n=2, axis=0) ** 2).mean()))


def flicker(frames: np.ndarray, path: CameraPath) -> float:
    """How much the sharpness of the texture strays from its own slow course, relative RMS."""
    sharp = []
    for number, frame in enumerate(frames):
        zoom, cx, cy = layer_view(path, number, DEPTH)
        step = min(CW / W, CH / H) / zoom
        (x0, x1), (y0, y1) = (
            [round(0.5 * size + (v - c * canvas) / step) for v in edges]
            for size, c, canvas, edges in ((W, cx, CW, (200, 1000)), (H, cy, CH, (510, 580)))
        )
        part = frame[max(y0, 0) : min(y1, H), max(x0, 0) : min(x1, W)]
        sharp.append(np.sqrt((np.diff(part, axis=1) ** 2).mean()))
    t = np.linspace(-1.0, 1.0, len(sharp))
    course = np.polyval(np.polyfit(t, sharp, 5), t)
    return float(np.sqrt((((np.array(sharp) - course) / course) ** 2).mean()))


@pytest.mark.parametrize("move", list(CameraMove))
def test_every_move_is_smooth_in_the_pixels(move: CameraMove) -> None:
    framing = Framing(scale=1.06)
    frames, path = filmed(move, framing), ideal(move, framing)
    if move is CameraMove.WHIP_PAN:
        frames, path = frames[12:], _from(path, 12)  # at rest again; before, it is a smear
    assert jitter(frames, path) < JITTER_PX
    assert flicker(frames, path) < FLICKER


def _from(path: CameraPath, row: int) -> CameraPath:
    rows = {name: getattr(path, name)[row:] for name in ("zoom", "x", "y", "dolly", "tx", "ty")}
    return CameraPath(start=row, **rows)


def cropped(path: CameraPath) -> np.ndarray:
    """The same path as most scripts take it: crops by whole pixels, enlarged to the frame."""
    import cv2

    canvas = dots().layers[0].rgba[..., 0]
    out = []
    for row in range(SHOWN):
        zoom, cx, cy = layer_view(path, row, DEPTH)
        step = min(CW / W, CH / H) / zoom
        w, h = int(W * step), int(H * step)
        left, top = int(cx * CW - w / 2), int(cy * CH - h / 2)
        part = canvas[top : top + h, left : left + w]
        out.append(cv2.resize(part, (W, H), interpolation=cv2.INTER_LINEAR))
    return np.stack(out).astype(np.float32)


@pytest.mark.parametrize("move", [CameraMove.ZOOM_IN, CameraMove.PAN])
def test_a_zoom_by_whole_pixels_would_fail(move: CameraMove) -> None:
    path = ideal(move, Framing(scale=1.06))
    assert jitter(cropped(path), path) > 3 * JITTER_PX
