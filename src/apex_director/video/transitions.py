"""Transitions in time: easing curves (contract X17), and how far two shots have changed places.

The visual centre of every transition, where both shots have equal shares, lies in the frame of the
cut, which is the beat. A curve that is not symmetrical keeps its shape: its window is laid around
the cut so that its half-way point falls there.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from apex_director.cinematography.model import TransitionKind
from apex_director.core.errors import ValidationFailed

from .model import TransitionSpan

CURVES = ("linear", "ease_in", "ease_out", "ease_in_out", "sine", "gamma")
GAMMA = 2.2
WHITE_PEAK = 0.6
"""How far a dip to white goes: a glow through which the picture stays visible, never a flash."""
LEAK_PEAK = 0.8
"""The brightest a light leak gets at its centre."""
WHITE_SECONDS = 0.8
"""Light that comes and goes in less time is weaker in proportion, so that it never jumps."""
WHIP_WIDTHS = 3.0
"""Over how many frame widths a whip pan swings from one shot to the next."""
WHIP_SECONDS = 0.5
"""A shorter whip swings less far, towards one width, so that light and dark do not flicker by."""
SHUTTER = 0.75
"""Share of a frame's time in which light falls on the film while the camera whips (270 degrees)."""

DIPS = frozenset({TransitionKind.DIP_TO_BLACK, TransitionKind.DIP_TO_WHITE})
OPENING = DIPS
"""What the first shot of a video may begin with: nothing else can be seen without a shot before."""
_EVEN = DIPS | {TransitionKind.WHIP_PAN}
"""Kinds that come and go alike, whatever their curve."""
_HALFWAY = {
    "ease_in": 0.5 ** (1 / 3),
    "ease_out": 1.0 - 0.5 ** (1 / 3),
    "gamma": 0.5 ** (1 / GAMMA),
}
"""Where the curves that are not symmetrical reach one half."""


@dataclass(frozen=True, kw_only=True)
class Mix:
    """How a frame is made of two shots.

    ``outgoing`` is the old shot's share (0 none, 1 it alone), ``black`` and ``white`` what is laid
    over both, ``leak`` the strength of stray light, each 0..1. ``swing`` is how many frame widths a
    whipping camera has gone, ``smear`` how many it goes while the shutter is open, and ``way`` how
    many it goes in all. ``time`` runs from 0 to 1 and is one half on the cut.
    """

    kind: TransitionKind = TransitionKind.CUT
    outgoing: float = 0.0
    black: float = 0.0
    white: float = 0.0
    leak: float = 0.0
    swing: float = 0.0
    smear: float = 0.0
    way: float = 0.0
    time: float = 1.0

    @property
    def both(self) -> bool:
        """Whether both shots are seen."""
        return 0.0 < self.outgoing < 1.0


def ease(curve: str, t: float) -> float:
    """A monotone curve from (0, 0) to (1, 1).

    Raises
    ------
    ValidationFailed
        The curve is not one of :data:`CURVES`.
    """
    t = min(1.0, max(0.0, t))
    match curve:
        case "linear":
            return t
        case "ease_in":
            return t * t * t
        case "ease_out":
            return 1.0 - (1.0 - t) ** 3
        case "ease_in_out":
            return t * t * (3.0 - 2.0 * t)
        case "sine":
            return 0.5 - 0.5 * math.cos(math.pi * t)
        case "gamma":
            return float(t**GAMMA)
    raise ValidationFailed(
        f"'{curve}' is no transition curve", where="transition", what_to_do=f"Use one of {CURVES}."
    )


def halfway(kind: TransitionKind, curve: str) -> float:
    """The part of a transition's time, 0..1, after which both shots have equal shares."""
    return 0.5 if kind in _EVEN else _HALFWAY.get(curve, 0.5)


def frames_before(kind: TransitionKind, curve: str, frames: int) -> int:
    """How many of a transition's frames lie before the cut, so that its centre is in the cut's
    frame.
    """
    return math.floor(halfway(kind, curve) * frames)


