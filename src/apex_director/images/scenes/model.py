"""What a scene family is asked to draw."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from apex_director.images.model import Scene

TIMES = ("dawn", "day", "golden_hour", "sunset", "dusk", "night")
WEATHERS = ("clear", "cloudy", "mist", "rain", "snow", "storm")
MOODS = ("calm", "warm", "melancholy", "tense", "joyful", "dreamy", "epic", "dark")
SUBJECTS = ("none", "walker", "couple", "boat", "birds", "deer", "balloon", "car", "band", "dancer")


@dataclass(frozen=True, kw_only=True)
class SceneSpec:
    """A scene in numbers and words of a fixed vocabulary; the lexicon makes it from a prompt.

    ``palette`` is three to six hex colours from dark to light, or empty for the family's own at
    that time of day.
    ``light_side`` is ``left``, ``right`` or empty for wherever the seed puts it.
    ``width`` and ``height`` are the finished picture's; the canvas is ``overscan`` times as large.
    """

    family: str
    seed: int
    width: int
    height: int
    overscan: float = 1.25
    palette: tuple[str, ...] = ()
    time_of_day: str = "dusk"
    weather: str = "clear"
    mood: str = "calm"
    subject: str = "none"
    composition: int = 0
    light_side: str = ""
    not_drawn: tuple[str, ...] = ()

    @property
    def canvas(self) -> tuple[int, int]:
        """Canvas width and height in pixels, even."""
        return (
            round(self.width * self.overscan / 2) * 2,
            round(self.height * self.overscan / 2) * 2,
        )


Painter = Callable[[SceneSpec], Scene]
