"""The fake services themselves: strict, scripted, and keeping their books through a crash."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

import pytest

from . import Server
from .pictures import jpeg, png


def post(url: str, body: Any, key: str = "k") -> tuple[int, Any]:
    request = urllib.request.Request(
        url,
        data=json.dumps(body).encode(),
        headers={"content-type": "application/json", "authorization": f"Bearer {key}"},
    )
    try:
        with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request) as answer:
            return answer.status, json.loads(answer.read())
    except urllib.error.HTTPError as error:
        return error.code, json.loads(error.read())


ASK = {"model": "acme/painter", "prompt": "x"}


def test_books_survive_a_crash_and_bodies_are_checked(tmp_path: Path) -> None:
    with Server(tmp_path / "books.jsonl") as server:
        url = server.base("openrouter") + "/images"
        assert post(url, ASK)[0] == 200
        assert post(url, {**ASK, "n": 11})[0] == 400
        assert post(url, {**ASK, "colour": "red"})[0] == 400
        assert post(url, {"prompt": "x"})[0] == 400
        assert post(url, ASK, key="")[0] == 401
        made = server.base("custom") + "/generate"
        told = post(made, {"prompt": "x", "width": 64, "height": 64, "quality": 1})[1]
        books = server.books()
        assert books["billed"] == 12_345 + 10_000
        assert books["made"] == 2
        assert books["routes"]["openrouter.generate"]["requests"] == 5
        server.stop()
        server.start()
        assert server.books() == books
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(told["image_url"]) as answer:  # its memory too
            assert answer.read(4) == b"\x89PNG"


def test_a_mix_of_faults_is_the_same_for_the_same_seed(tmp_path: Path) -> None:
    with Server() as server:
        url, runs = server.base("openrouter") + "/images", []
        for _ in range(2):
            server.reset()
            mix = [{"kind": "500", "share": 0.3}, {"kind": "429", "share": 0.2, "retry_after": 1}]
            server.mix("openrouter.generate", 5, mix)
            runs.append([post(url, ASK)[0] for _ in range(30)])
        assert runs[0] == runs[1]
        assert {200, 429, 500} == set(runs[0])
        server.calm()
        assert post(url, ASK)[0] == 200


@pytest.mark.parametrize("make", [png, jpeg])
def test_pictures_are_genuine_and_follow_their_seed(make: Any) -> None:
    from apex_director.images.flat import decode

    assert decode(make(1, 320, 180)).shape == (90, 160, 3)
    assert make(1, 320, 180) == make(1, 320, 180) != make(2, 320, 180)
