"""The camera: a move becomes a sub-pixel path that stays inside the canvas at every depth."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction

import numpy as np

from apex_director.cinematography.model import CameraMove, Framing, Shot
from apex_director.core.timeline import Span

from .model import F64, CameraPath, Curves
from .moves import MOVES, Drive, Offsets

BASE_ZOOM = 1.04
"""Even the widest framing keeps this much canvas beyond the picture's edge."""
OVERSCAN = 1.25
"""How much larger than the frame a canvas is made, so that it is not softened when moved over."""
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
NEARLY_NATIVE = 0.014
"""Within about this much of showing the canvas pixel for pixel, all of a picture is sharp between
two
frames and soft in the next, as it moves from whole pixels to halves.
"""
SPARES = (1.0, 1.02, 0.98, 1.04, 0.96, 1.06)
"""By how much a framing may be tightened or widened to keep clear of that."""
SPARE_COST = 1.5
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
    native: float = 0.0,
) -> CameraPath:
    """The path of a shot over all frames it can be seen in.

    Parameters
    ----------
    visible : frames the shot is seen in, transitions included; ``curves`` covers exactly these.
    parallaxes : those of the scene's layers; none of them will show the canvas' border.
    reactivity : scale of the bass pulse.
    subject : where the picture's point of interest stands, 0..1 of the canvas.
    native : the zoom that shows the canvas pixel for pixel, which is avoided; 0 where none is.
    """
    progress = np.concatenate([[0.0], _progress(curves, len(visible)), [1.0]])
    seconds = _instants(visible.start, visible.end, rate)
    reach = shot.move_amount * _reach(len(visible) / float(rate))
    sign = 1.0 if shot.move_direction >= 0 else -1.0
    drive = Drive(p=progress, reach=reach, sign=sign, seconds=seconds, seed=shot.seed)
    offsets = MOVES[shot.move](drive)
    wanted = aimed(shot.framing, subject)
    move = _complete(offsets, len(seconds))
    path = _within(_framed(shot, visible.start, move, parallaxes, wanted, native))
    pulse = PULSE * reactivity * np.asarray(curves.kick, dtype=np.float64)
    return replace(path, zoom=path.zoom * (1.0 + pulse))


def move_path(
    moves: Sequence[CameraMove],
    frames: int,
    rate: Fraction,
    *,
    amount: float = 1.0,
    direction: int = 1,
    seed: int = 0,
    parallaxes: Sequence[float] = (1.0,),
) -> CameraPath:
    """The path of moves made at once, at an even pace with soft ends, about the middle."""
    seconds = _instants(0, frames, rate)
    drive = Drive(
        p=_softened(seconds / seconds[-1]),
        reach=amount * _reach(frames / float(rate)),
        sign=1.0 if direction >= 0 else -1.0,
        seconds=seconds,
        seed=seed,
    )
    total = _complete({}, len(seconds))
    for move in moves:
        offsets = _complete(MOVES[move](drive), len(seconds))
        zooms = {name: total[name] * offsets[name] for name in ("zoom", "dolly")}
        shifts = {name: total[name] + offsets[name] for name in ("x", "y", "tx", "ty")}
        total = {**zooms, **shifts}
    return _within(_laid(Framing(), 0, total, parallaxes, (0.5, 0.5)))


def rest_path(frames: int = 1, zoom: float = BASE_ZOOM) -> CameraPath:
    """A camera that looks at the middle and does not move, for stills."""
    one, half, zero = np.ones(frames), np.full(frames, 0.5), np.zeros(frames)
    return CameraPath(start=0, zoom=one * zoom, x=half, y=half, dolly=one, tx=zero, ty=zero)


def turn_speed(path: CameraPath, at: int) -> float:
    """How fast the camera turns to the right at a row, in frame widths per frame."""
    last = len(path.x) - 1
    left, right = max(at - 1, 0), min(at + 1, last)
    return float((path.x[right] - path.x[left]) / max(1, right - left) * path.zoom[at])


def layer_view(path: CameraPath, at: int, parallax: float) -> tuple[float, float, float]:
    """Zoom and centre (0..1 of the canvas) with which a layer is seen at row ``at`` of the path."""
    depth = min(parallax, DEEPEST)
    zoom = path.zoom[at] * (1.0 + (path.dolly[at] - 1.0) * depth)
    return (
        float(zoom),
        float(path.x[at] + path.tx[at] * depth),
        float(path.y[at] + path.ty[at] * depth),
    )


