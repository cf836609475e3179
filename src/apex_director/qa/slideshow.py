"""Is it a film or a slideshow: stillness, flatness, repetition and monotony of the shots.

Measured on small luma pictures, shot by shot. A picture that only slides or grows under the camera
is flat; one whose parts move against each other (parallax, water, people) lives.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise

import cv2
import numpy as np
from numpy.typing import NDArray

from .model import U8

F32 = NDArray[np.float32]
STILL_STEP = 0.35  # mean absolute difference below which nothing moved: more than grain leaves
STEP_S = 0.25  # time over which movement is looked for
FLAT_SHARE = 0.25  # of the difference that aligning two moments of a flat picture leaves at most
NOTHING = 0.2  # code values of difference that are grain alone
SOFTEN = 1.5  # pixels of blur, so that fine texture does not count as change when it is shifted
SAME_SHOT = 0.97  # correlation of two shots' middles above which they show the same
APART_S = 0.5  # time over which parts must have moved against each other
SHORTEST = 4  # frames a shot needs to be judged
EVEN_LENGTHS = 0.12  # coefficient of variation of shot lengths that looks mechanical
VARIED_LENGTHS = 0.45
WEIGHTS = {"still": 0.5, "flat": 0.2, "repeated": 0.2, "even": 0.1}
WARN, BLOCK = 0.40, 0.60


@dataclass(frozen=True, kw_only=True)
class SlideshowRisk:
    """Each 0 (a film) to 1 (a slideshow): share of frames that stand ``still``, of shots that are
    ``flat``, of shots ``repeated`` from earlier ones, how ``even`` their lengths are; ``risk`` is
    their weighted sum.
    """

    still: float
    flat: float
    repeated: float
    even: float
    risk: float
    shots: int


def slideshow_risk(
    thumbs: Sequence[U8], cuts: Sequence[int], rate: Fraction
) -> SlideshowRisk | None:
    """Judge a video by its small pictures; None where it is too short to tell.

    Parameters
    ----------
    thumbs : small luma pictures [uint8, about 96 on the long side], one per frame.
    cuts : frame numbers at which shots begin.
    """
    edges = [0, *sorted({c for c in cuts if 0 < c < len(thumbs)}), len(thumbs)]
    shots = [(a, b) for a, b in pairwise(edges) if b - a >= SHORTEST]
    if not shots:
        return None
    parts = {
        "still": _still(thumbs, shots, rate),
        "flat": float(np.mean([_flat(thumbs, a, b, rate) for a, b in shots])),
        "repeated": _repeated([thumbs[(a + b) // 2] for a, b in shots]),
        "even": _even([b - a for a, b in shots]),
    }
    risk = sum(WEIGHTS[name] * value for name, value in parts.items())
    return SlideshowRisk(**parts, risk=round(risk, 4), shots=len(shots))


def _still(thumbs: Sequence[U8], shots: Sequence[tuple[int, int]], rate: Fraction) -> float:
    apart = max(1, round(rate * Fraction(STEP_S)))
    steps = [
        float(cv2.absdiff(thumbs[k], thumbs[max(a, k - apart)]).mean())
        for a, b in shots
        for k in range(a + min(apart, b - a - 1), b)
    ]
    return float(np.mean(np.asarray(steps) < STILL_STEP))


def _flat(thumbs: Sequence[U8], start: int, end: int, rate: Fraction) -> bool:
    """Whether one zoom and shift explains all that moved in the middle of a shot."""
    apart = min(max(1, round(rate * Fraction(APART_S))), (end - start) // 2)
    middle = (start + end) // 2
    first = middle - apart // 2
    a, b = _soft(thumbs[first]), _soft(thumbs[first + apart])
    moved = float(np.abs(a - b).mean())
    return moved < NOTHING or _left_over(a, b) < FLAT_SHARE * moved


def _soft(picture: U8) -> F32:
    return np.asarray(
        cv2.GaussianBlur(picture.astype(np.float32), (0, 0), SOFTEN), dtype=np.float32
    )


def _left_over(a: F32, b: F32) -> float:
    """Mean absolute difference that the best affine alignment of two pictures leaves."""
    warp = np.eye(2, 3, dtype=np.float32)
    stop = (cv2.TERM_CRITERIA_EPS | cv2.TERM_CRITERIA_COUNT, 60, 1e-5)
    try:
        _, warp = cv2.findTransformECC(b, a, warp, cv2.MOTION_AFFINE, stop, None, 3)
    except cv2.error:  # no texture to align by: compare as they are
        warp = np.eye(2, 3, dtype=np.float32)
    height, width = a.shape
    way = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    moved = cv2.warpAffine(a, warp, (width, height), flags=way)
    seen = cv2.warpAffine(np.ones_like(a), warp, (width, height), flags=way) > 0.999
    gain = float(b[seen].mean() - moved[seen].mean()) if seen.any() else 0.0
    return float(np.abs(moved + gain - b)[seen].mean()) if seen.any() else float("inf")


def _repeated(middles: Sequence[U8]) -> float:
    """Share of shots that look like an earlier one, framing and all."""
    if len(middles) < 2:
        return 0.0
    flat = np.stack([_normal(m) for m in middles])
    alike = flat @ flat.T
    return float(np.mean([bool((alike[k, :k] > SAME_SHOT).any()) for k in range(len(middles))]))


def _normal(picture: U8) -> NDArray[np.float64]:
    values = picture.astype(np.float64).ravel()
    values -= values.mean()
    return np.asarray(values / max(1e-6, float(np.linalg.norm(values))))


def _even(lengths: Sequence[int]) -> float:
    if len(lengths) < 4:
        return 0.0
    spread = float(np.std(lengths) / np.mean(lengths))
    return float(np.clip((VARIED_LENGTHS - spread) / (VARIED_LENGTHS - EVEN_LENGTHS), 0.0, 1.0))
