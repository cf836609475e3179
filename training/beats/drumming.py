"""The drummer: patterns to hits, with fills, ghosts, crashes and machine or human hands."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from genres import Genre

Rng = np.random.Generator
Hit = tuple[float, str, float]  # beat inside the bar, role, velocity
LEVELS = {"X": 1.0, "x": 0.85, "o": 0.3}
HATS: dict[
    str, tuple[int, tuple[tuple[str, str], ...]]
] = {  # steps a beat, (role, cell) a beat or bar
    "eighths": (2, (("hat", "Xx"),)),
    "quarters": (1, (("hat", "X"),)),
    "open4": (1, (("hat_open", "X"),)),
    "open8": (2, (("hat_open", "Xx"),)),
    "china4": (1, (("china", "X"),)),
    "cowbell4": (1, (("cowbell", "X"),)),
    "ride4": (1, (("ride", "X"),)),
    "ride8": (2, (("ride", "Xx"),)),
    "sixteenths": (4, (("hat", "Xoxo"),)),
    "offopen": (2, (("hat_open", ".X"), ("hat", "x."))),
    "off": (2, (("hat", ".X"),)),
    "off16": (4, (("hat", "oxXx"), ("hat_open", "..X."))),
    "shaker": (4, (("shaker", "XoxX"),)),
    "tamb": (2, (("tambourine", "xX"),)),
    "guiro": (4, (("shaker", "X.xx"),)),
    "triplets": (3, (("hat", "Xxx"),)),
    "shuffle": (3, (("hat", "X.x"),)),
    "rideshuffle": (3, (("ride", "X.x"),)),
    "shaker3": (3, (("shaker", "Xoo"),)),
}
BARS: dict[str, tuple[int, tuple[tuple[str, str], ...]]] = {  # steps a beat, (role, whole bar)
    "swing": (3, (("ride", "X..X.xX..X.x"), ("hat_pedal", "...X.....X.."))),
    "swingride": (3, (("ride", "X..X.xX..X.x"),)),
    "pedal24": (3, (("hat_pedal", "...X.....X.."),)),
    "pedal24ride": (3, (("ride", "X.xX..X.xX.x"), ("hat", "...X.....X.."))),
    "waltzride": (3, (("ride", "X..X.xX.x"), ("hat_pedal", "...X..X.."))),
    "campana": (2, (("cowbell", "X.X.X.Xx"),)),
    "cascara": (2, (("rim", "X.X.XX.X"), ("shaker", "xxxxxxxx"))),
    "bell12": (3, (("cowbell", "X.X.XX.X.X.X"), ("shaker", "x..x..x..x.."))),
}


@dataclass(frozen=True, kw_only=True)
class Pattern:
    """What is repeated: hits of one bar, and how many steps a beat the grid has."""

    hits: tuple[Hit, ...]
    kicks: tuple[float, ...]


def lane(text: str, role: str, beats: int, rng: Rng) -> list[Hit]:
    """Hits of one string."""
    per = len(text) / beats
    hits = []
    for i, sign in enumerate(text):
        if sign == "?":
            sign = "x" if rng.random() < 0.5 else "."
        if sign in LEVELS:
            hits.append((i / per, role, LEVELS[sign]))
    return hits


def pattern(genre: Genre, rng: Rng, pair: tuple[str, str] | None, hats: str, snare: str) -> Pattern:
    """A bar of kick, snare and cymbals with this drummer's own changes."""
    hits: list[Hit] = []
    if pair:
        kick, back = pair
        if genre.beats == 4 and len(kick) == 16 and rng.random() < 0.35 and "X...X" not in kick:
            i = int(rng.choice([2, 3, 6, 7, 10, 11, 14, 15]))
            kick = kick[:i] + ("x" if kick[i] == "." else ".") + kick[i + 1 :]
        hits += lane(kick, "kick", genre.beats, rng)
        hits += lane(back, snare, genre.beats, rng)
        if genre.sounds == "club" and rng.random() < 0.5 and snare == "snare":
            hits += [(b, "clap", v) for b, r, v in hits if r == "snare" and v > 0.8]
    hits += cymbals(hats, genre.beats, rng)
    if rng.random() < 0.25 and pair:
        cell = str(rng.choice(["X.xx", "x.X.", "xxxx", "..X.", "X..x", "x.xX"]))
        role = str(rng.choice(["shaker", "tambourine", "conga", "cowbell", "clap"]))
        if genre.beats == 4 and len(pair[0]) == 16:
            hits += [
                (b + k, role, 0.6 * v) for k in range(4) for b, _, v in lane(cell, role, 1, rng)
            ]
    return Pattern(hits=tuple(hits), kicks=tuple(b for b, r, _ in hits if r == "kick"))


def cymbals(hats: str, beats: int, rng: Rng) -> list[Hit]:
    """Time-keeping of a bar."""
    if hats in HATS:
        _, lanes = HATS[hats]
        return [
            (b + k, r, v)
            for k in range(beats)
            for role, cell in lanes
            for b, r, v in lane(cell, role, 1, rng)
        ]
    if hats in BARS:
        per, lanes = BARS[hats]
        return [h for role, text in lanes for h in lane(text[: per * beats], role, beats, rng)]
    if hats == "trap":
        hits: list[Hit] = []
        for half in range(beats * 2):
            roll = str(rng.choice(["x.", "x.", "x.", "xx", "xxx", "xxxx"]))
            hits += [(half / 2 + b / 2, "hat", v) for b, _, v in lane(roll, "hat", 1, rng)]
        return hits
    return []


def fill(genre: Genre, rng: Rng) -> list[Hit]:
    """The end of a phrase: toms, a roll, a gap or a stutter in the last beats; the rest stays."""
    span = float(rng.choice([1, 1, 2, genre.beats]))
    begin = genre.beats - span
    three = genre.drums and len(genre.drums[0][0]) in (12, 6) and genre.beats != 3
    per = int(rng.choice([3, 6] if three else [2, 4, 4]))
    kind = str(rng.choice(["toms", "toms", "roll", "gap", "kicks"]))
    if genre.sounds == "club":
        kind = str(rng.choice(["roll", "gap", "gap", "kicks", "none"]))
    steps = np.arange(int(span * per))
    down = ("tom_high", "tom_mid", "tom_low", "tom_low")
    hits: list[Hit] = [(begin, "cut", 0.0)] if kind != "none" else []
    for i in steps:
        role = down[min(3, int(4 * i / len(steps)))] if kind == "toms" else "snare"
        if kind == "gap" or (kind == "kicks" and i % 2) or rng.random() < 0.2:
            continue
        role = "kick" if kind == "kicks" else role
        hits.append((begin + i / per, role, 0.6 + 0.4 * i / len(steps)))
    return hits
