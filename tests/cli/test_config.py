"""`apex config`."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from .conftest import Said

Apex = Callable[..., Said]


def test_a_setting_is_read_and_changed(apex: Apex, home: Path) -> None:
    assert apex("config", "get", "budget.per_day_usd").out.strip() == "10"
    assert apex("config", "set", "budget.per_day_usd", "2.5").code == 0
    assert apex("config", "get", "budget.per_day_usd", "--json").json == {
        "key": "budget.per_day_usd",
        "value": 2.5,
    }
    apex("config", "set", "backends.a1111.base_url", "http://127.0.0.1:7860")
    stored = json.loads((home / "apex_config.json").read_text())
    assert stored["backends"]["a1111"]["base_url"] == "http://127.0.0.1:7860"


def test_a_wrong_value_ends_with_2_and_names_its_key(apex: Apex, home: Path) -> None:
    said = apex("config", "set", "backends.minimax.priority", "0", "--json")
    assert said.code == 2
    assert said.json["where"] == "apex_config.json: backends.minimax.priority"
    assert not (home / "apex_config.json").exists()
    assert apex("config", "get", "nothing.there").code == 2
    said = apex("config", "set", "budget.per_day_usd", "-1", "--json")
    assert said.code == 2
    assert said.json["where"] == "apex_config.json: budget.per_day_usd"
    assert not (home / "apex_config.json").exists()


def test_keys_are_shown_by_where_they_are_never_by_what(
    apex: Apex, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MINIMAX_API_KEY", "k-environment-1")
    home.mkdir()
    (home / "keys.json").write_text('{"GEMINI_API_KEY": "k-file-1"}')
    (home / "keys.json").chmod(0o600)
    told = apex("config", "show", "--json")
    assert told.json["keys"]["MINIMAX_API_KEY"] == "environment"
    assert told.json["keys"]["GEMINI_API_KEY"] == "keys.json"
    assert told.json["keys"]["OPENAI_API_KEY"] == ""
    plain = apex("config", "show")
    assert "GEMINI_API_KEY = *** (keys.json)" in plain.err
    for said in (told, plain):
        assert "k-environment-1" not in said.out + said.err
        assert "k-file-1" not in said.out + said.err


def test_validate_finds_every_fault(
    apex: Apex, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert apex("config", "validate").code == 0
    home.mkdir()
    path = home / "apex_config.json"
    path.write_text('{"budget": {"warn_at": 7}, "estimator": {"history_days": 0}, "odd": {}}')
    said = apex("config", "validate", "--json")
    assert said.code == 2
    assert [fault["where"] for fault in said.json["faults"]] == [
        "apex_config.json: budget.warn_at",
        "apex_config.json: estimator.history_days",
    ]
    assert said.json["warnings"] == ["odd: no part of the studio reads this section"]
    path.write_text('{"backends": {"a1111": {"max_width": 3}}}')
    said = apex("config", "validate")
    assert said.code == 2
    assert "backends.a1111.max_width" in said.err
    path.write_text('{"backends": {"comfyui": {"base_url": "http://192.0.2.1:8188"}}}')
    assert "plain http" in apex("config", "validate").err
    path.write_text("{")
    assert apex("config", "validate").code == 2
    path.write_text("{}")
    monkeypatch.setenv("DAILY_BUDGET_USD", "plenty")
    assert "DAILY_BUDGET_USD" in apex("config", "validate").err
