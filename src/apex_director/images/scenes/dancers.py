"""Dancers and musicians: the performing silhouettes."""

from __future__ import annotations

import numpy as np

from apex_director.images.scenes.people import (
    STANDING,
    Pose,
    body,
    hat,
    jacket,
    long_hair,
    short_hair,
)
from apex_director.images.scenes.silhouette import Part, blob, disc, limb, moved

LEAP: Pose = {
    "head": (0.075, 0.90), "neck": (0.05, 0.83), "sh_l": (-0.015, 0.785), "sh_r": (0.09, 0.79),
    "el_l": (-0.16, 0.83), "el_r": (0.22, 0.87), "wr_l": (-0.30, 0.80), "wr_r": (0.345, 0.945),
    "hip_l": (-0.03, 0.545), "hip_r": (0.05, 0.545), "kn_l": (-0.235, 0.47),
    "kn_r": (0.26, 0.53), "an_l": (-0.46, 0.50), "an_r": (0.47, 0.435),
    "toe_l": (-0.525, 0.535), "toe_r": (0.54, 0.40),
}  # fmt: skip
ARABESQUE: Pose = {
    "head": (0.13, 0.945), "neck": (0.10, 0.875), "sh_l": (0.045, 0.835), "sh_r": (0.13, 0.825),
    "el_l": (-0.09, 0.86), "el_r": (0.26, 0.90), "wr_l": (-0.215, 0.83), "wr_r": (0.375, 0.985),
    "hip_l": (-0.035, 0.60), "hip_r": (0.03, 0.585), "kn_l": (-0.245, 0.585),
    "kn_r": (0.02, 0.34), "an_l": (-0.455, 0.645), "an_r": (0.012, 0.09),
    "toe_l": (-0.525, 0.66), "toe_r": (0.03, 0.012),
}  # fmt: skip
SPIN: Pose = {
    "head": (-0.02, 0.80), "neck": (-0.008, 0.735), "sh_l": (-0.085, 0.70), "sh_r": (0.075, 0.71),
    "el_l": (-0.205, 0.66), "el_r": (0.115, 0.86), "wr_l": (-0.315, 0.715), "wr_r": (0.035, 0.98),
    "hip_l": (-0.035, 0.455), "hip_r": (0.045, 0.455), "kn_l": (-0.03, 0.25),
    "kn_r": (0.14, 0.31), "an_l": (-0.02, 0.06), "an_r": (0.05, 0.165),
    "toe_l": (-0.012, 0.01), "toe_r": (0.02, 0.115),
}  # fmt: skip
GROOVE: Pose = {
    "head": (0.055, 0.90), "neck": (0.03, 0.83), "sh_l": (-0.075, 0.79), "sh_r": (0.12, 0.77),
    "el_l": (-0.205, 0.87), "el_r": (0.245, 0.69), "wr_l": (-0.155, 1.0), "wr_r": (0.335, 0.78),
    "hip_l": (-0.085, 0.50), "hip_r": (0.02, 0.49), "kn_l": (-0.20, 0.30),
    "kn_r": (0.115, 0.29), "an_l": (-0.185, 0.065), "an_r": (0.16, 0.045),
    "toe_l": (-0.245, 0.015), "toe_r": (0.215, 0.012),
}  # fmt: skip


def dancer(rng: np.random.Generator) -> list[Part]:
    """One of four poses: a leap, an arabesque, a turn in a wide skirt, a street groove."""
    which = int(rng.integers(4))
    if which == 0:
        leap = body(LEAP, build=0.8, turn=0.7) + _bun(LEAP) + _tutu(0.01, 0.545, 0.0)
        # an invisible mark on the ground keeps the leap in the air
        parts = [*moved(leap, 0.0, -0.12), disc(0.0, 0.0, 0.002, cut=True, fine=True)]
    elif which == 1:
        parts = body(ARABESQUE, build=0.8, turn=0.62) + _bun(ARABESQUE)
        parts += _tutu(-0.005, 0.60, 0.35)
    elif which == 2:
        parts = body(SPIN, build=0.8, turn=0.85) + long_hair(*SPIN["head"], -0.05)
        parts += _twirl(0.005, 0.50)
    else:
        parts = body(GROOVE, build=1.05, turn=0.95) + _street(GROOVE)
    return moved(parts, 0.0, 0.0, flip=bool(rng.random() < 0.5))


