"""Beats from band flux and from the network, each with what speaks for it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import maximum_filter1d, median_filter

from . import network
from .beats import FEW_BEATS, LAG_S, NETWORK_LAG_S, active, apart, pauses, refine, sharpened
from .decode import Decoded, decode
from .features import FLUX_FPS, MEL_FPS, Features
from .level import PRIOR_BPM, Evidence, Reading, centres, evidence, worth_reading
from .meter import accents, firstness
from .model import F32, Corrections
from .steady import steadied
from .taps import SHARE, Taps, fitted
from .tempo import OVERLAP_S, WINDOW_S, TempoRange, activation, track, value_at
from .trust import flux_trust, joint_trust, network_trust

F64 = NDArray[np.float64]
Pauses = tuple[tuple[int, int], ...]
LONG_S = 720.0  # a longer file is a set of songs
HELD = 1.04  # a tempo given by a person is held to within this ratio
NARROW = 1.08  # a tempo is tried within this
RANGE = 1.25  # and a tempo that changes followed as far as this
LEAP = 1.12  # from one beat to the next: another level, not another tempo
LEAST_TO_CHANGE = 32  # beats
FREE_GAIN = 0.25  # if that fits a second of the song better by so much
_STEADY = 0.06  # intervals within this share of the median make the tempo


@dataclass(frozen=True, kw_only=True)
class Heard:
    """What the search works on: flux activation [n] at FLUX_FPS, the network's [m, 2] at
    MEL_FPS, and what a person said.
    """

    flux: F32
    net: F32 | None
    tempo: float | None
    taps: Taps | None

    @property
    def told(self) -> bool:
        return self.tempo is not None or self.taps is not None

    @property
    def limits(self) -> TempoRange | None:
        if self.taps is not None:
            low, high = 60 / self.taps.longest_s, 60 / self.taps.shortest_s
            return TempoRange(low=low / SHARE, high=high * SHARE, prior_weight=0.0)
        if self.tempo is not None:
            return TempoRange(low=self.tempo / HELD, high=self.tempo * HELD, prior_weight=0.0)
        return None


@dataclass(frozen=True, kw_only=True)
class Track:
    """Beats, what speaks for them, and who found them."""

    times: F64
    trust: float
    evidence: Evidence
    source: Literal["network", "flux"]
    readings: tuple[Reading, ...] = ()


def tempo_of(times: F64) -> float:
    """Mean tempo of the intervals within six percent of the median one."""
    gaps = np.diff(times)
    middle = float(np.median(gaps))
    near = gaps[np.abs(gaps - middle) <= _STEADY * middle]
    return 60.0 / float(near.mean() if len(near) else middle)


def hear(features: Features, wishes: Corrections, act: F32 | None) -> Heard:
    flux = activation(features.flux, FLUX_FPS) if act is None or act.ndim == 2 else act
    net: F32 | None = None
    if act is not None and act.ndim == 2:
        net = act
    elif act is None and network.available():
        net = network.activations(features.mel)
    taps = fitted(wishes.taps_s, flux, FLUX_FPS) if wishes.taps_s else None
    return Heard(flux=flux, net=net, tempo=wishes.tempo, taps=taps)


def found_in(features: Features, heard: Heard) -> Track:
    """The beats and what speaks for them, held to what a person said."""
    found = _followed(features, heard, heard.limits)
    if heard.limits is not None:
        free = _followed(features, heard, None)
        if len(free.times) >= FEW_BEATS:
            half = tempo_of(free.times) / 2
            if heard.limits.low < half < heard.limits.high:
                found = replace(free, times=_thinned(features, heard, free.times))
    return found


def down_share(net: F32, times: F64) -> F64:
    """Downbeat activation over beat activation near each beat."""
    crest = maximum_filter1d(net, 5, axis=0)
    at = np.clip(np.rint(times * MEL_FPS).astype(int), 0, len(net) - 1)
    return np.asarray(crest[at, 1] / np.maximum(crest[at, 0], 0.05), dtype=np.float64)


def _followed(features: Features, heard: Heard, limits: TempoRange | None) -> Track:
    by_flux = _by_flux(features, heard, limits)
    found = by_flux
    if heard.net is not None:
        found = _by_network(features, heard, limits, by_flux) or by_flux
    if found.source == "network" and heard.net is not None:
        times = steadied(heard.net[:, 0], found.times, MEL_FPS, NETWORK_LAG_S)
    else:
        times = steadied(heard.flux, found.times, FLUX_FPS)
    return replace(found, times=apart(times[active(features, times)]))


def _thinned(features: Features, heard: Heard, times: F64) -> F64:
    """Every other beat, those that sound like the first of a bar."""
    first = accents(features, heard.flux, times)
    if heard.net is not None:
        first = firstness(down_share(heard.net, times), first)
    return times[int(first[1::2].mean() > first[::2].mean()) :: 2]


def _by_flux(features: Features, heard: Heard, limits: TempoRange | None) -> Track:
    times = _tracked(features, heard.flux, limits)
    return Track(
        times=times,
        trust=flux_trust(heard.flux, times),
        evidence=evidence(heard.flux, times, FLUX_FPS, LAG_S),
        source="flux",
    )


def _tracked(features: Features, act: F32, limits: TempoRange | None) -> F64:
    times = refine(act, track(act, FLUX_FPS, limits), FLUX_FPS)
    return apart(times[active(features, times)])


def _by_network(
    features: Features, heard: Heard, limits: TempoRange | None, by_flux: Track
) -> Track | None:
    assert heard.net is not None
    beat, silent = heard.net[:, 0], pauses(features)
    readings: tuple[Reading, ...] = ()
    if limits is not None:
        frames = decode(heard.net, MEL_FPS, limits.low, limits.high, pauses=silent).frames
    else:
        frames, readings = _read_through(heard, silent, by_flux.times)
    times = refine(beat, frames, MEL_FPS, NETWORK_LAG_S)
    times = apart(times[active(features, times)])
    if len(times) < FEW_BEATS:
        return None
    if limits is not None and not limits.low <= tempo_of(times) <= limits.high:
        return None  # quick beats are few frames of the network's; the flux has finer ones
    return Track(
        times=apart(sharpened(heard.flux, times)),
        trust=joint_trust(network_trust(beat, times), by_flux.trust),
        evidence=evidence(beat, times, MEL_FPS),
        source="network",
        readings=readings,
    )


def _read_through(
    heard: Heard, silent: Pauses, followed: F64
) -> tuple[NDArray[np.int64], tuple[Reading, ...]]:
    """Beat frames of the whole file; a long one, which may hold many songs, is read stretch by
    stretch, each from within the one before.
    """
    assert heard.net is not None
    total = len(heard.net)
    size = total if total <= LONG_S * MEL_FPS else int(WINDOW_S * MEL_FPS)
    shared = int(OVERLAP_S * MEL_FPS)
    frames: list[NDArray[np.int64]] = []
    readings: tuple[Reading, ...] = ()
    start = 0
    while True:
        end = total if total - start < size + shared else start + size
        inside = tuple((a - start, b - start) for a, b in silent if a >= start and b <= end)
        near = followed[(followed >= start / MEL_FPS) & (followed < end / MEL_FPS)]
        found, readings = _best_read(_part(heard, start, end), inside, near)
        now = found.frames + start
        if frames and len(frames[-1]) and len(now) > 1:
            now = now[now > frames[-1][-1] + np.median(np.diff(now)) / 2]
        now = now[(now < end - shared // 2) | (end == total)]
        frames.append(now)
        if end == total:
            # those of one stretch say nothing of the whole file
            return np.concatenate(frames), readings if start == 0 else ()
        start = end - shared


def _part(heard: Heard, start: int, end: int) -> Heard:
    """The same from one frame of the network's to another."""
    assert heard.net is not None
    a, b = (round(at / MEL_FPS * FLUX_FPS) for at in (start, end))
    return replace(heard, flux=heard.flux[a:b], net=heard.net[start:end])


