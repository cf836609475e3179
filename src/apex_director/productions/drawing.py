"""The step that draws: one planned picture in, a scene of layers and a still out."""

from __future__ import annotations

import json
import time
from dataclasses import asdict
from pathlib import Path

from apex_director import images, media, video
from apex_director.cinematography.model import PicturePlan, Storyboard
from apex_director.core.ids import content_hash
from apex_director.images.model import GenerationRequest, GenerationResult, Scene
from apex_director.images.schema import scene_from, scene_manifest

from .buying import allowed_of, budget_of
from .cataloguing import into_library
from .dressing import look_of
from .folders import Work
from .keeping import TAKE, take_layers
from .model import Payload, Ports, Progress, Report
from .planning import request_for, storyboard_at
from .shelf import provenance_json
from .takes import RGB, Develop, Takes, Wanted, make_takes

STAGE = "image_generation"


def draw(ports: Ports, payload: Payload, report: Report) -> Payload:
    """Draw a picture through the cascade; store its layers, a graded still and every take.

    Payload: ``plan``, ``picture_id``, ``key``, ``layers`` (folder), ``still`` (path), ``prefer``,
    ``expect`` (who should draw it), ``candidates``, ``min_score``, ``budget``, ``needed_by`` (paths
    of the segments that look at it). What is already there is not drawn again, and a picture that
    only cached segments look at needs no layers.
    """
    began = time.monotonic()
    storyboard = storyboard_at(payload["plan"])
    picture = next(p for p in storyboard.pictures if p.picture_id == payload["picture_id"])
    folder, still = Path(payload["layers"]), Path(payload["still"])
    story = still.with_suffix(".json")
    if known := _known(ports, payload, folder, still, story):
        return known
    report(
        Progress(stage=STAGE, fraction=0.0, message=f"drawing {picture.motif or picture.family}")
    )
    request = request_for(storyboard, picture)
    takes = make_takes(
        ports, request, _wanted(ports, payload, picture), _developer(payload, storyboard)
    )
    scene = takes.best.made.scene
    arrays = {f"layer_{i:02d}": layer.rgba for i, layer in enumerate(scene.layers)}
    named = {TAKE: _take_key(payload, takes)}
    media.write_layers(folder, arrays, scene_manifest(scene) | named)
    media.write_png(still, takes.best.rgb)
    facts = _facts(payload, picture, request, takes, round(time.monotonic() - began, 2))
    facts["takes"] = into_library(ports, payload, picture.picture_id, takes, still)
    media.write_json_atomic(story, facts)
    _note(Work(home=ports.home, job_id=payload["job_id"]), facts, scene, takes)
    return facts


def _known(
    ports: Ports, payload: Payload, folder: Path, still: Path, story: Path
) -> Payload | None:
    """What was drawn before, unless somebody else had to stand in for the backend wanted then."""
    if not (still.is_file() and story.is_file()):
        return None
    facts: Payload = json.loads(story.read_text(encoding="utf-8"))
    stood_in = facts["backend"] != payload.get("expect", facts["backend"])
    if stood_in and facts["job_id"] != payload["job_id"]:
        return None
    unseen = all(Path(p).is_file() for p in payload["needed_by"])
    if not (unseen or folder.is_dir() or take_layers(ports.home, facts[TAKE], folder)):
        return None
    return {**facts, "reused": True}


def _wanted(ports: Ports, payload: Payload, picture: PicturePlan) -> Wanted:
    return Wanted(
        job_id=payload["job_id"],
        item=picture.picture_id,
        prefer=payload.get("prefer", ""),
        expect=payload.get("expect", ""),
        allowed=allowed_of(payload),
        candidates=int(payload.get("candidates", 1)),
        min_score=float(payload.get("min_score", 0.0)),
        budget=budget_of(ports, payload),
        look=images.look_for(
            palette=picture.palette, time_of_day=picture.time_of_day, mood=picture.mood
        ),
    )


def _developer(payload: Payload, storyboard: Storyboard) -> Develop:
    fmt, look = storyboard.format, look_of(payload["plan"], storyboard)

    def develop(made: GenerationResult) -> RGB:
        return video.still(made.scene, storyboard.grade, fmt.width, fmt.height, look)

    return develop


def _facts(
    payload: Payload,
    picture: PicturePlan,
    request: GenerationRequest,
    takes: Takes,
    seconds: float,
) -> Payload:
    best = takes.best
    return {
        "job_id": payload["job_id"],
        "picture_id": picture.picture_id,
        "backend": best.made.provenance.backend,
        "not_drawn": list(best.made.scene.not_drawn),
        "provenance": provenance_json(best.made.provenance),
        "request": asdict(request) | {"metadata": dict(request.metadata)},
        "seconds": seconds,
        "score": best.scored.score.overall,
        "reason": takes.reason,
        TAKE: _take_key(payload, takes),
    }


def _take_key(payload: Payload, takes: Takes) -> str:
    """What names the pixels: the plan alone for our own renderer, else what was really made."""
    best = takes.best
    made_by = best.made.provenance.backend
    if made_by == payload.get("expect", made_by) and not best.blob and takes.index == 0:
        return str(payload["key"])
    return content_hash(payload["key"], made_by, best.number, best.blob)


def _note(work: Work, facts: Payload, scene: Scene, takes: Takes) -> None:
    for take in takes.takes:
        tries = "; ".join(
            f"{a.backend} {a.outcome}{f' ({a.reason})' if a.reason else ''} ${float(a.cost):.4f}"
            for a in take.made.provenance.trail
        )
        said = f"take {take.number + 1} scored {take.scored.score.overall:.2f}: {tries}"
        work.note(STAGE, f"{facts['picture_id']} {said}")
    family = f" {scene.family}" if scene.family else ""
    work.note(
        STAGE,
        f"{facts['picture_id']}{family} in {facts['seconds']} s by {facts['backend']}"
        + (f"; {takes.reason}" if len(takes.takes) > 1 else ""),
    )


def scene_of(ports: Ports, row: Payload, report: Report) -> Scene:
    """A picture's scene, drawn now if nobody needed it before."""
    folder = Path(row["layers"])
    if not folder.is_dir():
        draw(ports, {**row, "needed_by": [str(folder)]}, report)
    return scene_in(folder)


def scene_in(folder: Path) -> Scene:
    """A stored scene; its layers stay on disk, memory-mapped."""
    manifest, arrays = media.read_layers(folder)
    return scene_from(manifest, arrays)
