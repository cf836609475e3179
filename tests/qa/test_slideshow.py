"""A slideshow is told from a film: still pictures, flat moves, repeated and even shots."""

from __future__ import annotations

from fractions import Fraction

import cv2
import numpy as np

from apex_director.qa import packed, slideshow_risk, unpacked
from apex_director.qa.seeing import Glance, glance
from apex_director.qa.slideshow import BLOCK, WARN

W, H, RATE = 96, 54, Fraction(24)


def _picture(seed: int, width: int = 2 * W) -> np.ndarray:
    """Soft hills of many sizes, as photographs have them."""
    rng = np.random.default_rng(seed)
    out = np.zeros((width * 9 // 16, width), np.float32)
    for sigma in (2.0, 5.0, 14.0):
        noise = rng.standard_normal(out.shape).astype(np.float32)
        soft = cv2.GaussianBlur(noise, (0, 0), sigma)
        out += soft / soft.std() * sigma
    return np.clip(out / out.std() * 40 + 120, 16, 235).astype(np.float32)


def _seen(picture: np.ndarray, zoom: float, x: float, noise: np.random.Generator) -> np.ndarray:
    k = zoom * W / picture.shape[1]
    warp = np.array([[k, 0, W / 2 * (1 - zoom) + x], [0, k, H / 2 * (1 - zoom)]], np.float32)
    small = cv2.warpAffine(cv2.GaussianBlur(picture, (0, 0), 1.0), warp, (W, H),
                           flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT)  # fmt: skip
    return np.clip(small + noise.normal(0, 0.15, small.shape), 0, 255).astype(np.uint8)


def _show(lengths: list[int], kind: str) -> tuple[list[np.ndarray], list[int]]:
    thumbs: list[np.ndarray] = []
    cuts: list[int] = []
    noise = np.random.default_rng(9)
    for k, length in enumerate(lengths):
        cuts.append(len(thumbs))
        back, front = _picture(k), _picture(100 + k)
        mask = _seen((_picture(200 + k) > 135).astype(np.float32) * 255, 1.05, 0.0, noise) > 128
        for i in range(length):
            t = i / length
            if kind == "still":
                thumbs.append(_seen(back, 1.0, 0.0, noise))
            elif kind == "ken burns":
                thumbs.append(_seen(back, 1.05 + 0.15 * t, 3 * t, noise))
            else:  # two planes that slide against each other
                near, far = _seen(front, 1.1, 6 * t, noise), _seen(back, 1.05, 1 * t, noise)
                thumbs.append(np.where(np.roll(mask, int(6 * t), axis=1), near, far))
    return thumbs, cuts


def test_still_pictures_shown_one_after_the_other_are_refused() -> None:
    found = slideshow_risk(*_show([48] * 8, "still"), RATE)
    assert found is not None
    assert (found.still, found.flat, found.even) == (1.0, 1.0, 1.0)
    assert found.risk >= BLOCK


def test_a_camera_over_flat_pictures_is_seen_to_be_flat_but_may_pass() -> None:
    found = slideshow_risk(*_show([48, 20, 70, 33, 90, 40], "ken burns"), RATE)
    assert found is not None
    assert found.still == 0.0
    assert found.flat >= 0.8
    assert found.risk < WARN


def test_a_film_with_depth_is_far_from_a_slideshow() -> None:
    found = slideshow_risk(*_show([48, 20, 70, 33, 90, 40], "depth"), RATE)
    assert found is not None
    assert found.flat == 0.0
    assert found.risk < WARN / 2


def test_showing_the_same_shots_again_counts() -> None:
    thumbs, cuts = _show([40, 30, 60], "depth")
    twice = slideshow_risk([*thumbs, *thumbs], [*cuts, *(c + len(thumbs) for c in cuts)], RATE)
    assert twice is not None
    assert twice.repeated == 0.5
    assert slideshow_risk(thumbs[:3], [0], RATE) is None


def test_what_was_seen_is_kept_and_read_again() -> None:
    rng = np.random.default_rng(4)
    planes = [
        tuple(rng.integers(16, 235, s, np.uint8) for s in ((90, 160), (45, 80), (45, 80)))
        for _ in range(3)
    ]
    seen = [glance(*p) for p in planes]
    again = unpacked(packed(seen))
    assert again is not None
    for one, other in zip(seen, again, strict=True):
        assert isinstance(other, Glance)
        assert (one.black, one.outside) == (other.black, other.outside)
        assert all(np.array_equal(a, b) for a, b in zip(one.cells, other.cells, strict=True))
        assert np.array_equal(one.luma, other.luma)
        assert np.array_equal(one.thumb, other.thumb)
    assert unpacked({**packed(seen), "version": np.asarray(0)}) is None
