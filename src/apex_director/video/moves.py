"""The fifteen camera moves (contract X16a), each as offsets from where the camera stands.

A move is written as a real camera would make it: panning and tilting turn the camera, so all depths
shift alike; trucking, booming and dollying carry it, so each layer shifts by its parallax.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from apex_director.cinematography.model import CameraMove

from .model import F64

WHIP_S = 0.6
"""A whip pan has come to rest after this time."""

Offsets = dict[str, F64]
"""What a move changes, by the names of :class:`CameraPath`; the rest stays as it is."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Drive:
    """What a move is made from: progress ``p`` 0..1 and ``seconds`` at the shot's begin, in the
    middle
    of each frame and at its end; how far it may ``reach`` (1 is a full move), its ``sign``, and the
    ``seed`` of its unrest.
    """

    p: F64
    reach: float
    sign: float
    seconds: F64
    seed: int


def _swing(progress: F64, reach: float) -> F64:
    """From minus half to plus half the reach."""
    return (progress - 0.5) * reach


def _static(d: Drive) -> Offsets:
    return {"zoom": 1.0 + 0.012 * d.p}


def _pan(d: Drive) -> Offsets:
    return {"x": _swing(d.p, 0.16 * d.reach) * d.sign}


def _tilt(d: Drive) -> Offsets:
    return {"y": _swing(d.p, 0.16 * d.reach) * d.sign}


def _dolly_in(d: Drive) -> Offsets:
    return {"dolly": 1.0 + 0.17 * d.reach * d.p, "zoom": 1.0 + 0.07 * d.reach * d.p}


def _dolly_out(d: Drive) -> Offsets:
    return _dolly_in(replace(d, p=1.0 - d.p))


def _truck(d: Drive) -> Offsets:
    return {"tx": _swing(d.p, 0.13 * d.reach) * d.sign, "x": _swing(d.p, 0.04 * d.reach) * d.sign}


def _boom(d: Drive) -> Offsets:
    return {
        "ty": _swing(d.p, 0.12 * d.reach) * -d.sign,
        "y": _swing(d.p, 0.035 * d.reach) * -d.sign,
    }


def _crane(d: Drive) -> Offsets:
    """Up and over: the camera rises while it looks down after the subject."""
    rise = _swing(d.p, 0.13 * d.reach) * -d.sign
    return {"ty": rise, "y": -0.35 * rise, "dolly": 1.0 + 0.06 * d.reach * (1.0 - d.p),
            "zoom": 1.0 + 0.04 * d.reach * (1.0 - d.p)}  # fmt: skip


def _zoom_in(d: Drive) -> Offsets:
    return {"zoom": np.exp(np.log1p(0.2 * d.reach) * d.p)}


def _zoom_out(d: Drive) -> Offsets:
    return _zoom_in(replace(d, p=1.0 - d.p))


def _dolly_zoom(d: Drive) -> Offsets:
    """The plane of interest keeps its size while the distance swells or shrinks behind it."""
    dolly = 1.0 + 0.2 * d.reach * (d.p if d.sign >= 0 else 1.0 - d.p)
    return {"dolly": dolly, "zoom": (1.0 + 0.2 * d.reach) / dolly}


def _orbit(d: Drive) -> Offsets:
    """Trucking one way and panning back: near and far slide against each other."""
    angle = _swing(d.p, 1.0) * np.pi / 2
    side = 0.07 * d.reach * d.sign * np.sin(angle)
    return {"tx": side, "x": -side, "dolly": 1.0 + 0.05 * d.reach * np.cos(angle),
            "zoom": 1.0 + 0.03 * d.reach * d.p}  # fmt: skip


def _tracking(d: Drive) -> Offsets:
    side = _swing(d.p, 0.12 * d.reach) * d.sign
    return {"tx": side, "dolly": 1.0 + 0.07 * d.reach * d.p, **_breath(d.seconds, d.seed, 0.0012)}


def _handheld(d: Drive) -> Offsets:
    return {
        "dolly": 1.0 + 0.05 * d.reach * d.p,
        **_breath(d.seconds, d.seed, 0.0055 * (0.5 + 0.5 * d.reach)),
    }


def _whip_pan(d: Drive) -> Offsets:
    """Arrives at full speed and settles: most of the way is done in the first fifth of a second."""
    left = np.clip(1.0 - (d.seconds - d.seconds[0]) / WHIP_S, 0.0, 1.0)
    return {"x": -0.26 * max(d.reach, 0.5) * d.sign * left**4, "zoom": 1.0 + 0.02 * d.p}


def _breath(seconds: F64, seed: int, size: float) -> Offsets:
    """Hand-held noise, band-limited to 0.2 to 1.6 Hz (a steady operator's sway)."""
    rng = np.random.Generator(np.random.PCG64(seed & 0x7FFFFFFF))
    out: Offsets = {}
    for name in ("x", "y"):
        hertz = np.geomspace(0.2, 1.6, 6) * rng.uniform(0.9, 1.1, 6)
        turns = rng.uniform(0.0, 1.0, 6)
        waves = np.sin(2 * np.pi * (seconds[:, None] * hertz + turns))
        out[name] = size * (waves / hertz**0.8).sum(axis=1) * 0.4
    return out


MOVES: dict[CameraMove, Callable[[Drive], Offsets]] = {
    CameraMove.STATIC: _static,
    CameraMove.PAN: _pan,
    CameraMove.TILT: _tilt,
    CameraMove.DOLLY_IN: _dolly_in,
    CameraMove.DOLLY_OUT: _dolly_out,
    CameraMove.TRUCK: _truck,
    CameraMove.BOOM: _boom,
    CameraMove.CRANE: _crane,
    CameraMove.ZOOM_IN: _zoom_in,
    CameraMove.ZOOM_OUT: _zoom_out,
    CameraMove.DOLLY_ZOOM: _dolly_zoom,
    CameraMove.ORBIT: _orbit,
    CameraMove.TRACKING: _tracking,
    CameraMove.HANDHELD: _handheld,
    CameraMove.WHIP_PAN: _whip_pan,
}
