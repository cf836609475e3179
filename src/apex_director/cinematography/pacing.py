"""Where to cut: shot lengths that follow energy and the bar grid, exact in frames."""

from __future__ import annotations

import math
import random
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from apex_director.audio.model import AudioAnalysis
from apex_director.core.ids import seed_for
from apex_director.core.time import frame_at, seconds_at

from .form import Loudness, Stretch, energy_at, loudness_of, min_shot_frames, stretches
from .landmarks import Landmarks, landmarks_of
from .model import Format

CALM_SHOT_S, PACE_FALL = 9.5, 1.75  # a shot lasts CALM_SHOT_S * exp(-PACE_FALL * energy) seconds
NORMAL_BEAT_S = 0.5  # at 120 beats a minute the seconds above hold
TEMPO_SHARE = 0.4  # how far slower songs have longer shots
HYSTERESIS = 0.72  # in octaves of length; the rung stays until the wish is further away
LEAST_CHANGE, LEANING = 0.04, 0.4  # how often a length differs from its rung, and why more often
LONGEST_S = 18.0
SPLIT_S = 8.0  # a rest of a section longer than this is cut once more where the beats allow it
ESTABLISHING_S = 10.0  # a first shot may be longer than the others up to here
STRONG_ONSET = 0.55
LABEL_LIFT = {"chorus": 0.10, "post_chorus": 0.05, "intro": -0.10, "outro": -0.12, "verse": -0.04}
STILL_SONG_S = 12.0  # a silent song longer than this gets two shots, a shorter one
DROP_HOLD_S = 3.0  # a drop's own shot stands for a bar, if that is no longer than this
LEAST_WEAK_S = 4.0  # a shorter loss of the beat is bridged
BORDER_S = 2.0  # how far the border of a weak stretch may move to something to cut on

Pace = Callable[[int], float]
"""Factor on the length of a shot that begins at a frame."""


@dataclass(frozen=True, kw_only=True)
class Piece:
    """A shot's place: frames, the stretch it lies in, its energy, and what it was cut on."""

    start: int
    end: int
    stretch: int
    energy: float
    cut_on: str

    @property
    def frames(self) -> int:
        return self.end - self.start


@dataclass(frozen=True, kw_only=True)
class Mark:
    """A frame one may cut on: a beat with its position in the bar, or a free point of a weight."""

    frame: int
    position: int
    weight: float
    kind: str
    bar: int = -1


@dataclass(frozen=True, kw_only=True)
class Song:
    """What cutting needs to know, prepared once."""

    fmt: Format
    stretches: tuple[Stretch, ...]
    beats: tuple[Mark, ...]
    free: tuple[Mark, ...]
    silence: tuple[tuple[int, int], ...]
    loudness: Loudness
    meter: int
    beat_s: float
    least: int
    landmarks: Landmarks
    forced: tuple[int, ...] = ()
    fine: bool = False


def prepare(analysis: AudioAnalysis, fmt: Format) -> Song:
    """Beats, free cutting points, silences and landmarks on the frame grid. Where a stretch of the
    song gives its beat no trust, its beats are left out, and phrases and onsets are cut on.
    """
    landmarks = landmarks_of(analysis, fmt)
    weak = [s for s in landmarks.weak if s[1] - s[0] >= LEAST_WEAK_S * fmt.rate]
    landmarks = replace(landmarks, weak=tuple(weak))
    beats = _beat_marks(analysis, fmt) if analysis.grid.reliable else ()
    return Song(
        fmt=fmt,
        stretches=stretches(analysis, fmt),
        beats=tuple(m for m in beats if not any(a < m.frame < b for a, b in weak)),
        landmarks=landmarks,
        forced=tuple(d.start for d in landmarks.drops),
        free=_free_marks(analysis, fmt),
        silence=tuple(
            (frame_at(i.start_s, fmt.rate), frame_at(i.end_s, fmt.rate)) for i in analysis.silence
        ),
        loudness=loudness_of(analysis),
        meter=max(1, analysis.grid.meter),
        beat_s=_beat_seconds(analysis),
        least=min_shot_frames(fmt),
    )


