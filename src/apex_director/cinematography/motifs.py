"""The treatment: which worlds a song is told in, and how each motif returns changed."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from apex_director.audio.model import AudioAnalysis
from apex_director.core.ids import seed_for

from .form import Stretch
from .lexicon import Concept, motif_words
from .styles import Look, table
from .vocabulary import TIMES
from .worlds import choose_families, how_many

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
"""How the weather goes on from return to return, by the song's mood."""

LEAST_PLACES = 3  # families that are given out before one is kept for long sections
SNOWED_ON = (
    "forest",
    "aurora",
    "city",
    "street",
    "interior",
)  # families whose ground is drawn white
VIEWS_OF_A_PLACE = 3  # pictures of one place before a long section goes on to the next
BIG_LABELS = ("chorus", "post_chorus")


@dataclass(frozen=True, kw_only=True)
class Motif:
    """A place of a family that a repeat group owns."""

    name: str
    family: str
    place: str
    subjects: tuple[str, ...]
    words: frozenset[str]


@dataclass(frozen=True, kw_only=True)
class Scenery:
    """What a stretch looks like: its motif at an hour, in a weather and a mood."""

    motif: Motif
    also: Motif
    time: str
    weather: str
    mood: str
    light: str
    subject: str
    visits: int
    same_hour: bool


@dataclass(frozen=True, kw_only=True)
class World:
    """What every stretch's scenery is drawn from."""

    motifs: Mapping[str, Motif]
    shelves: Mapping[str, Sequence[Motif]]
    arc: Sequence[str]
    weathers: Sequence[str]
    mood: str
    hero: str
    climax: int
    frames: int
    concept: Concept
    look: Look


@dataclass(frozen=True, kw_only=True)
class Treatment:
    """The song's worlds: families in order of weight, scenery per stretch, the climax stretch."""

    families: tuple[str, ...]
    sceneries: tuple[Scenery, ...]
    climax: int
    mood: str
    hero: str
    world: World
    seed: int


_NO_TITLE = Concept()


def treat(
    analysis: AudioAnalysis,
    look: Look,
    concept: Concept,
    form: Sequence[Stretch],
    seed: int,
    title: Concept = _NO_TITLE,
) -> Treatment:
    """Choose families, motifs, the way of the light and the weather for a song.

    ``title`` is the song's title read like a concept; the places it names are likelier.
    """
    own = seed_for("song", seed, _fingerprint(analysis))
    rng = random.Random(own)
    mood = concept.moods[0] if concept.moods else song_mood(analysis)
    climax = climax_of(form)
    groups = _groups_by_weight(form, climax)
    longest = max(s.frames for s in form) / max(1, form[-1].end) * analysis.duration_s
    wanted = how_many(len(groups), longest, look.pace)
    families = choose_families(analysis, look, concept, wanted, mood, rng, title)
    shelves = _shelves(families, {*concept.words, *title.words}, rng)
    motifs = _motifs(groups, shelves, form)
    world = World(
        motifs=motifs,
        shelves=shelves,
        arc=_asked_arc(concept) or _arc(look, analysis, rng),
        weathers=_weather_way(analysis, concept, rng),
        mood=mood,
        hero=_hero(concept, list(motifs.values()), rng),
        climax=climax,
        frames=form[-1].end,
        concept=concept,
        look=look,
    )
    scenes: list[Scenery] = []
    for at, stretch in enumerate(form):
        scenes.append(_scenery(stretch, at == climax, world, scenes, rng.random()))
    return Treatment(
        families=families,
        sceneries=tuple(scenes),
        climax=climax,
        mood=mood,
        hero=world.hero,
        world=world,
        seed=own,
    )


def song_mood(analysis: AudioAnalysis) -> str:
    """The mood word nearest to the song's valence and arousal."""
    v, a = analysis.mood.valence, analysis.mood.arousal
    if v >= 0.58:
        return "joyful" if a >= 0.6 else "warm" if a >= 0.3 else "calm"
    if v >= 0.42:
        return "epic" if a >= 0.62 else "calm" if a < 0.3 else "dreamy"
    return "tense" if a >= 0.68 else "dark" if a >= 0.5 else "melancholy"


def climax_of(form: Sequence[Stretch]) -> int:
    """The chorus of the highest energy, the later of equals; without a chorus any section."""
    choruses = [i for i, s in enumerate(form) if s.label == "chorus"] or list(range(len(form)))
    return max(choruses, key=lambda i: (round(form[i].energy, 2), i))


def _fingerprint(analysis: AudioAnalysis) -> list[object]:
    return [
        round(analysis.duration_s, 2),
        round(analysis.grid.bpm or 0.0, 1),
        analysis.tone.tonic,
        analysis.tone.mode,
        round(analysis.mood.valence, 2),
        round(analysis.mood.arousal, 2),
    ]


