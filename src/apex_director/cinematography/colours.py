"""The palette script: one palette for the production, developed from picture to picture."""

from __future__ import annotations

import random
from collections.abc import Sequence
from functools import cache

import numpy as np
from numpy.typing import NDArray

from apex_director.audio.model import AudioAnalysis
from apex_director.core.ids import seed_for

from .form import Stretch
from .motifs import Scenery
from .styles import Look, blend, hex_of, oklab_of, ramp, table

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

HOUR_SHARE = {
    "dawn": 0.36,
    "day": 0.55,
    "golden_hour": 0.3,
    "sunset": 0.3,
    "dusk": 0.34,
    "night": 0.36,
}
"""How far a palette goes to the light of an hour: a day is blue whatever the song."""

OWN_HOUR_SHARE = 0.15  # a person's own palette bends less
ONE_TINT, MORE_TINTS = 0.45, 0.7  # how far a palette goes to the colours a concept names
MOST_TURN = 0.26  # radians of hue between two songs of one genre
MOST_OF_ANOTHER = 0.35  # share of a second palette of the look in a song's own
LIGHT_FOLLOWS = 0.35  # how much of the choice among a look's palettes is the song's valence
HOUR_LIFT = {
    "dawn": 0.005,
    "day": 0.015,
    "golden_hour": 0.01,
    "sunset": 0.0,
    "dusk": -0.005,
    "night": -0.01,
}
DIMS = {
    "rain": 0.8,
    "storm": 0.5,
    "tense": 0.84,
    "dark": 0.74,
    "melancholy": 0.95,
}
"""What the painter leaves of the lightness of colours in a weather and in a mood."""

LEAST_SEEN, DEEPENED, MOST_RAISED = 0.38, 0.35, 0.74
"""OKLab lightness a picture keeps on average, how far a darker wish still goes below it, and the
lightness a palette is raised to for it at most.
"""

FADES = {"rain": 1.12, "storm": 1.22, "mist": 1.06, "snow": 1.1}
"""Strength given to colours that weather will take away."""

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


def production_palette(
    look: Look, analysis: AudioAnalysis, seed: int, tints: Sequence[str] = ()
) -> tuple[str, ...]:
    """One of the look's palettes, a little warmer with valence and stronger with arousal; a
    person's own stays as it is.

    Parameters
    ----------
    seed : int
        The song's; with its valence it chooses among the look's palettes, so that two songs of one
        genre need not look alike.
    tints : sequence of str
        Hex colours the concept names; the palette goes most of the way to them.
    """
    if look.own_palette:
        return look.palette
    palette = _chosen(look, analysis, seed)
    if tints:
        palette = blend(palette, ramp(tints), ONE_TINT if len(tints) == 1 else MORE_TINTS)
    strength = 0.88 + 0.24 * analysis.mood.arousal
    warm = 0.024 * (analysis.mood.valence - 0.5)
    turn = MOST_TURN * (2 * random.Random(seed_for("hue", seed)).random() - 1)
    out = []
    for colour in palette:
        lab = oklab_of(colour)
        lab[1:] = _turned(lab[1:], 0.0 if tints else turn) * strength
        lab[2] += warm * lab[0] if look.grade.saturation > 0.2 else 0.0
        out.append(hex_of(lab))
    return tuple(out)


def _chosen(look: Look, analysis: AudioAnalysis, seed: int) -> tuple[str, ...]:
    """A palette of the look: chance among them, leaning to the lighter ones with valence, and a
    little of another one in it.
    """
    ranked = sorted((look.palette, *look.others), key=brightness)
    rng = random.Random(seed_for("palette", seed))
    noise = rng.random()
    place = noise + LIGHT_FOLLOWS * (analysis.mood.valence - 0.5)
    at = min(len(ranked) - 1, max(0, int(place * len(ranked))))
    return blend(ranked[at], rng.choice(ranked), MOST_OF_ANOTHER * rng.random())


def _turned(ab: Labs, angle: float) -> Labs:
    """OKLab's a and b [shape=(..., 2)] turned by an angle in radians."""
    cos, sin = np.cos(angle), np.sin(angle)
    return np.asarray(ab @ np.array([[cos, sin], [-sin, cos]]))


