"""Subjects as silhouettes: people, a band, a crowd, animals, vehicles, drawn from smooth contours
at
any size, with a rim-light mask.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from apex_director.core.errors import ValidationFailed
from apex_director.images.scenes import dancers, people
from apex_director.images.scenes.silhouette import (
    F32,
    Part,
    blob,
    disc,
    limb,
    moved,
    rasterise,
    rim,
)

__all__ = ["FIGURES", "draw_figure", "rim"]

Shaper = Callable[[np.random.Generator], list[Part]]


def draw_figure(kind: str, height_px: int, seed: int) -> F32:
    """Coverage of a subject [shape=(height_px, w), float32, 0..1], cropped to it.

    Parameters
    ----------
    kind : str
        A key of ``FIGURES``.
    seed : int
        Chooses the pose, the clothes and the side it faces.

    Raises
    ------
    ValidationFailed
        No such figure.
    """
    if kind not in FIGURES:
        raise ValidationFailed(
            f"no figure is called '{kind}'",
            where="subject",
            what_to_do=f"Choose one of: {', '.join(sorted(FIGURES))}",
        )
    shaper, melt = FIGURES[kind]
    parts = shaper(np.random.default_rng([seed, len(kind), ord(kind[0])]))
    return rasterise(parts, max(4, height_px), melt=melt)


def draw_scaled(kind: str, unit_px: float, seed: int) -> F32:
    """As ``draw_figure``, one figure unit being ``unit_px`` pixels: a crowd of one scale."""
    shaper, melt = FIGURES[kind]
    parts = shaper(np.random.default_rng([seed, len(kind), ord(kind[0])]))
    return rasterise(parts, 0, melt=melt, unit_px=unit_px)


def boat(rng: np.random.Generator) -> list[Part]:
    """A small sloop under sail with a helmsman, heeling slightly."""
    hull = blob(
        [(-0.34, 0.105), (-0.30, 0.045), (-0.20, 0.004), (0.0, 0.0), (0.20, 0.012),
         (0.36, 0.075), (0.44, 0.128), (0.30, 0.108), (0.0, 0.088), (-0.2, 0.092)]
    )  # fmt: skip
    main = blob(
        [(0.045, 0.985), (-0.075, 0.72), (-0.185, 0.45), (-0.285, 0.185), (-0.30, 0.165),
         (-0.18, 0.158), (0.0, 0.165), (0.042, 0.17), (0.05, 0.55)], fine=True,
    )  # fmt: skip
    jib = blob(
        [(0.075, 0.86), (0.09, 0.55), (0.075, 0.19), (0.12, 0.155), (0.26, 0.135), (0.40, 0.125),
         (0.29, 0.33), (0.18, 0.60)], fine=True,
    )  # fmt: skip
    rig = [
        limb(((0.055, 0.08), (0.058, 1.0)), (0.009, 0.005), fine=True),
        limb(((0.058, 0.145), (-0.31, 0.152)), (0.008, 0.006), fine=True),
        limb(((0.058, 0.99), (0.435, 0.125)), (0.0025, 0.0025), fine=True),
        limb(((-0.335, 0.10), (-0.352, 0.02)), (0.012, 0.01), fine=True),
    ]
    sailor = [limb(((-0.245, 0.09), (-0.24, 0.155)), (0.027, 0.02)), disc(-0.237, 0.195, 0.017)]
    return moved([hull, main, jib, *rig, *sailor], 0.0, 0.0, flip=bool(rng.random() < 0.5))


def car_side(rng: np.random.Generator) -> list[Part]:
    """A long low coupe from the side, its windows see-through."""
    shell = blob(
        [(-1.52, 0.30), (-1.55, 0.46), (-1.50, 0.60), (-1.18, 0.665), (-0.80, 0.70),
         (-0.45, 0.92), (-0.15, 0.995), (0.25, 0.985), (0.52, 0.89), (0.86, 0.66), (1.20, 0.585),
         (1.46, 0.50), (1.56, 0.38), (1.55, 0.25), (1.40, 0.19), (0.0, 0.165), (-1.40, 0.195)]
    )  # fmt: skip
    glass = [
        blob([(-0.62, 0.725), (-0.50, 0.80), (-0.36, 0.88), (-0.18, 0.93), (-0.13, 0.925),
              (-0.11, 0.72)], cut=True, fine=True, sharp=True),
        blob([(-0.03, 0.72), (-0.05, 0.935), (0.12, 0.938), (0.26, 0.92), (0.43, 0.845),
              (0.62, 0.72)], cut=True, fine=True, sharp=True),
    ]  # fmt: skip
    wheels: list[Part] = []
    for x in (-0.98, 0.98):
        wheels += [disc(x, 0.215, 0.25, fine=True, cut=True), disc(x, 0.21, 0.215, fine=True)]
    driver = [disc(0.16, 0.83, 0.062, fine=True),
              limb(((0.15, 0.70), (0.16, 0.80)), (0.10, 0.05), fine=True)]  # fmt: skip
    mirror = [limb(((0.60, 0.74), (0.55, 0.755)), (0.02, 0.035), fine=True)]
    return moved([shell, *glass, *driver, *wheels, *mirror], 0.0, 0.0, flip=rng.random() < 0.5)


def car_rear(rng: np.random.Generator) -> list[Part]:
    """The same coupe from behind: wide hips, raked screen, spoiler, twin tyres."""
    width = float(rng.uniform(0.92, 1.0))
    half = [(0.0, 1.0), (0.34, 0.985), (0.50, 0.93), (0.66, 0.70), (0.86, 0.63), (0.95, 0.50),
            (0.95, 0.28), (0.88, 0.16), (0.5, 0.13), (0.0, 0.13)]  # fmt: skip
    ring = half + [(-x, y) for x, y in reversed(half[1:-1])]
    shell = blob([(x * width, y) for x, y in ring])
    screen = blob(
        [(x * width, y) for x, y in
         ((-0.33, 0.93), (0.33, 0.93), (0.44, 0.88), (0.53, 0.725), (-0.53, 0.725), (-0.44, 0.88))],
        cut=True, fine=True, sharp=True,
    )  # fmt: skip
    tyres = [
        blob([(s * a * width, b) for a, b in ((0.60, 0.0), (0.88, 0.0), (0.90, 0.30), (0.58, 0.3))],
             fine=True)
        for s in (-1, 1)
    ]  # fmt: skip
    spoiler = [
        limb(((-0.80 * width, 0.735), (0.0, 0.765), (0.80 * width, 0.735)), (0.022, 0.026, 0.022),
             fine=True),
        *(limb(((s * 0.5, 0.62), (s * 0.52, 0.75)), (0.03, 0.02), fine=True) for s in (-1, 1)),
    ]  # fmt: skip
    seats = [limb(((x, 0.70), (x, 0.80)), (0.11, 0.08), fine=True) for x in (-0.27, 0.27)] + [
        disc(x, 0.87, 0.045, fine=True) for x in (-0.27, 0.27)
    ]
    return [shell, screen, *seats, *tyres, *spoiler]


def bird(phase: float) -> list[Part]:
    """One gull: ``phase`` -1 wings down, +1 wings raised."""
    up = 0.10 + 0.20 * phase
    parts = [limb(((-0.13, -0.012), (0.0, 0.0), (0.14, 0.022)), (0.006, 0.034, 0.03, 0.008))]
    for s in (-1.0, 1.0):
        shoulder = (0.015, 0.01)
        bend = (s * 0.24 + 0.02, 0.075 + up * 0.75)
        tip = (s * 0.60 - 0.03, 0.02 + up * 0.35 - 0.05 * (1 - phase))
        parts.append(limb((shoulder, bend, tip), (0.034, 0.032, 0.024, 0.016, 0.003)))
    return parts


def birds(rng: np.random.Generator) -> list[Part]:
    """A loose flock, the farther birds smaller."""
    flock: list[Part] = []
    count = int(rng.integers(9, 14))
    for i in range(count):
        along = (i + 0.5) / count
        x = 1.7 * along - 0.85 + float(rng.normal(0.0, 0.1))
        y = (
            0.5
            + 0.26 * float(np.sin(along * 4.0 + rng.uniform(-0.6, 0.6)))
            + float(rng.normal(0.0, 0.09))
        )
        size = float(rng.uniform(0.12, 0.22))
        flock += moved(bird(float(rng.uniform(-0.9, 1.0))), x, y, size, flip=False)
    return flock


def deer(rng: np.random.Generator) -> list[Part]:
    """A stag in profile, head up, listening."""
    trunk = blob(
        [(-0.335, 0.545), (-0.315, 0.60), (-0.23, 0.628), (-0.10, 0.612), (0.03, 0.612),
         (0.12, 0.645), (0.175, 0.70), (0.215, 0.765), (0.275, 0.755), (0.268, 0.68),
         (0.245, 0.58), (0.215, 0.47), (0.15, 0.405), (0.04, 0.392), (-0.08, 0.41),
         (-0.18, 0.43), (-0.26, 0.40), (-0.325, 0.45)]
    )  # fmt: skip
    head = [
        limb(((0.22, 0.67), (0.245, 0.785)), (0.062, 0.042)),
        limb(((0.235, 0.80), (0.30, 0.785), (0.375, 0.745)), (0.044, 0.036, 0.026, 0.018)),
        limb(((0.215, 0.815), (0.165, 0.85)), (0.022, 0.024, 0.006)),
    ]
    legs = [
        limb(((0.185, 0.47), (0.19, 0.28), (0.175, 0.255), (0.18, 0.02)),
             (0.045, 0.03, 0.02, 0.015, 0.013, 0.017)),
        limb(((0.12, 0.45), (0.135, 0.27), (0.115, 0.24), (0.10, 0.02)),
             (0.045, 0.028, 0.019, 0.014, 0.012, 0.016)),
        limb(((-0.27, 0.50), (-0.225, 0.36), (-0.285, 0.245), (-0.262, 0.02)),
             (0.085, 0.055, 0.026, 0.019, 0.014, 0.017)),
        limb(((-0.25, 0.50), (-0.185, 0.35), (-0.225, 0.235), (-0.185, 0.02)),
             (0.07, 0.05, 0.024, 0.018, 0.013, 0.016)),
    ]  # fmt: skip
    tail = [limb(((-0.325, 0.585), (-0.365, 0.53)), (0.02, 0.016, 0.006))]
    return moved([trunk, *head, *legs, *tail, *_antlers()], 0.0, 0.0, flip=rng.random() < 0.5)


def _antlers() -> list[Part]:
    parts: list[Part] = []
    for lean, s in ((0.0, 1.0), (0.035, 0.86)):
        beam = ((0.235 + lean, 0.835), (0.175 + lean * s, 0.90), (0.155 + lean * 1.6, 0.97),
                (0.205 + lean * 2.2, 1.06))  # fmt: skip
        parts.append(limb(beam, (0.013, 0.011, 0.009, 0.004), fine=True))
        for (x, y), (dx, dy) in zip(
            ((0.205 + lean, 0.87), (0.163 + lean * 1.2, 0.93), (0.168 + lean * 1.8, 1.0)),
            ((0.085, 0.05), (0.075, 0.075), (-0.04, 0.075)),
            strict=True,
        ):
            tine = ((x, y), (x + dx * 0.7, y + dy * 0.4), (x + dx, y + dy))
            parts.append(limb(tine, (0.009, 0.007, 0.003), fine=True))
    return parts


def balloon(rng: np.random.Generator) -> list[Part]:
    """A hot-air balloon: envelope, skirt, ropes, basket with two people."""
    wide = float(rng.uniform(0.94, 1.04))
    half = [(0.0, 1.0), (0.16, 0.978), (0.285, 0.905), (0.345, 0.79), (0.33, 0.66), (0.262, 0.52),
            (0.165, 0.385), (0.082, 0.285), (0.07, 0.262), (0.0, 0.258)]  # fmt: skip
    ring = half + [(-x, y) for x, y in reversed(half[1:-1])]
    basket = blob(
        [(-0.062, 0.125), (0.062, 0.125), (0.05, 0.0), (-0.05, 0.0)], fine=True, sharp=True
    )
    edge = limb(((-0.064, 0.125), (0.064, 0.125)), (0.01, 0.01), fine=True)
    ropes = [
        limb(((s * a, 0.27), (s * b, 0.12)), (0.0035, 0.0035), fine=True)
        for s in (-1, 1)
        for a, b in ((0.072, 0.056), (0.03, 0.024))
    ]
    crew = [
        part
        for x in (-0.022, 0.024)
        for part in (disc(x, 0.178, 0.0125, fine=True),
                     limb(((x, 0.125), (x, 0.152)), (0.016, 0.014), fine=True))
    ]  # fmt: skip
    return [blob([(x * wide, y) for x, y in ring]), basket, edge, *ropes, *crew]


def _fan(rng: np.random.Generator, arms: int) -> list[Part]:
    """Head and shoulders from behind; ``arms`` raised: 0, 1 or 2. The base is wide and low."""
    width = float(rng.uniform(0.9, 1.1))
    tilt = float(rng.uniform(-0.03, 0.03))
    chest = blob(
        [(-0.25 * width, -0.35), (-0.245 * width, 0.06), (-0.20 * width, 0.165), (-0.09, 0.225),
         (0.0, 0.24), (0.09, 0.225), (0.20 * width, 0.165), (0.245 * width, 0.06),
         (0.25 * width, -0.35)], sharp=False,
    )  # fmt: skip
    parts = [chest, limb(((tilt * 0.3, 0.2), (tilt, 0.37)), (0.075, 0.062, 0.066))]
    parts += [limb(((tilt, 0.36), (tilt * 1.2, 0.42)), (0.088, 0.10, 0.098))]
    parts += _crowd_hair(rng, tilt)
    sides = [-1.0, 1.0] if arms == 2 else [1.0 if rng.random() < 0.5 else -1.0]
    for s in sides[: arms or 0]:
        parts += _raised(rng, s, width)
    return parts


def _crowd_hair(rng: np.random.Generator, tilt: float) -> list[Part]:
    style = int(rng.integers(5))
    x, y = tilt * 1.2, 0.40
    if style == 0:
        return moved(long_hair_big(), x, y)
    if style == 1:
        return [disc(x, y + 0.125, 0.052), disc(x, y + 0.03, 0.105, 0.1)]
    if style == 2:
        cap = blob([(x - 0.112, y + 0.03), (x - 0.09, y + 0.115), (x, y + 0.142),
                    (x + 0.09, y + 0.115), (x + 0.112, y + 0.03)])  # fmt: skip
        return [cap]
    if style == 3:
        return [disc(x + 0.11 * np.cos(a), y + 0.035 + 0.095 * np.sin(a), 0.055)
                for a in np.linspace(-0.5, 3.6, 8)]  # fmt: skip
    return [disc(x, y + 0.035, 0.102, 0.105)]


def long_hair_big() -> list[Part]:
    """Long hair over the shoulders of a crowd figure, head at the origin."""
    return [
        blob([(0.0, 0.155), (0.095, 0.11), (0.122, 0.0), (0.135, -0.14), (0.115, -0.27),
              (0.03, -0.30), (-0.06, -0.29), (-0.13, -0.25), (-0.135, -0.12), (-0.122, 0.0),
              (-0.095, 0.11)])
    ]  # fmt: skip


def _raised(rng: np.random.Generator, s: float, width: float) -> list[Part]:
    """An arm up, ending in a fist, an open hand, horns, or a phone."""
    reach = float(rng.uniform(0.50, 0.66))
    out = float(rng.uniform(0.02, 0.14))
    elbow = (s * (0.27 * width + out * 0.8), 0.22 + reach * 0.42)
    wrist = (s * (0.24 * width + out * 0.5 + float(rng.uniform(-0.08, 0.07))), 0.20 + reach)
    arm = [
        limb(((s * 0.20 * width, 0.12), elbow), (0.07, 0.062, 0.052)),
        limb((elbow, wrist), (0.05, 0.047, 0.031)),
    ]
    along = np.subtract(wrist, elbow)
    turn = float(np.arctan2(along[0], along[1])) + float(rng.uniform(-0.25, 0.25))
    return arm + _hand(rng, wrist, turn, s)


def _hand(
    rng: np.random.Generator, wrist: tuple[float, float], turn: float, s: float
) -> list[Part]:
    c, n = float(np.cos(turn)), float(np.sin(turn))

    def at(x: float, y: float) -> tuple[float, float]:
        return wrist[0] + x * c * s + y * n, wrist[1] - x * n * s + y * c

    kind = int(rng.integers(4))
    palm = [limb((at(0, 0), at(0, 0.035), at(0.0, 0.065)), (0.03, 0.04, 0.042, 0.036))]
    thumb = limb((at(-0.025, 0.03), at(-0.065, 0.065), at(-0.072, 0.092)), (0.017, 0.014, 0.011))
    if kind == 0:
        return [
            limb((at(0, 0.01), at(0, 0.065)), (0.034, 0.05, 0.047)),
            disc(*at(-0.03, 0.055), 0.022),
        ]
    if kind == 3:
        phone = blob([at(-0.045, 0.03), at(-0.045, 0.185), at(0.045, 0.185), at(0.045, 0.03)],
                     fine=True, sharp=True)  # fmt: skip
        return [*palm, phone, thumb]
    wanted = (-0.033, -0.011, 0.011, 0.033) if kind == 1 else (-0.033, 0.033)
    lengths = (0.066, 0.078, 0.072, 0.052) if kind == 1 else (0.078, 0.068)
    spread = 1.45 if kind == 1 else 1.25
    fingers = [
        limb((at(x, 0.07), at(x * spread, 0.085 + long)), (0.0125, 0.0115, 0.0095), fine=True)
        for x, long in zip(wanted, lengths, strict=True)
    ]
    return [*palm, thumb, *fingers]


def _walker_rain(rng: np.random.Generator) -> list[Part]:
    return people.walker(rng, rain=True)


def _car(rng: np.random.Generator) -> list[Part]:
    return car_rear(rng) if rng.random() < 0.5 else car_side(rng)


FIGURES: dict[str, tuple[Shaper, float]] = {
    "walker": (people.walker, 0.006),
    "walker_umbrella": (_walker_rain, 0.006),
    "couple": (people.couple, 0.006),
    "dancer": (dancers.dancer, 0.006),
    "singer": (dancers.singer, 0.006),
    "guitarist": (dancers.guitarist, 0.006),
    "bassist": (dancers.bassist, 0.006),
    "drummer": (dancers.drummer, 0.006),
    "band": (dancers.band, 0.006),
    "boat": (boat, 0.004),
    "car": (_car, 0.012),
    "car_side": (car_side, 0.012),
    "car_rear": (car_rear, 0.012),
    "birds": (birds, 0.002),
    "deer": (deer, 0.007),
    "balloon": (balloon, 0.003),
    "head": (lambda rng: _fan(rng, 0), 0.012),
    "hand": (lambda rng: _fan(rng, 1), 0.012),
    "hands": (lambda rng: _fan(rng, 2), 0.012),
}
