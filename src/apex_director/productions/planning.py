"""The step that plans: analysis and brief in, `cinematography_plan.json`, estimate and segments
out.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from functools import lru_cache
from pathlib import Path

from apex_director import cinematography, estimation, images, media, video
from apex_director.audio.model import AudioAnalysis
from apex_director.audio.schema import from_x6
from apex_director.cinematography.model import PicturePlan, Storyboard
from apex_director.cinematography.schema import from_json, to_json
from apex_director.core.ids import content_hash
from apex_director.estimation.model import Estimate, PictureQuote
from apex_director.images.model import GenerationRequest
from apex_director.media.model import X264

from .buying import Expected, expect, missing_takes, purchases
from .cutdowns import Film, films_of
from .directing import direct
from .dressing import dressed
from .model import Payload, Ports, Progress, Report
from .request import KIND, MusicVideoRequest, delivery_of, request_from
from .singing import FILE as LYRICS_FILE
from .singing import put_lyrics
from .takes import most_takes
from .versions import Version, aspect_named, version_json, versions_of

STAGE = "cinematography_planning"
Tame = tuple[int, int, float]
HISTORY_DAYS = 30  # contract B11
KEPT = 6  # plans and analyses a worker keeps: those of one job's versions


@lru_cache(maxsize=KEPT)
def _analysis_at(path: str, stamp: int) -> AudioAnalysis:
    return from_x6(json.loads(Path(path).read_text(encoding="utf-8")))


def analysis_at(path: str) -> AudioAnalysis:
    """The analysis in a file, kept while the file stays as it is."""
    return _analysis_at(path, Path(path).stat().st_mtime_ns)


@lru_cache(maxsize=KEPT)
def _storyboard_at(path: str, stamp: int) -> Storyboard:
    return from_json(Path(path).read_text(encoding="utf-8"), where=path)


def storyboard_at(path: str) -> Storyboard:
    """The storyboard in a file, kept while the file stays as it is."""
    return _storyboard_at(path, Path(path).stat().st_mtime_ns)


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
            "light_side": picture.light_side,
            "prompt_first": True,
        },
    )


def picture_key(
    storyboard: Storyboard, picture: PicturePlan, eye: str, how: Sequence[object] = ()
) -> str:
    """Names a picture by everything that can change its pixels, and the grade of its still.

    ``how`` is who is to draw it and in how many takes; empty for one take of our own renderer.
    """
    fmt = storyboard.format
    return content_hash(picture, fmt.width, fmt.height, storyboard.grade, eye, *how)


def preferred(ports: Ports, request: MusicVideoRequest, picture: PicturePlan) -> str:
    """Who is asked first: whom the person names, else whom the plan does, if this studio has it."""
    known = {backend.capabilities.name for backend in ports.backends}
    return request.backend_preference or (picture.backend if picture.backend in known else "")


def _how(request: MusicVideoRequest, expected: Expected) -> tuple[object, ...]:
    takes = (request.candidates, request.min_score)
    ours = expected.backend in {"", "procedural"}
    return () if ours and takes == (1, 0.0) else (expected.backend, expected.model, *takes)


@dataclass(frozen=True, kw_only=True)
class _Cast:
    """A film with who will draw each of its pictures, and what names their pixels."""

    film: Film
    expected: Mapping[str, Expected]
    keys: Mapping[str, str]


def _cast(ports: Ports, request: MusicVideoRequest, film: Film) -> _Cast:
    board = film.storyboard
    expected = {
        p.picture_id: expect(ports, request_for(board, p), preferred(ports, request, p))
        for p in board.pictures
    }
    keys = {
        p.picture_id: picture_key(board, p, ports.eye, _how(request, expected[p.picture_id]))
        for p in board.pictures
    }
    return _Cast(film=film, expected=expected, keys=keys)


def _distinct(casts: Sequence[_Cast]) -> list[tuple[_Cast, PicturePlan]]:
    """Every picture once, however many films look at it in the same frame."""
    found: dict[str, tuple[_Cast, PicturePlan]] = {}
    for cast in casts:
        for picture in cast.film.storyboard.pictures:
            found.setdefault(cast.keys[picture.picture_id], (cast, picture))
    return list(found.values())


def _to_buy(
    ports: Ports, request: MusicVideoRequest, casts: Sequence[_Cast]
) -> list[tuple[Expected, int, int]]:
    """Each picture with the takes that nobody has paid for yet: as asked for, and with retakes."""
    most = most_takes(request.candidates, request.min_score)
    wanted = []
    for cast, picture in _distinct(casts):
        one = cast.expected[picture.picture_id]
        asked = request_for(cast.film.storyboard, picture)
        counts = [missing_takes(ports, asked, one, n) for n in (request.candidates, most)]
        wanted.append((one, counts[0], counts[1]))
    return wanted


def _forecast(ports: Ports, request: MusicVideoRequest, casts: Sequence[_Cast]) -> Estimate:
    """Time and money of all films together, as of the first one's frames."""
    from .forecasting import (
        planned_quotes,
        recent,
    )  # it reads plans, so it stands behind this module

    board = casts[0].film.storyboard
    quotes = planned_quotes(
        [cast.expected[picture.picture_id] for cast, picture in _distinct(casts)],
        each=request.candidates,
        workers=ports.workers,
    )
    forecast = estimation.estimate(
        board,
        preset=request.quality_preset,
        workers=ports.workers,
        history=recent(ports.home, ("image", KIND), days=HISTORY_DAYS),
        pictures=quotes,
        work=_work(casts, quotes) if len(casts) > 1 else None,
    )
    boards = [cast.film.storyboard for cast in casts]
    if len(boards) == 1:
        return forecast
    frames = sum(b.format.total_frames for b in boards)
    return replace(forecast, frames=frames, pictures=len(_distinct(casts)))


