"""The treatment: which worlds a song is told in, and how each motif returns changed."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from apex_director.audio.model import AudioAnalysis
from apex_director.core.ids import seed_for

from .acts import act_at, acts_of, climax_of
from .air import (
    fitting,
    hour_of,
    light_of,
    mood_of,
    moved_on,
    shown_by,
    song_mood,
    weather_of,
    weather_ways,
)
from .form import Stretch
from .lexicon import Concept, motif_words
from .model import Act, Treatment
from .pacing import Song
from .styles import Look, table
from .vocabulary import TIMES
from .worlds import Voyage, choose_families

LONG_S = 45.0  # a shorter section keeps its light
HOUR_S = 22.0  # a film that is so long sees the light change once, one of twice that twice
LEAST_PLACES = 3  # families that are given out before one is kept for long sections
VIEWS_OF_A_PLACE = 3  # pictures of one place before a long section goes on to the next


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
    """What every stretch's scenery is drawn from.

    ``finale`` names the sections in which the first motif comes together with their own; ``given``
    says that a person wrote the acts, whose hours and weathers then hold as they are; ``long`` are
    the frames from which on a section is long enough for its light to change.
    """

    motifs: Mapping[str, Motif]
    shelves: Mapping[str, Sequence[Motif]]
    acts: tuple[Act, ...]
    weathers: Sequence[str]
    mood: str
    hero: str
    partner: str
    first: Motif
    finale: frozenset[str]
    given: bool
    concept: Concept
    look: Look
    seed: int
    long: int


@dataclass(frozen=True, kw_only=True)
class Vision:
    """The song's worlds: families in order of weight, scenery per stretch, the climax stretch.

    ``seed`` is the song's, whatever its genre; ``film`` that of this film of it.
    """

    families: tuple[str, ...]
    sceneries: tuple[Scenery, ...]
    climax: int
    mood: str
    hero: str
    world: World
    seed: int
    film: int


_NO_TITLE = Concept()
_NOT_GIVEN = Treatment()
PEOPLE = frozenset({"walker", "couple", "band", "dancer"})
COMPANIES = frozenset({"couple", "band"})  # more than one figure
COMPANY: Mapping[str, str] = {"walker": "couple", "couple": "walker"}
"""Whom the film has at its climax: who was alone has found someone, who was not is alone."""
TOGETHER, APART = 0.5, 0.4  # valence from which on the one, and up to which the other is told


def treat(
    analysis: AudioAnalysis,
    look: Look,
    concept: Concept,
    song: Song,
    seed: int,
    title: Concept = _NO_TITLE,
    given: Treatment = _NOT_GIVEN,
) -> Vision:
    """Choose families, motifs, the acts and the way of their light and weather for a song.

    ``title`` is the song's title read like a concept; the places it names are likelier. What a
    ``given`` treatment says of climax, acts and motifs holds.
    """
    form = song.stretches
    own = seed_for("song", seed, _fingerprint(analysis))
    film = seed_for("film", own, look.genre)
    rng = random.Random(film)
    mood = concept.moods[0] if concept.moods else song_mood(analysis)
    climax = _climax(song, given)
    groups = _groups_by_weight(form, climax)
    voyage = Voyage(
        analysis=analysis,
        groups=len(groups),
        longest_s=max(s.frames for s in form) / max(1, form[-1].end) * analysis.duration_s,
        mood=mood,
        title=title,
        seed=own,
    )
    families = choose_families(voyage, look, concept)
    shelves = _shelves(families, {*concept.words, *title.words}, rng)
    motifs = _motifs(groups, shelves, form) | _given_motifs(given, shelves)
    arc = _asked_arc(concept) or _fitted(_arc(look, analysis, rng), analysis.duration_s)
    way = _fitted(rng.choice(weather_ways(analysis)), analysis.duration_s)
    weathers = concept.weathers or way
    hero = _hero(concept, list(motifs.values()), rng)
    world = World(
        motifs=motifs,
        shelves=shelves,
        acts=given.acts or acts_of(song, arc, weathers, climax),
        weathers=weathers,
        mood=mood,
        hero=hero,
        partner=_partner(hero, concept, analysis),
        first=motifs[form[0].group],
        finale=_finale(form, climax),
        given=bool(given.acts),
        concept=concept,
        look=look,
        seed=own,
        long=round(LONG_S * song.fmt.rate),
    )
    return Vision(
        families=tuple(shelves),
        sceneries=_sceneries(form, climax, world),
        climax=climax,
        mood=mood,
        hero=hero,
        world=world,
        seed=own,
        film=film,
    )


def _climax(song: Song, given: Treatment) -> int:
    """The stretch of the climax, the given one where there is one."""
    ids = [s.section_id for s in song.stretches]
    if given.climax in ids:
        return ids.index(given.climax)
    return climax_of(song.stretches, song.landmarks)


def _sceneries(form: Sequence[Stretch], climax: int, world: World) -> tuple[Scenery, ...]:
    scenes: list[Scenery] = []
    for at, stretch in enumerate(form):
        scenes.append(_scenery(stretch, at == climax, world, scenes))
    return tuple(scenes)


def _given_motifs(given: Treatment, shelves: dict[str, list[Motif]]) -> dict[str, Motif]:
    """The motifs a person gave to repeat groups, their families laid on the shelves."""
    chosen: dict[str, Motif] = {}
    for wish in given.motifs:
        shelf = shelves.get(wish.family) or [
            _motif(wish.family, row) for row in table("places")["family"][wish.family]["motif"]
        ]
        named = [m for m in shelf if m.name == wish.name]
        if named:
            shelves[wish.family] = shelf
            chosen |= dict.fromkeys(wish.groups, named[0])
    return chosen


def _finale(form: Sequence[Stretch], climax: int) -> frozenset[str]:
    """The climax and the last chorus, where they do not open the film themselves."""
    last = [i for i, s in enumerate(form) if s.label == "chorus"][-1:]
    return frozenset(form[i].section_id for i in (climax, *last) if i > 0)


def _partner(hero: str, concept: Concept, analysis: AudioAnalysis) -> str:
    """Whom the film's figure has become at the climax; itself unless the song tells of it."""
    valence = analysis.mood.valence
    told = (hero == "walker" and valence >= TOGETHER) or (hero == "couple" and valence <= APART)
    return COMPANY[hero] if told and not (concept.subjects or concept.alone) else hero


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