def _groups_by_weight(form: Sequence[Stretch], climax: int) -> list[str]:
    """Repeat groups: the climax's first, then by how long they are heard."""
    heard: dict[str, int] = {}
    for stretch in form:
        heard[stretch.group] = heard.get(stretch.group, 0) + stretch.frames
    first = form[climax].group
    return sorted(heard, key=lambda g: (g != first, -heard[g]))


def _shelves(
    families: Sequence[str], named: set[str], rng: random.Random
) -> dict[str, list[Motif]]:
    """Every family's motifs in the order they are taken: those that are named first."""
    shelves: dict[str, list[Motif]] = {}
    for family in families:
        shelf = [_motif(family, row) for row in table("places")["family"][family]["motif"]]
        rng.shuffle(shelf)
        shelves[family] = sorted(shelf, key=lambda m: -len(m.words & named))
    return shelves


def _motifs(
    groups: Sequence[str], shelves: Mapping[str, Sequence[Motif]], form: Sequence[Stretch]
) -> dict[str, Motif]:
    """A motif per group, none twice before all were used; groups that follow one another in the
    song lie in different families where there is a choice.
    """
    families = tuple(shelves)
    if len(families) > LEAST_PLACES:
        families = families[: max(LEAST_PLACES, len(families) - 1)]  # the last is kept in hand
    homes: dict[str, str] = {}
    taken = dict.fromkeys(shelves, 0)
    chosen: dict[str, Motif] = {}
    for group in groups:
        near = {homes.get(other, "") for other in _neighbours(group, form)}
        homes[group] = min(
            families, key=lambda f: (f in near, taken[f], families.index(f))
        )  # the climax, which comes first, keeps the first family
        family = homes[group]
        chosen[group] = shelves[family][taken[family] % len(shelves[family])]
        taken[family] += 1
    first, last = form[0], form[-1]
    alone = [s.group for s in form].count(last.group) == 1
    if last.label == "outro" and alone and len(form) > 2:
        chosen[last.group] = chosen[first.group]  # the song ends where it began
    return chosen


def _neighbours(group: str, form: Sequence[Stretch]) -> set[str]:
    """The groups heard right before or after a group."""
    pairs = [(a.group, b.group) for a, b in pairwise(form) if a.group != b.group]
    return {b if a == group else a for a, b in pairs if group in (a, b)}


def _motif(family: str, row: Mapping[str, object]) -> Motif:
    subjects, words = row["subjects"], row["words"]
    if not isinstance(subjects, list) or not isinstance(words, list):
        raise TypeError(f"places.toml: {family}: subjects and words are lists")
    return Motif(
        name=str(row["name"]),
        family=family,
        place=str(row["place"]),
        subjects=tuple(subjects),
        words=motif_words(words),
    )


def _asked_arc(concept: Concept) -> tuple[str, ...]:
    """The hours the person named; "from dawn to dusk" goes through all between them."""
    if not concept.travels or len(concept.times) < 2:
        return concept.times
    way = [concept.times[0]]
    for goal in concept.times[1:]:
        while way[-1] != goal:
            way.append(TIMES[(TIMES.index(way[-1]) + 1) % len(TIMES)])
    return tuple(way)


def _arc(look: Look, analysis: AudioAnalysis, rng: random.Random) -> tuple[str, ...]:
    arcs = list(look.arcs)
    if analysis.mood.valence > 0.6 and "dawn_rise" in arcs:
        arcs.append("dawn_rise")
    return tuple(table("looks")["arc"][rng.choice(arcs)])


def _weather_way(analysis: AudioAnalysis, concept: Concept, rng: random.Random) -> tuple[str, ...]:
    v, a = analysis.mood.valence, analysis.mood.arousal
    kind = "bright" if v >= 0.55 else "middle" if v >= 0.4 else "wild" if a >= 0.6 else "low"
    way = rng.choice(WEATHER_WAYS[kind])
    return concept.weathers or way


def _hero(concept: Concept, motifs: Sequence[Motif], rng: random.Random) -> str:
    """One figure that carries the film, likelier the more of its places can show it."""
    roll = rng.random()
    if concept.subjects:
        return concept.subjects[0]
    shown: dict[str, float] = {}
    for motif in motifs:
        for at, subject in enumerate(motif.subjects):
            if subject != "none":
                shown[subject] = shown.get(subject, 0.0) + 1.0 / (1 + at)
    weights = {subject: shown[subject] ** 1.5 for subject in sorted(shown)}
    roll *= sum(weights.values())
    for subject, weight in weights.items():
        roll -= weight
        if roll <= 0:
            return subject
    return "none"


