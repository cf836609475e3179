"""One sheet of a street picture: what gives back light and what shines, and how things are laid
into it through the air between them and the eye.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from apex_director.images.scenes.lamps import glow_at
from apex_director.images.scenes.shapes import fill, stroke_polygon
from apex_director.images.scenes.street.light import Lights
from apex_director.images.scenes.street.view import F64, View

F32 = NDArray[np.float32]
_EDGE = 3  # pixels kept free round a shape


@dataclass(frozen=True, eq=False)
class Sheet:
    """``out`` [h, w, 4] premultiplied, ``light`` [h, w, 3] added light, and what sees them. Methods
    lay things over both, in place; farther things must come first.
    """

    view: View
    lights: Lights
    out: F32
    light: F32

    def air(self, d: float, y: float) -> tuple[float, F32]:
        """Share and colour of the air before something ``d`` metres ahead and ``y`` high."""
        low = 1.0 + 0.8 * float(np.exp(-max(y, 0.0) * 0.08))
        share = min(
            1.0 - float(np.exp(-self.lights.fog * low * max(d - self.lights.fog_from, 0.0))), 0.985
        )
        mist, haze = self.lights.table[0], self.lights.table[9]
        return share, mist + (haze - mist) * np.float32(np.exp(-max(y, 0.0) * 0.055))

    def cover(self, mask: F32, x: int, y: int, colour: F32, d: float, high: float) -> None:
        """A mask [h, w] with its corner at a pixel, in a colour [3] or [h, w, 3]."""
        part, light, cut = self._part(mask.shape, x, y)
        if cut is None:
            return
        share, fog = self.air(d, high)
        m = mask[cut][..., None]
        paint = colour[cut] if colour.ndim == 3 else colour
        part *= 1 - m
        part[..., :3] += m * (paint * np.float32(1 - share) + fog * np.float32(share))
        part[..., 3:] += m
        light *= 1 - m

    def shine(self, glow: F32, x: int, y: int, d: float, high: float) -> None:
        """Light [h, w, 3] with its corner at a pixel."""
        _, light, cut = self._part(glow.shape[:2], x, y)
        if cut is not None:
            light += glow[cut] * np.float32(1 - 0.8 * self.air(d, high)[0])

    def _part(
        self, shape: tuple[int, ...], x: int, y: int
    ) -> tuple[F32, F32, tuple[slice, slice] | None]:
        h, w = self.out.shape[:2]
        y0, y1, x0, x1 = max(0, y), min(h, y + shape[0]), max(0, x), min(w, x + shape[1])
        if y0 >= y1 or x0 >= x1:
            return self.out[:0], self.light[:0], None
        cut = slice(y0 - y, y1 - y), slice(x0 - x, x1 - x)
        return self.out[y0:y1, x0:x1], self.light[y0:y1, x0:x1], cut

    def _box(self, flat: F64) -> tuple[int, int, int, int]:
        """Columns and rows about a polygon, cut at the picture: x0, y0, width, height."""
        low = np.maximum(np.floor(flat.min(axis=0)).astype(int) - _EDGE, -_EDGE)
        high = np.minimum(
            np.ceil(flat.max(axis=0)).astype(int) + _EDGE,
            (self.view.width + _EDGE, self.view.height + _EDGE),
        )
        return (
            int(low[0]),
            int(low[1]),
            int(max(high[0] - low[0], 0)),
            int(max(high[1] - low[1], 0)),
        )

    def polygon(self, points: F64, colour: F32, glow: F32 | None = None) -> None:
        """A flat shape [n, 3] of the world in one colour; ``glow`` is what shines from it."""
        flat = self.view.outline(points)
        if flat is None:
            return
        x, y, w, h = self._box(flat)
        if w <= 0 or h <= 0:
            return
        mid = points.mean(axis=0)
        d = max(self.view.depth(mid[0], mid[2]), 0.5)
        mask = fill(h, w, [flat - (x, y)])
        self.cover(mask, x, y, colour, d, float(mid[1]))
        if glow is not None:
            self.shine(mask[..., None] * glow, x, y, d, float(mid[1]))

    def card(self, picture: F32, glow: F32 | None, corners: F64) -> None:
        """A picture [h, w, 4] premultiplied, and its light [h, w, 3], on a quad [4, 3] of the
        world:
        upper left, upper right, lower right, lower left as seen.
        """
        seen = self.view.camera(corners)
        if (seen[:, 2] < 0.5).any():
            return
        flat = self.view.pixels(seen)
        x, y, w, h = self._box(flat)
        if w <= 2 * _EDGE or h <= 2 * _EDGE:
            return
        th, tw = picture.shape[:2]
        frame = np.asarray([(0, 0), (tw, 0), (tw, th), (0, th)], np.float32) - np.float32(0.5)
        turn = cv2.getPerspectiveTransform(
            frame + np.float32(1.0), (flat - (x + 0.5, y + 0.5)).astype(np.float32)
        )
        mid, d = corners.mean(axis=0), max(float(seen[:, 2].mean()), 0.5)

        def warp(img: F32) -> F32:
            edged = cv2.copyMakeBorder(img, 1, 1, 1, 1, cv2.BORDER_CONSTANT, value=(0, 0, 0, 0))
            return np.asarray(cv2.warpPerspective(edged, turn, (w, h), flags=cv2.INTER_LINEAR))

        laid = warp(picture)
        mask = laid[..., 3]
        safe = np.maximum(mask, np.float32(1e-4))[..., None]
        self.cover(mask, x, y, np.asarray(laid[..., :3] / safe, np.float32), d, float(mid[1]))
        if glow is not None:
            self.shine(warp(glow), x, y, d, float(mid[1]))

    def line(
        self, points: F64, wide: float, colour: F32, thinnest: float = 0.0, steps: int = 1
    ) -> None:
        """A round line [n, 3] of the world, ``wide`` metres thick."""
        for a, b in zip(points[:-1:steps], points[steps::steps], strict=False):
            seen = self.view.camera(np.stack([a, b]))
            if (seen[:, 2] < 0.5).any():
                return
        seen = self.view.camera(points)
        flat = self.view.pixels(seen)
        d = float(seen[:, 2].mean())
        thick = (
            max(wide * self.view.focal / seen[0, 2], thinnest),
            max(wide * self.view.focal / seen[-1, 2], thinnest),
        )
        x, y, w, h = self._box(flat)
        if w <= 0 or h <= 0:
            return
        mask = fill(h, w, [stroke_polygon(flat - (x, y), *thick)])
        self.cover(mask, x, y, colour, d, float(points[:, 1].mean()))

    def lamp(self, x: float, y: float, z: float, radius: float, colour: F32) -> None:
        """A shining ball with its halo in the air."""
        col, row, scale = self.view.place(x, y, z)
        if scale > 0:
            share = self.air(self.view.focal / scale, y)[0]
            size = max(radius * scale, 0.7)
            weak = min(1.0, (radius * scale / 0.7) ** 2)
            glow_at(self.light, col, row, size, colour * np.float32((1 - 0.7 * share) * weak))


def blend(below: F32, light: F32, above: Sheet) -> tuple[F32, F32]:
    """Ground (or sky) and its light under a sheet."""
    rest = 1 - np.minimum(above.out[..., 3:], 1)
    return below * rest + above.out[..., :3], light * rest + above.light
