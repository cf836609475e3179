"""A picture that goes round without end: a closed camera path, and a seam nobody sees.

The camera comes back to where it began, with the speed it began with. What lives in the picture
does not repeat by itself, so the last frames melt into those that came before the first.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from math import ceil

import numpy as np

from apex_director.audio.model import AudioAnalysis
from apex_director.cinematography.model import Shot, Storyboard
from apex_director.images.model import Scene

from .camera import DEEPEST, MARGIN, aimed
from .frames import draw_frame, room_of
from .lut import Cube
from .model import F64, U8, CameraPath, FrameSink, OnFrame, Part, PreparedScene, Segment
from .transitions import ease

MELT_S = 0.7
"""So long the end of the loop melts into what came before its beginning, a third of it at most."""
LEAD_OUT_S = 2.0  # frames behind the loop that are never drawn: the film's closing fade lies there
SIDE, NEAR, RISE = 0.030, 0.060, 0.010
"""How far the camera goes round at full reach: aside and up in canvas sizes, nearer as a share."""
NEAREST = 1.12  # a framing is at least so near, so that there is canvas on every side to go round


def render_loop(
    storyboard: Storyboard,
    scene: Scene,
    analysis: AudioAnalysis,
    into: FrameSink,
    *,
    on_frame: OnFrame | None = None,
    lut: Cube | None = None,
) -> None:
    """Draw every frame of a storyboard of one shot so that the first follows on the last.

    Parameters
    ----------
    scene : the picture of the shot.
    analysis : what the picture hears; a steady one, or the loop's two ends will not match.
    on_frame : called with each frame number once the frame is handed over.
    lut : the .cube that the storyboard's grade names, where it names one.

    Raises
    ------
    AssemblyError
        The sink's planes are not those of the storyboard's format.
    """
    fmt = storyboard.format
    frames = fmt.total_frames
    melt = min(round(MELT_S * fmt.rate), frames // 3)
    draw = _drawer(storyboard, scene, analysis, melt, lut)
    before = [draw(k, _empty(fmt.width, fmt.height)) for k in range(melt)]
    for frame in range(frames):
        planes = draw(melt + frame, into.planes())
        into_seam = frame - (frames - melt)
        if into_seam >= 0:
            share = ease("ease_in_out", (into_seam + 1) / (melt + 1))
            _melt(planes, before[into_seam], round(256 * share))
        into.write()
        if on_frame is not None:
            on_frame(frame)


Planes = tuple[U8, U8, U8]


def _drawer(
    storyboard: Storyboard, scene: Scene, analysis: AudioAnalysis, melt: int, lut: Cube | None
) -> Callable[[int, Planes], Planes]:
    """Draws frame k into planes, where frame ``melt`` is the loop's first."""
    fmt, shot = storyboard.format, storyboard.shots[0]
    total = melt + fmt.total_frames + ceil(LEAD_OUT_S * fmt.rate)
    long = replace(shot, start=0, end=total)
    board = replace(storyboard, format=replace(fmt, total_frames=total), shots=(long,), titles=())
    part = Part(
        shot=0,
        shot_id=shot.shot_id,
        picture_id=shot.picture_id,
        start=0,
        end=total,
    )
    segment = Segment(index=0, start=0, end=total, parts=(part,))
    room = room_of(board, segment, {shot.picture_id: scene}, analysis, lut)
    take = room.takes[0]
    path = closed_path(shot, take.prepared, melt, fmt.total_frames, total)
    room = replace(room, takes={0: replace(take, path=path)})

    def draw(frame: int, planes: Planes) -> Planes:
        draw_frame(room, frame, 0.0, planes)
        return planes

    return draw


def closed_path(
    shot: Shot, prepared: PreparedScene, first: int, period: int, frames: int
) -> CameraPath:
    """A slow walk round what the picture is about: aside and back, a little nearer and away.

    Position and speed after ``period`` frames are those of frame ``first``, exactly.
    """
    turn: F64 = 2 * np.pi * ((np.arange(frames) - first) % period) / period
    reach = shot.move_amount
    side = SIDE * reach * np.sin(turn) * (1.0 if shot.move_direction >= 0 else -1.0)
    nearer = 0.5 - 0.5 * np.cos(turn)
    move = CameraPath(
        start=0,
        zoom=max(shot.framing.scale, NEAREST) * (1.0 + 0.4 * NEAR * reach * nearer),
        x=-0.6 * side,
        y=np.zeros(frames),
        dolly=1.0 + NEAR * reach * nearer,
        tx=side,
        ty=RISE * reach * (nearer - 0.5),
    )
    x, y = aimed(shot.framing, prepared.scene.subject)
    depths = {min(p, DEEPEST) for p in (*prepared.parallaxes, 0.0, 1.0)}
    x = _inside(move, move.x, move.tx, depths, x)
    y = _inside(move, move.y, move.ty, depths, y)
    return replace(move, x=move.x + x, y=move.y + y)


def _inside(move: CameraPath, turn: F64, shift: F64, depths: set[float], wanted: float) -> float:
    """The point nearest the wanted one from which no layer shows its border on the whole way."""
    low, high = 0.0, 1.0
    for depth in depths:
        half = 0.5 / (move.zoom * (1.0 + (move.dolly - 1.0) * depth)) + MARGIN
        offset = turn + shift * depth
        low = max(low, float(np.max(half - offset)))
        high = min(high, float(np.min(1.0 - half - offset)))
    return min(max(wanted, low), high) if low <= high else 0.5


def _empty(width: int, height: int) -> Planes:
    half = (height // 2, width // 2)
    return np.empty((height, width), np.uint8), np.empty(half, np.uint8), np.empty(half, np.uint8)


def _melt(planes: Planes, other: Planes, share: int) -> None:
    """Lay ``share`` of 256 of the other picture over this one, in place."""
    for mine, theirs in zip(planes, other, strict=True):
        mixed = mine.astype(np.uint16) * (256 - share) + theirs.astype(np.uint16) * share
        mine[:] = (mixed + 128) >> 8
