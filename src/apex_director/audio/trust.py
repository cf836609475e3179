"""How far a grid can be trusted: a measured value, not a wish."""

from __future__ import annotations

import itertools

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import maximum_filter1d

from .beats import LAG_S
from .features import FLUX_FPS, MEL_FPS
from .model import F32, TrustWindow, Verdict
from .tempo import MAX_BPM, MIN_BPM

F64 = NDArray[np.float64]
FIRM, LOOSE = 0.60, 0.50
_FOLD_S = 12.0
SPAN_S = 20.0
_LEAST_IN_SPAN = 6
# Measured value to trust. The middle points lie between synthetic music with a beat (lowest: bowed
# strings) and without (free piano, speech, rain, drones), which fall on opposite sides of both.
PULSE = ((0.0, 0.19, 0.27, 0.35, 0.70, 1.0), (0.0, 0.40, 0.50, 0.60, 0.85, 1.0))
SHARP = ((0.0, 0.15, 0.20, 0.25, 0.50, 0.8), (0.0, 0.38, 0.50, 0.60, 0.85, 1.0))
# The network's mean activation on the beats to trust.
SURE = ((0.0, 0.50, 0.60, 1.0), (0.0, 0.50, 0.60, 1.0))


def verdict_of(trust: float) -> Verdict:
    """firm from 0.60, loose from 0.50, none below."""
    return "firm" if trust >= FIRM else "loose" if trust >= LOOSE else "none"


def regularity(times: F64) -> float:
    """One minus the mean relative change from one interval to the next, 0..1."""
    gaps = np.diff(times)
    if len(gaps) < 2:
        return 0.0
    return float(np.clip(1 - 4 * np.mean(np.abs(np.diff(gaps)) / gaps[:-1]), 0, 1))


def flux_trust(act: F32, times: F64) -> float:
    """Trust 0..1 in beats found in band flux: the weaker of how clearly the activation repeats and
    how far it rises on the beats over its neighbourhood.

    Speech, rain and free playing have sharp attacks that do not repeat; drones and swells repeat
    without attacks.
    """
    if not len(times):
        return 0.0
    clear = float(np.interp(pulse_clarity(act), *PULSE))
    return min(clear, float(np.interp(sharpness(act, times), *SHARP)))


def network_trust(beat: F32, times: F64) -> float:
    """Trust 0..1 in beats found by the network: its mean activation within two frames of them."""
    if not len(times):
        return 0.0
    crest = maximum_filter1d(beat, 5)
    at = np.clip(np.rint(times * MEL_FPS).astype(int), 0, len(beat) - 1)
    return float(np.interp(float(crest[at].mean()), *SURE))


def joint_trust(network: float, flux: float) -> float:
    """Trust by the network; where it falls short but the flux is firm, half of each, and loose."""
    if network >= LOOSE or flux < FIRM:
        return network
    return float(np.clip((network + flux) / 2, network, FIRM - 0.01))


def sharpness(act: F32, times: F64) -> float:
    """How far the flux activation rises on the beats over its neighbourhood."""
    crest = maximum_filter1d(act, 5)
    at = np.clip(np.rint((times + LAG_S) * FLUX_FPS).astype(int), 0, len(act) - 1)
    return float(crest[at].mean()) - float(crest[at[0] : at[-1] + 1].mean())


def pulse_clarity(act: F32) -> float:
    """Median over windows of the autocorrelation's best value at a lag a beat can have."""
    size, low = int(_FOLD_S * FLUX_FPS), int(60 / MAX_BPM * FLUX_FPS)
    high = int(60 / MIN_BPM * 2 * FLUX_FPS)
    values = []
    for start in range(0, max(1, len(act) - size // 2), size // 2):
        part = act[start : start + size].astype(np.float64)
        if len(part) < high * 2 or part.max() < 0.1:
            continue
        part = part - part.mean()
        spectrum = np.abs(np.fft.rfft(part, 2 * size)) ** 2
        corr = np.fft.irfft(spectrum)[: high + 1]
        corr = corr / (len(part) - np.arange(high + 1)) * len(part) / max(corr[0], 1e-9)
        values.append(float(corr[low:].max()))
    return float(np.median(values)) if values else 0.0


def windows_of(
    flux: F32, beat: F32 | None, times: F64, duration_s: float
) -> tuple[TrustWindow, ...]:
    """Trust in every stretch of 20 s; 0 where hardly a beat is."""
    out = []
    count = max(1, round(duration_s / SPAN_S))
    edges = np.append(np.arange(count) * SPAN_S, duration_s)
    for start, end in itertools.pairwise(edges):
        inside = times[(times >= start) & (times < end)]
        trust = 0.0
        if len(inside) >= min(_LEAST_IN_SPAN, len(times)):
            if beat is None:
                a, b = int(start * FLUX_FPS), int(end * FLUX_FPS)
                trust = flux_trust(flux[a:b], inside - a / FLUX_FPS)
            else:
                trust = network_trust(beat, inside)
        out.append(TrustWindow(start_s=float(start), end_s=float(end), trust=trust))
    return tuple(out)
