"""The rear lamps of a car in silhouette: two bars, their halo and their shine on the road."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from apex_director.images.scenes.lamps import glow_at
from apex_director.images.scenes.palette import mix

F32 = NDArray[np.float32]
RED = np.asarray([1.0, 0.06, 0.10], np.float32)


def tail_lights(light: F32, place: tuple[float, float], size: tuple[int, int], tint: F32) -> None:
    """Add the rear lamps of a car whose foot is at ``place`` and their shine on the road."""
    cw, ch = size
    y0, x0 = max(0, int(place[1] - 2 * ch)), max(0, int(place[0] - 1.5 * cw))
    light = light[y0 : int(place[1] + 2 * ch), x0 : int(place[0] + 1.5 * cw)]
    x, foot = place[0] - x0, place[1] - y0
    red = mix(RED, tint, 0.15)
    y = foot - ch * 0.47
    rows = np.arange(light.shape[0], dtype=np.float32)[:, None] + 0.5
    cols = np.arange(light.shape[1], dtype=np.float32)[None, :] + 0.5
    tall = ch * 0.026
    for side in (-1.0, 1.0):
        dx = np.abs(cols - (x + side * cw * 0.285)) - cw * 0.12
        a = np.clip(0.5 - dx, 0.0, 1.0) * np.clip(tall - np.abs(rows - y) + 0.5, 0.0, 1.0)
        far = np.sqrt(np.maximum(dx, 0.0) ** 2 + (rows - y) ** 2) / (ch * 0.06)
        wet = np.exp(-np.maximum(dx, 0.0) / (cw * 0.05)) * np.exp(
            -np.abs(rows - foot - ch * 0.18) / (ch * 0.14)
        )
        halo = np.exp(-far * 1.3) * 0.40 + wet * 0.10
        light += (a * 1.5 + halo)[..., None].astype(np.float32) * red
    for side in (-1.0, 1.0):
        glow_at(light, x + side * cw * 0.16, foot - ch * 0.27, ch * 0.02, red * np.float32(0.4))
