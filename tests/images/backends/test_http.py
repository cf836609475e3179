"""The wire by itself: where keys go, what is fetched, how much, through whom."""

from __future__ import annotations

import pytest

from apex_director.core.errors import ConfigError
from apex_director.providers import OutcomeUnknown, Refused, Unbilled
from apex_director.providers.addresses import base_address, fetch_address, is_loopback
from apex_director.providers.exchange import Ask, _client, _request
from apex_director.providers.faults import retry_after
from apex_director.providers.hiding import forms, masked, one_line
from apex_director.providers.http import Wire
from tests.servers import Server

from .calls import NotedCall
from .hosted import KEY

BODY = {"model": "image-01", "prompt": "x"}


def wire(services: Server, *, paid: bool = True, **config: object) -> Wire:
    told: dict[str, object] = {"headers": {"authorization": f"Bearer {KEY}"}, "secrets": (KEY,)}
    return Wire("minimax", services.base("minimax"), paid=paid, **{**told, **config})  # type: ignore[arg-type]


def picture(services: Server) -> str:
    made = wire(services).post_json("v1/image_generation", BODY).data
    return str(made["data"]["image_urls"][0])


@pytest.mark.parametrize(
    "url",
    [
        "http://api.example.com",
        "http://10.0.0.5:7860",
        "http://127.0.0.1.example.com",
        "http://localhost.example.com",
        "ftp://example.com",
        "api.example.com",
        "https://user:pass@example.com",
        "https://example.com/?key=1",
        "https://example.com:port",
        "",
    ],
)
def test_addresses_we_do_not_speak_to(url: str) -> None:
    with pytest.raises(ConfigError) as told:
        base_address(url, "base_url")
    assert "pass" not in str(told.value).replace("password", "")


@pytest.mark.parametrize(
    "url", ["https://a.example/v1/", "http://127.0.0.1:1/x", "http://localhost:8", "http://[::1]:8"]
)
def test_addresses_we_do(url: str) -> None:
    assert base_address(url, "x") == url.rstrip("/")


@pytest.mark.parametrize(
    "url",
    [
        "https://10.0.0.1/a",
        "https://127.0.0.1/a",
        "https://169.254.169.254/latest",
        "https://192.168.1.1/a",
        "https://[::1]/a",
        "https://[::ffff:10.0.0.1]/a",
        "https://[fd00::1]/a",
        "https://[fe80::1]/a",
        "https://0.0.0.0/a",
        "https://224.0.0.1/a",
        "https://2130706433/a",
        "https://0x7f.1/a",
        "https://localhost/a",
        "http://8.8.8.8/a",
    ],
)
def test_private_networks_are_not_fetched_from(url: str) -> None:
    with pytest.raises(Refused):
        Wire("x", "https://api.example.com").download(url)


def test_a_public_address_is_held_on_to() -> None:
    found = fetch_address(
        "https://8.8.8.8/a?b",
        base="https://a.example",
        where="x",
        allowed_hosts=None,
        proxied=False,
    )
    assert found == "8.8.8.8"
    with _client("https://cdn.example/a") as client:
        ask = Ask(method="GET", url="https://cdn.example/a?b=1", headers={}, pinned="203.0.113.7")
        request = _request(client, ask, 5.0)
    assert (request.url.host, request.url.path) == ("203.0.113.7", "/a")
    assert request.headers["host"] == "cdn.example"
    assert request.extensions["sni_hostname"] == "cdn.example"


def test_hosts_can_be_listed() -> None:
    def ask(url: str) -> str:
        return fetch_address(
            url, base="https://a.example", where="x", allowed_hosts=("8.8.8.8",), proxied=False
        )

    assert ask("https://8.8.8.8/a") == "8.8.8.8"
    assert ask("https://a.example/other") == ""
    with pytest.raises(Refused, match="not one of its hosts"):
        ask("https://9.9.9.9/a")


def test_a_redirect_of_a_file_is_followed_by_hand_and_without_the_key(services: Server) -> None:
    url = picture(services)
    elsewhere = url.replace("127.0.0.1", "localhost")
    services.fault("minimax.cdn", "redirect", location=elsewhere)
    line = wire(services, headers={"x-key": KEY})
    content = line.download(url, with_key=True)
    first, second = services.seen("minimax.cdn")
    assert content[:2] == b"\xff\xd8"
    assert first["headers"]["x-key"] == KEY
    assert "x-key" not in second["headers"]
    services.fault("minimax.cdn", "redirect", location=elsewhere)
    with pytest.raises(Refused, match="not one of its hosts"):
        line.download(url, allowed_hosts=("cdn.example",))
    services.fault("minimax.cdn", "redirect", times=-1, location=url)
    with pytest.raises(Refused, match="without end"):
        line.download(url)


