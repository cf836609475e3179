"""Time and cost of a storyboard: a prior from measured CPU figures, corrected by history."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from apex_director.cinematography.model import Storyboard
from apex_director.core.errors import ValidationFailed
from apex_director.core.money import Usd
from apex_director.core.time import duration_words

from .model import Estimate, Range, Record, Stage, UsdRange

FULL_HD = 1920 * 1080
ENCODE_MS = {"preview": 9.0, "draft": 10.0, "web": 22.0, "high": 64.0}
"""CPU milliseconds of x264 per frame at 1920x1080, by preset (measured on two Zen 5 cores)."""

RENDER_MS = 20.0  # compositor, light, grade and grain per frame at 1920x1080
BAKE_S = 3.5  # drawing one layered picture of 1920x1080
CHECK_MS = 5.0  # decoding and checking a frame of 1920x1080
LISTEN_SHARE = 0.02  # analysis, of the song's length
FIXED_S = 4.0  # start-up, sound, joining, writing
PICTURE_FLOOR_S = 0.5  # of BAKE_S, whatever the size
TOGETHER = 0.92  # two busy cores do not do the work of two lone ones
COLD_LOW, COLD_HIGH = 0.7, 1.9  # band of the prior: other machines, other scenes
NEW_LOW, NEW_HIGH = 0.85, 1.35  # narrowest band that history may claim
FULL_HISTORY, MOST_WEIGHT = 10, 0.8  # contract B11
LEAST_CONFIDENCE, MOST_CONFIDENCE = 0.3, 0.95


def estimate(
    storyboard: Storyboard, *, preset: str, workers: int, history: Sequence[Record] = ()
) -> Estimate:
    """Forecast making a storyboard with the built-in renderer.

    Parameters
    ----------
    preset : str
        ``preview``, ``draft``, ``web`` or ``high``.
    workers : int
        Processes that draw and render, at least 1.
    history : sequence of Record
        Earlier forecasts and what became of them; the ratios' quantiles correct the prior.

    Raises
    ------
    ValidationFailed
        The preset is not one we know, or there are no workers.
    """
    stages = _prior(storyboard, str(preset), workers)
    total = sum(stage.seconds for stage in stages)
    ratios = _ratios(history)
    low, middle, high = _factors(ratios)
    return Estimate(
        seconds=Range(
            p10=round(total * low, 1), p50=round(total * middle, 1), p90=round(total * high, 1)
        ),
        usd=_usd(storyboard),
        stages=tuple(Stage(name=s.name, seconds=round(s.seconds * middle, 1)) for s in stages),
        confidence=round(_confidence(ratios), 2),
        basis=_basis(ratios),
        pictures=len(storyboard.pictures),
        frames=storyboard.format.total_frames,
    )


def describe(forecast: Estimate) -> str:
    """The forecast in one line for people."""
    low, middle, high = (
        duration_words(v)
        for v in (forecast.seconds.p10, forecast.seconds.p50, forecast.seconds.p90)
    )
    money = f"{forecast.usd.p50}"
    if forecast.usd.p10 != forecast.usd.p90:
        money += f" ({forecast.usd.p10} to {forecast.usd.p90})"
    return (
        f"about {middle} ({low} to {high}) for {forecast.frames} frames and "
        f"{forecast.pictures} pictures, {money}; {forecast.basis}"
    )


def as_json(forecast: Estimate) -> dict[str, Any]:
    """The forecast as JSON values."""
    seconds, usd = forecast.seconds, forecast.usd
    return {
        "seconds": {"p10": seconds.p10, "p50": seconds.p50, "p90": seconds.p90},
        "usd": {"p10": float(usd.p10), "p50": float(usd.p50), "p90": float(usd.p90)},
        "stages": {stage.name: stage.seconds for stage in forecast.stages},
        "confidence": forecast.confidence,
        "basis": forecast.basis,
        "pictures": forecast.pictures,
        "frames": forecast.frames,
    }


def _prior(storyboard: Storyboard, preset: str, workers: int) -> list[Stage]:
    """Seconds on the clock per stage from measured figures, scaled by picture size."""
    if preset not in ENCODE_MS:
        raise ValidationFailed(
            f"'{preset}' is no preset with a forecast",
            where="preset",
            what_to_do=f"Choose one of {', '.join(ENCODE_MS)}.",
        )
    if workers < 1:
        raise ValidationFailed(
            f"{workers} workers make no video", where="workers", what_to_do="Give 1 or more."
        )
    fmt = storyboard.format
    size = fmt.width * fmt.height / FULL_HD
    hands = workers if workers == 1 else workers * TOGETHER
    frames, pictures = fmt.total_frames, len(storyboard.pictures)
    bake = BAKE_S * (PICTURE_FLOOR_S / BAKE_S + (1 - PICTURE_FLOOR_S / BAKE_S) * size)
    rounds = pictures / min(hands, max(1, pictures))
    return [
        Stage(
            name="audio_analysis",
            seconds=1.0 + LISTEN_SHARE * float(frames / fmt.rate),
        ),
        Stage(name="image_generation", seconds=bake * rounds),
        Stage(
            name="video_assembly",
            seconds=FIXED_S + frames * (RENDER_MS + ENCODE_MS[preset]) / 1000 * size / hands,
        ),
        Stage(name="quality_assurance", seconds=frames * CHECK_MS / 1000 * size),
    ]


def _ratios(history: Sequence[Record]) -> list[float]:
    """Actual over predicted of the records that say something, sorted."""
    return sorted(
        r.actual_s / r.predicted_s
        for r in history
        if r.predicted_s > 0 and r.actual_s > 0 and math.isfinite(r.actual_s / r.predicted_s)
    )


def _weight(ratios: Sequence[float]) -> float:
    return min(len(ratios) / FULL_HISTORY, MOST_WEIGHT)


def _factors(ratios: Sequence[float]) -> tuple[float, float, float]:
    """Factors on the prior for p10, p50 and p90: its own band, drawn to the history's quantiles."""
    if not ratios:
        return COLD_LOW, 1.0, COLD_HIGH
    weight, middle = _weight(ratios), _quantile(ratios, 0.5)
    low = min(_quantile(ratios, 0.1), NEW_LOW * middle)
    high = max(_quantile(ratios, 0.9), NEW_HIGH * middle)
    return (
        _toward(COLD_LOW, low, weight),
        _toward(1.0, middle, weight),
        _toward(COLD_HIGH, high, weight),
    )


