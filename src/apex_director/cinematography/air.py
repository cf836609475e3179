"""What is in the air of a section: its hour, weather, mood and light."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from apex_director.audio.model import AudioAnalysis

from .form import Stretch
from .lexicon import Concept
from .model import Act
from .styles import Look, table
from .vocabulary import TIMES

CHORUS_MOOD: Mapping[str, str] = {
    "calm": "warm",
    "warm": "joyful",
    "melancholy": "epic",
    "tense": "epic",
    "joyful": "joyful",
    "dreamy": "epic",
    "epic": "epic",
    "dark": "tense",
}
WEATHER_WAYS: Mapping[str, tuple[tuple[str, ...], ...]] = {
    "bright": (("clear", "clear", "cloudy"), ("mist", "clear", "clear"), ("clear", "cloudy")),
    "middle": (("clear", "cloudy", "mist"), ("mist", "clear", "cloudy"), ("clear", "snow", "snow")),
    "low": (("mist", "rain", "rain"), ("cloudy", "rain", "mist"), ("clear", "snow", "snow")),
    "wild": (("cloudy", "rain", "storm"), ("mist", "rain", "storm"), ("clear", "cloudy", "storm")),
}
"""How the weather goes on from act to act, by the song's mood."""

SNOWED_ON = ("forest", "aurora", "city", "street", "interior")
"""Families whose ground is drawn white."""
BIG_LABELS = ("chorus", "post_chorus")

_HOUR_LIGHT: Mapping[str, str] = {
    "dawn": "soft_diffused",
    "day": "soft_diffused",
    "golden_hour": "golden_hour",
    "sunset": "backlit",
    "dusk": "blue_hour",
    "night": "moonlight",
}


def song_mood(analysis: AudioAnalysis) -> str:
    """The mood word nearest to the song's valence and arousal."""
    v, a = analysis.mood.valence, analysis.mood.arousal
    if v >= 0.58:
        return "joyful" if a >= 0.6 else "warm" if a >= 0.3 else "calm"
    if v >= 0.42:
        return "epic" if a >= 0.62 else "calm" if a < 0.3 else "dreamy"
    return "tense" if a >= 0.68 else "dark" if a >= 0.5 else "melancholy"


def weather_ways(analysis: AudioAnalysis) -> tuple[tuple[str, ...], ...]:
    """How the weather of a song of this mood may go on from act to act."""
    v, a = analysis.mood.valence, analysis.mood.arousal
    return WEATHER_WAYS[
        "bright" if v >= 0.55 else "middle" if v >= 0.4 else "wild" if a >= 0.6 else "low"
    ]


def hour_of(act: Act, frame: int, family: str, *, asked: bool) -> str:
    """The hour a frame lies in, on its act's way of the light; unless a person ``asked`` for it,
    as far as the family can show it.
    """
    done = (frame - act.start) / max(1, act.end - act.start)
    time = act.hours[min(len(act.hours) - 1, max(0, int(done * len(act.hours))))]
    return time if asked else shown_by(family, time)


def shown_by(family: str, time: str) -> str:
    """The first hour from this one on that a family can show, so that the light never runs
    backwards.
    """
    allowed: Sequence[str] = table("places")["family"][family].get("times", TIMES)
    here = TIMES.index(time)
    return min(allowed, key=lambda other: (TIMES.index(other) - here) % len(TIMES))


def weather_of(
    stretch: Stretch, act: Act, ways: Sequence[str], family: str, *, climax: bool, asked: bool
) -> str:
    """The act's weather; a chorus is a step clearer, and the climax never dull, unless a person
    ``asked`` for the weather.
    """
    wanted = act.weather or ways[0]
    if asked:
        return wanted
    if stretch.label in BIG_LABELS and wanted in ways:
        wanted = ways[max(0, ways.index(wanted) - 1)]
    if climax and wanted in {"rain", "mist", "cloudy"}:
        wanted = "storm" if "storm" in ways else "clear"
    elif stretch.label in BIG_LABELS and wanted in {"rain", "storm"}:
        wanted = "cloudy"
    return fitting(wanted, family)


def fitting(weather: str, family: str) -> str:
    """A weather as near to this one as a family can show."""
    fits = table("places")["family"][family]["weathers"]
    if weather == "snow" and family not in SNOWED_ON:
        weather = "cloudy"
    if weather in fits:
        return weather
    if weather != "clear" and "mist" in fits:
        return "mist"
    return "clear" if "clear" in fits else str(fits[0])


_ON: Mapping[str, tuple[str, ...]] = {
    "clear": ("cloudy", "mist"),
    "cloudy": ("mist", "clear"),
    "mist": ("cloudy", "clear"),
    "rain": ("storm", "mist"),
}
_UP: Mapping[str, tuple[str, ...]] = {"cloudy": ("clear",), "mist": ("clear", "cloudy")}


def moved_on(weather: str, family: str, stretch: Stretch) -> str:
    """The weather of a place that is seen once more at the same hour: a chorus clears up."""
    ways = (_UP if stretch.label in BIG_LABELS else _ON).get(weather, ())
    fits = table("places")["family"][family]["weathers"]
    return next((w for w in ways if w in fits), weather)


def mood_of(stretch: Stretch, mood: str, weather: str, concept: Concept) -> str:
    """The mood of a section in a film of this mood."""
    big = stretch.label in BIG_LABELS
    if concept.moods:
        return concept.moods[1 if big and len(concept.moods) > 1 else 0]
    if weather == "storm" and mood in {"tense", "dark"}:
        return "epic"  # a storm is dark enough by itself
    if big:
        return CHORUS_MOOD[mood]
    if stretch.label == "bridge":
        return "dark" if mood in {"tense", "dark"} else "dreamy"
    if stretch.label in {"intro", "outro"} and mood in {"joyful", "warm", "epic"}:
        return "calm"
    return mood


def light_of(family: str, time: str, stretch: Stretch, look: Look) -> str:
    """The light (contract X16b) that a place has at an hour."""
    if look.genre in {"film_noir", "horror"}:
        return "hard_side" if stretch.label in BIG_LABELS else "low_key"
    if family == "neon_grid":
        return "neon"
    if family in {"stage", "nebula", "abstract", "geometry", "underwater"}:
        return "backlit"
    if family == "interior":
        return "practical" if time in {"dusk", "night"} else "hard_side"
    if family in {"city", "street"} and time in {"dusk", "night"}:
        return "practical"
    if time == "day" and stretch.label in BIG_LABELS:
        return "high_key"
    return _HOUR_LIGHT[time]
