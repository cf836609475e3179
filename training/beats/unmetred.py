"""Pieces without a beat: what the network must stay silent on (targets are zero throughout)."""

from __future__ import annotations

from pathlib import Path

import instruments as ins
import numpy as np
from bank import Bank, opened
from mixing import RATE, band, level, mastered, wet

F32 = np.ndarray
Rng = np.random.Generator
KINDS = (
    "speech",
    "speech",
    "drone",
    "noise",
    "rain",
    "freepiano",
    "freepiano",
    "swells",
    "crowd",
    "chimes",
    "scatter",
    "chirps",
    "speechdrone",
    "freeguitar",
    "cluster",
    "machine",
)


def piece(rng: Rng, bank_path: Path) -> tuple[str, F32]:
    """A kind and 40-60 s of it."""
    bank, n = opened(bank_path), int(rng.uniform(38, 60) * RATE)
    kind = str(rng.choice(KINDS))
    x = MAKERS[kind](rng, bank, n)
    if rng.random() < 0.5:
        x = wet(x, rng, rng.uniform(0.3, 3), rng.uniform(0.1, 1))
    x = x + rng.standard_normal(n).astype(np.float32) * np.float32(
        level(x) * 10 ** (rng.uniform(-70, -25) / 20)
    )
    return kind, mastered(x, rng)


def add(track: F32, sound: F32, at: float, gain: float = 1.0) -> None:
    """Add a sound at a time in seconds."""
    begin = int(at * RATE)
    m = min(len(sound), len(track) - begin)
    if m > 0:
        track[begin : begin + m] += sound[:m] * np.float32(gain)


def irregular(rng: Rng, n: int, mean: float) -> list[float]:
    """Times whose gaps vary too much for a pulse."""
    times, at = [], float(rng.uniform(0, 2))
    while at < n / RATE:
        times.append(at)
        at += mean * float(np.exp(rng.normal(-0.3, 0.8)))
        if rng.random() < 0.08:
            at += mean * rng.uniform(2, 5)
    return times


def speech(rng: Rng, bank: Bank, n: int) -> F32:
    """Sentences of one or two voices with pauses."""
    track, at = np.zeros(n, dtype=np.float32), float(rng.uniform(0, 1))
    rows = [bank.voice_index[int(i)] for i in rng.integers(len(bank.voice_index), size=6)]
    while at < n / RATE:
        x = bank.at(rows[int(rng.integers(len(rows)))])
        a = int(rng.uniform(0, 0.6) * len(x))
        x = x[a : a + int(rng.uniform(0.7, 5) * RATE)]
        ratio = rng.uniform(0.85, 1.2)
        x = np.interp(np.arange(0, len(x) - 1, ratio), np.arange(len(x)), x).astype(np.float32)
        add(track, ins.shaped(x, 0.01, 0.02), at, rng.uniform(0.6, 1))
        at += len(x) / RATE + float(rng.exponential(0.5))
    return track


def drone(rng: Rng, _bank: Bank, n: int) -> F32:
    """Slowly moving tones."""
    t, x = np.arange(n, dtype=np.float32) / RATE, np.zeros(n, dtype=np.float32)
    base = float(rng.uniform(40, 200))
    for _ in range(int(rng.integers(2, 9))):
        f = base * float(rng.choice([1, 1.5, 2, 2.01, 3, 4, 1.25, 5.03]))
        slow = 1 + 0.8 * np.sin(2 * np.pi * rng.uniform(0.01, 0.15) * t + rng.uniform(0, 6))
        x += (
            slow.astype(np.float32)
            * np.sin(2 * np.pi * f * t).astype(np.float32)
            / np.float32(f / base)
        )
    return np.tanh(x * np.float32(rng.uniform(0.3, 3)))


def noise(rng: Rng, _bank: Bank, n: int) -> F32:
    """Coloured noise, wind in it."""
    x = rng.standard_normal(n).astype(np.float32)
    x = band(
        x,
        str(rng.choice(["low", "high"])),
        float(np.exp(rng.uniform(5, 8.5))),
        int(rng.integers(1, 3)),
    )
    knots = rng.uniform(0.2, 1, int(rng.integers(4, 40)))
    return x * np.interp(np.linspace(0, len(knots) - 1, n), np.arange(len(knots)), knots).astype(
        np.float32
    )


def rain(rng: Rng, _bank: Bank, n: int) -> F32:
    """Drops at random over hiss."""
    x = np.zeros(n, dtype=np.float32)
    drops = rng.integers(0, n, int(n / RATE * np.exp(rng.uniform(2, 6))))
    np.add.at(x, drops, rng.exponential(1, len(drops)).astype(np.float32))
    return band(x, "high", rng.uniform(500, 4000)) + np.float32(0.03) * rng.standard_normal(
        n
    ).astype(np.float32)


