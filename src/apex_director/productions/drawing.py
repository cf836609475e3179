"""The step that draws: one planned picture in, a scene of layers and a still out."""

from __future__ import annotations

import json
import time
from dataclasses import asdict
from pathlib import Path
from typing import Any

from apex_director import images, media, video
from apex_director.cinematography.model import PicturePlan, Storyboard
from apex_director.core.provenance import Provenance
from apex_director.images.model import GenerationRequest, Scene
from apex_director.images.schema import scene_from, scene_manifest

from .folders import Work
from .model import Payload, Ports, Progress, Report
from .planning import storyboard_at

STAGE = "image_generation"


def request_for(storyboard: Storyboard, picture: PicturePlan) -> GenerationRequest:
    """What the cascade is asked for one picture of the plan."""
    return GenerationRequest(
        prompt=picture.prompt,
        scene_id=picture.picture_id,
        negative_prompt=picture.negative_prompt,
        width=storyboard.format.width,
        height=storyboard.format.height,
        seed=picture.seed,
        metadata={
            "family": picture.family,
            "palette": list(picture.palette),
            "time_of_day": picture.time_of_day,
            "weather": picture.weather,
            "mood": picture.mood,
            "subject": picture.subject,
            "prompt_first": True,
        },
    )


def draw(ports: Ports, payload: Payload, report: Report) -> Payload:
    """Draw a picture through the cascade; store its layers and a graded still.

    Payload: ``plan``, ``picture_id``, ``layers`` (folder), ``still`` (path), ``prefer``,
    ``needed_by`` (paths of the segments that look at it). What is already there is not drawn again,
    and a picture that only cached segments look at needs no layers.
    """
    began = time.monotonic()
    storyboard = storyboard_at(payload["plan"])
    picture = next(p for p in storyboard.pictures if p.picture_id == payload["picture_id"])
    folder, still = Path(payload["layers"]), Path(payload["still"])
    story = still.with_suffix(".json")
    known = still.is_file() and story.is_file()
    if known and (folder.is_dir() or all(Path(p).is_file() for p in payload["needed_by"])):
        return {**json.loads(story.read_text(encoding="utf-8")), "reused": True}
    report(
        Progress(stage=STAGE, fraction=0.0, message=f"drawing {picture.motif or picture.family}")
    )
    request = request_for(storyboard, picture)
    made = images.generate(
        request, ports.backends, prefer=payload.get("prefer", "") or picture.backend
    )
    scene = made.scene
    arrays = {f"layer_{i:02d}": layer.rgba for i, layer in enumerate(scene.layers)}
    media.write_layers(folder, arrays, scene_manifest(scene))
    fmt = storyboard.format
    media.write_png(still, video.still(scene, storyboard.grade, fmt.width, fmt.height))
    facts = {
        "picture_id": picture.picture_id,
        "backend": made.provenance.backend,
        "not_drawn": list(scene.not_drawn),
        "provenance": provenance_json(made.provenance),
        "request": asdict(request) | {"metadata": dict(request.metadata)},
        "seconds": round(time.monotonic() - began, 2),
    }
    media.write_json_atomic(story, facts)
    tries = "; ".join(
        f"{a.backend} {a.outcome}{f' ({a.reason})' if a.reason else ''} ${float(a.cost):.4f}"
        for a in made.provenance.trail
    )
    Work(home=ports.home, job_id=payload["job_id"]).note(
        STAGE, f"{picture.picture_id} {scene.family} in {facts['seconds']} s: {tries}"
    )
    return facts


def provenance_json(provenance: Provenance) -> dict[str, Any]:
    """A picture's trail as JSON values; costs in US dollars."""
    return {
        "backend": provenance.backend,
        "model": provenance.model,
        "prompt": provenance.prompt,
        "seed": provenance.seed,
        "licence": provenance.licence,
        "notes": list(provenance.notes),
        "attempts": [
            {
                "backend": a.backend,
                "outcome": a.outcome,
                "reason": a.reason,
                "cost_usd": float(a.cost),
                "seconds": round(a.seconds, 3),
                "dropped": list(a.dropped),
            }
            for a in provenance.trail
        ],
    }


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
