"""AUTOMATIC1111's API over the wire: what is sent, what is understood, what stops."""

from __future__ import annotations

import base64
import os
import signal
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from apex_director.core.errors import ConfigError
from apex_director.images.backends.a1111 import A1111Backend
from apex_director.images.flat import decode
from apex_director.images.model import GenerationRequest
from apex_director.providers import OutcomeUnknown, Refused, Unbilled
from tests.servers import Server
from tests.servers.pictures import png

from .calls import NotedCall

REQUEST = GenerationRequest(
    prompt="a lighthouse", negative_prompt="fog", style="ink", width=1920, height=1080, seed=7
)


@pytest.fixture(scope="module")
def running() -> Iterator[Server]:
    with Server() as server:
        yield server


@pytest.fixture
def server(running: Server, monkeypatch: pytest.MonkeyPatch) -> Server:
    for name in ("A1111_URL", "A1111_AUTH"):
        monkeypatch.delenv(name, raising=False)
    running.reset()
    return running


def backend(server: Server, **config: Any) -> A1111Backend:
    return A1111Backend({"base_url": server.base("a1111"), "megapixels": 0.25, **config})


def test_everything_asked_is_sent_and_told(server: Server) -> None:
    call = NotedCall()
    made = backend(server, steps=20, sampler="Euler a", model="night-xl").generate(REQUEST, call)
    (seen,) = server.seen("a1111.draw")
    assert seen["path"].endswith("/sdapi/v1/txt2img")
    assert seen["data"] == {
        "prompt": "a lighthouse. ink",
        "negative_prompt": "fog",
        "seed": 7,
        "steps": 20,
        "cfg_scale": 9.0,
        "width": 680,
        "height": 384,
        "batch_size": 1,
        "n_iter": 1,
        "force_task_id": call.id,
        "sampler_name": "Euler a",
        "override_settings": {"sd_model_checkpoint": "night-xl"},
        "override_settings_restore_afterwards": False,
    }
    assert call.said == [("sending",)]
    assert made.model == "night-xl"
    assert (made.sent.seed, made.sent.negative_prompt) == (7, "fog")
    assert made.sent.extras["steps"] == 20
    assert made.notes == ()
    assert (made.scene.width, made.scene.height) == (1920, 1080)
    assert decode(made.original).shape[1::-1] == (made.sent.width, made.sent.height)


def test_seeds_are_exact(server: Server) -> None:
    one = backend(server)
    first = one.generate(REQUEST, NotedCall()).original
    assert one.generate(REQUEST, NotedCall(id="another")).original == first
    assert one.generate(replace(REQUEST, seed=8), NotedCall()).original != first
    assert one.generate(replace(REQUEST, negative_prompt=""), NotedCall()).original != first


def test_a_reference_is_a_picture_to_start_from(server: Server, tmp_path: Path) -> None:
    look = tmp_path / "look.png"
    look.write_bytes(png(3, 96, 64))
    made = backend(server, strength=0.4).generate(
        replace(REQUEST, references=(str(look),)), NotedCall()
    )
    (seen,) = server.seen("a1111.draw")
    assert seen["path"].endswith("/sdapi/v1/img2img")
    assert seen["data"]["denoising_strength"] == 0.4
    assert made.sent.references == 1


@pytest.mark.parametrize("kind", ["grid", "silent_info"])
def test_the_picture_is_found(server: Server, kind: str) -> None:
    plain = backend(server).generate(REQUEST, NotedCall())
    server.fault("a1111.draw", kind)
    assert backend(server).generate(REQUEST, NotedCall()).original == plain.original


def test_another_seed_than_asked_is_told(server: Server) -> None:
    server.fault("a1111.draw", "other_seed")
    made = backend(server).generate(REQUEST, NotedCall())
    assert made.sent.seed == 8
    assert made.notes == ("the server drew with seed 8 instead of 7",)


