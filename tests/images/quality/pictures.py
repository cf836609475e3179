"""Pictures to judge: a small scene with a horizon, a subject, texture and a soft sky; the damages
are those of `benchmarks/quality.py`.
"""

from __future__ import annotations

import importlib.util
import sys
from functools import cache
from pathlib import Path
from types import ModuleType

import numpy as np
from numpy.typing import NDArray

RGB8 = NDArray[np.uint8]
BENCHMARK = Path(__file__).parents[3] / "benchmarks" / "quality.py"


@cache
def benchmark() -> ModuleType:
    """The published benchmark, as a module."""
    spec = importlib.util.spec_from_file_location("apex_quality_benchmark", BENCHMARK)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def _texture(rng: np.random.Generator, height: int, width: int) -> NDArray[np.float64]:
    """Detail of several sizes [shape=(height, width, 1)], as grass and stones have it."""
    import cv2

    out = np.zeros((height, width))
    for size in (1.0, 3.0, 8.0):
        layer = cv2.GaussianBlur(rng.normal(0, 1, (height, width)), (0, 0), size)
        out += np.tanh(1.5 * layer / layer.std()) * (0.6 if size == 1.0 else 1.0)
    return np.asarray(out[..., None])


def scene(seed: int = 3, height: int = 216, width: int = 384) -> RGB8:
    """A dusk over textured ground, with a tower and a low sun; dithered, as pictures should be."""
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[0:height, 0:width].astype(np.float64)
    horizon = height * (0.6 + 0.02 * (seed % 3))
    up = np.clip(y / horizon, 0, 1)[..., None]
    sky = np.array([60.0, 70.0, 120.0]) * (1 - up) + np.array([215.0, 140.0, 95.0]) * up
    ground = np.array([70.0, 55.0, 60.0]) + _texture(rng, height, width) * 14.0
    rgb = np.where((y >= horizon)[..., None], ground, sky)
    sun = np.hypot(x - width * (0.3 + 0.05 * (seed % 5)), y - height * 0.4)
    rgb += np.exp(-((sun / (height * 0.06)) ** 2))[..., None] * np.array([60.0, 70.0, 50.0])
    tower = (np.abs(x - width * 0.68) < width * 0.02) & (y > height * 0.3) & (y < horizon + 8)
    rgb[tower] = (25.0, 25.0, 32.0)
    rgb += rng.random(rgb.shape) - 0.5
    return np.asarray(np.clip(np.rint(rgb), 0, 255), np.uint8)
