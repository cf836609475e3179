"""Every scene family paints what it painted; see goldens.py for how to renew the pictures."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from apex_director.images.scenes import FAMILIES
from apex_director.media.picture import write_png

from .goldens import MEAN, MOST, U8, apart, draw, kept, spec_of

OTHER_COLOURS = ("#120c1c", "#5b2f72", "#c5577f", "#f3c89a")


@cache
def golden() -> dict[str, U8]:
    return kept()


def differs(one: U8, other: U8) -> bool:
    mean, most = apart(one, other)
    return mean > MEAN or most > MOST


def test_every_family_is_kept_once() -> None:
    assert list(golden()) == list(FAMILIES)


@pytest.mark.parametrize("family", FAMILIES)
def test_golden_picture(family: str, tmp_path: Path) -> None:
    before, after = golden()[family], draw(spec_of(family))
    mean, most = apart(before, after)
    if mean > MEAN or most > MOST:
        gap = np.clip(np.abs(after.astype(int) - before) * 4, 0, 255).astype(np.uint8)
        write_png(tmp_path / "before_after_gap.png", np.hstack([before, after, gap]))
        pytest.fail(f"mean {mean:.4f}, worst square {most:.4f}: see {tmp_path}")


@pytest.mark.parametrize("family", FAMILIES)
def test_another_seed_is_another_picture(family: str) -> None:
    spec = spec_of(family)
    mean, _ = apart(golden()[family], draw(replace(spec, seed=spec.seed + 1)))
    assert mean > 4 * MEAN


@pytest.mark.parametrize("family", list(FAMILIES)[::2])
def test_another_palette_is_another_picture(family: str) -> None:
    mean, _ = apart(golden()[family], draw(replace(spec_of(family), palette=OTHER_COLOURS)))
    assert mean > 4 * MEAN


@pytest.mark.parametrize("family", FAMILIES)
def test_what_nobody_sees_passes_and_what_one_sees_does_not(family: str) -> None:
    picture = golden()[family].astype(float)
    noise = np.random.default_rng(1).integers(-1, 2, picture.shape)
    rounded = np.clip(picture + noise * (np.arange(picture.shape[1]) % 4 == 0)[:, None], 0, 255)
    assert not differs(golden()[family], rounded.astype(np.uint8))
    lighter = np.clip(picture * 1.04 + 2.0, 0, 255).astype(np.uint8)
    assert differs(golden()[family], lighter)
    missing = picture.astype(np.uint8)
    missing[24:32, 40:48] = missing[40:48, 8:16] // 2 + 60
    assert differs(golden()[family], missing)