def _instants(start: int, end: int, rate: Fraction) -> F64:
    """Seconds at which frames ``start`` to ``end`` begin, are half over, and end: the ends belong
    to
    a move too, so that it is fitted to the canvas alike at any frame rate.
    """
    middles = np.arange(start, end) + 0.5
    return np.asarray(np.concatenate([[start], middles, [end]]) / np.float64(rate))


def _within(path: CameraPath) -> CameraPath:
    """A path without its ends: one row per frame."""
    rows = {name: getattr(path, name)[1:-1] for name in ("zoom", "x", "y", "dolly", "tx", "ty")}
    return CameraPath(start=path.start, **rows)


def _progress(curves: Curves, frames: int) -> F64:
    """0 to 1 over the shot at the music's pace, with softened but never dead ends."""
    if frames < 2:
        return np.full(frames, 0.5)
    # The shot's own ends lie half a frame beyond the first and last frame's middle.
    first = 1.5 * curves.travel[0] - 0.5 * curves.travel[1]
    last = 1.5 * curves.travel[-1] - 0.5 * curves.travel[-2]
    t = np.clip((curves.travel - first) / max(1e-9, float(last - first)), 0.0, 1.0)
    return _softened(t)


def _softened(t: F64) -> F64:
    return np.asarray(0.45 * t + 0.55 * t * t * (3.0 - 2.0 * t), dtype=np.float64)


def _reach(seconds: float) -> float:
    """How far a move goes in a shot of this length, 1 being all of it."""
    return float(min(LONG_REACH, (seconds / REFERENCE_S) ** 0.7))


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
    native: float = 0.0,
) -> CameraPath:
    return _laid(shot.framing, start, move, parallaxes, wanted, native)


def _laid(
    framing: Framing,
    start: int,
    move: Offsets,
    parallaxes: Sequence[float],
    wanted: tuple[float, float],
    native: float = 0.0,
) -> CameraPath:
    """Lay a move around the framing: tighten first, then shorten the move, until all of it fits."""
    base = max(framing.scale, BASE_ZOOM)
    for zoom, scale in [
        *((base * (1.0 + (ROOM_ZOOM - 1.0) * k / 8), 1.0) for k in range(9)),
        *((base * ROOM_ZOOM, 1.0 - k / 12) for k in range(1, 13)),
    ]:
        scaled = _scaled(move, scale)
        at = _middle(scaled, zoom, wanted, parallaxes)
        if at is not None:
            break
    for spare in _spares(scaled, zoom, native):
        found = _middle(scaled, zoom * spare, wanted, parallaxes)
        if found is not None:
            at, zoom = found, zoom * spare
            break
    at = at or (0.5, 0.5)
    return CameraPath(
        start=start,
        zoom=zoom * scaled["zoom"],
        x=at[0] + scaled["x"],
        y=at[1] + scaled["y"],
        dolly=scaled["dolly"],
        tx=scaled["tx"],
        ty=scaled["ty"],
    )


def _scaled(move: Offsets, scale: float) -> Offsets:
    """A smaller move of the same shape; powers, so that a dolly zoom still keeps its balance."""
    zooms = {name: move[name] ** scale for name in ("zoom", "dolly")}
    return {**zooms, **{name: move[name] * scale for name in ("x", "y", "tx", "ty")}}


def _spares(move: Offsets, zoom: float, native: float) -> list[float]:
    """Factors on the zoom, the one that dwells least where the canvas is seen pixel for pixel
    first.

    In between, sharp and soft parts lie side by side, and the picture as a whole stays as it is.
    """
    if native <= 0.0:
        return [1.0]
    depths = np.array([[0.0], [0.5], [1.0]])
    seen = zoom * move["zoom"] * (1.0 + (move["dolly"] - 1.0) * depths) / native

    def cost(spare: float) -> float:
        near = np.exp(-0.5 * ((spare * seen - 1.0) / NEARLY_NATIVE) ** 2)
        return float(near.mean()) + SPARE_COST * abs(float(np.log(spare)))

    return sorted(SPARES, key=cost)


def _middle(
    move: Offsets, zoom: float, wanted: tuple[float, float], parallaxes: Sequence[float]
) -> tuple[float, float] | None:
    x = _centre(move, zoom, "x", "tx", wanted[0], parallaxes)
    y = _centre(move, zoom, "y", "ty", wanted[1], parallaxes)
    return None if x is None or y is None else (x, y)


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
