"""Commands run in this process, with what they print and the code they end with."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from apex_director.bootstrap.backends import ADDRESS_VARIABLES
from apex_director.cli import analyze, assets, backends, config, cost, estimate, jobs
from apex_director.config import KEY_VARIABLES


@dataclass(frozen=True, kw_only=True)
class Said:
    """How a command ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in (*KEY_VARIABLES.values(), *ADDRESS_VARIABLES.values(), "DAILY_BUDGET_USD"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path / "studio"


@pytest.fixture
def apex(home: Path) -> Callable[..., Said]:
    app = typer.Typer()

    @app.callback()
    def _root(context: typer.Context) -> None:
        context.obj = str(home)

    for module in (analyze, assets, backends, cost, config, estimate, jobs):
        module.register(app)

    def run(*words: str) -> Said:
        done = CliRunner().invoke(app, list(words))
        assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
        return Said(code=done.exit_code, out=done.stdout, err=done.stderr)

    return run
