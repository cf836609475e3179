"""Two composed shots become one frame, as the transition between them wants it."""

from __future__ import annotations

import numpy as np

from apex_director.cinematography.model import TransitionKind

from .blur import swept
from .compositor import Sheet
from .leak import Leak, leaked
from .model import F32
from .tiles import mix_frames
from .transitions import Mix
from .wipes import LINE_WIPES, luma_wiped, wiped


def joined(
    mix: Mix,
    new: Sheet,
    old: Sheet,
    light: F32,
    old_light: F32,
    *,
    sign: int = 1,
    leak: Leak | None = None,
) -> F32:
    """Make one frame of two shots, in ``new``; gives the light that goes over it.

    Parameters
    ----------
    new, old : the shots; the same sheet twice where only one of them is seen.
    light, old_light : float32 [shape=(3, rows, cols)], the light over each.
    sign : 1 when a whipping camera turns to the right, -1 to the left.
    leak : the stray light of this transition, if it has one.
    """
    if mix.kind is TransitionKind.WHIP_PAN:
        return swept(
            new.frame,
            old.frame,
            light,
            old_light,
            swing=mix.swing,
            smear=mix.smear,
            way=mix.way,
            sign=sign,
        )
    if mix.both:
        light = _laid_over(mix, new, old, light, old_light)
    return leaked(light, leak, mix.time, mix.leak) if leak is not None else light


def _laid_over(mix: Mix, new: Sheet, old: Sheet, light: F32, old_light: F32) -> F32:
    if mix.kind in LINE_WIPES:
        return wiped(mix.kind, mix.outgoing, new.frame, old.frame, light, old_light)
    if mix.kind is TransitionKind.LUMA_WIPE:
        return luma_wiped(mix.outgoing, new.frame, old.frame, old.light, light, old_light)
    mix_frames(new.frame, old.frame, round(mix.outgoing * 256))
    return light + (old_light - light) * np.float32(mix.outgoing)
