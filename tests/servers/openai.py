"""OpenAI's images endpoints, and the many servers that speak like them."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any

from . import pictures
from .protocol import Answer, Ask, Protocol, Rejected, Route, checked, number, one_of, text, whole

PRICES = {"gpt-image-2": 40_000, "sd-cpp-local": 0, "house-model": 20_000}  # micro-dollars


def _error(status: int, message: str, facts: Mapping[str, Any]) -> dict[str, Any]:
    kind = facts.get("type", "invalid_request_error")
    return {"error": {"message": message, "type": kind, "code": facts.get("code"), "param": None}}


def _size(value: Any) -> bool:
    across, _, down = str(value).partition("x")
    if not (across.isdecimal() and down.isdecimal()):
        return False
    w, h = int(across), int(down)
    return w % 16 == h % 16 == 0 and max(w, h) <= 3840 and 1 / 3 <= w / h <= 3


FIELDS = {
    "model": one_of(*PRICES),
    "prompt": text(32_000),
    "n": whole(1, 10),
    "size": _size,
    "quality": one_of("low", "medium", "high", "auto"),
    "output_format": one_of("png", "jpeg", "webp"),
    "background": one_of("auto", "opaque", "transparent"),
    "moderation": one_of("auto", "low"),
}
CLONE = {
    **FIELDS,
    "response_format": one_of("b64_json", "url"),
    "seed": whole(-1, 2**63 - 1),
    "negative_prompt": text(),
    "step": whole(1, 200),
    "cfg_scale": number(0, 30),
}


def generate(ask: Ask) -> Answer:
    """Draw one picture; the GPT models know the standard's fields alone, others know more."""
    told = ask.data if isinstance(ask.data, dict) else {}
    clone = told.get("model") != "gpt-image-2"
    told = checked(ask.data, CLONE if clone else FIELDS, needed=("prompt",))
    if ask.fault == "safety":
        raise Rejected(
            400, "Your request was rejected by the safety system.", code="moderation_blocked"
        )
    if ask.fault == "quota":
        raise Rejected(429, "You exceeded your current quota.", code="insufficient_quota")
    model = told.get("model", "sd-cpp-local")
    across, _, down = told.get("size", "1024x1024").partition("x")
    seed = told.get("seed", 0) * 1000 + ask.number
    width, height = int(across), int(down)
    ask.memory[str(ask.number)] = [seed, width, height]
    forms: dict[str, Any] = {
        "relative": {"url": f"/openai/generated/{ask.number}.png"},
        "absolute": {"url": f"{ask.base}/generated/{ask.number}.png"},
        "data_uri": {"url": "data:image/png;base64," + _coded(seed, width, height)},
        "elsewhere": {"url": ask.facts.get("url")},
        "bad_base64": {"b64_json": "%%%"},
        "empty": {},
    }
    one = forms.get(ask.fault, {"b64_json": _coded(seed, width, height), "revised_prompt": "Nice."})
    data = [one] if one else []
    body = {"created": 1790000000, "data": data, "usage": {"total_tokens": 1000}}
    return Answer(body=body, billed=PRICES[model], made=True)


def _coded(seed: int, width: int, height: int) -> str:
    return base64.b64encode(pictures.png(seed, width, height)).decode()


def edit(ask: Ask) -> Answer:
    """Draw from reference pictures; the form is multipart."""
    if "multipart/form-data" not in ask.headers.get("content-type", ""):
        raise Rejected(400, "multipart is needed")
    for field in (b'name="image[]"', b'name="prompt"', b'name="size"'):
        if field not in ask.body:
            raise Rejected(400, f"{field.decode()} is missing")
    one = {"b64_json": _coded(ask.number, 1024, 1024)}
    body = {"created": 1790000000, "data": [one], "usage": {}}
    return Answer(body=body, billed=PRICES["gpt-image-2"], made=True)


def file(ask: Ask) -> Answer:
    """A generated file; a key here is a leak."""
    if "authorization" in ask.headers:
        raise Rejected(400, "a key was sent for a file")
    known = ask.memory.get(ask.match["work"])
    if known is None:
        raise Rejected(404, "no such file")
    return Answer(body=pictures.png(*known), media_type="image/png")


def models(ask: Ask) -> Answer:
    """The free list."""
    return Answer(body={"object": "list", "data": [{"id": name} for name in PRICES]})


PROTOCOL = Protocol(
    name="openai",
    routes=(
        Route(name="generate", method="POST", pattern=r"/v1/images/generations", answer=generate),
        Route(name="edit", method="POST", pattern=r"/v1/images/edits", answer=edit),
        Route(
            name="file",
            method="GET",
            pattern=r"/generated/(?P<work>\d+)\.png",
            answer=file,
            free=True,
        ),
        Route(name="models", method="GET", pattern=r"/v1/models", answer=models),
    ),
    error=_error,
    keyless=True,
)