def view(stretch: Stretch, scenery: Scenery, world: World, number: int, count: int) -> Scenery:
    """The scenery of a stretch's picture ``number`` of ``count``: its motif first, then other
    sides of the same world, in long stretches a neighbouring one, at the hour of that moment.
    """
    home = scenery.also if number // VIEWS_OF_A_PLACE % 2 else scenery.motif
    motif = _side(home, number % VIEWS_OF_A_PLACE + number // (2 * VIEWS_OF_A_PLACE), world)
    chapter = number - number % VIEWS_OF_A_PLACE  # cuts to and fro must not turn the clock
    time = _hour(world, motif.family, stretch.start + stretch.frames * chapter // max(1, count))
    subject = scenery.subject
    if subject not in motif.subjects and not world.concept.subjects:
        subject = world.hero if world.hero in motif.subjects else motif.subjects[0]
    light = _light(motif.family, time, stretch, world.look)
    fits = table("places")["family"][motif.family]["weathers"]
    weather = scenery.weather
    white = weather != "snow" or motif.family in SNOWED_ON
    if not (weather in fits and white) and not world.concept.weathers:
        weather = fits[0]
    return replace(scenery, motif=motif, time=time, weather=weather, subject=subject, light=light)


def _side(home: Motif, step: int, world: World) -> Motif:
    """The place ``step`` places on from a motif in its own world, home at 0. Only places that can
    show the figure a person asked for, where there are others.
    """
    shelf = list(world.shelves[home.family])
    asked = set(world.concept.subjects)
    fit = [m for m in shelf if m == home or not asked or asked & set(m.subjects)]
    return fit[(fit.index(home) + step) % len(fit)]


def _neighbour(motif: Motif, world: World) -> Motif:
    """Where a long stretch goes on to: a family no group has, else its own family's next place."""
    used = {m.family for m in world.motifs.values()}
    spare = [shelf for family, shelf in world.shelves.items() if family not in used]
    if spare:
        return spare[0][0]
    shelf = world.shelves[motif.family]
    return shelf[(shelf.index(motif) + 1) % len(shelf)]


def _hour(world: World, family: str, frame: int) -> str:
    """The hour a frame of the film lies in, as far as the family can show it."""
    time = world.arc[min(len(world.arc) - 1, frame * len(world.arc) // world.frames)]
    if world.concept.times:
        return time
    return _next_time(time, table("places")["family"][family].get("times", TIMES))


def _scenery(
    stretch: Stretch, climax: bool, world: World, before: Sequence[Scenery], roll: float
) -> Scenery:
    motif, concept = world.motifs[stretch.group], world.concept
    time = _hour(world, motif.family, stretch.start)
    weather = _weather(stretch, world, motif.family, climax)
    subject = motif.subjects[int(roll * len(motif.subjects))]
    if world.hero in motif.subjects or concept.subjects:
        subject = world.hero
    earlier = [s for s in before if s.motif == motif]
    return Scenery(
        motif=motif,
        also=_neighbour(motif, world),
        time=time,
        weather=weather,
        mood=_mood(stretch, world.mood, weather, concept),
        light=_light(motif.family, time, stretch, world.look),
        subject=subject,
        visits=len(earlier),
        same_hour=any((s.time, s.weather) == (time, weather) for s in earlier),
    )


def _next_time(time: str, allowed: Sequence[str]) -> str:
    """The first allowed hour from this one on, so that the light never runs backwards."""
    here = TIMES.index(time)
    return min(allowed, key=lambda other: (TIMES.index(other) - here) % len(TIMES))


def _weather(stretch: Stretch, world: World, family: str, climax: bool) -> str:
    """More weather with each return; a chorus clears up unless the person asked for weather."""
    ways, fits = world.weathers, table("places")["family"][family]["weathers"]
    if world.concept.weathers:
        return ways[min(stretch.returns, len(ways) - 1)]
    step = stretch.returns - (1 if stretch.label in BIG_LABELS else 0)
    wanted = ways[min(max(0, step), len(ways) - 1)]
    if climax and wanted in {"rain", "mist", "cloudy"}:
        wanted = "storm" if "storm" in ways else "clear"
    elif stretch.label in BIG_LABELS and wanted in {"rain", "storm"}:
        wanted = "cloudy"
    if wanted == "snow" and family not in SNOWED_ON:
        wanted = "cloudy"
    return wanted if wanted in fits else "mist" if wanted != "clear" and "mist" in fits else "clear"


def _mood(stretch: Stretch, mood: str, weather: str, concept: Concept) -> str:
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


_HOUR_LIGHT: Mapping[str, str] = {
    "dawn": "soft_diffused",
    "day": "soft_diffused",
    "golden_hour": "golden_hour",
    "sunset": "backlit",
    "dusk": "blue_hour",
    "night": "moonlight",
}


def _light(family: str, time: str, stretch: Stretch, look: Look) -> str:
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
