"""Drum sounds made by rule: four kits, each stroke ready to be laid down."""

from __future__ import annotations

import zlib
from functools import cache

import numpy as np
from numpy.typing import NDArray
from scipy.signal import butter, sosfilt

RATE = 44100
F32 = NDArray[np.float32]
# kick: Hz at rest, Hz of the sweep, seconds of decay, click; snare: Hz of its body, seconds, noise
KITS = {
    "acoustic": {"kick": (58, 90, 0.11, 0.5), "snare": (190, 0.12, 0.9), "hat": 0.045},
    "studio": {"kick": (52, 140, 0.13, 0.7), "snare": (215, 0.15, 1.0), "hat": 0.035},
    "dusty": {"kick": (64, 70, 0.09, 0.25), "snare": (175, 0.09, 0.7), "hat": 0.05},
    "909": {"kick": (47, 230, 0.16, 0.6), "snare": (230, 0.14, 1.1), "hat": 0.04},
    "808": {"kick": (44, 120, 0.32, 0.35), "snare": (180, 0.1, 0.8), "hat": 0.03},
}
LEVEL = {
    "kick": 1.0, "snare": 0.8, "clap": 0.7, "hat": 0.28, "open": 0.3, "ride": 0.26, "china": 0.3,
    "crash": 0.4, "tom": 0.8, "rim": 0.5, "shaker": 0.2, "conga": 0.5, "cowbell": 0.3,
}  # fmt: skip
SIDE = {"hat": -0.3, "open": -0.3, "ride": 0.4, "crash": 0.3, "china": -0.4, "tom": 0.2,
        "shaker": 0.5, "conga": -0.5, "cowbell": 0.4}  # fmt: skip


@cache
def stroke(kit: str, drum: str, which: int) -> F32:
    """One of three strokes of a drum, mono, peak 1."""
    rng = np.random.default_rng(zlib.crc32(f"{kit}{drum}{which}".encode()))
    made = _MAKERS.get(drum, _hat)(kit, drum, rng)
    return np.asarray(made / np.abs(made).max(), dtype=np.float32)


def _time(seconds: float) -> NDArray[np.float64]:
    return np.arange(int(seconds * RATE)) / RATE


def _noise(rng: np.random.Generator, seconds: float, low: float, high: float) -> F32:
    raw = rng.standard_normal(int(seconds * RATE))
    bounds = [low, min(high, RATE * 0.49)]
    return np.asarray(sosfilt(butter(2, bounds, "band", fs=RATE, output="sos"), raw))


def _kick(kit: str, _drum: str, rng: np.random.Generator) -> F32:
    rest, sweep, fall, click = KITS[kit]["kick"]  # type: ignore[misc]
    t = _time(5 * fall)
    phase = 2 * np.pi * (rest * t + sweep * 0.02 * (1 - np.exp(-t / 0.02)))
    body = np.sin(phase) * np.exp(-t / fall)
    tick = _noise(rng, 5 * fall, 1500, 6000) * np.exp(-t / 0.004)
    return np.asarray(np.tanh(1.6 * body) + click * 0.5 * tick)


def _snare(kit: str, _drum: str, rng: np.random.Generator) -> F32:
    hz, fall, wires = KITS[kit]["snare"]  # type: ignore[misc]
    t = _time(5 * fall)
    body = np.sin(2 * np.pi * (hz * t + 1.2 * (1 - np.exp(-t / 0.012)))) * np.exp(-t / 0.06)
    return np.asarray(body + wires * 2.2 * _noise(rng, 5 * fall, 900, 9000) * np.exp(-t / fall))


def _clap(_kit: str, _drum: str, rng: np.random.Generator) -> F32:
    t = _time(0.3)
    grains = sum(np.exp(-np.maximum(0, t - d) / 0.006) * (t >= d) for d in (0, 0.009, 0.02))
    return np.asarray(_noise(rng, 0.3, 800, 3500) * (grains + np.exp(-t / 0.07)))


def _hat(kit: str, drum: str, rng: np.random.Generator) -> F32:
    fall = {"open": 0.22, "ride": 0.35, "crash": 0.8, "china": 0.5, "shaker": 0.03}.get(
        drum,
        KITS[kit]["hat"],  # type: ignore[arg-type]
    )
    low = 3500 if drum in ("crash", "china") else 6500
    t = _time(4 * fall)
    metal = sum(np.sign(np.sin(2 * np.pi * f * t)) for f in (3211, 4127, 5393, 6211, 7853))
    made = _noise(rng, 4 * fall, low, 16000) * 3 + 0.25 * metal * (drum != "shaker")
    soft = np.minimum(1, t / (0.012 if drum == "shaker" else 0.0008))
    made = sosfilt(butter(2, low * 0.8, "high", fs=RATE, output="sos"), made * soft)
    ping = 0.8 * np.exp(-t / 0.03) if drum == "ride" else 0.0
    return np.asarray(made * (np.exp(-t / fall) + ping))


def _skin(_kit: str, drum: str, rng: np.random.Generator) -> F32:
    hz, fall = {"tom": (110, 0.18), "conga": (260, 0.09), "rim": (820, 0.02)}[drum]
    t = _time(5 * fall)
    body = np.sin(2 * np.pi * (hz * t + 0.8 * (1 - np.exp(-t / 0.015)))) * np.exp(-t / fall)
    return np.asarray(body + 0.4 * _noise(rng, 5 * fall, 1000, 6000) * np.exp(-t / 0.005))


def _bell(_kit: str, _drum: str, _rng: np.random.Generator) -> F32:
    t = _time(0.25)
    tones = np.sign(np.sin(2 * np.pi * 562 * t)) + np.sign(np.sin(2 * np.pi * 845 * t))
    made = sosfilt(butter(2, [500, 5000], "band", fs=RATE, output="sos"), tones)
    return np.asarray(made * np.exp(-t / 0.06))


_MAKERS = {
    "kick": _kick, "snare": _snare, "clap": _clap, "tom": _skin, "conga": _skin, "rim": _skin,
    "cowbell": _bell,
}  # fmt: skip
