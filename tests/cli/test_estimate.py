"""`apex estimate` of pictures."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from .conftest import Said

Apex = Callable[..., Said]


def test_takes_are_counted(apex: Apex) -> None:
    words = ("estimate", "--prompt", "a harbour", "--backend", "minimax", "--json")
    one = apex(*words).json
    three = apex(*words, "--candidates", "3").json
    assert one["takes"] == {"least": 1, "most": 1}
    assert three["estimated_cost"] == pytest.approx(3 * one["estimated_cost"], rel=0.02)
    judged = apex(*words, "--candidates", "2", "--min-score", "0.7").json
    assert judged["takes"] == {"least": 2, "most": 4}
    most = judged["with_retakes"]["estimated_cost"]
    assert most == pytest.approx(4 * one["estimated_cost"], rel=0.02)
    assert apex(*words, "--candidates", "9").code == 2
    assert apex(*words, "--min-score", "2").code == 2


def test_a_backend_nobody_has_is_refused_before_anything_else(apex: Apex) -> None:
    said = apex("estimate", "there_is_no_such_song.mp3", "--backend", "nonsense", "--json")
    assert said.code == 2
    assert said.json["where"] == "backend"
    assert apex("estimate", "--prompt", "a harbour", "--backend", "nonsense").code == 2
