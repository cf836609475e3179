"""Where a voice is likely: energy whose pitch glides, without a trained model."""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import uniform_filter1d

from .model import F32, Interval
from .pcm import RATE
from .stretches import runs

_FFT = 4096
_PER_OCTAVE = 60
_LOW_HZ, _OCTAVES = 220.0, 4.2
_BANDS = 4
_SHIFTS = (-2, -1, 0, 1, 2)
_SURE = 1.03  # a shift must fit so much better than none
_MIN_S, _GAP_S = 0.8, 0.6
_STAYS = 0.6  # a voice that has begun lasts until so far under the level that began it
_LEAST = ((0.62, 0.70), (0.25, 0.10))  # by contrast: the level under which nothing is a voice


@cache
def _warp() -> tuple[NDArray[np.intp], F32]:
    count = int(_PER_OCTAVE * _OCTAVES) // _BANDS * _BANDS
    hz = _LOW_HZ * 2 ** (np.arange(count) / _PER_OCTAVE)
    place = hz / (RATE / _FFT)
    low = np.floor(place).astype(np.intp)
    return low, (place - low).astype(np.float32)


def glide_share(magnitude: F32, before: F32 | None) -> tuple[F32, F32]:
    """Share of energy whose best pitch shift since the frame 40 ms before is not zero.

    Parameters
    ----------
    magnitude : float32 [shape=(k, 2049)]
        Spectra at 25 fps.
    before : float32 or None
        What the last call returned as second value.
    """
    low, part = _warp()
    log_f = magnitude[:, low] * (1 - part) + magnitude[:, low + 1] * part
    log_f *= log_f  # what is loudest leads, and that is most often a voice
    past = np.concatenate([log_f[:1] if before is None else before, log_f[:-1]])
    bands = log_f.reshape(len(log_f), _BANDS, -1)
    best = np.full(bands.shape[:2], -1.0, dtype=np.float32)
    moved = np.zeros(bands.shape[:2], dtype=bool)
    for shift in sorted(_SHIFTS, key=abs):
        other = np.roll(past, shift, axis=1).reshape(bands.shape)
        fit = np.einsum("tbk,tbk->tb", bands, other)
        better = fit > best * np.float32(1.0 if shift == 0 else _SURE)
        moved = np.where(better, shift != 0, moved)
        best = np.where(better, fit, best)
    energy = np.einsum("tbk,tbk->tb", bands, bands)
    share = (energy * moved).sum(axis=1) / np.maximum(energy.sum(axis=1), np.float32(1e-20))
    return share.astype(np.float32), log_f[-1:]


def _otsu(values: F32) -> tuple[float, float]:
    """Best split of the values and how well it separates them, 0..1."""
    counts, edges = np.histogram(values, bins=64, range=(0.0, 1.0))
    share = counts / max(1, counts.sum())
    centres = (edges[:-1] + edges[1:]) / 2
    left = np.cumsum(share)
    mean = np.cumsum(share * centres)
    between = (mean[-1] * left - mean) ** 2 / np.maximum(left * (1 - left), 1e-9)
    at = int(np.argmax(between[:-1]))
    spread = float((share * (centres - mean[-1]) ** 2).sum())
    return float(edges[at + 1]), float(between[at] / spread) if spread > 0 else 0.0


def vocals_of(
    glide: F32, level_db: F32, fps: float, duration_s: float
) -> tuple[tuple[Interval, ...], float]:
    """Intervals where a voice is likely, and the confidence 0..1 that there is one at all.

    Parameters
    ----------
    glide : float32 [shape=(n,)]
        Gliding share per frame.
    level_db : float32 [shape=(n,)]
        Level of the middle band at the same rate.
    """
    if len(glide) < fps * 2:
        return (), 0.0
    heard = level_db > max(float(np.percentile(level_db, 95)) - 35.0, -70.0)
    smooth = uniform_filter1d(np.where(heard, glide, 0), int(fps), mode="nearest")
    split, contrast = _otsu(smooth[heard] if heard.any() else smooth)
    split = max(split, float(np.interp(contrast, *_LEAST)))
    spans = [
        (a, b)
        for a, b in runs((smooth > _STAYS * split) & heard)
        if float(smooth[a:b].max()) > split
    ]
    joined = [(a, b) for a, b in _join(spans, int(_GAP_S * fps)) if b - a >= _MIN_S * fps]
    if not joined:
        return (), 0.0
    inside = np.zeros(len(smooth), dtype=bool)
    for a, b in joined:
        inside[a:b] = True
    rise = float(smooth[inside].mean() - split)
    found = tuple(Interval(start_s=a / fps, end_s=min(b / fps, duration_s)) for a, b in joined)
    return found, float(np.clip(contrast * 0.6 + rise * 2, 0, 1))


def _join(spans: list[tuple[int, int]], gap: int) -> list[tuple[int, int]]:
    out: list[tuple[int, int]] = []
    for a, b in spans:
        if out and a - out[-1][1] <= gap:
            out[-1] = (out[-1][0], b)
        else:
            out.append((a, b))
    return out
