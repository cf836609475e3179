"""`apex music-video` and `apex plan`."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from . import options as o
from .asking import at_terminal
from .output import answer, errors_reported, say
from .progress import ProgressLine
from .scorecard import tell_sync

if TYPE_CHECKING:
    from apex_director.director import MusicVideoRequest, Outcome

SHARED = (
    *("aspect", "fps", "resolution", "preset", "genre", "concept", "style", "palette"),
    *("max_shots", "shots_per_minute", "seed", "title", "artist", "lyrics"),
    *("tempo", "offset", "taps", "bar_shift"),
)
"""Options of every command that plans a video."""
DRESSED = ("lyrics_nudge", "karaoke", "burn_lyrics", "lut", "lut_strength")
"""Options of those that render it, or write its plan for that."""
AS_NAMED = ("candidates", "min_score", "deliver_anyway")
"""Options that a request names as the command line does."""
OF_A_VIDEO = (*SHARED, *DRESSED, "also", "teaser", "canvas", "only_cutdowns")

DECIDED = {
    "genre": "the genre",
    "concept": "what it shows",
    "style": "the style",
    "palette": "the palette",
    "max_shots": "the shots",
    "shots_per_minute": "the shots",
    "seed": "the seeds of its pictures",
    "title": "the title",
    "artist": "the artist",
}
"""Options that say what a plan has decided already."""

_PALETTE_SEPARATORS = str.maketrans(";", ",")


def register(app: typer.Typer) -> None:
    """Add the commands to the application."""
    app.command("music-video")(music_video)
    app.command("plan")(plan)


def music_video(
    context: typer.Context,
    song: o.Song,
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
    lyrics_nudge: o.LyricsNudge = 0.0,
    karaoke: o.Karaoke = False,
    burn_lyrics: o.BurnLyrics = True,
    lut: o.Lut = "",
    lut_strength: o.LutStrength = 1.0,
    also: o.Also = "",
    teaser: o.Teaser = None,
    canvas: o.Canvas = None,
    only_cutdowns: o.OnlyCutdowns = False,
    plan_file: Annotated[str, typer.Option("--plan", help="Render this edited plan.")] = "",
    backend: o.Backend = "",
    candidates: o.Candidates = 1,
    min_score: o.MinScore = 0.0,
    yes: o.Yes = False,
    budget: o.Budget = None,
    stop_at: Annotated[
        str, typer.Option(help="analyze, plan, estimate, generate, assemble, qc or deliver.")
    ] = "deliver",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Plan and estimate only.")] = False,
    resume: Annotated[bool, typer.Option("--resume", help="Go on from where it stopped.")] = False,
    deliver_anyway: Annotated[
        bool, typer.Option("--deliver-anyway", help="Deliver a master the final check blocked.")
    ] = False,
    as_json: o.Json = False,
) -> None:
    """Turn a song into a finished music video.

    Example: apex music-video song.mp3 -o video --genre indie --concept "a harbour at dusk, rain"
    """
    with errors_reported(as_json=as_json):
        refuse_unheeded(context, plan_file)
        request = _request(song, output, **{name: context.params[name] for name in OF_A_VIDEO})
        request = replace(
            request,
            plan_path=plan_file,
            backend_preference=backend,
            approved=yes,
            budget_usd=budget,
            stop_at="estimate" if dry_run else stop_at,
            **{name: context.params[name] for name in AS_NAMED},
        )
        raise typer.Exit(_produce(request, context.obj, resume=resume, as_json=as_json))


def plan(
    context: typer.Context,
    song: o.Song,
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
    lyrics_nudge: o.LyricsNudge = 0.0,
    karaoke: o.Karaoke = False,
    burn_lyrics: o.BurnLyrics = True,
    lut: o.Lut = "",
    lut_strength: o.LutStrength = 1.0,
    as_json: o.Json = False,
) -> None:
    """Write the plan of a video without rendering it; edit it, then render with music-video --plan.

    Example: apex plan song.mp3 -o video && apex music-video song.mp3 --plan
    video/cinematography_plan.json
    """
    with errors_reported(as_json=as_json):
        from apex_director.director import write_plan

        refuse_unheeded(context)
        request = _request(
            song, output, **{name: context.params[name] for name in (*SHARED, *DRESSED)}
        )
        with ProgressLine() as progress:
            facts = write_plan(request, home=context.obj, watch=progress.show)
        for text in facts["warnings"]:
            say(f"warning: {text}")
        _tell_plan(facts)
        for path in facts["files"]:
            say(f"  {path}")
        if as_json:
            answer(facts)


def refuse_unheeded(context: typer.Context, plan_file: str = "") -> None:
    """Refuse options that would change nothing: what a plan has decided, and the strength of no
    look.

    Raises
    ------
    ValidationFailed
        One is given; ``where`` names it.
    """
    from apex_director.core.errors import ValidationFailed

    for name in context.params if plan_file else ():
        if name in DECIDED and _said(context, name):
            raise ValidationFailed(
                f"the plan has decided {DECIDED[name]} already",
                where=name.replace("_", "-"),
                what_to_do=f"Change it in {plan_file}, or leave out --plan to plan anew.",
            )
    if _said(context, "lut_strength") and not context.params.get("lut"):
        raise ValidationFailed(
            "there is no look it could be the strength of",
            where="lut-strength",
            what_to_do="Name one with --lut look.cube, or leave it out; that of a plan stands in "
            "its grade.",
        )


def _said(context: typer.Context, name: str) -> bool:
    """Whether an option stands on the command line."""
    source = context.get_parameter_source(name)
    return source is not None and source.name == "COMMANDLINE"


def _request(song: str, output: str, **given: Any) -> MusicVideoRequest:
    """The request a command line stands for."""
    from apex_director.director import MusicVideoRequest

    names = {
        "preset": "quality_preset",
        "resolution": "target_resolution",
        "fps": "target_fps",
        "style": "director_style",
        "title": "song_title",
        "artist": "artist_name",
        "lyrics": "lyrics_path",
        "lyrics_nudge": "lyrics_nudge_s",
        "lut": "lut_path",
        "offset": "offset_s",
        "taps": "taps_path",
        "teaser": "teaser_s",
        "canvas": "canvas_s",
    }
    palette = given.pop("palette").translate(_PALETTE_SEPARATORS)
    colors = tuple(part.strip() for part in palette.split(",") if part.strip())
    given["also"] = tuple(p.strip() for p in given.get("also", "").split(",") if p.strip())
    values = {names.get(key, key): value for key, value in given.items()}
    return MusicVideoRequest(audio_path=song, output_dir=output, color_palette=colors, **values)


def _produce(request: MusicVideoRequest, home: str | None, *, resume: bool, as_json: bool) -> int:
    from apex_director.director import make_music_video

    with ProgressLine() as progress:
        outcome = make_music_video(
            request,
            home=home,
            resume=resume,
            watch=progress.show,
            say=say,
            ask=progress.paused(at_terminal(as_json=as_json)),
        )
    return tell_outcome(outcome, as_json=as_json)


def tell_outcome(outcome: Outcome, *, as_json: bool) -> int:
    """Say how a job ended, and give the exit code."""
    if as_json:
        answer(outcome.result)
    if "image_path" in outcome.result:
        return _tell_picture(outcome.result)
    if "stopped_at" in outcome.result:
        _tell_stop(outcome.result, outcome.job_id)
        return 0
    _tell_result(outcome.result)
    return 0 if outcome.result["success"] else 6


def _tell_plan(facts: dict[str, Any]) -> None:
    shots = f"{facts['shots']} shots from {facts['pictures']} pictures"
    say(f"{shots}, {facts['frames']} frames of {facts['size']}.")
    for version in facts.get("versions", ()):
        say(f"Also {version['name']}: {version['frames']} frames of {version['size']}.")
    say(f"Estimate: {facts['estimate_text']}")


def _tell_stop(result: dict[str, Any], job_id: str) -> None:
    if "estimate_text" in result:
        _tell_plan(result)
    say(f"Stopped after '{result['stopped_at']}', as asked. Go on with: apex jobs resume {job_id}")


def _tell_picture(result: dict[str, Any]) -> int:
    for text in result["warnings"]:
        say(f"note: {text}")
    told = f"{result['backend']}, score {result['quality_score']:.2f}"
    say(f"{result['output_path']}  ({told})")
    _tell_money(result)
    return 0


def _tell_money(result: dict[str, Any]) -> None:
    if result["cost_usd"] or result["held_usd"]:
        held = f", ${result['held_usd']:.4f} held: see apex cost" if result["held_usd"] else ""
        say(f"cost: ${result['cost_usd']:.4f}{held}")


def _tell_result(result: dict[str, Any]) -> None:
    for text in result["warnings"]:
        say(f"warning: {text}")
    for text in result["errors"]:
        say(f"{'delivered all the same' if result['success'] else 'blocked'}: {text}")
    _tell_money(result)
    tell_sync(result.get("quality_report") or "")
    versions = result.get("versions", ())
    if len(versions) > 1:
        for version in versions:
            score, report = version["overall_quality_score"], version["quality_report"]
            say(f"{version['path']}  ({version['name']}, quality {score:.2f}, report: {report})")
        return
    path = Path(result["output_video_path"])
    score = result["overall_quality_score"]
    say(f"{path}  (quality {score:.2f}, report: {result['quality_report']})")
