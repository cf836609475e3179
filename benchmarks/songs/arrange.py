"""A form, a key and a style become a score."""

from __future__ import annotations

import zlib
from itertools import pairwise

import numpy as np

from . import harmony
from .score import ChordAt, Hit, Note, Score, Stretch
from .style import Style
from .timing import Timing

_LOUDNESS = {"o": 0.35, "x": 0.7, "X": 1.0}
_STEP = {"r": 0, "t": 2, "f": 4, "o": 7}


class Part:
    """One stretch of a form and who plays in it.

    Layers: ``d`` loud drums, ``e`` quiet drums, ``h`` hats alone, ``k`` kick alone, ``b`` bass,
    ``c`` chords, ``p`` pad, ``v`` sung line, ``s`` solo line, ``r`` a rising roll of the snare.
    """

    def __init__(self, words: str) -> None:
        self.label, self.group, bars, self.layers = words.split()
        self.bars = int(bars)

    @property
    def loud(self) -> int:
        return int("d" in self.layers or "X" in self.layers)


def form(text: str) -> list[Part]:
    """``intro A 4 hb; verse B 8 ebcv; ...`` as parts."""
    return [Part(words.strip()) for words in text.split(";")]


def beats_in(parts: list[Part], style: Style) -> int:
    return sum(p.bars for p in parts) * style.meter


def arrange(
    style: Style,
    parts: list[Part],
    timing: Timing,
    *,
    tonic: int,
    mode: str,
    seed: int,
    named: bool = False,
    drops: bool = False,
) -> Score:
    """Play a form in a style.

    ``drops`` marks the beginnings of groups named ``X`` as drops.
    """
    notes: list[Note] = []
    hits: list[Hit] = []
    chords: list[ChordAt] = []
    falls: list[float] = []
    beat = 0
    for k, part in enumerate(parts):
        turn = harmony.bars_of(tonic, mode, seed + ord(part.group), part.bars)
        line = _Line(style, part, turn, beat, tonic, mode, seed)
        notes += line.bass() + line.comp() + line.pad() + line.melodies()
        hits += line.drums(follows=k > 0, leads=k < len(parts) - 1)
        if {"b", "c", "p"} & set(part.layers):
            chords += harmony.named(turn, style.meter, beat)
        if drops and part.group == "X" and parts[k - 1].group != "X":
            falls.append(beat)
        beat += part.bars * style.meter
    warp = _Swing(style)
    return Score(
        timing=timing,
        meter=style.meter,
        notes=tuple(n._replace(start=warp(n.start)) for n in notes),
        hits=tuple(sorted({h._replace(start=warp(h.start)) for h in hits})),
        form=tuple(Stretch(p.label, p.group, p.bars) for p in parts),
        chords=tuple(chords),
        tonic=tonic,
        mode=mode,
        compound=style.compound,
        swing=None if style.compound or style.swing16 != 0.5 else round(style.swing, 3),
        drops=tuple(falls),
        named=named,
    )


class _Swing:
    """Moves off-beats; styles of three steps to a beat stand where they should already."""

    def __init__(self, style: Style) -> None:
        self.halves = 2 if style.swing16 != 0.5 else 1
        self.place = style.swing16 if self.halves == 2 else style.swing
        self.still = style.steps == 3 or self.place == 0.5

    def __call__(self, beat: float) -> float:
        if self.still:
            return beat
        scaled = beat * self.halves
        whole, rest = divmod(scaled, 1.0)
        if rest < 0.5:
            moved = rest * 2 * self.place
        else:
            moved = self.place + (rest - 0.5) * 2 * (1 - self.place)
        return (whole + moved) / self.halves


