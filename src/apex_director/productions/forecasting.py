"""What productions tell the estimator: prices of a studio's backends, and what finished jobs took.

Records are read from the jobs themselves, so nothing has to be told while they run, and a job that
was only half made anew (resumed, or cut from the cache) is told from one that was made whole.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from apex_director import estimation, images
from apex_director.core.errors import ApexError, ValidationFailed
from apex_director.core.money import Usd
from apex_director.estimation.model import (
    IMAGE,
    MUSIC_VIDEO,
    BatchEstimate,
    Generation,
    GenerationEstimate,
    PictureQuote,
    Range,
)
from apex_director.images.model import GenerationRequest, ImageBackend

from .buying import NETWORK_HANDS
from .folders import Work

if TYPE_CHECKING:
    from apex_director.cinematography.model import Storyboard

    from .buying import Expected

range_json, usd_json = estimation.range_json, estimation.usd_json
pictures_text = estimation.describe_generation
OURS = "procedural"
_CUT = re.compile(r" video_assembly segment \d+ \(.*\), (\d+) frames in [\d.]+ s$")
_LOST = frozenset({"unknown", "refused", "failed"})


def request_of(params: Mapping[str, Any], prompt: str) -> GenerationRequest:
    """The picture that settings of a forecast ask for.

    Raises
    ------
    ValidationFailed
        A value is outside its limits; ``where`` names it.
    """
    wanted = estimation.wanted_of(params, prompt)
    return GenerationRequest(
        prompt=prompt or "a picture",
        width=wanted.width,
        height=wanted.height,
        steps=wanted.steps,
        quality_level=wanted.quality,
    )


def quotes_of(
    backends: Sequence[ImageBackend], request: GenerationRequest, *, workers: int
) -> tuple[PictureQuote, ...]:
    """What every backend of a studio asks for one picture, in the order they are tried."""
    ranked = sorted(backends, key=lambda b: (b.capabilities.layered, not _fits(b, request)))
    return tuple(_quote(backend, request, workers) for backend in ranked)


def _fits(backend: ImageBackend, request: GenerationRequest) -> bool:
    can = backend.capabilities
    return request.width <= can.max_width and request.height <= can.max_height


def _quote(backend: ImageBackend, request: GenerationRequest, workers: int) -> PictureQuote:
    name, needs = backend.capabilities.name, backend.ready()
    asked = None if needs else images.expected(request, (backend,))
    try:
        quote = asked.quote if asked else backend.quote(request)
    except ApexError as error:  # a template that cannot be read, an id that is no more
        return PictureQuote(backend=name, usd=None, basis="unknown", needs=needs or error.what)
    return PictureQuote(
        backend=name,
        model=quote.model,
        usd=quote.cost.usd,
        basis=quote.cost.basis,
        price_date=quote.cost.price_date,
        together=estimation.together(name, workers=workers, network=NETWORK_HANDS),
        needs=needs,
    )


def planned_quotes(
    expected: Sequence[Expected], *, each: int = 1, workers: int = 1
) -> tuple[PictureQuote, ...]:
    """Who draws how many pictures of a plan, and for how much.

    Parameters
    ----------
    expected : sequence of Expected
        Who will draw each picture.
    each : int
        Takes of every picture.
    """
    found: dict[tuple[object, ...], PictureQuote] = {}
    for one in expected:
        name = one.backend or OURS
        key = (name, one.model, one.usd)
        before = found.get(key)
        found[key] = PictureQuote(
            backend=name,
            model=one.model,
            usd=one.usd,
            basis=one.basis,
            price_date=one.price_date,
            count=each + (before.count if before else 0),
            together=estimation.together(name, workers=workers, network=NETWORK_HANDS),
        )
    return tuple(found.values())


def records_of_job(
    result: Mapping[str, Any],
    work: Work,
    *,
    kind: str,
    preset: str,
    workers: int,
    at: str,
    prices: Mapping[str, Usd | None],
) -> list[Generation]:
    """What a finished job teaches: the video, if it was made whole, and each picture.

    Parameters
    ----------
    result : mapping
        What the job ended with (F5 of a music video, or an image's).
    kind : str
        Of the job.
    prices : mapping
        What a picture of each backend costs by its list, where that is known.
    """
    found = []
    if kind == MUSIC_VIDEO:
        rows = result.get("image_generation_results") or ()
        size = _size_of(work)
        video = _video(result, work, preset=preset, workers=workers)
        found += [video] if video else []
    else:
        rows, size = [result], (int(result.get("width") or 0), int(result.get("height") or 0))
    for number, row in enumerate(rows):
        found += _pictures(row, f"job:{work.job_id}:{number}", size, workers, prices)
    return [replace(one, at=at) for one in found]


def _size_of(work: Work) -> tuple[int, int]:
    board = _board(work)
    return (board.format.width, board.format.height) if board else (0, 0)


def _board(work: Work) -> Storyboard | None:
    from .planning import storyboard_at  # which asks for forecasts itself

    try:
        return storyboard_at(str(work.plan))
    except (OSError, ApexError):
        return None


def _video(
    result: Mapping[str, Any], work: Work, *, preset: str, workers: int
) -> Generation | None:
    """A video as a record, if all of it was made by us and in one go."""
    board, seconds = _board(work), float(result.get("total_processing_time") or 0)
    drawn_by = {row["backend"] for row in result.get("image_generation_results") or ()}
    # The time of a job that made several versions is not the time of its video.
    alone = len(result.get("versions") or ()) < 2
    whole = alone and not result.get("resumed_from_checkpoint") and drawn_by <= {OURS}
    if board is None or not whole or seconds <= 0:
        return None
    if frames_cut(work.log) < board.format.total_frames:
        return None
    told = (result.get("estimate") or {}).get("seconds")
    return Generation(
        kind=MUSIC_VIDEO,
        backend=OURS,
        width=board.format.width,
        height=board.format.height,
        frames=board.format.total_frames,
        workers=workers,
        prior_s=estimation.prior_seconds(board, preset=preset, workers=workers),
        predicted=Range(p10=told["p10"], p50=told["p50"], p90=told["p90"]) if told else None,
        seconds=seconds,
        quoted_usd=Usd(),
        usd=Usd(),
        source=f"job:{work.job_id}",
    )


def frames_cut(log: Path) -> int:
    """Frames a job rendered itself, as its log tells; those it took from the cache are not in."""
    try:
        lines = log.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return 0
    return sum(int(found.group(1)) for line in lines if (found := _CUT.search(line)))


def _pictures(
    row: Mapping[str, Any],
    source: str,
    size: tuple[int, int],
    workers: int,
    prices: Mapping[str, Usd | None],
) -> Iterator[Generation]:
    """Every attempt that took time or money, of every take of one picture."""
    takes = row.get("takes") or [{"provenance": row.get("provenance") or {}}]
    for number, take in enumerate(takes):
        provenance = take.get("provenance") or {}
        sent, prompt = provenance.get("sent") or {}, str(provenance.get("prompt") or "")
        for index, attempt in enumerate(provenance.get("attempts") or ()):
            made = attempt["outcome"] == "made"
            paid = Usd.of(attempt.get("cost_usd") or 0)
            if not made and not (attempt["outcome"] in _LOST and paid > Usd()):
                continue
            yield Generation(
                kind=IMAGE,
                backend=attempt["backend"],
                model=attempt.get("model") or "",
                width=int(sent.get("width") or size[0]),
                height=int(sent.get("height") or size[1]),
                steps=int(sent.get("steps") or 0),
                prompt_complexity=estimation.prompt_complexity(prompt),
                workers=workers,
                seconds=float(attempt.get("seconds") or 0),
                quoted_usd=prices.get(attempt["backend"]),
                usd=paid,
                success=made,
                source=attempt.get("call_id") or f"{source}:{number}:{index}",
            )


@dataclass(frozen=True, kw_only=True)
class PictureRecord:
    """What somebody tells of one picture they had made (contract P12)."""

    backend: str
    params: Mapping[str, Any]
    prompt: str
    seconds: float
    usd: Usd | None
    success: bool


def record_of(record: Mapping[str, Any]) -> PictureRecord:
    """Read and check a record: ``backend``, ``params``, ``prompt``, ``actual_time_seconds``,
    ``actual_cost``, ``success``.

    Raises
    ------
    ValidationFailed
        A field is missing or is none; ``where`` names it.
    """
    if not isinstance(record, Mapping):
        raise _unreadable("record", record, "Give a mapping.")
    backend = record.get("backend")
    if not isinstance(backend, str) or not 0 < len(backend) <= 80:
        raise _unreadable("backend", backend, "Name the backend that made it.")
    params, prompt = record.get("params") or {}, record.get("prompt") or ""
    estimation.wanted_of(params, prompt)
    success = record.get("success", True)
    if not isinstance(success, bool):
        raise _unreadable("success", success, "Give True or False.")
    paid = record.get("actual_cost")
    return PictureRecord(
        backend=backend,
        params=params,
        prompt=prompt,
        seconds=_amount("actual_time_seconds", record.get("actual_time_seconds")),
        usd=None if paid is None else Usd.of(_amount("actual_cost", paid)),
        success=success,
    )


def _amount(name: str, value: Any) -> float:
    good = isinstance(value, int | float) and not isinstance(value, bool)
    if not good or not math.isfinite(value) or not 0 <= value <= 1e9:
        raise _unreadable(name, value, "Give a number from 0 on.")
    return float(value)


def _unreadable(where: str, value: Any, what_to_do: str) -> ValidationFailed:
    what = "it is missing" if value is None else f"{value!r} cannot be learned from"
    return ValidationFailed(what, where=where, what_to_do=what_to_do)


def pictures(
    params: Mapping[str, Any],
    prompt: str,
    quotes: Sequence[PictureQuote],
    history: Sequence[Generation],
) -> GenerationEstimate:
    """Forecast pictures of one prompt.

    Raises
    ------
    ValidationFailed
        A value is outside its limits; ``where`` names it.
    """
    return estimation.estimate_generation(params, prompt, quotes=quotes, history=history)


def batch(
    items: Sequence[tuple[Mapping[str, Any], str]],
    quotes: Callable[[Mapping[str, Any], str], Sequence[PictureQuote]],
    history: Sequence[Generation],
) -> BatchEstimate:
    """Forecast several pictures.

    Raises
    ------
    ValidationFailed
        A value is outside its limits; ``where`` names it.
    """
    return estimation.estimate_batch(items, quotes=quotes, history=history)


def recent(home: Path, kinds: Collection[str], *, days: int) -> list[Generation]:
    """The studio's records of some kinds, oldest first within each."""
    history = estimation.History(home, days)
    return [one for kind in kinds for one in history.recent(kind)]


def learned_jobs(home: Path) -> set[str]:
    """Ids of the jobs that records stand for already."""
    return {name.split(":")[1] for name in estimation.History(home).sources("job:")}


def learn_all(home: Path, found: Sequence[Generation], *, days: int) -> int:
    """Remember records; how many were new."""
    return estimation.History(home, days).add_all(found)


def learn(
    home: Path, told: PictureRecord, quotes: Sequence[PictureQuote], *, days: int
) -> Generation:
    """Remember a picture somebody tells of, and what we would have said of it before."""
    history = estimation.History(home, days)
    quote = next((q for q in quotes if q.backend == told.backend), None)
    quote = quote or PictureQuote(backend=told.backend, usd=None, basis="unknown")
    params = dict(told.params) | {"backend": told.backend, "count": 1}
    before = estimation.estimate_generation(
        params, told.prompt, quotes=[quote], history=history.recent(IMAGE, told.backend)
    )
    wanted = estimation.wanted_of(params, told.prompt)
    record = Generation(
        kind=IMAGE,
        backend=told.backend,
        model=quote.model,
        width=wanted.width,
        height=wanted.height,
        steps=wanted.steps,
        quality=wanted.quality,
        prompt_complexity=estimation.prompt_complexity(told.prompt),
        predicted=before.seconds,
        seconds=told.seconds,
        quoted_usd=quote.usd,
        usd=told.usd,
        success=told.success,
    )
    history.add(record)
    return record
