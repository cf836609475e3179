"""How a picture is arranged: the five parts of contract X14, from where the eye goes."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from apex_director.core.color import ciede2000, srgb_to_lab

from .attention import View
from .lines import levelness, tilt
from .model import RGB8, Composition

F64 = NDArray[np.float64]

WEIGHTS = {"thirds": 0.30, "lines": 0.20, "symmetry": 0.20, "depth": 0.15, "framing": 0.15}
"""Contract X14."""

NEAR_THIRD = 0.16  # of the side: this far from a third scores exp(-1/2)
CENTRED = 0.85  # what a subject in the very middle is worth beside one on a third
RING = 0.05  # of the shorter side: what touches this is cut off by the frame
FULL_RING = 2.0  # times its share of the area: so much attention on the ring scores exp(-1/2)
PLANES = 9  # bands and columns the picture's depth is read from
FULL_DEPTH = 0.10  # OKLab: standard deviation between its planes that scores 1 - 1/e
HARDLY_THERE = 12.0  # CIEDE2000 between subject and surroundings that scores 1 - 1/e
SAME_SHAPE = 0.035  # OKLab: mean difference of the two halves that scores 1/e


def composition(rgb: RGB8, seen: View) -> Composition:
    """Measure a picture [uint8 sRGB, shape=(h, w, 3)] and its view at the working distance.

    ``lines`` is None where no line should be level, everything where nothing stands out at all.
    """
    lean = tilt(rgb)
    level = None if lean is None else levelness(lean)
    if seen.plain:
        return Composition(thirds=None, lines=level, symmetry=None, depth=None, framing=None)
    return Composition(
        thirds=_thirds(seen),
        lines=level,
        symmetry=_balance(seen),
        depth=_depth(seen),
        framing=_framing(seen),
    )


def composed(parts: Composition) -> float | None:
    """The weighted mean (contract X14) of the parts that could be measured."""
    known = [(w, v) for name, w in WEIGHTS.items() if (v := getattr(parts, name)) is not None]
    total = sum(w for w, _ in known)
    return sum(w * v for w, v in known) / total if known else None


def subject_contrast(seen: View) -> float | None:
    """How far the subject stands off its surroundings: CIEDE2000 between the two, as a mean of
    lightness and colour over each.
    """
    if seen.plain:
        return None
    import cv2

    height, width = seen.subject.shape
    reach = max(3, round(0.12 * min(height, width))) | 1
    around = cv2.dilate(seen.subject.astype(np.uint8), np.ones((reach, reach), np.uint8)) > 0
    around &= ~seen.subject
    if not around.any():
        return None
    lab = srgb_to_lab(seen.rgb / 255.0)
    inside, outside = lab[seen.subject], lab[around]
    apart = float(ciede2000(inside.mean(axis=0), outside.mean(axis=0)))
    spread = abs(float(inside[:, 0].std()) - float(outside[:, 0].std()))
    return float(1.0 - np.exp(-(apart + 0.5 * spread) / HARDLY_THERE))


def _weights(seen: View) -> tuple[F64, F64, F64]:
    """Positions (0..1) and share of the subject's pixels."""
    rows, columns = np.nonzero(seen.subject)
    share = seen.saliency[rows, columns].astype(np.float64)
    height, width = seen.subject.shape
    return (columns + 0.5) / width, (rows + 0.5) / height, share / share.sum()


def _thirds(seen: View) -> float:
    """How much of the subject lies near a line of thirds, near a crossing most of all; a subject in
    the middle is a choice of its own and counts a little less.
    """
    x, y, share = _weights(seen)
    off_x, off_y = (np.minimum(np.abs(p - 1 / 3), np.abs(p - 2 / 3)) for p in (x, y))
    line = np.maximum(*(np.exp(-0.5 * (off / NEAR_THIRD * 2) ** 2) for off in (off_x, off_y)))
    crossing = np.exp(-0.5 * (off_x**2 + off_y**2) / NEAR_THIRD**2)
    middle = CENTRED * np.exp(-0.5 * ((x - 0.5) ** 2 + (y - 0.5) ** 2) / (NEAR_THIRD / 2) ** 2)
    return float(share @ np.maximum(0.4 * line + 0.6 * crossing, middle))


def _balance(seen: View) -> float:
    """The better of two symmetries: a mirror's, or weights that balance about the upright axis."""
    height, width = seen.saliency.shape
    across = np.abs((np.arange(width) + 0.5) / width - 0.5)
    side = np.sign((np.arange(width) + 0.5) / width - 0.5)
    weight = np.sqrt(seen.saliency).sum(axis=0)
    torque = float((weight * across * side).sum() / max(float((weight * across).sum()), 1e-12))
    half = width // 2
    if half < 1:
        return 1.0 - abs(torque)
    left, right = seen.lab[:, :half], seen.lab[:, width - half :][:, ::-1]
    blocks = max(1, height // 24), max(1, half // 24)
    apart = np.abs(_coarse(left, blocks) - _coarse(right, blocks)).mean()
    return max(1.0 - abs(torque), float(np.exp(-apart / SAME_SHAPE)))


def _depth(seen: View) -> float:
    """How clearly the picture parts into planes of light and colour, from near to far: the spread
    between coarse areas, which haze, light and shade make.

    Source
    ------
    Aerial perspective, as He, Sun and Tang 2009 use it the other way round.
    """
    coarse = _coarse(seen.lab, (PLANES, PLANES)).reshape(-1, 3)
    spread = float(np.sqrt(((coarse - coarse.mean(axis=0)) ** 2).sum(axis=1).mean()))
    return float(1.0 - np.exp(-spread / FULL_DEPTH))


def _framing(seen: View) -> float:
    """How little of what draws the eye is cut off by the frame, beside its share of the area."""
    height, width = seen.saliency.shape
    ring = max(1, round(RING * min(height, width)))
    if height <= 2 * ring or width <= 2 * ring:
        return 0.0
    inside = float(seen.saliency[ring:-ring, ring:-ring].sum())
    area = (height - 2 * ring) * (width - 2 * ring) / (height * width)
    excess = max(0.0, 1.0 - inside) / max(1.0 - area, 1e-6)
    return float(np.exp(-0.5 * (excess / FULL_RING) ** 2))


def _coarse(lab: F64, blocks: tuple[int, int]) -> F64:
    import cv2

    size = (blocks[1], blocks[0])
    shrunk = cv2.resize(lab.astype(np.float32), size, interpolation=cv2.INTER_AREA)
    return np.asarray(shrunk, np.float64).reshape(blocks[0], blocks[1], 3)
