"""A song in, a finished, beat-cut, graded, checked music video out: the story, told once for every
engine.
"""

from __future__ import annotations

from dataclasses import asdict
from itertools import accumulate, pairwise
from pathlib import Path

from .buying import approve
from .canvas import canvas, check_canvas
from .concluding import conclude
from .cutdowns import excerpt
from .cutting import cut
from .delivering import deliver, deliver_version
from .drawing import draw
from .films import FILMING, FilmStory, Part
from .finishing import assemble, check
from .folders import Work
from .keeping import tidy
from .listening import listening
from .model import Payload, Production, Progress, Runner
from .opening import begin, open_job
from .planning import plan, replan
from .request import (
    KIND,
    VERBS,
    MusicVideoRequest,
    request_from,
)
from .versions import version_from


def plain_request(request: MusicVideoRequest) -> Payload:
    """A request as plain values."""
    lists = {name: list(getattr(request, name)) for name in ("color_palette", "also", "taps_s")}
    return asdict(request) | lists


def payload_for(request: MusicVideoRequest, *, home: Path, job_id: str, key: str) -> Payload:
    """What the story of one job starts from; plain values, so that an engine can store it."""
    return {
        "request": plain_request(request),
        "home": str(home),
        "job_id": job_id,
        "resume_key": key,
    }


def produce(runner: Runner, payload: Payload) -> Payload:
    """The whole production: listen, plan, draw, cut, assemble, check, deliver; then the same for
    each further version, so that what is finished can be watched while the rest is made.

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
    story.approve()
    films = story.films()
    if story.stops_at("generate"):
        for film in films:
            film.draw(story.budget)
        stills = [row["still"] for film in films for row in film.pictures.drawn]
        return story.stopped("generate", story.plan_facts() | {"stills": stills})
    delivered = []
    for film in films:
        film.draw(story.budget)
        film.assemble()
        if story.stops_at("assemble"):
            return story.stopped("assemble", {"master": film.assembly["master"]})
        film.check()
        if story.stops_at("qc"):
            facts = {"master": film.assembly["master"], "report": film.checked["report"]}
            return story.stopped("qc", facts)
        delivered.append(story.deliver(film))
    plain = len(films) == 1 and not story.request.only_cutdowns
    result = delivered[0] if plain else story.conclude(delivered)
    story.tidy()
    return result


class _Story:
    """One telling: what is known so far, and the steps that find out more."""

    heard: Payload
    planned: Payload
    budget: Payload | None

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
        facts = {name: self.planned[name] for name in names} | forecast
        if others := self.planned.get("versions"):
            told = ("plan", "frames", "size", "window")
            facts["versions"] = [
                {"name": version_from(row["version"]).label} | {name: row[name] for name in told}
                for row in others
            ]
        return facts

    def listen(self) -> None:
        """The song becomes an analysis."""
        tasks: list[Payload] = [
            {
                "task": "listen",
                "job_id": self.runner.job_id,
                **listening(self.request, self.work.analysis),
            }
        ]
        if not self.stops_at("estimate"):
            tasks.append({"task": "warm", "job_id": self.runner.job_id})
        self._note("audio_analysis", 0.0, "listening")
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
        what += f", {facts['frames']} frames of {facts['size']}"
        if others := facts.get("versions"):
            what += f"; also {', '.join(version_from(v['version']).label for v in others)}"
        what += f"; {facts['estimate_text']}"
        self._note("cinematography_planning", 0.15, what)

    def approve(self) -> None:
        """Nothing is bought for any of the films that nobody has said yes to.

        Raises
        ------
        ApprovalNeeded, BudgetExceeded
            The plans buy pictures, and nobody has said yes, or only to less.
        """
        said = self._step(
            "approve",
            {
                "lines": self.planned["purchases"],
                "approved": self.request.approved,
                "budget_usd": self.request.budget_usd,
                "where": self.request.audio_path,
                "stage": "cinematography_planning",
            },
        )
        self.budget = said["budget"]

    def films(self) -> list[FilmStory]:
        """Every film of the job in the order it is made, each with its part of the work."""
        others = self.planned.get("versions", [])
        rows = others if self.request.only_cutdowns else [self.planned, *others]
        work = [row["frames"] * _pixels(row["size"]) for row in rows]
        edges = [0.0, *accumulate(share / sum(work) for share in work)]
        first, last = FILMING
        out = []
        for row, (a, b) in zip(rows, pairwise(edges), strict=True):
            start, end = (first + (last - first) * edge for edge in (a, b))
            label = version_from(row["version"]).label if others else ""
            runner = Part(self.runner, start, end, label) if others else self.runner
            film = FilmStory(runner, self.request, self.work, row, self._planned_from())
            out.append(film)
        return out

    def deliver(self, film: FilmStory) -> Payload:
        """Lay a film into the output folder, the whole one with everything about it."""
        self.warnings += [w for w in film.warnings if w not in self.warnings]
        whole = film.facts is self.planned
        return self._step(
            "deliver" if whole else "deliver_version",
            {
                **self.payload,
                "output_dir": self.request.output_dir,
                "version": film.facts["version"],
                "window": film.facts["window"],
                "rate": film.facts["rate"],
                "analysis": film.facts["analysis"],
                "plan": film.facts["plan"],
                "drawn": film.pictures.drawn,
                "assembly": film.assembly,
                "check": film.checked,
                "warnings": self.warnings,
                **(self._whole_facts(film) if whole else {}),
            },
        )

    def _whole_facts(self, film: FilmStory) -> Payload:
        return {
            "segment_files": [row["out"] for row in film.segments],
            "estimate": self.planned["estimate"],
            "began": self.opened["began"],
            "resumed": self.runner.resumed,
        }

    def conclude(self, delivered: list[Payload]) -> Payload:
        """One result for all that was made."""
        return self._step(
            "conclude",
            {
                **self.payload,
                "output_dir": self.request.output_dir,
                "delivered": delivered,
                "whole": not self.request.only_cutdowns,
                "warnings": self.warnings,
                "estimate": self.planned["estimate"],
                "began": self.opened["began"],
                "resumed": self.runner.resumed,
            },
        )

    def tidy(self) -> None:
        """Remove what a delivered job no longer needs, or keep it for the next one."""
        self._step("tidy", {"plan_path": self.request.plan_path})


def _pixels(size: str) -> int:
    width, height = size.split("x")
    return int(width) * int(height)


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
        f"{KIND}.excerpt": excerpt,
        f"{KIND}.canvas": canvas,
        f"{KIND}.check_canvas": check_canvas,
        f"{KIND}.deliver": deliver,
        f"{KIND}.deliver_version": deliver_version,
        f"{KIND}.conclude": conclude,
        f"{KIND}.tidy": tidy,
    },
)
