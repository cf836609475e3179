"""The words a plan may use for time, weather, mood, subject, light and curves.

The built-in renderer draws exactly these; a test of the whole product holds both lists together.
"""

from __future__ import annotations

TIMES = ("dawn", "day", "golden_hour", "sunset", "dusk", "night")
WEATHERS = ("clear", "cloudy", "mist", "rain", "snow", "storm")
MOODS = ("calm", "warm", "melancholy", "tense", "joyful", "dreamy", "epic", "dark")
SUBJECTS = ("none", "walker", "couple", "boat", "birds", "deer", "balloon", "car", "band", "dancer")
LIGHTINGS = (
    "high_key",
    "low_key",
    "golden_hour",
    "blue_hour",
    "neon",
    "backlit",
    "soft_diffused",
    "hard_side",
    "practical",
    "moonlight",
)
"""Contract X16b."""

CURVES = ("linear", "ease_in", "ease_out", "ease_in_out", "sine", "gamma")
"""Contract X17."""

VERDICTS = ("firm", "loose", "none")
