"""The players of the numpy band: how one note of each sounds."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from bank import Bank
from mixing import RATE, band

F32 = np.ndarray
Rng = np.random.Generator
Voice = Callable[[float, float, float], F32]  # midi note, seconds, velocity 0..1
VOWELS = (
    (730, 1090, 2440),
    (270, 2290, 3010),
    (570, 840, 2410),
    (530, 1840, 2480),
    (440, 1020, 2240),
)

PIANOS, GUITARS = (0, 1, 2, 4, 5, 6, 7), (24, 25, 26, 27)
BASSES, CLUB_BASSES = (32, 33, 34, 35, 36, 37), (38, 39)
PADS = (48, 49, 50, 52, 88, 89, 90, 91, 92, 94, 95, 19, 16)
LEADS = (80, 81, 82, 84, 85, 87)
SOLOS = (22, 40, 42, 56, 57, 60, 64, 65, 66, 68, 71, 73, 75, 11, 0, 27, 29, 30, 105, 110)
MALLETS = (7, 8, 11, 12, 45, 46, 106, 107, 108, 114)


def hz(midi: float) -> float:
    """Frequency of a note."""
    return float(440 * 2 ** ((midi - 69) / 12))


def shaped(x: F32, attack: float, release: float) -> F32:
    """Linear attack and release at the ends, in seconds."""
    n = len(x)
    a, r = min(n, int(attack * RATE) + 1), min(n, int(release * RATE) + 1)
    x[:a] *= np.linspace(0, 1, a, dtype=np.float32)
    x[-r:] *= np.linspace(1, 0, r, dtype=np.float32)
    return x


def sampled(bank: Bank, font: str, program: int, release: float = 0.08) -> Voice:
    """A recorded instrument."""
    store: dict[float, F32] = {}

    def play(midi: float, seconds: float, velocity: float) -> F32:
        midi = round(midi)
        if midi not in store:
            store[midi] = bank.note(font, program, midi)
        x = store[midi][: int((seconds + release) * RATE)].copy()
        return shaped(x, 0.0005, release) * np.float32(velocity)

    return play


def oscillator(
    rng: Rng,
    wave: str,
    *,
    cutoff: float,
    decay: float,
    attack: float = 0.004,
    release: float = 0.05,
    voices: int = 1,
    sweep: float = 0.0,
) -> Voice:
    """A synthesiser: harmonics with a closing filter as a table of cycles, read at the pitch."""
    store: dict[tuple[float, int], F32] = {}
    detune = rng.uniform(-0.12, 0.12, voices) if voices > 1 else np.zeros(1)
    phases = rng.uniform(0, 1, voices)

    def cycle(f: float, bright: float) -> F32:
        k = np.arange(1, max(2, min(int(RATE / 2 / f), 120)))
        amps = (
            1 / k
            if wave == "saw"
            else np.where(k % 2, 1 / k, 0)
            if wave == "square"
            else 1 / k**2.5
        )
        amps = amps / (1 + (k * f / bright) ** 4) ** 0.5
        spectrum = np.zeros(513, dtype=complex)
        spectrum[1 : len(k) + 1] = -1j * amps * 512
        return np.fft.irfft(spectrum, 1024).astype(np.float32)

    def play(midi: float, seconds: float, velocity: float) -> F32:
        key = (midi, round(seconds * 50))
        if key not in store:
            n = int((seconds + release) * RATE)
            t = np.arange(n, dtype=np.float32) / RATE
            f = hz(midi)
            tables = [cycle(f, cutoff * (1 + 4 * sweep)), cycle(f, max(cutoff * 0.35, 150.0))]
            mix = np.exp(-t / decay) if decay < 5 else np.ones_like(t)
            out = np.zeros(n, dtype=np.float32)
            for d, p in zip(detune, phases, strict=True):
                at = ((t * (f * 2 ** (d / 12)) + p) % 1 * 1024).astype(np.int32) & 1023
                out += tables[0][at] * mix + tables[1][at] * (1 - mix)
            if decay < 5:
                out *= np.exp(-t / (decay * 4))
            store[key] = shaped(out / (1 + 0.5 * (voices - 1)), attack, release)
        return store[key] * np.float32(velocity)

    return play


def eight_o_eight(rng: Rng) -> Voice:
    """A long sine with a falling start, driven."""
    drive, fall = rng.uniform(1, 4), rng.uniform(0.3, 1.5)

    def play(midi: float, seconds: float, velocity: float) -> F32:
        t = np.arange(int((seconds + 0.05) * RATE), dtype=np.float32) / RATE
        phase = 2 * np.pi * hz(midi) * (t + 0.03 * fall * (1 - np.exp(-t / 0.03)))
        x = np.tanh(np.sin(phase) * np.exp(-t / 0.9) * drive)
        return shaped(x.astype(np.float32), 0.003, 0.04) * np.float32(velocity)

    return play


def wobble(rng: Rng, beat: float) -> Voice:
    """A saw whose filter opens and closes with the beat."""
    low = oscillator(rng, "saw", cutoff=250, decay=9)
    high = oscillator(rng, "saw", cutoff=2500, decay=9, voices=2)
    rate = float(rng.choice([1, 1.5, 2, 3, 4])) / beat

    def play(midi: float, seconds: float, velocity: float) -> F32:
        a, b = low(midi, seconds, velocity), high(midi, seconds, velocity)
        t = np.arange(len(a), dtype=np.float32) / RATE
        share = 0.5 - 0.5 * np.cos(2 * np.pi * rate * t)
        return np.tanh(2 * (a * (1 - share) + b[: len(a)] * share)).astype(np.float32)

    return play


def string(muted: float, bright: float) -> Voice:
    """A plucked steel string for the amplifier: ``muted`` seconds of decay."""
    store: dict[tuple[float, int], F32] = {}

    def play(midi: float, seconds: float, velocity: float) -> F32:
        key = (midi, round(seconds * 40))
        if key not in store:
            n = int((seconds + 0.03) * RATE)
            t = np.arange(n, dtype=np.float32) / RATE
            f, out = hz(midi), np.zeros(n, dtype=np.float32)
            for k in range(1, min(14, int(RATE / 2 / f))):
                stiff = k * f * (1 + 0.0004 * k * k)
                amp = abs(np.sin(np.pi * k * 0.13)) / k**bright
                out += (
                    amp * np.exp(-t * (0.7 + 0.25 * k) / muted) * np.sin(2 * np.pi * stiff * t)
                ).astype(np.float32)
            store[key] = shaped(out, 0.001, 0.025)
        return store[key] * np.float32(velocity)

    return play


def amplified(x: F32, rng: Rng, drive: float) -> F32:
    """A valve amplifier and its cabinet; two takes side by side."""
    x = x / (np.sqrt(np.mean(x**2)) * 4 + 1e-9)
    hot = np.tanh(band(x, "high", rng.uniform(80, 250)) * drive)
    hot = band(band(hot, "low", rng.uniform(2800, 5500), 3), "high", rng.uniform(60, 110))
    late = int(rng.uniform(0.004, 0.015) * RATE)
    other = np.concatenate([np.zeros(late, dtype=np.float32), hot[:-late]])
    hiss = rng.standard_normal(len(x)).astype(np.float32) * np.float32(
        10 ** (rng.uniform(-60, -38) / 20)
    )
    return hot + np.float32(rng.uniform(0, 0.9)) * other + hiss


def singer(rng: Rng) -> Voice:
    """Vowels with formants, vibrato, scoops and a consonant now and then."""
    tables: dict[tuple[int, int], F32] = {}
    breath, scoop = rng.uniform(0.0, 0.12), rng.uniform(0, 2.5)
    depth, rate = rng.uniform(0.05, 0.5), rng.uniform(4.5, 6.5)
    scale = rng.uniform(0.9, 1.25)

    def play(midi: float, seconds: float, velocity: float) -> F32:
        vowel = int(rng.integers(len(VOWELS)))
        key = (round(midi), vowel)
        if key not in tables:
            k = np.arange(1, 40)
            f = k * hz(midi)
            amps = sum(
                g / (1 + ((f - c * scale) / w) ** 2)
                for c, w, g in zip(VOWELS[vowel], (90, 130, 200), (1, 0.5, 0.25), strict=True)
            )
            spectrum = np.zeros(513, dtype=complex)
            spectrum[1:40] = 512 * (amps + 0.02) / k**0.6 * np.exp(1j * k)
            tables[key] = np.fft.irfft(spectrum, 1024).astype(np.float32)
        n = int((seconds + 0.06) * RATE)
        t = np.arange(n, dtype=np.float32) / RATE
        bend = depth * np.sin(2 * np.pi * rate * t) * np.minimum(t / 0.3, 1) - scoop * np.exp(
            -t / 0.05
        )
        phase = np.cumsum(hz(midi) * 2 ** (bend / 12) / RATE)
        x = tables[key][(phase % 1 * 1024).astype(np.int32) & 1023]
        x = shaped(x.copy(), rng.uniform(0.015, 0.09), 0.06)
        if breath > 0.04:
            x += breath * rng.standard_normal(n).astype(np.float32) * np.abs(x)
        if rng.random() < 0.5:
            m = min(n, int(rng.uniform(0.02, 0.09) * RATE))
            x[:m] += (
                rng.standard_normal(m).astype(np.float32)
                * np.hanning(m).astype(np.float32)
                * np.float32(rng.uniform(0.05, 0.5))
            )
        return x * np.float32(velocity)

    return play
