"""The dark near ground that frames a picture under water: a ragged ledge with growth on it."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from apex_director.images.scenes.finish import lay
from apex_director.images.scenes.model import SceneSpec
from apex_director.images.scenes.noise import fbm, ridged
from apex_director.images.scenes.palette import mix
from apex_director.images.scenes.shapes import ridge
from apex_director.images.scenes.silhouette import rim
from apex_director.images.scenes.sky import pixel_grid, unit
from apex_director.images.scenes.staging import rng_for
from apex_director.images.scenes.underwater.coral import Garden, coral_bands
from apex_director.images.scenes.underwater.light import Sea, drowned, level_at

F32 = NDArray[np.float32]
_ONE = np.float32(1.0)


def ledge_line(
    spec: SceneSpec, left: float, right: float, middle: float, salt: int, wide: float = 0.36
) -> F32:
    """Rows [canvas_w] of a ledge's top: it rises ``left`` and ``right`` short sides above the foot
    of what is seen at rest, and ``middle`` between.
    """
    w, h = spec.canvas
    size = unit(spec)
    x = np.linspace(-0.5, 0.5, w, dtype=np.float32) * np.float32(w / size)
    edge = np.float32(0.5 * w / size / spec.overscan * 1.02)
    up = np.float32(middle) + np.float32(left - middle) * np.exp(
        -(((x + edge) / np.float32(wide)) ** 2)
    )
    up += np.float32(right - middle) * np.exp(-(((x - edge) / np.float32(wide)) ** 2))
    none = np.zeros_like(x)
    rough = fbm(x * np.float32(2.6), none, spec.seed + salt, 3)
    crag = ridged(x * np.float32(5.5), none, spec.seed + salt + 1, 5)
    up = (
        up * (_ONE + np.float32(0.40) * rough)
        + np.float32(0.020) * rough
        + np.float32(0.026) * crag
    )
    foot = h * (0.5 + 0.5 / spec.overscan)
    return np.asarray(foot - up * size, np.float32)


def ledge_sheet(
    spec: SceneSpec, sea: Sea, line: F32, *, depth: float, corals: int, tall: float, dim: float,
    salt: int,
) -> F32:  # fmt: skip
    """The ledge below ``line`` with corals ``tall`` short sides high: [canvas_h, canvas_w, 4]."""
    w, h = spec.canvas
    size = unit(spec)
    cover = ridge(line, h)
    top = max(0, int(line.min()) - 2)
    cover = cover[top:]
    u, v = pixel_grid(spec, (0.5, 0.5))
    u, v = u[:, ::2], v[top::2]
    rough = fbm(u * np.float32(7.0), v * np.float32(9.0), spec.seed + salt + 3, 5)
    crag = ridged(u * np.float32(9.0), v * np.float32(11.0), spec.seed + salt + 4, 4)
    rough, crag = (cv2.resize(f, (w, h - top)) for f in (rough, crag))
    edge = rim(cover, ((sea.light[0] - 0.5) * 1.4, -1.0), 0.005 * size)
    x = ((np.arange(w, dtype=np.float32) + np.float32(0.5)) / np.float32(w))[None, :]
    y = ((np.arange(top, h, dtype=np.float32) + np.float32(0.5)) / np.float32(h))[:, None]
    deep = np.arange(top, h, dtype=np.float32)[:, None] - line[None, :]
    deep = np.clip(deep / np.float32(0.20 * size), 0, 1)
    down = mix(sea.tone(0.8), sea.sun, 0.35)
    hide = mix(sea.tone(0.3), sea.body, 0.5)
    relief = np.float32(0.55) + np.float32(0.55) * rough + np.float32(0.55) * crag
    light = (_ONE - np.float32(0.72) * deep) * np.maximum(relief, 0.0)
    colour = hide * (np.float32(0.30) + np.float32(1.9) * light)[..., None] * np.float32(0.4 + dim)
    shine = edge * (np.float32(0.4) + np.float32(0.6) * np.clip(crag + 0.3, 0, 1))
    colour += (shine * np.float32(0.06 * (0.2 + sea.power)))[..., None] * down
    level = level_at(spec, sea, x, y)
    colour = drowned(sea, colour.astype(np.float32), np.full_like(cover, depth), level)
    sheet = np.zeros((h, w, 4), np.float32)
    sheet[top:, :, :3] = colour * cover[..., None]
    sheet[top:, :, 3] = cover
    if not corals:
        return sheet
    rng = rng_for(spec, 6600 + salt)
    foot = h * (0.5 + 0.5 / spec.overscan)
    high = np.clip((foot - line) / (0.3 * size) - 0.04, 1e-4, None).astype(np.float64) ** 1.5
    px = rng.choice(w, size=corals, p=high / high.sum())
    tallness = tall * size * np.exp(rng.normal(-0.35, 0.4, corals)).clip(0.3, 1.3)
    sunk = rng.random(corals) ** 2 * 0.08 * size
    place = px.astype(np.float64) + 0.5
    garden = Garden(x=place, y=line[px] + sunk, z=np.full(corals, depth), tall=tallness,
                    seed=spec.seed + salt, dim=dim)  # fmt: skip
    for rows, part in coral_bands(spec, sea, garden):
        lay(sheet[rows], part)
    return sheet
