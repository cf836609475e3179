"""Forecasts for whoever asks: of pictures, of plans, of changes; and what was made, remembered."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from apex_director.config import Settings
from apex_director.core.errors import ConfigError, ValidationFailed
from apex_director.core.ids import new_job_id
from apex_director.estimation.model import BatchForecast, GenerationForecast
from apex_director.productions.folders import Work

from .model import Watch, silent
from .oneoff import _PLANNING, _scaled
from .studio import process, ready, require_backend, settings_of

if TYPE_CHECKING:
    from apex_director.core import EstimationEngine
    from apex_director.estimation.model import Generation, GenerationEstimate, PictureQuote
    from apex_director.images.model import ImageBackend
    from apex_director.productions.impact import Impact
    from apex_director.productions.request import MusicVideoRequest

GOOD_FOR = timedelta(hours=1)  # contract P42
GROUP = "apex_director.estimators"  # contract O26
JOBS_READ = 200  # newest finished jobs that are looked through for records


def estimate_generation_cost_time(
    params: Mapping[str, Any], prompt: str = ""
) -> GenerationForecast:
    """Forecast time and cost of pictures of one prompt (contract P11, P42).

    Parameters
    ----------
    params : mapping
        ``width``, ``height``, ``steps``, ``quality_level``, ``guidance_scale``, ``count``,
        ``backend``, all optional (limits X1).
    prompt : str
        What shall be seen.

    Raises
    ------
    ValidationFailed
        A value is outside its limits; ``where`` names it.
    """
    return get_estimator().estimate_generation(params, prompt)


def add_generation_record(record: Mapping[str, Any]) -> None:
    """Teach the estimator what one picture took and cost (contract P12).

    Raises
    ------
    ValidationFailed
        A field is missing or is none; ``where`` names it.
    """
    get_estimator().add_generation_record(record)


def get_estimator() -> EstimationEngine:
    """The estimator of this process (contract P9): the studio's own where ``estimator.engine`` of
    ``apex_config.json`` names one, else ours.

    Raises
    ------
    ConfigError
        The one named is not installed, or is no estimator.
    """
    return _estimator(None)


def estimate_pictures(
    params: Mapping[str, Any], prompt: str = "", *, home: str | Path | None = None
) -> GenerationForecast:
    """As :func:`estimate_generation_cost_time`, in any studio.

    Raises
    ------
    ValidationFailed
        A value is outside its limits; ``where`` names it.
    """
    return _estimator(home).estimate_generation(params, prompt)


def takes_of(
    candidates: int, min_score: float, backend: str = "", *, home: str | Path | None = None
) -> tuple[int, int]:
    """How many takes of a picture are made at least and at most, by a backend this studio has.

    Raises
    ------
    ValidationFailed
        A value is outside its limits, or there is no such backend.
    """
    from apex_director.productions.takes import MAX_CANDIDATES, most_takes

    require_backend(settings_of(home), backend)
    if not 1 <= candidates <= MAX_CANDIDATES:
        raise ValidationFailed(
            f"{candidates} takes of every picture are not made",
            where="candidates",
            what_to_do=f"Give 1 to {MAX_CANDIDATES}.",
        )
    if not 0.0 <= min_score <= 1.0:
        raise ValidationFailed(
            f"{min_score} is no score", where="min-score", what_to_do="Give 0 to 1."
        )
    return candidates, most_takes(candidates, min_score)


def change_facts(impact: Impact) -> dict[str, Any]:
    """A change as JSON values, with ``text`` for people."""
    from apex_director.productions.impact import as_json, describe

    return as_json(impact) | {"text": describe(impact)}


def _estimator(home: str | Path | None) -> EstimationEngine:
    """The estimator of a studio, kept while the studio stays the same."""
    settings = settings_of(home)
    wanted = str(settings.sections.get("estimator", {}).get("engine") or "")
    key = (str(settings.home), wanted)
    if process.get("estimator_key") != key:
        process["estimator"] = _engine(wanted)
        process["estimator"].home = home
        process["estimator_key"] = key
    engine: EstimationEngine = process["estimator"]
    return engine


def _engine(wanted: str) -> EstimationEngine:
    from apex_director.core import EstimationEngine

    if wanted in {"", "built_in"}:
        return EstimationEngine()
    from importlib.metadata import entry_points

    where = "apex_config.json: estimator.engine"
    found = [point for point in entry_points(group=GROUP) if point.name == wanted]
    if not found:
        raise ConfigError(
            f"there is no estimator '{wanted}' installed",
            where=where,
            what_to_do=f"Install what offers it (entry point {GROUP}), or leave it out.",
        )
    try:
        made = found[0].load()()
    except Exception as error:
        raise ConfigError(
            f"the estimator '{wanted}' cannot be used ({type(error).__name__}: {error})",
            where=where,
            what_to_do="Mend its package, or leave it out.",
        ) from error
    if not isinstance(made, EstimationEngine):
        raise ConfigError(
            f"'{wanted}' is no estimator",
            where=where,
            what_to_do="It must inherit from apex_director.core.estimator.EstimationEngine.",
        )
    return made


def forecast_pictures(
    params: Mapping[str, Any], prompt: str, *, home: str | Path | None = None
) -> GenerationForecast:
    """What our own estimator says of pictures of one prompt.

    Raises
    ------
    ValidationFailed
        A value is outside its limits; ``where`` names it.
    """
    from apex_director.productions import forecasting

    asked = forecasting.request_of(params, prompt)
    settings = settings_of(home)
    quotes = forecasting.quotes_of(_backends(settings), asked, workers=settings.workers)
    made = forecasting.pictures(params, prompt, quotes, _history(settings, "image"))
    return _forecast(made)


def forecast_batch(items: Sequence[Any], *, home: str | Path | None = None) -> BatchForecast:
    """What our own estimator says of several pictures.

    Raises
    ------
    ValidationFailed
        An item cannot be read, or a value is outside its limits; ``where`` names both.
    """
    from apex_director.productions import forecasting

    settings = settings_of(home)
    backends = _backends(settings)

    def ask(params: Mapping[str, Any], prompt: str) -> tuple[PictureQuote, ...]:
        asked = forecasting.request_of(params, prompt)
        return forecasting.quotes_of(backends, asked, workers=settings.workers)

    pairs = [_pair(index, item) for index, item in enumerate(items)]
    made = forecasting.batch(pairs, ask, _history(settings, "image"))
    return BatchForecast(
        items=tuple(_forecast(item) for item in made.items),
        estimated_cost=float(made.usd.p50),
        estimated_time_seconds=made.seconds.p50,
        confidence_score=made.confidence,
        time_range=forecasting.range_json(made.seconds),
        elapsed_range=forecasting.range_json(made.elapsed),
        cost_range=forecasting.usd_json(made.usd),
        unpriced=made.unpriced,
    )


def learn_record(record: Mapping[str, Any], *, home: str | Path | None = None) -> None:
    """Remember one picture (contract P12), with what we would have said of it before.

    Raises
    ------
    ValidationFailed
        A field is missing or is none; ``where`` names it.
    """
    from apex_director.productions import forecasting

    read = forecasting.record_of(record)
    settings = ready(home)
    asked = forecasting.request_of(read.params, read.prompt)
    quotes = forecasting.quotes_of(_backends(settings), asked, workers=settings.workers)
    forecasting.learn(settings.home, read, quotes, days=settings.history_days)


def learn_from_jobs(home: str | Path | None = None) -> int:
    """Read what finished jobs took that nobody has read yet; how many records that gave.

    It stops nothing: a job whose files are gone teaches nothing.
    """
    settings = settings_of(home)
    return _learn(settings) if _exists(settings) else 0


def preview_change(
    request: MusicVideoRequest, *, home: str | Path | None = None, watch: Watch = silent
) -> Impact:
    """What rendering a song's plan would draw, cut and cost now, against what is cached.

    Parameters
    ----------
    request : MusicVideoRequest
        As for rendering; ``plan_path`` names the edited plan, without it one is made from the song.
        Nothing is written but to the studio's caches of listening.

    Raises
    ------
    ApexError
        The song or the plan cannot be used.
    """
    from apex_director.bootstrap import ports_for
    from apex_director.productions.impact import preview
    from apex_director.productions.request import checked

    request = checked(request)
    settings = ready(home)
    ports = ports_for(str(settings.home), settings.workers)
    with tempfile.TemporaryDirectory(prefix="apex-estimate-") as folder:
        return preview(
            ports,
            request,
            Path(folder),
            _history(settings),
            report=_scaled(watch, _PLANNING),
        )


def _backends(settings: Settings) -> Sequence[ImageBackend]:
    from apex_director.bootstrap.backends import build_backends

    return build_backends(settings)


def _exists(settings: Settings) -> bool:
    return (settings.home / "apex.db").is_file()


def _history(settings: Settings, kind: str = "") -> list[Generation]:
    """The studio's records, those of jobs finished since the last time among them."""
    from apex_director.productions import forecasting

    if not _exists(settings):
        return []
    _learn(settings)
    kinds = (kind,) if kind else ("image", "music_video")
    return forecasting.recent(settings.home, kinds, days=settings.history_days)


