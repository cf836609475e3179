"""Options that several commands share."""

from __future__ import annotations

from typing import Annotated

import typer

Home = Annotated[
    str | None,
    typer.Option(
        "--home", help="Studio folder; else APEX_HOME, else the nearest apex_config.json."
    ),
]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON object on stdout.")]
Song = Annotated[str, typer.Argument(help="The song: mp3, wav, flac, ogg, opus, m4a ...")]
Output = Annotated[
    str, typer.Option("-o", "--output", help="Output folder; ./<song>_video if not given.")
]
Genre = Annotated[
    str, typer.Option(help="cinematic, electronic, rock, pop, hip-hop, jazz, ambient ...")
]
Concept = Annotated[str, typer.Option(help="What it should show, in your words.")]
Style = Annotated[str, typer.Option(help="A director's style, such as wes_anderson.")]
Palette = Annotated[
    str,
    typer.Option(
        help="warm_sunset, cool_night, neon_pulse, earth_tones, monochrome, or hex colours: "
        "'#1b2a4c,#f2b880'."
    ),
]
Preset = Annotated[str, typer.Option(help="preview, draft, web or high.")]
Aspect = Annotated[str, typer.Option(help="16:9, 9:16, 1:1, 4:5 or 21:9.")]
Resolution = Annotated[str, typer.Option(help="Such as 1280x720; wins over preset and aspect.")]
Fps = Annotated[str, typer.Option(help="Such as 25 or 23.976; wins over the preset.")]
MaxShots = Annotated[int | None, typer.Option(help="At most so many distinct pictures.")]
ShotsPerMinute = Annotated[float | None, typer.Option(help="Wanted average of cuts a minute.")]
Tempo = Annotated[
    float | None, typer.Option(help="Beats per minute, where the song's are heard wrong (30-300).")
]
Offset = Annotated[float, typer.Option(help="Move every beat by so many seconds (-5 to 5).")]
Taps = Annotated[
    str,
    typer.Option(
        help="Beats tapped by hand, one time a line; also Audacity labels, Sonic Visualiser CSV, "
        "JSON."
    ),
]
BarShift = Annotated[int, typer.Option(help="Move the bar lines by so many beats (-8 to 8).")]
Seed = Annotated[
    int, typer.Option(help="Another seed, another video; the same seed, the same one.")
]
Title = Annotated[str, typer.Option(help="Song title for the title card; else from the tags.")]
Artist = Annotated[str, typer.Option(help="Artist for the title card; else from the tags.")]
Lyrics = Annotated[
    str,
    typer.Option(
        help="Lyrics to show: timed as .lrc or .srt, or pasted into a .txt, which is aligned."
    ),
]
LyricsNudge = Annotated[
    float, typer.Option(help="Show the lyrics so many seconds later (-10 to 10).")
]
Karaoke = Annotated[bool, typer.Option("--karaoke", help="Light up each word as it is sung.")]
BurnLyrics = Annotated[
    bool,
    typer.Option(
        "--burn-lyrics/--no-burn-lyrics", help="Lyrics in the picture, or only as side files."
    ),
]
Lut = Annotated[str, typer.Option(help="A look to lay over the grade: .cube.")]
LutStrength = Annotated[float, typer.Option(help="How much of the look, 0 to 1.")]
Also = Annotated[str, typer.Option(help="Further versions, composed for their aspect: '9:16,1:1'.")]
Teaser = Annotated[
    float | None, typer.Option(help="Also a teaser of about so many seconds (5 to 120).")
]
Canvas = Annotated[
    float | None,
    typer.Option(help="Also a silent loop for music players, 9:16, of 3 to 8 seconds."),
]
OnlyCutdowns = Annotated[
    bool,
    typer.Option("--only-cutdowns", help="Make --teaser and --canvas alone, not the whole video."),
]
Backend = Annotated[str, typer.Option(help="Image backend to try first; see: apex backends.")]
Yes = Annotated[bool, typer.Option("--yes", help="Buy what the estimate says, without asking.")]
Budget = Annotated[
    float | None, typer.Option(help="Buy, but spend at most so many US dollars on this job.")
]
Candidates = Annotated[int, typer.Option(help="Takes of every picture; the best is kept (1 to 8).")]
MinScore = Annotated[
    float, typer.Option(help="Make up to two more takes of a picture that scores less (0 to 1).")
]
