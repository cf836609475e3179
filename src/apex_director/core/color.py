"""Colour: sRGB and linear light, OKLab, CIELAB, the CIEDE2000 distance, hex text."""

from __future__ import annotations

import re

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .errors import ValidationFailed

F64 = NDArray[np.float64]
_HEX = re.compile(r"#?([0-9a-fA-F]{6})$")
_OK_LMS = np.array(
    [
        [0.4122214708, 0.5363325363, 0.0514459929],
        [0.2119034982, 0.6806995451, 0.1073969566],
        [0.0883024619, 0.2817188376, 0.6299787005],
    ]
)
_OK_LAB = np.array(
    [
        [0.2104542553, 0.7936177850, -0.0040720468],
        [1.9779984951, -2.4285922050, 0.4505937099],
        [0.0259040371, 0.7827717662, -0.8086757660],
    ]
)
_RGB_XYZ = np.array(
    [
        [0.4123908, 0.3575843, 0.1804808],
        [0.2126390, 0.7151687, 0.0721923],
        [0.0193308, 0.1191948, 0.9505322],
    ]
)
_D65 = np.array([0.9504559, 1.0, 1.0890578])


def parse_hex(text: str) -> F64:
    """``#rrggbb`` to sRGB in 0..1 [shape=(3,)].

    Raises
    ------
    ValidationFailed
        The text is no hex colour.
    """
    found = _HEX.match(text.strip())
    if not found:
        raise ValidationFailed(
            f"'{text}' is no colour", where="palette", what_to_do="Write it like #1b2a4c."
        )
    return np.array([int(found[1][i : i + 2], 16) for i in (0, 2, 4)], dtype=np.float64) / 255.0


def to_hex(rgb: ArrayLike) -> str:
    """sRGB in 0..1 [shape=(3,)] to ``#rrggbb``."""
    r, g, b = (round(float(v) * 255) for v in np.clip(np.asarray(rgb, dtype=np.float64), 0, 1))
    return f"#{r:02x}{g:02x}{b:02x}"


def srgb_to_linear(rgb: ArrayLike) -> F64:
    """Decode the sRGB transfer function [any shape, 0..1] (IEC 61966-2-1)."""
    v = np.asarray(rgb, dtype=np.float64)
    return np.where(v <= 0.04045, v / 12.92, ((np.maximum(v, 0) + 0.055) / 1.055) ** 2.4)


def linear_to_srgb(rgb: ArrayLike) -> F64:
    """Encode linear light with the sRGB transfer function [any shape, 0..1] (IEC 61966-2-1)."""
    v = np.clip(np.asarray(rgb, dtype=np.float64), 0, None)
    return np.where(v <= 0.0031308, v * 12.92, 1.055 * v ** (1 / 2.4) - 0.055)


def linear_to_oklab(rgb: ArrayLike) -> F64:
    """Linear Rec.709 [shape=(..., 3)] to OKLab (Ottosson 2020)."""
    lms = np.cbrt(np.maximum(np.asarray(rgb, dtype=np.float64) @ _OK_LMS.T, 0))
    return np.asarray(lms @ _OK_LAB.T)


def oklab_to_linear(lab: ArrayLike) -> F64:
    """OKLab [shape=(..., 3)] to linear Rec.709; out of gamut values are kept."""
    lms = np.asarray(lab, dtype=np.float64) @ np.linalg.inv(_OK_LAB).T
    return np.asarray((lms**3) @ np.linalg.inv(_OK_LMS).T)


def srgb_to_lab(rgb: ArrayLike) -> F64:
    """sRGB 0..1 [shape=(..., 3)] to CIELAB under D65 (CIE 15)."""
    t = (srgb_to_linear(rgb) @ _RGB_XYZ.T) / _D65
    f = np.where(t > 216 / 24389, np.cbrt(t), (24389 / 27 * t + 16) / 116)
    x, y, z = f[..., 0], f[..., 1], f[..., 2]
    return np.stack([116 * y - 16, 500 * (x - y), 200 * (y - z)], axis=-1)


def ciede2000(lab1: ArrayLike, lab2: ArrayLike) -> F64:
    """CIEDE2000 colour difference [shape=(..., 3) each] (ISO/CIE 11664-6)."""
    a1, a2 = np.asarray(lab1, dtype=np.float64), np.asarray(lab2, dtype=np.float64)
    l1, l2 = a1[..., 0], a2[..., 0]
    c_bar = (np.hypot(a1[..., 1], a1[..., 2]) + np.hypot(a2[..., 1], a2[..., 2])) / 2
    g = 0.5 * (1 - np.sqrt(c_bar**7 / (c_bar**7 + 25.0**7)))
    x1, x2 = (1 + g) * a1[..., 1], (1 + g) * a2[..., 1]
    c1, c2 = np.hypot(x1, a1[..., 2]), np.hypot(x2, a2[..., 2])
    h1, h2 = (
        np.degrees(np.arctan2(a1[..., 2], x1)) % 360,
        np.degrees(np.arctan2(a2[..., 2], x2)) % 360,
    )
    grey = c1 * c2 == 0
    dh = np.where(grey, 0.0, (h2 - h1 + 180) % 360 - 180)
    far = np.abs(h1 - h2) > 180
    h_bar = np.where(grey, h1 + h2, np.where(far, (h1 + h2 + 360) / 2 % 360, (h1 + h2) / 2))
    l_bar, cm = (l1 + l2) / 2, (c1 + c2) / 2
    t = (
        1
        - 0.17 * np.cos(np.radians(h_bar - 30))
        + 0.24 * np.cos(np.radians(2 * h_bar))
        + 0.32 * np.cos(np.radians(3 * h_bar + 6))
        - 0.20 * np.cos(np.radians(4 * h_bar - 63))
    )
    sl = 1 + 0.015 * (l_bar - 50) ** 2 / np.sqrt(20 + (l_bar - 50) ** 2)
    sc, sh = 1 + 0.045 * cm, 1 + 0.015 * cm * t
    rt = (
        -2
        * np.sqrt(cm**7 / (cm**7 + 25.0**7))
        * np.sin(np.radians(60 * np.exp(-(((h_bar - 275) / 25) ** 2))))
    )
    dl, dc = (l2 - l1) / sl, (c2 - c1) / sc
    dh_ = 2 * np.sqrt(c1 * c2) * np.sin(np.radians(dh / 2)) / sh
    return np.asarray(np.sqrt(np.maximum(dl**2 + dc**2 + dh_**2 + rt * dc * dh_, 0)))
