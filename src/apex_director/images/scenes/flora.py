"""Trees, grass and ferns as anti-aliased coverage and shaded trunks, seeded, in picture pixels."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from apex_director.images.scenes.noise import fbm
from apex_director.images.scenes.shapes import Stroke

F32 = NDArray[np.float32]
Polygon = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class Trunk:
    """A stem from its foot (``x``, ``y``) up out of the picture; ``half`` is its half width."""

    x: float
    y: float
    half: float
    lean: float
    bend: float
    seed: int
    top: float = -50.0

    def centre(self, y: F32) -> F32:
        """Middle of the stem at rows ``y``."""
        up = (self.y - y) / max(self.y - self.top, 1.0)
        wave = np.sin(up * 5.0 + self.seed % 7) * self.bend + np.sin(up * 2.1 + 1.3) * self.bend
        return np.asarray(self.x + self.lean * up + wave * up, np.float32)

    def radius(self, y: F32) -> F32:
        """Half width at rows ``y``: tapering, flared at the roots, knotted."""
        up = np.clip((self.y - y) / max(self.y - self.top, 1.0), 0.0, 1.0)
        flare = 0.9 * np.exp(-up * 26.0) + 0.25 * np.exp(-up * 7.0)
        zero = np.zeros_like(up)
        knots = fbm(up.astype(np.float32) * np.float32(16), zero, self.seed, 3) * 0.10
        return np.asarray(self.half * (1.0 - 0.42 * up + flare + knots), np.float32)


def paint_trunk(
    sheet: F32, trunk: Trunk, body: F32, light: F32, side: float, *, bark: float, birch: bool
) -> None:
    """Shade one stem over the premultiplied ``sheet`` [h, w, 4] in place.

    Parameters
    ----------
    body, light : float32 [shape=(3,)]
        Colour of the shaded bark and of the light that grazes it from ``side`` (-1 left, 1 right).
    bark : float
        Strength of the relief, 0 for far stems.
    """
    h, w = sheet.shape[:2]
    last = min(h, int(trunk.y) + 1)
    if last <= 0:
        return
    rows = np.arange(last, dtype=np.float32) + np.float32(0.5)
    cx, half = trunk.centre(rows), trunk.radius(rows)
    x0 = max(0, int((cx - half).min()) - 2)
    x1 = min(w, int((cx + half).max()) + 3)
    if x0 >= x1:
        return
    cols = np.arange(x0, x1, dtype=np.float32) + np.float32(0.5)
    off = cols[None, :] - cx[:, None]
    cover = np.clip(half[:, None] - np.abs(off) + 0.5, 0.0, 1.0)
    foot = np.clip(trunk.y - rows + 0.5, 0.0, 1.0)[:, None]
    cover = cover * foot
    u = np.clip(off / np.maximum(half[:, None], 0.6), -1.0, 1.0)
    shade = (
        _bark(trunk, np.asarray(u, np.float32), rows, bark, birch)
        if bark > 0.0
        else np.ones_like(u)
    )
    turned = np.clip((side * u - 0.35) / 0.65, 0.0, 1.0)
    rim = turned**2.2 * (0.55 + 0.45 * shade)
    soft = np.clip(0.5 + 0.5 * side * u, 0.0, 1.0) * 0.16
    colour = body * shade[..., None] + light * (rim + soft * shade)[..., None]
    place = sheet[:last, x0:x1]
    keep = 1.0 - cover[..., None]
    place[..., :3] = place[..., :3] * keep + colour * cover[..., None]
    place[..., 3:] = place[..., 3:] * keep + cover[..., None]


def _bark(trunk: Trunk, u: F32, rows: F32, strength: float, birch: bool) -> F32:
    """Vertical furrows round the stem, or a birch's dark bands."""
    round_x = np.arcsin(u) * np.float32(1.0)
    size = np.float32(max(trunk.half, 4.0))
    y = np.broadcast_to((rows / size)[:, None], u.shape)
    if birch:
        bands = fbm(round_x * np.float32(1.2), y * np.float32(2.6), trunk.seed + 5, 4)
        dark = np.clip((bands - 0.16) * 4.5, 0.0, 1.0)
        return np.asarray(2.3 - 1.9 * dark, np.float32)
    furrow = fbm(round_x * np.float32(5.0), y * np.float32(0.55), trunk.seed + 5, 4)
    fine = fbm(round_x * np.float32(13.0), y * np.float32(2.0), trunk.seed + 9, 2)
    return np.asarray(np.clip(1.0 + strength * (1.5 * furrow + 0.5 * fine), 0.1, 2.2), np.float32)


