"""An edited timeline becomes a plan again: its cuts, its order, its dissolves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from apex_director.cinematography.model import (
    SectionPlan,
    Shot,
    Storyboard,
    Transition,
    TransitionKind,
)
from apex_director.core.errors import InputUnusable

from .reading import Cut, Edit

DISSOLVE_CURVE = "sine"
MOST_NOTES = 12


def edited(
    storyboard: Storyboard, edit: Edit, *, where: str = "edit"
) -> tuple[Storyboard, tuple[str, ...]]:
    """The plan with the cuts of an edit, and what was mended on the way.

    A clip is the shot of its name, else the shot that the video shows at its source. The song stays
    as it is: gaps are filled by the shot before them, and the last shot ends with the video.

    Raises
    ------
    InputUnusable
        A clip is no shot of this plan, or clips overlap.
    """
    cuts = sorted(edit.cuts, key=lambda cut: cut.start)
    _check(cuts, where)
    cuts, notes = _fitted(cuts, storyboard.format.total_frames)
    shots: list[Shot] = []
    for cut in cuts:
        source = _shot_of(storyboard, cut, where)
        if source.shot_id != cut.name:
            notes.append(f"'{cut.name}' is no shot; taken as {source.shot_id}, which it shows")
        shots.append(_placed(storyboard, source, cut, [s.shot_id for s in shots]))
    shots = [replace(shots[0], transition=Transition()), *shots[1:]]
    shots = list(_with_transitions(storyboard, shots, cuts))
    used = {shot.picture_id for shot in shots}
    gone = [s.shot_id for s in storyboard.shots if s.shot_id not in {x.shot_id for x in shots}]
    if gone:
        notes.append(f"left out: {', '.join(gone)}")
    pictures = tuple(p for p in storyboard.pictures if p.picture_id in used)
    return (
        replace(storyboard, shots=tuple(shots), pictures=pictures),
        (*edit.notes, *notes)[:MOST_NOTES],
    )


def _check(cuts: Sequence[Cut], where: str) -> None:
    for cut in cuts:
        if cut.end <= cut.start:
            raise InputUnusable(
                f"clip '{cut.name}' holds no frame",
                where=where,
                what_to_do="Remove it, then export again.",
            )
    for left, right in pairwise(cuts):
        if right.start < left.end:
            raise InputUnusable(
                f"'{left.name}' and '{right.name}' overlap at frame {right.start}",
                where=where,
                what_to_do="Bring the shots to one track without overlaps, then export again.",
            )


def _fitted(cuts: Sequence[Cut], total: int) -> tuple[list[Cut], list[str]]:
    """The cuts from frame 0 to the video's end without a gap."""
    notes: list[str] = []
    inside = [cut for cut in cuts if cut.start < total]
    if len(inside) < len(cuts):
        notes.append(f"{len(cuts) - len(inside)} clips lie behind the end of the song")
    if not inside:
        return [replace(cuts[0], start=0, end=total, dissolve=0)], notes
    starts = [0, *(cut.start for cut in inside[1:])]
    ends = [*starts[1:], total]
    for number, (cut, start, end) in enumerate(zip(inside, starts, ends, strict=True)):
        if cut.start > start and number == 0:
            notes.append(f"{cut.name} begins {cut.start} frames sooner, to fill the beginning")
        if cut.end < end:
            notes.append(f"{cut.name} stands {end - cut.end} frames longer, to fill a gap")
        if cut.end > end:
            notes.append(f"{cut.name} ends with the song, {cut.end - end} frames sooner")
    placed = [
        replace(cut, start=start, end=end)
        for cut, start, end in zip(inside, starts, ends, strict=True)
    ]
    return placed, notes


def _shot_of(storyboard: Storyboard, cut: Cut, where: str) -> Shot:
    named = {shot.shot_id: shot for shot in storyboard.shots}
    if cut.name in named:
        return named[cut.name]
    middle = cut.source + (cut.end - cut.start) // 2
    for shot in storyboard.shots:
        if shot.start <= middle < shot.end:
            return shot
    raise InputUnusable(
        f"clip '{cut.name}' is no shot of this plan",
        where=where,
        what_to_do="Keep to the shots of the exported timeline; name a clip as its shot.",
    )


def _placed(storyboard: Storyboard, shot: Shot, cut: Cut, taken: Sequence[str]) -> Shot:
    """The shot at its new place; a second use gets a name of its own."""
    name, number = shot.shot_id, 2
    while name in taken:
        name, number = f"{shot.shot_id}-{number}", number + 1
    section = _section_at(storyboard.sections, cut.start) or shot.section_id
    same = (shot.start, shot.end) == (cut.start, cut.end) and name == shot.shot_id
    reason = shot.reason if same else f"{shot.reason}; cut by hand".lstrip("; ")
    return replace(
        shot, shot_id=name, start=cut.start, end=cut.end, section_id=section, reason=reason
    )


def _section_at(sections: Sequence[SectionPlan], frame: int) -> str:
    return next((s.section_id for s in sections if s.start <= frame < s.end), "")


def _with_transitions(
    storyboard: Storyboard, shots: Sequence[Shot], cuts: Sequence[Cut]
) -> list[Shot]:
    """Dissolves of the edit, else the plan's own transition where its two shots still meet, as long
    as there is room.
    """
    before = {right.shot_id: left.shot_id for left, right in pairwise(storyboard.shots)}
    out = [shots[0]]
    for number in range(1, len(shots)):
        left, right = out[-1], shots[number]
        wanted = right.transition
        if cuts[number].dissolve:
            frames = cuts[number].dissolve // 2 * 2
            wanted = Transition(kind=TransitionKind.CROSSFADE, curve=DISSOLVE_CURVE, frames=frames)
        elif before.get(right.shot_id) != left.shot_id:
            wanted = Transition()
        room = min(right.frames - 1, left.frames - 1 - (left.transition.frames + 1) // 2)
        if wanted.frames > room:
            wanted = replace(wanted, frames=max(0, room // 2 * 2))
        out.append(replace(right, transition=wanted if wanted.frames >= 2 else Transition()))
    return out
