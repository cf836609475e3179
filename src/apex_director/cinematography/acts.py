"""Three acts over the song's form: where they turn, and what each does to light, lens and pace."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import fmean

from apex_director.core.time import seconds_at

from .form import Stretch
from .landmarks import Landmarks
from .model import Act
from .pacing import Song

FIRST_TURN, SECOND_TURN = 0.27, 0.70  # where the turns of a three-act form are felt to be due
TURN_REACH = 0.17  # of the film, how far a section border may lie from there and still be the turn
LATE, PEAK_S = 0.3, 6.0  # a peak that no section marks: not before, and how long it sounds
DROP_WEIGHT = 0.15  # how much a drop adds to a section's energy when the climax is sought
CALMER = -0.06  # change of mean energy from one act to the next that is felt as calmer


@dataclass(frozen=True, kw_only=True)
class Part:
    """What an act does, as words and as the numbers of :class:`Act`."""

    title: str
    intent: str
    tightness: float
    pace: float
    density: float
    lift: float
    strength: float


PARTS: Mapping[tuple[int, str], Part] = {
    (1, "rise"): Part(
        title="The promise",
        intent="shows the places from far off and keeps the strongest colours back",
        tightness=-0.35, pace=1.08, density=0.9, lift=-0.015, strength=0.9,
    ),
    (1, "fall"): Part(
        title="The blaze",
        intent="begins with everything it has, near and in full colour",
        tightness=0.2, pace=0.95, density=1.1, lift=0.015, strength=1.06,
    ),
    (2, "rise"): Part(
        title="The way",
        intent="comes nearer to the figures and lets the places change with every return",
        tightness=0.3, pace=1.0, density=1.0, lift=0.0, strength=1.0,
    ),
    (2, "fall"): Part(
        title="The doubt",
        intent="steps back from what it had, holds its shots and thins the colours out",
        tightness=0.1, pace=1.12, density=0.85, lift=-0.012, strength=0.9,
    ),
    (3, "rise"): Part(
        title="The answer",
        intent="brings the first motif and the chorus together, brighter than either was",
        tightness=0.1, pace=0.93, density=1.15, lift=0.02, strength=1.08,
    ),
    (3, "after"): Part(
        title="What remains",
        intent="goes on after the climax with the places it has left",
        tightness=0.15, pace=1.04, density=1.0, lift=0.006, strength=0.97,
    ),
    (3, "fall"): Part(
        title="Letting go",
        intent="widens out, slows down and gives the colours back one by one",
        tightness=-0.45, pace=1.15, density=0.85, lift=-0.006, strength=0.88,
    ),
}  # fmt: skip
"""By number of the act, and whether the music rose or fell into it, or the climax is over."""
ROLES = {1: (2,), 2: (1, 3), 3: (1, 2, 3)}  # which acts a film of so many has


def climax_of(form: Sequence[Stretch], landmarks: Landmarks) -> int:
    """The chorus (or the section with a drop) of the highest energy, the later of equals; without
    either any section.
    """
    drops = [_drop_in(stretch, landmarks) for stretch in form]
    heard = [i for i, s in enumerate(form) if s.label == "chorus" or drops[i]]
    return max(
        heard or range(len(form)),
        key=lambda i: (round(form[i].energy + DROP_WEIGHT * drops[i], 2), i),
    )


def _drop_in(stretch: Stretch, landmarks: Landmarks) -> float:
    """The strength of the strongest drop in a stretch, 0 without one."""
    return max(
        (d.strength for d in landmarks.drops if stretch.start <= d.start < stretch.end),
        default=0.0,
    )


def peak_of(song: Song, climax: int) -> int:
    """The frame of the climax: its strongest drop, else where its section begins; in a film that
    begins with it, the bar line or phrase with the loudest music behind it.
    """
    stretch = song.stretches[climax]
    drops = [d for d in song.landmarks.drops if stretch.start <= d.start < stretch.end]
    if drops:
        return max(drops, key=lambda d: (d.strength, -d.start)).start
    if stretch.start:
        return stretch.start
    rate = song.fmt.rate
    bars = [m.frame for m in song.beats if m.position == 1] or [m.frame for m in song.free]
    near = [f for f in bars if LATE * stretch.end <= f <= stretch.end - 2 * song.least]

    def heard(frame: int) -> float:
        start = float(seconds_at(frame, rate))
        return round(song.loudness.mean(start, start + PEAK_S), 3)

    return max(near, key=lambda f: (heard(f), f), default=0)


def acts_of(
    song: Song, arc: Sequence[str], weathers: Sequence[str], climax: int
) -> tuple[Act, ...]:
    """The acts of a song; fewer than three where it has no room for their turning points.

    ``arc`` is the way of the light through the film, of which each act goes through its part;
    ``weathers`` is how the weather goes on from act to act.
    """
    form, total = song.stretches, song.fmt.total_frames
    edges = _edges(song, climax)
    spans = list(pairwise((0, *edges, total)))
    means = [_energy(form, a, b) for a, b in spans]
    peak = peak_of(song, climax)
    acts = []
    for i, (start, end) in enumerate(spans):
        way = "rise" if i and start <= peak < end else _way(i, means, over=peak < start)
        part = PARTS[ROLES[len(spans)][i], way]
        acts.append(
            Act(
                number=i + 1,
                title=part.title,
                start=start,
                end=end,
                intent=part.intent,
                turning_point="",
                turn=end if end < total else _last_turn(form, start, peak),
                hours=_hours(arc, i, len(spans)),
                weather=weathers[i * len(weathers) // len(spans)],
                tightness=part.tightness,
                pace=part.pace,
                density=part.density,
                lift=part.lift,
                strength=part.strength,
            )
        )
    return tuple(acts)


def act_at(acts: Sequence[Act], frame: int) -> Act:
    """The act a frame lies in; one that changes nothing where there are no acts."""
    found = next((act for act in acts if act.start <= frame < act.end), None)
    if found is None and acts:
        found = acts[0] if frame < acts[0].start else acts[-1]
    return found or Act(
        number=1, title="", start=0, end=max(1, frame + 1), intent="", turning_point="",
        turn=0, hours=(),
    )  # fmt: skip


def _last_turn(form: Sequence[Stretch], start: int, peak: int) -> int:
    """The climax, or where it lies in an earlier act the film's last section."""
    return peak if peak >= start else max(start, form[-1].start)


