"""Pasted lyrics laid over a song without a model of speech: voice, form and bars tell where."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from .model import AudioAnalysis
from .placing import FAR, Chain, Path, best_path, start_chances
from .syllables import is_english, syllables
from .verses import VerseLine
from .voice import VOICE_HZ, Voice, likely_voice, rises_of, starts_of

F64 = NDArray[np.float64]
_CELL_S, _MOST_CELLS = 0.2, 3000
_SHORTEST_S, _LONGEST_S = 0.8, 18.0
"""A line's slot: from its start to the next one's, or to where a gap begins."""
_SYLLABLE_S = (0.10, 0.75)
"""How long a sung syllable lasts at least and at most, over a whole song."""
_RATES = (0.5, 0.62, 0.75, 0.88, 1.0, 1.15)
"""Parts of all voice heard that the lines may be; the rest is no voice, or sung without words."""
_TEMPER = 0.75
"""Long lines are sung faster: time grows with the syllables to this power."""
_NEAR_S = 0.8
_SHARPNESS, _LOWEST = 2.0, 0.4
"""Chosen so that of lines with confidence c about a share c or more start where they are sung."""


@dataclass(frozen=True, kw_only=True)
class AlignedLine:
    """A line where it is likely sung; ``confidence`` 0..1 that its start is right within 0.8 s."""

    start_s: float
    end_s: float
    text: str
    confidence: float
    stanza: int


@dataclass(frozen=True, kw_only=True)
class Weights:
    """What speaks for and against a place, in the unit of |log length share|."""

    start: float = 1.2
    skip: float = 0.9
    pause: float = 0.25
    bars: float = 0.35
    across: float = 0.35
    unit: float = 0.5
    phase: float = 0.3
    stanza: float = 0.7
    label: float = 0.3
    group: float = 0.4


def align(
    lines: Sequence[VerseLine],
    analysis: AudioAnalysis,
    *,
    voice: Voice | None = None,
    weights: Weights | None = None,
) -> tuple[AlignedLine, ...]:
    """Lay lines over a song, in their order.

    Parameters
    ----------
    lines : sequence of VerseLine
        What is sung, as :func:`read_verses` reads it.
    analysis : AudioAnalysis
        The song's form, beats and, without ``voice``, its vocal intervals.
    voice : Voice
        Where a voice is likely, moment by moment.

    Returns
    -------
    tuple of AlignedLine
        One for each line, in order, none overlapping; confidence 0 where nothing tells.
    """
    if not lines or analysis.duration_s <= 0.0:
        return ()
    song = _Song(analysis, voice or likely_voice(analysis))
    if len(lines) * _SHORTEST_S > 0.9 * analysis.duration_s:
        return _evenly(lines, song)
    weights = weights or Weights()
    sung = _effort(lines)
    chain, path = _best(lines, sung, song, weights, None)
    habits = _habits_of(lines, path, song)
    chain, path = _best(lines, sung, song, weights, habits)
    chances = start_chances(chain, _sharpness(path.cost / len(lines)))
    return _told(lines, song, path, chances)


@dataclass(frozen=True, kw_only=True, eq=False)
class _Habits:
    """How a song is sung, as a first reading tells: the repeat ``groups`` of repeated stanzas by
    their words, how likely a line begins ``at`` each cell by its place in the bar [T], and the
    common length of a line's slot, ``unit_s``.
    """

    groups: Mapping[str, str]
    at: F64 | None
    unit_s: float


def _sharpness(cost: float) -> float:
    """How much a better way counts against the others: more where the words fit the song well.

    ``cost`` is that of the best way, for each line.
    """
    return _SHARPNESS / float(max(_LOWEST, cost) ** 1.5)


class _Song:
    """What the places of lines are judged by, on one grid of cells."""

    def __init__(self, analysis: AudioAnalysis, voice: Voice) -> None:
        self.analysis, self.duration = analysis, analysis.duration_s
        self.cell = max(_CELL_S, self.duration / _MOST_CELLS)
        self.cells = max(4, int(np.ceil(self.duration / self.cell)))
        self.heard = voice.contrast > 0.0 and float(voice.likely.mean()) > 0.01
        self.voice = voice
        likely = voice.likely.astype(float) if self.heard else _unheard(analysis)
        self.fine = likely
        self.voiced = np.concatenate([[0.0], np.cumsum(self._means(likely))]) * self.cell
        self.begins = self._peaks(starts_of(voice).astype(float)) if self.heard else self._none()
        self.bar = _bar(analysis)

    def _none(self) -> F64:
        return np.zeros(self.cells)

    def _edges(self) -> NDArray[np.intp]:
        edges = np.arange(self.cells + 1) * self.cell * VOICE_HZ
        return np.asarray(np.rint(edges), dtype=np.intp)

    def _means(self, fine: F64) -> F64:
        sums = np.concatenate([[0.0], np.cumsum(fine)])
        edges = np.minimum(self._edges(), len(fine))
        return np.asarray(np.diff(sums[edges]) / np.maximum(1, np.diff(self._edges())))

    def _peaks(self, fine: F64) -> F64:
        edges = np.minimum(self._edges(), len(fine) - 1)
        return np.array([fine[a : max(b, a + 1)].max() for a, b in pairwise(edges)])

    def times(self) -> F64:
        """Where each cell begins, seconds."""
        return np.asarray(np.arange(self.cells) * self.cell)


def _unheard(analysis: AudioAnalysis) -> F64:
    """Where lines may lie when no voice is heard: in sound, outside what is likely instrumental."""
    count = max(1, round(analysis.duration_s * VOICE_HZ))
    out = np.ones(count)
    weight = {"intro": 0.05, "outro": 0.05, "instrumental": 0.1}
    for section in analysis.sections:
        part = slice(round(section.start_s * VOICE_HZ), round(section.end_s * VOICE_HZ))
        out[part] = weight.get(section.label, 1.0) if len(analysis.sections) > 1 else 1.0
    for gap in analysis.silence:
        out[round(gap.start_s * VOICE_HZ) : round(gap.end_s * VOICE_HZ)] = 0.0
    return out if out.any() else np.ones(count)


def _bar(analysis: AudioAnalysis) -> float | None:
    """Length of a bar, seconds; None where bars cannot be trusted."""
    downbeats = analysis.grid.downbeats
    if not analysis.grid.reliable or len(downbeats) < 4:
        return None
    return float(np.median(np.diff(downbeats)))


def _effort(lines: Sequence[VerseLine]) -> F64:
    """How much time each line wants, in syllables tempered."""
    english = is_english([line.text for line in lines])
    counts = [max(1, syllables(line.text, english=english)) for line in lines]
    return np.asarray(counts, dtype=float) ** _TEMPER


def _best(
    lines: Sequence[VerseLine],
    sung: F64,
    song: _Song,
    weights: Weights,
    habits: _Habits | None,
) -> tuple[Chain, Path]:
    """The cheapest path over several guesses at how fast the words are sung."""
    total = float(song.voiced[-1])
    mean = float(np.mean(sung ** (1 / _TEMPER)) / np.mean(sung))
    low, high = (limit * mean for limit in _SYLLABLE_S)
    begin = _begin_costs(lines, song, weights, habits)
    slot = _slot_costs(song, weights, habits)
    across = _across_costs(song, weights)
    found: list[tuple[Chain, Path]] = []
    for rate in dict.fromkeys(float(np.clip(total / sung.sum() * r, low, high)) for r in _RATES):
        chain = _chain(lines, sung * rate, song, weights, (begin, slot, across))
        found.append((chain, best_path(chain)))
    return min(found, key=lambda pair: pair[1].cost)


def _chain(
    lines: Sequence[VerseLine],
    expected: F64,
    song: _Song,
    weights: Weights,
    costs: tuple[F64, F64, F64],
) -> Chain:
    joined = [k > 0 and line.stanza == lines[k - 1].stanza for k, line in enumerate(lines)]
    return Chain(
        voiced=song.voiced,
        begin=costs[0],
        slot=costs[1],
        across=costs[2],
        expected=expected,
        joined=np.array(joined),
        skip=weights.skip / float(expected.mean()),
        pause=weights.pause,
    )


def _lengths(song: _Song) -> F64:
    most = max(2, min(int(_LONGEST_S / song.cell), song.cells))
    return np.asarray(np.arange(1, most + 1) * song.cell)


def _slot_costs(song: _Song, weights: Weights, habits: _Habits | None) -> F64:
    """What a slot costs by its length alone: whole and half bars are more likely."""
    lengths = _lengths(song)
    out = np.where(lengths < _SHORTEST_S - 1e-6, FAR, 0.0)
    if song.bar:
        bars = lengths / song.bar
        off = np.abs(bars - np.maximum(0.5, np.rint(bars * 2) / 2)) * 2
        whole = np.abs(bars - np.maximum(1, np.rint(bars)))
        out = out + weights.bars * (0.5 * np.minimum(off, 1.0) + 0.5 * np.minimum(2 * whole, 1.0))
    if habits and habits.unit_s:
        octaves = np.abs(np.log2(lengths / habits.unit_s)[:, None] - np.array([[0.0, -1.0, 1.0]]))
        away = (octaves + np.array([[0.0, 0.3, 0.3]])).min(axis=1)
        out = out + weights.unit * np.minimum(away, 1.0)
    return np.asarray(out)


def _across_costs(song: _Song, weights: Weights) -> F64:
    """What slots cost that begin in one section and are sung on in the next [T + 1, L]."""
    inner = np.array([s.start_s for s in song.analysis.sections[1:]])
    lengths, ends = _lengths(song), np.arange(song.cells + 1) * song.cell
    starts = ends[:, None] - lengths[None, :]
    if not len(inner):
        return np.zeros(starts.shape)
    follows = np.append(inner, np.inf)[np.searchsorted(inner, starts + 0.6)]
    return np.where(follows < starts + 0.75 * lengths[None, :], weights.across, 0.0)


def _begin_costs(
    lines: Sequence[VerseLine], song: _Song, weights: Weights, habits: _Habits | None
) -> F64:
    """What it costs that a line begins in a cell [n, T]."""
    times, sections = song.times(), song.analysis.sections
    plain = weights.start * (1.0 - song.begins / max(1e-6, float(song.begins.max(initial=0.0))))
    if not song.heard:
        plain = np.zeros(song.cells)
    if habits and habits.at is not None:
        plain = plain + weights.phase * (1.0 - habits.at)
    out = np.tile(plain, (len(lines), 1))
    if len(sections) < 2:
        return out
    edges = np.array([s.start_s for s in sections])
    place = np.clip(np.searchsorted(edges, times + 1.0) - 1, 0, len(sections) - 1)
    away = times[:, None] - edges[None, :]
    near = np.where(away < 0, -away / 1.5, away / 2.5).min(axis=1)
    far = weights.stanza * (1.0 - np.exp(-(near**2)))
    keys = _stanza_keys(lines)
    for k, line in enumerate(lines):
        if k == 0 or line.stanza != lines[k - 1].stanza:
            out[k] += far
        wrong = np.array([_mismatch(line, s.label) * s.confidence for s in sections])
        out[k] += weights.label * wrong[place]
        if wanted := habits.groups.get(keys[line.stanza]) if habits else None:
            out[k] += weights.group * np.array([s.group != wanted for s in sections])[place]
    return out


_ALIKE = {
    "chorus": {"chorus", "post_chorus"},
    "post_chorus": {"chorus", "post_chorus"},
    "verse": {"verse", "pre_chorus"},
    "pre_chorus": {"pre_chorus", "verse"},
    "bridge": {"bridge"},
}


def _mismatch(line: VerseLine, label: str) -> float:
    """How badly a line suits a section by what its heading says, 0..1."""
    if label in ("intro", "instrumental", "outro"):
        return 0.0 if line.part == label else 0.6
    if line.part not in _ALIKE or label == "section":
        return 0.0
    return 0.0 if label in _ALIKE[line.part] else 1.0


def _stanza_keys(lines: Sequence[VerseLine]) -> dict[int, str]:
    """What tells that two stanzas are the same: their words."""
    out: dict[int, str] = {}
    for line in lines:
        words = "".join(c for c in line.text.casefold() if c.isalnum())
        out[line.stanza] = f"{out.get(line.stanza, '')}|{words}"
    return out


def _habits_of(lines: Sequence[VerseLine], path: Path, song: _Song) -> _Habits:
    starts = np.asarray(path.starts * song.cell, dtype=np.float64)
    within = [
        b - a for a, b, x, y in zip(starts, starts[1:], lines, lines[1:], strict=False)
        if x.stanza == y.stanza
    ]  # fmt: skip
    return _Habits(
        groups=_groups_of(lines, path, song),
        at=_places_in_bars(starts, song),
        unit_s=float(np.median(within)) if len(within) > 3 else 0.0,
    )


def _places_in_bars(starts: F64, song: _Song) -> F64 | None:
    """How common each cell's place in its bar is among the starts, 0..1."""
    downbeats = np.array(song.analysis.grid.downbeats)
    if song.bar is None or len(starts) < 6:
        return None
    count = np.arange(len(downbeats), dtype=float)

    def place(times: F64) -> F64:
        return np.asarray(np.interp(times, downbeats, count) % 1.0)

    bins = 32
    seen = np.histogram(place(starts + song.cell / 2), bins=bins, range=(0.0, 1.0))[0].astype(float)
    width = max(1.0, bins * 0.2 / song.bar)
    shape = np.exp(-0.5 * (np.minimum(np.arange(bins), bins - np.arange(bins)) / width) ** 2)
    smooth = np.real(np.fft.ifft(np.fft.fft(seen) * np.fft.fft(shape)))
    at = (place(song.times() + song.cell / 2) * bins).astype(int) % bins
    return np.asarray(np.clip(smooth / max(1e-9, smooth.max()), 0.0, 1.0)[at])


