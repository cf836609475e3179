"""Wipes: a soft edge that travels across the frame, or along the brightness of the old picture."""

from __future__ import annotations

import cv2
import numpy as np
from numba import njit
from numpy.typing import NDArray

from apex_director.cinematography.model import TransitionKind

from .lanes import weave
from .model import F32, U32
from .prepare import MIP

SOFT_EDGE = 0.035
"""Width of a wipe's edge, in widths of the frame."""
SOFT_LUMA = 0.30
"""How much of the range of brightness is between the shots at one time."""
EVEN_LUMA = 0.012
"""Blur of the brightness a luma wipe follows, in widths of the frame: shapes, not texture."""
LEAN_LUMA = 0.16
"""How strongly a luma wipe also spreads from where the light is, so that flat parts have an order.
"""

LINE_WIPES = frozenset(
    {
        TransitionKind.WIPE_LEFT,
        TransitionKind.WIPE_RIGHT,
        TransitionKind.WIPE_UP,
        TransitionKind.WIPE_DOWN,
    }
)
_BACKWARDS = frozenset({TransitionKind.WIPE_LEFT, TransitionKind.WIPE_UP})
_ACROSS = frozenset({TransitionKind.WIPE_LEFT, TransitionKind.WIPE_RIGHT})


def wiped(
    kind: TransitionKind, share: float, new: U32, old: U32, light: F32, old_light: F32
) -> F32:
    """Lay the old shot over the part of the new one that the edge has not reached yet.

    The edge travels in the direction the wipe is named after.

    Parameters
    ----------
    share : of the old shot, 0..1.
    new, old : uint32 [shape=(h, w)], packed RGB; the frame is written into ``new``.
    light, old_light : float32 [shape=(3, rows, cols)]; the light that goes over is returned.
    """
    height, width = new.shape
    across = kind in _ACROSS
    size = width if across else height
    old_part = _edge(kind, share, size, 1, SOFT_EDGE * width / size)
    weights = np.round(old_part * 256.0).astype(np.uint32)
    whole = np.full(height if across else width, 256, np.uint32)
    mix_lines(new, old, *((weights, whole) if across else (whole, weights)))
    cells = _edge(kind, share, light.shape[2] if across else light.shape[1], MIP, 0.0, size, width)
    shade = cells[None, None, :] if across else cells[None, :, None]
    return np.asarray(light + (old_light - light) * shade, dtype=np.float32)


def _edge(
    kind: TransitionKind,
    share: float,
    count: int,
    cell: int,
    soft: float,
    size: int = 0,
    width: int = 0,
) -> F32:
    """The old shot's share at each of ``count`` places of ``cell`` pixels along the way."""
    size = size or count
    soft = soft or SOFT_EDGE * width / size
    at = (np.arange(count) + 0.5) * cell / size
    edge = (1.0 - share) * (1.0 + soft) - 0.5 * soft
    behind = np.clip(((1.0 - at if kind in _BACKWARDS else at) - edge) / soft + 0.5, 0.0, 1.0)
    return (behind * behind * (3.0 - 2.0 * behind)).astype(np.float32)


def luma_wiped(share: float, new: U32, old: U32, picture: F32, light: F32, old_light: F32) -> F32:
    """The light parts of the old shot give way first, the dark ones last.

    Parameters
    ----------
    share : of the old shot, 0..1.
    new, old : uint32 [shape=(h, w)], packed RGB; the frame is written into ``new``.
    picture : float32 [shape=(rows, cols, 3)], the old shot at an eighth of its size.
    light, old_light : float32 [shape=(3, rows, cols)]; the light that goes over is returned.
    """
    order = brightness_order(picture)
    level = (1.0 - share) * (1.0 + SOFT_LUMA) - SOFT_LUMA
    mix_field(new, old, order, np.float32(level), np.float32(1.0 / SOFT_LUMA))
    part = np.clip((order - np.float32(level)) / np.float32(SOFT_LUMA), 0.0, 1.0)
    part = part * part * (3.0 - 2.0 * part)
    return np.asarray(light + (old_light - light) * part[None], dtype=np.float32)


