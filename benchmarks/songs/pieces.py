"""How a piece is made: a score played by one of the renderers, or sound that no beat fits."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from . import fluid, grooves, mixing, synth, unmetred
from .arrange import arrange, beats_in, form
from .drums import RATE
from .score import NAMES, Score, truth_of
from .style import STYLES, Style
from .timing import Timing, after_rubato, drifting, halting, ramp, steady

F32 = NDArray[np.float32]
Made = tuple[F32, dict[str, Any]]
Clock = Callable[[float, int, np.random.Generator], Timing]
_TAIL_S = 1.5


def even(bpm: float, beats: int, rng: np.random.Generator) -> Timing:
    return steady(bpm, beats, lead_s=round(float(rng.uniform(0.05, 0.6)), 3))


def scored(
    genre: str,
    bpm: float,
    words: str,
    key: str,
    *,
    seed: int,
    clock: Clock = even,
    drops: bool = False,
    named: bool = True,
) -> tuple[Score, Style]:
    """A genre played at a tempo, in a key such as ``A minor``."""
    style, parts = STYLES[genre], form(words)
    tonic, mode = key.split()
    timing = clock(bpm, beats_in(parts, style) + 1, np.random.default_rng(seed))
    score = arrange(
        style, parts, timing, tonic=NAMES.index(tonic), mode=mode, seed=seed,
        named=named and "v" in words, drops=drops,
    )  # fmt: skip
    return score, style


def length_s(score: Score) -> float:
    return float(score.timing.seconds(score.beats)) + _TAIL_S


def built(genre: str, bpm: float, words: str, key: str, **more: Any) -> Callable[[int], Made]:
    """A piece of the numpy synthesiser."""

    def make(seed: int) -> Made:
        score, style = scored(genre, bpm, words, key, seed=seed, **more)
        seconds = length_s(score)
        parts = synth.tracks(score, seconds=seconds, kit=style.kit, human=style.human, seed=seed)
        sound = mixing.mixed(parts, score, style, seed=seed)
        truth = truth_of(score, shift_s=0.0, duration_s=seconds)
        return sound, truth | {"vocals": _sung(score)}

    return make


def general(genre: str, bpm: float, words: str, key: str, **more: Any) -> Callable[[int], Made]:
    """The same through FluidSynth."""

    def make(seed: int) -> Made:
        score, style = scored(genre, bpm, words, key, seed=seed, named=False, **more)
        seconds = length_s(score)
        sound = fluid.rendered(*fluid.played(score, human=style.human, seed=seed), seconds=seconds)
        return mixing.mastered(sound, drive=1.2), truth_of(score, shift_s=0.0, duration_s=seconds)

    return make


def backed(
    quiet: str, loud: str, bpm: float, words: str, key: str, *, swing: float | None = 0.5,
    compound: bool = False, clock: Clock = even, meter: int = 4,
) -> Callable[[int], Made]:  # fmt: skip
    """An accompaniment of MMA with a flute and strings, through FluidSynth."""

    def make(seed: int) -> Made:
        parts = form(words)
        tonic, mode = key.split()
        beats = sum(p.bars for p in parts) * meter + 1
        timing = clock(bpm, beats, np.random.default_rng(seed))
        score, notes, programs = grooves.accompanied(
            (quiet, loud), parts, timing, meter=meter, tonic=NAMES.index(tonic), mode=mode,
            seed=seed, swing=swing, compound=compound,
        )  # fmt: skip
        seconds = length_s(score)
        sound = fluid.rendered(notes, programs, seconds=seconds)
        return mixing.mastered(sound, drive=1.2), truth_of(score, shift_s=0.0, duration_s=seconds)

    return make


def _sung(score: Score) -> list[dict[str, float]]:
    """Where a voice sings, breaths under 0.8 s left in."""
    out: list[dict[str, float]] = []
    for note in sorted(n for n in score.notes if n.part == "voice"):
        start, end = (
            float(score.timing.seconds(b)) for b in (note.start, note.start + note.length)
        )
        if out and start - out[-1]["end"] < 0.8:
            out[-1]["end"] = max(out[-1]["end"], end)
        else:
            out.append({"start": start, "end": end})
    return out


def after_silence(made: Callable[[int], Made], lead_s: float) -> Callable[[int], Made]:
    """Nothing at all, then the piece, whose clock starts that late."""

    def make(seed: int) -> Made:
        sound, truth = made(seed)
        sound[: round((lead_s - 0.02) * RATE)] = 0
        return sound, truth

    return make


def cut(made: Callable[[int], Made], start_s: float, seconds: float) -> Callable[[int], Made]:
    """A clip of a piece that begins on the first beat at or after ``start_s``."""

    def make(seed: int) -> Made:
        sound, truth = made(seed)
        first = next(t for t in truth["downbeats"] if t >= start_s)
        clip = sound[round(first * RATE) : round((first + seconds) * RATE)].copy()
        clip[-441:] *= np.linspace(1, 0, 441, dtype=np.float32)[:, None]
        kept = {
            name: [round(t - first, 4) for t in truth[name] if first <= t < first + seconds]
            for name in ("beats", "downbeats")
        }
        same = {k: truth[k] for k in ("meter", "compound", "tempo")}
        return clip, {**same, **kept}

    return make


def spoken_over(made: Callable[[int], Made], *, voice: str, level: float) -> Callable[[int], Made]:
    """A reader over the piece."""

    def make(seed: int) -> Made:
        sound, truth = made(seed)
        seconds = len(sound) / RATE
        words = unmetred.speech(seconds - 6, voice=voice, words_per_minute=150)
        sound *= np.float32(0.55)
        start = 3 * RATE
        end = min(len(sound), start + len(words))
        sound[start:end] += np.float32(level) * words[: end - start]
        truth["vocals"] = [{"start": 3.0, "end": round(end / RATE, 3)}]
        return np.clip(sound, -1, 1), truth

    return make


def beatless(sound: Callable[..., F32], *args: Any, **more: Any) -> Callable[[int], Made]:
    """Sound that no grid fits."""

    def make(seed: int) -> Made:
        return sound(*args, **({"seed": seed} | more)), {"beats": [], "verdict": "none"}

    return make


def speaking(seconds: float, *, seed: int, voice: str) -> F32:
    return unmetred.speech(seconds, voice=voice, words_per_minute=140 + seed % 30)


def late(bpm: float, beats: int, _rng: np.random.Generator) -> Timing:
    return steady(bpm, beats, lead_s=5.0)


def halted(bpm: float, beats: int, _rng: np.random.Generator) -> Timing:
    return halting(bpm, beats, at=beats // 2 // 4 * 4, halt_s=2.0)


def wandering(bpm: float, beats: int, rng: np.random.Generator) -> Timing:
    return drifting(bpm, beats, rng)


def free_intro(bpm: float, beats: int, rng: np.random.Generator) -> Timing:
    return after_rubato(bpm, beats, rng, free=16)


def rising(bpm: float, beats: int, _rng: np.random.Generator) -> Timing:
    return ramp(bpm, 150.0, beats)


def stopped(genre: str, bpm: float, words: str, key: str) -> Callable[[int], Made]:
    """A song that stops dead for two seconds in its middle."""

    def make(seed: int) -> Made:
        sound, truth = built(genre, bpm, words, key, clock=halted)(seed)
        beats = np.array(truth["beats"])
        end = beats[int(np.argmax(np.diff(beats))) + 1]
        sound[round((end - 2.0) * RATE) : round((end - 0.02) * RATE)] = 0
        return sound, truth

    return make
