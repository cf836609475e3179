"""Jobs of this process that nobody waits for, for scripts and services (contract D4, D23)."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from apex_director.core.errors import InputUnusable
from apex_director.core.ids import new_job_id

from .foreground import make_music_video, pause_foreground
from .studio import process, ready, settings_of

if TYPE_CHECKING:
    from apex_director.jobs.engine import Engine
    from apex_director.productions.request import MusicVideoRequest

_opening = threading.Lock()


def get_job_status(job_id: str) -> Mapping[str, Any]:
    """State of one job of any production (contract P7).

    Raises
    ------
    JobNotFound
        There is none of that id.
    """
    from apex_director.jobs import records

    return records.as_p7(records.get(settings_of(None).home, job_id))


async def cancel_music_video_job(job_id: str) -> bool:
    """Cancel a job; True if it was waiting or running, False if it had ended (contract P15).

    Raises
    ------
    JobNotFound
        There is none of that id.
    """
    from apex_director.jobs import events

    return await asyncio.to_thread(events.cancel, settings_of(None).home, job_id)


def engine_of(home: str | None = None) -> Engine:
    """This process's engine, opened when first needed. There is one at a time: an idle one makes
    way for another studio's.

    Raises
    ------
    StorageError
        It works on jobs of another studio.
    """
    settings = ready(home)
    with _opening:
        engine: Engine | None = process.get("engine")
        if engine is not None and process["settings"].home == settings.home:
            return engine
        if engine is not None and not engine.active():
            process.pop("engine").close()
        from apex_director.bootstrap import open_studio_engine

        opened = open_studio_engine(settings)
        process.update(engine=opened, settings=settings, since=time.monotonic())
        return opened


async def start_orchestrator() -> None:
    """Open the engine of this process, ready for jobs, and start its checkpoint timer (contract
    P3).
    """
    engine = await asyncio.to_thread(engine_of)
    every = process["settings"].sections["orchestrator"]["checkpoint_interval"]
    engine.keep_checkpoints(float(every))


async def stop_orchestrator() -> None:
    """Wait for the jobs of this process, then close its engine (contract P3)."""
    engine = process.pop("engine", None)
    if engine is not None:
        await asyncio.to_thread(_drain, engine)


def _drain(engine: Engine) -> None:
    while engine.active():
        time.sleep(0.1)
    engine.close()


async def submit_music_video_job(
    audio_path: str | Path,
    output_dir: str | Path,
    genre: str = "cinematic",
    quality_preset: str = "high",
    max_shots: int | None = 15,
    *,
    home: str | None = None,
    **options: Any,
) -> str:
    """Start a music video in this process and return its id at once (contract P14).

    The interpreter stays alive until its submitted jobs end; Ctrl-C leaves them resumable.

    Parameters
    ----------
    audio_path, output_dir : str
        The song, and the folder to deliver into.
    genre, quality_preset, max_shots
        As on the command line.
    options
        Further fields of :class:`MusicVideoRequest`.

    Raises
    ------
    FileNotFoundError
        The song does not exist. Whether it can be decoded shows in the job (contract D8).
    ValidationFailed
        An option is not one we offer.
    """
    from apex_director.productions.request import request_from

    values = {
        "audio_path": audio_path,
        "output_dir": output_dir,
        "genre": genre,
        "quality_preset": quality_preset,
        "max_shots": max_shots,
    }
    return await asyncio.to_thread(_submit, request_from(values | options), home)


async def submit_batch_music_videos(requests: Sequence[Mapping[str, Any]]) -> list[str]:
    """Start several music videos; ids in the order given (contract P18).

    Raises
    ------
    FileNotFoundError, ValidationFailed
        One of them is not possible; then none is started.
    """
    from apex_director.productions.request import checked, request_from

    def start() -> list[str]:
        wanted = [request_from(dict(one)) for one in requests]
        for one in wanted:
            try:
                checked(one)
            except InputUnusable as error:
                raise FileNotFoundError(str(error)) from error
        return [_submit(one) for one in wanted]

    return await asyncio.to_thread(start)


def submit_request(values: Mapping[str, Any]) -> str:
    """As :func:`submit_music_video_job`, from plain values and without waiting for a loop."""
    from apex_director.productions.request import request_from

    return _submit(request_from(dict(values)))


def _submit(request: MusicVideoRequest, home: str | None = None) -> str:
    from apex_director.jobs import records
    from apex_director.productions.music_video import payload_for
    from apex_director.productions.request import KIND, checked, file_hash, resume_key

    try:
        request = checked(request)
    except InputUnusable as error:
        raise FileNotFoundError(str(error)) from error
    engine = engine_of(home)
    studio: Path = process["settings"].home
    key = resume_key(request, file_hash(request.audio_path))
    job_id = new_job_id()
    payload = payload_for(request, home=studio, job_id=job_id, key=key)
    records.create(studio, KIND, payload, resume_key=key, job_id=job_id)
    engine.start(job_id, KIND, payload)
    return job_id


async def generate_music_video(
    request: MusicVideoRequest | Mapping[str, Any], resume: bool = False
) -> dict[str, Any]:
    """Make a music video and wait for it (contract P17).

    Returns
    -------
    dict
        The ``MusicVideoResult`` of F5.

    Raises
    ------
    ApexError
        What went wrong.
    """
    from apex_director.productions.request import request_from

    wanted = request_from(dict(request if isinstance(request, Mapping) else vars(request)))
    try:
        outcome = await asyncio.to_thread(make_music_video, wanted, resume=resume)
    except asyncio.CancelledError:  # Ctrl-C: the thread would work on to the job's end
        pause_foreground()
        raise
    return outcome.result