def picture_palette(
    palette: Sequence[str],
    own: bool,
    scenery: Scenery,
    stretch: Stretch,
    climax: bool,
    turn: float,
    more: float = 0.0,
) -> tuple[str, ...]:
    """A picture's palette: its section's with the place's own colours in it, in the light of the
    hour, as bright as its section.

    Parameters
    ----------
    more : float
        Lightness (OKLab) that its act adds.
    own : bool
        The palette is the person's, so the hour may change it less.
    turn : float
        A small turn of hue in radians, so that pictures of one place are not copies.
    """
    home = np.stack([oklab_of(c) for c in palette])
    time, weather = scenery.time, scenery.weather
    wanted = float(home[:, 0].mean()) + lift(stretch, time, climax, more)
    row = table("places")["family"][scenery.motif.family]
    dims = DIMS.get(weather, 1.0) * DIMS.get(scenery.mood, 1.0) * row.get("dims", 1.0)
    floor = min(LEAST_SEEN / dims, MOST_RAISED)
    wanted = max(wanted, floor + DEEPENED * (wanted - floor))
    grey = float(np.hypot(home[:, 1], home[:, 2]).max()) < 0.02  # and is meant to stay so
    labs = home.copy()
    if not grey:
        if "palette" in row and not own:
            labs = _mixed(labs, row["palette"], row["own"])
        share = OWN_HOUR_SHARE if own else HOUR_SHARE[time]
        labs = _mixed(labs, HOURS[time], share * row.get("open_air", 1.0))
        labs[:, 1:] *= FADES.get(weather, 1.0)
    labs[:, 1:] = _turned(labs[:, 1:], turn)
    return tuple(hex_of(lab) for lab in _at_lightness(labs, wanted))


def _mixed(home: Labs, colours: Sequence[str], share: float) -> Labs:
    """Colours mixed in OKLab with a share of others. Kin hues keep their strength; hues that face
    each other go through grey as light does, for what lies between them is neither.
    """
    other = np.stack([oklab_of(c) for c in colours])
    mixed = home * (1 - share) + other * share
    one, two = np.hypot(home[:, 1], home[:, 2]), np.hypot(other[:, 1], other[:, 2])
    same = np.sum(home[:, 1:] * other[:, 1:], axis=1) / np.maximum(one * two, 1e-6)
    wanted = 0.95 * (one * (1 - share) + two * share)
    kept = np.maximum(np.hypot(mixed[:, 1], mixed[:, 2]), 1e-4)
    kin = np.clip((same + 0.25) / 1.25, 0.0, 1.0)
    mixed[:, 1:] *= (1.0 + kin * (np.clip(wanted / kept, 1.0, 2.5) - 1.0))[:, None]
    return mixed


def lift(stretch: Stretch, time: str, climax: bool, more: float = 0.0) -> float:
    """How much brighter than the production's palette a stretch is, in OKLab lightness; ``more`` is
    what its act adds.
    """
    wanted = (
        more
        + LABEL_LIFT.get(stretch.label, 0.0)
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
    rows: dict[str, str] = table("places")["colour"]
    return tuple(rows), np.stack([oklab_of(c) for c in rows.values()])


def colour_words(palette: Sequence[str], count: int = 3) -> tuple[str, ...]:
    """Names of a palette's middle and light colours, each once."""
    names, labs = _named()
    words: list[str] = []
    for colour in [*palette[1:4], *palette[4:], *palette[:1]]:
        far = ((labs - oklab_of(colour)) * (0.6, 1.6, 1.6)) ** 2
        words.append(names[int(np.argmin(far.sum(axis=1)))])
    return tuple(dict.fromkeys(words))[:count]


NEUTRALS = frozenset({"black", "charcoal", "grey", "silver", "white"})
COLOURED = 0.035  # OKLab chroma from which on a colour is not called a grey


def accent_of(palette: Sequence[str]) -> int:
    """Where the colour of a palette stands that is seen first: strong, and not dark."""
    labs = np.stack([oklab_of(c) for c in palette])
    seen = np.hypot(labs[:, 1], labs[:, 2]) * (0.4 + labs[:, 0])
    first = min(2, len(palette) - 1)
    return first + int(np.argmax(seen[first:]))


def accent_word(colour: str) -> str:
    """A colour's name; that of a hue where it has one."""
    names, labs = _named()
    lab = oklab_of(colour)
    far = (((labs - lab) * (0.6, 1.6, 1.6)) ** 2).sum(axis=1)
    grey = float(np.hypot(lab[1], lab[2])) < COLOURED
    ranked: list[str] = [names[i] for i in np.argsort(far, kind="stable")]
    return next(name for name in ranked if grey or name not in NEUTRALS)
