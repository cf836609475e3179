"""What a production buys: what was printed and approved, once in a studio, and not a cent more."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from apex_director.assets import open_library
from apex_director.core.errors import (
    ApprovalNeeded,
    BudgetExceeded,
    SomethingNeeded,
    StorageError,
)
from apex_director.core.ids import new_job_id
from apex_director.core.money import Usd
from apex_director.images.backends.nano_banana import NanoBananaBackend
from apex_director.images.backends.openai_compatible import OpenAICompatibleBackend
from apex_director.images.backends.openrouter import OpenRouterBackend
from apex_director.images.backends.procedural import ProceduralBackend
from apex_director.images.model import ImageBackend
from apex_director.jobs.inline import InlineRunner
from apex_director.productions.image import PRODUCTION, image_request, payload_for
from apex_director.productions.model import Ports
from apex_director.providers.sql import open_desk
from tests.servers.client import Server


@pytest.fixture(scope="module")
def service() -> Iterator[Server]:
    with Server() as server:
        yield server


@pytest.fixture
def server(service: Server) -> Server:
    service.reset()
    return service


class Studio:
    """A studio of chosen backends, its pictures made in this process."""

    def __init__(self, home: Path, *backends: ImageBackend, day: str | None = "10") -> None:
        self.ports = Ports(
            home=home,
            backends=(*backends, ProceduralBackend()),
            workers=1,
            desk=open_desk(home),
            library=open_library(home),
            daily_cap=None if day is None else Usd.of(day),
        )

    def make(self, **values: Any) -> dict[str, Any]:
        asked = {"prompt": "a boat at dawn", "width": 256, "height": 256, "seed": 3} | values
        job_id = new_job_id()
        runner = InlineRunner(PRODUCTION, self.ports, job_id)
        return runner.run(payload_for(image_request(asked), home=self.ports.home, job_id=job_id))


def gemini(server: Server, **more: Any) -> NanoBananaBackend:
    return NanoBananaBackend({"api_key": "k-1", "base_url": server.base("gemini"), **more})


def router(server: Server, **more: Any) -> OpenRouterBackend:
    config = {"api_key": "k-2", "base_url": server.base("openrouter"), **more}
    return OpenRouterBackend(config)


def posts(server: Server) -> int:
    return sum(row["method"] == "POST" for row in server.seen())


def test_a_yes_is_a_yes_to_what_was_printed_retakes_included(
    tmp_path: Path, server: Server
) -> None:
    studio = Studio(tmp_path, gemini(server))
    with pytest.raises(ApprovalNeeded, match=r"1 picture by nano_banana .*up to 3 for \$") as asked:
        studio.make(min_score=0.99)
    assert posts(server) == 0
    result = studio.make(min_score=0.99, approved=True)
    assert posts(server) <= 3
    assert len(result["takes"]) == 3
    assert {take["backend"] for take in result["takes"]} == {"nano_banana"}
    (line,) = result["purchases"]
    assert f"${Usd.of(line['usd_most'])}".replace("$$", "$") in str(asked.value).replace("$$", "$")
    assert server.books()["billed"] <= Usd.of(line["usd_most"]).micros


def test_a_yes_to_one_backend_is_none_to_another(tmp_path: Path, server: Server) -> None:
    studio = Studio(tmp_path, gemini(server), router(server))
    server.fault("gemini.generate", "500", times=-1)
    result = studio.make(approved=True)
    assert result["backend"] == "procedural"
    assert server.count("openrouter.generate") == 0
    assert any("nano_banana could not" in text for text in result["warnings"])


def test_a_sum_may_be_spent_wherever_it_serves(tmp_path: Path, server: Server) -> None:
    studio = Studio(tmp_path, gemini(server), router(server))
    server.fault("gemini.generate", "safety", times=-1)
    result = studio.make(budget_usd=1.0)
    assert result["backend"] == "openrouter"
    paid = server.books()["routes"]["openrouter.generate"]["requests"]
    again = studio.make(budget_usd=1.0)
    assert again["backend"] == "openrouter"
    assert again["cost_usd"] < 0.001  # what a refusal costs, not a picture
    assert server.books()["routes"]["openrouter.generate"]["requests"] == paid == 1


def test_two_jobs_that_ask_at_the_same_moment_buy_once(tmp_path: Path, server: Server) -> None:
    server.fault("gemini.generate", "slow", times=1, seconds=0.5)
    studios = [Studio(tmp_path, gemini(server)) for _ in range(2)]
    with ThreadPoolExecutor(2) as pool:
        results = list(pool.map(lambda studio: studio.make(approved=True), studios))
    assert posts(server) == 1
    assert {result["backend"] for result in results} == {"nano_banana"}
    assert sorted(result["cost_usd"] > 0 for result in results) == [False, True]


def test_another_model_is_another_picture(tmp_path: Path, server: Server) -> None:
    one = Studio(tmp_path, gemini(server))
    assert one.make(approved=True)["model"] == "gemini-nano-banana-2.1"
    other = Studio(tmp_path, gemini(server, model="gemini-3-pro-image"))
    with pytest.raises(ApprovalNeeded):
        other.make()
    assert other.make(approved=True)["model"] == "gemini-3-pro-image"
    assert one.make()["cost_usd"] == 0  # bought before: nothing to approve
    assert posts(server) == 2


def test_bytes_that_cannot_be_read_now_are_no_reason_to_buy_again(
    tmp_path: Path, server: Server
) -> None:
    studio = Studio(tmp_path, gemini(server))
    studio.make(approved=True)
    blobs = tmp_path / "assets" / "blobs"
    away = blobs.rename(tmp_path / "away")
    with pytest.raises(StorageError, match="paid for"):
        studio.make(approved=True)
    assert posts(server) == 1
    away.rename(blobs)
    assert studio.make(approved=True)["cost_usd"] == 0


def test_a_cap_of_the_day_stops_before_the_first_picture(tmp_path: Path, server: Server) -> None:
    studio = Studio(tmp_path, gemini(server), day="0.02")
    with pytest.raises(BudgetExceeded, match="today's cap"):
        studio.make(approved=True)
    assert posts(server) == 0


def test_a_price_nobody_knows_is_not_bought_under_a_cap(tmp_path: Path, server: Server) -> None:
    hosted = OpenAICompatibleBackend(
        {"api_key": "k-3", "base_url": "https://images.example", "model": "no-such-model"}
    )
    studio = Studio(tmp_path, hosted)
    with pytest.raises(SomethingNeeded, match="cost_per_image"):
        studio.make(approved=True)


def test_whom_a_person_names_is_asked_whatever_the_others_have_to_do(
    tmp_path: Path, server: Server
) -> None:
    equals = gemini(server, priority=1), router(server, priority=1)
    studio = Studio(tmp_path, *equals)
    assert studio.ports.desk is not None
    for _ in range(3):
        studio.ports.desk.traffic.enter("openrouter")
    result = studio.make(approved=True, backend_preference="openrouter")
    assert result["backend"] == "openrouter"


def test_our_own_renderer_is_no_rival_to_what_was_bought(tmp_path: Path, server: Server) -> None:
    """The second of three takes is refused: the picture that was bought stands, alone."""
    studio = Studio(tmp_path, gemini(server))
    studio.make(approved=True)  # the first take, which the next job finds on the shelf
    server.fault("gemini.generate", "402", times=-1)
    result = studio.make(approved=True, candidates=3)
    assert [take["backend"] for take in result["takes"]] == ["nano_banana"]
    assert result["cost_usd"] == 0
