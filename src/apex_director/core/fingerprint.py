"""What a picture looks like in 26 bytes, so that alike pictures are found among very many.

Source: the DCT hash after Zauner, "Implementation and Benchmarking of Perceptual Image Hash
Functions" (2010); colours in Oklab after Ottosson, "A perceptual color space for image processing"
(2020).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

HUES, LIGHTS = 12, 5
COLOR_BYTES = HUES + 1 + LIGHTS
SIZE = 8 + COLOR_BYTES
_GRID = 32
_SAMPLES = 1024  # at most so many rows and columns are looked at
_STEPS = 64  # of a code value: coarser than the rounding of sums, so that their order never shows
_FLAT = 0.5  # code values: a weaker wave than this is no structure
_GREY = 0.02  # Oklab chroma below which a pixel has no hue
_FULL = 0.15  # Oklab chroma of a plainly coloured pixel
_STRUCTURE, _COLOUR = 0.6, 0.4  # how much composition and colours say about alikeness

_ONES = np.ones(COLOR_BYTES, np.float32)
_TO_LMS = np.array(
    [
        [0.4122214708, 0.5363325363, 0.0514459929],
        [0.2119034982, 0.6806995451, 0.1073969566],
        [0.0883024619, 0.2817188376, 0.6299787005],
    ]
)
_TO_LAB = np.array(
    [
        [0.2104542553, 0.7936177850, -0.0040720468],
        [1.9779984951, -2.4285922050, 0.4505937099],
        [0.0259040371, 0.7827717662, -0.8086757660],
    ]
)


@dataclass(frozen=True, kw_only=True)
class Fingerprint:
    """``phash`` is the composition as 64 bits, ``color`` how much of each of 12 hues, of no hue at
    all, and of each of 5 lightnesses there is (18 bytes; the first 13 and the last 5 sum to about
    255 each).
    """

    phash: int
    color: bytes

    def pack(self) -> bytes:
        """26 bytes, as stored."""
        return self.phash.to_bytes(8, "big") + self.color

    @classmethod
    def unpack(cls, packed: bytes) -> Fingerprint:
        """The inverse of :meth:`pack`."""
        return cls(phash=int.from_bytes(packed[:8], "big"), color=bytes(packed[8:SIZE]))


def fingerprint(rgb: NDArray[np.uint8]) -> Fingerprint:
    """The look of a picture.

    Parameters
    ----------
    rgb : uint8 [shape=(h, w, 3)], sRGB
    """
    small = _shrunk(rgb)
    return Fingerprint(phash=_hash(small @ np.array([0.2126, 0.7152, 0.0722])), color=_color(small))


def distance(a: Fingerprint, b: Fingerprint) -> float:
    """How different two pictures look: 0 the same, 1 nothing in common. Resized or recompressed
    copies stay below 0.06.
    """
    packed = np.frombuffer(b.pack(), np.uint8)[None]
    return float(distances(a, packed)[0])


def distances(a: Fingerprint, packed: NDArray[np.uint8]) -> NDArray[np.float32]:
    """From one picture to many, as :func:`distance`.

    Parameters
    ----------
    packed : uint8 [shape=(n, 26)]
        Rows as :meth:`Fingerprint.pack` makes them.
    """
    one = np.frombuffer(a.pack(), np.uint8)
    hashes = np.ascontiguousarray(packed[:, :8]).view(np.uint64)[:, 0]
    differing = np.bitwise_count(hashes ^ one[:8].view(np.uint64)[0])
    # Unrelated pictures differ in half of the bits: that is as far apart as composition goes.
    structure = np.minimum(differing.astype(np.float32) / 32.0, 1.0)
    theirs, own = packed[:, 8:], one[8:]
    shift = (np.maximum(theirs, own) - np.minimum(theirs, own)).astype(np.float32) @ _ONES
    colour = np.minimum(shift / (4.0 * 255.0), 1.0)
    return np.asarray(_STRUCTURE * structure + _COLOUR * colour, np.float32)


def _shrunk(rgb: NDArray[np.uint8]) -> NDArray[np.float64]:
    """Means over a grid of 32 x 32 equal cells [shape=(32, 32, 3), 0..255]."""
    height, width = rgb.shape[:2]
    thin = rgb[:: max(1, height // _SAMPLES), :: max(1, width // _SAMPLES)]
    rows, columns = _cells(thin.shape[0]), _cells(thin.shape[1])
    across = (rows @ thin.reshape(thin.shape[0], -1).astype(np.float32)).reshape(_GRID, -1, 3)
    means = np.matmul(columns, across)
    return np.asarray(np.rint(means.astype(np.float64) * _STEPS) / _STEPS)


@lru_cache(maxsize=64)
def _cells(count: int) -> NDArray[np.float32]:
    """How much of each sample falls into each of 32 equal cells [shape=(32, count)]; rows sum to
    1.
    """
    edges = np.arange(_GRID + 1) * (count / _GRID)
    start = np.arange(count)
    overlap = np.minimum(edges[1:, None], start + 1) - np.maximum(edges[:-1, None], start)
    return np.asarray(np.clip(overlap, 0.0, None) * (_GRID / count), np.float32)


@lru_cache(maxsize=1)
def _waves() -> NDArray[np.float64]:
    """DCT-II basis [shape=(16, 32)], orthonormal but for the constant."""
    k, n = np.arange(16)[:, None], np.arange(_GRID)[None, :]
    return np.asarray(np.cos(np.pi * k * (2 * n + 1) / (2 * _GRID)) * np.sqrt(2.0 / _GRID))


@lru_cache(maxsize=1)
def _order() -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """The 64 slowest waves without the constant, by rising frequency."""
    pairs = sorted(
        ((u, v) for u in range(16) for v in range(16) if u + v), key=lambda p: (sum(p), p)
    )
    chosen = np.array(pairs[:64])
    return chosen[:, 0], chosen[:, 1]


def _hash(luma: NDArray[np.float64]) -> int:
    waves = _waves() @ luma @ _waves().T
    values = waves[_order()]
    values = np.where(np.abs(values) < _FLAT, 0.0, values)
    bits = values > np.partition(values, (31, 32))[31:33].mean()  # the median
    return int.from_bytes(np.packbits(bits).tobytes(), "big")


@lru_cache(maxsize=1)
def _lights() -> NDArray[np.float64]:
    """Linear light of every code value that a mean can have (IEC 61966-2-1)."""
    code = np.arange(255 * _STEPS + 1) / (255.0 * _STEPS)
    return np.where(code <= 0.04045, code / 12.92, ((code + 0.055) / 1.055) ** 2.4)


def _color(rgb: NDArray[np.float64]) -> bytes:
    light = _lights()[np.rint(rgb.reshape(-1, 3) * _STEPS).astype(np.intp)]
    lab = np.cbrt(light @ _TO_LMS.T) @ _TO_LAB.T
    chroma = np.hypot(lab[:, 1], lab[:, 2])
    coloured = np.clip((chroma - _GREY) / (_FULL - _GREY), 0.0, 1.0)
    turn = np.mod(np.arctan2(lab[:, 2], lab[:, 1]) / (2 * np.pi), 1.0) * HUES
    hues = _soft(turn, coloured, HUES, around=True)
    lights = _soft(
        np.clip(lab[:, 0], 0.0, 1.0) * (LIGHTS - 1), np.ones(len(lab)), LIGHTS, around=False
    )
    shares = np.concatenate([hues, [len(lab) - hues.sum()], lights]) / len(lab)
    return np.rint(np.clip(shares, 0.0, 1.0) * 255.0).astype(np.uint8).tobytes()


def _soft(
    where: NDArray[np.float64], weight: NDArray[np.float64], bins: int, *, around: bool
) -> NDArray[np.float64]:
    """A histogram whose samples fall into the two nearest bins, so that small shifts stay small."""
    low = np.floor(where).astype(np.intp)
    part = where - low
    high = (low + 1) % bins if around else np.minimum(low + 1, bins - 1)
    low = low % bins
    first = np.bincount(low, weight * (1.0 - part), minlength=bins)
    return np.asarray(first + np.bincount(high, weight * part, minlength=bins))
