"""Sharpening and denoising, of pictures and of the layers of a scene."""

from __future__ import annotations

import cv2
import numpy as np
from numba import njit

from .model import F32, F64, U8

REFERENCE_LINES = 1080
"""The finest detail of a picture is as large as on this many lines."""
SHARPEN_SIGMA, SHARPEN_GAIN = 1.1, 1.3
"""Blur of the unsharp mask in pixels of 1080 lines, and its gain at full strength."""
DENOISE_REACH, DENOISE_SIGMA = 5, 1.7
"""Diameter in pixels of what is averaged, and the Gaussian within it."""
DENOISE_CODES = 22.0
"""At full strength, differences well below this many code values are noise, well above it edges."""


def sharpened(rgb: F64, strength: float) -> F64:
    """Unsharp mask on display values [shape=(h, w, 3), 0..1]; strength 0..1."""
    blurred = cv2.GaussianBlur(rgb, (0, 0), _sigma(rgb.shape[0]), borderType=cv2.BORDER_REPLICATE)
    return np.asarray(np.clip(rgb + SHARPEN_GAIN * strength * (rgb - blurred), 0.0, 1.0))


def denoised(rgb: F64, strength: float) -> F64:
    """Small differences averaged, edges kept [shape=(h, w, 3), 0..1]; strength 0..1.

    Source: bilateral filter, Tomasi and Manduchi 1998.
    """
    codes = (rgb * 255.0).astype(np.float32)
    return np.asarray(_bilateral(codes, strength) / 255.0, dtype=np.float64)


def sharpen_layer(rgba: U8, strength: float) -> U8:
    """Unsharp mask on the colours of a premultiplied layer; its edges are left as they are."""
    sheet, sigma = np.ascontiguousarray(rgba), _sigma(rgba.shape[0])
    blurred = cv2.GaussianBlur(sheet, (0, 0), sigma, borderType=cv2.BORDER_REPLICATE)
    out = np.empty_like(sheet)
    _unsharp(
        sheet, np.asarray(blurred, np.uint8), SHARPEN_GAIN * strength, not has_cover(rgba), out
    )
    return out


def has_cover(rgba: U8) -> bool:
    """Whether a layer hides anything; one of light alone does not, and keeps its full range."""
    return bool(rgba[..., 3].any())


@njit(cache=True)
def _unsharp(rgba: U8, blurred: U8, gain: float, light: bool, out: U8) -> None:
    """Add ``gain`` times what the blur took away, less what the edge of the cover itself lost: or
    silhouettes would get bright rims.
    """
    g = np.float32(gain)
    for y in range(rgba.shape[0]):
        for x in range(rgba.shape[1]):
            alpha = np.float32(rgba[y, x, 3])
            out[y, x, 3] = rgba[y, x, 3]
            edge = np.float32(0.0)
            if alpha > np.float32(0.0):
                edge = (alpha - np.float32(blurred[y, x, 3])) / alpha
            most = np.float32(255.0) if light else alpha
            for k in range(3):
                colour = np.float32(rgba[y, x, k])
                detail = colour - np.float32(blurred[y, x, k]) - colour * edge
                sharp = min(max(colour + g * detail, np.float32(0.0)), most)
                out[y, x, k] = np.uint8(sharp + np.float32(0.5))


def denoise_layer(rgba: U8, strength: float) -> U8:
    """The bilateral filter on the colours of a premultiplied layer."""
    return _as_layer(_bilateral(rgba[..., :3].astype(np.float32), strength), rgba)


def _as_layer(colour: F32, rgba: U8) -> U8:
    """Colours in bounds of what they cover; a layer of light has no cover and keeps full range."""
    out = rgba.copy()
    most = rgba[..., 3:].astype(np.float32) if has_cover(rgba) else np.float32(255.0)
    out[..., :3] = np.clip(colour + np.float32(0.5), 0.0, most)
    return out


def _bilateral(codes: F32, strength: float) -> F32:
    made = cv2.bilateralFilter(
        np.ascontiguousarray(codes),
        DENOISE_REACH,
        max(DENOISE_CODES * strength, 0.5),
        DENOISE_SIGMA,
        borderType=cv2.BORDER_REPLICATE,
    )
    return np.asarray(made, dtype=np.float32)


def _sigma(lines: int) -> float:
    return max(SHARPEN_SIGMA * lines / REFERENCE_LINES, 0.6)
