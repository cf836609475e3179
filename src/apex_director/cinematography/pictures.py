"""Which pictures are made and which shot looks at which: motifs shared out under a cap."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from apex_director.core.ids import seed_for

from .form import Stretch
from .motifs import Scenery
from .pacing import Piece

SECONDS_PER_PICTURE = 6.0
MOST_PER_SECTION, SECONDS_PER_MORE = 6, 14.0  # a long section may have more, one per so many s
AT_A_TIME = 3  # pictures a section goes to and fro between as it moves on
LOOKS = 3  # at a picture before the section moves on, as far as there are others
BORROW_EVERY = 3  # a section that returns shows an earlier picture of its motif this often
SOFT_CAP, SOFT_CAP_PER_MINUTE, HARD_CAP = 12, 4.0, 60
"""Drawing costs seconds, so long songs reuse pictures."""
SHOTS_PER_PICTURE, BUSY_CAP_PER_MINUTE = 5, 7.0
"""Shots a film may have for each picture before it gets more, and up to how many."""


@dataclass(frozen=True, kw_only=True, order=True)
class Slot:
    """Picture ``number`` (from 0) of a stretch."""

    stretch: int
    number: int


def slots_for(
    form: Sequence[Stretch],
    pieces: Sequence[Piece],
    climax: int,
    seconds: float,
    max_shots: int | None,
    density: Callable[[int], float],
) -> tuple[Slot, ...]:
    """The pictures worth making, at most ``max_shots``.

    First every motif once, the climax before all; then its returns; then further views where
    the most shots share a picture. ``density`` is how many more (or fewer) of them the act a
    frame lies in wants.
    """
    minutes = seconds / 60
    busy = min(len(pieces) / SHOTS_PER_PICTURE, SOFT_CAP + BUSY_CAP_PER_MINUTE * minutes)
    soft = max(SOFT_CAP + SOFT_CAP_PER_MINUTE * minutes, busy)
    cap = max_shots or min(HARD_CAP, math.ceil(soft))
    total = form[-1].end
    wanted: list[tuple[tuple[bool, ...], float, Slot]] = []
    for at, stretch in enumerate(form):
        shots = sum(p.stretch == at for p in pieces)
        many = density((stretch.start + stretch.end) // 2)
        count = _count(stretch, shots, at == climax, seconds / total, many)
        for number in range(count):
            known = stretch.returns > 0 or (at != climax and stretch.group == form[climax].group)
            first = number == 0
            rank = (not first, first and at != climax, first and known)
            need = many * shots / (number + 0.5)  # shares as of seats by odd divisors
            wanted.append((rank, -need, Slot(stretch=at, number=number)))
    return tuple(sorted(slot for _, _, slot in sorted(wanted)[: max(1, cap)]))


def _count(stretch: Stretch, shots: int, climax: bool, frame_s: float, density: float) -> int:
    seconds = stretch.frames * frame_s
    count = seconds / SECONDS_PER_PICTURE * (0.7 + 0.6 * stretch.energy) * density
    count = max(count, shots / LOOKS)
    count *= 0.85 if stretch.returns else 1.0
    most = max(MOST_PER_SECTION, round(seconds / SECONDS_PER_MORE), round(shots / LOOKS))
    most = min(shots, most)
    return max(1, min(most, round(count) + (1 if climax and shots > 2 else 0)))


def share_out(
    form: Sequence[Stretch],
    pieces: Sequence[Piece],
    slots: Sequence[Slot],
    climax: int,
    peak: int,
    in_light: Callable[[Slot, Slot], bool],
) -> tuple[Slot, ...]:
    """The slot each shot looks at; neighbours differ wherever a second picture is at hand.

    Parameters
    ----------
    peak : the frame of the climax; its section's first picture is kept for it.
    in_light : whether two pictures have one hour and weather; a section borrows no others, for
        its light would jump.
    """
    chosen: list[Slot] = []
    used: Counter[Slot] = Counter()
    inside, counts = 0, Counter(p.stretch for p in pieces)
    for i, piece in enumerate(pieces):
        inside = 0 if i == 0 or pieces[i - 1].stretch != piece.stretch else inside + 1
        own, borrowed = _pools(form, slots, piece.stretch)
        borrowed = [s for s in borrowed if in_light(own[0], s)]
        if piece.stretch == len(form) - 1:
            borrowed = []  # the light of the film's end must not fall back to an earlier hour
        before = chosen[-1] if chosen else None
        if piece.stretch == climax and own[0].stretch == climax and len(own) > 1:
            if piece.start == peak and own[0] != before:
                chosen.append(own[0])
                used[own[0]] += 1
                continue
            own = own[1:] if piece.start < peak else own
        if own[0].stretch == piece.stretch:
            own = _window(own, inside / counts[piece.stretch], in_light)
        slot = _pick(own, borrowed, inside, before, used, climax=piece.stretch == climax)
        used[slot] += 1
        chosen.append(slot)
    return tuple(chosen)


def _window(own: list[Slot], progress: float, in_light: Callable[[Slot, Slot], bool]) -> list[Slot]:
    """The few pictures a section is at: it moves on through them instead of going round, and never
    to and fro between two hours.
    """
    first = int(progress * max(1, len(own) - AT_A_TIME + 1))
    here = own[first : first + AT_A_TIME]
    light = here[-1] if progress >= 0.5 else here[0]
    lit = [s for s in here if in_light(light, s)]
    return lit if len(lit) > 1 else here


def _pools(
    form: Sequence[Stretch], slots: Sequence[Slot], at: int
) -> tuple[list[Slot], list[Slot]]:
    """A stretch's own pictures, and those it may borrow: its motif's earlier ones, else the
    nearest.
    """
    own = [s for s in slots if s.stretch == at]
    kin = [s for s in slots if s.stretch != at and form[s.stretch].group == form[at].group]
    earlier = [s for s in kin if s.stretch < at]
    if own:
        return own, earlier[:2]
    if kin:
        return kin, []
    near = sorted(slots, key=lambda s: (abs(s.stretch - at), s))
    return near[:2], []


def _pick(
    own: Sequence[Slot],
    borrowed: Sequence[Slot],
    inside: int,
    before: Slot | None,
    used: Mapping[Slot, int],
    *,
    climax: bool,
) -> Slot:
    """The picture least seen so far, now and then an earlier one, never the one just seen where
    there is another.
    """
    if borrowed and not climax and inside % BORROW_EVERY == BORROW_EVERY - 1:
        slot = borrowed[(inside // BORROW_EVERY) % len(borrowed)]
        if slot != before:
            return slot
    fresh = [s for s in own if s != before] or [s for s in borrowed if s != before]
    return min(fresh or own, key=lambda s: (used.get(s, 0), s))


def picture_seed(seed: int, scenery: Scenery, number: int) -> int:
    """The seed of a picture: the same place keeps its seed when its hour or weather has changed,
    else it is seen from another side.
    """
    visit = 0 if number == 0 and not scenery.same_hour else scenery.visits
    return seed_for("picture", seed, scenery.motif.family, scenery.motif.name, number, visit)
