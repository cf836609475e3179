"""Pictures that cost money, end to end: asked for, bought once, booked to the cent, and what
happens when their provider fails.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.servers.client import Server

from .conftest import Studio

pytestmark = [pytest.mark.e2e]
KEY = "test-key-3f9c1e-never-in-a-file"
QUICK = ("--preset", "preview", "--max-shots", "2", "--seed", "7")


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with Server(tmp_path_factory.mktemp("server") / "books.jsonl") as server:
        yield server


@pytest.fixture
def server(service: Server) -> Server:
    service.reset()
    return service


def keys(server: Server) -> dict[str, str]:
    return {"GEMINI_API_KEY": KEY, "GEMINI_BASE_URL": server.base("gemini")}


def made(server: Server) -> int:
    return sum(row["method"] == "POST" for row in server.seen())


def video(studio: Studio, song: Path, server: Server, *words: str, code: int = 0) -> dict[str, Any]:
    out = str(studio.home.parent / "out")
    return studio.json(
        "music-video", str(song), "-o", out, *QUICK, *words, code=code, **keys(server)
    )


def test_nothing_is_bought_unasked(studio: Studio, song: Path, server: Server) -> None:
    refused = video(studio, song, server, code=5)
    assert refused["error"] == "approval_needed"
    assert "nano_banana" in refused["message"]
    assert "$" in refused["message"]
    assert "--yes" in refused["what_to_do"]
    assert made(server) == 0
    job = studio.json("jobs", "list")["jobs"][0]
    assert job["status"] == "waiting"


def test_bought_once_booked_to_the_cent_and_never_again(
    studio: Studio, song: Path, server: Server
) -> None:
    result = video(studio, song, server, "--backend", "nano_banana", "--yes")
    pictures = result["image_generation_results"]
    assert {p["backend"] for p in pictures} == {"nano_banana"}
    assert made(server) == len(pictures)
    billed = server.books()["billed"]
    assert billed > 0
    assert round(result["cost_usd"] * 1e6) == billed
    assert result["held_usd"] == 0
    for picture in pictures:
        chosen = [take for take in picture["takes"] if take["chosen"]]
        assert len(chosen) == 1
        assert chosen[0]["blob"]
        assert 0 <= chosen[0]["score"]["overall"] <= 1
    cost = studio.json("cost")
    assert f"{billed / 1e6:.4f}" in json.dumps(cost) or billed / 1e6 in _numbers(cost)
    again = video(studio, song, server, "--backend", "nano_banana", "--yes")
    assert made(server) == len(pictures)  # the second video bought nothing
    assert again["cost_usd"] == 0
    assert {p["backend"] for p in again["image_generation_results"]} == {"nano_banana"}
    everything = b"".join(p.read_bytes() for p in studio.home.rglob("*") if p.is_file())
    assert KEY.encode() not in everything


def _numbers(value: Any) -> set[float]:
    if isinstance(value, dict):
        return set().union(*(_numbers(v) for v in value.values())) if value else set()
    if isinstance(value, list):
        return set().union(*(_numbers(v) for v in value)) if value else set()
    return {float(value)} if isinstance(value, int | float) else set()


def test_a_refused_key_costs_nothing_and_no_video(
    studio: Studio, song: Path, server: Server
) -> None:
    server.fault("gemini.generate", "401", times=-1)
    result = video(studio, song, server, "--backend", "nano_banana", "--budget", "5")
    assert result["success"] is True
    assert {p["backend"] for p in result["image_generation_results"]} == {"procedural"}
    assert result["cost_usd"] == result["held_usd"] == 0
    assert any("nano_banana" in text for text in result["warnings"])
    outcomes = [
        a["outcome"]
        for p in result["image_generation_results"]
        for a in p["provenance"]["attempts"]
        if a["backend"] == "nano_banana"
    ]
    assert set(outcomes) <= {"refused", "skipped"}
    assert made(server) <= 2  # two were under way at once; nothing was sent with that key after


def test_a_lost_answer_is_held_shown_and_resolved_by_a_person(
    studio: Studio, server: Server
) -> None:
    server.fault("gemini.generate", "drop", times=-1)
    words = ("image", "a lighthouse at dawn", "--size", "512x512", "--backend", "nano_banana")
    done = studio.apex(*words, "--yes", "--json", **keys(server))
    assert "Buying 1 picture by nano_banana" in done.stderr  # said before it is spent
    result = json.loads(done.stdout)
    assert result["backend"] == "procedural"
    assert made(server) == 1
    assert result["cost_usd"] == 0
    assert result["held_usd"] > 0
    cost = studio.json("cost")
    held = list(cost["held"])
    assert len(held) == 1
    resolved = studio.json("cost", "resolve", held[0]["call_id"], "--not-paid")
    assert "error" not in resolved
    assert studio.json("cost")["held"] == []


def test_a_budget_smaller_than_the_plan_stops_before_anything_is_sent(
    studio: Studio, song: Path, server: Server
) -> None:
    refused = video(studio, song, server, "--backend", "nano_banana", "--budget", "0.01", code=5)
    assert refused["error"] == "budget_exceeded"
    assert made(server) == 0
