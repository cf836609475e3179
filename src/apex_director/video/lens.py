"""What a lens does to a frame: straight lines bent, colours parted towards the edges."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import cv2
import numpy as np

from apex_director.cinematography.model import Grade

from .model import F32, F64, U32

DISTORTION_REACH = 0.16
"""At full distortion, by how much of its distance from the middle the corner is displaced."""
ABERRATION_REACH = 0.0035
"""The same of red and of blue against green, at full aberration."""


@dataclass(frozen=True, kw_only=True)
class Lens:
    """``distortion`` -1 (pincushion) to 1 (barrel), chromatic ``aberration`` 0..1."""

    distortion: float = 0.0
    aberration: float = 0.0


def lens_of(grade: Grade) -> Lens | None:
    """The lens of a grade; None for one that changes nothing."""
    if grade.distortion == 0.0 and grade.aberration == 0.0:
        return None
    return Lens(distortion=grade.distortion, aberration=grade.aberration)


def look_through(lens: Lens | None, frame: U32, light: F32) -> F32:
    """Change a frame of packed pixels in place, and give back the light that belongs to it.

    Parameters
    ----------
    frame : uint32 [shape=(h, w)], packed RGB.
    light : float32 [shape=(3, rows, cols)], the light buffer.
    """
    if lens is None:
        return light
    height, width = frame.shape
    pixels = frame.view(np.uint8).reshape(height, width, 4)
    pixels[...] = _bent(pixels, lens)
    buffer = np.ascontiguousarray(light.transpose(1, 2, 0))
    return np.ascontiguousarray(_bent(buffer, lens).transpose(2, 0, 1), dtype=np.float32)


def through_lens(rgb: F64, lens: Lens | None) -> F64:
    """A picture [shape=(h, w, 3), 0..1] as the lens shows it."""
    return rgb if lens is None else np.asarray(_bent(rgb.astype(np.float32), lens), np.float64)


def _bent(picture: Any, lens: Lens) -> Any:
    height, width = picture.shape[:2]
    maps = _maps(lens, width, height)
    if len(maps) == 1:
        return _remap(picture, maps[0])
    parts = [
        _remap(np.ascontiguousarray(picture[..., k]), maps[k]) if k < 3 else picture[..., k]
        for k in range(picture.shape[2])
    ]
    return np.stack(parts, axis=-1)


def _remap(picture: Any, at: tuple[Any, Any]) -> Any:
    return cv2.remap(
        picture, at[0], at[1], interpolation=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
    )


@lru_cache(maxsize=4)
def _maps(lens: Lens, width: int, height: int) -> tuple[tuple[Any, Any], ...]:
    """Where each pixel comes from: once for all channels, or for red, green and blue.

    The farthest point shown is the frame's own corner, so that nothing beyond it is needed.
    Source: radial model of Brown 1966, first term.
    """
    x = np.arange(width) + 0.5 - 0.5 * width
    y = np.arange(height) + 0.5 - 0.5 * height
    far = (x[None, :] ** 2 + y[:, None] ** 2) / (0.25 * (width**2 + height**2))
    bend = DISTORTION_REACH * lens.distortion
    scale = (1.0 + bend * far) / (1.0 + max(bend, 0.0))
    parting = ABERRATION_REACH * lens.aberration
    sides = (0.0,) if parting == 0.0 else (-1.0, 0.0, 1.0)
    out = []
    for side in sides:
        s = scale * (1.0 + side * parting * far)
        map_x = (x[None, :] * s + 0.5 * width - 0.5).astype(np.float32)
        map_y = (y[:, None] * s + 0.5 * height - 0.5).astype(np.float32)
        out.append(cv2.convertMaps(map_x, map_y, cv2.CV_16SC2))
    return tuple((a, b) for a, b in out)
