"""Bass, chords, riffs and tunes as notes (beat, beats long, midi, velocity)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from chords import INTERVALS, Chord

if TYPE_CHECKING:
    from played import Plan

Rng = np.random.Generator
Note = tuple[float, float, float, float]
Riff = list[list[tuple[float, float, int, bool]]]  # bars of (beat, long, semitones, muted)
STRUMS = (
    "x...x.x...x.x.x.",
    "x...x...x.x.x.x.",
    "x.x.x.x.x.x.x.x.",
    "x...x.xx..x.x.xx",
    "x.....x.x.....x.",
    "x.xxx.xx..xxx.xx",
    "x...x...x...x...",
    "x..x..x..x..x.x.",
    "x...xx..x...xx.x",
)
BLOCKS = (
    (0, 1, 2, 3),
    (0, 2),
    (0, 1.5, 3),
    (0, 1.5, 2.5),
    (0, 0.75, 1.5, 2.5),
    (0, 1, 2, 3),
    (0, 1.5, 2, 3.5),
    (0, 2.5),
)
FUNKS = (
    "x..x..x.x.xx..x.",
    "x.x...xx..x.x..x",
    "x...x.xx.xx..x.x",
    "x..xx..x..xx.x..",
    "x..x..x...x..x.x",
)
GATES = (
    "x.xx.xx.x.xx.xx.",
    "x..x..x..x..x.x.",
    "x.x.x.x.x.x.x.x.",
    ".x.x.x.x.x.x.x.x",
    "xx.xx.xx.xx.xx.x",
)
REGGAES = (
    "..x.xx..x.x.xx..",
    "x..x..x.x..x..x.",
    "....x.x.x...x.x.",
    "x.x...x.x.x.....",
    "x.....xxx..x....",
)
MOTOWNS = ("x..xx.x.x..xx.x.", "x...x.xx..x.x.xx", "x..x..x.x.x.x.xx", "x.....x.x.x.x.x.")
OFF3 = 2 / 3
GUITAR = ("power", "chug8", "gallop", "riff", "tremolo")  # what a distorted guitar plays by itself


def steps(text: str) -> list[float]:
    """Beats of a string of sixteenths."""
    return [i / 4 for i, c in enumerate(text) if c != "."]


def triple(plan: Plan) -> bool:
    """Whether the beat falls into three."""
    drums = plan.genre.drums
    return plan.genre.beats != 3 and bool(drums) and len(drums[0][0]) in (12, 6)


def chord_in(plan: Plan, bar: int, beat: float) -> Chord:
    """The chord that sounds there."""
    here = plan.chord_at[min(bar, len(plan.chord_at) - 1)]
    return [c for b, c in here if b <= beat + 1e-6][-1]


def root(plan: Plan, chord: Chord, low: int = 28) -> int:
    """The chord's root in the bass octave above ``low``."""
    return low + (plan.tonic + chord[0] - low) % 12


def voicing(plan: Plan, chord: Chord, low: int = 52) -> list[int]:
    """The chord's notes in close position."""
    names = [(plan.tonic + chord[0] + i) % 12 for i in INTERVALS[chord[1]]]
    return sorted(low + (n - low) % 12 for n in names)


def playing(plan: Plan, layer: str) -> list[tuple[int, float]]:
    """Bars in which a layer plays, and their energy."""
    return [
        (first + k, energy)
        for first, bars, layers, energy in plan.sections
        if layer in layers
        for k in range(bars)
    ]