def brightness_order(picture: F32) -> F32:
    """Which part of a picture is darker: 0 for the lightest to 1 for the darkest, evenly spread.

    Parameters
    ----------
    picture : float32 [shape=(rows, cols, 3)], display values.
    """
    rows, cols = picture.shape[:2]
    luma = np.minimum(picture, np.float32(1.0)) @ np.array([0.2126, 0.7152, 0.0722], np.float32)
    sigma = max(1.0, EVEN_LUMA * cols)
    luma = np.asarray(cv2.GaussianBlur(luma, (0, 0), sigma, borderType=cv2.BORDER_REPLICATE))
    weight = np.maximum(luma - np.float32(luma.mean()), np.float32(0.0)) + np.float32(1e-4)
    y, x = np.mgrid[0:rows, 0:cols].astype(np.float32)
    cy, cx = (float((weight * v).sum() / weight.sum()) for v in (y, x))
    far = np.hypot((y - cy) / cols, (x - cx) / cols).astype(np.float32)
    spread = max(float(luma.std()), 0.02)
    dark = -luma + np.float32(LEAN_LUMA * spread / max(float(far.std()), 1e-6)) * far
    knots = np.linspace(0.0, 1.0, 65)
    order = np.interp(dark, np.quantile(dark, knots), knots)
    return np.asarray(order, dtype=np.float32)


@njit(cache=True)
def mix_lines(dst: U32, other: U32, across: U32, down: U32) -> None:
    """Blend ``other`` into ``dst``, weighted 0..256 by column times row."""
    for y in range(dst.shape[0]):
        v = int(down[y])
        for x in range(dst.shape[1]):
            weight = (int(across[x]) * v) >> 8
            if weight > 0:
                dst[y, x] = weave(dst[y, x], other[y, x], weight)


@njit(cache=True)
def mix_field(dst: U32, other: U32, order: F32, level: np.float32, steep: np.float32) -> None:
    """Blend ``other`` into ``dst`` where ``order``, enlarged from an eighth, exceeds ``level``."""
    rows, cols = order.shape
    zero, one, half = np.float32(0.0), np.float32(1.0), np.float32(0.5)
    line = np.empty(cols, np.float32)
    left, share = _between(dst.shape[1], cols)
    for y in range(dst.shape[0]):
        at = min(max((y + 0.5) / MIP - 0.5, 0.0), rows - 1.0)
        top = min(int(at), max(rows - 2, 0))
        w = np.float32(at - top)
        low, high = np.float32(1e9), np.float32(-1e9)
        for k in range(cols):
            a = order[top, k]
            line[k] = a + (order[min(top + 1, rows - 1), k] - a) * w
            low, high = min(low, line[k]), max(high, line[k])
        if (high - level) * steep <= zero:
            continue
        if (low - level) * steep >= one:
            dst[y] = other[y]
            continue
        for x in range(dst.shape[1]):
            k = left[x]
            value = line[k]
            value += (line[min(k + 1, cols - 1)] - value) * share[x]
            t = min(max((value - level) * steep, zero), one)
            weight = int(t * t * (np.float32(3.0) - np.float32(2.0) * t) * np.float32(256.0) + half)
            if weight >= 256:
                dst[y, x] = other[y, x]
            elif weight > 0:
                dst[y, x] = weave(dst[y, x], other[y, x], weight)


@njit(cache=True)
def _between(width: int, cols: int) -> tuple[NDArray[np.int32], F32]:
    """Between which cells each column lies: the left one, and the right one's share."""
    left, share = np.empty(width, np.int32), np.empty(width, np.float32)
    for x in range(width):
        at = min(max((x + 0.5) / MIP - 0.5, 0.0), cols - 1.0)
        left[x] = min(int(at), max(cols - 2, 0))
        share[x] = np.float32(at - left[x])
    return left, share
