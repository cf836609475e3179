"""A song in, a finished, beat-cut, graded, checked music video out: the story, told once for every
engine.
"""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

from .cutting import cut
from .delivering import deliver, tidy
from .drawing import draw
from .finishing import assemble, check
from .folders import Work
from .listening import listen
from .model import Payload, Production, Runner
from .opening import open_job
from .planning import plan, replan
from .request import MusicVideoRequest, request_from

KIND = "music_video"
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
        stills = [row["still"] for row in story.drawn]
        return story.stopped("generate", story.plan_facts() | {"stills": stills})
    story.cut_and_assemble(story.planned["segments"])
    if story.stops_at("assemble"):
        return story.stopped("assemble", {"master": story.assembly["master"]})
    story.check_and_calm()
    if story.stops_at("qc"):
        facts = {"master": story.assembly["master"], "report": story.checked["report"]}
        return story.stopped("qc", facts)
    return story.deliver()


def picture_rows(request: MusicVideoRequest, work: Work, planned: Payload) -> list[Payload]:
    """What the draw step is given for every picture of a plan."""
    lookers: dict[str, list[str]] = {}
    for segment in planned["segments"]:
        for name in segment["pictures"]:
            lookers.setdefault(name, []).append(str(segment_path(work, segment)))
    return [
        {
            "job_id": work.job_id,
            "plan": planned["plan"],
            "picture_id": picture["picture_id"],
            "layers": str(work.layers / picture["key"]),
            "still": str(work.stills / f"{picture['key']}.png"),
            "prefer": request.backend_preference,
            "needed_by": lookers.get(picture["picture_id"], []),
        }
        for picture in planned["picture_keys"]
    ]


def segment_path(work: Work, segment: Payload) -> Path:
    """Where a segment lies in the cache."""
    return work.segments / f"{segment['key']}.mp4"


class _Story:
    """One telling: what is known so far, and the steps that find out more."""

    heard: Payload
    planned: Payload
    drawn: list[Payload]
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

    PRODUCTION = Production(
        kind=KIND,
        story=produce,
        steps={
            f"{KIND}.open": open_job,
            f"{KIND}.listen": listen,
            f"{KIND}.plan": plan,
            f"{KIND}.replan": replan,
            f"{KIND}.draw": draw,
            f"{KIND}.cut": cut,
            f"{KIND}.assemble": assemble,
            f"{KIND}.check": check,
            f"{KIND}.deliver": deliver,
            f"{KIND}.tidy": tidy,
        },
    )
