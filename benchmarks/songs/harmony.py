"""Chords of a key, voicings, and melodies whose motif returns with its group."""

from __future__ import annotations

import numpy as np

from .score import ChordAt

MAJOR, MINOR = (0, 2, 4, 5, 7, 9, 11), (0, 2, 3, 5, 7, 8, 10)
# Degrees of the key's own scale, one a bar; each opens or closes on its first degree.
PROGRESSIONS = {
    "major": (
        (1, 5, 6, 4), (1, 4, 5, 1), (1, 6, 4, 5), (1, 4, 1, 5), (1, 3, 4, 5), (4, 5, 1, 6),
        (1, 2, 5, 1), (6, 4, 1, 5),
    ),
    "minor": (
        (1, 6, 3, 7), (1, 4, 5, 1), (1, 7, 6, 7), (1, 6, 4, 5), (1, 3, 7, 4), (6, 7, 1, 1),
        (1, 4, 7, 3),
    ),
}  # fmt: skip
Chord = tuple[int, str]


def chord(tonic: int, mode: str, degree: int) -> Chord:
    """Root 0..11 and quality of a degree; the dominant of a minor key is major."""
    scale = MAJOR if mode == "major" else MINOR
    root = scale[degree - 1]
    third = (scale[(degree + 1) % 7] - root) % 12
    if mode == "minor" and degree == 5:
        third = 4
    return (tonic + root) % 12, "maj" if third == 4 else "min"


def bars_of(tonic: int, mode: str, which: int, bars: int) -> list[Chord]:
    """A chord for each bar, a progression repeated."""
    turns = PROGRESSIONS[mode]
    turn = turns[which % len(turns)]
    return [chord(tonic, mode, turn[k % len(turn)]) for k in range(bars)]


def triad(root: int, quality: str, *, above: int) -> tuple[int, int, int]:
    """A close voicing whose lowest note is the first chord tone at or over ``above``."""
    tones = sorted(
        above + (root + step - above) % 12 for step in (0, 4 if quality == "maj" else 3, 7)
    )
    return tones[0], tones[1], tones[2]


def named(chords: list[Chord], meter: int, first_beat: int) -> list[ChordAt]:
    """Chords of bars as stretches of beats, equal neighbours joined."""
    out: list[ChordAt] = []
    for k, (root, quality) in enumerate(chords):
        start = first_beat + k * meter
        if out and (out[-1].root, out[-1].quality) == (root, quality):
            out[-1] = out[-1]._replace(end=start + meter)
        else:
            out.append(ChordAt(start, start + meter, root, quality))
    return out


def melody(
    chords: list[Chord], tonic: int, mode: str, *, meter: int, low: int, seed: int, steps: int
) -> list[tuple[float, float, int]]:
    """Start and length in beats and pitch of a line over ``chords``.

    A rhythm of two bars repeats; strong places take chord tones, others walk the scale.
    ``steps`` are places in a beat.
    """
    rng = np.random.default_rng(seed)
    places = _rhythm(rng, meter, steps)
    scale = [p for p in range(low, low + 17) if (p - tonic) % 12 in _scale(mode)]
    contour = rng.integers(-2, 3, len(places))
    out: list[tuple[float, float, int]] = []
    at = len(scale) // 2
    for pair in range(0, len(chords), 2):
        for k, (start, length) in enumerate(places):
            bar = pair + int(start // meter)
            if bar >= len(chords):
                break
            at = int(np.clip(at + contour[k], 1, len(scale) - 2))
            pitch = scale[at]
            if length >= 1 or start % meter == 0:
                root, quality = chords[bar]
                tones = {root, (root + (4 if quality == "maj" else 3)) % 12, (root + 7) % 12}
                near = sorted(range(low, low + 17), key=lambda p, q=pitch: (abs(p - q), p))
                pitch = next(p for p in near if p % 12 in tones)
            out.append((pair * meter + start, length, pitch))
    return out


def _scale(mode: str) -> tuple[int, ...]:
    return MAJOR if mode == "major" else MINOR


def _rhythm(rng: np.random.Generator, meter: int, steps: int) -> list[tuple[float, float]]:
    """Two bars of starts and lengths in beats, breath at the end."""
    lengths = np.array([1, 1, 2, 2, 3, 4]) / steps
    out, at = [], float(rng.choice([0, 0, 1])) / steps
    while at < 2 * meter - 1:
        length = min(float(rng.choice(lengths)), 2 * meter - 1 - at)
        if rng.random() < 0.85:
            out.append((at, length))
        at += length
    return out
