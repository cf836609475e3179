"""OpenAI's images endpoint and its likes: the portable fields, and what settings add."""

from __future__ import annotations

import pytest

from apex_director.core.money import Usd
from apex_director.images.backends.openai_compatible import (
    OpenAICompatibleBackend,
    size_within,
)
from apex_director.images.model import GenerationRequest
from apex_director.providers import OutcomeUnknown, Refused, Unbilled
from tests.servers import Server

from .calls import NotedCall
from .hosted import HOSTED, KEY, REQUEST

OPENAI = HOSTED["openai_compatible"]
ROUTE = OPENAI.route


def at_home(services: Server, **config: object) -> OpenAICompatibleBackend:
    return OpenAICompatibleBackend({"base_url": services.base("openai"), **config})


def test_only_the_portable_fields_are_sent(services: Server) -> None:
    wanted = GenerationRequest(
        prompt="A lighthouse", negative_prompt="fog", width=320, height=180, seed=5
    )
    drawn = OPENAI.build(services, megapixels=0.25).generate(wanted, NotedCall())
    assert services.seen(ROUTE)[0]["data"] == {
        "model": "gpt-image-2",
        "prompt": "A lighthouse. Do not show: fog.",
        "n": 1,
        "size": "688x384",
    }
    assert drawn.sent.seed is None
    assert any("Nice." in note for note in drawn.notes)


def test_a_server_of_ones_own_needs_no_key_and_costs_nothing(services: Server) -> None:
    backend = at_home(services)
    assert backend.ready() == ""
    assert not backend.capabilities.paid
    assert backend.capabilities.key_name == ""
    assert backend.generate(REQUEST, NotedCall()).cost.basis == "free"
    seen = services.seen(ROUTE)[0]
    assert "authorization" not in seen["headers"]
    assert "model" not in seen["data"]
    for fault in ("500", "drop"):
        services.fault(ROUTE, fault)
        with pytest.raises(Unbilled):  # nothing is lost, so it may be asked again
            backend.generate(REQUEST, NotedCall())


def test_openai_itself_needs_a_key_and_its_price_is_not_known() -> None:
    backend = OpenAICompatibleBackend({"api_key": KEY})
    assert backend.capabilities.model == "gpt-image-2"
    assert backend.quote(REQUEST).cost.usd is None
    assert backend.capabilities.paid


def test_what_a_server_takes_beyond_is_named_in_its_settings(services: Server) -> None:
    backend = at_home(
        services,
        model="house-model",
        seed_field="seed",
        negative_field="negative_prompt",
        extras={"response_format": "b64_json", "step": 20},
        sizes=["512x512", "768x512", "512x768"],
    )
    wanted = GenerationRequest(
        prompt="A lighthouse", negative_prompt="fog", width=320, height=180, seed=5
    )
    assert backend.capabilities.seed == "best_effort"
    assert backend.capabilities.negative_prompt == "native"
    drawn = backend.generate(wanted, NotedCall())
    assert services.seen(ROUTE)[0]["data"] == {
        "model": "house-model",
        "prompt": "A lighthouse",
        "n": 1,
        "size": "768x512",
        "seed": 5,
        "negative_prompt": "fog",
        "response_format": "b64_json",
        "step": 20,
    }
    assert (drawn.sent.negative_prompt, drawn.sent.seed) == ("fog", 5)


def test_a_mark_parts_what_is_not_wanted(services: Server) -> None:
    wanted = GenerationRequest(prompt="A lighthouse", negative_prompt="fog", width=64, height=64)
    at_home(services, model="house-model", negative_mark="|").generate(wanted, NotedCall())
    assert services.seen(ROUTE)[0]["data"]["prompt"] == "A lighthouse|fog"


@pytest.mark.parametrize("form", ["relative", "absolute", "data_uri"])
def test_every_form_of_picture_is_read_and_the_key_stays_home(services: Server, form: str) -> None:
    services.fault(ROUTE, form)
    call = NotedCall()
    drawn = OPENAI.build(services).generate(REQUEST, call)
    assert drawn.media_type == "image/png"
    files = services.seen("openai.file")
    assert len(files) == (form != "data_uri")
    assert all("authorization" not in seen["headers"] for seen in files)


@pytest.mark.parametrize(
    "url", ["http://example.com/a.png", "ftp://example.com/a.png", "file:///etc/passwd"]
)
def test_pictures_are_not_fetched_from_just_anywhere(services: Server, url: str) -> None:
    services.fault(ROUTE, "elsewhere", url=url)
    with pytest.raises(Refused) as told:
        OPENAI.build(services).generate(REQUEST, NotedCall())
    assert told.value.cost is not None  # it was made and billed
    assert told.value.cost.usd == Usd.of("0.04")


def test_an_empty_account_is_no_matter_of_pace(services: Server) -> None:
    services.fault(ROUTE, "quota")
    with pytest.raises(Refused) as told:
        OPENAI.build(services).generate(REQUEST, NotedCall())
    assert told.value.status == 402


def test_a_block_is_no_matter_of_the_key(services: Server) -> None:
    services.fault(ROUTE, "safety")
    with pytest.raises(Refused, match="safety") as told:
        OPENAI.build(services).generate(REQUEST, NotedCall())
    assert told.value.status == 400


def test_an_empty_answer_may_have_been_billed(services: Server) -> None:
    services.fault(ROUTE, "empty")
    with pytest.raises(OutcomeUnknown):
        OPENAI.build(services).generate(REQUEST, NotedCall())


def test_a_prompt_too_long_is_refused_before_anything_is_sent(services: Server) -> None:
    call = NotedCall()
    with pytest.raises(Refused, match="32000"):
        OPENAI.build(services).generate(GenerationRequest(prompt="x" * 40_000), call)
    assert call.said == []
    assert services.seen() == []


def test_models_that_are_gone_name_their_successor() -> None:
    backend = OpenAICompatibleBackend({"api_key": KEY, "model": "dall-e-3"})
    assert "gpt-image-2" in backend.ready()
    assert backend.check().status == "retired"


@pytest.mark.parametrize(
    ("asked", "sent"),
    [
        ((1920, 1080), (1920, 1088)),
        ((4096, 4096), (2160, 2160)),
        ((1080, 1920), (1088, 1920)),
        ((3000, 500), (2976, 992)),
        ((64, 64), (64, 64)),
    ],
)
def test_sizes_are_ones_openai_takes(asked: tuple[int, int], sent: tuple[int, int]) -> None:
    width, height = size_within(*asked)
    assert (width, height) == sent
    assert width % 16 == height % 16 == 0
    assert 1 / 3 <= width / height <= 3
    assert max(width, height) <= 3840
    assert min(width, height) <= 2160
