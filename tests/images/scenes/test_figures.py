"""The silhouettes: there, smooth at every size, of one scale, lit on the right side."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import ndimage

from apex_director.core.errors import ValidationFailed
from apex_director.images.scenes.figures import FIGURES, draw_figure, draw_scaled, rim
from apex_director.images.scenes.model import SUBJECTS


def test_every_subject_of_the_vocabulary_can_be_drawn() -> None:
    assert set(SUBJECTS) - {"none"} <= set(FIGURES)


@pytest.mark.parametrize("kind", sorted(FIGURES))
def test_a_figure_fills_its_box_and_is_anti_aliased(kind: str) -> None:
    cover = draw_figure(kind, 160, 3)
    assert cover.shape[0] == 160
    assert cover.dtype == np.float32
    assert cover.min() >= 0.0
    assert cover.max() == 1.0
    assert 0.01 < cover.mean() < 0.9
    soft = ((cover > 0.02) & (cover < 0.98)).sum()
    inside = cover > 0.5
    outline = (inside & ~ndimage.binary_erosion(inside)).sum()
    assert soft > 0.5 * outline, "edges are hard"


@pytest.mark.parametrize("kind", ["walker", "deer", "boat", "balloon", "dancer", "hand"])
def test_the_same_shape_at_every_size(kind: str) -> None:
    large, small = draw_figure(kind, 400, 5), draw_figure(kind, 100, 5)
    assert abs(large.shape[1] / 400 - small.shape[1] / 100) < 0.03
    wide = min(large.shape[1] // 4, small.shape[1])
    shrunk = large[:, : wide * 4].reshape(100, 4, wide, 4).mean(axis=(1, 3))
    assert np.abs(shrunk - small[:, :wide]).mean() < 0.045


def test_a_person_is_one_piece_with_a_head_above_and_two_legs_below() -> None:
    for seed in range(6):
        cover = draw_figure("walker", 200, seed) > 0.5
        assert ndimage.label(cover)[1] == 1
        head, shoulders = cover[4:20].sum(axis=1).max(), cover[40:70].sum(axis=1).max()
        assert head < 0.8 * shoulders
        shins = [int((np.diff(row.astype(int)) == 1).sum() + row[0]) for row in cover[165:185]]
        assert max(shins) == 2


def test_seeds_change_the_pose_and_nothing_else_does() -> None:
    assert np.array_equal(draw_figure("dancer", 90, 4), draw_figure("dancer", 90, 4))
    shapes = {draw_figure("dancer", 90, seed).shape for seed in range(8)}
    assert len(shapes) >= 3


def test_a_crowd_has_one_scale() -> None:
    """A raised arm makes the drawing taller; it must not make the person smaller."""

    def shoulders(kind: str) -> int:
        cover = draw_scaled(kind, 120.0, 2) > 0.5
        return int(cover[-40:].any(axis=0).sum())

    assert draw_scaled("hands", 120.0, 2).shape[0] > draw_scaled("head", 120.0, 2).shape[0] + 20
    assert abs(shoulders("hands") - shoulders("head")) < 0.25 * shoulders("head")


@pytest.mark.parametrize(("toward", "axis", "first"), [((1, 0), 1, False), ((0, -1), 0, True)])
def test_the_rim_lies_on_the_side_of_the_light(
    toward: tuple[float, float], axis: int, first: bool
) -> None:
    y, x = np.mgrid[:81, :81]
    ball = np.clip(30.5 - np.hypot(x - 40, y - 40), 0, 1).astype(np.float32)
    lit = rim(ball, toward, 6.0)
    assert (lit <= ball + 1e-6).all()
    halves = np.split(lit[:80, :80], 2, axis=axis)
    bright, dark = (halves[0], halves[1]) if first else (halves[1], halves[0])
    assert bright.sum() > 20 * dark.sum()
    assert lit[40, 40] < 0.01


def test_an_unknown_figure_is_refused_by_name() -> None:
    with pytest.raises(ValidationFailed, match="unicorn"):
        draw_figure("unicorn", 100, 1)
