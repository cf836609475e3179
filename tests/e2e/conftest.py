"""The command line as a user runs it: its own process, its own studio."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from .songs import write_song


@dataclass(frozen=True)
class Studio:
    """A studio folder of its own, and the command in it."""

    home: Path

    def environment(self, **more: str) -> dict[str, str]:
        kept = {k: v for k, v in os.environ.items() if not k.startswith("APEX_")}
        return kept | {"APEX_HOME": str(self.home), "APEX_WORKERS": "2"} | more

    def command(self, *words: str) -> list[str]:
        return [sys.executable, "-m", "apex_director.cli", *words]

    def apex(
        self, *words: str, timeout: float = 240, **more: str
    ) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            self.command(*words),
            env=self.environment(**more),
            capture_output=True,
            text=True,
            timeout=timeout,
        )

    def start(self, *words: str, **more: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            self.command(*words),
            env=self.environment(**more),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def json(self, *words: str, code: int = 0, **more: str) -> dict[str, Any]:
        done = self.apex(*words, "--json", **more)
        assert done.returncode == code, done.stderr
        assert "Traceback" not in done.stderr
        found: dict[str, Any] = json.loads(done.stdout)
        return found


@pytest.fixture
def studio(tmp_path: Path) -> Studio:
    return Studio(tmp_path / "studio")


@pytest.fixture(scope="session")
def song(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Ten seconds at 120 BPM."""
    return write_song(tmp_path_factory.mktemp("song") / "ten seconds.wav", 10.0)


@pytest.fixture(scope="session")
def finished(
    tmp_path_factory: pytest.TempPathFactory, song: Path
) -> tuple[Studio, Path, dict[str, Any]]:
    """One finished video, made once with no program of the system on the PATH."""
    folder = tmp_path_factory.mktemp("finished")
    made = Studio(folder / "studio")
    out = folder / "out"
    empty = folder / "no-programs"
    empty.mkdir()
    result = made.json(
        "music-video", str(song), "-o", str(out), "--preset", "preview", "--max-shots", "3",
        "--title", "Six Seconds", "--artist", "Nobody", "--seed", "4", PATH=str(empty),
    )  # fmt: skip
    return made, out, result
