"""Colour spaces of video by name (contract X19), and the way from one to another."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from apex_director.core.errors import AssemblyError

from .model import F64

Pair = tuple[float, float]
D65: Pair = (0.3127, 0.3290)
_BRADFORD = np.array(
    [[0.8951, 0.2664, -0.1614], [-0.7502, 1.7135, 0.0367], [0.0389, -0.0685, 1.0296]]
)


@dataclass(frozen=True, kw_only=True)
class Space:
    """Chromaticities (x, y) of red, green and blue and of white, and the exponent a display decodes
    code values with.
    """

    primaries: tuple[Pair, Pair, Pair]
    white: Pair
    gamma: float


SPACES: Mapping[str, Space] = {
    # ITU-R BT.709-6; decoded as BT.1886 says.
    "Rec.709": Space(
        primaries=((0.640, 0.330), (0.300, 0.600), (0.150, 0.060)), white=D65, gamma=2.4
    ),
    # ITU-R BT.2020-2.
    "Rec.2020": Space(
        primaries=((0.708, 0.292), (0.170, 0.797), (0.131, 0.046)), white=D65, gamma=2.4
    ),
    # ITU-R BT.601-7, the system of 525 lines.
    "Rec.601": Space(
        primaries=((0.630, 0.340), (0.310, 0.595), (0.155, 0.070)), white=D65, gamma=2.4
    ),
    # SMPTE RP 431-2, projected.
    "DCI-P3": Space(
        primaries=((0.680, 0.320), (0.265, 0.690), (0.150, 0.060)), white=(0.314, 0.351), gamma=2.6
    ),
}
WORKING = "Rec.709"


def space_named(name: str) -> Space:
    """The space of a name, however it is capitalised.

    Raises
    ------
    AssemblyError
        No space is called that.
    """
    keyed = {known.casefold(): space for known, space in SPACES.items()}
    try:
        return keyed[name.strip().casefold()]
    except KeyError:
        raise AssemblyError(
            f"'{name}' is no colour space we know",
            where="grade",
            what_to_do=f"Choose one of {', '.join(SPACES)}.",
        ) from None


def to_xyz(space: Space) -> F64:
    """Matrix from linear RGB to CIE XYZ under the space's own white [shape=(3, 3)].

    Source: SMPTE RP 177.
    """
    primaries = np.stack([_xyz(p) for p in space.primaries], axis=1)
    return np.asarray(primaries * np.linalg.solve(primaries, _xyz(space.white)))


def between(source: Space, target: Space) -> F64:
    """Matrix from linear RGB of one space to that of another, white to white [shape=(3, 3)].

    Source: Bradford adaptation, ICC.1:2022 annex E.
    """
    cones = (_BRADFORD @ _xyz(target.white)) / (_BRADFORD @ _xyz(source.white))
    adapt = np.linalg.inv(_BRADFORD) @ np.diag(cones) @ _BRADFORD
    return np.asarray(np.linalg.inv(to_xyz(target)) @ adapt @ to_xyz(source))


def convert(rgb: ArrayLike, source: str, target: str) -> F64:
    """Code values 0..1 [shape=(..., 3)] of one space in another. Colours the target cannot show are
    drawn towards the grey of their own luminance until it can.

    Raises
    ------
    AssemblyError
        A name is of no space we know.
    """
    one, other = space_named(source), space_named(target)
    values = np.asarray(rgb, dtype=np.float64)
    if one == other:
        return values
    light = np.clip(values, 0.0, 1.0) ** one.gamma @ between(one, other).T
    return np.asarray(_drawn_in(light, to_xyz(other)[1]) ** (1.0 / other.gamma))


def _xyz(point: Pair) -> F64:
    x, y = point
    return np.array([x / y, 1.0, (1.0 - x - y) / y])


def _drawn_in(light: F64, weights: F64) -> F64:
    luma = np.clip(light @ weights, 0.0, 1.0)[..., None]
    off = light - luma
    with np.errstate(divide="ignore", invalid="ignore"):
        room = np.where(off > 0.0, (1.0 - luma) / off, np.where(off < 0.0, -luma / off, np.inf))
    share = np.clip(room.min(axis=-1, keepdims=True), 0.0, 1.0)
    return np.asarray(np.clip(luma + off * share, 0.0, 1.0))
