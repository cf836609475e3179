"""Rooms stay small enough to read: modules, functions, classes (STYLE rule 4)."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from .test_imports import ROOT, modules

MODULE, FUNCTION, KERNEL, CLASS = 500, 60, 150, 200
FORBIDDEN = {"utils", "helpers", "common", "misc"}
ALLOWED_LONG: dict[str, int] = {}
"""May only shrink."""


def _body_lines(node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) -> int:
    doc = ast.get_docstring(node, clean=False)
    return (node.end_lineno or 0) - node.lineno - (doc.count("\n") + 1 if doc else 0)


def _is_kernel(node: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    return any(
        "njit" in ast.unparse(d) or "jitclass" in ast.unparse(d) for d in node.decorator_list
    )


def _too_long() -> Iterator[str]:
    for path in modules():
        name, text = path.relative_to(ROOT).as_posix(), path.read_text()
        if text.count("\n") > ALLOWED_LONG.get(name, MODULE):
            yield f"{name}: {text.count(chr(10))} lines"
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.ClassDef):
                limit = CLASS
            elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                limit = KERNEL if _is_kernel(node) else FUNCTION
            else:
                continue
            if _body_lines(node) > limit:
                yield f"{name}:{node.lineno} {node.name}: {_body_lines(node)} lines"


def test_modules_functions_and_classes_stay_small() -> None:
    long = list(_too_long())
    assert not long, "\n".join(long)


def test_no_room_for_strays() -> None:
    strays = [p for p in modules() if p.stem in FORBIDDEN or p.stem.startswith("base_")]
    assert not strays
