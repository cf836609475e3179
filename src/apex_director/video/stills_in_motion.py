"""Flat pictures in motion: a camera move over one (contract X18), a transition between two."""

from __future__ import annotations

from collections.abc import Iterator
from difflib import get_close_matches
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from apex_director.cinematography.model import CameraMove, TransitionKind
from apex_director.core.errors import AssemblyError
from apex_director.images.model import Layer, Scene

from .blur import smeared
from .camera import OVERSCAN, move_path, rest_path, turn_speed
from .compositor import Sheet, compose, new_sheet
from .joining import joined
from .leak import make_leak
from .matching import Take, matched
from .model import F32, U8, CameraPath, Moment, TransitionSpan
from .prepare import prepare
from .transitions import CURVES, SHUTTER, Mix, frames_before, mix_at

MOTIONS: dict[str, tuple[CameraMove, ...]] = {
    "ken_burns_zoom": (CameraMove.ZOOM_IN,),
    "ken_burns_pan": (CameraMove.PAN,),
    "ken_burns_combined": (CameraMove.ZOOM_IN, CameraMove.PAN),
    "parallax_2d": (CameraMove.TRUCK,),
    "parallax_3d": (CameraMove.ORBIT,),
    "dolly_zoom": (CameraMove.DOLLY_ZOOM,),
    "trucking": (CameraMove.TRUCK,),
    "booming": (CameraMove.BOOM,),
    "panning": (CameraMove.PAN,),
    "tilting": (CameraMove.TILT,),
}
"""Contract X18: the moves of :class:`CameraMove` that make each motion, added up.

On a scene of layers, 2-D parallax slides them sideways by their depth; 3-D parallax goes round the
plane of interest, so that what lies before and behind it moves against each other.
"""


BACKDROP = 0.5
"""A flat picture's parallax in a motion that only depth makes visible: it lies behind the plane of
interest.
"""
_BY_DEPTH = frozenset({CameraMove.DOLLY_ZOOM, CameraMove.ORBIT})


def motion(name: str) -> tuple[CameraMove, ...]:
    """The camera moves of a motion; the name of a move stands for itself.

    Raises
    ------
    AssemblyError
        No motion has that name.
    """
    if name in MOTIONS:
        return MOTIONS[name]
    if name in set(CameraMove):
        return (CameraMove(name),)
    raise _unknown(name, (*MOTIONS, *CameraMove), "motion")


def ken_burns(
    picture: NDArray[np.uint8],
    seconds: float = 6.0,
    *,
    motion_name: str = "ken_burns_zoom",
    width: int = 1920,
    height: int = 1080,
    rate: Fraction = Fraction(24),
    amount: float = 1.0,
    direction: int = 1,
    seed: int = 0,
) -> Iterator[U8]:
    """Film a flat picture with a moving camera, frame by frame [uint8 RGB, shape=(height, width,
    3)], sampled between pixels and the same at any frame rate.

    Parameters
    ----------
    picture : uint8 RGB [shape=(h, w, 3)], of any size; it is cut to the frame's aspect.
    motion_name : one of :data:`MOTIONS`, or a camera move.
    amount : 0..1, how far the camera goes.
    direction : 1 to the right or up, -1 the other way.
    seed : of a hand-held camera's unrest.

    Raises
    ------
    AssemblyError
        The picture is not RGB, the motion is unknown, or there is no frame to draw.
    """
    moves, frames = motion(motion_name), round(seconds * rate)
    _check(_is_rgb(picture), "picture", "the picture is not uint8 RGB", "Give height, width and 3.")
    fits = frames >= 1 and width >= 2 and height >= 2 and width % 2 == height % 2 == 0
    _check(fits, "size", "there is no such video", "Give a length, and an even width and height.")
    depth = BACKDROP if _BY_DEPTH & set(moves) else 1.0
    path = move_path(
        moves,
        frames,
        rate,
        amount=min(max(amount, 0.0), 1.0),
        direction=direction,
        seed=seed,
        parallaxes=(depth,),
    )
    scene = _flat(picture, width, height, OVERSCAN, depth)
    return _filmed(scene, path, width, height, CameraMove.WHIP_PAN in moves)


def transition(
    old: NDArray[np.uint8],
    new: NDArray[np.uint8],
    kind: str = "crossfade",
    frames: int = 12,
    *,
    curve: str = "ease_in_out",
    rate: Fraction = Fraction(24),
    direction: int = 1,
    seed: int = 0,
    palette: tuple[str, ...] = (),
    subjects: tuple[tuple[float, float], tuple[float, float]] = ((0.5, 0.5), (0.5, 0.5)),
) -> Iterator[U8]:
    """The frames between two pictures [uint8 RGB, shape as theirs]; equal shares lie half-way.

    Parameters
    ----------
    old, new : uint8 RGB [shape=(h, w, 3)], of one size.
    kind, curve : contract X17.
    direction : of a whip pan: 1 turns to the right, -1 to the left.
    seed, palette : of a light leak: its shape, and hex colours from dark to light.
    subjects : of a match dissolve: what each picture is about, 0..1 from the left and the top.

    Raises
    ------
    AssemblyError
        The pictures are not RGB of one size, or kind, curve or length is none.
    """
    same = _is_rgb(old) and _is_rgb(new) and old.shape == new.shape and min(old.shape[:2]) >= 2
    _check(same, "transition", "the pictures are not uint8 RGB of one size", "Fit them first.")
    if kind not in set(TransitionKind):
        raise _unknown(kind, tuple(TransitionKind), "transition")
    if curve not in CURVES:
        raise _unknown(curve, CURVES, "curve")
    _check(frames >= 2, "transition", f"{frames} frames are no transition", "Give two or more.")
    which = TransitionKind(kind)
    early = frames_before(which, curve, frames)
    span = TransitionSpan(
        kind=which, curve=curve, start=0, end=frames, nominal=0, frames=frames, outgoing=0,
        incoming=1,
    )  # fmt: skip
    mixes = [mix_at(span, f, float(rate)) for f in range(frames)]
    if which is TransitionKind.CUT:
        mixes = [Mix(outgoing=float(f < early)) for f in range(frames)]
    return _between(old, new, mixes, seed, palette, direction, subjects)


