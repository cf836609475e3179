"""Time and cost of pictures on every backend a studio has (contract P42, P43)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from apex_director.core.errors import ValidationFailed

from . import money, sums, throughput
from .complexity import prompt_complexity
from .learning import LEAST_CONFIDENCE, Band, Factors, Learned, features, sample
from .model import (
    IMAGE,
    BatchEstimate,
    Generation,
    GenerationEstimate,
    MoneyLine,
    PictureQuote,
    Range,
)
from .wanted import Wanted, wanted_of

Quotes = Sequence[PictureQuote] | Callable[[Mapping[str, Any], str], Sequence[PictureQuote]]
"""One quote of each backend, for any picture or asked for each (prices differ by size)."""

COLD = "cold start: no history yet"


@dataclass(frozen=True, kw_only=True)
class _One:
    """One picture of one backend: its time, and what that was learned from."""

    wanted: Wanted
    quote: PictureQuote
    each: Range
    found: Factors

    def part(self) -> sums.Part:
        return sums.Part(
            each=self.each,
            count=self.wanted.count,
            group=self.quote.backend,
            shared=self.found.shared,
            together=self.quote.together,
        )


class Knowledge:
    """What a studio's records say of every backend; read once, asked often."""

    def __init__(self, history: Sequence[Generation]) -> None:
        self.records = [r for r in history if r.kind == IMAGE]
        self._learned: dict[str, Learned] = {}

    def of(self, backend: str) -> list[Generation]:
        """The records of one backend, oldest first."""
        return [r for r in self.records if r.backend == backend]

    def learned(self, backend: str) -> Learned:
        """How far the table is wrong about a backend."""
        if backend not in self._learned:
            pace = throughput.pace_of(backend)
            samples = [sample(r, prior_of(r)) for r in self.of(backend)]
            self._learned[backend] = Learned(
                [s for s in samples if s is not None], Band(low=pace.low, high=pace.high)
            )
        return self._learned[backend]

    def one(
        self, quote: PictureQuote, megapixels: float, steps: int, complexity: float
    ) -> tuple[Range, Factors]:
        """Seconds of one picture of a quote, and the factors they come from."""
        prior = quote.seconds_prior or throughput.picture_seconds(quote.backend, megapixels, steps)
        x = features(megapixels, steps, complexity, 1)
        found = self.learned(quote.backend).at(x)
        each = Range(p10=prior * found.p10, p50=prior * found.p50, p90=prior * found.p90)
        return each, found


def prior_of(record: Generation) -> float:
    """Seconds expected of a recorded picture before anything was learned."""
    if record.prior_s > 0:
        return record.prior_s
    return throughput.picture_seconds(
        record.backend, record.megapixels, record.steps or throughput.STANDARD_STEPS
    )


def estimate_generation(
    params: Mapping[str, Any],
    prompt: str,
    *,
    quotes: Sequence[PictureQuote],
    history: Sequence[Generation] = (),
) -> GenerationEstimate:
    """Forecast pictures of one prompt.

    Parameters
    ----------
    params : mapping
        ``width``, ``height``, ``steps``, ``quality_level``, ``guidance_scale``, ``priority``,
        ``count`` and ``backend`` (or ``backend_preference``), all optional, limits X1.
    prompt : str
        At most 5000 characters; empty where it is not known yet.
    quotes : sequence of PictureQuote
        One of each backend, in the order they are tried; the first that can be used is taken where
        none is named.
    history : sequence of Generation
        Records of pictures, oldest first.

    Raises
    ------
    ValidationFailed
        A value is outside its limits, or no quote is of the backend named; ``where`` names it.
    """
    known, wanted = Knowledge(history), wanted_of(params, prompt)
    chosen = _chosen(wanted, quotes)
    made = _told(_one(wanted, chosen, known), known)
    others = (q for q in quotes if q.backend != chosen.backend)
    return replace(
        made, suggestions=tuple(_told(_one(wanted, quote, known), known) for quote in others)
    )


