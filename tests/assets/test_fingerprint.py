"""Alike pictures are near, others far, whatever size and format they come in."""

from __future__ import annotations

import io

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apex_director.core.fingerprint import SIZE, Fingerprint, distance, distances, fingerprint

from .pictures import encoded, pixels

SEEDS = range(12)


def test_other_pictures_are_far_and_copies_near() -> None:
    from PIL import Image

    large = [pixels(seed, 320, 200) for seed in SEEDS]
    prints = [fingerprint(one) for one in large]
    others = [distance(a, b) for i, a in enumerate(prints) for b in prints[:i]]
    copies = []
    for rgb, own in zip(large, prints, strict=True):
        image = Image.fromarray(rgb)
        changed = [np.asarray(image.resize(size)) for size in ((160, 100), (333, 187), (640, 400))]
        changed.append(np.asarray(Image.open(io.BytesIO(encoded(rgb, "JPEG", quality=40)))))
        copies += [distance(own, fingerprint(one)) for one in changed]
    assert max(copies) < 0.06
    assert min(others) > 0.2
    assert np.mean(others) > 0.5


def test_colours_alone_and_composition_alone_make_a_difference() -> None:
    rgb = pixels(3, 320, 200)
    own = fingerprint(rgb)
    assert distance(own, fingerprint(rgb[:, ::-1])) > 0.3
    assert 0.02 < distance(own, fingerprint(np.ascontiguousarray(rgb[..., ::-1]))) < 0.5
    grey = np.repeat(rgb.mean(axis=2, keepdims=True).astype(np.uint8), 3, axis=2)
    assert distance(own, fingerprint(grey)) > 0.05


def test_flat_and_tiny_pictures_have_one_too() -> None:
    black, white = (fingerprint(np.full((9, 5, 3), v, np.uint8)) for v in (0, 255))
    assert black.phash == white.phash == 0
    assert distance(black, white) > 0.1
    assert len(fingerprint(np.zeros((1, 1, 3), np.uint8)).pack()) == SIZE


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**64 - 1), st.binary(min_size=18, max_size=18), st.integers(0, 50))
def test_packing_keeps_it_and_distance_is_one(phash: int, color: bytes, seed: int) -> None:
    one, other = Fingerprint(phash=phash, color=color), fingerprint(pixels(seed))
    assert Fingerprint.unpack(one.pack()) == one
    assert distance(one, one) == 0.0
    assert distance(one, other) == distance(other, one)
    assert 0.0 <= distance(one, other) <= 1.0


def test_from_one_to_many_is_the_same_distance() -> None:
    prints = [fingerprint(pixels(seed)) for seed in SEEDS]
    packed = np.frombuffer(b"".join(one.pack() for one in prints), np.uint8).reshape(-1, SIZE)
    assert distances(prints[0], packed).tolist() == pytest.approx(
        [distance(prints[0], one) for one in prints]
    )
