"""What every hosted backend does alike: outcomes, one request, no leaks, honest trails."""

from __future__ import annotations

import base64
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from apex_director.core.errors import ApexError, ConfigError, InputUnusable
from apex_director.core.money import Usd
from apex_director.images.backends.cloud import in_vain
from apex_director.images.flat import media_type
from apex_director.images.model import GenerationRequest
from apex_director.productions.image import ImageRequest
from apex_director.providers import OutcomeUnknown, Refused, Unbilled
from tests.servers import Server
from tests.servers.pictures import png

from .calls import NotedCall
from .hosted import HOSTED, KEY, REQUEST, Hosted, no_leaks

ECHO = f"bad key {KEY} or {quote(KEY, safe='')} or {base64.b64encode(KEY.encode()).decode()}"
FAULTS: list[tuple[str, dict[str, Any], type[ApexError], dict[str, float]]] = [
    ("400", {}, Refused, {"status": 400}),
    ("401", {}, Refused, {"status": 401}),
    ("402", {}, Refused, {"status": 402}),
    ("403", {}, Refused, {"status": 403}),
    ("404", {}, Refused, {"status": 404}),
    ("422", {}, Refused, {"status": 422}),
    ("redirect", {"location": "https://elsewhere.example/x"}, Refused, {"status": 307}),
    ("408", {}, Unbilled, {"status": 408}),
    ("429", {"retry_after": 7}, Unbilled, {"status": 429, "retry_after": 7}),
    ("503", {"retry_after": 4}, Unbilled, {"status": 503, "retry_after": 4}),
    ("503", {"retry_after": 0}, Unbilled, {"status": 503, "retry_after": 0}),
    ("500", {}, OutcomeUnknown, {}),
    ("502", {}, OutcomeUnknown, {}),
    ("503", {}, OutcomeUnknown, {}),
    ("504", {}, OutcomeUnknown, {}),
    ("malformed", {}, OutcomeUnknown, {}),
    ("html", {}, OutcomeUnknown, {}),
    ("drop", {}, OutcomeUnknown, {}),
    ("truncate", {}, OutcomeUnknown, {}),
    ("slow", {"seconds": 2.5}, OutcomeUnknown, {}),
]


WITH_REFERENCES = ("nano_banana", "imagen", "minimax", "openrouter", "openai_compatible")


@pytest.fixture(params=sorted(HOSTED))
def hosted(request: pytest.FixtureRequest) -> Hosted:
    return HOSTED[request.param]


@pytest.mark.parametrize(
    ("kind", "facts", "outcome", "expected"),
    FAULTS,
    ids=[f"{kind}{'_wait' if 'retry_after' in facts else ''}" for kind, facts, *_ in FAULTS],
)
def test_each_fault_is_the_outcome_it_means_after_one_request(
    services: Server,
    hosted: Hosted,
    kind: str,
    facts: dict[str, Any],
    outcome: type[ApexError],
    expected: dict[str, float],
) -> None:
    backend, call = hosted.build(services, timeout_s=1.0 if kind == "slow" else 20.0), NotedCall()
    services.fault(hosted.route, kind, times=-1, message=ECHO, **facts)
    with no_leaks() as shown, pytest.raises(outcome) as told:
        backend.generate(REQUEST, call)
    shown.append(told.value)
    assert {name: getattr(told.value, name) for name in expected} == expected
    assert told.value.what_to_do
    if kind == "401":
        assert backend._account.key_name in told.value.what_to_do
    assert call.said == [("sending",)]
    assert services.count(hosted.route) == 1
    with no_leaks() as shown:
        with pytest.raises(outcome) as again:
            backend.generate(REQUEST, NotedCall())
        shown += [again.value, backend, backend.capabilities, backend.check()]


def test_a_date_to_wait_for_is_seconds(services: Server, hosted: Hosted) -> None:
    when = format_datetime(datetime.now(UTC) + timedelta(seconds=90), usegmt=True)
    services.fault(hosted.route, "429", retry_after=when)
    with pytest.raises(Unbilled) as told:
        hosted.build(services).generate(REQUEST, NotedCall())
    assert 80 < told.value.retry_after <= 90


