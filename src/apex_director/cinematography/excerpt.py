"""A stretch of a film as a film of its own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from itertools import pairwise

from apex_director.core.errors import PlanInvalid
from apex_director.core.time import frame_at
from apex_director.core.timeline import Span

from .model import (
    CardWord,
    SectionPlan,
    Shot,
    Storyboard,
    TitleCard,
    Transition,
    Treatment,
)

SHORTEST_SHOT_S = Fraction(2, 5)
"""A leftover of a shot at a border that is shorter goes to its neighbour: the eye sees a flash."""
TITLE_AT_S = Fraction(2, 5)
TITLE_SHARE = Fraction(3, 5)  # of the excerpt that a title card may stand at most
SHORTEST_LYRIC_S = Fraction(3, 5)
"""What of a line is left must stand this long, or nobody can read it."""


def excerpt_of(storyboard: Storyboard, span: Span) -> Storyboard:
    """Frames ``span`` of a storyboard, counted from 0: shots cut to it, tiny leftovers given to
    their neighbours, the first shot beginning with a cut; only the pictures that are seen.

    The title card stands at the beginning where there is room for it; lyrics keep their place in
    the song.

    Raises
    ------
    PlanInvalid
        The span reaches beyond the film.
    """
    fmt = storyboard.format
    if span.start < 0 or span.end > fmt.total_frames:
        raise PlanInvalid(
            f"frames {span.start} to {span.end} are not all in a film of {fmt.total_frames}",
            where="excerpt",
        )
    shots = _shots(storyboard.shots, span, frame_at(SHORTEST_SHOT_S, fmt.rate))
    seen = {shot.picture_id for shot in shots}
    named = {shot.section_id for shot in shots}
    return replace(
        storyboard,
        format=replace(fmt, total_frames=len(span)),
        sections=_sections([s for s in storyboard.sections if s.section_id in named], span),
        pictures=tuple(p for p in storyboard.pictures if p.picture_id in seen),
        shots=shots,
        titles=_titles(storyboard.titles, span, fmt.rate),
        treatment=_treatment(storyboard.treatment, span, named),
        warnings=(),
    )


def _treatment(treatment: Treatment, span: Span, named: set[str]) -> Treatment:
    """What of a treatment is about the span; its numbers counted from there."""

    def moved(frame: int) -> int:
        return min(max(frame - span.start, 0), len(span))

    acts = [a for a in treatment.acts if a.start < span.end and a.end > span.start]
    motifs = [
        replace(m, returns=tuple(r for r in m.returns if r.section_id in named))
        for m in treatment.motifs
    ]
    return replace(
        treatment,
        climax=treatment.climax if treatment.climax in named else "",
        peak=moved(treatment.peak),
        acts=tuple(
            replace(a, start=moved(a.start), end=moved(a.end), turn=moved(a.turn)) for a in acts
        ),
        motifs=tuple(m for m in motifs if m.returns),
        palette_script=tuple(s for s in treatment.palette_script if s.section_id in named),
    )


def _shots(shots: Sequence[Shot], span: Span, shortest: int) -> tuple[Shot, ...]:
    kept = [
        replace(s, start=max(s.start, span.start), end=min(s.end, span.end))
        for s in shots
        if s.start < span.end and s.end > span.start
    ]
    cut = {s.shot_id for s in shots if s.start < span.start or s.end > span.end}
    if len(kept) > 1 and kept[0].shot_id in cut and kept[0].frames < shortest:
        kept[:2] = [replace(kept[1], start=span.start)]
    if len(kept) > 1 and kept[-1].shot_id in cut and kept[-1].frames < shortest:
        kept[-2:] = [replace(kept[-2], end=span.end)]
    moved = [replace(s, start=s.start - span.start, end=s.end - span.start) for s in kept]
    return _joined(moved)


def _joined(shots: Sequence[Shot]) -> tuple[Shot, ...]:
    """The first shot begins with a cut; transitions that no longer fit their shots become cuts."""
    out = [replace(shots[0], transition=Transition())]
    for shot in shots[1:]:
        frames, before = shot.transition.frames, out[-1]
        taken = (before.transition.frames + 1) // 2 + (frames + 1) // 2
        fits = frames < min(shot.frames, before.frames) and taken <= before.frames
        out.append(shot if fits else replace(shot, transition=Transition()))
    return tuple(out)


def _sections(sections: Sequence[SectionPlan], span: Span) -> tuple[SectionPlan, ...]:
    """Sections cut to the span; one that only a shot reaching in from outside names holds a frame
    at the border.
    """
    edges = [0, *(s.start - span.start for s in sections[1:]), len(span)]
    for i in range(1, len(sections)):
        edges[i] = min(max(edges[i], edges[i - 1] + 1), len(span) - len(sections) + i)
    return tuple(
        replace(section, start=a, end=b)
        for section, (a, b) in zip(sections, pairwise(edges), strict=True)
    )


def _titles(titles: Sequence[TitleCard], span: Span, rate: Fraction) -> tuple[TitleCard, ...]:
    out = []
    for card in titles:
        moved = _title(card, span, rate) if card.role == "title" else _lyric(card, span, rate)
        out += [moved] if moved is not None else []
    return tuple(sorted(out, key=lambda card: card.start))


def _title(card: TitleCard, span: Span, rate: Fraction) -> TitleCard | None:
    """A title opens the excerpt, wherever it stood, if it does not fill it."""
    start, length = frame_at(TITLE_AT_S, rate), card.end - card.start
    if start + length > len(span) * TITLE_SHARE:
        return None
    return replace(card, start=start, end=start + length, words=())


def _lyric(card: TitleCard, span: Span, rate: Fraction) -> TitleCard | None:
    start, end = max(card.start, span.start), min(card.end, span.end)
    needed = min(card.end - card.start, frame_at(SHORTEST_LYRIC_S, rate))
    if end - start < max(1, needed):
        return None
    words = tuple(_word(word, start, end, span.start) for word in card.words)
    return replace(card, start=start - span.start, end=end - span.start, words=words)


def _word(word: CardWord, start: int, end: int, origin: int) -> CardWord:
    """A word keeps its place; what was sung before the excerpt is lit from its start."""
    first = min(max(word.start, start), end)
    last = min(max(word.end, first), end)
    return replace(word, start=first - origin, end=last - origin)
