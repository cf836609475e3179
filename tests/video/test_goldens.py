"""Every move and transition looks as it did; see goldens.py for how to renew the frames."""

from __future__ import annotations

import numpy as np
import pytest

from .goldens import FILE, draw

MEAN, MOST = 0.75, 12  # code values: other CPUs round differently, nobody sees it


@pytest.fixture(scope="module")
def drawn() -> dict[str, np.ndarray]:
    return draw()


def test_golden_frames(drawn: dict[str, np.ndarray]) -> None:
    kept = np.load(FILE)
    assert set(kept.files) == set(drawn)
    off = []
    for name, frames in drawn.items():
        apart = np.abs(frames.astype(int) - kept[name])
        if apart.mean() > MEAN or apart.max() > MOST:
            off.append(f"{name}: mean {apart.mean():.2f}, at most {apart.max()}")
    assert not off, "\n".join(off)


def test_golden_frames_differ_from_one_another(drawn: dict[str, np.ndarray]) -> None:
    names = [n for n in drawn if n.startswith("transition_")]
    for i, one in enumerate(names):
        for other in names[i + 1 :]:
            apart = np.abs(drawn[one].astype(int) - drawn[other])
            assert apart.max() > 1.5 * MOST, (one, other)