def bass_notes(
    plan: Plan, style: str, kicks: dict[int, tuple[float, ...]], riff: Riff
) -> list[Note]:
    """The bass line."""
    rng, notes = plan.rng, []
    acid = [
        (i / 4, int(rng.choice([0, 0, 0, 12, 7, 3, 10])))
        for i in range(16)
        if i == 0 or rng.random() < 0.65
    ]
    funk = sorted(
        {
            0.0,
            *[
                float(x)
                for x in rng.choice(np.arange(1, 16), int(rng.integers(3, 8)), replace=False) / 4
            ],
        }
    )
    fixed = {
        "reggae": steps(str(rng.choice(REGGAES))),
        "motown": steps(str(rng.choice(MOTOWNS))),
        "funk": funk,
        "bossa": [0, 1.5, 2, 3.5],
        "tresillo": [0, 1.5, 3],
        "tumbao": [1.5, 3],
    }
    jump = rng.random() < 0.3
    for bar, _ in playing(plan, "bass"):
        length = plan.lengths[bar]
        start = plan.bars[bar]
        beats = np.arange(length)
        line: list[tuple[float, float, int]] = []  # beat, long, semitones above the root
        if style in ("eighths", "sixteenths", "quarters", "triplets", "ostbass"):
            per = {"eighths": 2, "sixteenths": 4, "quarters": 1, "triplets": 3, "ostbass": 2}[style]
            line = [
                (i / per, 0.9 / per, 12 if jump and i % (2 * per) == 2 * per - 1 else 0)
                for i in range(length * per)
            ]
            if style == "triplets":
                line = [(b, d, (0, 7, 12)[i % 3]) for i, (b, d, _) in enumerate(line)]
        elif style in ("kick", "808"):
            at = sorted(set(kicks.get(bar, ()))) or [0.0]
            ends = [*at[1:], float(length)]
            limit = 3.0 if style == "808" else 1.0
            line = [
                (b, min(e - b, limit), int(rng.choice([0, 0, 0, 0, 7, 12])) if b else 0)
                for b, e in zip(at, ends, strict=True)
            ]
        elif style == "rootfifth":
            at = (0,) if length == 3 else range(length) if length == 2 else range(0, length, 2)
            line = [(float(b), 0.9, 0 if i % 2 == 0 else -5) for i, b in enumerate(at)]
            if rng.random() < 0.2 and length == 4:
                line += [(3.0, 0.9, -3)]
        elif style == "walking":
            line = [
                (float(b), 0.95, walk)
                for b, walk in zip(beats, walked(plan, bar, rng), strict=True)
            ]
            if rng.random() < 0.15:
                line.append((float(rng.integers(length)) + OFF3, 0.3, 0))
        elif style in ("off", "rolling"):
            parts = (0.5,) if style == "off" else (0.25, 0.5, 0.75)
            line = [(b + p, 0.22 if style == "rolling" else 0.45, 0) for b in beats for p in parts]
        elif style == "octaves":
            line = [(b + p, 0.42, 12 if p else 0) for b in beats for p in (0, 0.5)]
        elif style == "boogie":
            line = [
                (b + p, 0.3, s)
                for b in beats
                for p, s in ((0, (0, 4, 7, 9)[b % 4]), (OFF3, (0, 4, 7, 9)[b % 4]))
            ]
        elif style == "acid":
            line = [(b, 0.22, s) for b, s in acid]
        elif style == "riff":
            line = [(b, d, s) for b, d, s, _ in riff[bar % len(riff)]]
        elif style in fixed:
            line = [
                (b, 0.45, int(rng.choice([0, 0, 0, 7, 12, 10])) if b else 0) for b in fixed[style]
            ]
        elif style in ("long", "reese", "wobble"):
            here = plan.chord_at[bar]
            ends = [b for b, _ in here[1:]] + [length]
            line = [(b, e - b, 0) for (b, _), e in zip(here, ends, strict=True)]
        for beat, long, semitones in line:
            if beat >= length:
                continue
            ahead = style == "tumbao" and beat >= 3
            chord = chord_in(plan, min(bar + ahead, len(plan.chord_at) - 1), 0.0 if ahead else beat)
            strong = 1.0 if beat == 0 else 0.85
            notes.append(
                (start + beat, long, root(plan, chord) + semitones, strong * rng.uniform(0.85, 1))
            )
    return notes


def walked(plan: Plan, bar: int, rng: Rng) -> list[int]:
    """One note a beat: root, chord tones, and a step into the next root."""
    chord, after = chord_in(plan, bar, 0), chord_in(plan, min(bar + 1, len(plan.chord_at) - 1), 0)
    tones, goal = INTERVALS[chord[1]], (after[0] - chord[0] + 6) % 12 - 6
    middle = [int(rng.choice([*tones, 2, 5, 9])) for _ in range(max(0, plan.lengths[bar] - 2))]
    return [0, *middle, goal + int(rng.choice([-1, 1, -5, 2, -2]))][: plan.lengths[bar]]


