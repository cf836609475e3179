"""Frames of a segment, drawn one by one into the planes of an encoder; and single graded stills."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from apex_director.audio.model import AudioAnalysis
from apex_director.cinematography.model import CameraMove, Grade, Storyboard, TransitionKind
from apex_director.core.errors import AssemblyError
from apex_director.core.ids import seed_for
from apex_director.images.model import Scene

from .blur import smeared
from .camera import camera_path, rest_path, turn_speed
from .compositor import Sheet, compose, lamp_at, moment_at, new_sheet
from .curves import curves
from .finish import Finish, finish, last_colours, make_finish, vignette_shade
from .joining import joined
from .leak import Leak, make_leak
from .lens import look_through
from .light import glow
from .matching import Take, matched, native_zoom, seen_part
from .model import (
    F32,
    U8,
    CameraPath,
    Curves,
    FrameSink,
    Moment,
    OnFrame,
    Part,
    PreparedScene,
    Segment,
)
from .prepare import prepare
from .segments import closing_fade, visible_spans
from .titles import TitleArt, draw_titles, make_titles
from .transitions import SHUTTER, Mix, ease, mix_at

if TYPE_CHECKING:
    from .lut import Cube

TAME_FROM = 0.5
"""Beyond this much taming the whole picture is dimmed too, by up to a third."""


@dataclass(frozen=True, kw_only=True, eq=False)
class FilmedShot:
    """A shot ready to be filmed: its scene, its path and its music over all its visible frames."""

    prepared: PreparedScene
    path: CameraPath
    curves: Curves
    seed: int
    middle: float
    whips: bool

    def row(self, frame: int) -> int:
        return frame - self.curves.start


@dataclass(frozen=True, kw_only=True, eq=False)
class Room:
    """Everything the frames of one segment share."""

    storyboard: Storyboard
    segment: Segment
    takes: dict[int, FilmedShot]
    look: Finish
    sheets: tuple[Sheet, ...]
    titles: tuple[TitleArt, ...]
    rate: float
    leak: Leak | None = None


def render_segment(
    storyboard: Storyboard,
    segment: Segment,
    scenes: Mapping[str, Scene],
    analysis: AudioAnalysis,
    into: FrameSink,
    *,
    tame: float | Sequence[float] = 0.0,
    on_frame: OnFrame | None = None,
    lut: Cube | None = None,
) -> None:
    """Draw every frame of a segment, in order.

    A frame depends on the storyboard, the scenes, the analysis and its absolute number alone, never
    on where the segment begins.

    Parameters
    ----------
    scenes : the pictures by id, at least ``segment.picture_ids``.
    tame : 0..1, for the whole segment or one value per frame of it: lowers reactions, pulses and
        dips for flash safety.
    on_frame : called with each absolute frame number once the frame is handed over.
    lut : the .cube that the storyboard's grade names, where it names one.

    Raises
    ------
    AssemblyError
        A picture is missing, or the sink's planes are not those of the storyboard's format.
    """
    room = room_of(storyboard, segment, scenes, analysis, lut)
    calm = np.broadcast_to(np.clip(np.asarray(tame, dtype=np.float64), 0.0, 1.0), segment.frames)
    for frame in range(segment.start, segment.end):
        planes = into.planes()
        _check_planes(planes, storyboard.format.width, storyboard.format.height)
        draw_frame(room, frame, float(calm[frame - segment.start]), planes)
        into.write()
        if on_frame is not None:
            on_frame(frame)


def still(scene: Scene, grade: Grade, width: int, height: int, lut: Cube | None = None) -> U8:
    """One graded frame of a scene at rest [uint8 RGB, shape=(height, width, 3)]."""
    look = make_finish(grade, width, lut)
    prepared, sheet, path = prepare(scene, look.bake), new_sheet(width, height), rest_path()
    moment = Moment(
        frame=0, seconds=7.0, shot_seconds=0.0, low=0.3, mid=0.3, high=0.3, loudness=0.5, beat=0.0,
        bar=0.0, travel=7.0,
    )  # fmt: skip
    compose(prepared, path, 0, moment, 1, sheet)
    lamp = lamp_at(prepared.scene.light, prepared, path, 0, moment, width, height)
    light = glow(sheet.light, grade.bloom, look.tint, lamp)
    light = look_through(look.lens, sheet.frame, light)
    rgb = last_colours(sheet.frame.view(np.uint8).reshape(height, width, 4)[..., :3], look)
    full = np.repeat(np.repeat(light, 8, axis=1), 8, axis=2)[:, :height, :width].transpose(1, 2, 0)
    rgb = 1.0 - (1.0 - rgb) * (1.0 - _smoothed(full))
    shade = vignette_shade(grade.vignette, width, height)
    return np.asarray(np.clip(rgb * shade[..., None] * 255.0 + 0.5, 0, 255), np.uint8)


def _smoothed(light: F32) -> F32:
    import cv2

    return np.asarray(cv2.GaussianBlur(light, (0, 0), 4.0), dtype=np.float32)


def room_of(
    storyboard: Storyboard,
    segment: Segment,
    scenes: Mapping[str, Scene],
    analysis: AudioAnalysis,
    lut: Cube | None = None,
) -> Room:
    """Everything made once for the frames of a segment.

    Raises
    ------
    AssemblyError
        A picture is missing.
    """
    fmt = storyboard.format
    missing = [p for p in segment.picture_ids if p not in scenes]
    if missing:
        raise AssemblyError(
            f"picture {missing[0]} has not been made",
            where=f"segment {segment.index}",
            what_to_do="Make the pictures of this plan first.",
        )
    look = make_finish(storyboard.grade, fmt.width, lut)
    prepared = {p: prepare(scenes[p], look.bake) for p in segment.picture_ids}
    takes = {
        part.shot: _take(storyboard, part, prepared[part.picture_id], analysis)
        for part in segment.parts
    }
    return Room(
        storyboard=storyboard,
        segment=segment,
        takes=_matched(storyboard, segment, takes),
        leak=_leak(storyboard, segment),
        look=look,
        sheets=(new_sheet(fmt.width, fmt.height), new_sheet(fmt.width, fmt.height))
        if len(takes) > 1
        else (new_sheet(fmt.width, fmt.height),),
        titles=make_titles(segment.titles, fmt.width, fmt.height),
        rate=float(fmt.rate),
    )


def _leak(storyboard: Storyboard, segment: Segment) -> Leak | None:
    span = segment.transition
    if span is None or span.kind is not TransitionKind.LIGHT_LEAK:
        return None
    return make_leak(storyboard.shots[span.incoming].seed, storyboard.palette)


def _matched(
    storyboard: Storyboard, segment: Segment, takes: dict[int, FilmedShot]
) -> dict[int, FilmedShot]:
    """The takes; where they melt as a match, with cameras that keep their subjects together."""
    span = segment.transition
    if span is None or span.outgoing is None or span.kind is not TransitionKind.MATCH_DISSOLVE:
        return takes
    rate, fmt = float(storyboard.format.rate), storyboard.format
    share = [1.0 - mix_at(span, f, rate).outgoing for f in range(span.start, span.end)]
    pair = [takes[span.outgoing], takes[span.incoming]]
    views = [
        Take(
            path=take.path,
            subject=take.prepared.scene.subject,
            parallaxes=take.prepared.parallaxes,
            window=seen_part(take.prepared.scene, fmt.width, fmt.height),
        )
        for take in pair
    ]
    paths = matched(views[0], views[1], span.start, np.asarray(share))
    numbers = (span.outgoing, span.incoming)
    return takes | {
        n: replace(take, path=path) for n, take, path in zip(numbers, pair, paths, strict=True)
    }


def _take(
    storyboard: Storyboard, part: Part, prepared: PreparedScene, analysis: AudioAnalysis
) -> FilmedShot:
    visible = visible_spans(storyboard)[part.shot]
    rate = storyboard.format.rate
    heard = curves(analysis, visible.start, visible.end, rate)
    shot = storyboard.shots[part.shot]
    return FilmedShot(
        prepared=prepared,
        path=camera_path(
            shot,
            visible,
            heard,
            rate,
            prepared.parallaxes,
            storyboard.reactivity,
            prepared.scene.subject,
            native_zoom(prepared.scene, storyboard.format.width, storyboard.format.height),
        ),
        curves=heard,
        seed=seed_for(storyboard.seed, part.picture_id),
        middle=(visible.start + visible.end) / 2 / float(rate),
        whips=shot.move is CameraMove.WHIP_PAN,
    )


def draw_frame(room: Room, frame: int, tame: float, planes: tuple[U8, U8, U8]) -> None:
    """Draw an absolute frame into the planes of an encoder; ``tame`` 0..1 calms it."""
    segment = room.segment
    mix = mix_at(segment.transition, frame, room.rate, tame)
    sheet, light = _shot_frame(room, _shot_of(room, mix), frame, tame, 0)
    if mix.kind is not TransitionKind.CUT:
        light = _changed(room, mix, frame, tame, sheet, light)
    light = look_through(room.look.lens, sheet.frame, light)
    draw_titles(room.titles, frame, room.rate, sheet.frame)
    dim = (1.0 - mix.black) * _closing(room, frame) * (1.0 - max(0.0, tame - TAME_FROM) * 0.66)
    finish(sheet.frame, light, room.look, frame, planes, dim=dim, white=mix.white)


def _changed(room: Room, mix: Mix, frame: int, tame: float, sheet: Sheet, light: F32) -> F32:
    """Bring the other shot of a transition into the sheet; gives the light over both."""
    span, old, old_light = room.segment.transition, sheet, light
    if mix.both and span is not None and span.outgoing is not None:
        old, old_light = _shot_frame(room, span.outgoing, frame, tame, 1)
    turned = room.storyboard.shots[room.segment.parts[-1].shot].move_direction
    sign = -1 if turned < 0 else 1
    return joined(mix, sheet, old, light, old_light, sign=sign, leak=room.leak)


def _shot_of(room: Room, mix: Mix) -> int:
    """The shot this frame mainly shows."""
    span = room.segment.transition
    if mix.outgoing >= 1.0 and span is not None and span.outgoing is not None:
        return span.outgoing
    return room.segment.parts[-1].shot


def _shot_frame(
    room: Room, shot: int, frame: int, tame: float, sheet_number: int
) -> tuple[Sheet, F32]:
    """Compose one shot, and the light that goes over it."""
    take, sheet = room.takes[shot], room.sheets[sheet_number]
    row = take.row(frame)
    strength = min(1.0, max(0.0, room.storyboard.reactivity)) * (1.0 - tame)
    moment = moment_at(take.curves, row, room.rate, take.middle, strength)
    compose(take.prepared, take.path, row, moment, take.seed, sheet)
    fmt, grade = room.storyboard.format, room.storyboard.grade
    light = take.prepared.scene.light
    lamp = lamp_at(light, take.prepared, take.path, row, moment, fmt.width, fmt.height)
    over = glow(sheet.light, grade.bloom, room.look.tint, lamp)
    if take.whips:
        over = smeared(sheet.frame, over, SHUTTER * abs(turn_speed(take.path, row)))
    return sheet, over


def _closing(room: Room, frame: int) -> float:
    """The picture's brightness at the end of the video, 1 everywhere else."""
    fade = closing_fade(room.storyboard)
    if frame < fade.start:
        return 1.0
    return 1.0 - ease("ease_in_out", (frame - fade.start + 0.5) / len(fade))


def _check_planes(planes: tuple[U8, U8, U8], width: int, height: int) -> None:
    shapes = [p.shape for p in planes]
    half = (height // 2, width // 2)
    if shapes != [(height, width), half, half]:
        raise AssemblyError(
            f"the encoder's planes are {shapes}, the video is {width}x{height}",
            where="render",
            what_to_do="Open the encoder with the storyboard's format.",
        )