def _street(pose: Pose) -> list[Part]:
    """Cap, loose shirt and wide trousers."""
    x, y = pose["head"]
    cap = blob([(x - 0.055, y + 0.012), (x - 0.05, y + 0.06), (x, y + 0.078), (x + 0.048, y + 0.06),
                (x + 0.058, y + 0.028), (x + 0.115, y + 0.02), (x + 0.06, y + 0.004)])  # fmt: skip
    shirt = blob([(-0.06, 0.80), (-0.11, 0.72), (-0.125, 0.60), (-0.15, 0.475), (-0.05, 0.445),
                  (0.075, 0.46), (0.09, 0.57), (0.12, 0.70), (0.115, 0.79),
                  (0.03, 0.84)])  # fmt: skip
    legs = [
        limb(
            (pose[f"hip_{s}"], pose[f"kn_{s}"], pose[f"an_{s}"]), (0.066, 0.068, 0.056, 0.05, 0.045)
        )
        for s in ("l", "r")
    ]
    sleeves = [limb((pose[f"sh_{s}"], pose[f"el_{s}"]), (0.044, 0.047, 0.04)) for s in ("l", "r")]
    return [cap, shirt, *legs, *sleeves]


def _bun(pose: Pose) -> list[Part]:
    x, y = pose["head"]
    return [disc(x - 0.042, y + 0.045, 0.027)]


def _tutu(x: float, y: float, tilt: float) -> list[Part]:
    c, s = float(np.cos(tilt)), float(np.sin(tilt))
    ring = [(-0.05, 0.05), (0.05, 0.05), (0.10, 0.005), (0.215, -0.035), (0.12, -0.052),
            (0.04, -0.06), (-0.04, -0.06), (-0.12, -0.052), (-0.215, -0.035),
            (-0.10, 0.005)]  # fmt: skip
    return [blob([(x + a * c + b * s, y - a * s + b * c) for a, b in ring])]


def _twirl(x: float, y: float) -> list[Part]:
    """A skirt flung out by a turn, its hem in waves."""
    ring = [(-0.05, 0.10), (0.05, 0.10), (0.075, 0.02), (0.16, -0.06), (0.30, -0.135),
            (0.255, -0.19), (0.19, -0.185), (0.13, -0.225), (0.06, -0.20), (-0.01, -0.24),
            (-0.085, -0.205), (-0.15, -0.225), (-0.215, -0.175), (-0.285, -0.165),
            (-0.27, -0.11), (-0.16, -0.05), (-0.075, 0.02)]  # fmt: skip
    return [blob([(x + a, y + b) for a, b in ring])]


def guitarist(rng: np.random.Generator) -> list[Part]:
    """Feet apart, the guitar slung low, its neck raised."""
    pose: dict[str, tuple[float, float]] = {
        **STANDING,
        "head": (-0.035, 0.90), "neck": (-0.015, 0.835), "sh_l": (-0.093, 0.79),
        "sh_r": (0.085, 0.795), "el_l": (-0.178, 0.64), "wr_l": (-0.075, 0.555),
        "el_r": (0.165, 0.65), "wr_r": (0.262, 0.668), "hip_l": (-0.055, 0.49),
        "hip_r": (0.04, 0.49), "kn_l": (-0.13, 0.265), "an_l": (-0.185, 0.045),
        "toe_l": (-0.235, 0.012), "kn_r": (0.105, 0.265), "an_r": (0.15, 0.045),
        "toe_r": (0.205, 0.012),
    }  # fmt: skip
    parts = body(pose, build=0.95, turn=0.92)
    parts += moved(jacket(0.455, 0.95), -0.012, -0.018)
    hair = long_hair if rng.random() < 0.5 else short_hair
    parts += long_hair(*pose["head"], -0.02) if hair is long_hair else short_hair(*pose["head"])
    parts += _guitar(0.31)
    return parts


def _guitar(slope: float) -> list[Part]:
    """An electric guitar across the hips, the neck up to the right."""
    shape = [(-0.155, 0.50), (-0.175, 0.555), (-0.13, 0.595), (-0.075, 0.578), (-0.02, 0.60),
             (0.055, 0.628), (0.075, 0.605), (0.04, 0.585), (0.05, 0.555), (0.085, 0.525),
             (0.055, 0.505), (-0.01, 0.515), (-0.07, 0.49), (-0.12, 0.468)]  # fmt: skip
    tip = (0.36, 0.56 + slope * 0.36)
    neck = limb(((-0.02, 0.555), tip), (0.013, 0.0115), fine=True)
    head = blob([(tip[0] + x, tip[1] + y + x * slope) for x, y in
                 ((-0.02, -0.012), (-0.012, 0.016), (0.075, 0.022), (0.085, -0.002),
                  (0.01, -0.02))],
                fine=True)  # fmt: skip
    return [blob(shape), neck, head]


