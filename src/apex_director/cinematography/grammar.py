"""The grammar of shots: sizes, moves and framings that follow from one another."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, replace

from .form import Stretch
from .model import CameraMove, Framing, ShotSize
from .pictures import Slot
from .styles import Look

SIZES = tuple(ShotSize)
SCALE = {
    ShotSize.EXTREME_WIDE: 1.0,
    ShotSize.WIDE: 1.13,
    ShotSize.MEDIUM_WIDE: 1.28,
    ShotSize.MEDIUM: 1.45,
    ShotSize.MEDIUM_CLOSE_UP: 1.64,
    ShotSize.CLOSE_UP: 1.86,
    ShotSize.EXTREME_CLOSE_UP: 2.1,
}
"""How far into the canvas each size looks; 1.25 shows the canvas pixel for pixel."""

JUMP = 1.27
"""Two framings of one picture differ by this much in scale at least, or the cut looks like a slip:
two steps of size, as the eye tells 30 degrees of angle.
"""
LEAN = 0.35  # of a frame that a framing looks aside at most
ELSEWHERE = 2  # from so many looks at a picture on, every other one looks past its figure

AIM_FROM, AIM_SPAN = 1.08, 0.3
"""From which scale a framing looks for the figure, and over how much more it does so wholly."""

TIGHT = {
    "intro": 0.9,
    "verse": 2.5,
    "pre_chorus": 3.0,
    "chorus": 2.6,
    "post_chorus": 2.6,
    "bridge": 2.9,
    "instrumental": 1.9,
    "outro": 1.4,
    "section": 2.2,
}
"""The usual size of a section's shots as an index into SIZES."""

WAVE = (-0.9, 0.9, -0.2, 1.6, -1.4, 0.5)  # sizes breathe in and out around it
SIDEWAYS = (
    CameraMove.PAN,
    CameraMove.TRUCK,
    CameraMove.TILT,
    CameraMove.BOOM,
    CameraMove.CRANE,
    CameraMove.ORBIT,
    CameraMove.TRACKING,
    CameraMove.WHIP_PAN,
    CameraMove.DOLLY_ZOOM,
)
FOLLOWED = ("walker", "couple", "car", "boat", "deer", "dancer", "birds", "balloon")


@dataclass(frozen=True, kw_only=True)
class Moment:
    """Everything the grammar looks at to choose one shot.

    ``tighter`` is what its act adds to how close shots are, in steps of size; ``build`` how far a
    build-up has come, 0..1; ``held``: the music has fallen away; ``peak``: here is the climax.
    """

    stretch: Stretch
    number: int
    count: int
    energy: float
    seconds: float
    slot: Slot
    subject: str
    opening: bool
    closing: bool
    climax: bool
    rising: bool
    tighter: float = 0.0
    drop: bool = False
    peak: bool = False
    build: float = 0.0
    held: bool = False


@dataclass(frozen=True, kw_only=True)
class Composed:
    """How a shot looks at its picture; ``past`` its figure, where it is looked at once more."""

    slot: Slot
    size: ShotSize
    move: CameraMove
    amount: float
    direction: int
    framing: Framing
    side: int
    past: bool = False


def compose(moment: Moment, before: Sequence[Composed], look: Look, rng: random.Random) -> Composed:
    """Size, move and framing of a shot after those ``before`` it."""
    last = before[-1] if before else None
    looks = [c for c in before if c.slot == moment.slot]
    size = _size(moment, last, looks, look, rng)
    move = _move(moment, size, last, look, rng)
    side = _side(last, looks, rng)
    framing = _framing(size, side, look, rng)
    past = len(looks) >= ELSEWHERE and len(looks) % 2 == 0 and not moment.peak
    if past:
        framing = _elsewhere(framing, side, look)
    if last and last.slot == moment.slot and _alike(last.framing, framing):
        framing = _apart(framing, last.framing)
    return Composed(
        slot=moment.slot,
        size=size,
        move=move,
        amount=_amount(moment, move),
        direction=side if move in SIDEWAYS else 1,
        framing=framing,
        side=side,
        past=past and look.centred < 1.0 and size not in SIZES[:2],
    )


