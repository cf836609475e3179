"""``APEXOrchestrator``, ``Job`` and ``ProgressNotifier`` under their promised names (contract
P20-P23, P46): faces over the director's verbs.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

Observer = Callable[[float, str], object]


@dataclass(frozen=True, kw_only=True)
class Job:
    """A job as it stood when it was asked for (contract P23); times are ISO 8601 in UTC."""

    id: str
    request: Mapping[str, Any]
    status: str
    created_at: str
    kind: str = ""
    progress: float = 0.0
    progress_percent: int = 0
    current_stage: str | None = None
    output_path: str | None = None
    quality_score: float | None = None
    error: str | None = None
    started_at: str | None = None
    finished_at: str | None = None
    warnings: Sequence[str] = ()

    @property
    def job_id(self) -> str:
        """The same as ``id``, under the name of P7."""
        return self.id

    @classmethod
    def of(cls, status: Mapping[str, Any], request: Mapping[str, Any]) -> Job:
        """The job a status (P7) and its request stand for."""
        names = {one.name for one in fields(cls)} - {"id", "request"}
        values = {name: value for name, value in status.items() if name in names}
        return cls(id=str(status["job_id"]), request=dict(request), **values)


class ProgressNotifier:
    """Tells observers how far something is (contract P46); safe for threads."""

    def __init__(self) -> None:
        self._observers: list[Observer] = []
        self._lock = threading.Lock()

    def attach(self, observer: Observer) -> None:
        """Tell ``observer(progress, status)`` from now on; attaching twice tells it once."""
        with self._lock:
            if observer not in self._observers:
                self._observers.append(observer)

    def detach(self, observer: Observer) -> None:
        """Tell it no more; one that was never attached is no error."""
        with self._lock, contextlib.suppress(ValueError):
            self._observers.remove(observer)

    def notify(self, progress: float, status: str) -> None:
        """Tell every observer; one that raises is logged and stops neither the others nor the
        job.
        """
        with self._lock:
            observers = list(self._observers)
        for observer in observers:
            try:
                observer(progress, status)
            except Exception as error:
                from apex_director.observability.logs import get_logger

                get_logger("jobs").error("a progress observer failed", error=repr(error))


class APEXOrchestrator:
    """The image orchestrator of one studio; making one starts no task and needs no event loop.

    Parameters
    ----------
    config : mapping, optional
        Sections of ``apex_config.json`` that shall hold in the studio at ``base_dir``; written
        there when work first begins. Without ``base_dir`` the studio's own settings hold.
    base_dir : path, optional
        Studio folder; else the current one (contract C8).
    backend_manager, asset_manager : optional
        Kept under these names for the caller; jobs work with the studio's own.
    """

    def __init__(
        self,
        config: Mapping[str, Any] | None = None,
        base_dir: str | Path | None = None,
        backend_manager: Any = None,
        asset_manager: Any = None,
    ) -> None:
        self.config = dict(config or {})
        self.backend_manager, self.asset_manager = backend_manager, asset_manager
        self._home = None if base_dir is None else str(base_dir)

    async def submit_job(self, job_request: Mapping[str, Any]) -> str:
        """Start a picture, or a music video where the request names a song; its id (contract P21).

        Raises
        ------
        FileNotFoundError
            The song does not exist.
        ValidationFailed
            A value is not one we offer.
        """
        from apex_director import director

        self._prepare()
        request = dict(job_request)
        if "audio_path" in request:
            return await director.submit_music_video_job(**request, home=self._home)
        return (await director.submit_batch([request], home=self._home))[0]

    async def submit_batch(self, job_requests: Sequence[Mapping[str, Any]]) -> list[str]:
        """Start several pictures; one that is not possible refuses them all (contract P5).

        Raises
        ------
        ValidationFailed
            A value is not one we offer.
        """
        from apex_director import director

        self._prepare()
        return await director.submit_batch(job_requests, home=self._home)

    async def cancel_job(self, job_id: str) -> bool:
        """As ``apex_director.cancel_job`` (contract P6).

        Raises
        ------
        JobNotFound
            There is none of that id.
        """
        from apex_director.director import queue

        return await queue.cancel_job(job_id, home=self._home)

    def get_job_status(self, job_id: str) -> Mapping[str, Any]:
        """P7 of one job.

        Raises
        ------
        JobNotFound
            There is none of that id.
        """
        from apex_director.director import queue

        return queue.job_state(job_id, home=self._home)

    def get_job(self, job_id: str) -> Job:
        """One job with its request (contract P23).

        Raises
        ------
        JobNotFound
            There is none of that id.
        """
        from apex_director.director import queue

        return Job.of(
            queue.job_state(job_id, home=self._home), queue.job_request(job_id, home=self._home)
        )

    def get_system_status(self) -> dict[str, Any]:
        """The studio at a glance (contract P8)."""
        from apex_director import director

        return director.get_system_status(home=self._home)

    def get_statistics(self) -> dict[str, Any]:
        """How the queue does (contract P22); 0.0 while nothing has finished."""
        from apex_director.director import queue

        return queue.get_statistics(home=self._home)

    def _prepare(self) -> None:
        """Make the studio, with the settings that were given, before work begins."""
        from apex_director import config
        from apex_director.director import studio

        if self._home is None:
            return
        studio.ready(self._home)
        held = config.merged(config.read_file(Path(self._home)))
        for section, values in self.config.items():
            for name, value in values.items():
                if held.get(section, {}).get(name) != value:
                    config.set_value(Path(self._home), f"{section}.{name}", value)