def singer(rng: np.random.Generator) -> list[Part]:
    """At a microphone stand, one hand on it, the other thrown out or up."""
    up = bool(rng.random() < 0.5)
    pose: dict[str, tuple[float, float]] = {
        **STANDING,
        "head": (0.02, 0.925), "neck": (0.0, 0.855), "el_r": (0.185, 0.70), "wr_r": (0.145, 0.82),
        "el_l": (-0.205, 0.88) if up else (-0.215, 0.70),
        "wr_l": (-0.225, 1.03) if up else (-0.335, 0.745),
        "kn_l": (-0.085, 0.27), "an_l": (-0.115, 0.045), "toe_l": (-0.15, 0.012),
        "kn_r": (0.075, 0.28), "an_r": (0.08, 0.045), "toe_r": (0.12, 0.012),
    }  # fmt: skip
    parts = body(pose, build=0.93, turn=0.9)
    parts += jacket(0.47, 0.96)
    parts += long_hair(0.02, 0.925, -0.02) if rng.random() < 0.55 else short_hair(0.02, 0.925)
    return parts + _stand(0.155)


def _stand(x: float) -> list[Part]:
    pole = limb(((x, 0.02), (x - 0.008, 0.83)), (0.0065, 0.006), fine=True)
    mic = limb(((x - 0.012, 0.845), (x - 0.045, 0.885)), (0.011, 0.017), fine=True)
    feet = [limb(((x, 0.035), (x + s * 0.085, 0.006)), (0.008, 0.007), fine=True) for s in (-1, 1)]
    return [pole, mic, *feet]


def bassist(rng: np.random.Generator) -> list[Part]:
    """A guitarist the other way round, hat on, neck lower."""
    parts = [p for p in guitarist(rng) if not (p.fine)]
    parts += [p for p in _guitar(0.12) if p.fine] + hat(-0.035, 0.90)
    return moved(parts, 0.0, 0.0, 1.02, flip=True)


def drummer(rng: np.random.Generator) -> list[Part]:
    """Behind the kit, sticks up: kick drum, toms, floor toms, three cymbals on stands."""
    pose: dict[str, tuple[float, float]] = {
        **STANDING,
        "head": (0.01, 0.90), "neck": (0.0, 0.83), "el_l": (-0.205, 0.735), "el_r": (0.215, 0.69),
        "wr_l": (-0.225, 0.875), "wr_r": (0.30, 0.745),
    }  # fmt: skip
    person = [p for p in body(pose, build=0.95) if max(y for _, y in p.points) > 0.4]
    person += moved(jacket(0.45, 0.95), 0.0, -0.02) + short_hair(0.01, 0.90)
    sticks = [
        limb(((-0.225, 0.90), (-0.10, 1.04)), (0.007, 0.005), fine=True),
        limb(((0.31, 0.76), (0.40, 0.655)), (0.007, 0.005), fine=True),
    ]
    kit = [
        disc(0.0, 0.215, 0.215), _drum(-0.15, 0.50, 0.10, 0.075), _drum(0.13, 0.50, 0.10, 0.075),
        _drum(-0.36, 0.27, 0.125, 0.135), _drum(0.37, 0.27, 0.135, 0.15),
    ]  # fmt: skip
    for x, y, r, tilt in ((-0.44, 0.70, 0.15, -0.14), (0.47, 0.62, 0.14, 0.16),
                          (-0.30, 0.83, 0.12, -0.2)):  # fmt: skip
        kit.append(limb(((x - r, y - r * tilt), (x, y + 0.012), (x + r, y + r * tilt)),
                        (0.004, 0.008, 0.012, 0.008, 0.004), fine=True))  # fmt: skip
        kit.append(limb(((x, y), (x * 0.98, 0.02)), (0.006, 0.007), fine=True))
        kit += [limb(((x, 0.10), (x + s * 0.07, 0.0)), (0.006, 0.006), fine=True) for s in (-1, 1)]
    kit += [limb(((s * 0.10, 0.08), (s * 0.2, 0.0)), (0.012, 0.01), fine=True) for s in (-1, 1)]
    if rng.random() < 0.3:
        kit += hat(0.01, 0.90)
    return person + sticks + kit


def _drum(x: float, y: float, half: float, tall: float) -> Part:
    return blob(
        [(x - half, y - tall), (x, y - tall * 1.15), (x + half, y - tall), (x + half, y + tall),
         (x, y + tall * 1.12), (x - half, y + tall)]
    )  # fmt: skip


def band(rng: np.random.Generator) -> list[Part]:
    """Drummer in the middle behind, singer in front, guitarist and bassist to the sides."""
    riser = blob([(-0.14, 0.0), (-0.14, 0.13), (1.14, 0.13), (1.14, 0.0)], fine=True, sharp=True)
    drums = [*moved(drummer(rng), 0.5, 0.12, 0.82), riser]
    left = moved(guitarist(rng), -1.22, 0.0, 0.98)
    right = moved(bassist(rng), 1.56, 0.0)
    front = moved(singer(rng), -0.36, -0.02, 1.05)
    return [*drums, *left, *right, *front]
