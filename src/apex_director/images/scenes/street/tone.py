"""Light that the camera adds after encoding, made so that it looks as if added before."""

from __future__ import annotations

from functools import lru_cache

import cv2
import numpy as np
from numba import njit
from numpy.typing import NDArray

F32 = NDArray[np.float32]

_KNEE = 0.45  # as images/scenes/finish.py
_SIZE = 4096
_MOST = 6.0  # linear light where the curve ends


@lru_cache(maxsize=1)
def _curves() -> tuple[F32, F32]:
    """Display code of linear light (at squares of 0..1 times ``_MOST``), and its inverse."""
    light = np.linspace(0.0, 1.0, _SIZE) ** 2 * _MOST
    room = 1.0 - _KNEE
    soft = np.where(light > _KNEE, _KNEE + room * (1 - np.exp((_KNEE - light) / room)), light)
    code = np.where(soft <= 0.0031308, 12.92 * soft, 1.055 * soft ** (1 / 2.4) - 0.055)
    back = np.interp(np.linspace(0.0, 1.0, _SIZE), code, light)
    return code.astype(np.float32), back.astype(np.float32)


@njit(cache=True)
def _look_up(table, place):  # type: ignore[no-untyped-def]
    last = np.float32(table.size - 1)
    place = min(max(place, np.float32(0.0)), np.float32(1.0)) * last
    k = min(int(place), table.size - 2)
    return table[k] + (table[k + 1] - table[k]) * (place - np.float32(k))


@njit(cache=True)
def _added(base, light, code, back, most):  # type: ignore[no-untyped-def]
    for y in range(light.shape[0]):
        for x in range(light.shape[1]):
            for c in range(3):
                if light[y, x, c] <= np.float32(0.0):
                    light[y, x, c] = np.float32(0.0)
                    continue
                b = max(base[y, x, c], np.float32(0.0))
                both = _look_up(code, np.sqrt((b + light[y, x, c]) / most))
                alone = _look_up(code, np.sqrt(b / most))
                light[y, x, c] = _look_up(back, both - alone)


def as_added(base: F32, light: F32) -> F32:
    """Light [h, w, 3] over a picture ``base`` [h, w, 3], both linear, as the light to encode for a
    layer that is added to the encoded picture; ``light`` itself is changed.
    """
    code, back = _curves()
    _added(base, light, code, back, np.float32(_MOST))
    return light


def bloom(light: F32, short: int, strength: float) -> F32:
    """Light scattered in the air about what shines, near and wide, made at a quarter size."""
    h, w = light.shape[:2]
    small = cv2.resize(light, (max(1, w // 4), max(1, h // 4)), interpolation=cv2.INTER_AREA)
    small = np.minimum(small, np.float32(4.0))
    total = np.zeros_like(small)
    for size, share in ((0.005, 0.10), (0.018, 0.065), (0.07, 0.018)):
        sigma = max(0.6, short / 4 * size)
        total += cv2.GaussianBlur(small, (0, 0), sigma) * np.float32(share * strength)
    return np.asarray(cv2.resize(total, (w, h), interpolation=cv2.INTER_CUBIC), np.float32)
