"""What pictures will cost: the price list for certain, and the calls that are paid for and lost.

The sum of the price list is the least that is told. Above it lie what providers charged for calls
that gave nothing (refused, or held because nobody knows), and how far their bills were from their
lists; both are learned from the studio's own records.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from apex_director.core.ids import seed_for
from apex_director.core.money import Usd

from .model import Generation, MoneyLine, PictureQuote, UsdRange

F64 = NDArray[np.float64]
DRAWS = 2000
SINGLY = 256  # pictures whose lost calls are drawn one by one
LOST_PRIOR, CALLS_PRIOR = 0.6, 20.0  # three of a hundred calls are paid and lost, until we know
MARGIN = 1.10  # of P90 over the price list where nothing is known (contract B11)
BILLS_PRIOR = 10.0  # bills that the margin counts for
FEWEST_BILLS = 3  # before a price nobody lists is taken from what was paid
Z90 = 1.2815515655446004


@dataclass(frozen=True, kw_only=True)
class Bills:
    """What the records of one backend say of its bills."""

    calls: int
    lost: float  # prices of calls that were paid for and gave nothing
    factor: float  # bill over list price of those that gave a picture
    spread: float  # of its logarithm


def bills(records: Sequence[Generation]) -> Bills:
    """Learn from the records that tell both a price and a bill."""
    told = [r for r in records if r.quoted_usd and r.usd is not None and float(r.quoted_usd) > 0]
    ratios = [float(r.usd or Usd()) / float(r.quoted_usd or Usd()) for r in told if r.success]
    lost = sum(float(r.usd or Usd()) / float(r.quoted_usd or Usd()) for r in told if not r.success)
    paid = np.log([ratio for ratio in ratios if ratio > 0])
    n, prior = len(paid), (math.log(MARGIN) / Z90) ** 2
    middle = float(np.median(paid)) * n / (n + BILLS_PRIOR) if n else 0.0
    own = float(((paid - middle) ** 2).sum()) if n else 0.0
    spread = math.sqrt((BILLS_PRIOR * prior + own) / (BILLS_PRIOR + n))
    return Bills(calls=len(told), lost=lost, factor=math.exp(middle), spread=spread)


def line_of(quote: PictureQuote, records: Sequence[Generation]) -> MoneyLine:
    """The bill of one quote: its price from the list, else from what was paid before."""
    each, basis, date = quote.usd, quote.basis, quote.price_date
    if each is None:
        paid = sorted(float(r.usd) for r in records if r.success and r.usd is not None)
        if len(paid) >= FEWEST_BILLS:
            each, basis, date = Usd.of(f"{paid[len(paid) // 2]:.6f}"), "computed", ""
    line = MoneyLine(
        backend=quote.backend, model=quote.model, count=quote.count, each=each, usd=None,
        basis=basis, price_date=date,
    )  # fmt: skip
    return line_again(line, records)


def line_again(line: MoneyLine, records: Sequence[Generation]) -> MoneyLine:
    """A line with what it comes to; its records are those of its backend."""
    if line.each is None:
        return line
    certain = line.each * line.count
    return replace(line, usd=_range(_drawn(line, bills(records)), certain))


def total(lines: Sequence[MoneyLine], records: Sequence[Generation]) -> UsdRange:
    """P10, P50, P90 of all lines whose price is known; ``records`` are of all backends."""
    priced = [line for line in lines if line.each is not None]
    certain = sum((line.each * line.count for line in priced if line.each), start=Usd())
    drawn: F64 = np.zeros(DRAWS)
    for line in priced:
        mine = [r for r in records if r.backend == line.backend]
        drawn = drawn + _drawn(line, bills(mine))
    return _range(drawn, certain)


def _range(drawn: F64, certain: Usd) -> UsdRange:
    low, middle, high = (
        max(certain, Usd.of(f"{v:.6f}")) for v in np.quantile(drawn, (0.1, 0.5, 0.9))
    )
    return UsdRange(p10=low, p50=middle, p90=high)


def _drawn(line: MoneyLine, known: Bills) -> F64:
    """What the line comes to, drawn many times with a fixed seed."""
    each = float(line.each or Usd())
    if each == 0 or line.count < 1:
        return np.zeros(DRAWS)
    random = np.random.default_rng(seed_for("bill", line.backend, line.model))
    z = random.standard_normal(DRAWS)
    share = random.beta(
        LOST_PRIOR + known.lost,
        CALLS_PRIOR - LOST_PRIOR + max(0.0, known.calls - known.lost),
        size=DRAWS,
    )
    lost = _lost(random, line.count, share)
    found: F64 = each * (line.count + lost) * known.factor * np.exp(known.spread * z)
    return found


def _lost(random: np.random.Generator, count: int, share: F64) -> F64:
    """Calls that are paid for and give nothing while ``count`` pictures are made.

    Before each picture there are so many of them as a coin with that share falls on the wrong side.
    The first pictures are drawn one by one, the rest of a long row by mean and spread; one more
    picture never costs less in any draw.
    """
    singly = min(count, SINGLY)
    z = random.standard_normal(DRAWS)
    flips = random.random((singly, DRAWS))
    lost: F64 = np.floor(np.log(flips) / np.log(share)).sum(axis=0)
    if count > singly:
        rest, odds = count - singly, share / (1 - share)
        lost = lost + np.maximum(0.0, rest * odds + z * np.sqrt(rest * odds / (1 - share)))
    return lost
