"""The palette script: one palette for the production, developed from picture to picture."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

import numpy as np
from numpy.typing import NDArray

from apex_director.audio.model import AudioAnalysis

from .form import Stretch
from .styles import Look, hex_of, oklab_of, table

Labs = NDArray[np.float64]

HOURS = {
    "dawn": ("#1f2a45", "#5a6a9a", "#c39ab0", "#f3c0a0", "#ffe6bd"),
    "day": ("#1c3a5c", "#3f7fb5", "#86b8dc", "#c8dfe8", "#fff6e0"),
    "golden_hour": ("#2c2236", "#7a5060", "#d07f54", "#f3a860", "#ffd8a4"),
    "sunset": ("#1d1738", "#5a2f70", "#c04f6e", "#f58a58", "#ffc67a"),
    "dusk": ("#0f1535", "#33386e", "#7a5f92", "#d48a86", "#f7c79c"),
    "night": ("#040817", "#0f1f40", "#274a74", "#5f84b8", "#d5e4ff"),
}
"""The light of each hour as five colours from dark to light."""

HOUR_SHARE, OWN_HOUR_SHARE = 0.34, 0.15  # a person's own palette bends less to the hour
HOUR_LIFT = {
    "dawn": 0.005,
    "day": 0.015,
    "golden_hour": 0.01,
    "sunset": 0.0,
    "dusk": -0.005,
    "night": -0.01,
}
LABEL_LIFT = {
    "intro": -0.045,
    "verse": -0.03,
    "pre_chorus": 0.01,
    "chorus": 0.06,
    "post_chorus": 0.045,
    "bridge": -0.02,
    "instrumental": 0.0,
    "outro": -0.04,
    "section": 0.0,
}
"""Change of mean OKLab lightness by section, so that a chorus is brighter than its verse."""

DARK_HOLDS = 0.04  # a picture without a black looks like fog, however bright it is meant to be
RICHNESS = 1.18  # light and weather take colour away again when the scene is painted
RETURN_LIFT, CLIMAX_LIFT, ENERGY_LIFT = 0.012, 0.02, 0.05
MOST_LIFT = 0.105  # brighter than this every picture turns to cream


def production_palette(look: Look, analysis: AudioAnalysis) -> tuple[str, ...]:
    """The look's palette, a little warmer with valence and stronger with arousal; a person's own
    stays as it is.
    """
    if look.own_palette:
        return look.palette
    strength = 0.88 + 0.24 * analysis.mood.arousal
    warm = 0.024 * (analysis.mood.valence - 0.5)
    out = []
    for colour in look.palette:
        lab = oklab_of(colour)
        lab[1:] *= strength
        lab[2] += warm * lab[0] if look.grade.saturation > 0.2 else 0.0
        out.append(hex_of(lab))
    return tuple(out)


def picture_palette(
    palette: Sequence[str], own: bool, time: str, stretch: Stretch, climax: bool, turn: float
) -> tuple[str, ...]:
    """A picture's palette: the production's in the light of the hour, as bright as its section.

    Parameters
    ----------
    own : bool
        The palette is the person's, so the hour may change it less.
    turn : float
        A small turn of hue in radians, so that pictures of one place are not copies.
    """
    home = np.stack([oklab_of(c) for c in palette])
    wanted = float(home[:, 0].mean()) + lift(stretch, time, climax)
    grey = float(np.hypot(home[:, 1], home[:, 2]).max()) < 0.02  # and is meant to stay so
    labs = home if grey else _in_light(home, time, OWN_HOUR_SHARE if own else HOUR_SHARE)
    cos, sin = np.cos(turn), np.sin(turn)
    labs[:, 1:] = labs[:, 1:] @ np.array([[cos, sin], [-sin, cos]])
    return tuple(hex_of(lab) for lab in _at_lightness(labs, wanted))


def _in_light(home: Labs, time: str, share: float) -> Labs:
    """Colours in the light of an hour: mixed in OKLab, but no greyer than the two were apart."""
    light = np.stack([oklab_of(c) for c in HOURS[time]])
    mixed = home * (1 - share) + light * share
    strong = np.hypot(home[:, 1], home[:, 2]) * (1 - share)
    strong += np.hypot(light[:, 1], light[:, 2]) * share
    kept = np.hypot(mixed[:, 1], mixed[:, 2])
    mixed[:, 1:] *= np.clip(0.9 * strong / np.maximum(kept, 1e-4), 1.0, 2.5)[:, None]
    return mixed


def lift(stretch: Stretch, time: str, climax: bool) -> float:
    """How much brighter than the production's palette a stretch is, in OKLab lightness."""
    wanted = (
        LABEL_LIFT.get(stretch.label, 0.0)
        + HOUR_LIFT[time]
        + RETURN_LIFT * min(stretch.returns, 3)
        + (CLIMAX_LIFT if climax else 0.0)
        + ENERGY_LIFT * (stretch.energy - 0.5)
    )
    return min(wanted, MOST_LIFT + 0.2 * (wanted - MOST_LIFT)) if wanted > MOST_LIFT else wanted


def _at_lightness(labs: Labs, wanted: float) -> Labs:
    """Shift lightness to a mean, most in the middle tones, so that black and white stay; colours
    that are lifted keep their strength.
    """
    out = labs.copy()
    for _ in range(4):
        room = out[:, 0] * (1.0 - out[:, 0])
        room[0] *= DARK_HOLDS
        out[:, 0] += (wanted - out[:, 0].mean()) * room / max(float(room.mean()), 1e-6)
        out[:, 0] = np.clip(out[:, 0], 0.03, 0.985)
    out[1:, 1:] *= RICHNESS
    return out


def brightness(palette: Sequence[str]) -> float:
    """Mean OKLab lightness of a palette, 0..1."""
    return float(np.mean([oklab_of(c)[0] for c in palette])) if palette else 0.5


@cache
def _named() -> tuple[tuple[str, ...], Labs]:
    rows = table("places")["colour"]
    return tuple(rows), np.stack([oklab_of(c) for c in rows.values()])


def colour_words(palette: Sequence[str], count: int = 3) -> tuple[str, ...]:
    """Names of a palette's middle and light colours, each once."""
    names, labs = _named()
    words: list[str] = []
    for colour in [*palette[1:4], *palette[4:], *palette[:1]]:
        far = ((labs - oklab_of(colour)) * (0.6, 1.6, 1.6)) ** 2
        words.append(names[int(np.argmin(far.sum(axis=1)))])
    return tuple(dict.fromkeys(words))[:count]