def _fitted(arc: tuple[str, ...], seconds: float) -> tuple[str, ...]:
    """As much of a way of the light (or of the weather) as a film of this length has time for."""
    hours = tuple(dict.fromkeys(arc))
    count = 1 + int(seconds / HOUR_S)
    if count >= len(hours):
        return arc
    first = (len(hours) - count) // 2
    return hours[first : first + count]


def _hero(concept: Concept, motifs: Sequence[Motif], rng: random.Random) -> str:
    """One figure that carries the film, likelier the more of its places can show it."""
    roll = rng.random()
    if concept.subjects:
        return concept.subjects[0]
    shown: dict[str, float] = {}
    for motif in motifs:
        for at, subject in enumerate(motif.subjects):
            if subject != "none" and not (concept.alone and subject in COMPANIES):
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
    sides of the same world, in long stretches a neighbouring one, at the hour of that moment; in
    the finale the film's first motif once more.
    """
    home = scenery.also if number // VIEWS_OF_A_PLACE % 2 else scenery.motif
    motif = _side(home, number % VIEWS_OF_A_PLACE + number // (2 * VIEWS_OF_A_PLACE), world)
    if stretch.section_id in world.finale and number == 1 and world.first != scenery.motif:
        motif = world.first
    chapter = number - number % VIEWS_OF_A_PLACE  # cuts to and fro must not turn the clock
    done = stretch.frames * chapter // max(1, count) if stretch.frames > world.long else 0
    frame = stretch.start + done
    time = _hour(world, motif.family, frame, scenery.motif.family)
    subject = scenery.subject
    if subject not in motif.subjects and not world.concept.subjects:
        subject = _figure(motif, stretch, world)
    weather = scenery.weather
    if not world.concept.weathers and not world.given:
        weather = fitting(weather, motif.family)
    return replace(
        scenery,
        motif=motif,
        time=time,
        weather=weather,
        subject=subject,
        light=light_of(motif.family, time, stretch, world.look),
    )


def _side(home: Motif, step: int, world: World) -> Motif:
    """The place ``step`` places on from a motif in its own world, home at 0. Only places that can
    show the figure a person asked for, where there are others.
    """
    shelf = list(world.shelves[home.family])
    asked = set(world.concept.subjects)
    fit = [m for m in shelf if m == home or not asked or asked & set(m.subjects)]
    return fit[(fit.index(home) + step) % len(fit)]


def _neighbour(motif: Motif, world: World) -> Motif:
    """Where a long stretch goes on to: a family no group has that can show the same hours, else its
    own family's next place.
    """
    used = {m.family for m in world.motifs.values()}
    hours = {shown_by(motif.family, hour) for act in world.acts for hour in act.hours}
    spare = [
        shelf
        for family, shelf in world.shelves.items()
        if family not in used and all(shown_by(family, hour) == hour for hour in hours)
    ]
    if spare:
        return spare[0][0]
    shelf = world.shelves[motif.family]
    return shelf[(shelf.index(motif) + 1) % len(shelf)]


def _hour(world: World, family: str, frame: int, home: str = "") -> str:
    """The hour a frame of the film lies in, as a family shows it; beside a place of the family
    ``home`` as near as it can to the hour that one shows.
    """
    asked = bool(world.concept.times) or world.given
    act = act_at(world.acts, frame)
    time = hour_of(act, frame, home or family, asked=asked)
    return time if asked or not home else shown_by(family, time)


def _figure(motif: Motif, stretch: Stretch, world: World) -> str:
    """Who stands at a place: the film's figure wherever the place can show it, else one of the
    place's own, always the same.
    """
    hero = world.partner if stretch.section_id in world.finale else world.hero
    if hero in motif.subjects or world.concept.subjects:
        return hero
    if world.hero in motif.subjects:
        return world.hero
    strangers = PEOPLE if world.hero in PEOPLE else frozenset()
    strangers |= COMPANIES if world.concept.alone else frozenset()
    own = [s for s in motif.subjects if s not in strangers] or ["none"]
    return own[seed_for("figure", world.seed, motif.family, motif.name) % len(own)]


def _scenery(stretch: Stretch, climax: bool, world: World, before: Sequence[Scenery]) -> Scenery:
    motif, concept = world.motifs[stretch.group], world.concept
    time = _hour(world, motif.family, stretch.start)
    weather = weather_of(
        stretch,
        act_at(world.acts, stretch.start),
        world.weathers,
        motif.family,
        climax=climax,
        asked=bool(concept.weathers) or world.given,
    )
    earlier = [s for s in before if s.motif == motif]
    asked = bool(concept.weathers) or world.given
    if not asked and not climax and any((s.time, s.weather) == (time, weather) for s in earlier):
        weather = moved_on(weather, motif.family, stretch)
    return Scenery(
        motif=motif,
        also=_neighbour(motif, world),
        time=time,
        weather=weather,
        mood=mood_of(stretch, world.mood, weather, concept),
        light=light_of(motif.family, time, stretch, world.look),
        subject=_figure(motif, stretch, world),
        visits=len(earlier),
        same_hour=any((s.time, s.weather) == (time, weather) for s in earlier),
    )