def _best_read(heard: Heard, silent: Pauses, followed: F64) -> tuple[Decoded, tuple[Reading, ...]]:
    """The network's beats at the tempo, among simple ratios of the one the flux followed, that
    network and flux fit best.
    """
    assert heard.net is not None
    net = heard.net
    bpm = tempo_of(followed) if len(followed) >= FEW_BEATS else PRIOR_BPM
    down, up = _reach(followed)
    by_flux = {c: value_at(heard.flux, FLUX_FPS, c / down, c * up) for c in centres(bpm)}
    found: list[tuple[Reading, Decoded]] = []
    for centre in worth_reading(by_flux):
        beats = decode(net, MEL_FPS, centre / down, centre * up, pauses=silent)
        if len(beats.frames) < FEW_BEATS:
            continue
        reading = Reading(
            bpm=tempo_of(beats.frames / MEL_FPS),
            network=beats.score * MEL_FPS,
            flux=by_flux[centre],
            evidence=evidence(net[:, 0], beats.frames / MEL_FPS, MEL_FPS),
        )
        found.append((reading, beats))
    if not found:
        return decode(net[:0], MEL_FPS, bpm, bpm), ()
    reading, beats = max(found, key=lambda f: f[0].value)
    wide = decode(net, MEL_FPS, reading.bpm / RANGE, reading.bpm * RANGE, pauses=silent)
    if wide.score * MEL_FPS > reading.network + FREE_GAIN:
        beats = wide
    return beats, tuple(r for r, _ in found)


def _reach(followed: F64) -> tuple[float, float]:
    """How far below and above the middle a tempo is tried: further where the flux followed one
    that changes step by step, as in a ramp, and not by leaps from one metrical level to another.
    """
    if len(followed) < LEAST_TO_CHANGE:
        return NARROW, NARROW
    local = 60.0 / median_filter(np.diff(followed), size=9, mode="nearest")
    steps = np.abs(np.diff(np.log(local)))
    if steps.max() > np.log(LEAP):
        return NARROW, NARROW
    middle = tempo_of(followed)
    low, high = (float(v) for v in np.percentile(local, (2, 98)))
    return max(1.0, middle / low) * NARROW, max(1.0, high / middle) * NARROW