def _work(casts: Sequence[_Cast], quotes: Sequence[PictureQuote]) -> estimation.Work:
    """All frames, counted in those of the first film, and the pictures we draw ourselves."""
    formats = [cast.film.storyboard.format for cast in casts]
    first = formats[0].width * formats[0].height
    frames = sum(f.total_frames * f.width * f.height / first for f in formats)
    ours = sum(quote.count for quote in quotes if quote.backend == "procedural")
    return estimation.Work(frames=round(frames), pictures=ours)


def write_bible(path: Path, storyboard: Storyboard) -> None:
    """Write a plan's style bible (contracts F6 and X13); none where the plan, an older or a
    person's own one, has none.
    """
    if storyboard.bible.overall_style:
        media.write_json_atomic(path, asdict(storyboard.bible))


def plan(ports: Ports, payload: Payload, report: Report) -> Payload:
    """Plan the video and every version of it, and write the plans down; beside them lyrics that had
    to be aligned, to be corrected.

    Payload: ``request``, ``analysis``, ``tags``, ``out`` (path of the plan). Gives the facts of the
    whole film, what all of them buy and take, and under ``versions`` the others' facts.
    """
    request = request_from(payload["request"])
    analysis = analysis_at(payload["analysis"])
    report(Progress(stage=STAGE, fraction=0.06, message="planning the shots"))
    out = Path(payload["out"])
    made, lyrics = direct(request, analysis, payload.get("tags", {}))
    storyboard = dressed(request, made, out.parent)
    media.write_text_atomic(out, to_json(storyboard))
    write_bible(out.with_name("style_bible.json"), storyboard)
    if lyrics:
        put_lyrics(out.with_name(LYRICS_FILE), lyrics)
    media.write_text_atomic(
        out.with_name("storyboard.md"), cinematography.to_markdown(storyboard, analysis)
    )
    whole = _cast(ports, request, _whole(request, storyboard, analysis, payload))
    wanted = films_of(versions_of(request), whole.film, request)
    casts = [whole if f is whole.film else _cast(ports, request, f) for f in wanted]
    forecast = _forecast(ports, request, casts)
    facts = _facts(ports, request, whole) | {
        "shots": len(storyboard.shots),
        "pictures": len(storyboard.pictures),
        "lyrics": str(out.with_name(LYRICS_FILE)) if lyrics else "",
        "warnings": list(
            dict.fromkeys(
                [*(w for c in (whole, *casts) for w in _warnings(c.film)), *_left_out(whole)]
            )
        ),
        "estimate": estimation.as_json(forecast),
        "estimate_text": estimation.describe(forecast),
        "purchases": purchases(_to_buy(ports, request, casts)),
    }
    others = [_facts(ports, request, cast) for cast in casts if cast is not whole]
    return facts | ({"versions": others} if others else {})


def _whole(
    request: MusicVideoRequest, storyboard: Storyboard, analysis: AudioAnalysis, payload: Payload
) -> Film:
    size = delivery_of(request).size
    version = Version(kind="video", aspect=aspect_named(size), size=size, main=True)
    return Film(
        version=version,
        storyboard=storyboard,
        analysis=analysis,
        plan_path=Path(payload["out"]),
        analysis_path=Path(payload["analysis"]),
    )


