"""Named motions of flat pictures, and transitions between them (contracts P62, X17, X18)."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise

import numpy as np
import pytest

from apex_director.cinematography.model import CameraMove, TransitionKind
from apex_director.core.errors import AssemblyError
from apex_director.video.moves import MOVES
from apex_director.video.stills_in_motion import MOTIONS, ken_burns, motion, transition

X18 = (
    *("ken_burns_zoom", "ken_burns_pan", "ken_burns_combined", "parallax_2d", "parallax_3d"),
    *("dolly_zoom", "trucking", "booming", "panning", "tilting"),
)


def picture(seed: int = 1, height: int = 120, width: int = 200) -> np.ndarray:
    """Soft coloured shapes."""
    rng = np.random.Generator(np.random.PCG64(seed))
    y, x = np.mgrid[0:height, 0:width] / np.array([height, width]).reshape(2, 1, 1)
    waves = [
        120 + 90 * np.sin(9 * x * rng.uniform(0.5, 1.5) + 7 * y * rng.uniform(0.5, 1.5) + 2 * c)
        for c in range(3)
    ]
    return np.round(np.stack(waves, axis=-1)).astype(np.uint8)


def test_every_move_and_motion_has_its_name() -> None:
    assert set(MOVES) == set(CameraMove)
    assert tuple(MOTIONS) == X18
    assert motion("ken_burns_combined") == (CameraMove.ZOOM_IN, CameraMove.PAN)
    assert motion("crane") == (CameraMove.CRANE,)


@pytest.mark.parametrize("name", X18)
def test_a_motion_moves_a_flat_picture_evenly(name: str) -> None:
    kept = picture()
    source = kept.copy()
    frames = list(ken_burns(source, 2.0, motion_name=name, width=96, height=54))
    assert np.array_equal(source, kept)
    assert len(frames) == 48
    assert frames[0].shape == (54, 96, 3)
    assert frames[0].dtype == np.uint8
    steps = [np.abs(a.astype(int) - b).mean() for a, b in pairwise(frames)]
    assert min(steps) > 0.01
    assert max(steps) < 6 * np.median(steps) + 0.2
    assert np.abs(frames[0].astype(int) - frames[-1]).mean() > 1.5


def test_a_motion_is_the_same_at_any_rate_and_goes_both_ways() -> None:
    slow = list(ken_burns(picture(), 1.0, width=64, height=36, rate=Fraction(20)))
    fast = list(ken_burns(picture(), 1.0, width=64, height=36, rate=Fraction(60)))
    assert all(np.array_equal(a, b) for a, b in zip(slow, fast[1::3], strict=True))
    there, back = (
        list(ken_burns(picture(), 1.0, motion_name="panning", width=64, height=36, direction=d))
        for d in (1, -1)
    )
    assert np.abs(there[0].astype(int) - back[-1]).mean() < 1.0
    tall = next(ken_burns(picture(), 1.0, width=36, height=64))
    assert tall.shape == (64, 36, 3)


@pytest.mark.parametrize("kind", [k for k in TransitionKind if k is not TransitionKind.CUT])
def test_a_transition_leads_from_one_picture_to_the_other(kind: TransitionKind) -> None:
    old, new = picture(1), picture(2)
    frames = list(transition(old, new, kind.value, 24))
    assert len(frames) == 24
    apart = np.abs(old.astype(int) - new).mean()
    assert np.abs(frames[0].astype(int) - old).mean() < 0.25 * apart
    assert np.abs(frames[-1].astype(int) - new).mean() < 0.25 * apart
    # A whip crosses much in few frames; nothing else jumps.
    steps = [np.abs(a.astype(int) - b).mean() for a, b in pairwise(frames)]
    assert max(steps) < (0.9 if kind is TransitionKind.WHIP_PAN else 0.35) * apart


def test_a_cut_is_a_cut() -> None:
    old, new = picture(1), picture(2)
    frames = list(transition(old, new, "cut", 6))
    assert [bool(np.array_equal(f, old)) for f in frames] == [True] * 3 + [False] * 3
    assert np.array_equal(frames[-1], new)


def test_wrong_pictures_and_names_are_told() -> None:
    with pytest.raises(AssemblyError, match="ken_burns_zoom"):
        ken_burns(picture(), motion_name="ken_burn_zoom")
    with pytest.raises(AssemblyError, match="RGB"):
        ken_burns(np.zeros((4, 4), np.uint8))
    with pytest.raises(AssemblyError, match="video"):
        ken_burns(picture(), seconds=0.0)
    with pytest.raises(AssemblyError, match="wipe_left"):
        transition(picture(), picture(), "wipe_lef")
    with pytest.raises(AssemblyError, match="one size"):
        transition(picture(), picture(height=60))
    with pytest.raises(AssemblyError, match="curve"):
        transition(picture(), picture(), curve="bouncy")
