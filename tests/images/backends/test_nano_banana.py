"""Gemini image models over the wire: sizes, thoughts, blocks, tokens that cost."""

from __future__ import annotations

from typing import Any

import pytest

from apex_director.core.errors import ConfigError
from apex_director.core.money import Usd
from apex_director.images.backends.nano_banana import NanoBananaBackend
from apex_director.images.model import GenerationRequest
from apex_director.providers import Refused, Unbilled
from tests.servers import Server

from .calls import NotedCall
from .hosted import HOSTED, REQUEST

BANANA = HOSTED["nano_banana"]
ROUTE = BANANA.route


@pytest.mark.parametrize(
    ("width", "height", "aspect", "size"),
    [
        (1280, 720, "16:9", "1K"),
        (1920, 1080, "16:9", "2K"),
        (1080, 1920, "9:16", "2K"),
        (3840, 2160, "16:9", "4K"),
        (1024, 1024, "1:1", "1K"),
        (2048, 858, "21:9", "2K"),
        (1000, 800, "5:4", "1K"),
    ],
)
def test_size_and_aspect_are_the_nearest_it_has(
    services: Server, width: int, height: int, aspect: str, size: str
) -> None:
    wanted = GenerationRequest(prompt="x", width=width, height=height)
    drawn = BANANA.build(services).generate(wanted, NotedCall())
    sent = services.seen(ROUTE)[0]["data"]["generationConfig"]
    assert sent["imageConfig"] == {"aspectRatio": aspect, "imageSize": size}
    assert drawn.sent.extras["aspectRatio"] == aspect
    across, down = drawn.sent.width, drawn.sent.height
    told_across, _, told_down = aspect.partition(":")
    assert across / down == pytest.approx(int(told_across) / int(told_down), rel=0.02)


def test_the_request_is_exactly_this(services: Server) -> None:
    wanted = GenerationRequest(
        prompt="A lighthouse.",
        negative_prompt="people, text",
        style="ink",
        width=1920,
        height=1080,
        seed=2**31 + 5,
        quality_level=5,
        steps=20,
    )
    drawn = BANANA.build(services).generate(wanted, NotedCall())
    (seen,) = services.seen(ROUTE)
    assert seen["path"] == "/gemini/v1/models/gemini-nano-banana-2.1:generateContent"
    text = "A lighthouse. ink. Do not show: people, text."
    assert seen["data"] == {
        "contents": [{"role": "user", "parts": [{"text": text}]}],
        "generationConfig": {
            "responseModalities": ["IMAGE"],
            "imageConfig": {"aspectRatio": "16:9", "imageSize": "2K"},
            "seed": 5,
            "thinkingConfig": {"thinkingLevel": "high"},
        },
    }
    assert drawn.sent.prompt == text
    assert drawn.sent.seed == 5
    assert drawn.dropped == ("steps",)
    assert any("SynthID" in note for note in drawn.notes)
    assert drawn.provider_id.startswith("resp-")


def test_cost_is_counted_from_tokens_thought_included(services: Server) -> None:
    drawn = BANANA.build(services).generate(REQUEST, NotedCall())
    assert drawn.cost.basis == "computed"
    prompt = len(REQUEST.prompt) // 4 + 1
    micros = prompt * 1.5 + 380 * 7.5 + 1120 * 30
    assert drawn.cost.usd == Usd.from_micros(int(micros + 0.5))
    assert drawn.cost.price_date


def test_the_picture_is_the_last_part_and_never_a_thought(services: Server) -> None:
    drawn = BANANA.build(services).generate(REQUEST, NotedCall())
    assert drawn.media_type == "image/jpeg"  # the fake's thoughts carry a PNG


@pytest.mark.parametrize("fault", ["safety", "blocked", "image_safety", "recitation"])
def test_a_block_is_status_200_and_refused(services: Server, fault: str) -> None:
    services.fault(ROUTE, fault)
    with pytest.raises(Refused) as told:
        BANANA.build(services).generate(REQUEST, NotedCall())
    assert "safety" in str(told.value)
    assert told.value.status not in {401, 402, 403}  # the key is not to blame
    assert told.value.cost is not None
    assert told.value.cost.usd is not None
    assert told.value.cost.usd.micros == services.books()["billed"]


def test_no_picture_costs_its_thoughts(services: Server) -> None:
    services.fault(ROUTE, "empty")
    with pytest.raises(Refused) as told:
        BANANA.build(services).generate(REQUEST, NotedCall())
    assert "NO_IMAGE" in str(told.value)
    assert told.value.cost is not None
    assert told.value.cost.basis == "computed"
    assert told.value.cost.usd is not None
    assert told.value.cost.usd.micros == services.books()["billed"] > 0


@pytest.mark.parametrize(
    ("kind", "facts", "outcome", "status", "wait"),
    [
        ("400", {"reason": "API_KEY_INVALID"}, Refused, 401, 0),
        ("400", {"word": "FAILED_PRECONDITION"}, Refused, 403, 0),
        ("429", {"retry_delay": "37s"}, Unbilled, 429, 37),
        ("429", {"retry_delay": "36000s"}, Refused, 402, 0),
        ("429", {"reason": "RequestsPerDay", "retry_delay": "20s"}, Refused, 402, 0),
    ],
)
def test_google_says_other_things_than_its_status(
    services: Server, kind: str, facts: dict[str, Any], outcome: type, status: int, wait: float
) -> None:
    services.fault(ROUTE, kind, **facts)
    with pytest.raises(outcome) as told:
        BANANA.build(services).generate(REQUEST, NotedCall())
    error: Any = told.value
    assert error.status == status
    assert getattr(error, "retry_after", 0) == wait


def test_a_retired_model_is_named_with_what_replaced_it(services: Server) -> None:
    for old, new in (
        ("gemini-3.1-flash-image", "gemini-nano-banana-2.1"),
        ("gemini-3-pro-image-preview", "gemini-3-pro-image"),
    ):
        backend = BANANA.build(services, model=old)
        assert "shut down" in backend.ready()
        assert f"to {new}" in backend.ready()
        assert backend.check().status == "retired"
        assert services.seen() == []


def test_a_model_that_vanished_is_told_by_the_service(services: Server) -> None:
    backend = BANANA.build(services, model="gemini-9-image")
    with pytest.raises(Refused) as told:
        backend.generate(REQUEST, NotedCall())
    assert told.value.status == 404
    assert "gemini-nano-banana-2.1" in told.value.what_to_do
    assert backend.check().status == "retired"
    assert backend.quote(REQUEST).cost.usd is None
    assert backend.capabilities.paid


def test_a_size_the_model_has_not_is_a_wrong_setting(services: Server) -> None:
    cheap = BANANA.build(services, model="gemini-3.1-flash-lite-image", image_size="4K")
    with pytest.raises(ConfigError, match="4K"):
        cheap.generate(REQUEST, NotedCall())
    assert services.seen() == []


def test_the_cheap_model_is_priced_by_the_list(services: Server) -> None:
    backend = BANANA.build(services, model="gemini-3.1-flash-lite-image")
    drawn = backend.generate(REQUEST, NotedCall())
    assert (drawn.cost.basis, drawn.cost.usd) == ("list_price", Usd.of("0.0336"))
    assert "thinkingConfig" not in services.seen(ROUTE)[0]["data"]["generationConfig"]


def test_other_names_of_it_are_followed() -> None:
    assert NanoBananaBackend({"model": "nano-banana-pro"}).capabilities.model == (
        "gemini-3-pro-image"
    )
