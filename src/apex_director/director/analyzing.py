"""Hear a song and show what was heard: X6, a page, a click track."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from apex_director.config import use_kernel_cache

from .model import Say, Watch, silent

if TYPE_CHECKING:
    from apex_director.audio.model import AudioAnalysis

_LISTENING = 0.05  # of a whole video (contract B20)
AUTOMATIC = "auto"
"""A page of this name is named after the song."""


def analyze_song(
    song: str,
    *,
    fps: str = "24",
    output_dir: str = "",
    plot: str = "",
    click: str = "",
    tempo: float | None = None,
    offset_s: float = 0.0,
    taps_path: str = "",
    bar_shift: int = 0,
    watch: Watch = silent,
    say: Say = silent,
) -> dict[str, Any]:
    """Analyse a song of up to two hours; returns X6, and writes it where a folder is given.

    Parameters
    ----------
    plot : str
        Draw what was heard into this file (.png, .svg, .pdf); ``auto`` names it after the song.
    click : str
        Write the song with a click on every beat into this file (.wav, .flac).
    tempo, offset_s, taps_path, bar_shift
        What the person knows better: beats a minute, seconds every beat is moved by, a file of
        tapped beats, beats the bar lines are moved by.
    say : callable
        Told of every file that was written, in a sentence.

    Raises
    ------
    InputUnusable
        There is nothing to hear in it, or it is too long.
    ValidationFailed
        A correction or a file's name is not one we take.
    SomethingNeeded
        The library that draws the page is not installed.
    OutputUnwritable
        A file cannot be written.
    """
    use_kernel_cache()
    from apex_director.core.time import parse_rate
    from apex_director.productions.corrections import corrections_for
    from apex_director.productions.listening import document_of, hear, write_document
    from apex_director.productions.request import MAX_ANALYSIS_S, existing_file

    from .oneoff import _scaled

    rate, path = parse_rate(fps), existing_file(song, "the song")
    page, clicks = _targets(path, output_dir, plot, click)
    taps = str(existing_file(taps_path, "the file of taps")) if taps_path else ""
    report = _scaled(watch, _LISTENING)
    info, analysis = hear(
        path,
        shortest_s=0.0,
        longest_s=MAX_ANALYSIS_S,
        report=report,
        corrections=corrections_for(
            tempo=tempo, offset_s=offset_s, taps_path=taps, bar_shift=bar_shift
        ),
    )
    document = document_of(info, analysis, rate)
    if output_dir:
        target = Path(output_dir).expanduser().resolve() / "audio_analysis.json"
        write_document(target, document)
        say(f"analysis: {target}")
    if page is not None:
        from apex_director.productions.showing import write_page

        write_page(path, page, info, analysis, report)
        say(f"page: {page}")
    if clicks is not None:
        from apex_director.productions.showing import write_click

        said = _told(write_click(path, clicks, analysis, report), analysis)
        say(f"click track: {clicks}  ({said})")
    return document


def heard_in_words(document: dict[str, Any]) -> tuple[tuple[str, str, str], ...]:
    """What X6 says, for people: name, value and small print of each fact."""
    from apex_director.productions.showing import told

    return told(document)


def _targets(song: Path, folder: str, plot: str, click: str) -> tuple[Path | None, Path | None]:
    """Where page and click track go, proved before anybody listens for minutes."""
    if not plot and not click:
        return None, None
    if plot and "MPLCONFIGDIR" not in os.environ:
        # Matplotlib keeps a list of fonts; beside our kernels it needs no writable home.
        os.environ["MPLCONFIGDIR"] = str(use_kernel_cache() / "matplotlib")
    from apex_director.productions.showing import click_target, page_target

    name = str(Path(folder) / f"{song.stem}_analysis.png") if plot == AUTOMATIC else plot
    page = page_target(name, song) if plot else None
    return page, click_target(click, song) if click else None


def _told(made: Any, analysis: AudioAnalysis) -> str:
    """What is to be heard in a click track."""
    turned = f"; the song is turned down by {-made.song_db:.1f} dB" if made.song_db < -0.1 else ""
    if made.kind == "phrases":
        return (
            f"no steady beat, so there are no clicks; {made.clicks} low knocks mark the phrases "
            f"and strong onsets that cuts will follow{turned}"
        )
    bars = len(analysis.grid.downbeats)
    return f"{made.clicks} clicks, the higher ones on {bars} downbeats{turned}"
