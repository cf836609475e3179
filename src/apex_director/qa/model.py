"""What the final check measured, and its verdict (contract D27)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Verdict = Literal["pass", "warn", "block"]


@dataclass(frozen=True, kw_only=True)
class Check:
    """One measured figure against its limit. ``where`` holds time spans or places, in words."""

    id: str
    measured: float | str | None
    limit: float | str | None
    unit: str
    verdict: Verdict
    reason: str
    where: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Sync:
    """Cuts against the nearest analysed beat."""

    median_frames: float | None
    worst_frames: float | None
    p95_ms: float | None
    within_one_frame: float | None
    downbeat_share: float | None


@dataclass(frozen=True, kw_only=True)
class FlashSpan:
    """Frames ``start`` to ``end`` (half-open) in which flashes exceed the limit, and of which
    kind.
    """

    start: int
    end: int
    kind: Literal["luminance", "red"]
    flashes_per_second: float
    area: float


@dataclass(frozen=True, kw_only=True)
class Report:
    """The whole check."""

    verdict: Verdict
    overall_quality_score: float
    checks: tuple[Check, ...]
    sync: Sync
    flashes: tuple[FlashSpan, ...] = ()
