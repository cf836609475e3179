"""Which frames are rendered together, and the key that says whether they must be rendered again."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from typing import Any

import numpy as np

from apex_director.audio.model import AudioAnalysis
from apex_director.cinematography.model import Shot, Storyboard, TitleCard, TransitionKind
from apex_director.core.errors import PlanInvalid
from apex_director.core.ids import bytes_hash, content_hash
from apex_director.core.timeline import Span

from .curves import curves
from .model import RENDERER_VERSION, Part, Segment, TransitionSpan
from .transitions import OPENING, frames_before

LONGEST_S = 10.0
"""A longer stretch is split, so that a crash loses little and the last worker does not wait."""
CLOSING_FADE_S = 0.8
"""The picture goes out over this time at the end of the video."""


def plan_segments(storyboard: Storyboard) -> tuple[Segment, ...]:
    """Cut the video into segments that hold every frame exactly once.

    A transition belongs to the segment of the shot it leads into, which then needs both pictures.

    Raises
    ------
    PlanInvalid
        The shots do not cover the video exactly once, in order.
    """
    _check_cover(storyboard)
    spans = transition_spans(storyboard)
    total = storyboard.format.total_frames
    starts = [
        span.start if span else shot.start
        for span, shot in zip(spans, storyboard.shots, strict=True)
    ]
    segments: list[Segment] = []
    longest = max(1, round(LONGEST_S * storyboard.format.rate))
    for number, (start, end) in enumerate(pairwise([*starts, total])):
        span = spans[number]
        first = span.end if span else start
        for a, b in _pieces(start, end, first, longest):
            inside = span if span and a < span.end else None
            segments.append(_segment(storyboard, len(segments), number, a, b, inside))
    return tuple(segments)


def transition_spans(storyboard: Storyboard) -> tuple[TransitionSpan | None, ...]:
    """The transition into each shot, or None for a cut; shortened so that no two overlap.

    Equal shares fall into the frame of the cut, however short a transition becomes.
    """
    shots = storyboard.shots
    out: list[TransitionSpan | None] = []
    for number, shot in enumerate(shots):
        after = max(shot.start + 1, _middle(shot)) - shot.start
        before = shot.start - _middle(shots[number - 1]) if number else shot.transition.frames
        span = _span(number, shot, before, after)
        out.append(span)
    return tuple(out)


def _span(number: int, shot: Shot, before: int, after: int) -> TransitionSpan | None:
    """A shot's transition; shortened, never moved off the cut, where a neighbour has less room."""
    kind, curve, frames = shot.transition.kind, shot.transition.curve, shot.transition.frames
    if kind is TransitionKind.CUT or frames < 2 or (number == 0 and kind not in OPENING):
        return None
    if number == 0:
        nominal = shot.start - frames_before(kind, curve, frames)
        end = min(nominal + frames, shot.start + after)
    else:
        while frames > 1 and not _fits(frames, frames_before(kind, curve, frames), before, after):
            frames -= 1
        nominal = shot.start - frames_before(kind, curve, frames)
        end = nominal + frames
    if frames < 2 or end <= shot.start:
        return None
    return TransitionSpan(
        kind=kind,
        curve=curve,
        start=max(nominal, 0),
        end=end,
        nominal=nominal,
        frames=frames,
        outgoing=number - 1 if number else None,
        incoming=number,
    )


def _fits(frames: int, early: int, before: int, after: int) -> bool:
    return early <= before and frames - early <= after


def visible_spans(storyboard: Storyboard) -> tuple[Span, ...]:
    """The frames each shot can be seen in, its two transitions included."""
    spans = transition_spans(storyboard)
    out = []
    for number, shot in enumerate(storyboard.shots):
        into, leaving = spans[number], (*spans, None)[number + 1]
        out.append(
            Span(
                start=min(shot.start, into.start) if into else shot.start,
                end=max(shot.end, leaving.end) if leaving else shot.end,
            )
        )
    return tuple(out)


def analysis_slice(storyboard: Storyboard, segment: Segment, analysis: AudioAnalysis) -> str:
    """Hash of what this segment hears: the curves of its shots, relative to where they begin."""
    visible = visible_spans(storyboard)
    blocks: list[bytes] = []
    for part in segment.parts:
        span = visible[part.shot]
        c = curves(analysis, span.start, span.end, storyboard.format.rate)
        rows = [
            c.low,
            c.mid,
            c.high,
            c.loudness,
            c.beat,
            c.bar,
            c.bar_phase,
            c.travel - c.travel[0],
            c.kick,
        ]
        blocks.append(np.stack([np.asarray(r, dtype=np.float32) for r in rows]).tobytes())
    return bytes_hash(blocks)