def _side(last: Composed | None, looks: Sequence[Composed], rng: random.Random) -> int:
    """Across from the last look at this picture, else from the last shot."""
    roll = 1 if rng.random() < 0.5 else -1
    if looks:
        return -looks[-1].side
    return -last.side if last else roll


def _alike(one: Framing, other: Framing) -> bool:
    return max(one.scale, other.scale) < JUMP * min(one.scale, other.scale)


def _apart(framing: Framing, last: Framing) -> Framing:
    """The framing far enough from the one before it on the same picture."""
    closer = last.scale * (JUMP + 0.01)
    wider = last.scale / (JUMP + 0.01)
    near = framing.scale >= last.scale or wider < 1.0
    scale = closer if near and closer <= SCALE[SIZES[-1]] * 1.02 else max(1.0, wider)
    aim = min(1.0, max(0.0, (scale - AIM_FROM) / AIM_SPAN))
    half = 0.5 / scale
    x, y = (min(max(v, half), 1.0 - half) for v in (framing.x, framing.y))
    return Framing(x=round(x, 3), y=round(y, 3), scale=round(scale, 3), aim=round(aim, 3))


def _elsewhere(framing: Framing, side: int, look: Look) -> Framing:
    """The same scale, past the figure: what else there is at the place."""
    x = 0.5 + side * _most_lean(framing.scale) * (1.0 - look.centred)
    return replace(framing, x=round(x, 3), aim=round(0.25 * framing.aim, 3))


def _most_lean(scale: float) -> float:
    """How far aside a framing may look so that it can do so in any aspect."""
    return min(LEAN / scale, 0.88 * (0.5 - 0.5 / scale))


def _size(
    moment: Moment,
    last: Composed | None,
    looks: Sequence[Composed],
    look: Look,
    rng: random.Random,
) -> ShotSize:
    wish = _tightness(moment, last, look)
    noise = [rng.random() for _ in SIZES]

    def cost(at: int) -> float:
        size = SIZES[at]
        value = abs(at - wish) * (2.5 if moment.closing or moment.drop else 1.0) + 0.5 * noise[at]
        value += 0.9 if size is ShotSize.EXTREME_CLOSE_UP else 0.0
        value += 0.8 if at >= 4 and moment.subject == "none" else 0.0
        for age, seen in enumerate(reversed(looks[-3:])):
            apart = abs(at - SIZES.index(seen.size))
            value += max(0.0, 1.6 - 0.8 * apart) / (1 + 0.5 * age)
        if last is None:
            return value
        step = abs(at - SIZES.index(last.size))
        if step == 0:
            value += 4.0
        if last.slot == moment.slot and step < 2:
            value += 5.0
        return value

    return SIZES[min(range(len(SIZES)), key=cost)]


def _tightness(moment: Moment, last: Composed | None, look: Look) -> float:
    stretch = moment.stretch
    if moment.opening or moment.closing:
        return 0.0
    if moment.drop or moment.peak:  # as far from what was seen as can be: out of the close, wide
        return 0.0 if last is None or SIZES.index(last.size) >= 2 else 3.6
    if stretch.label == "outro":
        return 3.0 * (1.0 - moment.number / max(1, moment.count - 1))
    if moment.number == 0 and stretch.returns == 0:
        return 0.7 if not moment.climax else 1.0
    usual = TIGHT.get(stretch.label, 2.2) + look.tightness + 0.45 * min(stretch.returns, 3)
    usual += moment.tighter + 1.8 * moment.build
    return usual + 1.1 * (moment.energy - 0.5) + WAVE[moment.number % len(WAVE)]