def _energy(form: Sequence[Stretch], start: int, end: int) -> float:
    """Mean energy of a span, each section by its share."""
    shares = [(min(s.end, end) - max(s.start, start), s.energy) for s in form]
    inside = [(n, e) for n, e in shares if n > 0]
    return sum(n * e for n, e in inside) / max(1, sum(n for n, _ in inside))


def _way(at: int, means: Sequence[float], *, over: bool) -> str:
    """Whether the music has risen or fallen into an act; the first is told by what follows, the
    last by whether the climax is ``over``.
    """
    if at == 0:
        later = fmean(means[1:]) if len(means) > 1 else means[0]
        return "fall" if later - means[0] < CALMER else "rise"
    change = means[at] - means[at - 1]
    if at == len(means) - 1:
        return "fall" if change < 0.5 * CALMER else "after" if over else "rise"
    return "fall" if change < CALMER else "rise"


def _hours(arc: Sequence[str], at: int, count: int) -> tuple[str, ...]:
    """An act's part of the way of the light; neighbours share the hour they meet in."""
    low = at * len(arc) // count
    high = max(low + 1, math.ceil((at + 1) * len(arc) / count))
    return tuple(dict.fromkeys(arc[low:high]))


def _edges(song: Song, climax: int) -> list[int]:
    """The frames on which the acts meet: borders of sections, or in a song without any the bar
    lines and phrases nearest to where a turn is due.
    """
    total, room = song.fmt.total_frames, 2 * song.least
    taken: list[int] = []
    for due, cost in ((FIRST_TURN, _first_cost), (SECOND_TURN, _second_cost)):
        after = taken[-1] if taken else 0
        borders = [
            i
            for i, s in enumerate(song.stretches)
            if s.start - after >= room
            and total - s.start >= room
            and abs(s.start / total - due) <= TURN_REACH
        ]
        if borders:
            best = min(
                borders,
                key=lambda i: (
                    cost(song.stretches, i, climax) + abs(song.stretches[i].start / total - due),
                    i,
                ),
            )
            taken.append(song.stretches[best].start)
            continue
        marks = [m.frame for m in song.beats if m.position == 1] or [m.frame for m in song.free]
        near = [f for f in marks if f - after >= room and total - f >= room]
        if near:
            taken.append(min(near, key=lambda f: abs(f - due * total)))
    return taken


def _first_cost(form: Sequence[Stretch], at: int, _climax: int) -> float:
    """Act one ends as the first chorus has been heard, or where it comes in."""
    after_chorus = form[at - 1].label in {"chorus", "post_chorus"}
    before = any(s.label == "chorus" for s in form[:at])
    liked = 0.1 if after_chorus and form[at].label != "chorus" else 0.0
    liked += 0.06 if form[at].label == "chorus" and not before else 0.0
    return -liked


def _second_cost(form: Sequence[Stretch], at: int, climax: int) -> float:
    """Act three begins with the bridge, or with the climax itself."""
    liked = 0.14 if form[at].label == "bridge" and at < climax else 0.0
    liked += 0.08 if at == climax else 0.0
    liked += 0.1 * abs(form[at].energy - form[at - 1].energy)
    return -liked
