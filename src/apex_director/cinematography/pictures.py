"""Which pictures are made and which shot looks at which: motifs shared out under a cap."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from apex_director.core.ids import seed_for

from .form import Stretch
from .motifs import Scenery
from .pacing import Piece

SECONDS_PER_PICTURE = 6.0
MOST_PER_SECTION, SECONDS_PER_MORE = 6, 14.0  # a long section may have more, one per so many s
AT_A_TIME = 3  # pictures a section goes to and fro between before it moves on
BORROW_EVERY = 3  # a section that returns shows an earlier picture of its motif this often
SOFT_CAP, SOFT_CAP_PER_MINUTE, HARD_CAP = (
    12,
    3.0,
    60,
)  # drawing costs seconds, so long songs reuse pictures


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
) -> tuple[Slot, ...]:
    """The pictures worth making, at most ``max_shots``.

    First every motif once, the climax before all; then its returns; then further views.
    """
    cap = max_shots or min(HARD_CAP, math.ceil(SOFT_CAP + SOFT_CAP_PER_MINUTE * seconds / 60))
    total = form[-1].end
    wanted: list[tuple[tuple[bool, ...], float, Slot]] = []
    for at, stretch in enumerate(form):
        count = _count(stretch, sum(p.stretch == at for p in pieces), at == climax, seconds / total)
        for number in range(count):
            known = stretch.returns > 0 or (at != climax and stretch.group == form[climax].group)
            rank = (number > 1, number > 0, at != climax, known)
            wanted.append((rank, -stretch.energy * stretch.frames, Slot(stretch=at, number=number)))
    return tuple(sorted(slot for _, _, slot in sorted(wanted)[: max(1, cap)]))


def _count(stretch: Stretch, shots: int, climax: bool, frame_s: float) -> int:
    seconds = stretch.frames * frame_s
    count = seconds / SECONDS_PER_PICTURE * (0.7 + 0.6 * stretch.energy)
    count *= 0.85 if stretch.returns else 1.0
    most = min(shots, max(MOST_PER_SECTION, round(seconds / SECONDS_PER_MORE)))
    return max(1, min(most, round(count) + (1 if climax and shots > 2 else 0)))


def share_out(
    form: Sequence[Stretch], pieces: Sequence[Piece], slots: Sequence[Slot], climax: int
) -> tuple[Slot, ...]:
    """The slot each shot looks at; neighbours differ wherever a second picture is at hand."""
    chosen: list[Slot] = []
    inside, counts = 0, Counter(p.stretch for p in pieces)
    for i, piece in enumerate(pieces):
        inside = 0 if i == 0 or pieces[i - 1].stretch != piece.stretch else inside + 1
        own, borrowed = _pools(form, slots, piece.stretch)
        if piece.stretch == len(form) - 1:
            borrowed = []  # the light of the film's end must not fall back to an earlier hour
        before = chosen[-1] if chosen else None
        own = _chapter(own, inside / counts[piece.stretch])
        chosen.append(_pick(own, borrowed, inside, before, piece.stretch == climax))
    return tuple(chosen)


def _chapter(own: list[Slot], progress: float) -> list[Slot]:
    """The few pictures a long section is at, so that it moves on instead of going round."""
    if len(own) <= AT_A_TIME:
        return own
    chapter = int(progress * math.ceil(len(own) / AT_A_TIME))
    return own[chapter * AT_A_TIME : (chapter + 1) * AT_A_TIME]


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
        return own, earlier[-2:]
    if kin:
        return kin, []
    near = sorted(slots, key=lambda s: (abs(s.stretch - at), s))
    return near[:2], []


def _pick(
    own: Sequence[Slot], borrowed: Sequence[Slot], inside: int, before: Slot | None, climax: bool
) -> Slot:
    if borrowed and not climax and inside % BORROW_EVERY == BORROW_EVERY - 1:
        slot = borrowed[(inside // BORROW_EVERY) % len(borrowed)]
        if slot != before:
            return slot
    slot = own[inside % len(own)]
    if slot == before:
        others = [s for s in (*own, *borrowed) if s != before]
        return others[inside % len(others)] if others else slot
    return slot


def picture_seed(seed: int, scenery: Scenery, number: int) -> int:
    """The seed of a picture: the same place keeps its seed when its hour or weather has changed,
    else it is seen from another side.
    """
    visit = 0 if number == 0 and not scenery.same_hour else scenery.visits
    return seed_for("picture", seed, scenery.motif.family, scenery.motif.name, number, visit)
