"""Verbs that need no job: hear a song, write a plan."""

from __future__ import annotations

from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from apex_director.config import use_kernel_cache
from apex_director.productions.model import Payload, Ports, Progress, Report

from .model import Watch, as_status, silent
from .studio import ready

if TYPE_CHECKING:
    from apex_director.productions.request import MusicVideoRequest


_LISTENING, _PLANNING = 0.05, 0.06  # where these stages stand in a whole video (contract B20)


def _scaled(watch: Watch, whole: float) -> Report:
    """Tell of a part of a video's work as of the whole."""

    def tell(progress: Progress) -> None:
        watch(as_status(replace(progress, fraction=min(1.0, progress.fraction / whole))))

    return tell


def analyze_song(
    song: str,
    *,
    fps: str = "24",
    output_dir: str = "",
    watch: Watch = silent,
) -> dict[str, Any]:
    """Analyse a song of up to two hours; returns X6, and writes it where a folder is given.

    Raises
    ------
    InputUnusable
        There is nothing to hear in it, or it is too long.
    """
    use_kernel_cache()
    from apex_director.core.time import parse_rate
    from apex_director.productions.listening import document_of, hear, write_document
    from apex_director.productions.request import MAX_ANALYSIS_S, existing_file

    rate = parse_rate(fps)
    info, analysis = hear(
        existing_file(song, "the song"),
        shortest_s=0.0,
        longest_s=MAX_ANALYSIS_S,
        report=_scaled(watch, _LISTENING),
    )
    document = document_of(info, analysis, rate)
    if output_dir:
        folder = Path(output_dir).expanduser().resolve()
        write_document(folder / "audio_analysis.json", document)
    return document


def write_plan(
    request: MusicVideoRequest,
    *,
    home: str | None = None,
    watch: Watch = silent,
) -> dict[str, Any]:
    """Analyse and plan without a job; analysis, plan and storyboard go into the output folder."""
    from apex_director.productions.listening import listen
    from apex_director.productions.planning import plan
    from apex_director.productions.request import MAX_SONG_S, MIN_SONG_S, checked, delivery_of

    settings = ready(home)
    request = checked(request)
    folder = Path(request.output_dir)
    ports = Ports(home=settings.home, backends=(), workers=settings.workers)

    tell = _scaled(watch, _PLANNING)
    payload: Payload = {
        "song": request.audio_path,
        "out": str(folder / "audio_analysis.json"),
        "rate": str(delivery_of(request).rate),
        "shortest_s": MIN_SONG_S,
        "longest_s": MAX_SONG_S,
    }
    heard = listen(ports, payload, tell)
    planned = plan(
        ports,
        {
            "request": _plain_request(request),
            "analysis": heard["analysis"],
            "tags": heard["tags"],
            "out": str(folder / "cinematography_plan.json"),
        },
        tell,
    )
    names = ("audio_analysis.json", "cinematography_plan.json", "storyboard.md")
    facts = {k: v for k, v in planned.items() if k not in {"segments", "picture_keys"}}
    facts["warnings"] = list(dict.fromkeys([*heard["warnings"], *planned["warnings"]]))
    return facts | {"summary": heard["summary"], "files": [str(folder / name) for name in names]}


def _plain_request(request: MusicVideoRequest) -> dict[str, Any]:

    return asdict(request) | {"color_palette": list(request.color_palette)}
