"""Spectral-peak chroma, key, coarse chords and how often the harmony moves."""

from __future__ import annotations

from functools import cache
from itertools import pairwise
from typing import Literal

import numpy as np
from numba import njit
from numpy.typing import NDArray

from .chroma import fold, fold_frames, tuning
from .model import F32, Chord, Tone
from .stretches import per_stretch
from .tonal_names import NAMES

F64 = NDArray[np.float64]
MIN_TONALITY = 0.12  # share of the spectrum in peaks under which no key is claimed
MIN_CONFIDENCE = 0.05  # below it two keys fit equally well
# Albrecht and Shanahan, The use of large corpora to train a new type of key-finding algorithm,
# Music Perception 31(1), 2013.
_MAJOR = (0.238, 0.006, 0.111, 0.006, 0.137, 0.094, 0.016, 0.214, 0.009, 0.080, 0.008, 0.081)
_MINOR = (0.220, 0.006, 0.104, 0.123, 0.019, 0.103, 0.012, 0.214, 0.062, 0.022, 0.061, 0.052)
_NO_CHORD = 0.55
_STAY, _STAY_DOWN = 0.75, 0.45


def key_of(chroma: F64) -> tuple[int, Literal["major", "minor"], float]:
    """Tonic 0..11, mode and confidence 0..1: the margin to the best key that is no relative."""
    centred = chroma - chroma.mean()
    scores = np.zeros((2, 12))
    for mode, profile in enumerate((_MAJOR, _MINOR)):
        shape = np.array(profile) - np.mean(profile)
        for tonic in range(12):
            scores[mode, tonic] = centred @ np.roll(shape, tonic) / np.linalg.norm(shape)
    scores /= max(float(np.linalg.norm(centred)), 1e-9)
    mode, tonic = (int(v) for v in np.unravel_index(int(scores.argmax()), scores.shape))
    relative = (1, (tonic + 9) % 12) if mode == 0 else (0, (tonic + 3) % 12)
    others = scores.copy()
    others[mode, tonic] = others[relative] = -1.0
    best = float(scores[mode, tonic])
    margin = best - float(others.max())
    return tonic, "minor" if mode else "major", float(np.clip(margin / 0.25, 0, 1) * max(best, 0))


@cache
def _triads() -> F32:
    shapes = []
    for third in (4, 3):
        for root in range(12):
            row = np.zeros(12, dtype=np.float32)
            row[[root, (root + third) % 12, (root + 7) % 12]] = 1 / np.sqrt(3)
            shapes.append(row)
    return np.stack(shapes)


@njit(cache=True)
def _best_path(score: F32, stay: F32) -> NDArray[np.int32]:
    """Most likely chord per step; ``stay`` is the probability of keeping the chord."""
    n, states = score.shape
    back = np.zeros((n, states), dtype=np.int32)
    value = score[0].copy()
    for t in range(1, n):
        top = np.argmax(value)
        keep = np.log(stay[t])
        move = np.log((1 - stay[t]) / (states - 1))
        after = np.empty(states, dtype=np.float32)
        for s in range(states):
            if value[s] + keep >= value[top] + move:
                after[s], back[t, s] = value[s] + keep + score[t, s], s
            else:
                after[s], back[t, s] = value[top] + move + score[t, s], top
        value = after
    path = np.empty(n, dtype=np.int32)
    path[n - 1] = np.argmax(value)
    for t in range(n - 1, 0, -1):
        path[t - 1] = back[t, path[t]]
    return path


def chords(chroma: F32, fps: float, edges_s: F64, down: NDArray[np.bool_]) -> tuple[Chord, ...]:
    """Coarse chords over the stretches between ``edges_s`` [shape=(n + 1,)] seconds."""
    if len(edges_s) < 2 or not len(chroma):
        return ()
    mean = np.sqrt(np.maximum(per_stretch(chroma, fps, edges_s), 0))
    norm = np.linalg.norm(mean, axis=1, keepdims=True)
    unit = mean / np.maximum(norm, 1e-9)
    score = np.concatenate([unit @ _triads().T, np.full((len(unit), 1), _NO_CHORD)], axis=1)
    score[norm[:, 0] < 1e-3, -1] = 1.0
    stay = np.where(down, _STAY_DOWN, _STAY).astype(np.float32)
    path = _best_path((12 * score).astype(np.float32), stay)
    steps = np.concatenate([[0], np.flatnonzero(np.diff(path)) + 1, [len(path)]])
    return tuple(_chord(edges_s, score, int(path[a]), int(a), int(b)) for a, b in pairwise(steps))


def _chord(edges_s: F64, score: F64, state: int, a: int, b: int) -> Chord:
    name = "N" if state == 24 else f"{NAMES[state % 12]}:{'maj' if state < 12 else 'min'}"
    share = score[a:b, state].mean()
    other = np.sort(score[a:b].mean(axis=0))[-2]
    confidence = float(np.clip(0.5 + 4 * (share - other), 0, 1))
    return Chord(
        start_s=float(edges_s[a]), end_s=float(edges_s[b]), name=name, confidence=confidence
    )


def harmonic_rhythm(found: tuple[Chord, ...]) -> float:
    """Chord changes per second between named chords; 0 where no harmony is heard."""
    named = [c for c in found if c.name != "N"]
    span = sum(c.end_s - c.start_s for c in named)
    return max(0, len(named) - 1) / span if span > 0 else 0.0


def tone_of(
    pitch: F64,
    chroma: NDArray[np.floating],
    tonality: F32,
    *,
    fps: float,
    edges_s: F64,
    down: NDArray[np.bool_],
) -> Tone:
    """Key and chords of the song; no key is claimed where peaks carry little of the energy.

    Parameters
    ----------
    pitch : [shape=(120,)]
        Fine pitch classes of the whole song.
    chroma : [shape=(n, 36)], tonality : [shape=(n,)]
        Frames at ``fps``.
    edges_s : [shape=(m + 1,)]
        Beats, or a fixed grid, in seconds.
    down : [shape=(m,)]
        Whether a stretch begins a bar.
    """
    offset = tuning(pitch)
    folded = fold(pitch, offset)
    heard = tonality[chroma.max(axis=1) > 0] if len(chroma) else tonality
    tonal = pitch.sum() > 0 and len(heard) > 0 and float(np.mean(heard)) >= MIN_TONALITY
    tonic, mode, confidence = key_of(folded)
    if not tonal or confidence < MIN_CONFIDENCE:
        return Tone(tonic=None, mode=None, confidence=0.0, chroma=tuple(map(float, folded)))
    return Tone(
        tonic=tonic,
        mode=mode,
        confidence=confidence,
        chroma=tuple(map(float, folded)),
        chords=chords(fold_frames(chroma, offset), fps, edges_s, down),
    )
