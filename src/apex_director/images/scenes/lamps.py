"""Lamps seen from afar: a bright core in a wide soft halo."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

F32 = NDArray[np.float32]


def glow_at(light: F32, x: float, y: float, size: float, colour: F32) -> None:
    """Add a lamp: a bright core of ``size`` pixels and a wide soft halo, in place."""
    reach = int(np.ceil(size * 9)) + 2
    h, w = light.shape[:2]
    y0, y1 = max(0, int(y) - reach), min(h, int(y) + reach + 1)
    x0, x1 = max(0, int(x) - reach), min(w, int(x) + reach + 1)
    if y0 >= y1 or x0 >= x1:
        return
    dy = (np.arange(y0, y1, dtype=np.float32) + 0.5 - np.float32(y))[:, None] / np.float32(size)
    dx = (np.arange(x0, x1, dtype=np.float32) + 0.5 - np.float32(x))[None, :] / np.float32(size)
    d = np.sqrt(dx * dx + dy * dy)
    edge = np.clip(1.0 - d / 9.0, 0.0, 1.0) ** 2
    shape = 1.4 * np.exp(-(d**2) * 1.2) + 0.30 * np.exp(-d * 0.75) * edge
    light[y0:y1, x0:x1] += shape[..., None].astype(np.float32) * colour
