"""Accompaniments of MMA, from styles whose family is kept for this set alone."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
import zlib
from pathlib import Path

from . import harmony, midi
from .arrange import Part
from .score import NAMES, Hit, Note, Score, Stretch
from .timing import Timing

_KEPT = 10  # one family in so many is never used to train
_DRUMS = {35: "kick", 36: "kick", 38: "snare", 40: "snare", 39: "clap", 42: "hat", 44: "hat",
          46: "open"}  # fmt: skip


def missing() -> str | None:
    """What is not installed, in words, or None."""
    return None if shutil.which("mma") else "mma"


def kept(family: str) -> bool:
    """Whether a groove family belongs to this set and to no training."""
    return zlib.crc32(family.encode()) % _KEPT == 0


def accompanied(
    grooves: tuple[str, str],
    parts: list[Part],
    timing: Timing,
    *,
    meter: int,
    tonic: int,
    mode: str,
    seed: int,
    swing: float | None,
    compound: bool = False,
) -> tuple[Score, list[midi.Played], list[midi.Program]]:
    """A score from MMA, a flute and strings, and the notes to render, in seconds.

    ``grooves`` are ``library/family:groove`` for quiet and for loud parts.
    """
    for groove in grooves:
        family = groove.split(":")[0].split("/")[-1]
        if not kept(family):
            raise ValueError(f"the groove family {family} is used in training")
    turns = [harmony.bars_of(tonic, mode, seed + ord(p.group), p.bars) for p in parts]
    played, programs = _run(_text(grooves, parts, turns, seed))
    notes, hits, chords, beat = [], [], [], 0
    for n in played:
        if n.channel == midi.DRUM_CHANNEL:
            hits.append(Hit(n.start, _DRUMS.get(n.pitch, "other"), n.velocity / 127))
        else:
            notes.append(Note(n.start, n.length, n.pitch, n.velocity / 127, "band"))
    lead: list[Note] = []
    pad: list[Note] = []
    for part, turn in zip(parts, turns, strict=True):
        chords += harmony.named(turn, meter, beat)
        if "v" in part.layers:
            line = harmony.melody(turn, tonic, mode, meter=meter, low=62, steps=2,
                                  seed=zlib.crc32(f"{seed}{part.group}".encode()))  # fmt: skip
            lead += [Note(beat + at, 0.95 * ln, pitch, 0.75, "lead") for at, ln, pitch in line]
        if "p" in part.layers:
            pad += [
                Note(beat + k * meter, 0.99 * meter, pitch, 0.5, "pad")
                for k, (root, quality) in enumerate(turn)
                for pitch in harmony.triad(root, quality, above=58)
            ]
        beat += part.bars * meter
    score = Score(
        timing=timing, meter=meter, notes=tuple(notes + lead + pad), hits=tuple(sorted(hits)),
        form=tuple(Stretch(p.label, p.group, p.bars) for p in parts), chords=tuple(chords),
        tonic=tonic, mode=mode, compound=compound, swing=swing,
    )  # fmt: skip
    used = {n.channel for n in played} | {midi.DRUM_CHANNEL}
    flute, strings = [c for c in range(16) if c not in used][:2]
    for channel, program, line, loud in ((flute, 73, lead, 95), (strings, 48, pad, 62)):
        played += [midi.Played(n.start, n.length, channel, n.pitch, loud) for n in line]
        programs.append(midi.Program(0.0, channel, program))
    return score, *_in_seconds(played, programs, timing)


def _in_seconds(
    notes: list[midi.Played], programs: list[midi.Program], timing: Timing
) -> tuple[list[midi.Played], list[midi.Program]]:
    out = []
    for n in notes:
        start, end = (float(timing.seconds(b)) for b in (n.start, n.start + n.length))
        out.append(n._replace(start=max(0.0, start), length=end - start))
    at = [p._replace(start=max(0.0, float(timing.seconds(p.start)))) for p in programs]
    return out, at


def _text(
    grooves: tuple[str, str], parts: list[Part], turns: list[list[harmony.Chord]], seed: int
) -> str:
    lines = [f"RndSeed {seed}", "Tempo 120"]
    bar = 0
    for part, turn in zip(parts, turns, strict=True):
        lines.append(f"Groove {grooves[part.loud]}")
        for root, quality in turn:
            bar += 1
            lines.append(f"{bar} {NAMES[root]}{'m' if quality == 'min' else ''}")
    return "\n".join(lines) + "\n"


def _run(text: str) -> tuple[list[midi.Played], list[midi.Program]]:
    """Notes of an MMA file, in quarters."""
    with tempfile.TemporaryDirectory() as folder:
        source, made = Path(folder) / "song.mma", Path(folder) / "song.mid"
        source.write_text(text, encoding="utf-8")
        done = subprocess.run(
            ["mma", "-f", str(made), str(source)],
            check=False, capture_output=True, text=True, timeout=60, cwd=folder,
        )  # fmt: skip
        if not made.is_file():
            raise RuntimeError(f"mma made nothing: {done.stdout[-400:]}{done.stderr[-400:]}")
        return midi.read(made)
