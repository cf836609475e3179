"""One film of a job, from its pictures to its checked master; told by the story of the job."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from .folders import Work
from .metering import CutMeter
from .model import Payload, Progress, Runner
from .picturing import Pictures, segment_path
from .request import KIND, MusicVideoRequest, delivery_of
from .versions import version_from

TAME_ROUNDS = 3
FILMING = (0.15, 0.99)  # what a film takes of a job, where it is the only one


class Part:
    """A runner that tells of one film as of a part of the job, and by its name."""

    def __init__(self, runner: Runner, start: float, end: float, label: str) -> None:
        self.runner, self.start, self.end, self.label = runner, start, end, label

    @property
    def job_id(self) -> str:
        """The job's id."""
        return self.runner.job_id

    @property
    def resumed(self) -> bool:
        """Whether results of an earlier attempt are used."""
        return self.runner.resumed

    def step(self, name: str, payload: Payload) -> Payload:
        """Run one named step, once for all."""

        def tell(_: int, said: Progress) -> None:
            self.report(said)

        return self.runner.map(name, [payload], on_progress=tell)[0]

    def map(
        self,
        name: str,
        payloads: Sequence[Payload],
        on_done: Callable[[int, Payload], None] | None = None,
        on_progress: Callable[[int, Progress], None] | None = None,
        hands: int | None = None,
    ) -> list[Payload]:
        """Run a step for many payloads in parallel."""
        return self.runner.map(name, payloads, on_done, on_progress, hands)

    def report(self, progress: Progress) -> None:
        """Tell whoever watches this job, as of the whole of it."""
        first, last = FILMING
        share = min(1.0, max(0.0, (progress.fraction - first) / (last - first)))
        message = ": ".join(text for text in (self.label, progress.message) if text)
        self.runner.report(
            replace(
                progress,
                fraction=self.start + (self.end - self.start) * share,
                message=message,
            )
        )


class FilmStory:
    """One film: what is known of it so far, and the steps that find out more.

    ``facts`` is what the planning step gave for it, ``planned_from`` the request as plans see it.
    """

    cuts: list[Payload]
    segments: list[Payload]
    assembly: Payload
    checked: Payload

    def __init__(
        self,
        runner: Runner,
        request: MusicVideoRequest,
        work: Work,
        facts: Payload,
        planned_from: Payload,
    ) -> None:
        self.runner, self.request, self.work, self.facts = runner, request, work, facts
        self.planned_from = planned_from
        self.version = version_from(facts["version"])
        self.pictures = Pictures(runner, request, work, facts)
        self.warnings: list[str] = []

    @property
    def song(self) -> str:
        """What it hears: the song, or the stretch that was cut from it."""
        return self.facts["song"] or self.request.audio_path

    @property
    def master(self) -> Path:
        return self.work.master.with_name(self.version.beside(self.work.master.name))

    def _step(self, name: str, payload: Payload) -> Payload:
        return self.runner.step(f"{KIND}.{name}", {**payload, "job_id": self.runner.job_id})

    def draw(self, budget: Payload | None) -> None:
        """Make every picture of the film; ``budget`` is what may be spent on them."""
        if budget:
            self.pictures.rows = [row | {"budget": budget} for row in self.pictures.rows]
        self.warnings += self.pictures.draw()
        self.cuts = self.facts["segments"]
        if self.cuts and not self.pictures.as_planned:
            self.cuts = self._step("replan", self._replan([]))["segments"]

    def assemble(self) -> None:
        """The master, not yet looked at."""
        if self.version.kind == "canvas":
            self.assembly = self._step("canvas", self._canvas())
            return
        if self.facts["song"]:
            self._step("excerpt", self._excerpt())
        self._cut_and_assemble(self.cuts)

    def check(self) -> None:
        """Look at the master; where it flashes, calm those segments and look again."""
        if self.version.kind == "canvas":
            self.checked = self._step(
                "check_canvas",
                self._plan_facts() | {"master": str(self.master), "sheet": str(self._sheet())},
            )
            return
        self._check_and_calm()

    def _plan_facts(self) -> Payload:
        return {"plan": self.facts["plan"], "analysis": self.facts["analysis"]}

    def _replan(self, tame: list[list[Any]]) -> Payload:
        return self._plan_facts() | {
            "request": self.planned_from,
            "keys": self.pictures.keys,
            "tame": tame,
        }

    def _excerpt(self) -> Payload:
        start, end = self.facts["window"]
        return {
            "song": self.request.audio_path,
            "out": self.facts["song"],
            "start": start,
            "end": end,
            "rate": self.facts["rate"],
        }

    def _canvas(self) -> Payload:
        return self._plan_facts() | {
            "window": self.facts["window"],
            "picture": self.pictures.rows[0],
            "out": str(self.master),
        }

    def _sheet(self) -> Path:
        return self.work.folder / self.version.beside("contact_sheet.png")

    def _cut_and_assemble(self, segments: list[Payload]) -> None:
        """Render every segment that is not cached, then join all under the song."""
        rows = [self._cut_row(segment) for segment in segments]
        meter = CutMeter(self.runner, self.facts["frames"], len(rows))
        self.segments = self.runner.map(
            f"{KIND}.cut", rows, on_done=meter.on_done, on_progress=meter.on_progress
        )
        self._cut_again(rows)
        self.assembly = self._step(
            "assemble",
            {
                "segments": [row["out"] for row in self.segments],
                "frame_counts": [row["frames"] for row in self.segments],
                "song": self.song,
                "out": str(self.master),
                "rate": self.facts["rate"],
                "title": self.facts["title"],
                "artist": self.facts["artist"],
            },
        )

    def _cut_again(self, rows: list[Payload]) -> None:
        """Segments cut long ago may have left the cache since: cut those once more."""
        gone = [i for i, row in enumerate(rows) if not Path(row["out"]).is_file()]
        if gone:
            again = self.runner.map(f"{KIND}.cut", [rows[i] | {"again": True} for i in gone])
            for index, result in zip(gone, again, strict=True):
                self.segments[index] = result

    def _cut_row(self, segment: Payload) -> Payload:
        rows = self.pictures.rows
        return self._plan_facts() | {
            "job_id": self.runner.job_id,
            "index": segment["index"],
            "out": str(segment_path(self.work, segment)),
            # Calming looks back at earlier segments, which may show any picture.
            "pictures": [
                row for row in rows if segment["tame"] or row["picture_id"] in segment["pictures"]
            ],
            "encoder": asdict(delivery_of(self.request).preset.x264),
            "tame": segment["tame"],
        }

    def _check_and_calm(self) -> None:
        tame: list[list[Any]] = []
        for round_ in range(TAME_ROUNDS + 1):
            self.checked = self._step(
                "check",
                self._plan_facts()
                | {
                    "round": round_,
                    "master": self.assembly["master"],
                    "segments": [row["out"] for row in self.segments],
                    "song": self.song,
                    "own_sound": bool(self.facts["song"]),
                    "audio_copied": self.assembly["audio_copied"],
                    "sheet": str(self._sheet()),
                },
            )
            if not self.checked["tame"] or round_ == TAME_ROUNDS:
                return
            harder = 0.15 * round_
            tame += [[a, b, min(1.0, much + harder)] for a, b, much in self.checked["tame"]]
            self.runner.report(
                Progress(
                    stage="quality_assurance",
                    fraction=0.9,
                    message="calming flashes, then checking again",
                )
            )
            again = self._step("replan", self._replan(tame))
            self._cut_and_assemble(again["segments"])
