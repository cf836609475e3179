"""MiniMax over the wire: errors with status 200, sizes, signed addresses."""

from __future__ import annotations

import pytest

from apex_director.core.errors import ApexError
from apex_director.core.money import Usd
from apex_director.images.backends.minimax import size_at
from apex_director.images.model import GenerationRequest
from apex_director.providers import OutcomeUnknown, Refused, Unbilled
from tests.servers import Server

from .calls import NotedCall
from .hosted import HOSTED, KEY, REQUEST

MINIMAX = HOSTED["minimax"]
ROUTE, CDN = MINIMAX.route, "minimax.cdn"


def test_the_request_is_exactly_this(services: Server) -> None:
    wanted = GenerationRequest(
        prompt="A lighthouse", negative_prompt="fog", width=1920, height=1080, seed=99
    )
    drawn = MINIMAX.build(services).generate(wanted, NotedCall())
    assert services.seen(ROUTE)[0]["data"] == {
        "model": "image-01",
        "prompt": "A lighthouse. Do not show: fog.",
        "n": 1,
        "seed": 99,
        "prompt_optimizer": False,
        "response_format": "url",
        "width": 1920,
        "height": 1080,
    }
    assert (drawn.sent.width, drawn.sent.height, drawn.sent.seed) == (1920, 1080, 99)
    assert drawn.cost.usd == Usd.of("0.0035")
    assert drawn.cost.basis == "list_price"


def test_the_picture_is_fetched_without_the_key(services: Server) -> None:
    call = NotedCall()
    drawn = MINIMAX.build(services).generate(REQUEST, call)
    (seen,) = services.seen(CDN)
    assert "authorization" not in seen["headers"]
    assert KEY not in str(seen["headers"])
    assert [word[0] for word in call.said] == ["sending", "billed", "accepted"]
    assert call.said[-1] == ("accepted", drawn.provider_id)


def test_what_an_earlier_process_had_made_is_only_fetched(services: Server) -> None:
    backend = MINIMAX.build(services)
    services.fault(CDN, "500", times=1)
    with pytest.raises(Unbilled):
        backend.generate(REQUEST, NotedCall())
    (work,) = services.seen(ROUTE)
    url = f"{services.base('minimax')}/cdn/mm-1.jpeg?Signature=s3cr3t"
    late = NotedCall(provider_id="mm-1", facts={"url": url})
    drawn = backend.generate(REQUEST, late)
    assert drawn.provider_id == "mm-1"
    assert late.said == []
    assert services.count(ROUTE) == 1
    assert services.books()["billed"] == work["billed"] == 3500


def test_an_address_that_ran_out_is_a_bill_without_a_picture(services: Server) -> None:
    services.fault(CDN, "expired", times=-1)
    with pytest.raises(Refused) as told:
        MINIMAX.build(services).generate(REQUEST, NotedCall())
    assert told.value.cost is not None
    assert told.value.cost.usd == Usd.of("0.0035")
    assert told.value.status not in {401, 402, 403}  # that was the store's word, not the account's


@pytest.mark.parametrize(
    ("code", "outcome", "status"),
    [
        (1000, Unbilled, 503),
        (1001, Unbilled, 503),
        (1024, Unbilled, 503),
        (1033, Unbilled, 503),
        (1002, Unbilled, 429),
        (1039, Unbilled, 429),
        (1041, Unbilled, 429),
        (1004, Refused, 401),
        (2049, Refused, 401),
        (1008, Refused, 402),
        (1028, Refused, 402),
        (2061, Refused, 402),
        (1026, Refused, 400),
        (1027, Refused, 400),
        (1042, Refused, 400),
        (2013, Refused, 400),
        (20132, Refused, 400),
    ],
)
def test_business_errors_come_with_status_200(
    services: Server, code: int, outcome: type[ApexError], status: int
) -> None:
    services.fault(ROUTE, "code", code=code)
    with pytest.raises(outcome) as told:
        MINIMAX.build(services).generate(REQUEST, NotedCall())
    assert getattr(told.value, "status", None) == status
    assert str(code) in str(told.value)
    if isinstance(told.value, Unbilled):
        assert told.value.retry_after > 0
    if status == 401:
        assert "region" in told.value.what_to_do
    assert services.count(ROUTE) == 1


def test_a_picture_taken_out_by_the_safety_check(services: Server) -> None:
    services.fault(ROUTE, "empty")
    with pytest.raises(Refused, match="safety"):
        MINIMAX.build(services).generate(REQUEST, NotedCall())
    assert services.books()["billed"] == 0


def test_base64_needs_no_second_request(services: Server) -> None:
    drawn = MINIMAX.build(services, response_format="base64").generate(REQUEST, NotedCall())
    assert drawn.media_type == "image/jpeg"
    assert services.count(CDN) == 0
    services.fault(ROUTE, "bad_base64")
    with pytest.raises(OutcomeUnknown):
        MINIMAX.build(services, response_format="base64").generate(REQUEST, NotedCall())


def test_a_long_prompt_is_cut_at_a_word_and_told(services: Server) -> None:
    wanted = GenerationRequest(prompt="lighthouse " * 200, width=320, height=180)
    drawn = MINIMAX.build(services).generate(wanted, NotedCall())
    sent = services.seen(ROUTE)[0]["data"]["prompt"]
    assert len(sent) <= 1500
    assert sent.endswith("lighthouse")
    assert drawn.sent.prompt == sent
    assert any("cut from 2199 to" in note for note in drawn.notes)
    assert drawn.dropped


def test_the_live_model_is_asked_by_aspect(services: Server) -> None:
    wanted = GenerationRequest(prompt="x", width=1000, height=1500)
    drawn = MINIMAX.build(services, model="image-01-live").generate(wanted, NotedCall())
    sent = services.seen(ROUTE)[0]["data"]
    assert sent["aspect_ratio"] == "2:3"
    assert "width" not in sent
    assert drawn.sent.extras["aspect_ratio"] == "2:3"


@pytest.mark.parametrize(
    ("asked", "sent"),
    [
        ((1920, 1080), (1920, 1080)),
        ((320, 180), (912, 512)),
        ((2048, 858), (2048, 856)),
        ((1366, 768), (1368, 768)),
        ((4096, 2160), (2048, 1080)),
        ((64, 4096), (512, 2048)),
    ],
)
def test_sizes_are_whole_steps_within_its_limits(
    asked: tuple[int, int], sent: tuple[int, int]
) -> None:
    assert size_at(*asked) == sent
    assert all(512 <= side <= 2048 and side % 8 == 0 for side in size_at(*asked))
