"""Which take is kept, and what is said of it."""

from __future__ import annotations

import numpy as np
import pytest

from apex_director.core.errors import ValidationFailed
from apex_director.core.fingerprint import Fingerprint, fingerprint
from apex_director.images.quality import Look, Score, Scored, look_of, score
from apex_director.images.quality.model import Style
from apex_director.images.selection import again, choose

from .quality.pictures import benchmark, scene


def taken(rgb: np.ndarray, look: Look | None = None) -> Scored:
    return Scored(score=score(rgb, look=look), fingerprint=fingerprint(rgb))


def rated(overall: float, mark: Fingerprint | None = None, style: float | None = None) -> Scored:
    close = None if style is None else Style(palette=style, light=None, grade=None)
    judged = Score(
        overall=overall, technical=None, aesthetic=None, style=close, strategy="composite"
    )
    return Scored(score=judged, fingerprint=mark)


def test_the_sharper_take_is_kept_and_the_reason_says_so() -> None:
    soft, sharp, noisy = (
        benchmark().blur(scene(3), 4), scene(4), benchmark().noise(scene(5), 4)
    )  # fmt: skip
    choice = choose([taken(soft), taken(sharp), taken(noisy)], threshold=0.5)
    assert choice.index == 1
    assert choice.accepted
    assert choice.reason.startswith("kept take 2 of 3: ")
    two = choose([taken(soft), taken(sharp)], threshold=0.5)
    assert "sharper (" in two.reason


def test_the_take_closer_to_the_look_is_kept() -> None:
    rgb = scene(3)
    wrong = benchmark().turned(rgb, 4)
    choice = choose([taken(wrong, look_of(rgb)), taken(rgb, look_of(rgb))], threshold=0.5)
    assert choice.index == 1
    assert "closer to the palette" in choice.reason


def test_below_the_threshold_nothing_is_accepted_but_the_best_is_named() -> None:
    choice = choose([rated(0.3), rated(0.4)], threshold=0.6)
    assert (choice.index, choice.accepted) == (1, False)
    assert "0.40 is below the 0.60 wanted" in choice.reason
    assert again(choice, made=2, limit=3)
    assert not again(choice, made=3, limit=3)
    assert not again(choose([rated(0.7)], threshold=0.6), made=1, limit=3)


def test_a_tie_goes_to_the_look_then_to_the_earlier_take() -> None:
    assert choose([rated(0.7), rated(0.702)], threshold=0.5).index == 0
    tied = [rated(0.7, style=0.5), rated(0.7, style=0.8)]
    assert choose(tied, threshold=0.5).index == 0
    assert choose(tied, threshold=0.5, look=Look(key=0.5)).index == 1


def test_a_repeat_of_an_accepted_picture_stands_behind_and_is_never_accepted() -> None:
    seen, other = fingerprint(scene(3)), fingerprint(scene(11, 216, 384)[:, ::-1])
    copy = fingerprint(benchmark().jpeg(scene(3), 2))
    choice = choose(
        [rated(0.9, copy), rated(0.6, other)], threshold=0.5, accepted={"chorus_1": seen}
    )
    assert (choice.index, choice.accepted) == (1, True)
    assert choice.duplicates == ((0, "chorus_1"),)
    assert "take 1 repeats picture chorus_1" in choice.reason
    only = choose([rated(0.9, copy)], threshold=0.5, accepted={"chorus_1": seen})
    assert not only.accepted


def test_takes_that_repeat_each_other_are_marked() -> None:
    mark = fingerprint(scene(3))
    choice = choose([rated(0.6, mark), rated(0.8, mark)], threshold=0.5)
    assert choice.index == 1
    assert choice.duplicates == ((1, 0),)
    assert "take 2 repeats take 1" in choice.reason


def test_choosing_from_nothing_is_refused() -> None:
    with pytest.raises(ValidationFailed):
        choose([], threshold=0.5)
