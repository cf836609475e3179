"""The eye in the street: where it stands, and where the points of the street fall on the picture.

World units are metres: x right across the street, y up, z along it. Verticals stay vertical, as
with a shift lens, so that each column of the picture looks along one line on the ground.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

F32 = NDArray[np.float32]
F64 = NDArray[np.float64]

NEAREST = 0.45  # metres before the eye where shapes are cut
SHRINK = 2  # the mirrored street is painted at half the size: the ground blurs it anyway


@dataclass(frozen=True, kw_only=True)
class View:
    """A camera: canvas size, place (``x``, ``eye`` high, z = 0), ``yaw`` in radians to the right,
    ``focal``, principal column ``centre`` and row ``horizon`` in pixels.
    """

    width: int
    height: int
    x: float
    eye: float
    yaw: float
    focal: float
    centre: float
    horizon: float

    def camera(self, points: F64) -> F64:
        """Points [n, 3] of the world as (right, up from the eye, ahead)."""
        sin, cos = float(np.sin(self.yaw)), float(np.cos(self.yaw))
        x, z = points[:, 0] - self.x, points[:, 2]
        right, ahead = x * cos - z * sin, x * sin + z * cos
        return np.stack([right, points[:, 1] - self.eye, ahead], axis=1)

    def pixels(self, seen: F64) -> F64:
        """Columns and rows [n, 2] of points in camera coordinates, all of them before the eye."""
        scale = self.focal / np.maximum(seen[:, 2], 1e-3)
        return np.stack([self.centre + seen[:, 0] * scale, self.horizon - seen[:, 1] * scale], 1)

    def place(self, x: float, y: float, z: float) -> tuple[float, float, float]:
        """Column, row and pixels per metre at a point; the scale is 0 behind the eye."""
        seen = self.camera(np.asarray([[x, y, z]], np.float64))
        if seen[0, 2] < NEAREST:
            return 0.0, 0.0, 0.0
        col, row = self.pixels(seen)[0]
        return float(col), float(row), self.focal / float(seen[0, 2])

    def depth(self, x: float, z: float) -> float:
        """How far ahead a place on the ground is."""
        return float((x - self.x) * np.sin(self.yaw) + z * np.cos(self.yaw))

    def outline(self, points: F64) -> F64 | None:
        """A polygon [n, 3] of the world on the picture, cut at the eye; None if it is not seen."""
        seen = cut_near(self.camera(np.asarray(points, np.float64)))
        if len(seen) < 3:
            return None
        flat = self.pixels(seen)
        low, high = flat.min(axis=0), flat.max(axis=0)
        if high[0] < 0 or high[1] < 0 or low[0] > self.width or low[1] > self.height:
            return None
        return flat

    def vanishing(self) -> tuple[float, float]:
        """Where the street's own lines meet, in fractions of the canvas."""
        col = self.centre - self.focal * float(np.tan(self.yaw))
        return col / self.width, self.horizon / self.height

    def mirrored(self, shrink: int) -> View:
        """The camera under the street that sees what wet ground shows, upside down, its horizon on
        the bottom row, ``shrink`` times smaller; it sees beyond the picture: smears reach far.
        """
        rows = max(8, round((self.height - self.horizon) * 1.9 / shrink) + 2)
        return replace(
            self,
            width=-(-self.width // shrink),
            height=rows,
            eye=-self.eye,
            focal=self.focal / shrink,
            centre=self.centre / shrink,
            horizon=float(rows),
        )


def cut_near(seen: F64) -> F64:
    """A polygon in camera coordinates without what lies behind the eye (Sutherland-Hodgman)."""
    inside = seen[:, 2] >= NEAREST
    if inside.all():
        return seen
    kept: list[F64] = []
    for i in range(len(seen)):
        a, b = seen[i - 1], seen[i]
        if inside[i] != inside[i - 1]:
            t = (NEAREST - a[2]) / (b[2] - a[2])
            kept.append(a + (b - a) * t)
        if inside[i]:
            kept.append(b)
    return np.asarray(kept, np.float64).reshape(-1, 3)