def _toward(prior: float, learned: float, weight: float) -> float:
    return math.exp((1 - weight) * math.log(prior) + weight * math.log(learned))


def _quantile(values: Sequence[float], share: float) -> float:
    """Linear between neighbours (Hyndman and Fan's definition 7)."""
    place = share * (len(values) - 1)
    below = math.floor(place)
    above = min(below + 1, len(values) - 1)
    return values[below] + (values[above] - values[below]) * (place - below)


def _confidence(ratios: Sequence[float]) -> float:
    """From 0.3 without history towards 0.95; scattered history counts less."""
    if not ratios:
        return LEAST_CONFIDENCE
    spread = math.log(max(1.0, _quantile(ratios, 0.9) / _quantile(ratios, 0.1)))
    gained = (_weight(ratios) / MOST_WEIGHT) * math.exp(-spread)
    return LEAST_CONFIDENCE + (MOST_CONFIDENCE - LEAST_CONFIDENCE) * gained


def _basis(ratios: Sequence[float]) -> str:
    if not ratios:
        return "measured prior"
    jobs = "1 earlier job" if len(ratios) == 1 else f"{len(ratios)} earlier jobs"
    inside = sum(COLD_LOW <= r <= COLD_HIGH for r in ratios)
    return f"measured prior and {jobs}, {inside} of them inside the prior's range"


def _usd(storyboard: Storyboard) -> UsdRange:
    """The built-in renderer is free; pictures that name another backend are priced by providers."""
    free = Usd.of(0)
    return UsdRange(p10=free, p50=free * max(1, len(storyboard.pictures)), p90=free)
