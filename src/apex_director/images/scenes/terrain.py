"""Land by column casting: a height field in perspective, lit, shadowed and drawn front to back.

A slab is a range of depth with a sheet of its own; slabs do not hide one another, so a camera can
move between them without holes. Grids are [canvas columns, depth steps], near to far.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

import cv2
import numpy as np
from numba import njit
from numpy.typing import NDArray

from apex_director.images.scenes.model import SceneSpec
from apex_director.images.scenes.noise import noise_grad_at
from apex_director.images.scenes.palette import ScenePalette, mix

F32 = NDArray[np.float32]
_MASK = 0x7FFFFFFF


@dataclass(frozen=True, kw_only=True)
class View:
    """Where the eye is: horizon row (0..1 of the canvas), height over the ground, and focal length
    in short sides of the canvas.
    """

    horizon: float
    eye: float
    focal: float = 1.0


@dataclass(frozen=True, kw_only=True, eq=False)
class Slab:
    """Vertices of a range of depth: ``x`` [w, n] and ``z`` [n] in world units, near to far."""

    x: F32
    z: F32
    u: F32

    @property
    def depth(self) -> F32:
        """Depth of every vertex [w, n]."""
        return np.broadcast_to(self.z[None, :], self.x.shape)


def slab(spec: SceneSpec, view: View, near: float, far: float, steps: int) -> Slab:
    """Vertices between two depths, spaced between even in depth and even on the screen."""
    w = spec.canvas[0]
    count = max(48, round(steps * min(1.0, min(spec.canvas) / 1350) ** 0.7))
    t = np.linspace(0.0, 1.0, count)
    screen = 1.0 / ((1 - t) / near + t / far)
    z = (0.5 * screen + 0.5 * (near + (far - near) * t)).astype(np.float32)
    u = (np.arange(w, dtype=np.float32) + np.float32(0.5 - w / 2)) / np.float32(
        min(spec.canvas) * view.focal
    )
    return Slab(x=u[:, None] * z[None, :], z=z, u=u)


@njit(cache=True)
def _peaks(x, z, seed, octaves, damping, sharp, out):  # type: ignore[no-untyped-def]
    one = np.float32(1.0)
    for i in range(x.shape[0]):
        for j in range(x.shape[1]):
            px = x[i, j]
            pz = z[i, j]
            amp = one
            total = np.float32(0.0)
            gx = np.float32(0.0)
            gz = np.float32(0.0)
            for octave in range(octaves):
                n, dx, dz = noise_grad_at(px, pz, seed + octave)
                ridge = one - abs(n) * np.float32(1.25)
                value = sharp * ridge + (one - sharp) * n
                # of the unfolded noise: the folded slope jumps at crests and would tear cliffs
                gx += dx
                gz += dz
                # steep ground gets less detail: talus lies smooth, crests stay broken
                total += amp * value / (one + damping * (gx * gx + gz * gz))
                amp *= np.float32(0.5)
                qx = (px * np.float32(0.8) - pz * np.float32(0.6)) * np.float32(2.0) + np.float32(
                    11.7
                )
                pz = (px * np.float32(0.6) + pz * np.float32(0.8)) * np.float32(2.0) - np.float32(
                    5.1
                )
                px = qx
            out[i, j] = total * np.float32(0.8)


def peaks(
    x: F32, z: F32, seed: int, octaves: int, damping: float = 0.35, sharp: float = 0.7
) -> F32:
    """Mountain shape at points [w, n] in noise cells, about 0..1: ridged, derivative-damped fBm.

    ``sharp`` 0 gives round hills, 1 knife edges. Source: I. Quilez, value noise derivatives.
    """
    out = np.empty(x.shape, np.float32)
    _peaks(
        np.ascontiguousarray(x, np.float32),
        np.ascontiguousarray(z, np.float32),
        seed & _MASK,
        octaves,
        np.float32(damping),
        np.float32(sharp),
        out,
    )
    return out


def octaves_for(land: Slab, cells: float, most: int) -> int:
    """How many octaves the vertices can carry: the finest wave spans three of them.

    More would alias into a comb of columns on far crests.
    """
    middle = len(land.z) // 2
    across = float(land.u[1] - land.u[0]) * float(land.z[middle])
    along = float(land.z[middle + 1] - land.z[middle])
    return int(np.clip(np.log2(cells / (2.6 * max(across, along))) + 1, 3, most))


def normals(land: Slab, height: F32) -> tuple[F32, F32, F32]:
    """Unit normals (x, up, z) of a height field on a slab, each [w, n]."""
    du = np.float32(land.u[1] - land.u[0])
    along = np.empty_like(height)
    along[1:-1] = (height[2:] - height[:-2]) * np.float32(0.5)
    along[0], along[-1] = height[1] - height[0], height[-1] - height[-2]
    hx = along / (du * land.z[None, :])
    hz = np.gradient(height, land.z, axis=1).astype(np.float32) - land.u[:, None] * hx
    length = np.float32(1.0) / np.sqrt(hx * hx + hz * hz + np.float32(1.0))
    return cast(F32, -hx * length), cast(F32, length), cast(F32, -hz * length)


@njit(cache=True)
def _march(height, u, z, lx, ly, lz, reach, steps, out):  # type: ignore[no-untyped-def]
    w, n = height.shape
    u0 = u[0]
    du = u[1] - u[0]
    for i in range(w):
        for j in range(n):
            h0 = height[i, j]
            x0 = u[i] * z[j]
            lit = np.float32(1.0)
            k = j
            t = reach * np.float32(0.012)
            for _ in range(steps):
                zz = z[j] + lz * t
                while k < n - 1 and z[k] < zz:
                    k += 1
                while k > 0 and z[k - 1] > zz:
                    k -= 1
                if zz < z[0] or zz > z[n - 1]:
                    break
                fi = ((x0 + lx * t) / zz - u0) / du
                ii = int(fi)
                if ii < 0 or ii > w - 2:
                    break
                f = np.float32(fi - ii)
                ground = height[ii, k] * (np.float32(1.0) - f) + height[ii + 1, k] * f
                clear = (h0 + ly * t - ground) / t
                lit = min(lit, np.float32(0.5) + clear * np.float32(7.0))
                if lit <= np.float32(0.0):
                    lit = np.float32(0.0)
                    break
                t *= np.float32(1.3)
            out[i, j] = lit


def shadows(land: Slab, height: F32, light: tuple[float, float, float], reach: float) -> F32:
    """How much direct light each vertex gets, 0..1 with a soft penumbra.

    Marches the stored height map towards ``light`` (x, up, z) at half size; ``reach`` in world
    units is about the largest shadow length.
    """
    lx, ly, lz = np.asarray(light, np.float32) / np.float32(np.hypot(light[0], light[2]) + 1e-6)
    small = np.ascontiguousarray(height[::2, ::2])
    u, z = np.ascontiguousarray(land.u[::2]), np.ascontiguousarray(land.z[::2])
    out = np.empty_like(small)
    _march(small, u, z, lx, ly, lz, np.float32(reach), 17, out)
    big = cv2.resize(out, (small.shape[1] * 2, small.shape[0] * 2), interpolation=cv2.INTER_LINEAR)
    return cast(F32, np.clip(big[: height.shape[0], : height.shape[1]], 0.0, 1.0))


def hollows(height: F32, size: int) -> F32:
    """Ambient light 0..1 left in dents and valleys: the height against its blurred self."""
    soft = cv2.blur(height, (max(3, size | 1), max(3, size | 1)))
    spread = np.float32(height.std() * 0.35 + 1e-4)
    return cast(F32, np.clip(np.float32(0.78) + (height - soft) / spread * 0.5, 0.35, 1.15))


def aerial(
    spec: SceneSpec, pal: ScenePalette, land: Slab, colour: F32, density: float, light_x: float
) -> F32:
    """Colour [w, n, 3] behind the air: fog by depth, warmer under the light at ``light_x`` 0..1."""
    thick = {"mist": 2.6, "rain": 1.9, "snow": 1.8, "storm": 1.6, "cloudy": 1.25}
    k = density * thick.get(spec.weather, 1.0)
    amount = (np.float32(1.0) - np.exp(np.float32(-k) * land.z)).astype(np.float32)[None, :]
    across = np.linspace(0.0, 1.0, land.x.shape[0], dtype=np.float32)
    warm = np.exp(-np.abs(across - np.float32(light_x)) * np.float32(4.5))[:, None]
    cool = mix(pal.fog, pal.sky[2], 0.45)
    toward = mix(pal.fog, pal.sky[4], 0.5)
    out = np.empty_like(colour)
    for c in range(3):  # channel by channel: a third of the scratch memory
        fog = cool[c] + (toward[c] - cool[c]) * warm
        out[..., c] = colour[..., c] + (fog - colour[..., c]) * amount
    return out


@njit(cache=True)
def _cast(height, colour, z, rows, horizon, focal, eye, to_bottom, out, crest):  # type: ignore[no-untyped-def]
    w, n = height.shape
    quarter = np.float32(0.25)
    for i in range(w):
        top = np.float32(rows)
        for sub in range(2):
            other = i - 1 if sub == 0 else i + 1
            other = min(max(other, 0), w - 1)
            y_prev = np.float32(0.0)
            covered = np.float32(0.0)
            for j in range(n):
                h = height[i, j] + (height[other, j] - height[i, j]) * quarter
                y = horizon + focal * (eye - h) / z[j]
                jp = j - 1
                if j == 0:
                    jp = 0
                    y_prev = np.float32(rows) if to_bottom else y
                    covered = min(y_prev, np.float32(rows))
                if y < covered:
                    first = max(int(np.floor(y)), 0)
                    last = min(int(np.ceil(covered)), rows)
                    span = np.float32(1.0) / max(y_prev - y, np.float32(1e-5))
                    for r in range(first, last):
                        part = min(covered, np.float32(r + 1)) - max(y, np.float32(r))
                        part *= np.float32(0.5)
                        t = (y_prev - np.float32(r + 0.5)) * span
                        t = min(max(t, np.float32(0.0)), np.float32(1.0))
                        for c in range(3):
                            near = colour[i, jp, c]
                            out[r, i, c] += part * (near + (colour[i, j, c] - near) * t)
                        out[r, i, 3] += part
                    covered = y
                y_prev = y
            top = min(top, covered)
        crest[i] = top


def cast_land(
    spec: SceneSpec, view: View, land: Slab, height: F32, colour: F32, *, to_bottom: bool = False
) -> tuple[F32, F32]:
    """Draw a slab: premultiplied linear light [canvas_h, canvas_w, 4] and its sky line [canvas_w].

    ``height`` [w, n] in world units, ``colour`` [w, n, 3] linear. Rows are covered exactly, columns
    twice. ``to_bottom`` fills from the nearest vertex to the canvas's foot.
    """
    w, h = spec.canvas
    out = np.zeros((h, w, 4), np.float32)
    crest = np.empty(w, np.float32)
    _cast(
        np.ascontiguousarray(height, np.float32),
        np.ascontiguousarray(colour, np.float32),
        land.z,
        h,
        np.float32(view.horizon * h),
        np.float32(view.focal * min(w, h)),
        np.float32(view.eye),
        to_bottom,
        out,
        crest,
    )
    np.clip(out[..., 3], 0.0, 1.0, out=out[..., 3])
    return out, crest
