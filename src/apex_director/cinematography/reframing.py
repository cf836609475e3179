"""The same film in another frame: every cut, frame and title where it was, every framing made anew
for the aspect.

Pictures are composed for the aspect they are asked for, so nothing is cropped here: what changes is
how a shot looks at its picture. Framings are thought of in 16:9; each aspect has its own way to
look, and going from one aspect to another and back gives the first framings again.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import log

from .model import CameraMove, Framing, Shot, Storyboard

_WIDE, _TALL, _BROAD = 16 / 9, 9 / 16, 21 / 9
SAME = 0.01  # aspects that differ by less than this share are one

SIDEWAYS = frozenset(
    {CameraMove.PAN, CameraMove.TRUCK, CameraMove.TRACKING, CameraMove.ORBIT, CameraMove.WHIP_PAN}
)
UPWARDS = frozenset({CameraMove.TILT, CameraMove.BOOM, CameraMove.CRANE})


@dataclass(frozen=True, kw_only=True)
class _Eye:
    """How an aspect looks, beside 16:9.

    ``near`` is what the widest framing becomes and ``spread`` how far the others go in from there;
    ``lean`` scales how far beside the middle a framing looks, ``raised`` (in frames) lifts an
    aimed-at subject, ``across`` and ``up`` scale moves to the side and upwards; ``border`` is how
    far from the middle (in frames) a framing may put what it is about, and ``free`` how much of
    its freedom to look elsewhere it keeps.
    """

    near: float
    spread: float
    lean: float
    raised: float
    across: float
    up: float
    border: float
    free: float


def reframed(storyboard: Storyboard, width: int, height: int) -> Storyboard:
    """The storyboard for another picture size; one of the same aspect keeps its framings.

    Upright frames show little to either side: wide shots go a little nearer, close ones less near,
    what a shot is about is looked for, stands nearer to the middle and higher (phones lay their
    controls over the
    foot of the frame), and the camera travels less to the side. Broad frames lean further aside and
    travel less upwards, so that heads stay in.

    Parameters
    ----------
    width, height : int
        In pixels.
    """
    fmt = storyboard.format
    format_ = replace(fmt, width=width, height=height)
    old, new = fmt.width / fmt.height, width / height
    if abs(new / old - 1.0) < SAME:
        return replace(storyboard, format=format_)
    before, after = _eye(old), _eye(new)
    shots = tuple(_looked(shot, before, after) for shot in storyboard.shots)
    return replace(storyboard, format=format_, shots=shots)


def _eye(aspect: float) -> _Eye:
    tall = min(1.0, max(0.0, log(_WIDE / aspect) / log(_WIDE / _TALL)))
    broad = min(1.0, max(0.0, log(aspect / _WIDE) / log(_BROAD / _WIDE)))
    return _Eye(
        near=1.0 + 0.06 * tall,
        spread=1.0 - 0.14 * tall - 0.06 * broad,
        lean=1.0 - 0.45 * tall + 0.12 * broad,
        raised=0.06 * tall,
        across=1.0 - 0.25 * tall,
        up=1.0 - 0.25 * broad,
        border=0.45 - 0.25 * tall,
        free=1.0 - 0.5 * tall,
    )


def _looked(shot: Shot, before: _Eye, after: _Eye) -> Shot:
    amount = shot.move_amount
    if shot.move in SIDEWAYS:
        amount *= after.across / before.across
    elif shot.move in UPWARDS:
        amount *= after.up / before.up
    return replace(
        shot,
        framing=_framing(shot.framing, before, after),
        move_amount=round(min(1.0, amount), 3),
    )


def _framing(framing: Framing, before: _Eye, after: _Eye) -> Framing:
    scale = after.near + (framing.scale - before.near) * after.spread / before.spread
    scale = max(1.0, scale)
    x = (framing.x - 0.5) * after.lean / before.lean
    x = min(max(x, -after.border / scale), after.border / scale)
    plain = framing.y - before.raised * framing.aim / max(1.0, framing.scale)
    aim = min(1.0, max(0.0, 1.0 - (1.0 - framing.aim) * after.free / before.free))
    y = plain + after.raised * aim / scale
    # Between the canvas' borders, but for a framing that is aimed: the camera keeps that one in.
    half = 0.5 / scale
    return replace(
        framing,
        x=round(min(max(0.5 + x, half), 1.0 - half), 3),
        y=round(min(max(y, half), 1.0 - half), 3),
        scale=round(scale, 3),
        aim=round(aim, 3),
    )