def pieces(
    song: Song, pace: Pace, seed: int, shots_per_minute: float | None = None
) -> tuple[Piece, ...]:
    """Cut the song; a cut lies on every one of its ``forced`` frames that leaves room for a shot.

    Parameters
    ----------
    pace : callable
        Factor on shot lengths (the look's and the act's) by frame; below 1 cuts faster.
    shots_per_minute : float or None
        The wanted average; then a factor on the pace is searched that comes nearest.
    """
    if _is_silent(song):
        return _still(song)
    if shots_per_minute is None:
        return _cut(song, pace, seed)
    song = replace(song, fine=True)
    wanted = shots_per_minute * float(seconds_at(song.fmt.total_frames, song.fmt.rate)) / 60
    low, high = math.log(0.02), math.log(60.0)
    best = _cut(song, pace, seed)
    for _ in range(14):
        middle = (low + high) / 2
        made = _cut(song, _scaled(pace, math.exp(middle)), seed)
        if abs(len(made) - wanted) < abs(len(best) - wanted):
            best = made
        low, high = (middle, high) if len(made) > wanted else (low, middle)
    return best


def _scaled(pace: Pace, factor: float) -> Pace:
    return lambda frame: factor * pace(frame)


def _beat_seconds(analysis: AudioAnalysis) -> float:
    bpm = analysis.grid.bpm
    return 60.0 / bpm if bpm and math.isfinite(bpm) and bpm > 0 else NORMAL_BEAT_S


def _beat_marks(analysis: AudioAnalysis, fmt: Format) -> tuple[Mark, ...]:
    marks: dict[int, Mark] = {}
    for beat in analysis.grid.beats:
        frame = frame_at(beat.time_s, fmt.rate)
        if 0 <= frame <= fmt.total_frames and (frame not in marks or marks[frame].position != 1):
            marks[frame] = Mark(
                frame=frame,
                position=beat.position,
                weight=beat.strength,
                bar=beat.bar,
                kind="bar line" if beat.position == 1 else "beat",
            )
    return tuple(marks[f] for f in sorted(marks))


def _free_marks(analysis: AudioAnalysis, fmt: Format) -> tuple[Mark, ...]:
    points = [(t, 1.0, "phrase") for t in analysis.phrases_s]
    points += [(i.start_s, 1.1, "silence") for i in analysis.silence]
    points += [(i.end_s, 1.3, "silence") for i in analysis.silence]
    for band in analysis.bands[:2]:
        pairs = zip(band.onsets_s, band.strengths, strict=False)
        points += [(t, 0.6 * s, "onset") for t, s in pairs if s >= STRONG_ONSET]
    best: dict[int, Mark] = {}
    for seconds, weight, kind in points:
        frame = frame_at(seconds, fmt.rate)
        if frame not in best or best[frame].weight < weight:
            best[frame] = Mark(frame=frame, position=0, weight=weight, kind=kind)
    return tuple(best[f] for f in sorted(best))


def _is_silent(song: Song) -> bool:
    held = sum(max(0, min(b, song.fmt.total_frames) - max(0, a)) for a, b in song.silence)
    return held >= 0.95 * song.fmt.total_frames


def _still(song: Song) -> tuple[Piece, ...]:
    total = song.fmt.total_frames
    if total < 2 * song.least or total / song.fmt.rate <= STILL_SONG_S:
        return (Piece(start=0, end=total, stretch=0, energy=0.0, cut_on="start"),)
    middle = total // 2
    home = bisect_right([s.start for s in song.stretches], middle) - 1
    return (
        Piece(start=0, end=middle, stretch=0, energy=0.0, cut_on="start"),
        Piece(start=middle, end=total, stretch=home, energy=0.0, cut_on="middle"),
    )


def _cut(song: Song, pace: Pace, seed: int) -> tuple[Piece, ...]:
    out: list[Piece] = []
    rung: float | None = None
    for at, stretch in enumerate(song.stretches):
        # A section that returns is cut alike, so its pattern depends on the group alone.
        rng = random.Random(seed_for("pacing", seed, stretch.group))
        edges: list[int] = []
        for a, b in _spans(song, stretch):
            if len(_between(song.beats, a, b)) >= 2:
                inner, rung = _on_grid(song, at, (a, b), pace, rng, rung)
            else:
                inner, rung = _freely(song, at, a, b, pace), None
            edges += _without_long(song, at, inner, b, pace)
        out += _as_pieces(song, at, edges)
    return tuple(out)


def _spans(song: Song, stretch: Stretch) -> list[tuple[int, int]]:
    """A stretch parted at its forced cuts, and where it loses or finds the beat."""
    edges = [stretch.start, stretch.end]
    wanted = [f for f in song.forced if stretch.start < f < stretch.end]
    wanted += [
        _border(song, frame)
        for span in song.landmarks.weak
        for frame in span
        if stretch.start < frame < stretch.end
    ]
    for frame in wanted:
        if min(abs(frame - edge) for edge in edges) >= song.least:
            edges.append(frame)
    return list(pairwise(sorted(e for e in edges if stretch.start <= e <= stretch.end)))


