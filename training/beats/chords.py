"""Chord progressions in the manner of songs, as semitones above the tonic and a quality."""

from __future__ import annotations

import numpy as np

Rng = np.random.Generator
Chord = tuple[int, str]
INTERVALS = {
    "": (0, 4, 7),
    "m": (0, 3, 7),
    "7": (0, 4, 7, 10),
    "m7": (0, 3, 7, 10),
    "M7": (0, 4, 7, 11),
    "sus4": (0, 5, 7),
    "dim": (0, 3, 6),
    "m7b5": (0, 3, 6, 10),
    "5": (0, 7),
    "6": (0, 4, 7, 9),
}
MAJOR = (
    "0 7 9m 5",
    "0 5 7 5",
    "0 9m 5 7",
    "9m 5 0 7",
    "0 4m 5 7",
    "0 0 5 7",
    "0 2m 5 7",
    "5 0 7 9m",
    "0 7 5 5",
    "0 5 0 7",
    "2m 7 0 9m",
    "0 11 9m 7",
    "0 10 5 0",
    "5 7 4m 9m",
    "0 0 0 0",
    "0 5",
    "0 7",
    "0 2m",
    "5 7 0 0",
    "0 4 5 5m",
)
MINOR = (
    "0m 8 3 10",
    "0m 10 8 7",
    "0m 5m 8 7",
    "0m 3 10 5",
    "0m 0m 8 10",
    "0m 8 5m 7",
    "0m 10 8 10",
    "0m 5m 0m 7",
    "0m 0m 0m 0m",
    "0m 1",
    "0m 10",
    "0m 8",
    "8 10 0m 0m",
    "0m 3 8 5m",
    "0m 0m 5m 5m",
    "0m 7m 8 10",
)
JAZZ = (
    "2m7 7:7 0M7 9:7",
    "2m7 7:7 0M7 0M7",
    "0M7 9m7 2m7 7:7",
    "4m7 9:7 2m7 7:7",
    "0m7 5:7 10M7 3M7",
    "2m7b5 7:7 0m7 0m7",
    "0:7 5:7 0:7 7:7",
    "0M7 2:7 2m7 7:7",
    "0m7 0m7 5m7 0m7",
)
BLUES = (
    "0:7 0:7 0:7 0:7 5:7 5:7 0:7 0:7 7:7 5:7 0:7 7:7",
    "0:7 5:7 0:7 0:7 5:7 5:7 0:7 0:7 2m7 7:7 0:7 7:7",
)
METAL = (
    "0:5 0:5 8:5 10:5",
    "0:5 1:5 0:5 3:5",
    "0:5 0:5 0:5 1:5",
    "0:5 3:5 5:5 6:5",
    "0:5 8:5 3:5 10:5",
    "0:5 0:5 3:5 1:5",
    "0:5 10:5 8:5 7:5",
    "0:5 5:5 3:5 0:5",
)


def _chord(word: str) -> Chord:
    if ":" in word:
        degree, quality = word.split(":")
        return int(degree), quality
    digits = "".join(c for c in word[:2] if c.isdigit())
    return int(digits), word[len(digits) :]


def progression(rng: Rng, pool: str) -> list[Chord]:
    """A loop of chords; ``pool`` is pop, minor, jazz, blues, metal or any."""
    if pool == "any":
        pool = str(rng.choice(["major", "minor", "minor", "major", "jazz"]))
    if pool == "pop":
        pool = str(rng.choice(["major", "minor"]))
    table = {"major": MAJOR, "minor": MINOR, "jazz": JAZZ, "blues": BLUES, "metal": METAL}[pool]
    return [_chord(w) for w in str(rng.choice(table)).split()]
