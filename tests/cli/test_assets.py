"""`apex assets`: what a list leaves out, and exports."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from .conftest import Said

Apex = Callable[..., Said]


@pytest.fixture
def three(apex: Apex, tmp_path: Path) -> None:
    names = [tmp_path / f"{name}.txt" for name in ("one", "two", "three")]
    for path in names:
        path.write_text(path.stem)
    assert apex("assets", "add", *map(str, names)).code == 0


def test_a_list_says_how_many_it_leaves_out(apex: Apex, three: None) -> None:
    said = apex("assets", "list", "--limit", "2")
    assert "2 of 3, --limit for more" in said.err
    assert apex("assets", "list", "--limit", "2", "--json").json["found"] == 3
    assert " of 3" not in apex("assets", "list", "--limit", "3").err
    assert " of 3" not in apex("assets", "list", "--limit", "0").err
    assert "1 of 3" in apex("assets", "search", "--limit", "1").err


def test_an_export_is_of_a_kind_that_is_written_and_of_something(
    apex: Apex, three: None, tmp_path: Path
) -> None:
    assert apex("assets", "export", str(tmp_path / "x.rar")).code == 2
    assert apex("assets", "export", str(tmp_path / "x.tar.gz")).code == 2
    assert apex("assets", "export", str(tmp_path / "none.zip"), "--search", "nowhere").code == 3
    assert not list(tmp_path.glob("x.*"))
    assert not (tmp_path / "none.zip").exists()
    assert apex("assets", "export", str(tmp_path / "all.zip")).code == 0
