"""The scores fall as pictures are damaged: the small form of the published benchmark."""

from __future__ import annotations

import numpy as np
import pytest

from apex_director.images.quality import look_of, score, shot_score

from .pictures import benchmark, scene

DAMAGES = ("blur", "noise", "banding", "JPEG", "tilt", "burnt", "crushed", "wrong hues")


@pytest.mark.parametrize("name", DAMAGES)
def test_the_matching_score_falls_with_every_level_and_the_overall_score_with_it(
    name: str,
) -> None:
    damage, measure = benchmark().DAMAGES[name]
    judged = benchmark().course([scene(3), scene(4)], damage, measure)
    assert judged.unseen == 0
    assert benchmark().gaps(judged.matching) == 0
    assert benchmark().pairs_falling(judged.matching) == 1.0
    for row in (*judged.overall, *judged.shot):
        assert max(row[2:]) < row[0]


def test_every_damage_is_tested_here() -> None:
    assert set(DAMAGES) == set(benchmark().DAMAGES)


def test_a_painted_picture_is_worse_when_damaged() -> None:
    (_, wide), (_, tall) = benchmark().sources(180, ("A calm sea at sunset",))
    for rgb in (wide, tall):
        look = look_of(rgb)
        clean = score(rgb, look=look)
        for name in ("blur", "noise", "JPEG", "burnt", "wrong hues"):
            worse = score(benchmark().DAMAGES[name][0](rgb, 4), look=look)
            assert worse.overall < clean.overall - 0.02, name
            assert (shot_score(worse) or 0) < (shot_score(clean) or 0), name


@pytest.mark.parametrize("scale", [0.5, 2.0])
def test_the_size_of_a_picture_changes_its_score_little(scale: float) -> None:
    import cv2

    rgb = scene(5, 432, 768)
    way = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    other = cv2.resize(rgb, None, fx=scale, fy=scale, interpolation=way)
    one, two = score(rgb), score(np.ascontiguousarray(other))
    assert one.aesthetic
    assert two.aesthetic
    assert one.overall == pytest.approx(two.overall, abs=0.12)
    first, second = one.aesthetic.composition, two.aesthetic.composition
    for part in ("thirds", "lines", "symmetry", "depth", "framing"):
        assert getattr(first, part) == pytest.approx(getattr(second, part), abs=0.06), part
