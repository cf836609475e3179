"""OpenRouter over the wire: reported prices, errors inside a good answer, moderation."""

from __future__ import annotations

from typing import Any

import pytest

from apex_director.core.errors import ApexError
from apex_director.core.money import Usd
from apex_director.images.model import GenerationRequest
from apex_director.providers import OutcomeUnknown, Refused, Unbilled
from tests.servers import Server

from .calls import NotedCall
from .hosted import HOSTED, REQUEST

ROUTER = HOSTED["openrouter"]


def test_the_request_is_exactly_this(services: Server) -> None:
    wanted = GenerationRequest(prompt="A lighthouse", width=1080, height=1920, seed=2**31 + 3)
    rules = {"order": ["google"], "allow_fallbacks": False}
    drawn = ROUTER.build(services, provider=rules).generate(wanted, NotedCall())
    (seen,) = services.seen(ROUTER.route)
    assert seen["path"] == "/openrouter/api/v1/images"
    assert seen["data"] == {
        "model": "google/gemini-nano-banana-2.1",
        "prompt": "A lighthouse",
        "aspect_ratio": "9:16",
        "resolution": "2K",
        "n": 1,
        "seed": 3,
        "provider": rules,
    }
    assert drawn.sent.seed == 3
    assert drawn.provider_id.startswith("gen-")


def test_the_price_is_the_one_it_reports(services: Server) -> None:
    drawn = ROUTER.build(services, cost_per_image=0.9).generate(REQUEST, NotedCall())
    assert (drawn.cost.basis, drawn.cost.usd) == ("reported", Usd.of("0.0336"))


def test_a_model_without_a_known_price_is_unknown_and_paid(services: Server) -> None:
    backend = ROUTER.build(services, model="acme/painter")
    assert backend.quote(REQUEST).cost.usd is None
    assert backend.capabilities.paid
    assert backend.generate(REQUEST, NotedCall()).cost.usd == Usd.of("0.012345")


@pytest.mark.parametrize(
    ("code", "outcome", "status"),
    [
        (502, OutcomeUnknown, 0),
        (429, Unbilled, 429),
        (402, Refused, 402),
        (401, Refused, 401),
        ("content_policy_violation", Refused, 400),
        ("strange", OutcomeUnknown, 0),
    ],
)
def test_a_good_status_may_carry_an_error(
    services: Server, code: Any, outcome: type[ApexError], status: int
) -> None:
    services.fault(ROUTER.route, "error_200", code=code, message="Upstream said no")
    with pytest.raises(outcome, match="Upstream said no") as told:
        ROUTER.build(services).generate(REQUEST, NotedCall())
    assert getattr(told.value, "status", 0) == status


def test_moderation_is_no_matter_of_the_key(services: Server) -> None:
    services.fault(ROUTER.route, "safety")
    with pytest.raises(Refused, match="safety") as told:
        ROUTER.build(services).generate(REQUEST, NotedCall())
    assert told.value.status == 400


def test_credits_held_by_calls_under_way_come_free_again(services: Server) -> None:
    facts = {"metadata": {"limit_source": "in_flight_budget"}, "retry_after": 3}
    services.fault(ROUTER.route, "402", **facts)
    with pytest.raises(Unbilled) as told:
        ROUTER.build(services).generate(REQUEST, NotedCall())
    assert told.value.retry_after == 3


def test_no_picture_costs_what_it_says(services: Server) -> None:
    services.fault(ROUTER.route, "empty")
    with pytest.raises(Refused) as told:
        ROUTER.build(services).generate(REQUEST, NotedCall())
    assert told.value.cost is not None
    assert told.value.cost.usd == Usd.of("0.0336")


def test_check_knows_the_models_that_draw(services: Server) -> None:
    health = ROUTER.build(services, model="nobody/nothing").check()
    assert not health.healthy
    assert "acme/painter" in health.cure
