"""Songs of source (b): a band of drummer, bass, chords, tune and machines, made in numpy.

Rules of form carry the bar: chords change on bar lines (at times pushed by an eighth), phrases are
four or eight bars with a fill before and a crash on the next one, clubs bring instruments in and
out on phrases with risers, impacts and gaps. Truth is the clock everything is placed on.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import instruments as ins
import numpy as np
from bank import HELD_KITS, Bank, opened
from chords import Chord, progression
from drumming import Pattern, fill, pattern
from genres import GENRES, Genre
from mixing import RATE, band

F32 = np.ndarray
Rng = np.random.Generator
Note = tuple[float, float, float, float]  # beat, beats long, midi, velocity
ELECTRIC_KITS = (
    "HardElectro1",
    "ElectricEmpireKit",
    "VariBreaks",
    "Audiophob",
    "rumpf_kit_z01_h2",
    "FluidR3_GM:24",
    "FluidR3_GM:25",
    "MuseScore_General_Full:24",
    "MuseScore_General_Full:25",
)
BRUSHES = (
    "FluidR3_GM:32",
    "FluidR3_GM:40",
    "MuseScore_General_Full:32",
    "MuseScore_General_Full:40",
    "BJA_Pacific",
    "Millo-Drums_v.1",
    "ColomboAcousticDrumkit",
)


@dataclass(frozen=True, kw_only=True)
class Piece:
    """A finished song."""

    audio: F32
    beats: F32
    places: F32
    genre: str
    split: str


@dataclass(kw_only=True)
class Plan:
    """Bars, clock and who plays when."""

    genre: Genre
    rng: Rng
    bank: Bank
    clock: F32  # seconds of every beat
    bars: list[int]  # first beat of each bar
    lengths: list[int]  # beats of each bar
    sections: list[tuple[int, int, frozenset[str], float]]  # first bar, bars, layers, energy
    swing: float
    chord_at: list[list[tuple[float, Chord]]] = field(default_factory=list)
    tonic: int = 0
    jitter: float = 0.0

    def seconds(self, beat: float) -> float:
        """Clock time of a beat, swung."""
        per = self.genre.swing_level / 2
        if self.swing != 0.5:
            whole = np.floor(beat * per)
            part = beat * per - whole
            part = (
                part * 2 * self.swing
                if part < 0.5
                else self.swing + (part - 0.5) * 2 * (1 - self.swing)
            )
            beat = (whole + part) / per
        return float(np.interp(beat, np.arange(len(self.clock)), self.clock))


def song(number: int, seed: int, bank_path: Path) -> Piece:
    """Song ``number`` of the set; one in twelve is for validation and uses the kits held out."""
    rng = np.random.default_rng([seed, 2, number])
    held = number % 12 == 1
    weights = np.array([g.weight for g in GENRES])
    # Low-discrepancy order: the shares hold for any stretch of numbers.
    at = (number * 0.61803398875 + 0.1) % 1
    genre = GENRES[int(np.searchsorted(np.cumsum(weights) / weights.sum(), at))]
    plan = planned(genre, rng, opened(bank_path))
    audio = performed(plan, held)
    return finished(plan, audio, "valid" if held else "train")


def planned(genre: Genre, rng: Rng, bank: Bank) -> Plan:
    """Tempo, bars, sections and chords."""
    bpm = float(np.exp(rng.uniform(*np.log(genre.bpm))))
    seconds = rng.uniform(38, 62)
    count = int(np.clip(seconds * bpm / 60 / genre.beats, 8, 72))
    lengths, odd = [genre.beats] * count, rng.random() < 0.06 and genre.form == "band"
    sections = formed(genre, rng, count)
    if odd:
        for first, bars, _, _ in sections:
            if rng.random() < 0.5:
                lengths[first + bars - 1] = int(rng.choice([2, genre.beats + 1, genre.beats + 2]))
    bars = np.concatenate([[0], np.cumsum(lengths)]).astype(int)
    beats = int(bars[-1])
    loose = genre.loose * float(rng.choice([0.1, 0.5, 1, 1.6]))
    steps = np.full(beats + 12, 60 / bpm)
    if loose > 0.2 and rng.random() < 0.8:
        walk = np.cumsum(rng.standard_normal(len(steps))) * 0.0035 * loose
        flutter = rng.standard_normal(len(steps)) * 0.006 * loose
        steps *= np.exp(np.clip(walk - walk.mean(), -0.09, 0.09) + flutter)
        for first, _, _, energy in sections:
            steps[bars[first] :] *= 1 - (energy - 0.6) * rng.uniform(0, 0.03) * loose
    if genre.form == "plain" and rng.random() < 0.4:  # breathing at the ends of phrases
        for first, _, _, _ in sections[1:]:
            steps[bars[first] - 2 : bars[first]] *= rng.uniform(1.02, 1.25)
    if rng.random() < 0.04:
        steps *= np.linspace(1, rng.uniform(0.7, 1.35), len(steps))
    clock = np.concatenate([[0.0], np.cumsum(steps)])
    plan = Plan(
        genre=genre,
        rng=rng,
        bank=bank,
        clock=clock,
        bars=list(bars[:-1]),
        lengths=lengths,
        sections=sections,
        swing=float(rng.uniform(*genre.swing)),
        tonic=int(rng.integers(12)),
        jitter=0.006 * loose,
    )
    plan.chord_at = harmonised(plan)
    return plan


def formed(genre: Genre, rng: Rng, count: int) -> list[tuple[int, int, frozenset[str], float]]:
    """Sections of four or eight bars with the layers that play."""
    size = 4 if count < 28 or rng.random() < 0.3 else 8
    every = frozenset({"drums", "kick", "hats", "bass", "comp", "comp2", "lead", "fx"})
    if genre.form == "club":
        table = [
            (every - {"lead"}, 0.8),
            (every, 1.0),
            (frozenset({"comp", "lead", "comp2", "fx"}), 0.4),
            (frozenset({"drums", "kick", "hats", "fx"}), 0.6),
            (frozenset({"hats", "comp", "fx", "build"}), 0.5),
            (frozenset({"drums", "kick", "hats", "bass", "fx"}), 0.7),
            (frozenset({"drums", "hats", "bass", "comp"}), 0.6),
            (frozenset({"comp", "bass"}), 0.4),
            (frozenset({"kick", "bass"}), 0.5),
            (every, 1.0),
        ]
        shares = np.array([3, 4, 1.0, 1.2, 1.2, 1.5, 0.7, 0.5, 0.5, 3])
    elif genre.form == "plain":
        table = [(every, 0.8), (every - {"lead"}, 0.6), (every - {"bass", "comp2"}, 0.5)]
        shares = np.array([3, 2, 1.0])
    else:
        table = [
            (every - {"comp2"}, 0.6),
            (every, 1.0),
            (every - {"lead"}, 0.8),
            (frozenset({"comp", "lead"}), 0.4),
            (frozenset({"drums", "kick", "hats"}), 0.6),
            (frozenset({"drums", "kick", "hats", "bass", "lead"}), 0.6),
            (frozenset({"comp", "hats", "bass"}), 0.5),
            (frozenset({"comp"}), 0.4),
        ]
        shares = np.array([4, 4, 2, 0.8, 0.7, 0.8, 0.5, 0.4])
    made, bar, before = [], 0, -1
    while bar < count:
        bars = min(size if rng.random() < 0.85 else size // 2, count - bar)
        i = int(rng.choice(len(table), p=shares / shares.sum()))
        if i == before and rng.random() < 0.6:
            continue
        if before >= 0 and "build" in table[before][0]:
            i = 1 if genre.form == "club" else i
        layers, energy = table[i]
        if rng.random() < 0.07:
            layers = layers - {"kick"}
        made.append((bar, bars, layers, energy))
        bar, before = bar + bars, i
    return made


def harmonised(plan: Plan) -> list[list[tuple[float, Chord]]]:
    """Chords of every bar as (beat in bar, chord)."""
    rng, genre = plan.rng, plan.genre
    loops = [progression(rng, genre.pool) for _ in range(2)]
    pace = float(rng.choice([1, 1, 1, 2, 0.5])) if genre.pool != "blues" else 1.0
    if genre.beats == 2:
        pace = float(rng.choice([1, 2, 2]))
    out: list[list[tuple[float, Chord]]] = []
    for first, bars, _, energy in plan.sections:
        loop = loops[int(energy > 0.9)]
        for bar in range(bars):
            if pace == 0.5 and plan.lengths[first + bar] == 4:
                here = [(0.0, loop[2 * bar % len(loop)]), (2.0, loop[(2 * bar + 1) % len(loop)])]
            else:
                here = [(0.0, loop[int(bar / max(pace, 1)) % len(loop)])]
            out.append(here)
    return out


def kit_of(plan: Plan, held: bool) -> dict[str, list[F32]]:
    """The drums of this song, each role from one kit; two kits at times."""
    rng, bank, sounds = plan.rng, plan.bank, plan.genre.sounds
    names = [k for k in bank.kits if len(bank.kits[k]) > 3 and "circ" not in k and "Gimme" not in k]
    electric = [k for k in ELECTRIC_KITS if k in names]
    if held:
        names = [k for k in names if k in HELD_KITS]
    else:
        names = [k for k in names if k not in HELD_KITS]
        electric = [k for k in electric if k not in HELD_KITS]
        recorded = [k for k in names if ":" not in k]
        if sounds in ("club", "chip"):
            names = electric
        elif sounds == "jazz":
            names = [k for k in BRUSHES if k in names]
        elif rng.random() < 0.6:
            names = [k for k in recorded if k not in ("HardElectro1", "Audiophob")]
    picks = [str(rng.choice(names)) for _ in range(2)]
    kit: dict[str, list[F32]] = {}
    wanted = (
        "kick",
        "snare",
        "rim",
        "clap",
        "hat",
        "hat_pedal",
        "hat_open",
        "ride",
        "ride_bell",
        "crash",
        "china",
        "tom_high",
        "tom_mid",
        "tom_low",
        "tambourine",
        "shaker",
        "cowbell",
        "conga",
    )
    for role in wanted:
        source = next(
            (k for k in (picks[0], picks[1], "FluidR3_GM:0") if role in bank.kits[k]),
            "FluidR3_GM:0",
        )
        if sounds in ("club", "chip") and rng.random() < 0.35:
            source = str(rng.choice([k for k in names if role in bank.kits[k]] or [source]))
        layers = bank.kits[source].get(role) or bank.kits["FluidR3_GM:0"].get("cowbell", [])
        pitch = 2 ** rng.uniform(-0.25, 0.25)
        chosen = layers[int(rng.integers(len(layers)))]
        sound = bank.at(chosen)
        sound = np.interp(np.arange(0, len(sound) - 1, pitch), np.arange(len(sound)), sound).astype(
            np.float32
        )
        if rng.random() < 0.3 and role in ("kick", "snare", "hat_open", "clap"):
            sound = sound * np.exp(-np.arange(len(sound)) / RATE / rng.uniform(0.04, 0.25)).astype(
                np.float32
            )
        kit[role] = [sound]
    if sounds in ("club", "chip") and rng.random() < 0.4:
        kit["kick"] = [machine_kick(rng)]
    if sounds == "metal" and rng.random() < 0.6:  # the clicked kick of heavy records
        x = kit["kick"][0]
        click = band(rng.standard_normal(min(len(x), 300)).astype(np.float32), "high", 2500)
        x[: len(click)] += (
            click
            * np.linspace(1, 0, len(click), dtype=np.float32)
            * np.float32(rng.uniform(0.2, 1))
        )
    return kit


def machine_kick(rng: Rng) -> F32:
    """A sine falling in pitch, driven."""
    t = np.arange(int(0.4 * RATE), dtype=np.float32) / RATE
    low, high, fall = rng.uniform(42, 62), rng.uniform(120, 600), rng.uniform(0.015, 0.06)
    phase = 2 * np.pi * (low * t + high * fall * (1 - np.exp(-t / fall)))
    x = np.tanh(np.sin(phase) * np.exp(-t / rng.uniform(0.08, 0.25)) * rng.uniform(1, 5))
    return ins.shaped(x.astype(np.float32), 0.0005, 0.05)


def put(track: F32, sound: F32, at: float, gain: float = 1.0) -> None:
    """Add a sound at a time."""
    begin = int(at * RATE)
    if begin < 0:
        sound, begin = sound[-begin:], 0
    n = min(len(sound), len(track) - begin)
    if n > 0:
        track[begin : begin + n] += sound[:n] * np.float32(gain)


def drummed(plan: Plan, held: bool, n: int) -> tuple[F32, F32, list[tuple[int, Pattern]], F32]:
    """Drums and the kick alone, the pattern of every bar, and the times of the kicks."""
    rng, genre = plan.rng, plan.genre
    kit = kit_of(plan, held)
    hands = {role: rng.normal(0, 0.004 * min(genre.loose, 1)) for role in kit}
    gains = {role: 10 ** (rng.normal(-2, 2.5) / 20) for role in kit}
    for role in ("hat", "hat_open", "ride", "crash", "china", "shaker", "tambourine", "hat_pedal"):
        gains[role] *= rng.uniform(0.12, 0.8) if genre.sounds != "jazz" else rng.uniform(0.3, 0.8)
    snare = "snare"
    if genre.drums and rng.random() < 0.25 and genre.sounds != "metal":
        snare = str(rng.choice(["rim", "clap", "snare"]))
    choices = [genre.drums[int(i)] for i in rng.choice(len(genre.drums), 2)] if genre.drums else []
    plain = [pattern(genre, rng, c, str(rng.choice(genre.hats)), snare) for c in choices] or [
        pattern(genre, rng, None, str(rng.choice(genre.hats)), snare)
    ]
    track, kicks = np.zeros(n, dtype=np.float32), np.zeros(n, dtype=np.float32)
    used, kick_times, jitter = [], [], plan.jitter
    crashy, filling = rng.uniform(0.3, 1), rng.uniform(0.2, 0.95)
    for first, bars, layers, energy in plan.sections:
        now = plain[int(energy > 0.9) % len(plain)]
        other = now
        if genre.others and rng.random() < 0.35:
            group = genre.others[int(rng.integers(len(genre.others)))]
            pair = group[int(rng.integers(len(group)))]
            now = other = pattern(genre, rng, pair, str(rng.choice(genre.hats)), snare)
        if rng.random() < 0.5:  # two-bar patterns: the second bar's kicks differ
            other = answered(now, rng, genre)
        for k in range(bars):
            bar = first + k
            played = other if k % 2 else now
            used.append((bar, played))
            if not layers & {"drums", "kick", "hats"}:
                continue
            hits = list(played.hits)
            if (k % 4 == 3 and rng.random() < filling * 0.5) or (
                k == bars - 1 and rng.random() < filling
            ):
                extra = fill(genre, rng)
                cut = next((b for b, r, _ in extra if r == "cut"), 99.0)
                hits = [h for h in hits if h[0] < cut] + [h for h in extra if h[1] != "cut"]
            if (k == 0 and rng.random() < crashy * (1 if bar else 0.6)) or (
                k == 4 and rng.random() < 0.3 * crashy
            ):
                hits.append((0.0, "crash", 1.0))
                if genre.sounds != "club" and rng.random() < 0.7:
                    hits.append((0.0, "kick", 0.9))
            for beat, role, velocity in hits:
                group = (
                    "kick"
                    if role == "kick"
                    else "hats"
                    if role in ("hat", "hat_open", "ride", "shaker", "hat_pedal")
                    else "drums"
                )
                if group not in layers or beat >= plan.lengths[bar] or role not in kit:
                    continue
                if rng.random() < 0.012 and genre.sounds != "club":
                    continue
                at = plan.seconds(plan.bars[bar] + beat) + hands[role] + rng.normal(0, jitter)
                loud = velocity * (1 + rng.normal(0, 0.08)) * gains[role] * (0.7 + 0.3 * energy)
                put(kicks if role == "kick" else track, kit[role][0], at, loud)
                if role == "kick":
                    kick_times.append(at)
    return track, kicks, used, np.array(kick_times)


def answered(pattern_: Pattern, rng: Rng, genre: Genre) -> Pattern:
    """The second bar of a two-bar pattern: kicks moved, a ghost more, an open hat at the end."""
    three = bool(genre.drums) and len(genre.drums[0][0]) in (6, 12)
    grid = 3 if three and genre.beats != 3 else 4
    hits = [h for h in pattern_.hits if h[1] != "kick" or h[0] % 1 == 0 or rng.random() < 0.5]
    for _ in range(int(rng.integers(0, 3))):
        at = float(rng.integers(1, genre.beats * grid)) / grid
        role = "kick" if rng.random() < 0.7 and "X...X" not in str(genre.drums[:1]) else "snare"
        hits.append((at, role, 0.8 if role == "kick" else 0.3))
    if rng.random() < 0.4:
        hits.append((genre.beats - 0.5, "hat_open", 0.9))
    if rng.random() < 0.12:  # the one is left out now and then
        hits = [h for h in hits if h[1] != "kick" or h[0] > 0]
    return Pattern(hits=tuple(hits), kicks=tuple(b for b, r, _ in hits if r == "kick"))


def finished(plan: Plan, audio: F32, split: str) -> Piece:
    """Lead-in, pick-up and tail; beats with their places."""
    rng = plan.rng
    total = plan.bars[-1] + plan.lengths[-1]
    beats = plan.clock[:total].copy()
    places = np.concatenate([np.arange(n) + 1 for n in plan.lengths])
    begin = 0.0
    if rng.random() < 0.2:  # the file starts inside the music
        begin = float(rng.uniform(0, 6))
        audio, beats = audio[int(begin * RATE) :], beats - begin
    elif rng.random() < 0.3:
        lead = float(rng.uniform(0.1, 4))
        audio = np.concatenate([np.zeros(int(lead * RATE), dtype=np.float32), audio])
        beats = beats + lead
    good = beats >= -0.02
    return Piece(
        audio=audio,
        beats=np.maximum(beats[good], 0),
        places=places[good],
        genre=plan.genre.name,
        split=split,
    )


def performed(plan: Plan, held: bool) -> F32:
    """Everyone plays; then the desk."""
    from desk import mixed

    total = plan.bars[-1] + plan.lengths[-1]
    n = int((plan.clock[total] + plan.rng.uniform(0.3, 3)) * RATE)
    drums, kicks, used, kick_times = drummed(plan, held, n)
    return mixed(plan, n, drums, kicks, used, kick_times)
