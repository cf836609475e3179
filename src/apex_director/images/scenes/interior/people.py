"""People of a room in figure units: someone who stands and looks out, someone at the piano."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from apex_director.images.scenes.silhouette import Part, Points, blob, disc, limb, moved

_JUMPER = ((-0.028, 0.872), (-0.052, 0.850), (-0.098, 0.826), (-0.121, 0.785), (-0.116, 0.70),
           (-0.102, 0.61), (-0.095, 0.53), (-0.093, 0.462), (-0.03, 0.452))  # fmt: skip
_SHORT_CROWN = ((-0.049, 0.93), (-0.048, 0.968), (-0.016, 0.998), (0.022, 0.997), (0.050, 0.965),
                (0.049, 0.93))  # fmt: skip
_BODICE = ((-0.022, 0.862), (-0.044, 0.838), (-0.080, 0.816), (-0.097, 0.785), (-0.088, 0.71),
           (-0.070, 0.63), (-0.078, 0.56), (-0.093, 0.49))  # fmt: skip
_LONG_HAIR = ((0.005, 0.985), (0.045, 0.965), (0.056, 0.915), (0.058, 0.84), (0.060, 0.75),
              (0.040, 0.70), (0.0, 0.692), (-0.042, 0.702), (-0.056, 0.75), (-0.050, 0.84),
              (-0.048, 0.915), (-0.038, 0.965))  # fmt: skip
_BOB = ((0.005, 0.984), (0.047, 0.965), (0.058, 0.915), (0.058, 0.865), (0.030, 0.848),
        (-0.022, 0.848), (-0.050, 0.865), (-0.050, 0.915), (-0.038, 0.965))  # fmt: skip
_PROFILE = ((0.0, 0.885), (0.012, 0.935), (0.055, 0.965), (0.098, 0.945), (0.113, 0.912),
            (0.114, 0.897), (0.131, 0.873), (0.114, 0.863), (0.117, 0.848), (0.104, 0.816),
            (0.062, 0.803), (0.020, 0.825))  # fmt: skip
_FALLING_HAIR = ((0.108, 0.935), (0.055, 0.985), (-0.008, 0.955), (-0.030, 0.885),
                 (-0.045, 0.80), (-0.062, 0.70), (-0.020, 0.69), (0.018, 0.76), (0.030, 0.85),
                 (0.060, 0.915))  # fmt: skip
_CUT_HAIR = ((0.110, 0.932), (0.070, 0.982), (0.010, 0.972), (-0.020, 0.925), (-0.014, 0.865),
             (0.014, 0.835), (0.040, 0.88), (0.075, 0.925))  # fmt: skip


def _mirror(half: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    """A closed outline from its left half, top to bottom."""
    return [*half, *((-x, y) for x, y in reversed(half))]


def _aside(points: Points, by: float) -> list[tuple[float, float]]:
    return [(x + by, y) for x, y in points]


def stander(rng: np.random.Generator) -> list[Part]:
    """Someone standing still, seen from behind, the weight on one leg."""
    parts = _woman(rng) if rng.random() < 0.55 else _man(rng)
    return moved(parts, 0.0, 0.0, flip=bool(rng.random() < 0.5))


def _man(rng: np.random.Generator) -> list[Part]:
    """A jumper, trousers, hands in the pockets."""
    lean = 0.008
    parts = [blob([(x + lean * (y - 0.45) * 3, y) for x, y in _mirror(_JUMPER)])]
    for s, knee, ankle in ((-1.0, -0.050, -0.052), (1.0, 0.066, 0.082)):
        leg = ((s * 0.046, 0.49), (knee, 0.27), (ankle, 0.045))
        sleeve = ((s * 0.100, 0.785), (s * 0.150, 0.655), (s * 0.142, 0.60))
        parts += [
            limb(leg, (0.060, 0.054, 0.043, 0.036, 0.033)),
            limb(((ankle, 0.03), (ankle + s * 0.016, 0.012)), (0.026, 0.018)),
            limb(sleeve, (0.036, 0.034, 0.030)),
            limb(((s * 0.146, 0.62), (s * 0.096, 0.49)), (0.030, 0.024)),
            disc(lean + s * 0.047, 0.924, 0.010, 0.016),
        ]
    parts.append(limb(((lean * 0.8, 0.84), (lean, 0.90)), (0.037, 0.033)))
    parts.append(disc(lean, 0.932, 0.046, 0.059))
    if rng.random() < 0.6:
        parts.append(blob(_aside(_SHORT_CROWN, lean)))
    return parts


def _woman(rng: np.random.Generator) -> list[Part]:
    """A dress or a long shirt, hair up or down, one arm drawn across."""
    hem = float(rng.choice((0.20, 0.30, 0.44)))
    flare = 0.118 if hem < 0.4 else 0.096
    parts = [blob(_mirror([*_BODICE, (-flare, hem), (-0.04, hem - 0.012)]))]
    for s, knee, ankle in ((-1.0, -0.040, -0.036), (1.0, 0.058, 0.066)):
        leg = ((s * 0.04, 0.46), (knee, 0.27), (ankle, 0.05))
        parts.append(limb(leg, (0.050, 0.043, 0.033, 0.031, 0.019)))
        parts.append(limb(((ankle, 0.04), (ankle + s * 0.012, 0.012)), (0.019, 0.016)))
    hanging = ((-0.082, 0.785), (-0.116, 0.65), (-0.104, 0.52), (-0.098, 0.485))
    parts += [
        limb(hanging, (0.028, 0.025, 0.020, 0.015)),
        limb(((0.082, 0.785), (0.132, 0.665), (0.075, 0.60)), (0.028, 0.025, 0.018)),
        limb(((0.0, 0.83), (0.004, 0.90)), (0.026, 0.025)),
        disc(0.005, 0.922, 0.043, 0.056),
    ]
    style = int(rng.integers(3))
    if style == 0:
        bun = disc(0.008, 0.985, 0.030, 0.026)
        return [*parts, disc(0.005, 0.930, 0.048, 0.056), bun]
    return [*parts, blob(_LONG_HAIR if style == 1 else _BOB)]


def pianist(rng: np.random.Generator) -> list[Part]:
    """Someone at the keys in profile, facing right; 1 is the height of the seated figure."""
    sway = float(rng.uniform(-0.01, 0.02))
    back = ((-0.072, 0.36), (-0.088, 0.45), (-0.080, 0.56), (-0.050 + sway, 0.68),
            (-0.012 + sway, 0.758), (0.028 + sway, 0.778), (0.060 + sway, 0.738),
            (0.074 + sway, 0.66), (0.060, 0.56), (0.056, 0.46), (0.070, 0.37),
            (0.0, 0.345))  # fmt: skip
    parts = [
        blob(back),
        blob(_aside(_PROFILE, 1.4 * sway)),
        limb(((0.018 + sway, 0.74), (0.044 + 1.3 * sway, 0.83)), (0.036, 0.033)),
        limb(((-0.01, 0.388), (0.15, 0.400), (0.295, 0.388)), (0.074, 0.064, 0.048)),
        limb(((0.297, 0.38), (0.305, 0.2), (0.285, 0.045)), (0.046, 0.040, 0.023)),
        limb(((0.268, 0.026), (0.33, 0.028), (0.385, 0.015)), (0.022, 0.023, 0.011)),
        limb(((0.24, 0.38), (0.235, 0.2), (0.185, 0.05)), (0.048, 0.039, 0.022)),
        limb(((0.17, 0.026), (0.27, 0.016)), (0.022, 0.012)),
        limb(((0.026 + sway, 0.705), (0.084, 0.555)), (0.044, 0.037, 0.029)),
        limb(((0.084, 0.552), (0.275, 0.578)), (0.029, 0.025, 0.018)),
        limb(((0.275, 0.578), (0.325, 0.560)), (0.018, 0.010)),
    ]
    hair = _FALLING_HAIR if rng.random() < 0.5 else _CUT_HAIR
    return [*parts, blob(_aside(hair, 1.4 * sway))]


def pianist_left(rng: np.random.Generator) -> list[Part]:
    """As `pianist`, facing left."""
    return moved(pianist(rng), 0.0, 0.0, flip=True)


OWN = {"stander": stander, "pianist": pianist, "pianist_left": pianist_left}
