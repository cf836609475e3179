"""What swims: whale, manta, turtle, shark, divers, a boat from below, as smooth silhouettes.

Side views look right; ``*_below`` are seen from underneath. A figure is about 1 unit long.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from apex_director.images.scenes.silhouette import Part, blob, disc, limb, moved, rasterise

F32 = NDArray[np.float32]
Shaper = Callable[[np.random.Generator], list[Part]]


def whale(rng: np.random.Generator) -> list[Part]:
    """A humpback gliding, tail lowered, one long flipper down and back."""
    dip = float(rng.uniform(-0.02, 0.05))
    body = blob(
        [(0.520, 0.010), (0.500, 0.040), (0.430, 0.075), (0.330, 0.098), (0.200, 0.108),
         (0.060, 0.102), (-0.060, 0.085), (-0.120, 0.088), (-0.165, 0.062), (-0.280,
         0.028 - dip * 0.4),
         (-0.390, 0.000 - dip), (-0.450, -0.012 - dip * 1.5), (-0.452, -0.040 - dip * 1.5),
         (-0.380, -0.045 - dip), (-0.270, -0.050 - dip * 0.4), (-0.120, -0.078), (0.050, -0.106),
         (0.200, -0.116), (0.330, -0.100), (0.430, -0.066), (0.500, -0.030)]
    )  # fmt: skip
    ty = -0.026 - dip * 1.5
    fluke = blob(
        [(-0.430, ty + 0.012), (-0.480, ty + 0.030), (-0.545, ty + 0.092), (-0.600, ty + 0.118),
         (-0.582, ty + 0.060), (-0.545, ty + 0.014), (-0.556, ty - 0.010), (-0.625, ty - 0.052),
         (-0.640, ty - 0.074), (-0.560, ty - 0.060), (-0.480, ty - 0.032)]
    )  # fmt: skip
    flip = float(rng.uniform(-0.05, 0.06))
    near = blob(
        [(0.235, -0.070), (0.262, -0.120), (0.215, -0.200), (0.140 + flip, -0.280),
         (0.075 + flip, -0.335), (0.045 + flip, -0.338), (0.062 + flip, -0.285),
         (0.110 + flip * 0.7, -0.205), (0.150, -0.130), (0.165, -0.080)]
    )  # fmt: skip
    far = blob(
        [(0.275, -0.085), (0.300, -0.115), (0.292, -0.170), (0.268, -0.215), (0.252, -0.218),
         (0.250, -0.160), (0.235, -0.110)]
    )  # fmt: skip
    return [body, fluke, near, far]


def whale_below(rng: np.random.Generator) -> list[Part]:
    """A humpback from underneath, flippers wide, flukes spread, head up."""
    s = float(rng.uniform(-0.03, 0.03))
    half = [(0.0, 0.52), (0.045, 0.49), (0.085, 0.40), (0.105, 0.27), (0.102, 0.12), (0.082, -0.05),
            (0.052, -0.22), (0.030, -0.36), (0.022, -0.43)]  # fmt: skip
    ring = [(x + s * (0.5 - y), y) for x, y in half] + [
        (-x + s * (0.5 - y), y) for x, y in reversed(half[1:])
    ]
    parts = [blob(ring)]
    for side in (-1.0, 1.0):
        lift = float(rng.uniform(-0.05, 0.07))
        parts.append(
            blob([(side * x, y) for x, y in
                  ((0.085, 0.27), (0.16, 0.26 + lift * 0.4), (0.26, 0.21 + lift), (0.345,
                  0.12 + lift),
                   (0.372, 0.06 + lift), (0.345, 0.065 + lift), (0.25, 0.125 + lift),
                   (0.155, 0.165 + lift * 0.4), (0.085, 0.17))])
        )  # fmt: skip
        fx = s * 0.93
        parts.append(
            blob([(fx + side * x, y) for x, y in
                  ((0.0, -0.405), (0.055, -0.42), (0.14, -0.475), (0.205, -0.555), (0.185, -0.552),
                   (0.11, -0.52), (0.045, -0.508), (0.004, -0.485))])
        )  # fmt: skip
    return parts


def manta(rng: np.random.Generator) -> list[Part]:
    """A manta from a little below and ahead, one wing up and one down."""
    up = float(rng.uniform(0.10, 0.24))
    down = float(rng.uniform(-0.16, 0.02))
    parts = []
    for side, tip in ((1.0, up), (-1.0, down)):
        parts.append(
            blob([(side * x, y) for x, y in
                  ((0.0, 0.085), (0.075, 0.080), (0.17, 0.062 + tip * 0.12), (0.29,
                  0.030 + tip * 0.45),
                   (0.40, -0.010 + tip * 0.85), (0.485, -0.055 + tip), (0.50, -0.075 + tip),
                   (0.445, -0.068 + tip * 0.95), (0.33, -0.085 + tip * 0.55), (0.20,
                   -0.118 + tip * 0.22),
                   (0.09, -0.150), (0.0, -0.165))])
        )  # fmt: skip
        parts.append(
            limb(((side * 0.055, 0.075), (side * 0.078, 0.125), (side * 0.052, 0.158)),
                 (0.026, 0.018, 0.008))
        )  # fmt: skip
    bend = float(rng.uniform(-0.08, 0.08))
    parts.append(
        limb(((0.0, -0.15), (0.015 + bend * 0.3, -0.27), (bend, -0.42)), (0.012, 0.006, 0.002),
             fine=True)
    )  # fmt: skip
    return parts


def turtle(rng: np.random.Generator) -> list[Part]:
    """A sea turtle from below, front flippers swept like wings, swimming upwards."""
    half = [(0.0, 0.235), (0.095, 0.215), (0.165, 0.13), (0.188, 0.01), (0.160, -0.12),
            (0.095, -0.225), (0.0, -0.285)]  # fmt: skip
    shell = blob(half + [(-x, y) for x, y in reversed(half[1:-1])])
    parts = [shell, limb(((0.0, 0.21), (0.0, 0.29), (0.0, 0.345)), (0.052, 0.046, 0.050)),
             limb(((0.0, -0.26), (0.0, -0.32)), (0.018, 0.004))]  # fmt: skip
    sweep = float(rng.uniform(-0.06, 0.10))
    for side in (-1.0, 1.0):
        s = sweep * (1.0 if side > 0 else 0.6)
        parts.append(
            blob([(side * x, y) for x, y in
                  ((0.10, 0.19), (0.20, 0.235 + s * 0.4), (0.33, 0.225 + s), (0.45, 0.13 + s),
                   (0.515, 0.01 + s * 0.9), (0.485, 0.005 + s * 0.9), (0.39, 0.085 + s),
                   (0.27, 0.125 + s * 0.5), (0.15, 0.10))])
        )  # fmt: skip
        parts.append(
            blob([(side * x, y) for x, y in
                  ((0.09, -0.17), (0.165, -0.205), (0.23, -0.285), (0.215, -0.335), (0.155, -0.31),
                   (0.085, -0.24))])
        )  # fmt: skip
    return parts


def shark_below(rng: np.random.Generator) -> list[Part]:
    """A shark from underneath, its body in a slow curve."""
    bend = float(rng.uniform(0.05, 0.11)) * (1 if rng.random() < 0.5 else -1)

    def off(y: float) -> float:
        return bend * float(np.sin((0.5 - y) * 3.6))

    spine = [(off(y), y) for y in np.linspace(0.48, -0.40, 9)]
    parts = [limb(spine, (0.018, 0.052, 0.068, 0.070, 0.060, 0.046, 0.031, 0.019, 0.010))]
    for side in (-1.0, 1.0):
        x0 = off(0.2)
        parts.append(
            blob([(x0 + side * x, y) for x, y in
                  ((0.045, 0.25), (0.12, 0.20), (0.24, 0.085), (0.265, 0.045), (0.17, 0.085),
                   (0.05, 0.12))])
        )  # fmt: skip
        x1 = off(-0.12)
        parts.append(
            blob([(x1 + side * x, y) for x, y in
                  ((0.03, -0.08), (0.085, -0.125), (0.10, -0.165), (0.03, -0.15))])
        )  # fmt: skip
    x2 = off(-0.42)
    parts.append(limb(((off(-0.36), -0.36), (x2 + bend * 0.4, -0.46), (x2 + bend * 1.3, -0.54)),
                      (0.012, 0.018, 0.004)))  # fmt: skip
    return parts


def _swimmer(rng: np.random.Generator, fins: bool, hold: float = 0.0) -> list[Part]:
    """A person swimming up, arms reached or swept back, legs in a long kick; head at the top.

    ``hold`` -1 or 1 stretches the arm of that side out to another's hand.
    """
    reach = bool(rng.random() < 0.5)
    kick = float(rng.uniform(0.05, 0.11))
    parts = [
        limb(((0.0, 0.20), (0.004, 0.10), (0.0, 0.0), (-0.006, -0.07)), (0.066, 0.074, 0.054,
        0.058)),
        limb(((0.0, 0.20), (0.002, 0.265)), (0.026, 0.024)),
        limb(((0.002, 0.285), (0.004, 0.325)), (0.040, 0.043, 0.034)),
    ]  # fmt: skip
    for side in (-1.0, 1.0):
        shoulder = (side * 0.058, 0.185)
        if reach:
            elbow, hand = (side * 0.082, 0.315), (side * 0.028, 0.455)
        else:
            elbow, hand = (side * 0.125, 0.075), (side * 0.118, -0.055)
        if side == hold:
            elbow, hand = (side * 0.135, 0.115), (side * 0.235, 0.085)
        parts.append(limb((shoulder, elbow, hand), (0.030, 0.024, 0.019, 0.017)))
        parts.append(limb((hand, (hand[0] * (1.1 if side == hold else 0.8),
        hand[1] + (0.045 if reach else -0.045))),
                          (0.018, 0.008)))  # fmt: skip
        knee = (side * 0.036 + kick * 0.55 * side, -0.245)
        foot = (side * 0.028 - kick * 0.12 + kick * 0.75 * side, -0.445)
        parts.append(limb(((side * 0.034, -0.06), knee, foot), (0.044, 0.036, 0.027, 0.020, 0.016)))
        if fins:
            tip = (foot[0] + side * kick * 0.55, -0.66)
            fan = [(foot[0] - 0.014, -0.43), (foot[0] + 0.014, -0.43), (tip[0] + 0.044, tip[1]),
                   (tip[0] + 0.004, tip[1] - 0.016), (tip[0] - 0.038, tip[1] + 0.004)]  # fmt: skip
            parts.append(blob(fan))
        else:
            parts.append(limb((foot, (foot[0], -0.51)), (0.017, 0.008)))
    return parts


def freediver(rng: np.random.Generator) -> list[Part]:
    """A free diver with long fins, swimming up."""
    return moved(_swimmer(rng, True), 0.0, 0.0, 0.86, flip=bool(rng.random() < 0.5))


def two_divers(rng: np.random.Generator) -> list[Part]:
    """Two divers side by side, leaning together, hand in hand."""
    one = _turned(_swimmer(rng, True, 1.0), 0.10, (-0.172, 0.02), 0.72)
    two = _turned(_swimmer(rng, True, -1.0), -0.14, (0.160, 0.0), 0.68)
    return [*one, *two]


def drifter(rng: np.random.Generator) -> list[Part]:
    """A dancer afloat: back arched, arms wide, one leg drawn, hair and dress in the water."""
    flip = bool(rng.random() < 0.5)
    parts = [
        limb(((-0.02, 0.19), (0.03, 0.09), (0.03, 0.0), (-0.01, -0.07)), (0.056, 0.06, 0.044,
        0.056)),
        limb(((-0.02, 0.20), (-0.055, 0.265)), (0.024, 0.021)),
        limb(((-0.062, 0.28), (-0.082, 0.315)), (0.040, 0.042, 0.034)),
        limb(((0.03, 0.175), (0.17, 0.205), (0.285, 0.285), (0.33, 0.315)), (0.027, 0.022, 0.016,
        0.008)),
        limb(((-0.055, 0.175), (-0.19, 0.12), (-0.31, 0.155), (-0.355, 0.175)), (0.027, 0.022,
        0.016, 0.008)),
        limb(((0.0, -0.06), (0.045, -0.235), (0.02, -0.44), (0.0, -0.54)), (0.046, 0.034, 0.022,
        0.007)),
        limb(((-0.03, -0.06), (-0.14, -0.20), (-0.075, -0.355), (-0.06, -0.43)), (0.046, 0.035,
        0.022, 0.007)),
    ]  # fmt: skip
    hair = [limb(((-0.09, 0.32), (-0.17 - 0.03 * k, 0.36 + 0.03 * k), (-0.22, 0.43 + 0.035 * k)),
                 (0.026, 0.018, 0.004)) for k in range(4)]  # fmt: skip
    sway = float(rng.uniform(-0.05, 0.05))
    dress = blob(
        [(-0.055, 0.10), (-0.075, 0.0), (-0.17, -0.13), (-0.30 + sway, -0.27), (-0.24 + sway,
        -0.285),
         (-0.17, -0.25), (-0.10 + sway, -0.33), (-0.02, -0.28), (0.06, -0.36), (0.115, -0.27),
         (0.215, -0.285), (0.15, -0.13), (0.085, 0.0), (0.085, 0.10)]
    )  # fmt: skip
    return moved([*parts, *hair, dress], 0.0, 0.0, flip=flip)


def hull_below(rng: np.random.Generator) -> list[Part]:
    """A rowing boat from underneath: hull, keel line, two oars in the water."""
    half = [(0.0, 0.5), (0.055, 0.42), (0.105, 0.28), (0.128, 0.08), (0.122, -0.15), (0.098, -0.38),
            (0.085, -0.43), (0.0, -0.44)]  # fmt: skip
    parts = [blob(half + [(-x, y) for x, y in reversed(half[1:-1])])]
    for side in (-1.0, 1.0):
        lean = float(rng.uniform(-0.10, 0.06))
        end = (side * 0.40, 0.0 + lean)
        parts.append(limb(((side * 0.10, 0.02), end), (0.008, 0.008), fine=True))
        parts.append(
            limb((end, (side * 0.50, 0.0 + lean * 1.25)), (0.012, 0.026, 0.020), fine=True)
        )
    return parts


def wreck(rng: np.random.Generator) -> list[Part]:
    """A sunken ship heeled on the sand, masts broken, ribs bare towards the stern."""
    hull = blob(
        [(-0.56, 0.16), (-0.50, 0.02), (-0.40, -0.06), (0.30, -0.06), (0.46, 0.02), (0.60, 0.20),
         (0.665, 0.265), (0.50, 0.205), (0.20, 0.150), (-0.06, 0.135), (-0.10, 0.075), (-0.145,
         0.14),
         (-0.20, 0.068), (-0.25, 0.155), (-0.31, 0.075), (-0.355, 0.175), (-0.415, 0.09),
         (-0.46, 0.205)], sharp=False,
    )  # fmt: skip
    ribs = [limb(((x, 0.02), (x - 0.02, 0.13 + 0.05 * (k % 2)), (x - 0.012, 0.205)),
                 (0.013, 0.010, 0.006), fine=True)
            for k, x in enumerate((-0.16, -0.22, -0.275, -0.33, -0.385))]  # fmt: skip
    lean = float(rng.uniform(-0.06, 0.02))
    masts = [
        limb(((0.28, 0.13), (0.26 + lean, 0.44), (0.245 + lean, 0.62)), (0.018, 0.014, 0.010)),
        limb(((0.10 + lean, 0.47), (0.41 + lean, 0.415)), (0.010, 0.007), fine=True),
        limb(((0.02, 0.12), (0.0 + lean, 0.31)), (0.019, 0.014)),
        limb(((0.56, 0.22), (0.80, 0.36)), (0.016, 0.007)),
        limb(((0.245 + lean, 0.60), (0.44, 0.35), (0.62, 0.24)), (0.003, 0.003), fine=True),
        limb(((0.245 + lean, 0.60), (0.12, 0.36), (0.07, 0.13)), (0.003, 0.003), fine=True),
    ]  # fmt: skip
    ports = [disc(x, 0.05 + 0.035 * (x - 0.0), 0.015, cut=True, fine=True)
             for x in (0.02, 0.10, 0.18, 0.26, 0.34)]  # fmt: skip
    return [hull, *ribs, *masts, *ports]


def _turned(
    parts: list[Part], angle: float, shift: tuple[float, float], scale: float
) -> list[Part]:
    c, s = float(np.cos(angle)) * scale, float(np.sin(angle)) * scale
    return [
        Part(
            points=tuple((x * c - y * s + shift[0], x * s + y * c + shift[1]) for x, y in p.points),
            radii=tuple(r * scale for r in p.radii),
            sharp=p.sharp,
            cut=p.cut,
            fine=p.fine,
        )
        for p in parts
    ]


CREATURES: dict[str, tuple[Shaper, float]] = {
    "whale": (whale, 0.008),
    "whale_below": (whale_below, 0.010),
    "manta": (manta, 0.007),
    "turtle": (turtle, 0.007),
    "shark_below": (shark_below, 0.008),
    "freediver": (freediver, 0.006),
    "two_divers": (two_divers, 0.004),
    "drifter": (drifter, 0.004),
    "hull_below": (hull_below, 0.004),
    "wreck": (wreck, 0.004),
}


def creature(kind: str, long_px: float, turn: float, flip: bool, seed: int) -> F32:
    """Coverage [h, w] of a creature, ``long_px`` pixels to its unit, turned by ``turn`` radians."""
    shaper, melt = CREATURES[kind]
    parts = shaper(np.random.default_rng([seed & 0x7FFFFFFF, len(kind), ord(kind[0])]))
    parts = moved(parts, 0.0, 0.0, flip=flip)
    return rasterise(_turned(parts, turn, (0.0, 0.0), 1.0), 0, melt=melt, unit_px=max(8.0, long_px))
