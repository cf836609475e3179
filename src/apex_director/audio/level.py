"""Which metrical level is the beat: what the activation says on it, between it, and of every other
one.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import maximum_filter1d

from .model import F32, TempoAlternative

F64 = NDArray[np.float64]
FEW = 3
RATIOS = (1.0, 2.0, 0.5, 1.5, 2 / 3, 4 / 3, 0.75, 3.0, 1 / 3)
SLOWEST, FASTEST = 42.0, 240.0
# What a reading of the song is worth, in log likelihood of a second of the network's activation.
# Chosen on 81 made pieces and confirmed on 57 others: a third to twice of each is as good within
# 0.01 of beat F.
PRIOR_BPM = 115.0
PRIOR = 2.0  # per squared octave from there
FLUX_SHARE = 0.5
AT_WORTH = 32.0  # for the network's mean activation on the beats, which a wrong level dilutes
COMPOUND_WORTH = 5.0  # a beat in three parts is otherwise taken for one in two, at 3:2
THIRDS = (0.4, 0.8)  # activation at the thirds against the beats, where those part into three
HALF_SILENT = 0.15  # and half-way
_EVEN = 0.45
FAR = 7.0  # log likelihood of a second by which a tempo may be worse in the flux
MOST_READ = 5
_CLOSE = 1.0  # a reading this much worse is half as likely
_WORTH_TELLING = 0.4
_OTHERS = (1 / 3, 2 / 3, 3 / 4, 4 / 3, 3 / 2, 3.0)
_SAME = 0.05
_MOST = 0.95


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """Mean activation on the beats, half-way between them, at their thirds, and the gap between
    odd and even beats.
    """

    at: float
    off: float
    alternation: float
    thirds: float = 0.0

    @property
    def in_three(self) -> bool:
        """Whether the beats seem to part into three: weaker beats at both thirds, none half-way."""
        low, high = THIRDS
        return (
            low * self.at < self.thirds < high * self.at
            and self.off < HALF_SILENT * self.at
            and self.alternation < _EVEN
        )


def evidence(act: F32, times: F64, fps: float, lag_s: float = 0.0) -> Evidence:
    """What the activation [shape=(n,)] says about the beats' metrical level."""
    if len(times) < FEW:
        return Evidence(at=0.0, off=0.0, alternation=0.0)
    crest = maximum_filter1d(act, 5)
    on = _read(crest, times + lag_s, fps)
    off = _read(crest, (times[:-1] + times[1:]) / 2 + lag_s, fps)
    gap = abs(float(on[::2].mean()) - float(on[1::2].mean()))
    steps = np.diff(times) / 3
    thirds = [_read(crest, times[:-1] + k * steps + lag_s, fps).mean() for k in (1, 2)]
    return Evidence(
        at=float(on.mean()),
        off=float(off.mean()),
        alternation=gap,
        thirds=float(np.mean(thirds)),
    )


@dataclass(frozen=True, kw_only=True)
class Reading:
    """One tempo the song could have, beats per minute: how well network and flux fit beats near
    it, log likelihood of a second each, and what the network shows on these beats.
    """

    bpm: float
    network: float
    flux: float
    evidence: Evidence

    @property
    def value(self) -> float:
        """What speaks for it, in log likelihood of a second of the network's activation."""
        octaves = np.log2(self.bpm / PRIOR_BPM)
        fit = self.network + FLUX_SHARE * self.flux + AT_WORTH * self.evidence.at
        return float(fit + COMPOUND_WORTH * self.evidence.in_three - PRIOR * octaves**2)


def centres(bpm: float) -> tuple[float, ...]:
    """Tempi to read a song at, given what the flux followed."""
    return tuple(bpm * r for r in RATIOS if SLOWEST <= bpm * r <= FASTEST)


def worth_reading(by_flux: dict[float, float]) -> list[float]:
    """Tempi at which the flux alone fits well enough for the network to be asked."""
    best = max(by_flux.values())
    near = sorted((c for c in by_flux if by_flux[c] >= best - FAR), key=lambda c: -by_flux[c])
    return near[:MOST_READ]


def alternatives(
    bpm: float, heard: Evidence, readings: tuple[Reading, ...] = ()
) -> tuple[TempoAlternative, ...]:
    """Twice and half the tempo, with what the activation says for each, and what else was close."""
    scale = max(heard.at, 1e-6)
    double = float(np.clip(heard.off / scale, 0, 1))
    half = float(np.clip(0.25 + heard.alternation / scale, 0, 1))
    found = [
        TempoAlternative(bpm=bpm * 2, confidence=double),
        TempoAlternative(bpm=bpm / 2, confidence=half),
        *_close(bpm, readings),
    ]
    return tuple(sorted(found, key=lambda a: -a.confidence))


def _close(bpm: float, readings: tuple[Reading, ...]) -> list[TempoAlternative]:
    """Readings at other ratios than two that fit nearly as well."""
    best = max((r.value for r in readings), default=0.0)
    out: dict[float, TempoAlternative] = {}
    for reading in sorted(readings, key=lambda r: r.value):
        ratio = reading.bpm / bpm
        sure = float(0.5 ** ((best - reading.value) / _CLOSE))
        near = min(_OTHERS, key=lambda r: abs(np.log(ratio / r)))
        if abs(np.log(ratio / near)) < _SAME and sure >= _WORTH_TELLING:
            out[near] = TempoAlternative(bpm=reading.bpm, confidence=min(sure, _MOST))
    return list(out.values())


def _read(crest: F32, at_s: F64, fps: float) -> F32:
    index = np.clip(np.rint(at_s * fps).astype(int), 0, len(crest) - 1)
    return np.asarray(crest[index])
