"""Importing the package loads nothing heavy, prints nothing, makes no file; `--help` is quick."""

from __future__ import annotations

import compileall
import os
import resource
import subprocess
import sys
from pathlib import Path

import pytest

from .test_imports import ROOT

HEAVY = ["cv2", "librosa", "numba", "torch", "scipy", "sklearn", "dbos", "fastapi", "av"]
HELP_CEILING = 0.5  # CPU seconds, best of five, byte-compiled


def _run(code: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", code],
        cwd=cwd,
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )


@pytest.mark.parametrize("module", ["apex_director", "apex_director.cli.app"])
def test_import_is_light(module: str, tmp_path: Path) -> None:
    code = f"import sys, {module}; print([m for m in {HEAVY!r} if m in sys.modules], end='')"
    done = _run(code, tmp_path)
    assert done.stdout == "[]"
    assert done.stderr == ""
    assert list(tmp_path.iterdir()) == []


@pytest.mark.performance
def test_help_is_quick() -> None:
    compileall.compile_dir(str(ROOT), quiet=1)
    env = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    command = [sys.executable, "-m", "apex_director.cli", "--help"]
    spent = []
    for _ in range(6):  # the first one warms the byte code
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run(command, env=env, check=True, capture_output=True, timeout=120)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        spent.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    assert min(spent[1:]) < HELP_CEILING
