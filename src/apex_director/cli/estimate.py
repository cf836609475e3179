"""`apex estimate`: what a video, an edited plan or pictures would take and cost."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Any

import typer

from . import options as o
from .music_video import _request
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
    plan_file: Annotated[str, typer.Option("--plan", help="An edited plan of the song.")] = "",
    backend: Annotated[str, typer.Option(help="Preferred image backend.")] = "",
    prompt: Annotated[str, typer.Option(help="Pictures instead of a video: what they show.")] = "",
    size: Annotated[str, typer.Option(help="Size of the pictures.")] = "1024x1024",
    steps: Annotated[int | None, typer.Option(help="Sampling steps, 1 to 100.")] = None,
    count: Annotated[int, typer.Option(help="How many pictures.")] = 1,
    as_json: o.Json = False,
) -> None:
    """Tell what a video, an edited plan or pictures would take and cost; nothing is made.

    Examples: apex estimate song.mp3 --plan edited.json; apex estimate --prompt "a harbour" --count
    20 --backend nano_banana
    """
    with errors_reported(as_json=as_json):
        _one_of(song, prompt)
        if prompt:
            _pictures(prompt, size, steps, count, backend, context.obj, as_json=as_json)
            return
        request = _request(
            song,
            output,
            aspect=aspect,
            fps=fps,
            resolution=resolution,
            preset=preset,
            genre=genre,
            concept=concept,
            style=style,
            palette=palette,
            max_shots=max_shots,
            shots_per_minute=shots_per_minute,
            seed=seed,
            title=title,
            artist=artist,
            lyrics=lyrics,
        )
        request = replace(request, plan_path=plan_file, backend_preference=backend)
        _video(request, context.obj, as_json=as_json)


def _one_of(song: str, prompt: str) -> None:
    from apex_director.core.errors import ValidationFailed

    if bool(song) == bool(prompt):
        raise ValidationFailed(
            "both a song and a prompt are given" if song else "there is nothing to estimate",
            where="estimate",
            what_to_do="Name a song, or say --prompt 'what the pictures show'.",
        )


def _video(request: Any, home: str | None, *, as_json: bool) -> None:
    from apex_director.director.estimating import change_facts, preview_change

    with ProgressLine() as progress:
        impact = preview_change(request, home=home, watch=progress.show)
    facts = change_facts(impact)
    for line in facts["text"]:
        say(line)
    if as_json:
        answer(facts)


def _pictures(
    prompt: str,
    size: str,
    steps: int | None,
    count: int,
    backend: str,
    home: str | None,
    *,
    as_json: bool,
) -> None:
    from apex_director.core.frame import parse_size
    from apex_director.director.estimating import estimate_pictures

    wanted = parse_size(size)
    params = {"width": wanted.width, "height": wanted.height, "steps": steps, "count": count}
    made = estimate_pictures(params | {"backend": backend}, prompt, home=home)
    say(made.text)
    if as_json:
        answer(made.as_json())