def riff_of(plan: Plan) -> Riff:
    """One or two bars of palm mutes and accents; the first step always speaks."""
    rng, grid = plan.rng, 4 if not triple(plan) else 3
    cell = str(rng.choice(["x.xx", "xxxx", "x.x.", "x..x", "xx.x", "free", "free", "gallop"]))
    riff: Riff = []
    for _ in range(int(rng.choice([1, 2, 2, 4]))):
        bar: list[tuple[float, float, int, bool]] = []
        for i in range(plan.genre.beats * grid):
            plays = rng.random() < 0.6 if cell == "free" else cell == "gallop" or cell[i % 4] == "x"
            if cell == "gallop":
                plays = i % grid != 1
            if i == 0 or plays:
                accent = i == 0 or rng.random() < 0.22
                step = int(rng.choice([0, 0, 1, 3, 5, 7, 6, -2, 8, 10])) if accent and i else 0
                bar.append((i / grid, (1.2 if accent else 0.8) / grid, step, not accent))
        riff.append(bar)
    return riff


def comp_notes(plan: Plan, style: str, layer: str) -> list[Note]:
    """What the chord player plays."""
    rng = plan.rng
    three, notes = triple(plan), []
    off = (
        OFF3
        if three
        or (
            plan.genre.sounds == "jazz"
            and plan.genre.swing_level == 2
            and plan.genre.beats == 4
            and plan.genre.name != "bossa"
        )
        else 0.5
    )
    low = int(rng.integers(46, 60))
    block = BLOCKS[int(rng.integers(len(BLOCKS)))] if not three else (0, 1, 2, 3)
    strum, funk, gate = (str(rng.choice(t)) for t in (STRUMS, FUNKS, GATES))
    stab = sorted(rng.choice(np.arange(16), int(rng.integers(2, 6)), replace=False) / 4)
    loop = sorted(
        {
            (float(rng.integers(16)) / 4, int(rng.integers(4)), float(rng.choice([0.5, 1, 2])))
            for _ in range(7)
        }
    )
    order, per = list(rng.permutation([0, 1, 2, 1])), int(rng.choice([2, 4]))
    push = rng.random() < 0.2 and not three and plan.genre.form == "band"
    trip = [
        float(x)
        for x in rng.choice([0, OFF3, 1, 1 + OFF3, 2 + OFF3, 3, 3 + OFF3], 3, replace=False)
    ]
    for bar, energy in playing(plan, layer):
        length, start = plan.lengths[bar], plan.bars[bar]
        beats = [float(b) for b in range(length)]
        made: list[tuple[float, float, object, float]] = []  # beat, long, which notes, velocity
        if style in ("pad", "organ", "strings"):
            ends = [b for b, _ in plan.chord_at[bar][1:]] + [length]
            made = [
                (b, e - b, "all", 0.8) for (b, _), e in zip(plan.chord_at[bar], ends, strict=True)
            ]
            if style == "strings" and energy > 0.9:
                made = [(b + p, 0.45, "all", 0.7) for b in beats for p in (0, 0.5)]
        elif style in ("strum", "funk16", "gate"):
            text = {"strum": strum, "funk16": funk, "gate": gate}[style]
            long = {"strum": 0.5, "funk16": 0.18, "gate": 0.2}[style]
            made = [(b, long, "all", 1.0 if b % 1 == 0 else 0.75) for b in steps(text)]
        elif style in ("strum3", "strum6", "triplets"):
            cells = {"strum3": (0, 0.5), "strum6": (0, OFF3), "triplets": (0, 1 / 3, OFF3)}[style]
            made = [
                (b + p, 0.3, "all", 1.0 if not p else 0.7)
                for b in beats
                for p in cells
                if b + p != 0.5
            ]
        elif style in ("blocks", "boogie16"):
            made = [(float(b), 0.9, "all", 0.9 if b else 1.0) for b in block]
            if style == "boogie16":
                made += [(b + 0.75, 0.2, "all", 0.6) for b in beats]
        elif style in ("arp", "arp16", "octarp", "alberti", "finger", "ostinato"):
            n = 4 if style == "arp16" else 2 if style in ("alberti", "finger") else per
            turn = [0, 2, 1, 2] if style == "alberti" else order
            made = [
                (
                    i / n,
                    1.0 / n if style != "pluck" else 0.3,
                    int(turn[i % 4]),
                    1.0 if i % n == 0 else 0.7,
                )
                for i in range(length * n)
            ]
            if style == "finger":
                made += [(b, 0.9, "low", 0.9) for b in beats]
        elif style == "arp3":
            made = [
                (b + p / 3, 0.33, (p + int(b)) % 3 if p else "low3", 1.0 if not p else 0.7)
                for b in beats
                for p in range(3)
            ]
        elif style == "pluck":
            made = [
                (b, 0.3, "all" if i % 2 == 0 else 2, 0.9)
                for i, b in enumerate((0, 0.75, 1.5, 2.25, 3.0, 3.5))
            ]
        elif style == "stabs":
            made = [(float(b), 0.25, "all", 0.95) for b in stab]
        elif style in ("offchord", "skank", "skank3"):
            made = [(b + (OFF3 if style == "skank3" else 0.5), 0.2, "all", 0.9) for b in beats]
        elif style == "skank24":
            made = [(b, 0.25, "all", 0.9) for b in beats[1::2]]
        elif style in ("boomchick", "oompah", "oompah4"):
            made = [(0.0, 0.9, "low", 1.0)] + ([(2.0, 0.9, "fifth", 0.9)] if length == 4 else [])
            made += [(b, 0.4, "all", 0.7) for b in (beats[1:] if length == 3 else beats[1::2])]
            if length == 2:
                made = [(b, 0.4, "low", 0.9) for b in beats] + [
                    (b + 0.5, 0.3, "all", 0.7) for b in beats
                ]
        elif style == "charleston":
            kind = int(rng.integers(6))
            at = (
                (0, 1 + off),
                (1 + off, 3),
                (off, 2 + off),
                (3 + off,),
                (0, 2 + off, 3 + off),
                tuple(trip),
            )[kind]
            made = [(float(b), 0.4 if rng.random() < 0.7 else 1.2, "all", 0.8) for b in at]
        elif style == "freddie":
            made = [(b, 0.45, "all", 1.0 if i % 2 else 0.8) for i, b in enumerate(beats)]
        elif style == "montuno":
            at = (0, 1, 1.5, 2.5, 3.5) if bar % 2 == 0 else (0.5, 1.5, 2.5, 3.5)
            made = [(float(b), 0.4, "all" if i % 2 else "low", 0.9) for i, b in enumerate(at)]
        elif style == "bossa":
            made = [(b, 0.4, "all", 0.8) for b in ((0, 1.5, 3) if bar % 2 == 0 else (0.5, 2, 3.5))]
        elif style == "brass":
            made = [(b, 0.3, "all", 1.0) for b in (trip if bar % 2 else [0.0, *stab[:1]])]
        elif style == "boogie":
            made = [
                (b + p, 0.3, "low" if int(b) % 2 == 0 else "sixth", 0.9)
                for b in beats
                for p in (0, OFF3)
            ]
        elif style == "sample":
            made = [(b, d, t, 0.9) for b, t, d in loop]
        elif style in GUITAR:
            continue  # the guitar plays these itself
        for beat, long, which, velocity in made:
            if beat >= length:
                continue
            chord = chord_in(plan, bar, beat)
            tones = voicing(plan, chord, low)
            if which == "all":
                keys = tones
            elif which in ("low", "low3", "sixth", "fifth"):
                deep = root(plan, chord, 40)
                keys = (
                    [deep, deep + 9]
                    if which == "sixth"
                    else [deep + 7]
                    if which == "fifth"
                    else [deep]
                )
            else:
                tone = int(which)  # type: ignore[call-overload]
                keys = [tones[tone % len(tones)] + 12 * (style == "octarp" and tone % 2)]
            early = 0.5 if push and beat == 0 and start > 0 and rng.random() < 0.7 else 0.0
            roll = 0.012 if style in ("strum", "strum3", "strum6", "boomchick", "finger") else 0.0
            for i, key in enumerate(keys):
                soft = velocity * rng.uniform(0.8, 1)
                notes.append((start + beat - early + roll * i, long + early, float(key), soft))
    return notes


