"""A forecast, what it is made from, and the records it learns from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

from apex_director.core.money import Usd

IMAGE, MUSIC_VIDEO = "image", "music_video"
"""Kinds of work that are forecast; a record's kind is one of these, or a later production's."""


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
class Generation:
    """One finished piece of work, as the estimator remembers it.

    Parameters
    ----------
    kind : str
        ``image``, ``music_video`` ...
    backend, model : str
        Who made it; for a video, who drew most of its pictures.
    frames : int
        Frames that were rendered; 0 for a picture.
    steps, quality : int
        Sampling steps and quality level; 0 where there are none.
    prompt_complexity : float
        0..1, see :func:`apex_director.estimation.complexity.prompt_complexity`.
    workers : int
        Processes that worked side by side.
    prior_s : float
        Seconds that the table expected, nothing learned; 0 where the table is to be asked again.
    predicted : Range, optional
        What was forecast before it began, in seconds on the clock.
    seconds : float
        What it took, on the clock.
    quoted_usd, usd : Usd, optional
        The price told before and what was paid; None where nobody knows. A call that was refused
        or held after its request had left counts with what it cost.
    success : bool
        Whether it gave a result; a failure teaches money, not time.
    at : str
        ISO 8601 in UTC; empty for now.
    source : str
        What it is a record of (a job, a call), so that it is learned once; empty for none.
    """

    kind: str
    backend: str
    model: str = ""
    width: int = 0
    height: int = 0
    frames: int = 0
    steps: int = 0
    quality: int = 0
    prompt_complexity: float = 0.0
    workers: int = 1
    prior_s: float = 0.0
    predicted: Range | None = None
    seconds: float = 0.0
    quoted_usd: Usd | None = None
    usd: Usd | None = None
    success: bool = True
    at: str = ""
    source: str = ""

    @property
    def megapixels(self) -> float:
        """Of all that was made: every frame of a video, the one of a picture."""
        return self.width * self.height * max(1, self.frames) / 1e6


@dataclass(frozen=True, kw_only=True)
class PictureQuote:
    """So many pictures of one backend at one price, as told before they are made.

    Parameters
    ----------
    usd : Usd, optional
        Price of one; None: nobody knows, which is never nothing.
    basis, price_date : str
        Where the price comes from (as :class:`apex_director.providers.model.Cost`).
    seconds_prior : float
        Seconds one picture takes; 0 where the table of measured throughput is to be asked.
    together : int
        Calls under way at once; waiting does not get shorter with more cores.
    needs : str
        Why the backend cannot be used now; empty when it can.
    """

    backend: str
    model: str = ""
    usd: Usd | None = field(default_factory=Usd)
    basis: str = "free"
    price_date: str = ""
    count: int = 1
    seconds_prior: float = 0.0
    together: int = 2
    needs: str = ""


@dataclass(frozen=True, kw_only=True)
class MoneyLine:
    """One line of the bill to come; ``usd`` None where the price is not known."""

    backend: str
    model: str
    count: int
    each: Usd | None
    usd: UsdRange | None
    basis: str = "free"
    price_date: str = ""


@dataclass(frozen=True, kw_only=True)
class Estimate:
    """Time and money of a plan.

    ``confidence`` is the measured share of earlier intervals that held what happened: 0.3 without
    history, 0.95 at most (contract B11). ``usd`` sums the lines whose price is known.
    """

    seconds: Range
    usd: UsdRange
    stages: tuple[Stage, ...]
    confidence: float
    basis: str
    pictures: int
    frames: int
    lines: tuple[MoneyLine, ...] = ()
    records: int = 0

    @property
    def cold(self) -> bool:
        """Whether nothing was learned yet."""
        return self.records == 0

    @property
    def unpriced(self) -> int:
        """Pictures whose price nobody knows."""
        return sum(line.count for line in self.lines if line.usd is None)


@dataclass(frozen=True, kw_only=True)
class GenerationEstimate:
    """Time and money of ``count`` pictures of one backend (contract P42).

    ``usd`` None: the price is not known. ``factors`` are ``resolution`` and ``steps`` as multiples
    of the time of 1024x1024 and 50 steps, and ``prompt_complexity`` 0..1; ``suggestions`` are the
    same pictures on the other backends, in the order of the cascade.
    """

    backend: str
    model: str
    count: int
    seconds: Range
    usd: UsdRange | None
    confidence: float
    basis: str
    factors: Mapping[str, float]
    line: MoneyLine
    needs: str = ""
    records: int = 0
    suggestions: tuple[GenerationEstimate, ...] = ()

    @property
    def cold(self) -> bool:
        """Whether nothing was learned yet."""
        return self.records == 0


@dataclass(frozen=True, kw_only=True)
class BatchEstimate:
    """The sum of several estimates and each of them (contract P43).

    ``seconds`` is the work of all, ``elapsed`` the time on the clock with as many under way at once
    as each backend takes. ``usd`` sums what is priced; ``unpriced`` counts the pictures that are
    not.
    """

    items: tuple[GenerationEstimate, ...]
    seconds: Range
    elapsed: Range
    usd: UsdRange
    confidence: float
    unpriced: int = 0


@dataclass(frozen=True, kw_only=True)
class GenerationForecast:
    """What pictures will take and cost (contract P42).

    ``estimated_cost`` [US dollars] and ``estimated_time_seconds`` are medians, ``cost_range`` and
    ``time_range`` hold P10, P50 and P90; the cost is None where nobody knows the price.
    ``confidence_score`` is the measured share of earlier intervals that held what happened. The
    forecast is good for an hour.
    """

    estimated_cost: float | None
    estimated_time_seconds: float
    confidence_score: float
    estimate_id: str
    factors: Mapping[str, float]
    backend_suggestions: Sequence[Mapping[str, Any]]
    created_at: datetime
    expires_at: datetime
    backend: str
    model: str
    count: int
    time_range: Mapping[str, float]
    cost_range: Mapping[str, float] | None
    basis: str
    text: str

    def as_json(self) -> dict[str, Any]:
        """The same as JSON values; times in ISO 8601."""
        times = {"created_at": self.created_at.isoformat(),
                 "expires_at": self.expires_at.isoformat()}  # fmt: skip
        return asdict(self) | times


@dataclass(frozen=True, kw_only=True)
class BatchForecast:
    """Several forecasts and their sum (contract P43).

    ``estimated_time_seconds`` is the work of all, ``elapsed_range`` the time on the clock with as
    many under way at once as each backend takes; sums of ranges are ranges of sums, so they are
    narrower than the added limits. ``unpriced`` pictures are not in the cost.
    """

    items: tuple[GenerationForecast, ...]
    estimated_cost: float
    estimated_time_seconds: float
    confidence_score: float
    time_range: Mapping[str, float]
    elapsed_range: Mapping[str, float]
    cost_range: Mapping[str, float]
    unpriced: int

    def as_json(self) -> dict[str, Any]:
        """The same as JSON values."""
        return asdict(self) | {"items": [item.as_json() for item in self.items]}
