"""A studio's own service (contract P33): fields, fetching, and errors by their promised name."""

from __future__ import annotations

import pickle

import pytest

from apex_director.core.errors import ApexError
from apex_director.images.backends.custom import CustomHttpBackend, ImageGenerationException
from apex_director.images.model import GenerationRequest
from apex_director.providers import OutcomeUnknown, Refused, Unbilled
from tests.servers import Server

from .calls import NotedCall
from .hosted import HOSTED, KEY, REQUEST

ROUTE, FILE = "custom.generate", "custom.file"


def free(services: Server, **config: object) -> CustomHttpBackend:
    return CustomHttpBackend({"api_key": KEY, "endpoint": services.base("custom"), **config})


def test_the_contract_is_spoken(services: Server) -> None:
    wanted = GenerationRequest(
        prompt="A lighthouse",
        negative_prompt="fog",
        width=320,
        height=180,
        quality_level=4,
        seed=3,
        steps=30,
    )
    drawn = free(services).generate(wanted, NotedCall())
    (seen,) = services.seen(ROUTE)
    assert seen["path"] == "/custom/generate"
    assert seen["headers"]["authorization"] == f"Bearer {KEY}"
    assert seen["data"] == {
        "prompt": "A lighthouse",
        "negative_prompt": "fog",
        "width": 320,
        "height": 180,
        "quality": 4,
        "seed": 3,
        "steps": 30,
        "guidance_scale": 9.0,
    }
    (fetched,) = services.seen(FILE)
    assert "authorization" not in fetched["headers"]
    assert drawn.cost.basis == "free"
    assert drawn.provider_id == "c-1"


@pytest.mark.parametrize(
    ("kind", "outcome"),
    [
        ("401", Refused),
        ("429", Unbilled),
        ("500", Unbilled),
        ("drop", Unbilled),
        ("malformed", Unbilled),
        ("empty", Unbilled),
    ],
)
def test_without_a_price_what_is_lost_is_asked_again(
    services: Server, kind: str, outcome: type[ApexError]
) -> None:
    services.fault(ROUTE, kind)
    with pytest.raises(ImageGenerationException) as told:
        free(services).generate(REQUEST, NotedCall())
    assert isinstance(told.value, outcome)
    assert not isinstance(told.value, OutcomeUnknown)
    again = pickle.loads(pickle.dumps(told.value))
    assert type(again) is type(told.value)
    assert vars(again) == vars(told.value)


def test_with_a_price_what_is_lost_is_held(services: Server) -> None:
    for kind in ("500", "drop", "empty"):
        services.fault(ROUTE, kind)
        with pytest.raises(ImageGenerationException) as told:
            HOSTED["custom"].build(services).generate(REQUEST, NotedCall())
        assert isinstance(told.value, OutcomeUnknown)


@pytest.mark.parametrize(
    "url",
    [
        "http://example.com/a.png",
        "https://user:pass@example.com/a.png",
        "file:///etc/passwd",
        "gopher://127.0.0.1/x",
        "http://127.0.0.1:99999/x",
        "http://[::1",
    ],
)
def test_addresses_it_may_not_name(services: Server, url: str) -> None:
    services.fault(ROUTE, "ok", url=url)
    with pytest.raises(ImageGenerationException) as told:
        free(services).generate(REQUEST, NotedCall())
    assert isinstance(told.value, Refused)
    assert services.count(FILE) == 0


def test_what_was_made_is_fetched_later_without_being_made_again(services: Server) -> None:
    services.fault(FILE, "500")
    backend, call = HOSTED["custom"].build(services), NotedCall()
    with pytest.raises(ImageGenerationException) as told:
        backend.generate(REQUEST, call)
    assert isinstance(told.value, Unbilled)
    assert call.said[-1] == ("accepted", "c-1")
    url = f"{services.base('custom')}/files/1.png"
    drawn = backend.generate(REQUEST, NotedCall(provider_id="c-1", facts={"url": url}))
    assert drawn.original
    assert services.count(ROUTE) == 1


def test_health_is_asked(services: Server) -> None:
    assert free(services).check().healthy
    services.fault("custom.health", "500")
    health = free(services).check()
    assert (health.healthy, health.status) == (False, "unhealthy")
    nowhere = CustomHttpBackend({"api_key": KEY})
    assert "CUSTOM_IMAGE_URL" in nowhere.ready()
    assert nowhere.check().status == "needs CUSTOM_IMAGE_URL"
