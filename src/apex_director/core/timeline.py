"""Half-open spans of frames and the algebra that plans and segments rest on."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from .errors import ValidationFailed


@dataclass(frozen=True, kw_only=True, order=True)
class Span:
    """Frames ``start`` to ``end``, the last one not included."""

    start: int
    end: int

    def __post_init__(self) -> None:
        if self.end <= self.start:
            raise ValidationFailed(
                f"a span must hold at least one frame, not [{self.start}, {self.end})"
            )

    def __len__(self) -> int:
        return self.end - self.start

    def __contains__(self, frame: object) -> bool:
        return isinstance(frame, int) and self.start <= frame < self.end


def split(span: Span, frame: int) -> tuple[Span, Span]:
    """Cut a span in two at a frame strictly inside it.

    Raises
    ------
    ValidationFailed
        The frame is not strictly inside.
    """
    if not span.start < frame < span.end:
        raise ValidationFailed(f"frame {frame} is not inside [{span.start}, {span.end})")
    return Span(start=span.start, end=frame), Span(start=frame, end=span.end)


def join(left: Span, right: Span) -> Span:
    """Put two adjoining spans together; the inverse of :func:`split`.

    Raises
    ------
    ValidationFailed
        They do not adjoin.
    """
    if left.end != right.start:
        raise ValidationFailed(f"spans do not adjoin: {left.end} and {right.start}")
    return Span(start=left.start, end=right.end)


def spans_between(cuts: Iterable[int], total: int) -> list[Span]:
    """Spans from 0 to ``total`` cut at the given frames (sorted, duplicates and outsiders
    dropped).
    """
    edges = [0, *sorted({c for c in cuts if 0 < c < total}), total]
    return [Span(start=a, end=b) for a, b in pairwise(edges)]


def covers(spans: Sequence[Span], total: int) -> bool:
    """True when the spans, in order, hold every frame from 0 to ``total`` exactly once."""
    at = 0
    for span in spans:
        if span.start != at:
            return False
        at = span.end
    return at == total
