"""`apex estimate`: what a video, an edited plan or pictures would take and cost."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Any

import typer

from . import options as o
from .music_video import SHARED, _request, refuse_unheeded
from .output import answer, errors_reported, say
from .progress import ProgressLine


def register(app: typer.Typer) -> None:
    """Add the command to the application."""
    app.command("estimate")(estimate)


def estimate(
    context: typer.Context,
    song: Annotated[str, typer.Argument(help="The song of a video; none for pictures.")] = "",
    output: o.Output = "",
    genre: o.Genre = "cinematic",
    concept: o.Concept = "",
    style: o.Style = "",
    palette: o.Palette = "",
    preset: o.Preset = "high",
    aspect: o.Aspect = "16:9",
    resolution: o.Resolution = "",
    fps: o.Fps = "",
    max_shots: o.MaxShots = None,
    shots_per_minute: o.ShotsPerMinute = None,
    seed: o.Seed = 0,
    title: o.Title = "",
    artist: o.Artist = "",
    lyrics: o.Lyrics = "",
    tempo: o.Tempo = None,
    offset: o.Offset = 0.0,
    taps: o.Taps = "",
    bar_shift: o.BarShift = 0,
    plan_file: Annotated[str, typer.Option("--plan", help="An edited plan of the song.")] = "",
    backend: Annotated[str, typer.Option(help="Preferred image backend.")] = "",
    prompt: Annotated[str, typer.Option(help="Pictures instead of a video: what they show.")] = "",
    size: Annotated[str, typer.Option(help="Size of the pictures.")] = "1024x1024",
    steps: Annotated[int | None, typer.Option(help="Sampling steps, 1 to 100.")] = None,
    count: Annotated[int, typer.Option(help="How many pictures.")] = 1,
    candidates: o.Candidates = 1,
    min_score: o.MinScore = 0.0,
    as_json: o.Json = False,
) -> None:
    """Tell what a video, an edited plan or pictures would take and cost; nothing is made.

    Examples: apex estimate song.mp3 --plan edited.json; apex estimate --prompt "a harbour" --count
    20 --backend nano_banana
    """
    with errors_reported(as_json=as_json):
        from apex_director.director.estimating import takes_of

        _one_of(song, prompt)
        refuse_unheeded(context, plan_file)
        takes = takes_of(candidates, min_score, backend, home=context.obj)
        if prompt:
            asked = {"steps": steps, "count": count, "backend": backend}
            _pictures(prompt, size, asked, takes, context.obj, as_json=as_json)
            return
        request = _request(song, output, **{name: context.params[name] for name in SHARED})
        request = replace(
            request,
            plan_path=plan_file,
            backend_preference=backend,
            candidates=candidates,
            min_score=min_score,
        )
        _video(request, takes[1], context.obj, as_json=as_json)


def _one_of(song: str, prompt: str) -> None:
    from apex_director.core.errors import ValidationFailed

    if bool(song) == bool(prompt):
        raise ValidationFailed(
            "both a song and a prompt are given" if song else "there is nothing to estimate",
            where="estimate",
            what_to_do="Name a song, or say --prompt 'what the pictures show'.",
        )


def _video(request: Any, most: int, home: str | None, *, as_json: bool) -> None:
    """Tell of a video; where takes may be made anew, also with the ``most`` there can be."""
    from apex_director.director.estimating import change_facts, preview_change

    with ProgressLine() as progress:
        facts = change_facts(preview_change(request, home=home, watch=progress.show))
        if most > request.candidates:
            all_of_them = replace(request, candidates=most, min_score=0.0)
            again = change_facts(preview_change(all_of_them, home=home, watch=progress.show))
            facts["with_retakes"] = again
    for line in facts["text"]:
        say(line)
    if "with_retakes" in facts:
        say(f"If every picture is made {most} times: {facts['with_retakes']['text'][-1]}")
    if as_json:
        answer(facts)


def _pictures(
    prompt: str,
    size: str,
    asked: dict[str, Any],
    takes: tuple[int, int],
    home: str | None,
    *,
    as_json: bool,
) -> None:
    from apex_director.core.frame import parse_size
    from apex_director.director.estimating import estimate_pictures

    wanted = parse_size(size)
    params = asked | {"width": wanted.width, "height": wanted.height}
    made, most = (
        estimate_pictures(params | {"count": asked["count"] * number}, prompt, home=home)
        for number in takes
    )
    say(made.text)
    facts = made.as_json() | {"takes": {"least": takes[0], "most": takes[1]}}
    if takes[1] > takes[0]:
        facts["with_retakes"] = most.as_json()
        say(f"If every picture is made {takes[1]} times: {most.text}")
    if as_json:
        answer(facts)
