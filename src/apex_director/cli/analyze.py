"""`apex analyze`: what the ear hears in a song."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from . import options as o
from .output import answer, errors_reported, say
from .progress import ProgressLine


def register(app: typer.Typer) -> None:
    """Add the command to the application."""
    app.command("analyze")(analyze)


def analyze(
    song: o.Song,
    output: Annotated[
        str, typer.Option("-o", "--output", help="Write audio_analysis.json into this folder.")
    ] = "",
    fps: o.Fps = "24",
    as_json: o.Json = False,
) -> None:
    """Measure a song: tempo, beats, form, key, mood, loudness.

    Example: apex analyze song.mp3 --json > analysis.json
    """
    with errors_reported(as_json=as_json):
        from apex_director.director import analyze_song

        with ProgressLine() as progress:
            document = analyze_song(song, fps=fps, output_dir=output, watch=progress.show)
        if as_json:
            answer(document)
        else:
            _tell(document)


def _tell(found: dict[str, Any]) -> None:
    beats, key, loud = found["beat_info"], found["key_info"], found["loudness_info"]
    info = found["file_info"]
    say(f"length    {info['duration']:.2f} s, {info['channels']} channels")
    bpm = (
        f"{beats['bpm']:.1f} BPM, {beats['meter']} beats a bar"
        if beats["bpm"]
        else "no steady tempo"
    )
    grid = beats["grid"]
    say(f"beat      {bpm}; grid {grid['verdict']} (trust {grid['trust']:.2f})")
    say(f"key       {key['key']} {key['mode']}" if key["key"] else "key       none heard")
    if loud["integrated_lufs"] is not None:
        peak = loud["true_peak_dbtp"]
        say(f"loudness  {loud['integrated_lufs']:.1f} LUFS, true peak {peak:.1f} dBTP")
    for section in found["section_info"]["sections"]:
        span = f"{section['start_time']:7.2f} - {section['end_time']:7.2f}"
        what = f"{section['label']:<12} {section['repeat_group']}"
        say(f"  {span}  {what}  energy {section['energy']:.2f}")
    for text in found["warnings"]:
        say(f"warning: {text}")
