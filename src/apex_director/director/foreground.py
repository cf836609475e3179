"""Jobs that somebody waits for, and jobs seen from outside."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from apex_director.config import Settings
from apex_director.core.errors import (
    ApexError,
    ApprovalNeeded,
    Interrupted,
    JobNotFound,
    ValidationFailed,
)
from apex_director.core.ids import new_job_id
from apex_director.productions.folders import Work
from apex_director.productions.model import Payload, Progress

from .model import Ask, Outcome, Say, Watch, as_status, silent
from .studio import process, ready, require_backend, settings_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from apex_director.jobs.engine import Engine
    from apex_director.jobs.model import JobRecord
    from apex_director.jobs.telling import Watch as EngineWatch
    from apex_director.productions.request import MusicVideoRequest

NEEDS_YES = ApprovalNeeded.code


def make_music_video(
    request: MusicVideoRequest,
    *,
    home: str | None = None,
    resume: bool = False,
    watch: Watch = silent,
    say: Say = silent,
    ask: Ask | None = None,
) -> Outcome:
    """Make a music video and wait for it.

    Parameters
    ----------
    request : MusicVideoRequest
        What is wanted; checked here.
    home : str, optional
        Studio folder (contract C8).
    resume : bool
        Go on with an unfinished job of the same song, options and output folder (contract D22).
    watch, say : callable
        Given the job's state as it changes, and sentences for people.
    ask : callable, optional
        Asked whether to buy what the plan needs, where nobody has said so; True is a yes.

    Raises
    ------
    ApexError
        What went wrong, with its exit code.
    ApprovalNeeded
        A paid backend would draw, and nobody has said yes; the job waits.
    Interrupted
        Ctrl-C; the job can be resumed.
    """
    from apex_director.jobs import records
    from apex_director.productions.music_video import payload_for
    from apex_director.productions.request import KIND, checked, file_hash, resume_key

    request = checked(request)
    settings = ready(home)
    key = resume_key(request, file_hash(request.audio_path))
    require_backend(settings, request.backend_preference)
    known = records.find_by_key(settings.home, key)
    asked = waiting_for_yes(known)
    if resume or asked:
        again = asked or _to_resume(known)
        if again is not None:
            if not _delivered(again, accept_blocked=request.deliver_anyway):
                payload = payload_for(
                    _still_approved(request, again), home=settings.home, job_id=again.id, key=key
                )
                records.set_payload(settings.home, again.id, payload)
            return _take_up(settings, again.id, watch, say, ask)
        say("Nothing to resume; starting afresh.")
    elif unfinished := [record for record in known if not record.ended]:
        say(_unfinished_note(settings, unfinished[0]))
    job_id = new_job_id()
    payload = payload_for(request, home=settings.home, job_id=job_id, key=key)

    def begin(engine: Engine, tell: EngineWatch) -> Payload:
        records.create(settings.home, KIND, payload, resume_key=key, job_id=job_id)
        return engine.run(job_id, KIND, payload, watch=tell)

    return work_on(settings, job_id, watch, say, begin, ask)


def work_on(
    settings: Settings,
    job_id: str,
    watch: Watch,
    say: Say,
    begin: Callable[[Engine, EngineWatch], Payload],
    ask: Ask | None = None,
) -> Outcome:
    """Work on a job in this process until it ends, asking once for what it would buy.

    Raises
    ------
    ApexError
        As :func:`make_music_video`.
    """
    from apex_director.jobs import records

    from .approval import approved_payload

    with _failure_logged(settings, job_id, say):
        try:
            return _learned(settings, _work(settings, watch, begin))
        except ApprovalNeeded as needed:
            if ask is None or not ask(needed.what):
                raise ApprovalNeeded(
                    needed.what,
                    where=needed.where,
                    what_to_do=f"{needed.what_to_do} The job waits: apex jobs approve {job_id}",
                ) from None
        payload = records.get(settings.home, job_id).payload
        records.set_payload(settings.home, job_id, approved_payload(payload, None))
        again = _work(settings, watch, lambda engine, tell: engine.resume(job_id, watch=tell))
        return _learned(settings, again)


def _learned(settings: Settings, outcome: Outcome) -> Outcome:
    """What a job took teaches the next estimate; a lesson that fails costs nobody their video."""
    from .estimating import learn_from_jobs

    with suppress(ApexError, OSError):
        learn_from_jobs(settings.home)
    return outcome


@contextmanager
def _failure_logged(settings: Settings, job_id: str, say: Say) -> Iterator[None]:
    """Say where the log of a job lies that fails."""
    try:
        yield
    except (Interrupted, ApprovalNeeded):
        raise
    except ApexError:
        log = Work(home=settings.home, job_id=job_id).log
        if log.is_file():
            say(f"The job's log: {log}")
        raise


def waiting_for_yes(known: list[JobRecord]) -> JobRecord | None:
    """The job of this very request that waits for a person to approve what it buys."""
    return next((r for r in known if r.status == "waiting" and r.error_code == NEEDS_YES), None)


def _still_approved(request: MusicVideoRequest, record: JobRecord) -> MusicVideoRequest:
    """A yes once given stands, unless new words are said."""
    said = record.payload.get("request", {})
    if request.approved or request.budget_usd is not None:
        return request
    return replace(request, approved=bool(said.get("approved")), budget_usd=said.get("budget_usd"))


def _unfinished_note(settings: Settings, record: JobRecord) -> str:
    """What somebody should know who asks for a video that is already under way."""
    from apex_director.jobs import owner

    if record.owner is not None and owner.is_alive(settings.home, record.owner):
        return (
            "Another process is making a video of this song with these options. "
            f"Watch it with: apex jobs show {record.id}"
        )
    return (
        "An unfinished job of this song and these options exists. "
        f"Resume it with: apex jobs resume {record.id}"
    )


def _take_up(
    settings: Settings, job_id: str, watch: Watch, say: Say, ask: Ask | None = None
) -> Outcome:
    """Go on with a job, or answer with its result; one whose video is gone is assembled again."""
    from apex_director.jobs import records

    record = records.get(settings.home, job_id)
    if _delivered(record, accept_blocked=_anyway(record)):
        say(f"Already made by job {job_id}; nothing to do.")
        return Outcome(job_id=job_id, result=dict(record.result or {}))
    paths = _made_by(record)
    gone = not all(path.is_file() for path in paths)
    say(
        f"What job {job_id} had made is gone in part; making it again."
        if gone and len(paths) > 1
        else f"The video of job {job_id} is gone; making it again."
        if gone
        else f"Going on with job {job_id}."
    )
    # Without the job's folder the stored results of its steps name files that are no more.
    afresh = gone or not Work(home=settings.home, job_id=job_id).folder.is_dir()
    return work_on(
        settings,
        job_id,
        watch,
        say,
        lambda engine, tell: engine.resume(job_id, watch=tell, afresh=afresh),
        ask,
    )


def _made_by(record: JobRecord) -> list[Path]:
    """The files of a job that has ended: its video, and its further versions."""
    if not (record.ended and record.output_path):
        return []
    versions = (record.result or {}).get("versions", ())
    return [
        Path(text)
        for text in dict.fromkeys([str(record.output_path), *(v["path"] for v in versions)])
    ]


def _anyway(record: JobRecord) -> bool:
    """Whether a blocked master was to be delivered all the same."""
    return bool(record.payload.get("request", {}).get("deliver_anyway", False))


def _to_resume(known: list[JobRecord]) -> JobRecord | None:
    """The newest job of a key that can answer or go on; cancelled ones cannot."""
    from apex_director.jobs.model import JobStatus

    usable = [record for record in known if record.status is not JobStatus.CANCELLED]
    return usable[0] if usable else None


def _delivered(record: JobRecord, *, accept_blocked: bool = False) -> bool:
    """True when the job ended with a video that is still there, and is what is wanted: a blocked
    master is not, once it shall be delivered anyway.
    """
    path, result = record.output_path, record.result or {}
    if not (record.ended and result and path):
        return False
    if not all(made.is_file() for made in _made_by(record)):
        return False
    return bool(result.get("success")) or not accept_blocked


def resume_job(
    job_id: str,
    *,
    home: str | None = None,
    watch: Watch = silent,
    say: Say = silent,
    ask: Ask | None = None,
) -> Outcome:
    """Go on with an unfinished, failed or cancelled job (contract D22).

    Raises
    ------
    JobNotFound
        There is none of that id.
    ValidationFailed
        Another process works on it.
    """
    from apex_director.jobs import records

    settings = ready(home)
    record = find_job(settings.home, job_id)
    if not _delivered(record, accept_blocked=_anyway(record)):
        payload = dict(record.payload)
        if "stop_at" in payload["request"]:
            payload["request"] = dict(payload["request"]) | {"stop_at": "deliver"}
        records.set_payload(settings.home, record.id, payload)
    return _take_up(settings, record.id, watch, say, ask)


def find_job(home: Path, job_id: str) -> JobRecord:
    """A job by its id or the beginning of it.

    Raises
    ------
    JobNotFound
        None, or more than one, begins like that.
    """
    from apex_director.jobs import records

    found = [r for r in records.list_jobs(home) if r.id.startswith(job_id)] if job_id else []
    exact = [r for r in found if r.id == job_id]
    if len(exact or found) != 1:
        raise JobNotFound(
            "more than one job begins like that"
            if found
            else "there is no such job in this studio",
            where=job_id,
            what_to_do="List the jobs with: apex jobs list",
        )
    return (exact or found)[0]


def _work(
    settings: Settings, watch: Watch, begin: Callable[[Engine, EngineWatch], Payload]
) -> Outcome:
    """Work on a job in this process until it ends."""
    from apex_director.bootstrap import open_studio_engine

    began = time.monotonic()

    def tell(progress: Progress) -> None:
        watch(as_status(progress) | {"elapsed_s": time.monotonic() - began})

    engine = open_studio_engine(settings)
    process["foreground"] = engine
    try:
        result = begin(engine, tell)
    finally:
        process.pop("foreground", None)
        engine.close()
    return Outcome(job_id=str(result["job_id"]), result=result)


def pause_foreground() -> None:
    """Leave the job somebody waits for in another thread, so that it can be resumed."""
    engine = process.get("foreground")
    if engine is not None:
        for job_id in engine.active():
            engine.pause(job_id)


def job_status(job_id: str, *, home: str | None = None) -> dict[str, Any]:
    """P7 of one job, with ``detail`` (message, counts, rate) added.

    Raises
    ------
    JobNotFound
        There is none of that id.
    """
    from apex_director.jobs import records

    record = find_job(settings_of(home).home, job_id)
    return {**records.as_p7(record), "detail": record.detail}


def list_job_status(
    *, home: str | None = None, status: str = "", limit: int | None = None
) -> list[dict[str, Any]]:
    """P7 of every job, newest first.

    Raises
    ------
    ValidationFailed
        There is no such state.
    """
    from apex_director.jobs import records
    from apex_director.jobs.model import JobStatus

    if status and status not in set(JobStatus):
        raise ValidationFailed(
            f"'{status}' is no state of a job",
            where="status",
            what_to_do=f"Choose one of {', '.join(JobStatus)}.",
        )
    wanted = [JobStatus(status)] if status else None
    rows = records.list_jobs(settings_of(home).home, status=wanted, limit=limit)
    return [dict(records.as_p7(row)) for row in rows]


def cancel_job_now(job_id: str, *, home: str | None = None) -> bool:
    """Cancel a job, wherever it runs; False when it had ended.

    Raises
    ------
    JobNotFound
        There is none of that id.
    """
    from apex_director.jobs import events

    folder = settings_of(home).home
    return events.cancel(folder, find_job(folder, job_id).id)