def test_more_bytes_than_allowed_are_not_taken(services: Server) -> None:
    url = picture(services)
    with pytest.raises(Refused, match="larger"):
        wire(services).download(url, limit=1000)


def test_a_slow_file_is_given_up_in_time(services: Server) -> None:
    url = picture(services)
    services.fault("minimax.cdn", "slow", seconds=2.5)
    with pytest.raises(Unbilled, match="within 1 s"):
        wire(services, timeout_s=1.0).download(url)


@pytest.mark.parametrize("kind", ["500", "503", "drop", "truncate", "malformed"])
def test_what_costs_nothing_may_be_asked_again(services: Server, kind: str) -> None:
    services.fault("minimax.generate", kind)
    with pytest.raises(Unbilled):
        wire(services, paid=False).post_json("v1/image_generation", BODY, call=NotedCall())
    services.fault("minimax.generate", kind)
    with pytest.raises(Unbilled):  # without its call it is no generation
        wire(services).post_json("v1/image_generation", BODY)
    services.fault("gemini.models", kind)
    google = Wire("g", services.base("gemini"), headers={"x-goog-api-key": KEY}, paid=True)
    with pytest.raises(Unbilled):
        google.get_json("v1/models")


def test_the_call_is_told_before_the_request_leaves(services: Server) -> None:
    class Stopped(Exception):
        pass

    class Call(NotedCall):
        def sending(self) -> None:
            raise Stopped

    with pytest.raises(Stopped):
        wire(services).post_json("v1/image_generation", BODY, call=Call())
    assert services.seen() == []


def test_proxies_are_used_but_never_for_this_machine(
    services: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)
    assert picture(services)
    with pytest.raises(Unbilled, match="reached"):
        Wire("x", "https://8.8.8.8", paid=True, timeout_s=2).post_json("a", {}, call=NotedCall())


def test_a_secret_is_hidden_in_every_coding() -> None:
    import base64
    from urllib.parse import quote

    for head in ("", "u:", "ab:"):
        coded = base64.b64encode((head + KEY + "!").encode()).decode()
        assert KEY[3:9] not in masked(f"x {coded}", (KEY,))
        assert "***" in masked(f"x {coded}", (KEY,))
    for text in (KEY, quote(KEY, safe=""), KEY.encode().hex(), KEY.upper().lower() and KEY):
        assert masked(f"<{text}>", (KEY,)) == "<***>"
    assert all(len(form) >= 4 for form in forms(KEY))
    assert masked("plain words", ("", "abc")) == "plain words"


def test_strangers_words_become_one_clause() -> None:
    told = one_line("\x1b[31mno\n\n way\u2028 " + "x" * 500, limit=40)
    assert "\x1b" not in told
    assert "\n" not in told
    assert len(told) == 40
    half = one_line("y" * 290 + KEY, (KEY,), limit=300)  # a cut key is a leak too
    assert KEY[:6] not in half


def test_waits_are_read() -> None:
    assert retry_after("12") == 12
    assert retry_after(" 0.5 ") == 0.5
    assert retry_after("-3") == 0
    assert retry_after("nan") == 0
    assert retry_after("1e99") == 24 * 3600
    assert retry_after("soon") == 0
    assert retry_after("Wed, 21 Oct 2015 07:28:00 GMT") == 0


def test_loopback_is_known_by_name_alone() -> None:
    assert all(map(is_loopback, ("localhost", "127.0.0.1", "127.9.9.9", "::1", "LOCALHOST.")))
    assert not any(map(is_loopback, ("localhost.example.com", "10.0.0.1", "0.0.0.0", "")))


def test_the_wire_shows_nothing_of_itself(services: Server) -> None:
    assert KEY not in repr(wire(services)) + str(vars(Ask(method="", url="", headers={})))
    ask = Ask(method="POST", url="https://a.example", headers={"authorization": KEY})
    assert KEY not in repr(ask)


def test_an_answer_too_large_of_a_paid_call_is_unknown(
    services: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    import dataclasses

    from apex_director.providers import http

    def small(**facts: object) -> Ask:
        return dataclasses.replace(Ask(**facts), limit=10)  # type: ignore[arg-type]

    monkeypatch.setattr(http, "Ask", small)
    with pytest.raises(OutcomeUnknown, match="larger"):
        wire(services).post_json("v1/image_generation", BODY, call=NotedCall())
