"""A prompt in, one finished picture in the library out: the smallest production, and the one that
batches are made of.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from apex_director import images, media, video
from apex_director.cinematography.model import Grade
from apex_director.core.errors import InputUnusable, ValidationFailed
from apex_director.core.ids import seed_for
from apex_director.images.model import GenerationRequest, GenerationResult

from .buying import allowed_of, approve, budget_of, expect, missing_takes, purchases
from .cataloguing import SUFFIXES, described
from .delivering import money_of
from .folders import Work
from .model import Payload, Ports, Production, Progress, Report, Runner
from .picturing import why_not
from .takes import MAX_CANDIDATES, RGB, Take, Takes, Wanted, make_takes, most_takes

KIND = "image"
STAGE = "image_generation"
PLAIN = Grade(vignette=0.0, grain=0.0)
LONGEST_PROMPT = 5000  # contract X1, as the ranges below
_RANGES = {
    "width": (64, 2048),
    "height": (64, 2048),
    "steps": (1, 100),
    "quality_level": (1, 5),
    "guidance_scale": (1, 20),
    "candidates": (1, MAX_CANDIDATES),
    "min_score": (0, 1),
}
_WHOLE = frozenset({"width", "height", "steps", "quality_level", "candidates", "seed"})


@dataclass(frozen=True, kw_only=True)
class ImageRequest:
    """One picture wanted as a job (contract P4, X1). ``seed`` None: drawn from the prompt."""

    prompt: str
    negative_prompt: str = ""
    backend_preference: str = ""
    width: int = 1024
    height: int = 1024
    steps: int = 30
    quality_level: int = 3
    guidance_scale: float = 7.5
    seed: int | None = None
    style: str = ""
    references: tuple[str, ...] = ()
    candidates: int = 1
    min_score: float = 0.0
    project_id: str = ""
    output_path: str = ""
    tags: tuple[str, ...] = ()
    metadata: Mapping[str, Any] | None = None
    approved: bool = False
    budget_usd: float | None = None


def image_request(values: Mapping[str, Any]) -> ImageRequest:
    """A checked request from plain values.

    Raises
    ------
    ValidationFailed
        A field is unknown, of the wrong kind or out of range; ``where`` names it.
    """
    known = ImageRequest.__dataclass_fields__
    for name in sorted(set(values) - set(known)):
        raise ValidationFailed(
            f"there is no option '{name}'",
            where=name,
            what_to_do=f"Options are {', '.join(known)}.",
        )
    clean = {name: value for name, value in values.items() if value is not None}
    for name in ("references", "tags"):
        given = clean.get(name, ())
        clean[name] = (given,) if isinstance(given, str) else tuple(str(one) for one in given)
    _check_texts(clean)
    for name, (low, high) in _RANGES.items():
        if name in clean:
            clean[name] = _number(name, clean[name], low, high)
    if "seed" in clean:
        clean["seed"] = _number("seed", clean["seed"], 0, 2**63 - 1)
    if "budget_usd" in clean:
        clean["budget_usd"] = _number("budget_usd", clean["budget_usd"], 0, 100_000)
    for reference in clean["references"]:
        if "://" not in reference and not Path(reference).is_file():
            raise InputUnusable(
                "the reference picture does not exist",
                where=reference,
                what_to_do="Check the path and its spelling.",
            )
    if clean.get("output_path"):
        media.require_picture_target(Path(clean["output_path"]))
    return ImageRequest(**clean)


def _check_texts(values: Mapping[str, Any]) -> None:
    prompt = values.get("prompt")
    if not isinstance(prompt, str) or not prompt.strip():
        raise ValidationFailed(
            "a picture needs a prompt", where="prompt", what_to_do="Say what shall be seen."
        )
    for name in ("prompt", "negative_prompt", "style"):
        text = values.get(name, "")
        if not isinstance(text, str):
            raise ValidationFailed(f"{text!r} is no text", where=name, what_to_do="Give a text.")
        if len(text) > LONGEST_PROMPT or "\0" in text:
            raise ValidationFailed(
                f"{len(text)} characters cannot be sent",
                where=name,
                what_to_do=f"Give {LONGEST_PROMPT} at most, and no zero bytes.",
            )


def _number(name: str, value: Any, low: float, high: float) -> Any:
    good = isinstance(value, int if name in _WHOLE else (int, float))
    if not good or isinstance(value, bool) or not low <= value <= high:
        raise ValidationFailed(
            f"{value!r} is not possible", where=name, what_to_do=f"Give {low} to {high}."
        )
    return value


def payload_for(request: ImageRequest, *, home: Path, job_id: str) -> Payload:
    """What the story of one picture starts from."""
    plain = asdict(request)
    for name in ("references", "tags"):
        plain[name] = list(plain[name])
    return {"request": plain, "home": str(home), "job_id": job_id}


def produce(runner: Runner, payload: Payload) -> Payload:
    """The whole production: price it, ask, draw, judge, shelve."""
    facts = payload | {"job_id": runner.job_id}
    said = {"approved": False, "budget_usd": None}
    opened = runner.step(f"{KIND}.open", facts | {"request": payload["request"] | said})
    request = image_request(payload["request"])
    lines = opened["purchases"]
    asked = {"lines": lines, "approved": request.approved, "budget_usd": request.budget_usd}
    budget = runner.step(
        f"{KIND}.approve",
        facts | asked | {"request": {}, "where": request.prompt[:60], "stage": STAGE},
    )["budget"]
    drawn = runner.step(
        f"{KIND}.draw",
        facts
        | {"request": payload["request"] | said, "budget": budget, "expect": opened["expect"]},
    )
    return {"success": True, "job_id": runner.job_id, "purchases": lines} | drawn


def open_image(ports: Ports, payload: Payload, report: Report) -> Payload:
    """Make the job's folder and find out who will draw, and for how much."""
    work = Work(home=ports.home, job_id=payload["job_id"])
    work.make()
    request = image_request(payload["request"])
    expected = expect(ports, generation_request(request), request.backend_preference)
    counts = [
        missing_takes(ports, generation_request(request), expected, n)
        for n in (request.candidates, most_takes(request.candidates, request.min_score))
    ]
    lines = purchases([(expected, counts[0], counts[1])])
    work.note("job", f"picture '{request.prompt[:200]}', expected from {expected.backend}")
    report(Progress(stage=STAGE, fraction=0.02, message=f"asking {expected.backend or 'nobody'}"))
    return {"purchases": lines, "expect": expected.backend, "model": expected.model}


