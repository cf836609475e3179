"""Clips for the checks, as functions of the frame number giving display RGB."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from apex_director.media import planes_from_rgb

U8 = NDArray[np.uint8]
Clip = Callable[[int], U8]
W, H = 320, 180
RATE = Fraction(24)


@dataclass(frozen=True)
class Planes:
    y: U8
    u: U8
    v: U8


def planes(clip: Clip, frames: int) -> Iterator[Planes]:
    for i in range(frames):
        yield Planes(*planes_from_rgb(clip(i)))


def grey(level: int) -> U8:
    return np.full((H, W, 3), level, np.uint8)


def strobe(
    hz: float,
    low: tuple[int, int, int] | int = 0,
    high: tuple[int, int, int] | int = 255,
    mask: NDArray[np.bool_] | None = None,
    rate: Fraction = RATE,
) -> Clip:
    """A square-wave flash of the whole picture, or of a mask of it."""

    def frame(i: int) -> U8:
        picture = np.empty((H, W, 3), np.uint8)
        picture[:] = low
        if int(np.floor(i * hz * 2 / float(rate) + 1e-9)) % 2:
            picture[mask if mask is not None else ...] = high
        return picture

    return frame


def corner(share: float) -> NDArray[np.bool_]:
    mask = np.zeros((H, W), bool)
    mask[: round(H * share**0.5), : round(W * share**0.5)] = True
    return mask


@lru_cache(maxsize=1)
def texture() -> U8:
    noise = cv2.GaussianBlur(np.random.default_rng(3).normal(0, 1, (H, 4000)), (0, 0), 12)
    return np.clip(128 + noise / noise.std() * 70, 0, 255).astype(np.uint8)


def pan(speed: int) -> Clip:
    """A high-contrast texture that moves sideways by whole pixels a frame."""
    wide = texture()
    return lambda i: np.repeat(wide[:, i * speed : i * speed + W, None], 3, axis=2)


def bars(period: int, speed: int) -> Clip:
    """Vertical bars, black and white, moving sideways."""

    def frame(i: int) -> U8:
        row = np.where((np.arange(W) + i * speed) % period < period / 2, 235, 20)
        return np.repeat(np.tile(row.astype(np.uint8), (H, 1))[..., None], 3, axis=2)

    return frame