def _learn(settings: Settings) -> int:
    from apex_director.jobs import records
    from apex_director.jobs.model import JobStatus
    from apex_director.productions import forecasting

    ended = {JobStatus.COMPLETED, JobStatus.FAILED}
    jobs = records.list_jobs(settings.home, status=ended, limit=JOBS_READ)
    known = forecasting.learned_jobs(settings.home)
    new = [
        job
        for job in jobs
        if job.id not in known and job.result and job.finished_at and job.attempts <= 1
    ]
    if not new:
        return 0
    asked = forecasting.request_of({}, "")
    quotes = forecasting.quotes_of(_backends(settings), asked, workers=settings.workers)
    prices = {quote.backend: quote.usd for quote in quotes}
    found: list[Generation] = []
    for job in new:
        found += forecasting.records_of_job(
            job.result or {},
            Work(home=settings.home, job_id=job.id),
            kind=job.kind,
            preset=str(job.payload.get("request", {}).get("quality_preset", "")),
            workers=settings.workers,
            at=str(job.finished_at),
            prices=prices,
        )
    return forecasting.learn_all(settings.home, found, days=settings.history_days)


def _pair(index: int, item: Any) -> tuple[Mapping[str, Any], str]:
    """An item of a batch as settings and a prompt."""
    if isinstance(item, str):
        return {}, item
    if isinstance(item, Mapping):
        params = item.get("params", item.get("generation_params"))
        plain = {k: v for k, v in item.items() if k not in {"prompt", "params"}}
        return (plain if params is None else params), item.get("prompt") or ""
    if isinstance(item, Sequence) and len(item) == 2:
        return item[0], item[1]
    raise ValidationFailed(
        f"{item!r} is no picture",
        where=f"[{index}]",
        what_to_do="Give mappings with 'params' and 'prompt', or prompts.",
    )


def _forecast(made: GenerationEstimate) -> GenerationForecast:
    """A forecast under its promised names."""
    from apex_director.productions import forecasting

    now = datetime.now(UTC)
    return GenerationForecast(
        estimated_cost=None if made.usd is None else float(made.usd.p50),
        estimated_time_seconds=made.seconds.p50,
        confidence_score=made.confidence,
        estimate_id=new_job_id(),
        factors=dict(made.factors),
        backend_suggestions=tuple(_suggestion(one) for one in (made, *made.suggestions)),
        created_at=now,
        expires_at=now + GOOD_FOR,
        backend=made.backend,
        model=made.model,
        count=made.count,
        time_range=forecasting.range_json(made.seconds),
        cost_range=None if made.usd is None else forecasting.usd_json(made.usd),
        basis=made.basis,
        text=forecasting.pictures_text(made),
    )


def _suggestion(made: GenerationEstimate) -> dict[str, Any]:
    return {
        "backend": made.backend,
        "model": made.model,
        "estimated_cost": None if made.usd is None else float(made.usd.p50),
        "estimated_time_seconds": made.seconds.p50,
        "confidence_score": made.confidence,
        "ready": not made.needs,
        "needs": made.needs,
    }
