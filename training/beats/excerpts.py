"""Training excerpts: songs in memory, changed in the mel domain, with their targets."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy.signal import lfilter

FPS = 50
FRAMES = 1600  # 32 s
BANDS = 40
Rng = np.random.Generator
F32 = np.ndarray


@dataclass(frozen=True, kw_only=True)
class Song:
    """Mel magnitudes, beats in seconds, places in the bar and the level that is divided out."""

    mel: np.ndarray
    beats: np.ndarray
    places: np.ndarray
    level: float
    name: str
    split: str
    source: str


def loaded(path: Path) -> Song:
    """One song of the set."""
    kept = np.load(path)
    sums = kept["mel"].sum(axis=1, dtype=np.float32)
    sums = sums[sums > 1e-6]
    return Song(
        mel=kept["mel"],
        beats=kept["beats"],
        places=kept["places"],
        level=float(np.percentile(sums, 95)) if len(sums) else 1.0,
        name=str(kept["name"]),
        split=str(kept["split"]),
        source=str(kept["source"]),
    )


def spread(mel: F32, level: float) -> F32:
    """What `network.inputs` makes of magnitudes, for one excerpt."""
    loud = np.log1p(np.maximum(mel, 0) * np.float32(1000 / level))
    rise = np.maximum(np.diff(loud, axis=0, prepend=loud[:1]), 0)
    return np.concatenate([0.5 * loud - 1, 1.5 * rise], axis=1).astype(np.float32)


def targets(beats: F32, places: F32, frames: int) -> F32:
    """[frames, 2]: 1 at a beat and a downbeat, 0.5 beside it."""
    out = np.zeros((frames, 2), dtype=np.float32)
    for column, times in enumerate((beats, beats[places == 1])):
        at = np.rint(times * FPS).astype(int)
        for shift, value in ((-1, 0.5), (1, 0.5), (0, 1.0)):
            here = at + shift
            here = here[(here >= 0) & (here < frames)]
            out[here, column] = np.maximum(out[here, column], value)
    return out


def curve(rng: Rng, points: int, length: int, depth_db: float) -> F32:
    """A smooth random gain, as a factor."""
    knots = rng.uniform(-depth_db, depth_db, points)
    x = np.interp(np.linspace(0, points - 1, length), np.arange(points), knots)
    return (10 ** (x / 20)).astype(np.float32)


def changed(mel: F32, rng: Rng) -> F32:
    """The excerpt (level 1) as another room, band, mix or codec would have left it."""
    if rng.random() < 0.5:
        shift = rng.uniform(-2, 2)
        index = np.clip(np.arange(BANDS) - shift, 0, BANDS - 1)
        low = index.astype(int)
        part = (index - low).astype(np.float32)
        mel = mel[:, low] * (1 - part) + mel[:, np.minimum(low + 1, BANDS - 1)] * part
    if rng.random() < 0.7:
        mel = mel * curve(rng, int(rng.integers(3, 9)), BANDS, rng.uniform(3, 12))
    if rng.random() < 0.35:
        power = np.float32(rng.uniform(0.65, 1.15))
        mel = 0.025 * (np.maximum(mel, 1e-9) / 0.025) ** power
    if rng.random() < 0.3:
        bed = curve(rng, 6, BANDS, 12) * np.float32(10 ** (rng.uniform(-34, -6) / 20) / BANDS)
        slow = curve(rng, int(rng.integers(3, 20)), len(mel), 5)
        mel = mel + bed * slow[:, None]
    if rng.random() < 0.25:
        decay = rng.uniform(0.5, 0.93)
        tail = lfilter([1 - decay], [1, -decay], mel, axis=0).astype(np.float32)
        mel = mel + np.float32(rng.uniform(0.2, 1.5)) * tail
    if rng.random() < 0.4:
        noise = rng.standard_normal(mel.shape, dtype=np.float32)
        mel = mel * np.exp(noise * np.float32(rng.uniform(0.05, 0.35)))
    if rng.random() < 0.15:
        top = int(rng.integers(18, BANDS))
        mel[:, top:] *= np.float32(10 ** (rng.uniform(-60, -12) / 20))
    if rng.random() < 0.12:
        mel[:, : int(rng.integers(1, 8))] *= np.float32(10 ** (rng.uniform(-50, -8) / 20))
    if rng.random() < 0.15:
        low = int(rng.integers(0, BANDS - 8))
        mel[:, low : low + int(rng.integers(2, 9))] *= np.float32(0.02)
    if rng.random() < 0.2:
        mel = mel * curve(rng, int(rng.integers(3, 9)), len(mel), 6)[:, None]
    if rng.random() < 0.06:
        begin = int(rng.integers(0, len(mel) - 100))
        mel[begin : begin + int(rng.integers(10, 100))] *= np.float32(0.003)
    return mel


def excerpt(song: Song, beds: list[Song], rng: Rng, frames: int = FRAMES) -> tuple[F32, F32]:
    """Input [frames, 80] and target [frames, 2] of a random stretch of a song."""
    ratio = float(np.exp(rng.uniform(np.log(0.8), np.log(1.25)))) if rng.random() < 0.6 else 1.0
    span = frames * ratio
    slack = len(song.mel) - span
    start = rng.uniform(min(0, slack), max(0, slack))
    if rng.random() < 0.12:
        start = min(0.0, -rng.uniform(0, 200))  # a beginning: silence, then the song
    index = start + np.arange(frames) * ratio
    mel = sampled(song.mel, index) / np.float32(song.level)
    if beds and rng.random() < 0.22:
        bed = beds[int(rng.integers(len(beds)))]
        at = rng.uniform(0, max(1, len(bed.mel) - frames)) + np.arange(frames)
        gain = 10 ** (rng.uniform(-22, -3) / 20) / bed.level
        mel = mel + sampled(bed.mel, at) * np.float32(gain)
    mel = changed(mel, rng)
    times = (song.beats * FPS - start) / ratio / FPS
    inside = (times >= 0) & (times < frames / FPS)
    gain_db = rng.normal(0, 2.5)
    level = np.percentile(mel.sum(axis=1), 95) if rng.random() < 0.5 else 1.0
    x = spread(mel, max(float(level), 1e-5) * 10 ** (gain_db / 20))
    return x, targets(times[inside], song.places[inside], frames)


def sampled(mel: np.ndarray, index: F32) -> F32:
    """Rows at fractional places; silence outside."""
    low = np.floor(index).astype(int)
    part = (index - low).astype(np.float32)[:, None]
    inside = ((low >= 0) & (low < len(mel) - 1))[:, None]
    a = mel[np.clip(low, 0, len(mel) - 1)].astype(np.float32)
    b = mel[np.clip(low + 1, 0, len(mel) - 1)].astype(np.float32)
    return np.where(inside, a * (1 - part) + b * part, np.float32(0))
