"""A forecast and the records it learns from."""

from __future__ import annotations

from dataclasses import dataclass, field

from apex_director.core.money import Usd


@dataclass(frozen=True, kw_only=True)
class Range:
    """What is likely: in one case of ten less than ``p10``, in one of ten more than ``p90``."""

    p10: float
    p50: float
    p90: float


@dataclass(frozen=True, kw_only=True)
class UsdRange:
    """The same for money."""

    p10: Usd = field(default_factory=Usd)
    p50: Usd = field(default_factory=Usd)
    p90: Usd = field(default_factory=Usd)


@dataclass(frozen=True, kw_only=True)
class Stage:
    """The median of one stage (names of contract B20), in seconds on the clock."""

    name: str
    seconds: float


@dataclass(frozen=True, kw_only=True)
class Record:
    """What an earlier job was predicted to take and took, in seconds on the clock."""

    predicted_s: float
    actual_s: float


@dataclass(frozen=True, kw_only=True)
class Estimate:
    """Time and money of a plan. ``confidence`` is 0.3 without history and 0.95 at most (contract
    B11).
    """

    seconds: Range
    usd: UsdRange
    stages: tuple[Stage, ...]
    confidence: float
    basis: str
    pictures: int
    frames: int
