"""The sounds of source (b): recorded one-shots of free drum kits, and single notes of soundfonts.

One float16 file of samples at 22 050 Hz mono with an index beside it.
"""

from __future__ import annotations

import json
import re
import subprocess
import tempfile
from collections import defaultdict
from functools import cache
from pathlib import Path

import mido
import numpy as np
import soundfile
import soxr

RATE = 22050
KITS = Path("/usr/share/hydrogen/data/drumkits")
HELD_KITS = ("Millo_MultiLayered2", "VariBreaks", "ForzeeStereo")  # validation only
ROLES = (  # first match wins, in the words of the kits
    ("kick", r"kick|bass ?drum|bd\b|cajon thump|djembe\d bass|dununba1 head hit"),
    ("rim", r"stick|rim ?click|side.?stick|sabmute"),
    ("clap", r"clap|snap"),
    ("snare", r"snare|cajon slap"),
    ("hat_pedal", r"pedal"),
    ("hat_open", r"open|ohh|hat op|1 op|swish|free"),
    ("hat", r"hat|hh\b|hi-hat"),
    ("ride_bell", r"bell|cup"),
    ("ride", r"ride"),
    ("china", r"china"),
    ("crash", r"crash|splash|cymbal"),
    ("tom_high", r"tom ?hi|hi(gh)? ?tom|tom 1|tomhi|tom high|djembe\d tone|drum 1"),
    ("tom_mid", r"tom ?mid|middle tom|tom 2|\btom\b(?! low)"),
    ("tom_low", r"low|floor|drum 2|sangban1 head|dununba1 head"),
    ("tambourine", r"tambourine|maraca|shake"),
    ("cowbell", r"cowbell|agogo|kenkeni1 bell|woodblock"),
    ("clave", r"clave|click"),
    ("conga", r"conga|bongo|djembe\d slap|kenkeni1 head"),
)
GM_ROLES = {
    35: "kick",
    36: "kick",
    37: "rim",
    38: "snare",
    39: "clap",
    40: "snare",
    41: "tom_low",
    42: "hat",
    43: "tom_low",
    44: "hat_pedal",
    45: "tom_mid",
    46: "hat_open",
    47: "tom_mid",
    48: "tom_high",
    49: "crash",
    50: "tom_high",
    51: "ride",
    52: "china",
    53: "ride_bell",
    54: "tambourine",
    56: "cowbell",
    57: "crash",
    59: "ride",
    60: "conga",
    62: "conga",
    63: "conga",
    64: "conga_low",
    65: "conga",
    69: "shaker",
    70: "shaker",
    75: "clave",
    76: "cowbell",
    82: "shaker",
}
SECONDS = {"crash": 2.5, "china": 2.0, "ride": 1.6, "ride_bell": 1.4, "hat_open": 1.0, "kick": 0.7}
PROGRAMS = (
    0,
    1,
    2,
    4,
    5,
    6,
    7,
    8,
    11,
    12,
    16,
    17,
    18,
    19,
    21,
    22,
    24,
    25,
    26,
    27,
    28,
    29,
    30,
    32,
    33,
    34,
    35,
    36,
    37,
    38,
    39,
    40,
    42,
    44,
    45,
    46,
    48,
    49,
    50,
    52,
    53,
    54,
    55,
    56,
    57,
    60,
    61,
    62,
    64,
    65,
    66,
    68,
    71,
    73,
    75,
    80,
    81,
    82,
    84,
    85,
    87,
    88,
    89,
    90,
    91,
    92,
    94,
    95,
    104,
    105,
    106,
    107,
    108,
    110,
    114,
)
PITCHES = tuple(range(28, 94, 6))


def trimmed(x: np.ndarray, seconds: float) -> np.ndarray:
    """From the attack on, faded at the end, peak 1; a late head would make the truth late."""
    peak = float(np.abs(x).max()) if len(x) else 0.0
    if peak < 1e-4:
        return np.zeros(0, dtype=np.float32)
    begin = max(0, int(np.argmax(np.abs(x) > 0.04 * peak)) - 8)
    x = x[begin : begin + int(seconds * RATE)] / peak
    loud = np.flatnonzero(np.abs(x) > 0.003)
    x = x[: loud[-1] + 1].copy()
    fade = min(len(x), 400)
    x[-fade:] *= np.linspace(1, 0, fade)
    return x.astype(np.float32)