def _border(song: Song, frame: int) -> int:
    """The bar line, phrase or onset nearest to where the beat is lost or found."""
    reach = round(BORDER_S * song.fmt.rate)
    bars = [m for m in _between(song.beats, frame - reach, frame + reach) if m.position == 1]
    near = [*bars, *_between(song.free, frame - reach, frame + reach)]
    return min((m.frame for m in near), key=lambda f: abs(f - frame), default=frame)


def _frame(mark: Mark) -> int:
    return mark.frame


def _between(marks: Sequence[Mark], start: int, end: int) -> Sequence[Mark]:
    return marks[bisect_left(marks, start, key=_frame) : bisect_right(marks, end, key=_frame)]


def _wish_s(song: Song, stretch: Stretch, energy: float, pace: float) -> float:
    """Seconds a shot of this energy should last."""
    lifted = min(1.0, max(0.0, energy + LABEL_LIFT.get(stretch.label, 0.0)))
    tempo = float((song.beat_s / NORMAL_BEAT_S) ** TEMPO_SHARE)
    return CALM_SHOT_S * math.exp(-PACE_FALL * lifted) * pace * tempo


def _local(song: Song, at: int, frame: int, seconds: float) -> float:
    stretch, now = song.stretches[at], float(seconds_at(frame, song.fmt.rate))
    end = min(now + seconds, float(seconds_at(stretch.end, song.fmt.rate)))
    return energy_at(stretch, song.loudness, now, end)