def test_nobody_there_costs_nothing(hosted: Hosted) -> None:
    backend = hosted.kind(
        {"api_key": KEY, "base_url": "http://127.0.0.1:9", "cost_per_image": 1.0, "model": "x"}
    )
    with no_leaks() as shown, pytest.raises(Unbilled) as told:
        backend.generate(REQUEST, NotedCall())
    shown.append(told.value)
    assert "reached" in str(told.value)


def test_a_picture_comes_with_all_that_is_to_be_known(services: Server, hosted: Hosted) -> None:
    backend, call = hosted.build(services), NotedCall()
    wanted = GenerationRequest(
        prompt="A lighthouse", negative_prompt="people", style="ink", width=320, height=180, seed=11
    )
    quote_, drawn = backend.quote(wanted), backend.generate(wanted, call)
    (seen,) = services.seen(hosted.route)
    assert KEY in seen["headers"][hosted.header]
    assert KEY not in seen["path"] + str(seen["query"])
    assert (drawn.scene.width, drawn.scene.height) == (320, 180)
    assert drawn.scene.canvas_width >= 1.2 * 320 - 2
    assert drawn.media_type == media_type(drawn.original) != ""
    assert call.said[0] == ("sending",)
    assert ("billed", drawn.cost) in call.said
    assert drawn.cost.usd is not None
    assert quote_.cost.usd is not None
    assert Usd() < drawn.cost.usd <= quote_.cost.usd  # what is held covers what is billed
    assert services.books()["billed"] == drawn.cost.usd.micros
    assert drawn.cost.source
    assert drawn.sent.prompt.startswith("A lighthouse")
    said = str(seen["data"])
    assert "people" in said
    assert "ink" in said
    taken = backend.capabilities.seed != "none"
    assert (drawn.sent.seed == 11) == taken
    assert ("11" in said) == taken


def test_two_pictures_are_two(services: Server, hosted: Hosted) -> None:
    backend = hosted.build(services)
    one, two = (backend.generate(REQUEST, NotedCall()).original for _ in range(2))
    assert one != two


def test_without_a_key_it_says_where_to_get_one(services: Server, hosted: Hosted) -> None:
    backend = hosted.kind({"base_url": "https://api.example.com"})
    name = backend.capabilities.key_name or "CUSTOM_IMAGE_API_KEY"
    assert f"needs {name}" in backend.ready()
    assert f"export {name}" in backend.ready()
    health = backend.check()
    assert (health.healthy, health.status) == (False, f"needs {name}")
    assert services.books()["billed"] == 0


def test_key_and_address_come_from_the_environment_when_they_are_needed(
    services: Server, hosted: Hosted, monkeypatch: pytest.MonkeyPatch
) -> None:
    backend = hosted.kind(dict(hosted.paid))
    assert backend.ready()
    words = {"gemini": "GEMINI", "custom": "CUSTOM_IMAGE"}
    prefix = words.get(hosted.service, hosted.service.upper())
    folder = "CUSTOM_IMAGE_URL" if prefix == "CUSTOM_IMAGE" else f"{prefix}_BASE_URL"
    monkeypatch.setenv(f"{prefix}_API_KEY", f" {KEY}\n")
    monkeypatch.setenv(folder, services.base(hosted.service))
    assert backend.ready() == ""
    assert backend.generate(REQUEST, NotedCall()).original
    assert KEY in services.seen(hosted.route)[0]["headers"][hosted.header]


def test_plain_http_is_for_this_machine_alone(hosted: Hosted) -> None:
    backend = hosted.kind({"api_key": KEY, "base_url": "http://api.example.com/v1"})
    assert "plain http" in backend.ready()
    with pytest.raises(ConfigError):
        backend.generate(REQUEST, NotedCall())


def test_a_key_that_cannot_be_sent_is_told_without_showing_it(
    services: Server, hosted: Hosted
) -> None:
    bad = "sk-geheim\u00fc-1234567890"
    with pytest.raises(ConfigError) as told:
        hosted.build(services, api_key=bad).generate(REQUEST, NotedCall())
    assert "geheim" not in repr(vars(told.value)) + str(told.value)


def test_check_costs_nothing_and_asks_or_says_that_it_did_not(
    services: Server, hosted: Hosted
) -> None:
    health = hosted.build(services).check()
    assert health.healthy
    assert health.status == "ready"
    assert (health.response_s is None) == ("Not asked" in health.cure)
    assert services.books()["billed"] == 0
    assert services.count(hosted.route) == 0