def generation_request(request: ImageRequest) -> GenerationRequest:
    """What the cascade is asked for."""
    seed = seed_for("image", request.prompt) if request.seed is None else request.seed
    return GenerationRequest(
        prompt=request.prompt,
        negative_prompt=request.negative_prompt,
        width=request.width,
        height=request.height,
        steps=request.steps,
        guidance_scale=request.guidance_scale,
        quality_level=request.quality_level,
        style=request.style,
        seed=seed,
        references=request.references,
        metadata=dict(request.metadata or {}) | {"prompt_first": True},
    )


def draw_image(ports: Ports, payload: Payload, report: Report) -> Payload:
    """Make the takes, keep the best, and lay it into the library in exactly the size asked for."""
    began = time.monotonic()
    request = image_request(payload["request"])
    work = Work(home=ports.home, job_id=payload["job_id"])
    report(Progress(stage=STAGE, fraction=0.1, message="drawing"))
    takes = make_takes(
        ports,
        generation_request(request),
        Wanted(
            job_id=payload["job_id"],
            item="picture",
            prefer=request.backend_preference,
            expect=payload["expect"],
            candidates=request.candidates,
            min_score=request.min_score,
            budget=budget_of(ports, payload),
            allowed=allowed_of(payload),
        ),
        develop,
    )
    finished = work.folder / "picture.png"
    media.write_png(finished, takes.best.rgb)
    for take in takes.takes:
        for one in take.made.provenance.trail:
            work.note(STAGE, f"take {take.number + 1}: {one.backend} {one.outcome} {one.reason}")
    shelved = _shelve(ports, request, payload["job_id"], takes, finished)
    target = shelved["image_path"]
    if request.output_path:
        target = _deliver(takes.best.rgb, Path(request.output_path))
    return {
        **shelved,
        **_told(takes, payload["expect"]),
        **money_of(ports, payload),
        "output_path": str(target),
        "total_processing_time": round(time.monotonic() - began, 2),
    }


