"""Options of `apex music-video`, `plan` and `estimate` that would change nothing are refused."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from apex_director.cli import estimate, music_video


def said(home: Path, *words: str) -> tuple[int, dict[str, str]]:
    app = typer.Typer()

    @app.callback()
    def _root(context: typer.Context) -> None:
        context.obj = str(home)

    for module in (music_video, estimate):
        module.register(app)
    done = CliRunner().invoke(app, [*words, "--json"])
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    return done.exit_code, json.loads(done.stdout)


@pytest.mark.parametrize(
    ("words", "where"),
    [
        (("music-video", "--plan", "p.json", "--genre", "cinematic"), "genre"),
        (("music-video", "--plan", "p.json", "--concept", "rain"), "concept"),
        (("music-video", "--plan", "p.json", "--max-shots", "3"), "max-shots"),
        (("estimate", "--plan", "p.json", "--seed", "0"), "seed"),
        (("music-video", "--lut-strength", "0.5"), "lut-strength"),
        (("music-video", "--plan", "p.json", "--lut-strength", "1"), "lut-strength"),
        (("plan", "--lut-strength", "0.5"), "lut-strength"),
        (("plan", "--tempo", "301"), "tempo"),
        (("plan", "--offset", "6"), "offset"),
        (("estimate", "--bar-shift", "9"), "bar-shift"),
    ],
)
def test_options_without_effect_or_out_of_range_are_refused(
    tmp_path: Path, words: tuple[str, ...], where: str
) -> None:
    song = tmp_path / "song.wav"
    song.write_bytes(b"RIFF")
    code, told = said(tmp_path / "studio", words[0], str(song), *words[1:])
    assert (code, told["where"]) == (2, where)
    assert told["what_to_do"]


def test_taps_and_lyrics_are_refused_before_anybody_listens(tmp_path: Path) -> None:
    song, taps, words = (tmp_path / name for name in ("song.wav", "taps.txt", "song.lrc"))
    song.write_bytes(b"RIFF, and no sound")
    taps.write_text("0.5\n1.0\nlater\n2.0\n")
    words.write_text("[offset:soon]\n[00:01]x\n")
    for option, path, place in (("--taps", taps, "line 3"), ("--lyrics", words, "line 1")):
        for command in ("music-video", "plan", "estimate"):
            code, told = said(tmp_path / "studio", command, str(song), option, str(path))
            assert code == 3
            assert told["where"].endswith(place)
