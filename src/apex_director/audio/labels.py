"""Names for the parts of a song, by rule, from repeats, energy, voice and what leads where.

The chorus is the repeated part with the most energy and voice that others lead up to; in a song
without a voice, and in electronic music, it is the loudest repeated part or the drop. A part that
leads into it each time is the pre-chorus (a build-up is one), an energetic one that follows it each
time the post-chorus. Verses are the longest other repeated part and whatever stands in its place.
What comes once, late and before another chorus is the bridge, and so is a breakdown. A part that
loses the voice is instrumental. Where nothing differs from the rest, every part is a plain section.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from .model import Label

END_S, END_SHARE = 30.0, 0.22  # an intro or outro is no longer than the greater of these
VOICED = 0.25  # share of the most sung part with voice that makes a song sung
SUNG_SONG = 0.17  # and of the song; less may be an instrument that glides
UNSUNG = 0.35  # of the usual share of voice: under it a part has lost the voice
LOUDER = 0.10  # energy, 0..1, that is heard as more
FOLLOWS = 0.3  # what it is worth to a chorus that something repeated leads to it
RISING = 0.5  # share of a part within a build-up or breakdown that makes it one
_LATE = 0.45  # share of the song before which nothing is a bridge


@dataclass(frozen=True, kw_only=True)
class Part:
    """A part before it has a name: its repeat group, times in seconds, energy and share of voice
    0..1, the shares of it that are a build-up and a breakdown, and whether it begins with a drop.
    """

    group: int
    start_s: float
    end_s: float
    energy: float
    sung: float
    rising: float = 0.0
    fallen: float = 0.0
    drop: bool = False

    @property
    def span(self) -> float:
        return self.end_s - self.start_s


class _Song:
    """The parts and what the rules ask of them."""

    def __init__(self, parts: Sequence[Part]) -> None:
        self.parts = list(parts)
        self.count = len(parts)
        self.total = parts[-1].end_s - parts[0].start_s
        self.groups = sorted({p.group for p in parts})
        top = sorted((p.sung for p in parts), reverse=True)
        self.usual_voice = sum(top[: (self.count + 1) // 2]) / ((self.count + 1) // 2)
        sung = sum(p.sung * p.span for p in parts) / max(self.total, 1e-9)
        self.voiced = top[0] >= VOICED and sung >= SUNG_SONG
        energies = [p.energy for p in parts if p.span >= 4.0] or [p.energy for p in parts]
        self.low, self.high = min(energies), max(energies)

    def of(self, group: int) -> list[int]:
        return [i for i, p in enumerate(self.parts) if p.group == group]

    def runs(self, group: int) -> list[int]:
        """First parts of the stretches a group comes in, so that one twice in a row counts once."""
        return [i for i in self.of(group) if i == 0 or self.parts[i - 1].group != group]

    def ends(self, group: int) -> list[int]:
        return [
            i for i in self.of(group) if i == self.count - 1 or self.parts[i + 1].group != group
        ]

    def span(self, group: int) -> float:
        return sum(self.parts[i].span for i in self.of(group))

    def mean(self, group: int, value: Callable[[Part], float]) -> float:
        mine = [self.parts[i] for i in self.of(group)]
        return sum(value(p) * p.span for p in mine) / max(sum(p.span for p in mine), 1e-9)

    def energy(self, group: int) -> float:
        """Energy of a group between the least and the most of the song."""
        mean = self.mean(group, lambda p: p.energy)
        return (mean - self.low) / max(self.high - self.low, 0.2)

    def unsung(self, i: int) -> bool:
        """Whether a part of a sung song has no voice to speak of."""
        return self.voiced and self.parts[i].sung < UNSUNG * self.usual_voice

    def rises(self, group: int) -> bool:
        return self.mean(group, lambda p: p.rising) >= RISING


def label(parts: Sequence[Part]) -> list[Label]:
    """A label for every part, in order."""
    if len({p.group for p in parts}) < 2:
        return ["section"] * len(parts)
    song = _Song(parts)
    chorus = _chorus(song)
    first, last = _intro(song, chorus), _outro(song, chorus)
    verse = _verse(song, chorus, first, last)
    before = _leading(song, chorus, verse)
    after = _following(song, chorus, verse, before)
    out = [_place(song, i, chorus, verse, before, after) for i in range(song.count)]
    out[:first] = ["intro"] * first
    out[last:] = ["outro"] * (song.count - last)
    return out


def _chorus(song: _Song) -> int:
    def score(group: int) -> float:
        mine, runs = song.of(group), song.runs(group)
        again = min(len(runs), 3) / 3
        drops = sum(song.parts[i].drop for i in runs) / len(runs)
        led = sum(i > 0 and song.parts[i - 1].rising >= RISING for i in runs) / len(runs)
        late = (0.0 if mine == [0] else 0.15) + FOLLOWS * _follows(song, group)
        closes = 0.1 if song.count - 1 in mine or song.count - 2 in mine else 0.0
        voice = song.mean(group, lambda p: p.sung) / max(song.usual_voice, 0.2)
        worth: float = 1.2 * song.energy(group) + 0.3 * min(voice, 1.0) * song.voiced + 0.8 * again
        worth += (0.5 * drops + 0.3 * led) * (len(runs) > 1)
        worth += late + closes - 0.8 * song.rises(group)
        return worth * math.sqrt(min(1.0, song.span(group) / (0.20 * song.total)))

    return max(song.groups, key=score)


def _follows(song: _Song, group: int) -> bool:
    """Whether a group comes in for the first time right after another one that repeats."""
    first = song.of(group)[0]
    return first > 0 and len(song.runs(song.parts[first - 1].group)) > 1


def _long_end(song: _Song) -> float:
    return max(END_S, END_SHARE * song.total)


def _intro(song: _Song, chorus: int) -> int:
    """How many parts at the beginning are intro."""
    count = 0
    while count < song.count - 2:
        part, then = song.parts[count], song.parts[count + 1]
        if part.end_s - song.parts[0].start_s > _long_end(song):
            break
        if part.group == chorus:
            short = count == 0 and part.span <= 0.75 * _usual_span(song, chorus)
            if not short or (then.group == chorus and not song.unsung(0)):
                break
            return 1
        alone = all(i == count or i >= song.count - 2 for i in song.of(part.group))
        if count == 0:
            quieter = part.energy < then.energy - LOUDER
            own = _usual_span(song, part.group if not alone else None)
            brief = part.span <= max(0.75 * own, 0.6 * _usual_span(song, None))
            mirrored = alone and len(song.of(part.group)) > 1
            opens = song.unsung(0) or mirrored or (brief and (alone or quieter))
            opens = opens or (alone and quieter)
        else:
            opens = alone and (song.unsung(count) or part.energy < then.energy - LOUDER)
            opens = opens and then.group != chorus and part.rising < RISING
        if not opens:
            break
        count += 1
    return count


def _outro(song: _Song, chorus: int) -> int:
    """The first part that is outro; the number of parts where none is."""
    first = song.count
    while first > 2:
        part, before = song.parts[first - 1], song.parts[first - 2]
        if song.parts[-1].end_s - part.start_s > _long_end(song):
            break
        # a last chorus rings out within itself; only one far quieter is an outro
        falls = part.energy < before.energy - (0.35 if part.group == chorus else LOUDER)
        alone = part.group != chorus and all(i in (0, first - 1) for i in song.of(part.group))
        lost = part.group != chorus and song.unsung(first - 1)
        if first < song.count:
            falls, alone = falls and part.group != chorus, False
            lost = lost and part.energy < before.energy - LOUDER
        if not (falls or alone or lost):
            break
        first -= 1
    return first


def _verse(song: _Song, chorus: int, first: int, last: int) -> int | None:
    """The group that tells the story: long, repeated, and on the way to the chorus."""
    body = range(first, last)
    others = [g for g in song.groups if g != chorus and any(i in body for i in song.of(g))]
    if not others:
        return None

    def score(group: int) -> float:
        mine = [i for i in song.of(group) if i in body]
        ahead = [
            any(p.group == chorus for p in song.parts[i + 1 : i + 3]) for i in song.ends(group)
        ]
        span = sum(song.parts[i].span for i in mine) / song.total
        early = 0.2 if mine[0] == first or mine[0] == first + 1 else 0.0
        again = 0.25 if len(song.runs(group)) > 1 else 0.0
        worth = 1.5 * min(span, 0.4) + again + 0.2 * sum(ahead) / max(len(ahead), 1) + early
        falls = song.mean(group, lambda p: p.fallen) >= RISING
        return worth - song.rises(group) - 0.5 * falls - 0.6 * _between(song, group, chorus)

    return max(others, key=score)


def _between(song: _Song, group: int, chorus: int) -> float:
    """How often a group comes between another that repeats and the chorus, 0..1."""
    runs = song.runs(group)
    after = sum(
        i > 0 and song.parts[i - 1].group != chorus and len(song.runs(song.parts[i - 1].group)) > 1
        for i in runs
    )
    ahead = sum(i + 1 < song.count and song.parts[i + 1].group == chorus for i in song.ends(group))
    return after * ahead / len(runs) ** 2


def _usual_span(song: _Song, group: int | None) -> float:
    """Middle length of the stretches a group comes in; of all parts without a group."""
    if group is None:
        return sorted(p.span for p in song.parts)[song.count // 2]
    spans, run = [], 0.0
    for i in song.of(group):
        run += song.parts[i].span
        if i in song.ends(group):
            spans.append(run)
            run = 0.0
    return sorted(spans)[len(spans) // 2]


def _leading(song: _Song, chorus: int, verse: int | None) -> set[int]:
    """Parts that lead into a chorus: each time, or by rising, or short between verse and chorus."""
    usual = _usual_span(song, verse)
    out: set[int] = set()
    for group in song.groups:
        if group in (chorus, verse):
            continue
        ends = song.ends(group)
        led = sum(i + 1 < song.count and song.parts[i + 1].group == chorus for i in ends)
        always = len(ends) > 1 and led >= 0.75 * len(ends)
        if always and _usual_span(song, group) <= 1.1 * usual and _comes_from(song, group, verse):
            out |= set(song.of(group))
    for i in song.runs(chorus):
        reach, k = 0.0, i - 1
        if k > 0 and song.parts[k].rising >= RISING:
            out.add(k)
        while k >= 0 and song.parts[k].group not in (chorus, verse):
            part = song.parts[k]
            reach += part.span
            short = reach <= 0.7 * usual and k > 0
            from_verse = k > 0 and (song.parts[k - 1].group == verse or k - 1 in out)
            if not (part.rising >= RISING or (short and from_verse) or k in out):
                break
            out.add(k)
            k -= 1
    return out


def _comes_from(song: _Song, group: int, verse: int | None) -> bool:
    """Whether a group follows a verse at least once."""
    return any(i > 0 and song.parts[i - 1].group == verse for i in song.runs(group))


def _following(song: _Song, chorus: int, verse: int | None, before: set[int]) -> set[int]:
    """Parts as loud as the chorus that follow it each time."""
    out: set[int] = set()
    usual = _usual_span(song, chorus)
    for group in song.groups:
        runs = song.runs(group)
        if group in (chorus, verse) or len(runs) < 2 or set(song.of(group)) & before:
            continue
        led = sum(i > 0 and song.parts[i - 1].group == chorus for i in runs)
        loud = song.energy(group) >= song.energy(chorus) - 0.35
        if led >= 0.75 * len(runs) and loud and _usual_span(song, group) <= 1.1 * usual:
            out |= set(song.of(group))
    return out


def _place(
    song: _Song, i: int, chorus: int, verse: int | None, before: set[int], after: set[int]
) -> Label:
    """What a part is by its group and place."""
    part = song.parts[i]
    group_voice = song.mean(part.group, lambda p: p.sung)
    lost = song.unsung(i) and part.sung < 0.35 * group_voice and len(song.of(part.group)) > 1
    if part.group == chorus:
        then = song.parts[i + 1] if i + 1 < song.count else part
        if part.rising >= RISING and then.drop and then.group == chorus:
            return "pre_chorus"
        return "instrumental" if lost and not part.drop else "chorus"
    if i in before:
        return "pre_chorus"
    if i in after:
        return "post_chorus"
    if part.group == verse:
        return "instrumental" if lost else "verse"
    return _other(song, i, chorus)


def _other(song: _Song, i: int, chorus: int) -> Label:
    """A part of no known group: bridge, instrumental, or one more verse."""
    part = song.parts[i]
    middle = (part.start_s + part.end_s) / 2 - song.parts[0].start_s
    choruses = sum(j < i for j in song.runs(chorus))
    comes_back = any(j > i for j in song.of(chorus))
    once = len(song.runs(part.group)) == 1
    if part.fallen >= RISING:
        return "bridge"
    if song.unsung(i) and not (once and middle > _LATE * song.total and choruses > 1):
        return "instrumental"
    if once and middle > _LATE * song.total and (choruses > 1 or not comes_back):
        return "bridge"
    if once and choruses == 1 and middle > 0.6 * song.total:
        return "bridge"
    return "verse"
