"""A loop: the camera comes back as it left, and the seam is a step like any other."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from apex_director.audio import levelled
from apex_director.video import render_loop
from apex_director.video.loop import closed_path
from apex_director.video.prepare import prepare

from .pictures import Frames, board, scene, shot, song

FRAMES = 60
W, H = 90, 160


@pytest.fixture(scope="module")
def frames() -> list[np.ndarray]:
    sink = Frames(W, H)
    render_loop(
        board((shot(1, 0, FRAMES),), width=W, height=H),
        scene(W, H),
        levelled(song(), 0.0, 4.0),
        sink,
    )
    return [np.frombuffer(f, np.uint8)[: W * H].astype(np.int16) for f in sink.kept]


def _steps(frames: list[np.ndarray]) -> np.ndarray:
    return np.array([np.abs(a - b).mean() for a, b in pairwise(frames)])


def test_the_last_frame_leads_on_to_the_first(frames: list[np.ndarray]) -> None:
    steps = _steps(frames)
    seam = np.abs(frames[-1] - frames[0]).mean()
    assert len(frames) == FRAMES
    assert np.median(steps) > 0.3  # it lives
    assert seam <= 1.5 * np.median(steps)
    assert steps.max() <= 2.0 * np.median(steps)  # and no step before the seam stands out either
    opposite = np.abs(frames[FRAMES // 2] - frames[0]).mean()
    assert opposite > 2 * seam  # a still would pass, too


def test_it_fades_out_nowhere(frames: list[np.ndarray]) -> None:
    assert abs(frames[-1].mean() - frames[0].mean()) < 1.5


def test_the_camera_is_back_with_the_speed_it_had() -> None:
    first, period = 17, FRAMES
    one = shot(1, 0, FRAMES, move_amount=0.5)
    path = closed_path(one, prepare(scene(W, H)), first, period, first + 2 * period)
    for name in ("zoom", "x", "y", "dolly", "tx", "ty"):
        way = getattr(path, name)
        assert np.array_equal(way[:period], way[period : 2 * period])
    assert np.ptp(path.tx) > 0.01
    assert np.abs(np.diff(path.tx, n=2)).max() < 3e-4  # no corner anywhere, the seam included
