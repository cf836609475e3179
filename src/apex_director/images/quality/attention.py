"""Where the eye goes: a picture at one working size, its saliency, and what stands out."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from apex_director.core.color import linear_to_oklab

from .model import RGB8

F32 = NDArray[np.float32]
F64 = NDArray[np.float64]

WORKING_AREA = 320 * 320  # pixels: every picture is looked at from the same distance
RESIDUAL_SIDE = 64  # pixels a side, as the source has it
SUBJECT_SHARE = 0.12  # of the picture: the most salient part is its subject
_DECODED = np.where(
    np.arange(256) <= 10,
    np.arange(256) / 255 / 12.92,
    ((np.arange(256) / 255 + 0.055) / 1.055) ** 2.4,
)  # IEC 61966-2-1


@dataclass(frozen=True, kw_only=True, eq=False)
class View:
    """A picture at the working size.

    ``lab`` is OKLab [shape=(h, w, 3)], ``saliency`` sums to one, ``subject`` masks its strongest
    part; ``plain`` says that nothing stands out.
    """

    rgb: RGB8
    lab: F64
    saliency: F32
    subject: NDArray[np.bool_]
    plain: bool


def view(rgb: RGB8) -> View:
    """Look at a picture [uint8 sRGB, shape=(h, w, 3)] from the working distance."""
    small = working_size(rgb)
    lab = linear_to_oklab(_DECODED[small])
    saliency = _saliency(lab)
    total = float(saliency.sum())
    plain = total <= 1e-6 or float(saliency.max()) < 1e-6
    spread = saliency / total if not plain else np.full_like(saliency, 1.0 / saliency.size)
    limit = np.quantile(spread, 1.0 - SUBJECT_SHARE)
    return View(rgb=small, lab=lab, saliency=spread, subject=spread >= limit, plain=plain)


def working_size(rgb: RGB8) -> RGB8:
    """The picture at `WORKING_AREA` pixels in its own proportions; a smaller one as it is."""
    import cv2

    height, width = rgb.shape[:2]
    scale = float(np.sqrt(WORKING_AREA / (height * width)))
    if scale >= 1.0:
        return np.ascontiguousarray(rgb)
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    return np.asarray(cv2.resize(rgb, size, interpolation=cv2.INTER_AREA))


def _saliency(lab: F64) -> F32:
    """Contrast of a place with its surroundings at three scales, in lightness and colour, sharpened
    by what the spectrum does not predict.

    Source
    ------
    Itti, Koch and Niebur 1998 (centre against surround); Hou and Zhang 2007 (spectral residual).
    """
    side = float(np.sqrt(lab.shape[0] * lab.shape[1]))
    whole = lab.astype(np.float32)
    stands_out = np.zeros(whole.shape[:2], np.float32)
    for centre, surround in ((0.008, 0.06), (0.02, 0.14), (0.04, 0.28)):
        near, far = (_softened(whole, max(side * part, 0.5)) for part in (centre, surround))
        stands_out += np.sqrt(((near - far) ** 2).sum(axis=2))
    residual = _spectral_residual(whole[..., 0])
    return np.asarray(stands_out**2 * (np.float32(0.3) + residual), np.float32)


def _softened(lab: F32, sigma: float) -> F32:
    """A Gaussian; a wide one is made from fewer pixels, which it would not tell apart."""
    import cv2

    step = max(1, int(sigma / 4))
    height, width = lab.shape[:2]
    size = (max(1, width // step), max(1, height // step))
    small = cv2.resize(lab, size, interpolation=cv2.INTER_AREA) if step > 1 else lab
    soft = cv2.GaussianBlur(small, (0, 0), sigma / step)
    if step > 1:
        soft = cv2.resize(soft, (width, height), interpolation=cv2.INTER_LINEAR)
    return np.asarray(soft, np.float32)


def _spectral_residual(light: F32) -> F32:
    import cv2

    height, width = light.shape
    small = cv2.resize(light, (RESIDUAL_SIDE, RESIDUAL_SIDE), interpolation=cv2.INTER_AREA)
    spectrum = np.fft.fft2(small)
    logs = np.log(np.abs(spectrum) + 1e-6).astype(np.float32)
    surprise = logs - cv2.blur(logs, (3, 3), borderType=cv2.BORDER_REFLECT)
    phase = np.angle(spectrum)
    back = np.abs(np.fft.ifft2(np.exp(surprise + 1j * phase))) ** 2
    soft = cv2.GaussianBlur(back.astype(np.float32), (0, 0), 3.0)
    soft = cv2.resize(soft, (width, height), interpolation=cv2.INTER_LINEAR)
    top = float(np.quantile(soft, 0.995))
    return np.asarray(np.clip(soft / max(top, 1e-12), 0.0, 1.0), np.float32)