@pytest.mark.parametrize(
    ("fault", "facts", "words"),
    [
        ("oom", {}, "graphics memory was too small.*megapixels"),
        ("401", {}, "does not let us in.*A1111_AUTH"),
        ("422", {"message": "must be positive", "field": "steps"}, "steps: must be positive"),
        ("404", {"message": "Not Found"}, "does not offer /sdapi/v1.*--api"),
    ],
)
def test_what_is_refused_names_its_cure(
    server: Server, fault: str, facts: dict[str, Any], words: str
) -> None:
    server.fault("a1111.draw", fault, **facts)
    with pytest.raises(Refused, match=words):
        backend(server).generate(REQUEST, NotedCall())
    assert server.count("a1111.draw") == 1


def test_an_unknown_sampler_is_named(server: Server) -> None:
    with pytest.raises(Refused, match=r"Sampler not found.*backends\.a1111\.sampler"):
        backend(server, sampler="Magic").generate(REQUEST, NotedCall())


@pytest.mark.parametrize(
    "fault", ["empty", "bad_base64", "no_picture", "drop", "truncate", "malformed", "500"]
)
def test_a_lost_picture_is_held_only_if_it_is_paid_for(server: Server, fault: str) -> None:
    server.fault("a1111.draw", fault, times=2)
    with pytest.raises(Unbilled):
        backend(server).generate(REQUEST, NotedCall())
    with pytest.raises(OutcomeUnknown):
        backend(server, cost_per_image=0.01).generate(REQUEST, NotedCall())
    assert server.count("a1111.draw") == 2


def test_a_busy_server_is_waited_for(server: Server) -> None:
    server.fault("a1111.draw", "429", retry_after=3)
    with pytest.raises(Unbilled) as caught:
        backend(server, cost_per_image=0.01).generate(REQUEST, NotedCall())
    assert caught.value.retry_after == 3


def cancelled(server: Server) -> float:
    """Seconds until a drawing that was stopped by Ctrl-C has ended."""
    server.fault("a1111.draw", "working", seconds=8)
    threading.Timer(0.4, os.kill, (os.getpid(), signal.SIGINT)).start()
    started = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        backend(server).generate(REQUEST, NotedCall())
    return time.monotonic() - started


def test_a_cancelled_picture_is_interrupted_on_the_server(server: Server) -> None:
    assert cancelled(server) < 4
    assert server.count("a1111.interrupt") == 1


def test_somebody_elses_picture_is_left_alone(server: Server) -> None:
    server.fault("a1111.progress", "other", current_task="theirs")
    assert cancelled(server) < 4
    assert server.count("a1111.interrupt") == 0


def test_a_picture_nobody_waits_for_is_interrupted(server: Server) -> None:
    server.fault("a1111.draw", "working", seconds=8)
    with pytest.raises(Unbilled, match="no answer within 1 s"):
        backend(server, timeout_s=1).generate(REQUEST, NotedCall())
    assert server.count("a1111.interrupt") == 1


def test_the_password_goes_to_the_server_and_nowhere_else(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("A1111_AUTH", "ada:pass-word-9")
    one = backend(server)
    one.generate(REQUEST, NotedCall())
    assert any(row["key"] for row in server.seen("a1111.draw"))
    server.fault("a1111.draw", "500", message="login ada:pass-word-9 pass-word-9 failed")
    with pytest.raises(Unbilled) as caught:
        one.generate(REQUEST, NotedCall())
    coded = base64.b64encode(b"ada:pass-word-9").decode()
    for text in (str(caught.value), repr(one), repr(one.capabilities), repr(vars(one))):
        assert "pass-word-9" not in text
        assert coded not in text
    assert one.capabilities.key_name == "A1111_AUTH"


def test_check_asks_for_the_checkpoint(server: Server) -> None:
    assert backend(server).check().status == "ready"
    assert backend(server, model="night-xl").check().healthy
    sick = backend(server, model="day-xl").check()
    assert not sick.healthy
    assert "sd_xl_base_1.0" in sick.cure
    assert not A1111Backend({"base_url": "http://127.0.0.1:9"}).check().healthy


def test_without_an_address_it_is_not_ready(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "A1111_URL" in A1111Backend({}).ready()
    assert "plain http" in A1111Backend({"base_url": "http://10.0.0.5:7860"}).ready()
    monkeypatch.setenv("A1111_URL", server.base("a1111"))
    assert A1111Backend({}).ready() == ""
    with pytest.raises(ConfigError, match="megapixels"):
        A1111Backend({"megapixels": "many"}).generate(REQUEST, NotedCall())
