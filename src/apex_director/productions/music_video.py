"""A song in, a finished, beat-cut, graded, checked music video out: the story, told once for every
engine.
"""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

from .buying import approve
from .cutting import cut
from .delivering import deliver, tidy
from .drawing import draw
from .finishing import assemble, check
from .folders import Work
from .metering import CutMeter
from .model import Payload, Production, Progress, Runner
from .opening import begin, open_job
from .picturing import Pictures, segment_path
from .planning import plan, replan
from .request import (
    KIND,
    MAX_SONG_S,
    MIN_SONG_S,
    VERBS,
    MusicVideoRequest,
    delivery_of,
    request_from,
)

TAME_ROUNDS = 3


def payload_for(request: MusicVideoRequest, *, home: Path, job_id: str, key: str) -> Payload:
    """What the story of one job starts from; plain values, so that an engine can store it."""
    return {
        "request": asdict(request) | {"color_palette": list(request.color_palette)},
        "home": str(home),
        "job_id": job_id,
        "resume_key": key,
    }


def produce(runner: Runner, payload: Payload) -> Payload:
    """The whole production: listen, plan, draw, cut, assemble, check, deliver.

    Every step's result is durable, so after a crash the story is told again from the start and only
    unfinished steps are really run.
    """
    story = _Story(runner, payload)
    story.listen()
    if story.stops_at("analyze"):
        return story.stopped("analyze", {"analysis": story.heard["analysis"]})
    story.plan()
    if story.stops_at("estimate"):
        return story.stopped(story.request.stop_at, story.plan_facts())
    story.draw()
    if story.stops_at("generate"):
        stills = [row["still"] for row in story.pictures.drawn]
        return story.stopped("generate", story.plan_facts() | {"stills": stills})
    story.cut_and_assemble(story.cuts)
    if story.stops_at("assemble"):
        return story.stopped("assemble", {"master": story.assembly["master"]})
    story.check_and_calm()
    if story.stops_at("qc"):
        facts = {"master": story.assembly["master"], "report": story.checked["report"]}
        return story.stopped("qc", facts)
    return story.deliver()


