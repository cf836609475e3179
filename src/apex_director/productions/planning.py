"""The step that plans: analysis and brief in, `cinematography_plan.json`, estimate and segments
out.
"""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from functools import lru_cache
from pathlib import Path

from apex_director import cinematography, estimation, media, video
from apex_director.audio.model import AudioAnalysis
from apex_director.audio.schema import from_x6
from apex_director.cinematography.model import Brief, Format, PicturePlan, Storyboard, TitleCard
from apex_director.cinematography.schema import from_json, to_json
from apex_director.core.errors import InputUnusable, PlanInvalid
from apex_director.core.ids import content_hash
from apex_director.core.time import frames_for
from apex_director.images.model import GenerationRequest
from apex_director.media.model import X264

from .buying import Expected, expect, missing_takes, purchases
from .model import Payload, Ports, Progress, Report
from .request import KIND, MusicVideoRequest, delivery_of, request_from
from .takes import most_takes

STAGE = "cinematography_planning"
Tame = tuple[int, int, float]
HISTORY_DAYS = 30  # contract B11
LONGEST_CARD = 300  # characters; nobody can read more on a title card
_UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")


@lru_cache(maxsize=2)
def _analysis_at(path: str, stamp: int) -> AudioAnalysis:
    return from_x6(json.loads(Path(path).read_text(encoding="utf-8")))


def analysis_at(path: str) -> AudioAnalysis:
    """The analysis in a file, kept while the file stays as it is."""
    return _analysis_at(path, Path(path).stat().st_mtime_ns)


@lru_cache(maxsize=2)
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


def _to_buy(
    ports: Ports,
    request: MusicVideoRequest,
    storyboard: Storyboard,
    expected: Mapping[str, Expected],
) -> list[tuple[Expected, int, int]]:
    """Each picture with the takes that nobody has paid for yet: as asked for, and with retakes."""
    most = most_takes(request.candidates, request.min_score)
    wanted = []
    for picture in storyboard.pictures:
        one, asked = expected[picture.picture_id], request_for(storyboard, picture)
        counts = [missing_takes(ports, asked, one, n) for n in (request.candidates, most)]
        wanted.append((one, counts[0], counts[1]))
    return wanted


def _how(request: MusicVideoRequest, expected: Expected) -> tuple[object, ...]:
    takes = (request.candidates, request.min_score)
    ours = expected.backend in {"", "procedural"}
    return () if ours and takes == (1, 0.0) else (expected.backend, expected.model, *takes)


def _named_plan(request: MusicVideoRequest, analysis: AudioAnalysis) -> Storyboard:
    """A person's plan, fitted to the picture size asked for; its rate and cuts stay.

    Raises
    ------
    PlanInvalid
        It has errors, or was made for another song.
    """
    path = Path(request.plan_path)
    try:
        raw = path.read_bytes()
        text = raw.decode("utf-16" if raw[:2] in _UTF16_MARKS else "utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise PlanInvalid(
            "the plan cannot be read as text", where=str(path), what_to_do="Give a JSON plan."
        ) from error
    storyboard = from_json(text, where=str(path))
    for index, card in enumerate(storyboard.titles):
        if max(len(card.text), len(card.subtext)) > LONGEST_CARD:
            raise PlanInvalid(
                f"{max(len(card.text), len(card.subtext))} characters are too many for a card",
                where=f"{path}: titles[{index}]",
                what_to_do=f"Give {LONGEST_CARD} at most.",
            )
    rate = storyboard.format.rate
    wanted = frames_for(analysis.duration_s, rate)
    if abs(storyboard.format.total_frames - wanted) > 1:
        raise PlanInvalid(
            f"it plans {storyboard.format.total_frames} frames and the song needs {wanted}",
            where=str(path),
            what_to_do="Use the plan with the song it was made for, or plan again.",
        )
    if request.target_fps and delivery_of(request).rate != rate:
        raise PlanInvalid(
            f"it is cut at {rate} frames per second",
            where=str(path),
            what_to_do="Leave --fps out, or plan again at the new rate.",
        )
    size = delivery_of(request).size
    fmt = replace(storyboard.format, width=size.width, height=size.height)
    return replace(storyboard, format=fmt)


