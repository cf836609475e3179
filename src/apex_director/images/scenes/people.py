"""Human silhouettes in figure units: one body built on joints, dressed and posed.

Proportions follow the eight-head canon; a standing person is 1 high with the feet at y = 0.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from apex_director.images.scenes.silhouette import Part, blob, limb, moved, spline

Pose = Mapping[str, tuple[float, float]]

STANDING: Pose = {
    "head": (0.0, 0.928),
    "neck": (0.0, 0.855),
    "sh_l": (-0.09, 0.808),
    "sh_r": (0.09, 0.808),
    "el_l": (-0.118, 0.655),
    "el_r": (0.118, 0.655),
    "wr_l": (-0.112, 0.505),
    "wr_r": (0.112, 0.505),
    "hip_l": (-0.048, 0.51),
    "hip_r": (0.048, 0.51),
    "kn_l": (-0.055, 0.275),
    "kn_r": (0.055, 0.275),
    "an_l": (-0.058, 0.045),
    "an_r": (0.058, 0.045),
    "toe_l": (-0.085, 0.012),
    "toe_r": (0.085, 0.012),
}
STRIDE: Pose = {
    **STANDING,
    "head": (0.006, 0.928),
    "sh_l": (-0.088, 0.812),
    "sh_r": (0.09, 0.803),
    "el_l": (-0.122, 0.668),
    "el_r": (0.126, 0.655),
    "wr_l": (-0.098, 0.545),
    "wr_r": (0.13, 0.51),
    "kn_l": (-0.052, 0.285),
    "an_l": (-0.07, 0.092),
    "toe_l": (-0.074, 0.043),
    "hip_r": (0.044, 0.51),
    "kn_r": (0.04, 0.275),
    "an_r": (0.03, 0.04),
    "toe_r": (0.042, 0.008),
}


def body(pose: Pose, *, build: float = 1.0, hands: bool = True, turn: float = 1.0) -> list[Part]:
    """Torso, limbs, neck and head on ``pose``; ``turn`` below 1 narrows the trunk to a profile."""
    b = build
    parts = _trunk(pose, b, turn)
    for side in ("l", "r"):
        parts += _arm(pose, side, b, hands)
        parts += _leg(pose, side, b)
    parts += _head(pose)
    return parts


def _trunk(pose: Pose, b: float, turn: float) -> list[Part]:
    hip = (np.add(pose["hip_l"], pose["hip_r"])) / 2
    shoulder = (np.add(pose["sh_l"], pose["sh_r"])) / 2
    up = shoulder - hip
    long = float(np.hypot(*up))
    up = up / long
    right = np.asarray([up[1], -up[0]])

    def at(x: float, y: float) -> tuple[float, float]:
        p = hip + right * x * b * turn + up * y * long
        return float(p[0]), float(p[1])

    left_up, right_up = np.asarray(pose["sh_l"]), np.asarray(pose["sh_r"])
    contour = [
        at(-0.03, 1.16), (float(left_up[0]) + 0.01, float(left_up[1]) + 0.018),
        (float(left_up[0]) - 0.014 * b * turn, float(left_up[1]) - 0.012), at(-0.086, 0.72),
        at(-0.071, 0.38), at(-0.082, 0.08), at(-0.07, -0.10), at(0.0, -0.16),
        at(0.07, -0.10), at(0.082, 0.08), at(0.071, 0.38), at(0.086, 0.72),
        (float(right_up[0]) + 0.014 * b * turn, float(right_up[1]) - 0.012),
        (float(right_up[0]) - 0.01, float(right_up[1]) + 0.018), at(0.03, 1.16),
    ]  # fmt: skip
    return [blob(contour)]


def _arm(pose: Pose, side: str, b: float, hands: bool) -> list[Part]:
    shoulder, elbow, wrist = pose[f"sh_{side}"], pose[f"el_{side}"], pose[f"wr_{side}"]
    parts = [
        limb((shoulder, elbow), (0.03 * b, 0.029 * b, 0.023 * b)),
        limb((elbow, wrist), (0.024 * b, 0.023 * b, 0.0155 * b)),
    ]
    if hands:
        along = np.subtract(wrist, elbow)
        along = along / max(float(np.hypot(*along)), 1e-6)
        tip = np.add(wrist, along * 0.052)
        parts.append(limb((wrist, (float(tip[0]), float(tip[1]))), (0.0145, 0.019, 0.011)))
    return parts


def _leg(pose: Pose, side: str, b: float) -> list[Part]:
    hip, knee, ankle = pose[f"hip_{side}"], pose[f"kn_{side}"], pose[f"an_{side}"]
    heel = np.subtract(ankle, np.subtract(pose[f"toe_{side}"], ankle) * 0.25)
    return [
        limb((hip, knee), (0.052 * b, 0.051 * b, 0.043 * b, 0.034 * b)),
        limb((knee, ankle), (0.034 * b, 0.037 * b, 0.029 * b, 0.019 * b)),
        limb(((float(heel[0]), float(heel[1])), ankle, pose[f"toe_{side}"]), (0.017, 0.021, 0.013)),
    ]


def _head(pose: Pose) -> list[Part]:
    x, y = pose["head"]
    lean = np.subtract(pose["head"], pose["neck"])
    lean = lean / max(float(np.hypot(*lean)), 1e-6)
    below = (x - float(lean[0]) * 0.105, y - float(lean[1]) * 0.105)
    jaw = (x - float(lean[0]) * 0.03, y - float(lean[1]) * 0.03)
    crown = (x + float(lean[0]) * 0.018, y + float(lean[1]) * 0.018)
    return [
        limb((below, pose["head"]), (0.036, 0.03, 0.03)),
        limb((jaw, crown), (0.036, 0.044, 0.047)),
    ]


def coat(hem: float, flare: float, blow: float, *, sleeves: bool = True) -> list[Part]:
    """A coat over the standing body; ``blow`` pushes its hem to one side."""
    contour = [
        (-0.04, 0.868), (-0.078, 0.838), (-0.114, 0.802), (-0.116, 0.735), (-0.09, 0.66),
        (-0.08, 0.575), (-0.088 - flare * 0.4, 0.48), (-0.1 - flare + blow * 0.5, hem + 0.05),
        (-0.103 - flare + blow, hem), (-0.03 + blow, hem - 0.012), (0.05 + blow, hem + 0.002),
        (0.108 + flare + blow, hem - 0.008), (0.104 + flare + blow * 0.6, hem + 0.05),
        (0.088 + flare * 0.4, 0.48), (0.079, 0.575), (0.09, 0.66), (0.116, 0.73), (0.114, 0.797),
        (0.078, 0.832), (0.04, 0.868),
    ]  # fmt: skip
    collar = blob([(-0.044, 0.845), (-0.042, 0.886), (0.0, 0.872), (0.042, 0.886), (0.044, 0.845)])
    arms = [
        limb(((s * 0.096, 0.79), (s * 0.124, 0.66), (s * 0.108, 0.545)), (0.03, 0.031, 0.026))
        for s in (-1.0, 1.0)
    ]
    return [blob(contour), collar, *(arms if sleeves else [])]


def long_hair(x: float, y: float, swing: float) -> list[Part]:
    """Shoulder-length hair round a head at (x, y), swung sideways."""
    return [
        blob(
            [
                (x, y + 0.074), (x + 0.05, y + 0.048), (x + 0.06, y - 0.01),
                (x + 0.066 + swing * 0.6, y - 0.08), (x + 0.045 + swing, y - 0.155),
                (x + swing, y - 0.165), (x - 0.05 + swing, y - 0.15),
                (x - 0.064 + swing * 0.6, y - 0.08), (x - 0.06, y - 0.01), (x - 0.05, y + 0.048),
            ]
        )
    ]  # fmt: skip


def short_hair(x: float, y: float) -> list[Part]:
    """A tousled crown on a head at (x, y)."""
    return [
        blob(
            [
                (x - 0.053, y - 0.005), (x - 0.055, y + 0.04), (x - 0.03, y + 0.07),
                (x + 0.012, y + 0.076), (x + 0.05, y + 0.05), (x + 0.053, y - 0.005),
            ]
        )
    ]  # fmt: skip


def hat(x: float, y: float) -> list[Part]:
    """A brimmed hat on a head at (x, y)."""
    brim = blob([(x - 0.095, y + 0.03), (x, y + 0.022), (x + 0.095, y + 0.034), (x, y + 0.045)])
    crown = blob(
        [(x - 0.052, y + 0.03), (x - 0.048, y + 0.085), (x, y + 0.08), (x + 0.05, y + 0.088),
         (x + 0.053, y + 0.03)]
    )  # fmt: skip
    return [brim, crown]


def umbrella() -> list[Part]:
    """An open umbrella held over a standing person's head."""
    canopy = [(-0.30, 0.985)]
    scallops = 4
    for i in range(1, 8):
        a = np.pi * (1.0 - i / 8.0)
        canopy.append((0.31 * float(np.cos(a)) + 0.01, 0.985 + 0.19 * float(np.sin(a)) ** 0.9))
    canopy.append((0.32, 0.985))
    for i in range(scallops):
        right = 0.32 - 0.62 * i / scallops
        canopy += [(right - 0.62 / scallops / 2, 1.012), (right - 0.62 / scallops, 0.985)]
    edge = blob(_dense(canopy[:9]) + canopy[9:-1], fine=True, sharp=True)
    pole = limb(((0.01, 1.205), (0.06, 0.70), (0.07, 0.63)), (0.006, 0.006, 0.007), fine=True)
    return [edge, pole]


