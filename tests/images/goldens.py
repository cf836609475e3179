"""Tiny golden pictures of every scene family, painted and graded as a still.

Renew them after a change that is meant, and look at the difference before it is kept::

    python -m tests.images.goldens [FAMILY ...]
"""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from apex_director.cinematography.model import Grade
from apex_director.core.color import linear_to_oklab, srgb_to_linear
from apex_director.images.scenes import FAMILIES, SceneSpec, paint
from apex_director.video import still

U8 = NDArray[np.uint8]
FILE = Path(__file__).parent / "golden" / "families.npz"
W, H = 96, 56
LOOK = Grade(slope=(1.03, 1.0, 0.97), saturation=1.08, vignette=0.3, bloom=0.35)
BLOCK = 4
"""Side of the squares whose means are compared: a leaf that rounds to the next pixel on another CPU
is no change, a leaf that is missing is one.
"""
MEAN, MOST = 0.002, 0.015
"""Tolerated difference in OKLab of the picture and of its worst square. On a CPU without AVX and
FMA (numpy, OpenCV and our own kernels alike) the families differ by up to 0.00001 and 0.0001.
"""

_CHOSEN: dict[str, dict[str, object]] = {
    "alpine": {"time_of_day": "golden_hour", "subject": "walker"},
    "ocean": {"time_of_day": "sunset", "subject": "boat"},
    "city": {"time_of_day": "night", "weather": "rain"},
    "forest": {"time_of_day": "dawn", "weather": "mist", "subject": "deer"},
    "dunes": {"time_of_day": "day", "composition": 1},
    "nebula": {"time_of_day": "night", "mood": "epic"},
    "neon_grid": {"time_of_day": "dusk", "subject": "car"},
    "aurora": {"time_of_day": "night", "weather": "snow"},
    "meadow": {"time_of_day": "day", "weather": "cloudy", "subject": "balloon"},
    "stage": {"time_of_day": "night", "subject": "band"},
    "abstract": {"time_of_day": "dusk", "mood": "dreamy"},
    "street": {"time_of_day": "night", "weather": "rain", "subject": "walker"},
    "underwater": {"time_of_day": "day"},
    "interior": {"time_of_day": "golden_hour", "mood": "calm"},
    "geometry": {"time_of_day": "day", "composition": 1},
}


def spec_of(family: str) -> SceneSpec:
    """The one picture of a family that is kept."""
    chosen = SceneSpec(family=family, seed=21, width=W, height=H)
    return replace(chosen, **_CHOSEN[family])  # type: ignore[arg-type]


def draw(spec: SceneSpec) -> U8:
    """A picture as a video would show it at rest [uint8 RGB, shape=(H, W, 3)]."""
    return still(paint(spec), LOOK, W, H)


def apart(one: U8, other: U8) -> tuple[float, float]:
    """Mean difference of two pictures in OKLab, and that of the squares that differ most."""
    labs = [linear_to_oklab(srgb_to_linear(p / 255.0)) for p in (one, other)]
    each = np.linalg.norm(labs[0] - labs[1], axis=-1)
    squares = [
        lab.reshape(H // BLOCK, BLOCK, W // BLOCK, BLOCK, 3).mean(axis=(1, 3)) for lab in labs
    ]
    return float(each.mean()), float(np.linalg.norm(squares[0] - squares[1], axis=-1).max())


def kept() -> dict[str, U8]:
    """The pictures as they were when they were last renewed, by family."""
    if not FILE.exists():
        return {}
    with np.load(FILE) as stored:
        return {name: np.cumsum(stored[name], axis=1, dtype=np.uint8) for name in stored.files}


def keep(pictures: dict[str, U8]) -> None:
    """Write them, as steps from pixel to pixel: those take half the room."""
    steps: dict[str, Any] = {
        name: np.diff(p, axis=1, prepend=np.uint8(0)) for name, p in pictures.items()
    }
    FILE.parent.mkdir(exist_ok=True)
    np.savez_compressed(FILE, **steps)


def main(families: list[str]) -> None:
    pictures = kept()
    for family in families or list(FAMILIES):
        made = draw(spec_of(family))
        if family in pictures:
            mean, most = apart(pictures[family], made)
            print(f"{family}: mean {mean:.4f}, worst square {most:.4f}")
        else:
            print(f"{family}: new")
        pictures[family] = made
    keep({family: pictures[family] for family in FAMILIES if family in pictures})
    print(f"{FILE}: {FILE.stat().st_size} bytes")


if __name__ == "__main__":
    main(sys.argv[1:])