def swing(t: float) -> float:
    """A whip pan's way, 0 to 1: gathers speed, is fastest half-way, comes to rest (Perlin 2002)."""
    t = min(1.0, max(0.0, t))
    return t * t * t * (10.0 + t * (6.0 * t - 15.0))


def mix_at(span: TransitionSpan | None, frame: int, rate: float, tame: float = 0.0) -> Mix:
    """How the two shots of a transition share an absolute frame.

    Parameters
    ----------
    rate : frames per second, which limits light that comes and goes.
    tame : 0..1 makes light weaker and whips slower, for flash safety.
    """
    if span is None or not span.start <= frame < span.end or span.kind is TransitionKind.CUT:
        return Mix()
    t = (frame - span.nominal + 0.5) / span.frames
    if span.kind in DIPS:
        return _dip(span, t, rate, tame)
    if span.kind is TransitionKind.WHIP_PAN:
        return _whip(span, t, rate, tame)
    leak = 0.0
    if span.kind is TransitionKind.LIGHT_LEAK:
        leak = LEAK_PEAK * _brief(span, rate) * (1.0 - tame) * _surge(span, t)
    return Mix(
        kind=span.kind, outgoing=1.0 - ease(span.curve, t), leak=leak, time=_even_time(span, t)
    )


def _dip(span: TransitionSpan, t: float, rate: float, tame: float) -> Mix:
    depth = ease(span.curve, 2.0 * t if t < 0.5 else 2.0 - 2.0 * t)
    old = 1.0 if t < 0.5 and span.outgoing is not None else 0.0
    if span.kind is TransitionKind.DIP_TO_BLACK:
        return Mix(kind=span.kind, outgoing=old, black=depth, time=t)
    peak = WHITE_PEAK * _brief(span, rate) * (1.0 - tame)
    return Mix(kind=span.kind, outgoing=_glow_switch(t, span), white=depth * peak, time=t)


def _glow_switch(t: float, span: TransitionSpan) -> float:
    """Under a half-transparent white the shots dissolve, because a hard change would show."""
    if span.outgoing is None:
        return 0.0
    return 1.0 - ease("ease_in_out", (t - 0.3) / 0.4)


def _whip(span: TransitionSpan, t: float, rate: float, tame: float) -> Mix:
    """Both shots stand side by side on one strip, and the camera swings along it.

    The strip is ``way + 1`` frames long, its seam in the middle, so that the seam crosses the
    frame's middle on the cut, at the greatest speed.
    """
    half = 0.5 * SHUTTER / span.frames
    brief = min(1.0, span.frames / rate / WHIP_SECONDS)
    way = 1.0 + (WHIP_WIDTHS - 1.0) * brief * (1.0 - tame)
    gone = way * swing(t)
    smear = way * (swing(t + half) - swing(t - half))
    seam = 0.5 * (way + 1.0) - gone
    seen = min(1.0, max(0.0, (seam + 0.5 * smear) / (1.0 + smear)))
    return Mix(kind=span.kind, outgoing=seen, swing=gone, smear=smear, way=way, time=t)


def _brief(span: TransitionSpan, rate: float) -> float:
    """The part of its full strength that light may have in a transition of this length."""
    return min(1.0, span.frames / rate / WHITE_SECONDS)


def _even_time(span: TransitionSpan, t: float) -> float:
    """Time that is one half on the cut, whichever way the curve leans."""
    middle = halfway(span.kind, span.curve)
    return 0.5 * t / middle if t < middle else 0.5 + 0.5 * (t - middle) / (1.0 - middle)


def _surge(span: TransitionSpan, t: float) -> float:
    """Stray light rises and falls about the cut, without a corner at its peak or its ends."""
    return math.sin(math.pi * min(1.0, max(0.0, _even_time(span, t)))) ** 2
