"""Transitions: easing curves (contract X17) and how two shots share a frame."""

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
WHITE_SECONDS = 0.8
"""A dip to white shorter than this is weaker in proportion, so that light never jumps."""


@dataclass(frozen=True, kw_only=True)
class Mix:
    """How a frame is made: ``outgoing`` weight of the old shot (0 none), then ``black`` and
    ``white`` 0..1.
    """

    outgoing: float = 0.0
    black: float = 0.0
    white: float = 0.0


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


def mix_at(span: TransitionSpan | None, frame: int, rate: float, tame: float = 0.0) -> Mix:
    """How the two shots of a transition share an absolute frame.

    Parameters
    ----------
    rate : frames per second, which limits a dip to white.
    tame : 0..1 makes dips weaker, for flash safety.
    """
    if span is None or not span.start <= frame < span.end or span.kind is TransitionKind.CUT:
        return Mix()
    t = (frame - span.nominal + 0.5) / span.frames
    if span.kind is TransitionKind.CROSSFADE:
        return Mix(outgoing=1.0 - ease(span.curve, t))
    first_half = t < 0.5
    depth = ease(span.curve, 2.0 * t if first_half else 2.0 - 2.0 * t)
    old = 1.0 if first_half and span.outgoing is not None else 0.0
    if span.kind is TransitionKind.DIP_TO_BLACK:
        return Mix(outgoing=old, black=depth)
    peak = WHITE_PEAK * min(1.0, span.frames / rate / WHITE_SECONDS) * (1.0 - tame)
    return Mix(outgoing=_glow_switch(t, span), white=depth * peak)


def _glow_switch(t: float, span: TransitionSpan) -> float:
    """Under a half-transparent white the shots dissolve, because a hard change would show."""
    if span.outgoing is None:
        return 0.0
    return 1.0 - ease("ease_in_out", (t - 0.3) / 0.4)
