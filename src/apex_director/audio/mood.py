"""Tone colour and a rule's reading of mood; a rule, not a truth, so its evidence is kept."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from .chroma import fold
from .features import Features
from .model import Band, Grid, Loudness, Mood, Spectrum, Tone

# Centre and spread of each measurement over popular music, for standard scores.
_LOUDNESS = (-14.0, 6.0)  # LUFS
_ONSETS = (4.0, 2.2)  # per second
_TEMPO = (115.0, 28.0)  # BPM
_CENTROID = (math.log2(1900.0), 0.55)  # octaves
_FIFTHS = np.array([0, 7, 2, 9, 4, 11])  # pitch classes a bright harmony stacks


_PIECE = 8192  # frames


def spectrum_of(features: Features, loudness: Loudness, clipped: float) -> Spectrum:
    """Brightness, energy and timbre complexity over the sounding frames.

    Parameters
    ----------
    clipped : float
        Share of samples at full scale, 0..1.
    """
    heard = _heard(features)
    if not heard.any():
        return Spectrum(brightness=0.0, energy=0.0, timbre_complexity=0.0, confidence=0.0)
    centroid = float(np.median(features.centroid[heard]))
    entropy = _entropy(features.mel, heard)
    level = loudness.integrated_lufs if loudness.integrated_lufs is not None else -60.0
    sounding = float(heard.mean())
    return Spectrum(
        brightness=float(np.clip(math.log2(max(centroid, 250.0) / 250.0) / 5.0, 0, 1)),
        energy=_logistic((level + 20.0) / 5.0),
        timbre_complexity=float(np.clip(entropy, 0, 1)),
        confidence=float(np.clip(sounding * (1 - min(1.0, 20 * clipped)), 0, 1)),
    )


def _entropy(mel: NDArray[np.float16], heard: NDArray[np.bool_]) -> float:
    """Mean evenness of the bands over the sounding frames, 0..1; in pieces, for long songs."""
    total = 0.0
    for start in range(0, len(mel), _PIECE):
        part = slice(start, start + _PIECE)
        rows = mel[part][heard[part]].astype(np.float32)
        share = rows / np.maximum(rows.sum(axis=1, keepdims=True), 1e-9)
        total -= float((share * np.log(np.maximum(share, 1e-9))).sum())
    return total / (math.log(mel.shape[1]) * int(heard.sum()))


def mood_of(
    features: Features,
    grid: Grid,
    tone: Tone,
    loudness: Loudness,
    bands: tuple[Band, Band, Band],
    duration_s: float,
) -> Mood:
    """Valence and arousal, 0..1: logistic of standard scores, with the measurements behind them."""
    heard = _heard(features)
    if not heard.any():
        return Mood(valence=0.5, arousal=0.0, features={"sounding_share": 0.0})
    rate = sum(len(b.onsets_s) for b in bands[1:]) / 2 / max(duration_s, 1e-6)
    centroid = float(np.median(features.centroid[heard]))
    level = loudness.integrated_lufs if loudness.integrated_lufs is not None else -50.0
    tempo = _score(grid.bpm, _TEMPO) if grid.bpm else 0.0
    bright = _score(math.log2(max(centroid, 60.0)), _CENTROID)
    mode = {"major": 1.0, "minor": -1.0, None: 0.0}[tone.mode] * min(1.0, 0.3 + tone.confidence)
    consonance = _consonance(features)
    arousal = 0.9 * _score(level, _LOUDNESS) + 0.6 * _score(rate, _ONSETS)
    arousal += 0.4 * tempo + 0.5 * bright
    valence = 0.9 * mode + 0.35 * tempo + 0.25 * bright + 0.4 * (consonance - 0.5) * 4
    known = {"integrated_lufs": loudness.integrated_lufs, "tempo_bpm": grid.bpm}
    return Mood(
        valence=_logistic(valence),
        arousal=_logistic(arousal),
        features={
            **{name: value for name, value in known.items() if value is not None},
            "onsets_per_s": rate,
            "centroid_hz": centroid,
            "mode": mode,
            "consonance": consonance,
            "sounding_share": float(heard.mean()),
        },
    )


def _consonance(features: Features) -> float:
    """Share of pitch energy in the best six neighbours on the circle of fifths, 0.5..1."""
    chroma = fold(features.pitch, 0.0)
    return float(max(chroma[(_FIFTHS + k) % 12].sum() for k in range(12)))


def _heard(features: Features) -> np.ndarray[tuple[int, ...], np.dtype[np.bool_]]:
    return np.asarray(features.levels[:, 3] > -70.0)


def _score(value: float, reference: tuple[float, float]) -> float:
    return float(np.clip((value - reference[0]) / reference[1], -2.5, 2.5))


def _logistic(x: float) -> float:
    return 1.0 / (1.0 + math.exp(-x))