def develop(made: GenerationResult) -> RGB:
    """The finished picture of a take: a flat one as its provider composed it, layers at rest."""
    scene, drawn = made.scene, made.drawn
    if drawn.original:
        return images.fitted_picture(drawn.original, scene.width, scene.height)
    return video.still(scene, PLAIN, scene.width, scene.height)


def _shelve(
    ports: Ports, request: ImageRequest, job_id: str, takes: Takes, finished: Path
) -> dict[str, Any]:
    if ports.library is None:
        return {"image_path": str(finished), "asset_id": None, "filename": finished.name}
    told: dict[str, Any] = {}
    for take in takes.takes:
        chosen = take is takes.best
        parent = _original(ports, request, job_id, take, chosen=chosen) if take.blob else None
        if chosen:
            asset = ports.library.add(
                finished,
                filename=f"{job_id[:8]}.png",
                category="images",
                tags=(*request.tags, "chosen"),
                job_id=job_id,
                project_id=request.project_id or None,
                parent_id=parent,
                metadata=dict(request.metadata or {}) | {"take": take.number + 1},
                **described(provenance_of=take),
            )
            told = {"image_path": str(Path(asset)), "asset_id": asset.id}
    return told | {"filename": Path(told["image_path"]).name}


def _original(ports: Ports, request: ImageRequest, job_id: str, take: Take, *, chosen: bool) -> str:
    suffix = SUFFIXES.get(take.made.drawn.media_type, ".png")
    asset = ports.library.add(  # type: ignore[union-attr]
        take.made.drawn.original,
        filename=f"{job_id[:8]}_take{take.number + 1}_original{suffix}",
        category="images",
        tags=(*request.tags, "original", *(("chosen",) if chosen else ())),
        job_id=job_id,
        project_id=request.project_id or None,
        metadata={"take": take.number + 1},
        **described(provenance_of=take),
    )
    return str(asset.id)


def _deliver(rgb: RGB, target: Path) -> Path:
    media.write_picture(target, rgb)
    return target


def _told(takes: Takes, expected: str) -> dict[str, Any]:
    best, facts = takes.best, takes.facts()
    provenance = facts[takes.index]["provenance"]
    return {
        "backend": best.made.provenance.backend,
        "model": best.made.provenance.model,
        "seed": best.made.provenance.seed,
        "width": int(best.rgb.shape[1]),
        "height": int(best.rgb.shape[0]),
        "quality_score": best.scored.score.overall,
        "reason": takes.reason,
        "provenance": provenance,
        "takes": facts,
        "warnings": [*_stand_in(takes, expected), *best.made.provenance.notes],
    }


def _stand_in(takes: Takes, expected: str) -> list[str]:
    """What to say where another backend drew than the one that should have."""
    provenance = takes.best.made.provenance
    if expected in {"", provenance.backend}:
        return []
    why = why_not([asdict(a) for a in provenance.trail], expected)
    return [f"drawn by {provenance.backend}, because {expected} could not{why}"]


PRODUCTION = Production(
    kind=KIND,
    story=produce,
    steps={
        f"{KIND}.open": open_image,
        f"{KIND}.approve": approve,
        f"{KIND}.draw": draw_image,
    },
)