class _Line:
    """What every player does in one part."""

    def __init__(
        self,
        style: Style,
        part: Part,
        turn: list[harmony.Chord],
        beat: int,
        tonic: int,
        mode: str,
        seed: int,
    ) -> None:
        self.style, self.part, self.turn, self.beat = style, part, turn, beat
        self.tonic, self.mode = tonic, mode
        self.seed = zlib.crc32(f"{seed}{part.group}".encode())
        self.rng = np.random.default_rng(self.seed)

    def _bars(self) -> list[tuple[float, harmony.Chord]]:
        return [(self.beat + k * self.style.meter, c) for k, c in enumerate(self.turn)]

    def bass(self) -> list[Note]:
        if "b" not in self.part.layers:
            return []
        out = []
        for start, (root, quality) in self._bars():
            low = 28 + (root - 28) % 12
            scale = (0, 2, 4 if quality == "maj" else 3, 5, 7, 9, 11, 12)
            for at, length, mark in self._marks(self.style.bass[self.part.loud]):
                pitch = low + scale[_STEP[mark]]
                out.append(Note(start + at, 0.92 * length, pitch, 0.85, self._who("bass")))
        return out

    def comp(self) -> list[Note]:
        if "c" not in self.part.layers:
            return []
        out = []
        heavy = self._who("chords") == "dist"
        for start, (root, quality) in self._bars():
            tones = harmony.triad(root, quality, above=53 if not heavy else 40)
            if heavy:  # fifths: thirds turn to mud under distortion
                low = 40 + (root - 40) % 12
                tones = (low, low + 7, low + 12)
            for at, length, mark in self._marks(self.style.chords[self.part.loud]):
                loud = 0.8 if mark == "X" else 0.6
                which = (*tones, tones[0] + 12)
                chosen = [which[int(mark) - 1]] if mark.isdigit() else list(tones)
                out += [Note(start + at, 0.95 * length, p, loud, self._who("chords"))
                        for p in chosen]  # fmt: skip
        return out

    def pad(self) -> list[Note]:
        if "p" not in self.part.layers:
            return []
        return [
            Note(start, self.style.meter * 0.99, p, 0.5, self._who("pad"))
            for start, (root, quality) in self._bars()
            for p in harmony.triad(root, quality, above=58)
        ]

    def melodies(self) -> list[Note]:
        out = []
        for layer, voice, low in (("v", "lead", 57), ("s", "solo", 62)):
            if layer in self.part.layers:
                line = harmony.melody(
                    self.turn, self.tonic, self.mode, meter=self.style.meter, low=low,
                    seed=self.seed + ord(layer), steps=max(2, self.style.steps // 2),
                )  # fmt: skip
                out += [Note(self.beat + at, 0.95 * length, pitch, 0.8, self._who(voice))
                        for at, length, pitch in line]  # fmt: skip
        return out

    def drums(self, *, follows: bool, leads: bool) -> list[Hit]:
        layers, style = self.part.layers, self.style
        pattern = style.high if self.part.loud else style.low
        if not set(layers) & set("dehkr") or not pattern:
            return []
        if "h" in layers:
            pattern = {d: p for d, p in pattern.items() if d in ("hat", "open", "ride", "shaker")}
        elif "k" in layers:
            pattern = {d: p for d, p in pattern.items() if d in ("kick", "hat")}
        out = []
        if set(layers) & set("dehk"):
            for bar in range(self.part.bars):
                start = self.beat + bar * style.meter
                fill = leads and style.fills and bar == self.part.bars - 1 and "d" in layers
                out += self._bar(pattern, start, fill=fill)
            if follows and "d" in layers:
                out.append(Hit(self.beat, "crash", 0.8))
        return out + (self._roll() if "r" in layers else [])

    def _bar(self, pattern: dict[str, str], start: float, *, fill: bool) -> list[Hit]:
        style, out = self.style, []
        until = style.meter - 1 if fill else style.meter
        for drum, marks in pattern.items():
            for k, mark in enumerate(marks):
                at = k / style.steps
                if mark in _LOUDNESS and at < until:
                    loud = _LOUDNESS[mark] * float(self.rng.uniform(0.85, 1.0))
                    out.append(Hit(start + at, drum, loud))
        if fill:
            for k in range(style.steps):
                drum = "snare" if k < style.steps // 2 else "tom"
                out.append(Hit(start + until + k / style.steps, drum, 0.6 + 0.1 * k))
        return out

    def _roll(self) -> list[Hit]:
        """Quarters, then eighths, then sixteenths, ever louder."""
        meter, out = self.style.meter, []
        beats = self.part.bars * meter
        for beat in range(beats):
            share = beat / beats
            every = 1 if share < 0.5 else 2 if share < 0.75 else 4
            out += [Hit(self.beat + beat + k / every, "snare", 0.3 + 0.6 * share)
                    for k in range(every)]  # fmt: skip
        return out

    def _marks(self, pattern: str) -> list[tuple[float, float, str]]:
        """Start and length in beats, and mark, of a pattern of one bar."""
        places = [k for k, mark in enumerate(pattern) if mark != "."] + [len(pattern)]
        return [
            (a / self.style.steps, (b - a) / self.style.steps, pattern[a])
            for a, b in pairwise(places)
            if pattern[a] != "="
        ]

    def _who(self, role: str) -> str:
        return self.style.voices[role]