class _Story:
    """One telling: what is known so far, and the steps that find out more."""

    heard: Payload
    planned: Payload
    pictures: Pictures
    cuts: list[Payload]
    segments: list[Payload]
    assembly: Payload
    checked: Payload

    def __init__(self, runner: Runner, payload: Payload) -> None:
        self.runner, self.payload = runner, payload
        self.request = request_from(payload["request"])
        self.work = Work(home=Path(payload["home"]), job_id=runner.job_id)
        self.warnings: list[str] = []
        self.opened = self._step("open", payload)

    def _step(self, name: str, payload: Payload) -> Payload:
        return self.runner.step(f"{KIND}.{name}", {**payload, "job_id": self.runner.job_id})

    def _note(self, stage: str, fraction: float, message: str) -> None:
        self.runner.report(Progress(stage=stage, fraction=fraction, message=message))

    def stops_at(self, verb: str) -> bool:
        """True when the person asked to stop after this verb or an earlier one."""
        return VERBS.index(self.request.stop_at) <= VERBS.index(verb)

    def stopped(self, verb: str, facts: Payload) -> Payload:
        """The result of a job that was asked to stop early; it stays resumable."""
        job = {"job_id": self.runner.job_id, "stopped_at": verb}
        return job | {"warnings": self.warnings} | facts

    def plan_facts(self) -> Payload:
        """What a person wants to know of a plan before it is rendered."""
        names = ("plan", "shots", "pictures", "frames", "size", "rate", "purchases")
        forecast = {name: self.planned[name] for name in ("estimate", "estimate_text")}
        return {name: self.planned[name] for name in names} | forecast

    def listen(self) -> None:
        """The song becomes an analysis."""
        tasks: list[Payload] = [
            {
                "task": "listen",
                "job_id": self.runner.job_id,
                "song": self.request.audio_path,
                "out": str(self.work.analysis),
                "rate": str(delivery_of(self.request).rate),
                "shortest_s": MIN_SONG_S,
                "longest_s": MAX_SONG_S,
            }
        ]
        if not self.stops_at("estimate"):
            tasks.append({"task": "warm", "job_id": self.runner.job_id})
        self._note("audio_analysis", 0.0, "listening; the first run compiles, once")
        self.heard = self.runner.map(
            f"{KIND}.begin", tasks, on_progress=lambda _, said: self.runner.report(said)
        )[0]
        self.warnings += self.heard["warnings"]
        self._note("audio_analysis", 0.05, self.heard["summary"])

    def _planned_from(self) -> Payload:
        """The request without what changes nothing in a plan, so that a plan stays planned."""
        said = {"stop_at": "deliver", "approved": False, "budget_usd": None}
        plain: Payload = self.payload["request"] | said
        return plain

    def plan(self) -> None:
        """The analysis becomes a storyboard, with its estimate and its segments."""
        self.planned = self._step(
            "plan",
            {
                "request": self._planned_from(),
                "analysis": self.heard["analysis"],
                "tags": self.heard["tags"],
                "out": str(self.work.plan),
            },
        )
        self.warnings += [w for w in self.planned["warnings"] if w not in self.warnings]
        facts = self.planned
        what = f"{facts['shots']} shots from {facts['pictures']} pictures"
        what += f", {facts['frames']} frames of {facts['size']}; {facts['estimate_text']}"
        self._note("cinematography_planning", 0.15, what)

    def draw(self) -> None:
        """Every picture of the plan, once a person has said yes to what that buys.

        Raises
        ------
        ApprovalNeeded, BudgetExceeded
            The plan buys pictures, and nobody has said yes, or only to less.
        """
        self.pictures = Pictures(self.runner, self.request, self.work, self.planned)
        self.pictures.approve()
        self.warnings += self.pictures.draw()
        self.cuts = self.planned["segments"]
        if not self.pictures.as_planned:
            self.cuts = self._step("replan", self._replan([]))["segments"]

    def _replan(self, tame: list[list[Any]]) -> Payload:
        return {
            "plan": self.planned["plan"],
            "analysis": self.heard["analysis"],
            "request": self._planned_from(),
            "keys": self.pictures.keys,
            "tame": tame,
        }

    def cut_and_assemble(self, segments: list[Payload]) -> None:
        """Render every segment that is not cached, then join all under the song."""
        rows = [self._cut_row(segment) for segment in segments]
        meter = CutMeter(self.runner, self.planned["frames"], len(rows))
        self.segments = self.runner.map(
            f"{KIND}.cut", rows, on_done=meter.on_done, on_progress=meter.on_progress
        )
        self._cut_again(rows)
        self.assembly = self._step(
            "assemble",
            {
                "segments": [row["out"] for row in self.segments],
                "frame_counts": [row["frames"] for row in self.segments],
                "song": self.request.audio_path,
                "out": str(self.work.master),
                "rate": self.planned["rate"],
                "title": self.planned["title"],
                "artist": self.planned["artist"],
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
        return {
            "job_id": self.runner.job_id,
            "plan": self.planned["plan"],
            "analysis": self.heard["analysis"],
            "index": segment["index"],
            "out": str(segment_path(self.work, segment)),
            # Calming looks back at earlier segments, which may show any picture.
            "pictures": [
                row for row in rows if segment["tame"] or row["picture_id"] in segment["pictures"]
            ],
            "encoder": asdict(delivery_of(self.request).preset.x264),
            "tame": segment["tame"],
        }

    def check_and_calm(self) -> None:
        """Check the master; where it flashes, calm those segments and check again."""
        tame: list[list[Any]] = []
        facts = {"plan": self.planned["plan"], "analysis": self.heard["analysis"]}
        for round_ in range(TAME_ROUNDS + 1):
            self.checked = self._step(
                "check",
                facts
                | {
                    "round": round_,
                    "master": self.assembly["master"],
                    "song": self.request.audio_path,
                    "audio_copied": self.assembly["audio_copied"],
                    "sheet": str(self.work.folder / "contact_sheet.png"),
                },
            )
            if not self.checked["tame"] or round_ == TAME_ROUNDS:
                return
            harder = 0.15 * round_
            tame += [[a, b, min(1.0, much + harder)] for a, b, much in self.checked["tame"]]
            self._note("quality_assurance", 0.9, "calming flashes, then checking again")
            again = self._step("replan", self._replan(tame))
            self.cut_and_assemble(again["segments"])

    def deliver(self) -> Payload:
        """Lay everything into the output folder."""
        result = self._step(
            "deliver",
            {
                **self.payload,
                "output_dir": self.request.output_dir,
                "analysis": self.heard["analysis"],
                "plan": self.planned["plan"],
                "drawn": self.pictures.drawn,
                "assembly": self.assembly,
                "check": self.checked,
                "segment_files": [row["out"] for row in self.segments],
                "warnings": self.warnings,
                "estimate": self.planned["estimate"],
                "began": self.opened["began"],
                "resumed": self.runner.resumed,
            },
        )
        self._step("tidy", {})
        return result


PRODUCTION = Production(
    kind=KIND,
    story=produce,
    steps={
        f"{KIND}.open": open_job,
        f"{KIND}.begin": begin,
        f"{KIND}.plan": plan,
        f"{KIND}.replan": replan,
        f"{KIND}.approve": approve,
        f"{KIND}.draw": draw,
        f"{KIND}.cut": cut,
        f"{KIND}.assemble": assemble,
        f"{KIND}.check": check,
        f"{KIND}.deliver": deliver,
        f"{KIND}.tidy": tidy,
    },
)