def _text_of(path: Path) -> str:
    """A text file's words, whatever encoding a person's editor left it in."""
    raw = path.read_bytes()
    for encoding in ("utf-8-sig", "utf-16" if raw[:2] in _UTF16_MARKS else "cp1252"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return raw.decode("latin-1")


def _one_line(text: str) -> str:
    """A title as it can be set: no line breaks, nothing that is no character, not without end."""
    shown = "".join(" " if unicodedata.category(c) == "Cc" else c for c in text)
    return " ".join(shown.split())[:LONGEST_CARD]


def _lyric_cards(request: MusicVideoRequest, fmt: Format) -> tuple[TitleCard, ...]:
    if not request.lyrics_path:
        return ()
    path = Path(request.lyrics_path)
    try:
        lines = video.parse_lyrics(_text_of(path), path.suffix.lower())
    except InputUnusable as error:
        place = error.where.removeprefix("lyrics")
        raise InputUnusable(
            error.what, where=f"{path}{place}", what_to_do=error.what_to_do
        ) from error
    longest = max(len(line.text) for line in lines)
    if longest > LONGEST_CARD:
        raise InputUnusable(
            f"a line of {longest} characters is too long to show",
            where=str(path),
            what_to_do=f"Break it into lines of {LONGEST_CARD} at most, each with its time.",
        )
    return video.lyric_cards(lines, fmt.rate, fmt.total_frames)


def _with_lyrics(storyboard: Storyboard, request: MusicVideoRequest) -> Storyboard:
    """A person's plan with the lyrics they name beside it, in place of any it held."""
    cards = _lyric_cards(request, storyboard.format)
    if not cards:
        return storyboard
    kept = tuple(card for card in storyboard.titles if card.role != "lyric")
    return replace(storyboard, titles=tuple(sorted((*kept, *cards), key=lambda c: c.start)))


def direct(request: MusicVideoRequest, analysis: AudioAnalysis, tags: dict[str, str]) -> Storyboard:
    """The storyboard for a request: the person's own plan, or one made from the music."""
    if request.plan_path:
        return _with_lyrics(_named_plan(request, analysis), request)
    delivery = delivery_of(request)
    fmt = Format(
        width=delivery.size.width,
        height=delivery.size.height,
        rate=delivery.rate,
        total_frames=frames_for(analysis.duration_s, delivery.rate),
    )
    brief = Brief(
        title=_one_line(request.song_title or tags.get("title", "")),
        artist=_one_line(request.artist_name or tags.get("artist", "")),
        genre=request.genre,
        concept=request.concept,
        style=request.director_style,
        palette=request.color_palette,
        seed=request.seed,
        max_shots=request.max_shots,
        shots_per_minute=request.shots_per_minute,
    )
    return cinematography.plan(brief, analysis, fmt, _lyric_cards(request, fmt))


def plan(ports: Ports, payload: Payload, report: Report) -> Payload:
    """Plan the video and write it down.

    Payload: ``request``, ``analysis``, ``tags``, ``out`` (path of the plan).
    """
    from .forecasting import (
        planned_quotes,
        recent,
    )  # it reads plans, so it stands behind this module

    request = request_from(payload["request"])
    analysis = analysis_at(payload["analysis"])
    report(Progress(stage=STAGE, fraction=0.06, message="planning the shots"))
    storyboard = direct(request, analysis, payload.get("tags", {}))
    out = Path(payload["out"])
    media.write_text_atomic(out, to_json(storyboard))
    media.write_text_atomic(
        out.with_name("storyboard.md"), cinematography.to_markdown(storyboard, analysis)
    )
    expected = {
        p.picture_id: expect(ports, request_for(storyboard, p), preferred(ports, request, p))
        for p in storyboard.pictures
    }
    preferences = {p.picture_id: preferred(ports, request, p) for p in storyboard.pictures}
    keys = {
        p.picture_id: picture_key(storyboard, p, ports.eye, _how(request, expected[p.picture_id]))
        for p in storyboard.pictures
    }
    bought = purchases(_to_buy(ports, request, storyboard, expected))
    forecast = estimation.estimate(
        storyboard,
        preset=request.quality_preset,
        workers=ports.workers,
        history=recent(ports.home, ("image", KIND), days=HISTORY_DAYS),
        pictures=planned_quotes(
            list(expected.values()), each=request.candidates, workers=ports.workers
        ),
    )
    fmt = storyboard.format
    return {
        "plan": str(out),
        "shots": len(storyboard.shots),
        "pictures": len(storyboard.pictures),
        "frames": fmt.total_frames,
        "size": f"{fmt.width}x{fmt.height}",
        "rate": str(fmt.rate),
        "title": storyboard.title,
        "artist": storyboard.artist,
        "warnings": list(storyboard.warnings),
        "estimate": estimation.as_json(forecast),
        "estimate_text": estimation.describe(forecast),
        "purchases": bought,
        "picture_keys": [
            {
                "picture_id": name,
                "key": key,
                "prefer": preferences[name],
                "expect": expected[name].backend,
                "waits": expected[name].waits,
            }
            for name, key in keys.items()
        ],
        "segments": segments_of(storyboard, analysis, keys, _cutter(ports, request)),
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