def _check(holds: bool, where: str, what: str, cure: str) -> None:
    if not holds:
        raise AssemblyError(what, where=where, what_to_do=cure)


def _unknown(name: str, known: tuple[str, ...], noun: str) -> AssemblyError:
    near = get_close_matches(name, known, n=1)
    hint = f"Did you mean {near[0]}?" if near else f"Use one of {', '.join(dict.fromkeys(known))}."
    return AssemblyError(f"'{name}' is no {noun}", where=noun, what_to_do=hint)


def _is_rgb(picture: NDArray[np.uint8]) -> bool:
    kept = isinstance(picture, np.ndarray) and picture.dtype == np.uint8 and picture.ndim == 3
    return kept and picture.shape[2] == 3 and min(picture.shape[:2]) >= 1


def _flat(picture: U8, width: int, height: int, overscan: float, parallax: float = 1.0) -> Scene:
    """The picture as a scene of one layer, cut to the frame's aspect about its middle."""
    import cv2

    high, wide = picture.shape[:2]
    w, h = (max(2, round(v * overscan / 2) * 2) for v in (width, height))
    scale = max(w / wide, h / high)
    cut_w, cut_h = min(wide, round(w / scale)), min(high, round(h / scale))
    left, top = (wide - cut_w) // 2, (high - cut_h) // 2
    cut = np.ascontiguousarray(picture[top : top + cut_h, left : left + cut_w])
    if (w, h) != (cut_w, cut_h):
        way = cv2.INTER_AREA if scale < 1.0 else cv2.INTER_CUBIC
        cut = np.asarray(cv2.resize(cut, (w, h), interpolation=way), dtype=np.uint8)
    rgba = np.concatenate([cut, np.full((h, w, 1), 255, np.uint8)], axis=2)
    layer = Layer(name="picture", rgba=np.ascontiguousarray(rgba), parallax=parallax)
    return Scene(family="flat", width=width, height=height, overscan=overscan, layers=(layer,))


def _filmed(scene: Scene, path: CameraPath, width: int, height: int, whips: bool) -> Iterator[U8]:
    prepared, sheet = prepare(scene), new_sheet(width, height)
    for row in range(len(path.zoom)):
        compose(prepared, path, row, _STILLNESS, 0, sheet)
        if whips:
            smeared(sheet.frame, _dark(sheet), SHUTTER * abs(turn_speed(path, row)))
        yield _rgb(sheet)


_STILLNESS = Moment(
    frame=0, seconds=0.0, shot_seconds=0.0, low=0.0, mid=0.0, high=0.0, loudness=0.0, beat=0.0,
    bar=0.0, travel=0.0,
)  # fmt: skip


def _dark(sheet: Sheet) -> F32:
    return np.zeros((3, *sheet.light.shape[:2]), np.float32)


def _rgb(sheet: Sheet) -> U8:
    height, width = sheet.frame.shape
    return sheet.frame.view(np.uint8).reshape(height, width, 4)[..., :3].copy()


def _between(
    old: U8,
    new: U8,
    mixes: list[Mix],
    seed: int,
    palette: tuple[str, ...],
    direction: int,
    subjects: tuple[tuple[float, float], tuple[float, float]],
) -> Iterator[U8]:
    height, width = old.shape[:2]
    takes = [
        Take(path=rest_path(len(mixes), 1.0), subject=subject, parallaxes=(1.0,))
        for subject in subjects
    ]
    paths = [take.path for take in takes]
    if mixes[0].kind is TransitionKind.MATCH_DISSOLVE:
        paths = list(matched(takes[0], takes[1], 0, np.array([1.0 - m.outgoing for m in mixes])))
    scenes = [prepare(_flat(p, width, height, 1.0)) for p in (old, new)]
    sheets = [new_sheet(width, height) for _ in scenes]
    leak = make_leak(seed, palette) if mixes[0].kind is TransitionKind.LIGHT_LEAK else None
    for row, mix in enumerate(mixes):
        for scene, path, sheet in zip(scenes, paths, sheets, strict=True):
            compose(scene, path, row, _STILLNESS, 0, sheet)
        first, second = sheets if mix.outgoing < 1.0 else (sheets[0], sheets[0])
        shown = second if mix.outgoing < 1.0 else first
        before = first if mix.outgoing > 0.0 else second
        dark = _dark(shown)
        light = joined(mix, shown, before, dark, dark, sign=1 if direction >= 0 else -1, leak=leak)
        yield _developed(_rgb(shown), light, mix)


def _developed(rgb: U8, light: F32, mix: Mix) -> U8:
    """The frame with the light, the black and the white of its transition over it."""
    import cv2

    if mix.leak <= 0.0 and mix.black <= 0.0 and mix.white <= 0.0:
        return rgb
    height, width = rgb.shape[:2]
    rows, cols = light.shape[1:]
    full = cv2.resize(light.transpose(1, 2, 0), (cols * 8, rows * 8))[:height, :width]
    value = 1.0 - (1.0 - rgb / np.float32(255.0)) * (1.0 - full)
    value = value * (1.0 - mix.black) * (1.0 - mix.white) + mix.white
    return np.asarray(np.clip(value * 255.0 + 0.5, 0, 255), dtype=np.uint8)
