"""The camera: a move becomes a sub-pixel path that stays inside the canvas at every depth."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction

import numpy as np

from apex_director.cinematography.model import Framing, Shot
from apex_director.core.timeline import Span

from .model import F64, CameraPath, Curves
from .moves import MOVES, Drive, Offsets

BASE_ZOOM = 1.04
"""Even the widest framing keeps this much canvas beyond the picture's edge."""
ROOM_ZOOM = 1.16
"""At most this much tighter than the framing asks, to make room for a move."""
REFERENCE_S = 6.0
"""Moves have their full size in a shot of this length; shorter ones go less far, not faster."""
LONG_REACH = 1.3
"""Longer shots may go on to this much of a full move, so that they do not stand still."""
PULSE = 0.010
"""A full bass beat brings the picture this much nearer."""
MARGIN = 0.002
"""Part of the canvas kept free at its border, for interpolation."""
HEADROOM = 0.19
"""How far above an aimed-at figure the middle of the picture lies, in frames."""
DEEPEST = 2.0
"""Parallax beyond this moves no further, or a near branch would leave the canvas."""


def camera_path(
    shot: Shot,
    visible: Span,
    curves: Curves,
    rate: Fraction,
    parallaxes: Sequence[float] = (0.0, 1.0),
    reactivity: float = 1.0,
    subject: tuple[float, float] = (0.5, 0.5),
) -> CameraPath:
    """The path of a shot over all frames it can be seen in.

    Parameters
    ----------
    visible : frames the shot is seen in, transitions included; ``curves`` covers exactly these.
    parallaxes : those of the scene's layers; none of them will show the canvas' border.
    reactivity : scale of the bass pulse.
    subject : where the picture's point of interest stands, 0..1 of the canvas.
    """
    progress = _progress(curves, len(visible))
    seconds: F64 = (np.arange(visible.start, visible.end) + 0.5) / np.float64(rate)
    length = len(visible) / float(rate)
    reach = shot.move_amount * min(LONG_REACH, (length / REFERENCE_S) ** 0.7)
    sign = 1.0 if shot.move_direction >= 0 else -1.0
    drive = Drive(p=progress, reach=reach, sign=sign, seconds=seconds, seed=shot.seed)
    offsets = MOVES[shot.move](drive)
    wanted = aimed(shot.framing, subject)
    path = _framed(shot, visible.start, _complete(offsets, len(visible)), parallaxes, wanted)
    pulse = PULSE * reactivity * np.asarray(curves.beat * curves.low, dtype=np.float64)
    return replace(path, zoom=path.zoom * (1.0 + _settle(pulse)))


def rest_path(frames: int = 1) -> CameraPath:
    """A camera that looks at the middle and does not move, for stills."""
    one, half, zero = np.ones(frames), np.full(frames, 0.5), np.zeros(frames)
    return CameraPath(start=0, zoom=one * BASE_ZOOM, x=half, y=half, dolly=one, tx=zero, ty=zero)


def layer_view(path: CameraPath, at: int, parallax: float) -> tuple[float, float, float]:
    """Zoom and centre (0..1 of the canvas) with which a layer is seen at row ``at`` of the path."""
    depth = min(parallax, DEEPEST)
    zoom = path.zoom[at] * (1.0 + (path.dolly[at] - 1.0) * depth)
    return (
        float(zoom),
        float(path.x[at] + path.tx[at] * depth),
        float(path.y[at] + path.ty[at] * depth),
    )


def _progress(curves: Curves, frames: int) -> F64:
    """0 to 1 over the shot at the music's pace, with softened but never dead ends."""
    if frames < 2:
        return np.full(frames, 0.5)
    t = (curves.travel - curves.travel[0]) / max(1e-9, float(curves.travel[-1] - curves.travel[0]))
    return np.asarray(0.45 * t + 0.55 * t * t * (3.0 - 2.0 * t), dtype=np.float64)


def _settle(pulse: F64) -> F64:
    """A beat's jump spread over three frames, so that it is felt and not seen as a jerk."""
    padded = np.pad(pulse, 1, mode="edge")
    return np.asarray(0.25 * padded[:-2] + 0.5 * padded[1:-1] + 0.25 * padded[2:])


def _complete(offsets: Offsets, frames: int) -> Offsets:
    rest = {"zoom": np.ones(frames), "dolly": np.ones(frames)}
    shifts = {name: np.zeros(frames) for name in ("x", "y", "tx", "ty")}
    return {**rest, **shifts, **offsets}


def aimed(framing: Framing, subject: tuple[float, float]) -> tuple[float, float]:
    """The canvas point a framing is about: its own, drawn to the subject by its aim.

    The subject stands a little below the middle, beside it by as much as the framing leans.
    """
    lean = (framing.x - 0.5, framing.y - 0.5 - HEADROOM / framing.scale)
    near = tuple(min(max(s + d, 0.0), 1.0) for s, d in zip(subject, lean, strict=True))
    return (
        framing.x + (near[0] - framing.x) * framing.aim,
        framing.y + (near[1] - framing.y) * framing.aim,
    )


def _framed(
    shot: Shot,
    start: int,
    move: Offsets,
    parallaxes: Sequence[float],
    wanted: tuple[float, float],
) -> CameraPath:
    """Lay a move around the framing: tighten first, then shorten the move, until all of it fits."""
    base = max(shot.framing.scale, BASE_ZOOM)
    for zoom, scale in [
        *((base * (1.0 + (ROOM_ZOOM - 1.0) * k / 8), 1.0) for k in range(9)),
        *((base * ROOM_ZOOM, 1.0 - k / 12) for k in range(1, 13)),
    ]:
        scaled = _scaled(move, scale)
        x = _centre(scaled, zoom, "x", "tx", wanted[0], parallaxes)
        y = _centre(scaled, zoom, "y", "ty", wanted[1], parallaxes)
        if x is not None and y is not None:
            break
    else:
        x = y = 0.5
    return CameraPath(
        start=start,
        zoom=zoom * scaled["zoom"],
        x=x + scaled["x"],
        y=y + scaled["y"],
        dolly=scaled["dolly"],
        tx=scaled["tx"],
        ty=scaled["ty"],
    )


def _scaled(move: Offsets, scale: float) -> Offsets:
    zooms = {name: 1.0 + (move[name] - 1.0) * scale for name in ("zoom", "dolly")}
    return {**zooms, **{name: move[name] * scale for name in ("x", "y", "tx", "ty")}}


def _centre(
    move: Offsets, zoom: float, turn: str, shift: str, wanted: float, parallaxes: Sequence[float]
) -> float | None:
    """The point nearest the wanted one from which no layer shows its border, if there is one."""
    low, high = 0.0, 1.0
    for parallax in {min(p, DEEPEST) for p in (*parallaxes, 0.0, 1.0)}:
        seen = zoom * move["zoom"] * (1.0 + (move["dolly"] - 1.0) * parallax)
        half = 0.5 / seen + MARGIN
        offset = move[turn] + move[shift] * parallax
        low = max(low, float(np.max(half - offset)))
        high = min(high, float(np.min(1.0 - half - offset)))
    return None if low > high else min(max(wanted, low), high)
