"""`apex backends` and `apex backends test`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from apex_director.bootstrap.backends import TABLE
from apex_director.images.flat import decode
from apex_director.providers.sql import SqlLedger, SqlTraffic
from tests.servers import Server

from .conftest import Said

Apex = Callable[..., Said]


@pytest.fixture(scope="module")
def running() -> Iterator[Server]:
    with Server() as server:
        yield server


@pytest.fixture
def server(running: Server, home: Path, monkeypatch: pytest.MonkeyPatch) -> Server:
    running.reset()
    monkeypatch.setenv("MINIMAX_API_KEY", "k-minimax")
    monkeypatch.setenv("MINIMAX_BASE_URL", running.base("minimax"))
    return running


def test_the_list_says_what_each_needs_and_costs(apex: Apex) -> None:
    rows = {row["name"]: row for row in apex("backends", "--json").json["backends"]}
    assert list(rows) == list(TABLE)
    assert rows["procedural"]["state"] == "ready"
    assert rows["procedural"]["price"]["usd"] == 0
    for name, word in {
        "nano_banana": "GEMINI_API_KEY",
        "minimax": "MINIMAX_API_KEY",
        "a1111": "A1111_URL",
        "comfyui": "COMFYUI_URL",
        "custom": "CUSTOM_IMAGE_URL",
        "sdxl": "pip install",
    }.items():
        assert rows[name]["state"] == "needs", name
        assert word in rows[name]["cure"], name
    assert rows["minimax"]["price"]["usd"] > 0
    assert rows["minimax"]["price"]["date"]
    assert "gemini-3-pro-image" in rows["imagen"]["note"]
    text = apex("backend").err
    assert all(name in text for name in TABLE)


def test_one_that_is_off_is_listed_with_its_cure(apex: Apex) -> None:
    apex("config", "set", "backends.imagen.enabled", "false")
    rows = {row["name"]: row for row in apex("backends", "--json").json["backends"]}
    assert rows["imagen"]["state"] == "disabled"
    assert rows["imagen"]["cure"] == "apex config set backends.imagen.enabled true"
    assert apex("backends", "test", "imagen").code == 5


def test_check_asks_and_costs_nothing(
    apex: Apex, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("A1111_URL", server.base("a1111"))
    before = {row["name"]: row["state"] for row in apex("backends", "--json").json["backends"]}
    assert before["a1111"] == "not asked"
    after = {row["name"]: row for row in apex("backends", "--check", "--json").json["backends"]}
    assert after["a1111"]["state"] == "ready"
    assert after["a1111"]["response_s"] is not None
    assert server.books()["billed"] == 0
    monkeypatch.setenv("A1111_URL", "http://127.0.0.1:9")
    after = {row["name"]: row for row in apex("backends", "--check", "--json").json["backends"]}
    assert after["a1111"]["state"] == "unhealthy"
    assert after["a1111"]["cure"]


def test_an_open_breaker_is_shown(apex: Apex, server: Server, home: Path) -> None:
    for _ in range(5):
        SqlTraffic(home).failed("minimax", "it is overloaded")
    (row,) = [r for r in apex("backends", "--json").json["backends"] if r["name"] == "minimax"]
    assert (row["state"], row["breaker"], row["failures"]) == ("unhealthy", "open", 5)
    assert "overloaded" in row["reason"]


def test_a_paid_test_needs_a_yes(apex: Apex, server: Server, home: Path) -> None:
    said = apex("backends", "test", "minimax", "--json")
    assert said.code == 5
    assert said.json["error"] == "approval_needed"
    assert "$0.0035" in said.json["message"]
    assert not server.seen()
    said = apex("backends", "test", "minimax", "--yes", "--json")
    assert said.code == 0, said.err
    path = Path(said.json["image_path"])
    assert path.name == "test_minimax.png"
    assert decode(path.read_bytes()).shape == (512, 512, 3)
    assert "$0.0035" in said.err  # the price was shown first
    (booking,) = SqlLedger(home).bookings()
    assert booking.state == "settled"
    assert booking.usd.micros == server.books()["billed"]
    assert "k-minimax" not in said.out + said.err


def test_a_test_that_fails_names_why(apex: Apex, server: Server) -> None:
    server.fault("minimax.generate", "401", times=-1)
    said = apex("backends", "test", "minimax", "--yes", "--json")
    assert said.code == 5
    assert "MINIMAX_API_KEY" in said.json["message"]
    assert server.books()["billed"] == 0
    assert apex("backends", "test", "crayon").code == 2
    assert apex("backends", "test", "nano_banana").code == 5


def test_the_last_failure_is_shown_beside_ready(apex: Apex, server: Server) -> None:
    server.fault("minimax.generate", "400", times=1)
    assert apex("backends", "test", "minimax", "--yes").code == 5
    (row,) = [r for r in apex("backends", "--json").json["backends"] if r["name"] == "minimax"]
    assert row["state"] == "ready"
    assert row["last_failure_at"]
    text = apex("backends").err
    assert "ready, last failed just now: HTTP 400: " in text
    assert apex("backends", "test", "minimax", "--yes").code == 0
    assert "last failed" not in apex("backends").err


def test_no_name_and_no_word_is_said_twice_and_advice_keeps_its_dots(
    apex: Apex, server: Server
) -> None:
    server.fault("minimax.generate", "401", times=-1)
    text = apex("backends", "test", "all").err + apex("backends", "test", "minimax", "--yes").err
    text += apex("backends", "test", "nano_banana").err + apex("backends").err
    for twice in ("needs: needs", "a1111: a1111", "comfyui: comfyui", "minimax: minimax"):
        assert twice not in text
    assert text.count("export GEMINI_API_KEY=... (get one at aistudio.google.com)") >= 3
    assert "***" not in text


def test_a_service_on_this_machine_says_why_it_is_free(
    apex: Apex, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_BASE_URL", "http://127.0.0.1:9/v1")
    monkeypatch.setenv("OPENAI_API_KEY", "k-openai")
    told = "free, because it is on this machine; set backends.openai_compatible.cost_per_image"
    assert told in apex("backends").err
    apex("config", "set", "backends.openai_compatible.cost_per_image", "0.02")
    assert told not in apex("backends").err


def test_what_nobody_asked_for_is_not_reported_as_dropped(apex: Apex, server: Server) -> None:
    said = apex("backends", "test", "minimax", "--yes", "--json")
    assert said.code == 0, said.err
    assert "steps" not in said.out + said.err
    assert "guidance" not in said.out + said.err


def test_the_free_one_needs_no_yes_and_all_are_tried(apex: Apex, server: Server) -> None:
    said = apex("backends", "test", "all", "--json")
    assert said.code == 5
    told = {row.get("backend") or row["where"]: row for row in said.json["backends"]}
    assert told["procedural"]["state"] == "made"
    assert Path(told["procedural"]["image_path"]).is_file()
    assert told["minimax"]["error"] == "approval_needed"
    assert told["sdxl"]["state"] == "needs"
    assert not server.seen("minimax.generate")
