"""A match dissolve's cameras: what both shots are about stays in one place while they melt."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from apex_director.images.model import Scene

from .camera import BASE_ZOOM, DEEPEST, MARGIN
from .model import F64, CameraPath

MOST_SCALE = 1.22
"""How much nearer or farther the shots go together, at most; more would be a zoom of its own."""
MOST_EXTRA = 1.12
"""How much tighter both may become half-way, where that lets them meet; else they stay as wide."""
_ENDS = 0.35
"""Share of the way over which a shot may leave the common place, while it is nearly unseen."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Take:
    """One of the two shots: its path, where its subject stands on the canvas, the parallaxes of its
    layers, and which part of the canvas (width, height) is seen at a zoom of 1.
    """

    path: CameraPath
    subject: tuple[float, float]
    parallaxes: tuple[float, ...]
    window: tuple[float, float] = (1.0, 1.0)


def seen_part(scene: Scene, width: int, height: int) -> tuple[float, float]:
    """Which part of a canvas' width and height a frame shows at a zoom of 1."""
    across, down = scene.canvas_width / width, scene.canvas_height / height
    step = native_zoom(scene, width, height)
    return step / across, step / down


def native_zoom(scene: Scene, width: int, height: int) -> float:
    """The zoom at which a frame shows a canvas pixel for pixel."""
    return min(scene.canvas_width / width, scene.canvas_height / height)


def matched(old: Take, new: Take, start: int, progress: F64) -> tuple[CameraPath, CameraPath]:
    """The paths of both shots, changed in the frames from ``start`` on in which they melt.

    Each subject leaves the place its shot has it in and arrives where the other shot has it; where
    a canvas is too small for that, both meet as near as it goes.

    Parameters
    ----------
    progress : 0..1, one value per frame of the dissolve.
    """
    way = progress * progress * (3.0 - 2.0 * progress)
    rows = [slice(start - t.path.start, start - t.path.start + len(way)) for t in (old, new)]
    scales = _scales(old, new, rows, way)
    for extra in (*np.linspace(1.0, MOST_EXTRA, 7), 1.0):
        bump = extra ** (4.0 * way * (1.0 - way))
        zooms = [scale * bump for scale in scales]
        moves = [_centres(old, new, rows, zooms, way, axis) for axis in (0, 1)]
        if all(meet for _, _, meet in moves):
            break
    return (
        _with(old.path, rows[0], zooms[0], moves[0][0], moves[1][0]),
        _with(new.path, rows[1], zooms[1], moves[0][1], moves[1][1]),
    )


def _with(path: CameraPath, rows: slice, zoom: F64, x: F64, y: F64) -> CameraPath:
    out = replace(path, zoom=path.zoom.copy(), x=path.x.copy(), y=path.y.copy())
    out.zoom[rows], out.x[rows], out.y[rows] = zoom, x, y
    return out


def _scales(old: Take, new: Take, rows: list[slice], way: F64) -> list[F64]:
    """Both zooms with one common change: the old ends as near as the new is, and the reverse."""
    seen = [t.path.zoom[r] * t.path.dolly[r] for t, r in zip((old, new), rows, strict=True)]
    middle = len(way) // 2
    ratio = float(np.clip(seen[1][middle] / seen[0][middle], 1.0 / MOST_SCALE, MOST_SCALE))
    return [
        np.maximum(old.path.zoom[rows[0]] * ratio**way, BASE_ZOOM),
        np.maximum(new.path.zoom[rows[1]] * ratio ** (way - 1.0), BASE_ZOOM),
    ]


def _centres(
    old: Take, new: Take, rows: list[slice], zooms: list[F64], way: F64, axis: int
) -> tuple[F64, F64, bool]:
    """Both shots' looked-at points on one axis, and whether the subjects meet half-way."""
    takes = [_Axis.of(t, r, z, axis) for t, r, z in zip((old, new), rows, zooms, strict=True)]
    wished = takes[0].natural + (takes[1].natural - takes[0].natural) * way
    low = np.maximum(takes[0].least, takes[1].least)
    high = np.minimum(takes[0].most, takes[1].most)
    common = np.where(low <= high, np.clip(wished, low, np.maximum(low, high)), 0.5 * (low + high))
    out = []
    for take, share in zip(takes, (way, 1.0 - way), strict=True):
        t = np.clip(share / _ENDS, 0.0, 1.0)
        place = wished + (common - wished) * t * t * (3.0 - 2.0 * t)
        out.append(take.looked_at(np.clip(place, take.least, take.most)))
    return out[0], out[1], bool(low[len(way) // 2] <= high[len(way) // 2])


@dataclass(frozen=True, kw_only=True, eq=False)
class _Axis:
    """One axis of a shot: where in the frame its subject is (0 middle), and between which places
    the canvas lets the camera put it.
    """

    subject: float
    per: F64
    shift: F64
    natural: F64
    least: F64
    most: F64

    @classmethod
    def of(cls, take: Take, rows: slice, zoom: F64, axis: int) -> _Axis:
        path, window = take.path, take.window[axis]
        turn, shift = ((path.x, path.tx), (path.y, path.ty))[axis]
        turn, shift, dolly = turn[rows], shift[rows], path.dolly[rows]
        low, high = np.zeros(len(zoom)), np.ones(len(zoom))
        for parallax in _depths(take.parallaxes):
            half = 0.5 * window / (zoom * (1.0 + (dolly - 1.0) * parallax)) + MARGIN
            low = np.maximum(low, half - shift * parallax)
            high = np.minimum(high, 1.0 - half - shift * parallax)
        per = zoom * dolly / window
        own = path.zoom[rows] * dolly / window
        subject = take.subject[axis]
        # A subject to the right of the looked-at point stands to the right in the frame.
        return cls(
            subject=subject,
            per=per,
            shift=shift,
            natural=(subject - turn - shift) * own,
            least=(subject - high - shift) * per,
            most=(subject - low - shift) * per,
        )

    def looked_at(self, place: F64) -> F64:
        """The looked-at point that puts the subject there."""
        return np.asarray(self.subject - self.shift - place / self.per)


def _depths(parallaxes: Sequence[float]) -> set[float]:
    return {min(p, DEEPEST) for p in (*parallaxes, 0.0, 1.0)}