def read(path: Path) -> np.ndarray:
    """A recording as mono at our rate."""
    audio, rate = soundfile.read(path, dtype="float32", always_2d=True)
    return soxr.resample(audio.mean(axis=1), rate, RATE).astype(np.float32)


def kit_sounds() -> dict[str, dict[str, list[np.ndarray]]]:
    """Every hydrogen kit: role to at most six of its louder layers."""
    kits: dict[str, dict[str, list[np.ndarray]]] = {}
    for folder in sorted(p for p in KITS.iterdir() if p.is_dir()):
        text = (folder / "drumkit.xml").read_text(errors="replace")
        roles: dict[str, list[np.ndarray]] = defaultdict(list)
        for block in text.split("<instrument>")[1:]:
            name = re.search(r"<name>([^<]*)</name>", block)
            role = _role(name.group(1) if name else "")
            layers = re.findall(r"<filename>([^<]*)</filename>", block)
            if not role:
                continue
            for layer in layers[-3:]:
                if (folder / layer).is_file() and "empty" not in layer:
                    sound = trimmed(read(folder / layer), SECONDS.get(role, 0.9))
                    if len(sound) > 200:
                        roles[role].append(sound)
        kits[folder.name] = {role: sounds[:6] for role, sounds in roles.items()}
    return kits


def _role(name: str) -> str | None:
    return next((role for role, words in ROLES if re.search(words, name.lower())), None)


def rendered(messages: list[tuple[float, mido.Message]], font: Path) -> np.ndarray:
    """Audio of timed messages, dry."""
    midi, track, before = mido.MidiFile(ticks_per_beat=9600, type=0), mido.MidiTrack(), 0
    midi.tracks.append(track)
    track.append(mido.MetaMessage("set_tempo", tempo=500000))
    for at, message in messages:
        tick = round(at / 0.5 * 9600)
        track.append(message.copy(time=tick - before))
        before = tick
    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder) / "a.mid", Path(folder) / "a.wav"
        midi.save(source)
        subprocess.run(
            [
                "fluidsynth",
                "-ni",
                "-R",
                "0",
                "-C",
                "0",
                "-g",
                "0.6",
                "-r",
                str(RATE),
                "-F",
                str(target),
                str(font),
                str(source),
            ],
            check=True,
            capture_output=True,
            timeout=300,
        )
        return soundfile.read(target, dtype="float32")[0].mean(axis=1)


def font_kit(font: Path, program: int) -> dict[str, list[np.ndarray]]:
    """A drum kit of a soundfont."""
    events = [(0.0, mido.Message("program_change", channel=9, program=program))]
    keys = [(key, velocity) for key in GM_ROLES for velocity in (118, 80)]
    for i, (key, velocity) in enumerate(keys):
        events.append(
            (1 + 3.0 * i, mido.Message("note_on", channel=9, note=key, velocity=velocity))
        )
        events.append((3 + 3.0 * i, mido.Message("note_off", channel=9, note=key)))
    audio, roles = rendered(events, font), defaultdict(list)
    for i, (key, _) in enumerate(keys):
        begin = int((1 + 3.0 * i) * RATE)
        role = GM_ROLES[key]
        sound = trimmed(audio[begin : begin + int(2.9 * RATE)], SECONDS.get(role, 0.9))
        if len(sound) > 200:
            roles[role].append(sound)
    return dict(roles)


def notes(font: Path) -> dict[int, list[tuple[int, np.ndarray]]]:
    """Single notes of every program."""
    found: dict[int, list[tuple[int, np.ndarray]]] = {}
    for group in range(0, len(PROGRAMS), 16):
        programs, events, at = PROGRAMS[group : group + 16], [], 0.0
        starts = {}
        for program in programs:
            events.append((at, mido.Message("program_change", channel=0, program=program)))
            for pitch in PITCHES:
                at += 0.05
                starts[program, pitch] = at
                events.append((at, mido.Message("note_on", note=pitch, velocity=105)))
                events.append((at + 2.0, mido.Message("note_off", note=pitch)))
                at += 2.8
        audio = rendered(events, font)
        for (program, pitch), begin in starts.items():
            x = audio[int(begin * RATE) : int((begin + 2.3) * RATE)]
            peak = float(np.abs(x).max()) if len(x) else 0
            if peak > 1e-3:
                found.setdefault(program, []).append((pitch, x / peak))
    return found