def _ladder(meter: int, fine: bool) -> list[int]:
    """Shot lengths in beats that sit in the bar: parts of it, whole bars, phrases of 2, 4 and 8.

    ``fine`` adds odd numbers of bars, to meet a wanted average.
    """
    half = [meter // 2] if meter % 2 == 0 and meter > 2 else []
    bars = (1, 2, 3, 4, 5, 6, 8, 12, 16) if fine else (1, 2, 4, 8)
    return sorted({1, *half, *(n * meter for n in bars)})


def _on_grid(
    song: Song,
    at: int,
    span: tuple[int, int],
    pace: Pace,
    rng: random.Random,
    rung: float | None,
) -> tuple[list[int], float]:
    """Edges inside a span on beats; gives the rung of the ladder it ends on."""
    stretch, (now, end) = song.stretches[at], span
    marks = _between(song.beats, now, end)
    edges, wish = [now], rung or 0.0
    bars = 4 * song.meter * song.beat_s
    ladder = _ladder(song.meter, song.fine)
    first = now == stretch.start
    while True:
        energy = _local(song, at, now, bars)
        hurry = song.landmarks.hurry(now)
        beats = _wish_s(song, stretch, energy, pace(now) * hurry) / song.beat_s
        held = HYSTERESIS * (0.5 if first or hurry != 1.0 else 1.0)
        if not wish or abs(math.log2(beats / wish)) > held:
            wish = min(ladder, key=lambda n: abs(math.log2(n / beats)))
        count = _varied(
            wish, math.log2(beats / wish), song, energy, first and not stretch.returns, rng
        )
        if song.landmarks.drop_at(now) and song.meter * song.beat_s <= DROP_HOLD_S:
            count = max(wish, song.meter)  # the boldest picture is given time to be seen
        here = bisect_left(marks, now, key=_frame)
        left = len(marks) - here
        if left <= (1.5 if left * song.beat_s <= SPLIT_S else 1.2) * min(count, wish):
            return edges, wish
        cut = _best_mark(marks, here, count, song, now)
        if cut is None or end - cut < song.least:
            return edges, wish
        edges.append(cut)
        now, first = cut, False


def _varied(
    wish: float, lean: float, song: Song, energy: float, opens: bool, rng: random.Random
) -> float:
    """A length near the wish: now and then longer, shorter when it is loud, long where it opens a
    place; more often so where the true wish leans to it (by octaves), so that the mean meets it.
    """
    roll = rng.random()
    if opens and energy < 0.7:
        longer = wish * (1.5 if wish >= 2 * song.meter else 2.0)
        return longer if longer * song.beat_s <= ESTABLISHING_S else wish
    if roll < max(LEAST_CHANGE, 0.14 + LEANING * lean) and wish <= 4 * song.meter:
        return wish * 2
    shorter = (0.20 if energy > 0.55 else 0.1) - LEANING * lean
    return wish / 2 if roll > 1.0 - max(LEAST_CHANGE, shorter) and wish >= 2 else wish


def _best_mark(marks: Sequence[Mark], here: int, count: float, song: Song, now: int) -> int | None:
    """The frame near ``count`` beats from here that sits best in the bar."""
    low = here + max(1, round(0.6 * count))
    high = min(len(marks) - 1, here + max(1, math.ceil(1.4 * count)))
    best, least_cost = None, math.inf
    for i in range(low, high + 1):
        mark = marks[i]
        if mark.frame - now < song.least:
            continue
        cost = abs(i - here - count) / max(count, 1.0)
        if len(marks) - i < 0.4 * count:
            cost += 0.45  # a short end would look like a slip
        if mark.position != 1:
            strong = count < song.meter and mark.position % 2 == 1
            cost += 0.05 if strong else 0.5 if count >= song.meter else 0.25
        if cost < least_cost:
            best, least_cost = mark.frame, cost
    return best


def _freely(song: Song, at: int, start: int, end: int, pace: Pace) -> list[int]:
    """Edges from ``start`` towards ``end`` on phrases, silences and strong onsets."""
    rate, edges, now = song.fmt.rate, [start], start
    marks = _between(song.free, start, end)
    while True:
        hurried = pace(now) * song.landmarks.hurry(now)
        wish_s = 1.15 * _wish_s(song, song.stretches[at], _local(song, at, now, 8.0), hurried)
        wish = max(song.least, round(wish_s * rate))
        if end - now <= 1.6 * wish:
            return edges
        cut = _free_cut(song, marks, now, end, wish)
        if cut is None or end - cut < song.least:
            return edges
        edges.append(cut)
        now = cut


def _free_cut(song: Song, marks: Sequence[Mark], now: int, end: int, wish: int) -> int | None:
    least = max(song.least, round(0.5 * wish))
    for reach in (1.7, 2.6):
        near = [m for m in marks if now + least <= m.frame <= now + reach * wish]
        near = [m for m in near if not _inside_silence(song, m.frame)]
        if near:
            return max(
                near,
                key=lambda m: (m.weight - 0.8 * abs(math.log((m.frame - now) / wish)), -m.frame),
            ).frame
    blind = now + 2 * wish
    for quiet_start, quiet_end in song.silence:
        if quiet_start < blind < quiet_end:
            blind = quiet_end
    return blind if now + song.least <= blind < end else None


def _inside_silence(song: Song, frame: int) -> bool:
    return any(a < frame < b for a, b in song.silence)


def _without_long(song: Song, at: int, edges: list[int], end: int, pace: Pace) -> list[int]:
    """Split what is longer than anyone looks at, on the grid if there is one, never a silence."""
    out: list[int] = []
    for a, b in pairwise([*edges, end]):
        longest = round(LONGEST_S * max(1.0, min(pace(a), 1.3)) * song.fmt.rate)
        out += _halved(song, at, a, b, longest, pace) if b - a > longest else [a]
    return out


def _halved(song: Song, at: int, a: int, b: int, longest: int, pace: Pace) -> list[int]:
    """Edges from ``a`` on that leave no piece longer than ``longest`` where beats allow it."""
    room = max(song.least, (b - a) // 4)
    near = _between(song.beats, a + room, b - room)
    if not near:
        return _freely(song, at, a, b, pace)
    bar_lines = [m for m in near if m.position == 1] or near
    middle = min(bar_lines, key=lambda m: abs(2 * m.frame - a - b)).frame
    parts = ((a, middle), (middle, b))
    return [
        edge
        for x, y in parts
        for edge in (_halved(song, at, x, y, longest, pace) if y - x > longest else [x])
    ]


def _as_pieces(song: Song, at: int, edges: Sequence[int]) -> list[Piece]:
    stretch, rate = song.stretches[at], song.fmt.rate
    kinds = {m.frame: m.kind for m in song.free} | {m.frame: m.kind for m in song.beats}
    made = []
    for a, b in pairwise([*edges, stretch.end]):
        energy = energy_at(
            stretch, song.loudness, float(seconds_at(a, rate)), float(seconds_at(b, rate))
        )
        kind = "section" if a == stretch.start else kinds.get(a, "phrase")
        kind = "drop" if song.landmarks.drop_at(a) else kind
        made.append(
            Piece(
                start=a, end=b, stretch=at, energy=round(energy, 3), cut_on=kind if a else "start"
            )
        )
    return made
