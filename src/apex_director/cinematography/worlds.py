"""The worlds of a film: how many scene families it goes through, and which."""

from __future__ import annotations

import math
import random
from collections.abc import Mapping

from apex_director.audio.model import AudioAnalysis

from .lexicon import Concept
from .model import FAMILIES
from .styles import Look, table

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


def choose_families(
    analysis: AudioAnalysis,
    look: Look,
    concept: Concept,
    wanted: int,
    mood: str,
    rng: random.Random,
    title: Concept,
) -> tuple[str, ...]:
    """The scene families of a film in order of weight: those the concept names, else ``wanted`` of
    those that look, mood, key and tempo like best, with some chance of the song's own.
    """
    jitter = {family: rng.random() for family in FAMILIES}
    if concept.families:
        return concept.families
    scores = {
        f: _liking(f, analysis, look, mood)
        + CHANCE * jitter[f]
        + (TITLE_LIKING if f in title.families else 0.0)
        for f in FAMILIES
    }
    rows = table("places")["family"]
    chosen: list[str] = []
    while len(chosen) < wanted:
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
