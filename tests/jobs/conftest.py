"""An engine in a studio of its own, and processes that can be killed."""

from __future__ import annotations

import functools
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from apex_director.jobs.engine import Engine, open_engine
from tests.jobs import stories

ROOT = Path(__file__).parents[2]
Launch = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "studio"


@pytest.fixture
def engine(home: Path) -> Iterator[Engine]:
    made = open_engine(
        home, stories.PRODUCTIONS, functools.partial(stories.make_ports, str(home)), workers=2
    )
    yield made
    made.close()


@pytest.fixture
def program(home: Path) -> Iterator[Launch]:
    """Start killable.py with some words; whatever still runs at the end is killed."""
    started: list[subprocess.Popen[str]] = []

    def start(word: str, job_id: str, *more: object) -> subprocess.Popen[str]:
        command = [sys.executable, "-m", "tests.jobs.killable", word, str(home), job_id]
        process = subprocess.Popen(
            [*command, *map(str, more)],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        process.communicate()
