"""Time and cost of a storyboard: a prior from measured CPU figures, corrected by history."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from apex_director.cinematography.model import Storyboard
from apex_director.core.errors import ValidationFailed

from . import money, sums, throughput
from .complexity import prompt_complexity
from .learning import Band, Factors, Learned, Sample, features, sample
from .model import (
    MUSIC_VIDEO,
    Estimate,
    Generation,
    MoneyLine,
    PictureQuote,
    Range,
    Record,
    Stage,
    UsdRange,
)
from .pictures import COLD, Knowledge, merged, rounded

FULL_HD = 1920 * 1080
ENCODE_MS = {"preview": 9.0, "draft": 10.0, "web": 22.0, "high": 64.0}
"""CPU milliseconds of x264 per frame at 1920x1080, by preset (measured on two Zen 5 cores)."""

RENDER_MS = 20.0  # compositor, light, grade and grain per frame at 1920x1080
CHECK_MS = 5.0  # decoding and checking a frame of 1920x1080
LISTEN_SHARE = 0.02  # analysis, of the song's length
FIXED_S = 4.0  # start-up, sound, joining, writing
TOGETHER = 0.92  # two busy cores do not do the work of two lone ones
VIDEO_BAND = Band(low=0.6, high=3.0)
"""Of the prior: it was measured on quick and idle cores; others are up to three times as slow."""

OURS = "procedural"


@dataclass(frozen=True, kw_only=True)
class Work:
    """How much of a plan is to be made: what is not there already."""

    frames: int
    pictures: int
    """Drawn by the built-in renderer; others come with a quote."""


def estimate(
    storyboard: Storyboard,
    *,
    preset: str,
    workers: int,
    history: Sequence[Record | Generation] = (),
    pictures: Sequence[PictureQuote] = (),
    work: Work | None = None,
) -> Estimate:
    """Forecast making a storyboard.

    Parameters
    ----------
    preset : str
        ``preview``, ``draft``, ``web`` or ``high``.
    workers : int
        Processes that draw and render, at least 1.
    history : sequence of Record or Generation
        Earlier forecasts and what became of them, oldest first; what they were beside corrects the
        prior.
    pictures : sequence of PictureQuote
        Who draws how many of the pictures, at what price; without any, our own renderer draws all.
        Takes that are paid for and not used count, so there may be more than the plan has pictures.
    work : Work, optional
        What of the plan is to be made; all of it where not given.

    Raises
    ------
    ValidationFailed
        The preset is not one we know, or there are no workers.
    """
    _check(preset, workers)
    quotes = [quote for quote in pictures if quote.backend != OURS and quote.count > 0]
    made = len(storyboard.pictures)
    if work is not None:
        made = min(made, work.pictures + sum(quote.count for quote in quotes))
    else:
        own = sum(quote.count for quote in pictures if quote.backend == OURS)
        own = own if pictures else len(storyboard.pictures)
        work = Work(frames=storyboard.format.total_frames, pictures=own)
    records = [_generation(record) for record in history]
    stages = _prior(storyboard, str(preset), workers, work)
    found = _learned(records).at(_features(storyboard, work, workers))
    local = sum(stage.seconds for stage in stages)
    parts = [sums.Part(each=_times(local, found), group=MUSIC_VIDEO)]
    waits, seen = _waits(storyboard, quotes, Knowledge(records))
    seconds = rounded(sums.total([*parts, *waits], side_by_side=True))
    lines = _lines(pictures, records)
    return Estimate(
        seconds=seconds,
        usd=money.total(lines, records) if lines else UsdRange(),
        stages=_medians(stages, found, waits, seconds.p50),
        confidence=round(min([found.confidence, *(s.confidence for s in seen)]), 2),
        basis=_basis(found, seen),
        pictures=made,
        frames=work.frames,
        lines=tuple(lines),
        records=found.records + sum(s.records for s in seen),
    )


def prior_seconds(storyboard: Storyboard, *, preset: str, workers: int) -> float:
    """Seconds that a whole plan takes with our own renderer, nothing learned.

    Raises
    ------
    ValidationFailed
        As :func:`estimate`.
    """
    _check(preset, workers)
    work = Work(frames=storyboard.format.total_frames, pictures=len(storyboard.pictures))
    return sum(stage.seconds for stage in _prior(storyboard, preset, workers, work))


def _check(preset: str, workers: int) -> None:
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


def _prior(storyboard: Storyboard, preset: str, workers: int, work: Work) -> list[Stage]:
    """Seconds on the clock per stage from measured figures, scaled by picture size."""
    fmt = storyboard.format
    size = fmt.width * fmt.height / FULL_HD
    hands = workers if workers == 1 else workers * TOGETHER
    bake = throughput.picture_seconds(OURS, fmt.width * fmt.height / 1e6)
    rounds = work.pictures / min(hands, max(1, work.pictures))
    cutting = work.frames * (RENDER_MS + ENCODE_MS[preset]) / 1000 * size / hands
    return [
        Stage(
            name="audio_analysis",
            seconds=1.0 + LISTEN_SHARE * float(fmt.total_frames / fmt.rate),
        ),
        Stage(name="image_generation", seconds=bake * rounds),
        Stage(name="video_assembly", seconds=FIXED_S + cutting),
        # The whole master is checked, whatever of it was there already.
        Stage(name="quality_assurance", seconds=fmt.total_frames * CHECK_MS / 1000 * size),
    ]


def _features(storyboard: Storyboard, work: Work, workers: int) -> tuple[float, ...]:
    fmt = storyboard.format
    return features(fmt.width * fmt.height * max(1, work.frames) / 1e6, 1, 0.0, workers)


def _generation(record: Record | Generation) -> Generation:
    """A plain pair of forecast and outcome as a record of a video."""
    if isinstance(record, Generation):
        return record
    return Generation(
        kind=MUSIC_VIDEO, backend=OURS, prior_s=record.predicted_s, seconds=record.actual_s
    )


def _learned(records: Sequence[Generation]) -> Learned:
    """From videos whose pictures we drew: what others draw is waited for, and learned apart."""
    told = [r for r in records if r.kind == MUSIC_VIDEO and r.backend == OURS]
    samples: list[Sample] = [s for s in (sample(r, r.prior_s) for r in told) if s is not None]
    return Learned(samples, VIDEO_BAND)


def _times(seconds: float, found: Factors) -> Range:
    return Range(p10=seconds * found.p10, p50=seconds * found.p50, p90=seconds * found.p90)


def _waits(
    storyboard: Storyboard, quotes: Sequence[PictureQuote], known: Knowledge
) -> tuple[list[sums.Part], list[Factors]]:
    """Waiting for pictures from elsewhere: no machine of ours makes it shorter."""
    fmt, boards = storyboard.format, storyboard.pictures
    asked = sum(prompt_complexity(p.prompt) for p in boards) / max(1, len(boards))
    parts, seen = [], []
    for quote in quotes:
        steps = throughput.STANDARD_STEPS
        each, found = known.one(quote, fmt.width * fmt.height / 1e6, steps, asked)
        parts.append(
            sums.Part(
                each=each, count=quote.count, group=quote.backend, shared=found.shared,
                together=quote.together,
            )
        )  # fmt: skip
        seen.append(found)
    return parts, seen


def _medians(
    stages: Sequence[Stage], found: Factors, waits: Sequence[sums.Part], middle: float
) -> tuple[Stage, ...]:
    """What each stage takes of the median of all."""
    waiting = sum(sums.total([wait], side_by_side=True).p50 for wait in waits)
    own = [replace(stage, seconds=stage.seconds * found.p50) for stage in stages]
    own = [
        replace(s, seconds=s.seconds + waiting) if s.name == "image_generation" else s for s in own
    ]
    sum_of_all = sum(stage.seconds for stage in own)
    share = middle / sum_of_all if waits and sum_of_all > 0 else 1.0
    return tuple(replace(stage, seconds=round(stage.seconds * share, 1)) for stage in own)


def _lines(pictures: Sequence[PictureQuote], records: Sequence[Generation]) -> list[MoneyLine]:
    """The bill: every quote of the same backend, model and price in one line."""
    lines = []
    for quote in pictures:
        if quote.count < 1:
            continue
        mine = [r for r in records if r.backend == quote.backend and r.kind != MUSIC_VIDEO]
        lines.append(money.line_of(quote, mine))
    return [
        money.line_again(line, [r for r in records if r.backend == line.backend])
        for line in merged(lines)
    ]


def _basis(found: Factors, seen: Sequence[Factors]) -> str:
    if found.records == 0 and not any(s.records for s in seen):
        return f"{COLD}, measured prior"
    jobs = "1 earlier job" if found.records == 1 else f"{found.records} earlier jobs"
    told = f"measured prior and {jobs}" if found.records else "measured prior, no job like it yet"
    waited = sum(s.records for s in seen)
    if seen:
        told += f", {waited} earlier pictures" if waited else ", no picture from there yet"
    return told
