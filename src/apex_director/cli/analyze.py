"""`apex analyze`: what the ear hears in a song, to read, to see and to hear."""

from __future__ import annotations

from typing import Annotated, Any

import typer
from typer.core import TyperCommand

from . import options as o
from .heard import tell
from .output import answer, errors_reported, say
from .progress import ProgressLine

_PLOT = "--plot"
_PICTURES = (".png", ".svg", ".pdf", ".jpg", ".jpeg", ".webp", ".gif", ".tif", ".tiff")


class Analyze(TyperCommand):
    """A command whose ``--plot`` needs no file: the word after it is one only where it names a
    picture.
    """

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        return super().parse_args(ctx, plot_named(args))


def plot_named(words: list[str]) -> list[str]:
    """A command line in which every ``--plot`` has a value."""
    out = []
    for index, word in enumerate(words):
        follows = words[index + 1] if index + 1 < len(words) else ""
        bare = word == _PLOT and not follows.lower().endswith(_PICTURES)
        out.append(f"{_PLOT}=auto" if bare else word)
    return out


def register(app: typer.Typer) -> None:
    """Add the command to the application."""
    app.command("analyze", cls=Analyze)(analyze)


def analyze(
    song: o.Song,
    output: Annotated[
        str, typer.Option("-o", "--output", help="Write audio_analysis.json into this folder.")
    ] = "",
    plot: Annotated[
        str,
        typer.Option(
            _PLOT,
            help="Draw it as a page: waveform, bands, beats, form, key, chords, energy, tempo "
            "(.png, .svg or .pdf; without a name <song>_analysis.png).",
        ),
    ] = "",
    click: Annotated[
        str,
        typer.Option(
            help="Write the song with a click on every beat, downbeats higher (.wav, .flac)."
        ),
    ] = "",
    tempo: o.Tempo = None,
    offset: o.Offset = 0.0,
    taps: o.Taps = "",
    bar_shift: o.BarShift = 0,
    fps: o.Fps = "24",
    as_json: o.Json = False,
) -> None:
    """Measure a song: tempo, beats, form, key, mood, loudness.

    See it: apex analyze song.mp3 --plot song.png

    Hear whether the beat is right: apex analyze song.mp3 --click clicks.wav

    Correct it: apex analyze song.mp3 --tempo 87 --bar-shift 1 --click clicks.wav

    For programs: apex analyze song.mp3 --json > analysis.json
    """
    with errors_reported(as_json=as_json):
        from apex_director.director import analyze_song, heard_in_words

        written: list[str] = []
        with ProgressLine() as progress:
            document = analyze_song(
                song,
                fps=fps,
                output_dir=output,
                plot=plot,
                click=click,
                tempo=tempo,
                offset_s=offset,
                taps_path=taps,
                bar_shift=bar_shift,
                watch=progress.show,
                say=written.append,
            )
        if as_json:
            answer(document)
        else:
            tell(document, heard_in_words(document), corrected=bool(taps or tempo))
        for text in written:
            say(text)
