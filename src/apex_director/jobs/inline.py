"""A Runner for unit tests: same process, one step after the other, nothing stored."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from apex_director.core.ids import new_job_id
from apex_director.jobs.call import as_json, call, find_step
from apex_director.productions.model import Payload, Ports, Production, Progress, Report


class InlineRunner:
    """Runs a production's steps where it stands and keeps what was reported in ``reports``."""

    def __init__(self, production: Production, ports: Ports, job_id: str | None = None) -> None:
        self._production = production
        self._ports = ports
        self._job_id = job_id or new_job_id()
        self.reports: list[Progress] = []
        self.warnings: list[str] = []

    @property
    def job_id(self) -> str:
        """The job's id."""
        return self._job_id

    @property
    def resumed(self) -> bool:
        """Nothing is stored, so nothing is resumed."""
        return False

    def run(self, payload: Payload) -> Payload:
        """Tell the whole story."""
        return as_json(self._production.story(self, as_json(payload, "story")), "story")

    def step(self, name: str, payload: Payload) -> Payload:
        """Run one step at once; its progress counts as the job's."""
        return self._call(name, payload, self.report)

    def map(
        self,
        name: str,
        payloads: Sequence[Payload],
        on_done: Callable[[int, Payload], None] | None = None,
        on_progress: Callable[[int, Progress], None] | None = None,
        hands: int | None = None,
    ) -> list[Payload]:
        """Run a step for each payload in turn, however many ``hands`` are wanted."""
        del hands
        return [
            self._one(name, index, payload, on_done, on_progress)
            for index, payload in enumerate(payloads)
        ]

    def _one(
        self,
        name: str,
        index: int,
        payload: Payload,
        on_done: Callable[[int, Payload], None] | None,
        on_progress: Callable[[int, Progress], None] | None,
    ) -> Payload:
        def heard(progress: Progress) -> None:
            if progress.warning:
                self._warn(progress.warning)
            if on_progress:
                on_progress(index, progress)

        result = self._call(name, payload, heard)
        if on_done:
            on_done(index, result)
        return result

    def report(self, progress: Progress) -> None:
        """Keep the progress."""
        self.reports.append(progress)
        if progress.warning:
            self._warn(progress.warning)

    def _warn(self, text: str) -> None:
        if text not in self.warnings:
            self.warnings.append(text)

    def _call(self, name: str, payload: Payload, report: Report) -> Payload:
        step = find_step(self._production, name)
        return call(step, self._ports, as_json(payload, name), report, name)
