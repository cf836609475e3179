"""`apex assets` as a person and as a program use it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from apex_director.cli import assets
from apex_director.cli.options import Home

from .pictures import png

app = typer.Typer()


@app.callback()
def _root(context: typer.Context, home: Home = None) -> None:
    context.obj = home


assets.register(app)


class Apex:
    def __init__(self, home: Path) -> None:
        self.home = home

    def __call__(self, *words: str, code: int = 0) -> Any:
        done = CliRunner().invoke(
            app, ["--home", str(self.home), "assets", *words, "--json"], catch_exceptions=False
        )
        assert done.exit_code == code, done.stderr
        return json.loads(done.stdout)

    def said(self, *words: str) -> str:
        done = CliRunner().invoke(app, ["--home", str(self.home), "assets", *words])
        assert done.stdout == ""
        assert done.exit_code == 0
        return done.stderr


@pytest.fixture
def apex(tmp_path: Path) -> Apex:
    return Apex(tmp_path / "studio")


def test_a_day_with_the_library(apex: Apex, tmp_path: Path) -> None:
    files = []
    for seed in range(3):
        files.append(tmp_path / f"{seed}.png")
        files[-1].write_bytes(png(seed, 200, 120))
    project = apex("projects", "--create", "Harbour film")["projects"][0]["id"]
    words = [str(f) for f in files]
    added = apex("add", *words, "--tag", "night", "--project", project, "--prompt", "a pier")
    ids = [one["id"] for one in added["assets"]]
    assert [one["id"] for one in apex("list")["assets"]] == ids[::-1]
    apex("tag", ids[0][:8], "--add", "best", "--rating", "5", "--note", "the one", "--favourite")
    assert (
        apex("search", "pier", "--where", "rating=5", "--tag", "best")["assets"][0]["id"] == ids[0]
    )
    assert apex("search", "pier", "--where", "category=audio")["assets"] == []
    assert apex("search", "--like", ids[1])["assets"][0]["id"] != ids[1]
    assert apex("similar", str(files[1]), "--limit", "1")["matches"][0]["asset"]["id"] == ids[1]
    shown = apex("show", ids[0])
    assert shown["metadata"] == {"rating": 5, "note": "the one", "favourite": True}
    apex("tag", ids[0], "--note", "")
    assert apex("show", ids[0])["metadata"] == {"rating": 5, "favourite": True}
    assert apex("check")["sound"]
    assert apex("cleanup")["files_without_record"] == []
    assert apex("export", str(tmp_path / "out.zip"), "--project", project)["assets"] == 3
    other = Apex(tmp_path / "other")
    assert len(other("import", str(tmp_path / "out.zip"))["assets"]) == 3
    assert apex("delete", ids[2]) == {"id": ids[2], "deleted": True}
    assert apex("stats")["total_files"] == 2
    assert "Harbour film" in apex.said("projects")
    assert "0.png" in apex.said("list")
    assert "by category" in apex.said("stats")


def test_mistakes_end_with_their_code_and_a_cure(apex: Apex, tmp_path: Path) -> None:
    fake = tmp_path / "fake.png"
    fake.write_bytes(b"no picture")
    cases = [
        (("show", "nothing"), 3),
        (("add", str(fake)), 3),
        (("add", str(tmp_path / "missing.png")), 3),
        (("add", str(tmp_path)), 3),
        (("list", "--sort", "colour"), 2),
        (("search", "--where", "x"), 2),
        (("import", str(fake)), 3),
        (("export", str(tmp_path / "empty.zip")), 3),
        (("projects", "--delete", "nothing"), 2),
    ]
    for words, code in cases:
        answer = apex(*words, code=code)
        assert answer["what_to_do"], words
        assert "Traceback" not in str(answer)
    fake.write_bytes(png(1))
    apex("add", str(fake))
    assert "something of that name" in apex("export", str(fake), code=4)["message"]


def test_damage_ends_with_one(apex: Apex, tmp_path: Path) -> None:
    picture = tmp_path / "a.png"
    picture.write_bytes(png(1))
    kept = apex("add", str(picture))["assets"][0]
    digest = kept["file_hash"]
    (apex.home / "assets" / "blobs" / digest[:2] / digest).unlink()
    Path(kept["path"]).unlink()
    assert apex("check", code=1)["missing"][0]["id"] == kept["id"]


def test_every_command_shows_an_example() -> None:
    commands = typer.main.get_command(app).commands["assets"].commands  # type: ignore[attr-defined]
    assert len(commands) == 13
    for name, command in commands.items():
        assert f"Example: apex assets {name}" in command.help
