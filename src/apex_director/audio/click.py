"""A click track over the song: what the ear took for the beat, for a person's own ear to judge."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from .model import F32, AudioAnalysis, Loudness

Kind = Literal["beats", "phrases", "none"]
CEILING = 10 ** (-1.0 / 20)  # full scale -1 dB, the EBU R 128 ceiling of true peaks
CLICK_OVER_SONG_DB = 10.0
"""How far a click's peak lies above the song's loudness. A burst that decays within 30 ms sounds
about 6 dB less than its peak, so it is heard a little above the song at its usual level."""
QUIETEST, LOUDEST = -30.0, 3.0  # dBFS of a click's peak beside the song as it is
NO_LOUDNESS_DB = -12.0
_ATTACK_S, _DECAY_S, _LENGTH_S = 0.0004, 0.009, 0.06


@dataclass(frozen=True, kw_only=True)
class Voice:
    """A click's sound: its pitch in Hz and how loud it is beside a beat's, in dB."""

    pitch: float
    level_db: float


DOWNBEAT = Voice(pitch=1760.0, level_db=1.5)
BEAT = Voice(pitch=1175.0, level_db=0.0)
PHRASE = Voice(pitch=440.0, level_db=2.0)  # low: the ear is less keen there


@dataclass(frozen=True, kw_only=True)
class ClickTrack:
    """Where clicks lie and how loud song and clicks are.

    ``times_s`` are in seconds from the first sample, each with its ``voices``; ``song_gain`` and
    ``click_gain`` are linear, chosen so that their sum never passes :data:`CEILING`. ``kind`` tells
    what is clicked.
    """

    kind: Kind
    times_s: tuple[float, ...]
    voices: tuple[Voice, ...]
    song_gain: float
    click_gain: float


def click_track(analysis: AudioAnalysis) -> ClickTrack:
    """Clicks on the beats, downbeats higher; low knocks on the phrase points where no beat can be
    trusted.
    """
    grid = analysis.grid
    if grid.reliable and grid.beats:
        marks = [(b.time_s, DOWNBEAT if b.position == 1 else BEAT) for b in grid.beats]
        kind: Kind = "beats"
    else:
        marks = [(t, PHRASE) for t in analysis.phrases_s]
        kind = "phrases" if marks else "none"
    marks = [(t, v) for t, v in marks if 0.0 <= t < analysis.duration_s]
    song, click = levels(analysis.loudness, [voice for _, voice in marks])
    return ClickTrack(
        kind=kind,
        times_s=tuple(t for t, _ in marks),
        voices=tuple(v for _, v in marks),
        song_gain=song,
        click_gain=click,
    )


def levels(loudness: Loudness, voices: Sequence[Voice]) -> tuple[float, float]:
    """Gains of song and click: the click a fixed step above the song's loudness, both turned down
    together where their peaks would meet full scale.
    """
    known = loudness.integrated_lufs
    wanted = NO_LOUDNESS_DB if known is None else known + CLICK_OVER_SONG_DB
    click = 10 ** (float(np.clip(wanted, QUIETEST, LOUDEST)) / 20)
    peak = loudness.true_peak_dbtp
    song = 0.0 if peak is None else min(1.0, 10 ** (peak / 20))
    loudest = click * 10 ** (max((v.level_db for v in voices), default=0.0) / 20)
    room = min(1.0, CEILING / (song + loudest))
    return room, click * room


def clicked(blocks: Iterable[F32], sample_rate: int, track: ClickTrack) -> Iterator[F32]:
    """The song with its clicks, block by block; a click begins on the sample nearest to its time.

    Parameters
    ----------
    blocks : iterable of float32 [shape=(n, channels)]
        The song at ``sample_rate`` Hz, as any player plays it: what lies beyond full scale (lossy
        songs decode to it) is cut off, NaN and infinities become silence.
    sample_rate : int
        In Hz.
    track : ClickTrack
        What to click; see :func:`click_track`.

    Yields
    ------
    float32 [shape=(n, channels)]
        As many samples as the song has.
    """
    sounds = {voice: _burst(voice, sample_rate) for voice in set(track.voices)}
    starts = np.rint(np.asarray(track.times_s) * sample_rate).astype(np.int64)
    longest = max((len(s) for s in sounds.values()), default=0)
    at, first = 0, 0
    for block in blocks:
        end = at + len(block)
        clicks = np.zeros(len(block), dtype=np.float64)
        while first < len(starts) and starts[first] + longest <= at:
            first += 1
        for index in range(first, len(starts)):
            if starts[index] >= end:
                break
            _add(clicks, int(starts[index]) - at, sounds[track.voices[index]])
        clean = np.nan_to_num(block, nan=0.0, posinf=0.0, neginf=0.0).clip(-1.0, 1.0)
        yield np.asarray(
            clean * track.song_gain + (track.click_gain * clicks)[:, None], dtype=np.float32
        )
        at = end


def _add(clicks: np.ndarray[tuple[int, ...], np.dtype[np.float64]], start: int, sound: F32) -> None:
    """Lay the part of a sound that falls into a block there, in place.

    Two that overlap are not summed: the louder one is kept, so that the ceiling holds.
    """
    a, b = max(start, 0), min(start + len(sound), len(clicks))
    if a >= b:
        return
    part, there = sound[a - start : b - start], clicks[a:b]
    clicks[a:b] = np.where(np.abs(part) > np.abs(there), part, there)


def _burst(voice: Voice, sample_rate: int) -> F32:
    """A struck sound: a sine with its octave, over within 60 ms; its peak is the voice's level."""
    t = np.arange(max(1, round(_LENGTH_S * sample_rate))) / sample_rate
    pitch = min(voice.pitch, 0.2 * sample_rate)
    body = np.cos(2 * np.pi * pitch * t) + 0.35 * np.cos(4 * np.pi * pitch * t)
    # The attack is shorter than a period, so the first samples already stand out.
    shape = np.minimum(1.0, (t + 1 / sample_rate) / _ATTACK_S) * np.exp(-t / _DECAY_S)
    shape *= np.clip((_LENGTH_S - t) / 0.005, 0.0, 1.0)
    sound = body * shape
    return np.asarray(sound / np.abs(sound).max() * 10 ** (voice.level_db / 20), dtype=np.float32)
