"""The worlds of a film: how many scene families it goes through, and which."""

from __future__ import annotations

import math
import random
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass

from apex_director.audio.model import AudioAnalysis
from apex_director.core.ids import seed_for

from .lexicon import Concept
from .model import FAMILIES
from .styles import Look, genre_look, genres, table

MOOD_HOMES: Mapping[str, tuple[str, ...]] = {
    "calm": ("ocean", "alpine", "meadow", "underwater"),
    "warm": ("meadow", "dunes", "ocean", "interior"),
    "melancholy": ("forest", "ocean", "interior", "street"),
    "tense": ("city", "street", "neon_grid", "forest"),
    "joyful": ("meadow", "stage", "geometry", "abstract"),
    "dreamy": ("nebula", "aurora", "underwater", "abstract"),
    "epic": ("alpine", "nebula", "dunes", "aurora"),
    "dark": ("city", "forest", "street", "interior"),
}
MINOR_HOMES = ("aurora", "street", "forest", "ocean", "nebula", "neon_grid")
MAJOR_HOMES = ("meadow", "dunes", "alpine", "ocean", "stage", "geometry", "underwater")
WORLDS = ((1.5, 2, 3), (0.8, 3, 4), (0.0, 3, 5))
"""From which pace of a look on a film goes through at least and at most so many scene families
unless the concept names its own: slow films stay, fast ones travel."""

MOST_WORLDS = 5
LONG_SECTION_S = 26.0
CHANCE = 2.3  # how far the song's own chance may lift a place above better liked ones
TITLE_LIKING = 1.6  # how much a place the song's title names is wanted


def how_many(groups: int, longest_s: float, pace: float) -> int:
    """How many scene families a film goes through: a section too long for one place needs one that
    no other section has.
    """
    least, most = next((low, high) for above, low, high in WORLDS if pace >= above)
    spare = 1 if longest_s > LONG_SECTION_S * max(1.0, pace) else 0
    wanted = min(most, max(least, 1 + math.ceil(groups / 2), min(groups, most))) + spare
    return min(MOST_WORLDS, wanted)


@dataclass(frozen=True, kw_only=True)
class Voyage:
    """What the choice of a song's places depends on, beside the look."""

    analysis: AudioAnalysis
    groups: int
    longest_s: float
    mood: str
    title: Concept
    seed: int

    def wanted(self, look: Look) -> int:
        return how_many(self.groups, self.longest_s, look.pace)


def choose_families(voyage: Voyage, look: Look, concept: Concept) -> tuple[str, ...]:
    """The scene families of a film in order of weight: those the concept names, else as many as it
    wants of those that look, mood, key and tempo like best, with some chance of the song's own.

    No other genre would take the song to the same places.
    """
    if concept.families:
        return concept.families
    taken: set[frozenset[str]] = set()
    for genre in genres():
        if genre == look.genre:
            break
        taken |= _parts(_choice(voyage, genre_look(genre), taken))
    return _choice(voyage, look, taken)


def _choice(voyage: Voyage, look: Look, taken: Set[frozenset[str]]) -> tuple[str, ...]:
    """The best liked families whose company no other genre has ``taken``."""
    ranked = _ranked(voyage, look)
    wanted = voyage.wanted(look)
    for first in range(len(ranked) - wanted + 1):
        for last in range(wanted - 1 + first, len(ranked)):
            families = (*ranked[: wanted - 2], ranked[wanted - 2 + first], ranked[last])
            if len(set(families)) == wanted and not _parts(families) & taken:
                return families
    return ranked[:wanted]


def _parts(families: Sequence[str]) -> set[frozenset[str]]:
    """The companies that a film of these families may show: all, or without the last, which only
    long sections go to.
    """
    return {frozenset(families), frozenset(families[: max(3, len(families) - 1)])}


def _ranked(voyage: Voyage, look: Look) -> tuple[str, ...]:
    """All families, the best liked first; one more of the same kind is liked less."""
    chance = random.Random(seed_for("places", voyage.seed, look.genre))
    scores = {
        f: _liking(f, voyage.analysis, look, voyage.mood)
        + CHANCE * chance.random()
        + (TITLE_LIKING if f in voyage.title.families else 0.0)
        for f in FAMILIES
    }
    rows = table("places")["family"]
    chosen: list[str] = []
    while len(chosen) < len(FAMILIES):
        worlds = [rows[f]["cluster"] for f in chosen]
        left = {
            f: s
            + (0.7 if worlds and rows[f]["cluster"] == worlds[0] else 0.0)
            - 0.55 * worlds.count(rows[f]["cluster"])
            for f, s in scores.items()
            if f not in chosen
        }
        chosen.append(max(left, key=lambda f: (left[f], f)))
    return tuple(chosen)


def _liking(family: str, analysis: AudioAnalysis, look: Look, mood: str) -> float:
    valence, arousal = table("places")["family"][family]["home"]
    far = math.hypot(analysis.mood.valence - valence, analysis.mood.arousal - arousal)
    score = 2.0 * math.sqrt(look.families.get(family, 0.0)) + 1.2 * (1.0 - 1.3 * far)
    score += 0.7 if family in MOOD_HOMES[mood] else 0.0
    mode = analysis.tone.mode
    score += 0.3 if mode == "minor" and family in MINOR_HOMES else 0.0
    score += 0.3 if mode == "major" and family in MAJOR_HOMES else 0.0
    bpm = analysis.grid.bpm or 100.0
    cluster = table("places")["family"][family]["cluster"]
    if bpm > 122 and cluster in {"urban", "synthetic"}:
        score += 0.4
    if bpm < 92 and cluster in {"nature", "cosmic"}:
        score += 0.3
    return score