def _groups_of(lines: Sequence[VerseLine], path: Path, song: _Song) -> dict[str, str]:
    """The repeat group in which most of a repeated stanza lies, by the stanza's words."""
    sections, keys = song.analysis.sections, _stanza_keys(lines)
    counts = [list(keys.values()).count(key) for key in keys.values()]
    repeated = {key for key, count in zip(keys.values(), counts, strict=True) if count > 1}
    if len({s.group for s in sections}) < 2 or not repeated:
        return {}
    votes: dict[str, dict[str, float]] = {}
    for line, a, b in zip(lines, path.starts, path.ends, strict=True):
        key = keys[line.stanza]
        if key not in repeated:
            continue
        middle = (a + b) / 2 * song.cell
        group = next((s.group for s in reversed(sections) if s.start_s <= middle), "")
        mine = votes.setdefault(key, {})
        mine[group] = mine.get(group, 0.0) + 1.0
    best = {key: max(sorted(v), key=lambda g: v[g]) for key, v in votes.items()}
    sure = {k: votes[k][g] / sum(votes[k].values()) for k, g in best.items()}
    return {key: group for key, group in best.items() if sure[key] > 0.6}


def _told(
    lines: Sequence[VerseLine], song: _Song, path: Path, chances: F64
) -> tuple[AlignedLine, ...]:
    rises = rises_of(song.voice) if song.heard else np.zeros(0, np.float32)
    starts = [_snapped(float(a) * song.cell, song, rises) for a in path.starts]
    near = max(1, round(_NEAR_S / song.cell))
    trust = min(1.0, 0.35 + song.voice.contrast) if song.heard else 0.3
    out = []
    for k, line in enumerate(lines):
        limit = starts[k + 1] if k + 1 < len(lines) else song.duration
        limit = min(limit, float(path.ends[k]) * song.cell + 0.3, song.duration)
        at = int(path.starts[k])
        sure = float(chances[k, max(0, at - near) : at + near + 1].sum())
        start = min(starts[k], limit)
        end = _ended(start, max(start, limit), line.text, song)
        out.append(
            AlignedLine(
                start_s=round(start, 3),
                end_s=round(end, 3),
                text=line.text,
                confidence=round(min(1.0, sure * trust), 3),
                stanza=line.stanza,
            )
        )
    return tuple(out)