def _dense(points: list[tuple[float, float]]) -> list[tuple[float, float]]:
    return [(float(x), float(y)) for x, y in spline(points, 8, closed=False)]


def walker(rng: np.random.Generator, *, rain: bool = False) -> list[Part]:
    """Someone in a long coat seen from behind, mid-stride."""
    flip = bool(rng.random() < 0.5)
    blow = float(rng.uniform(0.0, 0.03))
    woman = bool(rng.random() < 0.4)
    parts = body(STRIDE, build=0.9 if woman else 0.98)
    parts += coat(float(rng.uniform(0.27, 0.31)), 0.012 if woman else 0.0, blow)
    x, y = STRIDE["head"]
    if woman:
        parts += long_hair(x, y, 0.008 + blow * 0.5)
    elif rng.random() < 0.45 and not rain:
        parts += hat(x, y)
    else:
        parts += short_hair(x, y)
    if rain:
        parts += [limb(((0.096, 0.79), (0.13, 0.665), (0.066, 0.70)), (0.03, 0.029, 0.022))]
        parts += umbrella()
    elif rng.random() < 0.35:
        parts += _guitar_case()
    return moved(parts, 0.0, 0.0, flip=flip)


def _guitar_case() -> list[Part]:
    return [
        blob(
            [(-0.075, 0.42), (0.0, 0.36), (0.085, 0.42), (0.078, 0.53), (0.062, 0.585),
             (0.07, 0.66), (0.05, 0.715), (0.036, 0.80), (0.044, 0.97), (0.026, 1.0),
             (0.0, 0.985), (-0.004, 0.80), (-0.04, 0.71), (-0.066, 0.65), (-0.056, 0.585),
             (-0.088, 0.52)]
        )
    ]  # fmt: skip


