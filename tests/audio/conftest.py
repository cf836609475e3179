"""Small pieces of sound with exact truth, made by rule."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from types import SimpleNamespace

import numpy as np
import pytest

RATE = 22050
SILENT = {"integrated_lufs": None, "range_lu": None, "true_peak_dbtp": None}


@dataclass(frozen=True)
class Blocks:
    """Samples [shape=(n, channels)] handed out in blocks."""

    samples: np.ndarray
    sample_rate: int = RATE
    block: int = 100_000

    @property
    def channels(self) -> int:
        return self.samples.shape[1]

    def __iter__(self) -> Iterator[np.ndarray]:
        for start in range(0, len(self.samples), self.block):
            yield self.samples[start : start + self.block]


def blocks(samples: np.ndarray, rate: int = RATE, block: int = 100_000) -> Blocks:
    wide = np.asarray(samples, dtype=np.float32)
    return Blocks(wide if wide.ndim == 2 else wide[:, None], rate, block)


def _fall(n: int, seconds: float) -> np.ndarray:
    return np.exp(-np.arange(n) / (seconds * RATE))


def noise(rng: np.random.Generator, n: int, low: float, high: float) -> np.ndarray:
    spectrum = np.fft.rfft(rng.standard_normal(n))
    hz = np.fft.rfftfreq(n, 1 / RATE)
    spectrum[(hz < low) | (hz > high)] = 0
    made = np.fft.irfft(spectrum, n)
    return made / np.abs(made).max()


def drum(name: str, rng: np.random.Generator) -> np.ndarray:
    if name == "kick":
        t = np.arange(RATE // 4) / RATE
        return np.sin(2 * np.pi * (48 * t + 2 * (1 - np.exp(-t / 0.03)))) * _fall(len(t), 0.07)
    if name == "snare":
        n = RATE // 6
        body = 0.3 * np.sin(2 * np.pi * 200 * np.arange(n) / RATE)
        attack = np.minimum(1, np.arange(n) / (0.004 * RATE))
        return (body + noise(rng, n, 700, 4500)) * _fall(n, 0.05) * attack
    return 0.4 * noise(rng, RATE // 14, 6500, 11000) * _fall(RATE // 14, 0.02)


def note(
    midi: float, seconds: float, *, harmonics: int = 8, slope: float = 1.4, plucked: bool = True
) -> np.ndarray:
    n = int(seconds * RATE)
    t = np.arange(n) / RATE
    hz = 440 * 2 ** ((midi - 69) / 12)
    made = sum(np.sin(2 * np.pi * hz * h * t) / h**slope for h in range(1, harmonics + 1))
    made = made * (_fall(n, 0.4) if plucked else np.minimum(1, t / 0.05))
    edge = min(80, n // 2)
    made[:edge] *= np.linspace(0, 1, edge)
    made[-edge:] *= np.linspace(1, 0, edge)
    return np.asarray(0.3 * made)


def put(into: np.ndarray, sound: np.ndarray, at_s: float, gain: float = 1.0) -> None:
    start = round(at_s * RATE)
    n = min(len(sound), len(into) - start)
    if n > 0:
        into[start : start + n] += gain * sound[:n]


def band_piece(
    bpm: float,
    seconds: float,
    *,
    meter: int = 4,
    seed: int = 7,
    drift: float = 0.0,
    offbeats_from_to: tuple[float, float] = (0.0, 0.0),
    first_s: float = 0.37,
) -> SimpleNamespace:
    """Drums, bass and chords; returns samples, beats, downbeats."""
    rng = np.random.default_rng(seed)
    out = rng.normal(0, 0.001, int(seconds * RATE))
    beats, t = [], first_s
    while t < seconds - 0.2:
        beats.append(t)
        t += 60 / bpm * (1 + drift * np.sin(len(beats) / 11))
    kick, snare, hat = (drum(k, rng) for k in ("kick", "snare", "hat"))
    for i, (now, then) in enumerate(pairwise(beats)):
        place, root = i % meter, 48 + (0, 9, 5, 7)[i // meter % 4]
        loose = rng.normal(0, 0.003)
        middle = (now + then) / 2 + loose
        if offbeats_from_to[0] <= now < offbeats_from_to[1]:
            put(out, snare, middle, 0.8)
            put(out, hat, middle)
            put(out, hat, now, 0.2)
            continue
        put(out, kick if (place in (0, 2) and meter == 4) or place == 0 else snare, now + loose)
        put(out, hat, middle, 0.5)
        put(out, note(root - 12, 0.9 * (then - now)), now + loose)
        if place == 0:
            for step in (0, 3 if root == 57 else 4, 7):
                put(out, note(root + 12 + step, meter * (then - now), plucked=False), now, 0.35)
    out *= 0.7 / np.abs(out).max()
    return SimpleNamespace(samples=out, beats=np.array(beats), downbeats=np.array(beats[::meter]))


def unmetred(kind: str, seconds: float, seed: int = 31) -> np.ndarray:
    """Sound without a beat: drone, noise, free piano, rain, speech-like syllables."""
    rng = np.random.default_rng(seed)
    n = int(seconds * RATE)
    out, t = 0.001 * rng.standard_normal(n), 0.2
    if kind == "noise":
        return np.asarray(0.2 * rng.standard_normal(n))
    if kind == "drone":
        time = np.arange(n) / RATE
        for hz in (82.4, 123.5, 164.8, 247.1):
            swell = 1 + 0.5 * np.sin(2 * np.pi * rng.uniform(0.04, 0.3) * time)
            out += 0.15 * np.sin(2 * np.pi * hz * time) * swell
        return out
    while t < seconds - 1:
        if kind == "piano":
            put(out, note(rng.choice([48, 52, 55, 60, 64, 67, 71]), 1.5), t, rng.uniform(0.3, 1))
            t += float(np.clip(rng.lognormal(np.log(0.55), 0.6), 0.1, 3))
        elif kind == "rain":
            put(out, drum("hat", rng), t, rng.uniform(0.2, 1))
            t += rng.exponential(0.12)
        else:
            span = float(np.clip(rng.lognormal(np.log(0.17), 0.35), 0.08, 0.45))
            m = int(span * RATE)
            time = np.arange(m) / RATE
            pitch = rng.uniform(110, 180) * (1 + rng.uniform(-0.25, 0.25) * time / span)
            phase = 2 * np.pi * np.cumsum(pitch) / RATE
            voice = sum(np.sin(h * phase) / h for h in range(1, 20)) * np.hanning(m)
            put(out, voice, t, rng.uniform(0.2, 0.5))
            t += span + (rng.uniform(0.3, 1.0) if rng.random() < 0.15 else 0.02)
    return out * 0.7 / np.abs(out).max()


def mono_loudness() -> object:
    from apex_director.audio.model import Loudness

    return Loudness(
        integrated_lufs=-14.0,
        range_lu=5.0,
        true_peak_dbtp=-1.0,
        momentary=np.full(20, -14.0, dtype=np.float32),
    )


@pytest.fixture(scope="session")
def sounds() -> SimpleNamespace:
    """The makers above."""
    return SimpleNamespace(
        blocks=blocks,
        drum=drum,
        note=note,
        put=put,
        band_piece=band_piece,
        unmetred=unmetred,
        rate=RATE,
    )


@pytest.fixture(scope="session")
def hear() -> Callable[..., object]:
    """Analyse samples with a fixed loudness."""

    def run(samples: np.ndarray, rate: int = RATE, block: int = 100_000) -> object:
        from apex_director import audio

        return audio.analyse(blocks(samples, rate, block), loudness=mono_loudness)

    return run


@pytest.fixture(scope="session")
def rock(hear: Callable[..., object]) -> SimpleNamespace:
    """A 40 s piece at 112 BPM and its analysis."""
    piece = band_piece(112, 40)
    return SimpleNamespace(**vars(piece), analysis=hear(piece.samples))