def _snapped(at: float, song: _Song, rises: NDArray[np.float32]) -> float:
    """A start drawn to a syllable's onset within its cell and 150 ms around, else to a beat."""
    reach = 0.15
    low, high = at - reach, at + song.cell + reach
    if len(rises):
        a, b = max(0, round(low * VOICE_HZ)), min(len(rises), round(high * VOICE_HZ) + 1)
        part = rises[a:b]
        if len(part) and float(part.max()) > 0.25:
            return (a + int(np.argmax(part))) / VOICE_HZ
    beats = [b.time_s for b in song.analysis.grid.beats] if song.analysis.grid.reliable else []
    near = [t for t in beats if low <= t <= high]
    middle = at + song.cell / 2
    return min(near, key=lambda t: abs(t - middle)) if near else max(0.0, at)


def _ended(start: float, limit: float, text: str, song: _Song) -> float:
    """Where the voice ends within a line's slot, no sooner than the words can be said."""
    a, b = round(start * VOICE_HZ), round(limit * VOICE_HZ)
    voiced = np.flatnonzero(song.fine[a:b] > 0.5)
    last = (a + int(voiced[-1]) + 1) / VOICE_HZ + 0.2 if len(voiced) else start
    said = start + _SYLLABLE_S[0] * 1.5 * max(1, syllables(text))
    return float(min(limit, max(last, said, start + _SHORTEST_S)))


def _evenly(lines: Sequence[VerseLine], song: _Song) -> tuple[AlignedLine, ...]:
    """More lines than can be sung: shared over the song by their length, and not to be trusted."""
    effort = _effort(lines)
    edges = np.concatenate([[0.0], np.cumsum(effort)]) / effort.sum() * song.duration
    return tuple(
        AlignedLine(
            start_s=round(float(a), 3),
            end_s=round(float(b), 3),
            text=line.text,
            confidence=0.0,
            stanza=line.stanza,
        )
        for line, a, b in zip(lines, edges[:-1], edges[1:], strict=True)
    )
