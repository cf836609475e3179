"""A score as sound through FluidSynth and a General MIDI soundfont that nothing else here uses."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from . import midi
from .score import Score
from .synth import RATE

F32 = NDArray[np.float32]
SOUNDFONT = Path("/usr/share/sounds/sf2/TimGM6mb.sf2")
_LONGEST_S = 120  # of rendering: it has hung on single songs
GENERAL = {
    "bass": 33, "saw_bass": 38, "sub": 39, "wobble": 87, "dist": 30, "guitar": 27, "steel": 25,
    "nylon": 24, "piano": 0, "organ": 16, "pad": 89, "strings": 48, "brass": 61, "supersaw": 81,
    "pluck": 80, "vibes": 11, "voice": 65,
}  # fmt: skip
DRUMS = {
    "kick": 36, "snare": 38, "clap": 39, "rim": 37, "hat": 42, "open": 46, "ride": 51, "crash": 49,
    "china": 52, "tom": 47, "shaker": 70, "conga": 64, "cowbell": 56,
}  # fmt: skip


def missing() -> str | None:
    """What is not installed, in words, or None."""
    if shutil.which("fluidsynth") is None:
        return "fluidsynth"
    return None if SOUNDFONT.is_file() else "timgm6mb-soundfont"


def played(
    score: Score, *, human: float, seed: int
) -> tuple[list[midi.Played], list[midi.Program]]:
    """The notes of a score in seconds, a channel for each player."""
    rng = np.random.default_rng(seed)
    channels: dict[str, int] = {}
    notes = []
    for note in score.notes:
        channel = channels.setdefault(note.part, (*range(9), *range(10, 16))[len(channels)])
        start, end = (
            float(score.timing.seconds(b)) for b in (note.start, note.start + note.length)
        )
        at = max(0.0, start + rng.normal(0, human))
        loud = round(30 + 90 * note.velocity)
        notes.append(midi.Played(at, end - start, channel, note.pitch, loud))
    for hit in score.hits:
        at = max(0.0, float(score.timing.seconds(hit.start)) + rng.normal(0, human))
        loud = round(25 + 100 * hit.velocity)
        notes.append(midi.Played(at, 0.1, midi.DRUM_CHANNEL, DRUMS[hit.drum], loud))
    return notes, [midi.Program(0.0, c, GENERAL[part]) for part, c in channels.items()]


def rendered(notes: list[midi.Played], programs: list[midi.Program], *, seconds: float) -> F32:
    """Stereo sound [shape=(n, 2), float32], its late start taken off."""
    return _raw(notes, programs, seconds)[round(lateness() * RATE) :]


@cache
def lateness() -> float:
    """How much later than its MIDI file the renderer plays, seconds: measured on sticks."""
    times = np.arange(1, 21) * 0.313
    notes = [midi.Played(float(t), 0.1, midi.DRUM_CHANNEL, DRUMS["rim"], 120) for t in times]
    loud = np.abs(_raw(notes, [], 8.0)).max(axis=1)
    found = []
    for t in times:
        near = loud[round((t - 0.05) * RATE) : round((t + 0.1) * RATE)]
        found.append(int(np.argmax(near > 0.25 * near.max())) / RATE - 0.05)
    return max(0.0, float(np.median(found)))


def _raw(notes: list[midi.Played], programs: list[midi.Program], seconds: float) -> F32:
    with tempfile.TemporaryDirectory() as folder:
        source, made = Path(folder) / "song.mid", Path(folder) / "song.raw"
        midi.write(source, notes, programs, seconds)
        subprocess.run(
            ["fluidsynth", "-niq", "-g", "0.6", "-C", "0", "-r", str(RATE), "-T", "raw", "-O",
             "float", "-F", str(made), str(SOUNDFONT), str(source)],
            check=True, capture_output=True, timeout=_LONGEST_S,
        )  # fmt: skip
        sound = np.fromfile(made, dtype="<f4").reshape(-1, 2)
    n = int(seconds * RATE)
    return np.pad(sound[:n], ((0, max(0, n - len(sound))), (0, 0)))