def guitar_notes(plan: Plan, style: str, riff: Riff) -> tuple[list[Note], list[Note]]:
    """Open and palm-muted notes of the distorted guitar; fifths are added by the player."""
    rng, open_, muted = plan.rng, [], []
    rhythm = steps(
        str(
            rng.choice(
                [
                    "x.......x.......",
                    "x.....x.x.......",
                    "x..x..x...x.....",
                    "x...x...x...x...",
                    "x.....x.....x...",
                    "x...............",
                ]
            )
        )
    )
    accents = {0.0, *[float(x) for x in rng.choice(np.arange(1, 8), 2, replace=False) / 2]}
    sustained, hold = rng.random() < 0.4, int(rng.choice([1, 2, 2]))
    for bar, energy in playing(plan, "comp"):
        length, start = plan.lengths[bar], plan.bars[bar]
        kind = "power" if style != "riff" and energy > 0.9 and sustained else style
        if kind == "power":
            ends = [*rhythm[1:], float(length)]
            line = [(b, e - b, 0, False) for b, e in zip(rhythm, ends, strict=True)]
        elif kind == "chug8":
            line = [(i / 2, 0.45, 0, i / 2 not in accents) for i in range(length * 2)]
        elif kind == "tremolo":
            turns = [int(x) for x in rng.choice([0, 0, 1, 3, 5, 7, 8, -2], length)]
            line = [
                (i / 4, 0.25, turns[i // (4 * hold) * hold % length], False)
                for i in range(length * 4)
            ]
        elif kind == "gallop":
            line = [(b + p, 0.22, 0, bool(p)) for b in range(length) for p in (0, 0.5, 0.75)]
        else:
            line = riff[bar % len(riff)]
        for beat, long, step, mute in line:
            if beat < length:
                key = root(plan, chord_in(plan, bar, beat), 38) + step
                note = (start + beat, long, float(key), 0.8 if mute else 1.0)
                (muted if mute else open_).append(note)
    return open_, muted


def tune(plan: Plan, layer: str = "lead") -> list[Note]:
    """A motif that returns: syncopated, with pick-ups, on chord tones and their neighbours."""
    rng, three = plan.rng, triple(plan) or plan.genre.sounds == "jazz"
    grid = 3 if three else int(rng.choice([2, 2, 4]))
    span = plan.genre.beats * 2
    motifs = []
    for _ in range(2):
        at, motif = float(rng.choice([0, 0, 0.5, 1, -1, -0.5, 1.5])), []
        if three:
            at = float(np.round(at))
        while at < span - rng.uniform(0.5, 3):
            if three:
                long = float(rng.choice([1 / 3, 2 / 3, 1, 1, 2]))
            else:
                long = (
                    float(rng.choice([0.5, 0.5, 1, 1.5, 2]))
                    if grid == 2
                    else float(rng.choice([0.25, 0.5, 0.75, 1, 0.5]))
                )
            if rng.random() < 0.8:
                motif.append((at, long, int(rng.integers(-2, 6))))
            at += long
        motifs.append(motif)
    notes, low = [], int(rng.integers(57, 72))
    mode = (0, 3, 5, 7, 10) if plan.genre.pool in ("minor", "metal", "blues") else (0, 2, 4, 7, 9)
    scale = [12 * o + m for o in range(-1, 3) for m in mode]
    for first, bars, layers, energy in plan.sections:
        if layer not in layers:
            continue
        motif = motifs[int(energy > 0.9)]
        for k in range(0, bars - 1, 2):
            if rng.random() < 0.1:
                continue
            for beat, long, degree in motif:
                at = plan.bars[first + k] + beat
                if rng.random() < 0.1 or at < 0:
                    continue
                key = (
                    low
                    + (plan.tonic - low) % 12
                    + scale[
                        int(np.clip(degree + 5 + rng.choice([0, 0, 0, 1, -1]), 0, len(scale) - 1))
                    ]
                )
                notes.append((at, long * 0.95, float(key), rng.uniform(0.7, 1)))
    return notes