def free(
    rng: Rng, bank: Bank, n: int, programs: tuple[int, ...], mean: float, chords: float
) -> F32:
    """Notes as they come."""
    track = np.zeros(n, dtype=np.float32)
    voice = ins.sampled(
        bank,
        "FluidR3_GM" if rng.random() < 0.5 else "MuseScore_General_Full",
        int(rng.choice(programs)),
    )
    scale, low = np.array([0, 2, 4, 5, 7, 9, 11, 12, 14, 16, 19]), int(rng.integers(45, 66))
    for at in irregular(rng, n, mean):
        for _ in range(1 + int(rng.random() < chords) * int(rng.integers(1, 4))):
            add(
                track,
                voice(low + int(rng.choice(scale)), rng.uniform(0.3, 2), rng.uniform(0.3, 1)),
                at + rng.uniform(0, 0.04),
            )
    return track


def freepiano(rng: Rng, bank: Bank, n: int) -> F32:
    """Rubato without a metre."""
    return free(rng, bank, n, ins.PIANOS, rng.uniform(0.25, 1.1), 0.3)


def freeguitar(rng: Rng, bank: Bank, n: int) -> F32:
    """Rubato on strings and mallets."""
    return free(rng, bank, n, (*ins.GUITARS, *ins.MALLETS, 40, 73, 46), rng.uniform(0.25, 1.2), 0.2)


def swells(rng: Rng, bank: Bank, n: int) -> F32:
    """Pads that come and go."""
    track = np.zeros(n, dtype=np.float32)
    for at in irregular(rng, n, rng.uniform(2.5, 6)):
        voice = ins.sampled(bank, "FluidR3_GM", int(rng.choice(ins.PADS)))
        low = int(rng.integers(44, 60))
        for i in (0, 7, 12, int(rng.choice([3, 4]))):
            add(track, ins.shaped(voice(low + i, 2.0, 1.0), 0.8, 0.8), at)
    return track


def crowd(rng: Rng, bank: Bank, n: int) -> F32:
    """Applause or babble."""
    if rng.random() < 0.5:
        return sum(speech(rng, bank, n) for _ in range(5))
    x = np.zeros(n, dtype=np.float32)
    np.add.at(x, rng.integers(0, n, int(n / RATE * 250)), 1.0)
    return band(x * rng.standard_normal(n).astype(np.float32), "band", (700, 4000))


def chimes(rng: Rng, bank: Bank, n: int) -> F32:
    """Bells in the wind."""
    return free(rng, bank, n, (8, 11, 108, 46, 114), rng.uniform(0.15, 0.8), 0.0)


def scatter(rng: Rng, bank: Bank, n: int) -> F32:
    """Drum sounds without time."""
    track = np.zeros(n, dtype=np.float32)
    kit = bank.kits[
        str(rng.choice(["BJA_Pacific", "FluidR3_GM:0", "FluidR3_GM:48", "The Black Pearl 1.0"]))
    ]
    sounds = [bank.at(kit[r][0]) for r in kit]
    for at in irregular(rng, n, rng.uniform(0.15, 0.9)):
        add(track, sounds[int(rng.integers(len(sounds)))], at, rng.uniform(0.2, 1))
    return track


def chirps(rng: Rng, _bank: Bank, n: int) -> F32:
    """Birds."""
    track = np.zeros(n, dtype=np.float32)
    for at in irregular(rng, n, rng.uniform(0.2, 1)):
        t = np.arange(int(rng.uniform(0.04, 0.3) * RATE), dtype=np.float32) / RATE
        f = rng.uniform(1500, 5000) + rng.uniform(-6000, 6000) * t
        add(
            track,
            ins.shaped(np.sin(2 * np.pi * f * t).astype(np.float32), 0.01, 0.02),
            at,
            rng.uniform(0.2, 1),
        )
    return track


def speechdrone(rng: Rng, bank: Bank, n: int) -> F32:
    """A voice over a held sound."""
    a, b = speech(rng, bank, n), (drone if rng.random() < 0.5 else swells)(rng, bank, n)
    return a / np.float32(level(a)) + b / np.float32(level(b)) * np.float32(
        10 ** (rng.uniform(-18, 0) / 20)
    )


def cluster(rng: Rng, bank: Bank, n: int) -> F32:
    """Strings holding dissonant clouds."""
    return swells(rng, bank, n) + swells(rng, bank, n)


def machine(rng: Rng, _bank: Bank, n: int) -> F32:
    """An engine: hum, its harmonics, a rattle too fast to be a beat."""
    t = np.arange(n, dtype=np.float32) / RATE
    speed = 1 + 0.15 * np.sin(2 * np.pi * rng.uniform(0.02, 0.1) * t)
    phase = np.cumsum(speed * rng.uniform(15, 60) / RATE)
    x = sum(np.sin(2 * np.pi * k * phase + k) / k for k in range(1, 12)).astype(np.float32)
    return x + np.float32(0.3) * noise(rng, _bank, n)


MAKERS = {
    "speech": speech,
    "drone": drone,
    "noise": noise,
    "rain": rain,
    "freepiano": freepiano,
    "swells": swells,
    "crowd": crowd,
    "chimes": chimes,
    "scatter": scatter,
    "chirps": chirps,
    "speechdrone": speechdrone,
    "freeguitar": freeguitar,
    "cluster": cluster,
    "machine": machine,
}