def couple(rng: np.random.Generator) -> list[Part]:
    """Two people from behind, hand in hand or one leaning on the other's shoulder."""
    close = bool(rng.random() < 0.5)
    gap = 0.085 if close else 0.125
    man: dict[str, tuple[float, float]] = dict(STANDING)
    man |= {"el_r": (0.122, 0.66), "wr_r": (0.125, 0.515), "head": (0.01 if close else 0.0, 0.928)}
    if close:
        man |= {"el_r": (0.15, 0.70), "wr_r": (0.225, 0.615)}
    left = body(man, build=0.98) + coat(0.45, -0.008, 0.0, sleeves=not close)
    left += short_hair(*man["head"])
    woman: dict[str, tuple[float, float]] = dict(STANDING)
    woman |= {"el_l": (-0.115, 0.68), "wr_l": (-0.122, 0.55)}
    if close:
        woman |= {"head": (-0.034, 0.92), "neck": (-0.008, 0.855)}
    right = body(woman, build=0.82) + long_hair(*woman["head"], -0.008)
    right += _dress(float(rng.uniform(0.26, 0.34)), float(rng.uniform(0.0, 0.025)))
    parts = moved(left, -gap, 0.0) + moved(right, gap, 0.0, 0.925)
    return moved(parts, 0.0, 0.0, flip=bool(rng.random() < 0.5))


def _dress(hem: float, blow: float) -> list[Part]:
    return [
        blob(
            [(-0.07, 0.80), (-0.066, 0.70), (-0.05, 0.62), (-0.074, 0.52),
             (-0.1 + blow * 0.5, 0.40), (-0.122 + blow, hem), (-0.05 + blow, hem - 0.012),
             (0.04 + blow, hem + 0.002), (0.13 + blow, hem - 0.012), (0.108 + blow * 0.5, 0.40),
             (0.074, 0.52), (0.05, 0.62), (0.066, 0.70), (0.07, 0.80)]
        )
    ]  # fmt: skip


def jacket(hem: float, wide: float = 1.0) -> list[Part]:
    """A loose hip-length jacket or shirt over the standing trunk."""
    return [
        blob(
            [(x * wide, y) for x, y in (
                (-0.04, 0.86), (-0.095, 0.825), (-0.106, 0.76), (-0.092, 0.65), (-0.09, 0.55),
                (-0.1, hem), (0.0, hem - 0.012), (0.1, hem), (0.09, 0.55), (0.092, 0.65),
                (0.106, 0.76), (0.095, 0.825), (0.04, 0.86))]
        )
    ]  # fmt: skip
