"""One streaming pass over mono samples: band fluxes, mel bands, band levels, chroma, gliding
pitch. What is kept per second of sound is small, so that two hours fit in memory.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray
from scipy.fft import rfft

from .chroma import FINE, PITCH_FFT, TONE_FFT, TONE_HOP, chroma_frames, fine_chroma
from .model import F32
from .pcm import RATE
from .vocals import glide_share

F16 = NDArray[np.float16]
FLUX_HOP, MEL_HOP, FFT = 220, 441, 1024
FLUX_FPS = RATE / FLUX_HOP  # 100.227, not 100: rounding drifts half a second in 3:30
MEL_FPS = RATE // MEL_HOP  # exactly 50
TONE_FPS = RATE / TONE_HOP  # exactly 25
FLUX_LAG = 2
SPLITS = (0, 7, 20, 45, 81)  # mel bands of the four fluxes
BAND_HZ = ((0.0, 130.0), (300.0, 3500.0), (5500.0, 11025.0))  # kick and bass, snare and voice, hats
_BLOCK = 2048


@dataclass(frozen=True, kw_only=True)
class Features:
    """What the pass leaves: series over time, first axis time.

    ``flux`` [n, 4] and ``onsets`` [n, 3] at FLUX_FPS; ``mel`` [m, 40] magnitudes, ``levels`` [m, 4]
    dB of low, mid, high and all, ``centroid`` [m] Hz, ``fullness`` [m] mean log mel at MEL_FPS;
    ``chroma`` [k, 36], ``tonality`` [k] 0..1 and ``glide`` [k] 0..1 at TONE_FPS; ``pitch`` [120]
    over the song.
    """

    flux: F32
    onsets: F32
    mel: F16
    levels: F32
    centroid: F32
    fullness: F32
    chroma: F16
    tonality: F32
    glide: F32
    pitch: NDArray[np.float64]


class Frames:
    """Cuts a stream into overlapping frames centred on multiples of ``hop``."""

    def __init__(self, size: int, hop: int) -> None:
        self.size, self.hop = size, hop
        self._rest = np.zeros(size // 2, dtype=np.float32)

    def push(self, mono: F32) -> Iterator[F32]:
        """Yield views [shape=(k, size)] of every complete frame."""
        buffer = np.concatenate([self._rest, mono])
        count = max(0, (len(buffer) - self.size) // self.hop + 1)
        if count:
            views = np.lib.stride_tricks.sliding_window_view(buffer, self.size)[:: self.hop]
            for start in range(0, count, _BLOCK):
                yield views[start : min(start + _BLOCK, count)]
        self._rest = buffer[count * self.hop :].copy()

    def finish(self) -> Iterator[F32]:
        """Yield the frames that reach past the end, padded with silence."""
        return self.push(np.zeros(self.size // 2, dtype=np.float32))


class FrontEnd:
    """The pass itself: `push` every piece, then `finish` once."""

    def __init__(self) -> None:
        self._fast, self._mel = Frames(FFT, FLUX_HOP), Frames(FFT, MEL_HOP)
        self._tone, self._pitch = Frames(TONE_FFT, TONE_HOP), Frames(PITCH_FFT, PITCH_FFT // 2)
        self._past = np.zeros((FLUX_LAG, 81), dtype=np.float32)
        self._seen: F32 | None = None
        self._sum = np.zeros(FINE)
        self._parts: dict[str, list[NDArray[np.floating]]] = {
            name: [] for name in Features.__dataclass_fields__ if name != "pitch"
        }

    def push(self, mono: F32) -> None:
        """Take the next samples, float32 [shape=(n,)] at 22 050 Hz."""
        for frames in self._fast.push(mono):
            self._flux(frames)
        for frames in self._mel.push(mono):
            self._levels(frames)
        for frames in self._tone.push(mono):
            self._tones(frames)
        for frames in self._pitch.push(mono):
            self._sum += fine_chroma(frames)

    def finish(self) -> Features:
        """Pad the end and return everything kept."""
        for cutter, take in (
            (self._fast, self._flux),
            (self._mel, self._levels),
            (self._tone, self._tones),
        ):
            for frames in cutter.finish():
                take(frames)
        for frames in self._pitch.finish():
            self._sum += fine_chroma(frames)
        kept = {}
        for name, parts in self._parts.items():
            kept[name] = np.concatenate(parts)
            parts.clear()
        return Features(pitch=self._sum, **kept)

    def _flux(self, frames: F32) -> None:
        log_mel = np.log1p(np.float32(1000) * (_spectrum(frames) @ _mel_filters(81)))
        whole = np.concatenate([self._past, log_mel])
        self._past = whole[-FLUX_LAG:].copy()
        before = whole[:-FLUX_LAG]
        widest = before.copy()
        np.maximum(widest[:, 1:], before[:, :-1], out=widest[:, 1:])
        np.maximum(widest[:, :-1], before[:, 1:], out=widest[:, :-1])
        rise = np.maximum(log_mel - widest, 0)
        cuts = np.add.reduceat(rise, SPLITS[:-1], axis=1) / np.diff(SPLITS).astype(np.float32)
        self._parts["flux"].append(cuts)
        self._parts["onsets"].append(rise @ _onset_bands())

    def _levels(self, frames: F32) -> None:
        magnitude = _spectrum(frames)
        power = magnitude**2
        mel = magnitude @ _mel_filters(40)
        self._parts["mel"].append(mel.astype(np.float16))
        self._parts["fullness"].append(np.log1p(np.float32(1000) * mel).mean(axis=1))
        bands = power @ _level_bands()
        self._parts["levels"].append(10 * np.log10(np.maximum(bands, np.float32(1e-12))))
        hz = np.linspace(0, RATE / 2, magnitude.shape[1], dtype=np.float32)
        total = magnitude.sum(axis=1)
        self._parts["centroid"].append((magnitude @ hz) / np.maximum(total, np.float32(1e-6)))

    def _tones(self, frames: F32) -> None:
        magnitude = _spectrum(frames)
        chroma, tonality = chroma_frames(magnitude)
        glide, self._seen = glide_share(magnitude, self._seen)
        self._parts["chroma"].append(chroma.astype(np.float16))
        self._parts["tonality"].append(tonality)
        self._parts["glide"].append(glide)


def _spectrum(frames: F32) -> F32:
    """Magnitudes [shape=(k, size / 2 + 1)]; a full-scale sine reads 1."""
    window = _hann(frames.shape[1])
    return np.abs(rfft(frames * window, axis=1))  # type: ignore[no-any-return]


@cache
def _hann(size: int) -> F32:
    window = np.hanning(size + 1)[:-1]
    return np.asarray(window * 2 / window.sum(), dtype=np.float32)


def _mel(hz: NDArray[np.float64] | float) -> NDArray[np.float64]:
    return np.asarray(2595 * np.log10(1 + np.asarray(hz) / 700))


@cache
def _mel_filters(bands: int) -> F32:
    """Triangles from 30 Hz to 10 kHz [shape=(513, bands)]; narrow ones take their nearest bin."""
    edges = 700 * (10 ** (np.linspace(_mel(30.0), _mel(10000.0), bands + 2) / 2595) - 1)
    hz = np.linspace(0, RATE / 2, FFT // 2 + 1)[:, None]
    up = (hz - edges[:-2]) / np.diff(edges)[:-1]
    down = (edges[2:] - hz) / np.diff(edges)[1:]
    bank = np.maximum(0, np.minimum(up, down))
    for band in np.flatnonzero(bank.sum(axis=0) < 0.5):
        bank[round(edges[band + 1] / (RATE / FFT)), band] = 1.0
    return bank.astype(np.float32)


@cache
def _onset_bands() -> F32:
    """Mean of the mel bands inside each onset band [shape=(81, 3)]."""
    centres = 700 * (10 ** (np.linspace(_mel(30.0), _mel(10000.0), 83)[1:-1] / 2595) - 1)
    inside = np.stack([(centres >= a) & (centres < b) for a, b in BAND_HZ], axis=1)
    return np.asarray(inside / inside.sum(axis=0), dtype=np.float32)


@cache
def _level_bands() -> F32:
    """Bins of low, mid, high and all [shape=(513, 4)]."""
    hz = np.linspace(0, RATE / 2, FFT // 2 + 1)
    every = [*BAND_HZ, (20.0, RATE / 2)]
    return np.stack([(hz >= max(a, 20.0)) & (hz <= b) for a, b in every], axis=1).astype(np.float32)
