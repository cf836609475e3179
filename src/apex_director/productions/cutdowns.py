"""What a plan becomes in each version: another aspect, the best stretch, a loop of one picture."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from fractions import Fraction
from math import floor
from pathlib import Path

from apex_director import audio, cinematography, media
from apex_director.audio.model import AudioAnalysis
from apex_director.audio.schema import from_x6, to_x6
from apex_director.cinematography.model import Storyboard
from apex_director.cinematography.schema import to_json
from apex_director.core.time import clock, frame_at
from apex_director.core.timeline import Span

from .looping import canvas_board
from .model import Payload, Ports, Progress, Report
from .request import MusicVideoRequest
from .versions import Version

FADE_IN_S, FADE_OUT_S = 0.010, 1.0


@dataclass(frozen=True, kw_only=True)
class Film:
    """A version as it will be rendered: its plan and what it hears, and where both lie.

    ``window`` are the frames of the whole film it shows, None for all of them. ``song`` is empty
    where the film hears the song itself.
    """

    version: Version
    storyboard: Storyboard
    analysis: AudioAnalysis
    plan_path: Path
    analysis_path: Path
    song: str = ""
    window: Span | None = None
    warnings: tuple[str, ...] = ()


def films_of(
    versions: tuple[Version, ...], whole: Film, request: MusicVideoRequest
) -> tuple[Film, ...]:
    """The film of every version, its plan and its analysis written beside the whole film's."""
    made = tuple(_film(version, whole, request) for version in versions)
    for film in made:
        if film.plan_path != whole.plan_path:
            media.write_text_atomic(film.plan_path, to_json(film.storyboard))
    return made


def _film(version: Version, whole: Film, request: MusicVideoRequest) -> Film:
    if version.kind == "video" and version.main:
        return whole
    size = version.size
    board = cinematography.reframed(whole.storyboard, size.width, size.height)
    path = whole.plan_path.with_name(version.beside("cinematography_plan.json"))
    film = replace(whole, version=version, storyboard=board, plan_path=path)
    if version.kind == "teaser" and request.teaser_s is not None:
        return _teaser(film, request.teaser_s)
    if version.kind == "canvas" and request.canvas_s is not None:
        loop, window = canvas_board(board, whole.analysis, request.canvas_s)
        return replace(film, storyboard=loop, window=window)
    return film


def _teaser(film: Film, seconds: float) -> Film:
    fmt = film.storyboard.format
    window = teaser_window(film.analysis, fmt.rate, fmt.total_frames, seconds)
    heard = film.analysis_path.with_name("audio_analysis_teaser.json")
    return replace(
        film,
        storyboard=cinematography.excerpt_of(film.storyboard, window),
        analysis=_write_analysis(film.analysis, window, fmt.rate, heard),
        analysis_path=heard,
        song=str(heard.with_name("song_teaser.wav")),
        window=window,
        warnings=_too_much_asked(window, fmt.total_frames, fmt.rate, seconds),
    )


def _too_much_asked(window: Span, total: int, rate: Fraction, seconds: float) -> tuple[str, ...]:
    """What is said where a teaser was to last longer than the song."""
    if seconds <= total / rate + 1:
        return ()
    part = "all" if len(window) == total else clock(float(len(window) / rate))
    lasts = clock(float(total / rate))
    return (f"The song lasts {lasts}; the teaser of {seconds:g} s shows {part} of it.",)


def teaser_window(analysis: AudioAnalysis, rate: Fraction, total: int, seconds: float) -> Span:
    """The frames that show the best stretch: its first beat is heard whole, even while the sound
    fades in.
    """
    best = audio.best_window(analysis, seconds)
    start = max(0, floor((Fraction(best.start_s) - Fraction(FADE_IN_S)) * rate))
    return Span(start=start, end=max(start + 1, min(total, frame_at(best.end_s, rate))))


def _write_analysis(
    analysis: AudioAnalysis, window: Span, rate: Fraction, path: Path
) -> AudioAnalysis:
    """What a stretch hears, read back as it was written so that every step knows the same."""
    part = audio.sliced(analysis, float(window.start / rate), float(window.end / rate))
    document = to_x6(
        part,
        path="song_teaser.wav",
        format="wav",
        rate=rate,
        total_frames=len(window),
        timestamp=datetime.now(UTC).isoformat(timespec="seconds"),
    )
    media.write_json_atomic(path, document)
    return from_x6(document)


def excerpt(ports: Ports, payload: Payload, report: Report) -> Payload:
    """The step that cuts the song: the stretch a teaser hears, with soft ends.

    Payload: ``song``, ``out`` (path of a WAV), ``start``, ``end`` (frames), ``rate``.
    """
    from apex_director.media.stretch import write_stretch

    report(Progress(stage="video_assembly", fraction=0.70, message="cutting the song"))
    rate = Fraction(payload["rate"])
    count = write_stretch(
        payload["song"],
        payload["out"],
        start=payload["start"] / rate,
        end=payload["end"] / rate,
        fade_in_s=FADE_IN_S,
        fade_out_s=FADE_OUT_S,
    )
    return {"song": payload["out"], "samples": count}
