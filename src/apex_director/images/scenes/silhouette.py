"""Silhouettes from smooth parts: tapered limbs along splines, closed spline contours and cuts,
melted into each other and rasterised with anti-aliasing at any size.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

import cv2
import numpy as np
from numpy.typing import NDArray

F32 = NDArray[np.float32]
Points = Sequence[tuple[float, float]]
SHIFT = 4  # fractional bits of cv2's fixed-point polygon corners
SMALLEST, LARGEST, SUPERSAMPLE = 320, 1500, 4


@dataclass(frozen=True, kw_only=True)
class Part:
    """One piece of a silhouette in figure units (x right, y up, a person is about 1 high).

    ``radii`` makes it a tapered limb along a spline through ``points``; without, ``points`` are
    the knots of a closed contour, smooth unless ``sharp``. ``cut`` removes what it covers.
    ``fine`` parts are drawn after the others have melted together, so thin things stay thin.
    """

    points: Points
    radii: tuple[float, ...] = ()
    sharp: bool = False
    cut: bool = False
    fine: bool = False


def limb(points: Points, radii: Sequence[float], *, fine: bool = False, cut: bool = False) -> Part:
    """A tapered stroke through ``points``; ``radii`` are spread evenly along it."""
    return Part(points=tuple(points), radii=tuple(radii), fine=fine, cut=cut)


def blob(points: Points, *, fine: bool = False, cut: bool = False, sharp: bool = False) -> Part:
    """A closed contour through ``points``."""
    return Part(points=tuple(points), fine=fine, cut=cut, sharp=sharp)


def disc(
    x: float, y: float, rx: float, ry: float = 0.0, *, fine: bool = False, cut: bool = False
) -> Part:
    """An ellipse."""
    t = np.linspace(0.0, 2.0 * np.pi, 17)[:-1]
    ring = [(x + rx * float(np.cos(a)), y + (ry or rx) * float(np.sin(a))) for a in t]
    return Part(points=tuple(ring), fine=fine, cut=cut)


def moved(
    parts: Sequence[Part], dx: float, dy: float, scale: float = 1.0, *, flip: bool = False
) -> list[Part]:
    """The parts scaled, mirrored when ``flip``, then shifted."""
    sx = -scale if flip else scale
    return [
        Part(
            points=tuple((x * sx + dx, y * scale + dy) for x, y in part.points),
            radii=tuple(r * scale for r in part.radii),
            sharp=part.sharp,
            cut=part.cut,
            fine=part.fine,
        )
        for part in parts
    ]


def spline(points: Points, per_segment: int, *, closed: bool) -> NDArray[np.float64]:
    """Centripetal Catmull-Rom samples through ``points`` [shape=(n, 2)].

    Source: Yuksel, Schaefer, Keyser 2011, Parameterization of Catmull-Rom curves.
    """
    p = np.asarray(points, np.float64)
    if len(p) < 3 and not closed:
        t = np.linspace(0.0, 1.0, per_segment + 1)[:, None]
        return cast(NDArray[np.float64], p[0] * (1 - t) + p[-1] * t)
    ends = (p[-1:], p[:2]) if closed else (2 * p[:1] - p[1:2], 2 * p[-1:] - p[-2:-1])
    q = np.concatenate([ends[0], p, ends[1]])
    knots = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(q, axis=0), axis=1) ** 0.5)])
    rows = [
        _segment(q[i - 1 : i + 3], knots[i - 1 : i + 3], per_segment) for i in range(1, len(q) - 2)
    ]
    return np.concatenate([*rows, q[-2:-1]])


def _segment(q: NDArray[np.float64], k: NDArray[np.float64], n: int) -> NDArray[np.float64]:
    """Barry-Goldman pyramid of one span, end point left out."""
    t = np.linspace(k[1], k[2], n, endpoint=False)[:, None]

    def mix(a: NDArray[np.float64], b: NDArray[np.float64], i: int, j: int) -> NDArray[np.float64]:
        span = max(k[j] - k[i], 1e-9)
        return cast(NDArray[np.float64], a * (k[j] - t) / span + b * (t - k[i]) / span)

    a1, a2, a3 = (mix(q[i], q[i + 1], i, i + 1) for i in range(3))
    return mix(mix(a1, a2, 0, 2), mix(a2, a3, 1, 3), 1, 2)


def _bounds(
    traced: list[tuple[NDArray[np.float64], NDArray[np.float64]]], melt: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    edge = melt * 0.6 + 0.001
    low = np.min([(c - r[:, None]).min(axis=0) for c, r in traced], axis=0) - edge
    high = np.max([(c + r[:, None]).max(axis=0) for c, r in traced], axis=0) + edge
    return low, high


def rasterise(
    parts: Sequence[Part], height_px: int, *, melt: float = 0.006, unit_px: float = 0.0
) -> F32:
    """Coverage [shape=(height_px, w), float32, 0..1] of the union of ``parts``, cropped to them.

    Parameters
    ----------
    melt : float
        Radius, in figure units, over which joints flow together (a smooth union).
    unit_px : float
        Pixels per figure unit; when given it sets the height instead of ``height_px``.
    """
    traced = [_trace(part) for part in parts]
    low, high = _bounds(traced, melt)
    if unit_px > 0.0:
        height_px = max(4, round(float(high[1] - low[1]) * unit_px))
    big = int(np.clip(height_px * SUPERSAMPLE, SMALLEST, max(LARGEST, height_px * 2)))
    scale = big / float(high[1] - low[1])
    wide = max(4, int(np.ceil((high[0] - low[0]) * scale)))
    mask = np.zeros((big, wide), np.uint8)
    for fine in (False, True):
        for part, (curve, radii) in zip(parts, traced, strict=True):
            if part.fine == fine:
                _paint(mask, part, (curve - (low[0], high[1])) * (scale, -scale), radii * scale)
        if not fine and melt > 0.0:
            mask = _melted(mask, melt * scale)
    width = max(2, round(wide * height_px / big))
    small = cv2.resize(mask, (width, height_px), interpolation=cv2.INTER_AREA)
    return np.asarray(small, np.float32) / np.float32(255.0)


def _trace(part: Part) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    if part.radii:
        curve = spline(part.points, 10, closed=False)
        at = np.linspace(0.0, len(part.radii) - 1.0, len(curve))
        return curve, np.interp(at, np.arange(len(part.radii)), part.radii)
    curve = np.asarray(part.points, np.float64)
    if not part.sharp:
        curve = spline(part.points, 14, closed=True)
    return curve, np.zeros(len(curve))


def _paint(
    mask: NDArray[np.uint8], part: Part, curve: NDArray[np.float64], radii: NDArray[np.float64]
) -> None:
    value = 0 if part.cut else 255
    one = 1 << SHIFT
    if not part.radii:
        cv2.fillPoly(mask, [np.round(curve * one).astype(np.int32)], value, cv2.LINE_AA, SHIFT)
        return
    step = np.diff(curve, axis=0)
    side = np.stack([-step[:, 1], step[:, 0]], 1) / np.maximum(
        np.linalg.norm(step, axis=1, keepdims=True), 1e-9
    )
    for i in range(len(step)):
        a, b = side[i] * radii[i], side[i] * radii[i + 1]
        quad = np.stack([curve[i] + a, curve[i + 1] + b, curve[i + 1] - b, curve[i] - a])
        cv2.fillConvexPoly(mask, np.round(quad * one).astype(np.int32), value, cv2.LINE_AA, SHIFT)
    for (x, y), r in zip(curve, radii, strict=True):
        where = (round(x * one), round(y * one))
        cv2.circle(mask, where, max(1, round(r * one)), value, -1, cv2.LINE_AA, SHIFT)


def _melted(mask: NDArray[np.uint8], radius: float) -> NDArray[np.uint8]:
    """Round every corner by blurring and cutting again at half, one pixel soft."""
    if radius < 0.7:
        return mask
    soft = cv2.GaussianBlur(mask.astype(np.float32), (0, 0), radius, borderType=cv2.BORDER_CONSTANT)
    gain = np.float32(radius * 1.8)
    return np.asarray(np.clip((soft - 127.5) * gain + 127.5, 0, 255), np.uint8)


def rim(coverage: F32, light_dir: tuple[float, float], width_px: float) -> F32:
    """Rim-light mask [shape as ``coverage``, 0..1]: the edge that faces the light, fading inwards.

    Parameters
    ----------
    light_dir : (dx, dy)
        From the figure towards the light in picture directions (y down); any length.
    width_px : float
        How far the light reaches into the silhouette.
    """
    dx, dy = light_dir
    size = max(float(np.hypot(dx, dy)), 1e-6)
    pad = int(np.ceil(2.2 * width_px)) + 2
    wide = cv2.copyMakeBorder(coverage, pad, pad, pad, pad, cv2.BORDER_CONSTANT, value=0.0)
    lit = np.zeros_like(wide)
    steps = 6
    for i in range(1, steps + 1):
        lit += 1.0 - _shifted(
            wide, dx / size * width_px * i / steps, dy / size * width_px * i / steps
        )
    # what is hardly wider than the light reaches would be all light: a leg would turn pale
    behind = np.minimum(
        _shifted(wide, -dx / size * width_px * 2.2, -dy / size * width_px * 2.2),
        _shifted(wide, -dx / size * width_px * 1.2, 0.0),
    )
    full = np.float32(0.22) + np.float32(0.78) * behind[pad:-pad, pad:-pad]
    inner = lit[pad:-pad, pad:-pad] / np.float32(steps)
    return np.asarray(coverage * inner**2 * full, np.float32)


def _shifted(wide: F32, dx: float, dy: float) -> F32:
    """The mask as it is ``dx`` pixels to the right and ``dy`` below."""
    shift = np.asarray([[1, 0, -dx], [0, 1, -dy]], np.float32)
    return np.asarray(
        cv2.warpAffine(wide, shift, wide.shape[::-1], flags=cv2.INTER_LINEAR), np.float32
    )