def _left_out(cast: _Cast) -> list[str]:
    """What the person asked for that no picture of our own renderer will show."""
    board = cast.film.storyboard
    ours = [
        request_for(board, picture)
        for picture in board.pictures
        if cast.expected[picture.picture_id].backend in {"", "procedural"}
    ]
    if not ours or len(ours) < len(board.pictures):
        return []
    missing = [words_without_effect(asked) for asked in ours]
    never = [word for word in missing[0] if all(word in other for other in missing)]
    return [f"Our own renderer will not draw: {', '.join(never)}."] if never else []


def words_without_effect(asked: GenerationRequest) -> tuple[str, ...]:
    """The words of a picture's prompt that our own renderer does not draw."""
    told = dict(asked.metadata)
    spec = images.read_prompt(
        asked.prompt,
        width=asked.width,
        height=asked.height,
        seed=asked.seed or 0,
        palette=told.pop("palette", ()),
        family=str(told.pop("family", "")),
        hints=told | {"negative_prompt": asked.negative_prompt},
    )
    return tuple(spec.not_drawn)


def _warnings(film: Film) -> tuple[str, ...]:
    return (*film.storyboard.warnings, *film.warnings)


def _facts(ports: Ports, request: MusicVideoRequest, cast: _Cast) -> Payload:
    """What the story needs to know of one film."""
    film, fmt = cast.film, cast.film.storyboard.format
    segments = (
        []
        if film.version.kind == "canvas"
        else segments_of(film.storyboard, film.analysis, cast.keys, _cutter(ports, request))
    )
    return {
        "version": version_json(film.version),
        "plan": str(film.plan_path),
        "analysis": str(film.analysis_path),
        "song": film.song,
        "window": [film.window.start, film.window.end] if film.window else None,
        "frames": fmt.total_frames,
        "size": f"{fmt.width}x{fmt.height}",
        "rate": str(fmt.rate),
        "title": film.storyboard.title,
        "artist": film.storyboard.artist,
        "picture_keys": [
            {
                "picture_id": picture.picture_id,
                "key": cast.keys[picture.picture_id],
                "prefer": preferred(ports, request, picture),
                "expect": cast.expected[picture.picture_id].backend,
                "waits": cast.expected[picture.picture_id].waits,
            }
            for picture in film.storyboard.pictures
        ],
        "segments": segments,
    }


def replan(ports: Ports, payload: Payload, report: Report) -> Payload:
    """The segments again: of pictures as they were really made, with the spans in ``tame`` calmed;
    only those touched change their key.

    Payload: ``request``, ``plan``, ``analysis``, ``keys`` (picture to what names its pixels),
    ``tame``.
    """
    tame = [(int(a), int(b), float(c)) for a, b, c in payload["tame"]]
    storyboard, analysis = storyboard_at(payload["plan"]), analysis_at(payload["analysis"])
    cutter = _cutter(ports, request_from(payload["request"]))
    return {"segments": segments_of(storyboard, analysis, payload["keys"], cutter, tame)}


@dataclass(frozen=True, kw_only=True)
class Cutter:
    """What films and encodes: the version of its code, and the encoder's settings."""

    version: str
    encoder: X264


def _cutter(ports: Ports, request: MusicVideoRequest) -> Cutter:
    return Cutter(version=ports.cut, encoder=delivery_of(request).preset.x264)


def segments_of(
    storyboard: Storyboard,
    analysis: AudioAnalysis,
    keys: Mapping[str, str],
    cutter: Cutter,
    tame: Sequence[Tame] = (),
) -> list[Payload]:
    """Every segment as a plain value: frames, key, the pictures it looks at, and what is tamed in
    it.

    ``keys`` names each picture's pixels; ``tame`` holds (start, end, strength) in frames of the
    video; only segments it touches change their key.
    """
    rows = []
    for segment in video.plan_segments(storyboard):
        calm = [list(t) for t in tame if t[0] < segment.end and t[1] > segment.start]
        heard = video.analysis_slice(storyboard, segment, analysis)
        extra = (asdict(cutter.encoder), calm)
        key = video.segment_key(storyboard, segment, keys, heard, cutter.version, extra=extra)
        rows.append(
            {
                "index": segment.index,
                "start": segment.start,
                "end": segment.end,
                "key": key,
                "pictures": list(segment.picture_ids),
                "tame": calm,
            }
        )
    return rows
