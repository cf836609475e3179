"""The look that a plan's words ask for."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from apex_director.core.color import linear_to_oklab, parse_hex, srgb_to_linear

from .model import FULL_SATURATION, FULL_WARMTH, Look

HOURS: dict[str, tuple[float, float, float]] = {
    "dawn": (0.55, 0.60, 0.50),
    "day": (0.66, 0.48, 0.55),
    "golden_hour": (0.56, 0.78, 0.65),
    "sunset": (0.45, 0.68, 0.65),
    "dusk": (0.40, 0.45, 0.55),
    "night": (0.26, 0.38, 0.50),
}
"""Key, warmth and contrast of each hour."""

MOODS: dict[str, tuple[float, float, float, float]] = {
    "calm": (0.0, 0.0, -0.05, 0.0),
    "warm": (0.02, 0.08, 0.0, 0.03),
    "melancholy": (-0.04, -0.06, -0.05, -0.08),
    "tense": (-0.05, -0.03, 0.08, -0.03),
    "joyful": (0.06, 0.04, 0.0, 0.08),
    "dreamy": (0.04, 0.0, -0.08, 0.0),
    "epic": (0.0, 0.02, 0.08, 0.04),
    "dark": (-0.10, -0.03, 0.05, -0.04),
}
"""What a mood adds to key, warmth, contrast and saturation."""

WEATHERS: dict[str, tuple[float, float, float, float]] = {
    "cloudy": (-0.03, -0.03, -0.06, -0.05),
    "mist": (0.03, -0.02, -0.15, -0.08),
    "rain": (-0.05, -0.05, -0.06, -0.06),
    "snow": (0.08, -0.05, -0.06, -0.08),
    "storm": (-0.08, -0.05, 0.02, -0.06),
}
PALETTE_SHARE = 0.5  # of warmth and key: what the palette says beside what the hour says
PAINTED = 0.75  # of a palette's chroma is left where light mixes its colours


def look_for(
    palette: Sequence[str] = (),
    time_of_day: str = "",
    mood: str = "",
    weather: str = "",
    *,
    saturation: float | None = None,
    contrast: float | None = None,
) -> Look:
    """The look a plan asks for in words.

    A word that is not in the vocabulary asks for nothing: neither palette nor hour gives a look
    without key. ``saturation`` and ``contrast`` (0 to 1) override what the words say.

    Raises
    ------
    ValidationFailed
        A colour of the palette is no hex colour.
    """
    hour = HOURS.get(time_of_day)
    own = _of_palette(palette)
    key, warmth, hard, vivid = (
        _blend(hour[0] if hour else None, own[0] if own else None),
        _blend(hour[1] if hour else None, own[1] if own else None),
        hour[2] if hour else None,
        own[2] if own else None,
    )
    turns = (MOODS.get(mood, (0.0,) * 4), WEATHERS.get(weather, (0.0,) * 4))
    more = [sum(turn[k] for turn in turns) for k in range(4)]
    return Look(
        palette=tuple(palette),
        key=_moved(key, more[0]),
        warmth=_moved(warmth, more[1]),
        contrast=contrast if contrast is not None else _moved(hard, more[2]),
        saturation=saturation if saturation is not None else _moved(vivid, more[3]),
    )


def _of_palette(palette: Sequence[str]) -> tuple[float, float, float] | None:
    """Key, warmth and saturation of a palette's colours in equal parts."""
    if not palette:
        return None
    lab = linear_to_oklab(srgb_to_linear(np.stack([parse_hex(c) for c in palette])))
    vivid = PAINTED * float(np.hypot(lab[:, 1], lab[:, 2]).mean()) / FULL_SATURATION
    warmth = 0.5 + float(lab[:, 2].mean()) / FULL_WARMTH
    return float(lab[:, 0].mean()), warmth, vivid / (1.0 + vivid)


def _blend(hour: float | None, own: float | None) -> float | None:
    if hour is None or own is None:
        return own if hour is None else hour
    return (1 - PALETTE_SHARE) * hour + PALETTE_SHARE * own


def _moved(value: float | None, by: float) -> float | None:
    return None if value is None else float(min(max(value + by, 0.0), 1.0))