def segment_key(
    storyboard: Storyboard,
    segment: Segment,
    picture_hashes: Mapping[str, str],
    analysis_slice: str,
    renderer_version: str = RENDERER_VERSION,
    extra: Any = None,
) -> str:
    """SHA-256 over everything that can change the segment's pixels, and nothing else.

    Parameters
    ----------
    picture_hashes : content hash of each picture by its id.
    analysis_slice : what :func:`analysis_slice` gives for this segment.
    extra : further values that matter, such as encoder settings and the tame curve.
    """
    visible = visible_spans(storyboard)
    fmt = storyboard.format
    shots = [
        (_pixels_of(storyboard.shots[p.shot]), visible[p.shot].start, visible[p.shot].end)
        for p in segment.parts
    ]
    return content_hash(
        renderer_version,
        (fmt.width, fmt.height, fmt.rate, storyboard.seed, storyboard.reactivity),
        storyboard.grade,
        (segment.start, segment.end, max(0, segment.end - closing_fade(storyboard).start)),
        segment.transition and _shape_of(segment.transition, storyboard),
        segment.titles,
        shots,
        [picture_hashes[p] for p in segment.picture_ids],
        segment.picture_ids,
        analysis_slice,
        extra,
    )


def closing_fade(storyboard: Storyboard) -> Span:
    """The frames over which the picture goes out at the end: at most a quarter of the last shot."""
    fmt = storyboard.format
    room = storyboard.shots[-1].frames // 4
    length = max(1, min(room, round(CLOSING_FADE_S * fmt.rate)))
    return Span(start=fmt.total_frames - length, end=fmt.total_frames)


def _pixels_of(shot: Shot) -> tuple[Any, ...]:
    """What of a shot can be seen; its reason, section, lens words and energy cannot."""
    return (
        shot.picture_id,
        shot.move,
        shot.move_amount,
        shot.move_direction,
        shot.framing,
        shot.seed,
    )


def _shape_of(span: TransitionSpan, storyboard: Storyboard) -> tuple[Any, ...]:
    old = span.outgoing is not None
    stray = storyboard.palette if span.kind is TransitionKind.LIGHT_LEAK else ()
    return (span.kind, span.curve, span.start, span.end, span.nominal, span.frames, old, stray)


def _middle(shot: Shot) -> int:
    return shot.start + (shot.frames + 1) // 2


def _pieces(start: int, end: int, first: int, longest: int) -> list[tuple[int, int]]:
    """The transition, which ends at ``first``, then equal pieces of at most ``longest`` frames: a
    change of the shot before leaves the rest of a shot as it is.
    """
    if start < first < end:
        return [(start, first), *_pieces(first, end, first, longest)]
    count = -(-(end - start) // longest)
    return list(pairwise(start + (end - start) * k // count for k in range(count + 1)))


def _segment(
    board: Storyboard, index: int, number: int, start: int, end: int, span: TransitionSpan | None
) -> Segment:
    shown = [(number, start if span is None or span.outgoing is None else span.start, end)]
    if span and span.outgoing is not None:
        shown.insert(0, (span.outgoing, span.start, min(span.end, end)))
    parts = tuple(
        Part(
            shot=n,
            shot_id=board.shots[n].shot_id,
            picture_id=board.shots[n].picture_id,
            start=a,
            end=b,
        )
        for n, a, b in shown
    )
    titles: tuple[TitleCard, ...] = tuple(
        t
        for t in board.titles
        if t.start < end and t.end > start and t.role != "caption"  # captions are not drawn
    )
    return Segment(index=index, start=start, end=end, parts=parts, transition=span, titles=titles)


def _check_cover(storyboard: Storyboard) -> None:
    at = 0
    for shot in storyboard.shots:
        if shot.start != at or shot.end <= shot.start:
            raise PlanInvalid(
                f"shot {shot.shot_id} runs from frame {shot.start} to {shot.end}, expected {at}",
                where="shots",
                what_to_do="Let each shot begin where the one before it ends.",
            )
        at = shot.end
    if at != storyboard.format.total_frames or not storyboard.shots:
        raise PlanInvalid(
            f"the shots end at frame {at}, the video at {storyboard.format.total_frames}",
            where="shots",
            what_to_do="Let the last shot end with the video.",
        )
