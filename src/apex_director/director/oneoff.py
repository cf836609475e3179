"""A verb that needs no job: write a plan."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from apex_director.productions.model import Ports, Progress, Report

from .model import Watch, as_status, silent
from .studio import ready

if TYPE_CHECKING:
    from apex_director.productions.request import MusicVideoRequest


_PLANNING = 0.06  # where this stage stands in a whole video (contract B20)


def _scaled(watch: Watch, whole: float) -> Report:
    """Tell of a part of a video's work as of the whole."""

    def tell(progress: Progress) -> None:
        watch(as_status(replace(progress, fraction=min(1.0, progress.fraction / whole))))

    return tell


def write_plan(
    request: MusicVideoRequest,
    *,
    home: str | None = None,
    watch: Watch = silent,
) -> dict[str, Any]:
    """Analyse and plan without a job; analysis, plan and storyboard go into the output folder."""
    from apex_director.productions.listening import listen, listening
    from apex_director.productions.music_video import plain_request
    from apex_director.productions.planning import plan
    from apex_director.productions.request import checked

    settings = ready(home)
    request = checked(request)
    folder = Path(request.output_dir)
    ports = Ports(home=settings.home, backends=(), workers=settings.workers)

    tell = _scaled(watch, _PLANNING)
    heard = listen(ports, listening(request, folder / "audio_analysis.json"), tell)
    planned = plan(
        ports,
        {
            "request": plain_request(request),
            "analysis": heard["analysis"],
            "tags": heard["tags"],
            "out": str(folder / "cinematography_plan.json"),
        },
        tell,
    )
    names = ["audio_analysis.json", "cinematography_plan.json", "storyboard.md", "style_bible.json"]
    names += ["lyrics.lrc"] if planned["lyrics"] else []
    facts = {k: v for k, v in planned.items() if k not in {"segments", "picture_keys"}}
    facts["warnings"] = list(dict.fromkeys([*heard["warnings"], *planned["warnings"]]))
    files = [str(folder / name) for name in names if (folder / name).is_file()]
    return facts | {"summary": heard["summary"], "files": files}