def estimate_batch(
    items: Sequence[tuple[Mapping[str, Any], str]],
    *,
    quotes: Quotes,
    history: Sequence[Generation] = (),
) -> BatchEstimate:
    """Forecast several (params, prompt) pairs: each of them, and their sum.

    Raises
    ------
    ValidationFailed
        As :func:`estimate_generation`; ``where`` begins with the item's number.
    """
    known = Knowledge(history)
    ones = [_item(index, params, prompt, quotes, known) for index, (params, prompt) in
            enumerate(items)]  # fmt: skip
    made = [_told(one, known) for one in ones]
    parts = _merged_parts(ones)
    return BatchEstimate(
        items=tuple(made),
        seconds=rounded(sums.total(parts)),
        elapsed=rounded(sums.total(parts, side_by_side=True)),
        usd=money.total(merged([item.line for item in made]), known.records),
        confidence=min((item.confidence for item in made), default=LEAST_CONFIDENCE),
        unpriced=sum(item.count for item in made if item.usd is None),
    )


def merged(lines: Sequence[MoneyLine]) -> list[MoneyLine]:
    """One line for all that is bought of the same backend, model and price."""
    found: dict[tuple[object, ...], MoneyLine] = {}
    for line in lines:
        key = (line.backend, line.model, line.each, line.basis, line.price_date)
        before = found.get(key)
        found[key] = replace(line, count=line.count + (before.count if before else 0))
    return list(found.values())


def rounded(seconds: Range) -> Range:
    """To a tenth of a second."""
    return Range(p10=round(seconds.p10, 1), p50=round(seconds.p50, 1), p90=round(seconds.p90, 1))


def basis_words(quote: PictureQuote, found: Factors) -> str:
    """Where the time comes from, for people."""
    source = "as told" if quote.seconds_prior else throughput.pace_of(quote.backend).source
    if found.records == 0:
        return f"{COLD}; time: {source}"
    many = "1 earlier picture" if found.records == 1 else f"{found.records} earlier pictures"
    return f"time: {source}, corrected by {many}"


def _item(
    index: int,
    params: Mapping[str, Any],
    prompt: str,
    quotes: Quotes,
    known: Knowledge,
) -> _One:
    try:
        wanted = wanted_of(params, prompt)
        asked = quotes(params, prompt) if callable(quotes) else quotes
        return _one(wanted, _chosen(wanted, asked), known)
    except ValidationFailed as error:
        raise ValidationFailed(
            error.what, where=f"[{index}].{error.where}", what_to_do=error.what_to_do
        ) from error


def _chosen(wanted: Wanted, quotes: Sequence[PictureQuote]) -> PictureQuote:
    """The backend that was named; else the first that can be used, else the first."""
    if wanted.backend:
        named = [q for q in quotes if q.backend == wanted.backend]
    else:
        named = [q for q in quotes if not q.needs] or list(quotes)
    if not named:
        raise ValidationFailed(
            f"'{wanted.backend}' is no backend of this studio" if wanted.backend
            else "there is no backend to ask",
            where="backend",
            what_to_do=f"Choose one of {', '.join(q.backend for q in quotes)}." if quotes
            else "Set one up first.",
        )  # fmt: skip
    return named[0]


def _one(wanted: Wanted, quote: PictureQuote, known: Knowledge) -> _One:
    complexity = prompt_complexity(wanted.prompt)
    each, found = known.one(quote, wanted.megapixels, wanted.steps, complexity)
    return _One(wanted=wanted, quote=quote, each=each, found=found)


def _told(one: _One, known: Knowledge) -> GenerationEstimate:
    wanted, quote, pace = one.wanted, one.quote, throughput.pace_of(one.quote.backend)
    line = money.line_of(replace(quote, count=wanted.count), known.of(quote.backend))
    return GenerationEstimate(
        backend=quote.backend,
        model=quote.model,
        count=wanted.count,
        seconds=rounded(sums.total([one.part()], side_by_side=True)),
        usd=line.usd,
        confidence=round(one.found.confidence, 2),
        basis=basis_words(quote, one.found),
        factors={
            "resolution": round(throughput.resolution_factor(pace, wanted.megapixels), 4),
            "steps": round(throughput.steps_factor(pace, wanted.steps), 4),
            "prompt_complexity": prompt_complexity(wanted.prompt),
        },
        line=line,
        needs=quote.needs,
        records=one.found.records,
    )


def _merged_parts(ones: Sequence[_One]) -> list[sums.Part]:
    """Like pieces of one backend as one part, so that long batches are summed quickly."""
    found: dict[tuple[str, Range], sums.Part] = {}
    for one in ones:
        part = one.part()
        key = (part.group, part.each)
        before = found.get(key)
        found[key] = replace(part, count=part.count + (before.count if before else 0))
    return list(found.values())
