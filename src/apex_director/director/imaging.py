"""Single pictures and batches of them, as durable jobs (contract P4, P5)."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from apex_director.core.errors import ValidationFailed
from apex_director.core.ids import content_hash, new_job_id

from .background import engine_of
from .foreground import waiting_for_yes, work_on
from .model import Ask, Outcome, Say, Watch, silent
from .studio import process, ready, require_backend, settings_of

if TYPE_CHECKING:
    from apex_director.jobs.engine import Engine
    from apex_director.jobs.telling import Watch as EngineWatch
    from apex_director.productions.image import ImageRequest
    from apex_director.productions.model import Payload


async def submit_generation_job(
    prompt: str,
    negative_prompt: str | None = None,
    priority: int = 3,
    backend_preference: str | None = None,
    metadata: Mapping[str, Any] | None = None,
    generation_params: Mapping[str, Any] | None = None,
    *,
    approved: bool = False,
    budget: float | None = None,
    home: str | None = None,
) -> str:
    """Start a picture in this process and return its id at once (contract P4).

    A job that would be drawn by a paid backend waits for a yes: ``approved=True``, a ``budget`` in
    US dollars, or later ``apex jobs approve``.

    Parameters
    ----------
    prompt, negative_prompt : str
        What shall and shall not be seen.
    priority : int
        1 to 5, 5 first.
    backend_preference : str
        A backend to try first.
    metadata : mapping
        Kept with the picture in the library.
    generation_params : mapping
        ``width``, ``height``, ``steps``, ``quality_level``, ``guidance_scale``, ``seed``, ...

    Raises
    ------
    ValidationFailed
        A value is not one we offer; ``where`` names it.
    """
    values = {
        "prompt": prompt,
        "negative_prompt": negative_prompt,
        "backend_preference": backend_preference,
        "metadata": metadata,
        "approved": approved,
        "budget_usd": budget,
        **_settings(generation_params, "generation_params"),
    }
    return (await _submit([_job(values, priority)], home))[0]


async def submit_batch(jobs: Sequence[Mapping[str, Any]], *, home: str | None = None) -> list[str]:
    """Start several pictures; ids in the order given (contract P5).

    Raises
    ------
    ValidationFailed
        One of them is not possible; then none is started, and ``where`` names which.
    """
    if isinstance(jobs, str | Mapping) or not isinstance(jobs, Iterable):
        raise ValidationFailed(
            "it is no list of jobs", where="jobs", what_to_do="Give mappings, each with a prompt."
        )
    checked = []
    for number, job in enumerate(jobs):
        try:
            checked.append(_from_mapping(job))
        except ValidationFailed as error:
            where = ".".join(part for part in (f"jobs[{number}]", error.where) if part)
            raise ValidationFailed(error.what, where=where, what_to_do=error.what_to_do) from error
    return await _submit(checked, home)


def _from_mapping(job: Mapping[str, Any]) -> tuple[ImageRequest, int]:
    if not isinstance(job, Mapping):
        raise ValidationFailed(
            f"{job!r} is no job", where="", what_to_do="Give a mapping with a prompt."
        )
    values = dict(job)
    priority = values.pop("priority", 3)
    if "budget" in values:
        values["budget_usd"] = values.pop("budget")
    for name in ("generation_params", "params"):
        values |= _settings(values.pop(name, None), name)
    return _job(values, priority)


def _job(values: Mapping[str, Any], priority: Any) -> tuple[ImageRequest, int]:
    from apex_director.productions.image import image_request

    if not isinstance(priority, int) or isinstance(priority, bool) or not 1 <= priority <= 5:
        raise ValidationFailed(
            f"{priority!r} is no priority", where="priority", what_to_do="Give 1 to 5, 5 is first."
        )
    if not isinstance(values.get("backend_preference") or "", str):
        raise ValidationFailed(
            f"{values['backend_preference']!r} is no name",
            where="backend_preference",
            what_to_do="Give the name of a backend.",
        )
    request = image_request(values)
    _settings(request.metadata, "metadata")
    return request, priority


def _settings(given: Any, where: str) -> dict[str, Any]:
    """A mapping that can be stored."""
    try:
        json.dumps(given)
    except (TypeError, ValueError) as error:
        raise ValidationFailed(
            f"it cannot be stored ({error})", where=where, what_to_do="Give plain values."
        ) from error
    if not isinstance(given, Mapping | None):
        raise ValidationFailed(
            f"{given!r} is no mapping", where=where, what_to_do="Give a mapping."
        )
    return dict(given or {})


async def _submit(jobs: Sequence[tuple[ImageRequest, int]], home: str | None) -> list[str]:
    return await asyncio.to_thread(_start, jobs, home)


def _start(jobs: Sequence[tuple[ImageRequest, int]], home: str | None) -> list[str]:
    from apex_director.jobs import records
    from apex_director.productions.image import KIND, payload_for

    for name in sorted({request.backend_preference for request, _ in jobs}):
        require_backend(settings_of(home), name, where="backend_preference")
    engine: Engine = engine_of(home)
    studio: Path = process["settings"].home
    made = []
    for request, priority in jobs:
        job_id = new_job_id()
        payload = payload_for(request, home=studio, job_id=job_id)
        records.create(studio, KIND, payload, job_id=job_id, priority=priority)
        made.append((job_id, payload, priority))
    for job_id, payload, priority in made:
        engine.start(job_id, KIND, payload, priority=priority)
    return [job_id for job_id, _, _ in made]


def make_image(
    values: Mapping[str, Any],
    *,
    home: str | None = None,
    watch: Watch = silent,
    say: Say = silent,
    ask: Ask | None = None,
) -> Outcome:
    """Make one picture and wait for it; ``ask`` as for a music video.

    Raises
    ------
    ApexError
        What went wrong.
    """
    from apex_director.jobs import records
    from apex_director.productions.image import KIND, image_request, payload_for

    request = image_request(values)
    settings = ready(home)
    require_backend(settings, request.backend_preference)
    key = content_hash(KIND, replace(request, approved=False, budget_usd=None))
    waiting = waiting_for_yes(records.find_by_key(settings.home, key))
    job_id = waiting.id if waiting else new_job_id()
    payload = payload_for(request, home=settings.home, job_id=job_id)

    def begin(engine: Engine, tell: EngineWatch) -> Payload:
        if waiting:
            records.set_payload(settings.home, job_id, payload)
            return engine.resume(job_id, watch=tell)
        records.create(settings.home, KIND, payload, resume_key=key, job_id=job_id)
        return engine.run(job_id, KIND, payload, watch=tell)

    return work_on(settings, job_id, watch, say, begin, ask)
