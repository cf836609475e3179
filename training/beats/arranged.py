"""Songs of source (a): MMA arranges a chord chart, FluidSynth plays it; truth is the MIDI clock.

Groove families (files of MMA's library) whose name's CRC ends in 0 belong to the benchmark and are
never used; those that end in 1 are kept for validation.
"""

from __future__ import annotations

import re
import subprocess
import tempfile
import zlib
from functools import cache
from pathlib import Path

import mido
import numpy as np
import soundfile
from chords import progression
from mixing import RATE, mastered

LIBRARY = Path("/usr/share/mma/lib")
NAMES = ("C", "Db", "D", "Eb", "E", "F", "Gb", "G", "Ab", "A", "Bb", "B")
TICKS = 9600
KITS = (0, 8, 16, 24, 25, 32, 40)
Rng = np.random.Generator


def family_number(name: str) -> int:
    """0 belongs to the benchmark, 1 to validation, the others to training."""
    return zlib.crc32(name.encode()) % 10


@cache
def families() -> dict[str, tuple[Path, tuple[str, ...], int]]:
    """File, grooves and beats a bar of each family we may touch."""
    found = {}
    for path in sorted(LIBRARY.rglob("*.mma")):
        text = path.read_text(errors="replace")
        grooves = tuple(dict.fromkeys(re.findall(r"(?mi)^\s*DefGroove\s+([\w\-]+)", text)))
        times = re.findall(r"(?mi)^\s*Time\s+(\d+)", text)
        signature = re.findall(r"(?mi)^\s*TimeSig\s+(\d+)", text)
        beats = int(times[0]) if times else int(signature[0]) if signature else 4
        held = {family_number(path.stem), family_number(path.stem.lower())}
        if grooves and 0 not in held and beats in (2, 3, 4, 6):
            found.setdefault(path.stem, (path, grooves, beats))
    return found


