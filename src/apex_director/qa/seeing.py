"""One look at a frame: all that the final check needs of it, small enough to keep.

A segment is watched once, when it is encoded; a master of stream-copied segments shows these very
frames, so what was seen of them need not be decoded again.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from .grid import grid_shape, linear_curve, measure_cells, small_planes
from .model import U8, Picture

U16 = NDArray[np.uint16]
F32 = NDArray[np.float32]
GLANCE_VERSION = 1
LIGHT_STEPS = 65535.0  # relative luminance 0..1 is kept in so many steps
RED_STEPS = 200.0  # steps per unit of the saturated-red value, 0..320
BLACK_PEAK = 32  # limited-range code value that nothing in a black frame exceeds (99.5 percentile)
QUICK_LIGHT, QUICK_RED = 0.01, 2.0  # seven changes of the limit within a second are far quicker
QUICK_SHARE = 0.014  # half the smallest area that can flash
THUMB_SIDE = 96  # averages grain away, which would hide a frozen picture


@dataclass(frozen=True, kw_only=True, eq=False)
class Glance:
    """What was seen of a frame.

    ``light`` and ``red`` [uint16, shape=(rows, columns)] are the cells of :func:`cell_means` in
    steps; ``luma`` [uint8, at most 320 on the long side] the small picture that tells movement from
    flashing, None where it was not kept because nothing changed quickly; ``thumb`` [uint8, at most
    96 on the long side] its luma again; ``black`` whether the
    frame is; ``outside`` the share of luma out of video range.
    """

    light: U16
    red: U16
    luma: U8 | None
    thumb: U8
    black: bool
    outside: float

    @property
    def cells(self) -> tuple[F32, F32]:
        """Relative luminance and saturated-red value of every cell, as float32."""
        return (
            (self.light / np.float32(LIGHT_STEPS)).astype(np.float32),
            (self.red / np.float32(RED_STEPS)).astype(np.float32),
        )


def glance(y: U8, u: U8, v: U8) -> Glance:
    """Look at a frame: uint8 4:2:0 planes, limited-range BT.709."""
    height, width = y.shape
    small = small_planes(y, u, v)
    cells = measure_cells(*small, _curve(), grid_shape(width, height))
    counts = np.bincount(y[::4, ::4].ravel(), minlength=256)
    total = int(counts.sum())
    return Glance(
        light=_steps(cells[0], LIGHT_STEPS),
        red=_steps(cells[1], RED_STEPS),
        luma=small[0],
        thumb=_thumb(y),
        black=float(counts[BLACK_PEAK + 1 :].sum()) / total < 0.005,
        outside=float(counts[:16].sum() + counts[236:].sum()) / total,
    )


@cache
def _curve() -> F32:
    return linear_curve()


def glances(frames: Iterable[Picture]) -> Iterator[Glance]:
    """Look at every frame."""
    return (glance(frame.y, frame.u, frame.v) for frame in frames)


def _steps(values: F32, steps: float) -> U16:
    kept = np.clip(np.rint(values * np.float32(steps)), 0, 65535)
    return np.asarray(kept, dtype=np.uint16)


def _thumb(y: U8) -> U8:
    height, width = y.shape
    scale = min(1.0, THUMB_SIDE / max(width, height))
    size = max(1, round(width * scale)), max(1, round(height * scale))
    return np.asarray(cv2.resize(y, size, interpolation=cv2.INTER_AREA), dtype=np.uint8)


def quick(before: Glance, now: Glance) -> bool:
    """Whether so much changed between neighbours that it could be part of a flash."""
    light = np.abs(now.light.astype(np.int32) - before.light.astype(np.int32))
    red = np.abs(now.red.astype(np.int32) - before.red.astype(np.int32))
    changed = (light > QUICK_LIGHT * LIGHT_STEPS) | (red > QUICK_RED * RED_STEPS)
    return float(changed.mean()) > QUICK_SHARE


def packed(seen: Sequence[Glance]) -> dict[str, NDArray[Any]]:
    """Glances as arrays of one row per frame, for a file; of calm stretches the small pictures are
    left out.
    """
    kept = [k for k in range(len(seen)) if _needed(seen, k) and seen[k].luma is not None]
    pictures = [p for p in (seen[k].luma for k in kept) if p is not None]
    return {
        "version": np.asarray(GLANCE_VERSION),
        "light": np.stack([g.light for g in seen]),
        "red": np.stack([g.red for g in seen]),
        "luma": np.stack(pictures) if pictures else np.zeros((0, 0, 0), np.uint8),
        "kept": np.asarray(kept, dtype=np.int64),
        "thumb": np.stack([g.thumb for g in seen]),
        "black": np.asarray([g.black for g in seen]),
        "outside": np.asarray([g.outside for g in seen]),
    }


def _needed(seen: Sequence[Glance], k: int) -> bool:
    """A picture is looked at while one of the next three frames changes quickly; what follows a
    segment's last frames is not known.
    """
    if k < 2 or k >= len(seen) - 2:
        return True
    return any(quick(seen[n - 1], seen[n]) for n in range(k, k + 3))


def unpacked(arrays: Mapping[str, NDArray[Any]]) -> Iterator[Glance] | None:
    """The glances of :func:`packed`, or None where another version kept them."""
    if int(arrays.get("version", np.asarray(0))) != GLANCE_VERSION:
        return None
    pictures: dict[int, U8] = dict(zip(arrays["kept"].tolist(), arrays["luma"], strict=True))
    rows = [arrays[name] for name in ("light", "red", "thumb", "black", "outside")]
    return (
        Glance(light=a, red=b, luma=pictures.get(k), thumb=d, black=bool(e), outside=float(f))
        for k, (a, b, d, e, f) in enumerate(zip(*rows, strict=True))
    )
