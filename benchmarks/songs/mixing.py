"""Tracks become a recording: places, room, side-chain, loudness."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.signal import butter, oaconvolve, sosfilt

from .drums import RATE
from .score import Score
from .style import Style
from .synth import MIX, PAN

F32 = NDArray[np.float32]
_DRY = frozenset({"bass", "saw_bass", "sub", "wobble"})


def mixed(parts: dict[str, F32], score: Score, style: Style, *, seed: int) -> F32:
    """One stereo recording [shape=(n, 2), float32] with its peak at -1 dBFS."""
    n = len(next(iter(parts.values())))
    dry, wet = np.zeros((n, 2), np.float32), np.zeros((n, 2), np.float32)
    duck = _ducking(score, style, n)
    for name, track in parts.items():
        drums = name.startswith("drums")
        pan = float(name[5:]) if drums else PAN.get(name, 0.0)
        gain = 0.55 if drums else MIX[name]
        placed = _placed(track * np.float32(gain), pan)
        if not drums:
            placed *= duck[:, None]
        dry += placed
        if name not in _DRY:
            wet += placed * (0.5 if drums else 1.0)
    whole = dry + np.float32(style.room) * room(wet, seed)
    return mastered(whole, drive=style.drive)


def mastered(sound: F32, *, drive: float) -> F32:
    """Pressed against full scale as records are; quiet passages stay quiet."""
    level = float(np.percentile(np.abs(sound[::7]), 99.5)) or 1.0
    pressed = np.tanh(sound * np.float32(drive * 0.7 / level))
    peak = float(np.abs(pressed).max()) or 1.0
    return np.asarray(pressed * np.float32(0.891 / peak), dtype=np.float32)


def room(sound: F32, seed: int, *, seconds: float = 1.1) -> F32:
    """The same in a room: decaying noise, later and duller on both sides."""
    rng = np.random.default_rng(seed)
    n = int(seconds * RATE)
    fall = np.exp(-np.arange(n) / RATE / (seconds / 5))
    fall[: int(0.012 * RATE)] = 0
    tails = [sosfilt(butter(1, 4500, fs=RATE, output="sos"), rng.standard_normal(n) * fall)
             for _ in range(2)]  # fmt: skip
    out = [oaconvolve(sound[:, c], (tail / np.sqrt((tail**2).sum())).astype(np.float32))
           for c, tail in enumerate(tails)]  # fmt: skip
    return np.stack([o[: len(sound)] for o in out], axis=1).astype(np.float32)


def _placed(track: F32, pan: float) -> F32:
    angle = (pan + 1) * np.pi / 4
    return np.stack([track * np.cos(angle), track * np.sin(angle)], axis=1).astype(np.float32)


def _ducking(score: Score, style: Style, n: int) -> F32:
    gain = np.ones(n, np.float32)
    if not style.pump:
        return gain
    dip = 1 - style.pump * np.exp(-np.arange(int(0.35 * RATE)) / RATE / 0.09)
    for hit in score.hits:
        if hit.drum == "kick":
            start = round(float(score.timing.seconds(hit.start)) * RATE)
            m = max(0, min(len(dip), n - start))
            gain[start : start + m] = np.minimum(gain[start : start + m], dip[:m])
    return gain