def chart(rng: Rng, name: str) -> tuple[str, int, int, float]:
    """An MMA chart; beats a bar, bars and tempo."""
    path, grooves, beats = families()[name]
    ordinary = [g for g in grooves if not re.search(r"(?i)intro|end|fill", g)] or list(grooves)
    fills = [g for g in grooves if re.search(r"(?i)fill", g)]
    slow = re.search(r"(?i)ballad|slow|serenade|ambient", name)
    fast = re.search(r"(?i)fast|polka|punk|quick|samba|bop|techno|trance|metal", name)
    low, high = (58, 110) if slow else (120, 215) if fast else (78, 176)
    tempo = float(np.exp(rng.uniform(np.log(low), np.log(high))))
    if beats == 6:
        tempo *= 1.6
    bars = int(np.clip(rng.uniform(34, 54) * tempo / 60 / beats, 8, 48))
    jazzy = bool(re.search(r"(?i)jazz|swing|bop|big|combo|bossa", name))
    loops = [progression(rng, "jazz" if jazzy else "any") for _ in range(2)]
    tonic, per_bar = int(rng.integers(12)), 2 if rng.random() < 0.2 and beats in (2, 4) else 1
    lines = [f"Include {path}", f"Tempo {tempo:.2f}"]
    size, used = int(rng.choice([4, 8])), rng.choice(ordinary, min(3, len(ordinary)), replace=False)
    for bar in range(bars):
        if bar % size == 0:
            lines.append(f"Groove {rng.choice(used)}")
        elif bar % size == size - 1 and fills and rng.random() < 0.7:
            lines.append(f"Groove {rng.choice(fills)}")
        loop = loops[(bar // size) % 2]
        words = []
        for part in range(per_bar):
            degree, quality = loop[(bar * per_bar + part) % len(loop)]
            words.append(NAMES[(degree + tonic) % 12] + quality)
        half = " ".join([words[0], *["/"] * (beats // per_bar - 1)])
        rest = [" ".join([w, *["/"] * (beats - beats // per_bar - 1)]) for w in words[1:]]
        lines.append(f"{bar + 1} " + " ".join([half, *rest]))
    return "\n".join(lines) + "\n", beats, bars, tempo


def arranged(rng: Rng, name: str, folder: Path) -> mido.MidiFile:
    """MMA's MIDI of a chart and its beats a bar."""
    text, beats, bars, tempo = chart(rng, name)
    source, target = folder / "song.mma", folder / "song.mid"
    source.write_text(text)
    subprocess.run(
        ["mma", "-f", str(target), str(source)], check=True, capture_output=True, timeout=60
    )
    midi = mido.MidiFile(target)
    midi.beats, midi.bars, midi.tempo_bpm = beats, bars, tempo
    return midi


def tempo_curve(rng: Rng, beats: int, bpm: float) -> np.ndarray:
    """Time of every beat: steady, drifting or ramping."""
    kind = rng.random()
    steps = np.full(beats, 60 / bpm)
    if kind > 0.5:
        walk = np.cumsum(rng.standard_normal(beats)) * rng.uniform(0.001, 0.006)
        steps = steps * np.exp(np.clip(walk - walk.mean(), -0.08, 0.08))
    if kind > 0.94:
        steps = steps * np.linspace(1, rng.uniform(0.75, 1.3), beats)
    return np.concatenate([[0.0], np.cumsum(steps)])


def flattened(
    midi: mido.MidiFile, rng: Rng, clock: np.ndarray, target: Path, kept: set[int]
) -> None:
    """One tempo at 9600 ticks a beat: FluidSynth rounds to milliseconds at tempo changes."""
    out = mido.MidiFile(ticks_per_beat=TICKS, type=0)
    jitter = rng.uniform(0, 0.012)
    events: list[tuple[float, int, mido.Message]] = []
    for track in midi.tracks:
        tick, shift = 0, rng.normal(0, 0.004)
        for message in track:
            tick += message.time
            if message.is_meta or (hasattr(message, "channel") and message.channel not in kept):
                continue
            beat = tick / midi.ticks_per_beat
            at = float(np.interp(beat, np.arange(len(clock)), clock))
            if message.type == "note_on" and message.velocity:
                at += shift + rng.normal(0, jitter)
                message = message.copy(
                    velocity=int(np.clip(message.velocity + rng.normal(0, 8), 8, 127))
                )
            if message.type == "program_change" and message.channel != 9 and rng.random() < 0.4:
                message = message.copy(program=message.program // 8 * 8 + int(rng.integers(8)))
            order = 0 if message.type in ("program_change", "control_change") else 1
            events.append((max(at, 0.0), order, message))
    if rng.random() < 0.7:
        kit = mido.Message("program_change", channel=9, program=int(rng.choice(KITS)))
        events.append((0.0, -1, kit))
    track, before = mido.MidiTrack(), 0
    out.tracks.append(track)
    track.append(mido.MetaMessage("set_tempo", tempo=500000))
    for at, _, message in sorted(events, key=lambda e: e[:2]):
        tick = round(at / 0.5 * TICKS)
        track.append(message.copy(time=tick - before))
        before = tick
    out.save(target)


def melody(midi: mido.MidiFile, rng: Rng, channel: int) -> None:
    """A tune on chord tones and neighbours, in phrases that leave room to breathe."""
    track, per = mido.MidiTrack(), midi.ticks_per_beat
    midi.tracks.append(track)
    program = int(rng.choice([0, 24, 40, 52, 53, 54, 56, 65, 66, 68, 71, 73, 75, 80, 81, 85, 87]))
    track.append(mido.Message("program_change", channel=channel, program=program))
    rhythm = [float(x) for x in rng.choice([0.5, 1, 1, 1.5, 2, 0.5, 0.25], int(rng.integers(4, 9)))]
    notes = [int(x) for x in rng.choice([0, 2, 4, 5, 7, 9, 12], len(rhythm))]
    at, before, total = float(rng.choice([0, 0, -0.5, 1])), 0, midi.bars * midi.beats
    tonic = int(rng.integers(55, 72))
    while at < total:
        for length, step in zip(rhythm, notes, strict=True):
            if at >= 0 and at + length < total and rng.random() < 0.85:
                on, off = round(at * per), round((at + length * 0.9) * per)
                track.append(
                    mido.Message(
                        "note_on",
                        channel=channel,
                        note=tonic + step,
                        velocity=int(rng.integers(60, 115)),
                        time=on - before,
                    )
                )
                track.append(
                    mido.Message("note_off", channel=channel, note=tonic + step, time=off - on)
                )
                before = off
            at += length
        at = np.ceil(at / midi.beats) * midi.beats + float(rng.choice([0, 0, 4, -0.5]))


def song(rng: Rng, name: str, fonts: tuple[Path, ...]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Audio at 22 050 Hz, beat times, and each beat's place in its bar (1 first)."""
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        midi = arranged(rng, name, folder)
        used = sorted({m.channel for t in midi.tracks for m in t if m.type == "note_on"})
        free = [c for c in range(16) if c not in used and c != 9]
        if rng.random() < 0.6 and free:
            melody(midi, rng, free[0])
            used.append(free[0])
        kept = {c for c in used if c == 9 or rng.random() < 0.85}
        if rng.random() < 0.12 and len(kept) > 2:
            kept.discard(9)
        count = midi.bars * midi.beats
        clock = tempo_curve(rng, count + 8, midi.tempo_bpm)
        flattened(midi, rng, clock, folder / "flat.mid", kept or set(used))
        font = fonts[int(rng.choice(len(fonts), p=_shares(len(fonts))))]
        effects = ["-R", str(int(rng.random() < 0.5)), "-C", "0"]
        subprocess.run(
            [
                "fluidsynth",
                "-ni",
                *effects,
                "-g",
                "0.5",
                "-r",
                str(RATE),
                "-F",
                str(folder / "o.wav"),
                str(font),
                str(folder / "flat.mid"),
            ],
            check=True,
            capture_output=True,
            timeout=60,
        )
        audio, _ = soundfile.read(folder / "o.wav", dtype="float32")
    end = int((clock[count] + rng.uniform(0, 2)) * RATE)
    mono = audio.mean(axis=1)[:end]
    beats, places = clock[:count], np.arange(count) % midi.beats + 1
    if midi.beats == 6:  # six eighths: two dotted beats
        beats, places = beats[::3], places[::3] // 3 + 1
    lead = int(rng.uniform(0, 3) * RATE) if rng.random() < 0.3 else 0
    mono = np.concatenate([np.zeros(lead, dtype=np.float32), mono])
    return mastered(mono, rng), beats + lead / RATE, places


def _shares(count: int) -> np.ndarray:
    weights = np.array([0.45, 0.4, 0.1, 0.05][:count])
    return weights / weights.sum()


def preset(fonts: Path) -> tuple[Path, ...]:
    """The soundfonts, most used first."""
    return (
        Path("/usr/share/sounds/sf2/FluidR3_GM.sf2"),
        *(
            next(fonts.rglob(n))
            for n in ("MuseScore_General_Full.sf2", "sf_GMbank.sf2", "OPL*.sf2")
        ),
    )
