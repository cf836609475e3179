"""Kernels round alike in whatever order they are compiled, so that a picture is the same on every
worker and every run.
"""

from __future__ import annotations

import ast
from pathlib import Path

from apex_director.images.scenes.interior.light import EXACT

from .test_imports import ROOT, modules

ROUNDING = {"fast", "arcp", "contract", "reassoc", "afn"}
"""LLVM's freedoms that change results: two kernels' copies of one function then differ."""


def _freedoms(path: Path) -> list[str]:
    named = [k for k in ast.walk(ast.parse(path.read_text())) if isinstance(k, ast.keyword)]
    return [f"{path.relative_to(ROOT)}:{k.value.lineno}" for k in named if k.arg == "fastmath"]


def test_no_kernel_may_round_otherwise_than_written() -> None:
    found = [place for path in modules() for place in _freedoms(path)]
    assert not found, "name its freedoms once, in interior.light.EXACT"
    assert not ROUNDING & set(EXACT["fastmath"])