def _move(
    moment: Moment, size: ShotSize, before: Composed | None, look: Look, rng: random.Random
) -> CameraMove:
    """A move the look likes and the moment allows, never the one before."""
    likes = {CameraMove(name): weight for name, weight in look.moves.items()}
    weights = {move: w * _fit(move, moment, size) for move, w in likes.items()}
    if before:
        weights.pop(before.move, None)
    weights = {move: w for move, w in weights.items() if w > 0}
    if not weights:
        spare = (CameraMove.DOLLY_IN, CameraMove.DOLLY_OUT, CameraMove.TRUCK)
        return next(m for m in spare if before is None or m is not before.move)
    roll = rng.random() * sum(weights.values())
    for move, weight in weights.items():
        roll -= weight
        if roll <= 0:
            return move
    return next(reversed(weights))


_QUIET = frozenset({CameraMove.STATIC})
_WIDE_MOVES = frozenset({CameraMove.CRANE, CameraMove.BOOM, CameraMove.PAN})
_AWAY = frozenset({CameraMove.DOLLY_OUT, CameraMove.ZOOM_OUT, CameraMove.CRANE})
_TOWARDS = frozenset({CameraMove.DOLLY_IN, CameraMove.ZOOM_IN})
_BOLD = frozenset(
    {CameraMove.DOLLY_IN, CameraMove.CRANE, CameraMove.BOOM, CameraMove.ORBIT, CameraMove.ZOOM_OUT}
)
_SLOW = frozenset({CameraMove.DOLLY_OUT, CameraMove.PAN, CameraMove.DOLLY_IN})


def _fit(move: CameraMove, moment: Moment, size: ShotSize) -> float:
    close = SIZES.index(size) >= 4
    if move is CameraMove.WHIP_PAN:
        return 1.0 if moment.energy > 0.7 and 0.8 <= moment.seconds <= 3 and moment.number else 0.0
    if move in _QUIET:
        if moment.drop or moment.peak:
            return 0.0
        return 1.0 if (moment.energy < 0.5 or moment.held) and moment.seconds < 8 else 0.15
    fit = 1.0
    if move is CameraMove.HANDHELD:
        fit *= 0.3 + moment.energy
    if move is CameraMove.TRACKING:
        fit *= 1.2 if moment.subject in FOLLOWED else 0.2
    if move in _WIDE_MOVES and close:
        fit *= 0.4
    if move is CameraMove.DOLLY_ZOOM:
        fit *= 1.0 if close and moment.seconds > 2 else 0.1
    if moment.opening or moment.closing:
        fit *= 3.0 if move in _AWAY else 0.5
    if moment.build or (moment.rising and moment.number == moment.count - 1):
        fit *= 3.0 if move in _TOWARDS else 0.6
    if moment.drop or moment.peak:
        fit *= 2.0 if move in _BOLD else 0.5
    if moment.held:
        fit *= 1.6 if move in _SLOW else 0.5
    return fit


def _amount(moment: Moment, move: CameraMove) -> float:
    if move is CameraMove.STATIC:
        return 0.0
    if moment.drop or moment.peak:
        return 1.0
    held = 0.85 if moment.seconds < 2 or moment.held else 1.0
    return round(min(1.0, (0.55 + 0.45 * moment.energy) * held), 3)


def _framing(size: ShotSize, side: int, look: Look, rng: random.Random) -> Framing:
    """The window: towards a third for closer sizes, on the axis where the style is centred."""
    scale = SCALE[size] * (1.0 + 0.04 * (rng.random() - 0.5) if size is not SIZES[0] else 1.0)
    reach = 0.10 * (1.0 - look.centred) * (scale - 1.0) / 0.4
    drop = 0.05 * min(1.0, (scale - 1.0) / 0.6)
    half = 0.5 / scale
    x = 0.5 + side * min(reach * (0.7 + 0.6 * rng.random()), _most_lean(scale))
    y = min(max(0.5 + drop * (0.6 + 0.8 * rng.random()), half), 1.0 - half)
    aim = min(1.0, max(0.0, (scale - AIM_FROM) / AIM_SPAN))
    return Framing(x=round(x, 3), y=round(y, 3), scale=round(scale, 3), aim=round(aim, 3))