def test_check_tells_a_wrong_key(services: Server, hosted: Hosted) -> None:
    services.fault("*", "401", times=-1, message=ECHO)
    health = hosted.build(services).check()
    if "Not asked" not in health.cure:
        assert (health.healthy, health.status) == (False, "unhealthy")
        assert KEY not in health.cure


@pytest.mark.parametrize(
    ("name", "route", "fault"),
    [
        ("nano_banana", "gemini.generate", "bad_base64"),
        ("openrouter", "openrouter.generate", "bad_base64"),
        ("openai_compatible", "openai.generate", "bad_base64"),
        ("imagen", "gemini.generate", "not_a_picture"),
        ("minimax", "minimax.cdn", "not_a_picture"),
        ("custom", "custom.file", "not_a_picture"),
        ("nano_banana", "gemini.generate", "wrong_mime"),
        ("custom", "custom.file", "wrong_mime"),
    ],
)
def test_bytes_that_are_no_picture_are_not_delivered(
    services: Server, name: str, route: str, fault: str
) -> None:
    services.fault(route, fault, times=-1)
    with pytest.raises(OutcomeUnknown) as told:
        HOSTED[name].build(services).generate(REQUEST, NotedCall())
    assert told.value.cost is not None
    assert told.value.cost.usd is not None
    assert told.value.cost.usd.micros == services.books()["billed"]


@pytest.mark.parametrize("name", WITH_REFERENCES)
def test_references_are_sent_as_bytes_and_counted(
    services: Server, name: str, tmp_path: Path
) -> None:
    hosted = HOSTED[name]
    backend = hosted.build(services, references=True)
    files = []
    for number in range(min(2, backend.capabilities.max_references)):
        files.append(tmp_path / f"{number}.png")
        files[-1].write_bytes(png(number, 64, 64))
    wanted = replace(REQUEST, references=tuple(map(str, files)))
    drawn = backend.generate(wanted, NotedCall())
    assert drawn.sent.references == len(files) > 0
    posted = [seen for seen in services.seen() if seen["method"] == "POST"]
    assert len(posted) == 1
    assert int(posted[0]["headers"]["content-length"]) > sum(f.stat().st_size for f in files)


@pytest.mark.parametrize("name", WITH_REFERENCES)
def test_a_reference_that_is_no_picture_is_refused_before_anything_is_sent(
    services: Server, name: str, tmp_path: Path
) -> None:
    backend = HOSTED[name].build(services, references=True)
    (tmp_path / "a.png").write_text("#!/bin/sh")
    wanted = replace(REQUEST, references=(str(tmp_path / "a.png"),))
    call = NotedCall()
    with pytest.raises(InputUnusable):
        backend.generate(wanted, call)
    assert call.said == []
    assert services.seen() == []


def test_who_takes_references_says_so() -> None:
    taking = {
        name
        for name, hosted in HOSTED.items()
        if hosted.kind({"endpoint": "https://a.example"}).capabilities.max_references
    }
    assert taking == set(WITH_REFERENCES)


def test_a_price_in_the_settings_wins(services: Server, hosted: Hosted) -> None:
    backend = hosted.build(services, cost_per_image=0.5)
    assert backend.quote(REQUEST).cost.usd == Usd.of("0.5")
    assert backend.capabilities.usd_per_image == 0.5
    assert f"backends.{backend.capabilities.name}" in backend.quote(REQUEST).cost.source


def test_settings_that_make_no_sense_name_their_place(hosted: Hosted) -> None:
    for key, value in (("priority", "high"), ("timeout_s", -1), ("cost_per_image", -2)):
        backend = hosted.kind({"api_key": KEY, "endpoint": "https://a.example", key: value})
        with pytest.raises(ConfigError) as told:
            _ = backend.capabilities
        assert key in told.value.where


def test_only_what_was_asked_for_is_reported_as_left_out() -> None:
    video, picture = GenerationRequest(prompt="x"), ImageRequest(prompt="x")
    usual = replace(video, steps=picture.steps, guidance_scale=picture.guidance_scale)
    assert in_vain(video) == in_vain(usual) == ()
    assert in_vain(replace(usual, steps=20, guidance_scale=3.0)) == ("steps", "guidance_scale")