def voices(folder: Path) -> list[np.ndarray]:
    """Spoken words of several voices, for singers off the grid and for rap."""
    words = (
        "the river runs below the city lights and nobody knows my name tonight",
        "one more time around the corner where the music never stops for us",
        "I was walking on the water when the summer came to take me home again",
        "say it loud say it now everybody move your feet and turn it up",
        "when the morning breaks across the hills we will be far away from here",
    )
    heard = []
    for i, voice in enumerate(("en-us", "en-gb", "de", "fr-fr", "es", "it", "pt", "sv")):
        for j, text in enumerate(words):
            target = folder / "speech.wav"
            speed, pitch = str(120 + 23 * ((i + 2 * j) % 5)), str(15 + 17 * ((i + j) % 5))
            subprocess.run(
                ["espeak-ng", "-v", voice, "-s", speed, "-p", pitch, "-w", str(target), text],
                check=True,
                capture_output=True,
                timeout=60,
            )
            heard.append(trimmed(read(target), 8.0))
    return heard


def build(target: Path, fonts: Path) -> None:
    """Write the bank: samples in ``target`` (.npy), index beside it (.json)."""
    from arranged import preset

    chunks: list[np.ndarray] = []
    place = 0

    def put(x: np.ndarray) -> tuple[int, int]:
        nonlocal place
        chunks.append(x.astype(np.float16))
        place += len(x)
        return place - len(x), len(x)

    faces = preset(fonts)
    kits = kit_sounds()
    for font, programs in zip(
        faces, ((0, 8, 16, 24, 25, 32, 40, 48),) * 2 + ((0,),) * 2, strict=True
    ):
        for program in programs:
            kits[f"{font.stem}:{program}"] = font_kit(font, program)
    for font in sorted(fonts.rglob("*_4_LV2.sf2")):
        if not font.is_symlink():
            kits[f"{font.stem}:0"] = font_kit(font, 0)
    index: dict[str, object] = {
        "kits": {
            k: {r: [put(x) for x in xs] for r, xs in roles.items()} for k, roles in kits.items()
        },
        "notes": {
            font.stem: {p: [(pitch, *put(x)) for pitch, x in xs] for p, xs in notes(font).items()}
            for font in faces[:2]
        },
    }
    with tempfile.TemporaryDirectory() as folder:
        index["voices"] = [put(x) for x in voices(Path(folder))]
    np.save(target.with_suffix(".npy"), np.concatenate(chunks))
    target.with_suffix(".json").write_text(json.dumps(index))
    for name, roles in kits.items():
        print(name, {r: len(x) for r, x in roles.items()})


@cache
def opened(target: Path) -> Bank:
    """The bank of this process."""
    return Bank(target)


class Bank:
    """Sounds by name."""

    def __init__(self, target: Path) -> None:
        self.samples = np.load(target.with_suffix(".npy"), mmap_mode="r")
        index = json.loads(target.with_suffix(".json").read_text())
        self.kits: dict[str, dict[str, list[list[int]]]] = index["kits"]
        self.note_index: dict[str, dict[str, list[list[int]]]] = index["notes"]
        self.voice_index: list[list[int]] = index["voices"]

    def at(self, where: list[int]) -> np.ndarray:
        """Samples of one sound."""
        return np.asarray(self.samples[where[0] : where[0] + where[1]], dtype=np.float32)

    def note(self, font: str, program: int, midi: float) -> np.ndarray:
        """A note, resampled from its nearest neighbour."""
        row = self.note_index[font].get(str(program)) or self.note_index[font]["0"]
        pitch, *where = min(row, key=lambda r: abs(r[0] - midi))
        x = self.at(where)
        if pitch == midi:
            return x
        ratio = 2 ** ((midi - pitch) / 12)
        return np.interp(np.arange(0, len(x) - 1, ratio), np.arange(len(x)), x).astype(np.float32)