def branches(
    rng: np.random.Generator,
    x: float,
    y: float,
    angle: float,
    length: float,
    width: float,
    depth: int,
) -> list[Stroke]:
    """A bough and its twigs as tapered strokes; ``angle`` in radians, 0 right, up positive."""
    steps = 7
    points = [(x, y)]
    a = angle
    for i in range(steps):
        a += float(rng.normal(0.0, 0.16)) + (0.05 if i > steps // 2 else -0.03) * np.sign(np.cos(a))
        px, py = points[-1]
        step = length / steps
        points.append((px + float(np.cos(a)) * step, py - float(np.sin(a)) * step))
    out: list[Stroke] = [(np.asarray(points), width, max(0.5, width * 0.22))]
    if depth <= 0 or length < 8:
        return out
    for i in range(2, steps + 1):
        if rng.random() < 0.78:
            turn = float(rng.uniform(0.35, 0.95)) * (1 if (i + depth) % 2 else -1)
            px, py = points[i]
            thin = width * (1 - 0.78 * i / steps) * 0.7
            out += branches(rng, px, py, a * 0.4 + angle * 0.6 + turn,
                            length * float(rng.uniform(0.34, 0.56)), max(0.6, thin),
                            depth - 1)  # fmt: skip
    return out


def leaves(
    rng: np.random.Generator, x: float, y: float, spread: float, count: int, size: float
) -> list[Polygon]:
    """A cluster of pointed leaves round a place."""
    out = []
    for _ in range(count):
        r = spread * float(rng.random()) ** 0.6
        a = float(rng.uniform(0, 2 * np.pi))
        out.append(_leaf(x + r * np.cos(a) * 1.35, y + r * np.sin(a) * 0.8,
                         float(rng.uniform(0, 2 * np.pi)),
                         size * float(rng.uniform(0.6, 1.25))))  # fmt: skip
    return out


def _ring() -> Polygon:
    """The outline of a leaf of length 1, from its stem."""
    t = np.asarray([0.0, 0.2, 0.45, 0.7, 1.0])
    wide = np.asarray([0.0, 0.20, 0.27, 0.17, 0.0])
    return np.concatenate([np.stack([t, wide], 1), np.stack([t, -wide], 1)[-2:0:-1]])


_LEAF = _ring()


def _leaf(x: float, y: float, turn: float, size: float) -> Polygon:
    c, s = np.cos(turn), np.sin(turn)
    return np.asarray((_LEAF * size) @ np.asarray([[c, s], [-s, c]]) + (x, y), np.float64)


def grass(
    rng: np.random.Generator, left: float, right: float, ys: F32, count: int, tall: float
) -> list[Stroke]:
    """Curved blades rooted on the line ``ys`` [one row per picture column]."""
    out: list[Stroke] = []
    tufts = rng.uniform(left, right, max(3, count // 9))
    for _ in range(count):
        x = float(rng.choice(tufts) + rng.normal(0.0, tall * 0.55))
        root = float(ys[int(np.clip(x, 0, len(ys) - 1))]) + tall * 0.10
        high = tall * float(rng.uniform(0.35, 1.0))
        lean = high * float(rng.normal(0.0, 0.42))
        t = np.linspace(0.0, 1.0, 6)
        path = np.stack([x + lean * t**1.9, root - high * (t - 0.16 * t**3)], 1)
        out.append((path, max(0.8, tall * 0.045), 0.3))
    return out


def fern(
    rng: np.random.Generator, x: float, y: float, size: float
) -> tuple[list[Stroke], list[Polygon]]:
    """Arching fronds from one root: stems and paired leaflets."""
    stems: list[Stroke] = []
    blades: list[Polygon] = []
    fronds = int(rng.integers(5, 8))
    for i in range(fronds):
        out = (i - (fronds - 1) / 2) / fronds * 2.0 + float(rng.normal(0, 0.12))
        long = size * float(rng.uniform(0.75, 1.1))
        t = np.linspace(0.0, 1.0, 16)
        path = np.stack(
            [
                x + out * long * 0.9 * t**1.2,
                y - long * (1.05 * t - (0.35 + 0.45 * abs(out)) * t**2.2),
            ],
            1,
        )
        stems.append((path, max(0.9, size * 0.018), 0.5))
        ahead = np.gradient(path, axis=0)
        for j in range(2, 16):
            a = float(np.arctan2(ahead[j, 1], ahead[j, 0]))
            reach = long * 0.22 * (1 - t[j]) ** 0.75 * min(1.0, t[j] * 5)
            blades += [_leaf(path[j, 0], path[j, 1], a + s * 1.15, reach + 1.0) for s in (-1, 1)]
    return stems, blades


def palm(
    rng: np.random.Generator, x: float, foot: float, tall: float
) -> tuple[list[Stroke], list[Polygon]]:
    """A coconut palm: a leaning ringed stem and arching fronds with hanging leaflets."""
    lean = tall * float(rng.uniform(0.10, 0.24)) * (1 if rng.random() < 0.5 else -1)
    t = np.linspace(0.0, 1.0, 28)
    stem = np.stack([x + lean * t**1.7, foot - tall * t], 1)
    strokes: list[Stroke] = [
        (stem, tall * 0.034, tall * 0.016),
        (stem[:3], tall * 0.052, tall * 0.032),
    ]
    for k in range(3, 27):  # leaf scars ring the stem
        half = tall * (0.0185 - 0.0085 * t[k])
        strokes.append((np.asarray([stem[k] - (half, -half * 0.25), stem[k] + (half, half * 0.25)]),
                        tall * 0.006, tall * 0.006))  # fmt: skip
    crown = stem[-1]
    leaflets: list[Polygon] = []
    count = int(rng.integers(12, 15))
    for i in range(count):
        turn = (i + 0.5) / count * 2.0 - 1.0
        angle = float(np.pi / 2 + turn * 1.9 + rng.normal(0.0, 0.10))
        long = tall * float(rng.uniform(0.36, 0.47)) * (1.0 - 0.18 * abs(turn))
        rib, blades = _frond(rng, crown, angle, long)
        strokes += rib
        leaflets += blades
    for _ in range(5):
        turn = float(rng.uniform(0.0, 2 * np.pi))
        r = tall * 0.016
        ring = np.linspace(0.0, 2 * np.pi, 10)[:-1]
        middle = crown + np.asarray([np.cos(turn) * 1.4, abs(np.sin(turn)) + 1.1]) * r
        leaflets.append(middle + np.stack([np.cos(ring), np.sin(ring)], 1) * r)
    return strokes, leaflets


def _frond(
    rng: np.random.Generator, crown: Polygon, angle: float, long: float
) -> tuple[list[Stroke], list[Polygon]]:
    """One frond: a rib that rises and falls over, leaflets that sweep to its tip and sag."""
    t = np.linspace(0.0, 1.0, 30)
    sag = long * (0.40 + 0.16 * abs(np.cos(angle)))
    path = np.stack(
        [crown[0] + np.cos(angle) * long * t * (1.0 - 0.12 * t),
         crown[1] - np.sin(angle) * long * t * (1.0 - 0.10 * t) + sag * t**2.3], 1
    )  # fmt: skip
    ahead = np.gradient(path, axis=0)
    blades: list[Polygon] = []
    for k in range(3, 30):
        for half in (0.0, 0.5) if k % 2 else (0.0,):
            s = min(1.0, (k + half) / 29.0)
            reach = (
                long * 0.215 * np.sin(np.pi * min(1.0, 0.10 + 0.90 * s) ** 0.85) ** 0.7
                + long * 0.03
            )
            root = path[k] if half == 0.0 or k == 29 else (path[k] + path[k + 1]) / 2
            base = float(np.arctan2(ahead[k, 1], ahead[k, 0]))
            for side in (-1.0, 1.0):
                swing = base + side * (0.98 - 0.50 * s) + float(rng.normal(0.0, 0.06))
                blades.append(_blade(root, swing, reach * float(rng.uniform(0.82, 1.08)), long))
    return [(path, long * 0.022, long * 0.005)], blades


def _blade(root: Polygon, turn: float, reach: float, long: float) -> Polygon:
    """A narrow leaflet that bends down with its own weight."""
    t = np.linspace(0.0, 1.0, 5)
    mid = np.stack(
        [
            root[0] + np.cos(turn) * reach * t,
            root[1] + np.sin(turn) * reach * t + 0.26 * reach * t**2,
        ],
        1,
    )
    wide = long * 0.0062 * np.sin(np.pi * (0.18 + 0.82 * t)) + long * 0.0006
    step = np.gradient(mid, axis=0)
    normal = (
        np.stack([-step[:, 1], step[:, 0]], 1)
        / np.maximum(np.hypot(step[:, 0], step[:, 1]), 1e-6)[:, None]
    )
    return np.concatenate([mid + normal * wide[:, None], (mid - normal * wide[:, None])[::-1]])
