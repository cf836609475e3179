"""Small pictures for tests, each seed its own."""

from __future__ import annotations

import io

import numpy as np
from numpy.typing import NDArray


def pixels(seed: int, width: int = 48, height: int = 32) -> NDArray[np.uint8]:
    from PIL import Image

    coarse = np.random.default_rng(seed).integers(0, 256, (5, 7, 3), dtype=np.uint8)
    smooth = Image.fromarray(coarse).resize((width, height), Image.Resampling.BICUBIC)
    return np.asarray(smooth, np.uint8)


def encoded(rgb: NDArray[np.uint8], kind: str = "PNG", **options: int) -> bytes:
    from PIL import Image

    out = io.BytesIO()
    Image.fromarray(rgb).save(out, kind, **options)
    return out.getvalue()


def png(seed: int, width: int = 48, height: int = 32) -> bytes:
    return encoded(pixels(seed, width, height))
