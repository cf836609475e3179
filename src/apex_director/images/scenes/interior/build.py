"""How furniture is put together: primitives gathered into objects, with their materials."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from apex_director.images.scenes.interior import forms as forms

F32 = NDArray[np.float32]
F64 = NDArray[np.float64]
Vec = tuple[float, float, float]


@dataclass(kw_only=True)
class Store:
    """Primitives, objects, polygon corners and materials as they are gathered."""

    prims: list[list[float]] = field(default_factory=list)
    objs: list[list[float]] = field(default_factory=list)
    corners: list[tuple[float, float, float, float, float]] = field(default_factory=list)
    mats: list[list[float]] = field(default_factory=list)

    def material(
        self, colour: F32, *, shiny: float = 0.03, rough: float = 0.35, sheen: float = 0.0,
        glow: float = 0.0, grain: float = forms.PLAIN, thin: float = 0.0,
    ) -> int:  # fmt: skip
        """A material's number."""
        self.mats.append([*(float(c) for c in colour), shiny, rough, sheen, glow, grain, thin])
        return len(self.mats) - 1

    def tables(self) -> tuple[F64, F64, F64, F64]:
        """Primitives, objects, corners and materials as the kernels want them."""
        return (
            np.asarray(self.prims, np.float64).reshape(-1, forms.PRIM_SIZE),
            np.asarray(self.objs, np.float64).reshape(-1, forms.OBJ_SIZE),
            np.ascontiguousarray(np.asarray([*self.corners, (0.0,) * 5], np.float64).T),
            np.asarray(self.mats, np.float64).reshape(-1, forms.MAT_SIZE),
        )


def _reach(kind: int, size: Vec) -> float:
    """The radius of a ball about a primitive's centre that holds it."""
    a, b, c = size
    if kind in (forms.CYLINDER, forms.CONE):
        return math.hypot(max(a, c), b) + 0.01
    if kind == forms.RING:
        return a + b
    return math.hypot(a, b, c)


def _edges(
    outline: Sequence[tuple[float, float]],
) -> list[tuple[float, float, float, float, float]]:
    """A corner, the way to the one before it, and one over its squared length, for each corner."""
    ways = [(a[0], a[1], b[0] - a[0], b[1] - a[1])
            for a, b in zip(outline, [outline[-1], *outline[:-1]], strict=True)]  # fmt: skip
    return [(*way, 1.0 / max(way[2] ** 2 + way[3] ** 2, 1e-12)) for way in ways]


