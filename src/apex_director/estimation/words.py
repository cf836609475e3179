"""Forecasts as sentences and as JSON values."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from apex_director.core.money import Usd
from apex_director.core.time import duration_words

from .model import Estimate, GenerationEstimate, MoneyLine, Range, UsdRange

LIST = {"list_price": "list price", "reported": "the provider's figure", "computed": "computed"}
A_CENT = Decimal("0.01")
SMALL = Decimal("0.10")  # below it, parts of a cent are shown


def dollars(usd: Usd) -> str:
    """A sum in cents; a small one with its parts of a cent."""
    if usd.amount == 0 or abs(usd.amount) >= SMALL:
        return f"${usd.amount.quantize(A_CENT, rounding=ROUND_HALF_UP)}"
    return str(usd)


def money_words(usd: UsdRange) -> str:
    """The median, and the range where there is one."""
    if usd.p10 == usd.p90:
        return dollars(usd.p50)
    return f"{dollars(usd.p50)} ({dollars(usd.p10)} to {dollars(usd.p90)})"


def time_words(seconds: Range) -> str:
    """The median and the range."""
    low, middle, high = (duration_words(v) for v in (seconds.p10, seconds.p50, seconds.p90))
    return f"about {middle} ({low} to {high})"


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def line_words(line: MoneyLine) -> str:
    """One line of the bill: backend, count and US dollars (contract D25).

    For example ``nano_banana (gemini-nano-banana-2.1) 14 pictures x $0.0336 = $0.47, list price of
    2026-11``.
    """
    named = line.model and line.model != line.backend
    name = f"{line.backend} ({line.model})" if named else line.backend
    pictures = _count(line.count, "picture")
    if line.each is None:
        return f"{name} {pictures}, price not known"
    if line.each == Usd():
        return f"{name} {pictures}, free"
    told = f"{name} {pictures} x {line.each} = {dollars(line.each * line.count)}"
    source = LIST.get(line.basis, "")
    dated = f"{source} of {line.price_date}" if source and line.price_date else source
    return f"{told}, {dated}" if dated else told


def describe(forecast: Estimate) -> str:
    """The forecast in one line for people: time, money by backend, and what it is based on."""
    made = f"{_count(forecast.frames, 'frame')} and {_count(forecast.pictures, 'picture')}"
    told = [f"{time_words(forecast.seconds)} for {made}, {money_words(forecast.usd)}"]
    if forecast.unpriced:
        told[0] += f" and {_count(forecast.unpriced, 'picture')} at a price nobody knows"
    told += [line_words(line) for line in forecast.lines if line.each is None or line.each != Usd()]
    told.append(f"{forecast.basis}; confidence {forecast.confidence:.0%}")
    return "; ".join(told)


def describe_generation(forecast: GenerationEstimate) -> str:
    """The forecast of pictures in one line for people."""
    told = [time_words(forecast.seconds), line_words(forecast.line)]
    if forecast.usd is not None and forecast.usd.p10 != forecast.usd.p90:
        told[1] += f" ({dollars(forecast.usd.p10)} to {dollars(forecast.usd.p90)})"
    told.append(f"{forecast.basis}; confidence {forecast.confidence:.0%}")
    return "; ".join(told)


def as_json(forecast: Estimate) -> dict[str, Any]:
    """The forecast as JSON values."""
    return {
        "seconds": range_json(forecast.seconds),
        "usd": usd_json(forecast.usd),
        "stages": {stage.name: stage.seconds for stage in forecast.stages},
        "confidence": forecast.confidence,
        "basis": forecast.basis,
        "pictures": forecast.pictures,
        "frames": forecast.frames,
        "cold": forecast.cold,
        "lines": lines_json(forecast.lines),
    }


def lines_json(lines: Sequence[MoneyLine]) -> list[dict[str, Any]]:
    """The bill as JSON values; a price nobody knows is null."""
    return [
        {
            "backend": line.backend,
            "model": line.model,
            "count": line.count,
            "usd_each": None if line.each is None else float(line.each),
            "usd": None if line.usd is None else usd_json(line.usd),
            "basis": line.basis,
            "price_date": line.price_date,
        }
        for line in lines
    ]


def range_json(seconds: Range) -> dict[str, float]:
    """P10, P50, P90 by name."""
    return {"p10": seconds.p10, "p50": seconds.p50, "p90": seconds.p90}


def usd_json(usd: UsdRange) -> dict[str, float]:
    """The same for money, in US dollars."""
    return {"p10": float(usd.p10), "p50": float(usd.p50), "p90": float(usd.p90)}
