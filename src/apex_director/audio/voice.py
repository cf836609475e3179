"""How likely a voice is heard, moment by moment: what glides, in the middle of the stereo picture.

Singers glide and stand in the middle; keyboards and drums do not glide, and much else is panned.
It is a second pass over a song, for lyrics alone, finer than the intervals of the analysis.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import uniform_filter1d

from .chroma import TONE_FFT, TONE_HOP
from .features import Frames, _spectrum
from .model import F32, AudioAnalysis, SampleBlocks
from .pcm import RATE, Intake
from .vocals import glide_share

VOICE_HZ = RATE // TONE_HOP  # exactly 25
_BAND_HZ = (250.0, 4000.0)  # where voices have nearly all their strength
_FLOOR_DB = -40.0  # under the song's strong moments
_SMOOTH_S = 0.5
_STILL = 0.05
"""Share of gliding a held note counts as, so that loud moments in the middle tell too."""
_SOFTNESS = 0.22
"""Width of the step from no voice to voice, in parts of the distance between the two."""
_FEWEST_S = 2.0

F64 = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True, eq=False)
class Voice:
    """``likely`` 0..1 and ``level`` 0..1 of the voice's band, float32 at 25 Hz; ``contrast`` 0..1
    tells how well the song parts into moments with and without a voice.
    """

    likely: F32
    level: F32
    contrast: float


class _Ears:
    """Middle and side as spectra, and what is kept of each frame."""

    def __init__(self, blocks: SampleBlocks) -> None:
        self.wide = blocks.channels == 2
        channels = [1, 1] if self.wide else [blocks.channels]
        self.intakes = [Intake(blocks.sample_rate, n) for n in channels]
        self.frames = [Frames(TONE_FFT, TONE_HOP) for _ in channels]
        hz = np.linspace(0, RATE / 2, TONE_FFT // 2 + 1)
        self.band = (hz >= _BAND_HZ[0]) & (hz <= _BAND_HZ[1])
        self.before: F32 | None = None
        self.glide: list[NDArray[np.floating]] = []
        self.power: list[NDArray[np.floating]] = []

    def push(self, block: F32) -> None:
        parts: list[F32] = [block]
        if self.wide:
            left, right = block[:, :1], block[:, 1:]
            parts = [
                np.asarray(x, dtype=np.float32) for x in ((left + right) / 2, (left - right) / 2)
            ]
        heard = [list(one.push(x)) for one, x in zip(self.intakes, parts, strict=True)]
        for pieces in zip(*heard, strict=True):
            self._frames(pieces)

    def finish(self) -> tuple[F64, F64]:
        """Gliding share and power of every frame."""
        self._frames([one.finish() for one in self.intakes])
        self._take([list(one.finish()) for one in self.frames])
        if not self.glide:
            return np.zeros(0), np.zeros(0)
        return np.concatenate(self.glide).astype(float), np.concatenate(self.power).astype(float)

    def _frames(self, pieces: Sequence[F32]) -> None:
        self._take([list(f.push(p)) for f, p in zip(self.frames, pieces, strict=True)])

    def _take(self, cut: Sequence[Sequence[F32]]) -> None:
        for group in zip(*cut, strict=True):
            middle = _spectrum(group[0])
            if self.wide:
                middle = np.maximum(middle - _spectrum(group[1]), 0)
            share, self.before = glide_share(middle, self.before)
            self.glide.append(share)
            self.power.append(np.square(middle[:, self.band]).sum(axis=1))


def voice_of(blocks: SampleBlocks) -> Voice:
    """Listen for a voice in a song.

    Parameters
    ----------
    blocks : SampleBlocks
        Sample blocks, float32 [shape=(n, channels)] at native rate.
    """
    ears = _Ears(blocks)
    for block in blocks:
        ears.push(block)
    return _voice(*ears.finish())


def _voice(glide: F64, power: F64) -> Voice:
    level = 10 * np.log10(np.maximum(power, 1e-12))
    if len(level) < _FEWEST_S * VOICE_HZ:
        return Voice(likely=_none(len(level)), level=_none(len(level)), contrast=0.0)
    strong = float(np.percentile(level, 95))
    near = np.clip((level - strong - _FLOOR_DB) / -_FLOOR_DB, 0.0, 1.0)
    power_near = 10 ** ((near - 1) * -_FLOOR_DB / 10)
    moved = uniform_filter1d((glide + _STILL) * power_near, _frames(_SMOOTH_S))
    logs = np.log10(np.maximum(moved, 1e-4))
    step, low, high = _parted(logs)
    share = (logs - step) / max(1e-3, _SOFTNESS * (high - low))
    contrast = float(np.clip((high - low) / 1.5, 0.0, 1.0)) if strong > -80.0 else 0.0
    return Voice(
        likely=(1 / (1 + np.exp(-share))).astype(np.float32) if contrast else _none(len(level)),
        level=near.astype(np.float32),
        contrast=contrast,
    )


def _parted(values: F64) -> tuple[float, float, float]:
    """The value that best parts the values in two (Otsu, 1979), and the mean on either side."""
    counts, edges = np.histogram(values, bins=96)
    share, middle = counts / counts.sum(), (edges[:-1] + edges[1:]) / 2
    left, mean = np.cumsum(share), np.cumsum(share * middle)
    between = (mean[-1] * left - mean) ** 2 / np.maximum(left * (1 - left), 1e-9)
    at = int(np.argmax(between[:-1]))
    low = mean[at] / max(left[at], 1e-9)
    high = (mean[-1] - mean[at]) / max(1 - left[at], 1e-9)
    return float(edges[at + 1]), float(low), float(high)


def likely_voice(analysis: AudioAnalysis) -> Voice:
    """What an analysis alone tells: its intervals, and the level of its middle band."""
    count = max(1, round(analysis.duration_s * VOICE_HZ))
    inside = np.zeros(count, dtype=np.float32)
    for one in analysis.vocals:
        inside[round(one.start_s * VOICE_HZ) : round(one.end_s * VOICE_HZ)] = 1.0
    band = np.asarray(analysis.bands[1].envelope, dtype=np.float32)[::2]
    level = np.zeros(count, dtype=np.float32)
    level[: min(count, len(band))] = band[:count]
    return Voice(
        likely=0.04 + 0.92 * inside,
        level=level,
        contrast=analysis.vocal_confidence if analysis.vocals else 0.0,
    )


def _none(count: int) -> F32:
    return np.zeros(count, dtype=np.float32)


def _frames(seconds: float) -> int:
    return max(1, round(seconds * VOICE_HZ))


def starts_of(voice: Voice) -> F32:
    """How far each moment looks like the start of a phrase, 0..1 at 25 Hz: quiet before it, a voice
    after it.
    """
    value = voice.likely.astype(float) * (0.4 + 0.6 * voice.level.astype(float))
    reach = _frames(0.6)
    before = uniform_filter1d(value, reach, origin=(reach - 1) // 2, mode="nearest")
    after = uniform_filter1d(value, reach, origin=-(reach // 2), mode="nearest")
    return np.asarray(np.clip(after - before, 0.0, 1.0), dtype=np.float32)


def rises_of(voice: Voice) -> F32:
    """How fast the voice's band rises, 0..1 at 25 Hz: where a syllable begins."""
    rise = np.diff(voice.level.astype(float), prepend=voice.level[:1].astype(float))
    rise = np.maximum(rise + np.roll(rise, -1), 0.0)
    return np.asarray(
        np.clip(rise / max(1e-6, float(np.percentile(rise, 99))), 0.0, 1.0), np.float32
    )