class Piece:
    """One object under construction at (x, 0, z), turned by ``yaw`` (0 faces the viewer)."""

    def __init__(
        self, store: Store, x: float, z: float, yaw: float = 0.0, scale: float = 1.0,
        lift: float = 0.0,
    ) -> None:  # fmt: skip
        self.store, self.scale = store, scale
        self.x, self.z, self.lift = x, z, lift
        self.yaw = yaw
        self.first = len(store.prims)
        self.low, self.high = [math.inf] * 3, [-math.inf] * 3

    def _place(self, at: Vec) -> Vec:
        c, s = math.cos(self.yaw), math.sin(self.yaw)
        x, y, z = (v * self.scale for v in at)
        return self.x + x * c + z * s, self.lift + y, self.z - x * s + z * c

    def _add(
        self, kind: int, mat: int, at: Vec, size: Vec, bound: float, *, turn: float = 0.0,
        tip: float = 0.0, rounding: float = 0.0, melt: float = 0.0, first: float = 0.0,
        last: float = 0.0, ball: float = 0.0,
    ) -> None:  # fmt: skip
        px, py, pz = self._place(at)
        yaw = self.yaw + turn
        row = [
            kind,
            mat,
            px,
            py,
            pz,
            math.cos(yaw),
            math.sin(yaw),
            math.cos(tip),
            math.sin(tip),
            *size,
            rounding,
            melt,
            first,
            last,
            px,
            py,
            pz,
            ball or _reach(kind, size),
        ]
        self.store.prims.append([float(v) for v in row])
        self._grow((px, py, pz), bound)

    def _grow(self, at: Vec, bound: float) -> None:
        for k in range(3):
            self.low[k] = min(self.low[k], at[k] - bound)
            self.high[k] = max(self.high[k], at[k] + bound)

    def box(
        self, mat: int, at: Vec, size: Vec, rounding: float = 0.01, melt: float = 0.0, *,
        turn: float = 0.0, tip: float = 0.0,
    ) -> None:  # fmt: skip
        """A rounded box of full ``size`` about its centre ``at``."""
        a, b, c = (v * 0.5 * self.scale for v in size)
        px, py, pz = self._place(at)
        before = (list(self.low), list(self.high))
        self._add(forms.BOX, mat, at, (a, b, c), 0.0, turn=turn, tip=tip,
                  rounding=min(rounding * self.scale, a, b, c), melt=melt * self.scale)  # fmt: skip
        self.low, self.high = before
        yaw = self.yaw + turn
        co, si = abs(math.cos(yaw)), abs(math.sin(yaw))
        tc, ts = abs(math.cos(tip)), abs(math.sin(tip))
        up, deep = b * tc + c * ts, c * tc + b * ts
        half = (a * co + deep * si, up, a * si + deep * co)
        for k, v in enumerate((px, py, pz)):
            self.low[k] = min(self.low[k], v - half[k])
            self.high[k] = max(self.high[k], v + half[k])

    def rod(self, mat: int, a: Vec, b: Vec, r0: float, r1: float = 0.0, melt: float = 0.0) -> None:
        """A tapered rod from ``a`` to ``b``."""
        p, q = self._place(a), self._place(b)
        way = tuple(j - i for i, j in zip(p, q, strict=True))
        s = self.scale
        ball = (
            *(0.5 * (i + j) for i, j in zip(p, q, strict=True)),
            0.5 * math.hypot(*way) + max(r0, r1) * s,
        )
        row = [forms.CAPSULE, mat, *p, 1, 0, 1, 0, *way, r0 * s, melt * s, (r1 or r0) * s, 0, *ball]
        self.store.prims.append([float(v) for v in row])
        self._grow(p, max(r0, r1) * s)
        self._grow(q, max(r0, r1) * s)

    def drum(
        self, mat: int, at: Vec, radius: float, tall: float, rounding: float = 0.005,
        melt: float = 0.0, tip: float = 0.0,
    ) -> None:  # fmt: skip
        """An upright cylinder about its centre."""
        s = self.scale
        size = (radius * s, 0.5 * tall * s, 0.0)
        self._add(forms.CYLINDER, mat, at, size, max(radius, tall * 0.5) * s, tip=tip,
                  rounding=rounding * s, melt=melt * s)  # fmt: skip

    def cone(
        self, mat: int, at: Vec, low: float, top: float, tall: float, melt: float = 0.0
    ) -> None:
        """A frustum about its centre."""
        s = self.scale
        self._add(forms.CONE, mat, at, (low * s, 0.5 * tall * s, top * s),
                  max(low, top, tall * 0.5) * s, rounding=0.004 * s, melt=melt * s)  # fmt: skip

    def egg(self, mat: int, at: Vec, size: Vec, melt: float = 0.0, tip: float = 0.0) -> None:
        """An ellipsoid of half axes ``size``."""
        half = (size[0] * self.scale, size[1] * self.scale, size[2] * self.scale)
        self._add(forms.ELLIPSOID, mat, at, half, max(half), melt=melt * self.scale, tip=tip)

    def ring(self, mat: int, at: Vec, radius: float, thick: float, tip: float = 0.0) -> None:
        """A torus lying flat, or tipped."""
        s = self.scale
        self._add(forms.RING, mat, at, (radius * s, thick * s, 0.0), (radius + thick) * s, tip=tip)

    def prism(
        self, mat: int, at: Vec, outline: Sequence[tuple[float, float]], tall: float,
        rounding: float = 0.01, *, turn: float = 0.0, tip: float = 0.0,
    ) -> None:  # fmt: skip
        """An upright slab over an ``outline`` of (x, z), turned and tipped about ``at``."""
        s, half = self.scale, 0.5 * tall * self.scale
        first = len(self.store.corners)
        self.store.corners += _edges([(x * s, z * s) for x, z in outline])
        reach = max(math.hypot(x, z) for x, z in outline) * s
        spots = [
            self._turned(at, (x * s, y, z * s), turn, tip)
            for x, z in outline
            for y in (-half, half)
        ]
        for spot in spots:
            self._grow(spot, 0.0)
        middle = np.mean(spots, axis=0)
        ball = float(np.max(np.linalg.norm(np.asarray(spots) - middle, axis=1)))
        self._add(forms.PRISM, mat, at, (reach, half, 0.0), 0.0, turn=turn, tip=tip,
                  rounding=rounding * s, first=first, last=len(self.store.corners))  # fmt: skip
        self.store.prims[-1][forms.BX :] = [*(float(v) for v in middle), ball]

    def _turned(self, at: Vec, spot: Vec, turn: float, tip: float) -> Vec:
        """A point of a primitive's own axes in the room: the inverse of the kernels' `local`."""
        px, py, pz = self._place(at)
        c, s = math.cos(self.yaw + turn), math.sin(self.yaw + turn)
        up = spot[1] * math.cos(tip) - spot[2] * math.sin(tip)
        deep = spot[2] * math.cos(tip) + spot[1] * math.sin(tip)
        return px + spot[0] * c + deep * s, py + up, pz - spot[0] * s + deep * c

    def done(self) -> None:
        """Close the object and keep its box."""
        low, high = [v - 0.02 for v in self.low], [v + 0.02 for v in self.high]
        self.store.objs.append([self.first, len(self.store.prims), *low, *high])
